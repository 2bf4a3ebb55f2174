"""Montages: lists of shots, in whatever format they came.

Only what follows a line such as ``MONTAGE - GETTING READY`` is a list. Elsewhere a dash, a number or a letter that
begins a paragraph belongs to its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from picturelock.script.headings import LATER, parse_heading
from picturelock.script.source import Element, ElementKind, Passage, joined

_NAME = r"(?:MONTAGE|SERIES OF SHOTS)"
_CHINESE_NAME = r"[【（(]?蒙太奇(?:开始)?[)）】]?"
_HEAD = rf"(?!END\b)(?:(?:BEGIN|START|A)(?: OF)? )?(?:[A-Z'’]+ ){{0,2}}{_NAME}(?=\s*(?:[-–—:.(]|$))"
#: In capitals to its end, and no more than one sentence.
_HEADS_A_LIST = re.compile(rf"{_HEAD}[^a-z\u4e00-\u9fff.!?]*[.:：]?|{_CHINESE_NAME}[:：]?")
_BEGINS_AS_HEAD = re.compile(_HEAD)
_ONLY_NAMED = re.compile(rf"(?:[A-Z'’]+ ){{0,4}}{_NAME}|{_CHINESE_NAME}")
_ENDS = re.compile(
    rf"END (?:OF )?(?:THE )?(?:[A-Z'’]+ ){{0,2}}{_NAME}(?:\s*[-–—:][^a-z]*)?|{_NAME} ENDS?|BACK TO (?:SCENE|PRESENT)"
    rf"|{LATER}|[【（(]?蒙太奇结束[)）】]?"
)
_LETTER = r"(?:[(（](?P<inside>[A-Za-z]|\d{1,2})[)）]\s*|(?P<letter>[A-Za-z]|\d{1,2})(?:[)）、．]\s*|\.\s+))"
#: A dash before a number is a minus, and a row of dashes is a rule.
_DASH = r"[-–—•*]{1,2}(?:\s+(?=[\w\"“「(（])|(?=[^\W\d]))"
_MARK = re.compile(rf"(?:{_DASH}|{_LETTER})(?=\S)")
_NEXT_ON_THE_LINE = re.compile(rf"(?:^|(?<=[\s:：])){_LETTER}(?=\S)")


def heads_a_list(line: str) -> bool:
    """Whether a line says that a list of shots follows, and nothing else."""
    return _HEADS_A_LIST.fullmatch(line.strip()) is not None


def ends(line: str) -> bool:
    """Whether a line says that the list is over."""
    return _ENDS.fullmatch(line.strip(" .:：")) is not None


def laid_out(elements: Sequence[Element]) -> list[Element]:
    """The elements of a screenplay, with each shot of a montage apart.

    A list's head becomes a :attr:`ElementKind.SEQUENCE`; one that stands as a scene heading and tells no time belongs
    to the scene before. A head that says what is seen, and has no list behind it, stays what it is.
    """
    layout = _Layout()
    for element in elements:
        layout.take(element)
    return layout.finished()


@dataclass(slots=True)
class _Layout:
    """Where the laying out is.

    Attributes:
        shots: How many of the list were marked so far.
        heads: Places of heads in what is found, with what stood there.
    """

    found: list[Element] = field(default_factory=list)
    heads: dict[int, Element] = field(default_factory=dict)
    opened: bool = False
    listing: bool = False
    shots: int = 0

    def take(self, element: Element) -> None:
        match element.kind:
            case ElementKind.HEADING:
                self.heading(element)
            case ElementKind.ACTION:
                self.action(element)
            case ElementKind.CHARACTER:
                # A voice may speak over a list, and what is marked behind it goes on with it.
                self.listing = self.listing and self.shots > 0
                self.found.append(element)
            case _:
                self.found.append(element)

    def heading(self, element: Element) -> None:
        self.listing, self.shots = heads_a_list(element.text), 0
        if self.listing and self.opened and parse_heading(element.text).time is None:
            self.heads[len(self.found)] = element
            element = replace(element, kind=ElementKind.SEQUENCE)
        self.opened = True
        self.found.append(element)

    def action(self, element: Element) -> None:
        head, rest = _parted(element.passage)
        if head:
            self.heads[len(self.found)] = element
            self.found.append(replace(element, kind=ElementKind.SEQUENCE, passage=head))
            self.listing, self.shots = True, 0
        if rest is None:
            return
        marked = _items(rest, self.shots) if self.listing else []
        if ends(rest.text) or (self.shots and not marked):
            self.listing = False
        self.shots += len(marked)
        apart = self.listing
        self.found += [replace(element, passage=shot, apart=apart) for shot in marked or [rest]]

    def finished(self) -> list[Element]:
        for at, element in self.heads.items():
            following = self.found[at + 1] if at + 1 < len(self.found) else None
            listed = following is not None and following.apart
            if not listed and not _ONLY_NAMED.fullmatch(element.text.strip(" .:：")):
                self.found[at] = element
        return self.found


def _parted(passage: Passage) -> tuple[Passage | None, Passage | None]:
    """A list's head and what follows it, of one paragraph."""
    lines = _lines(passage)
    first = lines[0].text
    mixed = len(lines) > 1 and _BEGINS_AS_HEAD.match(first) and _marked(lines[1].text, 0)
    if heads_a_list(first) or mixed:
        return lines[0], _whole(lines[1:])
    if _BEGINS_AS_HEAD.match(first) and (marks := _in_order(first)):
        # ``SERIES OF SHOTS: A) Rain. B) Wind.``
        at = marks[0].start()
        head, rest = Passage(first[:at].strip(), passage.line), Passage(first[at:], passage.line)
        return head, _whole([rest, *lines[1:]])
    return None, passage


