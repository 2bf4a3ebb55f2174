"""What a contract lacks, found before any picture is paid for."""

from collections.abc import Iterator, Sequence

from picturelock.core.anchor import CharacterAnchor, Reference, Rights, Value
from picturelock.core.board import Board, Scene, Shot, Unit, UnitKind
from picturelock.core.contract import Contract, Framing, OutputKind, Relation, Spatial
from picturelock.core.digest import Digest
from picturelock.core.ids import AnchorId, UnitId


class PartMissing(Value, tag="part_missing", frozen=True, kw_only=True):
    """The contract does not say something that it must.

    Attributes:
        part: ``role``, ``purpose``, ``subject``, ``criteria``, ``text``, ``motion``.
    """

    unit: UnitId
    part: str

    def __str__(self) -> str:
        return f"{self.unit} has no {self.part}"


class PeopleUnstated(Value, tag="people_unstated", frozen=True, kw_only=True):
    """The framing is about people and the contract names too few of them."""

    unit: UnitId
    framing: Framing
    needed: int
    stated: int

    def __str__(self) -> str:
        framing = self.framing.value.replace("_", " ")
        return f"{self.unit} is a {framing} shot of {self.needed} or more people, and states {self.stated}"


class ConstraintUnfounded(Value, tag="constraint_unfounded", frozen=True, kw_only=True):
    """A spatial promise speaks of someone who is not in the picture."""

    unit: UnitId
    constraint: Spatial
    missing: AnchorId

    def __str__(self) -> str:
        return f"{self.unit} promises a place for {self.missing}, who is not in the picture"


class ConstraintsContradict(Value, tag="constraints_contradict", frozen=True, kw_only=True):
    """Spatial promises that cannot hold together.

    Attributes:
        people: Those who would have to stand beside themselves.
    """

    unit: UnitId
    relation: Relation
    people: tuple[AnchorId, ...]

    def __str__(self) -> str:
        words = self.relation.value.replace("_", " ")
        return f"{self.unit} promises {words} in a circle: {', '.join(self.people)}"


class SubjectTwice(Value, tag="subject_twice", frozen=True, kw_only=True):
    """Someone is in the picture twice."""

    unit: UnitId
    who: AnchorId

    def __str__(self) -> str:
        return f"{self.unit} has {self.who} in the picture twice"


class AnchorUnknown(Value, tag="anchor_unknown", frozen=True, kw_only=True):
    """The contract names something that the board does not have, or that is of another kind."""

    unit: UnitId
    name: AnchorId
    wanted: str

    def __str__(self) -> str:
        return f"{self.unit} speaks of {self.name}, which is no {self.wanted} of this board"


class PlatesMissing(Value, tag="plates_missing", frozen=True, kw_only=True):
    """More people than a model holds together, and no plates to put them together from.

    Attributes:
        missing: ``plate_background`` and a plate for each person.
    """

    unit: UnitId
    people: int
    most: int
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.unit} has {self.people} people where {self.most} hold together, "
            f"and lacks {', '.join(self.missing)}"
        )


class RightsUnrecorded(Value, tag="rights_unrecorded", frozen=True, kw_only=True):
    """Nobody has written down whether a reference may be used."""

    unit: UnitId
    anchor: AnchorId
    media: Digest

    def __str__(self) -> str:
        return f"{self.unit} uses a reference of {self.anchor} ({self.media.short}) without recorded rights"


class TooLong(Value, tag="too_long", frozen=True, kw_only=True):
    """A clip longer than the model makes, handles included."""

    unit: UnitId
    milliseconds: int
    limit_seconds: int

    def __str__(self) -> str:
        return f"{self.unit} runs {self.milliseconds / 1000:.1f} s with handles; the model makes {self.limit_seconds} s"


