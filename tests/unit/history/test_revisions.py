from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, NotFound
from picturelock.core.ids import RevisionId
from picturelock.core.take import Revision
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.history import revisions
from picturelock.history.worktree import write_whole
from picturelock.vault.local import LocalVault

AT = datetime(2026, 5, 1, tzinfo=UTC)


class House:
    """A database with one production, and a vault."""

    def __init__(self, folder: Path, place: Path | str) -> None:
        self.database: Database = open_database(place)
        self.vault = LocalVault(folder / "vault")
        with self.database.write() as connection:
            connection.execute(sa.insert(tables.production).values(id="p", title="Tide", created_at=AT))

    def revision(self, parent: RevisionId | None, text: str, **more: Digest) -> Revision:
        digest = self.vault.put(text.encode())
        return Revision(
            parent=parent,
            author="ana",
            message=text,
            at=AT + timedelta(seconds=len(text)),
            board=digest,
            board_text=digest,
            locks=digest,
            settings=digest,
            script=digest,
            **more,
        )

    def commit(self, text: str) -> RevisionId:
        with self.database.write() as connection:
            parent = revisions.head(connection, "p")
            return revisions.commit(connection, self.vault, "p", self.revision(parent, text))


@pytest.fixture
def house(tmp_path: Path, place: Path | str) -> Iterator[House]:
    found = House(tmp_path, place)
    yield found
    found.database.close()


def test_before_the_first_revision_there_is_none(house: House) -> None:
    with house.database.read() as connection:
        assert revisions.head(connection, "p") is None
        assert revisions.log(connection, "p") == []
        with pytest.raises(NotFound, match="no revision yet"):
            revisions.resolve(connection, "p", "HEAD")


def test_every_name_leads_to_its_revision(house: House) -> None:
    one, two, three = (house.commit(text) for text in ("one", "two", "three"))
    with house.database.read() as connection:

        def found(name: str) -> RevisionId:
            return revisions.resolve(connection, "p", name).id

        assert [e.id for e in revisions.log(connection, "p")] == [three, two, one]
        assert (found("HEAD"), found("head~1"), found("HEAD~2"), found("FIRST")) == (three, two, one, one)
        assert found(two) == found(two[:9]) == found(two[2:9]) == two
        assert found(f"{two}~1") == one
        for name in ("HEAD~3", "R-ffffffffffffffff", "nonsense"):
            with pytest.raises(NotFound):
                found(name)
        entry = revisions.resolve(connection, "p", "HEAD")
        assert revisions.load(house.vault, entry).message == "three"
        assert entry.parent == two


def test_a_name_that_means_two_is_refused(house: House) -> None:
    for n in range(20):
        house.commit(f"edit {n}")
    with house.database.read() as connection, pytest.raises(NotFound, match="more than one"):
        revisions.resolve(connection, "p", "R-")


def test_a_revision_stands_on_the_head(house: House) -> None:
    house.commit("one")
    with house.database.write() as connection, pytest.raises(Conflict, match="the head is"):
        revisions.commit(connection, house.vault, "p", house.revision(None, "two"))


def test_a_revision_keeps_only_what_the_vault_holds(house: House) -> None:
    lost = Digest.of(b"never put")
    with house.database.write() as connection, pytest.raises(NotFound, match="does not hold"):
        revisions.commit(connection, house.vault, "p", house.revision(None, "one", cut=lost))
    with house.database.read() as connection:
        assert revisions.head(connection, "p") is None


def test_a_revision_names_its_film(house: House) -> None:
    film, timeline = house.vault.put(b"film"), house.vault.put(b"timeline")
    revision = house.revision(None, "cut", cut=film, timeline=timeline)
    assert list(revisions.reachable(revision))[-2:] == [film, timeline]


def test_what_was_committed_cannot_be_changed(house: House) -> None:
    house.commit("one")
    for statement in (sa.update(tables.revision).values(message="other"), sa.delete(tables.revision)):
        with pytest.raises(sa.exc.DBAPIError), house.database.write() as connection:
            connection.execute(statement)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6))
def test_every_state_ever_committed_can_be_had_again(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("house")
    house = House(folder, folder / "facts.db")
    try:
        kept = {house.commit(f"{n}{text}"): f"{n}{text}" for n, text in enumerate(texts)}
        with house.database.read() as connection:
            for name, text in kept.items():
                revision = revisions.load(house.vault, revisions.resolve(connection, "p", name))
                assert revision.id() == name
                assert house.vault.read(revision.board_text) == text.encode()
            assert len(revisions.log(connection, "p")) == len(texts)
    finally:
        house.database.close()


def test_a_text_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "board.yaml"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["board.yaml"]


def test_a_failed_write_leaves_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    write_whole(path, b"one")
    with pytest.raises(TypeError):
        write_whole(path, "text")  # pyright: ignore[reportArgumentType]
    assert path.read_bytes() == b"one"
    assert [p.name for p in tmp_path.iterdir()] == ["board.yaml"]
