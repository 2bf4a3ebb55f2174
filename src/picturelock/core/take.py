"""Takes, recipes, measurements, verdicts: what happened, as immutable values."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from picturelock.core.anchor import Value
from picturelock.core.codec import digest_of
from picturelock.core.digest import Digest
from picturelock.core.ids import CheckName, RevisionId, ShotCode, TakeId, UnitId
from picturelock.core.money import Money


class Operation(StrEnum):
    """What a provider is asked to do."""

    DRAW = "draw"
    COMPOSITE = "composite"
    ANIMATE = "animate"
    SPEAK = "speak"


class Input(Value, frozen=True, kw_only=True):
    """Bytes that decide a take, by the part they play (``brief``, ``keyframe``, ``keyframe_last``, ``plate:…``)."""

    role: str
    digest: Digest


class Recipe(Value, frozen=True, kw_only=True):
    """Everything that decided a take. Its canonical JSON names it.

    Attributes:
        model_version: Of the model; for the built-in vendor it moves whenever its pixels or samples would.
        inputs: Sorted by role; ``brief`` is the visual basis (contract, blocking, anchors, format).
        attempt: 0 for the first candidate; a retake asks for the next.
    """

    format: Literal["picturelock.recipe/1"] = "picturelock.recipe/1"
    unit: UnitId
    operation: Operation
    provider: str
    model: str
    model_version: str
    parameters: dict[str, Any] = {}
    seed: int = 0
    prompt: str = ""
    inputs: tuple[Input, ...] = ()
    attempt: int = 0
    code_version: str = ""

    def digest(self) -> Digest:
        """Names the recipe."""
        return digest_of(self)

    def input(self, role: str) -> Digest | None:
        """The input in this part, if there is one."""
        return next((i.digest for i in self.inputs if i.role == role), None)


def take_id(unit: UnitId, recipe: Digest) -> TakeId:
    """The name of the take that this recipe makes for this unit: the same everywhere."""
    return TakeId("T-" + digest_of([str(unit), str(recipe)]).hex[:16])


class Part(Value, frozen=True, kw_only=True):
    """A file that belongs to a take beside its main media: layers, depth, captions."""

    role: str
    digest: Digest


class Take(Value, frozen=True, kw_only=True):
    """One generated candidate of one unit.

    Attributes:
        media: The picture, clip or sound.
        parts: Layers and other companions.
        seconds: Computing or waiting time, in whole milliseconds / 1000.
        duration_frames: Of a clip with handles, or of a sound rounded up; 0 for a still.
    """

    id: TakeId
    unit: UnitId
    recipe: Digest
    brief: Digest
    media: Digest
    parts: tuple[Part, ...]
    attempt: int
    provider: str
    model: str
    model_version: str
    cost: Money
    tokens: int
    milliseconds: int
    duration_frames: int
    made_at: datetime

    def part(self, role: str) -> Digest | None:
        """The companion in this part, if there is one."""
        return next((p.digest for p in self.parts if p.role == role), None)


class Category(StrEnum):
    """The five kinds of failure."""

    CHARACTER = "character_consistency"
    SPATIAL = "spatial_and_scale"
    MULTI_CHARACTER = "multi_character_collapse"
    MOTION = "image_to_video_stage"
    PLATFORM = "tool_and_platform"


class Measurement(Value, frozen=True, kw_only=True):
    """What a check found. No threshold takes part.

    Attributes:
        value: ``None`` where it could not be measured.
        unit: Of the value: ``levels``, ``share``, ``px``, ``LUFS``, ``frames`` …
        why_not: Why it was not measured.
        method: Name and version of the method; a new version measures again.
        evidence: Frame numbers, boxes, crops by digest.
    """

    check: CheckName
    media: Digest
    value: float | None
    unit: str
    method: str
    why_not: str = ""
    evidence: dict[str, Any] = {}


class Passed(Value, tag="passed", frozen=True, kw_only=True):
    """The measured value is within its threshold."""

    check: CheckName
    value: float
    limit: str


class Failed(Value, tag="failed", frozen=True, kw_only=True):
    """The measured value is outside its threshold.

    Attributes:
        advisory: Noted for the reviewer; it stops nothing.
    """

    check: CheckName
    value: float
    limit: str
    reason: str
    advisory: bool = False


class NotMeasured(Value, tag="not_measured", frozen=True, kw_only=True):
    """Nothing was measured: never a pass. A profile may waive it, and the waiver is recorded."""

    check: CheckName
    why: str
    waived: bool = False


CheckResult = Passed | Failed | NotMeasured


class Verdict(Value, frozen=True, kw_only=True):
    """A gate's answer on one take.

    Attributes:
        profile: Name and version of the thresholds.
    """

    gate: str
    profile: str
    results: tuple[CheckResult, ...]

    @property
    def failures(self) -> tuple[Failed, ...]:
        """The failed checks that stop a take."""
        return tuple(r for r in self.results if isinstance(r, Failed) and not r.advisory)

    @property
    def advice(self) -> tuple[Failed, ...]:
        """What lies outside its threshold but only wants a reviewer's eye."""
        return tuple(r for r in self.results if isinstance(r, Failed) and r.advisory)

    @property
    def unmeasured(self) -> tuple[NotMeasured, ...]:
        """What was not measured, waived or not."""
        return tuple(r for r in self.results if isinstance(r, NotMeasured))

    @property
    def unknown(self) -> tuple[NotMeasured, ...]:
        """What was not measured and not waived."""
        return tuple(r for r in self.results if isinstance(r, NotMeasured) and not r.waived)

    @property
    def passed(self) -> bool:
        """Whether nothing failed and nothing is left open."""
        return not self.failures and not self.unknown


