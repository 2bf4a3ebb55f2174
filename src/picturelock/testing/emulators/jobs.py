"""Jobs of a vendor in virtual time: a queue, a limited number of places, an end that comes due.

Nothing runs in the background. What is due is carried out, in order and at its own time, whenever somebody looks.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from picturelock.testing.emulators.book import Accepted, Book
from picturelock.testing.emulators.chance import between
from picturelock.testing.emulators.faults import Fault, Plan, Point, Rule
from picturelock.testing.emulators.media import Wanted
from picturelock.testing.emulators.moderation import Objection, objection

_FINEST = Decimal("0.000001")


class Phase(StrEnum):
    """Where a job stands, in words of no vendor.

    ``QUEUED``: taken on. ``WAITING``: it would run, but all places are taken.
    """

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self in {Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed, in the vendor's words.

    Attributes:
        code: Machine-readable; empty where the vendor gives none.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a vendor understood from a request.

    Attributes:
        operation: The endpoint's name.
        request: The body as it came.
        prompt: For moderation.
        price: By the vendor's list, in the book's unit.
        wanted: What is to be delivered, in order.
        seconds: Virtual seconds of work, before chance makes them longer or shorter by up to a third.
        queue_seconds: Virtual seconds before work may begin.
        token: Client token; empty for none.
        callback: URL; empty for none.
    """

    operation: str
    model: str
    request: dict[str, Any]
    prompt: str
    price: Decimal
    wanted: tuple[Wanted, ...]
    seconds: float
    queue_seconds: float = 2.0
    token: str = ""
    callback: str = ""


@dataclass(slots=True, eq=False)
class Job:
    """A job that was taken on.

    Attributes:
        id: The vendor's.
        key: Names the job for chance: the same for the same request, whatever arrived before it.
        price: What it will cost, in the book's unit.
        seconds: Virtual seconds of work.
        objection: Of the vendor's moderation.
        rules: Faults that struck it.
        deleted: The customer deleted it.
        notes: The vendor's own.
    """

    id: str
    key: str
    order: Order
    accepted: datetime
    price: Decimal
    seconds: float
    objection: Objection | None
    rules: tuple[Rule, ...] = ()
    phase: Phase = Phase.QUEUED
    updated: datetime = field(init=False)
    started: datetime | None = None
    ended: datetime | None = None
    failure: Failure | None = None
    wanted: tuple[Wanted, ...] = ()
    deleted: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.updated = self.accepted

    def struck(self, fault: Fault) -> Rule | None:
        """The rule by which this fault struck the job."""
        return next((rule for rule in self.rules if rule.fault is fault), None)

    def progress(self, now: datetime) -> float:
        """Share of the work that is done, 0 to 0.99 while it runs."""
        if self.phase is Phase.SUCCEEDED:
            return 1.0
        if self.started is None:
            return 0.0
        return min(0.99, max(0.0, (now - self.started).total_seconds() / max(self.seconds, 1e-6)))


class Vendor(Protocol):
    """What the workshop asks its vendor."""

    def state(self, job: Job) -> str:
        """The vendor's word for where a job stands."""
        ...

    def places(self, job: Job) -> int | None:
        """How many jobs of this one's lane may run at once; ``None`` for no limit."""
        ...

    def lane(self, job: Job) -> str:
        """Jobs of one lane share places."""
        ...

    def taken_on(self, job: Job, at: datetime) -> None:
        """The job is in the book; charge what is charged now."""
        ...

    def verdict(self, job: Job) -> Failure | None:
        """How a job that ran to its end came out; ``None`` for success."""
        ...

    def ended(self, job: Job, at: datetime) -> None:
        """The job is over; charge or give back."""
        ...

    def changed(self, job: Job, at: datetime) -> None:
        """The job's state changed; tell the customer."""
        ...


