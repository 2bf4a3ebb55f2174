"""A take is stale when its brief moved, and only then; what moved is said in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from picturelock.board import briefs
from picturelock.board.staleness import changes, changes_between, dependencies, fresh
from picturelock.core.anchor import CharacterAnchor, Colour, Garment, Rights, Voice
from picturelock.core.board import Unit, UnitKind
from picturelock.core.brief import StillBrief
from picturelock.core.codec import digest_of, plain
from picturelock.core.digest import Digest
from picturelock.core.ids import AnchorId, UnitId
from picturelock.core.policy import Format

HD = Format()
KEY = Digest.of(b"key")


def brief_of(board, scene, shot, unit):
    match unit.kind:
        case UnitKind.CLIP:
            return briefs.clip_brief(board, scene, shot, unit, HD, keyframe=KEY)
        case UnitKind.VOICE:
            return briefs.voice_brief(board, scene, shot, unit)
        case _:
            return briefs.still_brief(board, scene, shot, unit, HD)


def all_briefs(board):
    return {
        unit.id: brief_of(board, scene, shot, unit)
        for scene in board.scenes
        for shot in scene.shots
        for unit in shot.units
    }


def stale(old, new):
    before, after = all_briefs(old), all_briefs(new)
    return {u for u in before if not fresh(digest_of(before[u]), digest_of(after[u]))}


def with_anchor(board, which, **fields):
    return replace(board, anchors=tuple(replace(a, **fields) if a.id == which else a for a in board.anchors))


def with_shot(board, code, change):
    return replace(
        board,
        scenes=tuple(
            replace(s, shots=tuple(change(h) if h.code == code else h for h in s.shots)) for s in board.scenes
        ),
    )


SEEN = [
    lambda a: {"description": a.description + " and tall"},
    lambda a: {"name": a.name + "x"},
    lambda a: {"look": replace(a.look, upper=Garment(colour=Colour("#112233")))},
    lambda a: {"look": replace(a.look, hair=replace(a.look.hair, colour=Colour("#445566")))},
]
UNSEEN = [
    lambda a: {"marks": ("unsure",)},
    lambda a: {"version": a.version + 1},
    lambda a: {
        "references": tuple(replace(r, note="side", rights=Rights.LICENSED, holder="x") for r in a.references)
    },
    lambda a: {"real_person": True},
]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["char_mara", "char_teo", "char_kid"]), st.sampled_from(SEEN))
def test_a_look_moves_exactly_the_stills_that_hold_it(board, who, change):
    name = AnchorId(who)
    anchor = board.character(name)
    moved = stale(board, with_anchor(board, name, **change(anchor)))
    holding = {
        u
        for u, b in all_briefs(board).items()
        if isinstance(b, StillBrief) and any(a.id == name for a in b.anchors)
    }
    assert moved == holding
    assert holding


@pytest.mark.parametrize("change", UNSEEN)
@pytest.mark.parametrize("who", ["char_mara", "char_teo"])
def test_what_cannot_be_seen_makes_nothing_stale(board, who, change):
    assert stale(board, with_anchor(board, AnchorId(who), **change(board.character(AnchorId(who))))) == set()


def test_a_voice_moves_only_its_lines(board):
    changed = with_anchor(board, AnchorId("char_mara"), voice=Voice(name="gb", pace=1.1))
    assert stale(board, changed) == {UnitId("SC010_SH010.voice_10")}


def test_what_reviewers_read_moves_nothing(board):
    def reworded(shot):
        units = tuple(
            replace(u, contract=replace(u.contract, purpose="other", criteria=("x",)), provider="other")
            for u in shot.units
        )
        return replace(shot, units=units, description="other", marks=())

    assert stale(board, with_shot(board, "SC010_SH010", reworded)) == set()


def test_one_shot_edited_moves_only_its_own_units(board):
    def longer(shot):
        return replace(shot, frames=72)

    assert stale(board, with_shot(board, "SC010_SH020", longer)) == {UnitId("SC010_SH020.clip")}

    def lower(shot):
        return replace(shot, blocking={"camera": {"y_m": 1.0}})

    moved = stale(board, with_shot(board, "SC010_SH020", lower))
    assert moved == {UnitId("SC010_SH020.key"), UnitId("SC010_SH020.clip")}


def test_a_location_moves_what_is_set_there(board):
    changed = with_anchor(board, AnchorId("loc_lamp_room"), description="Iron and glass")
    assert stale(board, changed) == {UnitId("SC010_SH010.key"), UnitId("SC010_SH020.key")}


def test_changes_are_said_in_words(board):
    anchor = board.character(AnchorId("char_mara"))
    changed = with_anchor(
        board,
        anchor.id,
        look=replace(anchor.look, upper=replace(anchor.look.upper, colour=Colour("#112233"))),
    )
    unit = UnitId("SC010_SH010.key")
    said = [str(c) for c in changes_between(all_briefs(board)[unit], all_briefs(changed)[unit])]
    assert said == ["anchor char_mara look.upper.colour: #6b7a86 → #112233"]


def test_frames_and_subjects_are_said_in_words(board):
    clip = UnitId("SC010_SH010.clip")
    other = with_shot(board, "SC010_SH010", lambda s: replace(s, frames=72))
    assert [str(c) for c in changes_between(all_briefs(board)[clip], all_briefs(other)[clip])] == [
        "frames: 96 → 72"
    ]


def test_lists_are_matched_by_name():
    old = {"contract": {"subjects": [{"who": "a", "pose": "sit"}, {"who": "b", "pose": "run"}]}}
    new = {"contract": {"subjects": [{"who": "b", "pose": "run"}]}}
    assert [str(c) for c in changes(old, new)] == ["contract subject a: it is gone"]
    assert [str(c) for c in changes(new, old)] == ["contract subject a: it is new"]
    pieces = {"blocking": {"pieces": [{"kind": "table", "x_m": 1.0, "z_m": 2.0, "colour": None}]}}
    painted = {"blocking": {"pieces": [{"kind": "table", "x_m": 1.0, "z_m": 2.0, "colour": "#112233"}]}}
    assert [str(c) for c in changes(pieces, painted)] == [
        "blocking piece table at (1, 2) colour: null → #112233"
    ]


def test_negatives_are_said_one_by_one():
    old, new = {"negative": ["text", "logo"]}, {"negative": ["logo", "text", "blood"]}
    assert [str(c) for c in changes(old, new)] == [
        "negative: blood is new",
        "negative order: text, logo → logo, text",
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "who", "k", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(values, values)
def test_no_change_means_the_same_digest(old, new):
    same = digest_of(old) == digest_of(new)
    assert (changes(old, new) == ()) is same


def test_the_brief_of_a_board_is_its_own(board):
    for unit, brief in all_briefs(board).items():
        assert changes(plain(brief), plain(brief)) == (), unit


def test_clips_rest_on_keyframes_and_split_keyframes_on_plates(board):
    shot = board.scenes[0].shots[0]
    key, clip = shot.units[0], shot.units[1]
    last = Unit(id=UnitId.of(shot.code, "key_last"), kind=UnitKind.LAST_KEYFRAME, contract=key.contract)
    plate = Unit(
        id=UnitId.of(shot.code, "plate_mara"),
        kind=UnitKind.PLATE,
        contract=key.contract,
        plate=AnchorId("char_mara"),
    )
    shot = replace(shot, units=(key, last, plate, clip))
    assert dependencies(clip, shot) == (key.id, last.id)
    assert dependencies(key, shot) == (plate.id,)
    assert dependencies(last, shot) == ()
    assert dependencies(plate, shot) == ()


def test_neutral_anchors_keep_what_is_seen(board):
    brief = all_briefs(board)[UnitId("SC010_SH010.key")]
    assert isinstance(brief, StillBrief)
    mara = next(a for a in brief.anchors if a.id == "char_mara")
    assert isinstance(mara, CharacterAnchor)
    assert mara.look == board.character(mara.id).look
    assert mara.references[0].media == Digest.of(b"mara")
    assert [a.id for a in brief.anchors] == ["char_mara", "char_teo", "loc_lamp_room", "style_main"]


def test_plates_hold_one_figure_and_stand_from_far_to_near(board):
    scene, shot = board.scenes[0], board.scenes[0].shots[0]
    key = shot.units[0]
    names = {"plate_background": None, "plate_mara": AnchorId("char_mara"), "plate_teo": AnchorId("char_teo")}
    plates = tuple(
        Unit(id=UnitId.of(shot.code, part), kind=UnitKind.PLATE, contract=key.contract, plate=who)
        for part, who in names.items()
    )
    shot = replace(shot, units=(*shot.units, *plates), blocking={"figures": {"char_teo": {"z_m": 2.0}}})
    made = {p.id.part: briefs.still_brief(board, scene, shot, p, HD) for p in plates}
    assert [f.who for f in made["plate_mara"].blocking.figures] == ["char_mara"]
    assert made["plate_mara"].plate == "char_mara"
    assert made["plate_background"].blocking.figures == ()
    assert made["plate_background"].plate == "background"
    composite = briefs.composite_brief(
        board, scene, shot, key, HD, plates={part: (Digest.of(part.encode()), None) for part in names}
    )
    assert [p.plate for p in composite.plates] == ["background", "char_teo", "char_mara"]
    assert composite.plates[1].depth_m > composite.plates[2].depth_m
