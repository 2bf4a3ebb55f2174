"""Frames are what the contract promises, whoever is in them and wherever the set leaves room."""

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.board.blocking import derive
from picturelock.board.framing import Person, head_box
from picturelock.board.staging import turned
from picturelock.core.anchor import (
    CharacterAnchor,
    CharacterLook,
    LocationAnchor,
    LocationLook,
    PropAnchor,
    PropLook,
    SetKind,
)
from picturelock.core.blocking import (
    Blocking,
    Camera,
    LightKind,
    Placement,
    Pose,
    TimeOfDay,
    Weather,
    expected_box,
    posed_height_m,
    project,
)
from picturelock.core.board import Board, Scene, Shot, SourceSpan, Unit, UnitKind
from picturelock.core.codec import canonical
from picturelock.core.contract import (
    Amount,
    Angle,
    CameraMove,
    Constraints,
    Contract,
    DepthPlace,
    Facing,
    Framing,
    Move,
    Relation,
    ScreenPlace,
    ShotSize,
    Spatial,
    Subject,
)
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.ids import AnchorId, SceneCode, ShotCode, UnitId
from picturelock.core.location import covers, extent, is_interior
from picturelock.core.policy import Format

HD = Format()
MARA, TEO, KID, OLD = (AnchorId(f"char_{n}") for n in ("mara", "teo", "kid", "old"))
CAST = (MARA, TEO, KID, OLD)
LAMP = AnchorId("prop_lamp")
NOTHING = Constraints()
ROOM = LocationLook(features=("window", "oil lamp", "table"))
STREET = LocationLook(kind=SetKind.STREET, interior=False)


def shot(number, subjects, *, constraints=NOTHING, props=(), **fields):
    code = ShotCode.numbered(SceneCode("SC010"), number)
    contract = Contract(
        role="r", purpose="p", subject="s", subjects=tuple(subjects), constraints=constraints, props=props
    )
    unit = Unit(id=UnitId.of(code, "key"), kind=UnitKind.KEYFRAME, contract=contract)
    return Shot(code=code, description="", source=SourceSpan(first=1, last=1), units=(unit,), **fields)


def film(*shots, look=ROOM, heights=(1.66, 1.84, 1.2, 1.75), time=TimeOfDay.DAY, weather=Weather.CLEAR):
    anchors = tuple(
        CharacterAnchor(id=n, name=n[5:].title(), look=CharacterLook(height_m=h))
        for n, h in zip(CAST, heights, strict=True)
    )
    place = LocationAnchor(id=AnchorId("loc_place"), name="Place", look=look)
    prop = PropAnchor(id=LAMP, name="Lamp", look=PropLook(size_m=0.3))
    scene = Scene(
        code=SceneCode("SC010"),
        heading="x",
        source=SourceSpan(first=1, last=1),
        location=place.id,
        shots=shots,
        time=time,
        weather=weather,
    )
    return Board(title="x", anchors=(*anchors, place, prop), scenes=(scene,))


def blocked(board, number=10, picture=HD) -> Blocking:
    scene = board.scenes[0]
    return derive(board, scene, next(s for s in scene.shots if s.code.number == number), picture)


def seen(f: Placement, camera: Camera, aspect: float):
    """The head as :func:`head_box` sees it, for a figure in the world."""
    top = f.y_m + posed_height_m(f)
    points = [
        project(camera, aspect, f.x_m + dx, y, f.z_m + dz)
        for dx, dz in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05))
        for y in (top - 0.13 * f.height_m, top)
    ]
    us, vs = [p[0] for p in points], [p[1] for p in points]
    return min(us), min(vs), max(us), max(vs), min(p[2] for p in points)


def couple(**fields):
    mara = Subject(who=MARA, place=ScreenPlace.LEFT, facing=Facing.THREE_QUARTER_RIGHT, looks_at=TEO)
    teo = Subject(who=TEO, place=ScreenPlace.RIGHT, facing=Facing.THREE_QUARTER_LEFT, looks_at=MARA)
    return shot(10, [mara, teo], framing=Framing.TWO_SHOT, **fields)


