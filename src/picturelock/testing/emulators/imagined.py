"""A picture for a prompt without a reference: a small scene that the built-in artist draws, chosen by the prompt's words.

A prompt does not carry a blocking, so only its place, its time of day and its number are kept; who stands where is left
to the prompt's digest. Scenes are drawn small and few, and remembered: what differs from prompt to prompt beyond that
is framing and grade, which cost nothing.
"""

import re
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from picturelock.board.briefs import still_brief
from picturelock.core.anchor import (
    Age,
    CharacterAnchor,
    CharacterLook,
    Colour,
    Garment,
    Hair,
    HairStyle,
    LocationAnchor,
    LocationLook,
    SetKind,
    Upper,
)
from picturelock.core.blocking import Pose, TimeOfDay
from picturelock.core.board import Board, Scene, Shot, SourceSpan, Unit, UnitKind
from picturelock.core.contract import Contract, Facing, Framing, ScreenPlace, ShotSize, Subject
from picturelock.core.ids import AnchorId, SceneCode, ShotCode, UnitId
from picturelock.core.policy import Format
from picturelock.generate.builtin.artist import draw_still
from picturelock.media.opencv import cv2
from picturelock.media.picture import read
from picturelock.script.sets import kind_of
from picturelock.testing.emulators.chance import number
from picturelock.vault.local import LocalVault

Pixels = NDArray[np.uint8]

_AREA = 400 * 225  # pixels that the artist draws; more take seconds
_CASTS = 3
_SHAPES = (0.4, 0.5625, 0.667, 0.75, 1.0, 1.333, 1.5, 1.778, 2.4)
_PLACE = re.compile(r"(?i)\bplace:\s*([^.;\n]+)")
_DARK = re.compile(r"(?i)\b(?:night|moonlit|moonlight|midnight|dark)\b")
_LOW = re.compile(r"(?i)\b(?:dusk|evening|sunset|dawn|sunrise)\b")

_LOOKS = (
    CharacterLook(
        upper=Garment(kind=Upper.LONG_COAT, colour=Colour("#7a4a3a")),
        hair=Hair(style=HairStyle.BOB, colour=Colour("#2a2622")),
    ),
    CharacterLook(
        height_m=1.82,
        upper=Garment(kind=Upper.SWEATER, colour=Colour("#4d6a7a")),
        hair=Hair(style=HairStyle.CROP, colour=Colour("#5a4a3a")),
    ),
    CharacterLook(
        height_m=1.64,
        age=Age.OLD,
        upper=Garment(kind=Upper.JACKET, colour=Colour("#5f6a48")),
        hair=Hair(style=HairStyle.BUN, colour=Colour("#b8b2a8")),
    ),
)
_SIZES = (ShotSize.FULL, ShotSize.MEDIUM_LONG, ShotSize.MEDIUM)
_POSES = (Pose.STAND, Pose.LEAN, Pose.ARMS_CROSSED, Pose.LOOK_DOWN)
_PLACES = (ScreenPlace.LEFT, ScreenPlace.CENTRE, ScreenPlace.RIGHT)
_FACINGS = (Facing.THREE_QUARTER_RIGHT, Facing.CAMERA, Facing.THREE_QUARTER_LEFT)


def imagined(prompt: str, size: tuple[int, int]) -> Pixels:
    """A drawn scene that fits a prompt: about a tenth of a megapixel, about the shape that is asked for.

    Args:
        prompt: In any wording; ``night`` and a word for a place are understood.
        size: Width and height that the picture is for.

    Returns:
        H x W x 3 BGR. It must not be written to.
    """
    shape = min(_SHAPES, key=lambda s: abs(s - size[0] / size[1]))
    named = _PLACE.search(prompt)
    found = kind_of(named[1] if named else prompt)
    choice = number(0, "imagined", prompt)
    kind = found.set if found else tuple(SetKind)[choice % len(SetKind)]
    time = (
        TimeOfDay.NIGHT if _DARK.search(prompt) else TimeOfDay.DUSK if _LOW.search(prompt) else TimeOfDay.DAY
    )
    return _drawn(kind, time, choice // len(SetKind) % _CASTS, shape)


@lru_cache(maxsize=128)
def _drawn(kind: SetKind, time: TimeOfDay, cast: int, shape: float) -> Pixels:
    height = 2 * round((_AREA / shape) ** 0.5 / 2)
    picture = Format(width=2 * round(height * shape / 2), height=height)
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        vault = LocalVault(Path(folder))
        board = _board(kind, time, cast)
        scene = board.scenes[0]
        brief = still_brief(board, scene, scene.shots[0], scene.shots[0].units[0], picture)
        drawn = read(vault.read(draw_still(brief, cast, vault).media))
    drawn.setflags(write=False)
    return drawn


def _board(kind: SetKind, time: TimeOfDay, cast: int) -> Board:
    """One scene with one shot of one person."""
    who, where = AnchorId("char_somebody"), AnchorId("loc_somewhere")
    code = ShotCode.numbered(SceneCode("SC010"), 10)
    subject = Subject(
        who=who,
        pose=_POSES[number(0, kind, cast) % len(_POSES)],
        place=_PLACES[cast % len(_PLACES)],
        facing=_FACINGS[cast % len(_FACINGS)],
    )
    contract = Contract(role="Artist", purpose="Sample", subject="Somebody", subjects=(subject,))
    shot = Shot(
        code=code,
        description="",
        source=SourceSpan(first=1, last=1),
        size=_SIZES[(cast + number(0, kind) % len(_SIZES)) % len(_SIZES)],
        framing=Framing.SINGLE,
        units=(Unit(id=UnitId.of(code, "key"), kind=UnitKind.KEYFRAME, contract=contract),),
    )
    return Board(
        title="Sample",
        anchors=(
            CharacterAnchor(id=who, name="Somebody", look=_LOOKS[cast]),
            LocationAnchor(id=where, name="Somewhere", look=LocationLook(kind=kind)),
        ),
        scenes=(
            Scene(
                code=SceneCode("SC010"),
                heading="",
                source=SourceSpan(first=1, last=1),
                location=where,
                time=time,
                shots=(shot,),
            ),
        ),
    )


def enlarged(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """A small drawing at full size, its lines drawn sharp again.

    Args:
        pixels: H x W x 3 BGR, about the shape of ``size``.
        size: Width and height.
    """
    height, width = pixels.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    wide, tall = max(size[0], round(width * scale)), max(size[1], round(height * scale))
    large = cv2.resize(pixels, (wide, tall), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), max(0.8, scale * 0.8))
    large = cv2.addWeighted(large, 2.2, soft, -1.2, 0)
    left, top = (wide - size[0]) // 2, (tall - size[1]) // 2
    return np.ascontiguousarray(large[top : top + size[1], left : left + size[0]], np.uint8)
