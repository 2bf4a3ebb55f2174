"""Plain prose: a short story, a chapter, a novel. Hard-wrapped paragraphs and one-line paragraphs are both understood."""

import re
from collections.abc import Iterator
from itertools import takewhile

from picturelock.script.source import Paragraph, ParagraphKind, Passage, Prose, Source, joined

_CHAPTER = re.compile(
    r"(?:#{1,6}\s*.+|(?:chapter|part|book)\s+(?:[\divxlc]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|[a-z]+teen|twenty\S*|thirty\S*|the \w+)\b.{0,60}|prologue|epilogue|[IVXLC]{1,7}\.?|\d{1,3}\.?"
    r"|第[零〇一二三四五六七八九十百千\d]+[章回节卷幕部].{0,30}|序章|序幕|尾声|楔子|[一二三四五六七八九十]{1,3}[、.．]?)",
    re.IGNORECASE,
)
#: ``Part two of the plan was …`` is a sentence; ``Part the First``, ``CHAPTER TWO: the weir`` are headings.
_READS_ON = re.compile(r"(?i:chapter|part|book)\s+(?!the\b)[^\s:.—–-]+,?\s+[a-z]")
_BREAK = re.compile(r"(?:[*＊⁂•·~—–\-_=#＃◇◆○●※+]\s*){1,}")
#: Before a book's first sentence; no part of the story.
_FRONT = re.compile(
    r"(?i:by) (?:(?:and|de|van|von|[A-Z][\w.'’-]*)\s?){1,6}"
    r"|(?i:an? (?:novel|novella|(?:short )?story|tale|memoir|thriller|romance|mystery)\b.{0,40}(?<![.!?…]))"
    r"|(?i:(?:copyright|©|\(c\) |all rights reserved|(?:first )?published (?:by|in) |printed in |isbn).{0,200})"
    r"|(?i:(?:for|to) (?:my|our|the memory of|all (?:those|who)) (?:\S+ ?){1,7}(?<![.!?…,])|(?:table of )?contents)"
    r"|作者[:：].{1,20}|文[/／:：].{1,20}|版权所有.{0,40}|目\s*录|(?:谨以此书)?献给[^。！？]{1,20}"
)
_END = re.compile(r"[\W_]*(?:the end|end|fin|finis|全文完|全书完|全剧终|剧终|完)[\W_]*", re.IGNORECASE)
_TERMINAL = ".!?…\"'”’)]。！？”」』：:—"
_WRAPPED_AT_MOST = 100
_DEDICATION = 400
"""Characters before the first of several chapters that are no story yet: whom it is for, a line that it quotes."""


class PlainProse:
    """Prose as plain text or simple Markdown."""

    suffixes: tuple[str, ...] = (".md", ".markdown", ".text")

    def recognises(self, text: str) -> bool:
        return bool(text.strip())

    def read(self, text: str, name: str) -> Source:
        lines = text.split("\n")
        title, paragraphs = _titled(list(_paragraphs(lines)), name)
        paragraphs = _without_front(_with_chapter_titles(paragraphs))
        return Prose(name=name, title=title, paragraphs=tuple(paragraphs), lines=len(lines))


def _paragraphs(lines: list[str]) -> Iterator[Paragraph]:
    top = opens = True
    for block in _blocks(lines):
        if isinstance(block, Paragraph):
            yield block
            continue
        front = [_FRONT.fullmatch(line) is not None for _, line in block]
        # On top of all a title may have its author's name under it; a wrapped sentence further down may read like that.
        yield from _split(block, apart=any(front) and opens and (top or front[0]))
        opens = opens and (top or all(front))
        top = False


def _blocks(lines: list[str]) -> Iterator[Paragraph | list[tuple[int, str]]]:
    """Numbered lines that follow each other, and the breaks between them."""
    usual = _usual_gap(lines)
    block: list[tuple[int, str]] = []
    gap = 0
    for number, raw in enumerate([*lines, ""], start=1):
        line = raw.strip().replace("\u3000", "") if raw.strip("\u3000 \t") else ""
        if line:
            if gap > max(usual, 1) and number - gap > 1:
                yield Paragraph(ParagraphKind.BREAK, Passage("", number - gap))
            gap = 0
            if block and _indented(raw):
                yield block
                block = []
            block.append((number, line))
            continue
        if block:
            yield block
            block = []
        gap += 1


def _indented(raw: str) -> bool:
    return raw.startswith(("\u3000\u3000", "\t", "    "))


def _usual_gap(lines: list[str]) -> int:
    """Blank lines that stand between two paragraphs as a rule: 0, 1 or 2."""
    gaps: dict[int, int] = {}
    run = 0
    for line in lines:
        if line.strip():
            gaps[run] = gaps.get(run, 0) + 1
            run = 0
        else:
            run += 1
    spaced = {k: v for k, v in gaps.items() if k > 0}
    return max(spaced, key=lambda k: (spaced[k], -k)) if spaced else 0


