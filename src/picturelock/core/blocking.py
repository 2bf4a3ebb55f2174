"""The small scene in metres that every shot carries.

World axes: x to the right and z away from a camera at heading 0, y up from the ground, origin in the middle of the
playing area. Headings are degrees clockwise seen from above: 0 looks along +z, 90 along +x. Tilt is positive upwards.
A figure's facing is a heading too: 180 faces a camera at heading 0.

Camera model: a pinhole with a sensor width and a focal length; the picture's aspect fixes the sensor height.
"""

from enum import StrEnum
from math import cos, radians, sin

from picturelock.core.anchor import SetPiece, Value
from picturelock.core.ids import AnchorId


class Pose(StrEnum):
    """The library of poses."""

    STAND = "stand"
    WALK = "walk"
    RUN = "run"
    SIT = "sit"
    KNEEL = "kneel"
    CROUCH = "crouch"
    LIE = "lie"
    REACH = "reach"
    POINT = "point"
    CARRY = "carry"
    HOLD = "hold"
    TURN = "turn"
    FALL = "fall"
    EMBRACE = "embrace"
    CLIMB = "climb"
    LEAN = "lean"
    WRITE = "write"
    LOOK_UP = "look_up"
    LOOK_DOWN = "look_down"
    ARMS_CROSSED = "arms_crossed"
    WAVE = "wave"


class Expression(StrEnum):
    """Faces for close shots."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"
    AFRAID = "afraid"
    SURPRISED = "surprised"
    SPEAKING = "speaking"
    RESOLUTE = "resolute"


class Placement(Value, frozen=True, kw_only=True):
    """A figure on the ground plane.

    Attributes:
        y_m: Ground level under the feet.
        facing_deg: Heading of the chest.
        head_turn_deg: Of the head against the chest, clockwise, -80 to 80.
        head_tilt_deg: Positive looks up, -45 to 45.
        holding: A prop in the hand.
    """

    who: AnchorId
    x_m: float
    z_m: float
    y_m: float = 0.0
    facing_deg: float = 180.0
    pose: Pose = Pose.STAND
    head_turn_deg: float = 0.0
    head_tilt_deg: float = 0.0
    expression: Expression = Expression.NEUTRAL
    holding: AnchorId | None = None
    height_m: float = 1.72


class PlacedProp(Value, frozen=True, kw_only=True):
    """A prop that stands or lies in the set.

    Attributes:
        y_m: Underside above the ground.
    """

    what: AnchorId
    x_m: float
    z_m: float
    y_m: float = 0.0
    heading_deg: float = 0.0


class LightKind(StrEnum):
    """Where the key light comes from."""

    SUN = "sun"
    LOW_SUN = "low_sun"
    MOON = "moon"
    OVERCAST = "overcast"
    WINDOW = "window"
    LAMP = "lamp"


class Weather(StrEnum):
    """Weather that is seen."""

    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    STORM = "storm"
    SNOW = "snow"
    FOG = "fog"


class TimeOfDay(StrEnum):
    """As a scene heading says it."""

    DAWN = "dawn"
    MORNING = "morning"
    DAY = "day"
    AFTERNOON = "afternoon"
    DUSK = "dusk"
    EVENING = "evening"
    NIGHT = "night"


class Light(Value, frozen=True, kw_only=True):
    """The key light as a direction.

    Attributes:
        azimuth_deg: Heading that the light comes from.
        elevation_deg: Above the horizon, 0 to 90.
        strength: 0 to 1, against the ambient light.
    """

    kind: LightKind = LightKind.SUN
    azimuth_deg: float = 225.0
    elevation_deg: float = 45.0
    strength: float = 0.8


class Camera(Value, frozen=True, kw_only=True):
    """A camera in the set.

    Attributes:
        y_m: Height of the lens above the ground.
        roll_deg: Clockwise lean of the camera; a Dutch angle.
        lens_mm: Focal length.
        sensor_mm: Sensor width; 24.89 is Super 35.
        focus_m: Distance in focus.
    """

    x_m: float
    y_m: float
    z_m: float
    heading_deg: float = 0.0
    tilt_deg: float = 0.0
    roll_deg: float = 0.0
    lens_mm: float = 35.0
    sensor_mm: float = 24.89
    focus_m: float = 3.0


class Blocking(Value, frozen=True, kw_only=True):
    """One shot in metres.

    Attributes:
        camera: At the first frame.
        camera_end: At the last frame; ``None`` where the camera stands still.
    """

    figures: tuple[Placement, ...]
    pieces: tuple[SetPiece, ...]
    props: tuple[PlacedProp, ...]
    camera: Camera
    camera_end: Camera | None
    light: Light
    weather: Weather = Weather.CLEAR
    time: TimeOfDay = TimeOfDay.DAY


class Box(Value, frozen=True, kw_only=True):
    """A box in the picture, in fractions of width and height from the top left; may reach outside 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Fraction of the picture's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Fraction of the picture's height."""
        return self.bottom - self.top

    def inside(self) -> float:
        """Share of the box's area that lies in the picture, 0 to 1."""
        width = max(0.0, min(1.0, self.right) - max(0.0, self.left))
        height = max(0.0, min(1.0, self.bottom) - max(0.0, self.top))
        area = self.width * self.height
        return width * height / area if area > 0 else 0.0