class Workshop:
    """All jobs of one vendor.

    Args:
        seed: Of chance.
        vendor: Answers what is the vendor's own.
        book: What happens is written there.
        plan: Of faults.
    """

    def __init__(self, seed: int, vendor: Vendor, book: Book, plan: Plan) -> None:
        self._seed, self._vendor, self._book, self._plan = seed, vendor, book, plan
        self.jobs: dict[str, Job] = {}
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0
        self._running: dict[str, int] = {}
        self._waiting: dict[str, deque[Job]] = {}

    def at(self, when: datetime, do: Callable[[datetime], None]) -> None:
        """Carry something out at a time."""
        self._count += 1
        heapq.heappush(self._due, (when, self._count, do))

    @property
    def next_due(self) -> datetime | None:
        """When something happens next."""
        return self._due[0][0] if self._due else None

    def run_until(self, now: datetime) -> None:
        """Carry out everything that is due, each at its own time."""
        while self._due and self._due[0][0] <= now:
            when, _, do = heapq.heappop(self._due)
            do(when)

    def take_on(self, order: Order, name: str, key: str, digest: str, request: int, at: datetime) -> Job:
        """Accept a job: into the book, into the queue.

        Args:
            order: What is wanted.
            name: The job's id.
            key: Names it for chance.
            digest: Of the request's body.
            request: Its number in the book.
            at: Now.
        """
        rules = tuple(self._plan.strikes(Point.JOB, order.model, key))
        changed = next((rule for rule in rules if rule.fault is Fault.PRICE_CHANGED), None)
        price = order.price
        if changed is not None:
            price = (price * Decimal(str(changed.factor))).quantize(_FINEST).normalize()
        other = next((rule for rule in rules if rule.fault is Fault.MODEL_CHANGED), None)
        job = Job(
            id=name,
            key=key,
            order=order,
            accepted=at,
            price=price,
            seconds=order.seconds * between(0.67, 1.33, self._seed, "seconds", key),
            objection=objection(order.prompt, self._seed, key),
            rules=rules,
            wanted=tuple(w.of_version("other") for w in order.wanted) if other else order.wanted,
        )
        self.jobs[name] = job
        self._book.accept(
            Accepted(
                job=name,
                request=request,
                at=at,
                operation=order.operation,
                model=order.model,
                token=order.token,
                digest=digest,
                estimate=price,
                flaw=next((w.flaw.defect.value for w in order.wanted if w.flaw is not None), ""),
            )
        )
        for rule in rules:
            self._book.fault(at, rule.fault.value, job=name)
        self._vendor.taken_on(job, at)
        self._move(job, Phase.QUEUED, at, first=True)
        self.at(at + timedelta(seconds=order.queue_seconds), lambda when: self._begin(job, when))
        return job

    def find(self, name: str, now: datetime) -> Job | None:
        """A job, unless it was never taken on or has vanished."""
        job = self.jobs.get(name)
        if job is None:
            return None
        vanishes = job.struck(Fault.VANISHES)
        if vanishes is not None:
            after = 30.0 if vanishes.seconds is None else vanishes.seconds
            if now >= job.accepted + timedelta(seconds=after):
                return None
        return job

    def cancel(self, job: Job, at: datetime) -> None:
        """Stop a job that is not over."""
        if job.phase.over:
            return
        waiting = self._waiting.get(self._vendor.lane(job))
        if waiting is not None and job in waiting:
            waiting.remove(job)
        was_running = job.phase is Phase.RUNNING
        self._move(job, Phase.CANCELLED, at)
        if was_running:
            self._leave(job, at)

    def busy(self, lane: str) -> int:
        """How many jobs of a lane run now."""
        return self._running.get(lane, 0)

    def open(self) -> int:
        """How many jobs are not over."""
        return sum(not job.phase.over for job in self.jobs.values())

    def _move(self, job: Job, phase: Phase, at: datetime, *, first: bool = False) -> None:
        before = "" if first else self._vendor.state(job)
        job.phase, job.updated = phase, at
        if phase.over:
            job.ended = at
            self._vendor.ended(job, at)
        state = self._vendor.state(job)
        if state != before:
            self._book.change(at, job.id, state)
            self._vendor.changed(job, at)

    def _begin(self, job: Job, at: datetime) -> None:
        if job.phase not in {Phase.QUEUED, Phase.WAITING}:
            return
        lane = self._vendor.lane(job)
        places = self._vendor.places(job)
        if places is not None and self.busy(lane) >= places:
            self._waiting.setdefault(lane, deque()).append(job)
            self._move(job, Phase.WAITING, at)
            return
        self._running[lane] = self.busy(lane) + 1
        job.started = at
        self._move(job, Phase.RUNNING, at)
        if job.struck(Fault.HANGS) is None:
            self.at(at + timedelta(seconds=job.seconds), lambda when: self._end(job, when))

    def _end(self, job: Job, at: datetime) -> None:
        if job.phase is not Phase.RUNNING:
            return
        job.failure = self._vendor.verdict(job)
        if job.struck(Fault.DONE_WITHOUT_OUTPUT) is not None:
            job.wanted = ()
        self._move(job, Phase.SUCCEEDED if job.failure is None else Phase.FAILED, at)
        self._leave(job, at)

    def _leave(self, job: Job, at: datetime) -> None:
        lane = self._vendor.lane(job)
        self._running[lane] = max(0, self.busy(lane) - 1)
        waiting = self._waiting.get(lane)
        if waiting:
            self._begin(waiting.popleft(), at)
