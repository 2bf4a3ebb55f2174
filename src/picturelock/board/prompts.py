"""A brief worded for a model. The contract is what is reviewed; a prompt is only its rendering.

Every dialect is one function that gives statements with a rank. What must hold (rank 0) is always said; where a model
takes only so many characters, the highest ranks go first. The same brief gives the same text.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from picturelock.board.appearance import describe
from picturelock.board.spatial import (
    camera_words,
    facing_words,
    light_words,
    move_words,
    name_of,
    names_of,
    size_words,
    spatial_words,
)
from picturelock.core.anchor import Anchor, CharacterAnchor, LocationAnchor, PropAnchor, StyleAnchor
from picturelock.core.blocking import Expression, Placement, Pose
from picturelock.core.brief import Brief, ClipBrief, CompositeBrief, StillBrief, VoiceBrief
from picturelock.core.contract import Contract, Move, Subject
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.ids import AnchorId


@dataclass(frozen=True, slots=True)
class Line:
    """One statement.

    Attributes:
        rank: 0 is always said; higher ranks are dropped first.
    """

    text: str
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a family of models likes to be spoken to.

    Attributes:
        limit: Most UTF-16 units that its models take.
        joint: Stands between statements.
    """

    lines: Callable[[Brief, Sequence[Anchor]], Iterable[Line]]
    limit: int
    joint: str = " "


def dialects() -> tuple[str, ...]:
    """The names that :func:`render` knows."""
    return tuple(DIALECTS)


def render(dialect: str, brief: Brief, anchors: Sequence[Anchor], *, limit: int | None = None) -> str:
    """The prompt.

    Args:
        dialect: ``prose``, ``directorial``, ``tags`` or ``builtin``.
        brief: What is to be made.
        anchors: The board's, for names and descriptions; a still's own anchors go before them.
        limit: Most UTF-16 units, where the model takes fewer than its dialect.

    Raises:
        NotFound: No dialect has this name.
        BadDocument: What must be said alone is longer than the limit.
    """
    known = DIALECTS.get(dialect)
    if known is None:
        raise NotFound(f"no dialect is called {dialect!r}", remedy=f"There are {', '.join(DIALECTS)}.")
    if isinstance(brief, VoiceBrief):
        return brief.text
    return _fitted(list(_once(known.lines(brief, anchors))), limit or known.limit, known.joint)


def _once(lines: Iterable[Line]) -> Iterable[Line]:
    """Tidy statements, each fact once."""
    said: set[str] = set()
    for line in lines:
        text = re.sub(r"\s+", " ", line.text).strip()
        key = text.casefold().strip(" .;,")
        if key and key not in said:
            said.add(key)
            yield Line(text, line.rank)


def _fitted(lines: list[Line], limit: int, joint: str) -> str:
    while _units(text := joint.join(line.text for line in lines)) > limit:
        worst = max(lines, key=lambda line: line.rank, default=Line(""))
        if worst.rank == 0:
            raise BadDocument(
                f"what must be said is {_units(text)} characters long, and the model takes {limit}",
                remedy="Shorten the contract's subject, constraints or actions.",
            )
        # The last of the least important goes first.
        del lines[max(i for i, line in enumerate(lines) if line.rank == worst.rank)]
    return text


