"""Bodies and clothes as solids: trunk, arms, legs, hands, shoes, and the garments that make a silhouette."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import Accessory, Age, CharacterLook, Colour, Lower, Upper
from picturelock.generate.builtin.figures.skeleton import Frame, Limb, Skeleton, along, unit, yaw
from picturelock.generate.builtin.figures.solid import (
    Form,
    Grid,
    Solid,
    Vector,
    ball,
    block,
    half_space,
    limb,
    vec,
)
from picturelock.generate.builtin.geometry import Decal, Material

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A solid of one material, in the figure's own axes."""

    name: str
    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    material: Material
    decal: Decal | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """How finely a figure is modelled: edges of cells in metres, and the head's height in pixels."""

    body: float
    head: float
    hand: float
    head_px: float


def paint(colour: Colour, light: float = 1.0) -> Rgb:
    """A colour, made lighter or darker."""
    r, g, b = (min(1.0, c / 255 * light) for c in colour.rgb)
    return r, g, b


def part(
    name: str, solid: Solid, colour: Rgb, *, ink: float = 1.0, glow: float = 0.0, pattern: str = "plain"
) -> Part:
    """A meshed solid."""
    vertices, faces = solid.mesh()
    return Part(
        name,
        vertices,
        faces,
        Material(
            colour=colour, ink=ink, glow=glow, pattern=pattern, pattern_m=0.03 if pattern == "hair" else 0.4
        ),
    )


def trunk(s: Skeleton, look: CharacterLook, loose: float) -> list[Form]:
    """Pelvis, belly, ribs and shoulders, each larger by ``loose`` metres."""
    m, h = s.size, s.size.height
    w, g = m.wide, m.girth
    p, c = s.pelvis_frame, s.chest_frame
    middle = unit(c[:, 1] + p[:, 1])
    waist_frame = along(middle, c[:, 2] + p[:, 2])
    long = m.shoulder_y - m.hip_y
    broad = m.shoulder / (0.096 * h)
    forms = [
        ball(
            s.pelvis + p @ vec(0, 0.012 * h, -0.004 * h),
            (0.083 * h * w + loose, 0.062 * h + loose, 0.062 * h * g + loose),
            p,
        ),
        ball(
            s.waist,
            (0.070 * h * w * (0.6 + 0.4 * g) + loose, 0.075 * h + loose, 0.054 * h * g + loose),
            waist_frame,
        ),
        ball(
            s.chest + c @ vec(0, 0.004 * h, 0),
            (0.082 * h * broad + loose, 0.30 * long + 0.03 * h + loose, 0.060 * h * (0.5 + 0.5 * g) + loose),
            c,
        ),
        ball(
            s.chest + c @ vec(0, 0.028 * h, 0.018 * h),
            (0.075 * h * broad + loose, 0.055 * h + loose, 0.045 * h + loose),
            c,
        ),
    ]
    if g > 1.2 or look.age is Age.OLD:
        forms.append(
            ball(
                s.waist + waist_frame @ vec(0, -0.01 * h, 0.024 * h * g),
                (0.06 * h * w + loose, 0.055 * h + loose, 0.042 * h * g + loose),
                waist_frame,
            )
        )
    for arm in s.arms:
        side = arm.side
        inner = s.neck + c @ vec(side * 0.022 * h, -0.012 * h, -0.004 * h)
        forms.append(
            limb(
                inner,
                arm.root + c @ vec(-side * 0.010 * h, -0.006 * h, 0),
                0.026 * h + loose,
                0.034 * h * (0.7 + 0.3 * broad) + loose,
            )
        )
    return forms


def sleeve(s: Skeleton, arm: Limb, loose: float, cuff: float, length: float = 1.0) -> list[Form]:
    """Upper arm and forearm with ``loose`` metres of cloth, ``cuff`` at the wrist."""
    h, thick = s.size.height, 0.55 + 0.45 * s.size.girth
    end = arm.middle + (arm.end - arm.middle) * length
    return [
        limb(arm.root, arm.middle, 0.033 * h * thick + loose * 0.7, 0.027 * h * thick + loose),
        limb(arm.middle, end, 0.027 * h * thick + loose, 0.019 * h * thick + cuff),
    ]


