"""How much is asked of a vendor at once: learned from what it turns away, and stopped while it is down.

Concurrency follows additive increase and multiplicative decrease, as congestion control does (Jacobson, "Congestion
avoidance and control", 1988): a turned away request halves what is allowed, and each round of accepted ones adds one.
The breaker opens after several outages in a row, and lets one request through after a pause that doubles.
"""

from datetime import datetime, timedelta

from picturelock.core.paidcall import FailureKind

_TRIPS_AFTER = 3
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)
_QUIET = timedelta(seconds=5)  # several refusals of one burst are one lesson


class Governor:
    """What one account may have in flight now.

    Args:
        most: Allowed by the account's terms.
        pace: Of pauses; below 1 for a vendor that is emulated in a hurry.
    """

    def __init__(self, most: int, pace: float = 1.0) -> None:
        self._most = max(1, most)
        self._pace = pace
        self._allowed = float(self._most)
        self._outages = 0
        self._closed_until: datetime | None = None
        self._halved_at: datetime | None = None
        self._not_before: datetime | None = None

    def room(self, in_flight: int, now: datetime, stalled: int = 0) -> int:
        """How many more may be sent now.

        Args:
            in_flight: Requests that are out or accepted and not done.
            now: Aware UTC.
            stalled: Of these, jobs that do not end. Only the vendor knows whether they still count, so while nothing
                else is in flight one request at a time asks it.
        """
        if self._not_before is not None and now < self._not_before:
            return 0
        another = 1 if in_flight == stalled and in_flight < self._most else 0
        if self._closed_until is not None:
            # Half open: one request tells whether the vendor is back.
            return another if now >= self._closed_until else 0
        return max(another, int(self._allowed) - in_flight)

    def blocked(self, stalled: int) -> bool:
        """Whether so many jobs that do not end take every place the account has."""
        return stalled >= self._most

    def accepted(self) -> None:
        """A request was taken."""
        self._outages = 0
        self._closed_until = None
        self._allowed = min(float(self._most), self._allowed + 1.0 / max(1.0, self._allowed))

    def turned_away(self, kind: FailureKind, now: datetime, after: timedelta | None = None) -> None:
        """A request was not taken.

        Args:
            kind: Why.
            now: Aware UTC.
            after: When the vendor wants to be asked again.
        """
        if after is not None:
            self._not_before = max(self._not_before or now, now + after * self._pace)
        if kind in {FailureKind.RATE, FailureKind.CONCURRENCY}:
            if self._halved_at is None or now - self._halved_at > _QUIET * self._pace:
                self._allowed = max(1.0, self._allowed / 2)
                self._halved_at = now
        elif kind is FailureKind.OUTAGE:
            self._outages += 1
            if self._outages >= _TRIPS_AFTER:
                doubled = _FIRST_PAUSE * 2 ** min(10, self._outages - _TRIPS_AFTER)
                self._closed_until = now + min(doubled, _LONGEST_PAUSE) * self._pace

    @property
    def allowed(self) -> int:
        """In flight at most, as learned so far."""
        return int(self._allowed)

    def closed(self, now: datetime) -> bool:
        """Whether the breaker is open: nothing is sent for a while."""
        return self._closed_until is not None and now < self._closed_until
