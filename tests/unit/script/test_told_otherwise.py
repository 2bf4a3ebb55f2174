"""Stories that are told in other ways: with a look back, in Chinese as people type it, in German, about people who never speak."""

from pathlib import Path

import pytest

from picturelock.core.anchor import Age, CharacterAnchor
from picturelock.core.board import Board
from picturelock.core.failures import BadDocument
from picturelock.script.breakdown import breakdown
from picturelock.script.formats.fountain import Fountain
from picturelock.script.formats.prose import PlainProse
from picturelock.script.reader import read_source


def prose(text: str) -> Board:
    return breakdown(PlainProse().read(text, "story"))


def screenplay(text: str) -> Board:
    return breakdown(Fountain().read(text, "script"))


def cast(board: Board) -> list[str]:
    return [anchor.name for anchor in board.anchors if isinstance(anchor, CharacterAnchor)]


def lines(board: Board) -> list[tuple[str, str]]:
    return [(board.character(s.speaker).name, s.text) for shot in board.shots() for s in shot.speeches]


def headings(board: Board) -> list[str]:
    return [scene.heading for scene in board.scenes]


FLASHBACK = """\
Hester Vane stood at the kitchen window at dusk. She put down her cup.

“It is late,” said Hester.

Her brother Corin laughed. “It is early somewhere.”

{then} The boats were in. Hester counted them in the harbour.

“Nine,” said her mother.

{now} Hester lit the lamp.

“Nine,” she said.
"""


@pytest.mark.parametrize(
    "then",
    [
        "When she was seven, her mother had taken her to the harbour.",
        "Thirty years ago the harbour was full.",
        "As a child, she had been taken to the harbour.",
        "Hester was seven when her mother took her to the harbour.",
        "Long before, the harbour had been full.",
    ],
)
def test_a_flashback_is_a_scene_of_its_own_and_the_story_comes_back_to_where_it_was(then: str) -> None:
    board = prose(FLASHBACK.format(then=then, now="Now it was dark."))
    assert headings(board) == ["INT. KITCHEN - DUSK", "EXT. HARBOUR - DUSK", "INT. KITCHEN - DUSK"]
    assert [any("back" in mark.what for mark in scene.marks) for scene in board.scenes] == [False, True, True]


def test_now_begins_no_scene_where_nothing_was_left() -> None:
    board = prose(FLASHBACK.format(then="Then they went out.", now="Now it was dark."))
    assert all("back" not in mark.what for scene in board.scenes for mark in scene.marks)


@pytest.mark.parametrize(
    "told",
    [
        "When she was seven, Hester had a boat of her own.",
        "As a girl Hester had a boat of her own.",
        "Since Hester was nine, she had rowed.",
    ],
)
def test_how_old_somebody_once_was_is_not_how_old_they_are(told: str) -> None:
    board = prose(f"Hester stood in the kitchen at dusk. {told} She rowed well.\n\n“Late,” said Hester.\n")
    [hester] = [a for a in board.anchors if isinstance(a, CharacterAnchor)]
    assert hester.look.age is Age.ADULT


def test_a_husband_named_behind_his_wifes_pronoun_is_a_man() -> None:
    english = prose(
        "It was night in the kitchen. Wanda washed the bowls. Her husband Merrin pushed the door open.\n\n"
        "“You are back,” said Wanda.\n\n“The rain has stopped,” said Merrin.\n"
    )
    chinese = prose(
        "深夜，厨房里，王丽在洗碗。她的丈夫李强推门进来。\n\n“你回来了。”王丽说。\n\n“雨停了。”李强说。\n"
    )
    for board in (english, chinese):
        [_, husband] = [a for a in board.anchors if isinstance(a, CharacterAnchor)]
        assert husband.voice.name == "us_male"


