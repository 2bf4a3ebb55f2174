from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import picturelock.examples
from picturelock.core.anchor import (
    Age,
    Build,
    CharacterAnchor,
    HairStyle,
    Hat,
    LocationAnchor,
    PropAnchor,
    SetKind,
    Upper,
)
from picturelock.core.blocking import Expression, Pose, TimeOfDay, Weather
from picturelock.core.board import Board, Certainty, Shot, TransitionKind, UnitKind, check_board
from picturelock.core.codec import built, canonical, plain
from picturelock.core.contract import (
    Amount,
    DepthPlace,
    Facing,
    Framing,
    Move,
    Relation,
    ScreenPlace,
    ShotSize,
)
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId, ShotCode
from picturelock.script.breakdown import breakdown
from picturelock.script.formats.fountain import Fountain
from picturelock.script.formats.prose import PlainProse
from picturelock.script.headings import weather_in
from picturelock.script.reader import read_source
from picturelock.script.source import ElementKind, ParagraphKind, Prose, Screenplay, Source
from picturelock.script.titles import can_be_one

HERE = Path(__file__).parent / "fixtures"
EXAMPLES = Path(picturelock.examples.__file__).parent
FILES = {
    "lamp": EXAMPLES / "the_last_lamp.fountain",
    "salt": EXAMPLES / "salt_and_copper.txt",
    "elements": HERE / "every_element.fountain",
    "ferry": HERE / "ferry.fdx",
    "chinese": HERE / "the_light_stays.txt",
}


@cache
def source_of(name: str) -> Source:
    return read_source(FILES[name])


@cache
def board_of(name: str) -> Board:
    return breakdown(source_of(name))


def fountain(text: str) -> Board:
    return breakdown(Fountain().read(text, "test"))


def prose(text: str) -> Board:
    return breakdown(PlainProse().read(text, "test"))


def seconds(board: Board) -> float:
    return sum(shot.frames for shot in board.shots()) / float(board.frame_rate)


def people(shot: Shot) -> dict[str, ScreenPlace]:
    unit = shot.unit("key")
    assert unit is not None
    return {s.who: s.place for s in unit.contract.subjects}


def lines_of(source: Source) -> set[int]:
    """Every line that is seen or heard."""
    if isinstance(source, Prose):
        return {
            n
            for p in source.paragraphs
            if p.kind is ParagraphKind.TEXT
            for n in range(p.passage.line, p.passage.last + 1)
        }
    heard = {ElementKind.ACTION, ElementKind.DIALOGUE, ElementKind.LYRIC, ElementKind.CENTRED}
    return {
        n
        for e in source.elements
        if e.kind in heard and e.text
        for n in range(e.passage.line, e.passage.last + 1)
    }


def holds_together(source: Source, board: Board) -> None:
    check_board(board)
    covered = {n for shot in board.shots() for n in range(shot.source.first, shot.source.last + 1)}
    assert lines_of(source) <= covered
    starts = [shot.source.first for shot in board.shots()]
    assert starts == sorted(starts)
    voices = {a.id: a.voice for a in board.anchors if isinstance(a, CharacterAnchor)}
    for shot in board.shots():
        length = Fraction(shot.frames) / board.frame_rate
        assert Fraction(2) <= length <= 10, shot.code
        for speech in shot.speeches:
            assert speech.start >= 6
            assert speech.speaker in voices
        for unit in shot.units:
            contract = unit.contract
            assert contract.role
            assert contract.purpose
            assert contract.subject
            assert contract.criteria
        parts = [u.id.part for u in shot.units]
        assert {"key", "clip"} <= set(parts)
        assert ("key_last" in parts) == shot.move.needs_last_keyframe
        assert ("plate_background" in parts) == (len(people(shot)) >= 3)
        assert [p for p in parts if p.startswith("voice")] == [f"voice_{s.number}" for s in shot.speeches]
        assert len(set(people(shot).values())) == len(people(shot)), "no two on one spot"


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_line_is_covered_in_order_by_whole_shots(name: str):
    holds_together(source_of(name), board_of(name))


@pytest.mark.parametrize("name", sorted(FILES))
def test_same_source_same_bytes_and_a_round_trip(name: str):
    assert canonical(breakdown(source_of(name))) == canonical(board_of(name))
    assert built(Board, plain(board_of(name))) == board_of(name)


@pytest.mark.parametrize("name", ["lamp", "salt", "chinese"])
def test_speeches_of_a_shot_follow_each_other(name: str):
    for shot in board_of(name).shots():
        for one, other in pairwise(shot.speeches):
            assert other.start > one.start


