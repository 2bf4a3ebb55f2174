"""A working process: its lock, its heartbeat, its jobs, and how it stops."""

import logging
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from picturelock.core.clock import Clock
from picturelock.core.failures import Busy, PicturelockError
from picturelock.engine import pulse, transact
from picturelock.engine.port import JSON, WorkersDied, Workflow
from picturelock.engine.transact import Held, Transact

if TYPE_CHECKING:
    from picturelock.engine.engine import Engine

_log = logging.getLogger("dbos.picturelock")
_LOCK_PATIENCE_SECONDS = 0.5
_RECORD_PATIENCE_SECONDS = 30.0
_CUT_OFF_PAUSES_SECONDS = (0.2, 1.0, 5.0)
_one_at_a_time = threading.Lock()


class _Stopping(BaseException):
    """Leaves a workflow between two steps without an outcome. Not an ``Exception``: no workflow may swallow it."""


@contextmanager
def work(engine: "Engine", library: Transact, queues: list[str]) -> Iterator[None]:
    """See :meth:`picturelock.engine.engine.Engine.working`."""
    if not _one_at_a_time.acquire(blocking=False):
        raise Busy("this process already works off jobs", remedy="Use the engine that does.")
    try:
        with _lock(engine), _registered(engine):
            worker = _Worker(engine, library)
            worker.start(queues)
            try:
                yield
            finally:
                worker.stop()
    finally:
        _one_at_a_time.release()


@contextmanager
def rest(engine: "Engine") -> Iterator[None]:
    """See :meth:`picturelock.engine.engine.Engine.resting`."""
    with _lock(engine):
        yield


def _lock_path(home: Path, identity: str) -> Path:
    return home / f"worker-{identity}.lock"


@contextmanager
def _lock(engine: "Engine") -> Iterator[None]:
    path = _lock_path(engine.home, engine.identity)
    note = path.with_suffix(".pid")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=_LOCK_PATIENCE_SECONDS, poll_interval=0.05)
    except Timeout as error:
        holder = note.read_text() if note.exists() else "unknown"
        raise Busy(
            f"process {holder} already works as {engine.identity!r}",
            remedy=f"Give this one another name (`worker --name`), wait until that is done, or stop it: kill {holder}.",
        ) from error
    try:
        note.write_text(str(os.getpid()))
        yield
    finally:
        lock.release()


@contextmanager
def _registered(engine: "Engine") -> Iterator[None]:
    now = engine.clock.now()
    for other in pulse.workers(engine.database):
        elsewhere = other.identity == engine.identity and other.host != platform.node()
        if elsewhere and not other.silent(now, engine.pulse):
            raise Busy(
                f"process {other.pid} on {other.host} already works as {engine.identity!r}",
                remedy="Give this worker another identity.",
            )
    pulse.beat(engine.database, _living(engine))
    try:
        yield
    finally:
        pulse.forget(engine.database, engine.identity)


def _living(engine: "Engine") -> pulse.Living:
    return pulse.Living(
        identity=engine.identity,
        host=platform.node(),
        pid=os.getpid(),
        version=engine.version,
        beat_at=engine.clock.now(),
    )


