"""What is said and what is told, in a paragraph of prose."""

import re
from typing import NamedTuple

from picturelock.script.language import words
from picturelock.script.lexicon.speech import SAY

_ENGLISH = "“[^“”]*(?:”|$)"
_GERMAN = "„[^„“”]*(?:[“”]|$)"  # opens low, and closes with what opens in English
_OUTWARDS = "«[^«»]*(?:»|$)"
_INWARDS = "»[^«»]*(?:«|$)"
_DOUBLE = r"「[^「」]*(?:」|$)|『[^『』]*(?:』|$)|\"[^\"]*(?:\"|$)"
#: ``‘It’s the Hendersons’ house.’``: what ends a speech has a stop in front of it, if one does.
_SINGLE = (
    r"(?<!\w)‘(?:[^‘’]|(?<=\w)’)*?(?<=[.,!?…—-])’(?!\w)|(?<!\w)‘(?:[^‘’]|’(?=\w))*(?:’(?!\w)|$)"
    r"|(?<!\w)'(?=\S)(?:[^']|(?<=\w)')*?(?<=[.,!?…—-])'(?!\w)|(?<!\w)'(?=\S)(?:[^']|(?<=\w)'(?=\w))*$"
)
_DASH = re.compile(r"^(?:——|--|[—–])\s*(?=\S)")
_DASH_TAG = re.compile(r"\s*(?:——|[—–])\s*")
_SAYS = "|".join(sorted(SAY))
#: ``— Have you told him? said Cormac.``
_BARE_TAG = re.compile(
    rf"(?<=[?!,…])\s+(?=(?:(?:he|she|they|I|the \w+|[A-Z]\w+) (?:{_SAYS})|(?:{_SAYS}) (?:he|she|they|I|the \w+|[A-Z]\w+))\b)"
)
_MARKS = "“”„「」『』«»\"‘’'"


class Part(NamedTuple):
    """A stretch of a paragraph.

    Attributes:
        start: Offset in the paragraph, quotation marks included.
        text: Without quotation marks.
    """

    spoken: bool
    start: int
    end: int
    text: str


class Quotes:
    """The quotation marks of one text. Single ones are speech only where the text has no double ones."""

    def __init__(self, text: str) -> None:
        double = len(re.findall(r"[“„「『«\"]", text))
        single = len(re.findall(r"(?<!\w)[‘'](?=\w)", text))
        pointed = _INWARDS if -1 < text.find("»") < text.find("«") else _OUTWARDS
        kinds = [_GERMAN, _ENGLISH, _DOUBLE]
        if text.count("«") * 2 > len(re.findall(r"[“„「\"]", text)):
            kinds.append(pointed)
        if single >= 2 and double * 3 < single:
            kinds.append(_SINGLE)
        self._pattern = re.compile("|".join(kinds))

    def parts(self, text: str) -> list[Part]:
        """The paragraph as speech and narration, in order; blank stretches are left out."""
        dash = _DASH.match(text)
        if dash:
            return self._dashed(text, dash.end())
        found: list[Part] = []
        at = 0
        for quote in self._pattern.finditer(text):
            inner = quote[0].strip(_MARKS + " ")
            if not inner or self._mentioned(text, quote, inner):
                continue
            self._told(found, text, at, quote.start())
            found.append(Part(True, quote.start(), quote.end(), inner))
            at = quote.end()
        self._told(found, text, at, len(text))
        return found

    @staticmethod
    def _told(found: list[Part], text: str, start: int, end: int) -> None:
        inner = text[start:end].strip()
        if any(c.isalnum() for c in inner):
            start += text[start:end].index(inner)
            found.append(Part(False, start, start + len(inner), inner))

    @staticmethod
    def _mentioned(text: str, quote: re.Match[str], inner: str) -> bool:
        """Words in quotation marks that nobody says: a name, a title, irony."""
        if inner[-1] in ".,!?…—。，！？：；" or len(inner) > 40:
            return False
        before, after = text[: quote.start()].rstrip(), text[quote.end() :].lstrip()
        opens = not before or before[-1] in ".!?…:：,，。！？—"
        follows = words(after[:40])[:3]
        if any(w in SAY for w in follows) or re.match(r"[，,]?\s*\S{0,8}(?:说|问|道|喊|答)", after):
            return False
        return not opens or (bool(after) and after[0].islower())

    @staticmethod
    def _dashed(text: str, start: int) -> list[Part]:
        """Speech after a dash; a second dash may set off the tag."""
        cut = next(
            (
                m
                for m in _DASH_TAG.finditer(text, start)
                if set(words(text[m.end() : m.end() + 40])[:3]) & SAY
            ),
            None,
        )
        if cut is None:
            return Quotes._barely_dashed(text, start)
        found = [Part(True, 0, cut.start(), text[start : cut.start()].strip())]
        Quotes._told(found, text, cut.end(), len(text))
        return found

    @staticmethod
    def _barely_dashed(text: str, start: int) -> list[Part]:
        """Speech after a dash whose tag only a stop sets off; behind the tag's own sentence the speech goes on."""
        tag = _BARE_TAG.search(text, start)
        if tag is None:
            return [Part(True, 0, len(text), text[start:].strip())]
        found = [Part(True, 0, tag.start(), text[start : tag.start()].strip())]
        stop = re.search(r"[.!?](?=\s|$)", text[tag.end() :])
        end = tag.end() + stop.end() if stop else len(text)
        Quotes._told(found, text, tag.end(), end)
        if rest := text[end:].strip():
            found.append(Part(True, end, len(text), rest))
        return found
