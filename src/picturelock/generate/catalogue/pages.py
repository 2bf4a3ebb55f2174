"""The catalogue's part of ``docs/vendors.md``, written from the data so that both always say the same.

``python -m picturelock.generate.catalogue.pages docs/vendors.md`` writes it anew.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from picturelock.core.failures import BadDocument
from picturelock.core.take import Operation
from picturelock.generate.catalogue.quoting import price_words
from picturelock.generate.catalogue.shelf import Catalogue, built_in
from picturelock.generate.catalogue.values import (
    Entry,
    ModelFacts,
    Per,
    Price,
    Rate,
    Source,
    Standing,
    State,
    VendorFacts,
)

_PART = re.compile(r"(<!-- catalogue: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TOKENS = {
    Per.TEXT_INPUT: "text in",
    Per.IMAGE_INPUT: "image in",
    Per.IMAGE_OUTPUT: "image out",
    Per.CACHED_TEXT_INPUT: "cached text in",
    Per.CACHED_IMAGE_INPUT: "cached image in",
    Per.TEXT_OUTPUT: "text out",
}
_EACH = {
    Per.SECOND: "a second",
    Per.CLIP: "a clip",
    Per.IMAGE: "a picture",
    Per.INPUT_IMAGE: "a given picture",
    Per.INPUT_SECOND: "a second of a given clip",
}
_WHOSE = {
    Standing.VENDOR: "the vendor's own word",
    Standing.COPY: "a copy of the vendor's word",
    Standing.THIRD_PARTY: "another's account",
}


def written(text: str, catalogue: Catalogue) -> str:
    """The page with its parts written anew: what stands between ``<!-- catalogue: VENDOR -->`` and ``<!-- end -->``.

    Raises:
        BadDocument: It has no such part.
        NotFound: A part is for a vendor that is not in the catalogue.
    """
    if not _PART.search(text):
        raise BadDocument(
            "the page has no part for the catalogue", remedy="Add `<!-- catalogue: runway -->`."
        )
    return _PART.sub(lambda found: f"{found[1]}\n{sheet(catalogue, found[2])}\n{found[3]}", text)


def sheet(catalogue: Catalogue, vendor: str) -> str:
    """What is known of a vendor's models and prices, as Markdown: as of the day on which anything was last looked up.

    Raises:
        NotFound: No such vendor.
    """
    facts = catalogue.vendor(vendor)
    sources = _Sources()
    on = max(source.seen for source in _all_sources(facts))
    alive = [
        entry
        for entry in catalogue.entries(vendor)
        if entry.model.operations and entry.model.life.state(on) is not State.RETIRED
    ]
    priced = [entry for entry in alive if _rows(entry, on)]
    parts = [
        f"As of {on}, in {'US dollars' if facts.currency == 'USD' else f'`{facts.currency}`'}, before tax.",
        "\n".join(_table(priced, on, sources)),
        *(_rate(rate, facts.currency, sources) for rate in facts.rates if rate.in_force(on)),
        *_without_price(alive, on),
        *_gone(facts, on),
        "\n".join(sources.listed()),
    ]
    return "\n\n".join(parts) + "\n"


class _Sources:
    """Pages, numbered in the order in which they are first cited."""

    def __init__(self) -> None:
        self._known: list[Source] = []

    def number(self, source: Source) -> str:
        if source not in self._known:
            self._known.append(source)
        return f"[{self._known.index(source) + 1}]"

    def listed(self) -> Iterator[str]:
        for number, source in enumerate(self._known, 1):
            page = f"[{source.page}]({source.url})" if source.url else source.page
            yield f"{number}. {page}, read on {source.seen}; {_WHOSE[source.standing]}."


def _table(entries: Iterable[Entry], on: date, sources: _Sources) -> Iterator[str]:
    yield "| Model | Makes | Price |"
    yield "| --- | --- | --- |"
    for entry in entries:
        name = f"`{entry.model.name}`"
        if entry.dated:
            name += f" (`{entry.version}`)"
        if entry.model.life.retires is not None:
            name += f", until {entry.model.life.retires}"
        yield f"| {name} | {_makes(entry.model)} | {_prices(_rows(entry, on), sources)} |"


def _makes(model: ModelFacts) -> str:
    made = []
    if Operation.DRAW in model.operations:
        made.append("stills")
    if Operation.ANIMATE in model.operations:
        lengths = model.limits.seconds
        made.append(f"clips of {lengths}" if lengths else "clips")
    return ", ".join(made)


def _prices(rows: Iterable[Price], sources: _Sources) -> str:
    told = []
    for (source, tokens), group in groupby(rows, key=lambda row: (row.source, row.per.is_tokens)):
        if tokens:
            amounts = [f"{_TOKENS[row.per]} {price_words(row)}" for row in group]
            told.append(f"a million tokens: {', '.join(amounts)} {sources.number(source)}")
            continue
        for per, same in groupby(group, key=lambda row: row.per):
            amounts = [price_words(row) for row in same]
            told.append(f"{_EACH[per]}: {', '.join(amounts)} {sources.number(source)}")
    return "; ".join(told)


def _rows(entry: Entry, on: date) -> list[Price]:
    return [row for row in entry.model.prices if row.in_force(on)]


def _rate(rate: Rate, currency: str, sources: _Sources) -> str:
    note = f" {rate.note}" if rate.note else ""
    return f"One `{currency}` is {rate.usd} USD {sources.number(rate.source)}.{note}"


def _without_price(entries: Sequence[Entry], on: date) -> Iterator[str]:
    names = [f"`{entry.model.name}`" for entry in entries if not _rows(entry, on)]
    if names:
        yield f"No price is known, so these are refused until you give one: {', '.join(names)}."
    counted = [
        f"`{entry.model.name}`"
        for entry in entries
        if any(row.per is Per.IMAGE_OUTPUT for row in _rows(entry, on)) and entry.model.output_tokens is None
    ]
    if counted:
        yield f"How many tokens a picture takes is not known, so these are refused too: {', '.join(counted)}."


def _gone(facts: VendorFacts, on: date) -> Iterator[str]:
    gone = []
    for model in facts.models:
        if model.life.state(on) is State.RETIRED:
            heirs = " or ".join(f"`{name}`" for name in model.life.replaced_by)
            gone.append(f"`{model.name}` on {model.life.retires}" + (f" (use {heirs})" if heirs else ""))
    if gone:
        yield f"Retired: {', '.join(gone)}."


def _all_sources(facts: VendorFacts) -> Iterator[Source]:
    for rate in facts.rates:
        yield rate.source
    for model in facts.models:
        yield from model.sources
        yield from (price.source for price in model.prices)


if __name__ == "__main__":
    for place in map(Path, sys.argv[1:]):
        place.write_text(written(place.read_text("utf-8"), built_in()), "utf-8")
