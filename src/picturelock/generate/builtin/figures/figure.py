"""A figure in the set: posed, dressed, and put in its place."""

from math import cos, radians, sin
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import CharacterLook
from picturelock.core.blocking import Placement
from picturelock.generate.builtin.figures.body import Detail, Part, dressed
from picturelock.generate.builtin.figures.head import headed
from picturelock.generate.builtin.figures.poses import ASYMMETRIC, STANCES, Stance
from picturelock.generate.builtin.figures.skeleton import Skeleton, measures, solve
from picturelock.generate.builtin.geometry import Decal, Mesh


def stance_of(figure: Placement) -> Stance:
    """The pose of a figure; some people favour their other side."""
    stance = STANCES[figure.pose]
    if figure.pose not in ASYMMETRIC and crc32(str(figure.who).encode()) % 2:
        return stance.mirrored()
    return stance


def posed(figure: Placement, look: CharacterLook) -> Skeleton:
    """The figure's joints in its own axes."""
    return solve(
        measures(look, figure.height_m),
        stance_of(figure),
        head_turn=figure.head_turn_deg,
        head_tilt=figure.head_tilt_deg,
    )


def _lowest(parts: list[Part]) -> float:
    return min(float(p.vertices[:, 1].min()) for p in parts if len(p.vertices))


class Standing:
    """Where a figure's own axes lie in the world."""

    def __init__(self, figure: Placement, *, lying: bool, lift: float) -> None:
        facing = radians(figure.facing_deg)
        c, s = cos(facing), sin(facing)
        own = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        self.origin = np.array([figure.x_m, figure.y_m + lift, figure.z_m])
        self.shift = np.zeros(3)
        if lying:
            # On the back, head to the figure's own right: up goes right, the chest looks up.
            own = own @ np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
            self.shift = np.array([0.0, -0.5 * figure.height_m, 0.0])
        self.frame = own

    def world(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """World points of the figure's own."""
        return (np.asarray(points, np.float64) + self.shift) @ self.frame.T + self.origin

    def decal(self, decal: Decal) -> Decal:
        """A decal of the figure's own in the world."""
        return Decal(
            wash=decal.wash,
            ink=decal.ink,
            axes=decal.axes @ self.frame.T,
            origin=self.world(decal.origin[None])[0],
            size_m=decal.size_m,
        )


def figure_meshes(
    figure: Placement, look: CharacterLook, metre_px: float, gaze: tuple[float, float] = (0.0, 0.0)
) -> tuple[Mesh, ...]:
    """All meshes of a figure.

    Args:
        figure: Where it stands and what it does.
        look: Its measures and clothes.
        metre_px: Pixels of a metre where it stands: decides how finely it is modelled.
        gaze: Where the eyes look, degrees right and up of straight ahead.
    """
    skeleton = posed(figure, look)
    stance = stance_of(figure)
    cell = 3.2 / max(metre_px, 1.0)
    h = figure.height_m / 1.72
    detail = Detail(
        body=min(max(cell, 0.0085 * h), 0.026 * h),
        head=min(max(cell * 0.85, 0.0034 * h), 0.016 * h),
        hand=min(max(cell * 0.85, 0.0042 * h), 0.013 * h),
        head_px=skeleton.size.head * metre_px,
    )
    parts = [*dressed(skeleton, look, detail), *headed(skeleton, look, detail, figure.expression, gaze)]
    if stance.lying:
        back = min(float(p.vertices[:, 2].min()) for p in parts if len(p.vertices))
        standing = Standing(figure, lying=True, lift=-back)
    else:
        shoes = [p for p in parts if p.name == "shoes"]
        standing = Standing(figure, lying=False, lift=-_lowest(shoes or parts))
    return tuple(
        Mesh(
            vertices=standing.world(p.vertices).astype(np.float32),
            faces=p.faces,
            material=p.material,
            name=f"{figure.who}/{p.name}",
            group=f"figure:{figure.who}",
            smooth=True,
            decal=standing.decal(p.decal) if p.decal else None,
        )
        for p in parts
        if len(p.faces)
    )
