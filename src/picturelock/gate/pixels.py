"""Pixels in memory, and stills that may be unreadable."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from picturelock.core.failures import PicturelockError
from picturelock.media.picture import read

# uint8 unless a docstring says otherwise; OpenCV's own types promise only "a number".
Pixels = NDArray[Any]


def read_still(path: Path) -> Pixels | None:
    """A locked picture beside the one that is measured, H x W x 3 BGR; ``None`` where it cannot be read."""
    try:
        return read(path.read_bytes())
    except (PicturelockError, OSError):
        return None
