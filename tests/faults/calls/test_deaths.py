"""Processes that die while they buy: at every named moment in turn, for every vendor.

The vendor's own book says afterwards what happened there. Nothing may be there twice, nothing may be lost, and every
charge must be booked; what nobody can tell waits for a person, who is told enough to say.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.core.digest import Digest
from picturelock.core.paidcall import client_token
from picturelock.db import tables
from picturelock.engine.crashpoints import POINTS
from picturelock.studio.folder import Folder
from picturelock.testing.emulators.remote import Remote
from picturelock.testing.film import (
    CLIPS,
    STILLS,
    Film,
    copy,
    kill_at_random,
    screenplay,
    surroundings,
    vendors,
)
from picturelock.testing.postgres import Server
from picturelock.vault.local import LocalVault

SHOTS = 12
KILLS = int(os.environ.get("PICTURELOCK_KILLS", "10"))
CROWD = 12 + KILLS // 4
SEED = 20_261_121
MAKERS = {**STILLS, **CLIPS}

#: In the order of a call's life; but a vendor who answers at once is asked only about answers that were lost.
LATE = ("send.submitting", "send.answered", "look.answered", "look.told")
ORDER = (*(point for point in POINTS if point not in LATE), *LATE)


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Productions that have everything but what is to be bought."""
    home = tmp_path_factory.mktemp("boards")
    (home / "weather.fountain").write_text(screenplay(SHOTS), "utf-8")
    film = Film(home, {})
    film.must("init", "stills", "--script", "weather.fountain", "--size", "640x360", "--auto-approve")
    drawn = copy(home / "stills", home / "clips")
    Film(drawn, {}).must("run", "--until", "keyframes")
    (home / "crowd.fountain").write_text(screenplay(CROWD), "utf-8")
    film.must("init", "crowd", "--script", "crowd.fountain", "--size", "640x360", "--auto-approve")
    return {"stills": home / "stills", "clips": drawn, "crowd": home / "crowd"}


@pytest.fixture
def server(request: pytest.FixtureRequest, where: str) -> Iterator[str]:
    """Where the production moves to; empty for its own folder."""
    if where == "sqlite":
        yield ""
        return
    postgres: Server = request.getfixturevalue("postgres")
    with postgres.database() as url:
        yield url


@pytest.fixture
def supplier(maker: str) -> Iterator[Remote]:
    with vendors(maker) as emulated:
        yield emulated[maker]


