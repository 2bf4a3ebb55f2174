"""Planes of a layered picture: what belongs to which, in which order, and how each is painted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.composite import over
from picturelock.generate.builtin.geometry import Backdrop, Mesh
from picturelock.generate.builtin.render import ink, sky, wash
from picturelock.generate.builtin.render.canvas import Canvas, Window
from picturelock.generate.builtin.render.palette import Palette
from picturelock.generate.builtin.render.trace import Buffers, Stage, look
from picturelock.media.opencv import cv2

Floats = NDArray[np.floating]
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plane and the things in it."""

    name: str
    meshes: tuple[Mesh, ...]
    life: bool = False
    level: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A painted plane.

    Attributes:
        pixels: Canvas H x W x 4, straight alpha.
        depth_m: Median depth of what is in it; of level ground, the depth of the row farthest from the horizon.
        far_m: The same, or of level ground its depth towards the horizon.
    """

    name: str
    pixels: Picture
    depth_m: float
    far_m: float
    life: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that decides how a surface looks."""

    canvas: Canvas
    world: Stage
    palette: Palette
    backdrop: Backdrop
    ambient: float
    lamps: tuple[wash.Lamp, ...]
    seed: int


def bounds(canvas: Canvas, meshes: Sequence[Mesh], spare: int) -> Window | None:
    """The window that meshes can cover, ``None`` where they are out of the picture."""
    lows: list[NDArray[np.float64]] = []
    highs: list[NDArray[np.float64]] = []
    for mesh in meshes:
        if len(mesh.vertices) == 0:
            continue
        place, depth = canvas.place(mesh.vertices)
        if (depth < 0.05).any():
            return canvas.whole
        lows.append(place.min(axis=0))
        highs.append(place.max(axis=0))
    if not lows:
        return None
    low = np.floor(np.min(lows, axis=0)).astype(int) - spare
    high = np.ceil(np.max(highs, axis=0)).astype(int) + spare
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(canvas.width, int(high[0])), min(canvas.height, int(high[1]))
    if left >= right or top >= bottom:
        return None
    return Window(left, top, right, bottom)


