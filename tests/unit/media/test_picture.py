import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import BadDocument, Damaged, Malformed
from picturelock.media import fit, picture
from picturelock.media.opencv import cv2
from picturelock.media.picture import Kind


def corners() -> np.ndarray:
    """A picture with a different colour in each corner: 6 x 10, top left red, top right green, bottom left blue."""
    pixels = np.full((6, 10, 3), 255, np.uint8)
    pixels[:3, :5], pixels[:3, 5:], pixels[3:, :5] = (0, 0, 255), (0, 255, 0), (255, 0, 0)
    return pixels


def exif(orientation: int, order: str = "<") -> bytes:
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(order + "HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def jpeg_with(orientation: int, order: str = "<") -> bytes:
    big = np.repeat(np.repeat(corners(), 16, axis=0), 16, axis=1)
    data = picture.jpeg(big, quality=98)
    body = b"Exif\0\0" + exif(orientation, order)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def png_with(orientation: int) -> bytes:
    data = picture.png(corners())
    body = exif(orientation)
    chunk = struct.pack(">I", len(body)) + b"eXIf" + body + struct.pack(">I", zlib.crc32(b"eXIf" + body))
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize("channels", [0, 3, 4])
def test_png_keeps_every_pixel(channels: int) -> None:
    shape = (7, 5, channels) if channels else (7, 5)
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    data = picture.png(pixels)
    assert data == picture.png(pixels)
    found = picture.read(data, alpha=channels == 4)
    expected = pixels if channels else np.repeat(pixels[:, :, None], 3, axis=2)
    assert np.array_equal(found, expected)
    assert picture.header(data).alpha == (channels == 4)


def test_transparency_is_laid_over_white_unless_it_is_asked_for() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0] = (10, 20, 30, 255)
    pixels[0, 1] = (10, 20, 30, 0)
    pixels[1, 0] = (0, 0, 0, 128)
    found = picture.read(picture.png(pixels))
    assert found[0, 0].tolist() == [10, 20, 30]
    assert found[0, 1].tolist() == [255, 255, 255]
    assert found[1, 0].tolist() == [127, 127, 127]


UPRIGHT = {
    1: ("red", "green", "blue"),
    2: ("green", "red", "white"),
    3: ("white", "blue", "green"),
    4: ("blue", "white", "red"),
    5: ("red", "blue", "green"),
    6: ("blue", "red", "white"),
    7: ("white", "green", "blue"),
    8: ("green", "white", "red"),
}


def name(pixel: np.ndarray) -> str:
    named = {(0, 0, 1): "red", (0, 1, 0): "green", (1, 0, 0): "blue", (1, 1, 1): "white"}
    return named[tuple(int(v > 127) for v in pixel)]  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", [jpeg_with, png_with, lambda n: jpeg_with(n, ">")])
def test_pictures_are_turned_upright(orientation: int, make) -> None:  # type: ignore[no-untyped-def]
    data = make(orientation)
    head = picture.header(data)
    assert head.orientation == orientation
    found = picture.read(data)
    height, width = found.shape[:2]
    assert (width > height) == (orientation < 5)
    edge = max(1, height // 10)
    seen = name(found[edge, edge]), name(found[edge, -1 - edge]), name(found[-1 - edge, edge])
    assert seen == UPRIGHT[orientation]


def test_headers_say_what_is_inside() -> None:
    head = picture.header(picture.jpeg(corners()))
    assert (head.kind, head.width, head.height, head.depth, head.alpha) == (Kind.JPEG, 10, 6, 8, False)
    deep = cv2.imencode(".png", np.full((4, 4, 3), 40_000, np.uint16))[1].tobytes()
    assert picture.header(deep).depth == 16
    assert picture.read(deep)[0, 0].tolist() == [156, 156, 156]


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    data = bytearray(picture.png(np.zeros((4, 4, 3), np.uint8)))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(BadDocument, match="60000x60000"):
        picture.read(bytes(data))


@pytest.mark.parametrize("kept", [0, 3, 20, 30, 60])
@pytest.mark.parametrize("make", [picture.png, picture.jpeg])
def test_pictures_that_break_off_are_damaged(make, kept: int) -> None:  # type: ignore[no-untyped-def]
    data = make(np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8))
    with pytest.raises((Damaged, BadDocument)):
        picture.read(data[:kept])


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("make", [picture.png, picture.jpeg])
def test_a_picture_whose_end_is_missing_is_not_filled_up(make, share: float, capfd) -> None:  # type: ignore[no-untyped-def]
    data = make(np.random.default_rng(1).integers(0, 256, (400, 400, 3), dtype=np.uint8))
    with pytest.raises(Damaged, match="ends before its end mark"):
        picture.read(data[: int(len(data) * share)])
    assert capfd.readouterr().err == ""  # nor does a decoder write over what a person reads


@pytest.mark.parametrize("behind", [b"", bytes(512), b"....ftypmp42" * 40])
@pytest.mark.parametrize("make", [picture.png, picture.jpeg])
def test_what_cameras_write_behind_a_picture_is_left_alone(make, behind: bytes) -> None:  # type: ignore[no-untyped-def]
    data = make(np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8))
    assert picture.read(data + behind).shape == (40, 40, 3)


@given(st.binary(max_size=200))
def test_whatever_is_read_is_a_picture_or_a_typed_error(data: bytes) -> None:
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        with pytest.raises((BadDocument, Damaged)):
            picture.read(start + data)


def test_what_is_not_pixels_is_refused() -> None:
    with pytest.raises(Malformed):
        picture.png(np.zeros((4, 4), np.float32))  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        picture.jpeg(np.zeros((4, 4, 2), np.uint8))


@given(
    size=st.tuples(st.integers(2, 5000), st.integers(2, 5000)),
    frame=st.tuples(st.integers(8, 1000), st.integers(8, 1000)).map(lambda s: (s[0] * 2, s[1] * 2)),
)
def test_pictures_fit_inside_without_being_distorted(size: tuple[int, int], frame: tuple[int, int]) -> None:
    left, top, width, height = fit.inside(size, frame)
    assert left >= 0
    assert top >= 0
    assert left + width <= frame[0]
    assert top + height <= frame[1]
    assert not any(v % 2 for v in (left, top, width, height))
    assert width >= frame[0] - 1 or height >= frame[1] - 1
    scale = min(frame[0] / size[0], frame[1] / size[1])
    assert abs(width - size[0] * scale) <= 2
    assert abs(height - size[1] * scale) <= 2


def test_a_still_of_another_shape_gets_black_bars() -> None:
    found = fit.still(np.full((100, 100, 3), 200, np.uint8), (320, 180))
    assert found.shape == (180, 320, 3)
    assert found[:, :68].max() == 0
    assert found[:, 72:248].min() == 200
    assert found[:, 252:].max() == 0
