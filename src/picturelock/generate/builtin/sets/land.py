"""Wide land and water around a set: ground to the horizon, hills, ridges, sea, woods and towns far off."""

from math import cos, pi, radians, sin

import numpy as np

from picturelock.core.anchor import PieceKind, SetPiece
from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.chance import Chance, noise
from picturelock.generate.builtin.sets.nature import distant_tree, rock
from picturelock.generate.builtin.sets.palette import (
    GRASS,
    LAMPLIGHT,
    RGB,
    SEA,
    SLATE,
    SNOW,
    mix,
    plain,
    shade,
    varied,
)
from picturelock.generate.builtin.sets.plot import Floats, Height, Plot
from picturelock.generate.builtin.sets.solids import Solids

_RINGS = (
    0.0,
    1.5,
    3.0,
    4.5,
    6.0,
    8.0,
    10.5,
    13.5,
    17.0,
    21.5,
    27.0,
    34.0,
    45.0,
    60.0,
    85.0,
    120.0,
    190.0,
    420.0,
)


def flat(x: Floats, z: Floats) -> Floats:
    """No height anywhere."""
    return np.zeros_like(x)


def rolling(key: int, amount: float, *, clear: float = 5.0, size: float = 9.0) -> Height:
    """Land that rolls gently outside the playing area."""

    def height(x: Floats, z: Floats) -> Floats:
        away = np.clip((np.hypot(x, z) - clear) / 14.0, 0, 1)
        lumps = noise(np.stack((x / size, np.zeros_like(x), z / size), axis=-1), key, 2)
        return amount * away * (lumps + 0.15)

    return height


def ground(
    plot: Plot, material: Material, height: Height = flat, *, name: str = "ground", level: float = 0.0
) -> None:
    """Land from under the feet to the horizon; it never rises over the lens."""

    def land(x: Floats, z: Floats) -> Floats:
        away = np.hypot(x - plot.camera.x_m, z - plot.camera.z_m)
        highest = plot.camera.y_m - 0.7 + np.clip(away - 5.0, 0, None) * 0.6
        return np.minimum(height(x, z) + level, np.maximum(highest, level))

    s = Solids(name)
    angles = np.arange(65) * 2 * pi / 64
    radii = np.array(_RINGS)
    x = radii[:, None] * np.sin(angles)[None, :]
    z = radii[:, None] * np.cos(angles)[None, :]
    s.sheet(material, np.stack((x, land(x, z), z), axis=-1), smooth=True, creases=False, casts=False)
    plot.raise_(s)
    if height is not flat:
        plot.terrain.append(land)


def snowed(plot: Plot, material: Material) -> Material:
    """The same ground, under snow where it lies."""
    if not plot.setting.snow:
        return material
    return Material(colour=mix(SNOW, material.colour, 0.12), pattern="snow", pattern_m=1.2)


def grass(plot: Plot, share: float = 0.55) -> Material:
    """Grass with a breath of the place's own ground."""
    colour = mix(plot.paint.ground, GRASS, share)
    return snowed(plot, Material(colour=colour, pattern="grass", pattern_m=0.5))


def sea(plot: Plot, level: float, *, near: float = -400.0, far: float = 420.0, name: str = "sea") -> None:
    """Water from one z to another, without end to the sides."""
    s = Solids(name)
    s.panel(
        water(plot),
        [(-420, level, near), (420, level, near), (420, level, far), (-420, level, far)],
        casts=False,
    )
    plot.raise_(s)


def water(plot: Plot) -> Material:
    """The sea's colour, with the place's weather in it."""
    colour = mix(SEA, plot.paint.ground, 0.12)
    return Material(colour=colour, pattern="water", pattern_m=1.6)


def ridge(
    plot: Plot,
    name: str,
    colour: RGB,
    distance: float,
    height: float,
    *,
    base: float = -2.0,
    rough: float = 0.6,
    arc: tuple[float, float] = (0.0, 360.0),
    snow_above: float = 9.0,
    keys: int = 0,
) -> None:
    """Hills or mountains as a far skyline.

    Args:
        plot: The set.
        name: Of this row.
        colour: Of its slopes.
        distance: From the middle of the set, metres.
        height: Of the highest peaks above the ground.
        base: Foot of the slopes.
        rough: From rolling (0) to jagged (1).
        arc: Headings between which it stands.
        snow_above: Share of the height above which snow lies; more than 1 for none.
        keys: Tells rows apart.
    """
    count = 121
    angles = np.radians(np.linspace(arc[0], arc[1], count))
    round_trip = np.stack((np.sin(angles) * 2.4, np.full(count, keys * 3.7), np.cos(angles) * 2.4), axis=-1)
    soft = noise(round_trip, plot.seed + keys, 2)
    jagged = 1 - np.abs(noise(round_trip * 2.3, plot.seed + keys + 5, 4)) * 2
    lump = (1 - rough) * (0.5 + 0.5 * soft) + rough * np.clip(0.35 + 0.5 * jagged + 0.35 * soft, 0, 1.2)
    tops = height * np.clip(0.25 + 0.75 * lump, 0.1, 1.1)
    if arc[1] - arc[0] < 359:
        tops *= np.sin(np.linspace(0, pi, count)) ** 0.4
    away = [(1.0, 0.0), (1.06, 0.55), (1.12, 1.0)]
    rows = []
    for out, share in away:
        wobble = 1 + 0.03 * noise(round_trip * 2, plot.seed + keys + 11, 1)
        y = base + (tops - base) * share
        rows.append(
            np.stack(
                (np.sin(angles) * distance * out * wobble, y, np.cos(angles) * distance * out * wobble),
                axis=-1,
            )
        )
    s = Solids(name, "far")
    grid = np.stack(rows)
    s.sheet(plain(colour), grid, casts=False, creases=False)
    if snow_above < 1:
        _caps(plot, s, grid, height, snow_above, keys)
    plot.raise_(s)


