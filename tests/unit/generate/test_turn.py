"""Whose request goes next: priority before fairness, fairness before age."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import CallState, Quote
from picturelock.generate.calls import OpenCall, PaidCall
from picturelock.generate.turn import next_calls

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRICE = Money(1, "USD")


def call(number: int, production: str = "film", user: str = "ann", priority: int = 0) -> OpenCall:
    return OpenCall(
        call=PaidCall(
            id=CallId(f"C-{number:016x}"),
            production=production,
            unit=UnitId("SC010_SH010.clip"),
            recipe=Digest.of(str(number).encode()),
            brief=Digest.of(b"brief"),
            number=0,
            vendor="kling",
            model="m",
            token=f"t{number}",
            quote=Quote(low=PRICE, expected=PRICE, high=PRICE),
            payload={},
            priority=priority,
            by_whom=user,
            intended_at=NOON + timedelta(seconds=number),
        ),
        state=CallState(),
        told=(),
    )


def numbers(chosen: list[OpenCall]) -> list[int]:
    return [int(one.call.id[2:], 16) for one in chosen]


def test_what_is_urgent_goes_before_what_is_old() -> None:
    waiting = [call(1), call(2, priority=5), call(3, priority=-5)]
    assert numbers(next_calls(waiting, [], 3)) == [3, 1, 2]


def test_a_small_production_does_not_wait_behind_a_large_one() -> None:
    large = [call(number, "large") for number in range(100)]
    small = [call(number, "small") for number in range(100, 103)]
    assert numbers(next_calls([*large, *small], [], 6)) == [0, 100, 1, 101, 2, 102]


def test_who_has_much_in_flight_waits_for_the_others() -> None:
    out = [call(number, "large") for number in range(4)]
    waiting = [call(number, "large") for number in range(10, 14)] + [
        call(number, "small") for number in range(20, 24)
    ]
    assert numbers(next_calls(waiting, out, 4)) == [20, 21, 22, 23]


def test_users_of_one_production_take_turns() -> None:
    waiting = [call(1, user="ann"), call(2, user="ann"), call(3, user="bob")]
    assert numbers(next_calls(waiting, [], 3)) == [1, 3, 2]


CALLS = st.lists(
    st.tuples(st.sampled_from("pqr"), st.sampled_from("xyz"), st.integers(-1, 1)), max_size=40
).map(lambda told: [call(n, p, u, priority) for n, (p, u, priority) in enumerate(told)])


@given(CALLS, st.integers(0, 50))
def test_nobody_is_passed_over(waiting: list[OpenCall], room: int) -> None:
    chosen = next_calls(waiting, [], room)
    assert len(chosen) == min(room, len(waiting))
    assert len(set(numbers(chosen))) == len(chosen)
    ranks = [one.call.priority for one in chosen]
    assert ranks == sorted(ranks)
    left = [one for one in waiting if one not in chosen]
    assert not left or not ranks or min(one.call.priority for one in left) >= ranks[-1]


@given(st.lists(st.sampled_from("pqr"), min_size=1, max_size=40), st.integers(0, 40))
def test_productions_that_still_wait_have_got_nearly_the_same(wanting: list[str], room: int) -> None:
    waiting = [call(number, production) for number, production in enumerate(wanting)]
    got = Counter(one.call.production for one in next_calls(waiting, [], room))
    still = {production for production, many in Counter(wanting).items() if got[production] < many}
    # Who got all that it wanted may have less; nobody has more than one more than any who waits.
    for production in still:
        assert max(got.values(), default=0) <= got[production] + 1
    for production in wanting:
        mine = [n for n in numbers(next_calls(waiting, [], room)) if wanting[n] == production]
        assert mine == sorted(mine)
