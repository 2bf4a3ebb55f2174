"""Props: the things that are held, named with emphasis, or come back."""

import re
from dataclasses import dataclass, field

from picturelock.core.anchor import Colour, PropAnchor, PropLook
from picturelock.core.ids import AnchorId
from picturelock.script.language import slug, tidy
from picturelock.script.lexicon.actions import CHINESE_TAKES, TAKES
from picturelock.script.lexicon.appearance import COLOUR_OF
from picturelock.script.lexicon.forms import word_set
from picturelock.script.lexicon.things import AMBIGUOUS, CHINESE_HELD, THING, Thing
from picturelock.script.story import Action, Story

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DETERMINERS = word_set("a an the his her their its my your our this that one two some each another s")
_MATERIALS = word_set(
    "brass old oil silver iron wooden leather copper tin glass paper little small heavy battered "
    "rusted empty folded torn wet sealed broken cracked storm big new blank single spare long"
)
_MOST = 40
_COLOURED = {"brass": "#b98a3c", "copper": "#a8623a", "iron": "#55575c", "tin": "#a9adb0", "wooden": "#8f6a3a",
             "leather": "#6d4b33", "silver": "#b4b7ba"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThingMention:
    """A thing in a sentence.

    Attributes:
        head: The noun in the singular.
        words: The noun with its adjectives, as written.
        shouted: In capitals.
    """

    head: str
    start: int
    words: str
    shouted: bool


def things_in(text: str) -> list[ThingMention]:
    """Things that could be props, in order."""
    tokens = [(m[0], m.start()) for m in _TOKEN.finditer(text)]
    found = [m for i in range(len(tokens)) if (m := _thing_at(tokens, i))]
    found += [ThingMention(m[1], m.start(1), m[1], shouted=False) for m in CHINESE_HELD.finditer(text)]
    return sorted(found, key=lambda m: m.start)


def _thing_at(tokens: list[tuple[str, int]], index: int) -> ThingMention | None:
    word, start = tokens[index]
    low = word.lower()
    if not low.isascii() or low not in THING:
        return None
    back = index - 1
    while back >= 0 and index - back <= 2 and _adjective(tokens[back][0].lower()):
        back -= 1
    before = tokens[back][0].lower() if back >= 0 else ""
    determined = before in _DETERMINERS or before.endswith(("'s", "’s")) or back < index - 1
    if low in AMBIGUOUS and not determined and not word.isupper():
        return None
    # "the box room", "key change": a noun before another thing word is only its adjective.
    if (
        index + 1 < len(tokens)
        and tokens[index + 1][0].lower() in THING
        and not tokens[index + 1][0].isupper()
    ):
        return None
    words = " ".join(t for t, _ in tokens[back + 1 : index + 1])
    shouted = word.isupper() and len(word) > 2
    return ThingMention(_singular(low), start, words.lower(), shouted)


def _adjective(word: str) -> bool:
    return word in _MATERIALS or word in COLOUR_OF


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word[:-1] in THING else word


@dataclass(slots=True)
class _Tally:
    thing: Thing
    name: str
    count: int = 0
    shouted: bool = False
    held: int = 0
    first: str = ""
    colours: list[str] = field(default_factory=list)


def find_props(story: Story) -> tuple[PropAnchor, ...]:
    """Anchors of the things that matter, in the order in which they are first seen."""
    tallies: dict[str, _Tally] = {}
    for scene in story.scenes:
        for beat in scene.beats:
            if isinstance(beat, Action):
                _count(beat.passage.text, tallies)
    kept = [(head, t) for head, t in tallies.items() if _matters(t)]
    strongest = {head for head, _ in sorted(kept, key=lambda k: -_weight(k[1]))[:_MOST]}
    return tuple(_anchor(head, tally) for head, tally in kept if head in strongest)


def _count(text: str, tallies: dict[str, _Tally]) -> None:
    for mention in things_in(text):
        tally = tallies.setdefault(mention.head, _Tally(THING[mention.head], mention.words))
        tally.count += 1
        tally.shouted = tally.shouted or mention.shouted
        tally.first = tally.first or text
        if len(mention.words) > len(tally.name) and len(mention.words.split()) <= 3:
            tally.name = mention.words
        before = [w.lower() for w in _TOKEN.findall(text[max(0, mention.start - 45) : mention.start])]
        after = text[mention.start : mention.start + 24].lower()
        if any(w in TAKES for w in before[-6:]) or " in hand" in after or CHINESE_TAKES.search(text):
            tally.held += 1


def _weight(tally: _Tally) -> int:
    return tally.count + 2 * tally.held + 4 * tally.shouted


def _matters(tally: _Tally) -> bool:
    if tally.shouted or tally.held >= (2 if tally.thing.weak else 1):
        return True
    return tally.count >= (4 if tally.thing.weak else 2)


def _anchor(head: str, tally: _Tally) -> PropAnchor:
    parts = tally.name.split()
    colour = next((COLOUR_OF[p] for p in parts if p in COLOUR_OF), None)
    material = next((Colour(_COLOURED[p]) for p in parts if p in _COLOURED), None)
    name = (tally.name if head in tally.name else head).replace(head + "s", head)
    marks = () if colour or material else ("colour is invented, the text gives none",)
    return PropAnchor(
        id=AnchorId(f"prop_{slug(head)}"),
        name=name[:1].upper() + name[1:],
        description=tidy(tally.first),
        look=PropLook(
            kind=tally.thing.kind,
            size_m=tally.thing.size_m,
            colour=colour or material or Colour(tally.thing.colour),
        ),
        marks=marks,
    )


def prop_id(head: str) -> AnchorId:
    """The anchor id of a thing by its noun."""
    return AnchorId(f"prop_{slug(head)}")
