"""Where things stand, for people: status, takes, blocking, contact sheets."""

from typing import Any

from picturelock.core.anchor import Value
from picturelock.core.board import UnitKind
from picturelock.core.codec import plain
from picturelock.core.digest import Digest
from picturelock.core.failures import NotFound
from picturelock.core.frametime import seconds_text
from picturelock.core.ids import ShotCode, TakeId, UnitId
from picturelock.core.policy import Decision
from picturelock.core.take import Measurement, Take, Verdict
from picturelock.history.locks import by_policy
from picturelock.review.standing import Chosen, Waiting, Wanted, read_reviews
from picturelock.studio import facts as store
from picturelock.studio.looking import look
from picturelock.studio.planning import Wish
from picturelock.studio.production import Production


class UnitStatus(Value, frozen=True, kw_only=True):
    """Where one unit stands.

    Attributes:
        standing: ``chosen``, ``waiting`` for review, ``wanted``, or ``blocked`` by what it rests on.
    """

    unit: UnitId
    kind: UnitKind
    standing: str
    take: TakeId | None


class ShotStatus(Value, frozen=True, kw_only=True):
    """Where one shot stands.

    Attributes:
        lock: ``open``, ``policy`` or ``person``.
    """

    shot: ShotCode
    description: str
    frames: int
    lock: str
    units: tuple[UnitStatus, ...]

    @property
    def done(self) -> int:
        """Units that are decided."""
        return sum(unit.standing == "chosen" for unit in self.units)


class Status(Value, frozen=True, kw_only=True):
    """Where the production stands.

    Attributes:
        edited: The folder's texts differ from the head revision.
    """

    title: str
    head: str
    edited: bool
    frames: int
    seconds: str
    shots: tuple[ShotStatus, ...]


def status(production: Production) -> Status:
    """Where every shot stands."""
    snapshot = production.snapshot()
    found, _ = look(production, snapshot)
    by_shot: dict[ShotCode, list[Wish]] = {}
    for wish in found:
        by_shot.setdefault(wish.shot.code, []).append(wish)
    shots: list[ShotStatus] = []
    for shot in snapshot.board.shots():
        pins = snapshot.locks.of(shot.code)
        shots.append(
            ShotStatus(
                shot=shot.code,
                description=shot.description,
                frames=shot.frames,
                lock="open" if not pins else "policy" if by_policy(pins) else "person",
                units=tuple(_unit_status(wish) for wish in by_shot.get(shot.code, [])),
            )
        )
    head = production.head()
    folder = production.folder
    put = [folder.board.read_bytes(), production.lock_bytes(), folder.settings.read_bytes()]

    now = [Digest.of(data) for data in put]
    edited = head is None or now != [head[1].board_text, head[1].locks, head[1].settings]
    frames = sum(shot.frames for shot in snapshot.board.shots())
    return Status(
        title=snapshot.settings.title,
        head=str(head[0]) if head else "",
        edited=edited,
        frames=frames,
        seconds=seconds_text(snapshot.settings.picture.frame_rate.seconds(frames)),
        shots=tuple(shots),
    )


def _unit_status(wish: Wish) -> UnitStatus:
    match wish.standing:
        case None:
            word, take = "blocked", wish.in_use
        case Chosen(take):
            word = "chosen"
        case Waiting(takes):
            word, take = "waiting", takes[-1]
        case Wanted():
            word, take = "wanted", wish.in_use
    return UnitStatus(unit=wish.unit.id, kind=wish.unit.kind, standing=word, take=take)


class TakeView(Value, frozen=True, kw_only=True):
    """A take with what is known of it.

    Attributes:
        review: ``approved``, ``rejected``, ``set aside`` or empty.
        fits: Made for the board as it is now.
        in_use: Stands for its unit now.
    """

    take: Take
    review: str
    fits: bool
    in_use: bool
    decision: Decision | None
    verdict: Verdict | None
    measurements: tuple[Measurement, ...]