def folds(
    solid: Solid, centre: Vector, way: Vector, reach: float, depth: float, wave: float, turn: float
) -> None:
    """Creases of cloth around a joint, across a direction."""
    d = unit(way)
    helper = unit(np.cross(d, vec(0.31, 0.52, 0.79)))
    cx, cy, cz = (float(v) for v in centre)

    def change(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - cx, y - cy, z - cz
        window = np.maximum(0.0, 1.0 - (px * px + py * py + pz * pz) / (reach * reach)) ** 2
        run = px * d[0] + py * d[1] + pz * d[2]
        slant = px * helper[0] + py * helper[1] + pz * helper[2]
        phase = (run + 0.55 * slant + 0.35 * np.abs(slant)) * (2 * pi / wave) + turn
        return depth * window * np.sin(phase)

    solid.shift(change, centre - reach, centre + reach)


def _arm_folds(solid: Solid, s: Skeleton, depth: float) -> None:
    h = s.size.height
    for arm in s.arms:
        turn = 1.3 * arm.side
        folds(solid, arm.middle, arm.end - arm.root, 0.085 * h, depth, 0.032 * h, turn)
        folds(
            solid,
            arm.middle + (arm.end - arm.middle) * 0.85,
            arm.end - arm.middle,
            0.05 * h,
            depth * 0.8,
            0.026 * h,
            turn + 1,
        )
        folds(
            solid,
            arm.root + (s.chest - arm.root) * 0.25,
            arm.middle - arm.root,
            0.07 * h,
            depth * 0.9,
            0.036 * h,
            turn + 2,
        )


def leg_point(leg: Limb, t: float) -> Vector:
    """A point on a leg: 0 hip, 1 knee, 2 ankle."""
    return leg.root + (leg.middle - leg.root) * t if t <= 1 else leg.middle + (leg.end - leg.middle) * (t - 1)


def skirt(s: Skeleton, start: float, end: float, width: float, flare: float) -> list[Form]:
    """Cloth around both legs.

    Args:
        s: The skeleton.
        start: Where it begins on the legs, see :func:`leg_point`; negative above the hips.
        end: Where it ends.
        width: Radius around each leg at the start, in heights.
        flare: Radius that it gains to the end, in heights.
    """
    h = s.size.height
    right, left = s.legs
    rings: list[tuple[Vector, Vector, float]] = []
    for share in np.linspace(0.0, 1.0, 9):
        t = start + (end - start) * float(share)
        lift = s.pelvis_frame[:, 1] * (max(-t, 0.0) * s.size.thigh)
        a, b = (leg_point(leg, max(t, 0.0)) + lift for leg in (right, left))
        rings.append((a, b, (width + flare * float(share) ** 1.2) * h))
    forms = [limb(a, b, r, r) for a, b, r in rings]
    for (a, b, r), (c, d, q) in pairwise(rings):
        forms += [limb(a, c, r, q), limb(b, d, r, q)]
    return forms


def hem(solid: Solid, s: Skeleton, t: float) -> None:
    """Cut a skirt where it ends."""
    right, left = s.legs
    here = (leg_point(right, t) + leg_point(left, t)) / 2
    above = (leg_point(right, max(t - 0.3, 0)) + leg_point(left, max(t - 0.3, 0))) / 2
    solid.cut(half_space(here, unit(above - here)), 0.004 * s.size.height)


def ripples(solid: Solid, s: Skeleton, t: float, depth: float, count: int) -> None:
    """Folds that run down a skirt and deepen to its hem."""
    right, left = s.legs
    top = s.pelvis + s.pelvis_frame[:, 1] * 0.04 * s.size.height
    low = (leg_point(right, t) + leg_point(left, t)) / 2
    down = unit(low - top)
    length = float(np.linalg.norm(low - top))
    frame = along(-down, s.pelvis_frame[:, 2])
    ox, oy, oz = (float(v) for v in top)

    def change(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - ox, y - oy, z - oz
        run = np.clip((px * down[0] + py * down[1] + pz * down[2]) / length, 0, 1)
        across = px * frame[0, 0] + py * frame[1, 0] + pz * frame[2, 0]
        ahead = px * frame[0, 2] + py * frame[1, 2] + pz * frame[2, 2]
        angle = np.arctan2(across, ahead)
        wave = np.sin(angle * count + 2.0 * run + 0.7) + 0.45 * np.sin(angle * (count * 2 - 1) + 1.9)
        return depth * run**1.3 * wave

    solid.shift(change)


def trousers(s: Skeleton, look: CharacterLook, d: Detail, *, short: bool) -> Part:
    """Trousers or shorts."""
    h, thick = s.size.height, 0.45 + 0.55 * s.size.girth
    p = s.pelvis_frame
    forms = [
        ball(
            s.pelvis + p @ vec(0, 0.006 * h, -0.006 * h),
            (0.088 * h * s.size.wide, 0.062 * h, 0.066 * h * s.size.girth),
            p,
        )
    ]
    for leg in s.legs:
        end = leg_point(leg, 0.86) if short else leg_point(leg, 1.95)
        knee = leg.middle
        if short:
            forms.append(limb(leg.root + p @ vec(0, 0.0, 0), end, 0.063 * h * thick, 0.056 * h * thick))
        else:
            forms.append(limb(leg.root, knee, 0.063 * h * thick, 0.042 * h * thick + 0.004 * h))
            forms.append(limb(knee, leg_point(leg, 1.35), 0.045 * h * thick, 0.041 * h * thick + 0.003 * h))
            forms.append(
                limb(leg_point(leg, 1.35), end, 0.041 * h * thick + 0.003 * h, 0.034 * h * thick + 0.004 * h)
            )
    solid = Solid.of(forms, d.body, 0.035 * h)
    for leg in s.legs:
        if short:
            solid.cut(half_space(leg_point(leg, 0.86), leg.root - leg.middle))
            continue
        turn = 0.9 * leg.side
        folds(solid, leg.middle, leg.end - leg.root, 0.10 * h, 0.0042 * h, 0.042 * h, turn)
        folds(solid, leg_point(leg, 1.85), leg.end - leg.middle, 0.075 * h, 0.0048 * h, 0.032 * h, turn + 2)
        folds(
            solid,
            leg.root + p @ vec(-leg.side * 0.02 * h, -0.02 * h, 0.03 * h),
            vec(leg.side * 0.6, 1, 0),
            0.075 * h,
            0.0035 * h,
            0.035 * h,
            turn,
        )
        solid.cut(_below(leg, 1.93))
    return part("trousers", solid, paint(look.lower.colour))


def _below(leg: Limb, t: float) -> Form:
    here = leg_point(leg, t)
    way = leg.middle - leg.end
    a, b, c = (float(v) for v in unit(way))
    offset = a * float(here[0]) + b * float(here[1]) + c * float(here[2])
    return Form(lambda x, y, z: x * a + y * b + z * c - offset, leg.end - 0.14, leg.end + 0.14)


def bare_legs(s: Skeleton, look: CharacterLook, d: Detail, start: float) -> Part:
    """Legs below a skirt or shorts."""
    h, thick = s.size.height, 0.55 + 0.45 * s.size.girth
    forms: list[Form] = []
    for leg in s.legs:
        forms.append(limb(leg_point(leg, start), leg.middle, 0.046 * h * thick, 0.033 * h * thick))
        forms.append(limb(leg.middle, leg_point(leg, 1.35), 0.033 * h * thick, 0.034 * h * thick))
        forms.append(limb(leg_point(leg, 1.35), leg.end, 0.034 * h * thick, 0.019 * h * thick))
    return part("legs", Solid.of(forms, d.body * 0.8, 0.02 * h), paint(look.skin))


def shoes(s: Skeleton, look: CharacterLook, d: Detail, *, boots: bool) -> Part:
    """Both shoes, with soles that lie flat."""
    h, size = s.size.height, s.size
    solid: Solid | None = None
    forms: list[tuple[list[Form], Form]] = []
    for leg in s.legs:
        f = leg.frame
        sole = -size.ankle_y
        length = size.foot

        def at(x: float, y: float, z: float, f: Frame = f, leg: Limb = leg) -> Vector:
            return leg.end + f @ vec(x, y, z)

        lift = sole + 0.026 * h
        shapes = [
            limb(at(0, lift, -0.20 * length), at(0, lift, 0.22 * length), 0.029 * h, 0.030 * h),
            limb(
                at(0, lift, 0.22 * length),
                at(-leg.side * 0.004 * h, lift - 0.004 * h, 0.60 * length),
                0.031 * h,
                0.024 * h,
            ),
            limb(
                at(0, 0.004 * h, -0.03 * length), at(0, lift + 0.008 * h, 0.26 * length), 0.027 * h, 0.022 * h
            ),
        ]
        top = leg_point(leg, 1.72 if boots else 1.9)
        shapes.append(limb(top, at(0, 0, -0.02 * length), 0.031 * h if boots else 0.022 * h, 0.026 * h))
        forms.append((shapes, half_space(at(0, sole, 0), -f[:, 1])))
    every = [form for shapes, _ in forms for form in shapes]
    solid = Solid(
        np.min([f.low for f in every], axis=0) - 0.02,
        np.max([f.high for f in every], axis=0) + 0.02,
        d.body * 0.7,
    )
    for shapes, _ in forms:
        for form in shapes:
            solid.add(form, 0.02 * h)
    for (_, flat), leg in zip(forms, s.legs, strict=True):
        near = Form(
            lambda x, y, z, flat=flat: -flat.distance(x, y, z), leg.end - 0.16 * h, leg.end + 0.16 * h
        )
        # Each sole is cut in its own neighbourhood only: the other foot may stand lower.
        solid.cut(Form(_beyond(flat, leg, h), near.low, near.high))
    return part("shoes", solid, paint(look.shoes))


def _beyond(flat: Form, leg: Limb, h: float):
    cx, cy, cz = (float(v) for v in leg.end + leg.frame[:, 2] * 0.03 * h)

    def distance(x: Grid, y: Grid, z: Grid) -> Grid:
        reach = np.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) - 0.13 * h
        return np.maximum(-flat.distance(x, y, z), reach)

    return distance


def hand(s: Skeleton, arm: Limb, look: CharacterLook, d: Detail) -> Part:
    """A hand with a thumb and four fingers that curl with the grip.

    The hand's up runs back to the wrist; its forward is the back of a hanging hand's knuckles; the thumb is on the
    inner side.
    """
    size, f, side = s.size.hand, arm.frame, arm.side
    thick = 0.85 + 0.15 * s.size.girth

    def at(x: float, y: float, z: float) -> Vector:
        return arm.end + f @ (vec(x, y, z) * size)

    # Palm lies in the plane of forward and up: a hanging hand shows its back outwards.
    forms = [
        limb(at(0, 0.06, 0), at(0, -0.10, 0), 0.150 * size * thick, 0.15 * size * thick),
        block(at(0, -0.26, 0.02), (0.105 * size * thick, 0.22 * size, 0.21 * size), f, 0.09 * size),
    ]
    curl = arm.grip
    inward = -side
    for number in range(4):
        z = 0.165 - 0.115 * number
        straight = arm.point and number == 0
        bend = 0.08 if straight else curl
        length = (0.40, 0.46, 0.43, 0.34)[number]
        base = (0.0, -0.44 + 0.02 * abs(number - 1), z)
        angle1, angle2 = 0.2 + 1.25 * bend, 0.35 + 2.5 * bend
        knuckle = (
            inward * np.sin(angle1) * length * 0.52,
            base[1] - np.cos(angle1) * length * 0.52,
            z * 0.97,
        )
        tip = (
            knuckle[0] + inward * np.sin(angle2) * length * 0.48,
            knuckle[1] - np.cos(angle2) * length * 0.48,
            z * 0.93,
        )
        r = (0.064, 0.066, 0.062, 0.054)[number] * size * thick
        forms.append(limb(at(*base), at(*knuckle), r * 1.08, r))
        forms.append(limb(at(*knuckle), at(*tip), r, r * 0.86))
    out = 0.30 - 0.16 * curl
    mid = (inward * (0.10 + 0.10 * curl), -0.26, 0.20 + out * 0.42)
    end = (inward * (0.16 + 0.20 * curl), -0.46 + 0.05 * curl, 0.20 + out * 0.60 - 0.10 * curl)
    forms.append(limb(at(inward * 0.02, -0.08, 0.12), at(*mid), 0.085 * size * thick, 0.072 * size * thick))
    forms.append(limb(at(*mid), at(*end), 0.070 * size * thick, 0.056 * size * thick))
    solid = Solid.of(forms, d.hand, 0.055 * size, spare=0.01)
    return part("hand_r" if side > 0 else "hand_l", solid, paint(look.skin))


def _collar(s: Skeleton, radius: float, thick: float, rise: float) -> list[Form]:
    """A ring of cloth around the neck."""
    h = s.size.height
    frame = along(unit(s.head - s.neck) + s.chest_frame[:, 1], s.chest_frame[:, 2])
    centre = s.neck + frame @ vec(0, rise * h, 0.004 * h)
    points = [
        centre
        + frame @ vec(np.sin(a) * radius * h, (0.012 * np.cos(a + pi)) * h, np.cos(a) * radius * h * 0.95)
        for a in np.linspace(0, 2 * pi, 13)
    ]
    return [limb(a, b, thick * h, thick * h) for a, b in pairwise(points)]


_LOOSE = {
    Upper.SHIRT: 0.006,
    Upper.SWEATER: 0.013,
    Upper.JACKET: 0.014,
    Upper.LONG_COAT: 0.017,
    Upper.CLOAK: 0.006,
    Upper.APRON: 0.006,
    Upper.UNIFORM: 0.011,
}


def _bodice(s: Skeleton, look: CharacterLook, d: Detail, loose: float) -> Solid:
    """Trunk and sleeves of a garment, with its hem and neckline."""
    kind, h, p = look.upper.kind, s.size.height, s.pelvis_frame
    forms = trunk(s, look, loose)
    low = {Upper.SHIRT: -0.028, Upper.SWEATER: -0.03, Upper.JACKET: -0.062, Upper.UNIFORM: -0.07}.get(
        kind, -0.03
    )
    tucked = look.lower.kind not in {Lower.TROUSERS, Lower.SHORTS} and kind in {
        Upper.SHIRT,
        Upper.APRON,
        Upper.SWEATER,
    }
    if tucked:
        low = 0.062
    elif kind is not Upper.LONG_COAT:
        thick = 0.45 + 0.55 * s.size.girth
        forms += [
            limb(leg.root, leg_point(leg, 0.2), 0.066 * h * thick + loose, 0.066 * h * thick + loose)
            for leg in s.legs
        ]
        forms.append(
            ball(
                s.pelvis + p @ vec(0, (low + 0.035) * h, 0),
                (0.095 * h * s.size.wide + loose, 0.085 * h, 0.074 * h * s.size.girth + loose),
                p,
            )
        )
    if kind is Upper.LONG_COAT:
        forms += skirt(s, -0.3, 1.42, 0.062 * (0.5 + 0.5 * s.size.girth), 0.034)
        forms.append(ball(s.pelvis, (0.1 * h * s.size.wide, 0.085 * h, 0.094 * h * s.size.girth), p))
    rolled = kind is Upper.APRON
    cuff = 0.005 * h if kind in {Upper.SHIRT, Upper.APRON, Upper.CLOAK} else 0.010 * h
    sleeves = [sleeve(s, arm, loose, cuff, 0.42 if rolled else 0.97) for arm in s.arms]
    reach = [form for pair in sleeves for form in pair]
    solid = Solid(
        np.min([f.low for f in [*forms, *reach]], axis=0) - 0.03,
        np.max([f.high for f in [*forms, *reach]], axis=0) + 0.03,
        d.body,
    )
    for form in forms:
        solid.add(form, 0.03 * h)
    if kind is not Upper.LONG_COAT:
        solid.cut(half_space(s.pelvis + p @ vec(0, low * h, 0), p[:, 1]))
    for over_arm, forearm in sleeves:
        solid.add(over_arm, 0.028 * h)
        solid.add(forearm, 0.008 * h)
    _arm_folds(solid, s, 0.0042 * h if kind is not Upper.SWEATER else 0.0055 * h)
    folds(
        solid,
        s.waist + s.chest_frame @ vec(0.03 * h, 0, 0.05 * h),
        s.chest_frame[:, 1],
        0.10 * h,
        0.003 * h,
        0.045 * h,
        0.5,
    )
    folds(
        solid,
        s.waist + s.chest_frame @ vec(-0.05 * h, -0.01 * h, -0.03 * h),
        s.chest_frame[:, 1],
        0.10 * h,
        0.003 * h,
        0.04 * h,
        2.5,
    )
    if kind is Upper.LONG_COAT:
        ripples(solid, s, 1.42, 0.0075 * h, 7)
        hem(solid, s, 1.36)
    for form in _neckline(s):
        solid.cut(form, 0.008 * h)
    return solid


def upper(s: Skeleton, look: CharacterLook, d: Detail) -> list[Part]:
    """The upper garment and what is seen under it."""
    kind, h = look.upper.kind, s.size.height
    colour = paint(look.upper.colour)
    loose = _LOOSE[kind] * h
    under = kind in {Upper.CLOAK, Upper.APRON}
    base_colour = (
        paint(look.upper.colour, 0.78) if kind is Upper.CLOAK else (0.90, 0.87, 0.80) if under else colour
    )
    solid = _bodice(s, look, d, loose)
    parts: list[Part] = []
    open_front = kind in {Upper.JACKET, Upper.LONG_COAT}
    if open_front:
        _open(solid, s, kind)
        inner = Solid.of(trunk(s, look, 0.002 * h), d.body, 0.03 * h)
        for form in _neckline(s):
            inner.cut(form, 0.008 * h)
        lining = (0.88, 0.85, 0.78) if sum(colour) < 1.9 else (0.42, 0.42, 0.46)
        parts.append(part("shirt", inner, lining))
    parts.append(part(kind.value if not under else "shirt", solid, base_colour, ink=1.0))
    parts += _collars(s, kind, colour, d)
    if kind is Upper.UNIFORM:
        parts += _uniform(s, d)
    if kind is Upper.CLOAK:
        parts.append(_cloak(s, look, d))
    if kind is Upper.APRON or Accessory.APRON in look.accessories:
        colour = paint(look.upper.colour if kind is Upper.APRON else look.accent)
        parts.append(_apron(s, look, d, colour, loose + 0.012 * h))
    return parts


def _neckline(s: Skeleton) -> list[Form]:
    h = s.size.height
    top = s.neck + (s.head - s.neck) * 0.9
    return [limb(s.neck + s.chest_frame @ vec(0, 0.012 * h, 0.016 * h), top, 0.036 * h, 0.05 * h)]


def _open(solid: Solid, s: Skeleton, kind: Upper) -> None:
    """Part the front: a V from the neck to the breast, and down a jacket a gap that widens to its hem."""
    h = s.size.height
    top, breast = 0.17 * h, -0.015 * h
    low = 0.030 * h if kind is Upper.JACKET else -1.0
    ox, oy, oz = (float(v) for v in s.chest)
    frame = s.chest_frame

    def distance(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - ox, y - oy, z - oz
        across = np.abs(px * frame[0, 0] + py * frame[1, 0] + pz * frame[2, 0])
        rise = px * frame[0, 1] + py * frame[1, 1] + pz * frame[2, 1]
        ahead = px * frame[0, 2] + py * frame[1, 2] + pz * frame[2, 2]
        upper_half = np.clip((rise - breast) / (top - breast), 0, 1.2) * 0.058 * h
        lower_half = np.clip((breast - rise) / (0.22 * h), 0, 1) * low
        half = np.where(rise > breast, upper_half, lower_half)
        return np.maximum(across - half - 0.002 * h, 0.015 * h - ahead)

    solid.cut(Form(distance, s.chest - 0.5 * h, s.chest + 0.3 * h), 0.004 * h)


def _collars(s: Skeleton, kind: Upper, colour: Rgb, d: Detail) -> list[Part]:
    h = s.size.height
    shapes: dict[Upper, list[Form]] = {
        Upper.SWEATER: [*_collar(s, 0.036, 0.012, 0.008), *_collar(s, 0.034, 0.011, 0.024)],
        Upper.SHIRT: _collar(s, 0.036, 0.0085, 0.010),
        Upper.APRON: _collar(s, 0.036, 0.0085, 0.010),
        Upper.JACKET: _lapels(s, 0.052),
        Upper.LONG_COAT: _lapels(s, 0.06),
        Upper.UNIFORM: [*_collar(s, 0.037, 0.010, 0.006), *_collar(s, 0.036, 0.009, 0.020)],
        Upper.CLOAK: [*_collar(s, 0.048, 0.016, 0.004)],
    }
    light = 0.92 if kind not in {Upper.APRON} else 1.0
    tone = (0.90, 0.87, 0.80) if kind is Upper.APRON else tuple(c * light for c in colour)
    return [part("collar", Solid.of(shapes[kind], d.body * 0.75, 0.012 * h), (tone[0], tone[1], tone[2]))]


def _lapels(s: Skeleton, width: float) -> list[Form]:
    """A turned-down collar that runs into lapels."""
    h, c = s.size.height, s.chest_frame
    ring = _collar(s, 0.043, 0.011, 0.012)
    forms = list(ring[3:9])
    for side in (-1, 1):
        top = s.neck + c @ vec(side * 0.042 * h, 0.012 * h, 0.016 * h)
        forms.append(
            limb(top, s.neck + c @ vec(side * 0.055 * h, -0.03 * h, 0.055 * h), 0.011 * h, 0.014 * h)
        )
        forms.append(
            limb(
                s.neck + c @ vec(side * width * h, -0.03 * h, 0.057 * h),
                s.chest + c @ vec(side * 0.022 * h, 0.0, 0.077 * h),
                0.013 * h,
                0.006 * h,
            )
        )
    return forms


def _belt(s: Skeleton, d: Detail, colour: Rgb, loose: float) -> Part:
    h = s.size.height
    up = unit(s.chest_frame[:, 1] + s.pelvis_frame[:, 1])
    frame = along(up, s.pelvis_frame[:, 2])
    centre = s.waist - frame[:, 1] * 0.03 * h
    w, g = s.size.wide, s.size.girth
    solid = Solid.of(
        [ball(centre, (0.079 * h * w + loose, 0.09 * h, 0.064 * h * g + loose), frame)], d.body * 0.7, 0.0
    )
    solid.cut(half_space(centre - frame[:, 1] * 0.012 * h, frame[:, 1]))
    solid.cut(half_space(centre + frame[:, 1] * 0.012 * h, -frame[:, 1]))
    solid.add(
        block(
            centre + frame @ vec(0, 0, 0.064 * h * g + loose),
            (0.016 * h, 0.013 * h, 0.008 * h),
            frame,
            0.003 * h,
        )
    )
    return part("belt", solid, colour)


def _uniform(s: Skeleton, d: Detail) -> list[Part]:
    h, c = s.size.height, s.chest_frame
    brass = (0.86, 0.70, 0.32)
    bits: list[Form] = []
    for row in range(4):
        y = 0.075 - 0.05 * row
        bits += [
            ball(
                s.chest + c @ vec(x * h, y * h, (0.078 + 0.004 * row) * h * (0.6 + 0.4 * s.size.girth)),
                (0.008 * h, 0.008 * h, 0.008 * h),
            )
            for x in (-0.028, 0.028)
        ]
    parts = [part("buttons", Solid.of(bits, d.body * 0.5, 0.0), brass)]
    boards = [
        block(
            arm.root + c @ vec(-arm.side * 0.012 * h, 0.047 * h, 0),
            (0.04 * h, 0.009 * h, 0.028 * h),
            c @ yaw(0),
            0.006 * h,
        )
        for arm in s.arms
    ]
    parts.append(part("epaulettes", Solid.of(boards, d.body * 0.6, 0.0), brass))
    return parts


def _cloak(s: Skeleton, look: CharacterLook, d: Detail) -> Part:
    """A bell of cloth from the shoulders; arms that reach forward come through its front."""
    h = s.size.height
    c, p = s.chest_frame, s.pelvis_frame
    low = 1.5
    forms = trunk(s, look, 0.022 * h) + skirt(s, -0.45, low + 0.1, 0.085 * (0.5 + 0.5 * s.size.girth), 0.06)
    for arm in s.arms:
        # Cloth hangs from the shoulder and the upper arm.
        drop = arm.root + (arm.middle - arm.root) * 0.75
        forms.append(limb(arm.root, drop, 0.05 * h, 0.05 * h))
        knee = leg_point(s.legs[0 if arm.side > 0 else 1], 0.9) + p @ vec(arm.side * 0.06 * h, 0, -0.02 * h)
        forms.append(limb(drop, knee, 0.055 * h, 0.075 * h))
    solid = Solid.of(forms, d.body, 0.05 * h)
    ripples(solid, s, low, 0.013 * h, 8)
    hem(solid, s, low)
    top = s.neck + c @ vec(0, 0.02 * h, 0)
    front = p[:, 2] + c[:, 2]
    wedge = [
        limb(
            s.chest + c @ vec(0, 0.06 * h, 0.10 * h), s.pelvis + p @ vec(0, 0, 0.13 * h), 0.018 * h, 0.06 * h
        ),
        limb(
            s.pelvis + p @ vec(0, 0, 0.13 * h),
            (s.legs[0].end + s.legs[1].end) / 2 + unit(front) * 0.16 * h,
            0.06 * h,
            0.12 * h,
        ),
        limb(top, top + c @ vec(0, 0.1 * h, 0), 0.042 * h, 0.06 * h),
    ]
    for form in wedge:
        solid.cut(form, 0.012 * h)
    for arm in s.arms:
        if float((arm.end - arm.root) @ c[:, 2]) > 0.35 * s.size.arm:
            solid.cut(
                limb(
                    arm.root + (arm.end - arm.root) * 0.45,
                    arm.end + (arm.end - arm.middle) * 0.5,
                    0.05 * h,
                    0.07 * h,
                ),
                0.01 * h,
            )
    return part("cloak", solid, paint(look.upper.colour))


def _apron(s: Skeleton, look: CharacterLook, d: Detail, colour: Rgb, loose: float) -> Part:
    """A bib and a skirt over the front."""
    h, c, p = s.size.height, s.chest_frame, s.pelvis_frame
    forms = trunk(s, look, loose) + skirt(s, -0.2, 1.0, 0.078 * (0.5 + 0.5 * s.size.girth), 0.036)
    solid = Solid.of(forms, d.body, 0.03 * h)
    front = unit(c[:, 2] + p[:, 2])
    solid.cut(half_space(s.waist + front * 0.012 * h, front))
    solid.cut(half_space(s.chest + c @ vec(0, 0.075 * h, 0), -c[:, 1]))
    for side in (-1, 1):
        solid.cut(Form(_side_of_bib(s, side), *_box_around(s)))
    hem(solid, s, 0.95)
    return part("apron", solid, colour)


def _box_around(s: Skeleton) -> tuple[Vector, Vector]:
    h = s.size.height
    return s.waist - h, s.waist + h


def _side_of_bib(s: Skeleton, side: int):
    h, c = s.size.height, s.chest_frame
    a, b, e = (float(v) for v in c[:, 0] * side)
    ux, uy, uz = (float(v) for v in c[:, 1])
    wx, wy, wz = (float(v) for v in s.waist)

    def distance(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - wx, y - wy, z - wz
        out = px * a + py * b + pz * e
        rise = px * ux + py * uy + pz * uz
        # The bib is narrow, the skirt wide.
        limit = np.where(rise > 0.02 * h, 0.062 * h, 0.2 * h)
        return limit - out

    return distance


def lower(s: Skeleton, look: CharacterLook, d: Detail) -> list[Part]:
    """The lower garment, legs and shoes."""
    kind, h = look.lower.kind, s.size.height
    colour = paint(look.lower.colour)
    if kind is Lower.TROUSERS:
        return [trousers(s, look, d, short=False), shoes(s, look, d, boots=False)]
    if kind is Lower.SHORTS:
        return [trousers(s, look, d, short=True), bare_legs(s, look, d, 0.7), shoes(s, look, d, boots=False)]
    end = {Lower.SKIRT: 1.18, Lower.DRESS: 1.45, Lower.ROBE: 1.86}[kind]
    girth = 0.5 + 0.5 * s.size.girth
    flare = {Lower.SKIRT: 0.04, Lower.DRESS: 0.06, Lower.ROBE: 0.045}[kind]
    forms = skirt(s, -0.25, end + 0.08, 0.05 * girth, flare)
    forms += [
        ball(
            s.pelvis + s.pelvis_frame @ vec(0, 0.012 * h, 0),
            (0.094 * h * s.size.wide, 0.085 * h, 0.078 * h * s.size.girth),
            s.pelvis_frame,
        )
    ]
    if kind is not Lower.SKIRT:
        forms += trunk(s, look, 0.002 * h)[:3]
    solid = Solid.of(forms, d.body, 0.035 * h)
    ripples(solid, s, end, 0.011 * h, 7)
    hem(solid, s, end)
    parts = [part(kind.value, solid, colour), shoes(s, look, d, boots=False)]
    if kind is not Lower.ROBE:
        parts.append(bare_legs(s, look, d, 0.8))
    return parts


def accessories(s: Skeleton, look: CharacterLook, d: Detail) -> list[Part]:
    """Scarf, bag, belt."""
    h, c = s.size.height, s.chest_frame
    accent = paint(look.accent)
    loose = _LOOSE[look.upper.kind] * h
    parts: list[Part] = []
    if Accessory.SCARF in look.accessories:
        forms = [*_collar(s, 0.046, 0.020, 0.014), *_collar(s, 0.043, 0.017, 0.034)]
        start = s.neck + c @ vec(0.03 * h, -0.01 * h, 0.058 * h)
        out = 0.060 * h * (0.5 + 0.5 * s.size.girth) + loose + 0.012 * h
        tail = [
            start,
            s.chest + c @ vec(0.04 * h, 0.03 * h, out + 0.008 * h),
            s.waist + c @ vec(0.05 * h, 0.03 * h, out),
        ]
        forms += [limb(a, b, 0.020 * h, 0.022 * h, flat=0.6) for a, b in pairwise(tail)]
        solid = Solid.of(forms, d.body * 0.8, 0.012 * h)
        folds(
            solid, s.neck + c @ vec(0, 0.02 * h, 0.03 * h), vec(0.4, 1, 0), 0.1 * h, 0.003 * h, 0.02 * h, 0.0
        )
        parts.append(part("scarf", solid, accent))
    if Accessory.BAG in look.accessories:
        arm = s.arms[1]
        hang = s.pelvis + s.pelvis_frame @ vec(-0.125 * h * s.size.wide - loose, 0.0, -0.01 * h)
        body = Solid.of(
            [block(hang, (0.034 * h, 0.07 * h, 0.085 * h), s.pelvis_frame, 0.018 * h)], d.body * 0.8, 0.0
        )
        body.add(
            block(
                hang + vec(-0.012 * h, 0.045 * h, 0),
                (0.032 * h, 0.035 * h, 0.088 * h),
                s.pelvis_frame,
                0.016 * h,
            )
        )
        parts.append(part("bag", body, accent))
        wide = 0.062 * h * (0.5 + 0.5 * s.size.girth) + loose
        other = s.arms[0].root + c @ vec(-0.05 * h, 0.035 * h, 0)
        strap: list[Form] = []
        for front in (-1, 1):
            path = [
                other,
                s.chest + c @ vec(0.02 * h, 0.02 * h, front * (wide + 0.01 * h)),
                s.waist + c @ vec(-0.05 * h, 0, front * wide),
                hang + vec(0, 0.06 * h, front * 0.05 * h),
            ]
            strap += [limb(a, b, 0.010 * h, 0.010 * h) for a, b in pairwise(path)]
        del arm
        parts.append(
            part(
                "strap",
                Solid.of(strap, d.body * 0.6, 0.01 * h),
                (accent[0] * 0.7, accent[1] * 0.7, accent[2] * 0.7),
            )
        )
    if Accessory.BELT in look.accessories or look.upper.kind is Upper.UNIFORM:
        extra = 0.018 * h
        parts.append(_belt(s, d, (0.26, 0.20, 0.16), loose + extra))
    return parts


def dressed(s: Skeleton, look: CharacterLook, d: Detail) -> list[Part]:
    """Everything below the neck."""
    h = s.size.height
    neck = Solid.of(
        [
            limb(
                s.neck - s.chest_frame[:, 1] * 0.02 * h,
                s.head + s.head_frame @ vec(0, 0.01 * h, 0),
                0.034 * h * (0.6 + 0.4 * s.size.girth),
                0.031 * h * (0.6 + 0.4 * s.size.girth),
            )
        ],
        d.body * 0.8,
        0.0,
    )
    hands = [hand(s, arm, look, d) for arm in s.arms]
    forearms: list[Part] = []
    if look.upper.kind is Upper.APRON:
        bare: Sequence[Form] = [f for arm in s.arms for f in sleeve(s, arm, 0.0, 0.0)[1:]]
        forearms.append(part("forearms", Solid.of(bare, d.body * 0.8, 0.01 * h), paint(look.skin)))
    return [
        part("neck", neck, paint(look.skin)),
        *hands,
        *forearms,
        *lower(s, look, d),
        *upper(s, look, d),
        *accessories(s, look, d),
    ]
