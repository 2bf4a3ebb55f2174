"""The paid call: what happens to it, one event after another, and where that leaves it.

::

    reserved ─► submitting ─► accepted ─► finished ─► fetched ─► settled
                  │  │  │         └─► failed, cancelled
                  │  │  └─► in doubt ─► accepted (found at the vendor), reserved again (proved not to be there),
                  │  │                  or a person decides
                  │  └─► reserved again (turned away for now)
                  └─► refused

Events are facts; the phase is folded from them and stored nowhere. An answer that was lost leaves the call in doubt:
its reservation stands, and nothing is sent again until the vendor or a person has said what became of it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from picturelock.core.digest import Digest
from picturelock.core.failures import Charged, Conflict, Retry
from picturelock.core.ids import CallId
from picturelock.core.money import Money
from picturelock.core.take import Part
from picturelock.core.value import Value


class FailureKind(StrEnum):
    """What a vendor's no means, whatever its code."""

    INVALID = "invalid"
    UNAUTHORISED = "unauthorised"
    MODERATED_INPUT = "moderated_input"
    MODERATED_OUTPUT = "moderated_output"
    RATE = "rate"
    CONCURRENCY = "concurrency"
    NO_CREDIT = "no_credit"
    RETIRED = "retired"
    OUTAGE = "outage"
    BAD_OUTPUT = "bad_output"
    GONE = "gone"
    STALLED = "stalled"
    NO_PLACE = "no_place"
    UNKNOWN = "unknown"

    @property
    def moderated(self) -> bool:
        """Whether what was asked for, or made, is not allowed at the vendor."""
        return self in {FailureKind.MODERATED_INPUT, FailureKind.MODERATED_OUTPUT}


class VendorFailure(Value, frozen=True, kw_only=True):
    """A vendor's no, with the three answers.

    Attributes:
        code: The vendor's own.
        retry: Whether the same request may be made again.
        after_seconds: How long to wait first, where the vendor says.
        charged: Whether this call cost money.
        by_chance: Moderation that may decide otherwise next time; a flagged picture is never reseeded all the same.
        subject: ``prompt`` or ``image``: what was moderated.
        request: The vendor's name for the request, where it gives one: what its support and its bill know it by.
    """

    kind: FailureKind
    message: str
    code: str = ""
    retry: Retry = Retry.NEVER
    after_seconds: float | None = None
    charged: Charged = Charged.NO
    by_chance: bool = False
    subject: str = ""
    request: str = ""


class BillSource(StrEnum):
    """How an amount is known."""

    ANSWER = "answer"
    RULE = "rule"
    QUOTE = "quote"
    IMPORT = "import"
    PERSON = "person"


class Bill(Value, frozen=True, kw_only=True):
    """What a call cost, in the vendor's currency.

    Attributes:
        source: ``answer`` from the vendor's own words, ``rule`` by its published rule, ``quote`` where it says nothing.
        tokens: Where the vendor counts them.
    """

    amount: Money
    source: BillSource
    tokens: int = 0


class Fetched(Value, frozen=True, kw_only=True):
    """What came back; its bytes are in the vault.

    Attributes:
        duration_frames: Of a clip or sound in the production's rate; 0 for a still.
        vendor_model: The version that the vendor says it used, where it says so.
    """

    media: Digest
    parts: tuple[Part, ...] = ()
    duration_frames: int = 0
    vendor_model: str = ""


class Submitting(Value, tag="submitting", frozen=True, kw_only=True):
    """The request is about to leave. Durable before a byte of it is sent."""

    worker: str


class Accepted(Value, tag="accepted", frozen=True, kw_only=True):
    """The vendor has the job.

    Attributes:
        job: The vendor's name for it.
        endpoint: Where to ask for it.
        found: ``answer``, ``located`` after a lost answer, ``webhook`` or ``person``.
    """

    job: str
    endpoint: str
    found: str = "answer"


class TurnedAway(Value, tag="turned_away", frozen=True, kw_only=True):
    """Not accepted for now and not charged: a rate limit, an outage before acceptance. It may be sent again.

    Attributes:
        not_before: Aware UTC.
    """

    failure: VendorFailure
    not_before: datetime


class Lost(Value, tag="lost", frozen=True, kw_only=True):
    """The answer was lost. What became of the request is not known."""

    why: str


class NotFoundThere(Value, tag="not_found_there", frozen=True, kw_only=True):
    """The vendor has proved that the request never arrived, so it may be sent again."""

    evidence: str


class Unresolved(Value, tag="unresolved", frozen=True, kw_only=True):
    """The vendor offers no way to tell, or what it made cannot be had. A person decides, with this evidence."""

    evidence: str


class Finished(Value, tag="finished", frozen=True, kw_only=True):
    """The vendor has made it.

    Attributes:
        results: Where the results are: addresses that expire, or digests of what came with the answer.
        job: The vendor's name for it; empty where it said so before, or has none.
    """

    results: tuple[str, ...]
    bill: Bill | None = None
    vendor_model: str = ""
    job: str = ""


class Arrived(Value, tag="arrived", frozen=True, kw_only=True):
    """The bytes are in the vault."""

    fetched: Fetched


class Settled(Value, tag="settled", frozen=True, kw_only=True):
    """Delivered and paid."""

    bill: Bill


class Refused(Value, tag="refused", frozen=True, kw_only=True):
    """Provably not sent, or rejected without charge."""

    failure: VendorFailure


class Failed(Value, tag="failed", frozen=True, kw_only=True):
    """The vendor took the job and did not deliver. Charged or not by its rule."""

    failure: VendorFailure
    bill: Bill


