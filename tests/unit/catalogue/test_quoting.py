"""What requests cost: each figure is worked out by hand from the vendors' published prices."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import Conflict, Malformed, NotFound, UserError
from picturelock.core.money import Money
from picturelock.core.take import Operation
from picturelock.generate.catalogue import (
    Catalogue,
    Entry,
    Per,
    PriceRequest,
    built_in,
    nearest_size,
    quote,
    read,
    tallied,
)

TODAY = date(2026, 11, 21)
ENTRIES = tuple(built_in())


def still(width: int = 1024, height: int = 1024, **more: Any) -> PriceRequest:
    return PriceRequest(operation=Operation.DRAW, width=width, height=height, **more)


def clip(seconds: Fraction | int = 5, width: int = 1280, height: int = 720, **more: Any) -> PriceRequest:
    return PriceRequest(
        operation=Operation.ANIMATE, width=width, height=height, seconds=Fraction(seconds), **more
    )


def cost(name: str, request: PriceRequest, on: date = TODAY) -> str:
    told = quote(built_in().resolve(name, on), request, on)
    assert told.low == told.expected == told.high, "nothing here is uncertain"
    return str(told.expected)


# Credits and units by the second, the clip and the picture

RUNWAY = [
    # 12 credits a second, 5 s.
    ("gen4.5", clip(5), "60 RUNWAYCR"),
    ("gen4.5", clip(10), "120 RUNWAYCR"),
    # 3.2 s are wanted, and whole seconds are sold: 4 x 12.
    ("gen4.5", clip(Fraction(16, 5)), "48 RUNWAYCR"),
    # Less than 2 s cannot be ordered.
    ("gen4.5", clip(Fraction(1, 24)), "24 RUNWAYCR"),
    ("gen4_turbo", clip(5, first_frame=True), "25 RUNWAYCR"),
    # 28 a second, at least 56 a task.
    ("aleph2", clip(1, edit=True), "56 RUNWAYCR"),
    ("aleph2", clip(5, edit=True), "140 RUNWAYCR"),
    # 36 up to 720p, 40 in 1080p, 150 in 4K.
    ("seedance2", clip(5), "180 RUNWAYCR"),
    ("seedance2", clip(5, 1920, 1080), "200 RUNWAYCR"),
    ("seedance2", clip(5, 3840, 2160), "750 RUNWAYCR"),
    # 16 a second, at least 64 a task.
    ("seedance2_mini", clip(2), "64 RUNWAYCR"),
    ("seedance2_mini", clip(5), "80 RUNWAYCR"),
    # 30 a second, and 15 for each second of the given clip.
    ("seedance2_5", clip(5, edit=True, input_seconds=Fraction(3)), "195 RUNWAYCR"),
    # 15 a second in 2k, and 2 for each of two references.
    ("hailuo3", clip(6, 2560, 1440, quality="2k", references=2), "94 RUNWAYCR"),
    # Sound doubles the price: 40 or 20 a second. 5 s are wanted, 4, 6 or 8 are sold.
    ("veo3.1", clip(5, audio=True), "240 RUNWAYCR"),
    ("veo3.1", clip(5), "120 RUNWAYCR"),
    ("veo3.1_fast", clip(8, audio=True), "120 RUNWAYCR"),
    ("gen4_image", still(1280, 720), "5 RUNWAYCR"),
    ("gen4_image", still(1920, 1080), "8 RUNWAYCR"),
    ("gen4_image_turbo", still(1280, 720, references=1), "2 RUNWAYCR"),
]

KLING = [
    # Units a second by mode and sound: 0.6, 0.9, 0.8, 1.2; 3.0 in 4k with and without sound.
    ("kling-v3", clip(5), "3 KLINGUN"),
    ("kling-v3", clip(5, audio=True), "4.5 KLINGUN"),
    ("kling-v3", clip(5, quality="pro"), "4 KLINGUN"),
    ("kling-v3", clip(10, quality="pro", audio=True), "12 KLINGUN"),
    ("kling-v3", clip(5, quality="4k"), "15 KLINGUN"),
    ("kling-v3", clip(5, quality="4k", audio=True), "15 KLINGUN"),
    # The size tells the mode where none is named.
    ("kling-v3", clip(5, 1920, 1080), "4 KLINGUN"),
    # 7.3 s are wanted, and whole seconds are sold: 8 x 0.6.
    ("kling-v3", clip(Fraction(73, 10)), "4.8 KLINGUN"),
    # By the clip of 5 or 10 s.
    ("kling-v2-5-turbo", clip(5), "1.5 KLINGUN"),
    ("kling-v2-5-turbo", clip(6, quality="pro"), "5 KLINGUN"),
    ("kling-v2-6", clip(5, quality="pro"), "2.5 KLINGUN"),
    ("kling-v2-6", clip(10, quality="pro", audio=True), "10 KLINGUN"),
    # A changed clip costs half as much again.
    ("kling-video-o1", clip(5, quality="pro"), "4 KLINGUN"),
    ("kling-video-o1", clip(5, quality="pro", edit=True), "6 KLINGUN"),
    ("kling-v3-omni", clip(10, quality="pro", audio=True), "10 KLINGUN"),
    ("kling-3.0-turbo", clip(5, quality="pro"), "5 KLINGUN"),
]


@pytest.mark.parametrize(("model", "request_", "amount"), RUNWAY)
def test_runway_sells_by_credits(model: str, request_: PriceRequest, amount: str) -> None:
    assert cost(f"runway/{model}", request_) == amount


@pytest.mark.parametrize(("model", "request_", "amount"), KLING)
def test_kling_sells_by_units_of_its_packs(model: str, request_: PriceRequest, amount: str) -> None:
    assert cost(f"kling/{model}", request_) == amount


def test_ten_seconds_of_kling_with_sound_are_a_dollar_sixty_eight() -> None:
    told = quote(built_in().resolve("kling/kling-v3", TODAY), clip(10, quality="pro", audio=True), TODAY)
    assert built_in().to_usd(told.high, TODAY) == Money.parse("1.68USD")


# Tokens


@pytest.mark.parametrize(
    ("size", "quality", "amount"),
    [
        # 7024, 5488 and 5063 tokens by OpenAI's calculator, at 30 dollars a million.
        ((1024, 1024), "high", "0.21072 USD"),
        ((1536, 1024), "high", "0.16464 USD"),
        ((1024, 1536), "high", "0.16464 USD"),
        ((1792, 1024), "high", "0.15189 USD"),
        # 1756 and 196.
        ((1024, 1024), "medium", "0.05268 USD"),
        ((1024, 1024), "low", "0.00588 USD"),
    ],
)
def test_a_picture_of_gpt_image_2_costs_its_output_tokens(
    size: tuple[int, int], quality: str, amount: str
) -> None:
    assert cost("openai/gpt-image-2", still(*size, quality=quality)) == amount


@pytest.mark.parametrize(
    ("quality", "tokens"), [("low", 196), ("medium", 439), ("high", 1756), ("xhigh", 3122), ("max", 7024)]
)
def test_the_five_qualities_of_2_5_take_their_published_tokens(quality: str, tokens: int) -> None:
    paid = Money(Decimal(tokens) * 30 / 1_000_000, "USD")
    assert cost("openai/gpt-image-2.5-sunburst", still(quality=quality)) == str(paid)


@pytest.mark.parametrize(
    # 272, 1056 and 4160 tokens at 32 dollars a million.
    ("quality", "amount"),
    [("low", "0.008704 USD"), ("medium", "0.033792 USD"), ("high", "0.13312 USD")],
)
def test_a_picture_of_1_5_costs_what_its_table_says(quality: str, amount: str) -> None:
    assert cost("openai/gpt-image-1.5", still(quality=quality)) == amount


def test_prompt_and_given_pictures_widen_the_range() -> None:
    entry = built_in().resolve("openai/gpt-image-2", TODAY)
    asked = still(quality="medium", references=2, prompt="x" * 80)
    told = quote(entry, asked, TODAY)
    # 1756 out at 30; 10, 20 or 80 of prompt at 5; twice 1024 or 1536 of pictures at 8.
    assert told.low == Money.parse("0.069114USD")  # 0.05268 + 0.00005 + 0.016384
    assert told.expected == Money.parse("0.077356USD")  # 0.05268 + 0.0001 + 0.024576
    assert told.high == Money.parse("0.077656USD")  # 0.05268 + 0.0004 + 0.024576
    assert [row.per for row in told.rows] == [Per.IMAGE_OUTPUT, Per.TEXT_INPUT, Per.IMAGE_INPUT]


def test_a_quality_that_is_left_to_the_vendor_is_quoted_from_the_lowest_to_the_highest() -> None:
    told = quote(built_in().resolve("openai/gpt-image-2", TODAY), still(), TODAY)
    assert [str(m) for m in (told.low, told.expected, told.high)] == [
        "0.00588 USD",
        "0.05268 USD",
        "0.21072 USD",
    ]


def test_several_pictures_cost_several_times_their_output() -> None:
    assert cost("openai/gpt-image-2", still(quality="low", outputs=4)) == "0.02352 USD"


def test_the_usage_in_an_answer_becomes_an_exact_bill() -> None:
    entry = built_in().resolve("openai/gpt-image-2", TODAY)
    counts = {Per.TEXT_INPUT: 10, Per.IMAGE_INPUT: 40, Per.IMAGE_OUTPUT: 4160, Per.CACHED_TEXT_INPUT: 0}
    # 10 x 5 + 40 x 8 + 4160 x 30 millionths.
    assert tallied(entry, counts, TODAY) == Money.parse("0.12517USD")


def test_counted_tokens_without_a_price_are_not_billed_at_a_guess() -> None:
    entry = built_in().resolve("openai/gpt-image-2", TODAY)
    with pytest.raises(NotFound, match="million text output tokens"):
        tallied(entry, {Per.TEXT_OUTPUT: 7}, TODAY)


def test_seconds_of_sora_were_sold_until_its_last_day() -> None:
    assert cost("openai/sora-2", clip(7), date(2026, 9, 23)) == "0.8 USD"
    assert cost("openai/sora-2-pro", clip(4), date(2026, 9, 23)) == "1.2 USD"
    assert cost("openai/sora-2-pro", clip(12, 1792, 1024), date(2026, 9, 23)) == "6 USD"


# What is not known


@pytest.mark.parametrize(
    ("name", "request_", "what"),
    [
        ("kling/kling-4.0", clip(5), "no price"),
        ("kling/kling-v2-6", clip(5, quality="std", audio=True), "no price"),
        ("kling/kling-v3-omni", clip(5, quality="std", audio=True, edit=True), "no price"),
        ("runway/kling_4", clip(5), "no price"),
        ("runway/seedance2", clip(5, edit=True), "no price"),
        ("runway/gen4_image", still(1024, 1024), "no price"),
        ("openai/chatgpt-image-latest", still(), "no price"),
        ("openai/gpt-image-2.6-sunburst", still(quality="low"), "tokens a picture of"),
        ("openai/gpt-image-1-mini", still(quality="low"), "tokens a picture of"),
        ("openai/gpt-image-1.5", still(quality="low", references=1), "for a picture that is given"),
        ("openai/gpt-image-1.5", still(1024, 1040, quality="low"), "tokens a picture of 1024x1040"),
    ],
)
def test_where_no_price_is_known_nothing_is_quoted(name: str, request_: PriceRequest, what: str) -> None:
    with pytest.raises(NotFound, match=what) as refused:
        quote(built_in().resolve(name, TODAY), request_, TODAY)
    assert "prices.yaml" in refused.value.remedy


def test_what_a_model_does_not_do_is_not_quoted() -> None:
    with pytest.raises(Conflict, match="does not draw"):
        quote(built_in().resolve("runway/gen4.5", TODAY), still(), TODAY)
    with pytest.raises(Conflict, match=r"at most 10 seconds, not 10\.5"):
        quote(built_in().resolve("runway/gen4.5", TODAY), clip(Fraction(21, 2)), TODAY)
    with pytest.raises(Conflict, match="has no quality 'ultra'"):
        quote(built_in().resolve("openai/gpt-image-2", TODAY), still(quality="ultra"), TODAY)


@pytest.mark.parametrize(
    "wrong", [{"outputs": 0}, {"references": -1}, {"seconds": Fraction(0)}, {"width": 0}]
)
def test_a_request_that_makes_no_sense_cannot_be_priced(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        PriceRequest(
            **{
                "operation": Operation.ANIMATE,
                "width": 1280,
                "height": 720,
                "seconds": Fraction(5),
                **wrong,
            }
        )


# Prices that change

CHANGING = """\
format: picturelock.catalogue/1
sources:
  page: {page: A price page, url: "https://example.com/prices", seen: 2026-01-02, standing: vendor}
  later: {page: A price page, url: "https://example.com/prices", seen: 2026-08-01, standing: vendor}
