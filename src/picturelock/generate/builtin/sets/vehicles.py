"""What carries people and goods: boats, cars, carts."""

from itertools import pairwise
from math import pi, sin

import numpy as np

from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.palette import (
    GLASS,
    IRON,
    LAMPLIGHT,
    LINEN,
    PAPER,
    mix,
    plain,
    shade,
    varied,
)


def boat(job: Job) -> None:
    """An open rowing boat; with a wheelhouse or a mast where its box is tall."""
    s, (w, h, d) = job.solids, job.size
    tall = h > 0.42 * d
    freeboard = min(h, d * 0.24) if tall else h * 0.92
    colour = varied(mix(job.paint.main(job.paint.accent), PAPER, 0.25), job.chance, 2.0)
    hull = Material(colour=colour, pattern="boards", pattern_m=0.16)
    inside = Material(
        colour=shade(mix(job.paint.accent, (0.60, 0.47, 0.33), 0.5), 0.95), pattern="boards", pattern_m=0.16
    )
    rim = job.paint.wood(0.7)
    _hull(job, hull, inside, freeboard)
    seats = 3 if not tall else 1
    for index in range(seats):
        z = d * (-0.26 + 0.24 * index)
        s.box(inside, (_beam(w, z / d) * 1.8 - 0.06, 0.04, 0.24), (0, freeboard * 0.62, z))
    if not tall:
        for side in (-1, 1):
            s.tube(
                rim,
                (side * w * 0.22, freeboard * 0.7, -d * 0.28),
                (side * w * 0.1, freeboard * 0.74, d * 0.24),
                0.025,
                sides=5,
            )
        return
    _upper_works(job, freeboard)


def _beam(w: float, share: float) -> float:
    """Half the width of a hull at a share of its length from -0.5 (stern) to 0.5 (bow)."""
    t = share + 0.5
    return max(
        w / 2 * (0.72 + 0.28 * sin(pi * min(1.0, t * 1.25))) * (1 - max(0.0, t - 0.55) ** 1.8 / 0.45**1.8),
        0.02,
    )


def _hull(job: Job, hull: Material, inside: Material, freeboard: float) -> None:
    s, (w, _, d) = job.solids, job.size
    stations = 11
    rows: list[list[tuple[float, float, float]]] = []
    for index in range(stations):
        share = -0.5 + index / (stations - 1)
        half = _beam(w, share)
        sheer = freeboard * (0.86 + 0.14 * max(0.0, share * 2) ** 2)
        keel = freeboard * 0.04 + freeboard * 0.5 * max(0.0, share - 0.3) ** 2 / 0.04
        ribs = [(1.0, 1.0), (0.93, 0.6), (0.72, 0.25), (0.3, 0.04), (0.0, 0.0)]
        ring = [(half * a, keel + (sheer - keel) * b, share * d) for a, b in ribs]
        rows.append([(-x, y, z) for x, y, z in ring[:-1]] + ring[::-1])
    grid = np.array(rows)
    s.sheet(hull, grid, smooth=True)
    inner = grid * np.array([0.93, 1.0, 0.97]) + np.array([0.0, 0.012, 0.0])
    inner[:, :, 1] = np.maximum(inner[:, :, 1], freeboard * 0.16)
    inner[:, 0, 1], inner[:, -1, 1] = grid[:, 0, 1], grid[:, -1, 1]
    s.sheet(inside, inner, smooth=True)
    for edge in (0, -1):
        band = np.stack((grid[:, edge], inner[:, edge]), axis=1)
        s.sheet(job.paint.wood(0.65), band)
        rail = grid[:, edge]
        for a, b in pairwise(rail):
            s.tube(job.paint.wood(0.6), a * 0.985, b * 0.985, 0.028, sides=5)
    stern = grid[0]
    s.add(hull, stern, [[0, i, i + 1] for i in range(1, len(stern) - 1)])