@given(
    st.lists(
        st.sampled_from(
            ["INT. ROOM - DAY", "EXT. SEA", "ANNA\nHello there.", "BEN (V.O.)\nNo.", "ANNA ^\nYes, always.", "Anna runs to Ben.",
             "CLOSE ON a BRASS KEY.", "It rains. They wait. Ben gives Anna the lantern.", "FADE OUT.", "DISSOLVE TO:",
             "CRANE UP over the roofs.", "BEN\n" + "I have a great deal to say about this, and I will say it. " * 9, "[[note]]",
             "THE OLD WOMAN\n(sadly)\nOh.", "# Act", "ANNA AND BEN\nUs!", "COLE\n" + "word " * 120]
        ),
        min_size=1, max_size=14,
    )
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_screenplay_breaks_down(parts: list[str]):
    source = Fountain().read("\n\n".join(parts), "test")
    assert isinstance(source, Screenplay)
    if any(c.isalnum() for c in source.words()):
        holds_together(source, breakdown(source))


@given(
    st.lists(
        st.sampled_from(
            ["“Where is it?” said Mara.", "She went down to the harbour.", "“Nowhere.”", "***", "The next morning it rained.",
             "Tom Reed looked at Mara and laughed, and then he shut the door of the kitchen behind him.", "“I know,” he said. “I was there.”",
             "“You?”", "\"Straight,\" Tom asked.", "Chapter Two", "老周说：“你好。”", "「誰？」小梅问。", "——我走了。", "I said nothing. I never do. I went."]
        ),
        min_size=1, max_size=14,
    )
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_prose_breaks_down(parts: list[str]):
    source = PlainProse().read("\n\n".join(parts), "test")
    if any(c.isalnum() for c in source.words()):
        holds_together(source, breakdown(source))


class TestTheLastLamp:
    board = board_of("lamp")

    def test_size(self):
        assert 18 <= len(self.board.shots()) <= 26
        assert 45 <= len(self.board.units()) <= 75
        assert 80 <= seconds(self.board) <= 110

    def test_what_the_demo_needs(self):
        shots = self.board.shots()
        assert any(len(people(s)) == 3 for s in shots)
        assert any(
            s.transition.kind is TransitionKind.DISSOLVE and 12 <= s.transition.frames <= 24 for s in shots
        )
        assert shots[-1].move.kind is Move.CRANE_UP
        assert shots[-1].move.amount is Amount.LARGE
        assert len([a for a in self.board.anchors if isinstance(a, LocationAnchor)]) == 3

    def test_beginning_and_end(self):
        shots = self.board.shots()
        assert (shots[0].transition.kind, shots[0].transition.frames) == (TransitionKind.FADE_IN, 12)
        assert shots[-1].fade_out == 24

    def test_looks_are_read_from_the_text(self):
        pip, mara = (
            self.board.character(AnchorId("char_pip")).look,
            self.board.character(AnchorId("char_mara")).look,
        )
        assert (pip.age, pip.headgear.kind, pip.upper.kind) == (Age.CHILD, Hat.BEANIE, Upper.LONG_COAT)
        assert mara.upper.colour.rgb[0] > 2 * mara.upper.colour.rgb[2]
        assert mara.hair.style.value == "braid"
        assert mara.height_m > self.board.character(AnchorId("char_teo")).look.height_m

    def test_props_pass_from_hand_to_hand(self):
        lantern = AnchorId("prop_lantern")
        holders = [
            s.who
            for shot in self.board.shots()
            for s in shot.units[-1 if not shot.speeches else 0].contract.subjects
            if s.holding == lantern
        ]
        assert AnchorId("char_teo") in holders
        assert AnchorId("char_mara") in holders

    def test_the_notice_is_an_insert_that_may_show_writing(self):
        shot = next(
            s for s in self.board.shots() if "NOTICE" in s.description and s.framing is Framing.INSERT
        )
        assert not people(shot)
        assert any("what the script quotes" in n for n in shot.units[0].contract.constraints.negative)

    def test_nobody_crosses_the_line_in_a_scene(self):
        order = list(ScreenPlace)
        order = [
            ScreenPlace.FAR_LEFT,
            ScreenPlace.LEFT,
            ScreenPlace.CENTRE,
            ScreenPlace.RIGHT,
            ScreenPlace.FAR_RIGHT,
        ]
        for scene in self.board.scenes:
            seen: dict[tuple[str, str], bool] = {}
            for shot in scene.shots:
                placed = people(shot)
                for one in placed:
                    for other in placed:
                        if one < other:
                            left = order.index(placed[one]) < order.index(placed[other])
                            assert seen.setdefault((one, other), left) == left


class TestGrammar:
    def test_dialogue_is_covered_from_the_two_shot_inwards(self):
        board = fountain(
            "INT. KITCHEN - DAY\n\nANNA sits at the table. BEN stands at the stove.\n\n"
            + "ANNA\nI saw you at the station last night, Ben.\n\nBEN\nThat was somebody else in my coat, I suppose.\n\n"
            * 3
        )
        talk = [s for s in board.shots() if s.speeches]
        assert talk[0].framing in {Framing.TWO_SHOT, Framing.OVER_THE_SHOULDER}
        assert any(s.framing is Framing.OVER_THE_SHOULDER for s in talk)
        assert talk[-1].size is ShotSize.CLOSE_UP
        over = next(s for s in talk if s.framing is Framing.OVER_THE_SHOULDER)
        near = next(s for s in over.units[0].contract.subjects if s.depth is DepthPlace.FOREGROUND)
        assert near.facing is Facing.AWAY
        assert Relation.IN_FRONT_OF in {s.relation for s in over.units[0].contract.constraints.spatial}

    def test_a_long_speech_breaks_on_the_listener(self):
        board = fountain(
            "INT. HALL - DAY\n\nANNA faces BEN, a boy.\n\nANNA\n"
            + "I carried it over the mountain in the snow for you. " * 6
            + "\n\nBEN\nWhy?\n"
        )
        framed = [(len(s.speeches), s.description.split()[0]) for s in board.shots()]
        assert any(first == "Ben" for n, first in framed if n)
        assert all(s.frames <= 240 for s in board.shots())

    @pytest.mark.parametrize(
        ("text", "size", "framing", "move"),
        [
            ("CLOSE ON Anna's eyes.", ShotSize.CLOSE_UP, None, None),
            ("WIDE - Anna alone on the ice.", ShotSize.LONG, None, None),
            ("INSERT - a letter on the mat.", ShotSize.CLOSE_UP, Framing.INSERT, None),
            ("PAN LEFT TO Anna at the gate.", None, None, (Move.PAN_LEFT, Amount.LARGE)),
            ("Slowly the camera pushes in on Anna.", None, None, (Move.PUSH, Amount.SMALL)),
            ("CRANE UP over the roofs as Anna runs.", ShotSize.LONG, None, (Move.CRANE_UP, Amount.LARGE)),
            ("ANNA'S POV - the empty road.", None, Framing.POINT_OF_VIEW, None),
        ],
    )
    def test_the_writers_directions_win(
        self, text: str, size: ShotSize | None, framing: Framing | None, move: tuple[Move, Amount] | None
    ):
        shot = (
            fountain(f"EXT. ROAD - DAY\n\nA long road.\n\nANNA (30) walks.\n\n{text}\n\nANNA\nOh.\n")
            .scenes[0]
            .shots[2]
        )
        assert size is None or shot.size is size
        assert framing is None or shot.framing is framing
        assert move is None or (shot.move.kind, shot.move.amount) == move

    def test_three_people_are_split_into_plates(self):
        board = fountain(
            "INT. HALL - DAY\n\nANNA, 30, BEN, 40, and COLE, 50, stand together.\n\nANNA\nHi.\n\nBEN\nHi.\n\nCOLE\nHi.\n"
        )
        shot = next(s for s in board.shots() if len(people(s)) == 3)
        assert [u.id.part for u in shot.units if u.kind is UnitKind.PLATE] == [
            "plate_background",
            "plate_anna",
            "plate_ben",
            "plate_cole",
        ]

    def test_voice_over_is_offscreen_and_a_parenthetical_is_a_face(self):
        board = fountain(
            "INT. ROOM - DAY\n\nANNA (30) sits.\n\nBEN (V.O.)\nCome back.\n\nANNA\n(angrily)\nNever again, Ben Hollis.\n"
        )
        first, second = (s for shot in board.shots() for s in shot.speeches)
        assert first.offscreen
        assert not second.offscreen
        faces = [
            s.expression for shot in board.shots() if shot.speeches for s in shot.units[0].contract.subjects
        ]
        assert Expression.ANGRY in faces

    def test_dual_dialogue_overlaps_and_is_marked(self):
        board = fountain(
            "INT. ROOM - DAY\n\nANNA (30) and BEN (40) sit.\n\nANNA\nStop it now.\n\nBEN ^\nI won't stop.\n"
        )
        shot = next(s for s in board.shots() if len(s.speeches) == 2)
        assert shot.speeches[0].start == shot.speeches[1].start
        assert any("same time" in m.what for m in shot.marks)

    def test_negation_is_no_action(self):
        shot = fountain("INT. ROOM - DAY\n\nANNA (30) does not run. She is not smiling.\n").shots()[0]
        subject = shot.units[0].contract.subjects[0]
        assert (subject.pose, subject.expression) == (Pose.STAND, Expression.NEUTRAL)

    def test_headings_carry_time_weather_and_doubt(self):
        board = fountain(
            "INT. CABIN - NIGHT (STORM)\n\nDark.\n\nEXT. DECK - CONTINUOUS\n\nWind.\n\nEXT. HARBOUR\n\nBoats.\n"
        )
        assert [s.time for s in board.scenes] == [TimeOfDay.NIGHT] * 3
        assert board.scenes[1].weather is Weather.STORM
        assert [m.certainty for s in board.scenes for m in s.marks if m.about == "time"] == [
            Certainty.NOTE,
            Certainty.DOUBT,
        ]
        assert [board.location(s.location).look.kind for s in board.scenes] == [
            SetKind.ROOM,
            SetKind.DECK,
            SetKind.SHORE,
        ]

    def test_no_heading_at_all_is_a_doubt_not_a_guess(self):
        board = fountain("Title: T\n\nANNA\nHello?\n")
        assert any("no scene heading" in m.what for m in board.scenes[0].marks)

    def test_two_leads_without_description_look_and_sound_different(self):
        board = fountain(
            "INT. ROOM - DAY\n\n" + "".join(f"{n}\nHello.\n\n" for n in ("ANNA", "BELLA", "CORA", "DORA"))
        )
        cast = [a for a in board.anchors if isinstance(a, CharacterAnchor)]
        assert (
            len(
                {
                    (c.look.hair.style, c.look.upper.kind, c.look.upper.colour, c.look.headgear.kind)
                    for c in cast
                }
            )
            == 4
        )
        assert len({(c.voice.name, c.voice.semitones, c.voice.pace) for c in cast}) == 4
        assert all(any("invented" in m for m in c.marks) for c in cast)

    def test_a_plain_mention_is_no_prop_but_a_held_thing_is(self):
        board = fountain("INT. ROOM - DAY\n\nA book lies there.\n\nANNA (30) raises a rusted LANTERN.\n")
        assert [a.id for a in board.anchors if isinstance(a, PropAnchor)] == ["prop_lantern"]

    def test_full_names_and_cues_are_one_person(self):
        board = fountain(
            "INT. ROOM - DAY\n\nMARA VOSS (30s) enters.\n\nMARA\nHi.\n\nOLD TEO sits.\n\nTEO\nHi.\n"
        )
        assert [a.id for a in board.anchors if isinstance(a, CharacterAnchor)] == ["char_mara", "char_teo"]


class TestProseReading:
    def test_tags_pronouns_and_turns(self):
        board = prose(
            "Mara stood in the kitchen. Tom came in.\n\n“You're late,” said Mara.\n\n“The road was wet,” Tom said.\n\n“It always is.”\n\n"
            "“Then why ask?”\n\nShe laughed. “Sit down,” she said.\n"
        )
        spoken = [s.speaker for shot in board.shots() for s in shot.speeches]
        assert spoken == ["char_mara", "char_tom", "char_mara", "char_tom", "char_mara"]

    def test_a_speaker_nobody_names_is_a_doubt(self):
        board = prose("The hall was dark.\n\n“Who is there?”\n\nNothing moved.\n")
        assert any("nobody is named" in m.what for shot in board.shots() for m in shot.marks)

    def test_scenes_at_breaks_and_time_jumps(self):
        board = board_of("salt")
        assert [s.location for s in board.scenes][1:] == [
            "loc_kitchen",
            "loc_boathouse",
            "loc_office",
            "loc_quay",
            "loc_boathouse",
        ]
        assert [s.time for s in board.scenes[3:5]] == [TimeOfDay.DAWN, TimeOfDay.MORNING]
        assert [a.id for a in board.anchors if isinstance(a, CharacterAnchor)] == [
            "char_inés",
            "char_dov",
            "char_wren",
            "char_prew",
        ]

    def test_who_was_described_before_having_a_name(self):
        look = board_of("salt").character(AnchorId("char_dov")).look
        assert (look.age, look.headgear.kind) == (Age.OLD, Hat.CAP)

    def test_chinese(self):
        board = board_of("chinese")
        assert board.language == "zh"
        assert [a.id for a in board.anchors if isinstance(a, CharacterAnchor)][:3] == [
            "char_老周",
            "char_小梅",
            "char_陈海",
        ]
        assert board.character(AnchorId("char_小梅")).look.upper.kind is Upper.LONG_COAT
        assert [s.location for s in board.scenes] == ["loc_灯塔", "loc_灯塔", "loc_码头"]
        assert board.scenes[0].weather is Weather.RAIN
        assert "prop_钥匙" in {a.id for a in board.anchors}


class TestTrailer:
    @pytest.mark.parametrize(("name", "length"), [("lamp", 30), ("lamp", 60), ("salt", 45), ("salt", 120)])
    def test_length_order_codes_and_reasons(self, name: str, length: int):
        whole, cut = board_of(name), breakdown(source_of(name), trailer_seconds=length)
        assert 0.95 * length <= seconds(cut) <= 1.05 * length
        codes = [s.code for s in whole.shots()]
        kept = [s.code for s in cut.shots()]
        assert kept == [c for c in codes if c in set(kept)]
        assert all(
            any(m.about == "trailer" and m.certainty is Certainty.NOTE for m in s.marks) for s in cut.shots()
        )
        check_board(cut)

    def test_longer_than_the_film_says_so(self):
        cut = breakdown(source_of("ferry"), trailer_seconds=600)
        assert any(m.about == "trailer" for m in cut.marks)
        assert len(cut.shots()) == len(board_of("ferry").shots())


def novel(words: int) -> str:
    """A hundred thousand words with chapters, places, people and talk, the same every time."""
    names = ("Mara", "Tom Reed", "Captain Hale", "Ines", "Dov")
    places = ("kitchen", "harbour", "forest", "lighthouse", "station", "street", "church")
    verbs = ("walked", "ran", "sat", "knelt", "looked", "turned", "waited")
    lines: list[str] = ["The Long Book"]
    count = n = 0
    while count < words:
        if n % 40 == 0:
            lines.append(f"Chapter {n // 40 + 1}")
        who, other, place = names[n % 5], names[(n // 3 + 1) % 5], places[(n // 9) % 7]
        told = (
            f"{who} {verbs[n % 7]} in the {place} and thought of {other}, and the rain went on over the roofs of number {n}. "
            * 3
        )
        lines += [
            told.strip(),
            f"“You are late again,” said {who}.",
            f"“I was in the {place},” {other} answered.",
            "“You always are.”",
        ]
        count += len(told.split()) + 18
        n += 1
    return "\n\n".join(lines)


def test_a_hundred_thousand_words(tmp_path: Path):
    path = tmp_path / "novel.txt"
    path.write_text(novel(100_000), encoding="utf-8")
    source = read_source(path)
    board = breakdown(source)
    assert len(board.scenes) > 20
    assert {a.name for a in board.anchors if isinstance(a, CharacterAnchor)} >= {"Mara", "Dov", "Ines"}
    covered = {n for shot in board.shots() for n in range(shot.source.first, shot.source.last + 1)}
    assert lines_of(source) <= covered


def test_other_rates_and_names():
    board = breakdown(source_of("lamp"), title="Other", frame_rate=FrameRate(24000, 1001))
    assert board.title == "Other"
    assert abs(seconds(board) - seconds(board_of("lamp"))) < 1
    with pytest.raises(NotFound, match="no breakdown"):
        breakdown(source_of("lamp"), by="nobody")
    assert ShotCode("SC010_SH010") == board.shots()[0].code


class TestWhoSaysWhat:
    """Lines of prose, as (speaker, words)."""

    @staticmethod
    def lines(text: str) -> list[tuple[str, str]]:
        board = prose(text)
        return [(board.character(s.speaker).name, s.text) for shot in board.shots() for s in shot.speeches]

    def test_a_tag_within_a_sentence_does_not_end_it(self):
        said = self.lines(
            "Anna stood in the kitchen. Peter sat by the stove.\n\n“That,” said Anna, “is what he told me.”\n\n"
            "“I heard,” said Peter. “Go on.”\n"
        )
        assert said == [("Anna", "That, is what he told me."), ("Peter", "I heard. Go on.")]

    def test_a_speech_of_several_paragraphs_has_one_speaker(self):
        said = self.lines(
            "Anna stood in the kitchen. Peter sat by the stove.\n\n“Who was he?” said Peter.\n\n"
            "“He came in the spring,” said Anna. “It rained.\n\n“In the summer he came back.\n\n"
            "“In the autumn he was dead.”\n\n“I see,” said Peter.\n"
        )
        assert [who for who, _ in said] == ["Peter", "Anna", "Anna", "Anna", "Peter"]

    def test_june_is_somebody_where_she_speaks_and_a_month_where_not(self):
        said = self.lines(
            "June stood in the kitchen. Peter sat by the stove.\n\n“Tea?” said June.\n\n“Yes,” said Peter.\n\n"
            "“There is no milk,” said June.\n"
        )
        assert [who for who, _ in said] == ["June", "Peter", "June"]
        month = prose(
            "In June Peter sat by the stove. June was warm.\n\n“Yes,” said Peter. “Warm,” said Peter.\n"
        )
        assert [a.name for a in month.anchors if isinstance(a, CharacterAnchor)] == ["Peter"]

    @pytest.mark.parametrize(
        "name", ["林小满", "王大明", "张三", "张家明", "欧阳云", "司马光", "玛丽", "艾米丽", "老王"]
    )
    def test_chinese_names(self, name: str):
        said = self.lines(
            f"清晨，厨房里很冷。{name}站在炉子旁边，手里提着水壶。周远坐在桌子旁边。\n\n“喝茶吗？”{name}说。\n\n"
            f"“好。”周远说。\n\n“没有牛奶了。”{name}说。\n\n“从来就没有。”周远低声说。\n"
        )
        assert [who for who, _ in said] == [name, "周远", name, "周远"]

    def test_how_it_is_said_is_nobody(self):
        board = prose(
            "厨房里很冷。周远坐在桌子旁边。\n\n“喝茶吗？”忽然问。\n\n“好。”周远说，大声说。\n\n“嗯。”忽然问。周远说。\n"
        )
        assert [a.name for a in board.anchors if isinstance(a, CharacterAnchor)] == ["周远"]


class TestOnePersonOneAnchor:
    @staticmethod
    def cast(board: Board) -> dict[str, tuple[str, ...]]:
        return {
            a.name: tuple(m for m in a.marks if "invented" not in m and "man or woman" not in m)
            for a in board.anchors
            if isinstance(a, CharacterAnchor)
        }

    @staticmethod
    def played(text: str) -> Board:
        return fountain("INT. OFFICE - NIGHT\n\n" + text)

    def test_prose_with_titles_first_names_and_surnames(self):
        board = prose(
            "A little after six Augustus Pell came into the surgery. “Good evening,” said Dr. Anand. The doctor did not "
            "look up.\n\n“Good evening,” said Mr. Pell.\n\n“Sit down,” said Anand.\n\nPell sat. “My wife has a cold,” "
            "Pell said.\n\n“Mrs. Pell has a cold,” said the doctor.\n\n“He has,” said Mrs. Pell.\n"
        )
        assert self.cast(board) == {
            "Pell": ("“Pell” could be any of Augustus Pell, Mrs. Pell; Augustus Pell is assumed",),
            "Anand": (),
            "Mrs. Pell": (),
        }
        said = [board.character(s.speaker).name for shot in board.shots() for s in shot.speeches]
        assert said == ["Anand", "Pell", "Anand", "Pell", "Anand", "Mrs. Pell"]

    def test_cues_with_titles_and_without(self):
        board = self.played(
            "FRANK HALLORAN (50s) waits. DEPUTY HALE stands by the door. ZOFIA BRANDT (30) comes in.\n\nMR. HALLORAN\nEvening."
            "\n\nDEPUTY HALE\nEvening.\n\nHalloran sits. Frank looks at Zofia.\n\nHALE\nLate.\n\nZOFIA BRANDT\nYes."
            "\n\nMRS. HALLORAN (O.S.)\nFrank!\n\nSHERIFF HALE\nQuiet.\n"
        )
        assert self.cast(board) == {
            "Mr. Halloran": (),
            "Deputy Hale": ("“Hale” and “Deputy Hale” were taken for one person",),
            "Zofia Brandt": (),
            "Mrs. Halloran": (),
            "Sheriff Hale": (),
        }
        seen = {str(s.who) for shot in board.shots() for unit in shot.units for s in unit.contract.subjects}
        assert {"char_mr_halloran", "char_zofia_brandt"} <= seen

    def test_the_old_woman_is_old_nan(self):
        board = prose(
            "Old Nan sat by the stove in the kitchen. Peter came in.\n\n“Shut it,” said Nan.\n\n“I did,” said Peter.\n\n“Twice,” "
            "said the old woman.\n"
        )
        assert self.cast(board) == {"Nan": ("“Old Woman” was taken for Old Nan",), "Peter": ()}

    def test_young_ida_and_numbered_guards_are_others(self):
        board = self.played(
            "YOUNG IDA\nPapa?\n\nIDA\nYes.\n\nGUARD 1\nStop.\n\nGUARD 2\nHalt.\n\nGUARD\nWho?\n"
        )
        assert list(self.cast(board)) == ["Young Ida", "Ida", "Guard 1", "Guard 2", "Guard"]

    def test_a_surname_may_be_a_word_for_a_place(self):
        board = prose(
            "Ida Marsh stood in the kitchen. Peter sat by the stove.\n\n“Tea?” said Ida Marsh.\n\n“Yes,” said Peter.\n"
        )
        assert list(self.cast(board)) == ["Ida Marsh", "Peter"]

    @pytest.mark.parametrize(
        ("narrow", "wide", "one"),
        [
            ("Pell", "Augustus Pell", True),
            ("Mr. Pell", "Augustus Pell", True),
            ("Mrs. Pell", "Augustus Pell", False),
            ("Miss Pell", "Mrs. Pell", False),
            ("Doctor", "Dr. Anand", True),
            ("Sheriff Hale", "Deputy Hale", False),
            ("Young Ida", "Ida", False),
            ("Old Teo", "Teo", True),
            ("Hale", "Haley", False),
        ],
    )
    def test_names_that_can_be_one(self, narrow: str, wide: str, one: object):
        assert can_be_one(narrow, wide) is one


class TestBooks:
    BOOK = (
        "The Weir\nA Novel\nby Jane Marsh\n\nCopyright © 2025 Jane Marsh. All rights reserved.\n\nFor everyone who kept a "
        "gate.\n\nPART ONE\nHIGH WATER\n\nCHAPTER ONE\nThe Swan\n\nIda stood in the kitchen. It was six on a November "
        "evening, and it had rained since noon.\n\n“Tea?” said Ida.\n\nCHAPTER TWO\n\nThe Towpath\n\nAt the weir the water "
        "was loud. Ida waited.\n\n“Hello?” said Ida.\n\nTHE END\n"
    )

    def test_what_is_no_story_is_not_filmed(self):
        board = prose(self.BOOK)
        assert board.title == "The Weir"
        assert [scene.heading for scene in board.scenes] == [
            "INT. KITCHEN - EVENING (CHAPTER ONE: The Swan)",
            "EXT. WEIR - EVENING (CHAPTER TWO: The Towpath)",
        ]

    def test_what_is_left_out_before_the_story_is_reported(self):
        saying = "The river keeps what it is given, and gives back what it likes."
        text = f"The Weir\n\nby Anna Author\n\n{saying}\n\nCHAPTER ONE\n\nAnna waited.\n\nCHAPTER TWO\n\nAnna left.\n\nTHE END\n"
        assert [(mark.what, mark.certainty) for mark in prose(text).marks] == [
            ("line 3 is not filmed, being before the story: “by Anna Author”", Certainty.NOTE),
            (
                "line 5 is not filmed, being before the story: “The river keeps what it is given, and gives back …”",
                Certainty.DOUBT,
            ),
        ]

    @pytest.mark.parametrize(
        "opening",
        [
            "By noon the rain had stopped.",
            "For my mother it was the end.",
            "A story was told in the kitchen.",
            "The end came.",
        ],
    )
    def test_a_story_may_open_like_front_matter(self, opening: str):
        board = prose(f"{opening}\n\nAnna stood in the kitchen.\n\n“Tea?” said Anna.\n")
        assert min(span.first for shot in board.shots() for span in [shot.source]) == 1


def test_a_flashback_plays_in_the_same_place():
    board = fountain(
        "EXT. ORCHARD - DAY\n\nIDA (30) waits.\n\n.FLASHBACK - THE ORCHARD, 1998\n\nIda waits.\n\nEXT. ORCHARD - FLASHBACK - DAY\n\nIda waits."
    )
    assert [scene.location for scene in board.scenes] == ["loc_orchard"] * 3


def test_a_dog_is_not_cast_unless_it_speaks():
    silent = fountain(
        "INT. HALL - DAY\n\nThe dog, BISCUIT, an old spaniel, does not get up. IDA (30) waits.\n\nIDA\nUp.\n"
    )
    assert [a.name for a in silent.anchors if isinstance(a, CharacterAnchor)] == ["Ida"]
    told = prose(
        "Anna stood in the kitchen with the dog, Rook. Rook lifted his head. “Who is it?” said Anna. So Rook stood, and Rook "
        "waited.\n\n“Me,” said Peter.\n"
    )
    assert [a.name for a in told.anchors if isinstance(a, CharacterAnchor)] == ["Anna", "Peter"]
    fable = prose("Anna stood in the kitchen with the cat, Tom.\n\n“Milk,” said Tom.\n\n“No,” said Anna.\n")
    assert [a.name for a in fable.anchors if isinstance(a, CharacterAnchor)] == ["Anna", "Tom"]


def test_a_point_of_view_does_not_show_whose_it_is():
    board = fountain(
        "INT. KITCHEN - NIGHT\n\nIDA (30) runs a thumb along the ledger. TOM (40) waits.\n\nIDA'S POV: Tom waves.\n\n"
        "POV TOM - Ida smiles.\n"
    )
    shots = [s for s in board.shots() if s.framing is Framing.POINT_OF_VIEW]
    assert [list(people(shot)) for shot in shots] == [["char_tom"], ["char_ida"]]
    [thumb, *_] = [u.contract.subjects[0].pose for s in board.shots() for u in s.units if u.contract.subjects]
    assert thumb is Pose.REACH
    runs = fountain("EXT. QUAY - DAY\n\nIDA (30) waits.\n\nIda runs to meet the boat.\n")
    assert Pose.RUN in [s.pose for shot in runs.shots() for u in shot.units for s in u.contract.subjects]


def test_scene_numbers_are_kept_and_an_intercut_is_marked():
    first, second = fountain(
        "INT. KITCHEN - NIGHT #12A#\n\nIDA (30) waits.\n\nINTERCUT WITH:\n\nINT. OFFICE - NIGHT #13#\n\nTOM (40) waits.\n"
    ).scenes
    assert [m.what for m in first.marks] == [
        "scene 12A of the script",
        "the script asks for “INTERCUT WITH:”; the scenes stay one after the other",
    ]
    assert [m.what for m in second.marks] == ["scene 13 of the script"]
    assert not [
        shot for shot in first.shots if "INTERCUT" in shot.units[0].contract.purpose + shot.description
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "CHAPTER TWO",
        "CHAPTER TWO: THE WEIR",
        "Chapter Twenty One",
        "Part the Second",
        "第二章 雨夜 归来",
        "## The Second Day",
    ],
)
def test_a_heading_may_stand_directly_on_its_text(heading: str):
    source = PlainProse().read(
        f"Anna stood in the kitchen.\n\n{heading}\nAnna waited at the window,\nand nobody came.\n", "test"
    )
    assert isinstance(source, Prose)
    assert [p.kind for p in source.paragraphs] == [
        ParagraphKind.TEXT,
        ParagraphKind.CHAPTER,
        ParagraphKind.TEXT,
    ]
    assert source.paragraphs[-1].text == "Anna waited at the window, and nobody came."


def test_who_wrote_it_may_stand_under_an_empty_line():
    text = "The Weir\n\nby Anna Author\nCopyright 2020 Anna Author\nAll rights reserved\n\nAnna stood in the kitchen.\n"
    source = PlainProse().read(text, "test")
    assert isinstance(source, Prose)
    assert [p.text for p in source.paragraphs if p.kind is ParagraphKind.TEXT] == [
        "Anna stood in the kitchen."
    ]


def told(text: str) -> list[str]:
    return [shot.description for shot in prose(text).shots()]


def test_what_somebody_does_between_two_lines_is_shown():
    shown = told(
        "Anna stood in the kitchen with Paul.\n\n“Wait,” said Paul.\n\n“One,” said Anna.\n\n"
        "Anna sat down. “Two,” said Anna.\n\n“Three,” said Paul. He drew his knife. “Four,” he said.\n"
    )
    assert any("Anna sat down." in text for text in shown)
    assert any("He drew his knife." in text for text in shown)
    assert not any("Three. Four." in text for text in shown)


def test_who_acts_beside_a_line_says_it_and_is_in_the_cast_without_a_tag_of_his_own():
    board = prose(
        "In the kitchen, Bram was scrubbing a pot. Hester came in with Corin. It was night.\n\n"
        "“Where is the letter?” said Hester.\n\nBram turned round. “I did not read it.”\n\n“Good,” said Corin.\n"
    )
    assert [a.name for a in board.anchors if isinstance(a, CharacterAnchor)] == ["Bram", "Hester", "Corin"]
    assert [board.character(s.speaker).name for shot in board.shots() for s in shot.speeches] == [
        "Hester",
        "Bram",
        "Corin",
    ]


def test_somebodys_mother_speaks_where_she_is_said_to_and_only_there():
    board = prose(
        "In the kitchen at night, Hester washed a plate. It had taken her mother eleven winters to buy it.\n\n"
        "“How many?” asked Hester.\n\n“Nine,” her mother said.\n\nHester thought of her mother. “And yesterday?”\n\n"
        "“Ten,” said Hester's mother.\n"
    )
    assert [board.character(s.speaker).name for shot in board.shots() for s in shot.speeches] == [
        "Hester",
        "Mother",
        "Hester",
        "Mother",
    ]


def test_he_said_means_who_acts_in_front_of_the_words():
    board = prose(
        "Nora stood in the library at night.\n\n“The ship came back,” said Nora.\n\nEdmund closed the book. “Empty?” he asked.\n"
    )
    assert [board.character(s.speaker).name for shot in board.shots() for s in shot.speeches] == [
        "Nora",
        "Edmund",
    ]


def test_a_wrapped_sentence_is_neither_a_heading_nor_a_dedication():
    text = (
        "Anna stood in the kitchen.\n\nPart two of the plan was simple, and\nAnna waited.\n\nPeter had come\n"
        "for my mother and the others\nwho waited.\n"
    )
    source = PlainProse().read(text, "test")
    assert [p.text for p in source.paragraphs if p.kind is ParagraphKind.TEXT] == [  # pyright: ignore[reportAttributeAccessIssue]
        "Anna stood in the kitchen.",
        "Part two of the plan was simple, and Anna waited.",
        "Peter had come for my mother and the others who waited.",
    ]


def test_a_street_is_not_what_it_is_called_after():
    [scene] = prose("Anna waited in the surgery on Hill Street.\n\n“Tea?” said Anna.\n").scenes
    assert scene.heading == "INT. SURGERY - DAY"


def test_a_coats_colour_is_not_the_hairs():
    board = prose(
        "Anna, huge, in a green raincoat, her hair cropped, stood in the kitchen.\n\n“Tea?” said Anna.\n"
    )
    [anna] = [a for a in board.anchors if isinstance(a, CharacterAnchor)]
    assert anna.look.upper.colour == "#4f7350"
    assert anna.look.hair.colour != anna.look.upper.colour
    assert (anna.look.hair.style, anna.look.build) == (HairStyle.CROP, Build.BROAD)


def test_a_list_is_no_story():
    with pytest.raises(BadDocument, match="tells no scene"):
        prose("Shopping\n\nmilk, 2 litres\neggs\nbread, the dark one\nbatteries\n")


def test_more_scenes_than_codes_can_number_are_refused_by_their_number():
    with pytest.raises(BadDocument, match="10,001 scenes, and a production holds 9,999"):
        fountain("INT. ROOM - DAY\n\nRain.\n\n" * 10_001)


@pytest.mark.parametrize(
    ("text", "weather"),
    [
        ("雾已经散了。", None),
        ("雨停了。", None),
        ("雾还没有散。", Weather.FOG),
        ("The fog had lifted.", None),
        ("Fog lay on the river.", Weather.FOG),
    ],
)
def test_weather_that_is_over_is_no_weather(text: str, weather: Weather | None):
    assert weather_in(text) is weather
