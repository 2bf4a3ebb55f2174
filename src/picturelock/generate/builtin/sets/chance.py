"""Numbers that look random and never change: a hash of where a thing stands and what is asked of it."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
_MASK = (1 << 64) - 1


def _mixed(value: int) -> int:
    """The finaliser of SplitMix64: every bit of the input reaches every bit of the output."""
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & _MASK
    return value ^ (value >> 31)


class Chance:
    """A fixed sequence of numbers, decided by its keys."""

    def __init__(self, *keys: int) -> None:
        state = 0x9E3779B97F4A7C15
        for key in keys:
            state = _mixed((state ^ (key & _MASK)) + 0x9E3779B97F4A7C15 & _MASK)
        self._state = state

    def next(self) -> float:
        """A number in 0..1, 1 excluded."""
        self._state = self._state + 0x9E3779B97F4A7C15 & _MASK
        return (_mixed(self._state) >> 11) / (1 << 53)

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        return low + (high - low) * self.next()

    def around(self, middle: float, share: float) -> float:
        """A number within ``share`` of ``middle`` on both sides."""
        return middle * (1 + share * (2 * self.next() - 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of these."""
        return choices[int(self.next() * len(choices))]

    def key(self) -> int:
        """A seed for what is made of many numbers at once."""
        return int(self.next() * (1 << 31))


def _lattice(cells: NDArray[np.int64], key: int) -> NDArray[np.float64]:
    """A number in -1..1 for each whole-number point of space."""
    x, y, z = (cells[..., axis].astype(np.uint64) for axis in range(3))
    mixed = (
        x * np.uint64(0x9E3779B97F4A7C15)
        ^ y * np.uint64(0xC2B2AE3D27D4EB4F)
        ^ z * np.uint64(0x165667B19E3779F9)
    )
    mixed ^= np.uint64(key & _MASK)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) / (1 << 52) - 1.0


def noise(points: NDArray[np.float64], key: int, octaves: int = 3) -> NDArray[np.float64]:
    """Smooth value noise in space.

    Args:
        points: N x 3; one unit is the size of the largest lumps.
        key: Which noise.
        octaves: Finer lumps of half the size and weight, 1 to 6.

    Returns:
        N numbers near -1..1.
    """
    total = np.zeros(points.shape[:-1])
    weight, span = 1.0, 0.0
    for octave in range(octaves):
        scaled = points * 2.0**octave
        base = np.floor(scaled).astype(np.int64)
        part = scaled - base
        part = part * part * (3 - 2 * part)
        value = np.zeros_like(total)
        for corner in range(8):
            offset = np.array([corner & 1, corner >> 1 & 1, corner >> 2 & 1], dtype=np.int64)
            share = np.where(offset == 1, part, 1 - part).prod(axis=-1)
            value += share * _lattice(base + offset, key + octave * 7919)
        total += weight * value
        span += weight
        weight *= 0.5
    return total / span
