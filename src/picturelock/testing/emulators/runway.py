"""Runway on loopback: its tasks, prices, refunds and traps.

Requests are held to the types of Runway's own Python library; what that library cannot say is refused.

What surprises its customers, and can be met here:

- More tasks than the account's tier allows are taken on all the same, and wait as ``THROTTLED``.
- There is no idempotency key: the same request twice is two tasks, and both are charged.
- Nothing lists tasks. Who lost an answer finds no more than the account's sums: credits by day and model, and tasks of
  the last 24 hours by model (``usage_lag`` holds these sums back). Asked without dates, credits end with yesterday.
- Links to results expire after a day; asking for the task again gives fresh ones.
- A task is charged when it is taken on, and a refund comes later. ``SAFETY.INPUT`` failures are not refunded; for
  ``SAFETY.OUTPUT`` only the task itself says (``refunds_moderated_output``).
- Cancelling a running task refunds nothing; a waiting one may be refunded or not (``refunds_waiting``), whatever the
  question before had answered. Cancelled tasks cannot be asked for after a while, deleted ones at once.
- ``cost`` of a finished task can still fall (``late_refund``). ``duration: auto`` is charged at its longest, and what was
  not used is given back at the end. Some models have a least price for a task.
- Tasks of a day are counted by model; one too many is answered 429 without a hint when to come again (``daily``).
- Too few credits are answered 400, like a wrong request (``balance``).
- ``estimatedCost`` is a number, ``cost`` a whole one; each is there only before or after the end.
- Prompts are counted in UTF-16 units, so that one emoji counts as two. Data URIs end at 5 MB, encoded.
- The same seed gives something similar, not the same.
- Questions for one task more often than every five seconds are frowned upon: the book counts them under
  ``GET /v1/tasks/{id} too soon``, and ``strict_polling`` answers them 429.
- There are no webhooks at all.

Not here: video to video, upscaling, sound, voices, avatars, the router, workflows; models without a published price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, ClassVar

from runwayml.types.image_to_video_create_params import ImageToVideoCreateParams
from runwayml.types.organization_retrieve_usage_params import OrganizationRetrieveUsageParams
from runwayml.types.text_to_image_create_params import TextToImageCreateParams
from runwayml.types.text_to_video_create_params import TextToVideoCreateParams

from picturelock.testing.emulators import runway_tariff as tariff
from picturelock.testing.emulators.assets import Sent, Unfit, Upload, check_url, from_data_uri, seen
from picturelock.testing.emulators.chance import hexadecimal, share
from picturelock.testing.emulators.exchange import Call, Endpoint, Refused, Reply
from picturelock.testing.emulators.faults import Fault
from picturelock.testing.emulators.framework import Emulator, Settings
from picturelock.testing.emulators.jobs import Failure, Job, Order, Phase
from picturelock.testing.emulators.media import Kind, Wanted
from picturelock.testing.emulators.moderation import Objection
from picturelock.testing.emulators.shapes import Issue, issues, tagged

VERSION = "2024-11-06"
"""The only version of the interface."""

_DOCS = "https://docs.dev.runwayml.com/"
_DATA_URI_BYTES = 5 * 1024 * 1024
_UPLOAD_BYTES = 200 * 1024 * 1024
_DAY = timedelta(days=1)
_RATE = 24  # frames per second of every clip
_SEEDS = 1 << 32
_POLL_SECONDS = 5.0
_TIERS = {1: (1, 2), 2: (3, 3), 3: (5, 5), 4: (10, 10), 5: (20, 20)}  # clips and stills at once
_PURCHASES = {1: 10_000, 2: 50_000, 3: 200_000, 4: 2_000_000, 5: 10_000_000}  # credits a month

_STATES = {
    Phase.QUEUED: "PENDING",
    Phase.WAITING: "THROTTLED",
    Phase.RUNNING: "RUNNING",
    Phase.SUCCEEDED: "SUCCEEDED",
    Phase.FAILED: "FAILED",
    Phase.CANCELLED: "CANCELLED",
}
_SAYS = {
    400: "Something is wrong with the request.",
    401: "The API key is not valid.",
    404: "There is no such thing.",
    429: "Too many requests.",
    500: "Something broke on our side.",
    502: "Bad gateway.",
    503: "We are shedding load.",
}
_SHAPES = {
    "/v1/image_to_video": tagged(ImageToVideoCreateParams, "model"),
    "/v1/text_to_video": tagged(TextToVideoCreateParams, "model"),
    "/v1/text_to_image": tagged(TextToImageCreateParams, "model"),
}


class RunwaySettings(Settings, frozen=True, kw_only=True):
    """How Runway behaves.

    Attributes:
        tier: Of the account, 1 to 5; it decides how many tasks of a model run at once.
        balance: Credits that were bought.
        daily: Tasks of one model within 24 hours; 0 for no limit.
        refunds_moderated_output: A task whose result is refused is given back.
        refunds_waiting: Probability that a task that is cancelled before it runs is given back.
        late_refund: Share of a finished task's credits that comes back later.
        late_refund_seconds: After so many virtual seconds.
        forgets_cancelled: Virtual seconds after which a cancelled task cannot be asked for.
        strict_polling: Questions that come too soon are answered 429.
        usage_lag: Virtual seconds by which the account's sums are late.
    """

    tier: int = 1
    balance: int = 10_000_000
    daily: int = 0
    refunds_moderated_output: bool = True
    refunds_waiting: float = 1.0
    late_refund: float = 0.0
    late_refund_seconds: float = 3600.0
    forgets_cancelled: float = 600.0
    strict_polling: bool = False
    usage_lag: float = 0.0


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What came along.

    Attributes:
        references: How many pictures are only looked at.
    """

    first: Sent | None = None
    last: Sent | None = None
    references: int = 0


