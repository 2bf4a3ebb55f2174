"""Brings a database's tables up to date.

One dated file a change, each with the reason; Alembic runs those that are missing. Alembic is imported only when one
is, because most commands find the newest version in place.
"""

from pathlib import Path

import sqlalchemy as sa

from picturelock.core.failures import Conflict
from picturelock.db.connection import Database

NEWEST = "2026_11_21_settled_once"
"""Revision of the newest file in ``versions``."""

VERSION_TABLE = "schema_version"


def stored_version(connection: sa.Connection) -> str | None:
    """The revision that the database is at; ``None`` for an empty one."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608  # a constant


def migrate(database: Database) -> None:
    """Run the migrations that the database lacks, all in one transaction.

    Raises:
        Conflict: The database was written by a newer Picturelock.
    """
    with database.read() as connection:
        if stored_version(connection) == NEWEST:
            return
    with database.write() as connection:
        if stored_version(connection) != NEWEST:  # another process may have been first
            _upgrade(connection)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")  # a folder's name may hold any other separator
    try:
        command.upgrade(config, NEWEST)
    except CommandError as error:
        raise Conflict(
            f"the database is at {stored_version(connection)!r}, which this version of Picturelock does not know",
            remedy="Upgrade Picturelock to the version that wrote it.",
        ) from error
