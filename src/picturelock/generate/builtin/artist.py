"""The built-in artist: draws a storyboard keyframe, in planes, from a brief.

Everything stands in metres, is seen through the camera of the blocking, and is painted plane by plane from far to
near; the keyframe is what the planes give when they are laid over each other.
"""

from dataclasses import dataclass

import numpy as np

from picturelock.core.anchor import (
    CharacterAnchor,
    CharacterLook,
    LocationAnchor,
    LocationLook,
    PropAnchor,
    PropLook,
    StyleAnchor,
    StyleLook,
)
from picturelock.core.blocking import Camera, Placement
from picturelock.core.brief import Layer, Layers, StillBrief
from picturelock.core.codec import to_json
from picturelock.core.ids import AnchorId
from picturelock.core.take import Part
from picturelock.generate.builtin.composite import composite_still, flatten, frame_of, png
from picturelock.generate.builtin.figures.figure import figure_meshes
from picturelock.generate.builtin.geometry import Mesh, SetModel
from picturelock.generate.builtin.render.canvas import Canvas, canvas_for
from picturelock.generate.builtin.render.palette import palette_for
from picturelock.generate.builtin.render.planes import Easel, Plan, Plane, Scene
from picturelock.generate.builtin.render.trace import Stage
from picturelock.generate.builtin.sets import build_set
from picturelock.generate.builtin.versions import ARTIST
from picturelock.generate.provider import Product
from picturelock.vault.store import Vault

__all__ = ["MODEL_VERSION", "composite_still", "draw_still"]

#: Moves whenever the same brief gives other pixels.
MODEL_VERSION = ARTIST


@dataclass(frozen=True, slots=True, eq=False)
class _Cast:
    """The anchors of a brief by what they are."""

    characters: dict[AnchorId, CharacterLook]
    props: dict[AnchorId, PropLook]
    location: LocationLook
    style: StyleLook


def _cast(brief: StillBrief) -> _Cast:
    characters: dict[AnchorId, CharacterLook] = {}
    props: dict[AnchorId, PropLook] = {}
    location, style = LocationLook(), StyleLook()
    for anchor in brief.anchors:
        match anchor:
            case CharacterAnchor():
                characters[anchor.id] = anchor.look
            case PropAnchor():
                props[anchor.id] = anchor.look
            case LocationAnchor():
                location = anchor.look
            case StyleAnchor():
                style = anchor.look
    return _Cast(characters, props, location, style)


def draw_still(brief: StillBrief, seed: int, vault: Vault) -> Product:
    """Draw a keyframe or a plate.

    Args:
        brief: The visual basis.
        seed: Decides the unevenness of hand and paper, and what the set's kit leaves to chance.
        vault: Takes the pictures.

    Returns:
        A PNG of the brief's size, RGB 8 bit, with its layers as part ``layers``.
    """
    blocking = brief.blocking
    start = blocking.camera_end if brief.at_end and blocking.camera_end is not None else blocking.camera
    canvas = canvas_for(start, None if brief.at_end else blocking.camera_end, brief.width, brief.height)
    planes = _planes(brief, canvas, seed)
    layers = Layers(
        width=canvas.width,
        height=canvas.height,
        frame_left=canvas.left,
        frame_top=canvas.top,
        frame_width=canvas.frame_width,
        frame_height=canvas.frame_height,
        camera=start,
        layers=tuple(
            Layer(
                name=plane.name,
                media=vault.put(png(plane.pixels)),
                depth_m=plane.depth_m,
                far_m=plane.depth_m,
                life=plane.life,
            )
            for plane in planes
        ),
    )
    picture = frame_of(layers, flatten([plane.pixels for plane in planes]))
    media = vault.put(png(picture))
    return Product(media=media, parts=(Part(role="layers", digest=vault.put(to_json(layers))),))


def _planes(brief: StillBrief, canvas: Canvas, seed: int) -> list[Plane]:
    blocking, cast = brief.blocking, _cast(brief)
    model = _set(brief, cast, canvas.camera, seed)

    def depth(f: Placement) -> float:
        return float(canvas.place(np.array([[f.x_m, f.y_m + 0.9, f.z_m]]))[1][0])

    figures = {
        f.who: figure_meshes(
            f, cast.characters.get(f.who, CharacterLook()), canvas.focal_px / max(depth(f), 0.3)
        )
        for f in blocking.figures
    }
    everything = [*model.meshes, *(m for meshes in figures.values() for m in meshes)]
    palette = palette_for(cast.style, blocking.light, blocking.time, blocking.weather)
    scene = Scene(
        canvas=canvas,
        world=Stage([m for m in everything if m.casts]),
        palette=palette,
        backdrop=model.backdrop,
        ambient=model.ambient,
        lamps=(),
        seed=seed,
    )
    easel = Easel(scene)
    planes = [easel.backdrop([m for m in model.meshes if m.group == "far"])]
    plans = [Plan("set", tuple(m for m in model.meshes if m.group == "set"))]

    plans += [
        Plan(f"figure:{f.who}", tuple(figures[f.who]), life=True)
        for f in sorted(blocking.figures, key=depth, reverse=True)
    ]
    plans.append(Plan("near", tuple(m for m in model.meshes if m.group == "near")))
    painted = (easel.paint(plan) for plan in plans)
    return [*planes, *(plane for plane in painted if plane is not None)]


def _set(brief: StillBrief, cast: _Cast, camera: Camera, seed: int) -> SetModel:
    blocking = brief.blocking
    return build_set(
        cast.location, blocking.pieces, blocking.time, blocking.weather, blocking.light, blocking.camera, seed
    )
