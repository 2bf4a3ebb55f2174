"""A brief and a recipe in Kling's words.

Two requests make clips: ``image2video`` takes one first and one last frame, ``omni-video`` a list of pictures. Planned
parameters are those of the request; pictures stand in them by their part in the recipe, and are put in their places
when the request leaves.
"""

import base64
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from picturelock.core.brief import Brief, ClipBrief
from picturelock.core.failures import Conflict, PicturelockError, UserError
from picturelock.core.take import Operation, Recipe
from picturelock.generate.catalogue import Entry, PriceRequest, billed_seconds, hold
from picturelock.generate.catalogue.values import Seconds
from picturelock.media import picture
from picturelock.vault.store import Vault

VIDEOS = "/v1/videos"
PICTURE = f"{VIDEOS}/image2video"
OMNI = f"{VIDEOS}/omni-video"

_FIRST, _LAST = "keyframe", "keyframe_last"
_OPTIONS = ("audio", "mode")
_OMNI_MODELS = frozenset({"kling-video-o1", "kling-v3-omni"})
_STRENGTH = frozenset({"kling-v1-5", "kling-v1-6", "kling-v3"})  # 2.x refuses cfg_scale
_SEVERAL_SHOTS = frozenset({"kling-v3", "kling-v3-omni"})
_EVERYBODYS = Seconds(choices=(5, 10))  # lengths that every model makes so far
_SHORTEST_SIDE = 300
_WIDEST = Fraction(5, 2)
_NOMINAL = (1280, 720)  # of a clip that takes its first frame's shape


