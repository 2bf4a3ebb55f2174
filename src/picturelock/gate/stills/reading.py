"""Short forms for checks that read a view, and the measures of colour that they share."""

from collections.abc import Callable

import numpy as np

from picturelock.core.ids import CheckName
from picturelock.gate.check import Found, Gauge, Missing
from picturelock.gate.pixels import Pixels
from picturelock.gate.stills.view import View
from picturelock.media.opencv import cv2

Find = Callable[[View], Found | Missing]


def still_check(
    name: str, point: str, unit: str, method: str, find: Find, *, pixels: bool = True
) -> Gauge[View]:
    """A check of the keyframe gate.

    Args:
        name: Behind ``keyframe.``.
        point: Of the twelve.
        unit: Of the value.
        method: Name and version.
        find: Asked only when the picture could be decoded, if ``pixels``.
        pixels: Whether the check looks at the picture itself.
    """

    def guarded(view: View) -> Found | Missing:
        return Missing(view.problem) if pixels and view.pixels is None else find(view)

    return Gauge(CheckName(f"keyframe.{name}"), point, unit, method, guarded)


def lab_of(bgr: Pixels, width: int = 96) -> Pixels:
    """Colours of a picture, scaled down: N x 3 float32 CIE Lab (D65)."""
    height = max(1, round(width * bgr.shape[0] / bgr.shape[1]))
    small = cv2.resize(bgr, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return cv2.cvtColor(small, cv2.COLOR_BGR2LAB).reshape(-1, 3)


# Thirteen directions spread over half a sphere: axes, edges and corners of a cube.
_DIRECTIONS = np.array(
    [
        *([1, 0, 0], [0, 1, 0], [0, 0, 1]),
        *([1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1], [0, 1, 1], [0, 1, -1]),
        *([1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]),
    ],
    np.float32,
)
_DIRECTIONS /= np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True)
_SHARES = np.linspace(0.005, 0.995, 100)


def colours_apart(one: Pixels, other: Pixels) -> float:
    """How far two pictures' colours are apart, wherever they stand: sliced Wasserstein distance, in ΔE."""
    a, b = (np.quantile(lab @ _DIRECTIONS.T, _SHARES, axis=0) for lab in (one, other))
    return float(np.abs(a - b).mean())
