"""A clip is screened once: one pass over its decode takes down everything that the checks will read.

Each frame's luma is halved three times by exact boxes. The half serves sharpness, the quarter (480 pixels wide for
1080p) the differences between frames and the grid of means, the eighth the flow. Chroma is read at the first and the
last frame only.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from picturelock.core.digest import Digest
from picturelock.gate.check import Missing
from picturelock.gate.clips.flow import Step, Tracker
from picturelock.gate.pixels import Pixels
from picturelock.gate.subject import ClipSubject
from picturelock.media.decode import plane
from picturelock.media.opencv import cv2

ROWS, COLUMNS = 9, 16
QUARTER_WIDTH = 480
SHARPNESS_EVERY = 4
FLOW_EVERY = 2

_PLANAR = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A frame that is kept: luma, Cb and Cr at screening size, limited range."""

    y: Pixels
    cb: Pixels
    cr: Pixels


@dataclass(slots=True, eq=False)
class Screening:
    """What one pass took down.

    Attributes:
        problem: Why the file could not be opened or read to its end; empty where it could.
        rate: As the container declares.
        times: Presentation times in seconds from the first frame's.
        grid: N x 9 x 16 float32, mean luma of each cell.
        change: N - 1 mean absolute luma differences to the frame before, in levels.
        refreshed: Frames that the file stores whole, while the next is again stored as a difference.
        black: For each frame whether at least 98 % of it is black.
        sharpness: Standard deviation of the Laplacian at half size, at every fourth frame.
        steps: Movement between every second frame.
        first: Frame 0.
        last: The last frame.
        sound_seconds: Length of the sound stream; 0 for none.
        compared: Distances to locked keyframes, which several checks read and which cost a PNG each.
    """

    subject: ClipSubject
    problem: str = ""
    width: int = 0
    height: int = 0
    rate: Fraction = Fraction(0)
    times: list[Fraction] = field(default_factory=list[Fraction])
    damaged: list[int] = field(default_factory=list[int])
    grid: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, ROWS, COLUMNS), np.float32))
    change: list[float] = field(default_factory=list[float])
    refreshed: set[int] = field(default_factory=set[int])
    black: list[bool] = field(default_factory=list[bool])
    sharpness: list[float] = field(default_factory=list[float])
    steps: list[Step] = field(default_factory=list[Step])
    first: Sample | None = None
    last: Sample | None = None
    middle: Pixels | None = None
    sound_seconds: float = 0.0
    compared: dict[Path | None, Pixels | Missing] = field(default_factory=dict[Path | None, Pixels | Missing])

    @property
    def digest(self) -> Digest:
        """Of the clip."""
        return self.subject.digest

    @property
    def frames(self) -> int:
        """Frames that were decoded."""
        return len(self.times)


def screen(subject: ClipSubject) -> Screening:
    """Decode a clip once and take everything down. Deterministic; a broken file is a finding, not an error."""
    found = Screening(subject)
    try:
        with av.open(str(subject.path)) as container:
            if container.streams.audio:
                found.sound_seconds = _seconds(container.streams.audio[0])
            if not container.streams.video:
                found.problem = "the file has no picture"
                return found
            _watch(container, found)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        found.problem = f"it breaks off at frame {found.frames}: {_said(error)}"
    if not found.frames and not found.problem:
        found.problem = "the file holds no frames"
    return found


