"""The workflow of one take: intend, make, record, gate — and what becomes possible by it.

Each step is durable before the next begins. A step in flight at a crash runs again, so every step may run twice: the
intent, the take and the verdict are written once by their keys, and the same recipe's bytes land on themselves.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from picturelock.board import briefs
from picturelock.core.anchor import Value
from picturelock.core.board import Board, Scene, Shot, Unit, UnitKind
from picturelock.core.brief import StillBrief, read_brief
from picturelock.core.clock import Clock
from picturelock.core.codec import built, canonical, from_json, plain
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, GenerationFailed, PicturelockError, Retry
from picturelock.core.ids import ShotCode, TakeId, UnitId
from picturelock.core.paidcall import VendorFailure
from picturelock.core.policy import Action, Settings
from picturelock.core.take import LockFile, Recipe, ReviewKind, Take, take_id
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.db.statements import hold
from picturelock.engine.port import Job, Steps
from picturelock.gate.decision import Situation
from picturelock.gate.profiles import profile
from picturelock.generate import calls
from picturelock.generate.calls import PaidCall
from picturelock.generate.provider import Product
from picturelock.generate.registry import maker, provider, route, vendor
from picturelock.generate.vendor import Vendor
from picturelock.ledger import book
from picturelock.ledger.scope import Scope
from picturelock.review.falling import Fall
from picturelock.review.standing import Wanted, read_reviews
from picturelock.studio import facts as store
from picturelock.studio import judging
from picturelock.studio.buying import API, FETCH, SEND, Buyer
from picturelock.studio.contracting import contract_verdict
from picturelock.studio.pacing import pace
from picturelock.studio.planning import (
    BriefDigest,
    Goal,
    Snapshot,
    Wish,
    brief_digest,
    build_brief,
    wanted_now,
    wishes,
)
from picturelock.studio.recipes import maker_of, write_recipe
from picturelock.studio.succession import after_refusal, is_paid, open_actions, successors, unpaid
from picturelock.vault.store import Vault

#: Signs what the automatic review says.
AUTO = "policy:auto-approve"
#: Signs the retakes that the gate asks for by itself.
GATE = "policy:gate"

WORKFLOW = "make_take"
JUDGE = "judge_take"
QUEUE = "cpu"

_FIRST_PAUSE = timedelta(seconds=2)


class Errand(Value, frozen=True, kw_only=True):
    """How urgent a run's requests to vendors are, and whose budget they are on.

    Attributes:
        priority: Lower goes first.
        task: The task card that pays; its cap holds.
        deadline: Aware UTC; what is not sent by then is not sent any more.
    """

    priority: int = 0
    task: str = ""
    deadline: datetime | None = None


class Order(Value, frozen=True, kw_only=True):
    """What a run asked for; every job of the run carries it, so that edits meanwhile do not reach it.

    Attributes:
        board: Digest of the board's canonical JSON.
        settings: Digest of the settings' canonical JSON.
        locks: Digest of the lock file's canonical JSON.
        auto: Takes that pass their gate are approved by policy.
        by: Who ordered it.
        errand: How urgent its requests are, and who pays.
    """

    production: str
    board: Digest
    settings: Digest
    locks: Digest
    goal: Goal
    auto: bool
    by: str = ""
    errand: Errand = Errand()


class TakeJob(Value, frozen=True, kw_only=True):
    """One take to be made.

    Attributes:
        number: Of the paid call for this recipe; a call that failed is followed by the next.
    """

    order: Order
    unit: UnitId
    brief: Digest
    recipe: Digest
    number: int = 0


class Made(Value, frozen=True, kw_only=True):
    """What came of the call."""

    product: Product
    milliseconds: int


class Workshop:
    """Makes takes: the workflow's steps, and the jobs that follow from what was decided.

    Args:
        database: Facts.
        vault: Objects.
        clock: Time.
        submit: Hands a job to the engine inside a transaction.
        worker: Who works.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        submit: Callable[[sa.Connection, Job], None],
        worker: str = "",
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._submit = submit
        self._snapshot = lru_cache(maxsize=4)(self._read_snapshot)
        self.buyer = Buyer(
            database,
            vault,
            clock,
            submit,
            settings_of=lambda payload: self._snapshot(built(TakeJob, payload).order).settings,
            task_of=lambda payload: built(TakeJob, payload).order.errand.task,
            pace_of=pace,
            after_delivery=self._delivered,
            after_failure=self._undelivered,
            worker=worker,
        )

    def workflows(self) -> dict[str, Callable[[Steps, Any], Any]]:
        """By name, as the engine is given them."""
        return {
            WORKFLOW: self.make_take,
            JUDGE: self.judge_take,
            SEND: self.buyer.send_call,
            FETCH: self.buyer.fetch_call,
        }

    def make_take(self, steps: Steps, payload: Any) -> Any:
        """The workflow of one take.

        Args:
            steps: Durable steps.
            payload: A :class:`TakeJob`.

        Returns:
            The name of the take; of the call, where it is bought.
        """
        job = built(TakeJob, payload)
        recipe = from_json(Recipe, self._vault.read(job.recipe))
        try:
            if isinstance(maker(recipe.provider), Vendor):
                # The workflow ends here: the vendor takes minutes, and what it answers hands in what follows.
                return steps.run("order", self._order_call, payload)
            steps.run("intend", self._intend, payload)
            made = self._make(steps, job, payload)
            name = steps.run("record", self._record, payload, made)
            steps.run("gate", self._gate, payload, name)
        except Exception as error:  # a fault of ours, too, must reach the inbox
            steps.run("give_up", self._give_up, payload, type(error).__name__, str(error))
            raise
        return name

    def judge_take(self, steps: Steps, payload: Any) -> Any:
        """The workflow of a take that was bought: its gate, and what follows."""
        try:
            return steps.run("gate", self._gate, payload["job"], payload["take"])
        except Exception as error:
            steps.run("give_up", self._give_up, payload["job"], type(error).__name__, str(error))
            raise

    def order(
        self,
        snapshot: Snapshot,
        production: str,
        goal: Goal,
        *,
        auto: bool,
        by: str = "",
        errand: Errand = Errand(),  # noqa: B008  # a frozen value
    ) -> Order:
        """Pin a snapshot so that jobs can carry it."""
        return Order(
            production=production,
            board=self._vault.put(canonical(snapshot.board)),
            settings=self._vault.put(canonical(snapshot.settings)),
            locks=self._vault.put(canonical(snapshot.locks)),
            goal=goal,
            auto=auto,
            by=by,
            errand=errand,
        )

    def submit_ready(
        self,
        connection: sa.Connection,
        order: Order,
        digest: BriefDigest,
        shots: list[ShotCode] | None = None,
        only: UnitId | None = None,
    ) -> list[UnitId]:
        """Hand in every take that can be made now; what was handed in before stays as it is.

        Args:
            connection: Inside a transaction.
            order: What was asked for.
            digest: How a unit's brief is named.
            shots: Of these alone.
            only: This unit alone.

        Returns:
            The units, in the order of the board.
        """
        jobs = self.ready(connection, order, digest, shots, only)
        self.hand_in(connection, jobs)
        return [unit for unit, _ in jobs]

    def hand_in(self, connection: sa.Connection, jobs: Iterable[tuple[UnitId, Job]]) -> None:
        """Hand in what was found ready; what was handed in before stays as it is."""
        for _, job in jobs:
            self._submit(connection, job)

    def ready(
        self,
        connection: sa.Connection,
        order: Order,
        digest: BriefDigest,
        shots: list[ShotCode] | None = None,
        only: UnitId | None = None,
    ) -> list[tuple[UnitId, Job]]:
        """What :meth:`submit_ready` would hand in; its recipes are in the vault. Many take a while to get there.

        Args:
            connection: To read with.
            order: What was asked for.
            digest: How a unit's brief is named.
            shots: Of these alone.
            only: This unit alone.
        """
        snapshot = self._snapshot(order)
        units = None
        if shots is not None:
            units = [unit.id for code in shots for unit in snapshot.board.shot(code).units]
        known = store.read_facts(connection, order.production, units)

        def read(names: Iterable[Any]) -> dict[Any, Take]:
            return store.read_some_takes(connection, order.production, names)

        found: list[tuple[UnitId, Job]] = []
        for wish in wanted_now(wishes(snapshot, known, digest, read, shots), order.goal):
            if only is not None and wish.unit.id != only:
                continue
            if not contract_verdict(snapshot, wish.shot, wish.unit, wish.fell_to).passed:
                continue
            job, recipe = self._job(connection, order, snapshot, wish)
            if not self._is_settled(connection, order.production, built(TakeJob, job.payload), recipe):
                found.append((wish.unit.id, job))
        return found

    def judge_again(self, order: Order, takes: Collection[TakeId]) -> None:
        """Hand in the gate of takes whose work stopped before their gate answered, or that another profile answered on.

        What is at work stays as it is.
        """
        if not takes:
            return
        label = profile(self._snapshot(order).settings.profile).label
        with self._database.write() as connection:
            for take in store.read_some_takes(connection, order.production, takes).values():
                stopped = self._times_given_up(connection, order.production, take.unit, take.recipe)
                if not stopped and not store.is_judged(connection, order.production, take.id):
                    continue
                job = TakeJob(order=order, unit=take.unit, brief=take.brief, recipe=take.recipe)
                payload = {"job": plain(job), "take": str(take.id)}
                key = f"{order.production}:{take.unit}:{take.recipe.hex[:16]}:gate:{label}:{stopped}"
                self._submit(connection, Job(key=key, workflow=JUDGE, queue=QUEUE, payload=payload))

    def _times_given_up(
        self, connection: sa.Connection, production: str, unit: UnitId, recipe: Digest
    ) -> int:
        return connection.execute(
            sa.select(sa.func.count())
            .select_from(tables.event)
            .where(
                tables.event.c.production == production,
                tables.event.c.subject == f"{unit}:{recipe.hex[:16]}",
                tables.event.c.kind == "given_up",
            )
        ).scalar_one()

    def _is_settled(self, connection: sa.Connection, production: str, job: TakeJob, wanted: Recipe) -> bool:
        """Whether a job must not be ordered, whatever a run wants.

        A request that a vendor's moderation has stopped is not sent again. And while a call is open that an earlier
        version of Picturelock ordered for the same, its words being others is no reason to buy it twice.
        """
        if not isinstance(maker(wanted.provider), Vendor):
            return False
        made = calls.calls_of(connection, production, job.unit)
        last = next((call for call in reversed(made) if call.call.recipe == job.recipe), None)
        if last is not None and last.state.failure is not None and last.state.failure.kind.moderated:
            return True
        return any(
            not call.state.phase.ended
            and call.call.recipe != job.recipe
            and call.call.brief == job.brief
            and _asks_the_same(from_json(Recipe, self._vault.read(call.call.recipe)), wanted)
            for call in made
        )

    def _job(
        self, connection: sa.Connection, order: Order, snapshot: Snapshot, wish: Wish
    ) -> tuple[Job, Recipe]:
        assert isinstance(wish.standing, Wanted)  # noqa: S101  # what `wanted_now` promises
        brief = build_brief(snapshot, wish.scene, wish.shot, wish.unit, wish.rests_on)
        brief_name = self._vault.put(canonical(brief))
        recipe = write_recipe(snapshot, wish, wish.standing, brief, brief_name, self._clock.now().date())
        recipe_name = self._vault.put(canonical(recipe))
        unit = wish.unit.id
        given_up = self._times_given_up(connection, order.production, unit, recipe_name)
        job = Job(
            key=f"{order.production}:{unit}:{recipe_name.hex[:16]}:{given_up}",
            workflow=WORKFLOW,
            queue=_queue_of(recipe),
            payload=plain(
                TakeJob(
                    order=order,
                    unit=unit,
                    brief=brief_name,
                    recipe=recipe_name,
                    number=calls.next_number(connection, order.production, unit, recipe_name),
                )
            ),
        )
        return job, recipe

    def _read_snapshot(self, order: Order) -> Snapshot:
        read = self._vault.read
        return Snapshot(
            board=from_json(Board, read(order.board)),
            settings=from_json(Settings, read(order.settings)),
            locks=from_json(LockFile, read(order.locks)),
        )

    def _order_call(self, payload: Any) -> str:
        job = built(TakeJob, payload)
        recipe = from_json(Recipe, self._vault.read(job.recipe))
        with self._database.read() as connection:
            known = store.read_facts(connection, job.order.production, [job.unit])
        try:
            vendor(recipe.provider).check(recipe, self._vault)
        except Conflict as error:
            # This model cannot do it; nothing was sent. A key that is missing is for a person to mend.
            with self._database.write() as connection:
                if not self._taken_over(connection, job, recipe, str(error), None):
                    raise
            return "taken over"
        return self.buyer.intend(
            job.order.production,
            recipe,
            payload=payload,
            takes=len(known.takes_of(job.unit)),
            attempt_of=job.number,
            by=job.order.by,
            priority=job.order.errand.priority,
            deadline=job.order.errand.deadline,
        )

    def _delivered(self, connection: sa.Connection, call: PaidCall, take: Take) -> None:
        self._submit(
            connection,
            Job(
                key=f"{call.production}:{call.unit}:{call.id}:gate",
                workflow=JUDGE,
                queue=QUEUE,
                payload={"job": call.payload, "take": str(take.id)},
            ),
        )

    def _undelivered(self, connection: sa.Connection, call: PaidCall, error: PicturelockError) -> None:
        job = built(TakeJob, call.payload)
        settings = self._snapshot(job.order).settings
        if error.retry is Retry.LATER and self._times_sent(connection, call) <= settings.retries:
            again = replace(job, number=call.number + 1)
            key = f"{call.production}:{call.unit}:{call.recipe.hex[:16]}:call:{again.number}"
            self._submit(connection, Job(key=key, workflow=WORKFLOW, queue=API, payload=plain(again)))
            return
        failure = calls.read(connection, call.id).state.failure
        recipe = from_json(Recipe, self._vault.read(call.recipe))
        if failure is not None and self._taken_over(connection, job, recipe, str(error), failure):
            return
        self._put_down(connection, job, type(error).__name__, str(error))

    def _times_sent(self, connection: sa.Connection, call: PaidCall) -> int:
        """Calls for the same recipe; those that never got a place do not count against the retries."""
        known = calls.calls_of(connection, call.production, call.unit)
        return sum(one.call.recipe == call.recipe and not one.state.had_no_place for one in known)

    def _taken_over(
        self,
        connection: sa.Connection,
        job: TakeJob,
        recipe: Recipe,
        reason: str,
        failure: VendorFailure | None,
    ) -> bool:
        """Whether another maker makes the unit whose calls bring nothing, because the policy names one."""
        snapshot = self._snapshot(job.order)
        shot = snapshot.board.shot(job.unit.shot)
        unit = shot.unit(job.unit.part)
        if unit is None:
            return False
        known = store.read_facts(connection, job.order.production, [job.unit])
        falls = known.falls_of(job.unit, job.brief)
        present, model = route(maker_of(unit, snapshot.settings, falls[-1].to if falls else ""))
        left = f"{recipe.provider}/{recipe.model}"
        if (present.name, model.name) != (recipe.provider, route(left)[1].name):
            return True  # done in another life of this step
        brief = read_brief(self._vault.read(job.brief))
        able = successors(snapshot, shot, unit, brief, falls, self._clock.now().date())
        others = able if failure is None else after_refusal(able, failure, recipe.provider)
        if not others:
            return False
        action = Action.OTHER_MODEL if is_paid(others[0]) else Action.FALL_BACK
        self._fall(connection, job, left, others[0], action, reason)
        digest = brief_digest(snapshot)
        return bool(self.submit_ready(connection, job.order, digest, [job.unit.shot], only=job.unit))

    def _fall(
        self, connection: sa.Connection, job: TakeJob, left: str, to: str, action: Action, reason: str
    ) -> None:
        known = store.read_facts(connection, job.order.production, [job.unit])
        said = read_reviews(known.reviews_of(job.unit), known.takes_of(job.unit))
        fall = Fall(
            unit=job.unit,
            brief=job.brief,
            left=left,
            to=to,
            action=action,
            reason=reason,
            retakes=said.retakes,
            at=self._clock.now(),
        )
        store.record_fall(connection, job.order.production, fall)

    def _intend(self, payload: Any) -> None:
        job = built(TakeJob, payload)
        production = job.order.production
        settings = self._snapshot(job.order).settings
        recipe = from_json(Recipe, self._vault.read(job.recipe))
        quote = provider(recipe.provider).quote(recipe)
        now = self._clock.now()
        with self._database.write() as connection:
            hold(connection, f"ledger:{production}")
            taken = len(store.read_facts(connection, production, [job.unit]).takes_of(job.unit))
            fresh = store.record_intent(connection, production, job.unit, job.recipe, recipe.attempt, now)
            if not fresh:
                return
            scope = Scope(unit=job.unit, vendor=recipe.provider, model=recipe.model)
            book.allow(connection, production, settings.caps, scope, quote, None, taken)
            if quote.amount:
                book.enter(connection, production, book.Kind.RESERVE, at=now, amount=quote, unit=job.unit)

    def _make(self, steps: Steps, job: TakeJob, payload: Any) -> Any:
        retries = self._snapshot(job.order).settings.retries
        for number in range(retries + 1):
            answer = steps.run(f"make:{number}", self._call, payload)
            if "failed" not in answer:
                return answer
            if answer["failed"]["retry"] != Retry.LATER.value or number == retries:
                raise GenerationFailed(answer["failed"]["message"], retry=Retry(answer["failed"]["retry"]))
            pause = answer["failed"]["after"] or _FIRST_PAUSE.total_seconds() * 2**number
            steps.sleep(pause)
        raise GenerationFailed("the provider was never asked", retry=Retry.LATER)

    def _call(self, payload: Any) -> Any:
        job = built(TakeJob, payload)
        recipe = from_json(Recipe, self._vault.read(job.recipe))
        began = self._clock.now()
        try:
            product = provider(recipe.provider).make(recipe, self._vault)
        except PicturelockError as error:
            now = self._clock.now()
            spent = round((now - began) / timedelta(milliseconds=1))
            with self._database.write() as connection:
                store.record_failed_call(
                    connection,
                    job.order.production,
                    job.unit,
                    job.recipe,
                    recipe.provider,
                    recipe.model,
                    error,
                    spent,
                    now,
                )
            after = error.after.total_seconds() if error.after else None
            return {"failed": {"message": str(error), "retry": error.retry.value, "after": after}}
        milliseconds = round((self._clock.now() - began) / timedelta(milliseconds=1))
        return plain(Made(product=product, milliseconds=milliseconds))

    def _record(self, payload: Any, made: Any) -> str:
        job, done = built(TakeJob, payload), built(Made, made)
        recipe = from_json(Recipe, self._vault.read(job.recipe))
        cost = provider(recipe.provider).quote(recipe)
        take = Take(
            id=take_id(job.unit, job.recipe),
            unit=job.unit,
            recipe=job.recipe,
            brief=job.brief,
            media=done.product.media,
            parts=done.product.parts,
            attempt=recipe.attempt,
            provider=recipe.provider,
            model=recipe.model,
            model_version=recipe.model_version,
            cost=cost,
            tokens=done.product.tokens,
            milliseconds=done.milliseconds,
            duration_frames=done.product.duration_frames,
            made_at=self._clock.now(),
        )
        production = job.order.production
        with self._database.write() as connection:
            if store.record_take(connection, production, take) and cost.amount:
                for kind in (book.Kind.RELEASE, book.Kind.SETTLE):
                    book.enter(
                        connection,
                        production,
                        kind,
                        at=take.made_at,
                        amount=cost,
                        unit=job.unit,
                        take=take.id,
                    )
        return str(take.id)

    def _gate(self, payload: Any, name: str) -> str:
        job = built(TakeJob, payload)
        order, production = job.order, job.order.production
        snapshot = self._snapshot(order)
        shot, scene = snapshot.board.shot(job.unit.shot), snapshot.board.scene(job.unit.shot.scene)
        unit = shot.unit(job.unit.part)
        if unit is None:
            raise GenerationFailed(f"the board has no unit {job.unit}", retry=Retry.NEVER)
        with self._database.read() as connection:
            take = store.read_take(connection, production, take_id(job.unit, job.recipe))
            stored = store.read_measurements(connection, production, take.id)
        brief = read_brief(self._vault.read(job.brief))
        measured = judging.remembered(stored, take, unit) or judging.measure(
            self._vault,
            snapshot.settings.picture,
            shot,
            brief,
            take,
            basis=_basis(snapshot, scene, shot, unit),
            neighbours=_locked_neighbours(snapshot, job.unit),
        )
        with self._database.write() as connection:
            if store.is_judged(connection, production, take.id, profile(snapshot.settings.profile).label):
                return "judged before"
            known = store.read_facts(connection, production, [job.unit])
            now = self._clock.now()
            store.record_measurements(connection, production, take.id, measured, now)
            said = read_reviews(known.reviews_of(job.unit), known.takes_of(job.unit))
            _, model = route(f"{take.provider}/{take.model}")
            falls = known.falls_of(job.unit, job.brief)
            asked, _ = route(maker_of(unit, snapshot.settings, falls[-1].to if falls else ""))
            # A take that comes late from a maker that was left changes nothing about who makes the next.
            others = list[str]()
            if asked.name == take.provider:
                others += successors(snapshot, shot, unit, brief, falls, now.date())
            situation = Situation(
                takes=len(known.takes_of(job.unit)),
                cap=snapshot.settings.caps.takes_per_unit,
                retries=snapshot.settings.retries,
                retried=said.retakes - (falls[-1].retakes if falls else 0),
                deterministic=model.deterministic,
                available=open_actions(others),
            )
            verdict, decision = judging.answer(measured, snapshot.settings, scene, shot, unit, situation)
            store.record_verdict(connection, production, take.id, verdict, decision, now)
            if decision.action is Action.ACCEPT and order.auto:
                store.record_review(
                    connection,
                    production,
                    job.unit,
                    ReviewKind.APPROVE,
                    take.id,
                    AUTO,
                    decision.reason,
                    now,
                )
            elif decision.action in {Action.RETRY, Action.OTHER_MODEL, Action.FALL_BACK}:
                store.record_review(
                    connection,
                    production,
                    job.unit,
                    ReviewKind.REJECT,
                    take.id,
                    GATE,
                    decision.reason,
                    now,
                )
            if decision.action in {Action.OTHER_MODEL, Action.FALL_BACK}:
                to = others[0] if decision.action is Action.OTHER_MODEL else unpaid(others)[0]
                left = f"{take.provider}/{take.model}"
                self._fall(connection, job, left, to, decision.action, decision.reason)
            self.submit_ready(connection, order, brief_digest(snapshot), [job.unit.shot])
        return decision.action.value

    def _give_up(self, payload: Any, kind: str, message: str) -> None:
        with self._database.write() as connection:
            self._put_down(connection, built(TakeJob, payload), kind, message)

    def _put_down(self, connection: sa.Connection, job: TakeJob, kind: str, message: str) -> None:
        store.record_event(
            connection,
            job.order.production,
            "given_up",
            f"{job.unit}:{job.recipe.hex[:16]}",
            {"unit": job.unit, "recipe": job.recipe, "error": kind, "message": message},
            self._clock.now(),
        )


