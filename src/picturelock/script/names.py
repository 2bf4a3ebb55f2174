"""Who is in a story: names found by what they do and say."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from picturelock.script.headings import titled
from picturelock.script.lexicon.actions import CHINESE_POSE_PATTERN, POSE
from picturelock.script.lexicon.appearance import FEMALE_NAMES, MALE_NAMES
from picturelock.script.lexicon.forms import forms, word_set
from picturelock.script.lexicon.places import ENGLISH_PLACES
from picturelock.script.lexicon.speech import (
    CHINESE_MANNER,
    CHINESE_ROLES,
    CHINESE_SAY,
    LONG_SURNAMES,
    NOT_CHINESE_NAMES,
    NOT_IN_NAMES,
    NOT_NAMES,
    SAY,
    SELDOM_NAMES,
    SURNAMES,
)
from picturelock.script.people import KIN, PERSON_NOUNS, POSSESSIVES, animals_in, gender_of, role_name
from picturelock.script.story import Person
from picturelock.script.titles import TITLES, can_be_one, clash, taken_apart

_NAME = re.compile(
    rf"(?:(?:{'|'.join(sorted(t.title() for t in TITLES))})\.?\s+){{0,2}}"
    r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?(?:\s+(?:van |de |von )?[A-Z][a-zà-ÿ]+){0,2}"
)
_ROLE = re.compile(
    r"\b[Tt]he ((?:old |young |little )?(?:"
    + "|".join(sorted((n for n in PERSON_NOUNS if len(n) > 2), key=len, reverse=True))
    + r"))\b"
)
_SOMEBODYS = re.compile(
    rf"\b(?:(?i:{'|'.join(POSSESSIVES)})|(?P<owner>[A-Z][a-zà-ÿ]+)['’]s) (?P<kin>{'|'.join(sorted(KIN, key=len, reverse=True))})\b"
)
_BEFORE = re.compile(r"([\w’']+)[,]?\s+$")
_AFTER = re.compile(r"^['’]?s?\s*,?\s*(?:had\s+)?(?:\w+ly\s+)?([\w’']+)")
_PAST = re.compile(
    r"was|had|came|went|took|held|knelt|rose|ran|wept|woke|put|set|got|gave|made|drew|threw|shut|kept|found|saw|heard|knew|met"
    r"|\w{2,}ed"
)
#: ``Ruth and Ali walked``: who is named first does it too.
_AND_OTHERS = re.compile(r"^(?:, [A-Z][\w-]+)*,? and [A-Z][\w-]+")
_LOWER = re.compile(r"(?<![\w'’-])[a-z]+(?![\w'’-])")
#: What hardly anything but a person does: ``Supper was over``, ``Work stopped`` are nobody's acts.
_THINGS_DO = word_set(
    "stop fall rise follow pass move hang set run come go leave lift remain appear return rest bear lie open close push slip sink drop"
    " drift turn wait hold stay pause speak show give bring take raise place strike press lock fix climb cross enter approach head race"
    " rush hurry charge creep lean bend collapse tumble stand touch descend advance retreat twist stretch press squeeze grip clutch fold"
)
_NOUNS = word_set(
    "light lights switch switches hand hands seat seats drive drives watches signal signals wave waves sign signs plug plugs nail nails"
    " cup cups drink drinks hammer hammers point points study studies looks smile smiles step steps grip kiss embrace"
)
_PEOPLE_DO = frozenset(POSE).difference(_NOUNS, *(forms(verb) for verb in _THINGS_DO))
_DOFF = word_set(
    "removed removes took takes put puts pulled pulls shook shakes buttoned unbuttoned unbuckled cleared clears adjusted adjusts"
)
_WITH_THEIR_OWN = re.compile(r"^\s+(?:\w+ly\s+)?(?P<verb>\w+)\s+(?:\w+\s+)?(?:his|her)\b")
#: What happens beside a speech, and is nobody.
_HAPPENS = word_set(
    "silence thunder lightning rain snow wind fog mist smoke dust darkness light sunlight moonlight daylight dawn dusk morning evening night"
    " midnight time times tears laughter applause music footsteps voices heads eyes hands faces people men women children panic blood"
    " fear fire water traffic history memory anger grief death heaven hell god hours minutes seconds days weeks months years"
    " lights lamps doors windows birds gulls dogs horses bells sirens engines"
    " spring summer autumn winter afternoon sunday outside inside upstairs downstairs"
)
#: Who tells a story in the first person, by its language.
NARRATOR = {"en": "Narrator", "zh": "叙述者"}
_OFTEN = 3
_PLACES_BEFORE = word_set("in at near on the from across through of toward towards into")


@dataclass(slots=True)
class _Evidence:
    first: int
    total: int = 0
    mid: int = 0
    speech: int = 0
    acts: int = 0
    does: int = 0
    placed: int = 0
    beside: int = 0
    called: bool = False
    common: bool = False

    @property
    def person(self) -> bool:
        """A name that people are given needs to do something once; any other may be a place, a ship, a dog."""
        if self.placed * 2 > self.total and not self.speech:
            return False
        if self.called and self.does and not self.placed:
            return True
        if self.beside and not self.common and not self.placed:
            return True
        if self.does >= 2 and self.mid >= 1 and not self.placed:
            return True
        return self.speech >= 1 or (self.mid >= 2 and self.acts >= 1) or (self.acts >= 2 and self.mid >= 1)


def english_people(narration: list[str], beside: Collection[str] = ()) -> list[Person]:
    """People of an English text, in the order of their first mention.

    Args:
        narration: Everything that is told, without what is said.
        beside: What of it is told where somebody speaks.
    """
    found: dict[str, _Evidence] = {}
    serial = 0
    beside = frozenset(beside)
    for text in narration:
        for match in _NAME.finditer(text):
            serial += 1
            _weigh(text, match, serial, found, beside=text in beside)
        for match in _ROLE.finditer(text):
            serial += 1
            _weigh_role(text, match, match[1], serial, found)
        for match in _SOMEBODYS.finditer(text):
            serial += 1
            _weigh_role(text, match, match["kin"], serial, found)
    plain = {word for text in narration for word in _LOWER.findall(text)} | _HAPPENS
    for name, evidence in found.items():
        evidence.common = name.lower() in plain
    beasts = animals_in(narration)
    found = {n: e for n, e in found.items() if e.speech or n not in beasts}
    names = [n for n, e in found.items() if e.person and (n.lower() not in SELDOM_NAMES or e.speech >= 2)]
    # Who acts under a part of the name is also met under all of it: ``Augustus Pell came in`` and ``said Pell``.
    names += [n for n, e in found.items() if n not in names and _fuller(n, e, names)]
    people = _merged(names, found)
    if _narrator(narration):
        people.append(
            (
                0,
                Person(
                    NARRATOR["en"], (NARRATOR["en"],), marks=["the story is told by “I”, who is not named"]
                ),
            )
        )
    return [p for _, p in sorted(people, key=lambda p: p[0])]


def _weigh(
    text: str, match: re.Match[str], serial: int, found: dict[str, _Evidence], *, beside: bool
) -> None:
    parts = match[0].split()
    start = match.start()
    while (
        parts
        and parts[0].lower().rstrip(".") in NOT_NAMES
        and not (parts[0].lower().rstrip(".") in TITLES and len(parts) > 1)
    ):
        start += len(parts[0]) + 1
        parts = parts[1:]
    if (
        not parts
        or parts[-1].lower() in NOT_NAMES
        or (parts[-1].lower() in ENGLISH_PLACES and not _given(parts[0]))
    ):
        return
    name = " ".join(parts)
    before = _BEFORE.search(text[max(0, start - 30) : start])
    rest = _AND_OTHERS.sub("", text[match.end() : match.end() + 60])
    after = _AFTER.search(rest[:30])
    previous, following = (before[1].lower() if before else ""), (after[1].lower() if after else "")
    evidence = found.setdefault(name, _Evidence(serial))
    evidence.total += 1
    evidence.mid += bool(text[:start].rstrip()) and text[:start].rstrip()[-1] not in '.!?…:”"’'
    evidence.speech += previous in SAY or following in SAY
    evidence.acts += following in POSE
    evidence.does += following in POSE or following in SAY or _PAST.fullmatch(following) is not None
    likely = not re.search(r"(?:ing|ly)$", parts[0])
    article = text[max(0, start - 4) : start].lower() == "the "
    own = _WITH_THEIR_OWN.match(rest[:40])
    alone = following in _PEOPLE_DO or (own is not None and own["verb"] in _PEOPLE_DO | _DOFF)
    evidence.beside += beside and likely and not article and alone
    evidence.called = _given(parts[0])
    evidence.placed += previous in _PLACES_BEFORE


def _given(word: str) -> bool:
    """Whether a surname follows, though it is a word for a place too: ``Ida Marsh``, ``Mr. Church``."""
    return word.lower() in MALE_NAMES | FEMALE_NAMES or word.lower().rstrip(".") in TITLES


def _weigh_role(text: str, match: re.Match[str], role: str, serial: int, found: dict[str, _Evidence]) -> None:
    before = _BEFORE.search(text[max(0, match.start() - 30) : match.start()])
    after = _AFTER.search(text[match.end() : match.end() + 30])
    evidence = found.setdefault(titled(role.upper()), _Evidence(serial))
    evidence.total += 1
    evidence.speech += bool(before and before[1].lower() in SAY) or bool(after and after[1].lower() in SAY)


def _fuller(name: str, evidence: _Evidence, names: list[str]) -> bool:
    """Whether this is more of somebody's name, and not a sentence's first word before it (``Ask Pell``) or a place."""
    titles, rest = taken_apart(name)
    whole = bool(titles) or (len(rest) > 1 and evidence.mid > 0)
    return whole and not evidence.placed and any(can_be_one(part, name) for part in names)


def _merged(names: list[str], found: dict[str, _Evidence]) -> list[tuple[int, Person]]:
    """``Mara`` and ``Mara Voss``, ``Mr. Pell`` and ``Augustus Pell`` are one person each.

    Where several can be meant it is who is not always called by a title (``Pell`` is hardly Mrs. Pell), or who is met most.
    """
    people: dict[str, Person] = {}
    apart = {name: taken_apart(name) for name in names}
    for name in sorted(names, key=lambda n: (-len(apart[n].rest), -len(apart[n].titles), n)):
        wider = [
            full
            for full, person in people.items()
            if can_be_one(name, full) and not any(clash(name, alias) for alias in person.aliases)
        ]
        if not wider:
            people[name] = Person(name, (name,))
            continue
        wider.sort(key=lambda n: (len(apart[n].rest) < 2 and bool(apart[n].titles), -found[n].total, n))
        person = people[wider[0]]
        person.aliases += (name,)
        found[wider[0]].first = min(found[wider[0]].first, found[name].first)
        if len(wider) > 1:
            person.marks.append(f"“{name}” could be any of {', '.join(wider)}; {wider[0]} is assumed")
        elif apart[name].gender is not apart[wider[0]].gender and apart[name].titles:
            person.marks.append(f"“{name}” was taken for {wider[0]}")
    _give_roles(people)
    return [(found[full].first, _called(person, people)) for full, person in people.items()]


def _give_roles(people: dict[str, Person]) -> None:
    """``the old woman`` is ``Old Nan`` where nobody else is called old and can be a woman."""
    apart = {full: [taken_apart(alias) for alias in person.aliases] for full, person in people.items()}
    for role in [full for full in people if role_name(full) and "old" in apart[full][0].titles]:
        gender = gender_of((role.split()[-1].lower(),))
        old = [
            full
            for full, names in apart.items()
            if any("old" in n.titles and not role_name(n.rest[0]) and n.gender is gender for n in names)
        ]
        if gender and len(old) == 1:
            people[old[0]].marks.append(f"“{role}” was taken for {old[0]}")
            people[old[0]].aliases += people.pop(role).aliases


def _called(person: Person, people: dict[str, Person]) -> Person:
    """The same with the name that the text uses most simply, and with the parts of it that are nobody else's."""
    rest = taken_apart(person.name).rest
    met = sorted(alias for alias in person.aliases if alias in rest)
    others = {part for n in people if n != person.name for part in taken_apart(n).rest}
    unshared = [part for part in dict.fromkeys((rest[0], rest[-1])) if part not in others]
    person.aliases += tuple(part for part in unshared if part not in person.aliases)
    person.name = min(met, key=len) if met else person.name
    return person


