"""Sets under the open sky: streets, roofs, woods, fields, shores, bridges, decks, mountains."""

from itertools import pairwise
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import PieceKind, SetPiece
from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets import land
from picturelock.generate.builtin.sets.architecture import house, lighthouse, steeple, townhouse
from picturelock.generate.builtin.sets.chance import noise
from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.nature import cliff
from picturelock.generate.builtin.sets.palette import (
    GRASS,
    LINEN,
    PAPER,
    SAND,
    SLATE,
    STONE,
    mix,
    plain,
    shade,
)
from picturelock.generate.builtin.sets.plot import Plot
from picturelock.generate.builtin.sets.solids import Solids

Floats = NDArray[np.float64]


def _far_townhouse(job: Job) -> None:
    townhouse(job, detail=False)


def _block(
    kind: PieceKind, x: float, z: float, heading: float, w: float, h: float, d: float, y: float = 0.0
) -> SetPiece:
    return SetPiece(
        kind=kind, x_m=round(x, 3), z_m=round(z, 3), y_m=y, width_m=round(w, 3), height_m=round(h, 3),
        depth_m=round(d, 3), heading_deg=heading,
    )  # fmt: skip


def street(plot: Plot) -> None:
    """A cobbled road with kerbs between two rows of houses, closed by more houses, a tower above the roofs."""
    size, chance = plot.size, plot.chance(2)
    half = size.width / 2
    cobbles = land.snowed(plot, Material(colour=plot.paint.ground, pattern="stone", pattern_m=0.28))
    land.ground(plot, cobbles, name="road")
    slabs = land.snowed(
        plot, Material(colour=mix(plot.paint.ground, PAPER, 0.28), pattern="tiles", pattern_m=0.7)
    )
    for side in (-1, 1):
        s = Solids(f"pavement-{side}")
        walk = min(1.7, half - 2.6)
        s.box(slabs, (walk, 0.1, 120.0), (side * (half - walk / 2), -0.04, 15.0), casts=False)
        s.box(
            plain(shade(slabs.colour, 0.9)),
            (0.16, 0.11, 120.0),
            (side * (half - walk), -0.04, 15.0),
            casts=False,
        )
        plot.raise_(s)
    for side in (-1, 1):
        z = -34.0
        number = 0
        while z < 46.0:
            wide = chance.between(4.6, 7.2)
            tall = size.height * chance.between(0.85, 1.3)
            middle = z + wide / 2
            x = side * (half + 4.0)
            beyond = plot.camera.x_m * side > half - 0.4 and abs(plot.camera.z_m - middle) < 18.0
            if not beyond:
                near = abs(middle) < 24
                block = _block(PieceKind.HOUSE, x, middle, 90.0 if side < 0 else 270.0, wide, tall, 8.0)
                plot.place(townhouse if near else _far_townhouse, block, f"front-{side}-{number}")
            z += wide
            number += 1
    for end, heading in ((50.0, 180.0), (-38.0, 0.0)):
        for number, x in enumerate((-9.0, -3.0, 3.0, 9.0)):
            tall = size.height * chance.between(0.8, 1.2)
            block = _block(PieceKind.HOUSE, x, end, heading, 6.0, tall, 7.0)
            plot.place(_far_townhouse, block, f"close-{end:.0f}-{number}", "far")
    if not any(p.kind is PieceKind.TOWER for p in plot.pieces):
        _church(plot, 5.5, 62.0)
    land.skyline(plot, 80.0, 7.0, 11.0)


def _church(plot: Plot, x: float, z: float) -> None:
    plot.place(steeple, _block(PieceKind.TOWER, x, z, 180.0, 6.5, 30.0, 6.5), "church", "far")


