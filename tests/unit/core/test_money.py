from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core import codec
from picturelock.core.failures import Malformed
from picturelock.core.money import Money

micros = st.integers(-(10**17), 10**17)


@given(micros, micros)
def test_adding_and_taking_away_are_exact(a: int, b: int) -> None:
    one, other = Money.from_micros(a, "USD"), Money.from_micros(b, "USD")
    assert (one + other).micros == a + b
    assert (one - other).micros == a - b
    assert (-one).micros == -a
    assert one + other == other + one


@given(st.integers(-(10**14), 10**14), st.integers(-1000, 1000))
def test_multiples_are_exact(a: int, n: int) -> None:
    assert (Money.from_micros(a, "EUR") * n).micros == a * n


@given(micros)
def test_text_and_json_come_back(a: int) -> None:
    money = Money.from_micros(a, "CREDITS")
    assert Money.parse(str(money)) == money
    assert codec.from_json(Money, codec.to_json(money)) == money
    assert hash(Money.parse(str(money))) == hash(money)


@given(micros, micros)
def test_order_is_that_of_the_amounts(a: int, b: int) -> None:
    one, other = Money.from_micros(a, "USD"), Money.from_micros(b, "USD")
    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)


@pytest.mark.parametrize("text", ["25", "USD", "25 usd", "2,5 USD", "1e3 USD", "", "25 USD EUR", "--1 USD"])
def test_what_is_not_money_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="is not money"):
        Money.parse(text)


def test_currencies_never_mix() -> None:
    dollars, euros = Money(1, "USD"), Money(1, "EUR")
    for mix in (lambda: dollars + euros, lambda: dollars - euros, lambda: dollars < euros):
        with pytest.raises(Malformed, match="cannot be added or compared"):
            mix()
    assert dollars != euros
    assert dollars != 1


def test_amounts_that_cannot_be_kept_are_refused() -> None:
    for amount in (Decimal("NaN"), Decimal("Infinity"), Decimal("0.0000001"), Decimal(10) ** 13):
        with pytest.raises(Malformed):
            Money(amount, "USD")
    with pytest.raises(Malformed, match="exact"):
        Money(0.1, "USD")  # pyright: ignore[reportArgumentType]
    with pytest.raises(Malformed, match="currency"):
        Money(1, "dollars")


def test_people_read_short_amounts() -> None:
    assert str(Money(Decimal("12.50"), "EUR")) == "12.5 EUR"
    assert str(Money.zero("USD")) == "0 USD"
    assert repr(Money(100, "USD")) == "Money('100 USD')"
    assert Money.parse("25USD") == Money(25, "USD")
