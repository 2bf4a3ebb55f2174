"""Taking files into the vault.

    python bench/ingest.py [--quick]

One by one and all at once. Files that are on the disk already, against hashing them and doing nothing else (bar 1.2):
neither side writes their bytes then. Files that still lie in memory, against hashing and then flushing each, which is the
least that "durable when the call returns" costs (bar 1.2); how far that is from hashing alone is told. A user's files are
copied, against copying and flushing. And both against ``dvc add`` of the same files, which runs in an environment of its
own under build/ and flushes nothing. Everything is read from a warm page cache, so that no side waits for the disk to read.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.race import Row, machine, report
from blake3 import blake3

from picturelock.vault.local import LocalVault

DVC = Path("build/dvc-env")


def material(folder: Path, count: int, size: int) -> list[Path]:
    """Files that share no bytes."""
    folder.mkdir(parents=True)
    paths = []
    for n in range(count):
        path = folder / f"clip_{n:03d}.mp4"
        path.write_bytes(os.urandom(size))
        paths.append(path)
    return paths


def hashed(paths: list[Path]) -> None:
    """BLAKE3 of each file with every core: the least that naming by content costs."""
    for path in paths:
        hasher = blake3(max_threads=blake3.AUTO)
        hasher.update_mmap(path)
        hasher.digest()


def hashed_and_flushed(paths: list[Path]) -> None:
    """The same, and each file on the disk when it is done."""
    for path in paths:
        hashed([path])
        with path.open("rb") as file:
            os.fsync(file.fileno())


def dvc() -> Path | None:
    """The ``dvc`` command, installed if need be; ``None``, with the reason printed, where it cannot be."""
    command = DVC / "bin" / "dvc"
    if not command.exists():
        venv.create(DVC, with_pip=True)
        pip = [
            DVC / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "dvc",
        ]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"dvc is left out, for it cannot be installed: {done.stderr.strip().splitlines()[-1]}")
            return None
    return command.absolute()


def dvc_add(command: Path, folder: Path, paths: list[Path]) -> Callable[[], None]:
    """A fresh repository with its own copies of the files, ready to be added."""
    root = folder / "dvc"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for path in paths:
        shutil.copyfile(path, root / path.name)
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_TEST": "1"}

    def run(*arguments: str) -> None:
        subprocess.run([command, *arguments], cwd=root, env=environment, check=True, capture_output=True)

    run("init", "--no-scm", "--quiet")
    return lambda: run("add", "--quiet", *(path.name for path in paths))


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="40 files of 1 MB, 3 rounds, without dvc")
    given = arguments.parse_args()
    where = machine()
    count, size, rounds = (40, 1_000_000, 3) if given.quick else (100, 5_000_000, 7)
    command = None if given.quick else dvc()
    Path("build").mkdir(exist_ok=True)
    taken: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(dir="build") as name:
        folder = Path(name)
        for n in range(rounds):
            one_round(folder / f"round{n}", count, size, taken, command)
            shutil.rmtree(folder / f"round{n}")
    middle = {key: median(values) for key, values in taken.items()}
    bar = None if given.quick else 1.2

    def row(what: str, ours: str, other_name: str, other: str, held: float | None = None) -> Row:
        rounds = tuple(one / another for one, another in zip(taken[ours], taken[other], strict=False))
        paired = rounds if other.startswith("hash ") else ()
        return Row(what, middle[ours], other_name, middle.get(other), held, paired=paired)

    rows = [
        row("on the disk already, at once", "settled at once", "hashing alone", "hash settled at once", bar),
        row("on the disk already, one by one", "settled one by one", "hashing alone", "hash"),
        row("fresh, at once", "fresh at once", "hashing and flushing", "flush", bar),
        row("fresh, at once", "fresh at once", "hashing alone", "hash"),
        row("fresh, one by one", "fresh one by one", "hashing and flushing", "flush", bar),
        row("fresh, one by one", "fresh one by one", "hashing alone", "hash"),
        row("the same files again, at once", "again", "hashing alone", "hash again", bar),
        row("copied, at once", "copied at once", "copying and flushing", "copy", bar),
        row("copied, one by one", "copied one by one", "copying and flushing", "copy"),
        row("fresh, at once", "fresh at once", "dvc add", "dvc", 1.0),
        row("copied, at once", "copied at once", "dvc add", "dvc", 1.0),
    ]
    about = f"{count} files of {size / 1e6:.0f} MB, page cache warm, {rounds} rounds"
    return 0 if report("ingest", rows, about, where) else 1


def one_round(
    folder: Path, count: int, size: int, taken: defaultdict[str, list[float]], command: Path | None
) -> None:
    """Everything once. The vault links a file of ours, so each way gets files that no vault has seen."""

    def files(name: str, *, flushed: bool = False) -> list[Path]:
        paths = material(folder / name, count, size)
        hashed(paths)  # in the page cache from here on
        if flushed:
            hashed_and_flushed(paths)
        return paths

    def vault(name: str) -> LocalVault:
        return LocalVault(folder / "vaults" / name)

    def one_by_one(name: str, paths: list[Path], *, ours: bool) -> Callable[[], object]:
        kept = vault(name)
        return lambda: [kept.put_file(path, ours=ours) for path in paths]

    def at_once(name: str, paths: list[Path], *, ours: bool) -> Callable[[], object]:
        kept = vault(name)
        return lambda: kept.put_files(paths, ours=ours)

    def measure(name: str, run: Callable[[], object]) -> None:
        taken[name].append(timed(run))

    settled = files("settled a", flushed=True)
    measure("hash", lambda: hashed(settled))
    measure("settled one by one", one_by_one("a", settled, ours=True))
    settled = files("settled b", flushed=True)
    put = at_once("b", settled, ours=True)
    # Held against hashing the same files just before and just after: a host is not as fast from one second to the next.
    for name in ("settled at once", "again"):
        before = timed(lambda: hashed(settled))
        measure(name, put)
        taken["hash " + name].append((before + timed(lambda: hashed(settled))) / 2)
    # Not flushed: a clip that was just rendered lies in memory, and the vault has to bring it to the disk.
    plain = files("fresh a")
    measure("flush", lambda: hashed_and_flushed(plain))
    measure("fresh one by one", one_by_one("c", files("fresh b"), ours=True))
    measure("fresh at once", at_once("d", files("fresh c"), ours=True))
    measure("copy", lambda: copied(settled, folder / "plain"))
    measure("copied one by one", one_by_one("e", settled, ours=False))
    measure("copied at once", at_once("f", settled, ours=False))
    if command:
        measure("dvc", dvc_add(command, folder, settled))


def copied(paths: list[Path], folder: Path) -> None:
    """Copy and flush each file, unnamed and unchecked: the least that a durable copy costs."""
    folder.mkdir()
    for path in paths:
        target = folder / path.name
        shutil.copyfile(path, target)
        with target.open("rb+") as file:
            os.fsync(file.fileno())


if __name__ == "__main__":
    sys.exit(main())
