"""Kling's adapter against an emulated Kling, over real HTTP."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from picturelock.core.anchor import Voice
from picturelock.core.blocking import Camera
from picturelock.core.brief import ClipBrief, VoiceBrief
from picturelock.core.contract import Contract
from picturelock.core.failures import Charged, MissingExtra, Retry, UserError
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import BillSource, FailureKind, VendorFailure
from picturelock.core.take import Input, Operation, Recipe
from picturelock.generate.access import Secret
from picturelock.generate.kling import Kling, answering, signing
from picturelock.generate.transport import Answered, parsed
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    CannotTell,
    Expired,
    Job,
    Lookup,
    MadeIt,
    NoAnswer,
    NotThere,
    Progress,
    SaidNo,
    Sought,
    Submission,
    TookIt,
    Vendor,
)
from picturelock.media import picture
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.kling import Kling as Emulated
from picturelock.vault.local import LocalVault

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = "picturelock-C-1"
ACCESS, SECRET = "ak_" + "0" * 29, "sk_" + "1" * 29


@contextmanager
def emulated(**settings: Any) -> Iterator[tuple[Emulated, Kling]]:
    """An emulated Kling whose time stands still, and the adapter that asks it."""
    with Emulated.set_up(**({"seed": 4, "time_scale": 0.0, "longest_side": 64} | settings)).serve() as there:
        kling = adapter(there.base_url)
        try:
            yield there, kling
        finally:
            kling.close()


def adapter(url: str, *, submit_seconds: float = 20.0, **more: str) -> Kling:
    environment = {
        "PICTURELOCK_KLING_URL": url,
        "KLING_ACCESS_KEY": ACCESS,
        "KLING_SECRET_KEY": SECRET,
    } | more
    return Kling(environment, submit_seconds=submit_seconds)


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def png(width: int = 640, height: int = 360, shade: int = 90) -> bytes:
    return picture.png(np.full((height, width, 3), shade, np.uint8))


def brief(
    vault: LocalVault, *, seconds: int = 4, last: bool = False, size: tuple[int, int] = (1280, 720)
) -> ClipBrief:
    return ClipBrief(
        contract=Contract(role="animator", purpose="it opens the film", subject="a lighthouse"),
        camera=Camera(x_m=0, y_m=1.6, z_m=-4),
        camera_end=None,
        keyframe=vault.put(png()),
        layers=None,
        keyframe_last=vault.put(png(shade=160)) if last else None,
        layers_last=None,
        frames=24 * seconds - 16,
        handles=8,
        frame_rate=FrameRate(24),
        width=size[0],
        height=size[1],
    )


def recipe(
    vault: LocalVault,
    *,
    model: str = "kling-v3",
    prompt: str = "the lamp turns",
    options: dict[str, Any] | None = None,
    of: ClipBrief | None = None,
    on: date = TODAY,
) -> Recipe:
    wanted = of or brief(vault)
    planned = Kling({}).plan(model, wanted, options or {}, on)
    inputs = {"keyframe": wanted.keyframe}
    if wanted.keyframe_last is not None:
        inputs["keyframe_last"] = wanted.keyframe_last
    return Recipe(
        unit=UnitId("SC010_SH020.clip"),
        operation=Operation.ANIMATE,
        provider="kling",
        model=planned.model,
        model_version=planned.version,
        parameters={"request": planned.parameters},
        prompt=prompt,
        inputs=tuple(Input(role=role, digest=digest) for role, digest in sorted(inputs.items())),
    )


def failure(answer: Submission) -> VendorFailure:
    assert isinstance(answer, SaidNo)
    return answer.failure


def taken(kling: Kling, wanted: Recipe, vault: LocalVault, name: str = OURS) -> Job:
    answer = kling.submit(wanted, name, vault)
    assert isinstance(answer, TookIt)
    return Job(job=answer.job, endpoint=answer.endpoint, recipe=wanted)


def through(there: Emulated, kling: Kling, job: Job) -> Progress:
    for _ in range(100):
        progress = kling.poll(job)
        if not isinstance(progress, AtWork):
            return progress
        there.advance(30)
    raise AssertionError("the task did not end")


# Before anything is sent


def test_it_is_a_vendor_without_keys_or_network() -> None:
    kling = Kling(environment={})
    assert isinstance(kling, Vendor)
    assert kling.terms().lookup is Lookup.BY_NAME
    assert not kling.terms().cancels
    assert kling.terms().concurrency == 5
    assert Kling({"PICTURELOCK_KLING_CONCURRENCY": "20"}).terms().concurrency == 20


def test_the_plan_writes_every_choice_down(vault: LocalVault) -> None:
    planned = Kling({}).plan("kling-v3", brief(vault, last=True), {}, TODAY)
    assert planned.parameters == {
        "mode": "std",
        "duration": "4",
        "image": "keyframe",
        "image_tail": "keyframe_last",
        "sound": "off",
        "cfg_scale": 0.5,
        "multi_shot": False,
        "watermark_info": {"enabled": False},
    }


def test_the_smallest_mode_that_has_the_productions_size_is_chosen(vault: LocalVault) -> None:
    sizes = {(1280, 720): "std", (1920, 1080): "pro", (3840, 2160): "4k", (640, 360): "std"}
    found = {
        size: Kling({}).plan("kling-v3", brief(vault, size=size), {}, TODAY).parameters["mode"]
        for size in sizes
    }
    assert found == sizes


def test_a_last_frame_goes_to_a_mode_that_takes_one(vault: LocalVault) -> None:
    shot = brief(vault, last=True)
    assert Kling({}).plan("kling-v2-5-turbo", shot, {}, TODAY).parameters["mode"] == "pro"
    with pytest.raises(UserError, match="last frame only in pro"):
        Kling({}).plan("kling-v2-5-turbo", shot, {"mode": "std"}, TODAY)


@pytest.mark.parametrize("model", ["kling-v2-5-turbo", "kling-v2-6"])
def test_models_of_the_second_generation_get_no_cfg_scale(vault: LocalVault, model: str) -> None:
    assert "cfg_scale" not in Kling({}).plan(model, brief(vault), {}, TODAY).parameters


def test_only_models_that_make_sound_are_told_about_it(vault: LocalVault) -> None:
    assert "sound" not in Kling({}).plan("kling-v2-5-turbo", brief(vault), {}, TODAY).parameters
    loud = Kling({}).plan("kling-v2-6", brief(vault), {"audio": True}, TODAY).parameters
    assert (loud["sound"], loud["mode"]) == ("on", "pro")
    with pytest.raises(UserError, match="does not take: audio"):
        Kling({}).plan("kling-v2-5-turbo", brief(vault), {"audio": True}, TODAY)


@pytest.mark.parametrize(
    ("model", "seconds", "ordered"),
    [
        ("kling-v3", 2, "3"),
        ("kling-v3", 7, "7"),
        ("kling-v2-6", 4, "5"),
        ("kling-v2-6", 6, "10"),
        ("kling-3.0-turbo", 6, "10"),
    ],
)
def test_a_clip_is_ordered_at_least_as_long_as_it_is_needed(
    vault: LocalVault, model: str, seconds: int, ordered: str
) -> None:
    planned = Kling({}).plan(model, brief(vault, seconds=seconds), {}, TODAY)
    assert planned.parameters["duration"] == ordered


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("kling-v1-6", {}, "retired on 2026-09-15"),
        ("kling-v9", {}, "has no model"),
        ("kling-4.0", {}, "not known"),
        ("kling-v3", {"quality": "std"}, "has no option 'quality'"),
        ("kling-v3", {"mode": "ultra"}, "has no mode 'ultra'"),
        ("kling-v3", {"audio": "yes"}, "audio cannot be 'yes'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_when_it_is_planned(
    vault: LocalVault, model: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        Kling({}).plan(model, brief(vault), options, TODAY)


def test_a_clip_that_is_too_long_is_refused_with_what_to_do(vault: LocalVault) -> None:
    with pytest.raises(UserError, match="Split the shot"):
        Kling({}).plan("kling-v2-6", brief(vault, seconds=12), {}, TODAY)


def test_voices_are_refused_with_who_makes_them() -> None:
    line = VoiceBrief(text="Here!", parenthetical="", language="en", voice=Voice())
    with pytest.raises(UserError, match="builtin/voice"):
        Kling({}).plan("kling-v3", line, {}, TODAY)


def test_a_quote_is_in_units(vault: LocalVault) -> None:
    quote = Kling({}).quote(recipe(vault), TODAY)
    assert quote.expected == Money(Decimal("2.4"), "KLINGUN")


def test_the_check_wants_both_keys(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    wanted = recipe(vault)
    with pytest.raises(UserError, match="KLING_SECRET_KEY"):
        Kling({"KLING_ACCESS_KEY": ACCESS}).check(wanted, vault)
    Kling({"KLING_ACCESS_KEY": ACCESS, "KLING_SECRET_KEY": SECRET}).check(wanted, vault)


def test_what_signs_is_asked_for_by_name_where_it_is_missing(
    vault: LocalVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = recipe(vault)
    monkeypatch.setitem(sys.modules, "jwt", None)
    keyed = Kling({"KLING_ACCESS_KEY": ACCESS, "KLING_SECRET_KEY": SECRET})
    with pytest.raises(MissingExtra, match=r"pip install 'picturelock\[kling\]'"):
        keyed.check(wanted, vault)
    with pytest.raises(MissingExtra):
        keyed.submit(wanted, OURS, vault)
    assert keyed.quote(wanted, TODAY).row


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (png(640, 200), "no side under 300 pixels"),
        (png(1280, 400), "steeper than 5:2"),
        (b"GIF89a", "cannot be read"),
    ],
)
def test_a_first_frame_that_kling_refuses_is_refused_before(
    vault: LocalVault, first: bytes, words: str
) -> None:
    wanted = recipe(vault)
    inputs = (Input(role="keyframe", digest=vault.put(first)),)
    with pytest.raises(UserError, match=words):
        adapter("http://127.0.0.1:9").check(replace(wanted, inputs=inputs), vault)


def test_a_prompt_that_is_too_long_is_refused_before(vault: LocalVault) -> None:
    with pytest.raises(UserError, match="2501 characters long"):
        adapter("http://127.0.0.1:9").check(recipe(vault, prompt="a" * 2501), vault)


# Signing


def test_a_token_names_the_customer_and_lives_half_an_hour() -> None:
    token = signing.token(Secret(ACCESS), Secret(SECRET), NOON)
    options = {"verify_exp": False, "verify_nbf": False}
    claims = jwt.decode(token.reveal(), SECRET, algorithms=["HS256"], options=options)
    now = int(NOON.timestamp())
    assert claims == {"iss": ACCESS, "exp": now + 1800, "nbf": now - 5}


@pytest.mark.parametrize(
    ("ahead", "code", "words"), [(-60.0, "1003", "ahead"), (7200.0, "1004", "far behind")]
)
def test_a_clock_that_is_wrong_is_named_as_the_cause(
    vault: LocalVault, ahead: float, code: str, words: str
) -> None:
    with emulated(clock_ahead=ahead) as (_, kling):
        said = failure(kling.submit(recipe(vault), OURS, vault))
        assert (said.kind, said.code, said.retry) == (FailureKind.UNAUTHORISED, code, Retry.AFTER_CHANGE)
        assert f"clock of this machine may be {words}" in said.message


# The paid request


def test_a_task_carries_our_name_and_ends_with_its_units(vault: LocalVault) -> None:
    with emulated() as (there, kling):
        wanted = recipe(vault, of=brief(vault, last=True))
        kling.check(wanted, vault)
        job = taken(kling, wanted, vault)
        assert kling.poll(job) == AtWork(queued=True)
        made = through(there, kling, job)
        assert isinstance(made, MadeIt)
        assert made.bill is not None
        assert made.bill.source is BillSource.ANSWER
        assert made.bill.amount.amount == there.book.net() == Decimal("2.4")
        (request,) = there.book.statement().requests
        assert request.token == OURS


@pytest.mark.parametrize(
    "model",
    ["kling-v2-5-turbo", "kling-v2-6", "kling-v3", "kling-3.0-turbo", "kling-video-o1", "kling-v3-omni"],
)
@pytest.mark.parametrize("last", [False, True])
def test_every_model_that_is_sold_takes_what_is_planned_for_it(
    vault: LocalVault, *, model: str, last: bool
) -> None:
    with emulated() as (there, kling):
        wanted = recipe(vault, model=model, of=brief(vault, last=last))
        kling.check(wanted, vault)
        job = taken(kling, wanted, vault)
        made = through(there, kling, job)
        assert isinstance(made, MadeIt)
        assert made.bill is not None
        assert made.bill.amount == kling.quote(wanted, TODAY).expected


def test_omni_models_are_asked_where_they_are(vault: LocalVault) -> None:
    with emulated() as (_, kling):
        job = taken(kling, recipe(vault, model="kling-v3-omni"), vault)
        assert job.endpoint == "/v1/videos/omni-video"
        assert isinstance(kling.poll(job), AtWork)


@pytest.mark.parametrize(
    ("settings", "kind", "retry"),
    [
        ({"trouble": 1100}, FailureKind.NO_CREDIT, Retry.AFTER_CHANGE),
        ({"trouble": 1101}, FailureKind.NO_CREDIT, Retry.AFTER_CHANGE),
        ({"balance": Decimal(1)}, FailureKind.NO_CREDIT, Retry.AFTER_CHANGE),
        ({"trouble": 1103}, FailureKind.UNAUTHORISED, Retry.AFTER_CHANGE),
        ({"trouble": 1304}, FailureKind.UNAUTHORISED, Retry.AFTER_CHANGE),
        ({"secret_key": "sk_" + "2" * 29}, FailureKind.UNAUTHORISED, Retry.AFTER_CHANGE),
        ({"faults": (Rule(fault=Fault.RATE_LIMITED),)}, FailureKind.RATE, Retry.LATER),
        ({"faults": (Rule(fault=Fault.UNAVAILABLE),)}, FailureKind.OUTAGE, Retry.LATER),
    ],
)
def test_the_code_decides_and_not_the_status(
    vault: LocalVault, settings: dict[str, Any], kind: FailureKind, retry: Retry
) -> None:
    with emulated(**settings) as (_, kling):
        said = failure(kling.submit(recipe(vault), OURS, vault))
        assert (said.kind, said.retry, said.charged) == (kind, retry, Charged.NO)


def test_too_many_tasks_at_once_are_told_from_too_many_requests(vault: LocalVault) -> None:
    with emulated(concurrency=1) as (_, kling):
        taken(kling, recipe(vault), vault)
        said = failure(kling.submit(recipe(vault, prompt="another"), "picturelock-C-2", vault))
        assert (said.kind, said.retry) == (FailureKind.CONCURRENCY, Retry.LATER)


def test_a_model_that_has_gone_since_is_retired(vault: LocalVault) -> None:
    with emulated() as (_, kling):
        old = recipe(vault, model="kling-v1-6", on=date(2026, 9, 1))
        said = failure(kling.submit(old, OURS, vault))
        assert (said.kind, said.retry) == (FailureKind.RETIRED, Retry.AFTER_CHANGE)


def test_a_refused_prompt_and_a_refused_picture_are_not_told_apart_by_guessing(vault: LocalVault) -> None:
    with emulated() as (_, kling):
        said = failure(kling.submit(recipe(vault, prompt="FLAG_INPUT"), OURS, vault))
        assert (said.kind, said.subject, said.by_chance) == (FailureKind.MODERATED_INPUT, "", False)


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.SERVER_ERROR, Fault.BAD_GATEWAY])
def test_an_answer_that_says_nothing_of_a_task_is_lost(vault: LocalVault, fault: Fault) -> None:
    with emulated(faults=(Rule(fault=fault),)) as (there, kling):
        assert isinstance(kling.submit(recipe(vault), OURS, vault), AnswerLost)
        assert len(there.book.statement().requests) == 1


def test_a_name_that_is_taken_means_that_an_earlier_request_arrived(vault: LocalVault) -> None:
    with emulated() as (there, kling):
        job = taken(kling, recipe(vault), vault)
        assert isinstance(kling.submit(recipe(vault), OURS, vault), AnswerLost)
        found = kling.locate(Sought(token=OURS, recipe=job.recipe, sent_at=NOON))
        assert found == TookIt(job=job.job, endpoint=job.endpoint)
        assert len(there.book.statement().accepted) == 1


@pytest.mark.parametrize("code", [5000, 5002])
@pytest.mark.parametrize("status", [200, 500, 504])
def test_a_failure_inside_may_have_left_a_task_whatever_its_status(code: int, status: int) -> None:
    late = said(status, {"code": code, "message": "Service timed out", "request_id": "r"})
    assert isinstance(answering.submission(late, "/"), AnswerLost)


def test_a_yes_that_names_no_task_is_no_task_and_no_refusal() -> None:
    empty = said(200, {"code": 0, "message": "SUCCEED", "request_id": "r", "data": {}})
    assert isinstance(answering.submission(empty, "/"), AnswerLost)


def test_a_code_that_is_not_known_is_read_by_its_status() -> None:
    busy = said(429, {"code": 1399, "message": "?", "request_id": "r"})
    assert failure(answering.submission(busy, "/")).kind is FailureKind.RATE
    wrong = said(400, {"code": 1299, "message": "?", "request_id": "r"})
    assert failure(answering.submission(wrong, "/")).kind is FailureKind.INVALID


def test_klings_wait_is_a_second_at_least() -> None:
    body = {"code": 1302, "message": "Requests too frequent", "request_id": "r"}
    hurried = Answered(429, {"retry-after": "0.1"}, b"", body)
    assert failure(answering.submission(hurried, "/")).after_seconds == 1.0


# Looking up


def test_a_task_whose_answer_was_lost_is_found_by_our_name(vault: LocalVault) -> None:
    with emulated(faults=(Rule(fault=Fault.LOST_AFTER),)) as (there, kling):
        wanted = recipe(vault, model="kling-v3-omni")
        assert isinstance(kling.submit(wanted, OURS, vault), AnswerLost)
        found = kling.locate(Sought(token=OURS, recipe=wanted, sent_at=NOON))
        assert isinstance(found, TookIt)
        assert [found.job] == [one.job for one in there.book.statement().accepted]


def test_a_task_that_kling_does_not_know_is_not_there(vault: LocalVault) -> None:
    with emulated(faults=(Rule(fault=Fault.LOST_BEFORE),)) as (_, kling):
        wanted = recipe(vault)
        assert isinstance(kling.submit(wanted, OURS, vault), AnswerLost)
        assert isinstance(kling.locate(Sought(token=OURS, recipe=wanted, sent_at=NOON)), NotThere)


@pytest.mark.parametrize(
    "fault", [Fault.BAD_GATEWAY, Fault.UNAVAILABLE, Fault.RATE_LIMITED, Fault.LOST_AFTER]
)
def test_a_look_up_that_is_not_answered_proves_nothing(vault: LocalVault, fault: Fault) -> None:
    with emulated(faults=(Rule(fault=fault, at=Point.READ),)) as (_, kling):
        found = kling.locate(Sought(token=OURS, recipe=recipe(vault), sent_at=NOON))
        assert isinstance(found, CannotTell)
        assert found.later


def said(status: int, body: object) -> Answered:
    data = json.dumps(body).encode()
    return Answered(status, {}, data, parsed(data))


def test_a_page_that_is_not_klings_proves_nothing() -> None:
    missing = Answered(404, {}, b"<html>not here</html>", None)
    assert isinstance(answering.located(missing, OURS, "/"), CannotTell)
    assert isinstance(answering.progress(missing, "1", NOON), NoAnswer)


def test_a_name_is_one_step_of_a_path_whatever_is_in_it(vault: LocalVault) -> None:
    with emulated() as (there, kling):
        job = taken(kling, recipe(vault), vault)
        strange = Job(job=f"x/../{job.job}", endpoint=job.endpoint, recipe=job.recipe)
        assert not isinstance(kling.poll(strange), AtWork)
        assert isinstance(through(there, kling, job), MadeIt)


def test_a_task_of_another_name_is_not_taken_for_ours() -> None:
    data = {"task_id": "7", "task_info": {"external_task_id": "another"}}
    answer = said(200, {"code": 0, "message": "SUCCEED", "request_id": "r", "data": data})
    assert isinstance(answering.located(answer, OURS, "/"), CannotTell)


# Jobs


def test_a_result_that_moderation_stops_is_a_failed_task(vault: LocalVault) -> None:
    with emulated() as (there, kling):
        ended = through(there, kling, taken(kling, recipe(vault, prompt="FLAG_OUTPUT"), vault))
        assert isinstance(ended, BrokeOff)
        assert ended.failure.kind is FailureKind.MODERATED_OUTPUT
        assert ended.failure.retry is not Retry.LATER


@pytest.mark.parametrize("charges", [False, True])
def test_a_failed_task_costs_what_it_says(vault: LocalVault, *, charges: bool) -> None:
    with emulated(faults=(Rule(fault=Fault.FAILS),), charges_failures=charges) as (there, kling):
        ended = through(there, kling, taken(kling, recipe(vault), vault))
        assert isinstance(ended, BrokeOff)
        assert ended.bill is not None
        assert ended.bill.amount.amount == there.book.net()
        assert ended.failure.charged is (Charged.YES if charges else Charged.NO)
        assert ended.failure.retry is Retry.LATER


def test_results_are_gone_after_thirty_days_though_kling_still_names_them(
    vault: LocalVault, tmp_path: Path
) -> None:
    with emulated() as (there, kling):
        job = taken(kling, recipe(vault), vault)
        made = through(there, kling, job)
        assert isinstance(made, MadeIt)
        there.advance(31 * 86_400)
        assert isinstance(kling.fetch(made.results[0], tmp_path), Expired)
        still = kling.poll(job)
        # By this machine's clock no month has passed, so it is still believed.
        assert still == made
    data = {
        "task_id": "7",
        "task_status": "succeed",
        "updated_at": int(NOON.timestamp() * 1000),
        "final_unit_deduction": "2.4",
        "task_result": {"videos": [{"url": "https://example.com/clip.mp4"}]},
    }
    answer = said(200, {"code": 0, "request_id": "r", "data": data})
    assert isinstance(answering.progress(answer, "7", NOON + timedelta(days=29)), MadeIt)
    ended = answering.progress(answer, "7", NOON + timedelta(days=31))
    assert isinstance(ended, BrokeOff)
    assert (ended.failure.kind, ended.failure.charged) == (FailureKind.GONE, Charged.YES)
    assert ended.bill is not None
    assert ended.bill.amount.amount == Decimal("2.4")


def test_a_task_cannot_be_called_off(vault: LocalVault) -> None:
    with emulated() as (there, kling):
        job = taken(kling, recipe(vault), vault)
        assert isinstance(kling.cancel(job), AtWork)
        assert isinstance(through(there, kling, job), MadeIt)


def test_a_state_that_is_not_known_ends_nothing() -> None:
    answer = said(200, {"code": 0, "request_id": "r", "data": {"task_id": "7", "task_status": "paused"}})
    assert isinstance(answering.progress(answer, "7", NOON), NoAnswer)


@given(st.decimals(min_value=0, max_value=10**6, allow_nan=False, allow_infinity=False))
def test_units_are_read_exactly_and_never_rounded_down(units: Decimal) -> None:
    data = {"task_id": "7", "task_status": "succeed", "final_unit_deduction": format(units, "f")}
    made = answering.progress(said(200, {"code": 0, "request_id": "r", "data": data}), "7", NOON)
    assert isinstance(made, MadeIt)
    assert made.bill is not None
    assert units <= made.bill.amount.amount < units + Decimal("0.000001")


@pytest.mark.parametrize("text", [None, "", "many", "NaN", "-1", "1e40", True, {}])
def test_units_that_cannot_be_read_are_no_bill(text: object) -> None:
    data = {"task_id": "7", "task_status": "succeed", "final_unit_deduction": text}
    made = answering.progress(said(200, {"code": 0, "request_id": "r", "data": data}), "7", NOON)
    assert isinstance(made, MadeIt)
    assert made.bill is None


# Callbacks


def test_a_callback_names_its_task_and_is_never_trusted(vault: LocalVault) -> None:
    flat = json.dumps({"task_id": "86", "task_status": "succeed"}).encode()
    whole = json.dumps({"code": 0, "data": {"task_id": "86"}}).encode()
    for body in (flat, whole):
        notice = Kling({}).notice({}, body, NOON)
        assert notice is not None
        assert (notice.job, notice.trusted) == ("86", False)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"task_id": 7}', b'{"task_id": ""}', b"[" * 100_000]
)
def test_what_is_no_callback_is_dropped(body: bytes) -> None:
    assert Kling({}).notice({}, body, NOON) is None


def test_kling_is_told_where_to_call_if_there_is_such_a_place(vault: LocalVault) -> None:
    with emulated() as (there, _):
        called = adapter(there.base_url, PICTURELOCK_KLING_CALLBACK="http://127.0.0.1:9/kling")
        try:
            through(there, called, taken(called, recipe(vault), vault))
        finally:
            called.close()
        assert {one.url for one in there.book.statement().deliveries} == {"http://127.0.0.1:9/kling"}


def test_keys_show_nowhere(vault: LocalVault) -> None:
    with emulated(secret_key="sk_" + "2" * 29) as (there, kling):
        answer = kling.submit(recipe(vault), OURS, vault)
        shown = (
            f"{answer!r} {kling!r} {kling.locate(Sought(token=OURS, recipe=recipe(vault), sent_at=NOON))!r}"
        )
        assert SECRET not in shown
        assert ACCESS not in shown
        assert httpx.get(f"{there.base_url}/_emulator").is_success
