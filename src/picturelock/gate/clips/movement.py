"""Does the picture move as one thing? Jumps, freezes, stutter, deformation, wobble."""

from itertools import pairwise

import numpy as np

from picturelock.gate.check import Found, Missing
from picturelock.gate.clips.reading import around, clip_check
from picturelock.gate.clips.screening import Screening
from picturelock.gate.pixels import Pixels

# Below this mean difference two frames are one picture twice; codecs leave a trace of noise.
STILL = 0.08
# A codec's key frames change the picture by up to so many levels, whatever moves in it.
POP = 0.5


def _jump(screening: Screening) -> Found:
    """Largest change from one frame to the next against its neighbours' median: 1 is steady, a cut is tens."""
    change = screening.change
    ratios = [max(0.0, c - POP) / max(around(change, n, 5), POP) for n, c in enumerate(change)]
    at = int(np.argmax(ratios))
    return Found(ratios[at], {"frame": at + 1, "levels": round(change[at], 3)})


def _freeze(screening: Screening) -> Found:
    """Longest run of frames that repeat the one before."""
    # Codecs refresh a standing picture now and then; against a moving clip that is still nothing.
    moving = float(np.percentile(screening.change, 75))
    still = np.array(screening.change) < max(STILL, 0.1 * moving)
    refreshed = (
        ~still[1:-1] & still[:-2] & still[2:] & (np.array(screening.change[1:-1]) < max(STILL, 0.5 * moving))
    )
    still[1:-1] |= refreshed
    longest, start, run = 0, 0, 0
    for number, stands in enumerate(still.tolist(), start=1):
        run = run + 1 if stands else 0
        if run > longest:
            longest, start = run, number - run + 1
    return Found(float(longest), {"frame": start} if longest else {})


def _stutter(screening: Screening) -> Found:
    """Frames that repeat the one before while the picture is moving on both sides of them."""
    change = screening.change
    held: list[int] = []
    n = 0
    while n < len(change):
        stop = n
        while stop < len(change) and _repeats(change, n, stop):
            stop += 1
        spent = stop == n + 1 and n in screening.refreshed and _popped(change, n - 1)
        # A repeat is abrupt on both sides; a hand that turns around slows down first.
        if stop > n and not spent and min(_edge(change, n - 1, -1), _edge(change, stop, 1)) > 0.55:
            held += range(n + 1, stop + 1)
        n = max(n + 1, stop)
    return Found(float(len(held)), {"frame": held[0], "frames": held[:32]} if held else {})


def _repeats(change: list[float], start: int, at: int) -> bool:
    """Whether a change is next to nothing against the movement before ``start`` and after ``at``."""
    around_it = min(_sustained(change[max(0, start - 6) : start]), _sustained(change[at + 1 : at + 7]))
    return around_it > max(4 * change[at], 0.5)


def _popped(change: list[float], at: int) -> bool:
    """Whether a codec that stored a picture whole sent more than the movement, so that the next frame got nothing."""
    return at >= 0 and change[at] > 1.5 * _sustained(change[max(0, at - 6) : at])


def _edge(change: list[float], at: int, way: int) -> float:
    """How much of the movement on this side is there already at its first frame."""
    if not 0 <= at < len(change):
        return 0.0
    side = change[at : at + 6] if way > 0 else change[max(0, at - 5) : at + 1]
    return change[at] / max(_sustained(side), 1e-6)


def _sustained(changes: list[float]) -> float:
    """The movement of a stretch: its upper half, so that repeats within it do not hide it."""
    return float(np.percentile(changes, 70)) if changes else 0.0


def _deformation(screening: Screening) -> Found | Missing:
    """What the flow leaves unexplained, against the picture's contrast, at the worst lasting moment.

    Against the contrast, because a dark or misty picture has few levels to lose.
    """
    if len(screening.steps) < 3:
        return Missing("fewer than 8 frames of one size were decoded")
    means = [float(step.residual.mean()) / max(step.contrast, 4.0) * 100 for step in screening.steps]
    # A single spike is a cut, and that is another check's.
    runs = [min(means[n : n + 2]) for n in range(len(means) - 1)]
    at = int(np.argmax(runs))
    cell = screening.steps[at].residual
    return Found(runs[at], {"frame": screening.steps[at].frame, "worst_cell": round(float(cell.max()), 2)})


def _wobble(screening: Screening) -> Found | Missing:
    """How much the movement of the parts changes against each other, in thousandths of the picture's width a step.

    The camera's share, a similarity fitted to the cells, is taken off each step first; what remains is compared with
    the step before.
    """
    if len(screening.steps) < 4:
        return Missing("fewer than 10 frames of one size were decoded")
    loose = [_without_camera(step.field) for step in screening.steps]
    turns = [float(np.percentile(np.linalg.norm(b - a, axis=2), 90)) for a, b in pairwise(loose)]
    at = int(np.argmax([min(turns[n : n + 2]) for n in range(len(turns) - 1)]))
    value = min(turns[at : at + 2]) / 240 * 1000
    return Found(value, {"frame": screening.steps[at + 1].frame})


def _without_camera(field: Pixels) -> Pixels:
    rows, columns = np.indices(field.shape[:2], np.float64)
    ones = np.ones_like(rows).ravel()
    across, down = columns.ravel() - columns.mean(), rows.ravel() - rows.mean()
    plane = np.stack([ones, across, down], axis=1)
    flat = field.reshape(-1, 2).astype(np.float64)
    solved, *_ = np.linalg.lstsq(plane, flat, rcond=None)
    return (flat - plane @ solved).reshape(field.shape)


JUMP = clip_check("jump", "jump", "times its neighbours", "luma-ratio/1", _jump, frames=4)
FREEZE = clip_check("freeze", "freeze", "frames", "luma-run/1", _freeze, frames=2)
STUTTER = clip_check("stutter", "freeze", "frames", "luma-dip/2", _stutter, frames=8)
DEFORMATION = clip_check(
    "deformation", "deformation", "% of the contrast", "dis-residual/1", _deformation, frames=8
)
WOBBLE = clip_check("wobble", "deformation", "thousandths of the width", "dis-turn/1", _wobble, frames=10)
