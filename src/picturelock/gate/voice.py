"""The voice gate: decodes, spoken at a human pace, loud enough, not clipped, not mostly silence."""

import re
from collections.abc import Callable
from math import isfinite
from unicodedata import normalize

import numpy as np

from picturelock.core.ids import CheckName
from picturelock.gate.check import Found, Gauge, Missing
from picturelock.gate.hearing import Hearing

_VOWELS = re.compile(r"[aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüýÿ]+")
_WORD = re.compile(r"[^\W\d_]+|\d")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def syllables(text: str) -> int:
    """About how many syllables a text has when spoken: a vowel group each, a character each in Chinese or Japanese."""
    text = normalize("NFC", text).lower()
    count = len(_IDEOGRAPH.findall(text))
    for word in _WORD.findall(_IDEOGRAPH.sub(" ", text)):
        groups = len(_VOWELS.findall(word))
        silent_e = word.endswith("e") and groups > 1 and not word.endswith(("le", "ee"))
        count += max(1, groups - silent_e)
    return count


def _decodes(hearing: Hearing) -> Found:
    return Found(1.0, {"why": hearing.problem}) if hearing.sound is None else Found(0.0)


def _pace(hearing: Hearing) -> Found | Missing:
    """Syllables of the text a second of voiced sound."""
    count, seconds = syllables(hearing.subject.text), float(hearing.voiced.sum()) * 0.02
    if not count:
        return Missing("the line has no words")
    if seconds == 0:
        return Found(0.0, {"why": "nothing is heard", "syllables": count})
    return Found(count / seconds, {"syllables": count, "voiced_seconds": round(seconds, 2)})


def _loudness(hearing: Hearing) -> Found:
    # Silence has no finite loudness; the meter's floor stands for it, so that it fails and is not waved through.
    value = hearing.integrated if isfinite(hearing.integrated) else -70.0
    peak = {"true_peak": round(hearing.true_peak, 2)} if isfinite(hearing.true_peak) else {}
    return Found(value, peak)


def _clipping(hearing: Hearing) -> Found:
    """Share of samples in runs of three or more at full scale."""
    assert hearing.sound is not None  # noqa: S101  the guard saw to it
    full = np.abs(hearing.sound.samples) >= 0.999
    runs = full[:, :-2] & full[:, 1:-1] & full[:, 2:]
    return Found(float(runs.mean()) if runs.size else 0.0)


def _silence(hearing: Hearing) -> Found | Missing:
    """Share of the line in which nothing is heard."""
    if not len(hearing.voiced):
        return Missing("the sound is shorter than 20 ms")
    return Found(1.0 - float(hearing.voiced.mean()), {"seconds": round(len(hearing.voiced) * 0.02, 2)})


def _voice_check(
    name: str, unit: str, method: str, find: Callable[[Hearing], Found | Missing]
) -> Gauge[Hearing]:
    def guarded(hearing: Hearing) -> Found | Missing:
        return Missing(hearing.problem) if hearing.sound is None else find(hearing)

    return Gauge(CheckName(f"voice.{name}"), name, unit, method, guarded)


DECODES = Gauge(CheckName("voice.decodes"), "decodes", "faults", "decode/1", _decodes)
PACE = _voice_check("pace", "syllables/s", "vowel-groups/1", _pace)
LOUDNESS = _voice_check("loudness", "LUFS", "ebur128/1", _loudness)
CLIPPING = _voice_check("clipping", "share", "runs/1", _clipping)
SILENCE = _voice_check("silence", "share", "rms-50/1", _silence)
