from math import isclose, radians, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from picturelock.core.blocking import (
    Blocking,
    Box,
    Camera,
    Light,
    Placement,
    Pose,
    expected_box,
    expected_boxes,
    posed_height_m,
    project,
)
from picturelock.core.ids import AnchorId

LEVEL = Camera(x_m=0, y_m=1.6, z_m=-5)
ASPECT = 16 / 9
metres = st.floats(-4, 4)


def figure(x: float = 0, z: float = 0, **more: object) -> Placement:
    return Placement(**{"who": AnchorId("char_mara"), "x_m": x, "z_m": z, **more})  # pyright: ignore[reportArgumentType]


def test_the_axis_is_the_middle_of_the_picture() -> None:
    assert project(LEVEL, ASPECT, 0, 1.6, 0) == (0.5, 0.5, 5.0)


def test_right_is_right_and_up_is_up() -> None:
    u, v, _ = project(LEVEL, ASPECT, 1, 2.6, 0)
    assert u > 0.5
    assert v < 0.5


def test_the_field_of_view_is_that_of_the_lens() -> None:
    half = 5 * LEVEL.sensor_mm / LEVEL.lens_mm / 2
    assert isclose(project(LEVEL, ASPECT, half, 1.6, 0)[0], 1.0)
    assert isclose(project(LEVEL, ASPECT, 0, 1.6 + half / ASPECT, 0)[1], 0.0, abs_tol=1e-9)


@given(st.floats(-170, 170), st.floats(-60, 60), st.floats(1, 9))
def test_what_lies_ahead_is_in_the_middle_whatever_the_heading(
    heading: float, tilt: float, ahead: float
) -> None:
    from math import cos, sin

    camera = replace(LEVEL, heading_deg=heading, tilt_deg=tilt)
    reach = ahead * cos(radians(tilt))
    x = camera.x_m + reach * sin(radians(heading))
    z = camera.z_m + reach * cos(radians(heading))
    u, v, depth = project(camera, ASPECT, x, camera.y_m + ahead * sin(radians(tilt)), z)
    assert isclose(u, 0.5, abs_tol=1e-6)
    assert isclose(v, 0.5, abs_tol=1e-6)
    assert isclose(depth, ahead)


def test_a_pan_to_the_right_moves_things_to_the_left() -> None:
    assert project(replace(LEVEL, heading_deg=10), ASPECT, 0, 1.6, 0)[0] < 0.5


def test_a_camera_that_leans_clockwise_sees_the_world_lean_the_other_way() -> None:
    u, v, _ = project(replace(LEVEL, roll_deg=20), ASPECT, 0, 3.0, 0)
    assert u < 0.5
    assert v < 0.5
    rise = (0.5 - v) / ASPECT
    assert isclose((0.5 - u) / rise, tan(radians(20)), rel_tol=1e-6)


def test_behind_the_camera_is_no_picture() -> None:
    assert project(LEVEL, ASPECT, 0, 1.6, -6)[2] < 0
    assert expected_box(figure(z=-6), LEVEL, ASPECT) is None


@given(metres, metres, st.floats(0.8, 2.2))
def test_taller_people_have_taller_boxes(x: float, z: float, height: float) -> None:
    small = expected_box(figure(x, z, height_m=height), LEVEL, ASPECT)
    tall = expected_box(figure(x, z, height_m=height * 1.2), LEVEL, ASPECT)
    assert small is not None
    assert tall is not None
    assert tall.height > small.height
    assert tall.width > 0


def test_sitting_is_lower_than_standing() -> None:
    assert posed_height_m(figure(pose=Pose.SIT)) < posed_height_m(figure())
    lying = expected_box(figure(pose=Pose.LIE), LEVEL, ASPECT)
    assert lying is not None
    assert lying.width * ASPECT > lying.height


def test_boxes_are_found_by_name() -> None:
    blocking = Blocking(
        figures=(figure(), figure(z=-9, who=AnchorId("char_teo"))),
        pieces=(),
        props=(),
        camera=LEVEL,
        camera_end=None,
        light=Light(),
    )
    assert list(expected_boxes(blocking, ASPECT)) == ["char_mara"]


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(left=0.1, top=0.1, right=0.3, bottom=0.9), 1.0),
        (Box(left=-0.5, top=0.0, right=0.5, bottom=1.0), 0.5),
        (Box(left=1.5, top=0.0, right=2.0, bottom=1.0), 0.0),
        (Box(left=0.5, top=0.5, right=0.5, bottom=0.5), 0.0),
    ],
)
def test_how_much_of_a_box_is_seen(box: Box, inside: float) -> None:
    assert isclose(box.inside(), inside)
