"""What a moving camera does to a flat plane of a picture: one homography a plane and a frame.

A plane in the space of the camera that drew it is the set of points ``X`` with ``n . X = 1``. Seen from a second
camera, ``X' = R X + t``, which on the plane is ``(R + t n^T) X`` (Hartley and Zisserman, "Multiple View Geometry",
13.1). Pixel coordinates count from the middle of the top left pixel.
"""

from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.core.blocking import Camera

Matrix = NDArray[np.float64]


def axes(camera: Camera) -> Matrix:
    """World to camera: rows are the camera's right, up and ahead."""
    heading, tilt, roll = (radians(a) for a in (camera.heading_deg, camera.tilt_deg, camera.roll_deg))
    right = np.array([cos(heading), 0.0, -sin(heading)])
    ahead = np.array([sin(heading), 0.0, cos(heading)])
    up = np.array([0.0, 1.0, 0.0])
    depth, rise = ahead * cos(tilt) + up * sin(tilt), up * cos(tilt) - ahead * sin(tilt)
    return np.stack([right * cos(roll) - rise * sin(roll), right * sin(roll) + rise * cos(roll), depth])


def lens(camera: Camera, width: float, left: float, top: float, height: float) -> Matrix:
    """Camera space to pixels, for a frame that lies at ``left, top`` of a larger picture.

    Args:
        camera: Its sensor and focal length.
        width: Of the frame, pixels.
        left: Of the frame in the picture, pixels.
        top: Of the frame in the picture, pixels.
        height: Of the frame, pixels.
    """
    focal = camera.lens_mm / camera.sensor_mm * width
    return np.array(
        [[focal, 0.0, left + width / 2 - 0.5], [0.0, -focal, top + height / 2 - 0.5], [0.0, 0.0, 1.0]]
    )


def upright(depth_m: float) -> Matrix:
    """The normal of a plane that faces the camera at this depth."""
    return np.array([0.0, 0.0, 1.0 / depth_m])


def leaning(camera: Camera, seen: Matrix, row: float, depth_m: float) -> Matrix | None:
    """The normal of a level plane (a ground, a ceiling) that has this depth at this row of the picture.

    Args:
        camera: The one that drew the picture.
        seen: Its :func:`lens`.
        row: Pixels from the top, at the principal point's column.
        depth_m: Along the optical axis.

    Returns:
        ``None`` where the row lies on the vanishing line, so that no level plane can be seen there.
    """
    up = axes(camera) @ np.array([0.0, 1.0, 0.0])
    ray = np.linalg.solve(seen, np.array([seen[0, 2], row, 1.0]))
    level = float(up @ ray)
    return up / (level * depth_m) if abs(level) > 1e-6 else None


def homography(normal: Matrix, drew: Camera, seen: Matrix, looks: Camera, frame: Matrix) -> Matrix:
    """Pixels of the picture to pixels of the frame that another camera sees.

    Args:
        normal: Of the plane, in the space of the camera that drew it.
        drew: The camera that drew the picture.
        seen: Its :func:`lens`.
        looks: The camera that looks now.
        frame: Its :func:`lens`.

    Returns:
        3 x 3; the third coordinate of a mapped point is positive in front of the looking camera.
    """
    old, new = axes(drew), axes(looks)
    offset = np.array([drew.x_m - looks.x_m, drew.y_m - looks.y_m, drew.z_m - looks.z_m])
    turn, shift = new @ old.T, new @ offset
    return frame @ (turn + np.outer(shift, normal)) @ np.linalg.inv(seen)


def mapped(matrix: Matrix, points: Matrix) -> tuple[Matrix, Matrix]:
    """Points through a homography.

    Args:
        matrix: 3 x 3.
        points: N x 2.

    Returns:
        N x 2 points, and the N third coordinates; where those are not positive the points mean nothing.
    """
    flat = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    depth = flat[:, 2]
    safe = np.where(np.abs(depth) < 1e-12, 1e-12, depth)
    return flat[:, :2] / safe[:, None], depth


def corners(width: float, height: float) -> Matrix:
    """The outermost pixel middles of a picture, 4 x 2."""
    return np.array([[0.0, 0.0], [width - 1, 0.0], [width - 1, height - 1], [0.0, height - 1]])
