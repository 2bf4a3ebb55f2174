"""Taking files into the vault.

    python bench/ingest.py [--quick]

Against hashing the same files and doing nothing else (bar 1.2, for files of our own, which the vault links), against
hashing and then flushing each file to the disk, which is the least that "durable when the call returns" costs, and
against ``dvc add`` of the same files, which runs in an environment of its own under build/. Everything is read from a warm page
cache, so that neither side waits for the disk to read; writing to it is counted.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
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
    count, size, rounds = (40, 1_000_000, 3) if given.quick else (100, 5_000_000, 5)
    command = None if given.quick else dvc()
    Path("build").mkdir(exist_ok=True)
    taken: dict[str, list[float]] = {
        "hash": [],
        "flushed": [],
        "ours": [],
        "copies": [],
        "copy": [],
        "again": [],
        "dvc": [],
    }
    with tempfile.TemporaryDirectory(dir="build") as name:
        folder = Path(name)
        for n in range(rounds):
            # The vault links a file of ours, so each round needs files that it has never seen.
            paths = material(folder / f"files{n}", count, size)
            twins = material(folder / f"twins{n}", count, size)
            vault, other = LocalVault(folder / f"vault{n}"), LocalVault(folder / f"other{n}")
            hashed(paths)  # everything is in the page cache from here on
            adding = dvc_add(command, folder, paths) if command else None
            # Not flushed: a clip that was just rendered lies in memory, and the vault has to bring it to the disk.
            taken["hash"].append(timed(lambda: hashed(paths)))  # noqa: B023  # called before the next round
            taken["ours"].append(timed(lambda: [vault.put_file(path, ours=True) for path in paths]))  # noqa: B023
            taken["flushed"].append(timed(lambda: hashed_and_flushed(twins)))  # noqa: B023
            taken["copies"].append(timed(lambda: [other.put_file(path) for path in paths]))  # noqa: B023
            taken["again"].append(timed(lambda: [vault.put_file(path, ours=True) for path in paths]))  # noqa: B023
            taken["copy"].append(timed(lambda: copied(paths, folder / "plain")))  # noqa: B023
            if adding:
                taken["dvc"].append(timed(adding))
            for used in (f"files{n}", f"twins{n}", f"vault{n}", f"other{n}", "plain"):
                shutil.rmtree(folder / used)
    middle = {key: median(values) for key, values in taken.items() if values}
    bar = None if given.quick else 1.2
    rows = [
        Row("files of our own, linked", middle["ours"], "hashing alone", middle["hash"], bar),
        Row("files of our own, linked", middle["ours"], "hashing and flushing", middle["flushed"], bar),
        Row("the same files again", middle["again"], "hashing alone", middle["hash"], bar),
        Row("a user's files, copied", middle["copies"], "copying alone, flushed", middle["copy"], bar),
        Row("files of our own, linked", middle["ours"], "dvc add", middle.get("dvc"), 1.0),
        Row("a user's files, copied", middle["copies"], "dvc add", middle.get("dvc"), 1.0),
    ]
    about = f"{count} files of {size / 1e6:.0f} MB, page cache warm, {rounds} rounds"
    return 0 if report("ingest", rows, about, where) else 1


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
