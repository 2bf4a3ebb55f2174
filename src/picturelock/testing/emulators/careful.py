"""The careful hand: files drawn by :mod:`picturelock.testing.emulators.pictures`."""

from picturelock.testing.emulators import pictures
from picturelock.testing.emulators.chance import number
from picturelock.testing.emulators.media import Kind, Wanted
from picturelock.testing.emulators.mix import Good


def draw(wanted: Wanted, size: tuple[int, int]) -> bytes:
    """A file that can be wrong."""
    seed = wanted.seed
    if wanted.version or wanted.again:
        # Another version of a model, or another try, takes other liberties with the same request.
        seed = number(seed, wanted.version, wanted.again) % (1 << 32)
    outcome = wanted.flaw or Good()
    if wanted.kind is Kind.IMAGE:
        return pictures.picture(*size, wanted.first, wanted.prompt, seed, outcome).media
    first = wanted.first or pictures.picture(*size, None, wanted.prompt, seed, Good()).media
    seconds = wanted.frames / wanted.rate
    return pictures.clip(first, seconds, wanted.rate, *size, seed, outcome, wanted.prompt).media
