"""A labelled defect injector: plants what generators do wrong into good takes, the same way for the same seed.

Every defect knows which checks ought to find it, so that precision and recall of each check can be computed.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from picturelock.core.frametime import FrameRate
from picturelock.core.ids import CheckName
from picturelock.media.decode import frames as decoded
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.opencv import cv2
from picturelock.media.picture import png, read

Picture = NDArray[np.uint8]
Pictures = list[Picture]


class ClipDefect(StrEnum):
    """What goes wrong in clips."""

    DUPLICATES = "duplicates"
    FREEZE = "freeze"
    BLACK = "black"
    CUT = "cut"
    TIME_JUMP = "time_jump"
    FLICKER = "flicker"
    FLASH = "flash"
    MORPH = "morph"
    EXPOSURE_DRIFT = "exposure_drift"
    BLUR = "blur"
    WRONG_SIZE = "wrong_size"
    WRONG_RATE = "wrong_rate"
    UNEVEN = "uneven"
    LETTERBOX = "letterbox"
    WRONG_FIRST_FRAME = "wrong_first_frame"
    TINTED_FIRST_FRAME = "tinted_first_frame"
    MISSING_FRAMES = "missing_frames"
    TRUNCATED = "truncated"


class StillDefect(StrEnum):
    """What goes wrong in stills."""

    WRONG_SIZE = "wrong_size"
    LETTERBOX = "letterbox"
    TRUNCATED = "truncated"
    ALPHA = "alpha"
    DEEP = "sixteen_bits"
    TURNED = "turned"
    OVEREXPOSED = "overexposed"
    UNDEREXPOSED = "underexposed"
    FADED = "faded"
    BLURRED = "blurred"
    OTHER_COLOURS = "other_colours"
    OTHER_LIGHT = "other_light"


def _names(gate: str, *points: str) -> frozenset[CheckName]:
    return frozenset(CheckName(f"{gate}.{point}") for point in points)


CAUGHT_BY: dict[ClipDefect, frozenset[CheckName]] = {
    ClipDefect.DUPLICATES: _names("clip", "stutter"),
    ClipDefect.FREEZE: _names("clip", "freeze", "jump"),
    ClipDefect.BLACK: _names("clip", "black"),
    ClipDefect.CUT: _names("clip", "jump"),
    ClipDefect.TIME_JUMP: _names("clip", "jump"),
    ClipDefect.FLICKER: _names("clip", "flicker"),
    ClipDefect.FLASH: _names("clip", "flicker"),
    ClipDefect.MORPH: _names("clip", "deformation", "wobble"),
    ClipDefect.EXPOSURE_DRIFT: _names("clip", "exposure_drift"),
    ClipDefect.BLUR: _names("clip", "sharpness_collapse"),
    ClipDefect.WRONG_SIZE: _names("clip", "size"),
    ClipDefect.WRONG_RATE: _names("clip", "rate"),
    ClipDefect.UNEVEN: _names("clip", "cadence"),
    ClipDefect.LETTERBOX: _names("clip", "borders"),
    ClipDefect.WRONG_FIRST_FRAME: _names("clip", "first_frame", "first_frame_region"),
    ClipDefect.TINTED_FIRST_FRAME: _names("clip", "first_frame", "first_frame_region"),
    ClipDefect.MISSING_FRAMES: _names("clip", "frames"),
    ClipDefect.TRUNCATED: _names("clip", "decodes"),
}
"""Any one of these finds the defect."""

STILL_CAUGHT_BY: dict[StillDefect, frozenset[CheckName]] = {
    StillDefect.WRONG_SIZE: _names("keyframe", "size"),
    StillDefect.LETTERBOX: _names("keyframe", "borders"),
    StillDefect.TRUNCATED: _names("keyframe", "decodes"),
    StillDefect.ALPHA: _names("keyframe", "alpha"),
    StillDefect.DEEP: _names("keyframe", "depth"),
    StillDefect.TURNED: _names("keyframe", "orientation"),
    StillDefect.OVEREXPOSED: _names("keyframe", "clipped_highlights"),
    StillDefect.UNDEREXPOSED: _names("keyframe", "clipped_shadows"),
    StillDefect.FADED: _names("keyframe", "contrast"),
    StillDefect.BLURRED: _names("keyframe", "sharpness", "sharpness_match"),
    StillDefect.OTHER_COLOURS: _names("keyframe", "palette", "continuity_palette"),
    StillDefect.OTHER_LIGHT: _names("keyframe", "continuity_palette", "continuity_brightness"),
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect and where it was planted.

    Attributes:
        frame: First frame that shows it; -1 where it is the file's.
    """

    defect: ClipDefect
    frame: int


def plant(source: Path, target: Path, defect: ClipDefect, rate: FrameRate, seed: int) -> Planted:
    """Write a copy of a clip with one defect.

    Args:
        source: A good clip.
        target: Where the defective one is written.
        defect: What to plant.
        rate: Of the clip.
        seed: Decides where and how exactly.
    """
    return plant_in([frame.bgr() for frame in decoded(source)], target, defect, rate, seed)


