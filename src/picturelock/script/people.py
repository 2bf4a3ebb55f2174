"""Who is meant: names, aliases and pronouns in running text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from picturelock.script.language import words
from picturelock.script.lexicon.appearance import ANIMALS, FEMALE, FEMALE_NAMES, MALE, MALE_NAMES
from picturelock.script.lexicon.forms import word_set
from picturelock.script.lexicon.speech import SAY
from picturelock.script.story import Gender, Person

#: Nouns for people without a name; as a character's name they are also found in lower case after an article.
PERSON_NOUNS = word_set(
    "man woman boy girl child kid keeper fisherman fishwife captain sailor guard soldier officer "
    "policeman policewoman doctor nurse driver clerk teacher student waiter waitress bartender priest "
    "nun king queen prince princess stranger ferryman harbourmaster harbormaster postman postwoman "
    "mother father daughter son brother sister grandmother grandfather aunt uncle wife husband widow "
    "widower neighbour neighbor inspector detective mechanic engineer pilot conductor baker butcher "
    "blacksmith smith founder merchant shopkeeper landlord landlady lady gentleman youth baby crowd "
    "villager villagers voice announcer operator reporter thief hunter farmer miller apprentice "
    "master judge lawyer painter musician singer dancer writer old young elderly little tall the of"
)
#: Somebody's: ``her mother``, ``Hester's mother``.
KIN = word_set("mother father daughter son brother sister grandmother grandfather aunt uncle wife husband")
POSSESSIVES = ("his", "her", "their", "my", "our")
PRONOUNS = {"he": Gender.MALE, "him": Gender.MALE, "his": Gender.MALE, "himself": Gender.MALE, "she": Gender.FEMALE,
            "her": Gender.FEMALE, "hers": Gender.FEMALE, "herself": Gender.FEMALE}  # fmt: skip
TOGETHER = re.compile(
    r"(?:^|[,;—] |\band |\bthen )(?:They|they)\b|(?i:\b(?:everyone|everybody|all (?:three|four|of them)|both of them|the (?:two|three|four) of them)\b)"
    r"|他们|她们|大家|两人|三人|二人"
)


_SAYING = "|".join(sorted(SAY))
_SAID = "(?:" + "|".join(rf"(?<=\b{word} )" for word in sorted(SAY)) + ")"
_NAMED_ANIMAL = re.compile(
    rf"\b(?:{'|'.join(sorted(ANIMALS))})(?:,? (?:called|named)|,) ([A-Z][\w’'-]*)(?=[,.;!?])"
    rf"|\b([A-Z][\w’'-]*),? (?:the|an?) (?:[\w-]+ ){{0,2}}(?:{'|'.join(sorted(ANIMALS))})(?=[,.;!?])"
)


def animals_in(texts: Iterable[str]) -> frozenset[str]:
    """Names that the text gives to animals: they are nobody to cast (``the dog, Rook,``, ``BISCUIT, an old spaniel.``)."""
    return frozenset(name for text in texts for pair in _NAMED_ANIMAL.findall(text) for name in pair if name)


def role_name(name: str) -> bool:
    """Whether a name is only made of nouns for people: ``Old Fisherman``, ``The Boy``."""
    parts = words(name)
    return bool(parts) and all(p in PERSON_NOUNS or p.isdigit() for p in parts)


@dataclass(slots=True)
class Mention:
    """A person in a sentence, by name or by pronoun."""

    start: int
    end: int
    person: Person
    pronoun: bool = False


@dataclass(slots=True)
class People:
    """Finds people in text.

    Attributes:
        by_alias: Every spelling to its person.
    """

    everyone: list[Person]
    by_alias: dict[str, Person] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        kin: dict[str, Person] = {}
        for person in self.everyone:
            for alias in person.aliases:
                for spelling in _spellings(alias):
                    self.by_alias.setdefault(spelling, person)
                if alias.lower() in KIN:
                    kin |= dict.fromkeys(self._somebodys(alias.lower()), person)
        if self.by_alias:
            ordered = sorted(self.by_alias, key=lambda a: (-len(a), a))
            latin = "|".join(re.escape(a) for a in ordered if a.isascii() or not _cjk(a))
            cjk = "|".join(re.escape(a) for a in ordered if _cjk(a))
            parts = [rf"(?<!\w)(?:{latin})(?!\w)"] if latin else []
            if kin:
                # Of somebody's mother much is told that she is not there for; who says something is.
                somebodys = "|".join(re.escape(k) for k in sorted(kin, key=lambda k: (-len(k), k)))
                parts.insert(
                    0,
                    rf"{_SAID}(?:{somebodys})(?!\w)|(?<!\w)(?:{somebodys})(?=\s+(?:had )?(?:\w+ly )?(?:{_SAYING})\b)",
                )
                self.by_alias |= {k: p for k, p in kin.items() if k not in self.by_alias}
            self._pattern = re.compile("|".join(parts + ([cjk] if cjk else [])))

    def _somebodys(self, kin: str) -> Iterable[str]:
        owners = [f"{a}{mark}s" for p in self.everyone for a in p.aliases for mark in "'’" if not _cjk(a)]
        for owner in (*POSSESSIVES, *(word.title() for word in POSSESSIVES), *owners):
            yield f"{owner} {kin}"

    def named(self, name: str) -> Person:
        """The person with exactly this name."""
        return next(p for p in self.everyone if p.name == name)

    def mentions(self, text: str) -> list[Mention]:
        """People who are named, in order."""
        if self._pattern is None:
            return []
        return [Mention(m.start(), m.end(), self.by_alias[m[0]]) for m in self._pattern.finditer(text)]

    def resolved(self, text: str, recent: list[Person]) -> list[Mention]:
        """People who are named or meant by a pronoun, in order.

        Args:
            text: A sentence.
            recent: Who was spoken of before, latest last; changed as the sentence is read.
        """
        found = self.mentions(text)
        found += [
            m
            for m in _pronouns(text, recent, found)
            if all(m.end <= n.start or m.start >= n.end for n in found)
        ]
        found.sort(key=lambda m: m.start)
        for mention in found:
            if mention.person in recent:
                recent.remove(mention.person)
            recent.append(mention.person)
        return found


def _cjk(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def _spellings(alias: str) -> list[str]:
    if _cjk(alias):
        return [alias]
    found = [alias, alias.upper(), alias.title() if alias.isupper() else alias]
    if role_name(alias):
        bare = re.sub(r"^the\s+", "", alias.lower())
        found += [f"the {bare}", f"The {bare}", f"the {bare.title()}", bare.title(), bare.upper()]
    return list(dict.fromkeys(found))


_PRONOUN = re.compile(rf"(?<!\w)(?i:{'|'.join(PRONOUNS)})(?!\w)|[他她](?!们)")


def _pronouns(text: str, recent: list[Person], named: list[Mention]) -> list[Mention]:
    found = []
    for match in _PRONOUN.finditer(text):
        person = _antecedent(_meant_by(match[0]), match.start(), recent, named)
        if person:
            found.append(Mention(match.start(), match.end(), person, pronoun=True))
    return found


def _antecedent(gender: Gender, at: int, recent: list[Person], named: list[Mention]) -> Person | None:
    """The sentence's own first person of this gender stands before those of earlier sentences."""
    for mention in named:
        if mention.end <= at and mention.person.gender is gender:
            return mention.person
    for person in reversed(recent[-6:]):
        if person.gender is gender:
            return person
    unknown = [p for p in recent[-2:] if p.gender is Gender.UNKNOWN]
    return unknown[0] if len(unknown) == 1 else None


