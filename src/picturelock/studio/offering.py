"""Every model that takes can be made with: what it does, where it is in its life, what it costs and who says so."""

from datetime import date

from picturelock.core.failures import NotFound
from picturelock.core.take import Operation
from picturelock.core.value import Value
from picturelock.generate import registry
from picturelock.generate.catalogue import Listed, current, listing
from picturelock.generate.vendor import Vendor


class ModelView(Value, frozen=True, kw_only=True):
    """A model of a maker on a day.

    Attributes:
        name: ``maker/model``, as routing takes it.
        version: Pinned into recipes.
        dated: Its vendor promises that the version stays what it is.
        deterministic: The same recipe gives the same bytes.
        paid: Its takes are bought.
        standing: ``available``, ``deprecated``, ``retired`` or ``announced``.
        until: First day on which it is not to be had, where that is announced.
        successors: As routing takes them, best first.
        prices: A line for each price in force, with its page and the day on which it was read.
        unknown: What is not known and has to be before it can be bought.
    """

    name: str
    version: str
    operations: tuple[Operation, ...]
    deterministic: bool
    paid: bool
    dated: bool = True
    standing: str = "available"
    until: date | None = None
    successors: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: str = ""


def models(on: date, maker: str = "") -> list[ModelView]:
    """Every model, or one maker's. Prices are those that count here: see :mod:`picturelock.studio.pricing`.

    Args:
        on: The day for which life and prices are told.
        maker: ``maker`` or ``maker/model``; empty for all.

    Raises:
        NotFound: No such maker or model.
    """
    vendor, _, wanted = maker.partition("/")
    known = {(one.vendor, one.name): one for one in listing(current(), on)}
    found: list[ModelView] = []
    for name in [vendor] if vendor else registry.names():
        source = registry.maker(name)
        for model in source.models():
            if wanted in {"", model.name}:
                view = ModelView(
                    name=f"{name}/{model.name}",
                    version=model.version,
                    operations=model.operations,
                    deterministic=model.deterministic,
                    paid=isinstance(source, Vendor),
                )
                found.append(_with_facts(view, known.get((name, model.name))))
    if not found:
        raise NotFound(f"{vendor} has no model {wanted!r}", remedy=f"Look at `picturelock models {vendor}`.")
    return found


def _with_facts(view: ModelView, facts: Listed | None) -> ModelView:
    if facts is None:
        return view
    return ModelView(
        name=view.name,
        version=facts.version,
        operations=view.operations,
        deterministic=view.deterministic,
        paid=view.paid,
        dated=facts.dated,
        standing=facts.state.value,
        until=facts.retires,
        successors=facts.successors,
        prices=facts.prices,
        unknown=facts.unknown,
        notes=facts.notes,
    )
