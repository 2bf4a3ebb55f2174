"""Point 2: decodes whole, in colour, upright, opaque, of bounded size."""

import numpy as np

from picturelock.gate.check import Found, Missing
from picturelock.gate.stills.reading import still_check
from picturelock.gate.stills.view import View

_MEGABYTE = 1_000_000


def _decodes(view: View) -> Found:
    return Found(1.0, {"why": view.problem}) if view.pixels is None else Found(0.0)


def _colour(view: View) -> Found | Missing:
    """Bits a channel; model vendors take eight."""
    if view.header is None:
        return Missing(view.problem)
    return Found(float(view.header.depth), {"kind": view.header.kind.value})


def _alpha(view: View) -> Found:
    assert view.pixels is not None  # noqa: S101  the guard saw to it
    alpha = view.pixels[:, :, 3]
    return Found(float(np.count_nonzero(alpha < 255)) / alpha.size)


def _orientation(view: View) -> Found | Missing:
    """EXIF orientation; anything but 1 is shown turned by one program and not by the next."""
    return Missing(view.problem) if view.header is None else Found(float(view.header.orientation))


def _bytes(view: View) -> Found:
    return Found(len(view.data) / _MEGABYTE)


DECODES = still_check("decodes", "integrity", "faults", "decode/1", _decodes, pixels=False)
COLOUR = still_check("depth", "integrity", "bits", "header/1", _colour, pixels=False)
ALPHA = still_check("alpha", "integrity", "share", "pixels/1", _alpha)
ORIENTATION = still_check("orientation", "integrity", "EXIF", "header/1", _orientation, pixels=False)
BYTES = still_check("megabytes", "integrity", "MB", "file/1", _bytes, pixels=False)
