"""A film that is bought from vendors who fail as often as a real production's did, with nobody looking.

What Picturelock says about it is held against the vendors' own books.
"""

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import av
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import FailureKind, Phase
from picturelock.core.policy import Action, Caps, Fallback, Format
from picturelock.db import tables
from picturelock.generate import calls
from picturelock.ledger.breakdown import By
from picturelock.studio import facts as store
from picturelock.studio.facade import Studio
from picturelock.studio.reporting import Retrospective, as_html, as_markdown
from picturelock.testing.emulators.book import Statement
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.remote import Remote
from picturelock.testing.film import CLIPS, Film, surroundings
from picturelock.testing.film import screenplay as weather
from picturelock.testing.film import vendors as in_a_hurry
from picturelock.testing.retrospective import SHORT_SCENES, download_costs, labelled, prepare, vendors

SEED = 1
PICTURE = Format(width=640, height=360)
FLAGGED = UnitId("SC010_SH030.key")
CENT = Decimal("0.01")


class Bought:
    """The film after its run, and the books of those who sold it."""

    def __init__(self, film: Film, code: int, emulated: dict[str, Remote]) -> None:
        self.film, self.code, self.emulated = film, code, emulated
        self.books = {name: remote.statement() for name, remote in emulated.items()}
        with Studio.open(film.folder) as studio:
            self.report: Retrospective = studio.retrospective()
            self.status = studio.status()
            self.inbox = {item.unit for item in studio.inbox()}

    @property
    def clips(self) -> list[Statement]:
        return [book for name, book in self.books.items() if name != "openai"]


@pytest.fixture(scope="module")
def bought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bought]:
    with vendors(SEED) as emulated:
        film = prepare(tmp_path_factory.mktemp("bought"), emulated, SHORT_SCENES, PICTURE, free_clips=1)
        object_to(film, FLAGGED)
        code, said = film.command("run", "--auto-approve")
        assert code in {0, 3}, said
        yield Bought(film, code, emulated)


def object_to(film: Film, unit: UnitId) -> None:
    """Let the vendor refuse what it makes for this unit, every time."""
    with Studio.open(film.folder) as studio:
        board = studio.board()
        text = studio.export_board()
        contract = board.shot(unit.shot).units[0].contract
        changed = replace(contract, subject=f"{contract.subject}, FLAG_OUTPUT")
        scenes = tuple(
            replace(
                scene,
                shots=tuple(
                    replace(
                        shot,
                        units=tuple(replace(u, contract=changed) if u.id == unit else u for u in shot.units),
                    )
                    for shot in scene.shots
                ),
            )
            for scene in board.scenes
        )
        studio.production.write_board(replace(board, scenes=scenes))
        assert studio.export_board() != text


def test_the_run_ends_in_a_cut_as_long_as_its_shots(bought: Bought) -> None:
    with av.open(str(bought.film.folder / "cut" / "film.mp4")) as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert len(bought.status.shots) == 8
    assert frames == sum(shot.frames for shot in bought.status.shots)


def test_whatever_the_film_lacks_is_in_the_inbox(bought: Bought) -> None:
    lacking = {u.unit for shot in bought.status.shots for u in shot.units if u.standing != "chosen"}
    waits_for = {unit for unit in lacking if unit.part == "key" or UnitId.of(unit.shot, "key") not in lacking}
    assert waits_for <= bought.inbox
    assert (bought.code == 3) == bool(bought.inbox)


def test_nothing_is_bought_twice_or_lost_and_every_charge_is_booked(bought: Bought) -> None:
    with bought.film.database() as database, database.read() as connection:
        known = {str(call.call.id): call for call in calls.calls_of(connection, bought.film.name)}
    for remote in bought.emulated.values():
        found = bought.film.reckon(remote)
        assert (found.doubled, found.lost) == ((), ())
        for name, said in ((line.partition(":")[0], line) for line in found.unbooked):
            # What this vendor charges for what it stops is not published, so it is booked as quoted.
            failure = known[name].state.failure
            assert failure is not None, said
            assert failure.kind is FailureKind.MODERATED_OUTPUT, said


def test_what_a_vendor_refused_is_made_by_who_costs_nothing_and_said_so(bought: Bought) -> None:
    with bought.film.database() as database, database.read() as connection:
        falls = store.read_falls(connection, bought.film.name)
        takes = store.read_takes(connection, bought.film.name, [FLAGGED])
        asked = calls.calls_of(connection, bought.film.name, FLAGGED)
    assert [take.provider for take in takes] == ["builtin"]
    assert [(fall.left, fall.to, fall.action) for fall in falls[FLAGGED]] == [
        ("openai/gpt-image-2", "builtin/artist", Action.FALL_BACK)
    ]
    assert "moderation_blocked" in falls[FLAGGED][0].reason
    assert [call.state.phase for call in asked].count(Phase.FAILED) == 1
    assert bought.report.fallbacks["builtin/artist"] >= 1


UNREADABLE = {"truncated", "missing_frames", "uneven"}
"""What is wrong with deliveries that are files of the kind, and cannot be taken in all the same."""


