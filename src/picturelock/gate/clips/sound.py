"""The clip's own sound, where it has one."""

from math import isfinite

from picturelock.core.failures import PicturelockError
from picturelock.gate.check import Found, Missing
from picturelock.gate.clips.reading import clip_check
from picturelock.gate.clips.screening import Screening


def _audio(screening: Screening) -> Found:
    """Share of the picture's length that has a sound stream beside it."""
    seconds = float(screening.frames / screening.subject.format.frame_rate)
    return Found(screening.sound_seconds / seconds, {"seconds": round(screening.sound_seconds, 3)})


def _loudness(screening: Screening) -> Found | Missing:
    """Integrated loudness (EBU R 128)."""
    if not screening.sound_seconds:
        return Missing("the clip has no sound")
    from picturelock.media.sound import loudness, read

    try:
        measured = loudness(read(screening.subject.path))
    except PicturelockError as error:
        return Missing(error.message)
    if not isfinite(measured.integrated) or measured.integrated <= -70:
        return Missing("the sound is too short or too quiet to have a loudness")
    return Found(measured.integrated, {"true_peak": round(measured.true_peak, 2)})


AUDIO = clip_check("audio", "audio", "share", "stream/1", _audio)
LOUDNESS = clip_check("loudness", "loudness", "LUFS", "ebur128/1", _loudness)
