"""Interleaved rounds, medians, a table, and a file: what every bench here does."""

import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

OUT = Path("build/bench")


@dataclass(frozen=True)
class Row:
    """One figure against its limit or peer.

    Attributes:
        paired: Ratios of single rounds, side by side, where a machine that changes its pace would spoil the ratio of the
            medians; their median counts then.
        ratio: Of ours to the other; ``None`` where the other could not be measured.
        bar: What the ratio must not pass; ``None`` where it is only told.
        unit: Of both.
    """

    what: str
    ours: float
    other_name: str
    other: float | None
    bar: float | None
    note: str = ""
    unit: str = "s"
    paired: tuple[float, ...] = ()

    @property
    def ratio(self) -> float | None:
        if self.paired:
            return statistics.median(self.paired)
        return self.ours / self.other if self.other else None

    @property
    def verdict(self) -> str:
        if self.ratio is None:
            return "not measured"
        if self.bar is None:
            return "told"
        return "met" if self.ratio <= self.bar else "NOT MET"


def race(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each, run in turns so that a slow minute hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in taken.items()}


def _spin() -> None:
    while True:
        sum(range(100_000))


@contextmanager
def busy_elsewhere() -> Iterator[None]:
    """Another process keeps one other core at work that touches no memory.

    Cores share clock, cache and often, unseen by a guest, the execution units: one of them is slower as soon as the
    other has anything to do. What works beside an encoder is therefore held against an encoder beside which this spins.
    """
    spinner = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    spinner.start()
    time.sleep(0.2)
    try:
        yield
    finally:
        spinner.kill()
        spinner.join()


def machine() -> str:
    """What it ran on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.partition(":")[2].strip()
            for line in cpuinfo.read_text().splitlines()
            if "model name" in line
        ]
        model = names[0] if names else model
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}, load {load:.1f} at the start"


def report(name: str, rows: list[Row], about: str, where: str) -> bool:
    """Print the table, write ``build/bench/NAME.json``, and say whether every bar was met."""
    print(f"\n{name}: {about}\n{where}\n")
    print(f"{'':44} {'ours':>9} {'other':>9} {'ratio':>7} {'bar':>6}")
    for row in rows:
        other = f"{row.other:.3f} {row.unit}" if row.other is not None else "-"
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else "-"
        bar = f"{row.bar:.2f}" if row.bar is not None else "-"
        print(
            f"{row.what:44} {row.ours:7.3f} {row.unit} {other:>9} {ratio:>7} {bar:>6}  {row.verdict} (against {row.other_name})"
        )
        if row.note:
            print(f"{'':44} {row.note}")
    OUT.mkdir(parents=True, exist_ok=True)
    held = [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict} for row in rows]
    (OUT / f"{name}.json").write_text(
        json.dumps({"about": about, "machine": where, "rows": held}, indent=1) + "\n"
    )
    return all(row.verdict != "NOT MET" for row in rows)
