"""Screenplays as people at work write them: numbered headings, flashbacks, words on the picture, voices from afar, in Chinese."""

import pytest

from picturelock.core.anchor import Age, CharacterAnchor
from picturelock.core.board import Board
from picturelock.script.breakdown import breakdown
from picturelock.script.formats import formats
from picturelock.script.formats.fdx import Fdx
from picturelock.script.formats.fountain import Fountain
from picturelock.script.headings import heading_in, parse_heading


def screenplay(text: str) -> Board:
    return breakdown(Fountain().read(text, "script"))


def cast(board: Board) -> dict[str, Age]:
    return {a.name: a.look.age for a in board.anchors if isinstance(a, CharacterAnchor)}


def lines(board: Board) -> list[tuple[str, str]]:
    return [(board.character(s.speaker).name, s.text) for shot in board.shots() for s in shot.speeches]


def marks(board: Board) -> list[str]:
    return [mark.what for scene in board.scenes for mark in scene.marks]


@pytest.mark.parametrize(
    ("line", "text", "number"),
    [
        ("2A EXT. YARD - DAY 2A", "EXT. YARD - DAY", "2A"),
        ("12. INT. SHOP - NIGHT", "INT. SHOP - NIGHT", "12"),
        ("1. 内景 咖啡馆 日", "内景 咖啡馆 日", "1"),
        ("场2 外景 街道 夜", "外景 街道 夜", "场2"),
        ("第三场 咖啡馆 日 内", "咖啡馆 日 内", "第三场"),
        ("1-2 夜 外 后花园", "夜 外 后花园", "1-2"),
        ("【内景 · 书房 · 夜】", "内景 · 书房 · 夜", ""),
        ("FLASHBACK - EXT. BEACH - DAY (1969)", "FLASHBACK - EXT. BEACH - DAY (1969)", ""),
    ],
)
def test_a_heading_is_known_by_its_form(line: str, text: str, number: str) -> None:
    found = heading_in(line)
    assert found is not None
    assert (found.text, found.number) == (text, number)
    said = parse_heading(found.text)
    assert said.place
    assert said.time is not None
    assert said.interior is not None


@pytest.mark.parametrize(
    "line",
    [
        "2 men wait.", "Interior decorators laugh.", "他走到外面，天黑了。", "夜 里 很静", "1998年的夜，内心很静。", "12 EGGS, DAY OLD",
    ],
)  # fmt: skip
def test_a_sentence_is_none(line: str) -> None:
    assert heading_in(line) is None


def test_numbers_before_and_behind_a_heading_belong_to_the_scene() -> None:
    board = screenplay("1 INT. SHOP - DAY 1\n\nAna counts.\n\n2A EXT. YARD - NIGHT 2A\n\nAna waits.\n")
    assert [scene.heading for scene in board.scenes] == ["INT. SHOP - DAY", "EXT. YARD - NIGHT"]
    assert marks(board) == ["scene 1 of the script", "scene 2A of the script"]


def test_a_flashbacks_heading_is_one_and_its_end_is_not_filmed() -> None:
    board = screenplay(
        "INT. DINER - NIGHT\n\nLou eats.\n\nFLASHBACK - EXT. BEACH - DAY (1969)\n\nLou runs.\n\nEND FLASHBACK\n\nINT. DINER - NIGHT\n\n"
        "Lou cries.\n\nLATER\n\nLou sleeps.\n\nTHE END\n"
    )
    assert [scene.heading for scene in board.scenes][1] == "FLASHBACK - EXT. BEACH - DAY (1969)"
    assert not any(
        word in shot.description for shot in board.shots() for word in ("FLASHBACK", "LATER", "END")
    )
    assert [mark.split("”")[0][1:] for mark in marks(board)] == ["END FLASHBACK", "LATER", "THE END"]


def test_words_on_the_picture_are_reported_and_nobody_plays_them() -> None:
    board = screenplay('EXT. PIER - DAWN\n\nSUPER: "October 1987"\n\nGulls cry.\n')
    assert [shot.description for shot in board.shots()] == ["Gulls cry."]
    assert marks(board) == [
        "the script asks for words on the picture: “October 1987”; the film is made without them"
    ]


