"""The commands. Each opens the studio, calls one use case and prints what came back.

Exit codes: 0 done; 1 failed; 2 usage; 3 waits for a person; 4 stopped by a cap or red line.
"""

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from picturelock import __version__
from picturelock.cli.importing import importing
from picturelock.cli.output import bounded, counted, emit, explain, progress, say, table, unreachable
from picturelock.core.failures import Conflict, PicturelockError, WaitsForPerson

if TYPE_CHECKING:
    from datetime import datetime

    from picturelock.studio.calling import CallView
    from picturelock.studio.facade import Studio
    from picturelock.studio.offering import ModelView
    from picturelock.studio.planning import Plan, PlanItem
    from picturelock.studio.running import RunReport

F = TypeVar("F", bound=Callable[..., Any])

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_EMPTY = (None, "", [], (), {}, False)
_WHOLE = click.option("--all", "whole", is_flag=True, help="Every line, however many.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="picturelock")
@click.option(
    "-C",
    "where",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The production folder, if it is not the current one.",
)
@click.option("--author", envvar="PICTURELOCK_AUTHOR", help="Who acts; by default your account's name.")
@click.pass_context
def cli(context: click.Context, where: Path, author: str | None) -> None:
    """Take a film from script to picture lock."""
    context.obj = {"where": where, "author": author}


def run() -> None:
    """Run the command line and exit with its code."""
    try:
        # Without its standalone mode, click hands back the code of an early exit.
        code = cli.main(prog_name="picturelock", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted. What was finished is kept; the same command goes on from here.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PicturelockError as error:
        explain(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Who read our lines has seen enough. What is still buffered has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        found = unreachable(error)
        if found is None:
            raise
        explain(found)
        sys.exit(found.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def in_studio(command: F) -> F:
    """Hand the open studio to a command as its first argument."""

    @wraps(command)
    @click.pass_context
    def opened(context: click.Context, *args: Any, **kwargs: Any) -> Any:
        with importing():
            from picturelock.studio.facade import Studio

        with Studio.open(context.obj["where"], author=context.obj["author"]) as studio:
            return command(studio, *args, **kwargs)

    return opened  # pyright: ignore[reportReturnType]


# Starting


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--script", required=True, type=click.Path(path_type=Path), help="Fountain, FDX or text.")
@click.option("--title", help="Of the film; by default as the text says.")
@click.option(
    "--trailer", type=click.IntRange(0, 3600), default=0, help="Choose shots to so many seconds; 0 keeps all."
)
@click.option("--size", default="1920x1080", show_default=True, help="Of the picture, in pixels.")
@click.option("--rate", default="24", show_default=True, help="Frames per second, such as 24000/1001.")
@click.option("--auto-approve", is_flag=True, help="Let policy approve what passes its gate.")
@click.option(
    "--database",
    envvar="PICTURELOCK_DATABASE",
    help="Keep the facts on a server: postgresql://… of an empty database.",
)
@_AS_JSON
@click.pass_context
def init(
    context: click.Context,
    folder: Path | None,
    script: Path,
    title: str | None,
    trailer: int,
    size: str,
    rate: str,
    auto_approve: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Make a production FOLDER from a screenplay or a story."""
    from picturelock.core.frametime import FrameRate
    from picturelock.core.policy import Format
    from picturelock.studio.facade import Studio

    folder = _new_folder(context, folder)
    width, _, height = size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise click.BadParameter(f"{size!r} is not a size such as 1920x1080", param_hint="--size")
    picture = Format(width=int(width), height=int(height), frame_rate=FrameRate.parse(rate))
    studio, found = Studio.start(
        folder,
        script,
        title=title,
        trailer_seconds=trailer,
        picture=picture,
        auto_approve=auto_approve,
        database=database,
        author=context.obj["author"],
    )
    with studio:
        emit(found, as_json=as_json, lines=lambda: _breakdown_lines(found, folder))


def _new_folder(context: click.Context, given: Path | None, otherwise: Path | None = None) -> Path:
    """Where a production is to be made: its own argument and ``-C`` mean the same."""
    where: Path = context.obj["where"]
    if given is not None and where != Path():
        raise click.UsageError(f"-C {where} and FOLDER {given} both name the production folder: give one.")
    folder = given or (where if where != Path() else otherwise)
    if folder is None:
        raise click.UsageError("Missing argument 'FOLDER': the production folder to make.")
    return folder


def _breakdown_lines(found: Any, folder: Path | None) -> list[str]:
    lines = [
        f"{found.title}: {counted(found.scenes, 'scene')}, {counted(found.shots, 'shot')}, "
        f"{counted(found.units, 'unit')}, {counted(found.characters, 'character')}"
    ]
    if found.doubts:
        lines.append(f"Not sure about {len(found.doubts)}:")
        lines += [f"  - {doubt}" for doubt in found.doubts[:20]]
        if len(found.doubts) > 20:
            lines.append(f"  - and {len(found.doubts) - 20} more; they are marked on the board")
    if folder is not None:
        lines.append(f"Next: picturelock -C {shlex.quote(str(folder))} plan")
    return lines


@cli.command()
@_AS_JSON
@in_studio
def breakdown(studio: "Studio", as_json: bool) -> None:
    """Break the script down again; the board before stays a revision."""
    found = studio.breakdown()
    emit(found, as_json=as_json, lines=lambda: _breakdown_lines(found, None))


@cli.group()
def board() -> None:
    """The board as YAML, and a shot's scene in metres."""


@board.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@in_studio
def board_export(studio: "Studio", file: Path | None) -> None:
    """Write the board as YAML to FILE, or to standard output."""
    text = studio.export_board()
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")


@board.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_studio
def board_import(studio: "Studio", file: Path) -> None:
    """Replace the board by a YAML file, as a new revision."""
    from picturelock.core.failures import BadDocument

    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadDocument(f"{file.name} is not UTF-8", remedy="Save it as UTF-8.") from error
    revision = studio.import_board(text)
    say(f"Board imported as {revision}." if revision else "The board is the same; nothing to import.")


@board.command("blocking")
@click.argument("shot")
@_AS_JSON
@in_studio
def board_blocking(studio: "Studio", shot: str, as_json: bool) -> None:
    """Print a shot's scene in metres, to copy from into the shot's `blocking`."""
    from picturelock.core.ids import ShotCode

    found = studio.blocking(ShotCode(shot))
    emit(found, as_json=as_json, lines=lambda: _flat(found))


def _flat(value: Any, indent: str = "") -> list[str]:
    """Nested values as YAML would write them; numbers and words need no quotes here."""
    lines: list[str] = []
    pairs = value.items() if isinstance(value, dict) else [("-", item) for item in value]
    for name, item in pairs:
        label = f"{indent}{name}" if name == "-" else f"{indent}{name}:"
        if isinstance(item, dict | list | tuple) and item:
            below = _flat(item, indent + "  ")
            # YAML lets the first line of a list's item stand behind its dash.
            lines += [f"{label} {below[0].lstrip()}", *below[1:]] if name == "-" else [label, *below]
        else:
            lines.append(f"{label} {'null' if item is None else [] if item == () else item}")
    return lines


@board.command("sheet")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="PNG file.")
@click.option("--takes", is_flag=True, help="Every take instead of the keyframes in use.")
@in_studio
def board_sheet(studio: "Studio", output: Path | None, takes: bool) -> None:
    """Write a contact sheet as PNG."""
    folder = studio.production.folder.sheets
    target = output or folder / ("takes.png" if takes else "board.png")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(studio.takes_sheet() if takes else studio.board_sheet())
    say(str(target))


# Making


@cli.command()
@click.option("--until", type=click.Choice(["keyframes", "clips", "cut"]), default="cut", show_default=True)
@_WHOLE
@_AS_JSON
@in_studio
def plan(studio: "Studio", until: str, whole: bool, as_json: bool) -> None:
    """Show what would be made, what is reused, and what it costs."""
    from picturelock.studio.planning import Goal

    with progress("Planning", quiet=as_json, patience_s=2) as tick:
        found = studio.plan(Goal(until), on_progress=tick)
    emit(found, as_json=as_json, lines=lambda: _plan_lines(found, whole=whole))


_SIGNS = {"make": "+", "follow": ">", "ask": "?", "keep": "=", "mend": "!"}


def _plan_lines(found: "Plan", *, whole: bool) -> list[str]:
    def shown(item: "PlanItem") -> list[str]:
        head = f"{_SIGNS[item.action.value]} {item.unit}  {item.action.value}  {item.maker}"
        return [head, *(f"      {reason}" for reason in item.reasons)]

    lines = [line for part in bounded([shown(i) for i in found.items], "units", whole=whole) for line in part]
    if found.items:
        lines.append("")
    made = [i for i in found.items if i.action.value == "make"]
    follow = [i for i in found.items if i.action.value == "follow"]
    lines.append(
        f"Plan: {len(made)} to make, {len(follow)} that follow if what they rest on changes, "
        f"{found.reused} reused, {len(found.to_ask)} to review."
    )
    if found.to_mend:
        lines.append(f"{len(found.to_mend)} cannot be made before their contract is mended on the board.")
    if found.kept:
        lines.append(
            f"{len(found.kept)} locked by a person and kept although the board moved on: "
            "open their shots with `picturelock unlock SHOT` to make them again."
        )
    if made:
        low, expected, high = made[0].low, made[0].expected, made[0].high
        for item in made[1:]:
            low, expected, high = low + item.low, expected + item.expected, high + item.high
        lines.append(f"Cost: {low} at least, {expected} expected, {high} at most.")
    return lines


@cli.command("run")
@click.option("--until", type=click.Choice(["keyframes", "clips", "cut"]), default="cut", show_default=True)
@click.option("--auto-approve/--ask", "auto", default=None, help="Approve what passes its gate, or ask.")
@click.option("--max-cost", help="Stop before the production has spent more in all, such as 25USD.")
@click.option("--priority", default=0, show_default=True, help="Of requests to vendors; lower goes first.")
@click.option("--task", default="", help="The task card that pays; its cap holds.")
@click.option("--deadline", help="Send no request after this time, such as 2027-01-31T18:00Z.")
@_AS_JSON
@in_studio
def run_command(
    studio: "Studio",
    until: str,
    auto: bool | None,
    max_cost: str | None,
    priority: int,
    task: str,
    deadline: str | None,
    as_json: bool,
) -> None:
    """Make everything that can be made; with nothing left to review, cut the film."""
    from picturelock.core.money import Money
    from picturelock.studio.planning import Goal

    goal = Goal(until)
    limit = Money.parse(max_cost) if max_cost else None
    with progress("Making", quiet=as_json) as tick:
        report = studio.run(
            goal,
            auto=auto,
            max_cost=limit,
            priority=priority,
            task=task,
            deadline=_moment(deadline) if deadline else None,
            on_progress=lambda p: tick(p.done, p.total, p.label),
        )
    film = None
    if goal is Goal.CUT and not report.waiting and not report.failed:
        with progress("Cutting", quiet=as_json) as tick:
            film = studio.cut(on_progress=tick)
    emit({"run": report, "cut": film}, as_json=as_json, lines=lambda: _run_lines(report) + _cut_lines(film))
    if report.failed:
        raise click.exceptions.Exit(_failed_code(report))
    if report.held:
        raise WaitsForPerson(
            f"{counted(len(report.held), 'paid call')} wait{'s' * (len(report.held) == 1)} for your decision",
            remedy="See `picturelock inbox`.",
        )
    if report.waiting:
        raise WaitsForPerson(
            f"{counted(len(report.waiting), 'unit')} wait{'s' * (len(report.waiting) == 1)} for review",
            remedy="See `picturelock inbox`.",
        )


def _moment(text: str) -> "datetime":
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time such as 2027-01-31T18:00Z") from None
    if found.tzinfo is None:
        raise click.BadParameter(f"{text!r} has no time zone; write {text}Z for UTC")
    return found.astimezone(UTC)


def _failed_code(report: "RunReport") -> int:
    return 4 if set(report.failed) <= set(report.capped) else 1


def _run_lines(report: "RunReport") -> list[str]:
    lines = [f"Made {counted(len(report.made), 'take')}; {len(report.waiting)} wait for review."]
    if report.locked:
        lines.append(f"Locked {counted(len(report.locked), 'shot')}.")
    failed = [f"! {unit}: {why}" for unit, why in report.failed.items()]
    return [*lines, *bounded(failed, "failed; see `picturelock inbox`")]


def _cut_lines(film: Any) -> list[str]:
    if film is None:
        return []
    lines = [
        f"Film: {film.path} ({film.frames} frames, {film.shots} shots; "
        f"{film.encoded} segments encoded, {film.reused} reused)"
    ]
    if film.missing:
        cards = bounded(list(film.missing), "shots")
        lines.append(f"A card stands in for: {', '.join(cards)}")
    return lines


@cli.command()
@click.option("--queues", help="Serve only these of api,cpu,gpu; all by default.")
@click.option("--name", default="worker", show_default=True, help="Tells the workers of one machine apart.")
@in_studio
def worker(studio: "Studio", queues: str | None, name: str) -> None:
    """Work off what others hand in, until interrupted."""
    import signal

    # Not an event: a handler runs between two steps of the main thread, which may hold the event's own lock then.
    stops: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: stops.append(number))
    say("Working; stop with Ctrl-C.")
    studio.work(lambda: bool(stops), queues.split(",") if queues else None, name)


@cli.command()
@click.option("--to", required=True, help="postgresql://… of an empty database, or `folder`.")
@_AS_JSON
@in_studio
def move(studio: "Studio", to: str, as_json: bool) -> None:
    """Move the facts to a team's server, or back into the folder; nothing may be under way."""
    done = studio.move(to)
    lines = [
        f"Moved {counted(done.facts, 'fact')} to {done.here}; counted and compared.",
        f"{done.before} is closed: it takes nothing more, and may be deleted.",
    ]
    emit(done, as_json=as_json, lines=lambda: lines)


# Looking and deciding


@cli.command()
@_WHOLE
@_AS_JSON
@in_studio
def status(studio: "Studio", whole: bool, as_json: bool) -> None:
    """Show where every shot stands."""
    found = studio.status()

    def lines() -> list[str]:
        rows = [("shot", "lock", "units", "frames", "description")]
        rows += [
            (str(s.shot), s.lock, f"{s.done}/{len(s.units)}", str(s.frames), _short(s.description))
            for s in found.shots
        ]
        head = f"{found.title}: {len(found.shots)} shots, {found.frames} frames, {found.seconds} s"
        edited = "; the folder's texts were edited since" if found.edited else ""
        return [head, f"head {found.head}{edited}", "", *bounded(list(table(rows)), "shots", whole=whole)]

    emit(found, as_json=as_json, lines=lines)


def _short(text: str, width: int = 70) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


@cli.command()
@_WHOLE
@_AS_JSON
@in_studio
def inbox(studio: "Studio", whole: bool, as_json: bool) -> None:
    """Show what waits for a person."""
    found = studio.inbox()

    def lines() -> list[str]:
        if not found:
            return ["Nothing waits for you."]
        rows = [(str(i.unit), " ".join(i.takes) or "-", i.why) for i in found]
        return bounded(list(table(rows)), "units", whole=whole)

    emit(found, as_json=as_json, lines=lines)


@cli.command()
@click.argument("call", required=False)
@click.option("--all", "whole", is_flag=True, help="Also those that have ended.")
@_AS_JSON
@in_studio
def calls(studio: "Studio", call: str | None, whole: bool, as_json: bool) -> None:
    """Show paid calls that are under way, or one with all its evidence."""
    from picturelock.core.ids import CallId

    if call is not None:
        one = studio.call(CallId(call))
        emit(one, as_json=as_json, lines=lambda: _call_lines(one))
        return
    found = studio.calls(whole=whole)

    def lines() -> list[str]:
        if not found:
            return ["No paid call is under way."]
        rows = [("call", "unit", "model", "state", "reserved", "billed")]
        rows += [
            (str(c.call), str(c.unit), c.model, c.phase.value, str(c.reserved), _billed(c)) for c in found
        ]
        return list(table(rows))

    emit(found, as_json=as_json, lines=lines)


def _billed(one: "CallView") -> str:
    return str(one.billed) if one.billed is not None else "-"


def _call_lines(one: "CallView") -> list[str]:
    from picturelock.core.codec import plain

    lines = [
        f"{one.call}  {one.unit}  {one.vendor}/{one.model}  {one.phase.value}",
        f"Our name for it {one.token}" + (f"; the vendor's {one.job}" if one.job else ""),
        f"Reserved {one.reserved}, billed {_billed(one)}; asked for by {one.asked_by or 'nobody in particular'}",
    ]
    for moment in one.history:
        told = plain(moment.event)
        kind = told.pop("type")
        lines.append(f"  {moment.at:%Y-%m-%d %H:%M:%S}Z  {kind}  {_told(told)}".rstrip())
    return [*lines, one.advice] if one.advice else lines


def _told(value: object) -> str:
    """What happened, on one line. The query of a result's address is a key to it and is left out."""
    match value:
        case dict():
            return "  ".join(
                f"{name}: {_told(inner)}" for name, inner in value.items() if inner not in _EMPTY
            )
        case list() | tuple():
            return ", ".join(map(_told, value))
        case str() if "://" in value:
            return value.partition("?")[0]
        case _:
            return str(value)


@cli.command()
@click.argument("call")
@click.option("--job", help="The vendor has it under this name.")
@click.option("--never", is_flag=True, help="The vendor never got it: send it again.")
@click.option("--charged", help="It is lost and cost this much, such as 60RUNWAYCR.")
@click.option("--noted", is_flag=True, help="The vendor's second job has been seen and dealt with.")
@click.option("--why", default="", help="For the record.")
@_AS_JSON
@in_studio
def resolve(
    studio: "Studio",
    call: str,
    job: str | None,
    never: bool,
    charged: str | None,
    noted: bool,
    why: str,
    as_json: bool,
) -> None:
    """Decide on a paid call whose answer was lost."""
    from picturelock.core.ids import CallId
    from picturelock.core.money import Money

    amount = Money.parse(charged) if charged else None
    one = studio.resolve(CallId(call), job=job, never=never, charged=amount, noted=noted, why=why)
    emit(one, as_json=as_json, lines=lambda: [*_call_lines(one), "Go on with `picturelock run`."])


@cli.command()
@click.argument("call")
@_AS_JSON
@in_studio
def cancel(studio: "Studio", call: str, as_json: bool) -> None:
    """Call a paid job off."""
    from picturelock.core.ids import CallId

    one = studio.cancel(CallId(call))
    after = "The next `picturelock run` asks for the unit again, as long as the board wants it."
    emit(one, as_json=as_json, lines=lambda: [*_call_lines(one), after])


@cli.command()
@click.argument("shot")
@_AS_JSON
@in_studio
def takes(studio: "Studio", shot: str, as_json: bool) -> None:
    """Show every take of SHOT, with what its gate found."""
    from picturelock.core.ids import ShotCode

    found = studio.takes(ShotCode(shot))

    def lines() -> list[str]:
        shown: list[str] = []
        for view in found:
            marks = ", ".join(
                filter(None, (view.review, "in use" if view.in_use else "", "" if view.fits else "stale"))
            )
            shown.append(f"{view.take.unit}  {view.take.id}  #{view.take.attempt}  {marks}")
            if view.decision:
                shown.append(f"      {view.decision.action.value}: {view.decision.reason}")
        return shown or ["No take yet."]

    emit(found, as_json=as_json, lines=lines)


@cli.command()
@click.argument("take")
@click.option("--note", default="", help="For the record.")
@in_studio
def approve(studio: "Studio", take: str, note: str) -> None:
    """Circle TAKE."""
    from picturelock.core.ids import TakeId

    unit = studio.approve(TakeId(take), note)
    say(f"Approved {take} for {unit}. `picturelock run` goes on with what rests on it.")


@cli.command()
@click.argument("take")
@click.option("--why", required=True, help="Goes into the next candidate's prompt.")
@in_studio
def reject(studio: "Studio", take: str, why: str) -> None:
    """Reject TAKE; the next run makes another candidate."""
    from picturelock.core.ids import TakeId

    unit = studio.reject(TakeId(take), why)
    say(f"Rejected {take}. `picturelock run` makes another candidate of {unit}.")


@cli.command()
@click.argument("unit")
@click.option("--note", required=True, help="What should be different.")
@in_studio
def retake(studio: "Studio", unit: str, note: str) -> None:
    """Ask for another candidate of UNIT."""
    from picturelock.core.ids import UnitId

    studio.retake(UnitId(unit), note)
    say(f"`picturelock run` makes another candidate of {unit}.")


@cli.command()
@click.argument("shot")
@in_studio
def lock(studio: "Studio", shot: str) -> None:
    """Pin SHOT to its chosen takes in picture.lock."""
    from picturelock.core.ids import ShotCode

    pins = studio.lock(ShotCode(shot))
    say(f"Locked {shot}: " + ", ".join(f"{part} {pin.take}" for part, pin in pins.items()))


@cli.command()
@click.argument("shot")
@in_studio
def unlock(studio: "Studio", shot: str) -> None:
    """Open a locked SHOT."""
    from picturelock.core.ids import ShotCode

    studio.unlock(ShotCode(shot))
    say(f"Opened {shot}.")


# History


@cli.command()
@_AS_JSON
@in_studio
def log(studio: "Studio", as_json: bool) -> None:
    """Show all revisions, newest first."""
    found = studio.log()
    rows = [
        ("*" if e.head else " ", str(e.id), f"{e.at:%Y-%m-%d %H:%M:%S}Z", e.author, e.message) for e in found
    ]
    emit(found, as_json=as_json, lines=lambda: table(rows))


@cli.command()
@click.argument("old")
@click.argument("new", default="HEAD")
@_WHOLE
@_AS_JSON
@in_studio
def diff(studio: "Studio", old: str, new: str, whole: bool, as_json: bool) -> None:
    """Show what differs between two revisions, field by field."""
    found = studio.diff(old, new)

    def lines() -> list[str]:
        shown = [f"board: {line}" for line in found.board] + [f"lock: {line}" for line in found.locks]
        parts = {"settings": found.settings, "script": found.script, "cut": found.cut}
        shown = bounded(shown, "differences", whole=whole)
        shown += [f"{name}: differs" for name, differs in parts.items() if differs]
        return shown or ["No difference."]

    emit(found, as_json=as_json, lines=lines)


@cli.command()
@click.argument("revision")
@in_studio
def rollback(studio: "Studio", revision: str) -> None:
    """Bring REVISION back (an id, HEAD~1, FIRST); what is there now stays in the log."""
    done = studio.rollback(revision)
    say(
        f"Rolled back; the head is {done}."
        if done
        else "The folder is in that state; it needed no new revision."
    )


@cli.command()
@click.option("--deep", is_flag=True, help="Every object, not only what is locked and committed.")
@_AS_JSON
@in_studio
def verify(studio: "Studio", deep: bool, as_json: bool) -> None:
    """Hash the kept bytes again and name every one that changed."""
    with progress("Verifying", quiet=as_json) as tick:
        found = studio.verify(deep=deep, on_progress=tick)

    def lines() -> list[str]:
        shown = [
            f"{f.condition.value}: {f.digest}" + "".join(f"\n    needed by {who}" for who in f.needed_by)
            for f in found.findings
        ]
        whole = found.checked - len(found.findings)
        return [*shown, f"{whole} of {found.checked} objects are whole ({found.bytes / 1e6:.1f} MB)."]

    emit(found, as_json=as_json, lines=lines)
    if found.findings:
        raise click.exceptions.Exit(1)


# The film


@cli.command()
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="Also write it there.")
@_AS_JSON
@in_studio
def cut(studio: "Studio", output: Path | None, as_json: bool) -> None:
    """Assemble the film from the takes in use; only changed segments are encoded."""
    with progress("Cutting", quiet=as_json) as tick:
        film = studio.cut(output, on_progress=tick)
    emit(film, as_json=as_json, lines=lambda: _cut_lines(film))


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_studio
def export(studio: "Studio", file: Path) -> None:
    """Write the cut as an interchange FILE, by its suffix (.otio)."""
    lost = studio.export(file)
    say(str(file))
    for line in bounded([f"  not carried: {line}" for line in lost], "points"):
        say(line)


@cli.group()
def report() -> None:
    """Reports from the production's own facts."""


@report.command("retrospective")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help=".md, .html or .json")
@_AS_JSON
@in_studio
def report_retrospective(studio: "Studio", output: Path | None, as_json: bool) -> None:
    """What the production took: units, passes, failures, time, money, rework."""
    from picturelock.studio.reporting import as_markdown

    found = studio.retrospective()
    if output is None:
        emit(found, as_json=as_json, lines=lambda: [as_markdown(found).rstrip()])
        return
    write_report(found, output)
    say(str(output))


def write_report(found: Any, output: Path) -> None:
    """Write a retrospective in the form that the suffix names."""
    import json

    from picturelock.core.codec import plain
    from picturelock.studio.reporting import as_html, as_markdown

    writers: dict[str, Callable[[], str]] = {
        ".md": lambda: as_markdown(found),
        ".html": lambda: as_html(found),
        ".json": lambda: json.dumps(plain(found), indent=1, ensure_ascii=False) + "\n",
    }
    if output.suffix not in writers:
        raise Conflict(f"no report is written as {output.suffix!r}", remedy="Use .md, .html or .json.")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(writers[output.suffix](), "utf-8")


# The house


@cli.command()
@click.argument("maker", default="")
@_AS_JSON
@click.pass_context
def models(context: click.Context, maker: str, as_json: bool) -> None:
    """Show the models that takes can be made with: what they do, how long they stay, what they cost.

    MAKER is a vendor or a model, such as runway or runway/gen4.5; its prices are shown in full, with their sources.
    In a production's folder its own prices count.
    """
    from picturelock.core.failures import NotFound
    from picturelock.engine.timekeeping import SystemClock
    from picturelock.studio.folder import Folder
    from picturelock.studio.offering import models as offered
    from picturelock.studio.pricing import priced

    today = SystemClock().now().date()
    try:
        folder = Folder.find(context.obj["where"])
    except NotFound:
        found = offered(today, maker)
    else:
        with priced(folder):
            found = offered(today, maker)
    emit(found, as_json=as_json, lines=lambda: _in_full(found) if maker else _at_a_glance(found))


def _at_a_glance(found: "list[ModelView]") -> Iterable[str]:
    rows = [("maker", "version", "does", "stands", "costs")]
    rows += [(m.name, m.version, ", ".join(m.operations), _standing(m), _cost(m)) for m in found]
    return table(rows)


def _in_full(found: "list[ModelView]") -> Iterable[str]:
    for model in found:
        yield f"{model.name}  {', '.join(model.operations) or 'no step of a production'}, {_standing(model)}"
        yield f"  version {model.version}" + ("" if model.dated else ", which its vendor may change")
        yield from (f"  {price}" for price in model.prices)
        if model.paid and (not model.prices or model.unknown):
            yield f"  {_cost(model)}"
        if model.notes:
            yield f"  {model.notes}"


def _standing(model: "ModelView") -> str:
    if model.until is None:
        return model.standing
    heirs = f", use {' or '.join(model.successors)}" if model.successors else ""
    return f"{model.standing}, {'since' if model.standing == 'retired' else 'until'} {model.until}{heirs}"


def _cost(model: "ModelView") -> str:
    if not model.paid:
        return "nothing"
    if model.unknown:
        return f"refused: its {' and '.join(model.unknown).replace('_', ' ')} are not known"
    if not model.prices:
        return "not known"
    first, *others = model.prices
    return f"{first}, and {len(others)} more" if others else first


@cli.command()
@_AS_JSON
def providers(as_json: bool) -> None:
    """Show every provider that is installed."""
    from picturelock.generate.registry import names

    found = names()
    emit(found, as_json=as_json, lines=lambda: found)


@cli.command()
@_AS_JSON
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Check that everything a production needs is here and works."""
    from picturelock.studio.checkup import checkup

    found = checkup(context.obj["where"])
    rows = [("ok" if f.ok else "!!", f.what, f.detail) for f in found]
    emit(found, as_json=as_json, lines=lambda: table(rows))
    if not all(f.ok for f in found):
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.pass_context
def demo(context: click.Context, folder: Path | None) -> None:
    """Make the included film: the whole way from screenplay to locked cut, in FOLDER."""
    from picturelock.cli.demo import make_demo

    make_demo(_new_folder(context, folder, otherwise=Path("demo")))
