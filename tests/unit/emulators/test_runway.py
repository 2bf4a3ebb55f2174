"""Runway on loopback, asked with its own library and over plain HTTP."""

import base64
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import runwayml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runwayml import RunwayML

from picturelock.media.decode import frames
from picturelock.media.picture import png, read
from picturelock.testing.emulators.faults import Fault, Rule
from picturelock.testing.emulators.runway_tariff import MODELS

Start = Callable[..., Any]


def library(customer: Any) -> RunwayML:
    key = customer.vendor.settings.key
    return RunwayML(base_url=customer.vendor.base_url, api_key=key, max_retries=0)


def test_a_clip_asked_for_with_runways_own_library_is_made_delivered_and_charged(
    runway: Start, data_uri: str, tmp_path: Path
) -> None:
    customer = runway()
    client = library(customer)
    task = client.image_to_video.create(
        model="gen4.5", prompt_image=data_uri, prompt_text="She turns", ratio="1280:720", duration=5, seed=7
    )
    assert task.estimated_cost.credits == 60
    assert client.tasks.retrieve(task.id).status == "PENDING"
    customer.vendor.advance(5)
    running = client.tasks.retrieve(task.id)
    assert running.status == "RUNNING"
    assert 0 < running.progress < 1
    customer.vendor.advance(200)
    done = client.tasks.retrieve(task.id)
    assert done.status == "SUCCEEDED"
    assert done.cost.credits == 60
    path = tmp_path / "clip.mp4"
    path.write_bytes(httpx.get(done.output[0]).content)
    assert sum(1 for _ in frames(path)) == 120
    assert customer.vendor.book.statement().net_usd() == Decimal("0.60")


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("image_to_video", {"model": "gen4_turbo", "ratio": "720:1280"}),
        ("image_to_video", {"model": "veo3.1", "ratio": "1280:720", "audio": False}),
        ("image_to_video", {"model": "seedance2", "duration": "auto"}),
        ("image_to_video", {"model": "hailuo3", "prompt_text": "x", "resolution": "2k"}),
        ("image_to_video", {"model": "gemini_omni_flash"}),
        ("text_to_video", {"model": "gen4.5", "ratio": "1280:720", "duration": 3, "prompt_text": "x"}),
        ("text_to_video", {"model": "veo3.1_fast", "ratio": "1920:1080", "prompt_text": "x"}),
        ("text_to_image", {"model": "gen4_image", "ratio": "1920:1080", "prompt_text": "x"}),
    ],
)
def test_what_the_library_writes_is_taken(
    runway: Start, data_uri: str, method: str, request_: dict[str, Any]
) -> None:
    client = library(runway())
    picture = {"prompt_image": data_uri} if method == "image_to_video" else {}
    assert getattr(client, method).create(**picture, **request_).id


def test_a_file_that_was_uploaded_with_the_library_is_taken_for_a_day(runway: Start, still: bytes) -> None:
    customer = runway()
    client = library(customer)
    sent = client.uploads.create_ephemeral(file=("frame.png", still))
    assert sent.uri.startswith("runway://")
    customer.took(promptImage=sent.uri)
    customer.vendor.advance(86_400)
    assert customer.order(promptImage=sent.uri).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"promptImage": None},
        {"duration": None},
        {"prompt_text": "x"},
        {"seed": -1},
        {"seed": 1 << 32},
        {"seed": "7"},
        {"duration": 1},
        {"duration": 11},
        {"duration": 5.5},
        {"ratio": "1920:1080"},
        {"promptText": ""},
        {"promptText": "x" * 1001},
        {"model": "gen5"},
        {"model": None},
        {"webhook": "https://example.com"},
        {"contentModeration": {"publicFigureThreshold": "high"}},
    ],
)
def test_what_the_library_cannot_write_is_refused_and_named(runway: Start, changes: dict[str, Any]) -> None:
    customer = runway()
    answer = customer.order(**changes)
    assert answer.status_code == 400
    issues = answer.json()["issues"]
    assert issues[0]["path"][0] in {*changes, "promptImage"}
    assert not customer.vendor.book.statement().accepted