def _narrator(narration: list[str]) -> bool:
    told = sum(len(re.findall(r"\bI\b", t)) for t in narration)
    return (
        told >= _OFTEN and told * 40 >= sum(t.count(" ") for t in narration) / 3
    )  # about one in a hundred words


_CHINESE_NAME = re.compile(rf"(?:[老小阿][\u4e00-\u9fff])|(?:[{SURNAMES}][\u4e00-\u9fff]{{1,2}})")
_CHINESE_TAGGED = re.compile(
    rf"(?:^|[。！？”」』，\s])(?P<who>[\u4e00-\u9fff]{{2,4}}?[^，。！？“「]{{0,6}}?)(?:{CHINESE_SAY})(?=[，。：:！“「]|$)"
)
#: A name at the head of a clause, and what somebody does.
_CHINESE_ACTING = re.compile(
    rf"(?:^|[。！？，；”」』\s])(?:[他她]的)?(?:丈夫|妻子|儿子|女儿|母亲|父亲)?(?P<who>[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
    rf"(?:{CHINESE_POSE_PATTERN.pattern}|[笑哭叹想推带拔挂勒问]|点头|点了|摇头|摇了|心想|冷笑|苦笑|的手|的脸|的声音)"
)
_PRONOUNS = frozenset("他她它我你您咱们谁自己")
_CHINESE_ROLE = re.compile(CHINESE_ROLES)
_PREFIXES = frozenset("老小阿")


