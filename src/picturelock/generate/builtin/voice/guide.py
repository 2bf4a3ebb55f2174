"""Time for lines that no voice here can speak: soft tones in the rhythm of the line, plainly not speech."""

import unicodedata
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.voice.casting import Throat

_SYLLABLE_S = 0.19
_PAUSE_S = 0.28
_WORD_S = 0.05
_LETTERS_A_SYLLABLE = 2.6
_REST_S = 0.5
_HERTZ = 196.0


def syllables(word: str) -> int:
    """About how many syllables: one for each sign of a syllabic or ideographic script, else by letters."""
    letters = [c for c in word if c.isalpha()]
    signs = sum(1 for c in letters if _is_syllable(c))
    return signs + round((len(letters) - signs) / _LETTERS_A_SYLLABLE + 0.49) + sum(c.isdigit() for c in word)


def _is_syllable(char: str) -> bool:
    name = unicodedata.name(char, "")
    return any(script in name for script in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL"))


def guide(words: list[str], throat: Throat, rate: int) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """A guide track.

    Args:
        words: Of the line, with punctuation.
        throat: Decides pitch and pace.
        rate: Samples a second.

    Returns:
        Mono samples, and a span for each word. A line without a syllable is half a second of silence.
    """
    pieces: list[NDArray[np.float64]] = []
    spans: list[tuple[int, int]] = []
    now = 0
    step = 0
    for word in words:
        start = now
        for piece in _word(word, throat, rate, step):
            pieces.append(piece)
            now += len(piece)
        step += syllables(word)
        spans.append((start, now))
        pause = _PAUSE_S if _pauses(word) else _WORD_S
        gap = np.zeros(int(pause / throat.pace * rate))
        pieces.append(gap)
        now += len(gap)
    if not step:
        return np.zeros(int(_REST_S * rate)), [(0, 0)] * len(words)
    return np.concatenate(pieces), spans


def _pauses(word: str) -> bool:
    return bool(word) and unicodedata.category(word[-1]) in {"Po", "Pd", "Pe", "Pf"}


def _word(word: str, throat: Throat, rate: int, step: int) -> Iterator[NDArray[np.float64]]:
    """A tone for each syllable, and a pause for each mark inside: scripts without spaces are one long word."""
    ahead = len(word)
    for place, char in enumerate(word):
        if unicodedata.category(char) == "Po" and place < ahead - 1 and _is_syllable(word[place + 1]):
            yield np.zeros(int(_PAUSE_S / throat.pace * rate))
        elif _is_syllable(char):
            yield _tone(throat, rate, step + place)
    rest = syllables("".join(c for c in word if not (c.isalpha() and _is_syllable(c))))
    for place in range(rest):
        yield _tone(throat, rate, step + place)


def _tone(throat: Throat, rate: int, step: int) -> NDArray[np.float64]:
    length = int(_SYLLABLE_S / throat.pace * rate)
    time = np.arange(length) / rate
    # A small turn of the melody so that the ear can count; the same for the same place in every line.
    hertz = _HERTZ * throat.pitch * 2 ** ((0, 2, -1, 1, -2)[step % 5] / 12)
    swell = np.sin(np.pi * np.arange(length) / length) ** 1.5
    return swell * (np.sin(2 * np.pi * hertz * time) + 0.25 * np.sin(4 * np.pi * hertz * time))
