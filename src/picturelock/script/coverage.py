"""Coverage: from the beats of a scene to its shots, by the grammar that crews share.

A new place is established. Two people who talk get a two-shot, then overs and closer singles; three get a group shot.
Long speeches break on the listener's face. Entrances and runs are wide, hands and things are inserts, feelings are
close. Everyone keeps their side of the picture through a scene, so the camera never crosses the line. Two shots of the
same person in a row never have the same size. What the script directs itself stands above all of this.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from math import ceil

from msgspec.structs import replace

from picturelock.core.anchor import CharacterAnchor, PropAnchor
from picturelock.core.blocking import Expression, Pose
from picturelock.core.board import Certainty, Mark
from picturelock.core.contract import (
    Amount,
    Angle,
    CameraMove,
    DepthPlace,
    Facing,
    Framing,
    Move,
    ScreenPlace,
    ShotSize,
    Subject,
)
from picturelock.core.ids import AnchorId
from picturelock.script.directions import Direction, combined, starts_shot, without_lead
from picturelock.script.language import merged, sentences, spoken_characters, spoken_words, tidy
from picturelock.script.lexicon.actions import CHINESE_EXPRESSION, EXPRESSION, POSE_ORDER, TENSE
from picturelock.script.people import People
from picturelock.script.props import prop_id
from picturelock.script.reading import Focus, Reading, read
from picturelock.script.source import Passage
from picturelock.script.story import Action, Line, Person, StoryScene
from picturelock.script.timing import (
    GAP,
    LEAD_IN,
    LONGEST,
    SHORTEST,
    TAIL,
    action_seconds,
    speech_seconds,
)

_CLOSER = (
    ShotSize.EXTREME_LONG, ShotSize.LONG, ShotSize.FULL, ShotSize.MEDIUM_LONG, ShotSize.MEDIUM,
    ShotSize.MEDIUM_CLOSE_UP, ShotSize.CLOSE_UP, ShotSize.EXTREME_CLOSE_UP,
)  # fmt: skip
_NEAR = frozenset({ShotSize.MEDIUM_CLOSE_UP, ShotSize.CLOSE_UP, ShotSize.EXTREME_CLOSE_UP})
_TALKING = _NEAR | {ShotSize.MEDIUM}
_SIDES = (
    ScreenPlace.LEFT,
    ScreenPlace.RIGHT,
    ScreenPlace.CENTRE,
    ScreenPlace.FAR_RIGHT,
    ScreenPlace.FAR_LEFT,
)
_ACROSS = (
    ScreenPlace.FAR_LEFT,
    ScreenPlace.LEFT,
    ScreenPlace.CENTRE,
    ScreenPlace.RIGHT,
    ScreenPlace.FAR_RIGHT,
)
_PIECE_WORDS = 60


class Purpose:
    """Why a shot is there, as the first words of its contract's purpose."""

    ESTABLISH = "establish the place"
    MASTER = "show who stands where as they talk"
    LINE = "carry the line"
    REACTION = "let the listener's face answer"
    ACTION = "show what is done"
    TRAVEL = "show where from and where to"
    DETAIL = "make the detail read"
    CUTAWAY = "show the world around them"
    FEELING = "let the face be read"


@dataclass(slots=True)
class Said:
    """A speech with its estimated length.

    Attributes:
        part: Counts the pieces of a long one.
        dual: At the same time as the one before.
    """

    line: Line
    text: str
    seconds: float
    part: int = 0
    dual: bool = False


@dataclass(slots=True)
class Plan:
    """A shot before it has a code.

    Attributes:
        seconds: Length.
        lead: Seconds before the first speech.
        directed: The script asks for this size.
        text: What is seen, in the script's words.
    """

    first: int
    last: int
    text: str
    purpose: str
    size: ShotSize
    framing: Framing = Framing.SINGLE
    angle: Angle = Angle.EYE_LEVEL
    move: CameraMove = field(default_factory=CameraMove)
    seconds: float = SHORTEST
    subjects: tuple[Subject, ...] = ()
    props: tuple[AnchorId, ...] = ()
    speeches: list[Said] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    tense: bool = False
    lead: float = LEAD_IN
    directed: bool = False


@dataclass(slots=True)
class Stage:
    """Everything that coverage knows of the whole film.

    Attributes:
        ids: Names to anchors.
    """

    people: People
    characters: dict[str, CharacterAnchor]
    props: dict[AnchorId, PropAnchor]
    seen_places: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Piece:
    """Sentences that make one shot."""

    readings: list[Reading]

    @property
    def passage(self) -> Passage:
        return merged([r.passage for r in self.readings])

    @property
    def people(self) -> list[str]:
        return list(dict.fromkeys(n for r in self.readings for n in r.people))

    @property
    def size(self) -> float:
        return sum(_length(r.text) for r in self.readings)

    @property
    def focus(self) -> Focus:
        """Of the sentence that the shot is made for: people before things before the place."""
        ranked = [r.focus for r in self.readings]
        order = (Focus.TRAVEL, Focus.FACE, Focus.ACTION, Focus.HANDS, Focus.THING, Focus.PLACE)
        return next(f for f in order if f in ranked)

    @property
    def direction(self) -> Direction:
        found = Direction()
        for reading in self.readings:
            found = combined(found, reading.direction)
        return found


