"""The page for users says what the data say."""

import re
from datetime import date
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.policy import Settings
from picturelock.core.take import Operation
from picturelock.generate.access import Doorplate
from picturelock.generate.catalogue import PriceRequest, built_in, quote, read
from picturelock.generate.catalogue.overlay import overlaid
from picturelock.generate.catalogue.pages import sheet, written

PAGE = Path(__file__).parents[3] / "docs" / "vendors.md"
AGAIN = "run `python -m picturelock.generate.catalogue.pages docs/vendors.md`"


def test_the_page_agrees_with_the_data() -> None:
    text = PAGE.read_text("utf-8")
    assert written(text, built_in()) == text, AGAIN


def test_the_page_has_a_part_for_every_vendor() -> None:
    assert tuple(re.findall(r"<!-- catalogue: (\w+) -->", PAGE.read_text("utf-8"))) == built_in().names()


def test_a_changed_price_changes_the_page() -> None:
    own = read("""\
format: picturelock.catalogue/1
sources:
  contract: {page: Contract 17, seen: 2026-11-01, standing: vendor}
vendors:
  - name: runway
    models:
      - name: gen4.5
        prices:
          - {per: second, amount: 9, source: contract}
""")
    assert written(PAGE.read_text("utf-8"), overlaid(built_in(), own)) != PAGE.read_text("utf-8")


@pytest.mark.parametrize("vendor", built_in().names())
def test_each_model_is_on_the_page_once_with_its_price_or_the_reason_why_there_is_none(vendor: str) -> None:
    text = sheet(built_in(), vendor)
    for entry in built_in().entries(vendor):
        if entry.model.operations:
            own = re.findall(
                rf"(?:^\| |until you give one: .*|Retired: .*|, )`{re.escape(entry.model.name)}`", text, re.M
            )
            assert own, entry.model.name
    for row in re.findall(r"^\| `.*$", text, re.M):
        assert re.search(r"\d.*\[\d\] \|$", row), row
    cited = {int(number) for number in re.findall(r"\[(\d)\]", text)}
    listed = {int(number) for number in re.findall(r"^(\d)\. .*read on \d{4}-\d\d-\d\d; ", text, re.M)}
    assert cited == listed != set()


def test_a_page_without_a_part_or_with_one_for_nobody_is_refused() -> None:
    with pytest.raises(BadDocument):
        written("# Vendors\n", built_in())
    with pytest.raises(NotFound):
        written("<!-- catalogue: nobody -->\n<!-- end -->", built_in())


def example(name: str) -> str:
    """The example file of this name on the page."""
    found = re.search(rf"```yaml\n# {re.escape(name)}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_prices_of_the_page_are_prices() -> None:
    catalogue = overlaid(built_in(), read(example("prices.yaml")))
    asked = PriceRequest(operation=Operation.ANIMATE, width=1280, height=720, seconds=Fraction(5))
    for name, day, cost in [
        ("runway/gen4.5", date(2026, 11, 30), "60 RUNWAYCR"),
        ("runway/gen4.5", date(2026, 12, 1), "45 RUNWAYCR"),
        ("kling/kling-4.0", date(2026, 12, 1), "5.5 KLINGUN"),
    ]:
        assert str(quote(catalogue.resolve(name, day), asked, day).high) == cost
    assert str(catalogue.rate("KLINGUN", date(2026, 12, 1)).usd) == "0.126"


@pytest.mark.parametrize("vendor", built_in().names())
def test_the_settings_on_the_page_are_those_that_adapters_read(vendor: str) -> None:
    module = import_module(f"picturelock.generate.{vendor}.adapter")
    door = next(value for value in vars(module).values() if isinstance(value, Doorplate))
    text = PAGE.read_text("utf-8")
    for variable in (*door.keys, *door.url_variables, door.variable("url"), door.variable("concurrency")):
        assert f"`{variable}`" in text


def test_the_example_settings_of_the_page_are_settings() -> None:
    from picturelock.board.document import load_settings

    settings = load_settings(
        "format: picturelock.production/1\ntitle: T\nsource: s.fountain\n" + example("production.yaml")
    )
    assert isinstance(settings, Settings)
    assert settings.routing.clip == "runway/gen4.5"
