"""A plan where nothing is to do.

    python bench/plan.py [--quick]

2,500 units with 10,000 takes, all fresh, chosen and locked: the real breakdown, briefs and facts, and only the media are
missing, which a plan never opens. The limit is one second: for the planning itself, and for the whole command from the
shell. Beside them, told and not held, ``git status`` and ``dvc status`` over as many files.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from bench.race import Row, machine, race, report

from picturelock.core.digest import Digest
from picturelock.core.money import Money
from picturelock.core.policy import Action, Decision, Format
from picturelock.core.take import Part, ReviewKind, Take, Verdict, take_id
from picturelock.review.standing import Wanted
from picturelock.studio import facts
from picturelock.studio.deciding import lock_complete
from picturelock.studio.facade import Goal, Studio
from picturelock.studio.looking import look
from picturelock.studio.planning import Wish
from picturelock.studio.production import Production

TAKES_A_UNIT = 4
LIMIT_S = 1.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = ("KITCHEN", "HARBOUR", "ATTIC", "BRIDGE", "FOREST ROAD", "STATION")


def screenplay(scenes: int) -> str:
    """Scenes of two people in a handful of places."""
    text = ["Title: A Long Film", ""]
    for n in range(scenes):
        where = PLACES[n % len(PLACES)]
        text += [
            f"{'INT' if n % 2 else 'EXT'}. {where} - {'NIGHT' if n % 3 else 'DAWN'}",
            "",
            "MARA, thirties, tall, in a long red coat, walks in and stops.",
            "",
            "TEO, sixty, stocky, with a grey beard and a cap, waits.",
            "",
        ]
    return "\n".join(text)


def make(folder: Path, units: int) -> Studio:
    """A production in which every unit is decided.

    Args:
        folder: To be made.
        units: As many, give or take a scene's.
    """
    script = folder.with_suffix(".fountain")
    script.write_text(screenplay(max(1, units // UNITS_A_SCENE)), "utf-8")
    studio, _ = Studio.start(folder, script, picture=Format(width=1280, height=720), author="bench")
    production = studio.production
    snapshot = production.snapshot()
    while True:
        found, _ = look(production, snapshot)
        wanted = [wish for wish in found if isinstance(wish.standing, Wanted)]
        if not wanted:
            break
        with production.writing() as connection:
            for wish in wanted:
                decide(connection, production, wish)
    lock_complete(production, snapshot, found)
    production.commit("Lock everything", "bench")
    return studio


UNITS_A_SCENE = 4
"""What the breakdown makes of a scene of the text above."""


def decide(connection: sa.Connection, production: Production, wish: Wish) -> None:
    """Takes of a unit: all but the last rejected, the last approved."""
    assert wish.brief is not None  # a wish with a standing has its brief
    unit = wish.unit.id
    for attempt in range(TAKES_A_UNIT):
        recipe = Digest.of(f"recipe {unit} {attempt}".encode())
        last = attempt == TAKES_A_UNIT - 1
        take = Take(
            id=take_id(unit, recipe),
            unit=unit,
            recipe=recipe,
            brief=wish.brief,
            media=Digest.of(f"media {unit} {attempt}".encode()),
            parts=(Part(role="layers", digest=Digest.of(f"layers {unit} {attempt}".encode())),),
            attempt=attempt,
            provider="builtin",
            model="bench",
            model_version="1",
            cost=Money.zero("USD"),
            tokens=0,
            milliseconds=1,
            duration_frames=108,
            made_at=NOW,
        )
        facts.record_intent(connection, production.name, unit, recipe, attempt, NOW)
        facts.record_take(connection, production.name, take)
        facts.record_verdict(
            connection,
            production.name,
            take.id,
            Verdict(gate="preflight", profile="bench", results=()),
            Decision(action=Action.ACCEPT, reason="bench"),
            NOW,
        )
        kind = ReviewKind.APPROVE if last else ReviewKind.REJECT
        facts.record_review(connection, production.name, unit, kind, take.id, "bench", "", NOW)


def timed_command(words: list[str], cwd: Path) -> Callable[[], None]:
    """A whole process, as a person waits for it."""
    return lambda: subprocess.run(words, cwd=cwd, check=True, capture_output=True) and None


def repository(folder: Path, files: int) -> Path:
    """A git repository of as many committed files."""
    for n in range(files):
        path = folder / f"{n % 100:02d}" / f"take_{n:05d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"take {n}\n")
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "Takes")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return folder


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="200 units, 3 rounds")
    given = arguments.parse_args()
    where = machine()
    units, rounds = (200, 3) if given.quick else (2_500, 7)
    build = Path("build").absolute()
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as name:
        home = Path(name)
        start = time.perf_counter()
        with make(home / "film", units) as studio:
            print(f"material made in {time.perf_counter() - start:.0f} s", file=sys.stderr)
            plan = studio.plan(Goal.CUT)  # the briefs are remembered from here on
            if plan.items:
                raise SystemExit(f"{len(plan.items)} units are not decided")
            takes = plan.reused * TAKES_A_UNIT
            command = [sys.executable, "-m", "picturelock", "plan"]
            runs: dict[str, Callable[[], object]] = {
                "planning": lambda: studio.plan(Goal.CUT),
                "command": timed_command(command, home / "film"),
            }
            if shutil.which("git"):
                files = repository(home / "files", takes)
                runs["git"] = timed_command(["git", "status", "--short"], files)
            for run in runs.values():
                run()
            taken = race(runs, rounds)
    bar = None if given.quick else 1.0
    rows = [
        Row("planning, in the process", taken["planning"], "the limit", LIMIT_S, bar),
        Row("picturelock plan, the whole command", taken["command"], "the limit", LIMIT_S, bar),
        Row("picturelock plan, the whole command", taken["command"], "git status", taken.get("git"), None),
    ]
    about = f"nothing to do: {plan.reused} units, {takes} takes, {takes} files for git, {rounds} rounds"
    return 0 if report("plan", rows, about, where) else 1


if __name__ == "__main__":
    sys.exit(main())
