"""Sets with walls and a ceiling: rooms, corridors, halls, stairwells, carriages, a lantern room, caves.

A wall whose inner side looks away from the camera is wild: it is left out, and floor, ceiling and the walls beside it
run on towards the camera.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import pi, radians, tan

import numpy as np

from picturelock.core.anchor import PieceKind, SetKind, SetPiece
from picturelock.core.blocking import TimeOfDay
from picturelock.core.location import local, stair_steps
from picturelock.generate.builtin.geometry import Material, Mesh
from picturelock.generate.builtin.sets import land
from picturelock.generate.builtin.sets.chance import noise
from picturelock.generate.builtin.sets.palette import GRASS, PAPER, STONE, mix, plain, shade, varied
from picturelock.generate.builtin.sets.plot import Plot
from picturelock.generate.builtin.sets.solids import Solids

_THICK = 0.2
_BEYOND = 10.0

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """A wall's plane.

    Attributes:
        x: Of its middle.
        z: Of its middle.
        heading: That its inner side looks to.
        half: Half its length.
    """

    name: str
    x: float
    z: float
    heading: float
    half: float


@dataclass(frozen=True, slots=True)
class Finish:
    """How walls are finished.

    Attributes:
        upper: Above the dado.
        dado: Below it; ``None`` for one surface from floor to ceiling.
        dado_m: Its height.
        trim: Skirting, dado rail and cornice; ``None`` for bare walls.
    """

    upper: Material
    dado: Material | None
    dado_m: float
    trim: Material | None


def sides(plot: Plot) -> tuple[Side, ...]:
    """The four walls."""
    half_w, half_d = plot.size.width / 2, plot.size.depth / 2
    return (
        Side("far", 0.0, half_d, 180.0, half_w),
        Side("left", -half_w, 0.0, 90.0, half_d),
        Side("right", half_w, 0.0, 270.0, half_d),
        Side("near", 0.0, -half_d, 0.0, half_w),
    )


def wild(plot: Plot) -> frozenset[str]:
    """Names of the walls that the camera stands behind."""
    return frozenset(s.name for s in sides(plot) if not plot.inside_of(s.x, s.z, s.heading))


_NEIGHBOURS = {
    "far": ("right", "left"),
    "near": ("left", "right"),
    "left": ("far", "near"),
    "right": ("near", "far"),
}


def _holes(plot: Plot, side: Side) -> list[Rect]:
    """Window openings in a wall: left, right, sill and lintel in the wall's own axes, seen from inside."""
    found: list[Rect] = []
    for piece in plot.pieces:
        if piece.kind is not PieceKind.WINDOW:
            continue
        turn = abs((piece.heading_deg - side.heading + 90) % 180 - 90)
        plane = _as_piece(side)
        across, out = local(plane, piece.x_m, piece.z_m)
        if turn < 20 and abs(out) < 0.35 and abs(across) < side.half:
            half = piece.width_m / 2
            found.append((across - half, across + half, piece.y_m, piece.y_m + piece.height_m))
    return found


def _as_piece(side: Side) -> SetPiece:
    return SetPiece(kind=PieceKind.WALL, x_m=side.x, z_m=side.z, heading_deg=side.heading)


def _around(whole: Rect, holes: Sequence[Rect]) -> list[Rect]:
    """The parts of a rectangle that no hole takes, as upright strips."""
    left, right, low, high = whole
    cuts = sorted({left, right, *(min(max(e, left), right) for h in holes for e in h[:2])})
    parts: list[Rect] = []
    for a, b in pairwise(cuts):
        if b - a < 1e-6:
            continue
        middle = (a + b) / 2
        y = low
        for _, _, sill, lintel in sorted(h for h in holes if h[0] < middle < h[1]):
            if sill > y:
                parts.append((a, b, y, min(sill, high)))
            y = max(y, lintel)
        if y < high:
            parts.append((a, b, y, high))
    # Neighbouring strips of one height are one board.
    merged: list[Rect] = []
    for part in parts:
        if merged and merged[-1][1] == part[0] and merged[-1][2:] == part[2:]:
            merged[-1] = (merged[-1][0], part[1], *part[2:])
        else:
            merged.append(part)
    return merged


