"""Does the picture hold its light and its sharpness? Flicker, exposure drift, collapse of sharpness."""

import numpy as np

from picturelock.gate.check import Found, Missing
from picturelock.gate.clips.reading import clip_check
from picturelock.gate.clips.screening import SHARPNESS_EVERY, Screening


def _flicker(screening: Screening) -> Found | Missing:
    """Largest there-and-back of the whole picture's light from one frame to the next.

    A cell that goes up and comes back (or down) by at least v counts v; the median of the cells is deaf to things that
    move through a few of them, and a cut goes nowhere back.
    """
    grid = screening.grid
    if len(grid) < 3:
        return Missing("fewer than 3 frames of one size were decoded")
    there, back = np.diff(grid[:-1], axis=0), np.diff(grid[1:], axis=0)
    returned = np.where(there * back < 0, np.minimum(np.abs(there), np.abs(back)), 0.0)
    level = np.median(returned.reshape(len(returned), -1), axis=1)
    at = int(level.argmax())
    return Found(float(level[at]), {"frame": at + 1, "frames_over_1": int((level > 1).sum())})


def _drift(screening: Screening) -> Found | Missing:
    """Farthest that the light has wandered from the first frame, followed along the movement."""
    if not screening.steps:
        return Missing("fewer than 3 frames of one size were decoded")
    path = np.cumsum([step.drift for step in screening.steps])
    at = int(np.abs(path).argmax())
    return Found(
        float(abs(path[at])), {"frame": screening.steps[at].frame, "signed": round(float(path[at]), 3)}
    )


def _collapse(screening: Screening) -> Found | Missing:
    """Least sharpness that lasts, against the beginning: 1 keeps it, 0 loses all."""
    seen = screening.sharpness
    start = float(np.median(seen[:3]))
    if start < 0.5:
        return Missing("the first frames have no detail that could be lost")
    runs = [float(np.median(seen[n : n + 3])) for n in range(max(1, len(seen) - 2))]
    at = int(np.argmin(runs))
    return Found(runs[at] / start, {"frame": at * SHARPNESS_EVERY, "start": round(start, 3)})


FLICKER = clip_check("flicker", "flicker", "levels", "grid-return/1", _flicker, frames=3)
EXPOSURE_DRIFT = clip_check("exposure_drift", "exposure drift", "levels", "along-flow/1", _drift, frames=3)
SHARPNESS_COLLAPSE = clip_check(
    "sharpness_collapse", "sharpness collapse", "ratio", "laplacian/1", _collapse, frames=12
)
