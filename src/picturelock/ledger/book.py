"""The book of a production: append-only entries, totals at read time.

A reservation stands from before a call until its settlement or release; until then it counts against every cap.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from picturelock.core.failures import Malformed, Stopped
from picturelock.core.ids import TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Caps
from picturelock.db import tables


class Kind(StrEnum):
    """What an entry records."""

    RESERVE = "reserve"
    RELEASE = "release"
    SETTLE = "settle"
    TOKENS = "tokens"
    HUMAN_MINUTES = "human_minutes"


@dataclass(frozen=True, slots=True)
class Totals:
    """What the book amounts to, in one currency.

    Attributes:
        reserved: Set aside and not yet settled or released.
        settled: Spent.
    """

    reserved: Money
    settled: Money

    @property
    def committed(self) -> Money:
        """What counts against a cap."""
        return self.reserved + self.settled


def enter(
    connection: sa.Connection,
    production: str,
    kind: Kind,
    *,
    at: datetime,
    amount: Money | None = None,
    quantity: int = 0,
    unit: UnitId | None = None,
    take: TakeId | None = None,
    note: str = "",
) -> None:
    """Write an entry.

    Args:
        connection: Inside a write transaction.
        production: Whose book.
        kind: What is recorded.
        at: Aware UTC.
        amount: For money kinds; 0 or more.
        quantity: Tokens or whole human minutes.
        unit: What it was for.
        take: What it brought.
        note: For people.

    Raises:
        Malformed: A money kind without an amount, or an amount below zero.
    """
    money = kind in {Kind.RESERVE, Kind.RELEASE, Kind.SETTLE}
    if money and amount is None:
        raise Malformed(f"a {kind} entry needs an amount")
    if (amount is not None and amount.amount < 0) or quantity < 0:
        raise Malformed("an entry is never below zero", remedy="Write a release instead.")
    connection.execute(
        sa.insert(tables.ledger_entry).values(
            production=production,
            unit=unit,
            take=take,
            kind=kind.value,
            micros=amount.micros if amount is not None else 0,
            currency=amount.currency if amount is not None else "",
            quantity=quantity,
            note=note,
            at=at,
        )
    )


def totals(connection: sa.Connection, production: str, currency: str, unit: UnitId | None = None) -> Totals:
    """What the book amounts to in this currency, for the production or one unit."""
    entry = tables.ledger_entry
    query = (
        sa.select(entry.c.kind, sa.func.coalesce(sa.func.sum(entry.c.micros), 0))
        .where(entry.c.production == production, entry.c.currency == currency)
        .group_by(entry.c.kind)
    )
    if unit is not None:
        query = query.where(entry.c.unit == unit)
    sums = {kind: int(total) for kind, total in connection.execute(query)}
    reserved = sums.get(Kind.RESERVE, 0) - sums.get(Kind.RELEASE, 0)
    return Totals(
        reserved=Money.from_micros(reserved, currency),
        settled=Money.from_micros(sums.get(Kind.SETTLE, 0), currency),
    )


def quantity(connection: sa.Connection, production: str, kind: Kind) -> int:
    """Sum of the tokens or human minutes that were entered."""
    entry = tables.ledger_entry
    return int(
        connection.execute(
            sa.select(sa.func.coalesce(sa.func.sum(entry.c.quantity), 0)).where(
                entry.c.production == production, entry.c.kind == kind.value
            )
        ).scalar_one()
    )


def hold_to_caps(caps: Caps, before: Totals, quote: Money, takes: int) -> None:
    """Refuse what would pass a cap.

    Args:
        caps: The production's limits.
        before: What is committed already, in the quote's currency.
        quote: What the next take will cost.
        takes: Takes of the unit so far.

    Raises:
        Stopped: The next take would pass a cap; nothing was charged.
    """
    if takes >= caps.takes_per_unit:
        raise Stopped(
            f"the unit has {takes} takes, and its cap is {caps.takes_per_unit}",
            remedy="Approve one of them, change the contract, or raise caps.takes_per_unit in production.yaml.",
        )
    if quote.amount == 0:
        return
    limit = caps.money
    if limit is None:
        raise Stopped(
            f"the next take costs {quote}, and the production has no budget",
            remedy="Set caps.money in production.yaml, or give --max-cost.",
        )
    if (before.committed + quote) > limit:
        raise Stopped(
            f"the next take costs {quote}; with {before.committed} committed it would pass the cap of {limit}",
            remedy="Raise caps.money in production.yaml, or let what is running settle first.",
        )
