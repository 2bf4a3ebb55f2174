"""Racking focus: planes blur by their distance from the one in focus.

The keyframe is drawn sharp all over. So the depth of field closes in over the first moments of the clip, and then the
focus travels.
"""

from dataclasses import replace

from picturelock.generate.builtin.camera.planes import Matte, Pixels, Plane, padded
from picturelock.media.opencv import cv2

_LEVELS = (0.0, 1.5, 3.0, 6.0, 12.0)
_STRENGTH = 0.011


def blur_px(focus_m: float, depth_m: float, width: int) -> float:
    """How much a plane is out of focus: standard deviation in pixels of a frame of this width."""
    most = _LEVELS[-1] * width / 1920
    return min(most, _STRENGTH * width * abs(1.0 / focus_m - 1.0 / depth_m))


class Racked:
    """A plane in several degrees of blur, between which any other is mixed.

    Args:
        plane: Sharp.
        width: Of the frame.
    """

    def __init__(self, plane: Plane, width: int) -> None:
        self._steps = [sigma * width / 1920 for sigma in _LEVELS]
        spread = int(self._steps[-1] * 2.5) // 2 * 2 + 2
        self._levels = [_blurred(padded(plane, spread), sigma) for sigma in self._steps]

    def at(self, sigma: float) -> Plane:
        """The plane with about this much blur."""
        above = next((i for i, step in enumerate(self._steps) if step >= sigma), len(self._steps) - 1)
        if above == 0:
            return self._levels[0]
        low, high = self._steps[above - 1], self._steps[above]
        share = min(1.0, (sigma - low) / (high - low))
        return _mixed(self._levels[above - 1], self._levels[above], share)


def _blurred(plane: Plane, sigma: float) -> Plane:
    if sigma <= 0:
        return plane

    def soft(channel: Pixels, by: float) -> Pixels:
        return cv2.GaussianBlur(channel, (0, 0), by, borderType=cv2.BORDER_REPLICATE)

    matte = plane.matte
    return replace(
        plane,
        y=soft(plane.y, sigma),
        u=soft(plane.u, sigma / 2),
        v=soft(plane.v, sigma / 2),
        matte=None if matte is None else Matte.of(soft(matte.clear, sigma), soft(matte.half, sigma / 2)),
    )


def _mixed(a: Plane, b: Plane, share: float) -> Plane:
    def mix(one: Pixels, other: Pixels) -> Pixels:
        return cv2.addWeighted(one, 1.0 - share, other, share, 0.0)

    matte = None
    if a.matte is not None and b.matte is not None:
        extent = a.matte.extent.mixed(b.matte.extent)
        matte = Matte(mix(a.matte.clear, b.matte.clear), mix(a.matte.half, b.matte.half), extent)
    return replace(a, y=mix(a.y, b.y), u=mix(a.u, b.u), v=mix(a.v, b.v), matte=matte)