def _length(text: str) -> float:
    return spoken_words(text) + spoken_characters(text) * 0.6


@dataclass(slots=True)
class _Floor:
    """The scene while it is being shot: who is there, on which side, with what in hand."""

    stage: Stage
    scene: StoryScene
    location: str
    plans: list[Plan] = field(default_factory=list)
    sides: dict[str, ScreenPlace] = field(default_factory=dict)
    present: list[str] = field(default_factory=list)
    poses: dict[str, Pose] = field(default_factory=dict)
    holding: dict[str, AnchorId] = field(default_factory=dict)
    recent: list[Person] = field(default_factory=list)
    exchange: int = 0
    grouped: bool = False
    talk: int = 0
    apart: bool = False  # the action before is a shot of its own
    partner: dict[str, str] = field(default_factory=dict)

    def arrive(self, name: str) -> None:
        if name not in self.present:
            self.present.append(name)
        if name not in self.sides:
            taken = set(self.sides.values())
            free = [s for s in _SIDES if s not in taken]
            self.sides[name] = free[0] if free else _SIDES[len(self.sides) % len(_SIDES)]

    def subject(
        self,
        name: str,
        *,
        action: str = "",
        depth: DepthPlace = DepthPlace.MIDDLE,
        expression: Expression | None = None,
        place: ScreenPlace | None = None,
        away: bool = False,
        towards: str = "",
        looks_at: AnchorId | None = None,
        alone: bool = False,
    ) -> Subject:
        side = self.sides.get(name, ScreenPlace.CENTRE)
        return Subject(
            who=self.stage.characters[name].id,
            action=action,
            pose=self.poses.get(name, Pose.STAND),
            expression=expression or Expression.NEUTRAL,
            place=place or (_NEARER.get(side, side) if alone else side),
            depth=depth,
            facing=Facing.AWAY if away else _facing(side, self.sides.get(towards)),
            looks_at=looks_at or (self.id(towards) if towards else None),
            holding=self.holding.get(name),
        )

    def id(self, name: str) -> AnchorId:
        return self.stage.characters[name].id


#: Alone in the picture nobody stands at its very edge; their side stays.
_NEARER = {ScreenPlace.FAR_LEFT: ScreenPlace.LEFT, ScreenPlace.FAR_RIGHT: ScreenPlace.RIGHT}


def _facing(side: ScreenPlace, towards: ScreenPlace | None) -> Facing:
    """Towards whom they look at, else towards the middle: two who face each other from their own sides keep the line."""
    at = _ACROSS.index(side)
    goal = _ACROSS.index(towards) if towards is not None and towards is not side else 2
    if goal == at:
        return Facing.CAMERA
    return Facing.THREE_QUARTER_RIGHT if goal > at else Facing.THREE_QUARTER_LEFT


def cover(scene: StoryScene, stage: Stage, location: str) -> list[Plan]:
    """The shots of a scene, in order.

    Args:
        scene: The scene.
        stage: The film's people and props; remembers which places have been established.
        location: Id of the place.
    """
    floor = _Floor(stage, scene, location)
    new = location not in stage.seen_places
    stage.seen_places.add(location)
    _seat_everyone(floor)
    runs = _runs(scene)
    if not runs or isinstance(runs[0], list):
        floor.plans.append(_heading_shot(floor, new=new))
    for run in runs:
        if isinstance(run, list):
            _dialogue(floor, run)
        else:
            _action(floor, run, establish=new and not floor.plans)
    if floor.plans[0].first > scene.first:
        floor.plans[0].first = scene.first
    _vary_sizes(floor.plans)
    _close_gaps(floor.plans, scene)
    return floor.plans


def _seat_everyone(floor: _Floor) -> None:
    """Sides go to those who talk to each other first, in the order in which they speak or are seen."""
    spoken = list(
        dict.fromkeys(
            b.speaker
            for b in floor.scene.beats
            if isinstance(b, Line) and not b.voice_over and not b.offscreen
        )
    )
    if len(spoken) >= 2:
        seen = [
            n
            for b in floor.scene.beats
            if isinstance(b, Action)
            for n in (m.person.name for m in floor.stage.people.mentions(b.passage.text))
        ]
        first = sorted(spoken[:2], key=lambda n: seen.index(n) if n in seen else 999)
        floor.sides.update(zip(first, _SIDES, strict=False))


def _runs(scene: StoryScene) -> list[Action | list[Line]]:
    runs: list[Action | list[Line]] = []
    for beat in scene.beats:
        if isinstance(beat, Action):
            before = runs[-1] if runs else None
            alone = isinstance(before, Action) and (before.apart or beat.apart)
            if isinstance(before, Action) and not alone and _only_direction(before.passage.text):
                lead = before.passage
                runs[-1] = Action(merged([lead._replace(text=lead.text.rstrip(" :.") + ":"), beat.passage]))
            else:
                runs.append(beat)
        elif runs and isinstance(runs[-1], list):
            runs[-1].append(beat)
        else:
            runs.append([beat])
    return runs


