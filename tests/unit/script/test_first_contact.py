"""What a newcomer gives first: names as they are written, and files that hold no film."""

from pathlib import Path

import pytest

from picturelock.core.failures import BadDocument
from picturelock.core.frametime import FrameRate
from picturelock.script.headings import titled
from picturelock.script.reader import read_source
from picturelock.script.screenplay import story_of
from picturelock.script.source import Screenplay


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("title.txt", "My Great Film\n"),
        ("title.txt", "The Lamp at the End of the Sea\n\n"),
        ("title.txt", "《旧灯塔》\n"),
        ("numbers.txt", "1\n2\n3\n4 5 6\n\n77 88\n"),
        ("title.fountain", "Title: My Film\nAuthor: X\n"),
    ],
)
def test_what_tells_nothing_is_refused_with_a_remedy(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(BadDocument, match="no words") as refused:
        read_source(path)
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["A lamp burns in the window", "Anna waits.\n", "灯塔亮着\n"])
def test_one_line_that_tells_something_is_a_story(tmp_path: Path, text: str) -> None:
    path = tmp_path / "line.txt"
    path.write_text(text, "utf-8")
    assert read_source(path).words().strip()


@pytest.mark.parametrize(
    ("capitals", "name"), [("O'NEIL", "O'Neil"), ("TEO'S BOAT", "Teo's Boat"), ("D’ARCY", "D’Arcy")]
)
def test_capitals_become_names(capitals: str, name: str) -> None:
    assert titled(capitals) == name


def test_a_forced_cue_keeps_the_case_it_was_forced_for(tmp_path: Path) -> None:
    path = tmp_path / "forced.fountain"
    path.write_text(
        "INT. ROOM - DAY\n\nA door opens.\n\n@McBRIDE\nNot in this weather.\n\n@McCoy (V.O.)\nNo.\n", "utf-8"
    )
    source = read_source(path)
    assert isinstance(source, Screenplay)
    story = story_of(source, FrameRate(24))
    assert [person.name for person in story.people] == ["McBride", "McCoy"]
    assert [person.lines for person in story.people] == [1, 1]
