"""A keyframe and its planes, read from the vault and made ready for one path."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from picturelock.core.blocking import Camera
from picturelock.core.brief import Layer, Layers
from picturelock.core.codec import from_json
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.generate.builtin.camera.compositor import Sight
from picturelock.generate.builtin.camera.focus import Racked, blur_px
from picturelock.generate.builtin.camera.life import Life, alive
from picturelock.generate.builtin.camera.planes import (
    Frame,
    Margin,
    Pixels,
    Plane,
    covering,
    decode,
    laid_over,
    prepared,
    rows_of,
    to_frame,
)
from picturelock.generate.builtin.camera.projection import (
    Matrix,
    corners,
    homography,
    leaning,
    lens,
    mapped,
    upright,
)
from picturelock.generate.builtin.camera.room import closer
from picturelock.vault.store import Vault

_SAME_PX = 0.05  # planes that never part by more than this are one
_MOST_MARGIN = 0.4
_WALKED_THROUGH_M = (0.25, 0.6)  # a plane this near the lens fades out


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One layer before it is prepared."""

    name: str
    pixels: Pixels
    normal: Matrix
    depth_m: float
    life: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A keyframe and what it is made of.

    Attributes:
        key: The keyframe.
        drew: The camera that it was drawn from.
        seen: That camera's ``lens`` on the picture.
        width: Of the picture, pixels.
        height: Of the picture.
        sheets: From far to near; one if the keyframe has no layers.
        layered: Whether it has.
    """

    key: Frame
    drew: Camera
    seen: Matrix
    width: int
    height: int
    sheets: tuple[Sheet, ...]
    layered: bool

    def back(self, normal: Matrix, camera: Camera, frame: Matrix) -> Matrix:
        """Pixels of the frame to pixels of the picture."""
        forth = homography(normal, self.drew, self.seen, camera, frame)
        back = np.linalg.inv(forth)
        return back / np.abs(back).max()


def read(
    keyframe: Digest, layers: Digest | None, camera: Camera, size: tuple[int, int], vault: Vault
) -> Stack:
    """A keyframe with its layers, if it has any.

    Args:
        keyframe: The picture.
        layers: A ``Layers`` document.
        camera: Where a picture without layers is taken to be seen from.
        size: Of the frame.
        vault: Has them.

    Raises:
        BadDocument: One of them cannot be read.
        NotFound: One of them is not there.
    """
    width, height = size
    picture = covering(decode(vault.read(keyframe), "the keyframe"), width, height)
    key = to_frame(laid_over([picture]))
    if layers is None:
        normal = upright(camera.focus_m)
        sheet = Sheet("picture", laid_over([picture]), normal, camera.focus_m, life=False)
        return Stack(key, camera, lens(camera, width, 0, 0, height), width, height, (sheet,), layered=False)
    document = from_json(Layers, vault.read(layers))
    if not document.layers or document.frame_width < 2 or document.frame_height < 2:
        raise BadDocument("the layered picture has no layers or no frame")
    seen = lens(
        document.camera, document.frame_width, document.frame_left, document.frame_top, document.frame_height
    )
    sheets = tuple(_sheet(layer, document, seen, vault) for layer in document.layers)
    return Stack(key, document.camera, seen, document.width, document.height, sheets, layered=True)


def _sheet(layer: Layer, document: Layers, seen: Matrix, vault: Vault) -> Sheet:
    pixels = decode(vault.read(layer.media), f"layer {layer.name!r}")
    if pixels.shape[:2] != (document.height, document.width):
        raise BadDocument(f"layer {layer.name!r} is not as large as its picture")
    depth = max(0.05, layer.depth_m)
    normal = upright(depth)
    rows = rows_of(pixels)
    if layer.far_m != layer.depth_m and rows is not None:
        horizon = layer.horizon * document.height
        near = max(rows, key=lambda row: abs(row - horizon))
        level = leaning(document.camera, seen, float(near), depth)
        normal = normal if level is None else level
    return Sheet(layer.name, pixels, normal, depth, layer.life)


@dataclass(frozen=True, slots=True)
class Way:
    """What a stack is prepared for.

    Attributes:
        cameras: One a frame.
        zooms: One a frame, see ``room``.
        times: Seconds.
        defocus: How far the depth of field has closed in, 0 to 1 a frame; all 0 where focus is not racked.
        returns: The last frame is a keyframe too.
        seed: Of the take.
    """

    cameras: tuple[Camera, ...]
    zooms: tuple[float, ...]
    times: list[float]
    defocus: tuple[float, ...]
    returns: bool
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Moving:
    plane: Plane
    depth_m: float
    life: Life | None
    racked: Racked | None


@dataclass(slots=True, eq=False)
class Rig:
    """A stack that is ready to be seen from every camera of a way.

    Attributes:
        stack: What is seen.
        way: The cameras.
        size: Of the frame.
    """

    stack: Stack
    way: Way
    size: tuple[int, int]
    _moving: list[_Moving] = field(init=False)

    def __post_init__(self) -> None:
        step = max(1, len(self.way.cameras) // 24)
        chosen = sorted({*range(0, len(self.way.cameras), step), len(self.way.cameras) - 1})
        self._moving = []
        for number, sheet in enumerate(self._joined(chosen)):
            found = self._prepared(sheet, chosen, base=number == 0)
            if found is not None:
                self._moving.append(found)

    def view(self, normal: Matrix, frame: int) -> Matrix:
        """Pixels of this frame to pixels of the picture, on this plane."""
        width, height = self.size
        camera = self.way.cameras[frame]
        back = self.stack.back(normal, camera, lens(camera, width, 0, 0, height))
        return back @ closer(width, height, self.way.zooms[frame])

    def _joined(self, chosen: Sequence[int]) -> list[Sheet]:
        """Neighbouring sheets that never part, as one."""
        rim = corners(*self.size)
        racks = any(self.way.defocus)
        groups: list[list[Sheet]] = []
        for sheet in self.stack.sheets:
            last = groups[-1][-1] if groups else None
            apart = last is None or sheet.life or last.life or racks
            if last is not None and not apart:
                apart = any(
                    np.abs(
                        mapped(self.view(last.normal, i), rim)[0] - mapped(self.view(sheet.normal, i), rim)[0]
                    ).max()
                    > _SAME_PX
                    for i in chosen
                )
            if apart:
                groups.append([sheet])
            else:
                groups[-1].append(sheet)
        return [
            group[0]
            if len(group) == 1
            else Sheet(
                group[0].name,
                laid_over([s.pixels for s in group]),
                group[0].normal,
                group[0].depth_m,
                life=False,
            )
            for group in groups
        ]

    def _prepared(self, sheet: Sheet, chosen: Sequence[int], *, base: bool) -> _Moving | None:
        width, height = self.size
        scale, low, high = 0.0, np.zeros(2), np.array([self.stack.width - 1.0, self.stack.height - 1.0])
        grid = np.array([[x, y] for x in np.linspace(0, width - 1, 9) for y in np.linspace(0, height - 1, 9)])
        for frame in chosen:
            points, ahead = mapped(self.view(sheet.normal, frame), grid)
            stepped, _ = mapped(self.view(sheet.normal, frame), np.add(grid, (1.0, 0.0)))
            good = ahead > 0
            if not good.any():
                continue
            low, high = np.minimum(low, points[good].min(axis=0)), np.maximum(high, points[good].max(axis=0))
            length = np.linalg.norm(stepped[good] - points[good], axis=1)
            scale = max(scale, float(1.0 / max(1e-6, length.min())))
        if scale == 0.0:
            return None
        size = np.array([self.stack.width, self.stack.height])
        limit = size * _MOST_MARGIN
        before = np.ceil(np.minimum(np.maximum(-low, 0) + (low < -0.01) * 2, limit)).astype(int)
        over = high - (size - 1)
        after = np.ceil(np.minimum(np.maximum(over, 0) + (over > 0.01) * 2, limit)).astype(int)
        margin = Margin(int(before[0]), int(before[1]), int(after[0]), int(after[1]))
        plane = prepared(
            sheet.pixels,
            sheet.normal,
            sheet.name,
            life=sheet.life,
            base=base,
            margin=margin,
            # Between half a step too large and too small nothing is gained by another resampling.
            scale=scale if scale < 0.8 else 1.0,
        )
        if plane is None:
            return None
        rows = rows_of(sheet.pixels)
        life = None
        if sheet.life and rows is not None:
            life = alive(
                sheet.name, rows, self.way.seed, self.way.times, width / 1920, returns=self.way.returns
            )
        racked = Racked(plane, width) if any(self.way.defocus) else None
        return _Moving(plane, sheet.depth_m, life, racked)

    def sights(self, frame: int) -> list[Sight]:
        """Every plane as this frame sees it, from far to near."""
        seen = []
        for number, moving in enumerate(self._moving):
            plane = moving.plane
            camera = self.way.cameras[frame]
            if moving.racked is not None:
                sigma = self.way.defocus[frame] * blur_px(camera.focus_m, moving.depth_m, self.size[0])
                plane = moving.racked.at(sigma)
            back = self.view(plane.normal, frame)
            opacity = 1.0 if number == 0 else self._opacity(plane, frame, moving.depth_m)
            if opacity <= 0.0:
                continue
            if moving.life is not None:
                back = moving.life.back(frame) @ back
            seen.append(Sight(plane, plane.placed @ back, opacity))
        return seen

    def _opacity(self, plane: Plane, frame: int, depth_m: float) -> float:
        """An upright plane fades as the lens walks through it."""
        if plane.normal[0] or plane.normal[1]:
            return 1.0
        width, height = self.size
        camera = self.way.cameras[frame]
        forth = homography(
            plane.normal, self.stack.drew, self.stack.seen, camera, lens(camera, width, 0, 0, height)
        )
        middle = np.array([[self.stack.seen[0, 2], self.stack.seen[1, 2]]])
        distance = float(mapped(forth, middle)[1][0]) * depth_m
        near, far = _WALKED_THROUGH_M
        if depth_m < far:
            return 1.0 if distance > depth_m * 0.5 else 0.0
        return min(1.0, max(0.0, (distance - near) / (far - near)))
