"""Postings added up: by shot, scene, unit, vendor, model, category, day, task card or person."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.value import Value
from picturelock.ledger.postings import Category, Posting, State


class By(StrEnum):
    """What a breakdown has a line for each of."""

    SHOT = "shot"
    SCENE = "scene"
    UNIT = "unit"
    VENDOR = "vendor"
    MODEL = "model"
    CATEGORY = "category"
    DAY = "day"
    TASK = "task"
    PERSON = "person"


class Amounts(Value, frozen=True, kw_only=True):
    """Four amounts in one currency, none of which is counted in another.

    Attributes:
        reserved: Set aside for calls that have not left, or whose vendor has them.
        unsettled: Set aside for calls of which nobody knows whether they cost money.
        settled: Spent.
        released: Set aside once for calls that cost nothing; given back.
    """

    reserved: Money
    unsettled: Money
    settled: Money
    released: Money

    @property
    def committed(self) -> Money:
        """What counts against a cap."""
        return self.reserved + self.unsettled + self.settled


class Line(Value, frozen=True, kw_only=True):
    """What one shot, vendor, day … amounts to.

    Attributes:
        key: Its name; empty for what belongs to none.
        home: In the production's currency.
        by_currency: As vendors quoted and billed it, by their currencies' codes.
        calls: Paid calls with a reservation or a bill.
        takes: That were paid for.
        tokens: Used.
        minutes: Human minutes spent.
    """

    key: str
    home: Amounts
    by_currency: dict[str, Amounts]
    calls: int
    takes: int
    tokens: int
    minutes: int


def _shot(posting: Posting) -> str:
    return str(UnitId(posting.unit).shot) if posting.unit else ""


def _scene(posting: Posting) -> str:
    return str(UnitId(posting.unit).shot.scene) if posting.unit else ""


def _model(posting: Posting) -> str:
    return f"{posting.vendor}/{posting.model}" if posting.vendor or posting.model else ""


_KEYS: dict[By, Callable[[Posting], str]] = {
    By.SHOT: _shot,
    By.SCENE: _scene,
    By.UNIT: lambda posting: posting.unit,
    By.VENDOR: lambda posting: posting.vendor,
    By.MODEL: _model,
    By.CATEGORY: lambda posting: posting.category.value,
    By.DAY: lambda posting: posting.at.date().isoformat(),
    By.TASK: lambda posting: posting.task,
    By.PERSON: lambda posting: posting.by_whom,
}


def broken_down(postings: Iterable[Posting], by: By, currency: str) -> tuple[Line, ...]:
    """A line for each group, by name; what belongs to none comes last.

    A day is that of what is counted: of the settlement, of the release, of a reservation that still stands. Days are UTC.

    Args:
        postings: Of a book, or of a part of it.
        by: What to group by.
        currency: The production's.
    """
    key = _KEYS[by]
    groups: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in postings:
        groups[key(posting)].append(posting)
    return tuple(
        added_up(groups[name], currency, name) for name in sorted(groups, key=lambda name: (not name, name))
    )


def added_up(postings: Sequence[Posting], currency: str, key: str = "") -> Line:
    """One line for all of them."""
    home: defaultdict[State, int] = defaultdict(int)
    own: defaultdict[str, defaultdict[State, int]] = defaultdict(lambda: defaultdict(int))
    counted: defaultdict[State, int] = defaultdict(int)
    for posting in postings:
        if posting.state in {State.TOKENS, State.MINUTES}:
            counted[posting.state] += posting.quantity
        else:
            home[posting.state] += posting.home_micros
            own[posting.currency][posting.state] += posting.micros
    return Line(
        key=key,
        home=_amounts(home, currency),
        by_currency={code: _amounts(own[code], code) for code in sorted(own)},
        calls=len({posting.call for posting in postings if posting.call}),
        takes=len({posting.take for posting in postings if posting.take}),
        tokens=counted[State.TOKENS],
        minutes=counted[State.MINUTES],
    )


def spent_on(postings: Iterable[Posting], units: Iterable[UnitId], currency: str) -> Money:
    """What is settled for these units: takes, charged failures and corrections."""
    wanted = {str(unit) for unit in units}
    micros = sum(p.home_micros for p in postings if p.state is State.SETTLED and p.unit in wanted)
    return Money.from_micros(micros, currency)


def rework_share(postings: Iterable[Posting]) -> Decimal:
    """Share of what is settled that went into rework and failures, 0 to 1, to a thousandth."""
    by_category: Counter[Category] = Counter()
    for posting in postings:
        if posting.state is State.SETTLED:
            by_category[posting.category] += posting.home_micros
    whole = by_category.total()
    again = by_category[Category.REWORK] + by_category[Category.FAILED]
    share = Decimal(0) if whole <= 0 else Decimal(again) / whole
    # Refunds for calls that had failed may come to more than the failures of the book.
    return min(max(share, Decimal(0)), Decimal(1)).quantize(Decimal("0.001"))


def _amounts(micros: defaultdict[State, int], currency: str) -> Amounts:
    return Amounts(
        reserved=Money.from_micros(micros[State.RESERVED], currency),
        unsettled=Money.from_micros(micros[State.UNSETTLED], currency),
        settled=Money.from_micros(micros[State.SETTLED], currency),
        released=Money.from_micros(micros[State.RELEASED], currency),
    )