def wall(plot: Plot, side: Side, finish: Finish, height: float, gone: frozenset[str]) -> None:
    """One wall with its openings, running on where the wall beside it is wild."""
    s = Solids(f"wall-{side.name}")
    before, after = _NEIGHBOURS[side.name]
    left = -side.half - (_BEYOND if before in gone else _THICK)
    right = side.half + (_BEYOND if after in gone else _THICK)
    holes = _holes(plot, side)

    def slab(material: Material, low: float, high: float, proud: float) -> None:
        for a, b, y0, y1 in _around((left, right, low, high), holes):
            s.box(
                material,
                (b - a, y1 - y0, _THICK + proud),
                ((a + b) / 2, y0, (proud - _THICK) / 2),
                casts=False,
            )

    if finish.dado is not None:
        slab(finish.dado, 0.0, finish.dado_m, 0.015)
        slab(finish.upper, finish.dado_m, height, 0.0)
    else:
        slab(finish.upper, 0.0, height, 0.0)
    if finish.trim is not None:
        slab(finish.trim, 0.0, 0.14, 0.035)
        slab(finish.trim, height - 0.1, height, 0.05)
        if finish.dado is not None:
            slab(finish.trim, finish.dado_m - 0.03, finish.dado_m + 0.04, 0.04)
    plot.raise_(s, (side.x, 0.0, side.z), side.heading)


def _spread(plot: Plot, gone: frozenset[str]) -> Rect:
    """Floor and ceiling reach the walls, or run on where there are none: left, right, near, far."""
    half_w, half_d = plot.size.width / 2, plot.size.depth / 2
    return (
        -half_w - (_BEYOND if "left" in gone else 0.0),
        half_w + (_BEYOND if "right" in gone else 0.0),
        -half_d - (_BEYOND if "near" in gone else 0.0),
        half_d + (_BEYOND if "far" in gone else 0.0),
    )


def floor(plot: Plot, material: Material, gone: frozenset[str]) -> None:
    """The floor."""
    left, right, near, far = _spread(plot, gone)
    s = Solids("floor")
    s.panel(material, [(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)], casts=False)
    plot.raise_(s)


def ceiling(plot: Plot, gone: frozenset[str], *, beams: bool) -> None:
    """The ceiling, and beams across it; left out for a camera above it."""
    height = plot.size.height
    if plot.camera.y_m > height:
        return
    left, right, near, far = _spread(plot, gone)
    s = Solids("ceiling")
    tone = plain(mix(plot.paint.wall, PAPER, 0.45))
    s.panel(
        tone,
        [(left, height, near), (right, height, near), (right, height, far), (left, height, far)],
        casts=False,
    )
    plot.raise_(s)
    if not beams:
        return
    s = Solids("beams")
    wood = plot.paint.wood(0.72)
    count = max(2, round(plot.size.depth / 1.3))
    for index in range(count + (5 if "near" in gone else 0)):
        z = plot.size.depth / 2 - plot.size.depth * (index + 0.5) / count
        s.box(wood, (right - left, 0.18, 0.16), ((left + right) / 2, height - 0.18, z), casts=False)
    plot.raise_(s)


def _finish(plot: Plot, *, dado: bool) -> Finish:
    """Walls as the description has them: timbered, of brick or stone, or plastered with a dado."""
    colour = plot.paint.wall
    if plot.says("log", "cabin", "wooden", "plank", "timber", "attic"):
        return Finish(
            Material(colour=colour, pattern="boards", pattern_m=0.24), None, 0.0, plot.paint.wood(0.7)
        )
    if plot.says("brick", "warehouse", "factory"):
        return Finish(Material(colour=colour, pattern="bricks", pattern_m=0.3), None, 0.0, None)
    if plot.says("stone", "cellar", "castle", "church", "crypt", "dungeon", "monaster", "lighthouse"):
        return Finish(Material(colour=colour, pattern="stone", pattern_m=0.6), None, 0.0, None)
    trim = plain(mix(plot.paint.accent, PAPER, 0.25))
    lower = Material(colour=mix(plot.paint.accent, colour, 0.35), pattern="boards", pattern_m=0.14)
    return Finish(plain(colour), lower if dado else None, 0.9, trim)


