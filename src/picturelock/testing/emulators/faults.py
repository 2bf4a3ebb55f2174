"""What vendors do to their customers, on request: by number, by chance, or both.

A rule names a fault and where it strikes. ``Rule(fault=Fault.LOST_AFTER, first=3)`` loses the answer to the third
submission; ``Rule(fault=Fault.UNAVAILABLE, chance=0.02, count=0)`` turns away one submission in fifty. Chance is
drawn from the seed and the request itself, so that the order of arrival does not matter.
"""

import threading
from enum import StrEnum

import msgspec

from picturelock.core.failures import BadDocument
from picturelock.core.value import Value
from picturelock.testing.emulators.chance import share


class Point(StrEnum):
    """Where a fault strikes.

    ``SUBMIT``: a request that can cost money. ``READ``: every other request to the vendor's API. ``FILE``: a download.
    ``JOB``: a job, when it is taken on. ``CALLBACK``: a callback that is about to be sent.
    """

    SUBMIT = "submit"
    READ = "read"
    FILE = "file"
    JOB = "job"
    CALLBACK = "callback"


class Fault(StrEnum):
    """Everything that can be made to go wrong.

    Attributes:
        LOST_BEFORE: The connection is closed before anything was done: no job, no charge.
        LOST_AFTER: The request was carried out, and the connection is closed without a word.
        LATE: Carried out, and the answer is held back for ``seconds`` (real ones) or until the client gives up.
        RATE_LIMITED: 429.
        RATE_LIMITED_WITH_HINT: 429 with ``Retry-After: seconds``.
        SERVER_ERROR: 500.
        BAD_GATEWAY: 502.
        UNAVAILABLE: 503.
        HANGS: The job stays at 99 % for ever.
        FAILS: The job fails for a reason inside the vendor.
        DONE_WITH_ERROR: The job is reported finished and carries an error; a vendor whose contract has no such form
            reports the failure that comes closest.
        DONE_WITHOUT_OUTPUT: The job succeeds with nothing in it.
        VANISHES: The job is not found ``seconds`` (virtual ones) after it was taken on. It goes on, and is charged.
        PRICE_CHANGED: The job costs ``factor`` times the list price.
        MODEL_CHANGED: Another version of the model answers under the same name.
        TRUNCATED_FILE: A download ends early.
        CORRUPT_FILE: A download has the right length and some wrong bytes.
        SLOW_FILE: A download pauses for ``seconds`` (real ones) in its middle.
        DOUBLED_CALLBACK: A callback is sent twice.
        LATE_CALLBACK: A callback is sent after the next one of the same job, or alone after ``seconds`` (virtual).
        LOST_CALLBACK: A callback is never sent.
    """

    LOST_BEFORE = "lost_before"
    LOST_AFTER = "lost_after"
    LATE = "late"
    RATE_LIMITED = "rate_limited"
    RATE_LIMITED_WITH_HINT = "rate_limited_with_hint"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"
    HANGS = "hangs"
    FAILS = "fails"
    DONE_WITH_ERROR = "done_with_error"
    DONE_WITHOUT_OUTPUT = "done_without_output"
    VANISHES = "vanishes"
    PRICE_CHANGED = "price_changed"
    MODEL_CHANGED = "model_changed"
    TRUNCATED_FILE = "truncated_file"
    CORRUPT_FILE = "corrupt_file"
    SLOW_FILE = "slow_file"
    DOUBLED_CALLBACK = "doubled_callback"
    LATE_CALLBACK = "late_callback"
    LOST_CALLBACK = "lost_callback"


_JOB = {
    *(Fault.HANGS, Fault.FAILS, Fault.DONE_WITH_ERROR, Fault.DONE_WITHOUT_OUTPUT),
    *(Fault.VANISHES, Fault.PRICE_CHANGED, Fault.MODEL_CHANGED),
}
_FILE = {Fault.TRUNCATED_FILE, Fault.CORRUPT_FILE, Fault.SLOW_FILE}
_CALLBACK = {Fault.DOUBLED_CALLBACK, Fault.LATE_CALLBACK, Fault.LOST_CALLBACK}

REFUSALS = {
    Fault.RATE_LIMITED: 429,
    Fault.RATE_LIMITED_WITH_HINT: 429,
    Fault.SERVER_ERROR: 500,
    Fault.BAD_GATEWAY: 502,
    Fault.UNAVAILABLE: 503,
}
"""Faults that turn a request away, and their HTTP status."""


def home(fault: Fault) -> Point:
    """Where a fault strikes unless a rule says otherwise."""
    if fault in _JOB:
        return Point.JOB
    if fault in _FILE:
        return Point.FILE
    return Point.CALLBACK if fault in _CALLBACK else Point.SUBMIT


