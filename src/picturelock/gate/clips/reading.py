"""Short forms for checks that read a screening."""

from collections.abc import Callable
from statistics import median

from picturelock.core.ids import CheckName
from picturelock.gate.check import Found, Gauge, Missing
from picturelock.gate.clips.screening import Screening

Find = Callable[[Screening], Found | Missing]


def clip_check(
    name: str, point: str, unit: str, method: str, find: Find, *, frames: int = 1
) -> Gauge[Screening]:
    """A check of the clip gate.

    Args:
        name: Behind ``clip.``.
        point: Of the gate's list.
        unit: Of the value.
        method: Name and version.
        find: Asked only when enough was decoded.
        frames: How much that is.
    """

    def guarded(screening: Screening) -> Found | Missing:
        if screening.frames < frames:
            return Missing(screening.problem or f"{screening.frames} frames are too few; it takes {frames}")
        return find(screening)

    return Gauge(CheckName(f"clip.{name}"), point, unit, method, guarded)


def around(values: list[float], at: int, reach: int) -> float:
    """Median of the neighbours of a value, itself left out; 0 where it has none."""
    near = values[max(0, at - reach) : at] + values[at + 1 : at + 1 + reach]
    return median(near) if near else 0.0
