"""Movement between frames: dense inverse search (DIS) on an eighth of the picture, and what it leaves unexplained."""

from dataclasses import dataclass

import numpy as np

from picturelock.gate.pixels import Pixels
from picturelock.media.opencv import cv2

ROWS, COLUMNS = 9, 16


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """From one looked-at frame to the next.

    Attributes:
        frame: Number of the later one.
        field: 9 x 16 x 2 float32, mean movement of each cell in pixels of the eighth.
        residual: 9 x 16 float32, mean absolute luma difference that the movement leaves unexplained, in levels.
        contrast: Standard deviation of the picture's luma, in levels.
        drift: Mean luma change along the movement, in levels; large changes do not count for more than 8.
    """

    frame: int
    field: Pixels
    residual: Pixels
    contrast: float
    drift: float


class Tracker:
    """Follows the picture from frame to frame."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: Pixels | None = None
        self._grid: Pixels | None = None

    def see(self, picture: Pixels, number: int) -> None:
        """Take the next frame in.

        Args:
            picture: H x W uint8.
            number: Of the frame in the clip.
        """
        before, self._before = self._before, picture
        if before is None or before.shape != picture.shape:
            self._grid = None
            return
        if self._grid is None:
            self._grid = np.indices(picture.shape, np.float32)
        rows, columns = self._grid
        flow = self._dis.calc(before, picture, np.zeros((*picture.shape, 2), np.float32))
        warped = cv2.remap(
            picture,
            columns + flow[:, :, 0],
            rows + flow[:, :, 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        apart = cv2.subtract(warped, before, dtype=cv2.CV_16S)
        size = (COLUMNS, ROWS)
        residual = cv2.resize(np.abs(apart).astype(np.float32), size, interpolation=cv2.INTER_AREA)
        self.steps.append(
            Step(
                frame=number,
                field=cv2.resize(flow, size, interpolation=cv2.INTER_AREA),
                residual=residual,
                contrast=float(cv2.meanStdDev(before)[1][0, 0]),
                drift=float(np.clip(apart, -8, 8).mean()),
            )
        )
