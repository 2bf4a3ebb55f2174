"""What the organisation's usage can say of a request whose answer was lost, asked of an emulated OpenAI."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from picturelock.core.ids import UnitId
from picturelock.core.take import Operation, Recipe
from picturelock.generate.openai import OpenAI
from picturelock.generate.openai.records import Window
from picturelock.generate.vendor import AnswerLost, CannotTell, Located, MadeIt, NotThere, Sought
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.openai import OpenAI as Emulated
from picturelock.vault.local import LocalVault

NOON = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
LATER = 3600.0


def recipe(prompt: str = "a lighthouse") -> Recipe:
    planned = {"size": "1024x1024", "quality": "low", "output_format": "png", "n": 1}
    return Recipe(
        unit=UnitId("SC010_SH020.key"),
        operation=Operation.DRAW,
        provider="openai",
        model="gpt-image-2",
        model_version="gpt-image-2-2026-04-21",
        parameters={"request": planned},
        prompt=prompt,
    )


@contextmanager
def emulated(*faults: Rule, **settings: Any) -> Iterator[tuple[Emulated, OpenAI]]:
    given = {"seed": 4, "time_scale": 100.0, "starts": NOON, "longest_side": 64, "faults": faults} | settings
    with Emulated.set_up(**given).serve() as there:
        environment = {
            "PICTURELOCK_OPENAI_URL": f"{there.base_url}/v1",
            "OPENAI_API_KEY": there.settings.key,
            "OPENAI_ADMIN_KEY": there.settings.admin_key,
        }
        openai = OpenAI(environment, submit_seconds=20.0)
        try:
            yield there, openai
        finally:
            openai.close()


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def sought() -> Sought:
    return Sought(token="picturelock-C-1", recipe=recipe(), sent_at=NOON)  # noqa: S106


def lose_and_look(there: Emulated, openai: OpenAI, vault: LocalVault, *, goes_on: bool) -> Located:
    """Lose an answer, let time pass, perhaps make another picture after it, and look the first one up."""
    assert isinstance(openai.submit(recipe(), "picturelock-C-1", vault), AnswerLost)
    there.advance(LATER)
    if goes_on:
        assert isinstance(openai.submit(recipe("another"), "picturelock-C-2", vault), MadeIt)
        there.advance(LATER)
    return openai.locate(sought())


def test_nothing_counted_and_something_after_it_proves_that_it_is_not_there(vault: LocalVault) -> None:
    with emulated(Rule(fault=Fault.LOST_BEFORE)) as (there, openai):
        found = lose_and_look(there, openai, vault, goes_on=True)
        assert isinstance(found, NotThere)
        assert "2026-11-21 11:59" in found.evidence


def test_nothing_counted_is_no_proof_while_nothing_shows_that_the_records_are_complete(
    vault: LocalVault,
) -> None:
    with emulated(Rule(fault=Fault.LOST_BEFORE)) as (there, openai):
        found = lose_and_look(there, openai, vault, goes_on=False)
        assert isinstance(found, CannotTell)
        assert found.later


def test_a_request_that_was_counted_is_never_said_to_be_missing(vault: LocalVault) -> None:
    with emulated(Rule(fault=Fault.LOST_AFTER)) as (there, openai):
        found = lose_and_look(there, openai, vault, goes_on=True)
        assert isinstance(found, CannotTell)
        assert not found.later
        assert "counts 1 requests" in found.evidence


def test_records_that_lag_are_not_taken_for_complete_ones(vault: LocalVault) -> None:
    with emulated(Rule(fault=Fault.LOST_AFTER), usage_lag_seconds=3 * LATER) as (there, openai):
        found = lose_and_look(there, openai, vault, goes_on=True)
        assert isinstance(found, CannotTell)
        assert found.later


def test_without_an_administrators_key_a_person_is_told_what_was_not_asked(
    vault: LocalVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with emulated() as (there, _):
        plain = OpenAI(
            {"PICTURELOCK_OPENAI_URL": f"{there.base_url}/v1", "OPENAI_API_KEY": there.settings.key}
        )
        found = plain.locate(sought())
        assert isinstance(found, CannotTell)
        assert not found.later
        assert "OPENAI_ADMIN_KEY" in found.evidence
        assert "picturelock-C-1" in found.evidence


@pytest.mark.parametrize(
    ("rule", "later"),
    [
        (Rule(fault=Fault.UNAVAILABLE, at=Point.READ), True),
        (Rule(fault=Fault.RATE_LIMITED, at=Point.READ), True),
        (Rule(fault=Fault.LOST_BEFORE, at=Point.READ), True),
    ],
)
def test_records_that_cannot_be_read_now_are_asked_again(*, rule: Rule, later: bool) -> None:
    with emulated(rule) as (_, openai):
        found = openai.locate(sought())
        assert isinstance(found, CannotTell)
        assert found.later is later


def test_a_key_that_may_not_read_the_records_is_not_asked_with_again() -> None:
    with emulated(admin_key="sk-admin-" + "9" * 32) as (there, _):
        environment = {
            "PICTURELOCK_OPENAI_URL": f"{there.base_url}/v1",
            "OPENAI_API_KEY": there.settings.key,
            "OPENAI_ADMIN_KEY": "sk-admin-" + "1" * 32,
        }
        openai = OpenAI(environment)
        found = openai.locate(sought())
        openai.close()
        assert isinstance(found, CannotTell)
        assert not found.later


def test_the_window_holds_a_request_that_two_clocks_date_a_minute_apart() -> None:
    window = Window.of(NOON, 400.0)
    assert window.since <= NOON - timedelta(minutes=1, seconds=30)
    assert window.until >= NOON + timedelta(seconds=400 + 60)
    assert window.since.second == window.until.second == 0