upright = st.sampled_from([p for p in Pose if p not in {Pose.LIE, Pose.FALL}])
people = st.lists(
    st.tuples(st.sampled_from(ScreenPlace), st.sampled_from(DepthPlace), st.sampled_from(Facing), upright),
    min_size=1,
    max_size=4,
)
FRAMING = {1: Framing.SINGLE, 2: Framing.TWO_SHOT, 3: Framing.GROUP, 4: Framing.GROUP}


def cast_of(rows):
    return [
        Subject(who=who, place=place, depth=depth, facing=facing, pose=pose)
        for who, (place, depth, facing, pose) in zip(CAST, rows, strict=False)
    ]


@settings(max_examples=100, deadline=None)
@given(
    rows=people,
    size=st.sampled_from(ShotSize),
    angle=st.sampled_from([Angle.EYE_LEVEL, Angle.HIGH, Angle.LOW, Angle.DUTCH]),
    heights=st.tuples(*[st.floats(0.95, 2.05)] * 4),
    look=st.sampled_from([ROOM, STREET, LocationLook(kind=SetKind.CORRIDOR)]),
    picture=st.sampled_from([HD, Format(width=1080, height=1920), Format(width=2048, height=858)]),
)
def test_every_promised_head_is_in_the_picture(rows, size, angle, heights, look, picture):
    made = shot(10, cast_of(rows), size=size, angle=angle, framing=FRAMING[len(rows)])
    blocking = blocked(film(made, look=look, heights=heights), picture=picture)
    assert len(blocking.figures) == len(rows)
    for figure in blocking.figures:
        left, top, right, bottom, depth = seen(figure, blocking.camera, picture.aspect)
        assert depth > 0.2
        assert left >= -0.04
        assert right <= 1.04
        if size is not ShotSize.EXTREME_CLOSE_UP:
            assert top >= -0.02
            assert bottom <= 1.02
        else:
            assert top >= -0.25
            assert bottom <= 1.25


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(ScreenPlace), st.just(DepthPlace.MIDDLE), st.sampled_from(Facing), upright),
        min_size=2,
        max_size=4,
    ),
    order=st.permutations(range(4)),
    size=st.sampled_from(ShotSize),
    relation=st.sampled_from([Relation.LEFT_OF, Relation.RIGHT_OF]),
    heights=st.tuples(*[st.floats(1.0, 2.0)] * 4),
)
def test_left_and_right_hold_in_the_boxes(rows, order, size, relation, heights):
    cast = cast_of(rows)
    chain = [CAST[i] for i in order if i < len(cast)]
    promises = tuple(Spatial(subject=a, relation=relation, object=b) for a, b in pairwise(chain))
    made = shot(10, cast, size=size, framing=FRAMING[len(rows)], constraints=Constraints(spatial=promises))
    blocking = blocked(film(made, heights=heights))
    boxes = {f.who: expected_box(f, blocking.camera, HD.aspect) for f in blocking.figures}
    for a, b in pairwise(chain):
        one, other = boxes[a], boxes[b]
        assert one
        assert other
        if relation is Relation.RIGHT_OF:
            one, other = other, one
        assert one.left + one.right < other.left + other.right


@settings(max_examples=80, deadline=None)
@given(
    size=st.sampled_from(ShotSize),
    heights=st.tuples(st.floats(1.3, 1.9), st.floats(1.3, 1.9), st.just(1.2), st.just(1.7)),
    relation=st.sampled_from([Relation.IN_FRONT_OF, Relation.BEHIND]),
    depths=st.tuples(st.sampled_from(DepthPlace), st.sampled_from(DepthPlace)),
)
def test_in_front_holds_by_depth(size, heights, relation, depths):
    cast = [Subject(who=MARA, depth=depths[0]), Subject(who=TEO, depth=depths[1])]
    promise = Spatial(subject=MARA, relation=relation, object=TEO)
    made = shot(10, cast, size=size, framing=Framing.TWO_SHOT, constraints=Constraints(spatial=(promise,)))
    blocking = blocked(film(made, heights=heights))
    away = {f.who: project(blocking.camera, HD.aspect, f.x_m, 1.0, f.z_m)[2] for f in blocking.figures}
    near, far = (MARA, TEO) if relation is Relation.IN_FRONT_OF else (TEO, MARA)
    assert away[near] + 0.25 < away[far]


