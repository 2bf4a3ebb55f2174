"""Character anchors: read from the text where it tells, invented from a fixed order where it does not, and marked so.

Invention goes by a character's place in the cast, never by chance, and steps every axis at a different stride so that
the leading characters differ in hair, headgear, garment, colour and height at once.
"""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from picturelock.core.anchor import (
    Accessory,
    Age,
    Build,
    CharacterAnchor,
    CharacterLook,
    Colour,
    Garment,
    Hair,
    HairStyle,
    Hat,
    Headgear,
    Lower,
    LowerGarment,
    Upper,
    Voice,
)
from picturelock.core.ids import AnchorId
from picturelock.script.language import sentences, slug, tidy, words
from picturelock.script.lexicon import appearance as said
from picturelock.script.lexicon.forms import word_set
from picturelock.script.people import PERSON_NOUNS, People
from picturelock.script.story import Action, Gender, Person, Story

_COATS = tuple(
    map(
        Colour,
        ("#a83c32", "#2b3a57", "#b8912f", "#4f7350", "#6a4a7d", "#c8742f", "#2f6f73", "#6d4b33", "#8a8d90"),
    )
)
_UPPERS = (Upper.LONG_COAT, Upper.SWEATER, Upper.JACKET, Upper.SHIRT, Upper.CLOAK, Upper.UNIFORM, Upper.APRON)
_HAIRS = {
    Gender.FEMALE: (
        HairStyle.LONG,
        HairStyle.BUN,
        HairStyle.BOB,
        HairStyle.BRAID,
        HairStyle.PONYTAIL,
        HairStyle.CURLY,
    ),
    Gender.MALE: (HairStyle.SHORT, HairStyle.CROP, HairStyle.CURLY, HairStyle.BALD, HairStyle.LONG),
    Gender.UNKNOWN: (HairStyle.BOB, HairStyle.SHORT, HairStyle.CURLY, HairStyle.CROP, HairStyle.LONG),
}
_HAIR_COLOURS = tuple(map(Colour, ("#3a2c22", "#7d3f27", "#2a282b", "#8b6a42", "#b5622e")))
_GREY = Colour("#b4b7ba")
_HATS = (Hat.NONE, Hat.CAP, Hat.NONE, Hat.BEANIE, Hat.BRIM, Hat.HEADSCARF, Hat.HOOD)
_ACCESSORIES = ((Accessory.SCARF,), (), (Accessory.BAG,), (Accessory.GLASSES,), (Accessory.BELT,), ())
_LOWERS = tuple(map(Colour, ("#3b3f47", "#4a4034", "#2f3a45", "#54493f")))
_SKINS = tuple(map(Colour, ("#d9b38c", "#c8986c", "#e3c2a0", "#a8784f", "#b98b62")))
_ACCENTS = tuple(map(Colour, ("#e0b040", "#a83c32", "#3f6390", "#e6dcc3", "#4f7350")))
_BUILDS = (Build.AVERAGE, Build.SLIGHT, Build.BROAD, Build.STOCKY)
_HEIGHTS = {
    (Gender.FEMALE, Age.ADULT): 1.66, (Gender.MALE, Age.ADULT): 1.79, (Gender.UNKNOWN, Age.ADULT): 1.72,
    (Gender.FEMALE, Age.YOUNG): 1.62, (Gender.MALE, Age.YOUNG): 1.74, (Gender.UNKNOWN, Age.YOUNG): 1.68,
    (Gender.FEMALE, Age.OLD): 1.58, (Gender.MALE, Age.OLD): 1.72, (Gender.UNKNOWN, Age.OLD): 1.65,
    (Gender.FEMALE, Age.CHILD): 1.26, (Gender.MALE, Age.CHILD): 1.28, (Gender.UNKNOWN, Age.CHILD): 1.22,
}  # fmt: skip
_STEPS = (0.0, 0.05, -0.04, 0.09, -0.07, 0.03)
#: The house's voices by who they would suit, the likeliest first.
_VOICES = {
    (Gender.FEMALE, Age.CHILD): ("girl",),
    (Gender.FEMALE, Age.OLD): ("old_woman",),
    (Gender.FEMALE, None): ("us_female", "bright_female"),
    (Gender.MALE, Age.CHILD): ("boy",),
    (Gender.MALE, Age.OLD): ("old_male", "deep_male"),
    (Gender.MALE, Age.YOUNG): ("young_man", "light_male"),
    (Gender.MALE, None): ("us_male", "deep_male", "light_male"),
    (Gender.UNKNOWN, Age.CHILD): ("boy", "girl"),
    (Gender.UNKNOWN, None): ("light_male", "bright_female", "young_man"),
}

