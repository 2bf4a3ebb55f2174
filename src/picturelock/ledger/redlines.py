"""Red lines: signs that a production fights its tools instead of using them. Pure decisions from counted facts.

A cap stops spending by itself. A red line says that spending on in the same way is unwise, and asks.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from picturelock.core.value import Value

ITERATIONS = 30
"""More calls than this for one clip fight the model's chance instead of refining its results."""

REPRODUCTIONS = 10
"""Attempts within which an approved shot comes back, or its pipeline cannot be relied on."""

_NEAR = Decimal("0.8")
#: Revisions of less than a minute are no sign of anything.
_LEAST_REVISION = Decimal(60)


class Standing(StrEnum):
    """Where a production stands before a red line. What was not measured is never clear."""

    CLEAR = "clear"
    NEAR = "near"
    CROSSED = "crossed"
    NOT_MEASURED = "not_measured"


class RedLine(Value, frozen=True, kw_only=True):
    """A red line, or one subject's stand before it.

    Attributes:
        name: ``iterations``, ``revision``, ``tracking``, ``reproduction`` or ``drift``.
        subject: The unit or shot that comes nearest; empty for the whole production.
        found: What was counted, in words.
        limit: What it is held to, in words.
        advice: What to do instead; empty while it is clear.
    """

    name: str
    subject: str
    standing: Standing
    found: str
    limit: str
    advice: str = ""


class Work(Value, frozen=True, kw_only=True):
    """Time that went into a shot, in seconds.

    Attributes:
        original: Until its first approval.
        revision: After it.
    """

    original: Decimal = Decimal(0)
    revision: Decimal = Decimal(0)


class Signs(Value, frozen=True, kw_only=True):
    """What is counted for the red lines.

    Attributes:
        iterations: Calls for each clip, failed ones and those under way included.
        work: By shot, for shots that were approved once.
        tracking: Human minutes spent on keeping track; ``None`` where nobody writes minutes down.
        making: Human minutes spent on anything else.
        reproductions: Attempts to bring an approved shot back without success, by shot; ``None`` where none was made.
        drifts: Locked shots whose vendor's model has changed; ``None`` where no canary has run.
    """

    iterations: Mapping[str, int] = {}
    work: Mapping[str, Work] = {}
    tracking: int | None = None
    making: int = 0
    reproductions: Mapping[str, int] | None = None
    drifts: tuple[str, ...] | None = None


def red_lines(signs: Signs) -> tuple[RedLine, ...]:
    """Every red line: each subject that is near it or over it, else one line that says how far it is."""
    return (
        *_iterations(signs.iterations),
        *_revision(signs.work),
        _tracking(signs),
        *_reproduction(signs.reproductions),
        _drift(signs.drifts),
    )


def _iterations(counts: Mapping[str, int]) -> list[RedLine]:
    limit = f"{ITERATIONS} calls for one clip"
    if not counts:
        return [
            RedLine(name="iterations", subject="", standing=Standing.CLEAR, found="no clip yet", limit=limit)
        ]
    by_most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    told = [(unit, count) for unit, count in by_most if count >= _NEAR * ITERATIONS] or by_most[:1]
    return [
        RedLine(
            name="iterations",
            subject=unit,
            standing=(standing := _standing(Decimal(count), Decimal(ITERATIONS))),
            found=f"{count} {'call' if count == 1 else 'calls'}",
            limit=limit,
            advice=""
            if standing is Standing.CLEAR
            else "Change the contract, split the shot, or fall back to a simpler one.",
        )
        for unit, count in told
    ]


def _standing(value: Decimal, most: Decimal) -> Standing:
    if value > most:
        return Standing.CROSSED
    return Standing.NEAR if value and value >= _NEAR * most else Standing.CLEAR


def _revision(work: Mapping[str, Work]) -> list[RedLine]:
    limit = "the time until the first approval"
    if not work:
        found = "nothing was approved yet"
        return [RedLine(name="revision", subject="", standing=Standing.CLEAR, found=found, limit=limit)]
    by_most = sorted(work.items(), key=lambda pair: (-_ratio(pair[1]), pair[0]))
    told = [(shot, one) for shot, one in by_most if _ratio(one) >= _NEAR] or by_most[:1]
    return [
        RedLine(
            name="revision",
            subject=shot,
            standing=(standing := _standing(_ratio(one), Decimal(1))),
            found=f"{_seconds(one.revision)} of revision after {_seconds(one.original)}",
            limit=limit,
            advice=""
            if standing is Standing.CLEAR
            else "Agree on the shot's keyframe again before another take is made.",
        )
        for shot, one in told
    ]


def _ratio(one: Work) -> Decimal:
    if one.revision < _LEAST_REVISION:
        return Decimal(0)
    if one.original:
        return one.revision / one.original
    return Decimal("Infinity")


def _seconds(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1'))} s"


def _tracking(signs: Signs) -> RedLine:
    limit = "the minutes spent on making"
    if signs.tracking is None:
        found = "no minutes are written down"
        return RedLine(name="tracking", subject="", standing=Standing.NOT_MEASURED, found=found, limit=limit)
    standing = _standing(Decimal(signs.tracking), Decimal(signs.making))
    return RedLine(
        name="tracking",
        subject="",
        standing=standing,
        found=f"{signs.tracking} min of tracking, {signs.making} min of making",
        limit=limit,
        advice="" if standing is Standing.CLEAR else "Let policy approve more, or make fewer candidates.",
    )


def _reproduction(attempts: Mapping[str, int] | None) -> list[RedLine]:
    limit = f"{REPRODUCTIONS} attempts for an approved shot"
    if attempts is None:
        found = "nothing was reproduced"
        return [
            RedLine(name="reproduction", subject="", standing=Standing.NOT_MEASURED, found=found, limit=limit)
        ]
    by_most = sorted(attempts.items(), key=lambda pair: (-pair[1], pair[0]))
    told = [pair for pair in by_most if pair[1] >= _NEAR * REPRODUCTIONS] or by_most[:1]
    if not told:
        found = "every approved shot came back"
        return [RedLine(name="reproduction", subject="", standing=Standing.CLEAR, found=found, limit=limit)]
    return [
        RedLine(
            name="reproduction",
            subject=shot,
            standing=Standing.CROSSED
            if count >= REPRODUCTIONS
            else _standing(Decimal(count), Decimal(REPRODUCTIONS)),
            found=f"{count} attempts, and it has not come back",
            limit=limit,
            advice="Keep the approved bytes; make changes within their pixels.",
        )
        for shot, count in told
    ]


def _drift(drifts: tuple[str, ...] | None) -> RedLine:
    limit = "no locked shot"
    if drifts is None:
        found = "no canary has run"
        return RedLine(name="drift", subject="", standing=Standing.NOT_MEASURED, found=found, limit=limit)
    if not drifts:
        found = "every canary came back as it was"
        return RedLine(name="drift", subject="", standing=Standing.CLEAR, found=found, limit=limit)
    return RedLine(
        name="drift",
        subject=drifts[0],
        standing=Standing.CROSSED,
        found=f"{len(drifts)} locked: {', '.join(drifts[:5])}",
        limit=limit,
        advice="Stay on the pinned version; approved bytes are not affected.",
    )
