"""``picturelock cost``: what was spent, on what, and whether the vendors' statements agree."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from picturelock.cli.commands import in_studio
from picturelock.cli.output import bounded, counted, emit, table
from picturelock.core.failures import WaitsForPerson
from picturelock.ledger.breakdown import By

if TYPE_CHECKING:
    from picturelock.ledger.breakdown import Amounts, Line
    from picturelock.studio.costing import CostReport, Reconciliation
    from picturelock.studio.facade import Studio

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(invoke_without_command=True)
@click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default="shot",
    show_default=True,
    help="A line for each.",
)
@click.option("--all", "whole", is_flag=True, help="Every line, however many.")
@_AS_JSON
@click.pass_context
def cost(context: click.Context, by: str, whole: bool, as_json: bool) -> None:
    """Show what was spent and set aside, by shot, vendor, category …, against quotes and caps."""
    if context.invoked_subcommand is None:
        context.invoke(_show, by=by, whole=whole, as_json=as_json)


@in_studio
def _show(studio: "Studio", by: str, whole: bool, as_json: bool) -> None:
    found = studio.cost(By(by))
    emit(found, as_json=as_json, lines=lambda: _lines(found, whole=whole))


def _lines(found: "CostReport", *, whole: bool) -> list[str]:
    from picturelock.studio.costing import cap_line, quote_line, red_line

    lines = [
        f"{_sums(found.total.home)}; {found.total.tokens} tokens, {found.total.minutes} human minutes",
        f"Rework and failures: {found.rework_share:.1%} of what is settled",
    ]
    rows = [
        (
            found.by.value,
            "settled",
            "reserved",
            "unsettled",
            "released",
            "calls",
            "takes",
            "in their currency",
        )
    ]
    rows += [_row(line, found.currency) for line in found.lines]
    if found.lines:
        lines += ["", *bounded(list(table(rows)), "lines", whole=whole)]
    if found.rates:
        lines += ["", "Rates:"]
        lines += [
            f"  1 {rate.currency} = {_listed(rate.rate, rate.into, rate.day, rate.source)}"
            f"booked at {rate.booked:f} {rate.into}"
            for rate in found.rates
        ]
    if found.quotes:
        lines += ["", "Bills against quotes:"]
        lines += [f"{'!' if check.alarm else ' '} {quote_line(check)}" for check in found.quotes]
    signs = {"clear": " ", "near": "*", "reached": "!", "crossed": "!", "not_measured": "?"}
    shown = [use for use in found.caps if whole or use.nearness != "clear" or use.name.count(".") != 1]
    if shown:
        lines += ["", "Caps:"]
        lines += bounded([f"{signs[use.nearness]} {cap_line(use)}" for use in shown], "caps", whole=whole)
    lines += ["", "Red lines:"]
    return [*lines, *(f"{signs[line.standing]} {red_line(line)}" for line in found.red_lines)]


def _listed(rate: object, into: str, day: str, source: str) -> str:
    return "(no rate is listed now); " if rate is None else f"{rate:f} {into} since {day} ({source}); "


def _sums(amounts: "Amounts") -> str:
    return (
        f"Settled {amounts.settled}, reserved {amounts.reserved}, "
        f"unsettled {amounts.unsettled}, released {amounts.released}"
    )


def _row(line: "Line", currency: str) -> tuple[str, ...]:
    home = line.home
    vendor = [
        f"{amounts.settled} of {amounts.committed}"
        for code, amounts in line.by_currency.items()
        if code != currency
    ]
    extra = [f"{line.tokens} tokens"] * bool(line.tokens) + [f"{line.minutes} min"] * bool(line.minutes)
    return (
        line.key or "-",
        str(home.settled),
        str(home.reserved),
        str(home.unsettled),
        str(home.released),
        str(line.calls),
        str(line.takes),
        ", ".join([*vendor, *extra]),
    )


@cost.command()
@click.argument("vendor")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--columns", help="Which column means what, such as job=ID,day=Created,amount=Credits.")
@click.option("--currency", default="", help="Of amounts whose line does not say it.")
@click.option("--only", multiple=True, metavar="COLUMN=VALUE", help="Only lines with this value.")
@click.option("--book", "booking", is_flag=True, help="Book corrections for what differs.")
@click.option(
    "--book-unknown",
    "unknown",
    is_flag=True,
    help="Book also what no call of ours is behind; implies --book.",
)
@_AS_JSON
@in_studio
def reconcile(
    studio: "Studio",
    vendor: str,
    file: Path,
    columns: str | None,
    currency: str,
    only: tuple[str, ...],
    booking: bool,
    unknown: bool,
    as_json: bool,
) -> None:
    """Hold VENDOR's usage export or invoice, a CSV FILE, against the book."""
    wanted = dict(_pair(text) for text in only)
    found = studio.reconcile(
        vendor,
        file.read_bytes(),
        columns=columns,
        currency=currency.upper(),
        only=wanted,
        booking=booking or unknown,
        unknown=unknown,
    )
    emit(found, as_json=as_json, lines=lambda: _reconciled(found))
    if found.left:
        raise WaitsForPerson(
            f"{counted(len(found.left), 'difference')} {'is' if len(found.left) == 1 else 'are'} not settled",
            remedy="Book corrections with --book, or ask the vendor.",
        )


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not written like COLUMN=VALUE", param_hint="--only")
    return column, value


def _reconciled(found: "Reconciliation") -> list[str]:
    from picturelock.studio.costing import difference_line

    lines = [f"Read as {found.form}: {counted(found.lines, 'line')}, {found.agreed} agree."]
    if found.elsewhere:
        lines.append(f"{counted(found.elsewhere, 'job')} of other productions left aside.")
    for one in found.differences:
        amount = found.booked.get(one.subject)
        lines.append(f"{'+' if amount is not None else '!'} {difference_line(one)}")
    if found.booked:
        lines.append(f"Booked {counted(len(found.booked), 'correction')}.")
    return lines