def _only_direction(text: str) -> bool:
    """``INSERT - THE NOTICE`` on its own line speaks of what follows."""
    return text == text.upper() and spoken_words(text) <= 6 and starts_shot(text)


def _heading_shot(floor: _Floor, *, new: bool) -> Plan:
    scene = floor.scene
    size = ShotSize.LONG if scene.interior else ShotSize.EXTREME_LONG
    return Plan(
        first=scene.first,
        last=scene.first,
        text=f"{scene.place or scene.heading}, {scene.time.value}.",
        purpose=Purpose.ESTABLISH,
        size=size if new else ShotSize.LONG,
        framing=Framing.ESTABLISHING,
        move=CameraMove(kind=Move.PUSH, amount=Amount.SMALL),
        seconds=3.0 if new else SHORTEST,
    )


# Action -----------------------------------------------------------------------------------------------------------


def _action(floor: _Floor, action: Action, *, establish: bool) -> None:
    readings = [read(s, floor.stage.people, floor.recent) for s in sentences(action.passage)]
    for number, piece in enumerate(_pieces(readings, keep_first=establish)):
        _before(floor, piece)
        plan = _action_shot(floor, piece, establish=establish and number == 0)
        alone = number == 0 and (action.apart or floor.apart)
        if plan.direction_free and not alone and _joins(floor, plan, piece, number):
            _join(floor.plans[-1], plan)
        else:
            floor.plans.append(plan.plan)
        _after(floor, piece)
    floor.apart = action.apart
    floor.exchange = max(0, floor.exchange - 1)


def _pieces(readings: list[Reading], *, keep_first: bool) -> list[_Piece]:
    pieces: list[_Piece] = []
    for reading in readings:
        if pieces and not _breaks(pieces[-1], reading, opening=keep_first and len(pieces) == 1):
            pieces[-1].readings.append(reading)
        else:
            pieces.append(_Piece([reading]))
    return pieces


def _breaks(piece: _Piece, reading: Reading, *, opening: bool) -> bool:
    """Whether this sentence asks for a new shot."""
    length = _length(reading.text)
    if starts_shot(reading.text):
        return True
    if piece.size + length > _PIECE_WORDS:
        return True
    if piece.size < 6 or length < 4:
        return False
    if piece.direction.framing is Framing.INSERT or piece.direction.size in {
        ShotSize.CLOSE_UP,
        ShotSize.EXTREME_CLOSE_UP,
    }:
        return bool(reading.people) and not piece.people and reading.travel
    detail = {Focus.THING, Focus.HANDS}
    if (reading.focus in detail) != (piece.readings[-1].focus in detail) and length >= 8:
        return True
    if opening and piece.focus is Focus.PLACE and reading.people:
        return piece.size > 20
    other = (
        bool(reading.subject)
        and bool(piece.readings[-1].subject)
        and reading.subject != piece.readings[-1].subject
    )
    if other and piece.size >= 14 and length >= 9 and reading.subject not in piece.people:
        return True
    return piece.size >= 22 and (piece.readings[-1].focus is Focus.PLACE) != (reading.focus is Focus.PLACE)


def _before(floor: _Floor, piece: _Piece) -> None:
    done: set[str] = set()
    for reading in piece.readings:
        for name in reading.people:
            floor.arrive(name)
        for name, pose in reading.poses.items():
            if pose is Pose.STAND and floor.poses.get(name) in _LASTING and not _GETS_UP.search(reading.text):
                continue
            if name not in done or POSE_ORDER.index(pose) < POSE_ORDER.index(floor.poses[name]):
                floor.poses[name] = pose
            done.add(name)
        if _GETS_UP.search(reading.text) and reading.subject:
            floor.poses[reading.subject] = reading.poses.get(reading.subject, Pose.STAND)
        for name, head in reading.gives:
            if prop_id(head) in floor.stage.props:
                floor.holding[name] = prop_id(head)
        for name, head in reading.takes:
            if prop_id(head) in floor.stage.props:
                _take(floor, name, prop_id(head))


def _take(floor: _Floor, name: str, thing: AnchorId) -> None:
    for other, held in list(floor.holding.items()):
        if held == thing:
            del floor.holding[other]
    floor.holding[name] = thing
    if floor.poses.get(name, Pose.STAND) in {Pose.STAND, Pose.REACH}:
        floor.poses[name] = Pose.HOLD


_GETS_UP = re.compile(
    r"(?i)\b(?:(?:gets?|got|rises?|rose|jumps?) (?:to (?:his|her) feet|up)|stands? up|stood up)\b|站起来|起身"
)
#: Looking and speaking do not make someone stand up.
_LASTING = frozenset({Pose.SIT, Pose.KNEEL, Pose.CROUCH, Pose.LIE})
#: Poses that are over when the next thing happens.
_PASSING = frozenset({Pose.RUN, Pose.WALK, Pose.CLIMB, Pose.FALL, Pose.REACH, Pose.POINT, Pose.TURN, Pose.EMBRACE, Pose.WAVE,
                      Pose.LOOK_UP, Pose.LOOK_DOWN, Pose.HOLD})  # fmt: skip


