import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from picturelock.core.failures import BadDocument, Damaged, Malformed, NotFound
from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.media import decode, encode, fit, planes
from picturelock.media.probe import probe, snapped
from picturelock.testing import numbered

SIZE = (160, 96)


def test_a_clip_is_the_same_to_the_byte_every_time(tmp_path: Path) -> None:
    one = numbered.write_clip(tmp_path / "one.mp4", 40, size=SIZE).read_bytes()
    two = numbered.write_clip(tmp_path / "two.mp4", 40, size=SIZE).read_bytes()
    assert one == two


@pytest.mark.parametrize("rate", ["24", "25", "30", "24000/1001", "30000/1001"])
def test_a_clip_is_what_it_was_written_as(tmp_path: Path, rate: str) -> None:
    exact = FrameRate.parse(rate)
    facts = probe(numbered.write_clip(tmp_path / "clip.mp4", 31, size=SIZE, rate=exact))
    picture = facts.need_picture()
    assert (picture.size, picture.frames, picture.rate) == (SIZE, 31, exact)
    assert picture.duration == 31 / Fraction(exact)
    assert (picture.pix_fmt, picture.aspect) == ("yuv420p", 1)
    colour = picture.colour
    assert (colour.primaries, colour.transfer, colour.matrix, colour.full) == (1, 1, 1, False)
    assert facts.sound is None


@pytest.mark.parametrize("frames", [1, 2, 3, 25])
def test_every_frame_is_there_in_order(tmp_path: Path, frames: int) -> None:
    path = numbered.write_clip(tmp_path / "clip.mp4", frames, first=500, size=SIZE)
    assert numbered.numbers(path) == list(range(500, 500 + frames))


def test_planes_and_pixels_make_the_same_clip(tmp_path: Path) -> None:
    pictures = list(numbered.pictures(SIZE, 8))
    with encode.ClipWriter(tmp_path / "bgr.mp4", SIZE, FrameRate(24)) as clip:
        for picture in pictures:
            clip.write_bgr(picture)
    with encode.ClipWriter(tmp_path / "rgb.mp4", SIZE, FrameRate(24)) as clip:
        for picture in pictures:
            clip.write_rgb(picture[:, :, ::-1])
    with encode.ClipWriter(tmp_path / "planes.mp4", SIZE, FrameRate(24)) as clip:
        for picture in pictures:
            frame = planes.from_bgr(picture)
            clip.write_planes(*(planes.plane(frame, n) for n in range(3)))
    same = {(tmp_path / name).read_bytes() for name in ("bgr.mp4", "rgb.mp4", "planes.mp4")}
    assert len(same) == 1


@pytest.mark.parametrize(
    ("bgr", "ycc"),
    [
        ((0, 0, 255), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((255, 0, 0), (32, 240, 118)),
        ((255,) * 3, (235, 128, 128)),
    ],
)
def test_colours_are_bt709(bgr: tuple[int, int, int], ycc: tuple[int, int, int]) -> None:
    picture = np.full((32, 32, 3), bgr, np.uint8)
    frame = planes.from_bgr(picture)
    found = [int(planes.plane(frame, n)[8, 8]) for n in range(3)]
    assert found == pytest.approx(ycc, abs=2)
    assert np.abs(planes.to_bgr(frame).astype(int) - picture).max() <= 5


def test_colours_survive_a_clip(tmp_path: Path) -> None:
    picture = np.full((96, 160, 3), (40, 90, 200), np.uint8)
    with encode.ClipWriter(tmp_path / "clip.mp4", SIZE, FrameRate(24)) as clip:
        clip.write_bgr(picture)
    (frame,) = decode.frames(tmp_path / "clip.mp4")
    assert np.abs(frame.bgr().astype(int) - picture).max() <= 6


@pytest.mark.parametrize("size", [(161, 96), (160, 97), (8, 8), (16384, 16)])
def test_sizes_that_cannot_be_encoded_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(Malformed, match="cannot be encoded"):
        encode.ClipWriter(tmp_path / "clip.mp4", size, FrameRate(24))


def test_a_picture_of_another_size_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with pytest.raises(Malformed, match="100x80"), encode.ClipWriter(path, SIZE, FrameRate(24)) as clip:
        clip.write_bgr(np.zeros((80, 100, 3), np.uint8))
    assert not path.exists()


def test_an_empty_clip_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(Malformed, match="at least one frame"),
        encode.ClipWriter(tmp_path / "c.mp4", SIZE, FrameRate(24)),
    ):
        pass
    assert not (tmp_path / "c.mp4").exists()


def test_a_failure_in_the_encoder_reaches_the_caller_and_ends_its_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    wrong = av.VideoFrame(*SIZE, "rgb24")
    good = [planes.from_bgr(p) for p in numbered.pictures(SIZE, 3)]
    with pytest.raises(Malformed, match="rgb24"):
        encode.encode_segment([*good, wrong], SIZE, FrameRate(24))
    with pytest.raises(Malformed, match="at least one frame"):
        encode.encode_segment([], SIZE, FrameRate(24))
    assert threading.active_count() == before


@pytest.mark.parametrize("frames", [1, 2, 3, 24, 25, 70])
def test_segments_are_in_whole_frames_whatever_their_length(frames: int) -> None:
    made = encode.encode_segment(
        (planes.from_bgr(p) for p in numbered.pictures(SIZE, frames)), SIZE, FrameRate(24)
    )
    assert made.ticks == len(made.entries) == frames
    assert sorted(e.pts for e in made.entries) == list(range(frames))
    assert [e.dts for e in made.entries] == list(range(-encode.REORDER, frames - encode.REORDER))
    assert made.entries[0].key
    assert [e.pos for e in made.entries] == [sum(e.size for e in made.entries[:n]) for n in range(frames)]
    assert len(made.payload) == sum(e.size for e in made.entries)


