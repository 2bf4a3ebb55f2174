"""A worker that is told to stop does, whichever of its threads the word reaches, and however often."""

import subprocess
import sys
from pathlib import Path

import pytest

from picturelock.testing.film import TWO_LAMPS, Film

#: A worker that tells itself to stop once it works. The kernel may hand a signal to any thread of a process.
TELLS_ITSELF = """
import signal
import threading
import time

from picturelock.cli import main


def tell():
    while not any(thread.name == "picturelock-pulse" for thread in threading.enumerate()):
        time.sleep(0.05)
    time.sleep(1.0)
    waits = threading.main_thread().ident
    {told}


threading.Thread(target=tell, daemon=True).start()
main()
"""
WAYS = {
    "through another thread": "signal.pthread_kill(threading.get_ident(), signal.SIGTERM)",
    "over and over": "while True: signal.pthread_kill(waits, signal.SIGTERM), time.sleep(0.001)",
}


@pytest.mark.parametrize("told", WAYS.values(), ids=WAYS)
def test_a_worker_that_is_told_to_stop_ends(tmp_path: Path, told: str) -> None:
    (tmp_path / "two_lamps.fountain").write_text(TWO_LAMPS, "utf-8")
    Film(tmp_path, {}).must("init", "film", "--script", "two_lamps.fountain", "--size", "320x180")
    script = TELLS_ITSELF.format(told=told)
    done = subprocess.run(
        [sys.executable, "-c", script, "worker"],
        cwd=tmp_path / "film",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
