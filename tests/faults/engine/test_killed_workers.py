"""kill -9 at random and at named points, SIGTERM, and an upgrade: nothing is lost, nothing recorded is done again."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.db.statements import insert
from picturelock.engine import pulse
from picturelock.engine.engine import Engine
from picturelock.engine.port import Job, JobState, QueueSpec, State

CREW = Path(__file__).with_name("crew.py")
STEPS = 4
CONCURRENCY = 4
# Of other sessions, those that are at work, have written, or write alone. A library's lock for its own chores is none.
HOLDING = """
    SELECT state FROM pg_stat_activity AS session
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND (
        state = 'active' OR backend_xid IS NOT NULL OR (
            query NOT LIKE 'SELECT pg_try_advisory_xact_lock%'
            AND EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = session.pid AND locktype = 'advisory')
        )
    )
"""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Stage:
    """A database, a folder for locks and traces, and processes that work on it."""

    def __init__(self, folder: Path, place: Path | str) -> None:
        self.folder = folder
        self.place = place
        self.database: Database = open_database(place)
        self.engine = self.asker("1")
        self.started: list[subprocess.Popen[str]] = []
        with self.database.write() as connection:
            insert(connection, tables.production, id="film", title="Film", created_at=datetime.now(UTC))

    def asker(self, version: str) -> Engine:
        return Engine(
            self.database,
            home=self.folder / "asking",
            identity="asker",
            version=version,
            workflows=dict.fromkeys(("work", "deadly", "nap"), lambda steps, payload: None),
            queues=[QueueSpec(name="main", concurrency=CONCURRENCY)],
            clock=SystemClock(),
        )

    def ask(
        self,
        count: int,
        *,
        workflow: str = "work",
        seconds: float = 0.0,
        prefix: str = "job",
        version: str = "1",
    ) -> None:
        with self.asker(version) as engine:
            engine.prepare()
            with self.database.write() as connection:
                for number in range(count):
                    key = f"{prefix} {number}"
                    payload = {"job": key, "seconds": seconds}
                    engine.submit(connection, Job(key=key, workflow=workflow, queue="main", payload=payload))

    def start(self, identity: str = "local", version: str = "1", *options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(CREW), str(self.folder), str(self.place), identity, version, *options],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def up(self, *arguments: str) -> subprocess.Popen[str]:
        process = self.start(*arguments)
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        return process

    def finish(self, *arguments: str) -> None:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        assert (process.returncode, output) == (0, "up\n")

    def stop(self, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0

    def freeze(self, process: subprocess.Popen[str]) -> None:
        """Stop a process that is not in the middle of a transaction: others would wait until it wakes or is cut off."""
        for _ in range(200):
            os.killpg(process.pid, signal.SIGSTOP)
            if self.nobody_holds_anything():
                return
            os.killpg(process.pid, signal.SIGCONT)
            time.sleep(0.01)
        raise AssertionError("it always writes")

    def nobody_holds_anything(self) -> bool:
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(self.place, timeout=0)) as probe:
                try:
                    probe.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return False
            return True
        states = {"active"}
        while "active" in states:
            with self.database.read() as connection:
                states = set(connection.execute(sa.text(HOLDING)).scalars())
        return not states

    def reaper(self) -> str | None:
        return pulse.holder(self.database)

    def jobs(self) -> dict[str, JobState]:
        return {job.key: job for job in self.engine.jobs()}

    def left(self) -> str:
        """What is not done, and who is there to do it."""
        jobs = [job for job in self.jobs().values() if job.state is not State.DONE]
        logs = [log.read_text() for log in sorted(self.folder.rglob("engine-*.log"))]
        return f"{jobs}\n{pulse.workers(self.database)}, led by {self.reaper()}\n" + "\n".join(logs)

    def effects(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(tables.intent.c.unit, tables.intent.c.recipe))
            return sorted((row.unit, row.recipe) for row in rows)

    def runs(self) -> Counter[str]:
        with self.database.read() as connection:
            return Counter(
                connection.execute(
                    sa.select(tables.event.c.subject).where(tables.event.c.kind == "ran")
                ).scalars()
            )

    def pids(self, subject: str) -> list[int]:
        query = sa.select(tables.event.c.detail).where(tables.event.c.subject == subject)
        with self.database.read() as connection:
            return [detail["pid"] for detail in connection.execute(query).scalars()]

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                kill(process)
            if process.stdout is not None:
                process.stdout.close()
        self.engine.close()
        self.database.close()


def kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: Callable[[], object], instead: Callable[[], object] = lambda: "") -> None:
    for _ in range(2400):
        if what():
            return
        time.sleep(0.025)
    raise AssertionError(f"it did not come true: {instead()}")


@pytest.fixture
def stage(place: Path | str, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, place)
    yield stage
    stage.close()


def all_effects(jobs: int, prefix: str = "job") -> list[tuple[str, str]]:
    return sorted((f"{prefix} {job}", f"step {step}") for job in range(jobs) for step in range(STEPS))


def test_killed_at_random(stage: Stage) -> None:
    choose = random.Random(20261121)  # noqa: S311
    jobs, kills = 60, 8
    stage.ask(jobs, seconds=0.01)
    killed = 0
    for _ in range(kills):
        process = stage.up()
        time.sleep(choose.uniform(0.0, 0.45))
        if process.poll() is None:
            kill(process)
            killed += 1
    stage.finish()
    states = stage.jobs()
    assert {job.state for job in states.values()} == {State.DONE}
    assert len(states) == jobs
    assert stage.effects() == all_effects(jobs)
    assert all(job.result == [f"step {step}" for step in range(STEPS)] for job in states.values())
    # What runs again is the one step of each job that was in a dead worker's hands, and nothing else.
    again = sum(stage.runs().values()) - jobs * STEPS
    assert killed > 0
    assert again <= killed * CONCURRENCY


@pytest.mark.parametrize(
    "point",
    [
        "before the effect",
        "in the transaction of the effect",
        "after the effect",
        "between steps",
        "before the end",
    ],
)
def test_killed_at(stage: Stage, point: str) -> None:
    stage.ask(6)
    process = stage.start("local", "1", "--die-at", point)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    stage.finish("local", "1", "--die-at", point)
    assert {job.state for job in stage.jobs().values()} == {State.DONE}
    assert stage.effects() == all_effects(6)
    assert sum(stage.runs().values()) <= 6 * STEPS + CONCURRENCY


def test_a_sleep_outlives_its_process(stage: Stage) -> None:
    stage.ask(3, workflow="nap", seconds=1.0)
    process = stage.up()
    library = stage.engine._prepared._client
    wait_for(lambda: all(len(library.list_workflow_steps(key)) == 2 for key in stage.jobs()))
    kill(process)
    stage.finish()
    assert {tuple(job.result) for job in stage.jobs().values()} == {("first", "second")}
    assert all(stage.runs()[f"job {number}/first"] == 1 for number in range(3))


def test_two_processes_with_one_identity(stage: Stage) -> None:
    first = stage.up("local", "1", "--forever")
    second = stage.start("local", "1")
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 3
    assert f"process {first.pid} already works as 'local'" in output
    assert f"kill {first.pid}" in output
    kill(first)
    stage.finish()


@pytest.mark.parametrize("home", ["home", "elsewhere"])
def test_another_worker_takes_over(stage: Stage, home: str) -> None:
    """By its free lock where they share a folder, by its silence where they do not."""
    stage.ask(8, seconds=0.3)
    first = stage.up("first", "1", "--forever", "--impatient")
    wait_for(lambda: len(stage.effects()) >= 2)
    kill(first)
    stage.finish("second", "1", "--home", home, "--impatient")
    assert {job.state for job in stage.jobs().values()} == {State.DONE}
    assert stage.effects() == all_effects(8)
    assert sum(stage.runs().values()) <= 8 * STEPS + CONCURRENCY
    with stage.database.read() as connection:
        assert connection.execute(sa.select(tables.worker)).all() == []


def test_a_worker_that_was_only_frozen_does_no_harm_when_it_wakes(stage: Stage) -> None:
    stage.ask(4, seconds=0.4)
    frozen = stage.up("frozen", "1", "--forever", "--impatient")
    wait_for(lambda: len(stage.runs()) >= 2)
    stage.freeze(frozen)
    stage.finish("second", "1", "--home", "elsewhere", "--impatient")
    os.killpg(frozen.pid, signal.SIGCONT)
    time.sleep(1.5)
    states = stage.jobs()
    assert {job.state for job in states.values()} == {State.DONE}
    assert {job.worker for job in states.values()} <= {"second", "frozen"}
    assert stage.effects() == all_effects(4)
    # It still works: the next job goes to whoever is there.
    stage.ask(1, prefix="next")
    wait_for(lambda: stage.jobs()["next 0"].state is State.DONE)
    assert set(stage.pids("next 0/step 0")) == {frozen.pid}


def test_a_job_that_kills_its_workers_is_given_up(stage: Stage) -> None:
    stage.ask(1, workflow="deadly", prefix="deadly")
    stage.ask(6, seconds=0.05)
    deaths = 0
    while True:
        process = stage.start("local", "1", "--impatient")
        process.communicate(timeout=60)
        if process.returncode == 0:
            break
        deaths += 1
    states = stage.jobs()
    assert deaths == 4
    failed = states.pop("deadly 0")
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert "4 workers died" in failed.failure.message
    # Those that were only near it are done.
    assert {job.state for job in states.values()} == {State.DONE}
    assert stage.effects() == all_effects(6)


def test_a_new_version_takes_up_what_a_killed_older_one_left(stage: Stage) -> None:
    stage.ask(8, seconds=0.2)
    old = stage.up("local", "1", "--forever")
    wait_for(lambda: len(stage.effects()) >= 3)
    kill(old)
    done = {key for key, job in stage.jobs().items() if job.state is State.DONE}
    stage.finish("local", "2")
    states = stage.jobs()
    assert len(states) == 8
    assert {job.state for job in states.values()} == {State.DONE}
    assert all(states[key].result == ["all at once"] for key in states if key not in done)


def test_a_worker_that_is_asked_to_stop_finishes_its_steps_and_takes_nothing_new(stage: Stage) -> None:
    stage.ask(8, seconds=0.5)
    process = stage.up("local", "1", "--forever")
    wait_for(lambda: len(stage.runs()) >= CONCURRENCY)
    stage.stop(process)
    assert sorted(f"{job}/{step}" for job, step in stage.effects()) == sorted(stage.runs())
    states = {job.state for job in stage.jobs().values()}
    assert State.WAITING in states
    assert State.RUNNING not in states
    with stage.database.read() as connection:
        for table in (tables.worker, tables.lease, tables.job_run):
            assert connection.execute(sa.select(table)).all() == []
    stage.finish()
    assert stage.effects() == all_effects(8)
    assert set(stage.runs().values()) == {1}


def test_a_new_version_works_beside_the_old_one_and_takes_its_work_over_when_that_is_stopped(
    stage: Stage,
) -> None:
    stage.ask(40, seconds=0.2)
    # One that stalls is not to be taken for dead here.
    old = stage.up("old", "1", "--forever", "--slow")
    wait_for(lambda: len(stage.effects()) >= 2)
    new = stage.up("new", "2", "--forever", "--slow")
    stage.ask(3, prefix="new", version="2")
    wait_for(lambda: all(stage.jobs()[f"new {number}"].state is State.DONE for number in range(3)))
    # While the old one lives, it keeps its own.
    assert {job.worker for key, job in stage.jobs().items() if key.startswith("job")} <= {"old", ""}
    wait_for(lambda: any(job.state is State.DONE and job.worker == "old" for job in stage.jobs().values()))
    # However long the new one took to come up, the old one goes with work left.
    stage.ask(20, seconds=0.2, prefix="job at the end")
    stage.stop(old)
    wait_for(lambda: all(job.state is State.DONE for job in stage.jobs().values()), stage.left)
    stage.stop(new)
    by_old = ("old", [f"step {step}" for step in range(STEPS)])
    by_new = ("new", ["all at once"])
    done = {key: (job.worker, job.result) for key, job in stage.jobs().items()}
    assert all(answer == by_new for key, answer in done.items() if key.startswith("new"))
    answers = [answer for key, answer in done.items() if key.startswith("job")]
    assert answers.count(by_old) + answers.count(by_new) == 60
    assert by_old in answers
    assert by_new in answers
    assert set(stage.runs().values()) == {1}


def test_a_worker_that_says_goodbye_leaves_the_election_to_the_others(stage: Stage) -> None:
    first = stage.up("first", "1", "--forever", "--impatient")
    wait_for(lambda: stage.reaper() == "first")
    second = stage.up("second", "1", "--forever", "--impatient")
    stage.stop(first)
    wait_for(lambda: stage.reaper() == "second")
    kill(second)
    third = stage.up("third", "1", "--forever", "--impatient")
    wait_for(lambda: stage.reaper() == "third")
    stage.stop(third)


def test_a_reaper_that_was_killed_on_this_machine_is_not_waited_for(stage: Stage) -> None:
    first = stage.up("first", "1", "--forever", "--slow")
    wait_for(lambda: stage.reaper() == "first")
    second = stage.up("second", "1", "--forever", "--slow")
    stage.ask(8, seconds=0.3)
    wait_for(lambda: {job.worker for job in stage.jobs().values()} >= {"first", "second"})
    kill(first)
    wait_for(lambda: all(job.state is State.DONE for job in stage.jobs().values()))
    assert stage.reaper() == "second"
    assert stage.effects() == all_effects(8)
    stage.stop(second)
