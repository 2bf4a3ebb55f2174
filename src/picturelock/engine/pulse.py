"""Who is alive: heartbeats, one elected reaper, and a lock a worker.

A worker writes a row now and then. Whoever holds the lease looks for workers that have stopped, and gives their jobs
back to the queues. On one machine a free lock says so at once; across machines only silence does, so the time before a
silent worker is called dead is generous: taking jobs from a worker that only stalled runs the step in its hands twice.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.db.statements import insert, put

_REAPER = "reaper"


class Pulse(Value, frozen=True, kw_only=True):
    """How fast a death is noticed.

    Attributes:
        beat_seconds: Between two signs of life.
        dead_after_seconds: Of silence.
        deaths_allowed: A job with which more workers died than this is failed instead of run again.
        deaths_suspect: Jobs with which this many died are run one at a time, to tell the one that kills from those
            that were only near it.
    """

    beat_seconds: float = 2.0
    dead_after_seconds: float = 60.0
    deaths_allowed: int = 10
    deaths_suspect: int = 3


class Living(Value, frozen=True, kw_only=True):
    """A worker's last sign of life."""

    identity: str
    host: str
    pid: int
    version: str
    beat_at: datetime

    def silent(self, now: datetime, pulse: Pulse) -> bool:
        """Whether it is to be called dead."""
        return now - self.beat_at > timedelta(seconds=pulse.dead_after_seconds)


def workers(database: Database) -> list[Living]:
    """Every worker that has not said goodbye, by identity."""
    with database.read() as connection:
        rows = connection.execute(sa.select(tables.worker).order_by(tables.worker.c.identity))
        return [Living(**row._asdict()) for row in rows]


def beat(database: Database, living: Living) -> None:
    """Write a sign of life."""
    with database.write(alone=False) as connection:
        put(
            connection,
            tables.worker,
            "identity",
            identity=living.identity,
            host=living.host,
            pid=living.pid,
            version=living.version,
            beat_at=living.beat_at,
        )


def forget(database: Database, identity: str) -> None:
    """Take a worker off the list, and its lease with it."""
    with database.write(alone=False) as connection:
        connection.execute(sa.delete(tables.worker).where(tables.worker.c.identity == identity))
        connection.execute(sa.delete(tables.lease).where(tables.lease.c.holder == identity))


def elected(database: Database, identity: str, now: datetime, pulse: Pulse, office: str = _REAPER) -> bool:
    """Whether this worker is the one that holds an office; takes or renews its lease if it can.

    Args:
        database: Where leases stand.
        identity: Of the worker.
        now: Aware UTC.
        pulse: Says how long a lease lasts.
        office: What only one may do; by default, to look for the dead.
    """
    lease = tables.lease
    with database.write() as connection:
        held = connection.execute(
            sa.select(lease.c.holder, lease.c.until).where(lease.c.name == office).with_for_update()
        ).first()
        if held is not None and held.holder != identity and held.until > now:
            return False
        until = now + timedelta(seconds=pulse.dead_after_seconds)
        put(connection, lease, "name", name=office, holder=identity, until=until)
        return True


def holder(database: Database, office: str = _REAPER) -> str | None:
    """Whose lease stands, whether or not it has run out."""
    with database.read() as connection:
        query = sa.select(tables.lease.c.holder).where(tables.lease.c.name == office)
        return connection.execute(query).scalar_one_or_none()


def resign(database: Database, identity: str, office: str = _REAPER) -> None:
    """Leave an office to others at once."""
    lease = tables.lease
    with database.write() as connection:
        connection.execute(sa.delete(lease).where(lease.c.name == office, lease.c.holder == identity))


def begin_run(database: Database, job: str, worker: str, at: datetime) -> int:
    """Write down that a worker begins with a job.

    Returns:
        Number of the run, to be ended with :func:`end_run`.
    """
    with database.write(alone=False) as connection:
        return insert(connection, tables.job_run, job=job, worker=worker, at=at)


def end_run(database: Database, number: int) -> None:
    """The worker has left the job in good order, whatever came of it."""
    with database.write(alone=False) as connection:
        connection.execute(sa.delete(tables.job_run).where(tables.job_run.c.id == number))


def deaths(database: Database, job: str) -> int:
    """How many workers began with this job and never left it: in whose hands they died."""
    with database.read() as connection:
        count = sa.select(sa.func.count()).where(tables.job_run.c.job == job)
        return connection.execute(count).scalar_one()


def forget_deaths(database: Database, jobs: list[str]) -> None:
    """Begin counting anew."""
    with database.write(alone=False) as connection:
        connection.execute(sa.delete(tables.job_run).where(tables.job_run.c.job.in_(jobs)))