def delivered(bought: Bought, book: Statement, made: set[str]) -> set[str]:
    """Of the jobs that a vendor made, those that we could use. Whatever else there is, the vendor's book tells of."""
    spoilt = {fault.job for fault in book.faults} | {j.job for j in book.accepted if j.flaw in UNREADABLE}
    with bought.film.database() as database, database.read() as connection:
        known = {call.state.job: call.state for call in calls.calls_of(connection, bought.film.name)}
    usable = {job for job in made if job in known and known[job].phase is Phase.SETTLED}
    assert made - usable <= spoilt
    for job in made & known.keys() - usable:
        failure = known[job].failure
        assert not known[job].phase.ended or (failure and failure.kind is FailureKind.BAD_OUTPUT), known[job]
    return usable


def test_the_retrospective_counts_calls_as_the_vendors_did(bought: Bought) -> None:
    report, book = bought.report, bought.books["openai"]
    answered = {request.job for request in book.requests if request.status == 200}
    with bought.film.database() as database, database.read() as connection:
        taken = connection.execute(sa.select(tables.take.c.unit, tables.take.c.provider)).all()
    drawn = sum(provider == "builtin" and UnitId(unit).part == "key" for unit, provider in taken)
    assert report.image_calls == len(book.requests) + drawn
    assert report.image_calls - report.image_failures - drawn == len(delivered(bought, book, answered))
    assert report.first_frames == 8
    in_use = report.fallbacks.get("builtin/artist", 0)
    assert report.first_frame_passes + in_use == 8 - len({u for u in bought.inbox if u.part == "key"})


def test_the_retrospective_counts_clips_as_the_vendors_did(bought: Bought) -> None:
    usable = 0
    for book in bought.clips:
        made = {name for name, job in book.jobs().items() if job.state.lower().startswith("succe")}
        usable += len(delivered(bought, book, made))
    assert bought.report.clip_calls == usable
    assert bought.report.clip_calls_here >= 1
    assert Decimal(bought.report.clip_seconds) > 2 * bought.report.clip_calls


def test_every_gate_that_caught_something_is_counted_and_nothing_caught_is_in_the_film(
    bought: Bought,
) -> None:
    counted = labelled(bought.film, bought.emulated)
    for flaw in ("faded", "letterbox", "blurred", "other_colours"):
        assert counted.caught.get(flaw, 0) == counted.delivered.get(flaw, 0), flaw
    assert sum(counted.caught.values()) > 0
    assert sum(counted.delivered.values()) >= sum(counted.caught.values()) + sum(counted.used.values())
    turned_down = bought.report.image_rejections + bought.report.clip_rejections
    assert turned_down >= sum(counted.caught.values())
    assert sum(bought.report.failures_by_category.values()) >= turned_down


def test_the_retrospective_has_every_row_in_each_form(bought: Bought) -> None:
    text, page = as_markdown(bought.report), as_html(bought.report)
    for row in (
        "Production units", "First-frame passes", "Image calls", "Image failures",
        "Image-to-video calls delivered", "Image-to-video cost", "Tokens", "Total cost",
        "Cost per finished second", "Unsettled", "Made by a fallback",
        "Character consistency", "Space and scale", "Multi-character collapse", "Image to video",
        "Tool and platform",
    ):  # fmt: skip
        assert f"| {row} |" in text
        assert f">{row}</th>" in page


def test_the_vendors_own_file_brings_both_books_to_the_same_cent(bought: Bought, tmp_path: Path) -> None:
    costs = tmp_path / "costs.csv"
    costs.write_bytes(download_costs(bought.emulated["openai"]))
    code, said = bought.film.command("cost", "reconcile", "openai", str(costs), "--book")
    assert code == 0, said
    charged = bought.books["openai"].net_usd()
    with Studio.open(bought.film.folder) as studio:
        after = studio.retrospective()
        by_vendor = {line.key: line.home.settled.amount for line in studio.cost(By.VENDOR).lines}
    assert abs(by_vendor["openai"] - charged) < CENT
    # What is charged for a call that waits for a person is booked when that is known; until then it is unsettled.
    with bought.film.database() as database, database.read() as connection:
        known = calls.calls_of(connection, bought.film.name)
    ended = {call.state.job for call in known if call.state.phase.ended}
    sums = {True: charged, False: Decimal(0)}
    for book in bought.clips:
        for posting in book.postings:
            sums[posting.job in ended] += posting.amount * book.usd_per_unit
    assert abs(after.total_cost.amount - sums[True]) < CENT
    assert 0 <= sums[False] < after.unsettled.amount + CENT


def test_without_money_or_anybody_to_take_over_the_run_ends_and_says_what_it_could_not_have(
    bought: Bought, tmp_path: Path
) -> None:
    film = prepare(tmp_path, bought.emulated, 1, PICTURE, free_clips=0)
    with Studio.open(film.folder) as studio:
        settings = studio.production.snapshot().settings
        poor = Caps(money=Money.parse("0.01 USD"))
        studio.production.write_settings(replace(settings, caps=poor, fallback=Fallback()))
    code, said = film.command("run", "--auto-approve")
    assert code == 4, said
    code, waiting = film.command("inbox")
    assert code == 0
    assert all(f"SC010_SH0{n}0.key" in waiting for n in (1, 2, 3))
    assert "cap" in waiting
    assert "A card stands in for" in film.must("cut")


