"""The command line: a thin face of :class:`picturelock.studio.facade.Studio`."""


def main() -> None:
    """Run the ``picturelock`` command."""
    from picturelock.cli.commands import cli, run
    from picturelock.cli.costs import cost

    cli.add_command(cost)
    run()
