"""What a vendor's adapter asks of the catalogue, beside resolving and quoting."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from picturelock.core.failures import Charged, Conflict, NotFound
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, FailureKind
from picturelock.generate.catalogue.asking import PriceRequest
from picturelock.generate.catalogue.checking import check
from picturelock.generate.catalogue.quoting import in_force
from picturelock.generate.catalogue.shelf import Catalogue, exact_money
from picturelock.generate.catalogue.values import Entry, Per
from picturelock.generate.provider import Model

_MILLION = 1_000_000


def offered(catalogue: Catalogue, vendor: str) -> tuple[Model, ...]:
    """A vendor's models, each with its newest version, for :meth:`picturelock.generate.vendor.Vendor.models`.

    Models whose end is announced or whose name is not confirmed come last, so that the vendor's name alone never
    means one of them. Retired ones are there: planning with one is refused with the name of its successor.

    Raises:
        NotFound: No such vendor.
    """
    entries = sorted(catalogue.entries(vendor), key=lambda e: (not e.model.name_confirmed, _is_leaving(e)))
    return tuple(
        Model(
            name=entry.model.name,
            version=entry.version,
            operations=entry.model.operations,
            deterministic=False,
            most_people=entry.model.limits.most_people or 0,
            longest_seconds=entry.model.limits.seconds.longest if entry.model.limits.seconds else 0,
        )
        for entry in entries
    )


def hold(entry: Entry, request: PriceRequest) -> tuple[str, ...]:
    """Refuse a request that the model is known not to take.

    Returns:
        What the catalogue does not know of it, a sentence each: no reason to refuse, but one for a person to know.

    Raises:
        Conflict: Every reason in the message, and in the remedy what the model takes instead.
    """
    problems = check(entry, request)
    known = [problem for problem in problems if problem.known]
    if known:
        takes = [f"{p.field}: {p.nearest or p.limit}" for p in known if p.nearest or p.limit]
        raise Conflict(
            "; ".join(problem.message for problem in known),
            remedy=f"It takes {'; '.join(takes)}." if takes else "",
        )
    return tuple(problem.message for problem in problems)


def tallied(entry: Entry, counts: Mapping[Per, int], on: date) -> Money:
    """What counted units cost, such as the tokens in a vendor's answer.

    Args:
        entry: The model.
        counts: By what is charged, in single tokens, seconds or pictures; noughts do not matter.
        on: The day of the call.

    Raises:
        NotFound: Something was counted of which no price is known.
        Conflict: Two price rows contradict each other.
    """
    total = Fraction(0)
    for per, count in counts.items():
        if not count:
            continue
        row = in_force(entry, per, on)
        if row is None:
            raise NotFound(f"no price of {entry.name} per {per.value.replace('_', ' ')} is known on {on}")
        total += Fraction(row.amount) * count / (_MILLION if per.is_tokens else 1)
    return exact_money(total, entry.currency)


def by_rule(entry: Entry, expected: Money, kind: FailureKind) -> Bill | None:
    """What a failure costs by the vendor's published rule; ``None`` where none is known.

    Args:
        entry: The model.
        expected: What the request was quoted at, in the vendor's currency.
        kind: Of the failure.
    """
    match entry.charges.on(kind):
        case Charged.NO:
            return Bill(amount=Money.zero(entry.currency), source=BillSource.RULE)
        case Charged.YES:
            return Bill(amount=expected, source=BillSource.RULE)
        case _:
            return None


def _is_leaving(entry: Entry) -> bool:
    life = entry.model.life
    return life.retires is not None or life.deprecated is not None
