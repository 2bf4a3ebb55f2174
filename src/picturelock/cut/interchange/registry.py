"""Which formats there are. A format is a module with ``export``; others bring theirs by the entry point group."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from picturelock.core.digest import Digest
from picturelock.core.failures import NotFound
from picturelock.cut.timeline import Cut

GROUP = "picturelock.interchange"

FORMATS = {
    "otio": "picturelock.cut.interchange.otio",
}

Resolver = Callable[[Digest], str]
"""Where a medium lies for the reader of the file: a path relative to it, with ``/`` between folders."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A timeline in another program's format.

    Attributes:
        data: The file.
        losses: What the format could not carry, in sentences for people; empty when it carried everything.
    """

    data: bytes
    losses: tuple[str, ...]


class Interchange(Protocol):
    """What a format's module offers."""

    def export(self, cut: Cut, resolve: Resolver) -> Exported:
        """The cut in this format.

        Args:
            cut: What plays when.
            resolve: Tells the path of each medium.
        """
        ...


def formats() -> tuple[str, ...]:
    """File name endings that can be written, sorted."""
    return tuple(sorted({*FORMATS, *(entry.name for entry in entry_points(group=GROUP))}))


def interchange(ending: str) -> Interchange:
    """The format of a file name ending, with or without its dot.

    Raises:
        NotFound: No such format.
    """
    name = ending.lower().removeprefix(".")
    if name in FORMATS:
        return import_module(FORMATS[name])  # pyright: ignore[reportReturnType]  # the module is the implementation
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            return entry.load()
    raise NotFound(f"no timeline format ends in .{name}", remedy=f"Use one of {', '.join(formats())}.")