@settings(max_examples=80, deadline=None)
@given(
    size=st.sampled_from(ShotSize),
    heights=st.tuples(st.floats(1.3, 1.9), st.floats(1.3, 1.9), st.just(1.2), st.just(1.7)),
    factor=st.sampled_from([0.0, 1.1, 1.3, 1.6]),
)
def test_taller_holds_in_the_picture(size, heights, factor):
    promise = Spatial(subject=MARA, relation=Relation.TALLER_THAN, object=TEO, factor=factor)
    cast = [Subject(who=MARA, place=ScreenPlace.LEFT), Subject(who=TEO, place=ScreenPlace.RIGHT)]
    made = shot(10, cast, size=size, framing=Framing.TWO_SHOT, constraints=Constraints(spatial=(promise,)))
    blocking = blocked(film(made, heights=heights))
    boxes = {f.who: expected_box(f, blocking.camera, HD.aspect) for f in blocking.figures}
    mara, teo = boxes[MARA], boxes[TEO]
    assert mara
    assert teo
    assert mara.height / teo.height > (factor * 0.94 if factor else 1.0)


@settings(max_examples=60, deadline=None)
@given(
    rows=people,
    size=st.sampled_from(ShotSize),
    framing=st.sampled_from(Framing),
    angle=st.sampled_from(Angle),
    kind=st.sampled_from(SetKind),
    move=st.builds(CameraMove, kind=st.sampled_from(Move), amount=st.sampled_from(Amount)),
)
def test_anything_derives_and_the_camera_stands_free(rows, size, framing, angle, kind, move):
    interior = kind in {SetKind.ROOM, SetKind.HALL, SetKind.CORRIDOR}
    look = LocationLook(kind=kind, interior=interior)
    made = shot(10, cast_of(rows), size=size, framing=framing, angle=angle, move=move)
    board = film(made, look=look)
    blocking = blocked(board)
    assert canonical(blocking) == canonical(blocked(board))
    camera = blocking.camera
    for piece in blocking.pieces:
        if piece.y_m < camera.y_m < piece.y_m + piece.height_m and framing is not Framing.INSERT:
            assert not covers(piece, camera.x_m, camera.z_m), piece
    if is_interior(look) and framing is not Framing.INSERT and angle is not Angle.OVERHEAD:
        assert camera.y_m < extent(look).height


def test_crop_lines():
    def foot_line(size):
        blocking = blocked(film(shot(10, [Subject(who=MARA)], size=size)))
        figure = blocking.figures[0]
        low = min(
            range(167),
            key=lambda cm: abs(
                project(blocking.camera, HD.aspect, figure.x_m, cm / 100, figure.z_m)[1] - 1.0
            ),
        )
        return low / 166

    assert 0.24 < foot_line(ShotSize.MEDIUM_LONG) < 0.4
    assert 0.45 < foot_line(ShotSize.MEDIUM) < 0.62
    assert 0.62 < foot_line(ShotSize.MEDIUM_CLOSE_UP) < 0.76
    assert 0.74 < foot_line(ShotSize.CLOSE_UP) < 0.84
    box = expected_box(*figure_and_camera(ShotSize.FULL), HD.aspect)
    assert box
    assert 0.02 < box.top < 0.12
    assert 0.85 < box.bottom < 1.0
    box = expected_box(*figure_and_camera(ShotSize.EXTREME_LONG, STREET), HD.aspect)
    assert box
    assert 0.15 < box.height < 0.25


def figure_and_camera(size, look=ROOM):
    blocking = blocked(film(shot(10, [Subject(who=MARA)], size=size), look=look))
    return blocking.figures[0], blocking.camera


def test_people_who_talk_look_at_each_other():
    blocking = blocked(film(couple(size=ShotSize.FULL)))
    mara, teo = blocking.figures
    from_mara = turned(mara.facing_deg + mara.head_turn_deg)
    assert abs(turned(from_mara - 90.0)) < 8
    assert abs(turned(teo.facing_deg + teo.head_turn_deg - 270.0)) < 8
    assert mara.head_tilt_deg > 0 > teo.head_tilt_deg


