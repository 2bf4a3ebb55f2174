from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from picturelock.core.failures import Malformed, NotFound, Stopped
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, Quote
from picturelock.core.policy import Caps
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.ledger import book
from picturelock.ledger.book import Kind
from picturelock.ledger.scope import Scope

AT = datetime(2026, 5, 1, tzinfo=UTC)
UNIT = UnitId("SC010_SH010.key")
SCOPE = Scope(unit=UNIT, vendor="runway", model="gen4.5", by_whom="ana")


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def call(number: int) -> CallId:
    return CallId(f"C-{number:016x}")


def quote(text: str) -> Quote:
    return Quote(low=usd(text), expected=usd(text), high=usd(text), row="runway gen4.5, 2026-10-21")


def bill(text: str, tokens: int = 0) -> Bill:
    return Bill(amount=usd(text), source=BillSource.ANSWER, tokens=tokens)


@pytest.fixture
def facts(database: Database) -> Database:
    with database.write() as connection:
        connection.execute(sa.insert(tables.production).values(id="p", title="Tide", created_at=AT))
    return database


def reserve(connection: sa.Connection, number: int, amount: str, caps: Caps) -> bool:
    return book.reserve(connection, "p", caps, SCOPE, call(number), quote(amount), None, 0, AT)


def test_a_reservation_counts_until_it_is_settled_or_released(facts: Database) -> None:
    caps = Caps(money=usd("1"))
    with facts.write() as connection:
        assert reserve(connection, 1, "0.40", caps)
        assert reserve(connection, 2, "0.40", caps)
        with pytest.raises(Stopped, match=r"would pass its cap of 1 USD"):
            reserve(connection, 3, "0.40", caps)
        assert book.release(connection, "p", call(2), "refused", AT)
        assert book.settle(connection, "p", call(1), bill("0.38", tokens=70), None, None, AT)
        found = book.totals(connection, "p", "USD")
        assert (found.reserved, found.unsettled, found.settled) == (usd("0"), usd("0"), usd("0.38"))
        assert found.tokens == 70
        assert reserve(connection, 3, "0.62", caps)


def test_what_is_done_again_changes_nothing_and_says_so(facts: Database) -> None:
    caps = Caps(money=usd("1"))
    for fresh in (True, False):
        with facts.write() as connection:
            assert reserve(connection, 1, "0.90", caps) is fresh
    for fresh in (True, False):
        with facts.write() as connection:
            assert book.settle(connection, "p", call(1), bill("0.90", tokens=5), None, None, AT) is fresh
    with facts.write() as connection:
        assert not reserve(connection, 1, "0.90", caps)
        assert not book.release(connection, "p", call(1), "late", AT)
        found = book.totals(connection, "p", "USD")
        assert (found.committed, found.tokens) == (usd("0.90"), 5)


def test_what_was_never_reserved_is_neither_settled_nor_released(facts: Database) -> None:
    with facts.write() as connection:
        with pytest.raises(NotFound, match="nothing was reserved"):
            book.settle(connection, "p", call(1), bill("1"), None, None, AT)
        with pytest.raises(NotFound, match="nothing was reserved"):
            book.release(connection, "p", call(1), "why", AT)


def test_tokens_and_minutes_are_counted(facts: Database) -> None:
    with facts.write() as connection:
        book.enter(connection, "p", Kind.TOKENS, at=AT, quantity=1200)
        book.enter(connection, "p", Kind.TOKENS, at=AT, quantity=300)
        book.enter(connection, "p", Kind.HUMAN_MINUTES, at=AT, quantity=7, note="review")
        assert book.quantity(connection, "p", Kind.TOKENS) == 1500
        assert book.quantity(connection, "p", Kind.HUMAN_MINUTES) == 7
        found = book.totals(connection, "p", "USD")
        assert (found.tokens, found.minutes) == (1500, 7)


def test_impossible_entries_are_refused(facts: Database) -> None:
    with facts.write() as connection:
        with pytest.raises(Malformed, match="needs an amount"):
            book.enter(connection, "p", Kind.SETTLE, at=AT)
        with pytest.raises(Malformed, match="never below zero"):
            book.enter(connection, "p", Kind.SETTLE, at=AT, amount=usd("-1"))
        with pytest.raises(Malformed, match="never below zero"):
            book.enter(connection, "p", Kind.TOKENS, at=AT, quantity=-1)
        reserve(connection, 1, "1", Caps(money=usd("1")))
        with pytest.raises(Malformed, match="never below zero"):
            book.settle(connection, "p", call(1), bill("-1"), None, None, AT)
