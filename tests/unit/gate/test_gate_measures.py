from fractions import Fraction
from math import pi
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from picturelock.core.blocking import Blocking, Camera, Light, Placement, expected_boxes
from picturelock.core.brief import Layer, Layers
from picturelock.core.contract import Constraints, Contract, Motion, Move, Relation, Spatial, Subject
from picturelock.core.digest import Digest
from picturelock.core.ids import AnchorId, CheckName
from picturelock.core.policy import Format
from picturelock.core.take import Measurement
from picturelock.gate.borders import borders
from picturelock.gate.check import Gate
from picturelock.gate.clips.movement import STUTTER
from picturelock.gate.clips.screening import Screening, screen
from picturelock.gate.judge import judge
from picturelock.gate.measure import measure_clip, measure_sound, measure_still
from picturelock.gate.profiles import Context, profile
from picturelock.gate.subject import ClipSubject, Neighbour, SoundSubject, StillSubject
from picturelock.gate.voice import syllables
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.picture import png
from picturelock.media.sound import RATE, Sound, wav
from picturelock.testing.footage import FORMAT, LOOKS, encode, footage

ANN, BEN = AnchorId("char_ann"), AnchorId("char_ben")
SQUARE = Format(width=640, height=360)
BLOCKING = Blocking(
    figures=(
        Placement(who=ANN, x_m=-0.9, z_m=0.0, height_m=1.8),
        Placement(who=BEN, x_m=0.9, z_m=0.0, height_m=1.2),
    ),
    pieces=(),
    props=(),
    camera=Camera(x_m=0.0, y_m=1.0, z_m=-6.0, lens_mm=35),
    camera_end=None,
    light=Light(),
)
PROMISES = Contract(
    role="r",
    purpose="p",
    subject="s",
    subjects=(Subject(who=ANN), Subject(who=BEN)),
    constraints=Constraints(
        spatial=(
            Spatial(subject=ANN, relation=Relation.LEFT_OF, object=BEN),
            Spatial(subject=ANN, relation=Relation.TALLER_THAN, object=BEN, factor=1.5),
        )
    ),
)


def by_name(measured: tuple[Measurement, ...]) -> dict[str, Measurement]:
    return {m.check: m for m in measured}


def layered(
    folder: Path, boxes: dict[AnchorId, tuple[float, float, float, float]]
) -> tuple[Layers, dict[Digest, Path]]:
    planes, files = [], {}
    for who, (left, top, right, bottom) in boxes.items():
        picture = np.zeros((360, 640, 4), np.uint8)
        picture[int(top * 360) : int(bottom * 360), int(left * 640) : int(right * 640)] = (80, 90, 100, 255)
        data = png(picture)
        digest = Digest.of(data)
        files[digest] = folder / f"{digest.hex}.png"
        files[digest].write_bytes(data)
        planes.append(Layer(name=f"figure:{who}", media=digest, depth_m=6.0, far_m=6.0, life=True))
    layers = Layers(
        width=640,
        height=360,
        frame_left=0,
        frame_top=0,
        frame_width=640,
        frame_height=360,
        camera=BLOCKING.camera,
        layers=tuple(planes),
    )
    return layers, files


def measured_still(folder: Path, **more: Any) -> dict[str, Measurement]:
    path = folder / "key.png"
    path.write_bytes(png(footage(LOOKS[0], Move.STATIC, 1, 1).frames[0]))
    subject = StillSubject(path, Digest.of(path.read_bytes()), SQUARE, PROMISES, **more)
    return by_name(measure_still(subject))


def expected() -> dict[AnchorId, tuple[float, float, float, float]]:
    boxes = expected_boxes(BLOCKING, SQUARE.aspect)
    return {who: (b.left, b.top, b.right, b.bottom) for who, b in boxes.items()}


def test_figures_where_they_are_expected_fit(tmp_path: Path):
    layers, files = layered(tmp_path, expected())
    found = measured_still(tmp_path, blocking=BLOCKING, layers=layers, layer_files=files)
    assert (found["keyframe.layout_overlap"].value or 0) > 0.9
    assert (found["keyframe.layout_offset"].value or 0) < 0.01
    assert found["keyframe.relative_height"].value == pytest.approx(1.0, abs=0.03)
    assert found["keyframe.spatial"].value == 0
    assert found["keyframe.spatial"].evidence["checked"] == 2