def test_reverse_singles_stay_on_one_side_of_the_line():
    mara = shot(
        20, [Subject(who=MARA, facing=Facing.THREE_QUARTER_RIGHT, looks_at=TEO)], size=ShotSize.CLOSE_UP
    )
    teo = shot(
        30, [Subject(who=TEO, facing=Facing.THREE_QUARTER_LEFT, looks_at=MARA)], size=ShotSize.CLOSE_UP
    )
    board = film(couple(), mara, teo)
    first, second = blocked(board, 20), blocked(board, 30)
    assert first.figures[0].x_m < 0 < second.figures[0].x_m
    assert first.camera.z_m < 0
    assert second.camera.z_m < 0
    assert first.camera.heading_deg < -20
    assert second.camera.heading_deg > 20
    for blocking, relative in ((first, 135.0), (second, 225.0)):
        assert abs(turned(blocking.figures[0].facing_deg - blocking.camera.heading_deg - relative)) < 30


def test_over_the_shoulder_has_the_back_large_at_the_edge():
    seen_ = Subject(who=TEO, place=ScreenPlace.RIGHT, looks_at=MARA)
    back = Subject(who=MARA, place=ScreenPlace.LEFT, depth=DepthPlace.FOREGROUND, facing=Facing.AWAY)
    made = shot(20, [seen_, back], framing=Framing.OVER_THE_SHOULDER, size=ShotSize.MEDIUM_CLOSE_UP)
    blocking = blocked(film(couple(), made), 20)
    boxes = {f.who: expected_box(f, blocking.camera, HD.aspect) for f in blocking.figures}
    teo, mara = boxes[TEO], boxes[MARA]
    assert teo
    assert mara
    assert mara.left < 0.0 < mara.right < 0.6
    assert 0.4 < (teo.left + teo.right) / 2 < 0.8
    assert mara.width > 1.2 * teo.width
    near = next(f for f in blocking.figures if f.who == MARA)
    assert abs(turned(near.facing_deg - blocking.camera.heading_deg)) < 40


def test_sides_hold_through_the_scene():
    wide = shot(20, [Subject(who=MARA)], size=ShotSize.LONG)
    board = film(couple(size=ShotSize.LONG), wide)
    left = next(f for f in blocked(board, 10).figures if f.who == MARA)
    alone = blocked(board, 20).figures[0]
    assert left.x_m < 0
    assert alone.x_m < 0
    assert hypot(left.x_m - alone.x_m, left.z_m - alone.z_m) < 0.6


def test_an_insert_is_filled_by_its_prop():
    blocking = blocked(film(shot(10, [], props=(LAMP,), framing=Framing.INSERT, size=ShotSize.CLOSE_UP)))
    prop = blocking.props[0]
    low = project(blocking.camera, HD.aspect, prop.x_m, prop.y_m, prop.z_m)
    high = project(blocking.camera, HD.aspect, prop.x_m, prop.y_m + 0.3, prop.z_m)
    assert 0.0 < high[1] < low[1] < 1.0
    assert low[1] - high[1] > 0.4


def test_a_point_of_view_is_at_the_viewers_eyes():
    made = shot(20, [Subject(who=MARA, looks_at=KID)], framing=Framing.POINT_OF_VIEW)
    child = shot(30, [Subject(who=KID, looks_at=MARA)])
    blocking = blocked(film(couple(), made, child), 20)
    assert blocking.camera.y_m == pytest.approx(1.2 * 0.935, abs=0.02)


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("amount", list(Amount))
def test_moves_end_where_their_names_say(move, amount):
    made = shot(10, [Subject(who=MARA)], move=CameraMove(kind=move, amount=amount))
    blocking = blocked(film(made, look=STREET))
    start, end = blocking.camera, blocking.camera_end
    if move in {Move.STATIC, Move.HANDHELD}:
        assert end is None
        return
    assert end
    match move:
        case Move.PUSH | Move.PULL:
            assert (end.z_m > start.z_m) is (move is Move.PUSH)
        case Move.PAN_LEFT | Move.PAN_RIGHT:
            assert (end.heading_deg > start.heading_deg) is (move is Move.PAN_RIGHT)
        case Move.TILT_UP | Move.TILT_DOWN:
            assert (end.tilt_deg > start.tilt_deg) is (move is Move.TILT_UP)
        case Move.TRUCK_LEFT | Move.TRUCK_RIGHT:
            assert (end.x_m > start.x_m) is (move is Move.TRUCK_RIGHT)
        case Move.CRANE_UP | Move.CRANE_DOWN:
            assert (end.y_m > start.y_m) is (move is Move.CRANE_UP)
        case _:
            assert end.focus_m != start.focus_m


