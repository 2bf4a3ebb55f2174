from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.contract import Contract, Subject
from picturelock.core.ids import AnchorId, CheckName
from picturelock.core.policy import Action
from picturelock.core.take import Category, CheckResult, Failed, NotMeasured, Passed, Verdict
from picturelock.gate.check import Gate
from picturelock.gate.decision import FINAL, Situation, decide
from picturelock.gate.diagnosis import diagnose
from picturelock.gate.registry import checks


def verdict(*results: CheckResult) -> Verdict:
    return Verdict(gate="clip", profile="p/1", results=results)


def failed(check: str, *, advisory: bool = False) -> Failed:
    return Failed(check=CheckName(check), value=9, limit="<= 1", reason=f"{check} is off", advisory=advisory)


OPEN = NotMeasured(check=CheckName("clip.safety"), why="no model")
GOOD = Passed(check=CheckName("clip.size"), value=0, limit="= 0")
ONE = Contract(role="r", purpose="p", subject="s")
CROWD = Contract(
    role="r",
    purpose="p",
    subject="s",
    subjects=tuple(Subject(who=AnchorId(f"char_{n}")) for n in ("a", "b", "c")),
)


def test_nothing_failed_is_no_category():
    assert diagnose(verdict(GOOD, OPEN), ONE) is None
    assert diagnose(verdict(failed("clip.flicker", advisory=True)), ONE) is None


def test_the_five_categories():
    assert diagnose(verdict(failed("keyframe.identity")), ONE) is Category.CHARACTER
    assert diagnose(verdict(failed("keyframe.spatial")), ONE) is Category.SPATIAL
    assert diagnose(verdict(failed("keyframe.spatial")), CROWD) is Category.MULTI_CHARACTER
    assert diagnose(verdict(failed("clip.flicker")), ONE) is Category.MOTION
    assert diagnose(verdict(failed("clip.decodes")), ONE) is Category.PLATFORM


def test_the_gravest_failure_names_the_category():
    assert diagnose(verdict(failed("clip.flicker"), failed("clip.frames")), ONE) is Category.PLATFORM
    assert (
        diagnose(verdict(failed("keyframe.palette"), failed("keyframe.identity")), CROWD)
        is Category.MULTI_CHARACTER
    )


def test_checks_that_move_pictures_are_sorted_as_motion():
    sorted_as = {c.name: diagnose(verdict(failed(c.name)), ONE) for c in checks(Gate.CLIP)}
    platform = {
        "decodes",
        "frames",
        "rate",
        "cadence",
        "size",
        "handles",
        "borders",
        "audio",
        "loudness",
        "stray_text",
        "safety",
    }
    for name, category in sorted_as.items():
        expected = Category.PLATFORM if name.partition(".")[2] in platform else Category.MOTION
        assert category is expected, name


def test_a_clean_verdict_is_accepted_and_an_open_one_goes_to_a_person():
    assert decide(verdict(GOOD), Situation(takes=1)).action is Action.ACCEPT
    asked = decide(verdict(GOOD, OPEN), Situation(takes=1))
    assert asked.action is Action.ASK
    assert "clip.safety" in asked.reason


def test_a_failure_is_retried_and_then_mended():
    bad = verdict(failed("clip.flicker"))
    can = frozenset({Action.OTHER_MODEL, Action.FALL_BACK})
    first = decide(bad, Situation(takes=1, available=can), Category.MOTION)
    assert first.action is Action.RETRY
    later = decide(bad, Situation(takes=3, retried=2, available=can), Category.MOTION)
    assert later.action is Action.OTHER_MODEL
    last = decide(
        bad, Situation(takes=4, retried=2, available=can, taken=(Action.OTHER_MODEL,)), Category.MOTION
    )
    assert last.action is Action.FALL_BACK


def test_a_deterministic_provider_is_not_asked_the_same_again():
    bad = verdict(failed("clip.flicker"))
    alone = decide(bad, Situation(takes=1, deterministic=True), Category.MOTION)
    assert alone.action is Action.ESCALATE
    assert "same bytes" in alone.reason
    again = decide(bad, Situation(takes=1, deterministic=True, escalated=True), Category.MOTION)
    assert again.action is Action.ABANDON


def test_a_crowd_is_split():
    decision = decide(
        verdict(failed("keyframe.spatial")),
        Situation(takes=3, retried=2, available=frozenset({Action.SPLIT, Action.DOWNGRADE})),
        Category.MULTI_CHARACTER,
    )
    assert decision.action is Action.SPLIT


situations = st.builds(
    Situation,
    takes=st.integers(0, 40),
    cap=st.integers(1, 35),
    retries=st.integers(0, 5),
    retried=st.integers(0, 6),
    deterministic=st.booleans(),
    available=st.frozensets(st.sampled_from(Action)),
    taken=st.lists(st.sampled_from(Action), max_size=4).map(tuple),
    escalated=st.booleans(),
)
results = st.lists(
    st.sampled_from(
        [GOOD, OPEN, failed("clip.flicker"), failed("keyframe.identity"), failed("clip.black", advisory=True)]
    ),
    max_size=6,
)


@given(results, situations, st.none() | st.sampled_from(Category))
def test_there_is_always_a_decision_with_a_reason(
    found: list[CheckResult], situation: Situation, category: Category | None
):
    judged = verdict(*found)
    decision = decide(judged, situation, category)
    assert decision.reason
    assert (decision.action is Action.ACCEPT) == judged.passed
    if decision.action not in FINAL:
        assert situation.takes < situation.cap
        assert not (situation.deterministic and decision.action is Action.RETRY)
        assert decision.action is Action.RETRY or decision.action in situation.available - set(
            situation.taken
        )
    assert decision == decide(judged, situation, category)


@given(situations, st.sampled_from(Category))
def test_a_unit_that_always_fails_comes_to_an_end(start: Situation, category: Category):
    bad = verdict(failed("clip.flicker"))
    takes, retried, taken = start.takes, start.retried, start.taken
    for _ in range(start.cap + len(Action) + start.retries + 1):
        now = Situation(
            takes=takes,
            cap=start.cap,
            retries=start.retries,
            retried=retried,
            deterministic=start.deterministic,
            available=start.available,
            taken=taken,
            escalated=start.escalated,
        )
        decision = decide(bad, now, category)
        if decision.action in FINAL:
            assert decision.action in {Action.ESCALATE, Action.ABANDON}
            assert takes <= max(start.takes, start.cap)
            return
        takes += 1
        retried += decision.action is Action.RETRY
        taken = (*taken, decision.action) if decision.action is not Action.RETRY else taken
    raise AssertionError("it goes on for ever")
