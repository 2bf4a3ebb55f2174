"""Point 9, the classic part: do the colours come from the anchors, and are they those of the reference pictures?"""

import numpy as np

from picturelock.core.anchor import Colour
from picturelock.gate.check import Found, Missing
from picturelock.gate.pixels import Pixels, read_still
from picturelock.gate.stills.reading import colours_apart, lab_of, still_check
from picturelock.gate.stills.view import View
from picturelock.gate.subject import Looks


def _palette(view: View) -> Found | Missing:
    """Mean distance of the picture's colours to the nearest mixture of two anchored colours, in ΔE."""
    looks = view.subject.looks
    if looks.style is None and looks.location is None:
        return Missing("neither a style nor a location anchor is given")
    anchored = _lab(_colours(looks))
    apart = _to_mixtures(lab_of(view.bgr), anchored)
    return Found(
        float(apart.mean()), {"p95": round(float(np.percentile(apart, 95)), 2), "colours": len(anchored)}
    )


def _colours(looks: Looks) -> list[Colour]:
    found: list[Colour] = []
    if looks.style:
        found += [looks.style.paper, looks.style.ink, looks.style.wash, looks.style.warm, looks.style.cool]
    if looks.location:
        found += [looks.location.wall, looks.location.ground, looks.location.accent]
    for who in looks.characters:
        found += [who.skin, who.hair.colour, who.upper.colour, who.lower.colour, who.accent]
    found += [prop.colour for prop in looks.props]
    return list(dict.fromkeys(found))


def _lab(colours: list[Colour]) -> Pixels:
    bgr = np.array([[c.rgb[::-1] for c in colours]], np.uint8)
    return lab_of(bgr, width=len(colours))


def _to_mixtures(colours: Pixels, anchored: Pixels) -> Pixels:
    nearest = np.full(len(colours), np.inf, np.float32)
    for n, start in enumerate(anchored):
        for end in anchored[n:]:
            way = end - start
            length = float(way @ way)
            share = np.clip((colours - start) @ way / length, 0, 1) if length > 0 else np.zeros(len(colours))
            nearest = np.minimum(nearest, np.linalg.norm(colours - start - share[:, None] * way, axis=1))
    return nearest


def _reference(view: View) -> Found | Missing:
    """Distance of the colours to the nearest reference picture's, in ΔE."""
    pictures = [read_still(path) for path in view.subject.looks.references]
    known = [lab_of(picture) for picture in pictures if picture is not None]
    if not known:
        return Missing("the style and location anchors have no reference pictures")
    own = lab_of(view.bgr)
    return Found(min(colours_apart(own, other) for other in known), {"references": len(known)})


PALETTE = still_check("palette", "scene and style", "ΔE", "mixtures/1", _palette)
REFERENCE = still_check("reference", "scene and style", "ΔE", "sliced-wasserstein/1", _reference)