def roofs(plot: Plot) -> None:
    """A flat roof with a parapet, high above a town: roofs lower and higher all round."""
    size, chance = plot.size, plot.chance(4)
    half_w, half_d = size.width / 2, size.depth / 2
    lead = land.snowed(plot, Material(colour=plot.paint.ground, pattern="tiles", pattern_m=1.2))
    wall = Material(colour=plot.paint.wall, pattern="bricks", pattern_m=0.3)
    s = Solids("roof")
    s.box(lead, (size.width, 0.3, size.depth), (0, -0.3, 0), casts=False)
    s.box(wall, (size.width - 0.1, 12.0, size.depth - 0.1), (0, -12.3, 0), casts=False)
    plot.raise_(s)
    coping = plain(shade(mix(plot.paint.wall, STONE, 0.5), 1.1))
    for name, x, z, heading, wide in (
        ("far", 0.0, half_d, 180.0, size.width),
        ("near", 0.0, -half_d, 0.0, size.width),
        ("left", -half_w, 0.0, 90.0, size.depth),
        ("right", half_w, 0.0, 270.0, size.depth),
    ):
        if not plot.inside_of(x, z, heading):
            continue
        s = Solids(f"parapet-{name}")
        s.box(wall, (wide, 0.42, 0.24), (0, 0, 0))
        s.box(coping, (wide + 0.1, 0.08, 0.34), (0, 0.42, 0))
        plot.raise_(s, (x, 0.0, z), heading)
    town = land.snowed(plot, plain(shade(mix(plot.paint.ground, SLATE, 0.5), 0.7)))
    land.ground(plot, town, name="streets", level=-13.0)
    number = 0
    for ring, count in ((1, 10), (2, 16), (3, 22)):
        for index in range(count):
            angle = 360.0 * (index + 0.5 * (ring % 2)) / count
            reach = max(half_w, half_d) + 5.0 + (ring - 1) * 11.0 + chance.between(0, 3)
            x, z = reach * sin(radians(angle)), reach * cos(radians(angle))
            top = chance.between(-3.4, 0.6) + (ring - 1) * 0.9
            wide, deep = chance.between(7.0, 9.5), chance.between(6.5, 9.0)
            in_lane = plot.from_camera(x, z) < 8.5 or (abs(x) < 7.0 and z < 0)
            top = min(top, -2.6) if in_lane else top
            turn = round(chance.pick((0.0, 90.0)) + chance.between(-8, 8), 1)
            block = _block(PieceKind.HOUSE, x, z, turn, wide, top + 13.0, deep, -13.0)
            plot.place(
                house if ring == 1 else _far_house, block, f"roof-{number}", "far" if ring == 3 else "set"
            )
            number += 1
    land.skyline(plot, 62.0, -3.0, 2.5, base=-13.0)
    _church(plot, -14.0, 70.0)


def _far_house(job: Job) -> None:
    """A house seen from roofs away: body, roof, chimney, a few windows."""
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    wall = plain(mix(job.paint.wall, STONE, chance.between(0.0, 0.3)))
    roof = plain(shade(mix(job.paint.accent, SLATE, chance.next()), 0.9))
    if job.setting.snow:
        roof = plain((0.90, 0.91, 0.94))
    eaves = h - d * 0.32
    s.box(wall, (w, eaves, d))
    s.prism(
        roof,
        [(-d / 2 - 0.2, eaves - 0.1), (d / 2 + 0.2, eaves - 0.1), (0.0, h)],
        -w / 2 - 0.2,
        w / 2 + 0.2,
        turn=90.0,
    )
    s.box(plain(shade(wall.colour, 0.8)), (0.7, d * 0.2, 0.6), (w * 0.3, h - d * 0.16, 0))
    for side in (-1, 1):
        for index in range(2):
            s.box(job.pane(0.45), (0.9, 1.2, 0.06), ((index - 0.5) * w * 0.45, eaves - 2.2, side * d / 2))


