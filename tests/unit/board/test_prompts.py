"""Prompts say every promise once, in sentences, within what a model takes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from picturelock.board import briefs
from picturelock.board.appearance import colour_words, describe
from picturelock.board.blocking import spatial_words
from picturelock.board.prompts import dialects, render
from picturelock.board.spatial import move_words
from picturelock.core.anchor import Colour
from picturelock.core.blocking import Camera
from picturelock.core.brief import VoiceBrief
from picturelock.core.contract import Amount, CameraMove, Constraints, Move
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.policy import Format

HD = Format()
KEY = Digest.of(b"key")


def still(board, **fields):
    scene, shot = board.scenes[0], board.scenes[0].shots[0]
    unit = shot.units[0]
    unit = replace(unit, contract=replace(unit.contract, **fields))
    return briefs.still_brief(board, scene, shot, unit, HD)


def clip(board, shot=None, **fields):
    scene = board.scenes[0]
    shot = shot or scene.shots[0]
    unit = next(u for u in shot.units if u.id.part == "clip")
    unit = replace(unit, contract=replace(unit.contract, **fields))
    return briefs.clip_brief(board, scene, shot, unit, HD, keyframe=KEY)


def test_prose_reads_as_english(board):
    assert render("prose", still(board), board.anchors) == (
        "You are a storyboard artist. "
        "Medium shot, at eye level, 40 mm lens: Mara faces Teo in the lamp room. "
        "Mara: A lighthouse keeper in her sixties, grey braid, patched oilskin, 1.64 m tall. "
        "Teo: adult, 1.82 m tall, short dark brown hair, grey-blue shirt, dark grey trousers. "
        "Mara holds on to the railing, turned three quarters to the right, looking at Teo. "
        "Teo stands, turned three quarters to the left, looking at Mara. "
        "Mara stands to the left of Teo. "
        "In the picture Teo is 1.1 times as tall as Mara. "
        "Mara is seen from the chest up. Teo is seen from the waist up. "
        "The place: Lamp room, with window, oil lamp. "
        "Day; window light from the left. "
        "Style: Ink and wash, four values. "
        "Mara's coat is wet. "
        "Must not appear: text; extra people."
    )


def test_video_models_are_told_what_moves(board):
    assert render("directorial", clip(board), board.anchors) == (
        "The camera pushes in towards the subject. "
        "Mara turns to the window. "
        "At the end: Her back is to Teo. "
        "Mara and Teo keep face, clothes and proportions of the first frame. "
        "One continuous take without cuts. "
        "Mara stays to the left of Teo. "
        "Teo stays 1.1 times as tall as Mara. "
        "Mara's coat is wet. "
        "Must not appear: text; extra people."
    )


words = st.text("abc def ghi,", min_size=1, max_size=30).map(str.strip).filter(bool)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["prose", "directorial", "tags"]),
    st.lists(words, max_size=4),
    st.lists(words, max_size=4),
    words,
    st.booleans(),
)
def test_every_constraint_is_said_and_nothing_is_empty(board, dialect, continuity, negative, subject, moving):
    constraints = Constraints(
        spatial=board.scenes[0].shots[0].units[0].contract.constraints.spatial,
        continuity=tuple(continuity),
        negative=tuple(negative),
    )
    fields = {"constraints": constraints, "subject": subject}
    brief = clip(board, **fields) if moving else still(board, **fields)
    text = render(dialect, brief, board.anchors)
    assert text == render(dialect, brief, board.anchors)
    plain = re.sub(r"\s+", " ", text.casefold())
    for words_ in (*continuity, *negative):
        assert re.sub(r"\s+", " ", words_).strip(" .,;") in plain
    assert "  " not in text
    assert ".." not in text
    assert not re.search(r"(^|[.!?]\s*)[.;:]", text)
    assert text.count("left of Teo") == 1
    assert len(text) <= 4000


@pytest.mark.parametrize("dialect", dialects())
def test_a_short_limit_drops_the_least_first(board, dialect):
    whole = render(dialect, still(board), board.anchors)
    short = render(dialect, still(board), board.anchors, limit=len(whole) - 1)
    assert len(short) < len(whole)
    if dialect != "builtin":
        assert "Mara's coat is wet" in short
        assert "Mara stands to the left of Teo" in short


def test_what_must_be_said_is_never_cut(board):
    with pytest.raises(BadDocument, match="the model takes 50"):
        render("prose", still(board), board.anchors, limit=50)


def test_an_unknown_dialect_is_named(board):
    with pytest.raises(NotFound, match="klingon"):
        render("klingon", still(board), board.anchors)


def test_a_voice_is_given_its_words(board):
    scene, shot = board.scenes[0], board.scenes[0].shots[0]
    brief = briefs.voice_brief(board, scene, shot, shot.units[-1])
    assert isinstance(brief, VoiceBrief)
    assert render("prose", brief, board.anchors) == "I am not leaving."


def test_spatial_words_measure(board):
    brief = still(board)
    said = spatial_words(brief.blocking, brief.contract, board.anchors, HD.aspect)
    assert said[0] == "Mara stands to the left of Teo."
    assert len(said) == len(set(said))
    scene, shot = board.scenes[1], board.scenes[1].shots[0]
    alone = briefs.still_brief(board, scene, shot, shot.units[0], HD)
    assert spatial_words(alone.blocking, alone.contract, board.anchors, HD.aspect) == (
        "Pia is seen from head to foot and fills nearly all of the frame height.",
    )


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (Move.STATIC, "locked off"),
        (Move.PULL, "pulls back"),
        (Move.PAN_LEFT, "pans left"),
        (Move.TILT_UP, "tilts up"),
        (Move.TRUCK_RIGHT, "trucks right"),
        (Move.CRANE_UP, "cranes up"),
        (Move.RACK, "racks focus"),
    ],
)
def test_moves_are_worded_from_the_cameras(board, kind, says):
    shot = replace(board.scenes[0].shots[0], move=CameraMove(kind=kind, amount=Amount.MEDIUM))
    assert says in render("directorial", clip(board, shot), board.anchors)


def test_a_camera_that_stands_has_no_words():
    camera = Camera(x_m=0, y_m=1, z_m=0)
    assert move_words(camera, None) == ""
    assert move_words(camera, camera) == ""


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ("#000000", "black"),
        ("#ffffff", "white"),
        ("#6b7a86", "grey-blue"),
        ("#3a2c22", "dark brown"),
        ("#a83c32", "red"),
        ("#2f6b3a", "green"),
        ("#f0e08a", "pale yellow"),
    ],
)
def test_colours_are_called_as_painters_do(colour, name):
    assert colour_words(Colour(colour)) == name


def test_anchors_are_described_by_their_measures(board):
    described = {a.id: describe(a) for a in board.anchors}
    assert described["prop_lantern"] == "brown lantern, 30 cm long"
    assert described["style_main"] == "Ink and wash, four values"
