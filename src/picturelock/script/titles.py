"""What stands before a name, and whether two names can be one person's.

``DEPUTY HALE`` can be ``Hale`` and ``Mr. Pell`` can be ``Augustus Pell``; ``Mr. Pell`` is never ``Mrs. Pell``.
"""

from functools import lru_cache
from typing import NamedTuple

from picturelock.script.lexicon.appearance import FEMALE_NAMES, MALE_NAMES
from picturelock.script.lexicon.forms import word_set
from picturelock.script.story import Gender

_HONORIFICS = {
    Gender.MALE: word_set("mr sir lord uncle father brother king prince monsieur señor herr"),
    Gender.FEMALE: word_set("mrs miss madam lady aunt sister mother queen princess señora frau"),
}
_RANKS = word_set(
    "doctor captain professor inspector detective sergeant constable sheriff deputy officer colonel major lieutenant"
    " commander corporal private general judge reverend nurse president agent"
)
_AGES = word_set("old young little")
_SHORT = {"dr": "doctor", "capt": "captain", "prof": "professor", "sgt": "sergeant", "lt": "lieutenant", "mister": "mr",
          "ms": "miss", "auntie": "aunt", "madame": "madam"}  # fmt: skip
TITLES = frozenset({*_SHORT, *_RANKS, *_AGES}).union(*_HONORIFICS.values())
"""In small letters, without full stops."""


class Named(NamedTuple):
    """A name, taken apart.

    Attributes:
        titles: In small letters, written out.
        rest: Given names and surnames as they are written, or a title that stands alone.
    """

    titles: frozenset[str]
    rest: tuple[str, ...]

    @property
    def gender(self) -> Gender:
        """As the title tells it, or the given name."""
        for gender, honorifics in _HONORIFICS.items():
            if self.titles & honorifics:
                return gender
        given = self.rest[0].lower()
        return (
            Gender.MALE if given in MALE_NAMES else Gender.FEMALE if given in FEMALE_NAMES else Gender.UNKNOWN
        )


@lru_cache(maxsize=4096)
def taken_apart(name: str) -> Named:
    """Titles and the rest of a name.

    >>> taken_apart("Mrs. Clara Pell").rest
    ('Clara', 'Pell')
    """
    parts = name.split()
    bare = [part.lower().rstrip(".") for part in parts]
    many = next((n for n, part in enumerate(bare) if part not in TITLES | {"the"}), len(parts) - 1)
    return Named(frozenset(_SHORT.get(title, title) for title in bare[:many]), tuple(parts[many:]))


def can_be_one(narrow: str, wide: str) -> bool:
    """Whether the narrower of two names can stand for the wider.

    Its parts are among the other's and no title speaks against it; or it is a rank, and the other has it.
    """
    one, other = taken_apart(narrow), taken_apart(wide)
    rank = _SHORT.get(one.rest[0].lower(), one.rest[0].lower())
    if len(one.rest) == 1 and not one.titles and rank in other.titles & _RANKS:
        return True
    return _parts(one) <= _parts(other) and not clash(narrow, wide)


def clash(name: str, another: str) -> bool:
    """Whether titles say that two names that share a part are two people's: Sheriff Hale is not Deputy Hale."""
    one, other = taken_apart(name), taken_apart(another)
    return bool(_parts(one) & _parts(other)) and (
        ("young" in one.titles) != ("young" in other.titles)
        or (one.gender is not other.gender and Gender.UNKNOWN not in (one.gender, other.gender))
        or any(
            one.titles & kind and other.titles & kind and not one.titles & other.titles & kind
            for kind in (*_HONORIFICS.values(), _RANKS)
        )
    )


def _parts(name: Named) -> set[str]:
    return {part.lower() for part in name.rest}
