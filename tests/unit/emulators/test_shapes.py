"""JSON held to the types of an SDK."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, NotRequired, Required, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import TypedDict as LaterTypedDict

from picturelock.testing.emulators.shapes import issues, tagged


class Alias:
    def __init__(self, alias: str) -> None:
        self.alias = alias


class Inner(TypedDict):
    uri: str
    position: NotRequired[Literal["first", "last"]]


class One(LaterTypedDict, total=False):
    model: Required[Literal["one", "uno"]]
    prompt_text: Required[Annotated[str, Alias("promptText")]]
    seconds: int | Literal["auto"]
    scale: float
    sound: bool
    frames: str | Iterable[Inner]
    loose: Iterable[object]
    prices: dict[str, int]


class Two(LaterTypedDict, total=False):
    model: Required[Literal["two"]]


GOOD: dict[str, Any] = {"model": "one", "promptText": "x"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"model": "uno"},
        {"seconds": 5},
        {"seconds": 5.0},
        {"seconds": "auto"},
        {"scale": 0.5},
        {"scale": 1},
        {"sound": False},
        {"frames": "x"},
        {"frames": [{"uri": "x"}, {"uri": "y", "position": "last"}]},
        {"loose": [1, "x", None]},
        {"prices": {"a": 1}},
    ],
)
def test_what_the_types_can_say_fits(more: dict[str, Any]) -> None:
    assert issues({**GOOD, **more}, One) == []


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"prompt_text": "x"}, "unrecognized_keys", ("prompt_text",)),
        ({"model": "two"}, "invalid_value", ("model",)),
        ({"seconds": True}, "invalid_type", ("seconds",)),
        ({"scale": "1"}, "invalid_type", ("scale",)),
        ({"sound": 1}, "invalid_type", ("sound",)),
        ({"promptText": None}, "invalid_type", ("promptText",)),
        ({"frames": [{"uri": "x", "position": "middle"}]}, "invalid_value", ("frames", 0, "position")),
        ({"frames": [{"uri": "x"}, {}]}, "missing", ("frames", 1, "uri")),
        ({"loose": {}}, "invalid_type", ("loose",)),
        ({"prices": {"a": "1"}}, "invalid_type", ("prices", "a")),
    ],
)
def test_what_they_cannot_say_is_named_where_it_is(
    more: dict[str, Any], code: str, path: tuple[str | int, ...]
) -> None:
    found = issues({**GOOD, **more}, One)
    assert (code, path) in [(issue.code, issue.path) for issue in found]


def test_what_is_missing_is_named() -> None:
    assert {issue.path for issue in issues({}, One)} == {("model",), ("promptText",)}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
        max_leaves=8,
    )
)
def test_any_json_gets_an_answer(value: object) -> None:
    assert issues(value, One)


def test_members_of_a_union_are_found_by_their_tag() -> None:
    assert tagged(One | Two, "model") == {"one": One, "uno": One, "two": Two}
    assert tagged(One, "model") == {"one": One, "uno": One}
