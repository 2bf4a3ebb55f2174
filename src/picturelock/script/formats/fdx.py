"""Final Draft (FDX): XML, read with the standard parser that refuses any document type or entity."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from picturelock.core.failures import BadDocument
from picturelock.script.source import Element, ElementKind, Passage, Screenplay, Source

_KINDS = {
    "scene heading": ElementKind.HEADING,
    "action": ElementKind.ACTION,
    "general": ElementKind.ACTION,
    "shot": ElementKind.ACTION,
    "cast list": ElementKind.NOTE,
    "character": ElementKind.CHARACTER,
    "parenthetical": ElementKind.PARENTHETICAL,
    "dialogue": ElementKind.DIALOGUE,
    "lyrics": ElementKind.LYRIC,
    "singing": ElementKind.LYRIC,
    "transition": ElementKind.TRANSITION,
    "new act": ElementKind.SECTION,
    "end of act": ElementKind.SECTION,
    "outline 1": ElementKind.SECTION,
    "outline body": ElementKind.SYNOPSIS,
}
_CUE = re.compile(r"(?P<name>[^()（）]+?)\s*(?P<ext>(?:[(（][^()（）]*[)）]\s*)*)\^?\s*")
_FADE = re.compile(r"(?i)fade (?:in|up|out|to black)\s*[:.]?")
_UNSEEN = frozenset({"ScriptNote", "SceneProperties"})  # a heading's summary stands inside of it
_TITLE_LABEL = re.compile(r"(?i)^(?:written )?by$|^story by$|^screenplay by$")


class Fdx:
    """The Final Draft format."""

    suffixes: tuple[str, ...] = (".fdx",)

    def recognises(self, text: str) -> bool:
        return "<FinalDraft" in text[:4096]

    def read(self, text: str, name: str) -> Source:
        walker = _Walker()
        parser = expat.ParserCreate()
        parser.buffer_text = True
        walker.parser = parser
        parser.StartElementHandler = walker.start
        parser.EndElementHandler = walker.end
        parser.CharacterDataHandler = walker.characters
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            raise BadDocument(
                f"{name} is not XML as Final Draft writes it: {expat.errors.messages[error.code]}",
                line=error.lineno,
                remedy="Open it in Final Draft and save it again, or export it as Fountain.",
            ) from error
        if not walker.final_draft:
            raise BadDocument(
                f"{name} is XML but not a Final Draft document",
                remedy="Export it from Final Draft, or as Fountain.",
            )
        return Screenplay(
            name=name,
            title_page=walker.title_page(),
            elements=tuple(walker.elements),
            lines=text.count("\n") + 1,
            heading_advice="Give the paragraphs that begin scenes the type “Scene Heading” in Final Draft.",
        )


def _refuse(*_: object) -> int:
    raise BadDocument(
        "the FDX file declares a document type or an entity, which no Final Draft file does",
        remedy="Save the script again in Final Draft. Files that expand themselves are refused.",
    )


@dataclass(slots=True)
class _Walker:
    elements: list[Element] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    parser: expat.XMLParserType | None = None
    final_draft: bool = False
    path: list[str] = field(default_factory=list)
    inside: Counter[str] = field(default_factory=Counter)
    kind: ElementKind | None = None
    number: str = ""
    line: int = 1
    text: list[str] = field(default_factory=list)
    capitals: bool = False
    dual: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        self.inside[tag] += 1
        if tag == "FinalDraft":
            self.final_draft = True
        elif tag == "DualDialogue":
            self.dual = 1
            self.kind = None
        elif tag == "Paragraph" and self._seen():
            self.kind = _KINDS.get(attributes.get("Type", "General").strip().lower(), ElementKind.ACTION)
            self.number = attributes.get("Number", "")
            self.line = self.parser.CurrentLineNumber if self.parser else 1
            self.text = []
        elif tag == "Text":
            self.capitals = "AllCaps" in attributes.get("Style", "")

    def characters(self, data: str) -> None:
        if self.path and self.path[-1] == "Text" and self._seen():
            self.text.append(data.upper() if self.capitals else data)

    def end(self, tag: str) -> None:
        self.path.pop()
        self.inside[tag] -= 1
        if tag == "DualDialogue":
            self.dual, self.kind = 0, None
        elif tag == "Paragraph" and self._seen() and self.kind is not None:
            self._paragraph(" ".join("".join(self.text).split()))
            self.kind = None

    def _seen(self) -> bool:
        return not any(self.inside[tag] for tag in _UNSEEN)

    def _paragraph(self, text: str) -> None:
        if self.inside["TitlePage"]:
            self.title.append(text)
        elif text and self.inside["Content"] and self.kind is not None:
            if self.kind is ElementKind.ACTION and _FADE.fullmatch(text):
                self.kind = ElementKind.TRANSITION
            self.elements.append(self._element(self.kind, text))

    def _element(self, kind: ElementKind, text: str) -> Element:
        if kind is ElementKind.PARENTHETICAL:
            return Element(kind, Passage(text.strip("()（） "), self.line))
        if kind is not ElementKind.CHARACTER:
            return Element(kind, Passage(text, self.line), number=self.number)
        found = _CUE.fullmatch(text)
        name = found["name"] if found else text
        extensions = (
            tuple(e.strip() for e in re.findall(r"[(（]([^()（）]*)[)）]", found["ext"])) if found else ()
        )
        dual, self.dual = self.dual == 2, 2 if self.dual else 0
        return Element(kind, Passage(name, self.line), extensions=extensions, dual=dual)

    def title_page(self) -> dict[str, tuple[str, ...]]:
        lines = [t for t in self.title if t]
        page: dict[str, tuple[str, ...]] = {}
        if lines:
            page["title"] = (lines[0],)
        for label, author in pairwise(lines[1:]):
            if _TITLE_LABEL.match(label):
                page["author"] = (author,)
                break
        return page
