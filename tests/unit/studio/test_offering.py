"""The list of models: what they do, where they are in their life, what they cost and who says so."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from picturelock.cli.commands import cli
from picturelock.core.failures import NotFound
from picturelock.studio.offering import ModelView, models

TODAY = date(2026, 11, 21)


def one(name: str, on: date = TODAY) -> ModelView:
    (found,) = models(on, name)
    return found


def test_a_paid_model_is_listed_with_price_page_and_day() -> None:
    view = one("runway/gen4.5")
    assert view.paid
    assert view.prices[0].startswith("12 RUNWAYCR per second, seen 2026-10-21 in ")


@pytest.mark.parametrize(
    ("on", "standing"),
    [(date(2026, 6, 1), "available"), (TODAY, "deprecated"), (date(2026, 12, 1), "retired")],
)
def test_a_model_is_listed_with_where_it_is_in_its_life_and_who_follows_it(on: date, standing: str) -> None:
    view = one("openai/gpt-image-1.5", on)
    assert (view.standing, view.until) == (standing, date(2026, 12, 1))
    assert view.successors == ("openai/gpt-image-2.6-sunburst", "openai/gpt-image-2.6-flare")


def test_what_is_made_here_costs_nothing_and_stays() -> None:
    view = one("builtin/artist")
    assert (view.paid, view.deterministic, view.standing, view.prices) == (False, True, "available", ())


def test_a_vendor_alone_lists_all_of_its_models() -> None:
    names = [view.name for view in models(TODAY, "runway")]
    assert len(names) > 20
    assert all(name.startswith("runway/") for name in names)


def test_who_is_not_there_is_refused() -> None:
    for name in ("nobody", "runway/nothing"):
        with pytest.raises(NotFound):
            models(TODAY, name)


def test_the_command_shows_prices_in_full_for_one_vendor() -> None:
    said = CliRunner().invoke(cli, ["models", "runway/veo3.1"])
    assert said.exit_code == 0
    assert "40 RUNWAYCR per second (with audio), seen 2026-10-21 in " in said.output
    assert "20 RUNWAYCR per second (silent)" in said.output


def test_the_command_says_why_a_model_is_refused() -> None:
    said = CliRunner().invoke(cli, ["models", "openai/gpt-image-2.6-flare"])
    assert "refused: its output tokens are not known" in said.output


def test_the_command_gives_the_same_facts_as_json() -> None:
    said = CliRunner().invoke(cli, ["models", "openai", "--json"])
    found = {model["name"]: model for model in json.loads(said.output)}
    assert found["openai/gpt-image-1"]["standing"] == "retired"
    assert found["openai/gpt-image-2"]["version"] == "gpt-image-2-2026-04-21"
