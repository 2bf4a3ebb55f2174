"""A bought production whose vendors fail as often as those of one real production did, run with nobody looking.

That production was told of in public: 44 shots in 82 units, how many calls failed, and what it cost. Here, 44 shots are
bought as 44 stills and 38 clips; the other six clips are the built-in camera's. The vendors are emulated with
``--failure-mix production``. The run's own retrospective prints the rows of that production's table from its own facts,
and the emulators' books say what was really wrong with what they delivered, which a customer is never told.

``python -m picturelock.testing.retrospective FOLDER`` runs the whole of it, which takes a good while.
"""

import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from picturelock.core.board import Board, Shot
from picturelock.core.money import Money
from picturelock.core.paidcall import Phase
from picturelock.core.policy import Caps, Fallback, Format, Routing
from picturelock.core.take import take_id
from picturelock.core.value import Value
from picturelock.engine.timekeeping import SystemClock
from picturelock.generate import calls
from picturelock.studio import facts as store
from picturelock.studio.facade import Studio
from picturelock.studio.reporting import failures, rows
from picturelock.testing.emulators.remote import Remote, process
from picturelock.testing.film import HURRY, Film, surroundings

FIRST_IMAGE = "openai/gpt-image-2"
CLIPS = ("kling/kling-v2-5-turbo", "runway/gen4_turbo")
FREE_CLIPS = 6

_PATIENCE_S = 3 * 3600.0
_SEEN_AFTER_SECONDS = 2  # until a charge shows in OpenAI's usage; five minutes with the vendor
_ADMIN = "sk-admin-" + "0" * 32

SCENES = (
    """EXT. FERRY LANDING - DAWN

Mist lies on the black river. An empty ferry pulls at its rope.

EDDA (30s), a tall woman in a long red coat with dark braided hair, walks down the wet planks with a lantern.

CLOSE ON: Edda looks out over the water.""",
    """INT. BELL HOUSE - DAY

HALVOR (60s), a stocky old man with a grey beard and a brown cap, sits at the table by the window.

Halvor looks up. Edda stands in the doorway.

INSERT - THE BELL

A bronze bell hangs in the window, its rope cut.""",
    """EXT. FOREST - DAY

Edda runs between the trees.

Halvor follows her with a stick.""",
    """EXT. ROAD - DAY

SIV (20s), a thin young man in a blue jacket with short fair hair, pushes a cart up the long road.

Edda waits at the milestone. Siv stops.

CLOSE ON: Siv looks down.""",
    """INT. KITCHEN - NIGHT

A lamp burns low. Edda sits at the table.

Halvor stands by the stove with his arms crossed.

INSERT - THE LETTER

A letter lies open beside the bread.""",
    """EXT. MARKET STREET - DAY

Awnings hang over the wet street.

Siv walks between the stalls with a basket.

Edda watches him from the corner.""",
    """EXT. SHORE - DUSK

A boat lies on the stones.

Halvor kneels beside it.

Edda walks along the water.

CLOSE ON: Halvor looks at her.""",
    """INT. CORRIDOR - NIGHT

Siv walks down the long corridor with a lantern.

Edda stands at the far door.""",
    """EXT. HILL - DAY

Wind goes through the grass.

Edda and Siv climb the hill.

INSERT - THE ROPE

A new rope lies coiled on the stone.""",
    """EXT. BRIDGE - NIGHT

Siv stands on the bridge and looks down at the water.

Halvor walks toward him.

CLOSE ON: Siv turns away.""",
    """INT. BEDROOM - DAWN

Edda sits on the bed.

She stands and puts on the red coat.""",
    """EXT. FIELD - DAY

Halvor walks across the field.

Siv runs after him.

INSERT - THE KNIFE

A knife lies in the grass.""",
    """INT. TOWER - DAY

Edda climbs the stairs.

Siv stands at the window and points.""",
    """EXT. RIVER - DUSK

The ferry lies in the middle of the river.

Halvor stands at the tiller.

Edda reaches for the rope.

CLOSE ON: Edda smiles.""",
    """INT. BELL HOUSE - NIGHT

Siv hangs the new rope on the bell.

Halvor and Edda look up.

INSERT - THE BELL

The bell swings in the window.""",
    """EXT. FERRY LANDING - NIGHT

Edda stands on the planks with the lantern. The light goes out over the water.""",
)
"""A film without a word: sixteen scenes, 44 shots. Most of them show one or two of three people."""

