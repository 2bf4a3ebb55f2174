"""Cards that stand where there is no clip: the title before the film, and the stand-in for a shot that is not made yet."""

import numpy as np
from numpy.typing import NDArray

from picturelock.media import lettering

_GROUND = (38, 34, 32)
_INK = (226, 234, 240)
_FAINT = (150, 144, 138)


def label(shot: str, title: str) -> tuple[str, str]:
    """What a stand-in card says."""
    return str(shot), title


def _blank(size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), _GROUND, np.uint8)


def _centred(
    picture: NDArray[np.uint8],
    text: str,
    baseline: int,
    size: int,
    colour: tuple[int, int, int],
    weight: int = lettering.REGULAR,
) -> None:
    width = picture.shape[1]
    text = lettering.shortened(text, width * 9 // 10, size, weight)
    left = (width - lettering.width_of(text, size, weight)) // 2
    lettering.write(picture, text, (left, baseline), size, colour, weight)


def title_card(size: tuple[int, int], title: str) -> NDArray[np.uint8]:
    """The film's title on a dark ground. No date, so that it is the same every time.

    Args:
        size: Width and height.
        title: One or two lines.

    Returns:
        H x W x 3 uint8 BGR.
    """
    picture = _blank(size)
    width, height = size
    em = max(12, height // 14)
    rows = lettering.lines(title, width * 8 // 10, em, 3, lettering.BOLD)
    top = height // 2 - (len(rows) - 1) * em * 7 // 10 + em // 3
    for n, row in enumerate(rows):
        _centred(picture, row, top + n * em * 7 // 5, em, _INK, lettering.BOLD)
    rule = top + (len(rows) - 1) * em * 7 // 5 + em * 4 // 5
    half = width // 14
    picture[rule : rule + max(1, height // 360), width // 2 - half : width // 2 + half] = _FAINT
    return picture


def missing_card(size: tuple[int, int], shot: str, title: str) -> NDArray[np.uint8]:
    """Stands in the cut for a shot that has no clip.

    Args:
        size: Width and height.
        shot: Its code.
        title: What is to be seen, for people.

    Returns:
        H x W x 3 uint8 BGR.
    """
    picture = _blank(size)
    width, height = size
    em, small = max(12, height // 14), max(10, height // 22)
    _centred(picture, shot, height * 47 // 100, em, _INK, lettering.BOLD)
    for n, row in enumerate(lettering.lines(title, width * 7 // 10, small, 2)):
        _centred(picture, row, height * 56 // 100 + n * small * 3 // 2, small, _FAINT)
    edge, thick = height // 18, max(1, height // 540)
    frame = picture[edge:-edge, edge:-edge]
    frame[:thick], frame[-thick:], frame[:, :thick], frame[:, -thick:] = (_FAINT,) * 4
    return picture
