"""What Runway's answers mean. Pure: from an answer to an outcome."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from picturelock.core.failures import Charged, Retry
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, FailureKind, VendorFailure
from picturelock.generate.access import said
from picturelock.generate.transport import Answered, Outcome, Unanswered, Unsent
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    CannotTell,
    MadeIt,
    NoAnswer,
    Progress,
    SaidNo,
    Submission,
    TookIt,
    Vanished,
)

CREDITS = "RUNWAYCR"
TASKS = "/v1/tasks"
#: Runway answers these while it sheds load, before it takes a request on.
_SHED = frozenset({502, 503})
_OVER = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_SUBJECTS = {"TEXT": "prompt", "IMAGE": "image", "VIDEO": "image"}


def own(answer: Answered) -> bool:
    """Whether an error's body is Runway's own, and not that of something on the way."""
    return isinstance(answer.at("error"), str)


def submission(outcome: Outcome) -> Submission:
    """What came of the paid request."""
    match outcome:
        case Unsent(why=why):
            return SaidNo(failure=_outage(f"the request did not leave: {why}"))
        case Unanswered(why=why):
            return AnswerLost(why=why)
        case Answered() as answer if answer.ok:
            job = answer.at("id")
            if not isinstance(job, str) or not job.strip():
                return AnswerLost(why=f"the answer {answer.status} names no task: {answer.text(120)}")
            return TookIt(job=job, endpoint=TASKS, estimate=in_credits(answer.at("estimatedCost", "credits")))
        case Answered() as answer:
            return _refusal(answer)


def _refusal(answer: Answered) -> SaidNo | AnswerLost:
    status = answer.status
    if status == 408 or (status >= 500 and status not in _SHED):
        # 504 and 500 say that something went wrong, not that nothing was begun.
        return AnswerLost(why=f"runway answered {status}, which does not tell: {_words(answer)}")
    message = f"runway answered {status}: {_words(answer)}"
    if status in _SHED:
        return SaidNo(failure=_outage(message, answer))
    if status == 429:
        return SaidNo(
            failure=VendorFailure(
                kind=FailureKind.RATE,
                message=message,
                code="429",
                retry=Retry.LATER,
                after_seconds=answer.after_seconds(),
            )
        )
    return SaidNo(
        failure=VendorFailure(
            kind=_kind_of(status, _words(answer)),
            message=message,
            code=str(status),
            retry=Retry.AFTER_CHANGE,
        )
    )


def _kind_of(status: int, words: str) -> FailureKind:
    if status in {401, 403}:
        return FailureKind.UNAUTHORISED
    if status == 402 or ("credit" in words.lower() and "enough" in words.lower()):
        return FailureKind.NO_CREDIT
    return FailureKind.RETIRED if status == 410 else FailureKind.INVALID


def _outage(message: str, answer: Answered | None = None) -> VendorFailure:
    return VendorFailure(
        kind=FailureKind.OUTAGE,
        message=message,
        code=str(answer.status) if answer else "",
        retry=Retry.LATER,
        after_seconds=answer.after_seconds() if answer else None,
    )


def _words(answer: Answered) -> str:
    told = answer.at("error")
    return said(told, 300) if isinstance(told, str) else answer.text(200)


def progress(outcome: Outcome, job: str) -> Progress:
    """How a task stands."""
    match outcome:
        case Unsent(why=why) | Unanswered(why=why):
            return NoAnswer(why=why)
        case Answered() as answer if answer.status == 404 and own(answer):
            return Vanished(evidence=f"runway answered 404 for task {said(job, 80)}: {_words(answer)}")
        case Answered() as answer if not answer.ok:
            return NoAnswer(
                why=f"runway answered {answer.status}: {_words(answer)}",
                after_seconds=answer.after_seconds(),
                rate_limited=answer.status == 429,
            )
        case Answered() as answer:
            return _standing(answer, job)


def _standing(answer: Answered, job: str) -> Progress:
    status = answer.at("status")
    if answer.at("id") != job or not isinstance(status, str):
        return NoAnswer(why=f"the answer is not about task {said(job, 80)}: {answer.text(120)}")
    match status:
        case "PENDING" | "THROTTLED":
            # Throttled is Runway's word for a task that waits for a free place.
            return AtWork(queued=True)
        case "RUNNING":
            return AtWork(share=_share(answer.at("progress")))
        case "SUCCEEDED":
            output = answer.at("output")
            results = tuple(one for one in output if isinstance(one, str)) if isinstance(output, list) else ()
            return MadeIt(results=results, bill=_bill(answer), job=job, endpoint=TASKS)
        case "FAILED":
            return broke_off(answer)
        case "CANCELLED":
            return called_off(_bill(answer))
        case _:
            return NoAnswer(why=f"runway says {said(status, 60)!r} of the task, which is not known here")


def is_over(answer: Answered) -> bool:
    """Whether a task has ended, so that deleting it would only destroy what it made."""
    return answer.at("status") in _OVER


def broke_off(answer: Answered) -> BrokeOff:
    """A task that failed."""
    bill = _bill(answer)
    told = answer.at("failureCode")
    code = said(told, 80) if isinstance(told, str) else ""
    words = answer.at("failure")
    kind, retry = _failed(code)
    return BrokeOff(
        failure=VendorFailure(
            kind=kind,
            message=said(words, 300) if isinstance(words, str) and words else "runway gives no reason",
            code=code,
            retry=retry,
            charged=_charged(bill),
            by_chance=kind is FailureKind.MODERATED_OUTPUT,
            subject=_subject(code) if kind is FailureKind.MODERATED_INPUT else "",
        ),
        bill=bill,
    )


def _failed(code: str) -> tuple[FailureKind, Retry]:
    """What a failure code means. Safety refusals are not to be sent again as they are, Runway says."""
    parts = code.split(".")
    if "SAFETY" in parts:
        output = "OUTPUT" in parts
        return FailureKind.MODERATED_OUTPUT if output else FailureKind.MODERATED_INPUT, Retry.AFTER_CHANGE
    if parts[0] in {"INPUT", "ASSET"} or code == "INPUT_PREPROCESSING.INVALID":
        return FailureKind.INVALID, Retry.AFTER_CHANGE
    if code.startswith("INTERNAL.BAD_OUTPUT"):
        return FailureKind.BAD_OUTPUT, Retry.LATER
    if parts[0] in {"INTERNAL", "INPUT_PREPROCESSING", "THIRD_PARTY"}:
        return FailureKind.OUTAGE, Retry.LATER
    return FailureKind.UNKNOWN, Retry.LATER


def _subject(code: str) -> str:
    """What was moderated, as far as the last word of the code tells; Runway calls it a likely source, no more."""
    return _SUBJECTS.get(code.rsplit(".", 1)[-1], "")


def called_off(bill: Bill | None) -> BrokeOff:
    """A task that was cancelled or deleted."""
    failure = VendorFailure(
        kind=FailureKind.GONE,
        message="the task was called off",
        code="CANCELLED",
        retry=Retry.AFTER_CHANGE,
        charged=_charged(bill),
    )
    return BrokeOff(failure=failure, bill=bill, cancelled=True)


def while_running(answer: Answered) -> Bill | None:
    """What a task costs that is called off now: all of it once it runs; unknown before."""
    if answer.at("status") != "RUNNING":
        return None
    amount = in_credits(answer.at("estimatedCost", "credits"))
    return None if amount is None else Bill(amount=amount, source=BillSource.RULE)


def _charged(bill: Bill | None) -> Charged:
    if bill is None:
        return Charged.UNKNOWN
    return Charged.YES if bill.amount.amount else Charged.NO


def _bill(answer: Answered) -> Bill | None:
    amount = in_credits(answer.at("cost", "credits"))
    return None if amount is None else Bill(amount=amount, source=BillSource.ANSWER)


def in_credits(value: Any) -> Money | None:
    """Credits from JSON; ``None`` for what cannot be an amount."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    exact = Decimal(value)
    if not exact.is_finite() or not 0 <= exact <= 1_000_000_000 or exact != round(exact, 6):
        return None
    return Money(exact, CREDITS)


