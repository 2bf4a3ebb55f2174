"""Recipes: which maker makes a unit, and everything that decides its next take."""

from datetime import date
from typing import Any

from picturelock import __version__
from picturelock.board import prompts
from picturelock.core.board import Unit, UnitKind
from picturelock.core.brief import Brief, StillBrief
from picturelock.core.digest import Digest
from picturelock.core.policy import Settings
from picturelock.core.take import Input, Operation, Recipe
from picturelock.generate.provider import Model
from picturelock.generate.registry import route
from picturelock.generate.vendor import Vendor
from picturelock.review.standing import Wanted
from picturelock.studio.planning import Snapshot, Wish, brief_inputs


def maker_of(unit: Unit, settings: Settings, fell_to: str = "") -> str:
    """``provider/model`` for a unit.

    Args:
        unit: What is to be made.
        settings: The production's.
        fell_to: Who took over from the first; empty for nobody.
    """
    if fell_to or unit.provider:
        return fell_to or unit.provider
    routing = settings.routing
    return {
        UnitKind.CLIP: routing.clip,
        UnitKind.VOICE: routing.voice,
        UnitKind.PLATE: routing.plate,
    }.get(unit.kind, routing.keyframe)


def fallback_of(unit: Unit, settings: Settings) -> tuple[str, ...]:
    """Who may take over a unit by the production's policy, in order."""
    fallback = settings.fallback
    return {
        UnitKind.CLIP: fallback.clip,
        UnitKind.VOICE: fallback.voice,
        UnitKind.PLATE: fallback.plate,
    }.get(unit.kind, fallback.keyframe)


def _operation(wish: Wish) -> Operation:
    match wish.unit.kind:
        case UnitKind.CLIP:
            return Operation.ANIMATE
        case UnitKind.VOICE:
            return Operation.SPEAK
        case UnitKind.KEYFRAME if wish.rests_on:
            return Operation.COMPOSITE
        case _:
            return Operation.DRAW


def write_recipe(
    snapshot: Snapshot, wish: Wish, wanted: Wanted, brief: Brief, digest: Digest, on: date
) -> Recipe:
    """Everything that decides the next take of a unit.

    Args:
        snapshot: Board and settings.
        wish: The unit.
        wanted: Why a take is wanted, and which attempt it is.
        brief: The unit's brief.
        digest: Of the brief's canonical JSON.
        on: The day; a vendor's alias is pinned to what it means on it.

    Raises:
        UserError: A vendor's model is retired, or cannot do it.
    """
    text = maker_of(wish.unit, snapshot.settings, wish.fell_to)
    found, model = route(text)
    operation = _operation(wish)
    if operation not in model.operations and operation is Operation.COMPOSITE:
        # Putting plates together needs no imagination, and no vendor sells it.
        found, model = route("builtin/artist")
    name, version = model.name, model.version
    parameters: dict[str, Any] = {"notes": list(wanted.notes)} if wanted.notes else {}
    inputs = {"brief": digest, **brief_inputs(brief)}
    if isinstance(found, Vendor):
        options = snapshot.settings.vendors.get(found.name, {})
        planned = found.plan(text.partition("/")[2] or model.name, brief, dict(options), on)
        name, version = planned.model, planned.version
        parameters = {**parameters, "request": planned.parameters}
        inputs |= _references(brief)
    return Recipe(
        unit=wish.unit.id,
        operation=operation,
        provider=found.name,
        model=name,
        model_version=version,
        parameters=parameters,
        seed=snapshot.settings.seed + wanted.attempt,
        prompt=_prompt(snapshot, wish, brief, model, wanted.notes),
        inputs=tuple(Input(role=role, digest=inputs[role]) for role in sorted(inputs)),
        attempt=wanted.attempt,
        code_version=__version__,
    )


def _references(brief: Brief) -> dict[str, Digest]:
    """The anchors' own pictures, for models that take them."""
    if not isinstance(brief, StillBrief):
        return {}
    return {
        f"reference:{anchor.id}:{number}": reference.media
        for anchor in brief.anchors
        for number, reference in enumerate(anchor.references)
    }


def _prompt(snapshot: Snapshot, wish: Wish, brief: Brief, model: Model, notes: tuple[str, ...]) -> str:
    text = prompts.render(model.prompt_dialect, brief, snapshot.board.anchors)
    return text if not notes else text + "\nReviewer's notes: " + " ".join(notes)
