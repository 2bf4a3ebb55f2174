import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import BadDocument, NotFound
from picturelock.script.formats import FORMATS, formats
from picturelock.script.formats.fdx import Fdx
from picturelock.script.formats.fountain import Fountain
from picturelock.script.formats.prose import PlainProse
from picturelock.script.reader import LARGEST_BYTES, read_source
from picturelock.script.source import ElementKind, ParagraphKind, Prose, Screenplay, joined

HERE = Path(__file__).parent / "fixtures"


def screenplay(text: str) -> Screenplay:
    source = Fountain().read(text, "test")
    assert isinstance(source, Screenplay)
    return source


def prose(text: str) -> Prose:
    source = PlainProse().read(text, "a_test")
    assert isinstance(source, Prose)
    return source


def said(source: Screenplay, kind: ElementKind) -> list[tuple[int, str]]:
    return [(e.passage.line, e.text) for e in source.elements if e.kind is kind]


class TestFountain:
    source = screenplay((HERE / "every_element.fountain").read_text(encoding="utf-8"))

    def test_title_page_with_indented_and_emphasised_values(self):
        assert self.source.title == "The Ferry Clock"
        assert self.source.title_page["author"] == ("A. N. Example",)

    def test_headings_natural_forced_and_numbered_with_their_lines(self):
        assert said(self.source, ElementKind.HEADING) == [
            (15, "EXT. PIER - DAWN"),
            (22, "FERRY DECK - MORNING"),
            (42, "INT./EXT. CABIN - CONTINUOUS"),
            (51, "I/E CAR - NIGHT"),
        ]
        assert [e.number for e in self.source.elements if e.kind is ElementKind.HEADING] == [
            "1",
            "1A",
            "",
            "",
        ]

    def test_boneyard_is_nothing_and_notes_are_taken_out_of_the_action(self):
        assert not any("NOWHERE" in e.text for e in self.source.elements)
        assert said(self.source, ElementKind.NOTE) == [(17, "Fog machine or matte?")]
        assert said(self.source, ElementKind.ACTION)[0] == (17, "A FERRY noses out of the fog. Gulls.")

    def test_forced_action_is_no_heading(self):
        assert (20, "INT. is not a heading here.") in said(self.source, ElementKind.ACTION)

    def test_cues_forced_accented_dual_and_extended(self):
        cues = [e for e in self.source.elements if e.kind is ElementKind.CHARACTER]
        assert [c.text for c in cues] == ["McRae", "NELL", "NELL", "ÉLODIE"]
        assert [c.dual for c in cues] == [False, True, False, False]
        assert cues[2].extensions == ("V.O.",)

    def test_dialogue_keeps_a_held_blank_line_together(self):
        speech = next(e for e in self.source.elements if e.kind is ElementKind.DIALOGUE)
        assert speech.text == "It's late. It's always late."
        assert (speech.passage.line, speech.passage.last) == (28, 30)

    def test_the_rest(self):
        assert said(self.source, ElementKind.LYRIC) == [(36, "Row, the grey water, row")]
        assert [t for _, t in said(self.source, ElementKind.CENTRED)] == ["THE END OF THE LINE"]
        assert [t for _, t in said(self.source, ElementKind.TRANSITION)] == ["SMASH CUT TO:", "CUT TO:"]
        assert [t for _, t in said(self.source, ElementKind.SECTION)] == ["Act One"]
        assert [t for _, t in said(self.source, ElementKind.SYNOPSIS)] == ["A ferry waits for a clock."]
        assert len(said(self.source, ElementKind.PAGE_BREAK)) == 1
        assert (47, "Bonjour*.") in said(self.source, ElementKind.DIALOGUE)

    def test_an_unclosed_boneyard_does_not_swallow_the_film(self):
        assert said(screenplay("INT. A - DAY\n\n/* oops\n\nBob runs.\n"), ElementKind.ACTION)[-1] == (
            5,
            "Bob runs.",
        )

    def test_fade_in_on_top_is_a_transition_not_a_title(self):
        source = screenplay("FADE IN:\n\nINT. A - DAY\n\nRain.\n")
        assert said(source, ElementKind.TRANSITION) == [(1, "FADE IN:")]
        assert source.title_page == {}

    @given(st.text(alphabet="INTEXT. -#@!>~=*_/[]()^\nabAB淡外景", max_size=200))
    def test_any_text_is_read_and_lines_stay_inside_the_file(self, text: str):
        source = screenplay(text)
        for element in source.elements:
            assert 1 <= element.passage.line <= element.passage.last <= source.lines
        starts = [e.passage.line for e in source.elements]
        assert starts == sorted(starts)


