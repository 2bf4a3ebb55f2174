"""Washes: light gathered at every pixel, laid down in a few values with soft, value edges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.geometry import Backdrop, Decal
from picturelock.generate.builtin.render import noise
from picturelock.generate.builtin.render.canvas import Canvas, Window
from picturelock.generate.builtin.render.palette import Palette
from picturelock.generate.builtin.render.pattern import strokes
from picturelock.generate.builtin.render.trace import Buffers, Stage
from picturelock.media.opencv import cv2

Floats = NDArray[np.floating]

# Twelve fixed directions in a disc: shadow edges are the same in every picture.
_DISC = np.array(
    [[0.24, 0.1], [-0.52, 0.38], [0.33, -0.71], [-0.2, -0.33], [0.79, 0.35], [-0.86, -0.22]], np.float32
)
_DOME = np.array(
    [
        [0.5, 0.2],
        [-0.3, 0.6],
        [-0.55, -0.35],
        [0.25, -0.65],
        [0.85, -0.15],
        [-0.75, 0.35],
        [0.05, 0.9],
        [-0.1, -0.95],
    ],
    np.float32,
)


@dataclass(frozen=True, slots=True)
class Lamp:
    """A point of warm light.

    Attributes:
        where: World metres.
        reach_m: Distance at which half of it is left.
    """

    where: tuple[float, float, float]
    reach_m: float


def positions(canvas: Canvas, seen: Buffers) -> Floats:
    """H x W x 3 world points; meaningless where nothing was met."""
    depth = np.where(seen.hit, seen.depth, np.float32(0))
    return canvas.eye.astype(np.float32) + seen.ray * depth[..., None]


def _frame(axis: NDArray[np.float32]) -> tuple[Floats, Floats]:
    helper = np.array([0, 1, 0], np.float32) if abs(axis[1]) < 0.9 else np.array([1, 0, 0], np.float32)
    first = np.cross(helper, axis)
    first /= np.linalg.norm(first)
    return first.astype(np.float32), np.cross(axis, first).astype(np.float32)


def key_light(stage: Stage, points: Floats, normals: Floats, palette: Palette) -> Floats:
    """Share of the key light that reaches N points, with soft shadow edges."""
    axis = palette.towards_light
    facing = normals @ axis
    lit = facing > 0.02
    reached = np.zeros(len(points), np.float32)
    index = np.flatnonzero(lit)
    if len(index) == 0:
        return reached
    origins = points[index] + normals[index] * np.float32(0.012)
    first, second = _frame(axis)
    radius = np.float32(np.tan(np.radians(palette.softness)))
    samples = _DISC[: 2 if palette.softness < 2 else 4 if palette.softness < 10 else 6]
    open_share = np.zeros(len(index), np.float32)
    # Every point turns the samples its own way, or a wide light would throw as many shadows as it has samples.
    # The sun's samples are so close together that they need not turn.
    spin = np.float32(2.399963 if palette.softness >= 2 else 0.0)
    turn = np.mod(index.astype(np.float32) * spin, np.float32(2 * np.pi))
    cos_t, sin_t = np.cos(turn)[:, None], np.sin(turn)[:, None]
    for a, b in samples:
        u, v = a * cos_t - b * sin_t, a * sin_t + b * cos_t
        directions = (axis + (first * u + second * v) * radius).astype(np.float32)
        open_share += ~stage.blocked(origins, directions)
    reached[index] = open_share / len(samples)
    return reached * np.clip(facing * 1.6, 0, 1) ** 0.8


def occlusion(stage: Stage, canvas: Canvas, seen: Buffers, every: int = 3, reach_m: float = 0.9) -> Floats:
    """H x W: 1 in the open, less in corners and under things. Gathered on a coarse grid."""
    height, width = seen.mesh.shape
    rows, columns = slice(every // 2, height, every), slice(every // 2, width, every)
    hit = seen.hit[rows, columns]
    open_share = np.ones(hit.shape, np.float32)
    if hit.any():
        depth = seen.depth[rows, columns][hit]
        normal = seen.normal[rows, columns][hit]
        point = canvas.eye.astype(np.float32) + seen.ray[rows, columns][hit] * depth[:, None]
        origins = point + normal * 0.015
        total = np.zeros(len(point), np.float32)
        helper = np.where(
            np.abs(normal[:, 1:2]) < 0.9, np.array([[0, 1, 0]], np.float32), np.array([[1, 0, 0]], np.float32)
        )
        first = np.cross(helper, normal)
        first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-6)
        second = np.cross(normal, first)
        for a, b in _DOME:
            direction = normal * np.float32(np.sqrt(max(0.05, 1 - a * a - b * b))) + first * a + second * b
            total += ~stage.blocked(origins, direction, np.full(len(point), reach_m, np.float32))
        open_share[hit] = total / len(_DOME)
    weight = hit.astype(np.float32)
    blurred = cv2.GaussianBlur(open_share * weight, (0, 0), 1.1)
    spread = cv2.GaussianBlur(weight, (0, 0), 1.1)
    coarse = np.where(spread > 1e-3, blurred / np.maximum(spread, 1e-3), 1.0).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _softened(light: Floats, hit: NDArray[np.bool_], sigma: float) -> Floats:
    """Blur light over surfaces only."""
    weight = hit.astype(np.float32)
    spread = cv2.GaussianBlur(weight, (0, 0), sigma)
    blurred = cv2.GaussianBlur(light * weight, (0, 0), sigma)
    return np.asarray(blurred / np.maximum(spread, 1e-3), np.float32)


def lamp_light(stage: Stage, points: Floats, normals: Floats, lamps: Sequence[Lamp]) -> Floats:
    """Warm light at N points, 0 to about 1.5, with shadows."""
    total = np.zeros(len(points), np.float32)
    for lamp in lamps:
        towards = np.asarray(lamp.where, np.float32) - points
        distance = np.sqrt(np.einsum("ij,ij->i", towards, towards)) + np.float32(1e-4)
        facing = np.clip(np.einsum("ij,ij->i", towards, normals) / distance * 0.75 + 0.25, 0, 1)
        strength = facing / (1 + (distance / np.float32(lamp.reach_m)) ** 2) * 1.25
        near = np.flatnonzero(strength > 0.06)
        if len(near) == 0:
            continue
        origins = points[near] + normals[near] * np.float32(0.012)
        # The lamp's own body must not shade it: stop short of the flame.
        reach = np.maximum(1 - np.float32(0.22) / distance[near], 0.0).astype(np.float32)
        open_way = ~stage.blocked(origins, towards[near], reach)
        total[near] += strength[near] * open_way
    return total


def _laid(value: Floats, edges: Sequence[float], soft: float) -> tuple[Floats, Floats]:
    """Quantise light into washes: (0..1 in as many steps as edges, pigment gathered along the steps)."""
    total = np.zeros_like(value)
    rim = np.zeros_like(value)
    for edge in edges:
        total += noise.step(edge - soft, edge + soft, value)
        rim += np.exp(-(((value - np.float32(edge - soft)) / np.float32(soft * 1.3)) ** 2))
    return total / np.float32(len(edges)), np.minimum(rim, 1)


def _decals(canvas: Canvas, seen: Buffers, stage: Stage, colour: Floats, ink: Floats) -> None:
    for number, mesh in enumerate(stage.meshes):
        if mesh.decal is None:
            continue
        there = seen.mesh == number
        if there.any():
            _stamp(mesh.decal, canvas, seen, there, colour, ink)


def _stamp(
    decal: Decal, canvas: Canvas, seen: Buffers, there: NDArray[np.bool_], colour: Floats, ink: Floats
) -> None:
    rows, columns = np.nonzero(there)
    point = canvas.eye + seen.ray[rows, columns] * seen.depth[rows, columns, None] - decal.origin
    local = (point @ decal.axes.T).astype(np.float32)
    faces_viewer = seen.normal[rows, columns] @ decal.axes[2].astype(np.float32)
    height, width = decal.ink.shape
    x = (local[:, 0] / decal.size_m[0] + 0.5) * width - 0.5
    y = (0.5 - local[:, 1] / decal.size_m[1]) * height - 0.5
    # remap takes at most 32767 columns or rows.
    chunk = 30000
    for start in range(0, len(rows), chunk):
        part = slice(start, start + chunk)
        coordinates = (x[part, None].astype(np.float32), y[part, None].astype(np.float32))
        wash = cv2.remap(decal.wash, *coordinates, cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))[:, 0]
        stroke = cv2.remap(decal.ink, *coordinates, cv2.INTER_LINEAR)[:, 0]
        fade = noise.step(0.02, 0.2, faces_viewer[part, None])[:, 0] * (local[part, 2] > -0.02)
        r, c = rows[part], columns[part]
        share = (wash[:, 3] * fade)[:, None]
        colour[r, c] = colour[r, c] * (1 - share) + wash[:, :3] * share
        ink[r, c] = np.maximum(ink[r, c], stroke * fade)


def paint(
    canvas: Canvas,
    seen: Buffers,
    stage: Stage,
    world: Stage,
    palette: Palette,
    backdrop: Backdrop,
    ambient: float,
    lamps: Sequence[Lamp],
    seed: int,
) -> Floats:
    """Colour every pixel of a window.

    Args:
        canvas: The sheet.
        seen: What the window sees of the layer's own things.
        stage: The layer's own things.
        world: Everything: it throws the shadows.
        palette: Colours of light.
        backdrop: What distance fades to.
        ambient: Light without the key, 0..1.
        lamps: Practical lights.
        seed: Unevenness of the hand.

    Returns:
        H x W x 3, 0..1; paper where nothing was met.
    """
    gathered = _gather(canvas, seen, stage, world, palette, lamps, seed)
    open_sky = occlusion(world, canvas, seen)
    window, unit = seen.window, canvas.unit
    fine = _windowed(canvas, window, 7 * unit, seed + 1)
    broad = _windowed(canvas, window, 60 * unit, seed + 2)
    sky_share = 0.5 + 0.5 * seen.normal[..., 1]
    fill = (0.20 + 0.16 * sky_share) * (0.25 + 0.75 * open_sky**1.3) * (0.7 + ambient)
    value, warm = _shaken(
        canvas, window, fill + palette.key_strength * 0.78 * gathered.key, gathered.warm, seed
    )
    laid, rim = _laid(value, (0.12, 0.24, 0.56) if palette.values >= 4 else (0.16, 0.50), 0.035)
    warm_laid, _ = _laid(warm, (0.10, 0.28, 0.6), 0.06)
    light = _Laid(
        laid=laid,
        warm=warm_laid,
        pigment=1 - 0.055 * rim + 0.012 * fine + 0.012 * broad,
        hatch=_hatching(canvas, window, value, fine) * 0.45 * (1 - warm_laid),
        marks=gathered.marks,
    )
    colour = np.empty((*seen.mesh.shape, 3), np.float32)
    for part in bands(seen):
        colour[part] = _mixed(canvas, seen.rows(part), stage, palette, backdrop, light.rows(part))
    return _evened(colour, seen)


@dataclass(frozen=True, slots=True, eq=False)
class _Gathered:
    """Light and pattern strokes at every pixel, H x W each."""

    key: Floats
    warm: Floats
    marks: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """Washes and strokes at every pixel, H x W each."""

    laid: Floats
    warm: Floats
    pigment: Floats
    hatch: Floats
    marks: Floats

    def rows(self, part: slice) -> "_Laid":
        return _Laid(self.laid[part], self.warm[part], self.pigment[part], self.hatch[part], self.marks[part])


def bands(seen: Buffers) -> list[slice]:
    """Rows in strips that fit a processor's cache."""
    height, width = seen.mesh.shape
    rows = max(16, 200_000 // width)
    return [slice(top, min(height, top + rows)) for top in range(0, height, rows)]


def _gather(
    canvas: Canvas,
    seen: Buffers,
    stage: Stage,
    world: Stage,
    palette: Palette,
    lamps: Sequence[Lamp],
    seed: int,
) -> _Gathered:
    marks = np.zeros(seen.mesh.shape, np.float32)
    for part in bands(seen):
        strip = seen.rows(part)
        if strip.hit.any():
            marks[part] = strokes(canvas, strip, stage, positions(canvas, strip), seed)
    unit = canvas.unit
    wide = palette.softness >= 2

    def key(points: Floats, normals: Floats) -> Floats:
        return key_light(world, points, normals, palette)

    def warm(points: Floats, normals: Floats) -> Floats:
        return lamp_light(world, points, normals, lamps)

    # Wide and near lights have soft edges: every second pixel tells enough.
    lit = _measured(canvas, seen, key, 2 if wide else 1, (3.0 if wide else 1.0) * unit)
    warmed = _measured(canvas, seen, warm, 2, 1.6 * unit) if lamps else np.zeros_like(marks)
    return _Gathered(lit, warmed, marks)


def _measured(
    canvas: Canvas, seen: Buffers, light: Callable[[Floats, Floats], Floats], step: int, soft_px: float
) -> Floats:
    """A light at every pixel, H x W, gathered at every ``step``-th and softened over surfaces."""
    coarse = seen.every(step) if step > 1 else seen
    hit = coarse.hit
    found = np.zeros(hit.shape, np.float32)
    for part in bands(coarse):
        there = hit[part]
        if there.any():
            strip = coarse.rows(part)
            found[part][there] = light(positions(canvas, strip)[there], strip.normal[there])
    soft = _softened(found, hit, max(0.6, soft_px / step))
    if step == 1:
        return soft
    height, width = seen.mesh.shape
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _mixed(
    canvas: Canvas, seen: Buffers, stage: Stage, palette: Palette, backdrop: Backdrop, light: _Laid
) -> Floats:
    """Colours of a strip: paper where nothing was met."""
    hit = seen.hit
    albedo = np.array([m.material.colour for m in stage.meshes], np.float32)[seen.mesh]
    glow = np.array([m.material.glow for m in stage.meshes], np.float32)[seen.mesh]
    ink = np.zeros(hit.shape, np.float32)
    _decals(canvas, seen, stage, albedo, ink)
    # Full light lets the paper through.
    day = 1 - 0.6 * palette.night
    albedo += (palette.paper - albedo) * ((0.08 + 0.18 * light.laid) * day)[..., None]
    painted = albedo * (palette.shade + (palette.key - palette.shade) * light.laid[..., None])
    painted += albedo * palette.warm * (light.warm * (0.42 + 0.4 * palette.night))[..., None]
    painted *= light.pigment[..., None]
    own_glow = np.clip(glow * (0.35 + 0.65 * max(palette.night, 0.35)), 0, 1)[..., None]
    painted += (palette.warm * 0.6 + palette.paper * 0.42 - painted) * own_glow
    painted = 1 - np.maximum(1 - painted, 0) ** np.float32(1.14 - 0.1 * palette.night)
    marks = light.marks * (1 - own_glow[..., 0])
    dark = np.maximum(np.maximum(marks, light.hatch), ink)
    painted += (palette.ink - painted) * dark[..., None]
    distance = np.where(hit, seen.depth, np.float32(0))
    haze = (backdrop.haze(distance) * (1 - backdrop.lights_kept * own_glow[..., 0]))[..., None]
    painted += (np.asarray(backdrop.far, np.float32) - painted) * haze
    return np.where(hit[..., None], np.clip(painted, 0, 1), palette.paper)


def _evened(colour: Floats, seen: Buffers) -> Floats:
    """Soften the steps between surfaces that no ink line covers."""
    edge = np.zeros(seen.mesh.shape, np.bool_)
    for a, b in (
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
    ):
        differs = (seen.mesh[a] != seen.mesh[b]) & seen.hit[a] & seen.hit[b]
        edge[a] |= differs
        edge[b] |= differs
    rows, columns = np.nonzero(edge)
    soft = np.asarray(cv2.blur(colour, (3, 3)), np.float32)
    colour[rows, columns] = soft[rows, columns]
    return colour


def _windowed(canvas: Canvas, window: Window, scale: float, seed: int) -> Floats:
    """Noise of the whole sheet, seen through a window, so that all layers share one paper."""
    rows, columns = window.slices
    return noise.cloud(canvas.width, canvas.height, max(scale, 2.0), seed)[rows, columns]


def _shaken(canvas: Canvas, window: Window, value: Floats, warm: Floats, seed: int) -> tuple[Floats, Floats]:
    """The light moved a little to and fro: edges of washes waver, flat washes stay flat."""
    reach = np.float32(2.2 * canvas.unit)
    y, x = np.mgrid[0 : value.shape[0], 0 : value.shape[1]].astype(np.float32)
    x += reach * _windowed(canvas, window, 26 * canvas.unit, seed + 3)
    y += reach * _windowed(canvas, window, 26 * canvas.unit, seed + 4)
    moved = (
        cv2.remap(np.asarray(v, np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for v in (value, warm)
    )
    first, second = moved
    return np.asarray(first, np.float32), np.asarray(second, np.float32)


def _hatching(canvas: Canvas, window: Window, value: Floats, fine: Floats) -> Floats:
    """Slanted strokes in the darkest value."""
    unit = canvas.unit
    y, x = np.mgrid[window.top : window.bottom, window.left : window.right].astype(np.float32)
    spacing = np.float32(7.5 * unit)
    across = (x * np.float32(0.82) + y * np.float32(0.57)) / spacing + 0.10 * fine
    ridge = np.abs(across - np.floor(across) - 0.5) * 2
    darkness = np.clip((0.17 - value) / 0.12, 0, 1)
    return noise.step(0.0, 0.35, darkness * 0.55 - ridge + 0.12) * (darkness > 0)
