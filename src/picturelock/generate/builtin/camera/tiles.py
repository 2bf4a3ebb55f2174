"""What a plane hides and where there is nothing of it, told in tiles, so that hardly a pixel is drawn in vain."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.camera.projection import Matrix
from picturelock.media.opencv import cv2

Tiles = NDArray[np.bool_]

_TILE = 64  # of the frame, pixels
_CELL = 16  # of a plane, pixels
_SPREAD = 4  # pixels of a plane, to any side, that a pixel of the frame can draw on: its chroma is halved and softened


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of the frame, pixels: even, and not empty."""

    left: int
    top: int
    right: int
    bottom: int


class Grid:
    """A frame cut into tiles.

    Args:
        width: Of the frame, even.
        height: Of the frame, even.
    """

    def __init__(self, width: int, height: int) -> None:
        self._across = [*range(0, width, _TILE), width]
        self._down = [*range(0, height, _TILE), height]
        x, y = np.meshgrid(self._across, self._down)
        self.corners = np.stack([x - 0.5, y - 0.5, np.ones(x.shape)], axis=-1)

    def all(self) -> Tiles:
        """Every tile."""
        return np.ones((len(self._down) - 1, len(self._across) - 1), np.bool_)

    def pieces(self, wanted: Tiles, allowed: Tiles, in_vain: int) -> tuple[list[Piece], Tiles]:
        """A few rectangles that do not overlap and cover what is wanted.

        Args:
            wanted: Is covered.
            allowed: May be covered, where that saves a rectangle. What is wanted is allowed.
            in_vain: Tiles that may be covered for nothing to save a rectangle.

        Returns:
            The rectangles, and all tiles that they cover.
        """
        free = _lines(allowed)
        found: list[_Box] = []
        for row, line in enumerate(_lines(wanted)):
            left_over = line
            while left_over:
                left = (left_over & -left_over).bit_length() - 1
                beyond = ~(left_over >> left)
                box = (left, row, left + (beyond & -beyond).bit_length() - 1, row + 1)
                box = _joined(box, found, free, in_vain)
                found.append(box)
                bits = _bits(box)
                free[box[1] : row + 1] = [above & ~bits for above in free[box[1] : row + 1]]
                left_over &= ~bits
        covered = np.zeros_like(wanted)
        for x0, y0, x1, y1 in found:
            covered[y0:y1, x0:x1] = True
        pieces = [
            Piece(self._across[x0], self._down[y0], self._across[x1], self._down[y1])
            for x0, y0, x1, y1 in found
        ]
        return pieces, covered


_Box = tuple[int, int, int, int]  # left, top, right, bottom in tiles


def _lines(tiles: Tiles) -> list[int]:
    """Every row as a number with a bit a tile, the left one lowest."""
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(tiles, axis=1, bitorder="little")]


def _bits(box: _Box) -> int:
    return (1 << box[2]) - (1 << box[0])


def _joined(run: _Box, found: list[_Box], free: list[int], in_vain: int) -> _Box:
    """A run of the lowest row, together with that one of the boxes that it fits best; that one is taken out."""
    best, least = None, in_vain + 1
    for number, (left, top, right, bottom) in enumerate(found):
        wider = (min(left, run[0]), top, max(right, run[2]), run[3])
        more = (wider[2] - wider[0]) * (wider[3] - top) - (right - left) * (bottom - top) - run[2] + run[0]
        if more >= least:
            continue
        bits, own = _bits(wider), _bits(found[number])
        if not any(bits & ~(free[row] | own * (row < bottom)) for row in range(top, run[3])):
            best, least = number, more
    if best is None:
        return run
    left, top, right, _ = found.pop(best)
    return min(left, run[0]), top, max(right, run[2]), run[3]


class Extent:
    """Where a plane is opaque and where it is there at all, by cells of its pixels.

    Args:
        filled: 2 for a cell that nothing shines through, 1 for one that is there in part, 0 for an empty one.
    """

    def __init__(self, filled: NDArray[np.uint8]) -> None:
        self.filled = filled
        # A ring of empty cells stands for all that lies outside.
        self._sums = cv2.integral(np.pad(filled, 1))

    @classmethod
    def of(cls, clear: NDArray[Any]) -> "Extent":
        """Of a plane.

        Args:
            clear: 255 - alpha, uint8.
        """
        tall, wide = (-(-length // _CELL) for length in clear.shape)
        down, across = tall * _CELL - clear.shape[0], wide * _CELL - clear.shape[1]
        whole = cv2.copyMakeBorder(clear, 0, down, 0, across, cv2.BORDER_CONSTANT, value=(255,))
        rows = whole.reshape(tall, _CELL, wide * _CELL)
        most, least = (part.reshape(tall, wide, _CELL) for part in (rows.max(axis=1), rows.min(axis=1)))
        return cls((most.max(axis=2) == 0).astype(np.uint8) + (least.min(axis=2) < 255))

    def mixed(self, other: "Extent") -> "Extent":
        """Of a mixture of two planes of one size."""
        return Extent(np.where(self.filled == other.filled, self.filled, 1).astype(np.uint8))

    def seen(self, back: Matrix, grid: Grid) -> tuple[Tiles, Tiles]:
        """What of a frame the plane fills.

        Args:
            back: Pixels of the frame to pixels of the plane.
            grid: Of the frame.

        Returns:
            The tiles that it hides, and those that it is otherwise in.
        """
        points = grid.corners @ back.T
        depth = points[..., 2]
        ahead = depth > 0
        cells = points[..., :2] / np.where(ahead, depth, 1.0)[..., None] / _CELL
        low, high = _of_corners(np.minimum, cells), _of_corners(np.maximum, cells)
        low, high = low - _SPREAD / _CELL, high + _SPREAD / _CELL
        (x0, y0), (x1, y1) = (
            (np.clip(np.floor(side), -1, self.filled.shape[::-1]).astype(np.intp) + more).transpose(2, 0, 1)
            for side, more in ((low, 1), (high, 2))
        )
        s = self._sums
        filled = s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0]
        whole = _of_corners(np.logical_and, ahead)
        hides = whole & (filled == 2 * (x1 - x0) * (y1 - y0))
        # A tile across the horizon tells nothing of what is in it.
        return hides, np.where(whole, filled > 0, _of_corners(np.logical_or, ahead)) & ~hides


def _of_corners(what: np.ufunc, corners: NDArray[Any]) -> NDArray[Any]:
    """Joins what the four corners of every tile say."""
    rows = what(corners[:-1], corners[1:])
    return what(rows[:, :-1], rows[:, 1:])
