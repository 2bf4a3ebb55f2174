"""Where somebody stands in a picture that nothing else is known of.

What stands out from the colours at the picture's borders, low and near the middle, is taken for a body; what stands out
from its own surroundings right above it, for a head. It is meant for drawn pictures and finds the most striking figure
only. Without a figure it finds whatever comes closest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from picturelock.media.opencv import cv2

Pixels = NDArray[np.uint8]
Mask = NDArray[np.uint8]

_WIDE = 160  # pixels that the search is made on
_STANDS_OUT = 9.0  # Lab levels


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody in a picture.

    Attributes:
        mask: H x W, 255 on the figure.
        whole: The same with all the place that a head may take, whether it was found or not.
        box: Left, top, width and height in pixels.
    """

    mask: Mask
    whole: Mask
    box: tuple[int, int, int, int]

    def soft(self, by: float, beyond: int = 0, *, whole: bool = False) -> NDArray[np.float32]:
        """A mask with soft edges, H x W x 1 from 0 to 1.

        Args:
            by: Width of the edge in pixels.
            beyond: Pixels by which the mask is grown before.
            whole: With all the place of the head.
        """
        mask = self.whole if whole else self.mask
        if beyond:
            mask = cv2.dilate(mask, np.ones((2 * beyond + 1, 2 * beyond + 1), np.uint8)).astype(np.uint8)
        blurred = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), max(0.5, by))
        return blurred[:, :, None].astype(np.float32)


def figure(pixels: Pixels) -> Figure:
    """The most striking figure of a picture.

    Args:
        pixels: H x W x 3 BGR.
    """
    height, width = pixels.shape[:2]
    size = (_WIDE, max(32, round(height * _WIDE / width)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    body = whole = _body(small, lab)
    if body.any():
        trunk = _trunk(body)
        head = _head(lab, trunk, _zone(trunk))
        body, whole = _filled(trunk | head), _filled(trunk | head | _zone(trunk, 1.5))
    else:
        body[size[1] // 4 :, size[0] // 3 : size[0] * 2 // 3] = 1
    mask = _enlarged(body, (width, height))
    left, top, wide, tall = cv2.boundingRect(mask)
    return Figure(mask, _enlarged(whole, (width, height)), (left, top, wide, tall))


def _enlarged(body: Mask, size: tuple[int, int]) -> Mask:
    smooth = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 1.0)
    return np.where(cv2.resize(smooth, size, interpolation=cv2.INTER_CUBIC) > 0.5, 255, 0).astype(np.uint8)


def _apart(lab: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each colour is from some others: the distance to the fourth nearest, which no single speck decides."""
    rank = min(3, len(others) - 1)
    one = lab.reshape(-1, 3)
    far = (one**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :] - 2 * one @ others.T
    near = np.partition(far, rank, axis=1)[:, rank]
    return np.sqrt(np.maximum(near, 0)).reshape(lab.shape[:2]).astype(np.float32)


def _body(small: Pixels, lab: NDArray[np.float32]) -> Mask:
    tall, wide = lab.shape[:2]
    top, side = tall // 8, wide // 16
    strips = (lab[:top:4, ::4], lab[top::5, :side:4], lab[top::5, -side::4])
    border = np.concatenate([strip.reshape(-1, 3) for strip in strips])
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
    likely = np.exp(-((across / 0.6) ** 2)) * np.clip(down * 3 - 0.3, 0, 1)
    found = cv2.GaussianBlur(_apart(lab, border), (0, 0), 2) * likely
    most = max(4.0, float(np.percentile(found, 80)))
    mask = np.where(found > most, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    mask[: tall // 12] = mask[:, : wide // 20] = mask[:, -(wide // 20) :] = cv2.GC_BGD
    if not (mask == cv2.GC_PR_FGD).any():
        return np.zeros((tall, wide), np.uint8)
    cv2.setRNGSeed(1)  # the same picture gives the same figure
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, mask, (0, 0, 1, 1), *models, 4, cv2.GC_INIT_WITH_MASK)
    body = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    body = cv2.morphologyEx(body, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    body = cv2.morphologyEx(body, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    count, parts = cv2.connectedComponents(body.astype(np.uint8))
    if count < 2:
        return np.zeros((tall, wide), np.uint8)
    weights = [float((found * (parts == part)).sum()) for part in range(1, count)]
    return (parts == 1 + int(np.argmax(weights))).astype(np.uint8)


def _trunk(body: Mask) -> Mask:
    """Without what sticks out low at a side, such as a carpet of the same colour."""
    columns = body.sum(axis=0)
    low = np.flatnonzero(columns < 0.45 * columns.max())
    middle = int(np.argmax(columns))
    left = int(low[low < middle].max(initial=-1)) + 1
    right = int(low[low > middle].min(initial=body.shape[1]))
    trunk = np.zeros_like(body)
    trunk[:, left:right] = body[:, left:right]
    return trunk


def _zone(body: Mask, scale: float = 1.0) -> Mask:
    """Where a head belongs."""
    down, across = np.nonzero(body)
    top, tall = int(down.min()), int(np.ptp(down)) + 1
    middle = int(np.median(across[down < top + max(3, tall // 5)]))
    wide = float(np.percentile(across, 97) - np.percentile(across, 3))
    half = max(4, int(wide * 0.24)), max(6, int(min(wide * 0.4, tall * 0.3)))
    zone = np.zeros_like(body)
    at = middle, max(0, int(top - half[1] * 0.35))
    cv2.ellipse(zone, at, (int(half[0] * scale), int(half[1] * scale)), 0, 0, 360, 1, -1)
    return zone


def _head(lab: NDArray[np.float32], body: Mask, zone: Mask) -> Mask:
    top = int(np.nonzero(body)[0].min())
    ring = cv2.dilate(zone, np.ones((9, 9), np.uint8)) - zone
    ring[top + 2 :] = 0
    around = lab[(ring > 0) & (body == 0)]
    if len(around) <= 8:
        return np.zeros_like(body)
    head = ((_apart(lab, around[::2]) > _STANDS_OUT) & (zone > 0)).astype(np.uint8)
    return cv2.morphologyEx(head, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(np.uint8)


def _filled(body: Mask) -> Mask:
    """One piece without holes: the largest."""
    closed = cv2.morphologyEx(body, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(body)
    cv2.drawContours(filled, [max(outlines, key=cv2.contourArea)], -1, 1, -1)
    return filled
