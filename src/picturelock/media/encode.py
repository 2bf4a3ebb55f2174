"""H.264 that comes out the same every time.

x264 gives other bytes for other thread counts and other instruction sets unless it is told not to. Every encoder here
runs on one thread with ``cpu-independent``, carries no version-dependent container tags, closes every group of
pictures and says that its colours are BT.709 in limited range. Speed comes from the side: pictures are made on the
caller's thread while the encoder works on its own, and many clips are encoded at once.
"""

import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
import msgspec
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from numpy.typing import NDArray

from picturelock.core.failures import Damaged, Malformed
from picturelock.core.frametime import FrameRate
from picturelock.media.planes import Plane, copied, from_bgr, from_planes

REORDER = 2
"""Frames by which decoding runs ahead of showing (x264's B-pyramid). The same in every stream that is made here."""

BT709 = 1
LIMITED = 1
_QUEUED = 8  # pictures that may wait for the encoder: 25 MB at 1080p


@dataclass(frozen=True, slots=True)
class H264:
    """What decides the bytes of a stream, beside its pictures.

    Attributes:
        crf: Constant rate factor, 0 (best) to 51.
        preset: x264's name for how hard it tries.
        gop: Frames from one key picture to the next; 1 for all-intra.
    """

    crf: int = 17
    preset: str = "veryfast"
    gop: int = 12

    def options(self) -> dict[str, str]:
        """As the encoder is told."""
        return {
            "crf": str(self.crf),
            "preset": self.preset,
            "g": str(self.gop),
            "keyint_min": str(self.gop),
            "sc_threshold": "0",
            "flags": "+cgop+bitexact+global_header",
            "x264-params": "cpu-independent=1:stitchable=1",
        }


MEZZANINE = H264(crf=18, gop=24)
"""Segments of a film: their packets are put side by side, so all of them are made with exactly this."""


def versions() -> dict[str, str]:
    """Of the libraries that decide the bytes."""
    return {name: ".".join(map(str, parts)) for name, parts in sorted(av.library_versions.items())}


def configure(context: VideoCodecContext, size: tuple[int, int], rate: FrameRate) -> None:
    """Everything about an encoder that is not an option.

    Args:
        context: Not opened yet.
        size: Width and height, even.
        rate: Exact.
    """
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.framerate = Fraction(rate)
    context.time_base = 1 / Fraction(rate)
    context.sample_aspect_ratio = Fraction(1)
    context.thread_type = "AUTO"  # PyAV's own default cuts pictures into slices
    context.thread_count = 1
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = LIMITED


def check_size(size: tuple[int, int]) -> None:
    """Hold a picture size to what 4:2:0 can carry.

    Raises:
        Malformed: Not even, or out of range.
    """
    width, height = size
    if width % 2 or height % 2 or not (16 <= width <= 8192 and 16 <= height <= 8192):
        raise Malformed(f"{width}x{height} cannot be encoded", remedy="Use even sizes from 16 to 8192.")


class _Aside:
    """Hands frames to an encoder on a thread of its own, so that making pictures and encoding them overlap."""

    def __init__(
        self, take: Callable[[av.VideoFrame | None], None], begin: Callable[[], None] = lambda: None
    ) -> None:
        self._take, self._begin = take, begin
        self._waiting: queue.Queue[av.VideoFrame | None] = queue.Queue(_QUEUED)
        self._failure: BaseException | None = None
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._begin()
        except BaseException as error:  # noqa: BLE001  # raised again on the caller's thread
            self._failure = error
        while True:
            frame = self._waiting.get()
            if self._failure is None and not self._stop:
                try:
                    self._take(frame)
                except BaseException as error:  # noqa: BLE001  # raised again on the caller's thread
                    self._failure = error
            if frame is None:
                return

    def put(self, frame: av.VideoFrame) -> None:
        if self._failure is not None:
            self.close()
        self._waiting.put(frame)

    def close(self, *, abandon: bool = False) -> None:
        self._stop = abandon
        self._waiting.put(None)
        self._thread.join()
        if self._failure is not None and not abandon:
            raise self._failure


