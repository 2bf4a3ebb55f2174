"""What the emulated models deliver: real MP4 and PNG files, the same for the same request.

There are two hands. The quick one draws a small scene in milliseconds; its clips begin with exactly the picture they
were given, move slowly into it, and end on the last frame where one was asked for. The careful one is
:mod:`picturelock.testing.emulators.pictures`: it takes longer, looks like a storyboard in another model's rendering,
and can be wrong in ways that are known.
"""

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from picturelock.core.frametime import FrameRate
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.opencv import cv2
from picturelock.media.picture import png, read
from picturelock.testing.emulators.chance import number
from picturelock.testing.emulators.mix import Flawed

Pixels = NDArray[np.uint8]

_CHEAP = H264(crf=23, preset="ultrafast", gop=24)
_CLOSER = 0.06  # by how much a clip moves in


class Kind(StrEnum):
    """Of a file."""

    VIDEO = "video"
    IMAGE = "image"

    @property
    def ending(self) -> str:
        """Of file names."""
        return "mp4" if self is Kind.VIDEO else "png"

    @property
    def mime(self) -> str:
        """Content type."""
        return "video/mp4" if self is Kind.VIDEO else "image/png"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a job delivers.

    Attributes:
        size: Width and height that were asked for, pixels. What is delivered may be smaller; see :class:`Studio`.
        prompt: What is seen.
        seed: Of what the prompt leaves open.
        version: Of the model; another one draws something else for the same prompt and seed.
        frames: Of a clip.
        rate: Frames per second of a clip.
        first: Picture that a clip begins with, or that a still is made from: PNG or JPEG.
        last: Picture that a clip ends on. The careful hand leaves it aside.
        flaw: What is wrong with it; the quick hand is always right.
        again: How often exactly this was made before by a model whose seeds promise something similar, not the same.
    """

    kind: Kind
    size: tuple[int, int]
    prompt: str
    seed: int = 0
    version: str = ""
    frames: int = 1
    rate: int = 24
    first: bytes | None = None
    last: bytes | None = None
    flaw: Flawed | None = None
    again: int = 0

    def of_version(self, version: str) -> "Wanted":
        """The same from another version of the model."""
        return replace(self, version=version)

    def flawed(self, flaw: Flawed) -> "Wanted":
        """The same, but wrong."""
        return replace(self, flaw=flaw)

    @property
    def look(self) -> str:
        """Names what is seen."""
        return "\x1f".join((self.prompt, str(self.seed), self.version))

    @property
    def key(self) -> str:
        """Names the file's content."""
        hasher = blake2b(digest_size=16)
        for part in (self.kind, *self.size, self.look, self.flaw, self.frames, self.rate, self.again):
            hasher.update(f"{part}\x1f".encode())
        for picture in (self.first, self.last):
            hasher.update(b"-" if picture is None else blake2b(picture, digest_size=16).digest())
        return hasher.hexdigest()


Draw = Callable[[Wanted, tuple[int, int]], bytes]


class Studio:
    """Draws files and keeps the latest.

    Args:
        draw: Another hand than the quick one: makes a file of a size.
        longest: Files are scaled down so that no side is longer, in pixels; 0 for the size that was asked for.
        kept: Bytes of files that are remembered.
    """

    def __init__(self, draw: Draw | None = None, longest: int = 640, kept: int = 256 << 20) -> None:
        self._hand, self._longest, self._kept = draw or quick, longest, kept
        self._guard = threading.Lock()
        self._files: OrderedDict[str, Future[bytes]] = OrderedDict()

    def make(self, wanted: Wanted) -> bytes:
        """The file. Two that ask for the same at once wait for one drawing."""
        with self._guard:
            known = self._files.get(wanted.key)
            ours = known is None
            if known is None:
                known = self._files[wanted.key] = Future()
            else:
                self._files.move_to_end(wanted.key)
        if ours:
            try:
                known.set_result(self._hand(wanted, self.size_of(wanted)))
            except BaseException as error:
                known.set_exception(error)
                with self._guard:
                    self._files.pop(wanted.key, None)
                raise
            self._forget()
        return known.result()

    def _forget(self) -> None:
        with self._guard:
            held = [
                (key, len(f.result())) for key, f in self._files.items() if f.done() and not f.exception()
            ]
            total = sum(size for _, size in held)
            for key, size in held[:-1]:
                if total <= self._kept:
                    return
                del self._files[key]
                total -= size

    def size_of(self, wanted: Wanted) -> tuple[int, int]:
        """Width and height that are delivered: even, in the shape that was asked for."""
        width, height = wanted.size
        scale = min(1.0, self._longest / max(width, height)) if self._longest else 1.0
        return max(16, 2 * round(width * scale / 2)), max(16, 2 * round(height * scale / 2))


