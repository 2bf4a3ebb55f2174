"""A clip from a brief: path, planes, frames, file."""

import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path as FilePath

import msgspec
import numpy as np
from numpy.typing import NDArray

from picturelock.core.blocking import Camera
from picturelock.core.brief import ClipBrief
from picturelock.core.codec import canonical
from picturelock.core.contract import CameraMove, Move
from picturelock.core.failures import Malformed
from picturelock.core.take import Part
from picturelock.generate.builtin.camera.compositor import Compositor, dissolve
from picturelock.generate.builtin.camera.path import Path, end_of, smoothstep, travel
from picturelock.generate.builtin.camera.planes import Frame, Pixels
from picturelock.generate.builtin.camera.projection import Matrix, axes, lens
from picturelock.generate.builtin.camera.room import Fitted, Room, fit
from picturelock.generate.builtin.camera.stack import Rig, Stack, Way, read
from picturelock.generate.provider import Product
from picturelock.media.encode import H264, ClipWriter, check_size
from picturelock.media.opencv import cv2
from picturelock.vault.store import Vault

_SETTLING = 12
"""Frames over which what tells a keyframe from its planes fades."""

_BEYOND_STILL = 0.045
_BEYOND_LAYERED = 0.06
_CLOSER_STILL = 1.22
_CLOSER_LAYERED = 1.08
_MASK = 8  # coverage is smooth: an eighth of the size holds it


