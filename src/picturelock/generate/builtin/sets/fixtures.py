"""What is fixed to a set: lamps, windows, doors, railings, posts and signs."""

from math import cos, pi, sin

from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.palette import BRASS, LAMPLIGHT, PAPER, mix, plain, shade


def _flame(job: Job, colour: tuple[float, float, float] = LAMPLIGHT) -> Material:
    return plain(colour, glow=0.95) if job.setting.lamps_on else plain(mix(colour, PAPER, 0.5))


def lamp(job: Job) -> None:
    """An oil lamp on a table, a lamp that hangs, or one that stands, by where it is and how tall."""
    if job.base > 1.5:
        _hanging(job)
    elif job.height < 0.9:
        _oil_lamp(job)
    else:
        _standing(job)


def _oil_lamp(job: Job) -> None:
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    brass = plain(mix(BRASS, job.paint.accent, 0.2))
    s.lathe(
        brass,
        [
            (r * 0.62, 0),
            (r * 0.6, h * 0.04),
            (r * 0.2, h * 0.1),
            (r * 0.24, h * 0.16),
            (r * 0.66, h * 0.26),
            (r * 0.6, h * 0.38),
            (r * 0.25, h * 0.42),
        ],
        sides=12,
    )
    s.lathe(
        _flame(job),
        [(r * 0.3, h * 0.42), (r * 0.5, h * 0.52), (r * 0.5, h * 0.62), (r * 0.24, h * 0.78), (r * 0.2, h)],
        sides=12,
    )
    job.lamps.append((0.0, h * 0.6, 0.0))


def _hanging(job: Job) -> None:
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    iron = job.paint.iron()
    if r > 0.4:
        _chandelier(job)
        return
    shade_height = min(0.26, h * 0.6)
    s.tube(iron, (0, shade_height, 0), (0, h, 0), 0.012, sides=5)
    s.lathe(
        job.paint.wood(0.7),
        [
            (r, shade_height * 0.1),
            (r * 0.9, shade_height * 0.3),
            (r * 0.3, shade_height * 0.85),
            (r * 0.12, shade_height),
        ],
        sides=14,
    )
    s.lathe(
        _flame(job),
        [
            (0.03, 0.0),
            (r * 0.36, shade_height * 0.16),
            (r * 0.3, shade_height * 0.5),
            (0.03, shade_height * 0.6),
        ],
        sides=10,
    )
    job.lamps.append((0.0, -0.06, 0.0))


def _chandelier(job: Job) -> None:
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    iron = plain(mix(BRASS, (0.2, 0.18, 0.16), 0.5))
    s.tube(iron, (0, 0.1, 0), (0, h, 0), 0.02, sides=6)
    s.lathe(iron, [(0.03, 0.0), (0.09, 0.08), (0.05, 0.2), (0.09, 0.3), (0.02, 0.4)], sides=10)
    for arm in range(8):
        angle = 2 * pi * arm / 8
        x, z = sin(angle) * (r - 0.06), cos(angle) * (r - 0.06)
        s.tube(iron, (0, 0.1, 0), (x, 0.16, z), 0.014, sides=5)
        s.tube(plain(PAPER), (x, 0.16, z), (x, 0.3, z), 0.022, sides=6)
        s.lathe(_flame(job), [(0.02, 0.0), (0.034, 0.04), (0.005, 0.11)], (x, 0.3, z), sides=6)
    job.lamps.append((0.0, 0.3, 0.0))


def _standing(job: Job) -> None:
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    iron = job.paint.iron()
    hood = min(0.4, h * 0.25)
    s.lathe(iron, [(r * 0.7, 0), (r * 0.65, 0.03), (0.03, 0.06)], sides=12)
    s.tube(iron, (0, 0.04, 0), (0, h - hood * 0.6, 0), 0.018, sides=6)
    glow = _flame(job)
    s.lathe(glow, [(r, h - hood), (r * 0.55, h)], sides=14)
    job.lamps.append((0.0, h - hood - 0.08, 0.0))


