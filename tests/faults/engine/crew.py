"""A process that works, and can be told to die. Started by the tests beside it.

Usage: crew.py FOLDER PLACE IDENTITY VERSION [--home NAME] [--die-at POINT] [--forever]

FOLDER is for locks and traces, PLACE the path or the address of the facts. SIGTERM asks it to stop.
"""

import argparse
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from picturelock.core.failures import Busy
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.db.statements import insert, insert_once
from picturelock.engine.engine import Engine
from picturelock.engine.port import QueueSpec, Steps, Workflow
from picturelock.engine.pulse import Pulse

STEPS = 4
PULSE = Pulse(beat_seconds=0.1, dead_after_seconds=5, deaths_allowed=3, deaths_suspect=2)
SLOW = Pulse(beat_seconds=0.1, dead_after_seconds=3600)
PATIENT = Pulse(beat_seconds=0.1, dead_after_seconds=5, deaths_allowed=100)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Crew:
    """Workflows whose steps leave two traces: an effect that is once-only, and a line for each time they ran."""

    def __init__(self, database: Database, folder: Path, die_at: str) -> None:
        self.database = database
        self.folder = folder
        self.die_at = die_at

    def die(self, point: str) -> None:
        """Die here the first time that any process comes by."""
        if point != self.die_at:
            return
        try:
            (self.folder / f"died-{point}").touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def effect(self, job: str, step: str, seconds: float) -> str:
        now = datetime.now(UTC)
        self.die("before the effect")
        with self.database.write() as connection:
            insert(
                connection,
                tables.event,
                production="film",
                kind="ran",
                subject=f"{job}/{step}",
                detail={"pid": os.getpid()},
                at=now,
            )
        time.sleep(seconds)
        with self.database.write() as connection:
            insert_once(
                connection,
                tables.intent,
                production="film",
                unit=job,
                recipe=step,
                attempt=0,
                made_at=now,
            )
            self.die("in the transaction of the effect")
        self.die("after the effect")
        return step

    def work(self, steps: Steps, payload: Any) -> list[str]:
        done = []
        for number in range(STEPS):
            done.append(
                steps.run(f"step {number}", self.effect, payload["job"], f"step {number}", payload["seconds"])
            )
            self.die("between steps")
        self.die("before the end")
        return done

    def work_anew(self, steps: Steps, payload: Any) -> list[str]:
        """What the next version does: fewer steps, of other names."""
        return [steps.run("all at once", self.effect, payload["job"], "all at once", 0)]

    def deadly(self, steps: Steps, payload: Any) -> None:
        steps.run("die", lambda: os.kill(os.getpid(), signal.SIGKILL))

    def nap(self, steps: Steps, payload: Any) -> list[str]:
        first = steps.run("first", self.effect, payload["job"], "first", 0)
        steps.sleep(payload["seconds"])
        return [first, steps.run("second", self.effect, payload["job"], "second", 0)]

    def workflows(self, version: str) -> dict[str, Workflow]:
        return {
            "work": self.work_anew if version == "2" else self.work,
            "deadly": self.deadly,
            "nap": self.nap,
        }


def engine(
    folder: Path, place: str, identity: str, version: str, *, home: str, die_at: str, pulse: Pulse
) -> Engine:
    database = open_database(place)
    crew = Crew(database, folder, die_at)
    return Engine(
        database,
        home=folder / home,
        identity=identity,
        version=version,
        workflows=crew.workflows(version),
        queues=[QueueSpec(name="main", concurrency=4)],
        clock=SystemClock(),
        pulse=pulse,
    )


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("place")
    parser.add_argument("identity")
    parser.add_argument("version")
    parser.add_argument("--home", default="home")
    parser.add_argument("--die-at", default="")
    parser.add_argument("--forever", action="store_true")
    parser.add_argument("--impatient", action="store_true")
    parser.add_argument("--slow", action="store_true", help="silence is no death for an hour")
    chosen = parser.parse_args()
    worker = engine(
        chosen.folder,
        chosen.place,
        chosen.identity,
        chosen.version,
        home=chosen.home,
        die_at=chosen.die_at,
        pulse=SLOW if chosen.slow else PULSE if chosen.impatient else PATIENT,
    )
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stops.append(number))
    try:
        with worker.working():
            say("up")
            while not stops and (chosen.forever or any(not job.state.ended for job in worker.jobs())):
                time.sleep(0.02)
    except Busy as error:
        say(error)
        return 3
    finally:
        worker.close()
        worker.database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
