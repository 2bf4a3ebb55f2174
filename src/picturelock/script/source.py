"""What a script says, before anyone decides how to shoot it: typed elements with their places in the file."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Passage(NamedTuple):
    """Text that came from one or more lines of the file.

    Attributes:
        text: The lines, joined.
        line: 1-based line on which it begins.
        breaks: Offsets in ``text`` at which the following lines begin.
    """

    text: str
    line: int
    breaks: tuple[int, ...] = ()

    @property
    def last(self) -> int:
        """1-based line on which it ends."""
        return self.line + len(self.breaks)

    def line_at(self, offset: int) -> int:
        """1-based line of the character at this offset."""
        return self.line + bisect_right(self.breaks, offset)


def is_cjk(char: str) -> bool:
    """Whether the character is a Chinese character or Chinese punctuation."""
    return "\u3000" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef"


def joined(lines: Iterable[tuple[int, str]]) -> Passage:
    """One passage from numbered lines that follow each other; Chinese lines are joined without a space."""
    text, first, breaks = "", 0, list[int]()
    for number, line in lines:
        if not first:
            text, first = line, number
            continue
        if text and line and not (is_cjk(text[-1]) or is_cjk(line[0])):
            text += " "
        breaks.extend([len(text)] * (number - first - len(breaks)))
        text += line
    return Passage(text, first or 1, tuple(breaks))


class ElementKind(StrEnum):
    """Elements of a screenplay.

    Attributes:
        SEQUENCE: A line that says that a list of shots follows.
    """

    HEADING = "heading"
    ACTION = "action"
    SEQUENCE = "sequence"
    CHARACTER = "character"
    PARENTHETICAL = "parenthetical"
    DIALOGUE = "dialogue"
    LYRIC = "lyric"
    TRANSITION = "transition"
    CENTRED = "centred"
    SECTION = "section"
    SYNOPSIS = "synopsis"
    NOTE = "note"
    PAGE_BREAK = "page_break"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a screenplay.

    Attributes:
        number: A heading's scene number as written, such as ``12A``; empty without one.
        extensions: A cue's extensions without parentheses: ``V.O.``, ``CONT'D``.
        dual: A cue whose dialogue is spoken at the same time as the one before.
        depth: Of a section, 1 for the outermost.
        apart: An action that the script lists as a shot of its own.
    """

    kind: ElementKind
    passage: Passage
    number: str = ""
    extensions: tuple[str, ...] = ()
    dual: bool = False
    depth: int = 0
    apart: bool = False

    @property
    def text(self) -> str:
        """The words, without markup."""
        return self.passage.text


@dataclass(frozen=True, slots=True)
class Screenplay:
    """A screenplay as elements in the order of the file.

    Attributes:
        title_page: Lower-case keys to lines, as written.
        lines: Number of lines in the file.
        heading_advice: How a scene heading is written in this format, for who has none.
    """

    name: str
    title_page: dict[str, tuple[str, ...]]
    elements: tuple[Element, ...]
    lines: int
    heading_advice: str = "Put a scene heading before each scene, such as INT. KITCHEN - NIGHT."

    @property
    def title(self) -> str:
        """From the title page; empty without one."""
        return " ".join(self.title_page.get("title", ())).strip()

    def words(self) -> str:
        """All the words that are seen or heard."""
        silent = {ElementKind.NOTE, ElementKind.SYNOPSIS, ElementKind.SECTION, ElementKind.PAGE_BREAK}
        return "\n".join(e.text for e in self.elements if e.kind not in silent)


class ParagraphKind(StrEnum):
    """Parts of a prose text.

    Attributes:
        FRONT: What a book has before its story and after it: whom it is for, who wrote it, ``THE END``.
    """

    TEXT = "text"
    FRONT = "front"
    TITLE = "title"
    CHAPTER = "chapter"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a chapter heading or a break."""

    kind: ParagraphKind
    passage: Passage

    @property
    def text(self) -> str:
        """The words."""
        return self.passage.text


@dataclass(frozen=True, slots=True)
class Prose:
    """A story or a chapter as paragraphs in the order of the file.

    Attributes:
        lines: Number of lines in the file.
    """

    name: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    lines: int

    def words(self) -> str:
        """All the words of the story."""
        return "\n".join(p.text for p in self.paragraphs if p.kind is ParagraphKind.TEXT)


Source = Screenplay | Prose


def language_of(text: str) -> str:
    """BCP 47 tag by the script of the letters: ``zh`` when a fifth of them are Chinese, else ``en``."""
    sample = text[:20_000]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in sample)
    letters = sum(c.isalpha() for c in sample)
    return "zh" if letters and chinese * 5 >= letters else "en"