class ReviewKind(StrEnum):
    """What a reviewer said."""

    APPROVE = "approve"
    REJECT = "reject"
    RETAKE = "retake"


class Review(Value, frozen=True, kw_only=True):
    """A reviewer's word. The last one on a unit counts.

    Attributes:
        take: The take that is meant; ``None`` for a retake of a unit.
        by: A person's name, or ``policy:auto-approve``.
    """

    number: int
    unit: UnitId
    kind: ReviewKind
    take: TakeId | None
    by: str
    note: str
    at: datetime


class Lock(Value, frozen=True, kw_only=True):
    """One unit's circled take, pinned by digest.

    Attributes:
        by: A person's name, or ``policy:…``. What policy locked, a person's edit may open again; what a person
            locked, only a person opens.
    """

    take: TakeId
    media: Digest
    recipe: Digest
    by: str = ""


class LockFile(Value, frozen=True, kw_only=True):
    """``picture.lock``: every locked shot and what it is pinned to."""

    format: Literal["picturelock.lock/1"] = "picturelock.lock/1"
    shots: dict[str, dict[str, Lock]] = {}

    def of(self, shot: ShotCode) -> dict[str, Lock]:
        """The locks of a shot by part name (``key``, ``clip``, ``voice_10``); empty if it is open."""
        return self.shots.get(shot, {})

    def lock(self, unit: UnitId) -> Lock | None:
        """The lock of a unit, if its shot is locked."""
        return self.of(unit.shot).get(unit.part)


class Revision(Value, frozen=True, kw_only=True):
    """An immutable state of a production. Its digest names it.

    Attributes:
        board: Digest of the board's canonical JSON.
        board_text: Digest of ``board.yaml`` as it was written, so that a rollback restores it byte for byte.
        locks: Digest of ``picture.lock`` as it was written.
        settings: Digest of ``production.yaml`` as it was written.
        script: Digest of the source text.
        cut: Digest of the cut's film, where one had been made.
    """

    format: Literal["picturelock.revision/1"] = "picturelock.revision/1"
    parent: RevisionId | None
    author: str
    message: str
    at: datetime
    board: Digest
    board_text: Digest
    locks: Digest
    settings: Digest
    script: Digest
    cut: Digest | None = None
    timeline: Digest | None = None

    def id(self) -> RevisionId:
        """Names the revision."""
        return RevisionId("R-" + digest_of(self).hex[:16])