def test_chinese_typed_with_marks_of_half_a_width_is_read_like_any_other() -> None:
    half = "清晨,陈伯坐在河边。小满走过来。\n\n“今天还过河吗?”小满问。\n\n陈伯站起身来:“上船吧。”他说,“水不急。”\n"
    full = half.replace(",", "，").replace("?", "？").replace(":", "：")
    assert cast(prose(half)) == cast(prose(full)) == ["陈伯", "小满"]
    assert lines(prose(half)) == lines(prose(full))
    assert [who for who, _ in lines(prose(half))] == ["小满", "陈伯"]


def test_a_chinese_screenplay_gives_lines_behind_a_colon() -> None:
    board = screenplay(
        "内景 厨房 夜\n\n王丽在洗碗。\n王丽：你回来了。\n李强:(笑)雨停了。\n旁白：那一夜很长。\n门上写着：请勿入内。\n字幕：三年以后\n"
    )
    assert lines(board) == [("王丽", "你回来了。"), ("李强", "雨停了。"), ("旁白", "那一夜很长。")]
    [told] = [s for shot in board.shots() for s in shot.speeches if s.text.startswith("那一夜")]
    assert told.offscreen
    shown = " ".join(shot.description for shot in board.shots())
    assert "请勿入内" in shown
    assert any("三年以后" in mark.what for scene in board.scenes for mark in scene.marks)


@pytest.mark.parametrize(("opens", "closes"), [("„", "“"), ("„", "”"), ("»", "«"), ("«", "»")])
def test_quotation_marks_of_other_countries_set_off_speech(opens: str, closes: str) -> None:
    board = prose(
        f"{opens}Where is the letter?{closes} said Anna.\n\n{opens}I never had it,{closes} said Paul. He sat down.\n"
    )
    assert lines(board) == [("Anna", "Where is the letter?"), ("Paul", "I never had it.")]


def test_another_language_is_said_to_be_one() -> None:
    german = "„Wo ist der Brief?“ fragte Anna. Sie stand in der Küche und sah aus dem Fenster auf den Hof hinunter, denn es war spät.\n"
    english = "“Where is the letter?” asked Anna. She stood in the kitchen and looked out of the window at the yard, for it was late.\n"
    assert [mark.about for mark in prose(german).marks] == ["language"]
    assert prose(english).marks == ()


def test_a_voice_is_nobodys_in_particular() -> None:
    board = prose("Corin sat on the bridge at dusk.\n\n“Late,” said Corin.\n\n“No letter,” said a voice.\n")
    assert lines(board) == [("Corin", "Late."), ("Unnamed voice", "No letter.")]


def test_who_only_acts_is_in_the_cast() -> None:
    assert cast(
        prose("Ruth and Ali walked along the beach at dawn. Ruth carried the net. Ali found a boot.\n")
    ) == ["Ruth", "Ali"]
    script = "INT. CAFE - DAY\n\nBOB sits. Clara and Peter enter. Rose petals fall. RAIN falls.\n\nANNA\nWhere is he?\n"
    assert cast(screenplay(script)) == ["Bob", "Clara", "Peter", "Anna"]


