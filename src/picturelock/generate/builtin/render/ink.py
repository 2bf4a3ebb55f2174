"""Ink lines where things end: found between neighbouring pixels, heavy near the camera, fine far away."""

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.render import noise
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.palette import Palette
from picturelock.generate.builtin.render.trace import Buffers, Stage
from picturelock.media.opencv import cv2

Floats = NDArray[np.floating]


def _weight_by_distance(depth: Floats) -> Floats:
    """Line width in units for a contour at this depth."""
    near = np.clip(np.nan_to_num(depth, posinf=1e3), 0.3, 1e3)
    return np.clip(3.6 / (near / 1.6) ** 0.42, 0.95, 4.6).astype(np.float32)


def _short(normal: Floats) -> NDArray[np.int8]:
    """Directions in a byte each: enough to tell a crease."""
    return np.rint(normal * np.float32(127)).astype(np.int8)


def _twice(array: NDArray) -> cv2.typing.MatLike:
    """Every pixel as four."""
    size = (array.shape[1] * 2, array.shape[0] * 2)
    return cv2.resize(array, size, interpolation=cv2.INTER_NEAREST)


class Sampled:
    """Buffers at twice the resolution, exact where something may end and repeated elsewhere."""

    def __init__(self, stage: Stage, canvas: Canvas, seen: Buffers) -> None:
        thing = _things(stage)
        inverse = np.where(seen.hit, 1 / np.maximum(seen.depth, 1e-3), np.float32(0)).astype(np.float32)
        busy = _busy(seen.mesh, inverse, seen.normal)
        self.mesh = np.asarray(_twice(seen.mesh), np.int16)
        self.inverse = np.asarray(_twice(inverse), np.float32)
        self.normal = np.asarray(_twice(_short(seen.normal)), np.int8)
        self.exact = np.asarray(_twice(busy.astype(np.uint8))) > 0
        rows, columns = np.nonzero(busy)
        for dy in (0, 1):
            for dx in (0, 1):
                xs = seen.window.left + columns + 0.25 + 0.5 * dx
                ys = seen.window.top + rows + 0.25 + 0.5 * dy
                hits = stage.cast(canvas.eye, canvas.rays(xs, ys))
                r, c = rows * 2 + dy, columns * 2 + dx
                self.mesh[r, c] = hits.mesh
                self.inverse[r, c] = np.where(hits.mesh >= 0, 1 / np.maximum(hits.depth, 1e-3), 0)
                self.normal[r, c] = _short(hits.normal)
        self.thing = thing[self.mesh]


def _things(stage: Stage) -> NDArray[np.int16]:
    names: dict[str, int] = {}
    numbers = [names.setdefault(m.name, len(names)) for m in stage.meshes]
    # The last entry answers for -1: nothing there.
    return np.array([*numbers, -1], np.int16)


def _busy(mesh: NDArray[np.int16], inverse: Floats, normal: Floats) -> NDArray[np.bool_]:
    """Pixels near which something may end."""
    mark = np.zeros(mesh.shape, np.uint8)
    for axis in (0, 1):
        a = [slice(None), slice(None)]
        b = [slice(None), slice(None)]
        a[axis], b[axis] = slice(None, -1), slice(1, None)
        ta, tb = tuple(a), tuple(b)
        differs = mesh[ta] != mesh[tb]
        jump = np.abs(inverse[ta] - inverse[tb]) > 0.02 * np.maximum(inverse[ta], inverse[tb])
        bend = np.einsum("ijk,ijk->ij", normal[ta], normal[tb]) < 0.9
        found = (differs | jump | bend).astype(np.uint8)
        mark[ta] |= found
        mark[tb] |= found
    return cv2.dilate(mark, np.ones((3, 3), np.uint8)) > 0


_BAND = 96


