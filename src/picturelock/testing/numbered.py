"""Clips whose frames carry their own number, so that a film can be asked which frame of which clip it shows.

The number stands as a Gray code of bars along the lower edge: neighbours differ in one bar, and a bar is wide enough to
live through scaling and compression.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.media import decode
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.opencv import cv2

BITS = 14
_DARK, _LIGHT = 24, 230


def ground(size: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """A picture with soft shapes and a little grain, H x W x 3 BGR, to compress like a picture."""
    width, height = size
    bits = np.random.default_rng(seed)
    coarse = bits.integers(40, 200, (9, 16, 3), dtype=np.uint8)
    soft = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = bits.integers(-6, 7, (height, width, 1), dtype=np.int16)
    return np.clip(soft + grain, 0, 255).astype(np.uint8)


def stamp(picture: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """Write a number into a picture, in place.

    Args:
        picture: H x W x 3 uint8, at least 64 pixels wide.
        number: 0 to 2^14 - 1.
    """
    height, width = picture.shape[:2]
    code = number ^ (number >> 1)
    bars = picture[height * 3 // 4 :]
    for bit in range(BITS):
        bars[:, width * bit // BITS : width * (bit + 1) // BITS] = _LIGHT if code >> bit & 1 else _DARK
    return picture


def number_in(luma: NDArray[np.uint8]) -> int:
    """The number that a picture carries.

    Args:
        luma: H x W uint8, without borders.
    """
    height, width = luma.shape
    row = height * 7 // 8
    code = 0
    for bit in range(BITS):
        middle = width * (2 * bit + 1) // (2 * BITS)
        code |= int(luma[row - 1 : row + 2, middle - 1 : middle + 2].mean() > 127) << bit
    number = 0
    while code:
        number ^= code
        code >>= 1
    return number


def pictures(size: tuple[int, int], frames: int, first: int = 0) -> Iterator[NDArray[np.uint8]]:
    """Numbered pictures over a drifting ground, H x W x 3 BGR."""
    width, height = size
    wide = ground((width + 2 * frames, height), first)
    for n in range(frames):
        yield stamp(np.ascontiguousarray(wide[:, 2 * n : 2 * n + width]), first + n)


def write_clip(
    path: Path,
    frames: int,
    *,
    first: int = 0,
    size: tuple[int, int] = (320, 180),
    rate: FrameRate | None = None,
    settings: H264 | None = None,
) -> Path:
    """A clip with numbered frames.

    Args:
        path: Where to.
        frames: Length.
        first: Number of its first frame.
        size: Width and height, even.
        rate: 24 where nothing is said.
        settings: Of the encoder.
    """
    with ClipWriter(path, size, rate or FrameRate(24), settings) as clip:
        for picture in pictures(size, frames, first):
            clip.write_bgr(picture)
    return path


def numbers(path: Path, span: FrameRange | None = None) -> list[int]:
    """The numbers that a file's frames carry."""
    return [number_in(frame.planes()[0]) for frame in decode.frames(path, span)]