def test_a_model_that_has_ended_is_refused_with_the_day_of_its_end(runway: Start) -> None:
    answer = runway().order(model="gen3a_turbo")
    assert answer.status_code == 400
    assert "2026-07-30" in answer.json()["issues"][0]["message"]


def test_a_model_without_a_published_price_is_not_sold(runway: Start) -> None:
    answer = runway().order(model="kling3.0_pro", ratio="1920:1080")
    assert answer.status_code == 400
    assert "not available" in answer.json()["error"]


@pytest.mark.parametrize("length", [500, 501])
def test_prompts_are_counted_in_utf_16_units_so_that_an_emoji_counts_twice(
    runway: Start, length: int
) -> None:
    assert runway().order(promptText="🎬" * length).status_code == (200 if length == 500 else 400)


@pytest.mark.parametrize(
    "uri",
    [
        "http://example.com/a.png",
        "https://127.0.0.1/a.png",
        "https://example.com/a.png",
        "data:image/gif;base64,AAAA",
        "data:image/png;base64,AAAA",
        "data:image/png,AAAA",
        "runway://unknown",
        "not an address",
    ],
)
def test_pictures_that_cannot_be_used_are_refused_with_the_field_named(runway: Start, uri: str) -> None:
    answer = runway().order(promptImage=uri)
    assert answer.status_code == 400
    assert "promptImage" in answer.json()["error"]


def test_a_data_uri_over_five_megabytes_is_refused_though_the_file_is_smaller(runway: Start) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1200, 1280, 3), dtype=np.uint8)
    file = png(noise, effort=1)
    assert len(file) < 5 * 1024 * 1024
    uri = "data:image/png;base64," + base64.b64encode(file).decode()
    assert len(uri) > 5 * 1024 * 1024
    answer = runway().order(promptImage=uri)
    assert answer.status_code == 400
    assert "5242880" in answer.json()["error"]


def test_gen_4_takes_a_first_frame_only_and_veo_a_last_one_with_a_first(runway: Start, data_uri: str) -> None:
    customer = runway()
    first, last = ({"uri": data_uri, "position": position} for position in ("first", "last"))
    assert customer.order(promptImage=[first]).status_code == 200
    assert customer.order(promptImage=[first, last]).status_code == 400
    veo = {"model": "veo3.1", "duration": 4}
    assert customer.order(promptImage=[first, last], **veo).status_code == 200
    assert customer.order(promptImage=[last], **veo).status_code == 400
    assert customer.order(promptImage=[first, first], **veo).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer key_wrong"}, 401),
        ({"Authorization": ""}, 401),
        ({"X-Runway-Version": "2023-01-01"}, 400),
        ({"X-Runway-Version": ""}, 400),
    ],
)
def test_a_wrong_key_or_version_opens_nothing(runway: Start, headers: dict[str, str], status: int) -> None:
    customer = runway()
    assert customer.http.get("/v1/organization", headers=headers).status_code == status


def test_more_tasks_than_the_tier_allows_wait_as_throttled_and_run_in_turn(runway: Start) -> None:
    customer = runway()
    tasks = [customer.took(promptText=f"Take {n}") for n in range(3)]
    customer.vendor.advance(5)
    assert [customer.task(task)["status"] for task in tasks] == ["RUNNING", "THROTTLED", "THROTTLED"]
    customer.vendor.advance(120)
    assert customer.task(tasks[0])["status"] == "SUCCEEDED"
    customer.vendor.advance(300)
    assert {customer.task(task)["status"] for task in tasks} == {"SUCCEEDED"}


def test_a_higher_tier_runs_more_at_once_and_models_do_not_wait_for_each_other(runway: Start) -> None:
    customer = runway(tier=2)
    tasks = [customer.took(promptText=f"Take {n}") for n in range(4)]
    other = customer.took(model="gen4_turbo")
    customer.vendor.advance(5)
    states = [customer.task(task)["status"] for task in tasks]
    assert sorted(states) == ["RUNNING"] * 3 + ["THROTTLED"]
    assert customer.task(other)["status"] == "RUNNING"


