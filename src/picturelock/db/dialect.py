"""Everything that SQLite and PostgreSQL do not do alike.

No other module asks which database it speaks to.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator, TypeEngine

from picturelock.core.clock import aware
from picturelock.core.codec import plain
from picturelock.core.digest import canonical_json
from picturelock.core.failures import Malformed, NotFound

_BUSY_MILLISECONDS = 30_000
"""SQLite: a writer waits so long for another. PostgreSQL: one that is silent so long in the middle is cut off."""

_LOST_MILLISECONDS = 10_000
"""PostgreSQL: a cable was pulled somewhere when nothing has arrived for so long. Both ends notice it by themselves."""

_ALONE = "picturelock writes"


class Moment(TypeDecorator[datetime]):
    """Aware UTC. ``timestamptz`` in PostgreSQL; in SQLite ISO text of one width, so that it sorts as time does."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        moment = aware(value)
        return moment if dialect.name == "postgresql" else _text(moment)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return aware(value if isinstance(value, datetime) else datetime.fromisoformat(value))


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Json(TypeDecorator[Any]):
    """A JSON value as canonical text (RFC 8785): equal values are equal text.

    Takes typed values as well as built-in ones; gives built-in ones back.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else canonical_json(plain(value)).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


class Name(TypeDecorator[str]):
    """An id or a digest. Bound as plain text, because drivers look at the exact type.

    Sorted by code point in both databases, so that order does not depend on a server's locale and a prefix is a range.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Text(collation="C" if dialect.name == "postgresql" else None))

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else str.__str__(value)


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number that the database gives. SQLite numbers only a column that is written ``INTEGER``."""


_SERVER = "postgresql+psycopg"
_FORMS = "Give a path, or postgresql://user:password@host:5432/name."


def url_of(place: Path | str) -> sa.URL:
    """The address of a database: a path is a SQLite file, anything with ``://`` is a URL.

    Raises:
        Malformed: A URL of neither SQLite nor PostgreSQL.
    """
    if isinstance(place, Path) or "://" not in place:
        return sa.URL.create("sqlite", database=str(place))
    try:
        url = sa.make_url(place)
    except ArgumentError as error:
        raise Malformed(f"{place!r} is no address of a database", remedy=_FORMS) from error
    if url.drivername in {"postgres", "postgresql", _SERVER}:
        return url.set(drivername=_SERVER)
    if url.drivername == "sqlite":
        return url
    raise Malformed(f"Picturelock does not speak to {url.drivername!r}", remedy=_FORMS)


def make_engine(url: sa.URL, *, connections: int, explicit: bool = True) -> sa.Engine:
    """A pool of connections that are set up alike.

    Args:
        url: Of the database.
        connections: Most that are open at once.
        explicit: Transactions begin with a statement of ours, so that a writer holds the lock before it reads. Not
            for a library that begins its own.
    """
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, pool_size=connections, max_overflow=0, pool_timeout=60)
        event.listen(engine, "connect", _set_up_explicit if explicit else _set_up_implicit)
        if explicit:
            event.listen(engine, "begin", _begin)
        return engine
    # Asked before it is used: after the server was restarted, every connection in the pool is a dead one.
    engine = sa.create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
        pool_pre_ping=True,
        connect_args={name: value for name, value in _ATTENTIVE.items() if name not in url.query},
    )
    event.listen(engine, "connect", _set_up_server)
    return engine


def reach(engine: sa.Engine) -> None:
    """Connect once.

    Raises:
        NotFound: Nobody answers, or there is no such database.
    """
    if engine.dialect.name != "postgresql":
        return
    try:
        engine.connect().close()
    except OperationalError as error:
        raise NotFound(
            f"the database at {engine.url.render_as_string()} cannot be reached: {error.orig}".strip(),
            remedy="Start the server, make the database with `createdb`, or correct the address.",
        ) from error


def _set_up(connection: SqliteConnection, isolation: str | None) -> None:
    connection.isolation_level = isolation  # pyright: ignore[reportAttributeAccessIssue]
    cursor = connection.cursor()
    try:
        # A writer waits for another instead of failing. FULL: a power cut must not take back a written intent.
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
    finally:
        cursor.close()


def _set_up_explicit(connection: SqliteConnection, _record: object) -> None:
    _set_up(connection, None)


def _set_up_implicit(connection: SqliteConnection, _record: object) -> None:
    _set_up(connection, "IMMEDIATE")


# Without them, a system waits a quarter of an hour for an answer on a connection that is dead.
_ATTENTIVE = {
    "connect_timeout": _LOST_MILLISECONDS // 1000,
    "keepalives_idle": _LOST_MILLISECONDS // 2000,
    "keepalives_interval": _LOST_MILLISECONDS // 4000,
    "keepalives_count": 2,
    "tcp_user_timeout": _LOST_MILLISECONDS,
}
_SESSION = {
    # A writer that stops in the middle, its machine asleep, must not keep all others waiting.
    "idle_in_transaction_session_timeout": _BUSY_MILLISECONDS,
    # Nor must one whose machine has lost the network, while it writes or while it waits for its turn: the server would
    # give a dead one its turn, and after it the next one of the same machine. No effect where there is no network.
    "tcp_user_timeout": _LOST_MILLISECONDS,
    "tcp_keepalives_idle": _LOST_MILLISECONDS // 2000,
    "tcp_keepalives_interval": _LOST_MILLISECONDS // 4000,
    "tcp_keepalives_count": 2,
}


def _set_up_server(connection: Any, _record: object) -> None:
    from psycopg import DatabaseError

    with connection.cursor() as cursor:
        chosen = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _SESSION.items())
        cursor.execute(f"SELECT {chosen}")
        connection.commit()
        try:
            cursor.execute(f"SET client_connection_check_interval = {_LOST_MILLISECONDS // 4}")
        except DatabaseError:
            connection.rollback()  # a server on Windows cannot look; there a dead one is noticed when it has its turn
    connection.commit()


@contextmanager
def writing(connection: sa.Connection, *, alone: bool) -> Iterator[None]:
    """A transaction; see :meth:`picturelock.db.connection.Database.write`."""
    if connection.dialect.name != "postgresql":
        connection.execution_options(picturelock_writes=True)
    with connection.begin():
        if alone:
            hold(connection, _ALONE)
        yield


@contextmanager
def reading(connection: sa.Connection) -> Iterator[None]:
    """A snapshot; see :meth:`picturelock.db.connection.Database.read`."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with connection.begin():
        yield


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another wrote between.
    writes = connection.get_execution_options().get("picturelock_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def insert_ignoring(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> Any:
    """An insert that does nothing where a unique key is taken."""
    return _insert(connection, table).values(**values).on_conflict_do_nothing()


def insert_replacing(
    connection: sa.Connection, table: sa.Table, keys: Sequence[str], values: dict[str, Any]
) -> Any:
    """An insert that overwrites the row with the same keys. Only for tables that are not facts."""
    rest = {name: value for name, value in values.items() if name not in keys}
    statement = _insert(connection, table).values(**values)
    return statement.on_conflict_do_update(index_elements=list(keys), set_=rest)


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    # Imported where it is used: the dialect that is not spoken would cost every command its import.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    return insert(table)


def hold(connection: sa.Connection, name: str) -> None:
    """Let one transaction at a time pass here, by name, until it ends.

    For decisions that read a sum and then add to it. SQLite's writers already wait for one another.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def is_free(connection: sa.Connection) -> bool:
    """Whether nobody writes alone at this moment. SQLite does not say; its writers wait for one another."""
    if connection.dialect.name != "postgresql":
        return True
    return connection.execute(
        sa.select(sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(_ALONE, 0)))
    ).scalar_one()


def append_only(dialect: str, table: str) -> Sequence[str]:
    """Statements that make a table refuse UPDATE and DELETE."""
    if dialect == "postgresql":
        return (
            "CREATE OR REPLACE FUNCTION facts_stay() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'facts are append-only: % of %', TG_OP, TG_TABLE_NAME; END $$",
            f'CREATE TRIGGER "{table}_stays" BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION facts_stay()",
            f'CREATE TRIGGER "{table}_stays_whole" BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION facts_stay()",
        )
    return tuple(
        f'CREATE TRIGGER "{table}_no_{what.lower()}" BEFORE {what} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, 'facts are append-only: {what} of {table}'); END"
        for what in ("UPDATE", "DELETE")
    )


# A whole production changes its database


def shut_out(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Let nobody else write to these tables until the transaction ends, however long that takes."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables)
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(sa.text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def go_on_numbering(connection: sa.Connection, table: sa.Table) -> None:
    """After rows came with their numbers: give the next row the number after the last."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    last = sa.func.max(column)
    sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
    connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))


