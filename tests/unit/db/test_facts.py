import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, Malformed, NotFound
from picturelock.core.ids import UnitId
from picturelock.db import dialect, migrations, tables
from picturelock.db.connection import Database, open_database
from picturelock.db.migrations import NEWEST, VERSION_TABLE, stored_version
from picturelock.db.statements import hold, insert, insert_once, put, starts_with
from picturelock.testing.postgres import Server, server

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = Digest.of(b"x")


@pytest.fixture
def database(database: Database) -> Database:
    with database.write() as connection:
        insert(connection, tables.production, id="film", title="Film", created_at=NOON)
    return database


@pytest.fixture
def empty(request: pytest.FixtureRequest, place: Path | str, tmp_path: Path) -> Iterator[Path | str]:
    """A database without a table, of the same kind as `place`."""
    if isinstance(place, Path):
        yield tmp_path / "empty.sqlite"
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    """For what only SQLite has."""
    with open_database(tmp_path / "file.sqlite") as database:
        yield database


def event(**values: Any) -> dict[str, Any]:
    return {"production": "film", "kind": "note", "subject": "SC010", "detail": {}, "at": NOON, **values}


def rows(database: Database, table: sa.Table) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(sa.select(table)))


def sample(table: sa.Table) -> dict[str, Any]:
    """A row that the table takes: by type, with the constrained texts filled in."""
    allowed = {
        "outcome": "failed",
        "charged": "no",
        "retry": "later",
        "kind": {"ledger_entry": "settle", "pointer": "branch"}.get(table.name, "note"),
        "production": "film",
        "take": "T-0000000000000001",
        "call": "id of paid_call",
    }

    def value(column: sa.Column[Any]) -> Any:
        if column.name in allowed:
            return allowed[column.name]
        if isinstance(column.type, dialect.Moment):
            return NOON
        if isinstance(column.type, dialect.Json):
            return {"a": [1, 2.5, None]}
        return 1 if isinstance(column.type, (sa.Integer, sa.Double)) else f"{column.name} of {table.name}"

    return {column.name: value(column) for column in table.columns if column.autoincrement is not True}


def fill(database: Database) -> None:
    with database.write() as connection:
        take = sample(tables.take) | {"id": "T-0000000000000001"}
        insert(connection, tables.take, **take)
        for table in tables.FACTS:
            if table not in (tables.take, tables.production):
                insert(connection, table, **sample(table))


@pytest.mark.parametrize("table", tables.FACTS, ids=lambda table: table.name)
def test_facts_refuse_update_and_delete(database: Database, table: sa.Table) -> None:
    fill(database)
    before = rows(database, table)
    assert before
    column = next(column for column in table.columns if not column.primary_key)
    changes = [
        sa.update(table).values({column.name: before[0]._mapping[column.name]}),
        sa.delete(table),
    ]
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
            connection.execute(change)
    assert rows(database, table) == before


def test_a_fact_is_not_overwritten_by_an_insert_that_replaces(database: Database) -> None:
    fill(database)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        put(connection, tables.production, "id", id="film", title="Other", created_at=NOON)
    assert rows(database, tables.production)[0].title == "Film"


def test_facts_are_all_tables_but_the_moving_ones() -> None:
    moving = {"pointer", "worker", "lease", "job_run"}
    assert {table.name for table in tables.FACTS} == set(tables.metadata.tables) - moving


def test_pointers_move(database: Database) -> None:
    for revision in ("R-0000000000000001", "R-0000000000000002"):
        with database.write() as connection:
            put(
                connection,
                tables.pointer,
                "production",
                "kind",
                "name",
                production="film",
                kind="branch",
                name="main",
                revision=revision,
            )
    assert [row.revision for row in rows(database, tables.pointer)] == ["R-0000000000000002"]


def test_migrated_schema_is_the_metadata(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": VERSION_TABLE}
        )
        assert compare_metadata(context, tables.metadata) == []


