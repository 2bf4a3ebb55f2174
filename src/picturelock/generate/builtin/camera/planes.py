"""The pixels of a move, prepared once: planes in Y, U, V with premultiplied alpha.

Everything stays in eight bits and 4:2:0, the form in which frames are encoded, so that a frame costs a few warps and
blends and no conversion. Chroma is sited on the left, as H.264 says unless told otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from picturelock.core.failures import BadDocument
from picturelock.generate.builtin.camera.projection import Matrix
from picturelock.generate.builtin.camera.tiles import Extent
from picturelock.media.opencv import cv2

Pixels = NDArray[Any]  # of uint8; OpenCV does not say so of what it returns

_LUMA = np.array([0.0722, 0.7152, 0.2126])  # BT.709, in the order blue, green, red
_TO_Y = _LUMA * 219 / 255
_TO_U = (np.array([1.0, 0.0, 0.0]) - _LUMA) * 112 / 255 / (1 - 0.0722)
_TO_V = (np.array([0.0, 0.0, 1.0]) - _LUMA) * 112 / 255 / (1 - 0.2126)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One 4:2:0 picture: Y is H x W, U and V are H/2 x W/2; BT.709, limited range."""

    y: Pixels
    u: Pixels
    v: Pixels

    @classmethod
    def empty(cls, width: int, height: int) -> "Frame":
        """Undefined pixels of this size."""
        half = (height // 2, width // 2)
        return cls(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))

    def copy(self) -> "Frame":
        """The same pixels, apart."""
        return Frame(self.y.copy(), self.u.copy(), self.v.copy())

    @property
    def channels(self) -> tuple[Pixels, Pixels, Pixels]:
        """Y, U, V."""
        return self.y, self.u, self.v


@dataclass(frozen=True, slots=True, eq=False)
class Matte:
    """What shines through a plane.

    Attributes:
        clear: 255 - alpha, of the size of Y. The rim is 255: what is beyond an edge is taken to go on like the edge.
        half: The same for U and V.
        extent: Where it is 0, and where it is not 255.
    """

    clear: Pixels
    half: Pixels
    extent: Extent

    @classmethod
    def of(cls, clear: Pixels, half: Pixels) -> "Matte":
        """A matte, its extent looked up."""
        return cls(clear, half, Extent.of(clear))


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A flat part of a picture.

    Attributes:
        name: Of its layer.
        normal: In the space of the camera that drew it, see ``projection``.
        y: Premultiplied, h x w with both even.
        u: Premultiplied, h/2 x w/2.
        v: Premultiplied, h/2 x w/2.
        matte: What shines through; ``None`` for the farthest plane, which fills the frame.
        placed: Pixels of the picture to pixels of this plane.
        life: Breathes and sways.
    """

    name: str
    normal: Matrix
    y: Pixels
    u: Pixels
    v: Pixels
    matte: Matte | None
    placed: Matrix
    life: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.y.shape[1], self.y.shape[0]


def decode(data: bytes, name: str) -> Pixels:
    """A still as H x W x 4 uint8 BGRA, straight alpha.

    Raises:
        BadDocument: Not a picture, or one of absurd size.
    """
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error:
        picture = None
    if picture is None or min(picture.shape[:2]) < 2 or max(picture.shape[:2]) > 16384:
        raise BadDocument(f"{name} is not a picture that can be read", remedy="Use a PNG or JPEG file.")
    if picture.dtype == np.uint16:
        picture = cv2.convertScaleAbs(picture, alpha=1 / 257)
    if picture.dtype != np.uint8:
        picture = np.clip(picture * 255.0 + 0.5, 0, 255).astype(np.uint8)
    if picture.ndim == 2 or picture.shape[2] == 1:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGRA)
    if picture.shape[2] == 3:
        return cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
    return picture


def covering(picture: Pixels, width: int, height: int) -> Pixels:
    """The middle of a picture, scaled so that it fills the frame."""
    tall, wide = picture.shape[:2]
    if (wide, tall) == (width, height):
        return picture
    scale = max(width / wide, height / tall)
    size = (max(width, round(wide * scale)), max(height, round(tall * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, size, interpolation=how)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])


def _halved(channel: Pixels) -> Pixels:
    """Half the size, sited on the left column and between the rows.

    A column is (1 2 1) / 4 around the even ones, a row the mean of two.
    """
    smooth = cv2.sepFilter2D(
        channel, -1, np.array([0.25, 0.5, 0.25]), np.array([0.0, 0.5, 0.5]), borderType=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(smooth[::2, ::2])


def to_frame(picture: Pixels) -> Frame:
    """An opaque picture as 4:2:0.

    Args:
        picture: H x W x 3 or 4 uint8 BGR(A), even sizes.
    """
    bgr = np.ascontiguousarray(picture[:, :, :3])
    y, u, v = (
        cv2.transform(bgr, np.array([[*row, offset]]))
        for row, offset in ((_TO_Y, 16.0), (_TO_U, 128.0), (_TO_V, 128.0))
    )
    return Frame(y, _halved(u), _halved(v))


@dataclass(frozen=True, slots=True)
class Margin:
    """How much further than its picture a plane has to reach, in pixels."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


