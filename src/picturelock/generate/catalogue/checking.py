"""What a model cannot do of a request, before money is spent."""

from collections.abc import Iterator
from fractions import Fraction

from picturelock.core.value import Value
from picturelock.generate.catalogue.asking import PriceRequest, fits_freely, nearest_size, tier_of, tiers_for
from picturelock.generate.catalogue.values import Condition, Entry, Picture, TextLimit, Use

#: Two ratios closer than this are the same: vendors round their sizes to even or 16-pixel steps.
_SAME_RATIO = Fraction(1, 50)


class Problem(Value, frozen=True, kw_only=True):
    """One thing that stands in the way.

    Attributes:
        field: Of the request.
        message: What is wrong, in a sentence without a final full stop.
        limit: What the model takes; empty where that is not known.
        nearest: The nearest value that it takes; empty where there is none.
        known: ``False`` where the catalogue does not know whether the model can: not a no, but no yes either.
    """

    field: str
    message: str
    limit: str = ""
    nearest: str = ""
    known: bool = True


def check(entry: Entry, request: PriceRequest) -> list[Problem]:
    """Everything that a model cannot do of a request, and everything of which that is not known."""
    if request.operation not in entry.model.operations:
        does = ", ".join(operation.value for operation in entry.model.operations)
        message = f"{entry.name} does not {request.operation.value}"
        return [Problem(field="operation", message=message, limit=does, nearest=does.partition(",")[0])]
    return [
        *_name(entry),
        *_length(entry, request),
        *_size(entry, request),
        *_quality(entry, request),
        *_uses(entry, request),
        *_counts(entry, request),
        *_texts(entry, request),
    ]


def _name(entry: Entry) -> Iterator[Problem]:
    if not entry.model.name_confirmed:
        yield Problem(
            field="model",
            message=f"{entry.name} is not confirmed to be the vendor's own name for it",
            known=False,
        )


def _length(entry: Entry, request: PriceRequest) -> Iterator[Problem]:
    if request.seconds is None:
        return
    lengths = entry.model.limits.seconds
    if lengths is None:
        yield _not_known(entry, "seconds", "which lengths it makes")
    elif not lengths.takes(request.seconds):
        holding = lengths.holding(request.seconds)
        yield Problem(
            field="seconds",
            message=f"{entry.name} makes no clip of {float(request.seconds):g} s",
            limit=str(lengths),
            nearest=str(holding if holding is not None else lengths.longest),
        )


def _size(entry: Entry, request: PriceRequest) -> Iterator[Problem]:
    picture = entry.model.limits.picture
    if picture is None or not (
        picture.sizes or picture.ratios or picture.free or picture.follows_first_frame
    ):
        yield _not_known(entry, "size", "which sizes it makes")
        return
    if _makes(picture, request):
        return
    nearest = nearest_size(entry.model, request.width, request.height, request.quality)
    if request.first_frame and picture.follows_first_frame:
        limit = f"a first frame up to {picture.follows_first_frame}"
    elif picture.free is not None:
        free = picture.free
        limit = (
            f"multiples of {free.multiple_of}, up to {free.widest}, {free.longest_side} pixels a side, "
            f"{free.least_pixels} to {free.most_pixels} in all"
        )
    else:
        limit = ", ".join(picture.sizes or picture.ratios)
    yield Problem(
        field="size",
        message=f"{entry.name} makes no picture of {request.width}x{request.height}",
        limit=limit,
        nearest=nearest or "",
    )


def _makes(picture: Picture, request: PriceRequest) -> bool:
    ratio = Fraction(request.width, request.height)
    if picture.free is not None:
        return fits_freely(picture.free, request.width, request.height)
    if request.first_frame and picture.follows_first_frame:
        steepest = picture.follows_first_frame.exact
        return 1 / steepest <= ratio <= steepest
    tiers = tiers_for(picture, request.quality)
    sizes = [size for tier in tiers for size in tier.sizes]
    if sizes:
        return f"{request.width}x{request.height}" in sizes
    shorts = [tier.short_side for tier in tiers if tier.short_side]
    if shorts and min(request.width, request.height) not in shorts:
        return False
    return any(abs(ratio / allowed.exact - 1) <= _SAME_RATIO for allowed in picture.ratios)