_MOVED = "these facts have moved to "


def close_off(connection: sa.Connection, tables: Sequence[sa.Table], where: str) -> None:
    """Make tables refuse every further write, with the place where they are now. For good."""
    said = f"{_MOVED}{where}".replace("'", "''").replace(":", "\\:")
    for table in tables:
        for statement in _closing(connection.dialect.name, table.name, said):
            connection.execute(sa.text(statement))


def _closing(dialect: str, table: str, said: str) -> Sequence[str]:
    if dialect == "postgresql":
        return (
            "CREATE OR REPLACE FUNCTION facts_moved() RETURNS trigger LANGUAGE plpgsql AS "
            f"$moved$ BEGIN RAISE EXCEPTION USING MESSAGE = '{said}'; END $moved$",
            f'CREATE OR REPLACE TRIGGER "{table}_moved" BEFORE INSERT OR UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION facts_moved()",
        )
    return tuple(
        f'CREATE TRIGGER IF NOT EXISTS "{table}_moved_{what.lower()}" BEFORE {what} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        for what in ("INSERT", "UPDATE", "DELETE")
    )


def is_closed_off(connection: sa.Connection, table: sa.Table) -> bool:
    """Whether :func:`close_off` was done to this table."""
    if connection.dialect.name == "postgresql":
        found = sa.text("SELECT count(*) FROM pg_trigger WHERE tgname = :name")
        name = f"{table.name}_moved"
    else:
        found = sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = :name")
        name = f"{table.name}_moved_insert"
    return bool(connection.execute(found, {"name": name}).scalar_one())


def where_moved(error: DBAPIError) -> str | None:
    """Where the facts are, if a write was refused because they have moved."""
    _, found, place = str(error.orig).partition(_MOVED)
    return place.splitlines()[0] if found else None