def lines(stage: Stage, canvas: Canvas, seen: Buffers, fine: Sampled, palette: Palette, seed: int) -> Floats:
    """Ink over a window, H x W, 0..1."""
    weight = np.zeros(fine.thing.shape, np.float32)
    ink_of = np.array([*(m.material.ink for m in stage.meshes), 0.0], np.float32)
    crease_of = np.array([*(float(m.creases and not m.smooth) for m in stage.meshes), 0.0], np.float32)
    height = len(weight)
    for top in range(0, height, _BAND):
        rows = slice(max(0, top - 1), min(height, top + _BAND + 1))
        if fine.exact[rows].any():
            for axis in (0, 1):
                _mark(fine, rows, axis, ink_of, crease_of, weight)
    return _drawn(weight, canvas, seen, palette, seed)


def _mark(fine: Sampled, rows: slice, axis: int, ink_of: Floats, crease_of: Floats, weight: Floats) -> None:
    """Note the weight of a line on the nearer pixel of every pair that something lies between."""

    def cut(array: NDArray, start: int, stop: int) -> NDArray:
        band = array[rows]
        return band[start : band.shape[0] + stop] if axis == 0 else band[:, start : band.shape[1] + stop]

    before, here, there = (cut(fine.inverse, k, k - 2) for k in (0, 1, 2))
    things = [cut(fine.thing, k, k - 2) for k in (0, 1, 2)]
    near = np.maximum(here, there)
    step = there - here
    gap = np.abs(step) > 0.035 * near
    differs = things[1] != things[2]
    # 1/depth is straight across a plane, so its bend tells an edge from a slanted surface.
    slope = np.where(things[0] == things[1], here - before, np.float32(0))
    hidden = gap & (np.abs(step - slope) > 0.03 * near) & ~differs
    normal_a, normal_b = cut(fine.normal, 1, -1), cut(fine.normal, 2, 0)
    crease = np.zeros(gap.shape, np.bool_)
    maybe = cut(fine.exact, 1, -1) & ~differs & ~gap & (crease_of[cut(fine.mesh, 1, -1)] > 0)
    where = np.nonzero(maybe)
    first, second = normal_a[where].astype(np.float32), normal_b[where].astype(np.float32)
    crease[where] = np.einsum("ij,ij->i", first, second) < 0.82 * 127**2
    # Panes in a frame, boards on a door: one thing of two colours.
    mesh_a, mesh_b = cut(fine.mesh, 1, -1), cut(fine.mesh, 2, 0)
    seam = ~differs & ~gap & (mesh_a != mesh_b) & (crease_of[mesh_a] > 0)
    r, c = np.nonzero(differs | hidden | crease | seam)
    if len(r) == 0:
        return
    line = np.where(
        differs[r, c],
        np.where(gap[r, c], 1.0, 0.72),
        np.where(hidden[r, c], 0.8, np.where(crease[r, c], 0.55, 0.42)),
    )
    forward = (there > here)[r, c]
    close = near[r, c]
    r, c = r + rows.start + (axis == 0), c + (axis == 1)
    r, c = r + (forward & (axis == 0)), c + (forward & (axis == 1))
    line = line * ink_of[fine.mesh[r, c]] * _weight_by_distance(1 / np.maximum(close, np.float32(1e-4)))
    # A pixel can be the nearer one of two pairs; the heavier line goes last.
    order = np.argsort(line, kind="stable")
    r, c, line = r[order], c[order], line[order].astype(np.float32)
    weight[r, c] = np.maximum(weight[r, c], line)


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
    label = np.asarray(label, np.int32)
    order[label[marked]] = weight[marked]
    height, width = seen.mesh.shape
    rows, columns = seen.window.slices
    pressure = noise.cloud(canvas.width, canvas.height, 38 * unit, seed + 5)[rows, columns]
    pressure = np.clip(1 + 0.22 * pressure, 0.55, 1.5)
    pressure = cv2.resize(pressure, (width * 2, height * 2), interpolation=cv2.INTER_LINEAR)
    half = order[label] * pressure * np.float32(palette.line * unit)
    stroke = np.clip(half - distance + 0.6, 0, 1) * np.clip(half * 1.6, 0.35, 1)
    sheet = cv2.resize(stroke, (width, height), interpolation=cv2.INTER_AREA)
    return _wobbled(np.asarray(sheet, np.float32), canvas, seen, seed)


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
    shaken = cv2.remap(sheet, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(shaken, np.float32)