def assign_genders(people: list[Person], texts: Iterable[str]) -> None:
    """Decide each person's gender from names, nouns, and the pronouns that follow them."""
    index = People(people)
    votes: dict[int, Counter[Gender]] = {id(p): Counter() for p in people}
    last: Person | None = None
    for text in texts:
        mentions = index.mentions(text)
        for mention in mentions:
            if kin := _KIN_BEFORE.search(text, max(0, mention.start - _NEAR), mention.start):
                votes[id(mention.person)][_kin_gender(kin[0])] += _SURE
        found = {id(m.person): m.person for m in mentions}
        if len(found) > 1:
            last = None
            continue
        last = next(iter(found.values())) if found else last
        # In front of a name it is somebody else's: ``her husband Rolf``.
        pronoun = _PRONOUN.search(text, mentions[0].start if mentions else 0)
        if last and pronoun:
            votes[id(last)][_meant_by(pronoun[0])] += 1
    for person in people:
        person.gender = _by_name(person) or _by_votes(votes[id(person)])


_SURE = 10  # votes
_NEAR = 24  # characters in front of a name, in which a word such as ``grandmother`` finds room
_CHINESE_KIN = {
    **dict.fromkeys(["妻子", "太太", "母亲", "妈妈", "女儿", "姐姐", "妹妹", "奶奶", "外婆"], Gender.FEMALE),
    **dict.fromkeys(["丈夫", "父亲", "爸爸", "儿子", "哥哥", "弟弟", "爷爷", "外公"], Gender.MALE),
}
_KIN_BEFORE = re.compile(rf"(?:\b(?:{'|'.join(sorted(KIN))})\s+|{'|'.join(_CHINESE_KIN)})$")


def _kin_gender(kin: str) -> Gender:
    return _CHINESE_KIN.get(kin) or gender_of(words(kin)) or Gender.UNKNOWN


def _meant_by(pronoun: str) -> Gender:
    return PRONOUNS.get(pronoun.lower()) or (Gender.MALE if pronoun == "他" else Gender.FEMALE)


def _by_votes(votes: Counter[Gender]) -> Gender:
    female, male = votes[Gender.FEMALE], votes[Gender.MALE]
    if female == male:
        return Gender.UNKNOWN
    return Gender.FEMALE if female > male else Gender.MALE


def _by_name(person: Person) -> Gender | None:
    parts = {w for alias in person.aliases for w in words(alias)}
    if any(w for alias in person.aliases for w in FEMALE if _cjk(w) and w in alias):
        return Gender.FEMALE
    if any(w for alias in person.aliases for w in MALE if _cjk(w) and w in alias):
        return Gender.MALE
    return gender_of(parts)


def gender_of(names: Iterable[str]) -> Gender | None:
    """What nouns and given names in small letters tell; ``None`` where they tell nothing, or both."""
    female, male = (any(n in known for n in names) for known in (FEMALE | FEMALE_NAMES, MALE | MALE_NAMES))
    if female == male:
        return None
    return Gender.FEMALE if female else Gender.MALE
