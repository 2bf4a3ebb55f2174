"""Paid calls in the database: the intent, and every event after it, each written once and in order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from picturelock.core.codec import built, digest_of, plain
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, NotFound
from picturelock.core.ids import CallId, UnitId
from picturelock.core.paidcall import Accepted, CallEvent, CallState, Phase, Quote, after, fold
from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.db.statements import insert_once

_ENDS = tuple(phase.value for phase in Phase if phase.ended)


class PaidCall(Value, frozen=True, kw_only=True):
    """The intent of a paid call.

    Attributes:
        number: Of the call for this recipe; a further call needs the one before to have ended.
        token: What the vendor is told to call the job, where it takes a name.
        payload: What the work after the delivery needs; JSON.
        priority: Lower goes first.
        by_whom: Whose work it is; users share an account fairly.
        deadline: After which it is not sent any more.
    """

    id: CallId
    production: str
    unit: UnitId
    recipe: Digest
    brief: Digest
    number: int
    vendor: str
    model: str
    token: str
    quote: Quote
    payload: dict[str, Any]
    priority: int = 0
    by_whom: str = ""
    deadline: datetime | None = None
    intended_at: datetime


class Told(Value, frozen=True, kw_only=True):
    """An event and when it was written down."""

    event: CallEvent
    at: datetime


class OpenCall(Value, frozen=True, kw_only=True):
    """A call with all that has happened to it."""

    call: PaidCall
    state: CallState
    told: tuple[Told, ...]

    def last(self, kind: type) -> datetime | None:
        """When an event of this kind was last written."""
        return next((told.at for told in reversed(self.told) if isinstance(told.event, kind)), None)

    @property
    def changed_at(self) -> datetime:
        """When anything last happened."""
        return self.told[-1].at if self.told else self.call.intended_at

    def stalled(self, now: datetime, patience: timedelta) -> bool:
        """Whether its vendor has had the job longer than this."""
        since = self.last(Accepted)
        return self.state.phase is Phase.ACCEPTED and since is not None and now - since > patience


def call_id(production: str, unit: UnitId, recipe: Digest, number: int) -> CallId:
    """The name of a call: the same on every worker."""
    return CallId("C-" + digest_of([production, str(unit), str(recipe), number]).hex[:16])


def intend(connection: sa.Connection, call: PaidCall) -> bool:
    """Write the intent. Call it in the transaction that reserves the money.

    Returns:
        Whether this call wrote it.
    """
    return insert_once(
        connection,
        tables.paid_call,
        **{
            name: plain(value) if isinstance(value := getattr(call, name), (Value, dict)) else value
            for name in PaidCall.__struct_fields__
        },
    )


def tell(
    connection: sa.Connection, call: CallId, state: CallState, event: CallEvent, at: datetime
) -> CallState:
    """Write the next event.

    Args:
        connection: Inside a write transaction.
        call: What it happened to.
        state: What the caller knows; the event follows from it.
        event: What happened.
        at: Aware UTC.

    Raises:
        Conflict: The event cannot follow, or another writer was first: read the call again.
    """
    following = after(state, event)
    body = plain(event)
    mine = insert_once(
        connection,
        tables.call_event,
        call=call,
        sequence=state.events,
        kind=body["type"],
        body=body,
        at=at,
    )
    if not mine:
        raise Conflict(f"something else happened to call {call} meanwhile")
    return following


def read(connection: sa.Connection, call: CallId) -> OpenCall:
    """A call and what has happened to it.

    Raises:
        NotFound: No such call.
    """
    row = connection.execute(sa.select(tables.paid_call).where(tables.paid_call.c.id == call)).first()
    if row is None:
        raise NotFound(f"there is no paid call {call}")
    return _with_events(connection, [row])[0]


def read_now(database: Database, call: CallId) -> OpenCall:
    """:func:`read` in a transaction of its own."""
    with database.read() as connection:
        return read(connection, call)


def calls_of(connection: sa.Connection, production: str, unit: UnitId | None = None) -> list[OpenCall]:
    """Every call of a production or of one of its units, ended ones too, oldest first."""
    table = tables.paid_call
    query = sa.select(table).where(table.c.production == production)
    if unit is not None:
        query = query.where(table.c.unit == unit)
    return _with_events(connection, connection.execute(query.order_by(table.c.intended_at, table.c.id)).all())


def open_calls(
    connection: sa.Connection, *, vendor: str | None = None, production: str | None = None
) -> list[OpenCall]:
    """Calls that have not ended, oldest first.

    Args:
        connection: To read with.
        vendor: Only this vendor's, of all productions.
        production: Only this production's, of all vendors.
    """
    return Following(vendor=vendor, production=production).open_calls(connection)


class Following:
    """Calls that have not ended, for who looks again and again: only what something has happened to is read anew.

    What a call was and what has happened to it never changes, so the number of its events says whether it is known.

    Args:
        vendor: Only this vendor's, of all productions.
        production: Only this production's, of all vendors.
    """

    def __init__(self, *, vendor: str | None = None, production: str | None = None) -> None:
        table, event = tables.paid_call, tables.call_event
        ended = sa.select(event.c.call).where(event.c.call == table.c.id, event.c.kind.in_(_ENDS))
        last = sa.select(sa.func.max(event.c.sequence)).where(event.c.call == table.c.id)
        query = sa.select(table.c.id, last.scalar_subquery()).where(~ended.exists())
        if vendor is not None:
            query = query.where(table.c.vendor == vendor)
        if production is not None:
            query = query.where(table.c.production == production)
        self._query = query.order_by(table.c.intended_at, table.c.id)
        self._known: dict[str, OpenCall] = {}

    def open_calls(self, connection: sa.Connection) -> list[OpenCall]:
        """Calls that have not ended, oldest first. One thread at a time."""
        found: list[tuple[str, int]] = [
            (name, 0 if last is None else last + 1) for name, last in connection.execute(self._query)
        ]
        known = self._known
        changed = [name for name, events in found if name not in known or known[name].state.events != events]
        for call in _read_some(connection, changed):
            known[call.call.id] = call
        if len(known) > len(found):
            open_now = {name for name, _ in found}
            for ended in known.keys() - open_now:
                del known[ended]
        return [known[name] for name, _ in found]


def next_number(connection: sa.Connection, production: str, unit: UnitId, recipe: Digest) -> int:
    """The number of the call that comes next for a recipe: the open one's own, or one after the last."""
    table = tables.paid_call
    numbers = connection.execute(
        sa.select(table.c.id, table.c.number)
        .where(table.c.production == production, table.c.unit == unit, table.c.recipe == recipe)
        .order_by(table.c.number.desc())
    ).first()
    if numbers is None:
        return 0
    name, number = numbers
    return number + 1 if read(connection, CallId(name)).state.phase.ended else number