def forest(plot: Plot) -> None:
    """Leaf-strewn ground, a thinning wood to the horizon, a fallen trunk, ferns."""
    floor = mix(plot.paint.ground, (0.42, 0.38, 0.24), 0.3)
    land.ground(
        plot,
        land.snowed(plot, Material(colour=floor, pattern="grass", pattern_m=0.7)),
        land.rolling(plot.seed, 1.1),
    )
    land.woods(plot, 105, 11.0, 44.0, tall=plot.size.height * 0.95, slim=0.72)
    land.tufts(plot, 46, 2.6, 9.0, tall=0.34, colour=mix(GRASS, floor, 0.4))
    _trunk(plot)
    land.ridge(
        plot, "treeline", mix((0.26, 0.36, 0.28), plot.paint.ground, 0.15), 62.0, 13.0, rough=0.5, keys=7
    )


def _trunk(plot: Plot) -> None:
    x, z = (-3.4, 3.0) if plot.chance(9).next() < 0.5 else (3.5, 3.4)
    if any(abs(p.x_m - x) < 1.6 and abs(p.z_m - z) < 1.4 for p in plot.pieces):
        return
    s = Solids("fallen-trunk")
    bark = Material(colour=mix((0.36, 0.29, 0.23), plot.paint.accent, 0.2), pattern="bark", pattern_m=0.25)
    side = 1 if x > 0 else -1
    s.tube(bark, (x - 0.9 * side, 0.2, z - 0.5), (x + 2.2 * side, 0.3, z + 0.8), 0.26, 0.19, sides=9)
    s.disc(plain((0.66, 0.55, 0.40)), (x - 0.9 * side, 0.2, z - 0.5), 0.02, sides=8)
    s.tube(bark, (x + 0.7 * side, 0.32, z + 0.2), (x + 0.9 * side, 0.95, z - 0.1), 0.07, 0.03, sides=6)
    plot.raise_(s)


def field(plot: Plot) -> None:
    """Grass, a worn path, hedgerows and hills."""
    land.ground(plot, land.grass(plot), land.rolling(plot.seed, 0.7, clear=8, size=16))
    _path(plot)
    land.tufts(plot, 90, 3.0, 13.0, tall=0.3)
    land.woods(plot, 22, 34.0, 70.0, tall=8.0, slim=0.15)
    land.hills(plot)


def _path(plot: Plot) -> None:
    s = Solids("path")
    earth = land.snowed(plot, plain(mix(plot.paint.ground, SAND, 0.4), ink=0.5))
    along = np.linspace(-12.0, 26.0, 24)
    middle = 0.7 * np.sin(along * 0.22 + 0.4) + along * 0.03
    edge = 0.14 * noise(np.column_stack((along, np.zeros(24), np.zeros(24))), plot.seed + 2, 2)
    left = np.column_stack((middle - 0.75 + edge, np.full(24, 0.012), along))
    right = np.column_stack((middle + 0.75 - edge, np.full(24, 0.012), along))
    s.sheet(earth, np.stack((left, right), axis=1), casts=False, creases=False)
    plot.raise_(s)


