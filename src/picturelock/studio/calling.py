"""Paid calls before a person: what is under way, what nobody can tell, and the decision on it."""

from datetime import datetime, timedelta

from picturelock.core.clock import Clock
from picturelock.core.codec import from_json
from picturelock.core.failures import Conflict, Malformed, NotFound, Retry
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import (
    Accepted,
    Bill,
    BillSource,
    CallEvent,
    Cancelled,
    Failed,
    FailureKind,
    NotFoundThere,
    Phase,
    Submitting,
    VendorFailure,
)
from picturelock.core.take import Recipe
from picturelock.core.value import Value
from picturelock.generate import calls
from picturelock.generate.calls import OpenCall
from picturelock.generate.registry import vendor
from picturelock.generate.vendor import AtWork, BrokeOff, Job, Lookup, MadeIt, NoAnswer, Vanished
from picturelock.studio import facts as store
from picturelock.studio.pacing import pace
from picturelock.studio.pricing import priced
from picturelock.studio.production import Production
from picturelock.studio.workplace import make_engine


class Moment(Value, frozen=True, kw_only=True):
    """One thing that happened to a call."""

    at: datetime
    event: CallEvent


class CallView(Value, frozen=True, kw_only=True):
    """A paid call with all its evidence.

    Attributes:
        reserved: What stands against the caps until it is settled, in the vendor's currency.
        billed: What it cost, as far as that is known.
        stalled: The vendor has had it longer than it ever needs.
        advice: What a person can do about it; empty while it goes on by itself.
    """

    call: CallId
    unit: UnitId
    vendor: str
    model: str
    phase: Phase
    job: str
    token: str
    reserved: Money
    billed: Money | None
    number: int
    asked_by: str
    stalled: bool
    advice: str
    history: tuple[Moment, ...]


def calls_of(production: Production, *, whole: bool = False) -> list[CallView]:
    """The calls of a production that are under way or wait for a person, oldest first; ``whole`` for all."""
    with production.reading() as connection:
        if whole:
            known = calls.calls_of(connection, production.name)
        else:
            known = calls.open_calls(connection, production=production.name)
    return [_view(call, production.clock) for call in known]


def call_of(production: Production, name: CallId) -> CallView:
    """One call.

    Raises:
        NotFound: This production has no such call.
    """
    return _view(_read(production, name), production.clock)


def _read(production: Production, name: CallId) -> OpenCall:
    with production.reading() as connection:
        known = calls.read(connection, name)
    if known.call.production != production.name:
        raise NotFound(f"there is no paid call {name} in this production")
    return known


def is_stalled(call: OpenCall, clock: Clock) -> bool:
    """Whether a vendor has had a job longer than it ever needs."""
    if call.state.phase is not Phase.ACCEPTED:
        return False
    patience = vendor(call.call.vendor).terms().patience_seconds * pace(call.call.vendor)
    return call.stalled(clock.now(), timedelta(seconds=patience))


def _view(call: OpenCall, clock: Clock) -> CallView:
    stalled = is_stalled(call, clock)
    return CallView(
        call=call.call.id,
        unit=call.call.unit,
        vendor=call.call.vendor,
        model=call.call.model,
        phase=call.state.phase,
        job=call.state.job,
        token=call.call.token,
        reserved=call.call.quote.high,
        billed=call.state.bill.amount if call.state.bill is not None else None,
        number=call.call.number,
        asked_by=call.call.by_whom,
        stalled=stalled,
        advice=advice(call, stalled=stalled),
        history=tuple(Moment(at=told.at, event=told.event) for told in call.told),
    )


def advice(call: OpenCall, *, stalled: bool) -> str:
    """What a person can do about a call."""
    name = call.call.id
    if call.state.phase is Phase.UNRESOLVED and call.state.results:
        return f"{call.state.note} It is made and paid for; the next `picturelock run` fetches it."
    if call.state.phase is Phase.UNRESOLVED:
        return (
            f"{call.state.note.rstrip('.')}. Look at {call.call.vendor}'s own list for {_sign(call)}, then say "
            f"`picturelock resolve {name} --job ID`, `--never` or `--charged AMOUNT`."
        )
    if stalled:
        since = call.last(Accepted) or call.changed_at
        way = (
            f"call it off with `picturelock cancel {name}`"
            if vendor(call.call.vendor).terms().cancels
            else f"give it up with `picturelock resolve {name} --charged AMOUNT`; {call.call.vendor} calls nothing off"
        )
        return f"{call.call.vendor} has had it since {since:%Y-%m-%d %H:%M:%S}Z, longer than it ever needs. Wait on, or {way}."
    return ""


