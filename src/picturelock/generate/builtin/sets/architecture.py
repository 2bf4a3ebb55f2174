"""What is built: houses and town fronts, towers, walls, fences, columns, stairs."""

from dataclasses import dataclass
from math import ceil, cos, pi, radians, sin

from picturelock.core.anchor import PieceKind, SetPiece
from picturelock.core.location import stair_steps
from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.palette import (
    BRICK,
    PAPER,
    ROOF_TILE,
    SLATE,
    SNOW,
    mix,
    plain,
    shade,
    varied,
)
from picturelock.generate.builtin.sets.solids import Point


@dataclass(frozen=True, slots=True)
class Face:
    """An upright plane of a building: which way it looks and how far out it stands."""

    turn: float
    out: float

    def at(self, across: float, y: float, proud: float = 0.0) -> Point:
        """A point of the plane, or a little in front of it."""
        t = radians(self.turn)
        reach = self.out + proud
        return across * cos(t) + reach * sin(t), y, reach * cos(t) - across * sin(t)


def opening(
    job: Job, face: Face, across: float, y: float, width: float, height: float, *, shutters: bool
) -> None:
    """A window in a house front: frame, glass, bars, sill, perhaps shutters."""
    s = job.solids
    frame = plain(mix(job.paint.accent, PAPER, 0.5), ink=0.9)
    s.box(frame, (width + 0.14, height + 0.14, 0.08), face.at(across, y - 0.07), turn=face.turn)
    s.box(job.pane(), (width, height, 0.03), face.at(across, y, 0.035), turn=face.turn)
    s.box(frame, (0.05, height, 0.03), face.at(across, y, 0.05), turn=face.turn)
    s.box(frame, (width, 0.045, 0.03), face.at(across, y + height * 0.58, 0.05), turn=face.turn)
    s.box(
        job.paint.stone(1.1, blocks=False),
        (width + 0.3, 0.07, 0.16),
        face.at(across, y - 0.12, 0.05),
        turn=face.turn,
    )
    if shutters:
        wood = job.paint.wood(0.85)
        for side in (-1, 1):
            spot = face.at(across + side * (width * 0.75 + 0.09), y - 0.04, 0.02)
            s.box(wood, (width * 0.5, height + 0.08, 0.05), spot, turn=face.turn)


def entrance(
    job: Job, face: Face, across: float, width: float = 0.95, height: float = 2.1, *, step: float = 0.32
) -> None:
    """A house door with a step and a lintel."""
    s = job.solids
    frame = plain(mix(job.paint.accent, PAPER, 0.4))
    s.box(frame, (width + 0.24, height + 0.14, 0.09), face.at(across, 0.0), turn=face.turn)
    s.box(job.paint.wood(0.8), (width, height - 0.04, 0.05), face.at(across, 0.04, 0.04), turn=face.turn)
    for low in (0.16, 0.56):
        s.box(
            job.paint.wood(0.65),
            (width * 0.7, height * 0.32, 0.02),
            face.at(across, height * low, 0.065),
            turn=face.turn,
        )
    s.box(
        job.paint.stone(1.0, blocks=False),
        (width + 0.4, 0.1, 2 * step),
        face.at(across, 0.0),
        turn=face.turn,
    )


def _walls(job: Job) -> Material:
    """Plaster, brick, boards or stone, by the house."""
    colour = varied(job.paint.main(job.paint.wall), job.chance, 1.5)
    kind = job.chance.next()
    if kind < 0.45:
        return plain(colour)
    if kind < 0.7:
        return Material(colour=mix(colour, BRICK, 0.55), pattern="bricks", pattern_m=0.3)
    if kind < 0.85:
        return Material(colour=colour, pattern="boards", pattern_m=0.24)
    return Material(colour=colour, pattern="stone", pattern_m=0.7)


def _roofing(job: Job) -> Material:
    colour = varied(mix(job.chance.pick((ROOF_TILE, SLATE)), job.paint.accent, 0.3), job.chance)
    if job.setting.snow:
        return Material(colour=SNOW, pattern="snow", pattern_m=0.6)
    return Material(colour=colour, pattern="shingles", pattern_m=0.3)


