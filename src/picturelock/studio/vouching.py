"""Names in ``production.yaml`` that only the departments know: its profile and who makes what."""

from collections.abc import Callable

from picturelock.core.board import Board
from picturelock.core.failures import BadDocument, UserError
from picturelock.core.policy import Settings


def check_names(settings: Settings) -> None:
    """Hold the settings' names to what is there, before anything is planned or spent.

    Raises:
        BadDocument: There is no such profile, provider or model; the message names the field.
    """
    from picturelock.gate.profiles import profile
    from picturelock.generate.registry import route

    _known("profile", profile, settings.profile)
    for field in settings.routing.__struct_fields__:
        _known(f"routing.{field}", route, getattr(settings.routing, field))
    for field in settings.fallback.__struct_fields__:
        for name in getattr(settings.fallback, field):
            _known(f"fallback.{field}", route, name)


def check_rates(board: Board, settings: Settings) -> None:
    """The board counts frames at a rate; the production's format must have the same.

    Raises:
        BadDocument: The two texts differ.
    """
    if board.frame_rate != settings.picture.frame_rate:
        raise BadDocument(
            f"board.yaml counts frames at {board.frame_rate} a second, production.yaml asks for "
            f"{settings.picture.frame_rate}",
            remedy="Change both, or break the script down again: `picturelock breakdown`.",
        )


def _known(field: str, find: Callable[[str], object], name: str) -> None:
    try:
        find(name)
    except UserError as error:
        raise BadDocument(f"production.yaml, {field}: {error.message}", remedy=error.remedy) from error
