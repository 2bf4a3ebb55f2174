"""Ink lines where things end: found between neighbouring pixels, heavy near the camera, fine far away."""

import cv2
import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.render import noise
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.palette import Palette
from picturelock.generate.builtin.render.trace import Buffers, Stage

Floats = NDArray[np.float32]


def _weight_by_distance(depth: Floats) -> Floats:
    """Line width in units for a contour at this depth."""
    near = np.clip(np.nan_to_num(depth, posinf=1e3), 0.3, 1e3)
    return np.clip(3.6 / (near / 1.6) ** 0.42, 0.95, 4.6).astype(np.float32)


class Sampled:
    """Buffers at twice the resolution, exact where something may end and repeated elsewhere."""

    def __init__(self, stage: Stage, canvas: Canvas, seen: Buffers) -> None:
        height, width = seen.mesh.shape
        thing = _things(stage)
        inverse = np.where(seen.hit, 1 / np.maximum(seen.depth, 1e-3), np.float32(0)).astype(np.float32)
        busy = _busy(thing[seen.mesh], inverse, seen.normal)
        self.busy = busy
        self.mesh = cv2.resize(seen.mesh, (width * 2, height * 2), interpolation=cv2.INTER_NEAREST)
        self.inverse = cv2.resize(inverse, (width * 2, height * 2), interpolation=cv2.INTER_NEAREST)
        self.normal = cv2.resize(seen.normal, (width * 2, height * 2), interpolation=cv2.INTER_NEAREST)
        self.exact = (
            cv2.resize(busy.astype(np.uint8), (width * 2, height * 2), interpolation=cv2.INTER_NEAREST) > 0
        )
        rows, columns = np.nonzero(busy)
        for dy in (0, 1):
            for dx in (0, 1):
                xs = seen.window.left + columns + 0.25 + 0.5 * dx
                ys = seen.window.top + rows + 0.25 + 0.5 * dy
                hits = stage.cast(canvas.eye, canvas.rays(xs, ys))
                r, c = rows * 2 + dy, columns * 2 + dx
                self.mesh[r, c] = hits.mesh
                self.inverse[r, c] = np.where(hits.mesh >= 0, 1 / np.maximum(hits.depth, 1e-3), 0)
                self.normal[r, c] = hits.normal
        self.thing = thing[self.mesh]

    def coverage(self) -> Floats:
        """Share of every pixel that something covers."""
        there = (self.mesh >= 0).astype(np.float32)
        return cv2.resize(there, (there.shape[1] // 2, there.shape[0] // 2), interpolation=cv2.INTER_AREA)


def _things(stage: Stage) -> NDArray[np.int16]:
    names: dict[str, int] = {}
    numbers = [names.setdefault(m.name, len(names)) for m in stage.meshes]
    # The last entry answers for -1: nothing there.
    return np.array([*numbers, -1], np.int16)


def _busy(thing: NDArray[np.int16], inverse: Floats, normal: Floats) -> NDArray[np.bool_]:
    """Pixels near which something may end."""
    mark = np.zeros(thing.shape, np.uint8)
    for axis in (0, 1):
        a = [slice(None), slice(None)]
        b = [slice(None), slice(None)]
        a[axis], b[axis] = slice(None, -1), slice(1, None)
        ta, tb = tuple(a), tuple(b)
        differs = thing[ta] != thing[tb]
        jump = np.abs(inverse[ta] - inverse[tb]) > 0.02 * np.maximum(inverse[ta], inverse[tb])
        bend = np.einsum("ijk,ijk->ij", normal[ta], normal[tb]) < 0.9
        found = (differs | jump | bend).astype(np.uint8)
        mark[ta] |= found
        mark[tb] |= found
    return cv2.dilate(mark, np.ones((3, 3), np.uint8)) > 0


def lines(stage: Stage, canvas: Canvas, seen: Buffers, fine: Sampled, palette: Palette, seed: int) -> Floats:
    """Ink over a window, H x W, 0..1."""
    height, width = fine.thing.shape
    weight = np.zeros((height, width), np.float32)
    ink_of = np.array([*(m.material.ink for m in stage.meshes), 0.0], np.float32)
    crease_of = np.array([*(float(m.creases and not m.smooth) for m in stage.meshes), 0.0], np.float32)
    rows, columns = np.nonzero(fine.exact)
    for dy, dx in ((0, 1), (1, 0)):
        keep = (rows + dy < height - dy) & (columns + dx < width - dx) & (rows >= dy) & (columns >= dx)
        r, c = rows[keep], columns[keep]
        ra, ca = r + dy, c + dx
        rb, cb = r - dy, c - dx
        both = fine.exact[ra, ca]
        r, c, ra, ca, rb, cb = (v[both] for v in (r, c, ra, ca, rb, cb))
        here, there = fine.inverse[r, c], fine.inverse[ra, ca]
        differs = fine.thing[r, c] != fine.thing[ra, ca]
        near_first = here >= there
        nr, nc = np.where(near_first, r, ra), np.where(near_first, c, ca)
        near = np.maximum(here, there)
        # 1/depth is straight across a plane, so its bend tells an edge from a slanted surface.
        before = fine.inverse[rb, cb]
        inside = fine.exact[rb, cb] & (fine.thing[rb, cb] == fine.thing[r, c])
        slope = np.where(inside, here - before, 0.0)
        jump = np.abs(there - here - slope) > 0.03 * near
        gap = np.abs(there - here) > 0.035 * near
        bend = np.einsum("ij,ij->i", fine.normal[r, c], fine.normal[ra, ca]) < 0.82
        mesh = fine.mesh[nr, nc]
        line = np.where(differs, np.where(gap, 1.0, 0.72), 0.0)
        line = np.maximum(line, np.where(~differs & jump & gap, 0.8, 0.0))
        line = np.maximum(line, np.where(~differs & bend & ~gap, 0.55 * crease_of[mesh], 0.0))
        line *= ink_of[mesh] * _weight_by_distance(1 / np.maximum(near, 1e-4))
        drawn = line > 0
        np.maximum.at(weight, (nr[drawn], nc[drawn]), line[drawn].astype(np.float32))
    return _drawn(weight, canvas, seen, palette, seed)


def _drawn(weight: Floats, canvas: Canvas, seen: Buffers, palette: Palette, seed: int) -> Floats:
    """Strokes of the given weights around the marked pixels of the fine grid."""
    marked = weight > 0
    if not marked.any():
        return np.zeros(seen.mesh.shape, np.float32)
    unit = canvas.unit
    distance, label = cv2.distanceTransformWithLabels(
        (~marked).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    order = np.zeros(int(label.max()) + 1, np.float32)
    order[label[marked]] = weight[marked]
    height, width = seen.mesh.shape
    rows, columns = seen.window.slices
    pressure = noise.cloud(canvas.width, canvas.height, 38 * unit, seed + 5)[rows, columns]
    pressure = np.clip(1 + 0.22 * pressure, 0.55, 1.5)
    pressure = cv2.resize(pressure, (width * 2, height * 2), interpolation=cv2.INTER_LINEAR)
    half = order[label] * pressure * np.float32(palette.line * unit)
    stroke = np.clip(half - distance + 0.6, 0, 1) * np.clip(half * 1.6, 0.35, 1)
    sheet = cv2.resize(stroke, (width, height), interpolation=cv2.INTER_AREA)
    return _wobbled(sheet, canvas, seen, seed)


def _wobbled(sheet: Floats, canvas: Canvas, seen: Buffers, seed: int) -> Floats:
    """The slight shake of a hand."""
    unit = canvas.unit
    rows, columns = seen.window.slices
    dx = noise.cloud(canvas.width, canvas.height, 24 * unit, seed + 7)[rows, columns] * np.float32(
        0.55 * unit
    )
    dy = noise.cloud(canvas.width, canvas.height, 24 * unit, seed + 8)[rows, columns] * np.float32(
        0.55 * unit
    )
    y, x = np.mgrid[0 : sheet.shape[0], 0 : sheet.shape[1]].astype(np.float32)
    return cv2.remap(sheet, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
