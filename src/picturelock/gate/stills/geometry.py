"""Point 1: size, aspect, bars."""

from picturelock.gate.borders import borders
from picturelock.gate.check import Found
from picturelock.gate.stills.reading import still_check
from picturelock.gate.stills.view import View


def _size(view: View) -> Found:
    height, width = view.luma.shape
    wanted = view.subject.format
    away = max(abs(width - wanted.width), abs(height - wanted.height))
    return Found(float(away), {"size": [width, height], "wanted": [wanted.width, wanted.height]})


def _aspect(view: View) -> Found:
    height, width = view.luma.shape
    return Found(abs(width / height / view.subject.format.aspect - 1), {"aspect": round(width / height, 4)})


def _borders(view: View) -> Found:
    found = borders(view.luma)
    return Found(found.share, found.evidence())


SIZE = still_check("size", "geometry", "px", "pixels/1", _size)
ASPECT = still_check("aspect", "geometry", "share", "pixels/1", _aspect)
BORDERS = still_check("borders", "geometry", "share", "bars/1", _borders)