def street_lamp(job: Job) -> None:
    """A cast-iron post with a lantern of four panes and a cap."""
    s, h = job.solids, job.height
    r = min(job.width, job.depth) / 2
    iron = job.paint.iron(0.9)
    s.lathe(
        iron,
        [
            (r * 0.72, 0),
            (r * 0.66, h * 0.03),
            (r * 0.42, h * 0.05),
            (r * 0.36, h * 0.16),
            (r * 0.44, h * 0.18),
            (r * 0.2, h * 0.2),
            (r * 0.15, h * 0.76),
            (r * 0.3, h * 0.77),
            (r * 0.12, h * 0.79),
        ],
        sides=10,
    )
    s.box(iron, (r * 1.5, 0.025, 0.025), (0, h * 0.72, 0))
    low, top = h * 0.8, h * 0.93
    s.lathe(_flame(job), [(r * 0.42, low), (r * 0.74, top)], sides=4, smooth=False)
    for corner in range(4):
        angle = (corner + 0.5) * pi / 2
        c, n = cos(angle), sin(angle)
        s.tube(iron, (r * 0.44 * c, low, r * 0.44 * n), (r * 0.78 * c, top, r * 0.78 * n), 0.014, sides=4)
    s.lathe(
        iron,
        [
            (r * 0.95, top),
            (r * 0.9, top + 0.02),
            (r * 0.3, h * 0.97),
            (r * 0.12, h * 0.98),
            (r * 0.14, h * 0.99),
            (0.01, h),
        ],
        sides=8,
        smooth=False,
    )
    s.lathe(iron, [(r * 0.2, low - h * 0.02), (r * 0.46, low)], sides=4, smooth=False)
    job.lamps.append((0.0, (low + top) / 2, 0.0))


def window(job: Job) -> None:
    """A frame with glazing bars and a sill: open to the view indoors, glazed and shuttered on a house front."""
    s, (w, h, d) = job.solids, job.size
    frame = Material(colour=shade(mix(job.paint.accent, PAPER, 0.35), 1.0))
    bar = 0.07
    for x in (-1, 1):
        s.box(frame, (bar, h, d * 0.8), (x * (w / 2 - bar / 2), 0, 0))
    for y in (0.0, h - bar):
        s.box(frame, (w, bar, d * 0.8), (0, y, 0))
    columns = max(2, round(w / 0.6))
    for index in range(1, columns):
        s.box(frame, (0.04, h - 0.04, d * 0.3), (-w / 2 + w * index / columns, 0.02, 0))
    rows = max(2, round(h / 0.75))
    for index in range(1, rows):
        s.box(frame, (w - 0.04, 0.035, d * 0.26), (0, h * index / rows, 0))
    s.box(frame, (w, 0.04, d), (0, 0, 0))
    if job.setting.interior:
        if job.base < 1.4 and w < 1.6 and job.chance.next() < 0.7:
            _curtains(job)
        return
    s.panel(job.pane(0.8), [(-w / 2, 0, 0), (w / 2, 0, 0), (w / 2, h, 0), (-w / 2, h, 0)])


def _curtains(job: Job) -> None:
    """Gathered cloth at both sides, on a rail."""
    s, (w, h, d) = job.solids, job.size
    cloth = Material(colour=mix(job.paint.accent, PAPER, 0.45), pattern="cloth", pattern_m=0.2, ink=0.8)
    for side in (-1, 1):
        for fold in range(3):
            x = side * (w / 2 - 0.045 - fold * 0.062)
            s.tube(cloth, (x, 0.02, d / 2 - 0.036), (x, h - 0.03, d / 2 - 0.036), 0.036, 0.03, sides=6)
    s.tube(
        job.paint.wood(0.6), (-w / 2, h - 0.03, d / 2 - 0.03), (w / 2, h - 0.03, d / 2 - 0.03), 0.02, sides=6
    )


def door(job: Job) -> None:
    """A leaf with panels in a frame, a handle at one side; two leaves where it is wide."""
    s, (w, h, d) = job.solids, job.size
    frame, leaf, panel = job.paint.wood(0.68), job.paint.wood(0.95), job.paint.wood(0.8)
    post = 0.1
    for x in (-1, 1):
        s.box(frame, (post, h, d), (x * (w / 2 - post / 2), 0, 0))
    s.box(frame, (w, post, d), (0, h - post, 0))
    s.box(frame, (w - 0.02, 0.025, d), (0, 0, 0))
    leaves = 2 if w > 1.5 else 1
    wide = (w - 2 * post) / leaves
    tall = h - post - 0.02
    for index in range(leaves):
        x = -w / 2 + post + wide * (index + 0.5)
        s.box(leaf, (wide - 0.012, tall, d * 0.45), (x, 0.02, 0))
        for side in (-1, 1):
            z = side * d * 0.23
            for column in (-1, 1):
                for low, high in ((0.07, 0.40), (0.48, 0.94)):
                    s.box(
                        panel,
                        (wide * 0.34, tall * (high - low), 0.012),
                        (x + column * wide * 0.22, 0.02 + tall * low, z),
                    )
            handle = x + wide * (0.42 if index == 0 else -0.42)
            s.lathe(
                plain(BRASS),
                [(0.03, -0.03), (0.035, 0.0), (0.03, 0.03)],
                (handle, tall * 0.46, side * d * 0.32),
                sides=8,
            )


