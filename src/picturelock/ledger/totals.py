"""What the book amounts to: reserved, unsettled, settled. Sums are made when they are read and stored nowhere."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from picturelock.core.failures import Conflict
from picturelock.core.money import Money
from picturelock.core.value import Value
from picturelock.db.tables import call_event, ledger_entry, take
from picturelock.ledger.caps import Limit, Used
from picturelock.ledger.scope import Scope, covers, within

#: The last event of a call of which nobody knows whether it cost money: it left, its answer was lost, or the vendor
#: cannot tell.
IN_DOUBT = ("submitting", "lost", "unresolved")

# Entries from before amounts were kept in two currencies have theirs in the first.
_HOME = sa.case((ledger_entry.c.home_currency == "", ledger_entry.c.micros), else_=ledger_entry.c.home_micros)
_SIGN = sa.case((ledger_entry.c.kind == "release", -1), else_=1)
_IS_MONEY = ledger_entry.c.kind.in_(("reserve", "release", "settle"))


class Sums(Value, frozen=True, kw_only=True):
    """Three amounts in one currency, none of which is counted in another.

    Attributes:
        reserved: Set aside for calls that have not left, or whose vendor has them.
        unsettled: Set aside for calls of which nobody knows whether they cost money.
        settled: Spent.
    """

    reserved: Money
    unsettled: Money
    settled: Money

    @property
    def committed(self) -> Money:
        """What counts against a cap."""
        return self.reserved + self.unsettled + self.settled


class Totals(Value, frozen=True, kw_only=True):
    """What a book, or a part of it, amounts to.

    Attributes:
        home: In the production's currency.
        by_currency: As vendors quoted and billed it, by their currencies' codes.
        tokens: Used.
        minutes: Human minutes spent.
    """

    home: Sums
    by_currency: dict[str, Sums]
    tokens: int
    minutes: int

    @property
    def reserved(self) -> Money:
        """Set aside, in the production's currency."""
        return self.home.reserved

    @property
    def unsettled(self) -> Money:
        """In doubt, in the production's currency."""
        return self.home.unsettled

    @property
    def settled(self) -> Money:
        """Spent, in the production's currency."""
        return self.home.settled

    @property
    def committed(self) -> Money:
        """What counts against a cap."""
        return self.home.committed


def totals(connection: sa.Connection, production: str, currency: str, scope: Scope | None = None) -> Totals:
    """What the book amounts to.

    Args:
        connection: Any transaction; its snapshot is what is summed.
        production: Whose book.
        currency: The production's.
        scope: The part that is looked at; by default all of it.

    Raises:
        Conflict: The book holds amounts in another currency than the production's.
    """
    entry = ledger_entry.c
    part = sa.and_(entry.production == production, covers(scope or Scope()))
    rows = connection.execute(
        sa.select(
            entry.kind,
            entry.currency,
            sa.func.min(entry.home_currency),
            sa.func.max(entry.home_currency),
            sa.func.sum(entry.micros),
            sa.func.sum(_HOME),
            sa.func.sum(entry.quantity),
        )
        .where(part)
        .group_by(entry.kind, entry.currency)
    ).all()
    doubt = {
        native: (int(micros), int(home)) for native, micros, home in connection.execute(_in_doubt(part)).all()
    }
    own: dict[str, dict[str, int]] = {}
    home: dict[str, int] = {}
    counted = {"tokens": 0, "human_minutes": 0}
    for kind, native, least, most, micros, in_home, quantity in rows:
        if kind in counted:
            counted[kind] += int(quantity)
            continue
        for held in {least or native, most or native}:
            if held != currency and int(in_home):
                raise _other_currency(held, currency)
        own.setdefault(native, {})[kind] = int(micros)
        home[kind] = home.get(kind, 0) + int(in_home)
    return Totals(
        home=_sums(home, sum(pair[1] for pair in doubt.values()), currency),
        by_currency={
            native: _sums(kinds, doubt.get(native, (0, 0))[0], native)
            for native, kinds in sorted(own.items())
        },
        tokens=counted["tokens"],
        minutes=counted["human_minutes"],
    )


def _sums(kinds: dict[str, int], unsettled: int, currency: str) -> Sums:
    open_ = kinds.get("reserve", 0) - kinds.get("release", 0)
    return Sums(
        reserved=Money.from_micros(open_ - unsettled, currency),
        unsettled=Money.from_micros(unsettled, currency),
        settled=Money.from_micros(kinds.get("settle", 0), currency),
    )


