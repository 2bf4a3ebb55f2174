"""Machines: a lighthouse lens where they stand tall and square, an engine with wheel and pipes otherwise."""

from math import cos, pi, sin

from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.palette import BRASS, LAMPLIGHT, mix, plain


def machine(job: Job) -> None:
    """A great lens, or an engine."""
    if job.height > 1.15 * max(job.width, job.depth):
        lens(job)
    else:
        engine(job)


def lens(job: Job) -> None:
    """A lighthouse's light: an iron pedestal with a gear, and a beehive of prisms around a burner."""
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    iron = job.paint.iron(0.95)
    brass = plain(mix(BRASS, job.paint.accent, 0.15))
    foot = h * 0.36
    s.lathe(
        iron,
        [
            (r * 0.8, 0),
            (r * 0.78, h * 0.03),
            (r * 0.5, h * 0.05),
            (r * 0.44, foot * 0.8),
            (r * 0.7, foot * 0.92),
            (r * 0.7, foot),
        ],
        sides=16,
    )
    teeth = 20
    for index in range(teeth):
        angle = 2 * pi * index / teeth
        s.box(
            brass,
            (r * 0.1, h * 0.025, r * 0.1),
            (sin(angle) * r * 0.74, foot, cos(angle) * r * 0.74),
            turn=360 * index / teeth,
        )
    s.lathe(brass, [(r * 0.74, foot), (r * 0.72, foot + h * 0.03)], sides=20)
    lit = job.setting.lamps_on
    glass = plain((0.80, 0.90, 0.88) if not lit else (1.0, 0.93, 0.70), glow=0.45 if lit else 0.0, ink=0.8)
    heart = plain(LAMPLIGHT, glow=1.0) if lit else plain((0.93, 0.94, 0.88))
    low, top = foot + h * 0.04, h * 0.96
    rings = 9
    for index in range(rings):
        a, b = index / rings, (index + 0.82) / rings
        ya, yb = low + (top - low) * a, low + (top - low) * b

        def belly(t: float) -> float:
            return r * (0.34 + 0.62 * sin(pi * (0.10 + 0.80 * t)) ** 0.8)

        s.lathe(
            glass,
            [(belly(a), ya), (belly((a + b) / 2) * 1.03, (ya + yb) / 2), (belly(b), yb)],
            sides=20,
            smooth=False,
        )
    s.lathe(heart, [(r * 0.24, low), (r * 0.3, (low + top) / 2), (r * 0.2, top - 0.05)], sides=10)
    for index in range(4):
        angle = 2 * pi * (index + 0.5) / 4
        for step in range(6):
            a, b = step / 6, (step + 1) / 6

            def rib(t: float) -> float:
                return min(r * 0.99, r * (0.36 + 0.62 * sin(pi * (0.10 + 0.80 * t)) ** 0.8))

            ends = [(sin(angle) * rib(t), low + (top - low) * t, cos(angle) * rib(t)) for t in (a, b)]
            s.tube(brass, ends[0], ends[1], 0.022, sides=4)
    s.lathe(brass, [(r * 0.5, top), (r * 0.3, h * 0.98), (0.03, h)], sides=14)
    job.lamps.append((0.0, (low + top) / 2, r + 0.1))


def engine(job: Job) -> None:
    """A boiler with hoops, a flywheel, gauges, pipes and a bed plate."""
    s, (w, h, d) = job.solids, job.size
    iron, light, brass = job.paint.iron(), job.paint.iron(1.25), plain(mix(BRASS, job.paint.accent, 0.15))
    s.box(iron, (w, h * 0.1, d))
    r = min(h * 0.28, d * 0.4)
    axis = h * 0.14 + r
    s.tube(light, (-w * 0.42, axis, 0), (w * 0.2, axis, 0), r, sides=18)
    for x in (-0.4, -0.12, 0.16):
        s.tube(iron, (w * x, axis, 0), (w * (x + 0.03), axis, 0), r * 1.05, sides=18)
    for x in (-0.34, 0.1):
        s.box(iron, (w * 0.08, axis - r * 0.7, d * 0.6), (w * x, 0, 0))
    s.tube(brass, (-w * 0.2, axis + r * 0.9, 0), (-w * 0.2, h, 0), r * 0.26, sides=12)
    s.tube(iron, (w * 0.04, axis + r * 0.9, 0), (w * 0.04, h * 0.86, 0), r * 0.16, sides=10)
    s.tube(iron, (w * 0.04, h * 0.84, 0), (w * 0.36, h * 0.84, 0), r * 0.16, sides=10)
    s.tube(iron, (w * 0.36, h * 0.88, 0), (w * 0.36, h * 0.3, 0), r * 0.16, sides=10)
    wheel = min(h * 0.34, d * 0.46)
    x = w * 0.4
    spokes = 8
    for index in range(24):
        a, b = 2 * pi * index / 24, 2 * pi * (index + 1) / 24
        s.tube(
            iron,
            (x, axis + cos(a) * wheel * 0.93, sin(a) * wheel * 0.93),
            (x, axis + cos(b) * wheel * 0.93, sin(b) * wheel * 0.93),
            wheel * 0.07,
            sides=5,
        )
    for index in range(spokes):
        a = 2 * pi * index / spokes
        s.tube(iron, (x, axis, 0), (x, axis + cos(a) * wheel * 0.9, sin(a) * wheel * 0.9), 0.022, sides=4)
    s.tube(light, (w * 0.18, axis, 0), (w * 0.47, axis, 0), wheel * 0.12, sides=10)
    face = plain((0.92, 0.90, 0.82))
    for index, across in enumerate((-0.3, -0.06)):
        spot = (w * across, axis + r * (0.2 + 0.1 * index), r * 0.96)
        s.tube(brass, spot, (spot[0], spot[1], min(d / 2, r + 0.07)), r * 0.24, sides=12)
        s.disc(
            face,
            (spot[0], spot[1], min(d / 2, r + 0.07) + 0.004 if r + 0.075 < d / 2 else d / 2),
            r * 0.19,
            sides=12,
        )
