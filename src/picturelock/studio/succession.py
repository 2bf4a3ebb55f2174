"""Who may take over a unit that its maker could not make: the production's policy, held against what each can do."""

from collections.abc import Iterable, Sequence
from datetime import date

from picturelock.core.board import Shot, Unit, UnitKind
from picturelock.core.brief import Brief
from picturelock.core.failures import UserError
from picturelock.core.paidcall import FailureKind, VendorFailure
from picturelock.core.policy import Action
from picturelock.core.take import Operation
from picturelock.generate.registry import route
from picturelock.generate.vendor import Vendor
from picturelock.review.falling import Fall, makers_left
from picturelock.studio.contracting import contract_verdict
from picturelock.studio.planning import Snapshot
from picturelock.studio.recipes import fallback_of, maker_of

#: What a person has to mend: another maker would only hide it.
_A_PERSONS = {FailureKind.NO_CREDIT, FailureKind.UNAUTHORISED, FailureKind.GONE}
_MODERATED = {FailureKind.MODERATED_INPUT, FailureKind.MODERATED_OUTPUT}


def successors(
    snapshot: Snapshot, shot: Shot, unit: Unit, brief: Brief, falls: Sequence[Fall], on: date
) -> tuple[str, ...]:
    """Makers that the policy names for a unit, that were not tried and can do it; in the policy's order.

    Args:
        snapshot: Board and settings.
        shot: The unit's.
        unit: What is wanted.
        brief: What a maker would be given.
        falls: In force.
        on: The day; models come and go.
    """
    settings = snapshot.settings
    left = makers_left(maker_of(unit, settings), fallback_of(unit, settings), falls)
    return tuple(maker for maker in left if _can(maker, snapshot, shot, unit, brief, on))


def _can(maker: str, snapshot: Snapshot, shot: Shot, unit: Unit, brief: Brief, on: date) -> bool:
    found, model = route(maker)
    wanted = {UnitKind.CLIP: Operation.ANIMATE, UnitKind.VOICE: Operation.SPEAK}.get(
        unit.kind, Operation.DRAW
    )
    if wanted not in model.operations or not contract_verdict(snapshot, shot, unit, maker).passed:
        return False
    if isinstance(found, Vendor):
        try:
            options = snapshot.settings.vendors.get(found.name, {})
            found.plan(maker.partition("/")[2] or model.name, brief, dict(options), on)
        except UserError:
            return False
    return True


def is_paid(maker: str) -> bool:
    """Whether a maker's takes are bought."""
    return isinstance(route(maker)[0], Vendor)


def open_actions(others: Sequence[str]) -> frozenset[Action]:
    """What a decision may choose from: another model, if that is who comes next; a maker that costs nothing, if any."""
    actions = {Action.OTHER_MODEL} if others and is_paid(others[0]) else set[Action]()
    if unpaid(others):
        actions.add(Action.FALL_BACK)
    return frozenset(actions)


def unpaid(others: Iterable[str]) -> tuple[str, ...]:
    """Those that cost nothing."""
    return tuple(maker for maker in others if not is_paid(maker))


def after_refusal(others: Sequence[str], failure: VendorFailure, refused_by: str = "") -> tuple[str, ...]:
    """Who may take over where a call brought nothing.

    Args:
        others: ``provider/model``, in the policy's order.
        failure: Why it brought nothing.
        refused_by: The provider. Where its account has no place, it has none for its other models either.

    What was refused for its content is not carried from one vendor to the next. An account without credit, a key that
    does not open, and a call that a person gave up are for a person.
    """
    if failure.kind in _A_PERSONS:
        return ()
    if failure.kind is FailureKind.NO_PLACE:
        return tuple(other for other in others if other.partition("/")[0] != refused_by)
    return unpaid(others) if failure.kind in _MODERATED else tuple(others)
