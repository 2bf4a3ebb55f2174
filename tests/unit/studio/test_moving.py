"""A production's facts move to a server and back, and every command finds them there."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.core.failures import BadDocument, Busy, Conflict, Malformed, NotFound
from picturelock.core.policy import Format
from picturelock.db import tables
from picturelock.db.connection import open_database
from picturelock.db.transfer import has_moved
from picturelock.engine.port import Job
from picturelock.studio.facade import Studio
from picturelock.studio.folder import Folder
from picturelock.studio.making import QUEUE, WORKFLOW
from picturelock.studio.planning import Goal
from picturelock.studio.workplace import make_engine
from picturelock.testing.postgres import Server

SCRIPT = """Title: Two Lamps

INT. KITCHEN - NIGHT

MARA, thirties, tall, in a long red coat, sits at the table. An oil lamp burns.

MARA
We light the lamp ourselves.
"""
SMALL = Format(width=320, height=180)


@pytest.fixture(autouse=True)
def _no_server_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PICTURELOCK_DATABASE", raising=False)


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "two_lamps.fountain"
    path.write_text(SCRIPT, "utf-8")
    return path


@pytest.fixture
def film(script: Path, tmp_path: Path) -> Path:
    studio, _ = Studio.start(tmp_path / "film", script, picture=SMALL)
    studio.production.close()
    return tmp_path / "film"


def picturelock(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "picturelock", *words],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def revisions(film: Path) -> list[str]:
    with Studio.open(film) as studio:
        return [str(line.id) for line in studio.log()]


def with_password(url: str) -> str:
    """The tests' server takes any."""
    return sa.make_url(url).set(password="secret").render_as_string(hide_password=False)  # noqa: S106


def test_there_and_back_again_with_work_at_both_places(film: Path, url: str) -> None:
    before = revisions(film)
    with Studio.open(film) as studio:
        moved = studio.move(url)
        assert moved.before == str(Folder(film).database)
        assert "picturelock@" in moved.here
        assert not studio.production.database.embedded
        made = studio.run(Goal.KEYFRAMES, auto=True)
        assert made.made
        takes = {unit: count for unit, count in takes_of(studio).items() if count}
    assert revisions(film) == before
    with Studio.open(film) as studio:
        assert not studio.production.database.embedded
        back = studio.move("folder")
        assert (back.before, back.here) == (moved.here, moved.before)
        assert studio.production.database.embedded
        assert takes_of(studio) == takes
        assert studio.run(Goal.KEYFRAMES, auto=True).made == ()
    assert not Folder(film).whereabouts.exists()
    assert revisions(film) == before


def takes_of(studio: Studio) -> dict[str, int]:
    with studio.production.reading() as connection:
        query = sa.select(tables.take.c.unit, sa.func.count()).group_by(tables.take.c.unit)
        return dict(connection.execute(query).all())


def test_a_third_move_replaces_the_closed_file_by_one_with_all_facts(
    film: Path, postgres: Server, url: str
) -> None:
    with postgres.database() as other, Studio.open(film) as studio:
        for place in (url, "folder", other, "folder"):
            studio.move(place)
        with studio.production.reading() as connection:
            kinds = connection.execute(sa.select(tables.event.c.kind)).scalars().all()
        assert list(kinds) == ["moved"] * 4
        with pytest.raises(Conflict, match="moved away for good"):
            studio.move(url)
        with pytest.raises(Conflict, match="in the folder already"):
            studio.move("folder")


def test_whoever_has_the_old_place_open_is_told_where_the_facts_are(film: Path, url: str) -> None:
    late = Studio.open(film)
    with Studio.open(film) as studio:
        moved = studio.move(url)
    unit = next(unit.id for unit in late.board().units())
    with pytest.raises(Conflict) as refused:
        late.retake(unit, "brighter")
    late.production.close()
    assert moved.here in str(refused.value)


def test_what_waits_for_its_turn_is_not_left_behind(film: Path, url: str) -> None:
    with Studio.open(film) as studio:
        engine, _ = make_engine(studio.production)
        with engine:
            engine.prepare()
            with studio.production.writing() as connection:
                engine.submit(connection, Job(key="a", workflow=WORKFLOW, queue=QUEUE, payload={}))
        with pytest.raises(Busy, match=r"1 jobs .*Finish them with `picturelock run`"):
            studio.move(url)
        assert studio.production.database.embedded
    with Studio.open(film) as studio:
        assert studio.production.database.embedded


@pytest.mark.parametrize("start", ["folder", "server"])
def test_a_worker_that_is_at_work_is_not_cut_off(film: Path, url: str, postgres: Server, start: str) -> None:
    if start == "server":
        with Studio.open(film) as studio:
            studio.move(url)
    worker = subprocess.Popen(
        [sys.executable, "-m", "picturelock", "-C", str(film), "worker"], stdout=subprocess.PIPE, text=True
    )
    with worker, postgres.database() as other, Studio.open(film) as studio:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("Working")
        while not studio_has_a_worker(studio):
            assert worker.poll() is None
        with pytest.raises(Busy, match=str(worker.pid)):
            studio.move(other)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        studio.move(other)


def studio_has_a_worker(studio: Studio) -> bool:
    with studio.production.reading() as connection:
        return connection.execute(sa.select(tables.worker)).first() is not None


