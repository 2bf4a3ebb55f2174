"""Which caps reach a call, and what passing one of them says."""

from decimal import Decimal
from typing import Any

import pytest

from picturelock.core.failures import Stopped
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Cap, Caps
from picturelock.ledger.caps import Limit, Used, hold_to, limits
from picturelock.ledger.scope import Scope

UNIT = Scope(unit=UnitId("SC010_SH010.clip"), vendor="runway", model="gen4.5", task="trailer")
FIVE = Money(5, "USD")
CREDITS = Money(100, "RUNWAYCR")


def hold(cap: Cap, used: Used, *, name: str = "caps.shot", quote: Money = FIVE, home: Money = FIVE) -> None:
    hold_to([Limit(name, "shot SC010_SH010", Scope(), cap)], {name: used}, quote, home)


def test_every_place_of_a_call_has_its_cap_and_the_widest_comes_first() -> None:
    some = Cap(takes=3)
    caps = Caps(
        money=Money(100, "USD"),
        scene=some,
        shot=some,
        unit=some,
        vendor={"runway": some, "kling": some},
        task={"trailer": some},
    )
    assert [limit.name for limit in limits(caps, UNIT)] == [
        "caps",
        "caps.scene",
        "caps.shot",
        "caps.unit",
        "caps.vendor.runway",
        "caps.task.trailer",
    ]
    assert [limit.name for limit in limits(caps, Scope())] == ["caps"]


def test_the_lower_one_of_two_caps_on_a_units_takes_counts() -> None:
    [*_, own] = limits(Caps(money=FIVE, takes_per_unit=4, unit=Cap(takes=9)), UNIT)
    assert own.cap.takes == 4
    [*_, own] = limits(Caps(money=FIVE, takes_per_unit=4, unit=Cap(takes=2)), UNIT)
    assert own.cap.takes == 2


def test_what_costs_needs_a_budget() -> None:
    with pytest.raises(Stopped, match="no budget covers it"):
        hold(Cap(takes=9), Used(money=Money.zero("USD")))
    hold(Cap(takes=9), Used(money=Money.zero("USD")), quote=Money.zero("USD"), home=Money.zero("USD"))


def test_a_cap_is_reached_to_the_last_cent_and_not_passed() -> None:
    cap = Cap(money=Money(20, "USD"))
    hold(cap, Used(money=Money(15, "USD")))
    with pytest.raises(Stopped, match="shot SC010_SH010"):
        hold(cap, Used(money=Money(Decimal("15.000001"), "USD")))


def test_a_cap_in_the_vendors_currency_counts_what_the_vendor_bills() -> None:
    cap = Cap(money=Money(300, "RUNWAYCR"))
    hold(cap, Used(money=Money(999, "USD"), own=Money(200, "RUNWAYCR")), quote=CREDITS)
    with pytest.raises(Stopped):
        hold(cap, Used(money=Money.zero("USD"), own=Money(201, "RUNWAYCR")), quote=CREDITS)


@pytest.mark.parametrize("own", [None, Money(1, "GBP")])
def test_a_cap_in_a_third_currency_is_refused_with_what_to_write(own: Money | None) -> None:
    with pytest.raises(Stopped, match="cannot be compared") as caught:
        hold(Cap(money=Money(300, "GBP")), Used(money=Money.zero("USD"), own=own), quote=CREDITS)
    assert "caps.shot.money in USD or in RUNWAYCR" in caught.value.remedy


@pytest.mark.parametrize(
    ("cap", "used", "words", "name"),
    [
        (Cap(takes=3), {"takes": 3}, "3 takes", "caps.shot.takes"),
        (Cap(tokens=1000), {"tokens": 1001}, "1001 tokens", "caps.shot.tokens"),
        (Cap(minutes=60), {"minutes": 60}, "60 human minutes", "caps.shot.minutes"),
    ],
)
def test_takes_tokens_and_minutes_have_caps_too(
    cap: Cap, used: dict[str, Any], words: str, name: str
) -> None:
    nothing = Money.zero("USD")
    with pytest.raises(Stopped, match=words) as caught:
        hold(cap, Used(money=nothing, **used), quote=nothing, home=nothing)
    assert name in caught.value.remedy
    hold(
        cap,
        Used(money=nothing, **{word: count - 2 for word, count in used.items()}),
        quote=nothing,
        home=nothing,
    )


def test_both_names_of_the_cap_on_a_units_takes_are_told() -> None:
    nothing = Money.zero("USD")
    with pytest.raises(Stopped) as caught:
        hold(Cap(takes=1), Used(money=nothing, takes=1), name="caps.unit", quote=nothing, home=nothing)
    assert "caps.takes_per_unit or caps.unit.takes" in caught.value.remedy
