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
from picturelock.core.blocking import LightKind, Placement
from picturelock.core.brief import Layer, Layers, StillBrief
from picturelock.core.codec import to_json
from picturelock.core.failures import GenerationFailed, Retry
from picturelock.core.ids import AnchorId
from picturelock.core.take import Part
from picturelock.generate.builtin.composite import composite_still, flatten, frame_of, png
from picturelock.generate.builtin.figures.figure import Figure, draw_figure, eyes_of, gaze_at
from picturelock.generate.builtin.figures.skeleton import yaw
from picturelock.generate.builtin.figures.solid import Vector, vec
from picturelock.generate.builtin.geometry import Mesh, SetModel
from picturelock.generate.builtin.props import model, prop_meshes
from picturelock.generate.builtin.render import air
from picturelock.generate.builtin.render.canvas import Canvas, canvas_for
from picturelock.generate.builtin.render.order import Arrangement
from picturelock.generate.builtin.render.palette import palette_for
from picturelock.generate.builtin.render.planes import Easel, Plan, Plane, Scene, cast_shadow
from picturelock.generate.builtin.render.trace import Stage
from picturelock.generate.builtin.render.wash import Lamp
from picturelock.generate.builtin.sets import build_set
from picturelock.generate.builtin.versions import ARTIST
from picturelock.generate.provider import Product
from picturelock.vault.store import Vault

__all__ = ["MODEL_VERSION", "composite_still", "draw_still"]

#: Moves whenever the same brief gives other pixels.
MODEL_VERSION = ARTIST

_BACKGROUND = "background"
_MOST_LAMPS = 3
_LANTERN_REACH_M = 2.0
_LAMP_REACH_M = 2.6


