"""Frames drawn in pieces are those drawn whole; pieces cover what they must and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from picturelock.generate.builtin.camera.compositor import Compositor, Sight, chroma
from picturelock.generate.builtin.camera.planes import Frame, Margin, Pixels, Plane, prepared
from picturelock.generate.builtin.camera.projection import Matrix, upright
from picturelock.generate.builtin.camera.tiles import Grid
from picturelock.media.opencv import cv2

WIDTH, HEIGHT = 400, 272
AROUND = 40


def drawing(seed: int) -> Pixels:
    rng = np.random.default_rng(seed)
    small = rng.integers(30, 225, (12, 18, 3), dtype=np.uint8)
    return cv2.resize(small, (WIDTH + 2 * AROUND, HEIGHT + 2 * AROUND), interpolation=cv2.INTER_CUBIC)


def plane(seed: int, *, base: bool = False) -> Plane:
    """The farthest fills its picture; another is a soft-edged blot or a block, some of it at the picture's edge."""
    pixels = drawing(seed)
    alpha = np.full(pixels.shape[:2], 255, np.uint8)
    if not base:
        rng = np.random.default_rng(seed + 1000)
        alpha[:] = 0
        place = (int(rng.integers(480)), int(rng.integers(352)))
        size = (int(rng.integers(30, 260)), int(rng.integers(30, 260)))
        if seed % 2:
            cv2.ellipse(alpha, place, size, 0, 0, 360, 255, -1, cv2.LINE_AA)
            alpha = cv2.GaussianBlur(alpha, (0, 0), 2.0)
        else:
            cv2.rectangle(alpha, place, (place[0] + size[0], place[1] + size[1]), 255, -1)
    found = prepared(
        np.dstack([pixels, alpha]), upright(3.0), "a plane", life=False, base=base, margin=Margin()
    )
    assert found is not None
    return found


def painted(sights: list[Sight]) -> Frame:
    """Every plane over the whole frame, one after another."""
    out = [np.zeros((HEIGHT, WIDTH)), *(np.zeros((HEIGHT // 2, WIDTH // 2)) for _ in range(2))]
    for sight in sights:
        plane, matte = sight.plane, sight.plane.matte
        maps = (sight.back, chroma(sight.back), chroma(sight.back))
        clears = (None,) * 3 if matte is None else (matte.clear, matte.half, matte.half)
        for target, source, clear, back in zip(out, (plane.y, plane.u, plane.v), clears, maps, strict=True):
            shown = whole(source, back, target, None if matte is None else 0)
            through = 0.0 if clear is None else whole(clear, back, target, 255) / 255
            target[:] = target * (1 - sight.opacity + sight.opacity * through) + sight.opacity * shown
    y, u, v = out
    return Frame(y, u, v)


def whole(source: Pixels, back: Matrix, target: Pixels, rim: int | None) -> Pixels:
    border = cv2.BORDER_REPLICATE if rim is None else cv2.BORDER_CONSTANT
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(
        source.astype(np.float32),
        back,
        target.shape[::-1],
        flags=flags,
        borderMode=border,
        borderValue=rim or 0,
    )


def furthest(drawn: Frame, wanted: Frame) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(drawn.channels, wanted.channels, strict=True))


steps = st.floats(-90, 90) | st.sampled_from([0.0, 40.0, 39.9999, 40.0001, -2.5])


@st.composite
def seen_from(draw: st.DrawFn, placed: Matrix) -> Matrix:
    """A shift, a scaling, a turn or a bend."""
    kind = draw(st.sampled_from(["shift", "scale", "turn", "bend"]))
    back = np.eye(3)
    back[:2, 2] = AROUND + draw(steps), AROUND + draw(steps)
    if kind != "shift":
        back[0, 0] = back[1, 1] = draw(st.floats(0.7, 1.4))
    if kind == "turn":
        back[0, 1], back[1, 0] = -0.1, 0.1
    if kind == "bend":
        back[2, :2] = draw(st.floats(-4e-4, 4e-4)), draw(st.floats(-4e-4, 4e-4))
    return placed @ back * draw(st.sampled_from([1.0, 0.01]))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_skipped_was_hidden(data: st.DataObject) -> None:
    behind = plane(0, base=True)
    sights = [Sight(behind, data.draw(seen_from(behind.placed)))]
    for seed in data.draw(st.lists(st.integers(1, 40), max_size=4)):
        nearer = plane(seed)
        opacity = data.draw(st.sampled_from([1.0, 1.0, 0.4]))
        sights.append(Sight(nearer, data.draw(seen_from(nearer.placed)), opacity))
    drawn = Frame.empty(WIDTH, HEIGHT)
    Compositor(WIDTH, HEIGHT).draw(sights, drawn)
    assert furthest(drawn, painted(sights)) < 1.0 + 1.5 * len(sights)


@pytest.mark.parametrize("short", [1e-3, 1e-4, 1.4e-4, 1e-5, 1e-6, 0.0, -1e-5, -1e-4])
def test_a_shift_by_a_hair_less_than_a_pixel_spoils_nothing(short: float) -> None:
    wide, tall = 1920, 128
    noise = np.random.default_rng(1).integers(0, 256, (300, 2400, 3), dtype=np.uint8)
    picture = np.dstack([cv2.GaussianBlur(noise, (0, 0), 2.0), np.full((300, 2400), 255, np.uint8)])
    behind = prepared(picture, upright(3.0), "far", life=False, base=True, margin=Margin())
    assert behind is not None
    for whole_pixels in (100, 232, 399):
        back = np.array([[1.0, 0.0, whole_pixels - short], [0.0, 1.0, 60.0 - short], [0.0, 0.0, 1.0]])
        drawn = Frame.empty(wide, tall)
        Compositor(wide, tall).draw([Sight(behind, back)], drawn)
        exact = behind.y[60 : 60 + tall, whole_pixels : whole_pixels + wide]
        assert np.abs(drawn.y.astype(int) - exact).max() <= 1


@given(arrays(np.bool_, (9, 11)), arrays(np.bool_, (9, 11)), st.integers(0, 6))
def test_pieces_cover_what_is_wanted_once_and_only_what_is_allowed(
    wanted: np.ndarray, also: np.ndarray, in_vain: int
) -> None:
    width, height = 11 * 64 - 30, 9 * 64 - 2
    grid = Grid(width, height)
    found, covered = grid.pieces(wanted, wanted | also, in_vain)
    times = np.zeros((height, width), int)
    for piece in found:
        assert piece.left % 2 == piece.top % 2 == piece.right % 2 == piece.bottom % 2 == 0
        times[piece.top : piece.bottom, piece.left : piece.right] += 1
    tiles = np.kron(covered, np.ones((64, 64), np.bool_))[:height, :width]
    assert (times == tiles).all()
    assert not (wanted & ~covered).any()
    assert not (covered & ~(wanted | also)).any()
