from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict
from picturelock.core.money import Money
from picturelock.core.paidcall import (
    Accepted,
    Arrived,
    Bill,
    BillSource,
    CallState,
    Cancelled,
    Failed,
    FailureKind,
    Fetched,
    Finished,
    Lost,
    NotFoundThere,
    Phase,
    Refused,
    Settled,
    Submitting,
    TurnedAway,
    Unresolved,
    VendorFailure,
    after,
    fold,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAILURE = VendorFailure(kind=FailureKind.RATE, message="slow down")
BILL = Bill(amount=Money(3, "USD"), source=BillSource.ANSWER)
FETCHED = Fetched(media=Digest.of(b"film"))
EVENTS = (
    Submitting(worker="w"),
    Accepted(job="j1", endpoint="/v1/tasks/j1"),
    TurnedAway(failure=FAILURE, not_before=NOON),
    Lost(why="the connection closed"),
    NotFoundThere(evidence="no job has our name"),
    Unresolved(evidence="the vendor lists nothing"),
    Finished(results=("https://files/1",), bill=BILL),
    Arrived(fetched=FETCHED),
    Settled(bill=BILL),
    Refused(failure=FAILURE),
    Failed(failure=FAILURE, bill=BILL),
    Cancelled(by="mara", bill=BILL),
)


def test_a_call_that_goes_well_keeps_what_it_learned() -> None:
    state = fold([EVENTS[0], EVENTS[1], EVENTS[6], EVENTS[7], EVENTS[8]])
    assert (state.phase, state.job, state.attempts, state.events) == (Phase.SETTLED, "j1", 1, 5)
    assert (state.results, state.bill, state.fetched) == (("https://files/1",), BILL, FETCHED)


def test_a_call_in_doubt_is_not_sent_again_before_its_absence_is_proved() -> None:
    state = fold([Submitting(worker="w"), Lost(why="timeout")])
    with pytest.raises(Conflict, match="in_doubt"):
        after(state, Submitting(worker="w"))
    again = after(state, NotFoundThere(evidence="list"))
    assert again.phase is Phase.RESERVED
    assert after(again, Submitting(worker="w")).attempts == 2


def test_what_was_turned_away_says_when_it_may_be_sent_again_and_forgets_it_then() -> None:
    state = fold([Submitting(worker="w"), TurnedAway(failure=FAILURE, not_before=NOON)])
    assert (state.phase, state.not_before) == (Phase.RESERVED, NOON)
    assert after(state, Submitting(worker="w")).not_before is None


@given(st.lists(st.sampled_from(EVENTS), max_size=14))
def test_whatever_is_told_a_request_never_leaves_twice_without_a_reason(told: list) -> None:
    """Between two departures there is always a refusal for now or a proof of absence; nothing follows an end."""
    state, taken = CallState(), []
    for event in told:
        before = state
        try:
            state = after(state, event)
        except Conflict:
            continue
        taken.append(event)
        assert not before.phase.ended
    assert fold(taken) == state
    assert state.attempts == sum(isinstance(event, Submitting) for event in taken)
    departed = [n for n, event in enumerate(taken) if isinstance(event, Submitting)]
    for first, second in pairwise(departed):
        assert any(isinstance(event, (TurnedAway, NotFoundThere)) for event in taken[first:second])
    if state.phase is Phase.SETTLED:
        assert any(isinstance(event, Arrived) for event in taken)
