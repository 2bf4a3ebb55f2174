"""What a model cannot do is told before money is spent, with the nearest thing that it can."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from picturelock.core.failures import Conflict
from picturelock.core.take import Operation
from picturelock.generate.catalogue import (
    Entry,
    PriceRequest,
    Problem,
    billed_seconds,
    built_in,
    check,
    hold,
    nearest_size,
)

TODAY = date(2026, 11, 21)
ENTRIES = tuple(built_in())


def still(width: int = 1024, height: int = 1024, **more: Any) -> PriceRequest:
    return PriceRequest(operation=Operation.DRAW, width=width, height=height, **more)


def clip(seconds: Fraction | int = 5, width: int = 1280, height: int = 720, **more: Any) -> PriceRequest:
    return PriceRequest(
        operation=Operation.ANIMATE, width=width, height=height, seconds=Fraction(seconds), **more
    )


def entry_of(name: str) -> Entry:
    return built_in().find(name, TODAY)


def problem(name: str, request: PriceRequest) -> Problem:
    """The one thing that is wrong."""
    found = check(entry_of(name), request)
    assert len(found) == 1, found
    return found[0]


FITTING = [
    ("runway/gen4.5", clip(10, first_frame=True, seed=True, prompt="x" * 1000)),
    ("runway/gen4.5", clip(5, 960, 960, first_frame=True)),
    ("runway/veo3.1", clip(8, 1920, 1080, first_frame=True, last_frame=True, audio=True)),
    ("runway/seedance2", clip(15, 2206, 946, references=9, audio=True)),
    ("runway/gen4_image", still(1680, 720, references=3)),
    ("kling/kling-v3", clip(15, quality="pro", first_frame=True, last_frame=True, audio=True)),
    ("kling/kling-v2-6", clip(5, quality="pro", first_frame=True, last_frame=True)),
    ("kling/kling-v2-6", clip(10, quality="pro", first_frame=True, audio=True)),
    (
        "openai/gpt-image-2",
        still(3840, 2160, references=16, quality="high", mask=True, edit=True, outputs=10),
    ),
    ("openai/gpt-image-2.5-flare", still(1024, 1024, quality="max")),
]


@pytest.mark.parametrize(("name", "request_"), FITTING)
def test_what_a_model_can_do_is_let_pass(name: str, request_: PriceRequest) -> None:
    assert check(entry_of(name), request_) == []


@pytest.mark.parametrize(
    ("name", "request_", "field", "nearest"),
    [
        # Lengths
        ("runway/gen4.5", clip(Fraction(9, 2)), "seconds", "5"),
        ("runway/gen4.5", clip(11), "seconds", "10"),
        ("runway/gen4.5", clip(1), "seconds", "2"),
        ("runway/veo3.1", clip(5), "seconds", "6"),
        ("kling/kling-v2-5-turbo", clip(6), "seconds", "10"),
        ("kling/kling-v3", clip(16, quality="std"), "seconds", "15"),
        # Sizes and ratios
        ("runway/gen4.5", clip(5, 1280, 718, first_frame=True), "size", "1280x720"),
        ("runway/gen4_turbo", clip(5, 1920, 1080, first_frame=True), "size", "1280x720"),
        ("runway/veo3.1", clip(8, 960, 960), "size", "1280x720"),
        ("kling/kling-v3", clip(5, 1680, 720), "size", "1280x720"),
        ("kling/kling-v3", clip(5, 2160, 720, first_frame=True), "size", "1920x1080"),
        ("openai/gpt-image-2", still(1000, 1000, quality="low"), "size", "1008x1008"),
        ("openai/gpt-image-2", still(4096, 1024, quality="low"), "size", "3600x1200"),
        ("openai/gpt-image-1.5", still(1920, 1080, quality="low"), "size", "1536x1024"),
        # Qualities
        ("openai/gpt-image-2", still(quality="ultra"), "quality", "medium"),
        # Uses
        ("runway/gen4.5", clip(5, first_frame=True, last_frame=True), "last_frame", ""),
        ("runway/gen4_turbo", clip(5), "text_only", ""),
        ("runway/gen4.5", clip(5, 960, 960), "text_only", "720p"),
        ("kling/kling-v3", clip(5, quality="std", seed=True), "seed", ""),
        ("kling/kling-v2-6", clip(5, quality="std", first_frame=True, audio=True), "audio", "pro"),
        (
            "kling/kling-v2-6",
            clip(5, quality="pro", first_frame=True, last_frame=True, audio=True),
            "last_frame",
            "silent",
        ),
        ("runway/seedance2", clip(5, first_frame=True, references=1), "references", "without first frame"),
        ("runway/gen4_image", still(1280, 720, mask=True), "mask", ""),
        ("openai/gpt-image-2", still(quality="low", seed=True), "seed", ""),
        # Counts
        ("openai/gpt-image-2", still(quality="low", references=17), "references", "16"),
        ("openai/gpt-image-2", still(quality="low", outputs=11), "outputs", "10"),
        ("runway/gen4_image", still(1280, 720, references=4), "references", "3"),
        ("openai/gpt-image-2", still(quality="low", input_bytes=50_000_001), "input_bytes", "50000000"),
        # Texts: a sign outside the first plane counts twice in UTF-16.
        ("runway/gen4.5", clip(5, prompt="x" * 1001), "prompt", "1000"),
        ("runway/gen4.5", clip(5, prompt="\N{CLAPPER BOARD}" * 501), "prompt", "1000"),
        ("kling/kling-v3", clip(5, negative_prompt="x" * 2501), "negative_prompt", "2500"),
    ],
)
def test_what_a_model_cannot_do_is_told_with_the_nearest_that_it_can(
    name: str, request_: PriceRequest, field: str, nearest: str
) -> None:
    found = problem(name, request_)
    assert (found.field, found.nearest, found.known) == (field, nearest, True)


def test_a_prompt_of_signs_that_count_twice_fits_up_to_the_half() -> None:
    assert check(entry_of("runway/gen4.5"), clip(5, prompt="\N{CLAPPER BOARD}" * 500)) == []


@pytest.mark.parametrize(
    ("name", "request_", "field"),
    [
        ("runway/seedance2_fast", clip(5), "seconds"),
        ("kling/kling-3.0-turbo", clip(5, last_frame=True, first_frame=True), "last_frame"),
        ("kling/kling-v3", clip(5, references=2), "references"),
        ("runway/wan3", clip(5, prompt="rain"), "prompt"),
    ],
)
def test_what_the_catalogue_does_not_know_is_neither_a_yes_nor_a_no(
    name: str, request_: PriceRequest, field: str
) -> None:
    found = [p for p in check(entry_of(name), request_) if p.field == field]
    assert len(found) == 1
    assert not found[0].known
    assert "does not know" in found[0].message


def test_a_name_that_was_never_read_at_the_vendor_says_so() -> None:
    found = check(entry_of("kling/kling-4.0"), clip(5))
    assert any(p.field == "model" and not p.known for p in found)


def test_an_operation_that_a_model_does_not_do_ends_the_list() -> None:
    assert [p.field for p in check(entry_of("runway/gen4.5"), still(1, 1, outputs=99))] == ["operation"]


def test_everything_that_is_wrong_is_refused_at_once() -> None:
    asked = clip(11, first_frame=True, last_frame=True, prompt="x" * 1001)
    with pytest.raises(Conflict) as refused:
        hold(entry_of("runway/gen4.5"), asked)
    for part in ("makes no clip of 11 s", "last frame", "1001 UTF-16 units"):
        assert part in refused.value.message
    assert "seconds: 10" in refused.value.remedy


def test_what_is_only_unknown_is_not_refused_but_told() -> None:
    said = hold(entry_of("runway/seedance2_fast"), clip(5, prompt="rain"))
    assert len(said) == 1
    assert "which lengths it makes" in said[0]


@given(entry=st.sampled_from(ENTRIES), width=st.integers(64, 8000), height=st.integers(64, 8000))
def test_the_nearest_size_is_one_that_the_model_makes(entry: Entry, width: int, height: int) -> None:
    size = nearest_size(entry.model, width, height)
    if size is None:
        event("sizes unknown")
        return
    for operation in entry.model.operations:
        asked = PriceRequest(
            operation=operation,
            width=size.width,
            height=size.height,
            seconds=Fraction(5) if operation is Operation.ANIMATE else None,
        )
        assert [p for p in check(entry, asked) if p.field == "size"] == []
        again = nearest_size(entry.model, size.width, size.height)
        assert again == size


@given(
    entry=st.sampled_from([e for e in ENTRIES if e.model.limits.seconds]),
    seconds=st.fractions(Fraction(1, 24), 60, max_denominator=1001),
)
def test_the_length_that_is_ordered_holds_what_is_wanted_and_can_be_ordered(
    entry: Entry, seconds: Fraction
) -> None:
    billed = billed_seconds(entry.model, seconds)
    lengths = entry.model.limits.seconds
    assert lengths is not None
    if billed is None:
        assert seconds > lengths.longest
        return
    assert billed >= seconds
    assert lengths.takes(billed)
    shorter = billed - 1
    assert shorter < seconds or not lengths.takes(shorter)
