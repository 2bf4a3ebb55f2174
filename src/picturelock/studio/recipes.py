"""Recipes: which maker makes a unit, and everything that decides its next take."""

from picturelock import __version__
from picturelock.board import prompts
from picturelock.core.board import UnitKind
from picturelock.core.brief import Brief
from picturelock.core.digest import Digest
from picturelock.core.policy import Settings
from picturelock.core.take import Input, Operation, Recipe
from picturelock.generate.provider import Model
from picturelock.generate.registry import route
from picturelock.review.standing import Wanted
from picturelock.studio.planning import Snapshot, Wish, brief_inputs


def maker_of(unit_provider: str, kind: UnitKind, settings: Settings) -> str:
    """``provider/model`` for a unit."""
    if unit_provider:
        return unit_provider
    routing = settings.routing
    return {
        UnitKind.CLIP: routing.clip,
        UnitKind.VOICE: routing.voice,
        UnitKind.PLATE: routing.plate,
    }.get(kind, routing.keyframe)


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


def write_recipe(snapshot: Snapshot, wish: Wish, wanted: Wanted, brief: Brief, digest: Digest) -> Recipe:
    """Everything that decides the next take of a unit.

    Args:
        snapshot: Board and settings.
        wish: The unit.
        wanted: Why a take is wanted, and which attempt it is.
        brief: The unit's brief.
        digest: Of the brief's canonical JSON.
    """
    found, model = route(maker_of(wish.unit.provider, wish.unit.kind, snapshot.settings))
    inputs = {"brief": digest, **brief_inputs(brief)}
    return Recipe(
        unit=wish.unit.id,
        operation=_operation(wish),
        provider=found.name,
        model=model.name,
        model_version=model.version,
        parameters={"notes": list(wanted.notes)} if wanted.notes else {},
        seed=snapshot.settings.seed + wanted.attempt,
        prompt=_prompt(snapshot, wish, brief, model, wanted.notes),
        inputs=tuple(Input(role=role, digest=inputs[role]) for role in sorted(inputs)),
        attempt=wanted.attempt,
        code_version=__version__,
    )


def _prompt(snapshot: Snapshot, wish: Wish, brief: Brief, model: Model, notes: tuple[str, ...]) -> str:
    text = prompts.render(model.prompt_dialect, brief, snapshot.board.anchors)
    return text if not notes else text + "\nReviewer's notes: " + " ".join(notes)
