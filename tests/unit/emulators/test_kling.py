"""Kling on loopback, asked over plain HTTP with tokens that a public library signs."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from picturelock.media.decode import frames
from picturelock.media.picture import png
from picturelock.testing.emulators.faults import Fault, Rule

Start = Callable[..., Any]
TEXT, OMNI = "/v1/videos/text2video", "/v1/videos/omni-video"


def code_of(answer: httpx.Response) -> tuple[int, int]:
    """HTTP status and Kling's code, of an envelope that is whole."""
    body = answer.json()
    assert body.keys() >= {"code", "message", "request_id"}
    assert ("data" in body) == (body["code"] == 0)
    return answer.status_code, body["code"]


def test_a_clip_is_made_delivered_and_charged_in_units(kling: Start, tmp_path: Path) -> None:
    customer = kling()
    task = customer.took(mode="pro", sound="on", duration="7")
    assert customer.task(task)["task_status"] == "submitted"
    customer.vendor.advance(5)
    running = customer.task(task)
    assert running["task_status"] == "processing"
    assert "final_unit_deduction" not in running
    assert customer.vendor.book.net() == 0
    customer.vendor.advance(600)
    done = customer.task(task)
    assert (done["task_status"], done["final_unit_deduction"]) == ("succeed", "8.4")
    clip = done["task_result"]["videos"][0]
    assert clip["duration"] == "7"
    path = tmp_path / "clip.mp4"
    path.write_bytes(httpx.get(clip["url"]).content)
    assert sum(1 for _ in frames(path)) == 7 * 24
    assert customer.vendor.book.statement().net_usd() == Decimal("1.176")


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({}, "3"),
        ({"mode": "pro"}, "4"),
        ({"mode": "4k"}, "15"),
        ({"sound": "on"}, "4.5"),
        ({"model_name": "kling-v2-6"}, "1.5"),
        ({"model_name": "kling-v2-6", "duration": "10", "mode": "pro"}, "5"),
        ({"model_name": "kling-v2-6", "mode": "pro", "sound": "on"}, "5"),
        (
            {"model_name": "kling-v2-6", "mode": "pro", "sound": "on", "voice_list": [{"voice_id": "a"}]},
            "6",
        ),
        ({"model_name": "kling-v2-5-turbo", "mode": "pro"}, "2.5"),
        ({"model_name": "kling-3.0-turbo", "mode": "pro"}, "5"),
        ({"path": TEXT, "image": None, "aspect_ratio": "9:16", "duration": "3"}, "1.8"),
        ({"path": OMNI, "image": None, "model_name": "kling-v3-omni", "aspect_ratio": "1:1"}, "4"),
        ({"path": OMNI, "image": None, "model_name": None, "aspect_ratio": "1:1", "mode": "std"}, "3"),
    ],
)
def test_clips_cost_what_the_list_says(kling: Start, changes: dict[str, Any], units: str) -> None:
    customer = kling()
    task = customer.took(**changes)
    customer.vendor.advance(1000)
    path = changes.get("path", "image2video").rpartition("/")[2]
    assert customer.task(task, path)["final_unit_deduction"] == units


def test_without_a_model_the_oldest_answers_without_a_word(kling: Start) -> None:
    customer = kling()
    customer.took(model_name=None)
    assert customer.vendor.book.statement().accepted[0].model == "kling-v1"


