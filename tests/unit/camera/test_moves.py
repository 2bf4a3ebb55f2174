"""Moves: paths, geometry, room, and clips as they come out of the encoder."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.core.blocking import Camera, project
from picturelock.core.brief import ClipBrief, Layer, Layers
from picturelock.core.codec import to_json
from picturelock.core.contract import Amount, CameraMove, Contract, Motion, Move
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, Malformed
from picturelock.core.frametime import FrameRate
from picturelock.generate.builtin.camera import animate
from picturelock.generate.builtin.camera.clip import plan
from picturelock.generate.builtin.camera.path import between, ease, end_of, travel, wander
from picturelock.generate.builtin.camera.planes import to_frame
from picturelock.generate.builtin.camera.projection import (
    axes,
    corners,
    homography,
    leaning,
    lens,
    mapped,
    upright,
)
from picturelock.media.decode import Frame
from picturelock.media.decode import frames as decoded
from picturelock.media.encode import from_planes
from picturelock.media.opencv import cv2
from picturelock.vault.local import LocalVault

WIDTH, HEIGHT = 320, 180
LEFT, TOP = 64, 36
CAMERA = Camera(x_m=0.0, y_m=1.5, z_m=-4.0, focus_m=3.0)


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def picture(width: int, height: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = rng.integers(40, 220, (height // 20, width // 20, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def layered(vault: LocalVault, camera: Camera = CAMERA, shift: int = 0) -> tuple[Digest, Digest]:
    wide, tall = WIDTH + 2 * LEFT, HEIGHT + 2 * TOP
    far = np.dstack([picture(wide, tall, 1), np.full((tall, wide), 255, np.uint8)])
    figure = np.zeros((tall, wide, 4), np.uint8)
    cv2.ellipse(figure, (250 + shift, 150), (24, 70), 0, 0, 360, (30, 40, 200, 255), -1, cv2.LINE_AA)
    flat = figure[:, :, :3] * (figure[:, :, 3:] / 255) + far[:, :, :3] * (1 - figure[:, :, 3:] / 255)
    layers = Layers(
        width=wide,
        height=tall,
        frame_left=LEFT,
        frame_top=TOP,
        frame_width=WIDTH,
        frame_height=HEIGHT,
        camera=camera,
        layers=(
            Layer(name="sky", media=vault.put(png(far)), depth_m=30.0, far_m=30.0),
            Layer(name="figure:a", media=vault.put(png(figure)), depth_m=3.0, far_m=3.0, life=True),
        ),
    )
    key = np.clip(flat + 0.5, 0, 255).astype(np.uint8)[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH]
    return vault.put(png(key)), vault.put(to_json(layers))


def brief(
    keyframe: Digest, layers: Digest | None, move: Move, amount: Amount = Amount.MEDIUM, **more: object
) -> ClipBrief:
    motion = Motion(camera=CameraMove(kind=move, amount=amount))
    contract = Contract(role="camera", purpose="a test", subject="a picture", motion=motion)
    fields: dict[str, object] = {
        "contract": contract,
        "camera": CAMERA,
        "camera_end": None,
        "keyframe": keyframe,
        "layers": layers,
        "keyframe_last": None,
        "layers_last": None,
        "frames": 20,
        "handles": 4,
        "frame_rate": FrameRate(24),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return ClipBrief(**(fields | more))  # pyright: ignore[reportArgumentType]


def clip(vault: LocalVault, media: Digest, folder: Path) -> list[np.ndarray]:
    path = folder / "clip.mp4"
    path.write_bytes(vault.read(media))
    return [frame.bgr() for frame in decoded(path)]


def distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(float) - b).mean())


def still(vault: LocalVault, digest: Digest) -> np.ndarray:
    """A keyframe as 4:2:0 can hold it."""
    key = cv2.imdecode(np.frombuffer(vault.read(digest), np.uint8), cv2.IMREAD_COLOR)
    video = from_planes(*to_frame(key).channels)
    return Frame(0, video).bgr()


@given(st.floats(0, 1), st.floats(0, 1))
def test_ease_never_falls_and_meets_both_ends(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= ease(low) <= ease(high) <= 1.0
    assert ease(a) + ease(1 - a) == pytest.approx(1.0)


def test_ease_is_slow_at_both_ends_and_steady_between() -> None:
    speed = np.diff([ease(i / 100) for i in range(101)])
    assert max(speed[0], speed[-1]) < speed[50] / 100
    assert np.ptp(speed[35:65]) < 1e-12
    assert np.abs(np.diff(speed)).max() < speed[50] / 10


def test_wandering_is_smooth_bounded_and_seeded() -> None:
    times = [i / 24 for i in range(240)]
    way = wander(3, "heading", times)
    assert np.abs(way).max() == pytest.approx(1.0)
    assert np.abs(np.diff(way)).max() < 0.35
    assert (way == wander(3, "heading", times)).all()
    assert (way != wander(4, "heading", times)).any()
    spectrum = np.abs(np.fft.rfft(way * np.hanning(240))) ** 2
    assert spectrum[np.fft.rfftfreq(240, 1 / 24) > 4].sum() < 1e-3 * spectrum.sum()


cameras = st.builds(
    Camera,
    x_m=st.floats(-1, 1),
    y_m=st.floats(0.5, 2),
    z_m=st.floats(-5, -3),
    heading_deg=st.floats(-20, 20),
    tilt_deg=st.floats(-15, 15),
    roll_deg=st.floats(-8, 8),
    lens_mm=st.floats(24, 60),
)


@given(cameras, cameras, st.floats(-1.5, 1.5), st.floats(0, 2), st.floats(4, 9))
def test_a_plane_moves_as_its_points_do(
    drew: Camera, looks: Camera, right: float, up: float, depth: float
) -> None:
    """A point on an upright plane, projected by the new camera, lies where the homography takes its old place."""
    world = np.array([drew.x_m, drew.y_m, drew.z_m]) + axes(drew).T @ np.array([right, up, depth])
    aspect = WIDTH / HEIGHT
    u0, v0, _ = project(drew, aspect, *world)
    u1, v1, ahead = project(looks, aspect, *world)
    if ahead < 0.5:
        return
    seen, frame = lens(drew, WIDTH, 0, 0, HEIGHT), lens(looks, WIDTH, 0, 0, HEIGHT)
    old = np.array([[u0 * WIDTH - 0.5, v0 * HEIGHT - 0.5]])
    new, sign = mapped(homography(upright(depth), drew, seen, looks, frame), old)
    assert sign[0] > 0
    assert new[0] == pytest.approx([u1 * WIDTH - 0.5, v1 * HEIGHT - 0.5], abs=1e-6)


@given(cameras, cameras, st.floats(-2, 2), st.floats(4, 9))
def test_the_ground_leans(drew: Camera, looks: Camera, x: float, z: float) -> None:
    aspect = WIDTH / HEIGHT
    u0, v0, near = project(drew, aspect, x, 0.0, z)
    u1, v1, ahead = project(looks, aspect, x, 0.0, z)
    if min(near, ahead) < 0.5:
        return
    seen, frame = lens(drew, WIDTH, 0, 0, HEIGHT), lens(looks, WIDTH, 0, 0, HEIGHT)
    normal = axes(drew) @ np.array([0.0, -1.0, 0.0]) / drew.y_m
    middle = np.linalg.solve(seen, [seen[0, 2], HEIGHT - 1.0, 1.0])
    level = float(normal @ middle)
    if level < 1e-3:
        return
    found = leaning(drew, seen, HEIGHT - 1.0, 1.0 / level)
    assert found is not None
    assert found == pytest.approx(normal, abs=1e-9)
    new, _ = mapped(
        homography(found, drew, seen, looks, frame), np.array([[u0 * WIDTH - 0.5, v0 * HEIGHT - 0.5]])
    )
    assert new[0] == pytest.approx([u1 * WIDTH - 0.5, v1 * HEIGHT - 0.5], abs=1e-5)


def test_a_zoom_turns_by_ratio_and_focus_by_reciprocal() -> None:
    wide, long = (
        Camera(x_m=0, y_m=1, z_m=0, lens_mm=25, focus_m=2),
        Camera(x_m=1, y_m=1, z_m=0, lens_mm=100, focus_m=6),
    )
    half = between(wide, long, 0.5)
    assert (half.lens_mm, half.focus_m, half.x_m) == pytest.approx((50.0, 3.0, 0.5))


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("layers", [True, False])
def test_no_frame_reaches_over_the_picture(move: Move, vault: LocalVault, *, layers: bool) -> None:
    keyframe, document = layered(vault)
    for amount in Amount:
        shot = plan(brief(keyframe, document if layers else None, move, amount), 1, vault)
        stack = shot.first.stack
        spare = np.array([stack.width, stack.height]) * 0.0601
        for number in range(shot.total):
            rim, ahead = mapped(shot.first.view(stack.sheets[0].normal, number), corners(WIDTH, HEIGHT))
            assert (ahead > 0).all()
            assert (rim >= -spare).all()
            assert (rim <= np.array([stack.width - 1, stack.height - 1]) + spare).all()
            if not layers and move is not Move.PULL:
                assert (rim >= -1e-3).all()
                assert (rim <= np.array([WIDTH - 1, HEIGHT - 1]) + 1e-3).all()


@pytest.mark.parametrize("move", [m for m in Move if m not in {Move.STATIC, Move.RACK}])
def test_a_move_moves_and_begins_at_the_keyframe(move: Move, vault: LocalVault, tmp_path: Path) -> None:
    keyframe, document = layered(vault)
    product = animate(brief(keyframe, document, move), 1, vault)
    shown = clip(vault, product.media, tmp_path)
    assert product.duration_frames == len(shown) == 28
    key = still(vault, keyframe)
    assert distance(shown[0], key) < 1.5
    assert distance(shown[-1], key) > 2.0
    report = json.loads(vault.read(product.parts[0].digest))
    assert 0 < report["share"] <= 1 <= report["zoom"]


def test_parallax_moves_the_near_plane_further(vault: LocalVault) -> None:
    keyframe, document = layered(vault)
    shot = plan(brief(keyframe, document, Move.TRUCK_RIGHT), 1, vault)
    middle = np.array([[WIDTH / 2, HEIGHT / 2]])
    far, near = (
        mapped(shot.first.view(s.normal, shot.total - 1), middle)[0][0, 0] for s in shot.first.stack.sheets
    )
    start = LEFT + WIDTH / 2
    assert near - start > 5 * (far - start) > 0


def test_the_last_frame_is_the_last_keyframe(vault: LocalVault, tmp_path: Path) -> None:
    first, first_layers = layered(vault)
    end = end_of(CAMERA, CameraMove(kind=Move.PAN_RIGHT, amount=Amount.LARGE), WIDTH / HEIGHT)
    last, last_layers = layered(vault, end, shift=-40)
    wanted = brief(
        first,
        first_layers,
        Move.PAN_RIGHT,
        Amount.LARGE,
        camera_end=end,
        keyframe_last=last,
        layers_last=last_layers,
    )
    shown = clip(vault, animate(wanted, 1, vault).media, tmp_path)
    for frame, digest in ((shown[0], first), (shown[-1], last)):
        assert distance(frame, still(vault, digest)) < 2.0
    steps = [distance(a, b) for a, b in pairwise(shown)]
    assert max(steps) < 4 * np.median(steps)


def test_a_static_shot_lives_without_a_jump(vault: LocalVault, tmp_path: Path) -> None:
    keyframe, document = layered(vault)
    shown = clip(vault, animate(brief(keyframe, document, Move.STATIC, frames=60), 1, vault).media, tmp_path)
    steps = [distance(a, b) for a, b in pairwise(shown)]
    assert distance(shown[0], shown[-1]) > 0.2
    assert max(steps) < 2.0


def test_racking_blurs_what_was_in_focus(vault: LocalVault) -> None:
    keyframe, document = layered(vault)
    shot = plan(brief(keyframe, document, Move.RACK, frames=40), 1, vault)
    frames = shot.frames()
    edge = (slice(60, 120), slice(150, 200))

    def sharpness(number: int) -> float:
        return float(np.abs(np.diff(frames.draw(number).y[edge].astype(float), axis=1)).max())

    assert sharpness(shot.total - 1) < 0.6 * sharpness(0)


def test_the_same_brief_gives_the_same_bytes_on_any_number_of_threads(vault: LocalVault) -> None:
    keyframe, document = layered(vault)
    before = cv2.getNumThreads()
    found = set()
    try:
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            found.add(animate(brief(keyframe, document, Move.HANDHELD), 5, vault).media)
    finally:
        cv2.setNumThreads(before)
    assert len(found) == 1
    assert animate(brief(keyframe, document, Move.HANDHELD), 6, vault).media not in found


def test_the_path_is_exact_to_a_fiftieth_of_a_pixel(vault: LocalVault) -> None:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    spot = 200 - 170 * np.exp(-((columns - 120) ** 2 + (rows - 70) ** 2) / (2 * 5.0**2))
    spotted = vault.put(png(np.repeat(spot.astype(np.uint8)[:, :, None], 3, axis=2)))
    shot = plan(brief(spotted, None, Move.PUSH, frames=60), 1, vault)
    errors = []
    for number, frame in enumerate(shot.frames()):
        back = shot.first.view(shot.first.stack.sheets[0].normal, number)
        exact = mapped(np.linalg.inv(back), np.array([[120.0, 70.0]]))[0][0]
        weight = np.clip(180.0 - frame.y, 0, None)
        place = [(weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()]
        errors.append(np.array(place) - exact)
    assert np.array(errors).std(axis=0).max() < 0.02


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(list(Move)), cameras, st.integers(1, 60), st.integers(0, 2**40))
def test_every_path_has_a_camera_a_frame(move: Move, end: Camera, frames: int, seed: int) -> None:
    path = travel(CAMERA, end, move, frames, frames / 24, seed)
    assert len(path.cameras) == len(path.done) == frames
    assert path.cameras[0] == between(CAMERA, end, 0.0)


def test_pictures_of_any_size_and_kind_are_taken(vault: LocalVault) -> None:
    for pixels in (
        picture(900, 300)[:, :, 0],
        picture(200, 600),
        np.dstack([picture(640, 360), np.full((360, 640), 128, np.uint8)]),
        (picture(640, 360).astype(np.uint16) * 257),
    ):
        product = animate(brief(vault.put(png(pixels)), None, Move.PUSH, frames=3, handles=0), 1, vault)
        assert product.duration_frames == 3


def test_what_cannot_be_read_is_said(vault: LocalVault) -> None:
    keyframe, document = layered(vault)
    with pytest.raises(BadDocument, match="not a picture"):
        animate(brief(vault.put(b"nothing"), None, Move.PUSH), 1, vault)
    with pytest.raises(BadDocument):
        animate(brief(keyframe, vault.put(b"{}"), Move.PUSH), 1, vault)
    with pytest.raises(Malformed):
        animate(brief(keyframe, document, Move.PUSH, width=321), 1, vault)
