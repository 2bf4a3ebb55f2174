"""A small film that the board's tests share."""

import pytest

from picturelock.core.anchor import (
    CharacterAnchor,
    CharacterLook,
    LocationAnchor,
    LocationLook,
    PropAnchor,
    PropKind,
    PropLook,
    Reference,
    Rights,
    StyleAnchor,
    Voice,
)
from picturelock.core.board import Board, Scene, Shot, SourceSpan, Speech, Unit, UnitKind
from picturelock.core.contract import (
    CameraMove,
    Constraints,
    Contract,
    Facing,
    Framing,
    Motion,
    Move,
    OutputForm,
    OutputKind,
    Relation,
    ScreenPlace,
    ShotSize,
    Spatial,
    Subject,
)
from picturelock.core.digest import Digest
from picturelock.core.ids import AnchorId, SceneCode, ShotCode, UnitId

MARA, TEO, KID = AnchorId("char_mara"), AnchorId("char_teo"), AnchorId("char_kid")
LANTERN, ROOM, STYLE = AnchorId("prop_lantern"), AnchorId("loc_lamp_room"), AnchorId("style_main")


def anchors():
    return (
        CharacterAnchor(
            id=MARA,
            name="Mara",
            description="A lighthouse keeper in her sixties, grey braid, patched oilskin",
            look=CharacterLook(height_m=1.64),
            references=(Reference(media=Digest.of(b"mara"), rights=Rights.OWNED, note="front"),),
        ),
        CharacterAnchor(id=TEO, name="Teo", look=CharacterLook(height_m=1.82), voice=Voice(name="gb")),
        CharacterAnchor(id=KID, name="Pia", look=CharacterLook(height_m=1.15)),
        LocationAnchor(id=ROOM, name="Lamp room", look=LocationLook(features=("window", "oil lamp"))),
        PropAnchor(id=LANTERN, name="Lantern", look=PropLook(kind=PropKind.LANTERN, size_m=0.3)),
        StyleAnchor(id=STYLE, name="House", description="Ink and wash, four values"),
    )


def contract(subjects, **fields):
    values = {
        "role": "storyboard artist",
        "purpose": "Shows that Mara stays",
        "subject": "Mara faces Teo in the lamp room",
        "subjects": tuple(subjects),
        "criteria": ("Both faces can be read",),
    }
    return Contract(**(values | fields))


def units(code, subjects, *, frames=96, speaker=None, last=False, **fields):
    made = contract(subjects, **fields)
    clip = contract(
        subjects,
        **(
            fields
            | {
                "motion": Motion(subject="Mara turns to the window", end_state="Her back is to Teo"),
                "output": OutputForm(kind=OutputKind.CLIP, frames=frames),
            }
        ),
    )
    found = [Unit(id=UnitId.of(code, "key"), kind=UnitKind.KEYFRAME, contract=made)]
    if last:
        found.append(Unit(id=UnitId.of(code, "key_last"), kind=UnitKind.LAST_KEYFRAME, contract=made))
    found.append(Unit(id=UnitId.of(code, "clip"), kind=UnitKind.CLIP, contract=clip))
    if speaker:
        line = contract(
            (), text="I am not leaving.", subject="Mara speaks", output=OutputForm(kind=OutputKind.SOUND)
        )
        found.append(
            Unit(id=UnitId.of(code, "voice_10"), kind=UnitKind.VOICE, contract=line, speaker=speaker)
        )
    return tuple(found)


def make_board():
    """Two scenes; Mara and Teo in the first, Pia alone with a lantern in the second."""
    pair = (
        Subject(
            who=MARA,
            place=ScreenPlace.LEFT,
            facing=Facing.THREE_QUARTER_RIGHT,
            looks_at=TEO,
            action="holds on to the railing",
        ),
        Subject(who=TEO, place=ScreenPlace.RIGHT, facing=Facing.THREE_QUARTER_LEFT, looks_at=MARA),
    )
    promises = Constraints(
        spatial=(
            Spatial(subject=MARA, relation=Relation.LEFT_OF, object=TEO),
            Spatial(subject=TEO, relation=Relation.TALLER_THAN, object=MARA, factor=1.1),
        ),
        continuity=("Mara's coat is wet",),
        negative=("no text", "extra people"),
    )
    first, second, third = (
        ShotCode("SC010_SH010"),
        ShotCode("SC010_SH020"),
        ShotCode("SC020_SH010"),
    )
    span = SourceSpan(first=1, last=9)
    return Board(
        title="The lamp",
        anchors=anchors(),
        scenes=(
            Scene(
                code=SceneCode("SC010"),
                heading="INT. LAMP ROOM - NIGHT",
                source=span,
                location=ROOM,
                shots=(
                    Shot(
                        code=first,
                        description="They face each other.",
                        source=span,
                        framing=Framing.TWO_SHOT,
                        move=CameraMove(kind=Move.PUSH),
                        speeches=(Speech(number=10, speaker=MARA, text="I am not leaving."),),
                        units=units(first, pair, speaker=MARA, constraints=promises),
                    ),
                    Shot(
                        code=second,
                        description="Teo.",
                        source=span,
                        size=ShotSize.CLOSE_UP,
                        units=units(
                            second,
                            [Subject(who=TEO, facing=Facing.THREE_QUARTER_LEFT)],
                            subject="Teo listens",
                        ),
                    ),
                ),
            ),
            Scene(
                code=SceneCode("SC020"),
                heading="EXT. SHORE - DAWN",
                source=span,
                shots=(
                    Shot(
                        code=third,
                        description="Pia.",
                        source=span,
                        size=ShotSize.FULL,
                        units=units(third, [Subject(who=KID, holding=LANTERN)], subject="Pia waits"),
                    ),
                ),
            ),
        ),
    )


@pytest.fixture(scope="session")
def board():
    return make_board()