def test_figures_that_changed_places_break_their_promises(tmp_path: Path):
    boxes = expected()
    layers, files = layered(tmp_path, {ANN: boxes[BEN], BEN: boxes[ANN]})
    found = measured_still(tmp_path, blocking=BLOCKING, layers=layers, layer_files=files)
    assert found["keyframe.layout_overlap"].value == 0
    assert found["keyframe.spatial"].value == 2
    assert "char_ann left_of char_ben" in found["keyframe.spatial"].evidence["why"]
    assert (found["keyframe.relative_height"].value or 0) > 2


def test_a_figure_that_is_not_there_is_found_missing(tmp_path: Path):
    layers, files = layered(tmp_path, {ANN: expected()[ANN]})
    found = measured_still(tmp_path, blocking=BLOCKING, layers=layers, layer_files=files)
    assert found["keyframe.layout_overlap"].value == 0
    assert found["keyframe.layout_overlap"].evidence["figure"] == BEN


def test_without_planes_layout_is_not_measured(tmp_path: Path):
    found = measured_still(tmp_path, blocking=BLOCKING)
    for name in ("layout_overlap", "layout_offset", "relative_height", "spatial"):
        assert found[f"keyframe.{name}"].value is None
        assert "person model" in found[f"keyframe.{name}"].why_not


def test_an_empty_picture_has_no_layout_to_break(tmp_path: Path):
    empty = msgspec.structs.replace(BLOCKING, figures=())
    found = measured_still(tmp_path, blocking=empty)
    assert found["keyframe.layout_overlap"].value == 1
    assert found["keyframe.relative_height"].value == 1


def test_light_and_sides_are_held_against_the_neighbours(tmp_path: Path):
    turned = msgspec.structs.replace(
        BLOCKING,
        light=Light(azimuth_deg=45.0),
        camera=Camera(x_m=0.0, y_m=1.0, z_m=6.0, heading_deg=180.0, lens_mm=35),
    )
    beside = tmp_path / "beside.png"
    beside.write_bytes(png(footage(LOOKS[0], Move.STATIC, 2, 1).frames[0]))
    same = measured_still(
        tmp_path, blocking=BLOCKING, neighbours=(Neighbour("SC010_SH010", beside, BLOCKING),)
    )
    assert same["keyframe.continuity_light"].value == 0
    assert same["keyframe.screen_direction"].value == 0
    crossed = measured_still(
        tmp_path, blocking=BLOCKING, neighbours=(Neighbour("SC010_SH010", beside, turned),)
    )
    assert crossed["keyframe.continuity_light"].value == pytest.approx(90, abs=0.1)
    assert crossed["keyframe.screen_direction"].value == 1


def test_motion_readiness(tmp_path: Path):
    away = msgspec.structs.replace(
        BLOCKING, camera_end=msgspec.structs.replace(BLOCKING.camera, heading_deg=80.0)
    )
    found = measured_still(
        tmp_path, blocking=away, motion=Motion(subject="they wait"), frames=240, longest_seconds=5
    )
    assert found["keyframe.motion_room"].value == 0
    assert found["keyframe.motion_stated"].value == 1
    assert "end state" in found["keyframe.motion_stated"].evidence["why"]
    assert found["keyframe.duration"].value == 5


def test_a_broken_picture_is_a_finding_and_nothing_else_is_claimed(tmp_path: Path):
    path = tmp_path / "key.png"
    path.write_bytes(b"not a picture")
    found = by_name(measure_still(StillSubject(path, Digest.of(b"x"), SQUARE, PROMISES)))
    assert found["keyframe.decodes"].value == 1
    assert found["keyframe.size"].value is None
    verdict = judge(Gate.KEYFRAME, found.values(), profile("animatic"), Context())
    assert "keyframe.decodes" in {f.check for f in verdict.failures}


def test_bars_are_told_from_dark_scenes():
    picture = np.random.default_rng(1).integers(40, 200, (180, 320)).astype(np.uint8)
    assert borders(picture).share == 0
    barred = picture.copy()
    barred[:20] = barred[-20:] = 16
    assert borders(barred).share == pytest.approx(40 / 180, abs=0.01)
    sky = picture.copy()
    sky[:60] = 12
    assert borders(sky).share == 0
    assert borders(np.full((90, 160), 16, np.uint8)).share == 0


def test_a_file_that_is_no_clip_fails_to_decode_and_claims_nothing(tmp_path: Path):
    path = tmp_path / "take.mp4"
    path.write_bytes(b"\0" * 500)
    found = by_name(measure_clip(ClipSubject(path, Digest.of(b"x"), FORMAT, PROMISES, 48)))
    assert (found["clip.decodes"].value or 0) > 0
    assert all(m.value is None for name, m in found.items() if name != "clip.decodes")