def _units(text: str) -> int:
    """UTF-16 code units, which is what vendors count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _sentence(text: str) -> str:
    """With a capital and a full stop; empty stays empty."""
    text = re.sub(r"\s+", " ", text).strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…。！？\"'”’" and text[-2:] != ".." else text.rstrip(".") + "."


def _listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _avoided(contract: Contract) -> list[str]:
    """What must not be there, without a leading no."""
    found = [
        re.sub(r"(?i)^\s*(?:no|without|avoid)\s+", "", n).strip().rstrip(".")
        for n in contract.constraints.negative
    ]
    return list(dict.fromkeys(n for n in found if n))


# --- prose: image models that read paragraphs


def _prose(brief: Brief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    if isinstance(brief, StillBrief):
        yield from _still_prose(brief, _with_own(brief, anchors))
    elif isinstance(brief, ClipBrief):
        yield from _motion(brief, anchors)
    elif isinstance(brief, CompositeBrief):
        yield Line(_sentence(brief.contract.subject), 0)
        yield from _constraints(brief.contract)


def _still_prose(brief: StillBrief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    contract, blocking, aspect = brief.contract, brief.blocking, brief.width / brief.height
    camera = blocking.camera_end if brief.at_end and blocking.camera_end else blocking.camera
    role = contract.role.strip().rstrip(".")
    if role:
        yield Line(_sentence(role if role[:1].isupper() else f"You are a {role}"), 6)
    size = size_words(blocking, aspect)
    yield Line(_sentence(f"{size}, {camera_words(camera)}: {contract.subject}"), 0)
    if brief.plate:
        yield Line(_plate_words(brief.plate, names_of(anchors)), 0)
    names = names_of(anchors)
    for anchor in anchors:
        if isinstance(anchor, CharacterAnchor):
            yield Line(_sentence(f"{anchor.name}: {describe(anchor)}"), 2)
    shown = {f.who: f for f in blocking.figures}
    for subject in contract.subjects:
        yield Line(_sentence(_acting(subject, shown.get(subject.who), brief, names)), 1)
    for words in spatial_words(blocking, contract, anchors, aspect):
        yield Line(words, 0 if _promised(words, contract, names) else 3)
    yield from _surroundings(brief, anchors)
    yield from _constraints(contract)


def _surroundings(brief: StillBrief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    """Place, props, light, last moment and style."""
    blocking, motion = brief.blocking, brief.contract.motion
    for anchor in anchors:
        if isinstance(anchor, LocationAnchor):
            yield Line(_sentence(f"The place: {anchor.name}, {describe(anchor)}".rstrip(", ")), 2)
        elif isinstance(anchor, PropAnchor):
            yield Line(_sentence(f"{anchor.name}: {describe(anchor)}"), 3)
    yield Line(light_words(blocking.light, blocking.camera, blocking.time, blocking.weather), 2)
    if motion and motion.end_state:
        yield Line(_sentence(f"This is the last moment of the shot: {motion.end_state}"), 1)
    for anchor in anchors:
        if isinstance(anchor, StyleAnchor) and describe(anchor):
            yield Line(_sentence(f"Style: {describe(anchor)}"), 2)


def _with_own(brief: StillBrief, anchors: Sequence[Anchor]) -> list[Anchor]:
    """The anchors in the picture; the board's only give names beside them."""
    return list(brief.anchors) if brief.anchors else [a for a in anchors if isinstance(a, StyleAnchor)]


def _plate_words(plate: str, names: dict[AnchorId, str]) -> str:
    if plate == "background":
        return "Only the place, without any people."
    return f"Only {name_of(names, AnchorId(plate))}, on a plain transparent background."


def _promised(words: str, contract: Contract, names: dict[AnchorId, str]) -> bool:
    """Whether a spatial sentence words one of the contract's promises."""
    promises = contract.constraints.spatial
    return any(name_of(names, s.subject) in words and name_of(names, s.object) in words for s in promises)


_EXPRESSIONS = {
    Expression.NEUTRAL: "",
    Expression.HAPPY: "smiling",
    Expression.SAD: "sad",
    Expression.ANGRY: "angry",
    Expression.AFRAID: "afraid",
    Expression.SURPRISED: "surprised",
    Expression.SPEAKING: "speaking",
    Expression.RESOLUTE: "resolute",
}


def _acting(subject: Subject, figure: Placement | None, brief: StillBrief, names: dict[AnchorId, str]) -> str:
    """``Mara looks out at the storm, turned three quarters to the right, looking at Teo, afraid``."""
    name = name_of(names, subject.who)
    action = subject.action.strip().rstrip(".")
    if action.casefold().startswith(name.casefold() + " "):
        action = action[len(name) + 1 :]
    parts = [f"{name} {action}" if action else f"{name} {_STANCE.get(subject.pose, 'stands')}"]
    if figure:
        parts.append(facing_words(figure, brief.blocking.camera))
    if subject.looks_at and "look" not in action.casefold():
        parts.append(f"looking at {name_of(names, subject.looks_at)}")
    if subject.holding and name_of(names, subject.holding).casefold() not in action.casefold():
        parts.append(f"holding the {name_of(names, subject.holding).lower()}")
    if word := _EXPRESSIONS[subject.expression]:
        parts.append(word)
    return ", ".join(parts)


_STANCE = {
    Pose.WALK: "walks",
    Pose.RUN: "runs",
    Pose.SIT: "sits",
    Pose.KNEEL: "kneels",
    Pose.CROUCH: "crouches",
    Pose.LIE: "lies",
    Pose.REACH: "reaches out",
    Pose.POINT: "points",
    Pose.CARRY: "carries something",
    Pose.TURN: "turns round",
    Pose.FALL: "falls",
    Pose.EMBRACE: "embraces",
    Pose.CLIMB: "climbs",
    Pose.LEAN: "leans",
    Pose.WRITE: "writes",
    Pose.LOOK_UP: "looks up",
    Pose.LOOK_DOWN: "looks down",
    Pose.ARMS_CROSSED: "stands with crossed arms",
    Pose.WAVE: "waves",
}


def _constraints(contract: Contract) -> Iterable[Line]:
    for words in contract.constraints.continuity:
        yield Line(_sentence(words), 0)
    if avoided := _avoided(contract):
        yield Line(_sentence(f"Must not appear: {'; '.join(avoided)}"), 0)


