"""Who can make takes. One line a provider; third parties add theirs by the entry point group named below."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from picturelock.core.failures import NotFound
from picturelock.generate.catalogue import current
from picturelock.generate.provider import Model, Provider
from picturelock.generate.vendor import Vendor

#: Entry point group; each entry names a class without constructor arguments.
GROUP = "picturelock.providers"

_OURS = {
    "builtin": "picturelock.generate.builtin.provider:Builtin",
    "kling": "picturelock.generate.kling:Kling",
    "openai": "picturelock.generate.openai:OpenAI",
    "runway": "picturelock.generate.runway:Runway",
}


def names() -> list[str]:
    """Every provider that is installed."""
    return sorted({*_OURS, *(point.name for point in entry_points(group=GROUP))})


def provider(name: str) -> Provider:
    """The provider with this name that answers while the caller waits.

    Raises:
        NotFound: No such provider, or one that is paid and asked otherwise.
    """
    found = maker(name)
    if isinstance(found, Vendor):
        raise NotFound(f"{name} is a paid vendor", remedy="Its takes are bought, not made.")
    return found


def vendor(name: str) -> Vendor:
    """The paid vendor with this name.

    Raises:
        NotFound: No such vendor.
    """
    found = maker(name)
    if not isinstance(found, Vendor):
        raise NotFound(f"{name} is not a paid vendor")
    return found


@cache
def maker(name: str) -> Provider | Vendor:
    """Who makes takes under this name.

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


def route(text: str) -> tuple[Provider | Vendor, Model]:
    """The provider and model that ``provider/model`` means; ``provider`` alone means its first model.

    A vendor's model may also be named by one of its versions or aliases.

    Raises:
        NotFound: No such provider or model.
    """
    name, _, wanted = text.partition("/")
    found = maker(name)
    for model in found.models():
        if wanted in {"", model.name}:
            return found, model
    with suppress(NotFound):
        meant = current().find(f"{name}/{wanted}", date.max).model.name
        for model in found.models():
            if meant == model.name:
                return found, model
    has = ", ".join(model.name for model in found.models())
    raise NotFound(f"{name} has no model {wanted!r}", remedy=f"It has: {has}.")


def catalogue() -> Iterator[tuple[str, Model]]:
    """Every provider's every model."""
    for name in names():
        for model in maker(name).models():
            yield name, model
