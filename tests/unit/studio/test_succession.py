"""Who takes over: what the policy names, of that what can do it, and of that what may."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from picturelock.core.board import Shot, Unit
from picturelock.core.brief import Brief
from picturelock.core.failures import BadDocument
from picturelock.core.paidcall import FailureKind, VendorFailure
from picturelock.core.policy import Action, Fallback, Format, Routing
from picturelock.studio.facade import Studio
from picturelock.studio.planning import Snapshot, build_brief
from picturelock.studio.succession import after_refusal, open_actions, successors
from picturelock.studio.vouching import check_names

TODAY = date(2026, 11, 21)
ARTIST, IMAGE, TURBO = "builtin/artist", "openai/gpt-image-2", "runway/gen4_turbo"


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    script = tmp_path / "one.fountain"
    script.write_text("EXT. FIELD - DAY\n\nWind goes through the grass.\n", "utf-8")
    studio, _ = Studio.start(tmp_path / "film", script, picture=Format(width=640, height=360))
    with studio:
        found = studio.production.snapshot()
        settings = replace(
            found.settings, routing=Routing(keyframe=IMAGE), fallback=Fallback(keyframe=(TURBO, ARTIST))
        )
        yield Snapshot(found.board, settings, found.locks)


def keyframe(snapshot: Snapshot) -> tuple[Shot, Unit, Brief]:
    scene = snapshot.board.scenes[0]
    shot = scene.shots[0]
    unit = shot.units[0]
    return shot, unit, build_brief(snapshot, scene, shot, unit, {})


def no(kind: FailureKind) -> VendorFailure:
    return VendorFailure(kind=kind, message="")


def test_a_maker_that_cannot_do_it_is_passed_over(snapshot: Snapshot) -> None:
    shot, unit, brief = keyframe(snapshot)
    assert successors(snapshot, shot, unit, brief, [], TODAY) == (ARTIST,)


def test_nobody_takes_over_unless_the_policy_names_them(snapshot: Snapshot) -> None:
    shot, unit, brief = keyframe(snapshot)
    bare = Snapshot(snapshot.board, replace(snapshot.settings, fallback=Fallback()), snapshot.locks)
    assert successors(bare, shot, unit, brief, [], TODAY) == ()


def test_a_policy_that_names_nobody_known_is_refused_before_anything_is_spent(snapshot: Snapshot) -> None:
    wrong = replace(snapshot.settings, fallback=Fallback(clip=("builtin/magic",)))
    with pytest.raises(BadDocument, match=r"fallback\.clip"):
        check_names(wrong)


def test_what_a_vendor_refuses_for_its_content_goes_to_no_other_vendor() -> None:
    for kind in (FailureKind.MODERATED_INPUT, FailureKind.MODERATED_OUTPUT):
        assert after_refusal([IMAGE, ARTIST], no(kind)) == (ARTIST,)
        assert after_refusal([IMAGE], no(kind)) == ()


def test_what_a_person_has_to_mend_is_not_hidden_by_another_maker() -> None:
    for kind in (FailureKind.NO_CREDIT, FailureKind.UNAUTHORISED, FailureKind.GONE):
        assert after_refusal([IMAGE, ARTIST], no(kind)) == ()
    assert after_refusal([IMAGE, ARTIST], no(FailureKind.OUTAGE)) == (IMAGE, ARTIST)


def test_an_account_without_a_place_has_none_for_its_other_models() -> None:
    full = no(FailureKind.NO_PLACE)
    assert after_refusal([TURBO, IMAGE, ARTIST], full, "runway") == (IMAGE, ARTIST)
    assert after_refusal([TURBO, ARTIST], full, "kling") == (TURBO, ARTIST)


def test_a_decision_may_choose_what_the_policy_has_next() -> None:
    assert open_actions([]) == frozenset()
    assert open_actions([IMAGE]) == {Action.OTHER_MODEL}
    assert open_actions([ARTIST, IMAGE]) == {Action.FALL_BACK}
    assert open_actions([IMAGE, ARTIST]) == {Action.OTHER_MODEL, Action.FALL_BACK}
