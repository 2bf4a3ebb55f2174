"""Where a unit stands, from its takes and what was said about them.

Nothing of this is stored: it is computed from facts each time it is asked for, so that it cannot be wrong about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from picturelock.core.digest import Digest
from picturelock.core.ids import TakeId
from picturelock.core.take import Review, ReviewKind


@dataclass(frozen=True, slots=True)
class Candidate:
    """What standing needs to know of a take."""

    id: TakeId
    brief: Digest
    attempt: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The approved take fits the board as it is now."""

    take: TakeId


@dataclass(frozen=True, slots=True)
class Waiting:
    """A take that fits the board waits for a decision.

    Attributes:
        takes: Oldest first.
        standby: An approved take of an earlier board that stays in use until then.
    """

    takes: tuple[TakeId, ...]
    standby: TakeId | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new take is wanted.

    Attributes:
        attempt: Number of the next candidate.
        standby: An approved take of an earlier board; it stays usable.
        notes: What the reviewers asked for since the last approval, oldest first.
        latest: The newest take of any board, to name what changed since.
    """

    attempt: int
    standby: TakeId | None
    notes: tuple[str, ...]
    latest: TakeId | None


Standing = Chosen | Waiting | Wanted


@dataclass(frozen=True, slots=True)
class Said:
    """The reviews of one unit, read in order."""

    approved: tuple[TakeId, ...]
    rejected: frozenset[TakeId]
    retakes: int
    notes: tuple[str, ...]
    superseded: frozenset[TakeId]


def read_reviews(reviews: Sequence[Review], takes: Sequence[Candidate] = ()) -> Said:
    """What the reviews of one unit amount to; the last word on a take counts.

    A retake asks for one more candidate, and so does the rejection of a take that nothing newer was asked for since. A
    retake also sets aside every approval before it, until one of these takes is approved again.

    Args:
        reviews: Oldest first.
        takes: The unit's takes; the rejection of one that is not among them counts as that of the newest.
    """
    attempts = {take.id: take.attempt for take in takes}
    approved: list[TakeId] = []
    rejected: set[TakeId] = set()
    superseded: set[TakeId] = set()
    notes: list[str] = []
    retakes = 0
    for review in reviews:
        take = review.take
        if review.kind is ReviewKind.APPROVE and take is not None:
            if take in approved:
                approved.remove(take)
            approved.append(take)
            rejected.discard(take)
            superseded.discard(take)
            notes.clear()
            continue
        if review.kind is ReviewKind.REJECT and take is not None:
            rejected.add(take)
            if take in approved:
                approved.remove(take)
            if attempts.get(take, retakes) < retakes:
                continue
        else:
            superseded.update(approved)
        retakes += 1
        if review.note:
            notes.append(review.note)
    return Said(tuple(approved), frozenset(rejected), retakes, tuple(notes), frozenset(superseded))


def standing(takes: Sequence[Candidate], reviews: Sequence[Review], brief: Digest) -> Standing:
    """Where a unit stands against the brief that the board gives it now.

    Args:
        takes: The unit's takes, oldest first.
        reviews: The unit's reviews, oldest first.
        brief: Digest of what is wanted now.
    """
    said = read_reviews(reviews, takes)
    known = {take.id: take for take in takes}
    approved = [known[t] for t in said.approved if t in known]
    for take in reversed(approved):
        if take.brief == brief and take.id not in said.superseded:
            return Chosen(take.id)
    standby = approved[-1].id if approved else None
    waiting = tuple(
        take.id
        for take in takes
        if take.brief == brief
        and take.attempt >= said.retakes
        and take.id not in said.rejected
        and take.id not in said.superseded
    )
    if waiting:
        return Waiting(waiting, standby)
    return Wanted(said.retakes, standby, said.notes, takes[-1].id if takes else None)
