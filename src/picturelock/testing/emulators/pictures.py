"""The media that emulated vendors deliver: real PNG and MP4 files, good or wrong in a way that is known.

Picturelock's built-in vendor draws them. A picture that is asked for with a reference is that reference as another model
would render it: regraded, a little softer here and sharper there, grained, its lines not quite in their places. Without
one it is a drawn scene that fits the prompt. A clip is its first frame under a moving camera. The same request gives
the same bytes, and the last ones are remembered.
"""

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from picturelock.core.blocking import Camera
from picturelock.core.brief import ClipBrief
from picturelock.core.contract import Amount, CameraMove, Contract, Motion, Move
from picturelock.core.digest import Digest
from picturelock.core.frametime import FrameRate
from picturelock.core.value import Value
from picturelock.generate.builtin.camera import animate
from picturelock.generate.builtin.camera.clip import plan
from picturelock.media.opencv import cv2
from picturelock.media.picture import png, read
from picturelock.media.planes import from_planes, to_bgr
from picturelock.script.directions import direction_in
from picturelock.testing.defects import ClipDefect, StillDefect, plant_in, spoil
from picturelock.testing.emulators.chance import between, number, share
from picturelock.testing.emulators.imagined import enlarged, imagined
from picturelock.testing.emulators.media import filled
from picturelock.testing.emulators.mix import Flawed, Good, SceneDefect
from picturelock.vault.local import LocalVault

Pixels = NDArray[np.uint8]

SHORTEST_FLAWED = 24
"""Frames that a clip needs for a defect to have room in it."""

_REMEMBERED = 96 << 20
_TILE = 512
_CAMERA = Camera(x_m=0.0, y_m=1.6, z_m=-4.0, focus_m=4.0)


class Label(Value, frozen=True, kw_only=True):
    """What is known of a delivered file.

    Attributes:
        category: Kind of failure; empty for a good file.
        defect: Empty for a good file.
        frame: First frame of a clip that shows the defect; -1 where it is the file's, or where there is none.
    """

    category: str = ""
    defect: str = ""
    frame: int = -1

    @property
    def good(self) -> bool:
        """Nothing is wrong with it."""
        return not self.defect


class Labelled(Value, frozen=True, kw_only=True):
    """A file and what is known of it."""

    media: bytes
    label: Label


