"""What a unit's prompt promises: role, purpose, subject, constraints, output form and review criteria.

The contract is what is reviewed; a prompt is only its rendering for one model.
"""

from enum import StrEnum

import msgspec

from picturelock.core.anchor import Value
from picturelock.core.blocking import Expression, Pose
from picturelock.core.ids import AnchorId


class ShotSize(StrEnum):
    """By the field's crop lines, from far to near."""

    EXTREME_LONG = "extreme_long"
    LONG = "long"
    FULL = "full"
    MEDIUM_LONG = "medium_long"
    MEDIUM = "medium"
    MEDIUM_CLOSE_UP = "medium_close_up"
    CLOSE_UP = "close_up"
    EXTREME_CLOSE_UP = "extreme_close_up"


class Framing(StrEnum):
    """What the composition is built on."""

    SINGLE = "single"
    TWO_SHOT = "two_shot"
    GROUP = "group"
    OVER_THE_SHOULDER = "over_the_shoulder"
    INSERT = "insert"
    ESTABLISHING = "establishing"
    POINT_OF_VIEW = "point_of_view"


class Angle(StrEnum):
    """Height and lean of the camera."""

    EYE_LEVEL = "eye_level"
    HIGH = "high"
    LOW = "low"
    OVERHEAD = "overhead"
    DUTCH = "dutch"


class Move(StrEnum):
    """What the camera does."""

    STATIC = "static"
    PUSH = "push"
    PULL = "pull"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    TILT_UP = "tilt_up"
    TILT_DOWN = "tilt_down"
    TRUCK_LEFT = "truck_left"
    TRUCK_RIGHT = "truck_right"
    CRANE_UP = "crane_up"
    CRANE_DOWN = "crane_down"
    HANDHELD = "handheld"
    RACK = "rack"


class Amount(StrEnum):
    """How far a move goes. A ``large`` move shows what the first frame does not hold: it needs a last keyframe."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class CameraMove(Value, frozen=True, kw_only=True):
    """The camera's move through a shot."""

    kind: Move = Move.STATIC
    amount: Amount = Amount.MEDIUM

    @property
    def needs_last_keyframe(self) -> bool:
        """Whether the end of the move lies outside what the first keyframe shows."""
        return self.amount is Amount.LARGE and self.kind not in {
            Move.STATIC,
            Move.HANDHELD,
            Move.RACK,
            Move.PUSH,
        }


class ScreenPlace(StrEnum):
    """Across the picture."""

    FAR_LEFT = "far_left"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    FAR_RIGHT = "far_right"


class DepthPlace(StrEnum):
    """Into the picture."""

    FOREGROUND = "foreground"
    MIDDLE = "middle"
    BACKGROUND = "background"


class Facing(StrEnum):
    """Which way a figure is turned, as seen in the picture."""

    CAMERA = "camera"
    THREE_QUARTER_LEFT = "three_quarter_left"
    THREE_QUARTER_RIGHT = "three_quarter_right"
    LEFT = "left"
    RIGHT = "right"
    AWAY = "away"


class Subject(Value, frozen=True, kw_only=True):
    """Someone who is in the picture.

    Attributes:
        action: In plain words, as the prompt will say it.
        looks_at: Who or what the eyes go to.
    """

    who: AnchorId
    action: str = ""
    pose: Pose = Pose.STAND
    expression: Expression = Expression.NEUTRAL
    place: ScreenPlace = ScreenPlace.CENTRE
    depth: DepthPlace = DepthPlace.MIDDLE
    facing: Facing = Facing.CAMERA
    looks_at: AnchorId | None = None
    holding: AnchorId | None = None


class Relation(StrEnum):
    """Spatial relations that can be measured in a picture."""

    LEFT_OF = "left_of"
    RIGHT_OF = "right_of"
    IN_FRONT_OF = "in_front_of"
    BEHIND = "behind"
    TALLER_THAN = "taller_than"


class Spatial(Value, frozen=True, kw_only=True):
    """One spatial promise.

    Attributes:
        factor: For ``taller_than``: the ratio of heights in the picture; 0 where the relation has none.
    """

    subject: AnchorId
    relation: Relation
    object: AnchorId
    factor: float = 0.0


class Constraints(Value, frozen=True, kw_only=True):
    """What must hold and what must not be there."""

    spatial: tuple[Spatial, ...] = ()
    continuity: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


class Motion(Value, frozen=True, kw_only=True):
    """What moves while the clip runs, and where it ends."""

    camera: CameraMove = CameraMove()
    subject: str = ""
    end_state: str = ""


class OutputKind(StrEnum):
    """The form that a unit delivers."""

    STILL = "still"
    CLIP = "clip"
    SOUND = "sound"


class OutputForm(Value, frozen=True, kw_only=True):
    """The form that is asked for. Sizes and rate come from the production's format.

    Attributes:
        frames: Length of a clip in frames of the production, without handles; 0 for a clip as long as its shot, and for
            stills and sound.
    """

    kind: OutputKind
    frames: int = 0


class Contract(Value, frozen=True, kw_only=True):
    """What a unit promises.

    Attributes:
        role: What the maker is asked to be.
        purpose: Why the film needs the unit.
        subject: What is seen or heard, in plain words.
        subjects: Who is in the picture.
        props: Props in the picture that nobody holds.
        text: The words of a voice line.
        criteria: What a reviewer holds the take to.
    """

    role: str
    purpose: str
    subject: str
    subjects: tuple[Subject, ...] = ()
    props: tuple[AnchorId, ...] = ()
    constraints: Constraints = Constraints()
    motion: Motion | None = None
    text: str = ""
    output: OutputForm = msgspec.field(default=OutputForm(kind=OutputKind.STILL))
    criteria: tuple[str, ...] = ()
