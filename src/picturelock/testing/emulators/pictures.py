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
from picturelock.testing.emulators.figures import figure
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


def _laid(under: Pixels, over: Pixels, mask: NDArray[np.float32]) -> Pixels:
    return np.clip(under * (1 - mask) + over * mask, 0, 255).astype(np.uint8)


def _recast(pixels: Pixels, seed: int) -> Pixels:
    """Somebody else in other clothes stands there."""
    found = figure(pixels)
    angle = between(0.6, 1.4, seed, "recast") * np.pi
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    other = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB).astype(np.float32)
    colour = (other[:, :, 1:] - 128) @ turn.T
    # What has no colour of its own gets one.
    colour += 14 * np.array([np.sin(angle), np.cos(angle)], np.float32)
    other[:, :, 0] = other[:, :, 0] * 0.72
    other[:, :, 1:] = colour + 128
    turned = cv2.cvtColor(np.clip(other, 0, 255).astype(np.uint8), cv2.COLOR_LAB2BGR)
    _, top, _, tall = found.box
    rows = np.arange(pixels.shape[0], dtype=np.float32)[:, None, None]
    # People are not blue: the face keeps most of its colour.
    clothed = np.clip((rows - top - 0.2 * tall) / (0.1 * tall), 0.25, 1.0).astype(np.float32)
    return _laid(pixels, turned.astype(np.uint8), found.soft(pixels.shape[1] / 400) * clothed)


def _melted(pixels: Pixels, seed: int) -> Pixels:
    """Face and hands flow."""
    height, width = pixels.shape[:2]
    found = figure(pixels)
    knots = np.random.default_rng([seed, 13]).normal(0, 0.022 * width, (9, 14, 2)).astype(np.float32)
    push = cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC)
    # Nothing moves far from the figure, and everything on it does: no seam.
    push *= found.soft(width / 40, beyond=width // 40)
    columns = np.arange(width, dtype=np.float32)[None, :] + push[:, :, 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + push[:, :, 1]
    flowing = cv2.remap(pixels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return flowing.astype(np.uint8)


def _mirrored(pixels: Pixels, seed: int) -> Pixels:
    """Left is right."""
    return np.ascontiguousarray(pixels[:, ::-1])


def _closer(pixels: Pixels, seed: int) -> Pixels:
    """Everybody is half as tall again as was asked for."""
    height, width = pixels.shape[:2]
    left, top, wide, tall = figure(pixels).box
    scale = between(1.4, 1.6, seed, "closer")
    part_w, part_h = int(width / scale), int(height / scale)
    x = min(max(0, left + wide // 2 - part_w // 2), width - part_w)
    y = min(max(0, top + tall // 3 - part_h // 2), height - part_h)
    return cv2.resize(
        pixels[y : y + part_h, x : x + part_w], (width, height), interpolation=cv2.INTER_CUBIC
    ).astype(np.uint8)


def _doubled(pixels: Pixels, seed: int) -> Pixels:
    """Somebody is there twice."""
    height, width = pixels.shape[:2]
    found = figure(pixels)
    left, _, wide, _ = found.box
    room = width - left - wide, left
    shift = min(int(wide * between(0.8, 1.1, seed, "doubled")), max(*room, width // 6))
    shift = shift if room[0] >= room[1] else -shift
    move = np.array([[1, 0, shift], [0, 1, 0]], np.float32)
    copy = cv2.warpAffine(pixels, move, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    mask = cv2.warpAffine(found.soft(width / 400), move, (width, height))
    return _laid(pixels, copy.astype(np.uint8), mask[:, :, None].astype(np.float32))


def _vanished(pixels: Pixels, seed: int) -> Pixels:
    """Somebody is not there: the set beside the place is mirrored into it, as well as it goes."""
    width = pixels.shape[1]
    grown = width // 50
    found = figure(pixels)
    left, _, wide, _ = found.box
    start, stop = max(0, left - 2 * grown), min(width, left + wide + 2 * grown)
    columns = np.arange(width)
    inside = (columns >= start) & (columns < stop)
    rooms = start, width - stop
    half = (stop - start) // 2
    if min(rooms) >= half:
        share = (columns - start) / max(1, stop - start)
    else:
        share = np.full(width, 0.0 if rooms[0] >= rooms[1] else 1.0)
    from_left = np.clip(np.abs(2 * start - columns - 1), 0, width - 1)
    over = 2 * stop - columns
    from_right = np.clip(np.where(over >= width, 2 * (width - 1) - over, over), 0, width - 1)
    right = np.where(inside, np.clip(share * 6 - 2.5, 0, 1), 0).astype(np.float32)[None, :, None]
    filling = pixels[:, from_left] * (1 - right) + pixels[:, from_right] * right
    return _laid(
        pixels, np.clip(filling, 0, 255).astype(np.uint8), found.soft(grown / 2, beyond=grown, whole=True)
    )


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
