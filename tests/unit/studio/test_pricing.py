"""A production's own prices count wherever its work is planned and priced, and nowhere else."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from picturelock.cli.commands import cli
from picturelock.core.failures import BadDocument, UserError
from picturelock.core.policy import Rate, Settings
from picturelock.generate.catalogue import built_in, current
from picturelock.studio.buying import rate_of
from picturelock.studio.folder import Folder
from picturelock.studio.pricing import own_prices, priced, pricing

OWN = """\
format: picturelock.catalogue/1
sources:
  contract: {page: Our contract 17, seen: 2026-03-01, standing: vendor}
vendors:
  - name: openai
    models:
      - name: gpt-image-2
        prices:
          - {per: image, amount: 0.01, source: contract}
"""
STORY = "INT. LAMP ROOM - NIGHT\n\nMara lights the lamp. She waits at the window.\n"


def production(where: Path) -> Path:
    (where / "s.fountain").write_text(STORY, "utf-8")
    done = CliRunner().invoke(
        cli, ["init", str(where / "film"), "--script", str(where / "s.fountain"), "--size", "640x360"]
    )
    assert done.exit_code == 0, done.output
    path = where / "film" / "production.yaml"
    text = path.read_text("utf-8")
    assert "routing:" not in text
    path.write_text(text + "routing: {keyframe: openai/gpt-image-2}\n", "utf-8")
    return where / "film"


def planned(film: Path) -> list[dict[str, Any]]:
    said = CliRunner().invoke(cli, ["-C", str(film), "plan", "--until", "keyframes", "--json"])
    assert said.exit_code == 0, (said.output, said.exception)
    return [item for item in json.loads(said.output)["items"] if item["action"] == "make"]


def test_a_plan_is_priced_by_the_productions_own_file(tmp_path: Path) -> None:
    film = production(tmp_path)
    listed = planned(film)
    (film / "prices.yaml").write_text(OWN, "utf-8")
    own = planned(film)
    assert listed
    assert [item["unit"] for item in own] == [item["unit"] for item in listed]
    assert {item["expected"] for item in own} == {"0.01 USD"}
    assert "0.01 USD" not in {item["expected"] for item in listed}


def test_a_mistake_in_the_file_stops_a_plan_and_is_told_with_file_and_line(tmp_path: Path) -> None:
    film = production(tmp_path)
    (film / "prices.yaml").write_text(OWN.replace("amount: 0.01", "amount: -1"), "utf-8")
    said = CliRunner().invoke(cli, ["-C", str(film), "plan", "--until", "keyframes"])
    assert isinstance(said.exception, BadDocument)
    assert "prices.yaml, line 9: -1 is no amount" in str(said.exception)


def test_the_list_of_models_shows_the_productions_own_prices_in_its_folder_only(tmp_path: Path) -> None:
    film = production(tmp_path)
    (film / "prices.yaml").write_text(OWN, "utf-8")
    inside = CliRunner().invoke(cli, ["-C", str(film), "models", "openai/gpt-image-2"])
    outside = CliRunner().invoke(cli, ["-C", str(tmp_path), "models", "openai/gpt-image-2"])
    assert "0.01 USD per image, seen 2026-03-01 in Our contract 17" in inside.output
    assert outside.exit_code == 0
    assert "Our contract 17" not in outside.output


def test_a_vendors_model_may_be_routed_to_by_its_version(tmp_path: Path) -> None:
    film = production(tmp_path)
    settings = film / "production.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace("gpt-image-2}", "gpt-image-2-2026-04-21}"), "utf-8"
    )
    assert {item["maker"] for item in planned(film)} == {"openai/gpt-image-2"}


def test_a_retired_model_stops_a_plan_with_the_name_of_its_successor(tmp_path: Path) -> None:
    film = production(tmp_path)
    settings = film / "production.yaml"
    settings.write_text(settings.read_text("utf-8").replace("gpt-image-2}", "gpt-image-1}"), "utf-8")
    said = CliRunner().invoke(cli, ["-C", str(film), "plan", "--until", "keyframes"])
    assert isinstance(said.exception, UserError)
    assert "retired on 2026-10-23" in said.exception.message
    assert "openai/gpt-image-2.5-sunburst" in said.exception.remedy


def test_a_folder_without_the_file_has_the_catalogues_prices(tmp_path: Path) -> None:
    assert own_prices(Folder(tmp_path)) is None
    with priced(Folder(tmp_path)):
        assert current() is built_in()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadDocument, match="not UTF-8"):
        own_prices(Folder(tmp_path))


def test_prices_are_read_anew_each_time_that_work_is_priced(tmp_path: Path) -> None:
    ask = pricing(Folder(tmp_path), lambda: len(current().find("openai/gpt-image-2", date.max).model.prices))
    before = ask()
    (tmp_path / "prices.yaml").write_text(OWN, "utf-8")
    assert ask() == before + 1
    (tmp_path / "prices.yaml").unlink()
    assert ask() == before


# Rates


def settings(*rates: Rate) -> Settings:
    return Settings(title="T", source="s.fountain", rates=rates)


def rate(worth: str, day: date, vendor: str = "") -> Rate:
    return Rate(currency="KLINGUN", into="USD", rate=Decimal(worth), day=day, source="invoice", vendor=vendor)


NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("vendor", ["", "kling"])
def test_the_settings_own_rate_goes_before_the_catalogues_however_old_it_is(vendor: str) -> None:
    found = rate_of(settings(rate("0.126", date(2026, 1, 1), vendor)), "KLINGUN", "kling", NOON)
    assert found is not None
    assert found.rate == Decimal("0.126")


def test_a_rate_that_is_not_yet_in_force_leaves_the_catalogues() -> None:
    found = rate_of(settings(rate("0.126", date(2027, 1, 1))), "KLINGUN", "kling", NOON)
    assert found is not None
    assert found.rate == Decimal("0.14")


def test_the_catalogues_rate_holds_also_before_the_day_on_which_it_was_read() -> None:
    found = rate_of(settings(), "KLINGUN", "kling", datetime(2026, 6, 1, tzinfo=UTC))
    assert found is not None
    assert (found.rate, found.day) == (Decimal("0.14"), date(2026, 6, 1))


def test_credits_of_a_vendor_that_the_catalogue_does_not_have_need_a_rate_in_the_settings() -> None:
    with pytest.raises(UserError, match="no rate leads from PEARLS to USD"):
        rate_of(settings(), "PEARLS", "studio", NOON)
    own = Rate(currency="PEARLS", into="USD", rate=Decimal("0.5"), day=date(2026, 1, 1), source="invoice")
    assert rate_of(settings(own), "PEARLS", "studio", NOON) == own
