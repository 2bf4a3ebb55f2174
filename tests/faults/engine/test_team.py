"""A team's server: several workers and a run at once, one of them killed; every take is made once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.testing.film import TWO_LAMPS
from picturelock.testing.postgres import Server


def picturelock(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "picturelock", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def begin(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "picturelock", *words],
        cwd=cwd,
        env=os.environ | {"PYTHONFAULTHANDLER": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def working(name: str, film: Path) -> Iterator[subprocess.Popen[str]]:
    with begin("worker", "--name", name, cwd=film) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline().startswith("Working")
            yield worker
        finally:
            worker.kill()


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database() as url:
        yield url


def test_workers_share_a_production_and_one_that_is_killed_leaves_nothing_undone(
    tmp_path: Path, url: str
) -> None:
    (tmp_path / "two_lamps.fountain").write_text(TWO_LAMPS, "utf-8")
    options = ("--script", "two_lamps.fountain", "--size", "320x180", "--auto-approve")
    picturelock("init", "film", *options, "--database", url, cwd=tmp_path)
    film = tmp_path / "film"
    with working("one", film) as one, working("two", film) as two:
        with begin("run", cwd=film) as run:
            with open_database(url) as facts:
                while not count(facts, tables.take):
                    assert run.poll() is None, run.communicate()
                    time.sleep(0.05)
            os.killpg(one.pid, signal.SIGKILL)
            said, _ = run.communicate(timeout=300)
            assert run.returncode == 0, said
        two.send_signal(signal.SIGTERM)
        said, _ = two.communicate(timeout=60)
        assert two.returncode == 0, said
    assert json.loads(picturelock("plan", "--json", cwd=film))["items"] == []
    picturelock("verify", "--deep", cwd=film)
    with open_database(url) as facts, facts.read() as connection:
        for table in (tables.intent, tables.take):
            made = connection.execute(sa.select(table.c.unit)).scalars().all()
            assert set(Counter(made).values()) == {1}
    picturelock("move", "--to", "folder", cwd=film)
    assert json.loads(picturelock("plan", "--json", cwd=film))["items"] == []


def count(facts: Database, table: sa.Table) -> int:
    with facts.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
