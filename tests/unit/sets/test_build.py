"""Sets as meshes: whole, in their boxes, the same every time, and out of the camera's way."""

import hashlib
from functools import cache
from math import cos, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.board.stage import dress
from picturelock.core.anchor import Colour, LocationLook, PieceKind, SetKind, SetPiece
from picturelock.core.blocking import Camera, Light, LightKind, TimeOfDay, Weather
from picturelock.generate.builtin.geometry import Mesh, SetModel
from picturelock.generate.builtin.sets import build_set
from picturelock.generate.builtin.sets.build import BUILDERS, SHELLS
from picturelock.generate.builtin.sets.job import Setting
from picturelock.generate.builtin.sets.plot import Plot
from picturelock.generate.builtin.sets.solids import Solids, turned

FRONT = Camera(x_m=0.0, y_m=1.5, z_m=-5.0, focus_m=5.0)
BUDGET = 60_000


def build(
    look: LocationLook,
    camera: Camera = FRONT,
    time: TimeOfDay = TimeOfDay.DAY,
    weather: Weather = Weather.CLEAR,
    light: Light | None = None,
    seed: int = 7,
) -> SetModel:
    return build_set(look, dress(look), time, weather, light or Light(), camera, seed)


def fingerprint(model: SetModel) -> str:
    found = hashlib.sha256()
    for mesh in model.meshes:
        found.update(
            repr((mesh.name, mesh.group, mesh.material, mesh.smooth, mesh.casts, mesh.creases)).encode()
        )
        found.update(mesh.vertices.tobytes())
        found.update(mesh.faces.tobytes())
    found.update(repr((model.backdrop, model.ambient, model.precipitation, model.practicals)).encode())
    return found.hexdigest()


def assert_sound(meshes: tuple[Mesh, ...] | list[Mesh]) -> None:
    for mesh in meshes:
        assert mesh.vertices.dtype == np.float32
        assert mesh.faces.dtype == np.int32
        assert mesh.vertices.ndim == mesh.faces.ndim == 2
        assert mesh.vertices.shape[1] == mesh.faces.shape[1] == 3
        assert np.isfinite(mesh.vertices).all(), mesh.name
        assert len(mesh.faces)
        assert mesh.faces.min() >= 0
        assert mesh.faces.max() < len(mesh.vertices)
        assert all(0.0 <= c <= 1.0 for c in mesh.material.colour), (mesh.name, mesh.material)
        assert mesh.group in {"far", "set", "near"}


def made(
    piece: SetPiece, *, interior: bool = True, seed: int = 7, time: TimeOfDay = TimeOfDay.DAY
) -> list[Mesh]:
    plot = Plot(
        LocationLook(interior=interior), (piece,), Setting(time, Weather.CLEAR, interior), FRONT, seed
    )
    plot.place(BUILDERS[piece.kind], piece, "piece")
    return plot.meshes


@pytest.mark.parametrize("kind", SetKind)
@pytest.mark.parametrize("interior", [True, False])
@pytest.mark.parametrize("camera", [FRONT, Camera(x_m=-4.2, y_m=1.5, z_m=-1.2, heading_deg=75)])
def test_every_kind_of_set_is_built_within_the_budget(
    kind: SetKind, camera: Camera, *, interior: bool
) -> None:
    model = build(LocationLook(kind=kind, interior=interior), camera)
    assert_sound(model.meshes)
    assert 1000 < sum(len(m.faces) for m in model.meshes) < BUDGET


@pytest.mark.parametrize("time", TimeOfDay)
@pytest.mark.parametrize("weather", Weather)
def test_every_sky(time: TimeOfDay, weather: Weather) -> None:
    outdoors = build(LocationLook(kind=SetKind.DECK), time=time, weather=weather)
    indoors = build(LocationLook(), time=time, weather=weather)
    for model in (outdoors, indoors):
        sky = model.backdrop
        assert all(0 <= c <= 1 for tone in (sky.zenith, sky.horizon, sky.far) for c in tone)
        assert 0.25 <= model.ambient <= 0.8
    assert indoors.precipitation == ""
    falls = {Weather.RAIN: "rain", Weather.STORM: "rain", Weather.SNOW: "snow"}
    assert outdoors.precipitation == falls.get(weather, "")
    assert outdoors.backdrop.stars <= (time in {TimeOfDay.EVENING, TimeOfDay.NIGHT})


def test_night_is_darker_than_day_and_lamps_burn() -> None:
    look = LocationLook(kind=SetKind.STREET)
    day, night = build(look), build(look, time=TimeOfDay.NIGHT)
    assert sum(night.backdrop.zenith) < sum(day.backdrop.zenith) / 2
    assert day.practicals == ()
    assert len(night.practicals) >= 4
    assert any(m.material.glow > 0.5 for m in night.meshes)
    assert not any(m.material.glow > 0.5 for m in day.meshes)


def test_a_lamp_as_key_light_is_lit_by_day() -> None:
    look = LocationLook(features=("oil lamp", "desk"))
    assert build(look, light=Light(kind=LightKind.LAMP)).practicals
    assert not build(look, light=Light(kind=LightKind.WINDOW)).practicals


