"""Scene headings: where, inside or outside, and when."""

import re
from typing import NamedTuple

from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.script.language import words
from picturelock.script.lexicon.times import CHINESE_WEATHER, INHERITS, TIME, WEATHER, WEATHER_ORDER

_PREFIX = re.compile(
    r"(?P<both>INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E|E\s*/\s*I|内外景|内/外景?)|(?P<int>INT|内景)|(?P<ext>EXT|EST|外景)",
    re.IGNORECASE,
)
_NATURAL = re.compile(
    r"(?:(?:INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E|E\s*/\s*I|INT|EXT|EST)(?:\.(?!\w*\.)\s*|\s+)"
    r"|(?:内外景|内/外景?|内景|外景)[\s.。：:·、，,]*)(?=\S)",
    re.IGNORECASE,
)
#: ``12A``, ``1-3``, ``第一场``, ``场2`` in front of a heading; shooting scripts give the same number behind it again.
_NUMBERED = re.compile(
    r"(?P<number>[A-Z]?\d{1,4}[A-Z]{0,2}(?:-\d{1,4})*|第\s*[\d零一二三四五六七八九十百]+\s*[场場幕]|[场場]\s*\d{1,4})"
    r"[.)、．:：]?\s*(?P<rest>\S.*)"
)
_CAPITALS = re.compile(r"INT|EXT|EST|I\s*/\s*E|E\s*/\s*I")
_SIDES = {"内": True, "内景": True, "外": False, "外景": False, "内外": None, "内外景": None}
_WORDS = re.compile(r"[\s·•/，,、|—–-]+")
_LONGEST = 60  # characters of a heading in Chinese
_SEPARATOR = re.compile(r"\s+[-–—]+\s*|\s*[-–—]+\s+|——|[/·、，]\s*|,\s+|\s*\.\s+|(?<=[\u4e00-\u9fff])\s+")
_NAMES_OF_TIMES = "|".join(sorted(map(re.escape, TIME), key=lambda t: (-len(t), t)))
_TIME = re.compile(rf"(?<![a-z])(?:{_NAMES_OF_TIMES})(?![a-z])", re.IGNORECASE)
_TIME_PART = re.compile(
    rf"(?:(?:early|late|pre-|just before|just after|the next|next|that|same|a)\s*)*(?:{_TIME.pattern})",
    re.IGNORECASE,
)


_OVER = re.compile(
    r"(?i)\b(?:storm|rain|snow|fog|mist|clouds?)\b[^.!?]{0,20}\b(?:had|has|have) (?:gone|passed|stopped|lifted|blown|cleared|ended)[^.!?]*"
    r"|\bafter the (?:storm|rain|snow)\b|\bno (?:rain|snow|wind|clouds?|fog)\b|[雨雪](?:已经?|都|早就?)?停|雾气?(?:已经?|都|早就?)?散"
)


#: When a scene plays in the story, not where.
_STORY_TIME = re.compile(
    r"(?:end (?:of )?)?(?:flash ?(?:back|forward)|dream(?: sequence)?|fantasy|memory|montage|present(?: day)?)|(?:18|19|20)\d\d|闪回|回忆|梦境",
    re.IGNORECASE,
)


#: ``FLASHBACK - EXT. BEACH - DAY``
_IN_STORY_TIME = re.compile(rf"^(?:[A-Z'’]+ )?(?:{_STORY_TIME.pattern})\s*[-–—:：]\s*(?=\S)", re.IGNORECASE)


#: Of a whole line: ``MUCH LATER``
LATER = r"(?:[A-Z]+ ){0,3}LATER"
#: What begins words that are to stand on the picture.
CAPTION = r"(?:SUPER(?:IMPOSE)?|CHYRON|TITLE(?: CARD)?|CAPTION|ON[- ]SCREEN TEXT|字幕)\s*[:：]"


class Written(NamedTuple):
    """A scene heading as it stands in a script.

    Attributes:
        text: Without its number.
        number: As written; empty without one.
        plain: Whether it can be nothing else, even with no empty line before it.
    """

    text: str
    number: str
    plain: bool


