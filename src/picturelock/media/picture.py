"""Stills: PNG and JPEG in and out, upright, of bounded size."""

import struct
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from picturelock.core.failures import BadDocument, Damaged, Malformed
from picturelock.media.opencv import cv2

MOST_PIXELS = 64_000_000
"""Larger pictures are refused before they are decoded."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"


class Kind(StrEnum):
    """File formats of stills."""

    PNG = "png"
    JPEG = "jpeg"


@dataclass(frozen=True, slots=True)
class Header:
    """What a still says of itself before it is decoded.

    Attributes:
        width: As stored, before any turning.
        height: As stored.
        depth: Bits a channel.
        alpha: Whether it has an alpha channel.
        orientation: EXIF orientation, 1 to 8; 1 is upright.
    """

    kind: Kind
    width: int
    height: int
    depth: int
    alpha: bool
    orientation: int


def is_still(data: bytes) -> bool:
    """Whether the bytes begin like a PNG or a JPEG."""
    return data.startswith((_PNG, _JPEG))


def header(data: bytes) -> Header:
    """The header of a PNG or JPEG.

    Raises:
        BadDocument: Neither.
        Damaged: It breaks off.
    """
    try:
        if data.startswith(_PNG):
            return _png_header(data)
        if data.startswith(_JPEG):
            return _jpeg_header(data)
    except (struct.error, IndexError) as error:
        raise Damaged("the picture breaks off in its header", remedy="Export it again.") from error
    raise BadDocument("not a PNG or JPEG picture", remedy="Save it as PNG or JPEG.")


def _png_header(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise Damaged("the picture has no header", remedy="Export it again.")
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    alpha, orientation, at = colour in {4, 6}, 1, 8
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"tRNS":
            alpha = True
        if name == b"eXIf":
            orientation = _orientation(data[at + 8 : at + 8 + length])
        if name == b"IDAT":
            break
        at += 12 + length
    return Header(Kind.PNG, width, height, depth, alpha, orientation)


def _jpeg_header(data: bytes) -> Header:
    at, orientation = 2, 1
    while True:
        if data[at] != 0xFF:
            raise Damaged("the picture has a broken marker", remedy="Export it again.")
        marker = data[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD7 or marker == 0x01:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + length]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body[6:])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            depth, height, width = struct.unpack(">BHH", body[:5])
            return Header(Kind.JPEG, width, height, depth, alpha=False, orientation=orientation)
        at += 2 + length


def _orientation(exif: bytes) -> int:
    """Tag 0x0112 of a TIFF block; 1 where it is missing or odd."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 14:
        return 1
    (start,) = struct.unpack(order + "I", exif[4:8])
    if start + 2 > len(exif):
        return 1
    (count,) = struct.unpack(order + "H", exif[start : start + 2])
    for n in range(count):
        entry = exif[start + 2 + 12 * n : start + 14 + 12 * n]
        if len(entry) == 12 and struct.unpack(order + "H", entry[:2])[0] == 0x0112:
            (value,) = struct.unpack(order + "H", entry[8:10])
            return value if 1 <= value <= 8 else 1
    return 1


def read(data: bytes, *, alpha: bool = False) -> NDArray[np.uint8]:
    """A still as pixels, turned upright.

    Args:
        data: PNG or JPEG.
        alpha: Keep an alpha channel (straight): the result then has four channels.

    Returns:
        H x W x 3 uint8 BGR, or H x W x 4 BGRA with ``alpha``. Without it, transparency is laid over white.

    Raises:
        BadDocument: Not a PNG or JPEG, or too large.
        Damaged: It breaks off, or cannot be decoded.
    """
    head = header(data)
    _hold_whole(data, head.kind)
    if head.width < 1 or head.height < 1 or head.width * head.height > MOST_PIXELS:
        raise BadDocument(
            f"a picture of {head.width}x{head.height} is out of range",
            remedy=f"Keep it under {MOST_PIXELS // 1_000_000} megapixels.",
        )
    try:
        # cv2 turns PNG and JPEG by different rules; here nothing is turned until below.
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise Damaged("the picture cannot be decoded", remedy="Export it again.") from error
    if decoded is None or decoded.shape[:2] != (head.height, head.width):
        raise Damaged("the picture cannot be decoded", remedy="Export it again.")
    return _upright(_channels(_eight_bit(decoded), alpha=alpha), head.orientation)


def _hold_whole(data: bytes, kind: Kind) -> None:
    """A file's own end mark tells whether it is all there; decoders fill what is missing with grey.

    What stands behind the mark is nobody's business: cameras and editors write a good deal there.
    """
    whole = _png_ends(data) if kind is Kind.PNG else _jpeg_ends(data)
    if not whole:
        raise Damaged(f"the {kind.upper()} ends before its end mark", remedy="Export it again.")


def _png_ends(data: bytes) -> bool:
    at = len(_PNG)
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        at += 12 + length
        if name == b"IEND":
            return at <= len(data)
    return False


def _jpeg_ends(data: bytes) -> bool:
    """An end mark follows the coded picture. In front of that, a small copy of the picture may have one of its own."""
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xD0 <= marker <= 0xD7 or marker == 0x01:
            at += 2
        elif marker == 0xDA:
            return data.find(b"\xff\xd9", at) >= 0
        else:
            (length,) = struct.unpack(">H", data[at + 2 : at + 4])
            at += 2 + length
    return False


def _eight_bit(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    if pixels.dtype == np.uint16:
        wide = pixels.astype(np.uint32)
        return ((wide * 255 + 32_767) // 65_535).astype(np.uint8)
    raise BadDocument(f"pixels of {pixels.dtype} are not supported", remedy="Save it with 8 bits a channel.")


def _channels(pixels: NDArray[np.uint8], *, alpha: bool) -> NDArray[np.uint8]:
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    has = pixels.shape[2] == 4
    if alpha:
        if has:
            return pixels
        opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        return np.concatenate([pixels, opaque], axis=2)
    if not has:
        return pixels
    weight = pixels[:, :, 3:].astype(np.uint32)
    over = pixels[:, :, :3] * weight + 255 * (255 - weight)
    return ((over + 127) // 255).astype(np.uint8)


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    if orientation in {5, 6, 7, 8}:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _check(pixels: NDArray[np.uint8]) -> None:
    if (
        pixels.dtype != np.uint8
        or pixels.ndim not in {2, 3}
        or (pixels.ndim == 3 and pixels.shape[2] not in {3, 4})
    ):
        raise Malformed(f"{pixels.shape} {pixels.dtype} are not the pixels of a still")


def png(pixels: NDArray[np.uint8], *, effort: int = 4) -> bytes:
    """A PNG.

    Args:
        pixels: H x W, H x W x 3 BGR or H x W x 4 BGRA (straight alpha), uint8.
        effort: zlib level, 0 to 9.

    Raises:
        Malformed: Not such pixels.
    """
    _check(pixels)
    return _encoded(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, effort])


def jpeg(pixels: NDArray[np.uint8], *, quality: int = 90) -> bytes:
    """A JPEG.

    Args:
        pixels: H x W or H x W x 3 BGR, uint8.
        quality: 1 to 100.

    Raises:
        Malformed: Not such pixels.
    """
    _check(pixels)
    return _encoded(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])


def _encoded(ending: str, pixels: NDArray[np.uint8], options: list[int]) -> bytes:
    done, data = cv2.imencode(ending, np.ascontiguousarray(pixels), options)
    if not done:
        raise Malformed(f"{pixels.shape} pixels cannot be written as {ending}")
    return data.tobytes()