def made_of(board: Path, folder: Path, server: str, vendors: dict[str, Remote], **routes: str) -> Film:
    """A copy of a board that buys, with its facts where they are to be."""
    film = Film(copy(board, folder), surroundings(vendors))
    if server:
        film.must("move", "--to", server)
    routing = ", ".join(f"{kind}: {model}" for kind, model in routes.items())
    # Emulated pictures have colours by lot, and some are far from the scene's: that is the gate's business, not a call's.
    profile = "unattended" if "clip" in routes else "animatic"
    with (folder / "production.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"profile: {profile}\nrouting: {{{routing}}}\ncaps: {{money: 500USD}}\n")
    return film


@pytest.fixture
def film(maker: str, supplier: Remote, server: str, boards: dict[str, Path], tmp_path: Path) -> Film:
    kind, route = ("stills", "keyframe") if maker in STILLS else ("clips", "clip")
    return made_of(boards[kind], tmp_path / "film", server, {maker: supplier}, **{route: MAKERS[maker]})


def goal(maker: str) -> tuple[str, ...]:
    return ("run", "--until", "keyframes" if maker in STILLS else "clips")


def decide(film: Film, supplier: Remote) -> None:
    """Do what a person would: look at the vendor's list, and say of each call that waits what became of it."""
    jobs = supplier.statement().jobs()
    theirs = film.unknown_jobs(supplier)
    named = {jobs[job].accepted.token: job for job in theirs if jobs[job].accepted.token}
    for name in film.waiting():
        # A list without our names says how many there are; which is whose, a person must guess from the pictures.
        job = named.get(client_token(name)) if named else theirs[-1] if theirs else None
        if job is None:
            said = ["--never"]
        elif supplier.about()["vendor"] == "openai":
            # It is drawn and charged, and nobody can have it any more.
            said = ["--charged", f"{jobs[job].charged}USD"]
        else:
            said = ["--job", job]
        if job is not None:
            theirs.remove(job)
        film.must("resolve", name, *said, "--why", "the vendor's list says so")
    assert not theirs


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Keeps figures for whoever wants to read them, in pytest's cache."""
    return lambda name, value: request.config.cache.set(f"reckonings/{request.node.name}/{name}", str(value))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("maker", "where"),
    [
        ("openai", "sqlite"),
        ("runway", "sqlite"),
        ("kling", "postgresql"),
        pytest.param("openai", "postgresql", marks=pytest.mark.long),
        pytest.param("runway", "postgresql", marks=pytest.mark.long),
        pytest.param("kling", "sqlite", marks=pytest.mark.long),
    ],
)
def test_a_death_at_any_named_moment_buys_nothing_twice_and_loses_nothing(
    maker: str, film: Film, supplier: Remote, note: Callable[[str, object], None]
) -> None:
    missed = []
    for point in ORDER if maker in STILLS else POINTS:
        code, said = film.command(*goal(maker), die_at=point)
        if code != -signal.SIGKILL:
            missed.append(f"{point}: {code} {said}")
    film.command(*goal(maker))
    found = film.reckon(supplier)
    note("reckoning", str(found))
    assert not missed
    assert found.clean, found
    assert found.calls >= SHOTS
    assert found.charged == found.booked + found.awaited
    if maker == "kling":
        assert found.cleared == found.doubts, "Kling finds every job by our own name"
    decide(film, supplier)
    code, said = film.command(*goal(maker))
    after = film.reckon(supplier)
    note("afterwards", after)
    assert code == 0, f"{said}\n{film.command('inbox')[1]}"
    assert after.clean, after
    assert not after.waiting


@pytest.mark.parametrize(("maker", "where"), [("openai", "sqlite")])
def test_a_take_whose_gate_stopped_is_judged_by_the_next_run(film: Film, supplier: Remote) -> None:
    code, _ = film.command(*goal("openai"), die_at="settle.told")
    assert code == -signal.SIGKILL
    with film.database() as database, database.read() as connection:
        [take] = connection.execute(sa.select(tables.take.c.media)).scalars().all()
    picture = LocalVault(Folder(film.folder).vault).path(Digest(take))
    away = picture.rename(picture.with_name("away"))
    code, said = film.command(*goal("openai"))
    assert code == 3, said
    assert "its gate has not answered yet" in film.must("inbox")
    away.rename(picture)
    decide(film, supplier)  # of other requests that were out at the death
    film.must(*goal("openai"))
    assert film.reckon(supplier).clean
    assert "Nothing waits" in film.must("inbox")
    with film.database() as database, database.read() as connection:
        [(kept, unit)] = connection.execute(
            sa.select(tables.take.c.id, tables.take.c.unit).where(tables.take.c.media == take)
        ).all()
        verdicts = sa.select(tables.verdict.c.id).where(tables.verdict.c.take == kept)
        assert len(connection.execute(verdicts).all()) == 1
        bought = sa.select(tables.paid_call.c.id).where(tables.paid_call.c.unit == unit)
        assert len(connection.execute(bought).all()) == 1


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("where", [pytest.param("sqlite", marks=pytest.mark.long), "postgresql"])
def test_four_workers_that_are_killed_at_random_buy_nothing_twice_and_lose_nothing(
    boards: dict[str, Path],
    server: str,
    tmp_path: Path,
    note: Callable[[str, object], None],
) -> None:
    with vendors("kling", "openai") as emulated:
        routes = {"keyframe": MAKERS["openai"], "clip": MAKERS["kling"]}
        film = made_of(boards["crowd"], tmp_path / "film", server, emulated, **routes)
        crew = [("worker", "--name", name) for name in ("a", "b", "c")]
        killed = kill_at_random(film, [("run", "--until", "clips"), *crew], KILLS, SEED)
        film.command("run", "--until", "clips")
        for name, remote in emulated.items():
            found = film.reckon(remote)
            note(name, f"{killed} killed: {found}")
            assert found.clean, found
            assert found.charged == found.booked + found.awaited
