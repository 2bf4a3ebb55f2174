"""Good takes made here: drawn scenes under camera moves, whose every frame is known.

They are not storyboards and not photographs, but have what checks are misled by: ink lines, flat washes, dark and
light scenes, grain, figures that sway, parallax, eased moves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from picturelock.core.contract import CameraMove, Contract, Motion, Move, OutputForm, OutputKind
from picturelock.core.frametime import FrameRate
from picturelock.core.policy import Format
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.opencv import cv2
from picturelock.media.picture import png

Picture = NDArray[np.uint8]
Tone = Callable[[float], tuple[int, int, int]]

SIZE = (640, 360)
FORMAT = Format(width=SIZE[0], height=SIZE[1], frame_rate=FrameRate(24), handles=6)

MOVES = (
    Move.STATIC,
    Move.PUSH,
    Move.PULL,
    Move.PAN_RIGHT,
    Move.TRUCK_LEFT,
    Move.CRANE_UP,
    Move.HANDHELD,
    Move.RACK,
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a scene is drawn.

    Attributes:
        paper: Lightest tone.
        ink: Darkest tone.
        grain: Standard deviation of the grain, in levels; 0 for none.
    """

    name: str
    paper: tuple[int, int, int]
    ink: tuple[int, int, int]
    grain: float


