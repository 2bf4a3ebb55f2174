"""The command line: a thin face of :class:`picturelock.studio.facade.Studio`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def whole() -> "click.Group":
    """Every command, those of other modules among them."""
    from picturelock.cli.commands import cli
    from picturelock.cli.costs import cost

    cli.add_command(cost)
    return cli


def main() -> None:
    """Run the ``picturelock`` command."""
    from picturelock.cli.commands import run

    whole()
    run()
