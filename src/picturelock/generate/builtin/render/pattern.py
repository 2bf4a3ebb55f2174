"""Patterns of surfaces as thin ink strokes: boards, bricks, tiles, grass, water.

Strokes lie on the surface, in metres, and keep the pen's width in the picture; where the repeat becomes too small to
draw, they fade.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.render import noise
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.trace import Buffers, Stage

Floats = NDArray[np.floating]


@lru_cache(maxsize=64)
def _table(seed: int) -> Floats:
    return np.random.default_rng(seed).random((64, 64)).astype(np.float32)


class _Surface:
    """Coordinates on the surfaces of some pixels.

    Attributes:
        u: Along the wall, or world x on level ground; in repeats of the pattern.
        v: Up the wall, or world z.
        du: Repeats across one pixel.
        dv: Repeats down one pixel.
        around: Around the things' upright axis at a radius of 10 cm, in repeats; ``height`` up the world.
        pen: Width of a stroke in pixels.
    """

    def __init__(
        self,
        point: Floats,
        normal: Floats,
        span: Floats,
        repeat: float,
        pen: float,
        middle: Floats,
        seed: int,
    ) -> None:
        level = np.abs(normal[:, 1]) > 0.75
        length = np.maximum(np.hypot(normal[:, 0], normal[:, 2]), 1e-4)
        along = (point[:, 0] * normal[:, 2] - point[:, 2] * normal[:, 0]) / length
        # Neighbouring walls of one direction must not share their courses by accident: no matter, they are apart.
        self.level = level
        turn = np.arctan2(point[:, 0] - middle[0], point[:, 2] - middle[2])
        self.around = (turn * np.float32(0.1 / repeat)).astype(np.float32)
        self.height = point[:, 1].astype(np.float32) / np.float32(repeat)
        self.u = np.where(level, point[:, 0], along).astype(np.float32) / np.float32(repeat)
        self.v = np.where(level, point[:, 2], point[:, 1]).astype(np.float32) / np.float32(repeat)
        self.step = span / np.float32(repeat)
        self.pen = pen
        self.seed = seed

    def noise(self, u: Floats, v: Floats, salt: int) -> Floats:
        """Smooth noise at N places."""
        rows = -(-len(u) // 4096)
        padded = np.zeros((2, rows * 4096), np.float32)
        padded[0, : len(u)], padded[1, : len(u)] = u, v
        return noise.at(
            padded[0].reshape(rows, 4096), padded[1].reshape(rows, 4096), self.seed + salt
        ).ravel()[: len(u)]

    def chance(self, i: Floats, j: Floats, salt: int) -> Floats:
        """0..1 for every cell."""
        return _table(self.seed + salt)[np.mod(i, 64).astype(np.int64), np.mod(j, 64).astype(np.int64)]

    def line(self, distance: Floats, step: Floats, weight: float = 1.0) -> Floats:
        """A stroke where a distance in repeats is small."""
        return np.clip(weight * self.pen * 0.5 + 0.5 - np.abs(distance) / np.maximum(step, 1e-6), 0, 1)

    def seam(self, x: Floats, step: Floats, weight: float = 1.0) -> Floats:
        """A stroke at every whole number."""
        return self.line(x - np.rint(x), step, weight)


def _broken(s: _Surface, stroke: Floats, share: float, salt: int) -> Floats:
    """Lift the pen here and there."""
    return stroke * np.clip(0.5 + 1.4 * (s.noise(s.u * 1.7, s.v * 1.7, salt) + share), 0, 1)


def _boards(s: _Surface) -> Floats:
    across, run = np.where(s.level, s.u, s.v), np.where(s.level, s.v, s.u)
    board = np.floor(across)
    ends = run / 7.0 + s.chance(board, board * 0, 1)
    cell = np.floor(ends)
    near_end = s.line((ends - np.rint(ends)) * 7.0, s.step)
    grain = s.noise(run * 0.35 + board * 7.7, across * 3.2, 2)
    veins = s.line((grain - 0.75) * 0.10, s.step, 0.55) * 0.5
    tone = (s.chance(board, cell, 3) > 0.72) * 0.09
    return np.maximum(np.maximum(_broken(s, s.seam(across, s.step), 0.55, 4), near_end), veins * 0.8) + tone


def _bricks(s: _Surface) -> Floats:
    row = s.v * 2.6
    course = np.floor(row)
    shifted = s.u + 0.5 * np.mod(course, 2)
    brick = np.floor(shifted)
    joints = np.maximum(s.seam(row, s.step * 2.6), s.seam(shifted, s.step))
    patches = s.noise(s.u * 0.16, s.v * 0.16, 1)
    shown = np.clip((patches + 0.35) * 2.2, 0, 1)
    tone = (s.chance(brick, course, 2) > 0.8) * 0.14
    return joints * shown * 0.85 + tone * np.clip(shown + 0.25, 0, 1)


def _stone(s: _Surface) -> Floats:
    wu = s.u + 0.12 * s.noise(s.u * 1.3, s.v * 1.3, 1)
    wv = s.v * 1.5 + 0.12 * s.noise(s.u * 1.3 + 40, s.v * 1.3, 2)
    course = np.floor(wv)
    shifted = wu + s.chance(course, course * 0 + 5, 3)
    joints = np.maximum(s.seam(wv, s.step * 1.5), s.seam(shifted, s.step))
    shown = np.clip((s.noise(s.u * 0.3, s.v * 0.3, 4) + 0.25) * 2, 0, 1)
    tone = (s.chance(np.floor(shifted), course, 5) > 0.78) * 0.10
    return joints * shown * 0.8 + tone


def _tiles(s: _Surface) -> Floats:
    joints = np.maximum(s.seam(s.u, s.step), s.seam(s.v, s.step))
    tone = (s.chance(np.floor(s.u), np.floor(s.v), 1) > 0.75) * 0.07
    return _broken(s, joints, 0.5, 2) * 0.8 + tone


def _shingles(s: _Surface) -> Floats:
    row = s.v * 1.6
    course = np.floor(row)
    shifted = s.u * 1.6 + 0.5 * np.mod(course, 2)
    sag = 0.12 * np.sin((shifted - np.floor(shifted)) * np.pi)
    joints = np.maximum(
        s.seam(row + sag, s.step * 1.6), s.seam(shifted, s.step * 1.6, 0.7) * (row - course < 0.7)
    )
    shown = np.clip((s.noise(s.u * 0.25, s.v * 0.25, 1) + 0.5) * 1.8, 0, 1)
    return joints * shown * 0.85


def _grass(s: _Surface) -> Floats:
    # Tufts: short fans of strokes, scattered.
    total = np.zeros(len(s.u), np.float32)
    for layer in range(2):
        gu, gv = s.u * 1.4 + 31.7 * layer, s.v * 1.0 + 17.3 * layer
        i, j = np.floor(gu), np.floor(gv)
        there = s.chance(i, j, 10 + layer) > 0.62
        x = gu - i - 0.2 - 0.6 * s.chance(i, j, 12 + layer)
        y = gv - j - 0.2
        for lean in (-0.35, 0.05, 0.45):
            blade = s.line(x - lean * y * y * 2.2, s.step * 1.4, 0.9) * (y > 0) * (y < 0.34 + 0.1 * lean)
            total = np.maximum(total, blade * there)
    patches = np.clip((s.noise(s.u * 0.35, s.v * 0.22, 14) - 0.2) * 3, 0, 1)
    return np.maximum(total * 0.75, patches * 0.10)


def _water(s: _Surface) -> Floats:
    swell = s.noise(s.u * 0.6, s.v * 2.4, 1) + 0.5 * s.noise(s.u * 1.9 + 9, s.v * 5.5, 2)
    crest = s.line((swell - 0.62) * 0.22, s.step * 2.0, 1.1)
    trough = np.clip((-0.75 - swell) * 3, 0, 1) * 0.16
    return np.maximum(crest * np.clip(s.noise(s.u * 0.8, s.v * 1.1, 3) + 0.55, 0, 1) * 0.8, trough)


def _bark(s: _Surface) -> Floats:
    grooves = s.noise(s.u * 9.0, s.v * 1.1, 1)
    return s.line((grooves - 0.3) * 0.08, s.step, 0.9) * 0.8 + np.clip((grooves - 1.1) * 2, 0, 1) * 0.12


def _leaves(s: _Surface) -> Floats:
    spots = s.noise(s.u * 5.0, s.v * 5.0, 1) + 0.5 * s.noise(s.u * 11.0, s.v * 11.0, 2)
    scallop = s.line((spots - 0.55) * 0.07, s.step, 0.9)
    return np.maximum(_broken(s, scallop, 0.0, 3) * 0.7, np.clip((spots - 0.9) * 2, 0, 1) * 0.16)


def _cloth(s: _Surface) -> Floats:
    fold = s.noise(s.u * 2.6, s.v * 0.5, 1)
    return s.line((fold - 0.5) * 0.14, s.step, 0.7) * 0.45 + np.clip((fold - 0.9) * 2, 0, 1) * 0.07


def _snow(s: _Surface) -> Floats:
    drift = s.noise(s.u * 0.35, s.v * 0.9, 1)
    return s.line((drift - 0.8) * 0.3, s.step, 0.7) * 0.22


def _hair(s: _Surface) -> Floats:
    # Locks run from the crown down, so across the slope they are dense and along it long.
    sway = 0.9 * s.noise(s.around * 0.25, s.height * 0.12, 1)
    strand = s.around * 1.25 + sway
    pressure = s.noise(np.floor(strand + 0.5) * 7.3, s.height * 0.22, 2)
    stroke = s.line(strand - np.rint(strand), s.step * 1.25, 1.5) * np.clip(pressure * 1.6 + 0.1, 0, 1)
    return np.maximum(
        stroke * 0.9, np.clip((s.noise(strand * 0.5, s.height * 0.1, 3) - 0.5) * 2, 0, 1) * 0.16
    )


_PATTERNS: dict[str, tuple[Callable[[_Surface], Floats], float]] = {
    "boards": (_boards, 0.75),
    "bricks": (_bricks, 0.7),
    "stone": (_stone, 0.65),
    "tiles": (_tiles, 0.6),
    "shingles": (_shingles, 0.75),
    "grass": (_grass, 0.8),
    "water": (_water, 0.75),
    "bark": (_bark, 0.75),
    "leaves": (_leaves, 0.75),
    "cloth": (_cloth, 0.8),
    "snow": (_snow, 0.8),
    "hair": (_hair, 0.8),
}


def strokes(canvas: Canvas, seen: Buffers, stage: Stage, point: Floats, seed: int) -> Floats:
    """Ink of the patterns.

    Args:
        canvas: The sheet.
        seen: What a window sees.
        stage: Whose meshes it sees.
        point: H x W x 3 world points of the hits.
        seed: Of the hand.

    Returns:
        H x W, 0..1.
    """
    ink = np.zeros(seen.mesh.shape, np.float32)
    kinds: dict[tuple[str, float], list[int]] = {}
    for number, mesh in enumerate(stage.meshes):
        if mesh.material.pattern in _PATTERNS:
            kinds.setdefault((mesh.material.pattern, mesh.material.pattern_m), []).append(number)
    for (name, repeat), numbers in kinds.items():
        chosen = np.zeros(len(stage.meshes) + 1, np.bool_)
        chosen[numbers] = True
        where = np.nonzero(chosen[seen.mesh])
        if len(where[0]) == 0:
            continue
        draw, strength = _PATTERNS[name]
        depth, normal, ray = seen.depth[where], seen.normal[where], seen.ray[where]
        facing = np.abs(np.einsum("ij,ij->i", normal, ray)) / np.sqrt(np.einsum("ij,ij->i", ray, ray))
        # A pixel covers more of a surface that is seen at a slant; strokes take the mean of both ways.
        span = depth / np.float32(canvas.focal_px) / np.sqrt(np.maximum(facing, 0.04))
        pen = float(np.clip(1.15 * canvas.unit, 0.8, 2.5))
        middle = np.mean([stage.meshes[n].vertices.mean(axis=0) for n in numbers], axis=0)
        surface = _Surface(point[where], normal, span, repeat, pen, middle, seed + len(name) * 131)
        fade = noise.step(0.22, 0.05, surface.step[None])[0] * np.clip(
            9.0 / np.maximum(depth, 1.0), 0.35, 1.0
        )
        ink[where] = np.clip(draw(surface), 0, 1) * fade * np.float32(strength * 0.8)
    return ink
