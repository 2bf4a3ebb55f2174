"""Dressing a set: which pieces stand where, chosen from the kind of set and the words its description uses.

The playing area stays empty, and out of doors so does the lane in front of it where the camera usually stands. All
sides are dressed, because reverse and side angles see them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from math import cos, pi, radians, sin, sqrt

from picturelock.core.anchor import LocationLook, PieceKind, SetKind, SetPiece
from picturelock.core.digest import Digest
from picturelock.core.location import Area, clear_of, extent, footprint, is_interior, playing_area, tread_at

K = PieceKind

# Width, height and depth in metres when nobody says otherwise.
_SIZES: dict[PieceKind, tuple[float, float, float]] = {
    K.TABLE: (1.5, 0.76, 0.85),
    K.CHAIR: (0.46, 0.92, 0.5),
    K.BENCH: (1.5, 0.85, 0.5),
    K.BED: (1.0, 0.95, 2.05),
    K.SHELF: (1.2, 2.0, 0.36),
    K.DESK: (1.4, 0.76, 0.7),
    K.COUNTER: (2.2, 1.0, 0.65),
    K.STOVE: (0.75, 2.0, 0.6),
    K.LAMP: (0.34, 0.5, 0.34),
    K.WINDOW: (1.2, 1.35, 0.16),
    K.DOOR: (1.0, 2.1, 0.14),
    K.CRATE: (0.7, 0.6, 0.6),
    K.BARREL: (0.6, 0.88, 0.6),
    K.COLUMN: (0.5, 2.9, 0.5),
    K.STAIR: (1.4, 2.04, 3.3),
    K.RAILING: (2.4, 1.0, 0.1),
    K.MACHINE: (1.6, 1.7, 0.9),
    K.TREE: (3.4, 6.5, 3.4),
    K.BUSH: (1.5, 1.0, 1.2),
    K.ROCK: (1.5, 0.9, 1.2),
    K.HOUSE: (6.0, 6.4, 5.0),
    K.TOWER: (4.0, 16.0, 4.0),
    K.WALL: (4.0, 1.6, 0.4),
    K.FENCE: (4.0, 1.1, 0.12),
    K.STREET_LAMP: (0.5, 3.8, 0.5),
    K.BOAT: (1.6, 1.1, 4.2),
    K.CAR: (1.8, 1.5, 4.3),
    K.CART: (1.5, 1.5, 2.8),
    K.POST: (0.26, 1.3, 0.26),
    K.SIGN: (0.9, 2.2, 0.14),
    K.CLOCK: (0.42, 0.42, 0.12),
    K.PICTURE: (0.7, 0.55, 0.06),
    K.BOX: (0.8, 0.6, 0.6),
}

# Words that ask for a piece. Longer phrases stand first; a word matches by its beginning, so plurals and compounds do.
_ASKS: tuple[tuple[str, PieceKind], ...] = (
    ("street lamp", K.STREET_LAMP),
    ("street light", K.STREET_LAMP),
    ("lamp post", K.STREET_LAMP),
    ("lamppost", K.STREET_LAMP),
    ("streetl", K.STREET_LAMP),
    ("gas lamp", K.STREET_LAMP),
    ("gaslight", K.STREET_LAMP),
    ("lamp room", K.MACHINE),
    ("lighthouse lamp", K.MACHINE),
    ("lens", K.MACHINE),
    ("oil lamp", K.LAMP),
    ("lamp", K.LAMP),
    ("lantern", K.LAMP),
    ("candle", K.LAMP),
    ("chandelier", K.LAMP),
    ("bulb", K.LAMP),
    ("window", K.WINDOW),
    ("porthole", K.WINDOW),
    ("skylight", K.WINDOW),
    ("door", K.DOOR),
    ("hatch", K.DOOR),
    ("gate", K.DOOR),
    ("stove", K.STOVE),
    ("fireplace", K.STOVE),
    ("hearth", K.STOVE),
    ("oven", K.STOVE),
    ("furnace", K.STOVE),
    ("desk", K.DESK),
    ("workbench", K.DESK),
    ("typewriter", K.DESK),
    ("piano", K.DESK),
    ("table", K.TABLE),
    ("armchair", K.CHAIR),
    ("wheelchair", K.CHAIR),
    ("chair", K.CHAIR),
    ("stool", K.CHAIR),
    ("seat", K.CHAIR),
    ("bench", K.BENCH),
    ("pew", K.BENCH),
    ("sofa", K.BENCH),
    ("couch", K.BENCH),
    ("bed", K.BED),
    ("cot", K.BED),
    ("bunk", K.BED),
    ("mattress", K.BED),
    ("bookshel", K.SHELF),
    ("bookcase", K.SHELF),
    ("shel", K.SHELF),
    ("cupboard", K.SHELF),
    ("cabinet", K.SHELF),
    ("wardrobe", K.SHELF),
    ("locker", K.SHELF),
    ("rack", K.SHELF),
    ("books", K.SHELF),
    ("counter", K.COUNTER),
    ("sink", K.COUNTER),
    ("crate", K.CRATE),
    ("cargo", K.CRATE),
    ("chest", K.CRATE),
    ("trunk", K.CRATE),
    ("box", K.CRATE),
    ("barrel", K.BARREL),
    ("cask", K.BARREL),
    ("drum", K.BARREL),
    ("column", K.COLUMN),
    ("pillar", K.COLUMN),
    ("arch", K.COLUMN),
    ("spiral stair", K.STAIR),
    ("stair", K.STAIR),
    ("steps", K.STAIR),
    ("ladder", K.STAIR),
    ("railing", K.RAILING),
    ("handrail", K.RAILING),
    ("balustrade", K.RAILING),
    ("banister", K.RAILING),
    ("parapet", K.WALL),
    ("machine", K.MACHINE),
    ("engine", K.MACHINE),
    ("generator", K.MACHINE),
    ("gear", K.MACHINE),
    ("boiler", K.MACHINE),
    ("console", K.MACHINE),
    ("server", K.MACHINE),
    ("pump", K.MACHINE),
    ("winch", K.MACHINE),
    ("tree", K.TREE),
    ("pine", K.TREE),
    ("oak", K.TREE),
    ("fir", K.TREE),
    ("birch", K.TREE),
    ("spruce", K.TREE),
    ("bush", K.BUSH),
    ("hedge", K.BUSH),
    ("shrub", K.BUSH),
    ("flowerbed", K.BUSH),
    ("fern", K.BUSH),
    ("rock", K.ROCK),
    ("boulder", K.ROCK),
    ("cliff", K.ROCK),
    ("house", K.HOUSE),
    ("cottage", K.HOUSE),
    ("cabin", K.HOUSE),
    ("hut", K.HOUSE),
    ("barn", K.HOUSE),
    ("farm", K.HOUSE),
    ("shop", K.HOUSE),
    ("building", K.HOUSE),
    ("village", K.HOUSE),
    ("lighthouse", K.TOWER),
    ("tower", K.TOWER),
    ("steeple", K.TOWER),
    ("church", K.TOWER),
    ("wall", K.WALL),
    ("fence", K.FENCE),
    ("boat", K.BOAT),
    ("ship", K.BOAT),
    ("dinghy", K.BOAT),
    ("skiff", K.BOAT),
    ("trawler", K.BOAT),
    ("car", K.CAR),
    ("taxi", K.CAR),
    ("truck", K.CAR),
    ("van", K.CAR),
    ("cart", K.CART),
    ("wagon", K.CART),
    ("carriage", K.CART),
    ("wheelbarrow", K.CART),
    ("bollard", K.POST),
    ("mooring", K.POST),
    ("pole", K.POST),
    ("post", K.POST),
    ("piling", K.POST),
    ("sign", K.SIGN),
    ("noticeboard", K.SIGN),
    ("billboard", K.SIGN),
    ("clock", K.CLOCK),
    ("picture", K.PICTURE),
    ("painting", K.PICTURE),
    ("photo", K.PICTURE),
    ("portrait", K.PICTURE),
    ("poster", K.PICTURE),
    ("mirror", K.PICTURE),
    ("map", K.PICTURE),
    ("chart", K.PICTURE),
)
# Short stems are whole words (with a plural at most), or "car" would find "carpet".
_WHOLE = frozenset({"car", "cart", "bed", "cot", "box", "fir", "oak", "map", "van", "hut", "post", "pole", "wall",
                    "rack", "sign", "arch", "gate", "ship", "pine", "chest", "trunk", "table", "drum", "seat", "lens",
                    "pump", "shop", "farm", "gear", "barn", "pew", "sink", "door", "rock"})  # fmt: skip

# What a kind of place brings with it, for interiors that are only called by their name.
_THEMES: dict[str, tuple[PieceKind, ...]] = {
    "kitchen": (K.STOVE, K.COUNTER, K.TABLE, K.CHAIR, K.WINDOW),
    "bedroom": (K.BED, K.WINDOW, K.SHELF, K.LAMP),
    "office": (K.DESK, K.CHAIR, K.SHELF, K.CLOCK, K.WINDOW),
    "study": (K.DESK, K.CHAIR, K.SHELF, K.SHELF, K.LAMP),
    "library": (K.SHELF, K.SHELF, K.SHELF, K.DESK, K.LAMP),
    "workshop": (K.DESK, K.MACHINE, K.CRATE, K.SHELF, K.LAMP),
    "cellar": (K.BARREL, K.BARREL, K.CRATE, K.SHELF),
    "attic": (K.CRATE, K.CRATE, K.BED, K.WINDOW),
    "hospital": (K.BED, K.BED, K.WINDOW, K.CLOCK),
    "classroom": (K.DESK, K.DESK, K.CHAIR, K.SIGN, K.CLOCK),
    "tavern": (K.COUNTER, K.TABLE, K.CHAIR, K.BARREL, K.LAMP),
    "pub": (K.COUNTER, K.TABLE, K.CHAIR, K.BARREL, K.LAMP),
    "cafe": (K.COUNTER, K.TABLE, K.CHAIR, K.WINDOW, K.CLOCK),
    "station": (K.BENCH, K.CLOCK, K.SIGN, K.LAMP),
    "church": (K.BENCH, K.BENCH, K.BENCH, K.BENCH, K.WINDOW, K.WINDOW),
    "prison": (K.BED, K.WINDOW, K.DOOR),
    "warehouse": (K.CRATE, K.CRATE, K.CRATE, K.BARREL, K.SHELF),
    "factory": (K.MACHINE, K.MACHINE, K.CRATE, K.LAMP),
    "harbour": (K.BOAT, K.CRATE, K.BARREL, K.POST, K.POST),
    "harbor": (K.BOAT, K.CRATE, K.BARREL, K.POST, K.POST),
    "market": (K.CART, K.CRATE, K.CRATE, K.BARREL),
    "garden": (K.BUSH, K.BUSH, K.TREE, K.BENCH),
    "park": (K.BENCH, K.TREE, K.TREE, K.STREET_LAMP),
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def asked(features: Iterable[str]) -> tuple[tuple[PieceKind, int], ...]:
    """The pieces that plain words ask for.

    Args:
        features: Words or short phrases, such as ``("two windows", "oil lamp", "crates")``.

    Returns:
        Kinds in the order they are named, with how many: a plural is two, or three of what comes in heaps, unless a
        number word says otherwise.
    """
    counts: dict[PieceKind, int] = {}
    for feature in features:
        words = _WORD.findall(feature.lower())
        for kind, count in _asked_by(words):
            counts[kind] = max(counts.get(kind, 0), count)
    return tuple(counts.items())


_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "pair": 2,
    "several": 3,
    "many": 5,
    "rows": 4,
}
# "Stairs" is one flight.
_NAMED_IN_PLURAL = frozenset({"stair", "spiral stair", "steps", "books", "lens"})
_HEAPS = frozenset({K.CRATE, K.BARREL, K.TREE, K.ROCK, K.BUSH, K.POST, K.HOUSE})


def _asked_by(words: list[str]) -> Iterator[tuple[PieceKind, int]]:
    number = next((_NUMBERS[w] for w in words if w in _NUMBERS), 0)
    position = 0
    while position < len(words):
        used = 1
        for phrase, kind in _ASKS:
            parts = phrase.split()
            if _begins(words[position : position + len(parts)], parts):
                used = len(parts)
                word = words[position + used - 1]
                plural = word.endswith("s") and not word.endswith("ss") and phrase not in _NAMED_IN_PLURAL
                many = (3 if kind in _HEAPS else 2) if plural else 1
                yield kind, number if number and plural else many
                break
        else:
            theme = _THEMES.get(words[position], ())
            yield from ((kind, theme.count(kind)) for kind in dict.fromkeys(theme))
        position += used


def _begins(words: list[str], parts: list[str]) -> bool:
    if len(words) != len(parts) or words[:-1] != parts[:-1]:
        return False
    word, stem = words[-1], parts[-1]
    if stem in _WHOLE:
        return word in {stem, stem + "s", stem + "es"}
    return word.startswith(stem)


class _Dresser:
    """Places pieces one by one where nothing stands yet."""

    def __init__(self, look: LocationLook) -> None:
        self.look = look
        self.size = extent(look)
        self.inside = is_interior(look)
        self.play = playing_area(look)
        self.pieces: list[SetPiece] = []
        self._lane = (
            Area(-0.8, 0.8, -self.size.depth / 2, -1.2) if self.inside else Area(-2.5, 2.5, -7.5, -1.9)
        )
        if look.kind is SetKind.CORRIDOR:
            self._lane = Area(-0.8, 0.8, -self.size.depth / 2, self.size.depth / 2 - 0.6)
        tokens = "|".join((look.kind.value, *look.features))
        self._digest = bytes.fromhex(Digest.of(tokens.encode()).hex)
        self._drawn = 0
        self.flip = -1.0 if self._digest[0] & 1 and look.kind is not SetKind.STAIRS else 1.0

    def chance(self) -> float:
        """The next of a fixed sequence of numbers in 0..1 that the look decides."""
        self._drawn += 1
        a, b = self._digest[self._drawn % 32], self._digest[(self._drawn * 7 + 3) % 32]
        return ((a * 256 + b) * 40503 + self._drawn * 9973) % 65536 / 65536

    def has(self, kind: PieceKind) -> bool:
        """Whether such a piece stands already."""
        return any(p.kind is kind for p in self.pieces)

    def fits(self, piece: SetPiece) -> bool:
        """Whether a piece touches neither people, nor the lens, nor another piece, nor a wall."""
        in_wall = piece.kind in {K.DOOR, K.WINDOW, K.CLOCK, K.PICTURE, K.SIGN}
        overhead = piece.y_m >= 2.1
        if not overhead and not clear_of(piece, self.play):
            return False
        if not overhead and not in_wall and not clear_of(piece, self._lane):
            return False
        found = footprint(piece)
        if self.inside:
            sunk = 0.15 if in_wall else 0.01
            half_w, half_d = self.size.width / 2 + sunk, self.size.depth / 2 + sunk
            if found.left < -half_w or found.right > half_w or found.near < -half_d or found.far > half_d:
                return False
            if piece.y_m + piece.height_m > self.size.height + 0.01 or not self._within_round(piece):
                return False
        return all(_apart(piece, other) for other in self.pieces)

    def _within_round(self, piece: SetPiece) -> bool:
        """Whether a piece stands inside walls that are not square: a lantern room's eight sides, a cave's rock."""
        found = footprint(piece)
        corners = [(x, z) for x in (found.left, found.right) for z in (found.near, found.far)]
        if self.look.kind is SetKind.TOWER:
            reach = min(self.size.width, self.size.depth) / 2
            return all(abs(x) + abs(z) <= reach * sqrt(2) + 0.05 for x, z in corners)
        if self.look.kind is SetKind.CAVE:
            half_w, half_d = self.size.width / 2, self.size.depth / 2
            return all((x / half_w) ** 2 + (z / half_d) ** 2 <= 1.05 for x, z in corners)
        return True

    def put(
        self,
        kind: PieceKind,
        x: float,
        z: float,
        heading: float = 180.0,
        *,
        size: tuple[float, float, float] | None = None,
        y: float = 0.0,
    ) -> SetPiece | None:
        """Place a piece there, where it fits.

        Args:
            kind: What.
            x: Metres; mirrored, like the heading, in sets that the look's digest mirrors.
            z: Metres.
            heading: Degrees.
            size: Width, height and depth; the usual ones of its kind if not given.
            y: Underside above the ground.

        Returns:
            The piece, or ``None`` where it does not fit.
        """
        w, h, d = size or _SIZES[kind]
        if self.inside:
            h = min(h, self.size.height - y)
        piece = SetPiece(
            kind=kind,
            x_m=round(x * self.flip, 3),
            z_m=round(z, 3),
            y_m=round(y, 3),
            width_m=round(w, 3),
            height_m=round(h, 3),
            depth_m=round(d, 3),
            heading_deg=round(heading * self.flip % 360, 1) + 0.0,
        )
        if not self.fits(piece):
            return None
        self.pieces.append(piece)
        return piece

    def first(
        self,
        kind: PieceKind,
        spots: Iterable[tuple[float, float, float]],
        *,
        size: tuple[float, float, float] | None = None,
        y: float = 0.0,
    ) -> SetPiece | None:
        """Place a piece at the first of these spots (x, z, heading) where it fits."""
        for x, z, heading in spots:
            found = self.put(kind, x, z, heading, size=size, y=y)
            if found is not None:
                return found
        return None

    def wall_spots(self, depth: float) -> Iterator[tuple[float, float, float]]:
        """Along the walls, backs to them: the far wall, the flanks, then the wall behind the camera."""
        half_w, half_d = self.size.width / 2 - depth / 2 - 0.02, self.size.depth / 2 - depth / 2 - 0.02
        if self.look.kind is SetKind.CAVE:
            half_w, half_d = half_w * 0.8, half_d * 0.8
        for share in (-0.55, 0.55, -0.1, 0.3, -0.8, 0.8):
            yield share * (half_w - 0.4), half_d, 180.0
        for share in (0.35, -0.2, 0.7, -0.6, 0.1, 0.9, -0.85):
            yield half_w, share * (half_d - 0.3), 270.0
            yield -half_w, share * (half_d - 0.3), 90.0
        for share in (0.65, -0.65, 0.85, -0.85):
            yield share * half_w, -half_d, 0.0

    def hung_spots(self, *, sides_first: bool = False) -> Iterator[tuple[float, float, float]]:
        """On the walls themselves."""
        half_w, half_d = self.size.width / 2 - 0.03, self.size.depth / 2 - 0.03
        back = [(share * half_w, half_d, 180.0) for share in (0.0, 0.32, -0.32, 0.6, -0.6, 0.16, -0.16)]
        sides = [
            (side * half_w, share * half_d, 90.0 if side < 0 else 270.0)
            for share in (0.15, -0.4, 0.6, -0.75, 0.4)
            for side in (-1.0, 1.0)
        ]
        near = [(share * half_w, -half_d, 0.0) for share in (0.0, 0.5, -0.5)]
        yield from sides + back + near if sides_first else back + sides + near

    def aside_spots(self, width: float, depth: float) -> Iterator[tuple[float, float, float]]:
        """Free on the floor beside and behind the playing area, within the set."""
        x = self.play.right + width / 2 + 0.15
        z = self.play.far + depth / 2 + 0.15
        for dz in (0.9, 0.0, 1.8, -1.0):
            yield x, dz, 270.0
            yield -x, dz, 90.0
        for dx in (0.9, -0.9, 0.0, 2.0, -2.0):
            yield dx, z, 180.0
        for dx in (1.2, -1.2):
            yield dx * x, z, 200.0
            yield dx * x, self.play.near - depth / 2 - 0.6, 340.0

    def around(
        self,
        kind: PieceKind,
        count: int,
        nearest: float,
        farthest: float,
        *,
        sizes: Callable[[float], tuple[float, float, float]] | None = None,
        turn: float = 0.0,
    ) -> None:
        """Scatter pieces in a ring around the playing area, in golden angles, so that no side is bare."""
        placed = attempt = 0
        while placed < count and attempt < count * 8:
            share = (placed + 0.5) / count
            radius = sqrt(nearest**2 + share * (farthest**2 - nearest**2)) + self.chance() * 0.8
            angle = attempt * pi * (3 - sqrt(5)) + 0.9 + radians(turn)
            vary = self.chance()
            size = sizes(vary) if sizes else _varied(_SIZES[kind], vary)
            heading = 360 * self.chance()
            if self.put(kind, radius * sin(angle), radius * cos(angle), heading, size=size):
                placed += 1
            attempt += 1

    def on_top(self, kind: PieceKind) -> SetPiece | None:
        """Place a small piece on a table, desk or counter."""
        for under in self.pieces:
            if under.kind in {K.TABLE, K.DESK, K.COUNTER, K.CRATE}:
                turn = radians(under.heading_deg)
                off = under.width_m * 0.3
                for side in (1.0, -1.0):
                    x, z = under.x_m + side * off * cos(turn), under.z_m - side * off * sin(turn)
                    found = self.put(kind, x * self.flip, z, 180.0, y=under.y_m + under.height_m)
                    if found is not None:
                        return found
        return None

    def seat(self, at: SetPiece, count: int = 1) -> None:
        """Set chairs to a table or desk, on the sides that are free."""
        turn = radians(at.heading_deg)
        reach_d, reach_w = at.depth_m / 2 + 0.3, at.width_m / 2 + 0.3
        places = [(0.0, reach_d, 180.0), (0.0, -reach_d, 0.0), (reach_w, 0.0, 270.0), (-reach_w, 0.0, 90.0)]
        placed = 0
        for across, along, heading in places:
            if placed == count:
                return
            x = at.x_m + across * cos(turn) + along * sin(turn)
            z = at.z_m - across * sin(turn) + along * cos(turn)
            placed += self.put(K.CHAIR, x * self.flip, z, (at.heading_deg + heading) * self.flip) is not None


def _varied(size: tuple[float, float, float], vary: float) -> tuple[float, float, float]:
    scale = 0.75 + 0.5 * vary
    return size[0] * scale, size[1] * scale, size[2] * scale


def _apart(one: SetPiece, other: SetPiece) -> bool:
    if one.y_m >= other.y_m + other.height_m - 0.01 or other.y_m >= one.y_m + one.height_m - 0.01:
        return True
    # Treetops may touch; trunks must not.
    if one.kind is K.TREE and other.kind is K.TREE:
        return (one.x_m - other.x_m) ** 2 + (one.z_m - other.z_m) ** 2 > 1.6**2
    a, b = footprint(one), footprint(other)
    return a.right <= b.left or b.right <= a.left or a.far <= b.near or b.far <= a.near


_ON_FLOOR_BY_WALL = frozenset({K.BENCH, K.BED, K.SHELF, K.DESK, K.COUNTER, K.STOVE, K.MACHINE, K.CRATE, K.BARREL,
                               K.BOX, K.STAIR, K.ROCK, K.WALL, K.FENCE, K.RAILING, K.POST, K.CART, K.BUSH})  # fmt: skip


_HUNG = frozenset({K.WINDOW, K.DOOR, K.CLOCK, K.PICTURE, K.SIGN})


def _want_inside(set_: _Dresser, kind: PieceKind) -> SetPiece | None:  # noqa: C901 - one case a kind
    w, h, d = _SIZES[kind]
    if kind in _HUNG and set_.look.kind in {SetKind.CAVE, SetKind.TOWER}:
        return None  # Rock and glass have nothing to hang on.
    match kind:
        case K.WINDOW:
            return _window(set_)
        case K.DOOR:
            spots = [s for s in set_.hung_spots(sides_first=True) if abs(s[0]) > 0.5 or s[1] < 0]
            return set_.first(kind, spots)
        case K.CLOCK | K.PICTURE:
            height = min(1.75 if kind is K.CLOCK else 1.45, set_.size.height - h - 0.1)
            return set_.first(kind, set_.hung_spots(), y=height)
        case K.SIGN:
            return set_.first(kind, set_.hung_spots(), size=(1.0, 0.6, 0.06), y=1.5)
        case K.LAMP | K.STREET_LAMP:
            return _lamp(set_)
        case K.TABLE:
            found = set_.first(kind, set_.aside_spots(w, d)) or set_.first(
                kind, set_.wall_spots(d), size=(1.1, 0.76, 0.7)
            )
            if found is not None:
                set_.seat(found, 2)
            return found
        case K.BED:
            along = [set_.size.depth / 2 - d / 2 - 0.02, 0.1 - set_.size.depth / 2 + d / 2, 0.0]
            side = set_.size.width / 2 - w / 2 - 0.02
            return set_.first(kind, [(x, z, 180.0 if z > 0 else 0.0) for z in along for x in (side, -side)])
        case K.STAIR:
            along, side = set_.size.depth / 2 - 1.55, set_.size.width / 2 - 0.62
            return set_.first(
                kind, [(x, z, 0.0) for z in (along, 0.0) for x in (side, -side)], size=(1.2, 2.04, 3.0)
            )
        case K.CHAIR:
            if set_.has(K.CHAIR):
                return next(p for p in set_.pieces if p.kind is K.CHAIR)
            return set_.first(kind, (*set_.aside_spots(w, d), *set_.wall_spots(d)))
        case K.DESK:
            found = set_.first(kind, set_.wall_spots(d + 0.04))
            if found is not None:
                set_.seat(found, 1)
            return found
        case K.COLUMN:
            tall = (w, set_.size.height, d)
            return set_.first(kind, [(x, z, 0.0) for x, z, _ in set_.aside_spots(w, d)], size=tall)
        case K.TREE | K.HOUSE | K.TOWER | K.BOAT | K.CAR:
            return None  # These do not come indoors; the view from a window has them.
        case _:
            return set_.first(kind, set_.wall_spots(d), size=(w, min(h, set_.size.height), d))


def _window(set_: _Dresser) -> SetPiece | None:
    w, h, d = _SIZES[K.WINDOW]
    if set_.look.kind is SetKind.HALL:
        w, h = 1.5, min(3.2, set_.size.height - 2.4)
    sill = min(0.95 if set_.look.kind is not SetKind.HALL else 1.9, set_.size.height - h - 0.2)
    return set_.first(K.WINDOW, set_.hung_spots(), size=(w, h, d), y=sill)


def _lamp(set_: _Dresser) -> SetPiece | None:
    on_top = set_.on_top(K.LAMP)
    if on_top is not None:
        return on_top
    drop = 0.9 if set_.size.height > 2.7 else 0.6
    x, z = (
        (set_.size.width * 0.3, 0.4) if set_.has(K.LAMP) else (-set_.size.width * 0.22, set_.play.far + 0.1)
    )
    size = (0.42, drop, 0.42)
    return set_.put(K.LAMP, x, z, size=size, y=set_.size.height - drop) or set_.first(
        K.LAMP, set_.wall_spots(0.4), size=(0.42, 1.6, 0.42)
    )


def _flanks(set_: _Dresser, depth: float) -> Iterator[tuple[float, float, float]]:
    """Beside and behind the playing area out of doors, inside the set's own width."""
    kind = set_.look.kind
    edge = {
        SetKind.STREET: set_.size.width / 2 - 0.9,
        SetKind.BRIDGE: set_.size.width / 2 - 0.75,
        SetKind.DECK: set_.size.width / 2 - 0.9,
        SetKind.ROOFS: set_.size.width / 2 - 1.2,
    }.get(kind, 3.4)
    edge = max(edge, set_.play.right + depth / 2 + 0.1)
    for along in (1.8, 3.4, 0.2, 5.2, -1.6, 7.5, -4.0, 10.0, -6.5, 13.0, -9.5):
        yield -edge, along, 90.0
        yield edge, along + 0.7, 270.0
    for along in (4.4, 6.0, 8.4):
        for across in (-2.0, 2.0, 0.4):
            yield across, along, 180.0
            yield across, -along - 4.4, 0.0


