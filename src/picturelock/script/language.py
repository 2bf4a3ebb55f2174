"""Cutting text into words, sentences and clauses, English and Chinese."""

import re
from functools import lru_cache

from picturelock.script.source import Passage

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Lt|Sgt|vs|etc|No|Jr|Sr|[A-Z])\.)$")
_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s)|[。！？…]+[”’」』）]*|——(?=$))\s*|(?<=[:—])\s+(?=[A-Z]{2})")


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """Lower-case words; Chinese runs stay whole."""
    return tuple(w.replace("’", "'") for w in _WORD.findall(text.lower()))


_HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff”’」』）\"])[,:;!?.](?![\d.])")
_FULL_WIDTH = str.maketrans(",:;!?.", "，：；！？。")


def full_width(text: str) -> str:
    """Chinese with the marks of Chinese: many keyboards leave commas, colons and stops of half a width behind.

    No character is added or lost.
    """
    return _HALF_WIDTH.sub(lambda mark: mark[0].translate(_FULL_WIDTH), text)


def spoken_words(text: str) -> int:
    """English words that are spoken."""
    return sum(1 for w in _WORD.findall(text) if w.isascii() or not _chinese(w))


def spoken_characters(text: str) -> int:
    """Chinese characters that are spoken."""
    return sum("\u4e00" <= c <= "\u9fff" for c in text)


def _chinese(word: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in word)


def sentences(passage: Passage) -> list[Passage]:
    """The sentences of a passage with their own lines."""
    text, start, found = passage.text, 0, list[Passage]()
    for end in _END.finditer(text):
        if (
            end.start() <= start
            or _ABBREVIATION.search(text, start, end.end())
            or _abbreviated(text, start, end)
        ):
            continue
        found.append(_part(passage, start, end.end()))
        start = end.end()
    if text[start:].strip():
        found.append(_part(passage, start, len(text)))
    return found or [passage]


def _abbreviated(text: str, start: int, end: re.Match[str]) -> bool:
    return bool(_ABBREVIATION.search(text[start : end.end()].rstrip()))


def _part(passage: Passage, start: int, stop: int) -> Passage:
    text = passage.text[start:stop]
    kept = text.strip()
    start += text.index(kept) if kept else 0
    breaks = tuple(b - start for b in passage.breaks if start < b < start + len(kept))
    return Passage(kept, passage.line_at(start), breaks)


def merged(parts: list[Passage]) -> Passage:
    """Passages that follow each other as one."""
    text, breaks = parts[0].text, list(parts[0].breaks)
    line = parts[0].line
    for part in parts[1:]:
        gap = "" if text and "\u3000" <= text[-1] <= "\uffef" else " "
        begin = len(text) + len(gap)
        while line + len(breaks) < part.line:
            breaks.append(begin)
        text += gap + part.text
        breaks.extend(begin + b for b in part.breaks)
    return Passage(text, line, tuple(breaks))


def tidy(text: str, most: int = 160) -> str:
    """Text for a description: one line, cut at a word when it is long."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text.rfind(" ", 0, most - 1)
    return (text[: cut if cut > most // 2 else most - 1]).rstrip(" ,;:—-") + "…"


def slug(text: str) -> str:
    """Letters, digits and underscores of any script, lower case: the tail of an anchor id."""
    return re.sub(r"[^\w]+|_+", "_", text.lower()).strip("_")