def _upper_works(job: Job, freeboard: float) -> None:
    """A wheelhouse, a mast, stays."""
    s, (w, h, d) = job.solids, job.size
    paint = plain(mix(job.paint.wall, LINEN, 0.5))
    rim = job.paint.wood(0.65)
    house_h = min(2.1, (h - freeboard) * 0.5)
    deck = freeboard * 0.72
    s.box(paint, (w * 0.52, house_h, d * 0.22), (0, deck, -d * 0.18))
    s.box(rim, (w * 0.6, 0.07, d * 0.26), (0, deck + house_h, -d * 0.18))
    for end in (-1, 1):
        for side in (-1, 1):
            spot = (side * w * 0.115, deck + house_h * 0.55, d * (end * 0.11 - 0.18))
            s.box(job.pane(0.7), (w * 0.18, house_h * 0.32, 0.03), spot)
    for side in (-1, 1):
        s.box(
            job.pane(0.7),
            (0.03, house_h * 0.32, d * 0.13),
            (side * w * 0.262, deck + house_h * 0.55, -d * 0.18),
        )
    s.tube(rim, (0, deck, d * 0.08), (0, h, d * 0.08), 0.07, 0.04, sides=7)
    s.tube(rim, (0, deck + house_h * 0.9, d * 0.08), (0, deck + house_h * 1.1, d * 0.4), 0.045, sides=6)
    rope = plain(IRON, ink=0.6)
    for end in (
        (0, freeboard, d * 0.46),
        (0, deck + house_h, -d * 0.28),
        (w * 0.36, freeboard * 0.9, d * 0.02),
        (-w * 0.36, freeboard * 0.9, d * 0.02),
    ):
        s.tube(rope, (0, h - 0.05, d * 0.08), end, 0.012, sides=4)


def car(job: Job) -> None:
    """A saloon: bonnet, cabin with windows, wheels, bumpers and lamps; its front looks along the heading."""
    s, (w, h, d) = job.solids, job.size
    colour = varied(
        mix(job.paint.main(job.paint.accent), (0.35, 0.42, 0.48), 0.35 if job.paint.own is None else 0.0),
        job.chance,
        2.0,
    )
    body, dark = plain(colour), plain((0.13, 0.13, 0.15))
    chrome = plain((0.70, 0.71, 0.72))
    clear = h * 0.16
    waist = h * 0.58
    side = [
        (-d / 2 + 0.02, clear + 0.1),
        (-d / 2 + 0.02, waist * 0.96),
        (-d * 0.3, waist),
        (d * 0.18, waist),
        (d / 2 - 0.1, waist * 0.86),
        (d / 2 - 0.02, waist * 0.66),
        (d / 2 - 0.02, clear + 0.06),
        (d * 0.3, clear),
        (-d * 0.4, clear),
    ]
    s.prism(body, [(-z, y) for z, y in side], -w / 2 + 0.05, w / 2 - 0.05, turn=90.0)
    cabin = [
        (-d * 0.36, waist),
        (-d * 0.27, h - 0.05),
        (-d * 0.2, h),
        (d * 0.02, h),
        (d * 0.09, h - 0.06),
        (d * 0.2, waist),
    ]
    s.prism(body, [(-z, y) for z, y in cabin], -w / 2 + 0.14, w / 2 - 0.14, turn=90.0)
    glass = plain(mix(GLASS, (0.16, 0.19, 0.23), 0.6))
    for x in (-1, 1):
        at = x * (w / 2 - 0.135)
        front = [
            (-d * 0.07, waist + 0.03),
            (-d * 0.07, h - 0.08),
            (d * 0.015, h - 0.08),
            (d * 0.165, waist + 0.03),
        ]
        back = [
            (-d * 0.31, waist + 0.03),
            (-d * 0.245, h - 0.08),
            (-d * 0.09, h - 0.08),
            (-d * 0.09, waist + 0.03),
        ]
        for pane in (front, back):
            s.prism(glass, [(-z, y) for z, y in pane], at - 0.012, at + 0.012, turn=90.0)
        s.box(dark, (0.015, waist - clear - 0.1, 0.015), (x * (w / 2 - 0.05), clear + 0.06, -d * 0.08))
        s.box(chrome, (0.03, 0.03, 0.14), (x * (w / 2 - 0.045), waist * 0.84, -d * 0.04))
        for z in (-d * 0.29, d * 0.29):
            r = h * 0.215
            s.tube(dark, (x * (w / 2 - 0.24), r, z), (x * (w / 2 - 0.012), r, z), r, sides=16)
            s.tube(chrome, (x * (w / 2 - 0.03), r, z), (x * (w / 2 - 0.002), r, z), r * 0.55, sides=12)
        lamp = plain(LAMPLIGHT, glow=0.9) if job.setting.lamps_on else plain(PAPER)
        s.tube(
            lamp,
            (x * w * 0.33, waist * 0.74, d / 2 - 0.09),
            (x * w * 0.33, waist * 0.74, d / 2 - 0.012),
            h * 0.07,
            sides=10,
        )
        s.box(plain((0.6, 0.15, 0.13)), (0.14, 0.12, 0.04), (x * w * 0.36, waist * 0.7, -d / 2 + 0.02))
    inset = w / 2 - 0.22
    s.panel(
        glass,
        [
            (-inset, waist + 0.03, d * 0.196),
            (inset, waist + 0.03, d * 0.196),
            (inset, h - 0.09, d * 0.098),
            (-inset, h - 0.09, d * 0.098),
        ],
    )
    s.panel(
        glass,
        [
            (-inset, waist + 0.03, -d * 0.357),
            (inset, waist + 0.03, -d * 0.357),
            (inset, h - 0.09, -d * 0.282),
            (-inset, h - 0.09, -d * 0.282),
        ],
    )
    for z in (-1, 1):
        s.box(chrome, (w - 0.1, 0.1, 0.06), (0, clear + 0.08, z * (d / 2 - 0.03)))
    s.box(dark, (w * 0.42, 0.16, 0.02), (0, clear + 0.28, d / 2 - 0.02))


