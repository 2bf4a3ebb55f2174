"""A production's own prices count before the catalogue's, with their source and their day."""

import threading
from datetime import date
from fractions import Fraction

import pytest

from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.money import Money
from picturelock.core.take import Operation
from picturelock.generate.catalogue import (
    Catalogue,
    PriceRequest,
    built_in,
    current,
    overlaid,
    quote,
    read,
    using,
)

TODAY = date(2026, 11, 21)
CLIP = PriceRequest(operation=Operation.ANIMATE, width=1280, height=720, seconds=Fraction(5))
HEAD = """\
format: picturelock.catalogue/1
sources:
  contract: {page: Our contract 17, seen: 2026-03-01, standing: vendor}
vendors:
"""


def with_own(rows: str) -> Catalogue:
    return overlaid(built_in(), read(HEAD + rows))


CONTRACT = """\
  - name: runway
    models:
      - name: gen4.5
        prices:
          - {per: second, amount: 9, valid_from: 2026-04-01, valid_to: 2026-12-31, source: contract}
"""


def test_an_own_price_counts_on_its_days_and_the_catalogues_on_all_others() -> None:
    catalogue = with_own(CONTRACT)
    entry = catalogue.resolve("runway/gen4.5", TODAY)
    for day, credits_ in [
        (date(2026, 3, 31), 60),
        (date(2026, 4, 1), 45),
        (date(2026, 12, 31), 45),
        (date(2027, 1, 1), 60),
    ]:
        assert quote(entry, CLIP, day).high == Money(credits_, "RUNWAYCR")


def test_an_own_price_counts_even_where_the_catalogue_saw_its_own_later() -> None:
    catalogue = with_own(CONTRACT.replace("valid_from: 2026-04-01, valid_to: 2026-12-31, ", ""))
    assert built_in().resolve("runway/gen4.5", TODAY).model.prices[0].source.seen > date(2026, 3, 1)
    assert quote(catalogue.resolve("runway/gen4.5", TODAY), CLIP, TODAY).high == Money(45, "RUNWAYCR")


def test_a_quote_by_an_own_price_says_whose_it_is_and_where_it_was_read() -> None:
    told = quote(with_own(CONTRACT).resolve("runway/gen4.5", TODAY), CLIP, TODAY)
    assert "The price is the production's own (Our contract 17, 2026-03-01)." in told.assumptions
    assert told.for_call().row == "9 RUNWAYCR per second, seen 2026-03-01 in Our contract 17"


def test_a_price_that_nobody_published_can_be_given() -> None:
    own = """\
  - name: kling
    models:
      - name: kling-4.0
        prices:
          - {per: second, amount: 1.1, when: {audio: false}, source: contract}
"""
    entry = with_own(own).resolve("kling/kling-4.0", TODAY)
    assert quote(entry, CLIP, TODAY).high == Money.parse("5.5KLINGUN")
    with pytest.raises(NotFound):
        quote(built_in().resolve("kling/kling-4.0", TODAY), CLIP, TODAY)


def test_a_pack_that_was_bought_cheaper_has_a_rate_of_its_own() -> None:
    own = """\
  - name: kling
    rates:
      - {usd: 0.126, source: contract}
"""
    assert with_own(own).to_usd(Money(3, "KLINGUN"), TODAY) == Money.parse("0.378USD")


def test_a_model_that_is_not_in_the_catalogue_is_taken_whole() -> None:
    own = """\
  - name: openai
    models:
      - name: gpt-image-3
        operations: [draw]
        prices:
          - {per: image, amount: 0.2, source: contract}
"""
    entry = with_own(own).resolve("openai/gpt-image-3", TODAY)
    still = PriceRequest(operation=Operation.DRAW, width=1024, height=1024, outputs=3)
    assert quote(entry, still, TODAY).high == Money.parse("0.60USD")


def test_a_vendor_that_is_not_in_the_catalogue_needs_a_currency() -> None:
    own = "  - name: studio\n    models: []\n"
    with pytest.raises(BadDocument, match="no currency"):
        with_own(own)
    assert with_own(own + "    currency: EUR\n").vendor("studio").currency == "EUR"


@pytest.mark.parametrize(
    ("line", "what"),
    [("limits: {seconds: {least: 1, most: 60}}", "limits"), ("operations: [draw]", "operations")],
)
def test_what_a_known_model_can_do_is_not_changed_by_a_price_file(line: str, what: str) -> None:
    with pytest.raises(BadDocument, match=f"{what} cannot be changed here"):
        with_own(f"  - name: runway\n    models:\n      - name: gen4.5\n        {line}\n")


def test_the_currency_of_a_known_vendor_is_not_changed_by_a_price_file() -> None:
    with pytest.raises(BadDocument, match="currency cannot be changed here"):
        with_own("  - name: runway\n    currency: USD\n")


def test_a_price_file_without_a_source_is_refused_with_its_line() -> None:
    with pytest.raises(BadDocument) as refused:
        with_own(CONTRACT.replace(", source: contract", ""))
    assert refused.value.line == 9
    assert "`source` is missing" in refused.value.message


# Which catalogue counts


def test_own_prices_count_inside_and_the_shipped_ones_before_and_after() -> None:
    assert current() is built_in()
    with using(read(HEAD + CONTRACT)):
        own = current()
        assert own is not built_in()
        assert quote(current().resolve("runway/gen4.5", TODAY), CLIP, TODAY).high == Money(45, "RUNWAYCR")
        with using(None):
            assert current() is built_in()
        assert current() is own
    assert current() is built_in()


def test_own_prices_of_one_production_do_not_reach_another_ones_thread() -> None:
    seen: list[Catalogue] = []
    with using(read(HEAD + CONTRACT)):
        other = threading.Thread(target=lambda: seen.append(current()))
        other.start()
        other.join()
    assert seen == [built_in()]


def test_a_price_file_that_is_wrong_changes_nothing() -> None:
    wrong = read(HEAD + "  - name: studio\n")
    with pytest.raises(BadDocument), using(wrong):
        pass
    assert current() is built_in()
