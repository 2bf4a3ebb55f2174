"""Requests to a vendor, and exactly three things that can have come of one.

``Unsent`` (it provably never left), ``Unanswered`` (it left, and what became of it is not known) or ``Answered``. For a
request that costs money the difference between the first two is the difference between sending again and asking a
person, so it is taken from the connection itself and not guessed from the kind of error.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore
import httpx
import msgspec

from picturelock.core.failures import UserError
from picturelock.generate.access import Secret, place, said
from picturelock.generate.wire import FAILURES, Forbidden, Guard, Wire, passage, timeouts

MOST_BYTES = 16 << 20
"""Of an answer, unless a caller expects more."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """No byte of the request left: it may be sent again without a second thought."""

    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The request left, whole or in part, and what became of it is not known."""

    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer.

    Attributes:
        headers: Names in small letters.
        json: The parsed body, with exact decimals; ``None`` where the body is no JSON (an answer of ``null`` too).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any

    @property
    def ok(self) -> bool:
        """Whether the vendor says that it did what was asked."""
        return 200 <= self.status < 300

    def text(self, most: int = 300) -> str:
        """The body for a message: redacted, bounded."""
        return said(self.body[: 64 * most].decode("utf-8", "replace"), most)

    def at(self, *path: str | int) -> Any:
        """A value inside the JSON; ``None`` where the way to it does not exist."""
        found = self.json
        for step in path:
            if (isinstance(found, dict) and isinstance(step, str)) or (
                isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found)
            ):
                found = found.get(step) if isinstance(found, dict) else found[step]  # pyright: ignore[reportArgumentType, reportCallIssue]
            else:
                return None
        return found

    def after_seconds(self, most: float = 86_400.0) -> float | None:
        """What ``Retry-After`` says, from ``Date`` where it is a time; ``None`` where it says nothing sensible."""
        given = self.headers.get("retry-after", "").strip()
        if not given:
            return None
        try:
            seconds = float(given)
        except ValueError:
            try:
                until = parsedate_to_datetime(given)
                seconds = (until - parsedate_to_datetime(self.headers["date"])).total_seconds()
            except (ValueError, KeyError, TypeError):
                return None
        return min(max(0.0, seconds), most) if seconds == seconds else None


Outcome = Unsent | Unanswered | Answered


class Patience:
    """Seconds to wait, each at most.

    Attributes:
        connect: For a connection, TLS included.
        read: For the next bytes of an answer.
        write: Until the next bytes of the request are taken.
    """

    __slots__ = ("connect", "read", "write")

    def __init__(self, *, connect: float = 10.0, read: float = 60.0, write: float = 30.0) -> None:
        self.connect, self.read, self.write = connect, read, write


def parsed(body: bytes) -> Any:
    """JSON with exact decimals; ``None`` for anything else."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _own_json(answer: Answered) -> bool:
    return isinstance(answer.json, dict)


class Line:
    """Speaks to one vendor.

    Args:
        base_url: Without a slash at its end.
        headers: Asked before each request, so that a token can be fresh; values may be secrets.
        own: Whether the body of an error is the vendor's and not some gateway's on the way. Any JSON object by default.
        patience: Waits of a request.
        guard: Which addresses may be connected to; any by default, because the address is the user's own setting.
    """

    def __init__(
        self,
        base_url: str,
        headers: Callable[[], Mapping[str, str | Secret]],
        *,
        own: Callable[[Answered], bool] = _own_json,
        patience: Patience | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._headers = headers
        self._own = own
        self._patience = patience or Patience()
        self._paid = Wire(guard, keep=0)
        self._free = Wire(guard, keep=8)

    def pay(
        self,
        path: str,
        body: object,
        *,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        files: Any = None,
        most_bytes: int = MOST_BYTES,
    ) -> Outcome:
        """POST a request that costs money: once, on a connection of its own.

        A gateway's word (any 5xx without the vendor's own body) and a yes that cannot be read are ``Unanswered``.

        Args:
            path: Below the base address.
            body: JSON; fields of a form where there are files.
            seconds: After which the answer counts as lost, all told.
            headers: Besides the vendor's.
            files: For a form, as httpx takes them.
            most_bytes: Of the answer.

        Raises:
            UserError: A key is missing. Nothing was sent.
        """
        request = self._request("POST", path, body=body, headers=headers, files=files)
        outcome = self._exchange(self._paid, request, seconds, most_bytes)
        if isinstance(outcome, Answered):
            if outcome.status >= 500 and not self._own(outcome):
                return Unanswered(f"a gateway answered {outcome.status} for the vendor: {outcome.text(120)}")
            if outcome.ok and outcome.json is None:
                return Unanswered(f"the answer {outcome.status} cannot be read: {outcome.text(120)}")
        return outcome

    def ask(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Any = None,
        most_bytes: int = MOST_BYTES,
    ) -> Outcome:
        """A request that costs nothing. It is made once all the same; asking again is the caller's to decide.

        Raises:
            UserError: A key is missing. Nothing was sent.
        """
        request = self._request(method, path, body=body, query=query, headers=headers, files=files)
        return self._exchange(self._free, request, seconds, most_bytes)

    def close(self) -> None:
        """Close every connection."""
        self._paid.close()
        self._free.close()

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Any = None,
    ) -> httpx.Request:
        sent = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "picturelock"}
        for name, value in {**self._headers(), **(headers or {})}.items():
            sent[name.lower()] = value.reveal() if isinstance(value, Secret) else value
        form: dict[str, Any] = {"data": body, "files": files} if files is not None else {}
        if files is None and body is not None:
            form = {"content": msgspec.json.encode(body)}
            sent["content-type"] = "application/json"
        try:
            return httpx.Request(
                method,
                self.base_url + path,
                params=query,
                headers=sent,
                extensions=timeouts(
                    connect=self._patience.connect, read=self._patience.read, write=self._patience.write
                ),
                **form,
            )
        except (httpx.InvalidURL, UnicodeError, TypeError) as error:
            raise UserError(f"the request cannot be written: {said(error)}") from None

    def _exchange(self, wire: Wire, request: httpx.Request, seconds: float, most_bytes: int) -> Outcome:
        with passage(seconds) as known:
            try:
                with wire.send(request) as response:
                    body = _bounded(response, most_bytes)
                    if body is None:
                        return Unanswered(f"the answer is longer than {most_bytes} bytes")
                    named = {name.lower(): value for name, value in response.headers.items()}
                    return Answered(response.status_code, named, body, parsed(body))
            except Forbidden as error:
                return Unsent(said(error))
            except FAILURES as error:
                why = f"{_PLAIN.get(type(error), type(error).__name__)} at {place(str(request.url))}: {said(error, 200)}"
                return Unanswered(why) if known.sent else Unsent(why)


_PLAIN: dict[type[BaseException], str] = {
    httpcore.ConnectError: "no connection",
    httpcore.ConnectTimeout: "no connection in time",
    httpcore.PoolTimeout: "no free connection in time",
    httpcore.ReadTimeout: "no answer in time",
    httpcore.WriteTimeout: "the request was not taken in time",
    httpcore.ReadError: "the connection broke",
    httpcore.WriteError: "the connection broke",
    httpcore.RemoteProtocolError: "the answer broke off or is no HTTP",
    httpcore.LocalProtocolError: "the request is no HTTP",
}


def _bounded(response: httpx.Response, most_bytes: int) -> bytes | None:
    whole = bytearray()
    for piece in response.iter_bytes():
        whole += piece
        if len(whole) > most_bytes:
            return None
    return bytes(whole)
