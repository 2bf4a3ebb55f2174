"""What a blocking says in words: places, distances, shot size, light and move, measured and not guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sin

from picturelock.board.framing import CROP_LINES
from picturelock.board.staging import turned
from picturelock.core.anchor import Anchor
from picturelock.core.blocking import (
    Blocking,
    Box,
    Camera,
    Light,
    LightKind,
    Placement,
    Pose,
    TimeOfDay,
    Weather,
    expected_box,
    posed_height_m,
    project,
)
from picturelock.core.contract import Contract, Relation, ShotSize
from picturelock.core.ids import AnchorId

_VERBS = {
    Pose.WALK: "walks",
    Pose.RUN: "runs",
    Pose.SIT: "sits",
    Pose.WRITE: "sits writing",
    Pose.KNEEL: "kneels",
    Pose.CROUCH: "crouches",
    Pose.LIE: "lies",
    Pose.LEAN: "leans",
    Pose.FALL: "falls",
    Pose.CLIMB: "climbs",
}
_SIZES = {
    ShotSize.EXTREME_LONG: "extreme long shot",
    ShotSize.LONG: "long shot",
    ShotSize.FULL: "full shot",
    ShotSize.MEDIUM_LONG: "medium long shot",
    ShotSize.MEDIUM: "medium shot",
    ShotSize.MEDIUM_CLOSE_UP: "medium close-up",
    ShotSize.CLOSE_UP: "close-up",
    ShotSize.EXTREME_CLOSE_UP: "extreme close-up",
}


def names_of(anchors: Sequence[Anchor]) -> dict[AnchorId, str]:
    """Names by id."""
    return {a.id: a.name for a in anchors}


def name_of(names: Mapping[AnchorId, str], who: AnchorId) -> str:
    """A name; for someone without an anchor the id in plain letters."""
    return names.get(who) or who.partition("_")[2].replace("_", " ").title()


def spatial_words(
    blocking: Blocking, contract: Contract, anchors: Sequence[Anchor], aspect: float = 16 / 9
) -> tuple[str, ...]:
    """Who stands where, in sentences with a full stop: measured in the blocking, promises first.

    Args:
        blocking: The shot in metres.
        contract: For its spatial promises.
        anchors: For names.
        aspect: Picture width / height.
    """
    names = names_of(anchors)
    seen = _seen(blocking, aspect)
    known = {s.figure.who: s for s in seen}
    words: list[str] = []
    paired: set[frozenset[AnchorId]] = set()
    for s in contract.constraints.spatial:
        one, other = known.get(s.subject), known.get(s.object)
        name, object_ = name_of(names, s.subject), name_of(names, s.object)
        match s.relation:
            case Relation.LEFT_OF | Relation.RIGHT_OF:
                side = "left" if s.relation is Relation.LEFT_OF else "right"
                verb = _verb(one.figure.pose) if one else "is"
                words.append(f"{name} {verb} to the {side} of {object_}{_nearer(one, other)}.")
                paired.add(frozenset((s.subject, s.object)))
            case Relation.IN_FRONT_OF | Relation.BEHIND:
                where = "in front of" if s.relation is Relation.IN_FRONT_OF else "behind"
                words.append(f"{name} is {where} {object_}, as the camera sees it.")
                paired.add(frozenset((s.subject, s.object)))
            case Relation.TALLER_THAN:
                times = f"{s.factor:.2g} times as tall as" if s.factor > 0 else "taller than"
                words.append(f"In the picture {name} is {times} {object_}.")
    for left, right in pairwise(seen):
        if frozenset((left.figure.who, right.figure.who)) not in paired:
            words.append(
                f"{name_of(names, left.figure.who)} {_verb(left.figure.pose)} to the left of "
                f"{name_of(names, right.figure.who)}{_nearer(left, right)}."
            )
    words += [f"{name_of(names, s.figure.who)} {s.extent()}." for s in seen]
    return tuple(dict.fromkeys(words))


def size_words(blocking: Blocking, aspect: float = 16 / 9) -> str:
    """``medium close-up``, from how much of the person in focus the frame holds; ``wide view`` without people."""
    camera = blocking.camera
    depths = [(abs(_depth(camera, f) - camera.focus_m), f) for f in blocking.figures if _depth(camera, f) > 0]
    held = camera.focus_m * camera.sensor_mm / camera.lens_mm / aspect
    if not depths:
        return "wide view" if held > 2.5 else "view" if held > 1.0 else "insert shot"
    figure = min(depths, key=lambda d: d[0])[1]
    share = held / figure.height_m

    def off(size: ShotSize) -> float:
        line = CROP_LINES[size]
        usual = line.seen if line.seen > 1.0 else line.seen / (1.0 - max(0.0, line.headroom))
        return abs(share / usual - 1.0) if share > usual else abs(usual / share - 1.0)

    return _SIZES[min(ShotSize, key=off)]


def camera_words(camera: Camera) -> str:
    """``from a low angle on a 35 mm lens``."""
    if camera.tilt_deg < -55:
        angle = "from straight above"
    elif camera.tilt_deg < -14:
        angle = "from a high angle"
    elif camera.tilt_deg > 10:
        angle = "from a low angle"
    else:
        angle = "at eye level" if camera.y_m > 0.9 else "from a low camera"
    if abs(camera.roll_deg) > 4:
        angle += ", tilted to a Dutch angle"
    kind = " wide-angle" if camera.lens_mm < 30 else " long" if camera.lens_mm >= 70 else ""
    return f"{angle}, {camera.lens_mm:.0f} mm{kind} lens"


_SOURCES = {
    LightKind.SUN: "sunlight",
    LightKind.LOW_SUN: "low sun",
    LightKind.MOON: "moonlight",
    LightKind.OVERCAST: "soft overcast light",
    LightKind.WINDOW: "window light",
    LightKind.LAMP: "lamplight",
}
_WEATHER = {
    Weather.CLEAR: "",
    Weather.CLOUDY: "cloudy sky",
    Weather.RAIN: "rain",
    Weather.STORM: "storm",
    Weather.SNOW: "snowfall",
    Weather.FOG: "fog",
}


def light_words(light: Light, camera: Camera, time: TimeOfDay, weather: Weather) -> str:
    """Time, weather and light as the camera sees it: ``Night, rain; moonlight from behind on the left``."""
    side = turned(light.azimuth_deg - camera.heading_deg)
    across = "right" if side > 0 else "left"
    if abs(side) < 25:
        where = "from behind the subject"
    elif abs(side) < 70:
        where = f"from behind on the {across}"
    elif abs(side) < 120:
        where = f"from the {across}"
    else:
        where = f"from the front on the {across}" if abs(side) < 160 else "from the front"
    sky = ", ".join(w for w in (time.value, _WEATHER[weather]) if w)
    if light.kind is LightKind.OVERCAST:
        return f"{sky}; {_SOURCES[light.kind]}".capitalize() + "."
    return f"{sky}; {_SOURCES[light.kind]} {where}".capitalize() + "."


def move_words(camera: Camera, end: Camera | None) -> str:
    """What the camera does between two positions: ``pushes in slowly``; empty where it stands."""
    if end is None:
        return ""
    heading = radians(camera.heading_deg)
    dx, dz = end.x_m - camera.x_m, end.z_m - camera.z_m
    ahead = dx * sin(heading) + dz * cos(heading)
    aside = dx * cos(heading) - dz * sin(heading)
    rise = end.y_m - camera.y_m
    turn, tilt = turned(end.heading_deg - camera.heading_deg), end.tilt_deg - camera.tilt_deg
    reach = max(camera.focus_m, 0.5)
    along = (ahead * cos(radians(camera.tilt_deg)) + rise * sin(radians(camera.tilt_deg))) / reach
    found = {
        "pushes in towards the subject": along,
        "pulls back from the subject": -along,
        "trucks right": aside / reach,
        "trucks left": -aside / reach,
        "cranes up": (rise - along * reach * sin(radians(camera.tilt_deg))) / reach,
        "cranes down": -(rise - along * reach * sin(radians(camera.tilt_deg))) / reach,
        "pans right": turn / 60.0 if abs(aside) < 0.05 else 0.0,
        "pans left": -turn / 60.0 if abs(aside) < 0.05 else 0.0,
        "tilts up": tilt / 45.0 if abs(rise) < 0.05 else 0.0,
        "tilts down": -tilt / 45.0 if abs(rise) < 0.05 else 0.0,
    }
    words, most = max(found.items(), key=lambda f: f[1])
    if most < 0.01:
        return "racks focus" if abs(end.focus_m - camera.focus_m) > 0.05 else ""
    return f"{words}{' slightly' if most < 0.16 else ' far' if most > 0.55 else ''}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A figure as the camera sees it."""

    figure: Placement
    box: Box
    depth: float
    away: bool

    def extent(self) -> str:
        """How much of the frame, or of the figure."""
        if self.away and (self.box.left < 0.0 or self.box.right > 1.0):
            return f"is cut by the {'left' if self.box.left < 0.0 else 'right'} edge, in the foreground, from behind"
        top, bottom = max(0.0, self.box.top), min(1.0, self.box.bottom)
        shown = (bottom - self.box.top) / self.box.height
        if self.box.bottom <= 1.02:
            return f"is seen from head to foot and fills {_share(bottom - top)} of the frame height"
        cut = next(
            words
            for least, words in _CUTS
            if shown * posed_height_m(self.figure) / self.figure.height_m > least
        )
        return f"is seen {cut}"


