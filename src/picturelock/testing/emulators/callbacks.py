"""Callbacks to the customer: sent, tried again, doubled, held back or lost."""

import http.client
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import urlsplit

from picturelock.testing.emulators.book import Book, Delivery
from picturelock.testing.emulators.faults import Fault, Plan, Point

_LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
_PATIENCE_SECONDS = 10.0
_HELD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Callback:
    """A message to a customer.

    Attributes:
        url: Loopback only; others are never called.
        key: Names it for chance.
        attempts: How often the vendor tries.
        every: Virtual seconds between attempts.
    """

    job: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    key: str
    attempts: int = 3
    every: float = 5.0


class Post:
    """Sends callbacks from a thread of its own, one after another.

    Args:
        plan: Of faults.
        book: Attempts are written there.
        now: Virtual time.
        later: Carries something out at a virtual time.
    """

    def __init__(
        self,
        plan: Plan,
        book: Book,
        now: Callable[[], datetime],
        later: Callable[[datetime, Callable[[datetime], None]], None],
    ) -> None:
        self._plan, self._book, self._now, self._later = plan, book, now, later
        self._carrier = ThreadPoolExecutor(1, thread_name_prefix="callbacks")
        self._guard = threading.Lock()
        self._held: dict[str, list[Callback]] = {}

    def send(self, callback: Callback, at: datetime) -> None:
        """Send it now, unless a fault has it otherwise."""
        struck = self._plan.strikes(Point.CALLBACK, urlsplit(callback.url).path, callback.key)
        rule = struck[0] if struck else None
        if rule is not None:
            self._book.fault(at, rule.fault.value, job=callback.job, path=callback.url)
        match rule.fault if rule else None:
            case Fault.LOST_CALLBACK:
                return
            case Fault.LATE_CALLBACK:
                with self._guard:
                    self._held.setdefault(callback.job, []).append(callback)
                wait = _HELD_SECONDS if rule is None or rule.seconds is None else rule.seconds
                self._later(at + timedelta(seconds=wait), lambda _: self._release(callback.job))
                return
            case Fault.DOUBLED_CALLBACK:
                self._dispatch(callback, 1)
                self._dispatch(callback, 1)
            case _:
                self._dispatch(callback, 1)
        self._release(callback.job)

    def _release(self, job: str) -> None:
        with self._guard:
            held = self._held.pop(job, [])
        for callback in held:
            self._dispatch(callback, 1)

    def _dispatch(self, callback: Callback, attempt: int) -> None:
        self._carrier.submit(self._try, callback, attempt)

    def _try(self, callback: Callback, attempt: int) -> None:
        status = _posted(callback)
        now = self._now()
        self._book.deliver(
            Delivery(
                at=now,
                job=callback.job,
                url=callback.url,
                attempt=attempt,
                status=status,
                digest=blake2b(callback.body, digest_size=16).hexdigest(),
            )
        )
        if not 200 <= status < 300 and attempt < callback.attempts:
            again = now + timedelta(seconds=callback.every)
            self._later(again, lambda _: self._dispatch(callback, attempt + 1))

    def close(self) -> None:
        """Send no more."""
        self._carrier.shutdown(wait=False, cancel_futures=True)


def _posted(callback: Callback) -> int:
    """The receiver's status; 0 where there was none."""
    url = urlsplit(callback.url)
    if url.scheme != "http" or (url.hostname or "") not in _LOOPBACK:
        return 0
    line = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=_PATIENCE_SECONDS)
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        line.request("POST", target, callback.body, dict(callback.headers))
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()