def _flooring(plot: Plot, otherwise: str = "boards") -> Material:
    colour = plot.paint.ground
    if plot.says("tile", "kitchen", "hospital", "bathroom", "station", "laborator"):
        return Material(colour=colour, pattern="tiles", pattern_m=0.4)
    if plot.says("stone", "cellar", "castle", "church", "crypt", "dungeon", "concrete"):
        return Material(colour=colour, pattern="stone", pattern_m=0.8)
    return Material(
        colour=colour, pattern=otherwise, pattern_m={"boards": 0.22, "tiles": 0.5, "stone": 0.8}[otherwise]
    )


_DARK = frozenset({TimeOfDay.EVENING, TimeOfDay.NIGHT})


def outside(plot: Plot) -> None:
    """What windows look out on; after dark the lamps of a lit room leave it dark."""
    first = len(plot.meshes)
    _view(plot)
    if plot.setting.time in _DARK:
        for index in range(first, len(plot.meshes)):
            mesh = plot.meshes[index]
            if mesh.material.glow == 0.0:
                colour = shade(mix(mesh.material.colour, (0.12, 0.17, 0.28), 0.6), 0.5)
                plot.meshes[index] = replace(mesh, material=replace(mesh.material, colour=colour))


def _view(plot: Plot) -> None:
    """The sea where the place is by the sea, a town where it is in one, else trees and hills."""
    if plot.says("sea", "harbo", "coast", "shore", "beach", "lighthouse", "ship", "island", "ocean"):
        land.ground(plot, land.grass(plot), land.rolling(plot.seed, 0.4, clear=10), name="yard", level=-0.6)
        land.sea(plot, -1.4, near=26.0)
        return
    lower = (
        -7.0
        if plot.says("attic", "upstairs", "apartment", "flat", "hotel", "office", "storey", "floor")
        else -0.5
    )
    land.ground(plot, land.grass(plot), name="yard", level=lower)
    if lower < -1 or plot.says("city", "town", "street", "station", "apartment"):
        land.skyline(plot, 46.0, 6.0 + lower, 12.0 + lower, base=lower)
        return
    land.hills(plot, base=lower)
    reach = max(plot.size.width, plot.size.depth) / 2
    land.woods(plot, 14, reach + 5.0, reach + 24.0, tall=6.0, slim=0.4, base=lower)


_BARE = (
    "cell",
    "prison",
    "factory",
    "warehouse",
    "workshop",
    "hospital",
    "kitchen",
    "ruin",
    "cellar",
    "empty",
)


def room(plot: Plot) -> None:
    """Four walls, boards, a ceiling, a rug where people live."""
    chance = plot.chance(3)
    finish = _finish(plot, dado=chance.next() < 0.6)
    beams = chance.next() < 0.55 or plot.says("beam", "cabin", "cottage", "attic")
    _enclose(plot, finish, _flooring(plot), beams=beams)
    if not plot.says(*_BARE):
        _rug(plot, min(1.5, plot.size.width / 2 - 1.2), min(1.0, plot.size.depth / 2 - 1.0))


def _rug(plot: Plot, half_w: float, half_d: float, along: float = 0.0) -> None:
    """A rug with a border, flat on the boards."""
    chance = plot.chance(5)
    main = varied(mix(plot.paint.accent, (0.52, 0.26, 0.22), 0.45), chance, 2.0)
    for level, (inset, colour) in enumerate(
        ((0.0, main), (0.12, mix(main, PAPER, 0.5)), (0.2, shade(main, 0.88)))
    ):
        s = Solids(f"rug-{level}")
        y = 0.006 + 0.003 * level
        x, z = half_w - inset, half_d - inset
        cloth = Material(colour=colour, pattern="cloth" if level == 2 else "plain", pattern_m=0.2, ink=0.6)
        s.panel(
            cloth, [(-x, y, along - z), (x, y, along - z), (x, y, along + z), (-x, y, along + z)], casts=False
        )
        plot.raise_(s)