def _held(refreshed: set[int], into: float = 1.48) -> float | None:
    """Of a slow move: how much its 48th picture changed, and the next then hardly did."""
    subject = ClipSubject(Path(), Digest.of(b""), FORMAT, footage(LOOKS[0], Move.PUSH, 1, 2).contract, 80)
    change = [*[0.6] * 46, 0.3, into, 0.06, 0.4, *[0.6] * 30]
    screening = Screening(subject, change=change, times=[Fraction(0)] * 81, refreshed=refreshed)
    return STUTTER.measure(screening).value


def test_what_a_codec_saves_after_a_whole_picture_is_no_repeat():
    assert _held(refreshed=set()) == 1
    assert _held(refreshed={47}) == 1
    assert _held(refreshed={48}) == 0
    assert _held(refreshed={48}, into=0.6) == 1  # nothing more than the movement was sent: this one was held


def test_whole_pictures_are_told_from_a_file_of_nothing_else(tmp_path: Path):
    good = footage(LOOKS[0], Move.PAN_RIGHT, 1, 30)
    for gop, expected in ((12, {0, 12, 24}), (1, {29})):
        path = tmp_path / f"{gop}.mp4"
        with ClipWriter(path, (640, 360), FORMAT.frame_rate, H264(gop=gop)) as writer:
            for picture in good.frames:
                writer.write_bgr(picture)
        subject = ClipSubject(path, Digest.of(path.read_bytes()), FORMAT, good.contract, good.length)
        assert screen(subject).refreshed == expected


def test_a_clip_without_handles_says_how_many_are_missing(tmp_path: Path):
    good = footage(LOOKS[0], Move.STATIC, 1, 24)
    path = tmp_path / "take.mp4"
    encode(good.frames, path, FORMAT.frame_rate)
    found = by_name(measure_clip(ClipSubject(path, Digest.of(b"x"), FORMAT, good.contract, 24)))
    assert found["clip.handles"].value == FORMAT.handles
    assert found["clip.frames"].value == -2 * FORMAT.handles
    assert found["clip.audio"].value == 0
    assert found["clip.first_frame"].why_not


def voice(folder: Path, samples: np.ndarray, text: str) -> dict[str, Measurement]:
    path = folder / "line.wav"
    path.write_bytes(wav(Sound(samples.astype(np.float32)[None, :])))
    return by_name(measure_sound(SoundSubject(path, Digest.of(path.read_bytes()), text)))


def tone(seconds: float, level: float) -> np.ndarray:
    return level * np.sin(2 * pi * 220 * np.arange(int(RATE * seconds)) / RATE)


def failures(found: dict[str, Measurement]) -> set[CheckName]:
    return {f.check for f in judge(Gate.VOICE, found.values(), profile("animatic")).failures}


def test_a_spoken_line_passes(tmp_path: Path):
    assert failures(voice(tmp_path, tone(2.0, 0.2), "The lamp went out before the boat came in.")) == set()


def test_silence_clipping_and_haste_are_found(tmp_path: Path):
    line = "The lamp went out before the boat came in."
    silent = failures(voice(tmp_path, np.zeros(RATE * 2), line))
    assert {"voice.loudness", "voice.silence", "voice.pace"} <= silent
    assert "voice.clipping" in failures(voice(tmp_path, np.clip(tone(2.0, 4.0), -1, 1), line))
    assert "voice.pace" in failures(voice(tmp_path, tone(0.5, 0.2), line))
    half = np.concatenate([tone(0.8, 0.2), np.zeros(int(RATE * 3))])
    assert "voice.silence" in failures(voice(tmp_path, half, line))


def test_a_broken_sound_claims_nothing(tmp_path: Path):
    path = tmp_path / "line.wav"
    path.write_bytes(b"RIFF....")
    found = by_name(measure_sound(SoundSubject(path, Digest.of(b"x"), "Words")))
    assert found["voice.decodes"].value == 1
    assert all(m.value is None for name, m in found.items() if name != "voice.decodes")


@pytest.mark.parametrize(
    ("text", "count"),
    [("Stay.", 1), ("The lighthouse keeper", 5), ("灯灭了。", 3), ("", 0), ("Table", 2), ("1984", 4)],
)
def test_syllables(text: str, count: int):
    assert syllables(text) == count