@pytest.mark.parametrize(
    ("extension", "there"),
    [("ON PHONE", False), ("ON TV", False), ("FILTERED", False), ("PRE-LAP", False), ("O.S.", False), ("INTO PHONE", True), ("CONT'D", True)],
)  # fmt: skip
def test_who_is_heard_from_afar_does_not_stand_in_the_room(extension: str, *, there: bool) -> None:
    board = screenplay(
        f"INT. CAR - DAY\n\nANITA drives.\n\nANITA\nHello?\n\nGREG ({extension})\nWhere are you?\n"
    )
    [greg] = [s for shot in board.shots() for s in shot.speeches if s.text.startswith("Where")]
    assert greg.offscreen is not there


def test_everybodys_age_is_their_own() -> None:
    board = screenplay(
        "INT. STATION - DAY\n\nMOLLY (7) and OFFICER KIM (mid-30s) wait.\n\nOFFICER KIM\nSit.\n"
    )
    assert cast(board) == {"Molly": Age.CHILD, "Officer Kim": Age.ADULT}
    assert cast(screenplay("内景 咖啡馆 日\n\n老郑（60岁）走进来。\n\n老郑：坐。\n")) == {"老郑": Age.OLD}


def test_a_heading_under_a_line_of_blanks_is_not_spoken() -> None:
    board = screenplay("INT. CAR - DAY\n\nANNA\nDon't look.\n          \nEXT. ROAD - NIGHT\n\nRain.\n")
    assert lines(board) == [("Anna", "Don't look.")]
    assert len(board.scenes) == 2


CHINESE = """\
《旧城》

第一集

1-1 日 内 将军府正厅
人物：沈将军、管家

△沈将军坐在主位，管家跪在地上。
△窗外下雨。

沈将军（怒）
说！谁放她走的？

管家
老爷，是小姐自己走的。

1-2 夜 外 后花园
字幕：三年后
翠儿：小姐，您疯了吗？
沈清秋（画外音）：嘘——
【闪回结束】
"""


def test_a_chinese_script_of_the_usual_form() -> None:
    format_of = next(f for f in formats() if f.recognises(CHINESE))
    assert isinstance(format_of, Fountain)
    board = screenplay(CHINESE)
    assert board.title == "旧城"
    assert [scene.heading for scene in board.scenes] == ["日 内 将军府正厅", "夜 外 后花园"]
    assert lines(board) == [
        ("沈将军", "说！谁放她走的？"),
        ("管家", "老爷，是小姐自己走的。"),
        ("翠儿", "小姐，您疯了吗？"),
        ("沈清秋", "嘘——"),
    ]
    [heard] = [s for shot in board.shots() for s in shot.speeches if s.text == "嘘——"]
    assert heard.offscreen
    shown = [shot.description for shot in board.shots()]
    assert not any("△" in text or "人物" in text or "闪回" in text or "字幕" in text for text in shown)
    assert any("坐在主位" in text for text in shown)


def descriptions(text: str) -> str:
    return " | ".join(shot.description for shot in screenplay(text).shots())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('EXT. PIER - DAY\n\nSUPER: "October 1987"\nAnna walks in and sits.\n', "Anna walks in and sits."),
        ("EXT. PIER - DAY\n\nCAPTION: a sign. Anna reads it and faints.\n", "Anna reads it and faints."),
        ("外景 江边 日\n\n字幕：三年以后\n王丽走进来，坐下。\n", "王丽走进来"),
        ("外景 江边 日\n\n特写：王丽的手在颤抖。\n", "王丽的手在颤抖"),
        ("外景 江边 日\n\n空镜：江面上的雾。\n", "江面上的雾"),
        ("外景 江边 日\n\n王丽停下。\n她看见一张纸条：我走了。\n手机屏幕：三个未接来电。\n镜头推近：一封信。\n", "三个未接来电"),
    ],
)  # fmt: skip
def test_what_is_to_be_seen_is_not_lost_to_a_caption_or_a_colon(text: str, shown: str) -> None:
    assert shown in descriptions(text)
    assert lines(screenplay(text)) == []


