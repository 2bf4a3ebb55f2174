"""Frames of a file, exactly the ones that are asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from picturelock.core.failures import BadDocument, Damaged
from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.media import probe
from picturelock.media.planes import Plane, plane, to_bgr
from picturelock.media.probe import Facts

NEAR = Fraction(1, 500)
"""Rates that differ by less than this share (24 and 23.976) are played frame for frame, as film has always been."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded frame.

    Attributes:
        number: In the file, from 0.
        video: As decoded.
    """

    number: int
    video: av.VideoFrame

    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Y (H x W), U and V (H/2 x W/2), uint8, views into the frame; other pixel formats are converted first."""
        frame = self.video
        if frame.format.name not in {"yuv420p", "yuvj420p"}:
            frame = frame.reformat(format="yuv420p")
        return plane(frame, 0), plane(frame, 1), plane(frame, 2)

    def bgr(self) -> NDArray[np.uint8]:
        """H x W x 3 uint8 BGR, by the matrix that the file names, or BT.709."""
        return to_bgr(self.video)


class Clip:
    """A video file that is open. Its frames can be read once.

    Attributes:
        path: Of the file.
        picture: The facts of its picture stream.
    """

    def __init__(self, path: Path, container: InputContainer, facts: Facts) -> None:
        self.path, self.picture = path, facts.need_picture()
        self._container = container

    def frames(self, span: FrameRange | None = None, *, alone: bool = False) -> Iterator[Frame]:
        """See :func:`frames`."""
        have = self.picture.frames
        span = span or FrameRange(0, have)
        if span.stop > have:
            raise BadDocument(f"{self.path.name} has {have} frames, not {span.stop}")
        if not span.length:
            return
        expected = span.start
        try:
            for frame in self._decoded(span, alone=alone):
                if frame.number != expected:
                    raise Damaged(
                        f"{self.path.name} lost frame {expected}, or its rate is not constant",
                        remedy="Fetch it again, or convert it to a constant frame rate.",
                    )
                yield frame
                expected += 1
                if expected == span.stop:
                    return
        except av.error.FFmpegError as error:
            raise Damaged(
                f"{self.path.name} breaks off at frame {expected}", remedy="Fetch it again."
            ) from error
        raise Damaged(f"{self.path.name} ends at frame {expected} of {span.stop}", remedy="Fetch it again.")

    def _decoded(self, span: FrameRange, *, alone: bool) -> Iterator[Frame]:
        """Frames from the span's start on, numbered by their times."""
        rate, name = self.picture.rate, self.path.name
        stream = self._container.streams.video[0]
        base = Fraction(stream.time_base or Fraction(1, 90_000))
        first = stream.start_time or 0
        stream.thread_type = "AUTO" if alone else "NONE"
        stream.codec_context.thread_count = 0 if alone else 1
        # Some containers find a key picture by when it is decoded and land too late: then from the beginning.
        for start in dict.fromkeys((span.start, 0)):
            self._container.seek(first + int(rate.seconds(start) / base), stream=stream, backward=True)
            landed = False
            for frame in self._container.decode(stream):
                if frame.pts is None:
                    raise Damaged(f"{name} has a frame without a time")
                number = round((frame.pts - first) * base * rate)
                if not landed and number > start:
                    break
                landed = True
                if number >= span.start:
                    if frame.is_corrupt:
                        raise Damaged(f"frame {number} of {name} is damaged", remedy="Fetch it again.")
                    yield Frame(number, frame)
            else:
                return

    def at_rate(self, span: FrameRange, rate: FrameRate) -> Iterator[av.VideoFrame]:
        """Exactly ``span.length`` frames of the clip as it plays at ``rate``.

        Frames are repeated or left out where the rates differ, never blended. A repeated frame is the same object again.

        Args:
            span: Counted at ``rate``.
            rate: The rate to play at.

        Raises:
            BadDocument: The clip is too short.
            Damaged: The stream is broken.
        """
        picture = self.picture
        have = length_at(picture.frames, picture.rate, rate)
        if span.stop > have:
            raise BadDocument(
                f"{self.path.name} has {have} frames at {rate} frames per second, "
                f"and frame {span.stop - 1} is asked for"
            )
        wanted = [source_frame(n, picture.rate, rate) for n in range(span.start, span.stop)]
        if not wanted:
            return
        position = 0
        for frame in self.frames(FrameRange(wanted[0], wanted[-1] + 1)):
            while position < len(wanted) and wanted[position] == frame.number:
                position += 1
                yield frame.video


@contextmanager
def opened(path: Path) -> Iterator[Clip]:
    """Open a video file.

    Raises:
        NotFound: No such file.
        BadDocument: The file has no picture.
        Damaged: The stream is broken.
    """
    with probe.opened(path) as (container, facts):
        yield Clip(path, container, facts)


def frames(path: Path, span: FrameRange | None = None, *, alone: bool = False) -> Iterator[Frame]:
    """The frames of a file, in order.

    Args:
        path: A constant-rate video file.
        span: Which frames; ``None`` for all.
        alone: Nothing else is at work, so that this one may use every core. The pictures are the same.

    Raises:
        BadDocument: The file has no picture or fewer frames than the span asks for.
        Damaged: The stream is broken.
    """
    with opened(path) as clip:
        yield from clip.frames(span, alone=alone)


def length_at(picture_frames: int, source: FrameRate, rate: FrameRate) -> int:
    """How many whole frames a clip gives at another rate.

    Args:
        picture_frames: Of the source.
        source: The source's rate.
        rate: The rate it is played at.
    """
    if near(source, rate):
        return picture_frames
    return -((-picture_frames * rate) // source)  # the last source frame stays for its whole duration


def near(source: FrameRate, rate: FrameRate) -> bool:
    """Whether a clip of one rate is played frame for frame at the other."""
    return abs(Fraction(source) - Fraction(rate)) <= NEAR * Fraction(rate)


def source_frame(number: int, source: FrameRate, rate: FrameRate) -> int:
    """Which frame of the source is on screen when frame ``number`` is shown at ``rate``."""
    return number if near(source, rate) else int(number * Fraction(source) // Fraction(rate))


def frame_png(path: Path, number: int) -> bytes:
    """One frame of a file as a PNG.

    Raises:
        BadDocument: There is no such frame.
        Damaged: The stream is broken.
    """
    from picturelock.media.picture import png

    (frame,) = frames(path, FrameRange(number, number + 1), alone=True)
    return png(frame.bgr())
