"""A trailer from a board: the shots that sell the film, in their order, to a given length.

Every shot is scored by what it offers (a new place, a strong face, movement, a short punch line). A knapsack over frames
then takes the best set whose length lies within five per cent of what is asked.
"""

from msgspec.structs import replace

from picturelock.core.anchor import CharacterAnchor
from picturelock.core.blocking import Expression, Pose
from picturelock.core.board import Board, Certainty, Mark, Scene, Shot, Transition, TransitionKind
from picturelock.core.contract import Framing, ShotSize
from picturelock.core.ids import AnchorId, ShotCode

_TOLERANCE = 20  # one twentieth
_CANDIDATES = 360
_STRONG = frozenset(
    {
        Expression.AFRAID,
        Expression.ANGRY,
        Expression.SURPRISED,
        Expression.SAD,
        Expression.HAPPY,
        Expression.RESOLUTE,
    }
)
_LIVELY = frozenset({Pose.RUN, Pose.CLIMB, Pose.FALL, Pose.EMBRACE, Pose.POINT, Pose.CARRY, Pose.KNEEL})


def trailer(board: Board, seconds: int) -> Board:
    """Only the shots of a trailer of this length, with the codes they have on the whole board.

    Args:
        board: The whole board.
        seconds: Wanted length, 1 or more; met within 5% when the board is long enough.
    """
    rate = board.frame_rate
    target = rate.frames(seconds)
    most, least = target + target // _TOLERANCE, target - target // _TOLERANCE
    scored = _scores(board)
    chosen = {shot.code: why for shot, why in _choose(scored, least, most)}
    scenes = tuple(s for scene in board.scenes if (s := _kept(scene, chosen)).shots)
    total = sum(shot.frames for scene in scenes for shot in scene.shots)
    marks = list(board.marks)
    if not least <= total <= most:
        marks.append(
            Mark(
                what=f"the trailer runs {total / float(rate):.1f} s, {seconds} s were asked for: no set of whole shots comes closer",
                about="trailer",
            )
        )
    scenes = _ends(scenes, rate.nominal)
    return replace(board, scenes=scenes, anchors=_used(board, scenes), marks=tuple(marks))


def _scores(board: Board) -> list[tuple[Shot, float, str]]:
    found: list[tuple[Shot, float, str]] = []
    met: set[AnchorId] = set()
    for scene in board.scenes:
        ranked = sorted(
            ((_score(shot, met), i) for i, shot in enumerate(scene.shots)), key=lambda r: (-r[0][0], r[1])
        )
        # A trailer jumps: every further shot of the same scene is worth less.
        discount = {i: 0.82**rank for rank, (_, i) in enumerate(ranked)}
        values = {i: score for score, i in ranked}
        for i, shot in enumerate(scene.shots):
            value, why = values[i]
            found.append((shot, value * discount[i], why))
        met.update(s.who for shot in scene.shots for unit in shot.units for s in unit.contract.subjects)
    return found


def _score(shot: Shot, met: set[AnchorId]) -> tuple[float, str]:
    contract = shot.units[0].contract if shot.units else None
    subjects = contract.subjects if contract else ()
    reasons: list[tuple[float, str]] = []
    if shot.framing is Framing.ESTABLISHING and shot.transition.kind is not TransitionKind.CUT:
        reasons.append((3.0, "opens a chapter of the story"))
    if shot.framing is Framing.ESTABLISHING:
        reasons.append((2.2, "shows the world"))
    if any(s.who not in met for s in subjects):
        reasons.append((2.0, "introduces a character"))
    if any(s.expression in _STRONG for s in subjects):
        reasons.append((2.4, "a face that feels something"))
    if any(s.pose in _LIVELY for s in subjects):
        reasons.append((2.6, "movement"))
    if shot.move.needs_last_keyframe:
        reasons.append((2.6, "a camera move that reveals"))
    words = sum(len(s.text.split()) for s in shot.speeches)
    if shot.speeches and words <= 9:
        reasons.append((2.1, "a line short enough to remember"))
    if shot.size in {ShotSize.CLOSE_UP, ShotSize.EXTREME_CLOSE_UP}:
        reasons.append((0.8, "close"))
    base = 1.0 if not shot.speeches else 0.7
    best = max(reasons, default=(0.0, "fills the length"))
    return base + sum(r for r, _ in reasons), best[1]


def _choose(scored: list[tuple[Shot, float, str]], least: int, most: int) -> list[tuple[Shot, str]]:
    """The best set by a knapsack over frames; where no set reaches the least length, the longest that fits."""
    if sum(shot.frames for shot, _, _ in scored) <= most:
        return [(shot, why) for shot, _, why in scored]
    order = sorted(range(len(scored)), key=lambda i: (-scored[i][1] / scored[i][0].frames, i))[:_CANDIDATES]
    best: list[float] = [0.0] + [-1.0] * most
    taken: list[bytearray] = []
    for i in order:
        shot, value, _ = scored[i]
        row = bytearray(most + 1)
        for total in range(most, shot.frames - 1, -1):
            before = best[total - shot.frames]
            if before >= 0 and before + value > best[total]:
                best[total] = before + value
                row[total] = 1
        taken.append(row)
    within = [t for t in range(least, most + 1) if best[t] >= 0]
    total = (
        max(within, key=lambda t: (best[t], -t))
        if within
        else max(t for t in range(most + 1) if best[t] >= 0)
    )
    kept: set[int] = set()
    for row, i in zip(reversed(taken), reversed(order), strict=True):
        if row[total]:
            kept.add(i)
            total -= scored[i][0].frames
    return [(scored[i][0], scored[i][2]) for i in sorted(kept)]


def _kept(scene: Scene, chosen: dict[ShotCode, str]) -> Scene:
    shots = []
    for shot in scene.shots:
        if shot.code in chosen:
            reason = Mark(
                what=f"in the trailer: {chosen[shot.code]}", about="trailer", certainty=Certainty.NOTE
            )
            shots.append(replace(shot, marks=(*shot.marks, reason)))
    return replace(scene, shots=tuple(shots))


def _ends(scenes: tuple[Scene, ...], nominal: int) -> tuple[Scene, ...]:
    if not scenes:
        return scenes
    first, last = scenes[0].shots[0], scenes[-1].shots[-1]
    opened = replace(first, transition=Transition(kind=TransitionKind.FADE_IN, frames=max(1, nominal // 2)))
    scenes = (replace(scenes[0], shots=(opened, *scenes[0].shots[1:])), *scenes[1:])
    closed = replace(scenes[-1].shots[-1], fade_out=last.fade_out or nominal)
    return (*scenes[:-1], replace(scenes[-1], shots=(*scenes[-1].shots[:-1], closed)))


def _used(board: Board, scenes: tuple[Scene, ...]) -> tuple:
    """Anchors that the trailer still shows or hears; style stays."""
    used: set[AnchorId] = {s.location for s in scenes if s.location}
    for shot in (shot for scene in scenes for shot in scene.shots):
        used.update(s.speaker for s in shot.speeches)
        for unit in shot.units:
            used.update(unit.contract.props)
            for subject in unit.contract.subjects:
                used.update(n for n in (subject.who, subject.looks_at, subject.holding) if n)
    return tuple(
        a
        for a in board.anchors
        if a.id in used or (not isinstance(a, CharacterAnchor) and a.id.startswith("style_"))
    )