def test_models_end_on_their_day(kling: Start) -> None:
    for day, status in ((14, 200), (15, 404)):
        customer = kling(starts=datetime(2026, 9, day, tzinfo=UTC))
        answer = customer.order(model_name="kling-v1-6")
        assert answer.status_code == status
    assert code_of(answer) == (404, 1203)
    assert code_of(customer.order(model_name="kling-4.0")) == (404, 1203)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seed": 7}, 1200),
        ({"image": None}, 1200),
        ({"aspect_ratio": "16:9"}, 1200),
        ({"path": TEXT, "image": None, "prompt": None}, 1200),
        ({"path": OMNI, "image": None, "model_name": "kling-v3-omni"}, 1200),
        ({"duration": 5}, 1201),
        ({"duration": "2"}, 1201),
        ({"duration": "16"}, 1201),
        ({"model_name": "kling-v2-6", "duration": "7"}, 1201),
        ({"mode": "best"}, 1201),
        ({"model_name": "kling-v2-6", "mode": "4k"}, 1201),
        ({"model_name": "kling-v2-6", "sound": "on"}, 1201),
        ({"model_name": "kling-v2-6", "cfg_scale": 0.5}, 1201),
        ({"cfg_scale": 1.5}, 1201),
        ({"prompt": "x" * 2501}, 1201),
        ({"negative_prompt": "x" * 2501}, 1201),
        ({"image": "https://example.com/a.png"}, 1201),
        ({"image": "data:image/png;base64,AAAA"}, 1201),
        ({"image": "AAAA"}, 1201),
        ({"image": "no base64"}, 1201),
        ({"callback_url": "nowhere"}, 1201),
        ({"voice_list": [{"voice_id": "a"}]}, 1201),
        ({"static_mask": "AAAA"}, 1201),
        ({"camera_control": {"type": "forward_up"}}, 1201),
        ({"camera_control": {}}, 1200),
        ({"multi_prompt": [{"index": 1, "prompt": "x", "duration": "5"}]}, 1201),
        ({"model_name": "kling-v2-1-master", "path": TEXT, "image": None}, 1203),
        ({"element_list": [{"element_id": 1}]}, 1203),
    ],
)
def test_what_kling_does_not_take_is_refused_with_its_code(
    kling: Start, changes: dict[str, Any], code: int
) -> None:
    customer = kling()
    answer = customer.order(**changes)
    assert code_of(answer) == (404 if code == 1203 else 400, code)
    assert not customer.vendor.book.statement().accepted


def test_a_body_that_is_no_json_is_1200(kling: Start) -> None:
    assert code_of(kling().http.post("/v1/videos/image2video", content=b"{")) == (400, 1200)


@pytest.mark.parametrize(("size", "taken"), [((300, 300), 200), ((298, 300), 400), ((300, 760), 400)])
def test_pictures_have_a_least_size_and_a_bounded_shape(
    kling: Start, size: tuple[int, int], taken: int
) -> None:
    picture = png(np.full((size[1], size[0], 3), 90, np.uint8))
    assert kling().order(image=base64.b64encode(picture).decode()).status_code == taken


def test_last_frames_depend_on_mode_and_sound(kling: Start, plain: str) -> None:
    customer = kling()
    for model, mode, sound, taken in (
        ("kling-v2-5-turbo", "std", None, False),
        ("kling-v2-5-turbo", "pro", None, True),
        ("kling-v2-6", "pro", "off", True),
        ("kling-v2-6", "pro", "on", False),
        ("kling-v3", "std", "on", True),
    ):
        answer = customer.order(model_name=model, mode=mode, sound=sound, image_tail=plain)
        assert (answer.status_code == 200) is taken, answer.text


def test_old_models_take_one_camera_movement_and_not_beside_a_last_frame(kling: Start, plain: str) -> None:
    customer = kling(starts=datetime(2026, 8, 1, tzinfo=UTC))
    old = {"model_name": "kling-v1-5", "mode": "pro"}
    one = {"type": "simple", "config": {"zoom": 5}}
    two = {"type": "simple", "config": {"zoom": 5, "pan": 1}}
    assert customer.order(**old, camera_control=one).status_code == 200
    assert customer.order(**old, camera_control=two).status_code == 400
    assert customer.order(**old, camera_control=one, image_tail=plain).status_code == 400
    assert customer.order(**old, camera_control=one, duration="10").status_code == 400


def test_shots_make_up_the_clip(kling: Start) -> None:
    customer = kling()
    shots = [{"index": n, "prompt": "She turns", "duration": str(n + 1)} for n in (1, 2)]
    several = {"multi_shot": True, "shot_type": "customize", "multi_prompt": shots}
    assert customer.order(**several, duration="5").status_code == 200
    assert customer.order(**several, duration="6").status_code == 400
    assert customer.order(**several, model_name="kling-v2-6").status_code == 400


