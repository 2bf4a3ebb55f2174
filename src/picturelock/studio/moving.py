"""A production's facts move: from its folder to a team's server, and back.

The vault stays where it is: the folder, shared by all who work on the production. Nothing may be under way meanwhile.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from picturelock.core.digest import Digest
from picturelock.core.failures import Busy, Conflict
from picturelock.core.paidcall import Phase
from picturelock.core.value import Value
from picturelock.db.connection import Database, open_database
from picturelock.db.transfer import Seal, has_moved, transfer
from picturelock.engine import pulse
from picturelock.engine.crashpoints import passing
from picturelock.engine.engine import Engine
from picturelock.engine.port import State
from picturelock.generate import calls
from picturelock.studio import whereabouts
from picturelock.studio.facts import record_event
from picturelock.studio.folder import Folder
from picturelock.studio.production import Production
from picturelock.studio.whereabouts import IN_FOLDER, Whereabouts, server_address
from picturelock.studio.workplace import make_engine


class Moved(Value, frozen=True, kw_only=True):
    """A move that was made.

    Attributes:
        here: Where the facts are now.
        before: Where they were. That database stays, closed to every further write.
        facts: How many arrived.
        digest: Of all of them, equal on both sides.
    """

    here: str
    before: str
    facts: int
    digest: Digest


def move(production: Production, to: str, author: str) -> Moved:
    """Move all facts of a production, and close it. Open it again to go on.

    Args:
        production: Which. Its connections are closed afterwards.
        to: ``postgresql://…`` of a database that exists and is empty, or ``folder``.
        author: Who does it.

    Raises:
        Busy: Something is under way; the remedy says how to finish it.
        Conflict: The facts are there already, or the place holds others.
        NotFound: There is no such database, or it does not answer.
    """
    folder, source = production.folder, production.database
    before = source.address
    if to == IN_FOLDER and source.embedded:
        raise Conflict("the facts are in the folder already")
    address = to if to == IN_FOLDER else server_address(to)
    engine, _ = make_engine(production)
    with engine:
        engine.prepare()
        with engine.resting(), _new_file(folder) if to == IN_FOLDER else open_database(address) as target:
            sent = transfer(source, target, lambda: _refuse_what_is_under_way(production, engine))
            passing("move.closed")
            here = str(folder.database) if to == IN_FOLDER else target.address
    passing("move.placed")
    found = None if to == IN_FOLDER else Whereabouts(database=here, production=production.name)
    whereabouts.say(folder, found)
    passing("move.said")
    production.close()
    _remember(folder, sent, before, here, author)
    return Moved(here=here, before=before, facts=sent.count, digest=sent.digest)


def _refuse_what_is_under_way(production: Production, engine: Engine) -> None:
    now = production.clock.now()
    for other in pulse.workers(production.database):
        if not other.silent(now, engine.pulse):
            raise Busy(
                f"process {other.pid} on {other.host} works on this production",
                remedy="Wait until it is done, or stop it; a worker stops with Ctrl-C or SIGTERM.",
            )
    jobs = engine.jobs(states=[State.WAITING, State.RUNNING])
    with production.reading() as connection:
        known = calls.open_calls(connection, production=production.name)
    under_way = [call for call in known if call.state.phase is not Phase.UNRESOLVED]
    if jobs or under_way:
        raise Busy(
            f"{len(jobs)} jobs and {len(under_way)} paid calls are under way",
            remedy="Finish them with `picturelock run`, then move.",
        )


@contextmanager
def _new_file(folder: Folder) -> Iterator[Database]:
    """A file for the facts, put in its place when the block ends well."""
    path = folder.database
    if path.exists():
        with open_database(path) as old:
            old_is_closed = has_moved(old)
            if not old_is_closed:
                # A move that was cut off has put it there, or it holds what must not be lost.
                yield old
                return
    building = path.with_name(f"{path.name}.new")
    _remove(building)
    try:
        with open_database(building) as target:
            yield target
    except BaseException:
        _remove(building)
        raise
    # What SQLite keeps beside a file belongs to that file; its last connection has closed.
    _remove(path)
    building.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)


def _remember(folder: Folder, sent: Seal, before: str, here: str, author: str) -> None:
    production = Production.open(folder.root)
    try:
        with production.writing() as connection:
            record_event(
                connection,
                production.name,
                "moved",
                here,
                {"from": before, "rows": sent.rows, "digest": sent.digest, "by": author},
                production.clock.now(),
            )
    finally:
        production.close()
