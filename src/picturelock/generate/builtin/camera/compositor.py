"""One frame: every plane warped to where the camera sees it, from far to near, and none where a nearer one hides it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from picturelock.generate.builtin.camera.planes import Frame, Pixels, Plane
from picturelock.generate.builtin.camera.projection import Matrix
from picturelock.generate.builtin.camera.tiles import Grid, Piece
from picturelock.media.opencv import cv2

_PLACE_TO_LUMA = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
_LUMA_TO_PLACE = np.linalg.inv(_PLACE_TO_LUMA)
_LAID_IN_VAIN, _PUT_IN_VAIN = 1, 2  # tiles that cost as much as one more piece
_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A plane as one camera sees it.

    Attributes:
        plane: The pixels.
        back: Pixels of the frame to pixels of the plane.
        opacity: 0 to 1; a plane that the camera walks through fades.
    """

    plane: Plane
    back: Matrix
    opacity: float = 1.0


_Warp = Callable[[Pixels, Matrix, Pixels, int | None], None]
"""Source, matrix, target, rim: fills the target, whose pixels the matrix takes to those of the source.

Beyond its edges a source goes on like them. Where they are all of one value, the rim, that is told faster.
"""


def _bent(source: Pixels, back: Matrix, out: Pixels, rim: int | None) -> None:
    size = (out.shape[1], out.shape[0])
    cv2.warpPerspective(source, back, size, out, _LINEAR, _border(rim), (rim or 0,))


def _straight(source: Pixels, back: Matrix, out: Pixels, rim: int | None) -> None:
    size = (out.shape[1], out.shape[0])
    cv2.warpAffine(source, back[:2], size, out, _LINEAR, _border(rim), (rim or 0,))


def _shifted(source: Pixels, back: Matrix, out: Pixels, rim: int | None) -> None:
    tall, wide = out.shape
    # A hair short of a whole pixel OpenCV spoils columns. In such steps, which it holds exactly, it does not.
    left, top = np.rint(back[:2, 2] * 256.0) / 256.0
    cv2.getRectSubPix(source, (wide, tall), (left + (wide - 1) / 2, top + (tall - 1) / 2), out)


def _border(rim: int | None) -> int:
    return cv2.BORDER_REPLICATE if rim is None else cv2.BORDER_CONSTANT


def _simplest(sight: Sight, width: int, height: int) -> tuple[_Warp, Matrix]:
    """The fastest way to see a plane that moves no pixel of the frame by more than a thousandth."""
    back, size = sight.back, np.array([width, height])
    if np.abs(back[2, :2]) @ size * max(sight.plane.size) >= 1e-3 * abs(back[2, 2]):
        return _bent, back
    back = back / back[2, 2]
    return (_straight if (np.abs(back[:2, :2] - np.eye(2)) @ size).max() >= 1e-3 else _shifted), back


def chroma(back: Matrix) -> Matrix:
    """The same map between the half-size planes."""
    return _LUMA_TO_PLACE @ back @ _PLACE_TO_LUMA


class Compositor:
    """Draws frames of one size. Keeps its work space between frames.

    Args:
        width: Of the frame, even.
        height: Of the frame, even.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._grid = Grid(width, height)
        self._work = [np.empty(width * height, np.uint8) for _ in range(2)]

    def draw(self, sights: list[Sight], out: Frame) -> None:
        """Draw all planes.

        Args:
            sights: From far to near; the first one fills the frame.
            out: Its pixels are replaced.
        """
        everywhere = self._grid.all()
        hidden = ~everywhere
        todo: list[tuple[Sight, list[Piece], list[Piece]]] = []
        for sight in reversed(sights):
            hides, there = everywhere, ~everywhere
            if sight.plane.matte is not None:
                hides, there = sight.plane.matte.extent.seen(sight.back, self._grid)
            if sight.opacity < 1.0:
                hides, there = ~everywhere, hides | there
            mixed, laid = self._grid.pieces(there & ~hidden, everywhere, _LAID_IN_VAIN)
            solid, _ = self._grid.pieces(hides & ~hidden & ~laid, hides, _PUT_IN_VAIN)
            if solid or mixed:
                todo.append((sight, solid, mixed))
            hidden |= hides
        for sight, solid, mixed in reversed(todo):
            self._add(sight, solid, mixed, out)

    def _add(self, sight: Sight, solid: list[Piece], mixed: list[Piece], out: Frame) -> None:
        warp, back = _simplest(sight, *self._size)
        moved = np.tile(np.eye(3), (len(solid) + len(mixed), 1, 1))
        moved[:, :2, 2] = [(piece.left, piece.top) for piece in (*solid, *mixed)]
        luma = back @ moved
        half = chroma(luma)
        for number, piece in enumerate((*solid, *mixed)):
            if number < len(solid):
                _put(sight.plane, warp, luma[number], half[number], _cut(out, piece))
            else:
                self._lay(sight, warp, luma[number], half[number], _cut(out, piece))

    def _lay(self, sight: Sight, warp: _Warp, luma: Matrix, half: Matrix, out: Frame) -> None:
        """``out = plane + out * clear``, all premultiplied."""
        plane, matte = sight.plane, sight.plane.matte
        if matte is None:
            return
        colour, clear = (work[: out.y.size].reshape(out.y.shape) for work in self._work)
        warp(matte.clear, luma, clear, 255)
        warp(plane.y, luma, colour, 0)
        _mix(colour, clear, out.y, sight.opacity)
        colour, clear = (work[: out.u.size].reshape(out.u.shape) for work in self._work)
        warp(matte.half, half, clear, 255)
        for source, target in ((plane.u, out.u), (plane.v, out.v)):
            warp(source, half, colour, 0)
            _mix(colour, clear, target, sight.opacity)


def _put(plane: Plane, warp: _Warp, luma: Matrix, half: Matrix, out: Frame) -> None:
    """Where nothing shines through the plane."""
    warp(plane.y, luma, out.y, None)
    warp(plane.u, half, out.u, None)
    warp(plane.v, half, out.v, None)


def _cut(out: Frame, piece: Piece) -> Frame:
    left, top, right, bottom = piece.left // 2, piece.top // 2, piece.right // 2, piece.bottom // 2
    return Frame(
        out.y[piece.top : piece.bottom, piece.left : piece.right],
        out.u[top:bottom, left:right],
        out.v[top:bottom, left:right],
    )


def _mix(colour: Pixels, clear: Pixels, target: Pixels, opacity: float) -> None:
    if opacity < 1.0:
        colour = cv2.convertScaleAbs(colour, alpha=opacity)
        clear = cv2.convertScaleAbs(clear, alpha=opacity, beta=255.0 * (1.0 - opacity))
    under = cv2.multiply(target, clear, scale=1 / 255)
    cv2.add(under, colour, dst=target)


def dissolve(a: Frame, b: Frame, share: float, out: Frame) -> None:
    """``out = a (1 - share) + b share``."""
    for one, other, target in zip(a.channels, b.channels, out.channels, strict=True):
        cv2.addWeighted(one, 1.0 - share, other, share, 0.0, dst=target)
