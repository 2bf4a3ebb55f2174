"""What the emulated OpenAI tells an organisation of its spending, by its endpoints and by its files."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import openai
import pytest

from picturelock.ledger.statement import FORMS, read_statement
from picturelock.testing.emulators.openai import OpenAI
from picturelock.testing.emulators.registry import emulator

#: Its day is over in a minute and a half of ours, and a slow machine needs some of that.
STARTS = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SINCE = int(STARTS.timestamp())
MIDNIGHT = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
DAY = 86_400


@pytest.fixture(scope="module")
def vendor() -> Iterator[OpenAI]:
    """Two pictures on one evening, two from one request on the day after."""
    made = emulator("openai", time_scale=1000.0, starts=STARTS, longest_side=64)
    assert isinstance(made, OpenAI)
    with made.serve() as serving, client_of(serving) as client:
        for model in ("gpt-image-2", "gpt-image-2.5-flare"):
            client.images.generate(model=model, prompt="A hut", size="1024x1024", quality="low")
        serving.advance(13 * 3600)
        client.images.generate(model="gpt-image-2", prompt="A hut", size="1536x1024", quality="low", n=2)
        serving.advance(1200)
        yield serving


def client_of(vendor: OpenAI) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{vendor.base_url}/v1",
        api_key=vendor.settings.key,
        admin_api_key=vendor.settings.admin_key,
        max_retries=0,
    )


def file_of(vendor: OpenAI, name: str, **query: Any) -> list[dict[str, str]]:
    answer = httpx.get(f"{vendor.base_url}/dashboard/{name}", params=query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_costs_by_line_add_up_to_the_book(vendor: OpenAI) -> None:
    with client_of(vendor) as client:
        page = client.admin.organization.usage.costs(start_time=SINCE, group_by=["line_item"])
    lines = [
        [result for result in bucket.results if result.object == "organization.costs.result"]
        for bucket in page.data
    ]
    assert [bucket.start_time for bucket in page.data][:2] == [MIDNIGHT - DAY, MIDNIGHT]
    assert {result.line_item for result in lines[0]} == {
        "gpt-image-2-2026-04-21, input_text_tokens",
        "gpt-image-2-2026-04-21, output_image_tokens",
        "gpt-image-2.5-flare-2026-09-08, input_text_tokens",
        "gpt-image-2.5-flare-2026-09-08, output_image_tokens",
    }
    assert {result.quantity_unit for bucket in lines for result in bucket} == {"tokens"}
    total = sum(Decimal(str(r.amount.value)) for bucket in lines for r in bucket if r.amount is not None)
    assert total == vendor.book.net()


def test_the_file_of_costs_adds_up_to_the_book_to_the_last_digit(vendor: OpenAI) -> None:
    rows = file_of(vendor, "costs.csv", start_time=SINCE - DAY, group_by="line_item")
    assert rows[0]["start_time_iso"] == "2026-11-19T00:00:00+00:00"
    assert rows[0]["amount_value"] == ""
    filled = [row for row in rows if row["amount_value"]]
    assert sum(Decimal(row["amount_value"]) for row in filled) == vendor.book.net()
    assert {row["amount_currency"] for row in filled} == {"usd"}
    assert {row["quantity_unit"] for row in filled} == {"tokens"}


def test_the_file_of_costs_without_groups_has_a_row_a_day(vendor: OpenAI) -> None:
    rows = file_of(vendor, "costs.csv", start_time=SINCE, end_time=MIDNIGHT + DAY)
    assert [int(row["start_time"]) for row in rows] == [MIDNIGHT - DAY, MIDNIGHT]
    assert {row["line_item"] for row in rows} == {""}
    assert {row["quantity"] for row in rows} == {""}
    assert sum(Decimal(row["amount_value"]) for row in rows) == vendor.book.net()


def test_the_product_reads_the_file_of_costs_to_the_books_sum(vendor: OpenAI) -> None:
    answer = httpx.get(
        f"{vendor.base_url}/dashboard/costs.csv", params={"start_time": SINCE, "group_by": "line_item"}
    )
    statement = read_statement(answer.content, FORMS["openai"])
    assert {line.day for line in statement.lines} == {date(2026, 11, 20), date(2026, 11, 21)}
    assert sum(line.amount for line in statement.lines if line.amount is not None) == vendor.book.net()
    assert {line.currency for line in statement.lines} == {"USD"}


def test_the_file_of_pictures_counts_requests_and_pictures(vendor: OpenAI) -> None:
    rows = file_of(vendor, "images.csv", start_time=SINCE, group_by="model")
    counted = {
        (int(row["start_time"]), row["model"]): (row["num_model_requests"], row["images"])
        for row in rows
        if row["images"]
    }
    assert counted == {
        (MIDNIGHT - DAY, "gpt-image-2-2026-04-21"): ("1", "1"),
        (MIDNIGHT - DAY, "gpt-image-2.5-flare-2026-09-08"): ("1", "1"),
        (MIDNIGHT, "gpt-image-2-2026-04-21"): ("1", "2"),
    }


def test_usage_can_be_asked_for_some_models_and_sizes_only(vendor: OpenAI) -> None:
    with client_of(vendor) as client:
        usage = client.admin.organization.usage.images(
            start_time=SINCE,
            models=["gpt-image-2-2026-04-21"],
            sources=["image.generation"],
            group_by=["size", "source"],
        )
    found = [
        (result.size, result.images)
        for bucket in usage.data
        for result in bucket.results
        if result.object == "organization.usage.images.result"
    ]
    assert found == [("1024x1024", 1), ("1536x1024", 2)]


def test_pages_follow_one_another_without_a_gap(vendor: OpenAI) -> None:
    seen: list[int] = []
    requests = 0
    with client_of(vendor) as client:
        page = client.admin.organization.usage.images(
            start_time=SINCE, end_time=MIDNIGHT + DAY, bucket_width="1h", limit=7
        )
        while True:
            seen += [bucket.start_time for bucket in page.data]
            requests += sum(
                result.num_model_requests
                for bucket in page.data
                for result in bucket.results
                if result.object == "organization.usage.images.result"
            )
            if not page.has_more:
                break
            assert page.next_page is not None
            page = client.admin.organization.usage.images(
                start_time=SINCE, end_time=MIDNIGHT + DAY, bucket_width="1h", limit=7, page=page.next_page
            )
    assert seen == list(range(SINCE, MIDNIGHT + DAY, 3600))
    assert requests == 3


def test_the_ordinary_key_does_not_open_the_organisation(vendor: OpenAI) -> None:
    answer = httpx.get(
        f"{vendor.base_url}/v1/organization/costs",
        params={"start_time": SINCE},
        headers={"Authorization": f"Bearer {vendor.settings.key}"},
    )
    assert answer.status_code == 403
    assert "api.usage.read" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "query", "param"),
    [
        ("costs", {}, "start_time"),
        ("costs", {"start_time": SINCE, "bucket_width": "1h"}, "bucket_width"),
        ("costs", {"start_time": SINCE, "group_by": "model"}, "group_by"),
        ("costs", {"start_time": SINCE, "limit": 181}, "limit"),
        ("usage/images", {"start_time": "yesterday"}, "start_time"),
        ("usage/images", {"start_time": SINCE, "limit": 32}, "limit"),
        ("usage/images", {"start_time": SINCE, "colour": "red"}, "colour"),
        ("usage/images", {"start_time": SINCE, "sizes": "1x1"}, "sizes"),
    ],
)
def test_a_question_that_the_library_cannot_ask_is_refused(
    vendor: OpenAI, path: str, query: dict[str, Any], param: str
) -> None:
    answer = httpx.get(
        f"{vendor.base_url}/v1/organization/{path}",
        params=query,
        headers={"Authorization": f"Bearer {vendor.settings.admin_key}"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
