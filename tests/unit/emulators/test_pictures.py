"""What the careful hand draws: each labelled defect is measured to be what its label says."""

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from picturelock.core.failures import Damaged
from picturelock.core.take import Category
from picturelock.media.opencv import cv2
from picturelock.media.picture import png, read
from picturelock.media.probe import probe
from picturelock.testing.defects import ClipDefect, StillDefect
from picturelock.testing.emulators import careful
from picturelock.testing.emulators.figures import figure
from picturelock.testing.emulators.media import Kind, Wanted
from picturelock.testing.emulators.mix import STILL_DEFECTS, Flawed, Good, SceneDefect
from picturelock.testing.emulators.pictures import clip, picture

WIDTH, HEIGHT = 480, 272
PROMPTS = ("A boy runs across a field", "A woman walks along a street")
CASES = [(prompt, seed) for prompt in PROMPTS for seed in (1, 2)]
CATEGORY = {defect: category for category, defects in STILL_DEFECTS.items() for defect in defects}


def good(prompt: str, seed: int) -> Any:
    return read(picture(WIDTH, HEIGHT, None, prompt, seed, Good()).media)


def flawed(prompt: str, seed: int, defect: SceneDefect | StillDefect) -> bytes:
    made = picture(WIDTH, HEIGHT, None, prompt, seed, Flawed(CATEGORY[defect], defect))
    assert made.label.defect == defect.value
    assert made.label.category == CATEGORY[defect].value
    return made.media


def lab(pixels: Any) -> Any:
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB).astype(np.float32)


def off(one: Any, other: Any, where: Any) -> float:
    """Mean Lab difference on a part."""
    return float(np.linalg.norm(lab(one) - lab(other), axis=2)[where].mean())


