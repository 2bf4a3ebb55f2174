"""Frames as planes and pixels: BT.709, limited range, 4:2:0, 8 bits."""

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from picturelock.core.failures import Malformed

Plane = NDArray[np.uint8]

_MATRICES = {1, 5, 6, 7, 9}


def plane(frame: av.VideoFrame, number: int) -> Plane:
    """One plane of a planar 8-bit frame, without copying; valid as long as the frame is."""
    held = frame.planes[number]
    rows = np.frombuffer(held, np.uint8)  # pyright: ignore[reportCallIssue, reportArgumentType]  # it is a buffer
    return rows.reshape(-1, held.line_size)[: held.height, : held.width]


def from_planes(y: Plane, u: Plane, v: Plane) -> av.VideoFrame:
    """A ``yuv420p`` frame from planes; they are copied.

    Args:
        y: H x W.
        u: H/2 x W/2.
        v: H/2 x W/2.

    Raises:
        Malformed: The planes do not fit each other.
    """
    height, width = y.shape
    half = (height // 2, width // 2)
    if u.shape != half or v.shape != half:
        raise Malformed(f"planes of {y.shape}, {u.shape} and {v.shape} are not 4:2:0")
    frame = av.VideoFrame(width, height, "yuv420p")
    for number, values in enumerate((y, u, v)):
        plane(frame, number)[:] = values
    return frame


def copied(frame: av.VideoFrame) -> av.VideoFrame:
    """The same ``yuv420p`` pictures in a frame of its own."""
    return from_planes(plane(frame, 0), plane(frame, 1), plane(frame, 2))


def from_bgr(picture: NDArray[np.uint8]) -> av.VideoFrame:
    """A ``yuv420p`` frame from H x W x 3 BGR. swscale takes BT.601 unless told otherwise."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)


def to_bgr(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """H x W x 3 uint8 BGR, by the matrix that the frame names, or BT.709."""
    matrix = None if int(frame.colorspace) in _MATRICES else Colorspace.ITU709
    return frame.reformat(format="bgr24", src_colorspace=matrix).to_ndarray().astype(np.uint8, copy=False)