def _enclose(plot: Plot, finish: Finish, flooring: Material, *, beams: bool) -> frozenset[str]:
    gone = wild(plot)
    floor(plot, flooring, gone)
    for side in sides(plot):
        if side.name not in gone:
            wall(plot, side, finish, plot.size.height, gone)
    ceiling(plot, gone, beams=beams)
    outside(plot)
    return gone


def corridor(plot: Plot) -> None:
    """A long room with a dado."""
    _enclose(plot, _finish(plot, dado=True), _flooring(plot, "tiles"), beams=False)


def hall(plot: Plot) -> None:
    """A high room with a heavy cornice, tiles and ceiling beams both ways."""
    gone = _enclose(
        plot, _finish(plot, dado=True), _flooring(plot, "tiles"), beams=plot.says("beam", "barn", "wood")
    )
    _rug(plot, 0.95, plot.size.depth / 2 - 1.0)
    trim = plain(mix(plot.paint.wall, PAPER, 0.35))
    height = plot.size.height
    s = Solids("cornice")
    for side in sides(plot):
        if side.name in gone:
            continue
        along_x = side.heading in {0.0, 180.0}
        wide = plot.size.width if along_x else plot.size.depth
        for drop, out in ((0.16, 0.34), (0.34, 0.2), (0.52, 0.1)):
            x = side.x if along_x else side.x - np.sign(side.x) * out / 2
            z = side.z if not along_x else side.z - np.sign(side.z) * out / 2
            size = (wide, 0.16, out) if along_x else (out, 0.16, wide)
            s.box(trim, size, (float(x), height - drop - 0.1, float(z)), casts=False)
    if s.triangles():
        plot.raise_(s)


def stairwell(plot: Plot) -> None:
    """A high room whose far end a flight of stairs climbs, with banisters at both sides."""
    _enclose(plot, _finish(plot, dado=True), _flooring(plot, "tiles"), beams=False)
    for number, piece in enumerate(p for p in plot.pieces if p.kind is PieceKind.STAIR):
        _banisters(plot, piece, f"banister-{number}")


def _banisters(plot: Plot, stair: SetPiece, name: str) -> None:
    """Newel posts, a rail and a baluster on every tread."""
    steps = stair_steps(stair)
    rise, run = stair.height_m / steps, stair.depth_m / steps
    wood, dark = plot.paint.wood(0.9), plot.paint.wood(0.7)
    s = Solids(name)
    for side in (-1, 1):
        x = side * (stair.width_m / 2 - 0.09)
        foot, head = -stair.depth_m / 2 + run * 0.5, stair.depth_m / 2 - run * 0.5
        for z, low in ((foot, rise), (head, stair.height_m)):
            s.box(dark, (0.11, 1.02, 0.11), (x, low, z))
            s.lathe(dark, [(0.07, 0.0), (0.08, 0.06), (0.02, 0.13)], (x, low + 1.02, z), sides=8)
        for step in range(1, steps - 1):
            z = -stair.depth_m / 2 + run * (step + 0.5)
            s.box(wood, (0.035, 0.86, 0.035), (x, rise * (step + 1), z))
        s.tube(wood, (x, rise + 0.9, foot), (x, stair.height_m + 0.9, head), 0.05, sides=6)
    plot.raise_(s, (stair.x_m, stair.y_m, stair.z_m), stair.heading_deg)


def vehicle(plot: Plot) -> None:
    """Inside a car, or a railway carriage."""
    if plot.says("car", "taxi", "truck", "van", "cab") and not plot.says("carriage", "train"):
        car_cabin(plot)
    else:
        carriage(plot)


