"""From measurements to a verdict. Pure: new thresholds never measure again."""

from collections.abc import Iterable

from picturelock.core.ids import CheckName
from picturelock.core.take import CheckResult, Failed, Measurement, NotMeasured, Passed, Verdict
from picturelock.gate.check import Gate, gate_of
from picturelock.gate.profiles import Context, Profile, Rule, Severity

PROMISES = "broken promises"


def judge(
    gate: Gate, measurements: Iterable[Measurement], profile: Profile, context: Context | None = None
) -> Verdict:
    """Hold measurements against a profile.

    Args:
        gate: Whose rules are asked. Every rule of it that applies gets an answer, measured or not.
        measurements: Stored ones; those of other gates or without a rule are left aside. Of two with one name the
            last counts.
        profile: Thresholds.
        context: What the take is; a static picture without sound where nothing is said.

    Returns:
        One result a rule, in the profile's order, and one for each finding of a contract.
    """
    context = context if context is not None else Context()
    found = {m.check: m for m in measurements if gate_of(m.check) is gate}
    rules = profile.rules_of(gate, context)
    for name, measurement in found.items():
        # A count of broken promises has one natural limit; contracts name their own findings.
        if name not in rules and measurement.unit == PROMISES:
            rules[name] = Rule(check=name, most=0)
    return Verdict(
        gate=gate.value,
        profile=profile.label,
        results=tuple(_result(name, rule, found.get(name)) for name, rule in rules.items()),
    )


def _result(name: CheckName, rule: Rule, measurement: Measurement | None) -> CheckResult:
    if measurement is None or measurement.value is None:
        why = measurement.why_not if measurement else "nobody measured it"
        why = f"{why} (waived: {rule.waive})" if rule.waive else why
        return NotMeasured(check=name, why=why, waived=bool(rule.waive))
    if rule.holds(measurement.value):
        return Passed(check=name, value=measurement.value, limit=rule.limit)
    return Failed(
        check=name,
        value=measurement.value,
        limit=rule.limit,
        reason=_reason(measurement, rule),
        advisory=rule.severity is Severity.ADVISE,
    )


def _reason(measurement: Measurement, rule: Rule) -> str:
    said = measurement.evidence.get("why")
    if isinstance(said, str) and said:
        return said
    subject = measurement.check.partition(".")[2].replace("_", " ")
    where = measurement.evidence.get("frame")
    at = f" at frame {where}" if isinstance(where, int) else ""
    return f"{subject} is {measurement.value:g} {measurement.unit}{at}; the profile asks for {rule.limit}"
