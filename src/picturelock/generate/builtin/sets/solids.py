"""Plain solids that set pieces are joined from: boards, tubes, turned and cut shapes, lumps, cloth-thin panels.

Built in a piece's own axes (x across, y up, z along its heading) and moved into the world at the end. Vertices are
rounded to a tenth of a millimetre, so that the last bits of a processor's arithmetic never reach a picture.
"""

from collections.abc import Sequence
from functools import cache
from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.geometry import Material, Mesh
from picturelock.generate.builtin.sets.chance import noise

Point = tuple[float, float, float]
Points = NDArray[np.float64]
Spot = Sequence[float] | Points

_BOX = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (0.0, 1.0) for z in (-0.5, 0.5)])
_BOX_FACES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5],
        [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6],
        [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]
)  # fmt: skip


def turned(points: Points, degrees: float) -> Points:
    """Points turned clockwise seen from above, around the origin."""
    turn = radians(degrees)
    c, s = cos(turn), sin(turn)
    x, z = points[:, 0], points[:, 2]
    return np.column_stack((x * c + z * s, points[:, 1], z * c - x * s))


@cache
def _sphere(level: int) -> tuple[Points, NDArray[np.int64]]:
    """An icosahedron, its faces split ``level`` times."""
    g = (1 + 5**0.5) / 2
    corners = [(-1, g, 0), (1, g, 0), (-1, -g, 0), (1, -g, 0), (0, -1, g), (0, 1, g),
               (0, -1, -g), (0, 1, -g), (g, 0, -1), (g, 0, 1), (-g, 0, -1), (-g, 0, 1)]  # fmt: skip
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2),
             (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5), (2, 4, 11),
             (6, 2, 10), (8, 6, 7), (9, 8, 1)]  # fmt: skip
    points = [np.array(c) / np.linalg.norm(c) for c in corners]
    for _ in range(level):
        middles: dict[tuple[int, int], int] = {}

        def middle(a: int, b: int, known: dict[tuple[int, int], int] = middles) -> int:
            key = (min(a, b), max(a, b))
            if key not in known:
                half = points[a] + points[b]
                points.append(half / np.linalg.norm(half))
                known[key] = len(points) - 1
            return known[key]

        split: list[tuple[int, int, int]] = []
        for a, b, c in faces:
            ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
            split += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
        faces = split
    return np.array(points), np.array(faces)


