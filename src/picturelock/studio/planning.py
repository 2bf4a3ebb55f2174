"""What would be made, what is reused, and why: read from the board and the facts, never stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from picturelock.board import briefs, staleness
from picturelock.core.anchor import Value
from picturelock.core.board import Board, Scene, Shot, Unit, UnitKind
from picturelock.core.brief import Brief, ClipBrief, CompositeBrief
from picturelock.core.codec import digest_of
from picturelock.core.digest import Digest
from picturelock.core.ids import ShotCode, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Settings
from picturelock.core.take import LockFile, ReviewKind, Take
from picturelock.history.locks import by_policy
from picturelock.review.falling import Fall
from picturelock.review.standing import Chosen, Standing, Waiting, Wanted, standing
from picturelock.studio.facts import Facts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The intent at one moment."""

    board: Board
    settings: Settings
    locks: LockFile


class Goal(StrEnum):
    """How far a run goes."""

    KEYFRAMES = "keyframes"
    CLIPS = "clips"
    CUT = "cut"


#: What each goal has made. Voices belong to the sound of clips.
_KINDS = {
    Goal.KEYFRAMES: frozenset({UnitKind.PLATE, UnitKind.KEYFRAME, UnitKind.LAST_KEYFRAME}),
    Goal.CLIPS: frozenset(UnitKind),
    Goal.CUT: frozenset(UnitKind),
}


def kinds_of(goal: Goal) -> frozenset[UnitKind]:
    """The units that a run towards the goal makes."""
    return _KINDS[goal]


_ORDER = (UnitKind.PLATE, UnitKind.KEYFRAME, UnitKind.LAST_KEYFRAME, UnitKind.CLIP, UnitKind.VOICE)


@dataclass(frozen=True, slots=True)
class Wish:
    """Where one unit stands and what it rests on.

    Attributes:
        standing: ``None`` while a unit that it rests on is undecided.
        brief: Digest of what is wanted now; ``None`` likewise.
        rests_on: Takes it is made from, by part name.
        waits_on: Units that must be decided first.
        pinned: The shot is locked by a person: the take stays although the board may have moved on.
        in_use: The take that stands for the unit now, if any; it may be of an earlier board.
        falls: Changes of maker that count now, oldest first.
    """

    unit: Unit
    scene: Scene
    shot: Shot
    standing: Standing | None
    brief: Digest | None
    rests_on: Mapping[str, Take] = field(default_factory=dict)
    waits_on: tuple[UnitId, ...] = ()
    pinned: bool = False
    in_use: TakeId | None = None
    falls: tuple[Fall, ...] = ()

    @property
    def fell_to(self) -> str:
        """Who makes it now; empty while that is who was asked first."""
        return self.falls[-1].to if self.falls else ""


def build_brief(
    snapshot: Snapshot, scene: Scene, shot: Shot, unit: Unit, rests_on: Mapping[str, Take]
) -> Brief:
    """The visual basis of a unit, from the board and the takes it rests on."""
    board, picture = snapshot.board, snapshot.settings.picture
    match unit.kind:
        case UnitKind.VOICE:
            return briefs.voice_brief(board, scene, shot, unit)
        case UnitKind.CLIP:
            first, last = rests_on["key"], rests_on.get("key_last")
            return briefs.clip_brief(
                board,
                scene,
                shot,
                unit,
                picture,
                keyframe=first.media,
                layers=first.part("layers"),
                keyframe_last=last.media if last else None,
                layers_last=last.part("layers") if last else None,
            )
        case UnitKind.KEYFRAME if rests_on:
            plates = {part: (take.media, take.part("layers")) for part, take in rests_on.items()}
            return briefs.composite_brief(board, scene, shot, unit, picture, plates=plates)
        case _:
            return briefs.still_brief(board, scene, shot, unit, picture)


def brief_inputs(brief: Brief) -> dict[str, Digest]:
    """The media that a brief rests on, by the part they play."""
    match brief:
        case ClipBrief():
            found = {
                "keyframe": brief.keyframe,
                "layers": brief.layers,
                "keyframe_last": brief.keyframe_last,
                "layers_last": brief.layers_last,
            }
            return {role: digest for role, digest in found.items() if digest is not None}
        case CompositeBrief():
            return {f"plate:{plate.plate}": plate.media for plate in brief.plates}
        case _:
            return {}


BriefDigest = Callable[[Scene, Shot, Unit, Mapping[str, Take]], Digest]
ReadTakes = Callable[[Iterable[TakeId]], Mapping[TakeId, Take]]


def brief_digest(snapshot: Snapshot) -> BriefDigest:
    """Digests of briefs, computed each time; see ``briefcache`` for the remembering kind."""
    return lambda scene, shot, unit, rests_on: digest_of(build_brief(snapshot, scene, shot, unit, rests_on))


def wishes(
    snapshot: Snapshot,
    facts: Facts,
    digest: BriefDigest,
    read_takes: ReadTakes,
    shots: Sequence[ShotCode] | None = None,
) -> Iterator[Wish]:
    """Where every unit stands, in the order of the board, or of these shots only.

    Args:
        snapshot: Board, settings and locks.
        facts: Takes and reviews of at least these shots.
        digest: How a unit's brief is named.
        read_takes: Fetches takes that others rest on.
        shots: All when ``None``.
    """
    wanted = None if shots is None else set(shots)
    pairs = [
        (scene, shot)
        for scene in snapshot.board.scenes
        for shot in scene.shots
        if wanted is None or shot.code in wanted
    ]
    likely = _takes_that_others_rest_on(snapshot, facts, pairs)
    takes = read_takes(likely)
    for scene, shot in pairs:
        yield from _shot_wishes(snapshot, facts, digest, takes, scene, shot)