def plant_in(
    pictures: Sequence[Picture], target: Path, defect: ClipDefect, rate: FrameRate, seed: int
) -> Planted:
    """The same for pictures that are not encoded yet. At least 24 of them."""
    chance = np.random.default_rng([seed, len(pictures), *defect.value.encode()])
    # Away from both ends, where a move rests and a repeat would be no defect.
    at = int(chance.integers(len(pictures) * 2 // 5, len(pictures) * 3 // 5))
    frames = [picture.copy() for picture in pictures]
    made, frame = _SURGERY[defect](frames, at, chance)
    _write(made, target, FrameRate(rate + 1) if defect is ClipDefect.WRONG_RATE else rate)
    if defect is ClipDefect.TRUNCATED:
        data = target.read_bytes()
        target.write_bytes(data[: int(len(data) * chance.uniform(0.5, 0.85))])
    if defect is ClipDefect.UNEVEN:
        _stretch(target, at)
        frame = at
    return Planted(defect, frame)


def _stretch(path: Path, at: int) -> None:
    """Show one frame twice as long, as clips of uneven rate do, without touching a pixel."""
    source = io.BytesIO(path.read_bytes())
    with av.open(source, "r") as given, av.open(str(path), "w", format="mp4") as made:
        stream = given.streams.video[0]
        out = made.add_stream_from_template(stream)
        for packet in given.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            step = packet.duration or 1
            if packet.pts >= at * step:
                packet.pts += step
            if packet.dts >= at * step:
                packet.dts += step
            packet.stream = out
            made.mux(packet)


def _write(frames: Pictures, target: Path, rate: FrameRate) -> None:
    height, width = frames[0].shape[:2]
    with ClipWriter(target, (width, height), rate, H264(crf=18)) as writer:
        for frame in frames:
            writer.write_bgr(frame)


Surgery = Callable[[Pictures, int, np.random.Generator], tuple[Pictures, int]]


def _duplicates(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    for step in (0, 4, 9):
        frames[at + step - 4] = frames[at + step - 5]
    return frames, at - 4


def _freeze(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    start, length = at - 10, 22
    return [*frames[:start], *[frames[start - 1]] * length, *frames[start + length :]], start


def _black(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    for number in range(at, at + int(chance.integers(1, 4))):
        frames[number] = np.zeros_like(frames[number])
    return frames, at


def _cut(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    return [*frames[:at], *[np.ascontiguousarray(f[:, ::-1]) for f in frames[at:]]], at


def _time_jump(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    back = 12
    return [*frames[:at], *frames[at - back : len(frames) - back]], at


def _flicker(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    depth = int(chance.integers(3, 6))
    return [_lit(f, depth * float(chance.choice([-1, 1]))) for f in frames[:1]] + [
        _lit(f, depth if n % 2 else -depth) for n, f in enumerate(frames[1:])
    ], 1


def _flash(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    frames[at] = _lit(frames[at], float(chance.choice([-1, 1])) * 14)
    return frames, at


def _lit(frame: Picture, levels: float) -> Picture:
    return np.clip(frame.astype(np.float32) + levels, 0, 255).astype(np.uint8)


def _morph(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    height, width = frames[0].shape[:2]
    rows, columns = np.indices((height, width), np.float32)
    reach = 0.012 * width
    for number in range(at, min(len(frames), at + 18)):
        knots = chance.normal(0, reach, (5, 8, 2)).astype(np.float32)
        push = cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC)
        frames[number] = cv2.remap(
            frames[number],
            columns + push[:, :, 0],
            rows + push[:, :, 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ).astype(np.uint8)
    return frames, at


def _drift(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    end = float(chance.choice([0.62, 1.4]))
    last = len(frames) - 1
    made = [
        np.clip(f.astype(np.float32) * (1 + (end - 1) * n / last), 0, 255).astype(np.uint8)
        for n, f in enumerate(frames)
    ]
    return made, 1


def _blur(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    width = frames[0].shape[1] / 320
    made = [
        f if n <= at else cv2.GaussianBlur(f, (0, 0), width * min(1.0, (n - at) / 8)).astype(np.uint8)
        for n, f in enumerate(frames)
    ]
    return made, at + 1


def _smaller(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    height, width = frames[0].shape[:2]
    size = (width * 3 // 4 // 2 * 2, height * 3 // 4 // 2 * 2)
    return [cv2.resize(f, size, interpolation=cv2.INTER_AREA).astype(np.uint8) for f in frames], -1


def _untouched(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    return frames, -1


def _barred(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    upright = bool(chance.integers(0, 2))
    share = float(chance.uniform(0.06, 0.14))
    return [bars(f, share, upright=upright) for f in frames], 0


def bars(frame: Picture, share: float, *, upright: bool) -> Picture:
    """A picture squeezed between two black bars: pillarbox if ``upright``, else letterbox."""
    height, width = frame.shape[:2]
    across, down = (int(width * share), 0) if upright else (0, int(height * share))
    inner = cv2.resize(frame, (width - 2 * across, height - 2 * down), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(inner, down, down, across, across, cv2.BORDER_CONSTANT, value=(0, 0, 0)).astype(
        np.uint8
    )


def _first(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    """The model did not start from the picture it was given: a little wider, a little aside."""
    height, width = frames[0].shape[:2]
    scale = float(chance.uniform(1.04, 1.1))
    shift = width * 0.02
    matrix = np.array([[scale, 0, shift - width * (scale - 1) / 2], [0, scale, -height * (scale - 1) / 2]])
    return [
        cv2.warpAffine(f, matrix, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.uint8)
        for f in frames
    ], 0


def _tinted(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    gain = np.array([0.86, 1.0, 1.1], np.float32)
    return [np.clip(f * gain, 0, 255).astype(np.uint8) for f in frames], 0


def _missing(frames: Pictures, at: int, chance: np.random.Generator) -> tuple[Pictures, int]:
    count = int(chance.integers(1, 4))
    return [*frames[:at], *frames[at + count :]], at


_SURGERY: dict[ClipDefect, Surgery] = {
    ClipDefect.DUPLICATES: _duplicates,
    ClipDefect.FREEZE: _freeze,
    ClipDefect.BLACK: _black,
    ClipDefect.CUT: _cut,
    ClipDefect.TIME_JUMP: _time_jump,
    ClipDefect.FLICKER: _flicker,
    ClipDefect.FLASH: _flash,
    ClipDefect.MORPH: _morph,
    ClipDefect.EXPOSURE_DRIFT: _drift,
    ClipDefect.BLUR: _blur,
    ClipDefect.WRONG_SIZE: _smaller,
    ClipDefect.WRONG_RATE: _untouched,
    ClipDefect.UNEVEN: _untouched,
    ClipDefect.LETTERBOX: _barred,
    ClipDefect.WRONG_FIRST_FRAME: _first,
    ClipDefect.TINTED_FIRST_FRAME: _tinted,
    ClipDefect.MISSING_FRAMES: _missing,
    ClipDefect.TRUNCATED: _untouched,
}


def spoil(data: bytes, defect: StillDefect, seed: int) -> bytes:
    """A still with one defect.

    Args:
        data: A good PNG.
        defect: What to plant.
        seed: Decides how exactly.

    Returns:
        The defective file; a JPEG for a turned picture, otherwise a PNG.
    """
    chance = np.random.default_rng([seed, *defect.value.encode()])
    if defect is StillDefect.TRUNCATED:
        return data[: int(len(data) * chance.uniform(0.4, 0.9))]
    picture = read(data)
    if defect is StillDefect.TURNED:
        return _turned(picture)
    if defect is StillDefect.DEEP:
        return cv2.imencode(".png", picture.astype(np.uint16) * 257)[1].tobytes()
    return png(_as_bytes(_TOUCH[defect](picture, chance)))


Touch = Callable[[Picture, np.random.Generator], NDArray[np.generic]]


def _shrunk(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    height, width = picture.shape[:2]
    return cv2.resize(picture, (width * 2 // 3, height * 2 // 3), interpolation=cv2.INTER_AREA)


def _boxed(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    return bars(picture, float(chance.uniform(0.05, 0.13)), upright=bool(chance.integers(0, 2)))


def _glassy(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    alpha = np.full((*picture.shape[:2], 1), 255, np.uint8)
    alpha[: len(alpha) // 8] = 90
    return np.concatenate([picture, alpha], axis=2)


def _overexposed(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    """The lighter half burns out."""
    return picture * (275.0 / max(1.0, float(np.median(picture.min(axis=2)))))


def _underexposed(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    """The darker half drowns."""
    return picture.astype(np.float32) - np.float32(np.median(picture.max(axis=2)))


def _faded(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    return picture * 0.12 + 110


def _soft(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    return cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 180)


def _recoloured(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    return picture * np.array([0.35, 0.9, 1.0]) + np.array([0, 60, 0])


def _relit(picture: Picture, chance: np.random.Generator) -> NDArray[np.generic]:
    """Day becomes night, night day."""
    return picture * (0.35 if np.median(picture) > 110 else 2.4)


_TOUCH: dict[StillDefect, Touch] = {
    StillDefect.WRONG_SIZE: _shrunk,
    StillDefect.LETTERBOX: _boxed,
    StillDefect.ALPHA: _glassy,
    StillDefect.OVEREXPOSED: _overexposed,
    StillDefect.UNDEREXPOSED: _underexposed,
    StillDefect.FADED: _faded,
    StillDefect.BLURRED: _soft,
    StillDefect.OTHER_COLOURS: _recoloured,
    StillDefect.OTHER_LIGHT: _relit,
}


def _as_bytes(picture: NDArray[np.generic]) -> Picture:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _turned(picture: Picture) -> bytes:
    """A JPEG that asks to be turned by half."""
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    tiff = (
        b"II*\x00\x08\x00\x00\x00\x01\x00" + b"\x12\x01\x03\x00\x01\x00\x00\x00\x03\x00\x00\x00" + b"\x00" * 4
    )
    body = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[2:]
