"""What is to be asked of a model, in the words that limits and prices are written in."""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from picturelock.core.failures import Malformed
from picturelock.core.take import Operation
from picturelock.generate.catalogue.values import FreeSize, ModelFacts, Picture, Size, Tier, Use, When


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRequest:
    """One request to a vendor, as far as its price and the model's limits depend on it.

    Attributes:
        width: Of the picture or clip that is ordered, in pixels.
        seconds: Of the clip that is wanted; ``None`` for a still.
        quality: A quality or tier of the model; empty leaves it to the vendor.
        outputs: Pictures or clips from the request, 1 or more.
        references: Pictures given beside first and last frame.
        edit: A given picture or clip is changed.
        input_seconds: Length of a given clip.
        prompt_tokens: Where they were counted; otherwise they are estimated from the prompt.
        input_bytes: The largest picture that is given.
        people: In the picture.
    """

    operation: Operation
    width: int
    height: int
    seconds: Fraction | None = None
    quality: str = ""
    audio: bool = False
    outputs: int = 1
    references: int = 0
    first_frame: bool = False
    last_frame: bool = False
    edit: bool = False
    extend: bool = False
    mask: bool = False
    input_seconds: Fraction = Fraction(0)
    prompt: str = ""
    negative_prompt: str = ""
    prompt_tokens: int | None = None
    seed: bool = False
    input_bytes: int = 0
    people: int = 0

    def __post_init__(self) -> None:
        counts = (self.outputs - 1, self.references, self.input_bytes, self.people, self.prompt_tokens or 0)
        if self.width < 1 or self.height < 1 or min(counts) < 0 or self.input_seconds < 0:
            raise Malformed("a request has a negative count or size")
        if self.seconds is not None and self.seconds <= 0:
            raise Malformed(f"a clip of {self.seconds} seconds cannot be ordered")
        if self.operation is Operation.ANIMATE and self.seconds is None:
            raise Malformed("a clip is ordered without a length", remedy="Give `seconds`.")

    @property
    def pictures(self) -> int:
        """Pictures that travel with the request."""
        return self.references + self.first_frame + self.last_frame

    def uses(self) -> tuple[Use, ...]:
        """What the request makes use of."""
        given = {
            Use.TEXT_ONLY: not (self.pictures or self.edit or self.extend),
            Use.FIRST_FRAME: self.first_frame,
            Use.LAST_FRAME: self.last_frame,
            Use.REFERENCES: self.references > 0,
            Use.EDIT: self.edit,
            Use.EXTEND: self.extend,
            Use.MASK: self.mask,
            Use.AUDIO: self.audio,
            Use.SEED: self.seed,
            Use.NEGATIVE_PROMPT: bool(self.negative_prompt),
        }
        return tuple(use for use, asked in given.items() if asked)


def billed_seconds(model: ModelFacts, seconds: Fraction) -> Fraction | None:
    """The length that has to be ordered to hold so many seconds; ``None`` where the model makes none so long."""
    lengths = model.limits.seconds
    if lengths is None:
        return seconds
    whole = lengths.holding(seconds)
    return None if whole is None else Fraction(whole)


def tier_of(model: ModelFacts, request: PriceRequest) -> str:
    """The tier that a request is in: named, or told by its size; empty where neither says it."""
    picture = model.limits.picture or Picture()
    named = [tier.name for tier in picture.tiers if tier.name == request.quality]
    if named:
        return named[0]
    size = f"{request.width}x{request.height}"
    short = min(request.width, request.height)
    for tier in picture.tiers:
        if size in tier.sizes or (tier.short_side and short <= tier.short_side):
            return tier.name
    return ""


def nearest_size(model: ModelFacts, width: int, height: int, quality: str = "") -> Size | None:
    """The size nearest to this one that the model makes: the nearest ratio first, then the nearest area.

    Args:
        model: Whose sizes count.
        width: That is wanted, in pixels.
        height: That is wanted, in pixels.
        quality: A tier that the size has to be in, where one is named.

    Returns:
        ``None`` where the model's sizes are not known.
    """
    picture = model.limits.picture
    if picture is None:
        return None
    if picture.free is not None:
        return _free_size(picture.free, width, height)
    wanted = Fraction(width, height)
    tiers = tiers_for(picture, quality)
    choices = tuple(size for tier in tiers for size in tier.sizes)
    if not choices and picture.ratios:
        shorts = [tier.short_side for tier in tiers if tier.short_side] or [min(width, height)]
        choices = tuple(_with_short_side(r.exact, short) for r in picture.ratios for short in shorts)
    if not choices:
        return None
    return min(
        choices,
        key=lambda s: (_apart(Fraction(s.width, s.height), wanted), abs(s.width * s.height - width * height)),
    )


def tiers_for(picture: Picture, quality: str) -> tuple[Tier, ...]:
    """The tier that is named, or all of them."""
    return tuple(tier for tier in picture.tiers if tier.name == quality) or picture.tiers


def holds(when: When, *, tier: str, quality: str, seconds: Fraction | None, request: PriceRequest) -> bool:
    """Whether a price row is meant for a request."""
    return (
        (not when.tiers or tier in when.tiers)
        and (not when.qualities or quality in when.qualities)
        and (not when.seconds or seconds in when.seconds)
        and (when.audio is None or when.audio == request.audio)
        and (when.edit is None or when.edit == request.edit)
    )


def _apart(one: Fraction, other: Fraction) -> Fraction:
    """How far two ratios are apart: 1 for equal ones."""
    return max(one / other, other / one)


def _with_short_side(ratio: Fraction, short: int) -> Size:
    long = round(short * max(ratio, 1 / ratio))
    return Size.of(long, short) if ratio >= 1 else Size.of(short, long)


def _free_size(free: FreeSize, width: int, height: int) -> Size | None:
    """The nearest size within the bounds: every one of the few sizes around the scaled one is tried."""
    steepest = free.widest.exact
    ratio = min(max(Fraction(width, height), 1 / steepest), steepest)
    most = min(Fraction(free.most_pixels), free.longest_side**2 / max(ratio, 1 / ratio))
    area = min(max(Fraction(width * height), Fraction(free.least_pixels)), most)
    across = isqrt(int(area * ratio)) // free.multiple_of
    down = isqrt(int(area / ratio)) // free.multiple_of
    around = [
        (w * free.multiple_of, h * free.multiple_of)
        for w in range(max(1, across - 3), across + 5)
        for h in range(max(1, down - 3), down + 5)
    ]
    wanted = Fraction(width, height)
    fitting = [size for size in around if fits_freely(free, *size)]
    best = min(
        fitting,
        # Of two that are as near, the larger: a picture is better made smaller than larger.
        key=lambda s: (abs(s[0] - width) + abs(s[1] - height), _apart(Fraction(*s), wanted), -s[0] * s[1]),
        default=None,
    )
    return Size.of(*best) if best else None


def fits_freely(free: FreeSize, width: int, height: int) -> bool:
    """Whether a freely chosen size is within the bounds."""
    return (
        width % free.multiple_of == 0
        and height % free.multiple_of == 0
        and max(width, height) <= free.longest_side
        and _apart(Fraction(width, height), Fraction(1)) <= free.widest.exact
        and free.least_pixels <= width * height <= free.most_pixels
    )
