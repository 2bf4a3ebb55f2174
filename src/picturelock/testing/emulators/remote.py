"""An emulator in a process of its own: it outlives whatever the test kills."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from picturelock.testing.emulators.book import Statement, read_statement
from picturelock.testing.emulators.faults import Rule

_PATIENCE_SECONDS = 60.0


class Remote:
    """Speaks to an emulator over HTTP.

    Args:
        url: Its base address.

    Attributes:
        base_url: The same.
    """

    def __init__(self, url: str) -> None:
        self.base_url = url

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"{self.base_url}/_emulator{path}", body, method=method)  # noqa: S310  # loopback
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            return answer.read()

    def statement(self) -> Statement:
        """The vendor's book."""
        return read_statement(self._ask("GET", "/book"))

    def advance(self, seconds: float) -> datetime:
        """Move virtual time forward; the new time."""
        return datetime.fromisoformat(json.loads(self._ask("POST", f"/advance?seconds={seconds}"))["now"])

    def misbehave(self, *rules: Rule, replace: bool = False) -> None:
        """Add faults; they count from now."""
        self._ask("POST", "/faults" + ("?replace=1" if replace else ""), msgspec.json.encode(rules))

    def reset(self) -> None:
        """Forget jobs, book and faults that were added."""
        self._ask("POST", "/reset")

    def about(self) -> dict[str, Any]:
        """Vendor, virtual time, number of open jobs, and requests that cost nothing by endpoint."""
        return json.loads(self._ask("GET", ""))


@contextmanager
def process(vendor: str, *arguments: str, **settings: object) -> Iterator[Remote]:
    """An emulator as a process, as long as the context lasts.

    Args:
        vendor: Its name.
        *arguments: Of ``python -m picturelock.testing.emulators``.
        **settings: Of the vendor, as :meth:`~picturelock.testing.emulators.framework.Emulator.from_text` reads them.

    Raises:
        RuntimeError: It did not start.
    """
    command = [sys.executable, "-m", "picturelock.testing.emulators", vendor, *arguments]
    for name, value in settings.items():
        command += ["--option", f"{name}={value}"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        line = running.stdout.readline() if running.stdout is not None else ""
        if not line:
            raise RuntimeError(f"the {vendor} emulator did not start")
        yield Remote(json.loads(line)["url"])
    finally:
        running.terminate()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()