class _Shelf:
    """The last files by what they were made from."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._guard = threading.Lock()
        self._files: OrderedDict[Digest, Labelled] = OrderedDict()

    def get(self, key: Digest, make: Callable[[], Labelled]) -> Labelled:
        with self._guard:
            if found := self._files.get(key):
                self._files.move_to_end(key)
                return found
        made = make()
        with self._guard:
            if key not in self._files:
                self._files[key] = made
                self._held += len(made.media)
            while self._held > self._most and len(self._files) > 1:
                self._held -= len(self._files.popitem(last=False)[1].media)
        return made


_shelf = _Shelf(_REMEMBERED)


def _key(*parts: object) -> Digest:
    return Digest.of_chunks(
        bytes(Digest.of(part if isinstance(part, bytes) else str(part).encode()), "ascii") for part in parts
    )


def picture(
    width: int, height: int, reference: bytes | None, prompt: str, seed: int, outcome: Good | Flawed
) -> Labelled:
    """A still.

    Args:
        width: Pixels.
        height: Pixels.
        reference: PNG or JPEG that it is made from; scaled and cropped to the size.
        prompt: What it shows, where there is no reference.
        seed: Another one gives another picture of the same.
        outcome: What is wrong with it.

    Returns:
        A PNG of 8 bits a channel. With some defects it is of another size, has alpha, or breaks off.

    Raises:
        BadDocument: The reference is no picture.
        Damaged: The reference breaks off.
    """

    def make() -> Labelled:
        return _picture((width, height), reference, prompt, seed, outcome)

    return _shelf.get(_key(width, height, reference, prompt, seed, outcome), make)


def _picture(
    size: tuple[int, int], reference: bytes | None, prompt: str, seed: int, outcome: Good | Flawed
) -> Labelled:
    if reference is None:
        shown = enlarged(_framed(imagined(prompt, size), seed), size)
    else:
        shown = filled(read(reference), size)
    shown = rendered(shown, seed)
    if isinstance(outcome, Good):
        return Labelled(media=png(shown, effort=1), label=Label())
    label = Label(category=outcome.category.value, defect=outcome.defect.value)
    if isinstance(outcome.defect, SceneDefect):
        return Labelled(media=png(_SCENE[outcome.defect](shown, seed), effort=1), label=label)
    defect = StillDefect(outcome.defect)
    return Labelled(media=spoil(png(shown, effort=1), defect, seed), label=label)


def _framed(pixels: Pixels, seed: int) -> Pixels:
    """A little nearer and aside: a prompt without a reference leaves the framing open."""
    height, width = pixels.shape[:2]
    part = between(0.86, 1.0, seed, "framing")
    wide, tall = int(width * part), int(height * part)
    left = int((width - wide) * share(seed, "across"))
    top = int((height - tall) * share(seed, "down"))
    return pixels[top : top + tall, left : left + wide]


# --- another model's hand


def rendered(pixels: Pixels, seed: int) -> Pixels:
    """A picture as another model would render it.

    Args:
        pixels: H x W x 3 BGR.
        seed: Of its small liberties; the model's own grade stays the same.
    """
    return _grained(_graded(_redrawn(pixels, seed), seed), seed)


def _redrawn(pixels: Pixels, seed: int) -> Pixels:
    """Lines stand a fraction of a percent beside their places, and broad forms gain depth."""
    height, width = pixels.shape[:2]
    chance = np.random.default_rng([seed, 11])
    reach = 0.0016 * width
    knots = chance.normal(0, reach, (5, 7, 2)).astype(np.float32)
    push = cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC)
    columns = np.arange(width, dtype=np.float32)[None, :] + push[:, :, 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + push[:, :, 1]
    moved = cv2.remap(pixels, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    small = cv2.resize(moved, (max(2, width // 8), max(2, height // 8)), interpolation=cv2.INTER_AREA)
    broad = cv2.resize(cv2.GaussianBlur(small, (0, 0), 5), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.addWeighted(moved, 1.16, broad, -0.16, 0).astype(np.uint8)


def _graded(pixels: Pixels, seed: int) -> Pixels:
    """Lifted shadows, a warm cast, a little more colour."""
    lift, gamma = between(3.0, 7.0, seed, "lift"), between(0.95, 1.01, seed, "gamma")
    levels = np.arange(256, dtype=np.float32) / 255.0
    curve = levels**gamma * (250.0 - lift) + lift
    cast = (between(0.955, 0.985, seed, "blue"), 1.0, between(1.01, 1.03, seed, "red"))
    table = np.stack([np.clip(curve * gain, 0, 255) for gain in cast], axis=1).astype(np.uint8)
    graded = cv2.LUT(pixels, table.reshape(1, 256, 3))
    more = between(1.04, 1.12, seed, "colour")
    weights = np.array([0.0722, 0.7152, 0.2126], np.float32)
    mixing = more * np.eye(3, dtype=np.float32) + (1 - more) * np.tile(weights, (3, 1))
    return cv2.transform(graded, mixing).astype(np.uint8)


def _grained(pixels: Pixels, seed: int) -> Pixels:
    height, width = pixels.shape[:2]
    chance = np.random.default_rng([seed, 12])
    tile = cv2.GaussianBlur(chance.normal(0, 5.0, (_TILE, _TILE)).astype(np.float32), (0, 0), 0.7)
    many = np.tile(tile.astype(np.int8), (-(-height // _TILE), -(-width // _TILE)))[:height, :width]
    grain = cv2.merge([many, many, many])
    return cv2.add(pixels, grain, dtype=cv2.CV_8U).astype(np.uint8)


# --- what goes wrong in a picture's content


def _apart(pixels: Pixels) -> NDArray[np.float32]:
    """How much each part stands out from its surroundings, 160 pixels wide; people stand low and near the middle."""
    height, width = pixels.shape[:2]
    size = (160, max(32, round(height * 160 / width)))
    small = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB)
    small = small.astype(np.float32)
    found = np.abs(small - cv2.GaussianBlur(small, (0, 0), 24)).sum(axis=2)
    across = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    down = np.linspace(0.15, 1.3, size[1], dtype=np.float32)[:, None]
    return (found * (1.0 - 0.45 * across**2) * np.minimum(down, 1.0)).astype(np.float32)


def _subject(pixels: Pixels) -> tuple[int, int, int, int]:
    """Left, top, width and height of what stands out most, most likely somebody."""
    apart = _apart(pixels)
    scale = pixels.shape[1] / apart.shape[1]
    wide, tall, top = 38, int(apart.shape[0] * 0.72), int(apart.shape[0] * 0.24)
    columns = apart[top : top + tall].sum(axis=0)
    left = int(np.convolve(columns, np.hanning(wide), mode="valid").argmax())
    return int(left * scale), int(top * scale), int(wide * scale), int(tall * scale)


def _soft_mask(shape: tuple[int, ...], box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """1 in the middle of a box, 0 around it, H x W x 1."""
    left, top, wide, tall = box
    mask = np.zeros(shape[:2], np.float32)
    cv2.ellipse(mask, (left + wide // 2, top + tall // 2), (wide // 2, tall // 2), 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), max(1.0, wide / 14))[:, :, None].astype(np.float32)


def _laid(under: Pixels, over: Pixels, mask: NDArray[np.float32]) -> Pixels:
    return np.clip(under * (1 - mask) + over * mask, 0, 255).astype(np.uint8)


def _recast(pixels: Pixels, seed: int) -> Pixels:
    """Somebody else in other clothes stands there."""
    apart = cv2.GaussianBlur(_apart(pixels), (0, 0), 1.5)
    near = np.clip(apart / max(1.0, float(np.percentile(apart, 88))), 0, 1).astype(np.float32)
    own = cv2.resize(near, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)[:, :, None]
    angle = between(0, 2 * np.pi, seed, "recast")
    other = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB).astype(np.int16)
    other[:, :, 0] = other[:, :, 0] * 3 // 4
    other[:, :, 1] += int(34 * np.cos(angle))
    other[:, :, 2] += int(34 * np.sin(angle))
    turned = cv2.cvtColor(np.clip(other, 0, 255).astype(np.uint8), cv2.COLOR_LAB2BGR)
    return _laid(pixels, turned.astype(np.uint8), _soft_mask(pixels.shape, _subject(pixels)) * own)


def _melted(pixels: Pixels, seed: int) -> Pixels:
    """Face and hands flow."""
    height, width = pixels.shape[:2]
    knots = np.random.default_rng([seed, 13]).normal(0, 0.022 * width, (9, 14, 2)).astype(np.float32)
    push = cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC)
    columns = np.arange(width, dtype=np.float32)[None, :] + push[:, :, 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + push[:, :, 1]
    flowing = cv2.remap(pixels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return _laid(pixels, flowing.astype(np.uint8), _soft_mask(pixels.shape, _subject(pixels)))


def _mirrored(pixels: Pixels, seed: int) -> Pixels:
    """Left is right."""
    return np.ascontiguousarray(pixels[:, ::-1])


def _closer(pixels: Pixels, seed: int) -> Pixels:
    """Everybody is half as tall again as was asked for."""
    height, width = pixels.shape[:2]
    left, top, wide, tall = _subject(pixels)
    scale = between(1.4, 1.6, seed, "closer")
    part_w, part_h = int(width / scale), int(height / scale)
    x = min(max(0, left + wide // 2 - part_w // 2), width - part_w)
    y = min(max(0, top + tall // 3 - part_h // 2), height - part_h)
    return cv2.resize(
        pixels[y : y + part_h, x : x + part_w], (width, height), interpolation=cv2.INTER_CUBIC
    ).astype(np.uint8)


def _doubled(pixels: Pixels, seed: int) -> Pixels:
    """Somebody is there twice."""
    width = pixels.shape[1]
    left, top, wide, tall = _subject(pixels)
    shift = int(wide * between(0.75, 1.0, seed, "doubled"))
    shift = shift if left + wide + shift < width else -shift
    copy = np.roll(pixels, shift, axis=1)
    return _laid(pixels, copy, _soft_mask(pixels.shape, (left + shift, top, wide, tall)))


def _vanished(pixels: Pixels, seed: int) -> Pixels:
    """Somebody is not there: the set is drawn on through the place, as well as it goes."""
    height, width = pixels.shape[:2]
    box = _subject(pixels)
    scale = 240 / width
    small = cv2.resize(pixels, (240, max(32, round(height * scale))), interpolation=cv2.INTER_AREA)
    hole = np.zeros(small.shape[:2], np.uint8)
    left, top, wide, tall = (int(side * scale) for side in box)
    cv2.rectangle(hole, (left, max(0, top - 8)), (left + wide, top + tall + 20), 255, -1)
    filling = cv2.resize(
        cv2.inpaint(small, hole, 3, cv2.INPAINT_TELEA), (width, height), interpolation=cv2.INTER_CUBIC
    )
    mask = cv2.GaussianBlur(hole.astype(np.float32) / 255, (0, 0), 4)
    mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)[:, :, None]
    return _laid(pixels, _grained(filling.astype(np.uint8), seed), mask.astype(np.float32))


_SCENE: dict[SceneDefect, Callable[[Pixels, int], Pixels]] = {
    SceneDefect.RECAST: _recast,
    SceneDefect.MELTED: _melted,
    SceneDefect.MIRRORED: _mirrored,
    SceneDefect.CLOSER: _closer,
    SceneDefect.DOUBLED: _doubled,
    SceneDefect.VANISHED: _vanished,
}


# --- clips


def clip(
    first_frame: bytes,
    seconds: float,
    fps: int,
    width: int,
    height: int,
    seed: int,
    outcome: Good | Flawed,
    prompt: str = "",
) -> Labelled:
    """A clip that begins with the given picture.

    Args:
        first_frame: PNG or JPEG; scaled and cropped to the size.
        seconds: Length; rounded to whole frames.
        fps: Frames per second.
        width: Pixels, even.
        height: Pixels, even.
        seed: Of what the prompt leaves open.
        outcome: What is wrong with it. A clip shorter than :data:`SHORTEST_FLAWED` frames is always good.
        prompt: The camera moves as it says, or else stands.

    Returns:
        H.264 in MP4.

    Raises:
        BadDocument: The first frame is no picture.
        Damaged: The first frame breaks off.
        Malformed: The size cannot be encoded.
    """
    move = direction_in(prompt).move or CameraMove(kind=Move.STATIC)

    def make() -> Labelled:
        return _clip(first_frame, round(seconds * fps), FrameRate(fps), (width, height), seed, outcome, move)

    return _shelf.get(_key("clip", first_frame, seconds, fps, width, height, seed, outcome, move), make)


def _clip(
    first: bytes,
    frames: int,
    rate: FrameRate,
    size: tuple[int, int],
    seed: int,
    outcome: Good | Flawed,
    move: CameraMove,
) -> Labelled:
    if move.amount is Amount.LARGE:
        # A still shows nothing beyond its edges.
        move = msgspec.structs.replace(move, amount=Amount.MEDIUM)
    with tempfile.TemporaryDirectory(prefix="emulator-") as name:
        folder = Path(name)
        vault = LocalVault(folder / "vault")
        brief = ClipBrief(
            contract=Contract(
                role="Camera", purpose="Sample", subject="The picture", motion=Motion(camera=move)
            ),
            camera=_CAMERA,
            camera_end=None,
            keyframe=vault.put(png(filled(read(first), size), effort=1)),
            layers=None,
            keyframe_last=None,
            layers_last=None,
            frames=frames,
            handles=0,
            frame_rate=rate,
            width=size[0],
            height=size[1],
        )
        chosen = number(seed, "camera") % (1 << 31)
        if isinstance(outcome, Good) or frames < SHORTEST_FLAWED:
            return Labelled(media=vault.read(animate(brief, chosen, vault).media), label=Label())
        drawn = plan(brief, chosen, vault).frames()
        target = folder / "flawed.mp4"
        planted = plant_in(
            [to_bgr(from_planes(*frame.channels)) for frame in drawn],
            target,
            ClipDefect(outcome.defect),
            rate,
            seed,
        )
        label = Label(category=outcome.category.value, defect=outcome.defect.value, frame=planted.frame)
        return Labelled(media=target.read_bytes(), label=label)
