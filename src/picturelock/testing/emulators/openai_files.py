"""Picture files as they come with a request and go with an answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from picturelock.media.opencv import cv2
from picturelock.testing.emulators import chance


def pixels_in(data: bytes, how: int = cv2.IMREAD_UNCHANGED) -> Any:
    """The pixels of a file, H x W or H x W x channels; ``None`` where it is no picture."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), how) if data else None


def readable(data: bytes) -> bytes:
    """The picture in a form that both hands read."""
    if not data.startswith(b"RIFF"):
        return data
    pixels = pixels_in(data, cv2.IMREAD_COLOR)
    return cv2.imencode(".png", pixels)[1].tobytes()


@dataclass(frozen=True, slots=True)
class Finish:
    """What is done to a drawn picture before it is delivered.

    Attributes:
        form: ``png``, ``jpeg`` or ``webp``.
        compression: 0 to 100, of ``jpeg`` and ``webp``.
        clear: On a transparent background.
        mask: Where it is transparent, the picture is new; elsewhere it is ``under``.
    """

    form: str = "png"
    compression: int = 100
    clear: bool = False
    mask: bytes | None = None
    under: bytes | None = None


def finished(data: bytes, finish: Finish) -> bytes:
    """A drawn PNG with all that applied; as it is where it cannot be read."""
    if finish == Finish():
        return data
    pixels = pixels_in(data, cv2.IMREAD_COLOR)
    if pixels is None:
        return data
    height, width = pixels.shape[:2]
    if finish.mask is not None and finish.under is not None:
        mask = pixels_in(finish.mask)[:, :, 3]
        kept = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)[:, :, None] / 255.0
        given = pixels_in(finish.under, cv2.IMREAD_COLOR)
        under = cv2.resize(given, (width, height), interpolation=cv2.INTER_AREA)
        pixels = np.clip(pixels * (1 - kept) + under * kept, 0, 255).astype(np.uint8)
    if finish.clear:
        alpha = np.zeros((height, width), np.uint8)
        cv2.ellipse(alpha, (width // 2, height // 2), (width * 2 // 5, height * 2 // 5), 0, 0, 360, 255, -1)
        pixels = np.dstack([pixels, alpha])
    options = {
        "png": [cv2.IMWRITE_PNG_COMPRESSION, 1],
        "jpeg": [cv2.IMWRITE_JPEG_QUALITY, finish.compression],
        "webp": [cv2.IMWRITE_WEBP_QUALITY, max(1, finish.compression)],
    }
    return cv2.imencode(f".{finish.form}", pixels, options[finish.form])[1].tobytes()


def spoiled(data: bytes, seed: int, name: str) -> bytes:
    """Some bytes inverted behind the first quarter."""
    changed = bytearray(data)
    for at in range(max(1, min(40, len(data) // 64))):
        place = int(chance.between(len(data) / 4, len(data), seed, "spoiled", name, at))
        changed[min(place, len(data) - 1)] ^= 0xFF
    return bytes(changed)
