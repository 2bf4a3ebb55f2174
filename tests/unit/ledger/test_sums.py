"""Whatever is reserved, settled, released and corrected in whatever order: the sums hold, and every grouping adds up."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.core.failures import Conflict, NotFound, Stopped
from picturelock.core.ids import CallId, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, Quote
from picturelock.core.policy import Cap, Caps, Rate
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.ledger import book
from picturelock.ledger.breakdown import By, Line, added_up, broken_down
from picturelock.ledger.caps import limits
from picturelock.ledger.headroom import cap_uses
from picturelock.ledger.postings import Category, State
from picturelock.ledger.rates import convert
from picturelock.ledger.reading import read_made, read_postings
from picturelock.ledger.scope import Scope
from picturelock.ledger.totals import used_up

START = datetime(2026, 5, 1, tzinfo=UTC)
UNITS = [
    UnitId(name) for name in ("SC010_SH010.key", "SC010_SH010.clip", "SC010_SH020.clip", "SC020_SH010.clip")
]
#: A vendor's credit at a third of a cent: no amount of it is exact in dollars.
CREDIT = Rate(
    currency="RUNWAYCR",
    into="USD",
    rate=Decimal(1) / 300,
    day=date(2026, 1, 1),
    source="price list",
    vendor="runway",
)
VENDORS = {"runway": ("gen4.5", "RUNWAYCR", CREDIT), "openai": ("gpt-image-2", "USD", None)}
NUMBERS = count(1)
NOTHING = Money.zero("USD")
#: Each example writes up to 25 durable transactions.
FEW = settings(max_examples=40)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with open_database(Path(tmp_path_factory.mktemp("sums")) / "facts.sqlite") as database:
        yield database


@dataclass
class Film:
    """A production whose book is written by steps, with what should be in it."""

    database: Database
    caps: Caps
    name: str = ""
    at: datetime = START
    open_: dict[int, Money] = field(default_factory=dict)
    home_of: dict[int, Money] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    settled: Money = NOTHING
    over: Money = NOTHING

    def __post_init__(self) -> None:
        self.name = f"film-{next(NUMBERS)}"
        with self.database.write() as connection:
            connection.execute(
                sa.insert(tables.production).values(id=self.name, title="Tide", created_at=START)
            )

    def call(self, number: int) -> CallId:
        return CallId(f"C-{int(self.name[5:]):08x}{number:08x}")

    def take(self, number: int) -> TakeId:
        return TakeId(f"T-{int(self.name[5:]):08x}{number:08x}")

    def scope(self, number: int) -> Scope:
        vendor = list(VENDORS)[number % 2]
        task = "card" if number % 3 == 0 else ""
        return Scope(
            unit=UNITS[number % 4], vendor=vendor, model=VENDORS[vendor][0], task=task, by_whom="ana"
        )

    def reserve(self, number: int, micros: int) -> None:
        vendor = self.scope(number).vendor
        _, currency, rate = VENDORS[vendor]
        high = Money.from_micros(micros, currency)
        quote = Quote(low=high * 0, expected=high, high=high)
        fresh = number not in self.open_ and number not in self.home_of
        home = convert(high, rate, "USD")
        try:
            with self.database.write() as connection:
                told = book.reserve(
                    connection,
                    self.name,
                    self.caps,
                    self.scope(number),
                    self.call(number),
                    quote,
                    rate,
                    0,
                    self.at,
                )
        except Stopped:
            assert fresh
            return
        assert told is fresh
        if fresh:
            self.open_[number] = home
            self.home_of[number] = home
            assert self.committed - self.over <= self.money, "a reservation passed the cap"

    def settle(self, number: int, micros: int, *, brings: bool) -> None:
        _, currency, rate = VENDORS[self.scope(number).vendor]
        bill = Bill(amount=Money.from_micros(micros, currency), source=BillSource.ANSWER, tokens=number)
        take = self.take(number) if brings else None
        with self.database.write() as connection:
            if number not in self.home_of:
                with pytest.raises(NotFound):
                    book.settle(connection, self.name, self.call(number), bill, rate, take, self.at)
                return
            fresh = book.settle(connection, self.name, self.call(number), bill, rate, take, self.at)
            if fresh and take:
                self._record(connection, number, take)
        if fresh:
            cost = convert(bill.amount, rate, "USD")
            held = self.open_.pop(number, Money.zero("USD"))
            self.settled += cost
            # A bill above its reservation is booked all the same: the money is gone.
            self.over += max(cost - held, Money.zero("USD"))

    def release(self, number: int) -> None:
        with self.database.write() as connection:
            if number not in self.home_of:
                with pytest.raises(NotFound):
                    book.release(connection, self.name, self.call(number), "refused", self.at)
                return
            fresh = book.release(connection, self.name, self.call(number), "refused", self.at)
        assert fresh is (number in self.open_)
        self.open_.pop(number, None)

    def doubt(self, number: int) -> None:
        if number not in self.open_ or number in self.doubtful:
            return
        self.doubtful.add(number)
        scope, name = self.scope(number), self.call(number)
        nothing = Money.zero("USD")
        with self.database.write() as connection:
            connection.execute(
                sa.insert(tables.paid_call).values(
                    id=name,
                    production=self.name,
                    unit=scope.unit,
                    recipe=f"{name}",
                    brief="",
                    number=0,
                    vendor=scope.vendor,
                    model=scope.model,
                    token=f"token-{name}",
                    quote=Quote(low=nothing, expected=nothing, high=nothing),
                    payload={},
                    intended_at=START,
                )
            )
            for sequence, kind in enumerate(("submitting", "lost")):
                connection.execute(
                    sa.insert(tables.call_event).values(
                        call=name, sequence=sequence, kind=kind, body={"type": kind}, at=START
                    )
                )

    def adjust(self, number: int, micros: int) -> None:
        _, currency, rate = VENDORS[self.scope(number).vendor]
        if number > 5:  # an invoice in dollars, whatever the vendor counts in
            currency, rate = "USD", None
        amount = Money.from_micros(micros, currency)
        known = self.call(number) if number in self.home_of else None
        with self.database.write() as connection:
            fresh = book.adjust(
                connection,
                self.name,
                self.scope(number),
                amount,
                rate,
                "USD",
                BillSource.IMPORT,
                f"line {number}",
                self.at,
                call=known,
            )
        if fresh:
            home = convert(amount, rate, "USD")
            self.settled += home
            self.over += max(home, Money.zero("USD"))

    def spend_minutes(self, number: int) -> None:
        with self.database.write() as connection:
            book.enter(
                connection,
                self.name,
                book.Kind.HUMAN_MINUTES,
                at=self.at,
                quantity=number,
                unit=UNITS[number % 4],
            )

    def _record(self, connection: sa.Connection, number: int, take: TakeId) -> None:
        connection.execute(
            sa.insert(tables.take).values(
                production=self.name,
                id=take,
                unit=UNITS[number % 4],
                recipe=f"recipe {number}",
                brief="",
                media="",
                parts=[],
                attempt=0,
                provider=self.scope(number).vendor,
                model="",
                model_version="",
                cost_micros=0,
                currency="USD",
                tokens=0,
                milliseconds=0,
                duration_frames=0,
                made_at=self.at,
            )
        )

    @property
    def money(self) -> Money:
        assert self.caps.money is not None
        return self.caps.money

    @property
    def committed(self) -> Money:
        return sum(self.open_.values(), self.settled)


AMOUNTS = st.sampled_from([0, 1, 333_333, 500_001, 900_000, 3_000_000]) | st.integers(0, 3_000_000)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(0, 7), AMOUNTS),
        st.tuples(st.just("reserve"), st.integers(0, 7), AMOUNTS),
        st.tuples(st.just("settle"), st.integers(0, 7), AMOUNTS),
        st.tuples(st.just("fail"), st.integers(0, 7), AMOUNTS),
        st.tuples(st.just("release"), st.integers(0, 7), st.just(0)),
        st.tuples(st.just("doubt"), st.integers(0, 7), st.just(0)),
        st.tuples(st.just("adjust"), st.integers(0, 7), st.integers(-500_000, 500_000)),
        st.tuples(st.just("minutes"), st.integers(0, 7), st.just(0)),
    ),
    max_size=25,
)


def written(facts: Database, steps: list[tuple[str, int, int]], caps: Caps) -> Film:
    film = Film(facts, caps)
    for word, number, micros in steps:
        film.at += timedelta(hours=5)
        match word:
            case "reserve":
                film.reserve(number, micros)
            case "settle" | "fail":
                film.settle(number, micros, brings=word == "settle")
            case "release":
                film.release(number)
            case "doubt":
                film.doubt(number)
            case "adjust":
                film.adjust(number, micros)
            case _:
                film.spend_minutes(number)
    return film


CAPS = Caps(
    money=Money(3, "USD"),
    tokens=10,
    minutes=60,
    scene=Cap(money=Money(2, "USD"), takes=9),
    shot=Cap(money=Money(1, "USD")),
    unit=Cap(takes=4),
    vendor={"runway": Cap(money=Money(400, "RUNWAYCR"), takes=6), "kling": Cap(takes=1)},
    task={"card": Cap(money=Money(1, "USD"), takes=3, minutes=5)},
)


@FEW
@given(STEPS)
def test_sums_follow_the_steps_and_no_reservation_passes_a_cap(
    facts: Database, steps: list[tuple[str, int, int]]
) -> None:
    film = written(facts, steps, Caps(money=Money(1, "USD")))
    with facts.read() as connection:
        found = book.totals(connection, film.name, "USD")
    assert found.settled == film.settled
    assert found.committed == film.committed
    assert found.reserved >= Money.zero("USD")
    doubtful = [film.open_[n] for n in film.doubtful if n in film.open_]
    assert found.unsettled == sum(doubtful, Money.zero("USD"))


@FEW
@given(STEPS)
def test_every_grouping_adds_up_to_the_total(facts: Database, steps: list[tuple[str, int, int]]) -> None:
    film = written(facts, steps, Caps(money=Money(1, "USD")))
    with facts.read() as connection:
        postings = read_postings(connection, film.name, "USD", read_made(connection, film.name))
        totals = book.totals(connection, film.name, "USD")
    whole = added_up(postings, "USD")
    assert (whole.home.reserved, whole.home.unsettled, whole.home.settled) == (
        totals.reserved,
        totals.unsettled,
        totals.settled,
    )
    assert (whole.tokens, whole.minutes) == (totals.tokens, totals.minutes)
    for code, sums in totals.by_currency.items():
        if code in whole.by_currency:
            own = whole.by_currency[code]
            assert (own.reserved, own.unsettled, own.settled) == (sums.reserved, sums.unsettled, sums.settled)
        else:
            assert not sums.committed.amount
    # Money comes back whole: what was ever set aside still stands, was given back, or ended in a bill.
    with_bill = {p.call for p in postings if p.state is State.SETTLED and p.source == "answer"}
    ended = [home for n, home in film.home_of.items() if film.call(n) in with_bill]
    ever = sum(film.home_of.values(), Money.zero("USD"))
    billed_late = {p.call for p in postings if p.state is State.RELEASED} & with_bill
    assert not billed_late
    assert (
        whole.home.reserved + whole.home.unsettled + whole.home.released + sum(ended, Money.zero("USD"))
        == ever
    )
    for by in By:
        lines = broken_down(postings, by, "USD")
        assert _sum_of(lines) == _sum_of([whole])
        assert len({line.key for line in lines}) == len(lines)


def _sum_of(lines: "list[Line] | tuple[Line, ...]") -> Counter[Any]:
    found: Counter[Any] = Counter()
    for line in lines:
        amounts = [("USD home", line.home), *line.by_currency.items()]
        for code, held in amounts:
            for name in ("reserved", "unsettled", "settled", "released"):
                found[code, name] += getattr(held, name).micros
        found["tokens"] += line.tokens
        found["minutes"] += line.minutes
    return Counter({name: n for name, n in found.items() if n})


@FEW
@given(STEPS)
def test_the_caps_that_people_see_are_the_caps_that_stop(
    facts: Database, steps: list[tuple[str, int, int]]
) -> None:
    film = written(facts, steps, CAPS)
    with facts.read() as connection:
        made = read_made(connection, film.name)
        postings = read_postings(connection, film.name, "USD", made)
        uses = {(use.name, use.what, use.of): use for use in cap_uses(CAPS, postings, made)}
        for number in range(8):
            scope = film.scope(number)
            if not any(p.unit == scope.unit for p in postings):
                continue
            takes = sum(take.unit == scope.unit for take in made)
            reaching = limits(CAPS, scope)
            used = used_up(connection, film.name, "USD", reaching, takes)
            for limit in reaching:
                held = used[limit.name]
                in_home = limit.cap.money is None or limit.cap.money.currency == "USD" or held.own is None
                own = held.money if in_home else held.own
                for of, cap, value in (
                    ("money", limit.cap.money, own),
                    ("takes", limit.cap.takes, held.takes),
                    ("tokens", limit.cap.tokens, held.tokens),
                    ("minutes", limit.cap.minutes, held.minutes),
                ):
                    if cap is not None and (limit.scope.task == "" or _has_task(postings)):
                        assert uses[limit.name, limit.what, of].used == value, (limit.name, limit.what, of)
    assert uses["caps.vendor.kling", "the vendor kling", "takes"].used == 0


def _has_task(postings: list[Any]) -> bool:
    return any(p.task for p in postings)


def test_money_is_told_apart_by_what_came_of_it(database: Database) -> None:
    film = Film(database, Caps(money=Money(100, "USD")))
    for number in (1, 5, 9, 13, 17, 21):  # all of one unit, at OpenAI, in dollars
        film.reserve(number, 1_000_000)
    film.settle(1, 900_000, brings=True)
    film.at += timedelta(days=1)
    film.settle(5, 800_000, brings=True)
    film.settle(9, 300_000, brings=False)
    film.adjust(5, -100_000)
    film.release(13)
    film.doubt(17)
    with database.read() as connection:
        postings = read_postings(connection, film.name, "USD", read_made(connection, film.name))
    lines = {line.key: line.home for line in broken_down(postings, By.CATEGORY, "USD")}
    assert {key: str(home.settled) for key, home in lines.items() if home.settled.amount} == {
        Category.FIRST_TRY: "0.9 USD",
        Category.REWORK: "0.7 USD",
        Category.FAILED: "0.3 USD",
    }
    assert str(lines[Category.NOT_CHARGED].released) == "1 USD"
    assert str(lines[Category.IN_DOUBT].unsettled) == "1 USD"
    assert str(lines[Category.UNDER_WAY].reserved) == "1 USD"
    days = {line.key: str(line.home.settled) for line in broken_down(postings, By.DAY, "USD")}
    assert days == {"2026-05-01": "0.9 USD", "2026-05-02": "1 USD"}


def test_a_book_in_another_currency_than_the_caps_is_refused(facts: Database) -> None:
    film = Film(facts, Caps(money=Money(100, "USD")))
    film.adjust(1, 1)
    with facts.read() as connection, pytest.raises(Conflict, match="amounts in USD"):
        read_postings(connection, film.name, "EUR", [])


@given(st.integers(-(10**12), 10**12), st.decimals("0.0001", "10000", places=9))
def test_a_conversion_is_never_too_low_and_at_most_a_millionth_too_high(micros: int, rate: Decimal) -> None:
    row = Rate(currency="EUR", into="USD", rate=rate, day=date(2026, 1, 1), source="bank")
    amount = Money.from_micros(micros, "EUR")
    home = convert(amount, row, "USD")
    exact = Decimal(micros) / 1_000_000 * rate
    assert exact <= home.amount < exact + Decimal("0.000001")


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.decimals("0.0001", "100", places=6))
def test_converting_one_by_one_is_at_most_a_millionth_an_amount_above_converting_the_sum(
    amounts: list[int], rate: Decimal
) -> None:
    row = Rate(currency="EUR", into="USD", rate=rate, day=date(2026, 1, 1), source="bank")
    one_by_one = sum(convert(Money.from_micros(a, "EUR"), row, "USD").micros for a in amounts)
    together = convert(Money.from_micros(sum(amounts), "EUR"), row, "USD").micros
    assert together <= one_by_one <= together + len(amounts)