def far_from(found: Any) -> Any:
    """Everything but the figure and some room around it."""
    return found.soft(4, beyond=WIDTH // 8, whole=True)[:, :, 0] < 0.01


def likeness(pixels: Any, found: Any, source: Any) -> Any:
    """How well the figure of a picture fits at each place of another, -1 to 1."""
    left, top, wide, tall = found.box
    part = slice(top + tall // 4, top + tall), slice(left, left + wide)
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    cut = cv2.cvtColor(source, cv2.COLOR_BGR2GRAY)[part]
    return cv2.matchTemplate(gray, cut, cv2.TM_CCORR_NORMED, mask=found.mask[part]), left


def test_a_good_picture_has_the_size_and_no_label() -> None:
    made = picture(WIDTH, HEIGHT, None, PROMPTS[0], 1, Good())
    assert made.label.good
    assert read(made.media).shape == (HEIGHT, WIDTH, 3)


def test_the_same_request_gives_the_same_bytes_and_another_seed_does_not() -> None:
    one = careful.draw(Wanted(kind=Kind.IMAGE, size=(WIDTH, HEIGHT), prompt="A hut", seed=5), (WIDTH, HEIGHT))
    two = picture(WIDTH, HEIGHT, None, "A hut", 5, Good()).media
    assert one == two
    assert one != picture(WIDTH, HEIGHT, None, "A hut", 6, Good()).media


def test_a_picture_made_from_a_reference_shows_it() -> None:
    reference = picture(WIDTH, HEIGHT, None, PROMPTS[1], 3, Good()).media
    made = read(picture(WIDTH, HEIGHT, reference, "another prompt", 9, Good()).media)
    assert np.corrcoef(read(reference).ravel(), made.ravel())[0, 1] > 0.9
    assert (read(reference) != made).mean() > 0.5


@pytest.mark.parametrize(("prompt", "seed"), CASES)
def test_a_recast_figure_has_other_colours_and_its_set_has_not(prompt: str, seed: int) -> None:
    before, after = good(prompt, seed), read(flawed(prompt, seed, SceneDefect.RECAST))
    found = figure(before)
    assert off(before, after, found.mask > 0) > 15
    assert off(before, after, far_from(found)) < 0.5


@pytest.mark.parametrize(("prompt", "seed"), CASES)
def test_a_melted_figure_keeps_its_colours_and_loses_its_form(prompt: str, seed: int) -> None:
    before, after = good(prompt, seed), read(flawed(prompt, seed, SceneDefect.MELTED))
    found = figure(before)
    assert off(before, after, found.mask > 0) > 3
    assert off(before, after, far_from(found)) < 1.5
    assert np.abs(lab(before).mean((0, 1)) - lab(after).mean((0, 1))).max() < 2


@pytest.mark.parametrize(("prompt", "seed"), CASES)
def test_a_mirrored_picture_is_the_good_one_turned_round(prompt: str, seed: int) -> None:
    assert (read(flawed(prompt, seed, SceneDefect.MIRRORED)) == good(prompt, seed)[:, ::-1]).all()


@pytest.mark.parametrize(("prompt", "seed"), CASES)
def test_closer_shows_a_part_of_the_good_picture_half_as_large_again(prompt: str, seed: int) -> None:
    before, after = good(prompt, seed), read(flawed(prompt, seed, SceneDefect.CLOSER))
    fits: dict[float, float] = {}
    for scale in (1.0, 1.4, 1.45, 1.5, 1.55, 1.6):
        small = cv2.resize(after, (int(WIDTH / scale), int(HEIGHT / scale)), interpolation=cv2.INTER_AREA)
        fits[scale] = float(cv2.matchTemplate(before, small, cv2.TM_CCOEFF_NORMED).max())
    assert max(fits, key=lambda scale: fits[scale]) >= 1.4
    assert max(fits.values()) > 0.85


@pytest.mark.parametrize(("prompt", "seed"), CASES)
def test_a_doubled_figure_is_there_a_second_time(prompt: str, seed: int) -> None:
    before, after = good(prompt, seed), read(flawed(prompt, seed, SceneDefect.DOUBLED))
    found = figure(before)
    once, left = likeness(before, found, before)
    twice, _ = likeness(after, found, before)
    elsewhere = np.abs(np.arange(once.shape[1]) - left) > max(10, found.box[2] // 5)
    assert 1 - twice[:, elsewhere].max() < (1 - once[:, elsewhere].max()) / 4


@pytest.mark.parametrize(("prompt", "seed"), CASES)
def test_a_vanished_figure_is_not_there_and_the_set_is(prompt: str, seed: int) -> None:
    before, after = good(prompt, seed), read(flawed(prompt, seed, SceneDefect.VANISHED))
    found = figure(before)
    there = found.mask > 0
    assert off(before, after, there) > 8
    assert off(before, after, far_from(found)) < 0.5
    # What fills the place is nearer to the set than the figure was.
    around = (found.soft(1, beyond=WIDTH // 10, whole=True)[:, :, 0] > 0.5) & (found.whole == 0)
    was, now = (np.abs(lab(p)[there].mean(0) - lab(before)[around].mean(0)).sum() for p in (before, after))
    assert now < was


# --- what is wrong with the file


def test_every_still_defect_can_be_drawn_and_differs_from_the_good_picture() -> None:
    one = picture(WIDTH, HEIGHT, None, PROMPTS[0], 1, Good()).media
    made = {defect: flawed(PROMPTS[0], 1, defect) for defect in CATEGORY}  # pyright: ignore[reportArgumentType]
    assert len({*made.values(), one}) == len(made) + 1


def test_the_files_that_are_wrong_are_wrong_as_they_say() -> None:
    def made(defect: StillDefect) -> bytes:
        return flawed(PROMPTS[0], 1, defect)

    before = good(PROMPTS[0], 1)
    assert read(made(StillDefect.WRONG_SIZE)).shape != before.shape
    with pytest.raises(Damaged):
        read(made(StillDefect.TRUNCATED))
    assert read(made(StillDefect.ALPHA), alpha=True).shape[2] == 4
    bars = read(made(StillDefect.LETTERBOX))
    assert bars[:8].max() <= 8
    assert bars[-8:].max() <= 8
    assert read(made(StillDefect.OVEREXPOSED)).mean() > before.mean() + 30
    assert read(made(StillDefect.UNDEREXPOSED)).mean() < before.mean() - 30
    assert read(made(StillDefect.FADED)).std() < before.std() / 2
    sharp, soft = (
        cv2.Laplacian(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var()
        for p in (before, read(made(StillDefect.BLURRED)))
    )
    assert soft < sharp / 10


# --- clips


def frames_of(data: bytes) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(data)
        reader = cv2.VideoCapture(str(path))
        frames: list[Any] = []
        while True:
            there, frame = reader.read()
            if not there:
                return frames
            frames.append(frame)


def test_a_good_clip_begins_with_its_first_frame_and_has_its_length(tmp_path: Path) -> None:
    first = picture(320, 180, None, PROMPTS[0], 1, Good()).media
    made = clip(first, 1.5, 24, 320, 180, 4, Good(), "slow push in")
    frames = frames_of(made.media)
    assert made.label.good
    assert len(frames) == 36
    assert np.abs(frames[0].astype(int) - read(first)).mean() < 6
    assert np.abs(frames[-1].astype(int) - frames[0]).mean() > 3
    path = tmp_path / "clip.mp4"
    path.write_bytes(made.media)
    shown = probe(path).need_picture()
    assert (shown.width, shown.height) == (320, 180)


def test_a_black_frame_is_where_the_label_says() -> None:
    first = picture(320, 180, None, PROMPTS[0], 1, Good()).media
    made = clip(first, 2.0, 24, 320, 180, 4, Flawed(Category.MOTION, ClipDefect.BLACK))
    frames = frames_of(made.media)
    dark = [n for n, frame in enumerate(frames) if frame.mean() < 12]
    assert dark
    assert dark[0] == made.label.frame
    assert made.label.category == Category.MOTION.value


def test_a_cut_is_where_the_label_says() -> None:
    first = picture(320, 180, None, PROMPTS[0], 1, Good()).media
    made = clip(first, 2.0, 24, 320, 180, 4, Flawed(Category.MOTION, ClipDefect.CUT))
    frames = frames_of(made.media)
    steps = [np.abs(b.astype(int) - a).mean() for a, b in pairwise(frames)]
    assert int(np.argmax(steps)) + 1 == made.label.frame


def test_a_clip_too_short_to_show_a_defect_is_good() -> None:
    made = clip(
        png(np.full((64, 64, 3), 90, np.uint8)), 0.5, 24, 64, 64, 1, Flawed(Category.MOTION, ClipDefect.CUT)
    )
    assert made.label.good
