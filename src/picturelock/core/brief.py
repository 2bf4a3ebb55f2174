"""Briefs: the visual basis of a unit, gathered from the board. What a provider is given, and what staleness compares.

A brief holds only what can change the picture or the sound. Provider, model and seed are not in it: changing them
makes nothing stale.
"""

from typing import Literal

from picturelock.core.anchor import Anchor, Value, Voice
from picturelock.core.blocking import Blocking, Camera
from picturelock.core.codec import from_json
from picturelock.core.contract import Contract
from picturelock.core.digest import Digest
from picturelock.core.frametime import FrameRate


class StillBrief(Value, tag_field="format", tag="picturelock.brief.still/1", frozen=True, kw_only=True):
    """Basis of a keyframe or a plate.

    Attributes:
        anchors: Those in the picture, without voices and marks: characters, location, props, style.
        at_end: Drawn from the camera at the end of its move.
        plate: Only this figure with its cast shadow on a transparent ground; ``background`` for the empty set; empty
            for the whole picture.
    """

    contract: Contract
    blocking: Blocking
    anchors: tuple[Anchor, ...]
    width: int
    height: int
    at_end: bool = False
    plate: str = ""


class PlateInput(Value, frozen=True, kw_only=True):
    """A plate of a split shot and how far away it stands, for the order of compositing."""

    plate: str
    media: Digest
    layers: Digest | None
    depth_m: float


class CompositeBrief(
    Value, tag_field="format", tag="picturelock.brief.composite/1", frozen=True, kw_only=True
):
    """Basis of a keyframe that is composited from plates; they stand from far to near."""

    contract: Contract
    plates: tuple[PlateInput, ...]
    width: int
    height: int


class ClipBrief(Value, tag_field="format", tag="picturelock.brief.clip/1", frozen=True, kw_only=True):
    """Basis of a clip.

    Attributes:
        layers: The keyframe's layers, where it has them.
        frames: Length in the cut; the clip is longer by ``handles`` at both ends. Its frame 0 is the keyframe.
    """

    contract: Contract
    camera: Camera
    camera_end: Camera | None
    keyframe: Digest
    layers: Digest | None
    keyframe_last: Digest | None
    layers_last: Digest | None
    frames: int
    handles: int
    frame_rate: FrameRate
    width: int
    height: int


class VoiceBrief(Value, tag_field="format", tag="picturelock.brief.voice/1", frozen=True, kw_only=True):
    """Basis of a voice line."""

    text: str
    parenthetical: str
    language: str
    voice: Voice


Brief = StillBrief | CompositeBrief | ClipBrief | VoiceBrief


class Layer(Value, frozen=True, kw_only=True):
    """One plane of a layered picture.

    Attributes:
        media: PNG, RGBA 8 bit, straight alpha, the size of the whole layered picture.
        depth_m: Distance along the optical axis at which the plane stands.
        far_m: Where the plane leans (a ground): depth at the horizon-most row; equal to ``depth_m`` for upright planes.
        horizon: Row of the vanishing line in fractions of the layered picture's height, for a ground plane.
        life: Breathes and sways a little in a static shot (figures, foliage).
    """

    name: str
    media: Digest
    depth_m: float
    far_m: float
    horizon: float = 0.0
    life: bool = False


class Layers(Value, frozen=True, kw_only=True):
    """A picture as planes from far to near, larger than the frame so that a camera has room to move.

    Attributes:
        width: Of every layer, pixels.
        height: Of every layer, pixels.
        frame_left: Where the frame lies in the layers, pixels from the left.
        frame_top: Pixels from the top.
        frame_width: Pixels.
        frame_height: Pixels.
        camera: The camera that the picture was drawn from.
    """

    format: Literal["picturelock.layers/1"] = "picturelock.layers/1"
    width: int
    height: int
    frame_left: int
    frame_top: int
    frame_width: int
    frame_height: int
    camera: Camera
    layers: tuple[Layer, ...]


def read_brief(data: bytes) -> Brief:
    """A brief from its JSON.

    Raises:
        BadDocument: Not a brief.
    """
    return from_json(Brief, data)  # pyright: ignore[reportArgumentType]  # a union is no `type`