def _other_currency(held: str, currency: str) -> Conflict:
    return Conflict(
        f"the ledger holds amounts in {held}, and the production's currency is {currency}",
        remedy=f"Write the caps in {held}.",
    )


def _in_doubt(part: sa.ColumnElement[bool]) -> sa.Select[Any, Any, Any]:
    """Open reservations of calls whose last event leaves open what they cost, by the vendor's currency."""
    entry = ledger_entry.c
    again = ledger_entry.alias("released")
    released = sa.exists().where(again.c.call == entry.call, again.c.kind == "release")
    last = (
        sa.select(call_event.c.kind)
        .where(call_event.c.call == entry.call)
        .order_by(call_event.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(entry.currency, sa.func.sum(entry.micros), sa.func.sum(_HOME))
        .where(part, entry.kind == "reserve", entry.call.is_not(None), ~released, last.in_(IN_DOUBT))
        .group_by(entry.currency)
    )


def used_up(
    connection: sa.Connection, production: str, currency: str, reaching: Sequence[Limit], takes: int
) -> dict[str, Used]:
    """What counts against each of these limits already.

    Args:
        connection: A write transaction that holds the book.
        production: Whose book.
        currency: The production's.
        reaching: The limits that reach a call.
        takes: Candidates of its unit.

    Returns:
        By the limit's name.

    Raises:
        Conflict: The book holds amounts in another currency than the production's.
    """
    if not reaching:
        return {}
    entry = ledger_entry.c
    columns: list[sa.ColumnElement[Any]] = []
    for limit in reaching:
        here = covers(limit.scope)
        own = limit.cap.money.currency if limit.cap.money is not None else currency
        started = sa.and_(here, entry.call.is_not(None))
        columns += [
            _sum(_SIGN * _HOME, sa.and_(here, _IS_MONEY)),
            _sum(_SIGN * entry.micros, sa.and_(here, _IS_MONEY, entry.currency == own)),
            _sum(_HOME, sa.and_(here, _IS_MONEY, entry.currency != own)),
            _sum(entry.quantity, sa.and_(here, entry.kind == "tokens")),
            _sum(entry.quantity, sa.and_(here, entry.kind == "human_minutes")),
            _sum(_SIGN, sa.and_(started, entry.kind.in_(("reserve", "release")))),
        ]
    foreign = sa.func.max(
        sa.case(
            (sa.and_(_IS_MONEY, _HOME != 0, entry.home_currency.not_in(("", currency))), entry.home_currency),
            else_="",
        )
    )
    row = connection.execute(sa.select(foreign, *columns).where(entry.production == production)).one()
    if row[0]:
        raise _other_currency(row[0], currency)
    found: dict[str, Used] = {}
    for place, limit in enumerate(reaching):
        columns_of = row[1 + 6 * place : 7 + 6 * place]
        money, own_micros, elsewise, tokens, minutes, under_way = (int(n) for n in columns_of)
        cap = limit.cap
        made = 0
        if cap.takes is not None:
            made = takes if limit.scope.unit is not None else _made(connection, production, limit.scope)
        found[limit.name] = Used(
            money=Money.from_micros(money, currency),
            own=Money.from_micros(own_micros, cap.money.currency)
            if cap.money is not None and not elsewise
            else None,
            takes=made + under_way,
            tokens=tokens,
            minutes=minutes,
        )
    return found


def _sum(amount: sa.ColumnElement[Any], where: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((where, amount), else_=0)), 0)


def _made(connection: sa.Connection, production: str, scope: Scope) -> int:
    """Takes that are there. A task card's are known from what was paid for them."""
    if scope.task:
        entry = ledger_entry.c
        counted = sa.select(sa.func.count(sa.distinct(entry.take))).where(
            entry.production == production, covers(scope), entry.take.is_not(None)
        )
    else:
        place = within(take.c.unit, scope)
        counted = sa.select(sa.func.count()).select_from(take).where(take.c.production == production)
        if place is not None:
            counted = counted.where(place)
        if scope.vendor:
            counted = counted.where(take.c.provider == scope.vendor)
    return int(connection.execute(counted).scalar_one())
