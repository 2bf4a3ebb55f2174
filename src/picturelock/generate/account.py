"""What is the same in every paid vendor's adapter: its door, its clock, and the connections that it keeps."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from picturelock.core.clock import Clock
from picturelock.engine.timekeeping import SystemClock
from picturelock.generate.access import Doorplate
from picturelock.generate.download import download
from picturelock.generate.transport import Line
from picturelock.generate.vendor import Download


class Account(ABC):
    """An account with a vendor. Its address is read when it is needed; each address has its own connections.

    Args:
        environment: Instead of the process's own.
        clock: Tells on which day a recipe is checked; the computer's by default.
        submit_seconds: After which the answer to a paid request counts as lost; what suits the vendor by default.

    Attributes:
        door: Where the vendor is, and what it is asked with.
        answer_within_seconds: What suits the vendor.
    """

    door: Doorplate
    answer_within_seconds: ClassVar[float]

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        submit_seconds: float | None = None,
    ) -> None:
        self._environment = environment
        self._clock = clock or SystemClock()
        self._submit_seconds = self.answer_within_seconds if submit_seconds is None else submit_seconds
        self._guard = threading.Lock()
        self._lines: dict[tuple[str, str], Line] = {}

    def fetch(self, result: str, folder: Path) -> Download:
        """Bring one result into a folder."""
        return download(result, folder, base_url=self.door.base_url(self._environment))

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            for line in self._lines.values():
                line.close()
            self._lines.clear()

    def _line(self, key: str = "") -> Line:
        """The line to where the vendor is now.

        Args:
            key: Variable of the key that opens it, where the vendor has several.
        """
        base = self.door.base_url(self._environment)
        with self._guard:
            if (base, key) not in self._lines:
                self._lines[base, key] = self._dial(base, key)
            return self._lines[base, key]

    @abstractmethod
    def _dial(self, base: str, key: str) -> Line: ...
