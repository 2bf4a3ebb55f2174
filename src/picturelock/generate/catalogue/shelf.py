"""The catalogue as a whole: what there is, what a name means on a day, what a vendor's money is worth."""

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from importlib import resources

from picturelock.core.failures import Conflict, NotFound
from picturelock.core.money import Money
from picturelock.core.value import Value
from picturelock.generate.catalogue.reading import read
from picturelock.generate.catalogue.values import (
    Entry,
    ModelFacts,
    Price,
    Rate,
    State,
    VendorFacts,
)

_SHIPPED = ("openai", "runway", "kling")


class Catalogue(Value, frozen=True, kw_only=True):
    """Vendors and their models. Knows no clock: every question that depends on a day is given one."""

    vendors: tuple[VendorFacts, ...]

    def names(self) -> tuple[str, ...]:
        """The vendors, in the catalogue's order."""
        return tuple(vendor.name for vendor in self.vendors)

    def vendor(self, name: str) -> VendorFacts:
        """What is known of a vendor.

        Raises:
            NotFound: No such vendor.
        """
        for vendor in self.vendors:
            if vendor.name == name:
                return vendor
        raise NotFound(f"no vendor is called {name!r}", remedy=f"There are: {', '.join(self.names())}.")

    def entries(self, vendor: str) -> tuple[Entry, ...]:
        """Every model of a vendor with its newest version, retired ones too.

        Raises:
            NotFound: No such vendor.
        """
        facts = self.vendor(vendor)
        return tuple(_entry(facts, model, None) for model in facts.models)

    def find(self, text: str, on: date) -> Entry:
        """What ``vendor/model`` means on a day, whether or not it is still to be had.

        Args:
            text: A version means itself; a model or an alias means its newest version of that day.
            on: The day.

        Raises:
            NotFound: No such vendor or model; names what there is.
        """
        name, _, wanted = text.partition("/")
        facts = self.vendor(name)
        for model in facts.models:
            if any(version.name == wanted for version in model.versions):
                return _entry(facts, model, wanted)
            if wanted == model.name or wanted in model.aliases:
                return _entry(facts, model, _newest(model, on))
        known = [model.name for model in facts.models]
        near = get_close_matches(wanted, known, n=1)
        offer = f"Did you mean {name}/{near[0]}? " if near else ""
        has = [m.name for m in facts.models if m.life.state(on) is not State.RETIRED]
        raise NotFound(f"{name} has no model {wanted!r}", remedy=f"{offer}It has: {', '.join(has)}.")

    def resolve(self, text: str, on: date) -> Entry:
        """The model to plan with on a day, its version pinned.

        Resolving the name of what comes back gives the same again.

        Raises:
            NotFound: No such vendor or model; names what there is.
            Conflict: It is retired, and the remedy names its successor; or it is not to be had yet.
        """
        entry = self.find(text, on)
        life = entry.model.life
        state = life.state(on)
        if state is State.RETIRED:
            heirs = " or ".join(f"{entry.vendor}/{name}" for name in life.replaced_by)
            raise Conflict(
                f"{entry.vendor}/{entry.model.name} was retired on {life.retires}",
                remedy=f"Use {heirs}." if heirs else "The vendor names no successor.",
            )
        if state is State.ANNOUNCED:
            raise Conflict(f"{entry.vendor}/{entry.model.name} is not to be had before {life.launched}")
        return entry

    def rate(self, currency: str, on: date) -> Rate:
        """What one unit of a vendor's currency costs in United States dollars on a day.

        Raises:
            NotFound: No rate is known for it on that day.
        """
        for vendor in self.vendors:
            if vendor.currency == currency:
                rates = [rate for rate in vendor.rates if rate.in_force(on)]
                if rates:
                    return max(rates, key=precedence)
        raise NotFound(
            f"no rate from {currency} to USD is known for {on}",
            remedy="Add one under `rates:` of its vendor in the production's prices.yaml.",
        )

    def to_usd(self, money: Money, on: date) -> Money:
        """A vendor's money in United States dollars, rounded up to a millionth.

        Raises:
            NotFound: No rate is known for it on that day.
        """
        if money.currency == "USD":
            return money
        return exact_money(Fraction(money.amount) * Fraction(self.rate(money.currency, on).usd), "USD")

    def __iter__(self) -> Iterator[Entry]:
        for vendor in self.vendors:
            yield from self.entries(vendor.name)


def precedence(row: Rate | Price) -> tuple[bool, bool, date]:
    """Which of two rows for the same thing counts: the larger.

    The production's own goes first, for it knows its contract; then a row that says until when it holds; then the one
    that was seen later.
    """
    return row.own, row.valid_to is not None, row.source.seen


def exact_money(amount: Fraction, currency: str) -> Money:
    """An amount as money; what is finer than a millionth is rounded up, so that a quote is never too low."""
    return Money.from_micros(-((-amount * 1_000_000) // 1), currency)


@cache
def built_in() -> Catalogue:
    """The catalogue that ships with Picturelock."""
    folder = resources.files("picturelock.generate.catalogue") / "data"
    documents = [read((folder / f"{name}.yaml").read_text("utf-8")) for name in _SHIPPED]
    return Catalogue(vendors=tuple(vendor for document in documents for vendor in document.vendors))


def _newest(model: ModelFacts, on: date) -> str | None:
    """The newest version that was out on this day; the oldest one before the first."""
    out = [v.name for v in model.versions if v.released is None or v.released <= on]
    return out[-1] if out else next((v.name for v in model.versions), None)


def _entry(facts: VendorFacts, model: ModelFacts, version: str | None) -> Entry:
    if version is None and model.versions:
        version = model.versions[-1].name
    return Entry(
        vendor=facts.name,
        currency=facts.currency,
        version=version or model.name,
        dated=version is not None,
        model=model,
        service=facts.service,
        charges=facts.charges,
    )
