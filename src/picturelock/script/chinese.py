"""How Chinese screenplays are written, beyond their headings: speech behind a colon, or under a name alone on its line."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from picturelock.script.ensemble import calls_people, sounds_like_names
from picturelock.script.headings import heading_in
from picturelock.script.lexicon.speech import SURNAMES

_ASIDE = r"(?:[(（](?P<{}>[^()（）]{{1,20}})[)）])?"
_NAME = r"[\u4e00-\u9fff·]{1,6}"
_NAMES = rf"{_NAME}?(?:、{_NAME}?){{0,9}}"
_SPEECH = re.compile(
    rf"(?P<name>{_NAMES})\s*{_ASIDE.format('behind')}[:：]\s*{_ASIDE.format('before')}\s*(?P<said>\S.*)"
)
_CUE = re.compile(rf"(?P<name>{_NAMES})\s*{_ASIDE.format('behind')}")
#: Lists for the crew: ``人物：周岚、老郑``.
_LISTS = "时间|地点|人物|出场人物|登场人物|场景|场次|道具|备注|注|提示|服装|剧名|片名|标题|编剧|作者"
_LIST = re.compile(rf"(?:{_LISTS})(?:、(?:{_LISTS}))*[:：]")
#: What else stands before a colon and is nobody.
_SHOTS = "镜头|特写|近景|中景|远景|全景|空镜|音效|音乐|歌词|字幕|电视|新闻|广播|屏幕|纸条|短信|信|蒙太奇"
_NOBODY = re.compile(
    rf"{_LISTS}|.*(?:{_SHOTS})|(?:{_SHOTS}).*|[他她它我你].*|沉默|静场|停顿|黑屏|黑场|安静|良久|片刻"
)
_CHARACTERS = re.compile(r"(?:人物|出场人物|登场人物)[:：](.+)")
_IN_NO_NAME = frozenset("着了是的在有写到把说道问见看听想上下里一三样推近")  # ``门上写着：…``
_NAMED_BY_NUMBER = re.compile(
    rf"(?![周高万])[{''.join(sorted(SURNAMES))}小老阿][一三]"
)  # ``张三``, and no ``周一``
_HEARD_ONLY = {"旁白": "V.O.", "画外音": "O.S."}


class Speech(NamedTuple):
    """A speech with its speaker in front of it.

    Attributes:
        extensions: As of a cue: ``V.O.``, ``O.S.``.
        asides: How it is said.
    """

    name: str
    extensions: tuple[str, ...]
    asides: tuple[str, ...]
    said: str


def speech_on(line: str, known: Collection[str] = ()) -> Speech | None:
    """What a line such as ``李强（笑）：雨停了。`` says; ``None`` where nobody speaks on it.

    Args:
        line: A line of a screenplay.
        known: Who speak elsewhere; a list with one of them is of people.
    """
    found = _SPEECH.fullmatch(line)
    if not found or not _are_somebody(found["name"], known):
        return None
    written = [aside for aside in (found["behind"], found["before"]) if aside]
    heard = [_HEARD_ONLY[word] for word in (found["name"], *written) if word in _HEARD_ONLY]
    asides = [aside for aside in written if aside not in _HEARD_ONLY]
    return Speech(found["name"], tuple(heard), tuple(asides), found["said"])


def speakers(lines: Sequence[str]) -> frozenset[str]:
    """Who speak alone, or stand in a list of characters."""
    alone = (speech.name for line in lines if (speech := speech_on(line.strip())) and "、" not in speech.name)
    return _listed(lines) | frozenset(alone)


def _are_somebody(name: str, known: Collection[str]) -> bool:
    parts = name.split("、")
    if len(parts) > 1 and not sounds_like_names(parts) and not any(part in known for part in parts):
        return False
    return not any(
        _NOBODY.fullmatch(part)
        or not (_NAMED_BY_NUMBER.fullmatch(part) or _IN_NO_NAME.isdisjoint(part) or calls_people(part))
        for part in parts
    )


def is_list(line: str) -> bool:
    """Whether a line informs the crew: who is in the scene, what it needs."""
    return _LIST.match(line) is not None


def name_on(line: str) -> str:
    """The name that may stand alone on a line, such as ``沈将军（怒）``; empty where none can."""
    found = _CUE.fullmatch(line.strip())
    return found["name"] if found else ""


def _listed(lines: Sequence[str]) -> frozenset[str]:
    return frozenset(
        name
        for line in lines
        if (told := _CHARACTERS.match(line.strip()))
        for name in re.split(r"[、，,\s]+", told[1])
    )


def names_alone(lines: Sequence[str]) -> frozenset[str]:
    """Names with words under them: met so at least twice, or with an aside, or named in a list of characters."""
    listed = _listed(lines)
    blank = [not line.strip() for line in (*lines, "")]
    met = Counter[str]()
    for at, line in enumerate(lines):
        name = name_on(line)
        if (
            name
            and not _NOBODY.fullmatch(name)
            and (at == 0 or blank[at - 1])
            and not blank[at + 1]
            and not heading_in(line)
        ):
            sure = name != line.strip() or calls_people(name) or listed.issuperset(name.split("、"))
            met[name] += 2 if sure else 1
    return frozenset(name for name, times in met.items() if times > 1)
