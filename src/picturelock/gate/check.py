"""What a check is: it measures one thing about one piece of media and knows no threshold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any, Generic, Protocol, TypeVar

from picturelock.core.digest import Digest
from picturelock.core.ids import CheckName
from picturelock.core.take import Measurement

MODEL_WAITS = "needs {what}; it comes with the {extra} extra"


class Gate(StrEnum):
    """The gates, in the order a unit meets them. A check's name begins with its gate."""

    CONTRACT = "contract"
    KEYFRAME = "keyframe"
    CLIP = "clip"
    VOICE = "voice"


def gate_of(check: CheckName) -> Gate:
    """The gate that a check belongs to."""
    return Gate(check.partition(".")[0])


class Opened(Protocol):
    """Media that a gate has opened once for all its checks: a still, a screened clip, a heard sound."""

    @property
    def digest(self) -> Digest:
        """Names the measured bytes."""
        ...


R = TypeVar("R", bound=Opened)
R_contra = TypeVar("R_contra", bound=Opened, contravariant=True)


class Check(Protocol[R_contra]):
    """What every check promises. Third parties add theirs under the entry point group ``picturelock.checks``."""

    @property
    def name(self) -> CheckName:
        """Gate and point."""
        ...

    @property
    def method(self) -> str:
        """Name and version of the method; a new version measures again."""
        ...

    def measure(self, opened: R_contra, /) -> Measurement:
        """Measure; deterministic. What cannot be measured says why and never raises for it."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A value and what it rests on.

    Attributes:
        evidence: JSON values: frame numbers, boxes, counts.
    """

    value: float
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing could be measured, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Gauge(Generic[R]):
    """A check made of one function.

    Attributes:
        point: The point of the gate's list that it serves (``geometry``, ``exposure`` …).
        unit: Of the value.
        find: From the opened media to a value, or to the reason why there is none.
    """

    name: CheckName
    point: str
    unit: str
    method: str
    find: Callable[[R], Found | Missing]

    def measure(self, opened: R, /) -> Measurement:
        """Measure; a value that is not finite counts as not measured."""
        found = self.find(opened)
        if isinstance(found, Found) and not isfinite(found.value):
            found = Missing("the method gave no finite number")
        if isinstance(found, Missing):
            return Measurement(
                check=self.name,
                media=opened.digest,
                value=None,
                unit=self.unit,
                method=self.method,
                why_not=found.why,
            )
        return Measurement(
            check=self.name,
            media=opened.digest,
            # Four decimals are finer than any threshold and hide the last bits in which CPUs differ.
            value=round(float(found.value), 4),
            unit=self.unit,
            method=self.method,
            evidence=found.evidence,
        )


def awaits_model(name: str, point: str, unit: str, what: str, extra: str) -> Gauge[Any]:
    """A check that no classic method can answer. It says so, and is never a pass.

    Args:
        name: Of the check.
        point: Of the gate's list.
        unit: That its value will have.
        what: The model that is missing, as in "a face model".
        extra: The optional part that will bring it.
    """
    why = MODEL_WAITS.format(what=what, extra=extra)
    return Gauge(CheckName(name), point, unit, "none/0", lambda _: Missing(why))
