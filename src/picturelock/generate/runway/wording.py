"""Briefs and recipes in Runway's words. Pure: nothing is read, sent or dated here.

Parameters of a recipe are the request's own, as they are sent. Pictures stand in them by their part in the recipe
(``keyframe``, ``reference:ana:0``) and are put in their places when the request leaves.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from fractions import Fraction
from typing import Any

from picturelock.core.brief import Brief, ClipBrief, CompositeBrief, StillBrief, VoiceBrief
from picturelock.core.failures import Conflict, NotFound, UserError
from picturelock.core.take import Operation, Recipe
from picturelock.generate.catalogue import Entry, PriceRequest, billed_seconds, nearest_size, quote
from picturelock.generate.catalogue.values import Size, TextLimit

CLIP, STILL = "/v1/image_to_video", "/v1/text_to_image"
_SEEDS = 1 << 32
_NEAR = Fraction(11, 10)  # a ratio further off than this is not taken only because its price is known
_UNSIZED = (1280, 720)
_TAG = re.compile(r"[^A-Za-z0-9_]+")


class Sized(Enum):
    """How a model is told the size of what it makes.

    ``PIXELS``: ``ratio`` in pixels. ``RATIO_AND_TIER``: ``ratio`` as a proportion, ``resolution`` by name.
    ``TIER``: ``resolution`` by name, the ratio is the first frame's. ``AUTO``: both in one word, ``auto_720p``.
    ``NOT``: not at all.
    """

    PIXELS = auto()
    RATIO_AND_TIER = auto()
    TIER = auto()
    AUTO = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model wants to be asked.

    Attributes:
        fixed: Settings that are sent as they are, so that none is left to a default which may change.
        moderated: How strictly public figures are looked for can be set.
    """

    sized: Sized = Sized.PIXELS
    fixed: Mapping[str, Any] = field(default_factory=dict)
    moderated: bool = False


_KLING = Manner(fixed={"cfgScale": 0.5})

CLIPS: dict[str, Manner] = {
    "gen4.5": Manner(fixed={"outputFormat": "mp4"}, moderated=True),
    "gen4_turbo": Manner(moderated=True),
    "veo3.1": Manner(),
    "veo3.1_fast": Manner(),
    "seedance2": Manner(),
    "seedance2_fast": Manner(),
    "seedance2_mini": Manner(),
    "seedance2_5": Manner(fixed={"draft": False}),
    "gemini_omni_flash": Manner(),
    "gemini_omni_flash_1.1": Manner(),
    "hailuo3": Manner(Sized.RATIO_AND_TIER),
    "kling2.5_turbo_pro": Manner(Sized.NOT, {"cfgScale": 0.5}),
    "kling3.0_standard": _KLING,
    "kling3.0_pro": _KLING,
    "kling3.0_4k": _KLING,
    "klingO3_standard": Manner(),
    "klingO3_pro": Manner(),
    "klingO3_4k": Manner(),
    "kling_4": Manner(Sized.AUTO),
    "wan3": Manner(),
    "wan3_prime": Manner(),
    "h3_max": Manner(Sized.TIER, {"promptExpansionMode": "disabled"}),
    "grok_imagine_1_5": Manner(Sized.TIER),
    "grok_imagine_1_5_lite": Manner(Sized.AUTO),
}
"""Models that make a clip from its first frame."""

STILLS: dict[str, Manner] = {
    "gen4_image": Manner(moderated=True),
    "gen4_image_turbo": Manner(moderated=True),
}
"""Models that draw a picture."""


