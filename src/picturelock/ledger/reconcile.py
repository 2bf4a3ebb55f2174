"""A vendor's statement held against the book: what agrees, and every difference by name. Decisions, without the book."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal, localcontext
from enum import StrEnum

from picturelock.core.failures import BadDocument
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.value import Value
from picturelock.ledger.statement import Statement, StatementLine

IntoHome = Callable[[Money, date], Money]
"""A vendor's amount in the production's currency, by the rate of a day."""

_MICRO = Decimal("0.000001")
_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")


class Finding(StrEnum):
    """How a statement and the book differ.

    Attributes:
        AMOUNT: Both have it, with another amount.
        UNKNOWN: Only the statement has it.
        MISSING: Only the book has it.
        OPEN: The statement has a call that is still under way or in doubt here.
    """

    AMOUNT = "amount"
    UNKNOWN = "unknown"
    MISSING = "missing"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Charge:
    """A paid call, as far as its bill goes.

    Attributes:
        day: On which its request left, UTC.
        model: As the vendor writes it.
        token: Our name for the job.
        own: Of the production that is reconciled; others share the account.
        ended: Nothing more can happen to it.
        billed: Settlements and corrections in the vendor's currencies, in millionths.
        home: The same in the production's own.
    """

    call: CallId
    unit: UnitId
    day: date
    model: str
    job: str
    token: str
    own: bool
    ended: bool
    billed: Mapping[str, int]
    home: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """What earlier statements had booked for no call of ours.

    Attributes:
        subject: As in a :class:`Difference`.
    """

    subject: str
    currency: str
    micros: int
    home: int


class Difference(Value, frozen=True, kw_only=True):
    """What a statement and the book do not agree on.

    Attributes:
        subject: ``job ID``, ``2026-11-20 MODEL`` or ``line N``.
        lines: Of the file.
        stated: By the vendor; ``None`` where the statement is silent.
        booked: Here; ``None`` where the book is silent.
        difference: Stated less booked.
        bookable: A correction may be booked for it.
        why: What it means, and what to do.
        once: Under which a correction is booked once.
    """

    finding: Finding
    subject: str
    lines: tuple[int, ...]
    call: CallId | None
    unit: UnitId | None
    model: str
    stated: Money | None
    booked: Money | None
    difference: Money
    bookable: bool
    why: str
    once: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it.

    Attributes:
        agreed: Jobs, or days and models, that agree.
        elsewhere: Jobs that belong to other productions of this database.
    """

    agreed: int
    elsewhere: int
    differences: tuple[Difference, ...]


def subject_of_job(job: str) -> str:
    """How a job is named in differences and corrections."""
    return f"job {job}"


def subject_of_day(day: date, model: str) -> str:
    """How a model's sum of a day is named in differences and corrections."""
    return f"{day.isoformat()} {model or 'all models'}"


def reconcile(
    vendor: str,
    statement: Statement,
    charges: Iterable[Charge],
    corrected: Iterable[Corrected],
    into_home: IntoHome,
    currency: str,
    home_currency: str,
) -> Compared:
    """Hold a statement against the book.

    Args:
        vendor: Whose statement.
        statement: What it says.
        charges: Every call of the vendor in the database.
        corrected: Earlier corrections that belong to no call.
        into_home: Converts where the statement is in another currency than the bills.
        currency: The vendor's own, for lines that do not say theirs.
        home_currency: The production's.

    Raises:
        BadDocument: A line's currency is not known, or the lines of one job have several.
        UserError: No rate leads to the production's currency.
    """
    desk = _Desk(vendor, statement, tuple(charges), tuple(corrected), into_home, currency, home_currency)
    return desk.by_job() if statement.by_job else desk.by_day()


@dataclass(slots=True)
class _Stated:
    """What a statement says of one job, or of one model on one day."""

    lines: list[StatementLine] = field(default_factory=list)

    def amount(self) -> Decimal:
        with localcontext(prec=60):
            return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(line.number for line in self.lines)