@pytest.mark.parametrize("point", ["move.closed", "move.placed", "move.said"])
@pytest.mark.parametrize("start", ["folder", "server"])
def test_killed_in_the_middle_the_same_command_goes_on(film: Path, url: str, point: str, start: str) -> None:
    there = url
    if start == "server":
        there = "folder"
        with Studio.open(film) as studio:
            studio.move(url)
    before = revisions(film)
    killed = picturelock("move", "--to", there, cwd=film, PICTURELOCK_DIE_AT=point)
    assert killed.returncode == -signal.SIGKILL
    if point != "move.said":
        refused = picturelock("lock", "SC010_SH010", cwd=film)
        assert refused.returncode != 0
        again = picturelock("move", "--to", there, cwd=film)
        assert again.returncode == 0, again.stderr
    assert revisions(film) == before
    with Studio.open(film) as studio:
        assert studio.production.database.embedded == (there == "folder")
        assert not has_moved(studio.production.database)


def test_a_server_that_holds_another_production_is_refused(
    film: Path, script: Path, tmp_path: Path, url: str
) -> None:
    with Studio.open(film) as studio:
        studio.move(url)
    with pytest.raises(Conflict, match="already holds"):
        Studio.start(tmp_path / "second", script, picture=SMALL, database=url)
    assert not (tmp_path / "second").exists()
    other, _ = Studio.start(tmp_path / "third", script, picture=SMALL)
    with other, pytest.raises(Conflict, match="already holds"):
        other.move(url)


def test_another_productions_database_is_never_opened_as_this_ones(
    film: Path, script: Path, tmp_path: Path, url: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.database() as other:
        for folder, place in ((film, url), (tmp_path / "second", other)):
            if folder != film:
                Studio.start(folder, script, picture=SMALL)[0].production.close()
            with Studio.open(folder) as studio:
                studio.move(place)
        monkeypatch.setenv("PICTURELOCK_DATABASE", other)
        Studio.open(tmp_path / "second").production.close()
        with pytest.raises(NotFound, match=r"does not hold the production.*PICTURELOCK_DATABASE"):
            Studio.open(film)


def test_the_same_database_by_another_name_is_refused_instead_of_waited_for(film: Path, url: str) -> None:
    with Studio.open(film) as studio:
        studio.move(url)
        named = sa.make_url(url)
        other = named.update_query_dict({"application_name": "other"}).render_as_string()
        with pytest.raises(Busy, match="the facts are there already"):
            studio.move(other)


def test_a_password_is_not_kept_in_the_folder(film: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Studio.open(film) as studio:
        for secret in (with_password(url), f"{url}&password=secret"):
            with pytest.raises(Conflict, match="PGPASSWORD"):
                studio.move(secret)
        monkeypatch.setenv("PICTURELOCK_DATABASE", with_password(url))
        studio.move(with_password(url))
        assert studio.production.database.url.password == "secret"  # noqa: S105
    assert b"secret" not in b"".join(path.read_bytes() for path in film.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("place", "kind", "words"),
    [
        ("facts.sqlite", Conflict, "is a file"),
        ("sqlite:///facts.sqlite", Conflict, "is a file"),
        ("mysql://host/name", Malformed, "does not speak to"),
        ("postgresql:///film?host=/nowhere", NotFound, "cannot be reached"),
    ],
)
def test_places_that_are_no_server_change_nothing(
    film: Path, place: str, kind: type[Exception], words: str
) -> None:
    with Studio.open(film) as studio:
        with pytest.raises(kind, match=words):
            studio.move(place)
        assert studio.production.database.embedded
        studio.production.commit("Still open", "ana")
    assert not Folder(film).whereabouts.exists()


def test_a_folder_that_does_not_say_where_its_facts_are_is_refused(film: Path) -> None:
    Folder(film).whereabouts.write_text("postgresql://host/film\n")
    with pytest.raises(BadDocument, match=r"does not say where the facts are"):
        Studio.open(film)


def test_from_the_command_line_a_production_begins_on_a_server_and_comes_home(
    script: Path, tmp_path: Path, url: str
) -> None:
    words = ("init", "film", "--script", str(script), "--size", "320x180", "--database", url)
    made = picturelock(*words, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    film = tmp_path / "film"
    with open_database(url) as database, database.read() as connection:
        assert connection.execute(sa.select(tables.production.c.title)).scalar_one() == "Two Lamps"
    assert picturelock("status", cwd=film).returncode == 0
    moved = picturelock("move", "--to", "folder", "--json", cwd=film)
    assert moved.returncode == 0, moved.stderr
    assert json.loads(moved.stdout)["here"] == str(film / ".picturelock" / "production.db")
    again = picturelock("move", "--to", "folder", cwd=film)
    assert again.returncode == 2
    assert "in the folder already" in again.stderr


def test_a_setting_of_the_environment_is_where_a_production_begins(
    script: Path, tmp_path: Path, url: str
) -> None:
    made = picturelock(
        "init", "film", "--script", str(script), "--size", "320x180", cwd=tmp_path, PICTURELOCK_DATABASE=url
    )
    assert made.returncode == 0, made.stderr
    with Studio.open(tmp_path / "film") as studio:
        assert not studio.production.database.embedded
