"""What a contract lacks is found before money is spent."""

import pytest
from msgspec.structs import replace

from picturelock.board import contracts
from picturelock.board.contracts import contract_findings
from picturelock.core.anchor import Reference, Rights
from picturelock.core.board import Unit, UnitKind
from picturelock.core.contract import Constraints, Framing, OutputForm, OutputKind, Relation, Spatial, Subject
from picturelock.core.digest import Digest
from picturelock.core.ids import AnchorId, UnitId

MARA, TEO, KID = AnchorId("char_mara"), AnchorId("char_teo"), AnchorId("char_kid")


def changed(board, **fields):
    shot = board.scenes[0].shots[0]
    unit = shot.units[0]
    return shot, replace(unit, contract=replace(unit.contract, **fields))


def test_a_good_board_has_no_findings(board):
    for shot in board.shots():
        for unit in shot.units:
            assert contract_findings(board, shot, unit) == (), unit.id


@pytest.mark.parametrize("part", ["role", "purpose", "subject", "criteria"])
def test_what_is_not_said_is_found(board, part):
    shot, unit = changed(board, **{part: () if part == "criteria" else " "})
    assert contract_findings(board, shot, unit) == (contracts.PartMissing(unit=unit.id, part=part),)


def test_a_voice_needs_words_and_a_speaker(board):
    shot = board.scenes[0].shots[0]
    voice = replace(shot.units[-1], speaker=None, contract=replace(shot.units[-1].contract, text=""))
    assert [f.part for f in contract_findings(board, shot, voice)] == ["text", "speaker"]


def test_a_clip_needs_motion_and_a_length_that_fits(board):
    shot = board.scenes[0].shots[0]
    clip = shot.units[1]
    still = replace(clip, contract=replace(clip.contract, motion=None))
    assert contract_findings(board, shot, still) == (contracts.PartMissing(unit=clip.id, part="motion"),)
    assert contract_findings(board, shot, clip, longest_seconds=4) == ()
    assert contract_findings(board, shot, clip, longest_seconds=4, handles=12) == (
        contracts.TooLong(unit=clip.id, milliseconds=5000, limit_seconds=4),
    )
    assert contract_findings(board, replace(shot, frames=72), clip) == (
        contracts.LengthsDiffer(unit=clip.id, promised=96, frames=72),
    )


def test_the_output_fits_the_unit(board):
    shot, unit = changed(board, output=OutputForm(kind=OutputKind.CLIP))
    assert contract_findings(board, shot, unit) == (
        contracts.OutputWrong(unit=unit.id, promised=OutputKind.CLIP, needed=OutputKind.STILL),
    )


def test_a_two_shot_states_two(board):
    shot, unit = changed(board, subjects=(Subject(who=MARA),), constraints=Constraints())
    assert contract_findings(board, shot, unit) == (
        contracts.PeopleUnstated(unit=unit.id, framing=Framing.TWO_SHOT, needed=2, stated=1),
    )


def test_promises_speak_of_who_is_there(board):
    promise = Spatial(subject=MARA, relation=Relation.BEHIND, object=KID)
    shot, unit = changed(board, constraints=Constraints(spatial=(promise,)))
    assert contract_findings(board, shot, unit) == (
        contracts.ConstraintUnfounded(unit=unit.id, constraint=promise, missing=KID),
    )


def test_promises_in_a_circle_are_found(board):
    circle = (
        Spatial(subject=MARA, relation=Relation.LEFT_OF, object=TEO),
        Spatial(subject=MARA, relation=Relation.RIGHT_OF, object=TEO),
    )
    shot, unit = changed(board, constraints=Constraints(spatial=circle))
    (finding,) = contract_findings(board, shot, unit)
    assert isinstance(finding, contracts.ConstraintsContradict)
    assert set(finding.people) == {MARA, TEO}


def test_nobody_is_there_twice_and_everybody_is_known(board):
    shot, unit = changed(
        board,
        subjects=(Subject(who=MARA), Subject(who=MARA), Subject(who=AnchorId("prop_lantern"))),
        constraints=Constraints(),
        props=(AnchorId("prop_rope"),),
    )
    found = contract_findings(board, shot, unit, most_people=0)
    assert contracts.SubjectTwice(unit=unit.id, who=MARA) in found
    assert contracts.AnchorUnknown(unit=unit.id, name=AnchorId("prop_lantern"), wanted="character") in found
    assert contracts.AnchorUnknown(unit=unit.id, name=AnchorId("prop_rope"), wanted="prop") in found


def test_three_people_are_split_into_plates(board):
    shot, unit = changed(
        board, subjects=(Subject(who=MARA), Subject(who=TEO), Subject(who=KID)), constraints=Constraints()
    )
    (finding,) = contract_findings(board, shot, unit)
    assert finding == contracts.PlatesMissing(
        unit=unit.id,
        people=3,
        most=2,
        missing=("plate_background", "plate_char_mara", "plate_char_teo", "plate_char_kid"),
    )
    plates = tuple(
        Unit(id=UnitId.of(shot.code, f"plate_{n}"), kind=UnitKind.PLATE, contract=unit.contract, plate=who)
        for n, who in (("background", None), ("mara", MARA), ("teo", TEO), ("kid", KID))
    )
    assert contract_findings(board, replace(shot, units=(*shot.units, *plates)), unit) == ()
    assert contract_findings(board, shot, unit, most_people=0) == ()


def test_rights_are_recorded_before_a_reference_is_used(board):
    media = Digest.of(b"teo")
    anchors = tuple(
        replace(a, references=(Reference(media=media),)) if a.id == TEO else a for a in board.anchors
    )
    board = replace(board, anchors=anchors)
    shot = board.scenes[0].shots[0]
    assert contract_findings(board, shot, shot.units[0]) == (
        contracts.RightsUnrecorded(unit=shot.units[0].id, anchor=TEO, media=media),
    )
    owned = tuple(
        replace(a, references=tuple(replace(r, rights=Rights.OWNED) for r in a.references))
        for a in board.anchors
    )
    assert contract_findings(replace(board, anchors=owned), shot, shot.units[0]) == ()


def test_findings_read_as_sentences(board):
    shot, unit = changed(board, role="", subjects=(Subject(who=MARA),))
    for finding in contract_findings(board, shot, unit):
        assert str(finding).startswith("SC010_SH010.key ")
        assert not str(finding).endswith(".")
