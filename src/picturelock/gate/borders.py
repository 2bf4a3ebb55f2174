"""Bars at the edges of a picture: rows and columns that hold one flat dark or light tone and end in a straight line."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A codec leaves bars a level or two of noise; paper grain and washes have more.
FLAT = 2.0
# A bar ends in a step; a dark ceiling that fades out does not.
STEP = 6.0


@dataclass(frozen=True, slots=True)
class Borders:
    """Width of the bars in shares of the picture's height (top, bottom) and width (left, right)."""

    top: float
    bottom: float
    left: float
    right: float

    @property
    def share(self) -> float:
        """Share of the picture that the bars take."""
        return 1.0 - max(0.0, 1.0 - self.top - self.bottom) * max(0.0, 1.0 - self.left - self.right)

    def evidence(self) -> dict[str, Any]:
        """For a measurement."""
        return {side: round(getattr(self, side), 4) for side in ("top", "bottom", "left", "right")}


def borders(luma: NDArray[np.uint8]) -> Borders:
    """Measure the bars.

    Opposite bars are counted only together, as letterbox and pillarbox are; a lone flat strip (a night sky, a table's
    edge) is part of the picture.

    Args:
        luma: H x W uint8.
    """
    rows = luma.astype(np.float32)
    top, bottom = _bar(rows), _bar(rows[::-1])
    columns = rows.T
    left, right = _bar(columns), _bar(columns[::-1])
    height, width = luma.shape
    upright = (top / height, bottom / height) if _pair(top, bottom, rows) else (0.0, 0.0)
    across = (left / width, right / width) if _pair(left, right, columns) else (0.0, 0.0)
    return Borders(*upright, *across)


def _bar(rows: NDArray[np.float32]) -> int:
    """How many rows from the first on are one flat tone, if they end in a step; else 0."""
    tone = float(np.median(rows[0]))
    flat = (np.abs(rows - tone) <= FLAT * 2).mean(axis=1) > 0.995
    count = int(np.argmin(flat)) if not flat.all() else len(rows)
    if count == 0 or count == len(rows):
        return 0
    # The row at the edge may be a mixture of bar and picture.
    behind = rows[min(count + 1, len(rows) - 1)]
    return count if float(np.abs(behind - tone).mean()) > STEP else 0


def _pair(one: int, other: int, rows: NDArray[np.float32]) -> bool:
    if not one or not other:
        return False
    same_tone = abs(float(np.median(rows[0])) - float(np.median(rows[-1]))) <= FLAT * 2
    return same_tone and abs(one - other) <= max(2, 0.25 * max(one, other))