class LengthsDiffer(Value, tag="lengths_differ", frozen=True, kw_only=True):
    """The contract promises another length than the shot has in the cut."""

    unit: UnitId
    promised: int
    frames: int

    def __str__(self) -> str:
        return f"{self.unit} promises {self.promised} frames and the shot has {self.frames}"


class OutputWrong(Value, tag="output_wrong", frozen=True, kw_only=True):
    """The output form does not fit the unit."""

    unit: UnitId
    promised: OutputKind
    needed: OutputKind

    def __str__(self) -> str:
        return f"{self.unit} promises a {self.promised.value} and must be a {self.needed.value}"


Finding = (
    PartMissing
    | PeopleUnstated
    | ConstraintUnfounded
    | ConstraintsContradict
    | SubjectTwice
    | AnchorUnknown
    | PlatesMissing
    | RightsUnrecorded
    | TooLong
    | LengthsDiffer
    | OutputWrong
)

_OUTPUTS = {UnitKind.CLIP: OutputKind.CLIP, UnitKind.VOICE: OutputKind.SOUND}
_PEOPLE = {Framing.SINGLE: 0, Framing.TWO_SHOT: 2, Framing.GROUP: 3, Framing.OVER_THE_SHOULDER: 2}
#: People that image models are known to keep apart; more are split into plates.
MOST_TOGETHER = 2


def contract_findings(
    board: Board,
    shot: Shot,
    unit: Unit,
    *,
    longest_seconds: int = 0,
    most_people: int = MOST_TOGETHER,
    handles: int = 0,
) -> tuple[Finding, ...]:
    """Everything that speaks against paying for this unit now.

    Args:
        board: For the anchors and the frame rate.
        shot: For framing, length and plates.
        unit: What is to be made.
        longest_seconds: Of the model that would make it; 0 for no limit.
        most_people: People that the model holds together in one picture; 0 for no limit.
        handles: Spare frames at both ends of a clip.

    Returns:
        In a fixed order; empty for a contract that can be worked from.
    """
    return (
        *_parts(unit),
        *_names(board, shot, unit),
        *_people(shot, unit),
        *_spatial(unit),
        *_plates(shot, unit, most_people),
        *_rights(board, board.scene(shot.code.scene), unit),
        *_length(board, shot, unit, longest_seconds, handles),
    )


def _parts(unit: Unit) -> Iterator[Finding]:
    contract = unit.contract
    for part in ("role", "purpose", "subject"):
        if not getattr(contract, part).strip():
            yield PartMissing(unit=unit.id, part=part)
    if not any(c.strip() for c in contract.criteria):
        yield PartMissing(unit=unit.id, part="criteria")
    if unit.kind is UnitKind.VOICE and not contract.text.strip():
        yield PartMissing(unit=unit.id, part="text")
    if unit.kind is UnitKind.VOICE and unit.speaker is None:
        yield PartMissing(unit=unit.id, part="speaker")
    if unit.kind is UnitKind.CLIP and contract.motion is None:
        yield PartMissing(unit=unit.id, part="motion")
    needed = _OUTPUTS.get(unit.kind, OutputKind.STILL)
    if contract.output.kind is not needed:
        yield OutputWrong(unit=unit.id, promised=contract.output.kind, needed=needed)


def _names(board: Board, shot: Shot, unit: Unit) -> Iterator[Finding]:
    anchors = {a.id: a for a in board.anchors}
    seen: set[AnchorId] = set()
    for subject in unit.contract.subjects:
        if subject.who in seen:
            yield SubjectTwice(unit=unit.id, who=subject.who)
        seen.add(subject.who)
        if not isinstance(anchors.get(subject.who), CharacterAnchor):
            yield AnchorUnknown(unit=unit.id, name=subject.who, wanted="character")
        for name in (subject.looks_at, subject.holding):
            if name is not None and name not in anchors:
                yield AnchorUnknown(unit=unit.id, name=name, wanted="anchor")
    for name in unit.contract.props:
        if name not in anchors:
            yield AnchorUnknown(unit=unit.id, name=name, wanted="prop")


