"""A figure in the set: posed, dressed, and put in its place."""

from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import CharacterLook, PropKind, PropLook
from picturelock.core.blocking import Placement, Pose
from picturelock.generate.builtin.figures.body import Detail, Part, dressed
from picturelock.generate.builtin.figures.head import headed
from picturelock.generate.builtin.figures.poses import ASYMMETRIC, STANCES, Stance
from picturelock.generate.builtin.figures.skeleton import Skeleton, measures, pitch, solve
from picturelock.generate.builtin.figures.solid import Vector, vec
from picturelock.generate.builtin.geometry import Decal, Mesh
from picturelock.generate.builtin.props import model, prop_meshes


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


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What a figure holds, in the world."""

    meshes: tuple[Mesh, ...]
    flame: Vector | None


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure in the world.

    Attributes:
        eyes: Between the eyes.
        flame: Of a light in its hand.
    """

    meshes: tuple[Mesh, ...]
    eyes: Vector
    flame: Vector | None = None


def eyes_of(figure: Placement, look: CharacterLook) -> tuple[Vector, NDArray[np.float64]]:
    """The point between a figure's eyes, and its head's right, up and forward as columns, in the world."""
    skeleton, stance = posed(figure, look), stance_of(figure)
    standing = Standing(figure, lying=stance.lying, lift=0.0)
    local = skeleton.head + skeleton.head_frame @ (vec(0, 0.30, 0.4) * skeleton.size.head)
    return standing.world(local[None])[0], standing.frame @ skeleton.head_frame


def gaze_at(figure: Placement, look: CharacterLook, target: Vector) -> tuple[float, float]:
    """Degrees right and up that the eyes turn to a point, as far as eyes do."""
    eyes, frame = eyes_of(figure, look)
    way = (target - eyes) @ frame
    across = degrees(atan2(float(way[0]), max(float(way[2]), 1e-3)))
    up = degrees(atan2(float(way[1]), max(float(np.hypot(way[0], way[2])), 1e-3)))
    return max(-40.0, min(40.0, across)), max(-25.0, min(25.0, up))


def _held(s: Skeleton, figure: Placement, prop: PropLook, standing: Standing, metre_px: float) -> Held:
    """The prop in the hand that the pose offers; carried things lie on both hands."""
    made = model(prop)
    fingers = [arm.end - arm.frame[:, 1] * (0.30 * s.size.hand) for arm in s.arms]
    both = figure.pose is Pose.CARRY
    # The busier hand holds: the one that is farther forward.
    ahead = [float((f - s.chest) @ s.chest_frame[:, 2]) for f in fingers]
    hand = (fingers[0] + fingers[1]) / 2 if both else fingers[int(np.argmax(ahead))]
    upright = np.eye(3)
    tall = {PropKind.STICK, PropKind.TOOL, PropKind.WEAPON}
    if made.shown:
        upright = pitch(-52.0)
    elif prop.kind in tall and figure.pose in {Pose.POINT, Pose.REACH}:
        upright = pitch(70.0)
    offset = np.array(made.grip) * prop.size_m
    if both:
        offset = np.array([0.0, -0.02, -0.30 * prop.size_m])
    foot = hand - upright @ offset
    name = f"{figure.who}/held"
    meshes = prop_meshes(
        prop, name, f"figure:{figure.who}", standing.world(foot[None])[0], standing.frame @ upright, metre_px
    )
    flame = None
    if made.flame is not None:
        flame = standing.world((foot + upright @ (np.array(made.flame) * prop.size_m))[None])[0]
    return Held(meshes, flame)


def draw_figure(
    figure: Placement,
    look: CharacterLook,
    metre_px: float,
    gaze: tuple[float, float] = (0.0, 0.0),
    prop: PropLook | None = None,
) -> Figure:
    """A figure with all its meshes.

    Args:
        figure: Where it stands and what it does.
        look: Its measures and clothes.
        metre_px: Pixels of a metre where it stands: decides how finely it is modelled.
        gaze: Where the eyes look, degrees right and up of straight ahead.
        prop: What it holds.
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
    meshes = tuple(
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
    eyes = standing.world(
        (skeleton.head + skeleton.head_frame @ (vec(0, 0.30, 0.4) * skeleton.size.head))[None]
    )[0]
    if prop is None:
        return Figure(meshes, eyes)
    held = _held(skeleton, figure, prop, standing, metre_px)
    return Figure((*meshes, *held.meshes), eyes, held.flame)
