"""What Kling answers. Its own code decides, never the HTTP status: an empty account and a full one are both 429."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from picturelock.core.failures import Charged, Retry
from picturelock.core.paidcall import Bill, BillSource, FailureKind, VendorFailure
from picturelock.generate.access import said
from picturelock.generate.catalogue.shelf import exact_money
from picturelock.generate.transport import Answered, Outcome, Unanswered, Unsent
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    CannotTell,
    Located,
    MadeIt,
    NoAnswer,
    Notice,
    NotThere,
    Progress,
    SaidNo,
    Submission,
    TookIt,
    Vanished,
)

UNITS = "KLINGUN"
_KEPT = timedelta(days=30)
_MOST_NOTICE = 1 << 20
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: FailureKind
    retry: Retry = Retry.AFTER_CHANGE


_CODES = {
    1000: _Meaning(FailureKind.UNAUTHORISED),
    1001: _Meaning(FailureKind.UNAUTHORISED),
    1002: _Meaning(FailureKind.UNAUTHORISED),
    1003: _Meaning(FailureKind.UNAUTHORISED),
    1004: _Meaning(FailureKind.UNAUTHORISED),
    1100: _Meaning(FailureKind.NO_CREDIT),
    1101: _Meaning(FailureKind.NO_CREDIT),
    1102: _Meaning(FailureKind.NO_CREDIT),
    1103: _Meaning(FailureKind.UNAUTHORISED),
    1200: _Meaning(FailureKind.INVALID),
    1201: _Meaning(FailureKind.INVALID),
    1202: _Meaning(FailureKind.INVALID),
    1203: _Meaning(FailureKind.RETIRED),
    1300: _Meaning(FailureKind.MODERATED_INPUT),
    1301: _Meaning(FailureKind.MODERATED_INPUT),
    1302: _Meaning(FailureKind.RATE, Retry.LATER),
    1303: _Meaning(FailureKind.CONCURRENCY, Retry.LATER),
    1304: _Meaning(FailureKind.UNAUTHORISED),
    5001: _Meaning(FailureKind.OUTAGE, Retry.LATER),
}
_CLOCKS = {1003: "ahead of Kling's", 1004: "far behind Kling's"}
_NOT_FOUND = frozenset({1202, 1203})
#: It failed inside, or ran out of time, and does not say whether a task came of it.
_UNSAID = frozenset({5000, 5002})


def own(answer: Answered) -> bool:
    """Whether an answer is Kling's and not some gateway's on the way."""
    return _code(answer) is not None and isinstance(answer.at("request_id"), str)


def _code(answer: Answered) -> int | None:
    code = answer.at("code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def submission(outcome: Outcome, endpoint: str) -> Submission:
    """What became of a paid request."""
    match outcome:
        case Unsent(why=why):
            return SaidNo(failure=VendorFailure(kind=FailureKind.OUTAGE, message=why, retry=Retry.LATER))
        case Unanswered(why=why):
            return AnswerLost(why=why)
        case Answered():
            pass
    code, job = _code(outcome), outcome.at("data", "task_id")
    if code == 0 and outcome.ok:
        if isinstance(job, str) and job:
            return TookIt(job=job, endpoint=endpoint)
        return AnswerLost(why=f"Kling said yes and named no task: {outcome.text(160)}")
    if code in _UNSAID or (code not in _CODES and outcome.status in {408, 500, 502, 504}):
        return AnswerLost(why=f"Kling failed and does not say whether a task came of it: {outcome.text(160)}")
    if code == 1201 and "external_task_id" in str(outcome.at("message")):
        return AnswerLost(why="Kling has a task of this name already: an earlier request had arrived")
    return SaidNo(failure=refusal(outcome))


def refusal(answer: Answered) -> VendorFailure:
    """A no to a paid request: there is no task, so nothing is charged."""
    code = _code(answer)
    meaning = _CODES.get(code or 0) or _by_status(answer.status)
    message = f"Kling answered {code or answer.status}: {said(answer.at('message') or answer.text(), 300)}"
    if code in _CLOCKS:
        message += f". The clock of this machine may be {_CLOCKS[code]}{_difference(answer)}: set it right"
    return VendorFailure(
        kind=meaning.kind,
        message=message,
        code=str(code or answer.status),
        retry=meaning.retry,
        after_seconds=_pause(answer) if meaning.retry is Retry.LATER else None,
        charged=Charged.NO,
    )


def _by_status(status: int) -> _Meaning:
    """What an answer means whose code is not known."""
    if status == 429:
        return _Meaning(FailureKind.RATE, Retry.LATER)
    if status in {401, 403}:
        return _Meaning(FailureKind.UNAUTHORISED)
    if status >= 500:
        return _Meaning(FailureKind.OUTAGE, Retry.LATER)
    return _Meaning(FailureKind.INVALID if 400 <= status < 500 else FailureKind.UNKNOWN)


def _difference(answer: Answered) -> str:
    """When Kling says it is, for comparing."""
    date = said(answer.headers.get("date", ""), 60)
    return f" (its answer is dated {date})" if date else ""


def _pause(answer: Answered) -> float | None:
    """Kling documents no header, and at least a second."""
    given = answer.after_seconds()
    return None if given is None else max(1.0, given)


def located(outcome: Outcome, token: str, endpoint: str) -> Located:
    """Whether a task has our name."""
    if not isinstance(outcome, Answered):
        return CannotTell(evidence=f"Kling could not be asked for {token}: {outcome.why}", later=True)
    code = _code(outcome)
    if code == 0 and outcome.ok:
        job, name = outcome.at("data", "task_id"), outcome.at("data", "task_info", "external_task_id")
        if isinstance(job, str) and job and name == token:
            return TookIt(job=job, endpoint=endpoint)
        return CannotTell(evidence=f"Kling was asked for {token} and told of another: {outcome.text(200)}")
    if code in _NOT_FOUND:
        return NotThere(evidence=f"Kling knows no task called {token} ({code})")
    lasting = code in _CODES and _CODES[code].retry is not Retry.LATER
    return CannotTell(
        evidence=f"Kling was asked for {token} and answered {outcome.status}: {outcome.text(200)}",
        later=not lasting,
    )


def progress(outcome: Outcome, job: str, now: datetime) -> Progress:
    """How a task stands.

    Args:
        outcome: Of the question.
        job: That was asked for.
        now: Aware UTC; tells whether Kling has deleted what it made.
    """
    if not isinstance(outcome, Answered):
        return NoAnswer(why=outcome.why)
    code = _code(outcome)
    if code in _NOT_FOUND:
        return Vanished(evidence=f"Kling knows no task {job} ({code}); it keeps them for 30 days")
    if code != 0 or not outcome.ok:
        limited = code == 1302 or (code not in _CODES and outcome.status == 429)
        why = refusal(outcome).message
        return NoAnswer(why=why, after_seconds=_pause(outcome), rate_limited=limited)
    match outcome.at("data", "task_status"):
        case "submitted":
            return AtWork(queued=True)
        case "processing":
            return AtWork()
        case "succeed" if _is_deleted(outcome, now):
            return _gone(outcome)
        case "succeed":
            return MadeIt(results=_results(outcome), bill=_bill(outcome), job=job)
        case "failed":
            return _failed(outcome)
        case other:
            return NoAnswer(why=f"Kling says that the task is {said(other, 60)!r}, which is not known here")


def _is_deleted(answer: Answered, now: datetime) -> bool:
    """Whether the task ended so long ago that its results are gone; Kling goes on naming their addresses."""
    ended = answer.at("data", "updated_at")
    if not isinstance(ended, int) or isinstance(ended, bool):
        return False
    return now.timestamp() - ended / 1000 > _KEPT.total_seconds()


def _gone(answer: Answered) -> BrokeOff:
    failure = VendorFailure(
        kind=FailureKind.GONE,
        message=f"Kling made it and has deleted it: results are kept for {_KEPT.days} days",
        code="deleted",
        retry=Retry.LATER,
        charged=Charged.YES,
    )
    return BrokeOff(failure=failure, bill=_bill(answer))


def _results(answer: Answered) -> tuple[str, ...]:
    videos = answer.at("data", "task_result", "videos")
    found = (
        [video.get("url") for video in videos if isinstance(video, dict)] if isinstance(videos, list) else []
    )
    return tuple(url for url in found if isinstance(url, str) and url)


def _bill(answer: Answered) -> Bill | None:
    """The units that were taken: a text, there only at the end."""
    text = answer.at("data", "final_unit_deduction")
    if not isinstance(text, (str, int, Decimal)) or isinstance(text, bool):
        return None
    try:
        units = Decimal(text)
    except InvalidOperation:
        return None
    if not units.is_finite() or not 0 <= units < 10**9:
        return None
    return Bill(amount=exact_money(Fraction(units), UNITS), source=BillSource.ANSWER)


def _failed(answer: Answered) -> BrokeOff:
    """A failed task, which comes with code 0 and a sentence."""
    why = said(answer.at("data", "task_status_msg") or "without a reason", 300)
    bill = _bill(answer)
    charged = Charged.UNKNOWN if bill is None else Charged.YES if bill.amount.amount else Charged.NO
    words = why.casefold()
    if any(word in words for word in ("risk control", "policy", "sensitive", "violat", "against the rules")):
        kind, retry = FailureKind.MODERATED_OUTPUT, Retry.AFTER_CHANGE
    else:
        kind = (
            FailureKind.OUTAGE if "internal error" in words or "timeout" in words else FailureKind.BAD_OUTPUT
        )
        retry = Retry.LATER
    failure = VendorFailure(
        kind=kind, message=f"Kling's task failed: {why}", code="failed", retry=retry, charged=charged
    )
    return BrokeOff(failure=failure, bill=bill)


def notice(body: bytes) -> Notice | None:
    """A callback: unsigned, so whoever knows the address can send one. It only says which task to ask for."""
    if len(body) > _MOST_NOTICE:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    inner = found.get("data") if isinstance(found, dict) else None
    told = inner if isinstance(inner, dict) else found
    job = told.get("task_id") if isinstance(told, dict) else None
    if (
        not isinstance(job, str)
        or not job.isascii()
        or not job.isprintable()
        or not 0 < len(job) <= _LONGEST_NAME
    ):
        return None
    return Notice(job=job, trusted=False)
