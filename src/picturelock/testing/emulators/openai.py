"""OpenAI's images: asked for and answered in one request, paid by the token.

There is no job to ask for and no list of requests: an answer that is lost is lost, and what it cost shows only as a
number among others in the organisation's usage, some minutes later. No request carries a key that would make a second
one harmless. The book's name of a job is the ``x-request-id`` of its answer.

The vendor does not publish whether it charges for a picture that its moderation stops, or for one that it failed to
deliver; both are settings. It does not publish limits of accounts either; there are none unless they are set.

Two files that a person would download from the dashboard are there too: ``/dashboard/costs.csv`` and
``/dashboard/images.csv``, with the questions of the endpoints that show the same.

Of the faults, those of files strike the pictures in an answer: ``truncated_file`` breaks off the base64,
``corrupt_file`` spoils the picture inside. A job that hangs ends as a gateway's 504.
"""

import base64
import json
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from picturelock.testing.emulators import chance, openai_usage
from picturelock.testing.emulators.exchange import Call, Endpoint, Refused, Reply
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.framework import Emulator, Settings
from picturelock.testing.emulators.jobs import Failure, Job, Order, Phase
from picturelock.testing.emulators.media import Kind, Wanted
from picturelock.testing.emulators.moderation import Objection, objection
from picturelock.testing.emulators.openai_files import Finish, finished, readable, spoiled
from picturelock.testing.emulators.openai_request import Asked, complaint, read_edit, read_generation
from picturelock.testing.emulators.openai_usage import Charged, Tokens

_QUEUE_SECONDS = 0.5
_SECONDS = {"low": 6.0, "medium": 18.0, "high": 45.0, "xhigh": 60.0, "max": 90.0}
_GATEWAY_SECONDS = 600.0
_WINDOW_SECONDS = 60.0
_GENERATION, _EDIT = "image.generation", "image.edit"
_BLOCKED = "moderation_blocked"
_OTHER_DATE = "2026-11-20"
_UNDATED = re.compile(r"-\d{4}-\d\d-\d\d$")
_GATEWAY = b"<html><head><title>504 Gateway Time-out</title></head><body>504 Gateway Time-out</body></html>"


class OpenAISettings(Settings, frozen=True, kw_only=True):
    """What an account is allowed, and what the vendor does not publish.

    Attributes:
        admin_key: Opens the organisation's usage and costs; the ordinary key does not.
        verified: The organisation was verified; otherwise no image model is served.
        hard_limit_usd: Spending of the account at which it is closed; ``None`` for no limit.
        credit_usd: Prepaid; once it is used up, requests are turned away with 429. ``None`` for no limit.
        images_per_minute: 0 for no limit.
        requests_per_minute: 0 for no limit.
        usage_lag_seconds: Virtual seconds until a charge shows in usage and costs.
        haste: Pictures are made so many times as fast, without time itself going faster.
        charges_blocked: A picture that was made and then stopped by moderation is charged.
        charges_failed: The same for a request that ended with a 5xx after the work was done.
    """

    key: str = "sk-proj-" + "0" * 32
    admin_key: str = "sk-admin-" + "0" * 32
    verified: bool = True
    hard_limit_usd: Decimal | None = None
    credit_usd: Decimal | None = None
    images_per_minute: int = 0
    requests_per_minute: int = 0
    usage_lag_seconds: float = 300.0
    haste: float = 1.0
    charges_blocked: bool = False
    charges_failed: bool = False