def make(brief: ClipBrief, seed: int, vault: Vault) -> Product:
    """See :func:`picturelock.generate.builtin.camera.animate`."""
    size = (brief.width, brief.height)
    check_size(size)
    total = brief.frames + 2 * brief.handles
    if total < 1:
        raise Malformed("a clip needs at least one frame")
    shot = plan(brief, seed, vault)
    settings = H264(crf=16, preset="veryfast", gop=brief.frame_rate.nominal)
    with tempfile.TemporaryDirectory(prefix="picturelock-") as folder:
        path = FilePath(folder) / "clip.mp4"
        with ClipWriter(path, size, brief.frame_rate, settings) as writer:
            for frame in shot.frames():
                writer.write_planes(*frame.channels)
        media = vault.put_file(path)
    report = vault.put(canonical({"format": "picturelock.move/1", "share": shot.share, "zoom": shot.zoom}))
    return Product(media=media, parts=(Part(role="move", digest=report),), duration_frames=total)


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A clip that is ready to be drawn.

    Attributes:
        size: Width and height.
        total: Frames.
        first: The first keyframe's planes.
        last: The last keyframe's, where there is one.
        share: How much of the move there is room for.
        zoom: How much closer the camera goes for it, as a factor.
    """

    size: tuple[int, int]
    total: int
    first: Rig
    last: Rig | None
    share: float
    zoom: float

    def frames(self) -> "Frames":
        """Every frame in order. Each is valid until the next one is drawn."""
        return Frames(self)


class Frames:
    """Draws the frames of a shot, one after another."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._compositor = Compositor(*shot.size)
        self._out, self._a, self._b = (Frame.empty(*shot.size) for _ in range(3))
        self._opening = self._difference(shot.first, 0)
        self._closing = self._difference(shot.last, shot.total - 1) if shot.last else None
        self._number = 0

    def __iter__(self) -> "Frames":
        return self

    def __next__(self) -> Frame:
        if self._number >= self._shot.total:
            raise StopIteration
        number, self._number = self._number, self._number + 1
        return self.draw(number)

    def draw(self, number: int) -> Frame:
        """One frame; valid until the next call."""
        shot = self._shot
        if number == 0:
            return shot.first.stack.key
        if shot.last is not None and number == shot.total - 1:
            return shot.last.stack.key
        share = 0.0
        if shot.last is not None:
            share = smoothstep(3.0 * number / (shot.total - 1) - 1.0)
        if shot.last is None or share == 0.0:
            self._draw(shot.first, number, self._out)
        elif share == 1.0:
            self._draw(shot.last, number, self._out)
        else:
            self._draw(shot.first, number, self._a)
            self._draw(shot.last, number, self._b)
            self._join(shot.first, shot.last, number, share)
        return self._out

    def _draw(self, rig: Rig, number: int, out: Frame) -> None:
        self._compositor.draw(rig.sights(number), out)
        settling = min(_SETTLING, max(1, self._shot.total // 3))
        if rig is self._shot.first and number < settling:
            self._opening.add(out, 1.0 - smoothstep(number / settling))
        elif self._closing is not None and rig is self._shot.last:
            left = self._shot.total - 1 - number
            if left < settling:
                self._closing.add(out, 1.0 - smoothstep(left / settling))

    def _difference(self, rig: Rig, number: int) -> "_Difference":
        drawn = Frame.empty(*self._shot.size)
        self._compositor.draw(rig.sights(number), drawn)
        return _Difference.between(rig.stack.key, drawn)

    def _join(self, first: Rig, last: Rig, number: int, share: float) -> None:
        """Dissolve, each picture only where it was drawn."""
        mine, other = _cover(first, number), _cover(last, number)
        if mine.min() > 0.999 and other.min() > 0.999:
            dissolve(self._a, self._b, share, self._out)
            return
        weight = other * share
        weight /= weight + mine * (1.0 - share)
        for a, b, out in zip(self._a.channels, self._b.channels, self._out.channels, strict=True):
            wide = cv2.resize(weight, (out.shape[1], out.shape[0]), interpolation=cv2.INTER_LINEAR)
            cv2.blendLinear(a, b, 1.0 - wide, wide, dst=out)


@dataclass(frozen=True, slots=True, eq=False)
class _Difference:
    """What has to be added to and taken from a drawn frame to make it the keyframe."""

    more: tuple[Pixels, ...] = ()
    less: tuple[Pixels, ...] = ()

    @classmethod
    def between(cls, key: Frame, drawn: Frame) -> "_Difference":
        pairs = list(zip(key.channels, drawn.channels, strict=True))
        more = tuple(cv2.subtract(k, d) for k, d in pairs)
        less = tuple(cv2.subtract(d, k) for k, d in pairs)
        if max(int(part.max()) for part in (*more, *less)) <= 1:
            return cls()
        return cls(more, less)

    def add(self, out: Frame, share: float) -> None:
        for target, more, less in zip(out.channels, self.more, self.less, strict=False):
            cv2.addWeighted(target, 1.0, more, share, 0.0, dst=target)
            cv2.addWeighted(target, 1.0, less, -share, 0.0, dst=target)


def _cover(rig: Rig, number: int) -> NDArray[np.float32]:
    """How surely each part of the frame lies in the picture, 0 to 1; an eighth of the frame's size.

    The farthest plane decides: what stands in front of it is drawn where it stands.
    """
    width, height = rig.size[0] // _MASK, rig.size[1] // _MASK
    up = np.array([[_MASK, 0.0, (_MASK - 1) / 2], [0.0, _MASK, (_MASK - 1) / 2], [0.0, 0.0, 1.0]])
    back = rig.view(rig.stack.sheets[0].normal, number) @ up
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    points = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ back.T
    x, y = points[..., 0] / points[..., 2], points[..., 1] / points[..., 2]
    feather = 0.06 * rig.stack.width
    edge = np.minimum(np.minimum(x, rig.stack.width - 1 - x), np.minimum(y, rig.stack.height - 1 - y))
    sure = np.clip(edge / feather + 1.0, 0.0, 1.0) if not rig.stack.layered else np.clip(edge / feather, 0, 1)
    sure = np.where(points[..., 2] > 0, sure, 0.0)
    return (np.clip(sure, 0.0, 1.0) + 1e-4).astype(np.float32)


def plan(brief: ClipBrief, seed: int, vault: Vault) -> Shot:
    """Read the pictures, choose the path, prepare the planes.

    Raises:
        BadDocument: A picture or its layers cannot be read.
        NotFound: A picture is not in the vault.
    """
    size = (brief.width, brief.height)
    total = brief.frames + 2 * brief.handles
    rate = Fraction(brief.frame_rate)
    first = read(brief.keyframe, brief.layers, brief.camera, size, vault)
    move = brief.contract.motion.camera if brief.contract.motion else CameraMove()
    end = _end(brief, first, move)
    last = None
    if brief.keyframe_last is not None:
        last = read(brief.keyframe_last, brief.layers_last, end, size, vault)
        end = last.drew
    seconds = float(total / rate)

    def path(share: float) -> Path:
        return travel(first.drew, end, move.kind, total, seconds, seed, share=share, returns=last is not None)

    def view(camera: Camera) -> Matrix:
        return first.back(first.sheets[0].normal, camera, lens(camera, size[0], 0, 0, size[1]))

    if last is None:
        fitted = fit(_room(first, size, first.drew, end), path, view)
        if fitted.share < 1.0 and first.layered:
            # Rather a little that was never drawn, at the edge of a plane, than half a move.
            room = replace(_room(first, size, first.drew, end), beyond=_BEYOND_LAYERED)
            fitted = max(fitted, fit(room, path, view), key=lambda f: f.share)
    else:
        fitted = Fitted(path(1.0), (1.0,) * total, 1.0)
    times = [float(i / rate) for i in range(total)]
    racks = move.kind is Move.RACK and len(first.sheets) > 1
    close = [smoothstep(6.0 * i / total) if racks else 0.0 for i in range(total)]
    if racks and last is not None:
        close = [c * smoothstep(6.0 * (total - 1 - i) / total) for i, c in enumerate(close)]
    way = Way(fitted.path.cameras, fitted.zooms, times, tuple(close), last is not None, seed)
    return Shot(
        size,
        total,
        Rig(first, way, size),
        Rig(last, way, size) if last is not None else None,
        round(fitted.share, 6),
        round(max(fitted.zooms), 6),
    )


def _room(stack: Stack, size: tuple[int, int], start: Camera, end: Camera) -> Room:
    if stack.layered:
        return Room(*size, stack.width, stack.height, 0.0, _CLOSER_LAYERED)
    # A bare still has nothing around it. Only a camera that goes back needs more than it shows.
    widens = start.focus_m > 0 and _ahead(start, end) < 0
    beyond, closer = (_BEYOND_STILL, 1.0) if widens else (0.0, _CLOSER_STILL)
    return Room(*size, stack.width, stack.height, beyond, closer)


def _ahead(start: Camera, end: Camera) -> float:
    """Metres that the camera goes forward, with a longer lens counting as going forward."""
    way = np.array([end.x_m - start.x_m, end.y_m - start.y_m, end.z_m - start.z_m])
    longer = end.lens_mm / end.sensor_mm / (start.lens_mm / start.sensor_mm)
    return float(axes(start)[2] @ way) + start.focus_m * (1.0 - 1.0 / longer)


def _end(brief: ClipBrief, first: Stack, move: CameraMove) -> Camera:
    """Where the move ends: as blocked, or else as the contract names it."""
    named = end_of(first.drew, move, brief.width / brief.height)
    placed = brief.camera_end
    if placed is None or placed == brief.camera:
        placed = named
    if move.kind is not Move.RACK or abs(placed.focus_m - named.focus_m) > 1e-9 or not first.layered:
        return placed
    # A rack that was not told where to goes to another figure if there is one, or else to what is least in focus.
    start = first.drew.focus_m
    figures = sorted((s for s in first.sheets if s.life), key=lambda s: abs(1 / s.depth_m - 1 / start))
    chosen = figures[1:] or list(first.sheets)
    target = max(chosen, key=lambda s: abs(1 / s.depth_m - 1 / start))
    return msgspec.structs.replace(placed, focus_m=target.depth_m)
