"""Racking focus: planes blur by their distance from the one in focus.

The keyframe is drawn sharp all over. So the depth of field closes in over the first moments of the clip, and then the
focus travels.
"""

from dataclasses import replace

import numpy as np

from picturelock.generate.builtin.camera.planes import Pixels, Plane
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
        self._levels = [_blurred(_padded(plane, spread), sigma) for sigma in self._steps]

    def at(self, sigma: float) -> Plane:
        """The plane with about this much blur."""
        above = next((i for i, step in enumerate(self._steps) if step >= sigma), len(self._steps) - 1)
        if above == 0:
            return self._levels[0]
        low, high = self._steps[above - 1], self._steps[above]
        share = min(1.0, (sigma - low) / (high - low))
        return _mixed(self._levels[above - 1], self._levels[above], share)


def _padded(plane: Plane, by: int) -> Plane:
    def wider(channel: Pixels, pixels: int, empty: int) -> Pixels:
        kind = cv2.BORDER_REPLICATE if plane.clear is None else cv2.BORDER_CONSTANT
        return cv2.copyMakeBorder(channel, pixels, pixels, pixels, pixels, kind, value=(empty,))

    clear, half = plane.clear, plane.clear_half
    shift = np.array([[1.0, 0.0, by], [0.0, 1.0, by], [0.0, 0.0, 1.0]])
    return replace(
        plane,
        y=wider(plane.y, by, 0),
        u=wider(plane.u, by // 2, 0),
        v=wider(plane.v, by // 2, 0),
        clear=None if clear is None else wider(clear, by, 255),
        clear_half=None if half is None else wider(half, by // 2, 255),
        placed=shift @ plane.placed,
    )


def _blurred(plane: Plane, sigma: float) -> Plane:
    if sigma <= 0:
        return plane

    def soft(channel: Pixels, by: float) -> Pixels:
        return cv2.GaussianBlur(channel, (0, 0), by, borderType=cv2.BORDER_REPLICATE)

    clear, half = plane.clear, plane.clear_half
    return replace(
        plane,
        y=soft(plane.y, sigma),
        u=soft(plane.u, sigma / 2),
        v=soft(plane.v, sigma / 2),
        clear=None if clear is None else soft(clear, sigma),
        clear_half=None if half is None else soft(half, sigma / 2),
    )


def _mixed(a: Plane, b: Plane, share: float) -> Plane:
    def mix(one: Pixels, other: Pixels) -> Pixels:
        return cv2.addWeighted(one, 1.0 - share, other, share, 0.0)

    return replace(
        a,
        y=mix(a.y, b.y),
        u=mix(a.u, b.u),
        v=mix(a.v, b.v),
        clear=None if a.clear is None or b.clear is None else mix(a.clear, b.clear),
        clear_half=None if a.clear_half is None or b.clear_half is None else mix(a.clear_half, b.clear_half),
    )
