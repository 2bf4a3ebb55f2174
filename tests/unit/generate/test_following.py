"""Who looks at calls again and again sees what who looks for the first time sees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.failures import Retry
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import (
    Accepted,
    CallEvent,
    FailureKind,
    Lost,
    Phase,
    Quote,
    Refused,
    Submitting,
    TurnedAway,
    VendorFailure,
)
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.generate import calls
from picturelock.generate.calls import Following, PaidCall

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRICE = Money(1, "USD")
BUSY = VendorFailure(kind=FailureKind.RATE, message="busy", retry=Retry.LATER)

NEXT: dict[Phase, list[Callable[[], CallEvent]]] = {
    Phase.RESERVED: [lambda: Submitting(worker="w"), lambda: Refused(failure=BUSY)],
    Phase.SUBMITTING: [
        lambda: Accepted(job="j", endpoint="e"),
        lambda: Lost(why="line"),
        lambda: TurnedAway(failure=BUSY, not_before=NOON),
        lambda: Refused(failure=BUSY),
    ],
}


def intend(database: Database, number: int) -> CallId:
    name = CallId(f"C-{number:016x}")
    with database.write() as connection:
        calls.intend(
            connection,
            PaidCall(
                id=name,
                production="pq"[number % 2],
                unit=UnitId("SC010_SH010.clip"),
                recipe=Digest.of(str(number).encode()),
                brief=Digest.of(b"brief"),
                number=0,
                vendor=("kling", "runway")[number % 3 == 0],
                model="m",
                token=f"t{number}",
                quote=Quote(low=PRICE, expected=PRICE, high=PRICE),
                payload={},
                intended_at=NOON + timedelta(seconds=number),
            ),
        )
    return name


@settings(max_examples=25)
@given(st.data())
def test_what_is_followed_is_what_is_there(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, open_database(Path(folder) / "facts.db") as database:
        with database.write() as connection:
            for production in "pq":
                connection.execute(
                    sa.insert(tables.production).values(id=production, title="t", created_at=NOON)
                )
        watchers = [
            Following(vendor="kling"),
            Following(production="p"),
            Following(vendor="runway", production="q"),
        ]
        names: list[CallId] = []
        for _ in range(data.draw(st.integers(1, 12))):
            for _ in range(data.draw(st.integers(0, 4))):
                if not names or data.draw(st.booleans()):
                    names.append(intend(database, len(names)))
                    continue
                known = calls.read_now(database, data.draw(st.sampled_from(names)))
                can = NEXT.get(known.state.phase)
                if can:
                    with database.write() as connection:
                        calls.tell(
                            connection, known.call.id, known.state, data.draw(st.sampled_from(can))(), NOON
                        )
            with database.read() as connection:
                everything = [calls.read(connection, name) for name in names]
                is_open = [call for call in everything if not call.state.phase.ended]
                seen = [watcher.open_calls(connection) for watcher in watchers]
            assert seen[0] == [c for c in is_open if c.call.vendor == "kling"]
            assert seen[1] == [c for c in is_open if c.call.production == "p"]
            assert seen[2] == [c for c in is_open if (c.call.vendor, c.call.production) == ("runway", "q")]
