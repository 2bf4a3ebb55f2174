"""Laying painted planes over each other, from far to near; and split shots put together again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from picturelock.core.brief import CompositeBrief, Layer, Layers
from picturelock.core.codec import from_json, to_json
from picturelock.core.failures import GenerationFailed, Retry
from picturelock.core.take import Part
from picturelock.generate.provider import Product
from picturelock.media.opencv import cv2
from picturelock.vault.store import Vault

Picture = NDArray[np.uint8]

_COMPRESSION = 4


def over(below: Picture, above: Picture) -> Picture:
    """Lay a plane over an opaque picture.

    Args:
        below: H x W x 3.
        above: H x W x 4, straight alpha.

    Returns:
        H x W x 3, rounded the same way everywhere.
    """
    alpha = above[..., 3]
    rows = np.flatnonzero(alpha.any(axis=1))
    if len(rows) == 0:
        return below
    columns = np.flatnonzero(alpha.any(axis=0))
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    share = alpha[part][..., None].astype(np.uint16)
    result = below.copy()
    mixed = below[part].astype(np.uint16) * (255 - share) + above[part][..., :3].astype(np.uint16) * share
    result[part] = ((mixed + 127) // 255).astype(np.uint8)
    return result


def flatten(planes: Sequence[Picture], paper: tuple[int, int, int] = (255, 255, 255)) -> Picture:
    """All planes over each other, on paper.

    Args:
        planes: H x W x 4 each, from far to near.
        paper: What is seen where all are transparent.
    """
    picture = np.empty((*planes[0].shape[:2], 3), np.uint8)
    picture[:] = paper
    for plane in planes:
        picture = over(picture, plane)
    return picture


def png(picture: Picture) -> bytes:
    """PNG of RGB or RGBA pixels."""
    code = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    done, data = cv2.imencode(
        ".png", cv2.cvtColor(picture, code), [cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION]
    )
    if not done:
        raise GenerationFailed("a picture could not be written as PNG", retry=Retry.NEVER)
    return data.tobytes()


def pixels(data: bytes) -> Picture:
    """RGBA pixels of a PNG.

    Raises:
        GenerationFailed: The bytes are not a picture.
    """
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None or found.ndim != 3:
        raise GenerationFailed("a plate is not a colour picture", retry=Retry.NEVER)
    code = cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGBA
    return np.asarray(cv2.cvtColor(found, code), np.uint8)


def frame_of(layers: Layers, picture: Picture) -> Picture:
    """The frame, cut from a picture of the layers' size."""
    rows = slice(layers.frame_top, layers.frame_top + layers.frame_height)
    columns = slice(layers.frame_left, layers.frame_left + layers.frame_width)
    return np.ascontiguousarray(picture[rows, columns])


@dataclass(frozen=True, slots=True)
class _Plate:
    plate: str
    layers: Layers


def composite_still(brief: CompositeBrief, vault: Vault) -> Product:
    """Put the plates of a split shot together.

    Args:
        brief: Names the plates, from far to near.
        vault: Holds them and takes the result.

    Returns:
        The keyframe, with all plates' layers as its own.

    Raises:
        GenerationFailed: A plate has no layers, or its size differs from the others'.
    """
    plates: list[_Plate] = []
    for plate in brief.plates:
        if plate.layers is None:
            raise GenerationFailed(
                f"plate {plate.plate!r} has no layers",
                remedy="Make the plate again with a model that delivers layers.",
                retry=Retry.AFTER_CHANGE,
            )
        plates.append(_Plate(plate.plate, from_json(Layers, vault.read(plate.layers))))
    if not plates:
        raise GenerationFailed("a split shot without plates", retry=Retry.AFTER_CHANGE)
    first = plates[0].layers
    for plate in plates[1:]:
        sizes = (plate.layers.width, plate.layers.height, plate.layers.frame_left, plate.layers.frame_top)
        if sizes != (first.width, first.height, first.frame_left, first.frame_top):
            raise GenerationFailed(
                f"plate {plate.plate!r} is {plate.layers.width}x{plate.layers.height}, "
                f"the others are {first.width}x{first.height}",
                remedy="Make all plates of the shot again from one board.",
                retry=Retry.AFTER_CHANGE,
            )
    order = _stacked([list(plate.layers.layers) for plate in plates if plate.layers.layers])
    picture = flatten([pixels(vault.read(layer.media)) for layer in order])
    media = vault.put(png(frame_of(first, picture)))
    document = Layers(
        width=first.width,
        height=first.height,
        frame_left=first.frame_left,
        frame_top=first.frame_top,
        frame_width=first.frame_width,
        frame_height=first.frame_height,
        camera=first.camera,
        layers=tuple(order),
    )
    digest = vault.put(to_json(document))
    return Product(media=media, parts=(Part(role="layers", digest=digest),))


def _stacked(plates: list[list[Layer]]) -> list[Layer]:
    """All plates' layers in the order of drawing.

    The first plate keeps its own order: its planes were drawn to lie on one another, and a ground that leans towards
    the camera lies under everything. Each further plate, the far ones first, goes in front of the last plane that is
    not nearer than it; what the set has nearer to the camera stays in front of the people.
    """
    order = list(plates[0])
    for plate in sorted(plates[1:], key=lambda layers: -layers[-1].depth_m):
        depth = plate[-1].depth_m
        behind = [n for n, below in enumerate(order) if below.far_m > below.depth_m or below.depth_m >= depth]
        place = max(behind, default=0) + 1
        order[place:place] = plate
    return order