def test_omni_takes_frames_or_references(kling: Start, plain: str) -> None:
    customer = kling(concurrency=20)

    def listed(*kinds: str, **changes: Any) -> int:
        pictures = [{"image_url": plain, **({"type": kind} if kind else {})} for kind in kinds]
        order = {"path": OMNI, "image": None, "model_name": "kling-video-o1", "image_list": pictures}
        return customer.order(**{**order, **changes}).status_code

    assert listed("first_frame") == 200
    assert listed("first_frame", "end_frame") == 200
    assert listed("end_frame") == 400
    assert listed("first_frame", "first_frame") == 400
    assert listed("first_frame", "end_frame", "") == 400
    assert listed("", "", duration="7", aspect_ratio="16:9") == 200
    assert listed("", duration="7") == 400
    assert listed(*[""] * 8, aspect_ratio="16:9") == 400


def ask(customer: Any, authorization: str) -> tuple[int, int]:
    bare = httpx.Client(base_url=customer.vendor.base_url)
    with bare:
        return code_of(bare.get("/v1/videos/image2video", headers={"Authorization": authorization}))


def test_tokens_are_checked_for_form_signature_customer_and_time(kling: Start) -> None:
    customer = kling()
    assert ask(customer, f"Bearer {customer.token()}") == (200, 0)
    assert ask(customer, "") == (401, 1001)
    assert ask(customer, customer.token()) == (401, 1002)
    assert ask(customer, "Bearer a.b.c") == (401, 1002)
    unsigned = jwt.encode({"iss": customer.vendor.settings.access_key}, "", algorithm="none")
    assert ask(customer, f"Bearer {unsigned}") == (401, 1002)
    assert ask(customer, f"Bearer {customer.token(secret='another' * 8)}") == (401, 1000)
    assert ask(customer, f"Bearer {customer.token(iss='another')}") == (401, 1000)
    assert ask(customer, f"Bearer {customer.token(exp=1)}") == (401, 1004)
    assert ask(customer, f"Bearer {customer.token(nbf=1 << 40)}") == (401, 1003)
    assert ask(customer, f"Bearer {customer.token(exp='soon')}") in {(401, 1002), (401, 1000)}


@pytest.mark.parametrize(("ahead", "code"), [(-4, 0), (-60, 1003), (1700, 0), (1900, 1004)])
def test_clocks_that_disagree_make_good_tokens_bad(kling: Start, ahead: float, code: int) -> None:
    customer = kling(clock_ahead=float(ahead))
    assert code_of(customer.order())[1] == code


@pytest.mark.parametrize("trouble", [1100, 1101, 1304])
def test_an_account_in_trouble_looks_like_too_many_requests(kling: Start, trouble: int) -> None:
    assert code_of(kling(trouble=trouble).order()) == (429, trouble)


def test_used_up_units_look_like_too_many_requests_and_open_tasks_count(kling: Start) -> None:
    customer = kling(balance=Decimal("5.9"))
    customer.took()
    assert code_of(customer.order()) == (429, 1102)
    customer.vendor.advance(600)
    assert code_of(customer.order()) == (429, 1102)


def test_too_many_open_tasks_are_turned_away_until_one_ends(kling: Start) -> None:
    customer = kling(concurrency=2)
    first = customer.took()
    customer.took()
    answer = customer.order()
    assert code_of(answer) == (429, 1303)
    assert "retry-after" not in answer.headers
    customer.vendor.advance(600)
    assert customer.task(first)["task_status"] == "succeed"
    customer.took()


def test_a_task_that_hangs_keeps_its_place_for_ever(kling: Start) -> None:
    customer = kling(Rule(fault=Fault.HANGS), concurrency=1)
    task = customer.took()
    customer.vendor.advance(7 * 86_400)
    assert customer.task(task)["task_status"] == "processing"
    assert code_of(customer.order()) == (429, 1303)


def test_a_lost_answer_is_found_by_the_customers_own_name(kling: Start) -> None:
    customer = kling(Rule(fault=Fault.LOST_AFTER))
    with pytest.raises(httpx.RemoteProtocolError):
        customer.order(external_task_id="shot-1-take-1")
    found = customer.task("shot-1-take-1")
    assert found["task_info"] == {"external_task_id": "shot-1-take-1"}
    assert list(customer.vendor.book.statement().jobs()) == [found["task_id"]]
    assert code_of(customer.order(external_task_id="shot-1-take-1")) == (400, 1201)