def railing(job: Job) -> None:
    """Balusters between a bottom rail and a hand rail, posts at the ends."""
    s, (w, h, d) = job.solids, job.size
    iron = job.paint.iron() if not job.setting.interior else job.paint.wood(0.8)
    thick = min(d, 0.07)
    s.box(iron, (w, 0.05, thick), (0, h - 0.05, 0))
    s.box(iron, (w, 0.03, thick * 0.7), (0, 0.1, 0))
    count = max(2, round(w / 0.16))
    for index in range(count + 1):
        x = -w / 2 + 0.02 + (w - 0.04) * index / count
        s.box(iron, (0.018, h - 0.14, 0.018), (x, 0.11, 0))
    for x in (-1, 1):
        s.box(iron, (0.06, h, thick), (x * (w / 2 - 0.03), 0, 0))


def post(job: Job) -> None:
    """A round timber with a rope about it; a roof tank on legs where it is wide."""
    s, (w, h, d) = job.solids, job.size
    r = min(w, d) / 2
    if r > 0.35:
        _tank(job)
        return
    wood = Material(colour=shade(job.paint.main(job.paint.accent), 0.8), pattern="bark", pattern_m=0.2)
    s.tube(wood, (0, 0, 0), (0, h - 0.05, 0), r * 0.88, r * 0.82, sides=9)
    s.lathe(job.paint.wood(1.05), [(r * 0.84, h - 0.05), (r * 0.7, h)], sides=9)
    rope = plain((0.72, 0.63, 0.46))
    for turn in range(3):
        y = h * 0.68 + turn * 0.05
        if y < h - 0.06:
            s.tube(rope, (0, y, 0), (0, y + 0.045, 0), r * 0.99, sides=9)


def _tank(job: Job) -> None:
    s, (w, h, d) = job.solids, job.size
    wood = Material(colour=shade(job.paint.accent, 0.95), pattern="boards", pattern_m=0.14)
    iron = job.paint.iron()
    r, legs = min(w, d) / 2, h * 0.42
    for x in (-1, 1):
        for z in (-1, 1):
            s.tube(iron, (x * r * 0.66, 0, z * r * 0.66), (x * r * 0.55, legs, z * r * 0.55), 0.045, sides=5)
        s.tube(iron, (x * r * 0.66, 0.1, -r * 0.62), (x * r * 0.55, legs, r * 0.55), 0.02, sides=4)
    s.lathe(wood, [(r * 0.94, legs), (r * 0.9, h * 0.82)], sides=16)
    for y in (legs + 0.1, h * 0.6, h * 0.78):
        s.lathe(iron, [(r * 0.965, y), (r * 0.96, y + 0.035)], sides=16)
    s.lathe(job.paint.wood(0.6), [(r, h * 0.82), (r * 0.06, h)], sides=16)


def sign(job: Job) -> None:
    """A board with strokes for words, on posts where it stands on the ground."""
    s, (w, h, d) = job.solids, job.size
    board = Material(colour=mix(job.paint.main(job.paint.accent), PAPER, 0.55))
    frame = job.paint.wood(0.65)
    hung = job.base > 0.5
    tall = h if hung else h * 0.36
    low = h - tall
    if not hung:
        for x in (-1, 1):
            s.box(frame, (0.08, h, 0.08), (x * (w / 2 - 0.1), 0, -d / 2 + 0.04))
    s.box(frame, (w, tall, d * 0.5), (0, low, 0))
    s.box(board, (w - 0.08, tall - 0.08, d * 0.2), (0, low + 0.04, d * 0.28))
    ink = plain((0.2, 0.19, 0.2), ink=0.4)
    rows = 3 if tall > 0.5 else 2
    for row in range(rows):
        length = (w - 0.26) * job.chance.between(0.6, 1.0)
        y = low + tall * (0.76 - 0.24 * row)
        s.box(ink, (length, min(0.05, tall * 0.08), 0.008), (0, y, d * 0.38))
