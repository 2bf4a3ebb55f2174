"""A shot as a small scene in metres: derived from its contract, changed by its own blocking.

The frame is solved in the camera's own plane (:mod:`picturelock.board.framing`), then turned into the set: people
stand on the scene's marks, the camera stays on one side of the line between them, outside of walls and furniture, and
sees the people it is there for. Everything is rounded to millimetres and hundredths of a degree, so that the same
board gives the same bytes on every machine.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from math import atan, atan2, cos, degrees, hypot, radians, sin, tan
from typing import TypeVar

import msgspec

from picturelock.board.framing import (
    CROP_LINES,
    FACING_DEG,
    SENSOR_MM,
    Frame,
    Person,
    Wanted,
    person,
    solve,
)
from picturelock.board.light import key_light
from picturelock.board.moves import end_of
from picturelock.board.overrides import Overrides
from picturelock.board.spatial import spatial_words
from picturelock.board.stage import dress
from picturelock.board.staging import Spot, keyframe_contract, marks, turned
from picturelock.core.anchor import (
    CharacterAnchor,
    LocationLook,
    PieceKind,
    PropAnchor,
    PropKind,
    SetKind,
    SetPiece,
    Value,
)
from picturelock.core.blocking import Blocking, Camera, PlacedProp, Placement, Pose, posed_height_m, project
from picturelock.core.board import Board, Scene, Shot
from picturelock.core.contract import (
    Angle,
    Contract,
    DepthPlace,
    Facing,
    Framing,
    Move,
    ScreenPlace,
    ShotSize,
    Subject,
)
from picturelock.core.ids import AnchorId
from picturelock.core.location import Area, Extent, covers, extent, is_interior, playing_area, tread_at
from picturelock.core.policy import Format

__all__ = ["derive", "spatial_words"]

V = TypeVar("V", bound=Value)


def derive(board: Board, scene: Scene, shot: Shot, picture: Format) -> Blocking:
    """The blocking of a shot.

    Args:
        board: For the anchors' measures.
        scene: For time, weather, location and the marks that people keep.
        shot: Size, framing, angle, move, its keyframe's contract, and its own changes.
        picture: For the aspect.

    Raises:
        BadDocument: The shot's own blocking names something that is not there.
        NotFound: The contract names an anchor that the board does not have.
    """
    own = Overrides(shot.code, shot.blocking)
    crew = _Crew(board, scene, shot, picture)
    setup = crew.set_up()
    camera = own.camera(setup.camera)
    end = own.camera_end(None if own.has_end() else crew.end(camera, setup), camera)
    blocking = Blocking(
        figures=setup.figures,
        pieces=(*crew.pieces, *crew.seats(setup.figures)),
        props=setup.props,
        camera=camera,
        camera_end=end,
        light=key_light(scene.time, scene.weather, crew.pieces, interior=crew.interior),
        weather=scene.weather,
        time=scene.time,
    )
    blocking = own.rest(blocking)
    return msgspec.structs.replace(
        blocking,
        figures=tuple(_rounded(f) for f in blocking.figures),
        props=tuple(_rounded(p) for p in blocking.props),
        pieces=tuple(_rounded(p) for p in blocking.pieces),
        camera=_rounded(blocking.camera),
        camera_end=_rounded(blocking.camera_end) if blocking.camera_end else None,
    )


def _rounded(value: V) -> V:
    """Metres to the millimetre, degrees to the hundredth."""
    changes: dict[str, float] = {}
    for name in value.__struct_fields__:
        held = getattr(value, name)
        if type(held) is float:
            if name.endswith("_deg"):
                held = (
                    turned(held)
                    if name in {"heading_deg"}
                    else held % 360.0
                    if name == "facing_deg"
                    else held
                )
            changes[name] = round(held, 2 if name.endswith("_deg") else 3) + 0.0
    return msgspec.structs.replace(value, **changes)


@dataclass(frozen=True, slots=True)
class _Setup:
    camera: Camera
    figures: tuple[Placement, ...]
    props: tuple[PlacedProp, ...]


@dataclass(frozen=True, slots=True)
class _Turned:
    """A frame turned into the set: where its middle stands and which way it looks."""

    frame: Frame
    anchor: Spot
    heading_deg: float

    def spot(self, p: Person) -> Spot:
        return self.anchor.moved(self.heading_deg, p.x, p.z)

    def camera(self) -> Camera:
        at = self.anchor.moved(self.heading_deg, 0.0, -self.frame.back_m)
        return msgspec.structs.replace(
            self.frame.camera(), x_m=at.x, z_m=at.z, heading_deg=turned(self.heading_deg)
        )


_TURNS = (0.0, 12.0, -12.0, 25.0, -25.0, 40.0, -40.0, 58.0, -58.0, 80.0, -80.0)
_LENSES = (1.0, 0.8, 0.65, 1.3, 0.5)
_TIGHTER = (1.0, 0.82, 0.66, 0.52, 0.42)
_WIDEST_MM = 18.0
#: Out of doors, with something at both sides that a camera cannot stand in.
_BUILT_UP = frozenset({SetKind.STREET, SetKind.BRIDGE, SetKind.DECK, SetKind.STAIRS})
_SEEN_THROUGH = frozenset(
    {PieceKind.RAILING, PieceKind.LAMP, PieceKind.SIGN, PieceKind.POST, PieceKind.PICTURE}
)
_TABLES = (
    PieceKind.TABLE,
    PieceKind.DESK,
    PieceKind.COUNTER,
    PieceKind.CRATE,
    PieceKind.BARREL,
    PieceKind.BENCH,
)
_SEATS = frozenset(
    {PieceKind.CHAIR, PieceKind.BENCH, PieceKind.BED, PieceKind.BOAT, PieceKind.CAR, PieceKind.CART}
)
_STANDARD_EYES_M = 1.58


class _Crew:
    """Sets up one shot."""

    def __init__(self, board: Board, scene: Scene, shot: Shot, picture: Format) -> None:
        self.board, self.scene, self.shot = board, scene, shot
        self.aspect = picture.aspect
        location = board.location(scene.location)
        self.look = location.look if location else _unlocated(scene)
        self.interior = is_interior(self.look)
        self.extent: Extent = extent(self.look)
        self.area: Area = playing_area(self.look)
        given = shot.blocking.get("pieces")
        self.pieces: tuple[SetPiece, ...] = self.look.pieces or _dressed(self.look)
        standing = self.pieces if given is None else ()
        self.solid = tuple(_solid(p) for p in standing if p.kind not in _SEEN_THROUGH)
        self.contract = keyframe_contract(shot) or Contract(role="", purpose="", subject="")
        self.marks = marks(scene, self.area)
        self.props = {p: self._prop_size(p) for p in self._prop_names()}

    def _prop_names(self) -> list[AnchorId]:
        held = [s.holding for s in self.contract.subjects if s.holding]
        return list(dict.fromkeys([*self.contract.props, *held]))

    def _prop_size(self, name: AnchorId) -> float:
        anchor = self.board.anchor(name)
        return anchor.look.size_m if isinstance(anchor, PropAnchor) else 0.3

    def _lies_flat(self, name: AnchorId) -> bool:
        anchor = self.board.anchor(name)
        return isinstance(anchor, PropAnchor) and anchor.look.kind in {PropKind.LETTER, PropKind.MAP}

    def _people(self) -> tuple[Person, ...]:
        found: list[Person] = []
        for subject in self.contract.subjects:
            anchor = self.board.anchor(subject.who)
            if isinstance(anchor, CharacterAnchor):
                found.append(person(subject, anchor.look))
        return tuple(found)

    # --- the setups

    def set_up(self) -> _Setup:
        people = self._people()
        if self.shot.framing is Framing.INSERT:
            return self._insert(people)
        if not people:
            return self._empty()
        over = self._over(people)
        wanted = Wanted(
            self.shot.size,
            self.shot.framing,
            self.shot.angle,
            self.aspect,
            over=over.subject.who if over else None,
            eye_m=self._viewer_eyes(people),
            highest_m=self.extent.height - 0.2
            if self.interior and self.shot.angle is not Angle.OVERHEAD
            else 1e3,
        )
        turned_ = self._best(people, wanted)
        figures = tuple(self._figure(p, turned_, over) for p in turned_.frame.people)
        return _Setup(turned_.camera(), figures, self._placed_props(figures, turned_))

    def _over(self, people: tuple[Person, ...]) -> Person | None:
        """Over whose shoulder we look."""
        if self.shot.framing is not Framing.OVER_THE_SHOULDER or len(people) < 2:
            return None
        wishes = (
            lambda p: p.subject.depth is DepthPlace.FOREGROUND,
            lambda p: p.subject.facing is Facing.AWAY,
        )
        return next((p for wish in wishes for p in people if wish(p)), people[-1])

    def _viewer(self, people: tuple[Person, ...]) -> AnchorId | None:
        """Through whose eyes a point-of-view shot looks."""
        if self.shot.framing is not Framing.POINT_OF_VIEW:
            return None
        shown = {p.subject.who for p in people}
        looked_at = [p.subject.looks_at for p in people if p.subject.looks_at in self.marks]
        return next((who for who in [*looked_at, *self.marks] if who is not None and who not in shown), None)

    def _viewer_eyes(self, people: tuple[Person, ...]) -> float | None:
        viewer = self._viewer(people)
        anchor = self.board.anchor(viewer) if viewer else None
        return anchor.look.height_m * 0.935 if isinstance(anchor, CharacterAnchor) else None

    # --- where the camera stands

    def _best(self, people: tuple[Person, ...], wanted: Wanted) -> _Turned:
        """The nearest to what is wanted that stands in the set and sees its people."""
        scouted: list[tuple[float, _Turned]] = []
        for tighter in _TIGHTER:
            for lens in _LENSES:
                frame = solve(people, self.contract, replace(wanted, lens=lens, tightness=tighter))
                if frame.lens_mm < _WIDEST_MM and lens < 1.0:
                    continue
                for turn in _TURNS:
                    found = self._turn(frame, wanted, turn)
                    trouble = self._trouble(found)
                    cost = abs(turn) / 30 + abs(lens - 1.0) * 2 + trouble
                    if trouble == 0.0 and cost < _GOOD_ENOUGH:
                        return found
                    scouted.append((cost, found))
            if min(cost for cost, _ in scouted) < _IMPOSSIBLE:
                break
        return min(scouted, key=lambda s: s[0])[1]

    def _turn(self, frame: Frame, wanted: Wanted, turn: float) -> _Turned:
        people = frame.people
        anchor = self._middle(people)
        heading = self._heading(people, wanted) + turn
        cx = sum(p.x for p in people) / len(people)
        cz = sum(p.z for p in people) / len(people)
        return _Turned(frame, anchor.moved(heading, -cx, -cz), heading)

    def _middle(self, people: tuple[Person, ...]) -> Spot:
        spots = [self.marks.get(p.subject.who, Spot(0.0, 0.0)) for p in people]
        return Spot(sum(s.x for s in spots) / len(spots), sum(s.z for s in spots) / len(spots))

    def _heading(self, people: tuple[Person, ...], wanted: Wanted) -> float:
        """Which way the camera likes to look: along the scene, or round to the face of who is looked at."""
        if wanted.over:
            near = next(p for p in people if p.subject.who == wanted.over)
            far = next(p for p in people if p is not near)
            line = self._mark(near).bearing(self._mark(far)) if self._mark(near) != self._mark(far) else 0.0
            return _within(turned(line - degrees(atan2(far.x - near.x, far.z - near.z))), 72.0)
        viewer = self._viewer(people)
        if viewer:
            return _within(self.marks[viewer].bearing(self._mark(people[0])), 80.0)
        if len(people) == 1:
            subject = people[0].subject
            partner = self.marks.get(subject.looks_at) if subject.looks_at else None
            if partner and partner != self._mark(people[0]):
                line = self._mark(people[0]).bearing(partner)
                # Far off, the set tells where we are better than a face does.
                most = 55.0 if CROP_LINES[wanted.size].seen < 1.0 else 22.0
                return _within(turned(line - FACING_DEG[subject.facing]), most)
        return 0.0

    def _mark(self, p: Person) -> Spot:
        return self.marks.get(p.subject.who, Spot(0.0, 0.0))

    def _trouble(self, found: _Turned) -> float:
        """What speaks against a camera here: over 100 where it cannot stand."""
        camera = found.camera()
        if not self._stands(camera):
            return _IMPOSSIBLE
        trouble = 0.0
        eye = Spot(camera.x_m, camera.z_m)
        for p in found.frame.people:
            spot = found.spot(p)
            if any(s.piece.y_m < 1.2 and s.covers(spot.x, spot.z, 0.15) for s in self.solid):
                trouble += 3.0
            for height, weight in ((p.top_m - 0.1, 6.0), (p.base_m + p.posed_m * 0.62, 2.0)):
                if any(s.blocks(eye, camera.y_m, spot, height) for s in self.solid):
                    trouble += weight
            if self.interior and not self._inside(spot, 0.25):
                trouble += 20.0
        return trouble

    def _inside(self, spot: Spot, margin: float) -> bool:
        return abs(spot.x) <= self.extent.width / 2 - margin and abs(spot.z) <= self.extent.depth / 2 - margin

    def _stands(self, camera: Camera) -> bool:
        """Whether a camera can stand there: indoors within the walls, or behind the near one, which is wild."""
        eye = Spot(camera.x_m, camera.z_m)
        for solid in self.solid:
            low, high = solid.piece.y_m - 0.15, solid.piece.y_m + solid.piece.height_m + 0.15
            if low < camera.y_m < high and solid.covers(eye.x, eye.z, 0.25):
                return False
        if not self.interior:
            return self.look.kind not in _BUILT_UP or abs(eye.x) <= self.extent.width / 2 - 0.4
        if camera.y_m > self.extent.height - 0.1 and self.shot.angle is not Angle.OVERHEAD:
            return False
        if self._inside(eye, 0.25):
            return True
        return eye.z < -self.extent.depth / 2 + 0.25 and self._through_the_wild_wall(camera)

    def _through_the_wild_wall(self, camera: Camera) -> bool:
        """Whether all that the camera sees lies within the opening that the near wall leaves."""
        behind = -self.extent.depth / 2 - camera.z_m
        if behind <= 0.0:
            return abs(camera.x_m) <= self.extent.width / 2 - 0.25
        half = atan(camera.sensor_mm / camera.lens_mm / 2)
        half_up = atan(camera.sensor_mm / camera.lens_mm / 2 / self.aspect)
        heading, tilt = radians(camera.heading_deg), radians(camera.tilt_deg)
        for edge in (heading - half, heading + half):
            if abs(edge) > 1.4 or abs(camera.x_m + behind * tan(edge)) > self.extent.width / 2 + 0.02:
                return False
        along = behind / max(cos(heading), 0.2)
        top = camera.y_m + along * tan(min(tilt + half_up, 1.4))
        bottom = camera.y_m + along * tan(max(tilt - half_up, -1.4))
        return top <= self.extent.height + 0.05 and bottom >= -0.05

    # --- the figures

    def _figure(self, p: Person, turned_: _Turned, over: Person | None) -> Placement:
        """A figure with chest, head and eyes turned."""
        spot = turned_.spot(p)
        heading = turned_.heading_deg
        chest = FACING_DEG[p.subject.facing] + heading
        target, height = self._eyeline(p, turned_, over)
        if over and p.subject.who == over.subject.who and target:
            chest = spot.bearing(target) + (12.0 if p.x < 0 else -12.0)
        turn = tilt = 0.0
        if target and hypot(target.x - spot.x, target.z - spot.z) > 0.05:
            bearing = spot.bearing(target)
            off = turned(bearing - chest)
            if abs(off) > 55.0:  # the chest gives way a little before the neck breaks
                give = min(abs(off) - 55.0, 28.0) * (1 if off > 0 else -1)
                chest, off = chest + give, off - give
            turn = _within(off, 72.0)
            away = hypot(target.x - spot.x, target.z - spot.z)
            tilt = _within(degrees(atan2(height - p.eyes_m, away)), 32.0)
        base = max(
            (t for t in (tread_at(q, spot.x, spot.z) for q in self.pieces) if t is not None), default=0.0
        )
        return msgspec.structs.replace(
            p.placement(chest),
            x_m=spot.x,
            z_m=spot.z,
            y_m=max(p.base_m, base),
            head_turn_deg=turn,
            head_tilt_deg=tilt,
        )

    def _eyeline(self, p: Person, turned_: _Turned, over: Person | None) -> tuple[Spot | None, float]:
        """Where someone's eyes go, and how high that is."""
        people = turned_.frame.people
        name = p.subject.looks_at
        if name is None and over:
            name = next(q.subject.who for q in people if q.subject.who != p.subject.who)
        if name is None:
            return None, 0.0
        shown = next((q for q in people if q.subject.who == name), None)
        if shown:
            return turned_.spot(shown), shown.eyes_m
        if name in self.marks:
            mark = self.marks[name]
            spot = turned_.spot(p)
            return (mark if mark != spot else None), _STANDARD_EYES_M
        if name in self.props:
            at = next((q for q in self._placed_props((), turned_) if q.what == name), None)
            if at:
                return Spot(at.x_m, at.z_m), at.y_m
            return turned_.spot(p).moved(FACING_DEG[p.subject.facing] + turned_.heading_deg, 0.0, 0.4), 1.1
        return None, 0.0

    # --- props, inserts, empty sets

    def _support(self, near: Spot, within_m: float) -> SetPiece | None:
        """What a thing can be put on."""
        found = [p for p in self.pieces if p.kind in _TABLES and p.y_m < 0.1 and p.height_m <= 1.1]
        found = [p for p in found if hypot(p.x_m - near.x, p.z_m - near.z) <= within_m]
        return min(
            found,
            key=lambda p: (_TABLES.index(p.kind) // 3, hypot(p.x_m - near.x, p.z_m - near.z), p.x_m),
            default=None,
        )

    def _free_on(self, support: SetPiece) -> Spot:
        """The part of a table top that is farthest from what stands on it already, and near the middle."""
        middle = Spot(support.x_m, support.z_m)
        taken = [
            Spot(p.x_m, p.z_m) for p in self.pieces if p.y_m > 0.3 and covers(support, p.x_m, p.z_m, 0.05)
        ]
        spots = [
            middle.moved(support.heading_deg, support.width_m * share, 0.0) for share in (0.0, -0.3, 0.3)
        ]
        return max(spots, key=lambda s: min([hypot(s.x - t.x, s.z - t.z) for t in taken], default=0.0))

    def _placed_props(self, figures: tuple[Placement, ...], turned_: _Turned) -> tuple[PlacedProp, ...]:
        held = {f.holding for f in figures} | {s.holding for s in self.contract.subjects}
        found: list[PlacedProp] = []
        for rank, name in enumerate(n for n in self.contract.props if n not in held):
            frame = turned_.frame
            piece = self._support(turned_.anchor, 2.6)
            if piece:
                across = (rank - 0.5 * (len(self.contract.props) - 1)) * 0.3
                at = self._free_on(piece).moved(piece.heading_deg, across, 0.0)
                found.append(PlacedProp(what=name, x_m=at.x, z_m=at.z, y_m=piece.y_m + piece.height_m))
                continue
            first = frame.people[0].x if frame.people else 0.0
            beside = 0.55 + 0.35 * rank
            at = turned_.anchor.moved(turned_.heading_deg, first + (beside if first <= 0 else -beside), -0.15)
            found.append(PlacedProp(what=name, x_m=at.x, z_m=at.z, heading_deg=turned_.heading_deg))
        return tuple(found)

    def _insert(self, people: tuple[Person, ...]) -> _Setup:
        """A thing fills the frame: a prop, a held prop with the hand, or a piece of the set."""
        names = self._prop_names()
        if not names:
            return self._detail(people)
        name, size = names[0], max(0.06, self.props[names[0]])
        holder = next((p for p in people if p.subject.holding == name), None)
        spot = self._mark(people[0]) if people else Spot(0.0, 0.0)
        props: list[PlacedProp] = []
        heading = 0.0
        if holder:
            # The right hand comes forward; what it holds hangs from it.
            height = holder.posed_m - 0.35 * holder.height_m - 0.9 * size
            target = spot.moved(180.0, _HAND_OUT * holder.height_m, _HAND_AHEAD * holder.height_m)
        else:
            piece = self._support(spot, 6.0)
            if piece:
                target, height = self._free_on(piece), piece.y_m + piece.height_m
                heading = _within(Spot(0.0, -1.2).bearing(target), 80.0)
            else:
                target, height = spot.moved(180.0, 0.0, 0.6), 0.0
            props.append(PlacedProp(what=name, x_m=target.x, z_m=target.z, y_m=height, heading_deg=heading))
        for rank, other in enumerate(n for n in names[1:] if n in self.contract.props):
            at = target.moved(heading, 0.9 * size * (1 + rank // 2) * (-1 if rank % 2 else 1), 0.12)
            props.append(PlacedProp(what=other, x_m=at.x, z_m=at.z, y_m=height, heading_deg=heading))
        figures = []
        for rank, p in enumerate(people):
            at = target.moved(heading, 0.25 + 0.5 * rank, 0.55)
            if p is holder:
                at = target.moved(heading, _HAND_OUT * p.height_m, _HAND_AHEAD * p.height_m)
            figures.append(
                msgspec.structs.replace(p.placement(heading + 180.0), x_m=at.x, z_m=at.z, head_tilt_deg=-25.0)
            )
        seen = size * _INSERT_AIR.get(self.shot.size, 1.9)
        # What is read lies flat: the lens looks down on it. Everything else stands up to the lens.
        flat = holder is None and self._lies_flat(name)
        level = -58.0 if flat else -24.0
        tilt = {Angle.OVERHEAD: -80.0, Angle.LOW: 5.0, Angle.HIGH: -48.0}.get(self.shot.angle, level)
        middle = height + (0.02 if flat else size * 0.45)
        camera = self._look_at(target, middle, heading, tilt, seen, 60.0)
        return _Setup(camera, tuple(figures), tuple(props))

    def _detail(self, people: tuple[Person, ...]) -> _Setup:
        """An insert without a prop: the piece of the set that the contract speaks of, or someone's hands."""
        words = set(re.findall(r"[a-z]+", f"{self.contract.subject} {self.shot.description}".lower()))
        piece = next((p for p in self.pieces if words & set(p.kind.value.split("_"))), None)
        if people and not piece:
            spot = self._mark(people[0])
            figure = msgspec.structs.replace(people[0].placement(180.0), x_m=spot.x, z_m=spot.z)
            target, height = spot.moved(180.0, 0.0, 0.25), people[0].posed_m * 0.58
            camera = self._look_at(target, height, 0.0, -12.0, 0.5, 60.0)
            return _Setup(camera, (figure,), ())
        if piece is None:
            return self._empty()
        target = Spot(piece.x_m, piece.z_m)
        seen = 1.35 * max(piece.height_m, max(piece.width_m, piece.depth_m) / self.aspect)
        heading = Spot(0.0, -0.5).bearing(target)
        camera = self._look_at(target, piece.y_m + piece.height_m / 2, heading, -6.0, seen, 50.0)
        figures = tuple(
            msgspec.structs.replace(p.placement(180.0), x_m=self._mark(p).x, z_m=self._mark(p).z)
            for p in people
        )
        return _Setup(camera, figures, ())

    def _look_at(
        self, target: Spot, height: float, heading: float, tilt: float, seen: float, lens: float
    ) -> Camera:
        distance = max(0.25, seen * lens * self.aspect / SENSOR_MM)
        back = distance * cos(radians(tilt))
        at = target.moved(heading, 0.0, -back)
        return Camera(
            x_m=at.x,
            y_m=max(0.08, height - distance * sin(radians(tilt))),
            z_m=at.z,
            heading_deg=turned(heading),
            tilt_deg=tilt,
            roll_deg=11.0 if self.shot.angle is Angle.DUTCH else 0.0,
            lens_mm=lens,
            sensor_mm=SENSOR_MM,
            focus_m=distance,
        )

    def _empty(self) -> _Setup:
        """Nobody in the picture: the place itself, or what stands in it."""
        stand_in = Subject(who=_NOBODY, place=ScreenPlace.CENTRE)
        people = (Person(stand_in, 1.72, 0.0),)
        size = self.shot.size
        if self.interior and size is ShotSize.EXTREME_LONG:
            size = ShotSize.LONG  # walls leave no more
        if self.shot.framing is Framing.ESTABLISHING and size not in {ShotSize.EXTREME_LONG, ShotSize.LONG}:
            size = ShotSize.LONG
        eye = None if self.interior else 2.6 if size is ShotSize.EXTREME_LONG else 1.9
        wanted = Wanted(
            size,
            self.shot.framing,
            self.shot.angle,
            self.aspect,
            eye_m=eye,
            highest_m=self.extent.height - 0.2 if self.interior else 1e3,
        )
        turned_ = self._best(people, wanted)
        empty = _Turned(replace(turned_.frame, people=()), turned_.anchor, turned_.heading_deg)
        return _Setup(turned_.camera(), (), self._placed_props((), empty))

    def seats(self, figures: tuple[Placement, ...]) -> tuple[SetPiece, ...]:
        """A chair for everyone who sits where the dressing has none, a table for who writes; a bench out of doors."""
        found: list[SetPiece] = []
        for f in figures:
            if f.pose not in {Pose.SIT, Pose.WRITE}:
                continue
            spot, scale = Spot(f.x_m, f.z_m), f.height_m / 1.72
            if not self._has(_SEATS, spot):
                kind, width = (PieceKind.CHAIR, 0.46) if self.interior else (PieceKind.BENCH, 1.3)
                at = spot.moved(f.facing_deg, 0.0, -0.06 * scale)
                found.append(_furniture(kind, at, f, width, 0.92 * scale, 0.5 * scale))
            front = spot.moved(f.facing_deg, 0.0, 0.58 * scale)
            if f.pose is Pose.WRITE and not self._has(_TABLES, front):
                found.append(_furniture(PieceKind.TABLE, front, f, 1.1 * scale, 0.74 * scale, 0.6 * scale))
        return tuple(found)

    def _has(self, kinds: Collection[PieceKind], spot: Spot) -> bool:
        return any(p.kind in kinds and covers(p, spot.x, spot.z, 0.1) for p in self.pieces)

    # --- the move

    def end(self, camera: Camera, setup: _Setup) -> Camera | None:
        """The camera at the end of its move; a move that would go through a wall goes as far as it can."""
        move = self.shot.move
        focus = None
        if move.kind is Move.RACK and len(setup.figures) > 1:
            away = sorted(_depth(camera, f) for f in setup.figures)
            other = max(away, key=lambda depth: abs(depth - camera.focus_m))
            focus = other if abs(other - camera.focus_m) > 0.3 else None
        lead = min(setup.figures, key=lambda f: abs(_depth(camera, f) - camera.focus_m), default=None)
        face = (lead.x_m, lead.y_m + posed_height_m(lead) - 0.08 * lead.height_m, lead.z_m) if lead else None
        end = end_of(camera, move, self.aspect, focus_end_m=focus, face=face)
        if end is None:
            return None
        held = [f for f in setup.figures if self._holds(camera, f)] if move.kind is Move.PUSH else []
        for share in (1.0, 0.8, 0.6, 0.4, 0.25, 0.12):
            short = _between(camera, end, share)
            if lead in held and lead:
                short = self._headroom_kept(short, lead)
            stands = self._can_end(short) or not self._stands(camera)
            if stands and all(self._holds(short, f) for f in held):
                return short
        return None

    def _holds(self, camera: Camera, figure: Placement) -> bool:
        """Whether a head is wholly in the picture."""
        top, low, across, depth = self._head(camera, figure)
        half = 0.06 * figure.height_m * camera.lens_mm / camera.sensor_mm / max(depth, 0.05)
        return depth > 0.1 and top >= 0.0 and low <= 1.0 and half <= across <= 1.0 - half

    def _head(self, camera: Camera, figure: Placement) -> tuple[float, float, float, float]:
        """Rows of crown and chin, column of the head, and its depth."""
        crown = figure.y_m + posed_height_m(figure)
        u, top, depth = project(camera, self.aspect, figure.x_m, crown, figure.z_m)
        _, low, _ = project(camera, self.aspect, figure.x_m, crown - 0.13 * figure.height_m, figure.z_m)
        return top, low, u, depth

    def _headroom_kept(self, camera: Camera, figure: Placement) -> Camera:
        """Tilted up as far as a growing head asks for."""
        field = degrees(2 * atan(camera.sensor_mm / camera.lens_mm / 2 / self.aspect))
        for _ in range(3):
            top, _, _, _ = self._head(camera, figure)
            if top >= 0.03:
                break
            camera = msgspec.structs.replace(camera, tilt_deg=camera.tilt_deg + (0.04 - top) * field)
        return camera

    def _can_end(self, camera: Camera) -> bool:
        if not self.interior:
            return self._stands(camera)
        return self._stands(camera) or self._inside(Spot(camera.x_m, camera.z_m), 0.15)


_IMPOSSIBLE = 100.0
#: Where the hand of someone who holds a thing is, against their height.
_HAND_OUT, _HAND_AHEAD = 0.09, 0.2
_GOOD_ENOUGH = 0.5
_NOBODY = AnchorId("char_nobody")
_INSERT_AIR = {
    ShotSize.EXTREME_CLOSE_UP: 1.15,
    ShotSize.CLOSE_UP: 1.6,
    ShotSize.MEDIUM_CLOSE_UP: 2.0,
    ShotSize.MEDIUM: 2.6,
}


def _unlocated(scene: Scene) -> LocationLook:
    """A set for a scene without a location."""
    if scene.interior is False:
        return LocationLook(kind=SetKind.FIELD, interior=False)
    return LocationLook()


def _within(value: float, most: float) -> float:
    return min(max(value, -most), most)


def _depth(camera: Camera, figure: Placement) -> float:
    """Metres along the ground, ahead of the lens."""
    heading = radians(camera.heading_deg)
    return (figure.x_m - camera.x_m) * sin(heading) + (figure.z_m - camera.z_m) * cos(heading)


def _furniture(
    kind: PieceKind, at: Spot, sitter: Placement, width: float, height: float, depth: float
) -> SetPiece:
    return SetPiece(
        kind=kind,
        x_m=at.x,
        z_m=at.z,
        y_m=sitter.y_m,
        width_m=width,
        height_m=height,
        depth_m=depth,
        heading_deg=sitter.facing_deg,
    )


def _between(first: Camera, last: Camera, share: float) -> Camera:
    if share == 1.0:
        return last
    names = [n for n in first.__struct_fields__ if getattr(first, n) != getattr(last, n)]
    return msgspec.structs.replace(
        first, **{n: getattr(first, n) + (getattr(last, n) - getattr(first, n)) * share for n in names}
    )


@dataclass(frozen=True, slots=True)
class _Solid:
    """A piece's box with its turn worked out, for many questions in a row."""

    piece: SetPiece
    cos: float
    sin: float

    def local(self, x: float, z: float) -> tuple[float, float]:
        dx, dz = x - self.piece.x_m, z - self.piece.z_m
        return dx * self.cos - dz * self.sin, dx * self.sin + dz * self.cos

    def covers(self, x: float, z: float, margin_m: float) -> bool:
        """Whether the footprint, grown by a margin, holds a point of the ground."""
        across, along = self.local(x, z)
        return (
            abs(across) <= self.piece.width_m / 2 + margin_m
            and abs(along) <= self.piece.depth_m / 2 + margin_m
        )

    def blocks(self, eye: Spot, eye_m: float, target: Spot, target_m: float) -> bool:
        """Whether the box stands between a lens and a point; the last quarter of a metre does not count.

        The slab method: the stretch of the line that lies between each pair of opposite faces.
        """
        piece = self.piece
        ax, az = self.local(eye.x, eye.z)
        bx, bz = self.local(target.x, target.z)
        enter, leave = 0.0, 1.0 - 0.25 / max(hypot(bx - ax, bz - az), 0.3)
        for start, step, low, high in (
            (ax, bx - ax, -piece.width_m / 2, piece.width_m / 2),
            (az, bz - az, -piece.depth_m / 2, piece.depth_m / 2),
            (eye_m, target_m - eye_m, piece.y_m, piece.y_m + piece.height_m),
        ):
            if abs(step) < 1e-9:
                if not low <= start <= high:
                    return False
                continue
            one, other = (low - start) / step, (high - start) / step
            enter, leave = max(enter, min(one, other)), min(leave, max(one, other))
            if enter > leave:
                return False
        return True


def _solid(piece: SetPiece) -> _Solid:
    turn = radians(piece.heading_deg)
    return _Solid(piece, cos(turn), sin(turn))


_dressed = lru_cache(maxsize=64)(dress)