def shore(plot: Plot) -> None:
    """Sand that slopes into the sea, a line of foam, headlands, dunes behind."""
    sand = land.snowed(plot, Material(colour=mix(plot.paint.ground, SAND, 0.55), ink=0.7))
    rolling = land.rolling(plot.seed, 0.5, clear=5.0, size=7.0)

    def beach(x: Floats, z: Floats) -> Floats:
        slope = -np.clip(z - 3.4, 0, 30) * 0.105
        dunes = np.clip(-z - 9.0, 0, 18) * 0.12 + np.clip(-z - 9.0, 0, 6) * 0.1 * noise(
            np.stack((x / 5, np.zeros_like(x), z / 5), axis=-1), plot.seed, 2
        )
        return np.where(z > 3, slope, rolling(x, z) * np.clip(-z / 8, 0, 1) + dunes)

    land.ground(plot, sand, beach)
    level = -0.5
    land.sea(plot, level, near=4.0)
    _foam(plot, level)
    land.stones(plot, 12, 9.0, 17.0, large=1.6)
    _stack(plot, level)
    _islets(plot, level)
    rocky = mix(STONE, plot.paint.ground, 0.35)
    land.ridge(
        plot, "headland", mix(rocky, GRASS, 0.3), 120.0, 17.0, base=level, rough=0.35, arc=(-72, -22), keys=5
    )
    land.ridge(
        plot,
        "headland-far",
        mix(rocky, GRASS, 0.2),
        260.0,
        24.0,
        base=level,
        rough=0.25,
        arc=(28, 84),
        keys=8,
    )
    land.ridge(
        plot, "inland", mix(GRASS, plot.paint.ground, 0.4), 90.0, 10.0, rough=0.2, arc=(95, 265), keys=9
    )
    land.tufts(plot, 40, 8.0, 15.0, tall=0.5, colour=mix(GRASS, SAND, 0.3))
    if plot.says("lighthouse") and not any(p.kind is PieceKind.TOWER for p in plot.pieces):
        plot.place(
            lighthouse, _block(PieceKind.TOWER, -60.0, 96.0, 180.0, 7.0, 30.0, 7.0, 4.0), "lighthouse", "far"
        )


def _stack(plot: Plot, level: float) -> None:
    """A stack of rock off the shore, and cliffs that end in it."""
    for number, (x, z, wide, tall) in enumerate(
        ((38.0, 46.0, 9.0, 15.0), (48.0, 50.0, 16.0, 11.0), (66.0, 52.0, 26.0, 17.0), (-44.0, 2.0, 22.0, 9.0))
    ):
        block = _block(PieceKind.POST, x, z, 30.0 * number, wide, tall, wide * 0.8, level - 0.5)
        plot.place(cliff, block, f"cliff-{number}", "far")


def _islets(plot: Plot, level: float) -> None:
    """Rock under every tower and house that stands out in the water."""
    for number, piece in enumerate(p for p in plot.pieces if p.kind in {PieceKind.TOWER, PieceKind.HOUSE}):
        if plot.land_at(piece.x_m, piece.z_m) < level:
            wide = max(piece.width_m, piece.depth_m)
            block = _block(
                PieceKind.POST, piece.x_m, piece.z_m, 0.0, wide * 3.4, 1.9 - level, wide * 2.6, level - 1.2
            )
            plot.place(cliff, block, f"islet-{number}", "far" if piece.z_m > 20 else "set")


def _foam(plot: Plot, level: float) -> None:
    """Where the sea ends on the sand, and two waves coming in."""
    white = plain(mix(PAPER, (0.85, 0.90, 0.92), 0.5), ink=0.45)
    across = np.linspace(-60.0, 60.0, 121)
    for number, (z, deep, rise) in enumerate(((8.1, 0.5, 0.02), (11.5, 0.25, 0.10), (17.0, 0.22, 0.14))):
        s = Solids(f"foam-{number}")
        wave = 0.5 * np.sin(across * 0.31 + number) + 0.35 * noise(
            np.column_stack((across * 0.3, np.full(121, number), np.zeros(121))), plot.seed + 5, 2
        )
        thick = deep * (0.6 + 0.4 * np.sin(across * 0.9 + number * 2))
        front = np.column_stack((across, np.full(121, level + rise * 0.3), z + wave - thick))
        crest = np.column_stack((across, np.full(121, level + rise + 0.01), z + wave))
        back = np.column_stack((across, np.full(121, level - 0.02), z + wave + thick))
        s.sheet(white, np.stack((front, crest, back)), casts=False, creases=False)
        plot.raise_(s)


