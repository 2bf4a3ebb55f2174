"""Shapes in metres: what figures, props and sets are made of before they are drawn."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vertices = NDArray[np.float32]
Faces = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Material:
    """How a surface takes ink and wash.

    Attributes:
        colour: Linear-looking sRGB, 0..1 each.
        pattern: Drawn over the wash with thin ink: ``plain``, ``boards``, ``bricks``, ``stone``, ``tiles``, ``grass``,
            ``water``, ``bark``, ``leaves``, ``shingles``, ``cloth``, ``snow``, ``hair``.
        pattern_m: Size of the pattern's repeat in metres.
        ink: Weight of its outlines against the style's, 0 for none.
        glow: Lit from within, 0..1: windows at night, lamps.
    """

    colour: tuple[float, float, float]
    pattern: str = "plain"
    pattern_m: float = 0.4
    ink: float = 1.0
    glow: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Decal:
    """A drawing that is projected along one axis onto a mesh: a face, a label.

    Attributes:
        wash: H x W x 4 float32, straight alpha; colours that go under the ink.
        ink: H x W float32, 0..1; strokes, drawn in the style's ink.
        axes: 3 x 3; rows are the drawing's right, up and towards-the-viewer directions in the world, unit length.
        origin: World point of the drawing's centre.
        size_m: Width and height of the drawing.
    """

    wash: NDArray[np.float32]
    ink: NDArray[np.float32]
    axes: NDArray[np.float64]
    origin: NDArray[np.float64]
    size_m: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles of one material.

    Attributes:
        vertices: N x 3, world metres (x right, y up, z away).
        faces: M x 3 indices; counter-clockwise or not does not matter, surfaces are two-sided.
        name: The thing it belongs to; outlines are drawn between things of different names.
        group: The plane it goes to: ``far``, ``set``, ``figure:<anchor id>``, ``near``.
        smooth: Shade across faces (figures, leaves) instead of each face flat (walls, furniture).
        casts: Throws a shadow.
        creases: Edges between faces are inked.
        decal: Drawn on the faces that look its way.
    """

    vertices: Vertices
    faces: Faces
    material: Material
    name: str
    group: str = "set"
    smooth: bool = False
    casts: bool = True
    creases: bool = field(default=True)
    decal: Decal | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What lies behind all meshes.

    Attributes:
        zenith: Sky or ceiling tone at the top, 0..1 RGB.
        horizon: Tone at the horizon.
        clouds: Share of the sky that is clouded, 0..1.
        stars: Whether stars are seen.
        far: Colour that distance fades to (aerial perspective).
        haze_m: Distance at which half of a surface's own colour is gone.
        lines_lost: Share of a drawn line that haze takes where it takes everything else, 0..1.
        lights_kept: Share of a light that haze leaves where it takes everything else, 0..1.
    """

    zenith: tuple[float, float, float]
    horizon: tuple[float, float, float]
    clouds: float
    stars: bool
    far: tuple[float, float, float]
    haze_m: float
    lines_lost: float = 0.9
    lights_kept: float = 0.85

    def haze(self, depth: NDArray[np.float32]) -> NDArray[np.float32]:
        """Share of a surface's own colour that the air takes at these depths in metres, 0..1."""
        return 1 - np.exp2(-np.maximum(depth - 2, 0) / np.float32(max(self.haze_m, 0.1)))


@dataclass(frozen=True, slots=True, eq=False)
class SetModel:
    """A built set: the same from every angle."""

    meshes: tuple[Mesh, ...]
    backdrop: Backdrop
    ambient: float
    precipitation: str = ""
    practicals: tuple[tuple[float, float, float], ...] = ()
