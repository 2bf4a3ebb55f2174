"""The durable engine: submit jobs with the facts that ask for them, and work them off.

One engine a process works at a time, because the library underneath keeps one instance a process.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from picturelock.core.clock import Clock
from picturelock.core.failures import Conflict, Internal, Malformed, NotFound
from picturelock.db.connection import Database
from picturelock.engine.port import Job, JobState, QueueSpec, State, Workflow
from picturelock.engine.pulse import Pulse

if TYPE_CHECKING:
    from picturelock.engine.transact import Transact


class Engine:
    """Durable jobs in the database that holds the facts.

    Args:
        database: Where jobs stand, beside the facts.
        home: Folder for the worker's lock and log.
        identity: Names this worker. A process that starts again under the same identity takes up at once what it left.
        version: Of the workflows' shape. Change it when a workflow's steps change in number, order or name: jobs
            that an older version left are then begun again from their first step, under the same key.
        workflows: By name. Every worker of a version must know the same ones.
        queues: That jobs may be submitted to.
        clock: For heartbeats, leases and timers.
        pulse: How fast a death is noticed.
    """

    def __init__(
        self,
        database: Database,
        *,
        home: Path,
        identity: str,
        version: str,
        workflows: Mapping[str, Workflow],
        queues: Sequence[QueueSpec],
        clock: Clock,
        pulse: Pulse = Pulse(),  # noqa: B008  # a frozen value
    ) -> None:
        if not identity or "/" in identity or len({queue.name for queue in queues}) != len(queues):
            raise Malformed(
                f"worker {identity!r} needs a name without slashes, and queues of different names"
            )
        self.database = database
        self.home = home
        self.identity = identity
        self.version = version
        self.workflows = dict(workflows)
        self.queues = {queue.name: queue for queue in queues}
        self.clock = clock
        self.pulse = pulse
        self._transact: Transact | None = None

    def prepare(self) -> None:
        """Make the engine's own tables if they are not there, and load its library (about half a second, once).

        Call it before a transaction in which jobs are submitted. The other methods call it themselves.
        """
        if self._transact is None:
            from picturelock.engine.transact import Transact

            self._transact = Transact(self.database, home=self.home, identity=self.identity)

    @property
    def _prepared(self) -> "Transact":
        self.prepare()
        if self._transact is None:
            raise Internal("the engine has no library")
        return self._transact

    def submit(self, connection: sa.Connection, job: Job) -> None:
        """Ask for a job in the caller's transaction: it exists if and only if that commits.

        A key that is known already is left as it is, whatever became of it; see :meth:`resume`.

        Raises:
            NotFound: No such workflow or queue.
            Conflict: The key is taken by a job of another workflow.
        """
        if self._transact is None:
            raise Internal("prepare the engine before the transaction begins")
        if job.workflow not in self.workflows:
            raise NotFound(f"there is no workflow {job.workflow!r}")
        if job.queue not in self.queues:
            raise NotFound(f"there is no queue {job.queue!r}")
        self._transact.submit(connection, job, version=self.version)

    @contextmanager
    def working(self, queues: Sequence[str] | None = None) -> Iterator[None]:
        """Work jobs off in threads of this process until the block ends.

        Takes up what this identity left when it died, takes over what dead workers left, and beats. At the end the
        running steps are finished, no other is begun, and what is not done goes back to its queue.

        Args:
            queues: Serve only these.

        Raises:
            Busy: A living process works under this identity, or this process already works.
        """
        names = list(self.queues) if queues is None else list(queues)
        missing = [name for name in names if name not in self.queues]
        if missing:
            raise NotFound(f"there is no queue {missing[0]!r}")
        from picturelock.engine.worker import work

        with work(self, self._prepared, names):
            yield

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Nobody works under this identity until the block ends.

        Raises:
            Busy: A living process does.
        """
        from picturelock.engine.worker import rest

        with rest(self):
            yield

    def jobs(self, *, prefix: str = "", states: Sequence[State] | None = None) -> list[JobState]:
        """What is known of jobs, oldest first.

        Args:
            prefix: Of the key.
            states: Only these.
        """
        return self._prepared.jobs(prefix=prefix, states=states)

    def job(self, key: str) -> JobState:
        """What is known of one job.

        Raises:
            NotFound: No such job.
        """
        return self._prepared.job(key)

    def cancel(self, key: str) -> None:
        """Stop a job: one that waits is not begun, one that runs ends at its next step. Nothing is undone.

        Raises:
            NotFound: No such job.
        """
        self.job(key)
        self._prepared.cancel(key)

    def resume(self, key: str) -> None:
        """Run a failed or cancelled job on: steps that succeeded stay done, the one that failed is run again.

        Raises:
            NotFound: No such job.
            Conflict: The job is done. Nothing happens to one that waits or runs.
        """
        state = self.job(key)
        if state.state is State.DONE:
            raise Conflict(f"job {key} is done")
        if state.state.ended:
            self._prepared.resume(key, version=self.version)

    def retire(self, older_than: timedelta) -> int:
        """Forget jobs that ended longer ago than this. What they did stays.

        A forgotten key may be submitted anew, so facts, not jobs, must say what is made already.

        Returns:
            How many were forgotten.
        """
        return self._prepared.retire(self.clock.now() - older_than)

    def close(self) -> None:
        """Close connections and the log. The engine may be used again."""
        if self._transact is not None:
            self._transact.close()
            self._transact = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
