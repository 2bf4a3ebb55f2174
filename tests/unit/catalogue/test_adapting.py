"""What adapters ask of the catalogue, and what people are shown of it."""

from datetime import date

import pytest

from picturelock.core.failures import NotFound
from picturelock.core.money import Money
from picturelock.core.paidcall import BillSource, FailureKind
from picturelock.core.take import Operation
from picturelock.generate.catalogue import Listed, built_in, by_rule, listing, offered

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("vendor", "first", "last"),
    [
        ("openai", "gpt-image-2", "sora-2-pro"),
        ("runway", "gen4.5", "gen3a_turbo"),
        ("kling", "kling-v3", "kling-4.0"),
    ],
)
def test_a_vendors_name_alone_means_a_model_that_is_there_to_stay(vendor: str, first: str, last: str) -> None:
    models = offered(built_in(), vendor)
    assert (models[0].name, models[-1].name) == (first, last)
    assert built_in().resolve(f"{vendor}/{models[0].name}", TODAY).model.prices


def test_a_model_is_offered_with_its_pinned_version_and_its_longest_clip() -> None:
    models = {model.name: model for model in offered(built_in(), "openai")}
    assert models["gpt-image-2"].version == "gpt-image-2-2026-04-21"
    assert models["gpt-image-2"].operations == (Operation.DRAW,)
    assert not any(model.deterministic for model in models.values())
    assert {m.name: m.longest_seconds for m in offered(built_in(), "kling")}["kling-v3"] == 15


def test_every_model_of_the_catalogue_is_offered_once() -> None:
    for vendor in built_in().names():
        names = [model.name for model in offered(built_in(), vendor)]
        assert sorted(names) == sorted(entry.model.name for entry in built_in().entries(vendor))
    with pytest.raises(NotFound):
        offered(built_in(), "nobody")


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (FailureKind.MODERATED_INPUT, "60 RUNWAYCR"),
        (FailureKind.INVALID, "0 RUNWAYCR"),
        (FailureKind.BAD_OUTPUT, "0 RUNWAYCR"),
        (FailureKind.OUTAGE, "0 RUNWAYCR"),
    ],
)
def test_what_a_failure_costs_at_runway_follows_its_published_rule(kind: FailureKind, amount: str) -> None:
    bill = by_rule(built_in().resolve("runway/gen4.5", TODAY), Money(60, "RUNWAYCR"), kind)
    assert bill is not None
    assert (str(bill.amount), bill.source) == (amount, BillSource.RULE)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("runway/gen4.5", FailureKind.MODERATED_OUTPUT),
        ("kling/kling-v3", FailureKind.BAD_OUTPUT),
        ("openai/gpt-image-2", FailureKind.MODERATED_INPUT),
    ],
)
def test_where_no_rule_is_published_none_is_made_up(name: str, kind: FailureKind) -> None:
    entry = built_in().resolve(name, TODAY)
    assert by_rule(entry, Money(1, entry.currency), kind) is None


def listed(name: str, on: date = TODAY) -> Listed:
    vendor, _, model = name.partition("/")
    return next(one for one in listing(built_in(), on) if (one.vendor, one.name) == (vendor, model))


def test_a_list_for_people_has_every_model_with_its_price_its_page_and_its_day() -> None:
    assert len(listing(built_in(), TODAY)) == sum(1 for _ in built_in())
    assert listed("runway/gen4.5").prices == (
        "12 RUNWAYCR per second, seen 2026-10-21 in litellm 1.106.2 price map, which names Runway's pricing page",
    )


@pytest.mark.parametrize(
    ("name", "state", "successors"),
    [
        ("openai/gpt-image-2", "available", ()),
        (
            "openai/gpt-image-1.5",
            "deprecated",
            ("openai/gpt-image-2.6-sunburst", "openai/gpt-image-2.6-flare"),
        ),
        ("kling/kling-v1-6", "retired", ("kling/kling-v3",)),
    ],
)
def test_a_list_for_people_says_where_a_model_is_in_its_life(
    name: str, state: str, successors: tuple[str, ...]
) -> None:
    assert listed(name).state.value == state
    assert listed(name).successors == successors


def test_a_list_for_people_says_what_is_missing_for_a_quote() -> None:
    assert listed("kling/kling-4.0").unknown == ("prices",)
    assert listed("openai/gpt-image-2.6-flare").unknown == ("output_tokens",)
    assert listed("openai/gpt-image-2").unknown == ()


def test_a_model_is_listed_with_the_version_of_that_day() -> None:
    assert listed("openai/sora-2", date(2025, 11, 1)).version == "sora-2-2025-10-06"
    assert listed("openai/sora-2").version == "sora-2-2025-12-08"