def cart(job: Job) -> None:
    """A two-wheeled cart with slatted sides; its shafts reach along the heading."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(1.0, boards=True), job.paint.wood(0.72)
    r = min(h * 0.42, d * 0.24)
    bed = r * 1.05
    long = d * 0.58
    back = -d / 2
    s.box(wood, (w - 0.34, 0.06, long), (0, bed, back + long / 2))
    for x in (-1, 1):
        at = x * (w / 2 - 0.19)
        for row in range(3):
            tall = (h - bed - 0.1) / 3
            s.box(wood, (0.03, tall * 0.7, long), (at, bed + 0.08 + row * tall, back + long / 2))
        for z in (0.04, long / 2, long - 0.04):
            s.box(dark, (0.05, h - bed, 0.05), (at, bed, back + z))
        _wheel(job, dark, x * (w / 2 - 0.055), r, back + long * 0.5)
        s.tube(
            dark,
            (x * (w / 2 - 0.24), bed + 0.03, back + long),
            (x * (w / 2 - 0.32), bed * 0.5, d / 2 - 0.03),
            0.035,
            sides=6,
        )
    s.box(wood, (w - 0.34, h - bed - 0.2, 0.03), (0, bed + 0.06, back + long - 0.02))
    s.tube(dark, (-w / 2 + 0.08, r, back + long * 0.5), (w / 2 - 0.08, r, back + long * 0.5), 0.04, sides=6)
    straw = Material(colour=(0.78, 0.68, 0.42), pattern="grass", pattern_m=0.2)
    s.lump(
        straw,
        (0, bed + 0.08, back + long / 2),
        (w / 2 - 0.24, (h - bed) * 0.6, long / 2 - 0.06),
        rough=0.25,
        scale=2.2,
        key=job.chance.key(),
    )


def _wheel(job: Job, wood: Material, x: float, r: float, z: float) -> None:
    s = job.solids
    spokes = 10
    count = 20
    half = 0.035
    rim = np.array(
        [
            [
                (x + side * half, r + np.cos(a) * k, z + np.sin(a) * k)
                for side, k in ((-1, r), (1, r), (1, r * 0.84), (-1, r * 0.84), (-1, r))
            ]
            for a in np.arange(count + 1) * 2 * pi / count
        ]
    )
    s.sheet(wood, rim, smooth=False, creases=False)
    for index in range(spokes):
        a = 2 * pi * index / spokes
        s.tube(
            wood,
            (x, r, z),
            (x, r + float(np.cos(a)) * r * 0.88, z + float(np.sin(a)) * r * 0.88),
            0.022,
            sides=4,
        )
    s.tube(wood, (x - 0.05, r, z), (x + 0.05, r, z), 0.09, sides=8)