def test_the_same_request_twice_is_two_tasks_and_both_are_charged(runway: Start) -> None:
    customer = runway()
    assert customer.took() != customer.took()
    statement = customer.vendor.book.statement()
    assert statement.net() == 120
    assert [doubled.by for doubled in statement.doubled()] == ["body"]


def test_the_library_left_to_itself_asks_again_after_a_lost_answer_and_pays_twice(
    runway: Start, data_uri: str
) -> None:
    customer = runway(Rule(fault=Fault.LOST_AFTER))
    client = RunwayML(base_url=customer.vendor.base_url, api_key=customer.vendor.settings.key)
    client.image_to_video.create(model="gen4_turbo", prompt_image=data_uri, ratio="1280:720", duration=5)
    statement = customer.vendor.book.statement()
    assert (len(statement.accepted), statement.net()) == (2, 50)
    assert len(statement.doubled()) == 1


def test_a_link_expires_after_a_day_and_asking_for_the_task_again_gives_a_fresh_one(runway: Start) -> None:
    customer = runway()
    task = customer.took()
    customer.vendor.advance(300)
    old = customer.task(task)["output"][0]
    assert httpx.get(old).status_code == 200
    customer.vendor.advance(86_400)
    assert httpx.get(old).status_code == 403
    assert httpx.get(customer.task(task)["output"][0]).status_code == 200


def test_a_link_that_was_tampered_with_opens_nothing(runway: Start) -> None:
    customer = runway()
    task = customer.took()
    customer.vendor.advance(300)
    link = customer.task(task)["output"][0]
    assert httpx.get(link.replace("expires=1", "expires=2")).status_code == 403


@pytest.mark.parametrize(
    ("word", "code", "charged"),
    [
        ("FLAG_INPUT", "SAFETY.INPUT.TEXT", 60),
        ("FLAG_IMAGE", "SAFETY.INPUT.IMAGE", 60),
        ("FLAG_OUTPUT", "SAFETY.OUTPUT.VIDEO", 0),
    ],
)
def test_a_refused_input_is_charged_and_a_refused_result_given_back(
    runway: Start, word: str, code: str, charged: int
) -> None:
    customer = runway()
    task = customer.took(promptText=f"She turns {word}")
    assert customer.vendor.book.net() == 60
    customer.vendor.advance(300)
    said = customer.task(task)
    assert (said["status"], said["failureCode"], said["cost"]["credits"]) == ("FAILED", code, charged)
    assert customer.vendor.book.net() == charged


def test_a_refused_result_can_stay_charged_too_and_only_the_task_says_so(runway: Start) -> None:
    customer = runway(refunds_moderated_output=False)
    task = customer.took(promptText="FLAG_OUTPUT")
    customer.vendor.advance(300)
    assert customer.task(task)["cost"]["credits"] == 60


def test_what_passes_moderation_by_chance_passes_another_time(runway: Start) -> None:
    customer = runway(tier=5)
    tasks = [customer.took(promptText="FLAG_CHANCE") for _ in range(12)]
    customer.vendor.advance(400)
    assert {customer.task(task)["status"] for task in tasks} == {"SUCCEEDED", "FAILED"}


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.FAILS, "INTERNAL"), (Fault.DONE_WITH_ERROR, "INTERNAL.BAD_OUTPUT.CODE01")]
)
def test_a_failure_of_runways_own_is_given_back(runway: Start, fault: Fault, code: str) -> None:
    customer = runway(Rule(fault=fault))
    task = customer.took()
    customer.vendor.advance(300)
    said = customer.task(task)
    assert (said["failureCode"], said["cost"]["credits"]) == (code, 0)