def house(job: Job) -> None:
    """A house with a pitched roof, windows on all sides, a door in front, a chimney."""
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    walls, roof = _walls(job), _roofing(job)
    small = w < 3.6
    over = 0.12 if small else 0.3
    chimney = 0.0 if small else h * 0.07
    gabled = not small and chance.next() < 0.35
    body_w, body_d = w - 2 * over, d - 2 * over
    pitch = min(h * 0.42, (body_w if gabled else body_d) * 0.42)
    ridge = h - chimney
    eaves = ridge - pitch
    s.box(walls, (body_w, eaves, body_d))
    s.box(job.paint.stone(0.92), (body_w + 0.06, min(0.35, eaves * 0.12), body_d + 0.06))
    _gable_roof(job, walls, roof, (body_w, body_d), eaves, ridge - 0.02, over, along_x=not gabled)
    floors = max(1, round(eaves / 2.8))
    storey = eaves / floors
    faces = (Face(0, body_d / 2), Face(180, body_d / 2), Face(90, body_w / 2), Face(270, body_w / 2))
    shutters = not small and chance.next() < 0.5
    door_at = 0.0 if small or body_w < 5 else chance.pick((-0.25, 0.0, 0.25)) * body_w
    for number, face in enumerate(faces):
        span = body_w if number < 2 else body_d
        columns = max(1, int(span // 2.0))
        for floor in range(floors):
            for column in range(columns):
                across = (column + 0.5 - columns / 2) * span / columns
                if number == 0 and floor == 0 and abs(across - door_at) < 1.2:
                    continue
                tall = min(1.35, storey * 0.48)
                opening(
                    job,
                    face,
                    across,
                    floor * storey + storey * 0.34,
                    min(0.9, span * 0.3),
                    tall,
                    shutters=shutters,
                )
    entrance(job, faces[0], door_at, min(0.95, body_w * 0.5), min(2.1, eaves * 0.85), step=over)
    if chimney:
        brick = Material(colour=mix(BRICK, job.paint.wall, 0.3), pattern="bricks", pattern_m=0.24)
        x = body_w * chance.pick((-0.32, 0.3)) if not gabled else 0.0
        z = 0.0 if not gabled else -body_d * 0.25
        s.box(brick, (0.62, h - eaves - 0.2, 0.5), (x, eaves, z))
        s.box(job.paint.stone(1.0, blocks=False), (0.74, 0.1, 0.62), (x, h - 0.22, z))
        for side in (-1, 1):
            s.tube(plain(ROOF_TILE), (x + side * 0.15, h - 0.15, z), (x + side * 0.15, h, z), 0.09, sides=7)


def _gable_roof(
    job: Job,
    walls: Material,
    roof: Material,
    body: tuple[float, float],
    eaves: float,
    ridge: float,
    over: float,
    *,
    along_x: bool,
) -> None:
    """Two slopes and two gables; the ridge runs across the front or away from it."""
    s = job.solids
    wide, deep = body if along_x else (body[1], body[0])
    turn = 0.0 if along_x else 90.0
    half = deep / 2
    slope = (ridge - eaves) / half
    reach = half + over
    low = eaves - slope * over
    thick = 0.1
    for side in (-1, 1):
        outline = [
            (0.0, ridge),
            (0.0, ridge - thick),
            (side * reach, low - thick * 0.4),
            (side * reach, low + thick * 0.4),
        ]
        s.prism(roof, outline, -wide / 2 - over, wide / 2 + over, turn=turn + 90.0)
    gable = [(-half, eaves), (half, eaves), (0.0, ridge - thick)]
    s.prism(walls, gable, -wide / 2, wide / 2, turn=turn + 90.0)


def townhouse(job: Job, *, detail: bool = True) -> None:
    """A house in a row: a front with windows in columns, a door or a shop below, cornice, roof and chimney.

    Its front looks to +z and stands at the front of the box.
    """
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    walls, roof = _walls(job), _roofing(job)
    pitch = chance.between(0.18, 0.26) * h
    top = h - pitch
    floors = max(2, round(top / 3.0))
    ground = min(3.3, top / floors * 1.1)
    storey = (top - ground) / max(1, floors - 1)
    face = Face(0, d / 2)
    trim = plain(mix(walls.colour, PAPER, 0.45))
    s.box(walls, (w, top, d))
    s.box(trim, (w, 0.22, 0.16), face.at(0, top - 0.22, 0.06))
    s.box(trim, (w, 0.14, 0.1), face.at(0, ground - 0.1, 0.04))
    s.prism(
        roof,
        [(-d / 2, top), (d / 2 + 0.14, top), (d / 2 + 0.14, top + 0.1), (0.0, h - 0.4), (-d / 2, top)],
        -w / 2,
        w / 2,
        turn=270.0,
    )
    brick = Material(colour=mix(BRICK, walls.colour, 0.3), pattern="bricks", pattern_m=0.3)
    s.box(brick, (0.6, pitch * 0.8, 0.9), (-w / 2 + 0.42, h - pitch * 0.8 - 0.12, 0))
    for z in (-0.22, 0.22):
        s.tube(plain(ROOF_TILE), (-w / 2 + 0.42, h - 0.14, z), (-w / 2 + 0.42, h + 0.16, z), 0.1, sides=6)
    columns = max(2, int(w // 1.8))
    shutters = detail and chance.next() < 0.35
    for floor in range(1, floors):
        for column in range(columns):
            across = (column + 0.5 - columns / 2) * w / columns
            y = ground + (floor - 1) * storey + storey * 0.26
            if detail:
                opening(job, face, across, y, min(0.95, w / columns * 0.5), storey * 0.52, shutters=shutters)
            else:
                s.box(job.pane(), (0.9, storey * 0.52, 0.04), face.at(across, y))
    if detail:
        _ground_floor(job, face, ground, columns)
    _dormer(job, walls, roof, top, pitch)


def _ground_floor(job: Job, face: Face, ground: float, columns: int) -> None:
    s, w, chance = job.solids, job.width, job.chance
    if chance.next() < 0.45:
        _shop(job, face, ground)
        return
    at = chance.pick((0, columns - 1))
    for column in range(columns):
        across = (column + 0.5 - columns / 2) * w / columns
        if column == at:
            entrance(job, face, across, 1.0, min(2.25, ground * 0.78))
            s.box(job.pane(), (0.9, 0.3, 0.05), face.at(across, min(2.42, ground * 0.82)))
        else:
            opening(
                job, face, across, ground * 0.32, min(0.95, w / columns * 0.5), ground * 0.46, shutters=False
            )


def _shop(job: Job, face: Face, ground: float) -> None:
    """A shop front: a wide window over a panel, a recessed door, a name board, an awning now and then."""
    s, w, chance = job.solids, job.width, job.chance
    wood = plain(varied(mix(job.paint.accent, (0.28, 0.34, 0.36), 0.35), chance, 2.0))
    dark = plain(shade(wood.colour, 0.75))
    s.box(wood, (w - 0.3, ground - 0.25, 0.1), face.at(0, 0))
    s.box(plain(mix(wood.colour, PAPER, 0.25)), (w - 0.4, 0.42, 0.12), face.at(0, ground - 0.72, 0.05))
    ink = plain(mix(wood.colour, PAPER, 0.75), ink=0.3)
    s.box(ink, (w * 0.5, 0.13, 0.03), face.at(0, ground - 0.58, 0.12))
    side = chance.pick((-1, 1))
    door = side * (w / 2 - 0.85)
    s.box(dark, (1.0, 2.15, 0.06), face.at(door, 0.02, 0.05))
    s.box(job.pane(), (0.6, 1.1, 0.03), face.at(door, 0.9, 0.08))
    wide = w - 2.1
    glass = -side * 0.55
    s.box(job.pane(0.8), (wide, ground - 1.55, 0.06), face.at(glass, 0.72, 0.04))
    for index in range(1, max(2, round(wide / 0.9))):
        across = glass - wide / 2 + wide * index / max(2, round(wide / 0.9))
        s.box(dark, (0.05, ground - 1.55, 0.05), face.at(across, 0.72, 0.07))
    if chance.next() < 0.55:
        cloth = Material(
            colour=varied(mix(job.paint.accent, PAPER, 0.35), chance, 2.5), pattern="cloth", pattern_m=0.4
        )
        high, low, reach = ground - 0.76, ground - 1.25, 1.1
        a, b = -w / 2 + 0.3, w / 2 - 0.3
        s.panel(
            cloth,
            [face.at(a, high, 0.1), face.at(b, high, 0.1), face.at(b, low, reach), face.at(a, low, reach)],
        )
        s.panel(
            cloth,
            [
                face.at(a, low, reach),
                face.at(b, low, reach),
                face.at(b, low - 0.2, reach),
                face.at(a, low - 0.2, reach),
            ],
        )


def _dormer(job: Job, walls: Material, roof: Material, top: float, pitch: float) -> None:
    s, chance = job.solids, job.chance
    if chance.next() > 0.5:
        return
    z = job.depth * 0.27
    s.box(walls, (1.0, pitch * 0.5, 0.9), (job.width * 0.14, top + pitch * 0.1, z))
    s.box(job.pane(), (0.6, pitch * 0.3, 0.04), (job.width * 0.14, top + pitch * 0.22, z + 0.46))
    high = top + pitch * 0.6
    s.prism(
        roof, [(-0.62, high), (0.62, high), (0.0, high + 0.36)], z - 0.5, z + 0.55, (job.width * 0.14, 0, 0)
    )


def tower(job: Job) -> None:
    """A lighthouse by the sea or on its own; a church tower with a spire where it is slim for a town."""
    if job.chance.next() < 0.5 or job.height > 3.4 * job.width:
        lighthouse(job)
    else:
        steeple(job)


def lighthouse(job: Job) -> None:
    """A tapering shaft with bands, a gallery, a lantern room and a domed cap."""
    s, (w, h, d) = job.solids, job.size
    r = min(w, d) / 2
    white = Material(colour=mix(job.paint.main(job.paint.wall), PAPER, 0.5), pattern="stone", pattern_m=0.8)
    band = plain(mix(job.paint.accent, (0.62, 0.26, 0.22), 0.6))
    iron = job.paint.iron(0.8)
    shaft = h * 0.78

    def radius(share: float) -> float:
        return r * (0.86 - 0.36 * share**0.8)

    for index in range(5):
        low, high = index / 5, (index + 1) / 5
        material = band if index % 2 else white
        s.lathe(material, [(radius(low), shaft * low), (radius(high), shaft * high)], sides=20)
    s.lathe(job.paint.stone(0.9), [(r, 0), (r * 0.96, h * 0.03), (r * 0.88, h * 0.035)], sides=20)
    s.lathe(
        white,
        [(radius(1.0), shaft), (r * 0.74, shaft * 1.02), (r * 0.74, shaft * 1.035), (r * 0.4, shaft * 1.036)],
        sides=20,
    )
    for index in range(16):
        angle = 2 * pi * index / 16
        x, z = sin(angle) * r * 0.7, cos(angle) * r * 0.7
        s.tube(iron, (x, shaft * 1.03, z), (x, shaft * 1.085, z), r * 0.012, sides=4)
    s.lathe(iron, [(r * 0.715, shaft * 1.08), (r * 0.715, shaft * 1.088)], sides=20)
    low, high = shaft * 1.035, h * 0.91
    glass = plain((1.0, 0.92, 0.66), glow=1.0) if job.setting.lamps_on else plain((0.68, 0.74, 0.76))
    s.lathe(glass, [(r * 0.38, low), (r * 0.38, high)], sides=12, smooth=False)
    for index in range(12):
        angle = 2 * pi * (index + 0.5) / 12
        x, z = cos(angle) * r * 0.385, sin(angle) * r * 0.385
        s.tube(iron, (x, low, z), (x, high, z), r * 0.018, sides=4)
    s.lathe(
        iron,
        [
            (r * 0.46, high),
            (r * 0.44, high + h * 0.008),
            (r * 0.34, h * 0.955),
            (r * 0.08, h * 0.975),
            (r * 0.05, h * 0.985),
            (0.02, h),
        ],
        sides=14,
    )
    for level, turn in ((0.22, 0.0), (0.45, 40.0), (0.68, -30.0), (0.3, 180.0), (0.6, 150.0)):
        face = Face(turn, radius(level) * 0.985)
        s.box(job.pane(0.8), (r * 0.16, h * 0.035, r * 0.08), face.at(0, shaft * level), turn=turn)
    face = Face(0.0, radius(0.06))
    s.box(job.paint.wood(0.7), (min(1.1, r * 0.5), min(2.2, h * 0.13), 0.1), face.at(0, 0.0, 0.02))
    job.lamps.append((0.0, (low + high) / 2, 0.0))


def steeple(job: Job) -> None:
    """A square tower with a belfry, clock faces and a spire."""
    s, (w, h, d) = job.solids, job.size
    side = min(w, d)
    walls = Material(
        colour=mix(job.paint.main(job.paint.wall), job.paint.stone().colour, 0.4),
        pattern="stone",
        pattern_m=0.6,
    )
    trim = plain(shade(walls.colour, 1.12))
    top = h * 0.66
    s.box(walls, (side * 0.92, top, side * 0.92))
    for y in (0.0, top * 0.45, top * 0.72, top - 0.3):
        s.box(trim, (side * 0.98, 0.3, side * 0.98), (0, y, 0))
    spire = Material(colour=mix(SLATE, job.paint.accent, 0.25), pattern="shingles", pattern_m=0.35)
    s.lathe(spire, [(side * 0.7, top), (side * 0.3, top + (h - top) * 0.3), (0.03, h)], sides=4, smooth=False)
    dark = plain((0.2, 0.19, 0.2))
    for turn in (0.0, 90.0, 180.0, 270.0):
        face = Face(turn, side * 0.46)
        for across in (-0.2, 0.2):
            s.box(dark, (side * 0.14, top * 0.16, 0.08), face.at(across * side, top * 0.76), turn=turn)
        s.box(trim, (side * 0.42, side * 0.42, 0.1), face.at(0, top * 0.52), turn=turn)
        glow = 0.5 if job.setting.lamps_on else 0.0
        s.box(
            plain(PAPER, glow=glow),
            (side * 0.34, side * 0.34, 0.06),
            face.at(0, top * 0.52 + side * 0.04, 0.04),
            turn=turn,
        )
        s.box(dark, (side * 0.02, side * 0.14, 0.04), face.at(0, top * 0.52 + side * 0.2, 0.07), turn=turn)
        s.box(
            dark,
            (side * 0.11, side * 0.02, 0.04),
            face.at(side * 0.05, top * 0.52 + side * 0.2, 0.07),
            turn=turn,
        )
    entrance(job, Face(0.0, side * 0.46), 0.0, side * 0.3, min(2.6, top * 0.3))


def wall(job: Job) -> None:
    """A free wall of stone or brick with a coping."""
    s, (w, h, d) = job.solids, job.size
    colour = mix(job.paint.main(job.paint.wall), job.paint.ground, 0.25)
    stone = Material(colour=colour, pattern=job.chance.pick(("stone", "bricks")), pattern_m=0.5)
    cap = min(0.14, h * 0.1)
    s.box(stone, (w, h - cap, d * 0.8))
    s.box(Material(colour=shade(colour, 1.12)), (w, cap, d), (0, h - cap, 0))
    if w > 2.4:
        for x in (-1, 1):
            s.box(
                Material(colour=shade(colour, 0.95), pattern=stone.pattern, pattern_m=0.5),
                (0.4, h - cap, d),
                (x * (w / 2 - 0.2), 0, 0),
            )


def fence(job: Job) -> None:
    """Posts and rails, or pickets where it is low and near."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(1.0), job.paint.wood(0.75)
    posts = max(2, ceil(w / 1.8) + 1)
    thick = min(0.11, d)
    for index in range(posts):
        x = -w / 2 + thick / 2 + (w - thick) * index / (posts - 1)
        s.box(dark, (thick, h, thick), (x, 0, 0))
    pickets = job.chance.next() < 0.4
    for share in (0.32, 0.72) if pickets else (0.25, 0.52, 0.8):
        lean = job.chance.between(-0.02, 0.02)
        s.box(wood, (w - 0.02, 0.09, d * 0.3), (0, h * (share + lean), d * 0.1))
    if not pickets:
        return
    count = max(3, round(w / 0.2))
    for index in range(count):
        x = -w / 2 + w * (index + 0.5) / count
        tall = h * 0.86 * job.chance.between(0.94, 1.0)
        s.prism(
            wood,
            [(-0.045, 0.06), (0.045, 0.06), (0.045, tall), (0, tall + 0.07), (-0.045, tall)],
            d * 0.2,
            d * 0.2 + 0.02,
            (x, 0, 0),
        )


def column(job: Job) -> None:
    """A stone column with base and capital; a ship's mast with yard and shrouds where it is slender and wooden."""
    s, (w, h, d) = job.solids, job.size
    if h > 11 * max(w, d):
        mast(job)
        return
    stone = plain(mix(job.paint.main(job.paint.wall), PAPER, 0.2))
    side = min(w, d)
    r = side / 2
    s.box(stone, (side, min(0.24, h * 0.06), side))
    base = min(0.24, h * 0.06)
    s.lathe(
        stone,
        [
            (r * 0.96, base),
            (r * 0.98, base + 0.06),
            (r * 0.8, base + 0.14),
            (r * 0.78, base + 0.16),
            (r * 0.68, h - base * 2.2),
            (r * 0.74, h - base * 2),
            (r * 0.7, h - base * 1.8),
            (r * 0.92, h - base),
        ],
        sides=18,
    )
    s.box(stone, (side, base, side), (0, h - base, 0))


def mast(job: Job) -> None:
    """A mast with a boom, a furled sail, shrouds and a crow's nest within its own slim box's height."""
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    wood = Material(
        colour=shade(mix(job.paint.accent, (0.72, 0.58, 0.40), 0.4), 0.95), pattern="bark", pattern_m=0.3
    )
    iron = job.paint.iron()
    s.tube(wood, (0, 0, 0), (0, h, 0), r * 0.62, r * 0.34, sides=10)
    s.lathe(iron, [(r, 0), (r * 0.9, 0.12), (r * 0.64, 0.16)], sides=10)
    for y in (0.5, 0.62, 1.1):
        s.tube(iron, (0, y, 0), (0, y + 0.05, 0), r * 0.7, sides=10)
    for index in range(8):
        s.box(wood, (r * 1.9, 0.03, 0.04), (0, 0.8 + index * 0.45, r * 0.6))


def stair(job: Job) -> None:
    """Steps that climb along the heading, with strings, newel posts and hand rails."""
    s, (w, h, d) = job.solids, job.size
    steps = stair_steps(SetPiece(kind=PieceKind.STAIR, x_m=0, z_m=0, width_m=w, height_m=h, depth_m=d))
    rise, run = h / steps, d / steps
    outdoors = not job.setting.interior
    tread = job.paint.stone(1.08, blocks=False) if outdoors else job.paint.wood(1.05)
    riser = job.paint.stone(0.85) if outdoors else job.paint.wood(0.72)
    for step in range(steps):
        z = -d / 2 + run * (step + 0.5)
        s.box(riser, (w - 0.1, rise * (step + 1) - 0.035, run), (0, 0, z))
        s.box(
            tread,
            (w - 0.06, 0.035, run + 0.025 if step else run),
            (0, rise * (step + 1) - 0.035, z - (0.0125 if step else 0)),
        )
    if outdoors:
        return
    string = job.paint.wood(0.6)
    for x in (-1, 1):
        at = x * (w / 2 - 0.03)
        outline = [
            (-d / 2, 0.0),
            (-d / 2, rise * 1.2),
            (d / 2 - run, h),
            (d / 2, h),
            (d / 2, h - rise * 2),
            (-d / 2 + run * 2, 0.0),
        ]
        s.prism(string, [(-z, y) for z, y in outline], at - 0.03, at + 0.03, turn=90.0)
