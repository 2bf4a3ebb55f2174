"""What makes a take stale, in people's words.

A take is fresh as long as the brief that it was made from has the digest of the brief that the board gives now; nothing
else counts, and nothing is stored. Only to *say* what moved, two briefs are compared field by field.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from picturelock.core.anchor import Value
from picturelock.core.board import Shot, Unit, UnitKind
from picturelock.core.brief import Brief
from picturelock.core.codec import plain
from picturelock.core.digest import Digest, canonical_json
from picturelock.core.ids import UnitId

Json = Any


class Change(Value, frozen=True, kw_only=True):
    """One field that moved.

    Attributes:
        path: In people's words: ``anchor char_mara look.upper.colour``.
        old: As JSON on one line; ``None`` where the field was not there.
        new: As JSON on one line; ``None`` where the field is gone.
        derived: Follows from another field, as a camera's place follows from the shot's size.
    """

    path: str
    old: str | None
    new: str | None
    derived: bool = False

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.path}: new" if self.new in {None, ""} else f"{self.path}: {self.new} is new"
        if self.new is None:
            return f"{self.path}: {self.old} is gone"
        return f"{self.path}: {self.old} → {self.new}"


def fresh(made_from: Digest, now: Digest) -> bool:
    """Whether a take still shows what the board says: its brief has not moved."""
    return made_from == now


def changes_between(old: Brief | Struct, new: Brief | Struct) -> tuple[Change, ...]:
    """The fields in which two briefs differ."""
    return changes(plain(old), plain(new))


def changes(old: Json, new: Json) -> tuple[Change, ...]:
    """The fields in which two JSON values differ, what people wrote before what follows from it.

    Lists are matched by what names their items (anchors by id, subjects by who, set pieces by kind and place), so that
    one more item is one change.
    """
    found = list(_compare((), old, new))
    return tuple(sorted(found, key=lambda change: change.derived))


def dependencies(unit: Unit, shot: Shot) -> tuple[UnitId, ...]:
    """The units whose takes this unit is made from, in the shot's order.

    A clip rests on its keyframes; the keyframe of a split shot rests on its plates.
    """
    match unit.kind:
        case UnitKind.CLIP:
            wanted = (UnitKind.KEYFRAME, UnitKind.LAST_KEYFRAME)
        case UnitKind.KEYFRAME:
            wanted = (UnitKind.PLATE,)
        case _:
            return ()
    return tuple(other.id for other in shot.units if other.kind in wanted)


#: What names an item of a list.
_NAMES = ("id", "code", "who", "what", "plate", "number", "media")
_NOT_THERE = object()
_SINGULAR = {
    "anchors": "anchor",
    "subjects": "subject",
    "figures": "figure",
    "pieces": "piece",
    "props": "prop",
    "references": "reference",
    "plates": "plate",
    "spatial": "constraint",
    "units": "unit",
    "shots": "shot",
    "scenes": "scene",
    "speeches": "speech",
    "marks": "mark",
}


def _compare(path: tuple[str, ...], old: Json, new: Json) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(k for k in new if k not in old)]:
            yield from _compare((*path, str(key)), old.get(key, _NOT_THERE), new.get(key, _NOT_THERE))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _compare_lists(path, old, new)
    elif old is _NOT_THERE or new is _NOT_THERE or _written(old) != _written(new):
        yield Change(
            path=_words(path),
            old=None if old is _NOT_THERE else _shown(old),
            new=None if new is _NOT_THERE else _shown(new),
            derived=bool(path) and path[0] in {"blocking", "camera", "camera_end"},
        )


def _compare_lists(path: tuple[str, ...], old: Sequence[Json], new: Sequence[Json]) -> Iterator[Change]:
    olds, news = _named(old), _named(new)
    for name in [*olds, *(n for n in news if n not in olds)]:
        one, other = olds.get(name, _NOT_THERE), news.get(name, _NOT_THERE)
        step = (*path[:-1], _item(path[-1] if path else "", name))
        if one is not _NOT_THERE and other is not _NOT_THERE:
            yield from _compare(step, one, other)
        else:
            plain_item = not isinstance(one if other is _NOT_THERE else other, Mapping)
            words = _words(path if plain_item else step)
            shown = name if plain_item else "it"
            yield Change(
                path=words,
                old=None if one is _NOT_THERE else shown,
                new=None if other is _NOT_THERE else shown,
                derived=path[:1] == ("blocking",),
            )
    kept_old = [n for n in olds if n in news]
    kept_new = [n for n in news if n in olds]
    if kept_old != kept_new:
        yield Change(
            path=f"{_words(path)} order",
            old=", ".join(kept_old),
            new=", ".join(kept_new),
            derived=path[:1] == ("blocking",),
        )


def _named(items: Sequence[Json]) -> dict[str, Json]:
    """Items by what names them; a number is added where two have the same name."""
    found: dict[str, Json] = {}
    for item in items:
        name, count = _name(item), 1
        while (key := name if count == 1 else f"{name} ({count})") in found:
            count += 1
        found[key] = item
    return found


def _name(item: Json) -> str:
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) else _written(item)
    if "relation" in item:
        return f"{item.get('subject')} {item['relation']} {item.get('object')}"
    for key in _NAMES:
        if item.get(key) is not None:
            return str(item[key])
    if "x_m" in item and "z_m" in item:
        return f"{item.get('kind', 'thing')} at ({item['x_m']:g}, {item['z_m']:g})"
    return _written(item)


def _item(field: str, name: str) -> str:
    return f"{_SINGULAR.get(field, field)} {name}".strip()


def _words(path: tuple[str, ...]) -> str:
    """``contract subject char_mara place``, ``anchor char_mara look.upper.colour``."""
    words: list[str] = []
    bare: list[str] = []
    for step in path:
        if " " in step or not bare:
            if bare:
                words.append(".".join(bare))
            bare = []
        if " " in step:
            words.append(step)
        else:
            bare.append(step)
            if len(bare) == 1 and step in {"contract", "blocking"}:
                words.append(step)
                bare = []
    if bare:
        words.append(".".join(bare))
    return " ".join(words) or "everything"


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else _written(value)


def _written(value: Json) -> str:
    return canonical_json(value).decode()