def manner_of(entry: Entry) -> Manner:
    """How a model wants to be asked.

    Raises:
        Conflict: Its requests are not known here.
    """
    manner = CLIPS.get(entry.model.name) or STILLS.get(entry.model.name)
    if manner is None:
        raise Conflict(
            f"what {entry.name} does is no step of a production's",
            remedy=f"Clips are made by {', '.join([*CLIPS][:4])} and others, pictures by {', '.join(STILLS)}.",
        )
    return manner


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a production sets for this vendor."""

    quality: str = ""
    audio: bool = False
    public_figures: str = "auto"

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> "Wishes":
        """The options of ``production.yaml``.

        Raises:
            UserError: One is unknown or has a value that it cannot have.
        """
        if unknown := sorted(options.keys() - {"quality", "audio", "public_figures"}):
            raise UserError(
                f"runway has no option {', '.join(unknown)}",
                remedy="It has quality (a resolution by name), audio (true or false) and public_figures (auto or low).",
            )
        quality, audio = options.get("quality", ""), options.get("audio", False)
        figures = options.get("public_figures", "auto")
        if not isinstance(quality, str):
            raise UserError(f"runway's quality is {quality!r}, not a name", remedy='Write it like "720p".')
        if not isinstance(audio, bool):
            raise UserError(f"runway's audio is {audio!r}", remedy="Write true or false.")
        if figures not in ("auto", "low"):
            raise UserError(f"runway's public_figures is {figures!r}", remedy="Write auto or low.")
        return cls(quality=quality, audio=audio, public_figures=str(figures))


def parameters(entry: Entry, brief: Brief, wishes: Wishes, on: date) -> dict[str, Any]:
    """The request for a brief, without prompt, seed and the pictures' bytes.

    Raises:
        UserError: The model cannot do it.
    """
    manner = manner_of(entry)
    match brief:
        case ClipBrief():
            chosen = _clip(entry, brief, wishes, manner, on)
        case StillBrief():
            chosen = _still(entry, brief, wishes, on)
        case CompositeBrief():
            raise Conflict("runway does not put plates together", remedy="Route it to builtin/artist.")
        case VoiceBrief():
            raise Conflict("runway is not asked for voices", remedy="Route voices to builtin/voice.")
    if manner.moderated:
        chosen["contentModeration"] = {"publicFigureThreshold": wishes.public_figures}
    return {**chosen, **manner.fixed}


def _clip(entry: Entry, brief: ClipBrief, wishes: Wishes, manner: Manner, on: date) -> dict[str, Any]:
    can = entry.model.can
    wanted = brief.frame_rate.seconds(brief.frames + 2 * brief.handles)
    billed = billed_seconds(entry.model, wanted)
    if billed is None:
        longest = entry.model.limits.seconds.longest if entry.model.limits.seconds else 0
        raise Conflict(
            f"{entry.name} makes no clip of {float(wanted):.4g} s, only up to {longest} s",
            remedy="Split the shot, shorten its handles, or route it to a model that makes longer clips.",
        )
    pictures = [{"position": "first", "uri": "keyframe"}]
    if brief.keyframe_last is not None and can.last_frame:
        pictures.append({"position": "last", "uri": "keyframe_last"})
    asked: dict[str, Any] = {"promptImage": pictures, "duration": -(-billed.numerator // billed.denominator)}
    if wishes.audio and not can.audio:
        raise Conflict(f"{entry.name} makes no sound", remedy="Leave out the option audio.")
    if can.audio:
        asked["audio"] = wishes.audio
    return asked | _size(entry, brief.width, brief.height, wishes, manner, asked, on)


def _still(entry: Entry, brief: StillBrief, wishes: Wishes, on: date) -> dict[str, Any]:
    if brief.plate not in {"", "background"}:
        raise Conflict(
            f"{entry.name} draws no figure on a transparent ground", remedy="Route plates to builtin/artist."
        )
    roles = list(_references(brief))[: entry.model.can.references or 0]
    asked: dict[str, Any] = {}
    if roles:
        asked["referenceImages"] = [
            {"tag": tag, "uri": role} for tag, role in zip(_tags(roles), roles, strict=True)
        ]
    return asked | _size(entry, brief.width, brief.height, wishes, Manner(), asked, on)


def _references(brief: StillBrief) -> Iterable[str]:
    """The pictures of the anchors, as recipes call them: the first one of each anchor, then the second ones."""
    most = max((len(anchor.references) for anchor in brief.anchors), default=0)
    for number in range(most):
        for anchor in brief.anchors:
            if number < len(anchor.references):
                yield f"reference:{anchor.id}:{number}"


def _tags(roles: Iterable[str]) -> list[str]:
    """Names by which a prompt may mention pictures: 3 to 16 letters, digits and underscores, a letter first."""
    found: list[str] = []
    for role in roles:
        bare = _TAG.sub("_", role.split(":")[1].partition("_")[2]).strip("_")
        base = (bare if bare[:1].isalpha() else f"ref_{bare}")[:14]
        base = base if len(base) > 2 else f"{base}_ref"
        tag, number = base, 1
        while tag in found:
            number += 1
            tag = f"{base}{number}"
        found.append(tag)
    return found


def _size(
    entry: Entry,
    width: int,
    height: int,
    wishes: Wishes,
    manner: Manner,
    asked: Mapping[str, Any],
    on: date,
) -> dict[str, Any]:
    picture = entry.model.limits.picture
    tiers = [tier.name for tier in picture.tiers] if picture else []
    if wishes.quality and wishes.quality not in tiers:
        has = f"It has {', '.join(tiers)}." if tiers else "Leave out the option quality."
        raise Conflict(f"{entry.name} has no quality {wishes.quality!r}", remedy=has)
    match manner.sized:
        case Sized.NOT:
            return {}
        case Sized.PIXELS:
            names = [wishes.quality] if wishes.quality else tiers
            sizes = [s for name in names if (s := nearest_size(entry.model, width, height, name))]
            size = _best(entry, sizes, (width, height), asked, on)
            return {"ratio": f"{size.width}:{size.height}"}
        case _:
            tier = wishes.quality or _tier_for(tiers, min(width, height))
    if manner.sized is Sized.AUTO:
        return {"ratio": f"auto_{tier}"}
    if manner.sized is Sized.TIER:
        return {"resolution": tier}
    ratios = picture.ratios if picture else ()
    nearest = min(ratios, key=lambda r: _apart(r.exact, Fraction(width, height)))
    return {"ratio": str.__str__(nearest), "resolution": tier}


def _best(
    entry: Entry, sizes: list[Size], wanted: tuple[int, int], asked: Mapping[str, Any], on: date
) -> Size:
    """The nearest size; one whose price is known before one whose price is not, if it is about as near."""
    ratio = Fraction(*wanted)

    def far(size: Size) -> tuple[Fraction, int]:
        area = abs(size.width * size.height - wanted[0] * wanted[1])
        return _apart(Fraction(size.width, size.height), ratio), area

    if not sizes:
        raise NotFound(f"which sizes {entry.name} makes is not known")
    nearest = min(sizes, key=far)
    limit = far(nearest)[0] * _NEAR
    for size in sorted(sizes, key=far):
        if far(size)[0] <= limit and _has_price(entry, asked, size, on):
            return size
    return nearest


def _has_price(entry: Entry, asked: Mapping[str, Any], size: Size, on: date) -> bool:
    try:
        quote(entry, priced(entry, {**asked, "ratio": f"{size.width}:{size.height}"}), on)
    except UserError:
        return False
    return True


def _tier_for(tiers: list[str], short: int) -> str:
    """The smallest tier that is not smaller than the picture, or the largest."""
    return next((tier for tier in tiers if _short_side(tier) >= short), tiers[-1])


def _short_side(tier: str) -> int:
    named = {"2k": 1440, "4k": 2160}
    return named.get(tier) or int("".join(c for c in tier if c.isdigit()) or 0)


def _apart(one: Fraction, other: Fraction) -> Fraction:
    return max(one / other, other / one)


def priced(entry: Entry, asked: Mapping[str, Any], *, prompt: str = "", input_bytes: int = 0) -> PriceRequest:
    """A request in the catalogue's words.

    Raises:
        UserError: It is not one of this adapter's.
    """
    animates = Operation.ANIMATE in entry.model.operations
    positions = {str(picture.get("position")) for picture in asked.get("promptImage", ())}
    width, height, quality = _ordered_size(asked)
    try:
        return PriceRequest(
            operation=Operation.ANIMATE if animates else Operation.DRAW,
            width=width,
            height=height,
            seconds=Fraction(asked["duration"]) if animates else None,
            quality=quality,
            audio=bool(asked.get("audio", False)),
            references=len(asked.get("referenceImages", ())),
            first_frame="first" in positions,
            last_frame="last" in positions,
            prompt=prompt,
            seed=bool(entry.model.can.seed),
            input_bytes=input_bytes,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"this is no request to {entry.name}: {error}") from error


def _ordered_size(asked: Mapping[str, Any]) -> tuple[int, int, str]:
    ratio = str(asked.get("ratio", ""))
    tier = str(asked.get("resolution", "")) or ratio.removeprefix("auto_") * ratio.startswith("auto_")
    across, _, down = ratio.partition(":")
    if not (across.isdigit() and down.isdigit()):
        return *_UNSIZED, tier
    width, height = int(across), int(down)
    if tier:
        short = _short_side(tier)
        scale = Fraction(short, min(width, height))
        return round(width * scale), round(height * scale), tier
    return width, height, ""


def asked_of(recipe: Recipe) -> dict[str, Any]:
    """The parameters that were planned for a recipe.

    Raises:
        UserError: There are none.
    """
    found = recipe.parameters.get("request")
    if not isinstance(found, dict):
        raise UserError("the recipe holds no request to runway", remedy="Plan it again.")
    return found


def pictures_in(asked: Mapping[str, Any]) -> list[str]:
    """The parts of the recipe whose pictures travel with a request, each once."""
    listed = [*asked.get("promptImage", ()), *asked.get("referenceImages", ())]
    return list(dict.fromkeys(str(picture["uri"]) for picture in listed))


def endpoint(recipe: Recipe) -> str:
    """Where a recipe's request goes."""
    return CLIP if recipe.operation is Operation.ANIMATE else STILL


def body(entry: Entry, recipe: Recipe, pictures: Mapping[str, str]) -> dict[str, Any]:
    """The whole request.

    Args:
        entry: The model.
        recipe: What is wanted.
        pictures: Address by part of the recipe.
    """
    asked = asked_of(recipe)
    said: dict[str, Any] = {"model": recipe.model_version, "promptText": _prompt(entry, recipe, asked)}
    if entry.model.can.seed:
        said["seed"] = recipe.seed % _SEEDS
    for name, value in asked.items():
        said[name] = (
            [{**picture, "uri": pictures[str(picture["uri"])]} for picture in value]
            if name in {"promptImage", "referenceImages"}
            else value
        )
    return said


def _prompt(entry: Entry, recipe: Recipe, asked: Mapping[str, Any]) -> str:
    """The prompt, with the references' names behind it where there is room: unnamed, they are only a mood."""
    tags = [f"@{picture['tag']}" for picture in asked.get("referenceImages", ()) if picture.get("tag")]
    if not tags:
        return recipe.prompt
    text = f"{recipe.prompt} References: {', '.join(tags)}."
    limit: TextLimit | None = entry.model.limits.prompt
    return text if limit is None or limit.length(text) <= limit.most else recipe.prompt