class Runway(Emulator[RunwaySettings]):
    """Runway's developer interface."""

    vendor: ClassVar[str] = "runway"
    unit: ClassVar[str] = "CREDITS"
    usd_per_unit: ClassVar[Decimal] = Decimal("0.01")
    settings_type: ClassVar[type[Settings]] = RunwaySettings
    link_seconds: ClassVar[float] = 86_400.0

    def _fresh(self) -> None:
        super()._fresh()
        self._uploads: dict[str, Upload | str] = {}
        self._asked: dict[str, datetime] = {}
        self._forgotten: set[str] = set()

    def endpoints(self) -> Sequence[Endpoint]:
        return [
            *(Endpoint("POST", path, self._create, paid=True) for path in _SHAPES),
            Endpoint("GET", "/v1/tasks/{id}", self._task),
            Endpoint("DELETE", "/v1/tasks/{id}", self._cancel),
            Endpoint("GET", "/v1/organization", self._organization),
            Endpoint("POST", "/v1/organization/usage", self._usage),
            Endpoint("POST", "/v1/uploads", self._upload),
            Endpoint("POST", "/uploaded/{name}", self._receive),
        ]

    def refusal(self, status: int) -> Reply:
        return Reply.of({"error": _SAYS[status]}, status)

    def check(self, call: Call) -> None:
        if call.path.startswith("/uploaded/"):
            return
        if call.headers.get("authorization") != f"Bearer {self.settings.key}":
            raise Refused(self.refusal(401))
        version = call.headers.get("x-runway-version")
        if version != VERSION:
            what = "is missing" if version is None else f"names no version: {version}"
            raise _refused(400, f"The X-Runway-Version header {what}. Send {VERSION}.")

    # Taking on.

    def _create(self, call: Call) -> Reply:
        request = call.json()
        model = self._model(call, request)
        pictures = self._pictures(call, request, model)
        sold = tariff.MODELS[model]
        shape = None if pictures.first is None else pictures.first.size[0] / pictures.first.size[1]
        size = tariff.size_of(model, request, shape)
        duration = request.get("duration", sold.usual)
        longest = sold.seconds[1] if sold.seconds else 0
        seconds = longest if duration == "auto" else int(duration)
        credits_ = tariff.price(
            model,
            size,
            seconds,
            sound=bool(request.get("audio", True)),
            references=pictures.references,
        )
        self._afford(call.now, model, credits_)
        order = Order(
            operation=call.path.removeprefix("/v1/"),
            model=model,
            request=request,
            prompt=str(request.get("promptText", "")),
            price=credits_,
            wanted=(self._wanted_of(call, request, sold, size, seconds, pictures),),
            seconds=sold.work[0] + sold.work[1] * seconds,
        )
        job = self.take_on(call, order)
        body = {"id": job.id, "estimatedCost": {"credits": float(job.price)}}
        return Reply.of(body, 200, job=job.id)

    def _model(self, call: Call, request: dict[str, Any]) -> str:
        """The model, once the request is known to be well formed."""
        shapes = _SHAPES[call.path]
        model = request.get("model")
        if not isinstance(model, str) or model not in shapes:
            ended = tariff.ENDED.get(model) if isinstance(model, str) else None
            message = f"Model {model} was retired on {ended}." if ended else f"No such model: {model!r}"
            raise _malformed([Issue("invalid_value", ("model",), message)])
        found = issues(request, shapes[model])
        if found:
            raise _malformed(found)
        if model not in tariff.MODELS:
            raise _refused(400, f"Model variant {model} is not available.")
        found = _out_of_range(request, tariff.MODELS[model])
        if found:
            raise _malformed(found)
        return model

    def _afford(self, now: datetime, model: str, price: Decimal) -> None:
        if self.settings.daily and self._of_day(model, now) >= self.settings.daily:
            raise _refused(429, f"You have reached today's limit of tasks for {model}.")
        if self.settings.balance - self.book.net() < price:
            raise _refused(400, "You do not have enough credits to run this task.")

    def _of_day(self, model: str, now: datetime) -> int:
        return sum(
            job.order.model == model and job.accepted > now - _DAY for job in self.workshop.jobs.values()
        )

    def _wanted_of(
        self,
        call: Call,
        request: dict[str, Any],
        sold: tariff.Model,
        size: tuple[int, int],
        seconds: int,
        pictures: _Pictures,
    ) -> Wanted:
        seed = request.get("seed")
        drawn = int(hexadecimal(self.settings.seed, "seed", call.key)[:8], 16)
        clip = sold.kind is Kind.VIDEO
        if request.get("duration") == "auto" and sold.seconds:
            low, high = sold.seconds
            seconds = low + int(share(self.settings.seed, "auto", call.key) * (high - low))
        return Wanted(
            kind=sold.kind,
            size=size,
            prompt=str(request.get("promptText", "")),
            seed=drawn if seed is None else int(seed),
            frames=seconds * _RATE if clip else 1,
            rate=_RATE,
            first=None if pictures.first is None else pictures.first.data,
            last=None if pictures.last is None else pictures.last.data,
            again=int(call.key.rpartition("#")[2]) - 1,
        )

    # Pictures that come along.

    def _pictures(self, call: Call, request: dict[str, Any], model: str) -> _Pictures:
        sold = tariff.MODELS[model]
        first = last = None
        references = 0
        given = request.get("promptImage", [])
        for n, entry in enumerate([given] if isinstance(given, str) else given):
            uri = entry if isinstance(entry, str) else entry.get("uri")
            position = "first" if isinstance(entry, str) else entry.get("position")
            where = "promptImage" if isinstance(given, str) else f"promptImage[{n}].uri"
            picture = self._looked_at(uri, where, call.now)
            if position is None:
                references += 1
            elif position == "first" and first is None:
                first = picture
            elif position == "last" and last is None and not sold.first_only:
                last = picture
            else:
                raise _malformed([Issue("invalid_value", ("promptImage", n), "The position is taken.")])
        if references and (first or last):
            raise _malformed(
                [Issue("invalid_value", ("promptImage",), "Keyframes and references cannot be mixed.")]
            )
        if last is not None and first is None:
            raise _malformed([Issue("missing", ("promptImage",), "A last frame requires a first frame.")])
        if call.path == "/v1/image_to_video" and first is None and not references:
            raise _malformed([Issue("missing", ("promptImage",), "At least one image is required.")])
        for name in ("references", "referenceImages"):
            listed = request.get(name, [])
            looked = [
                self._looked_at(entry["uri"], f"{name}[{n}].uri", call.now) for n, entry in enumerate(listed)
            ]
            references += len(looked)
            if sold.kind is Kind.IMAGE and looked:
                first = looked[0]
        if references > sold.references:
            raise _malformed([Issue("too_big", ("references",), f"At most {sold.references} references.")])
        return _Pictures(first, last, references)

    def _looked_at(self, uri: object, where: str, now: datetime) -> Sent:
        try:
            if not isinstance(uri, str):
                raise Unfit("Invalid URL")
            if uri.startswith("runway://"):
                found = self._uploads.get(uri.removeprefix("runway://"))
                if not isinstance(found, Upload) or now >= found.until:
                    raise Unfit("The uploaded file does not exist, or has expired.")
                return seen(found.data)
            if not uri.startswith("data:"):
                check_url(uri)
            mime, data = from_data_uri(uri, _DATA_URI_BYTES)
            if mime not in {"image/png", "image/jpeg", "image/jpg", "image/webp"}:
                raise Unfit("Unsupported asset type.")
            return seen(data)
        except Unfit as unfit:
            raise _refused(400, f"Invalid asset in `{where}`: {unfit}") from unfit

    def _upload(self, call: Call) -> Reply:
        request = call.json()
        name = request.get("filename")
        if request.get("type") != "ephemeral" or not isinstance(name, str) or not name:
            raise _refused(400, "Uploads need a filename and the type `ephemeral`.")
        key = hexadecimal(self.settings.seed, "upload", call.key)
        self._uploads[key] = name
        body = {
            "uploadUrl": f"{self.base_url}/uploaded/{key}",
            "fields": {"key": key},
            "runwayUri": f"runway://{key}",
        }
        return Reply.of(body)

    def _receive(self, call: Call) -> Reply:
        key = call.values["name"]
        name = self._uploads.get(key)
        parts = {part.name: part for part in call.form()}
        if not isinstance(name, str) or parts.get("key") is None or parts["key"].text != key:
            raise _refused(404, _SAYS[404])
        sent = parts.get("file")
        if sent is None or len(sent.data) > _UPLOAD_BYTES:
            raise _refused(400, "A file of at most 200 MB is expected.")
        self._uploads[key] = Upload(name, sent.mime, sent.data, call.now + _DAY)
        return Reply(status=204)

    # Tasks.

    def _task(self, call: Call) -> Reply:
        job = self._found(call)
        before = self._asked.get(job.id)
        self._asked[job.id] = call.now
        if before is not None and call.now - before < timedelta(seconds=_POLL_SECONDS):
            self.book.visited("GET /v1/tasks/{id} too soon")
            if self.settings.strict_polling:
                raise Refused(self.refusal(429))
        body: dict[str, Any] = {
            "id": job.id,
            "status": self.state(job),
            "createdAt": job.accepted.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if job.phase.over:
            body["cost"] = {"credits": int(self.book.net(job.id))}
        else:
            body["estimatedCost"] = {"credits": float(job.price)}
        if job.phase is Phase.RUNNING:
            body["progress"] = round(job.progress(call.now), 2)
        if job.phase is Phase.SUCCEEDED:
            body["output"] = [self.link(job, n, call.now) for n in range(len(job.wanted))]
        if job.failure is not None:
            body["failure"] = job.failure.message
            body["failureCode"] = job.failure.code
        return Reply.of(body)

    def _found(self, call: Call) -> Job:
        job = self.workshop.find(call.values["id"], call.now)
        if job is None or job.id in self._forgotten:
            raise _refused(404, f"No task was found with the ID {call.values['id']}.")
        return job

    def _cancel(self, call: Call) -> Reply:
        job = self._found(call)
        if job.phase.over:
            job.deleted = True
            self._forgotten.add(job.id)
        else:
            self.workshop.cancel(job, call.now)
            after = call.now + timedelta(seconds=self.settings.forgets_cancelled)
            self.workshop.at(after, lambda _: self._forgotten.add(job.id))
        return Reply(status=204)

    # The account.

    def _organization(self, call: Call) -> Reply:
        until = call.now - timedelta(seconds=self.settings.usage_lag)
        shown = [job for job in self.workshop.jobs.values() if until - _DAY < job.accepted <= until]
        clips, stills = _TIERS[self.settings.tier]
        tier = {
            "maxMonthlyCreditSpend": _PURCHASES[self.settings.tier],
            "models": {
                name: {
                    "maxConcurrentGenerations": stills if sold.kind is Kind.IMAGE else clips,
                    "maxDailyGenerations": self.settings.daily or None,
                }
                for name, sold in tariff.MODELS.items()
            },
        }
        usage = {
            name: {"dailyGenerations": sum(job.order.model == name for job in shown)}
            for name in tariff.MODELS
        }
        balance = self.settings.balance - self.book.net()
        return Reply.of(
            {"creditBalance": int(balance.to_integral_value()), "tier": tier, "usage": {"models": usage}}
        )

    def _usage(self, call: Call) -> Reply:
        request = call.json() if call.body else {}
        found = issues(request, OrganizationRetrieveUsageParams)
        if found:
            raise _malformed(found)
        try:
            start = _day(request.get("startDate"), call.now - timedelta(days=30))
            before = _day(request.get("beforeDate"), start + timedelta(days=30))
        except ValueError as error:
            raise _refused(400, "Dates are written YYYY-MM-DD.") from error
        if not timedelta() <= before - start <= timedelta(days=90):
            raise _refused(400, "beforeDate must be at most 90 days after startDate.")
        until = call.now - timedelta(seconds=self.settings.usage_lag)
        spent: dict[str, dict[str, Decimal]] = {}
        for posting in self.book.statement().postings:
            if start <= posting.at < before and posting.at <= until:
                day = spent.setdefault(posting.at.date().isoformat(), {})
                model = self.workshop.jobs[posting.job].order.model
                day[model] = day.get(model, Decimal(0)) + posting.amount
        results = [
            {"date": day, "usedCredits": [{"model": m, "amount": int(a)} for m, a in sorted(used.items())]}
            for day, used in sorted(spent.items())
        ]
        return Reply.of({"models": sorted({m for used in spent.values() for m in used}), "results": results})

    # The life of a task.

    def state(self, job: Job) -> str:
        return _STATES[job.phase]

    def places(self, job: Job) -> int | None:
        if self.settings.places is not None:
            return self.settings.places or None
        clips, stills = _TIERS[self.settings.tier]
        return stills if tariff.MODELS[job.order.model].kind is Kind.IMAGE else clips

    def taken_on(self, job: Job, at: datetime) -> None:
        self.book.charge(at, job.id, _whole(job.price), "taken on")
        if job.objection in {Objection.INPUT, Objection.IMAGE}:
            job.seconds = min(job.seconds, 3.0)  # looked at before anything is made

    def verdict(self, job: Job) -> Failure | None:
        made = "IMAGE" if tariff.MODELS[job.order.model].kind is Kind.IMAGE else "VIDEO"
        match job.objection:
            case Objection.INPUT:
                return Failure("SAFETY.INPUT.TEXT", "The prompt was refused by content moderation.")
            case Objection.IMAGE:
                return Failure("SAFETY.INPUT.IMAGE", "A picture was refused by content moderation.")
            case Objection.OUTPUT | Objection.CHANCE:
                return Failure(f"SAFETY.OUTPUT.{made}", "The result was refused by content moderation.")
            case None:
                pass
        if job.struck(Fault.DONE_WITH_ERROR) is not None:
            return Failure("INTERNAL.BAD_OUTPUT.CODE01", "The result was not good enough to be delivered.")
        if job.struck(Fault.FAILS) is not None:
            return Failure("INTERNAL", "An unexpected error occurred.")
        return None

    def ended(self, job: Job, at: datetime) -> None:
        charged = self.book.net(job.id)
        match job.phase:
            case Phase.FAILED if job.failure is not None and self._gives_back(job.failure):
                self.book.refund(at, job.id, charged, f"failed: {job.failure.code}")
            case Phase.CANCELLED if job.started is None:
                if share(self.settings.seed, "refund", job.key) < self.settings.refunds_waiting:
                    self.book.refund(at, job.id, charged, "cancelled before it ran")
            case Phase.SUCCEEDED:
                self._settle(job, charged, at)
            case _:
                pass

    def _gives_back(self, failure: Failure) -> bool:
        if failure.code.startswith("SAFETY.INPUT"):
            return False
        return self.settings.refunds_moderated_output or not failure.code.startswith("SAFETY.OUTPUT")

    def _settle(self, job: Job, charged: Decimal, at: datetime) -> None:
        """Give back what was not used, now and later."""
        if job.order.request.get("duration") == "auto" and job.wanted:
            sold = tariff.MODELS[job.order.model]
            longest = sold.seconds[1] if sold.seconds else 1
            used = max(Decimal(sold.least), charged * job.wanted[0].frames // (longest * _RATE))
            self.book.refund(at, job.id, charged - used, "shorter than the longest")
            charged = used
        late = (charged * Decimal(str(self.settings.late_refund))).to_integral_value()
        if late:
            after = at + timedelta(seconds=self.settings.late_refund_seconds)
            self.workshop.at(
                after, lambda when: self.book.refund(when, job.id, late, "unused prepaid credits")
            )


def _refused(status: int, message: str) -> Refused:
    return Refused(Reply.of({"error": message}, status))


def _malformed(found: list[Issue]) -> Refused:
    listed = [{"code": i.code, "path": list(i.path), "message": i.message} for i in found]
    body = {"error": "Validation of body failed", "issues": listed, "docUrl": f"{_DOCS}api/"}
    return Refused(Reply.of(body, 400))


def _out_of_range(request: dict[str, Any], sold: tariff.Model) -> list[Issue]:
    """What the types do not say."""
    found: list[Issue] = []
    prompt = str(request.get("promptText", ""))
    units = len(prompt.encode("utf-16-le")) // 2
    if sold.needs_prompt and not units:
        found.append(Issue("too_small", ("promptText",), "Must not be empty"))
    if sold.prompt and units > sold.prompt:
        found.append(
            Issue("too_big", ("promptText",), f"Must have at most {sold.prompt} UTF-16 units, has {units}")
        )
    duration = request.get("duration")
    if (
        sold.seconds
        and isinstance(duration, int | float)
        and not sold.seconds[0] <= duration <= sold.seconds[1]
    ):
        low, high = sold.seconds
        found.append(Issue("invalid_value", ("duration",), f"Must be between {low} and {high}"))
    if not 0 <= request.get("seed", 0) < _SEEDS:
        found.append(Issue("invalid_value", ("seed",), "Must be between 0 and 4294967295"))
    if request.get("outputFormat", "mp4") != "mp4" or request.get("draft"):
        found.append(Issue("invalid_value", ("outputFormat",), "This account makes finished mp4 files only"))
    if request.get("referenceVideos") or request.get("referenceAudio") or request.get("draftTaskId"):
        found.append(Issue("invalid_value", (), "This account takes pictures as references only"))
    tags = [entry.get("tag") for entry in request.get("referenceImages", []) if entry.get("tag") is not None]
    if len(tags) != len(set(tags)) or not all(_is_tag(tag) for tag in tags):
        found.append(
            Issue("invalid_value", ("referenceImages",), "Tags are unique words of 3 to 16 characters")
        )
    if "referenceImages" in request and not request["referenceImages"]:
        found.append(Issue("too_small", ("referenceImages",), "At least one reference image is required"))
    return found


def _is_tag(tag: str) -> bool:
    plain = tag.replace("_", "a")
    return 3 <= len(tag) <= 16 and plain.isascii() and plain.isalnum() and tag[0].isalpha()


def _day(text: str | None, otherwise: datetime) -> datetime:
    day = otherwise.date() if text is None else datetime.fromisoformat(text).date()
    return datetime(day.year, day.month, day.day, tzinfo=otherwise.tzinfo)


def _whole(amount: Decimal) -> Decimal:
    return amount.to_integral_value(ROUND_CEILING)