def _want_outside(set_: _Dresser, kind: PieceKind) -> SetPiece | None:  # noqa: C901 - one case a kind
    w, _, d = _SIZES[kind]
    look, size = set_.look.kind, set_.size
    confined = look in {SetKind.STREET, SetKind.BRIDGE, SetKind.DECK, SetKind.ROOFS}
    match kind:
        case K.TREE | K.BUSH if look is SetKind.SHORE:
            return set_.first(
                kind, ((-7.0, -4.5, 0.0), (7.5, -6.5, 0.0), (-4.5, -10.0, 0.0), (9.0, -1.0, 0.0))
            )
        case K.TREE | K.BUSH | K.ROCK if not confined:
            before = len(set_.pieces)
            set_.around(kind, 1, 4.2, 7.5, turn=137.5 * before)
            return set_.pieces[-1] if len(set_.pieces) > before else None
        case K.HOUSE if look is SetKind.STREET:
            return None  # The street is houses.
        case K.HOUSE:
            spots = (
                (-9.0, 13.0, 160.0),
                (9.5, 15.0, 200.0),
                (0.0, 22.0, 180.0),
                (-12.0, -14.0, 30.0),
                (-20.0, 22.0, 150.0),
            )
            return set_.first(kind, spots)
        case K.TOWER:
            far = size.depth / 2 + 6 if confined else 26.0
            return set_.first(kind, ((7.0, far, 180.0), (-9.0, far + 4, 180.0), (0.0, -far, 0.0)))
        case K.BOAT if look in {SetKind.SHORE, SetKind.BRIDGE, SetKind.DECK}:
            spots = ((-3.9, 3.4, 62.0), (4.6, 4.6, 300.0), (5.0, -3.4, 20.0), (-6.5, 9.0, 80.0))
            return set_.first(kind, spots if look is SetKind.SHORE else spots[1:])
        case K.CAR | K.CART | K.BOAT:
            lane = max(set_.play.right + w / 2 + 0.1, min(3.3, size.width / 2 - 2.0))
            spots = [
                (-lane, 4.4, 0.0),
                (lane, 8.0, 180.0),
                (-lane, -6.0, 0.0),
                (0.9, 10.0, 180.0),
                (-4.0, 7.0, 40.0),
            ]
            return set_.first(kind, spots)
        case K.WALL | K.FENCE | K.RAILING:
            spots = (
                (0.0, 5.2, 180.0),
                (-4.6, 1.2, 90.0),
                (4.6, 1.2, 270.0),
                (-4.2, 5.3, 180.0),
                (4.2, 5.3, 180.0),
            )
            return set_.first(kind, spots)
        case K.LAMP:
            if look in {SetKind.STREET, SetKind.BRIDGE, SetKind.SHORE}:
                return _want_outside(set_, K.STREET_LAMP)
            return set_.on_top(K.LAMP) or set_.first(kind, _flanks(set_, 0.4), size=(0.5, 2.4, 0.5))
        case K.WINDOW | K.DOOR | K.CLOCK | K.PICTURE:
            return _on_a_front(set_, kind)
        case K.STAIR:
            spots = ((-1.0, 6.4, 0.0), (1.0, 7.5, 0.0), (-5.0, 3.0, 270.0))
            return set_.first(kind, spots, size=(2.2, 1.36, 2.4))
        case K.COLUMN:
            return set_.first(kind, [(x, z, 0.0) for x, z, _ in _flanks(set_, d)], size=(w, 3.2, d))
        case K.TABLE:
            found = set_.first(kind, _flanks(set_, d))
            if found is not None:
                set_.seat(found, 2)
            return found
        case _:
            return set_.first(kind, _flanks(set_, d))


