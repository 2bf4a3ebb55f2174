"""Shared by all tests. The network is closed except loopback; a test cannot spend."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from picturelock.db.connection import Database, open_database
from picturelock.engine.engine import Engine
from picturelock.engine.timekeeping import SystemClock
from picturelock.testing.postgres import Server, server

settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes many minutes, unless it is asked for."""
    if os.environ.get("PICTURELOCK_LONG"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes many minutes: set PICTURELOCK_LONG=1"))


@pytest.fixture(autouse=True)
def _no_author_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICTURELOCK_AUTHOR", "ana")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server that is started for the first test that asks."""
    with server() as one:
        yield one


@pytest.fixture(scope="session")
def facts_to_copy(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with every table and no row; copying it is faster than making the tables again."""
    url = postgres.create()
    home = tmp_path_factory.mktemp("facts to copy")
    with (
        open_database(url) as database,
        Engine(
            database, home=home, identity="maker", version="", workflows={}, queues=(), clock=SystemClock()
        ) as engine,
    ):
        engine.prepare()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where facts may be opened: on each kind of database in turn."""
    if request.param == "sqlite":
        yield tmp_path / "facts.sqlite"
        return
    postgres: Server = request.getfixturevalue("postgres")
    with postgres.database(like=request.getfixturevalue("facts_to_copy")) as url:
        yield url


@pytest.fixture
def database(place: Path | str) -> Iterator[Database]:
    """Open facts without a row, on each kind of database in turn."""
    with open_database(place) as database:
        yield database
