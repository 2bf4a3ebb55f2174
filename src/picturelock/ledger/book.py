"""The book of a production: append-only entries, each call's exactly once, totals at read time.

A reservation stands from before a call until its settlement or release; until then it counts against every cap. What a
call cost is booked even where it is more than was reserved, because the money is gone: the caps then hold back what
comes after, and an event tells people.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from picturelock.core.failures import Malformed, NotFound
from picturelock.core.ids import CallId, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, Quote
from picturelock.core.policy import Caps, Rate
from picturelock.db import tables
from picturelock.db.statements import hold, insert_once
from picturelock.ledger.caps import hold_to, limits
from picturelock.ledger.rates import convert
from picturelock.ledger.scope import Scope
from picturelock.ledger.totals import totals, used_up

__all__ = [
    "OVERRUN",
    "Kind",
    "adjust",
    "allow",
    "enter",
    "quantity",
    "release",
    "reserve",
    "settle",
    "totals",
]

#: An event of this kind says that a bill was higher than what was reserved for it.
OVERRUN = "ledger_overrun"


class Kind(StrEnum):
    """What an entry records."""

    RESERVE = "reserve"
    RELEASE = "release"
    SETTLE = "settle"
    TOKENS = "tokens"
    HUMAN_MINUTES = "human_minutes"


@dataclass(frozen=True, slots=True)
class _Reserved:
    """A call's reservation as it stands in the book."""

    scope: Scope
    amount: Money
    home: Money


def reserve(
    connection: sa.Connection,
    production: str,
    caps: Caps,
    scope: Scope,
    call: CallId,
    quote: Quote,
    rate: Rate | None,
    takes: int,
    at: datetime,
) -> bool:
    """Set aside the most that a call may cost, if no cap is passed by it.

    Nothing is ever reserved twice for a call: the second time is told so and changes nothing.

    Args:
        connection: Inside a write transaction.
        production: Whose book.
        caps: The production's limits.
        scope: What for; its unit, vendor and task decide which limits reach it.
        call: What is paid for.
        quote: Its high is reserved.
        rate: From the quote's currency to the production's; ``None`` where they are the same.
        takes: Candidates that the unit has; what is under way is counted here.
        at: Aware UTC.

    Returns:
        Whether this call reserved it.

    Raises:
        Stopped: A cap would be passed; nothing was charged.
        Malformed: The rate does not lead from the quote's currency to the production's.
    """
    hold(connection, f"ledger:{production}")
    if _reserved(connection, call) is not None:
        return False
    home = allow(connection, production, caps, scope, quote.high, rate, takes)
    return _enter_once(
        connection,
        production,
        Kind.RESERVE,
        f"{call}:reserve",
        scope,
        quote.high,
        home,
        at,
        call=call,
        note=quote.row,
    )


def allow(
    connection: sa.Connection,
    production: str,
    caps: Caps,
    scope: Scope,
    quote: Money,
    rate: Rate | None,
    takes: int,
) -> Money:
    """Hold what may be spent next to every cap that reaches it, without setting anything aside.

    Args:
        connection: Inside a write transaction that holds the book.
        production: Whose book.
        caps: The production's limits.
        scope: What for.
        quote: The most that it may cost.
        rate: From the quote's currency to the production's; ``None`` where they are the same.
        takes: Candidates that the unit has.

    Returns:
        The quote in the production's currency.

    Raises:
        Stopped: A cap would be passed; nothing was charged.
    """
    home = convert(quote, rate, caps.currency)
    reaching = limits(caps, scope)
    hold_to(reaching, used_up(connection, production, caps.currency, reaching, takes), quote, home)
    return home


def settle(
    connection: sa.Connection,
    production: str,
    call: CallId,
    bill: Bill,
    rate: Rate | None,
    take: TakeId | None,
    at: datetime,
) -> bool:
    """Release a call's reservation and book what it cost, whatever the caps say.

    Args:
        connection: Inside a write transaction.
        production: Whose book.
        call: What was paid for; it was reserved.
        bill: 0 or more.
        rate: From the bill's currency to the production's; ``None`` where they are the same.
        take: What it brought; ``None`` for a failure that was charged.
        at: Aware UTC.

    Returns:
        Whether this call settled it; the second time changes nothing.

    Raises:
        NotFound: Nothing was reserved for the call.
        Malformed: A bill below zero, or a rate that does not fit.
    """
    hold(connection, f"ledger:{production}")
    held = _held(connection, call)
    if bill.amount.amount < 0 or bill.tokens < 0:
        raise Malformed("a bill is never below zero", remedy="Book a refund with `adjust`.")
    home = convert(bill.amount, rate, held.home.currency)
    fresh = _enter_once(
        connection,
        production,
        Kind.SETTLE,
        f"{call}:settle",
        held.scope,
        bill.amount,
        home,
        at,
        call=call,
        take=take,
        source=bill.source.value,
    )
    if not fresh:
        return False
    _release(connection, production, call, held, "settled", at)
    if bill.tokens:
        nothing = Money.zero(held.home.currency)
        _enter_once(
            connection,
            production,
            Kind.TOKENS,
            f"{call}:tokens",
            held.scope,
            nothing,
            nothing,
            at,
            call=call,
            take=take,
            source=bill.source.value,
            quantity=bill.tokens,
        )
    if home > held.home:
        _tell_of_overrun(connection, production, call, held, bill, home, at)
    return True


