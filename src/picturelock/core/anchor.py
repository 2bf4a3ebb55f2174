"""Anchors: the approved look of a character, a location, a prop or the style.

An anchor holds measures (metres, colours, kinds), because a board that says "tall" is where scale begins to drift.
"""

import re
from enum import StrEnum
from typing import ClassVar

import msgspec

from picturelock.core.digest import Digest
from picturelock.core.ids import AnchorId
from picturelock.core.text import Identifier
from picturelock.core.value import Value


class Colour(Identifier):
    """sRGB as ``#rrggbb``."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"#[0-9a-f]{6}")
    example: ClassVar[str] = "#8a3b2e"

    @property
    def rgb(self) -> tuple[int, int, int]:
        """0..255 each."""
        return int(self[1:3], 16), int(self[3:5], 16), int(self[5:7], 16)


class Rights(StrEnum):
    """What is recorded about the right to use a reference."""

    OWNED = "owned"
    LICENSED = "licensed"
    PUBLIC_DOMAIN = "public_domain"
    UNRECORDED = "unrecorded"


class Reference(Value, frozen=True, kw_only=True):
    """A picture or sound that an anchor is held to."""

    media: Digest
    note: str = ""
    rights: Rights = Rights.UNRECORDED
    holder: str = ""


class Build(StrEnum):
    """Body build."""

    SLIGHT = "slight"
    AVERAGE = "average"
    STOCKY = "stocky"
    BROAD = "broad"


class Age(StrEnum):
    """Age as it reads from a distance."""

    CHILD = "child"
    YOUNG = "young"
    ADULT = "adult"
    OLD = "old"


class HairStyle(StrEnum):
    """Hair by silhouette."""

    SHORT = "short"
    CROP = "crop"
    BOB = "bob"
    LONG = "long"
    BUN = "bun"
    PONYTAIL = "ponytail"
    BRAID = "braid"
    CURLY = "curly"
    BALD = "bald"


class Hat(StrEnum):
    """Headgear by silhouette."""

    NONE = "none"
    CAP = "cap"
    BEANIE = "beanie"
    BRIM = "brim"
    HOOD = "hood"
    HEADSCARF = "headscarf"
    HELMET = "helmet"


class Upper(StrEnum):
    """Upper garment by silhouette."""

    SHIRT = "shirt"
    SWEATER = "sweater"
    JACKET = "jacket"
    LONG_COAT = "long_coat"
    CLOAK = "cloak"
    APRON = "apron"
    UNIFORM = "uniform"


class Lower(StrEnum):
    """Lower garment by silhouette."""

    TROUSERS = "trousers"
    SHORTS = "shorts"
    SKIRT = "skirt"
    DRESS = "dress"
    ROBE = "robe"


class Accessory(StrEnum):
    """What tells a figure apart at a glance."""

    GLASSES = "glasses"
    BEARD = "beard"
    MOUSTACHE = "moustache"
    SCARF = "scarf"
    BAG = "bag"
    BELT = "belt"
    APRON = "apron"


class Hair(Value, frozen=True, kw_only=True):
    """Hair."""

    style: HairStyle = HairStyle.SHORT
    colour: Colour = Colour("#3a2c22")


class Garment(Value, frozen=True, kw_only=True):
    """The upper garment."""

    kind: Upper = Upper.SHIRT
    colour: Colour = Colour("#6b7a86")


class LowerGarment(Value, frozen=True, kw_only=True):
    """The lower garment."""

    kind: Lower = Lower.TROUSERS
    colour: Colour = Colour("#3b3f47")


class Headgear(Value, frozen=True, kw_only=True):
    """The hat, hood or scarf on the head."""

    kind: Hat = Hat.NONE
    colour: Colour = Colour("#4a4a4a")


class CharacterLook(Value, frozen=True, kw_only=True):
    """A figure's measures and silhouette.

    Attributes:
        height_m: Standing height without hat, 0.3 to 3.
        accent: Colour of scarf, bag and other accessories.
    """

    height_m: float = msgspec.field(default=1.72)
    build: Build = Build.AVERAGE
    age: Age = Age.ADULT
    skin: Colour = Colour("#d9b38c")
    hair: Hair = Hair()
    upper: Garment = Garment()
    lower: LowerGarment = LowerGarment()
    shoes: Colour = Colour("#2b2622")
    headgear: Headgear = Headgear()
    accessories: tuple[Accessory, ...] = ()
    accent: Colour = Colour("#a83c32")


class Voice(Value, frozen=True, kw_only=True):
    """A scratch voice.

    Attributes:
        name: A voice of the voice provider, such as ``us_female`` or ``gb``; empty for the default.
        semitones: Shift of pitch with formants, -8 to 8.
        pace: Speaking rate, 0.6 to 1.6; 1 is the voice's own.
    """

    name: str = ""
    semitones: float = 0.0
    pace: float = 1.0


class SetKind(StrEnum):
    """The kind of set a location is built from."""

    ROOM = "room"
    CORRIDOR = "corridor"
    STREET = "street"
    ROOFS = "roofs"
    FOREST = "forest"
    FIELD = "field"
    SHORE = "shore"
    STAIRS = "stairs"
    VEHICLE = "vehicle"
    TOWER = "tower"
    CAVE = "cave"
    HALL = "hall"
    BRIDGE = "bridge"
    DECK = "deck"
    MOUNTAIN = "mountain"


class PieceKind(StrEnum):
    """A piece of set dressing, drawn as what it is and blocked as its box."""

    TABLE = "table"
    CHAIR = "chair"
    BENCH = "bench"
    BED = "bed"
    SHELF = "shelf"
    DESK = "desk"
    COUNTER = "counter"
    STOVE = "stove"
    LAMP = "lamp"
    WINDOW = "window"
    DOOR = "door"
    CRATE = "crate"
    BARREL = "barrel"
    COLUMN = "column"
    STAIR = "stair"
    RAILING = "railing"
    MACHINE = "machine"
    TREE = "tree"
    BUSH = "bush"
    ROCK = "rock"
    HOUSE = "house"
    TOWER = "tower"
    WALL = "wall"
    FENCE = "fence"
    STREET_LAMP = "street_lamp"
    BOAT = "boat"
    CAR = "car"
    CART = "cart"
    POST = "post"
    SIGN = "sign"
    CLOCK = "clock"
    PICTURE = "picture"
    BOX = "box"


class SetPiece(Value, frozen=True, kw_only=True):
    """A piece of the set, as its box in metres.

    World axes: x to the right and z away from a camera at heading 0, y up from the ground.

    Attributes:
        x_m: Centre of the footprint.
        z_m: Centre of the footprint.
        y_m: Underside above the ground.
        width_m: Along x at heading 0.
        height_m: Along y.
        depth_m: Along z at heading 0.
        heading_deg: Clockwise from above.
    """

    kind: PieceKind
    x_m: float
    z_m: float
    y_m: float = 0.0
    width_m: float = 1.0
    height_m: float = 1.0
    depth_m: float = 1.0
    heading_deg: float = 0.0
    colour: Colour | None = None


class LocationLook(Value, frozen=True, kw_only=True):
    """A set: its kind, size, colours and dressing.

    Attributes:
        interior: Walls and a ceiling, or sky.
        width_m: Along x; the playing area lies around the origin.
        depth_m: Along z.
        height_m: Of the walls indoors; of the tallest surroundings outdoors.
        features: Plain words ("window", "oil lamp") that the dressing was chosen from.
        pieces: The dressing; empty means the kit's own for this kind and these features.
    """

    kind: SetKind = SetKind.ROOM
    interior: bool = True
    width_m: float = 7.0
    depth_m: float = 6.0
    height_m: float = 2.9
    wall: Colour = Colour("#b9ab93")
    ground: Colour = Colour("#8c7a63")
    accent: Colour = Colour("#6d5a48")
    features: tuple[str, ...] = ()
    pieces: tuple[SetPiece, ...] = ()


class PropKind(StrEnum):
    """A thing that is held or stands in the picture."""

    LANTERN = "lantern"
    BOOK = "book"
    LETTER = "letter"
    CUP = "cup"
    BOX = "box"
    KEY = "key"
    PHONE = "phone"
    UMBRELLA = "umbrella"
    ROPE = "rope"
    TOOL = "tool"
    BAG = "bag"
    BOTTLE = "bottle"
    FLOWER = "flower"
    WEAPON = "weapon"
    WATCH = "watch"
    RADIO = "radio"
    MAP = "map"
    STICK = "stick"


class PropLook(Value, frozen=True, kw_only=True):
    """A prop's measures.

    Attributes:
        size_m: Its longest side.
    """

    kind: PropKind = PropKind.BOX
    size_m: float = 0.25
    colour: Colour = Colour("#8f6a3a")


class StyleLook(Value, frozen=True, kw_only=True):
    """The look of the whole film.

    Attributes:
        paper: The lightest value.
        ink: The darkest value.
        wash: Shadow tint.
        warm: Tint of lamps and low sun.
        cool: Tint of night and overcast.
        line: Line weight relative to the house style, 0.3 to 3.
        grain: Paper grain, 0 to 1.
        values: Steps of tone, 3 or 4.
    """

    paper: Colour = Colour("#f3ead8")
    ink: Colour = Colour("#231f26")
    wash: Colour = Colour("#5d6478")
    warm: Colour = Colour("#f0b45c")
    cool: Colour = Colour("#6f8fae")
    line: float = 1.0
    grain: float = 0.5
    values: int = 4


class _Anchor(Value, tag_field="kind", frozen=True, kw_only=True):
    id: AnchorId
    name: str
    version: int = 1
    description: str = ""
    references: tuple[Reference, ...] = ()
    marks: tuple[str, ...] = ()


class CharacterAnchor(_Anchor, tag="character", frozen=True, kw_only=True):
    """The approved look and voice of a character.

    Attributes:
        marks: What is uncertain about the anchor and wants a person's eye.
    """

    look: CharacterLook = CharacterLook()
    voice: Voice = Voice()
    real_person: bool = False


class LocationAnchor(_Anchor, tag="location", frozen=True, kw_only=True):
    """The approved look of a place."""

    look: LocationLook = LocationLook()


class PropAnchor(_Anchor, tag="prop", frozen=True, kw_only=True):
    """The approved look of a prop."""

    look: PropLook = PropLook()


class StyleAnchor(_Anchor, tag="style", frozen=True, kw_only=True):
    """The approved look of the whole film."""

    look: StyleLook = StyleLook()


Anchor = CharacterAnchor | LocationAnchor | PropAnchor | StyleAnchor