@pytest.mark.parametrize(
    ("text", "written", "named"),
    [
        ("INT. KITCHEN - NIGHT\n\nAnna waits.\n", "film.fdx", "film.fountain"),
        ('<?xml version="1.0"?>\n<FinalDraft><Content/></FinalDraft>\n', "film.fountain", "film.fdx"),
    ],
)
def test_a_script_under_another_kinds_ending_is_told_its_own(
    tmp_path: Path, text: str, written: str, named: str
) -> None:
    path = tmp_path / written
    path.write_text(text, "utf-8")
    with pytest.raises(BadDocument, match="does not hold what its ending says") as refused:
        read_source(path)
    assert named in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Tom Reed thought of it in the kitchen. He had been nine. “Run,” his father had said.\n",
            [("Father", "Run.")],
        ),
        (
            "“Late,” said the inspector.\n\n“You will,” Tom said. “I shall not,” said the inspector.\n",
            [("Inspector", "Late."), ("Tom", "You will."), ("Inspector", "I shall not.")],
        ),
        ("“Cold,” said Abel.\n\nStrick removed his hat. “I have a cold,” he said.\n", [("Abel", "Cold."), ("Strick", "I have a cold.")]),
        ("“Cheese,” said Pip.\n\n“I may have it,” said the heron.\n", [("Pip", "Cheese."), ("Heron", "I may have it.")]),
        ("'Don't,' said Bob. 'It's the Hendersons' house.'\n", [("Bob", "Don't. It's the Hendersons' house.")]),
        ("‘Don’t,’ said Bob. ‘It’s the Hendersons’ house.’\n\n‘No,’ said Bob.\n", [("Bob", "Don’t. It’s the Hendersons’ house."), ("Bob", "No.")]),
        ("— Have you told Da? said Cormac.\n\n— I'll tell him Sunday, said Declan. After Mass.\n", [("Cormac", "Have you told Da?"), ("Declan", "I'll tell him Sunday. After Mass.")]),
    ],
)  # fmt: skip
def test_the_text_says_who_speaks(text: str, said: list[tuple[str, str]]) -> None:
    assert lines(prose(text)) == said


def test_an_epithet_is_somebody_who_has_a_name_where_the_talk_says_so() -> None:
    talk = "“One,” said Hester Vane.\n\n“Two,” said Pell.\n\n“Three,” said Hester.\n\n“Four,” said the solicitor.\n\n"
    board = prose("Hester and Pell stood in the kitchen at night.\n\n" + talk * 4)
    assert cast(board) == ["Hester", "Pell"]
    assert [who for who, _ in lines(board)] == ["Hester", "Pell"] * 8
    [pell] = [a for a in board.anchors if isinstance(a, CharacterAnchor) and a.name == "Pell"]
    assert "“the solicitor” was taken for Pell" in pell.marks


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("深夜，张三推开客栈的门。\n\n“住店。”张三道。\n", ["张三"]),
        ("茶馆里，李四拔刀：“废话少说！”\n\n李四笑了：“走吧。”\n", ["李四", "李四"]),
        ("咖啡馆里，林晓坐着。\n\n“晚了。”林晓说。\n\n服务员走过来，问：“喝点什么？”\n", ["林晓", "服务员"]),
        ("破廟裡，大漢問道：「尊姓大名？」\n\n少年答道：「在下無名。」\n", ["大漢", "少年"]),
        ("我回到家。我看见了李叔。\n\n“您怎么在这儿？”我问。\n\n“等你啊。”李叔说。\n\n我放下筷子：“走吧。”\n", ["叙述者", "李叔", "叙述者"]),
    ],
)  # fmt: skip
def test_chinese_tags_name_who_speaks_the_first_time_already(text: str, who: list[str]) -> None:
    assert [name for name, _ in lines(prose(text))] == who


def test_the_time_with_which_a_paragraph_opens_begins_a_scene_and_is_its_time() -> None:
    board = prose(
        "Tom lay awake in the bedroom at night.\n\n“Sleep,” said Tom.\n\nIn the morning there was porridge in the kitchen.\n\n"
        "“Eat,” said Tom.\n\nBy evening the market had emptied. Tom sat in the guardhouse.\n\n“Home,” said Tom.\n"
    )
    assert headings(board) == ["INT. BEDROOM - NIGHT", "INT. KITCHEN - MORNING", "INT. GUARDHOUSE - EVENING"]


