"""What grows and what lies: trees, bushes, rocks."""

from math import cos, pi, sin

import numpy as np

from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.palette import BARK, LEAF, NEEDLE, RGB, SNOW, STONE, mix, shade, varied


def tree(job: Job) -> None:
    """A conifer where it is slim, a broadleaf where it is wide; bare limbs in snow."""
    slim = job.height > 2.6 * max(job.width, job.depth)
    if slim or job.chance.next() < 0.3:
        _conifer(job)
    else:
        _broadleaf(job)


def _leaf_colour(job: Job, base: RGB) -> RGB:
    colour = varied(mix(job.paint.main(base), job.paint.ground, 0.18), job.chance, 1.4)
    return mix(colour, SNOW, 0.45) if job.setting.snow else colour


def _conifer(job: Job) -> None:
    s, (w, h, d) = job.solids, job.size
    bark = Material(
        colour=varied(mix(BARK, job.paint.accent, 0.2), job.chance), pattern="bark", pattern_m=0.25
    )
    needle = Material(colour=_leaf_colour(job, NEEDLE), pattern="leaves", pattern_m=0.35)
    trunk = max(0.06, min(w, d) * 0.06)
    s.tube(bark, (0, 0, 0), (0, h * 0.9, 0), trunk, trunk * 0.3, sides=7)
    tiers = max(4, min(8, round(h / 1.1)))
    start = h * 0.16
    for tier in range(tiers):
        share = tier / tiers
        low = start + (h - start) * share
        top = min(h, low + (h - start) / tiers * 2.0)
        radius = (1 - share) ** 0.85 * 0.5 + 0.02
        _skirt(job, needle, low, top, radius * w, radius * d)


def _skirt(job: Job, needle: Material, low: float, top: float, rx: float, rz: float) -> None:
    """One tier of branches: a cone with a ragged hem."""
    sides = 14
    points = [(0.0, top, 0.0)]
    turn = job.chance.next() * pi
    for index in range(sides):
        angle = turn + 2 * pi * index / sides
        reach = (1.0 if index % 2 == 0 else 0.7) * job.chance.between(0.86, 1.0)
        sag = low + (0.0 if index % 2 == 0 else (top - low) * 0.16)
        points.append((sin(angle) * rx * reach, sag, cos(angle) * rz * reach))
    faces = [[0, 1 + i, 1 + (i + 1) % sides] for i in range(sides)]
    points.append((0.0, low + (top - low) * 0.22, 0.0))
    faces += [[sides + 1, 1 + i, 1 + (i + 1) % sides] for i in range(sides)]
    job.solids.add(needle, np.array(points), faces, creases=False)


def _broadleaf(job: Job) -> None:
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    bark = Material(colour=varied(mix(BARK, job.paint.accent, 0.2), chance), pattern="bark", pattern_m=0.25)
    leaf = Material(colour=_leaf_colour(job, LEAF), pattern="leaves", pattern_m=0.4)
    deep = Material(colour=shade(leaf.colour, 0.86), pattern="leaves", pattern_m=0.4)
    trunk = max(0.09, min(w, d) * 0.055)
    crown = h * chance.between(0.3, 0.42)
    bend = (chance.between(-0.06, 0.06) * w, chance.between(-0.06, 0.06) * d)
    s.tube(bark, (0, 0, 0), (bend[0] * 0.3, crown * 0.14, bend[1] * 0.3), trunk * 1.5, trunk * 1.05, sides=8)
    s.tube(
        bark,
        (bend[0] * 0.3, crown * 0.14, bend[1] * 0.3),
        (bend[0], crown * 1.15, bend[1]),
        trunk * 1.05,
        trunk * 0.8,
        sides=8,
    )
    limbs = 5
    for index in range(limbs):
        angle = 2 * pi * (index + chance.next() * 0.6) / limbs
        reach = chance.between(0.2, 0.3)
        end = (sin(angle) * w * reach, h * chance.between(0.52, 0.68), cos(angle) * d * reach)
        s.tube(bark, (bend[0], crown * 0.92, bend[1]), end, trunk * 0.5, trunk * 0.16, sides=6)
    _clusters(job, leaf, deep, crown)


