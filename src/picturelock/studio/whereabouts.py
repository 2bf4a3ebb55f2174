"""Where a production's facts are: in its folder, or in a database of its own on a team's server.

The folder says so in ``.picturelock/database``, not in ``production.yaml``: the settings are kept as revisions, and
bringing an old one back must not bring back an old database. A password is not kept there. PostgreSQL's own ways to
give one hold (``PGPASSWORD``, ``~/.pgpass``), and ``PICTURELOCK_DATABASE`` stands in for the whole address on a machine
that reaches the server another way.
"""

import os
from pathlib import Path

from picturelock.core.codec import from_json, to_json
from picturelock.core.failures import BadDocument, Conflict, NotFound
from picturelock.core.value import Value
from picturelock.db.connection import Database, open_database
from picturelock.db.dialect import url_of
from picturelock.history.worktree import write_whole
from picturelock.studio.folder import Folder

VARIABLE = "PICTURELOCK_DATABASE"
"""Names the environment's variable for a server's address."""

IN_FOLDER = "folder"
"""What a person calls the folder's own file."""


class Whereabouts(Value, frozen=True, kw_only=True):
    """Facts that are not in their folder.

    Attributes:
        database: Address without a password.
        production: Its id there, so that no folder is opened with another one's facts.
    """

    database: str
    production: str


def open_facts(folder: Folder) -> tuple[Database, str | None]:
    """Open the facts of a folder, wherever they are.

    Returns:
        The database, and the production's id in it where the folder knows it.

    Raises:
        NotFound: There is no such database, or it does not answer.
        BadDocument: The folder does not say properly where they are.
    """
    found = read(folder)
    if found is None:
        return open_database(folder.database, create=False), None
    return open_database(os.environ.get(VARIABLE) or found.database, create=False), found.production


def read(folder: Folder) -> Whereabouts | None:
    """What the folder says; ``None`` where the facts are in it."""
    try:
        text = folder.whereabouts.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return from_json(Whereabouts, text)
    except BadDocument as error:
        raise BadDocument(
            f"{folder.whereabouts} does not say where the facts are: {error.message}",
            remedy='Write {"database":"postgresql://…","production":"…"} into it, or bring it back from a backup.',
        ) from error


def say(folder: Folder, found: Whereabouts | None) -> None:
    """Write down where the facts are from now on."""
    if found is None:
        folder.whereabouts.unlink(missing_ok=True)
    else:
        write_whole(folder.whereabouts, to_json(found) + b"\n")


def server_address(text: str) -> str:
    """The address that a person gave, if it is a server's and may be kept.

    Raises:
        Malformed: It is no address of a database.
        Conflict: It is a file's, or has a password that nobody would know the next time.
    """
    if "://" not in text or url_of(text).get_backend_name() == "sqlite":
        raise Conflict(
            f"{text} is a file", remedy=f"Give postgresql://… for a server, or `{IN_FOLDER}` for the folder."
        )
    url = url_of(text)
    if (url.password is not None or "password" in url.query) and text != os.environ.get(VARIABLE):
        raise Conflict(
            "a password is not kept in the folder",
            remedy=f"Leave it out, and give it by PGPASSWORD, ~/.pgpass, or with the whole address in {VARIABLE}.",
        )
    return text


def check_empty(address: str) -> None:
    """Look whether a production could move to a server.

    Raises:
        NotFound: There is no such database, or it does not answer.
        Conflict: It holds a production.
    """
    from picturelock.db.transfer import seal

    with open_database(server_address(address)) as database, database.read() as connection:
        if seal(connection).count:
            raise Conflict(
                f"{database.address} already holds a production",
                remedy="Give an empty database: each production has its own.",
            )


def missing(folder: Folder, database: Database) -> NotFound:
    """The error of a folder whose production is not in its database."""
    if database.embedded:
        return NotFound(f"{folder.root} holds no production", remedy="Make one with `picturelock init`.")
    variable = f", or {VARIABLE}" if os.environ.get(VARIABLE) else ""
    return NotFound(
        f"{database.address} does not hold the production of {folder.root}",
        remedy=f"Correct the address in {_short(folder.whereabouts)}{variable}.",
    )


def _short(path: Path) -> str:
    return "/".join(path.parts[-2:])
