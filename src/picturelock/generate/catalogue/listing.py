"""The catalogue for people: a line or two for every model."""

from datetime import date

from picturelock.core.take import Operation
from picturelock.core.value import Value
from picturelock.generate.catalogue.quoting import price_line
from picturelock.generate.catalogue.shelf import Catalogue
from picturelock.generate.catalogue.values import Price, State


class Listed(Value, frozen=True, kw_only=True):
    """A model as it stands on a day.

    Attributes:
        version: What its name means on that day.
        dated: The vendor promises that the version stays what it is.
        retires: First day on which it is not to be had, where that is announced.
        successors: ``vendor/model``, best first.
        prices: A line for each price in force, with the page and the day it was read; empty where none is known.
        unknown: What the catalogue would have to know to quote it; empty where it can.
    """

    vendor: str
    name: str
    version: str
    dated: bool
    state: State
    operations: tuple[Operation, ...]
    retires: date | None
    successors: tuple[str, ...]
    prices: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    notes: str = ""


def listing(catalogue: Catalogue, on: date) -> tuple[Listed, ...]:
    """Every model as it stands on a day, in the catalogue's order."""
    found: list[Listed] = []
    for entry in catalogue:
        model = entry.model
        rows = [row for row in model.prices if row.in_force(on)]
        found.append(
            Listed(
                vendor=entry.vendor,
                name=model.name,
                version=catalogue.find(f"{entry.vendor}/{model.name}", on).version,
                dated=entry.dated,
                state=model.life.state(on),
                operations=model.operations,
                retires=model.life.retires,
                successors=tuple(f"{entry.vendor}/{name}" for name in model.life.replaced_by),
                prices=tuple(price_line(row, entry.currency) for row in rows),
                unknown=_unknown(rows, tokens=model.output_tokens is not None),
                notes=model.notes,
            )
        )
    return tuple(found)


def _unknown(rows: list[Price], *, tokens: bool) -> tuple[str, ...]:
    if not rows:
        return ("prices",)
    by_tokens = all(row.per.is_tokens for row in rows)
    return ("output_tokens",) if by_tokens and not tokens else ()
