"""A small production that buys from emulated vendors, driven by the command line in processes that may be killed.

For tests of what must hold whatever happens: that nothing is bought twice, lost, or charged without being booked.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from picturelock.core.failures import Internal
from picturelock.core.ids import CallId
from picturelock.core.paidcall import Phase
from picturelock.db import tables
from picturelock.db.connection import Database
from picturelock.generate import calls
from picturelock.studio.folder import Folder
from picturelock.studio.whereabouts import open_facts
from picturelock.testing.emulators.remote import Remote, process
from picturelock.testing.reckoning import Reckoning, known_jobs, reckon

HURRY = 100
"""Virtual seconds of a vendor in a real one, and how much sooner Picturelock asks."""

CLIPS = {"kling": "kling/kling-v2-5-turbo", "runway": "runway/gen4_turbo"}
STILLS = {"openai": "openai/gpt-image-2"}

TWO_LAMPS = """Title: Two Lamps

INT. KITCHEN - NIGHT

MARA, thirties, tall, in a long red coat, sits at the table. An oil lamp burns.

MARA
We light the lamp ourselves.

EXT. HARBOUR - DAWN

TEO, sixty, stocky, with a grey beard and a cap, stands on the quay and waits.
"""
"""A screenplay of two scenes, two people and one line."""

_OPENAI = ("sk-proj-" + "0" * 32, "sk-admin-" + "0" * 32)
_PATIENCE_S = 1500.0
_STOPS_WITHIN_S = 300.0
_PLACES = (
    "FIELD",
    "SHORE",
    "ROAD",
    "FOREST",
    "HILL",
    "MEADOW",
    "LAKE",
    "VALLEY",
    "BRIDGE",
    "ORCHARD",
    "MOOR",
    "RIVER",
)


def screenplay(shots: int) -> str:
    """So many scenes of one shot each, without people: they are drawn quickly."""
    scenes = [
        f"EXT. {_PLACES[n % len(_PLACES)]} {n // len(_PLACES) + 1} - DAY\n\nWind goes through the grass.\n"
        for n in range(shots)
    ]
    return "Title: Weather\n\n" + "\n".join(scenes)


def surroundings(vendors: dict[str, Remote]) -> dict[str, str]:
    """The environment in which Picturelock finds these emulators instead of the vendors."""
    found = {"PICTURELOCK_PACE": str(1 / HURRY)}
    for name, remote in vendors.items():
        variable = f"PICTURELOCK_{name.upper()}"
        found[f"{variable}_URL"] = remote.base_url + ("/v1" if name == "openai" else "")
        found[f"{variable}_CONCURRENCY"] = "3"
    return {
        **found,
        "OPENAI_API_KEY": _OPENAI[0],
        "OPENAI_ADMIN_KEY": _OPENAI[1],
        "RUNWAYML_API_SECRET": "key_" + "0" * 32,
        "KLING_ACCESS_KEY": "ak_" + "0" * 29,
        "KLING_SECRET_KEY": "sk_" + "1" * 29,
    }


@contextmanager
def vendors(*names: str, **settings: object) -> Iterator[dict[str, Remote]]:
    """Emulators in processes of their own, in a hurry."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(process(name, *_hurried(name), **settings)) for name in names}


def _hurried(vendor: str) -> tuple[str, ...]:
    # What OpenAI's usage says of a minute is compared with our own time, which does not go faster.
    if vendor == "openai":
        return ("--option", f"haste={HURRY}")
    return ("--time-scale", str(HURRY))


class Film:
    """A production in a folder.

    Args:
        folder: Where it is.
        environment: Besides that of this process.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self._environment = {**os.environ, **environment}

    def start(self, *words: str, die_at: str = "", quiet: bool = True) -> "subprocess.Popen[str]":
        """Begin a command, in a process group of its own.

        Args:
            *words: Of the command line.
            die_at: Named moment at which the process dies; see :mod:`picturelock.engine.crashpoints`.
            quiet: What it says is thrown away.
        """
        surroundings = {**self._environment, "PICTURELOCK_DIE_AT": die_at}
        said = subprocess.DEVNULL if quiet else subprocess.PIPE
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "picturelock", *words],
            cwd=self.folder,
            env=surroundings,
            text=True,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def command(self, *words: str, die_at: str = "", patience_s: float = _PATIENCE_S) -> tuple[int, str]:
        """Run a command to its end.

        Returns:
            Its exit code, negative for a signal, and what it said.
        """
        running = self.start(*words, die_at=die_at, quiet=False)
        try:
            said, _ = running.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            said, _ = running.communicate()
            raise Internal(f"{' '.join(words)} did not end:\n{said}") from None
        return running.returncode, said

    def must(self, *words: str) -> str:
        """Run a command that must succeed.

        Raises:
            Internal: It did not.
        """
        code, said = self.command(*words)
        if code:
            raise Internal(f"{' '.join(words)} ended with {code}:\n{said}")
        return said

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Its facts, in the folder or on a server."""
        database, _ = open_facts(Folder(self.folder))
        with database:
            yield database

    @property
    def name(self) -> str:
        """Of the production in its facts."""
        with self.database() as database, database.read() as connection:
            return connection.execute(sa.select(tables.production.c.id)).scalar_one()

    def reckon(self, remote: Remote) -> Reckoning:
        """Hold a vendor's book against ours."""
        with self.database() as database:
            return reckon(remote.statement(), database, [self.name])

    def unknown_jobs(self, remote: Remote) -> list[str]:
        """What the vendor's list shows beside the jobs that we know."""
        with self.database() as database:
            known = known_jobs(database, [self.name])
        return [job for job in remote.statement().jobs() if job not in known]

    def waiting(self) -> list[CallId]:
        """Calls that wait for a person."""
        with self.database() as database, database.read() as connection:
            known = calls.open_calls(connection, production=self.name)
        return [call.call.id for call in known if call.state.phase is Phase.UNRESOLVED]


def kill_at_random(film: Film, crew: Sequence[Sequence[str]], kills: int, seed: int) -> int:
    """Keep a crew of processes at work on a film, and kill one after another without warning.

    Args:
        film: What they work on.
        crew: The command line of each; a killed one is started again.
        kills: How many.
        seed: Of who is killed when.

    Returns:
        How many were killed while they were at work.
    """
    dice = random.Random(seed)  # noqa: S311  # the same choice every time
    at_work = [film.start(*words) for words in crew]
    hit = 0
    try:
        while hit < kills:
            time.sleep(dice.uniform(0.5, 5.0))
            victim = dice.randrange(len(crew))
            running = at_work[victim]
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
                hit += 1
            running.wait()
            at_work[victim] = film.start(*crew[victim])
    finally:
        for running in at_work:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGTERM)
        stayed = [
            " ".join(words) for words, running in zip(crew, at_work, strict=True) if not _ended(running)
        ]
    if stayed:
        raise Internal(f"told to stop and did not: {', '.join(stayed)}")
    return hit


def _ended(running: "subprocess.Popen[str]") -> bool:
    """Whether a process that was told to stop did; else it is killed."""
    try:
        running.wait(_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return False
    return True


def copy(film: Path, to: Path) -> Path:
    """The same production in another folder."""
    return Path(shutil.copytree(film, to, symlinks=True))
