"""Kling on loopback: its tasks, units, error codes and traps.

Kling publishes no library and no machine-readable description; requests are held to the fields, ranges and combinations
that its pages list, and anything else is refused.

What surprises its customers, and can be met here:

- Every answer is an envelope with ``code``, ``message`` and ``request_id``; the HTTP status alone says little. 429 is
  used-up units (1102), an account in arrears (1101) or in trouble (1100), too many tasks at once (1303), too many
  requests (1302) and a closed address list (1304): only some of these get better by waiting (``balance``, ``trouble``).
- A gateway before it answers 502 in HTML.
- Tokens are signed by the customer and dated by the customer's clock: 1003 where the vendor's clock is behind, 1004
  where it is ahead by more than the token lives (``clock_ahead``).
- A task counts against the limit from its submission to its end, waiting or not, and one that hangs counts for ever.
  Too many are turned away, not queued.
- ``external_task_id`` is unique for a customer and finds a task whose answer was lost; nobody promises that sending it
  again is harmless. Here it is refused with 1201, or makes a second task (``unique_names=False``).
- Tasks are found only under the path that they were made with; anything else is 1203. Lists have pages.
- Without ``model_name`` the oldest model answers, without a word. Models end: 1.5, 1.6, 2.1 on 2026-09-15.
- Durations are texts. Pictures are plain base64: ``data:`` in front of it is refused.
- Refused prompts and pictures are one and the same 1301 when the task is submitted. Refused results are tasks that
  ``failed`` with HTTP 200 and ``code`` 0.
- What a task cost is a text, ``final_unit_deduction``, there at its end only. Whether failures cost anything is not
  written anywhere (``charges_failures``).
- Callbacks carry no signature: whoever knows the address can send one. They come with every change of state, and again
  where the receiver did not answer 2xx.
- Results are deleted 30 days after they were made; asking again does not help.
- There is no seed, no cancelling, and one clip a task. The account's sums are twelve hours late, and asking for them
  more than once a second is 1302.

Not here: multi-image2video, extensions, motion control, lip sync, elements, given clips, stills. Clips have no sound.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from picturelock.testing.emulators import kling_request as asking
from picturelock.testing.emulators.chance import hexadecimal, number
from picturelock.testing.emulators.exchange import Call, Endpoint, NotUnderstood, Refused, Reply
from picturelock.testing.emulators.faults import Fault
from picturelock.testing.emulators.framework import Emulator, Settings
from picturelock.testing.emulators.jobs import Failure, Job, Order, Phase
from picturelock.testing.emulators.media import Kind, Wanted
from picturelock.testing.emulators.moderation import Objection, objection

_RATE = 24  # frames per second of every clip
_KEPT = timedelta(days=30)
_MOST_LISTED = 500
_SUMS_LATE = timedelta(hours=12)

_STATES = {
    Phase.QUEUED: "submitted",
    Phase.WAITING: "submitted",
    Phase.RUNNING: "processing",
    Phase.SUCCEEDED: "succeed",
    Phase.FAILED: "failed",
}
_SAYS = {
    1000: (401, "Auth failed"),
    1001: (401, "Authorization is empty"),
    1002: (401, "Authorization is invalid"),
    1003: (401, "Authorization is not yet valid"),
    1004: (401, "Authorization is expired"),
    1100: (429, "Account exception"),
    1101: (429, "Account in arrears"),
    1102: (429, "Account balance not enough"),
    1103: (403, "No permission"),
    1200: (400, "Invalid request parameters"),
    1201: (400, "Invalid parameter value"),
    1203: (404, "Resource not found"),
    1300: (400, "The request triggers the platform's policy"),
    1301: (400, "The content may be against the rules"),
    1302: (429, "Requests too frequent"),
    1303: (429, "parallel task over resource pack limit"),
    1304: (429, "Address not in the list"),
    5000: (500, "Internal error"),
    5001: (503, "Service unavailable"),
    5002: (504, "Service timed out"),
}
_BY_STATUS = {400: 1200, 404: 1203, 429: 1302, 500: 5000, 503: 5001}


class KlingSettings(Settings, frozen=True, kw_only=True):
    """How Kling behaves. The customer's key is a pair; ``key`` is not used, and ``places`` replaces ``concurrency``.

    Attributes:
        access_key: Names the customer.
        secret_key: Signs the customer's tokens.
        clock_ahead: Seconds by which the vendor's clock is ahead of the real one; negative for behind.
        concurrency: Tasks that may be open at once, by the largest active pack: 5 in a trial, 20 in a standard one.
        balance: Units that were bought.
        trouble: Code that every submission is answered: 1100, 1101, 1103 or 1304; 0 for none.
        unique_names: A used ``external_task_id`` is refused.
        charges_failures: A task that failed costs what it would have cost.
    """

    access_key: str = "ak_" + "0" * 29
    secret_key: str = "sk_" + "1" * 29
    clock_ahead: float = 0.0
    concurrency: int = 5
    balance: Decimal = Decimal(100_000)
    trouble: int = 0
    unique_names: bool = True
    charges_failures: bool = False


class Kling(Emulator[KlingSettings]):
    """Kling's developer interface."""

    vendor: ClassVar[str] = "kling"
    unit: ClassVar[str] = "UNITS"
    usd_per_unit: ClassVar[Decimal] = Decimal("0.14")
    settings_type: ClassVar[type[Settings]] = KlingSettings
    link_seconds: ClassVar[float] = _KEPT.total_seconds()

    def _fresh(self) -> None:
        super()._fresh()
        self._named: dict[str, list[str]] = {}
        self._held: dict[str, Decimal] = {}
        self._sums_asked: datetime | None = None

    def endpoints(self) -> Sequence[Endpoint]:
        found: list[Endpoint] = []
        for operation in (asking.TEXT, asking.PICTURE, asking.OMNI):
            path = f"/v1/videos/{operation}"
            found.append(Endpoint("POST", path, self._create, paid=True))
            found.append(Endpoint("GET", path, self._list))
            found.append(Endpoint("GET", f"{path}/{{id}}", self._task))
        return [*found, Endpoint("GET", "/account/costs", self._costs)]

    def refusal(self, status: int) -> Reply:
        if status == 502:
            return Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
        return self._no(_BY_STATUS[status])

    def _no(self, code: int, message: str = "") -> Reply:
        status, says = _SAYS[code]
        body = {"code": code, "message": message or says, "request_id": self._request_id("refusal", code)}
        return Reply.of(body, status)

    def _request_id(self, *names: object) -> str:
        return hexadecimal(self.settings.seed, "request", *names)

    def name(self, key: str) -> str:
        return str(10**17 + number(self.settings.seed, "task", key) % (9 * 10**17))

    def token(self, call: Call) -> str:
        name = call.json().get("external_task_id", "")
        return name if isinstance(name, str) else ""

    # Who asks.

    def check(self, call: Call) -> None:
        scheme, _, text = call.headers.get("authorization", "").partition(" ")
        if not scheme:
            raise Refused(self._no(1001))
        claims = _claims(text) if scheme == "Bearer" else None
        if claims is None:
            raise Refused(self._no(1002))
        signed, signature = text.rsplit(".", 1)
        right = hmac.new(self.settings.secret_key.encode(), signed.encode(), hashlib.sha256).digest()
        if claims.get("iss") != self.settings.access_key or not hmac.compare_digest(right, _bytes(signature)):
            raise Refused(self._no(1000))
        now = call.real.timestamp() + self.settings.clock_ahead
        begins, ends = claims.get("nbf", 0), claims.get("exp")
        if not isinstance(begins, int | float) or not isinstance(ends, int | float):
            raise Refused(self._no(1002))
        if now < begins:
            raise Refused(self._no(1003))
        if now >= ends:
            raise Refused(self._no(1004))

    # Taking on.

    def _create(self, call: Call) -> Reply:
        request = call.json()
        operation = call.path.rpartition("/")[2]
        if self.settings.trouble:
            raise Refused(self._no(self.settings.trouble))
        try:
            asked = asking.understood(operation, request, call.now)
        except asking.Wrong as wrong:
            raise Refused(self._no(wrong.code, wrong.message)) from wrong
        self._admit(call, asked)
        clip = Wanted(
            kind=Kind.VIDEO,
            size=asked.size,
            prompt=asked.prompt,
            seed=number(self.settings.seed, "seed", call.key) % (1 << 32),
            frames=asked.seconds * _RATE,
            rate=_RATE,
            first=None if asked.first is None else asked.first.data,
            last=None if asked.last is None else asked.last.data,
        )
        order = Order(
            operation=operation,
            model=asked.model,
            request=request,
            prompt=asked.prompt,
            price=asked.units,
            wanted=(clip,),
            seconds=(60.0 if asked.mode == "std" else 120.0) + 6.0 * asked.seconds,
            token=asked.name,
            callback=asked.callback,
        )
        job = self.take_on(call, order)
        if asked.name:
            self._named.setdefault(asked.name, []).append(job.id)
        body = self._envelope(job, "created")
        return Reply.of(body, job=job.id)

    def _admit(self, call: Call, asked: asking.Asked) -> None:
        if objection(asked.prompt, self.settings.seed, call.key) in {Objection.INPUT, Objection.IMAGE}:
            raise Refused(self._no(1301))
        if asked.name in self._named and self.settings.unique_names:
            raise Refused(self._no(1201, "external_task_id: used before"))
        places = self.settings.concurrency if self.settings.places is None else self.settings.places
        if places and len(self._held) >= places:
            raise Refused(self._no(1303))
        held = sum(self._held.values(), Decimal(0))
        if self.settings.balance - self.book.net() - held < asked.units:
            raise Refused(self._no(1102))

    # Tasks.

    def _envelope(self, job: Job, *names: object) -> dict[str, Any]:
        return {
            "code": 0,
            "message": "SUCCEED",
            "request_id": self._request_id(job.id, *names),
            "data": self._said(job),
        }

    def _said(self, job: Job) -> dict[str, Any]:
        data: dict[str, Any] = {
            "task_id": job.id,
            "task_status": self.state(job),
            "task_info": {"external_task_id": job.order.token} if job.order.token else {},
            "created_at": _milliseconds(job.accepted),
            "updated_at": _milliseconds(job.updated),
        }
        if job.phase is not Phase.QUEUED:
            data["task_status_msg"] = "" if job.failure is None else job.failure.message
        if job.phase.over:
            data["final_unit_deduction"] = f"{self.book.net(job.id).normalize():f}"
        if job.phase is Phase.SUCCEEDED and job.ended is not None:
            duration = str(job.order.request.get("duration", "5"))
            data["task_result"] = {
                "videos": [
                    # The address dies with the file, however often it is asked for.
                    {"id": f"{job.id}{n}", "url": self.link(job, n, job.ended), "duration": duration}
                    for n in range(len(job.wanted))
                ]
            }
        return data

    def _task(self, call: Call) -> Reply:
        name = call.values["id"]
        names = [name, *reversed(self._named.get(name, []))]
        operation = call.path.split("/")[3]
        for one in names:
            job = self.workshop.find(one, call.now)
            if job is not None and job.order.operation == operation:
                return Reply.of(self._envelope(job, call.key))
        raise Refused(self._no(1203, f"Task not found: {name}"))

    def _list(self, call: Call) -> Reply:
        page = _whole(call.query.get("pageNum", "1"), 1000)
        size = _whole(call.query.get("pageSize", "30"), _MOST_LISTED)
        operation = call.path.rpartition("/")[2]
        found = [
            job
            for job in reversed(self.workshop.jobs.values())
            if job.order.operation == operation and self.workshop.find(job.id, call.now) is not None
        ]
        shown = found[(page - 1) * size : page * size]
        body = {
            "code": 0,
            "message": "SUCCEED",
            "request_id": self._request_id("list", call.key),
            "data": [self._said(job) for job in shown],
        }
        return Reply.of(body)

    # The account.

    def _costs(self, call: Call) -> Reply:
        before, self._sums_asked = self._sums_asked, call.now
        if before is not None and call.now - before < timedelta(seconds=1):
            raise Refused(self._no(1302))
        start, end = (_whole(call.query.get(name, "x")) for name in ("start_time", "end_time"))
        if end < start:
            raise NotUnderstood("the end comes before the start")
        until = call.now - _SUMS_LATE
        used = sum((p.amount for p in self.book.statement().postings if p.at <= until), Decimal(0))
        pack = {
            "resource_pack_name": "Video",
            "resource_pack_id": hexadecimal(self.settings.seed, "pack"),
            "resource_pack_type": "decreasing_total",
            "total_quantity": float(self.settings.balance),
            "remaining_quantity": float(self.settings.balance - used),
            "purchase_time": start,
            "effective_time": start,
            "invalid_time": _milliseconds(call.now + timedelta(days=180)),
            "status": "online",
        }
        body = {
            "code": 0,
            "message": "SUCCEED",
            "request_id": self._request_id("costs", call.key),
            "data": {"code": 0, "msg": "success", "resource_pack_subscribe_infos": [pack]},
        }
        return Reply.of(body)

    # The life of a task.

    def state(self, job: Job) -> str:
        return _STATES[job.phase]

    def places(self, job: Job) -> int | None:
        return None  # who is over the limit is turned away before

    def taken_on(self, job: Job, at: datetime) -> None:
        self._held[job.id] = job.price

    def verdict(self, job: Job) -> Failure | None:
        if job.objection is not None:
            return Failure("", "Failure to pass the risk control system")
        if job.struck(Fault.DONE_WITH_ERROR) is not None:
            return Failure("", "The clip that was made could not be stored")
        if job.struck(Fault.FAILS) is not None:
            return Failure("", "Service internal error")
        return None

    def ended(self, job: Job, at: datetime) -> None:
        del self._held[job.id]
        if job.phase is Phase.SUCCEEDED:
            self.book.charge(at, job.id, job.price, "made")
            self.workshop.at(at + _KEPT, lambda _: setattr(job, "deleted", True))
        elif self.settings.charges_failures:
            self.book.charge(at, job.id, job.price, "failed, and charged")

    def changed(self, job: Job, at: datetime) -> None:
        if job.order.callback and job.phase is not Phase.QUEUED:
            body = json.dumps(self._envelope(job, "callback", at)).encode()
            self.send(job, job.order.callback, body, at)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _whole(text: str, most: int | None = None) -> int:
    """A number of a query, from 1.

    Raises:
        NotUnderstood: It is none, or too great.
    """
    if not text.isdigit() or int(text) < 1 or (most is not None and int(text) > most):
        raise NotUnderstood(f"not a number that is taken: {text}")
    return int(text)


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _claims(token: str) -> dict[str, Any] | None:
    """What a token of the right form says; ``None`` for any other."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_bytes(part)) for part in parts[:2])
    except ValueError:
        return None
    right = isinstance(header, dict) and header.get("alg") == "HS256" and isinstance(claims, dict)
    return claims if right else None
