"""What a vendor delivers when nobody asks it to misbehave: how many calls fail, and how many pictures are wrong, and how.

The default is measured in one production of 44 shots and 82 units. Counted there were 430 calls for pictures, of which
99 failed, and 39 units whose first frame passed, after 331 delivered pictures. So a call fails in 23 % of all cases,
and a delivered picture is good in 39 of 331. Asked for up to five pictures a unit, that leaves 47 % of all units with a
first frame that passes, which is what was counted too (47.6 %).

Named there but not counted were the shares of the five kinds of failure, why calls failed, and clips that were made and
rejected. These are assumptions: wrong pictures fall evenly on the four kinds that a still can show, failed calls mostly
on a busy vendor, and one clip in five is wrong.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.core.take import Category
from picturelock.core.value import Value
from picturelock.testing.defects import ClipDefect, StillDefect
from picturelock.testing.emulators.chance import number


class SceneDefect(StrEnum):
    """What goes wrong in a picture's content. The file is fine, and no measurement of pixels finds it."""

    RECAST = "recast"
    MELTED = "melted"
    MIRRORED = "mirrored"
    CLOSER = "closer"
    DOUBLED = "doubled"
    VANISHED = "vanished"


Defect = StillDefect | ClipDefect | SceneDefect


class CallFailure(StrEnum):
    """How a call fails that brings no picture.

    Attributes:
        RATE_LIMITED: Turned away; nothing is charged.
        SERVER_ERROR: The vendor broke down before it made anything.
        MODERATED: What was made is refused. The same request may pass another time.
        LOST: Made and charged, but the answer does not arrive.
    """

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    MODERATED = "moderated"
    LOST = "lost"


STILL_DEFECTS: dict[Category, tuple[Defect, ...]] = {
    Category.CHARACTER: (SceneDefect.RECAST, SceneDefect.MELTED),
    Category.SPATIAL: (
        SceneDefect.MIRRORED,
        SceneDefect.CLOSER,
        StillDefect.OTHER_COLOURS,
        StillDefect.OTHER_LIGHT,
    ),
    Category.MULTI_CHARACTER: (SceneDefect.DOUBLED, SceneDefect.VANISHED),
    Category.PLATFORM: (
        *(StillDefect.WRONG_SIZE, StillDefect.LETTERBOX, StillDefect.TRUNCATED, StillDefect.ALPHA),
        *(StillDefect.OVEREXPOSED, StillDefect.UNDEREXPOSED, StillDefect.FADED, StillDefect.BLURRED),
    ),
}
"""Which defects show which kind of failure in stills."""

CLIP_DEFECTS: dict[Category, tuple[Defect, ...]] = {
    Category.MOTION: (
        *(ClipDefect.DUPLICATES, ClipDefect.FREEZE, ClipDefect.BLACK, ClipDefect.CUT, ClipDefect.TIME_JUMP),
        *(ClipDefect.FLICKER, ClipDefect.FLASH, ClipDefect.MORPH, ClipDefect.EXPOSURE_DRIFT, ClipDefect.BLUR),
        *(ClipDefect.WRONG_FIRST_FRAME, ClipDefect.TINTED_FIRST_FRAME),
    ),
    Category.PLATFORM: (
        *(ClipDefect.WRONG_SIZE, ClipDefect.WRONG_RATE, ClipDefect.UNEVEN),
        *(ClipDefect.LETTERBOX, ClipDefect.MISSING_FRAMES, ClipDefect.TRUNCATED),
    ),
}
"""The same in clips."""


@dataclass(frozen=True, slots=True)
class Good:
    """Nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Flawed:
    """It is delivered and charged, and it is wrong."""

    category: Category
    defect: Defect


@dataclass(frozen=True, slots=True)
class CallFailed:
    """Nothing is delivered."""

    kind: CallFailure


Outcome = Good | Flawed | CallFailed


class Rates(Value, frozen=True, kw_only=True):
    """How calls for one kind of media end, as counts; only their ratios matter.

    Attributes:
        good: Calls that bring what was asked for.
        flaws: Calls that bring something wrong, by kind of failure.
        failures: Calls that bring nothing, by cause.
    """

    media: Literal["still", "clip"]
    good: int = 1
    flaws: dict[Category, int] = {}
    failures: dict[CallFailure, int] = {}

    @property
    def calls(self) -> int:
        """All of them."""
        return self.good + sum(self.flaws.values()) + sum(self.failures.values())

    @property
    def delivered(self) -> int:
        """Calls that bring something."""
        return self.good + sum(self.flaws.values())

    def defects(self) -> dict[Category, tuple[Defect, ...]]:
        """Which defects show which kind of failure in this media."""
        return STILL_DEFECTS if self.media == "still" else CLIP_DEFECTS

    def draw(self, seed: int, request: Digest, asked: int = 0) -> Outcome:
        """How a call ends: the same for the same arguments, whatever came before.

        Args:
            seed: Of the emulator.
            request: Of everything that was asked for.
            asked: How often exactly this was asked before. A request that failed may pass when it is sent again.
        """
        at = number(seed, "outcome", self.media, request, asked) % self.calls
        if at < self.good:
            return Good()
        at -= self.good
        for category, count in self.flaws.items():
            if at < count:
                known = self.defects()[category]
                return Flawed(category, known[number(seed, "defect", request, asked) % len(known)])
            at -= count
        for kind, count in self.failures.items():
            if at < count:
                return CallFailed(kind)
            at -= count
        raise AssertionError("counts add up")  # pragma: no cover


class Mix(Value, frozen=True, kw_only=True):
    """How often what goes wrong at a vendor."""

    stills: Rates
    clips: Rates


def check(mix: Mix) -> Mix:
    """Hold a mix to sense.

    Raises:
        BadDocument: A count is below nothing, there are none at all, or a kind of failure that the media cannot show.
    """
    for rates, media in ((mix.stills, "still"), (mix.clips, "clip")):
        counts = [rates.good, *rates.flaws.values(), *rates.failures.values()]
        if rates.media != media or min(counts) < 0 or not sum(counts):
            raise BadDocument(f"the rates of {media}s are not counts of calls")
        if unknown := [c.value for c in rates.flaws if c not in rates.defects()]:
            raise BadDocument(f"a {media} cannot show {', '.join(unknown)}")
    return mix


def read_mix(data: bytes) -> Mix:
    """A mix from JSON.

    Raises:
        BadDocument: It is none; see :func:`check`.
    """
    try:
        return check(msgspec.json.decode(data, type=Mix))
    except msgspec.DecodeError as error:
        raise BadDocument(f"this is not a mix: {error}") from error


NONE = Mix(stills=Rates(media="still"), clips=Rates(media="clip"))
"""Everything succeeds."""

PRODUCTION = Mix(
    stills=Rates(
        media="still",
        good=39,
        flaws={
            Category.CHARACTER: 73,
            Category.SPATIAL: 73,
            Category.MULTI_CHARACTER: 73,
            Category.PLATFORM: 73,
        },
        failures={
            CallFailure.RATE_LIMITED: 36,
            CallFailure.SERVER_ERROR: 36,
            CallFailure.MODERATED: 18,
            CallFailure.LOST: 9,
        },
    ),
    clips=Rates(
        media="clip",
        good=40,
        flaws={Category.MOTION: 8, Category.PLATFORM: 2},
        failures={
            CallFailure.RATE_LIMITED: 5,
            CallFailure.SERVER_ERROR: 5,
            CallFailure.MODERATED: 3,
            CallFailure.LOST: 2,
        },
    ),
)
"""Measured in one production of 44 shots and 82 units; what was not counted there is assumed, see above."""
