"""Which word is heard when."""

import re
import unicodedata
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from picturelock.core.anchor import Value
from picturelock.generate.builtin.voice.wording import Phrase


class Caption(Value, frozen=True, kw_only=True):
    """Text and when it is heard, in samples: ``[start, end)``."""

    text: str
    start: int
    end: int


class Captions(Value, frozen=True, kw_only=True):
    """Captions of one voice line.

    Attributes:
        spoken: ``False`` for a guide track, which only keeps the line's time.
        voice: The voice that was heard.
        rate: Samples a second.
        samples: Length of the sound.
        words: In order, not overlapping, within the sound.
        phrases: The same words in captions; each begins and ends with its words.
    """

    format: Literal["picturelock.captions/1"] = "picturelock.captions/1"
    spoken: bool
    voice: str
    language: str
    rate: int
    samples: int
    words: tuple[Caption, ...]
    phrases: tuple[Caption, ...]


def _key(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).casefold()
    return re.sub(r"[\W_]", "", plain)


def aligned(written: list[str], heard: list[tuple[str, int, int]], length: int) -> list[tuple[int, int]]:
    """When each written word is heard.

    Numbers and abbreviations are spoken in other words than they are written in. Words that are the same in both
    are matched; what lies between two matches shares the time that lies between them.

    Args:
        written: Words as in the line.
        heard: Words as spoken with start and end, in order.
        length: Of the sound.

    Returns:
        A span for each written word: in order, none overlapping, all within the sound.
    """
    spans: list[tuple[int, int] | None] = [None] * len(written)
    matcher = SequenceMatcher(
        None, [_key(w) for w in written], [_key(w) for w, _, _ in heard], autojunk=False
    )
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            for offset in range(a1 - a0):
                spans[a0 + offset] = heard[b0 + offset][1:]
        elif a1 > a0 and b1 > b0:
            spans[a0:a1] = shared(
                [max(1, len(_key(w))) for w in written[a0:a1]], heard[b0][1], heard[b1 - 1][2]
            )
    return _ordered(spans, length)


def shared(weights: list[int], start: int, end: int) -> list[tuple[int, int]]:
    """A stretch of time in pieces by weight."""
    total, cuts, gone = sum(weights), [start], 0
    for weight in weights:
        gone += weight
        cuts.append(start + (end - start) * gone // total)
    return list(pairwise(cuts))


def _ordered(spans: list[tuple[int, int] | None], length: int) -> list[tuple[int, int]]:
    """Unheard words (a lone dash) get no time where they stand; nothing overlaps or leaves the sound."""
    result: list[tuple[int, int]] = []
    now = 0
    for span in spans:
        start, end = span if span is not None else (now, now)
        start = min(length, max(now, start))
        end = min(length, max(start, end))
        result.append((start, end))
        now = end
    return result


def document(
    written: list[str],
    groups: list[Phrase],
    spans: list[tuple[int, int]],
    *,
    spoken: bool,
    voice: str,
    language: str,
    rate: int,
    samples: int,
) -> Captions:
    """The captions of a line from the time of each of its words."""
    return Captions(
        spoken=spoken,
        voice=voice,
        language=language,
        rate=rate,
        samples=samples,
        words=tuple(Caption(text=w, start=a, end=b) for w, (a, b) in zip(written, spans, strict=True)),
        phrases=tuple(Caption(text=g.text, start=spans[g.first][0], end=spans[g.last][1]) for g in groups),
    )
