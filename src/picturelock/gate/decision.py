"""What to do about a take: one decision with its reason, by a pure function from facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from picturelock.core.policy import Action, Decision
from picturelock.core.take import Category, Verdict

# What mends each kind of failure, mildest first. A retry with another seed comes before all of them.
LADDER: Mapping[Category, tuple[Action, ...]] = {
    Category.CHARACTER: (Action.LOCAL_FIX, Action.RE_ANCHOR, Action.OTHER_MODEL, Action.FALL_BACK),
    Category.SPATIAL: (
        Action.LOCAL_FIX,
        Action.RE_ANCHOR,
        Action.OTHER_MODEL,
        Action.DOWNGRADE,
        Action.FALL_BACK,
    ),
    Category.MULTI_CHARACTER: (Action.SPLIT, Action.DOWNGRADE, Action.FALL_BACK),
    Category.MOTION: (Action.OTHER_MODEL, Action.DOWNGRADE, Action.FALL_BACK),
    Category.PLATFORM: (Action.OTHER_MODEL, Action.FALL_BACK),
}

# Actions after which nothing further happens by itself.
FINAL = frozenset({Action.ACCEPT, Action.ASK, Action.ESCALATE, Action.ABANDON})

WORDS: Mapping[Category, str] = {
    Category.CHARACTER: "character consistency",
    Category.SPATIAL: "space and scale",
    Category.MULTI_CHARACTER: "multi-character collapse",
    Category.MOTION: "image to video",
    Category.PLATFORM: "tool and platform",
}
"""The kinds of failure in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts about a unit that a decision rests on.

    Attributes:
        takes: Candidates made so far, this one included.
        cap: Most candidates of one unit; no decision asks for one more than that.
        retries: Reseeded candidates allowed before something else is changed.
        retried: Reseeded candidates made so far.
        deterministic: The provider answers the same recipe with the same bytes.
        available: What can be done here and now; ``RETRY`` and the final actions need not be named.
        taken: What has been done about this unit before; nothing but a retry is done twice.
        escalated: A person has been called already and sent it back.
    """

    takes: int
    cap: int = 30
    retries: int = 2
    retried: int = 0
    deterministic: bool = False
    available: frozenset[Action] = frozenset()
    taken: tuple[Action, ...] = ()
    escalated: bool = False


def decide(verdict: Verdict, situation: Situation, category: Category | None = None) -> Decision:
    """What follows from a verdict.

    Args:
        verdict: A gate's answer on the newest take of a unit.
        situation: What has been tried, what may be.
        category: The diagnosis; failures without one count as tool and platform.

    Returns:
        ``ACCEPT`` only where nothing failed and nothing is left open; ``ASK`` where something was not measured; else
        the mildest remedy that has not been tried; ``ESCALATE`` when there is none or the cap is reached, and
        ``ABANDON`` when a person has been called already.
    """
    if verdict.passed:
        noted = len(verdict.advice)
        reason = f"all checks of {verdict.profile} passed"
        return Decision(
            action=Action.ACCEPT, reason=f"{reason}; {noted} noted for review" if noted else reason
        )
    if not verdict.failures:
        names = ", ".join(r.check for r in verdict.unknown)
        return Decision(action=Action.ASK, reason=f"not measured: {names}; a person has to look")
    category = category or Category.PLATFORM
    why = f"{WORDS[category]}: {verdict.failures[0].reason}"
    if situation.takes >= situation.cap:
        return _give_up(situation, category, f"{why}; the cap of {situation.cap} candidates is reached")
    if not situation.deterministic and situation.retried < situation.retries:
        number = situation.retried + 1
        return Decision(
            action=Action.RETRY,
            reason=f"{why}; retry {number} of {situation.retries} with another seed",
            category=category,
        )
    for action in LADDER[category]:
        if action in situation.available and action not in situation.taken:
            said = action.value.replace("_", " ")
            return Decision(action=action, reason=f"{why}; next remedy: {said}", category=category)
    tried = (
        "the provider would answer the same recipe with the same bytes"
        if situation.deterministic
        else f"{situation.retried} retries did not help"
    )
    return _give_up(situation, category, f"{why}; {tried} and no remedy is left")


def _give_up(situation: Situation, category: Category, reason: str) -> Decision:
    action = Action.ABANDON if situation.escalated else Action.ESCALATE
    return Decision(action=action, reason=reason, category=category)
