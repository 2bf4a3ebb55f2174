"""Point 4: local contrast, by itself and against the keyframes beside it."""

import numpy as np

from picturelock.gate.check import Found, Missing
from picturelock.gate.pixels import Pixels, read_still
from picturelock.gate.stills.reading import still_check
from picturelock.gate.stills.view import View
from picturelock.media.opencv import cv2

_WIDTH = 960


def _detail(luma: Pixels) -> float:
    """Ninetieth percentile, over cells of about a thirtieth of the width, of the Laplacian's deviation, in levels.

    Measured at 960 pixels width, so that pictures of different sizes compare; the sharpest tenth, because a picture
    may be mostly sky and is still sharp.
    """
    height = max(30, round(_WIDTH * luma.shape[0] / luma.shape[1]))
    small = cv2.resize(luma, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    edges = cv2.Laplacian(small, cv2.CV_32F)
    power = cv2.resize(edges * edges, (32, max(1, height // 30)), interpolation=cv2.INTER_AREA)
    return float(np.sqrt(np.percentile(power, 90)))


def _sharpness(view: View) -> Found:
    return Found(_detail(view.luma))


def _match(view: View) -> Found | Missing:
    """Against the median of the neighbours."""
    beside: list[float] = []
    for neighbour in view.subject.neighbours:
        picture = read_still(neighbour.path)
        if picture is not None:
            beside.append(_detail(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)))
    if not beside:
        return Missing("no neighbouring keyframe is locked yet")
    return Found(_detail(view.luma) / max(float(np.median(beside)), 1e-3), {"neighbours": len(beside)})


SHARPNESS = still_check("sharpness", "sharpness", "levels", "laplacian-p90/1", _sharpness)
MATCH = still_check("sharpness_match", "sharpness", "ratio", "laplacian-p90/1", _match)