def _on_a_front(set_: _Dresser, kind: PieceKind) -> SetPiece | None:
    """Windows and doors out of doors need something to be in: a street's fronts have them, elsewhere a house comes."""
    if set_.look.kind is SetKind.STREET:
        edge = set_.size.width / 2 - 0.05
        y = {K.WINDOW: 1.0, K.CLOCK: 3.2, K.PICTURE: 1.4}.get(kind, 0.0)
        return set_.first(kind, ((-edge, 3.0, 90.0), (edge, 4.4, 270.0), (-edge, 6.6, 90.0)), y=y)
    if kind is K.CLOCK:
        return set_.first(kind, ((2.6, 5.6, 180.0), (-2.6, 5.6, 180.0)), size=(0.7, 3.4, 0.3))
    if kind is K.PICTURE:
        return _want_outside(set_, K.SIGN)
    house = next((p for p in set_.pieces if p.kind is K.HOUSE), None)
    return house or _want_outside(set_, K.HOUSE)


def _room(set_: _Dresser) -> None:
    for kind in (K.WINDOW, K.DOOR):
        if not set_.has(kind):
            _want_inside(set_, kind)
    if len(set_.pieces) < 6:
        for kind in (K.TABLE, K.SHELF, K.LAMP):
            if not set_.has(kind):
                _want_inside(set_, kind)
    _dress_bare_walls(set_)


