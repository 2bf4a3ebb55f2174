"""Colours of a set: the look's three, varied a little from piece to piece, and those that nature decides."""

import colorsys
from dataclasses import dataclass, replace

from picturelock.core.anchor import Colour, LocationLook
from picturelock.generate.builtin.geometry import Material
from picturelock.generate.builtin.sets.chance import Chance

RGB = tuple[float, float, float]

BARK: RGB = (0.36, 0.29, 0.23)
LEAF: RGB = (0.38, 0.46, 0.28)
NEEDLE: RGB = (0.24, 0.36, 0.29)
STONE: RGB = (0.56, 0.54, 0.51)
IRON: RGB = (0.26, 0.27, 0.29)
BRASS: RGB = (0.70, 0.55, 0.29)
GLASS: RGB = (0.52, 0.60, 0.64)
LAMPLIGHT: RGB = (1.0, 0.84, 0.52)
PAPER: RGB = (0.90, 0.86, 0.76)
LINEN: RGB = (0.86, 0.83, 0.77)
SEA: RGB = (0.36, 0.49, 0.54)
SNOW: RGB = (0.92, 0.93, 0.95)
BRICK: RGB = (0.58, 0.36, 0.29)
SLATE: RGB = (0.36, 0.39, 0.43)
ROOF_TILE: RGB = (0.55, 0.33, 0.26)
SAND: RGB = (0.80, 0.72, 0.57)
GRASS: RGB = (0.48, 0.54, 0.33)


def rgb(colour: Colour) -> RGB:
    """0..1 each."""
    r, g, b = colour.rgb
    return r / 255, g / 255, b / 255


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """From ``one`` at 0 to ``other`` at 1."""
    return tuple(round(a + (b - a) * share, 4) for a, b in zip(one, other, strict=True))  # pyright: ignore[reportReturnType]


def shade(colour: RGB, by: float) -> RGB:
    """Darker below 1, lighter above, within 0..1."""
    if by <= 1:
        return mix((0.0, 0.0, 0.0), colour, max(by, 0.0))
    return mix(colour, (1.0, 1.0, 1.0), min(by - 1, 1.0))


def varied(colour: RGB, chance: Chance, amount: float = 1.0) -> RGB:
    """The same hue a little lighter or darker, fuller or paler."""
    hue, lightness, fullness = colorsys.rgb_to_hls(*colour)
    lightness = min(0.96, max(0.05, lightness * chance.around(1.0, 0.10 * amount)))
    fullness = min(1.0, fullness * chance.around(1.0, 0.18 * amount))
    hue = (hue + (chance.next() - 0.5) * 0.02 * amount) % 1.0
    r, g, b = colorsys.hls_to_rgb(hue, lightness, fullness)
    return round(r, 4), round(g, 4), round(b, 4)


@dataclass(frozen=True, slots=True)
class Paint:
    """What a piece is painted with.

    Attributes:
        wall: Of the set's walls or buildings.
        ground: Of its ground or floor.
        accent: Of its woodwork.
        own: The piece's own colour, if it was given one.
    """

    wall: RGB
    ground: RGB
    accent: RGB
    own: RGB | None = None

    @classmethod
    def of(cls, look: LocationLook) -> "Paint":
        """The colours of a look."""
        return cls(rgb(look.wall), rgb(look.ground), rgb(look.accent))

    def near(self, chance: Chance) -> "Paint":
        """The same paint as one piece of many has it."""
        return replace(
            self,
            wall=varied(self.wall, chance),
            accent=varied(self.accent, chance),
            ground=varied(self.ground, chance, 0.5),
        )

    def main(self, otherwise: RGB) -> RGB:
        """The piece's own colour, or this."""
        return self.own or otherwise

    def wood(self, by: float = 1.0, *, boards: bool = False) -> Material:
        """Timber in the set's accent colour."""
        colour = shade(self.main(self.accent), by)
        return Material(colour=colour, pattern="boards" if boards else "plain", pattern_m=0.22)

    def iron(self, by: float = 1.0) -> Material:
        """Cast iron, with a breath of the set's own colour."""
        return Material(colour=shade(mix(IRON, self.accent, 0.12), by))

    def stone(self, by: float = 1.0, *, blocks: bool = True) -> Material:
        """Stone of the place."""
        return Material(
            colour=shade(mix(STONE, self.ground, 0.35), by),
            pattern="stone" if blocks else "plain",
            pattern_m=0.6,
        )


def plain(colour: RGB, *, ink: float = 1.0, glow: float = 0.0) -> Material:
    """A surface without a pattern."""
    return Material(colour=colour, ink=ink, glow=glow)
