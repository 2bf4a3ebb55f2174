"""A voice line, heard once for all checks of the voice gate."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from picturelock.core.digest import Digest
from picturelock.core.failures import PicturelockError
from picturelock.gate.subject import SoundSubject
from picturelock.media.sound import Sound, loudness, read

_WINDOW_SECONDS = 0.02
_SILENCE = 10 ** (-50 / 20)


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """What was heard.

    Attributes:
        problem: Why the sound could not be decoded; empty where it could.
        voiced: One flag for every 20 ms: louder than -50 dBFS.
        integrated: LUFS; minus infinity for silence.
    """

    subject: SoundSubject
    problem: str
    sound: Sound | None
    voiced: NDArray[np.bool_]
    integrated: float
    true_peak: float

    @property
    def digest(self) -> Digest:
        """Of the sound."""
        return self.subject.digest


def hear(subject: SoundSubject) -> Hearing:
    """Decode and measure once. A broken file is a finding, not an error."""
    try:
        sound = read(subject.path)
    except PicturelockError as error:
        return Hearing(subject, error.message, None, np.zeros(0, np.bool_), -inf, -inf)
    mono = sound.samples.mean(axis=0)
    window = max(1, round(sound.rate * _WINDOW_SECONDS))
    whole = mono[: len(mono) // window * window].reshape(-1, window)
    voiced = np.sqrt((whole.astype(np.float64) ** 2).mean(axis=1)) > _SILENCE
    measured = loudness(sound)
    return Hearing(subject, "", sound, voiced, measured.integrated, measured.true_peak)