def car_cabin(plot: Plot) -> None:
    """A car around the origin, its windscreen towards a camera at heading 0: seats, wheel, doors, pillars, roof."""
    body = plain(mix(plot.paint.accent, (0.35, 0.42, 0.48), 0.3))
    cloth = Material(colour=shade(plot.paint.wall, 0.85), pattern="cloth", pattern_m=0.12)
    dark = plain((0.16, 0.16, 0.18))
    half, waist, top = 1.0, 0.86, 1.52
    front, back = -1.05, 1.45
    floor_ = Solids("car-floor")
    floor_.box(dark, (2 * half, 0.04, back - front), (0, -0.02, (front + back) / 2), casts=False)
    plot.raise_(floor_)
    for side in (-1, 1):
        s = Solids(f"car-side-{side}")
        x = side * half
        s.box(body, (0.1, waist, back - front), (x, 0, (front + back) / 2), casts=False)
        s.box(cloth, (0.03, waist * 0.5, 1.0), (x - side * 0.065, 0.25, -0.25), casts=False)
        s.box(dark, (0.05, 0.04, 0.16), (x - side * 0.09, waist - 0.14, -0.5), casts=False)
        s.tube(body, (x, waist, front), (x - side * 0.12, top, front + 0.55), 0.045, sides=6)
        s.tube(body, (x, waist, 0.3), (x - side * 0.1, top, 0.32), 0.05, sides=6)
        s.tube(body, (x, waist, back), (x - side * 0.12, top, back - 0.4), 0.06, sides=6)
        plot.raise_(s)
    s = Solids("car-roof")
    if plot.camera.y_m < top:
        s.box(
            body, (2 * half - 0.2, 0.06, back - front - 0.9), (0, top, (front + back) / 2 + 0.08), casts=False
        )
    s.box(body, (2 * half - 0.2, 0.07, 0.08), (0, top - 0.02, front + 0.55), casts=False)
    s.box(dark, (0.26, 0.08, 0.03), (0, top - 0.12, front + 0.6), casts=False)
    plot.raise_(s)
    s = Solids("car-seats")
    for x in (-0.46, 0.46):
        s.box(cloth, (0.56, 0.14, 0.56), (x, 0.3, 0.0))
        s.box(cloth, (0.56, 0.62, 0.14), (x, 0.4, 0.3), lean=8)
        s.box(cloth, (0.28, 0.18, 0.1), (x, 1.02, 0.4))
    s.box(cloth, (1.7, 0.16, 0.5), (0, 0.28, 0.95))
    s.box(cloth, (1.7, 0.6, 0.14), (0, 0.42, 1.22))
    plot.raise_(s)
    s = Solids("car-dash")
    s.box(dark, (2 * half - 0.1, 0.22, 0.3), (0, 0.62, front + 0.16))
    rim = [
        (0.46 + 0.19 * float(np.cos(a)), 0.80 + 0.17 * float(np.sin(a)), -0.62 - 0.09 * float(np.sin(a)))
        for a in np.linspace(0, 2 * pi, 17)
    ]
    for a, b in pairwise(rim):
        s.tube(dark, a, b, 0.018, sides=5)
    s.tube(dark, (0.46, 0.80, -0.62), (0.46, 0.70, -0.86), 0.03, sides=6)
    s.box(dark, (0.36, 0.04, 0.03), (0.46, 0.78, -0.62))
    plot.raise_(s)
    if plot.camera.z_m < front - 1.2 or plot.camera.z_m > 0:
        s = Solids("car-bonnet")
        s.box(body, (2 * half - 0.06, 0.5, 1.15), (0, 0.28, front - 0.55), casts=False)
        plot.raise_(s)
    tar = plain(mix(plot.paint.ground, (0.40, 0.39, 0.38), 0.6))
    land.ground(plot, land.grass(plot), name="verge", level=-0.32)
    s = Solids("road")
    s.panel(tar, [(-3.6, -0.3, -400), (3.6, -0.3, -400), (3.6, -0.3, 400), (-3.6, -0.3, 400)], casts=False)
    plot.raise_(s)
    if plot.says("city", "town", "street", "taxi"):
        land.skyline(plot, 34.0, 6.0, 12.0)
    else:
        land.woods(plot, 40, 9.0, 70.0, tall=7.0, slim=0.4)
        land.hills(plot)


