"""What a location's look implies in metres: indoors or out, where its walls stand, where people play, what is stepped on.

The board places figures, cameras and dressing by it; the built-in artist raises the same walls.
"""

from dataclasses import dataclass
from math import cos, radians, sin

from picturelock.core.anchor import LocationLook, PieceKind, SetKind, SetPiece

_ALWAYS_OUTDOORS = frozenset(
    {
        SetKind.STREET,
        SetKind.ROOFS,
        SetKind.FOREST,
        SetKind.FIELD,
        SetKind.SHORE,
        SetKind.BRIDGE,
        SetKind.DECK,
        SetKind.MOUNTAIN,
    }
)

# Width, depth, height of a set that nobody measured, and the least that people and a lens can work in.
_USUAL: dict[SetKind, tuple[float, float, float]] = {
    SetKind.ROOM: (7.0, 6.0, 2.9),
    SetKind.CORRIDOR: (3.6, 16.0, 2.9),
    SetKind.STREET: (11.0, 60.0, 9.0),
    SetKind.ROOFS: (10.0, 9.0, 6.0),
    SetKind.FOREST: (24.0, 24.0, 11.0),
    SetKind.FIELD: (40.0, 40.0, 8.0),
    SetKind.SHORE: (40.0, 30.0, 8.0),
    SetKind.STAIRS: (7.0, 13.0, 4.6),
    SetKind.VEHICLE: (3.6, 10.0, 2.4),
    SetKind.TOWER: (7.6, 7.6, 3.4),
    SetKind.CAVE: (11.0, 13.0, 5.0),
    SetKind.HALL: (13.0, 18.0, 6.5),
    SetKind.BRIDGE: (6.4, 60.0, 5.0),
    SetKind.DECK: (7.6, 20.0, 9.0),
    SetKind.MOUNTAIN: (40.0, 30.0, 30.0),
}
_LEAST: dict[SetKind, tuple[float, float, float]] = {
    SetKind.CORRIDOR: (3.4, 9.0, 2.3),
    SetKind.VEHICLE: (3.4, 6.0, 2.2),
    SetKind.STREET: (8.0, 30.0, 5.0),
    SetKind.BRIDGE: (5.0, 24.0, 2.0),
    SetKind.DECK: (6.0, 12.0, 3.0),
    SetKind.HALL: (8.0, 9.0, 3.6),
    SetKind.CAVE: (7.0, 7.0, 3.0),
    SetKind.TOWER: (6.4, 6.4, 2.6),
    SetKind.STAIRS: (6.0, 12.0, 3.8),
    SetKind.ROOFS: (8.0, 7.5, 2.0),
}
_UNMEASURED = (7.0, 6.0, 2.9)


@dataclass(frozen=True, slots=True)
class Extent:
    """The size of a set, centred on the origin: walls indoors stand at ``±width/2`` and ``±depth/2``."""

    width: float
    depth: float
    height: float


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the ground plane."""

    left: float
    right: float
    near: float
    far: float

    def holds(self, x: float, z: float) -> bool:
        """Whether a point lies strictly inside."""
        return self.left < x < self.right and self.near < z < self.far


def is_interior(look: LocationLook) -> bool:
    """Whether the set has walls and a ceiling: a street is out of doors whatever its heading says."""
    return look.interior and look.kind not in _ALWAYS_OUTDOORS


def extent(look: LocationLook) -> Extent:
    """The size that the set is built to.

    A look that still has the default measures takes the usual ones of its kind; measured ones are kept, but never
    smaller than people and a lens can work in.
    """
    given = (look.width_m, look.depth_m, look.height_m)
    if given == _UNMEASURED:
        given = _USUAL[look.kind]
    least = _LEAST.get(look.kind, (4.8, 4.4, 2.2))
    return Extent(*(max(g, m) for g, m in zip(given, least, strict=True)))


def playing_area(look: LocationLook) -> Area:
    """The ground that dressing leaves free for people: at least 3 x 2.5 m around the origin."""
    size = extent(look)
    if not is_interior(look):
        half = 2.4 if look.kind in {SetKind.BRIDGE, SetKind.DECK} else 2.6
        half = max(1.5, min(half, size.width / 2 - 0.4))
        return Area(-half, half, -2.0, 2.3)
    half = max(1.5, min(2.2, size.width / 2 - 1.4))
    near, far = max(1.25, min(1.5, size.depth / 2 - 1.0)), max(1.25, min(2.0, size.depth / 2 - 1.5))
    return Area(-half, half, -near, far)


def local(piece: SetPiece, x: float, z: float) -> tuple[float, float]:
    """A point of the ground in a piece's own axes: x along its width, z along its heading."""
    turn = radians(piece.heading_deg)
    dx, dz = x - piece.x_m, z - piece.z_m
    return dx * cos(turn) - dz * sin(turn), dx * sin(turn) + dz * cos(turn)


def covers(piece: SetPiece, x: float, z: float, margin_m: float = 0.0) -> bool:
    """Whether a piece's footprint, grown by a margin, holds a point of the ground."""
    across, along = local(piece, x, z)
    return abs(across) <= piece.width_m / 2 + margin_m and abs(along) <= piece.depth_m / 2 + margin_m


def footprint(piece: SetPiece) -> Area:
    """The smallest upright rectangle around a piece's footprint."""
    turn = radians(piece.heading_deg)
    half_x = (abs(piece.width_m * cos(turn)) + abs(piece.depth_m * sin(turn))) / 2
    half_z = (abs(piece.width_m * sin(turn)) + abs(piece.depth_m * cos(turn))) / 2
    return Area(piece.x_m - half_x, piece.x_m + half_x, piece.z_m - half_z, piece.z_m + half_z)


def stair_steps(piece: SetPiece) -> int:
    """How many steps a stair has: risers near 17 cm."""
    return max(1, round(piece.height_m / 0.17))


def tread_at(piece: SetPiece, x: float, z: float) -> float | None:
    """Height of what is stepped on at a point of the ground: a stair's tread or the top of a platform.

    Returns:
        Metres above the ground, or ``None`` where the piece is not stepped on or not there. A stair climbs along its
        heading; a box of at least a metre each way that nobody has to climb is a platform or a landing.
    """
    if not covers(piece, x, z):
        return None
    if piece.kind is PieceKind.STAIR:
        along = local(piece, x, z)[1] + piece.depth_m / 2
        steps = stair_steps(piece)
        step = min(steps, int(along / piece.depth_m * steps) + 1)
        return piece.y_m + piece.height_m * step / steps
    if piece.kind is PieceKind.BOX and min(piece.width_m, piece.depth_m) >= 1.0:
        return piece.y_m + piece.height_m
    return None


def clear_of(piece: SetPiece, area: Area) -> bool:
    """Whether a piece's footprint stays out of an area (separating axes of two rectangles)."""
    found = footprint(piece)
    if (
        found.right <= area.left
        or found.left >= area.right
        or found.far <= area.near
        or found.near >= area.far
    ):
        return True
    if piece.heading_deg % 90 == 0:
        return False
    corners = [(area.left, area.near), (area.left, area.far), (area.right, area.near), (area.right, area.far)]
    spots = [local(piece, x, z) for x, z in corners]
    half_w, half_d = piece.width_m / 2, piece.depth_m / 2
    xs, zs = [s[0] for s in spots], [s[1] for s in spots]
    return max(xs) <= -half_w or min(xs) >= half_w or max(zs) <= -half_d or min(zs) >= half_d
