"""Script formats: one file each, one line each in :data:`FORMATS`; third parties add theirs by entry point."""

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from picturelock.script.source import Source

GROUP = "picturelock.script_formats"

#: In the order in which an unknown file is offered to them; the last one takes everything.
FORMATS = {
    "fdx": "picturelock.script.formats.fdx:Fdx",
    "fountain": "picturelock.script.formats.fountain:Fountain",
    "prose": "picturelock.script.formats.prose:PlainProse",
}


class Format(Protocol):
    """Reads one kind of script file.

    Attributes:
        suffixes: File name endings that decide for this format, in lower case with the dot.
    """

    suffixes: tuple[str, ...]

    def recognises(self, text: str) -> bool:
        """Whether a file with an undecided ending looks like this format."""
        ...

    def read(self, text: str, name: str) -> Source:
        """The script.

        Args:
            text: The whole file with line feeds as line ends and without a byte order mark.
            name: What to call it when it has no title: the file name without its ending.

        Raises:
            BadDocument: It cannot be read; the message gives the line.
        """
        ...


def formats() -> Iterator[Format]:
    """Every format, third parties' first: they know their own files best."""
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        yield point.load()()
    for target in FORMATS.values():
        module, _, name = target.partition(":")
        yield getattr(import_module(module), name)()
