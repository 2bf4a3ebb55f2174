from itertools import pairwise

import pysubs2
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.frametime import FrameRate
from picturelock.media.captions import LINE, LINES, Caption, columns, sidecar, timed, wrapped

TEXT = st.text(alphabet=st.sampled_from("abc défgh,.!灯塔守望者。，"), min_size=1, max_size=300)


@given(TEXT)
def test_lines_are_short_and_lose_nothing(text: str) -> None:
    lines = wrapped(text)
    assert all(0 < columns(line) <= LINE for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_break_between_words_and_between_wide_characters() -> None:
    assert wrapped("one two three four", 9) == ["one two", "three", "four"]
    assert wrapped("灯塔守望者。提着灯", 10) == ["灯塔守望", "者。提着灯"]
    assert wrapped("incomprehensibilities", 10) == ["incomprehe", "nsibilitie", "s"]


WORDS = st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 200), TEXT), max_size=12)


@given(words=WORDS, rate=st.sampled_from([FrameRate(24), FrameRate(25), FrameRate(30000, 1001)]))
def test_captions_never_overlap_and_stay_in_the_film(
    words: list[tuple[int, int, str]], rate: FrameRate
) -> None:
    end = 1800
    found = timed(words, rate, end)
    assert all(c.start < c.stop <= end for c in found)
    assert all(a.stop <= b.start for a, b in pairwise(found))
    assert all(len(c.text.split("\n")) <= LINES for c in found)
    assert {c.start for c in found} >= {s for s, _, t in words if t.strip() and s < end}


def test_a_caption_lingers_and_lasts_a_second() -> None:
    rate = FrameRate(24)
    assert timed([(10, 5, "No.")], rate, 500) == (Caption(10, 34, "No."),)
    assert timed([(10, 48, "Not yet.")], rate, 500) == (Caption(10, 64, "Not yet."),)
    assert timed([(10, 48, "Not yet."), (60, 24, "Now.")], rate, 500)[0].stop == 60
    assert timed([(490, 48, "Wait")], rate, 500) == (Caption(490, 500, "Wait"),)


def test_speeches_that_begin_together_share_a_caption() -> None:
    assert timed([(0, 24, "Yes."), (0, 30, "No.")], FrameRate(24), 100)[0].text == "- Yes.\n- No."


def test_a_chorus_is_written_once() -> None:
    assert [c.text for c in timed([(0, 24, "Again!"), (0, 30, "Again!")], FrameRate(24), 100)] == ["Again!"]


def test_sidecars_read_back() -> None:
    rate = FrameRate(24000, 1001)
    given_ = [Caption(24, 48, "灯塔\nTwo lines"), Caption(100, 150, "Later")]
    for form, mark in (("srt", "-->"), ("vtt", "WEBVTT")):
        text = sidecar(given_, rate, form)
        assert mark in text
        found = pysubs2.SSAFile.from_string(text, format_=form)
        assert [(e.start, e.end, e.plaintext) for e in found] == [
            (1001, 2002, "灯塔\nTwo lines"),
            (4171, 6256, "Later"),
        ]
