"""The book's entries as postings: what each adds to which sum, and what is known of it.

A reservation that has ended posts nothing: its settlement does, or its release where it cost nothing. So the postings
of a book, or of any part of it, add up to what the book amounts to, whatever they are grouped by.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from picturelock.core.ids import TakeId, UnitId


class State(StrEnum):
    """Which sum a posting belongs to."""

    RESERVED = "reserved"
    UNSETTLED = "unsettled"
    SETTLED = "settled"
    RELEASED = "released"
    TOKENS = "tokens"
    MINUTES = "minutes"


class Category(StrEnum):
    """What money, tokens or time went into.

    Attributes:
        FIRST_TRY: A unit's first take.
        REWORK: Every later take of a unit.
        FAILED: A call that was charged and brought no take.
        CORRECTION: What turned out later and belongs to no call.
        UNDER_WAY: Reserved, and not decided yet.
        IN_DOUBT: Nobody knows whether it cost money.
        NOT_CHARGED: Reserved once, and given back.
        PEOPLE: Human minutes.
        AGENTS: Tokens that belong to no call.
    """

    FIRST_TRY = "first_try"
    REWORK = "rework"
    FAILED = "failed"
    CORRECTION = "correction"
    UNDER_WAY = "under_way"
    IN_DOUBT = "in_doubt"
    NOT_CHARGED = "not_charged"
    PEOPLE = "people"
    AGENTS = "agents"


@dataclass(frozen=True, slots=True)
class Posting:
    """What one entry adds to one sum.

    Attributes:
        micros: In the vendor's currency.
        home_micros: In the production's.
        quantity: Tokens or minutes.
        unit: Empty where it belongs to none.
        call: Empty where it belongs to no paid call.
        take: What it brought; empty where nothing came of it.
        source: How an amount is known (``core.paidcall.BillSource``).
    """

    state: State
    category: Category
    at: datetime
    micros: int
    currency: str
    home_micros: int
    quantity: int
    unit: str
    vendor: str
    model: str
    task: str
    by_whom: str
    call: str
    take: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class MadeTake:
    """A take, as far as money asks.

    Attributes:
        first: The unit's first.
    """

    id: TakeId
    unit: UnitId
    provider: str
    first: bool
