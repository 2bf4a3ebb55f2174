"""Where the camera is at every frame: the move, its ease, and the hand that holds it.

Everything here is a pure function of the brief and the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, exp, log, pi, radians, sin

import msgspec
import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from picturelock.core.blocking import Camera
from picturelock.core.contract import Amount, CameraMove, Move

RAMP = 0.16
"""Share of a clip over which a move gains speed, and again over which it loses it."""

_HAND_SHARE = 0.009
"""Peak of a handheld camera's wander, as a share of the frame's width."""

_BREATH_PUSH = 0.011
"""How far a static camera creeps in, as a share of the distance in focus."""

# (frequency in Hz, weight): a slow drift of the body, the arms, a little of the hands.
_OCTAVES = ((0.35, 1.0), (0.9, 0.42), (2.1, 0.12))


def ease(time: float, ramp: float = RAMP) -> float:
    """How much of a move is done: slow start, constant speed, slow end.

    The speed rises and falls as a smoothstep, so that neither speed nor acceleration ever jumps.

    Args:
        time: Share of the clip, 0 to 1.
        ramp: Share of the clip for the start, and again for the end; above 0, at most 0.5.

    Returns:
        0 to 1, never falling.
    """

    def started(t: float) -> float:
        u = t / ramp
        return ramp * (u**3 - u**4 / 2)

    time = min(1.0, max(0.0, time))
    full = 1.0 - ramp
    if time < ramp:
        return started(time) / full
    if time > 1.0 - ramp:
        return 1.0 - started(1.0 - time) / full
    return (time - ramp / 2) / full


def smoothstep(value: float) -> float:
    """0 below 0, 1 above 1, and a smooth way between."""
    value = min(1.0, max(0.0, value))
    return value * value * (3.0 - 2.0 * value)


def between(start: Camera, end: Camera, share: float) -> Camera:
    """The camera on its way.

    Places and angles go straight; focal length by ratio, as a zoom ring is turned; focus by its reciprocal, as a
    focus ring is.
    """

    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return Camera(
        x_m=mix(start.x_m, end.x_m),
        y_m=mix(start.y_m, end.y_m),
        z_m=mix(start.z_m, end.z_m),
        heading_deg=mix(start.heading_deg, end.heading_deg),
        tilt_deg=mix(start.tilt_deg, end.tilt_deg),
        roll_deg=mix(start.roll_deg, end.roll_deg),
        lens_mm=exp(mix(log(start.lens_mm), log(end.lens_mm))),
        sensor_mm=mix(start.sensor_mm, end.sensor_mm),
        focus_m=1.0 / mix(1.0 / start.focus_m, 1.0 / end.focus_m),
    )


def moved(camera: Camera, right_m: float, up_m: float, ahead_m: float) -> Camera:
    """The camera carried along its own level axes: to its right, straight up, and along its heading and tilt."""
    heading, tilt = radians(camera.heading_deg), radians(camera.tilt_deg)
    return msgspec.structs.replace(
        camera,
        x_m=camera.x_m + right_m * cos(heading) + ahead_m * sin(heading) * cos(tilt),
        y_m=camera.y_m + up_m + ahead_m * sin(tilt),
        z_m=camera.z_m - right_m * sin(heading) + ahead_m * cos(heading) * cos(tilt),
    )


# Shares of the distance in focus (push, pull) or of the field of view (all others).
_REACH = {
    Move.PUSH: (0.10, 0.20, 0.35),
    Move.PULL: (0.08, 0.15, 0.30),
    Move.PAN_LEFT: (0.08, 0.18, 0.55),
    Move.TILT_UP: (0.08, 0.18, 0.50),
    Move.TRUCK_LEFT: (0.06, 0.14, 0.40),
    Move.CRANE_UP: (0.06, 0.14, 0.40),
}


def end_of(camera: Camera, move: CameraMove, aspect: float) -> Camera:
    """Where a move ends that was named but not placed.

    Args:
        camera: At the first frame.
        move: Its kind and how far it goes.
        aspect: Width / height of the picture.
    """
    step = (Amount.SMALL, Amount.MEDIUM, Amount.LARGE).index(move.amount)
    width = camera.sensor_mm / camera.lens_mm
    height = width / aspect
    near = camera.focus_m

    def reach(kind: Move) -> float:
        return _REACH[kind][step]

    def turned(angle: float) -> float:
        return float(np.degrees(np.arctan(angle)))

    match move.kind:
        case Move.PUSH:
            return moved(camera, 0, 0, reach(Move.PUSH) * near)
        case Move.PULL:
            return moved(camera, 0, 0, -reach(Move.PULL) * near)
        case Move.PAN_LEFT | Move.PAN_RIGHT:
            sign = 1 if move.kind is Move.PAN_RIGHT else -1
            heading = camera.heading_deg + sign * turned(reach(Move.PAN_LEFT) * width)
            return msgspec.structs.replace(camera, heading_deg=heading)
        case Move.TILT_UP | Move.TILT_DOWN:
            sign = 1 if move.kind is Move.TILT_UP else -1
            tilt = camera.tilt_deg + sign * turned(reach(Move.TILT_UP) * height)
            return msgspec.structs.replace(camera, tilt_deg=tilt)
        case Move.TRUCK_LEFT | Move.TRUCK_RIGHT:
            sign = 1 if move.kind is Move.TRUCK_RIGHT else -1
            return moved(camera, sign * reach(Move.TRUCK_LEFT) * width * near, 0, 0)
        case Move.CRANE_UP | Move.CRANE_DOWN:
            sign = 1 if move.kind is Move.CRANE_UP else -1
            return moved(camera, 0, sign * reach(Move.CRANE_UP) * height * near, 0)
        case Move.STATIC:
            return moved(camera, 0, 0, _BREATH_PUSH * near)
        case Move.RACK:
            return msgspec.structs.replace(camera, focus_m=camera.focus_m * 3.0)
        case _:
            return camera


def wander(seed: int, name: str, seconds: Sequence[float]) -> NDArray[np.float64]:
    """Smooth wandering around 0, band limited to about 3 Hz.

    Args:
        seed: Of the take.
        name: Tells several wanderings of one take apart.
        seconds: Points in time.

    Returns:
        One value for each point, -1 to 1 over the points given.
    """
    stream = blake3(f"{seed}/{name}".encode()).digest(length=8 * 3 * 2 * len(_OCTAVES))
    draws = iter((np.frombuffer(stream, "<u8").astype(np.float64) / 2.0**64).tolist())
    at = np.asarray(seconds, dtype=np.float64)
    total = np.zeros_like(at)
    for frequency, weight in _OCTAVES:
        for _ in range(3):
            rate, phase = frequency * (0.75 + 0.5 * next(draws)), 2 * pi * next(draws)
            total += weight * np.sin(2 * pi * rate * at + phase)
    peak = float(np.abs(total).max(initial=0.0))
    return total / peak if peak > 0 else total


@dataclass(frozen=True, slots=True)
class Path:
    """A move, frame by frame.

    Attributes:
        cameras: One a frame.
        done: Share of the move that is done at each frame, 0 to 1; for a handheld camera the share of its unrest.
    """

    cameras: tuple[Camera, ...]
    done: tuple[float, ...]


def travel(
    start: Camera,
    end: Camera,
    move: Move,
    frames: int,
    seconds: float,
    seed: int,
    *,
    share: float = 1.0,
    returns: bool = False,
) -> Path:
    """Every frame's camera.

    Args:
        start: At frame 0.
        end: At the last frame.
        move: Handheld cameras wander on their way.
        frames: Of the whole clip with its handles, at least 1.
        seconds: Its length.
        seed: Of the take.
        share: How much of the way is gone.
        returns: The last camera is exactly ``end``, so that unrest has to come to rest there too.
    """
    last = max(1, frames - 1)
    done = tuple(ease(i / last) for i in range(frames))
    cameras = tuple(between(start, end, d * share) for d in done)
    if move is not Move.HANDHELD:
        return Path(cameras, done)
    times = [i * seconds / frames for i in range(frames)]
    # It starts from rest, because frame 0 is the keyframe, and finds its unrest within a second.
    settle = min(1.0, seconds / 3)
    calm = [smoothstep(t / settle) for t in times]
    if returns:
        calm = [c * smoothstep((times[-1] - t) / settle) for c, t in zip(calm, times, strict=True)]
    width = start.sensor_mm / start.lens_mm
    turn = np.degrees(_HAND_SHARE * width) * share
    drift = 0.35 * _HAND_SHARE * width * start.focus_m * share
    heading, tilt, roll = (wander(seed, n, times) for n in ("heading", "tilt", "roll"))
    right, up = (wander(seed, n, times) for n in ("right", "up"))
    shaken = tuple(
        msgspec.structs.replace(
            moved(camera, drift * c * right[i], drift * c * 0.6 * up[i], 0),
            heading_deg=camera.heading_deg + turn * c * float(heading[i]),
            tilt_deg=camera.tilt_deg + turn * c * 0.7 * float(tilt[i]),
            roll_deg=camera.roll_deg + 0.3 * share * c * float(roll[i]),
        )
        for i, (camera, c) in enumerate(zip(cameras, calm, strict=True))
    )
    return Path(shaken, tuple(calm))
