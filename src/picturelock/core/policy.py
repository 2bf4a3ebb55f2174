"""Rules that a production sets, and the decisions that follow from them."""

from enum import StrEnum
from typing import Literal

from picturelock.core.anchor import Value
from picturelock.core.frametime import FrameRate
from picturelock.core.money import Money
from picturelock.core.take import Category


class Format(Value, frozen=True, kw_only=True):
    """The production's format.

    Attributes:
        width: Pixels, even.
        height: Pixels, even.
        handles: Spare frames at both ends of every clip.
    """

    width: int = 1920
    height: int = 1080
    frame_rate: FrameRate = FrameRate(24)
    handles: int = 12

    @property
    def aspect(self) -> float:
        """Width / height."""
        return self.width / self.height


class Caps(Value, frozen=True, kw_only=True):
    """Limits that stop spending.

    Attributes:
        money: For the whole production; ``None`` allows only what is free.
        takes_per_unit: Candidates of one unit.
    """

    money: Money | None = None
    takes_per_unit: int = 30


class Routing(Value, frozen=True, kw_only=True):
    """Which provider makes which kind of unit, as ``provider`` or ``provider/model``."""

    keyframe: str = "builtin/artist"
    plate: str = "builtin/artist"
    clip: str = "builtin/camera"
    voice: str = "builtin/voice"


class Settings(Value, frozen=True, kw_only=True):
    """``production.yaml``."""

    format: Literal["picturelock.production/1"] = "picturelock.production/1"
    title: str
    source: str
    trailer_seconds: int = 0
    picture: Format = Format()
    profile: str = "animatic"
    auto_approve: bool = False
    retries: int = 2
    seed: int = 1
    caps: Caps = Caps()
    routing: Routing = Routing()
    slate: bool = False


class Action(StrEnum):
    """What to do about a take."""

    ACCEPT = "accept"
    ASK = "ask"
    RETRY = "retry"
    LOCAL_FIX = "local_fix"
    RE_ANCHOR = "re_anchor"
    SPLIT = "split_and_composite"
    DOWNGRADE = "downgrade"
    OTHER_MODEL = "other_model"
    FALL_BACK = "fall_back"
    ESCALATE = "escalate"
    ABANDON = "abandon"


class Decision(Value, frozen=True, kw_only=True):
    """What follows from the facts, and why."""

    action: Action
    reason: str
    category: Category | None = None
