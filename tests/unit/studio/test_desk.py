"""What a desk learns from answers: how much a vendor takes, and when one that was down is back."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.core.codec import canonical
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
from picturelock.core.policy import Caps, Settings
from picturelock.core.take import Operation, Recipe
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.engine.port import Job as EngineJob
from picturelock.generate import calls
from picturelock.generate.calls import PaidCall
from picturelock.generate.kling.adapter import Kling
from picturelock.generate.registry import vendor
from picturelock.generate.vendor import AtWork, Job, MadeIt, NoAnswer, Progress, Vendor
from picturelock.ledger import book
from picturelock.ledger.scope import Scope
from picturelock.ledger.totals import totals
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

    def __init__(
        self, name: str, database: Database, vault: LocalVault, supplier: Vendor | None = None
    ) -> None:
        self.database, self.clock, self.handed_in = database, Hand(), list[str]()

        def submit(_: sa.Connection, job: EngineJob) -> None:
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
        self.vendor, self.vault = name, vault
        self.supplier = supplier or vendor(name)
        self.desk = Desk(self.supplier, database, vault, self.clock, buyer, submit)
        with database.write() as connection:
            connection.execute(
                sa.insert(tables.production).values(id="p", title="t", created_at=self.clock.now())
            )

    def intend(self, number: int, *, reserve: bool = True) -> CallId:
        name = CallId(f"C-{number:016x}")
        unit = UnitId(f"SC010_SH{number:02d}0.key")
        recipe = Recipe(
            unit=unit,
            operation=Operation.DRAW,
            provider=self.vendor,
            model="m",
            model_version="m",
            seed=number,
            format="picturelock.recipe/1",
        )
        call = PaidCall(
            id=name,
            production="p",
            unit=unit,
            recipe=self.vault.put(canonical(recipe)),
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
            if reserve:
                scope = Scope(unit=call.unit, vendor=call.vendor, model=call.model)
                book.reserve(
                    connection,
                    "p",
                    Caps(money=PRICE * 1000),
                    scope,
                    name,
                    call.quote,
                    None,
                    0,
                    self.clock.now(),
                )
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


class Asked(Kling):
    """A vendor that takes jobs and says of every one the same."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Progress = AtWork()

    def poll(self, job: Job) -> Progress:
        return self.answer


@pytest.fixture
def kling(tmp_path: Path) -> Iterator[Office]:
    with open_database(tmp_path / "facts.db") as database:
        yield Office("kling", database, LocalVault(tmp_path / "vault"), Asked())


def leave(office: Office, numbers: Iterable[int]) -> list[CallId]:
    """Calls that the vendor took a day ago."""
    left = [office.intend(number) for number in numbers]
    for name in left:
        office.tell(name, Submitting(worker="A"), Accepted(job=f"job-{name}", endpoint="e"))
    office.clock.time += timedelta(days=1)
    return left


def hang(office: Office, numbers: Iterable[int]) -> list[CallId]:
    """Calls that the vendor took a day ago, and says to be at work on."""
    hung = leave(office, numbers)
    office.turn()
    return hung


def phase_of(office: Office, name: CallId) -> Phase:
    with office.database.read() as connection:
        return calls.read(connection, name).state.phase


def test_jobs_that_do_not_end_and_take_every_place_turn_back_what_waits_for_one(kling: Office) -> None:
    places = vendor("kling").terms().concurrency
    hung = hang(kling, range(1, places + 1))
    waits = kling.intend(99)
    kling.turn()
    assert kling.handed_in == []
    with kling.database.read() as connection:
        refused = calls.read(connection, waits).state
    assert refused.phase is Phase.REFUSED
    assert refused.failure is not None
    assert refused.failure.kind is FailureKind.NO_PLACE
    with kling.database.read() as connection:
        assert totals(connection, "p", "USD").reserved == PRICE * places
    assert refused.failure.message == (
        f"not sent: jobs ({', '.join(hung[:3])}, …) that do not end take every place of the account at kling"
    )
    # What the vendor has may be paid for, so that is never given up.
    assert {phase_of(kling, name) for name in hung} == {Phase.ACCEPTED}


@pytest.mark.parametrize("answer", [NoAnswer(why="the line is dead"), MadeIt(results=("https://a/b",))])
def test_nothing_is_turned_back_before_the_vendor_says_that_it_is_still_at_work(
    kling: Office, answer: Progress
) -> None:
    assert isinstance(kling.supplier, Asked)
    kling.supplier.answer = answer
    left = leave(kling, range(1, vendor("kling").terms().concurrency + 1))
    waits = kling.intend(99)
    kling.turn()
    kling.turn()
    assert phase_of(kling, waits) is Phase.RESERVED
    made = isinstance(answer, MadeIt)
    assert {phase_of(kling, name) for name in left} == {Phase.FINISHED if made else Phase.ACCEPTED}
    assert (waits in kling.handed_in) is made


def test_one_call_that_cannot_be_turned_back_does_not_close_the_desk(kling: Office) -> None:
    assert isinstance(kling.supplier, Asked)
    hung = hang(kling, range(1, vendor("kling").terms().concurrency + 1))
    # Not one that we would write: nothing is reserved for it.
    broken, second = kling.intend(98, reserve=False), kling.intend(99)
    kling.supplier.answer = MadeIt(results=("https://a/b",))
    kling.clock.time += timedelta(hours=1)
    kling.turn()
    assert phase_of(kling, broken) is Phase.RESERVED
    assert phase_of(kling, second) is Phase.REFUSED
    assert {phase_of(kling, name) for name in hung} == {Phase.FINISHED}


def test_beside_jobs_that_do_not_end_one_request_at_a_time_asks_whether_there_is_room(kling: Office) -> None:
    places = vendor("kling").terms().concurrency
    hang(kling, range(1, places))
    full = VendorFailure(kind=FailureKind.CONCURRENCY, message="full", retry=Retry.LATER)
    for _ in range(8):
        kling.desk.governor.turned_away(full.kind, kling.clock.now())
        kling.clock.time += timedelta(minutes=1)
    assert kling.desk.governor.allowed == 1
    first, second = kling.intend(98), kling.intend(99)
    kling.turn()
    assert kling.handed_in == [first]
    kling.tell(first, Submitting(worker="A"), TurnedAway(failure=full, not_before=kling.clock.now()))
    kling.turn()
    assert kling.handed_in == [first, first]
    assert phase_of(kling, second) is Phase.RESERVED


def test_a_vendor_that_is_down_is_asked_again_beside_a_job_that_does_not_end(kling: Office) -> None:
    hang(kling, [1])
    for _ in range(OUTAGES):
        kling.desk.governor.turned_away(FailureKind.OUTAGE, kling.clock.now())
    waits = kling.intend(2)
    kling.turn()
    assert kling.handed_in == []
    kling.clock.time += timedelta(minutes=1)
    kling.turn()
    assert kling.handed_in == [waits]