# --- directorial: video models that are told what moves


def _directorial(brief: Brief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    if isinstance(brief, ClipBrief):
        yield from _motion(brief, anchors)
    else:
        yield from _prose(brief, anchors)


def _motion(brief: ClipBrief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    """The keyframe has settled what is seen: only motion, path and end are left to say."""
    contract, motion = brief.contract, brief.contract.motion
    names = names_of(anchors)
    moves = move_words(brief.camera, brief.camera_end)
    if not moves and motion and motion.camera.kind is Move.HANDHELD:
        moves = "is handheld, with a slight natural sway"
    yield Line(_sentence(f"The camera {moves or 'is locked off and does not move'}"), 0)
    if motion and motion.subject:
        yield Line(_sentence(motion.subject), 0)
    else:
        for subject in contract.subjects:
            if subject.action:
                yield Line(_sentence(f"{name_of(names, subject.who)} {subject.action}"), 1)
        if not any(s.action for s in contract.subjects):
            yield Line(_sentence(contract.subject), 1)
    if motion and motion.end_state:
        yield Line(_sentence(f"At the end: {motion.end_state}"), 0)
    if brief.keyframe_last:
        yield Line("Move evenly from the first frame to the last frame that is given.", 1)
    people = [name_of(names, s.who) for s in contract.subjects]
    if people:
        yield Line(
            f"{_listed(people)} {'keeps' if len(people) == 1 else 'keep'} face, clothes and proportions of the first frame.",
            2,
        )
    yield Line("One continuous take without cuts.", 3)
    for s in contract.constraints.spatial:
        one, other = name_of(names, s.subject), name_of(names, s.object)
        times = f"{s.factor:.2g} times as tall as" if s.factor > 0 else "taller than"
        words = {
            "left_of": "stays to the left of",
            "right_of": "stays to the right of",
            "in_front_of": "stays in front of",
            "behind": "stays behind",
            "taller_than": f"stays {times}",
        }[s.relation.value]
        yield Line(f"{one} {words} {other}.", 0)
    yield from _constraints(contract)


# --- tags: models that weigh words


def _tags(brief: Brief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    contract = brief.contract if not isinstance(brief, VoiceBrief) else None
    if contract is None:
        return
    if isinstance(brief, StillBrief):
        aspect = brief.width / brief.height
        camera = brief.blocking.camera
        yield Line(size_words(brief.blocking, aspect), 0)
        yield from (Line(words, 3) for words in camera_words(camera).split(", "))
        anchors = _with_own(brief, anchors)
    yield Line(contract.subject.strip().rstrip("."), 0)
    names = names_of(anchors)
    if isinstance(brief, StillBrief):
        for anchor in anchors:
            if words := describe(anchor):
                yield Line(words if isinstance(anchor, StyleAnchor) else f"{anchor.name} ({words})", 2)
        words = spatial_words(brief.blocking, contract, anchors, brief.width / brief.height)
        yield from (Line(w.rstrip("."), 0 if _promised(w, contract, names) else 4) for w in words)
        light = light_words(
            brief.blocking.light, brief.blocking.camera, brief.blocking.time, brief.blocking.weather
        )
        yield from (Line(part.strip(" ."), 2) for part in re.split("[;,]", light.lower()))
    elif isinstance(brief, ClipBrief):
        yield from (Line(line.text.rstrip("."), 0) for line in _motion(brief, anchors) if line.rank == 0)
        return
    yield from (Line(words.strip().rstrip("."), 0) for words in contract.constraints.continuity)
    yield from (Line(f"no {words}", 0) for words in _avoided(contract))


# --- builtin: the built-in vendor works from the blocking; its prompt is a caption for people


def _builtin(brief: Brief, anchors: Sequence[Anchor]) -> Iterable[Line]:
    names = names_of(anchors)
    if isinstance(brief, StillBrief):
        yield Line(
            _sentence(
                f"{size_words(brief.blocking, brief.width / brief.height)}, {camera_words(brief.blocking.camera)}"
            ),
            0,
        )
    elif isinstance(brief, ClipBrief):
        yield Line(_sentence(f"The camera {move_words(brief.camera, brief.camera_end) or 'stands'}"), 0)
    if not isinstance(brief, VoiceBrief):
        people = [name_of(names, s.who) for s in brief.contract.subjects]
        yield Line(_sentence(_listed(people)), 0)
        yield Line(_sentence(brief.contract.subject), 1)


DIALECTS: dict[str, Dialect] = {
    "prose": Dialect(_prose, limit=4000),
    "directorial": Dialect(_directorial, limit=1000),
    "tags": Dialect(_tags, limit=1200, joint=", "),
    "builtin": Dialect(_builtin, limit=400),
}