class _Hands:
    """What this worker's threads are doing, and the way to stop them between two steps."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._stopped = threading.Event()
        self._change = threading.Condition()
        self._busy: set[int] = set()
        self._ended: set[str] = set()

    @contextmanager
    def job(self, key: str) -> Iterator[None]:
        """A thread has taken a job."""
        thread = threading.get_ident()
        with self._change:
            # It may have ended before, and been resumed: of this run nothing is recorded yet.
            self._ended.discard(key)
            stopping = self.stopping.is_set()
            if not stopping:
                self._busy.add(thread)
        if stopping:
            # Keeps its place in the queue's count until the end, so that the library takes no further job.
            self._stopped.wait()
            raise _Stopping
        ended = True
        try:
            yield
        except _Stopping:
            ended = False
            raise
        finally:
            with self._change:
                self._busy.discard(thread)
                if ended:
                    self._ended.add(key)
                self._change.notify_all()

    def between_steps(self) -> None:
        """Go no further when the worker stops."""
        if self.stopping.is_set():
            raise _Stopping

    def finish(self) -> set[str]:
        """Begin no step any more, wait for those that run, and say which jobs have ended since the start."""
        with self._change:
            self.stopping.set()
            self._change.wait_for(lambda: not self._busy)
            return set(self._ended)

    def release(self) -> None:
        """Let the threads go that took a job when it was too late."""
        self._stopped.set()


class _Steps:
    """The port's steps over the library's."""

    def __init__(self, hands: _Hands, clock: Clock) -> None:
        self._hands = hands
        self._clock = clock

    def run(self, name: str, function: Callable[..., JSON], *args: Any) -> JSON:
        self._hands.between_steps()
        return transact.run_step(name, lambda: transact.as_recorded(_again_if_cut_off(function, *args)))

    def sleep(self, seconds: float) -> None:
        wake = self.run("sleep", lambda: (self._clock.now() + timedelta(seconds=seconds)).isoformat())
        left = (datetime.fromisoformat(wake) - self._clock.now()).total_seconds()
        if left > 0:
            self._hands.stopping.wait(left)
        self._hands.between_steps()


def _again_if_cut_off(function: Callable[..., JSON], *args: Any) -> JSON:
    """A step whose connection to the database broke in the middle is run again, as it would be after a crash."""
    for pause in _CUT_OFF_PAUSES_SECONDS:
        try:
            return function(*args)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            _log.warning("the connection to the database broke; the step runs again in %s s", pause)
            time.sleep(pause)
    return function(*args)


class _Worker:
    def __init__(self, engine: "Engine", library: Transact) -> None:
        self._engine = engine
        self._library = library
        self._hands = _Hands()
        self._quit = threading.Event()
        self._orphans: set[Held] = set()
        self._suspects = threading.Lock()
        self._beating = threading.Thread(target=self._live, name="picturelock-pulse", daemon=True)

    def start(self, queues: list[str]) -> None:
        engine = self._engine
        self._take_back({engine.identity})
        new = not self._library.knows(engine.version)
        self._library.launch(
            version=engine.version,
            queues=[engine.queues[name] for name in queues],
            workflows={name: self._entry(function) for name, function in engine.workflows.items()},
        )
        alone = all(other.identity == engine.identity for other in pulse.workers(engine.database))
        if alone or new:
            # Going back to an older version is a decision too: the one that works is the one that counts. A new one is
            # the latest by itself, but on SQLite the library notes its first time in whole seconds.
            self._library.make_latest(engine.version)
        self._beating.start()

    def stop(self) -> None:
        ended = self._hands.finish()
        self._await_records(ended)
        self._library.land()
        self._hands.release()
        self._quit.set()
        self._beating.join()
        for job in self._library.held():
            if job.worker == self._engine.identity:
                self._library.give_back(job)

    def _await_records(self, ended: set[str]) -> None:
        """A workflow's function has returned a moment before the library has recorded its outcome."""
        deadline = time.monotonic() + _RECORD_PATIENCE_SECONDS
        while True:
            held = {job.key for job in self._library.held() if job.worker == self._engine.identity}
            left = held & ended
            if not left:
                return
            if time.monotonic() > deadline:
                # They go back to their queues: their steps are recorded, so only the last answer is found again.
                _log.warning("the outcome of %s was not recorded in time", ", ".join(sorted(left)))
                return
            time.sleep(0.01)

    def _entry(self, function: Workflow) -> Callable[[JSON], JSON]:
        def entry(payload: JSON) -> JSON:
            key = transact.current_job()
            with self._hands.job(key), self._counted(key):
                return transact.as_recorded(function(_Steps(self._hands, self._engine.clock), payload))

        return entry

    @contextmanager
    def _counted(self, key: str) -> Iterator[None]:
        """Lets a job be tried again after its worker died, but not for ever."""
        engine = self._engine
        deaths = pulse.deaths(engine.database, key)
        if deaths > engine.pulse.deaths_allowed:
            raise WorkersDied(
                f"{deaths} workers died while they did {key}",
                remedy="Look into the worker's log, then run again.",
            )
        with self._suspects if deaths >= engine.pulse.deaths_suspect else nullcontext():
            self._hands.between_steps()
            run = pulse.begin_run(engine.database, key, engine.identity, engine.clock.now())
            try:
                yield
            finally:
                pulse.end_run(engine.database, run)

    def _live(self) -> None:
        engine = self._engine
        while True:
            try:
                pulse.beat(engine.database, _living(engine))
                self._depose_a_dead_reaper()
                if pulse.elected(engine.database, engine.identity, engine.clock.now(), engine.pulse):
                    self._reap()
            except (SQLAlchemyError, transact.LibraryError, PicturelockError, OSError):
                # The next beat tries again; silence is noticed by others only after many of them.
                _log.exception("a heartbeat failed")
            if self._quit.wait(engine.pulse.beat_seconds):
                return

    def _depose_a_dead_reaper(self) -> None:
        """One that was killed on this machine need not be waited for until its lease runs out."""
        database = self._engine.database
        name = pulse.holder(database)
        if name is None or name == self._engine.identity:
            return
        with ExitStack() as locks:
            if any(o.identity == name and self._lock_is_free(o, locks) for o in pulse.workers(database)):
                pulse.resign(database, name)

    def _reap(self) -> None:
        """Give the jobs of the dead back to their queues, and adopt what versions without a worker left."""
        engine = self._engine
        with ExitStack() as locks:
            held = set(self._library.held())
            now = engine.clock.now()
            known = pulse.workers(engine.database)
            dead = [
                other
                for other in known
                if other.identity != engine.identity
                and (self._lock_is_free(other, locks) or other.silent(now, engine.pulse))
            ]
            names = {other.identity for other in known}
            # A worker that leaves gives its jobs back and then takes its name off, so a job of no one's is only left
            # over when it still is at the next look.
            orphans = {job for job in held if job.worker not in names}
            lost = {job.worker for job in orphans & self._orphans}
            self._orphans = orphans
            self._take_back(lost | {other.identity for other in dead})
            for other in dead:
                pulse.forget(engine.database, other.identity)
            if self._library.is_latest(engine.version):
                self._library.adopt(
                    engine.version, alive={other.version for other in known if other not in dead}
                )

    def _lock_is_free(self, other: pulse.Living, locks: ExitStack) -> bool:
        """Whether a worker of this folder has certainly died. Its lock is kept until its jobs are taken back."""
        path = _lock_path(self._engine.home, other.identity)
        if other.host != platform.node() or not path.exists():
            return False
        try:
            lock = FileLock(path)
            lock.acquire(timeout=0)
        except Timeout:
            return False
        locks.callback(lock.release)
        return True

    def _take_back(self, identities: set[str]) -> None:
        if not identities:
            return
        for job in self._library.held():
            if job.worker in identities:
                self._library.give_back(job)
