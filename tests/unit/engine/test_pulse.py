"""Who is alive and who holds an office, by clocks that the tests set."""

import threading
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.engine import pulse
from picturelock.engine.pulse import Living, Pulse

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAST = Pulse(beat_seconds=1, dead_after_seconds=10)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def worker(identity: str, beat_at: datetime = NOON) -> Living:
    return Living(identity=identity, host="host", pid=7, version="1", beat_at=beat_at)


def test_a_beat_is_the_last_sign_of_life(database: Database) -> None:
    pulse.beat(database, worker("b"))
    pulse.beat(database, worker("a"))
    pulse.beat(database, worker("b", at(5)))
    assert [(one.identity, one.beat_at) for one in pulse.workers(database)] == [("a", NOON), ("b", at(5))]
    pulse.forget(database, "b")
    assert pulse.workers(database) == [worker("a")]


def test_only_long_silence_is_death() -> None:
    silent = {seconds: worker("a").silent(at(seconds), FAST) for seconds in (-5, 0, 10, 10.1)}
    assert silent == {-5: False, 0: False, 10: False, 10.1: True}


def test_the_elected_stays_until_it_is_silent_or_leaves(database: Database) -> None:
    assert pulse.elected(database, "a", NOON, FAST)
    assert not pulse.elected(database, "b", at(9), FAST)
    assert pulse.elected(database, "a", at(9), FAST)
    assert not pulse.elected(database, "b", at(18.9), FAST)
    assert pulse.elected(database, "b", at(19), FAST)
    assert not pulse.elected(database, "a", at(20), FAST)
    pulse.forget(database, "b")
    assert pulse.elected(database, "a", at(20), FAST)


def test_offices_are_held_apart(database: Database) -> None:
    assert pulse.elected(database, "a", NOON, FAST, "desk:runway")
    assert pulse.elected(database, "b", NOON, FAST, "desk:kling")
    assert pulse.elected(database, "c", NOON, FAST)
    pulse.resign(database, "b", "desk:runway")
    assert pulse.holder(database, "desk:runway") == "a"
    pulse.resign(database, "a", "desk:runway")
    assert pulse.holder(database, "desk:runway") is None
    assert (pulse.holder(database, "desk:kling"), pulse.holder(database)) == ("b", "c")


def test_of_many_that_stand_at_once_one_is_elected(database: Database) -> None:
    won: list[str] = []
    start = threading.Barrier(8)

    def stand(identity: str) -> None:
        start.wait()
        if pulse.elected(database, identity, NOON, FAST):
            won.append(identity)

    threads = [threading.Thread(target=stand, args=(f"worker {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [pulse.holder(database)]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(turns=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 8)), max_size=12))
def test_nobody_is_elected_while_another_may_still_think_it_is(
    database: Database, turns: list[tuple[str, int]]
) -> None:
    """Of any turns, whoever was told yes is the only one for as long as its lease lasts."""
    with database.write() as connection:
        connection.execute(sa.delete(tables.lease))
    now, lord, until = NOON, "", NOON
    for identity, pause in turns:
        now += timedelta(seconds=pause)
        told = pulse.elected(database, identity, now, FAST)
        assert told == (identity == lord or now >= until)
        if told:
            lord, until = identity, now + timedelta(seconds=FAST.dead_after_seconds)


def test_a_run_that_is_not_ended_is_a_death(database: Database) -> None:
    left = pulse.begin_run(database, "job", "a", NOON)
    pulse.begin_run(database, "job", "b", NOON)
    pulse.begin_run(database, "other", "b", NOON)
    pulse.end_run(database, left)
    assert (pulse.deaths(database, "job"), pulse.deaths(database, "other")) == (1, 1)
    pulse.forget_deaths(database, ["job"])
    assert (pulse.deaths(database, "job"), pulse.deaths(database, "other")) == (0, 1)