def carriage(plot: Plot) -> None:
    """A railway carriage: boards below, windows, racks, a barrel roof, land going by."""
    gone = wild(plot)
    size = plot.size
    wood = Material(colour=mix(plot.paint.accent, plot.paint.wall, 0.25), pattern="boards", pattern_m=0.12)
    finish = Finish(plain(plot.paint.wall), wood, 0.95, plot.paint.wood(0.7))
    spring = size.height - 0.45
    floor(plot, Material(colour=plot.paint.ground, pattern="boards", pattern_m=0.14), gone)
    for side in sides(plot):
        if side.name not in gone:
            high = spring + 0.1 if side.name in {"left", "right"} else size.height
            wall(plot, side, finish, high, gone)
    if plot.camera.y_m < size.height:
        _barrel_roof(plot, spring, gone)
    _racks(plot, gone)
    land.ground(plot, land.grass(plot), name="embankment", level=-1.4)
    land.hills(plot, base=-3.0)
    land.woods(plot, 18, 9.0, 40.0, tall=6.0, slim=0.4, base=-1.4)


def _barrel_roof(plot: Plot, spring: float, gone: frozenset[str]) -> None:
    left, right, near, far = _spread(plot, gone - {"left", "right"})
    angles = np.linspace(0, pi, 13)
    half = (right - left) / 2
    arc = np.column_stack(
        (-np.cos(angles) * half, spring + np.sin(angles) * (plot.size.height - spring), np.zeros(13))
    )
    grid = np.stack((arc + np.array([0, 0, near]), arc + np.array([0, 0, far])))
    s = Solids("roof")
    s.sheet(plain(mix(plot.paint.wall, PAPER, 0.5)), grid, casts=False)
    plot.raise_(s)
    s = Solids("roof-ribs")
    rib = plot.paint.wood(0.75)
    count = max(3, round((far - near) / 1.1))
    for index in range(count):
        z = near + (far - near) * (index + 0.5) / count
        inner = arc * np.array([0.985, 1.0, 1.0]) - np.array([0, 0.03, 0])
        grid = np.stack((inner + np.array([0, 0, z - 0.04]), inner + np.array([0, 0, z + 0.04])))
        s.sheet(rib, grid, casts=False)
    plot.raise_(s)


def _racks(plot: Plot, gone: frozenset[str]) -> None:
    """Luggage racks over the windows, with a case or two."""
    chance = plot.chance(17)
    half_w, half_d = plot.size.width / 2, plot.size.depth / 2
    for side, name in ((-1, "left"), (1, "right")):
        if name in gone:
            continue
        s = Solids(f"rack-{name}")
        iron = plot.paint.iron(1.2)
        y = plot.size.height - 0.42
        for out in (0.06, 0.2, 0.34):
            x = side * (half_w - out)
            s.tube(iron, (x, y, -half_d + 0.1), (x, y, half_d - 0.1), 0.014, sides=5)
        z = -half_d + 0.5
        while z < half_d:
            s.tube(iron, (side * half_w, y - 0.12, z), (side * (half_w - 0.36), y, z), 0.014, sides=5)
            if chance.next() < 0.5:
                case = plain(varied(mix(plot.paint.accent, (0.45, 0.30, 0.20), 0.5), chance, 2.0))
                s.box(case, (0.3, 0.2, 0.6), (side * (half_w - 0.2), y + 0.02, z + 0.55))
            z += 1.1
        plot.raise_(s)


