"""Keys that were planted are looked for everywhere that a production leaves anything: none is found."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from picturelock.testing.film import CLIPS, STILLS, Film, screenplay, surroundings, vendors

PLANTED = {
    "OPENAI_API_KEY": "sk-proj-" + "planted7" * 5,
    "OPENAI_ADMIN_KEY": "sk-admin-" + "planted8" * 5,
    "RUNWAYML_API_SECRET": "key_" + "planted9" * 4,
}
HALVES = [key[8:28].encode() for key in PLANTED.values()]


@pytest.fixture(params=["right", "wrong"])
def film(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Film]:
    """A film whose vendors know the keys, and one whose vendors answer with an error that quotes them."""
    (tmp_path / "weather.fountain").write_text(screenplay(2), "utf-8")
    right = request.param == "right"
    settings = {
        "openai": {"key": PLANTED["OPENAI_API_KEY"], "admin_key": PLANTED["OPENAI_ADMIN_KEY"]},
        "runway": {"key": PLANTED["RUNWAYML_API_SECRET"]},
    }
    with (
        vendors("openai", **(settings["openai"] if right else {})) as stills,
        vendors("runway", **(settings["runway"] if right else {})) as clips,
    ):
        environment = {**surroundings({**stills, **clips}), **PLANTED}
        home = Film(tmp_path, environment)
        home.must("init", "film", "--script", "weather.fountain", "--size", "640x360", "--auto-approve")
        with (tmp_path / "film" / "production.yaml").open("a", encoding="utf-8") as written:
            written.write("profile: unattended\ncaps: {money: 50USD}\n")
            written.write(f"routing: {{keyframe: {STILLS['openai']}, clip: {CLIPS['runway']}}}\n")
        yield Film(tmp_path / "film", environment)


def test_no_key_is_in_facts_logs_recipes_objects_or_anything_that_is_said(film: Film) -> None:
    said = [film.command(*words)[1] for words in (["run"], ["inbox"], ["calls", "--all"], ["cost", "--json"])]
    said += [film.command(*words)[1] for words in (["doctor"], ["report", "retrospective"])]
    files = [path for path in film.folder.rglob("*") if path.is_file()]
    assert any(path.parent.name == "engine" for path in files)
    found = [str(path) for path in files if any(half in path.read_bytes() for half in HALVES)]
    assert not found
    assert not [text for text in said if any(half.decode() in text for half in HALVES)]
    # Names of calls and takes are full of digits.
    refused = any(re.search(r"(?<![\w.-])401(?![\w.-])", text) for text in said)
    assert refused != (film.folder / "cut" / "film.mp4").exists(), said
