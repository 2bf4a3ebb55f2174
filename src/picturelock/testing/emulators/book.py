"""The vendor's own account book: what it was asked, what it took on, what it charged.

It is written by the emulator from the vendor's rules alone and shares no code with Picturelock's ledger, so that the
two can be compared.
"""

import sqlite3
import threading
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from picturelock.core.value import Value


class Request(Value, frozen=True, kw_only=True):
    """A request to an endpoint that can cost money.

    Attributes:
        number: From 1, in order of arrival.
        token: Idempotency or client token that came with it; empty for none.
        digest: Of the body, hex.
        status: That was answered; 0 where the connection was closed without an answer.
        job: That came of it; empty for none.
        fault: That was applied to it; empty for none.
    """

    number: int
    at: datetime
    method: str
    path: str
    token: str
    digest: str
    status: int = 0
    job: str = ""
    fault: str = ""


class Change(Value, frozen=True, kw_only=True):
    """A job entered a state.

    Attributes:
        state: In the vendor's words.
    """

    at: datetime
    job: str
    state: str


class Accepted(Value, frozen=True, kw_only=True):
    """The vendor took on a job.

    Attributes:
        job: The vendor's id.
        request: Number of the request.
        operation: What is to be made: the vendor's endpoint.
        token: Client token; empty for none.
        digest: Of the request's body, hex.
        estimate: What the vendor foresees to charge, in the book's unit.
        flaw: What will be wrong with the result; empty for nothing. The customer is not told.
    """

    job: str
    request: int
    at: datetime
    operation: str
    model: str
    token: str
    digest: str
    estimate: Decimal
    flaw: str = ""


class Posting(Value, frozen=True, kw_only=True):
    """Money that moved.

    Attributes:
        amount: Exact, in the book's unit; a refund is negative.
        why: In a few words.
    """

    at: datetime
    job: str
    amount: Decimal
    unit: str
    why: str


class Applied(Value, frozen=True, kw_only=True):
    """A fault that was applied on purpose.

    Attributes:
        job: That it struck; empty where it struck none.
        path: Of the request, or of the callback.
    """

    at: datetime
    fault: str
    job: str
    path: str


class Delivery(Value, frozen=True, kw_only=True):
    """A callback that was tried.

    Attributes:
        attempt: From 1.
        status: The receiver's; 0 where it could not be reached.
    """

    at: datetime
    job: str
    url: str
    attempt: int
    status: int
    digest: str


class Doubled(Value, frozen=True, kw_only=True):
    """More than one job where one may have been meant.

    Attributes:
        by: What they share.
        shared: The token or the digest.
        jobs: In order of acceptance.
    """

    by: Literal["token", "body"]
    shared: str
    jobs: tuple[str, ...]


class Job(Value, frozen=True, kw_only=True):
    """A job with everything that the book says of it.

    Attributes:
        states: In order.
        charged: Net of refunds.
    """

    accepted: Accepted
    states: tuple[Change, ...]
    charged: Decimal

    @property
    def state(self) -> str:
        """The last one."""
        return self.states[-1].state if self.states else ""