def test_fog_is_nearer_than_rain_is_nearer_than_clear_air() -> None:
    look = LocationLook(kind=SetKind.SHORE)
    haze = [build(look, weather=w).backdrop.haze_m for w in (Weather.FOG, Weather.RAIN, Weather.CLEAR)]
    assert haze == sorted(haze)


@pytest.mark.parametrize("kind", SetKind)
def test_the_same_set_to_the_byte(kind: SetKind) -> None:
    look = LocationLook(kind=kind, features=("window", "crates"))
    assert fingerprint(build(look)) == fingerprint(build(look))


def test_another_seed_is_another_street() -> None:
    look = LocationLook(kind=SetKind.STREET)
    assert fingerprint(build(look)) != fingerprint(build(look, seed=8))


def test_pieces_are_the_same_from_every_angle() -> None:
    look = LocationLook(kind=SetKind.FOREST)
    there = Camera(x_m=3.0, y_m=1.6, z_m=4.0, heading_deg=200, focus_m=3)
    one = {m.name: m for m in build(look).meshes if m.name.startswith("tree-")}
    other = {m.name: m for m in build(look, there).meshes if m.name.startswith("tree-")}
    shared = one.keys() & other.keys()
    assert len(shared) > 10
    assert all(np.array_equal(one[n].vertices, other[n].vertices) for n in shared)


@pytest.mark.parametrize(
    ("camera", "gone"),
    [
        (FRONT, {"wall-near"}),
        (Camera(x_m=0, y_m=1.5, z_m=-2.5), set[str]()),
        (Camera(x_m=0, y_m=1.5, z_m=5.0, heading_deg=180), {"wall-far"}),
        (Camera(x_m=-5.0, y_m=1.5, z_m=0, heading_deg=90), {"wall-left"}),
        (Camera(x_m=5.0, y_m=1.5, z_m=-4.0, heading_deg=-50), {"wall-right", "wall-near"}),
    ],
)
def test_walls_behind_which_the_camera_stands_are_wild(camera: Camera, gone: set[str]) -> None:
    names = {m.name for m in build(LocationLook(), camera).meshes}
    walls = {"wall-near", "wall-far", "wall-left", "wall-right"}
    assert walls - names == gone


def test_a_ceiling_is_left_out_from_above() -> None:
    assert "ceiling" in {m.name for m in build(LocationLook()).meshes}
    above = Camera(x_m=0, y_m=6.0, z_m=-2.0, tilt_deg=-70)
    assert "ceiling" not in {m.name for m in build(LocationLook(), above).meshes}


def test_what_stands_before_the_lens_is_left_out() -> None:
    shelf = SetPiece(kind=PieceKind.SHELF, x_m=0.0, z_m=-3.0, width_m=2.0, height_m=2.0, depth_m=0.4)
    low = SetPiece(kind=PieceKind.CRATE, x_m=0.0, z_m=-3.0, width_m=0.6, height_m=0.5, depth_m=0.6)
    look = LocationLook(kind=SetKind.FIELD)
    for piece, seen in ((shelf, False), (low, True)):
        model = build_set(look, (piece,), TimeOfDay.DAY, Weather.CLEAR, Light(), FRONT, 1)
        assert any(m.name == f"{piece.kind.value}-0" for m in model.meshes) is seen


def test_a_lamp_goes_with_the_table_it_stands_on() -> None:
    table = SetPiece(kind=PieceKind.TABLE, x_m=0.0, z_m=-3.6, width_m=1.5, height_m=1.2, depth_m=0.9)
    lamp = SetPiece(kind=PieceKind.LAMP, x_m=0.5, z_m=-3.6, y_m=1.2, width_m=0.3, height_m=0.4, depth_m=0.3)
    look = LocationLook(kind=SetKind.FIELD)
    behind = Camera(x_m=0.0, y_m=1.2, z_m=-5.0)
    away = Camera(x_m=0.0, y_m=1.2, z_m=5.0, heading_deg=180.0)
    for camera, seen in ((behind, False), (away, True)):
        model = build_set(look, (table, lamp), TimeOfDay.NIGHT, Weather.CLEAR, Light(), camera, 1)
        assert any(m.name == "lamp-1" for m in model.meshes) is seen


def test_pieces_close_to_the_lens_are_near() -> None:
    crate = SetPiece(kind=PieceKind.CRATE, x_m=0.9, z_m=-3.6, width_m=0.5, height_m=0.5, depth_m=0.5)
    beyond = SetPiece(kind=PieceKind.BARREL, x_m=0.9, z_m=3.0, width_m=0.6, height_m=0.9, depth_m=0.6)
    look = LocationLook(kind=SetKind.FIELD)
    model = build_set(look, (crate, beyond), TimeOfDay.DAY, Weather.CLEAR, Light(), FRONT, 1)
    groups = {m.name: m.group for m in model.meshes}
    assert groups["crate-0"] == "near"
    assert groups["barrel-1"] == "set"
    assert "far" in groups.values()


