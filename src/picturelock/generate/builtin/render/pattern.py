"""Patterns of surfaces as thin ink strokes: boards, bricks, tiles, grass, water."""

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.palette import Palette
from picturelock.generate.builtin.render.trace import Buffers, Stage

Floats = NDArray[np.float32]


def strokes(
    canvas: Canvas, seen: Buffers, stage: Stage, point: Floats, palette: Palette, seed: int
) -> Floats:
    """Ink of the patterns, H x W, 0..1."""
    return np.zeros(seen.mesh.shape, np.float32)
