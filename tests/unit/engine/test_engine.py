import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from picturelock.core.failures import (
    BadDocument,
    Busy,
    Charged,
    Conflict,
    GenerationFailed,
    Internal,
    Malformed,
    NotFound,
    PicturelockError,
    Retry,
    Stopped,
)
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.db.statements import insert
from picturelock.engine.engine import Engine
from picturelock.engine.port import Failure, Foreign, Job, JobState, QueueSpec, State, Steps, Workflow
from picturelock.engine.pulse import Living, Pulse, beat


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Studio:
    """Makes engines over one database, as processes one after another would."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.home = home
        self.workflows: dict[str, Workflow] = {}
        self.concurrency = 4
        self.pulse = Pulse(beat_seconds=0.05, dead_after_seconds=60)

    def engine(self, *, version: str = "1", identity: str = "local") -> Engine:
        return Engine(
            self.database,
            home=self.home,
            identity=identity,
            version=version,
            workflows=self.workflows,
            queues=[
                QueueSpec(name="main", concurrency=self.concurrency),
                QueueSpec(name="side", concurrency=1),
            ],
            clock=SystemClock(),
            pulse=self.pulse,
        )


@pytest.fixture
def studio(database: Database, tmp_path: Path) -> Studio:
    return Studio(database, tmp_path / "engine")


def ask(engine: Engine, *jobs: Job) -> None:
    engine.prepare()
    with engine.database.write() as connection:
        for job in jobs:
            engine.submit(connection, job)


def job(key: str, workflow: str = "work", **payload: Any) -> Job:
    return Job(key=key, workflow=workflow, queue="main", payload=payload)


def wait_for(what: Callable[[], object]) -> None:
    for _ in range(1200):
        if what():
            return
        time.sleep(0.025)
    raise AssertionError("it did not come true")


def finish(engine: Engine) -> dict[str, JobState]:
    with engine.working():
        wait_for(lambda: all(state.state.ended for state in engine.jobs()))
    states = {state.key: state for state in engine.jobs()}
    engine.close()
    return states


def test_a_job_is_done_and_says_what_came_of_it(studio: Studio) -> None:
    def work(steps: Steps, payload: Any) -> Any:
        doubled = steps.run("double", lambda number: number * 2, payload["number"])
        return {"result": steps.run("pair", lambda: (doubled, "x"))}

    studio.workflows["work"] = work
    engine = studio.engine()
    ask(engine, job("a", number=21))
    assert engine.job("a").state is State.WAITING
    done = finish(engine)["a"]
    assert (done.state, done.result, done.failure) == (State.DONE, {"result": [42, "x"]}, None)
    assert (done.key, done.workflow, done.queue, done.worker) == ("a", "work", "main", "local")
    assert done.submitted_at <= done.changed_at


def test_a_job_exists_if_and_only_if_its_transaction_commits(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: None
    engine = studio.engine()
    engine.prepare()

    def ask_and_fail() -> None:
        with engine.database.write() as connection:
            insert(connection, tables.production, id="film", title="Film", created_at=datetime.now(UTC))
            engine.submit(connection, job("lost"))
            raise KeyError

    with pytest.raises(KeyError):
        ask_and_fail()
    with engine.database.write() as connection:
        insert(connection, tables.production, id="film", title="Film", created_at=datetime.now(UTC))
        engine.submit(connection, job("kept"))
    assert list(finish(engine)) == ["kept"]


def test_submitting_without_preparing_is_refused_before_it_can_lock(studio: Studio) -> None:
    engine = studio.engine()
    with pytest.raises(Internal), engine.database.write() as connection:
        engine.submit(connection, job("a"))


def test_a_key_is_asked_for_once(studio: Studio) -> None:
    runs: list[Any] = []
    studio.workflows["work"] = lambda steps, payload: runs.append(payload["number"])
    studio.workflows["other"] = lambda steps, payload: None
    engine = studio.engine()
    ask(engine, job("a", number=1))
    ask(engine, job("a", number=2))
    with pytest.raises(Conflict):
        ask(engine, job("a", "other"))
    finish(engine)
    ask(engine, job("a", number=3))
    finish(engine)
    assert runs == [1]


def test_unknown_names_are_refused(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: None
    engine = studio.engine()
    with pytest.raises(NotFound):
        ask(engine, job("a", "none"))
    with pytest.raises(NotFound):
        ask(engine, Job(key="a", workflow="work", queue="none", payload={}))
    with pytest.raises(NotFound):
        engine.job("a")
    with pytest.raises(NotFound):
        engine.cancel("a")
    with pytest.raises(NotFound), engine.working(["none"]):
        pass
    with pytest.raises(Malformed):
        Job(key=" ", workflow="work", queue="main", payload={})
    with pytest.raises(Malformed):
        Job(key="a", workflow="work", queue="main", payload={}, priority=-1)
    engine.close()


def test_a_prefix_is_not_a_pattern(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: None
    engine = studio.engine()
    ask(engine, job("take:SC010_SH010"), job("take:SC010xSH010"), job("take%"))
    assert [state.key for state in engine.jobs(prefix="take:SC010_")] == ["take:SC010_SH010"]
    assert [state.key for state in engine.jobs(prefix="take%")] == ["take%"]
    assert engine.jobs(states=[State.DONE]) == []
    assert len(engine.jobs(states=[State.WAITING, State.DONE])) == 3
    engine.close()


def test_no_more_run_at_once_than_the_queue_allows_and_lower_priorities_go_first(studio: Studio) -> None:
    order: list[int] = []
    running = 0
    most = 0
    lock = threading.Lock()

    def work(steps: Steps, payload: Any) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            order.append(payload["number"])
        time.sleep(0.01)
        with lock:
            running -= 1

    studio.workflows["work"] = work
    studio.concurrency = 1
    engine = studio.engine()
    numbers = [5, 3, 9, 0, 7]
    ask(
        engine,
        *(Job(key=str(n), workflow="work", queue="main", payload={"number": n}, priority=n) for n in numbers),
    )
    finish(engine)
    assert order == sorted(numbers)
    assert most == 1


def test_a_worker_serves_the_queues_it_is_told(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: None
    engine = studio.engine()
    ask(engine, job("a"), Job(key="b", workflow="work", queue="side", payload={}))
    with engine.working(["side"]):
        wait_for(lambda: engine.job("b").state is State.DONE)
    assert engine.job("a").state is State.WAITING
    engine.close()


def test_a_failure_keeps_its_answers(studio: Studio) -> None:
    def refuse() -> None:
        raise GenerationFailed(
            "the vendor refused",
            remedy="wait",
            retry=Retry.LATER,
            after=timedelta(seconds=9),
            charged=Charged.UNKNOWN,
        )

    studio.workflows["work"] = lambda steps, payload: steps.run("call", refuse)
    engine = studio.engine()
    ask(engine, job("a"))
    failed = finish(engine)["a"]
    assert failed.state is State.FAILED
    assert failed.failure == Failure(
        kind="GenerationFailed",
        message="the vendor refused",
        remedy="wait",
        retry=Retry.LATER,
        after_seconds=9.0,
        charged=Charged.UNKNOWN,
    )


def test_an_exception_that_is_not_ours_keeps_its_name(studio: Studio) -> None:
    class Unheard(Exception):
        def __reduce__(self) -> Any:
            raise TypeError("cannot be pickled")

    def fail() -> None:
        raise Unheard("words")

    studio.workflows["work"] = lambda steps, payload: steps.run("call", fail)
    engine = studio.engine()
    ask(engine, job("a"))
    assert finish(engine)["a"].failure == Failure(kind="Unheard", message="words")


def test_a_workflow_may_catch_what_its_step_raised_and_is_told_the_same_when_it_runs_again(
    studio: Studio,
) -> None:
    seen: list[tuple[str, str]] = []
    blocked = threading.Event()

    def fail() -> None:
        raise Stopped("over the cap", remedy="raise it")

    def work(steps: Steps, payload: Any) -> str:
        try:
            steps.run("call", fail)
        except Stopped as error:
            seen.append((str(error), error.retry))
        blocked.set()
        steps.sleep(1)
        return "went on"

    studio.workflows["work"] = work
    engine = studio.engine()
    ask(engine, job("a"))
    with engine.working():
        wait_for(blocked.is_set)
    assert engine.job("a").state is State.WAITING
    done = finish(engine)["a"]
    assert seen[0] == seen[1] == ("over the cap. raise it", Retry.AFTER_CHANGE)
    assert done.result == "went on"


def test_a_result_that_json_cannot_hold_fails_the_job(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: steps.run("call", object)
    engine = studio.engine()
    ask(engine, job("a"))
    failed = finish(engine)["a"]
    assert failed.failure is not None
    assert failed.failure.kind == "TypeError"


def test_stopping_finishes_the_running_step_and_begins_no_other(studio: Studio) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ran: list[str] = []

    def slow() -> str:
        begun.set()
        go_on.wait(30)
        ran.append("slow")
        return "slow"

    def work(steps: Steps, payload: Any) -> list[str]:
        return [steps.run("slow", slow), steps.run("next", lambda: ran.append("next") or "next")]

    studio.workflows["work"] = work
    studio.concurrency = 1
    engine = studio.engine()
    ask(engine, job("a"), *(job(f"later {number}") for number in range(5)))
    release = threading.Timer(0.3, go_on.set)
    with engine.working():
        wait_for(begun.is_set)
        release.start()
    assert ran == ["slow"]
    assert {state.state for state in engine.jobs()} == {State.WAITING}
    states = finish(engine)
    assert states["a"].result == ["slow", "next"]
    assert ran.count("slow") == 6  # once for each job
    assert {state.state for state in states.values()} == {State.DONE}


def test_an_error_in_the_block_still_stops_cleanly(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: None
    engine = studio.engine()
    with pytest.raises(KeyboardInterrupt), engine.working():
        raise KeyboardInterrupt
    ask(engine, job("a"))
    assert finish(engine)["a"].state is State.DONE


def test_a_sleep_is_kept_and_goes_on_where_it_was(studio: Studio) -> None:
    asleep = threading.Event()
    studio.workflows["work"] = lambda steps, payload: (asleep.set(), steps.sleep(0.5), "woke")[-1]
    engine = studio.engine()
    ask(engine, job("a"))
    with engine.working():
        wait_for(asleep.is_set)
    time.sleep(0.5)
    done = finish(engine)["a"]
    assert done.result == "woke"


def test_cancel_and_resume(studio: Studio) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ran: list[str] = []

    def one() -> None:
        ran.append("one")
        begun.set()
        go_on.wait(30)

    def work(steps: Steps, payload: Any) -> None:
        steps.run("one", one)
        steps.run("two", lambda: ran.append("two"))

    studio.workflows["work"] = work
    engine = studio.engine()
    ask(engine, job("a"))
    with engine.working():
        wait_for(begun.is_set)
        engine.cancel("a")
        go_on.set()
        assert engine.job("a").state is State.CANCELLED
    assert ran == ["one"]
    assert engine.job("a").queue == "main"
    engine.resume("a")
    assert finish(engine)["a"].state is State.DONE
    # The first step was in flight when the job was cancelled: its record may or may not have been taken.
    assert ran in (["one", "two"], ["one", "one", "two"])
    with pytest.raises(Conflict):
        engine.resume("a")
    engine.close()


def test_a_waiting_job_that_is_cancelled_is_not_begun(studio: Studio) -> None:
    ran: list[str] = []
    studio.workflows["work"] = lambda steps, payload: ran.append(payload["name"])
    engine = studio.engine()
    ask(engine, job("a", name="a"), job("b", name="b"))
    engine.cancel("a")
    states = finish(engine)
    assert (states["a"].state, states["b"].state, ran) == (State.CANCELLED, State.DONE, ["b"])


def test_resuming_a_failed_job_repeats_only_the_step_that_failed(studio: Studio) -> None:
    ran: list[str] = []
    works = threading.Event()

    def second() -> str:
        ran.append("second")
        if not works.is_set():
            raise Busy("not now")
        return "done"

    def work(steps: Steps, payload: Any) -> str:
        steps.run("first", lambda: ran.append("first"))
        return steps.run("second", second)

    studio.workflows["work"] = work
    engine = studio.engine()
    ask(engine, job("a"))
    assert finish(engine)["a"].state is State.FAILED
    works.set()
    engine.resume("a")
    assert finish(engine)["a"].result == "done"
    assert ran == ["first", "second", "second"]


def test_a_job_that_failed_and_runs_again_is_not_waited_for_when_the_worker_stops(studio: Studio) -> None:
    asleep, works = threading.Event(), threading.Event()

    def once() -> None:
        if not works.is_set():
            raise Busy("not now")

    def work(steps: Steps, payload: Any) -> str:
        steps.run("once", once)
        asleep.set()
        steps.sleep(1)
        return "done"

    studio.workflows["work"] = work
    engine = studio.engine()
    ask(engine, job("a"))
    with engine.working():
        wait_for(lambda: engine.job("a").state is State.FAILED)
        works.set()
        engine.resume("a")
        wait_for(asleep.is_set)
    log = studio.home / "engine-local.log"
    assert "not recorded in time" not in (log.read_text() if log.exists() else "")
    assert finish(engine)["a"].result == "done"


def test_what_ended_long_ago_is_forgotten(studio: Studio) -> None:
    studio.workflows["work"] = lambda steps, payload: None
    engine = studio.engine()
    ask(engine, *(job(f"old {number}") for number in range(3)))
    finish(engine)
    ask(engine, job("open"))
    assert engine.retire(timedelta(days=1)) == 0
    assert engine.retire(timedelta(seconds=-5)) == 3
    assert [state.key for state in engine.jobs()] == ["open"]
    engine.close()


def test_one_process_works_once_at_a_time(studio: Studio) -> None:
    engine, other = studio.engine(), studio.engine(identity="other")
    with engine.working(), pytest.raises(Busy), other.working():
        pass
    with other.working():
        pass
    engine.close()
    other.close()


def test_workers_leave_no_thread_no_name_and_no_word_on_the_terminal(
    studio: Studio, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(steps: Steps, payload: Any) -> None:
        raise ValueError("something of our own")

    studio.workflows["work"] = fail
    before = set(threading.enumerate())
    engine = studio.engine()
    ask(engine, job("a"))
    finish(engine)
    wait_for(lambda: set(threading.enumerate()) <= before)
    with studio.database.read() as connection:
        assert connection.execute(sa.select(tables.worker)).all() == []
        assert connection.execute(sa.select(tables.lease)).all() == []
    assert "something of our own" in (studio.home / "engine-local.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_many_threads_write_facts_while_jobs_run(studio: Studio) -> None:
    """Facts and the library share a file; more jobs at once than there are connections."""
    database = studio.database
    with database.write() as connection:
        insert(connection, tables.production, id="film", title="Film", created_at=datetime.now(UTC))

    def note(subject: str) -> None:
        with database.write() as connection:
            insert(
                connection,
                tables.event,
                production="film",
                kind="note",
                subject=subject,
                detail={},
                at=datetime.now(UTC),
            )

    def work(steps: Steps, payload: Any) -> None:
        for number in range(3):
            steps.run(f"note {number}", note, payload["name"])

    studio.workflows["work"] = work
    studio.concurrency = 40
    engine = studio.engine()
    ask(engine, *(job(str(number), name=str(number)) for number in range(80)))
    states = finish(engine)
    assert {state.state for state in states.values()} == {State.DONE}
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.event)).scalar_one() == 240


def test_a_new_version_begins_again_what_an_older_one_left(studio: Studio) -> None:
    asleep = threading.Event()
    ran: list[str] = []

    def first(steps: Steps, payload: Any) -> str:
        steps.run("old step", lambda: ran.append("old"))
        asleep.set()
        steps.sleep(60)
        return "old"

    def second(steps: Steps, payload: Any) -> str:
        steps.run("new step", lambda: ran.append("new"))
        steps.run("another", lambda: None)
        return "new"

    studio.workflows["work"] = first
    studio.concurrency = 1
    old = studio.engine(version="1")
    ask(old, job("begun"), job("waiting"), job("called off"))
    old.cancel("called off")
    with old.working():
        wait_for(asleep.is_set)
    old.close()
    studio.workflows["work"] = second
    states = finish(studio.engine(version="2"))
    assert states["begun"].result == states["waiting"].result == "new"
    assert states["called off"].state is State.CANCELLED
    assert ran == ["old", "new", "new"]
    studio.workflows["work"] = first
    back = studio.engine(version="1")
    studio.workflows["work"] = second
    ask(back, job("after going back"))
    with back.working():
        wait_for(lambda: back.job("after going back").state is State.RUNNING)
    back.close()


def ended(engine: Engine, key: str) -> bool:
    return engine.job(key).state.ended


def test_a_version_that_starts_within_the_second_of_anothers_start_takes_over_what_that_leaves(
    studio: Studio,
) -> None:
    begun = threading.Event()

    def first(steps: Steps, payload: Any) -> str:
        begun.set()
        steps.sleep(60)
        return "old"

    # A third process is at work, so it is not for want of others that a new version is the latest.
    now = datetime.now(UTC)
    beat(studio.database, Living(identity="third", host="another", pid=7, version="third", beat_at=now))
    for number in range(20):
        studio.workflows["work"] = first
        begun.clear()
        old = studio.engine(version=f"old {number}")
        ask(old, job(f"begun {number}"))
        wait_for(lambda: datetime.now(UTC).microsecond < 50_000)  # most of a second is left for both starts
        second = datetime.now(UTC).replace(microsecond=0)
        with old.working():
            wait_for(begun.is_set)
        old.close()
        studio.workflows["work"] = lambda steps, payload: "new"
        new = studio.engine(version=f"new {number}")
        with new.working():
            in_time = datetime.now(UTC).replace(microsecond=0) == second
            wait_for(partial(ended, new, f"begun {number}"))
        assert new.job(f"begun {number}").result == "new"
        new.close()
        if in_time:
            return
    raise AssertionError("this machine never starts two versions within one second")


def left_between_versions(studio: Studio) -> Engine:
    """Of two jobs, ``a`` was on its way to another version when its mover died."""
    studio.workflows["work"] = lambda steps, payload: "done"
    old = studio.engine(version="1")
    ask(old, job("a"), job("b"))
    with old.working(["side"]):
        pass
    library = old._prepared
    library._client.update_workflow_attributes("a", {"moving_from": "1"}, merge=True)
    library._client.cancel_workflow("a")
    return old


def test_a_person_may_call_off_a_job_that_a_crash_left_between_versions(studio: Studio) -> None:
    old = left_between_versions(studio)
    old.cancel("a")
    old.close()
    states = finish(studio.engine(version="2"))
    assert (states["a"].state, states["b"].state) == (State.CANCELLED, State.DONE)


def test_a_job_that_a_crash_left_between_versions_is_found(studio: Studio) -> None:
    old = left_between_versions(studio)
    assert old.job("a").state is State.WAITING
    assert {state.key for state in old.jobs(states=[State.WAITING])} == {"a", "b"}
    assert old.jobs(states=[State.CANCELLED]) == []
    old.close()
    states = finish(studio.engine(version="2"))
    assert {state.result for state in states.values()} == {"done"}


@pytest.mark.parametrize(
    "error",
    [
        GenerationFailed("m", remedy="r", charged=Charged.YES, after=timedelta(seconds=1.5)),
        BadDocument("m", line=3, remedy="r"),
        Malformed("m"),
        NotFound("m", remedy="r"),
        Internal("m"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_as_they_were(error: PicturelockError) -> None:
    again = Failure.of(error).error()
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    assert Failure.of(again) == Failure.of(error)


def test_foreign_errors_come_back_as_words() -> None:
    failure = Failure.of(ValueError("bad"))
    again = failure.error()
    assert isinstance(again, Foreign)
    assert str(again) == "ValueError: bad"
    assert Failure.of(again) == failure
