"""Rules that a production sets, and the decisions that follow from them."""

from datetime import date
from decimal import Decimal
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


class Cap(Value, frozen=True, kw_only=True):
    """Limits at one place.

    Attributes:
        money: Settled, unsettled and reserved together.
        takes: Candidates, those under way included.
        tokens: Nothing more is begun once so many are used.
        minutes: Nothing more is begun once people have spent so many.
    """

    money: Money | None = None
    takes: int | None = None
    tokens: int | None = None
    minutes: int | None = None


class Caps(Value, frozen=True, kw_only=True):
    """Limits that stop spending: of the production, of every scene, shot and unit, of a vendor, of a task card.

    Amounts are in the production's currency; a vendor's may be in the currency that it bills in.

    Attributes:
        money: For the whole production. What costs is refused where no money cap reaches it.
        takes: Of the whole production.
        tokens: Of the whole production.
        minutes: Of the whole production.
        takes_per_unit: Candidates of one unit.
        scene: Of every scene.
        shot: Of every shot.
        unit: Of every unit.
        vendor: By the vendor's name.
        task: By the task card's name.
    """

    money: Money | None = None
    takes: int | None = None
    tokens: int | None = None
    minutes: int | None = None
    takes_per_unit: int = 30
    scene: Cap = Cap()
    shot: Cap = Cap()
    unit: Cap = Cap()
    vendor: dict[str, Cap] = {}
    task: dict[str, Cap] = {}

    @property
    def currency(self) -> str:
        """The production's own: the budget's, or that of the first cap that has one; USD where there is none."""
        places = (self.scene, self.shot, self.unit, *self.task.values())
        amounts = (self.money, *(cap.money for cap in places))
        return next((amount.currency for amount in amounts if amount is not None), "USD")


class Rate(Value, frozen=True, kw_only=True):
    """What one unit of a currency is worth in another, from a day on.

    Attributes:
        currency: Code of what is exchanged, such as EUR or a vendor's CREDITS.
        into: Code of what it is worth something in.
        rate: How much of it, above 0.
        day: From when it holds.
        source: Who says so.
        vendor: Whose credits; empty for a currency that is the same everywhere.
    """

    currency: str
    into: str
    rate: Decimal
    day: date
    source: str
    vendor: str = ""


class Routing(Value, frozen=True, kw_only=True):
    """Which provider makes which kind of unit, as ``provider`` or ``provider/model``."""

    keyframe: str = "builtin/artist"
    plate: str = "builtin/artist"
    clip: str = "builtin/camera"
    voice: str = "builtin/voice"


class Fallback(Value, frozen=True, kw_only=True):
    """Who takes over where a maker could not, in this order, as ``provider/model``. Nobody, unless it says so.

    A maker is left when its retries did not help, or when its calls bring nothing. What a vendor refuses for its content
    goes to no other vendor, only to a maker that costs nothing.
    """

    keyframe: tuple[str, ...] = ()
    plate: tuple[str, ...] = ()
    clip: tuple[str, ...] = ()
    voice: tuple[str, ...] = ()


class Settings(Value, frozen=True, kw_only=True):
    """``production.yaml``.

    Attributes:
        vendors: What a vendor is asked for beside the picture, by its name: quality, mode, audio.
    """

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
    rates: tuple[Rate, ...] = ()
    routing: Routing = Routing()
    fallback: Fallback = Fallback()
    slate: bool = False
    vendors: dict[str, dict[str, str | int | bool]] = {}


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