def takes_of(production: Production, shot: ShotCode) -> list[TakeView]:
    """Every take of a shot, oldest first by unit.

    Raises:
        NotFound: No such shot.
    """
    snapshot = production.snapshot()
    units = [unit.id for unit in snapshot.board.shot(shot).units]
    found, known = look(production, snapshot, [shot])
    wanted = {wish.unit.id: wish for wish in found}
    views: list[TakeView] = []
    with production.reading() as connection:
        takes = store.read_takes(connection, production.name, units)
        verdicts = store.read_verdicts(connection, production.name, [t.id for t in takes])
        for take in sorted(takes, key=lambda t: units.index(t.unit)):
            said = read_reviews(known.reviews_of(take.unit), known.takes_of(take.unit))
            verdict, decision = verdicts.get(take.id, (None, None))
            wish = wanted[take.unit]
            views.append(
                TakeView(
                    take=take,
                    review=_said(said.approved, said.rejected, said.superseded, take.id),
                    fits=wish.brief == take.brief,
                    in_use=wish.in_use == take.id,
                    decision=decision,
                    verdict=verdict,
                    measurements=store.read_measurements(connection, production.name, take.id),
                )
            )
    return views


def _said(
    approved: tuple[TakeId, ...], rejected: frozenset[TakeId], aside: frozenset[TakeId], take: TakeId
) -> str:
    if take in aside:
        return "set aside"
    if take in approved:
        return "approved"
    return "rejected" if take in rejected else ""


def blocking_of(production: Production, code: ShotCode) -> Any:
    """A shot's small scene in metres, as JSON values.

    Raises:
        NotFound: No such shot.
    """
    from picturelock.board.blocking import derive

    snapshot = production.snapshot()
    shot = snapshot.board.shot(code)
    scene = snapshot.board.scene(code.scene)
    return plain(derive(snapshot.board, scene, shot, snapshot.settings.picture))


def board_sheet(production: Production) -> bytes:
    """The keyframe in use of every shot, or the newest that waits for review, as one PNG.

    Raises:
        NotFound: The board has no shot.
    """
    from picturelock.cut.sheet import Cell, contact_sheet

    snapshot = production.snapshot()
    found, _ = look(production, snapshot)
    keys: dict[ShotCode, TakeId] = {}
    for wish in found:
        shown = wish.standing.takes[-1] if isinstance(wish.standing, Waiting) else wish.in_use
        if wish.unit.kind is UnitKind.KEYFRAME and shown:
            keys[wish.shot.code] = shown
    with production.reading() as connection:
        takes = store.read_some_takes(connection, production.name, keys.values())
    cells: list[Cell] = []
    for shot in snapshot.board.shots():
        take = takes.get(keys[shot.code]) if shot.code in keys else None
        rate = snapshot.settings.picture.frame_rate
        cells.append(
            Cell(
                picture=production.vault.read(take.media) if take else None,
                title=str(shot.code),
                lines=(
                    f"{_words(shot.size)}, {_words(shot.move.kind)}, {float(rate.seconds(shot.frames)):.1f} s",
                    shot.description,
                ),
            )
        )
    if not cells:
        raise NotFound("the board has no shot")
    return contact_sheet(cells, columns=4, heading=snapshot.settings.title)


def takes_sheet(production: Production, only: ShotCode | None) -> bytes:
    """Every still and clip take, or one shot's, as one PNG; clips by a frame from their middle.

    Raises:
        NotFound: There is no take yet, or no such shot.
    """
    from picturelock.cut.sheet import Cell, contact_sheet
    from picturelock.media.decode import frame_png

    snapshot = production.snapshot()
    shots = [only] if only else None
    if only:
        snapshot.board.shot(only)
    found, known = look(production, snapshot, shots)
    in_use = {wish.in_use for wish in found}
    units = [w.unit.id for w in found if w.unit.kind is not UnitKind.VOICE]
    order = {unit: number for number, unit in enumerate(units)}
    with production.reading() as connection:
        takes = store.read_takes(connection, production.name, units)
    cells: list[Cell] = []
    for take in sorted(takes, key=lambda t: (order[t.unit], t.attempt)):
        said = read_reviews(known.reviews_of(take.unit), known.takes_of(take.unit))
        if take.unit.part == "clip":
            with production.vault.local(take.media) as path:
                picture = frame_png(path, take.duration_frames // 2)
        else:
            picture = production.vault.read(take.media)
        review = _said(said.approved, said.rejected, said.superseded, take.id)
        cells.append(
            Cell(
                picture=picture,
                title=str(take.unit),
                lines=(f"{take.id} #{take.attempt}", review or "not reviewed"),
                circled=take.id in in_use,
            )
        )
    if not cells:
        raise NotFound("there is no take yet", remedy="Make some with `picturelock run`.")
    return contact_sheet(cells, columns=6, heading=f"{snapshot.settings.title}: takes")


def _words(value: str) -> str:
    return value.replace("_", " ")