def quick(wanted: Wanted, size: tuple[int, int]) -> bytes:
    """A file in milliseconds."""
    if wanted.kind is Kind.IMAGE:
        return png(_still(wanted, size), effort=1)
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        path = Path(folder) / "clip.mp4"
        with ClipWriter(path, size, FrameRate(wanted.rate), _CHEAP) as writer:
            for picture in _moving(wanted, size):
                writer.write_bgr(picture)
        return path.read_bytes()


def _still(wanted: Wanted, size: tuple[int, int]) -> Pixels:
    drawn = _similar(scene(size, wanted.look), wanted.again)
    if wanted.first is None:
        return drawn
    return cv2.addWeighted(filled(read(wanted.first), size), 0.75, drawn, 0.25, 0).astype(np.uint8)


def _moving(wanted: Wanted, size: tuple[int, int]) -> Iterator[Pixels]:
    first = scene(size, wanted.look) if wanted.first is None else filled(read(wanted.first), size)
    last = None if wanted.last is None else filled(read(wanted.last), size)
    choice = number(0, "drift", wanted.look, wanted.again)
    across, down = (choice % 5 - 2) * size[0] / 400, (choice // 5 % 5 - 2) * size[1] / 400
    for n in range(wanted.frames):
        share = n / max(1, wanted.frames - 1)
        eased = share * share * (3 - 2 * share)
        scale = 1 + _CLOSER * eased
        left = size[0] * (1 - scale) / 2 + across * eased
        top = size[1] * (1 - scale) / 2 + down * eased
        moved = np.array([[scale, 0, left], [0, scale, top]], np.float32)
        picture = cv2.warpAffine(first, moved, size, borderMode=cv2.BORDER_REPLICATE)
        if last is not None:
            blend = max(0.0, (share - 0.5) * 2)
            picture = cv2.addWeighted(picture, 1 - blend, last, blend, 0)
        yield np.asarray(picture, np.uint8)


def _similar(pixels: Pixels, again: int) -> Pixels:
    """The same scene with other grain and a little more or less light."""
    if not again:
        return pixels
    chance = np.random.default_rng(again)
    grain = chance.integers(-6, 7, (*pixels.shape[:2], 1), dtype=np.int16)
    return np.clip(pixels + grain + chance.integers(-8, 9), 0, 255).astype(np.uint8)


def filled(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """A picture scaled and cropped, centred, to fill another size."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    scale = max(size[0] / width, size[1] / height)
    wide, tall = max(size[0], round(width * scale)), max(size[1], round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, (wide, tall), interpolation=way)
    left, top = (wide - size[0]) // 2, (tall - size[1]) // 2
    return np.ascontiguousarray(scaled[top : top + size[1], left : left + size[0]], np.uint8)


def scene(size: tuple[int, int], name: str) -> Pixels:
    """A drawn place with a figure in it, H x W x 3 BGR; its name decides everything."""
    width, height = size
    chance = np.random.default_rng(number(0, "scene", name))
    sky, ground = chance.integers(120, 235, 3), chance.integers(50, 130, 3)
    rows = np.linspace(1.0, 0.8, height, dtype=np.float32)[:, None, None]
    picture = np.clip(sky * rows, 0, 255).astype(np.uint8).repeat(width, axis=1)
    line = int(height * chance.uniform(0.55, 0.72))
    picture[line:] = np.clip(ground * np.linspace(1.0, 0.75, height - line)[:, None, None], 0, 255)
    for _ in range(9):
        left, wide = int(chance.integers(-width // 10, width)), int(width * chance.uniform(0.05, 0.16))
        tall = int(height * chance.uniform(0.1, 0.45))
        tone = tuple(int(v) for v in chance.integers(60, 200, 3))
        cv2.rectangle(picture, (left, line - tall), (left + wide, line + height // 40), tone, -1)
        cv2.rectangle(picture, (left, line - tall), (left + wide, line + height // 40), (30, 28, 32), 1)
    foot, tall = line + int(height * 0.22), height * float(chance.uniform(0.3, 0.5))
    middle = int(width * chance.uniform(0.3, 0.7))
    tone = tuple(int(v) for v in chance.integers(30, 150, 3))
    half = tall * 0.13
    coat = [
        *([middle - half, foot], [middle - half * 0.7, foot - tall * 0.8]),
        *([middle + half * 0.7, foot - tall * 0.8], [middle + half, foot]),
    ]
    cv2.fillPoly(picture, [np.array(coat, np.int32)], tone, cv2.LINE_AA)
    cv2.circle(
        picture, (middle, int(foot - tall * 0.88)), max(2, int(tall * 0.1)), (150, 175, 205), -1, cv2.LINE_AA
    )
    grain = chance.integers(-4, 5, (height, width, 1), dtype=np.int16)
    return np.clip(picture.astype(np.int16) + grain, 0, 255).astype(np.uint8)
