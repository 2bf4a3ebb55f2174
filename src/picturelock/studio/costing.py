"""What a production costs: broken down, held against quotes and caps, in front of the red lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal, localcontext

import sqlalchemy as sa

from picturelock.core.board import UnitKind
from picturelock.core.failures import NotFound, UserError
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Settings
from picturelock.core.take import ReviewKind
from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.generate import calls
from picturelock.ledger.breakdown import By, Line, added_up, broken_down
from picturelock.ledger.headroom import CapUse, Nearness, cap_uses
from picturelock.ledger.postings import Category, MadeTake, Posting, State
from picturelock.ledger.quotes import QuoteCheck, check_quotes, read_quotes
from picturelock.ledger.reading import read_made, read_postings
from picturelock.ledger.redlines import RedLine, Signs, Standing, Work, red_lines
from picturelock.studio.buying import rate_of
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


def read_spending(
    connection: sa.Connection, production: str, currency: str
) -> tuple[Sequence[MadeTake], Sequence[Posting]]:
    """A production's takes and postings, for reports."""
    made = read_made(connection, production)
    return made, read_postings(connection, production, currency, made)


def spent_on(postings: Iterable[Posting], units: Iterable[UnitId], currency: str) -> Money:
    """What is settled for these units: takes, charged failures and corrections."""
    wanted = {str(unit) for unit in units}
    micros = sum(p.home_micros for p in postings if p.state is State.SETTLED and p.unit in wanted)
    return Money.from_micros(micros, currency)


def rework_share(postings: Iterable[Posting]) -> Decimal:
    """Share of what is settled that went into rework and failures, to a thousandth."""
    by_category: Counter[Category] = Counter()
    for posting in postings:
        if posting.state is State.SETTLED:
            by_category[posting.category] += posting.home_micros
    whole = by_category.total()
    again = by_category[Category.REWORK] + by_category[Category.FAILED]
    return Decimal(0) if whole <= 0 else (Decimal(again) / whole).quantize(Decimal("0.001"))


def _rates(settings: Settings, postings: Iterable[Posting]) -> tuple[RateUsed, ...]:
    into = settings.caps.currency
    booked: defaultdict[tuple[str, str, str, str, Decimal | None], list[int]] = defaultdict(lambda: [0, 0])
    for posting in postings:
        if posting.currency in {"", into} or not posting.micros:
            continue
        rate, day, source = _listed(settings, posting)
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


def _listed(settings: Settings, posting: Posting) -> tuple[Decimal | None, str, str]:
    noon = datetime.combine(posting.at.date(), time(12), tzinfo=UTC)
    try:
        rate = rate_of(settings, posting.currency, posting.vendor, noon)
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


def red_line(line: RedLine) -> str:
    """A red line in a sentence."""
    subject = f"{line.subject}: " if line.subject else ""
    advice = f". {line.advice}" if line.advice else ""
    return f"{line.name.replace('_', ' ')} {line.standing.value.replace('_', ' ')}: {subject}{line.found}, limit {line.limit}{advice}"
