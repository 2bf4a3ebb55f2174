"""What OpenAI answers: pictures with a count of tokens, or a no in one of many forms."""

import base64
import binascii
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from picturelock.core.failures import Charged, Retry, UserError
from picturelock.core.paidcall import Bill, BillSource, FailureKind, VendorFailure
from picturelock.generate.access import said
from picturelock.generate.catalogue import Entry, tallied
from picturelock.generate.catalogue.values import Per
from picturelock.generate.transport import Answered
from picturelock.generate.vendor import MadeIt
from picturelock.vault.store import Vault

_MODERATED = frozenset({"moderation_blocked", "content_policy_violation"})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_RETIRED = frozenset({"model_not_found", "model_deprecated"})


def made(answer: Answered, entry: Entry, vault: Vault) -> MadeIt:
    """Pictures into the vault, tokens into a bill.

    An answer without a readable picture is a delivery of nothing: it may have been paid for.
    """
    return MadeIt(
        results=_results(answer, vault),
        bill=_bill(answer, entry),
        vendor_model=said(_text(answer.at("model")) or answer.headers.get("openai-model", ""), 120),
        job=_request(answer),
    )


def _request(answer: Answered) -> str:
    """OpenAI's name for the request: its support and its logs know it by that."""
    return said(answer.headers.get("x-request-id", ""), 120)


def _results(answer: Answered, vault: Vault) -> tuple[str, ...]:
    """Digests, in order; addresses where the answer has those instead."""
    found: list[str] = []
    items = answer.at("data")
    for item in items if isinstance(items, list) else []:
        given: dict[str, Any] = item if isinstance(item, dict) else {}
        if inside := _text(given.get("b64_json")):
            try:
                found.append(str(vault.put(base64.b64decode(inside, validate=True))))
            except (binascii.Error, ValueError):
                continue
        elif address := _text(given.get("url")):
            found.append(address)
    return tuple(found)


def _bill(answer: Answered, entry: Entry) -> Bill | None:
    """Tokens at the prices of the day that the answer was made; ``None`` where one of the three is not known."""
    on, counts = _day(answer), _tokens(answer)
    if on is None or counts is None:
        return None
    try:
        return Bill(amount=tallied(entry, counts, on), source=BillSource.ANSWER, tokens=sum(counts.values()))
    except UserError:
        return None


def _tokens(answer: Answered) -> dict[Per, int] | None:
    """What was counted, by what it is charged as; ``None`` where the answer does not say."""
    come, gone = _count(answer, "input_tokens"), _count(answer, "output_tokens")
    if come is None or gone is None:
        return None
    pictures = _count(answer, "input_tokens_details", "image_tokens")
    words = _count(answer, "input_tokens_details", "text_tokens")
    if pictures is None or words is None or pictures + words != come:
        return None
    # Output without details is a picture: there is nothing else that was asked for.
    written = _count(answer, "output_tokens_details", "text_tokens") or 0
    return {
        Per.TEXT_INPUT: words,
        Per.IMAGE_INPUT: pictures,
        Per.IMAGE_OUTPUT: gone - written,
        Per.TEXT_OUTPUT: written,
    }


def _count(answer: Answered, *path: str) -> int | None:
    found = answer.at("usage", *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _day(answer: Answered) -> date | None:
    created = answer.at("created")
    if isinstance(created, bool) or not isinstance(created, (int, Decimal)):
        return None
    try:
        return datetime.fromtimestamp(int(created), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def leaves_open(answer: Answered) -> bool:
    """Whether an answer says that it failed, and not whether it had drawn, and charged, by then."""
    return answer.status == 408 or (answer.status >= 500 and answer.status != 503)


def refused(answer: Answered, *, pictures: bool) -> VendorFailure:
    """A no, with what it means.

    Args:
        answer: Any that is not ``ok`` and leaves nothing open.
        pictures: Whether pictures travelled with the request.
    """
    code = _text(answer.at("error", "code")) or _text(answer.at("error", "type"))
    message = said(_text(answer.at("error", "message")) or answer.text(), 400)
    what = f"OpenAI answered {answer.status}{f' ({said(code, 60)})' if code else ''}: {message}"
    kind, retry, charged = _meaning(answer, code)
    if kind in {FailureKind.MODERATED_INPUT, FailureKind.MODERATED_OUTPUT}:
        after = kind is FailureKind.MODERATED_OUTPUT
        return VendorFailure(
            kind=kind,
            message=what,
            code=said(code, 60),
            retry=retry,
            charged=charged,
            by_chance=after,  # another sample of the same prompt is another picture
            subject="" if after else _subject(answer, pictures=pictures),
            request=_request(answer),
        )
    if answer.headers.get("x-should-retry", "").strip().lower() == "false" and retry is Retry.LATER:
        retry = Retry.NEVER
    return VendorFailure(
        kind=kind,
        message=what,
        code=said(code, 60),
        retry=retry,
        after_seconds=_pause(answer) if retry is Retry.LATER else None,
        charged=charged,
        request=_request(answer),
    )


def _meaning(answer: Answered, code: str) -> tuple[FailureKind, Retry, Charged]:
    """The code goes before the status: an empty account comes as 429 and must not be asked again and again."""
    change, status = Retry.AFTER_CHANGE, answer.status
    if code in _MODERATED:
        if _stage(answer) == "output":
            return FailureKind.MODERATED_OUTPUT, Retry.LATER, Charged.UNKNOWN
        return FailureKind.MODERATED_INPUT, change, Charged.UNKNOWN
    if code in _NO_CREDIT or status == 402:
        return FailureKind.NO_CREDIT, change, Charged.NO
    if code in _RETIRED or (status in {400, 404} and answer.at("error", "param") == "model"):
        return FailureKind.RETIRED, change, Charged.NO
    if status in {401, 403}:
        return FailureKind.UNAUTHORISED, change, Charged.NO
    if status == 429:
        return FailureKind.RATE, Retry.LATER, Charged.NO
    if status in {409, 503}:
        return FailureKind.OUTAGE, Retry.LATER, Charged.NO
    return FailureKind.INVALID, change, Charged.NO


def _stage(answer: Answered) -> str:
    """``input`` or ``output``, where the answer says which of them was moderated."""
    for path in (("error", "moderation_details", "moderation_stage"), ("error", "moderation_stage")):
        if stage := _text(answer.at(*path)):
            return stage
    return ""


def _subject(answer: Answered, *, pictures: bool) -> str:
    """What was moderated: a prompt that travels alone is it; beside pictures the answer must say so."""
    parameter = _text(answer.at("error", "param"))
    if parameter.startswith(("image", "mask")):
        return "image"
    return "prompt" if parameter == "prompt" or not pictures else ""


def _pause(answer: Answered) -> float | None:
    exact = answer.headers.get("retry-after-ms", "").strip()
    if exact.isascii() and exact.isdigit() and len(exact) < 12:
        return min(int(exact) / 1000, 86_400.0)
    return answer.after_seconds()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
