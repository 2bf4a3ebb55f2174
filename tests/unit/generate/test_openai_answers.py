"""Answers of OpenAI that its emulator does not give."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from picturelock.core.failures import Retry
from picturelock.core.paidcall import FailureKind
from picturelock.generate.catalogue import built_in
from picturelock.generate.openai.answering import made, refused
from picturelock.generate.transport import Answered, parsed
from picturelock.vault.local import LocalVault

CREATED = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
NEW = built_in().find("openai/gpt-image-2", date(2026, 11, 21))
OLD = built_in().find("openai/gpt-image-1.5", date(2026, 11, 21))


def said(status: int, body: dict[str, Any], **headers: str) -> Answered:
    data = json.dumps(body).encode()
    return Answered(
        status, {name.replace("_", "-"): text for name, text in headers.items()}, data, parsed(data)
    )


def usage(**changed: Any) -> dict[str, Any]:
    return {
        "input_tokens": 300,
        "input_tokens_details": {"text_tokens": 100, "image_tokens": 200},
        "output_tokens": 1000,
        "output_tokens_details": {"image_tokens": 900, "text_tokens": 100},
    } | changed


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def test_text_that_is_written_on_the_way_has_a_price_of_its_own(vault: LocalVault) -> None:
    bill = made(said(200, {"created": CREATED, "data": [], "usage": usage()}), OLD, vault).bill
    assert bill is not None
    # 100 at 5, 200 at 8, 900 at 32 and 100 at 10 dollars a million.
    assert bill.amount.amount == Decimal("0.0005") + Decimal("0.0016") + Decimal("0.0288") + Decimal("0.001")
    assert bill.tokens == 1300


def test_tokens_without_a_price_are_no_bill_so_that_the_quote_stands(vault: LocalVault) -> None:
    answer = said(200, {"created": CREATED, "data": [], "usage": usage()})
    assert made(answer, NEW, vault).bill is None


@pytest.mark.parametrize(
    "body",
    [
        {"created": CREATED},
        {"created": CREATED, "usage": usage(input_tokens=301)},
        {"created": CREATED, "usage": usage(output_tokens=None)},
        {"created": CREATED, "usage": usage(output_tokens=-1)},
        {"created": None, "usage": usage()},
        {"created": 10**18, "usage": usage()},
    ],
)
def test_a_count_that_does_not_add_up_or_has_no_day_is_no_bill(
    vault: LocalVault, body: dict[str, Any]
) -> None:
    assert made(said(200, body | {"data": []}), OLD, vault).bill is None


@pytest.mark.parametrize("data", [None, {}, [None], [{}], [{"b64_json": None}], [{"b64_json": "%%%"}]])
def test_an_answer_without_a_readable_picture_delivers_nothing(vault: LocalVault, data: Any) -> None:
    assert made(said(200, {"created": CREATED, "data": data}), NEW, vault).results == ()


def test_what_shall_not_be_sent_again_is_not() -> None:
    busy = {"error": {"message": "Too many.", "code": "rate_limit_exceeded"}}
    assert refused(said(429, busy), pictures=False).retry is Retry.LATER
    assert refused(said(429, busy, x_should_retry="false"), pictures=False).retry is Retry.NEVER


def test_milliseconds_go_before_whole_seconds() -> None:
    busy = {"error": {"message": "Too many.", "code": "rate_limit_exceeded"}}
    told = refused(said(429, busy, retry_after="2", retry_after_ms="1500"), pictures=False)
    assert told.after_seconds == 1.5
    assert refused(said(429, busy, retry_after="2"), pictures=False).after_seconds == 2.0


def test_a_moderated_picture_is_named_where_the_answer_names_it() -> None:
    blocked = {"error": {"message": "No.", "code": "moderation_blocked", "param": "image[0]"}}
    told = refused(said(400, blocked), pictures=True)
    assert (told.kind, told.subject) == (FailureKind.MODERATED_INPUT, "image")