class TestFdx:
    source = Fdx().read((HERE / "ferry.fdx").read_text(encoding="utf-8"), "ferry")

    def test_elements_with_lines(self):
        assert isinstance(self.source, Screenplay)
        assert self.source.title == "The Ferry Clock"
        assert said(self.source, ElementKind.HEADING) == [
            (4, "INT. WHEELHOUSE - NIGHT"),
            (30, "EXT. PIER - DAY"),
        ]
        assert said(self.source, ElementKind.ACTION)[0] == (8, "Rain on the windows. NELL grips the radio.")
        assert said(self.source, ElementKind.DIALOGUE)[0][1] == "Answer me & come home."
        assert said(self.source, ElementKind.PARENTHETICAL) == [(15, "angrily")]

    def test_dual_dialogue_and_extensions(self):
        assert isinstance(self.source, Screenplay)
        cues = [e for e in self.source.elements if e.kind is ElementKind.CHARACTER]
        assert [(c.text, c.dual) for c in cues] == [("NELL", False), ("NELL", False), ("MCRAE", True)]
        assert cues[0].extensions == ("CONT'D",)

    def test_a_headings_summary_is_not_the_heading(self):
        text = (
            '<FinalDraft><Content><Paragraph Type="Action"><Text>FADE IN:</Text></Paragraph>'
            '<Paragraph Number="1" Type="Scene Heading"><SceneProperties><Summary><Paragraph><Text>Nora comes home.'
            "</Text></Paragraph></Summary></SceneProperties><Text>EXT. QUAY - NIGHT</Text></Paragraph>"
            '<Paragraph Type="Action"><Text>Rain.</Text></Paragraph></Content></FinalDraft>'
        )
        found = [(e.kind, e.text, e.number) for e in Fdx().read(text, "test").elements]
        assert found == [
            (ElementKind.TRANSITION, "FADE IN:", ""),
            (ElementKind.HEADING, "EXT. QUAY - NIGHT", "1"),
            (ElementKind.ACTION, "Rain.", ""),
        ]

    def test_entities_are_refused_before_they_expand(self):
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><FinalDraft><Content/></FinalDraft>'
        with pytest.raises(BadDocument, match="document type or an entity"):
            Fdx().read(bomb, "bomb")

    def test_not_xml_says_where(self):
        with pytest.raises(BadDocument, match="line 2") as caught:
            Fdx().read("<FinalDraft>\n<Content></Oops>", "broken")
        assert "Final Draft" in caught.value.remedy

    def test_other_xml(self):
        with pytest.raises(BadDocument, match="not a Final Draft"):
            Fdx().read("<html/>", "page")


class TestProse:
    def test_wrapped_paragraphs_keep_their_lines(self):
        source = prose(
            "The storm came in over the harbour wall and stayed\nthere until the boats had given up on the day.\n\nThen it went.\n"
        )
        first, second = source.paragraphs
        assert (first.passage.line, first.passage.last, second.passage.line) == (1, 2, 4)
        assert first.passage.line_at(first.text.index("there")) == 2

    def test_one_paragraph_a_line(self):
        source = prose("“Who is it?”\n“It is me.”\nShe opened the door.\n")
        assert [p.text for p in source.paragraphs] == ["“Who is it?”", "“It is me.”", "She opened the door."]

    def test_title_chapters_and_breaks(self):
        source = prose(
            "The Well\n\nChapter One\n\nIt was dry.\n\n* * *\n\nIt was wet.\n\n第二章 雨\n\n下雨了。\n"
        )
        assert source.title == "The Well"
        assert [p.kind for p in source.paragraphs] == [
            ParagraphKind.TITLE, ParagraphKind.CHAPTER, ParagraphKind.TEXT, ParagraphKind.BREAK, ParagraphKind.TEXT,
            ParagraphKind.CHAPTER, ParagraphKind.TEXT,
        ]  # fmt: skip

    def test_a_wider_gap_is_a_break(self):
        kinds = [p.kind for p in prose("One went.\n\nTwo came.\n\n\n\nThree stayed.\n").paragraphs]
        assert kinds == [ParagraphKind.TEXT, ParagraphKind.TEXT, ParagraphKind.BREAK, ParagraphKind.TEXT]

    def test_chinese_lines_join_without_a_space(self):
        assert joined([(1, "雨下得"), (2, "很大。")]).text == "雨下得很大。"

    @given(st.text(max_size=300))
    def test_any_text_is_read(self, text: str):
        source = prose(text.replace("\r", "\n"))
        for paragraph in source.paragraphs:
            assert 1 <= paragraph.passage.line <= paragraph.passage.last <= source.lines