def _takes_that_others_rest_on(
    snapshot: Snapshot, facts: Facts, pairs: Iterable[tuple[Scene, Shot]]
) -> list[TakeId]:
    found: dict[TakeId, None] = {}
    for _, shot in pairs:
        for unit in shot.units:
            if unit.kind in {UnitKind.CLIP, UnitKind.VOICE}:
                continue
            lock = snapshot.locks.lock(unit.id)
            if lock:
                found[lock.take] = None
            for review in facts.reviews_of(unit.id):
                if review.kind is ReviewKind.APPROVE and review.take is not None:
                    found[review.take] = None
    return list(found)


def _shot_wishes(
    snapshot: Snapshot,
    facts: Facts,
    digest: BriefDigest,
    takes: Mapping[TakeId, Take],
    scene: Scene,
    shot: Shot,
) -> Iterator[Wish]:
    pins = snapshot.locks.of(shot.code)
    held = bool(pins) and not by_policy(pins)
    decided: dict[str, Take] = {}
    for unit in sorted(shot.units, key=lambda u: _ORDER.index(u.kind)):
        lock = pins.get(unit.id.part)
        needs = staleness.dependencies(unit, shot)
        missing = tuple(need for need in needs if need.part not in decided)
        if missing:
            yield Wish(unit, scene, shot, None, None, waits_on=missing, in_use=lock.take if lock else None)
            continue
        rests_on = {need.part: decided[need.part] for need in needs}
        brief = digest(scene, shot, unit, rests_on)
        if held and lock:
            stands: Standing = Chosen(lock.take)
            in_use: TakeId | None = lock.take
        else:
            stands = standing(facts.takes_of(unit.id), facts.reviews_of(unit.id), brief)
            match stands:
                case Chosen(take):
                    in_use = take
                case Waiting() | Wanted():
                    in_use = stands.standby or (lock.take if lock else None)
        if isinstance(stands, Chosen) and stands.take in takes:
            decided[unit.id.part] = takes[stands.take]
        yield Wish(
            unit,
            scene,
            shot,
            stands,
            brief,
            rests_on,
            pinned=held and bool(lock),
            in_use=in_use,
            falls=facts.falls_of(unit.id, brief),
        )


def wanted_now(found: Iterable[Wish], goal: Goal) -> Iterator[Wish]:
    """The wishes that a run towards the goal can make at once."""
    for wish in found:
        if wish.unit.kind in _KINDS[goal] and isinstance(wish.standing, Wanted) and not wish.pinned:
            yield wish


class PlanAction(StrEnum):
    """What a run would do about a unit."""

    MAKE = "make"
    FOLLOW = "follow"
    REUSE = "reuse"
    ASK = "ask"
    KEEP = "keep"
    MEND = "mend"


class PlanItem(Value, frozen=True, kw_only=True):
    """What a run would do about one unit, and why.

    Attributes:
        action: ``make`` now; ``follow`` once what it rests on is made and if that changed; ``reuse``; ``ask`` a person
            about a take that is there; ``keep`` a locked take although the board moved on; ``mend`` the contract first.
        reasons: The fields that changed, or what is missing.
        take: The take in use, where there is one.
        low: Cost if the first candidate is accepted.
        expected: Cost by the acceptance seen so far.
        high: Cost if every allowed candidate is made.
    """

    unit: UnitId
    kind: UnitKind
    action: PlanAction
    reasons: tuple[str, ...] = ()
    maker: str = ""
    take: TakeId | None = None
    low: Money = Money.zero("USD")
    expected: Money = Money.zero("USD")
    high: Money = Money.zero("USD")


class Plan(Value, frozen=True, kw_only=True):
    """What a run would do.

    Attributes:
        items: Every unit that is not simply reused.
        reused: Number of units that need nothing.
    """

    items: tuple[PlanItem, ...]
    reused: int
    goal: Goal

    @property
    def to_make(self) -> tuple[PlanItem, ...]:
        """What a run would make, at once or after what it rests on."""
        return tuple(i for i in self.items if i.action in {PlanAction.MAKE, PlanAction.FOLLOW})

    @property
    def to_ask(self) -> tuple[PlanItem, ...]:
        """What waits for a person."""
        return tuple(i for i in self.items if i.action is PlanAction.ASK)

    @property
    def to_mend(self) -> tuple[PlanItem, ...]:
        """What cannot be made from its contract."""
        return tuple(i for i in self.items if i.action is PlanAction.MEND)

    @property
    def kept(self) -> tuple[PlanItem, ...]:
        """Locked takes that the board has moved on from."""
        return tuple(i for i in self.items if i.action is PlanAction.KEEP)


def stale_fields(old: Brief, new: Brief) -> tuple[str, ...]:
    """The fields that changed between two briefs, in words.

    What follows from a changed field (a camera's place from the shot's size) is named only where nothing else is.
    """
    changes = staleness.changes_between(old, new)
    written = tuple(str(change) for change in changes if not change.derived)
    if written:
        return written
    derived = [str(change) for change in changes]
    more = len(derived) - _MOST_DERIVED
    return (*derived[:_MOST_DERIVED], *((f"and {more} more that follow",) if more > 0 else ()))


#: Derived changes come in dozens; the first few say enough.
_MOST_DERIVED = 4