LOOKS = (
    Look("day", (216, 234, 243), (38, 31, 35), 0.0),
    Look("night", (96, 78, 62), (24, 18, 16), 0.0),
    Look("grain", (200, 205, 210), (40, 40, 44), 5.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """A good take before it is encoded.

    Attributes:
        frames: H x W x 3 uint8 BGR, handles included.
    """

    name: str
    move: Move
    format: Format
    frames: tuple[Picture, ...]

    @property
    def length(self) -> int:
        """Frames in the cut."""
        return len(self.frames) - 2 * self.format.handles

    @property
    def contract(self) -> Contract:
        """What was promised."""
        return Contract(
            role="Camera",
            purpose="Trial of the gates",
            subject="A drawn scene",
            motion=Motion(camera=CameraMove(kind=self.move), subject="sways", end_state="comes to rest"),
            output=OutputForm(kind=OutputKind.CLIP, frames=self.length),
        )


def footage(look: Look, move: Move, seed: int, frames: int = 60) -> Footage:
    """Draw a take.

    Args:
        look: Of the scene.
        move: Of the camera.
        seed: Of the scene.
        frames: With handles.
    """
    planes = _scene(look, seed)
    chance = np.random.default_rng([seed, 7])
    drawn: list[Picture] = []
    for number in range(frames):
        picture = _frame(planes, move, number, frames)
        if look.grain:
            noise = chance.normal(0, look.grain, picture.shape[:2])
            picture = np.clip(picture + noise[:, :, None], 0, 255).astype(np.uint8)
        drawn.append(picture)
    return Footage(f"{look.name}-{move.value}-{seed}", move, FORMAT, tuple(drawn))


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    pixels: Picture
    alpha: NDArray[np.floating]
    depth: float
    life: bool


def _scene(look: Look, seed: int) -> list[_Plane]:
    """Three planes of 1.5 frames' width: the set, two figures, something near."""
    wide, tall = SIZE[0] * 3 // 2, SIZE[1] * 3 // 2
    chance = np.random.default_rng([seed, 3])
    paper, ink = np.array(look.paper, np.float32), np.array(look.ink, np.float32)

    def tone(share: float) -> tuple[int, int, int]:
        mixed = paper * share + ink * (1 - share)
        return int(mixed[0]), int(mixed[1]), int(mixed[2])

    rows = np.linspace(1.0, 0.72, tall, dtype=np.float32)[:, None, None]
    back = np.clip(paper * rows, 0, 255).astype(np.uint8).repeat(wide, axis=1)
    blotches = cv2.resize(
        chance.normal(0, 1, (6, 10)).astype(np.float32), (wide, tall), interpolation=cv2.INTER_CUBIC
    )
    back = np.clip(back + 7 * blotches[:, :, None], 0, 255).astype(np.uint8)
    cv2.rectangle(back, (0, int(tall * 0.68)), (wide, tall), tone(0.55), -1)
    for _ in range(14):
        x, y = int(chance.integers(0, wide)), int(tall * 0.68)
        w, h = int(chance.integers(30, 110)), int(chance.integers(40, 200))
        cv2.rectangle(back, (x, y - h), (x + w, y), tone(float(chance.uniform(0.35, 0.8))), -1)
        cv2.rectangle(back, (x, y - h), (x + w, y), tone(0.0), 2, cv2.LINE_AA)
        for line in range(6):
            step = y - h + line * h // 6
            cv2.line(back, (x, step), (x + w, step), tone(0.2), 1, cv2.LINE_AA)
    planes = [_Plane(back, np.ones((tall, wide), np.float32), 6.0, life=False)]
    for x, height in ((wide * 0.42, tall * 0.42), (wide * 0.6, tall * 0.34)):
        planes.append(_figure((wide, tall), x, height, tone, chance))
    near = np.zeros((tall, wide, 3), np.uint8)
    mask = np.zeros((tall, wide), np.uint8)
    cv2.rectangle(near, (int(wide * 0.08), 0), (int(wide * 0.14), tall), tone(0.15), -1)
    cv2.rectangle(mask, (int(wide * 0.08), 0), (int(wide * 0.14), tall), 255, -1)
    planes.append(_Plane(near, mask.astype(np.float32) / 255, 2.0, life=False))
    return planes


def _figure(
    size: tuple[int, int], x: float, height: float, tone: Tone, chance: np.random.Generator
) -> _Plane:
    wide, tall = size
    pixels, mask = np.zeros((tall, wide, 3), np.uint8), np.zeros((tall, wide), np.uint8)
    foot = tall * 0.78
    head = (int(x), int(foot - height * 0.9))
    for target, fill, line in ((pixels, tone(0.45), tone(0.0)), (mask, 255, 255)):
        body = np.array(
            [
                *([x - height * 0.14, foot], [x - height * 0.1, foot - height * 0.78]),
                *([x + height * 0.1, foot - height * 0.78], [x + height * 0.14, foot]),
            ],
            np.int32,
        )
        cv2.fillPoly(target, [body], fill, cv2.LINE_AA)
        cv2.polylines(target, [body], True, line, 2, cv2.LINE_AA)
        cv2.circle(target, head, int(height * 0.09), fill, -1, cv2.LINE_AA)
        cv2.circle(target, head, int(height * 0.09), line, 2, cv2.LINE_AA)
    for _ in range(5):
        y = int(foot - height * float(chance.uniform(0.1, 0.7)))
        cv2.line(
            pixels, (int(x - height * 0.09), y), (int(x + height * 0.09), y + 3), tone(0.1), 1, cv2.LINE_AA
        )
    return _Plane(pixels, mask.astype(np.float32) / 255, 3.5, life=True)


def _ease(share: float) -> float:
    return share * share * (3 - 2 * share)


def _frame(planes: list[_Plane], move: Move, number: int, frames: int) -> Picture:
    done = _ease(number / max(1, frames - 1))
    across = down = turn_x = turn_y = 0.0
    zoom, blur_far, blur_near = 1.0, 0.0, 0.0
    match move:
        case Move.PUSH:
            zoom = 1 + 0.18 * done
        case Move.PULL:
            zoom = 1.15 - 0.15 * done
        case Move.PAN_RIGHT | Move.PAN_LEFT:
            turn_x = 90 * done * (1 if move is Move.PAN_RIGHT else -1)
        case Move.TRUCK_LEFT | Move.TRUCK_RIGHT:
            across = 130 * done * (-1 if move is Move.TRUCK_LEFT else 1)
        case Move.CRANE_UP | Move.CRANE_DOWN:
            down = 90 * done * (-1 if move is Move.CRANE_UP else 1)
        case Move.HANDHELD:
            time, calm = number / 24, min(1.0, number / 24)
            turn_x = calm * 5 * sin(2 * pi * 0.7 * time)
            turn_y = calm * 4 * sin(2 * pi * 0.9 * time)
        case Move.RACK:
            blur_far, blur_near = 2.2 * done, 0.0
        case _:
            zoom = 1 + 0.006 * done
    out = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    middle = (planes[0].pixels.shape[1] / 2, planes[0].pixels.shape[0] / 2)
    for plane in planes:
        sway = 0.6 * sin(2 * pi * number / 48) if plane.life else 0.0
        left = middle[0] + turn_x + across * 2 / plane.depth + sway
        top = middle[1] + turn_y + down * 2 / plane.depth
        scale = 1 + (zoom - 1) * 3 / plane.depth if move in {Move.PUSH, Move.PULL} else zoom
        matrix = np.array([[scale, 0, SIZE[0] / 2 - scale * left], [0, scale, SIZE[1] / 2 - scale * top]])
        pixels = cv2.warpAffine(
            plane.pixels, matrix, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        alpha = cv2.warpAffine(plane.alpha, matrix, SIZE, flags=cv2.INTER_LINEAR)[:, :, None]
        blur = blur_near if plane.life else blur_far
        if blur > 0.3:
            pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
        out = out * (1 - alpha) + pixels * alpha
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def encode(frames: tuple[Picture, ...] | list[Picture], path: Path, rate: FrameRate, crf: int = 18) -> None:
    """Write a clip as the built-in camera does.

    Args:
        frames: Of one even size, BGR.
        path: Of an MP4 file.
        rate: Frames per second.
        crf: Of x264.
    """
    height, width = frames[0].shape[:2]
    with ClipWriter(path, (width, height), rate, H264(crf=crf)) as writer:
        for frame in frames:
            writer.write_bgr(frame)


def still(picture: Picture, path: Path) -> None:
    """Write a keyframe as PNG."""
    path.write_bytes(png(picture))