def release(connection: sa.Connection, production: str, call: CallId, why: str, at: datetime) -> bool:
    """Give back what was reserved for a call that cost nothing.

    Returns:
        Whether this call released it; ``False`` where it was released or settled before.

    Raises:
        NotFound: Nothing was reserved for the call.
    """
    hold(connection, f"ledger:{production}")
    return _release(connection, production, call, _held(connection, call), why, at)


def adjust(
    connection: sa.Connection,
    production: str,
    scope: Scope,
    amount: Money,
    rate: Rate | None,
    home_currency: str,
    source: BillSource,
    once: str,
    at: datetime,
    *,
    call: CallId | None = None,
    note: str = "",
) -> bool:
    """Book what turned out later: a refund, an invoice's line, what a person found.

    Args:
        connection: Inside a write transaction.
        production: Whose book.
        scope: What for; a call's own scope where the call is known.
        amount: Above zero was spent, below zero came back.
        rate: From the amount's currency to the production's; ``None`` where they are the same.
        home_currency: The production's.
        source: How it is known.
        once: The name under which it is booked once, such as an invoice's line.
        at: Aware UTC.
        call: The call that it belongs to.
        note: For people.

    Returns:
        Whether this call booked it.
    """
    hold(connection, f"ledger:{production}")
    held = _reserved(connection, call) if call is not None else None
    return _enter_once(
        connection,
        production,
        Kind.SETTLE,
        f"adjust:{once}",
        held.scope if held is not None else scope,
        amount,
        convert(amount, rate, home_currency),
        at,
        call=call,
        source=source.value,
        note=note,
    )


def _reserved(connection: sa.Connection, call: CallId) -> _Reserved | None:
    entry = tables.ledger_entry
    row = connection.execute(
        sa.select(entry).where(entry.c.call == call, entry.c.kind == Kind.RESERVE.value)
    ).one_or_none()
    if row is None:
        return None
    return _Reserved(
        scope=Scope(
            unit=UnitId(row.unit) if row.unit else None,
            vendor=row.vendor,
            model=row.model,
            task=row.task,
            by_whom=row.by_whom,
        ),
        amount=Money.from_micros(row.micros, row.currency),
        home=Money.from_micros(row.home_micros, row.home_currency),
    )


def _held(connection: sa.Connection, call: CallId) -> _Reserved:
    held = _reserved(connection, call)
    if held is None:
        raise NotFound(f"nothing was reserved for the call {call}", remedy="Reserve first, or use `adjust`.")
    return held


def _release(
    connection: sa.Connection, production: str, call: CallId, held: _Reserved, why: str, at: datetime
) -> bool:
    return _enter_once(
        connection,
        production,
        Kind.RELEASE,
        f"{call}:release",
        held.scope,
        held.amount,
        held.home,
        at,
        call=call,
        note=why,
    )


def _enter_once(
    connection: sa.Connection,
    production: str,
    kind: Kind,
    once: str,
    scope: Scope,
    amount: Money,
    home: Money,
    at: datetime,
    **rest: Any,
) -> bool:
    return insert_once(
        connection,
        tables.ledger_entry,
        production=production,
        kind=kind.value,
        once=once,
        unit=scope.unit,
        vendor=scope.vendor,
        model=scope.model,
        task=scope.task,
        by_whom=scope.by_whom,
        micros=amount.micros,
        currency=amount.currency,
        home_micros=home.micros,
        home_currency=home.currency,
        at=at,
        **rest,
    )


def _tell_of_overrun(
    connection: sa.Connection,
    production: str,
    call: CallId,
    held: _Reserved,
    bill: Bill,
    home: Money,
    at: datetime,
) -> None:
    connection.execute(
        sa.insert(tables.event).values(
            production=production,
            kind=OVERRUN,
            subject=str(call),
            detail={
                "call": str(call),
                "unit": str(held.scope.unit or ""),
                "vendor": held.scope.vendor,
                "model": held.scope.model,
                "reserved": str(held.amount),
                "billed": str(bill.amount),
                "over": str(home - held.home),
            },
            at=at,
        )
    )


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
    task: str = "",
    by_whom: str = "",
) -> None:
    """Write an entry that belongs to no paid call: a local maker's cost, tokens of an agent, human minutes.

    Args:
        connection: Inside a write transaction.
        production: Whose book.
        kind: What is recorded.
        at: Aware UTC.
        amount: For money kinds; 0 or more, in the production's currency.
        quantity: Tokens or whole human minutes.
        unit: What it was for.
        take: What it brought.
        note: For people; of human minutes, what they were spent on.
        task: The task card that it belongs to.
        by_whom: Who spent it.

    Raises:
        Malformed: A money kind without an amount, or an amount below zero.
    """
    money = kind in {Kind.RESERVE, Kind.RELEASE, Kind.SETTLE}
    if money and amount is None:
        raise Malformed(f"a {kind} entry needs an amount")
    if (amount is not None and amount.amount < 0) or quantity < 0:
        raise Malformed("an entry is never below zero", remedy="Write a release instead.")
    micros, currency = (amount.micros, amount.currency) if amount is not None else (0, "")
    connection.execute(
        sa.insert(tables.ledger_entry).values(
            production=production,
            unit=unit,
            take=take,
            kind=kind.value,
            micros=micros,
            currency=currency,
            home_micros=micros,
            home_currency=currency,
            quantity=quantity,
            note=note,
            task=task,
            by_whom=by_whom,
            at=at,
        )
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