def test_cancelling_a_running_task_refunds_nothing_and_a_waiting_one_is_given_back(runway: Start) -> None:
    customer = runway()
    running, waiting = customer.took(), customer.took()
    customer.vendor.advance(5)
    for task in (waiting, running):
        assert customer.http.delete(f"/v1/tasks/{task}").status_code == 204
    assert [customer.task(task)["status"] for task in (running, waiting)] == ["CANCELLED"] * 2
    assert customer.task(running)["cost"]["credits"] == 60
    assert customer.task(waiting)["cost"]["credits"] == 0


def test_a_task_that_was_waiting_when_it_was_asked_for_can_run_by_the_time_it_is_cancelled(
    runway: Start,
) -> None:
    customer = runway()
    running, waiting = customer.took(), customer.took()
    customer.vendor.advance(5)
    assert customer.task(waiting)["status"] == "THROTTLED"
    customer.http.delete(f"/v1/tasks/{running}")
    customer.http.delete(f"/v1/tasks/{waiting}")
    assert customer.task(waiting)["cost"]["credits"] == 60


def test_a_waiting_task_may_not_be_given_back_either(runway: Start) -> None:
    customer = runway(refunds_waiting=0.0)
    task = customer.took()
    customer.http.delete(f"/v1/tasks/{task}")
    assert customer.task(task)["cost"]["credits"] == 60


def test_cancelled_tasks_are_forgotten_after_a_while_and_deleted_ones_at_once(runway: Start) -> None:
    customer = runway(forgets_cancelled=100.0)
    cancelled = customer.took()
    customer.http.delete(f"/v1/tasks/{cancelled}")
    customer.vendor.advance(99)
    assert customer.task(cancelled)["status"] == "CANCELLED"
    customer.vendor.advance(1)
    assert customer.http.get(f"/v1/tasks/{cancelled}").status_code == 404
    finished = customer.took()
    customer.vendor.advance(300)
    link = customer.task(finished)["output"][0]
    customer.http.delete(f"/v1/tasks/{finished}")
    assert customer.http.get(f"/v1/tasks/{finished}").status_code == 404
    assert httpx.get(link).status_code == 404
    assert customer.vendor.book.net(finished) == 60


def test_a_finished_tasks_cost_can_still_fall(runway: Start) -> None:
    customer = runway(late_refund=0.25, late_refund_seconds=3600)
    task = customer.took()
    customer.vendor.advance(300)
    assert customer.task(task)["cost"]["credits"] == 60
    customer.vendor.advance(3600)
    assert customer.task(task)["cost"]["credits"] == 45


def test_a_length_left_to_the_model_is_charged_at_the_longest_and_the_rest_given_back(runway: Start) -> None:
    customer = runway()
    answer = customer.order(model="seedance2", duration="auto")
    assert answer.json()["estimatedCost"]["credits"] == 15 * 36
    assert customer.vendor.book.net() == 15 * 36
    customer.vendor.advance(1000)
    charged = customer.task(answer.json()["id"])["cost"]["credits"]
    assert charged % 36 == 0
    assert 4 * 36 <= charged < 15 * 36


def test_some_models_have_a_least_price_for_a_task(runway: Start) -> None:
    answer = runway().order(model="seedance2_5", ratio="854:480", duration=4)
    assert answer.json()["estimatedCost"]["credits"] == MODELS["seedance2_5"].least == 80
    assert runway().order(model="seedance2_mini", duration=5).json()["estimatedCost"]["credits"] == 80


def test_sound_larger_pictures_and_references_cost_more(runway: Start, data_uri: str) -> None:
    customer = runway()

    def cost(**changes: Any) -> float:
        return customer.order(**changes).json()["estimatedCost"]["credits"]

    assert cost(model="veo3.1", duration=4) == 160
    assert cost(model="veo3.1", duration=4, audio=False) == 80
    assert cost(model="seedance2", ratio="1920:1080") == 200
    assert cost(model="seedance2", ratio="3840:2160") == 750
    hailuo = {"model": "hailuo3", "ratio": "16:9", "path": "/v1/text_to_video", "promptImage": None}
    assert cost(**hailuo) == 50
    assert cost(**hailuo, references=[{"uri": data_uri}] * 2) == 54