def _caps(plot: Plot, s: Solids, grid: Floats, height: float, above: float, keys: int) -> None:
    """Snow on the upper slopes, with a ragged hem, just before the slope itself."""
    top = grid[2]
    hem = noise(top * 0.11, plot.seed + keys + 23, 3) * 0.14 * height
    low_y = np.clip(above * height + hem, None, top[:, 1])
    share = np.clip((top[:, 1] - low_y) / np.maximum(top[:, 1] - grid[1][:, 1], 1e-3), 0, 1)[:, None]
    low = (top + (grid[1] - top) * share) * np.array([0.997, 1.0, 0.997])
    there = (top[:-1, 1] - low[:-1, 1] > 0.02 * height) | (top[1:, 1] - low[1:, 1] > 0.02 * height)
    s.sheet(
        Material(colour=SNOW, ink=0.5),
        np.stack((low, top * np.array([0.997, 1.0, 0.997]))),
        casts=False,
        creases=False,
        keep=there[None, :],
    )


def hills(plot: Plot, *, base: float = -2.0, height: float = 14.0) -> None:
    """Two rows of rolling hills."""
    green = mix(mix(GRASS, plot.paint.ground, 0.35), SNOW, 0.6 if plot.setting.snow else 0.0)
    ridge(plot, "hills-far", shade(green, 0.92), 210.0, height * 2.0, base=base, rough=0.15, keys=1)
    ridge(plot, "hills", shade(green, 1.0), 110.0, height * 0.8, base=base, rough=0.1, keys=2)


def woods(
    plot: Plot,
    count: int,
    nearest: float,
    farthest: float,
    *,
    tall: float = 9.0,
    slim: float = 0.7,
    base: float = 0.0,
) -> None:
    """Trees in a ring, simpler the farther they stand."""
    chance = plot.chance(31, count)
    for index in range(count):
        angle = index * pi * (3 - 5**0.5) + chance.next() * 0.4
        share = (index + chance.next()) / count
        radius = (nearest**2 + share * (farthest**2 - nearest**2)) ** 0.5
        x, z = radius * sin(angle), radius * cos(angle)
        if (abs(x) < 3.0 and -12 < z < 0) or plot.from_camera(x, z) < 4.0:
            continue
        height = tall * chance.between(0.75, 1.2)
        wide = (
            height * chance.between(0.28, 0.36)
            if chance.next() < slim
            else height * chance.between(0.5, 0.62)
        )
        piece = SetPiece(
            kind=PieceKind.TREE, x_m=x, z_m=z, y_m=base, width_m=wide, height_m=height, depth_m=wide
        )
        plot.place(distant_tree, piece, f"wood-{index}", "far" if radius > 24 else "set")