def _sign(call: OpenCall) -> str:
    """What a person can tell a call's job by at its vendor, which may never have heard our name for it."""
    if vendor(call.call.vendor).terms().lookup is Lookup.BY_NAME:
        return call.call.token
    sent = call.last(Submitting) or call.call.intended_at
    return f"a job of {call.call.model} from {sent:%Y-%m-%d %H:%M:%S}Z on"


def resolve(
    production: Production,
    name: CallId,
    *,
    job: str | None = None,
    never: bool = False,
    charged: Money | None = None,
    noted: bool = False,
    by: str,
    why: str = "",
) -> CallView:
    """Decide on a call that nobody can tell about, or of which the vendor has more than we know.

    Args:
        production: Whose.
        name: The call.
        job: The vendor has it under this name; it goes on from there.
        never: The vendor never got it; it is sent again.
        charged: It is lost, or its vendor has had it longer than it ever needs, and cost this much, in the vendor's
            currency; may be zero.
        noted: A second job of the call, at the vendor, has been seen and dealt with.
        by: Who says so.
        why: For the record.

    Raises:
        Malformed: Not exactly one of the four.
        Conflict: The call does not wait for a person, or the job is another call's.
    """
    if (job is not None) + never + (charged is not None) + noted != 1:
        raise Malformed(
            "a call is resolved in one way", remedy="Give one of --job, --never, --charged and --noted."
        )
    known = _read(production, name)
    if noted:
        with production.writing() as connection:
            if name not in store.read_contradictions(connection, production.name):
                raise Conflict(f"there is nothing to note about call {name}")
            detail = {"unit": known.call.unit, "by": by, "why": why}
            store.record_event(
                connection, production.name, store.NOTED, str(name), detail, production.clock.now()
            )
        return call_of(production, name)
    if job is not None:
        with production.reading() as connection:
            if job in calls.jobs_of(connection, known.call.vendor) and job != known.state.job:
                raise Conflict(f"job {job} belongs to another call", remedy="See `picturelock calls --all`.")
    given_up = charged is not None and is_stalled(known, production.clock)
    if known.state.phase not in {Phase.UNRESOLVED, Phase.IN_DOUBT} and not given_up:
        raise Conflict(f"call {name} is {known.state.phase.value} and needs no decision")
    engine, workshop = make_engine(production)
    with engine, priced(production.folder):
        engine.prepare()
        if job is not None:
            workshop.buyer.tell(known, Accepted(job=job, endpoint=known.state.endpoint, found="person"))
        elif never:
            workshop.buyer.tell(known, NotFoundThere(evidence=f"{by} says so. {why}".strip()))
        elif charged is not None:
            _hold_currency(known, charged)
            failure = VendorFailure(
                kind=FailureKind.GONE, message=f"given up by {by}. {why}".strip(), retry=Retry.AFTER_CHANGE
            )
            bill = Bill(amount=charged, source=BillSource.PERSON)
            workshop.buyer.close(known, Failed(failure=failure, bill=bill))
    return call_of(production, name)


def _hold_currency(known: OpenCall, charged: Money) -> None:
    wanted = known.call.quote.high.currency
    if charged.currency != wanted:
        raise Malformed(f"{known.call.vendor} bills in {wanted}", remedy=f"Give it like 0{wanted}.")


def cancel(production: Production, name: CallId, by: str) -> CallView:
    """Call a job off at its vendor, or before it is sent.

    Raises:
        Conflict: It has ended, or it is out and nobody knows where.
    """
    known = _read(production, name)
    engine, workshop = make_engine(production)
    with engine, priced(production.folder):
        engine.prepare()
        match known.state.phase:
            case Phase.RESERVED:
                nothing = Bill(amount=known.call.quote.high * 0, source=BillSource.RULE)
                workshop.buyer.close(known, Cancelled(by=by, bill=nothing))
            case Phase.ACCEPTED:
                recipe = from_json(Recipe, production.vault.read(known.call.recipe))
                at_vendor = Job(job=known.state.job, endpoint=known.state.endpoint, recipe=recipe)
                match vendor(known.call.vendor).cancel(at_vendor):
                    case BrokeOff() as said:
                        workshop.buyer.broke_off(known, said, by)
                    case MadeIt() as made:
                        workshop.buyer.finished(known, made)
                    case AtWork() | NoAnswer() | Vanished():
                        raise Conflict(
                            f"{known.call.vendor} has not called off job {known.state.job}",
                            remedy="Try again soon; the call goes on until it has.",
                        )
            case other:
                raise Conflict(f"call {name} is {other.value} and cannot be called off")
    return call_of(production, name)
