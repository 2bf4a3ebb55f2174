"""What every row that ships has to have, whatever it says."""

from datetime import date

import pytest

from picturelock.generate.catalogue import Entry, built_in
from picturelock.generate.catalogue.values import Source

TODAY = date(2026, 11, 21)
ENTRIES = tuple(built_in())
BY_NAME = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.vendor}/{entry.model.name}")


def holds(source: Source) -> bool:
    return bool(source.page.strip()) and date(2026, 1, 1) <= source.seen <= TODAY


@BY_NAME
def test_each_price_has_a_page_with_an_address_and_a_day(entry: Entry) -> None:
    for row in entry.model.prices:
        assert holds(row.source)
        assert row.source.url.startswith("https://")
        assert row.amount > 0
        assert not row.own


@BY_NAME
def test_each_end_and_beginning_has_a_source(entry: Entry) -> None:
    life = entry.model.life
    assert (life.source is not None) == any((life.launched, life.deprecated, life.retires))
    assert life.source is None or holds(life.source)


@BY_NAME
def test_each_rule_for_tokens_has_a_source(entry: Entry) -> None:
    for rule in (entry.model.output_tokens, entry.model.input_tokens):
        assert rule is None or holds(rule.source)


@BY_NAME
def test_conditions_are_about_uses_and_tiers_that_are_there(entry: Entry) -> None:
    picture = entry.model.limits.picture
    tiers = {tier.name for tier in picture.tiers} if picture else set()
    for condition in entry.model.can.conditions:
        assert set(condition.tiers) <= tiers
        can = getattr(entry.model.can, condition.use.value)
        assert can is None or can
    for row in entry.model.prices:
        assert set(row.when.tiers) <= tiers
        assert set(row.when.qualities) <= set(entry.model.limits.qualities)


@pytest.mark.parametrize("vendor", built_in().names())
def test_each_currency_that_is_not_a_states_has_a_rate_with_a_source(vendor: str) -> None:
    facts = built_in().vendor(vendor)
    assert facts.currency == "USD" or facts.rates
    for rate in facts.rates:
        assert holds(rate.source)
        assert rate.source.url.startswith("https://")
        assert rate.usd > 0
