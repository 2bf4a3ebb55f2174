"""Sets raised from a location's look: a shell by its kind, a builder for every piece, sky and air."""

from collections.abc import Callable
from dataclasses import replace
from math import hypot

from picturelock.core.anchor import LocationLook, PieceKind, SetKind, SetPiece
from picturelock.core.blocking import Camera, Light, LightKind, TimeOfDay, Weather
from picturelock.core.location import covers, footprint, is_interior
from picturelock.generate.builtin.geometry import SetModel
from picturelock.generate.builtin.sets import (
    architecture,
    exteriors,
    fixtures,
    furniture,
    machines,
    nature,
    shells,
    sky,
    vehicles,
)
from picturelock.generate.builtin.sets.job import Builder, Setting
from picturelock.generate.builtin.sets.palette import rgb
from picturelock.generate.builtin.sets.plot import Plot

BUILDERS: dict[PieceKind, Builder] = {
    PieceKind.TABLE: furniture.table,
    PieceKind.CHAIR: furniture.chair,
    PieceKind.BENCH: furniture.bench,
    PieceKind.BED: furniture.bed,
    PieceKind.SHELF: furniture.shelf,
    PieceKind.DESK: furniture.desk,
    PieceKind.COUNTER: furniture.counter,
    PieceKind.STOVE: furniture.stove,
    PieceKind.LAMP: fixtures.lamp,
    PieceKind.WINDOW: fixtures.window,
    PieceKind.DOOR: fixtures.door,
    PieceKind.CRATE: furniture.crate,
    PieceKind.BARREL: furniture.barrel,
    PieceKind.COLUMN: architecture.column,
    PieceKind.STAIR: architecture.stair,
    PieceKind.RAILING: fixtures.railing,
    PieceKind.MACHINE: machines.machine,
    PieceKind.TREE: nature.tree,
    PieceKind.BUSH: nature.bush,
    PieceKind.ROCK: nature.rock,
    PieceKind.HOUSE: architecture.house,
    PieceKind.TOWER: architecture.tower,
    PieceKind.WALL: architecture.wall,
    PieceKind.FENCE: architecture.fence,
    PieceKind.STREET_LAMP: fixtures.street_lamp,
    PieceKind.BOAT: vehicles.boat,
    PieceKind.CAR: vehicles.car,
    PieceKind.CART: vehicles.cart,
    PieceKind.POST: fixtures.post,
    PieceKind.SIGN: fixtures.sign,
    PieceKind.CLOCK: furniture.clock,
    PieceKind.PICTURE: furniture.picture,
    PieceKind.BOX: furniture.box,
}

Shell = Callable[[Plot], None]

SHELLS: dict[SetKind, tuple[Shell, Shell]] = {
    SetKind.ROOM: (shells.room, exteriors.yard),
    SetKind.CORRIDOR: (shells.corridor, shells.courtyard),
    SetKind.STREET: (exteriors.street, exteriors.street),
    SetKind.ROOFS: (exteriors.roofs, exteriors.roofs),
    SetKind.FOREST: (exteriors.forest, exteriors.forest),
    SetKind.FIELD: (exteriors.field, exteriors.field),
    SetKind.SHORE: (exteriors.shore, exteriors.shore),
    SetKind.STAIRS: (shells.stairwell, shells.courtyard),
    SetKind.VEHICLE: (shells.vehicle, exteriors.roadside),
    SetKind.TOWER: (shells.lantern_room, exteriors.headland),
    SetKind.CAVE: (shells.cave, shells.cave),
    SetKind.HALL: (shells.hall, shells.courtyard),
    SetKind.BRIDGE: (exteriors.bridge, exteriors.bridge),
    SetKind.DECK: (exteriors.deck, exteriors.deck),
    SetKind.MOUNTAIN: (exteriors.mountain, exteriors.mountain),
}
"""Indoors and outdoors, by kind of set."""

_GLAZED = frozenset({SetKind.TOWER, SetKind.CAVE})

# What stands against a wild wall goes with it; slim things may stay in the foreground.
_SLIM = frozenset({PieceKind.LAMP, PieceKind.POST, PieceKind.STREET_LAMP, PieceKind.CHAIR, PieceKind.RAILING})

_NEAR_SHARE = 0.6


