"""What newcomers do wrong: each is met with one message, a remedy, exit 2, and a folder as it was before."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from picturelock.studio.facade import Studio

STORY = 'The Lamp\n\nAnna walked into the kitchen at night. "Where is it?" said Anna.\n'


def picturelock(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "picturelock", *words], cwd=cwd, capture_output=True, text=True, check=False
    )


def refused(*words: str, cwd: Path, saying: str) -> None:
    before = sorted(cwd.rglob("*"))
    done = picturelock(*words, cwd=cwd)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert saying in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(cwd.rglob("*")) == before


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("newcomer")
    (home / "lamp.txt").write_text(STORY, "utf-8")
    return home


@pytest.fixture
def film(home: Path, tmp_path: Path) -> Path:
    done = picturelock(
        "init", str(tmp_path / "film"), "--script", str(home / "lamp.txt"), "--size", "160x90", cwd=home
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "film"


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (("lamp.txt/film", "--script", "lamp.txt"), "Check the path"),
        (("a" * 300, "--script", "lamp.txt"), "Check the path"),
        (("--script", "lamp.txt"), "Missing argument 'FOLDER'"),
        (("film", "--script", "lamp.txt", "--title", "two\nlines"), "one line of visible characters"),
        (("film", "--script", "lamp.txt", "--title", ""), "one line of visible characters"),
        (("lamp.txt", "--script", "lamp.txt"), "does not exist or is empty"),
        (("film", "--script", "."), "is a folder"),
        (("film", "--script", "gone.txt"), "no file gone.txt"),
        (("film", "--script", "lamp.txt", "--size", "161x90"), "even number"),
        (("film", "--script", "lamp.txt", "--size", "big"), "Usage: picturelock init"),
    ],
    ids=[
        "below a file",
        "too long a name",
        "no folder",
        "two lines of title",
        "empty title",
        "a file",
        "script folder",
        "no script",
        "odd size",
        "no size",
    ],
)
def test_a_start_that_cannot_be(home: Path, words: tuple[str, ...], saying: str) -> None:
    refused("init", *words, cwd=home, saying=saying)


def test_the_folder_is_named_once(home: Path, tmp_path: Path) -> None:
    script = ("--script", str(home / "lamp.txt"), "--size", "160x90")
    refused("-C", "there", "init", "here", *script, cwd=tmp_path, saying="give one")
    done = picturelock("-C", "there", "init", *script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "there" / "board.yaml").is_file()


def test_a_folder_with_spaces_is_named_so_that_a_shell_can_read_it(home: Path, tmp_path: Path) -> None:
    done = picturelock("init", str(tmp_path / "my film 影"), "--script", "lamp.txt", cwd=home)
    assert f"-C '{tmp_path / 'my film 影'}' plan" in done.stdout


@pytest.mark.parametrize(
    ("line", "saying"),
    [
        ("profile: animatc", "production.yaml, profile: no profile is called animatc"),
        ("routing: {clip: nobody/camera}", "production.yaml, routing.clip: no provider is called 'nobody'"),
        ("routing: {voice: builtin/nobody}", "production.yaml, routing.voice: builtin has no model 'nobody'"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "run"])
def test_names_in_the_settings_are_checked_before_work(
    film: Path, command: str, line: str, saying: str
) -> None:
    path = film / "production.yaml"
    path.write_text(f"{path.read_text('utf-8')}{line}\n", "utf-8")
    done = picturelock(command, cwd=film)
    assert done.returncode == 2
    assert saying in done.stderr


def test_nothing_is_locked_where_the_lock_file_is_gone(film: Path) -> None:
    (film / "picture.lock").unlink()
    done = picturelock("status", "--json", cwd=film)
    assert done.returncode == 0, done.stderr
    assert {shot["lock"] for shot in json.loads(done.stdout)["shots"]} == {"open"}


def test_long_lists_end_with_how_many_more(home: Path, tmp_path: Path) -> None:
    scenes = "".join(f"INT. ROOM {n} - DAY\n\nAnna waits by window {n}.\n\n" for n in range(1, 81))
    (tmp_path / "long.fountain").write_text(scenes, "utf-8")
    picturelock("init", "long", "--script", "long.fountain", cwd=tmp_path)
    for command in ("status", "plan"):
        some = picturelock(command, cwd=tmp_path / "long").stdout
        whole = picturelock(command, "--all", cwd=tmp_path / "long").stdout
        assert " more " in some
        assert " more " not in whole
        assert whole.count("\n") > some.count("\n")
    assert len(json.loads(picturelock("status", "--json", cwd=tmp_path / "long").stdout)["shots"]) == 80


def test_a_reader_that_goes_away_is_no_error(film: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "picturelock", "board", "export"],
        cwd=film,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_plan_says_how_far_it_is(film: Path) -> None:
    told: list[tuple[int, int]] = []
    with Studio.open(film) as studio:
        plan = studio.plan(on_progress=lambda done, total: told.append((done, total)))
        units = sum(1 for _ in studio.production.board().units())
    assert plan.items
    assert {total for _, total in told} == {units}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == units