def headland(plot: Plot) -> None:
    """Grass and rock above the sea, where a tower stands."""

    def height(x: Floats, z: Floats) -> Floats:
        rough = land.rolling(plot.seed, 0.8, clear=5.0, size=6.0)(x, z)
        drop = np.clip(np.hypot(x, z) - 26.0, 0, 9.0) * np.where(z > -6, 1.1, 0.0)
        return rough - drop

    land.ground(plot, land.grass(plot), height)
    land.sea(plot, -7.0, near=-30.0)
    rocky = mix(STONE, plot.paint.ground, 0.35)
    land.ridge(
        plot, "headland", mix(rocky, GRASS, 0.3), 150.0, 12.0, base=-7.0, rough=0.35, arc=(-80, -30), keys=5
    )
    land.ridge(
        plot, "inland", mix(GRASS, plot.paint.ground, 0.4), 90.0, 10.0, rough=0.2, arc=(110, 250), keys=9
    )
    land.tufts(plot, 70, 2.8, 12.0, tall=0.3)
    land.stones(plot, 26, 9.0, 27.0, large=2.2)
    _path(plot)


def bridge(plot: Plot) -> None:
    """A stone bridge along z over a river, parapets at both sides, banks with a town."""
    half = plot.size.width / 2
    long = 26.0
    paving = land.snowed(plot, Material(colour=plot.paint.ground, pattern="stone", pattern_m=0.4))
    masonry = Material(colour=plot.paint.wall, pattern="stone", pattern_m=0.6)
    coping = plain(shade(mix(plot.paint.wall, STONE, 0.3), 1.12))
    s = Solids("bridge")
    s.box(paving, (plot.size.width, 0.4, 2 * long + 60), (0, -0.4, 0), casts=False)
    plot.raise_(s)
    for side in (-1, 1):
        if plot.inside_of(side * half, 0.0, 270.0 if side > 0 else 90.0):
            s = Solids(f"parapet-{side}")
            s.box(masonry, (0.34, 0.92, 2 * long), (side * half, 0, 0))
            s.box(coping, (0.46, 0.13, 2 * long), (side * half, 0.92, 0))
            for z in np.arange(-long, long + 1, 6.5):
                s.box(masonry, (0.5, 1.0, 0.6), (side * half, 0, float(z)))
                s.box(coping, (0.62, 0.16, 0.72), (side * half, 1.0, float(z)))
            plot.raise_(s)
        _arches(plot, side * half, masonry)
    land.sea(plot, -6.0, near=-27.0, far=27.0, name="river")
    earth = land.grass(plot, 0.4)
    s = Solids("banks")
    quay = Material(colour=shade(plot.paint.wall, 0.9), pattern="stone", pattern_m=0.8)
    for side in (-1, 1):
        s.box(quay, (840.0, 6.2, 0.6), (0, -6.4, side * 26.5), casts=False)
        a, b = side * 26.3, side * 420.0
        s.panel(earth, [(-420, -0.3, a), (420, -0.3, a), (420, -0.3, b), (-420, -0.3, b)], casts=False)
    plot.raise_(s)
    chance = plot.chance(6)
    for side, heading in ((1, 180.0), (-1, 0.0)):
        for index in range(14):
            x = (index - 6.5) * 8.5 + chance.between(-1, 1)
            if abs(x) < half + 3.5:
                continue
            tall = chance.between(8.0, 12.0)
            block = _block(PieceKind.HOUSE, x, side * (34.0 + chance.between(0, 2)), heading, 7.6, tall, 7.0)
            plot.place(townhouse if abs(x) < 30 else _far_townhouse, block, f"quay-{side}-{index}", "far")
    _church(plot, 16.0, 66.0)
    land.skyline(plot, 90.0, 6.0, 11.0, open_deg=20.0)
    land.ridge(
        plot, "upriver", mix(GRASS, plot.paint.ground, 0.4), 300.0, 22.0, base=-6.0, rough=0.2, keys=12
    )