SHORT_SCENES = 3
"""The first so many scenes are eight shots."""


class Counted(Value, frozen=True, kw_only=True):
    """What became of what vendors delivered, by what was wrong with it; an empty name is nothing.

    Attributes:
        delivered: Takes.
        caught: Of these, takes that failed their gate.
        used: Of these, takes that are in the film.
    """

    delivered: dict[str, int]
    caught: dict[str, int]
    used: dict[str, int]


def screenplay(scenes: int = len(SCENES)) -> str:
    """The first scenes of the film."""
    return "Title: The Ferry Bell\n\n" + "\n\n".join(SCENES[:scenes]) + "\n"


@contextmanager
def vendors(seed: int) -> Iterator[dict[str, Remote]]:
    """Three emulated vendors in a hurry, that fail as vendors of a production did."""
    mix = ("--failure-mix", "production", "--seed", str(seed))
    with ExitStack() as stack:
        yield {
            "openai": stack.enter_context(
                process("openai", *mix, haste=HURRY, usage_lag_seconds=_SEEN_AFTER_SECONDS)
            ),
            "kling": stack.enter_context(process("kling", *mix, "--time-scale", str(HURRY))),
            "runway": stack.enter_context(process("runway", *mix, "--time-scale", str(HURRY))),
        }


def prepare(home: Path, emulated: dict[str, Remote], scenes: int, picture: Format, free_clips: int) -> Film:
    """A production that buys from these vendors, ready to run with nobody looking.

    Args:
        home: Its folder is made in here.
        emulated: Where to buy.
        scenes: Of the film.
        picture: Size and handles.
        free_clips: How many clips the built-in camera makes: of the first shots without people.
    """
    script, folder = home / "ferry_bell.fountain", home / "film"
    script.write_text(screenplay(scenes), "utf-8")
    studio, _ = Studio.start(folder, script, picture=picture, auto_approve=True)
    with studio:
        production = studio.production
        production.write_board(_shared_out(production.board(), free_clips))
        settings = production.snapshot().settings
        production.write_settings(
            replace(
                settings,
                profile="unattended",
                retries=4,
                routing=Routing(keyframe=FIRST_IMAGE, clip=CLIPS[0]),
                fallback=Fallback(keyframe=("builtin/artist",), clip=(*CLIPS, "builtin/camera")),
                caps=Caps(money=Money.parse("500 USD"), takes_per_unit=8),
            )
        )
    return Film(folder, surroundings(emulated))


def _shared_out(board: Board, free: int) -> Board:
    """Clips of the first shots without people are free; the others go to two vendors in turn."""
    unpeopled = [shot.code for shot in board.shots() if not shot.units[0].contract.subjects][:free]
    turn = 0

    def shared(shot: Shot) -> Shot:
        nonlocal turn
        if shot.code in unpeopled:
            maker = "builtin/camera"
        else:
            maker, turn = CLIPS[turn % len(CLIPS)], turn + 1
        units = (replace(u, provider=maker) if u.id.part == "clip" else u for u in shot.units)
        return replace(shot, units=tuple(units))

    scenes = tuple(replace(s, shots=tuple(shared(shot) for shot in s.shots)) for s in board.scenes)
    return replace(board, scenes=scenes)


def labelled(film: Film, emulated: dict[str, Remote]) -> Counted:
    """Hold what was really wrong with each delivery, from the vendors' books, against what became of it."""
    flaws = {entry.job: entry.flaw for remote in emulated.values() for entry in remote.statement().accepted}
    with film.database() as database, database.read() as connection:
        bought = calls.calls_of(connection, film.name)
        verdicts = store.read_verdicts(connection, film.name)
    delivered = {
        take_id(call.call.unit, call.call.recipe): flaws[call.state.job]
        for call in bought
        if call.state.phase is Phase.SETTLED
    }
    with Studio.open(film.folder) as studio:
        used = {unit.take for shot in studio.status().shots for unit in shot.units if unit.take is not None}
    return Counted(
        delivered=_count(delivered.values()),
        caught=_count(
            flaw for take, flaw in delivered.items() if take in verdicts and verdicts[take][0].failures
        ),
        used=_count(flaw for take, flaw in delivered.items() if take in used),
    )


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def download_costs(openai: Remote) -> bytes:
    """What each day cost: the file that a person downloads from OpenAI's dashboard once the last day is over."""
    now = SystemClock().now()
    start, end = (int((now + timedelta(days=days)).timestamp()) for days in (-2, 2))
    url = f"{openai.base_url}/dashboard/costs.csv?start_time={start}&end_time={end}&bucket_width=1d"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {_ADMIN}"})  # noqa: S310  # loopback
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return answer.read()