@dataclass(frozen=True, slots=True, eq=False)
class _Cast:
    """The anchors of a brief by what they are."""

    characters: dict[AnchorId, CharacterLook]
    props: dict[AnchorId, PropLook]
    location: LocationLook
    style: StyleLook

    def look(self, who: AnchorId) -> CharacterLook:
        return self.characters.get(who, CharacterLook())

    def prop(self, what: AnchorId) -> PropLook:
        return self.props.get(what, PropLook())


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
        A PNG of the brief's size, RGB 8 bit, with its layers as part ``layers``. The plate of a figure is drawn on
        paper where nothing is; its layers are transparent there.

    Raises:
        GenerationFailed: The plate is of somebody who is not in the blocking.
    """
    blocking = brief.blocking
    camera = blocking.camera_end if brief.at_end and blocking.camera_end is not None else blocking.camera
    end = None if brief.at_end else blocking.camera_end
    canvas = canvas_for(camera, end, brief.width, brief.height)
    planes = _Picture(brief, canvas, seed).planes()
    layers = Layers(
        width=canvas.width,
        height=canvas.height,
        frame_left=canvas.left,
        frame_top=canvas.top,
        frame_width=canvas.frame_width,
        frame_height=canvas.frame_height,
        camera=camera,
        layers=tuple(_layer(plane, canvas, vault) for plane in planes),
    )
    paper = _cast(brief).style.paper.rgb
    media = vault.put(png(frame_of(layers, flatten([plane.pixels for plane in planes], paper))))
    return Product(media=media, parts=(Part(role="layers", digest=vault.put(to_json(layers))),))


def _layer(plane: Plane, canvas: Canvas, vault: Vault) -> Layer:
    return Layer(
        name=plane.name,
        media=vault.put(png(plane.pixels)),
        depth_m=round(plane.depth_m, 4),
        far_m=round(plane.far_m, 4),
        horizon=round(canvas.horizon(), 6) if plane.far_m != plane.depth_m else 0.0,
        life=plane.life,
    )


class _Picture:
    """One picture in the making."""

    def __init__(self, brief: StillBrief, canvas: Canvas, seed: int) -> None:
        self.canvas, self.seed, self.blocking = canvas, seed, brief.blocking
        self.plate = brief.plate
        cast = self.cast = _cast(brief)
        self.targets = {s.who: s.looks_at for s in brief.contract.subjects if s.looks_at is not None}
        blocking = brief.blocking
        self.model: SetModel = build_set(
            cast.location,
            blocking.pieces,
            blocking.time,
            blocking.weather,
            blocking.light,
            canvas.camera,
            seed,
        )
        wanted = [f for f in blocking.figures if self.plate in {"", f.who}]
        if self.plate not in {"", _BACKGROUND} and not wanted:
            raise GenerationFailed(
                f"{self.plate} is not in the blocking",
                remedy="Put the figure into the shot's blocking, or remove the plate.",
                retry=Retry.AFTER_CHANGE,
            )
        self.figures = {str(f.who): self._figure(f) for f in wanted}
        self.flames: list[Vector] = [f.flame for f in self.figures.values() if f.flame is not None]
        self.props = [m for number in range(len(blocking.props)) for m in self._prop(number)]
        self.palette = palette_for(cast.style, blocking.light, blocking.time, blocking.weather)
        own = [m for f in self.figures.values() for m in f.meshes]
        casts = [m for m in (*self.model.meshes, *self.props, *own) if m.casts]
        self.scene = Scene(
            canvas=canvas,
            world=Stage(casts, seen=False),
            palette=self.palette,
            backdrop=self.model.backdrop,
            ambient=self.model.ambient,
            lamps=self._lamps(),
            seed=seed,
        )

    def _metre_px(self, point: Vector) -> float:
        depth = float(self.canvas.place(point[None])[1][0])
        return self.canvas.focal_px / max(depth, 0.3)

    def _figure(self, figure: Placement) -> Figure:
        look = self.cast.look(figure.who)
        where = vec(figure.x_m, figure.y_m + 0.8 * figure.height_m, figure.z_m)
        target = self._point_of(self.targets.get(figure.who))
        gaze = (0.0, 0.0) if target is None else gaze_at(figure, look, target)
        prop = None if figure.holding is None else self.cast.prop(figure.holding)
        return draw_figure(figure, look, self._metre_px(where), gaze, prop)

    def _point_of(self, what: AnchorId | None) -> Vector | None:
        """Where somebody's eyes or something is."""
        for figure in self.blocking.figures:
            if figure.who == what:
                return eyes_of(figure, self.cast.look(figure.who))[0]
            if what is not None and figure.holding == what:
                return vec(figure.x_m, figure.y_m + 0.62 * figure.height_m, figure.z_m)
        for prop in self.blocking.props:
            if prop.what == what:
                return vec(prop.x_m, prop.y_m + 0.1, prop.z_m)
        return None

    def _prop(self, number: int) -> tuple[Mesh, ...]:
        placed = self.blocking.props[number]
        look = self.cast.prop(placed.what)
        foot, frame = vec(placed.x_m, placed.y_m, placed.z_m), yaw(placed.heading_deg)
        flame = model(look).flame
        if flame is not None:
            self.flames.append(foot + frame @ (np.array(flame) * look.size_m))
        return prop_meshes(look, f"{placed.what}-{number}", "set", foot, frame, self._metre_px(foot))

    def _lamps(self) -> tuple[Lamp, ...]:
        """Lights in the picture, the nearest first: flames in hands before lamps of the set."""
        centre = self.canvas.eye
        practicals = sorted(
            (np.array(p) for p in self.model.practicals),
            key=lambda p: (float(np.linalg.norm(p - centre)), *p),
        )
        lit = self.blocking.light.kind is LightKind.LAMP or self.palette.night > 0.2
        flames = [Lamp(_place(p), _LANTERN_REACH_M if lit else 0.6) for p in self.flames]
        return (*flames, *(Lamp(_place(p), _LAMP_REACH_M) for p in practicals))[:_MOST_LAMPS]

    def planes(self) -> list[Plane]:
        """All planes from far to near."""
        easel = Easel(self.scene)
        set_meshes = [m for m in self.model.meshes if m.group == "set"]
        if self.plate not in {"", _BACKGROUND}:
            return self._figure_plate(easel, set_meshes)
        planes = [easel.backdrop([m for m in self.model.meshes if m.group == "far"])]
        figures = {name: figure.meshes for name, figure in self.figures.items()}
        plans = Arrangement(self.canvas, [*set_meshes, *self.props], figures).plans()
        plans.append(Plan("near", tuple(m for m in self.model.meshes if m.group == "near")))
        planes += [plane for plane in map(easel.paint, plans) if plane is not None]
        return self._with_air(planes)

    def _figure_plate(self, easel: Easel, set_meshes: list[Mesh]) -> list[Plane]:
        figure = self.figures[self.plate]
        shadow = cast_shadow(self.canvas, self.palette, set_meshes, figure.meshes)
        own = easel.paint(Plan(f"figure:{self.plate}", figure.meshes, life=True))
        if own is None:
            return [Plane(f"shadow:{self.plate}", shadow, 10.0, 10.0)]
        return [Plane(f"shadow:{self.plate}", shadow, own.depth_m + 0.01, own.depth_m + 0.01), own]

    def _with_air(self, planes: list[Plane]) -> list[Plane]:
        """Halos and what falls, among the planes by depth."""
        canvas, palette = self.canvas, self.palette
        added: list[Plane] = []
        strength = 0.30 + 0.35 * palette.night
        if palette.night > 0.2 or self.blocking.light.kind is LightKind.LAMP:
            for number, lamp in enumerate(self.scene.lamps):
                where = np.array(lamp.where)
                depth = float(canvas.place(where[None])[1][0])
                glow = air.halo(canvas, where, 0.55 + 0.22 * lamp.reach_m, strength, palette, self.seed)
                if glow is not None:
                    added.append(Plane(f"light-{number}", glow, depth - 0.3, depth - 0.3))
        falls = {"rain": air.rain, "snow": air.snow}.get(self.model.precipitation)
        if falls is not None:
            added.append(Plane("falling-far", falls(canvas, palette, self.seed, near=False), 6.0, 6.0))
            added.append(Plane("falling", falls(canvas, palette, self.seed, near=True), 1.4, 1.4))
        for plane in added:
            # Before the first plane that is nearer, but never under the set.
            fixed = sum(p.name in {"sky", "ground", "back", "set"} for p in planes)
            spot = next(
                (i for i, p in enumerate(planes) if i >= fixed and p.depth_m < plane.depth_m), len(planes)
            )
            planes.insert(spot, plane)
        return planes


def _place(point: Vector) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])
