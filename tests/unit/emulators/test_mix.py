"""The failure mix: what one production counted comes out of the draw again, over many seeds."""

from collections import Counter
from math import sqrt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.core.take import Category
from picturelock.testing.emulators.mix import (
    CLIP_DEFECTS,
    NONE,
    PRODUCTION,
    STILL_DEFECTS,
    CallFailed,
    CallFailure,
    Flawed,
    Good,
    Mix,
    Outcome,
    Rates,
    check,
    read_mix,
)

UNITS, CALLS, FAILED, PASSED = 82, 430, 99, 39
SEEDS = 120


def outcomes(rates: Rates, seeds: int = SEEDS, calls: int = CALLS) -> list[Outcome]:
    return [
        rates.draw(seed, Digest.of(f"request {n}".encode())) for seed in range(seeds) for n in range(calls)
    ]


def near(count: int, of: int, share: float) -> bool:
    """Within four standard deviations of a share."""
    return abs(count - of * share) <= 4 * sqrt(of * share * (1 - share))


def test_as_many_calls_fail_as_were_counted() -> None:
    drawn = outcomes(PRODUCTION.stills)
    failed = sum(isinstance(outcome, CallFailed) for outcome in drawn)
    assert near(failed, len(drawn), FAILED / CALLS)
    assert round(100 * FAILED / CALLS) == 23


def test_as_many_pictures_are_good_as_first_frames_passed() -> None:
    drawn = outcomes(PRODUCTION.stills)
    good = sum(isinstance(outcome, Good) for outcome in drawn)
    assert near(good, len(drawn), PASSED / CALLS)


def test_one_production_after_another_passes_just_under_half_of_its_units() -> None:
    # A unit asks until a picture passes or five were delivered; a call that failed is made again.
    passed = calls = failed = 0
    for seed in range(SEEDS):
        for unit in range(UNITS):
            delivered = asked = 0
            while delivered < 5:
                outcome = PRODUCTION.stills.draw(seed, Digest.of(f"unit {unit}/{delivered}".encode()), asked)
                asked += 1
                calls += 1
                if isinstance(outcome, CallFailed):
                    failed += 1
                    continue
                delivered += 1
                if isinstance(outcome, Good):
                    passed += 1
                    break
    assert near(passed, SEEDS * UNITS, 1 - (1 - PASSED / (CALLS - FAILED)) ** 5)
    assert 0.455 <= passed / (SEEDS * UNITS) <= 0.485  # 47.6 % were counted
    assert near(failed, calls, FAILED / CALLS)
    assert 0.9 <= calls / SEEDS / CALLS <= 1.1  # so does the number of calls that this takes


@pytest.mark.parametrize("media", ["stills", "clips"])
def test_every_kind_of_failure_comes_as_often_as_its_count_says(media: str) -> None:
    rates: Rates = getattr(PRODUCTION, media)
    drawn = outcomes(rates)
    kinds = Counter(o.category for o in drawn if isinstance(o, Flawed))
    causes = Counter(o.kind for o in drawn if isinstance(o, CallFailed))
    assert kinds.keys() == rates.flaws.keys()
    assert causes.keys() == set(CallFailure)
    assert all(near(kinds[kind], len(drawn), count / rates.calls) for kind, count in rates.flaws.items())
    assert all(near(causes[cause], len(drawn), n / rates.calls) for cause, n in rates.failures.items())


@pytest.mark.parametrize(("media", "known"), [("stills", STILL_DEFECTS), ("clips", CLIP_DEFECTS)])
def test_every_defect_turns_up_and_shows_the_kind_of_failure_that_it_is_filed_under(
    media: str, known: dict[Category, tuple[str, ...]]
) -> None:
    drawn = [o for o in outcomes(getattr(PRODUCTION, media), seeds=40) if isinstance(o, Flawed)]
    seen = {(flaw.category, flaw.defect) for flaw in drawn}
    assert seen == {(category, defect) for category, defects in known.items() for defect in defects}


def test_all_five_kinds_of_failure_are_covered() -> None:
    assert STILL_DEFECTS.keys() | CLIP_DEFECTS.keys() == set(Category)


@given(st.integers(0, 2**63), st.binary(max_size=40), st.integers(0, 50))
def test_a_draw_depends_on_its_arguments_alone(seed: int, request: bytes, asked: int) -> None:
    first = PRODUCTION.stills.draw(seed, Digest.of(request), asked)
    PRODUCTION.stills.draw(seed + 1, Digest.of(request), asked)
    assert PRODUCTION.stills.draw(seed, Digest.of(request), asked) == first


@given(st.integers(0, 2**63), st.binary(max_size=40), st.integers(0, 50))
def test_without_a_mix_everything_is_good(seed: int, request: bytes, asked: int) -> None:
    assert NONE.stills.draw(seed, Digest.of(request), asked) == Good()
    assert NONE.clips.draw(seed, Digest.of(request), asked) == Good()


def test_a_request_that_failed_passes_when_it_is_sent_again_often_enough() -> None:
    for n in range(50):
        request = Digest.of(f"stubborn {n}".encode())
        assert any(isinstance(PRODUCTION.stills.draw(1, request, asked), Good) for asked in range(120))


def test_a_mix_is_read_from_json_and_back() -> None:
    assert read_mix(msgspec.json.encode(PRODUCTION)) == PRODUCTION
    assert check(NONE) == NONE


@pytest.mark.parametrize(
    "mix",
    [
        Mix(stills=Rates(media="clip"), clips=Rates(media="clip")),
        Mix(stills=Rates(media="still", good=0), clips=Rates(media="clip")),
        Mix(stills=Rates(media="still", good=-1, flaws={Category.SPATIAL: 5}), clips=Rates(media="clip")),
        Mix(stills=Rates(media="still", flaws={Category.MOTION: 1}), clips=Rates(media="clip")),
        Mix(stills=Rates(media="still"), clips=Rates(media="clip", flaws={Category.CHARACTER: 1})),
    ],
)
def test_a_mix_that_makes_no_sense_is_refused(mix: Mix) -> None:
    with pytest.raises(BadDocument):
        check(mix)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"stills": {"media": "sound"}}'])
def test_what_is_no_mix_is_refused(text: bytes) -> None:
    with pytest.raises(BadDocument):
        read_mix(text)
