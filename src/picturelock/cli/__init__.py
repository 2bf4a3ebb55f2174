"""The command line: a thin face of :class:`picturelock.studio.facade.Studio`."""


def main() -> None:
    """Run the ``picturelock`` command."""
    from picturelock.cli.commands import run

    run()
