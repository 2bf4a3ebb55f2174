"""Takes that wait under one profile are held to another when that is chosen, and nothing is made anew for it."""

from pathlib import Path

import sqlalchemy as sa

from picturelock.core.digest import Digest
from picturelock.db import tables
from picturelock.gate.profiles import profile
from picturelock.studio.folder import Folder
from picturelock.testing.film import TWO_LAMPS, Film
from picturelock.vault.local import LocalVault

WAITS = 3
RUN = ("run", "--until", "keyframes")


def takes(film: Film) -> list[str]:
    with film.database() as database, database.read() as connection:
        return sorted(connection.execute(sa.select(tables.take.c.id)).scalars())


def hide_the_pictures(film: Film) -> dict[Path, Path]:
    """What was measured is not measured again: whoever tried would find nothing to look at."""
    vault = LocalVault(Folder(film.folder).vault)
    with film.database() as database, database.read() as connection:
        media = set(connection.execute(sa.select(tables.take.c.media)).scalars())
    places = [vault.path(Digest(name)) for name in media]
    return {place.rename(place.with_suffix(".away")): place for place in places}


def test_takes_that_wait_are_judged_again_by_the_profile_of_today(tmp_path: Path) -> None:
    (tmp_path / "two_lamps.fountain").write_text(TWO_LAMPS, "utf-8")
    options = ("--script", "two_lamps.fountain", "--size", "320x180", "--auto-approve")
    Film(tmp_path, {}).must("init", "film", *options)
    film, settings = Film(tmp_path / "film", {}), tmp_path / "film" / "production.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(f"{text}profile: production\n", "utf-8")
    code, said = film.command(*RUN)
    assert code == WAITS, said
    made = takes(film)
    assert made
    # Nothing new is to be said about them.
    assert film.command(*RUN)[0] == WAITS
    away = hide_the_pictures(film)
    settings.write_text(f"{text}profile: animatic\n", "utf-8")
    said = film.must(*RUN)
    for picture, place in away.items():
        picture.rename(place)
    assert takes(film) == made, said
    assert "Nothing waits" in film.must("inbox")
    with film.database() as database, database.read() as connection:
        verdicts = connection.execute(sa.select(tables.verdict.c.take, tables.verdict.c.profile)).all()
    assert {(v.take, v.profile) for v in verdicts} >= {(take, profile("animatic").label) for take in made}
    assert len(verdicts) == 2 * len(made)
