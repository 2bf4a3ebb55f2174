import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.anchor import LocationLook, PieceKind, SetKind, SetPiece
from picturelock.core.location import (
    Area,
    clear_of,
    covers,
    extent,
    footprint,
    is_interior,
    local,
    playing_area,
    stair_steps,
    tread_at,
)

metres = st.floats(-6, 6)
pieces = st.builds(
    SetPiece,
    kind=st.sampled_from([PieceKind.BOX, PieceKind.STAIR, PieceKind.TABLE]),
    x_m=metres,
    z_m=metres,
    width_m=st.floats(0.3, 4),
    height_m=st.floats(0.2, 3),
    depth_m=st.floats(0.3, 4),
    heading_deg=st.sampled_from([0.0, 90.0, 180.0, 270.0]) | st.floats(0, 359),
)
looks = st.builds(
    LocationLook,
    kind=st.sampled_from(list(SetKind)),
    interior=st.booleans(),
    width_m=st.floats(1, 60),
    depth_m=st.floats(1, 60),
    height_m=st.floats(1, 20),
)


@given(looks)
def test_people_have_room_to_play(look: LocationLook) -> None:
    area, size = playing_area(look), extent(look)
    assert area.right - area.left >= 3.0
    assert area.far - area.near >= 2.5
    assert area.holds(0, 0)
    if is_interior(look):
        assert area.right <= size.width / 2
        assert area.far <= size.depth / 2


@pytest.mark.parametrize("kind", list(SetKind))
def test_a_set_that_nobody_measured_has_the_size_of_its_kind(kind: SetKind) -> None:
    usual, tiny = extent(LocationLook(kind=kind)), extent(LocationLook(kind=kind, width_m=1, depth_m=1))
    assert usual.width >= tiny.width
    assert usual.depth >= tiny.depth
    assert tiny.width > 3


def test_a_street_is_out_of_doors_whatever_the_heading_says() -> None:
    assert not is_interior(LocationLook(kind=SetKind.STREET, interior=True))
    assert is_interior(LocationLook(kind=SetKind.ROOM, interior=True))
    assert not is_interior(LocationLook(kind=SetKind.ROOM, interior=False))


@given(pieces)
def test_a_piece_lies_in_its_footprint(piece: SetPiece) -> None:
    area = footprint(piece)
    assert local(piece, piece.x_m, piece.z_m) == (0.0, 0.0)
    assert covers(piece, piece.x_m, piece.z_m)
    assert area.left < piece.x_m < area.right
    assert area.near < piece.z_m < area.far
    assert not covers(piece, area.right + 1, piece.z_m)
    assert covers(piece, area.right + 1, piece.z_m, margin_m=area.right - area.left + 2)


@given(pieces, metres, metres)
def test_clear_of_agrees_with_every_covered_point(piece: SetPiece, x: float, z: float) -> None:
    area = Area(-1.5, 1.5, -1.25, 1.25)
    if clear_of(piece, area) and area.holds(x, z):
        assert not covers(piece, x, z, margin_m=-1e-6)


def test_a_turned_piece_may_pass_a_corner() -> None:
    area = Area(-1.0, 1.0, -1.0, 1.0)
    turned = SetPiece(kind=PieceKind.TABLE, x_m=1.7, z_m=1.7, width_m=2.0, depth_m=0.4, heading_deg=45)
    assert clear_of(turned, area)
    across = SetPiece(kind=PieceKind.TABLE, x_m=0.9, z_m=0.9, width_m=2.0, depth_m=0.4, heading_deg=45)
    assert not clear_of(across, area)
    assert not clear_of(SetPiece(kind=PieceKind.TABLE, x_m=0, z_m=0), area)


def test_stairs_climb_along_their_heading() -> None:
    stair = SetPiece(kind=PieceKind.STAIR, x_m=0, z_m=0, width_m=1.2, height_m=1.7, depth_m=3.0)
    assert stair_steps(stair) == 10
    treads = [tread_at(stair, 0, z) for z in (-1.4, 0.0, 1.4)]
    assert treads == sorted(t for t in treads if t is not None)
    assert tread_at(stair, 0, 2) is None
    platform = SetPiece(kind=PieceKind.BOX, x_m=0, z_m=0, width_m=2, depth_m=2, height_m=0.4)
    assert tread_at(platform, 0.5, 0.5) == 0.4
    assert tread_at(SetPiece(kind=PieceKind.TABLE, x_m=0, z_m=0), 0, 0) is None
