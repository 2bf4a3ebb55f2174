"""``picturelock cost`` as people and programs run it: what it prints, and the code that it ends with."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from picturelock.core.ids import CallId, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, Quote
from picturelock.core.policy import Caps, Rate
from picturelock.ledger import book
from picturelock.ledger.scope import Scope
from picturelock.studio.production import Production

STORY = 'The Lamp\n\nAnna walked into the kitchen at night. "Where is it?" said Anna.\n'
AT = datetime(2026, 12, 7, tzinfo=UTC)
CLIP, KEY = UnitId("SC010_SH010.clip"), UnitId("SC010_SH010.key")
CREDIT = Rate(
    currency="RUNWAYCR",
    into="USD",
    rate=Decimal("0.01"),
    day=date(2026, 1, 1),
    source="list",
    vendor="runway",
)


def picturelock(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "picturelock", *words], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production that has paid 1.80 USD for a clip and its failure, and 0.20 for a correction."""
    home = tmp_path_factory.mktemp("costs")
    (home / "lamp.txt").write_text(STORY, "utf-8")
    done = picturelock("init", "film", "--script", "lamp.txt", "--size", "160x90", cwd=home)
    assert done.returncode == 0, done.stderr
    production = Production.open(home / "film")
    try:
        spend(production, 1, CLIP, Money(120, "RUNWAYCR"), TakeId("T-0000000000000001"))
        spend(production, 2, CLIP, Money(60, "RUNWAYCR"), None)
        with production.writing() as connection:
            book.adjust(
                connection,
                production.name,
                Scope(unit=KEY, vendor="openai", model="gpt-image-2"),
                Money(Decimal("0.2"), "USD"),
                None,
                "USD",
                BillSource.PERSON,
                "found later",
                AT,
            )
    finally:
        production.close()
    return home / "film"


def spend(production: Production, number: int, unit: UnitId, amount: Money, take: TakeId | None) -> None:
    call = CallId(f"C-{number:016x}")
    scope = Scope(unit=unit, vendor="runway", model="gen4.5")
    quote = Quote(low=amount, expected=amount, high=amount)
    bill = Bill(amount=amount, source=BillSource.ANSWER, tokens=7 if take else 0)
    with production.writing() as connection:
        caps = Caps(money=Money(100, "USD"))
        book.reserve(connection, production.name, caps, scope, call, quote, CREDIT, 0, AT)
        book.settle(connection, production.name, call, bill, CREDIT, take, AT)


def said(film: Path, *words: str) -> Any:
    done = picturelock(*words, "--json", cwd=film)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("by", ["shot", "category", "person"])
def test_every_grouping_adds_up_to_the_same_total(film: Path, by: str) -> None:
    found = said(film, "cost", "--by", by)
    assert found["total"]["home"]["settled"] == "2 USD"
    assert sum(Money.parse(line["home"]["settled"]).amount for line in found["lines"]) == 2
    assert found["total"]["tokens"] == 7


def test_people_read_both_currencies_the_rate_and_the_red_lines(film: Path) -> None:
    done = picturelock("cost", "--by", "vendor", cwd=film)
    assert done.returncode == 0, done.stderr
    assert "Settled 2 USD, reserved 0 USD, unsettled 0 USD, released 0 USD; 7 tokens" in done.stdout
    assert "180 RUNWAYCR of 180 RUNWAYCR" in done.stdout
    assert "1 RUNWAYCR = 0.01 USD since" in done.stdout
    assert "tracking not measured: no minutes are written down" in done.stdout


def test_the_retrospective_has_what_calls_cost_failures_and_corrections_included(film: Path) -> None:
    found = said(film, "report", "retrospective")
    assert found["total_cost"] == "2 USD"
    assert found["clip_cost"] == "1.8 USD"
    assert found["rework_cost_share"] == "0.900", "no take of the production was first"
    a_second = Money.parse(found["cost_per_finished_second"]).amount
    assert abs(a_second * Decimal(found["finished_seconds"]) - 2) < Decimal("0.001")


def test_a_statement_that_differs_waits_for_a_person_until_it_is_booked(film: Path) -> None:
    (film / "s.csv").write_text("job,amount\nanother,2\n", "utf-8")
    looked = picturelock("cost", "reconcile", "kling", "s.csv", cwd=film)
    assert looked.returncode == 3
    assert "line 2: job another: unknown, +2 KLINGUN" in looked.stdout
    assert picturelock("cost", "reconcile", "kling", "s.csv", "--book", cwd=film).returncode == 3
    (film / "t.csv").write_text("job,amount\nanother,0\n", "utf-8")
    assert picturelock("cost", "reconcile", "kling", "t.csv", cwd=film).returncode == 0


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (("kling", "bad.csv"), "line 3: 'x' is not an amount"),
        (("kling", "gone.csv"), "does not exist"),
        (("nobody", "good.csv"), "no vendor is called 'nobody'"),
        (("kling", "good.csv", "--columns", "job"), "does not say what a column means"),
        (("kling", "good.csv", "--only", "job"), "not written like COLUMN=VALUE"),
        (("kling", "good.csv", "--only", "project=film"), "no column is called 'project'"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_read_ends_with_two_and_says_why(
    film: Path, words: tuple[str, ...], saying: str
) -> None:
    (film / "bad.csv").write_text("job,amount\na,1\nb,x\n", "utf-8")
    (film / "good.csv").write_text("job,amount\na,1\n", "utf-8")
    done = picturelock("cost", "reconcile", *words, "--book-unknown", cwd=film)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert saying in done.stderr
    assert "Traceback" not in done.stderr