def _after(floor: _Floor, piece: _Piece) -> None:
    for reading in piece.readings:
        for name, head in reading.gives:
            if floor.holding.get(name) == prop_id(head):
                del floor.holding[name]
                others = [p for p in reading.people if p != name]
                if others:
                    floor.holding[others[0]] = prop_id(head)
        for name in reading.leaves:
            if name in floor.present:
                floor.present.remove(name)
    for name, pose in list(floor.poses.items()):
        if pose in _PASSING:
            floor.poses[name] = Pose.HOLD if name in floor.holding else Pose.STAND


@dataclass(slots=True)
class _Drafted:
    plan: Plan
    direction_free: bool


def _action_shot(floor: _Floor, piece: _Piece, *, establish: bool) -> _Drafted:
    direction, passage = piece.direction, piece.passage
    who = _in_picture(floor, piece)
    size, framing, purpose = _composition(floor, piece, who, establish=establish)
    framing = direction.framing or framing
    size = direction.size or size
    if direction.size and framing is Framing.ESTABLISHING and direction.size in _CLOSER[3:]:
        framing = Framing.SINGLE
    if framing is Framing.INSERT:
        asked = bool(direction.framing) and not piece.people
        who = (
            who[:1] if (piece.focus is Focus.HANDS and not asked) or floor_holder(floor, piece) in who else []
        )
    if direction.size in _NEAR and framing is not Framing.INSERT and len(who) > 1:
        who, framing = who[:1], Framing.SINGLE
    if direction.move and direction.move.needs_last_keyframe and not direction.size:
        size = ShotSize.LONG if floor.scene.interior is False else ShotSize.FULL
    floor.grouped = floor.grouped or framing is Framing.GROUP
    text = without_lead(passage.text)
    subjects = _subjects(floor, piece, who, text, framing)
    held = {s.holding for s in subjects if s.holding}
    props = tuple(p for p in dict.fromkeys(prop_id(t) for r in piece.readings for t in r.things)
                  if p in floor.stage.props and p not in held)  # fmt: skip
    tense = any(w in TENSE for w in text.lower().split())
    plan = Plan(
        first=passage.line,
        last=passage.last,
        text=tidy(text, 220),
        purpose=purpose,
        size=size,
        framing=framing,
        angle=direction.angle or _angle(piece, purpose),
        move=direction.move or _move(piece, purpose, tense=tense),
        seconds=action_seconds(passage.text),
        subjects=subjects,
        props=props,
        tense=tense,
        directed=direction.size is not None
        or (direction.move is not None and direction.move.needs_last_keyframe),
    )
    if establish:
        plan.seconds = max(plan.seconds, 3.5)
    if direction.move:
        plan.seconds = max(plan.seconds, 4.0 if plan.move.needs_last_keyframe else 3.5)
    plan.marks.extend(_marks(piece, who))
    return _Drafted(plan, not direction.any and not establish)


def floor_holder(floor: _Floor, piece: _Piece) -> str:
    """Who holds the thing that the piece is about; empty for nobody."""
    wanted = {prop_id(t) for r in piece.readings for t in r.things}
    return next((n for n, p in floor.holding.items() if p in wanted), "")


def _marks(piece: _Piece, who: list[str]) -> list[Mark]:
    if piece.focus in {Focus.ACTION, Focus.TRAVEL, Focus.FACE} and not who:
        return [Mark(what="the text says that people act here but not who", about="subjects")]
    return []


def _in_picture(floor: _Floor, piece: _Piece) -> list[str]:
    who = [n for n in piece.people if not _only_voice(floor, n)]
    if any(r.together for r in piece.readings):
        who = list(dict.fromkeys([*who, *floor.present]))
    if not who and piece.focus is Focus.HANDS and floor.recent:
        who = [floor.recent[-1].name] if floor.recent[-1].name in floor.present else []
    return who[:5]


def _only_voice(floor: _Floor, name: str) -> bool:
    return name not in floor.present


def _composition(
    floor: _Floor, piece: _Piece, who: list[str], *, establish: bool
) -> tuple[ShotSize, Framing, str]:
    outside = floor.scene.interior is False
    focus = piece.focus
    if establish:
        wide = ShotSize.LONG if who or not outside else ShotSize.EXTREME_LONG
        return (wide if outside or not who else ShotSize.FULL), Framing.ESTABLISHING, Purpose.ESTABLISH
    if focus is Focus.THING:
        return ShotSize.CLOSE_UP, Framing.INSERT, Purpose.DETAIL
    if focus is Focus.HANDS:
        return ShotSize.CLOSE_UP, Framing.INSERT, Purpose.DETAIL
    if not who:
        return (ShotSize.EXTREME_LONG if outside else ShotSize.LONG), Framing.ESTABLISHING, Purpose.CUTAWAY
    if len(who) >= 3:
        return (
            (ShotSize.FULL if focus is Focus.TRAVEL else ShotSize.MEDIUM_LONG),
            Framing.GROUP,
            Purpose.ACTION,
        )
    framing = Framing.TWO_SHOT if len(who) == 2 else Framing.SINGLE
    if focus is Focus.TRAVEL:
        return (ShotSize.LONG if outside else ShotSize.FULL), framing, Purpose.TRAVEL
    if focus is Focus.FACE:
        return (ShotSize.CLOSE_UP if len(who) == 1 else ShotSize.MEDIUM_CLOSE_UP), framing, Purpose.FEELING
    low = floor.poses.get(who[0]) in {Pose.SIT, Pose.KNEEL, Pose.CROUCH, Pose.LIE, Pose.FALL, Pose.CLIMB}
    return (ShotSize.MEDIUM_LONG if low or len(who) == 2 else ShotSize.MEDIUM), framing, Purpose.ACTION


