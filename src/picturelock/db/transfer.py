"""Moves all facts of a database to another: from a folder's file to a server, and back.

Facts are inserted once, under the numbers and times that they have, and counted and hashed on both sides before anything
is committed. The old database stays as it was, but closed: whoever still has it open is told where the facts are now.

The durable engine's own tables do not move. They hold jobs, and what a job did is a fact; so a move waits until no job
is left, and the engine begins with empty tables at the new place. What jobs ended with, and when, stays in the old
database.

Killed at any moment, the move can be made again: until the old database is closed, its facts are the ones that count;
from then on those in the new one are the same.
"""

from collections.abc import Callable, Iterator

import msgspec
import sqlalchemy as sa

from picturelock.core.digest import Digest
from picturelock.core.failures import Busy, Conflict, Damaged
from picturelock.core.value import Value
from picturelock.db import dialect, tables
from picturelock.db.connection import Database

_AT_ONCE = 500
_KEPT = {*tables.FACTS, tables.pointer}
ORDER = tuple(table for table in tables.metadata.sorted_tables if table in _KEPT)
"""What moves, each table after those that it refers to."""


class Seal(Value, frozen=True, kw_only=True):
    """What a database holds, to compare it with another.

    Attributes:
        rows: By table.
        digest: Of every row of every table, in order.
    """

    rows: dict[str, int]
    digest: Digest

    @property
    def count(self) -> int:
        """Of all rows."""
        return sum(self.rows.values())


def seal(connection: sa.Connection) -> Seal:
    """Count and hash all facts, whatever database they are in."""
    rows = dict.fromkeys((table.name for table in ORDER), 0)

    def chunks() -> Iterator[bytes]:
        for table in ORDER:
            yield f"{table.name}\n".encode()
            for part in _read(connection, table):
                rows[table.name] += len(part)
                yield from (msgspec.json.encode(tuple(row)) + b"\n" for row in part)

    digest = Digest.of_chunks(chunks())
    return Seal(rows=rows, digest=digest)


def transfer(source: Database, target: Database, check: Callable[[], None] = lambda: None) -> Seal:
    """Move all facts, and close the database that they came from.

    Args:
        source: Nobody writes to it meanwhile; others wait, and are then told where the facts are.
        target: Without a fact; or with these same facts, where a move was cut off after they were copied.
        check: Called when nobody else can write any more; raises where something is still under way.

    Returns:
        What the target holds.

    Raises:
        Busy: Something is under way, or the target is the source.
        Conflict: The target holds other facts. Nothing was changed.
        Damaged: What arrived is not what was sent. Nothing was changed.
    """
    everything = tables.metadata.sorted_tables
    with source.write() as old:
        if not _nobody_writes(target):
            raise Busy(
                f"somebody writes to {target.address}, or the facts are there already",
                remedy="Give an empty database: each production has its own.",
            )
        dialect.shut_out(old, everything)
        check()
        sent = seal(old)
        with target.write() as new:
            dialect.shut_out(new, everything)
            if dialect.is_closed_off(new, tables.production):
                raise Conflict(
                    f"the facts that were at {target.address} have moved away for good",
                    remedy="Give an empty database.",
                )
            found = seal(new)
            if found.count and found != sent:
                raise Conflict(
                    f"{target.address} already holds {found.count} facts",
                    remedy="Give an empty database: each production has its own.",
                )
            if not found.count:
                _copy(old, new)
                found = seal(new)
            if found != sent:
                raise Damaged(
                    f"{found.count} facts of {sent.count} arrived at {target.address}, or not as they were sent",
                    remedy="Nothing was changed. Try another database.",
                )
        dialect.close_off(old, everything, target.address)
    return found


def has_moved(database: Database) -> bool:
    """Whether the facts that are here count no more, because they were moved away."""
    with database.read() as connection:
        return dialect.is_closed_off(connection, tables.production)


def _nobody_writes(database: Database) -> bool:
    """Looked at while the source is held: a server that is the source by another name would wait for itself."""
    with database.read() as connection:
        return dialect.is_free(connection)


def _read(connection: sa.Connection, table: sa.Table) -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    result = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    yield from (list(part) for part in result.partitions())


def _copy(old: sa.Connection, new: sa.Connection) -> None:
    for table in ORDER:
        for part in _read(old, table):
            new.execute(sa.insert(table), [dict(row._mapping) for row in part])  # noqa: SLF001  # its public face
        dialect.go_on_numbering(new, table)