COUNTED_THERE = {
    "Shots": "44",
    "Production units": "82",
    "First-frame passes": "39 (47.6%)",
    "Image calls": "430",
    "Image failures": "99 (23%)",
    "Image-to-video calls delivered": "38, 220.1 s",
    "Image-to-video cost": "198.09 CNY",
    "Tokens": "about 1,000,000,000, of agents",
    "Total cost": "2,234.67 CNY",
}
"""What the other production counted, by the rows of the retrospective."""


def side_by_side(rows: Iterable[tuple[str, str]]) -> str:
    """The retrospective's rows, and what was counted there, as Markdown."""
    lines = ["| Metric | Here | There |", "| --- | --- | --- |"]
    lines += [f"| {name} | {value} | {COUNTED_THERE.get(name, '')} |" for name, value in rows]
    return "\n".join(lines)


def told_of(counted: Counted) -> str:
    """What was really wrong and what became of it, as Markdown."""
    lines = ["| What was wrong | Delivered | Caught by a gate | In the film |", "| --- | --- | --- | --- |"]
    for flaw, number in counted.delivered.items():
        caught, used = counted.caught.get(flaw, 0), counted.used.get(flaw, 0)
        lines.append(f"| {flaw or 'nothing'} | {number} | {caught} | {used} |")
    wrong = {flaw: n for flaw, n in counted.delivered.items() if flaw}
    caught = sum(n for flaw, n in counted.caught.items() if flaw)
    lines += ["", f"{sum(wrong.values())} deliveries were wrong; gates caught {caught}."]
    return "\n".join(lines)


@click.command()
@click.argument("home", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=1, help="Of everything that chance decides.")
@click.option("--scenes", default=len(SCENES), help="Only the first so many.")
@click.option("--size", default="640x360", help="Of the picture.")
def main(home: Path, seed: int, scenes: int, size: str) -> None:
    """Make the production in HOME, run it to its cut, and print what it took."""
    home.mkdir(parents=True, exist_ok=True)
    width, height = (int(number) for number in size.split("x"))
    began = time.monotonic()
    with vendors(seed) as emulated:
        film = prepare(home, emulated, scenes, Format(width=width, height=height), FREE_CLIPS)
        code, said = film.command("run", "--auto-approve", patience_s=_PATIENCE_S)
        click.echo(
            f"picturelock run --auto-approve ended with {code} after {time.monotonic() - began:.0f} s:"
        )
        click.echo(
            "\n".join(line for line in said.splitlines() if not line.startswith(("Making:", "Cutting:")))
        )
        click.echo(film.command("inbox")[1])
        with Studio.open(film.folder) as studio:
            click.echo(side_by_side(rows(studio.retrospective())))
            click.echo("")
            click.echo("\n".join(f"{name}: {count}" for name, count in failures(studio.retrospective())))
            (home / "board.png").write_bytes(studio.board_sheet())
        click.echo("")
        click.echo(told_of(labelled(film, emulated)))
        for name, remote in emulated.items():
            found = film.reckon(remote)
            click.echo(
                f"{name}: {found.jobs} jobs, {found.charged} charged there, {found.booked} booked here, "
                f"{len(found.doubled)} twice, {len(found.lost)} lost, {len(found.unbooked)} booked otherwise"
            )
            (home / f"{name}.json").write_bytes(msgspec.json.encode(remote.statement()))
        costs = home / "costs.csv"
        costs.write_bytes(download_costs(emulated["openai"]))
        click.echo(film.command("cost", "reconcile", "openai", str(costs.resolve()), "--book")[1])


if __name__ == "__main__":
    main()
