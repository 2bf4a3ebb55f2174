"""Falling back: who makes a unit once its first maker could not, where the production's policy names others.

A fall is a fact. It holds for the brief that it happened to, and until a person asks for another take: then the first
maker is asked again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from picturelock.core.digest import Digest
from picturelock.core.ids import UnitId
from picturelock.core.policy import Action
from picturelock.core.take import Review
from picturelock.core.value import Value

POLICY = "policy:"


class Fall(Value, frozen=True, kw_only=True):
    """A unit went from one maker to another.

    Attributes:
        brief: Of what was wanted.
        left: ``provider/model`` that could not.
        to: ``provider/model`` that takes over.
        action: ``other_model`` to one that is paid, ``fall_back`` to one that costs nothing.
        retakes: Candidates asked for before; the new maker's retries count from here.
    """

    unit: UnitId
    brief: Digest
    left: str
    to: str
    action: Action
    reason: str
    retakes: int
    at: datetime


def in_force(falls: Iterable[Fall], reviews: Iterable[Review], brief: Digest) -> tuple[Fall, ...]:
    """The falls that count for a unit now, oldest first.

    Args:
        falls: Of the unit, oldest first.
        reviews: Of the unit.
        brief: Digest of what is wanted now.
    """
    asked = [review.at for review in reviews if not review.by.startswith(POLICY)]
    since = max(asked, default=None)
    return tuple(fall for fall in falls if fall.brief == brief and (since is None or fall.at > since))


def makers_left(first: str, fallback: Sequence[str], falls: Sequence[Fall]) -> tuple[str, ...]:
    """Who could take over, in the order of the policy; nobody twice.

    Args:
        first: Who is asked before anybody falls back.
        fallback: The policy's makers.
        falls: In force.
    """
    tried = {first, *(fall.to for fall in falls)}
    return tuple(maker for maker in dict.fromkeys(fallback) if maker not in tried)
