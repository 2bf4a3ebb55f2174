"""Time comes from outside: aware, UTC, and passed in."""

from datetime import UTC, datetime
from typing import Protocol

from picturelock.core.failures import Malformed


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


def aware(moment: datetime) -> datetime:
    """The moment in UTC.

    Raises:
        Malformed: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise Malformed(f"{moment.isoformat()} has no time zone", remedy="Add one, such as +00:00.")
    return moment.astimezone(UTC)