def lantern_room(plot: Plot) -> None:
    """The top of a lighthouse: eight sides of glass over a low wall, a gallery with a railing, the sea far below."""
    size = plot.size
    reach = min(size.width, size.depth) / 2
    half = reach * tan(pi / 8)
    stone = Material(colour=plot.paint.wall, pattern="stone", pattern_m=0.5)
    iron = plot.paint.iron(1.05)
    sill, lintel = 0.8, size.height - 0.3
    gone = 0
    for index in range(8):
        heading = 45.0 * index
        turn = radians(heading)
        x, z = -reach * float(np.sin(turn)), -reach * float(np.cos(turn))
        if not plot.inside_of(x, z, heading):
            gone += 1
            continue
        s = Solids(f"glazing-{index}")
        s.box(stone, (2 * half + 0.1, sill, 0.28), (0, 0, -0.14), casts=False)
        s.box(plain(shade(plot.paint.wall, 1.12)), (2 * half + 0.1, 0.06, 0.4), (0, sill, -0.12), casts=False)
        s.box(iron, (2 * half + 0.1, size.height - lintel, 0.2), (0, lintel, -0.1), casts=False)
        for across in (-half, -half / 3, half / 3, half):
            s.box(iron, (0.07 if abs(across) == half else 0.045, lintel - sill, 0.07), (across, sill, -0.06))
        for share in (0.36, 0.7):
            s.box(iron, (2 * half, 0.04, 0.05), (0, sill + (lintel - sill) * share, -0.06))
        plot.raise_(s, (x, 0.0, z), heading)
        rail = Solids(f"gallery-{index}")
        for y in (0.15, 0.55):
            rail.box(iron, (2 * half + 1.2, 0.04, 0.04), (0, y, -1.5))
        for across in np.linspace(-half - 0.5, half + 0.5, 7):
            rail.box(iron, (0.03, 1.1, 0.03), (float(across), -0.5, -1.5))
        plot.raise_(rail, (x, 0.0, z), heading)
    s = Solids("floor")
    plates = Material(colour=plot.paint.ground, pattern="tiles", pattern_m=0.6)
    corner = (reach + (5.0 if gone else 0.0)) / float(np.cos(pi / 8))
    angles = np.radians(np.arange(8) * 45.0 + 22.5)
    ring = [(float(np.sin(a)) * corner, 0.0, float(np.cos(a)) * corner) for a in angles]
    s.panel(plates, ring, casts=False)
    plot.raise_(s)
    if plot.camera.y_m < size.height:
        s = Solids("dome")
        s.lathe(
            plain(mix(plot.paint.wall, plot.paint.accent, 0.4)),
            [(corner, size.height), (reach * 0.5, size.height + 0.7), (0.05, size.height + 1.1)],
            sides=8,
            smooth=False,
        )
        plot.meshes.extend(_unshadowed(s))
        ribs = Solids("dome-ribs")
        for a in angles:
            start = (float(np.sin(a)) * reach, size.height - 0.02, float(np.cos(a)) * reach)
            ribs.tube(iron, start, (0.0, size.height + 0.95, 0.0), 0.03, sides=4)
        plot.meshes.extend(_unshadowed(ribs))
    land.sea(plot, -24.0)
    land.ridge(
        plot, "coast", mix(GRASS, STONE, 0.5), 300.0, -4.0, base=-24.5, rough=0.3, arc=(40, 150), keys=4
    )
    land.ridge(
        plot, "coast-far", mix(GRASS, STONE, 0.5), 340.0, -9.0, base=-24.5, rough=0.2, arc=(-80, 10), keys=6
    )


def _unshadowed(s: Solids) -> list[Mesh]:
    return [replace(m, casts=False) for m in s.meshes()]