def project(camera: Camera, aspect: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """A world point in the picture.

    Args:
        camera: Where from.
        aspect: Picture width / height.
        x: Metres.
        y: Metres.
        z: Metres.

    Returns:
        ``(u, v, depth)``: fractions of width from the left and of height from the top, and metres along the optical
        axis. Points with depth <= 0 lie behind the camera; their ``u, v`` mean nothing.
    """
    dx, dy, dz = x - camera.x_m, y - camera.y_m, z - camera.z_m
    heading, tilt, roll = (radians(a) for a in (camera.heading_deg, camera.tilt_deg, camera.roll_deg))
    right = dx * cos(heading) - dz * sin(heading)
    ahead = dx * sin(heading) + dz * cos(heading)
    depth = ahead * cos(tilt) + dy * sin(tilt)
    up = dy * cos(tilt) - ahead * sin(tilt)
    # A camera that leans clockwise sees the world lean counter-clockwise.
    right, up = right * cos(roll) - up * sin(roll), right * sin(roll) + up * cos(roll)
    if depth <= 1e-9:
        return 0.0, 0.0, depth
    scale = camera.lens_mm / camera.sensor_mm / depth
    return 0.5 + right * scale, 0.5 - up * scale * aspect, depth


_STANDING_SHARE = {
    Pose.SIT: 0.78,
    Pose.KNEEL: 0.72,
    Pose.CROUCH: 0.62,
    Pose.LIE: 0.2,
    Pose.FALL: 0.7,
    Pose.WRITE: 0.78,
    Pose.LEAN: 0.95,
    Pose.RUN: 0.95,
    Pose.CLIMB: 0.97,
    Pose.EMBRACE: 0.98,
}


def posed_height_m(figure: Placement) -> float:
    """Top of the head above the ground, in this pose."""
    return figure.height_m * _STANDING_SHARE.get(figure.pose, 1.0)


def expected_box(figure: Placement, camera: Camera, aspect: float) -> Box | None:
    """Where a figure is expected in the picture, from its height, pose and place.

    Returns:
        The box around an upright cuboid as wide as shoulders and stride, or ``None`` behind the camera.
    """
    height = posed_height_m(figure)
    half = figure.height_m * (0.5 if figure.pose is Pose.LIE else 0.16)
    corners = [
        project(camera, aspect, figure.x_m + dx, figure.y_m + dy, figure.z_m + dz)
        for dx in (-half, half)
        for dy in (0.0, height)
        for dz in (-half * 0.6, half * 0.6)
    ]
    if any(depth <= 0.05 for _, _, depth in corners):
        return None
    us, vs = [u for u, _, _ in corners], [v for _, v, _ in corners]
    return Box(left=min(us), top=min(vs), right=max(us), bottom=max(vs))


def expected_boxes(blocking: Blocking, aspect: float) -> dict[AnchorId, Box]:
    """Where every figure in front of the camera is expected at the first frame."""
    found = {f.who: expected_box(f, blocking.camera, aspect) for f in blocking.figures}
    return {who: box for who, box in found.items() if box is not None}