def ordered(
    folder: Path, emulated: dict[str, Remote], vendor: str, *, shots: int = 1, fallback: str = "", **more: str
) -> Film:
    """A film without people whose clips are bought where an hour is a few seconds."""
    (folder / "weather.fountain").write_text(weather(shots), "utf-8")
    environment = surroundings(emulated) | {"PICTURELOCK_PACE": "0.002"} | more
    script = ("--script", "weather.fountain", "--size", "640x360", "--auto-approve")
    Film(folder, environment).must("init", "film", *script)
    film = Film(folder / "film", environment)
    with (film.folder / "production.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"profile: unattended\nrouting: {{clip: {CLIPS[vendor]}}}\ncaps: {{money: 5USD}}\n")
        if fallback:
            settings.write(f"fallback: {{clip: [{fallback}]}}\n")
    return film


def test_a_job_that_hangs_at_its_vendor_does_not_keep_the_run_and_comes_before_a_person(
    tmp_path: Path,
) -> None:
    with in_a_hurry("runway") as emulated:
        emulated["runway"].misbehave(Rule(fault=Fault.HANGS))
        film = ordered(tmp_path, emulated, "runway")
        code, said = film.command("run")
        assert code == 3, said
        assert "1 paid call waits for your decision" in said
        assert "picturelock cancel" in film.must("inbox")
        assert film.reckon(emulated["runway"]).clean


@pytest.mark.parametrize("fallback", ["", "builtin/camera"])
def test_jobs_that_hang_in_every_place_of_an_account_keep_neither_the_run_nor_other_makers(
    tmp_path: Path, fallback: str
) -> None:
    with in_a_hurry("runway") as emulated:
        emulated["runway"].misbehave(Rule(fault=Fault.HANGS))
        one_place = {"PICTURELOCK_RUNWAY_CONCURRENCY": "1"}
        film = ordered(tmp_path, emulated, "runway", shots=3, fallback=fallback, **one_place)
        code, said = film.command("run")
        assert code == (3 if fallback else 1), said
        waiting = film.must("inbox")
        assert waiting.count("longer than it ever needs") == 1
        assert waiting.count("take every place of the account at runway") == (0 if fallback else 2)
        with Studio.open(film.folder) as studio:
            made = {unit.unit.part for shot in studio.status().shots for unit in shot.units if unit.take}
            report = studio.retrospective()
        assert ("clip" in made) is bool(fallback)
        assert report.clip_failures == 0  # nobody was asked in vain
        assert report.clip_calls_here == (2 if fallback else 0)
        assert film.reckon(emulated["runway"]).clean
        # Once the job is called off, what waited for its place is sent.
        with film.database() as database, database.read() as connection:
            [stuck] = calls.open_calls(connection, production=film.name)
        film.must("cancel", str(stuck.call.id))
        code, said = film.command("run")
        assert code == 0, said
        assert film.must("inbox") == "Nothing waits for you.\n"
        assert film.reckon(emulated["runway"]).clean


def test_a_job_that_was_left_alone_too_long_is_asked_about_before_a_person_is(tmp_path: Path) -> None:
    with in_a_hurry("runway") as emulated:
        film = ordered(tmp_path, emulated, "runway")
        film.command("run", die_at="send.told")
        [job] = emulated["runway"].statement().accepted
        time.sleep(8)
        assert "longer than it ever needs" in film.must("inbox")
        # The vendor takes its time with its answer, and a run must not end before that.
        emulated["runway"].misbehave(Rule(fault=Fault.LATE, at=Point.READ, seconds=6))
        code, said = film.command("run")
        assert code == 0, said
        assert "Made 1 take;" in said
        assert "card" not in said
        assert [accepted.job for accepted in emulated["runway"].statement().accepted] == [job.job]
        assert film.reckon(emulated["runway"]).clean


def test_a_hung_job_of_a_vendor_that_calls_nothing_off_can_be_given_up(tmp_path: Path) -> None:
    with in_a_hurry("kling") as emulated:
        emulated["kling"].misbehave(Rule(fault=Fault.HANGS))
        film = ordered(tmp_path, emulated, "kling")
        code, said = film.command("run")
        assert code == 3, said
        with film.database() as database, database.read() as connection:
            [stuck] = calls.open_calls(connection, production=film.name)
        name = str(stuck.call.id)
        assert f"picturelock resolve {name} --charged AMOUNT" in film.must("inbox")
        assert film.command("cancel", name)[0] != 0
        assert film.command("resolve", name, "--never")[0] != 0  # it has been accepted
        film.must("resolve", name, "--charged", "0KLINGUN")
        code, said = film.command("run")
        assert code == 0, said
        assert len(emulated["kling"].statement().accepted) == 2
