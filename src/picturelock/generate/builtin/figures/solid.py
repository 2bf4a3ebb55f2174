"""Solids by signed distance: blended, cut, folded, and turned into a mesh.

Bodies and clothes are unions of simple forms with soft seams, which no stack of tubes gives. A form only touches
the cells near it, so a figure is built in a fraction of a second. Meshing is by surface nets: one vertex in every
cell that the surface passes, at the mean of its edge crossings.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Grid = NDArray[np.floating]
Distance = Callable[[Grid, Grid, Grid], Grid]

_FAR = np.float32(10.0)


def vec(x: float, y: float, z: float) -> Vector:
    """A point or direction."""
    return np.array([x, y, z], np.float64)


class Form:
    """A distance function and the box it matters in.

    Args:
        distance: Signed metres, negative inside, of x, y and z grids that broadcast.
        low: Least corner of the form.
        high: Greatest corner.
    """

    __slots__ = ("distance", "high", "low")

    def __init__(self, distance: Distance, low: Vector, high: Vector) -> None:
        self.distance = distance
        self.low = low
        self.high = high


def limb(start: Vector, end: Vector, start_r: float, end_r: float, flat: float = 1.0) -> Form:
    """A tapered rod with round ends.

    Args:
        start: Centre of one end.
        end: Centre of the other.
        start_r: Radius there.
        end_r: Radius there.
        flat: Below 1 the rod is thinner along world z than across: a cheap oval.
    """
    axis = end - start
    length2 = max(float(axis @ axis), 1e-9)
    reach = max(start_r, end_r)
    low = np.minimum(start, end) - reach
    high = np.maximum(start, end) + reach
    sx, sy, sz = (float(c) for c in start)
    ax, ay, az = (float(c) for c in axis)
    squeeze = 1.0 / flat

    def distance(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - sx, y - sy, z - sz
        t = np.clip((px * ax + py * ay + pz * az) / length2, 0.0, 1.0)
        qx, qy, qz = px - t * ax, py - t * ay, (pz - t * az) * squeeze
        return np.sqrt(qx * qx + qy * qy + qz * qz) - (start_r + (end_r - start_r) * t)

    return Form(distance, low, high)


def ball(centre: Vector, radii: tuple[float, float, float], turn: NDArray[np.float64] | None = None) -> Form:
    """An ellipsoid.

    Args:
        centre: Its middle.
        radii: Along its own right, up and forward.
        turn: 3 x 3 whose columns are these directions; the world's where ``None``.
    """
    frame = np.eye(3) if turn is None else turn
    reach = np.sqrt(((frame * np.array(radii)) ** 2).sum(axis=1))
    rx, ry, rz = radii
    cx, cy, cz = (float(c) for c in centre)
    m = frame.astype(np.float32)

    def distance(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - cx, y - cy, z - cz
        u = (px * m[0, 0] + py * m[1, 0] + pz * m[2, 0]) / rx
        v = (px * m[0, 1] + py * m[1, 1] + pz * m[2, 1]) / ry
        w = (px * m[0, 2] + py * m[1, 2] + pz * m[2, 2]) / rz
        k0 = np.sqrt(u * u + v * v + w * w)
        k1 = np.sqrt((u / rx) ** 2 + (v / ry) ** 2 + (w / rz) ** 2)
        return k0 * (k0 - 1.0) / np.maximum(k1, 1e-6)

    return Form(distance, centre - reach, centre + reach)


def block(
    centre: Vector,
    half: tuple[float, float, float],
    turn: NDArray[np.float64] | None = None,
    edge: float = 0.01,
) -> Form:
    """A box with rounded edges.

    Args:
        centre: Its middle.
        half: Half sizes along its own right, up and forward.
        turn: 3 x 3 whose columns are these directions; the world's where ``None``.
        edge: Radius of the edges.
    """
    frame = np.eye(3) if turn is None else turn
    reach = np.abs(frame * np.array(half)).sum(axis=1) + edge
    hx, hy, hz = (max(h - edge, 1e-4) for h in half)
    cx, cy, cz = (float(c) for c in centre)
    m = frame.astype(np.float32)

    def distance(x: Grid, y: Grid, z: Grid) -> Grid:
        px, py, pz = x - cx, y - cy, z - cz
        u = np.abs(px * m[0, 0] + py * m[1, 0] + pz * m[2, 0]) - hx
        v = np.abs(px * m[0, 1] + py * m[1, 1] + pz * m[2, 1]) - hy
        w = np.abs(px * m[0, 2] + py * m[1, 2] + pz * m[2, 2]) - hz
        outside = np.sqrt(np.maximum(u, 0) ** 2 + np.maximum(v, 0) ** 2 + np.maximum(w, 0) ** 2)
        return outside + np.minimum(np.maximum(u, np.maximum(v, w)), 0.0) - edge

    return Form(distance, centre - reach, centre + reach)


def half_space(point: Vector, normal: Vector) -> Form:
    """Everything behind a plane; to cut with."""
    n = normal / max(float(np.linalg.norm(normal)), 1e-9)
    nx, ny, nz = (float(c) for c in n)
    offset = float(n @ point)
    everywhere = np.full(3, 1e3)
    return Form(lambda x, y, z: x * nx + y * ny + z * nz - offset, -everywhere, everywhere)


class Solid:
    """A signed distance field on a grid of cubes.

    Args:
        low: Least corner that can hold material.
        high: Greatest corner.
        cell_m: Edge of a cube.
    """

    def __init__(self, low: Vector, high: Vector, cell_m: float) -> None:
        self.cell_m = cell_m
        self._low = np.floor(low / cell_m - 2) * cell_m
        self._shape = tuple(int(n) for n in np.ceil((high - self._low) / cell_m + 3))
        self._values = np.full(self._shape, _FAR, np.float32)
        self._axes = [
            (self._low[k] + cell_m * np.arange(self._shape[k])).astype(np.float32) for k in range(3)
        ]

    @classmethod
    def of(cls, forms: Sequence[Form], cell_m: float, seam: float, spare: float = 0.03) -> "Solid":
        """The soft union of forms.

        Args:
            forms: What it is made of.
            cell_m: Edge of a cube.
            seam: How wide the forms flow into each other.
            spare: Room left around them for what is added later.
        """
        low = np.min([f.low for f in forms], axis=0) - spare
        high = np.max([f.high for f in forms], axis=0) + spare
        solid = cls(low, high, cell_m)
        for form in forms:
            solid.add(form, seam)
        return solid

    def _window(self, form: Form, margin: float) -> tuple[slice, slice, slice] | None:
        spans: list[slice] = []
        for k in range(3):
            first = max(0, int(np.floor((form.low[k] - margin - self._low[k]) / self.cell_m)))
            last = min(self._shape[k], int(np.ceil((form.high[k] + margin - self._low[k]) / self.cell_m)) + 1)
            if first >= last:
                return None
            spans.append(slice(first, last))
        return spans[0], spans[1], spans[2]

    def _at(self, window: tuple[slice, slice, slice]) -> tuple[Grid, Grid, Grid]:
        x, y, z = (a[s] for a, s in zip(self._axes, window, strict=True))
        return x[:, None, None], y[None, :, None], z[None, None, :]

    def add(self, form: Form, seam: float = 0.0) -> "Solid":
        """Unite with a form over a seam this wide."""
        window = self._window(form, seam + 2 * self.cell_m)
        if window is None:
            return self
        there = self._values[window]
        new = form.distance(*self._at(window)).astype(np.float32)
        if seam > 0:
            mix = np.maximum(seam - np.abs(there - new), 0.0)
            self._values[window] = np.minimum(there, new) - mix * mix / (4 * seam)
        else:
            self._values[window] = np.minimum(there, new)
        return self

    def cut(self, form: Form, seam: float = 0.0) -> "Solid":
        """Take a form away."""
        window = self._window(form, seam + 2 * self.cell_m)
        if window is None:
            return self
        there = self._values[window]
        taken = -form.distance(*self._at(window)).astype(np.float32)
        if seam > 0:
            mix = np.maximum(seam - np.abs(there - taken), 0.0)
            self._values[window] = np.maximum(there, taken) + mix * mix / (4 * seam)
        else:
            self._values[window] = np.maximum(there, taken)
        return self

    def keep(self, form: Form, seam: float = 0.0) -> "Solid":
        """Keep only what lies in a form."""
        return self.cut(Form(lambda x, y, z: -form.distance(x, y, z), *self._everywhere()), seam)

    def _everywhere(self) -> tuple[Vector, Vector]:
        return np.full(3, -1e3), np.full(3, 1e3)

    def shift(self, change: Distance, low: Vector | None = None, high: Vector | None = None) -> "Solid":
        """Add to the distance: folds, ripples, tufts. Positive thins, negative thickens."""
        everywhere = self._everywhere()
        form = Form(change, everywhere[0] if low is None else low, everywhere[1] if high is None else high)
        window = self._window(form, 0.0)
        if window is not None:
            self._values[window] += change(*self._at(window)).astype(np.float32)
        return self

    def mesh(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Vertices (N x 3 metres) and triangles (M x 3) of the zero surface."""
        values = self._values
        inside = values < 0
        corner = [(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
        nx, ny, nz = self._shape

        def part(array: NDArray, offset: tuple[int, int, int]) -> NDArray:
            i, j, k = offset
            return array[i : nx - 1 + i, j : ny - 1 + j, k : nz - 1 + k]

        count = np.zeros((nx - 1, ny - 1, nz - 1), np.uint8)
        for offset in corner:
            count += part(inside, offset)
        active = np.argwhere((count > 0) & (count < 8))
        if len(active) == 0:
            return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)
        flat = (active[:, 0] * ny + active[:, 1]) * nz + active[:, 2]
        raw = values.ravel()
        at = {o: raw[flat + (o[0] * ny + o[1]) * nz + o[2]] for o in corner}
        total = np.zeros((len(active), 3), np.float32)
        crossings = np.zeros(len(active), np.float32)
        for a in corner:
            for axis in range(3):
                if a[axis]:
                    continue
                b = (a[0] + (axis == 0), a[1] + (axis == 1), a[2] + (axis == 2))
                va, vb = at[a], at[b]
                crosses = (va < 0) != (vb < 0)
                t = np.where(crosses, va / np.where(crosses, va - vb, 1.0), 0.0)
                for k in range(3):
                    total[:, k] += np.where(crosses, a[k] + (t if k == axis else 0.0), 0.0)
                crossings += crosses
        vertices = (active + total / crossings[:, None]) * self.cell_m + self._low
        number = np.full(values.size, -1, np.int32)
        number[flat] = np.arange(len(active), dtype=np.int32)
        steps = (ny * nz, nz, 1)
        quads: list[NDArray[np.int32]] = []
        for axis in range(3):
            first, second = ((1, 2), (0, 2), (0, 1))[axis]
            here = [slice(1, n - 1) for n in self._shape]
            here[axis] = slice(0, self._shape[axis] - 1)
            there = list(here)
            there[axis] = slice(1, self._shape[axis])
            edge = np.argwhere(inside[tuple(here)] != inside[tuple(there)])
            if len(edge) == 0:
                continue
            edge += [s.start for s in here]
            base = (edge[:, 0] * ny + edge[:, 1]) * nz + edge[:, 2]
            ring = (base - steps[first] - steps[second], base - steps[second], base, base - steps[first])
            quads.append(np.stack([number[r] for r in ring], axis=1))
        quad = np.concatenate(quads)
        faces = np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]])
        # Windings differ by side; smooth normals need one sense, taken from the field's slope.
        return vertices.astype(np.float32), self._wound(vertices, faces)

    def _wound(self, vertices: Vector, faces: NDArray[np.int32]) -> NDArray[np.int32]:
        corners = vertices[faces]
        centre = corners.mean(axis=1)
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normal, axis=1)
        step = normal / np.maximum(length, 1e-12)[:, None] * self.cell_m
        outwards = self._sample(centre + step) >= self._sample(centre - step)
        return np.where(outwards[:, None], faces, faces[:, ::-1]).astype(np.int32)

    def _sample(self, points: Vector) -> Grid:
        index = np.rint((points - self._low) / self.cell_m).astype(np.int64)
        index = np.clip(index, 0, np.array(self._shape) - 1)
        return self._values[index[:, 0], index[:, 1], index[:, 2]]
