"""One frame: every plane warped to where the camera sees it, from far to near."""

from dataclasses import dataclass

import numpy as np

from picturelock.generate.builtin.camera.planes import Frame, Pixels, Plane
from picturelock.generate.builtin.camera.projection import Matrix, corners, mapped
from picturelock.media.opencv import cv2

_PLACE_TO_LUMA = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
_LUMA_TO_PLACE = np.linalg.inv(_PLACE_TO_LUMA)


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


def _warp(source: Pixels, back: Matrix, out: Pixels, outside: int | None) -> Pixels:
    size = (out.shape[1], out.shape[0])
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    value = 0 if outside is None else outside
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    bend = max(abs(back[2, 0]) * size[0], abs(back[2, 1]) * size[1])
    # A bend that moves no pixel by a thousandth is none, and the affine warp is faster.
    if bend * max(source.shape) < 1e-3 * abs(back[2, 2]):
        flat = back[:2] / back[2, 2]
        return cv2.warpAffine(source, flat, size, dst=out, flags=flags, borderMode=border, borderValue=value)
    return cv2.warpPerspective(source, back, size, dst=out, flags=flags, borderMode=border, borderValue=value)


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
        self.width, self.height = width, height
        self._work = [np.empty((height, width), np.uint8) for _ in range(2)]
        self._half = [np.empty((height // 2, width // 2), np.uint8) for _ in range(3)]

    def draw(self, sights: list[Sight], out: Frame) -> None:
        """Draw all planes.

        Args:
            sights: From far to near; the first one fills the frame.
            out: Its pixels are replaced.
        """
        for number, sight in enumerate(sights):
            self._add(sight, out, first=number == 0)

    def _add(self, sight: Sight, out: Frame, *, first: bool) -> None:
        plane = sight.plane
        if first:
            for source, target, back in (
                (plane.y, out.y, sight.back),
                (plane.u, out.u, chroma(sight.back)),
                (plane.v, out.v, chroma(sight.back)),
            ):
                _warp(source, back, target, None)
            return
        window = self._window(sight)
        if window is None:
            return
        left, top, right, bottom = window
        back = sight.back @ np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
        tall, wide = bottom - top, right - left
        full = plane.clear if plane.clear is not None else np.zeros_like(plane.y)
        half = plane.clear_half if plane.clear_half is not None else np.zeros_like(plane.u)
        place = (slice(top, bottom), slice(left, right))
        clear = _warp(full, back, self._room(self._work[0], wide, tall), 255)
        _lay(plane.y, back, self._room(self._work[1], wide, tall), clear, out.y[place], sight.opacity)
        place = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
        back, wide, tall = chroma(back), wide // 2, tall // 2
        clear = _warp(half, back, self._room(self._half[0], wide, tall), 255)
        for source, target, work in ((plane.u, out.u, self._half[1]), (plane.v, out.v, self._half[2])):
            _lay(source, back, self._room(work, wide, tall), clear, target[place], sight.opacity)

    @staticmethod
    def _room(work: Pixels, width: int, height: int) -> Pixels:
        """A contiguous piece of work space: OpenCV writes rows of any stride, but short ones faster."""
        return work.reshape(-1)[: width * height].reshape(height, width)

    def _window(self, sight: Sight) -> tuple[int, int, int, int] | None:
        """The even rectangle of the frame that the plane can touch: left, top, right, bottom."""
        wide, tall = sight.plane.size
        try:
            forth = np.linalg.inv(sight.back).astype(np.float64)
        except np.linalg.LinAlgError:
            return None
        if forth[2, 2] < 0:
            forth = -forth
        points, depth = mapped(forth, corners(wide, tall))
        if (depth <= 0).all():
            return None
        if (depth <= 0).any():
            return 0, 0, self.width, self.height
        low, high = np.floor(points.min(axis=0)) - 2, np.ceil(points.max(axis=0)) + 3
        left, top = (max(0, int(n)) // 2 * 2 for n in np.clip(low, 0, 1 << 20))
        right = min(self.width, (int(np.clip(high[0], 0, 1 << 20)) + 1) // 2 * 2)
        bottom = min(self.height, (int(np.clip(high[1], 0, 1 << 20)) + 1) // 2 * 2)
        return (left, top, right, bottom) if right > left and bottom > top else None


def _lay(source: Pixels, back: Matrix, work: Pixels, clear: Pixels, target: Pixels, opacity: float) -> None:
    """``target = colour + target * clear``, all premultiplied."""
    colour = _warp(source, back, work, 0)
    if opacity < 1.0:
        colour = cv2.convertScaleAbs(colour, alpha=opacity)
        clear = cv2.convertScaleAbs(clear, alpha=opacity, beta=255.0 * (1.0 - opacity))
    under = cv2.multiply(target, clear, scale=1 / 255)
    cv2.add(under, colour, dst=target)


def dissolve(a: Frame, b: Frame, share: float, out: Frame) -> None:
    """``out = a (1 - share) + b share``."""
    for one, other, target in zip(a.channels, b.channels, out.channels, strict=True):
        cv2.addWeighted(one, 1.0 - share, other, share, 0.0, dst=target)
