"""From a shot's words to a frame in metres: crop lines, lenses, headroom, look room, and where people stand in it.

Everything here is in the camera's own ground plane: ``x`` to the right of the axis, ``z`` ahead of the plane in focus.
Turning the frame into the set is left to :mod:`picturelock.board.blocking`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import asin, cos, degrees, radians, sin

from picturelock.core.anchor import CharacterLook, Hat
from picturelock.core.blocking import (
    Box,
    Camera,
    Placement,
    Pose,
    expected_box,
    posed_height_m,
    project,
)
from picturelock.core.contract import (
    Angle,
    Contract,
    DepthPlace,
    Facing,
    Framing,
    Relation,
    ScreenPlace,
    ShotSize,
    Spatial,
    Subject,
)
from picturelock.core.ids import AnchorId

SENSOR_MM = 24.89


@dataclass(frozen=True, slots=True)
class CropLine:
    """How much of a person a shot size shows.

    Attributes:
        seen: Of the standing height from the top of the head down, or the whole figure with air where over 1.
        headroom: Share of the picture's height above the head.
        lens_mm: The customary focal length.
    """

    seen: float
    headroom: float
    lens_mm: float


#: Crop lines fall between joints, never on them.
CROP_LINES: dict[ShotSize, CropLine] = {
    ShotSize.EXTREME_LONG: CropLine(5.0, 0.56, 24.0),
    ShotSize.LONG: CropLine(1.82, 0.28, 28.0),
    ShotSize.FULL: CropLine(1.22, 0.08, 35.0),
    ShotSize.MEDIUM_LONG: CropLine(0.69, 0.08, 35.0),
    ShotSize.MEDIUM: CropLine(0.46, 0.10, 40.0),
    ShotSize.MEDIUM_CLOSE_UP: CropLine(0.31, 0.10, 50.0),
    ShotSize.CLOSE_UP: CropLine(0.215, 0.07, 75.0),
    ShotSize.EXTREME_CLOSE_UP: CropLine(0.155, -0.1, 85.0),
}
_HAT_M = {
    Hat.BRIM: 0.07,
    Hat.HELMET: 0.05,
    Hat.HOOD: 0.04,
    Hat.BEANIE: 0.03,
    Hat.CAP: 0.03,
    Hat.HEADSCARF: 0.02,
}
_SINGLE_U = {
    ScreenPlace.FAR_LEFT: 0.24,
    ScreenPlace.LEFT: 0.37,
    ScreenPlace.CENTRE: 0.5,
    ScreenPlace.RIGHT: 0.63,
    ScreenPlace.FAR_RIGHT: 0.76,
}
_COMPANY_U = {
    ScreenPlace.FAR_LEFT: 0.15,
    ScreenPlace.LEFT: 0.32,
    ScreenPlace.CENTRE: 0.5,
    ScreenPlace.RIGHT: 0.68,
    ScreenPlace.FAR_RIGHT: 0.85,
}
_LOOK_ROOM = {
    Facing.THREE_QUARTER_LEFT: 0.05,
    Facing.LEFT: 0.08,
    Facing.THREE_QUARTER_RIGHT: -0.05,
    Facing.RIGHT: -0.08,
}
#: Facing as seen in the picture, as a heading against the camera's.
FACING_DEG = {
    Facing.CAMERA: 180.0,
    Facing.THREE_QUARTER_LEFT: 225.0,
    Facing.THREE_QUARTER_RIGHT: 135.0,
    Facing.LEFT: 270.0,
    Facing.RIGHT: 90.0,
    Facing.AWAY: 0.0,
}
_LYING = frozenset({Pose.LIE})
_HEAD = 0.13
_MARGIN = 0.03


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the frame.

    Attributes:
        base_m: Ground level under the feet.
        x: Right of the axis, metres.
        z: Behind the plane in focus, metres; negative is nearer.
    """

    subject: Subject
    height_m: float
    hat_m: float
    base_m: float = 0.0
    x: float = 0.0
    z: float = 0.0

    @property
    def posed_m(self) -> float:
        """Top of the head in this pose, above the ground under the feet."""
        return posed_height_m(self.placement(0.0))

    @property
    def top_m(self) -> float:
        """Top of head and hat."""
        return self.base_m + self.posed_m + (0.0 if self.subject.pose in _LYING else self.hat_m)

    @property
    def eyes_m(self) -> float:
        """Height of the eyes."""
        return self.base_m + self.posed_m - 0.065 * self.height_m

    def placement(self, facing_deg: float) -> Placement:
        """As a figure in the camera's own ground plane."""
        s = self.subject
        return Placement(
            who=s.who,
            x_m=self.x,
            z_m=self.z,
            y_m=self.base_m,
            pose=s.pose,
            expression=s.expression,
            holding=s.holding,
            height_m=self.height_m,
            facing_deg=facing_deg,
        )