def _share(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return min(1.0, max(0.0, float(value)))


def usage_span(sent_at: datetime) -> dict[str, str]:
    """The days of usage that a request falls into, as Runway asks for them: the last one is not included."""
    day = sent_at.date()
    return {"startDate": day.isoformat(), "beforeDate": (day + timedelta(days=2)).isoformat()}


def usage(outcome: Outcome, model: str, day: date) -> CannotTell:
    """What the account's usage says of a request whose answer was lost. It names no tasks, so it can prove nothing."""
    match outcome:
        case Unsent(why=why) | Unanswered(why=why):
            return CannotTell(evidence=f"runway's usage could not be read: {why}", later=True)
        case Answered() as answer if not answer.ok or not isinstance(answer.at("results"), list):
            return CannotTell(
                evidence=f"runway's usage could not be read: it answered {answer.status}, {answer.text(120)}",
                later=answer.status == 429 or answer.status >= 500,
            )
        case Answered() as answer:
            spent = _spent(answer.at("results"), model)
            return CannotTell(
                evidence=(
                    f"runway finds no task by a name of ours, and lists none. From {day} on it has charged "
                    f"{spent} credits for {model}, everyone's tasks taken together; compare that with the calls "
                    "of the day that are known"
                )
            )


def _spent(results: list[Any], model: str) -> Decimal:
    total = Decimal(0)
    for result in results:
        used = result.get("usedCredits") if isinstance(result, dict) else None
        for row in used if isinstance(used, list) else ():
            amount = row.get("amount") if isinstance(row, dict) and row.get("model") == model else None
            if isinstance(amount, int | Decimal) and not isinstance(amount, bool):
                total += amount
    return total
