"""Falling back: for which brief, until when, and to whom."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.ids import TakeId, UnitId
from picturelock.core.policy import Action
from picturelock.core.take import Review, ReviewKind
from picturelock.review.falling import Fall, in_force, makers_left

UNIT = UnitId("SC010_SH010.key")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
THIS, OTHER = Digest.of(b"this"), Digest.of(b"other")
MAKERS = ("builtin/artist", "openai/gpt-image-2", "kling/kling-v3", "runway/gen4_turbo")


def fall(minute: int, to: str = "builtin/artist", brief: Digest = THIS) -> Fall:
    return Fall(
        unit=UNIT,
        brief=brief,
        left="openai/gpt-image-2",
        to=to,
        action=Action.FALL_BACK,
        reason="",
        retakes=0,
        at=NOON + timedelta(minutes=minute),
    )


def said(minute: int, by: str, kind: ReviewKind = ReviewKind.RETAKE) -> Review:
    take = None if kind is ReviewKind.RETAKE else TakeId("T-0123456789abcdef")
    return Review(
        number=minute, unit=UNIT, kind=kind, take=take, by=by, note="", at=NOON + timedelta(minutes=minute)
    )


def test_a_fall_holds_for_the_brief_that_it_happened_to() -> None:
    falls = [fall(1), fall(2, brief=OTHER)]
    assert in_force(falls, [], THIS) == (falls[0],)
    assert in_force(falls, [], OTHER) == (falls[1],)


def test_a_persons_word_asks_the_first_maker_again_and_the_policys_does_not() -> None:
    falls = [fall(5)]
    assert in_force(falls, [said(6, "policy:gate", ReviewKind.REJECT)], THIS) == (falls[0],)
    assert in_force(falls, [said(4, "mara")], THIS) == (falls[0],)
    assert in_force(falls, [said(6, "mara")], THIS) == ()
    again = [*falls, fall(7)]
    assert in_force(again, [said(6, "mara")], THIS) == (again[1],)


@given(st.sampled_from(MAKERS), st.lists(st.sampled_from(MAKERS)))
def test_every_maker_of_the_policy_is_asked_once_and_then_nobody(first: str, policy: list[str]) -> None:
    falls: list[Fall] = []
    asked = [first]
    while left := makers_left(first, policy, falls):
        falls.append(fall(len(falls), to=left[0]))
        asked.append(left[0])
    assert len(asked) == len(set(asked))
    assert set(asked) == {first, *policy}
    assert asked[1:] == [maker for maker in dict.fromkeys(policy) if maker != first]
