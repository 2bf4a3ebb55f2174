"""A run: hand in what can be made, work it off in this process, and lock what policy may lock."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from picturelock.core.anchor import Value
from picturelock.core.failures import Stopped, UserError
from picturelock.core.ids import ShotCode, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Phase
from picturelock.core.policy import Settings
from picturelock.engine.engine import Engine
from picturelock.engine.port import JobState, State, WorkersDied
from picturelock.gate.profiles import profile
from picturelock.generate import calls
from picturelock.generate.calls import Following, OpenCall
from picturelock.review.standing import Waiting
from picturelock.studio.briefcache import BriefCache
from picturelock.studio.buying import API
from picturelock.studio.calling import is_stalled
from picturelock.studio.contracting import gaps
from picturelock.studio.deciding import approve_passed, lock_complete
from picturelock.studio.desk import Desks
from picturelock.studio.facts import Facts, count_units_with_takes, read_given_up, unjudged
from picturelock.studio.looking import look
from picturelock.studio.making import AUTO, Errand, is_on_order
from picturelock.studio.planning import Goal, Snapshot, Wish, kinds_of, wanted_now
from picturelock.studio.pricing import priced
from picturelock.studio.production import Production
from picturelock.studio.vouching import check_names, check_rates
from picturelock.studio.workplace import make_desks, make_engine, vendors_used

_POLL_S = 0.2
_POLL_VENDORS_S = 2.0  # while all that is left to do is theirs
_HANDED_IN_AT_ONCE = 20  # shots; the first are worked on while the recipes of others go to the disk


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        done: Units that have a take now.
        total: Units that are to have one.
        label: What happened last.
    """

    done: int
    total: int
    label: str


class RunReport(Value, frozen=True, kw_only=True):
    """What a run did.

    Attributes:
        made: Units that got a new take.
        waiting: Units with a take that waits for a person.
        failed: Units whose making stopped, and why.
        capped: Those of them that a cap or a red line stopped.
        held: Paid calls that wait for a person, by their unit.
        locked: Shots that policy locked.
        spent: Settled by this run.
    """

    goal: Goal
    made: tuple[UnitId, ...]
    waiting: tuple[UnitId, ...]
    failed: dict[str, str]
    capped: tuple[str, ...] = ()
    held: dict[str, str] = {}
    locked: tuple[ShotCode, ...]
    spent: Money = Money.zero("USD")