def _split(block: list[tuple[int, str]], *, apart: bool) -> Iterator[Paragraph]:
    """One wrapped paragraph, or one paragraph a line."""
    if len(block) > 1 and _heads(block[0][1]) and not _READS_ON.match(block[0][1]):
        yield _paragraph(block[:1])
        block = block[1:]
    if len(block) > 1 and (apart or not _wrapped(block)):
        for numbered in block:
            yield _paragraph([numbered])
    else:
        yield _paragraph(block)


def _wrapped(block: list[tuple[int, str]]) -> bool:
    lengths = [len(line) for _, line in block[:-1]]
    if max(lengths) > _WRAPPED_AT_MOST:
        return False
    open_ended = sum(line[-1] not in _TERMINAL for _, line in block[:-1])
    return open_ended * 2 >= len(lengths) or min(lengths) > 0.75 * max(lengths) > 30


def _heads(line: str) -> bool:
    return len(line) < 90 and _CHAPTER.fullmatch(line) is not None


def _paragraph(block: list[tuple[int, str]]) -> Paragraph:
    passage = joined(block)
    text = passage.text
    if len(block) == 1 and _BREAK.fullmatch(text):
        return Paragraph(ParagraphKind.BREAK, passage)
    if len(block) == 1 and _heads(text):
        return Paragraph(ParagraphKind.CHAPTER, Passage(text.lstrip("# "), passage.line))
    if "*" in text or "_" in text:
        return Paragraph(ParagraphKind.TEXT, _without_emphasis(passage))
    return Paragraph(ParagraphKind.TEXT, passage)


def _without_emphasis(passage: Passage) -> Passage:
    # Emphasis marks are dropped one for one, so that offsets of line starts stay true.
    kept = [i for i, c in enumerate(passage.text) if c not in "*_"]
    breaks = tuple(sum(1 for k in kept if k < b) for b in passage.breaks)
    return Passage("".join(passage.text[i] for i in kept), passage.line, breaks)


def _nothing_but_a_title(text: str) -> bool:
    """Whether a text of one line is a name and tells nothing: ``My Great Film``, ``《旧灯塔》``."""
    if text.startswith("《") and text.endswith("》"):
        return True
    words = text.split()
    return (
        len(words) <= 8
        and text[-1] not in _TERMINAL
        and all(w[0].isupper() or len(w) < 4 for w in words)
        and (text.isascii() or any(c.isupper() for c in text))
    )


def _titled(paragraphs: list[Paragraph], name: str) -> tuple[str, list[Paragraph]]:
    """A short first line without a full stop is the title."""
    fallback = name.replace("_", " ").replace("-", " ").strip().title() if name.isascii() else name
    if not paragraphs:
        return fallback, paragraphs
    first = paragraphs[0]
    text = first.text.strip("《》")
    heading = first.kind is ParagraphKind.CHAPTER and not re.match(
        r"(?i)chapter|part|book|第|\d|[ivxlc]+\.?$", text
    )
    short = (
        first.kind is ParagraphKind.TEXT and not first.passage.breaks and 0 < len(text) <= 60
        and text[-1] not in _TERMINAL + ",，;；" and not text.startswith(tuple("\"“‘'「『—")) and len(paragraphs) > 1
    )  # fmt: skip
    alone = len(paragraphs) == 1 and first.kind is ParagraphKind.TEXT and _nothing_but_a_title(first.text)
    if not (heading or short or alone):
        return fallback, paragraphs
    return text, [Paragraph(ParagraphKind.TITLE, first.passage), *paragraphs[1:]]


def _with_chapter_titles(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """``CHAPTER TWO`` and ``The Weir`` under it are one heading."""
    found: list[Paragraph] = []
    for number, paragraph in enumerate(paragraphs):
        before = found[-1] if found else None
        if (
            before
            and before.kind is ParagraphKind.CHAPTER
            and before is paragraphs[number - 1]
            and paragraph.kind is ParagraphKind.TEXT
            and not paragraph.passage.breaks
            and _nothing_but_a_title(paragraph.text)
        ):
            text = f"{before.text}: {paragraph.text.strip('《》')}"
            found[-1] = Paragraph(ParagraphKind.CHAPTER, Passage(text, before.passage.line))
        else:
            found.append(paragraph)
    return found


def _without_front(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """What a book has before its first sentence, and ``THE END``, told apart from its text."""
    texts = [n for n, p in enumerate(paragraphs) if p.kind is ParagraphKind.TEXT]
    chapters = [n for n, p in enumerate(paragraphs) if p.kind is ParagraphKind.CHAPTER]
    front = list(takewhile(lambda n: _FRONT.fullmatch(paragraphs[n].text), texts))
    before = [n for n in texts if chapters and n < chapters[0]]
    if len(chapters) > 1 and sum(len(paragraphs[n].text) for n in before) < _DEDICATION:
        front += before
    end = texts[-1:] if texts and _END.fullmatch(paragraphs[texts[-1]].text) else []
    beside = {*front, *end}
    return [Paragraph(ParagraphKind.FRONT, p.passage) if n in beside else p for n, p in enumerate(paragraphs)]
