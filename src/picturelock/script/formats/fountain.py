"""Fountain 1.1.

The registries' two parsers were read first. fountain-parser 0.1.1 and screenplay-tools 0.0.10 (both MIT) keep no line
numbers, and the first reads no notes; the board has to point at the lines of its source, so this is our own.

Beyond the syntax page, five habits of working scripts are understood: ``FADE IN:``, ``FADE OUT.`` and their like are
transitions although they do not end in ``TO:``; a heading need not be followed by a blank line; and Chinese headings
have 内景 or 外景 somewhere, Chinese speech stands on one line behind its speaker and a colon, and △ begins an action.
Shooting scripts' numbers before and behind a heading are taken from it. A montage's list may follow its head at once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from picturelock.script import chinese
from picturelock.script.headings import CAPTION, heading_in
from picturelock.script.montage import heads_a_list
from picturelock.script.source import Element, ElementKind, Passage, Screenplay, Source, joined

_TITLE_KEYS = {
    "title", "credit", "author", "authors", "source", "notes", "draft date", "date", "contact", "copyright",
    "revision", "language", "format", "font", "episode", "series", "studio", "标题", "片名", "编剧", "作者",
}  # fmt: skip
_TITLE_LINE = re.compile(r"([^\W\d_][\w ]{0,30})[:：][ \t]*(.*)")
_NUMBER = re.compile(r"\s*#([\w.\-]+)#\s*$")
TRANSITION = re.compile(
    r"(?:FADE IN|FADE OUT|FADE TO BLACK|FADE TO WHITE|CUT TO BLACK|SMASH CUT|MATCH CUT|JUMP CUT|DISSOLVE)[.:]?"
    r"|[^a-z]*[A-Z][^a-z]*\bTO:"
    r"|(?:淡入|淡出|切至|切到|叠化|化入)[。：:.]?"
)
_CAPTION = re.compile(CAPTION)
_LONGEST_TRANSITION = 120  # characters; to look through a page of capitals for ``TO:`` takes minutes
_CUE = re.compile(
    r"(?P<name>[^()（）]*[^\W\d_][^()（）]*?)\s*(?P<ext>(?:[(（][^()（）]*[)）]\s*)*)(?P<dual>\^?)\s*"
)
_EXTENSION = re.compile(r"[(（]([^()（）]*)[)）]")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=\S)(?<!\\)\1")
_ESCAPE = re.compile(r"\\([*_\\~!@.#>\[\]])")


@dataclass(slots=True)
class _Reader:
    """Where the reading is.

    Attributes:
        names_alone: Chinese names that stand alone on a line above what they say.
        speakers: Chinese names that speak by themselves somewhere.
    """

    lines: list[str]
    at: int = 0
    names_alone: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
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
            found.plain or i == 0 or not lines[i - 1].strip()
            for i, line in enumerate(lines)
            if (found := heading_in(line))
        )

    def read(self, text: str, name: str) -> Source:
        lines = text.split("\n")
        cleaned, notes = _without_notes(_without_boneyard(text))
        reader = _Reader(cleaned.split("\n"))
        reader.names_alone = chinese.names_alone(reader.lines)
        reader.speakers = reader.names_alone | chinese.speakers(reader.lines)
        title_page = _title_page(reader)
        while reader.at < len(reader.lines):
            _element(reader)
        found = sorted([*reader.found, *notes], key=lambda e: e.passage.line)
        return Screenplay(
            name=name,
            title_page=title_page,
            elements=tuple(found),
            lines=len(lines),
            heading_advice="Put one before each scene, such as `INT. KITCHEN - NIGHT`, or `.KITCHEN` to force one. "
            "To have it read as prose, save it as .txt.",
        )


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
    if quoted := re.fullmatch(r"\s*《(.+)》\s*", reader.line(start)):
        reader.at = start + 1
        return {"title": (quoted[1],)}
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
        elif speech := chinese.speech_on(line, reader.speakers):
            _say_on_one_line(reader, speech)
        elif chinese.is_list(line):
            reader.add(ElementKind.NOTE, line)
        else:
            _action(reader)


def _marked(reader: _Reader, line: str) -> bool:
    """Elements that say what they are by their first character."""
    if re.fullmatch(r"={3,}", line):
        reader.add(ElementKind.PAGE_BREAK, "")
    elif line.startswith("="):
        reader.add(ElementKind.SYNOPSIS, line[1:])
    elif re.fullmatch(r"第[\d零一二三四五六七八九十百]+[集幕]", line):
        reader.add(ElementKind.SECTION, line, depth=1)
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
    found = heading_in(line)
    return found is not None and (found.plain or reader.blank(reader.at - 1))


def _heading(reader: _Reader, line: str) -> None:
    number = _NUMBER.search(line)
    text = _NUMBER.sub("", line)
    forced = re.match(r"\.[^\W_]", text)
    found = None if forced else heading_in(text)
    if found:
        reader.add(ElementKind.HEADING, found.text, number=number[1] if number else found.number)
    else:
        reader.add(ElementKind.HEADING, text[1:] if forced else text, number=number[1] if number else "")


def _is_transition(reader: _Reader, line: str) -> bool:
    surrounded = reader.blank(reader.at - 1) and reader.blank(reader.at + 1)
    return surrounded and len(line) <= _LONGEST_TRANSITION and bool(TRANSITION.fullmatch(line))


def _is_cue(reader: _Reader, line: str) -> bool:
    if not reader.blank(reader.at - 1) or reader.line(reader.at + 1) == "" or line.startswith("!"):
        return False
    if heads_a_list(line):
        return False
    if chinese.name_on(line) in reader.names_alone:
        return True
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
        if reader.blank(reader.at - 1) and heading_in(line):
            break  # somebody's blanks in an empty line, and no speech goes on
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


def _say_on_one_line(reader: _Reader, speech: chinese.Speech) -> None:
    at = Passage(speech.name, reader.at + 1)
    reader.found.append(Element(ElementKind.CHARACTER, at, extensions=speech.extensions))
    reader.found += [Element(ElementKind.PARENTHETICAL, at._replace(text=aside)) for aside in speech.asides]
    reader.add(ElementKind.DIALOGUE, speech.said)


def _begins_anew(reader: _Reader, line: str) -> bool:
    """Whether a line ends an action although no empty line stands before it."""
    heading = heading_in(line)
    return bool(
        re.match(r"[=#~>@△▲]", line)
        or _CAPTION.match(line)
        or chinese.speech_on(line, reader.speakers)
        or chinese.is_list(line)
        or (heading and heading.plain)
    )


def _action(reader: _Reader) -> None:
    def body() -> Iterator[tuple[int, str]]:
        first, alone = True, _CAPTION.match(reader.line(reader.at).strip()) is not None
        while not reader.blank(reader.at):
            line = reader.line(reader.at).strip()
            if not first and (alone or _begins_anew(reader, line)):
                return
            yield reader.at + 1, _plain(line.removeprefix("!").lstrip("△▲ "))
            first = False
            reader.at += 1

    reader.found.append(Element(ElementKind.ACTION, joined(list(body()))))
