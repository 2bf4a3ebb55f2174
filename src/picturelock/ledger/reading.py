"""The book's rows, read as postings."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from picturelock.core.failures import Conflict
from picturelock.core.ids import TakeId, UnitId
from picturelock.db import tables
from picturelock.db.statements import starts_with
from picturelock.ledger.postings import Category, MadeTake, Posting, State
from picturelock.ledger.reconcile import Corrected
from picturelock.ledger.totals import IN_DOUBT


def read_made(connection: sa.Connection, production: str) -> list[MadeTake]:
    """A production's takes, oldest first."""
    take = tables.take.c
    seen: set[str] = set()
    made: list[MadeTake] = []
    rows = connection.execute(
        sa.select(take.id, take.unit, take.provider)
        .where(take.production == production)
        .order_by(take.made_at, take.id)
    )
    for name, unit, provider in rows:
        made.append(MadeTake(TakeId(name), UnitId(unit), provider, unit not in seen))
        seen.add(unit)
    return made


def read_postings(
    connection: sa.Connection, production: str, currency: str, made: Iterable[MadeTake]
) -> list[Posting]:
    """What every entry of a book adds, in the order in which it was written.

    Args:
        connection: Any transaction; its snapshot is what is read.
        production: Whose book.
        currency: The production's.
        made: Its takes.

    Raises:
        Conflict: The book holds amounts in another currency than the production's.
    """
    rows = connection.execute(
        sa.select(tables.ledger_entry)
        .where(tables.ledger_entry.c.production == production)
        .order_by(tables.ledger_entry.c.id)
    ).all()
    for row in rows:
        held = row.home_currency or row.currency
        if held and held != currency and (row.home_micros or row.micros):
            raise Conflict(
                f"the ledger holds amounts in {held}, and the production's currency is {currency}",
                remedy=f"Write the caps in {held}.",
            )
    return _Reading(rows, _in_doubt(connection, production), made).postings()


def _in_doubt(connection: sa.Connection, production: str) -> frozenset[str]:
    """Calls whose last event leaves open what they cost."""
    event, call = tables.call_event.c, tables.paid_call.c
    newest = (
        sa.select(event.call, sa.func.max(event.sequence).label("last"))
        .join(tables.paid_call, call.id == event.call)
        .where(call.production == production)
        .group_by(event.call)
        .subquery()
    )
    rows = connection.execute(
        sa.select(event.call)
        .join(newest, sa.and_(newest.c.call == event.call, newest.c.last == event.sequence))
        .where(event.kind.in_(IN_DOUBT))
    )
    return frozenset(rows.scalars())


def read_billed(connection: sa.Connection, vendor: str) -> dict[str, tuple[dict[str, int], int]]:
    """What every call of a vendor was billed, corrections included, in all productions of the database.

    Returns:
        By the call's name: millionths by the vendor's currencies, and in its production's own.
    """
    entry = tables.ledger_entry.c
    rows = connection.execute(
        sa.select(entry.call, entry.currency, sa.func.sum(entry.micros), sa.func.sum(entry.home_micros))
        .where(entry.vendor == vendor, entry.kind == "settle", entry.call.is_not(None))
        .group_by(entry.call, entry.currency)
    )
    found: dict[str, tuple[dict[str, int], int]] = {}
    for call, currency, micros, home in rows:
        own, whole = found.get(call, ({}, 0))
        found[call] = ({**own, currency: int(micros)}, whole + int(home))
    return found


def read_corrected(connection: sa.Connection, vendor: str) -> list[Corrected]:
    """What a vendor's statements had booked so far for no call of ours, in all productions of the database."""
    entry = tables.ledger_entry.c
    prefix = f"adjust:statement:{vendor}:"
    rows = connection.execute(
        sa.select(entry.once, entry.currency, entry.micros, entry.home_micros).where(
            starts_with(entry.once, prefix), entry.call.is_(None)
        )
    )
    return [
        Corrected(once.removeprefix(prefix).rpartition(":")[0], currency, micros, home)
        for once, currency, micros, home in rows
    ]


class _Reading:
    """One pass over a book's rows, with what must be known of all of them first."""

    def __init__(self, rows: Iterable[Any], doubtful: frozenset[str], made: Iterable[MadeTake]) -> None:
        self._rows = list(rows)
        self._doubtful = doubtful
        self._first = {str(take.id): take.first for take in made}
        self._released = {row.call for row in self._rows if row.kind == "release" and row.call}
        self._billed = {row.call for row in self._rows if row.once and row.once == f"{row.call}:settle"}
        self._brought = {row.call: row.take for row in self._rows if row.call and row.take}

    def postings(self) -> list[Posting]:
        """What each row adds."""
        open_locally = self._open_locally()
        return [posting for row in self._rows if (posting := self._posting(row, open_locally)) is not None]

    def _open_locally(self) -> frozenset[int]:
        """Reservations that belong to no call and were not released: each release ends the oldest of its like."""
        waiting: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for row in self._rows:
            if row.call or row.kind not in {"reserve", "release"}:
                continue
            like = waiting[row.unit or "", row.micros]
            if row.kind == "reserve":
                like.append(row.id)
            elif like:
                like.pop(0)
        return frozenset(name for like in waiting.values() for name in like)

    def _posting(self, row: Any, open_locally: frozenset[int]) -> Posting | None:
        match row.kind:
            case "reserve":
                is_open = row.call not in self._released if row.call else row.id in open_locally
                if not is_open:
                    return None
                if row.call in self._doubtful:
                    return self._made(row, State.UNSETTLED, Category.IN_DOUBT)
                return self._made(row, State.RESERVED, Category.UNDER_WAY)
            case "release":
                if not row.call or row.call in self._billed:
                    return None
                return self._made(row, State.RELEASED, Category.NOT_CHARGED)
            case "settle":
                return self._made(row, State.SETTLED, self._category(row, Category.CORRECTION))
            case "tokens":
                return self._made(row, State.TOKENS, self._category(row, Category.AGENTS))
            case _:
                return self._made(row, State.MINUTES, Category.PEOPLE)

    def _category(self, row: Any, otherwise: Category) -> Category:
        take = row.take or self._brought.get(row.call)
        if take:
            return Category.FIRST_TRY if self._first.get(take, False) else Category.REWORK
        return Category.FAILED if row.call else otherwise

    def _made(self, row: Any, state: State, category: Category) -> Posting:
        return Posting(
            state=state,
            category=category,
            at=row.at,
            micros=row.micros,
            currency=row.currency,
            # Entries from before amounts were kept in two currencies have theirs in the first.
            home_micros=row.home_micros if row.home_currency else row.micros,
            quantity=row.quantity,
            unit=row.unit or "",
            vendor=row.vendor,
            model=row.model,
            task=row.task,
            by_whom=row.by_whom,
            call=row.call or "",
            take=row.take or self._brought.get(row.call) or "",
            source=row.source,
            note=row.note,
        )