class ClipWriter:
    """Writes one H.264 MP4, picture by picture. Use it as a context manager; a failure leaves no file.

    Args:
        path: Where to; replaced if it exists.
        size: Width and height, even.
        rate: Exact.
        settings: What decides the bytes.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], rate: FrameRate, settings: H264 | None = None
    ) -> None:
        check_size(size)
        self.path, self.size, self.rate = path, size, rate
        self.frames = 0
        self._container = av.open(
            str(path), "w", format="mp4", options={"fflags": "+bitexact", "movflags": "+faststart"}
        )
        options = (settings or H264()).options()
        self._stream = self._container.add_stream("libx264", rate=Fraction(rate), options=options)
        configure(self._stream.codec_context, size, rate)
        self._aside = _Aside(self._encode)

    def _encode(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            packet.duration = packet.duration or 1
            self._container.mux(packet)

    def write_bgr(self, picture: NDArray[np.uint8]) -> None:
        """Add a picture: H x W x 3 uint8 BGR.

        Raises:
            Malformed: Not of the writer's size.
        """
        self._fits(picture.shape[1::-1])
        self.write(from_bgr(picture))

    def write_rgb(self, picture: NDArray[np.uint8]) -> None:
        """Add a picture: H x W x 3 uint8 RGB."""
        self.write_bgr(picture[:, :, ::-1])

    def write_planes(self, y: Plane, u: Plane, v: Plane) -> None:
        """Add a picture as BT.709 limited-range 4:2:0 planes: H x W and twice H/2 x W/2 uint8. They are copied."""
        self._fits(y.shape[::-1])
        self.write(from_planes(y, u, v))

    def write(self, frame: av.VideoFrame, *, whole: bool = False) -> None:
        """Add a ``yuv420p`` frame. It belongs to the writer from now on.

        Args:
            frame: The next one.
            whole: Begin a group of pictures with it, besides those that begin by themselves.
        """
        self._fits((frame.width, frame.height))
        frame.pts = self.frames
        frame.time_base = 1 / Fraction(self.rate)
        # A decoded frame would otherwise ask for the type it had.
        frame.pict_type = PictureType.I if whole else PictureType.NONE
        self.frames += 1
        self._aside.put(frame)

    def _fits(self, size: tuple[int, ...]) -> None:
        if tuple(size) != self.size:
            raise Malformed(f"a picture of {size[0]}x{size[1]} in a clip of {self.size[0]}x{self.size[1]}")

    def close(self) -> None:
        """Finish the file.

        Raises:
            Malformed: Nothing was written.
        """
        if not self.frames:
            self.abandon()
            raise Malformed("a clip needs at least one frame")
        self._aside.close()
        self._container.close()

    def abandon(self) -> None:
        """Stop and leave no file."""
        self._aside.close(abandon=True)
        with suppress(av.error.FFmpegError):
            self._container.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abandon()


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where one packet lies and when it is due. Written as an array: an index has thousands.

    Attributes:
        pos: Byte of the payload.
        size: Bytes.
        pts: When it is shown, in ticks from the start of the segment.
        dts: When it is decoded; may be negative.
        duration: Ticks.
        key: Whether decoding can begin here.
    """

    pos: int
    size: int
    pts: int
    dts: int
    duration: int
    key: bool


@dataclass(frozen=True, slots=True)
class Encoded:
    """Packets back to back, without a container: they can be put after other packets of the same encoder.

    Attributes:
        payload: The packets' bytes.
        entries: In the order of decoding.
        extradata: Parameter sets; streams that are put together must have the same.
        ticks: Duration: frames of a picture stream, samples of a sound stream.
    """

    payload: bytes
    entries: tuple[Entry, ...]
    extradata: bytes
    ticks: int


@dataclass(slots=True)
class _Collector:
    context: VideoCodecContext
    payload: bytearray = field(default_factory=bytearray)
    entries: list[Entry] = field(default_factory=list)

    def take(self, frame: av.VideoFrame | None) -> None:
        for packet in self.context.encode(frame):
            data = bytes(packet)
            shown = packet.pts
            if shown is None:
                raise Damaged("the encoder gave a packet without a time")
            # x264 only knows its reordering delay after a few frames; a shorter segment would come out with another one.
            due = len(self.entries) - REORDER
            self.entries.append(Entry(len(self.payload), len(data), shown, due, 1, bool(packet.is_keyframe)))
            self.payload += data


def encoder(size: tuple[int, int], rate: FrameRate, settings: H264) -> VideoCodecContext:
    """A configured encoder without a container."""
    check_size(size)
    context = av.CodecContext.create("libx264", "w")
    if not isinstance(context, VideoCodecContext):
        raise Malformed("libx264 is not a picture encoder in this build")
    configure(context, size, rate)
    context.options = settings.options()
    return context


def encode_segment(
    frames: Iterable[av.VideoFrame], size: tuple[int, int], rate: FrameRate, settings: H264 = MEZZANINE
) -> Encoded:
    """Frames as packets that can be put after others of the same settings.

    Args:
        frames: ``yuv420p`` of that size, in order.
        size: Width and height, even.
        rate: Exact.
        settings: What decides the bytes.

    Raises:
        Malformed: No frames, or one of another size.
    """
    collector = _Collector(encoder(size, rate, settings))
    # Opened while the first picture is on its way.
    aside = _Aside(collector.take, collector.context.open)
    count = 0
    before: av.VideoFrame | None = None
    try:
        for given in frames:
            # A frame that is shown twice may still wait for the encoder under its first time.
            frame = copied(given) if given is before else given
            before = given
            if (frame.width, frame.height) != size or frame.format.name != "yuv420p":
                raise Malformed(f"a {frame.format.name} frame of {frame.width}x{frame.height} in a segment")
            frame.pts, frame.time_base, frame.pict_type = count, 1 / Fraction(rate), 0
            aside.put(frame)
            count += 1
    except BaseException:
        aside.close(abandon=True)
        raise
    if not count:
        aside.close(abandon=True)
        raise Malformed("a segment needs at least one frame")
    aside.close()
    if any(entry.pts < entry.dts for entry in collector.entries):
        raise Damaged("the encoder reordered further than it is configured to")
    return Encoded(
        bytes(collector.payload), tuple(collector.entries), collector.context.extradata or b"", count
    )