_ELSEWHERE = {Point.SUBMIT, Point.READ, Point.FILE}


class Rule(Value, frozen=True, kw_only=True):
    """When a fault strikes.

    Attributes:
        at: ``None`` for the fault's own place. Faults of requests may be set at ``submit``, ``read`` or ``file``.
        path: Only where this stands in the request's path, or in the model's name for faults of jobs.
        first: The number of the first event that may be struck, from 1, counted among those that fit ``path``.
        count: How many events from there on may be struck; 0 for all.
        chance: With this probability each.
        seconds: What it means depends on the fault; ``None`` for the fault's own.
        factor: Of the price.
    """

    fault: Fault
    at: Point | None = None
    path: str = ""
    first: int = 1
    count: int = 1
    chance: float = 1.0
    seconds: float | None = None
    factor: float = 1.25

    @property
    def point(self) -> Point:
        """Where it strikes."""
        return self.at or home(self.fault)


class FailureMix(StrEnum):
    """How a vendor behaves when no rule says anything.

    ``PRODUCTION``: calls fail and pictures are wrong as often as :data:`picturelock.testing.emulators.mix.PRODUCTION`
    has it; on top of that, jobs, files and callbacks go wrong now and then, which nobody has counted. The rates for
    those are assumptions of this emulator.
    """

    NONE = "none"
    PRODUCTION = "production"


_PRODUCTION = {
    Fault.LOST_BEFORE: 0.004,
    Fault.FAILS: 0.02,
    Fault.DONE_WITH_ERROR: 0.004,
    Fault.DONE_WITHOUT_OUTPUT: 0.004,
    Fault.HANGS: 0.003,
    Fault.VANISHES: 0.001,
    Fault.TRUNCATED_FILE: 0.005,
    Fault.CORRUPT_FILE: 0.002,
    Fault.DOUBLED_CALLBACK: 0.03,
    Fault.LATE_CALLBACK: 0.02,
    Fault.LOST_CALLBACK: 0.02,
}


def rules_of(mix: FailureMix) -> tuple[Rule, ...]:
    """The rules that a mix stands for."""
    if mix is FailureMix.NONE:
        return ()
    return tuple(Rule(fault=fault, count=0, chance=chance) for fault, chance in _PRODUCTION.items())


def read_rules(data: bytes) -> tuple[Rule, ...]:
    """Rules from a JSON list.

    Raises:
        BadDocument: Not a list of rules, or a fault at a place where it cannot strike.
    """
    try:
        rules = msgspec.json.decode(data, type=tuple[Rule, ...])
    except msgspec.DecodeError as error:
        raise BadDocument(f"these are not faults: {error}") from error
    for rule in rules:
        check(rule)
    return rules


def check(rule: Rule) -> None:
    """Hold a rule to sense.

    Raises:
        BadDocument: Its fault cannot strike there, or its numbers are out of range.
    """
    own = home(rule.fault)
    movable = own is Point.SUBMIT and rule.point in _ELSEWHERE
    if rule.point is not own and not movable:
        raise BadDocument(f"{rule.fault.value} cannot strike at {rule.point.value}")
    if rule.first < 1 or rule.count < 0 or not 0 <= rule.chance <= 1 or rule.factor < 0:
        raise BadDocument(f"a rule for {rule.fault.value} is out of range")


class Plan:
    """Which fault strikes next. One request is struck by one fault at most; a job by any number.

    Args:
        seed: Of chance.
        rules: Earlier ones come first.
    """

    def __init__(self, seed: int, rules: tuple[Rule, ...] = ()) -> None:
        self._seed = seed
        self._guard = threading.Lock()
        self._rules: list[Rule] = []
        self._seen: list[int] = []
        self.add(rules)

    def add(self, rules: tuple[Rule, ...]) -> None:
        """More rules; they count from now."""
        for rule in rules:
            check(rule)
        with self._guard:
            self._rules += rules
            self._seen += [0] * len(rules)

    def clear(self) -> None:
        """No more faults."""
        with self._guard:
            self._rules, self._seen = [], []

    def strikes(self, point: Point, path: str, key: str) -> list[Rule]:
        """The rules that strike this event, in order. Counts it.

        Args:
            point: What kind of event.
            path: Of the request; the model for jobs.
            key: Names the event for chance.
        """
        with self._guard:
            struck: list[Rule] = []
            for at, rule in enumerate(self._rules):
                if rule.point is not point or rule.path not in path:
                    continue
                self._seen[at] += 1
                place = self._seen[at] - rule.first
                if place < 0 or (rule.count and place >= rule.count):
                    continue
                if rule.chance < 1 and share(self._seed, rule.fault, at, key) >= rule.chance:
                    continue
                struck.append(rule)
            return struck
