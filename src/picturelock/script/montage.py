"""Montages: lists of shots, in whatever format they came.

Only what follows a line such as ``MONTAGE - GETTING READY`` is a list. Elsewhere a dash, a number or a letter that
begins a paragraph belongs to its words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from picturelock.script.source import Element, ElementKind, Passage, joined

_NAME = r"(?:MONTAGE|SERIES OF SHOTS)"
_HEAD = rf"(?!END\b)(?:(?:BEGIN|START|A)(?: OF)? )?(?:[A-Z'’]+ ){{0,2}}{_NAME}\b(?! ENDS?\b)"
_CHINESE_HEAD = r"[【（(]?蒙太奇(?:开始)?[)）】]?[:：]?"
#: In capitals to its end, and no more than one sentence.
_HEADS_A_LIST = re.compile(rf"{_HEAD}[^a-z\u4e00-\u9fff.!?]*[.:：]?|{_CHINESE_HEAD}")
_BEGINS_AS_HEAD = re.compile(_HEAD)
_ENDS = re.compile(
    rf"END (?:OF )?(?:THE )?(?:[A-Z'’]+ ){{0,2}}{_NAME}(?:\s*[-–—:][^a-z]*)?|{_NAME} ENDS?|BACK TO (?:SCENE|PRESENT)"
    r"|[【（(]?蒙太奇结束[)）】]?"
)
_LETTER = r"[(（]?(?P<letter>[A-Za-z]|\d{1,2})[)）.、．]"
_MARK = re.compile(rf"(?:[-–—•*]{{1,2}}|{_LETTER})\s*(?=\S)")
_NEXT_ON_THE_LINE = re.compile(rf"(?:^|(?<=[\s:：])){_LETTER}\s*(?=\S)")


def heads_a_list(line: str) -> bool:
    """Whether a line says that a list of shots follows, and nothing else."""
    return _HEADS_A_LIST.fullmatch(line.strip()) is not None


def ends(line: str) -> bool:
    """Whether a line says that the list is over."""
    return _ENDS.fullmatch(line.strip(" .:：")) is not None


def laid_out(elements: Sequence[Element]) -> list[Element]:
    """The elements of a screenplay, with each shot of a montage apart.

    A list's head, also where it stands as a scene heading, becomes a :attr:`ElementKind.SEQUENCE` in the scene before.
    """
    found: list[Element] = []
    listing = marked = opened = False
    for element in elements:
        match element.kind:
            case ElementKind.HEADING if opened and heads_a_list(element.text):
                found.append(replace(element, kind=ElementKind.SEQUENCE))
                listing, marked = True, False
            case ElementKind.HEADING | ElementKind.CHARACTER:
                opened = opened or element.kind is ElementKind.HEADING
                listing = False
                found.append(element)
            case ElementKind.ACTION:
                head, rest = _parted(element.passage)
                if head:
                    found.append(replace(element, kind=ElementKind.SEQUENCE, passage=head))
                    listing, marked = True, False
                items = list(_items(rest)) if listing and rest else []
                if rest and ((marked and not items) or ends(rest.text)):
                    listing = False
                shots = [rest] if listing and rest and not items else items
                found += [replace(element, passage=shot, apart=True) for shot in shots]
                marked = marked or bool(items)
                if rest and not listing:
                    found.append(replace(element, passage=rest))
            case _:
                found.append(element)
    return found


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


def _items(passage: Passage) -> Iterator[Passage]:
    """The shots that a paragraph lists; none where nothing is marked."""
    lines = _lines(passage)
    shots: list[list[Passage]] = []
    for line in lines:
        if mark := _marked(line.text, len(shots)):
            shots.append([line._replace(text=line.text[mark.end() :])])
            # All of a list on one line, as Final Draft keeps it.
            shots[-1:] = [[one] for one in _on_one_line(line)] or shots[-1:]
        elif shots:
            shots[-1].append(line)  # a line that was wrapped
        else:
            return
    for shot in shots:
        if whole := _whole(shot):
            yield whole


def _marked(text: str, number: int) -> "re.Match[str] | None":
    """The mark before a shot; a letter or a number must be the next one, or it belongs to the words."""
    mark = _MARK.match(text)
    if mark and mark["letter"] and number and not _is_nth(mark["letter"], number):
        return None
    return mark


def _is_nth(letter: str, number: int) -> bool:
    return letter.upper() in {chr(ord("A") + number), str(number + 1)} if number < 26 else letter.isdigit()


def _in_order(text: str) -> list["re.Match[str]"]:
    """The marks ``A)``, ``B)``, … of a list that stands on one line; none where there are less than two."""
    marks: list[re.Match[str]] = []
    for mark in _NEXT_ON_THE_LINE.finditer(text):
        if _is_nth(mark["letter"], len(marks)):
            marks.append(mark)
    return marks if len(marks) > 1 else []


def _on_one_line(line: Passage) -> list[Passage]:
    marks = _in_order(line.text)
    if not marks or marks[0].start():
        return []
    ends_at = [mark.start() for mark in marks[1:]] + [len(line.text)]
    return [
        Passage(line.text[mark.end() : end].strip(), line.line)
        for mark, end in zip(marks, ends_at, strict=True)
    ]


def _lines(passage: Passage) -> list[Passage]:
    bounds = [0, *passage.breaks, len(passage.text)]
    parts = [passage.text[start:stop].strip() for start, stop in pairwise(bounds)]
    return [Passage(part, passage.line + number) for number, part in enumerate(parts) if part] or [passage]


def _whole(lines: Sequence[Passage]) -> Passage | None:
    return joined([(line.line, line.text) for line in lines]) if lines else None