def test_a_request_lost_before_it_arrived_is_found_under_no_name(kling: Start) -> None:
    customer = kling(Rule(fault=Fault.LOST_BEFORE))
    with pytest.raises(httpx.RemoteProtocolError):
        customer.order(external_task_id="a")
    assert code_of(customer.http.get("/v1/videos/image2video/a")) == (404, 1203)
    customer.took(external_task_id="a")


def test_a_name_may_also_make_a_second_task(kling: Start) -> None:
    customer = kling(unique_names=False)
    first, second = customer.took(external_task_id="a"), customer.took(external_task_id="a")
    assert first != second
    assert customer.task("a")["task_id"] == second
    assert customer.vendor.book.statement().doubled()[0].by == "token"


def test_tasks_are_found_only_under_their_own_path(kling: Start) -> None:
    customer = kling()
    task = customer.took(external_task_id="a")
    for name in (task, "a"):
        assert code_of(customer.http.get(f"{TEXT}/{name}")) == (404, 1203)
    assert code_of(customer.http.get(TEXT)) == (200, 0)
    assert customer.http.get(TEXT).json()["data"] == []


def test_lists_have_pages_and_the_latest_comes_first(kling: Start) -> None:
    customer = kling()
    tasks = [customer.took(prompt=f"Take {n}") for n in range(3)]

    def page(n: int) -> list[str]:
        answer = customer.http.get("/v1/videos/image2video", params={"pageNum": n, "pageSize": 2})
        return [task["task_id"] for task in answer.json()["data"]]

    assert [page(1), page(2), page(3)] == [tasks[:0:-1], tasks[:1], []]
    for query in ({"pageNum": 0}, {"pageSize": 501}, {"pageSize": "x"}):
        assert code_of(customer.http.get("/v1/videos/image2video", params=query)) == (400, 1200)


@pytest.mark.parametrize("word", ["FLAG_INPUT", "FLAG_IMAGE"])
def test_refused_inputs_are_turned_away_with_one_code_for_prompt_and_picture(kling: Start, word: str) -> None:
    customer = kling()
    assert code_of(customer.order(prompt=f"She turns {word}")) == (400, 1301)
    assert not customer.vendor.book.statement().accepted


def test_a_refused_result_is_a_failed_task_in_a_successful_answer(kling: Start) -> None:
    customer = kling()
    task = customer.took(prompt="FLAG_OUTPUT")
    customer.vendor.advance(600)
    said = customer.task(task)
    assert said["task_status"] == "failed"
    assert "risk control" in said["task_status_msg"]
    assert "task_result" not in said


@pytest.mark.parametrize("units", ["0", "3"])
@pytest.mark.parametrize("fault", [Fault.FAILS, Fault.DONE_WITH_ERROR])
def test_failures_may_cost_nothing_or_everything_and_only_the_task_says_so(
    kling: Start, fault: Fault, units: str
) -> None:
    customer = kling(Rule(fault=fault), charges_failures=units != "0")
    task = customer.took()
    customer.vendor.advance(600)
    said = customer.task(task)
    assert (said["task_status"], said["final_unit_deduction"]) == ("failed", units)
    assert customer.vendor.book.net() == Decimal(units)


def test_a_price_that_changed_shows_only_in_the_final_deduction(kling: Start) -> None:
    customer = kling(Rule(fault=Fault.PRICE_CHANGED, factor=1.5))
    task = customer.took()
    customer.vendor.advance(600)
    assert customer.task(task)["final_unit_deduction"] == "4.5"


def test_a_success_can_have_no_clip_in_it(kling: Start) -> None:
    customer = kling(Rule(fault=Fault.DONE_WITHOUT_OUTPUT))
    task = customer.took()
    customer.vendor.advance(600)
    said = customer.task(task)
    assert (said["task_status"], said["task_result"]) == ("succeed", {"videos": []})
    assert said["final_unit_deduction"] == "3"


