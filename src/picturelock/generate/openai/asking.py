"""A recipe, put into OpenAI's words: which of two requests it is, with which fields and pictures.

Recipes give pictures by the part they play: a ``reference:…`` is only looked at, the ``picture`` is changed, and the
``mask`` says where. Which references are shown is planned, best first, because a request takes only so many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from picturelock.core.brief import Brief, StillBrief
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, Damaged, PicturelockError, UserError
from picturelock.core.take import Operation, Recipe
from picturelock.generate.catalogue import Entry, PriceRequest, nearest_size
from picturelock.generate.content import kind_of
from picturelock.media import picture
from picturelock.vault.store import Vault

PICTURE = "picture"
MASK = "mask"
REFERENCE = "reference:"

GENERATE = "/images/generations"
EDIT = "/images/edits"

_MODERATIONS = ("auto", "low")
_OPTIONS = ("moderation", "quality")
_MOST_MASK_BYTES = 4_000_000
_PREVIEWS = frozenset({"gpt-image-2"})  # transparent grounds are a preview that few accounts have
_KINDS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        path: Below the base address.
        fields: Everything but pictures.
        pictures: By digest; the first one is what a mask belongs to.
    """

    path: str
    fields: Mapping[str, str | int]
    pictures: tuple[Digest, ...] = ()
    mask: Digest | None = None


