"""A database: short transactions that write, and snapshots that read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from picturelock.core.failures import Conflict, NotFound
from picturelock.db import dialect


class Database:
    """The facts of a production.

    Safe to share between threads. A forked process must open its own.

    Args:
        url: Of a SQLite file or a PostgreSQL database.
    """

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.engine = dialect.make_engine(url, connections=8)

    @property
    def path(self) -> Path | None:
        """The SQLite file; ``None`` for a server."""
        return Path(self.url.database) if self.embedded and self.url.database else None

    @property
    def embedded(self) -> bool:
        """Whether this is a file of ours rather than a server."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def address(self) -> str:
        """For people and settings: the path, or the URL without its password."""
        if self.path is not None:
            return str(self.path)
        # Put together anew, because a password cannot be taken out of a URL, only hidden.
        url = self.url
        query = {name: value for name, value in url.query.items() if name != "password"}
        return sa.URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, query
        ).render_as_string()

    @contextmanager
    def write(self, *, alone: bool = True) -> Iterator[sa.Connection]:
        """One transaction: all of it, durable at the end of the block, or nothing.

        Args:
            alone: Let one such block at a time pass in the whole database, so that what it reads stays true until it
                ends. SQLite's writers do so anyway. Without it writers on a server do not wait for one another: for
                rows that decide nothing, or after :func:`picturelock.db.statements.hold`.

        Raises:
            Conflict: The facts have moved to another database; see :mod:`picturelock.db.transfer`.
        """
        try:
            with self.engine.connect() as connection, dialect.writing(connection, alone=alone):
                yield connection
        except DBAPIError as error:
            place = dialect.where_moved(error)
            if place is None:
                raise
            raise Conflict(
                f"these facts have moved to {place}; nothing was written here",
                remedy="Run the same command again: it finds them there.",
            ) from error

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A snapshot: every statement in the block sees the same state."""
        with self.engine.connect() as connection, dialect.reading(connection):
            yield connection

    def pool(self, connections: int) -> sa.Engine:
        """A second pool on the same database for a library that begins its own transactions.

        Its own, because one that waits for the write lock must not hold the connection that the holder needs.
        """
        return dialect.make_engine(self.url, connections=connections, explicit=False)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(place: Path | str, *, create: bool = True) -> Database:
    """Open the facts and bring their tables up to date.

    Args:
        place: Path of a SQLite file, or a URL such as ``postgresql://host/name``. A server's database must be there.
        create: Make a SQLite file that is not there.

    Raises:
        NotFound: The file is not there and is not to be made, or the server does not answer or has no such database.
        Malformed: A URL that is of neither.
        Conflict: The database was written by a newer Picturelock.
    """
    from picturelock.db.migrations import migrate

    database = Database(dialect.url_of(place))
    path = database.path
    if path is not None and not path.exists():
        if not create:
            raise NotFound(f"there is no database at {path}", remedy="Run `picturelock init` first.")
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        dialect.reach(database.engine)
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database
