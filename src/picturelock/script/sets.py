"""Location anchors: a set for every place the story goes to."""

import re
from collections import Counter
from dataclasses import dataclass, field

from picturelock.core.anchor import Colour, LocationAnchor, LocationLook, SetKind
from picturelock.core.ids import AnchorId
from picturelock.script.language import slug, tidy, words
from picturelock.script.lexicon.appearance import COLOUR_OF
from picturelock.script.lexicon.places import CHINESE_PLACE, COMPOUND, FEATURES, PLACE, Kind
from picturelock.script.story import Action, Story, StoryScene

_COLOURS = {
    SetKind.ROOM: ("#b9ab93", "#8c7a63", "#6d5a48"), SetKind.CORRIDOR: ("#a9a08c", "#7d7466", "#5c5348"),
    SetKind.STREET: ("#a89a86", "#7f7a72", "#5d5a66"), SetKind.ROOFS: ("#8f8a86", "#7a6f68", "#5a5360"),
    SetKind.FOREST: ("#66735a", "#6f6a4c", "#4a523c"), SetKind.FIELD: ("#8f9a6a", "#8a8a58", "#6d7a4a"),
    SetKind.SHORE: ("#8fa0a4", "#a39a86", "#5f7580"), SetKind.STAIRS: ("#a39a8c", "#83796c", "#5f574e"),
    SetKind.VEHICLE: ("#7c8288", "#54585e", "#3f4650"), SetKind.TOWER: ("#c2bdb0", "#8a857a", "#a83c32"),
    SetKind.CAVE: ("#6b665f", "#565049", "#45423f"), SetKind.HALL: ("#b3a68e", "#857866", "#6d5a48"),
    SetKind.BRIDGE: ("#8f8c88", "#77736c", "#55535a"), SetKind.DECK: ("#8c7a63", "#9a825f", "#4f5d66"),
    SetKind.MOUNTAIN: ("#8a8d8a", "#7c776a", "#5d6468"),
}  # fmt: skip
_MARGIN = 8
_UNPLACED = "Unnamed place"


@dataclass(slots=True)
class _Place:
    name: str
    interior: bool | None
    kind: Kind | None
    scenes: list[StoryScene] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)


def find_locations(story: Story) -> tuple[tuple[LocationAnchor, ...], list[AnchorId]]:
    """Anchors of all places in the order they are first seen, and for every scene the id of its place."""
    places: dict[str, _Place] = {}
    of_scene: list[str] = []
    for scene in story.scenes:
        key = _key(scene, places)
        place = places.setdefault(key, _Place(scene.place or _UNPLACED, scene.interior, kind_of(scene.place)))
        place.scenes.append(scene)
        of_scene.append(key)
    anchors = tuple(_anchor(key, place) for key, place in places.items())
    return anchors, [AnchorId(f"loc_{key}") for key in of_scene]


def _key(scene: StoryScene, places: dict[str, _Place]) -> str:
    base = slug(scene.place).removeprefix("the_") or "unnamed"
    same = next(
        (
            k
            for k, p in places.items()
            if k == base or (k.endswith("_" + base) and p.interior == scene.interior)
        ),
        base,
    )
    known = places.get(same)
    if known and None not in (known.interior, scene.interior) and known.interior != scene.interior:
        return f"{same}_{'interior' if scene.interior else 'exterior'}"
    return same


def kind_of(place: str) -> Kind | None:
    """What set a place's name asks for; the last word that tells is the most exact (``Lighthouse, kitchen``)."""
    low = " ".join(words(place))
    for part in reversed(re.split(r"\s*,\s*", place.lower())):
        compound = [v for k, v in COMPOUND.items() if k in " ".join(words(part))]
        if compound:
            return PLACE[compound[-1]]
        found = [k for w in words(part) if (k := PLACE.get(w) or PLACE.get(w.removesuffix("s")))]
        if found:
            return found[-1]
    chinese = CHINESE_PLACE.findall(low)
    return PLACE[chinese[-1]] if chinese else None


def _anchor(key: str, place: _Place) -> LocationAnchor:
    kind, marks = place.kind, list(place.marks)
    interior = place.interior if place.interior is not None else kind.interior if kind else None
    if kind is None:
        marks.append(
            f"no word of “{place.name}” tells what kind of place it is; {'a room' if interior is not False else 'a field'} is built"
        )
        kind = Kind(SetKind.ROOM if interior is not False else SetKind.FIELD, None, (7.0, 6.0, 2.9))
    kind = _inside_out(kind, place, marks, interior=interior)
    if interior is None:
        interior = kind.set in {
            SetKind.ROOM,
            SetKind.CORRIDOR,
            SetKind.HALL,
            SetKind.STAIRS,
            SetKind.VEHICLE,
            SetKind.CAVE,
        }
        marks.append(
            f"the text does not say whether it is inside; {'inside' if interior else 'outside'} is assumed"
        )
    text = " ".join(
        b.passage.text for s in place.scenes[:3] for b in s.beats[:_MARGIN] if isinstance(b, Action)
    )
    wall, ground, accent = _COLOURS[kind.set]
    width, depth, height = kind.size_m
    return LocationAnchor(
        id=AnchorId(f"loc_{key}"),
        name=place.name,
        description=tidy(f"{place.scenes[0].heading}. {text}", 300),
        look=LocationLook(
            kind=kind.set,
            interior=interior,
            width_m=width,
            depth_m=depth,
            height_m=height,
            wall=_wall(text) or Colour(wall),
            ground=Colour(ground),
            accent=Colour(accent),
            features=_features(text, kind),
        ),
        marks=tuple(marks),
    )


def _inside_out(kind: Kind, place: _Place, marks: list[str], *, interior: bool | None) -> Kind:
    """The same word indoors and outdoors: the outside of a cottage is a street, the inside of a boat a cabin."""
    if interior is True and kind.interior is False:
        marks.append(f"“{place.name}” is usually outside but the heading says inside; a room is built")
        return Kind(
            SetKind.ROOM, True, (5.0, 4.5, 2.6), tuple(f for f in kind.features if f in {"stair", "crate"})
        )
    if interior is True and kind.set is SetKind.TOWER:
        return Kind(SetKind.ROOM, True, (5.2, 5.2, 3.4), kind.features)
    if (
        interior is False
        and kind.interior is True
        and kind.set in {SetKind.ROOM, SetKind.HALL, SetKind.CORRIDOR}
    ):
        return Kind(SetKind.STREET, False, (14.0, 24.0, 8.0), ("house", "door"))
    return kind


def _features(text: str, kind: Kind) -> tuple[str, ...]:
    named = Counter(FEATURES[w] for w in words(text) if w in FEATURES)
    for word, feature in FEATURES.items():
        if not word.isascii() and word in text:
            named[feature] += 1
    return tuple(list(dict.fromkeys([*kind.features, *named]))[:7])


def _wall(text: str) -> Colour | None:
    found = re.search(
        r"\b([a-z]+)(?:-?(?:washed|painted|panelled|tiled))? (?:stone |brick |plaster )?(?:walls?|tower)\b",
        text.lower(),
    )
    return COLOUR_OF.get(found[1]) if found else None
