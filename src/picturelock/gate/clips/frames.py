"""Single frames: the first is the keyframe, none is black, none has bars."""

from pathlib import Path

import numpy as np

from picturelock.gate.borders import borders
from picturelock.gate.check import Found, Missing
from picturelock.gate.clips.flow import COLUMNS, ROWS
from picturelock.gate.clips.reading import clip_check
from picturelock.gate.clips.screening import Sample, Screening, sample_of
from picturelock.gate.pixels import Pixels, read_still
from picturelock.media.opencv import cv2


def _apart(frame: Sample | None, screening: Screening, *, last: bool) -> Pixels | Missing:
    path = screening.subject.keyframe_last if last else screening.subject.keyframe
    if path not in screening.compared:
        screening.compared[path] = _compared(frame, path)
    return screening.compared[path]


def _compared(frame: Sample | None, path: Path | None) -> Pixels | Missing:
    """Mean absolute difference of Y, Cb and Cr to the locked keyframe, for each cell, in levels."""
    if path is None:
        return Missing("no keyframe is locked for this end of the clip")
    still = read_still(path)
    if still is None or frame is None:
        return Missing("the keyframe cannot be read")
    size = (frame.y.shape[1], frame.y.shape[0])
    wanted = sample_of(still, size)
    pairs = ((frame.y, wanted.y), (frame.cb, wanted.cb), (frame.cr, wanted.cr))
    # A codec rounds and softens; a softened comparison sees a moved or changed picture and not the codec.
    apart = [np.abs(_soft(a) - _soft(b)) for a, b in pairs]
    return cv2.resize(np.maximum.reduce(apart), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)


def _soft(channel: Pixels) -> Pixels:
    return cv2.GaussianBlur(channel.astype(np.float32), (0, 0), 1.2)


def _first(screening: Screening) -> Found | Missing:
    apart = _apart(screening.first, screening, last=False)
    return apart if isinstance(apart, Missing) else Found(float(apart.mean()), {"frame": 0})


def _first_region(screening: Screening) -> Found | Missing:
    apart = _apart(screening.first, screening, last=False)
    if isinstance(apart, Missing):
        return apart
    row, column = np.unravel_index(int(apart.argmax()), apart.shape)
    return Found(float(apart.max()), {"frame": 0, "cell": [int(row), int(column)], "cells": [ROWS, COLUMNS]})


def _last(screening: Screening) -> Found | Missing:
    apart = _apart(screening.last, screening, last=True)
    return (
        apart if isinstance(apart, Missing) else Found(float(apart.mean()), {"frame": screening.frames - 1})
    )


def _black(screening: Screening) -> Found:
    at = [n for n, black in enumerate(screening.black) if black]
    return Found(float(len(at)), {"frame": at[0], "frames": at[:32]} if at else {})


def _borders(screening: Screening) -> Found | Missing:
    kept = [s.y for s in (screening.first, screening.last) if s is not None]
    if screening.middle is not None:
        kept.append(screening.middle)
    # Bars stand in every frame; a dark edge of the set moves.
    found = [borders(luma) for luma in kept]
    share = min((b.share for b in found), default=0.0)
    least = min(found, key=lambda b: b.share)
    return Found(share, least.evidence())


FIRST_FRAME = clip_check("first_frame", "first frame", "levels", "ycc-cells/1", _first)
FIRST_FRAME_REGION = clip_check(
    "first_frame_region", "first frame", "levels", "ycc-worst-cell/1", _first_region
)
LAST_FRAME = clip_check("last_frame", "last frame", "levels", "ycc-cells/1", _last)
BLACK = clip_check("black", "black", "frames", "luma-98/1", _black)
BORDERS = clip_check("borders", "size", "share", "bars/1", _borders)
