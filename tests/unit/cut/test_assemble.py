from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec.structs import replace

from picturelock.core.board import Transition, TransitionKind
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, Damaged, NotFound
from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.core.ids import ShotCode
from picturelock.core.policy import Format
from picturelock.cut.assemble import Assembled, Mix, assemble
from picturelock.cut.conform import Cache
from picturelock.cut.timeline import Cut, Dialogue, Event, caption_files
from picturelock.media import decode, sound
from picturelock.media.encode import ClipWriter
from picturelock.media.picture import png
from picturelock.media.probe import probe
from picturelock.testing import numbered
from picturelock.vault.local import LocalVault
from picturelock.vault.store import Condition

SIZE = (320, 180)
HANDLE, LENGTH = 6, 20
FORM = Format(width=SIZE[0], height=SIZE[1], handles=HANDLE)


class Room:
    """A vault, a cache and a way to make clips."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = LocalVault(folder / "vault")
        self.cache = folder / "cache"
        self.count = 0

    def clip(self, first: int, frames: int = LENGTH + 2 * HANDLE, **how: object) -> Digest:
        self.count += 1
        path = numbered.write_clip(self.folder / f"{self.count}.mp4", frames, first=first, **how)  # type: ignore[arg-type]
        return self.vault.put_file(path)

    def flat(self, luma: int, frames: int = LENGTH + 2 * HANDLE) -> Digest:
        self.count += 1
        path = self.folder / f"{self.count}.mp4"
        y = np.full(SIZE[::-1], luma, np.uint8)
        half = np.full((SIZE[1] // 2, SIZE[0] // 2), 128, np.uint8)
        with ClipWriter(path, SIZE, FrameRate(24)) as clip:
            for _ in range(frames):
                clip.write_planes(y, half, half)
        return self.vault.put_file(path)

    def shot(self, number: int, media: Digest | None, **fields: object) -> Event:
        return Event(
            **{
                "shot": ShotCode(f"SC010_SH{number * 10:03d}"),
                "media": media,
                "source": FrameRange(HANDLE, HANDLE + LENGTH),
                "available": LENGTH + 2 * HANDLE if media else 0,
                **fields,
            }
        )

    def assemble(self, cut: Cut, **how: object) -> Assembled:
        return assemble(cut, self.vault, self.cache, **how)  # type: ignore[arg-type]

    def path(self, made: Assembled) -> Path:
        return self.vault.path(made.film)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def a_cut(*events: Event, form: Format = FORM, leader: int = 0) -> Cut:
    return Cut(title="The Lamp", picture=form, events=events, leader=leader)


def body(first: int, count: int = LENGTH) -> list[int]:
    return list(range(first + HANDLE, first + HANDLE + count))


def lumas(path: Path) -> list[float]:
    return [float(frame.planes()[0].mean()) for frame in decode.frames(path)]


def streams(path: Path) -> dict[str, Fraction]:
    with av.open(str(path)) as file:
        return {s.type: Fraction(s.duration or 0) * Fraction(s.time_base or 0) for s in file.streams}


def test_every_frame_of_the_film_is_the_frame_that_was_asked_for(room: Room) -> None:
    firsts = [100 * n for n in range(1, 6)]
    made = room.assemble(a_cut(*(room.shot(n, room.clip(n)) for n in firsts)))
    assert numbered.numbers(room.path(made)) == [n for first in firsts for n in body(first)]
    assert made.frames == probe(room.path(made)).need_picture().frames == 5 * LENGTH
    assert (made.encoded_segments, made.reused_segments) == (5, 0)


def test_clips_of_other_sizes_and_rates_are_conformed(room: Room) -> None:
    clips = [
        room.clip(100, size=(640, 360)),
        room.clip(200, size=(214, 120), rate=FrameRate(24000, 1001)),
        room.clip(300, 60, rate=FrameRate(30)),
        room.clip(400, 60, rate=FrameRate(25)),
    ]
    made = room.assemble(a_cut(*(room.shot(n + 1, clip) for n, clip in enumerate(clips))))
    expected = body(100) + body(200)
    expected += [300 + k * 30 // 24 for k in range(HANDLE, HANDLE + LENGTH)]
    expected += [400 + k * 25 // 24 for k in range(HANDLE, HANDLE + LENGTH)]
    assert numbered.numbers(room.path(made)) == expected
    picture = probe(room.path(made)).need_picture()
    assert (picture.size, picture.rate, picture.colour.matrix) == (SIZE, 24, 1)


def test_another_shape_gets_bars(room: Room) -> None:
    made = room.assemble(a_cut(room.shot(1, room.clip(1, size=(180, 180)))))
    (frame, *_) = decode.frames(room.path(made))
    luma = frame.planes()[0]
    assert luma[:, :66].max() <= 18
    assert luma[:, 254:].max() <= 18
    assert numbered.number_in(luma[:, 70:250]) == 1 + HANDLE


@pytest.mark.parametrize("rate", ["24", "25", "24000/1001", "30000/1001"])
def test_sound_and_picture_end_together_at_any_rate(room: Room, rate: str) -> None:
    exact = FrameRate.parse(rate)
    form = replace(FORM, frame_rate=exact)
    shots = [room.shot(n, room.clip(n * 100, rate=exact)) for n in (1, 2)]
    line = Dialogue(sound=room.vault.put(sound.wav(ping())), start=7, frames=3, text="Ping.")
    shots[1] = replace(shots[1], dialogue=(line,))
    made = room.assemble(a_cut(*shots, form=form), mix=Mix(tone=None))
    path = room.path(made)
    seconds = exact.seconds(2 * LENGTH)
    found = streams(path)
    assert found["video"] == seconds
    assert abs(found["audio"] - seconds) <= Fraction(1, 96_000)
    heard = sound.read(path)
    assert heard.length == sound.sample_at(2 * LENGTH, exact)
    assert int(np.abs(heard.samples[0]).argmax()) == sound.sample_at(LENGTH + 7, exact)


def ping() -> sound.Sound:
    samples = np.zeros((1, 4800), np.float32)
    samples[0, 0] = 0.9
    return sound.Sound(samples)


def test_the_same_cut_is_the_same_film_to_the_byte(tmp_path: Path) -> None:
    films, files = [], []
    for name, workers in (("one", 1), ("two", 2), ("three", 5)):
        room = Room(tmp_path / name)
        line = Dialogue(sound=room.vault.put(sound.wav(ping())), start=2, frames=3, text="灯塔")
        shots = [room.shot(n, room.clip(n * 100)) for n in range(1, 4)]
        shots[2] = replace(
            shots[2], transition=Transition(kind=TransitionKind.DISSOLVE, frames=5), dialogue=(line,)
        )
        cut = a_cut(*shots, leader=5)
        films.append(room.assemble(cut, workers=workers).film)
        files.append(caption_files(cut)["vtt"])
    assert len(set(films)) == len(set(files)) == 1


def test_one_changed_shot_encodes_one_segment_and_nothing_changed_none(room: Room) -> None:
    shots = [room.shot(n, room.clip(n * 100)) for n in range(1, 7)]
    first = room.assemble(a_cut(*shots))
    again = room.assemble(a_cut(*shots))
    assert (again.film, again.encoded_segments, again.reused_segments) == (first.film, 0, 6)
    assert not again.sound_encoded
    shots[3] = replace(shots[3], media=room.clip(900))
    changed = room.assemble(a_cut(*shots))
    assert (changed.encoded_segments, changed.reused_segments, changed.sound_encoded) == (1, 5, False)
    expected = [n for first in (100, 200, 300, 900, 500, 600) for n in body(first)]
    assert numbered.numbers(room.path(changed)) == expected
    reordered = room.assemble(a_cut(*reversed(shots)))
    assert reordered.encoded_segments == 0
    assert numbered.numbers(room.path(reordered))[:LENGTH] == body(600)
    titled = room.assemble(a_cut(*(replace(shot, title="Other words") for shot in shots)))
    assert (titled.film, titled.encoded_segments) == (changed.film, 0)


def test_losing_the_cache_costs_only_time(room: Room) -> None:
    cut = a_cut(*(room.shot(n, room.clip(n * 100)) for n in range(1, 4)))
    first = room.assemble(cut)
    for file in [path for path in room.cache.rglob("*") if path.is_file()]:
        file.unlink()
    again = room.assemble(cut)
    assert (again.film, again.encoded_segments, again.sound_encoded) == (first.film, 3, True)


def test_a_cache_that_points_to_nothing_or_says_nonsense_is_made_again(room: Room) -> None:
    cut = a_cut(*(room.shot(n, room.clip(n * 100)) for n in range(1, 3)))
    first = room.assemble(cut)
    files = sorted(path for path in room.cache.rglob("*") if path.is_file())
    files[0].write_text("nonsense")
    for file in files[1:]:
        file.write_text(Digest.of(b"nobody has this"))
    assert room.assemble(cut).film == first.film


def test_what_is_derived_and_damaged_is_made_again(room: Room) -> None:
    shots = [room.shot(n, room.clip(n * 100)) for n in range(1, 4)]
    first = room.assemble(a_cut(*shots))
    one, *_ = [d for d in Cache(room.cache, room.vault).objects() if room.vault.read(d)[:4] == b"\0\0\1\x06"]
    for digest in (first.film, one):
        path = room.vault.path(digest)
        path.chmod(0o644)
        path.write_bytes(bytes([255]) + path.read_bytes()[1:])
    again = room.assemble(a_cut(*shots))
    assert (again.film, again.encoded_segments, again.reused_segments) == (first.film, 1, 2)
    assert {room.vault.verify(digest) for digest in room.vault} == {Condition.WHOLE}


def test_a_shot_used_twice_is_encoded_once(room: Room) -> None:
    shot = room.shot(1, room.clip(100))
    made = room.assemble(a_cut(shot, replace(shot, shot=ShotCode("SC010_SH020"))))
    assert made.encoded_segments == 1
    assert numbered.numbers(room.path(made)) == body(100) * 2


def test_shots_of_a_frame_or_two_are_shown(room: Room) -> None:
    clip = room.clip(100)
    lengths = [1, 1, 2, 1, 3, 1]
    shots = [room.shot(n + 1, clip, source=FrameRange(n, n + length)) for n, length in enumerate(lengths)]
    expected = [100 + n + k for n, length in enumerate(lengths) for k in range(length)]
    assert numbered.numbers(room.path(room.assemble(a_cut(*shots)))) == expected


def test_a_dissolve_blends_the_right_frames_and_costs_only_its_neighbours(room: Room) -> None:
    dark, light, third = room.flat(60), room.flat(180), room.clip(300)
    shots = [room.shot(1, dark), room.shot(2, light), room.shot(3, third)]
    room.assemble(a_cut(*shots))
    over = 4
    shots[1] = replace(shots[1], transition=Transition(kind=TransitionKind.DISSOLVE, frames=over))
    made = room.assemble(a_cut(*shots))
    assert made.frames == 3 * LENGTH
    assert made.encoded_segments == 2  # the first shot's shorter body, and the dissolve
    found = lumas(room.path(made))
    assert found[: LENGTH - over] == pytest.approx([60] * (LENGTH - over), abs=1)
    blend = [60 + 120 * (n + 1) / (over + 1) for n in range(over)]
    assert found[LENGTH - over : LENGTH] == pytest.approx(blend, abs=1.5)
    assert found[LENGTH : 2 * LENGTH] == pytest.approx([180] * LENGTH, abs=1)


def test_a_dissolve_shows_the_incoming_head_handle(room: Room) -> None:
    over = HANDLE
    shots = [room.shot(1, room.flat(16)), room.shot(2, room.clip(500))]
    shots[1] = replace(shots[1], transition=Transition(kind=TransitionKind.DISSOLVE, frames=over))
    path = room.path(room.assemble(a_cut(*shots)))
    frames = [frame.planes()[0] for frame in decode.frames(path)]
    # Near the end of the dissolve the incoming picture outweighs the black one, and its bars can be read.
    assert (
        numbered.number_in(np.clip(frames[LENGTH - 1].astype(int) * 7 // 6, 0, 255).astype(np.uint8))
        == 500 + over - 1
    )
    assert [numbered.number_in(luma) for luma in frames[LENGTH:]] == body(500)


def test_fades_come_from_black_and_go_to_it(room: Room) -> None:
    shot = room.shot(
        1, room.flat(216), transition=Transition(kind=TransitionKind.FADE_IN, frames=4), fade_out=5
    )
    found = lumas(room.path(room.assemble(a_cut(shot))))
    assert found[:4] == pytest.approx([16, 66, 116, 166], abs=1.5)
    assert found[4:-5] == pytest.approx([216] * (LENGTH - 9), abs=1)
    assert found[-5:] == pytest.approx([176, 136, 96, 56, 16], abs=1.5)


def test_stills_and_missing_shots_are_held(room: Room) -> None:
    still = room.vault.put(png(numbered.stamp(numbered.ground(SIZE, 3), 77)))
    missing = replace(room.shot(2, None), title="Mara opens the door")
    dissolving = replace(
        room.shot(1, still, available=0, source=FrameRange(0, LENGTH)),
        shot=ShotCode("SC010_SH030"),
        transition=Transition(kind=TransitionKind.DISSOLVE, frames=5),
    )
    shots = [room.shot(1, still, available=0), missing, dissolving]
    made = room.assemble(a_cut(*shots, leader=10))
    assert made.frames == 10 + 3 * LENGTH
    path = room.path(made)
    assert numbered.numbers(path, FrameRange(10, 10 + LENGTH)) == [77] * LENGTH
    assert numbered.numbers(path, FrameRange(10 + 2 * LENGTH, 10 + 3 * LENGTH)) == [77] * LENGTH
    again = room.assemble(
        a_cut(shots[0], replace(missing, title="Mara shuts the door"), dissolving, leader=10)
    )
    assert again.encoded_segments == 2  # the card and the dissolve out of it


def test_captions_are_in_the_film_and_beside_it(room: Room) -> None:
    line = Dialogue(sound=room.vault.put(sound.wav(ping())), start=2, frames=3, text="Who keeps the 灯塔?")
    shots = [room.shot(n, room.clip(n * 100), dialogue=(line,)) for n in (1, 2)]
    cut = a_cut(*shots)
    made = room.assemble(cut)
    with av.open(str(room.path(made))) as film:
        track = film.streams.subtitles[0]
        shown = [
            (Fraction(packet.pts or 0) * Fraction(packet.time_base), bytes(packet)[2:].decode())
            for packet in film.demux(track)
            if packet.size > 2
        ]
    words = "Who keeps the 灯塔?"
    assert [(float(at), text) for at, text in shown] == [
        (pytest.approx(2 / 24, abs=1e-5), words),
        (pytest.approx((LENGTH + 2) / 24, abs=1e-5), words),
    ]
    files = caption_files(cut)
    assert "00:00:00,083 --> 00:00:00,917" in files["srt"].decode()
    assert files["vtt"].decode().startswith("WEBVTT")
    assert streams(room.path(made))["video"] == Fraction(2 * LENGTH, 24)


def test_a_silent_film_has_a_sound_track_and_no_captions(room: Room) -> None:
    cut = a_cut(room.shot(1, room.clip(100)))
    made = room.assemble(cut)
    assert caption_files(cut) == {}
    heard = sound.read(room.path(made))
    assert -70 < 20 * np.log10(np.sqrt(np.mean(heard.samples**2))) < -60


def test_dialogue_is_brought_to_loudness(room: Room) -> None:
    t = np.arange(48_000) / 48_000
    voice = sound.Sound((0.02 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)[None])
    line = Dialogue(sound=room.vault.put(sound.wav(voice)), start=0, frames=24, text="Aaah")
    shot = room.shot(1, room.clip(100, 60), available=60, source=FrameRange(0, 48), dialogue=(line,))
    heard = sound.read(room.path(room.assemble(a_cut(shot))))
    assert sound.loudness(heard).integrated == pytest.approx(-16, abs=0.5)


def test_the_film_plays_from_its_first_bytes(room: Room) -> None:
    data = room.path(room.assemble(a_cut(room.shot(1, room.clip(100))))).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(room.path(room.assemble(a_cut(room.shot(1, room.clip(100))))))) as film:
        assert film.streams.video[0].codec_context.profile == "High"
        assert film.streams.audio[0].codec_context.profile == "LC"
        assert "creation_time" not in film.metadata
        assert film.metadata["title"] == "The Lamp"


def test_what_cannot_be_shown_is_a_typed_error(room: Room) -> None:
    good = room.clip(100)
    broken = bytearray(room.vault.read(good))
    broken[len(broken) * 2 // 3 :] = bytes(len(broken) - len(broken) * 2 // 3)
    with pytest.raises(Damaged):
        room.assemble(a_cut(room.shot(1, good), room.shot(2, room.vault.put(bytes(broken)))))
    with pytest.raises(NotFound):
        room.assemble(a_cut(room.shot(1, Digest.of(b"nothing"))))
    with pytest.raises(BadDocument, match="frame 40"):
        room.assemble(a_cut(room.shot(1, good, source=FrameRange(10, 41), available=60)))
    with pytest.raises((BadDocument, Damaged)):
        room.assemble(a_cut(room.shot(1, room.vault.put(b"not a clip, only words"))))
    made = room.assemble(a_cut(room.shot(1, good)))
    assert numbered.numbers(room.path(made)) == body(100)


def test_progress_counts_what_is_encoded(room: Room) -> None:
    told: list[tuple[int, int]] = []
    cut = a_cut(*(room.shot(n, room.clip(n * 100)) for n in range(1, 4)))
    room.assemble(cut, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    room.assemble(cut, progress=lambda done, all_: told.append((done, all_)))
    assert len(told) == 3