def test_a_window_is_an_opening_in_its_wall() -> None:
    window = SetPiece(
        kind=PieceKind.WINDOW,
        x_m=0.0,
        z_m=2.97,
        y_m=0.9,
        width_m=1.2,
        height_m=1.3,
        depth_m=0.16,
        heading_deg=180,
    )
    wall = [
        m
        for m in build_set(
            LocationLook(features=("cabin",)), (window,), TimeOfDay.DAY, Weather.CLEAR, Light(), FRONT, 1
        ).meshes
        if m.name == "wall-far"
    ]
    assert wall
    for mesh in wall:
        corners = mesh.vertices[mesh.faces]
        middle = corners.mean(axis=1)
        facing = np.ptp(corners[:, :, 2], axis=1) < 1e-6
        inside = (np.abs(middle[:, 0]) < 0.55) & (np.abs(middle[:, 1] - 1.55) < 0.6) & facing
        assert not inside.any()


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(list(PieceKind)),
    w=st.floats(0.4, 4.0),
    h=st.floats(0.4, 5.0),
    d=st.floats(0.2, 4.0),
    turn=st.floats(0, 359),
    interior=st.booleans(),
    seed=st.integers(0, 1000),
    time=st.sampled_from([TimeOfDay.DAY, TimeOfDay.NIGHT]),
)
def test_any_box_and_heading_makes_a_sound_piece(
    *, kind: PieceKind, w: float, h: float, d: float, turn: float, interior: bool, seed: int, time: TimeOfDay
) -> None:
    piece = SetPiece(
        kind=kind, x_m=1.5, z_m=-2.0, y_m=0.25, width_m=w, height_m=h, depth_m=d, heading_deg=turn,
        colour=Colour("#336699") if seed % 2 else None,
    )  # fmt: skip
    meshes = made(piece, interior=interior, seed=seed, time=time)
    assert_sound(meshes)
    assert sum(len(m.faces) for m in meshes) < 9000


@cache
def own_size(kind: PieceKind) -> list[tuple[float, float, float]]:
    sizes = {
        (p.width_m, p.height_m, p.depth_m)
        for k in SetKind
        for p in dress(LocationLook(kind=k))
        if p.kind is kind
    }
    words = {"bed": "bed", "stove": "stove", "desk": "desk", "sign": "sign", "cart": "cart", "wall": "a wall"}
    for kind_of_set in (SetKind.ROOM, SetKind.FIELD):
        look = LocationLook(kind=kind_of_set, features=(words.get(kind.value, kind.value.replace("_", " ")),))
        sizes |= {(p.width_m, p.height_m, p.depth_m) for p in dress(look) if p.kind is kind}
    return sorted(sizes)[:6]


@pytest.mark.parametrize("kind", PieceKind)
@pytest.mark.parametrize("turn", [0.0, 90.0, 217.0])
def test_a_piece_fills_its_box_and_stays_in_it(kind: PieceKind, turn: float) -> None:
    for w, h, d in own_size(kind):
        for seed in (1, 2, 3):
            piece = SetPiece(
                kind=kind, x_m=2.0, z_m=1.0, y_m=0.5, width_m=w, height_m=h, depth_m=d, heading_deg=turn
            )
            points = np.vstack(
                [m.vertices for m in made(piece, interior=kind is not PieceKind.TREE, seed=seed)]
            )
            own = turned(points.astype(float) - np.array([2.0, 0.5, 1.0]), -turn)
            tolerance = 0.03 + 0.04 * max(w, h, d)
            assert (np.abs(own[:, 0]) <= w / 2 + tolerance).all(), (piece, np.ptp(own, axis=0))
            assert (np.abs(own[:, 2]) <= d / 2 + tolerance).all(), (piece, np.ptp(own, axis=0))
            assert own[:, 1].min() >= -tolerance
            assert own[:, 1].max() <= h + tolerance, (piece, own[:, 1].max())
            assert np.ptp(own[:, 1]) >= 0.55 * h
            assert max(np.ptp(own[:, 0]) / w, np.ptp(own[:, 2]) / d) >= 0.5, piece


def test_every_kind_has_its_builder() -> None:
    assert set(BUILDERS) == set(PieceKind)
    assert set(SHELLS) == set(SetKind)


def test_a_heading_turns_clockwise_from_above() -> None:
    s = Solids("arrow")
    s.tube(
        next(iter(made(SetPiece(kind=PieceKind.BOX, x_m=0, z_m=0)))).material, (0, 0, 0), (0, 0, 2.0), 0.01
    )
    for heading in (0.0, 90.0, 225.0):
        tip = max(s.meshes(heading=heading)[0].vertices.tolist(), key=lambda v: v[0] ** 2 + v[2] ** 2)
        assert tip[0] == pytest.approx(2 * sin(radians(heading)), abs=0.02)
        assert tip[2] == pytest.approx(2 * cos(radians(heading)), abs=0.02)
