"""Breath and sway: what keeps a figure alive in a still frame."""

from dataclasses import dataclass
from math import pi, sin

import numpy as np
from blake3 import blake3

from picturelock.generate.builtin.camera.path import smoothstep, wander
from picturelock.generate.builtin.camera.projection import Matrix

_SWAY_PX = 1.3
_BREATH_PX = 0.9
_BREATHS_PER_SECOND = 0.27


@dataclass(frozen=True, slots=True)
class Life:
    """The small motion of one plane.

    Attributes:
        foot: Row of the picture that stands still.
        height: Rows from there to the top.
        sway: Pixels to the right at the top, a frame.
        breath: Pixels upwards at the top, a frame.
    """

    foot: float
    height: float
    sway: tuple[float, ...]
    breath: tuple[float, ...]

    def back(self, frame: int) -> Matrix:
        """Pixels of the picture as it is at this frame to pixels as it was drawn."""
        lean = self.sway[frame] / self.height
        grow = 1.0 + self.breath[frame] / self.height
        forth = np.array(
            [[1.0, -lean, lean * self.foot], [0.0, grow, self.foot * (1.0 - grow)], [0.0, 0.0, 1.0]]
        )
        return np.linalg.inv(forth)


def alive(
    name: str, rows: tuple[int, int], seed: int, times: list[float], scale: float, *, returns: bool
) -> Life:
    """The motion of one living plane: drawn as it is at the first frame, and at the last if it ``returns``.

    Args:
        name: Tells the planes of a take apart.
        rows: First and last row of the picture that it covers.
        seed: Of the take.
        times: Of the frames, seconds.
        scale: Size of the frame against 1920 pixels across.
        returns: The last frame is a keyframe too.
    """
    start = [smoothstep(t / 1.2) for t in times]
    if returns:
        start = [s * smoothstep((times[-1] - t) / 1.2) for s, t in zip(start, times, strict=True)]
    way = wander(seed, f"sway/{name}", times)
    phase = blake3(f"{seed}/{name}".encode()).digest(length=1)[0] / 255 * 2 * pi
    sway = tuple(float(_SWAY_PX * scale * s * w) for s, w in zip(start, way, strict=True))
    breath = tuple(
        _BREATH_PX * scale * s * sin(2 * pi * _BREATHS_PER_SECOND * t + phase)
        for s, t in zip(start, times, strict=True)
    )
    return Life(float(rows[1]), max(8.0, float(rows[1] - rows[0])), sway, breath)