def test_a_list_in_the_action_is_no_row_of_scenes() -> None:
    board = screenplay(
        "INT. OFFICE - DAY\n\nAnna reads the list:\n1. Int. wiring\n2. Ext. paint\nShe sighs.\n"
    )
    assert len(board.scenes) == 1


@pytest.mark.parametrize("line", ["Ivy climbs the wall.", "Bill lies on the table.", "Will stands by."])
def test_a_word_that_is_a_name_besides_is_somebodys_only_in_capitals(line: str) -> None:
    assert cast(screenplay(f"EXT. YARD - DAY\n\n{line}\n\nANNA\nGo.\n")) == {"Anna": Age.ADULT}
    capitals = line.split()[0].upper() + line[line.index(" ") :]
    assert len(cast(screenplay(f"EXT. YARD - DAY\n\n{capitals}\n\nANNA\nGo.\n"))) == 2


def test_silence_says_nothing() -> None:
    board = screenplay("内景 厨房 夜\n\n沉默\n王丽低头。\n\n王丽：走吧。\n\n沉默\n王丽起身。\n")
    assert lines(board) == [("王丽", "走吧。")]


def test_an_old_man_is_old_also_in_a_clause_with_as() -> None:
    board = screenplay("INT. HUT - DAY\n\nThe door opens as TEO, an old man, enters.\n\nTEO\nGood.\n")
    assert cast(board) == {"Teo": Age.OLD}


KITCHEN = "INT. KITCHEN - DAY\n\nBOB, 40, stirs soup. CAROL, 38, cuts bread. ERIN, 9, reads.\n\n"


@pytest.mark.parametrize(
    ("cue", "speakers"),
    [
        ("BOB AND CAROL", ["Bob", "Carol"]),
        ("BOB & ERIN (O.S.)", ["Bob", "Erin"]),
        ("CAROL/ERIN/BOB", ["Carol", "Erin", "Bob"]),
        ("BOB, CAROL, AND ERIN", ["Bob", "Carol", "Erin"]),
        ("CAROL AND ZORB", ["Carol", "Zorb"]),
        ("MR. & MRS. PELL", ["Mr. Pell", "Mrs. Pell"]),
        ("MR. AND MRS. VAN DER BERG", ["Mr. Van Der Berg", "Mrs. Van Der Berg"]),
        ("FATHER AND SON", ["Father", "Son"]),
        ("GUARD #1 AND #2", ["Guard #1", "Guard #2"]),
        ("COPS 1 AND 2", ["Cop 1", "Cop 2"]),
        ("BOTH", ["Carol", "Erin"]),
        ("ALL THREE", ["Bob", "Carol", "Erin"]),
        ("ALL", ["Bob", "Carol", "Erin"]),
        ("ALL BUT BOB", ["Carol", "Erin"]),
        ("BOB & THE OTHERS", ["Bob", "Carol", "Erin"]),
    ],
)
def test_those_of_one_cue_speak_at_the_same_time(cue: str, speakers: list[str]) -> None:
    board = screenplay(f"{KITCHEN}{cue}\nWho is there?\n")
    assert lines(board) == [(name, "Who is there?") for name in speakers]
    [shot] = [shot for shot in board.shots() if shot.speeches]
    assert len({speech.start for speech in shot.speeches}) == 1


