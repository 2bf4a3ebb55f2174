"""The emulated OpenAI, asked by the vendor's own library over HTTP."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from picturelock.media.opencv import cv2
from picturelock.media.picture import png
from picturelock.testing.emulators.faults import FailureMix, Fault, Rule
from picturelock.testing.emulators.openai import OpenAI
from picturelock.testing.emulators.registry import emulator

FAST = 3000.0  # virtual seconds to a real one
STARTS = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ASKED: Any = {
    "model": "gpt-image-2",
    "prompt": "A hut by the sea, seen from a boat",
    "size": "1536x1024",
    "quality": "low",
    "n": 1,
}


@contextmanager
def serving(**settings: Any) -> Iterator[tuple[OpenAI, openai.OpenAI]]:
    made = emulator("openai", **{"time_scale": FAST, "starts": STARTS, "longest_side": 96, **settings})
    assert isinstance(made, OpenAI)
    with made.serve() as vendor, client_of(vendor) as client:
        yield vendor, client


def client_of(vendor: OpenAI, key: str = "") -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{vendor.base_url}/v1",
        api_key=key or vendor.settings.key,
        admin_api_key=vendor.settings.admin_key,
        max_retries=0,
        timeout=30,
    )


def pixels(text: str | None) -> Any:
    assert text is not None
    return cv2.imdecode(np.frombuffer(base64.b64decode(text, validate=True), np.uint8), cv2.IMREAD_UNCHANGED)


def picture(tone: int = 90, size: tuple[int, int] = (96, 64)) -> bytes:
    return png(np.full((size[1], size[0], 3), tone, np.uint8))


def refused(client: openai.OpenAI, **changes: Any) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        client.images.generate(**(ASKED | changes))
    return caught.value


# --- what is drawn and what it costs


def test_a_picture_comes_with_the_answer_and_is_charged_by_its_tokens() -> None:
    with serving() as (vendor, client):
        raw = client.images.with_raw_response.generate(**ASKED)
        answer = raw.parse()
        book = vendor.book.statement()

    assert answer.data is not None
    assert pixels(answer.data[0].b64_json).shape == (64, 96, 3)
    assert (answer.size, answer.quality, answer.output_format) == ("1536x1024", "low", "png")
    usage = answer.usage
    assert usage is not None
    assert usage.output_tokens_details is not None
    assert (usage.input_tokens, usage.output_tokens) == (9, 158)
    assert usage.input_tokens_details.text_tokens == 9
    assert usage.total_tokens == 167
    assert book.net() == Decimal(9 * 5 + 158 * 30) / 1_000_000
    assert [job.accepted.job for job in book.jobs().values()] == [raw.headers["x-request-id"]]
    assert [job.state for job in book.jobs().values()] == ["succeeded"]


@pytest.mark.parametrize(
    ("model", "quality", "size", "tokens"),
    [
        ("gpt-image-2", "high", "1024x1024", 7024),
        ("gpt-image-2", "high", "1536x1024", 5488),
        ("gpt-image-2", "high", "1792x1024", 5063),
        ("gpt-image-2.5-flare", "low", "1024x1024", 196),
        ("gpt-image-2.5-flare", "medium", "1024x1024", 439),
        ("gpt-image-2.5-flare", "high", "1024x1024", 1756),
        ("gpt-image-2.5-flare", "xhigh", "1024x1024", 3122),
        ("gpt-image-2.5-flare", "max", "1024x1024", 7024),
        ("gpt-image-1.5", "high", "1024x1536", 6240),
    ],
)
def test_a_picture_takes_the_tokens_that_were_published(
    model: str, quality: str, size: str, tokens: int
) -> None:
    with serving() as (_, client):
        answer = client.images.generate(**(ASKED | {"model": model, "quality": quality, "size": size}))
    assert answer.usage is not None
    assert answer.usage.output_tokens == tokens


def test_the_same_request_is_drawn_anew_and_charged_anew() -> None:
    with serving() as (vendor, client):
        token = {"X-Client-Request-Id": "take-7"}
        first = client.images.generate(**ASKED, extra_headers=token)
        second = client.images.generate(**ASKED, extra_headers=token)
        book = vendor.book.statement()
    assert first.data is not None
    assert second.data is not None
    assert first.data[0].b64_json != second.data[0].b64_json
    assert len(book.postings) == 2
    assert {(found.by, found.shared) for found in book.doubled()} >= {("token", "take-7")}


def test_the_same_seed_gives_the_same_picture_in_another_session() -> None:
    shown: list[str | None] = []
    for _ in range(2):
        with serving(seed=7) as (_, client):
            answer = client.images.edit(
                **ASKED | {"image": [("a.png", picture(), "image/png")], "prompt": "Rain"}
            )
            assert answer.data is not None
            shown.append(answer.data[0].b64_json)
    assert shown[0] == shown[1]


@pytest.mark.parametrize("form", ["jpeg", "webp"])
def test_other_formats_are_what_they_are_called(form: Any) -> None:
    with serving() as (_, client):
        answer = client.images.generate(**ASKED, output_format=form, output_compression=80)
    assert answer.data is not None
    text = answer.data[0].b64_json or ""
    head = base64.b64decode(text)[:12]
    assert head.startswith(b"\xff\xd8\xff") if form == "jpeg" else head[8:] == b"WEBP"
    assert pixels(text).shape == (64, 96, 3)


def test_a_transparent_background_has_alpha() -> None:
    with serving() as (_, client):
        answer = client.images.generate(
            **ASKED | {"model": "gpt-image-2.5-flare"}, background="transparent", output_format="png"
        )
    assert answer.background == "transparent"
    assert answer.data is not None
    alpha = pixels(answer.data[0].b64_json)[:, :, 3]
    assert alpha[0, 0] == 0
    assert alpha[32, 48] == 255


# --- pictures that are given


def test_every_given_picture_arrives_whole_and_counts() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (64, 96, 3), np.uint8)
    given = [png(noise), picture(40, (64, 64)), picture(200)]
    with serving() as (vendor, client):
        answer = client.images.edit(
            **ASKED | {"image": [(f"{n}.png", data, "image/png") for n, data in enumerate(given)]}
        )
        (job,) = vendor.workshop.jobs.values()
        book = vendor.book.statement()
    assert job.notes["asked"].pictures == tuple(given)
    assert answer.usage is not None
    assert answer.usage.input_tokens_details.image_tokens == 1536 + 1024 + 1536
    assert book.accepted[0].operation == "image.edit"
    assert book.net() == Decimal(9 * 5 + 4096 * 8 + 158 * 30) / 1_000_000


def test_an_edit_shows_the_first_picture() -> None:
    with serving() as (_, client):
        answer = client.images.edit(**ASKED | {"image": ("a.png", picture(10), "image/png")})
    assert answer.data is not None
    assert pixels(answer.data[0].b64_json).mean() < 80


def test_what_the_mask_covers_stays_and_the_rest_is_new() -> None:
    under = picture(10)
    alpha = np.full((64, 96), 255, np.uint8)
    alpha[:, 48:] = 0
    mask = cv2.imencode(".png", np.dstack([np.zeros((64, 96, 3), np.uint8), alpha]))[1].tobytes()
    with serving() as (_, client):
        answer = client.images.edit(
            **ASKED | {"image": ("a.png", under, "image/png"), "mask": ("m.png", mask, "image/png")}
        )
    assert answer.data is not None
    shown = pixels(answer.data[0].b64_json)
    assert (shown[:, :48] == 10).all()
    assert (shown[:, 48:] != 10).mean() > 0.5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"image": []}, "missing_required_parameter"),
        ({"image": [("a.png", b"GIF89a", "image/png")]}, "invalid_image_file"),
        ({"image": [("a.png", picture()[:60], "image/png")]}, "invalid_image_file"),
        ({"image": [("a.png", picture(), "image/png")] * 17}, "array_above_max_length"),
        ({"mask": ("m.png", picture(), "image/png")}, "invalid_image_format"),
        ({"extra_body": {"moderation": "low"}}, "unknown_parameter"),
        ({"input_fidelity": "high"}, "unsupported_parameter"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    asked = {key: value for key, value in ASKED.items() if key != "n"}
    asked |= {"image": ("a.png", picture(), "image/png")}
    with serving() as (vendor, client):
        with pytest.raises(openai.BadRequestError) as caught:
            client.images.edit(**(asked | changes))
        assert caught.value.code == code
        assert vendor.book.statement().accepted == ()


def test_a_mask_of_another_size_is_refused() -> None:
    clear = cv2.imencode(".png", np.zeros((32, 32, 4), np.uint8))[1].tobytes()
    with serving() as (_, client), pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(
            **ASKED | {"image": ("a.png", picture(), "image/png"), "mask": ("m.png", clear, "image/png")}
        )
    assert (caught.value.param, caught.value.code) == ("mask", "invalid_image_size")


# --- what is refused


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 11}, "n", "integer_above_max_value"),
        ({"n": "2"}, "n", "invalid_type"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
        ({"prompt": 7}, "prompt", "invalid_type"),
        ({"quality": "xhigh"}, "quality", "invalid_value"),
        ({"quality": "superb"}, "quality", "invalid_value"),
        ({"quality": "hd"}, "quality", "invalid_value"),
        ({"size": "1000x1000"}, "size", "invalid_value"),
        ({"size": "3200x1008"}, "size", "invalid_value"),
        ({"size": "4096x2048"}, "size", "invalid_value"),
        ({"size": "512x512"}, "size", "invalid_value"),
        ({"size": "0x0"}, "size", "invalid_value"),
        ({"size": "large"}, "size", "invalid_value"),
        ({"model": "gpt-image-9"}, "model", "invalid_value"),
        ({"model": "gpt-image-1.5", "size": "1536x864"}, "size", "invalid_value"),
        ({"output_compression": 50}, "output_compression", "invalid_png_output_compression"),
        ({"output_compression": 101, "output_format": "jpeg"}, "output_compression", "integer_out_of_range"),
        ({"background": "transparent"}, "background", "invalid_value"),
        ({"moderation": "none"}, "moderation", "invalid_value"),
        ({"response_format": "b64_json"}, "response_format", "unknown_parameter"),
        ({"style": "vivid"}, "style", "unknown_parameter"),
        ({"frame_count": 4}, "frame_count", "unsupported_parameter"),
        ({"extra_body": {"seed": 5}}, "seed", "unknown_parameter"),
        ({"extra_body": {"negative_prompt": "rain"}}, "negative_prompt", "unknown_parameter"),
    ],
)
def test_what_the_vendor_does_not_take_is_refused_and_free(
    changes: dict[str, Any], param: str, code: str
) -> None:
    with serving() as (vendor, client):
        error = refused(client, **changes)
        book = vendor.book.statement()
    assert (error.status_code, error.param, error.code) == (400, param, code)
    assert error.request_id is not None
    assert error.request_id.startswith("req_")
    assert book.accepted == ()
    assert book.net() == 0


@pytest.mark.parametrize("missing", ["model", "prompt"])
def test_what_is_missing_is_named(missing: str) -> None:
    with serving() as (vendor, _):
        answer = httpx.post(
            f"{vendor.base_url}/v1/images/generations",
            json={name: value for name, value in ASKED.items() if name != missing},
            headers={"Authorization": f"Bearer {vendor.settings.key}"},
        )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == missing
    assert answer.json()["error"]["code"] == "missing_required_parameter"


def test_a_body_that_is_no_json_is_refused() -> None:
    with serving() as (vendor, _):
        answer = httpx.post(
            f"{vendor.base_url}/v1/images/generations",
            content=b"{",
            headers={"Authorization": f"Bearer {vendor.settings.key}"},
        )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("model", "day", "served"),
    [
        ("gpt-image-1", datetime(2026, 10, 22, tzinfo=UTC), True),
        ("gpt-image-1", datetime(2026, 10, 23, tzinfo=UTC), False),
        ("gpt-image-1.5", datetime(2026, 11, 30, tzinfo=UTC), True),
        ("gpt-image-1.5", datetime(2026, 12, 1, tzinfo=UTC), False),
        ("dall-e-3", STARTS, False),
    ],
)
def test_a_model_is_served_until_its_last_day(model: str, day: datetime, served: bool) -> None:  # noqa: FBT001
    with serving(starts=day) as (_, client):
        if served:
            assert client.images.generate(**ASKED | {"model": model}).data
        else:
            error = refused(client, model=model)
            assert (error.status_code, error.code) == (404, "model_not_found")


def test_a_wrong_key_and_an_unverified_organisation_are_told_apart() -> None:
    with serving(verified=False) as (vendor, client):
        with client_of(vendor, "sk-wrong") as stranger:
            wrong = refused(stranger)
        unverified = refused(client)
        with client_of(vendor, vendor.settings.admin_key) as admin:
            admins = refused(admin)
    assert (wrong.status_code, wrong.code) == (401, "invalid_api_key")
    assert unverified.status_code == 403
    assert "verified" in unverified.message
    assert admins.status_code == 403


# --- money and limits


def test_the_hard_limit_closes_the_account_after_it_was_passed() -> None:
    with serving(hard_limit_usd=Decimal("0.006")) as (vendor, client):
        for _ in range(2):
            client.images.generate(**ASKED)
        error = refused(client)
        spent = vendor.book.net()
    assert (error.status_code, error.code) == (400, "billing_hard_limit_reached")
    assert spent == 2 * Decimal("0.004785")


def test_credit_that_is_used_up_looks_like_a_rate_limit_but_is_none() -> None:
    with serving(credit_usd=Decimal("0.001")) as (_, client):
        client.images.generate(**ASKED)
        error = refused(client)
    assert (error.status_code, error.code, error.type) == (429, "insufficient_quota", "insufficient_quota")
    assert "retry-after" not in error.response.headers


def test_the_rate_limit_says_how_much_is_left_and_when_to_come_back() -> None:
    with serving(images_per_minute=3, time_scale=0.0) as (vendor, _), ready(vendor) as ask:
        headers = ask({"n": 2}).headers
        assert headers["x-ratelimit-limit-images"] == "3"
        assert headers["x-ratelimit-remaining-images"] == "1"
        late = ask({"n": 2})
        assert late.status_code == 429
        assert late.json()["error"]["code"] == "rate_limit_exceeded"
        wait = float(late.headers["retry-after"])
        assert 1 <= wait <= 60
        assert float(late.headers["retry-after-ms"]) == pytest.approx(wait * 1000, abs=500)
        vendor.advance(wait + 1)
        assert ask({"n": 2}).status_code == 200


@contextmanager
def ready(vendor: OpenAI) -> Iterator[Any]:
    """Asks a vendor whose time stands still, and moves it on until the answer is there."""

    def ask(changes: dict[str, Any]) -> httpx.Response:
        answers: list[httpx.Response] = []
        done = threading.Event()

        def post() -> None:
            answers.append(
                httpx.post(
                    f"{vendor.base_url}/v1/images/generations",
                    json=ASKED | changes,
                    headers={"Authorization": f"Bearer {vendor.settings.key}"},
                    timeout=30,
                )
            )
            done.set()

        before = len(vendor.book.statement().requests)
        thread = threading.Thread(target=post)
        thread.start()
        while not done.wait(0.02):
            if len(vendor.book.statement().requests) > before:
                vendor.advance(1)
        thread.join()
        return answers[0]

    yield ask


# --- moderation


@pytest.mark.parametrize(("word", "stage"), [("FLAG_INPUT", "input"), ("FLAG_OUTPUT", "output")])
def test_moderation_says_at_which_stage_it_stopped(word: str, stage: str) -> None:
    with serving() as (vendor, client):
        error = refused(client, prompt=f"A hut {word}")
        book = vendor.book.statement()
    assert (error.status_code, error.code, error.type) == (
        400,
        "moderation_blocked",
        "image_generation_user_error",
    )
    assert isinstance(error.body, dict)
    assert error.body["moderation_details"]["moderation_stage"] == stage
    assert len(book.accepted) == (stage == "output")
    assert book.net() == 0


def test_a_stopped_picture_is_charged_where_the_vendor_does_so() -> None:
    with serving(charges_blocked=True) as (vendor, client):
        refused(client, prompt="A hut FLAG_OUTPUT")
        refused(client, prompt="A hut FLAG_INPUT")
        assert len(vendor.book.statement().postings) == 1


def test_a_flagged_picture_is_stopped_before_anything_is_drawn() -> None:
    with serving() as (vendor, client):
        with pytest.raises(openai.BadRequestError) as caught:
            client.images.edit(
                **ASKED | {"prompt": "Rain FLAG_IMAGE", "image": ("a.png", picture(), "image/png")}
            )
        assert caught.value.code == "moderation_blocked"
        assert vendor.book.statement().accepted == ()


def test_less_moderation_lets_the_doubtful_pass() -> None:
    with serving() as (_, client):
        for n in range(12):
            client.images.generate(**ASKED | {"prompt": f"{n} FLAG_CHANCE", "moderation": "low"})
    stopped = 0
    with serving() as (_, client):
        for n in range(12):
            try:
                client.images.generate(**ASKED | {"prompt": f"{n} FLAG_CHANCE"})
            except openai.BadRequestError:
                stopped += 1
    assert 0 < stopped < 12


# --- faults


def test_a_request_that_never_arrived_is_not_in_the_book_of_jobs() -> None:
    with serving(faults=(Rule(fault=Fault.LOST_BEFORE),)) as (vendor, client):
        with pytest.raises(openai.APIConnectionError):
            client.images.generate(**ASKED)
        vendor.advance(600)
        book = vendor.book.statement()
    assert [request.fault for request in book.requests] == ["lost_before"]
    assert book.accepted == ()
    assert book.net() == 0


def test_a_lost_answer_is_charged_and_only_the_organisations_numbers_know() -> None:
    with serving(faults=(Rule(fault=Fault.LOST_AFTER),), usage_lag_seconds=300.0) as (vendor, client):
        with pytest.raises(openai.APIConnectionError):
            client.images.generate(**ASKED)
        vendor.advance(100)
        assert vendor.book.net() == Decimal("0.004785")
        vendor.advance(400)
        usage = client.admin.organization.usage.images(
            start_time=int(STARTS.timestamp()), bucket_width="1m", group_by=["model"], limit=60
        )
    found = [result for bucket in usage.data for result in bucket.results]
    assert len(found) == 1
    assert found[0].object == "organization.usage.images.result"
    assert (found[0].num_model_requests, found[0].model) == (1, "gpt-image-2-2026-04-21")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.RATE_LIMITED, 429),
        (Fault.SERVER_ERROR, 500),
        (Fault.BAD_GATEWAY, 502),
        (Fault.UNAVAILABLE, 503),
    ],
)
def test_a_request_that_is_turned_away_is_free_and_passes_the_next_time(fault: Fault, status: int) -> None:
    with serving(faults=(Rule(fault=fault),)) as (vendor, client):
        assert refused(client).status_code == status
        assert vendor.book.net() == 0
        assert client.images.generate(**ASKED).data


def test_a_hint_says_when_to_come_back() -> None:
    with serving(faults=(Rule(fault=Fault.RATE_LIMITED_WITH_HINT, seconds=7),)) as (_, client):
        assert refused(client).response.headers["retry-after"] == "7"


@pytest.mark.parametrize("charges", [False, True])
def test_a_failure_inside_the_vendor_is_charged_as_it_is_set(charges: bool) -> None:  # noqa: FBT001
    with serving(faults=(Rule(fault=Fault.FAILS),), charges_failed=charges) as (vendor, client):
        error = refused(client)
        assert (error.status_code, error.type) == (500, "server_error")
        assert len(vendor.book.statement().postings) == charges


def test_a_request_that_hangs_ends_at_the_gateway_without_a_word_of_the_vendor() -> None:
    with serving(faults=(Rule(fault=Fault.HANGS),)) as (vendor, client):
        error = refused(client)
        assert error.status_code == 504
        assert error.code is None
        assert "html" in error.response.headers["content-type"]
        assert vendor.book.net() == 0


def test_an_answer_without_pictures_is_charged() -> None:
    with serving(faults=(Rule(fault=Fault.DONE_WITHOUT_OUTPUT),)) as (vendor, client):
        answer = client.images.generate(**ASKED)
        assert answer.data == []
        assert vendor.book.net() == Decimal("0.004785")


def test_base64_that_breaks_off_cannot_be_decoded() -> None:
    with serving(faults=(Rule(fault=Fault.TRUNCATED_FILE),)) as (vendor, client):
        answer = client.images.generate(**ASKED)
        assert answer.data is not None
        with pytest.raises(ValueError, match="base64"):
            base64.b64decode(answer.data[0].b64_json or "", validate=True)
        assert [found.fault for found in vendor.book.statement().faults] == ["truncated_file"]


def test_a_corrupt_picture_is_valid_base64_of_something_else() -> None:
    shown: list[bytes] = []
    for faults in ((), (Rule(fault=Fault.CORRUPT_FILE),)):
        with serving(faults=faults) as (_, client):
            answer = client.images.generate(**ASKED)
            assert answer.data is not None
            shown.append(base64.b64decode(answer.data[0].b64_json or "", validate=True))
    good, bad = shown
    assert len(good) == len(bad)
    assert good[: len(good) // 4] == bad[: len(bad) // 4]
    assert good != bad


def test_a_changed_price_shows_in_the_costs_and_not_in_the_answer() -> None:
    with serving(faults=(Rule(fault=Fault.PRICE_CHANGED, factor=2.0),)) as (vendor, client):
        answer = client.images.generate(**ASKED)
        vendor.advance(400)
        costs = client.admin.organization.usage.costs(start_time=int(STARTS.timestamp()))
        charged = vendor.book.net()
    assert answer.usage is not None
    assert answer.usage.output_tokens == 158
    assert charged == 2 * Decimal("0.004785")
    (result,) = costs.data[0].results
    assert result.object == "organization.costs.result"
    assert result.amount is not None
    assert result.amount.value == float(charged)


def test_a_silent_change_of_model_draws_otherwise_and_shows_in_the_usage_alone() -> None:
    answers: list[Any] = []
    models: list[str] = []
    for faults in ((), (Rule(fault=Fault.MODEL_CHANGED),)):
        with serving(faults=faults) as (vendor, client):
            answers.append(client.images.generate(**ASKED | {"model": "gpt-image-2-2026-04-21"}))
            vendor.advance(400)
            usage = client.admin.organization.usage.images(
                start_time=int(STARTS.timestamp()), group_by=["model"]
            )
            models += [
                result.model or ""
                for result in usage.data[0].results
                if result.object == "organization.usage.images.result"
            ]
    before, after = answers
    assert before.data[0].b64_json != after.data[0].b64_json
    assert before.model_dump(exclude={"data", "created"}) == after.model_dump(exclude={"data", "created"})
    assert models == ["gpt-image-2-2026-04-21", "gpt-image-2-2026-11-20"]


# --- the mix of a real production


def test_of_many_calls_as_many_fail_as_in_the_production_and_the_book_knows_each_flaw() -> None:
    failed = lost = 0
    with serving(failure_mix=FailureMix.PRODUCTION, seed=3, longest_side=64) as (vendor, client):
        for n in range(150):
            try:
                client.images.generate(**ASKED | {"prompt": f"A hut, the {n}th time"})
            except openai.APIConnectionError:
                lost += 1
            except openai.APIStatusError:
                failed += 1
        vendor.advance(600)
        book = vendor.book.statement()
    assert 20 <= failed + lost <= 50  # 23 % of 150 is 34.5, three deviations either way
    assert lost >= 1
    good = sum(not accepted.flaw for accepted in book.accepted)
    flawed = len(book.accepted) - good
    assert flawed > 3 * good
    assert len(book.postings) == 150 - failed
