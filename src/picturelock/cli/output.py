"""What commands print: JSON for programs, lines for people, progress on a terminal and plain lines elsewhere."""

import errno
import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeVar

import click

from picturelock.core.codec import plain
from picturelock.core.failures import Charged, PicturelockError, UserError

#: As many lines as a person reads before looking for the total.
_ENOUGH = 60
T = TypeVar("T", str, list[str])
#: What the caller can mend: where a path lies, whose it is, how it is spelled, how full the disk is.
_THE_CALLERS = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}


class Tick(Protocol):
    """Told how far a long piece of work is."""

    def __call__(self, done: int, total: int, label: str = "") -> None:
        """So many of so many, and what is at hand."""
        ...


def say(text: str = "") -> None:
    """A line for people."""
    click.echo(text)


def emit(value: object, *, as_json: bool, lines: Callable[[], Iterable[str]]) -> None:
    """Facts: as JSON, or as lines for people."""
    if as_json:
        click.echo(json.dumps(plain(value), indent=1, ensure_ascii=False))
        return
    for line in lines():
        click.echo(line)


def table(rows: list[tuple[str, ...]]) -> Iterable[str]:
    """Rows in columns; the last column runs as long as it likes."""
    if not rows:
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def bounded(lines: list[T], what: str, *, whole: bool = False) -> list[T]:
    """The first of many lines, or of many groups of lines, and how many more there are.

    Args:
        lines: Lines, or groups of lines.
        what: What they are, in the plural.
        whole: All of them after all.
    """
    if whole or len(lines) <= _ENOUGH:
        return lines
    more = f"… and {len(lines) - _ENOUGH} more {what}"
    last = [more] if isinstance(lines[0], list) else more
    return [*lines[:_ENOUGH], last]  # pyright: ignore[reportReturnType]


def counted(number: int, noun: str) -> str:
    """``1 scene``, ``2 scenes``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def unreachable(error: OSError) -> UserError | None:
    """A refusal of the file system as an error for people; ``None`` where it would be our own mistake."""
    if error.errno not in _THE_CALLERS or error.filename is None:
        return None
    name = str(error.filename)
    shown = name if len(name) <= 120 else f"{name[:120]}…"
    return UserError(
        f"{shown}: {(error.strerror or 'cannot be used').lower()}",
        remedy="Check the path, whether you may write there, and whether the disk has room.",
    )


@contextmanager
def progress(title: str, *, quiet: bool = False, patience_s: float = 0) -> Any:
    """A bar on a terminal; elsewhere a line at every tenth; nothing when quiet. Goes to standard error.

    Args:
        title: What is under way.
        quiet: Show nothing.
        patience_s: What is done by then is not worth showing.
    """
    if patience_s and not quiet:
        yield from _in_time(title, patience_s)
    elif quiet:
        yield lambda _done, _total, _label="": None
    elif sys.stderr.isatty():
        yield from _bar(title)
    else:
        yield _tenths(title)


def _in_time(title: str, patience_s: float) -> Iterable[Tick]:
    begun = time.monotonic()
    with ExitStack() as shown:
        inner: Tick | None = None

        def tick(done: int, total: int, label: str = "") -> None:
            nonlocal inner
            if inner is None and time.monotonic() - begun > patience_s:
                inner = shown.enter_context(progress(title))
            if inner is not None:
                inner(done, total, label)

        yield tick


def _bar(title: str) -> Iterable[Tick]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, label="")

        def tick(done: int, total: int, label: str = "") -> None:
            bar.update(task, completed=done, total=total, label=label)

        yield tick


def _tenths(title: str) -> Tick:
    told = -1

    def tick(done: int, total: int, label: str = "") -> None:
        nonlocal told
        tenth = 10 * done // total if total else 0
        if tenth > told:
            told = tenth
            click.echo(f"{title}: {done} of {total} {label}".rstrip(), err=True)

    return tick


def explain(error: PicturelockError) -> None:
    """What happened, what was charged, and what to do."""
    click.echo(f"picturelock: {error.message}.", err=True)
    charged = {
        Charged.NO: "",
        Charged.YES: "The failed call was charged.",
        Charged.UNKNOWN: "Whether the failed call was charged is not known.",
    }[error.charged]
    for line in filter(None, (charged, error.remedy)):
        click.echo(f"  {line}", err=True)
