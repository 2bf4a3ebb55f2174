"""Quotes held against bills: how far a model's price is from what was expected of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

import sqlalchemy as sa

from picturelock.core.codec import built
from picturelock.core.ids import CallId
from picturelock.core.money import Money
from picturelock.core.paidcall import BillSource, Quote
from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.ledger.postings import Category, Posting, State

LEAST, MOST = Decimal("0.75"), Decimal("1.33")
"""A model whose bills stay within these multiples of its quotes raises no alarm."""

_SHOWN = Decimal("0.001")


class QuoteCheck(Value, frozen=True, kw_only=True):
    """A model's bills beside its quotes, in the vendor's currency.

    Only calls that brought a take count, since that is what was quoted, and only where the bill is known from elsewhere
    than the quote.

    Attributes:
        calls: That count.
        guessed: Further calls whose bill is the quote itself, because the vendor says nothing.
        quoted: What was expected of them.
        billed: What they cost, corrections included.
        ratio: Billed / quoted; ``None`` where nothing can be compared.
        alarm: The ratio lies outside 0.75 to 1.33.
        worst: The call that is furthest off; ``None`` where every call cost what was quoted.
        worst_ratio: Its ratio.
    """

    vendor: str
    model: str
    calls: int
    guessed: int
    quoted: Money
    billed: Money
    ratio: Decimal | None
    alarm: bool
    worst: CallId | None = None
    worst_ratio: Decimal | None = None


def read_quotes(connection: sa.Connection, production: str) -> dict[str, Quote]:
    """What every call was expected to cost, by the call's name."""
    call = tables.paid_call.c
    rows = connection.execute(sa.select(call.id, call.quote).where(call.production == production))
    return {name: built(Quote, quote) for name, quote in rows}


def check_quotes(postings: Iterable[Posting], quotes: Mapping[str, Quote]) -> tuple[QuoteCheck, ...]:
    """Every model's bills beside its quotes, by vendor and model.

    Args:
        postings: Of a book.
        quotes: By the call's name.
    """
    by_call: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in postings:
        if (
            posting.state is State.SETTLED
            and posting.category is not Category.FAILED
            and posting.call in quotes
        ):
            by_call[posting.call].append(posting)
    models: defaultdict[tuple[str, str, str], list[tuple[str, list[Posting]]]] = defaultdict(list)
    for name, bills in sorted(by_call.items()):
        models[bills[0].vendor, bills[0].model, quotes[name].expected.currency].append((name, bills))
    return tuple(_checked(model, calls, quotes) for model, calls in sorted(models.items()))


def _checked(
    model: tuple[str, str, str], calls: list[tuple[str, list[Posting]]], quotes: Mapping[str, Quote]
) -> QuoteCheck:
    vendor, name, currency = model
    quoted = billed = Decimal(0)
    guessed = 0
    worst: tuple[Decimal, str, Decimal] | None = None
    for call, bills in calls:
        # A correction in another currency than the quote's cannot be held against it.
        known = all(bill.currency == currency for bill in bills)
        if not known or all(bill.source == BillSource.QUOTE for bill in bills):
            guessed += 1
            continue
        expected = quotes[call].expected.amount
        cost = Decimal(sum(bill.micros for bill in bills)) / 1_000_000
        quoted, billed = quoted + expected, billed + cost
        if expected and cost != expected:
            ratio = cost / expected
            # Twice the price is as far off as half of it.
            off = max(ratio, 1 / ratio) if ratio > 0 else Decimal("Infinity")
            if worst is None or off > worst[0]:
                worst = (off, call, ratio)
    ratio = billed / quoted if quoted else None
    return QuoteCheck(
        vendor=vendor,
        model=name,
        calls=len(calls) - guessed,
        guessed=guessed,
        quoted=Money(quoted, currency),
        billed=Money(billed, currency),
        ratio=_shown(ratio),
        # A price of nothing that turns out to be something is as wrong as can be.
        alarm=not LEAST <= ratio <= MOST if ratio is not None else billed != 0,
        worst=CallId(worst[1]) if worst else None,
        worst_ratio=_shown(worst[2]) if worst else None,
    )


def _shown(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else ratio.quantize(_SHOWN)
