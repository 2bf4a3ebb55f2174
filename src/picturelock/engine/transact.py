"""DBOS Transact behind the port. The only module that imports its library.

What is set up otherwise than the library would by itself:

- Its tables are in our database, through a pool of ours with ``synchronous=FULL``. A second pool, so that no thread of
  the library waits for a connection that the holder of the write lock keeps.
- JSON instead of pickle. An exception is kept as :class:`~picturelock.engine.port.Failure`, so its three answers
  survive, and no class has to be importable to read a record.
- Jobs carry an explicit version; by default the version would be a hash of source text, and any edit would strand them.
- Its log goes to a file: what a person should see is said by Picturelock.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, Serializer, WorkflowStatus
from dbos import error as dbos_error

from picturelock.core.codec import from_json, plain, to_json
from picturelock.core.failures import Conflict, NotFound
from picturelock.db.connection import Database
from picturelock.engine import pulse
from picturelock.engine.port import JSON, Failure, Job, JobState, QueueSpec, State

APPLICATION = "picturelock"
_NOTICE_SECONDS = 0.05
_WORKING_CONNECTIONS = 20
_ASKING_CONNECTIONS = 4
_BATCH = 500
_LOG_BYTES = 2_000_000
_MARK = "moving_from"
_STATES = {
    "ENQUEUED": State.WAITING,
    "DELAYED": State.WAITING,
    "PENDING": State.RUNNING,
    "SUCCESS": State.DONE,
    "ERROR": State.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
_OPEN = [name for name, state in _STATES.items() if not state.ended]
_ENDED = [name for name, state in _STATES.items() if state.ended]

LibraryError = dbos_error.DBOSException
"""What the library raises."""


class _Wire(Serializer):
    """JSON. What a record holds is told apart by its one key."""

    def serialize(self, data: Any) -> str:
        if isinstance(data, BaseException):
            return to_json({"failure": Failure.of(data)}).decode()
        return to_json({"value": data}).decode()

    def deserialize(self, serialized_data: str) -> Any:
        record = msgspec.json.decode(serialized_data)
        if "failure" in record:
            return from_json(Failure, to_json(record["failure"])).error()
        return record["value"]

    def name(self) -> str:
        return "picturelock_json"


def as_recorded(value: object) -> JSON:
    """The value as its record will give it back, so that a first run and a repeated one see the same."""
    return msgspec.json.decode(msgspec.json.encode(plain(value)))


class Held(NamedTuple):
    """A job in the hands of a worker, alive or dead."""

    key: str
    queue: str
    worker: str


class Transact:
    """The library, set up for one database.

    Args:
        database: Shared with our own tables.
        home: Folder for the log.
        identity: Of this worker.
    """

    def __init__(self, database: Database, *, home: Path, identity: str) -> None:
        self._database = database
        self._identity = identity
        self._url = database.url.render_as_string(hide_password=False)
        self._log = _log_to(home / f"engine-{identity}.log")
        DBOS.migrate(self._url)
        self._asking = database.pool(_ASKING_CONNECTIONS)
        self._client = DBOSClient(
            system_database_engine=self._asking,
            serializer=_Wire(),
            application_name=APPLICATION,
            lazy=True,
        )
        self._working: sa.Engine | None = None

    def close(self) -> None:
        """Close connections and the log."""
        self._client.destroy()
        self._asking.dispose()
        logging.getLogger("dbos").removeHandler(self._log)
        self._log.close()

    # Asking

    def submit(self, connection: sa.Connection, job: Job, *, version: str) -> None:
        """See :meth:`picturelock.engine.engine.Engine.submit`."""
        options = EnqueueOptions(
            workflow_name=job.workflow,
            queue_name=job.queue,
            workflow_id=job.key,
            app_version=version,
            # A cancelled job is taken off its queue; this remembers which one it was.
            attributes={"queue": job.queue},
        )
        if job.priority:
            options["priority"] = job.priority
        try:
            self._client.enqueue_in_transaction(connection, options, job.payload)
        except dbos_error.DBOSConflictingWorkflowError as error:
            raise Conflict(f"job {job.key} exists, and is of another workflow") from error

    def jobs(self, *, prefix: str, states: Sequence[State] | None) -> list[JobState]:
        """See :meth:`picturelock.engine.engine.Engine.jobs`."""
        wanted = None if states is None else [name for name, state in _STATES.items() if state in states]
        if wanted is not None and State.WAITING in (states or ()):
            wanted.append("CANCELLED")  # of which some only move
        found = self._client.list_workflows(
            workflow_id_prefix=prefix or None, status=wanted, load_input=False, application_name=APPLICATION
        )
        # The library matches a prefix as a pattern, in which _ stands for any character.
        known = [_state(job) for job in found if job.workflow_id.startswith(prefix)]
        return [job for job in known if states is None or job.state in states]

    def job(self, key: str) -> JobState:
        """See :meth:`picturelock.engine.engine.Engine.job`."""
        return _state(self._status(key))

    def _status(self, key: str) -> WorkflowStatus:
        found = self._client.list_workflows(workflow_ids=[key], load_input=False)
        if not found:
            raise NotFound(f"there is no job {key}")
        return found[0]

    def cancel(self, key: str) -> None:
        """See :meth:`picturelock.engine.engine.Engine.cancel`."""
        self._client.update_workflow_attributes(key, {_MARK: None}, merge=True)
        self._client.cancel_workflow(key)

    def resume(self, key: str, *, version: str) -> None:
        """See :meth:`picturelock.engine.engine.Engine.resume`."""
        status = self._status(key)
        pulse.forget_deaths(self._database, [key])
        self._client.rewind_workflow(
            key,
            start_step=self._unfinished_step(key) if status.app_version == version else 1,
            application_version=version,
            queue_name=_queue(status),
        )

    def _unfinished_step(self, key: str) -> int:
        steps = self._client.list_workflow_steps(key, load_output=True)
        if not steps:
            return 1
        last = steps[-1]
        return last["function_id"] + (0 if last["error"] is not None else 1)

    def retire(self, ended_before: datetime) -> int:
        """See :meth:`picturelock.engine.engine.Engine.retire`."""
        forgotten = 0
        while True:
            ended = self._client.list_workflows(
                status=_ENDED,
                completed_before=ended_before.isoformat(),
                limit=_BATCH,
                load_input=False,
                load_output=False,
                application_name=APPLICATION,
            )
            if not ended:
                return forgotten
            keys = [job.workflow_id for job in ended]
            self._client.delete_workflows(keys)
            pulse.forget_deaths(self._database, keys)
            forgotten += len(keys)

    # Working

    def launch(
        self,
        *,
        version: str,
        queues: Sequence[QueueSpec],
        workflows: dict[str, Callable[[JSON], JSON]],
    ) -> None:
        """Start threads that take jobs from these queues.

        Args:
            version: Only jobs of this version are taken.
            queues: To serve.
            workflows: By name; each is called with a job's payload, in a thread that the library makes.
        """
        self._working = self._database.pool(_WORKING_CONNECTIONS)
        DBOS(
            config=DBOSConfig(
                name=APPLICATION,
                system_database_url=self._url,
                system_database_engine=self._working,
                application_version=version,
                executor_id=self._identity,
                serializer=_Wire(),
                log_level="WARNING",
                # Nothing of ours waits for a notification, but this is how long the library takes to stop. A server is
                # not listened to either: to stop that, the library closes a connection under a thread that reads it.
                use_listen_notify=False,
                notification_listener_polling_interval_sec=_NOTICE_SECONDS,
                enable_otlp=False,
            )
        )
        for name, function in workflows.items():
            # Deaths are counted by us: taking a job back starts the library's own count anew.
            DBOS.workflow(name=name, max_recovery_attempts=None)(function)
        for queue in queues:
            # Before the launch, because the library looks for new queues only once a second.
            self._client.register_queue(
                queue.name, worker_concurrency=queue.concurrency, polling_interval_sec=queue.look_seconds
            )
        DBOS.listen_queues([queue.name for queue in queues])
        DBOS.launch()

    def land(self) -> None:
        """Stop those threads. Jobs in their hands stay there; give them back with :meth:`give_back`."""
        DBOS.destroy(destroy_registry=True)
        if self._working is not None:
            self._working.dispose()
            self._working = None

    def held(self) -> list[Held]:
        """Every job that is in a worker's hands, oldest first."""
        found = self._client.list_workflows(
            status="PENDING", load_input=False, load_output=False, application_name=APPLICATION
        )
        return [Held(job.workflow_id, _queue(job), job.executor_id or "") for job in found]

    def give_back(self, job: Held) -> None:
        """Put a job back on its queue. Its recorded steps stay recorded. The caller knows that its worker is dead."""
        self._client.resume_workflow(job.key, queue_name=job.queue)

    def knows(self, version: str) -> bool:
        """Whether a worker of this version has ever been launched."""
        return any(known["version_name"] == version for known in self._client.list_application_versions())

    def make_latest(self, version: str) -> None:
        """This version is the one that takes jobs over from others."""
        self._client.set_latest_application_version(version)

    def is_latest(self, version: str) -> bool:
        """Whether no other version was made the latest since."""
        return self._client.get_latest_application_version()["version_name"] == version

    def adopt(self, version: str, *, alive: set[str]) -> list[str]:
        """Begin jobs that other versions left again under this version, from their first step.

        Args:
            version: Of this worker.
            alive: Versions that some living worker still serves; their jobs are left to it.

        Returns:
            The keys.
        """
        others = [
            known["version_name"]
            for known in self._client.list_application_versions()
            if known["version_name"] not in {version, *alive}
        ]
        if not others:
            return []
        found = self._client.list_workflows(
            app_version=others,
            status=[*_OPEN, "CANCELLED"],
            load_input=False,
            load_output=False,
            application_name=APPLICATION,
        )
        adopted: list[str] = []
        for job in found:
            if job.status == "CANCELLED" and not _moves(job):
                continue
            # The library moves only what has ended, so a job is cancelled first. The mark tells a job that is on its
            # way, or that a crash left there, from one that a person cancelled.
            self._client.update_workflow_attributes(job.workflow_id, {_MARK: job.app_version}, merge=True)
            self._client.cancel_workflow(job.workflow_id)
            self._client.rewind_workflow(
                job.workflow_id, start_step=1, application_version=version, queue_name=_queue(job)
            )
            adopted.append(job.workflow_id)
        return adopted


