"""Statements that every department needs in the same form."""

from typing import Any

import sqlalchemy as sa

from picturelock.db import dialect


def insert_once(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert unless a row with the same unique key is there.

    Returns:
        Whether this call inserted it: of any number of callers, one is told ``True``.
    """
    # A row count would be shorter, but not every driver gives one here.
    statement = dialect.insert_ignoring(connection, table, values).returning(*table.primary_key.columns)
    return connection.execute(statement).first() is not None


def insert(connection: sa.Connection, table: sa.Table, **values: Any) -> int:
    """Insert, and give the row's number.

    Returns:
        The number that the database gave; 0 for a table without numbers.
    """
    numbered = table.autoincrement_column
    if numbered is None:
        connection.execute(sa.insert(table).values(**values))
        return 0
    return connection.execute(sa.insert(table).values(**values).returning(numbered)).scalar_one()


def put(connection: sa.Connection, table: sa.Table, *keys: str, **values: Any) -> None:
    """Insert, or overwrite the row with the same keys. Refused by the database for facts; for pointers and leases."""
    connection.execute(dialect.insert_replacing(connection, table, keys, values))


def hold(connection: sa.Connection, name: str) -> None:
    """Let one transaction at a time pass here, by name, until it ends.

    Call it first in a :meth:`Database.write` block that reads a sum and then adds to it, such as a cap.
    """
    dialect.hold(connection, name)


def starts_with(column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    """Whether an id begins so, as a range that an index answers: ``SC010_SH020.`` gives the units of a shot."""
    return sa.and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))