def parameters(entry: Entry, brief: Brief, options: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for beside prompt and pictures, every choice written out.

    Args:
        entry: The model.
        brief: What is to be made.
        options: ``mode`` (``std``, ``pro``, ``4k``), otherwise the smallest that has the production's size; ``audio``.

    Raises:
        UserError: It makes no such thing, or an option is not known.
    """
    if not isinstance(brief, ClipBrief):
        raise UserError(
            "kling is asked for clips only",
            remedy="Route stills to openai or runway, and voices to builtin/voice.",
        )
    if unknown := sorted(options.keys() - set(_OPTIONS)):
        raise UserError(
            f"kling has no option {', '.join(map(repr, unknown))}",
            remedy=f"Under `vendors: kling:` there may be: {', '.join(_OPTIONS)}.",
        )
    audio = options.get("audio", False)
    if not isinstance(audio, bool):
        raise UserError(f"kling's audio cannot be {audio!r}", remedy="Write true or false.")
    modes = list(_modes(entry, brief, options.get("mode", "")))
    wrong: UserError | None = None
    for mode in modes:
        asked = _asked(entry, brief, mode, audio=audio)
        try:
            hold(entry, priced(asked, size=(brief.width, brief.height)))
        except UserError as error:
            wrong = wrong or error
        else:
            return asked
    raise wrong or Conflict(f"which modes {entry.name} has is not known", remedy="Choose another model.")


def _modes(entry: Entry, brief: ClipBrief, wanted: object) -> Iterator[str]:
    """The modes to try: the one that is wanted, or the smallest large enough, and then the larger ones."""
    tiers = entry.model.limits.picture.tiers if entry.model.limits.picture else ()
    names = [tier.name for tier in tiers]
    if wanted:
        if wanted not in names:
            raise UserError(
                f"{entry.name} has no mode {wanted!r}",
                remedy=f"It has: {', '.join(names) or 'none that is known'}.",
            )
        yield str(wanted)
        return
    short = min(brief.width, brief.height)
    large_enough = [tier.name for tier in tiers if tier.short_side >= short]
    yield from large_enough or names[-1:]


def _asked(entry: Entry, brief: ClipBrief, mode: str, *, audio: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"mode": mode, "duration": str(_seconds(entry, brief))}
    if entry.model.name in _OMNI_MODELS:
        asked["image_list"] = [{"image_url": _FIRST, "type": "first_frame"}]
        if brief.keyframe_last is not None:
            asked["image_list"].append({"image_url": _LAST, "type": "end_frame"})
    else:
        asked["image"] = _FIRST
        if brief.keyframe_last is not None:
            asked["image_tail"] = _LAST
    if entry.model.can.audio or audio:
        asked["sound"] = "on" if audio else "off"
    if entry.model.name in _STRENGTH:
        asked["cfg_scale"] = 0.5
    if entry.model.name in _SEVERAL_SHOTS:
        asked["multi_shot"] = False
    return asked | {"watermark_info": {"enabled": False}}


def _seconds(entry: Entry, brief: ClipBrief) -> int:
    wanted = brief.frame_rate.seconds(brief.frames + 2 * brief.handles)
    known = entry.model.limits.seconds
    length = _EVERYBODYS.holding(wanted) if known is None else billed_seconds(entry.model, wanted)
    if length is None:
        longest = (known or _EVERYBODYS).longest
        raise Conflict(
            f"{entry.name} makes no clip of {float(wanted):.4g} s, only up to {longest} s",
            remedy="Split the shot, shorten its handles, or route it to a model that makes longer clips.",
        )
    return int(length)


def request_of(recipe: Recipe) -> dict[str, Any]:
    """The parameters that were planned for a recipe.

    Raises:
        UserError: There are none.
    """
    found = recipe.parameters.get("request")
    whole = isinstance(found, dict) and isinstance(found.get("duration"), str) and found["duration"].isdigit()
    if recipe.operation is not Operation.ANIMATE or not whole or not isinstance(found, dict):
        raise UserError("the recipe was not planned for Kling", remedy="Plan it again.")
    return found


def priced(
    asked: Mapping[str, Any], *, prompt: str = "", size: tuple[int, int] = _NOMINAL, input_bytes: int = 0
) -> PriceRequest:
    """A request in the catalogue's words.

    Args:
        asked: Planned parameters.
        prompt: Of the recipe.
        size: Of the first frame, whose shape the clip takes.
        input_bytes: Of the largest picture.
    """
    roles = pictures_in(asked)
    return PriceRequest(
        operation=Operation.ANIMATE,
        width=size[0],
        height=size[1],
        seconds=Fraction(int(asked["duration"])),
        quality=str(asked.get("mode", "")),
        audio=asked.get("sound") == "on",
        first_frame=_FIRST in roles,
        last_frame=_LAST in roles,
        prompt=prompt,
        input_bytes=input_bytes,
    )


def pictures_in(asked: Mapping[str, Any]) -> list[str]:
    """The parts of the recipe whose pictures travel with a request, the first frame first."""
    named = [asked[field] for field in ("image", "image_tail") if field in asked]
    return [str(role) for role in (*named, *(item["image_url"] for item in asked.get("image_list", ())))]


def endpoint(asked: Mapping[str, Any]) -> str:
    """Where a request goes, and where its task is asked for."""
    return OMNI if "image_list" in asked else PICTURE


def travelling(recipe: Recipe, vault: Vault) -> dict[str, bytes]:
    """The pictures of a request, by part.

    Raises:
        UserError: One is missing, or is not what Kling takes.
    """
    found: dict[str, bytes] = {}
    for role in pictures_in(request_of(recipe)):
        digest = recipe.input(role)
        if digest is None:
            raise UserError(f"the recipe has no {role}, which its request asks for")
        found[role] = vault.read(digest)
        _fitting(role, found[role])
    return found


def size_of(pictures: Mapping[str, bytes]) -> tuple[int, int]:
    """The first picture's size in pixels."""
    head = picture.header(next(iter(pictures.values())))
    return head.width, head.height


def _fitting(role: str, data: bytes) -> None:
    try:
        head = picture.header(data)
    except PicturelockError as error:
        raise UserError(
            f"the {role} cannot be read: {error.message}", remedy="Give a PNG or JPEG."
        ) from error
    short, long = sorted((head.width, head.height))
    if short < _SHORTEST_SIDE:
        raise Conflict(
            f"the {role} is {head.width}x{head.height}, and Kling takes no side under {_SHORTEST_SIDE} pixels"
        )
    if Fraction(long, short) > _WIDEST:
        raise Conflict(
            f"the {role} is {head.width}x{head.height}, and Kling takes nothing steeper than 5:2",
        )


def body(recipe: Recipe, pictures: Mapping[str, bytes], token: str, callback: str) -> dict[str, Any]:
    """The whole request.

    Args:
        recipe: What is wanted.
        pictures: By part.
        token: Our name for the task; Kling takes each name once.
        callback: Where Kling is to call; empty for nowhere.
    """
    # Bare base64: with ``data:`` in front of it Kling refuses a picture.
    texts = {role: base64.b64encode(data).decode() for role, data in pictures.items()}
    said: dict[str, Any] = {"model_name": recipe.model_version, "prompt": recipe.prompt}
    for field, value in request_of(recipe).items():
        if field in {"image", "image_tail"}:
            said[field] = texts[str(value)]
        elif field == "image_list":
            said[field] = [{**item, "image_url": texts[str(item["image_url"])]} for item in value]
        else:
            said[field] = value
    said["external_task_id"] = token
    return said | ({"callback_url": callback} if callback else {})
