"""What hangs in the air between the planes: the halo of a lamp, rain, snow."""

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.render import noise
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.render.palette import Palette
from picturelock.media.opencv import cv2

Picture = NDArray[np.uint8]


def _plane(canvas: Canvas, colour: NDArray[np.floating], alpha: NDArray[np.floating]) -> Picture:
    pixels = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    pixels[..., :3] = np.clip(colour * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[..., 3] = np.clip(alpha * 255 + 0.5, 0, 255).astype(np.uint8)
    return pixels


def halo(
    canvas: Canvas, where: NDArray[np.float64], reach_m: float, strength: float, palette: Palette, seed: int
) -> Picture | None:
    """The glow around a lamp.

    Args:
        canvas: The sheet.
        where: The lamp in the world.
        reach_m: Radius of the glow.
        strength: Cover in its middle, 0..1.
        palette: Has the colour of warm light.
        seed: Unevenness.

    Returns:
        H x W x 4, or ``None`` where it is out of the picture.
    """
    place, depth = canvas.place(where[None])
    if depth[0] < 0.3:
        return None
    radius = reach_m * canvas.focal_px / float(depth[0])
    x, y = place[0]
    if not (-radius < x < canvas.width + radius and -radius < y < canvas.height + radius):
        return None
    xs = (np.arange(canvas.width, dtype=np.float32) + 0.5 - x) / radius
    ys = (np.arange(canvas.height, dtype=np.float32) + 0.5 - y) / radius
    distance = np.sqrt(xs[None, :] ** 2 + ys[:, None] ** 2)
    uneven = 0.05 * noise.cloud(canvas.width, canvas.height, 70 * canvas.unit, seed + 61)
    fall = np.clip(1 - distance + uneven * np.clip(distance, 0, 1), 0, 1)
    alpha = strength * (0.35 * fall**1.2 + 0.65 * fall**4)
    return _plane(
        canvas, np.broadcast_to(palette.warm, (*alpha.shape, 3)).astype(np.float32), alpha.astype(np.float32)
    )


def rain(canvas: Canvas, palette: Palette, seed: int, *, near: bool) -> Picture:
    """Slanted strokes of rain; near ones are long and few."""
    rng = np.random.default_rng(seed + (71 if near else 72))
    unit = canvas.unit
    sheet = np.zeros((canvas.height, canvas.width), np.uint8)
    count = int((260 if near else 620) * canvas.width * canvas.height / (2.2e6 * unit * unit))
    length = (95 if near else 46) * unit
    for x, y, size, shade in rng.random((count, 4)):
        run = length * (0.5 + size)
        start = (int(x * canvas.width * 1.1 * 16), int((y * 1.1 - 0.05) * canvas.height * 16))
        end = (int(start[0] - run * 0.16 * 16), int(start[1] + run * 16))
        width = max(1, round((1.7 if near else 1.0) * unit))
        cv2.line(sheet, start, end, int(90 + 110 * shade), width, cv2.LINE_AA, 4)
    alpha = sheet.astype(np.float32) / 255 * (0.55 if near else 0.42)
    colour = palette.paper * (1 - 0.35 * palette.night)
    return _plane(canvas, np.broadcast_to(colour, (*alpha.shape, 3)).astype(np.float32), alpha)


def snow(canvas: Canvas, palette: Palette, seed: int, *, near: bool) -> Picture:
    """Flakes; near ones are large and soft."""
    rng = np.random.default_rng(seed + (73 if near else 74))
    unit = canvas.unit
    sheet = np.zeros((canvas.height, canvas.width), np.uint8)
    count = int((170 if near else 900) * canvas.width * canvas.height / (2.2e6 * unit * unit))
    for x, y, size, shade in rng.random((count, 4)):
        radius = (2.2 + 4.5 * size**2 if near else 0.9 + 1.6 * size) * unit
        centre = (int(x * canvas.width * 16), int(y * canvas.height * 16))
        cv2.circle(sheet, centre, max(8, int(radius * 16)), int(150 + 105 * shade), -1, cv2.LINE_AA, 4)
    if near:
        sheet = cv2.GaussianBlur(sheet, (0, 0), 1.1 * unit)
    alpha = sheet.astype(np.float32) / 255 * 0.9
    colour = palette.paper * (1 - 0.2 * palette.night) + 0.02
    return _plane(canvas, np.broadcast_to(np.clip(colour, 0, 1), (*alpha.shape, 3)).astype(np.float32), alpha)
