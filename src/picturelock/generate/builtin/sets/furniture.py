"""Furniture and goods: what people sit at, sleep in, keep things on."""

from math import cos, pi, radians, sin

from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.job import Job
from picturelock.generate.builtin.sets.palette import (
    IRON,
    LAMPLIGHT,
    LINEN,
    PAPER,
    RGB,
    STONE,
    mix,
    plain,
    shade,
    varied,
)


def table(job: Job) -> None:
    """A top, an apron, four legs; a cloth, a jug or a bowl now and then."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(1.05, boards=True), job.paint.wood(0.8)
    s.box(wood, (w, 0.045, d), (0, h - 0.045, 0))
    s.box(dark, (w - 0.16, 0.09, 0.03), (0, h - 0.135, d / 2 - 0.08))
    s.box(dark, (w - 0.16, 0.09, 0.03), (0, h - 0.135, -d / 2 + 0.08))
    s.box(dark, (0.03, 0.09, d - 0.16), (w / 2 - 0.08, h - 0.135, 0))
    s.box(dark, (0.03, 0.09, d - 0.16), (-w / 2 + 0.08, h - 0.135, 0))
    _legs(job, dark, h - 0.045, 0.07, 0.08)


def _legs(job: Job, wood: Material, h: float, thick: float, inset: float) -> None:
    for x in (-1, 1):
        for z in (-1, 1):
            job.solids.box(
                wood, (thick, h, thick), (x * (job.width / 2 - inset), 0, z * (job.depth / 2 - inset))
            )


def chair(job: Job) -> None:
    """Four legs, a seat, a back with slats."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(0.95), job.paint.wood(0.75)
    seat = min(0.46, h * 0.5)
    _legs(job, dark, seat, 0.045, 0.04)
    s.box(wood, (w, 0.04, d * 0.96), (0, seat, d * 0.02))
    s.box(dark, (w - 0.1, 0.03, 0.03), (0, seat * 0.45, d / 2 - 0.04))
    back = -d / 2 + 0.04
    for x in (-1, 1):
        s.box(dark, (0.045, h - seat, 0.04), (x * (w / 2 - 0.025), seat, back))
    s.box(wood, (w - 0.02, (h - seat) * 0.28, 0.03), (0, h - (h - seat) * 0.3, back))
    for x in (-0.25, 0.0, 0.25):
        s.box(dark, (0.035, (h - seat) * 0.72, 0.02), (x * w, seat + 0.02, back))


def bench(job: Job) -> None:
    """A slatted bench; upholstered where it is deep for its width, as on a train."""
    s, (w, h, d) = job.solids, job.size
    if h > 1.0:
        _seat(job)
        return
    wood, dark = job.paint.wood(1.0), job.paint.wood(0.7)
    seat = min(0.45, h * 0.55)
    for x in (-1, 1):
        s.box(dark, (0.06, seat, d - 0.06), (x * (w / 2 - 0.14), 0, 0))
        s.box(dark, (0.05, h - seat, 0.06), (x * (w / 2 - 0.14), seat, -d / 2 + 0.04))
    for slat in range(3):
        s.box(wood, (w, 0.035, d / 3 - 0.025), (0, seat, -d / 2 + d / 6 + slat * d / 3))
    for slat in range(2):
        y = seat + (h - seat) * (0.35 + 0.36 * slat)
        s.box(wood, (w, (h - seat) * 0.24, 0.03), (0, y, -d / 2 + 0.07))


def _seat(job: Job) -> None:
    s, (w, h, d) = job.solids, job.size
    cloth = Material(colour=shade(job.paint.main(job.paint.accent), 0.95), pattern="cloth", pattern_m=0.12)
    frame = job.paint.iron(1.1)
    s.box(frame, (w * 0.9, 0.3, d * 0.7), (0, 0, -d * 0.08))
    s.box(cloth, (w, 0.16, d), (0, 0.3, 0))
    s.box(cloth, (w, h - 0.46 - 0.18, 0.14), (0, 0.46, -d / 2 + 0.07))
    s.box(plain(LINEN), (w * 0.9, 0.18, 0.12), (0, h - 0.18, -d / 2 + 0.07))