@pytest.mark.parametrize(
    ("told", "people"),
    [
        ("Volkov removed his cap.", ["Tom", "Volkov"]),
        ("Tomasz looked out at the yard.", ["Tom", "Tomasz"]),
        ("The Perpetua leaned over.", ["Tom"]),
        ("Supper was over. Work had stopped. Red lights burned.", ["Tom"]),
        ("Silence followed. Thunder rolled.", ["Tom"]),
        ("Conversation stopped. Heads turned.", ["Tom"]),
    ],
)
def test_who_acts_where_somebody_speaks_is_somebody_and_what_happens_there_is_not(
    told: str, people: list[str]
) -> None:
    board = prose(
        f"“Late,” said Tom in the kitchen.\n\n{told}\n\n“Very late,” said Tom. He had seen it in the kitchen before.\n"
    )
    assert cast(board) == people


def test_the_professor_is_the_one_who_is_called_so() -> None:
    board = prose(
        "Nora and Professor Okafor sat in the tent at night.\n\n“How much is left?” asked Nora.\n\n“None,” said Professor Okafor."
        "\n\n“Nora,” said the professor.\n"
    )
    assert cast(board) == ["Nora", "Professor Okafor"]
    assert [who for who, _ in lines(board)] == ["Nora", "Professor Okafor", "Professor Okafor"]


@pytest.mark.parametrize(
    "told",
    [
        "Taking off his coat, Tom sat.", "Putting down her cup, she sighed.", "Despite all his money, he was poor.",
        "Together with his wife, Tom left.", "Lightly shaking her head, she left.", "Relief flooded her face.",
        "Rage twisted his face.", "Sweat ran down his back.", "Whisky burned his throat.", "London gave her hope.",
    ],
)  # fmt: skip
def test_nobody_is_cast_for_having_something_of_his_or_hers_near(told: str) -> None:
    board = prose(f"“Late,” said Tom in the kitchen.\n\n{told}\n\n“Very late,” said Tom.\n")
    assert cast(board) == ["Tom"]


def test_a_word_in_anothers_quotation_marks_does_not_take_the_speeches() -> None:
    board = prose(
        "“Hello,” said Anna in the kitchen. The sign said „Achtung“ in red. He read «Sortie» and left.\n\n“What?” said Anna.\n"
    )
    assert lines(board) == [("Anna", "Hello."), ("Anna", "What?")]


@pytest.mark.parametrize(
    "told",
    [
        "“We should go,” said Corin. The wind whispered through the reeds.",
        "“Now?” said Corin. The clock answered with four strokes.",
        "“The phone!” said Corin. The radio called the harbour.",
    ],
)
def test_a_thing_that_whispers_is_not_cast(told: str) -> None:
    assert cast(prose(f"Corin sat in the kitchen at night.\n\n{told}\n")) == ["Corin"]


@pytest.mark.parametrize(
    "now",
    [
        "As a child ran past the window, Hester smiled.", "When she was two steps from the door, it opened.",
        "When Corin was ten paces away, he turned.", "Long before she could answer, the bell rang.",
        "In the evening light Hester looked old.", "In the afternoon sun the glass shone.",
    ],
)  # fmt: skip
def test_the_story_stays_where_it_is(now: str) -> None:
    board = prose(FLASHBACK.format(then=now, now="Then it was dark."))
    assert all(
        "time" not in mark.what for scene in board.scenes for mark in scene.marks if mark.about == "scene"
    )


def test_a_man_whose_wife_died_stays_a_man() -> None:
    board = prose(
        "Merrin stood in the kitchen at night. He washed his hands. After the death of his wife, Merrin never slept. He sat down. "
        "“Late,” said Merrin. He laughed.\n"
    )
    [merrin] = [a for a in board.anchors if isinstance(a, CharacterAnchor)]
    assert merrin.voice.name == "us_male"


def test_what_surrounds_a_table_is_nobody_and_a_thought_makes_no_narrator() -> None:
    board = prose(
        "茶馆里，王丽坐着。周围坐满了人。\n\n“走吧。”王丽说。周围站着邻居。\n\n王丽想，我真累，我该走了。她心想，我不能告诉他。\n"
    )
    assert cast(board) == ["王丽"]