def _subjects(
    floor: _Floor, piece: _Piece, who: list[str], text: str, framing: Framing
) -> tuple[Subject, ...]:
    faces = {n: f for r in piece.readings for n, f in r.faces.items()}
    looks = {n: o for r in piece.readings for n, o in r.looks.items()}
    found = []
    for name in who:
        doing = " ".join(r.text for r in piece.readings if name in r.people) or text
        at = looks.get(name)
        if at is None and len(who) == 2:
            at = next(o for o in who if o != name)
        wide = framing is Framing.ESTABLISHING
        other = at if at and at in who and at != name else ""
        found.append(
            floor.subject(
                name,
                action=tidy(without_lead(doing), 140),
                expression=faces.get(name),
                place=ScreenPlace.CENTRE if len(who) == 1 and framing is Framing.INSERT else None,
                depth=DepthPlace.BACKGROUND if wide else DepthPlace.MIDDLE,
                towards=other,
                looks_at=None if other else _looked_prop(floor, piece, name),
                alone=len(who) == 1,
            )
        )
    return _apart(tuple(found))


def _looked_prop(floor: _Floor, piece: _Piece, name: str) -> AnchorId | None:
    return floor.holding.get(name) if any(r.things for r in piece.readings) else None


def _apart(subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """No two on the same spot: the later one moves to the nearest free place."""
    taken: list[ScreenPlace] = []
    placed = []
    for subject in subjects:
        place = subject.place
        if place in taken:
            at = _ACROSS.index(place)
            free = [p for p in _ACROSS if p not in taken]
            place = min(free, key=lambda p: (abs(_ACROSS.index(p) - at), p)) if free else place
        taken.append(place)
        placed.append(subject if place is subject.place else _moved(subject, place))
    return tuple(placed)


def _moved(subject: Subject, place: ScreenPlace) -> Subject:
    return replace(subject, place=place)


def _angle(piece: _Piece, purpose: str) -> Angle:
    text = " ".join(r.text for r in piece.readings).lower()
    if any(w in text for w in ("towers above", "looms", "looks up at", "high above them", "仰望", "抬头")):
        return Angle.LOW
    if any(w in text for w in ("far below", "looks down", "from above", "below her", "below him", "俯视")):
        return Angle.HIGH
    return Angle.EYE_LEVEL


def _move(piece: _Piece, purpose: str, *, tense: bool) -> CameraMove:
    if purpose == Purpose.ESTABLISH:
        kind = Move.PUSH if piece.people else Move.PAN_RIGHT
        return CameraMove(kind=kind, amount=Amount.SMALL)
    if purpose == Purpose.TRAVEL:
        running = any(p is Pose.RUN for r in piece.readings for p in r.poses.values())
        return CameraMove(kind=Move.HANDHELD if running else Move.TRUCK_RIGHT, amount=Amount.SMALL)
    if purpose in {Purpose.FEELING, Purpose.CUTAWAY} or tense:
        return CameraMove(kind=Move.PUSH, amount=Amount.SMALL)
    return CameraMove()


def _joins(floor: _Floor, drafted: _Drafted, piece: _Piece, number: int) -> bool:
    """Business of a few words belongs to the shot before when that already shows who does it."""
    if not floor.plans or piece.size > 7 or piece.focus in {Focus.TRAVEL, Focus.FACE}:
        return False
    before = floor.plans[-1]
    if before.framing is Framing.ESTABLISHING and not before.subjects and piece.people:
        return False
    seen = {s.who for s in before.subjects}
    wanted = {s.who for s in drafted.plan.subjects}
    return wanted <= seen and before.seconds + 1.2 <= LONGEST


def _join(before: Plan, drafted: _Drafted) -> None:
    before.last = max(before.last, drafted.plan.last)
    before.text = tidy(f"{before.text} {drafted.plan.text}", 220)
    before.seconds += 1.2
    before.props = tuple(dict.fromkeys([*before.props, *drafted.plan.props]))


# Dialogue ---------------------------------------------------------------------------------------------------------


def _dialogue(floor: _Floor, lines: list[Line]) -> None:
    for line in lines:
        if not line.voice_over and not line.offscreen:
            floor.arrive(line.speaker)
    said = [s for moment in _moments(lines) for s in _said(floor, moment)]
    floor.talk = len(lines)
    at = _attached(floor, said)
    while at < len(said):
        group = _group(floor, said, at)
        floor.plans.append(_dialogue_shot(floor, group, said[at + len(group) :]))
        at += len(group)
        floor.exchange += 1
    floor.apart = False
    for name in dict.fromkeys(line.speaker for line in lines):
        person = floor.stage.people.named(name)
        if person in floor.recent:
            floor.recent.remove(person)
        floor.recent.append(person)
    for one, other in pairwise(said):
        if one.line.speaker != other.line.speaker:
            floor.partner[one.line.speaker] = other.line.speaker
            floor.partner[other.line.speaker] = one.line.speaker


def _attached(floor: _Floor, said: list[Said]) -> int:
    """How many speeches the shot before takes along: it already is a close look at the one who speaks now."""
    before, first = (floor.plans[-1] if floor.plans else None), said[0]
    if (
        before is None
        or floor.apart
        or before.speeches
        or before.size not in _TALKING
        or first.line.voice_over
        or first.line.offscreen
        or (len(said) > 1 and said[1].dual)
    ):
        return 0
    total = before.seconds + first.seconds + TAIL
    if [s.who for s in before.subjects] != [floor.id(first.line.speaker)] or total > LONGEST - 0.5:
        return 0
    before.lead, before.seconds = before.seconds, total
    before.speeches = [first]
    if first.line.doubt:
        before.marks.append(Mark(what=first.line.doubt, about=f"speaker of line {first.line.first}"))
    before.last = max(before.last, first.line.last)
    before.text = tidy(f"{before.text} {first.line.speaker}: “{first.text}”", 220)
    before.subjects = (
        replace(before.subjects[0], expression=_feeling(first) or before.subjects[0].expression),
    )
    floor.exchange += 1
    return 1


def _moments(lines: list[Line]) -> list[list[Line]]:
    """Lines that are spoken at the same time, together."""
    moments: list[list[Line]] = []
    for line in lines:
        if line.dual and moments:
            moments[-1].append(line)
        else:
            moments.append([line])
    return moments


def _said(floor: _Floor, moment: list[Line]) -> list[Said]:
    """Lines of one moment in pieces that fit a shot, those that are spoken together one behind the other.

    A long speech breaks at its sentences, and at commas where it must; a chorus at the same places for all.
    """
    voices = [floor.stage.characters[line.speaker].voice for line in moment]
    most = LONGEST - LEAD_IN - TAIL

    def seconds(text: str) -> float:
        return max(speech_seconds(text, voice) for voice in voices)

    pieces = [
        _broken(line.text, seconds, most) if seconds(line.text) > most else [line.text] for line in moment
    ]
    found: list[Said] = []
    for number, texts in enumerate(zip_longest(*pieces)):
        dual = False
        for line, voice, text in zip(moment, voices, texts, strict=True):
            if text is not None:
                found.append(Said(line, text, speech_seconds(text, voice), number, dual))
                dual = True
    return found


def _broken(text: str, seconds: Callable[[str], float], most: float) -> list[str]:
    pieces = [s.text for s in sentences(Passage(text, 1))]
    pieces = [p for piece in pieces for p in (_clauses(piece) if seconds(piece) > most else [piece])]
    pieces = [
        p for piece in pieces for p in (_chunks(piece, seconds, most) if seconds(piece) > most else [piece])
    ]
    found: list[str] = []
    for piece in pieces:
        join = f"{found[-1]}{_space(piece)}{piece}" if found else piece
        if found and seconds(join) <= most:
            found[-1] = join
        else:
            found.append(piece)
    return found


def _space(text: str) -> str:
    return "" if "\u3000" <= text[0] <= "\uffef" else " "


def _clauses(text: str) -> list[str]:
    return [p.strip() for p in re.split(r"(?<=[,;:—，；、])\s*", text) if p.strip()]


def _chunks(text: str, seconds: Callable[[str], float], most: float) -> list[str]:
    """Where nothing else divides it: by words, or by characters."""
    units = text.split(" ") if " " in text else list(text)
    gap = " " if " " in text else ""
    count = ceil(seconds(text) / most)
    while True:
        size = ceil(len(units) / count)
        found = [gap.join(units[i : i + size]) for i in range(0, len(units), size)]
        if size == 1 or all(seconds(part) <= most for part in found):
            return found
        count += 1


def _group(floor: _Floor, said: list[Said], at: int) -> list[Said]:
    """The speeches of one shot: a short answer stays in the shot of the question."""
    group = [said[at]]
    opening = floor.exchange == 0
    total = LEAD_IN + TAIL + group[0].seconds
    for following in said[at + 1 :]:
        if following.dual:
            group.append(following)
            total = max(total, LEAD_IN + TAIL + following.seconds)
            continue
        longer = total + GAP + following.seconds
        short = following.seconds <= 1.7 or group[-1].seconds <= 1.5 or opening
        same = following.line.speaker == group[-1].line.speaker
        if (
            longer > (7.8 if opening else 6.2)
            or not (short or same)
            or len(group) >= 3
            or (same and following.line is group[-1].line)
        ):
            break
        if (
            following.line.voice_over != group[-1].line.voice_over
            or following.line.offscreen != group[-1].line.offscreen
        ):
            break
        group.append(following)
        total = longer
    return group


def _dialogue_shot(floor: _Floor, group: list[Said], rest: list[Said]) -> Plan:
    main = max(group, key=lambda s: s.seconds)
    speaker = main.line.speaker
    size, framing, who, purpose = _dialogue_composition(floor, group, main)
    seconds = _dialogue_seconds(group)
    plan = Plan(
        first=min(s.line.first for s in group),
        last=max(s.line.last for s in group),
        text=_dialogue_text(floor, group, who, framing),
        purpose=purpose,
        size=size,
        framing=framing,
        seconds=max(SHORTEST, seconds),
        subjects=_dialogue_subjects(floor, group, who, framing, speaker),
        speeches=group,
    )
    plan.tense = any(w in TENSE for s in group for w in s.text.lower().split())
    still = not floor.plans or floor.plans[-1].move.kind is Move.STATIC
    if framing is Framing.SINGLE and (plan.tense or floor.exchange >= 4) and seconds >= 3.5 and still:
        plan.move = CameraMove(kind=Move.PUSH, amount=Amount.SMALL)
    for said in group:
        if said.line.doubt:
            plan.marks.append(Mark(what=said.line.doubt, about=f"speaker of line {said.line.first}"))
    if (at_once := _most_at_once(group)) > 1:
        what = f"{'two' if at_once == 2 else at_once} speak at the same time"
        plan.marks.append(Mark(what=what, about="dialogue", certainty=Certainty.NOTE))
    return plan


def _dialogue_seconds(group: list[Said]) -> float:
    total, overlap = LEAD_IN + TAIL, 0.0
    for said in group:
        if said.dual and overlap:
            total += max(0.0, said.seconds - overlap)
            overlap = max(overlap, said.seconds)
        else:
            total += said.seconds + (GAP if overlap else 0.0)
            overlap = said.seconds
    return total


def _dialogue_composition(
    floor: _Floor, group: list[Said], main: Said
) -> tuple[ShotSize, Framing, list[str], str]:
    speaker = main.line.speaker
    if main.line.voice_over or main.line.offscreen:
        return _heard(floor, speaker, main)
    visible = [n for n in floor.present if n in floor.sides]
    if together := _all_who_speak(group, visible):
        return together
    listener = _listener(floor, group, speaker)
    if len(visible) >= 3 and not floor.grouped and floor.talk >= 2:
        floor.grouped = True
        floor.exchange = max(floor.exchange, 1)
        return ShotSize.MEDIUM_LONG, Framing.GROUP, visible[:5], Purpose.MASTER
    second_part = main.part % 3 == 1 and bool(
        floor.plans and floor.plans[-1].speeches and floor.plans[-1].speeches[-1].line is main.line
    )
    if second_part and listener and floor.plans[-1].purpose != Purpose.REACTION:
        return ShotSize.MEDIUM_CLOSE_UP, Framing.SINGLE, [listener], Purpose.REACTION
    if listener is None:
        size = ShotSize.MEDIUM if floor.exchange == 0 else ShotSize.MEDIUM_CLOSE_UP
        return size, Framing.SINGLE, [speaker], Purpose.LINE
    uneven = _shoulder_is_too_low(floor, speaker, listener) or _shoulder_is_too_low(floor, listener, speaker)
    if floor.exchange == 0 and not _master_shown(floor, speaker, listener):
        return (
            ShotSize.MEDIUM_LONG if uneven else ShotSize.MEDIUM,
            Framing.TWO_SHOT,
            [speaker, listener],
            Purpose.MASTER,
        )
    alone = len({s.line.speaker for s in group}) == 1
    if floor.exchange % 9 == 8 and floor.exchange > 0:
        # A long talk is let breathe: back to both of them before going close again.
        return ShotSize.MEDIUM_LONG, Framing.TWO_SHOT, [speaker, listener], Purpose.MASTER
    if alone and (
        (floor.exchange % 4 in {0, 1} and floor.exchange >= 4)
        or _feeling(main) not in {None, Expression.NEUTRAL}
    ):
        return ShotSize.CLOSE_UP, Framing.SINGLE, [speaker], Purpose.LINE
    size = ShotSize.MEDIUM if floor.exchange <= 1 else ShotSize.MEDIUM_CLOSE_UP
    if _shoulder_is_too_low(floor, speaker, listener):
        if floor.exchange % 2 == 0:
            return ShotSize.MEDIUM_LONG, Framing.TWO_SHOT, [speaker, listener], Purpose.LINE
        return size, Framing.SINGLE, [speaker], Purpose.LINE
    return size, Framing.OVER_THE_SHOULDER, [speaker, listener], Purpose.LINE


def _all_who_speak(group: list[Said], visible: list[str]) -> tuple[ShotSize, Framing, list[str], str] | None:
    """Where some speak at the same time: they and whoever asked them or answers, as far as they are seen."""
    heard = {s.line.speaker for s in group if not s.line.voice_over and not s.line.offscreen}
    speaking = [name for name in visible if name in heard][:5]
    if not _at_once(group) or len(speaking) < 2:
        return None
    if len(speaking) == 2:
        return ShotSize.MEDIUM, Framing.TWO_SHOT, speaking, Purpose.LINE
    return ShotSize.MEDIUM_LONG, Framing.GROUP, speaking, Purpose.LINE


def _most_at_once(group: list[Said]) -> int:
    most = voices = 0
    for said in group:
        voices = voices + 1 if said.dual else 1
        most = max(most, voices)
    return most


def _at_once(group: list[Said]) -> set[str]:
    """Who of a group speak at the same time."""
    pairs = [(said.line.speaker, before.line.speaker) for before, said in pairwise(group) if said.dual]
    return {name for pair in pairs for name in pair}


def _shoulder_is_too_low(floor: _Floor, speaker: str, listener: str) -> bool:
    """Whether a shot over the listener's shoulder would show no shoulder: a child's, before a grown-up's face."""
    heights = [floor.stage.characters[name].look.height_m for name in (speaker, listener)]
    return heights[1] < 0.8 * heights[0]


def _master_shown(floor: _Floor, one: str, other: str) -> bool:
    if not floor.plans:
        return False
    seen = {s.who for s in floor.plans[-1].subjects}
    return {floor.id(one), floor.id(other)} <= seen and floor.plans[-1].framing in {
        Framing.TWO_SHOT,
        Framing.GROUP,
    }


def _heard(floor: _Floor, speaker: str, main: Said) -> tuple[ShotSize, Framing, list[str], str]:
    """Over the picture: the one who hears it, or the place."""
    listeners = [n for n in floor.present if n != speaker] or ([speaker] if speaker in floor.present else [])
    if not listeners:
        size = ShotSize.LONG if floor.scene.interior else ShotSize.EXTREME_LONG
        return size, Framing.ESTABLISHING, [], Purpose.CUTAWAY
    return ShotSize.MEDIUM_CLOSE_UP, Framing.SINGLE, [listeners[-1]], Purpose.REACTION


def _listener(floor: _Floor, group: list[Said], speaker: str) -> str | None:
    inside = [s.line.speaker for s in group if s.line.speaker != speaker and s.line.speaker in floor.present]
    if inside:
        return inside[0]
    partner = floor.partner.get(speaker)
    if partner in floor.present:
        return partner
    others = [n for n in floor.present if n != speaker]
    return others[-1] if others else None


def _feeling(said: Said) -> Expression | None:
    aside = said.line.parenthetical.lower()
    for word in aside.replace(",", " ").replace(";", " ").split():
        if word in EXPRESSION:
            return EXPRESSION[word]
    for word, face in CHINESE_EXPRESSION.items():
        if word in aside:
            return face
    return None


def _dialogue_text(floor: _Floor, group: list[Said], who: list[str], framing: Framing) -> str:
    main = max(group, key=lambda s: s.seconds)
    speaker = main.line.speaker
    quoted = tidy(f"“{main.text}”", 110)
    if framing is Framing.OVER_THE_SHOULDER and len(who) > 1:
        return f"Over {who[1]}'s shoulder on {speaker}: {quoted}"
    if who and speaker not in who:
        return f"{who[0]} listens to {speaker}: {quoted}"
    if not who:
        return f"{speaker} is heard over the picture: {quoted}"
    if len(who) > 1:
        names = f"{', '.join(who[:-1])} and {who[-1]}"
        chorus = _at_once(group) == set(who) and len({said.text for said in group}) == 1
        return f"{names}: {quoted}" if chorus else f"{names}; {speaker}: {quoted}"
    return f"{speaker}: {quoted}"


def _dialogue_subjects(
    floor: _Floor, group: list[Said], who: list[str], framing: Framing, speaker: str
) -> tuple[Subject, ...]:
    found = []
    by_speaker = {s.line.speaker: s for s in group if not s.line.voice_over and not s.line.offscreen}
    for name in who:
        said = by_speaker.get(name)
        other = next((n for n in who if n != name), "") or (
            speaker if name != speaker else floor.partner.get(name, "")
        )
        action = f"says “{tidy(said.text, 80)}”" if said else f"listens to {speaker}"
        if said and said.line.parenthetical:
            action += f" ({said.line.parenthetical})"
        behind = framing is Framing.OVER_THE_SHOULDER and name != speaker
        found.append(
            floor.subject(
                name,
                action="seen from behind, listening" if behind else action,
                expression=(_feeling(said) or Expression.SPEAKING) if said else None,
                depth=DepthPlace.FOREGROUND if behind else DepthPlace.MIDDLE,
                away=behind,
                towards=other if other in floor.present and other != name else "",
                alone=len(who) == 1,
            )
        )
    return _apart(tuple(found))


# The whole scene --------------------------------------------------------------------------------------------------


def _vary_sizes(plans: list[Plan]) -> None:
    """Two shots in a row of the same people from the same size would jump: the second goes a step closer."""
    for before, plan in pairwise(plans):
        same = [s.who for s in before.subjects] == [s.who for s in plan.subjects]
        if (
            same
            and not plan.directed
            and before.size is plan.size
            and before.framing is plan.framing
            and plan.subjects
        ):
            at = _CLOSER.index(plan.size)
            plan.size = _CLOSER[at + 1] if at < 6 else _CLOSER[at - 2]


def _close_gaps(plans: list[Plan], scene: StoryScene) -> None:
    for plan in plans:
        plan.last = max(plan.first, plan.last)
    for before, plan in pairwise(plans):
        plan.first = max(plan.first, before.first)
        plan.last = max(plan.last, plan.first)