def bed(job: Job) -> None:
    """A frame with boards at head and foot, a mattress, a cover folded back, a pillow."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(0.9), job.paint.wood(0.7)
    sheet = Material(colour=LINEN, pattern="cloth", pattern_m=0.3)
    cover = Material(
        colour=varied(mix(job.paint.accent, LINEN, 0.35), job.chance, 2.0), pattern="cloth", pattern_m=0.3
    )
    lie = min(0.5, h * 0.55)
    s.box(wood, (w, h, 0.05), (0, 0, -d / 2 + 0.025))
    s.box(wood, (w, h * 0.68, 0.05), (0, 0, d / 2 - 0.025))
    for x in (-1, 1):
        s.box(dark, (0.04, 0.16, d - 0.1), (x * (w / 2 - 0.02), lie * 0.45, 0))
    s.box(sheet, (w - 0.06, lie * 0.45, d - 0.12), (0, lie * 0.5, 0))
    s.box(cover, (w - 0.02, lie * 0.38, d * 0.62), (0, lie * 0.62, d * 0.17))
    s.box(sheet, (w - 0.015, lie * 0.1, 0.2), (0, lie * 0.93, -d * 0.1))
    s.lump(
        sheet, (0, lie * 1.05, -d / 2 + 0.3), (w * 0.36, 0.09, 0.2), rough=0.12, key=job.chance.key(), level=2
    )


def shelf(job: Job) -> None:
    """A case with shelves of books, or of jars and boxes."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(0.85), job.paint.wood(0.6)
    board = 0.035
    for x in (-1, 1):
        s.box(wood, (board, h, d), (x * (w / 2 - board / 2), 0, 0))
    s.box(dark, (w - 0.02, h - 0.02, 0.02), (0, 0.01, -d / 2 + 0.01))
    s.box(wood, (w, board, d), (0, h - board, 0))
    rows = max(2, round(h / 0.4))
    pitch = (h - board) / rows
    for row in range(rows):
        y = row * pitch
        s.box(wood, (w - 0.04, board, d - 0.02), (0, y, 0))
        _goods(job, y + board, pitch - board - 0.03)


_COVERS: tuple[RGB, ...] = ((0.48, 0.22, 0.19), (0.24, 0.31, 0.38), (0.36, 0.38, 0.24), (0.62, 0.52, 0.34),
                            (0.33, 0.25, 0.29), (0.70, 0.64, 0.53))  # fmt: skip


def _goods(job: Job, y: float, room: float) -> None:
    s, w, d, chance = job.solids, job.width, job.depth, job.chance
    x = -w / 2 + 0.06
    while x < w / 2 - 0.16:
        kind = chance.next()
        if kind < 0.66:
            # Books stand in short runs of one height each: a line a run, not a line a page.
            count = int(chance.between(2, 5))
            for _ in range(count):
                thick = chance.between(0.05, 0.085)
                if x + thick > w / 2 - 0.05:
                    break
                tall = room * chance.between(0.68, 0.96)
                deep = d * 0.72
                colour = mix(chance.pick(_COVERS), job.paint.accent, 0.25)
                s.box(plain(colour, ink=0.6), (thick - 0.006, tall, deep), (x + thick / 2, y, -0.02))
                x += thick
            x += chance.between(0.0, 0.05)
        elif kind < 0.85:
            r = min(0.07, room * 0.3)
            colour = mix(STONE, job.paint.wall, chance.next())
            s.lathe(
                plain(colour, ink=0.7),
                [
                    (r * 0.8, 0),
                    (r, room * 0.3),
                    (r * 0.95, room * 0.5),
                    (r * 0.5, room * 0.62),
                    (r * 0.55, room * 0.7),
                ],
                (x + r, y, 0.02),
                sides=8,
            )
            x += 2 * r + 0.03
        else:
            x += chance.between(0.08, 0.2)