def _items(passage: Passage, before: int) -> list[Passage]:
    """The shots that a paragraph lists; none where its beginning is not marked.

    Args:
        passage: The paragraph.
        before: How many shots the list has already.
    """
    shots: list[list[Passage]] = []
    for line in _lines(passage):
        if mark := _marked(line.text, before + len(shots)):
            shots.append([line._replace(text=line.text[mark.end() :])])
        elif shots:
            shots[-1].append(line)  # a line that was wrapped
        else:
            return []
    # All on one line, as Final Draft keeps a list, whatever its lines were.
    on_one = _on_one_line(passage)
    return on_one if len(on_one) > len(shots) else [one for shot in shots if (one := _whole(shot))]


def _marked(text: str, number: int) -> "re.Match[str] | None":
    """The mark before a shot; a letter or a number must be the next one, or it belongs to the words."""
    mark = _MARK.match(text)
    label = mark and (mark["inside"] or mark["letter"])
    return None if label and not _is_nth(label, number) else mark


def _is_nth(label: str, number: int) -> bool:
    return label == str(number + 1) or (number < 26 and label.upper() == chr(ord("A") + number))


def _in_order(text: str) -> list["re.Match[str]"]:
    """The marks ``A)``, ``B)``, … of a list that stands on one line; none where there are less than two."""
    marks: list[re.Match[str]] = []
    for mark in _NEXT_ON_THE_LINE.finditer(text):
        if _is_nth(mark["inside"] or mark["letter"], len(marks)):
            marks.append(mark)
    return marks if len(marks) > 1 else []


def _on_one_line(passage: Passage) -> list[Passage]:
    marks = _in_order(passage.text)
    if not marks or marks[0].start():
        return []
    stops = [mark.start() for mark in marks[1:]] + [len(passage.text)]
    said = [
        (passage.text[mark.end() : stop].strip(), passage.line_at(mark.start()))
        for mark, stop in zip(marks, stops, strict=True)
    ]
    return [Passage(text, line) for text, line in said if text]


def _lines(passage: Passage) -> list[Passage]:
    bounds = [0, *passage.breaks, len(passage.text)]
    parts = [passage.text[start:stop].strip() for start, stop in pairwise(bounds)]
    return [Passage(part, passage.line + number) for number, part in enumerate(parts) if part] or [passage]


def _whole(lines: Sequence[Passage]) -> Passage | None:
    return joined([(line.line, line.text) for line in lines]) if lines else None
