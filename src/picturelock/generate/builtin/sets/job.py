"""What a piece's builder is given: a box to fill, paint, the hour, and a place to put solids and lamps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.generate.builtin.sets.chance import Chance
from picturelock.generate.builtin.sets.palette import GLASS, LAMPLIGHT, Paint, mix, plain
from picturelock.generate.builtin.sets.solids import Point, Solids

_LAMPS_ON = frozenset({TimeOfDay.DUSK, TimeOfDay.EVENING, TimeOfDay.NIGHT})


@dataclass(frozen=True, slots=True)
class Setting:
    """When and where a set stands.

    Attributes:
        interior: Walls and a ceiling, or sky.
        windowless: No daylight comes in.
    """

    time: TimeOfDay
    weather: Weather
    interior: bool
    windowless: bool = False

    @property
    def lamps_on(self) -> bool:
        """Whether people have lit their lamps."""
        return self.time in _LAMPS_ON or self.weather is Weather.STORM or self.windowless

    @property
    def snow(self) -> bool:
        """Whether snow lies."""
        return self.weather is Weather.SNOW and not self.interior


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One piece to build in its own axes: the box is centred on x and z, stands on y = 0, and its front looks to +z.

    Attributes:
        base: Height of its underside above the ground.
        lamps: Points that light comes from, collected by builders.
    """

    solids: Solids
    width: float
    height: float
    depth: float
    base: float
    paint: Paint
    chance: Chance
    setting: Setting
    lamps: list[Point] = field(default_factory=list[Point])

    @property
    def size(self) -> Point:
        """Width, height and depth."""
        return self.width, self.height, self.depth

    def pane(self, share_lit: float = 0.5):
        """Window glass seen from outside: lit or dark when lamps are on, a dull mirror of the sky by day."""
        if self.setting.lamps_on:
            if self.chance.next() < share_lit:
                return plain(LAMPLIGHT, ink=0.8, glow=0.85)
            return plain(mix(GLASS, (0.10, 0.13, 0.20), 0.8), ink=0.8)
        return plain(mix(GLASS, (0.24, 0.28, 0.32), self.chance.between(0.45, 0.8)), ink=0.8)


Builder = Callable[[Job], None]