class Easel:
    """Paints planes from far to near, each cut where something behind it in the order stands in front of it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        canvas = scene.canvas
        self._nearest = np.zeros((canvas.height * 2, canvas.width * 2), np.float32)
        self._lines = np.zeros((canvas.height, canvas.width), np.float32)

    def backdrop(self, meshes: Sequence[Mesh]) -> Plane:
        """Sky and far country as one opaque plane."""
        scene, canvas = self.scene, self.scene.canvas
        painted = sky.sky(canvas, scene.backdrop, scene.palette, scene.seed)
        pixels = np.full((canvas.height, canvas.width, 4), 255, np.uint8)
        pixels[..., :3] = np.clip(painted * 255 + 0.5, 0, 255).astype(np.uint8)
        far = self.paint(Plan("far", tuple(meshes)))
        depth = 400.0
        if far is not None:
            pixels[..., :3] = over(np.ascontiguousarray(pixels[..., :3]), far.pixels)
            depth = max(far.depth_m, 30.0)
        return Plane("sky", pixels, depth, depth)

    def paint(self, plan: Plan) -> Plane | None:
        """Paint a plane; ``None`` where nothing of it is in the picture."""
        scene, canvas = self.scene, self.scene.canvas
        window = bounds(canvas, plan.meshes, spare=int(12 * canvas.unit) + 4)
        if window is None:
            return None
        stage = Stage(plan.meshes)
        seen = look(stage, canvas, window)
        if not seen.hit.any():
            return None
        seen = seen.cropped(int(12 * canvas.unit) + 4)
        window = seen.window
        fine = ink.Sampled(stage, canvas, seen)
        painted = wash.paint(
            canvas,
            seen,
            stage,
            scene.world,
            scene.palette,
            scene.backdrop,
            scene.ambient,
            scene.lamps,
            scene.seed,
        )
        stroke = ink.lines(stage, canvas, seen, fine, scene.palette, scene.seed)
        alpha, stroke = self._cut(window, seen, fine, stroke)
        pixels = np.zeros((canvas.height, canvas.width, 4), np.uint8)
        pixels[window.slices] = _straight(painted, seen.hit, stroke, alpha, scene, seen)
        near, far = self._depths(plan, window, seen)
        return Plane(plan.name, pixels, near, far, plan.life)

    def _depths(self, plan: Plan, window: Window, seen: Buffers) -> tuple[float, float]:
        middle = float(np.median(seen.depth[seen.hit]))
        rows = np.flatnonzero(seen.hit.any(axis=1))
        if not plan.level or len(rows) < 2:
            return middle, middle
        horizon = self.scene.canvas.horizon() * self.scene.canvas.height - window.top
        near_row = max(rows[0], rows[-1], key=lambda row: abs(row - horizon))
        near = float(np.median(seen.depth[near_row][seen.hit[near_row]]))
        return near, max(float(seen.depth[seen.hit].max()), near * 1.01)

    def _cut(self, window: Window, seen: Buffers, fine: ink.Sampled, stroke: Floats) -> tuple[Floats, Floats]:
        rows, columns = window.slices
        twice = (slice(rows.start * 2, rows.stop * 2), slice(columns.start * 2, columns.stop * 2))
        below = self._nearest[twice]
        in_front = (fine.mesh >= 0) & (fine.inverse * np.float32(1.004) >= below)
        size = (window.width, window.height)
        cover = cv2.resize(in_front.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        below_once = cv2.resize(below, size, interpolation=cv2.INTER_AREA)
        own = cv2.resize(fine.inverse, size, interpolation=cv2.INTER_AREA)
        around = np.ones((7, 7), np.uint8)
        own_around = cv2.dilate(own, around)
        allowed = own_around * np.float32(1.05) >= below_once
        stroke = stroke * allowed
        nearer_around = cv2.dilate(below_once, around) > np.maximum(own_around, 1e-4) * np.float32(1.06)
        keep = 1 - self._lines[window.slices] * nearer_around
        alpha = np.maximum(cover, stroke) * keep
        self._nearest[twice] = np.maximum(below, np.where(in_front, fine.inverse, 0))
        self._lines[window.slices] = np.maximum(self._lines[window.slices] * (1 - cover), stroke)
        return alpha.astype(np.float32), stroke.astype(np.float32)


def cast_shadow(canvas: Canvas, palette: Palette, ground: Sequence[Mesh], figure: Sequence[Mesh]) -> Picture:
    """The shadow of one figure on the set, on transparent ground.

    Returns:
        Canvas H x W x 4, straight alpha.
    """
    stage = Stage(ground)
    seen = look(stage, canvas, canvas.whole)
    point = wash.positions(canvas, seen)[seen.hit]
    normal = seen.normal[seen.hit]
    facing = normal @ palette.towards_light > 0.02
    dark = np.zeros(seen.mesh.shape, np.float32)
    own = np.zeros(len(point), np.float32)
    open_way = wash.key_light(Stage(figure, seen=False), point[facing], normal[facing], palette)
    full = np.clip((normal[facing] @ palette.towards_light) * np.float32(1.6), 0, 1) ** np.float32(0.8)
    own[facing] = 1 - open_way / np.maximum(full, 1e-3)
    dark[seen.hit] = own
    dark = cv2.GaussianBlur(dark, (0, 0), max(0.6, canvas.unit))
    alpha = np.clip(dark, 0, 1) * np.float32(0.5 * palette.key_strength)
    colour = np.clip(palette.shade * np.float32(0.45) + palette.ink * np.float32(0.4), 0, 1)
    pixels = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    pixels[..., :3] = np.clip(colour * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[..., 3] = np.clip(alpha * 255 + 0.5, 0, 255).astype(np.uint8)
    return pixels


def _straight(
    painted: Floats, hit: NDArray[np.bool_], stroke: Floats, alpha: Floats, scene: Scene, seen: Buffers
) -> Picture:
    """8-bit pixels whose colours reach beyond their edge, so that scaling draws no halo."""
    weight = hit.astype(np.float32)
    colour = painted
    spread: cv2.typing.MatLike = weight
    if not hit.all():
        reach = 2.5 * max(scene.canvas.unit, 0.5)
        spread = cv2.GaussianBlur(weight, (0, 0), reach)
        bled = cv2.GaussianBlur(painted * weight[..., None], (0, 0), reach)
        rows, columns = np.nonzero(~hit)
        colour[rows, columns] = bled[rows, columns] / np.maximum(spread[rows, columns], 1e-4)[:, None]
    depth = cv2.dilate(np.where(hit, seen.depth, 0).astype(np.float32), np.ones((7, 7), np.uint8))
    haze = scene.backdrop.haze(np.asarray(depth, np.float32))
    lineink = (
        scene.palette.ink
        + (np.asarray(scene.backdrop.far, np.float32) - scene.palette.ink)
        * (scene.backdrop.lines_lost * haze)[..., None]
    )
    colour = colour + (lineink - colour) * stroke[..., None]
    pixels = np.empty((*alpha.shape, 4), np.uint8)
    pixels[..., :3] = np.clip(colour * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[..., 3] = np.clip(alpha * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[(spread < 1e-4) & (alpha == 0)] = 0
    return pixels