def chinese_people(narration: list[str], beside: Collection[str] = ()) -> list[Person]:
    """People of a Chinese text, in the order of their first mention.

    Args:
        narration: Everything that is told, without what is said.
        beside: What of it is told where somebody speaks.
    """
    text = "\n".join(narration)
    two, three = Counter[str](), Counter[str]()
    order: dict[str, int] = {}
    for at in range(len(text) - 1):
        if text[at] in SURNAMES or text[at] in _PREFIXES:
            pair, triple = text[at : at + 2], text[at : at + 3]
            if text[at] in _PREFIXES and at and text[at - 1] in SURNAMES:
                continue
            two[pair] += 1
            three[triple] += 1
            order.setdefault(pair, at)
            order.setdefault(triple, at)
    spoken = Counter(m["who"] for t in narration for m in _CHINESE_TAGGED.finditer(t))
    roles = Counter(_CHINESE_ROLE.findall(text))
    acting = Counter(m["who"] for m in _CHINESE_ACTING.finditer(text))
    acting.update(m["who"] for told in beside for m in _CHINESE_ACTING.finditer(told))
    kept = _chinese_names(two, three, spoken, acting)
    for name in _only_tagged(text, spoken):
        # ``司马光`` is not ``马光``, unless that stands alone somewhere.
        inner = {k for k in kept if k in name and text.count(k) == text.count(name)}
        if inner or not any(name in k or k in name for k in kept):
            kept = [k for k in kept if k not in inner] + [name]
    for name in kept:
        order.setdefault(name, text.index(name))
    people = [(order[name], Person(name, (name,))) for name in kept]
    for role, count in roles.items():
        tagged = any(who.startswith(role) or who.endswith(role) for who in spoken) or any(
            re.search(rf"(?:^|[。！？，；])(?:[他她]的?|一个)?{role}(?!{'|'.join(kept) or '$'})", told)
            for told in beside
        )
        if (count >= 2 or tagged) and not any(role in name for name in kept):
            people.append((text.index(role), Person(role, (role,))))
    told = len(re.findall("(?:^|[。！？])我(?!们)", text, re.MULTILINE))
    if told >= _OFTEN and told * 40 >= len(text) / 6:
        name = NARRATOR["zh"]
        people.append(
            (text.index("我"), Person(name, (name,), marks=["the story is told by “我”, who is not named"]))
        )
    return [p for _, p in sorted(people, key=lambda p: p[0])]


