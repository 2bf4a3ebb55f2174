"""The vendor's book held against a production's: was anything made twice, lost, or charged without being booked?

The vendor's side is what an emulator wrote from the vendor's rules alone; ours is read from the facts. They share no
code, so neither can hide the other's mistake.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import sqlalchemy as sa

from picturelock.core.ids import CallId
from picturelock.core.paidcall import Accepted, Failed, Finished, Lost, Phase, Submitting, Unresolved
from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.generate import calls
from picturelock.generate.calls import OpenCall
from picturelock.testing.emulators.book import Statement

_MICROS = Decimal(1_000_000)
_WITHOUT_JOB = {Phase.UNRESOLVED, Phase.IN_DOUBT, Phase.SUBMITTING}


class Reckoning(Value, frozen=True, kw_only=True):
    """How two books compare.

    Attributes:
        calls: Of ours at this vendor.
        requests: That we wrote down before sending.
        jobs: That the vendor took on.
        doubled: Jobs that the vendor took on beside another one of the same call.
        lost: Jobs at the vendor that no call of ours knows or waits for.
        unbooked: What the two books say of a job where they differ.
        doubts: Calls whose answer was lost once.
        cleared: Of these, what the vendor's own records cleared up, without a person.
        waiting: Of these, what waits for a person.
        charged: By the vendor, in its unit; what waits for a person is in it.
        booked: By us, in the same.
        awaited: What the vendor charged for jobs whose calls wait for a person; less than what is reserved for them.
    """

    vendor: str
    calls: int
    requests: int
    jobs: int
    doubled: tuple[str, ...]
    lost: tuple[str, ...]
    unbooked: tuple[str, ...]
    doubts: int
    cleared: int
    waiting: int
    charged: Decimal
    booked: Decimal
    awaited: Decimal

    @property
    def clean(self) -> bool:
        """Nothing was made twice, nothing is lost, every charge is booked."""
        return not (self.doubled or self.lost or self.unbooked)


def reckon(statement: Statement, database: Database, productions: Iterable[str]) -> Reckoning:
    """Hold a vendor's book against what these productions know.

    Args:
        statement: The vendor's.
        database: Of the productions.
        productions: All that used the account.
    """
    names = list(productions)
    with database.read() as connection:
        ours = [
            call
            for name in names
            for call in calls.calls_of(connection, name)
            if call.call.vendor == statement.vendor
        ]
        booked = _booked(connection, [call.call.id for call in ours])
        strays = _contradicted(connection, names)
    jobs, charged = statement.jobs(), statement.charged()
    known: dict[str, OpenCall] = {}
    twice = set(strays & jobs.keys())
    for call in ours:
        mine = [job for job in _jobs_of(call) if job in jobs]
        known.update(dict.fromkeys(mine, call))
        twice.update(mine[1:])
    for double in statement.doubled():
        if double.by == "token":
            twice.update(double.jobs[1:])
    waiting = [
        call
        for call in ours
        if not _jobs_of(call) and (call.state.phase in _WITHOUT_JOB or _by_a_person(call))
    ]
    room = Counter(call.call.model for call in waiting)
    lost: list[str] = []
    awaited = Decimal(0)
    for job, entry in jobs.items():
        if job in known:
            continue
        # A call that waits for a person, or was given up by one, may be this job's; no more jobs may be excused so than
        # there are such calls.
        if room.total():
            model = entry.accepted.model if room[entry.accepted.model] else next(iter(+room))
            room[model] -= 1
            awaited += entry.charged
        else:
            lost.append(job)
    unbooked = []
    for job, call in known.items():
        if job in twice or not call.state.phase.ended:
            continue
        there, here = charged.get(job, Decimal(0)), booked.get(call.call.id, Decimal(0))
        if abs(there - here) * _MICROS >= 1:
            unbooked.append(f"{call.call.id}: {there} charged for {job}, {here} booked ({call.state.phase})")
    for call in ours:
        spent = booked.get(call.call.id, Decimal(0))
        if spent and not any(job in jobs for job in _jobs_of(call)) and not _by_a_person(call):
            unbooked.append(f"{call.call.id}: {spent} booked, and the vendor has no job of it")
    doubts = [call for call in ours if any(isinstance(told.event, Lost) for told in call.told)]
    return Reckoning(
        vendor=statement.vendor,
        calls=len(ours),
        requests=sum(isinstance(told.event, Submitting) for call in ours for told in call.told),
        jobs=len(jobs),
        doubled=tuple(sorted(twice)),
        lost=tuple(lost),
        unbooked=tuple(unbooked),
        doubts=len(doubts),
        cleared=sum(
            call.state.phase not in {Phase.UNRESOLVED, Phase.IN_DOUBT} and not _by_a_person(call)
            for call in doubts
        ),
        waiting=sum(call.state.phase in {Phase.UNRESOLVED, Phase.IN_DOUBT} for call in doubts),
        charged=statement.net(),
        booked=sum(booked.values(), Decimal(0)),
        awaited=awaited,
    )


def _jobs_of(call: OpenCall) -> list[str]:
    """Every job that the call's record names, each once."""
    named = [told.event.job for told in call.told if isinstance(told.event, (Accepted, Finished))]
    named += [told.event.failure.request for told in call.told if isinstance(told.event, Failed)]
    return list(dict.fromkeys(job for job in named if job))


def known_jobs(database: Database, productions: Iterable[str]) -> set[str]:
    """Every job that these productions' calls name."""
    with database.read() as connection:
        return {
            job for name in productions for call in calls.calls_of(connection, name) for job in _jobs_of(call)
        }


def _by_a_person(call: OpenCall) -> bool:
    """Whether somebody had to say what became of it."""
    if any(isinstance(told.event, Unresolved) for told in call.told):
        return True
    return any(isinstance(told.event, Accepted) and told.event.found == "person" for told in call.told)


def _booked(connection: sa.Connection, names: list[CallId]) -> dict[CallId, Decimal]:
    """What was settled, by call, in the vendor's unit."""
    entry = tables.ledger_entry.c
    rows = connection.execute(
        sa.select(entry.call, sa.func.sum(entry.micros))
        .where(entry.kind == "settle", entry.call.in_(names))
        .group_by(entry.call)
    )
    return {CallId(name): Decimal(micros) / _MICROS for name, micros in rows}


def _contradicted(connection: sa.Connection, productions: list[str]) -> set[str]:
    """Jobs of which a worker heard after the call's record had gone another way."""
    event = tables.event.c
    rows = connection.execute(
        sa.select(event.detail).where(event.production.in_(productions), event.kind == "contradiction")
    ).scalars()
    return {detail["event"]["job"] for detail in rows if detail["event"].get("job")}