def _dress_bare_walls(set_: _Dresser) -> None:
    """Something on every wall and something against it, because each is seen from somewhere."""
    half_w, half_d = set_.size.width / 2, set_.size.depth / 2
    walls = (
        (Area(-half_w, half_w, half_d - 0.9, half_d), 180.0),
        (Area(-half_w, -half_w + 0.9, -half_d, half_d), 90.0),
        (Area(half_w - 0.9, half_w, -half_d, half_d), 270.0),
        (Area(-half_w, half_w, -half_d, -half_d + 0.9), 0.0),
    )
    standing = [K.SHELF, K.BENCH, K.CRATE, K.CHAIR, K.BARREL]
    rough = {K.CRATE, K.BARREL} & {p.kind for p in set_.pieces}
    if not rough:
        standing = [K.SHELF, K.BENCH, K.CHAIR, K.COUNTER]
    hung = [K.PICTURE, K.WINDOW, K.PICTURE, K.PICTURE]
    for number, (strip, heading) in enumerate(walls):
        here = [p for p in set_.pieces if not clear_of(p, strip)]
        # The dresser mirrors what it is told, so a wall is met in the mirror too.
        told = heading * set_.flip % 360
        if not any(p.y_m > 0.3 or p.kind is K.DOOR for p in here):
            kind = hung[number]
            y = {K.PICTURE: 1.4, K.WINDOW: 0.95}[kind]
            size = (0.5, 0.7, 0.06) if kind is K.PICTURE and number % 2 else _SIZES[kind]
            spots = [s for s in set_.hung_spots() if s[2] == told]
            set_.first(kind, spots, size=size, y=min(y, set_.size.height - size[1] - 0.1))
        if not any(p.y_m < 0.3 and p.kind is not K.DOOR for p in here):
            kind = standing[number % len(standing)]
            w, h, d = _SIZES[kind]
            spots = [s for s in set_.wall_spots(d) if s[2] == told]
            set_.first(kind, spots, size=(w, min(h, set_.size.height), d))


