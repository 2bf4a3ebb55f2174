"""What a production costs, and vendors' statements held against its book: on both databases, with real rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, NotFound, UserError
from picturelock.core.ids import CallId, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import (
    Accepted,
    Arrived,
    Bill,
    BillSource,
    CallEvent,
    Failed,
    FailureKind,
    Fetched,
    Finished,
    Lost,
    Quote,
    Refused,
    Settled,
    Submitting,
    VendorFailure,
)
from picturelock.core.policy import Cap, Caps, Rate, Settings
from picturelock.core.take import ReviewKind, Take
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.generate import calls
from picturelock.generate.calls import PaidCall
from picturelock.ledger import book
from picturelock.ledger.breakdown import By
from picturelock.ledger.headroom import Nearness
from picturelock.ledger.reconcile import Finding
from picturelock.ledger.redlines import Standing
from picturelock.ledger.scope import Scope
from picturelock.studio import facts as store
from picturelock.studio.costing import Reconciliation, cost, reconcile, warnings
from picturelock.studio.folder import Folder
from picturelock.studio.production import Production
from picturelock.vault.local import LocalVault

START = datetime(2026, 12, 7, 9, tzinfo=UTC)
KEY, CLIP = UnitId("SC010_SH010.key"), UnitId("SC010_SH010.clip")
OTHER = UnitId("SC020_SH010.clip")
NOTHING = Digest.of(b"")
CAPS = Caps(money=Money(10, "USD"), vendor={"runway": Cap(money=Money(200, "RUNWAYCR"))})
MODELS = {"runway": "gen4.5", "kling": "kling-v3", "openai": "gpt-image-2-2026-04-21"}
NO = VendorFailure(kind=FailureKind.BAD_OUTPUT, message="nothing came of it")


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class Film:
    """A production whose calls are written as they happen."""

    def __init__(self, database: Database, root: Path, name: str = "film", caps: Caps = CAPS) -> None:
        folder = Folder(root / name)
        folder.hidden.mkdir(parents=True)
        self.clock = Hand()
        self.production = Production(folder, database, LocalVault(folder.vault), self.clock, name)
        self.production.write_settings(Settings(title="Tide", source="tide.txt", caps=caps))
        self.caps = caps
        self.bought = 0
        with database.write() as connection:
            connection.execute(sa.insert(tables.production).values(id=name, title="Tide", created_at=START))

    def sent(
        self, unit: UnitId, vendor: str, quoted: Money, *events: CallEvent, rate: Rate | None = None
    ) -> CallId:
        """A call that is reserved, and what happens to it."""
        self.bought += 1
        now = self.clock.now()
        name = calls.call_id(self.production.name, unit, NOTHING, self.bought)
        quote = Quote(low=quoted, expected=quoted, high=quoted)
        call = PaidCall(
            id=name,
            production=self.production.name,
            unit=unit,
            recipe=NOTHING,
            brief=NOTHING,
            number=self.bought,
            vendor=vendor,
            model=MODELS[vendor],
            token=f"picturelock-{name}",
            quote=quote,
            payload={},
            intended_at=now,
        )
        scope = Scope(unit=unit, vendor=vendor, model=call.model)
        with self.production.writing() as connection:
            calls.intend(connection, call)
            book.reserve(
                connection, self.production.name, self.caps, scope, name, quote, rate or _rate(vendor), 0, now
            )
            state = calls.read(connection, name).state
            for event in (Submitting(worker="one"), *events):
                state = calls.tell(connection, name, state, event, now)
        return name

    def delivered(
        self,
        unit: UnitId,
        vendor: str,
        quoted: Money,
        billed: Money,
        *,
        source: BillSource = BillSource.ANSWER,
    ) -> CallId:
        """A call that brings a take."""
        job = f"job-{self.bought + 1}"
        bill = Bill(amount=billed, source=source)
        name = self.sent(
            unit,
            vendor,
            quoted,
            Accepted(job=job, endpoint="/"),
            Finished(results=("https://vendor.example/a",), bill=bill),
            Arrived(fetched=Fetched(media=NOTHING)),
            Settled(bill=bill),
        )
        take = TakeId("T-" + name[2:])
        now = self.clock.now()
        with self.production.writing() as connection:
            book.settle(connection, self.production.name, name, bill, _rate(vendor), take, now)
            store.record_take(
                connection,
                self.production.name,
                Take(
                    id=take,
                    unit=unit,
                    recipe=Digest.of(name.encode()),
                    brief=NOTHING,
                    media=NOTHING,
                    parts=(),
                    attempt=0,
                    provider=vendor,
                    model=MODELS[vendor],
                    model_version="",
                    cost=Money.zero("USD"),
                    tokens=0,
                    milliseconds=90_000,
                    duration_frames=0,
                    made_at=now,
                ),
            )
        self.clock.at += timedelta(hours=1)
        return name

    def failed(self, unit: UnitId, vendor: str, quoted: Money, billed: Money) -> CallId:
        """A call that was charged and brought nothing."""
        bill = Bill(amount=billed, source=BillSource.ANSWER)
        job = f"job-{self.bought + 1}"
        name = self.sent(unit, vendor, quoted, Accepted(job=job, endpoint="/"), Failed(failure=NO, bill=bill))
        with self.production.writing() as connection:
            book.settle(connection, self.production.name, name, bill, _rate(vendor), None, self.clock.now())
        return name

    def refused(self, unit: UnitId, vendor: str, quoted: Money) -> CallId:
        name = self.sent(unit, vendor, quoted, Refused(failure=NO))
        with self.production.writing() as connection:
            book.release(connection, self.production.name, name, "refused", self.clock.now())
        return name

    def held_against(
        self, vendor: str, *lines: str, booking: bool = False, unknown: bool = False
    ) -> Reconciliation:
        data = "\n".join(lines).encode()
        return reconcile(self.production, vendor, data, booking=booking, unknown=unknown)

    def settled(self, by: By = By.VENDOR) -> dict[str, str]:
        return {line.key: str(line.home.settled) for line in cost(self.production, by).lines}


def _rate(vendor: str) -> Rate | None:
    at = date(2026, 1, 1)
    worth = {"runway": ("RUNWAYCR", "0.01"), "kling": ("KLINGUN", "0.14")}
    if vendor not in worth:
        return None
    currency, rate = worth[vendor]
    return Rate(currency=currency, into="USD", rate=Decimal(rate), day=at, source="list", vendor=vendor)


def runway(amount: int) -> Money:
    return Money(amount, "RUNWAYCR")


def units(amount: str) -> Money:
    return Money(Decimal(amount), "KLINGUN")


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.fixture
def film(database: Database, tmp_path: Path) -> Film:
    return Film(database, tmp_path)


# What it costs


def test_costs_are_told_in_both_currencies_with_the_rate_and_its_source(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    film.delivered(OTHER, "kling", units("1.5"), units("1.5"))
    film.delivered(KEY, "openai", usd("0.2"), usd("0.2"))
    found = cost(film.production, By.VENDOR)
    assert film.settled() == {"kling": "0.21 USD", "openai": "0.2 USD", "runway": "0.6 USD"}
    assert str(found.total.home.settled) == "1.01 USD"
    assert {code: str(held.settled) for code, held in found.total.by_currency.items()} == {
        "KLINGUN": "1.5 KLINGUN",
        "RUNWAYCR": "60 RUNWAYCR",
        "USD": "0.2 USD",
    }
    told = {rate.vendor: rate for rate in found.rates}
    assert set(told) == {"kling", "runway"}
    assert (told["runway"].rate, told["runway"].booked) == (Decimal("0.01"), Decimal("0.01"))
    assert told["runway"].source
    assert told["runway"].day


def test_a_rate_that_was_corrected_since_shows_beside_what_was_booked(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    dearer = Rate(
        currency="RUNWAYCR",
        into="USD",
        rate=Decimal("0.02"),
        day=date(2026, 11, 1),
        source="the contract",
        vendor="runway",
    )
    film.production.write_settings(Settings(title="Tide", source="tide.txt", caps=CAPS, rates=(dearer,)))
    (rate,) = cost(film.production, By.SHOT).rates
    assert (rate.rate, rate.source, rate.booked) == (Decimal("0.02"), "the contract", Decimal("0.01"))


def test_rework_and_failures_have_their_share(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(50), runway(50))
    film.delivered(CLIP, "runway", runway(30), runway(30))
    film.failed(CLIP, "runway", runway(20), runway(20))
    film.refused(CLIP, "runway", runway(40))
    found = cost(film.production, By.CATEGORY)
    assert found.rework_share == Decimal("0.500")
    assert film.settled(By.CATEGORY) == {
        "failed": "0.2 USD",
        "first_try": "0.5 USD",
        "not_charged": "0 USD",
        "rework": "0.3 USD",
    }
    assert str(found.total.home.released) == "0.4 USD"


def test_a_cap_in_the_vendors_currency_is_near_at_four_fifths_and_warned_of(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(159), runway(159))
    assert warnings(film.production).caps == ()
    film.sent(OTHER, "runway", runway(1))
    (use,) = warnings(film.production).caps
    assert (use.name, str(use.used), use.share) == ("caps.vendor.runway", "160 RUNWAYCR", Decimal("0.800"))
    assert use.nearness is Nearness.NEAR
    assert any("160 RUNWAYCR of 200 RUNWAYCR (80.0%)" in line for line in warnings(film.production).lines)


@pytest.mark.parametrize(("billed", "alarm"), [(75, False), (74, True), (133, False), (134, True)], ids=str)
def test_a_model_that_bills_otherwise_than_quoted_raises_an_alarm(
    film: Film, billed: int, *, alarm: bool
) -> None:
    film.delivered(CLIP, "runway", runway(50), runway(billed))
    film.delivered(OTHER, "runway", runway(50), runway(0))
    (check,) = cost(film.production, By.MODEL).quotes
    assert (check.ratio, check.alarm, check.calls) == (Decimal(billed) / 100, alarm, 2)
    assert bool(warnings(film.production).quotes) is alarm


def test_failures_and_bills_that_are_only_the_quote_prove_nothing_about_a_price(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60), source=BillSource.QUOTE)
    film.failed(OTHER, "runway", runway(60), runway(1))
    (check,) = cost(film.production, By.MODEL).quotes
    assert (check.calls, check.guessed, check.ratio, check.alarm) == (0, 1, None, False)


def test_more_than_thirty_calls_for_one_clip_cross_a_red_line(film: Film) -> None:
    for _ in range(30):
        film.delivered(CLIP, "runway", runway(1), runway(1))
    line = next(line for line in cost(film.production, By.SHOT).red_lines if line.name == "iterations")
    assert (line.subject, line.standing) == (str(CLIP), Standing.NEAR)
    film.sent(CLIP, "runway", runway(1))
    line = next(line for line in warnings(film.production).red_lines if line.name == "iterations")
    assert (line.subject, line.standing, line.found) == (str(CLIP), Standing.CROSSED, "31 calls")
    assert line.advice


def test_revisions_that_take_longer_than_the_original_cross_a_red_line(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(1), runway(1))
    with film.production.writing() as connection:
        now = film.clock.now()
        store.record_review(connection, film.production.name, CLIP, ReviewKind.APPROVE, None, "ana", "", now)
    assert not [line for line in warnings(film.production).red_lines if line.name == "revision"]
    film.clock.at += timedelta(days=1)
    with film.production.writing() as connection:
        book.enter(
            connection,
            film.production.name,
            book.Kind.HUMAN_MINUTES,
            at=film.clock.now(),
            quantity=2,
            unit=CLIP,
            note="tracking: looked for the approved version",
        )
    found = {line.name: line for line in warnings(film.production).red_lines}
    assert found["revision"].standing is Standing.CROSSED
    assert found["revision"].found == "120.0 s of revision after 90.0 s"
    assert found["tracking"].found == "2 min of tracking, 0 min of making"


# Statements


def test_a_statement_of_jobs_that_agrees_has_nothing_to_say(film: Film) -> None:
    film.delivered(CLIP, "kling", units("1.5"), units("1.5"))
    film.failed(OTHER, "kling", units("1.5"), units("0"))
    found = film.held_against(
        "kling",
        "task_id,external_task_id,created_at,final_unit_deduction",
        "job-1,,1796634000000,1.50",
        "job-2,,1796637600000,0",
    )
    assert (found.form, found.agreed, found.differences, found.left) == ("Kling's tasks", 2, (), ())


def test_differences_of_jobs_are_named_by_line_and_booked_once_and_only_when_told(film: Film) -> None:
    dearer = film.delivered(CLIP, "kling", units("1.5"), units("1.5"))
    free = film.refused(CLIP, "kling", units("1.5"))
    film.delivered(OTHER, "kling", units("2"), units("2"))
    doubtful = film.sent(OTHER, "kling", units("3"), Lost(why="timeout"))
    lines = (
        "task_id;external_task_id;created_at;final_unit_deduction",
        "job-1;;2026-12-07T09:30:00Z;1.5",
        "job-1;;2026-12-07T09:40:00Z;0.5",
        f";picturelock-{free};2026-12-07;1.5",
        f"job-x;picturelock-{doubtful};2026-12-07;3",
        "job-9;;2026-12-07;4",
    )
    found = film.held_against("kling", *lines)
    assert [(d.finding, d.subject, d.lines, str(d.difference), d.call) for d in found.differences] == [
        (Finding.AMOUNT, "job job-1", (2, 3), "0.5 KLINGUN", dearer),
        (Finding.AMOUNT, f"job picturelock-{free}", (4,), "1.5 KLINGUN", free),
        (Finding.OPEN, f"job picturelock-{doubtful}", (5,), "3 KLINGUN", doubtful),
        (Finding.UNKNOWN, "job job-9", (6,), "4 KLINGUN", None),
        (Finding.MISSING, "job job-3", (), "-2 KLINGUN", film_call(film, 3)),
    ]
    assert found.booked == {}
    assert film.settled() == {"kling": "0.49 USD"}, "looking books nothing"

    once = film.held_against("kling", *lines, booking=True)
    assert {name: str(amount) for name, amount in once.booked.items()} == {
        "job job-1": "0.5 KLINGUN",
        f"job picturelock-{free}": "1.5 KLINGUN",
    }
    assert film.settled() == {"kling": "0.77 USD"}
    again = film.held_against("kling", *lines, booking=True)
    assert again.booked == {}
    assert [d.finding for d in again.left] == [Finding.OPEN, Finding.UNKNOWN, Finding.MISSING]
    assert film.settled() == {"kling": "0.77 USD"}

    strangers = film.held_against("kling", *lines, booking=True, unknown=True)
    assert {name: str(amount) for name, amount in strangers.booked.items()} == {"job job-9": "4 KLINGUN"}
    assert film.settled() == {"kling": "1.33 USD"}
    assert film.held_against("kling", *lines, booking=True, unknown=True).booked == {}
    assert str(cost(film.production, By.UNIT).total.home.unsettled) == "0.42 USD", "a doubt stays one"


def film_call(film: Film, number: int) -> CallId:
    with film.production.reading() as connection:
        return calls.calls_of(connection, film.production.name)[number - 1].call.id


def test_a_correction_belongs_to_its_call_so_that_its_shot_and_its_quote_know(film: Film) -> None:
    film.delivered(CLIP, "kling", units("1"), units("1"))
    film.held_against("kling", "job,amount", "job-1,2", booking=True)
    assert film.settled(By.SHOT) == {"SC010_SH010": "0.28 USD"}
    assert film.settled(By.CATEGORY) == {"first_try": "0.28 USD"}
    (check,) = cost(film.production, By.MODEL).quotes
    assert (check.ratio, check.alarm) == (Decimal("2.000"), True)


def test_an_old_statement_that_comes_again_does_not_take_a_refund_back(film: Film) -> None:
    film.delivered(CLIP, "kling", units("1"), units("1"))
    old, new = ("job,amount", "job-1,2"), ("job,amount", "job-1,2", "job-1,-1.5")
    assert film.held_against("kling", *old, booking=True).booked
    assert film.held_against("kling", *new, booking=True).booked
    assert film.settled() == {"kling": "0.07 USD"}
    late = film.held_against("kling", *old, booking=True)
    assert late.booked == {}
    assert [d.finding for d in late.left] == [Finding.AMOUNT]
    assert film.settled() == {"kling": "0.07 USD"}


def test_sums_of_days_are_held_against_the_calls_of_the_day(film: Film) -> None:
    film.delivered(KEY, "openai", usd("0.21"), usd("0.2100005"[:6]))
    film.clock.at = START + timedelta(days=2)
    film.delivered(KEY, "openai", usd("0.21"), usd("0.25"))
    film.delivered(KEY, "openai", usd("0.21"), usd("0.21"))
    lines = openai(
        ("2026-12-07", '"gpt-image-2, image output"', "0.200000000000000000000000000001"),
        ("2026-12-07", '"gpt-image-2, text input"', "0.0100000"),
        ("2026-12-08", "", ""),
        ("2026-12-09", '"gpt-image-2-2026-04-21, image output"', "0.5"),
        ("2026-12-09", '"gpt-5, input"', "7"),
    )
    found = film.held_against("openai", *lines)
    assert found.form == "OpenAI's cost data"
    assert found.agreed == 1
    assert [(d.finding, d.subject, d.lines, str(d.difference)) for d in found.differences] == [
        (Finding.UNKNOWN, "2026-12-09 gpt-5", (6,), "7 USD"),
        (Finding.AMOUNT, "2026-12-09 gpt-image-2", (5,), "0.04 USD"),
    ]
    once = film.held_against("openai", *lines, booking=True)
    assert {name: str(amount) for name, amount in once.booked.items()} == {
        "2026-12-09 gpt-image-2": "0.04 USD"
    }
    assert film.settled() == {"openai": "0.71 USD"}
    again = film.held_against("openai", *lines, booking=True)
    assert (again.booked, again.agreed) == ({}, 2)
    assert film.settled(By.CATEGORY)["correction"] == "0.04 USD"


def openai(*rows: tuple[str, str, str]) -> list[str]:
    """Lines as the dashboard's export of cost data has them."""
    lines = ["start_time,end_time,start_time_iso,amount_value,amount_currency,line_item,project_id"]
    for day, line, amount in rows:
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        start = int(at.timestamp())
        code = "usd" if amount else ""
        lines.append(f"{start},{start + 86_400},{at.isoformat()},{amount},{code},{line},proj_1")
    return lines