@pytest.mark.parametrize(
    ("cue", "speaker", "doubtful"),
    [
        ("SALT AND PEPPER", "Salt And Pepper", True),
        ("BOB & CAROL'S SON", "Bob & Carol's Son", True),
        ("MARY, QUEEN OF SCOTS", "Mary, Queen Of Scots", False),
        ("ANNA, NURSE", "Anna, Nurse", False),
        ("TEO, 70", "Teo, 70", False),
        ("24/7 CLERK", "24/7 Clerk", False),
        ("MAN W/ HAT", "Man W/ Hat", False),
        ("SIMON AND SIMON", "Simon And Simon", True),
        ("BOB AND #", "Bob And #", True),
        ("ALEXANDER", "Alexander", False),
    ],
)
def test_a_name_with_an_and_in_it_is_one_and_is_asked_about(cue: str, speaker: str, doubtful: bool) -> None:  # noqa: FBT001
    board = screenplay(f"{KITCHEN}{cue}\nWho is there?\n")
    assert lines(board) == [(speaker, "Who is there?")]
    asked = [m.what for shot in board.shots() for m in shot.marks if m.about.startswith("speaker")]
    assert asked == ([f"“{cue}” was taken for one person"] if doubtful else [])


def test_who_speaks_together_is_seen_together() -> None:
    board = screenplay(f"{KITCHEN}BOB\nHark.\n\nBOB AND ERIN\nWho is there, at this time of the night?\n")
    shot = board.shots()[-1]
    assert {board.character(s.who).name for s in shot.units[0].contract.subjects} == {"Bob", "Erin"}


def test_who_asks_is_seen_with_those_who_answer() -> None:
    board = screenplay(f"{KITCHEN}BOB\nWho has eaten the last biscuit?\n\nCAROL AND ERIN\nNot us.\n")
    frame = next(
        unit for unit in board.shots()[-1].units if unit.contract and len(unit.contract.subjects) > 1
    )
    assert {board.character(s.who).name for s in frame.contract.subjects} == {"Bob", "Carol", "Erin"}


def test_a_long_chorus_stays_together_from_shot_to_shot() -> None:
    words = "We have been in the garden the whole of this afternoon, and we saw nobody. Nobody came by the gate, and nobody went in."
    shots = [shot for shot in screenplay(f"{KITCHEN}BOB AND CAROL\n{words}\n").shots() if shot.speeches]
    assert len(shots) > 1
    for shot in shots:
        one, other = shot.speeches
        assert (one.text, one.start) == (other.text, other.start)
    assert " ".join(shot.speeches[0].text for shot in shots) == words


def test_a_close_look_at_one_does_not_take_one_voice_of_several() -> None:
    board = screenplay(f"{KITCHEN}Close on Bob's face.\n\nBOB AND CAROL\nWhat was that?\n")
    assert [len(shot.speeches) for shot in board.shots()] == [0, 0, 2]


def test_the_others_are_not_who_has_just_spoken() -> None:
    board = screenplay(f"{KITCHEN}BOB\nGo.\n\nTHE OTHERS\nNo!\n(louder)\nNever!\n")
    said = [("Carol", "No!"), ("Erin", "No!"), ("Carol", "Never!"), ("Erin", "Never!")]
    assert lines(board) == [("Bob", "Go."), *said]


def test_what_follows_an_aside_of_a_second_voice_comes_after_it() -> None:
    board = screenplay(f"{KITCHEN}BOB\nNever.\n\nCAROL ^\n(cold)\nAlways.\n(beat)\nEver.\n")
    never, always, ever = (speech.start for speech in board.shots()[-1].speeches)
    assert never == always < ever


def test_where_nobody_is_there_yet_all_is_asked_about() -> None:
    board = screenplay("INT. HALL - DAY\n\nA long table.\n\nALL\nHurray!\n")
    assert lines(board) == [("All", "Hurray!")]
    assert "nobody can tell who “ALL” are" in [m.what for shot in board.shots() for m in shot.marks]


@pytest.mark.parametrize(
    "head", ["MONTAGE - GETTING READY", "SERIES OF SHOTS:", "BEGIN TRAINING MONTAGE", "A MONTAGE:"]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "mark", ["-- ", "--", "- ", "* ", "{letter}) ", "({letter}) ", "{letter}. ", "{number}. "]
)
def test_each_line_of_a_list_is_a_shot(head: str, gap: str, mark: str) -> None:
    whats = ["Bob ties his shoes.", "Close on Carol's hands.", "Rain on the glass."]
    listed = [mark.format(letter="ABC"[n], number=n + 1) + what for n, what in enumerate(whats)]
    board = screenplay(f"{KITCHEN}{head}{gap}{gap.join(listed)}\n\nEND MONTAGE\n\nBob sits down.\n")
    assert [shot.description for shot in board.shots()][-4:] == [*whats, "Bob sits down."]
    assert [what for what in marks(board) if head in what]
    assert marks(board)[-1].startswith("“END MONTAGE” is for the reader")