_T = TypeVar("_T")
_YEARS = {
    word: number
    for number, word in (
        *enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]),
        *zip(range(30, 100, 10), ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True),
    )
}  # fmt: skip
_AGE_WORDS = re.compile(
    rf"\b(?:was|is|of|aged|turned|perhaps|nearly|about)\s+({'|'.join(_YEARS)})(?:-\w+)?(?:\s+years old)?(?=\s*(?:[.,;]|and\b|in\b|with\b|$))"
)
#: In front of the age that somebody had another time: ``when she was seven``.
_ONCE = re.compile(r"\b(?:when|since|until|before|after)\b")
#: A relation of someone is not their own age: "her grandfather", "the boy's father".
_AGE_NOUNS = word_set("grandfather grandmother grandpa grandma widow boy girl child kid youth teen toddler")
_AGE_NUMBER = re.compile(
    r"\b(\d{1,2})(?:s|\b)(?!\s*(?:years|minutes|hours|days|metres|feet|people|men|women))|([\d一二三四五六七八九十]+)\s*岁"
)
_HAIR_NOUN = re.compile(r"\bhair(?:ed)?\b|头发|发")


@dataclass(slots=True)
class Told:
    """What the text tells about someone's looks."""

    age: Age | None = None
    height_delta: float = 0.0
    build: Build | None = None
    hair: HairStyle | None = None
    hair_colour: Colour | None = None
    upper: Upper | None = None
    upper_colour: Colour | None = None
    lower: Lower | None = None
    lower_colour: Colour | None = None
    hat: Hat | None = None
    hat_colour: Colour | None = None
    accessories: list[Accessory] = field(default_factory=list)
    accent: Colour | None = None
    sentences: list[str] = field(default_factory=list)
    names: frozenset[str] = frozenset()


def character_id(person: Person) -> AnchorId:
    """The anchor id of a person."""
    return AnchorId(f"char_{slug(person.name)}")


def find_characters(story: Story) -> tuple[CharacterAnchor, ...]:
    """Anchors of everyone, in the order of the cast."""
    told = _tellings(story)
    voices: list[Voice] = []
    anchors = []
    for index, person in enumerate(story.people):
        look, marks = _look(index, person, told[index])
        voice = _voice(person, look.age, voices)
        voices.append(voice)
        if person.gender is Gender.UNKNOWN:
            marks.append(
                "the text does not tell man or woman: the silhouette is neutral, and the voice is a guess"
            )
        anchors.append(
            CharacterAnchor(
                id=character_id(person),
                name=person.name,
                description=tidy(" ".join(told[index].sentences), 300),
                look=look,
                voice=voice,
                marks=(*person.marks, *marks),
            )
        )
    return tuple(anchors)


def _tellings(story: Story) -> list[Told]:
    """For everyone: what the text tells of them alone, where they are introduced."""
    listener = _Listener(People(story.people), story.people)
    for scene in story.scenes:
        listener.last, listener.unnamed = None, []
        for beat in scene.beats:
            for sentence in sentences(beat.passage) if isinstance(beat, Action) else ():
                listener.hear(sentence.text)
    return listener.told


