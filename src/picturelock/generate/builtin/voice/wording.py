"""From a line as it was written to what can be said. The text is untrusted: anything may be in it."""

import re
import unicodedata
from dataclasses import dataclass

_SPACES = re.compile(r"\s+")
_FULL = "。！？；：，、"
_WORD = re.compile(rf"[^\s{_FULL}]*[{_FULL}]+[\"'”’»)\]」』]*|\S+?(?=\s|$|[{_FULL}])")
_BREAK = re.compile(r"[.!?…。！？;；:：,，、—–]+[\"'”’»)\]」』]*$")
_NOT_LATIN = {"zh", "ja", "ko", "ru", "uk", "el", "ar", "he", "hi", "th", "bn", "ta", "fa", "ka", "hy"}
_MOST_WORDS = 9


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a line that are shown together.

    Attributes:
        text: As written.
        first: Number of its first word in the line.
        last: Number of its last word.
    """

    text: str
    first: int
    last: int


def tidy(text: str) -> str:
    """One line of composed, visible characters."""
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if unicodedata.category(c)[0] in "ZC" else c for c in composed)
    return _SPACES.sub(" ", "".join(kept)).strip()


def words(text: str) -> list[str]:
    """The words of a tidy line, with their punctuation; a clause where words are not set apart."""
    return [match[0] for match in _WORD.finditer(text)]


def english(text: str, language: str) -> bool:
    """Whether the voice can speak the line.

    A line counts as English if its letters are Latin and its language is English, unsaid, or one that is never
    written with Latin letters.
    """
    letters = [c for c in text if c.isalpha()]
    digits = any(c.isascii() and c.isdigit() for c in text)
    spoken = language.strip().lower().replace("_", "-").split("-")[0]
    if spoken not in {"", "en", "eng", "english", "und"} | _NOT_LATIN:
        return False
    if not letters:
        return digits and spoken not in _NOT_LATIN
    latin = sum(1 for c in letters if "LATIN" in unicodedata.name(c, ""))
    return latin >= 0.6 * len(letters)


def phrases(text: str) -> list[Phrase]:
    """A tidy line in captions: up to the next pause, at most nine words."""
    found: list[Phrase] = []
    matches = list(_WORD.finditer(text))
    start = 0
    for number, match in enumerate(matches):
        full = number - start + 1 >= _MOST_WORDS
        if _BREAK.search(match[0]) or full or number == len(matches) - 1:
            found.append(Phrase(text[matches[start].start() : match.end()], start, number))
            start = number + 1
    return found


def speakable(text: str) -> str:
    """A tidy English line in the signs that the model reads.

    Shouted capitals are read as words, asides in brackets as asides, dashes and dots as pauses; signs without a sound
    are left out.
    """
    # Superscripts and ligatures as what they stand for; the dots of an ellipsis stay one sign.
    text = unicodedata.normalize("NFKC", text).replace("...", "…")
    text = text.replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")
    text = re.sub(r"\s*\(\s*", ", ", text)
    text = re.sub(r"\s*\)\s*(?=[.,;:!?…])", "", text)
    text = re.sub(r"\s*\)\s*", ", ", text)
    text = re.sub(r"\s*(?:--+|[–―])\s*(?!\d)", "—", text)
    text = re.sub(r"(?:\.\s*){3,}", "… ", text)
    text = re.sub(r"([!?]){2,}", r"\1", text)
    text = re.sub(r"[*_~^|<>\\`#]+(?!\d)", " ", text)
    text = "".join(c if ord(c) < 0x2000 or c in "‘’“”…—–£€¥₹₩" else " " for c in text)
    text = _lowered(text)
    text = re.sub(r"\s*,(?:\s*,)+", ",", _SPACES.sub(" ", text))
    return text.strip(" ,")


def _lowered(text: str) -> str:
    letters = [c for c in text if c.isalpha()]
    shouted = len(letters) > 5 and sum(c.isupper() for c in letters) > 0.7 * len(letters)

    def lower(match: re.Match[str]) -> str:
        word = match[0]
        if word in {"I", "A", "OK"} or word.startswith("I'"):
            return "a" if word == "A" and shouted else word
        # Four letters and a vowel are a shout; fewer are an abbreviation.
        is_word = len(word) >= 4 and re.search(r"[AEIOUY]", word) is not None
        return word.lower() if shouted or is_word else word

    return re.sub(r"\b[A-Z][A-Z']*\b", lower, text)
