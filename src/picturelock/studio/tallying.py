"""How often makers were asked for something, and how often nothing came of it."""

import sqlalchemy as sa

from picturelock.core.ids import UnitId
from picturelock.core.paidcall import Phase, Submitting
from picturelock.core.value import Value
from picturelock.db import tables
from picturelock.generate import calls
from picturelock.generate.calls import OpenCall


class Asked(Value, frozen=True, kw_only=True):
    """What one call took.

    Attributes:
        requests: That left for the vendor; 1 for what is made here, and for what was refused before it left; 0 where the
            account never had a place for it.
        failed: Of these, how many brought nothing.
        paid: It was a vendor that was asked.
    """

    unit: UnitId
    requests: int
    failed: int
    paid: bool


def read_asked(connection: sa.Connection, production: str) -> list[Asked]:
    """Every call of a production, those to paid vendors first."""
    bought = calls.calls_of(connection, production)
    vendors = {call.call.vendor for call in bought}
    call = tables.call.c
    made_here = connection.execute(
        sa.select(call.unit, call.outcome).where(call.production == production, call.provider.not_in(vendors))
    )
    return [
        *(_bought(one) for one in bought),
        *(
            Asked(unit=UnitId(unit), requests=1, failed=int(outcome == "failed"), paid=False)
            for unit, outcome in made_here
        ),
    ]


def _bought(call: OpenCall) -> Asked:
    left = sum(isinstance(told.event, Submitting) for told in call.told)
    if not call.state.phase.ended:
        # The newest request may still bring something; those before it did not.
        waits = call.state.phase is Phase.RESERVED
        return Asked(unit=call.call.unit, requests=left, failed=left if waits else left - 1, paid=True)
    requests = left if call.state.had_no_place else max(left, 1)
    brought = call.state.phase is Phase.SETTLED
    return Asked(unit=call.call.unit, requests=requests, failed=requests - brought, paid=True)
