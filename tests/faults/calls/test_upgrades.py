"""A production that goes on under another version of Picturelock while vendors are at work for it."""

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import picturelock
from picturelock.testing.emulators.remote import Remote, process
from picturelock.testing.film import CLIPS, Film, screenplay, surroundings

SHOTS = 6


@pytest.fixture
def supplier() -> Iterator[Remote]:
    """Kling, whose clips are never done unless it is told how late it is."""
    with process("kling", "--time-scale", "0") as remote:
        yield remote


def upgraded(folder: Path) -> Path:
    """The same Picturelock with another version's name on it; other versions write other words into their recipes."""
    package = shutil.copytree(
        Path(picturelock.__file__).parent,
        folder / "picturelock",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    text = (package / "__init__.py").read_text()
    named, times = re.subn(r'__version__ = ".*"', '__version__ = "999.0.0"', text)
    assert times == 1
    (package / "__init__.py").write_text(named)
    return folder


def test_what_is_in_flight_is_not_bought_again_by_another_version(supplier: Remote, tmp_path: Path) -> None:
    (tmp_path / "weather.fountain").write_text(screenplay(SHOTS), "utf-8")
    Film(tmp_path, {}).must(
        "init", "film", "--script", "weather.fountain", "--size", "640x360", "--auto-approve"
    )
    folder, environment = tmp_path / "film", surroundings({"kling": supplier})
    old = Film(folder, environment)
    old.must("run", "--until", "keyframes")
    settings = folder / "production.yaml"
    kept = settings.read_text("utf-8") + f"profile: unattended\nrouting: {{clip: {CLIPS['kling']}}}\n"
    settings.write_text(f"{kept}caps: {{money: 500USD}}\n", "utf-8")

    running = old.start("run", "--until", "clips")
    # Three are the vendor's to make, the others have been ordered and wait for a place.
    while len(supplier.statement().accepted) < 3 or old.reckon(supplier).calls < SHOTS:
        assert running.poll() is None
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert old.reckon(supplier).calls == SHOTS

    settings.write_text(f"{kept}caps: {{money: 501USD}}\n", "utf-8")
    new = Film(folder, {**environment, "PYTHONPATH": str(upgraded(tmp_path / "newer"))})
    assert "999.0.0" in new.must("--version")
    running = new.start("run", "--until", "clips")
    while running.poll() is None:
        supplier.advance(60)
        time.sleep(0.2)
    assert running.returncode == 0
    found = new.reckon(supplier)
    assert found.clean, found
    assert found.calls == SHOTS
