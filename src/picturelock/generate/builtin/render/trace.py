"""What the rays meet: triangles in an Embree scene, and buffers of depth, normal and thing for a window of pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from picturelock.generate.builtin.geometry import Mesh
from picturelock.generate.builtin.render.canvas import Canvas, Window

Floats = NDArray[np.floating]
Ints = NDArray[np.int32]

_BATCH_ROWS = 256


def _unit(vectors: Floats) -> Floats:
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return vectors / np.maximum(length, 1e-12)[..., None]


def _corner_normals(mesh: Mesh) -> Floats:
    """M x 3 x 3 normals at the corners of every triangle: of the face, or averaged where the mesh is smooth."""
    corners = mesh.vertices[mesh.faces].astype(np.float32)
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    if not mesh.smooth:
        return np.repeat(_unit(face)[:, None, :], 3, axis=1)
    index = mesh.faces.ravel()
    summed = np.stack(
        [np.bincount(index, np.repeat(face[:, k], 3), len(mesh.vertices)) for k in range(3)], axis=1
    )
    return _unit(summed.astype(np.float32))[mesh.faces]


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What a bundle of rays met; ``mesh`` is -1 where nothing."""

    mesh: NDArray[np.int16]
    depth: Floats
    normal: Floats


class Stage:
    """Meshes that rays can meet.

    Args:
        meshes: In this order they are numbered in :class:`Hits`.
        seen: It is looked at; ``False`` where it only throws shadows.
    """

    def __init__(self, meshes: Sequence[Mesh], *, seen: bool = True) -> None:
        self.meshes = tuple(meshes)
        self._embree = EmbreeScene()
        kept = [m for m in self.meshes if len(m.faces)]
        self.empty = not kept
        if self.empty:
            return
        number = {id(m): i for i, m in enumerate(self.meshes)}
        triangles = np.concatenate([m.vertices[m.faces].astype(np.float32) for m in kept])
        if seen:
            self._normals = np.concatenate([_corner_normals(m) for m in kept])
        self._mesh_of = np.concatenate([np.full(len(m.faces), number[id(m)], np.int16) for m in kept])
        self._geometry = TriangleMesh(self._embree, np.ascontiguousarray(triangles))

    def cast(self, eye: NDArray[np.float64], directions: Floats) -> Hits:
        """First hits of rays from one point.

        Args:
            eye: World point.
            directions: N x 3.
        """
        count = len(directions)
        if self.empty or count == 0:
            return Hits(
                np.full(count, -1, np.int16),
                np.full(count, np.inf, np.float32),
                np.zeros((count, 3), np.float32),
            )
        origins = np.empty((count, 3), np.float32)
        origins[:] = eye
        found = self._embree.run(origins, np.ascontiguousarray(directions, np.float32), output=1)
        triangle = found["primID"]
        hit = triangle >= 0
        mesh = np.where(hit, self._mesh_of[triangle], np.int16(-1)).astype(np.int16)
        depth = np.where(hit, found["tfar"], np.float32(np.inf)).astype(np.float32)
        normal = np.zeros((count, 3), np.float32)
        struck = triangle[hit]
        u, v = found["u"][hit, None], found["v"][hit, None]
        corners = self._normals[struck]
        blended = corners[:, 0] * (1 - u - v) + corners[:, 1] * u + corners[:, 2] * v
        towards = np.einsum("ij,ij->i", blended, directions[hit])
        blended *= np.where(towards > 0, np.float32(-1), np.float32(1))[:, None]
        normal[hit] = _unit(blended)
        return Hits(mesh, depth, normal)

    def blocked(self, origins: Floats, directions: Floats, reach: Floats | None = None) -> NDArray[np.bool_]:
        """Whether anything stands in the way of each ray, within its reach in ray parameters where one is given."""
        if self.empty or len(origins) == 0:
            return np.zeros(len(origins), np.bool_)
        origins = np.ascontiguousarray(origins, np.float32)
        directions = np.ascontiguousarray(directions, np.float32)
        if reach is None:
            return self._embree.run(origins, directions, query="OCCLUDED") >= 0
        return (
            self._embree.run(origins, directions, np.ascontiguousarray(reach, np.float32), query="OCCLUDED")
            >= 0
        )


@dataclass(frozen=True, slots=True, eq=False)
class Buffers:
    """What a window of the canvas sees of a stage, at pixel centres.

    Attributes:
        mesh: H x W, -1 where nothing.
        depth: H x W metres along the optical axis, infinite where nothing.
        normal: H x W x 3, facing the camera.
        ray: H x W x 3, one metre deep.
    """

    window: Window
    mesh: NDArray[np.int16]
    depth: Floats
    normal: Floats
    ray: Floats

    def cropped(self, spare: int) -> "Buffers":
        """Only the part in which something was met, and a little around it."""
        hit = self.hit
        rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
        height, width = hit.shape
        top, bottom = max(0, int(rows[0]) - spare), min(height, int(rows[-1]) + 1 + spare)
        left, right = max(0, int(columns[0]) - spare), min(width, int(columns[-1]) + 1 + spare)
        part = (slice(top, bottom), slice(left, right))
        at = self.window
        window = Window(at.left + left, at.top + top, at.left + right, at.top + bottom)
        return Buffers(
            window,
            mesh=np.ascontiguousarray(self.mesh[part]),
            depth=np.ascontiguousarray(self.depth[part]),
            normal=np.ascontiguousarray(self.normal[part]),
            ray=np.ascontiguousarray(self.ray[part]),
        )

    def rows(self, part: slice) -> "Buffers":
        """A strip of it."""
        at = self.window
        window = Window(at.left, at.top + part.start, at.right, at.top + part.stop)
        return Buffers(window, self.mesh[part], self.depth[part], self.normal[part], self.ray[part])

    def every(self, step: int) -> "Buffers":
        """Every so many pixels of it, both ways."""
        part = (slice(step // 2, None, step), slice(step // 2, None, step))
        return Buffers(self.window, self.mesh[part], self.depth[part], self.normal[part], self.ray[part])

    @property
    def hit(self) -> NDArray[np.bool_]:
        """Where something was met."""
        return self.mesh >= 0


def look(stage: Stage, canvas: Canvas, window: Window) -> Buffers:
    """Cast one ray through the centre of every pixel of a window."""
    height, width = window.height, window.width
    mesh = np.full((height, width), -1, np.int16)
    depth = np.full((height, width), np.inf, np.float32)
    normal = np.zeros((height, width, 3), np.float32)
    xs = np.arange(window.left, window.right, dtype=np.float32) + 0.5
    ys = np.arange(window.top, window.bottom, dtype=np.float32) + 0.5
    ray = canvas.rays(xs[None, :], ys[:, None])
    for top in range(0, height, _BATCH_ROWS):
        rows = slice(top, min(height, top + _BATCH_ROWS))
        hits = stage.cast(canvas.eye, ray[rows].reshape(-1, 3))
        shape = ray[rows].shape[:2]
        mesh[rows] = hits.mesh.reshape(shape)
        depth[rows] = hits.depth.reshape(shape)
        normal[rows] = hits.normal.reshape((*shape, 3))
    return Buffers(window, mesh, depth, normal, ray)
