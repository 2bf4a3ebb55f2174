"""Thresholds as data. A profile is a list of rules; the first rule of a check that applies is the one that counts."""

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from picturelock.core.anchor import Value
from picturelock.core.blocking import Weather
from picturelock.core.codec import built
from picturelock.core.contract import Move
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.ids import CheckName
from picturelock.gate.check import Gate

BUILT_IN = ("animatic", "production", "strict", "unattended")


class Severity(StrEnum):
    """What a value outside its limits means."""

    STOP = "stop"
    ADVISE = "advise"


class Context(Value, frozen=True, kw_only=True):
    """What thresholds may depend on. Never what was measured.

    Attributes:
        move: Of the camera, by contract.
        plate: The picture is one plane of a split shot.
        animated: A clip will be made from the picture.
        sound: The clip is to carry sound.
        last_keyframe: The clip has a locked picture to end on.
        weather: Of the scene: fog takes contrast and edges from any picture.
    """

    move: Move = Move.STATIC
    plate: bool = False
    animated: bool = True
    sound: bool = False
    last_keyframe: bool = False
    weather: Weather = Weather.CLEAR


class Rule(Value, frozen=True, kw_only=True):
    """Limits of one check.

    Attributes:
        least: Smallest value that passes.
        most: Largest value that passes.
        moves: Camera moves it applies to; empty for all.
        weathers: The same for the scene's weather.
        plate: Applies to plates only, or to whole pictures only; ``None`` to both. The same for the next three.
        waive: Why a missing measurement is let pass; empty sends it to a person.
    """

    check: CheckName
    least: float | None = None
    most: float | None = None
    moves: tuple[Move, ...] = ()
    weathers: tuple[Weather, ...] = ()
    plate: bool | None = None
    animated: bool | None = None
    sound: bool | None = None
    last_keyframe: bool | None = None
    severity: Severity = Severity.STOP
    waive: str = ""

    def applies(self, context: Context) -> bool:
        """Whether the rule is meant for this kind of take."""
        return (
            (not self.moves or context.move in self.moves)
            and (not self.weathers or context.weather in self.weathers)
            and all(
                wanted is None or wanted == given
                for wanted, given in (
                    (self.plate, context.plate),
                    (self.animated, context.animated),
                    (self.sound, context.sound),
                    (self.last_keyframe, context.last_keyframe),
                )
            )
        )

    def holds(self, value: float) -> bool:
        """Whether a value is within the limits."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def limit(self) -> str:
        """The limits as people write them: ``>= 0.5``, ``<= 3``, ``1 to 4``, ``= 0``."""
        if self.least is not None and self.most is not None:
            return f"= {self.least:g}" if self.least == self.most else f"{self.least:g} to {self.most:g}"
        if self.most is not None:
            return f"<= {self.most:g}"
        return f">= {self.least:g}" if self.least is not None else "any"


class Profile(Value, frozen=True, kw_only=True):
    """Thresholds of all gates.

    Attributes:
        extends: A built-in profile whose rules follow these.
    """

    format: Literal["picturelock.profile/1"] = "picturelock.profile/1"
    name: str
    version: int
    about: str = ""
    extends: str = ""
    rules: tuple[Rule, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, as verdicts record them."""
        return f"{self.name}/{self.version}"

    def rules_of(self, gate: Gate, context: Context) -> dict[CheckName, Rule]:
        """The rule that counts for each check of a gate, in the profile's order."""
        found: dict[CheckName, Rule] = {}
        for rule in self.rules:
            if rule.check.startswith(f"{gate}.") and rule.applies(context):
                found.setdefault(rule.check, rule)
        return found


@cache
def profile(name: str) -> Profile:
    """A profile that ships with Picturelock.

    Raises:
        NotFound: There is none of this name.
    """
    if name not in BUILT_IN:
        raise NotFound(f"no profile is called {name}", remedy=f"Choose one of {', '.join(BUILT_IN)}.")
    return parse_profile(
        (resources.files("picturelock.gate") / "thresholds" / f"{name}.yaml").read_text("utf-8")
    )


def parse_profile(source: str | dict[str, Any]) -> Profile:
    """A profile from YAML text or from its plain values.

    Raises:
        BadDocument: It cannot be read, or a rule contradicts itself; the message says which.
    """
    own = built(Profile, _plain(source) if isinstance(source, str) else source)
    for number, rule in enumerate(own.rules):
        _check_rule(rule, f"$.rules[{number}]")
    if not own.extends:
        return own
    if own.extends == own.name:
        raise BadDocument(f"profile {own.name} extends itself - at `$.extends`")
    try:
        parent = profile(own.extends)
    except NotFound as error:
        raise BadDocument(f"{error.message} - at `$.extends`", remedy=error.remedy) from error
    return msgspec.structs.replace(own, rules=own.rules + parent.rules)


def _plain(text: str) -> object:
    # The reader of YAML is slow to import, and judging with built values needs none.
    import yaml

    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadDocument(f"the profile is not YAML: {error.problem}", line=line) from error


def _check_rule(rule: Rule, at: str) -> None:
    if rule.least is None and rule.most is None:
        raise BadDocument(f"{rule.check} has no limit - at `{at}`", remedy="Give least, most or both.")
    if rule.least is not None and rule.most is not None and rule.least > rule.most:
        raise BadDocument(
            f"{rule.check} asks for at least {rule.least:g} and at most {rule.most:g} - at `{at}`"
        )