class TestReader:
    def write(self, folder: Path, data: bytes, name: str = "script.txt") -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    @pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \n\t\r\n"])
    def test_empty(self, tmp_path: Path, data: bytes):
        with pytest.raises(BadDocument, match="empty"):
            read_source(self.write(tmp_path, data))

    def test_latin1_says_line_byte_and_command(self, tmp_path: Path):
        with pytest.raises(BadDocument) as caught:
            read_source(self.write(tmp_path, b"One\r\nTwo caf\xe9 three\n"))
        assert caught.value.line == 2
        assert "0xe9" in caught.value.message
        assert "iconv -f latin1 -t utf-8" in caught.value.remedy

    def test_gbk_is_told_apart(self, tmp_path: Path):
        with pytest.raises(BadDocument) as caught:
            read_source(self.write(tmp_path, "老周站在灯塔里。".encode("gb18030")))
        assert "iconv -f gb18030" in caught.value.remedy

    @pytest.mark.parametrize(
        "data",
        [b"\x7fELF\x00\x01\x02", b"Hello \x00 world", b"%PDF-1.7", b"PK\x03\x04...", b"\xff\xfeH\x00i\x00"],
    )
    def test_binary(self, tmp_path: Path, data: bytes):
        with pytest.raises(BadDocument) as caught:
            read_source(self.write(tmp_path, data))
        assert caught.value.remedy
        assert caught.value.exit_code == 2

    def test_too_large_is_refused_without_reading(self, tmp_path: Path):
        path = tmp_path / "large.txt"
        with path.open("wb") as file:
            file.truncate(LARGEST_BYTES * 4)
        with pytest.raises(BadDocument, match="at most 50 MB"):
            read_source(path)

    def test_no_words(self, tmp_path: Path):
        with pytest.raises(BadDocument, match="no words"):
            read_source(self.write(tmp_path, b"Title: Nothing\n\n===\n", "a.fountain"))

    def test_windows_quotation_marks_are_told_from_latin1(self, tmp_path: Path):
        folder = tmp_path / "my scripts"
        folder.mkdir()
        path = self.write(folder, "“Élan,” said José.\n".encode("cp1252"))
        with pytest.raises(BadDocument) as error:
            read_source(path)
        command = error.value.remedy.partition(": ")[2]
        assert command.startswith("iconv -f cp1252 -t utf-8 '")
        subprocess.run(command, shell=True, check=True, cwd=tmp_path)  # noqa: S602  # as a person would paste it
        assert (tmp_path / "utf8-script.txt").read_text("utf-8") == "“Élan,” said José.\n"

    def test_a_screenplay_without_a_heading_has_no_scene(self, tmp_path: Path):
        with pytest.raises(BadDocument, match="no scene") as error:
            read_source(self.write(tmp_path, b"ANNA\nHello?\n\nShe waits.\n", "a.fountain"))
        assert "INT. KITCHEN - NIGHT" in error.value.remedy

    def test_missing(self, tmp_path: Path):
        with pytest.raises(NotFound):
            read_source(tmp_path / "none.txt")

    @pytest.mark.parametrize(
        "data", [b"\xef\xbb\xbfINT. A - DAY\n\nRain.", b"INT. A - DAY\r\n\r\nRain.", b"INT. A - DAY\r\rRain."]
    )
    def test_byte_order_mark_and_line_ends(self, tmp_path: Path, data: bytes):
        source = read_source(self.write(tmp_path, data))
        assert isinstance(source, Screenplay)
        assert [(e.text, e.passage.line) for e in source.elements] == [("INT. A - DAY", 1), ("Rain.", 3)]

    def test_format_by_content(self, tmp_path: Path):
        assert isinstance(read_source(self.write(tmp_path, b"It rained.\n")), Prose)
        assert isinstance(read_source(self.write(tmp_path, (HERE / "ferry.fdx").read_bytes())), Screenplay)

    def test_registry_and_folder_agree(self):
        import picturelock.script.formats as package

        folder = Path(package.__file__).parent
        assert {p.stem for p in folder.glob("*.py")} - {"__init__"} == set(FORMATS)
        assert len(list(formats())) >= len(FORMATS)
