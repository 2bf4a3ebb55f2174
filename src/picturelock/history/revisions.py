"""Revisions: the commits of a production. A revision is an object in the vault; the head is a pointer to one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from picturelock.core.codec import canonical, from_json
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, NotFound
from picturelock.core.ids import RevisionId
from picturelock.core.take import Revision
from picturelock.db import tables
from picturelock.db.statements import put
from picturelock.vault.store import Vault

_BACK = re.compile(r"(?P<base>.+?)~(?P<steps>\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    id: RevisionId
    digest: Digest
    parent: RevisionId | None
    author: str
    message: str
    at: datetime


def commit(connection: sa.Connection, vault: Vault, production: str, revision: Revision) -> RevisionId:
    """Keep a revision and move the head to it.

    Args:
        connection: Inside a write transaction.
        vault: Where the revision and what it names are kept; all of these must be there already.
        production: Whose revision.
        revision: Its parent must be the head.

    Raises:
        Conflict: The head moved on since the revision was made.
        NotFound: A digest that the revision names is not in the vault.
    """
    now = head(connection, production)
    if revision.parent != now:
        raise Conflict(
            f"the head is {now or 'nothing yet'}, not {revision.parent or 'nothing yet'}",
            remedy="Another process committed a revision; run the command again.",
        )
    for digest in reachable(revision):
        if not vault.has(digest):
            raise NotFound(f"the revision names {digest}, which the vault does not hold")
    name = revision.id()
    body = vault.put(canonical(revision))
    connection.execute(
        sa.insert(tables.revision).values(
            id=name,
            production=production,
            parent=revision.parent,
            author=revision.author,
            message=revision.message,
            at=revision.at,
            body=body,
        )
    )
    put(
        connection,
        tables.pointer,
        "production",
        "kind",
        "name",
        production=production,
        kind="head",
        name="HEAD",
        revision=name,
    )
    return name


def reachable(revision: Revision) -> Iterator[Digest]:
    """Every digest that a revision itself names."""
    yield revision.board
    yield revision.board_text
    yield revision.locks
    yield revision.settings
    yield revision.script
    if revision.cut is not None:
        yield revision.cut
    if revision.timeline is not None:
        yield revision.timeline


def head(connection: sa.Connection, production: str) -> RevisionId | None:
    """The newest revision of the production, or ``None`` before the first."""
    pointer = tables.pointer
    found = connection.execute(
        sa.select(pointer.c.revision).where(
            pointer.c.production == production, pointer.c.kind == "head", pointer.c.name == "HEAD"
        )
    ).scalar_one_or_none()
    return RevisionId(found) if found else None


def log(connection: sa.Connection, production: str) -> list[Entry]:
    """All revisions, newest first."""
    revision = tables.revision
    rows = connection.execute(
        sa.select(revision).where(revision.c.production == production).order_by(revision.c.number.desc())
    )
    return [
        Entry(
            id=RevisionId(row.id),
            digest=Digest(row.body),
            parent=RevisionId(row.parent) if row.parent else None,
            author=row.author,
            message=row.message,
            at=row.at,
        )
        for row in rows
    ]


def resolve(connection: sa.Connection, production: str, name: str) -> Entry:
    """The revision that a name means.

    Args:
        connection: For reading.
        production: Whose revisions.
        name: ``HEAD``, ``FIRST``, an id or an unmistakable beginning of one, each with ``~3`` for three parents back.

    Raises:
        NotFound: No revision, or more than one, is meant.
    """
    entries = log(connection, production)
    back = _BACK.fullmatch(name)
    base, steps = (back["base"], int(back["steps"])) if back else (name, 0)
    entry = _named(entries, base)
    by_id = {e.id: e for e in entries}
    for _ in range(steps):
        if entry.parent is None:
            raise NotFound(f"{name} goes back beyond the first revision")
        entry = by_id[entry.parent]
    return entry


def _named(entries: list[Entry], base: str) -> Entry:
    if not entries:
        raise NotFound("the production has no revision yet")
    if base.upper() in {"HEAD", "FIRST"}:
        return entries[0] if base.upper() == "HEAD" else entries[-1]
    wanted = base if base.startswith("R-") else f"R-{base}"
    found = [e for e in entries if e.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    what = "more than one revision is" if found else "no revision is"
    raise NotFound(f"{what} called {base!r}", remedy="See `picturelock log` for the names.")


def load(vault: Vault, entry: Entry) -> Revision:
    """The revision's content."""
    return from_json(Revision, vault.read(entry.digest))
