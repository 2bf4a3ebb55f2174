"""A process that reserves as fast as it can, started by the tests beside it, once for each process that they need.

Usage: caller.py PLACE FIRST COUNT. It says that it is ready, waits for a line, and then makes COUNT reservations under
one cap from several threads. Of each call that was let through it settles, releases or leaves in doubt by the call's
number. At the end it says how many were let through, stopped, and what the book held at most while it looked.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from picturelock.core.failures import Stopped
from picturelock.core.ids import CallId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, Quote
from picturelock.core.policy import Cap, Caps
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.ledger import book
from picturelock.ledger.scope import Scope

AT = datetime(2026, 5, 1, tzinfo=UTC)
PRICE = Money(1, "USD")
QUOTE = Quote(low=PRICE, expected=PRICE, high=PRICE)
CAPS = Caps(
    money=Money(100, "USD"),
    takes_per_unit=10_000,
    shot=Cap(money=Money(40, "USD")),
    vendor={"kling": Cap(money=Money(15, "USD"))},
)
THREADS = 4


def scope_of(number: int) -> Scope:
    vendor = "kling" if number % 5 == 0 else "runway"
    return Scope(unit=UnitId(f"SC010_SH{10 * (1 + number % 3):03d}.clip"), vendor=vendor, model="gen4.5")


def call_of(number: int) -> CallId:
    return CallId(f"C-{number:016x}")


def submit(database: Database, number: int) -> int:
    """Reserve, and go on as its number says. Gives what the book held afterwards, in millionths; -1 where it was stopped."""
    name, scope = call_of(number), scope_of(number)
    try:
        with database.write() as connection:
            connection.execute(
                sa.insert(tables.paid_call).values(
                    id=name,
                    production="p",
                    unit=scope.unit,
                    recipe=str(number),
                    brief="",
                    number=0,
                    vendor=scope.vendor,
                    model=scope.model,
                    token=str(number),
                    quote=QUOTE,
                    payload={},
                    intended_at=AT,
                )
            )
            book.reserve(connection, "p", CAPS, scope, name, QUOTE, None, 0, AT)
    except Stopped:
        return -1
    go_on(database, number)
    with database.read() as connection:
        return book.totals(connection, "p", "USD").committed.micros


def go_on(database: Database, number: int) -> None:
    name = call_of(number)
    match number % 4:
        case 0:
            with database.write() as connection:
                bill = Bill(amount=PRICE, source=BillSource.ANSWER)
                book.settle(connection, "p", name, bill, None, None, AT)
        case 1:
            with database.write() as connection:
                book.release(connection, "p", name, "refused", AT)
        case 2:
            with database.write() as connection:
                for sequence, kind in enumerate(("submitting", "lost")):
                    connection.execute(
                        sa.insert(tables.call_event).values(
                            call=name, sequence=sequence, kind=kind, body={"type": kind}, at=AT
                        )
                    )
        case _:
            pass


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(place: str, first: int, count: int) -> dict[str, Any]:
    with open_database(place) as database:
        say("ready")
        sys.stdin.readline()
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda number: submit(database, number), range(first, first + count)))
    passed = [held for held in found if held >= 0]
    return {"passed": len(passed), "stopped": len(found) - len(passed), "most": max(passed, default=0)}


if __name__ == "__main__":
    say(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
