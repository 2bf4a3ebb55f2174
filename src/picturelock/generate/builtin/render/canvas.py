"""The sheet of paper: a frame with spare picture around it, and the rays that go through its pixels."""

from dataclasses import dataclass
from math import ceil, cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.core.blocking import Camera, project

#: Spare picture around the frame, in shares of its width and height: of a camera that stands still, and that moves.
STILL_SPARE = 0.08
SPARE = 0.12
MOST_SPARE = 0.34


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of canvas pixels, half open."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing rows and columns of a canvas-sized array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def axes(camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The camera's right, up and forward in the world, unit length; the same camera as ``core.blocking.project``."""
    heading, tilt, roll = (radians(a) for a in (camera.heading_deg, camera.tilt_deg, camera.roll_deg))
    right = np.array([cos(heading), 0.0, -sin(heading)])
    up = np.array([-sin(heading) * sin(tilt), cos(tilt), -cos(heading) * sin(tilt)])
    forward = np.array([sin(heading) * cos(tilt), sin(tilt), cos(heading) * cos(tilt)])
    return right * cos(roll) - up * sin(roll), right * sin(roll) + up * cos(roll), forward


@dataclass(frozen=True, slots=True)
class Canvas:
    """A camera's picture with spare pixels around the frame.

    Attributes:
        left: Spare pixels left of the frame; so ``top``, ``right`` and ``bottom``.
    """

    camera: Camera
    frame_width: int
    frame_height: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels with the spare ones."""
        return self.left + self.frame_width + self.right

    @property
    def height(self) -> int:
        """Pixels with the spare ones."""
        return self.top + self.frame_height + self.bottom

    @property
    def aspect(self) -> float:
        """Of the frame."""
        return self.frame_width / self.frame_height

    @property
    def whole(self) -> Window:
        """All pixels."""
        return Window(0, 0, self.width, self.height)

    @property
    def focal_px(self) -> float:
        """Pixels across for one metre at one metre."""
        return self.camera.lens_mm / self.camera.sensor_mm * self.frame_width

    @property
    def unit(self) -> float:
        """One pixel of a picture 1080 high, in this picture's pixels: line weights are given in it."""
        return min(self.frame_width / 1920, self.frame_height / 1080) ** 0.85

    @property
    def eye(self) -> NDArray[np.float64]:
        """The lens in the world."""
        return np.array([self.camera.x_m, self.camera.y_m, self.camera.z_m])

    def rays(self, xs: NDArray[np.floating], ys: NDArray[np.floating]) -> NDArray[np.float32]:
        """Directions through canvas points, one metre deep along the optical axis.

        Args:
            xs: Canvas x in pixels, any shape; the centre of the first pixel is 0.5.
            ys: Canvas y, of a shape that broadcasts with ``xs``.

        Returns:
            ... x 3. A hit's ray parameter is its depth in metres.
        """
        right, up, forward = (a.astype(np.float32) for a in axes(self.camera))
        across = (xs.astype(np.float32) - (self.left + self.frame_width / 2)) / self.focal_px
        down = (ys.astype(np.float32) - (self.top + self.frame_height / 2)) / self.focal_px
        return (forward + across[..., None] * right - down[..., None] * up).astype(np.float32, copy=False)

    def place(self, points: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """World points on the canvas.

        Args:
            points: N x 3 metres.

        Returns:
            N x 2 canvas pixels and N depths; points behind the camera have depth <= 0 and no meaning.
        """
        right, up, forward = axes(self.camera)
        offset = np.asarray(points, np.float64) - self.eye
        depth = offset @ forward
        scale = self.focal_px / np.maximum(depth, 1e-6)
        x = self.left + self.frame_width / 2 + (offset @ right) * scale
        y = self.top + self.frame_height / 2 - (offset @ up) * scale
        return np.stack([x, y], axis=1), depth

    def horizon(self) -> float:
        """Row in which level ground vanishes, in fractions of the canvas height, in its middle column."""
        _, up, forward = axes(self.camera)
        level = np.array([forward[0], 0.0, forward[2]])
        length = float(np.linalg.norm(level))
        if length < 1e-6:
            return 0.0
        level = level / length
        ahead = max(float(level @ forward), 1e-3)
        row = self.top + self.frame_height / 2 - float(level @ up) / ahead * self.focal_px
        return row / self.height


def canvas_for(camera: Camera, camera_end: Camera | None, width: int, height: int) -> Canvas:
    """The frame with enough around it for the camera's move.

    A move that goes further than :data:`MOST_SPARE` of the frame is covered by a last keyframe, not by more paper.
    """
    least = STILL_SPARE if camera_end is None else SPARE
    spare = [least, least, least, least]
    aspect = width / height
    if camera_end is not None:
        right, up, forward = axes(camera_end)
        scale = camera_end.lens_mm / camera_end.sensor_mm
        eye = np.array([camera_end.x_m, camera_end.y_m, camera_end.z_m])
        for across in (-0.5, 0.5):
            for down in (-0.5, 0.5):
                point = eye + camera_end.focus_m * (
                    forward + across / scale * right - down / (scale * aspect) * up
                )
                u, v, depth = project(camera, aspect, *point)
                if depth <= 0.1:
                    continue
                beyond = (-u, -v, u - 1.0, v - 1.0)
                spare = [max(s, min(b + 0.04, MOST_SPARE)) for s, b in zip(spare, beyond, strict=True)]
    sides = (width, height, width, height)
    left, top, right_px, bottom = (ceil(s * n / 2) * 2 for s, n in zip(spare, sides, strict=True))
    return Canvas(camera, width, height, left, top, right_px, bottom)
