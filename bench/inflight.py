"""A thousand paid jobs in flight at one vendor, kept by one process.

    python bench/inflight.py [--quick] [--jobs N] [--place sqlite|postgres]

The vendor is the emulator of Kling in a process of its own, whose time stands still until all is measured: jobs that take
minutes are in flight as long as it takes. The film, its command line, its database and its HTTP are the real ones. Held
against limits: what the process spends beside the bare HTTP polls, and how soon all jobs are asked about again after a
``kill -9``. Held against the bare thing in the same run, and told: polls with httpx, the same rows inserted with nothing
around them, a worker with nothing in flight.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
import sqlalchemy as sa
from bench.race import Row, machine, report

from picturelock.core.brief import read_brief
from picturelock.core.digest import Digest
from picturelock.core.money import Money
from picturelock.core.policy import Action, Decision
from picturelock.core.take import ReviewKind, Take, Verdict, take_id
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.engine.timekeeping import SystemClock
from picturelock.generate.access import Secret
from picturelock.generate.intake import take_in
from picturelock.generate.kling import signing
from picturelock.media.picture import png
from picturelock.review.standing import Wanted
from picturelock.studio import facts
from picturelock.studio.looking import look
from picturelock.studio.planning import Wish
from picturelock.studio.production import Production
from picturelock.testing import postgres
from picturelock.testing.emulators.media import scene
from picturelock.testing.emulators.remote import Remote, process
from picturelock.testing.film import CLIPS, Film, screenplay, surroundings
from picturelock.testing.reckoning import reckon
from picturelock.vault.local import LocalVault

VENDOR = "kling"
SHARE_LIMIT = 0.15
"""Of a core, beside the HTTP."""
RESTART_LIMIT_S = 5.0
JOB_SECONDS = 90.0
"""How long Kling has a clip of five seconds, in the middle."""
MOST_WAIT_S = 900.0
AT_ONCE = 8
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """What was measured on one database. Seconds of one core, MiB, KiB."""

    jobs: int
    idle_share: float
    send_cpu_s: float
    share: float
    polls_per_s: float
    steady_mib: float
    peak_mib: float
    first_poll_s: float
    all_polled_s: float
    restart_cpu_s: float
    finish_cpu_s: float
    media_cpu_s: float
    growth_kib: float
    bare_poll_s: float
    bare_rows_cpu_s: float
    bare_rows_kib: float

    @property
    def poll_s(self) -> float:
        """CPU of one poll, with everything that goes on beside it but what an idle worker does too."""
        return (self.share - self.idle_share) / self.polls_per_s

    @property
    def life_s(self) -> float:
        """CPU of one job from its order to its bill, without the media."""
        polls = JOB_SECONDS * self.polls_per_s / self.jobs
        return (self.send_cpu_s + self.finish_cpu_s) / self.jobs - self.media_cpu_s + polls * self.poll_s


# The film


def make(home: Path, jobs: int, environment: dict[str, str], place: str) -> Film:
    """A production whose keyframes are there and whose clips are all wanted."""
    script = home / "weather.fountain"
    script.write_text(screenplay(jobs), "utf-8")
    words = ("init", "film", "--script", script.name, "--size", "320x180", "--auto-approve")
    Film(home, environment).must(*words, *(("--database", place) if place else ()))
    folder = home / "film"
    with (folder / "production.yaml").open("a", encoding="utf-8") as settings:
        settings.write(
            f"profile: unattended\nrouting: {{clip: {CLIPS[VENDOR]}}}\ncaps: {{money: 1000000USD}}\n"
        )
    production = Production.open(folder)
    try:
        snapshot = production.snapshot()
        picture = production.vault.put(png(scene((640, 360), "keyframe"), effort=1))
        found, _ = look(production, snapshot)
        with production.writing() as connection:
            for wish in found:
                if isinstance(wish.standing, Wanted):
                    draw(connection, production, wish, picture)
        production.commit("Keyframes", "bench")
    finally:
        production.close()
    return Film(folder, environment)


def draw(connection: sa.Connection, production: Production, wish: Wish, picture: Digest) -> None:
    """An approved keyframe; all look alike."""
    assert wish.brief is not None  # a wish with a standing has its brief
    unit, recipe, now = wish.unit.id, Digest.of(f"recipe {wish.unit.id}".encode()), production.clock.now()
    take = Take(
        id=take_id(unit, recipe),
        unit=unit,
        recipe=recipe,
        brief=wish.brief,
        media=picture,
        parts=(),
        attempt=0,
        provider="builtin",
        model="bench",
        model_version="1",
        cost=Money.zero("USD"),
        tokens=0,
        milliseconds=1,
        duration_frames=0,
        made_at=now,
    )
    facts.record_intent(connection, production.name, unit, recipe, 0, now)
    facts.record_take(connection, production.name, take)
    accepted = Decision(action=Action.ACCEPT, reason="bench")
    verdict = Verdict(gate="preflight", profile="bench", results=())
    facts.record_verdict(connection, production.name, take.id, verdict, accepted, now)
    facts.record_review(connection, production.name, unit, ReviewKind.APPROVE, take.id, "bench", "", now)


# What a process spends


class Watched:
    """A process of the film, and what it has spent."""

    def __init__(self, film: Film, *words: str) -> None:
        self.began = time.perf_counter()
        self.running = film.start(*words)

    def cpu_s(self) -> float:
        """Seconds of one core so far."""
        fields = Path(f"/proc/{self.running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory_mib(self, what: str) -> float:
        """``VmRSS`` now, or ``VmHWM`` at its most."""
        lines = Path(f"/proc/{self.running.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024

    def end(self, number: signal.Signals) -> None:
        """Stop it."""
        if self.running.poll() is None:
            os.killpg(self.running.pid, number)
        self.running.wait()


@contextmanager
def watched(film: Film, *words: str) -> Iterator[Watched]:
    """A process until the block ends, which kills it."""
    one = Watched(film, *words)
    try:
        yield one
    finally:
        one.end(signal.SIGKILL)


def wait(
    until: Callable[[], bool], running: subprocess.Popen[str] | None = None, pause: float = 0.05
) -> None:
    """Look again and again."""
    deadline = time.monotonic() + MOST_WAIT_S
    while not until():
        if time.monotonic() > deadline or (running is not None and running.poll() is not None):
            raise SystemExit("what was waited for does not come")
        time.sleep(pause)


def polls(remote: Remote) -> int:
    """How often the vendor was asked about a job."""
    return sum(count for path, count in remote.about()["visits"].items() if path.endswith("{id}"))


def count(database: Database, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()


def size_kib(database: Database) -> float:
    """What the database takes on the disk, without what it has let go of."""
    with database.read() as connection:
        if database.embedded:
            pages, free, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("page_count", "freelist_count", "page_size")
            )
            return (pages - free) * size / 1024
        return connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one() / 1024


# The bare things


def bare_poll_s(remote: Remote, jobs: list[str], rounds: int) -> float:
    """CPU of a poll with httpx and nothing around it: signed once, on connections that stay open."""
    keys = surroundings({})
    access, secret = Secret(keys["KLING_ACCESS_KEY"]), Secret(keys["KLING_SECRET_KEY"])
    token = signing.token(access, secret, SystemClock().now()).reveal()
    taken = []
    with (
        httpx.Client(base_url=remote.base_url, headers={"authorization": f"Bearer {token}"}) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):

        def poll(job: str) -> None:
            client.get(f"/v1/videos/image2video/{job}").raise_for_status().json()

        list(pool.map(poll, jobs[:50]))
        for _ in range(rounds):
            start = time.process_time()
            list(pool.map(poll, jobs))
            taken.append((time.process_time() - start) / len(jobs))
    return statistics.median(taken)


def bare_rows(database: Database, place: str | Path) -> tuple[float, float]:
    """The rows of all calls again, into an empty database, in as many transactions and with nothing around them.

    Returns:
        CPU seconds and KiB of all.
    """
    tables_of = (tables.paid_call, tables.call_event, tables.ledger_entry, tables.take)
    with database.read() as connection:
        kept = {t.name: [row._asdict() for row in connection.execute(sa.select(t))] for t in tables_of}
        owner = connection.execute(sa.select(tables.production)).one()._asdict()
    of_call = [{"paid_call": row} for row in kept["paid_call"]]
    by_call = {row["id"]: steps for row, steps in ((c["paid_call"], [c]) for c in of_call)}
    entries: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in kept["ledger_entry"]:
        entries.setdefault((row["call"], row["kind"]), []).append(row)
    takes = {row["recipe"]: row for row in kept["take"]}
    work: list[list[tuple[sa.Table, dict[str, object]]]] = []
    for name, steps in by_call.items():
        call = steps[0]["paid_call"]
        reserved = entries.get((name, "reserve"), [])
        work.append([(tables.paid_call, call), *((tables.ledger_entry, row) for row in reserved)])
        for row in (row for row in kept["call_event"] if row["call"] == name):
            rows: list[tuple[sa.Table, dict[str, object]]] = [(tables.call_event, row)]
            if row["kind"] == "settled":
                for kind in ("release", "settle"):
                    rows += [(tables.ledger_entry, entry) for entry in entries.get((name, kind), [])]
                if call["recipe"] in takes:
                    rows.append((tables.take, takes[call["recipe"]]))
            work.append(rows)
    with open_database(place) as empty:
        with empty.write() as connection:
            connection.execute(sa.insert(tables.production).values(**owner))
        before, start = size_kib(empty), time.process_time()
        for rows in work:
            with empty.write() as connection:
                for table, row in rows:
                    connection.execute(sa.insert(table), row)
        return time.process_time() - start, size_kib(empty) - before


def media_s(film: Film, database: Database) -> float:
    """CPU of bringing one delivered clip into the vault, in the middle of some."""
    with database.read() as connection:
        found = connection.execute(
            sa.select(tables.take.c.brief, tables.take.c.parts)
            .where(tables.take.c.provider == VENDOR)
            .limit(9)
        ).all()
    vault, taken = LocalVault(film.folder / ".picturelock" / "vault"), []
    with tempfile.TemporaryDirectory() as name:
        for brief, parts in found:
            original = next(Digest(part["digest"]) for part in parts if part["role"] == "original")
            path, form = Path(name) / "delivered", read_brief(vault.read(Digest(brief)))
            path.write_bytes(vault.read(original))
            start = time.process_time()
            take_in(path, form, LocalVault(Path(name) / "vault"))
            taken.append(time.process_time() - start)
    return statistics.median(taken)


# The measurement


def measure(home: Path, jobs: int, window: float, place: str, bare_place: str | Path) -> Figures:
    """Everything, on one database."""
    os.environ["PICTURELOCK_DATABASE"] = place
    if not place:
        del os.environ["PICTURELOCK_DATABASE"]
    options = {"places": 0, "longest_side": 64, "balance": 10**7}
    with ExitStack() as stack:
        remote = stack.enter_context(process(VENDOR, "--time-scale", "0", **options))
        environment = {
            **surroundings({VENDOR: remote}),
            "PICTURELOCK_KLING_CONCURRENCY": str(jobs),
            "PICTURELOCK_PACE": "1",
        }
        film = make(home, jobs, environment, place)
        database = stack.enter_context(film.database())
        before = size_kib(database)
        say(f"the film is ready; {before:.0f} KiB")

        with watched(film, "worker") as idle:
            time.sleep(4)
            spent = idle.cpu_s()
            time.sleep(window / 2)
            idle_share = (idle.cpu_s() - spent) / (window / 2)
            idle.end(signal.SIGTERM)
        say(f"idle {idle_share:.3f}")

        run = ("run", "--until", "clips")
        with watched(film, *run) as first:
            wait(lambda: count(database, tables.paid_call) > 0, first.running)
            spent, began = first.cpu_s(), time.perf_counter()
            accepted = tables.call_event.c.kind == "accepted"
            wait(lambda: count(database, tables.call_event, accepted) >= jobs, first.running, 0.5)
            send_cpu = first.cpu_s() - spent
            say(f"{jobs} in flight after {time.perf_counter() - began:.1f} s and {send_cpu:.1f} s of CPU")
            time.sleep(10)
            spent, asked, began = first.cpu_s(), polls(remote), time.perf_counter()
            time.sleep(window)
            took = time.perf_counter() - began
            share, rate = (first.cpu_s() - spent) / took, (polls(remote) - asked) / took
            steady, peak = first.memory_mib("VmRSS"), first.memory_mib("VmHWM")
            say(f"share {share:.3f} at {rate:.1f} polls a second, {steady:.0f} MiB, at most {peak:.0f}")
            first.end(signal.SIGKILL)

        time.sleep(1)
        asked = polls(remote)
        with watched(film, *run) as again:
            wait(lambda: polls(remote) > asked, again.running, 0.01)
            first_poll = time.perf_counter() - again.began
            # Nobody is asked about a second time before ten seconds have passed.
            wait(lambda: polls(remote) >= asked + jobs, again.running, 0.02)
            all_polled, restart_cpu = time.perf_counter() - again.began, again.cpu_s()
            say(
                f"polled again after {first_poll:.2f} s, all after {all_polled:.2f} s, {restart_cpu:.1f} s of CPU"
            )
            again.end(signal.SIGKILL)

        bare_poll = bare_poll_s(remote, [entry.job for entry in remote.statement().accepted], 3)
        with watched(film, "worker", "--queues", "api") as last:
            asked = polls(remote)
            wait(lambda: polls(remote) >= asked + jobs, last.running)
            time.sleep(3)
            spent = last.cpu_s()
            remote.advance(3600)
            settled = tables.call_event.c.kind == "settled"
            wait(lambda: count(database, tables.call_event, settled) >= jobs, last.running, 0.5)
            finish_cpu = last.cpu_s() - spent
            peak = max(peak, last.memory_mib("VmHWM"))
            last.end(signal.SIGTERM)
        found = film.reckon(remote) if not place else reckon(remote.statement(), database, [film.name])
        if not found.clean or found.jobs != jobs:
            raise SystemExit(f"the books differ: {found}")
        growth = size_kib(database) - before
        media = media_s(film, database)
        rows_cpu, rows_kib = bare_rows(database, bare_place)
        say(f"finishing {finish_cpu:.1f} s, of it media {media * jobs:.1f} s; {growth:.0f} KiB")
    return Figures(
        jobs=jobs,
        idle_share=idle_share,
        send_cpu_s=send_cpu,
        share=share,
        polls_per_s=rate,
        steady_mib=steady,
        peak_mib=peak,
        first_poll_s=first_poll,
        all_polled_s=all_polled,
        restart_cpu_s=restart_cpu,
        finish_cpu_s=finish_cpu,
        media_cpu_s=media,
        growth_kib=growth,
        bare_poll_s=bare_poll,
        bare_rows_cpu_s=rows_cpu,
        bare_rows_kib=rows_kib,
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def rows_of(where: str, it: Figures, *, held: bool) -> list[Row]:
    """The figures of one database as a table's rows."""
    bar = 1.0 if held else None
    http = it.bare_poll_s * it.polls_per_s
    ms = 1000.0
    return [
        Row(
            f"{where}: share of a core beside the HTTP",
            it.share - http,
            "the limit",
            SHARE_LIMIT,
            bar,
            unit="c",
        ),
        Row(
            f"{where}: share of a core, all told",
            it.share,
            "its polls with bare httpx",
            http,
            None,
            f"{it.polls_per_s:.0f} polls a second; {it.idle_share:.3f} with nothing in flight",
            unit="c",
        ),
        Row(f"{where}: from kill -9 to the first poll", it.first_poll_s, "the limit", RESTART_LIMIT_S, bar),
        Row(
            f"{where}: from kill -9 until all are polled",
            it.all_polled_s,
            "the limit",
            RESTART_LIMIT_S,
            bar,
            f"{it.restart_cpu_s:.1f} s of a core until then",
        ),
        Row(
            f"{where}: CPU of a job over its life, ms",
            it.life_s * ms,
            "the same rows inserted bare",
            it.bare_rows_cpu_s / it.jobs * ms,
            None,
            f"send {it.send_cpu_s / it.jobs * ms:.1f}, a poll {it.poll_s * ms:.2f}, "
            f"fetch and settle {(it.finish_cpu_s / it.jobs - it.media_cpu_s) * ms:.1f}",
            unit="ms",
        ),
        Row(
            f"{where}: database growth of a job",
            it.growth_kib / it.jobs,
            "the same rows inserted bare",
            it.bare_rows_kib / it.jobs,
            None,
            unit="K",
        ),
        Row(f"{where}: memory in flight", it.steady_mib, "at most", it.peak_mib, None, unit="M"),
    ]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="60 jobs")
    arguments.add_argument("--jobs", type=int, help="in flight at once")
    arguments.add_argument("--place", choices=("sqlite", "postgres"), help="one database only")
    given = arguments.parse_args()
    where = machine()
    jobs = given.jobs or (60 if given.quick else 1000)
    window = 10.0 if given.quick else 30.0
    build = Path("build").absolute()
    build.mkdir(exist_ok=True)
    found: dict[str, Figures] = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=build)))
        if given.place != "postgres":
            (home / "sqlite").mkdir()
            found["SQLite"] = measure(home / "sqlite", jobs, window, "", home / "bare.db")
        if given.place != "sqlite":
            (home / "postgres").mkdir()
            server = stack.enter_context(postgres.server(durable=True))
            place, bare = server.create(), server.create()
            found["PostgreSQL"] = measure(home / "postgres", jobs, window, place, bare)
    rows = [row for name, it in found.items() for row in rows_of(name, it, held=not given.quick)]
    return 0 if report("inflight", rows, f"{jobs} paid jobs in flight, one process", where) else 1


if __name__ == "__main__":
    sys.exit(main())