def _arches(plot: Plot, x: float, masonry: Material) -> None:
    """The spandrel wall of a bridge, cut by three arches, as seen from the water."""
    s = Solids(f"arches-{'right' if x > 0 else 'left'}")
    span, rise = 15.0, 4.6
    for index in (-1, 0, 1):
        centre = index * 17.2
        across = np.linspace(-span / 2, span / 2, 17)
        crown = -6.0 + rise * np.sqrt(np.clip(1 - (across / (span / 2)) ** 2, 0, 1))
        low = np.column_stack((np.full(17, x), crown, centre + across))
        top = np.column_stack((np.full(17, x), np.zeros(17), centre + across))
        s.sheet(masonry, np.stack((low, top)), smooth=False, casts=False)
        inner = low - np.array([np.sign(x) * plot.size.width / 2, 0, 0])
        s.sheet(Material(colour=shade(masonry.colour, 0.7)), np.stack((low, inner)), smooth=True, casts=False)
    for centre in (-25.8, -8.6, 8.6, 25.8):
        s.box(masonry, (1.2, 6.4, 2.2), (x - np.sign(x) * 0.4, -6.4, centre), casts=False)
    plot.raise_(s)


def deck(plot: Plot) -> None:
    """A ship's deck: planks to a narrowing bow, bulwarks, rigging above, the sea all round."""
    half_w, half_d = plot.size.width / 2, plot.size.depth / 2
    stations = np.linspace(-half_d, half_d + 3.0, 27)
    taper = np.clip((stations - half_d * 0.45) / (half_d * 0.55 + 3.0), 0, 1)
    beam = half_w * np.sqrt(np.clip(1 - taper**2.2, 0.0004, 1))
    planks = Material(colour=plot.paint.ground, pattern="boards", pattern_m=0.16)
    left, right = (np.column_stack((side * beam, np.zeros(27), stations)) for side in (-1, 1))
    s = Solids("deck")
    s.sheet(planks, np.stack((left, right), axis=1), casts=False, creases=False)
    plot.raise_(s)
    paint = Material(colour=plot.paint.wall, pattern="boards", pattern_m=0.2)
    rail = plot.paint.wood(0.75)
    for side, edge in ((-1, left), (1, right)):
        outside = plot.camera.x_m * side > half_w - 0.1
        s = Solids(f"bulwark-{side}")
        hull = edge + np.array([0, -2.6, 0])
        s.sheet(paint, np.stack((hull * np.array([0.9, 1, 1]), edge)), casts=False, creases=False)
        if not outside:
            top = edge + np.array([0, 0.85, 0])
            s.sheet(paint, np.stack((edge, top)), creases=False)
            for a, b in pairwise(top):
                s.tube(rail, a, b, 0.07, sides=6)
            for a in edge[1:-2]:
                s.box(rail, (0.1, 0.85, 0.12), (a[0] - side * 0.07, 0.0, a[2]))
        plot.raise_(s)
    _stern(plot, half_w, half_d)
    _rigging(plot, half_w, half_d)
    land.sea(plot, -2.4)
    land.ridge(plot, "coast", mix(GRASS, STONE, 0.5), 330.0, 10.0, base=-2.6, rough=0.3, arc=(20, 75), keys=4)
    land.ridge(
        plot,
        "coast-astern",
        mix(GRASS, STONE, 0.5),
        300.0,
        14.0,
        base=-2.6,
        rough=0.35,
        arc=(170, 230),
        keys=6,
    )


