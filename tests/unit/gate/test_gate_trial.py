"""Precision and recall are computed on labelled takes, and held above a floor."""

from pathlib import Path

import pytest

from picturelock.core.contract import Move
from picturelock.core.digest import Digest
from picturelock.core.ids import CheckName
from picturelock.gate.measure import measure_clip
from picturelock.gate.profiles import profile
from picturelock.gate.subject import ClipSubject
from picturelock.testing.defects import ClipDefect, StillDefect, plant, plant_in
from picturelock.testing.footage import FORMAT, LOOKS, encode, footage, still
from picturelock.testing.gate_trial import Report, clip_trials, main, markdown, still_trials, summarise

ANIMATIC = profile("animatic")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("clips")
    pairs = ((LOOKS[0], Move.STATIC), (LOOKS[1], Move.TRUCK_LEFT), (LOOKS[2], Move.PAN_RIGHT))
    trials = [t for look, move in pairs for t in clip_trials(folder, (look,), (move,), ANIMATIC, frames=48)]
    return summarise(trials, ANIMATIC)


@pytest.fixture(scope="module")
def stills(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return summarise(still_trials(tmp_path_factory.mktemp("stills"), LOOKS, ANIMATIC, (1, 2)), ANIMATIC)


def test_good_clips_pass(clips: Report):
    assert clips.false_alarms == []


def test_planted_clip_defects_are_found(clips: Report):
    assert set(clips.caught) == {defect.value for defect in ClipDefect}
    found = sum(caught for _, caught in clips.caught.values())
    planted = sum(had for had, _ in clips.caught.values())
    assert found / planted >= 0.97, clips.missed


def test_each_clip_check_finds_its_own(clips: Report):
    floors = {
        "decodes": 1.0, "frames": 1.0, "rate": 1.0, "cadence": 1.0, "size": 1.0, "borders": 1.0, "black": 1.0,
        "first_frame": 1.0, "flicker": 1.0, "exposure_drift": 1.0, "sharpness_collapse": 1.0, "wobble": 1.0,
        "jump": 0.8, "stutter": 0.6, "freeze": 0.6, "deformation": 0.7,
    }  # fmt: skip
    for name, floor in floors.items():
        score = clips.scores[CheckName(f"clip.{name}")]
        assert score.recall is not None
        assert score.recall >= floor, (name, score)
        assert score.precision == 1.0, (name, score)


def test_what_needs_a_model_is_never_measured(clips: Report, stills: Report):
    for name in ("clip.identity_over_time", "clip.stray_text", "clip.safety"):
        assert clips.scores[CheckName(name)].not_measured == 1.0
    for name in ("identity", "head_count", "anatomy", "stray_text", "safety"):
        assert stills.scores[CheckName(f"keyframe.{name}")].not_measured == 1.0


def test_good_stills_pass(stills: Report):
    assert stills.false_alarms == []


def test_planted_still_defects_are_found(stills: Report):
    assert set(stills.caught) == {defect.value for defect in StillDefect}
    assert stills.missed == []


def test_the_report_names_every_check(clips: Report):
    text = markdown([clips])
    assert all(f"| {name} |" in text for name in clips.scores)


def test_the_injector_plants_the_same_for_the_same_seed(tmp_path: Path):
    good = footage(LOOKS[0], Move.PUSH, 1, 30)
    for number in (1, 2):
        plant_in(good.frames, tmp_path / f"{number}.mp4", ClipDefect.MORPH, FORMAT.frame_rate, 5)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes()
    plant_in(good.frames, tmp_path / "3.mp4", ClipDefect.MORPH, FORMAT.frame_rate, 6)
    assert (tmp_path / "1.mp4").read_bytes() != (tmp_path / "3.mp4").read_bytes()


def test_the_injector_names_the_frame(tmp_path: Path):
    good = footage(LOOKS[0], Move.PAN_RIGHT, 1, 40)
    encode(good.frames, tmp_path / "good.mp4", FORMAT.frame_rate)
    planted = plant(tmp_path / "good.mp4", tmp_path / "bad.mp4", ClipDefect.CUT, FORMAT.frame_rate, 3)
    path = tmp_path / "bad.mp4"
    measured = measure_clip(
        ClipSubject(path, Digest.of(path.read_bytes()), FORMAT, good.contract, good.length)
    )
    jump = next(m for m in measured if m.check == "clip.jump")
    assert jump.evidence["frame"] == planted.frame


def test_measuring_twice_gives_the_same_values(tmp_path: Path):
    good = footage(LOOKS[2], Move.HANDHELD, 1, 30)
    path, key = tmp_path / "take.mp4", tmp_path / "key.png"
    encode(good.frames, path, FORMAT.frame_rate)
    still(good.frames[0], key)
    subject = ClipSubject(
        path, Digest.of(path.read_bytes()), FORMAT, good.contract, good.length, keyframe=key
    )
    assert measure_clip(subject) == measure_clip(subject)


@pytest.mark.slow
def test_the_quick_report_is_written(tmp_path: Path):
    assert main(["--quick", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "gate-report.md").read_text("utf-8").startswith("# What the gates find")
    assert (tmp_path / "gate-report.json").exists()