def _corridor(set_: _Dresser) -> None:
    half_w, half_d = set_.size.width / 2 - 0.03, set_.size.depth / 2 - 0.03
    along = -half_d + 1.6
    side = 1.0
    while along < half_d - 1.0:
        set_.put(K.DOOR, side * half_w, along, 270.0 if side > 0 else 90.0)
        set_.put(K.DOOR, -side * half_w, along + 0.5, 90.0 if side > 0 else 270.0)
        along += 3.2
    window = (min(1.4, set_.size.width - 1.2), 1.5, 0.16)
    if not any(p.kind is K.DOOR and p.z_m > half_d - 0.2 for p in set_.pieces):
        set_.put(K.WINDOW, 0.0, half_d, 180.0, size=window, y=0.9)
    for z in (half_d - 1.4, 1.0 - half_d / 2, half_d / 2 - 0.4):
        set_.put(K.LAMP, 0.0, z, size=(0.36, 0.5, 0.36), y=set_.size.height - 0.5)
    if not set_.has(K.BENCH):
        set_.first(K.BENCH, set_.wall_spots(0.4), size=(1.2, 0.8, 0.38))
    _dress_bare_walls(set_)
    set_.put(K.DOOR, 0.0, -half_d, 0.0, size=(1.5, 2.2, 0.14))


