"""A production's facts move to another database and back: every row, in order, once, and only when nothing is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from picturelock.core.failures import Busy, Conflict
from picturelock.db import dialect, tables
from picturelock.db.connection import Database, open_database
from picturelock.db.statements import insert, put
from picturelock.db.transfer import ORDER, Seal, has_moved, seal, transfer
from picturelock.testing.postgres import Server

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ODD = "Ümläut 影 \U0001f3ac ' \" % : \\ \n\t%s :name"


@pytest.fixture
def server_url(postgres: Server, facts_to_copy: str) -> Iterator[str]:
    with postgres.database(like=facts_to_copy) as url:
        yield url


@pytest.fixture
def places(place: Path | str, server_url: str, tmp_path: Path) -> tuple[Path | str, Path | str]:
    """From a file to a server, then from a server to a file."""
    return (place, server_url) if isinstance(place, Path) else (place, tmp_path / "new.sqlite")


def value_of(column: sa.Column[Any], number: int) -> Any:
    allowed = {"outcome": "failed", "charged": "no", "retry": "later", "production": "film"}
    if column.name in allowed:
        return allowed[column.name]
    if isinstance(column.type, dialect.Moment):
        return NOON + timedelta(days=number, microseconds=number)
    if isinstance(column.type, dialect.Json):
        return {"b": [1, 2.5, None, ODD], "a": {"nested": number}}
    if isinstance(column.type, sa.Double):
        return 0.1 + 0.2 * number
    if isinstance(column.type, sa.BigInteger):
        return 2**60 + number
    return number if isinstance(column.type, sa.Integer) else f"{column.name} {number} {ODD}"


def fill(database: Database, count: int = 3) -> None:
    """Some rows in every table that moves."""
    with database.write() as connection:
        insert(connection, tables.production, id="film", title=ODD, created_at=NOON)
        for number in range(count):
            for table in (table for table in ORDER if table is not tables.production):
                row = {
                    column.name: value_of(column, number)
                    for column in table.columns
                    if column is not table.autoincrement_column
                }
                if "take" in row:
                    row["take"] = f"T-{number:016x}"
                if table is tables.take:
                    row["id"] = f"T-{number:016x}"
                if table is tables.call_event:
                    row["call"] = value_of(tables.paid_call.c.id, number)
                if table in (tables.ledger_entry, tables.pointer):
                    row["kind"] = "settle" if table is tables.ledger_entry else "branch"
                if number == 1:
                    row |= {column.name: None for column in table.columns if column.nullable}
                connection.execute(sa.insert(table).values(**row))


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in ORDER
        }


def one_more_event(database: Database) -> int:
    with database.write() as connection:
        row = {"production": "film", "kind": "note", "subject": "s", "detail": {}, "at": NOON}
        return insert(connection, tables.event, **row)


def test_every_table_moves_or_is_the_engines() -> None:
    assert {table.name for table in tables.metadata.sorted_tables} - {table.name for table in ORDER} == {
        "worker",
        "lease",
        "job_run",
    }


def test_there_and_back_again_every_row_is_the_same(
    place: Path | str, server_url: str, tmp_path: Path, postgres: Server, facts_to_copy: str
) -> None:
    first_target = server_url if isinstance(place, Path) else tmp_path / "there.sqlite"
    with (
        open_database(place) as start,
        open_database(first_target) as there,
        postgres.database(like=facts_to_copy) as other_url,
        open_database(tmp_path / "back.sqlite" if isinstance(place, Path) else other_url) as back,
    ):
        fill(start)
        before = everything(start)
        assert all(before.values())
        sent = transfer(start, there)
        assert everything(there) == before
        assert transfer(there, back) == sent
        assert everything(back) == before
        assert sent.rows == {name: len(rows) for name, rows in before.items()}


def test_numbering_goes_on_after_the_last(places: tuple[Path | str, Path | str]) -> None:
    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        transfer(source, target)
        assert one_more_event(target) == 4


def test_facts_stay_append_only_at_the_new_place(places: tuple[Path | str, Path | str]) -> None:
    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        transfer(source, target)
        for change in (sa.update(tables.production).values(title="Other"), sa.delete(tables.event)):
            with pytest.raises(DBAPIError, match="append-only"), target.write() as connection:
                connection.execute(change)


def test_the_old_place_takes_nothing_more_and_says_where_the_facts_are(
    places: tuple[Path | str, Path | str],
) -> None:
    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        before = everything(source)
        assert not has_moved(source)
        transfer(source, target)
        assert has_moved(source)
        assert not has_moved(target)
        with pytest.raises(Conflict) as refused:
            one_more_event(source)
        assert target.address in str(refused.value)
        keys = ("production", "kind", "name")
        values = {"production": "film", "kind": "branch", "name": "new", "revision": "R-1"}
        with pytest.raises(Conflict), source.write() as connection:
            put(connection, tables.pointer, *keys, **values)
        assert everything(source) == before
        with pytest.raises(Conflict):
            transfer(target, source)
        assert everything(target) == before


def test_a_database_with_other_facts_is_refused_and_nothing_changes(
    places: tuple[Path | str, Path | str],
) -> None:
    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        with target.write() as connection:
            insert(connection, tables.production, id="other", title="Other", created_at=NOON)
        before = everything(target)
        with pytest.raises(Conflict, match="already holds 1 facts"):
            transfer(source, target)
        assert everything(target) == before
        assert one_more_event(source) == 4


def test_what_is_under_way_stops_the_move_before_anything_is_copied(
    places: tuple[Path | str, Path | str],
) -> None:
    def refuse() -> None:
        raise Busy("a worker is at work")

    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        with pytest.raises(Busy):
            transfer(source, target, refuse)
        assert not any(everything(target).values())
        assert one_more_event(source) == 4


def test_a_move_that_was_cut_off_after_the_copy_is_made_again(places: tuple[Path | str, Path | str]) -> None:
    """Killed between the two commits: the new place holds all, the old one is not closed."""
    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        fill(target)
        assert everything(source) == everything(target)
        transfer(source, target)
        assert has_moved(source)
        # And once more, when only the last word was not said.
        assert transfer(source, target).rows["event"] == 3


def test_a_copy_that_the_old_place_has_outgrown_is_refused(places: tuple[Path | str, Path | str]) -> None:
    with open_database(places[0]) as source, open_database(places[1]) as target:
        fill(source)
        fill(target)
        one_more_event(source)
        with pytest.raises(Conflict, match="already holds"):
            transfer(source, target)
        assert not has_moved(source)


_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
_ROW = st.tuples(
    _WORDS,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.dictionaries(_WORDS, st.integers(-(2**53) + 1, 2**53 - 1) | _WORDS | st.none(), max_size=3),
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
)


def sealed_after(database: Database, rows: list[Any]) -> Seal:
    class Never(Exception):
        pass

    found: list[Seal] = []

    def write_and_undo() -> None:
        with database.write() as connection:
            insert(connection, tables.production, id="film", title="Film", created_at=NOON)
            for number, (words, figure, detail, at) in enumerate(rows):
                take = {column.name: value_of(column, number) for column in tables.take.columns} | {
                    "id": f"T-{number}",
                    "parts": detail,
                }
                connection.execute(sa.insert(tables.take).values(**take))
                insert(
                    connection,
                    tables.measurement,
                    production="film",
                    take=f"T-{number}",
                    check_name="check",
                    media="media",
                    method=words,
                    value=figure,
                    unit=words,
                    evidence=detail,
                    at=at,
                )
            found.append(seal(connection))
            raise Never

    with pytest.raises(Never):
        write_and_undo()
    return found[0]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(_ROW, max_size=4))
def test_the_same_facts_have_the_same_seal_in_both_databases(
    server_url: str, tmp_path: Path, rows: list[Any]
) -> None:
    with open_database(server_url) as server, open_database(tmp_path / "facts.sqlite") as file:
        # A number that is given and undone is given again by a file and not by a server.
        with server.write() as connection:
            connection.execute(sa.text("ALTER SEQUENCE measurement_id_seq RESTART"))
        assert sealed_after(server, rows) == sealed_after(file, rows)