class Cancelled(Value, tag="cancelled", frozen=True, kw_only=True):
    """Called off."""

    by: str
    bill: Bill


CallEvent = (
    Submitting
    | Accepted
    | TurnedAway
    | Lost
    | NotFoundThere
    | Unresolved
    | Finished
    | Arrived
    | Settled
    | Refused
    | Failed
    | Cancelled
)


class Phase(StrEnum):
    """Where a call is."""

    RESERVED = "reserved"
    SUBMITTING = "submitting"
    IN_DOUBT = "in_doubt"
    UNRESOLVED = "unresolved"
    ACCEPTED = "accepted"
    FINISHED = "finished"
    ARRIVED = "arrived"
    SETTLED = "settled"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen to the call."""
        return self in {Phase.SETTLED, Phase.REFUSED, Phase.FAILED, Phase.CANCELLED}

    @property
    def unsettled(self) -> bool:
        """Whether money may have been spent of which nobody knows how much."""
        return self in {Phase.SUBMITTING, Phase.IN_DOUBT, Phase.UNRESOLVED}


_NEXT: dict[Phase, tuple[type[CallEvent], ...]] = {
    Phase.RESERVED: (Submitting, Refused, Cancelled),
    Phase.SUBMITTING: (Accepted, Finished, TurnedAway, Refused, Failed, Lost),
    Phase.IN_DOUBT: (Accepted, Finished, NotFoundThere, Unresolved, Refused, Failed),
    Phase.UNRESOLVED: (Accepted, Finished, NotFoundThere, Refused, Failed, Cancelled),
    Phase.ACCEPTED: (Finished, Failed, Cancelled, Unresolved),
    Phase.FINISHED: (Arrived, Failed, Finished, Unresolved),
    Phase.ARRIVED: (Settled, Unresolved),
    Phase.SETTLED: (),
    Phase.REFUSED: (),
    Phase.FAILED: (),
    Phase.CANCELLED: (),
}

_LEADS_TO: dict[type[CallEvent], Phase] = {
    Submitting: Phase.SUBMITTING,
    Accepted: Phase.ACCEPTED,
    TurnedAway: Phase.RESERVED,
    Lost: Phase.IN_DOUBT,
    NotFoundThere: Phase.RESERVED,
    Unresolved: Phase.UNRESOLVED,
    Finished: Phase.FINISHED,
    Arrived: Phase.ARRIVED,
    Settled: Phase.SETTLED,
    Refused: Phase.REFUSED,
    Failed: Phase.FAILED,
    Cancelled: Phase.CANCELLED,
}


class CallState(Value, frozen=True, kw_only=True):
    """Where a call is, and what is known of it.

    Attributes:
        events: So far; the number of the next one.
        attempts: Times that the request left.
        not_before: When it may be sent again.
    """

    phase: Phase = Phase.RESERVED
    events: int = 0
    attempts: int = 0
    job: str = ""
    endpoint: str = ""
    not_before: datetime | None = None
    results: tuple[str, ...] = ()
    bill: Bill | None = None
    fetched: Fetched | None = None
    failure: VendorFailure | None = None
    vendor_model: str = ""
    note: str = ""

    @property
    def had_no_place(self) -> bool:
        """Whether it was refused because its account had no place for it: its vendor was not asked in vain."""
        return self.failure is not None and self.failure.kind is FailureKind.NO_PLACE


def fold(events: Sequence[CallEvent]) -> CallState:
    """The state that these events lead to.

    Raises:
        Conflict: One of them cannot follow from what was before it.
    """
    state = CallState()
    for event in events:
        state = after(state, event)
    return state


def after(state: CallState, event: CallEvent) -> CallState:
    """The state after one more event.

    Raises:
        Conflict: It cannot follow.
    """
    if not isinstance(event, _NEXT[state.phase]):
        raise Conflict(f"a call that is {state.phase.value} cannot become {type(event).__name__.lower()}")
    kept: dict[str, object] = {
        name: getattr(state, name) for name in CallState.__struct_fields__ if name not in {"phase", "events"}
    }
    news = {"not_before": None, **_news(state, event)}
    return CallState(phase=_LEADS_TO[type(event)], events=state.events + 1, **{**kept, **news})


def _news(state: CallState, event: CallEvent) -> dict[str, object]:
    """What this event adds to what is known."""
    match event:
        case Submitting():
            return {"attempts": state.attempts + 1}
        case Accepted():
            return {"job": event.job, "endpoint": event.endpoint}
        case TurnedAway():
            return {"failure": event.failure, "not_before": event.not_before}
        case Lost():
            return {"note": event.why}
        case NotFoundThere() | Unresolved():
            return {"note": event.evidence}
        case Finished():
            bill = event.bill or state.bill
            job = event.job or state.job
            return {"results": event.results, "vendor_model": event.vendor_model, "bill": bill, "job": job}
        case Arrived():
            return {"fetched": event.fetched}
        case Settled():
            return {"bill": event.bill}
        case Refused():
            return {"failure": event.failure}
        case Failed():
            return {"failure": event.failure, "bill": event.bill}
        case Cancelled():
            return {"note": f"cancelled by {event.by}", "bill": event.bill}


class Quote(Value, frozen=True, kw_only=True):
    """What a call is expected to cost, in the vendor's currency.

    Attributes:
        high: What is reserved.
        row: The price row that it comes from, with its source and date.
    """

    low: Money
    expected: Money
    high: Money
    row: str = ""


def client_token(call: CallId) -> str:
    """What the call is known by at a vendor that lets us name our jobs."""
    return f"picturelock-{call}"