def _people(shot: Shot, unit: Unit) -> Iterator[Finding]:
    needed, stated = _PEOPLE.get(shot.framing, 0), len(unit.contract.subjects)
    if unit.kind in {UnitKind.KEYFRAME, UnitKind.CLIP} and stated < needed:
        yield PeopleUnstated(unit=unit.id, framing=shot.framing, needed=needed, stated=stated)


def _spatial(unit: Unit) -> Iterator[Finding]:
    contract = unit.contract
    there = {s.who for s in contract.subjects}
    for constraint in contract.constraints.spatial:
        for name in dict.fromkeys((constraint.subject, constraint.object)):
            if name not in there:
                yield ConstraintUnfounded(unit=unit.id, constraint=constraint, missing=name)
    for relation in (Relation.LEFT_OF, Relation.IN_FRONT_OF, Relation.TALLER_THAN):
        circle = _circle(_edges(contract, relation))
        if circle:
            yield ConstraintsContradict(unit=unit.id, relation=relation, people=circle)


_INVERSE = {Relation.LEFT_OF: Relation.RIGHT_OF, Relation.IN_FRONT_OF: Relation.BEHIND}


def _edges(contract: Contract, relation: Relation) -> list[tuple[AnchorId, AnchorId]]:
    found: list[tuple[AnchorId, AnchorId]] = []
    for s in contract.constraints.spatial:
        if s.relation is relation:
            found.append((s.subject, s.object))
        elif s.relation is _INVERSE.get(relation):
            found.append((s.object, s.subject))
    return found


def _circle(edges: Sequence[tuple[AnchorId, AnchorId]]) -> tuple[AnchorId, ...]:
    """Those left over when everyone whom nobody precedes has been taken out."""
    left = dict.fromkeys(name for edge in edges for name in edge)
    while free := [n for n in left if not any(b == n and a in left for a, b in edges)]:
        for name in free:
            del left[name]
    return tuple(n for n in left if any(a == n and b in left for a, b in edges))


def _plates(shot: Shot, unit: Unit, most: int) -> Iterator[Finding]:
    people = len(unit.contract.subjects)
    if unit.kind is not UnitKind.KEYFRAME or not most or people <= most:
        return
    plates = {u.plate for u in shot.units if u.kind is UnitKind.PLATE}
    missing = [] if None in plates else ["plate_background"]
    missing += [f"plate_{s.who}" for s in unit.contract.subjects if s.who not in plates]
    if missing:
        yield PlatesMissing(unit=unit.id, people=people, most=most, missing=tuple(missing))


def _rights(board: Board, scene: Scene, unit: Unit) -> Iterator[Finding]:
    contract = unit.contract
    if unit.kind is UnitKind.VOICE:
        names = [unit.speaker]
    else:
        names = [s.who for s in contract.subjects] + [s.holding for s in contract.subjects]
        names += [*contract.props, scene.location, board.style().id]
    references: dict[AnchorId, tuple[Reference, ...]] = {a.id: a.references for a in board.anchors}
    for name in dict.fromkeys(names):
        for reference in references.get(name, ()) if name else ():
            if name and reference.rights is Rights.UNRECORDED:
                yield RightsUnrecorded(unit=unit.id, anchor=name, media=reference.media)


def _length(board: Board, shot: Shot, unit: Unit, longest: int, handles: int) -> Iterator[Finding]:
    if unit.kind is not UnitKind.CLIP:
        return
    promised = unit.contract.output.frames
    if promised not in {0, shot.frames}:
        yield LengthsDiffer(unit=unit.id, promised=promised, frames=shot.frames)
    seconds = board.frame_rate.seconds(shot.frames + 2 * handles)
    if longest and seconds > longest:
        yield TooLong(unit=unit.id, milliseconds=round(seconds * 1000), limit_seconds=longest)