def run(
    production: Production,
    goal: Goal,
    *,
    auto: bool | None = None,
    max_cost: Money | None = None,
    errand: Errand = Errand(),  # noqa: B008  # a frozen value
    author: str,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> RunReport:
    """Make everything that can be made towards the goal.

    Args:
        production: Whose board.
        goal: How far.
        auto: Approve what passes its gate, and lock complete shots; ``None`` takes the production's setting.
        max_cost: Tightens the production's cap for this run.
        errand: How urgent its requests to vendors are, and who pays.
        author: Who runs it.
        on_progress: Told now and then.

    Raises:
        Busy: Another process runs this production.
    """
    production.commit("Edit the board", author)
    snapshot = production.snapshot()
    check_names(snapshot.settings)
    check_rates(snapshot.board, snapshot.settings)
    settings = _capped(snapshot.settings, max_cost)
    snapshot = Snapshot(snapshot.board, settings, snapshot.locks)
    auto = settings.auto_approve if auto is None else auto
    found, known = look(production, snapshot)
    if auto and approve_passed(production, found, AUTO):
        found, known = look(production, snapshot)
    before = {take.id for takes in known.candidates.values() for take in takes}
    failures, capped = dict[str, str](), ()
    left, silent = _left_over(production), _unjudged(production, settings, found)
    while (
        left
        or silent
        or any(w.unit.id not in failures and not gaps(snapshot, w) for w in wanted_now(found, goal))
    ):
        failures, capped = _work(
            production,
            snapshot,
            goal,
            auto=auto,
            errand=errand,
            author=author,
            on_progress=on_progress,
            found=found,
            known=known,
            silent=silent,
        )
        found, known = look(production, snapshot)
        # What an earlier run had ordered to be asked about, this one may approve; more can be made then.
        more = auto and approve_passed(production, found, AUTO)
        if more:
            found, known = look(production, snapshot)
        wanted = {wish.unit.id for wish in wanted_now(found, goal)}
        failures = {unit: why for unit, why in failures.items() if unit in wanted}
        left, silent = False, []
        if not more:
            break
    locked: list[ShotCode] = []
    if auto and goal is not Goal.KEYFRAMES:
        locked = lock_complete(production, production.snapshot(), found)
        if locked:
            production.commit(f"Lock {len(locked)} shot{'s' * (len(locked) > 1)} by policy", author)
    made = [unit for unit, takes in known.candidates.items() if any(take.id not in before for take in takes)]
    kinds = kinds_of(goal)
    return RunReport(
        goal=goal,
        made=tuple(made),
        waiting=tuple(w.unit.id for w in found if isinstance(w.standing, Waiting) and w.unit.kind in kinds),
        failed={**failures, **_unmakeable(snapshot, found, goal)},
        capped=capped,
        held=_held(production),
        locked=tuple(locked),
    )


def _unmakeable(snapshot: Snapshot, found: list[Wish], goal: Goal) -> dict[str, str]:
    """Units that their contract gate holds back, and why."""
    lacking = {w.unit.id: gaps(snapshot, w) for w in wanted_now(found, goal)}
    return {unit: f"contract: {'; '.join(why)}" for unit, why in lacking.items() if why}


def _capped(settings: Settings, max_cost: Money | None) -> Settings:
    if max_cost is None:
        return settings
    limit = settings.caps.money
    if limit is not None and max_cost.currency != limit.currency:
        raise UserError(
            f"this production counts in {limit.currency}",
            remedy=f"Give the limit in it, such as 5{limit.currency}.",
        )
    lower = max_cost if limit is None or max_cost < limit else limit

    return replace(settings, caps=replace(settings.caps, money=lower))


def _unjudged(production: Production, settings: Settings, found: Iterable[Wish]) -> list[TakeId]:
    """Takes in question on which no gate has answered by the profile of today."""
    takes = [take for wish in found if isinstance(wish.standing, Waiting) for take in wish.standing.takes]
    with production.reading() as connection:
        return unjudged(connection, production.name, takes, profile(settings.profile).label)


def _left_over(production: Production) -> bool:
    """Whether a process died with work in hand. Cheap: nothing is loaded unless an engine ever ran here."""
    mark = production.folder.engine / "unfinished"
    return mark.exists()


def _work(
    production: Production,
    snapshot: Snapshot,
    goal: Goal,
    *,
    auto: bool,
    errand: Errand,
    author: str,
    on_progress: Callable[[Progress], None],
    found: Iterable[Wish],
    known: Facts,
    silent: Collection[TakeId],
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Submit what is ready and work until nothing is left. Returns why units failed, and which a cap stopped."""
    engine, workshop = make_engine(production)
    mark = production.folder.engine / "unfinished"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    prefix = f"{production.name}:"
    kinds = kinds_of(goal)
    total = sum(unit.kind in kinds for unit in snapshot.board.units())
    with engine:
        engine.prepare()
        order = workshop.order(snapshot, production.name, goal, auto=auto, by=author, errand=errand)
        failed_before = engine.jobs(prefix=prefix, states=[State.FAILED])
        given_back = [job.key for job in failed_before if _workers_died(job)]
        known_failures = {job.key for job in failed_before} - set(given_back)
        for key in given_back:
            engine.resume(key)
        vendors = vendors_used(production, snapshot)
        with engine.working(), make_desks(production, engine, workshop, vendors) as desks:
            workshop.judge_again(order, silent)
            following = Following(production=production.name)
            with production.reading() as connection:
                calls_now = following.open_calls(connection)
            workshop.buyer.fetch_again(calls_now, _named(known_failures))
            bought = {call.call.unit: call.call for call in calls_now}
            shots = list(
                dict.fromkeys(
                    wish.shot.code
                    for wish in wanted_now(found, goal)
                    if (call := bought.get(wish.unit.id)) is None or not is_on_order(wish, call, order, known)
                )
            )
            digests = BriefCache(production.folder.cache / "briefs.json", snapshot)
            for start in range(0, len(shots), _HANDED_IN_AT_ONCE):
                part = shots[start : start + _HANDED_IN_AT_ONCE]
                with production.reading() as connection, priced(production.folder):
                    ready = workshop.ready(connection, order, digests, part)
                with production.writing() as connection:
                    workshop.hand_in(connection, ready)
            pause = threading.Event()
            while True:
                at_work = _at_work(engine, prefix)
                # Between the two looks a call may have ended, and have handed in what follows it.
                waits = (
                    not at_work and bool(vendors) and _in_flight(production, following, engine, prefix, desks)
                )
                if not at_work and not waits and not _at_work(engine, prefix):
                    break
                on_progress(_progress(production, total))
                pause.wait(_POLL_S if at_work else _POLL_VENDORS_S)
        failed = [
            job for job in engine.jobs(prefix=prefix, states=[State.FAILED]) if job.key not in known_failures
        ]
    if not any(_workers_died(job) for job in failed):
        mark.unlink(missing_ok=True)
    on_progress(_progress(production, total))
    with production.reading() as connection:
        given_up = read_given_up(connection, production.name)
    why = {unit: message for unit, (message, _) in given_up.items()}
    why |= {job.key.split(":")[1]: job.failure.message if job.failure else "it failed" for job in failed}
    stopped = {
        job.key.split(":")[1] for job in failed if job.failure and job.failure.kind == Stopped.__name__
    }
    return why, tuple(sorted(stopped))


def _held(production: Production) -> dict[str, str]:
    with production.reading() as connection:
        known = calls.open_calls(connection, production=production.name)
    return {
        str(call.call.unit): f"{call.call.id}: {_why_held(call)}"
        for call in known
        if _is_held(call, production)
    }


def _is_held(call: OpenCall, production: Production) -> bool:
    """Whether a call waits for a person: a job that its vendor has had too long may never end."""
    return call.state.phase is Phase.UNRESOLVED or is_stalled(call, production.clock)


def _why_held(call: OpenCall) -> str:
    return call.state.note or f"{call.call.vendor} has had it longer than it ever needs"


def _at_work(engine: Engine, prefix: str) -> bool:
    return bool(engine.jobs(prefix=prefix, states=[State.WAITING, State.RUNNING]))


def _in_flight(
    production: Production, following: Following, engine: Engine, prefix: str, desks: Desks
) -> bool:
    """Whether a call of this production will go on by itself."""
    asked = desks.asked()  # before the calls are read: what was asked about may have ended since
    with production.reading() as connection:
        known = following.open_calls(connection)
    if not known:
        return False
    # A call whose worker died time after time stands still until the next run.
    stopped = _named(job.key for job in engine.jobs(prefix=prefix, states=[State.FAILED]))
    return any(str(call.call.id) not in stopped and _goes_on(call, production, asked) for call in known)


def _goes_on(call: OpenCall, production: Production, asked: Callable[[OpenCall], bool]) -> bool:
    """A job that was left alone for a day may have ended long ago, so it is asked about before a person is."""
    unasked = call.state.phase is Phase.ACCEPTED and not asked(call)
    return unasked or not _is_held(call, production)


def _named(keys: Iterable[str]) -> set[str]:
    """Everything that jobs' keys name; calls among it."""
    return {part for key in keys for part in key.split(":")}


def _workers_died(job: JobState) -> bool:
    """Workers died with it, which was not the work's own fault so surely that a new run should not try it again."""
    return job.failure is not None and job.failure.kind == WorkersDied.__name__


def _progress(production: Production, total: int) -> Progress:
    with production.reading() as connection:
        done, newest = count_units_with_takes(connection, production.name)
    return Progress(min(done, total), total, newest)


def work(
    production: Production, stopped: Callable[[], bool], queues: Sequence[str] | None = None, name: str = ""
) -> None:
    """Work off what others hand in, until told to stop.

    Args:
        production: Whose, and that of everybody who shares its database.
        stopped: Whether it was told to; asked several times a second.
        queues: Serve only these; the desks of vendors are kept by who serves ``api``.
        name: Tells the workers of one machine apart.

    Raises:
        Busy: Another process works under this identity.
    """
    engine, workshop = make_engine(production, name)
    with engine:
        engine.prepare()
        serves_vendors = queues is None or API in queues
        vendors = vendors_used(production, production.snapshot()) if serves_vendors else []
        with engine.working(queues), make_desks(production, engine, workshop, vendors):
            # A signal that another thread receives wakes nobody, so nothing may be waited for without an end.
            while not stopped():
                time.sleep(_POLL_S)
