from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.blocking import Weather
from picturelock.core.contract import Move
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.ids import CheckName
from picturelock.core.take import Failed, Measurement, NotMeasured, Passed
from picturelock.gate.check import Found, Gate, Gauge, Missing, gate_of
from picturelock.gate.judge import judge
from picturelock.gate.measure import measure_contract
from picturelock.gate.profiles import BUILT_IN, Context, Rule, parse_profile, profile
from picturelock.gate.registry import SHIPPED, checks
from picturelock.gate.subject import ContractSubject, Finding

MEDIA = Digest.of(b"take")
FLICKER = CheckName("clip.flicker")


def measured(value: float | None, check: CheckName = FLICKER, why: str = "") -> Measurement:
    return Measurement(check=check, media=MEDIA, value=value, unit="levels", method="m/1", why_not=why)


def held(*rules: dict[str, object]):
    return parse_profile({"name": "mine", "version": 1, "rules": list(rules)})


def test_within_the_limit_passes_and_outside_fails():
    mine = held({"check": "clip.flicker", "most": 2})
    assert isinstance(judge(Gate.CLIP, [measured(2.0)], mine).results[0], Passed)
    result = judge(Gate.CLIP, [measured(2.01)], mine).results[0]
    assert isinstance(result, Failed)
    assert "flicker is 2.01 levels" in result.reason
    assert result.limit == "<= 2"


def test_a_rule_may_be_meant_for_a_weather():
    mine = held(
        {"check": "clip.flicker", "most": 9, "weathers": ["fog"]}, {"check": "clip.flicker", "most": 2}
    )
    assert judge(Gate.CLIP, [measured(5)], mine, Context(weather=Weather.FOG)).passed
    assert not judge(Gate.CLIP, [measured(5)], mine, Context(weather=Weather.RAIN)).passed


def test_what_was_not_measured_never_passes_and_a_waiver_is_recorded():
    open_rule = held({"check": "clip.flicker", "most": 2})
    verdict = judge(Gate.CLIP, [measured(None, why="too short")], open_rule)
    assert not verdict.passed
    assert verdict.unknown == (NotMeasured(check=FLICKER, why="too short"),)
    waived = judge(
        Gate.CLIP,
        [measured(None, why="too short")],
        held({"check": "clip.flicker", "most": 2, "waive": "stills"}),
    )
    assert waived.passed
    assert waived.results == (NotMeasured(check=FLICKER, why="too short (waived: stills)", waived=True),)


def test_a_waiver_does_not_excuse_a_measured_failure():
    verdict = judge(Gate.CLIP, [measured(9)], held({"check": "clip.flicker", "most": 2, "waive": "stills"}))
    assert not verdict.passed


def test_a_rule_without_a_measurement_is_open():
    assert (
        judge(Gate.CLIP, [], held({"check": "clip.flicker", "most": 2})).unknown[0].why
        == "nobody measured it"
    )


def test_advice_is_noted_and_stops_nothing():
    verdict = judge(
        Gate.CLIP, [measured(9)], held({"check": "clip.flicker", "most": 2, "severity": "advise"})
    )
    assert verdict.passed
    assert [f.check for f in verdict.advice] == [FLICKER]


def test_thresholds_may_depend_on_the_move():
    mine = held(
        {"check": "clip.freeze", "most": 10, "moves": ["push"]},
        {"check": "clip.freeze", "most": 500},
    )
    freeze = measured(96, CheckName("clip.freeze"))
    assert not judge(Gate.CLIP, [freeze], mine, Context(move=Move.PUSH)).passed
    assert judge(Gate.CLIP, [freeze], mine, Context(move=Move.STATIC)).passed


def test_a_static_shot_may_stand_still_under_every_profile():
    for name in BUILT_IN:
        assert CheckName("clip.freeze") not in profile(name).rules_of(Gate.CLIP, Context(move=Move.STATIC))
        assert CheckName("clip.freeze") in profile(name).rules_of(Gate.CLIP, Context(move=Move.PUSH))


