"""Chance that depends on names alone, never on the order in which requests happen to arrive."""

from hashlib import blake2b


def _drawn(seed: int, names: tuple[object, ...]) -> bytes:
    return blake2b("\x1f".join(map(str, (seed, *names))).encode(), digest_size=16).digest()


def share(seed: int, *names: object) -> float:
    """A number in [0, 1): the same for the same seed and names."""
    return int.from_bytes(_drawn(seed, names)[:7], "big") / (1 << 56)


def between(low: float, high: float, seed: int, *names: object) -> float:
    """A number in [low, high)."""
    return low + (high - low) * share(seed, *names)


def number(seed: int, *names: object) -> int:
    """A whole number of 128 bits."""
    return int.from_bytes(_drawn(seed, names), "big")


def hexadecimal(seed: int, *names: object) -> str:
    """32 hex digits."""
    return _drawn(seed, names).hex()