vendors:
  - name: studio
    currency: USD
    models:
      - name: reel
        operations: [animate]
        limits: {seconds: {least: 1, most: 10}}
        prices:
%s
"""


def _reel(*rows: str) -> Entry:
    text = CHANGING % "\n".join(f"          - {{per: second, {row}}}" for row in rows)
    return Catalogue(vendors=read(text).vendors).resolve("studio/reel", TODAY)


def test_a_price_that_changes_is_quoted_by_the_day_that_is_asked_for() -> None:
    reel = _reel(
        "amount: 0.10, valid_to: 2026-11-30, source: page",
        "amount: 0.12, valid_from: 2026-12-01, source: page",
    )
    assert quote(reel, clip(5), date(2026, 11, 30)).high == Money.parse("0.50USD")
    assert quote(reel, clip(5), date(2026, 12, 1)).high == Money.parse("0.60USD")


def test_outside_the_days_of_every_row_nothing_is_quoted() -> None:
    reel = _reel("amount: 0.10, valid_from: 2026-01-01, valid_to: 2026-11-30, source: page")
    for day in (date(2025, 12, 31), date(2026, 12, 1)):
        with pytest.raises(NotFound, match=f"known on {day}"):
            quote(reel, clip(5), day)


def test_of_two_rows_that_one_counts_which_was_seen_later() -> None:
    reel = _reel("amount: 0.10, source: page", "amount: 0.12, source: later")
    assert quote(reel, clip(5), TODAY).row.amount == Decimal("0.12")


def test_an_offer_with_an_end_goes_before_the_list_price_until_then() -> None:
    reel = _reel("amount: 0.08, valid_to: 2026-11-30, source: page", "amount: 0.12, source: later")
    assert quote(reel, clip(5), date(2026, 11, 30)).row.amount == Decimal("0.08")
    assert quote(reel, clip(5), date(2026, 12, 1)).row.amount == Decimal("0.12")


def test_two_rows_that_contradict_each_other_are_not_chosen_between() -> None:
    reel = _reel("amount: 0.10, source: page", "amount: 0.12, source: page")
    with pytest.raises(Conflict, match=r"contradict each other: 0\.1 and 0\.12 USD|0\.12 and 0\.1 USD"):
        quote(reel, clip(5), TODAY)


# What is kept with a call


def test_a_quote_is_kept_with_its_rows_their_day_and_their_page() -> None:
    kept = quote(built_in().resolve("runway/gen4.5", TODAY), clip(5), TODAY).for_call()
    assert kept.high == Money.parse("60RUNWAYCR")
    assert kept.row.startswith("12 RUNWAYCR per second, seen 2026-10-21 in ")


def test_a_price_that_was_not_read_at_the_vendor_says_so() -> None:
    told = quote(built_in().resolve("kling/kling-v3", TODAY), clip(5), TODAY)
    assert any("not read at the vendor" in line for line in told.assumptions)


# Properties

LENGTHS = st.fractions(min_value=Fraction(1, 24), max_value=60, max_denominator=1001)
DAYS = st.dates(date(2025, 1, 1), date(2028, 1, 1))


@st.composite
def requests(draw: st.DrawFn, entry: Entry, seconds: Fraction) -> PriceRequest:
    """Something to ask of this model: often within its limits, sometimes not."""
    model = entry.model
    tiers = [tier.name for tier in model.limits.picture.tiers] if model.limits.picture else []
    quality = draw(st.sampled_from(["", *model.limits.qualities, *tiers]))
    width, height = draw(st.integers(64, 4500)), draw(st.integers(64, 4500))
    fitting = nearest_size(model, width, height, quality)
    if fitting is not None and draw(st.booleans()):
        width, height = fitting.width, fitting.height
    operation = draw(st.sampled_from([*model.operations, *model.operations, Operation.ANIMATE]))
    return PriceRequest(
        operation=operation,
        width=width,
        height=height,
        seconds=seconds if operation is Operation.ANIMATE else None,
        quality=quality,
        audio=draw(st.booleans()),
        outputs=draw(st.integers(1, 4)),
        references=draw(st.integers(0, 4)),
        first_frame=draw(st.booleans()),
        edit=draw(st.booleans()),
        input_seconds=draw(st.fractions(0, 20, max_denominator=24)),
        prompt=draw(st.text(max_size=200)),
    )


@given(data=st.data(), entry=st.sampled_from(ENTRIES), day=DAYS, seconds=LENGTHS)
def test_a_quote_is_in_the_vendors_currency_and_never_below_nothing(
    data: st.DataObject, entry: Entry, day: date, seconds: Fraction
) -> None:
    try:
        told = quote(entry, data.draw(requests(entry, seconds)), day)
    except UserError:
        return
    assert {told.low.currency, told.expected.currency, told.high.currency} == {entry.currency}
    assert Money.zero(entry.currency) < told.low <= told.expected <= told.high
    assert told.rows
    assert all(row.in_force(day) for row in told.rows)


@given(
    data=st.data(),
    entry=st.sampled_from([e for e in ENTRIES if Operation.ANIMATE in e.model.operations and e.model.prices]),
    lengths=st.tuples(LENGTHS, LENGTHS),
)
def test_a_longer_clip_never_costs_less(
    data: st.DataObject, entry: Entry, lengths: tuple[Fraction, Fraction]
) -> None:
    shorter, longer = sorted(lengths)
    asked = data.draw(requests(entry, shorter))
    again = PriceRequest(**{**{n: getattr(asked, n) for n in asked.__slots__}, "seconds": longer})
    try:
        assert quote(entry, asked, TODAY).high <= quote(entry, again, TODAY).high
    except UserError:
        return


@given(entry=st.sampled_from(ENTRIES), counts=st.dictionaries(st.sampled_from(Per), st.integers(0, 10**7)))
def test_counting_each_thing_alone_comes_to_the_same_within_a_millionth_each(
    entry: Entry, counts: dict[Per, int]
) -> None:
    try:
        whole = tallied(entry, counts, TODAY)
        parts = [tallied(entry, {per: count}, TODAY) for per, count in counts.items()]
    except UserError:
        return
    total = sum((part.amount for part in parts), Decimal(0))
    assert whole.amount <= total <= whole.amount + len(parts) * Decimal("0.000001")
