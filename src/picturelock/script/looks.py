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
#: Voices the house has: one American and one British, both a woman's; pitch and pace make the rest.
_VOICES = ("us_female", "gb")
_PITCH = {Gender.FEMALE: 0.0, Gender.MALE: -5.0, Gender.UNKNOWN: -2.5}
_AGE_PITCH = {Age.CHILD: 4.0, Age.YOUNG: 1.0, Age.ADULT: 0.0, Age.OLD: -1.0}
_AGE_PACE = {Age.CHILD: 1.08, Age.YOUNG: 1.05, Age.ADULT: 1.0, Age.OLD: 0.9}

_T = TypeVar("_T")
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
            marks.append("the text does not tell man or woman; voice and silhouette are neutral")
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
    """For everyone: the sentences about them alone, where they are introduced."""
    index = People(story.people)
    told = [Told() for _ in story.people]
    place = {id(p): i for i, p in enumerate(story.people)}
    for person, telling in zip(story.people, told, strict=True):
        _words_for(person.name, telling)
    for scene in story.scenes:
        last: Person | None = None
        for beat in scene.beats:
            for sentence in sentences(beat.passage) if isinstance(beat, Action) else ():
                last = _tell(sentence.text, index, told, place, last)
    return told


def _tell(
    text: str, index: People, told: list[Told], place: dict[int, int], last: Person | None
) -> Person | None:
    mentions = index.mentions(text)
    if not mentions:
        if (
            last
            and re.match(r"(?:He|She|His|Her|A|An|The|他|她)\b|[他她]", text)
            and re.match(r"(?:He|She|His|Her|他|她)|[他她]", text)
        ):
            _words_for(text, told[place[id(last)]], sentence=True)
        return last
    for number, mention in enumerate(mentions):
        stop = mentions[number + 1].start if number + 1 < len(mentions) else len(text)
        start = 0 if number == 0 else max(mentions[number - 1].end, text.rfind(",", 0, mention.start))
        _words_for(text[start:stop], told[place[id(mention.person)]], sentence=True)
    return mentions[-1].person


def _words_for(text: str, told: Told, *, sentence: bool = False) -> None:
    if sentence and len(told.sentences) < 2:
        told.sentences.append(text.strip(" ,;"))
    # Much later sentences describe what happens to a coat, not what it is.
    if len(told.sentences) > 6:
        return
    tokens = list(words(text))
    for at, token in enumerate(tokens):
        _word(token, tokens, at, told)
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        _chinese_words(text, told)
    number = _AGE_NUMBER.search(text)
    if (
        told.age is None
        and number
        and number[1]
        and re.search(r"[(,]\s*(?:late |early |mid-?)?\d\d?s?\b", text)
    ):
        told.age = _age(int(number[1]))


def _age(years: int) -> Age:
    return Age.CHILD if years < 13 else Age.YOUNG if years < 28 else Age.ADULT if years < 58 else Age.OLD


def _word(token: str, tokens: list[str], at: int, told: Told) -> None:
    before = tokens[max(0, at - 4) : at]
    colour = next((said.COLOUR_OF[t] for t in reversed(before) if t in said.COLOUR_OF), None)
    if token in said.UPPER and told.upper is None:
        told.upper, told.upper_colour = said.UPPER[token], colour or said.COLOUR_OF.get(token)
    elif token in said.LOWER and told.lower is None:
        told.lower, told.lower_colour = said.LOWER[token], colour
    elif token in said.HAT and told.hat is None:
        told.hat, told.hat_colour = said.HAT[token], colour
    elif token in said.ACCESSORY and said.ACCESSORY[token] not in told.accessories:
        told.accessories.append(said.ACCESSORY[token])
        told.accent = told.accent or colour
    elif token in said.HAIR and token != "shaven":
        told.hair = told.hair or said.HAIR[token]
        told.hair_colour = told.hair_colour or colour
    elif _HAIR_NOUN.fullmatch(token):
        told.hair_colour = told.hair_colour or colour
        told.hair = told.hair or (
            HairStyle.LONG if "long" in before else HairStyle.SHORT if "short" in before else None
        )
    elif token in said.AGE and told.age is None and _about_a_person(tokens, at):
        told.age = said.AGE[token]
    elif token in said.TALL and not told.height_delta and _about_a_person(tokens, at):
        told.height_delta = said.TALL[token]
        told.build = told.build or said.BUILD.get(token)
    elif token in said.BUILD and told.build is None and _about_a_person(tokens, at):
        told.build = said.BUILD[token]


_DESCRIBED = frozenset(
    [
        "man",
        "woman",
        "boy",
        "girl",
        "child",
        "and",
        "but",
        "with",
        "figure",
        "keeper",
        "fisherman",
        "lady",
        "gentleman",
        "voice",
        "captain",
        "old",
        "young",
    ]
)


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


def _look(index: int, person: Person, told: Told) -> tuple[CharacterLook, list[str]]:
    age = told.age or Age.ADULT
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
    """The first voice near the wanted pitch that no one before could be mistaken for."""
    base = _PITCH[person.gender] + _AGE_PITCH[age]
    pace = _AGE_PACE[age]
    name = _VOICES[len(taken) % len(_VOICES)]
    for step in (0.0, -1.5, 1.5, -3.0, 3.0):
        voice = Voice(name=name, semitones=max(-8.0, min(8.0, base + step)), pace=pace)
        if all(t.name != voice.name or abs(t.semitones - voice.semitones) >= 1.5 for t in taken):
            return voice
    return Voice(
        name=name, semitones=max(-8.0, min(8.0, base)), pace=round(pace + 0.04 * (len(taken) % 5 - 2), 2)
    )
