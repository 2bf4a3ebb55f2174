"""Where the camera ends after its move."""

from math import atan, cos, degrees, radians, sin

from msgspec.structs import replace

from picturelock.core.blocking import Camera
from picturelock.core.contract import Amount, CameraMove, Move

Point = tuple[float, float, float]

#: Shares of the distance (push, pull), of the field of view (pan, tilt) and of the picture in focus (truck, crane).
_PUSH = {Amount.SMALL: 0.12, Amount.MEDIUM: 0.24, Amount.LARGE: 0.42}
_PULL = {Amount.SMALL: 0.15, Amount.MEDIUM: 0.35, Amount.LARGE: 0.9}
_TURN = {Amount.SMALL: 0.12, Amount.MEDIUM: 0.3, Amount.LARGE: 0.85}
_TRUCK = {Amount.SMALL: 0.12, Amount.MEDIUM: 0.28, Amount.LARGE: 0.8}
_CRANE = {Amount.SMALL: 0.15, Amount.MEDIUM: 0.4, Amount.LARGE: 1.0}


def end_of(
    camera: Camera,
    move: CameraMove,
    aspect: float,
    *,
    focus_end_m: float | None = None,
    face: Point | None = None,
) -> Camera | None:
    """The camera at the last frame, or ``None`` where it stands.

    A handheld camera stays where it is; its unrest is the clip's. A rack changes only what is in focus.

    Args:
        camera: At the first frame.
        move: What it does, and how far.
        aspect: Picture width / height.
        focus_end_m: Where a rack ends; ``None`` racks to behind the subject.
        face: What a push goes to, in world metres; ``None`` pushes along the optical axis.
    """
    match move.kind:
        case Move.STATIC | Move.HANDHELD:
            return None
        case Move.PUSH:
            return (
                _along(camera, _PUSH[move.amount])
                if face is None
                else _closer(camera, face, _PUSH[move.amount])
            )
        case Move.PULL:
            return _along(camera, -_PULL[move.amount])
        case Move.PAN_LEFT | Move.PAN_RIGHT:
            field = degrees(2 * atan(camera.sensor_mm / camera.lens_mm / 2))
            by = field * _TURN[move.amount] * (1 if move.kind is Move.PAN_RIGHT else -1)
            return replace(camera, heading_deg=camera.heading_deg + by)
        case Move.TILT_UP | Move.TILT_DOWN:
            field = degrees(2 * atan(camera.sensor_mm / camera.lens_mm / 2 / aspect))
            by = field * _TURN[move.amount] * (1 if move.kind is Move.TILT_UP else -1)
            return replace(camera, tilt_deg=min(max(camera.tilt_deg + by, -88.0), 88.0))
        case Move.TRUCK_LEFT | Move.TRUCK_RIGHT:
            by = _across(camera) * _TRUCK[move.amount] * (1 if move.kind is Move.TRUCK_RIGHT else -1)
            turn = radians(camera.heading_deg)
            return replace(camera, x_m=camera.x_m + by * cos(turn), z_m=camera.z_m - by * sin(turn))
        case Move.CRANE_UP | Move.CRANE_DOWN:
            by = max(_across(camera) / aspect, 0.8) * _CRANE[move.amount]
            return _craned(camera, by if move.kind is Move.CRANE_UP else -by)
        case Move.RACK:
            return replace(camera, focus_m=camera.focus_m * 2.2 if focus_end_m is None else focus_end_m)


def _closer(camera: Camera, face: Point, share: float) -> Camera:
    """Straight towards a face, which so keeps its place in the picture while it grows."""
    x, y, z = (to - at for to, at in zip(face, (camera.x_m, camera.y_m, camera.z_m), strict=True))
    return replace(
        camera,
        x_m=camera.x_m + x * share,
        y_m=camera.y_m + y * share,
        z_m=camera.z_m + z * share,
        focus_m=camera.focus_m * (1.0 - share),
    )


def _across(camera: Camera) -> float:
    """Width of the picture in the plane in focus, metres."""
    return camera.focus_m * camera.sensor_mm / camera.lens_mm


def _along(camera: Camera, share: float) -> Camera:
    """Along the optical axis, towards what is in focus; a pull draws back level, so that it does not dive or climb."""
    by = camera.focus_m * share
    turn, tilt = radians(camera.heading_deg), radians(camera.tilt_deg)
    return replace(
        camera,
        x_m=camera.x_m + by * sin(turn) * cos(tilt),
        y_m=max(0.2, camera.y_m + by * sin(tilt)),
        z_m=camera.z_m + by * cos(turn) * cos(tilt),
        focus_m=camera.focus_m - by,
    )


def _craned(camera: Camera, by: float) -> Camera:
    """Up or down, with the tilt that keeps the middle of the picture where it was."""
    tilt = radians(camera.tilt_deg)
    ahead, aim = camera.focus_m * cos(tilt), camera.y_m + camera.focus_m * sin(tilt)
    height = max(0.25, camera.y_m + by)
    rise = aim - height
    return replace(
        camera,
        y_m=height,
        tilt_deg=degrees(atan(rise / max(ahead, 0.05))),
        focus_m=(ahead * ahead + rise * rise) ** 0.5,
    )