def test_new_thresholds_never_measure_again():
    asked: list[int] = []

    def find(_: object) -> Found:
        asked.append(1)
        return Found(3.0)

    class Opened:
        digest = MEDIA

    stored = Gauge(FLICKER, "flicker", "levels", "m/1", find).measure(Opened())
    loose = judge(Gate.CLIP, [stored], held({"check": "clip.flicker", "most": 5}))
    tight = judge(Gate.CLIP, [stored], held({"check": "clip.flicker", "most": 1}))
    assert loose.passed
    assert not tight.passed
    assert asked == [1]


def test_a_value_that_is_no_number_is_not_measured():
    class Opened:
        digest = MEDIA

    stored = Gauge(FLICKER, "flicker", "levels", "m/1", lambda _: Found(float("nan"))).measure(Opened())
    assert stored.value is None
    assert stored.why_not


def test_contract_findings_become_measurements_and_hold_without_rules():
    subject = ContractSubject(
        MEDIA,
        (
            Finding("role", ok=True),
            Finding("scale", ok=False, why="no heights"),
            Finding("rights", ok=None, why="?"),
        ),
    )
    stored = measure_contract(subject)
    assert [m.value for m in stored] == [0.0, 1.0, None]
    verdict = judge(Gate.CONTRACT, stored, profile("animatic"))
    assert [f.reason for f in verdict.failures] == ["no heights"]
    assert [u.check for u in verdict.unknown] == ["contract.rights"]


def test_every_shipped_check_has_a_rule_and_every_rule_a_check():
    names = {check.name for gate in Gate for check in checks(gate)}
    assert len(names) == len(SHIPPED)
    for name in BUILT_IN:
        assert {rule.check for rule in profile(name).rules} == names


def test_checks_belong_to_the_gate_that_lists_them():
    for gate in Gate:
        assert all(gate_of(check.name) is gate for check in checks(gate))


def test_a_profile_extends_another_and_its_own_rules_come_first():
    mine = parse_profile(
        "{name: mine, version: 2, extends: production, rules: [{check: clip.flicker, most: 9}]}"
    )
    assert mine.label == "mine/2"
    rules = mine.rules_of(Gate.CLIP, Context())
    assert rules[FLICKER].most == 9
    assert rules.keys() == profile("production").rules_of(Gate.CLIP, Context()).keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{name: x, version: 1, rules: [{check: clip.flicker}]}", "no limit"),
        (
            "{name: x, version: 1, rules: [{check: clip.flicker, least: 3, most: 1}]}",
            "at least 3 and at most 1",
        ),
        ("{name: x, version: 1, rules: [{check: flicker, most: 1}]}", "rules[0].check"),
        ("{name: x, version: 1, rules: [{check: clip.flicker, most: 1, moves: [sideways]}]}", "sideways"),
        ("{name: x, version: 1, extends: nobody}", "nobody"),
        ("{name: x, version: 1, extends: x}", "itself"),
        ("{name: x, versoin: 1}", "versoin"),
        ("{name: x, version: [", "YAML"),
    ],
)
def test_a_bad_profile_says_where_it_is_bad(text: str, said: str):
    with pytest.raises(BadDocument, match=said.replace("[", r"\[").replace("]", r"\]")):
        parse_profile(text)


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(NotFound, match="animatic, production, strict, unattended"):
        profile("lenient")


numbers = st.floats(-1e6, 1e6)


@given(
    value=st.none() | numbers,
    least=st.none() | numbers,
    most=st.none() | numbers,
    waive=st.sampled_from(["", "why"]),
)
def test_exactly_one_answer_a_rule_and_never_a_pass_without_a_value(
    value: float | None, least: float | None, most: float | None, waive: str
):
    rule = Rule(check=FLICKER, least=least, most=most, waive=waive)
    mine = profile("production")
    verdict = judge(Gate.CLIP, [measured(value)], type(mine)(name="x", version=1, rules=(rule,)))
    (result,) = verdict.results
    match result:
        case Passed():
            assert value is not None
            assert not isnan(value)
            assert least is None or value >= least
            assert most is None or value <= most
        case Failed():
            assert value is not None
            assert (least is not None and value < least) or (most is not None and value > most)
        case NotMeasured():
            assert value is None
            assert verdict.passed == bool(waive)


def test_missing_says_why():
    class Opened:
        digest = MEDIA

    stored = Gauge(FLICKER, "flicker", "levels", "m/1", lambda _: Missing("too dark")).measure(Opened())
    assert (stored.value, stored.why_not) == (None, "too dark")
