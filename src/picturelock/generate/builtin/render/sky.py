"""What lies behind everything: washes of sky, clouds, stars, the moon."""

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.geometry import Backdrop
from picturelock.generate.builtin.render import noise
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.palette import Palette
from picturelock.media.opencv import cv2

Floats = NDArray[np.floating]


def sky(canvas: Canvas, backdrop: Backdrop, palette: Palette, seed: int) -> Floats:
    """The backdrop over the whole canvas.

    Returns:
        H x W x 3, 0..1.
    """
    width, height = canvas.width, canvas.height
    # Washes have no fine detail: they are laid at half size.
    half_w, half_h = -(-width // 2), -(-height // 2)
    xs = np.arange(half_w, dtype=np.float32) * 2 + 1
    ys = np.arange(half_h, dtype=np.float32) * 2 + 1
    ray = canvas.rays(xs[None, :], ys[:, None])
    ray /= np.sqrt(np.einsum("ijk,ijk->ij", ray, ray))[..., None]
    elevation = np.degrees(np.arcsin(np.clip(ray[..., 1], -1, 1)))
    unit = canvas.unit
    broad = noise.cloud(width, height, 160 * unit, seed + 11)[::2, ::2]
    rise = np.clip((elevation + 1.5 * broad) / 38, 0, 1) ** 0.75
    # A graded wash shows the strokes it was laid in.
    steps = np.floor(rise * 7) / 7
    rise = rise * 0.75 + 0.25 * (steps + noise.step(0.55, 1.0, rise * 7 - np.floor(rise * 7)) / 7)
    horizon = np.asarray(backdrop.horizon, np.float32)
    zenith = np.asarray(backdrop.zenith, np.float32)
    painted = horizon + (zenith - horizon) * rise[..., None]
    if backdrop.clouds > 0:
        painted = _clouds(painted, ray, elevation, backdrop, palette, seed)
    if backdrop.stars:
        painted = _stars(painted, ray, elevation, palette, seed)
    below = np.clip(0.5 - elevation, 0, 1)[..., None]
    painted = painted * (1 - below) + np.asarray(backdrop.far, np.float32) * below
    painted *= (1 + 0.010 * broad)[..., None]
    whole = cv2.resize(painted.astype(np.float32), (half_w * 2, half_h * 2), interpolation=cv2.INTER_LINEAR)
    fine = noise.cloud(width, height, 9 * unit, seed + 12)
    return np.clip(whole[:height, :width] * (1 + 0.008 * fine)[..., None], 0, 1)


def _clouds(
    painted: Floats, ray: Floats, elevation: Floats, backdrop: Backdrop, palette: Palette, seed: int
) -> Floats:
    height = np.maximum(ray[..., 1], 0.03)
    u, v = ray[..., 0] / (height + 0.12), ray[..., 2] / (height + 0.12)
    lumps = np.zeros(u.shape, np.float32)
    for octave, (scale, weight) in enumerate(((0.7, 1.0), (1.6, 0.55), (3.7, 0.3), (8.0, 0.16))):
        lumps += np.float32(weight) * noise.at(u * scale + 9.3, v * scale * 1.5 + 3.1, seed + 20 + octave)
    threshold = np.float32(1.5 - 2.6 * backdrop.clouds)
    body = noise.step(0.0, 0.22, lumps - threshold) * noise.step(0.5, 6.0, elevation)
    belly = noise.step(0.3, 1.3, lumps - threshold)
    bright = palette.paper * (1 - 0.62 * palette.night) * (1 - 0.25 * backdrop.clouds)
    shade = bright * 0.6 + np.asarray(backdrop.zenith, np.float32) * 0.4
    colour = bright + (shade * 0.88 - bright) * belly[..., None]
    share = (body * 0.85)[..., None]
    return painted * (1 - share) + colour * share


def _stars(painted: Floats, ray: Floats, elevation: Floats, palette: Palette, seed: int) -> Floats:
    u = np.degrees(np.arctan2(ray[..., 0], ray[..., 2])).astype(np.float32) * 1.1
    v = elevation.astype(np.float32) * 1.1
    cell_u, cell_v = np.floor(u), np.floor(v)
    rng = np.random.default_rng(seed + 31)
    table = rng.random((64, 64, 3)).astype(np.float32)
    i, j = cell_u.astype(np.int64) % 64, cell_v.astype(np.int64) % 64
    cell = table[i, j]
    distance = np.hypot(u - cell_u - (0.2 + 0.6 * cell[..., 0]), v - cell_v - (0.2 + 0.6 * cell[..., 1]))
    size = np.float32(0.035) + 0.045 * cell[..., 2] ** 6
    share = np.clip(1.4 - distance / size, 0, 1) * (cell[..., 2] > 0.55) * noise.step(4, 14, elevation)
    return painted + (palette.paper - painted) * (share * 0.9)[..., None]
