"""From a vendor's currency to the production's, by dated rates."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal, localcontext

from picturelock.core.failures import Malformed, UserError
from picturelock.core.money import Money
from picturelock.core.policy import Rate

_MICRO = Decimal("0.000001")


def rate_for(rates: Iterable[Rate], currency: str, into: str, day: date, vendor: str = "") -> Rate | None:
    """The rate of a day, over a third currency where there is no direct one.

    A rate holds from its day until the next of the same pair; a vendor's own goes before one for all.

    Args:
        rates: Of the settings, and of the catalogue where it prices credits.
        currency: Of a quote or a bill.
        into: The production's.
        day: Of the quote or the bill.
        vendor: Whose quote or bill.

    Returns:
        ``None`` where both are the same currency.

    Raises:
        UserError: No rate leads there on that day; the remedy is the row to add.
    """
    if currency == into:
        return None
    newest: dict[tuple[str, str], Rate] = {}
    for row in rates:
        if row.day > day or row.vendor not in {"", vendor}:
            continue
        pair = (row.currency, row.into)
        held = newest.get(pair)
        if held is None or (row.vendor != "", row.day) >= (held.vendor != "", held.day):
            newest[pair] = row
    if (currency, into) in newest:
        return newest[currency, into]
    over = sorted(
        (
            (first, second)
            for (begin, middle), first in newest.items()
            if begin == currency and (second := newest.get((middle, into))) is not None
        ),
        key=lambda pair: (pair[0].into != "USD", pair[0].into),
    )
    if over:
        return _chained(*over[0])
    raise UserError(
        f"no rate leads from {currency} to {into} on {day}",
        remedy=f"Add one to `rates` in production.yaml: "
        f"{{currency: {currency}, into: {into}, rate: …, day: {day}, source: …}}.",
    )


def _chained(first: Rate, second: Rate) -> Rate:
    with localcontext(prec=60):
        product = first.rate * second.rate
    return Rate(
        currency=first.currency,
        into=second.into,
        rate=product,
        day=max(first.day, second.day),
        source=f"{first.source}; {second.source}",
        vendor=first.vendor,
    )


def convert(amount: Money, rate: Rate | None, into: str) -> Money:
    """An amount in another currency, rounded up to the millionth, so that no cap is passed by rounding.

    Raises:
        Malformed: The rate is not from the amount's currency to the one that is wanted.
    """
    if amount.currency == into:
        return amount
    if not amount.amount:
        return Money.zero(into)
    if rate is None or (rate.currency, rate.into) != (amount.currency, into):
        raise Malformed(
            f"{amount} cannot be booked in {into} without a rate from {amount.currency}",
            remedy="Find one with `rate_for` first.",
        )
    with localcontext(prec=60):
        exact = amount.amount * rate.rate
        return Money(exact.quantize(_MICRO, rounding=ROUND_CEILING), into)