def is_on_order(wish: Wish, call: PaidCall, order: Order, known: store.Facts) -> bool:
    """Whether an open call is what an order would make of a wish: nothing that a recipe follows from is new since.

    Args:
        wish: What is wanted.
        call: For the same unit.
        order: What is asked for now.
        known: Facts of the unit.
    """
    before = built(TakeJob, call.payload).order
    if call.brief != wish.brief or (before.board, before.settings, before.locks) != (
        order.board,
        order.settings,
        order.locks,
    ):
        return False
    said = (*known.reviews_of(call.unit), *known.falls_of(call.unit, call.brief))
    return all(word.at < call.intended_at for word in said)


def _asks_the_same(one: Recipe, other: Recipe) -> bool:
    """Whether two versions of Picturelock would want the same of the same model, in their own words."""

    def wanted(recipe: Recipe) -> Recipe:
        return replace(recipe, code_version="", prompt="", model_version="")

    return wanted(one) == wanted(other)


def _queue_of(recipe: Recipe) -> str:
    found, model = route(f"{recipe.provider}/{recipe.model}")
    return API if isinstance(found, Vendor) else model.queue


def _basis(snapshot: Snapshot, scene: Scene, shot: Shot, unit: Unit) -> StillBrief | None:
    """What the board wants to be seen in a picture; a composite is held to it as a drawing would be."""
    if unit.kind in {UnitKind.CLIP, UnitKind.VOICE}:
        return None
    return briefs.still_brief(snapshot.board, scene, shot, unit, snapshot.settings.picture)


def _locked_neighbours(snapshot: Snapshot, unit: UnitId) -> list[tuple[str, Digest]]:
    """Locked keyframes of the same scene, nearest first."""
    scene = snapshot.board.scene(unit.shot.scene)
    codes = [shot.code for shot in scene.shots]
    here = codes.index(unit.shot)
    by_distance = sorted(
        (code for code in codes if code != unit.shot), key=lambda code: abs(codes.index(code) - here)
    )
    pins = ((code, snapshot.locks.of(code).get("key")) for code in by_distance)
    return [(str(code), lock.media) for code, lock in pins if lock is not None][:2]