def test_a_task_that_vanishes_is_in_no_answer_and_no_list(kling: Start) -> None:
    customer = kling(Rule(fault=Fault.VANISHES, seconds=10))
    task = customer.took(external_task_id="a")
    customer.vendor.advance(10)
    for name in (task, "a"):
        assert code_of(customer.http.get(f"/v1/videos/image2video/{name}")) == (404, 1203)
    assert customer.http.get("/v1/videos/image2video").json()["data"] == []


def test_results_are_gone_after_thirty_days_and_asking_again_does_not_help(kling: Start) -> None:
    customer = kling()
    task = customer.took()
    customer.vendor.advance(600)
    url = customer.task(task)["task_result"]["videos"][0]["url"]
    customer.vendor.advance(29 * 86_400)
    assert httpx.get(url).status_code == 200
    assert customer.task(task)["task_result"]["videos"][0]["url"] == url
    customer.vendor.advance(86_400)
    assert httpx.get(customer.task(task)["task_result"]["videos"][0]["url"]).status_code == 403


def test_the_accounts_sums_are_late_and_may_be_asked_for_once_a_second(kling: Start) -> None:
    customer = kling(balance=Decimal(10))

    def left() -> float:
        answer = customer.http.get("/account/costs", params={"start_time": 1, "end_time": 2})
        assert code_of(answer) == (200, 0)
        return answer.json()["data"]["resource_pack_subscribe_infos"][0]["remaining_quantity"]

    customer.took()
    customer.vendor.advance(600)
    assert left() == 10
    assert code_of(customer.http.get("/account/costs", params={"start_time": 1, "end_time": 2})) == (
        429,
        1302,
    )
    customer.vendor.advance(12 * 3600)
    assert left() == 7
    customer.vendor.advance(1)
    assert code_of(customer.http.get("/account/costs")) == (400, 1200)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.one_of(st.sampled_from(["std", "pro", "4k"]), st.integers(1, 300)), max_size=14),
    seed=st.integers(0, 1 << 32),
)
def test_no_more_is_open_than_allowed_no_more_spent_than_bought_and_tasks_say_what_the_book_says(
    kling: Start, steps: list[str | int], seed: int
) -> None:
    rule = Rule(fault=Fault.FAILS, count=0, chance=0.3)
    customer = kling(rule, seed=seed, concurrency=2, balance=Decimal(25), charges_failures=seed % 2 == 1)
    tasks: list[str] = []
    for step in steps:
        if isinstance(step, int):
            customer.vendor.advance(step)
            continue
        answer = customer.order(mode=step)
        assert code_of(answer)[1] in {0, 1102, 1303}
        if answer.status_code == 200:
            tasks.append(answer.json()["data"]["task_id"])
        states = [customer.task(task)["task_status"] for task in tasks]
        assert sum(state in {"submitted", "processing"} for state in states) <= 2
    customer.vendor.advance(10_000)
    deducted = [Decimal(customer.task(task)["final_unit_deduction"]) for task in tasks]
    assert sum(deducted) == customer.vendor.book.net() <= 25


def test_callbacks_tell_each_change_and_carry_no_signature(kling: Start, mailbox: Any) -> None:
    customer = kling()
    task = customer.took(callback_url=mailbox.url, external_task_id="a")
    customer.vendor.advance(600)
    letters = [mailbox.letter() for _ in range(2)]
    assert [body["data"]["task_status"] for _, body in letters] == ["processing", "succeed"]
    assert not [name for headers, _ in letters for name in headers if "signature" in name or "auth" in name]
    told, asked = letters[1][1]["data"], customer.task(task)
    assert told == asked


def test_a_gateway_answers_in_html(kling: Start) -> None:
    answer = kling(Rule(fault=Fault.BAD_GATEWAY)).order()
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (Fault.RATE_LIMITED, (429, 1302)),
        (Fault.SERVER_ERROR, (500, 5000)),
        (Fault.UNAVAILABLE, (503, 5001)),
    ],
)
def test_faults_speak_klings_language(kling: Start, fault: Fault, answer: tuple[int, int]) -> None:
    assert code_of(kling(Rule(fault=fault)).order()) == answer
