"""Point 3: clipped shadows and highlights, contrast."""

import numpy as np

from picturelock.gate.check import Found
from picturelock.gate.stills.reading import still_check
from picturelock.gate.stills.view import View


def _shadows(view: View) -> Found:
    dark = view.bgr.max(axis=2) <= 3
    return Found(float(dark.mean()))


def _highlights(view: View) -> Found:
    light = view.bgr.min(axis=2) >= 252
    return Found(float(light.mean()))


def _contrast(view: View) -> Found:
    low, high = np.percentile(view.luma, [2, 98])
    return Found(float(high - low), {"p2": float(low), "p98": float(high)})


SHADOWS = still_check("clipped_shadows", "exposure", "share", "max3/1", _shadows)
HIGHLIGHTS = still_check("clipped_highlights", "exposure", "share", "min252/1", _highlights)
CONTRAST = still_check("contrast", "exposure", "levels", "p2-p98/1", _contrast)