def heading_in(line: str) -> Written | None:
    """The scene heading that a line is by its form; ``None`` where it is something else."""
    bare = line.strip()
    bracketed = re.fullmatch(r"【(.+)】", bare)
    bare = bracketed[1].strip() if bracketed else bare
    numbered = _NUMBERED.fullmatch(bare)
    for text, number in (*([_parted(numbered)] if numbered else []), (bare, "")):
        told = _IN_STORY_TIME.sub("", text, count=1)
        if _NATURAL.match(told) or _chinese_words(told):
            sure = _CAPITALS.match(told) or not told.isascii()
            return Written(text, number, plain=bool((number or bracketed) and sure))
    return None


def _parted(numbered: re.Match[str]) -> tuple[str, str]:
    rest, number = numbered["rest"], numbered["number"]
    behind = rest.removesuffix(number)
    return (behind.rstrip() if behind != rest and behind[-1:].isspace() else rest), number


def _chinese_words(text: str) -> list[str]:
    """``咖啡馆 日 内``: the words of a heading that says inside or outside, and when, in any order; empty where it is none."""
    found = _WORDS.split(text) if len(text) <= _LONGEST else []
    told = (
        len(found) > 2
        and any(word in _SIDES for word in found)
        and any(_TIME_PART.fullmatch(word) for word in found)
        and not re.search(r"[。！？：“”]", text)
    )
    return found if told else []


class Heading(NamedTuple):
    """What a scene heading says.

    Attributes:
        place: Place and sub-place; empty where it says none.
        time: ``None`` where the heading says none.
        inherits: ``CONTINUOUS``, ``LATER`` and their like: the time is that of the scene before.
    """

    place: str
    interior: bool | None
    time: TimeOfDay | None
    inherits: bool
    weather: Weather | None


def parse_heading(text: str) -> Heading:
    """Read a heading such as ``INT. LIGHTHOUSE - LAMP ROOM - NIGHT``."""
    interior = None
    body = _IN_STORY_TIME.sub("", text.strip(), count=1)
    prefix = _PREFIX.match(body)
    if not prefix and (found := _chinese_words(body)):
        sides = {_SIDES[word] for word in found if word in _SIDES}
        interior = sides.pop() if len(sides) == 1 else None
        rest = [word for word in found if word not in _SIDES]
        body = " - ".join(sorted(rest, key=lambda word: _TIME_PART.fullmatch(word) is not None))
    elif prefix:
        interior = True if prefix["int"] else False if prefix["ext"] else None
        body = body[prefix.end() :].lstrip(" .:：。·、，,\t")
    aside = " ".join(re.findall(r"[(（]([^)）]*)[)）]", body))
    parts = [
        p.strip(" .") for p in _SEPARATOR.split(re.sub(r"[(（][^)）]*[)）]", "", body)) if p and p.strip(" .")
    ]
    time, inherits, place = None, False, list[str]()
    for index, part in enumerate(parts):
        if (index or len(parts) == 1) and _TIME_PART.fullmatch(part):
            time = time_in(part)
        elif index and INHERITS.search(part):
            inherits = True
            time = time or time_in(part)
        elif len(parts) == 1 or not _STORY_TIME.fullmatch(part):
            place.append(part)
    time = time or time_in(aside)
    return Heading(titled(", ".join(place)), interior, time, inherits and time is None, weather_in(body))


def time_in(text: str) -> TimeOfDay | None:
    """The last time of day that is named."""
    found = _TIME.findall(text.lower())
    return TIME[found[-1].lower()] if found else None


def weather_in(text: str) -> Weather | None:
    """The worst weather that is named; what is over is not seen."""
    text = _OVER.sub("", text)
    named = {WEATHER[w] for w in words(text) if w in WEATHER} | {
        WEATHER[w] for w in CHINESE_WEATHER.findall(text)
    }
    return next((kind for kind in WEATHER_ORDER if kind in named), None)


def titled(text: str) -> str:
    """Capitals to a name: ``OLD TEO'S BOAT`` -> ``Old Teo's Boat``, ``O'NEIL`` -> ``O'Neil``."""
    if text != text.upper():
        return text
    small = re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", lambda m: m[0][0] + m[0][1:].lower(), text)
    return re.sub(r"\b[OD]['’][^\W\d_]{2,}", lambda m: m[0][:2] + m[0][2].upper() + m[0][3:], small)
