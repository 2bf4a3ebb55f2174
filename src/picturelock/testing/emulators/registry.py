"""Every vendor that can be emulated, one line each. Named, not imported."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from picturelock.core.failures import MissingExtra, NotFound

if TYPE_CHECKING:
    from picturelock.testing.emulators.framework import Emulator

_OURS = {
    "kling": "kling:Kling",
    "openai": "openai:OpenAI",
    "runway": "runway:Runway",
}


def names() -> list[str]:
    """Every vendor that can be emulated."""
    return sorted(_OURS)


def kind(name: str) -> "type[Emulator[Any]]":
    """A vendor's class.

    Raises:
        NotFound: No such vendor.
        MissingExtra: A web server is not installed, or the vendor's library, which requests are held to.
    """
    if name not in _OURS:
        raise NotFound(f"no emulator is called {name!r}", remedy=f"There are: {', '.join(names())}.")
    module, _, attribute = _OURS[name].partition(":")
    try:
        return getattr(import_module(f"{__package__}.{module}"), attribute)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"{name} cannot be emulated without {error.name}",
            remedy="Run: pip install 'picturelock[emulators]'",
        ) from error


def emulator(name: str, **settings: Any) -> "Emulator[Any]":
    """An emulator, not serving yet.

    Args:
        name: Of the vendor.
        **settings: Fields of its :class:`~picturelock.testing.emulators.framework.Settings`.

    Raises:
        NotFound: No such vendor.
        MissingExtra: See :func:`kind`.
        BadDocument: No such setting, or one that does not fit.
    """
    return kind(name).set_up(**settings)