def _hall(set_: _Dresser) -> None:
    half_w, half_d = set_.size.width / 2, set_.size.depth / 2
    rows = max(2, int(set_.size.depth // 4.2))
    for row in range(rows):
        z = -half_d + set_.size.depth * (row + 0.5) / rows
        for side in (-1.0, 1.0):
            column = (0.7, set_.size.height, 0.7)
            set_.put(K.COLUMN, side * min(half_w - 1.1, 4.2), z, 0.0, size=column)
            tall = min(3.2, set_.size.height - 2.6)
            set_.put(
                K.WINDOW,
                side * (half_w - 0.03),
                z + set_.size.depth / rows / 2,
                90.0 if side < 0 else 270.0,
                size=(1.5, tall, 0.16),
                y=1.9,
            )
    set_.put(K.DOOR, 0.0, -half_d + 0.03, 0.0, size=(2.2, 3.0, 0.16))
    if not set_.has(K.STAIR):
        set_.put(
            K.WINDOW, 0.0, half_d - 0.03, 180.0, size=(2.6, min(3.6, set_.size.height - 2.2), 0.16), y=1.6
        )
    for side in (-1.0, 1.0):
        set_.put(K.BENCH, side * (half_w - 0.35), 0.6, 90.0 if side < 0 else 270.0, size=(2.2, 0.9, 0.5))
    if not set_.inside:
        return
    low = min(3.2, set_.size.height - 1.0)
    for side in (-1.0, 1.0):
        set_.put(K.LAMP, side * 1.9, 1.2, size=(1.1, set_.size.height - low, 1.1), y=low)
        set_.put(K.PICTURE, side * half_w * 0.5, -half_d + 0.03, 0.0, size=(1.0, 1.4, 0.08), y=1.7)
        set_.put(K.BENCH, side * half_w * 0.5, -half_d + 0.3, 0.0, size=(1.8, 0.9, 0.5))


def _street(set_: _Dresser) -> None:
    edge = set_.size.width / 2 - 1.5
    for index, z in enumerate((4.6, -3.2, 12.5, -11.0, 20.5, 29.0, -19.0)):
        side = -1.0 if index % 2 == 0 else 1.0
        set_.put(K.STREET_LAMP, side * max(edge, 2.95), z, 90.0 * -side)
    if not set_.pieces[7:]:
        for kind in (K.CART, K.BARREL, K.CRATE, K.BENCH):
            _want_outside(set_, kind)


def _roofs(set_: _Dresser) -> None:
    half_w, half_d = set_.size.width / 2, set_.size.depth / 2
    for x, z, w, h, d in (
        (-3.4, 3.1, 1.1, 2.2, 0.7),
        (3.7, -0.6, 0.9, 1.7, 0.7),
        (-3.8, -2.9, 0.8, 1.5, 0.6),
    ):
        set_.put(K.BOX, max(-half_w + 0.8, min(half_w - 0.8, x)), min(half_d - 0.7, z), 0.0, size=(w, h, d))
    set_.put(K.HOUSE, half_w - 1.7, half_d - 1.15, 180.0, size=(2.2, 2.6, 1.7))
    for x, z, heading in ((0.0, half_d - 0.1, 0.0), (-half_w + 0.1, 0.0, 90.0), (half_w - 0.1, 0.0, 270.0)):
        set_.put(K.RAILING, x, z, heading, size=(2.6, 1.0, 0.1))
    set_.put(K.POST, half_w - 0.8, -half_d + 0.8, 0.0, size=(0.9, 3.4, 0.9))


def _forest(set_: _Dresser) -> None:
    def tree(vary: float) -> tuple[float, float, float]:
        height = min(set_.size.height, 13.0) * (0.62 + 0.38 * vary)
        spread = 1.5 + 2.0 * vary
        return spread, height, spread

    set_.around(K.TREE, 22, 3.9, 13.0, sizes=tree)
    set_.around(K.BUSH, 9, 3.4, 9.0)
    set_.around(K.ROCK, 5, 3.2, 8.0, sizes=lambda v: (0.6 + v, 0.35 + 0.4 * v, 0.5 + 0.8 * v))


def _field(set_: _Dresser) -> None:
    set_.put(K.TREE, -7.5, 11.0, 0.0, size=(5.6, 8.0, 5.6))
    set_.put(K.TREE, 10.5, -12.0, 0.0, size=(5.0, 7.0, 5.0))
    if not set_.has(K.FENCE):
        for x in (-8.2, -4.1, 0.0, 4.1, 8.2):
            set_.put(K.FENCE, x, 7.4 + 0.04 * x, 180.0, size=(4.0, 1.1, 0.12))
    set_.around(K.BUSH, 6, 6.0, 13.0)
    set_.around(K.ROCK, 4, 4.0, 9.0, sizes=lambda v: (0.5 + 0.7 * v, 0.3 + 0.3 * v, 0.5 + 0.5 * v))


def _shore(set_: _Dresser) -> None:
    if not set_.has(K.BOAT):
        _want_outside(set_, K.BOAT)
    for index, (x, z) in enumerate(
        ((5.6, 6.2), (6.6, 7.6), (4.3, 7.4), (-7.4, 6.6), (-8.8, -3.0), (7.4, -5.6), (-5.0, -8.6))
    ):
        grow = 0.6 + 0.8 * (index % 3)
        set_.put(K.ROCK, x, z, 40.0 * index, size=(1.1 + grow, 0.7 + 0.5 * grow, 1.0 + 0.7 * grow))
    for x, z in ((-2.6, 6.4), (-2.6, 8.2), (-1.2, 6.4), (-1.2, 8.2), (-2.6, 10.0), (-1.2, 10.0)):
        set_.put(K.POST, x, z, 0.0, size=(0.24, 1.5, 0.24), y=-0.6)
    for index in range(8):
        set_.put(
            K.POST, 8.6, -1.0 + 1.2 * index, 0.0, size=(0.22, 1.0 + 0.1 * (index % 3), 0.22), y=-0.1 * index
        )
    for x, z in ((-8.5, -6.0), (9.5, -8.0), (-5.5, -12.0), (4.5, -13.5), (-13.0, -10.0), (12.0, -4.0)):
        set_.put(K.BUSH, x, z, 25.0 * x)


def _stairs(set_: _Dresser) -> None:
    size, half_d = set_.size, set_.size.depth / 2
    rise = 1.87 if size.height < 4.2 else 2.21
    run = min(3.6, half_d - 1.2 - set_.play.far - 0.1)
    width = min(3.0, size.width - 2.4)
    set_.put(K.STAIR, 0.0, half_d - 1.2 - run / 2, 0.0, size=(width, rise, run))
    landing = min(size.width - 0.1, width + 2.0)
    set_.put(K.BOX, 0.0, half_d - 0.6, 0.0, size=(landing, rise, 1.16))
    if size.height - rise > 2.1:
        set_.put(K.DOOR, 0.0, half_d - 0.03, 180.0, y=rise, size=(1.1, 2.05, 0.14))
    for side in (-1.0, 1.0):
        heading = 90.0 if side < 0 else 270.0
        set_.put(K.WINDOW, side * (size.width / 2 - 0.03), 1.4, heading, size=(1.1, 1.6, 0.16), y=1.1)
        if not set_.inside:
            set_.put(K.STREET_LAMP, side * (size.width / 2 - 0.6), -2.6, heading)
    if set_.inside:
        set_.put(K.LAMP, 0.0, 0.6, size=(0.5, 1.0, 0.5), y=size.height - 1.0)
        _dress_bare_walls(set_)


def _vehicle(set_: _Dresser) -> None:
    if not set_.inside:
        if not any(set_.has(k) for k in (K.CAR, K.CART, K.BOAT)):
            set_.put(K.CAR, 0.6, 3.6, 90.0)
        set_.around(K.TREE, 6, 12.0, 20.0)
        set_.around(K.BUSH, 5, 8.0, 14.0)
        return
    if any(kind is K.CAR for kind, _ in asked(set_.look.features)):
        return  # The car itself is the set.
    half_w, half_d = set_.size.width / 2, set_.size.depth / 2
    z = -half_d + 0.9
    while z < half_d - 0.6:
        for side in (-1.0, 1.0):
            x = side * (half_w - 0.5)
            facing = 0.0 if int((z + half_d) / 1.1) % 2 else 180.0
            set_.put(K.BENCH, x, z, facing, size=(0.92, 1.1, 0.6))
            set_.put(
                K.WINDOW,
                side * (half_w - 0.03),
                z,
                90.0 if side < 0 else 270.0,
                size=(0.95, 0.85, 0.1),
                y=1.0,
            )
        z += 1.1
    set_.put(K.DOOR, 0.0, half_d - 0.03, 180.0, size=(0.85, 2.0, 0.12))
    for z in (-half_d / 2, 0.2, half_d / 2 + 0.3):
        set_.put(K.LAMP, 0.0, z, size=(0.3, 0.2, 0.3), y=set_.size.height - 0.2)


def _tower(set_: _Dresser) -> None:
    if not set_.inside:
        if not set_.has(K.TOWER):
            tall = max(16.0, set_.size.height)
            set_.put(K.TOWER, 5.0, 38.0, 180.0, size=(tall * 0.26, tall, tall * 0.26))
        set_.put(K.HOUSE, -9.5, 24.0, 165.0, size=(7.0, 4.8, 4.8))
        set_.around(K.ROCK, 9, 4.4, 12.0)
        set_.around(K.BUSH, 3, 6.0, 11.0)
        return
    far = set_.size.depth / 2
    if not set_.has(K.MACHINE):
        bulk = min(1.7, far - set_.play.far - 0.25)
        tall = min(2.5, set_.size.height - 0.3)
        set_.put(K.MACHINE, 0.0, far - 0.15 - bulk / 2, 180.0, size=(bulk, tall, bulk))
    set_.put(K.BARREL, far * 0.69, far * 0.46, 0.0)
    set_.put(K.CRATE, -far * 0.7, far * 0.48, 45.0)
    if not set_.has(K.CHAIR):
        set_.put(K.CHAIR, -far * 0.74, -0.4, 70.0)


def _cave(set_: _Dresser) -> None:
    half_w, half_d = set_.size.width / 2 * 0.8, set_.size.depth / 2 * 0.8
    for index in range(11):
        angle = radians(33.0 * index + 14)
        grow = 0.5 + 0.7 * set_.chance()
        set_.put(
            K.ROCK,
            half_w * sin(angle),
            half_d * cos(angle),
            50.0 * index,
            size=(1.5 * grow, 1.2 * grow, 1.3 * grow),
        )


def _bridge(set_: _Dresser) -> None:
    edge = set_.size.width / 2 - 0.45
    for index, z in enumerate((5.0, -3.4, 13.0, -11.0, 21.0, -19.0)):
        side = 1.0 if index % 2 else -1.0
        set_.put(K.STREET_LAMP, side * edge, z, 90.0 * -side, size=(0.45, 3.4, 0.45))
    set_.around(K.TREE, 5, 40.0, 55.0, sizes=lambda v: (4.0 + 2 * v, 7.0 + 3 * v, 4.0 + 2 * v))


def _deck(set_: _Dresser) -> None:
    half_w, half_d = set_.size.width / 2, set_.size.depth / 2
    set_.put(K.COLUMN, 0.0, 4.2, 0.0, size=(0.42, set_.size.height, 0.42))
    set_.put(K.HOUSE, 0.0, min(half_d - 1.6, 7.4), 180.0, size=(min(3.4, half_w), 2.5, 2.4))
    for x, z, kind in (
        (-2.9, 3.0, K.CRATE),
        (-2.8, 3.9, K.BARREL),
        (2.9, 4.9, K.BARREL),
        (2.9, -3.3, K.CRATE),
    ):
        set_.put(kind, max(-half_w + 0.7, min(half_w - 0.7, x)), z, 20.0)


def _mountain(set_: _Dresser) -> None:
    set_.around(K.ROCK, 8, 3.8, 7.0, sizes=lambda v: (0.5 + 1.1 * v, 0.3 + 0.5 * v, 0.5 + 0.9 * v))
    set_.around(K.ROCK, 7, 7.5, 13.0, sizes=lambda v: (1.2 + 2.2 * v, 0.8 + 0.9 * v, 1.0 + 1.8 * v))

    def pine(vary: float) -> tuple[float, float, float]:
        return 1.6 + vary, 3.6 + 2.8 * vary, 1.6 + vary

    set_.around(K.TREE, 6, 8.0, 15.0, sizes=pine)
    set_.around(K.BUSH, 4, 4.0, 8.0, sizes=lambda v: (0.6 + 0.5 * v, 0.35 + 0.3 * v, 0.6 + 0.4 * v))


_TEMPLATES: dict[SetKind, Callable[[_Dresser], None]] = {
    SetKind.ROOM: _room,
    SetKind.CORRIDOR: _corridor,
    SetKind.STREET: _street,
    SetKind.ROOFS: _roofs,
    SetKind.FOREST: _forest,
    SetKind.FIELD: _field,
    SetKind.SHORE: _shore,
    SetKind.STAIRS: _stairs,
    SetKind.VEHICLE: _vehicle,
    SetKind.TOWER: _tower,
    SetKind.CAVE: _cave,
    SetKind.HALL: _hall,
    SetKind.BRIDGE: _bridge,
    SetKind.DECK: _deck,
    SetKind.MOUNTAIN: _mountain,
}

# These shape the set, so they are placed before what the words ask for.
_STRUCTURAL_FIRST = frozenset({SetKind.STAIRS, SetKind.TOWER, SetKind.DECK, SetKind.VEHICLE})

# What stands on something else waits for it.
_LAST = frozenset({K.LAMP, K.CLOCK, K.PICTURE})


def dress(look: LocationLook) -> tuple[SetPiece, ...]:
    """The dressing of a set.

    Args:
        look: Its own pieces are the dressing where it has any.

    Returns:
        Pieces that leave the playing area empty; the same for the same look, always.
    """
    if look.pieces:
        return look.pieces
    set_ = _Dresser(look)
    template = _TEMPLATES[look.kind]
    structural = look.kind in _STRUCTURAL_FIRST
    if structural:
        template(set_)
    want = _want_inside if set_.inside else _want_outside
    wanted = asked(look.features)
    for kind, count in sorted(wanted, key=lambda item: item[0] in _LAST):
        missing = count - sum(p.kind is kind for p in set_.pieces)
        for _ in range(missing):
            want(set_, kind)
    if not structural:
        (_house_front if look.kind is SetKind.ROOM and not set_.inside else template)(set_)
    return tuple(set_.pieces)


def _house_front(set_: _Dresser) -> None:
    """A room seen from outside: the yard before its house."""
    set_.put(K.HOUSE, 0.0, 8.0, 180.0, size=(8.0, 6.2, 6.0))
    for kind in (K.FENCE, K.TREE, K.BUSH, K.BUSH, K.BARREL):
        _want_outside(set_, kind)


def ground_at(look: LocationLook, x: float, z: float) -> float:
    """What a figure at a point of the ground plane stands on, metres above the set's ground."""
    treads = (tread_at(piece, x, z) for piece in dress(look))
    return max((tread for tread in treads if tread is not None), default=0.0)