def test_a_list_may_stand_on_one_line_and_name_places() -> None:
    board = screenplay(f"{KITCHEN}SERIES OF SHOTS: A) EXT. BEACH - DAY. Bob runs. B) Carol rows. C) Rain.\n")
    assert [shot.description for shot in board.shots()][-3:] == [
        "EXT. BEACH - DAY. Bob runs.",
        "Carol rows.",
        "Rain.",
    ]
    assert marks(board)[-1].startswith("“EXT. BEACH - DAY. Bob runs.” names a place of its own")


def test_final_drafts_montage_is_in_the_scene_before() -> None:
    def paragraph(kind: str, text: str) -> str:
        return f'<Paragraph Type="{kind}"><Text>{text}</Text></Paragraph>'

    written = [
        paragraph("Scene Heading", "INT. KITCHEN - DAY"),
        paragraph("Action", "BOB, 40, stirs soup."),
        paragraph("Scene Heading", "MONTAGE - GETTING READY"),
        paragraph("Action", "A) Bob runs. B) Bob rows. C) Rain."),
    ]
    text = f'<FinalDraft DocumentType="Script"><Content>{"".join(written)}</Content></FinalDraft>'
    board = breakdown(Fdx().read(text, "script"))
    [scene] = board.scenes
    assert [shot.description for shot in scene.shots][-3:] == ["Bob runs.", "Bob rows.", "Rain."]


@pytest.mark.parametrize(
    "action",
    [
        "Bob drops the spoon\n- and it rolls away.",
        "12. That is the number on the door.",
        "A) B) and C) are crossed out.",
        "MONTAGE -- BOB PAINTS THE WALL. CAROL ROWS.",
        "MONTAGE - Bob and Carol's first year.",
    ],
)
def test_where_nothing_is_listed_every_word_is_kept(action: str) -> None:
    board = screenplay(f"{KITCHEN}{action}\n")
    assert " ".join(shot.description for shot in board.shots()).endswith(action.replace("\n", " "))


def test_a_role_behind_a_chinese_name_belongs_to_it() -> None:
    assert lines(screenplay("第1场 内 教室 日\n\n王仁和老师：坐下。\n")) == [("王仁和老师", "坐下。")]


def test_several_of_a_chinese_line() -> None:
    board = screenplay(
        "第1场 内 教室 日\n\n△小明和小红站起来。\n\n小明、小红：老师好！\n\n李和平：坐下。\n\n李和平和小明：好。\n\n"
        "两人：是！\n\n张三：来。\n\n张三、李四：我们！\n\n早、中、晚：三顿饭。\n\n服装、道具：校服两套\n"
    )
    assert lines(board) == [
        ("小明", "老师好！"), ("小红", "老师好！"), ("李和平", "坐下。"), ("李和平", "好。"), ("小明", "好。"),
        ("李和平", "是！"), ("小明", "是！"), ("张三", "来。"), ("张三", "我们！"), ("李四", "我们！"),
    ]  # fmt: skip
    assert "“两人” was taken for 李和平 and 小明" in [m.what for shot in board.shots() for m in shot.marks]
    assert board.shots()[-1].description.endswith("早、中、晚：三顿饭。")
    assert marks(board)[-1] == "服装、道具：校服两套"