def _clusters(job: Job, leaf: Material, deep: Material, crown: float) -> None:
    """Leaves in rounded masses: one within, a ring of smaller ones about it."""
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    tall = h - crown
    s.lump(
        deep,
        (0, crown + tall * 0.52, 0),
        (w * 0.34, tall * 0.42, d * 0.34),
        rough=0.22,
        scale=2.0,
        key=chance.key(),
    )
    masses = 8
    for index in range(masses):
        angle = 2.4 * index + chance.next() * 0.5
        level = 0.22 + 0.6 * (index + 0.5) / masses
        ring = (0.30 if level < 0.6 else 0.20) * chance.around(1.0, 0.12)
        rx = chance.between(0.16, 0.21)
        centre = (sin(angle) * w * ring, crown + tall * level, cos(angle) * d * ring)
        radii = (w * rx * 0.94, tall * rx * 0.94, d * rx * 0.94)
        s.lump(leaf, centre, radii, rough=0.3, scale=2.6, key=chance.key())


def bush(job: Job) -> None:
    """A few rounded masses close to the ground."""
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    leaf = Material(
        colour=_leaf_colour(job, mix(LEAF, job.paint.ground, 0.15)), pattern="leaves", pattern_m=0.3
    )
    masses = 5
    for index in range(masses):
        angle = 2 * pi * (index + chance.next() * 0.5) / masses
        r = chance.between(0.24, 0.3)
        tall = chance.between(0.3, 0.42)
        centre = (sin(angle) * w * 0.2, h * tall * 1.05, cos(angle) * d * 0.2)
        s.lump(leaf, centre, (w * r, h * tall, d * r), rough=0.32, scale=2.6, key=chance.key())
    s.fit(job.size)


def rock(job: Job) -> None:
    """A boulder, broken by noise and flat where it lies."""
    _stone(job, rough=0.42, cut=-0.35, level=2)
    if job.setting.snow:
        w, h, d = job.size
        cap = Material(colour=SNOW, pattern="snow", pattern_m=0.5)
        s = job.solids
        s.lump(cap, (0, h * 0.86, 0), (w * 0.3, h * 0.13, d * 0.3), rough=0.2, key=job.chance.key(), level=1)


def cliff(job: Job) -> None:
    """Rock that stands on a broad foot."""
    _stone(job, rough=0.6, cut=0.0, level=3)


def _stone(job: Job, *, rough: float, cut: float, level: int) -> None:
    colour = varied(mix(job.paint.main(STONE), job.paint.ground, 0.3), job.chance)
    stone = Material(
        colour=mix(colour, SNOW, 0.4) if job.setting.snow else colour, pattern="stone", pattern_m=0.9
    )
    job.solids.lump(
        stone,
        (0, 0, 0),
        (1, 0.8, 1),
        rough=rough,
        scale=1.4,
        key=job.chance.key(),
        level=level,
        cut=cut,
        smooth=False,
    )
    job.solids.fit(job.size)


def distant_tree(job: Job) -> None:
    """A tree that stands far off: few triangles, the same silhouette."""
    s, (w, h, d) = job.solids, job.size
    chance = job.chance
    bark = Material(colour=varied(mix(BARK, job.paint.accent, 0.2), chance), ink=0.8)
    if h > 2.4 * w:
        needle = Material(colour=_leaf_colour(job, NEEDLE), ink=0.8)
        s.tube(bark, (0, 0, 0), (0, h * 0.6, 0), w * 0.05, sides=5)
        for tier in range(4):
            low = h * (0.14 + 0.2 * tier)
            _skirt(
                job,
                needle,
                low,
                min(h, low + h * 0.4),
                w * 0.5 * (1 - 0.2 * tier),
                d * 0.5 * (1 - 0.2 * tier),
            )
        return
    leaf = Material(colour=_leaf_colour(job, LEAF), ink=0.8)
    s.tube(bark, (0, 0, 0), (0, h * 0.55, 0), w * 0.05, sides=6)
    for index in range(5):
        angle = 2.4 * index + chance.next()
        ring = 0.0 if index == 4 else 0.22
        up = 0.82 if index == 4 else 0.56
        centre = (sin(angle) * w * ring, h * up, cos(angle) * d * ring)
        s.lump(leaf, centre, (w * 0.27, h * 0.17, d * 0.27), rough=0.25, scale=2.0, key=chance.key(), level=1)
