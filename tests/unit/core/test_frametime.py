from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core import codec
from picturelock.core.failures import Malformed
from picturelock.core.frametime import FrameRange, FrameRate, seconds_text

RATES = [FrameRate.parse(r) for r in ("24", "25", "30", "24000/1001", "30000/1001", "60000/1001", "120")]
rates = st.sampled_from(RATES)
frames = st.integers(0, 10_000_000)


@given(rates, frames)
def test_seconds_and_frames_are_exact(rate: FrameRate, count: int) -> None:
    assert rate.frames(rate.seconds(count)) == count


@given(rates, st.integers(0, 24 * 3600 * 24))
def test_timecode_comes_back(rate: FrameRate, frame: int) -> None:
    assert rate.frame_at(rate.timecode(frame)) == frame


@given(st.sampled_from([FrameRate(30000, 1001), FrameRate(60000, 1001)]), st.integers(0, 2_500_000))
def test_drop_frame_timecode_comes_back(rate: FrameRate, frame: int) -> None:
    assert rate.frame_at(rate.timecode(frame, drop=True)) == frame


def test_drop_frame_leaves_out_the_numbers_that_smpte_leaves_out() -> None:
    rate = FrameRate.parse("29.97")
    assert rate.timecode(1799, drop=True) == "00:00:59;29"
    assert rate.timecode(1800, drop=True) == "00:01:00;02"
    assert rate.timecode(17982, drop=True) == "00:10:00;00"
    with pytest.raises(Malformed, match="left out"):
        rate.frame_at("00:01:00;00")


@given(st.integers(0, 2_500_000))
def test_an_hour_of_drop_frame_is_an_hour(frame: int) -> None:
    rate = FrameRate(30000, 1001)
    shown = rate.timecode(frame, drop=True)
    seconds = int(shown[0:2]) * 3600 + int(shown[3:5]) * 60 + int(shown[6:8])
    assert abs(rate.seconds(frame) - seconds) < 2


@given(rates)
def test_a_rate_is_written_and_read_exactly(rate: FrameRate) -> None:
    assert FrameRate.parse(str(rate)) == rate
    assert codec.from_json(FrameRate, codec.to_json(rate)) == rate


def test_halves_of_a_frame_go_up() -> None:
    assert FrameRate(24).frames(Fraction(1, 48)) == 1
    assert FrameRate(24).frames(Fraction(1, 49)) == 0
    assert FrameRate(24000, 1001).nominal == 24


@pytest.mark.parametrize("text", ["0", "24.5", "-24", "24/0", "fast", "2000", "24 fps"])
def test_what_is_not_a_rate_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        FrameRate.parse(text)


@pytest.mark.parametrize("text", ["1:00:00:00", "00:60:00:00", "00:00:60:00", "00:00:00:24", "now"])
def test_what_is_not_a_timecode_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        FrameRate(24).frame_at(text)


def test_timecode_refuses_what_it_cannot_count() -> None:
    with pytest.raises(Malformed, match="no timecode"):
        FrameRate(24).timecode(-1)
    with pytest.raises(Malformed, match="no drop-frame"):
        FrameRate(24).timecode(10, drop=True)
    assert FrameRate(120).timecode(119) == "00:00:00:119"


@given(frames, frames, frames, frames)
def test_overlap_is_what_both_contain(a: int, b: int, c: int, d: int) -> None:
    one, other = FrameRange(min(a, b), max(a, b)), FrameRange(min(c, d), max(c, d))
    both = one.overlap(other)
    assert both == other.overlap(one)
    if both is None:
        assert max(one.start, other.start) >= min(one.stop, other.stop)
    else:
        assert both.length > 0
        for frame in (both.start, both.stop - 1):
            assert one.contains(frame)
            assert other.contains(frame)
    assert one.shifted(5).length == one.length


def test_a_range_runs_forward() -> None:
    for start, stop in ((-1, 4), (4, 3)):
        with pytest.raises(Malformed):
            FrameRange(start, stop)


def test_seconds_for_people() -> None:
    assert seconds_text(Fraction(1, 3)) == "0.333"
    assert seconds_text(Fraction(1001, 24)) == "41.708"
