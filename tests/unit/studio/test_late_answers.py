"""What a worker writes down that was away for a while: answers are true, but only of their own attempt."""

from collections.abc import Iterator
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
    Bill,
    BillSource,
    CallEvent,
    Failed,
    FailureKind,
    Lost,
    NotFoundThere,
    Phase,
    Quote,
    Refused,
    Submitting,
    TurnedAway,
    VendorFailure,
)
from picturelock.core.policy import Caps, Settings
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.generate import calls
from picturelock.generate.calls import OpenCall, PaidCall
from picturelock.ledger import book
from picturelock.ledger.scope import Scope
from picturelock.studio.buying import Buyer
from picturelock.vault.local import LocalVault

NAME = CallId("C-" + "0" * 16)
PRICE = Money(1, "USD")
BUSY = VendorFailure(kind=FailureKind.RATE, message="too many requests", retry=Retry.LATER)
FLAGGED = VendorFailure(kind=FailureKind.MODERATED_INPUT, message="flagged")


class Noon:
    def __init__(self) -> None:
        self._now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class Desk:
    """A database with one call, and a buyer."""

    def __init__(self, database: Database, vault: LocalVault) -> None:
        self.database = database
        self.clock = Noon()
        self.failed: list[str] = []
        self.buyer = Buyer(
            database,
            vault,
            self.clock,
            lambda _connection, _job: None,
            settings_of=lambda _payload: Settings(title="t", source="s"),
            task_of=lambda _payload: "",
            pace_of=lambda _vendor: 1.0,
            after_delivery=lambda _connection, _call, _take: None,
            after_failure=lambda _connection, call, _error: self.failed.append(call.id),
            worker="A",
        )
        with database.write() as connection:
            connection.execute(
                sa.insert(tables.production).values(id="p", title="t", created_at=self.clock.now())
            )
            quote = Quote(low=PRICE, expected=PRICE, high=PRICE)
            unit = UnitId("SC010_SH020.clip")
            calls.intend(
                connection,
                PaidCall(
                    id=NAME,
                    production="p",
                    unit=unit,
                    recipe=Digest.of(b"r"),
                    brief=Digest.of(b"b"),
                    number=0,
                    vendor="kling",
                    model="kling-v3",
                    token="t",  # noqa: S106  # not a secret
                    quote=quote,
                    payload={},
                    intended_at=self.clock.now(),
                ),
            )
            roomy = Caps(money=Money(100, "USD"))
            scope = Scope(unit=unit, vendor="kling", model="kling-v3")
            book.reserve(connection, "p", roomy, scope, NAME, quote, None, 0, self.clock.now())

    def happens(self, *events: CallEvent) -> OpenCall:
        for event in events:
            known = self.now()
            with self.database.write() as connection:
                calls.tell(connection, NAME, known.state, event, self.clock.now())
        return self.now()

    def now(self) -> OpenCall:
        return calls.read_now(self.database, NAME)

    def contradictions(self) -> int:
        with self.database.read() as connection:
            query = sa.select(sa.func.count()).select_from(tables.event)
            return connection.execute(query.where(tables.event.c.kind == "contradiction")).scalar_one()


@pytest.fixture
def desk(place: Path | str, tmp_path: Path) -> Iterator[Desk]:
    with open_database(place) as database:
        yield Desk(database, LocalVault(tmp_path / "vault"))


def away(desk: Desk) -> TurnedAway:
    return TurnedAway(failure=BUSY, not_before=desk.clock.now())


@pytest.mark.parametrize("meanwhile", [(), (Lost(why="reset"),)], ids=["in flight", "in doubt"])
def test_a_late_no_to_one_attempt_does_not_send_a_third(desk: Desk, meanwhile: tuple[CallEvent, ...]) -> None:
    first = desk.happens(Submitting(worker="A"))
    desk.happens(Lost(why="A is silent"), NotFoundThere(evidence="404"), Submitting(worker="B"), *meanwhile)
    before = desk.now().state
    assert not desk.buyer.tell(first, away(desk))
    assert desk.now().state == before


def test_a_late_refusal_of_one_attempt_does_not_end_the_next(desk: Desk) -> None:
    first = desk.happens(Submitting(worker="A"))
    desk.happens(Lost(why="A is silent"), NotFoundThere(evidence="404"), Submitting(worker="B"))
    assert not desk.buyer.close(first, Refused(failure=FLAGGED))
    assert desk.now().state.phase is Phase.SUBMITTING
    assert not desk.failed


def test_a_slow_look_at_one_attempt_says_nothing_of_the_next(desk: Desk) -> None:
    looking = desk.happens(Submitting(worker="A"), Lost(why="reset"))
    desk.happens(NotFoundThere(evidence="404"), Submitting(worker="B"), Lost(why="reset"))
    assert not desk.buyer.tell(looking, NotFoundThere(evidence="404"))
    assert desk.now().state.phase is Phase.IN_DOUBT


def test_a_late_job_of_one_attempt_is_not_overlooked(desk: Desk) -> None:
    first = desk.happens(Submitting(worker="A"))
    desk.happens(
        Lost(why="A is silent"),
        NotFoundThere(evidence="404"),
        Submitting(worker="B"),
        Accepted(job="second", endpoint="/v"),
    )
    assert not desk.buyer.tell(first, Accepted(job="first", endpoint="/v"))
    assert desk.now().state.job == "second"
    assert desk.contradictions() == 1


def test_a_late_no_to_the_attempt_in_doubt_proves_that_nothing_is_there(desk: Desk) -> None:
    first = desk.happens(Submitting(worker="A"))
    desk.happens(Lost(why="A is silent"))
    assert desk.buyer.tell(first, away(desk))
    assert desk.now().state.phase is Phase.RESERVED


def test_what_was_refused_for_good_is_not_sent_again_because_the_answer_was_late(desk: Desk) -> None:
    first = desk.happens(Submitting(worker="A"))
    desk.happens(Lost(why="A is silent"))
    assert desk.buyer.close(first, Refused(failure=FLAGGED))
    assert desk.now().state.phase is Phase.REFUSED
    assert desk.failed == [NAME]


def test_what_goes_wrong_after_the_event_is_not_taken_for_a_race(desk: Desk) -> None:
    known = desk.happens(Submitting(worker="A"), Accepted(job="j", endpoint="/v"))
    elsewhere = Bill(amount=Money(1, "EUR"), source=BillSource.ANSWER)
    with pytest.raises(Exception, match="EUR"):
        desk.buyer.close(known, Failed(failure=FLAGGED, bill=elsewhere))
    assert desk.now().state.phase is Phase.ACCEPTED