def cave(plot: Plot) -> None:
    """Rock all round, pushed about by noise, with a mouth to the sky and stones that hang and stand."""
    size = plot.size
    half_w, half_d, height = size.width / 2, size.depth / 2, size.height
    stone = Material(colour=shade(mix(plot.paint.wall, STONE, 0.25), 0.82), pattern="stone", pattern_m=1.6)
    around, up = 84, 22
    angle = np.linspace(0, 2 * pi, around + 1)[None, :] * np.ones((up + 1, 1))
    lift = np.linspace(-0.07, 0.5 * pi, up + 1)[:, None] * np.ones((1, around + 1))
    jitter = noise(np.stack((angle * 9.0, lift * 9.0, lift * 0), axis=-1), plot.seed + 13, 1)
    jitter[:, -1] = jitter[:, 0]
    shape = np.stack((np.sin(angle) * np.cos(lift), np.sin(lift), np.cos(angle) * np.cos(lift)), axis=-1)
    grid = shape * np.array([half_w * 1.12, height, half_d * 1.12])
    # Beds of rock: long lumps that lie, then breaks across them.
    points = grid.reshape(-1, 3)
    beds = noise(points * np.array([0.32, 0.9, 0.32]), plot.seed + 3, 3).reshape(angle.shape)
    breaks = np.abs(noise(points * 0.8, plot.seed + 4, 2)).reshape(angle.shape)
    push = 0.26 * np.clip(beds, -0.5, 1.0) + 0.16 * breaks + 0.03 * jitter
    push[:, -1] = push[:, 0]
    pushed = grid * (1 - push)[..., None]
    middle = (grid[:-1, :-1] + grid[1:, 1:]) / 2
    inward = -middle / np.array([half_w, height, half_d]) ** 2
    eye = np.array([plot.camera.x_m, plot.camera.y_m, plot.camera.z_m])
    keep = ((eye - middle) * inward).sum(axis=-1) > 0
    ragged = noise(middle.reshape(-1, 3) * 0.9, plot.seed + 21, 3).reshape(middle.shape[:2])
    bearing = (np.degrees(np.arctan2(middle[..., 0], middle[..., 2])) - 36.0) / 20.0
    mouth = bearing**2 + (middle[..., 1] / (height * 0.62)) ** 2 < 1.0 + 0.5 * ragged
    s = Solids("cave")
    s.sheet(stone, pushed, smooth=True, casts=False, keep=keep & ~mouth, creases=True)
    plot.raise_(s)
    land.ground(
        plot,
        Material(colour=plot.paint.ground, pattern="stone", pattern_m=1.3),
        land.rolling(plot.seed + 9, 0.35, clear=2.6, size=1.6),
    )
    _dripstones(plot, stone)
    land.stones(plot, 16, half_w * 0.62, half_w * 0.98, large=1.3)
    land.ridge(plot, "hills", mix(GRASS, plot.paint.ground, 0.4), 120.0, 14.0, rough=0.2, keys=3)
    land.woods(plot, 8, 14.0, 30.0, tall=7.0)


def _dripstones(plot: Plot, stone: Material) -> None:
    chance = plot.chance(23)
    half_w, half_d, height = plot.size.width / 2, plot.size.depth / 2, plot.size.height
    for index in range(16):
        angle = index * 2.399963 + chance.next()
        share = chance.between(0.45, 0.8)
        x, z = half_w * share * float(np.sin(angle)), half_d * share * float(np.cos(angle))
        if plot.from_camera(x, z) < 2.0 or (abs(x) < 2.4 and z < 2.4):
            continue
        long, r = chance.between(0.5, 1.5), chance.between(0.1, 0.24)
        roof = height * (1 - share**2) ** 0.5 + 0.3
        s = Solids(f"dripstone-{index}")
        s.lathe(
            stone,
            [(0.01, roof - long - 0.3), (r * 0.4, roof - long * 0.6), (r, roof)],
            (x, 0, z),
            sides=7,
            smooth=False,
        )
        if chance.next() < 0.5 and share > 0.6:
            s.lathe(
                stone,
                [(r * 1.6, -0.1), (r * 0.8, long * 0.4), (0.02, long * 0.8)],
                (x, 0, z),
                sides=7,
                smooth=False,
            )
        plot.meshes.extend(_unshadowed(s))


def courtyard(plot: Plot) -> None:
    """Paving and walls under the open sky: stairs, halls and corridors out of doors."""
    gone = wild(plot)
    land.ground(plot, land.snowed(plot, Material(colour=plot.paint.ground, pattern="stone", pattern_m=0.9)))
    finish = Finish(
        Material(colour=plot.paint.wall, pattern="stone", pattern_m=0.6),
        None,
        0.0,
        plain(shade(plot.paint.wall, 1.1)),
    )
    for side in sides(plot):
        if side.name not in gone and (side.name != "near" or plot.look.kind is not SetKind.STAIRS):
            wall(plot, side, finish, plot.size.height, frozenset())
    land.hills(plot)
    land.woods(plot, 14, max(plot.size.width, plot.size.depth) / 2 + 4, 40.0, tall=7.0, slim=0.4)
