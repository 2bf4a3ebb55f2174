"""Captions: words, lines and times. Pure but for the writers of sidecar files."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from picturelock.core.frametime import FrameRate

LINE = 42
"""Columns of a caption line; a wide (CJK) character takes two."""
LINES = 2

_NO_START = set("，。、；：？！）》」』…,.;:?!)]}%")


@dataclass(frozen=True, slots=True)
class Caption:
    """Words on the screen.

    Attributes:
        start: First frame.
        stop: First frame without them.
        text: One or two lines.
    """

    start: int
    stop: int
    text: str


def columns(text: str) -> int:
    """Width of a text in columns."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, width: int = LINE) -> list[str]:
    """A text in lines of at most ``width`` columns, broken at spaces, or between wide characters.

    A word that is longer than a line is cut.
    """
    lines = [""]
    for unit in _units(" ".join(text.split())):
        line = lines[-1]
        if columns(line + unit.rstrip()) <= width or not line:
            lines[-1] = line + unit
        else:
            lines.append(unit.lstrip())
        while columns(lines[-1].rstrip()) > width:
            head = _fitting(lines[-1], width)
            lines[-1:] = [lines[-1][:head], lines[-1][head:]]
    return [line.strip() for line in lines if line.strip()]


def _fitting(text: str, width: int) -> int:
    used = 0
    for n, c in enumerate(text):
        used += columns(c)
        if used > width:
            return max(n, 1)
    return len(text)


def _units(text: str) -> list[str]:
    """Pieces that a line may be broken between: words with their space, and single wide characters."""
    units: list[str] = []
    fresh = True
    for c in text:
        wide = unicodedata.east_asian_width(c) in "WF"
        if c in _NO_START and units:
            units[-1] += c
        elif fresh or wide or not units:
            units.append(c)
        else:
            units[-1] += c
        fresh = wide or c == " "
    return units


def timed(words: Iterable[tuple[int, int, str]], rate: FrameRate, end: int) -> tuple[Caption, ...]:
    """Captions from speeches.

    A caption stays a quarter of a second after the words, and a second at least, but never into the next one. Text of
    more than two lines becomes several captions that share the time by their length. Speeches that begin together
    become one caption with a line for each, or for all of them where they say the same.

    Args:
        words: First frame, length in frames, text of each speech.
        rate: Of the frames.
        end: First frame after the film.
    """
    linger, least = rate.frames(Fraction(1, 4)), rate.frames(1)
    together: dict[int, list[tuple[int, str]]] = {}
    for start, length, text in words:
        if text.strip() and start < end:
            together.setdefault(max(0, start), []).append((max(length, 1), text))
    starts = sorted(together)
    found: list[Caption] = []
    for n, start in enumerate(starts):
        limit = starts[n + 1] if n + 1 < len(starts) else end
        speeches = together[start]
        length = max(length for length, _ in speeches)
        stop = min(limit, end, start + max(length + linger, least))
        texts = list(dict.fromkeys(text for _, text in speeches))
        if len(texts) > 1:
            lines = [line for text in texts for line in wrapped(f"- {text}")]
        else:
            lines = wrapped(texts[0])
        found += _shared(lines, start, stop)
    return tuple(found)


def _shared(lines: Sequence[str], start: int, stop: int) -> list[Caption]:
    groups = [lines[n : n + LINES] for n in range(0, len(lines), LINES)]
    groups = groups[: max(1, stop - start)]
    weights = [sum(columns(line) for line in group) for group in groups]
    total, done, at, made = sum(weights), 0, start, []
    for n, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        done += weight
        left = len(groups) - n - 1
        until = stop if not left else min(max(start + (stop - start) * done // total, at + 1), stop - left)
        made.append(Caption(at, until, "\n".join(group)))
        at = until
    return made


def sidecar(captions: Sequence[Caption], rate: FrameRate, form: str) -> str:
    """A caption file.

    Args:
        captions: In order.
        rate: Of their frames.
        form: ``srt`` or ``vtt``.
    """
    import pysubs2

    file = pysubs2.SSAFile()
    for caption in captions:
        start, stop = (_milliseconds(frame, rate) for frame in (caption.start, caption.stop))
        file.append(pysubs2.SSAEvent(start=start, end=stop, text=caption.text.replace("\n", r"\N")))
    return file.to_string(form)


def _milliseconds(frame: int, rate: FrameRate) -> int:
    return (rate.seconds(frame) * 1000 + Fraction(1, 2)).__floor__()


def shifted(captions: Iterable[Caption], by: int) -> tuple[Caption, ...]:
    """The same captions ``by`` frames later."""
    return tuple(replace(c, start=c.start + by, stop=c.stop + by) for c in captions)
