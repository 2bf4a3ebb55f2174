"""Pictures brought to a production's format: scaled to fit, never distorted, with black where nothing is left."""

from fractions import Fraction

import av
import av.error
import av.filter
import numpy as np
from numpy.typing import NDArray

from picturelock.core.failures import Damaged
from picturelock.media.opencv import cv2
from picturelock.media.probe import Picture

_HD_LINES = 576  # untagged material above this is taken for BT.709, below for BT.601, as players do


def inside(
    size: tuple[int, int], frame: tuple[int, int], aspect: Fraction = Fraction(1), *, step: int = 2
) -> tuple[int, int, int, int]:
    """Where a picture lies in a frame: as large as fits, centred.

    Args:
        size: Of the picture, pixels.
        frame: Of the frame, pixels.
        aspect: Shape of the picture's pixels.
        step: All four are multiples of this: 2 for 4:2:0.

    Returns:
        Left, top, width, height.
    """
    wide = Fraction(size[0]) * aspect
    scale = min(Fraction(frame[0]) / wide, Fraction(frame[1], size[1]))
    width = min(frame[0], max(step, step * round(wide * scale / step)))
    height = min(frame[1], max(step, step * round(size[1] * scale / step)))
    left, top = (
        (outer - inner) // (2 * step) * step for outer, inner in zip(frame, (width, height), strict=True)
    )
    return left, top, width, height


def still(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A still in a frame of another size: H x W x 3 uint8 BGR in and out."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    left, top, wide, high = inside((width, height), size, step=1)
    way = cv2.INTER_AREA if wide < width else cv2.INTER_CUBIC
    frame = np.zeros((size[1], size[0], 3), np.uint8)
    frame[top : top + high, left : left + wide] = cv2.resize(pixels, (wide, high), interpolation=way)
    return frame


class Fitter:
    """Brings the frames of one file to ``yuv420p`` BT.709 limited of a size. Frames that are so already go through.

    Args:
        source: The file's picture stream.
        size: Width and height, even.
    """

    def __init__(self, source: Picture, size: tuple[int, int]) -> None:
        self.size = size
        self.picture = source
        self._begun = False
        self._graph: av.filter.Graph | None = None

    def _as_it_is(self, rotation: int) -> bool:
        picture = self.picture
        return (
            picture.size == self.size
            and picture.pix_fmt == "yuv420p"
            and picture.aspect == 1
            and not rotation
            and not picture.colour.full
            and _matrix(picture) == "bt709"
        )

    def _built(self, rotation: int) -> av.filter.Graph:
        picture = self.picture
        turned = rotation in {90, 270}
        size = (picture.height, picture.width) if turned else picture.size
        aspect = 1 / picture.aspect if turned else picture.aspect
        left, top, width, height = inside(size, self.size, aspect)
        ways = "bicubic+accurate_rnd+full_chroma_int+bitexact"
        steps: list[tuple[str, str]] = [
            *{
                90: [("transpose", "cclock")],
                180: [("hflip", ""), ("vflip", "")],
                270: [("transpose", "clock")],
            }.get(rotation, []),
            (
                "scale",
                f"{width}:{height}:flags={ways}:in_color_matrix={_matrix(picture)}:out_color_matrix=bt709"
                f":in_range={'full' if picture.colour.full else 'limited'}:out_range=limited",
            ),
            ("format", "yuv420p"),
            ("pad", f"{self.size[0]}:{self.size[1]}:{left}:{top}:black"),
            ("setsar", "1"),
        ]
        graph = av.filter.Graph()
        at = graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=av.VideoFormat(picture.pix_fmt),
            time_base=1 / Fraction(picture.rate),
        )
        for name, arguments in [*steps, ("buffersink", "")]:
            following = graph.add(name, arguments) if arguments else graph.add(name)
            at.link_to(following)
            at = following
        graph.configure()
        return graph

    def fit(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame in the format.

        Raises:
            Damaged: The frame is not of the kind that the file promised.
        """
        if not self._begun:
            # How a player turns the picture is only handed over with a frame: degrees counter-clockwise.
            rotation = round(frame.rotation / 90) % 4 * 90
            self._graph = None if self._as_it_is(rotation) else self._built(rotation)
            self._begun = True
        if self._graph is None:
            if (frame.width, frame.height) != self.size or frame.format.name != "yuv420p":
                raise Damaged("the clip changes its size on the way")
            return frame
        try:
            self._graph.push(frame)
            fitted = self._graph.pull()
        except av.error.FFmpegError as error:
            raise Damaged(f"a frame cannot be brought to the format: {error}") from error
        if not isinstance(fitted, av.VideoFrame):
            raise Damaged("a frame cannot be brought to the format")
        return fitted


def _matrix(picture: Picture) -> str:
    named = {1: "bt709", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
    if picture.colour.matrix in named:
        return named[picture.colour.matrix]
    return "bt709" if picture.height > _HD_LINES else "bt601"
