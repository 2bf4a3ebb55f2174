import json
from typing import Any

import pytest
from msgspec.structs import replace

from picturelock.core import codec
from picturelock.core.anchor import CharacterAnchor, CharacterLook, LocationAnchor, StyleAnchor, StyleLook
from picturelock.core.board import Board, Scene, Shot, SourceSpan, Speech, Unit, UnitKind, check_board
from picturelock.core.contract import Contract, Subject
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.ids import AnchorId, SceneCode, ShotCode, UnitId

MARA = AnchorId("char_mara")
HARBOUR = AnchorId("loc_harbour")


def unit(shot: str = "SC010_SH010", part: str = "key", **more: Any) -> Unit:
    contract = Contract(role="artist", purpose="opens", subject="Mara waits", subjects=(Subject(who=MARA),))
    return Unit(id=UnitId(f"{shot}.{part}"), kind=UnitKind.KEYFRAME, contract=contract, **more)


def a_board(**more: Any) -> Board:
    shot = Shot(
        code=ShotCode("SC010_SH010"),
        description="Mara waits",
        source=SourceSpan(first=1, last=2),
        speeches=(Speech(number=10, speaker=MARA, text="No boats."),),
        units=(unit(),),
    )
    scene = Scene(
        code=SceneCode("SC010"),
        heading="EXT. HARBOUR - NIGHT",
        source=SourceSpan(first=1, last=9),
        location=HARBOUR,
        shots=(shot,),
    )
    anchors = (CharacterAnchor(id=MARA, name="Mara"), LocationAnchor(id=HARBOUR, name="Harbour"))
    return Board(**{"title": "Tide", "anchors": anchors, "scenes": (scene,), **more})


def with_shot(board: Board, **more: Any) -> Board:
    scene = board.scenes[0]
    return replace(board, scenes=(replace(scene, shots=(replace(scene.shots[0], **more),)),))


def test_a_board_comes_back_from_json() -> None:
    board = a_board()
    check_board(board)
    assert codec.from_json(Board, codec.to_json(board)) == board
    assert codec.built(Board, codec.plain(board)) == board
    assert codec.digest_of(board) == codec.digest_of(codec.built(Board, codec.plain(board)))


def test_things_are_found_by_name() -> None:
    board = a_board()
    shot = board.shot(ShotCode("SC010_SH010"))
    assert shot.unit("key") == board.units()[0]
    assert shot.unit("clip") is None
    assert board.scene(SceneCode("SC010")).shots == tuple(board.shots())
    assert board.character(MARA).name == "Mara"
    assert board.location(HARBOUR) is not None
    assert board.location(None) is None
    assert board.location(MARA) is None


def test_what_is_not_there_is_said() -> None:
    board = a_board()
    for ask in (
        lambda: board.shot(ShotCode("SC010_SH990")),
        lambda: board.scene(SceneCode("SC990")),
        lambda: board.anchor(AnchorId("prop_key")),
        lambda: board.character(HARBOUR),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_board_without_a_style_has_the_house_style() -> None:
    assert a_board().style().look == StyleLook()
    style = StyleAnchor(id=AnchorId("style_noir"), name="Noir")
    assert a_board(anchors=(*a_board().anchors, style)).style() == style


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": ShotCode("SC020_SH010")}, r"stands in scene SC010 - at `\$.scenes\[0\].shots\[0\].code`"),
        ({"frames": 0}, "has no length"),
        ({"units": (unit(), unit())}, "stands on the board twice"),
        ({"units": (unit("SC010_SH020"),)}, "stands in shot SC010_SH010"),
        ({"units": (unit(plate=AnchorId("char_teo")),)}, "no anchor is called char_teo"),
        ({"units": (unit(speaker=AnchorId("char_teo")),)}, "no anchor is called char_teo"),
        ({"speeches": (Speech(number=10, speaker=AnchorId("char_teo"), text=""),)}, "no anchor is called"),
    ],
)
def test_a_board_that_does_not_hold_together_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadDocument, match=said):
        check_board(with_shot(a_board(), **change))


def test_subjects_are_anchors() -> None:
    subject = Subject(who=MARA, looks_at=AnchorId("char_teo"))
    contract = replace(unit().contract, subjects=(subject,))
    with pytest.raises(BadDocument, match=r"contract.subjects\[0\].looks_at"):
        check_board(with_shot(a_board(), units=(replace(unit(), contract=contract),)))


def test_names_are_given_once() -> None:
    twice = CharacterAnchor(id=MARA, name="Mara")
    with pytest.raises(BadDocument, match="two anchors are called char_mara"):
        check_board(a_board(anchors=(twice, twice)))
    with pytest.raises(BadDocument, match="no anchor is called loc_harbour"):
        check_board(a_board(anchors=(twice,)))
    scene = a_board().scenes[0]
    with pytest.raises(BadDocument, match="SC010 stands on the board twice"):
        check_board(a_board(scenes=(scene, scene)))


def test_errors_say_where() -> None:
    with pytest.raises(BadDocument, match=r"\$.anchors\[0\].look.hair.colour"):
        codec.from_json(
            Board,
            b'{"title":"x","anchors":[{"kind":"character","id":"char_a","name":"A",'
            b'"look":{"hair":{"colour":"red"}}}]}',
        )
    with pytest.raises(BadDocument, match="unknown field `heigth_m`"):
        codec.built(CharacterLook, {"heigth_m": 2.0})


def test_the_schema_is_one_that_validators_take() -> None:
    import jsonschema

    schema = codec.json_schema(Board)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(codec.to_json(a_board())), schema)
    broken = json.loads(codec.to_json(a_board()))
    broken["scenes"][0]["code"] = "scene one"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)
