"""Where people stand in a scene: marks on the floor that hold from shot to shot.

A character keeps the side that the scene first gave them, so that cuts do not jump over the line between people (the
180-degree rule). Sides come from the shot that first shows a character together with others, or else first at all.
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin

from picturelock.core.board import Scene, Shot
from picturelock.core.contract import Contract, Facing, ScreenPlace, Subject
from picturelock.core.ids import AnchorId
from picturelock.core.location import Area

#: Between two people who talk, from mid-line to mid-line.
APART_M = 1.3


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the ground plane, metres."""

    x: float
    z: float

    def moved(self, heading_deg: float, right_m: float, ahead_m: float) -> "Spot":
        """The place so far to the right and ahead, for someone who looks along a heading."""
        turn = radians(heading_deg)
        return Spot(
            self.x + right_m * cos(turn) + ahead_m * sin(turn),
            self.z - right_m * sin(turn) + ahead_m * cos(turn),
        )

    def bearing(self, other: "Spot") -> float:
        """Heading from here to there, degrees."""
        return degrees(atan2(other.x - self.x, other.z - self.z))

    def towards(self, other: "Spot", share: float = 0.5) -> "Spot":
        """A place on the way there."""
        return Spot(self.x + (other.x - self.x) * share, self.z + (other.z - self.z) * share)


def turned(degrees_: float) -> float:
    """An angle in -180 to 180."""
    return (degrees_ + 180.0) % 360.0 - 180.0


def keyframe_contract(shot: Shot) -> Contract | None:
    """The contract of the shot's keyframe."""
    unit = shot.unit("key")
    return unit.contract if unit else None


_SIDE = {
    ScreenPlace.FAR_LEFT: -1,
    ScreenPlace.LEFT: -1,
    ScreenPlace.CENTRE: 0,
    ScreenPlace.RIGHT: 1,
    ScreenPlace.FAR_RIGHT: 1,
}
_SIDE_BY_FACING = {
    Facing.RIGHT: -1,
    Facing.THREE_QUARTER_RIGHT: -1,
    Facing.LEFT: 1,
    Facing.THREE_QUARTER_LEFT: 1,
}


def side(subject: Subject) -> int:
    """-1 for someone on the left, 1 on the right, 0 in the middle; who looks to the right stands on the left."""
    return _SIDE[subject.place] or _SIDE_BY_FACING.get(subject.facing, 0)


def marks(scene: Scene, area: Area) -> dict[AnchorId, Spot]:
    """A mark on the floor for everyone in the scene, inside the playing area."""
    alone: dict[AnchorId, int] = {}
    together: dict[AnchorId, int] = {}
    for shot in scene.shots:
        contract = keyframe_contract(shot)
        for subject in contract.subjects if contract else ():
            alone.setdefault(subject.who, side(subject))
            if contract and len(contract.subjects) > 1:
                together.setdefault(subject.who, side(subject))
    sides = {who: together.get(who, first) for who, first in alone.items()}
    taken = {-1: 0, 0: 0, 1: 0}
    found: dict[AnchorId, Spot] = {}
    crowded = len(sides) > 1
    for who, where in sides.items():
        if where == 0 and crowded and taken[0]:
            where = -1 if taken[-1] <= taken[1] else 1
        rank = taken[where]
        taken[where] += 1
        x = where * (APART_M / 2 + rank * 0.8)
        z = 0.45 * rank if where else 0.7 * rank + (0.4 if crowded else 0.0)
        found[who] = Spot(
            min(max(x, area.left + 0.35), area.right - 0.35), min(max(z, area.near + 0.35), area.far - 0.35)
        )
    return found
