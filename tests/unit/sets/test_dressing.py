"""Dressing: what stands where, and what stays empty."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.board.stage import asked, dress, ground_at
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

PEOPLE = Area(-1.5, 1.5, -1.25, 1.25)

WORDS = st.sampled_from(
    [
        "two windows", "oil lamp", "stove", "desk", "crates", "boats", "stairs", "trees", "old clock", "bed", "bench",
        "bookshelves", "long table", "chairs", "barrels", "machine", "a stone wall", "railing", "car", "cart", "kitchen",
        "lighthouse", "harbour", "painting", "sign", "columns", "door", "posts", "lamp post", "mirror", "rocks",
    ]
)  # fmt: skip
LOOKS = st.builds(
    LocationLook,
    kind=st.sampled_from(list(SetKind)),
    interior=st.booleans(),
    width_m=st.floats(2, 40).map(lambda v: round(v, 2)),
    depth_m=st.floats(2, 40).map(lambda v: round(v, 2)),
    height_m=st.floats(2, 12).map(lambda v: round(v, 2)),
    features=st.lists(WORDS, max_size=5).map(tuple),
)


def overhead(piece: SetPiece) -> bool:
    return piece.y_m >= 2.1


@settings(max_examples=150, deadline=None)
@given(LOOKS)
def test_people_have_room(look: LocationLook) -> None:
    for piece in dress(look):
        assert overhead(piece) or clear_of(piece, PEOPLE), piece


@settings(max_examples=60, deadline=None)
@given(LOOKS)
def test_pieces_stand_apart_and_indoors_within_the_walls(look: LocationLook) -> None:
    pieces = dress(look)
    size = extent(look)
    for index, one in enumerate(pieces):
        found = footprint(one)
        if is_interior(look):
            assert found.left > -size.width / 2 - 0.2
            assert found.right < size.width / 2 + 0.2
            assert one.y_m + one.height_m <= size.height + 0.02
        for other in pieces[index + 1 :]:
            if PieceKind.TREE in {one.kind, other.kind}:
                continue
            level = one.y_m < other.y_m + other.height_m - 0.02 and other.y_m < one.y_m + one.height_m - 0.02
            assert not (level and not clear_of(one, footprint(other)) and not clear_of(other, found)), (
                one,
                other,
            )


@pytest.mark.parametrize("kind", SetKind)
@pytest.mark.parametrize("interior", [True, False])
def test_every_kind_of_set_is_dressed_on_all_sides(kind: SetKind, *, interior: bool) -> None:
    look = LocationLook(kind=kind, interior=interior)
    pieces = dress(look)
    assert dress(look) == pieces
    assert len(pieces) >= 3
    assert any(p.z_m > 0 for p in pieces)


@pytest.mark.parametrize(
    "kind", [SetKind.STREET, SetKind.FOREST, SetKind.FIELD, SetKind.SHORE, SetKind.BRIDGE, SetKind.MOUNTAIN]
)
def test_the_lens_has_a_lane_out_of_doors(kind: SetKind) -> None:
    lane = Area(-2.4, 2.4, -7.0, -2.0)
    assert all(clear_of(p, lane) for p in dress(LocationLook(kind=kind)))


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("two windows",), {PieceKind.WINDOW: 2}),
        (("oil lamp", "desk"), {PieceKind.LAMP: 1, PieceKind.DESK: 1}),
        (("iron stove", "a long table"), {PieceKind.STOVE: 1, PieceKind.TABLE: 1, PieceKind.CHAIR: 1}),
        (("crates", "barrels"), {PieceKind.CRATE: 3, PieceKind.BARREL: 3}),
        (("wooden stairs",), {PieceKind.STAIR: 1}),
        (("two beds",), {PieceKind.BED: 2}),
        (("grandfather clock",), {PieceKind.CLOCK: 1}),
        (("kitchen",), {PieceKind.STOVE: 1, PieceKind.COUNTER: 1, PieceKind.TABLE: 1}),
    ],
)
def test_a_room_has_what_its_description_names(words: tuple[str, ...], kinds: dict[PieceKind, int]) -> None:
    found = [p.kind for p in dress(LocationLook(features=words))]
    for kind, count in kinds.items():
        assert found.count(kind) >= count, (kind, found)


@pytest.mark.parametrize(
    ("kind", "word", "piece"),
    [
        (SetKind.SHORE, "boats", PieceKind.BOAT),
        (SetKind.STREET, "parked car", PieceKind.CAR),
        (SetKind.FIELD, "cottage", PieceKind.HOUSE),
        (SetKind.SHORE, "lighthouse", PieceKind.TOWER),
        (SetKind.FOREST, "boulders", PieceKind.ROCK),
        (SetKind.TOWER, "great lens", PieceKind.MACHINE),
        (SetKind.STREET, "clock", PieceKind.CLOCK),
    ],
)
def test_a_place_has_what_its_description_names(kind: SetKind, word: str, piece: PieceKind) -> None:
    interior = kind is SetKind.TOWER
    assert piece in {p.kind for p in dress(LocationLook(kind=kind, interior=interior, features=(word,)))}


def test_words_are_met_by_their_stems() -> None:
    assert asked(["Lamp posts"]) == ((PieceKind.STREET_LAMP, 2),)
    assert asked(["three crates"]) == ((PieceKind.CRATE, 3),)
    assert asked(["carpet", "bedrock", "rocket", "mapmaker"]) == ()
    assert asked(["a wall of books"]) == ((PieceKind.WALL, 1), (PieceKind.SHELF, 1))
    assert asked(["steep stairs"]) == ((PieceKind.STAIR, 1),)
    assert asked([]) == ()


def test_given_pieces_are_the_dressing() -> None:
    piece = SetPiece(kind=PieceKind.BED, x_m=0.0, z_m=0.0)
    assert dress(LocationLook(pieces=(piece,), features=("desk",))) == (piece,)


def test_stairs_lift_who_climbs_them() -> None:
    look = LocationLook(kind=SetKind.STAIRS)
    stair = next(p for p in dress(look) if p.kind is PieceKind.STAIR)
    assert ground_at(look, 0.0, 0.0) == 0.0
    foot, head = stair.z_m - stair.depth_m / 2, stair.z_m + stair.depth_m / 2
    climbed = [ground_at(look, 0.0, foot + 0.01 + (head - foot - 0.02) * n / 60) for n in range(61)]
    assert climbed == sorted(climbed)
    assert climbed[0] == pytest.approx(stair.height_m / stair_steps(stair))
    assert climbed[-1] == pytest.approx(stair.height_m)
    assert ground_at(look, 0.0, head + 0.5) == pytest.approx(stair.height_m)
    assert len(set(climbed)) == stair_steps(stair)


@given(
    st.floats(-5, 5), st.floats(-5, 5), st.floats(0.2, 4), st.floats(0.2, 4), st.floats(0, 360),
    st.floats(-6, 6), st.floats(-6, 6),
)  # fmt: skip
def test_a_footprint_holds_what_its_piece_covers(
    x: float, z: float, w: float, d: float, turn: float, px: float, pz: float
) -> None:
    piece = SetPiece(kind=PieceKind.TABLE, x_m=x, z_m=z, width_m=w, depth_m=d, heading_deg=turn)
    across, along = local(piece, px, pz)
    assert math.hypot(across, along) == pytest.approx(math.hypot(px - x, pz - z), abs=1e-9)
    box = footprint(piece)
    if covers(piece, px, pz):
        assert box.left - 1e-9 <= px <= box.right + 1e-9
        assert box.near - 1e-9 <= pz <= box.far + 1e-9
        assert not clear_of(piece, Area(px - 0.1, px + 0.1, pz - 0.1, pz + 0.1))
        assert tread_at(piece, px, pz) is None


@given(LOOKS)
def test_the_playing_area_is_in_the_set(look: LocationLook) -> None:
    area, size = playing_area(look), extent(look)
    assert area.left <= -1.5 + 1e-9
    assert area.right >= 1.5 - 1e-9
    assert area.near <= -1.25
    assert area.far >= 1.25
    if is_interior(look):
        assert area.right <= size.width / 2
        assert area.far <= size.depth / 2


@pytest.mark.parametrize(
    "words", [("windows", "crates", "barrels", "desk"), ("shelves", "bench", "chest", "lens")]
)
def test_a_lantern_room_has_eight_sides(words: tuple[str, ...]) -> None:
    look = LocationLook(kind=SetKind.TOWER, features=words)
    reach = min(extent(look).width, extent(look).depth) / 2
    pieces = dress(look)
    assert len(pieces) >= 4
    for piece in pieces:
        box = footprint(piece)
        far = max(abs(box.left), abs(box.right)) + max(abs(box.near), abs(box.far))
        assert far <= reach * math.sqrt(2) + 0.06, piece