def current_job() -> str:
    """Key of the job that the calling thread works on."""
    return DBOS.workflow_id or ""


def run_step(name: str, function: Callable[[], JSON]) -> JSON:
    """Run and record a step of the job that the calling thread works on, or give what is recorded."""
    return DBOS.run_step({"name": name}, function)


def _queue(job: WorkflowStatus) -> str:
    return job.queue_name or (job.attributes or {}).get("queue", "")


def _moves(job: WorkflowStatus) -> bool:
    """Whether the job is on its way from its version to another."""
    return job.status == "CANCELLED" and (job.attributes or {}).get(_MARK) == job.app_version


def _state(job: WorkflowStatus) -> JobState:
    state = State.WAITING if _moves(job) else _STATES[job.status]
    failure = None
    if state is State.FAILED:
        failure = (
            Failure.of(job.error) if job.error is not None else Failure(kind="Unknown", message=job.status)
        )
    return JobState(
        key=job.workflow_id,
        workflow=job.name,
        queue=_queue(job),
        state=state,
        result=job.output if state is State.DONE else None,
        failure=failure,
        worker=job.executor_id or "",
        submitted_at=_moment(job.created_at),
        changed_at=_moment(job.updated_at or job.created_at),
    )


def _moment(milliseconds: int | None) -> datetime:
    return datetime.fromtimestamp((milliseconds or 0) / 1000, tz=UTC)


def _log_to(path: Path) -> logging.Handler:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("dbos")
    # The library adds a console of its own unless a handler is there before it starts.
    for other in [other for other in logger.handlers if type(other) is logging.StreamHandler]:
        logger.removeHandler(other)
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    return handler
