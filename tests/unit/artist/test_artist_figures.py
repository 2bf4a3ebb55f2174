"""Figures: every pose, garment, hat, hair and prop is whole and stands where it should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.core.anchor import (
    Accessory,
    Age,
    Build,
    CharacterLook,
    Garment,
    Hair,
    HairStyle,
    Hat,
    Headgear,
    Lower,
    LowerGarment,
    PropKind,
    PropLook,
    Upper,
)
from picturelock.core.blocking import Camera, Expression, Placement, Pose, posed_height_m, project
from picturelock.core.ids import AnchorId
from picturelock.generate.builtin.figures.face import face
from picturelock.generate.builtin.figures.figure import Figure, draw_figure, gaze_at
from picturelock.generate.builtin.figures.poses import STANCES
from picturelock.generate.builtin.figures.skeleton import along, pitch, roll, yaw
from picturelock.generate.builtin.figures.solid import Solid, ball, block, half_space, limb, vec
from picturelock.generate.builtin.props import prop_meshes
from picturelock.generate.builtin.render.canvas import canvas_for

WHO = AnchorId("char_mara")


def points(figure: Figure) -> np.ndarray:
    return np.concatenate([m.vertices for m in figure.meshes])


@pytest.mark.parametrize("pose", list(Pose))
def test_every_pose_stands_on_the_ground_at_its_height(pose: Pose) -> None:
    assert pose in STANCES
    place = Placement(who=WHO, x_m=2.0, z_m=5.0, y_m=0.4, pose=pose, height_m=1.72)
    found = points(draw_figure(place, CharacterLook(), 120))
    low, high = found.min(axis=0), found.max(axis=0)
    assert np.isfinite(found).all()
    assert low[1] >= 0.4 - 0.12 * 1.72
    tolerance = 0.2 if pose in {Pose.LIE, Pose.CLIMB, Pose.WAVE, Pose.REACH, Pose.FALL} else 0.1
    assert high[1] - 0.4 == pytest.approx(posed_height_m(place), abs=tolerance * 1.72)
    middle = (low + high) / 2
    assert np.hypot(middle[0] - 2.0, middle[2] - 5.0) < 0.45


@pytest.mark.parametrize("pose", [Pose.STAND, Pose.WALK, Pose.CARRY, Pose.ARMS_CROSSED])
def test_feet_touch_the_ground(pose: Pose) -> None:
    place = Placement(who=WHO, x_m=0, z_m=0, pose=pose)
    found = points(draw_figure(place, CharacterLook(), 200))
    assert found[:, 1].min() == pytest.approx(0.0, abs=0.005)


@pytest.mark.parametrize("upper", list(Upper))
@pytest.mark.parametrize("lower", [Lower.TROUSERS, Lower.DRESS])
def test_clothes_are_made_for_every_kind(upper: Upper, lower: Lower) -> None:
    look = CharacterLook(
        upper=Garment(kind=upper),
        lower=LowerGarment(kind=lower),
        accessories=(Accessory.BAG, Accessory.BELT, Accessory.SCARF, Accessory.GLASSES),
    )
    figure = draw_figure(Placement(who=WHO, x_m=0, z_m=0), look, 90)
    names = {m.name.partition("/")[2] for m in figure.meshes}
    assert {"head", "hair", "hand_r", "hand_l", "shoes", "scarf", "bag", "glasses", "belt"} <= names
    assert ("cloak" in names) == (upper is Upper.CLOAK)
    for mesh in figure.meshes:
        assert len(mesh.faces) > 0
        assert mesh.faces.min() >= 0
        assert mesh.faces.max() < len(mesh.vertices)


def test_hats_hair_ages_and_builds_change_the_silhouette() -> None:
    def outline(look: CharacterLook) -> np.ndarray:
        figure = draw_figure(Placement(who=WHO, x_m=0, z_m=0), look, 110)
        found = points(figure)
        # Masks of the front and the side, 2 cm a cell.
        grid = np.zeros((2, 120, 120), bool)
        rows = np.clip((found[:, 1] / 0.02).astype(int), 0, 119)
        for view, axis in enumerate((0, 2)):
            columns = np.clip(((found[:, axis] + 1.2) / 0.02).astype(int), 0, 119)
            grid[view, rows, columns] = True
        return grid

    looks = [
        *(CharacterLook(headgear=Headgear(kind=hat)) for hat in Hat),
        *(CharacterLook(hair=Hair(style=style)) for style in (HairStyle.LONG, HairStyle.CURLY)),
        CharacterLook(build=Build.BROAD),
        CharacterLook(build=Build.SLIGHT),
        CharacterLook(age=Age.CHILD),
    ]
    grids = [outline(look) for look in looks]
    for n, first in enumerate(grids):
        for second in grids[n + 1 :]:
            assert (first != second).sum() >= 12


@pytest.mark.parametrize("style", list(HairStyle))
@pytest.mark.parametrize("hat", [Hat.NONE, Hat.CAP])
def test_every_hair_style_is_made_with_and_without_a_hat(style: HairStyle, hat: Hat) -> None:
    look = CharacterLook(hair=Hair(style=style), headgear=Headgear(kind=hat))
    names = {m.name.partition("/")[2] for m in draw_figure(Placement(who=WHO, x_m=0, z_m=0), look, 60).meshes}
    assert ("hair" in names) == (style is not HairStyle.BALD)


@pytest.mark.parametrize("kind", list(PropKind))
def test_props_have_their_size_and_stand_on_their_foot(kind: PropKind) -> None:
    meshes = prop_meshes(PropLook(kind=kind, size_m=0.4), "thing", "set", vec(1, 2, 3), np.eye(3), 300)
    found = np.concatenate([m.vertices for m in meshes])
    size = found.max(axis=0) - found.min(axis=0)
    assert 0.25 < size.max() < 0.5
    assert found[:, 1].min() > 1.9
    held = draw_figure(
        Placement(who=WHO, x_m=0, z_m=0, pose=Pose.HOLD), CharacterLook(), 80, prop=PropLook(kind=kind)
    )
    assert any("/held" in m.name for m in held.meshes)
    assert (held.flame is not None) == (kind is PropKind.LANTERN)


def test_faces_differ_by_expression_and_gaze() -> None:
    look = CharacterLook()
    drawings = [face(look, e, (0, 0), 400).ink for e in Expression]
    for n, first in enumerate(drawings):
        for second in drawings[n + 1 :]:
            assert np.abs(first - second).mean() > 0.001
    left, right = (face(look, Expression.NEUTRAL, (g, 0), 400).wash for g in (-35, 35))
    assert np.abs(left - right).max() > 0.3
    assert face(look, Expression.HAPPY, (0, 0), 30).ink.shape == (64, 64)


def test_eyes_turn_to_what_they_look_at() -> None:
    place = Placement(who=WHO, x_m=0, z_m=0, facing_deg=180)
    look = CharacterLook()
    # Facing the camera, its right is the picture's left.
    across, up = gaze_at(place, look, vec(-1.0, 1.6, -2.0))
    assert across > 10
    assert abs(up) < 8
    assert gaze_at(place, look, vec(0.0, 4.0, -2.0))[1] == 25


def test_solids_unite_cut_and_close() -> None:
    solid = Solid.of(
        [ball(vec(0, 1, 0), (0.3, 0.3, 0.3)), limb(vec(0, 1, 0), vec(0.5, 1, 0), 0.1, 0.1)], 0.02, 0.05
    )
    solid.cut(half_space(vec(0, 1, 0), vec(0, 1, 0)))
    vertices, faces = solid.mesh()
    assert vertices[:, 1].min() == pytest.approx(1.0, abs=0.02)
    assert vertices[:, 0].max() == pytest.approx(0.6, abs=0.02)
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert (counts % 2 == 0).mean() > 0.999
    corners = vertices[faces].astype(float)
    volume = np.einsum(
        "ij,ij->i", corners[:, 0] - [0, 1, 0], np.cross(corners[:, 1] - [0, 1, 0], corners[:, 2] - [0, 1, 0])
    )
    assert volume.sum() > 0
    empty = Solid.of([block(vec(0, 0, 0), (0.1, 0.1, 0.1))], 0.02, 0.0).cut(ball(vec(0, 0, 0), (1, 1, 1)))
    assert len(empty.mesh()[1]) == 0


@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(-180, 180))
def test_turns_keep_lengths_and_angles(a: float, b: float, c: float) -> None:
    frame = yaw(a) @ pitch(b) @ roll(c)
    assert np.allclose(frame @ frame.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(frame) == pytest.approx(1)
    assert np.allclose(along(frame[:, 1], frame[:, 2]), frame, atol=1e-9)


@settings(max_examples=60)
@given(
    st.floats(-180, 180),
    st.floats(-70, 70),
    st.floats(-45, 45),
    st.floats(18, 120),
    st.tuples(st.floats(-3, 3), st.floats(-2, 2), st.floats(0.3, 9)),
)
def test_rays_and_projection_are_one_camera(
    heading: float, tilt: float, lean: float, lens: float, at: tuple[float, float, float]
) -> None:
    camera = Camera(
        x_m=0.4, y_m=1.5, z_m=-0.7, heading_deg=heading, tilt_deg=tilt, roll_deg=lean, lens_mm=lens
    )
    canvas = canvas_for(camera, None, 640, 360)
    x, y = 100 + 60 * at[0], 150 + 40 * at[1]
    ray = canvas.rays(np.array([x]), np.array([y]))[0]
    point = canvas.eye + ray * at[2]
    u, v, depth = project(camera, 640 / 360, *(float(p) for p in point))
    assert depth == pytest.approx(at[2], rel=1e-4)
    assert canvas.left + u * 640 == pytest.approx(x, abs=0.05)
    assert canvas.top + v * 360 == pytest.approx(y, abs=0.05)
    placed, far = canvas.place(point[None])
    assert placed[0] == pytest.approx([x, y], abs=0.05)
    assert far[0] == pytest.approx(depth, rel=1e-4)
