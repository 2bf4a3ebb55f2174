"""Whose request goes next: by priority, then fairly between productions and users, then in order of asking."""

from collections import Counter
from collections.abc import Iterable, Sequence

from picturelock.generate.calls import OpenCall


def next_calls(waiting: Sequence[OpenCall], in_flight: Iterable[OpenCall], room: int) -> list[OpenCall]:
    """The calls to send now.

    Of equal priority, that goes first whose production has least in flight, and in it whose user has least.

    Args:
        waiting: Ready to be sent.
        in_flight: Sent and not done, of the same account.
        room: How many may be sent.
    """
    productions: Counter[str] = Counter()
    users: Counter[tuple[str, str]] = Counter()
    for other in in_flight:
        productions[other.call.production] += 1
        users[other.call.production, other.call.by_whom] += 1
    left, chosen = list(waiting), []
    while left and len(chosen) < room:
        first = min(
            left,
            key=lambda c: (
                c.call.priority,
                productions[c.call.production],
                users[c.call.production, c.call.by_whom],
                c.call.intended_at,
                c.call.id,
            ),
        )
        left.remove(first)
        chosen.append(first)
        productions[first.call.production] += 1
        users[first.call.production, first.call.by_whom] += 1
    return chosen
