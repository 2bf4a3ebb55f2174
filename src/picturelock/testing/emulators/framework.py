"""What all emulators share: serving, faults, files, time and the book. A vendor adds its contract.

A vendor's handlers are plain functions from a request to an answer. They run one at a time, after everything that is
due has been carried out; only making media takes place beside them.

Every emulator answers a few requests that no vendor has:

======================================  ==============================================================================
``GET /_emulator/book``                 The book as JSON: a :class:`~picturelock.testing.emulators.book.Statement`
``POST /_emulator/advance?seconds=N``   Moves virtual time forward and carries out what is due; answers the new time
``POST /_emulator/faults``              Adds the rules in the body (a JSON list); ``?replace=1`` forgets earlier ones
``POST /_emulator/reset``               Forgets jobs, book and added faults
``GET /_emulator``                      Vendor, virtual time, number of open jobs, requests that cost nothing
======================================  ==============================================================================
"""

import asyncio
import hashlib
import hmac
import json
import signal
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from email.message import Message
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.core.value import Value
from picturelock.testing.emulators import chance
from picturelock.testing.emulators.book import Book
from picturelock.testing.emulators.callbacks import Callback, Post
from picturelock.testing.emulators.clock import VirtualClock
from picturelock.testing.emulators.exchange import Call, Endpoint, NotUnderstood, Refused, Reply
from picturelock.testing.emulators.faults import (
    REFUSALS,
    FailureMix,
    Fault,
    Plan,
    Point,
    Rule,
    read_rules,
    rules_of,
)
from picturelock.testing.emulators.jobs import Failure, Job, Order, Workshop
from picturelock.testing.emulators.media import Draw, Kind, Studio, Wanted
from picturelock.testing.emulators.mix import NONE, PRODUCTION, CallFailed, CallFailure, Flawed
from picturelock.testing.emulators.moderation import Objection
from picturelock.testing.emulators.server import Lines, Server

_DRAWERS = 2  # media are drawn on as many threads
_HINT_SECONDS = 2.0
_SLOW_SECONDS = 1.0
_HELD_SECONDS = 600.0


class Settings(Value, frozen=True, kw_only=True):
    """How an emulator behaves. Each vendor adds its own.

    Attributes:
        seed: Of everything that chance decides. Chance does not depend on the order of arrival.
        time_scale: Virtual seconds per real second; 0 stands still until it is advanced.
        starts: What the virtual clock shows at the start; ``None`` for the real time.
        careful_pictures: Media look like a storyboard in another model's rendering and can be wrong; they take longer.
        longest_side: Media are scaled down to this many pixels; 0 for the size that was asked for.
        failure_mix: What goes wrong without being asked to.
        faults: What goes wrong besides.
        book_file: Where the book is kept too: ``.sqlite`` or ``.json``; empty for memory alone.
        key: The customer's.
        places: Jobs that run at once, instead of the vendor's number; 0 for no limit.
    """

    seed: int = 0
    time_scale: float = 1.0
    starts: datetime | None = None
    careful_pictures: bool = False
    longest_side: int = 640
    failure_mix: FailureMix = FailureMix.NONE
    faults: tuple[Rule, ...] = ()
    book_file: str = ""
    key: str = "key_" + "0" * 32
    places: int | None = None


S = TypeVar("S", bound=Settings)


