"""What durable work looks like from outside, whatever library does it.

A workflow is an ordinary function that does everything with an effect in steps::

    def render(steps: Steps, payload: JSON) -> JSON:
        frames = steps.run("draw", draw, payload["scene"])
        steps.sleep(2.0)
        return steps.run("encode", encode, frames)

**What is promised.** A step whose result was recorded is never run again. The one step that was in flight when its
process died *is* run again, so a step is at-least-once and must be harmless to repeat: write an intent before a call
that costs money, and insert facts with ``insert_once``. Between steps a workflow must decide the same way each time, from
its payload and from what its steps returned; it may be run from the top any number of times.

**Waiting for a person ends the workflow.** The answer submits the next job in its own transaction, so nothing waits in a
process for days and no old code is kept alive by a pending approval.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

import msgspec

from picturelock.core.codec import plain
from picturelock.core.failures import BadDocument, Charged, Internal, Malformed, PicturelockError, Retry
from picturelock.core.value import Value

JSON: TypeAlias = Any
"""A value that JSON can hold. What a step returns comes back as JSON would give it: tuples are lists, ids are text."""


class Steps(Protocol):
    """What a workflow does its effects with."""

    def run(self, name: str, function: Callable[..., JSON], *args: Any) -> JSON:
        """Run a function once and keep its result; later runs of the workflow are given the kept result.

        Args:
            name: Of the step, the same each time the workflow comes here.
            function: Does the work. At-least-once: the step in flight when a process dies runs again.
            args: Handed to the function; not kept.

        Raises:
            Exception: Whatever the function raised. That is kept too, and raised again on a later run.
        """
        ...

    def sleep(self, seconds: float) -> None:
        """Go on at a certain time, also when the process ends meanwhile."""
        ...


Workflow: TypeAlias = Callable[[Steps, JSON], JSON]


class Job(Value, frozen=True, kw_only=True):
    """One run of a workflow that is asked for.

    Attributes:
        key: Names the job for ever. Submitting a key a second time does nothing.
        workflow: Name that the engine was given the function under.
        queue: Limits how many run at once.
        payload: JSON: paths and digests, not bytes.
        priority: Lower runs first.
    """

    key: str
    workflow: str
    queue: str
    payload: dict[str, Any]
    priority: int = 0

    def __post_init__(self) -> None:
        if not self.key.strip() or not 0 <= self.priority < 2**31:
            raise Malformed(f"job {self.key!r} needs a key, and a priority from 0 to 2^31 - 1")


class QueueSpec(Value, frozen=True, kw_only=True):
    """A queue.

    Attributes:
        concurrency: Jobs that one worker runs at once.
        look_seconds: Between two looks for jobs. Each look costs about two milliseconds of a core.
    """

    name: str
    concurrency: int
    look_seconds: float = 0.05


class State(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in {State.DONE, State.FAILED, State.CANCELLED}


class Failure(Value, frozen=True, kw_only=True):
    """An error as data: what it was, and its three answers.

    Attributes:
        kind: Name of the exception's class.
        details: What else the exception knew and JSON can hold.
    """

    kind: str
    message: str
    remedy: str = ""
    retry: Retry = Retry.NEVER
    after_seconds: float | None = None
    charged: Charged = Charged.NO
    details: dict[str, Any] = {}

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """The error as data. A foreign exception keeps its name and its words."""
        if isinstance(error, Foreign):
            return error.failure
        if not isinstance(error, PicturelockError):
            return cls(kind=type(error).__name__, message=str(error) or type(error).__name__)
        known = {"message", "remedy", "retry", "after", "charged"}
        details = {name: _json(value) for name, value in vars(error).items() if name not in known}
        return cls(
            kind=type(error).__name__,
            message=error.message,
            remedy=error.remedy,
            retry=error.retry,
            after_seconds=None if error.after is None else error.after.total_seconds(),
            charged=error.charged,
            details={name: value for name, value in details.items() if value is not None},
        )

    def error(self) -> PicturelockError:
        """The exception again; one that was not ours comes back as :class:`Foreign`."""
        kind = _kinds().get(self.kind)
        if kind is None:
            return Foreign(self)
        after = None if self.after_seconds is None else timedelta(seconds=self.after_seconds)
        # Not through the class's own __init__: it may word the message from other arguments.
        error = kind.__new__(kind, self.message)
        PicturelockError.__init__(
            error, self.message, remedy=self.remedy, retry=self.retry, after=after, charged=self.charged
        )
        if isinstance(error, BadDocument):
            error.line = None
        for name, value in self.details.items():
            setattr(error, name, value)
        return error


class Foreign(Internal):
    """An exception that Picturelock did not raise, read back from its record."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind}: {failure.message}")
        self.failure = failure


class WorkersDied(Internal):
    """More workers died with a job in their hands than one lets pass. A person who runs again may try once more."""


def _json(value: object) -> JSON:
    try:
        return msgspec.json.decode(msgspec.json.encode(plain(value)))
    except (TypeError, msgspec.MsgspecError):
        return None


def _kinds() -> dict[str, type[PicturelockError]]:
    found: dict[str, type[PicturelockError]] = {}
    open_kinds: list[type[PicturelockError]] = [PicturelockError]
    while open_kinds:
        kind = open_kinds.pop()
        found.setdefault(kind.__name__, kind)
        open_kinds.extend(kind.__subclasses__())
    return found


class JobState(Value, frozen=True, kw_only=True):
    """What is known of a job.

    Attributes:
        result: What the workflow returned; ``None`` until it is done.
        failure: Why it failed; ``None`` unless it did.
        worker: Identity of the worker that has it, or had it last.
    """

    key: str
    workflow: str
    queue: str
    state: State
    result: Any = None
    failure: Failure | None = None
    worker: str = ""
    submitted_at: datetime
    changed_at: datetime
