"""kill -9 at random moments of ``picturelock run`` and ``picturelock init``: the same film, and nothing done twice.

``PICTURELOCK_KILLS`` says how many runs are killed (6 by default), three to a production at most. The moments are
seeded and spread over what an undisturbed run takes on this machine.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from picturelock.history.worktree import write_whole
from picturelock.testing.film import TWO_LAMPS

KILLS = int(os.environ.get("PICTURELOCK_KILLS", "6"))
KILLS_A_PRODUCTION = 3
SEED = 20_261_121
PATIENCE_S = 300


def dice() -> random.Random:
    return random.Random(SEED)  # noqa: S311  # the same moments every time


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "picturelock", *words]


def picturelock(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        command(*words), cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def killed(words: tuple[str, ...], cwd: Path, after_s: float) -> bool:
    """Start a command in a process group of its own and kill the group. Returns whether it was still at work."""
    with subprocess.Popen(
        command(*words),
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
    assert process.returncode == 0
    return False


@dataclass(frozen=True)
class Reference:
    """A production that nobody disturbed.

    Attributes:
        fresh: The folder as ``init`` left it.
        film: The finished folder.
        seconds: What the run took.
    """

    fresh: Path
    film: Path
    seconds: float


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    home = tmp_path_factory.mktemp("undisturbed")
    (home / "two_lamps.fountain").write_text(TWO_LAMPS, "utf-8")
    options = ("--script", "two_lamps.fountain", "--size", "320x180", "--auto-approve")
    picturelock("init", "fresh", *options, cwd=home)
    film = Path(shutil.copytree(home / "fresh", home / "film"))
    start = time.monotonic()
    picturelock("run", cwd=film)
    return Reference(home / "fresh", film, time.monotonic() - start)


def texts(film: Path) -> dict[str, bytes]:
    """What people and editors see: the texts, and everything of the cut."""
    named = [film / name for name in ("board.yaml", "production.yaml", "picture.lock")]
    cut = [path for path in (film / "cut").rglob("*") if path.is_file()]
    return {str(path.relative_to(film)): path.read_bytes() for path in (*named, *cut)}


def counted(film: Path) -> dict[str, Counter[tuple[str, ...]]]:
    """How often each fact was written, by what it is about."""
    queries = {
        "intent": "SELECT unit, recipe FROM intent",
        "take": "SELECT unit, recipe FROM take",
        "call": "SELECT unit, recipe, outcome FROM call",
        "verdict": "SELECT take.unit, take.recipe FROM verdict JOIN take ON take.id = verdict.take",
        "review": "SELECT take.unit, take.recipe, review.kind FROM review JOIN take ON take.id = review.take",
        "measurement": "SELECT take, check_name, method FROM measurement",
    }
    with closing(sqlite3.connect(film / ".picturelock" / "production.db")) as database:
        return {name: Counter(database.execute(query)) for name, query in queries.items()}


def left_behind(film: Path) -> list[str]:
    """Temporary files; the vault's own are in ``incoming`` and swept when they are old."""
    vault = film / ".picturelock" / "vault"
    return [
        str(path.relative_to(film))
        for path in film.rglob("*")
        if path.name.startswith(".") and path != film / ".picturelock" and vault not in path.parents
    ]


def productions(reference: Reference, home: Path, rng: random.Random) -> Iterator[tuple[Path, list[float]]]:
    """Fresh productions that were killed and not yet resumed, each with the moments; until enough were hit."""
    hit = 0
    for number in range(2 * KILLS):
        film = Path(shutil.copytree(reference.fresh, home / f"film{number}"))
        moments: list[float] = []
        # The first moments of all productions are spread evenly; what follows falls where work is left.
        share = (number * KILLS_A_PRODUCTION % KILLS + rng.random()) / KILLS
        while hit + len(moments) < KILLS and len(moments) < KILLS_A_PRODUCTION:
            after = share * reference.seconds
            if not killed(("run",), film, after):
                break
            moments.append(round(after, 3))
            share = rng.uniform(0.05, 0.8)
        hit += len(moments)
        yield film, moments
        if hit >= KILLS:
            return
    pytest.fail(f"only {hit} of {KILLS} runs were still at work when they were to be killed")


def test_a_killed_run_goes_on_to_the_same_film(reference: Reference, tmp_path: Path) -> None:
    wanted, facts = texts(reference.film), counted(reference.film)
    recipes = set(facts["take"])
    assert set(facts["intent"]) == recipes
    for film, moments in productions(reference, tmp_path, dice()):
        about = f"{film.name}, killed after {moments} s of {reference.seconds:.1f} s"
        picturelock("run", cwd=film)
        assert texts(film) == wanted, about
        found = counted(film)
        for kind, rows in found.items():
            assert rows == facts[kind], f"{kind}: {about}"
            assert set(rows.values()) == {1}, f"{kind}: {about}"
        assert {row[2] for row in found["call"]} == {"delivered"}, about
        assert {row[2] for row in found["review"]} == {"approve"}, about
        assert {row[:2] for row in found["review"]} == recipes, about
        picturelock("verify", "--deep", cwd=film)
        assert left_behind(film) == [], about
        assert json.loads(picturelock("plan", "--json", cwd=film))["items"] == [], about
        shutil.rmtree(film)


WRITER = """
import sys
from pathlib import Path
from picturelock.history.worktree import write_whole
while True:
    for letter in (b"a", b"b"):
        write_whole(Path(sys.argv[1]), letter * 3_000_000)
        print(flush=True)
"""


def test_a_killed_writer_leaves_a_whole_text_and_the_next_one_clears_up(tmp_path: Path) -> None:
    path, rng = tmp_path / "text", dice()
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, start_new_session=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0, 0.05))
            os.killpg(process.pid, signal.SIGKILL)
        assert path.read_bytes() in {b"a" * 3_000_000, b"b" * 3_000_000}
        write_whole(path, b"c")
        assert [found.name for found in tmp_path.iterdir()] == ["text"]
        assert path.read_bytes() == b"c"


def test_writers_of_one_text_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "text"
    texts = [letter * 300_000 for letter in (b"a", b"b", b"c", b"d")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: write_whole(path, texts[n % 4]), range(80)))
    assert path.read_bytes() in texts
    assert [found.name for found in tmp_path.iterdir()] == ["text"]


def test_a_killed_init_leaves_no_half_production(reference: Reference, tmp_path: Path) -> None:
    script = reference.fresh.parent / "two_lamps.fountain"
    words = ("init", "film", "--script", str(script), "--size", "320x180", "--auto-approve")
    film, rng = tmp_path / "film", dice()
    start = time.monotonic()
    picturelock(*words, cwd=tmp_path)
    seconds = time.monotonic() - start
    for number in range(KILLS):
        shutil.rmtree(film, ignore_errors=True)
        killed(words, tmp_path, seconds * (number + rng.random()) / KILLS)
        if film.exists():
            assert json.loads(picturelock("status", "--json", cwd=film))["edited"] is False
        else:
            picturelock(*words, cwd=tmp_path)
        assert (film / "board.yaml").read_bytes() == (reference.fresh / "board.yaml").read_bytes()
        assert left_behind(film) == []
    assert [path.name for path in tmp_path.iterdir()] == ["film"]
