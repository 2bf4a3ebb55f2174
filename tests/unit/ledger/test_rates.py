"""Which rate counts on a day, and what an amount is worth by it."""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import Malformed, UserError
from picturelock.core.money import Money
from picturelock.core.policy import Rate
from picturelock.ledger.rates import convert, rate_for

TODAY = date(2026, 11, 21)


def rate(currency: str, into: str, value: str, *, age: int = 1, vendor: str = "") -> Rate:
    return Rate(
        currency=currency,
        into=into,
        rate=Decimal(value),
        day=TODAY - timedelta(days=age),
        source=f"{currency} to {into}",
        vendor=vendor,
    )


def found(*rates: Rate, currency: str = "EUR", into: str = "USD", vendor: str = "") -> Decimal:
    row = rate_for(rates, currency, into, TODAY, vendor)
    assert row is not None
    return row.rate


def test_the_same_currency_needs_none() -> None:
    assert rate_for([], "USD", "USD", TODAY) is None


def test_the_newest_that_holds_already_counts() -> None:
    rates = [
        rate("EUR", "USD", "1.1", age=9),
        rate("EUR", "USD", "1.2", age=2),
        rate("EUR", "USD", "9", age=-1),
    ]
    assert found(*rates) == Decimal("1.2")
    assert found(*reversed(rates)) == Decimal("1.2")


def test_a_vendors_own_rate_goes_before_a_newer_one_for_all_and_is_nobody_elses() -> None:
    own, for_all = (
        rate("RUNWAYCR", "USD", "0.02", age=30, vendor="runway"),
        rate("RUNWAYCR", "USD", "0.01", age=1),
    )
    assert found(own, for_all, currency="RUNWAYCR", vendor="runway") == Decimal("0.02")
    assert found(own, for_all, currency="RUNWAYCR", vendor="kling") == Decimal("0.01")


def test_a_way_over_a_third_currency_is_taken_where_there_is_no_direct_one_and_dollars_first() -> None:
    over_francs = [rate("RUNWAYCR", "CHF", "0.5"), rate("CHF", "EUR", "1")]
    over_dollars = [rate("RUNWAYCR", "USD", "0.01", age=3), rate("USD", "EUR", "0.9", age=1)]
    assert found(*over_francs, currency="RUNWAYCR", into="EUR") == Decimal("0.5")
    row = rate_for([*over_francs, *over_dollars], "RUNWAYCR", "EUR", TODAY)
    assert row is not None
    assert (row.rate, row.day, row.source) == (
        Decimal("0.009"),
        TODAY - timedelta(days=1),
        "RUNWAYCR to USD; USD to EUR",
    )
    assert found(rate("RUNWAYCR", "EUR", "7"), *over_dollars, currency="RUNWAYCR", into="EUR") == Decimal(7)


def test_where_no_rate_leads_the_row_to_add_is_named() -> None:
    with pytest.raises(UserError, match="no rate leads from RUNWAYCR to EUR") as caught:
        rate_for([rate("RUNWAYCR", "USD", "1"), rate("EUR", "USD", "1")], "RUNWAYCR", "EUR", TODAY)
    assert "{currency: RUNWAYCR, into: EUR" in caught.value.remedy


def test_nothing_is_worth_nothing_and_something_needs_its_own_rate() -> None:
    assert convert(Money(3, "USD"), None, "USD") == Money(3, "USD")
    assert convert(Money.zero("RUNWAYCR"), None, "USD") == Money.zero("USD")
    for wrong in (None, rate("EUR", "USD", "1"), rate("RUNWAYCR", "EUR", "1")):
        with pytest.raises(Malformed, match="cannot be booked in USD"):
            convert(Money(1, "RUNWAYCR"), wrong, "USD")


@given(
    st.decimals(min_value="0.000001", max_value="1000000", places=6),
    st.decimals(min_value="0.0000001", max_value="1000", places=7),
)
def test_what_is_exchanged_is_never_less_than_exact_nor_a_millionth_more(
    amount: Decimal, value: Decimal
) -> None:
    exact = amount * value
    got = convert(Money(amount, "RUNWAYCR"), rate("RUNWAYCR", "USD", str(value)), "USD").amount
    assert exact <= got < exact + Decimal("0.000001")
    assert got == exact.quantize(Decimal("0.000001"), rounding=ROUND_CEILING)
