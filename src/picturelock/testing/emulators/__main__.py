"""``python -m picturelock.testing.emulators VENDOR``: one vendor, until the process is ended."""

from pathlib import Path

import click

from picturelock.core.failures import PicturelockError
from picturelock.testing.emulators.faults import FailureMix, read_rules
from picturelock.testing.emulators.registry import kind, names


@click.command()
@click.argument("vendor", type=click.Choice(names()))
@click.option("--port", default=0, help="0 takes a free one.")
@click.option("--seed", default=0, help="Of everything that chance decides.")
@click.option(
    "--faults", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON list of rules."
)
@click.option("--book", default="", help="Keep the book in this .sqlite or .json file too.")
@click.option("--time-scale", default=1.0, help="Virtual seconds per real second.")
@click.option("--failure-mix", type=click.Choice([mix.value for mix in FailureMix]), default="none")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="A setting of the vendor.")
def main(
    vendor: str,
    port: int,
    seed: int,
    faults: Path | None,
    book: str,
    time_scale: float,
    failure_mix: str,
    options: tuple[str, ...],
) -> None:
    """Serve an emulated VENDOR on loopback; its address is printed as one line of JSON."""
    try:
        settings: dict[str, object] = {
            "seed": seed,
            "time_scale": time_scale,
            "failure_mix": failure_mix,
            "book_file": book,
            **dict(option.split("=", 1) for option in options if "=" in option),
        }
        if faults is not None:
            settings["faults"] = read_rules(faults.read_bytes())
        emulator = kind(vendor).from_text(settings)
    except PicturelockError as error:
        raise click.ClickException(str(error)) from error
    emulator.run(port)


if __name__ == "__main__":
    main()