def jobs_of(connection: sa.Connection, vendor: str) -> frozenset[str]:
    """Every job of a vendor that belongs to a call of ours."""
    table, event = tables.paid_call, tables.call_event
    rows = connection.execute(
        sa.select(event.c.body)
        .join(table, table.c.id == event.c.call)
        .where(table.c.vendor == vendor, event.c.kind == "accepted")
    ).scalars()
    return frozenset(body["job"] for body in rows)


def _read_some(connection: sa.Connection, names: Sequence[str]) -> list[OpenCall]:
    table = tables.paid_call
    rows = [
        row
        for part in _portions(names)
        for row in connection.execute(sa.select(table).where(table.c.id.in_(part)))
    ]
    return _with_events(connection, rows)


def _with_events(connection: sa.Connection, rows: Sequence[Any]) -> list[OpenCall]:
    event = tables.call_event
    told: defaultdict[str, list[Told]] = defaultdict(list)
    for part in _portions([row.id for row in rows]):
        found = connection.execute(
            sa.select(event.c.call, event.c.body, event.c.at)
            .where(event.c.call.in_(part))
            .order_by(event.c.call, event.c.sequence)
        )
        for name, body, at in found:
            told[name].append(Told(event=built(CallEvent, body), at=at))  # pyright: ignore[reportArgumentType]  # a union
    return [
        OpenCall(call=_call(row), state=fold([t.event for t in told[row.id]]), told=tuple(told[row.id]))
        for row in rows
    ]


def _portions(names: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def _call(row: Any) -> PaidCall:
    return PaidCall(
        id=CallId(row.id),
        production=row.production,
        unit=UnitId(row.unit),
        recipe=Digest(row.recipe),
        brief=Digest(row.brief),
        number=row.number,
        vendor=row.vendor,
        model=row.model,
        token=row.token,
        quote=built(Quote, row.quote),
        payload=row.payload,
        priority=row.priority,
        by_whom=row.by_whom,
        deadline=row.deadline,
        intended_at=row.intended_at,
    )
