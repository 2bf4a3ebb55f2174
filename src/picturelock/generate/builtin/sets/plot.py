"""The ground a set is raised on: what stands where, seen from which camera, and the meshes made so far."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import cos, hypot, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import LocationLook, PieceKind, SetPiece
from picturelock.core.blocking import Camera
from picturelock.core.location import Extent, covers, extent
from picturelock.generate.builtin.geometry import Mesh
from picturelock.generate.builtin.sets.chance import Chance
from picturelock.generate.builtin.sets.job import Builder, Job, Setting
from picturelock.generate.builtin.sets.palette import Paint
from picturelock.generate.builtin.sets.solids import Point, Solids

# What grows, lies or was built on open land sits where the land is; the rest stands on its blocked level.
_ON_LAND = frozenset(
    {
        PieceKind.TREE,
        PieceKind.BUSH,
        PieceKind.ROCK,
        PieceKind.HOUSE,
        PieceKind.TOWER,
        PieceKind.FENCE,
        PieceKind.WALL,
    }
)

Floats = NDArray[np.float64]
Height = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A set under construction.

    Attributes:
        look: The location.
        size: Its walls, or the width of its street.
        pieces: Its dressing, which windows are cut for.
        setting: Hour, weather, indoors or out.
        camera: Decides which walls are wild.
        seed: Of everything that chance decides.
        terrain: Heights of the land that was laid, metres over (x, z); what grows or lies follows it.
    """

    look: LocationLook
    pieces: tuple[SetPiece, ...]
    setting: Setting
    camera: Camera
    seed: int
    meshes: list[Mesh] = field(default_factory=list[Mesh])
    lamps: list[Point] = field(default_factory=list[Point])
    terrain: list[Height] = field(default_factory=list[Height])

    @property
    def size(self) -> Extent:
        """Width, depth and height of the set."""
        return extent(self.look)

    @property
    def paint(self) -> Paint:
        """Its colours."""
        return Paint.of(self.look)

    def says(self, *stems: str) -> bool:
        """Whether the description uses one of these word beginnings."""
        words = " ".join(self.look.features).lower().split()
        return any(word.startswith(stem) for word in words for stem in stems)

    def chance(self, *keys: int) -> Chance:
        """A sequence for one part of the set."""
        return Chance(self.seed, *keys)

    def raise_(self, solids: Solids, at: Point = (0.0, 0.0, 0.0), heading: float = 0.0) -> None:
        """Put what was built into the set."""
        self.meshes.extend(solids.meshes(at, heading))

    def place(self, builder: Builder, piece: SetPiece, name: str, group: str = "set") -> None:
        """Build a piece in its box and put it where it stands."""
        chance = self.chance(
            list(PieceKind).index(piece.kind),
            round(piece.x_m * 100),
            round(piece.z_m * 100),
            round(piece.y_m * 100),
        )
        paint = self.paint.near(chance)
        if piece.colour is not None:
            paint = replace(paint, own=tuple(c / 255 for c in piece.colour.rgb))
        solids = Solids(name, group)
        job = Job(
            solids=solids,
            width=piece.width_m,
            height=piece.height_m,
            depth=piece.depth_m,
            base=piece.y_m,
            paint=paint,
            chance=chance,
            setting=self.setting,
        )
        builder(job)
        land = self.land_at(piece.x_m, piece.z_m) if piece.kind in _ON_LAND else 0.0
        if piece.kind in {PieceKind.TOWER, PieceKind.HOUSE}:
            land = max(land, 0.0) if piece.y_m == 0.0 else 0.0
        self.raise_(solids, (piece.x_m, piece.y_m + land, piece.z_m), piece.heading_deg)
        turn = radians(piece.heading_deg)
        for x, y, z in job.lamps:
            self.lamps.append(
                (
                    round(piece.x_m + x * cos(turn) + z * sin(turn), 4),
                    round(piece.y_m + land + y, 4),
                    round(piece.z_m + z * cos(turn) - x * sin(turn), 4),
                )
            )

    def land_at(self, x: float, z: float) -> float:
        """Height of the land, metres; 0 where none was laid."""
        if not self.terrain:
            return 0.0
        return round(float(self.terrain[0](np.array([x]), np.array([z]))[0]), 3)

    def inside_of(self, x: float, z: float, heading: float, margin: float = 0.05) -> bool:
        """Whether the camera is on the side of an upright plane that its heading looks to."""
        turn = radians(heading)
        return (self.camera.x_m - x) * sin(turn) + (self.camera.z_m - z) * cos(turn) > margin

    def from_camera(self, x: float, z: float) -> float:
        """Metres along the ground."""
        return hypot(x - self.camera.x_m, z - self.camera.z_m)

    def in_sight(self, piece: SetPiece) -> bool:
        """Whether a piece's footprint stands across the line from the lens to what it looks at.

        The line ends shortly before the focus, or before the middle of the playing area where that is nearer.
        """
        turn = radians(self.camera.heading_deg)
        reach = min(self.camera.focus_m, max(0.5, hypot(self.camera.x_m, self.camera.z_m))) * 0.8
        for step in range(25):
            along = reach * step / 24
            x, z = self.camera.x_m + along * sin(turn), self.camera.z_m + along * cos(turn)
            y = self.camera.y_m + along * sin(radians(self.camera.tilt_deg))
            if covers(piece, x, z, 0.18) and piece.y_m - 0.1 < y < piece.y_m + piece.height_m + 0.1:
                return True
        return False
