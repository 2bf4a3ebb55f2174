"""Cues of several who speak together: ``BOB AND CAROL``, ``MR. & MRS. PELL``, ``BOTH``, ``ALL``."""

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

from picturelock.script.lexicon.forms import word_set
from picturelock.script.lexicon.speech import CHINESE_ROLES, NOT_NAMES, SURNAMES
from picturelock.script.people import gender_of, role_name
from picturelock.script.titles import TITLES, taken_apart


class Those(NamedTuple):
    """People whom a cue calls without their names.

    Attributes:
        many: How many; ``None`` for everybody.
        others: Not who is named beside it, or else who spoke just before.
        but: Not who is named here.
    """

    many: int | None = None
    others: bool = False
    but: tuple[str, ...] = ()


_NUMBERS = {"TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5, "两": 2, "二": 2, "俩": 2, "三": 3, "四": 4, "五": 5}
_BOTH = re.compile(r"BOTH(?: OF (?:THEM|US)| MEN| WOMEN| BOYS| GIRLS| KIDS)?")
_ALL = re.compile(
    r"(?:ALL|EVERYONE|EVERYBODY)(?: OF (?:THEM|US))?(?: TOGETHER)?|TOGETHER|众人?|大家|所有人|全体|齐声"
)
_COUNTED = re.compile(rf"(?:ALL |THE |ALL OF )?(?P<n>{'|'.join(_NUMBERS)})(?: OF (?:THEM|US)|人)?")
_OTHERS = re.compile(r"(?:ALL )?THE OTHERS|THE REST(?: OF THEM)?|(?:EVERYONE|EVERYBODY) ELSE|其他人|其余人")
_ALL_BUT = re.compile(r"(?:ALL|EVERYONE|EVERYBODY) (?:BUT|EXCEPT) (?P<but>.+)")
_TOGETHER = re.compile(r"(?:齐声|同时|一起|齐|合)$")

_SIGN = re.compile(r"\s*(?:[&/+、]|,\s*AND\b|,)\s*")
_WORD = re.compile(r"\s*(?:\bAND\b|和|与)\s*")
_NUMBERED = re.compile(r"(?P<noun>.*[^\W\d_])(?P<gap> ?#?)(?P<number>\d+)|.+[甲乙丙丁戊]")
_NUMBER = re.compile(r"#?\d+")
_LONGEST = 120  # characters: a longer one is a sentence in capitals
#: Stand before a name, and never for somebody alone.
_NEEDS_A_NAME = word_set("mr mrs ms miss dr lord lady sir prof capt sgt lt")
_CHINESE_CALL = re.compile(rf"[小老阿][\u4e00-\u9fff]|{CHINESE_ROLES}")
_CHINESE_NAME = re.compile(
    rf"(?!(?:{CHINESE_ROLES})$)[小老阿{''.join(sorted(SURNAMES))}][\u4e00-\u9fff]{{1,3}}"
)


def voices(cue: str, known: Collection[str]) -> tuple[str | Those, ...]:
    """Those who speak under one cue: by name, or not; the cue itself where it is one person's.

    >>> voices("MR. & MRS. PELL", ())
    ('MR. PELL', 'MRS. PELL')
    >>> voices("SALT AND PEPPER", ()), voices("小明和小红", ()), voices("李和平", ())
    (('SALT AND PEPPER',), ('小明', '小红'), ('李和平',))

    Args:
        cue: In capitals, without extensions.
        known: Other cues, and names that the action introduces, in capitals.
    """
    if those := _those(cue):
        return (those,)
    if len(cue) > _LONGEST:
        return (cue,)
    parts = _with_names([part for piece in _by_signs(cue, known) for part in _by_words(piece, known)])
    if len(set(parts)) < len(parts):
        return (cue,)  # ``SIMON AND SIMON``
    return tuple(_those(part) or part for part in parts)


def may_be_several(cue: str, named: Sequence[str | Those], known: Collection[str]) -> bool:
    """Whether it is not certain if one or several speak: an AND that was not followed, a name that is met only here.

    Args:
        cue: In capitals, without extensions.
        named: What :func:`voices` has made of it.
        known: As there.
    """
    if len(named) == 1:
        return re.search(r" (?:AND|&) ", cue) is not None
    sure = all(not isinstance(part, str) or _is_somebody(part, known) for part in named)
    return not sure or ("/" in cue and any(part not in known for part in named))


def sounds_like_names(parts: Sequence[str]) -> bool:
    """Whether a Chinese list such as ``小明、老板`` names people by its words alone: a surname may begin a thing's name."""
    return all(_CHINESE_CALL.fullmatch(part) or _those(part) for part in parts)


def calls_people(cue: str) -> bool:
    """Whether a cue means people without naming them, as ``BOTH`` and ``众人`` do."""
    return _those(cue) is not None


def _those(cue: str) -> Those | None:
    bare = _TOGETHER.sub("", cue) if len(cue) > 2 else cue
    if _BOTH.fullmatch(bare):
        return Those(2)
    if _ALL.fullmatch(bare):
        return Those()
    if _OTHERS.fullmatch(bare):
        return Those(others=True)
    if (found := _COUNTED.fullmatch(bare)) and bare not in _NUMBERS:
        return Those(_NUMBERS[found["n"]])
    if found := _ALL_BUT.fullmatch(bare):
        return Those(but=_every_name(found["but"]))
    return None


def _every_name(text: str) -> tuple[str, ...]:
    """Every name of a list, whoever they are."""
    return tuple(part for piece in _SIGN.split(text) for part in _WORD.split(piece) if part)


def _by_signs(cue: str, known: Collection[str]) -> list[str]:
    parts = _SIGN.split(cue)
    if "," in cue and " AND " in cue:
        # ``A, B AND C``: the last two stand apart as the others do.
        parts = [part for piece in parts for part in _WORD.split(piece)]
    if len(parts) < 2 or not all(parts) or "W/" in cue:
        return [cue]
    parts = _numbered(parts)
    if len(parts) == 2 and "," in cue:
        # ``ANNA, NURSE`` and ``MARY, QUEEN OF SCOTS`` are one.
        return parts if all(part in known for part in parts) else [cue]
    if "、" in cue:
        return parts
    sure = [_is_somebody(part, known) for part in parts]
    loose = all(ok or _is_one_word(part) for ok, part in zip(sure, parts, strict=True))
    return parts if any(sure) and loose else [cue]


def _by_words(piece: str, known: Collection[str]) -> list[str]:
    """Names with AND, 和 or 与 between them; a Chinese name may have one of these within it."""

    @cache
    def parted(text: str) -> list[str]:
        for sign in _WORD.finditer(text):
            head, rest = text[: sign.start()], text[sign.end() :]
            if head and rest and _are_several(parts := _numbered([head, *parted(rest)]), known):
                return parts
        return [text]

    return parted(piece)


def _are_several(parts: list[str], known: Collection[str]) -> bool:
    unsure = [part for part in parts if not _is_somebody(part, known)]
    return not unsure or (any(part in known for part in parts) and all(map(_is_one_word, unsure)))


def _numbered(parts: list[str]) -> list[str]:
    """``GUARD #1 AND #2`` with its noun before each: a number alone is nobody's name."""
    first = _NUMBERED.fullmatch(parts[0])
    if not first or not first["noun"] or not all(_NUMBER.fullmatch(part) for part in parts[1:]):
        return parts
    numbers = [first["number"], *(part.lstrip("#") for part in parts[1:])]
    return [f"{first['noun'].removesuffix('S')}{first['gap']}{number}" for number in numbers]


def _with_names(parts: list[str]) -> list[str]:
    """``MR. & MRS. PELL``: the name behind the next title is also that of a title without one."""
    found = list(parts)
    for at in range(len(parts) - 2, -1, -1):
        following = taken_apart(found[at + 1])
        if _bare(parts[at]) in _NEEDS_A_NAME and following.titles and _bare(following.rest[0]) not in TITLES:
            found[at] = f"{parts[at]} {' '.join(following.rest)}"
    return found


def _bare(part: str) -> str:
    return part.lower().rstrip(".")


def _is_one_word(part: str) -> bool:
    bare = _bare(part)
    return part.isascii() and part.isalpha() and len(part) > 1 and bare not in NOT_NAMES


def _is_somebody(part: str, known: Collection[str]) -> bool:
    if part in known or _those(part) or _CHINESE_NAME.fullmatch(part):
        return True
    if re.search(r"['’]S\b", part) or not re.search(r"[^\W\d_]", part):
        return False
    if _NUMBERED.fullmatch(part):
        return True
    words = part.lower().split()
    return bool(words) and (
        (len(words) < 3 and gender_of(words[:1]) is not None) or _bare(words[0]) in TITLES or role_name(part)
    )