def _stern(plot: Plot, half_w: float, half_d: float) -> None:
    """The rail at the stern, and the helm before it."""
    wood, rail = plot.paint.wood(1.0), plot.paint.wood(0.75)
    paint = Material(colour=plot.paint.wall, pattern="boards", pattern_m=0.2)
    if plot.camera.z_m > -half_d:
        s = Solids("taffrail")
        s.box(paint, (2 * half_w, 0.85, 0.08), (0, 0, -half_d + 0.04))
        s.tube(rail, (-half_w, 0.87, -half_d + 0.04), (half_w, 0.87, -half_d + 0.04), 0.07, sides=6)
        plot.raise_(s)
    at = -half_d + 1.5
    if plot.from_camera(0.0, at) < 1.6:
        return
    s = Solids("helm")
    s.box(wood, (0.4, 0.95, 0.4), (0, 0, at - 0.1))
    middle, reach = 1.15, 0.5
    for index in range(8):
        a, b = 2 * np.pi * index / 8, 2 * np.pi * (index + 1) / 8
        spoke = (float(np.sin(a)), float(np.cos(a)))
        after = (float(np.sin(b)), float(np.cos(b)))
        s.tube(
            rail,
            (0, middle, at + 0.2),
            (spoke[0] * reach * 1.3, middle + spoke[1] * reach * 1.3, at + 0.2),
            0.025,
            sides=5,
        )
        start = (spoke[0] * reach, middle + spoke[1] * reach, at + 0.2)
        s.tube(rail, start, (after[0] * reach, middle + after[1] * reach, at + 0.2), 0.04, sides=6)
    s.tube(rail, (0, middle, at - 0.1), (0, middle, at + 0.26), 0.09, sides=8)
    plot.raise_(s)


def _rigging(plot: Plot, half_w: float, half_d: float) -> None:
    """A boom with a furled sail, a yard, shrouds with ratlines, stays."""
    mast = next((p for p in plot.pieces if p.kind is PieceKind.COLUMN and p.height_m > 11 * p.width_m), None)
    if mast is None:
        return
    x, z, top = mast.x_m, mast.z_m, mast.height_m
    s = Solids("rigging")
    wood = plot.paint.wood(0.9)
    cloth = Material(colour=mix(LINEN, plot.paint.wall, 0.2), pattern="cloth", pattern_m=0.4)
    rope = plain(mix((0.45, 0.38, 0.28), plot.paint.accent, 0.3), ink=0.7)
    boom = min(2.9, top * 0.4)
    end = (x, boom + 0.25, max(-half_d + 1.0, z - 7.0))
    s.tube(wood, (x, boom, z - 0.2), end, 0.09, 0.07, sides=8)
    for index in range(9):
        a = index / 9
        sag = 0.05 * (index % 2)
        s.lump(
            cloth,
            (x, boom + 0.24 * a + 0.24 - sag, z - 0.6 - (z - end[2] - 1.0) * a),
            (0.17, 0.19, 0.46),
            rough=0.12,
            key=plot.seed + index,
            level=1,
        )
    yard = top * 0.72
    s.tube(wood, (x - half_w * 0.7, yard, z), (x + half_w * 0.7, yard, z), 0.08, sides=8)
    for index in range(7):
        across = (index - 3) / 3.4
        s.lump(
            cloth,
            (x + half_w * 0.62 * across, yard - 0.2, z - 0.05),
            (half_w * 0.13, 0.17, 0.17),
            rough=0.12,
            key=plot.seed + 30 + index,
            level=1,
        )
    s.tube(rope, (x, top - 0.2, z), end, 0.014, sides=4)
    s.tube(rope, (x, top - 0.2, z), (x, 0.9, half_d + 2.6), 0.018, sides=4)
    for side in (-1, 1):
        feet = [(x + side * (half_w - 0.1), 0.85, z + dz) for dz in (-0.9, -0.3, 0.3)]
        for foot in feet:
            s.tube(rope, (x, top * 0.78, z), foot, 0.016, sides=4)
        for step in range(1, 9):
            share = step / 11
            ends = [
                tuple(f + (t - f) * share for f, t in zip(foot, (x, top * 0.78, z), strict=True))
                for foot in (feet[0], feet[2])
            ]
            s.tube(rope, ends[0], ends[1], 0.01, sides=4)
    plot.raise_(s)


