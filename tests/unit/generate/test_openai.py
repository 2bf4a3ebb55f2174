"""OpenAI's adapter against an emulated OpenAI, over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from picturelock.core.anchor import CharacterAnchor, Reference, Voice
from picturelock.core.blocking import Blocking, Camera, Light
from picturelock.core.brief import StillBrief, VoiceBrief
from picturelock.core.contract import Contract
from picturelock.core.digest import Digest
from picturelock.core.failures import Charged, Retry, UserError
from picturelock.core.ids import AnchorId, UnitId
from picturelock.core.paidcall import BillSource, FailureKind, VendorFailure
from picturelock.core.take import Input, Operation, Recipe
from picturelock.generate.openai import OpenAI
from picturelock.generate.openai.asking import MASK, PICTURE, asked
from picturelock.generate.vendor import (
    AnswerLost,
    Job,
    Lookup,
    MadeIt,
    SaidNo,
    Submission,
    Unusable,
    Vanished,
    Vendor,
)
from picturelock.media import picture
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.openai import OpenAI as Emulated
from picturelock.vault.local import LocalVault

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
KEY = "sk-proj-" + "0" * 32
ADMIN = "sk-admin-" + "0" * 32
MODEL = "gpt-image-2-2026-04-21"
ANA = AnchorId("char_ana")


class Noon:
    def now(self) -> datetime:
        return NOON


@contextmanager
def emulated(**settings: Any) -> Iterator[tuple[Emulated, OpenAI]]:
    """An emulated OpenAI whose seconds pass a thousand times as fast, and the adapter that asks it."""
    given = {"seed": 4, "time_scale": 1000.0, "starts": NOON, "longest_side": 64} | settings
    with Emulated.set_up(**given).serve() as there:
        yield there, adapter(there.base_url)


def adapter(url: str, *, admin: bool = True, submit_seconds: float = 20.0, key: str = KEY) -> OpenAI:
    environment = {"PICTURELOCK_OPENAI_URL": f"{url}/v1", "OPENAI_API_KEY": key}
    if admin:
        environment["OPENAI_ADMIN_KEY"] = ADMIN
    return OpenAI(environment, Noon(), submit_seconds)


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def brief(*, plate: str = "", references: int = 0, vault: LocalVault | None = None) -> StillBrief:
    shown = tuple(Reference(media=vault.put(png(n))) for n in range(references)) if vault else ()
    return StillBrief(
        contract=Contract(role="artist", purpose="it opens the film", subject="a lighthouse"),
        blocking=Blocking(
            figures=(),
            pieces=(),
            props=(),
            camera=Camera(x_m=0, y_m=1.6, z_m=-4),
            camera_end=None,
            light=Light(),
        ),
        anchors=(CharacterAnchor(id=ANA, name="Ana", references=shown),) if shown else (),
        width=1280,
        height=720,
        plate=plate,
    )


def png(shade: int, size: tuple[int, int] = (64, 48), *, alpha: bool = False) -> bytes:
    pixels = np.full((size[1], size[0], 4 if alpha else 3), shade % 256, np.uint8)
    return picture.png(pixels)


def recipe(
    *,
    model: str = "gpt-image-2",
    prompt: str = "a lighthouse at dusk",
    options: dict[str, Any] | None = None,
    of: StillBrief | None = None,
    vault: LocalVault | None = None,
    **pictures: bytes,
) -> Recipe:
    made_of = of or brief()
    planned = OpenAI().plan(model, made_of, {"quality": "low"} if options is None else options, TODAY)
    inputs = [
        Input(role=f"reference:{anchor.id}:{n}", digest=shown.media)
        for anchor in made_of.anchors
        for n, shown in enumerate(anchor.references)
    ]
    if vault is not None:
        inputs += [Input(role=role, digest=vault.put(data)) for role, data in pictures.items()]
    return Recipe(
        unit=UnitId("SC010_SH020.key"),
        operation=Operation.DRAW,
        provider="openai",
        model=planned.model,
        model_version=planned.version,
        parameters={"request": planned.parameters},
        prompt=prompt,
        inputs=tuple(sorted(inputs, key=lambda given: given.role)),
    )


def failure(answer: Submission) -> VendorFailure:
    assert isinstance(answer, SaidNo)
    return answer.failure


# Before anything is sent


def test_it_is_a_vendor_without_key_sdk_or_network() -> None:
    vendor = OpenAI(environment={})
    assert isinstance(vendor, Vendor)
    assert vendor.terms().lookup is Lookup.BY_USAGE
    assert vendor.terms().settle_seconds > vendor.terms().submit_timeout_seconds
    assert {"gpt-image-2", "gpt-image-2.5-flare"} <= {model.name for model in vendor.models()}


def test_an_alias_is_pinned_and_every_choice_written_down() -> None:
    planned = OpenAI().plan("gpt-image-2", brief(), {}, TODAY)
    assert planned.version == MODEL
    assert planned.parameters == {
        "size": "1280x720",
        "quality": "medium",
        "background": "opaque",
        "output_format": "png",
        "moderation": "auto",
        "n": 1,
    }


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("gpt-image-1", {}, "retired"),
        ("gpt-image-9", {}, "has no model"),
        ("sora-2", {}, "retired"),
        ("gpt-image-2", {"qualty": "low"}, "has no option 'qualty'"),
        ("gpt-image-2", {"quality": "xhigh"}, "quality cannot be 'xhigh'"),
        ("gpt-image-2", {"moderation": "off"}, "moderation cannot be 'off'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_when_it_is_planned(
    model: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        OpenAI().plan(model, brief(), options, TODAY)


def test_voices_and_clips_are_refused_with_who_makes_them() -> None:
    line = VoiceBrief(text="Here!", parenthetical="", language="en", voice=Voice())
    with pytest.raises(UserError, match="builtin/voice"):
        OpenAI().plan("gpt-image-2", line, {}, TODAY)


def test_a_plate_needs_a_model_that_draws_on_a_transparent_ground() -> None:
    with pytest.raises(UserError, match="sunburst"):
        OpenAI().plan("gpt-image-2", brief(plate="ana"), {}, TODAY)
    planned = OpenAI().plan("gpt-image-2.5-sunburst", brief(plate="ana"), {}, TODAY)
    assert planned.parameters["background"] == "transparent"
    behind = OpenAI().plan("gpt-image-2", brief(plate="background"), {}, TODAY)
    assert behind.parameters["background"] == "opaque"


def test_the_quote_is_in_dollars_and_says_where_its_price_is_from() -> None:
    quote = OpenAI().quote(recipe(), TODAY)
    assert quote.low.currency == "USD"
    assert quote.low <= quote.expected <= quote.high
    assert "seen 2026-10-21" in quote.row


def test_a_model_that_has_gone_is_not_quoted() -> None:
    old = recipe(model="gpt-image-1.5")
    with pytest.raises(UserError, match="retired on 2026-12-01"):
        OpenAI().quote(old, date(2026, 12, 1))


def test_the_check_wants_a_key_and_names_its_variable(
    vault: LocalVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(UserError, match="OPENAI_API_KEY"):
        OpenAI({}, Noon()).check(recipe(), vault)
    OpenAI({"OPENAI_API_KEY": KEY}, Noon()).check(recipe(), vault)


def test_more_references_than_the_model_takes_are_left_out_last_ones_first(vault: LocalVault) -> None:
    many = recipe(of=brief(references=20, vault=vault))
    assert many.parameters["request"]["image"][0] == "reference:char_ana:0"
    assert len(asked(many).pictures) == 16
    OpenAI({"OPENAI_API_KEY": KEY}, Noon()).check(many, vault)


def test_a_prompt_names_the_pictures_that_go_with_it(vault: LocalVault) -> None:
    shown = asked(recipe(of=brief(references=2, vault=vault), vault=vault, **{PICTURE: png(7)}))
    assert "1 is to be changed, 2 shows char_ana, 3 shows char_ana" in str(shown.fields["prompt"])


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (png(0, alpha=False), "no transparent part"),
        (png(0, (32, 32), alpha=True), "32x32, and its picture is 64x48"),
        (picture.jpeg(np.zeros((48, 64, 3), np.uint8)), "is no PNG"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused_before_it_is_paid_for(
    vault: LocalVault, mask: bytes, words: str
) -> None:
    wrong = recipe(vault=vault, **{PICTURE: png(9), MASK: mask})
    with pytest.raises(UserError, match=words):
        OpenAI({"OPENAI_API_KEY": KEY}, Noon()).check(wrong, vault)


def test_a_mask_of_four_megabytes_is_refused(vault: LocalVault) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1024, 1024, 4), np.uint8)
    shot = recipe(vault=vault, **{PICTURE: png(9, (1024, 1024)), MASK: picture.png(noise)})
    with pytest.raises(UserError, match="fewer than 4000000 are taken"):
        OpenAI({"OPENAI_API_KEY": KEY}, Noon()).check(shot, vault)


def test_a_mask_without_a_picture_is_refused(vault: LocalVault) -> None:
    with pytest.raises(UserError, match="no picture that it belongs to"):
        OpenAI().check(recipe(vault=vault, **{MASK: png(0, alpha=True)}), vault)


def test_a_reference_that_is_no_picture_is_refused(vault: LocalVault) -> None:
    wrong = recipe(vault=vault, **{PICTURE: b"<html>not here</html>"})
    with pytest.raises(UserError, match="no picture"):
        OpenAI({"OPENAI_API_KEY": KEY}, Noon()).check(wrong, vault)


# The paid request


def test_a_picture_comes_with_its_answer_and_its_tokens_with_their_price(vault: LocalVault) -> None:
    with emulated() as (there, openai):
        made = openai.submit(recipe(), "picturelock-C-1", vault)
        assert isinstance(made, MadeIt)
        (result,) = made.results
        assert picture.header(vault.read(Digest(result))).kind == "png"
        assert made.bill is not None
        assert made.bill.source is BillSource.ANSWER
        assert made.bill.amount.amount == there.book.net()
        assert made.bill.tokens > 0
        (request,) = there.book.statement().requests
        assert request.token == "picturelock-C-1"  # noqa: S105
        assert request.path == "/v1/images/generations"


def test_the_bill_lies_within_the_quote(vault: LocalVault) -> None:
    with emulated() as (_, openai):
        wanted = recipe(of=brief(references=2, vault=vault))
        quote = openai.quote(wanted, TODAY)
        made = openai.submit(wanted, "t", vault)
        assert isinstance(made, MadeIt)
        assert made.bill is not None
        assert quote.low <= made.bill.amount <= quote.high


def test_references_and_a_mask_go_as_an_edit_of_the_first_picture(vault: LocalVault) -> None:
    with emulated() as (there, openai):
        wanted = recipe(
            of=brief(references=2, vault=vault),
            vault=vault,
            **{PICTURE: png(200), MASK: png(0, alpha=True)},
        )
        openai.check(wanted, vault)
        made = openai.submit(wanted, "t", vault)
        assert isinstance(made, MadeIt)
        assert there.book.statement().requests[0].path == "/v1/images/edits"
        assert there.book.net() == made.bill.amount.amount if made.bill else False


@pytest.mark.parametrize(
    "fault", [Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.BAD_GATEWAY, Fault.SERVER_ERROR]
)
def test_an_answer_that_is_lost_is_said_to_be_lost_and_nothing_is_sent_again(
    vault: LocalVault, fault: Fault
) -> None:
    with emulated(faults=(Rule(fault=fault),)) as (there, openai):
        assert isinstance(openai.submit(recipe(), "t", vault), AnswerLost)
        assert len(there.book.statement().requests) == 1


@pytest.mark.parametrize("fault", [Fault.FAILS, Fault.HANGS])
def test_a_request_that_fails_at_work_may_have_been_charged(vault: LocalVault, fault: Fault) -> None:
    with emulated(faults=(Rule(fault=fault),), charges_failed=True) as (_, openai):
        assert isinstance(openai.submit(recipe(), "t", vault), AnswerLost)


def test_an_answer_that_takes_too_long_counts_as_lost(vault: LocalVault) -> None:
    with emulated(faults=(Rule(fault=Fault.LATE),)) as (there, _):
        hurried = adapter(there.base_url, submit_seconds=0.5)
        assert isinstance(hurried.submit(recipe(), "t", vault), AnswerLost)


def test_a_vendor_that_is_not_there_was_sent_nothing(vault: LocalVault) -> None:
    with emulated() as (there, _):
        gone = there.base_url
    said = failure(adapter(gone).submit(recipe(), "t", vault))
    assert (said.kind, said.retry, said.charged) == (FailureKind.OUTAGE, Retry.LATER, Charged.NO)


@pytest.mark.parametrize(
    ("settings", "kind", "retry", "charged"),
    [
        ({"faults": (Rule(fault=Fault.RATE_LIMITED),)}, FailureKind.RATE, Retry.LATER, Charged.NO),
        ({"faults": (Rule(fault=Fault.UNAVAILABLE),)}, FailureKind.OUTAGE, Retry.LATER, Charged.NO),
        ({"credit_usd": Decimal(0)}, FailureKind.NO_CREDIT, Retry.AFTER_CHANGE, Charged.NO),
        ({"hard_limit_usd": Decimal(0)}, FailureKind.NO_CREDIT, Retry.AFTER_CHANGE, Charged.NO),
        ({"verified": False}, FailureKind.UNAUTHORISED, Retry.AFTER_CHANGE, Charged.NO),
        ({"key": "sk-proj-" + "1" * 32}, FailureKind.UNAUTHORISED, Retry.AFTER_CHANGE, Charged.NO),
    ],
)
def test_every_no_says_what_it_means(
    vault: LocalVault, settings: dict[str, Any], kind: FailureKind, retry: Retry, charged: Charged
) -> None:
    with emulated(**settings) as (_, openai):
        said = failure(openai.submit(recipe(), "t", vault))
        assert (said.kind, said.retry, said.charged) == (kind, retry, charged)


def test_how_long_to_wait_is_taken_from_the_answer(vault: LocalVault) -> None:
    with emulated(images_per_minute=1, time_scale=100.0) as (_, openai):
        assert isinstance(openai.submit(recipe(), "t", vault), MadeIt)
        said = failure(openai.submit(recipe(), "t", vault))
        assert said.kind is FailureKind.RATE
        assert said.after_seconds is not None
        assert 0 < said.after_seconds <= 60


@pytest.mark.parametrize(
    ("word", "kind", "by_chance", "subject"),
    [
        ("FLAG_INPUT", FailureKind.MODERATED_INPUT, False, "prompt"),
        ("FLAG_OUTPUT", FailureKind.MODERATED_OUTPUT, True, ""),
    ],
)
def test_moderation_tells_the_prompt_from_the_picture_that_was_made(
    vault: LocalVault, *, word: str, kind: FailureKind, by_chance: bool, subject: str
) -> None:
    with emulated() as (_, openai):
        said = failure(openai.submit(recipe(prompt=f"a lighthouse {word}"), "t", vault))
        assert (said.kind, said.by_chance, said.subject) == (kind, by_chance, subject)
        # Whether OpenAI charges for it is not published.
        assert said.charged is Charged.UNKNOWN


def test_with_pictures_it_is_not_guessed_what_was_moderated(vault: LocalVault) -> None:
    with emulated() as (_, openai):
        wanted = recipe(prompt="FLAG_IMAGE", of=brief(references=1, vault=vault))
        said = failure(openai.submit(wanted, "t", vault))
        assert (said.kind, said.subject) == (FailureKind.MODERATED_INPUT, "")


def test_a_model_that_has_gone_since_is_told_apart_from_a_bad_request(vault: LocalVault) -> None:
    with emulated(starts=datetime(2026, 12, 2, tzinfo=UTC)) as (_, openai):
        said = failure(openai.submit(recipe(model="gpt-image-1.5"), "t", vault))
        assert (said.kind, said.retry) == (FailureKind.RETIRED, Retry.AFTER_CHANGE)


def test_a_picture_that_breaks_off_in_its_base64_is_a_paid_delivery_of_nothing(vault: LocalVault) -> None:
    with emulated(faults=(Rule(fault=Fault.TRUNCATED_FILE, at=Point.FILE),)) as (there, openai):
        made = openai.submit(recipe(), "t", vault)
        assert isinstance(made, MadeIt)
        assert made.results == ()
        assert made.bill is not None
        assert made.bill.amount.amount == there.book.net() > 0


def test_a_key_is_in_no_failure(vault: LocalVault) -> None:
    with emulated(key="sk-proj-" + "1" * 32) as (_, openai):
        assert KEY not in repr(openai.submit(recipe(), "t", vault))


def test_without_a_key_nothing_is_sent(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with emulated() as (there, _):
        keyless = OpenAI({"PICTURELOCK_OPENAI_URL": f"{there.base_url}/v1"}, Noon())
        with pytest.raises(UserError, match="OPENAI_API_KEY"):
            keyless.submit(recipe(), "t", vault)
        assert not there.book.statement().requests


# What there is none of


def test_there_is_no_job_to_ask_for_or_call_off_and_no_webhook() -> None:
    openai = OpenAI({})
    job = Job(job="req_1", endpoint="", recipe=recipe())
    assert isinstance(openai.poll(job), Vanished)
    assert isinstance(openai.cancel(job), Vanished)
    assert openai.notice({}, b"{}", NOON) is None
    assert not openai.terms().cancels


def test_a_digest_is_not_fetched_from_anywhere(tmp_path: Path) -> None:
    assert isinstance(OpenAI({}).fetch("blake3:" + "0" * 64, tmp_path), Unusable)


def test_no_rule_says_what_a_failure_costs() -> None:
    refused = VendorFailure(kind=FailureKind.MODERATED_INPUT, message="no")
    assert OpenAI({}).rule(recipe(), refused) is None
