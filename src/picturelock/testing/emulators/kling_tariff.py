"""What the emulated Kling sells, what each model can do, and for how many units: its own price list, read by nobody else."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

SIDES = {"std": 720, "pro": 1080, "4k": 2160}
"""Length of a clip's shorter side by mode, pixels."""

_END = datetime(2026, 9, 15, tzinfo=UTC)
_FIVE_OR_TEN = (5, 10)
_LONG = tuple(range(3, 16))


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is or was for sale.

    Attributes:
        silent: Units without sound by mode: each second, or each clip of five seconds.
        sound: The same with sound; modes that are missing make none.
        by_clip: Units are for five seconds, and a clip of ten costs twice that.
        seconds: Lengths that can be asked for.
        text: It makes clips from text alone.
        picture: It makes clips from a first frame.
        tail: Modes in which a last frame is taken.
        tail_silent: A last frame and sound exclude one another.
        strength: ``cfg_scale`` is taken.
        camera: Mode in which a camera movement is taken, with five seconds only.
        brush: Motion brushes are taken.
        shots: Several shots in one clip can be asked for.
        ends: From then on it is gone.
    """

    silent: dict[str, Decimal]
    sound: dict[str, Decimal] = field(default_factory=dict)
    by_clip: bool = False
    seconds: tuple[int, ...] = _FIVE_OR_TEN
    text: bool = True
    picture: bool = True
    tail: tuple[str, ...] = ()
    tail_silent: bool = False
    strength: bool = False
    camera: str = ""
    brush: bool = False
    shots: bool = False
    ends: datetime | None = None

    def units(self, mode: str, seconds: int, *, sound: bool) -> Decimal:
        """What a clip costs by the list."""
        rate = (self.sound if sound else self.silent)[mode]
        return rate * (Decimal(seconds) / 5 if self.by_clip else seconds)


def _rates(**modes: str) -> dict[str, Decimal]:
    return {mode.removeprefix("of_"): Decimal(rate) for mode, rate in modes.items()}


_ONE = _rates(std="2", pro="3.5")
_MASTER = _rates(std="10", pro="10")

MODELS: dict[str, Model] = {
    "kling-v1": Model(
        _rates(std="1", pro="3.5"),
        by_clip=True,
        tail=("std", "pro"),
        strength=True,
        camera="std",
        brush=True,
    ),
    "kling-v1-5": Model(
        _ONE, by_clip=True, text=False, tail=("pro",), strength=True, camera="pro", brush=True, ends=_END
    ),
    "kling-v1-6": Model(_ONE, by_clip=True, tail=("pro",), strength=True, ends=_END),
    "kling-v2-1": Model(_ONE, by_clip=True, text=False, tail=("pro",), ends=_END),
    "kling-v2-1-master": Model(_MASTER, by_clip=True, ends=_END),
    "kling-v2-5-turbo": Model(_rates(std="1.5", pro="2.5"), by_clip=True, tail=("pro",)),
    "kling-v2-6": Model(
        _rates(std="1.5", pro="2.5"), _rates(pro="5"), by_clip=True, tail=("pro",), tail_silent=True
    ),
    "kling-v3": Model(
        _rates(std="0.6", pro="0.8", of_4k="3"),
        _rates(std="0.9", pro="1.2", of_4k="3"),
        seconds=_LONG,
        tail=("std", "pro", "4k"),
        strength=True,
        shots=True,
    ),
    "kling-3.0-turbo": Model(
        _rates(std="0.8", pro="1.0"), _rates(std="0.8", pro="1.0"), seconds=_LONG, tail=("std", "pro")
    ),
}
"""Models of ``text2video`` and ``image2video``."""

OMNI: dict[str, Model] = {
    "kling-video-o1": Model(_rates(std="0.6", pro="0.8"), tail=("std", "pro")),
    "kling-v3-omni": Model(
        _rates(std="0.6", pro="0.8", of_4k="3"),
        _rates(std="0.8", pro="1.0", of_4k="3"),
        seconds=_LONG,
        tail=("std", "pro", "4k"),
        shots=True,
    ),
}
"""Models of ``omni-video``."""

WITH_PICTURES = tuple(range(3, 11))
"""Lengths that Omni takes with reference pictures alone."""

NEWEST_UNKNOWN = "kling-4.0"
"""On the market since 2026-10-15; what its interface calls it was published nowhere, so it cannot be asked for here."""