def test_migrated_schema_has_the_metadatas_constraints(database: Database, empty: Path | str) -> None:
    """Alembic compares neither checks nor keys, so the statements that make each table are compared."""
    made = sa.create_engine(dialect.url_of(empty))
    tables.metadata.create_all(made)

    def shape(engine: sa.Engine) -> dict[str, Any]:
        found = sa.inspect(engine)
        return {
            name: (
                found.get_pk_constraint(name),
                sorted(map(str, found.get_check_constraints(name))),
                sorted(map(str, found.get_unique_constraints(name))),
                sorted(map(str, found.get_foreign_keys(name))),
                sorted(map(str, found.get_indexes(name))),
                [
                    (column["name"], str(column["type"]), column["default"])
                    for column in found.get_columns(name)
                ],
            )
            for name in tables.metadata.tables
        }

    assert shape(database.engine) == shape(made)
    made.dispose()


def test_newest_is_the_newest_file() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [NEWEST]


def test_every_migration_says_why() -> None:
    for script in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions():
        assert "Why:" in (script.module.__doc__ or "")


def test_opening_again_changes_nothing(database: Database, place: Path | str) -> None:
    with open_database(place) as again, again.read() as connection:
        assert stored_version(connection) == NEWEST
        assert connection.execute(sa.select(tables.production.c.title)).scalar_one() == "Film"


def test_many_open_a_new_database_at_once(empty: Path | str) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            open_database(empty).close()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the finding
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_newer_database_is_refused(database: Database, place: Path | str) -> None:
    with database.write() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '2999_01_01_more'"))  # noqa: S608
    with pytest.raises(Conflict, match="2999_01_01_more"):
        open_database(place)


def test_a_missing_database_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_database(tmp_path / "none.sqlite", create=False)
    assert not (tmp_path / "none.sqlite").exists()


def test_sqlite_is_set_up_to_lose_nothing(file: Database) -> None:
    for engine in (file.engine, file.pool(2)):
        with engine.connect() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        engine.dispose()
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_a_write_is_all_or_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            insert(connection, tables.event, **event())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert rows(database, tables.event) == []


def test_a_read_is_a_snapshot(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(tables.event)
    with database.read() as reading:
        assert reading.execute(count).scalar_one() == 0
        with database.write() as writing:
            insert(writing, tables.event, **event())
        assert reading.execute(count).scalar_one() == 0
    assert len(rows(database, tables.event)) == 1


def test_writers_that_read_first_wait_for_one_another(database: Database) -> None:
    """Each adds to a sum only while it is below a cap; the sum never passes it."""
    count = sa.select(sa.func.count()).select_from(tables.event)

    def spend() -> None:
        for _ in range(10):
            with database.write() as connection:
                hold(connection, "cap of film")
                if connection.execute(count).scalar_one() < 25:
                    insert(connection, tables.event, **event())

    threads = [threading.Thread(target=spend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(database, tables.event)) == 25


def test_one_of_many_inserts_once(database: Database) -> None:
    told: list[bool] = []

    def run() -> None:
        with database.write() as connection:
            told.append(
                insert_once(
                    connection,
                    tables.intent,
                    production="film",
                    unit=UnitId("SC010_SH010.key"),
                    recipe=DIGEST,
                    attempt=0,
                    made_at=NOON,
                )
            )

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 7 + [True]
    assert [(row.unit, row.recipe) for row in rows(database, tables.intent)] == [("SC010_SH010.key", DIGEST)]


def test_numbers_rise(database: Database) -> None:
    with database.write() as connection:
        assert [insert(connection, tables.event, **event()) for _ in range(3)] == [1, 2, 3]


def test_a_shots_units_are_found_by_an_index(database: Database) -> None:
    units = ["SC010_SH010.clip", "SC010_SH010.key", "SC010_SH0100.key", "SC010_SH020.key", "sc010_sh010.key"]
    with database.write() as connection:
        for unit in units:
            insert(connection, tables.review, **sample(tables.review) | {"unit": unit, "take": None})
    query = sa.select(tables.review.c.unit).where(
        tables.review.c.production == "film", starts_with(tables.review.c.unit, "SC010_SH010.")
    )
    with database.read() as connection:
        assert sorted(connection.execute(query).scalars()) == units[:2]
        compiled = query.compile(database.engine, compile_kwargs={"literal_binds": True})
        if database.embedded:
            explain, bound = "EXPLAIN QUERY PLAN", "unit>?"
        else:
            # Of a table this small it would read every row.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            explain, bound = "EXPLAIN", "(unit >= 'SC010_SH010.'"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {compiled}").all())
    assert "ix_review_production_unit" in plan
    assert bound in plan


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.timezones(),
    ),
    later=st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=1)),
)
def test_moments_come_back_and_sort_as_time_does(moment: datetime, later: timedelta) -> None:
    column = dialect.Moment()
    sqlite = sa.create_engine("sqlite://").dialect
    moment = moment.astimezone(UTC)
    first, second = (
        column.process_bind_param(value, sqlite)
        for value in (moment, min(moment + later, datetime.max.replace(tzinfo=UTC)))
    )
    assert first < second
    assert column.process_result_value(first, sqlite) == moment