def _extended(picture: Pixels, margin: Margin) -> Pixels:
    """Continue a picture over its edges.

    A mirrored and softened picture: no line of the drawing ends at the old edge, and nothing new is claimed.
    """
    if margin == Margin():
        return picture
    height, width = picture.shape[:2]
    wide = cv2.copyMakeBorder(
        picture, margin.top, margin.bottom, margin.left, margin.right, cv2.BORDER_REFLECT_101
    )
    soft = cv2.GaussianBlur(wide, (0, 0), 6.0)
    apart = np.ones(wide.shape[:2], np.float32)
    apart[margin.top : margin.top + height, margin.left : margin.left + width] = 0.0
    weight = cv2.GaussianBlur(apart, (0, 0), 5.0)
    weight[margin.top : margin.top + height, margin.left : margin.left + width] = 0.0
    mixed = wide + (soft.astype(np.float32) - wide) * weight[:, :, None]
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _premultiplied(picture: Pixels) -> Pixels:
    if int(picture[:, :, 3].min()) == 255:
        return picture
    alpha = picture[:, :, 3:4].astype(np.float32) / 255.0
    colour = (picture[:, :, :3] * alpha + 0.5).astype(np.uint8)
    return np.dstack([colour, picture[:, :, 3]])


def _filled(premultiplied: Pixels) -> Pixels:
    """An opaque picture: what is transparent takes on the colours around it.

    Colours are pulled up a pyramid, each level covering what the finer one lacks, and pushed down again.
    """
    levels: list[NDArray[Any]] = [premultiplied.astype(np.float32)]
    while min(levels[-1].shape[:2]) > 1 and levels[-1][:, :, 3].min() < 254.5:
        last = levels[-1]
        size = (max(1, last.shape[1] // 2), max(1, last.shape[0] // 2))
        smaller = cv2.resize(last, size, interpolation=cv2.INTER_AREA)
        # A thin cover is as good as a full one for the levels above: scale it up to full.
        alpha = np.maximum(smaller[:, :, 3:4], 1e-3)
        levels.append(smaller * (np.minimum(255.0, alpha * 4.0) / alpha))
    filled = levels[-1]
    alpha = np.maximum(filled[:, :, 3:4], 1e-3)
    filled = filled * (255.0 / alpha)
    for finer, _ in reversed(list(pairwise(levels))):
        size = (finer.shape[1], finer.shape[0])
        below = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR)
        filled = finer + below * (1.0 - finer[:, :, 3:4] / 255.0)
    return np.clip(filled[:, :, :3] + 0.5, 0, 255).astype(np.uint8)


def _reach(alpha: Pixels) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what is not fully transparent."""
    columns = np.flatnonzero(alpha.max(axis=0))
    rows = np.flatnonzero(alpha.max(axis=1))
    if not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def rows_of(picture: Pixels) -> tuple[int, int] | None:
    """The first and the last row that a layer covers."""
    found = _reach(picture[:, :, 3])
    return (found[1], found[3] - 1) if found else None


def laid_over(pictures: Sequence[Pixels]) -> Pixels:
    """Layers of one size laid over each other, from far to near: BGRA, straight alpha."""
    if len(pictures) == 1:
        return pictures[0]
    below = _premultiplied(pictures[0]).astype(np.float32)
    for picture in pictures[1:]:
        above = _premultiplied(picture).astype(np.float32)
        below = above + below * (1.0 - above[:, :, 3:4] / 255.0)
    alpha = np.maximum(below[:, :, 3:4], 1e-3) / 255.0
    straight = np.dstack([below[:, :, :3] / alpha, below[:, :, 3]])
    return np.clip(straight + 0.5, 0, 255).astype(np.uint8)


def prepared(
    picture: Pixels, normal: Matrix, name: str, *, life: bool, base: bool, margin: Margin, scale: float = 1.0
) -> Plane | None:
    """A layer as a plane.

    Args:
        picture: H x W x 4 BGRA, straight alpha.
        normal: Of its plane.
        name: Of the layer.
        life: Breathes and sways.
        base: The farthest plane: it is made opaque, so that no frame has a hole.
        margin: How much further it has to reach where it is cut by the picture's edge.
        scale: Size of the plane's pixels against the picture's; below 1 for a camera that never comes close.

    Returns:
        ``None`` for an empty layer.
    """
    height, width = picture.shape[:2]
    found = (0, 0, width, height) if base else _reach(picture[:, :, 3])
    if found is None:
        return None
    left, top, right, bottom = found
    margin = Margin(
        margin.left if left == 0 else 0,
        margin.top if top == 0 else 0,
        margin.right if right == width else 0,
        margin.bottom if bottom == height else 0,
    )
    cut = _premultiplied(picture[top:bottom, left:right])
    if base and int(cut[:, :, 3].min()) < 255:
        cut = np.dstack([_filled(cut), np.full(cut.shape[:2], 255, np.uint8)])
    cut = _extended(cut, margin)
    left, top = left - margin.left, top - margin.top
    placed = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    if scale < 1.0:
        tall, wide = cut.shape[:2]
        size = (max(2, round(wide * scale)), max(2, round(tall * scale)))
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
        across, down = size[0] / wide, size[1] / tall
        placed = (
            np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0.0, 0.0, 1.0]]) @ placed
        )
    # An odd edge is completed with nothing, or with itself where the plane is opaque.
    odd = (cut.shape[0] % 2, cut.shape[1] % 2)
    if any(odd):
        kind = cv2.BORDER_REPLICATE if base else cv2.BORDER_CONSTANT
        cut = cv2.copyMakeBorder(cut, 0, odd[0], 0, odd[1], kind, value=(0, 0, 0, 0))
    return _planar(cut, normal, name, placed, life=life, base=base)


def _planar(cut: Pixels, normal: Matrix, name: str, placed: Matrix, *, life: bool, base: bool) -> Plane:
    # Premultiplied offsets: alpha weighs 16 and 128 as it weighs the colours.
    rows = np.array([[*_TO_Y, 16 / 255], [*_TO_U, 128 / 255], [*_TO_V, 128 / 255], [0, 0, 0, -1.0]])
    shifted = np.column_stack([rows, [0, 0, 0, 255.0]])
    y, u, v, clear = cv2.split(cv2.transform(cut, shifted))
    matte = None if base else Matte.of(clear, _halved(clear))
    plane = Plane(name, normal, y, _halved(u), _halved(v), matte, placed, life)
    return plane if base else padded(plane, 2)


def padded(plane: Plane, by: int) -> Plane:
    """The same with more around it: the farthest plane goes on, and others have nothing there.

    Args:
        plane: Any.
        by: Pixels, even.
    """

    def wider(channel: Pixels, pixels: int, empty: int) -> Pixels:
        kind = cv2.BORDER_REPLICATE if plane.matte is None else cv2.BORDER_CONSTANT
        return cv2.copyMakeBorder(channel, pixels, pixels, pixels, pixels, kind, value=(empty,))

    matte = plane.matte
    shift = np.array([[1.0, 0.0, by], [0.0, 1.0, by], [0.0, 0.0, 1.0]])
    return replace(
        plane,
        y=wider(plane.y, by, 0),
        u=wider(plane.u, by // 2, 0),
        v=wider(plane.v, by // 2, 0),
        matte=None
        if matte is None
        else Matte.of(wider(matte.clear, by, 255), wider(matte.half, by // 2, 255)),
        placed=shift @ plane.placed,
    )