_CUTS = (
    (0.86, "down to the shins"),
    (0.62, "down to the thighs"),
    (0.40, "from the waist up"),
    (0.26, "from the chest up"),
    (0.17, "with head and shoulders"),
    (-1e9, "as a face that fills the frame"),
)
_SHARES = (
    (0.14, "an eighth"),
    (0.22, "a fifth"),
    (0.29, "a quarter"),
    (0.41, "a third"),
    (0.58, "half"),
    (0.71, "two thirds"),
    (0.82, "three quarters"),
    (2.0, "nearly all"),
)


def _share(value: float) -> str:
    return next(words for most, words in _SHARES if value < most) if value >= 0.1 else "less than a tenth"


def _seen(blocking: Blocking, aspect: float) -> list[_Seen]:
    """Figures from left to right."""
    found: list[_Seen] = []
    for figure in blocking.figures:
        box = expected_box(figure, blocking.camera, aspect)
        if box is not None:
            away = abs(turned(figure.facing_deg - blocking.camera.heading_deg)) < 65
            found.append(_Seen(figure, box, _depth(blocking.camera, figure), away))
    return sorted(found, key=lambda s: (s.box.left + s.box.right, s.figure.who))


def _depth(camera: Camera, figure: Placement) -> float:
    return project(camera, 1.0, figure.x_m, figure.y_m + figure.height_m * 0.7, figure.z_m)[2]


def _verb(pose: Pose) -> str:
    return _VERBS.get(pose, "stands")


def _nearer(one: _Seen | None, other: _Seen | None) -> str:
    """``, about 1.2 m nearer the camera``."""
    if one is None or other is None:
        return ""
    nearer = other.depth - one.depth
    if abs(nearer) < 0.3:
        return ""
    return f", about {abs(nearer):.1f} m {'nearer the camera' if nearer > 0 else 'farther from the camera'}"


def facing_words(figure: Placement, camera: Camera) -> str:
    """``turned three quarters to the right``, as seen in the picture."""
    head = turned(figure.facing_deg - camera.heading_deg - 180.0)
    side = "left" if head > 0 else "right"
    if abs(head) < 25:
        return "facing the camera"
    if abs(head) < 68:
        return f"turned three quarters to the {side}"
    if abs(head) < 115:
        return f"in profile to the {side}"
    return "with the back to the camera" if abs(head) > 150 else f"turned away to the {side}"
