"""What people say about takes, and locks: each word is a fact, and what it makes possible is handed in with it."""

from collections.abc import Iterable

from picturelock.core.anchor import Value
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, NotFound
from picturelock.core.ids import ShotCode, TakeId, UnitId
from picturelock.core.policy import Action
from picturelock.core.take import Lock, LockFile, ReviewKind
from picturelock.generate import calls
from picturelock.history.locks import POLICY, by_policy, with_shot, without_shot
from picturelock.review.standing import Chosen, Waiting, Wanted
from picturelock.studio import facts as store
from picturelock.studio.calling import advice, is_stalled
from picturelock.studio.contracting import gaps
from picturelock.studio.looking import look
from picturelock.studio.planning import Snapshot, Wish
from picturelock.studio.production import Production


class InboxItem(Value, frozen=True, kw_only=True):
    """Something that waits for a person.

    Attributes:
        takes: The candidates, oldest first; empty where the making itself stopped.
        why: What the gate said, or why it stopped.
    """

    unit: UnitId
    takes: tuple[TakeId, ...]
    why: str


def say(production: Production, kind: ReviewKind, take: TakeId, by: str, note: str = "") -> UnitId:
    """Approve or reject a take.

    Raises:
        NotFound: No such take.
        Conflict: The shot is locked by a person.
    """
    with production.writing() as connection:
        found = store.read_take(connection, production.name, take)
        _hold_locked(production, found.unit)
        store.record_review(
            connection, production.name, found.unit, kind, take, by, note, production.clock.now()
        )
    return found.unit


def ask_again(production: Production, unit: UnitId, by: str, note: str) -> None:
    """Ask for another take of a unit; what was approved stays in use until then.

    Raises:
        NotFound: No such unit.
        Conflict: The shot is locked by a person.
    """
    shot = production.board().shot(unit.shot)
    if shot.unit(unit.part) is None:
        has = ", ".join(u.id.part for u in shot.units)
        raise NotFound(f"{unit.shot} has no unit {unit.part!r}", remedy=f"It has: {has}.")
    _hold_locked(production, unit)
    with production.writing() as connection:
        store.record_review(
            connection,
            production.name,
            unit,
            ReviewKind.RETAKE,
            None,
            by,
            note,
            production.clock.now(),
        )


def _hold_locked(production: Production, unit: UnitId) -> None:
    pins = production.locks().of(unit.shot)
    if pins and not by_policy(pins):
        raise Conflict(f"{unit.shot} is locked", remedy=f"Open it first: `picturelock unlock {unit.shot}`.")


def inbox(production: Production) -> list[InboxItem]:
    """Everything that waits for a person, in the order of the board, then what gave up."""
    snapshot = production.snapshot()
    found, known = look(production, snapshot)
    waiting = {w.unit.id: w.standing.takes for w in found if isinstance(w.standing, Waiting)}
    with production.reading() as connection:
        newest = [takes[-1] for takes in waiting.values()]
        verdicts = store.read_verdicts(connection, production.name, newest)
        given_up = store.read_given_up(connection, production.name)
        bought = calls.open_calls(connection, production=production.name)
        contradicted = store.read_contradictions(connection, production.name)
    items: list[InboxItem] = []
    for unit, takes in waiting.items():
        answer = verdicts.get(takes[-1])
        why = answer[1].reason if answer else "its gate has not answered yet"
        items.append(InboxItem(unit=unit, takes=takes, why=why))
    wanted = {w.unit.id for w in found if isinstance(w.standing, Wanted)}
    for wish in found:
        lacking = gaps(snapshot, wish) if isinstance(wish.standing, Wanted) else ()
        if lacking:
            items.append(InboxItem(unit=wish.unit.id, takes=(), why=f"contract: {'; '.join(lacking)}"))
    items += [
        InboxItem(unit=unit, takes=(), why=message)
        for unit, (message, at) in given_up.items()
        if unit in wanted and not any(r.at > at for r in known.reviews_of(unit))
    ]
    for call in bought:
        why = advice(call, stalled=is_stalled(call, production.clock))
        if why:
            items.append(InboxItem(unit=call.call.unit, takes=(), why=f"{call.call.id}: {why}"))
    for name, (unit, job) in contradicted.items():
        more = f"the vendor also has job {job}" if job else "the vendor made something"
        why = (
            f"{name}: {more}, which its record does not hold; it may be charged. Hold the vendor's bill against ours "
            f"with `picturelock cost reconcile`, then say `picturelock resolve {name} --noted`."
        )
        items.append(InboxItem(unit=unit, takes=(), why=why))
    return items