class OpenAI(Emulator[OpenAISettings]):
    """The images of OpenAI's API. A client's ``base_url`` is this one's with ``/v1``."""

    vendor = "openai"
    unit = "USD"
    usd_per_unit = Decimal(1)
    settings_type: ClassVar[type[Settings]] = OpenAISettings

    def _fresh(self) -> None:
        super()._fresh()
        self._answers = 0
        self._lately: deque[tuple[datetime, int]] = deque()

    def endpoints(self) -> Sequence[Endpoint]:
        return [
            Endpoint("POST", "/v1/images/generations", self._generate, paid=True),
            Endpoint("POST", "/v1/images/edits", self._edit, paid=True),
            Endpoint("GET", "/v1/organization/usage/images", self._usage),
            Endpoint("GET", "/v1/organization/costs", self._costs),
            Endpoint("GET", "/dashboard/costs.csv", self._costs_file),
            Endpoint("GET", "/dashboard/images.csv", self._images_file),
        ]

    def state(self, job: Job) -> str:
        """The vendor shows no states; these are the book's."""
        return "in_progress" if job.phase in {Phase.WAITING, Phase.RUNNING} else job.phase.value

    def name(self, key: str) -> str:
        return f"req_{chance.hexadecimal(self.settings.seed, self.vendor, 'request', key)}"

    def token(self, call: Call) -> str:
        """The customer's own name for a request. The vendor logs it and does nothing else with it."""
        return call.headers.get("x-client-request-id", "")

    def places(self, job: Job) -> int | None:
        return None

    def unasked(self) -> tuple[Rule, ...]:
        """None: how calls for pictures fail was counted whole, and the mix has it."""
        return ()

    # Answers.

    def _handled(self, endpoint: Endpoint, call: Call, rule: Rule | None) -> Reply | None:
        reply = super()._handled(endpoint, call, rule)
        if reply is None:
            return None
        self._answers += 1
        request = reply.job or f"req_{chance.hexadecimal(self.settings.seed, 'answer', self._answers)}"
        ready = reply.ready or call.now
        standing = (
            ("x-request-id", request),
            ("openai-version", "2020-10-01"),
            ("openai-organization", "org-emulated"),
            ("openai-processing-ms", str(round((ready - call.now).total_seconds() * 1000))),
            *self._limits(call.now),
        )
        return replace(reply, headers=(*standing, *reply.headers))

    def refusal(self, status: int) -> Reply:
        match status:
            case 400:
                return complaint(400, "We could not parse the body of your request.")
            case 404:
                return complaint(404, "Invalid URL.", code=None)
            case 429:
                return complaint(
                    429, "Rate limit reached for images.", kind="requests", code="rate_limit_exceeded"
                )
            case 503:
                return complaint(503, "The engine is currently overloaded.", kind="service_unavailable_error")
            case 502:
                body = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
                return Reply(status=502, body=body, mime="text/html")
            case _:
                return complaint(status, "The server had an error while processing it.", kind="server_error")

    def check(self, call: Call) -> None:
        if call.path.startswith("/dashboard/"):
            return  # a person has signed in there
        kind, _, key = call.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key:
            raise Refused(complaint(401, "You didn't provide an API key."))
        if key not in {self.settings.key, self.settings.admin_key}:
            raise Refused(complaint(401, "Incorrect API key provided.", code="invalid_api_key"))
        admin = call.path.startswith("/v1/organization/")
        if admin is not (key == self.settings.admin_key):
            message = "You have insufficient permissions for this operation. Missing scopes: " + (
                "api.usage.read." if admin else "api.model.images.request."
            )
            raise Refused(complaint(403, message))

    # Limits.

    def _recent(self, now: datetime) -> tuple[int, int]:
        """Requests and pictures of the last minute."""
        while self._lately and self._lately[0][0] <= now - timedelta(seconds=_WINDOW_SECONDS):
            self._lately.popleft()
        return len(self._lately), sum(count for _, count in self._lately)

    def _limits(self, now: datetime) -> list[tuple[str, str]]:
        requests, images = self._recent(now)
        reset = "0s"
        if self._lately:
            since = (now - self._lately[0][0]).total_seconds()
            reset = f"{max(0.0, _WINDOW_SECONDS - since):.0f}s"
        headers: list[tuple[str, str]] = []
        for name, most, used in (
            ("requests", self.settings.requests_per_minute, requests),
            ("images", self.settings.images_per_minute, images),
        ):
            if most:
                headers += [
                    (f"x-ratelimit-limit-{name}", str(most)),
                    (f"x-ratelimit-remaining-{name}", str(max(0, most - used))),
                    (f"x-ratelimit-reset-{name}", reset),
                ]
        return headers

    def _admit(self, call: Call, asked: Asked) -> None:
        """Hold the account to what it may have.

        Raises:
            Refused: It is over.
        """
        if not self.settings.verified:
            message = f"Your organization must be verified to use the model `{asked.name}`."
            raise Refused(complaint(403, message))
        spent = self.book.net()
        if self.settings.hard_limit_usd is not None and spent >= self.settings.hard_limit_usd:
            message = "Billing hard limit has been reached."
            raise Refused(
                complaint(400, message, kind="image_generation_user_error", code="billing_hard_limit_reached")
            )
        if self.settings.credit_usd is not None and spent >= self.settings.credit_usd:
            message = "You exceeded your current quota; check your plan and billing details."
            raise Refused(complaint(429, message, kind="insufficient_quota", code="insufficient_quota"))
        requests, images = self._recent(call.now)
        for unit, most, used in (
            ("requests", self.settings.requests_per_minute, requests + 1),
            ("images", self.settings.images_per_minute, images + asked.count),
        ):
            if most and used > most:
                raise Refused(self._too_many(call.now, unit, most, used))
        self._lately.append((call.now, asked.count))

    def _too_many(self, now: datetime, unit: str, most: int, used: int) -> Reply:
        since = (now - self._lately[0][0]).total_seconds() if self._lately else 0.0
        wait = max(1.0, _WINDOW_SECONDS - since)
        message = (
            f"Rate limit reached on {unit} per minute: limit {most}, used {used}. Try again in {wait:.0f}s."
        )
        reply = complaint(429, message, kind=unit, code="rate_limit_exceeded")
        hint = (("retry-after", f"{wait:.0f}"), ("retry-after-ms", f"{wait * 1000:.0f}"))
        return replace(reply, headers=(*reply.headers, *hint))

    # Pictures.

    def _generate(self, call: Call) -> Reply:
        return self._draw(call, read_generation(call), _GENERATION)

    def _edit(self, call: Call) -> Reply:
        return self._draw(call, read_edit(call), _EDIT)

    def _draw(self, call: Call, asked: Asked, source: str) -> Reply:
        self._admit(call, asked)
        found = objection(asked.prompt, self.settings.seed, call.key)
        if found is Objection.INPUT or (found is Objection.IMAGE and asked.pictures):
            raise Refused(_blocked("input"))
        tokens = Tokens.of(asked)
        job = self.take_on(call, self._order(call, asked, source, tokens))
        job.notes |= {"asked": asked, "tokens": tokens, "source": source}
        due = job.accepted + timedelta(seconds=job.order.queue_seconds) + timedelta(seconds=job.seconds)
        if job.struck(Fault.HANGS) is not None:
            late = job.accepted + timedelta(seconds=_GATEWAY_SECONDS)
            return Reply(status=504, body=_GATEWAY, mime="text/html", job=job.id, ready=late)
        failure = self.verdict(job)
        if failure is not None:
            reply = _blocked("output") if failure.code == _BLOCKED else self.refusal(500)
            return replace(reply, body=lambda: self._after(reply), job=job.id, ready=due)
        spoiled = [self._spoils(call, job, at) for at in range(asked.count)]
        return Reply(body=lambda: self._answer_of(job, asked, spoiled), job=job.id, ready=due)

    def _order(self, call: Call, asked: Asked, source: str, tokens: Tokens) -> Order:
        wanted = [
            Wanted(
                kind=Kind.IMAGE,
                size=asked.size,
                prompt=asked.prompt,
                # The vendor takes no seed: every request is drawn anew.
                seed=chance.number(self.settings.seed, "picture", call.key, at) % (1 << 32),
                first=readable(asked.pictures[0]) if asked.pictures else None,
            )
            for at in range(asked.count)
        ]
        return Order(
            operation=source,
            model=asked.name,
            request=asked.said,
            prompt=asked.prompt,
            price=tokens.price(asked.model),
            wanted=tuple(wanted),
            seconds=_SECONDS[asked.quality] / self.settings.haste,
            queue_seconds=_QUEUE_SECONDS / self.settings.haste,
            token=self.token(call),
        )

    def verdict(self, job: Job) -> Failure | None:
        asked: Asked = job.notes["asked"]
        stopped = job.objection is Objection.OUTPUT or (
            job.objection is Objection.CHANCE and not asked.lenient
        )
        if stopped:
            return Failure(_BLOCKED, "output")
        if job.struck(Fault.FAILS) is not None or job.struck(Fault.DONE_WITH_ERROR) is not None:
            return Failure("server_error", "")
        return None

    def ended(self, job: Job, at: datetime) -> None:
        failure = job.failure
        charged = (
            failure is None
            or (failure.code == _BLOCKED and self.settings.charges_blocked)
            or (failure.code != _BLOCKED and self.settings.charges_failed)
        )
        if charged:
            self.book.charge(at, job.id, job.price, f"{job.notes['tokens'].total} tokens")

    def _spoils(self, call: Call, job: Job, at: int) -> Fault | None:
        """The fault that strikes a picture of an answer on its way."""
        for rule in self.plan.strikes(Point.FILE, call.path, f"{call.key}/{at}"):
            if rule.fault in {Fault.TRUNCATED_FILE, Fault.CORRUPT_FILE}:
                self.book.fault(call.now, rule.fault.value, job=job.id, path=call.path)
                return rule.fault
        return None

    def _after(self, reply: Reply) -> bytes:
        """The body of an answer, once whoever reads the book then finds the charge in it."""
        with self._guard:
            self._catch_up()
        return reply.body if isinstance(reply.body, bytes) else reply.body()

    def _answer_of(self, job: Job, asked: Asked, spoiled: list[Fault | None]) -> bytes:
        """The body of an answer; drawn beside the server's other work."""
        with self._guard:
            self._catch_up()
            wanted = job.wanted
        pictures = [
            {"b64_json": self._encoded(job, asked, one, fault)}
            for one, fault in zip(wanted, spoiled, strict=False)
        ]
        tokens: Tokens = job.notes["tokens"]
        body: dict[str, Any] = {
            "created": int((job.ended or job.accepted).timestamp()),
            "background": asked.background,
            "data": pictures,
            "output_format": asked.form,
            "quality": asked.quality,
            "size": asked.size_text,
            "usage": tokens.shown(),
        }
        if asked.person:
            body["safety_identifier"] = asked.person
        return json.dumps(body, separators=(",", ":")).encode()

    def _encoded(self, job: Job, asked: Asked, wanted: Wanted, fault: Fault | None) -> str:
        finish = Finish(
            form=asked.form,
            compression=asked.compression,
            clear=asked.background == "transparent",
            mask=asked.mask,
            under=asked.pictures[0] if asked.mask is not None else None,
        )
        data = finished(self.make(wanted), finish)
        if fault is Fault.CORRUPT_FILE:
            data = spoiled(data, self.settings.seed, job.id)
        text = base64.b64encode(data).decode()
        # Four letters are three bytes; one left over is none.
        return text[: len(text) // 8 * 4 + 1] if fault is Fault.TRUNCATED_FILE else text

    # What the organisation is told.

    def _charged(self, now: datetime) -> list[Charged]:
        """Every charge that shows by now."""
        shown = now - timedelta(seconds=self.settings.usage_lag_seconds)
        charged: list[Charged] = []
        for posting in self.book.statement().postings:
            if posting.at > shown:
                continue
            job = self.workshop.jobs[posting.job]
            asked: Asked = job.notes["asked"]
            tokens: Tokens = job.notes["tokens"]
            listed = tokens.price(asked.model)
            lines = {
                line: (count, usd * posting.amount / listed)
                for line, (count, usd) in tokens.lines(asked.model).items()
            }
            model = asked.model.snapshot
            if job.struck(Fault.MODEL_CHANGED) is not None:
                model = f"{_UNDATED.sub('', model)}-{_OTHER_DATE}"
            charged.append(
                Charged(posting.at, model, job.notes["source"], asked.size_text, asked.count, lines)
            )
        return charged

    def _usage(self, call: Call) -> Reply:
        return Reply.of(openai_usage.images_page(call, self._charged(call.now)))

    def _costs(self, call: Call) -> Reply:
        return Reply.of(openai_usage.costs_page(call, self._charged(call.now)))

    def _costs_file(self, call: Call) -> Reply:
        return Reply(body=openai_usage.costs_csv(call, self._charged(call.now)), mime="text/csv")

    def _images_file(self, call: Call) -> Reply:
        return Reply(body=openai_usage.images_csv(call, self._charged(call.now)), mime="text/csv")


def _blocked(stage: str) -> Reply:
    return complaint(
        400,
        "Your request was rejected by the safety system.",
        kind="image_generation_user_error",
        code=_BLOCKED,
        moderation_details={"moderation_stage": stage, "categories": ["other"]},
    )