def _quality(entry: Entry, request: PriceRequest) -> Iterator[Problem]:
    limits = entry.model.limits
    tiers = [tier.name for tier in limits.picture.tiers] if limits.picture else []
    allowed = [*limits.qualities, *tiers]
    if request.quality and request.quality != "auto" and request.quality not in allowed:
        if not allowed:
            yield Problem(field="quality", message=f"{entry.name} has no choice of quality")
            return
        yield Problem(
            field="quality",
            message=f"{entry.name} has no quality {request.quality!r}",
            limit=", ".join(allowed),
            nearest=limits.usual_quality or allowed[-1],
        )


def _uses(entry: Entry, request: PriceRequest) -> Iterator[Problem]:
    uses = request.uses()
    for use in uses:
        can = getattr(entry.model.can, use.value)
        if use is Use.REFERENCES:
            can = None if can is None else can > 0
        what = use.value.replace("_", " ")
        if can is None:
            yield _not_known(entry, use.value, f"whether it takes: {what}")
        elif not can:
            yield Problem(field=use.value, message=f"{entry.name} does not take: {what}", limit="no")
    tier = tier_of(entry.model, request)
    for condition in entry.model.can.conditions:
        if condition.use in uses and not _met(condition, tier, request):
            yield _unmet(entry, condition, tier, request)


def _met(condition: Condition, tier: str, request: PriceRequest) -> bool:
    return (
        (not condition.tiers or tier in condition.tiers)
        and not (condition.silent and request.audio)
        and (condition.without is None or condition.without not in request.uses())
    )


def _unmet(entry: Entry, condition: Condition, tier: str, request: PriceRequest) -> Problem:
    what = condition.use.value.replace("_", " ")
    if condition.tiers and tier not in condition.tiers:
        allowed = ", ".join(condition.tiers)
        message = f"{entry.name} takes {what} only in {allowed}"
        return Problem(field=condition.use.value, message=message, limit=allowed, nearest=condition.tiers[0])
    if condition.silent and request.audio:
        message = f"{entry.name} takes {what} only without audio"
        return Problem(field=condition.use.value, message=message, limit="silent", nearest="silent")
    other = condition.without.value.replace("_", " ") if condition.without else ""
    message = f"{entry.name} takes {what} only without {other}"
    return Problem(
        field=condition.use.value, message=message, limit=f"without {other}", nearest=f"without {other}"
    )


def _counts(entry: Entry, request: PriceRequest) -> Iterator[Problem]:
    limits, can = entry.model.limits, entry.model.can
    rows = (
        ("references", request.references, can.references, 0),
        ("outputs", request.outputs, can.outputs, 1),
        ("input_bytes", request.input_bytes, limits.input_bytes, 0),
        ("people", request.people, limits.most_people, None),
    )
    for field, asked, most, harmless in rows:
        if most is not None and asked > most and not (field == "references" and most == 0):
            yield Problem(
                field=field,
                message=f"{entry.name} takes at most {most} {field.replace('_', ' ')}, not {asked}",
                limit=str(most),
                nearest=str(most),
            )
        elif most is None and harmless is not None and asked > harmless and field != "references":
            yield _not_known(entry, field, f"how many {field.replace('_', ' ')} it takes")


def _texts(entry: Entry, request: PriceRequest) -> Iterator[Problem]:
    limits = entry.model.limits
    texts: tuple[tuple[str, str, TextLimit | None], ...] = (
        ("prompt", request.prompt, limits.prompt),
        ("negative_prompt", request.negative_prompt, limits.negative_prompt),
    )
    for field, text, limit in texts:
        if (
            text
            and limit is None
            and not (field == "negative_prompt" and not entry.model.can.negative_prompt)
        ):
            yield _not_known(entry, field, "how long it may be")
        elif limit is not None and limit.length(text) > limit.most:
            unit = "UTF-16 units" if limit.counted.value == "utf16" else "characters"
            yield Problem(
                field=field,
                message=f"the {field.replace('_', ' ')} for {entry.name} is {limit.length(text)} {unit} long",
                limit=f"{limit.most} {unit}",
                nearest=str(limit.most),
            )


def _not_known(entry: Entry, field: str, what: str) -> Problem:
    return Problem(field=field, message=f"the catalogue does not know of {entry.name} {what}", known=False)
