"""What a run says of its requests: whose budget they are on, how urgent they are, until when they may leave."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from picturelock.testing.film import STILLS, Film, screenplay, surroundings, vendors

STOPPED = 4


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Film]:
    (tmp_path / "weather.fountain").write_text(screenplay(1), "utf-8")
    with vendors("openai") as emulated:
        environment = surroundings(emulated)
        Film(tmp_path, environment).must("init", "film", "--script", "weather.fountain", "--size", "320x180")
        with (tmp_path / "film" / "production.yaml").open("a", encoding="utf-8") as settings:
            settings.write(
                f"profile: unattended\nrouting: {{keyframe: {STILLS['openai']}}}\n"
                "caps: {money: 50USD, task: {poster: {money: 0.01USD}, trailer: {money: 5USD}}}\n"
            )
        yield Film(tmp_path / "film", environment)


def test_a_run_is_held_to_its_task_cards_cap_its_deadline_and_tells_its_priority(film: Film) -> None:
    run = ("run", "--until", "keyframes", "--auto-approve")
    code, said = film.command(*run, "--task", "poster")
    assert code == STOPPED, said
    assert "poster" in said
    code, said = film.command(*run, "--deadline", "2026-01-01T00:00Z")
    assert code == 1, said
    assert "deadline" in said
    assert film.command(*run, "--deadline", "tomorrow")[0] == 2
    code, said = film.command(
        *run, "--task", "trailer", "--priority", "-5", "--deadline", "2100-01-01T00:00Z"
    )
    assert code == 0, said
    told = json.loads(film.must("cost", "--by", "task", "--json"))
    assert "trailer" in json.dumps(told)
