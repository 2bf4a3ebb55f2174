"""Which limits reach a call, and whether one of them would be passed: decisions, without the book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from picturelock.core.failures import Stopped
from picturelock.core.money import Money
from picturelock.core.policy import Cap, Caps
from picturelock.ledger.scope import Scope


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap, and the part of the book that it holds for.

    Attributes:
        name: Where it is written in ``production.yaml``.
        what: The place in people's words.
    """

    name: str
    what: str
    scope: Scope
    cap: Cap


@dataclass(frozen=True, slots=True)
class Used:
    """What counts against a limit already.

    Attributes:
        money: Settled, unsettled and reserved, in the production's currency.
        own: The same in the currency that the cap is written in, where the vendor bills in it.
        takes: Made and under way.
    """

    money: Money
    own: Money | None = None
    takes: int = 0
    tokens: int = 0
    minutes: int = 0


def limits(caps: Caps, scope: Scope) -> tuple[Limit, ...]:
    """The limits that reach what is asked for, the widest first."""
    whole = Cap(money=caps.money, takes=caps.takes, tokens=caps.tokens, minutes=caps.minutes)
    found = [Limit("caps", "the production", Scope(), whole)]
    if scope.in_scene is not None:
        found.append(Limit("caps.scene", f"scene {scope.in_scene}", Scope(scene=scope.in_scene), caps.scene))
    if scope.in_shot is not None:
        found.append(Limit("caps.shot", f"shot {scope.in_shot}", Scope(shot=scope.in_shot), caps.shot))
    if scope.unit is not None:
        few = caps.takes_per_unit if caps.unit.takes is None else min(caps.takes_per_unit, caps.unit.takes)
        cap = Cap(money=caps.unit.money, takes=few, tokens=caps.unit.tokens, minutes=caps.unit.minutes)
        found.append(Limit("caps.unit", f"unit {scope.unit}", Scope(unit=scope.unit), cap))
    if scope.vendor in caps.vendor:
        cap = caps.vendor[scope.vendor]
        name = f"caps.vendor.{scope.vendor}"
        found.append(Limit(name, f"the vendor {scope.vendor}", Scope(vendor=scope.vendor), cap))
    if scope.task in caps.task:
        cap = caps.task[scope.task]
        found.append(Limit(f"caps.task.{scope.task}", f"the task {scope.task}", Scope(task=scope.task), cap))
    return tuple(limit for limit in found if limit.cap != Cap())


def hold_to(reaching: Sequence[Limit], used: Mapping[str, Used], quote: Money, home: Money) -> None:
    """Refuse what would pass a limit.

    Args:
        reaching: The limits that reach the call.
        used: What counts against each already, by its name.
        quote: The most that the call may cost, in the vendor's currency.
        home: The same in the production's.

    Raises:
        Stopped: One of them would be passed, or what costs has no money cap; nothing was charged.
    """
    if quote.amount and not any(limit.cap.money is not None for limit in reaching):
        raise Stopped(
            f"the call may cost {quote}, and no budget covers it",
            remedy="Set caps.money in production.yaml, or give --max-cost.",
        )
    for limit in reaching:
        before, cap = used[limit.name], limit.cap
        if cap.money is not None and quote.amount:
            _hold_money(limit, cap.money, before, quote, home)
        for word, field, count, most in (
            ("takes", "takes", before.takes, cap.takes),
            ("tokens", "tokens", before.tokens, cap.tokens),
            ("human minutes", "minutes", before.minutes, cap.minutes),
        ):
            if most is not None and count >= most:
                name = _takes_name(limit) if field == "takes" else f"{limit.name}.{field}"
                raise Stopped(
                    f"{limit.what} has used {count} {word}, and the cap is {most}",
                    remedy=f"Decide on what is there, or raise {name} in production.yaml.",
                )


def _takes_name(limit: Limit) -> str:
    return "caps.takes_per_unit or caps.unit.takes" if limit.name == "caps.unit" else f"{limit.name}.takes"


def _hold_money(limit: Limit, cap: Money, before: Used, quote: Money, home: Money) -> None:
    if cap.currency == home.currency:
        committed, asked = before.money, home
    elif cap.currency == quote.currency and before.own is not None:
        committed, asked = before.own, quote
    else:
        raise Stopped(
            f"the cap of {limit.what} is {cap}, which cannot be compared with {quote}",
            remedy=f"Write {limit.name}.money in {home.currency} or in {quote.currency}.",
        )
    if committed + asked > cap:
        raise Stopped(
            f"the call may cost {asked}; with {committed} committed, {limit.what} would pass its cap of {cap}",
            remedy=f"Raise {limit.name}.money in production.yaml, or let what is running settle first.",
        )
