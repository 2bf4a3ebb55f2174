"""What Runway's adapter asks for, and what it makes of every answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runwayml import RunwayML
from runwayml.types import image_to_video_create_params, text_to_image_create_params

from picturelock.core.anchor import CharacterAnchor, LocationAnchor, Reference
from picturelock.core.blocking import Blocking, Camera, Light
from picturelock.core.brief import Brief, ClipBrief, CompositeBrief, StillBrief, VoiceBrief
from picturelock.core.contract import Contract
from picturelock.core.digest import Digest
from picturelock.core.failures import Charged, Retry, UserError
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId, UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, BillSource, FailureKind
from picturelock.core.take import Input, Operation, Recipe
from picturelock.generate.catalogue import current
from picturelock.generate.registry import maker
from picturelock.generate.runway import Runway
from picturelock.generate.runway import adapter as runway_adapter
from picturelock.generate.runway.verdicts import in_credits, progress, submission, usage
from picturelock.generate.runway.wording import CLIPS, STILLS, body, pictures_in
from picturelock.generate.transport import Answered, Unanswered, Unsent, parsed
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    CannotTell,
    Job,
    MadeIt,
    NoAnswer,
    SaidNo,
    Sought,
    TookIt,
    Vanished,
    Vendor,
)
from picturelock.media.picture import png
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.framework import Emulator
from picturelock.testing.emulators.registry import emulator
from picturelock.testing.emulators.shapes import issues, tagged
from picturelock.vault.local import LocalVault

TODAY = date(2026, 11, 21)
CONTRACT = Contract(role="storyboard artist", purpose="a test", subject="a lamp on a table")
CAMERA = Camera(x_m=0.0, y_m=1.5, z_m=-3.0)
KEY = Digest.of(b"keyframe")
TASK = "0b0a3e0e-6f6c-4b5c-9a3a-0d6a2b9a1f11"


class Noon:
    def now(self) -> datetime:
        return datetime.combine(TODAY, time(12), UTC)


def clip(**changes: Any) -> ClipBrief:
    fields: dict[str, Any] = {
        "contract": CONTRACT,
        "camera": CAMERA,
        "camera_end": None,
        "keyframe": KEY,
        "layers": None,
        "keyframe_last": None,
        "layers_last": None,
        "frames": 96,
        "handles": 8,
        "frame_rate": FrameRate(24),
        "width": 1920,
        "height": 1080,
    }
    return ClipBrief(**{**fields, **changes})


def still(**changes: Any) -> StillBrief:
    empty = Blocking(figures=(), pieces=(), props=(), camera=CAMERA, camera_end=None, light=Light())
    fields: dict[str, Any] = {
        "contract": CONTRACT,
        "blocking": empty,
        "anchors": (),
        "width": 1920,
        "height": 1080,
    }
    return StillBrief(**{**fields, **changes})


def plan(model: str, brief: Brief, **options: Any) -> dict[str, Any]:
    return Runway({}).plan(model, brief, options, TODAY).parameters


def recipe(model: str, brief: Brief, vault: LocalVault | None = None, **options: Any) -> Recipe:
    planned = Runway({}).plan(model, brief, options, TODAY)
    animates = isinstance(brief, ClipBrief)
    inputs = {"brief": KEY}
    for role in pictures_in(planned.parameters):
        inputs[role] = KEY if vault is None else vault.put(picture(seed=len(inputs)))
    return Recipe(
        unit=UnitId("SC010_SH010.clip" if animates else "SC010_SH010.key"),
        operation=Operation.ANIMATE if animates else Operation.DRAW,
        provider="runway",
        model=planned.model,
        model_version=planned.version,
        parameters={"request": planned.parameters},
        seed=7,
        prompt="A lamp on a table.",
        inputs=tuple(Input(role=role, digest=inputs[role]) for role in sorted(inputs)),
    )


def picture(width: int = 1280, height: int = 720, seed: int = 0, *, noisy: bool = False) -> bytes:
    pixels = np.full((height, width, 3), 40 + seed, np.uint8)
    if noisy:
        pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return png(pixels)


def answered(status: int, value: object = None, **headers: str) -> Answered:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answered(status, named, data, parsed(data))


def task(status: str, **fields: Any) -> Answered:
    return answered(200, {"id": TASK, "status": status, "createdAt": "2026-11-21T10:00:00Z", **fields})


@contextmanager
def serving(tmp_path: Path, **settings: Any) -> Iterator[tuple[Runway, Emulator[Any], LocalVault]]:
    with emulator("runway", time_scale=0.0, **settings).serve() as serving:
        environment = {
            "RUNWAYML_BASE_URL": serving.base_url,
            "RUNWAYML_API_SECRET": serving.settings.key,
        }
        runway = Runway(environment, Noon())
        try:
            yield runway, serving, LocalVault(tmp_path / "vault")
        finally:
            runway.close()


def taken(runway: Runway, wanted: Recipe, vault: LocalVault) -> Job:
    answer = runway.submit(wanted, "picturelock-C-1", vault)
    assert isinstance(answer, TookIt), answer
    return Job(job=answer.job, endpoint=answer.endpoint, recipe=wanted)


# Models


def test_the_registry_builds_it_without_anything():
    assert isinstance(maker("runway"), Vendor)
    assert maker("runway").name == "runway"


def test_its_first_model_is_its_own_newest_and_every_known_model_is_in_the_catalogue():
    names = [model.name for model in Runway({}).models()]
    assert names[0] == "gen4.5"
    assert {*CLIPS, *STILLS} <= set(names)
    assert "aleph2" not in names, "a model that only changes clips is no step of a production's"


def test_prompts_are_worded_for_models_that_take_a_thousand_characters():
    assert {model.prompt_dialect for model in Runway({}).models()} == {"directorial"}


@pytest.mark.parametrize("model", CLIPS)
@pytest.mark.parametrize("shape", [(1920, 1080), (1080, 1920), (1000, 1000), (2048, 858)])
def test_every_clip_is_asked_for_as_the_vendors_library_types_it(model: str, shape: tuple[int, int]):
    shapes = tagged(image_to_video_create_params.ImageToVideoCreateParams, "model")
    brief = clip(width=shape[0], height=shape[1], keyframe_last=KEY)
    wanted = recipe(model, brief)
    entry = current().resolve(f"runway/{model}", TODAY)
    request = body(entry, wanted, dict.fromkeys(("keyframe", "keyframe_last"), "data:image/png;base64,AAAA"))
    assert issues(json.loads(msgspec.json.encode(request)), shapes[model]) == []


@pytest.mark.parametrize("model", STILLS)
@pytest.mark.parametrize("shape", [(1920, 1080), (1080, 1920), (1000, 1000), (2048, 858)])
def test_every_still_is_asked_for_as_the_vendors_library_types_it(model: str, shape: tuple[int, int]):
    shapes = tagged(text_to_image_create_params.TextToImageCreateParams, "model")
    wanted = recipe(model, still(width=shape[0], height=shape[1], anchors=(MARA, HARBOUR)))
    entry = current().resolve(f"runway/{model}", TODAY)
    roles = pictures_in(wanted.parameters["request"])
    request = body(entry, wanted, dict.fromkeys(roles, "data:image/png;base64,AAAA"))
    assert len(roles) == 3
    assert issues(json.loads(msgspec.json.encode(request)), shapes[model]) == []


def test_the_interfaces_version_is_the_one_that_the_vendors_library_sends():
    library = RunwayML(api_key="key_0", max_retries=0)
    try:
        assert library.runway_version == runway_adapter.VERSION
        assert str(library.base_url).rstrip("/") == runway_adapter.DOOR.url
    finally:
        library.close()


# Plans


def test_a_clip_is_as_long_as_its_frames_with_both_handles_and_not_a_second_longer():
    assert plan("gen4.5", clip(frames=104, handles=8))["duration"] == 5
    assert plan("gen4.5", clip(frames=105, handles=8))["duration"] == 6
    assert plan("gen4.5", clip(frames=104, handles=8, frame_rate=FrameRate(24000, 1001)))["duration"] == 6


def test_lengths_that_a_model_sells_only_in_steps_are_rounded_up():
    assert plan("veo3.1", clip(frames=100, handles=8))["duration"] == 6
    assert plan("kling2.5_turbo_pro", clip(frames=130, handles=8))["duration"] == 10


@given(st.integers(1, 224), st.integers(0, 8), st.sampled_from(["23.976", "24", "25", "30", "59.94"]))
def test_what_is_ordered_always_holds_what_is_needed(frames: int, handles: int, rate: str):
    brief = clip(frames=frames, handles=handles, frame_rate=FrameRate.parse(rate))
    needed = brief.frame_rate.seconds(frames + 2 * handles)
    if needed <= 10:
        ordered = plan("gen4.5", brief)["duration"]
        assert ordered == max(2, -(-needed.numerator // needed.denominator))
    else:
        with pytest.raises(UserError, match="up to 10 s"):
            plan("gen4.5", brief)


def test_the_nearest_size_of_a_known_price_is_taken():
    assert plan("gen4.5", clip(width=1000, height=1000))["ratio"] == "960:960"
    assert plan("gen4_image", still(width=1920, height=1080))["ratio"] == "1920:1080"
    # 1808x768 is nearer to scope and has no price that is known; 1680x720 is as good and has one.
    assert plan("gen4_image", still(width=2048, height=858))["ratio"] == "1680:720"


def test_a_quality_by_name_decides_the_size():
    assert plan("seedance2", clip())["ratio"] == "1920:1080"
    assert plan("seedance2", clip(), quality="480p")["ratio"] == "864:496"
    assert plan("hailuo3", clip(), quality="2k") | {"promptImage": 0} == {
        "promptImage": 0,
        "duration": 5,
        "ratio": "16:9",
        "resolution": "2k",
    }


def test_sound_is_asked_for_in_so_many_words_or_not_at_all():
    assert plan("veo3.1", clip())["audio"] is False
    assert plan("veo3.1", clip(), audio=True)["audio"] is True
    assert "audio" not in plan("gen4.5", clip())
    with pytest.raises(UserError, match="makes no sound"):
        plan("gen4.5", clip(), audio=True)


def test_a_last_frame_goes_only_to_models_that_take_one():
    both = clip(keyframe_last=KEY)
    assert [p["position"] for p in plan("veo3.1", both)["promptImage"]] == ["first", "last"]
    assert [p["position"] for p in plan("gen4.5", both)["promptImage"]] == ["first"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"qualty": "720p"}, "qualty"),
        ({"quality": "8k"}, "8k"),
        ({"quality": 720}, "720"),
        ({"audio": "yes"}, "audio"),
        ({"public_figures": "off"}, "public_figures"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], says: str):
    with pytest.raises(UserError, match=says):
        plan("gen4.5", clip(), **options)


def test_how_strictly_public_figures_are_looked_for_is_always_said():
    assert plan("gen4.5", clip())["contentModeration"] == {"publicFigureThreshold": "auto"}
    relaxed = plan("gen4_turbo", clip(), public_figures="low")
    assert relaxed["contentModeration"] == {"publicFigureThreshold": "low"}


@pytest.mark.parametrize(
    "brief",
    [
        still(plate="char_mara"),
        CompositeBrief(contract=CONTRACT, plates=(), width=64, height=64),
        VoiceBrief(
            text="Hello.",
            parenthetical="",
            language="en",
            voice=CharacterAnchor(id=AnchorId("char_mara"), name="Mara").voice,
        ),
    ],
)
def test_what_no_model_of_its_makes_is_refused_with_who_does(brief: Brief):
    with pytest.raises(UserError) as refused:
        plan("gen4_image", brief)
    assert "builtin/" in refused.value.remedy


MARA = CharacterAnchor(
    id=AnchorId("char_mara"),
    name="Mara",
    references=tuple(Reference(media=Digest.of(bytes([n]))) for n in range(3)),
)
HARBOUR = LocationAnchor(
    id=AnchorId("loc_harbour"), name="Harbour", references=(Reference(media=Digest.of(b"harbour")),)
)


def test_each_anchor_is_seen_once_before_any_is_seen_twice():
    chosen = plan("gen4_image", still(anchors=(MARA, HARBOUR)))["referenceImages"]
    assert chosen == [
        {"tag": "mara", "uri": "reference:char_mara:0"},
        {"tag": "harbour", "uri": "reference:loc_harbour:0"},
        {"tag": "mara2", "uri": "reference:char_mara:1"},
    ]


@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30), min_size=1, max_size=3)
)
def test_tags_are_always_such_as_the_vendor_takes(names: list[str]):
    anchors = tuple(
        CharacterAnchor(id=AnchorId(f"char_{name}"), name=name, references=MARA.references[:1])
        for name in dict.fromkeys(names)
    )
    tags = [one["tag"] for one in plan("gen4_image", still(anchors=anchors))["referenceImages"]]
    assert len(set(tags)) == len(tags)
    for tag in tags:
        assert 3 <= len(tag) <= 16
        assert tag[0].isascii()
        assert tag[0].isalpha()
        assert tag.isascii()
        assert tag.replace("_", "a").isalnum()


def test_references_are_named_in_the_prompt_where_there_is_room():
    entry = current().resolve("runway/gen4_image", TODAY)
    wanted = recipe("gen4_image", still(anchors=(MARA,)))
    pictures = dict.fromkeys(pictures_in(wanted.parameters["request"]), "data:")
    assert (
        body(entry, wanted, pictures)["promptText"] == "A lamp on a table. References: @mara, @mara2, @mara3."
    )
    full = msgspec.structs.replace(wanted, prompt="x" * 990)
    assert body(entry, full, pictures)["promptText"] == "x" * 990


def test_a_seed_is_kept_within_what_the_vendor_takes():
    entry = current().resolve("runway/gen4.5", TODAY)
    wanted = msgspec.structs.replace(recipe("gen4.5", clip()), seed=(1 << 32) + 5)
    assert body(entry, wanted, {"keyframe": "data:"})["seed"] == 5


def test_the_models_of_others_keep_their_own_rules():
    with pytest.raises(UserError, match="up to 8 s"):
        plan("veo3.1", clip(frames=220))
    assert "seed" not in body(
        current().resolve("runway/kling3.0_pro", TODAY), recipe("kling3.0_pro", clip()), {"keyframe": "data:"}
    )
    assert plan("kling3.0_pro", clip())["cfgScale"] == 0.5


# Quotes and checks


@pytest.mark.parametrize(
    ("model", "brief", "options", "amount"),
    [
        ("gen4.5", clip(), {}, 60),
        ("gen4_turbo", clip(), {}, 25),
        ("veo3.1", clip(), {}, 120),
        ("veo3.1", clip(), {"audio": True}, 240),
        ("seedance2", clip(), {"quality": "4k"}, 750),
        ("seedance2_mini", clip(frames=48), {}, 64),
        ("hailuo3", clip(), {"quality": "2k"}, 75),
        ("gen4_image", still(), {}, 8),
        ("gen4_image", still(width=1280, height=720), {}, 5),
        ("gen4_image_turbo", still(anchors=(MARA,)), {}, 2),
    ],
)
def test_quotes_are_the_vendors_credits(model: str, brief: Brief, options: dict[str, Any], amount: int):
    quote = Runway({}).quote(recipe(model, brief, **options), TODAY)
    assert quote.low == quote.expected == quote.high == Money(amount, "RUNWAYCR")


def test_a_prompt_is_counted_as_the_vendor_counts_it(tmp_path: Path):
    with serving(tmp_path) as (runway, _, vault):
        wanted = recipe("gen4.5", clip(), vault)
        runway.check(msgspec.structs.replace(wanted, prompt="\N{OIL DRUM}" * 500), vault)
        with pytest.raises(UserError, match="UTF-16"):
            runway.check(msgspec.structs.replace(wanted, prompt="\N{OIL DRUM}" * 501), vault)


def test_a_check_finds_what_the_vendor_would_find_later(tmp_path: Path):
    with serving(tmp_path) as (runway, book, vault):
        wanted = recipe("gen4.5", clip(), vault)
        no_picture = msgspec.structs.replace(wanted, inputs=())
        with pytest.raises(UserError, match="keyframe"):
            runway.check(no_picture, vault)
        text = msgspec.structs.replace(wanted, inputs=(Input(role="keyframe", digest=vault.put(b"<html>")),))
        with pytest.raises(UserError, match="PNG or JPEG"):
            runway.check(text, vault)
        with pytest.raises(UserError, match="no request to runway"):
            runway.check(msgspec.structs.replace(wanted, parameters={}), vault)
        with pytest.raises(UserError, match="text only"):
            runway.check(recipe("gen4_image_turbo", still(), vault), vault)
        assert book.book.statement().requests == ()


def test_a_key_is_asked_for_by_name(tmp_path: Path):
    vault = LocalVault(tmp_path)
    with pytest.raises(UserError, match="RUNWAYML_API_SECRET"):
        Runway({}, Noon()).check(recipe("gen4.5", clip(), vault), vault)


def test_an_accounts_tier_is_taken_from_the_environment():
    assert Runway({}).terms().concurrency == 1
    assert Runway({"PICTURELOCK_RUNWAY_CONCURRENCY": "20"}).terms().concurrency == 20


# Answers to a request


def test_a_request_that_never_left_may_be_sent_again():
    answer = submission(Unsent("no connection"))
    assert isinstance(answer, SaidNo)
    assert answer.failure.kind is FailureKind.OUTAGE
    assert answer.failure.retry is Retry.LATER
    assert answer.failure.charged is Charged.NO


@pytest.mark.parametrize(
    "outcome",
    [
        Unanswered("the connection broke"),
        answered(200, {"estimatedCost": {"credits": 60}}),
        answered(200, {"id": ""}),
        answered(200, {"id": 7}),
        answered(200, ["id"]),
        answered(500, {"error": "Something broke."}),
        answered(504, {"error": "Overloaded."}),
        answered(408, {"error": "Too slow."}),
    ],
)
def test_whatever_does_not_tell_is_in_doubt(outcome: Answered | Unanswered):
    assert isinstance(submission(outcome), AnswerLost)


@pytest.mark.parametrize("status", [502, 503])
def test_a_request_is_turned_away_while_the_vendor_sheds_load(status: int):
    answer = submission(answered(status, {"error": "Busy."}, retry_after="30"))
    assert isinstance(answer, SaidNo)
    assert (answer.failure.kind, answer.failure.retry) == (FailureKind.OUTAGE, Retry.LATER)
    assert answer.failure.after_seconds == 30.0


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "Validation of body failed", FailureKind.INVALID),
        (400, "You do not have enough credits to run this task.", FailureKind.NO_CREDIT),
        (401, "The API key is not valid.", FailureKind.UNAUTHORISED),
        (403, "Not yours.", FailureKind.UNAUTHORISED),
        (404, "No such endpoint.", FailureKind.INVALID),
        (410, "This model is gone.", FailureKind.RETIRED),
        (413, "Too large.", FailureKind.INVALID),
    ],
)
def test_a_clear_no_waits_for_a_change(status: int, words: str, kind: FailureKind):
    answer = submission(answered(status, {"error": words}))
    assert isinstance(answer, SaidNo)
    assert answer.failure.kind is kind
    assert answer.failure.retry is Retry.AFTER_CHANGE
    assert answer.failure.charged is Charged.NO
    assert words in answer.failure.message


def test_the_days_limit_is_a_no_for_now_that_names_no_time(tmp_path: Path):
    with serving(tmp_path, daily=1) as (runway, _, vault):
        wanted = recipe("gen4.5", clip(), vault)
        taken(runway, wanted, vault)
        answer = runway.submit(wanted, "t", vault)
    assert isinstance(answer, SaidNo)
    assert (answer.failure.kind, answer.failure.retry) == (FailureKind.RATE, Retry.LATER)
    assert answer.failure.after_seconds is None
    assert "limit" in answer.failure.message


def test_an_empty_account_is_told_apart_from_a_wrong_request(tmp_path: Path):
    with serving(tmp_path, balance=10) as (runway, _, vault):
        answer = runway.submit(recipe("gen4.5", clip(), vault), "t", vault)
    assert isinstance(answer, SaidNo)
    assert answer.failure.kind is FailureKind.NO_CREDIT


def test_the_estimate_is_kept():
    answer = submission(answered(200, {"id": TASK, "estimatedCost": {"credits": 60.0}}))
    assert answer == TookIt(job=TASK, endpoint="/v1/tasks", estimate=Money(60, "RUNWAYCR"))


# Answers to a question


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED"])
def test_a_task_that_waits_its_turn_has_not_failed(status: str):
    assert progress(task(status, estimatedCost={"credits": 60}), TASK) == AtWork(queued=True)


@pytest.mark.parametrize(("told", "share"), [(0.4, 0.4), (7, 1.0), (-1, 0.0), ("half", None), (None, None)])
def test_a_running_task_says_how_far_it_is_where_it_can(told: object, share: float | None):
    assert progress(task("RUNNING", progress=told), TASK) == AtWork(share=share)


def test_a_task_that_succeeded_is_billed_what_it_cost():
    done = progress(
        task("SUCCEEDED", cost={"credits": 57}, output=["https://a/1.mp4", "https://a/2.mp4"]), TASK
    )
    assert done == MadeIt(
        results=("https://a/1.mp4", "https://a/2.mp4"),
        bill=Bill(amount=Money(57, "RUNWAYCR"), source=BillSource.ANSWER),
        job=TASK,
        endpoint="/v1/tasks",
    )


@pytest.mark.parametrize("output", [None, [], "https://a/1.mp4", [None, 3]])
def test_a_task_that_succeeded_with_nothing_has_no_results(output: object):
    done = progress(task("SUCCEEDED", cost={"credits": 60}, output=output), TASK)
    assert isinstance(done, MadeIt)
    assert done.results == ()


@pytest.mark.parametrize(
    ("code", "kind", "retry", "subject"),
    [
        ("SAFETY.INPUT.TEXT", FailureKind.MODERATED_INPUT, Retry.AFTER_CHANGE, "prompt"),
        ("SAFETY.INPUT.IMAGE", FailureKind.MODERATED_INPUT, Retry.AFTER_CHANGE, "image"),
        ("SAFETY.INPUT.AUDIO", FailureKind.MODERATED_INPUT, Retry.AFTER_CHANGE, ""),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", FailureKind.MODERATED_INPUT, Retry.AFTER_CHANGE, "prompt"),
        ("THIRD_PARTY.SAFETY", FailureKind.MODERATED_INPUT, Retry.AFTER_CHANGE, ""),
        ("SAFETY.OUTPUT.VIDEO", FailureKind.MODERATED_OUTPUT, Retry.AFTER_CHANGE, ""),
        ("INTERNAL.BAD_OUTPUT.CODE01", FailureKind.BAD_OUTPUT, Retry.LATER, ""),
        ("INTERNAL", FailureKind.OUTAGE, Retry.LATER, ""),
        ("INPUT_PREPROCESSING.INTERNAL", FailureKind.OUTAGE, Retry.LATER, ""),
        ("THIRD_PARTY.UNAVAILABLE", FailureKind.OUTAGE, Retry.LATER, ""),
        ("INPUT.INVALID", FailureKind.INVALID, Retry.AFTER_CHANGE, ""),
        ("ASSET.INVALID", FailureKind.INVALID, Retry.AFTER_CHANGE, ""),
        ("SOMETHING.NEW", FailureKind.UNKNOWN, Retry.LATER, ""),
        (None, FailureKind.UNKNOWN, Retry.LATER, ""),
    ],
)
def test_every_failure_code_has_its_meaning(code: str | None, kind: FailureKind, retry: Retry, subject: str):
    fields = {"failureCode": code} if code else {}
    failed = progress(task("FAILED", cost={"credits": 0}, failure="It did not work.", **fields), TASK)
    assert isinstance(failed, BrokeOff)
    failure = failed.failure
    assert (failure.kind, failure.retry, failure.subject) == (kind, retry, subject)
    assert failure.message == "It did not work."
    assert failure.by_chance is (kind is FailureKind.MODERATED_OUTPUT)
    assert failed.bill == Bill(amount=Money(0, "RUNWAYCR"), source=BillSource.ANSWER)
    assert failure.charged is Charged.NO


def test_what_a_failure_cost_is_taken_from_the_task_and_not_from_the_rule():
    failed = progress(
        task("FAILED", cost={"credits": 60}, failure="x", failureCode="SAFETY.OUTPUT.VIDEO"), TASK
    )
    assert isinstance(failed, BrokeOff)
    assert failed.failure.charged is Charged.YES
    silent = progress(task("FAILED", failure="x", failureCode="INTERNAL"), TASK)
    assert isinstance(silent, BrokeOff)
    assert (silent.bill, silent.failure.charged) == (None, Charged.UNKNOWN)


@pytest.mark.parametrize(
    ("outcome", "limited"),
    [
        (Unsent("no connection"), False),
        (Unanswered("it broke"), False),
        (answered(404, b"<html>nginx</html>"), False),
        (answered(401, {"error": "no"}), False),
        (answered(429, {"error": "slowly"}), True),
        (answered(503, {"error": "later"}), False),
        (answered(200, b"not json"), False),
        (answered(200, {"id": "another", "status": "SUCCEEDED"}), False),
        (task("REVIEWING"), False),
        (answered(200, {"id": TASK}), False),
    ],
)
def test_whatever_is_no_word_on_the_task_changes_nothing(outcome: Any, *, limited: bool):
    heard = progress(outcome, TASK)
    assert isinstance(heard, NoAnswer)
    assert heard.rate_limited is limited


def test_a_task_that_runway_does_not_know_has_vanished():
    assert isinstance(progress(answered(404, {"error": "No task was found."}), TASK), Vanished)


@given(st.one_of(st.integers(), st.decimals(), st.floats(), st.text(), st.booleans(), st.none()))
def test_only_an_amount_is_an_amount(value: Any):
    found = in_credits(value)
    if found is not None:
        assert isinstance(value, int | Decimal)
        assert not isinstance(value, bool)
        assert found.amount == value
        assert found.amount >= 0


# Traps


def test_more_tasks_than_the_tier_runs_are_taken_wait_and_end(tmp_path: Path):
    with serving(tmp_path, tier=1) as (runway, book, vault):
        jobs = [taken(runway, recipe("gen4.5", clip(), vault), vault) for _ in range(3)]
        book.advance(10)
        standing = [runway.poll(job) for job in jobs]
        assert [isinstance(s, AtWork) and s.queued for s in standing] == [False, True, True]
        book.advance(600)
        assert all(isinstance(runway.poll(job), MadeIt) for job in jobs)


@pytest.mark.parametrize("given_back", [True, False])
def test_a_moderated_result_costs_what_the_task_says(tmp_path: Path, *, given_back: bool):
    with serving(tmp_path, refunds_moderated_output=given_back) as (runway, book, vault):
        wanted = msgspec.structs.replace(recipe("gen4.5", clip(), vault), prompt="FLAG_OUTPUT")
        job = taken(runway, wanted, vault)
        book.advance(600)
        failed = runway.poll(job)
        assert isinstance(failed, BrokeOff)
        assert failed.bill is not None
        assert failed.bill.amount.amount == book.book.net() == (0 if given_back else 60)
        assert runway.rule(wanted, failed.failure) is None, "no rule is published, so none is applied"


@pytest.mark.parametrize("refunded", [1.0, 0.0])
def test_a_task_called_off_before_it_ran_costs_what_the_task_says(tmp_path: Path, refunded: float):
    with serving(tmp_path, refunds_waiting=refunded) as (runway, book, vault):
        job = taken(runway, recipe("gen4.5", clip(), vault), vault)
        said = runway.cancel(job)
        assert isinstance(said, BrokeOff)
        assert said.cancelled
        assert said.bill is not None
        assert said.bill.amount.amount == book.book.net()


def test_a_running_task_that_is_called_off_and_forgotten_is_booked_in_full(tmp_path: Path):
    with serving(tmp_path, forgets_cancelled=0.0) as (runway, book, vault):
        job = taken(runway, recipe("gen4.5", clip(), vault), vault)
        book.advance(10)
        said = runway.cancel(job)
        assert isinstance(said, BrokeOff)
        assert said.cancelled
        assert said.bill == Bill(amount=Money(60, "RUNWAYCR"), source=BillSource.RULE)
        assert book.book.net() == 60


def test_a_waiting_task_that_is_called_off_and_forgotten_leaves_its_cost_open(tmp_path: Path):
    with serving(tmp_path, forgets_cancelled=0.0) as (runway, _, vault):
        job = taken(runway, recipe("gen4.5", clip(), vault), vault)
        said = runway.cancel(job)
    assert isinstance(said, BrokeOff)
    assert said.cancelled
    assert (said.bill, said.failure.charged) == (None, Charged.UNKNOWN)


def test_a_cost_that_falls_later_is_seen_by_who_asks_again(tmp_path: Path):
    with serving(tmp_path, late_refund=0.5) as (runway, book, vault):
        job = taken(runway, recipe("gen4.5", clip(), vault), vault)
        book.advance(600)
        first = runway.poll(job)
        book.advance(7200)
        second = runway.poll(job)
    assert isinstance(first, MadeIt)
    assert isinstance(second, MadeIt)
    assert first.bill is not None
    assert second.bill is not None
    assert (first.bill.amount.amount, second.bill.amount.amount) == (60, 30)


def test_a_picture_too_large_for_the_request_is_left_with_the_vendor(tmp_path: Path):
    with serving(tmp_path) as (runway, book, vault):
        large = picture(noisy=True, width=1600, height=1000)
        assert len(large) > 4_000_000
        wanted = recipe("gen4.5", clip(), vault)
        inputs = (Input(role="keyframe", digest=vault.put(large)),)
        wanted = msgspec.structs.replace(wanted, inputs=inputs)
        runway.check(wanted, vault)
        job = taken(runway, wanted, vault)
        statement = book.book.statement()
        assert statement.visits == {"POST /v1/uploads": 1, "POST /uploaded/{name}": 1}
        book.advance(600)
        assert isinstance(runway.poll(job), MadeIt)


def test_nothing_is_paid_while_a_picture_cannot_be_left(tmp_path: Path):
    with serving(tmp_path) as (runway, book, vault):
        inputs = (Input(role="keyframe", digest=vault.put(picture(noisy=True, width=1600, height=1000))),)
        wanted = msgspec.structs.replace(recipe("gen4.5", clip(), vault), inputs=inputs)
        for path in ("/v1/uploads", "/uploaded/"):
            for fault in (Fault.UNAVAILABLE, Fault.LOST_BEFORE):
                book.misbehave(Rule(fault=fault, at=Point.READ, path=path))
                answer = runway.submit(wanted, "t", vault)
                assert isinstance(answer, SaidNo), answer
                assert (answer.failure.kind, answer.failure.retry) == (FailureKind.OUTAGE, Retry.LATER)
        assert book.book.statement().requests == ()


def test_a_lost_task_comes_before_a_person_with_what_the_account_was_charged(tmp_path: Path):
    with serving(tmp_path) as (runway, book, vault):
        wanted = recipe("gen4.5", clip(), vault)
        taken(runway, wanted, vault)
        taken(runway, wanted, vault)
        found = runway.locate(Sought(token=TASK, recipe=wanted, sent_at=book.clock.now()))
    assert isinstance(found, CannotTell)
    assert "120 credits for gen4.5" in found.evidence
    assert not found.later


@pytest.mark.parametrize(
    ("outcome", "later"),
    [
        (Unsent("x"), True),
        (Unanswered("x"), True),
        (answered(503, {"error": "x"}), True),
        (answered(429, {"error": "x"}), True),
        (answered(401, {"error": "x"}), False),
        (
            answered(200, {"results": [None, {"usedCredits": [3, {"model": "gen4.5", "amount": True}]}]}),
            False,
        ),
    ],
)
def test_usage_never_proves_anything_and_survives_any_answer(outcome: Any, *, later: bool):
    assert usage(outcome, "gen4.5", TODAY).later is later


def test_a_jobs_name_is_no_path(tmp_path: Path):
    with serving(tmp_path) as (runway, book, vault):
        job = Job(job="../organization?x=/", endpoint="", recipe=recipe("gen4.5", clip(), vault))
        assert not isinstance(runway.poll(job), MadeIt | AtWork)
        assert "GET /v1/organization" not in book.book.statement().visits


def test_there_are_no_webhooks():
    assert Runway({}).notice({"authorization": "x"}, b'{"id": "x"}', Noon().now()) is None