def test_segments_have_the_same_parameter_sets_whatever_is_in_them() -> None:
    black = [av.VideoFrame(*SIZE, "yuv420p") for _ in range(3)]
    for frame in black:
        for n in range(3):
            planes.plane(frame, n)[:] = 128 if n else 16
    busy = [planes.from_bgr(p) for p in numbered.pictures(SIZE, 60)]
    assert (
        encode.encode_segment(black, SIZE, FrameRate(24)).extradata
        == encode.encode_segment(busy, SIZE, FrameRate(24)).extradata
    )


def test_a_frame_may_be_shown_twice() -> None:
    (one, two) = (planes.from_bgr(p) for p in numbered.pictures(SIZE, 2))
    made = encode.encode_segment([one, one, two, two, two], SIZE, FrameRate(24))
    assert made.ticks == 5


@pytest.mark.parametrize(("start", "stop"), [(0, 5), (7, 8), (11, 30), (12, 13), (59, 60), (3, 3)])
@pytest.mark.parametrize("threads", ["one", "all"])
def test_ranges_are_exact(tmp_path: Path, start: int, stop: int, threads: str) -> None:
    path = numbered.write_clip(tmp_path / "clip.mp4", 60, size=SIZE)
    found = list(decode.frames(path, FrameRange(start, stop), alone=threads == "all"))
    assert [frame.number for frame in found] == list(range(start, stop))
    assert [numbered.number_in(frame.planes()[0]) for frame in found] == list(range(start, stop))


def test_one_frame_as_a_picture(tmp_path: Path) -> None:
    from picturelock.media.picture import read

    path = numbered.write_clip(tmp_path / "clip.mp4", 30, size=SIZE)
    assert numbered.number_in(read(decode.frame_png(path, 17))[:, :, 1]) == 17


def test_more_frames_than_there_are_is_an_error(tmp_path: Path) -> None:
    path = numbered.write_clip(tmp_path / "clip.mp4", 10, size=SIZE)
    with pytest.raises(BadDocument, match="10 frames, not 11"):
        list(decode.frames(path, FrameRange(0, 11)))
    with decode.opened(path) as clip, pytest.raises(BadDocument, match="10 frames"):
        list(clip.at_rate(FrameRange(5, 12), FrameRate(24)))


@pytest.mark.parametrize(
    ("source", "rate", "expected"),
    [
        ("30", "24", [0, 1, 2, 3, 5, 6, 7, 8, 10, 11]),
        ("25", "24", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("12", "24", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]),
        ("24000/1001", "24", list(range(10))),
        ("24", "25", [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_other_rates_show_the_frame_of_their_time(
    tmp_path: Path, source: str, rate: str, expected: list[int]
) -> None:
    path = numbered.write_clip(tmp_path / "clip.mp4", 40, size=SIZE, rate=FrameRate.parse(source))
    with decode.opened(path) as clip:
        shown = clip.at_rate(FrameRange(0, 10), FrameRate.parse(rate))
        assert [numbered.number_in(planes.plane(frame, 0)) for frame in shown] == expected


def test_a_file_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    data = numbered.write_clip(tmp_path / "clip.mp4", 60, size=SIZE).read_bytes()
    short = tmp_path / "short.mp4"
    short.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(Damaged):
        list(decode.frames(short))


def test_bytes_that_are_wrong_are_damaged(tmp_path: Path) -> None:
    data = bytearray(numbered.write_clip(tmp_path / "clip.mp4", 60, size=SIZE).read_bytes())
    middle = len(data) * 3 // 4
    data[middle : middle + 3000] = bytes(3000)
    (tmp_path / "bad.mp4").write_bytes(data)
    with pytest.raises(Damaged):
        list(decode.frames(tmp_path / "bad.mp4"))


def test_what_is_no_media_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        probe(tmp_path / "nothing.mp4")
    (tmp_path / "text.mp4").write_text("not a film")
    with pytest.raises((BadDocument, Damaged)):
        probe(tmp_path / "text.mp4")
    (tmp_path / "empty.mp4").write_bytes(b"")
    with pytest.raises((BadDocument, Damaged)):
        probe(tmp_path / "empty.mp4")


def test_rates_are_snapped_to_the_customary_ones() -> None:
    assert snapped(Fraction(23976, 1000)) == Fraction(24000, 1001)
    assert snapped(Fraction(24)) == 24
    assert snapped(Fraction(17)) == 17
    assert snapped(Fraction(235, 10)) == Fraction(235, 10)


def test_a_clip_that_players_turn_is_turned(tmp_path: Path):
    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 96, 160, "yuv420p"
        stream.set_display_rotation(90)
        picture = np.zeros((160, 96, 3), np.uint8)
        picture[:40] = 255  # the upper end lies on the left once it is turned counter-clockwise
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    with decode.opened(path) as clip:
        fitter = fit.Fitter(clip.picture, (160, 96))
        shown = [fitter.fit(frame.video) for frame in clip.frames()]
    luma = planes.plane(shown[-1], 0)
    assert len(shown) == 6
    assert luma.shape == (96, 160)
    assert luma[:, :32].min() > 200
    assert luma[:, 48:].max() < 40
