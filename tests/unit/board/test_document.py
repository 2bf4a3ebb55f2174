"""The board as YAML: the same value, the same bytes, and errors that say where."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from picturelock.board.document import (
    board_schema,
    dump_board,
    dump_settings,
    lean,
    load_board,
    load_settings,
    settings_schema,
)
from picturelock.board.emit import emit
from picturelock.board.schema import main, written
from picturelock.core.anchor import CharacterAnchor, CharacterLook
from picturelock.core.board import Board, Mark
from picturelock.core.failures import BadDocument
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId
from picturelock.core.money import Money
from picturelock.core.policy import Cap, Caps, Settings

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=240)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def test_a_board_comes_back(board):
    text = dump_board(board)
    assert load_board(text) == board
    assert dump_board(load_board(text)) == text


def test_defaults_are_left_out_and_long_text_is_folded(board):
    text = dump_board(board)
    assert "extreme" not in text
    assert "headgear" not in text
    assert max(len(line) for line in text.splitlines()) <= 120
    assert "move: {kind: push}" in text
    assert "frame_rate" not in text


@settings(max_examples=120, deadline=None)
@given(texts, texts, texts, st.sampled_from(["24", "25", "24000/1001"]), st.floats(0.3, 3.0))
def test_any_text_comes_back(title, name, what, rate, height):
    made = Board(
        title=title,
        frame_rate=FrameRate.parse(rate),
        anchors=(
            CharacterAnchor(
                id=AnchorId("char_a"), name=name, description=what, look=CharacterLook(height_m=height)
            ),
        ),
        marks=(Mark(what=what, about=name),),
    )
    text = dump_board(made)
    assert load_board(text) == made
    assert dump_board(load_board(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(texts, json_values, max_size=5))
def test_what_is_emitted_reads_back_under_yaml_1_1_too(value):
    read = yaml.load(emit(value), Loader=yaml.CSafeLoader)
    assert read == value


def test_words_that_yaml_would_turn_stay_text():
    made = Board(
        title="no", marks=tuple(Mark(what=w) for w in ("yes", "12:30", "1e5", "null", "~", "0x1f", "- a", ""))
    )
    assert load_board(dump_board(made)) == made


def test_people_write_bare_words():
    text = "title: no\nlanguage: no\nframe_rate: 25\nmarks: [{what: 12:30}]\n"
    made = load_board(text)
    assert (made.title, made.language, made.frame_rate) == ("no", "no", FrameRate(25))
    assert made.marks[0].what == "12:30"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("kind: push", "kind: pussh", "kind: pussh", "Did you mean 'push'?"),
        ("place: left", "plaice: left", "plaice", "Did you mean 'place'?"),
        ("id: SC010_SH010.key", "id: SC010_SH020.key", "SC010_SH020.key", "stands in shot SC010_SH010"),
        ("looks_at: char_teo", "looks_at: char_tea", "looks_at: char_tea", "no anchor is called char_tea"),
        ("title: The lamp", "titel: The lamp", "titel", "Did you mean 'title'?"),
        ("frames: 96", "frames: soon", "frames: soon", "a whole number is expected"),
        ("kind: style", "kind: styles", "kind: styles", "style"),
        ("title: The lamp", "title: 3", "title: 3", "Put it in quotes"),
        ("title: The lamp", "title: x\ntitle: y", "title: y", "given twice"),
        ("title: The lamp", "title: &a x", "title: &a x", "anchors and aliases"),
        ("title: The lamp", "title: !!python/name:os.system x", "title: !!", "tags"),
        ("    id: char_mara", "\t\tid: char_mara", "\t\tid", "not YAML"),
        ("title: The lamp", "title: [[[[[[" + "[" * 200_000, "title: [", "nested too deeply"),
        ("title: The lamp", "? [a]\n: b", "? [a]", "a key is not a word"),
        ("frames: 96", "frames: " + "9" * 5000, "frames: 99", "a whole number is expected"),
        ("id: char_teo", "id: teo", "id: teo", "Write it like 'char_mara'"),
    ],
)
def test_errors_name_the_line_and_the_remedy(board, old, new, at, says):
    text = dump_board(board)
    assert old in text
    broken = text.replace(old, new, 1)
    line = next(n for n, row in enumerate(broken.splitlines(), 1) if at in row)
    with pytest.raises(BadDocument) as caught:
        load_board(broken)
    assert says in str(caught.value)
    assert caught.value.line == line


def test_bombs_are_refused():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(BadDocument, match="aliases"):
        load_board(bomb)


@pytest.mark.parametrize(
    "text", ["", "- a\n", "just words\n", "# nothing\n", "a: \x00\n", "title: x\n---\ntitle: y\n"]
)
def test_what_is_no_board_is_refused(text):
    with pytest.raises(BadDocument):
        load_board(text)


def test_missing_fields_are_named():
    with pytest.raises(BadDocument, match="line 1: `title` is missing"):
        load_board("language: en\n")


_VENDORS = "title: x\nsource: y\ncaps:\n  money: 9USD\n  vendor:\n"
_RATES = "title: x\nsource: y\nrates:\n"


def test_caps_and_rates_come_back():
    text = (
        "title: x\nsource: y\ncaps:\n  money: 100CNY\n  scene: {money: 20CNY, minutes: 90}\n"
        "  vendor:\n    runway: 50CNY\n    kling: {money: 400CREDITS, takes: 30}\n"
        "  task:\n    keys: {tokens: 5000000}\n"
        "rates:\n  - {currency: USD, into: CNY, rate: 7.12, day: 2026-11-20, source: a bank}\n"
    )
    made = load_settings(text)
    assert made.caps.vendor["runway"] == Cap(money=Money.parse("50CNY"))
    assert made.caps.vendor["kling"] == Cap(money=Money.parse("400CREDITS"), takes=30)
    assert made.caps.task == {"keys": Cap(tokens=5_000_000)}
    assert made.rates[0].rate == Decimal("7.12")
    assert load_settings(dump_settings(made)) == made
    jsonschema.validate(yaml.safe_load(text.replace("2026-11-20", "'2026-11-20'")), settings_schema())
    jsonschema.validate(lean(made), settings_schema())


def test_settings_come_back():
    made = Settings(title="x", source="a.fountain", caps=Caps(money=Money.parse("25USD")), seed=7)
    text = dump_settings(made)
    assert load_settings(text) == made
    assert dump_settings(load_settings(text)) == text


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: x\nsource: y\npicture:\n  width: 1921\n", 4, "even number"),
        ("title: x\nsource: y\nretries: -1\n", 3, "0 or more"),
        ("title: x\nsource: y\ncaps:\n  money: lots\n", 4, "25USD"),
        ("title: x\nsource: y\nprofil: a\n", 3, "profile"),
        (f"{_VENDORS}    kling: 4USD\n    runway: lots\n", 7, "25USD"),
        (f"{_VENDORS}    kling: 4USD\n    runway: 5\n", 7, "a mapping is expected"),
        (f"{_VENDORS}    kling: 4USD\n    runway: -4USD\n", 7, "0 or more"),
        (f"{_VENDORS}    kling: {{takes: 3}}\n    runway: {{takse: 3}}\n", 7, "Did you mean 'takes'"),
        (f"{_VENDORS}    kling:\n      takes: 3\n      minutes: 9\n", 8, "human minutes are not spent"),
        ("title: x\nsource: y\ncaps:\n  money: 5USD\n  scene:\n    money: 4EUR\n", 6, "only a vendor's cap"),
        ("title: x\nsource: y\ncaps:\n  shot:\n    tokens: 0\n", 5, "1 or more"),
        (
            f"{_RATES}  - {{currency: usd, into: CNY, rate: 7, day: 2026-11-20, source: a}}\n",
            4,
            "no currency",
        ),
        (
            f"{_RATES}  - {{currency: CNY, into: CNY, rate: 7, day: 2026-11-20, source: a}}\n",
            4,
            "into itself",
        ),
        (f"{_RATES}  - {{currency: USD, into: CNY, rate: 0, day: 2026-11-20, source: a}}\n", 4, "above 0"),
        (f"{_RATES}  - {{currency: USD, into: CNY, rate: NaN, day: 2026-11-20, source: a}}\n", 4, "above 0"),
        (f"{_RATES}  - {{currency: USD, into: CNY, rate: 7, day: 2026-13-20, source: a}}\n", 4, "2026-11-20"),
        (
            f"{_RATES}  - {{currency: USD, into: CNY, rate: 7, day: 2026-11-20, source: ''}}\n",
            4,
            "where it was",
        ),
    ],
)
def test_wrong_settings_name_the_line(text, line, says):
    with pytest.raises(BadDocument, match=says) as caught:
        load_settings(text)
    assert caught.value.line == line


def test_the_schema_takes_what_is_written(board):
    schema = board_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(lean(replace(board, frame_rate=FrameRate(25))), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"title": "x", "scenes": [{"code": "10"}]}, schema)


def test_the_published_schemas_are_current(tmp_path):
    main(str(tmp_path))
    docs = Path(__file__).parents[3] / "docs"
    for name, text in written().items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text
        assert (docs / name).read_text(encoding="utf-8") == text, (
            f"write {name} again: python -m picturelock.board.schema"
        )
        json.loads(text)