def test_a_push_keeps_the_face():
    made = shot(10, [Subject(who=MARA)], move=CameraMove(kind=Move.PUSH, amount=Amount.LARGE))
    blocking = blocked(film(made))
    assert blocking.camera_end
    left, top, right, bottom, _ = seen(blocking.figures[0], blocking.camera_end, HD.aspect)
    assert left > 0
    assert right < 1
    assert top > -0.02
    assert bottom < 1


@pytest.mark.parametrize(
    ("time", "weather", "look", "kind"),
    [
        (TimeOfDay.DAY, Weather.CLEAR, STREET, LightKind.SUN),
        (TimeOfDay.DUSK, Weather.CLEAR, STREET, LightKind.LOW_SUN),
        (TimeOfDay.DAY, Weather.FOG, STREET, LightKind.OVERCAST),
        (TimeOfDay.NIGHT, Weather.STORM, STREET, LightKind.MOON),
        (TimeOfDay.DAY, Weather.RAIN, ROOM, LightKind.WINDOW),
        (TimeOfDay.NIGHT, Weather.CLEAR, ROOM, LightKind.LAMP),
    ],
)
def test_the_light_follows_time_weather_and_place(time, weather, look, kind):
    board = film(couple(), shot(20, [Subject(who=MARA)]), look=look, time=time, weather=weather)
    assert blocked(board, 10).light.kind is kind
    assert blocked(board, 10).light == blocked(board, 20).light


def test_a_shot_changes_its_own_blocking():
    changes = {
        "camera": {"lens_mm": 24},
        "light": {"azimuth_deg": 10},
        "figures": {"char_mara": {"x_m": 1.25}},
        "pieces": [{"kind": "table", "x_m": 1, "z_m": 2}],
        "weather": "rain",
    }
    plain = blocked(film(couple(move=CameraMove(kind=Move.PUSH))))
    blocking = blocked(film(couple(move=CameraMove(kind=Move.PUSH), blocking=changes)))
    assert blocking.camera.lens_mm == 24.0
    assert blocking.camera_end
    assert blocking.camera_end.lens_mm == 24.0
    assert blocking.light.azimuth_deg == 10
    assert next(f for f in blocking.figures if f.who == MARA).x_m == 1.25
    assert blocking.figures[1] == plain.figures[1]
    assert len(blocking.pieces) == 1
    assert blocking.weather is Weather.RAIN
    assert (
        blocked(film(couple(move=CameraMove(kind=Move.PUSH), blocking={"camera_end": None}))).camera_end
        is None
    )


@pytest.mark.parametrize(
    ("changes", "place", "offer"),
    [
        ({"camra": {}}, "blocking.camra", "camera_end"),
        ({"camera": {"lens": 3}}, "blocking.camera.lens", "lens_mm"),
        ({"camera": {"lens_mm": "wide"}}, "blocking.camera.lens_mm", ""),
        ({"figures": {"char_teodor": {}}}, "blocking.figures.char_teodor", "char_teo"),
        ({"figures": {"char_mara": {"who": "char_teo"}}}, "blocking.figures.char_mara.who", "pose"),
        ({"figures": []}, "blocking.figures", "NAME"),
        ({"pieces": [{"kind": "tabel", "x_m": 0, "z_m": 0}]}, "blocking.pieces[0].kind", ""),
        ({"weather": "sunny"}, "blocking.weather", ""),
        ({"light": 3}, "blocking.light", "azimuth_deg"),
    ],
)
def test_wrong_changes_name_the_place_and_the_possible(changes, place, offer):
    with pytest.raises(BadDocument) as caught:
        blocked(film(couple(blocking=changes)))
    assert caught.value.message.startswith(f"SC010_SH010 {place}:")
    assert offer in caught.value.remedy


def test_an_unknown_character_is_not_found():
    with pytest.raises(NotFound, match="char_nobody"):
        blocked(film(shot(10, [Subject(who=AnchorId("char_nobody"))])))


def test_a_head_is_not_seen_from_before_it():
    figure = Person(Subject(who=MARA), 1.7, 0.0, z=-5.0)
    assert head_box(figure, Camera(x_m=0, y_m=1.6, z_m=0), 1.78) is None
