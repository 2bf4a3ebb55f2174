"""Many processes at one cap: what they may spend together is never passed, whatever comes of the calls."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from picturelock.core.ids import ShotCode
from picturelock.core.money import Money
from picturelock.db import tables
from picturelock.db.connection import open_database
from picturelock.ledger import book
from picturelock.ledger.scope import Scope
from picturelock.ledger.totals import Totals

CALLER = Path(__file__).with_name("caller.py")
PROCESSES = 4
#: A call that will be released may be the last to hold what others were refused for.
IN_THE_AIR = Money(PROCESSES * 4, "USD")


@pytest.mark.parametrize("submissions", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_submissions_of_four_processes_never_pass_a_cap(place: Path | str, submissions: int) -> None:
    with open_database(place) as database, database.write() as connection:
        at = datetime(2026, 5, 1, tzinfo=UTC)
        connection.execute(sa.insert(tables.production).values(id="p", title="Tide", created_at=at))
    each = submissions // PROCESSES
    started = [
        subprocess.Popen(
            [sys.executable, str(CALLER), str(place), str(number * each), str(each)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        # All stand at the line before the first is let go.
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [json.loads(process.communicate()[0]) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert sum(one["passed"] + one["stopped"] for one in said) == submissions
    # No process has ever seen more committed than the cap, while the others were at it.
    assert max(one["most"] for one in said) <= Money(100, "USD").micros
    with open_database(place) as database, database.read() as connection:
        whole = book.totals(connection, "p", "USD")
        assert whole.committed <= Money(100, "USD"), "the cap was passed"
        assert whole.committed >= Money(100, "USD") - IN_THE_AIR, "money that was free was refused"
        assert whole.unsettled > Money(0, "USD")
        assert whole.reserved > Money(0, "USD")
        assert whole.settled > Money(0, "USD")
        for shot in ("SC010_SH010", "SC010_SH020", "SC010_SH030"):
            assert _of(connection, Scope(shot=ShotCode(shot))).committed <= Money(40, "USD")
        assert _of(connection, Scope(vendor="kling")).committed <= Money(15, "USD")
        entry = tables.ledger_entry.c
        names = connection.execute(sa.select(entry.call).where(entry.kind == "reserve")).scalars().all()
    assert len(names) == len(set(names)) == sum(one["passed"] for one in said)


def _of(connection: sa.Connection, scope: Scope) -> Totals:
    return book.totals(connection, "p", "USD", scope)
