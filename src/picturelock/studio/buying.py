"""Paid takes: the intent with its reservation, the one request, the fetching, the bill.

Each state of a call is durable before the next begins (``core.paidcall``). The steps here are run by the engine and may
run again after a crash at any moment; what they find written decides what they do:

- *reserved*: the request has not left. It is sent, after it is written down that it is about to be.
- *submitting*: another life of this step was about to send it, and nobody knows whether it did. The call is in doubt, and
  is only looked up; see :mod:`picturelock.studio.desk`.
- anything later: somebody else has gone on. Nothing is left to do here.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from picturelock.core.brief import read_brief
from picturelock.core.clock import Clock
from picturelock.core.codec import from_json
from picturelock.core.digest import Digest
from picturelock.core.failures import (
    BadDocument,
    Charged,
    Conflict,
    Damaged,
    GenerationFailed,
    PicturelockError,
    Retry,
    Stopped,
    UserError,
)
from picturelock.core.ids import CallId
from picturelock.core.paidcall import (
    Accepted,
    Arrived,
    Bill,
    BillSource,
    CallEvent,
    CallState,
    Cancelled,
    Failed,
    FailureKind,
    Finished,
    Lost,
    NotFoundThere,
    Phase,
    Refused,
    Settled,
    Submitting,
    TurnedAway,
    Unresolved,
    VendorFailure,
    client_token,
)
from picturelock.core.policy import Settings
from picturelock.core.take import Recipe, Take, take_id
from picturelock.db.connection import Database
from picturelock.engine.crashpoints import passing
from picturelock.engine.port import Job, Steps
from picturelock.generate import calls
from picturelock.generate.calls import OpenCall, PaidCall
from picturelock.generate.intake import take_in
from picturelock.generate.registry import vendor
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    Downloaded,
    Expired,
    MadeIt,
    NoAnswer,
    SaidNo,
    Submission,
    TookIt,
    Unusable,
    Vanished,
)
from picturelock.generate.vendor import Job as VendorJob
from picturelock.ledger import book
from picturelock.ledger.rates import convert
from picturelock.ledger.scope import Scope
from picturelock.studio import facts as store
from picturelock.studio.exchange import rate_of
from picturelock.vault.store import Vault

SEND = "send_call"
FETCH = "fetch_call"
API = "api"

_PUSHED_BACK = 12  # times that a request is turned away before it is given up
_LONGEST_PAUSE_SECONDS = 86_400.0
_SENDS = 4  # tries of ours, while the database is not to be had; the request leaves in one of them at most
_STALE = timedelta(seconds=5)
_KEPT_SECONDS = 600.0  # an answer, while the database is away
_FETCHES = 6
#: Many wait for vendors at once, but a clip that is decoded and encoded takes a processor and much memory.
_TAKING_IN = threading.BoundedSemaphore(max(1, len(os.sched_getaffinity(0))))
_TELLS = 8
#: Kinds of no that are about the moment and not about the request.
_FOR_NOW = {FailureKind.RATE, FailureKind.CONCURRENCY, FailureKind.OUTAGE}

Submit = Callable[[sa.Connection, Job], None]


class _Overtaken(Exception):
    """Somebody else wrote to the call first."""


class Buyer:
    """Buys takes: steps of the engine, and what the desk does with what it hears.

    Args:
        database: Facts.
        vault: Objects.
        clock: Time.
        submit: Hands a job to the engine inside a transaction.
        settings_of: The settings that a call was ordered under.
        task_of: The task card that a call is on the budget of; empty for none.
        pace_of: Of a vendor's waiting times; below 1 for one that is emulated in a hurry.
        after_delivery: Hands in the work on a take that has just been recorded, inside the transaction.
        after_failure: Hands in what follows a call that brought nothing, inside the transaction.
        worker: Who sends.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        submit: Submit,
        settings_of: Callable[[dict[str, Any]], Settings],
        task_of: Callable[[dict[str, Any]], str],
        pace_of: Callable[[str], float],
        after_delivery: Callable[[sa.Connection, PaidCall, Take], None],
        after_failure: Callable[[sa.Connection, PaidCall, PicturelockError], None],
        worker: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._submit = submit
        self._settings_of = settings_of
        self._task_of = task_of
        self._pace_of = pace_of
        self._after_delivery = after_delivery
        self._after_failure = after_failure
        self._worker = worker

    def intend(
        self,
        production: str,
        recipe: Recipe,
        *,
        payload: dict[str, Any],
        takes: int,
        attempt_of: int,
        by: str,
        priority: int = 0,
        deadline: datetime | None = None,
    ) -> CallId:
        """Authorise a call: check it, reserve its price, and write the intent, in one transaction.

        Args:
            production: Whose.
            recipe: In the vault already.
            payload: What the work after the delivery needs.
            takes: The unit's takes so far, for its cap.
            attempt_of: Number of the call for this recipe; a call with this number is made once.
            by: Who ordered it.
            priority: Lower goes first.
            deadline: Aware UTC, after which it is not sent any more.

        Raises:
            Stopped: A cap would be passed. Nothing is reserved.
            UserError: It cannot be sent as it is, or its price is not known.
        """
        supplier = vendor(recipe.provider)
        supplier.check(recipe, self._vault)
        now = self._clock.now()
        quote = supplier.quote(recipe, now.date())
        digest = recipe.digest()
        brief = recipe.input("brief")
        if brief is None:
            raise GenerationFailed("the recipe has no brief", retry=Retry.NEVER)
        name = calls.call_id(production, recipe.unit, digest, attempt_of)
        call = PaidCall(
            id=name,
            production=production,
            unit=recipe.unit,
            recipe=digest,
            brief=brief,
            number=attempt_of,
            vendor=recipe.provider,
            model=recipe.model,
            token=client_token(name),
            quote=quote,
            payload=payload,
            priority=priority,
            by_whom=by,
            deadline=deadline,
            intended_at=now,
        )
        settings = self._settings_of(payload)
        with self._database.write() as connection:
            if calls.intend(connection, call):
                rate = rate_of(settings, quote.high.currency, call.vendor, now)
                book.reserve(
                    connection, production, settings.caps, self._scope(call), name, quote, rate, takes, now
                )
        passing("buy.reserved")
        return name

    def _scope(self, call: PaidCall) -> Scope:
        task = self._task_of(call.payload)
        return Scope(unit=call.unit, vendor=call.vendor, model=call.model, task=task, by_whom=call.by_whom)

    # The request

    def send_call(self, steps: Steps, payload: Any) -> Any:
        """The workflow of one request. Whatever comes of it, the desk goes on from what is written."""
        name, event = CallId(payload["call"]), payload["event"]
        for number in range(_SENDS):
            try:
                return steps.run(f"send:{number}", self._send, name, event)
            except Exception as error:  # a fault of ours, too, must reach the inbox
                if number + 1 < _SENDS and isinstance(error, SQLAlchemyError):
                    steps.sleep(2.0**number)
                    continue
                steps.run("stop", self._not_sent, name, str(error))
                raise
        return "given up"

    def _not_sent(self, name: CallId, why: str) -> None:
        known = calls.read_now(self._database, name)
        match known.state.phase:
            case Phase.RESERVED:
                failure = VendorFailure(kind=FailureKind.UNKNOWN, message=why, retry=Retry.AFTER_CHANGE)
                self.close(known, Refused(failure=failure))
            case Phase.SUBMITTING:
                self._tell(known, Lost(why=why))
            case _:
                pass

    def _send(self, name: CallId, event: int) -> str:
        """Send the request that this job was handed in for.

        Args:
            name: The call.
            event: Number of the event that will say that the request is about to leave. A job that was handed in for
                an earlier attempt, and comes back to life, has nothing to send.
        """
        passing("send.begun")
        known = calls.read_now(self._database, name)
        match known.state.phase:
            case Phase.SUBMITTING if known.state.events == event + 1:
                # This step was here before, and its worker died.
                self._tell(known, Lost(why="the worker died while its request was out"))
                return "in doubt"
            case Phase.RESERVED if known.state.events == event:
                pass
            case other:
                return other.value
        call, now = known.call, self._clock.now()
        if call.deadline is not None and now > call.deadline:
            late = VendorFailure(kind=FailureKind.STALLED, message="its deadline passed before it was sent")
            self.close(known, Refused(failure=late))
            return "refused"
        recipe = from_json(Recipe, self._vault.read(call.recipe))
        supplier = vendor(call.vendor)
        try:
            with self._database.write() as connection:
                state = calls.tell(connection, name, known.state, Submitting(worker=self._worker), now)
        except Conflict:
            return "sent by another"
        passing("send.submitting")
        known = OpenCall(call=call, state=state, told=known.told)
        if self._clock.now() - now > _STALE:
            # A machine that slept: others may have looked for the request meanwhile, so it must not leave any more.
            why = VendorFailure(
                kind=FailureKind.OUTAGE, message="this machine stood still", retry=Retry.LATER
            )
            self._tell(known, TurnedAway(failure=why, not_before=self._clock.now()))
            return "too late"
        try:
            answer = supplier.submit(recipe, call.token, self._vault)
        except UserError as error:
            # Raised before anything is sent, by the adapter's promise.
            refused = VendorFailure(
                kind=FailureKind.INVALID, message=str(error), retry=Retry.AFTER_CHANGE, charged=Charged.NO
            )
            answer = SaidNo(failure=refused)
        passing("send.answered")
        self._keep_answer(known, answer)
        passing("send.told")
        return "sent"

    def _keep_answer(self, known: OpenCall, answer: Submission) -> None:
        """Write down what a vendor answered. Nobody else has its word, so it is kept while the database is away."""
        pause, until = 1.0, time.monotonic() + _KEPT_SECONDS
        while True:
            try:
                return self._answered(known, answer)
            except DBAPIError as error:
                away = isinstance(error, OperationalError) or error.connection_invalidated
                if not away or time.monotonic() > until:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, 10.0)

    def _answered(self, known: OpenCall, answer: Submission) -> None:
        match answer:
            case TookIt():
                self._tell(known, Accepted(job=answer.job, endpoint=answer.endpoint))
            case MadeIt():
                self.finished(known, answer)
            case AnswerLost():
                self._tell(known, Lost(why=answer.why))
            case SaidNo(failure=failure):
                for_now = failure.kind in _FOR_NOW and failure.retry is Retry.LATER
                if for_now and known.state.attempts < _PUSHED_BACK:
                    seconds = failure.after_seconds or 2.0 ** min(known.state.attempts, 8)
                    pause = timedelta(seconds=min(seconds, _LONGEST_PAUSE_SECONDS))
                    not_before = self._clock.now() + pause * self._pace_of(known.call.vendor)
                    self._tell(known, TurnedAway(failure=failure, not_before=not_before))
                elif failure.charged is Charged.NO:
                    self.close(known, Refused(failure=failure))
                else:
                    recipe = from_json(Recipe, self._vault.read(known.call.recipe))
                    self.close(known, Failed(failure=failure, bill=self._bill_of(known, recipe, failure)))

    # What the desk hears

    def tell(self, known: OpenCall, event: CallEvent) -> bool:
        """Write an event that costs and brings nothing. ``False`` if somebody else has gone on meanwhile."""
        return self._tell(known, event)

    def finished(self, known: OpenCall, made: MadeIt) -> bool:
        """The vendor has made it: write it down and hand in the fetching."""
        event = _finish(made)

        def follow(connection: sa.Connection, state: CallState) -> None:
            self._submit(connection, self.fetching(known.call, state))

        return self._tell(known, event, follow)

    def fetching(self, call: PaidCall, state: CallState) -> Job:
        """The job that fetches what a call brought; a call that asks again for new addresses gets another job."""
        return Job(
            key=f"{call.production}:{call.unit}:{call.id}:fetch:{state.events}",
            workflow=FETCH,
            queue=API,
            payload={"call": str(call.id)},
        )

    def sending(self, call: PaidCall, state: CallState) -> Job:
        """The job that sends a call's request; a request that was turned away gets another job."""
        return Job(
            key=f"{call.production}:{call.unit}:{call.id}:send:{state.events}",
            workflow=SEND,
            queue=API,
            payload={"call": str(call.id), "event": state.events},
        )

    def broke_off(self, known: OpenCall, said: BrokeOff, by: str = "the vendor") -> bool:
        """The vendor gave up: book what it costs nevertheless."""
        recipe = from_json(Recipe, self._vault.read(known.call.recipe))
        bill = said.bill or self._bill_of(known, recipe, said.failure)
        if said.cancelled and known.state.phase in {Phase.ACCEPTED, Phase.UNRESOLVED}:
            return self.close(known, Cancelled(by=by, bill=bill))
        return self.close(known, Failed(failure=said.failure, bill=bill))

    def _bill_of(self, known: OpenCall, recipe: Recipe, failure: VendorFailure) -> Bill:
        """What a failure costs where the vendor does not say: by its rule, or else what was quoted as likely."""
        by_rule = vendor(known.call.vendor).rule(recipe, failure)
        if by_rule is not None:
            return by_rule
        nothing = failure.charged is Charged.NO
        amount = known.call.quote.expected * 0 if nothing else known.call.quote.expected
        return Bill(amount=amount, source=BillSource.RULE if nothing else BillSource.QUOTE)

    def close(self, known: OpenCall, event: Refused | Failed | Cancelled) -> bool:
        """End a call that brought nothing, with its money, and hand in what follows."""
        call = known.call

        def follow(connection: sa.Connection, state: CallState) -> None:
            now = self._clock.now()
            settings = self._settings_of(call.payload)
            bill = event.bill if not isinstance(event, Refused) else None
            if bill is not None and bill.amount.amount:
                rate = rate_of(settings, bill.amount.currency, call.vendor, now)
                book.settle(connection, call.production, call.id, bill, rate, None, now)
            else:
                why = (
                    event.failure.message if not isinstance(event, Cancelled) else f"cancelled by {event.by}"
                )
                book.release(connection, call.production, call.id, why, now)
            error = _as_error(event, state)
            if not state.had_no_place:
                spent = round((now - call.intended_at) / timedelta(milliseconds=1))
                store.record_failed_call(
                    connection,
                    call.production,
                    call.unit,
                    call.recipe,
                    call.vendor,
                    call.model,
                    error,
                    spent,
                    now,
                )
            self._after_failure(connection, call, error)

        return self._tell(known, event, follow)

    # The result

    def fetch_call(self, steps: Steps, payload: Any) -> Any:
        """The workflow of one delivery: bytes into the vault, then the bill and the take."""
        name = CallId(payload["call"])
        try:
            outcome = self._fetch_patiently(steps, name)
            return steps.run("settle", self._settle, name) if outcome == "arrived" else outcome
        except Exception as error:  # it is paid for: a person must hear of it, and the next run tries again
            steps.run("stop", self._not_fetched, name, str(error))
            raise

    def _fetch_patiently(self, steps: Steps, name: CallId) -> str:
        for number in range(_FETCHES):
            outcome = steps.run(f"fetch:{number}", self._fetch, name)
            if outcome != "again":
                return outcome
            steps.sleep(min(2.0**number, 60.0))
        raise GenerationFailed(
            "what the vendor has made could not be fetched",
            remedy="It is paid for and stays at the vendor for a while: run again soon.",
            retry=Retry.LATER,
            charged=Charged.YES,
        )

    def _not_fetched(self, name: CallId, why: str) -> None:
        known = calls.read_now(self._database, name)
        if known.state.phase in {Phase.FINISHED, Phase.ARRIVED}:
            self._tell(known, Unresolved(evidence=why))

    def fetch_again(self, known: Iterable[OpenCall], stopped: AbstractSet[str] = frozenset()) -> None:
        """Hand in the fetching of everything that was made and could not be had.

        Args:
            known: Calls that have not ended.
            stopped: Those whose jobs have failed, whatever their record says.
        """
        for call in known:
            state = call.state
            stuck = state.phase is Phase.FINISHED and call.call.id in stopped
            if state.results and (stuck or state.phase is Phase.UNRESOLVED):
                made = MadeIt(results=state.results, bill=state.bill, vendor_model=state.vendor_model)
                self.finished(call, made)

    def _fetch(self, name: CallId) -> str:
        passing("fetch.begun")
        known = calls.read_now(self._database, name)
        if known.state.phase is not Phase.FINISHED:
            return known.state.phase.value
        call = known.call
        brief = read_brief(self._vault.read(call.brief))
        with tempfile.TemporaryDirectory(prefix="picturelock-") as folder:
            if not known.state.results:
                return self._unusable(known, "the vendor says that it is done and delivers nothing")
            result = known.state.results[0]
            if result.startswith("blake3:"):
                path = Path(folder) / "delivered"
                path.write_bytes(self._vault.read(Digest(result)))
            else:
                match vendor(call.vendor).fetch(result, Path(folder)):
                    case Downloaded(path=path):
                        pass
                    case Expired():
                        return self._asked_again(known)
                    case Unusable(evidence=evidence):
                        return self._unusable(known, evidence)
                    case NoAnswer():
                        return "again"
            passing("fetch.downloaded")
            try:
                with _TAKING_IN:
                    fetched = take_in(path, brief, self._vault)
            except (BadDocument, Damaged) as error:
                # It is paid for: a person may want to see it all the same.
                kept = self._vault.put_file(path)
                return self._unusable(known, f"{error} It is kept as {kept}.")
        passing("fetch.kept")
        fetched = msgspec.structs.replace(fetched, vendor_model=known.state.vendor_model)
        self._tell(known, Arrived(fetched=fetched))
        passing("fetch.told")
        return "arrived"

    def _asked_again(self, known: OpenCall) -> str:
        """Addresses expire; the vendor gives new ones to who asks for the job again."""
        recipe = from_json(Recipe, self._vault.read(known.call.recipe))
        job = VendorJob(job=known.state.job, endpoint=known.state.endpoint, recipe=recipe)
        if not known.state.job:
            return self._unusable(
                known, "the result's address has expired, and the vendor names no job to ask for"
            )
        match vendor(known.call.vendor).poll(job):
            case MadeIt() as made:
                self._tell(known, _finish(made))
                return "again"
            case NoAnswer() | AtWork() | TookIt():
                return "again"
            case Vanished(evidence=evidence):
                return self._unusable(known, f"the result's address has expired: {evidence}")
            case BrokeOff() as said:
                self.broke_off(known, said)
                return "failed"

    def _unusable(self, known: OpenCall, evidence: str) -> str:
        failure = VendorFailure(
            kind=FailureKind.BAD_OUTPUT,
            message=f"what was delivered cannot be used: {evidence}",
            retry=Retry.LATER,
            charged=Charged.UNKNOWN if known.state.bill is None else Charged.YES,
        )
        bill = known.state.bill or Bill(amount=known.call.quote.expected, source=BillSource.QUOTE)
        self.close(known, Failed(failure=failure, bill=bill))
        return "failed"

    def _settle(self, name: CallId) -> str:
        passing("settle.begun")
        known = calls.read_now(self._database, name)
        call, state = known.call, known.state
        if state.phase is not Phase.ARRIVED or state.fetched is None:
            return state.phase.value
        fetched = state.fetched
        recipe = from_json(Recipe, self._vault.read(call.recipe))
        bill = state.bill or Bill(amount=call.quote.expected, source=BillSource.QUOTE)
        settings = self._settings_of(call.payload)
        made = take_id(call.unit, call.recipe)

        def follow(connection: sa.Connection, state: CallState) -> None:
            now = self._clock.now()
            rate = rate_of(settings, bill.amount.currency, call.vendor, now)
            book.settle(connection, call.production, call.id, bill, rate, made, now)
            take = Take(
                id=made,
                unit=call.unit,
                recipe=call.recipe,
                brief=call.brief,
                media=fetched.media,
                parts=fetched.parts,
                attempt=recipe.attempt,
                provider=recipe.provider,
                model=recipe.model,
                model_version=recipe.model_version,
                cost=convert(bill.amount, rate, settings.caps.currency),
                tokens=bill.tokens,
                milliseconds=round((now - call.intended_at) / timedelta(milliseconds=1)),
                duration_frames=fetched.duration_frames,
                made_at=now,
            )
            store.record_take(connection, call.production, take)
            self._after_delivery(connection, call, take)

        self._tell(known, Settled(bill=bill), follow)
        passing("settle.told")
        return str(made)

    # Writing

    def _tell(
        self,
        known: OpenCall,
        event: CallEvent,
        follow: Callable[[sa.Connection, CallState], None] | None = None,
    ) -> bool:
        """Write an event and what follows from it, in one transaction.

        Somebody else may have written meanwhile. An answer that a slow worker brings is still true then: it is written
        where it can follow. What can no longer follow is put on record, for a person.
        """
        state, told = known.state, event
        for _ in range(_TELLS):
            try:
                with self._database.write() as connection:
                    try:
                        following = calls.tell(connection, known.call.id, state, told, self._clock.now())
                    except Conflict as error:
                        raise _Overtaken from error
                    if follow is not None and told is event:
                        follow(connection, following)
                return True
            except _Overtaken:
                fresh = calls.read_now(self._database, known.call.id).state
                if fresh.events == state.events:
                    break
                late = _late(event, known.state, fresh)
                if late is None:
                    break
                state, told = fresh, late
        if _contradicts(event, state):
            self._contradiction(known, event)
        return False

    def _contradiction(self, known: OpenCall, event: CallEvent) -> None:
        with self._database.write() as connection:
            store.record_event(
                connection,
                known.call.production,
                store.CONTRADICTION,
                str(known.call.id),
                {"unit": known.call.unit, "event": event, "vendor": known.call.vendor},
                self._clock.now(),
            )


