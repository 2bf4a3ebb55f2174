"""What a name means on a day: aliases pinned by date, retired models refused, rates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import Conflict, NotFound
from picturelock.core.money import Money
from picturelock.generate.catalogue import Catalogue, Entry, built_in, read

TODAY = date(2026, 11, 21)
ENTRIES = tuple(built_in())
LATEST = read("""\
format: picturelock.catalogue/1
sources:
  page: {page: A price page, url: "https://example.com/prices", seen: 2026-01-02, standing: vendor}
vendors:
  - name: studio
    currency: USD
    rates: []
    models:
      - name: brush
        aliases: [latest, brush-latest]
        operations: [draw]
        versions:
          - {name: brush-2026-01-10, released: 2026-01-10}
          - {name: brush-2026-06-01, released: 2026-06-01}
        life: {launched: 2026-01-10, retires: 2027-01-01, replaced_by: [pen], source: page}
        prices:
          - {per: image, amount: 0.05, source: page}
      - name: pen
        operations: [draw]
        life: {launched: 2026-12-01, source: page}
""")


def shelf() -> Catalogue:
    return Catalogue(vendors=LATEST.vendors)


@pytest.mark.parametrize("name", ["latest", "brush-latest", "brush"])
def test_an_alias_means_the_newest_version_of_the_day(name: str) -> None:
    before = shelf().resolve(f"studio/{name}", date(2026, 5, 31))
    after = shelf().resolve(f"studio/{name}", date(2026, 6, 1))
    assert (before.version, before.dated) == ("brush-2026-01-10", True)
    assert (after.version, after.dated) == ("brush-2026-06-01", True)


def test_a_pinned_version_means_itself_on_every_day() -> None:
    pinned = shelf().resolve("studio/latest", date(2026, 5, 31)).name
    assert pinned == "studio/brush-2026-01-10"
    assert shelf().resolve(pinned, date(2026, 9, 9)).version == "brush-2026-01-10"


def test_a_retired_model_is_refused_with_the_name_of_its_successor() -> None:
    with pytest.raises(Conflict) as refused:
        shelf().resolve("studio/latest", date(2027, 1, 1))
    assert "retired on 2027-01-01" in refused.value.message
    assert refused.value.remedy == "Use studio/pen."
    assert shelf().resolve("studio/latest", date(2026, 12, 31)).version == "brush-2026-06-01"


def test_a_retired_model_is_still_found_for_what_was_made_with_it() -> None:
    assert shelf().find("studio/brush-2026-01-10", date(2030, 1, 1)).model.name == "brush"


def test_a_model_that_is_only_announced_is_refused_until_its_day() -> None:
    with pytest.raises(Conflict, match="not to be had before 2026-12-01"):
        shelf().resolve("studio/pen", date(2026, 11, 30))
    assert shelf().resolve("studio/pen", date(2026, 12, 1)).version == "pen"


def test_a_name_that_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(NotFound) as refused:
        shelf().resolve("studio/brsh", TODAY)
    assert "Did you mean studio/brush?" in refused.value.remedy
    with pytest.raises(NotFound, match="no vendor is called 'nobody'"):
        shelf().resolve("nobody/brush", TODAY)


@pytest.mark.parametrize(
    ("name", "day", "version"),
    [
        ("openai/gpt-image-2", TODAY, "gpt-image-2-2026-04-21"),
        ("openai/gpt-image-2.5-flare", TODAY, "gpt-image-2.5-flare-2026-09-08"),
        ("openai/sora-2", date(2025, 11, 1), "sora-2-2025-10-06"),
        ("openai/sora-2", date(2025, 12, 8), "sora-2-2025-12-08"),
    ],
)
def test_shipped_names_are_pinned_to_the_vendors_own_dates(name: str, day: date, version: str) -> None:
    assert built_in().resolve(name, day).version == version


@pytest.mark.parametrize("name", ["runway/gen4.5", "kling/kling-v3", "openai/gpt-image-2.6-flare"])
def test_a_model_without_dated_versions_says_that_it_may_change_under_its_name(name: str) -> None:
    entry = built_in().resolve(name, TODAY)
    assert not entry.dated
    assert entry.name == name


@pytest.mark.parametrize(
    ("name", "last_day", "remedy"),
    [
        ("openai/gpt-image-1", date(2026, 10, 22), "openai/gpt-image-2.5-sunburst"),
        ("openai/gpt-image-1.5", date(2026, 11, 30), "openai/gpt-image-2.6-sunburst"),
        ("openai/chatgpt-image-latest", date(2026, 11, 30), "openai/gpt-image-2.6-sunburst"),
        ("openai/sora-2", date(2026, 9, 23), "names no successor"),
        ("runway/gen3a_turbo", date(2026, 7, 29), "runway/gen4_turbo"),
        ("kling/kling-v1-6", date(2026, 9, 14), "kling/kling-v3"),
    ],
)
def test_shipped_models_end_on_their_day(name: str, last_day: date, remedy: str) -> None:
    assert built_in().resolve(name, last_day).model.name == name.partition("/")[2]
    with pytest.raises(Conflict) as refused:
        built_in().resolve(name, date.fromordinal(last_day.toordinal() + 1))
    assert remedy in refused.value.remedy


@given(entry=st.sampled_from(ENTRIES), day=st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_resolving_what_was_resolved_changes_nothing(entry: Entry, day: date) -> None:
    try:
        once = built_in().resolve(f"{entry.vendor}/{entry.model.name}", day)
    except Conflict:
        return
    assert built_in().resolve(once.name, day) == once


@given(entry=st.sampled_from(ENTRIES), day=st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_whoever_is_named_as_a_successor_is_in_the_catalogue(entry: Entry, day: date) -> None:
    for heir in entry.model.life.replaced_by:
        assert built_in().find(f"{entry.vendor}/{heir}", day).model.name == heir


def test_credits_and_units_are_worth_what_their_row_says() -> None:
    assert built_in().to_usd(Money(60, "RUNWAYCR"), TODAY) == Money.parse("0.60USD")
    assert built_in().to_usd(Money(3, "KLINGUN"), TODAY) == Money.parse("0.42USD")
    assert built_in().to_usd(Money(3, "USD"), TODAY) == Money.parse("3USD")


def test_money_of_which_no_rate_is_known_is_not_guessed_at() -> None:
    with pytest.raises(NotFound) as refused:
        shelf().to_usd(Money(1, "PEARLS"), TODAY)
    assert "prices.yaml" in refused.value.remedy