def desk(job: Job) -> None:
    """A desk with drawers on one side, and on it papers and a few books. Its sitter's side is the front."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(0.95, boards=True), job.paint.wood(0.72)
    s.box(wood, (w, 0.05, d), (0, h - 0.05, 0))
    chest = w * 0.3
    s.box(dark, (chest, h - 0.05, d - 0.1), (w / 2 - chest / 2 - 0.03, 0, 0))
    for row in range(3):
        tall = (h - 0.16) / 3
        y = 0.05 + row * tall
        s.box(wood, (chest - 0.06, tall - 0.04, 0.03), (w / 2 - chest / 2 - 0.03, y, d / 2 - 0.05))
        s.box(
            job.paint.iron(), (0.09, 0.02, 0.025), (w / 2 - chest / 2 - 0.03, y + tall * 0.4, d / 2 - 0.025)
        )
    for z in (-1, 1):
        s.box(dark, (0.07, h - 0.05, 0.07), (-w / 2 + 0.07, 0, z * (d / 2 - 0.08)))
    s.box(dark, (w - chest - 0.1, h * 0.45, 0.025), (-chest / 2, h * 0.5 - 0.05, -d / 2 + 0.06))


def counter(job: Job) -> None:
    """A bar or shop counter: panels, a plinth and an overhanging top."""
    s, (w, h, d) = job.solids, job.size
    wood, dark = job.paint.wood(1.0, boards=True), job.paint.wood(0.72)
    s.box(dark, (w - 0.06, 0.1, d - 0.12), (0, 0, 0))
    s.box(job.paint.wood(0.88), (w - 0.04, h - 0.15, d - 0.1), (0, 0.1, 0))
    s.box(wood, (w, 0.06, d), (0, h - 0.06, 0))
    panels = max(2, round(w / 0.6))
    wide = (w - 0.1) / panels
    for index in range(panels):
        x = -w / 2 + 0.05 + wide * (index + 0.5)
        s.box(dark, (wide - 0.1, h - 0.36, 0.025), (x, 0.18, d / 2 - 0.045))


def stove(job: Job) -> None:
    """An iron stove on feet with a fire door; its pipe goes up."""
    s, (w, h, d) = job.solids, job.size
    iron, light = job.paint.iron(), job.paint.iron(1.18)
    body = min(0.95, h * 0.5)
    for x in (-1, 1):
        for z in (-1, 1):
            s.box(iron, (0.07, 0.14, 0.07), (x * (w / 2 - 0.08), 0, z * (d / 2 - 0.08)))
    s.box(iron, (w - 0.06, body - 0.2, d - 0.08), (0, 0.14, -0.01))
    s.box(light, (w, 0.05, d - 0.02), (0, body - 0.06, -0.01))
    s.box(light, (w * 0.52, body * 0.36, 0.03), (0, 0.26, d / 2 - 0.045))
    fire = plain((1.0, 0.62, 0.28), glow=0.8)
    for slot in range(3):
        s.box(fire, (w * 0.34, 0.025, 0.02), (0, 0.33 + 0.07 * slot, d / 2 - 0.025))
    s.lathe(
        light, [(0.11, 0), (0.12, 0.12), (0.09, 0.16), (0.02, 0.19)], (-w * 0.2, body - 0.01, 0.04), sides=10
    )
    if h > body + 0.3:
        s.tube(iron, (w * 0.16, body - 0.01, -d * 0.16), (w * 0.16, h, -d * 0.16), 0.075, sides=10)
        s.tube(light, (w * 0.16, body + 0.28, -d * 0.16), (w * 0.16, body + 0.33, -d * 0.16), 0.095, sides=10)
    job.lamps.append((0.0, 0.42, d / 2 + 0.15))


def crate(job: Job) -> None:
    """A slatted crate with corner posts and a diagonal."""
    s, (w, h, d) = job.solids, job.size
    wood = job.paint.wood(1.08)
    dark = job.paint.wood(0.82)
    core = job.paint.wood(0.5)
    t = 0.035
    s.box(core, (w - 2 * t, h - t, d - 2 * t), (0, 0.01, 0))
    slats = max(3, round(h / 0.17))
    tall = h / slats
    for row in range(slats):
        y = row * tall + 0.01
        for z in (-1, 1):
            s.box(wood, (w - 0.01, tall - 0.03, t), (0, y, z * (d / 2 - t / 2 - 0.008)))
        for x in (-1, 1):
            s.box(wood, (t, tall - 0.03, d - 0.02), (x * (w / 2 - t / 2 - 0.008), y, 0))
    for x in (-1, 1):
        for z in (-1, 1):
            s.box(dark, (0.08, h, 0.02), (x * (w / 2 - 0.04), 0, z * (d / 2 - 0.01)))
            s.box(dark, (0.02, h, 0.08), (x * (w / 2 - 0.01), 0, z * (d / 2 - 0.04)))
    boards = max(3, round(d / 0.2))
    for row in range(boards):
        deep = (d - 0.04) / boards
        s.box(wood, (w - 0.04, t, deep - 0.02), (0, h - t, -d / 2 + 0.02 + deep * (row + 0.5)))


def barrel(job: Job) -> None:
    """Staves that bulge, three hoops."""
    s, (w, h, d) = job.solids, job.size
    r = w / 2
    profile = [(r * (0.78 + 0.2 * sin(pi * i / 8)), h * i / 8) for i in range(9)]
    wood = Material(colour=job.paint.wood(0.95).colour, pattern="boards", pattern_m=0.1)
    s.lathe(wood, profile, sides=16, squash=d / w)
    iron = job.paint.iron()
    for share in (0.12, 0.36, 0.68, 0.9):
        grow = 0.78 + 0.2 * sin(pi * share)
        s.lathe(
            iron,
            [(r * grow + 0.008, h * share), (r * (grow + 0.01) + 0.008, h * share + 0.045)],
            sides=16,
            squash=d / w,
        )
    s.disc(job.paint.wood(0.7), (0, h - 0.03, 0), r * 0.74, facing="y")


def box(job: Job) -> None:
    """A block: a chimney where it stands tall, a platform where it lies flat, a packing case otherwise."""
    s, (w, h, d) = job.solids, job.size
    if not job.setting.interior and h > 1.25 * max(w, d):
        _chimney(job)
        return
    if min(w, d) >= 1.0:
        deck = Material(colour=shade(job.paint.main(job.paint.ground), 1.06), pattern="stone", pattern_m=0.7)
        s.box(deck, (w, h - 0.08, d - 0.06), (0, 0, 0))
        s.box(Material(colour=shade(deck.colour, 1.1)), (w, 0.08, d), (0, h - 0.08, 0))
        return
    s.box(job.paint.wood(1.05, boards=True), (w, h, d))
    for x in (-1, 1):
        s.box(job.paint.wood(0.8), (0.06, h, d + 0.0), (x * (w / 2 - 0.029), 0, 0))


def _chimney(job: Job) -> None:
    s, (w, h, d) = job.solids, job.size
    brick = Material(
        colour=mix(shade(job.paint.wall, 0.85), (0.56, 0.36, 0.29), 0.5), pattern="bricks", pattern_m=0.24
    )
    cap = job.paint.stone(1.05, blocks=False)
    pot = plain(mix((0.60, 0.36, 0.26), job.paint.accent, 0.2))
    pots = min(0.42, h * 0.2)
    s.box(brick, (w - 0.12, h - pots - 0.1, d - 0.12))
    s.box(cap, (w, 0.12, d), (0, h - pots - 0.12, 0))
    count = max(1, round(w / 0.42))
    for index in range(count):
        x = -w / 2 + w * (index + 0.5) / count
        s.lathe(
            pot,
            [(0.13, 0), (0.11, pots * 0.75), (0.135, pots * 0.8), (0.135, pots)],
            (x, h - pots, 0),
            sides=10,
        )


def picture(job: Job) -> None:
    """A framed picture: a landscape or a head and shoulders."""
    s, (w, h, d) = job.solids, job.size
    frame = job.paint.wood(0.62)
    front = d / 2
    s.box(frame, (w, h, d * 0.7), (0, 0, -d * 0.15))
    s.box(plain(PAPER, ink=0.6), (w - 0.08, h - 0.08, d * 0.12), (0, 0.04, d * 0.2))
    inner_w, inner_h = w - 0.2, h - 0.2
    y, z = 0.1, front - 0.006
    if w >= h:
        sky = plain(mix(job.paint.wall, (0.55, 0.63, 0.70), 0.6), ink=0.4)
        hill = plain(mix(job.paint.accent, (0.36, 0.42, 0.34), 0.5), ink=0.6)
        s.panel(
            sky,
            [
                (-inner_w / 2, y, z - 0.004),
                (inner_w / 2, y, z - 0.004),
                (inner_w / 2, y + inner_h, z - 0.004),
                (-inner_w / 2, y + inner_h, z - 0.004),
            ],
        )
        s.panel(
            hill,
            [
                (-inner_w / 2, y, z),
                (inner_w / 2, y, z),
                (inner_w / 2, y + inner_h * 0.3, z),
                (inner_w * 0.1, y + inner_h * 0.62, z),
                (-inner_w / 2, y + inner_h * 0.35, z),
            ],
        )
        return
    dark = plain(mix(job.paint.accent, (0.25, 0.24, 0.26), 0.6), ink=0.4)
    light = plain(mix(PAPER, (0.75, 0.58, 0.45), 0.5), ink=0.5)
    s.panel(
        dark,
        [
            (-inner_w / 2, y, z - 0.004),
            (inner_w / 2, y, z - 0.004),
            (inner_w / 2, y + inner_h, z - 0.004),
            (-inner_w / 2, y + inner_h, z - 0.004),
        ],
    )
    s.disc(light, (0, y + inner_h * 0.64, z), inner_w * 0.2, sides=14)
    s.panel(
        light,
        [
            (-inner_w * 0.36, y, z),
            (inner_w * 0.36, y, z),
            (inner_w * 0.2, y + inner_h * 0.36, z),
            (-inner_w * 0.2, y + inner_h * 0.36, z),
        ],
    )


def clock(job: Job) -> None:
    """A round wall clock; a standing clock where it is tall."""
    s, (w, h, d) = job.solids, job.size
    r = min(w, h) / 2
    if h > 1.6 * w:
        post = job.paint.wood(0.7) if job.setting.interior else job.paint.iron()
        if job.setting.interior:
            s.box(post, (w * 0.8, h - 2 * r, d * 0.9))
            s.box(job.paint.wood(0.55), (w * 0.5, (h - 2 * r) * 0.7, d * 0.94), (0, (h - 2 * r) * 0.15, 0.0))
        else:
            s.tube(post, (0, 0, 0), (0, h - 2 * r, 0), 0.09, 0.06)
            s.lathe(post, [(min(w, d) / 2, 0), (0.1, 0.3)], sides=10)
    middle = h - r
    rim = job.paint.wood(0.55) if job.setting.interior else job.paint.iron()
    s.tube(rim, (0, middle, -d / 2), (0, middle, d / 2 - 0.03), r, sides=20, smooth=False)
    glow = 0.35 if job.setting.lamps_on and not job.setting.interior else 0.0
    faces = ((d / 2 - 0.02, 1.0),) if job.setting.interior else ((d / 2 - 0.02, 1.0), (-d / 2 + 0.004, -1.0))
    for front, side in faces:
        s.disc(plain(PAPER if not glow else LAMPLIGHT, glow=glow), (0, middle, front), r * 0.84, sides=20)
        hand = plain(IRON, ink=0.5)
        s.box(hand, (0.022 * r / 0.2, r * 0.66, 0.004), (0, middle, front + side * 0.008))
        s.prism(
            hand,
            [(0, -0.02 * r), (r * 0.46, r * 0.2), (r * 0.44, r * 0.26), (-0.02 * r, 0.04 * r)],
            front + side * 0.004,
            front + side * 0.01,
            (0, middle, 0),
        )
        for hour in range(12):
            mark = [(-0.02 * r, r * 0.7), (0.02 * r, r * 0.7), (0.02 * r, r * 0.8), (-0.02 * r, r * 0.8)]
            _rotated_mark(job, hand, mark, hour * 30.0, middle, front + side * 0.004)


def _rotated_mark(
    job: Job, ink: Material, mark: list[tuple[float, float]], degrees: float, middle: float, z: float
) -> None:
    c, n = cos(radians(degrees)), sin(radians(degrees))
    job.solids.panel(ink, [(x * c + y * n, middle + y * c - x * n, z) for x, y in mark])