class Emulator(ABC, Generic[S]):
    """A vendor on loopback.

    Args:
        settings: How it behaves.

    Attributes:
        vendor: Its name here.
        unit: Of the book's amounts.
        usd_per_unit: List rate.
        settings_type: Of its settings.
        link_seconds: Virtual seconds that a link to a file lives.
    """

    vendor: ClassVar[str]
    unit: ClassVar[str]
    usd_per_unit: ClassVar[Decimal]
    settings_type: ClassVar[type[Settings]] = Settings
    link_seconds: ClassVar[float] = 86_400.0

    def __init__(self, settings: S) -> None:
        self.settings = settings
        self.clock = VirtualClock(settings.time_scale, settings.starts)
        path = Path(settings.book_file) if settings.book_file else None
        self.book = Book(self.vendor, self.unit, self.usd_per_unit, path)
        self.plan = Plan(settings.seed, (*settings.faults, *self.unasked()))
        production = settings.failure_mix is FailureMix.PRODUCTION
        self.mix = PRODUCTION if production else NONE
        careful = settings.careful_pictures or production
        self.studio = Studio(_careful_hand() if careful else None, settings.longest_side)
        self.base_url = ""
        self._announced = ""
        self._guard = threading.RLock()
        self._lines = Lines()
        self._drawers = ThreadPoolExecutor(_DRAWERS, thread_name_prefix="drawer")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moved = asyncio.Event()
        self._fresh()

    def _fresh(self) -> None:
        self._seen: dict[str, int] = {}
        self._losing: set[int] = set()
        self.workshop = Workshop(self.settings.seed, self, self.book, self.plan)
        self._post = Post(self.plan, self.book, self.clock.now, self._later)

    @classmethod
    def set_up(cls, **settings: Any) -> Self:
        """An emulator with these settings.

        Raises:
            BadDocument: No such setting, or one that does not fit.
        """
        unknown = settings.keys() - set(cls.settings_type.__struct_fields__)
        if unknown:
            raise BadDocument(f"{cls.vendor} has no setting {', '.join(sorted(unknown))}")
        ready: Any = cls.settings_type(**settings)
        return cls(ready)

    @classmethod
    def from_text(cls, settings: dict[str, object]) -> Self:
        """An emulator with settings that were written on a command line.

        Raises:
            BadDocument: No such setting, or one that does not fit.
        """
        try:
            ready: Any = msgspec.convert(settings, cls.settings_type, strict=False, from_attributes=True)
        except msgspec.ValidationError as error:
            raise BadDocument(f"settings of {cls.vendor}: {error}") from error
        return cls(ready)

    # What a vendor adds.

    @abstractmethod
    def endpoints(self) -> Sequence[Endpoint]:
        """Everything that is answered, the most particular first."""

    @abstractmethod
    def state(self, job: Job) -> str:
        """The vendor's word for where a job stands."""

    @abstractmethod
    def refusal(self, status: int) -> Reply:
        """The vendor's body for 400, 404, 429, 500, 502 or 503 where nothing more is known."""

    def check(self, call: Call) -> None:
        """Look at what every request must carry, such as its key.

        Raises:
            Refused: With the vendor's answer.
        """

    def token(self, call: Call) -> str:
        """The client's own name for a request; empty for none."""
        return ""

    def name(self, key: str) -> str:
        """The id of a new job."""
        return str(UUID(int=chance.number(self.settings.seed, self.vendor, "job", key), version=4))

    def places(self, job: Job) -> int | None:
        """How many jobs of this one's lane may run at once; ``None`` for no limit."""
        return self.settings.places or None

    def lane(self, job: Job) -> str:
        """Jobs of one lane share places."""
        return job.order.model

    def taken_on(self, job: Job, at: datetime) -> None:
        """The job is in the book; charge what is charged now."""

    def verdict(self, job: Job) -> Failure | None:
        """How a job that ran to its end came out; ``None`` for success."""
        return None

    def ended(self, job: Job, at: datetime) -> None:
        """The job is over; charge or give back. Its state cannot be read before this returns."""

    def changed(self, job: Job, at: datetime) -> None:
        """The job's state changed; tell the customer."""

    def unasked(self) -> tuple[Rule, ...]:
        """Faults that the mix of failures adds to how calls end and pictures come out."""
        return rules_of(self.settings.failure_mix)

    # What a vendor uses.

    def take_on(self, call: Call, order: Order) -> Job:
        """Accept a job, unless the mix of failures has it otherwise.

        Raises:
            Refused: The call fails before anything is done.
        """
        order = self._fated(call, order)
        return self.workshop.take_on(order, self.name(call.key), call.key, call.digest, call.number, call.now)

    def _fated(self, call: Call, order: Order) -> Order:
        """What the mix of failures makes of an order."""
        if not order.wanted:
            return order
        rates = self.mix.stills if order.wanted[0].kind is Kind.IMAGE else self.mix.clips
        digest, _, time = call.key.partition("#")
        match rates.draw(self.settings.seed, Digest.of(digest.encode()), int(time)):
            case Flawed() as flaw:
                return replace(order, wanted=tuple(w.flawed(flaw) for w in order.wanted))
            case CallFailed(kind=CallFailure.RATE_LIMITED):
                self.book.fault(call.now, Fault.RATE_LIMITED.value, path=call.path)
                raise Refused(self.refusal(429))
            case CallFailed(kind=CallFailure.SERVER_ERROR):
                self.book.fault(call.now, Fault.UNAVAILABLE.value, path=call.path)
                raise Refused(self.refusal(503))
            case CallFailed(kind=CallFailure.MODERATED):
                return replace(order, prompt=f"{order.prompt} {Objection.OUTPUT.value}")
            case CallFailed(kind=CallFailure.LOST):
                self._losing.add(call.number)
            case _:
                pass
        return order

    def send(
        self, job: Job, url: str, body: bytes, at: datetime, headers: dict[str, str] | None = None
    ) -> None:
        """Send a callback, now or as the faults have it."""
        number = job.notes["callbacks"] = job.notes.get("callbacks", 0) + 1
        fields = (("Content-Type", "application/json"), *(headers or {}).items())
        self._post.send(Callback(job.id, url, body, fields, f"{job.key}/{number}"), at)

    def link(self, job: Job, index: int, now: datetime) -> str:
        """A fresh URL of one of a job's files; it expires after :attr:`link_seconds`."""
        until = int((now + timedelta(seconds=self.link_seconds)).timestamp())
        ending = job.wanted[index].kind.ending
        signature = self._signature(job.id, index, until)
        return (
            f"{self.base_url}/files/{job.id}/{index}/{index}.{ending}?expires={until}&signature={signature}"
        )

    def make(self, wanted: Wanted) -> bytes:
        """Draw a file. Slow: call it from :attr:`Reply.body` only."""
        return self.studio.make(wanted)

    # Serving.

    @contextmanager
    def serve(self) -> Iterator[Self]:
        """Serve from a thread as long as the context lasts; :attr:`base_url` says where."""
        server = Server(self._app(), self._lines, self._beside)
        self.base_url = server.url
        server.start()
        try:
            yield self
        finally:
            server.stop()
            self._close()

    def run(self, port: int = 0) -> None:
        """Be the server until the process is told to end. Prints ``{"vendor": …, "url": …}`` first."""
        server = Server(self._app(), self._lines, self._beside, port)
        self.base_url = server.url
        self._announced = json.dumps({"vendor": self.vendor, "url": server.url}) + "\n"
        previous = {n: signal.signal(n, signal.SIG_IGN) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            server.run()
        finally:
            self._close()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def advance(self, seconds: float) -> datetime:
        """Move virtual time forward and carry out what is due.

        Returns:
            Virtual time.
        """
        now = self.clock.advance(seconds)
        with self._guard:
            self.workshop.run_until(now)
        self._wake()
        return now

    def misbehave(self, *rules: Rule) -> None:
        """Add faults; they count from now."""
        self.plan.add(rules)

    def reset(self) -> None:
        """Forget jobs, book and faults that were added. Time goes on."""
        with self._guard:
            self._post.close()
            self.book.reset()
            self.plan.clear()
            self.plan.add((*self.settings.faults, *self.unasked()))
            self._fresh()

    def _close(self) -> None:
        self._post.close()
        self._drawers.shutdown(wait=True, cancel_futures=True)
        self.book.close()

    def _app(self) -> Starlette:
        routes: list[BaseRoute] = [
            Route("/_emulator", _Door(self._about), methods=["GET"]),
            Route("/_emulator/book", _Door(self._show_book), methods=["GET"]),
            Route("/_emulator/advance", _Door(self._advance), methods=["POST"]),
            Route("/_emulator/faults", _Door(self._add_faults), methods=["POST"]),
            Route("/_emulator/reset", _Door(self._reset), methods=["POST"]),
            Route("/files/{job}/{index:int}/{name}", _Door(self._file), methods=["GET", "HEAD"]),
        ]
        routes += [
            Route(endpoint.path, _Door(_Bound(self._answer, endpoint)), methods=[endpoint.method])
            for endpoint in self.endpoints()
        ]
        return Starlette(routes=routes)

    # Time.

    def _catch_up(self) -> datetime:
        now = self.clock.now()
        self.workshop.run_until(now)
        return now

    def _later(self, when: datetime, do: Callable[[datetime], None]) -> None:
        with self._guard:
            self.workshop.at(when, do)
        self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._moved.set)

    async def _beside(self) -> None:
        """Carries out what comes due while nobody asks."""
        self._loop = asyncio.get_running_loop()
        sys.stdout.write(self._announced)
        sys.stdout.flush()
        while True:
            with self._guard:
                now = self._catch_up()
                due = self.workshop.next_due
            self._moved.clear()
            await self._sleep_until(due, now)

    async def _sleep_until(self, when: datetime | None, now: datetime) -> None:
        """Sleep until a virtual time, or until time is moved."""
        wait = None
        if when is not None and self.clock.scale > 0:
            wait = max(0.001, (when - now).total_seconds() / self.clock.scale)
        try:
            await asyncio.wait_for(self._moved.wait(), wait)
        except TimeoutError:
            return

    async def _until(self, when: datetime) -> None:
        while (now := self.clock.now()) < when:
            await self._sleep_until(when, now)
            if self._moved.is_set():
                await asyncio.sleep(0.001)  # the one beside clears the flag

    # Answering.

    async def _answer(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        point = Point.SUBMIT if endpoint.paid else Point.READ
        with self._guard:
            before = self.workshop.next_due
            call = self._call(endpoint, request, body)
            rule = next(iter(self.plan.strikes(point, call.path, call.key)), None)
            reply = self._handled(endpoint, call, rule)
            if rule is None and call.number in self._losing:
                rule = Rule(fault=Fault.LOST_AFTER)
            due = self.workshop.next_due
            job = reply.job if reply is not None else ""
            if rule is not None:
                self.book.fault(call.now, rule.fault.value, job=job, path=call.path)
            silent = rule is not None and rule.fault in {Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE}
            if endpoint.paid:
                status = 0 if silent or reply is None else reply.status
                self.book.answered(
                    call.number, status=status, job=job, fault=rule.fault.value if rule is not None else ""
                )
        if due is not None and due != before:
            self._moved.set()
        if reply is None or (rule is not None and rule.fault is Fault.LOST_AFTER):
            await self._hang_up(scope, receive)
            return
        if rule is not None and rule.fault is Fault.LATE:
            held = _HELD_SECONDS if rule.seconds is None else rule.seconds
            if await _left(receive, held):
                return
            if endpoint.paid:
                self.book.answered(call.number, status=reply.status)
        await self._reply(reply, scope, receive, send)

    def _call(self, endpoint: Endpoint, request: Request, body: bytes) -> Call:
        path = request.url.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = _without_boundary(body, headers.get("content-type", ""))
        digest = hashlib.blake2b(f"{request.method} {path}\n".encode() + asked, digest_size=16).hexdigest()
        self._seen[digest] = self._seen.get(digest, 0) + 1
        call = Call(
            method=request.method,
            path=path,
            values={name: str(value) for name, value in request.path_params.items()},
            query=dict(request.query_params),
            headers=headers,
            body=body,
            now=self._catch_up(),
            real=self.clock.real(),
            number=0,
            key=f"{digest}#{self._seen[digest]}",
            digest=digest,
            pairs=tuple(request.query_params.multi_items()),
        )
        if not endpoint.paid:
            self.book.visited(f"{endpoint.method} {endpoint.path}")
            return call
        try:
            token = self.token(call)
        except NotUnderstood:
            token = ""
        number = self.book.asked(call.now, call.method, path, token, digest)
        return replace(call, number=number)

    def _handled(self, endpoint: Endpoint, call: Call, rule: Rule | None) -> Reply | None:
        """The vendor's answer; ``None`` where there is to be none and nothing is done."""
        if rule is not None and rule.fault is Fault.LOST_BEFORE:
            return None
        if rule is not None and rule.fault in REFUSALS:
            reply = self.refusal(REFUSALS[rule.fault])
            if rule.fault is Fault.RATE_LIMITED_WITH_HINT:
                hint = _HINT_SECONDS if rule.seconds is None else rule.seconds
                return _with_header(reply, "Retry-After", f"{hint:g}")
            return reply
        try:
            self.check(call)
            return endpoint.handler(call)
        except Refused as refused:
            return refused.reply
        except NotUnderstood:
            return self.refusal(400)

    async def _reply(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        if reply.ready is not None:
            await self._until(reply.ready)
        body = reply.body
        if not isinstance(body, bytes):
            body = await asyncio.get_running_loop().run_in_executor(self._drawers, body)
        await _send(send, reply.status, reply.mime, reply.headers, body)

    async def _hang_up(self, scope: Scope, receive: Receive) -> None:
        self._lines.hang_up(scope)
        await _left(receive, None)

    # Files.

    def _signature(self, job: str, index: int, until: int) -> str:
        name = f"{job}/{index}/{until}".encode()
        key = f"{self.vendor}/{self.settings.seed}".encode()
        return hmac.new(key, name, hashlib.sha256).hexdigest()[:32]

    def _wanted(self, request: Request, now: datetime) -> Wanted | int:
        """The file that a link names, or the status that says why not."""
        name, index = request.path_params["job"], request.path_params["index"]
        until = request.query_params.get("expires", "")
        signature = request.query_params.get("signature", "")
        if not until.isdigit() or not hmac.compare_digest(
            signature.encode(), self._signature(name, index, int(until)).encode()
        ):
            return 403
        if now.timestamp() >= int(until):
            return 403
        job = self.workshop.jobs.get(name)
        if job is None or job.deleted or index >= len(job.wanted):
            return 404
        return job.wanted[index]

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = request.url.path
        with self._guard:
            now = self._catch_up()
            self.book.visited("GET /files")
            wanted = self._wanted(request, now)
            self._seen[path] = self._seen.get(path, 0) + 1
            rule = next(iter(self.plan.strikes(Point.FILE, path, f"{path}#{self._seen[path]}")), None)
            if rule is not None:
                job = request.path_params["job"]
                self.book.fault(now, rule.fault.value, job=job, path=path)
        if rule is not None and rule.fault in {Fault.LOST_BEFORE, Fault.LOST_AFTER}:
            await self._hang_up(scope, receive)
        elif rule is not None and rule.fault is Fault.LATE:
            await _left(receive, rule.seconds or _HELD_SECONDS)
        elif rule is not None and rule.fault in REFUSALS:
            await _send(send, REFUSALS[rule.fault], "text/plain", (), b"")
        elif isinstance(wanted, int):
            code = "AccessDenied" if wanted == 403 else "NoSuchKey"
            await _send(send, wanted, "application/xml", (), f"<Error><Code>{code}</Code></Error>".encode())
        else:
            data = await asyncio.get_running_loop().run_in_executor(self._drawers, self.make, wanted)
            await self._download(request, data, wanted, rule, send)

    async def _download(
        self, request: Request, data: bytes, wanted: Wanted, rule: Rule | None, send: Send
    ) -> None:
        fault = rule.fault if rule is not None else None
        if fault is Fault.CORRUPT_FILE:
            data = _flipped(data, self.settings.seed, request.url.path)
        span = _span(request.headers.get("range", ""), len(data))
        headers: tuple[tuple[str, str], ...] = (("Accept-Ranges", "bytes"), ("ETag", f'"{wanted.key}"'))
        if span is None:
            await _send(send, 416, "text/plain", (*headers, ("Content-Range", f"bytes */{len(data)}")), b"")
            return
        start, stop = span
        part = data[start:stop]
        status = 206 if request.headers.get("range") else 200
        if status == 206:
            headers += (("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}"),)
        if request.method == "HEAD":
            await _send(send, status, wanted.kind.mime, headers, b"", length=len(part))
        elif fault is Fault.TRUNCATED_FILE:
            half = part[: len(part) // 2]
            await _send(send, status, wanted.kind.mime, headers, half, length=len(part), whole=False)
        elif fault is Fault.SLOW_FILE:
            half = len(part) // 2
            await _send(send, status, wanted.kind.mime, headers, part[:half], length=len(part), whole=False)
            await asyncio.sleep(_SLOW_SECONDS if rule is None or rule.seconds is None else rule.seconds)
            await send({"type": "http.response.body", "body": part[half:], "more_body": False})
        else:
            await _send(send, status, wanted.kind.mime, headers, part)

    # The emulator's own requests.

    async def _about(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._guard:
            now = self._catch_up()
            about = {
                "vendor": self.vendor,
                "now": now.isoformat(),
                "open": self.workshop.open(),
                "visits": self.book.visits(),
            }
        await _send(send, 200, "application/json", (), json.dumps(about).encode())

    async def _show_book(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._guard:
            self._catch_up()
            statement = self.book.statement()
        await _send(send, 200, "application/json", (), msgspec.json.encode(statement))

    async def _advance(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            seconds = float(Request(scope, receive).query_params.get("seconds", "0"))
            now = self.advance(seconds)
        except ValueError as error:
            await _send(send, 400, "application/json", (), json.dumps({"error": str(error)}).encode())
            return
        await _send(send, 200, "application/json", (), json.dumps({"now": now.isoformat()}).encode())

    async def _add_faults(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            rules = read_rules(await request.body())
        except BadDocument as error:
            await _send(send, 400, "application/json", (), json.dumps({"error": str(error)}).encode())
            return
        if request.query_params.get("replace"):
            self.plan.clear()
        self.plan.add(rules)
        await _send(send, 200, "application/json", (), json.dumps({"added": len(rules)}).encode())

    async def _reset(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reset()
        await _send(send, 200, "application/json", (), b"{}")


class _Bound:
    """An endpoint with the emulator that answers it."""

    def __init__(self, answer: Callable[..., Any], endpoint: Endpoint) -> None:
        self._answer, self._endpoint = answer, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(self._endpoint, scope, receive, send)


class _Door:
    """Keeps a client that leaves early from being an error."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return


def _careful_hand() -> Draw:
    # It needs the built-in artist; those who want the quick hand do not wait for that.
    return import_module("picturelock.testing.emulators.careful").draw


def _without_boundary(body: bytes, kind: str) -> bytes:
    """A form without what separates its parts: clients make that up anew for every request."""
    if not kind.startswith("multipart/"):
        return body
    message = Message()
    message["Content-Type"] = kind
    boundary = message.get_boundary()
    return body.replace(boundary.encode(), b"") if boundary else body


def _with_header(reply: Reply, name: str, value: str) -> Reply:
    return replace(reply, headers=(*reply.headers, (name, value)))


async def _left(receive: Receive, seconds: float | None) -> bool:
    """Wait until the client is gone, at most so long. Whether it is."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


async def _send(
    send: Send,
    status: int,
    mime: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    *,
    length: int | None = None,
    whole: bool = True,
) -> None:
    fields = [
        (b"content-type", mime.encode()),
        (b"content-length", str(len(body) if length is None else length).encode()),
    ]
    fields += [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    if status == 204:
        fields = [field for field in fields if field[0] not in {b"content-type", b"content-length"}]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": not whole})


def _span(header: str, size: int) -> tuple[int, int] | None:
    """The bytes that a ``Range`` asks for; all without one; ``None`` where it cannot be met."""
    if not header:
        return 0, size
    unit, _, wanted = header.partition("=")
    first, _, last = wanted.partition("-")
    if unit.strip() != "bytes" or "," in wanted or not (first.strip() or last.strip()):
        return None
    try:
        if not first.strip():
            return max(0, size - int(last)), size
        start, stop = int(first), min(size, int(last) + 1 if last.strip() else size)
    except ValueError:
        return None
    return (start, stop) if 0 <= start < stop else None


def _flipped(data: bytes, seed: int, name: str) -> bytes:
    """The same length with some bytes inverted, behind the first quarter, so that the file still looks like one."""
    spoiled = bytearray(data)
    for n in range(max(1, min(40, len(data) // 64))):
        at = int(chance.between(len(data) / 4, len(data), seed, "flip", name, n))
        spoiled[min(at, len(data) - 1)] ^= 0xFF
    return bytes(spoiled)