class Solids:
    """Triangles collected by material.

    Attributes:
        name: Of the thing that is built; all its meshes bear it.
    """

    def __init__(self, name: str, group: str = "set") -> None:
        self.name = name
        self.group = group
        self._parts: dict[tuple[Material, bool, bool, bool], list[tuple[Points, NDArray[np.int64]]]] = {}

    def add(
        self,
        material: Material,
        points: Points,
        faces: NDArray[np.int64] | Sequence[Sequence[int]],
        *,
        smooth: bool = False,
        casts: bool = True,
        creases: bool = True,
    ) -> None:
        """Add triangles: N x 3 points, M x 3 indices."""
        kept = np.asarray(faces, dtype=np.int64)
        if len(kept):
            self._parts.setdefault((material, smooth, casts, creases), []).append(
                (np.asarray(points, float), kept)
            )

    def box(
        self,
        material: Material,
        size: Point,
        at: Point = (0.0, 0.0, 0.0),
        *,
        turn: float = 0.0,
        lean: float = 0.0,
        casts: bool = True,
    ) -> None:
        """A board or block.

        Args:
            material: What it is made of.
            size: Width, height, depth.
            at: Middle of its underside.
            turn: Degrees clockwise from above.
            lean: Degrees that its top leans along +z, about the middle of its underside.
            casts: Throws a shadow.
        """
        points = _BOX * np.array(size)
        if lean:
            c, s = cos(radians(lean)), sin(radians(lean))
            y, z = points[:, 1].copy(), points[:, 2].copy()
            points[:, 1], points[:, 2] = y * c - z * s, y * s + z * c
        self.add(material, turned(points, turn) + np.array(at), _BOX_FACES, casts=casts)

    def tube(
        self,
        material: Material,
        start: Spot,
        end: Spot,
        radius: float,
        end_radius: float | None = None,
        *,
        sides: int = 8,
        smooth: bool = True,
    ) -> None:
        """A rod, cylinder or cone between two points, closed at both ends."""
        a, b = np.array(start, float), np.array(end, float)
        axis = b - a
        length = float(np.linalg.norm(axis))
        if length < 1e-9:
            return
        axis /= length
        helper = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.9 else np.array([0.0, 0.0, 1.0])
        u = np.cross(axis, helper)
        u /= np.linalg.norm(u)
        v = np.cross(axis, u)
        angles = (np.arange(sides) + 0.5) * 2 * pi / sides
        ring = np.outer(np.cos(angles), u) + np.outer(np.sin(angles), v)
        tip = radius if end_radius is None else end_radius
        side = np.vstack((a + ring * radius, b + ring * tip))
        index = np.arange(sides)
        after = (index + 1) % sides
        self.add(
            material,
            side,
            np.vstack(
                (
                    np.column_stack((index, after, after + sides)),
                    np.column_stack((index, after + sides, index + sides)),
                )
            ),
            smooth=smooth,
        )
        fan = np.array([[0, i, i + 1] for i in range(1, sides - 1)])
        for ends, size in ((side[:sides], radius), (side[sides:], tip)):
            if size > 1e-6:
                self.add(material, ends, fan)

    def lathe(
        self,
        material: Material,
        profile: Sequence[tuple[float, float]],
        at: Point = (0.0, 0.0, 0.0),
        *,
        sides: int = 14,
        smooth: bool = True,
        squash: float = 1.0,
    ) -> None:
        """A shape turned about the upright axis.

        Args:
            material: What it is made of.
            profile: Radius and height of each ring from bottom to top.
            at: Where the axis stands.
            sides: Corners of a ring.
            smooth: Round, not faceted.
            squash: Depth against width.
        """
        angles = (np.arange(sides) + 0.5) * 2 * pi / sides
        rings = [
            np.column_stack((np.cos(angles) * r, np.full(sides, y), np.sin(angles) * r * squash))
            for r, y in profile
        ]
        points = np.vstack(rings) + np.array(at)
        index = np.arange(sides)
        after = (index + 1) % sides
        faces = [
            np.vstack(
                (
                    np.column_stack((index, after, after + sides)),
                    np.column_stack((index, after + sides, index + sides)),
                )
            )
            + row * sides
            for row in range(len(profile) - 1)
        ]
        fan = np.array([[0, i, i + 1] for i in range(1, sides - 1)])
        self.add(material, points, np.vstack(faces), smooth=smooth)
        for row in (0, len(profile) - 1):
            if profile[row][0] > 1e-6:
                self.add(material, points[row * sides : (row + 1) * sides], fan)

    def prism(
        self,
        material: Material,
        outline: Sequence[tuple[float, float]],
        near: float,
        far: float,
        at: Point = (0.0, 0.0, 0.0),
        *,
        turn: float = 0.0,
    ) -> None:
        """A convex outline in x and y, cut through from ``near`` to ``far`` along z."""
        count = len(outline)
        flat = np.array([(x, y, 0.0) for x, y in outline])
        points = np.vstack((flat + np.array([0, 0, near]), flat + np.array([0, 0, far])))
        faces = [[0, i, i + 1] for i in range(1, count - 1)]
        faces += [[count, count + i, count + i + 1] for i in range(1, count - 1)]
        for i in range(count):
            j = (i + 1) % count
            faces += [[i, j, count + j], [i, count + j, count + i]]
        self.add(material, turned(points, turn) + np.array(at), faces)

    def panel(self, material: Material, corners: Sequence[Point], *, casts: bool = True) -> None:
        """A flat sheet with three or more corners in order, convex."""
        self.add(
            material,
            np.array(corners, float),
            [[0, i, i + 1] for i in range(1, len(corners) - 1)],
            casts=casts,
        )

    def disc(
        self, material: Material, at: Point, radius: float, *, facing: str = "z", sides: int = 16
    ) -> None:
        """A round sheet that faces along an axis."""
        angles = np.arange(sides) * 2 * pi / sides
        a, b = np.cos(angles) * radius, np.sin(angles) * radius
        flat = np.zeros(sides)
        columns = {"z": (a, b, flat), "y": (a, flat, b), "x": (flat, a, b)}[facing]
        points = np.column_stack(columns) + np.array(at)
        self.add(material, points, [[0, i, i + 1] for i in range(1, sides - 1)])

    def lump(
        self,
        material: Material,
        at: Point,
        radii: Point,
        *,
        rough: float = 0.3,
        scale: float = 1.2,
        key: int = 0,
        level: int = 2,
        cut: float = -1e9,
        smooth: bool = True,
        creases: bool = True,
    ) -> None:
        """A ball pushed about by noise: leaves, rocks, cushions.

        Args:
            material: What it is made of.
            at: Its middle.
            radii: Along each axis.
            rough: How far noise pushes, as a share of the radius.
            scale: Lumps across a radius.
            key: Which noise.
            cut: Share of the upright radius, -1 to 1, below which it is flat.
            level: 1 to 4: 80, 320, 1280 or 5120 triangles.
            smooth: Round, not faceted.
            creases: Whether its folds take lines.
        """
        sphere, faces = _sphere(level)
        pushed = sphere * (1 + rough * noise(sphere * scale + 17.0, key, 2))[:, None]
        pushed[:, 1] = np.maximum(pushed[:, 1], cut)
        self.add(material, pushed * np.array(radii) + np.array(at), faces, smooth=smooth, creases=creases)

    def sheet(
        self,
        material: Material,
        grid: Points,
        *,
        smooth: bool = True,
        casts: bool = True,
        keep: NDArray[np.bool_] | None = None,
        creases: bool = True,
    ) -> None:
        """A surface over a grid of points, R x C x 3.

        Args:
            material: What it is made of.
            grid: Its points.
            smooth: Round, not faceted.
            casts: Throws a shadow.
            keep: (R-1) x (C-1) cells that are there.
            creases: Whether its folds take lines.
        """
        rows, columns = grid.shape[:2]
        index = np.arange(rows * columns).reshape(rows, columns)
        a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
        if keep is not None:
            a, b, c, d = (corner[keep] for corner in (a, b, c, d))
        faces = np.vstack(
            (
                np.column_stack((a.ravel(), b.ravel(), c.ravel())),
                np.column_stack((a.ravel(), c.ravel(), d.ravel())),
            )
        )
        self.add(material, grid.reshape(-1, 3), faces, smooth=smooth, casts=casts, creases=creases)

    def fit(self, size: Point) -> None:
        """Stretch all that was built so far to fill a box exactly, its underside on the ground."""
        points = [p for parts in self._parts.values() for p, _ in parts]
        if not points:
            return
        low = np.min([p.min(axis=0) for p in points], axis=0)
        high = np.max([p.max(axis=0) for p in points], axis=0)
        grow = np.array(size) / np.maximum(high - low, 1e-6)
        middle = (low + high) / 2
        middle[1] = low[1]
        for parts in self._parts.values():
            parts[:] = [((p - middle) * grow, f) for p, f in parts]

    def triangles(self) -> int:
        """How many there are."""
        return sum(len(f) for parts in self._parts.values() for _, f in parts)

    def meshes(self, at: Point = (0.0, 0.0, 0.0), heading: float = 0.0) -> tuple[Mesh, ...]:
        """All that was built, moved into the world; one mesh a material."""
        made: list[Mesh] = []
        for (material, smooth, casts, creases), parts in self._parts.items():
            counts = np.cumsum([0] + [len(p) for p, _ in parts[:-1]])
            points = turned(np.vstack([p for p, _ in parts]), heading) + np.array(at)
            faces = np.vstack([f + start for (_, f), start in zip(parts, counts, strict=True)])
            made.append(
                Mesh(
                    vertices=np.ascontiguousarray(np.round(points, 4) + 0.0, dtype=np.float32),
                    faces=np.ascontiguousarray(faces, dtype=np.int32),
                    material=material,
                    name=self.name,
                    group=self.group,
                    smooth=smooth,
                    casts=casts,
                    creases=creases,
                )
            )
        return tuple(made)
