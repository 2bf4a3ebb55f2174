"""Text in pictures. OpenCV's own fonts: one sans with weights, and a Unicode one that holds Chinese, Japanese, Korean."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from picturelock.media.captions import columns
from picturelock.media.opencv import cv2

REGULAR = 400
BOLD = 640


@cache
def _font(name: str) -> cv2.FontFace:
    return cv2.FontFace(name)


def width_of(text: str, size: int, weight: int = REGULAR) -> int:
    """Pixels that a line takes."""
    if not text:
        return 0
    _, _, width, _ = cv2.getTextSize((1, 1), text, (0, 0), _font("sans"), size, weight)
    return int(width)


def write(
    picture: NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    size: int,
    colour: tuple[int, int, int],
    weight: int = REGULAR,
) -> None:
    """Write a line into a picture.

    Args:
        picture: H x W x 3 uint8 BGR, changed in place.
        text: One line, any script; what the fonts lack becomes a question mark.
        at: Left end of the baseline.
        size: Height of the letters' em in pixels.
        colour: BGR.
        weight: 100 to 900.
    """
    if text:
        cv2.putText(picture, text, at, colour, _font("sans"), size, weight)


def shortened(text: str, width: int, size: int, weight: int = REGULAR) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    text = " ".join(text.split())
    if width_of(text, size, weight) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + "…", size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low else ""


def lines(text: str, width: int, size: int, most: int, weight: int = REGULAR) -> list[str]:
    """A text in at most ``most`` lines of ``width`` pixels; the last one is shortened."""
    from picturelock.media.captions import wrapped

    text = " ".join(text.split())
    if not text:
        return []
    per_column = max(1.0, width_of(text, size, weight) / max(1, columns(text)))
    found = wrapped(text, max(4, int(width / per_column)))
    if len(found) > most:
        found = [*found[: most - 1], " ".join(found[most - 1 :])]
    return [shortened(line, width, size, weight) for line in found]
