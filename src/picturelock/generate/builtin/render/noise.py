"""Smooth noise with a fixed seed: the unevenness of hand and paper."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from picturelock.media.opencv import cv2

Floats = NDArray[np.floating]


@lru_cache(maxsize=64)
def lattice(seed: int, size: int = 256) -> Floats:
    """A tile of independent normal values."""
    return np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)


@lru_cache(maxsize=12)
def cloud(width: int, height: int, scale_px: float, seed: int) -> Floats:
    """Smooth noise over an image, about unit variance.

    Args:
        width: Pixels.
        height: Pixels.
        scale_px: Size of its lumps.
        seed: Chooses the pattern.

    Returns:
        H x W.
    """
    columns, rows = int(width / scale_px) + 4, int(height / scale_px) + 4
    rng = np.random.default_rng(seed)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    to_lattice = np.array([[1 / scale_px, 0, 1.5], [0, 1 / scale_px, 1.5]], np.float32)
    smooth = cv2.warpAffine(
        coarse,
        to_lattice,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    smooth *= np.float32(1.4)
    smooth.setflags(write=False)
    return smooth


def at(u: Floats, v: Floats, seed: int) -> Floats:
    """Smooth noise at given coordinates with lumps of unit size, about unit variance; repeats every 256.

    Args:
        u: Any two-dimensional shape.
        v: The same shape.
        seed: Chooses the pattern.
    """
    tile = lattice(seed)
    wrapped = np.pad(tile, ((0, 1), (0, 1)), mode="wrap")
    found = cv2.remap(
        wrapped,
        np.mod(u, np.float32(256)).astype(np.float32),
        np.mod(v, np.float32(256)).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return found * np.float32(1.3)


def step(edge0: float, edge1: float, x: Floats) -> Floats:
    """0 below ``edge0``, 1 above ``edge1``, smooth between."""
    t = np.clip((x - np.float32(edge0)) / np.float32(edge1 - edge0), 0.0, 1.0)
    return t * t * (np.float32(3) - np.float32(2) * t)