def _said(error: Exception) -> str:
    return str(error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


def _seconds(stream: av.AudioStream) -> float:
    if stream.duration is None or stream.time_base is None:
        return 0.0
    return float(stream.duration * stream.time_base)


def _watch(container: av.container.InputContainer, found: Screening) -> None:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    found.rate = Fraction(stream.average_rate or stream.guessed_rate or 0)
    base = Fraction(stream.time_base or Fraction(1, 90_000))
    eye: _Eye | None = None
    start: int | None = None
    packets = 0
    for packet in container.demux(stream):
        packets += packet.size > 0
        for frame in packet.decode():
            if frame.pts is None:
                found.damaged.append(found.frames)
                continue
            start = frame.pts if start is None else start
            if eye is None or (frame.width, frame.height) != (found.width, found.height):
                if eye is not None:
                    found.damaged.append(found.frames)
                found.width, found.height = frame.width, frame.height
                eye = _Eye(found)
            if frame.is_corrupt:
                found.damaged.append(found.frames)
            eye.see(frame)
            found.times.append((frame.pts - start) * base)
    if eye is not None:
        eye.close()
    # A file that was cut off reads to its end without an error; only its index knows what is missing.
    if packets < stream.frames:
        found.problem = f"it holds {packets} of the {stream.frames} frames that it announces"


class _Eye:
    """Looks at frames of one size, one after another."""

    def __init__(self, found: Screening) -> None:
        self.found = found
        self.half = (max(1, found.width // 2), max(1, found.height // 2))
        self.quarter = (QUARTER_WIDTH, max(ROWS, round(QUARTER_WIDTH * found.height / max(1, found.width))))
        self.eighth = (self.quarter[0] // 2, max(8, self.quarter[1] // 2))
        self.before: Pixels | None = None
        self.newest: av.VideoFrame | None = None
        self.cells: list[Pixels] = []
        self.tracker = Tracker()

    def see(self, frame: av.VideoFrame) -> None:
        """Take one frame down."""
        found, number = self.found, self.found.frames
        if frame.key_frame:
            found.refreshed.add(number)
            found.refreshed.discard(number - 1)
        if frame.format.name not in _PLANAR:
            frame = frame.reformat(format="yuv420p")
        half = cv2.resize(plane(frame, 0), self.half, interpolation=cv2.INTER_AREA)
        # Small pictures are not halved first, or the quarter would have to be blown up.
        source = half if self.half[0] >= self.quarter[0] else plane(frame, 0)
        quarter = cv2.resize(source, self.quarter, interpolation=cv2.INTER_AREA)
        floor = 0 if _full(frame) else 16
        # In floating point: flicker is felt at half a level.
        cells = cv2.resize(quarter.astype(np.float32), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        self.cells.append(cells)
        found.black.append(bool(np.count_nonzero(quarter > floor + 12) <= quarter.size // 50))
        if self.before is not None and self.before.shape == quarter.shape:
            found.change.append(float(cv2.norm(quarter, self.before, cv2.NORM_L1)) / quarter.size)
        elif number:
            found.change.append(255.0)
        if number % SHARPNESS_EVERY == 0:
            _, deviation = cv2.meanStdDev(cv2.Laplacian(half, cv2.CV_16S))
            found.sharpness.append(float(deviation[0, 0]))
        if number % FLOW_EVERY == 0:
            self.tracker.see(cv2.resize(quarter, self.eighth, interpolation=cv2.INTER_AREA), number)
        if number == 0:
            found.first = sample(frame, quarter)
        self.before, self.newest = quarter, frame
        if found.subject.frames_with_handles // 2 == number:
            found.middle = quarter

    def close(self) -> None:
        """Hand over what is only known at the end."""
        found = self.found
        grid = [c for c in self.cells if c.shape == (ROWS, COLUMNS)]
        found.grid = np.stack(grid) if grid else found.grid
        found.steps = self.tracker.steps
        if self.newest is not None and self.before is not None:
            found.last = sample(self.newest, self.before)


def _full(frame: av.VideoFrame) -> bool:
    return int(frame.color_range) == 2 or frame.format.name.startswith("yuvj")


def sample(frame: av.VideoFrame, quarter: Pixels) -> Sample:
    """A kept frame; full-range pictures are brought to limited range."""
    size = (quarter.shape[1], quarter.shape[0])
    planar = frame if frame.format.name in {"yuv420p", "yuvj420p"} else frame.reformat(format="yuv420p")
    y, cb, cr = quarter, *(cv2.resize(plane(planar, n), size, interpolation=cv2.INTER_AREA) for n in (1, 2))
    if _full(frame):
        y = cv2.convertScaleAbs(y, alpha=219 / 255, beta=16)
        cb, cr = (cv2.convertScaleAbs(c, alpha=224 / 255, beta=128 - 128 * 224 / 255) for c in (cb, cr))
    return Sample(y, cb, cr)


def sample_of(picture: Pixels, size: tuple[int, int]) -> Sample:
    """A still as a frame of a clip would show it: BT.709, limited range.

    Args:
        picture: H x W x 3 uint8 BGR.
        size: Width and height to scale it to.
    """
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    luma = small @ np.array([0.0722, 0.7152, 0.2126], np.float32)
    y = 16 + luma * (219 / 255)
    cb = 128 + (small[:, :, 0] - luma) * (112 / 255 / (1 - 0.0722))
    cr = 128 + (small[:, :, 2] - luma) * (112 / 255 / (1 - 0.2126))
    as_bytes = [np.clip(np.rint(c), 0, 255).astype(np.uint8) for c in (y, cb, cr)]
    return Sample(*as_bytes)