def _finish(made: MadeIt) -> Finished:
    return Finished(results=made.results, bill=made.bill, vendor_model=made.vendor_model, job=made.job)


def _contradicts(event: CallEvent, state: CallState) -> bool:
    """Whether a vendor has a job of which the call's record knows nothing: it may be charged for."""
    match event:
        case Accepted(job=job):
            return job != state.job
        case Finished():
            return state.phase in {Phase.RESERVED, Phase.SUBMITTING, Phase.REFUSED, Phase.CANCELLED}
        case _:
            return False


def _late(event: CallEvent, then: CallState, now: CallState) -> CallEvent | None:
    """A slow worker's answer, as it reads by now.

    Args:
        event: What it says.
        then: The call as it knew it.
        now: The call as it is.

    Returns:
        ``None`` where nothing follows from it any more: what it says of one attempt says nothing of the next.
    """
    if then.attempts != now.attempts and not isinstance(event, (Accepted, Finished)):
        return None
    if now.phase in {Phase.IN_DOUBT, Phase.UNRESOLVED} and isinstance(event, TurnedAway):
        # A no that comes in after doubt arose proves that nothing is there.
        return NotFoundThere(evidence=f"the answer came late: {event.failure.message}")
    return event


def _as_error(event: Refused | Failed | Cancelled, state: CallState) -> PicturelockError:
    if isinstance(event, Cancelled):
        return Stopped(f"cancelled by {event.by}", retry=Retry.AFTER_CHANGE)
    failure = event.failure
    after = timedelta(seconds=failure.after_seconds) if failure.after_seconds is not None else None
    charged = (
        Charged.NO if isinstance(event, Refused) else Charged.YES if event.bill.amount.amount else Charged.NO
    )
    # What was moderated is never sent again by itself, whatever the vendor's chances are.
    retry = Retry.AFTER_CHANGE if failure.kind.moderated else failure.retry
    return GenerationFailed(
        failure.message, remedy=_remedy(failure), retry=retry, after=after, charged=charged
    )


def _remedy(failure: VendorFailure) -> str:
    match failure.kind:
        case FailureKind.NO_CREDIT:
            return "Top up the vendor's account, then run again."
        case FailureKind.UNAUTHORISED:
            return "Check the vendor's key with `picturelock doctor`."
        case FailureKind.MODERATED_INPUT | FailureKind.MODERATED_OUTPUT:
            return "Change the shot's contract or its references; the same request is not sent again."
        case FailureKind.NO_PLACE:
            return "The inbox of their production says what can be done about those jobs. Then run again."
        case FailureKind.RETIRED:
            return "Choose the model that replaces it: `picturelock models`."
        case _:
            return ""