def mountain(plot: Plot) -> None:
    """A rocky shoulder above a valley, with ranges behind ranges."""

    def height(x: Floats, z: Floats) -> Floats:
        away = np.clip((np.hypot(x, z) - 4.0) / 10.0, 0, 1)
        lumps = noise(np.stack((x / 5, np.zeros_like(x), z / 5), axis=-1), plot.seed, 3)
        fall = -np.clip(z - 9.0, 0, 60.0) * 0.55
        rise = np.clip(-z - 17.0, 0, 40.0) * 0.6 + np.clip(-x - 13.0, 0, 30.0) * 0.45
        return away * lumps * 0.9 + fall + np.where(z > 9, 0.0, rise)

    scree = Material(colour=mix(plot.paint.ground, STONE, 0.45), pattern="stone", pattern_m=1.6)
    land.ground(plot, land.snowed(plot, scree), height)
    land.tufts(plot, 30, 2.6, 8.0, tall=0.2)
    land.stones(plot, 46, 7.0, 34.0, large=3.6)
    stone = mix(STONE, plot.paint.wall, 0.3)
    snow = 0.35 if plot.setting.snow else 0.6
    land.ridge(
        plot,
        "range",
        mix(stone, GRASS, 0.3),
        95.0,
        22.0,
        base=-34.0,
        rough=0.8,
        snow_above=1.2 if not plot.setting.snow else 0.5,
        keys=1,
    )
    land.ridge(
        plot, "range-middle", shade(stone, 0.9), 190.0, 66.0, base=-34.0, rough=1.0, snow_above=snow, keys=2
    )
    land.ridge(
        plot,
        "range-far",
        shade(stone, 0.95),
        330.0,
        125.0,
        base=-34.0,
        rough=1.0,
        snow_above=snow - 0.15,
        keys=3,
    )


def roadside(plot: Plot) -> None:
    """A country road across the picture, where a vehicle stands."""
    rolling = land.rolling(plot.seed, 0.7, clear=9, size=16)

    def beside(x: Floats, z: Floats) -> Floats:
        return rolling(x, z) * np.clip((np.abs(z - 3.4) - 5.0) / 8.0, 0, 1)

    land.ground(plot, land.grass(plot), beside)
    s = Solids("road")
    tar = land.snowed(plot, plain(mix(plot.paint.ground, (0.40, 0.39, 0.38), 0.6)))
    s.box(tar, (800.0, 0.05, 5.6), (0, -0.035, 3.4), casts=False)
    if not plot.setting.snow:
        dash = plain(mix(tar.colour, PAPER, 0.6), ink=0.4)
        for index in range(-14, 15):
            s.box(dash, (1.6, 0.012, 0.12), (index * 4.0, 0.012, 3.4), casts=False)
    plot.raise_(s)
    poles = Solids("telegraph-poles")
    wood = plot.paint.wood(0.6)
    for index in range(-6, 7):
        x = index * 18.0 + 5.0
        poles.tube(wood, (x, 0, 9.0), (x, 7.0, 9.0), 0.1, 0.08, sides=6)
        poles.box(wood, (0.1, 0.1, 1.6), (x, 6.4, 9.0))
        for dz in (-0.7, 0.7):
            poles.tube(
                plain((0.2, 0.2, 0.22), ink=0.4),
                (x, 6.5, 9.0 + dz),
                (x + 18.0, 6.5, 9.0 + dz),
                0.012,
                sides=3,
            )
    plot.raise_(poles)
    land.tufts(plot, 60, 3.0, 12.0, tall=0.3)
    land.woods(plot, 20, 28.0, 60.0, tall=8.0, slim=0.2)
    land.hills(plot)


def yard(plot: Plot) -> None:
    """A yard before a house: a path, grass, trees behind."""
    land.ground(plot, land.grass(plot), land.rolling(plot.seed, 0.5, clear=10, size=14))
    _path(plot)
    land.tufts(plot, 60, 3.0, 10.0, tall=0.24)
    land.woods(plot, 26, 16.0, 46.0, tall=8.0, slim=0.3)
    land.hills(plot)
