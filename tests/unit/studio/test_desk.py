"""What a desk learns from answers: how much a vendor takes, and when one that was down is back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.core.digest import Digest
from picturelock.core.failures import Retry
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import (
    Accepted,
    Arrived,
    Bill,
    BillSource,
    CallEvent,
    FailureKind,
    Fetched,
    Finished,
    Phase,
    Quote,
    Settled,
    Submitting,
    TurnedAway,
    VendorFailure,
)
from picturelock.core.policy import Settings
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.engine.port import Job
from picturelock.generate import calls
from picturelock.generate.calls import PaidCall
from picturelock.generate.registry import vendor
from picturelock.studio.buying import Buyer
from picturelock.studio.desk import Desk
from picturelock.vault.local import LocalVault

PRICE = Money(1, "USD")
DOWN = VendorFailure(kind=FailureKind.OUTAGE, message="overloaded", retry=Retry.LATER)
MADE = Finished(results=("blake3:" + "0" * 64,))
BROUGHT = Arrived(fetched=Fetched(media=Digest.of(b"picture")))
PAID = Settled(bill=Bill(amount=PRICE, source=BillSource.ANSWER))
OUTAGES = 3


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class Office:
    """A desk, its vendor's calls, and what it hands in."""

    def __init__(self, name: str, database: Database, vault: LocalVault) -> None:
        self.database, self.clock, self.handed_in = database, Hand(), list[str]()

        def submit(_: sa.Connection, job: Job) -> None:
            self.handed_in.append(job.payload["call"])

        buyer = Buyer(
            database,
            vault,
            self.clock,
            submit,
            settings_of=lambda _: Settings(title="t", source="s"),
            task_of=lambda _: "",
            pace_of=lambda _: 1.0,
            after_delivery=lambda *_: None,
            after_failure=lambda *_: None,
            worker="A",
        )
        self.vendor = name
        self.desk = Desk(vendor(name), database, vault, self.clock, buyer, submit)
        with database.write() as connection:
            connection.execute(
                sa.insert(tables.production).values(id="p", title="t", created_at=self.clock.now())
            )

    def intend(self, number: int) -> CallId:
        name = CallId(f"C-{number:016x}")
        call = PaidCall(
            id=name,
            production="p",
            unit=UnitId(f"SC010_SH{number:02d}0.key"),
            recipe=Digest.of(str(number).encode()),
            brief=Digest.of(b"brief"),
            number=0,
            vendor=self.vendor,
            model="m",
            token=f"token-{number}",
            quote=Quote(low=PRICE, expected=PRICE, high=PRICE),
            payload={},
            intended_at=self.clock.now(),
        )
        with self.database.write() as connection:
            calls.intend(connection, call)
        return name

    def tell(self, name: CallId, *events: CallEvent) -> None:
        for event in events:
            with self.database.write() as connection:
                calls.tell(connection, name, calls.read(connection, name).state, event, self.clock.now())

    def turn(self) -> None:
        with ThreadPoolExecutor(1) as pool:
            self.desk.turn(pool)


@pytest.fixture(params=["openai", "kling"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Of a vendor that answers with what it made, and of one that takes jobs; both are down for a while."""
    with open_database(tmp_path / "facts.db") as database:
        office = Office(request.param, database, LocalVault(tmp_path / "vault"))
        name = office.intend(1)
        for _ in range(OUTAGES):
            not_before = office.clock.now()
            office.tell(name, Submitting(worker="A"), TurnedAway(failure=DOWN, not_before=not_before))
        office.turn()
        yield office


def taken(office: Office) -> tuple[CallEvent, ...]:
    if office.vendor == "openai":
        return (Submitting(worker="A"), MADE, BROUGHT, PAID)
    return (Submitting(worker="A"), Accepted(job="j", endpoint="e"))


def test_a_vendor_that_is_down_is_left_alone_and_then_asked_once(office: Office) -> None:
    office.intend(2)
    assert office.desk.governor.closed(office.clock.now())
    assert office.handed_in == []
    office.clock.time += timedelta(minutes=1)
    office.turn()
    assert len(office.handed_in) == 1


def test_one_answer_says_that_a_vendor_is_back_even_if_its_call_ended_between_two_rounds(
    office: Office,
) -> None:
    waiting = [office.intend(number) for number in (2, 3)]
    office.turn()
    office.clock.time += timedelta(minutes=1)
    office.tell(waiting[0], *taken(office))
    office.turn()
    assert office.desk.governor.room(0, office.clock.now()) > 1
    with office.database.read() as connection:
        phase = calls.read(connection, waiting[0]).state.phase
    assert phase is (Phase.SETTLED if office.vendor == "openai" else Phase.ACCEPTED)
