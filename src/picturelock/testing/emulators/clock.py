"""The emulator's time: the real one, faster, and pushed forward by hand."""

import threading
import time
from datetime import datetime, timedelta

from picturelock.engine.timekeeping import SystemClock


class VirtualClock:
    """Aware UTC that passes ``scale`` times as fast as the real one and can be moved forward.

    Args:
        scale: Virtual seconds per real second; 0 stands still unless it is moved.
        start: What the clock shows now; ``None`` for the real time.
    """

    def __init__(self, scale: float = 1.0, start: datetime | None = None) -> None:
        self.scale = scale
        self._started = SystemClock().now()
        self._start = start or self._started
        self._since = time.monotonic()
        self._ahead = timedelta()
        self._guard = threading.Lock()

    def now(self) -> datetime:
        """Virtual time."""
        with self._guard:
            return (
                self._start + timedelta(seconds=(time.monotonic() - self._since) * self.scale) + self._ahead
            )

    def real(self) -> datetime:
        """Real time: what a client's signatures are dated by."""
        return self._started + timedelta(seconds=time.monotonic() - self._since)

    def advance(self, seconds: float) -> datetime:
        """Move forward.

        Returns:
            The time after.

        Raises:
            ValueError: Backwards.
        """
        if seconds < 0:
            raise ValueError("a clock does not go back")
        with self._guard:
            self._ahead += timedelta(seconds=seconds)
        return self.now()