def test_a_day_that_is_not_over_takes_nothing_back(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    film.delivered(CLIP, "runway", runway(60), runway(60))
    early = film.held_against("runway", "date,model,amount", "2026-12-07,gen4.5,60", booking=True)
    assert early.booked == {}
    assert "may not be complete" in early.differences[0].why
    whole = film.held_against(
        "runway", "date,model,amount", "2026-12-07,gen4.5,60", "2026-12-08,gen4_turbo,0", booking=True
    )
    assert {name: str(amount) for name, amount in whole.booked.items()} == {
        "2026-12-07 gen4.5": "-60 RUNWAYCR"
    }
    assert film.settled() == {"runway": "0.6 USD"}


def test_a_day_with_calls_that_are_not_settled_waits(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    film.sent(OTHER, "runway", runway(60), Lost(why="timeout"))
    found = film.held_against("runway", "date,model,amount", "2026-12-07,gen4.5,120", booking=True)
    assert found.booked == {}
    assert "not settled yet" in found.differences[0].why


def test_productions_that_share_an_account_are_told_apart(film: Film, tmp_path: Path) -> None:
    other = Film(film.production.database, tmp_path, "other")
    other.bought = 10
    film.delivered(CLIP, "kling", units("1"), units("1"))
    other.delivered(CLIP, "kling", units("1"), units("1"))
    found = film.held_against("kling", "job,amount", "job-1,1", "job-11,5", booking=True, unknown=True)
    assert (found.agreed, found.elsewhere, found.differences) == (1, 1, ())
    days = film.held_against(
        "kling", "day,model,amount", "2026-12-07,kling-v3,3", "2026-12-08,x,0", booking=True
    )
    assert days.booked == {}
    assert "other productions" in days.differences[0].why
    assert other.settled() == {"kling": "0.14 USD"}


def test_an_invoice_in_the_productions_currency_is_held_against_what_was_booked(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    found = film.held_against("runway", "job,amount,currency", "job-1,0.72,USD", booking=True)
    assert {name: str(amount) for name, amount in found.booked.items()} == {"job job-1": "0.12 USD"}
    assert film.settled() == {"runway": "0.72 USD"}
    assert film.held_against("runway", "job,amount,currency", "job-1,0.72,USD", booking=True).booked == {}


def test_a_currency_without_a_rate_is_refused_with_the_row_to_add(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    with pytest.raises(UserError, match="no rate leads from EUR to USD"):
        film.held_against("runway", "job,day,amount,currency", "job-1,2026-12-07,1,EUR", booking=True)
    assert film.settled() == {"runway": "0.6 USD"}


def test_a_vendor_that_nobody_knows_is_refused(film: Film) -> None:
    with pytest.raises(NotFound, match="no vendor is called 'pikachu'"):
        film.held_against("pikachu", "job,amount", "1,1")


def test_headings_are_mapped_by_hand_and_lines_chosen(film: Film) -> None:
    film.delivered(CLIP, "kling", units("1"), units("1"))
    data = b"Task\tUnits used\tProject\njob-1\t1\tfilm\njob-7\t99\tanother\n"
    found = reconcile(
        film.production, "kling", data, columns="job=Task,amount=Units used", only={"Project": "film"}
    )
    assert (found.lines, found.agreed, found.differences) == (1, 1, ())


def test_a_file_that_cannot_be_read_books_nothing(film: Film) -> None:
    film.delivered(CLIP, "kling", units("1"), units("1"))
    with pytest.raises(BadDocument, match="line 3"):
        film.held_against("kling", "job,amount", "job-1,2", "job-2,two", booking=True, unknown=True)
    assert film.settled() == {"kling": "0.14 USD"}


def test_a_model_of_which_a_day_says_nothing_is_missing_and_nothing_is_taken_back(film: Film) -> None:
    film.delivered(CLIP, "runway", runway(60), runway(60))
    found = film.held_against("runway", "date,model,amount", "2026-12-07,gen4_turbo,25", booking=True)
    assert [(d.finding, d.subject) for d in found.differences] == [
        (Finding.MISSING, "2026-12-07 gen4.5"),
        (Finding.UNKNOWN, "2026-12-07 gen4_turbo"),
    ]
    assert found.booked == {}


def test_empty_days_count_for_nothing_and_lines_without_a_name_are_told_by_number(
    film: Film,
) -> None:
    film.delivered(CLIP, "kling", units("1"), units("1"))
    found = film.held_against(
        "kling", "day,job,amount", "2026-12-07,job-1,1", "2026-12-08,,", "2026-12-07,,4"
    )
    assert found.agreed == 1
    assert [(d.finding, d.subject, d.lines) for d in found.differences] == [(Finding.UNKNOWN, "line 4", (4,))]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("day,amount,currency", "2026-12-07,1,USD", "2026-12-07,1,EUR"), "stated in EUR and USD"),
        (("job,amount,amount", "job-1,1,1"), "'amount' is there twice"),
        (("",), "empty"),
    ],
)
def test_what_a_statement_leaves_open_is_refused_with_its_line(
    film: Film, lines: tuple[str, ...], words: str
) -> None:
    film.delivered(CLIP, "kling", units("1"), units("1"))
    with pytest.raises(BadDocument, match=words) as caught:
        film.held_against("kling", *lines, booking=True)
    assert "line" in str(caught.value)
    assert film.settled() == {"kling": "0.14 USD"}
