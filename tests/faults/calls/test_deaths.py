"""Processes that die while they buy: at every named moment in turn, for every vendor.

The vendor's own book says afterwards what happened there. Nothing may be there twice, nothing may be lost, and every
charge must be booked; what nobody can tell waits for a person, who is told enough to say.
"""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from picturelock.engine.crashpoints import POINTS
from picturelock.testing.emulators.remote import Remote
from picturelock.testing.film import CLIPS, STILLS, Film, copy, screenplay, surroundings, vendors

SHOTS = 12
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
    return {"stills": home / "stills", "clips": drawn}


@pytest.fixture(params=sorted(MAKERS))
def maker(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def supplier(maker: str) -> Iterator[Remote]:
    with vendors(maker) as emulated:
        yield emulated[maker]


@pytest.fixture
def film(maker: str, supplier: Remote, boards: dict[str, Path], tmp_path: Path) -> Film:
    kind = "stills" if maker in STILLS else "clips"
    folder = copy(boards[kind], tmp_path / "film")
    route = "keyframe" if maker in STILLS else "clip"
    with (folder / "production.yaml").open("a", encoding="utf-8") as settings:
        settings.write(
            f"profile: unattended\nrouting: {{{route}: {MAKERS[maker]}}}\ncaps: {{money: 500USD}}\n"
        )
    return Film(folder, surroundings({maker: supplier}))


def goal(maker: str) -> tuple[str, ...]:
    return ("run", "--until", "keyframes" if maker in STILLS else "clips")


def test_a_death_at_any_named_moment_buys_nothing_twice_and_loses_nothing(
    maker: str, film: Film, supplier: Remote, record_property: Callable[[str, object], None]
) -> None:
    missed = []
    for point in ORDER if maker in STILLS else POINTS:
        code, said = film.command(*goal(maker), die_at=point)
        if code != -signal.SIGKILL:
            missed.append(f"{point}: {code} {said}")
    code, said = film.command(*goal(maker))
    found = film.reckon(supplier)
    assert not missed
    assert found.clean, found
    assert found.calls >= SHOTS
    record_property("doubts", found.doubts)
    record_property("cleared", found.cleared)