def person(subject: Subject, look: CharacterLook) -> Person:
    """A subject with the measures of their anchor."""
    return Person(subject, look.height_m, _HAT_M.get(look.headgear.kind, 0.0))


@dataclass(frozen=True, slots=True)
class Frame:
    """A solved frame.

    Attributes:
        people: With their places.
        distance_m: From the lens to the point at the middle of the picture.
        aim_m: Height of that point.
        lens_mm: Focal length.
        tilt_deg: Up is positive.
        roll_deg: Clockwise.
        eye_m: Height of the lens.
    """

    people: tuple[Person, ...]
    distance_m: float
    aim_m: float
    lens_mm: float
    tilt_deg: float
    roll_deg: float

    @property
    def eye_m(self) -> float:
        """Height of the lens."""
        return self.aim_m - self.distance_m * sin(radians(self.tilt_deg))

    @property
    def back_m(self) -> float:
        """From the lens to the plane in focus, along the ground."""
        return self.distance_m * cos(radians(self.tilt_deg))

    def camera(self) -> Camera:
        """The camera in its own ground plane."""
        return Camera(
            x_m=0.0,
            y_m=self.eye_m,
            z_m=-self.back_m,
            tilt_deg=self.tilt_deg,
            roll_deg=self.roll_deg,
            lens_mm=self.lens_mm,
            sensor_mm=SENSOR_MM,
            focus_m=self.distance_m,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a frame is asked to be.

    Attributes:
        eye_m: Height of the lens that the angle is built on; ``None`` for the subject's eyes.
        tightness: Under 1 shows less than the size asks for, where a room leaves no more.
        over: Over whose shoulder.
        lens: Against the customary focal length.
        highest_m: The lens stays below.
        gathered: How far people are drawn to the middle, 0 to 1.
    """

    size: ShotSize
    framing: Framing
    angle: Angle
    aspect: float
    eye_m: float | None = None
    tightness: float = 1.0
    over: AnchorId | None = None
    lens: float = 1.0
    highest_m: float = 1000.0
    gathered: float = 0.0


def head_box(figure: Person, camera: Camera, aspect: float) -> Box | None:
    """Where the head is expected; the whole body of someone who lies."""
    placed = figure.placement(180.0)
    if figure.subject.pose in _LYING:
        return expected_box(placed, camera, aspect)
    top, half = figure.base_m + figure.posed_m, 0.055 * figure.height_m
    low = top - _HEAD * figure.height_m
    around = ((-half, 0.0), (half, 0.0), (0.0, -half), (0.0, half))
    spots = [
        project(camera, aspect, figure.x + dx, y, figure.z + dz) for dx, dz in around for y in (low, top)
    ]
    if any(depth <= 0.05 for _, _, depth in spots):
        return None
    us, vs = [s[0] for s in spots], [s[1] for s in spots]
    return Box(left=min(us), top=min(vs), right=max(us), bottom=max(vs))


def primary(people: Sequence[Person], wanted: Wanted) -> Person:
    """Whom the shot size is about."""
    seen = [p for p in people if p.subject.who != wanted.over]
    return next((p for p in seen if p.subject.depth is DepthPlace.MIDDLE), seen[0])


def solve(people: tuple[Person, ...], contract: Contract, wanted: Wanted) -> Frame:
    """The frame that keeps what the contract promises: widened step by step until everyone is in it.

    Args:
        people: One or more, in the contract's order.
        contract: For its spatial promises.
        wanted: Size, framing and angle.
    """
    if wanted.size is ShotSize.EXTREME_CLOSE_UP and len(people) > 1 and not wanted.over:
        wanted = replace(wanted, size=ShotSize.CLOSE_UP)  # two faces do not fit into one face's frame
    line = CROP_LINES[wanted.size]
    seen = _seen_m(people, wanted, line) * wanted.tightness
    lens = line.lens_mm * wanted.lens
    if wanted.over:
        lens = max(lens, _OVER_M * wanted.lens * SENSOR_MM / (seen * wanted.aspect))
    frame = _framed(people, contract, wanted, seen, lens)
    for step in range(_MOST_STEPS):
        if not _outside(frame, wanted):
            break
        seen *= 1.06
        # A place at the edge of a leaning or narrow picture may be out of reach however wide it is.
        wanted = replace(wanted, gathered=min(1.0, max(0.0, (step - 4) * 0.12)))
        frame = _framed(people, contract, wanted, seen, lens)
    return frame


_MOST_STEPS = 40
#: Least distance of an over-the-shoulder shot: nearer, the shoulder would fill the picture.
_OVER_M = 2.9


def _framed(
    people: tuple[Person, ...], contract: Contract, wanted: Wanted, seen: float, lens: float
) -> Frame:
    distance = seen * lens * wanted.aspect / SENSOR_MM
    placed = arranged(people, contract, wanted, distance, seen * wanted.aspect)
    return _aimed(placed, wanted, seen, distance, lens)


def _seen_m(people: Sequence[Person], wanted: Wanted, line: CropLine) -> float:
    """Metres of height that the picture holds in the plane in focus."""
    main = primary(people, wanted)
    room = 1.0 - max(0.0, line.headroom)
    if main.subject.pose in _LYING and line.seen < 1.0:
        return max(0.75, line.seen * 1.1) * main.height_m
    if wanted.size is ShotSize.EXTREME_CLOSE_UP:
        seen = line.seen * main.height_m
    elif line.seen > 1.0:
        tallest = max((p for p in people if p.z <= main.z), key=lambda p: p.height_m)
        whole = tallest.height_m if wanted.size is not ShotSize.FULL else tallest.posed_m + tallest.hat_m
        seen = line.seen * whole
    else:
        seen = min(line.seen * main.height_m, main.posed_m * 1.08) / room
    # A child beside a grown-up is in the picture with head and shoulders at least.
    tops = [p.top_m for p in people if p.subject.who != wanted.over]
    lows = [p.top_m - 0.2 * p.height_m for p in people if p.subject.who != wanted.over]
    if len(tops) > 1:
        seen = max(seen, (max(tops) - min(lows)) / room)
    return seen


def arranged(
    people: tuple[Person, ...], contract: Contract, wanted: Wanted, distance: float, across: float
) -> tuple[Person, ...]:
    """People at their places in the frame.

    Args:
        people: In the contract's order.
        contract: For its spatial promises.
        wanted: Size, framing and angle.
        distance: To the plane in focus, metres.
        across: Width of the picture in that plane, metres.
    """
    if len(people) == 1:
        only = people[0]
        share = _SINGLE_U[only.subject.place] - 0.5
        close = wanted.size in {ShotSize.CLOSE_UP, ShotSize.EXTREME_CLOSE_UP}
        share *= 0.6 if close else 1.0
        share += _LOOK_ROOM.get(only.subject.facing, 0.0) * (0.6 if close else 1.0)
        return (replace(only, x=share * across * (1.0 - wanted.gathered), z=0.0),)
    if wanted.over:
        return _over_the_shoulder(people, wanted, distance, across)
    main = people.index(primary(people, wanted))
    depths = _depths(people, contract.constraints.spatial, distance, main)
    order = _order(people, contract.constraints.spatial)
    return _spread(
        [replace(people[i], z=depths[i]) for i in order], distance, across, people, wanted.gathered
    )


def _over_the_shoulder(
    people: tuple[Person, ...], wanted: Wanted, distance: float, across: float
) -> tuple[Person, ...]:
    near = next(p for p in people if p.subject.who == wanted.over)
    left = _COMPANY_U[near.subject.place] <= 0.5
    apart = min(1.35, distance * 0.52)
    sign = -1.0 if left else 1.0
    edge = 0.2 * across * (distance - apart) / distance
    placed = {near.subject.who: replace(near, x=sign * (edge + 0.06 * near.height_m), z=-apart)}
    others = [p for p in people if p is not near]
    for rank, other in enumerate(others):
        x = -sign * (0.13 * across + rank * 0.55)
        placed[other.subject.who] = replace(other, x=x, z=0.3 * rank)
    return tuple(placed[p.subject.who] for p in people)


def _order(people: Sequence[Person], spatial: Sequence[Spatial]) -> list[int]:
    """Indices from left to right: what the constraints promise, then the places, then the contract's order."""
    index = {p.subject.who: i for i, p in enumerate(people)}
    after: dict[int, set[int]] = {i: set() for i in index.values()}
    for s in spatial:
        if s.subject in index and s.object in index and s.subject != s.object:
            one, other = index[s.subject], index[s.object]
            if s.relation is Relation.LEFT_OF:
                after[other].add(one)
            elif s.relation is Relation.RIGHT_OF:
                after[one].add(other)
    wish = {i: (_COMPANY_U[people[i].subject.place], i) for i in after}
    found: list[int] = []
    while len(found) < len(people):
        left = [i for i in after if i not in found]
        # Promises that contradict each other are a finding of the contract check; here the places decide.
        free = [i for i in left if after[i] <= set(found)] or left
        found.append(min(free, key=wish.__getitem__))
    return found


def _depths(people: Sequence[Person], spatial: Sequence[Spatial], distance: float, main: int) -> list[float]:
    """Metres behind the plane in focus, in which the main person stands unless heights ask for something else."""
    steps = {
        DepthPlace.FOREGROUND: -min(0.9, 0.3 * distance),
        DepthPlace.MIDDLE: 0.0,
        DepthPlace.BACKGROUND: min(max(0.45 * distance, 0.9), 2.6),
    }
    depths = [steps[p.subject.depth] for p in people]
    if len(people) > 2:
        same = [i for i, p in enumerate(people) if p.subject.depth is DepthPlace.MIDDLE]
        for rank, i in enumerate(same):
            depths[i] += 0.45 * (rank % 2)
    index = {p.subject.who: i for i, p in enumerate(people)}
    known = [s for s in spatial if s.subject in index and s.object in index]
    for _ in range(len(people)):
        for s in known:
            one, other = index[s.subject], index[s.object]
            if s.relation is Relation.IN_FRONT_OF:
                _part(depths, one, other, 0.5)
            elif s.relation is Relation.BEHIND:
                _part(depths, other, one, 0.5)
    depths = [depth - depths[main] for depth in depths]
    for s in known:
        if s.relation is Relation.TALLER_THAN:
            one, other = people[index[s.subject]], people[index[s.object]]
            factor = max(s.factor, 1.03)
            away = distance + depths[index[s.object]]
            nearest = away * one.posed_m / (other.posed_m * factor)
            if distance + depths[index[s.subject]] > nearest:
                short = distance + depths[index[s.subject]] - nearest
                # Both give way: the tall one comes nearer, the other steps back.
                depths[index[s.subject]] -= short * 0.5
                depths[index[s.object]] += (
                    distance + depths[index[s.subject]]
                ) * other.posed_m * factor / one.posed_m - away
    return depths


def _part(depths: list[float], near: int, far: int, by: float) -> None:
    lack = depths[near] + by - depths[far]
    if lack > 0:
        depths[near] -= lack * 0.4
        depths[far] += lack * 0.6


def _spread(
    ordered: Sequence[Person], distance: float, across: float, people: Sequence[Person], gathered: float
) -> tuple[Person, ...]:
    """Give people room beside each other without losing the composition."""
    widths = [across * (distance + p.z) / distance for p in ordered]
    places = [0.5 + (_COMPANY_U[p.subject.place] - 0.5) * (1.0 - gathered) for p in ordered]
    us: list[float] = []
    for i, place in enumerate(places):
        if i == 0:
            us.append(place)
            continue
        before, here = ordered[i - 1], ordered[i]
        width = min(widths[i - 1], widths[i])
        beside = abs(before.z - here.z) < 0.55
        least = (0.52 if beside else 0.36) * max(before.height_m, here.height_m) / 1.72 / width
        wide = 2.6 if ScreenPlace.FAR_LEFT in _sides(before, here) else 1.5
        us.append(min(max(place, us[-1] + least), us[-1] + max(least, wide / width)))
    shift = sum(places) / len(places) - sum(us) / len(us)
    shift = min(max(shift, _edge(ordered[0], widths[0]) - us[0]), 1 - _edge(ordered[-1], widths[-1]) - us[-1])
    if us[-1] - us[0] > 1 - _edge(ordered[0], widths[0]) - _edge(ordered[-1], widths[-1]):
        shift = 0.5 - (us[0] + us[-1]) / 2
    placed = {
        p.subject.who: replace(p, x=(u + shift - 0.5) * w)
        for p, u, w in zip(ordered, us, widths, strict=True)
    }
    return tuple(placed[p.subject.who] for p in people)


def _sides(*people: Person) -> set[ScreenPlace]:
    places = {p.subject.place for p in people}
    return places | ({ScreenPlace.FAR_LEFT} if ScreenPlace.FAR_RIGHT in places else set())


def _edge(figure: Person, width: float) -> float:
    """Least distance of someone's middle from the picture's edge, as a share of its width."""
    return min(0.4, 0.13 * figure.height_m / width + _MARGIN)


def _aimed(people: tuple[Person, ...], wanted: Wanted, seen: float, distance: float, lens: float) -> Frame:
    """Point the camera so that the head stands where the headroom wants it."""
    line = CROP_LINES[wanted.size]
    main = primary(people, wanted)
    others = [p for p in people if p.subject.who != wanted.over]
    top = max(p.top_m for p in others if p.z <= main.z + 0.6 or p is main)
    headroom = line.headroom
    if main.subject.pose in _LYING and line.seen < 1.2:
        headroom = 0.5 - 0.1 * main.height_m / seen
    aim = top - seen * (0.5 - headroom)
    level = wanted.eye_m if wanted.eye_m is not None else main.eyes_m
    if wanted.over:
        near = next(p for p in people if p.subject.who == wanted.over)
        level += (near.eyes_m - level) * (0.8 if near.eyes_m > level else 0.35)
    elif wanted.eye_m is None and line.seen > 1.0:
        level = main.base_m + 0.88 * (level - main.base_m)
    if main.subject.pose in _LYING:
        level = max(level, main.base_m + 0.62 * main.height_m)
    if wanted.angle is Angle.OVERHEAD:
        aim = main.base_m + 0.7 * main.posed_m
        return Frame(people, distance, aim, lens, _tilt(wanted, aim, level, distance), _roll(wanted))
    tilt = 0.0
    for _ in range(4):
        tilt = _tilt(wanted, aim, level, distance)
        frame = Frame(people, distance, aim, lens, tilt, _roll(wanted))
        upright = replace(frame, roll_deg=0.0).camera()
        tops = [project(upright, wanted.aspect, p.x, p.top_m, p.z) for p in others]
        if any(top[2] <= 0.05 for top in tops):
            break
        _, v, depth = min(tops, key=lambda top: top[1])
        aim += (headroom - v) * seen * depth / distance / max(0.35, cos(radians(tilt))) * 0.9
    return Frame(people, distance, aim, lens, _tilt(wanted, aim, level, distance), _roll(wanted))


def _roll(wanted: Wanted) -> float:
    return 11.0 if wanted.angle is Angle.DUTCH else 0.0


def _tilt(wanted: Wanted, aim: float, level: float, distance: float) -> float:
    """Degrees for the angle; the lens stays above the floor and under the ceiling."""
    match wanted.angle:
        case Angle.HIGH:
            tilt = -26.0
        case Angle.LOW:
            tilt = 17.0
        case Angle.OVERHEAD:
            tilt = -74.0
        case _:
            tilt = degrees(asin(min(max((aim - level) / distance, -0.9), 0.9)))
    lowest, highest = (aim - wanted.highest_m) / distance, (aim - 0.3) / distance
    least = degrees(asin(min(max(lowest, -1.0), 1.0)))
    most = degrees(asin(min(max(highest, -1.0), 1.0)))
    return min(max(tilt, least), most)


def _outside(frame: Frame, wanted: Wanted) -> bool:
    """Whether someone's head is not wholly in the picture."""
    camera = frame.camera()
    for p in frame.people:
        box = head_box(p, camera, wanted.aspect)
        if box is None:
            return True
        if p.subject.who == wanted.over:
            continue
        if box.left < 0.005 or box.right > 0.995:
            return True
        if (
            wanted.angle is not Angle.OVERHEAD
            and CROP_LINES[wanted.size].seen > 1.0
            and p.subject.depth is not DepthPlace.FOREGROUND
        ):
            _, feet, depth = project(camera, wanted.aspect, p.x, p.base_m, p.z)
            if depth <= 0.05 or feet > 0.985:
                return True
        if wanted.size is not ShotSize.EXTREME_CLOSE_UP and (box.top < 0.0 or box.bottom > 1.0):
            return True
        if wanted.size is ShotSize.EXTREME_CLOSE_UP and len(frame.people) > 1 and box.inside() < 0.75:
            return True
    return False
