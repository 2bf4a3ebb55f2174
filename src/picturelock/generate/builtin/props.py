"""Things that are held or stand in the set."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import pi

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import PropKind, PropLook
from picturelock.generate.builtin.figures.solid import Form, Solid, Vector, ball, block, limb, vec
from picturelock.generate.builtin.geometry import Material, Mesh

Rgb = tuple[float, float, float]

_PAPER: Rgb = (0.93, 0.90, 0.82)
_METAL: Rgb = (0.42, 0.42, 0.45)
_DARK: Rgb = (0.16, 0.15, 0.16)
_FLAME: Rgb = (1.0, 0.86, 0.52)


@dataclass(frozen=True, slots=True)
class Piece:
    """A few forms of one colour, the longest side of the whole prop being 1 and its underside at y = 0."""

    forms: tuple[Form, ...]
    colour: Rgb
    seam: float = 0.0
    glow: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """A prop of size 1.

    Attributes:
        grip: Where a hand holds it.
        flame: Where its light is, if it has one.
        shown: Held up before the chest to be read or looked at, instead of hanging or standing in the fist.
    """

    pieces: tuple[Piece, ...]
    grip: tuple[float, float, float]
    flame: tuple[float, float, float] | None = None
    shown: bool = False


def _ring(y: float, radius: float, thick: float, upright: float = 0.0) -> tuple[Form, ...]:
    turns = np.linspace(0, 2 * pi, 17)
    points = [
        vec(radius * np.cos(a), y + upright * radius * np.sin(a), (1 - upright) * radius * np.sin(a))
        for a in turns
    ]
    return tuple(limb(a, b, thick, thick) for a, b in pairwise(points))


def _lantern(c: Rgb) -> Model:
    posts = tuple(
        limb(vec(x, 0.12, z), vec(x, 0.58, z), 0.018, 0.018) for x in (-0.17, 0.17) for z in (-0.17, 0.17)
    )
    frame = (
        block(vec(0, 0.05, 0), (0.23, 0.05, 0.23), edge=0.02),
        block(vec(0, 0.11, 0), (0.19, 0.03, 0.19), edge=0.02),
        block(vec(0, 0.61, 0), (0.22, 0.03, 0.22), edge=0.02),
        limb(vec(0, 0.64, 0), vec(0, 0.80, 0), 0.15, 0.05),
        *posts,
        *_ring(0.90, 0.09, 0.016, upright=1.0),
    )
    glass = (block(vec(0, 0.35, 0), (0.14, 0.22, 0.14), edge=0.06),)
    return Model((Piece(frame, c), Piece(glass, _FLAME, glow=1.0)), grip=(0, 0.97, 0), flame=(0, 0.36, 0))


def _book(c: Rgb) -> Model:
    covers = (
        block(vec(0, 0.02, 0), (0.36, 0.02, 0.5), edge=0.012),
        block(vec(0, 0.20, 0), (0.36, 0.02, 0.5), edge=0.012),
        block(vec(-0.345, 0.11, 0), (0.02, 0.11, 0.5), edge=0.015),
    )
    pages = (block(vec(0.01, 0.11, 0), (0.32, 0.075, 0.465), edge=0.01),)
    return Model((Piece(covers, c), Piece(pages, _PAPER)), grip=(0, 0.11, -0.46), shown=True)


def _letter(c: Rgb) -> Model:
    sheet = (block(vec(0, 0.03, 0), (0.36, 0.03, 0.5), edge=0.015),)
    # Ragged lines of writing under a heading; the last is short, as last lines are.
    ends = (0.27, 0.24, 0.28, 0.22, 0.26, 0.25, 0.05)
    lines = [
        limb(vec(-0.27, 0.062, 0.26 - 0.095 * n), vec(end, 0.062, 0.26 - 0.095 * n), 0.011, 0.011)
        for n, end in enumerate(ends)
    ]
    heading = limb(vec(-0.18, 0.062, 0.38), vec(0.18, 0.062, 0.38), 0.02, 0.02)
    return Model(
        (Piece(sheet, _PAPER if max(c) < 0.6 else c), Piece((heading, *lines), _DARK)),
        grip=(0, 0.01, -0.44),
        shown=True,
    )


def _map(c: Rgb) -> Model:
    folds = tuple(
        block(vec(-0.375 + 0.25 * n, 0.02 + 0.02 * (n % 2), 0), (0.130, 0.030, 0.36), edge=0.015)
        for n in range(4)
    )
    lines = tuple(
        limb(vec(-0.4 + 0.2 * n, 0.06, -0.25), vec(-0.3 + 0.2 * n, 0.06, 0.28), 0.02, 0.02) for n in range(4)
    )
    return Model((Piece(folds, c), Piece(lines, _DARK)), grip=(0, 0.02, -0.33), shown=True)


def _cup(c: Rgb) -> Model:
    solid = (limb(vec(0, 0.34, 0), vec(0, 0.62, 0), 0.33, 0.38),)
    handle = _shift(_ring(0.52, 0.20, 0.055, upright=1.0), vec(0.42, 0, 0))
    return Model((Piece((*solid, *handle), c, 0.03),), grip=(0.0, 0.5, 0))


def _shift(forms: tuple[Form, ...], by: Vector) -> tuple[Form, ...]:
    bx, by_, bz = (float(v) for v in by)
    return tuple(
        Form(lambda x, y, z, f=f: f.distance(x - bx, y - by_, z - bz), f.low + by, f.high + by) for f in forms
    )


def _box(c: Rgb) -> Model:
    lid = tuple(min(1.0, v * 1.12) for v in c)
    return Model(
        (
            Piece((block(vec(0, 0.26, 0), (0.48, 0.26, 0.36), edge=0.03),), c),
            Piece((block(vec(0, 0.56, 0), (0.5, 0.07, 0.38), edge=0.03),), (lid[0], lid[1], lid[2])),
            Piece((block(vec(0, 0.46, 0.37), (0.07, 0.08, 0.02), edge=0.01),), _METAL),
        ),
        grip=(0, 0.0, 0),
    )


def _key(c: Rgb) -> Model:
    forms = (
        *_shift(_ring(0.82, 0.15, 0.045, upright=1.0), vec(0, 0, 0)),
        limb(vec(0, 0.66, 0), vec(0, 0.05, 0), 0.045, 0.045),
        block(vec(0.10, 0.09, 0), (0.10, 0.045, 0.03), edge=0.01),
        block(vec(0.08, 0.22, 0), (0.08, 0.04, 0.03), edge=0.01),
    )
    return Model((Piece(forms, c, 0.01),), grip=(0, 0.8, 0))


def _phone(c: Rgb) -> Model:
    return Model(
        (
            Piece((block(vec(0, 0.03, 0), (0.25, 0.03, 0.5), edge=0.025),), c),
            Piece(
                (block(vec(0, 0.062, 0.0), (0.22, 0.006, 0.45), edge=0.004),), (0.62, 0.74, 0.82), glow=0.6
            ),
        ),
        grip=(0, 0.03, -0.2),
        shown=True,
    )


def _umbrella(c: Rgb) -> Model:
    ribs = []
    for a in np.linspace(0, 2 * pi, 9)[:-1]:
        x, z = np.cos(a), np.sin(a)
        ribs.append(limb(vec(0, 0.95, 0), vec(0.32 * x, 0.86, 0.32 * z), 0.02, 0.03))
    canopy = (*ribs, _dome())
    shaft = (limb(vec(0, 0.06, 0), vec(0, 1.0, 0), 0.012, 0.010), *_half_ring())
    return Model((Piece(canopy, c, 0.05), Piece(shaft, _DARK)), grip=(0, 0.16, 0))


def _dome() -> Form:
    cap = ball(vec(0, 0.70, 0), (0.52, 0.27, 0.52))
    under = ball(vec(0, 0.62, 0), (0.52, 0.29, 0.52))
    return Form(
        lambda x, y, z: np.maximum(cap.distance(x, y, z), -under.distance(x, y, z)), cap.low, cap.high
    )


def _half_ring() -> tuple[Form, ...]:
    turns = np.linspace(pi, 2 * pi, 8)
    points = [vec(0.05 + 0.05 * np.cos(a), 0.06 + 0.05 * np.sin(a), 0) for a in turns]
    return tuple(limb(a, b, 0.016, 0.016) for a, b in pairwise(points))


def _rope(c: Rgb) -> Model:
    forms = tuple(f for n in range(4) for f in _ring(0.07 + 0.11 * n, 0.42 - 0.02 * n, 0.065))
    return Model((Piece(forms, c, 0.005),), grip=(0.42, 0.25, 0))


def _tool(c: Rgb) -> Model:
    head = (block(vec(0, 0.90, 0.02), (0.07, 0.075, 0.22), edge=0.03),)
    return Model(
        (Piece((limb(vec(0, 0.03, 0), vec(0, 0.92, 0), 0.035, 0.03),), c), Piece(head, _METAL)),
        grip=(0, 0.2, 0),
    )


def _bag(c: Rgb) -> Model:
    body = (block(vec(0, 0.32, 0), (0.46, 0.32, 0.2), edge=0.13),)
    handles = _shift(_ring(0.62, 0.26, 0.032, upright=1.0), vec(0, 0.0, 0))
    dark = tuple(0.7 * v for v in c)
    return Model((Piece(body, c), Piece(handles, (dark[0], dark[1], dark[2]))), grip=(0, 0.9, 0))


def _bottle(c: Rgb) -> Model:
    forms = (
        limb(vec(0, 0.15, 0), vec(0, 0.55, 0), 0.15, 0.15),
        limb(vec(0, 0.62, 0), vec(0, 0.92, 0), 0.06, 0.05),
        limb(vec(0, 0.93, 0), vec(0, 0.95, 0), 0.065, 0.065),
    )
    label = (limb(vec(0, 0.30, 0), vec(0, 0.42, 0), 0.157, 0.157),)
    return Model((Piece(forms, c, 0.05), Piece(label, _PAPER)), grip=(0, 0.5, 0))


def _flower(c: Rgb) -> Model:
    petals = tuple(
        ball(vec(0.09 * np.cos(a), 0.90 + 0.03 * (n % 2), 0.09 * np.sin(a)), (0.075, 0.05, 0.075))
        for n, a in enumerate(np.linspace(0, 2 * pi, 7)[:-1])
    )
    stem = (
        limb(vec(0, 0.0, 0), vec(0, 0.86, 0), 0.018, 0.014),
        ball(vec(0.09, 0.45, 0), (0.11, 0.03, 0.05)),
        ball(vec(-0.08, 0.58, 0.02), (0.09, 0.025, 0.045)),
    )
    heart = (ball(vec(0, 0.93, 0), (0.06, 0.05, 0.06)),)
    return Model(
        (Piece(petals, c, 0.01), Piece(stem, (0.33, 0.46, 0.26)), Piece(heart, (0.9, 0.72, 0.3))),
        grip=(0, 0.3, 0),
    )


def _weapon(c: Rgb) -> Model:
    blade = (block(vec(0, 0.62, 0), (0.045, 0.38, 0.026), edge=0.02),)
    hilt = (
        limb(vec(0, 0.02, 0), vec(0, 0.22, 0), 0.024, 0.022),
        limb(vec(-0.11, 0.235, 0), vec(0.11, 0.235, 0), 0.022, 0.022),
    )
    return Model((Piece(blade, (0.78, 0.80, 0.83)), Piece(hilt, c)), grip=(0, 0.12, 0))


def _watch(c: Rgb) -> Model:
    case = (
        ball(vec(0, 0.42, 0), (0.40, 0.40, 0.13)),
        *_shift(_ring(0.90, 0.09, 0.03, upright=1.0), vec(0, 0, 0)),
    )
    dial = (ball(vec(0, 0.42, 0.06), (0.32, 0.32, 0.10)),)
    hands = (
        limb(vec(0, 0.42, 0.165), vec(0, 0.62, 0.15), 0.02, 0.015),
        limb(vec(0, 0.42, 0.165), vec(0.13, 0.46, 0.16), 0.02, 0.015),
    )
    return Model(
        (Piece(case, c, 0.02), Piece(dial, _PAPER), Piece(hands, _DARK)), grip=(0, 0.2, -0.05), shown=False
    )


def _radio(c: Rgb) -> Model:
    grille = tuple(
        limb(vec(-0.40, 0.14 + 0.08 * n, 0.165), vec(-0.02, 0.14 + 0.08 * n, 0.165), 0.014, 0.014)
        for n in range(5)
    )
    knobs = (ball(vec(0.16, 0.18, 0.17), (0.06, 0.06, 0.04)), ball(vec(0.34, 0.18, 0.17), (0.06, 0.06, 0.04)))
    aerial = (limb(vec(0.4, 0.58, -0.05), vec(0.46, 0.98, -0.05), 0.012, 0.009),)
    return Model(
        (
            Piece((block(vec(0, 0.30, 0), (0.5, 0.30, 0.16), edge=0.05),), c),
            Piece((block(vec(0.25, 0.40, 0.155), (0.17, 0.10, 0.02), edge=0.01),), _FLAME, glow=0.35),
            Piece((*grille, *knobs, *aerial), _DARK),
        ),
        grip=(0, 0.3, 0),
    )


def _stick(c: Rgb) -> Model:
    return Model(
        (
            Piece(
                (
                    limb(vec(0, 0.01, 0), vec(0.01, 0.97, 0), 0.012, 0.017),
                    ball(vec(0.01, 0.98, 0), (0.028, 0.024, 0.028)),
                ),
                c,
                0.01,
            ),
        ),
        grip=(0.008, 0.80, 0),
    )


_MODELS: dict[PropKind, Callable[[Rgb], Model]] = {
    PropKind.LANTERN: _lantern,
    PropKind.BOOK: _book,
    PropKind.LETTER: _letter,
    PropKind.CUP: _cup,
    PropKind.BOX: _box,
    PropKind.KEY: _key,
    PropKind.PHONE: _phone,
    PropKind.UMBRELLA: _umbrella,
    PropKind.ROPE: _rope,
    PropKind.TOOL: _tool,
    PropKind.BAG: _bag,
    PropKind.BOTTLE: _bottle,
    PropKind.FLOWER: _flower,
    PropKind.WEAPON: _weapon,
    PropKind.WATCH: _watch,
    PropKind.RADIO: _radio,
    PropKind.MAP: _map,
    PropKind.STICK: _stick,
}


def model(look: PropLook) -> Model:
    """The prop at size 1."""
    r, g, b = (c / 255 for c in look.colour.rgb)
    return _MODELS[look.kind]((r, g, b))


def prop_meshes(
    look: PropLook, name: str, group: str, foot: Vector, frame: NDArray[np.float64], metre_px: float
) -> tuple[Mesh, ...]:
    """A prop in the world.

    Args:
        look: Kind, size and colour.
        name: Of its meshes.
        group: The plane it belongs to.
        foot: World point of the middle of its underside.
        frame: Its right, up and forward in the world, as columns.
        metre_px: Pixels of a metre where it is.
    """
    cell = min(max(2.6 / max(metre_px * look.size_m, 1.0), 0.014), 0.05)
    meshes: list[Mesh] = []
    for number, piece in enumerate(model(look).pieces):
        vertices, faces = Solid.of(piece.forms, cell, piece.seam).mesh()
        placed = (vertices.astype(np.float64) * look.size_m) @ frame.T + foot
        meshes.append(
            Mesh(
                vertices=placed.astype(np.float32),
                faces=faces,
                material=Material(colour=piece.colour, glow=piece.glow, ink=0.9),
                name=f"{name}/{number}",
                group=group,
                smooth=True,
                # Glass lets the flame out.
                casts=piece.glow < 0.5,
            )
        )
    return tuple(meshes)