class _Desk:
    """One statement and one book, side by side."""

    def __init__(
        self,
        vendor: str,
        statement: Statement,
        charges: Sequence[Charge],
        corrected: Sequence[Corrected],
        into_home: IntoHome,
        currency: str,
        home_currency: str,
    ) -> None:
        self._vendor = vendor
        self._statement = statement
        self._charges = charges
        self._corrected: defaultdict[str, list[Corrected]] = defaultdict(list)
        for one in corrected:
            self._corrected[one.subject].append(one)
        self._into_home = into_home
        self._currency = currency
        self._home = home_currency
        self._agreed = 0
        self._elsewhere = 0
        self._found: list[Difference] = []

    # Jobs

    def by_job(self) -> Compared:
        known = {charge.job: charge for charge in self._charges if charge.job}
        known |= {charge.token: charge for charge in self._charges}
        stated: dict[str, _Stated] = {}
        told: set[CallId] = set()
        for line in self._statement.lines:
            if line.amount is None:
                continue
            charge = known.get(line.job) or known.get(line.name)
            key = str(charge.call) if charge else subject_of_job(line.job or line.name)
            if not charge and not line.job and not line.name:
                key = f"line {line.number}"
            stated.setdefault(key, _Stated()).lines.append(line)
        calls = {str(charge.call): charge for charge in self._charges}
        for key, said in stated.items():
            charge = calls.get(key)
            if charge is None:
                self._unknown(key, said, "")
                continue
            told.add(charge.call)
            if not charge.own:
                self._elsewhere += 1
            else:
                self._job(charge, said)
        self._left_out(told)
        return Compared(self._agreed, self._elsewhere, tuple(self._found))

    def _job(self, charge: Charge, said: _Stated) -> None:
        subject = subject_of_job(charge.job or charge.token)
        stated, booked = self._comparable(said, [charge], [], charge.day)
        if not charge.ended:
            if stated.amount:
                why = (
                    f"the call is not settled here, and its reservation still counts. "
                    f"See `picturelock calls {charge.call}`"
                )
                self._differs(Finding.OPEN, subject, said, stated, None, charge, why, bookable=False)
            return
        why = f"the vendor says {stated}, and {booked} is booked"
        self._compare(subject, said, stated, booked, charge, why, calls=1)

    def _left_out(self, told: set[CallId]) -> None:
        days = self._statement.days
        if not days:
            return
        for charge in self._charges:
            if charge.own and charge.call not in told and days[0] <= charge.day <= days[-1] and charge.home:
                booked = self._booked([charge], [])
                why = "the statement says nothing of it; it may not be complete, or the call was not charged"
                subject = subject_of_job(charge.job or charge.token)
                self._differs(Finding.MISSING, subject, _Stated(), None, booked, charge, why, bookable=False)

    # Days

    def by_day(self) -> Compared:
        whole_days = not any(line.model for line in self._statement.lines)
        charges: defaultdict[tuple[date, str], list[Charge]] = defaultdict(list)
        for charge in self._charges:
            charges[charge.day, "" if whole_days else _undated(charge.model)].append(charge)
        stated: defaultdict[tuple[date, str], _Stated] = defaultdict(_Stated)
        for line in self._statement.lines:
            if line.day is not None and line.amount is not None:
                stated[line.day, _undated(line.model)].lines.append(line)
        days = self._statement.days
        for day, model in sorted({*stated, *(key for key in charges if key[0] in days)}):
            said, ours = stated.get((day, model)), charges.get((day, model), [])
            if said is None:
                self._silent(day, model, ours)
            elif not ours:
                self._unknown(subject_of_day(day, model), said, model)
            else:
                self._day(day, model, said, ours, last=day == days[-1])
        return Compared(self._agreed, self._elsewhere, tuple(self._found))

    def _silent(self, day: date, model: str, ours: Sequence[Charge]) -> None:
        mine = [charge for charge in ours if charge.own and charge.home]
        if mine:
            why = "the statement has nothing for it; it may not be complete"
            self._differs(
                Finding.MISSING,
                subject_of_day(day, model),
                _Stated(),
                None,
                self._booked(mine, []),
                None,
                why,
                bookable=False,
                model=model,
            )

    def _day(self, day: date, model: str, said: _Stated, ours: Sequence[Charge], *, last: bool) -> None:
        subject = subject_of_day(day, model)
        stated, booked = self._comparable(said, ours, self._corrected[subject], day)
        why = f"the vendor says {stated} for {len(ours)} calls, and {booked} is booked"
        bookable = True
        if any(not charge.ended for charge in ours):
            why, bookable = f"{why}; calls of that day are not settled yet", False
        elif any(not charge.own for charge in ours):
            why, bookable = f"{why}; other productions have calls in it", False
        elif last and stated < booked:
            why, bookable = f"{why}; the statement's last day may not be complete", False
        # The version's date is in our name for the model, and seldom in the statement's.
        name = ours[0].model if model else ""
        self._compare(
            subject, said, stated, booked, None, why, calls=len(ours), bookable=bookable, model=name
        )

    # Both

    def _unknown(self, subject: str, said: _Stated, model: str) -> None:
        day = next((line.day for line in said.lines if line.day is not None), None)
        stated, booked = self._comparable(said, [], self._corrected[subject], day)
        if abs(stated.micros - booked.micros) <= 1:
            self._agreed += 1
            return
        what = next((line.what for line in said.lines if line.what), "")
        why = f"no call of ours is behind it{f' ({what})' if what else ''}"
        self._differs(
            Finding.UNKNOWN,
            subject,
            said,
            stated,
            booked if booked.micros else None,
            None,
            why,
            bookable=True,
            model=model or _undated(said.lines[0].model),
        )

    def _comparable(
        self, said: _Stated, charges: Sequence[Charge], corrected: Sequence[Corrected], day: date | None
    ) -> tuple[Money, Money]:
        """What is stated and what is booked, in the vendor's currency where both are in it, else in the production's."""
        stated = self._stated(said)
        currencies = {code for charge in charges for code, micros in charge.billed.items() if micros}
        currencies |= {one.currency for one in corrected if one.micros}
        if currencies <= {stated.currency}:
            micros = sum(charge.billed.get(stated.currency, 0) for charge in charges)
            return stated, Money.from_micros(micros + sum(one.micros for one in corrected), stated.currency)
        if day is None and stated.currency != self._home:
            raise BadDocument(
                f"{stated} has no day to find a rate for",
                line=said.numbers[0],
                remedy="Name the day's column.",
            )
        home = self._into_home(stated, day) if day is not None else stated
        return home, self._booked(charges, corrected, home=True)

    def _stated(self, said: _Stated) -> Money:
        codes = {line.currency or self._currency for line in said.lines}
        first = said.numbers[0]
        if len(codes) > 1:
            raise BadDocument(
                f"one job or day is stated in {' and '.join(sorted(codes))}",
                line=said.numbers[-1],
                remedy="Export one currency at a time.",
            )
        code = codes.pop()
        if not code:
            raise BadDocument("the amount has no currency", line=first, remedy="Give it with --currency.")
        with localcontext(prec=60):
            # Vendors count finer than a millionth; rounded once, up, as every conversion is.
            return Money(said.amount().quantize(_MICRO, rounding=ROUND_CEILING), code)

    def _booked(
        self, charges: Sequence[Charge], corrected: Sequence[Corrected], *, home: bool = False
    ) -> Money:
        codes = {code for charge in charges for code, micros in charge.billed.items() if micros}
        if home or len(codes) != 1:
            micros = sum(charge.home for charge in charges) + sum(one.home for one in corrected)
            return Money.from_micros(micros, self._home)
        code = codes.pop()
        return Money.from_micros(sum(charge.billed.get(code, 0) for charge in charges), code)

    def _compare(
        self,
        subject: str,
        said: _Stated,
        stated: Money,
        booked: Money,
        charge: Charge | None,
        why: str,
        *,
        calls: int,
        bookable: bool = True,
        model: str = "",
    ) -> None:
        # Each call and each line was rounded to a millionth once.
        if abs(stated.micros - booked.micros) <= max(calls, len(said.lines)):
            self._agreed += 1
            return
        self._differs(
            Finding.AMOUNT, subject, said, stated, booked, charge, why, bookable=bookable, model=model
        )

    def _differs(
        self,
        finding: Finding,
        subject: str,
        said: _Stated,
        stated: Money | None,
        booked: Money | None,
        charge: Charge | None,
        why: str,
        *,
        bookable: bool,
        model: str = "",
    ) -> None:
        known = stated if stated is not None else booked
        zero = Money.zero(known.currency if known is not None else self._home)
        difference = (stated if stated is not None else zero) - (booked if booked is not None else zero)
        self._found.append(
            Difference(
                finding=finding,
                subject=subject,
                lines=said.numbers,
                call=charge.call if charge else None,
                unit=charge.unit if charge else None,
                model=charge.model if charge else model,
                stated=stated,
                booked=booked,
                difference=difference,
                bookable=bookable,
                why=why,
                once=f"statement:{self._vendor}:{subject}:{stated}",
            )
        )


def _undated(model: str) -> str:
    """A model's name without the date of its version, which a statement may leave out or add."""
    return _DATED.sub("", model)
