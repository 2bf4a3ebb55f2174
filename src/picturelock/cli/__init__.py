"""The command line: a thin face of :class:`picturelock.studio.facade.Studio`."""

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

_NEW_OBJECTS = 50_000
"""Between two searches for cycles: importing makes many objects and next to no cycles, and every search reads them all."""


def whole() -> "click.Group":
    """Every command, those of other modules among them."""
    from picturelock.cli.commands import cli
    from picturelock.cli.costs import cost

    cli.add_command(cost)
    return cli


def main() -> None:
    """Run the ``picturelock`` command."""
    gc.set_threshold(_NEW_OBJECTS)
    from picturelock.cli.commands import run

    whole()
    run()