class Statement(Value, frozen=True, kw_only=True):
    """The whole book at one moment.

    Attributes:
        unit: Of every amount: a currency, or the vendor's own (``CREDITS``).
        usd_per_unit: The vendor's list rate.
        visits: Requests to endpoints that cost nothing, by endpoint.
    """

    vendor: str
    unit: str
    usd_per_unit: Decimal
    requests: tuple[Request, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    changes: tuple[Change, ...] = ()
    postings: tuple[Posting, ...] = ()
    faults: tuple[Applied, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    visits: dict[str, int] = {}

    def jobs(self) -> dict[str, Job]:
        """Every job by its id, in order of acceptance."""
        states: dict[str, list[Change]] = {}
        for change in self.changes:
            states.setdefault(change.job, []).append(change)
        charged = self.charged()
        return {
            a.job: Job(
                accepted=a,
                states=tuple(states.get(a.job, ())),
                charged=charged.get(a.job, Decimal(0)),
            )
            for a in self.accepted
        }

    def charged(self) -> dict[str, Decimal]:
        """Net amount by job; jobs without a posting are missing."""
        net: dict[str, Decimal] = {}
        for posting in self.postings:
            net[posting.job] = net.get(posting.job, Decimal(0)) + posting.amount
        return net

    def net(self) -> Decimal:
        """Everything that was charged, less everything that was given back."""
        return sum((posting.amount for posting in self.postings), Decimal(0))

    def net_usd(self) -> Decimal:
        """The same at the vendor's list rate."""
        return self.net() * self.usd_per_unit

    def doubled(self) -> tuple[Doubled, ...]:
        """Jobs that share a client token, and jobs that share an identical body."""
        tokens: dict[str, list[str]] = {}
        bodies: dict[str, list[str]] = {}
        for accepted in self.accepted:
            if accepted.token:
                tokens.setdefault(accepted.token, []).append(accepted.job)
            bodies.setdefault(accepted.digest, []).append(accepted.job)
        return (
            *(
                Doubled(by="token", shared=shared, jobs=tuple(jobs))
                for shared, jobs in tokens.items()
                if len(jobs) > 1
            ),
            *(
                Doubled(by="body", shared=shared, jobs=tuple(jobs))
                for shared, jobs in bodies.items()
                if len(jobs) > 1
            ),
        )


Entry = Request | Accepted | Change | Posting | Applied | Delivery


class Book:
    """The account book while the emulator runs. Safe to read from any thread.

    Args:
        vendor: Whose.
        unit: Of amounts.
        usd_per_unit: List rate.
        path: Where the book is kept too: ``.sqlite`` grows entry by entry and so outlives a killed emulator,
            ``.json`` is written by :meth:`close`. ``None`` keeps it in memory.
    """

    def __init__(self, vendor: str, unit: str, usd_per_unit: Decimal, path: Path | None = None) -> None:
        self._vendor, self._unit, self._rate = vendor, unit, usd_per_unit
        self._guard = threading.RLock()
        self._path = path
        self._table = _Table(path) if path is not None and path.suffix in {".sqlite", ".db"} else None
        self._clear()

    def _clear(self) -> None:
        self._requests: list[Request] = []
        self._accepted: list[Accepted] = []
        self._changes: list[Change] = []
        self._postings: list[Posting] = []
        self._net: dict[str, Decimal] = {}
        self._total = Decimal(0)
        self._faults: list[Applied] = []
        self._deliveries: list[Delivery] = []
        self._visits: dict[str, int] = {}

    def _keep(self, kind: str, key: str, entry: Entry) -> None:
        if self._table is not None:
            self._table.keep(kind, key, entry)

    def asked(self, at: datetime, method: str, path: str, token: str, digest: str) -> int:
        """A request to a paid endpoint has come.

        Returns:
            Its number.
        """
        with self._guard:
            number = len(self._requests) + 1
            request = Request(number=number, at=at, method=method, path=path, token=token, digest=digest)
            self._requests.append(request)
            self._keep("request", str(number), request)
            return number

    def answered(self, number: int, *, status: int, job: str = "", fault: str = "") -> None:
        """What became of a request.

        Args:
            number: From :meth:`asked`.
            status: HTTP; 0 for none.
            job: That came of it.
            fault: That was applied.
        """
        with self._guard:
            request = self._requests[number - 1]
            request = msgspec.structs.replace(
                request, status=status, job=job or request.job, fault=fault or request.fault
            )
            self._requests[number - 1] = request
            self._keep("request", str(number), request)

    def visited(self, endpoint: str) -> None:
        """A request to an endpoint that costs nothing."""
        with self._guard:
            self._visits[endpoint] = self._visits.get(endpoint, 0) + 1

    def visits(self) -> dict[str, int]:
        """Requests to endpoints that cost nothing, by endpoint."""
        with self._guard:
            return dict(self._visits)

    def accept(self, entry: Accepted) -> None:
        """A job was taken on."""
        with self._guard:
            self._accepted.append(entry)
            self._keep("accepted", entry.job, entry)

    def change(self, at: datetime, job: str, state: str) -> None:
        """A job entered a state."""
        with self._guard:
            entry = Change(at=at, job=job, state=state)
            self._changes.append(entry)
            self._keep("change", str(len(self._changes)), entry)

    def charge(self, at: datetime, job: str, amount: Decimal, why: str) -> None:
        """Money was taken. Nothing is written for nothing."""
        self._post(at, job, amount, why)

    def refund(self, at: datetime, job: str, amount: Decimal, why: str) -> None:
        """Money was given back."""
        self._post(at, job, -amount, why)

    def _post(self, at: datetime, job: str, amount: Decimal, why: str) -> None:
        if not amount:
            return
        with self._guard:
            entry = Posting(at=at, job=job, amount=amount, unit=self._unit, why=why)
            self._postings.append(entry)
            self._net[job] = self._net.get(job, Decimal(0)) + amount
            self._total += amount
            self._keep("posting", str(len(self._postings)), entry)

    def fault(self, at: datetime, fault: str, *, job: str = "", path: str = "") -> None:
        """A fault was applied."""
        with self._guard:
            entry = Applied(at=at, fault=fault, job=job, path=path)
            self._faults.append(entry)
            self._keep("fault", str(len(self._faults)), entry)

    def deliver(self, entry: Delivery) -> None:
        """A callback was tried."""
        with self._guard:
            self._deliveries.append(entry)
            self._keep("delivery", str(len(self._deliveries)), entry)

    def net(self, job: str = "") -> Decimal:
        """What is charged now, of one job or of all."""
        with self._guard:
            return self._net.get(job, Decimal(0)) if job else self._total

    def statement(self) -> Statement:
        """Everything, as a value."""
        with self._guard:
            return Statement(
                vendor=self._vendor,
                unit=self._unit,
                usd_per_unit=self._rate,
                requests=tuple(self._requests),
                accepted=tuple(self._accepted),
                changes=tuple(self._changes),
                postings=tuple(self._postings),
                faults=tuple(self._faults),
                deliveries=tuple(self._deliveries),
                visits=dict(self._visits),
            )

    def reset(self) -> None:
        """Forget everything."""
        with self._guard:
            self._clear()
            if self._table is not None:
                self._table.clear()

    def close(self) -> None:
        """Write what is kept in a file."""
        with self._guard:
            if self._table is not None:
                self._table.close()
            elif self._path is not None:
                self._path.write_bytes(msgspec.json.format(msgspec.json.encode(self.statement()), indent=1))


class _Table:
    """Entries as rows, written as they happen."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS entries (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )

    def keep(self, kind: str, key: str, entry: Entry) -> None:
        self._base.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)",
            (kind, key, msgspec.json.encode(entry).decode()),
        )

    def clear(self) -> None:
        self._base.execute("DELETE FROM entries")

    def close(self) -> None:
        self._base.close()


def read_statement(data: bytes) -> Statement:
    """A statement from JSON, as ``GET /_emulator/book`` answers."""
    return msgspec.json.decode(data, type=Statement)


def posted(postings: Iterable[Posting]) -> Decimal:
    """The sum of postings."""
    return sum((posting.amount for posting in postings), Decimal(0))