def _only_tagged(text: str, spoken: Counter[str]) -> list[str]:
    """Names that say twice what they say, with nothing between: also without a known surname (``玛丽``)."""
    found: list[str] = []
    for who, times in spoken.items():
        compound = who[:2] in LONG_SURNAMES
        name = who[:3] if compound else who
        known = compound or who[0] in SURNAMES
        strange = _PRONOUNS if known else NOT_IN_NAMES | _PRONOUNS
        if len(name) not in ((2, 3) if known else (2, 3, 4)) or strange & set(name) or _manner(name):
            continue
        twice = name[0] == name[-1]  # 豆豆
        if (compound or twice or times >= 2) and text.count(name) >= 2 and not _CHINESE_ROLE.fullmatch(name):
            found += [name] * (name not in found)
    return found


def _manner(word: str) -> bool:
    """Whether a word before a verb of saying tells how or when."""
    return word in NOT_CHINESE_NAMES or (word[0] not in SURNAMES and word[-1] in CHINESE_MANNER)


def _chinese_names(
    two: Counter[str], three: Counter[str], spoken: Counter[str], acting: Counter[str]
) -> list[str]:
    kept: list[str] = []
    for pair, count in two.items():
        if (
            (pair[1] in NOT_IN_NAMES and not spoken[pair])
            or "\n" in pair
            or not "\u4e00" <= pair[1] <= "\u9fff"
        ):
            continue
        longer = [
            t for t in three if t[:2] == pair and t[2] not in NOT_IN_NAMES and "\u4e00" <= t[2] <= "\u9fff"
        ]
        best = max(longer, key=lambda t: (three[t], t), default="")
        name = (
            best
            if best and pair[0] not in _PREFIXES and three[best] * 10 >= count * 7 and three[best] >= 2
            else pair
        )
        if name in LONG_SURNAMES or _manner(name):
            continue
        said = sum(n for tag, n in spoken.items() if tag.startswith(name) or tag.endswith(name))
        if (
            spoken[name]
            or (said and count >= 2)
            or (count >= 4 and pair[0] in _PREFIXES)
            or acting[name] >= 2
        ):
            kept.append(name)
    return kept
