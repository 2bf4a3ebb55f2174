"""Who can make takes. One line a provider; third parties add theirs by the entry point group named below."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from picturelock.core.failures import NotFound
from picturelock.generate.provider import Model, Provider

#: Entry point group; each entry names a class without constructor arguments.
GROUP = "picturelock.providers"

_OURS = {
    "builtin": "picturelock.generate.builtin.provider:Builtin",
}


def names() -> list[str]:
    """Every provider that is installed."""
    return sorted({*_OURS, *(point.name for point in entry_points(group=GROUP))})


@cache
def provider(name: str) -> Provider:
    """The provider with this name.

    Raises:
        NotFound: No such provider.
    """
    if name in _OURS:
        module, _, attribute = _OURS[name].partition(":")
        return getattr(import_module(module), attribute)()
    for point in entry_points(group=GROUP):
        if point.name == name:
            return point.load()()
    raise NotFound(f"no provider is called {name!r}", remedy=f"There are: {', '.join(names())}.")


def route(text: str) -> tuple[Provider, Model]:
    """The provider and model that ``provider/model`` means; ``provider`` alone means its first model.

    Raises:
        NotFound: No such provider or model.
    """
    name, _, wanted = text.partition("/")
    found = provider(name)
    for model in found.models():
        if wanted in {"", model.name}:
            return found, model
    has = ", ".join(model.name for model in found.models())
    raise NotFound(f"{name} has no model {wanted!r}", remedy=f"It has: {has}.")


def catalogue() -> Iterator[tuple[str, Model]]:
    """Every provider's every model."""
    for name in names():
        for model in provider(name).models():
            yield name, model