def test_a_days_tasks_are_counted_by_model_and_one_too_many_is_429_without_a_hint(runway: Start) -> None:
    customer = runway(daily=1)
    customer.took()
    answer = customer.order()
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers
    assert customer.order(model="gen4_turbo").status_code == 200
    customer.vendor.advance(86_400)
    assert customer.order().status_code == 200


def test_too_few_credits_look_like_a_wrong_request(runway: Start) -> None:
    customer = runway(balance=100)
    customer.took()
    answer = customer.order()
    assert answer.status_code == 400
    assert "credits" in answer.json()["error"]


def test_cost_is_whole_at_the_end_and_only_estimated_before(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.PRICE_CHANGED, factor=1.01))
    task = customer.took()
    before = customer.task(task)
    assert before["estimatedCost"]["credits"] == 60.6
    assert "cost" not in before
    customer.vendor.advance(300)
    after = customer.task(task)
    assert after["cost"]["credits"] == 61
    assert "estimatedCost" not in after


def test_the_same_seed_gives_something_similar_not_the_same(runway: Start) -> None:
    customer = runway(tier=5)
    order = {
        "path": "/v1/text_to_image",
        "model": "gen4_image",
        "promptImage": None,
        "duration": None,
        "seed": 3,
    }
    tasks = [customer.took(**order), customer.took(**order), customer.took(**order, promptText="A house")]
    customer.vendor.advance(300)
    first, again, other = (
        read(httpx.get(customer.task(task)["output"][0]).content).astype(np.int16) for task in tasks
    )
    assert 0 < np.abs(first - again).mean() < np.abs(first - other).mean() / 2


def test_the_accounts_sums_are_all_that_is_left_of_a_lost_answer(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.LOST_AFTER), usage_lag=600.0)
    client = library(customer)
    with pytest.raises(httpx.RemoteProtocolError):
        customer.order()
    assert client.organization.retrieve().usage.models["gen4.5"].daily_generations == 0
    day = customer.vendor.clock.now().date()
    customer.vendor.advance(600)
    assert client.organization.retrieve().usage.models["gen4.5"].daily_generations == 1
    after = (customer.vendor.clock.now() + timedelta(days=1)).date()
    spent = client.organization.retrieve_usage(start_date=day.isoformat(), before_date=after.isoformat())
    assert [(used.model, used.amount) for used in spent.results[0].used_credits] == [("gen4.5", 60)]
    assert client.organization.retrieve_usage().results == []


def test_questions_that_come_too_soon_are_counted_and_can_be_turned_away(runway: Start) -> None:
    customer = runway()
    task = customer.took()
    customer.task(task)
    customer.vendor.advance(4)
    customer.task(task)
    customer.vendor.advance(6)
    customer.task(task)
    visits = customer.vendor.book.statement().visits
    assert visits["GET /v1/tasks/{id} too soon"] == 1
    strict = runway(strict_polling=True)
    task = strict.took()
    strict.task(task)
    assert strict.http.get(f"/v1/tasks/{task}").status_code == 429


def test_a_task_that_hangs_stays_at_99_percent_and_keeps_its_place(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.HANGS))
    first, second = customer.took(), customer.took()
    customer.vendor.advance(86_400)
    said = customer.task(first)
    assert (said["status"], said["progress"]) == ("RUNNING", 0.99)
    assert customer.task(second)["status"] == "THROTTLED"


def test_a_success_can_have_nothing_in_it_and_is_charged(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.DONE_WITHOUT_OUTPUT))
    task = customer.took()
    customer.vendor.advance(300)
    said = customer.task(task)
    assert (said["status"], said["output"], said["cost"]["credits"]) == ("SUCCEEDED", [], 60)


def test_a_task_can_vanish_and_is_charged_nevertheless(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.VANISHES, seconds=10))
    task = customer.took()
    assert customer.http.get(f"/v1/tasks/{task}").status_code == 200
    customer.vendor.advance(10)
    assert customer.http.get(f"/v1/tasks/{task}").status_code == 404
    assert customer.vendor.book.net(task) == 60


