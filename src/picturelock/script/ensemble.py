"""Cues of several who speak together: ``BOB AND CAROL``, ``MR. & MRS. PELL``, ``BOTH``, ``ALL``."""

import re
from collections.abc import Collection

from picturelock.script.lexicon.forms import word_set
from picturelock.script.lexicon.speech import CHINESE_ROLES, NOT_NAMES, SURNAMES
from picturelock.script.people import gender_of, role_name
from picturelock.script.titles import TITLES

_BETWEEN = re.compile(r"\s*(?:[&/+,、]|\bAND\b|和|与)\s*")
_CHINESE_NAME = re.compile(rf"[小老阿{''.join(sorted(SURNAMES))}][\u4e00-\u9fff]{{1,3}}|{CHINESE_ROLES}")
_BOTH = word_set("BOTH 二人 两人 俩人") | {"THE TWO", "BOTH OF THEM", "THE TWO OF THEM"}
_ALL = word_set("ALL EVERYONE EVERYBODY TOGETHER 众人 众 大家 所有人 全体 齐声 三人 四人") | {
    "ALL THREE", "ALL FOUR", "ALL OF THEM", "THE THREE", "THE OTHERS",
}  # fmt: skip


def wanted(cue: str) -> int | None:
    """How many a cue calls for without a name: 2 for ``BOTH``, 0 for everybody; ``None`` where it is a name.

    Args:
        cue: In capitals, without extensions.
    """
    return 2 if cue in _BOTH else 0 if cue in _ALL else None


def names_in(cue: str, known: Collection[str]) -> tuple[str, ...]:
    """The names of those who speak under one cue; the cue itself where it is one person's.

    >>> names_in("MR. & MRS. PELL", ())
    ('MR. PELL', 'MRS. PELL')
    >>> names_in("SALT AND PEPPER", ()), names_in("小明和小红", ()), names_in("李和平", ())
    (('SALT AND PEPPER',), ('小明', '小红'), ('李和平',))

    Args:
        cue: In capitals, without extensions.
        known: Cues and names that the action introduces, in capitals.
    """
    parts = _BETWEEN.split(cue)
    if len(parts) < 2 or not all(parts):
        return (cue,)
    surname = parts[-1].split()[-1]
    parts = [f"{part} {surname}" if _bare(part) in TITLES else part for part in parts]
    sure = [part in known or _names_somebody(part) for part in parts]
    # A sign between names says more than an AND, which may belong to one name.
    signed = "、" in cue or (any(sign in cue for sign in "&/+") and any(sure))
    if all(sure) or (signed and not any(_bare(part) in NOT_NAMES for part in parts)):
        return tuple(dict.fromkeys(parts))
    return (cue,)


def _bare(part: str) -> str:
    return part.lower().rstrip(".")


def _names_somebody(part: str) -> bool:
    if not part.isascii() and _CHINESE_NAME.fullmatch(part):
        return True
    words = part.lower().replace("#", "").split()
    return gender_of(words[:1]) is not None or _bare(words[0]) in TITLES or role_name(part)
