from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from picturelock.core.failures import Malformed, Stopped
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Caps
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.ledger import book
from picturelock.ledger.book import Kind, Totals

AT = datetime(2026, 5, 1, tzinfo=UTC)
UNIT = UnitId("SC010_SH010.key")


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def open_book(path: Path) -> Database:
    database = open_database(path)
    with database.write() as connection:
        connection.execute(sa.insert(tables.production).values(id="p", title="Tide", created_at=AT))
    return database


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Database]:
    database = open_book(tmp_path / "facts.db")
    yield database
    database.close()


def test_a_reservation_counts_until_it_is_released(facts: Database) -> None:
    with facts.write() as connection:

        def enter(kind: Kind, amount: str) -> None:
            book.enter(connection, "p", kind, at=AT, amount=usd(amount), unit=UNIT)

        assert book.totals(connection, "p", "USD").committed == usd("0")
        enter(Kind.RESERVE, "0.40")
        assert book.totals(connection, "p", "USD") == Totals(usd("0.40"), usd("0"))
        enter(Kind.RELEASE, "0.40")
        enter(Kind.SETTLE, "0.38")
        assert book.totals(connection, "p", "USD") == Totals(usd("0"), usd("0.38"))
        assert book.totals(connection, "p", "USD", UNIT).committed == usd("0.38")
        assert book.totals(connection, "p", "USD", UnitId("SC010_SH020.key")).committed == usd("0")
        assert book.totals(connection, "p", "EUR").committed == Money(0, "EUR")


def test_tokens_and_minutes_are_counted(facts: Database) -> None:
    with facts.write() as connection:
        book.enter(connection, "p", Kind.TOKENS, at=AT, quantity=1200)
        book.enter(connection, "p", Kind.TOKENS, at=AT, quantity=300)
        book.enter(connection, "p", Kind.HUMAN_MINUTES, at=AT, quantity=7, note="review")
        assert book.quantity(connection, "p", Kind.TOKENS) == 1500
        assert book.quantity(connection, "p", Kind.HUMAN_MINUTES) == 7


def test_impossible_entries_are_refused(facts: Database) -> None:
    with facts.write() as connection:
        with pytest.raises(Malformed, match="needs an amount"):
            book.enter(connection, "p", Kind.SETTLE, at=AT)
        with pytest.raises(Malformed, match="never below zero"):
            book.enter(connection, "p", Kind.SETTLE, at=AT, amount=usd("-1"))
        with pytest.raises(Malformed, match="never below zero"):
            book.enter(connection, "p", Kind.TOKENS, at=AT, quantity=-1)


moves = st.lists(
    st.tuples(st.sampled_from([Kind.RESERVE, Kind.SETTLE]), st.integers(0, 10**9), st.booleans()), max_size=15
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_totals_are_the_sum_of_the_entries(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[Kind, int, bool]]
) -> None:
    database = open_book(tmp_path_factory.mktemp("book") / "facts.db")
    try:
        with database.write() as connection:
            reserved = settled = 0
            for kind, micros, back in entries:
                amount = Money.from_micros(micros, "USD")
                book.enter(connection, "p", kind, at=AT, amount=amount)
                if kind is Kind.SETTLE:
                    settled += micros
                elif back:
                    book.enter(connection, "p", Kind.RELEASE, at=AT, amount=amount)
                else:
                    reserved += micros
            found = book.totals(connection, "p", "USD")
            assert (found.reserved.micros, found.settled.micros) == (reserved, settled)
    finally:
        database.close()


amounts = st.integers(0, 10**9).map(lambda m: Money.from_micros(m, "USD"))


@given(amounts, amounts, amounts, amounts)
def test_no_cap_is_ever_passed(cap: Money, reserved: Money, settled: Money, quote: Money) -> None:
    before = Totals(reserved, settled)
    caps = Caps(money=cap)
    over = before.committed + quote > cap
    if quote.amount and over:
        with pytest.raises(Stopped, match="would pass the cap"):
            book.hold_to_caps(caps, before, quote, 0)
    else:
        book.hold_to_caps(caps, before, quote, 0)


def test_what_costs_needs_a_budget() -> None:
    nothing = Totals(usd("0"), usd("0"))
    book.hold_to_caps(Caps(), nothing, usd("0"), 0)
    with pytest.raises(Stopped, match="no budget"):
        book.hold_to_caps(Caps(), nothing, usd("0.01"), 0)


def test_candidates_are_capped() -> None:
    nothing = Totals(usd("0"), usd("0"))
    book.hold_to_caps(Caps(takes_per_unit=3), nothing, usd("0"), 2)
    with pytest.raises(Stopped, match="its cap is 3"):
        book.hold_to_caps(Caps(takes_per_unit=3), nothing, usd("0"), 3)
