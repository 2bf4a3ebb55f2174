"""Heads: skull, nose, ears, hair and hats as solids, with a drawn face."""

from itertools import pairwise
from math import pi

import numpy as np

from picturelock.core.anchor import Accessory, Age, Build, CharacterLook, HairStyle, Hat
from picturelock.core.blocking import Expression
from picturelock.generate.builtin.figures.body import Detail, Part, paint, part
from picturelock.generate.builtin.figures.face import face
from picturelock.generate.builtin.figures.skeleton import Frame, Skeleton, pitch, roll, yaw
from picturelock.generate.builtin.figures.solid import (
    Distance,
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

#: From the joint at the base of the skull down to the chin, in head heights.
CHIN = 0.18


class _Head:
    """Places things on a head: coordinates in head heights, chin at 0 and crown at 1, z out of the face."""

    def __init__(self, s: Skeleton) -> None:
        self.size = s.size.head
        self.frame = s.head_frame
        self.origin = s.head

    def at(self, x: float, y: float, z: float) -> Vector:
        return self.origin + self.frame @ (vec(x, y - CHIN, z) * self.size)

    def ball(
        self, x: float, y: float, z: float, rx: float, ry: float, rz: float, turn: Frame | None = None
    ) -> Form:
        k = self.size
        frame = self.frame if turn is None else self.frame @ turn
        return ball(self.at(x, y, z), (rx * k, ry * k, rz * k), frame)

    def rod(self, a: tuple[float, float, float], b: tuple[float, float, float], ra: float, rb: float) -> Form:
        return limb(self.at(*a), self.at(*b), ra * self.size, rb * self.size)

    def box(
        self,
        x: float,
        y: float,
        z: float,
        hx: float,
        hy: float,
        hz: float,
        edge: float,
        turn: Frame | None = None,
    ) -> Form:
        k = self.size
        frame = self.frame if turn is None else self.frame @ turn
        return block(self.at(x, y, z), (hx * k, hy * k, hz * k), frame, edge * k)

    def below(self, x: float, y: float, z: float, normal: tuple[float, float, float]) -> Form:
        """Everything behind a plane through a point; the normal looks out of it."""
        return half_space(self.at(x, y, z), self.frame @ vec(*normal))

    def local(self, change: Distance) -> Distance:
        """A shift given in head coordinates."""
        inverse = self.frame.T.astype(np.float32)
        ox, oy, oz = (float(v) for v in self.origin)
        k = np.float32(1 / self.size)

        def shift(x: Grid, y: Grid, z: Grid) -> Grid:
            px, py, pz = x - ox, y - oy, z - oz
            u = (px * inverse[0, 0] + py * inverse[0, 1] + pz * inverse[0, 2]) * k
            v = (px * inverse[1, 0] + py * inverse[1, 1] + pz * inverse[1, 2]) * k + CHIN
            w = (px * inverse[2, 0] + py * inverse[2, 1] + pz * inverse[2, 2]) * k
            return change(u, v, w) / k

        return shift


def _skull(h: _Head, look: CharacterLook, expression: Expression) -> list[Form]:
    child, old = look.age is Age.CHILD, look.age is Age.OLD
    jaw = {Build.SLIGHT: 0.92, Build.AVERAGE: 1.0, Build.STOCKY: 1.12, Build.BROAD: 1.1}[look.build]
    jaw *= 0.94 if child else 1.0
    drop = -0.035 if expression in {Expression.SURPRISED, Expression.AFRAID} else 0.0
    full = 1.12 if child else 1.0
    return [
        h.ball(0, 0.62, -0.055, 0.325 * (1.03 if child else 1.0), 0.38, 0.395),
        h.ball(0, 0.56, 0.09, 0.285, 0.34, 0.28),
        h.ball(0, 0.30 + drop, 0.10, 0.235 * jaw, 0.25, 0.265),
        h.ball(0, 0.085 + drop, 0.225, 0.105 * jaw, 0.085, 0.10),
        h.rod((-0.215 * jaw, 0.30, -0.02), (-0.09 * jaw, 0.085 + drop, 0.215), 0.075, 0.07),
        h.rod((0.215 * jaw, 0.30, -0.02), (0.09 * jaw, 0.085 + drop, 0.215), 0.075, 0.07),
        h.ball(-0.165, 0.385, 0.215, 0.105 * full, 0.10 * full, 0.10),
        h.ball(0.165, 0.385, 0.215, 0.105 * full, 0.10 * full, 0.10),
        h.rod(
            (-0.15, 0.575, 0.30), (0.15, 0.575, 0.30), 0.062 if not old else 0.07, 0.062 if not old else 0.07
        ),
    ]


def _features(h: _Head, look: CharacterLook) -> list[tuple[Form, float]]:
    child = look.age is Age.CHILD
    nose = 0.72 if child else 1.12 if look.age is Age.OLD else 1.0
    out = 0.455 if not child else 0.425
    return [
        (h.rod((0, 0.555, 0.335), (0, 0.385, 0.395 + 0.028 * nose), 0.028, 0.036 * nose), 0.06),
        (h.ball(0, 0.36, out - 0.02, 0.046 * nose, 0.042 * nose, 0.05 * nose), 0.03),
        (h.ball(-0.042 * nose, 0.345, out - 0.065, 0.03 * nose, 0.027 * nose, 0.036 * nose), 0.025),
        (h.ball(0.042 * nose, 0.345, out - 0.065, 0.03 * nose, 0.027 * nose, 0.036 * nose), 0.025),
        (h.rod((-0.055, 0.225, 0.345), (0.055, 0.225, 0.345), 0.030, 0.030), 0.05),
        (h.rod((-0.04, 0.188, 0.345), (0.04, 0.188, 0.345), 0.028, 0.028), 0.04),
    ]


def _ears(h: _Head) -> list[Form]:
    return [
        form
        for side in (-1, 1)
        for form in (
            h.ball(side * 0.335, 0.475, -0.03, 0.036, 0.10, 0.062, yaw(side * 24) @ roll(side * 6)),
            h.ball(side * 0.325, 0.395, -0.005, 0.028, 0.045, 0.035),
        )
    ]


def bare_head(
    s: Skeleton, look: CharacterLook, d: Detail, expression: Expression, gaze: tuple[float, float]
) -> Part:
    """The head without hair, with its face drawn on.

    Args:
        s: The skeleton.
        look: Age, build and skin.
        d: How finely.
        expression: What the face says.
        gaze: Degrees right and up from straight ahead.
    """
    h = _Head(s)
    solid = Solid.of(_skull(h, look, expression), d.head, 0.09 * h.size, spare=0.16 * h.size)
    for side in (-1, 1):
        solid.cut(h.ball(side * 0.148, 0.478, 0.425, 0.10, 0.062, 0.085), 0.075 * h.size)
    for form, seam in _features(h, look):
        solid.add(form, seam * h.size)
    for form in _ears(h):
        solid.add(form, 0.022 * h.size)
    vertices, faces = solid.mesh()
    drawing = face(look, expression, gaze, d.head_px)
    decal = Decal(
        wash=drawing.wash,
        ink=drawing.ink,
        axes=np.stack([h.frame[:, 0], h.frame[:, 1], h.frame[:, 2]]),
        origin=h.at(0, 0.5, 0.0),
        size_m=(drawing.span * h.size, drawing.span * h.size),
    )
    return Part("head", vertices, faces, Material(colour=paint(look.skin)), decal)


def _shell(h: _Head, thick: float) -> list[Form]:
    """Hair over the skull."""
    return [
        h.ball(0, 0.63, -0.06, 0.325 + thick, 0.38 + thick, 0.40 + thick),
        h.ball(0, 0.66, 0.07, 0.275 + thick, 0.285 + thick, 0.26 + thick),
    ]


def _hairline(solid: Solid, h: _Head, *, low: float = 0.80, nape: float = 0.30, temple: float = 0.24) -> None:
    """Uncover face and neck."""
    k = h.size
    solid.cut(h.ball(0, low - 0.42, 0.36, 0.255, 0.42, 0.36), 0.035 * k)
    solid.cut(h.box(0, 0.12, 0.40, 0.5, 0.42, 0.40 - (temple - 0.24), 0.06), 0.04 * k)
    solid.cut(h.below(0, nape, 0, (0, 1, 0.12)), 0.02 * k)
    for side in (-1, 1):
        solid.cut(h.ball(side * 0.36, 0.44, 0.0, 0.10, 0.12, 0.085), 0.02 * k)


def _strands(solid: Solid, h: _Head, depth: float, count: float, *, curl: float = 0.0) -> None:
    """Locks: grooves that run from the crown outwards."""

    def groove(x: Grid, y: Grid, z: Grid) -> Grid:
        angle = np.arctan2(x, z + 0.10)
        if curl:
            return depth * (
                np.sin(x * curl) * np.sin(y * curl + 1.0) * np.sin(z * curl + 2.0) * 1.6
                + 0.5 * np.sin(x * curl * 2.1 + 1) * np.sin(y * curl * 1.9) * np.sin(z * curl * 2.0)
            )
        return depth * (
            np.sin(angle * count + 3.0 * y) * 0.7 + 0.4 * np.sin(angle * count * 1.7 + 1.0 - 2.0 * y)
        )

    solid.shift(h.local(groove))


def _swept(h: _Head, side: float, y: float) -> Form:
    """A sweep of hair over the forehead."""
    return h.rod((-0.16 * side, y + 0.06, 0.30), (0.24 * side, y - 0.01, 0.235), 0.085, 0.06)


def _falling(solid: Solid, h: _Head, style: HairStyle, *, covered: bool) -> None:
    """Hair that falls to the jaw or over the shoulders."""
    k = h.size
    if style is HairStyle.BOB:
        for side in (-1, 1):
            solid.add(h.rod((side * 0.30, 0.6, -0.06), (side * 0.315, 0.16, -0.01), 0.10, 0.095), 0.06 * k)
            solid.add(h.rod((side * 0.17, 0.5, -0.28), (side * 0.17, 0.15, -0.22), 0.16, 0.14), 0.08 * h.size)
        if not covered:
            solid.add(_swept(h, -1, 0.80), 0.05 * k)
        solid.cut(h.ball(0, 0.33, 0.40, 0.235, 0.44, 0.36), 0.03 * k)
        solid.cut(h.ball(0, 0.10, 0.20, 0.20, 0.30, 0.30), 0.03 * k)
        solid.cut(h.below(0, 0.10, 0, (0, 1, 0.05)), 0.03 * k)
    else:
        for side in (-1, 1):
            solid.add(h.rod((side * 0.29, 0.6, -0.08), (side * 0.30, -0.05, -0.03), 0.10, 0.085), 0.06 * k)
            solid.add(h.rod((side * 0.29, -0.02, -0.04), (side * 0.25, -0.42, 0.02), 0.09, 0.05), 0.06 * k)
            solid.add(
                h.rod((side * 0.13, 0.5, -0.28), (side * 0.15, -0.52, -0.26), 0.18, 0.12), 0.08 * h.size
            )
        if not covered:
            solid.add(_swept(h, 1, 0.82), 0.05 * k)
        solid.cut(h.ball(0, 0.34, 0.41, 0.245, 0.44, 0.37), 0.03 * k)
        solid.cut(h.ball(0, 0.0, 0.24, 0.21, 0.38, 0.34), 0.03 * k)


def _styled(solid: Solid, h: _Head, style: HairStyle, *, covered: bool) -> None:
    """Locks, sweeps and the line of the hair around the face."""
    k = h.size
    match style:
        case HairStyle.SHORT:
            if not covered:
                solid.add(_swept(h, 1, 0.83), 0.06 * k)
                solid.add(h.rod((0.18, 0.98, 0.12), (-0.18, 0.95, 0.2), 0.085, 0.06), 0.06 * k)
            _hairline(solid, h, low=0.775, nape=0.27)
        case HairStyle.CROP:
            _hairline(solid, h, low=0.80, nape=0.30)
        case HairStyle.BOB | HairStyle.LONG:
            _falling(solid, h, style, covered=covered)
        case HairStyle.BUN | HairStyle.PONYTAIL | HairStyle.BRAID:
            _hairline(solid, h, low=0.79, nape=0.27)
        case HairStyle.CURLY:
            for side in (-1, 1):
                solid.add(h.ball(side * 0.30, 0.55, -0.06, 0.15, 0.26, 0.26), 0.06 * k)
            _hairline(solid, h, low=0.78, nape=0.22)


def hair(s: Skeleton, look: CharacterLook, d: Detail, *, covered: bool) -> list[Part]:
    """The hair, flattened where a hat covers it."""
    style = look.hair.style
    if style is HairStyle.BALD:
        return []
    h, k = _Head(s), s.size.head
    colour = paint(look.hair.colour)
    thick = {HairStyle.CROP: 0.016, HairStyle.CURLY: 0.085, HairStyle.SHORT: 0.045}.get(style, 0.045)
    if covered:
        thick = min(thick, 0.018)
    solid = Solid.of(
        _shell(h, thick),
        d.head,
        0.05 * k,
        spare=0.75 * k if style in {HairStyle.LONG, HairStyle.PONYTAIL, HairStyle.BRAID} else 0.28 * k,
    )
    _styled(solid, h, style, covered=covered)
    if style is HairStyle.CURLY:
        _strands(solid, h, 0.03, 0, curl=24.0)
    elif style is not HairStyle.CROP:
        _strands(solid, h, 0.009, 11.0)
    parts = [part("hair", solid, colour, pattern="hair")]
    parts += _tail(h, style, colour, d)
    return parts


def _tail(h: _Head, style: HairStyle, colour: tuple[float, float, float], d: Detail) -> list[Part]:
    k = h.size
    match style:
        case HairStyle.BUN:
            return [
                part(
                    "bun",
                    Solid.of(
                        [h.ball(0, 0.80, -0.50, 0.17, 0.165, 0.15), h.ball(0, 0.76, -0.40, 0.10, 0.10, 0.1)],
                        d.head,
                        0.03 * k,
                    ),
                    colour,
                )
            ]
        case HairStyle.PONYTAIL:
            path = [
                (0.0, 0.78, -0.42),
                (0.0, 0.74, -0.62),
                (0.0, 0.42, -0.68),
                (0.02, 0.02, -0.56),
                (0.03, -0.22, -0.50),
            ]
            radii = [0.07, 0.115, 0.125, 0.09, 0.02]
            forms = [
                h.rod(a, b, ra, rb) for a, b, ra, rb in zip(path, path[1:], radii, radii[1:], strict=False)
            ]
            return [part("tail", Solid.of(forms, d.head, 0.05 * k), colour, pattern="hair")]
        case HairStyle.BRAID:
            forms = [
                h.ball(
                    0.03 * (-1) ** n + 0.02,
                    0.34 - 0.12 * n,
                    -0.40 + 0.006 * n,
                    0.105 - 0.006 * n,
                    0.085,
                    0.09,
                )
                for n in range(8)
            ]
            forms.append(h.rod((0.02, -0.58, -0.36), (0.02, -0.74, -0.36), 0.05, 0.02))
            return [part("braid", Solid.of(forms, d.head, 0.012 * k), colour)]
        case _:
            return []


def hat(s: Skeleton, look: CharacterLook, d: Detail) -> list[Part]:
    """The headgear."""
    kind = look.headgear.kind
    if kind is Hat.NONE:
        return []
    h, k = _Head(s), s.size.head
    colour = paint(look.headgear.colour)
    dark = paint(look.headgear.colour, 0.72)
    match kind:
        case Hat.CAP:
            solid = Solid.of(
                [h.ball(0, 0.74, -0.04, 0.385, 0.30, 0.45), h.ball(0, 0.80, 0.05, 0.36, 0.2, 0.38)],
                d.head,
                0.06 * k,
                spare=0.2 * k,
            )
            solid.cut(h.below(0, 0.715, 0, (0, 1, -0.12)), 0.015 * k)
            brim = Solid.of([h.ball(0, 0.715, 0.36, 0.29, 0.032, 0.235, pitch(10))], d.head * 0.8, 0.0)
            return [part("cap", solid, colour), part("brim", brim, dark)]
        case Hat.BEANIE:
            solid = Solid.of(
                [h.ball(0, 0.70, -0.05, 0.375, 0.385, 0.44), h.ball(0, 1.0, -0.10, 0.19, 0.13, 0.19)],
                d.head,
                0.1 * k,
                spare=0.1 * k,
            )
            solid.cut(h.below(0, 0.66, 0, (0, 1, -0.20)), 0.01 * k)
            _strands(solid, h, 0.008, 22.0)
            band = Solid.of([h.ball(0, 0.69, -0.03, 0.40, 0.30, 0.455)], d.head, 0.0)
            band.cut(h.below(0, 0.645, 0, (0, 1, -0.20)), 0.01 * k)
            band.cut(h.below(0, 0.78, 0, (0, -1, 0.20)), 0.02 * k)
            return [part("beanie", solid, colour), part("band", band, dark)]
        case Hat.BRIM:
            crown = Solid.of(
                [h.ball(0, 0.80, -0.04, 0.355, 0.34, 0.42), h.ball(0, 1.02, -0.04, 0.29, 0.12, 0.34)],
                d.head,
                0.07 * k,
                spare=0.1 * k,
            )
            crown.cut(h.rod((0, 1.2, 0.2), (0, 1.2, -0.3), 0.075, 0.075), 0.08 * k)
            crown.cut(h.below(0, 0.735, 0, (0, 1, -0.1)), 0.01 * k)
            brim = Solid.of([h.ball(0, 0.745, -0.02, 0.66, 0.032, 0.72, pitch(5))], d.head, 0.0)
            band = Solid.of([h.ball(0, 0.80, -0.04, 0.368, 0.34, 0.433)], d.head, 0.0)
            band.cut(h.below(0, 0.76, 0, (0, 1, -0.1)), 0.0)
            band.cut(h.below(0, 0.85, 0, (0, -1, 0.1)), 0.0)
            return [part("hat", crown, colour), part("brim", brim, colour), part("band", band, dark)]
        case Hat.HOOD:
            forms = [
                h.ball(0, 0.62, -0.08, 0.43, 0.46, 0.49),
                h.ball(0, 0.95, -0.32, 0.2, 0.16, 0.2),
                h.rod((0, 0.3, -0.16), (0, -0.2, -0.14), 0.42, 0.46),
            ]
            solid = Solid.of(forms, d.head, 0.12 * k, spare=0.1 * k)
            solid.cut(h.ball(0, 0.46, 0.40, 0.27, 0.42, 0.42), 0.03 * k)
            solid.cut(h.ball(0, 0.5, 0.0, 0.335, 0.40, 0.40), 0.02 * k)
            solid.cut(h.below(0, -0.26, 0, (0, 1, 0)), 0.02 * k)
            _strands(solid, h, 0.012, 7.0)
            return [part("hood", solid, colour)]
        case Hat.HEADSCARF:
            forms = [
                *_shell(h, 0.06),
                h.rod((-0.26, 0.5, 0.0), (-0.10, 0.02, 0.16), 0.12, 0.07),
                h.rod((0.26, 0.5, 0.0), (0.10, 0.02, 0.16), 0.12, 0.07),
                h.rod((0, 0.4, -0.3), (0, -0.1, -0.28), 0.24, 0.2),
                h.ball(0, 0.015, 0.21, 0.075, 0.06, 0.06),
                h.rod((0.0, 0.0, 0.22), (0.09, -0.2, 0.22), 0.045, 0.06),
            ]
            solid = Solid.of(forms, d.head, 0.06 * k, spare=0.1 * k)
            solid.cut(h.ball(0, 0.46, 0.40, 0.245, 0.36, 0.34), 0.03 * k)
            _strands(solid, h, 0.010, 8.0)
            return [part("headscarf", solid, colour)]
        case Hat.HELMET:
            solid = Solid.of([h.ball(0, 0.70, -0.05, 0.42, 0.43, 0.48)], d.head, 0.0, spare=0.2 * k)
            solid.cut(h.below(0, 0.70, 0, (0, 1, -0.22)), 0.01 * k)
            solid.add(h.rod((0, 1.10, 0.16), (0, 1.02, -0.4), 0.045, 0.04), 0.03 * k)
            rim = Solid.of([h.ball(0, 0.70, -0.03, 0.465, 0.05, 0.53, pitch(12))], d.head, 0.0)
            return [part("helmet", solid, colour), part("brim", rim, dark)]


def on_face(s: Skeleton, look: CharacterLook, d: Detail) -> list[Part]:
    """Beard, moustache and glasses."""
    h, k = _Head(s), s.size.head
    colour = paint(look.hair.colour)
    parts: list[Part] = []
    if Accessory.BEARD in look.accessories:
        forms = [
            h.ball(0, 0.10, 0.20, 0.165, 0.17, 0.165),
            h.ball(0, -0.03, 0.22, 0.11, 0.13, 0.11),
            h.rod((-0.245, 0.42, 0.0), (-0.13, 0.10, 0.18), 0.055, 0.12),
            h.rod((0.245, 0.42, 0.0), (0.13, 0.10, 0.18), 0.055, 0.12),
            h.rod((0.0, 0.285, 0.375), (-0.13, 0.225, 0.30), 0.036, 0.03),
            h.rod((0.0, 0.285, 0.375), (0.13, 0.225, 0.30), 0.036, 0.03),
        ]
        solid = Solid.of(forms, d.head, 0.06 * k)
        solid.cut(h.ball(0, 0.205, 0.42, 0.06, 0.024, 0.075), 0.015 * k)
        _strands(solid, h, 0.010, 17.0)
        parts.append(part("beard", solid, colour, pattern="hair"))
    elif Accessory.MOUSTACHE in look.accessories:
        forms = [
            h.rod((side * 0.012, 0.275, 0.395), (side * 0.13, 0.235, 0.325), 0.036, 0.018) for side in (-1, 1)
        ]
        parts.append(part("moustache", Solid.of(forms, d.head * 0.7, 0.01 * k), colour))
    if Accessory.GLASSES in look.accessories:
        forms = []
        for side in (-1, 1):
            ring = [
                (
                    side * 0.15 + 0.092 * np.cos(a),
                    0.485 + 0.078 * np.sin(a),
                    0.405 - 0.02 * (1 + side * np.cos(a)) * 0.9,
                )
                for a in np.linspace(0, 2 * pi, 17)
            ]
            forms += [h.rod(a, b, 0.0115, 0.0115) for a, b in pairwise(ring)]
            forms.append(h.rod((side * 0.242, 0.50, 0.37), (side * 0.335, 0.51, -0.02), 0.011, 0.011))
        forms.append(h.rod((-0.06, 0.50, 0.41), (0.06, 0.50, 0.41), 0.0115, 0.0115))
        parts.append(
            part("glasses", Solid.of(forms, min(d.head * 0.6, 0.004), 0.0), (0.13, 0.12, 0.13), ink=0.5)
        )
    return parts


def headed(
    s: Skeleton, look: CharacterLook, d: Detail, expression: Expression, gaze: tuple[float, float]
) -> list[Part]:
    """Everything above the neck."""
    covered = look.headgear.kind is not Hat.NONE
    hidden = look.headgear.kind in {Hat.HEADSCARF} and look.hair.style not in {
        HairStyle.LONG,
        HairStyle.BRAID,
    }
    return [
        bare_head(s, look, d, expression, gaze),
        *([] if hidden else hair(s, look, d, covered=covered)),
        *hat(s, look, d),
        *on_face(s, look, d),
    ]