def build_set(
    look: LocationLook,
    pieces: tuple[SetPiece, ...],
    time: TimeOfDay,
    weather: Weather,
    light: Light,
    camera: Camera,
    seed: int,
) -> SetModel:
    """Raise a set.

    Args:
        look: Kind, size and colours.
        pieces: The dressing, as blocked.
        time: The hour: sky, lamps.
        weather: Sky, what falls, snow on the ground.
        light: A lamp as the key light means that lamps are lit at any hour.
        camera: Decides which walls and pieces are out of its way, and what is near.
        seed: Decides what chance decides; the same seed is the same set from every angle.

    Returns:
        Meshes in world metres, backdrop, ambient light, what falls, and where lamps burn.
    """
    interior = is_interior(look)
    daylight = look.kind in _GLAZED or any(p.kind is PieceKind.WINDOW for p in pieces)
    by_lamp = interior and light.kind is LightKind.LAMP
    setting = Setting(time, weather, interior, windowless=by_lamp or (interior and not daylight))
    plot = Plot(look, pieces, setting, camera, seed)
    SHELLS[look.kind][0 if interior else 1](plot)
    gone = shells.wild(plot) if interior and look.kind not in _GLAZED else frozenset[str]()
    struck = [piece for piece in pieces if _in_the_way(plot, piece, gone)]
    for number, piece in enumerate(pieces):
        if piece in struck or any(_stands_on(piece, other) for other in struck):
            continue
        plot.place(BUILDERS[piece.kind], piece, f"{piece.kind.value}-{number}", _group(plot, piece))
    air = sky.backdrop(time, weather, interior=interior, warmth=rgb(look.wall))
    if look.kind is SetKind.MOUNTAIN:
        # Mountain air carries farther, or the ranges would be one wall of haze.
        air = replace(air, haze_m=air.haze_m * 2.2)
    return SetModel(
        meshes=tuple(plot.meshes),
        backdrop=air,
        ambient=sky.ambient(time, weather, interior=interior),
        precipitation=sky.precipitation(weather, interior=interior),
        practicals=tuple(plot.lamps) if setting.lamps_on else (),
    )


def _in_the_way(plot: Plot, piece: SetPiece, gone: frozenset[str]) -> bool:
    found = footprint(piece)
    half_w, half_d = plot.size.width / 2, plot.size.depth / 2
    reach = 0.45
    against = {
        "left": found.left < -half_w + reach,
        "right": found.right > half_w - reach,
        "near": found.near < -half_d + reach,
        "far": found.far > half_d - reach,
    }
    if piece.kind not in _SLIM and any(against[name] for name in gone):
        return True
    grown = _grown(piece, 0.3)
    eye = plot.camera
    if piece.kind is not PieceKind.TREE and _around_eye(grown, eye):
        return True
    return piece.kind not in _SLIM and plot.in_sight(_trunk(piece))


def _stands_on(piece: SetPiece, under: SetPiece) -> bool:
    top = under.y_m + under.height_m
    return piece.y_m > 0.2 and abs(piece.y_m - top) < 0.05 and covers(under, piece.x_m, piece.z_m)


def _grown(piece: SetPiece, by: float) -> SetPiece:
    """The same piece, its footprint grown on all sides."""
    return SetPiece(
        kind=piece.kind, x_m=piece.x_m, z_m=piece.z_m, y_m=piece.y_m, width_m=piece.width_m + 2 * by,
        height_m=piece.height_m + by, depth_m=piece.depth_m + 2 * by, heading_deg=piece.heading_deg,
    )  # fmt: skip


def _trunk(piece: SetPiece) -> SetPiece:
    """What of a piece hides what is behind it at eye level: of a tall tree, its trunk and lower leaves."""
    return _grown(piece, -0.3 * min(piece.width_m, piece.depth_m)) if piece.kind is PieceKind.TREE else piece


def _around_eye(piece: SetPiece, eye: Camera) -> bool:
    found = footprint(piece)
    inside = found.holds(eye.x_m, eye.z_m)
    return inside and piece.y_m - 0.2 < eye.y_m < piece.y_m + piece.height_m + 0.2


_LARGE = frozenset({PieceKind.HOUSE, PieceKind.WALL, PieceKind.TOWER, PieceKind.WINDOW, PieceKind.DOOR,
                    PieceKind.PICTURE, PieceKind.CLOCK, PieceKind.STAIR})  # fmt: skip


def _group(plot: Plot, piece: SetPiece) -> str:
    """The plane a piece belongs to."""
    if hypot(piece.x_m, piece.z_m) > 28:
        return "far"
    away = plot.from_camera(piece.x_m, piece.z_m)
    to_play = hypot(plot.camera.x_m, plot.camera.z_m)
    return "near" if piece.kind not in _LARGE and away < _NEAR_SHARE * to_play else "set"