def parameters(entry: Entry, brief: Brief, options: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for beside prompt and pictures, every choice written out.

    Args:
        entry: The model.
        brief: What is to be made.
        options: ``quality`` and ``moderation``.

    Raises:
        UserError: It makes no such thing, or an option is not known.
    """
    if not isinstance(brief, StillBrief):
        raise UserError(
            "OpenAI makes stills only", remedy="Route clips to runway or kling, and voices to builtin/voice."
        )
    if unknown := sorted(options.keys() - set(_OPTIONS)):
        raise UserError(
            f"openai has no option {', '.join(map(repr, unknown))}",
            remedy=f"Under `vendors: openai:` there may be: {', '.join(_OPTIONS)}.",
        )
    limits = entry.model.limits
    quality = _chosen("quality", options.get("quality", limits.usual_quality), limits.qualities)
    moderation = _chosen("moderation", options.get("moderation", "auto"), _MODERATIONS)
    size = nearest_size(entry.model, brief.width, brief.height)
    if size is None:
        raise UserError(f"which sizes {entry.name} makes is not known")
    shown = list(_references(brief))[: entry.model.can.references or 0]
    cut_out = brief.plate not in {"", "background"}
    if cut_out and entry.model.name in _PREVIEWS:
        raise UserError(
            f"{entry.name} draws on a transparent ground for few accounts only, and a plate needs one",
            remedy="Route plates to openai/gpt-image-2.5-sunburst.",
        )
    chosen: dict[str, Any] = {"image": shown} if shown else {}
    return chosen | {
        "size": str(size),
        "quality": quality,
        "background": "transparent" if cut_out else "opaque",
        "output_format": "png",
        "moderation": moderation,
        "n": 1,
    }


def _references(brief: StillBrief) -> Iterator[str]:
    """The anchors' pictures, as recipes call them: the first one of each anchor, then the second ones."""
    most = max((len(anchor.references) for anchor in brief.anchors), default=0)
    for number in range(most):
        for anchor in brief.anchors:
            if number < len(anchor.references):
                yield f"{REFERENCE}{anchor.id}:{number}"


def _chosen(name: str, value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise UserError(
            f"openai's {name} cannot be {value!r}", remedy=f"It can be: {', '.join(allowed) or 'nothing'}."
        )
    return str(value)


def asked(recipe: Recipe) -> Asked:
    """The request that a recipe means.

    Raises:
        UserError: The recipe was not planned for OpenAI, or has a mask and nothing that it belongs to.
    """
    planned: object = recipe.parameters.get("request")
    if recipe.operation is not Operation.DRAW or not isinstance(planned, dict) or "size" not in planned:
        raise UserError("the recipe was not planned for OpenAI", remedy="Plan it again.")
    roles = [str(role) for role in planned.get("image", ())]
    changed, mask = recipe.input(PICTURE), recipe.input(MASK)
    if changed is not None:
        roles.insert(0, PICTURE)
    elif mask is not None:
        raise UserError("the recipe has a mask, and no picture that it belongs to")
    fields: dict[str, str | int] = {"model": recipe.model_version, "prompt": recipe.prompt + _legend(roles)}
    fields |= {name: value for name, value in planned.items() if name != "image"}
    if not roles:
        return Asked(GENERATE, fields)
    fields.pop("moderation", None)  # only the other request has it
    return Asked(EDIT, fields, tuple(_given(recipe, role) for role in roles), mask)


def _given(recipe: Recipe, role: str) -> Digest:
    found = recipe.input(role)
    if found is None:
        raise UserError(f"the recipe has no {role}, which its request shows")
    return found


def _legend(roles: Sequence[str]) -> str:
    """Which picture is whom, because a request only numbers them."""
    named = [
        f"{number} is to be changed"
        if role == PICTURE
        else f"{number} shows {role.removeprefix(REFERENCE).partition(':')[0]}"
        for number, role in enumerate(roles, 1)
    ]
    return f"\nOf the given images, {', '.join(named)}." if named else ""


def priced(recipe: Recipe, *, input_bytes: int = 0) -> PriceRequest:
    """The same request in the catalogue's words.

    Raises:
        UserError: See :func:`asked`.
    """
    request = asked(recipe)
    width, _, height = str(request.fields["size"]).partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise UserError(f"{request.fields['size']!r} is no size", remedy="Plan the recipe again.")
    return PriceRequest(
        operation=recipe.operation,
        width=int(width),
        height=int(height),
        quality=str(request.fields.get("quality", "")),
        references=len(request.pictures),
        edit=recipe.input(PICTURE) is not None,
        mask=request.mask is not None,
        prompt=str(request.fields["prompt"]),
        input_bytes=input_bytes,
    )


def files(request: Asked, vault: Vault) -> list[tuple[str, tuple[str, bytes, str]]]:
    """The pictures of a request as parts of a form.

    Raises:
        UserError: One is not of a kind that OpenAI takes, or the mask does not fit.
    """
    parts = [("image[]", _part(f"picture-{n}", vault.read(d))) for n, d in enumerate(request.pictures)]
    if request.mask is not None:
        name, data, kind = _part("mask", vault.read(request.mask))
        _fitting(data, kind, parts[0][1][1])
        parts.append(("mask", (name, data, kind)))
    return parts


def _part(name: str, data: bytes) -> tuple[str, bytes, str]:
    try:
        kind = kind_of(data[:64])
    except PicturelockError as error:
        raise UserError(f"{name} is no picture: {error.message}") from error
    if kind not in _KINDS:
        raise UserError(f"{name} is {kind}", remedy=f"OpenAI takes {', '.join(_KINDS)}.")
    return f"{name}.{_KINDS[kind]}", data, kind


def _fitting(mask: bytes, kind: str, changed: bytes) -> None:
    """Hold a mask to what OpenAI asks of it.

    Raises:
        Conflict: It is no PNG, has no transparency, is too large or of another size than its picture.
    """
    try:
        own, other = picture.header(mask), picture.header(changed)
    except (Damaged, UserError) as error:
        raise Conflict(f"a picture of the request cannot be read: {error.message}") from error
    wrong = {
        "is no PNG": kind != "image/png",
        "has no transparent part, which is what is to be changed": not own.alpha,
        f"has {len(mask)} bytes, and fewer than {_MOST_MASK_BYTES} are taken": len(mask) >= _MOST_MASK_BYTES,
        f"is {own.width}x{own.height}, and its picture is {other.width}x{other.height}": (
            (own.width, own.height) != (other.width, other.height)
        ),
    }
    if reasons := [reason for reason, so in wrong.items() if so]:
        raise Conflict(f"the mask {' and '.join(reasons)}", remedy="Give a PNG of the picture's own size.")
