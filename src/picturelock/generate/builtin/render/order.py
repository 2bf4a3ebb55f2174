"""Which things share a plane, and in which order planes are laid."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.geometry import Mesh
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.planes import Plan
from picturelock.generate.builtin.render.trace import Stage

_EVERY = 7
_GROUND_M2 = 6.0
_SLOPE = 0.075


def is_ground(meshes: Sequence[Mesh], eye_y: float) -> bool:
    """Whether a thing lies under the eye, wide and nearly level: a floor, a road, land, the sea."""
    points = np.concatenate([m.vertices for m in meshes])
    size = points.max(axis=0) - points.min(axis=0)
    wide = float(size[0] * size[2])
    level = float(size[1]) < max(0.3, _SLOPE * wide**0.5)
    return level and wide > _GROUND_M2 and float(np.median(points[:, 1])) < eye_y - 0.3


class Arrangement:
    """Sorts the things of a set around the figures.

    A thing that hides a figure, and is not also hidden by it, goes in front of the figure as a whole; what stands
    well behind everybody is a plane of its own; so is the ground, because it leans.
    """

    def __init__(self, canvas: Canvas, meshes: Sequence[Mesh], figures: Mapping[str, Sequence[Mesh]]) -> None:
        self._things: dict[str, list[Mesh]] = {}
        for mesh in meshes:
            if len(mesh.faces):
                self._things.setdefault(mesh.name, []).append(mesh)
        self._grounds = {name for name, own in self._things.items() if is_ground(own, float(canvas.eye[1]))}
        self._figures = {name: tuple(own) for name, own in figures.items()}
        self._canvas = canvas
        self._depths = {name: self._nearest(own) for name, own in self._things.items()}
        self._figure_depths = {name: self._middle(own) for name, own in self._figures.items()}

    def _depth(self, meshes: Sequence[Mesh]) -> NDArray[np.float64]:
        return self._canvas.place(np.concatenate([m.vertices for m in meshes]))[1]

    def _nearest(self, meshes: Sequence[Mesh]) -> float:
        return float(self._depth(meshes).min())

    def _middle(self, meshes: Sequence[Mesh]) -> float:
        return float(np.median(self._depth(meshes)))

    def _in_front(self) -> dict[str, str]:
        """Things by the nearest figure that they stand in front of."""
        canvas = self._canvas
        xs = np.arange(_EVERY / 2, canvas.width, _EVERY, dtype=np.float32)
        ys = np.arange(_EVERY / 2, canvas.height, _EVERY, dtype=np.float32)
        rays = canvas.rays(xs[None, :], ys[:, None]).reshape(-1, 3)
        names = list(self._things)
        flat = [mesh for name in names for mesh in self._things[name]]
        thing_of = np.array([n for n, name in enumerate(names) for _ in self._things[name]] or [0])
        sets = Stage(flat).cast(canvas.eye, rays)
        front: dict[str, str] = {}
        for figure in sorted(self._figures, key=lambda f: -self._figure_depths[f]):
            own = Stage(self._figures[figure]).cast(canvas.eye, rays)
            both = (own.mesh >= 0) & (sets.mesh >= 0)
            things = thing_of[sets.mesh[both]]
            nearer = sets.depth[both] < own.depth[both]
            hides = np.bincount(things[nearer], minlength=len(names))
            hidden = np.bincount(things[~nearer], minlength=len(names))
            for n, name in enumerate(names):
                if hides[n] >= 4 and hides[n] > 4 * hidden[n] and name not in self._grounds:
                    front[name] = figure
        return front

    def plans(self) -> list[Plan]:
        """Planes from far to near, without the backdrop."""
        front = self._in_front() if self._figures else {}
        order = sorted(self._figures, key=lambda f: -self._figure_depths[f])
        beyond = max(self._figure_depths.values(), default=4.0) * 1.6 + 1.0
        ground: list[Mesh] = []
        back: list[Mesh] = []
        middle: list[Mesh] = []
        before: dict[str, list[Mesh]] = {}
        for name, own in self._things.items():
            if name in front:
                before.setdefault(front[name], []).extend(own)
            elif name in self._grounds:
                ground += own
            elif self._depths[name] > beyond:
                back += own
            else:
                middle += own
        plans = [
            Plan("ground", tuple(ground), level=True),
            Plan("back", tuple(back)),
            Plan("set", tuple(middle)),
        ]
        for figure in order:
            plans.append(Plan(f"figure:{figure}", self._figures[figure], life=True))
            if figure in before:
                plans.append(Plan(f"before:{figure}", tuple(before[figure])))
        return [plan for plan in plans if plan.meshes]