def test_another_version_of_a_model_answers_without_a_word(runway: Start) -> None:
    customer = runway(tier=5)
    still_ = {"path": "/v1/text_to_image", "model": "gen4_image", "promptImage": None, "duration": None}
    one = customer.took(**still_, seed=4)
    customer.vendor.reset()
    customer.vendor.misbehave(Rule(fault=Fault.MODEL_CHANGED))
    two = customer.took(**still_, seed=4)
    assert one == two
    customer.vendor.advance(100)
    changed = httpx.get(customer.task(two)["output"][0]).content
    customer.vendor.reset()
    three = customer.took(**still_, seed=4)
    customer.vendor.advance(100)
    assert httpx.get(customer.task(three)["output"][0]).content != changed


_WORDS = ("", "FLAG_INPUT", "FLAG_OUTPUT", "FLAG_CHANCE")
_STEPS = st.one_of(
    st.tuples(st.just("order"), st.sampled_from(_WORDS)),
    st.tuples(st.just("auto"), st.sampled_from(_WORDS)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("advance"), st.integers(1, 120)),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEPS, max_size=12), seed=st.integers(0, 1 << 32))
def test_whatever_happens_every_task_says_what_the_book_says_and_none_costs_more_than_estimated(
    runway: Start, steps: list[tuple[str, Any]], seed: int
) -> None:
    customer = runway(
        Rule(fault=Fault.FAILS, count=0, chance=0.2),
        seed=seed,
        refunds_waiting=0.5,
        late_refund=0.1,
        forgets_cancelled=1e9,
    )
    tasks: dict[str, float] = {}
    for what, value in steps:
        if what == "advance":
            customer.vendor.advance(value)
        elif what == "cancel":
            for task in list(tasks)[value : value + 1]:
                if customer.task(task)["status"] in {"PENDING", "THROTTLED", "RUNNING"}:
                    customer.http.delete(f"/v1/tasks/{task}")
        else:
            changes = {"model": "seedance2", "duration": "auto"} if what == "auto" else {}
            answer = customer.order(promptText=f"She turns {value}", **changes).json()
            tasks[answer["id"]] = answer["estimatedCost"]["credits"]
    customer.vendor.advance(100_000)
    book = customer.vendor.book
    for task, estimate in tasks.items():
        cost = customer.task(task)["cost"]["credits"]
        assert cost == book.net(task)
        assert 0 <= cost <= estimate
    assert book.net() == sum(book.net(task) for task in tasks)


def test_there_is_nothing_where_runway_has_nothing(runway: Start) -> None:
    customer = runway()
    assert customer.http.get("/v1/tasks").status_code == 404
    assert customer.http.post("/v1/generate/video", json={}).status_code == 404
    assert customer.http.get("/v1/tasks/00000000-0000-4000-8000-000000000000").status_code == 404


def test_the_librarys_errors_are_those_of_the_real_service(runway: Start, data_uri: str) -> None:
    customer = runway(
        Rule(fault=Fault.RATE_LIMITED_WITH_HINT, seconds=7), Rule(fault=Fault.UNAVAILABLE, first=2)
    )
    client = library(customer)
    order: dict[str, Any] = {"model": "gen4_turbo", "prompt_image": data_uri, "ratio": "1280:720"}
    with pytest.raises(runwayml.RateLimitError) as limited:
        client.image_to_video.create(**order)
    assert limited.value.response.headers["retry-after"] == "7"
    with pytest.raises(runwayml.InternalServerError):
        client.image_to_video.create(**order)
    with pytest.raises(runwayml.BadRequestError):
        client.image_to_video.create(**order, extra_body={"webhook": "x"})
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve("unknown")
    wrong = RunwayML(base_url=customer.vendor.base_url, api_key="key_wrong", max_retries=0)
    with pytest.raises(runwayml.AuthenticationError):
        wrong.organization.retrieve()
