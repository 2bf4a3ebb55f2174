"""Point 10: light, colours and screen direction against the locked keyframes of the scene."""

from math import acos, cos, degrees, radians, sin

import numpy as np

from picturelock.core.blocking import Blocking, Light, expected_boxes
from picturelock.core.ids import AnchorId
from picturelock.gate.check import Found, Missing
from picturelock.gate.pixels import Pixels, read_still
from picturelock.gate.stills.reading import colours_apart, lab_of, still_check
from picturelock.gate.stills.view import View

_NONE = Missing("no neighbouring keyframe is locked yet")


def _beside(view: View) -> list[tuple[str, Pixels]]:
    pictures = [(n.name, read_still(n.path)) for n in view.subject.neighbours]
    return [(name, lab_of(picture)) for name, picture in pictures if picture is not None]


def _palette(view: View) -> Found | Missing:
    """Distance of the colours to the most similar neighbour's, in ΔE."""
    beside = _beside(view)
    if not beside:
        return _NONE
    own = lab_of(view.bgr)
    found = {name: colours_apart(own, lab) for name, lab in beside}
    nearest = min(sorted(found), key=lambda name: found[name])
    return Found(found[nearest], {"nearest": nearest})


def _brightness(view: View) -> Found | Missing:
    """Difference of median lightness to the most similar neighbour, in L*."""
    beside = _beside(view)
    if not beside:
        return _NONE
    own = float(np.median(lab_of(view.bgr)[:, 0]))
    return Found(min(abs(own - float(np.median(lab[:, 0]))) for _, lab in beside), {"median": round(own, 2)})


def _blocked(view: View) -> list[tuple[str, Blocking]]:
    return [(n.name, n.blocking) for n in view.subject.neighbours if n.blocking is not None]


def _light(view: View) -> Found | Missing:
    """Largest angle between this shot's key light and a neighbour's, both in the set's axes, in degrees."""
    own, beside = view.subject.blocking, _blocked(view)
    if own is None:
        return Missing("the shot has no blocking")
    if not beside:
        return _NONE
    found = {name: _angle(own.light, other.light) for name, other in beside}
    worst = max(sorted(found), key=lambda name: found[name])
    return Found(found[worst], {"neighbour": worst})


def _angle(one: Light, other: Light) -> float:
    def direction(light: Light) -> tuple[float, float, float]:
        azimuth, elevation = radians(light.azimuth_deg), radians(light.elevation_deg)
        return sin(azimuth) * cos(elevation), sin(elevation), cos(azimuth) * cos(elevation)

    dot = sum(a * b for a, b in zip(direction(one), direction(other), strict=True))
    return degrees(acos(max(-1.0, min(1.0, dot))))


def _screen_direction(view: View) -> Found | Missing:
    """Pairs of figures that have changed sides against the nearest neighbour that shows both: the line was crossed."""
    own, beside = view.subject.blocking, _blocked(view)
    if own is None:
        return Missing("the shot has no blocking")
    if not beside:
        return _NONE
    here = _order(own, view.subject.format.aspect)
    flipped: list[str] = []
    settled: set[tuple[AnchorId, AnchorId]] = set()
    for name, other in beside:
        there = _order(other, view.subject.format.aspect)
        for pair in sorted(here.keys() & there.keys()):
            if pair not in settled and here[pair] != there[pair]:
                flipped.append(f"{pair[0]} and {pair[1]} against {name}")
            settled.add(pair)
    why = {"why": f"changed sides: {'; '.join(flipped)}"} if flipped else {}
    return Found(float(len(flipped)), {"pairs": len(settled), **why})


def _order(blocking: Blocking, aspect: float) -> dict[tuple[AnchorId, AnchorId], bool]:
    """For each pair of figures in the picture, by name, whether the first stands clearly left of the second."""
    boxes = {who: box for who, box in expected_boxes(blocking, aspect).items() if box.inside() > 0.3}
    middle = {who: (box.left + box.right) / 2 for who, box in boxes.items()}
    names = sorted(middle)
    return {
        (a, b): middle[a] < middle[b]
        for n, a in enumerate(names)
        for b in names[n + 1 :]
        if abs(middle[a] - middle[b]) > 0.04
    }


PALETTE = still_check("continuity_palette", "continuity", "ΔE", "sliced-wasserstein/1", _palette)
BRIGHTNESS = still_check("continuity_brightness", "continuity", "L*", "median/1", _brightness)
LIGHT = still_check("continuity_light", "continuity", "degrees", "blocking/1", _light, pixels=False)
SCREEN_DIRECTION = still_check(
    "screen_direction",
    "continuity",
    "pairs that changed sides",
    "blocking/1",
    _screen_direction,
    pixels=False,
)