def skyline(
    plot: Plot,
    distance: float,
    low: float,
    high: float,
    *,
    base: float = 0.0,
    count: int = 64,
    open_deg: float = 0.0,
) -> None:
    """Roofs, gables and a few spires of a town far off, with windows, lit when lamps are.

    Args:
        plot: The set.
        distance: Of the nearest, metres.
        low: Eaves of the lowest houses, metres above the set's ground.
        high: Eaves of the highest.
        base: Ground of the town.
        count: Houses all round.
        open_deg: Half of the gap left to both sides, where a river runs.
    """
    chance = plot.chance(41)
    s = Solids("skyline", "far")
    tone = mix(plot.paint.wall, SLATE, 0.4)
    for index in range(count):
        angle = 360.0 * index / count + chance.between(-2.5, 2.5)
        if abs(angle % 180 - 90) < open_deg:
            continue
        row = index % 3
        reach = distance * (1.0 + 0.28 * row) * chance.between(0.95, 1.08)
        wide = chance.between(7.5, 12.0)
        tall = low + (high - low) * (0.2 * row + 0.6 * chance.next())
        x, z = reach * sin(radians(angle)), reach * cos(radians(angle))
        wall = plain(varied(tone, chance), ink=0.8)
        s.box(wall, (wide, tall - base, wide * 0.7), (x, base, z), turn=angle, casts=False)
        roof = plain(varied(shade(mix(plot.paint.accent, SLATE, chance.next()), 0.9), chance), ink=0.8)
        peak = tall + wide * chance.between(0.26, 0.42)
        kind = chance.next()
        if kind < 0.55:
            outline = [(-wide * 0.38, tall - 0.1), (wide * 0.38, tall - 0.1), (0.0, peak)]
            s.prism(roof, outline, -wide * 0.54, wide * 0.54, (x, 0, z), turn=angle + 90)
        elif kind < 0.93:
            outline = [(-wide * 0.54, tall - 0.1), (wide * 0.54, tall - 0.1), (0.0, peak)]
            s.prism(roof, outline, -wide * 0.4, wide * 0.4, (x, 0, z), turn=angle)
        else:
            s.box(wall, (wide * 0.4, wide * 0.7, wide * 0.4), (x, tall, z), turn=angle, casts=False)
            top = tall + wide * 0.7
            spire = [(wide * 0.32, top), (wide * 0.12, top + wide * 0.4), (0.02, top + wide * 1.3)]
            s.lathe(roof, spire, (x, 0, z), sides=4, smooth=False)
        if kind < 0.9 and chance.next() < 0.7:
            across = wide * chance.pick((-0.3, 0.3))
            t = radians(angle)
            s.box(
                wall,
                (0.9, wide * 0.3, 0.9),
                (x + across * cos(t), tall, z - across * sin(t)),
                turn=angle,
                casts=False,
            )
        _lights(plot, s, chance, (x, z), angle, (wide, tall - base, base))
    plot.raise_(s)


def _lights(
    plot: Plot,
    s: Solids,
    chance: Chance,
    at: tuple[float, float],
    angle: float,
    size: tuple[float, float, float],
) -> None:
    """Windows on the side of a far house that looks to the set."""
    wide, tall, base = size
    lit = plain(LAMPLIGHT, ink=0.0, glow=0.75)
    dark = plain(shade(mix(SLATE, plot.paint.wall, 0.2), 0.75), ink=0.0)
    t = radians(angle)
    out = -wide * 0.36
    for floor in range(2):
        for column in (-0.3, 0.0, 0.3):
            burning = plot.setting.lamps_on and chance.next() < 0.4
            across, up = column * wide, base + tall - 2.2 - floor * 3.0
            spot = (at[0] + across * cos(t) + out * sin(t), up, at[1] - across * sin(t) + out * cos(t))
            s.box(lit if burning else dark, (0.9, 1.4, 0.06), spot, turn=angle, casts=False)


def stones(
    plot: Plot, count: int, nearest: float, farthest: float, *, large: float = 2.0, clear_lane: bool = True
) -> None:
    """Boulders that lie about."""
    chance = plot.chance(61, count)
    for index in range(count):
        angle = index * 2.399963 + chance.next()
        share = (index + 0.5) / count
        radius = (nearest**2 + share * (farthest**2 - nearest**2)) ** 0.5
        x, z = radius * sin(angle), radius * cos(angle)
        grow = large * chance.between(0.35, 1.0) ** 1.5
        if (clear_lane and abs(x) < 3.2 and -12 < z < 0) or plot.from_camera(x, z) < 1.5 + grow:
            continue
        piece = SetPiece(
            kind=PieceKind.ROCK,
            x_m=x,
            z_m=z,
            y_m=-0.12 * grow,
            width_m=grow * 1.3,
            height_m=grow * 0.85,
            depth_m=grow * 1.1,
            heading_deg=round(360 * chance.next(), 1),
        )
        plot.place(rock, piece, f"stone-{index}", "far" if radius > 28 else "set")


def tufts(
    plot: Plot, count: int, nearest: float, farthest: float, *, tall: float = 0.4, colour: RGB = GRASS
) -> None:
    """Grass in tufts of a few blades each."""
    chance = plot.chance(51, count)
    s = Solids("tufts")
    blade = plain(varied(mix(colour, plot.paint.ground, 0.35), chance), ink=0.35)
    for index in range(count):
        angle = index * 2.399963 + chance.next()
        share = (index + 0.5) / count
        radius = (nearest**2 + share * (farthest**2 - nearest**2)) ** 0.5
        x, z = radius * sin(angle), radius * cos(angle)
        if plot.from_camera(x, z) < 1.6:
            continue
        low = plot.land_at(x, z)
        for _ in range(6):
            turn, lean, up = (
                chance.next() * 2 * pi,
                chance.between(0.1, 0.35),
                tall * chance.between(0.6, 1.1),
            )
            dx, dz = cos(turn), sin(turn)
            ox, oz = x + chance.between(-0.12, 0.12), z + chance.between(-0.12, 0.12)
            oy = low - 0.02
            s.panel(
                blade,
                [
                    (ox - 0.018 * dz, oy, oz + 0.018 * dx),
                    (ox + 0.018 * dz, oy, oz - 0.018 * dx),
                    (ox + lean * up * dx, oy + up, oz + lean * up * dz),
                ],
                casts=False,
            )
    plot.raise_(s)
