"""People whom a story calls by what they are: ``said the heron``, ``the solicitor asked``.

Either it is somebody who has a name besides, or somebody who is never called otherwise. Who speaks by the turn of the talk
wherever the word stands beside a speech tells: if it is mostly one person, it is that one.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from picturelock.script.headings import titled
from picturelock.script.lexicon.forms import word_set
from picturelock.script.people import PERSON_NOUNS
from picturelock.script.quotes import Part
from picturelock.script.story import Person

_SPEAKS = "said|cried|replied|whispered|shouted|yelled|murmured|muttered|asked|called|answered"
_WHO = r"(?P<who>(?:(?:old|young|little|tall|fat|thin) )?[a-z][a-z-]+)"
_BEHIND = re.compile(rf"(?:{_SPEAKS}) the {_WHO}\b(?! (?:to|about|of|that)\b)")
_AROUND = re.compile(
    rf"^[Tt]he {_WHO} (?:\w+ly )?(?:{_SPEAKS})(?=[.,!?]|$)|(?:^|[.!?] )[Tt]he (?P<before>[a-z-]+) (?:{_SPEAKS})[,:]$"
)
_QUALITIES = word_set("old young little tall fat thin")
_NOBODY = word_set(
    "same words word other others rest truth way name question voice voices moment door phone last first next one two"
)
_SURE = 3
_MOSTLY = 0.6


def epithet_in(parts: list[Part]) -> str:
    """What the tags of a paragraph call its speaker, with ``the`` left out; empty where they name nobody in that way."""
    for number, part in enumerate(parts):
        if part.spoken:
            continue
        behind = number > 0 and parts[number - 1].spoken
        found = (behind and _BEHIND.match(part.text)) or _AROUND.search(part.text)
        who = (found["who"] or found.groupdict().get("before") or "") if found else ""
        if who and not {*who.split()} & (PERSON_NOUNS - _QUALITIES | _NOBODY):
            return who
    return ""


@dataclass(slots=True)
class Epithets:
    """Who has said what an epithet's bearer says, as far as turns tell.

    Attributes:
        said: Names, by epithet.
    """

    said: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def hear(self, epithet: str, speaker: str) -> None:
        """Count a speech that a tag gives to an epithet."""
        self.said[epithet][speaker] += 1

    def __bool__(self) -> bool:
        return bool(self.said)

    def cast(self, people: list[Person]) -> None:
        """Give epithets to people who have a name, and cast the others."""
        for epithet, speakers in self.said.items():
            name, times = speakers.most_common(1)[0]
            spellings = (f"the {epithet}", f"The {epithet}")
            # ``the professor`` is Professor Okafor.
            titled_so = [p for p in people if epithet.title() in {w for a in p.aliases for w in a.split()}]
            named = next((person for person in people if person.name == name), None)
            if len(titled_so) == 1:
                titled_so[0].aliases += spellings
            elif named and times >= _SURE and times >= _MOSTLY * speakers.total():
                named.aliases += spellings
                named.marks.append(f"“the {epithet}” was taken for {name}")
            else:
                called = titled(epithet.upper())
                people.append(Person(called, (called, *spellings)))