@pytest.mark.parametrize(
    ("before", "cue", "speakers"),
    [
        ("Bob and Erin find Carol's keys.", "BOTH", ["Bob", "Erin"]),
        ("Bob and Erin look at a picture of Carol.", "BOTH", ["Bob", "Erin"]),
        ("Erin leaves.", "BOTH", ["Bob", "Carol"]),
        ("BOB\nGo.\n\nErin shakes her head.", "THE OTHERS", ["Carol", "Erin"]),
        ("BOB (O.S.)\nGo.", "THE OTHERS", ["Carol", "Erin"]),
        ("Bob waits.", "ALL (O.S.)", ["All"]),
        ("BOTH\nYes.\n\nBob waits.", "EVERYONE (O.S.)", ["Everyone"]),
        ("Bob and Erin think of Carol.", "BOTH", ["Bob", "Erin"]),
        ("Carol leaves. Bob laughs. He turns to Erin.", "BOTH", ["Bob", "Erin"]),
    ],
)
def test_who_is_meant_is_who_is_there(before: str, cue: str, speakers: list[str]) -> None:
    board = screenplay(f"{KITCHEN}{before}\n\n{cue}\nSurprise!\n")
    assert sorted(name for name, text in lines(board) if text == "Surprise!") == speakers


def test_who_was_never_named_is_not_one_of_those_who_are_there() -> None:
    board = screenplay("INT. HALL - DAY\n\nALL\nHurray!\n\nBOB\nQuiet!\n\nALL\nSorry!\n")
    assert lines(board) == [("All", "Hurray!"), ("Bob", "Quiet!"), ("Bob", "Sorry!")]


def test_after_two_voices_the_next_waits_for_the_longer() -> None:
    board = screenplay(f"{KITCHEN}BOB\nWhere is the bread knife?\n\nERIN ^\nNo.\n\nCAROL\nGood.\n")
    where, no, good = (speech.start for shot in board.shots() for speech in shot.speeches)
    alone = screenplay(f"{KITCHEN}BOB\nWhere is the bread knife?\n\nCAROL\nGood.\n")
    assert where == no
    assert good == alone.shots()[-1].speeches[-1].start


@pytest.mark.parametrize(
    "text",
    [
        "L.A. at night.",
        "2.5 million people watch.",
        "-10 degrees.",
        "I. The first chapter.",
        "J.R. drinks.",
        "A.M. light.",
    ],
)
def test_a_montages_words_are_not_taken_for_marks(text: str) -> None:
    board = screenplay(f"{KITCHEN}MONTAGE - THE ROAD\n\n{text}\n\nBob sleeps in the car.\n")
    assert [shot.description for shot in board.shots()][-2:] == [text, "Bob sleeps in the car."]


def test_a_voice_may_speak_over_a_list() -> None:
    board = screenplay(
        f"{KITCHEN}MONTAGE\n\nA) Bob runs.\n\nBOB (V.O.)\nI ran.\n\nB) Bob swims.\n\nC) Bob rows.\n"
    )
    assert [shot.description for shot in board.shots()][-2:] == ["Bob swims.", "Bob rows."]


def test_a_head_without_a_list_is_filmed_and_one_with_a_time_is_a_scene() -> None:
    board = screenplay(
        "INT. GYM - DAY\n\nMONTAGE - BOB AND CAROL FALL IN LOVE\n\n.MONTAGE - BEACH - NIGHT\n\n- Rain.\n- Wind.\n"
    )
    one, other = board.scenes
    assert one.shots[0].description == "MONTAGE - BOB AND CAROL FALL IN LOVE"
    assert [shot.description for shot in other.shots] == ["Rain.", "Wind."]


@pytest.mark.parametrize(
    "line",
    [
        "白天、黑夜：交替。",
        "白菜、黄瓜：三块钱一斤。",
        "左边、右边：各有一扇门。",
        "周一：晴。",
        "蒙太奇：周岚的一天",
    ],
)
def test_a_chinese_line_about_things_is_no_speech(line: str) -> None:
    assert lines(screenplay(f"第1场 内 教室 日\n\n小明：好。\n\n{line}\n")) == [("小明", "好。")]


def test_a_picture_of_somebody_shows_nobody() -> None:
    board = screenplay(
        f"{KITCHEN}Bob leans over the table and looks for a long time at the portrait of Carol.\n"
    )
    [subject] = board.shots()[-1].units[0].contract.subjects
    assert board.character(subject.who).name == "Bob"
