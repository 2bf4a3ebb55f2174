"""The plan: what a run would make, reuse and cost, and which fields changed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count

from picturelock.core.brief import read_brief
from picturelock.core.digest import Digest
from picturelock.core.failures import NotFound
from picturelock.core.ids import TakeId
from picturelock.core.money import Money
from picturelock.core.policy import Settings
from picturelock.core.take import Recipe
from picturelock.generate.registry import maker as maker_named
from picturelock.generate.registry import route
from picturelock.generate.vendor import Vendor
from picturelock.ledger.rates import convert
from picturelock.review.standing import Chosen, Waiting, Wanted
from picturelock.studio.contracting import gaps
from picturelock.studio.exchange import rate_of
from picturelock.studio.facts import Facts
from picturelock.studio.looking import look
from picturelock.studio.planning import (
    Goal,
    Plan,
    PlanAction,
    PlanItem,
    Snapshot,
    Wish,
    build_brief,
    kinds_of,
    stale_fields,
)
from picturelock.studio.pricing import priced
from picturelock.studio.production import Production
from picturelock.studio.recipes import maker_of, write_recipe
from picturelock.studio.vouching import check_names, check_rates


def plan(
    production: Production, goal: Goal, on_progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Plan:
    """What a run towards the goal would do.

    Args:
        production: Whose.
        goal: How far.
        on_progress: Told how many units are looked at, of how many.
    """
    snapshot = production.snapshot()
    check_names(snapshot.settings)
    check_rates(snapshot.board, snapshot.settings)
    total = sum(1 for _ in snapshot.board.units())
    steps = count(1)  # each unit is looked at, and then reckoned

    def step() -> None:
        on_progress(next(steps) // 2, total)

    found, known = look(production, snapshot, on_unit=step)
    briefs = {take.id: take.brief for takes in known.candidates.values() for take in takes}
    items: list[PlanItem] = []
    reused = 0
    with priced(production.folder):
        for wish in found:
            step()
            if wish.unit.kind not in kinds_of(goal):
                continue
            item = _item(production, snapshot, wish, known, briefs)
            if item is None:
                reused += 1
            else:
                items.append(item)
    return Plan(items=tuple(items), reused=reused, goal=goal)


def _item(
    production: Production,
    snapshot: Snapshot,
    wish: Wish,
    known: Facts,
    briefs: Mapping[TakeId, Digest],
) -> PlanItem | None:
    unit = wish.unit
    maker = maker_of(unit, snapshot.settings, wish.fell_to)
    takes = known.takes_of(unit.id)
    match wish.standing:
        case None:
            reasons = tuple(f"follows {need}" for need in wish.waits_on)
            return PlanItem(
                unit=unit.id,
                kind=unit.kind,
                action=PlanAction.FOLLOW,
                reasons=reasons,
                maker=maker,
                take=wish.in_use or (takes[-1].id if takes else None),
            )
        case Chosen(take):
            if not wish.pinned or briefs.get(take) == wish.brief:
                return None
            return PlanItem(
                unit=unit.id,
                kind=unit.kind,
                action=PlanAction.KEEP,
                reasons=_changes(production, snapshot, wish, briefs.get(take)),
                maker=maker,
                take=take,
            )
        case Waiting(waiting):
            return PlanItem(
                unit=unit.id,
                kind=unit.kind,
                action=PlanAction.ASK,
                reasons=(f"{len(waiting)} take{'s' * (len(waiting) > 1)} to review",),
                maker=maker,
                take=waiting[-1],
            )
        case Wanted():
            return _to_make(production, snapshot, wish, wish.standing, briefs, maker)


def _to_make(
    production: Production,
    snapshot: Snapshot,
    wish: Wish,
    wanted: Wanted,
    briefs: Mapping[TakeId, Digest],
    maker: str,
) -> PlanItem:
    lacking = gaps(snapshot, wish)
    if lacking:
        return PlanItem(
            unit=wish.unit.id,
            kind=wish.unit.kind,
            action=PlanAction.MEND,
            reasons=lacking,
            maker=maker,
            take=wish.in_use,
        )
    brief = build_brief(snapshot, wish.scene, wish.shot, wish.unit, wish.rests_on)
    old = wanted.standby or wanted.latest
    reasons = list(_changes(production, snapshot, wish, briefs.get(old) if old else None))
    reasons += [f"retake: {note}" for note in wanted.notes]
    if not reasons:
        reasons.append("a new candidate was asked for" if wanted.latest else "not made yet")
    _, model = route(maker)
    assert wish.brief is not None  # noqa: S101  # a wish with a standing has its brief
    now = production.clock.now()
    recipe = write_recipe(snapshot, wish, wanted, brief, wish.brief, now.date())
    low, expected, high = _foreseen(recipe, snapshot.settings, now)
    tries = 1 if model.deterministic else snapshot.settings.retries + 1
    return PlanItem(
        unit=wish.unit.id,
        kind=wish.unit.kind,
        action=PlanAction.MAKE,
        reasons=tuple(reasons),
        maker=f"{recipe.provider}/{recipe.model}",
        take=wish.in_use,
        low=low,
        expected=expected,
        high=high * tries,
    )


def _foreseen(recipe: Recipe, settings: Settings, now: datetime) -> tuple[Money, Money, Money]:
    """Low, expected and high for one take, in the production's currency."""
    found = maker_named(recipe.provider)
    if not isinstance(found, Vendor):
        quote = found.quote(recipe)
        return quote, quote, quote
    told = found.quote(recipe, now.date())
    rate = rate_of(settings, told.high.currency, found.name, now)
    low, expected, high = (
        convert(amount, rate, settings.caps.currency) for amount in (told.low, told.expected, told.high)
    )
    return low, expected, high


def _changes(production: Production, snapshot: Snapshot, wish: Wish, old: Digest | None) -> tuple[str, ...]:
    if old is None or old == wish.brief:
        return ()
    try:
        before = read_brief(production.vault.read(old))
    except NotFound:
        return (f"the basis {old.short} is not in the vault",)
    return stale_fields(before, build_brief(snapshot, wish.scene, wish.shot, wish.unit, wish.rests_on))
