"""What a production costs: broken down, held against quotes and caps, in front of the red lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext

import sqlalchemy as sa

from picturelock.core.board import UnitKind
from picturelock.core.digest import Digest
from picturelock.core.failures import NotFound, UserError
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import BillSource, Submitting
from picturelock.core.policy import Rate, Settings
from picturelock.core.take import ReviewKind
from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.generate import calls
from picturelock.generate.catalogue.shelf import built_in
from picturelock.ledger import book
from picturelock.ledger.breakdown import By, Line, added_up, broken_down, rework_share
from picturelock.ledger.headroom import CapUse, Nearness, cap_uses
from picturelock.ledger.postings import Posting, State
from picturelock.ledger.quotes import QuoteCheck, check_quotes, read_quotes
from picturelock.ledger.rates import convert
from picturelock.ledger.reading import read_billed, read_corrected, read_made, read_postings
from picturelock.ledger.reconcile import Charge, Difference, Finding
from picturelock.ledger.reconcile import reconcile as compare
from picturelock.ledger.redlines import RedLine, Signs, Standing, Work, red_lines
from picturelock.ledger.scope import Scope
from picturelock.ledger.statement import FORMS, parse_columns, read_statement
from picturelock.studio import facts as store
from picturelock.studio.exchange import rate_of
from picturelock.studio.production import Production

TRACKING = "tracking"
"""Human minutes whose note begins so were spent on keeping track; all others on making."""

_SIX_DIGITS = 6


class RateUsed(Value, frozen=True, kw_only=True):
    """A rate that amounts of a vendor were brought into the production's currency by.

    Attributes:
        rate: By the settings and the catalogue as they are now; ``None`` where they have none any more.
        day: From when it holds.
        source: Who says so.
        booked: What the amounts were really booked at, to six digits: rates may have been corrected since.
    """

    vendor: str
    currency: str
    into: str
    rate: Decimal | None
    day: str
    source: str
    booked: Decimal


class CostReport(Value, frozen=True, kw_only=True):
    """What a production costs.

    Attributes:
        total: All of it.
        lines: By what was asked for; they add up to the total.
        rework_share: Share of what is settled that went into rework and failures, 0 to 1.
        caps: Every cap with what is used of it, the fullest first.
        quotes: By model.
    """

    currency: str
    by: By
    total: Line
    lines: tuple[Line, ...]
    rework_share: Decimal
    rates: tuple[RateUsed, ...]
    quotes: tuple[QuoteCheck, ...]
    caps: tuple[CapUse, ...]
    red_lines: tuple[RedLine, ...]


class Reconciliation(Value, frozen=True, kw_only=True):
    """A vendor's statement held against the book.

    Attributes:
        form: How the file was read.
        lines: Of the file that count.
        agreed: Jobs, or sums of a day and model, that agree.
        elsewhere: Jobs of other productions in the same database.
        differences: Everything that does not agree.
        booked: Of these, what was booked now, by subject.
    """

    vendor: str
    form: str
    lines: int
    agreed: int
    elsewhere: int
    differences: tuple[Difference, ...]
    booked: dict[str, Money]

    @property
    def left(self) -> tuple[Difference, ...]:
        """What still waits for a person."""
        return tuple(found for found in self.differences if found.subject not in self.booked)


class Warnings(Value, frozen=True, kw_only=True):
    """What wants a person's eye: caps that are near or reached, alarming models, red lines near or crossed."""

    caps: tuple[CapUse, ...]
    quotes: tuple[QuoteCheck, ...]
    red_lines: tuple[RedLine, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """One sentence each."""
        return (
            *(cap_line(use) for use in self.caps),
            *(quote_line(check) for check in self.quotes),
            *(red_line(line) for line in self.red_lines),
        )


def cost(production: Production, by: By) -> CostReport:
    """Read the book, and add it up.

    Raises:
        Conflict: The book is in another currency than the caps.
    """
    settings = production.settings()
    currency = settings.caps.currency
    with production.reading() as connection:
        made = read_made(connection, production.name)
        postings = read_postings(connection, production.name, currency, made)
        quotes = read_quotes(connection, production.name)
        signs = read_signs(connection, production.name, postings)
    return CostReport(
        currency=currency,
        by=by,
        total=added_up(postings, currency),
        lines=broken_down(postings, by, currency),
        rework_share=rework_share(postings),
        rates=_rates(settings, postings),
        quotes=check_quotes(postings, quotes),
        caps=cap_uses(settings.caps, postings, made),
        red_lines=red_lines(signs),
    )


def warnings(production: Production) -> Warnings:
    """What of the costs wants a person's eye; for a status line."""
    found = cost(production, By.CATEGORY)
    return Warnings(
        caps=tuple(use for use in found.caps if use.nearness is not Nearness.CLEAR),
        quotes=tuple(check for check in found.quotes if check.alarm),
        red_lines=tuple(
            line for line in found.red_lines if line.standing in {Standing.NEAR, Standing.CROSSED}
        ),
    )


def reconcile(
    production: Production,
    vendor: str,
    data: bytes,
    *,
    columns: str | None = None,
    currency: str = "",
    only: Mapping[str, str] | None = None,
    booking: bool = False,
    unknown: bool = False,
) -> Reconciliation:
    """Hold a vendor's usage export or invoice against the book, and book what differs if told to.

    Booking adds entries and changes none. The same statement books nothing a second time.

    Args:
        production: Whose book.
        vendor: Whose statement.
        data: The file, CSV.
        columns: Which column means what, where the file has headings of its own; see
            :func:`picturelock.ledger.statement.parse_columns`.
        currency: Of amounts whose line does not say it.
        only: Lines that have these values in these columns.
        booking: Book corrections for what differs.
        unknown: Book also what no call of ours is behind, for an account that nothing else uses.

    Raises:
        BadDocument: The file cannot be read; the message has the line. Nothing is booked.
        NotFound: No such vendor.
        UserError: No rate leads from the statement's currency to the production's.
    """
    forms = [parse_columns(columns)] if columns else FORMS.get(vendor, ())
    statement = read_statement(data, forms, currency=currency, only=only)
    settings = production.settings()
    home = settings.caps.currency

    def into_home(amount: Money, day: date) -> Money:
        return convert(amount, _rate_on(settings, amount.currency, vendor, day), home)

    with production.writing() if booking else production.reading() as connection:
        charges = _charges(connection, production.name, vendor)
        own = _currency_of(vendor, charges)
        found = compare(vendor, statement, charges, read_corrected(connection, vendor), into_home, own, home)
        now = production.clock.now()
        booked: dict[str, Money] = {}
        for difference in found.differences if booking else ():
            if not difference.bookable or (difference.finding is Finding.UNKNOWN and not unknown):
                continue
            fresh = book.adjust(
                connection,
                production.name,
                Scope(vendor=vendor, model=difference.model),
                difference.difference,
                _rate_on(settings, difference.difference.currency, vendor, now.date()),
                home,
                BillSource.IMPORT,
                difference.once,
                now,
                call=difference.call,
                note=f"{difference.subject}: {difference.why}",
            )
            if fresh:
                booked[difference.subject] = difference.difference
        if booked:
            detail = {"vendor": vendor, "file": str(Digest.of(data)), "booked": booked}
            store.record_event(connection, production.name, "statement_booked", vendor, detail, now)
    return Reconciliation(
        vendor=vendor,
        form=statement.form.name,
        lines=len(statement.lines),
        agreed=found.agreed,
        elsewhere=found.elsewhere,
        differences=found.differences,
        booked=booked,
    )


def _rate_on(settings: Settings, currency: str, vendor: str, day: date) -> Rate | None:
    return rate_of(settings, currency, vendor, datetime.combine(day, time(12), tzinfo=UTC))


def _charges(connection: sa.Connection, production: str, vendor: str) -> list[Charge]:
    """Every call of a vendor, of all productions in the database: they may share the account."""
    billed = read_billed(connection, vendor)
    names = connection.execute(sa.select(tables.production.c.id)).scalars().all()
    charges: list[Charge] = []
    for name in names:
        for known in calls.calls_of(connection, name):
            if known.call.vendor != vendor:
                continue
            own, home = billed.get(str(known.call.id), ({}, 0))
            charges.append(
                Charge(
                    call=known.call.id,
                    unit=known.call.unit,
                    day=(known.last(Submitting) or known.call.intended_at).date(),
                    model=known.call.model,
                    job=known.state.job,
                    token=known.call.token,
                    own=name == production,
                    ended=known.state.phase.ended,
                    billed=own,
                    home=home,
                )
            )
    return charges


def _currency_of(vendor: str, charges: Sequence[Charge]) -> str:
    """The currency that a vendor bills in; empty where it is known neither from the catalogue nor from calls."""
    try:
        return built_in().vendor(vendor).currency
    except NotFound:
        if not charges:
            raise
    currencies = {code for charge in charges for code in charge.billed}
    return currencies.pop() if len(currencies) == 1 else ""


def _rates(settings: Settings, postings: Iterable[Posting]) -> tuple[RateUsed, ...]:
    into = settings.caps.currency
    booked: defaultdict[tuple[str, str, str, str, Decimal | None], list[int]] = defaultdict(lambda: [0, 0])
    known: dict[tuple[str, str, date], tuple[Decimal | None, str, str]] = {}
    for posting in postings:
        if posting.currency in {"", into} or not posting.micros:
            continue
        key = (posting.vendor, posting.currency, posting.at.date())
        if key not in known:
            known[key] = _listed(settings, *key)
        rate, day, source = known[key]
        sums = booked[posting.vendor, posting.currency, day, source, rate]
        sums[0] += abs(posting.micros)
        sums[1] += abs(posting.home_micros)
    return tuple(
        RateUsed(
            vendor=vendor,
            currency=currency,
            into=into,
            rate=rate,
            day=day,
            source=source,
            booked=_digits(Decimal(home) / own),
        )
        for (vendor, currency, day, source, rate), (own, home) in sorted(
            booked.items(), key=lambda pair: pair[0][:4]
        )
    )


def _listed(settings: Settings, vendor: str, currency: str, on: date) -> tuple[Decimal | None, str, str]:
    try:
        rate = _rate_on(settings, currency, vendor, on)
    except (UserError, NotFound):
        return None, "", ""
    return (rate.rate, rate.day.isoformat(), rate.source) if rate is not None else (None, "", "")


def _digits(value: Decimal) -> Decimal:
    with localcontext(prec=_SIX_DIGITS):
        return (+value).normalize()


def read_signs(connection: sa.Connection, production: str, postings: Iterable[Posting]) -> Signs:
    """What the red lines are held against."""
    call, review = tables.call.c, tables.review.c
    made = connection.execute(
        sa.select(call.unit, call.milliseconds, call.at).where(call.production == production)
    ).all()
    approved: dict[str, datetime] = {}
    for unit, at in connection.execute(
        sa.select(review.unit, review.at)
        .where(review.production == production, review.kind == ReviewKind.APPROVE.value)
        .order_by(review.number)
    ):
        approved.setdefault(unit, at)
    iterations = Counter(unit for unit, _, _ in made if _is_clip(unit))
    iterations.update(
        str(one.call.unit)
        for one in calls.open_calls(connection, production=production)
        if _is_clip(one.call.unit)
    )
    minutes = [p for p in postings if p.state is State.MINUTES]
    spans = [(unit, Decimal(milliseconds) / 1000, at) for unit, milliseconds, at in made]
    spans += [(p.unit, Decimal(p.quantity * 60), p.at) for p in minutes if p.unit]
    tracking = sum(p.quantity for p in minutes if p.note.startswith(TRACKING))
    return Signs(
        iterations=dict(iterations),
        work=_work(spans, approved),
        tracking=tracking if minutes else None,
        making=sum(p.quantity for p in minutes) - tracking,
    )


def _is_clip(unit: str) -> bool:
    return UnitId(unit).part == UnitKind.CLIP.value


def _work(spans: Iterable[tuple[str, Decimal, datetime]], approved: dict[str, datetime]) -> dict[str, Work]:
    original: defaultdict[str, Decimal] = defaultdict(Decimal)
    revision: defaultdict[str, Decimal] = defaultdict(Decimal)
    for unit, seconds, at in spans:
        if unit in approved:
            side = original if at <= approved[unit] else revision
            side[str(UnitId(unit).shot)] += seconds
    return {shot: Work(original=original[shot], revision=revision[shot]) for shot in {*original, *revision}}


def cap_line(use: CapUse) -> str:
    """A cap in a sentence."""
    share = f" ({use.share:.1%})" if use.share is not None else ""
    of = "" if use.of == "money" else f" {use.of}"
    return f"{use.what} has used {use.used} of {use.limit}{of}{share}; {use.name}"


def quote_line(check: QuoteCheck) -> str:
    """A model's bills in a sentence."""
    name = f"{check.vendor}/{check.model}"
    if check.ratio is None and not check.billed.amount:
        return f"{name}: no bill to hold against its quotes"
    ratio = f"{check.ratio} times the quote" if check.ratio is not None else "quoted as free"
    said = f"{name}: {check.calls} calls cost {check.billed}, {ratio}"
    if not check.alarm:
        return said
    return f"{said}; outside 0.75 to 1.33. Correct its price row, or ask the vendor"


def difference_line(found: Difference) -> str:
    """A difference in a sentence."""
    lines = ", ".join(str(number) for number in found.lines[:8])
    more = ", …" if len(found.lines) > 8 else ""
    where = f"line{'s' * (len(found.lines) != 1)} {lines}{more}: " if found.lines else ""
    whose = f" ({found.unit}, {found.call})" if found.call else ""
    sign = "+" if found.difference.amount > 0 else ""
    return f"{where}{found.subject}{whose}: {found.finding.value}, {sign}{found.difference}: {found.why}"


def red_line(line: RedLine) -> str:
    """A red line in a sentence."""
    subject = f"{line.subject}: " if line.subject else ""
    advice = f". {line.advice}" if line.advice else ""
    return f"{line.name.replace('_', ' ')} {line.standing.value.replace('_', ' ')}: {subject}{line.found}, limit {line.limit}{advice}"
