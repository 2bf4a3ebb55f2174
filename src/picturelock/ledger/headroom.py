"""Every cap with what is used of it: what people see before a cap stops them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from picturelock.core.ids import SceneCode, ShotCode, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Caps
from picturelock.core.value import Value
from picturelock.ledger.caps import Limit, Used, limits
from picturelock.ledger.postings import MadeTake, Posting, State
from picturelock.ledger.scope import Scope

NEAR = Decimal("0.8")
"""From this share on a cap is near."""

_SHOWN = Decimal("0.001")
_COMMITTED = {State.RESERVED, State.UNSETTLED, State.SETTLED}


class Nearness(StrEnum):
    """How far a limit is away: ``reached`` is all of it used, so that nothing more fits."""

    CLEAR = "clear"
    NEAR = "near"
    REACHED = "reached"


class CapUse(Value, frozen=True, kw_only=True):
    """A cap, and how much of it is used.

    Attributes:
        name: Where it is written in ``production.yaml``.
        what: The place in people's words.
        of: ``money``, ``takes``, ``tokens`` or ``minutes``.
        limit: The cap.
        used: Settled, unsettled and reserved together; for takes those under way included.
        share: Used / cap, 0 or more; ``None`` for a cap of nothing, or one that cannot be compared.
        nearness: ``near`` from 0.8 on.
    """

    name: str
    what: str
    of: str
    limit: Money | int
    used: Money | int
    share: Decimal | None
    nearness: Nearness


@dataclass(slots=True)
class _Tally:
    """What counts against the caps of one place."""

    home: int = 0
    takes: int = 0
    tokens: int = 0
    minutes: int = 0


def cap_uses(caps: Caps, postings: Sequence[Posting], made: Iterable[MadeTake]) -> tuple[CapUse, ...]:
    """Every cap that is written, for every place where something was made or spent; the fullest first.

    The production's, the vendors' and the task cards' are given before anything is spent too.

    Args:
        caps: The production's limits.
        postings: Of its book.
        made: Its takes.
    """
    # Many entries lie in few places.
    places = cache(_places)
    tallies: defaultdict[Scope, _Tally] = defaultdict(_Tally)
    own: defaultdict[Scope, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    task_takes: defaultdict[Scope, set[str]] = defaultdict(set)
    for posting in postings:
        for scope in places(posting.unit, posting.vendor, posting.task):
            tally = tallies[scope]
            if posting.state in _COMMITTED:
                tally.home += posting.home_micros
                own[scope][posting.currency] += posting.micros
            if posting.state in {State.RESERVED, State.UNSETTLED} and posting.call:
                tally.takes += 1
            if posting.state is State.TOKENS:
                tally.tokens += posting.quantity
            if posting.state is State.MINUTES:
                tally.minutes += posting.quantity
            if scope.task and posting.take:
                task_takes[scope].add(posting.take)
    for take in made:
        for scope in places(str(take.unit), take.provider, ""):
            tallies[scope].takes += 1
    for scope, names in task_takes.items():
        tallies[scope].takes += len(names)
    found: dict[tuple[str, str], Limit] = {}
    for scope in (
        *tallies,
        Scope(),
        *(Scope(vendor=name) for name in caps.vendor),
        *(Scope(task=name) for name in caps.task),
    ):
        found |= {(limit.name, limit.what): limit for limit in limits(caps, scope)}
    uses = [
        use
        for limit in found.values()
        for use in _uses(limit, _used(tallies[limit.scope], own[limit.scope], limit, caps.currency))
    ]
    return tuple(sorted(uses, key=lambda use: -(use.share if use.share is not None else Decimal(1))))


def _places(unit: str, vendor: str, task: str) -> tuple[Scope, ...]:
    """The scopes of caps that an entry lies in, as :func:`picturelock.ledger.caps.limits` writes them."""
    places = [Scope()]
    if unit:
        name = UnitId(unit)
        places += [Scope(scene=SceneCode(name.shot.scene)), Scope(shot=ShotCode(name.shot)), Scope(unit=name)]
    if vendor:
        places.append(Scope(vendor=vendor))
    if task:
        places.append(Scope(task=task))
    return tuple(places)


def _used(tally: _Tally, own: dict[str, int], limit: Limit, currency: str) -> Used:
    money = limit.cap.money
    elsewise = [
        code for code, micros in own.items() if micros and money is not None and code != money.currency
    ]
    return Used(
        money=Money.from_micros(tally.home, currency),
        own=None
        if money is None or elsewise
        else Money.from_micros(own.get(money.currency, 0), money.currency),
        takes=tally.takes,
        tokens=tally.tokens,
        minutes=tally.minutes,
    )


def _uses(limit: Limit, used: Used) -> list[CapUse]:
    cap = limit.cap
    found: list[CapUse] = []
    if cap.money is not None:
        spent = used.money if cap.money.currency == used.money.currency else used.own
        share = None
        if spent is not None:
            share = _share(spent.amount, cap.money.amount)
        found.append(_use(limit, "money", cap.money, spent if spent is not None else used.money, share))
    for of, most, count in (
        ("takes", cap.takes, used.takes),
        ("tokens", cap.tokens, used.tokens),
        ("minutes", cap.minutes, used.minutes),
    ):
        if most is not None:
            found.append(_use(limit, of, most, count, _share(Decimal(count), Decimal(most))))
    return found


def _use(limit: Limit, of: str, most: Money | int, used: Money | int, share: Decimal | None) -> CapUse:
    nearness = Nearness.CLEAR
    if share is None or share >= 1:
        nearness = Nearness.REACHED
    elif share >= NEAR:
        nearness = Nearness.NEAR
    return CapUse(
        name=limit.name,
        what=limit.what,
        of=of,
        limit=most,
        used=used,
        share=share.quantize(_SHOWN) if share is not None else None,
        nearness=nearness,
    )


def _share(used: Decimal, cap: Decimal) -> Decimal | None:
    return used / cap if cap > 0 else None
