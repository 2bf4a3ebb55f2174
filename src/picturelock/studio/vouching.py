"""Names in ``production.yaml`` that only the departments know: its profile and who makes what."""

from collections.abc import Callable

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


def _known(field: str, find: Callable[[str], object], name: str) -> None:
    try:
        find(name)
    except UserError as error:
        raise BadDocument(f"production.yaml, {field}: {error.message}", remedy=error.remedy) from error