def lock_shot(production: Production, code: ShotCode, by: str) -> dict[str, Lock]:
    """Pin a shot to its chosen takes.

    Raises:
        Conflict: A unit of the shot is not decided; the message says which.
    """
    snapshot = production.snapshot()
    snapshot.board.shot(code)
    found, _ = look(production, snapshot, [code])
    pins = _pins(production, found, by)
    undecided = [wish.unit.id for wish in found if wish.unit.id.part not in pins]
    if undecided:
        raise Conflict(
            f"{code} cannot be locked: no approved take of the board as it is for {', '.join(undecided)}",
            remedy="See `picturelock inbox`, or make what is missing with `picturelock run`.",
        )
    production.write_locks(with_shot(snapshot.locks, code, pins))
    production.commit(f"Lock {code}", by)
    return pins


def open_shot(production: Production, code: ShotCode, by: str) -> None:
    """Unlock a shot.

    Raises:
        Conflict: It is not locked.
    """
    locks = production.locks()
    if not locks.of(code):
        raise Conflict(f"{code} is not locked", remedy="See `picturelock status` for what is.")
    production.write_locks(without_shot(locks, code))
    production.commit(f"Open {code}", by)


def approve_passed(production: Production, found: Iterable[Wish], by: str) -> int:
    """Policy's part for takes that waited for a person: approve the newest of each unit that its gate accepted.

    Returns:
        How many were approved.
    """
    newest = {w.unit.id: w.standing.takes[-1] for w in found if isinstance(w.standing, Waiting)}
    if not newest:
        return 0
    with production.writing() as connection:
        verdicts = store.read_verdicts(connection, production.name, newest.values())
        passed = [
            (unit, take, verdicts[take][1].reason)
            for unit, take in newest.items()
            if take in verdicts and verdicts[take][1].action is Action.ACCEPT
        ]
        now = production.clock.now()
        for unit, take, reason in passed:
            store.record_review(connection, production.name, unit, ReviewKind.APPROVE, take, by, reason, now)
    return len(passed)


def lock_complete(production: Production, snapshot: Snapshot, found: Iterable[Wish]) -> list[ShotCode]:
    """Policy's part: pin every shot whose units are all decided, and follow where its own pins are outdated.

    Returns:
        The shots whose pins changed.
    """
    by_shot: dict[ShotCode, list[Wish]] = {}
    for wish in found:
        by_shot.setdefault(wish.shot.code, []).append(wish)
    locks, changed = snapshot.locks, list[ShotCode]()
    for code, wished in by_shot.items():
        held = locks.of(code)
        if held and not by_policy(held):
            continue
        pins = _pins(production, wished, f"{POLICY}auto-approve")
        if len(pins) == len(wished) and pins != held:
            locks = with_shot(locks, code, pins)
            changed.append(code)
    if changed:
        production.write_locks(locks)
    return changed


def _pins(production: Production, found: Iterable[Wish], by: str) -> dict[str, Lock]:
    chosen = {w.unit.id.part: w.standing.take for w in found if isinstance(w.standing, Chosen)}
    with production.reading() as connection:
        takes = store.read_some_takes(connection, production.name, chosen.values())
    return {
        part: Lock(take=name, media=takes[name].media, recipe=takes[name].recipe, by=by)
        for part, name in sorted(chosen.items())
        if name in takes
    }


def pinned_digests(locks: LockFile) -> set[Digest]:
    """What the locks name."""
    return {d for pins in locks.shots.values() for lock in pins.values() for d in (lock.media, lock.recipe)}
