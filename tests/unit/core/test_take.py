from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from picturelock.core import codec
from picturelock.core.anchor import Colour, Voice
from picturelock.core.brief import StillBrief, VoiceBrief, read_brief
from picturelock.core.contract import Amount, CameraMove, Move
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.core.ids import CheckName, RevisionId, ShotCode, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Format, Settings
from picturelock.core.take import (
    Failed,
    Input,
    Lock,
    LockFile,
    NotMeasured,
    Operation,
    Part,
    Passed,
    Recipe,
    Revision,
    Take,
    Verdict,
)

D = Digest.of(b"x")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
RECIPE = Recipe(
    unit=UnitId("SC010_SH010.key"),
    operation=Operation.DRAW,
    provider="builtin",
    model="artist",
    model_version="1",
    inputs=(Input(role="brief", digest=D),),
)


def test_a_recipe_is_named_by_all_it_holds() -> None:
    names = {
        RECIPE.digest(),
        replace(RECIPE, seed=2).digest(),
        replace(RECIPE, attempt=1).digest(),
        replace(RECIPE, prompt="a").digest(),
        replace(RECIPE, parameters={"a": 1}).digest(),
    }
    assert len(names) == 5
    assert codec.from_json(Recipe, codec.canonical(RECIPE)).digest() == RECIPE.digest()
    assert RECIPE.input("brief") == D
    assert RECIPE.input("keyframe") is None


def test_a_newer_format_is_refused() -> None:
    text = codec.canonical(RECIPE).replace(b"recipe/1", b"recipe/2")
    with pytest.raises(BadDocument):
        codec.from_json(Recipe, text)


def check(name: str) -> CheckName:
    return CheckName(f"keyframe.{name}")


def test_not_measured_is_never_a_pass() -> None:
    good = Passed(check=check("exposure"), value=0.1, limit="at most 0.2")
    bad = Failed(check=check("sharpness"), value=0.1, limit="at least 0.2", reason="soft")
    open_ = NotMeasured(check=check("identity"), why="no model")
    waived = NotMeasured(check=check("anatomy"), why="no model", waived=True)

    def verdict(*results: Passed | Failed | NotMeasured) -> Verdict:
        return Verdict(gate="keyframe", profile="p/1", results=results)

    assert verdict(good).passed
    assert verdict(good, waived).passed
    assert not verdict(good, open_).passed
    assert not verdict(good, bad).passed
    assert verdict(bad, open_, waived).failures == (bad,)
    assert verdict(open_, waived).unknown == (open_,)
    assert verdict(open_, waived).unmeasured == (open_, waived)
    assert codec.built(Verdict, codec.plain(verdict(good, bad, open_))) == verdict(good, bad, open_)


def test_locks_are_found_by_unit() -> None:
    lock = Lock(take=TakeId("T-" + "0" * 16), media=D, recipe=D)
    locks = LockFile(shots={"SC010_SH010": {"key": lock}})
    assert locks.lock(UnitId("SC010_SH010.key")) == lock
    assert locks.lock(UnitId("SC010_SH010.clip")) is None
    assert locks.of(ShotCode("SC010_SH020")) == {}


def test_parts_are_found_by_role() -> None:
    take = Take(
        id=TakeId("T-" + "0" * 16),
        unit=UnitId("SC010_SH010.key"),
        recipe=D,
        brief=D,
        media=D,
        parts=(Part(role="layers", digest=D),),
        attempt=0,
        provider="builtin",
        model="artist",
        model_version="1",
        cost=Money.zero("USD"),
        tokens=0,
        milliseconds=10,
        duration_frames=0,
        made_at=NOW,
    )
    assert take.part("layers") == D
    assert take.part("captions") is None
    assert codec.from_json(Take, codec.to_json(take)) == take


def test_a_revision_is_named_by_its_content() -> None:
    revision = Revision(
        parent=None, author="a", message="m", at=NOW, board=D, board_text=D, locks=D, settings=D, script=D
    )
    assert isinstance(revision.id(), RevisionId)
    assert revision.id() != replace(revision, message="n").id()
    assert revision.id() == replace(revision, message="m").id()


def test_only_moves_that_leave_the_first_frame_need_a_last_one() -> None:
    assert CameraMove(kind=Move.CRANE_UP, amount=Amount.LARGE).needs_last_keyframe
    assert not CameraMove(kind=Move.CRANE_UP, amount=Amount.MEDIUM).needs_last_keyframe
    assert not CameraMove(kind=Move.PUSH, amount=Amount.LARGE).needs_last_keyframe


def test_colours_are_numbers() -> None:
    assert Colour("#0a10ff").rgb == (10, 16, 255)


def test_briefs_come_back_as_what_they_were() -> None:
    brief = VoiceBrief(text="No boats.", parenthetical="", language="en", voice=Voice())
    assert read_brief(codec.canonical(brief)) == brief
    with pytest.raises(BadDocument):
        read_brief(b'{"format": "picturelock.brief.poster/1"}')
    assert StillBrief.__struct_config__.tag == "picturelock.brief.still/1"


def test_settings_hold_exact_rates_and_money() -> None:
    settings = codec.from_json(
        Settings,
        b'{"title":"x","source":"s","picture":{"frame_rate":"24000/1001"},"caps":{"money":"25 USD"}}',
    )
    assert settings.picture.frame_rate.denominator == 1001
    assert settings.caps.money == Money(25, "USD")
    assert Format().aspect == 16 / 9