_PRONOUN_FIRST = re.compile(r"(He|She|His|Her)\b|([他她])")
_SOMEONE = re.compile(
    r"\b[Aa]n?\s+(?:[\w-]+,?\s+){0,3}?(man|woman|boy|girl)\b|一个\S{0,6}?(男人|女人|男孩|女孩|老人|姑娘)"
)


def _phrase_start(text: str, before: int, at: int) -> int:
    """Where what is told of a second person begins: ``MOLLY (7) and OFFICER KIM (30s)`` tells of Kim behind the ``and``."""
    cuts = [m.end() for m in re.finditer(r"[,)）]|\band\b|和", text[before:at])]
    return before + (cuts[-1] if cuts else 0)


def _phrase_end(text: str, after: int, following: int) -> int:
    """And where what is told of the first one ends: ``Obi looked at the pilot, a kid called Juno`` tells nothing of Obi."""
    called = re.search(r"\b(?:an?|the)\s(?:[\w-]+\s){1,4}(?:called|named)\s$", text[after:following])
    return after + called.start() if called else following


@dataclass(slots=True)
class _Listener:
    """Hears the action and sorts descriptions to people.

    Attributes:
        last: Who the last sentence named.
        unnamed: Descriptions of someone who has no name yet: they go to the next new person who fits.
    """

    index: People
    people: list[Person]
    told: list[Told] = field(default_factory=list)
    last: Person | None = None
    unnamed: list[tuple[Gender, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.told = [Told(names=frozenset(w for a in p.aliases for w in words(a))) for p in self.people]
        for person, telling in zip(self.people, self.told, strict=True):
            _words_for(person.name, telling)

    def of(self, person: Person) -> Told:
        return next(t for p, t in zip(self.people, self.told, strict=True) if p is person)

    def hear(self, text: str) -> None:
        mentions = self.index.mentions(text)
        if not mentions:
            self._pronoun(text)
            return
        for number, mention in enumerate(mentions):
            telling = self.of(mention.person)
            self._name(mention.person, telling)
            start = 0 if number == 0 else _phrase_start(text, mentions[number - 1].end, mention.start)
            stop = len(text)
            if number + 1 < len(mentions):
                stop = _phrase_end(text, mention.end, mentions[number + 1].start)
            _words_for(text[start:stop], telling, sentence=True)
        self.last = mentions[-1].person

    def _name(self, person: Person, telling: Told) -> None:
        if telling.sentences:
            return
        for gender, text in [u for u in self.unnamed if u[0] is person.gender]:
            _words_for(text, telling, sentence=True)
            self.unnamed.remove((gender, text))

    def _pronoun(self, text: str) -> None:
        found = _PRONOUN_FIRST.match(text)
        gender = (
            Gender.FEMALE
            if found and ((found[1] or "").lower() in {"she", "her"} or found[2] == "她")
            else Gender.MALE
        )
        if found and self.last and self.last.gender in {gender, Gender.UNKNOWN}:
            _words_for(text, self.of(self.last), sentence=True)
            return
        someone = _SOMEONE.search(text)
        if someone:
            word = someone[1] or someone[2]
            self.unnamed.append((Gender.FEMALE if word in said.FEMALE else Gender.MALE, text))
            self.last = None
            return
        if found and self.unnamed and self.unnamed[-1][0] is gender:
            self.unnamed.append((gender, text))


def _words_for(text: str, told: Told, *, sentence: bool = False) -> None:
    if sentence and len(told.sentences) < 2:
        told.sentences.append(text.strip(" ,;"))
    # Much later sentences describe what happens to a coat, not what it is.
    if len(told.sentences) > 6:
        return
    tokens = list(words(text))
    for at, token in enumerate(tokens):
        _word(token, tokens, at, told)
    years = _AGE_WORDS.search(text.lower())
    if years and told.age is None and not _ONCE.search(_clause(text[: years.start()])):
        told.age = _age(_YEARS[years[1]])
    number = _AGE_NUMBER.search(text)
    if told.age is None and number and (number[2] or "").isdigit():
        told.age = _age(int(number[2]))
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        _chinese_words(text, told)
    if (
        told.age is None
        and number
        and number[1]
        and re.search(r"[(,]\s*(?:late |early |mid-?)?\d\d?s?\b", text)
    ):
        told.age = _age(int(number[1]))


def _clause(text: str) -> str:
    """The words of the last clause, in small letters."""
    return re.split(r"[.;!?]", text.lower()[-_NEAR:])[-1]


_NEAR = 60  # characters


def _age(years: int) -> Age:
    return Age.CHILD if years < 13 else Age.YOUNG if years < 28 else Age.ADULT if years < 58 else Age.OLD


def _word(word: str, tokens: list[str], at: int, told: Told) -> None:
    before = tokens[max(0, at - 4) : at]
    colour = _colour_before(before)
    if word in said.UPPER and told.upper is None:
        told.upper, told.upper_colour = said.UPPER[word], colour or said.COLOUR_OF.get(word)
    elif word in said.LOWER and told.lower is None:
        told.lower, told.lower_colour = said.LOWER[word], colour
    elif word in said.HAT and told.hat is None:
        told.hat, told.hat_colour = said.HAT[word], colour
    elif word in said.ACCESSORY and said.ACCESSORY[word] not in told.accessories:
        told.accessories.append(said.ACCESSORY[word])
        told.accent = told.accent or colour
    elif word in said.HAIR and word != "shaven":
        told.hair = told.hair or said.HAIR[word]
        told.hair_colour = told.hair_colour or colour
    elif _HAIR_NOUN.fullmatch(word):
        told.hair_colour = told.hair_colour or colour
        after = tokens[at + 1 : at + 4]
        told.hair = told.hair or (
            HairStyle.LONG
            if "long" in [*before, *after]
            else HairStyle.SHORT
            if "short" in [*before, *after]
            else None
        )
    elif word in said.AGE and told.age is None and _age_word(tokens, at, told.names):
        told.age = said.AGE[word]
    elif word in said.TALL and not told.height_delta and _about_a_person(tokens, at):
        told.height_delta = said.TALL[word]
        told.build = told.build or said.BUILD.get(word)
    elif word in said.BUILD and told.build is None and _about_a_person(tokens, at):
        told.build = said.BUILD[word]


_OTHERS = (
    said.UPPER.keys()
    | said.LOWER.keys()
    | said.HAT.keys()
    | said.ACCESSORY.keys()
    | word_set("her his their")
)


def _colour_before(tokens: list[str]) -> Colour | None:
    """The nearest colour that no other thing stands after: ``in a green raincoat, her hair cropped`` tells none of the hair."""
    for token in reversed(tokens):
        if token in said.COLOUR_OF:
            return said.COLOUR_OF[token]
        if token in _OTHERS:
            return None
    return None


_DESCRIBED = word_set(
    "man woman boy girl child and but with in figure keeper fisherman lady gentleman voice captain old young"
)


def _age_word(tokens: list[str], at: int, names: frozenset[str]) -> bool:
    if "when" in tokens[max(0, at - 5) : at] or {"as", "since"} & set(tokens[max(0, at - 2) : at]):
        return False
    if at + 1 < len(tokens) and tokens[at + 1] in names:
        return True
    if tokens[at] in _AGE_NOUNS:
        return at == 0 or tokens[at - 1] in {"a", "an", "old", "young", "little", "small", "the", "tall"}
    return _about_a_person(tokens, at)


def _about_a_person(tokens: list[str], at: int) -> bool:
    """Whether an adjective speaks of the person and not of the next thing: at the end of its phrase, or before a person."""
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    return (
        not following
        or following in _DESCRIBED
        or following in PERSON_NOUNS
        or following in said.TALL
        or following in said.BUILD
        or following.isdigit()
    )


def _chinese_words(text: str, told: Told) -> None:
    for table, name in ((said.UPPER, "upper"), (said.LOWER, "lower"), (said.HAT, "hat"), (said.HAIR, "hair")):
        found = next(
            (
                (text.find(w), w)
                for w in sorted(table, key=len, reverse=True)
                if not w.isascii() and w in text
            ),
            None,
        )
        if found and getattr(told, name) is None:
            setattr(told, name, table[found[1]])
            near = text[max(0, found[0] - 5) : found[0]]
            colour = next((said.COLOUR_OF[c] for c in reversed(near) if c in said.COLOUR_OF), None)
            setattr(told, f"{name}_colour", colour)
    if "白发" in text or "头发花白" in text:
        told.hair_colour = told.hair_colour or _GREY
    for word, accessory in said.ACCESSORY.items():
        if not word.isascii() and word in text and accessory not in told.accessories:
            told.accessories.append(accessory)
    told.age = told.age or next((a for w, a in said.AGE.items() if not w.isascii() and w in text), None)
    told.height_delta = told.height_delta or next(
        (d for w, d in said.TALL.items() if not w.isascii() and w in text), 0.0
    )
    told.build = told.build or next((b for w, b in said.BUILD.items() if not w.isascii() and w in text), None)


def _pick(row: tuple[_T, ...], index: int) -> _T:
    return row[index % len(row)]


#: 老周 is old and 小梅 young by their very names.
_NAMED_AGE = {"老": Age.OLD, "小": Age.YOUNG}


def _look(index: int, person: Person, told: Told) -> tuple[CharacterLook, list[str]]:
    age = told.age or _NAMED_AGE.get(person.name[0], Age.ADULT)
    invented: list[str] = []

    def known(value: _T | None, otherwise: _T, what: str) -> _T:
        if value is None:
            invented.append(what)
            return otherwise
        return value

    old = _GREY if age is Age.OLD else None
    hat_given = told.hat is not None
    look = CharacterLook(
        height_m=round(_HEIGHTS[person.gender, age] + (told.height_delta or _pick(_STEPS, index)), 2),
        build=told.build or _pick(_BUILDS, index),
        age=age,
        skin=_pick(_SKINS, index),
        hair=Hair(
            style=known(told.hair, _pick(_HAIRS[person.gender], index), "hair"),
            colour=told.hair_colour or old or _pick(_HAIR_COLOURS, index),
        ),
        upper=Garment(
            kind=known(told.upper, _pick(_UPPERS, index), "upper garment"),
            colour=known(told.upper_colour, _pick(_COATS, index), "its colour"),
        ),
        lower=LowerGarment(
            kind=known(told.lower, Lower.TROUSERS, "lower garment"),
            colour=told.lower_colour or _pick(_LOWERS, index),
        ),
        headgear=Headgear(
            kind=told.hat
            if told.hat is not None
            else (Hat.NONE if age is Age.CHILD else _pick(_HATS, index)),
            colour=told.hat_colour or _pick(_COATS, index + 4),
        ),
        accessories=tuple(told.accessories) or (_beard(person, age) or _pick(_ACCESSORIES, index)),
        accent=told.accent or _pick(_ACCENTS, index),
    )
    if not hat_given and look.headgear.kind is not Hat.NONE:
        invented.append("headgear")
    if not told.height_delta:
        invented.append("height")
    if told.age is None:
        invented.append("age")
    marks = [f"invented, the text gives none: {', '.join(invented)}"] if invented else []
    return look, marks


def _beard(person: Person, age: Age) -> tuple[Accessory, ...]:
    return (Accessory.BEARD,) if person.gender is Gender.MALE and age is Age.OLD else ()


def _voice(person: Person, age: Age, taken: list[Voice]) -> Voice:
    """The first voice for such a person that no one before could be mistaken for."""
    names = _VOICES.get((person.gender, age)) or _VOICES[person.gender, None]
    for semitones in (0.0, -1.5, 1.5, -3.0, 3.0):
        for name in names:
            voice = Voice(name=name, semitones=semitones)
            if all(t.name != name or abs(t.semitones - semitones) >= 1.5 for t in taken):
                return voice
    return Voice(name=names[0], pace=round(1.0 + 0.04 * (len(taken) % 5 - 2), 2))
