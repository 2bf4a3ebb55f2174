"""Fountain 1.1.

The registries' two parsers were read first. fountain-parser 0.1.1 and screenplay-tools 0.0.10 (both MIT) keep no line
numbers, and the first reads no notes; the board has to point at the lines of its source, so this is our own.

Beyond the syntax page, three habits of working scripts are understood: ``FADE IN:``, ``FADE OUT.`` and their like are
transitions although they do not end in ``TO:``; a heading need not be followed by a blank line; and Chinese headings
begin with 内景, 外景 or 内外景.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from picturelock.script.source import Element, ElementKind, Passage, Screenplay, Source, joined

_TITLE_KEYS = {
    "title", "credit", "author", "authors", "source", "notes", "draft date", "date", "contact", "copyright",
    "revision", "language", "format", "font", "episode", "series", "studio", "标题", "片名", "编剧", "作者",
}  # fmt: skip
_TITLE_LINE = re.compile(r"([^\W\d_][\w ]{0,30})[:：][ \t]*(.*)")
HEADING = re.compile(
    r"(?:(?:INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E|E\s*/\s*I|INT|EXT|EST)(?:\.(?!\w*\.)\s*|\s+)"
    r"|(?:内外景|内/外景?|内景|外景)[\s.。：:·、，,]*)(?=\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*#([\w.\-]+)#\s*$")
TRANSITION = re.compile(
    r"(?:FADE IN|FADE OUT|FADE TO BLACK|FADE TO WHITE|CUT TO BLACK|SMASH CUT|MATCH CUT|JUMP CUT|DISSOLVE)[.:]?"
    r"|[^a-z]*[A-Z][^a-z]*\bTO:"
    r"|(?:淡入|淡出|切至|切到|叠化|化入)[。：:.]?"
)
_CUE = re.compile(
    r"(?P<name>[^()（）]*[^\W\d_][^()（）]*?)\s*(?P<ext>(?:[(（][^()（）]*[)）]\s*)*)(?P<dual>\^?)\s*"
)
_EXTENSION = re.compile(r"[(（]([^()（）]*)[)）]")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=\S)(?<!\\)\1")
_ESCAPE = re.compile(r"\\([*_\\~!@.#>\[\]])")


@dataclass(slots=True)
class _Reader:
    lines: list[str]
    at: int = 0
    found: list[Element] = field(default_factory=list)

    def line(self, index: int) -> str:
        return self.lines[index] if 0 <= index < len(self.lines) else ""

    def blank(self, index: int) -> bool:
        return not self.line(index).strip()

    def add(self, kind: ElementKind, text: str, **more: object) -> None:
        self.found.append(Element(kind, Passage(_plain(text), self.at + 1), **more))  # pyright: ignore[reportArgumentType]
        self.at += 1


class Fountain:
    """The Fountain format."""

    suffixes: tuple[str, ...] = (".fountain", ".spmd")

    def recognises(self, text: str) -> bool:
        lines = text.split("\n")
        title = _TITLE_LINE.fullmatch(next((line for line in lines if line.strip()), ""))
        if title and title[1].strip().lower() in {"title", "credit", "片名"}:
            return True
        return any(
            HEADING.match(line) and (i == 0 or not lines[i - 1].strip()) for i, line in enumerate(lines)
        )

    def read(self, text: str, name: str) -> Source:
        lines = text.split("\n")
        cleaned, notes = _without_notes(_without_boneyard(text))
        reader = _Reader(cleaned.split("\n"))
        title_page = _title_page(reader)
        while reader.at < len(reader.lines):
            _element(reader)
        found = sorted([*reader.found, *notes], key=lambda e: e.passage.line)
        return Screenplay(name=name, title_page=title_page, elements=tuple(found), lines=len(lines))


def _blanked(text: str) -> str:
    return re.sub(r"[^\n]+", "", text)


def _without_boneyard(text: str) -> str:
    # An unclosed /* stays as text: swallowing the rest of a film would be worse than showing two characters.
    return re.sub(r"/\*.*?\*/", lambda m: _blanked(m[0]), text, flags=re.DOTALL)


def _without_notes(text: str) -> tuple[str, list[Element]]:
    """The text without ``[[notes]]`` on the same lines, and the notes. A note ends at a truly empty line."""
    notes: list[Element] = []

    def take(found: re.Match[str]) -> str:
        line = text.count("\n", 0, found.start()) + 1
        numbered = [(line + i, part.strip()) for i, part in enumerate(found[1].split("\n"))]
        notes.append(Element(ElementKind.NOTE, joined(numbered)))
        return _blanked(found[0])

    return re.sub(r"\[\[((?:(?!\]\]|\n\n).)*)\]\]", take, text, flags=re.DOTALL), notes


def _plain(text: str) -> str:
    """Without emphasis marks and escapes."""
    if "*" in text or "_" in text:
        for _ in range(3):
            text = _EMPHASIS.sub(r"\2", text)
    return _ESCAPE.sub(r"\1", text).strip() if "\\" in text else text.strip()


def _title_page(reader: _Reader) -> dict[str, tuple[str, ...]]:
    start = next((i for i, line in enumerate(reader.lines) if line.strip()), 0)
    first = _TITLE_LINE.fullmatch(reader.line(start))
    if not first or first[1].strip().lower() not in _TITLE_KEYS:
        return {}
    page: dict[str, list[str]] = {}
    key, index = "", start
    while not reader.blank(index):
        line = reader.line(index)
        found = _TITLE_LINE.fullmatch(line) if not line[0].isspace() else None
        if found:
            key = found[1].strip().lower()
            page[key] = [_plain(found[2])] if found[2].strip() else []
        else:
            page[key].append(_plain(line))
        index += 1
    reader.at = index
    return {k: tuple(v) for k, v in page.items()}


def _element(reader: _Reader) -> None:
    raw = reader.line(reader.at)
    line = raw.strip()
    if not line:
        reader.at += 1
    elif not _marked(reader, line):
        if _is_heading(reader, line):
            _heading(reader, line)
        elif _is_transition(reader, line):
            reader.add(ElementKind.TRANSITION, line)
        elif _is_cue(reader, line):
            _dialogue(reader, line)
        else:
            _action(reader)


def _marked(reader: _Reader, line: str) -> bool:
    """Elements that say what they are by their first character."""
    if re.fullmatch(r"={3,}", line):
        reader.add(ElementKind.PAGE_BREAK, "")
    elif line.startswith("="):
        reader.add(ElementKind.SYNOPSIS, line[1:])
    elif line.startswith("#"):
        body = line.lstrip("#")
        reader.add(ElementKind.SECTION, body, depth=len(line) - len(body))
    elif line.startswith("~"):
        reader.add(ElementKind.LYRIC, line[1:])
    elif line.startswith(">") and line.endswith("<"):
        reader.add(ElementKind.CENTRED, line[1:-1])
    elif line.startswith(">"):
        reader.add(ElementKind.TRANSITION, line[1:])
    elif line.startswith("@"):
        _dialogue(reader, line[1:])
    else:
        return False
    return True


def _is_heading(reader: _Reader, line: str) -> bool:
    if re.match(r"\.[^\W_]", line):
        return True
    return bool(HEADING.match(line)) and reader.blank(reader.at - 1)


def _heading(reader: _Reader, line: str) -> None:
    number = _NUMBER.search(line)
    text = _NUMBER.sub("", line)
    forced = re.match(r"\.[^\W_]", text)
    reader.add(ElementKind.HEADING, text[1:] if forced else text, number=number[1] if number else "")


def _is_transition(reader: _Reader, line: str) -> bool:
    surrounded = reader.blank(reader.at - 1) and reader.blank(reader.at + 1)
    return surrounded and bool(TRANSITION.fullmatch(line))


def _is_cue(reader: _Reader, line: str) -> bool:
    if not reader.blank(reader.at - 1) or reader.line(reader.at + 1) == "" or line.startswith("!"):
        return False
    if reader.blank(reader.at + 1):
        return False
    found = _CUE.fullmatch(line)
    name = found["name"] if found else ""
    return bool(name) and name == name.upper() and name != name.lower()


def _dialogue(reader: _Reader, cue: str) -> None:
    found = _CUE.fullmatch(cue.strip())
    name, extensions, dual = (found["name"], found["ext"], bool(found["dual"])) if found else (cue, "", False)
    reader.add(
        ElementKind.CHARACTER,
        name,
        extensions=tuple(e.strip() for e in _EXTENSION.findall(extensions)),
        dual=dual,
    )
    spoken: list[tuple[int, str]] = []

    def say() -> None:
        if spoken:
            reader.found.append(Element(ElementKind.DIALOGUE, joined(spoken)))
            spoken.clear()

    # A line of two spaces is the format's way to keep a blank line inside a speech.
    while reader.at < len(reader.lines) and (not reader.blank(reader.at) or len(reader.line(reader.at)) >= 2):
        line = reader.line(reader.at).strip()
        if re.fullmatch(r"[(（].*[)）]", line):
            say()
            reader.add(ElementKind.PARENTHETICAL, line[1:-1])
        elif line.startswith("~"):
            say()
            reader.add(ElementKind.LYRIC, line[1:])
        else:
            if line:
                spoken.append((reader.at + 1, _plain(line)))
            reader.at += 1
    say()


def _action(reader: _Reader) -> None:
    def body() -> Iterator[tuple[int, str]]:
        first = True
        while not reader.blank(reader.at):
            line = reader.line(reader.at).strip()
            if not first and re.match(r"[=#~>@]", line):
                return
            yield reader.at + 1, _plain(line.removeprefix("!"))
            first = False
            reader.at += 1

    reader.found.append(Element(ElementKind.ACTION, joined(list(body()))))
