"""What the organisation's usage says of a request whose answer was lost.

OpenAI names no jobs and takes no names of ours, but counts requests by model and minute. A count cannot say whose
request it was. Nothing at all in the minutes that count, and something a good while after them, says that the request is
not there: the second shows that the records have got that far, with time to spare for those that come out of order.
Needs an administrator's key, which not everybody has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from picturelock.generate.transport import Answered
from picturelock.generate.vendor import CannotTell, NotThere

PATH = "/organization/usage/images"
_MINUTE = timedelta(minutes=1)
_SPARE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Window:
    """When a request can have arrived, in whole minutes: two clocks may be a minute apart.

    Attributes:
        since: Aware UTC.
        until: Not in it any more.
    """

    since: datetime
    until: datetime

    @classmethod
    def of(cls, sent_at: datetime, settle_seconds: float) -> "Window":
        """Around a moment at which a request left."""
        sent = sent_at.astimezone(UTC)
        first, last = sent - _MINUTE, sent + timedelta(seconds=settle_seconds) + _MINUTE
        return cls(_minute(first), _minute(last) + _MINUTE)

    def query(self) -> dict[str, str]:
        """The question: everything from its beginning until now, by minute and model."""
        return {
            "start_time": str(int(self.since.timestamp())),
            "bucket_width": "1m",
            "limit": "1440",
            "group_by": "model",
        }

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} to {self.until:%H:%M} UTC"


def reading(answer: Answered, model: str, window: Window) -> NotThere | CannotTell:
    """What a page of usage says of a request.

    Args:
        answer: To the question of :meth:`Window.query`.
        model: Without its date; a version's records count for it.
        window: When the request can have arrived.
    """
    if not answer.ok or not isinstance(answer.at("data"), list):
        later = answer.status == 429 or answer.status >= 500
        return CannotTell(
            evidence=f"OpenAI's usage could not be read ({answer.status}: {answer.text(160)})", later=later
        )
    inside = after = 0
    for start, found in _rows(answer):
        if start >= (window.until + _SPARE).timestamp():
            after += _number(found, "num_model_requests")
        elif start >= window.until.timestamp():
            continue
        elif not found.get("model") or str(found["model"]).startswith(model):
            inside += _number(found, "num_model_requests")
    if inside:
        return CannotTell(
            evidence=f"OpenAI's usage counts {inside} requests of {model} from {window}, and cannot say whose"
        )
    if after:
        return NotThere(
            evidence=f"OpenAI's usage counts no request of {model} from {window}, and {after} requests well after that"
        )
    return CannotTell(
        evidence=f"OpenAI's usage counts no request of {model} from {window}, and nothing well after that which would show "
        "that the records are complete",
        later=True,
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _rows(answer: Answered) -> Iterator[tuple[int, dict[str, Any]]]:
    for bucket in answer.json["data"]:
        start: object = bucket.get("start_time") if isinstance(bucket, dict) else None
        results = bucket.get("results") if isinstance(bucket, dict) else None
        if isinstance(start, int) and isinstance(results, list):
            yield from ((start, found) for found in results if isinstance(found, dict))


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 1