def test_moments_without_a_zone_are_refused(database: Database) -> None:
    column = dialect.Moment()
    with pytest.raises(Malformed):
        column.process_bind_param(datetime(2026, 1, 1), database.engine.dialect)  # noqa: DTZ001
    east = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    with database.write() as connection:
        insert(connection, tables.event, **event(at=east))
    found = rows(database, tables.event)[0].at
    assert (found, found.tzinfo) == (datetime(2026, 1, 1, 3, tzinfo=UTC), UTC)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2.0**53), 2.0**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=_JSON)
def test_json_comes_back(database: Database, value: Any) -> None:
    column = dialect.Json()
    text = column.process_bind_param(value, database.engine.dialect)
    assert column.process_result_value(text, database.engine.dialect) == value


def test_text_in_the_file_is_what_the_documents_say(file: Database) -> None:
    """Another program reads plain columns: ISO times, canonical JSON, digests with their algorithm."""
    assert file.path is not None
    with file.write() as connection:
        insert(connection, tables.production, id="film", title="Film", created_at=NOON)
        insert(connection, tables.event, **event(subject=DIGEST, detail={"b": 1, "a": DIGEST}))
    with sqlite3.connect(file.path) as raw:
        found = raw.execute("SELECT subject, detail, at FROM event").fetchone()
    raw.close()
    assert found == (DIGEST, f'{{"a":"{DIGEST}","b":1}}', "2026-11-21T12:00:00.000000Z")


def test_places() -> None:
    assert dialect.url_of("a b/facts.sqlite").database == "a b/facts.sqlite"
    assert dialect.url_of(Path("x://y")).get_backend_name() == "sqlite"
    for text in ("postgresql://someone:secret@host/name", "postgres://someone:secret@host/name"):
        url = dialect.url_of(text)
        assert (url.drivername, url.password) == ("postgresql+psycopg", "secret")


@pytest.mark.parametrize("place", ["mysql://host/name", "://", "postgresql+asyncpg://host/name"])
def test_places_that_nobody_speaks_to_are_refused(place: str) -> None:
    with pytest.raises(Malformed, match="postgresql://"):
        dialect.url_of(place)


def test_a_server_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, postgres: Server
) -> None:
    with pytest.raises(NotFound, match=r"someone:\*\*\*@.*cannot be reached") as nobody:
        open_database(f"postgresql://someone:secret@/film?host={tmp_path}")
    assert "secret" not in str(nobody.value)
    with pytest.raises(NotFound, match='database "none" does not exist'):
        open_database(postgres.url("none"))


def test_writers_who_decide_nothing_pass_one_who_decides(postgres: Server, facts_to_copy: str) -> None:
    with postgres.database(like=facts_to_copy) as url, open_database(url) as database:
        with database.write() as connection:
            insert(connection, tables.production, id="film", title="Film", created_at=NOON)
        with database.write(), database.write(alone=False) as connection:
            insert(connection, tables.event, **event())
        assert len(rows(database, tables.event)) == 1


def test_connections_that_a_restart_broke_are_made_again() -> None:
    with server() as one, one.database() as url, open_database(url) as database:
        with database.read() as connection:
            assert stored_version(connection) == NEWEST
        one.restart()
        with database.read() as connection:
            assert stored_version(connection) == NEWEST
