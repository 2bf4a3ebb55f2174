"""The board and the settings as YAML that people read and edit.

Reading takes the C parser and makes no line numbers; only when a document turns out to be wrong is it read a second
time to find the line. YAML's traps are shut: anchors and aliases, tags, duplicate keys and deep nesting are refused,
and a bare ``no`` or ``12:30`` is text (YAML 1.2's core rules). Writing leaves out what holds its default, and gives the
same bytes for the same board.
"""

import gc
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, NoReturn, TypeVar, Union, cast, get_args, get_origin

import msgspec
import yaml

from picturelock.board.emit import emit
from picturelock.core.board import Board, check_board
from picturelock.core.codec import built, json_schema, plain
from picturelock.core.failures import BadDocument
from picturelock.core.frametime import FrameRate
from picturelock.core.policy import Cap, Caps, Rate, Settings

T = TypeVar("T")

#: A board of ten thousand shots is about 40 MB.
_MOST_CHARACTERS = 64_000_000
_DEEPEST = 40
_EXACT = 2**53

_BOARD_HEADER = """\
# The board: anchors, scenes, shots and production units. Schema: picturelock.board/1.
# What is not written has its default. Lengths are in frames, measures in metres, headings in degrees.
"""
_SETTINGS_HEADER = """\
# The production's settings. Schema: picturelock.production/1. What is not written has its default.
"""


def dump_board(board: Board) -> str:
    """The board as YAML: defaults left out, long text folded; the same board gives the same bytes."""
    return _BOARD_HEADER + emit(lean(board))


def load_board(text: str) -> Board:
    """The board in this YAML.

    Raises:
        BadDocument: Not YAML that we take, or not a board; with the line, and what to do.
    """
    board = _load(Board, text, "board")
    try:
        check_board(board)
    except BadDocument as error:
        _explain(Board, text, error)
    return board


def dump_settings(settings: Settings) -> str:
    """The settings as YAML: what ``production.yaml`` holds."""
    return _SETTINGS_HEADER + emit(lean(settings))


def load_settings(text: str) -> Settings:
    """The settings in this YAML.

    Raises:
        BadDocument: Not YAML that we take, or not settings; with the line, and what to do.
    """
    settings = _load(Settings, text, "settings file", _widen_caps)
    try:
        check_settings(settings)
    except BadDocument as error:
        _explain(Settings, text, error)
    return settings


def check_settings(settings: Settings) -> None:
    """Hold settings to what their types cannot say.

    Raises:
        BadDocument: A size that encoders refuse, a negative count; the message ends in the path of the value.
    """
    picture = settings.picture
    for name, size in (("width", picture.width), ("height", picture.height)):
        if size % 2 or not 64 <= size <= 8192:
            raise BadDocument(
                f"a picture of {size} pixels cannot be encoded - at `$.picture.{name}`",
                remedy="Use an even number from 64 to 8192.",
            )
    counts = (
        ("picture.handles", picture.handles, 0),
        ("trailer_seconds", settings.trailer_seconds, 0),
        ("retries", settings.retries, 0),
        ("caps.takes_per_unit", settings.caps.takes_per_unit, 1),
    )
    for name, count, least in counts:
        if count < least:
            raise BadDocument(f"{count} is too few - at `$.{name}`", remedy=f"Give {least} or more.")
    check_caps(settings.caps)
    for number, rate in enumerate(settings.rates):
        _check_rate(rate, f"$.rates[{number}]")


def check_caps(caps: Caps) -> None:
    """Hold caps to what their types cannot say.

    Raises:
        BadDocument: A limit below zero or of none, amounts in several currencies, a vendor's human minutes.
    """
    whole = Cap(money=caps.money, takes=caps.takes, tokens=caps.tokens, minutes=caps.minutes)
    places = {"caps": whole, "caps.scene": caps.scene, "caps.shot": caps.shot, "caps.unit": caps.unit}
    places |= {f"caps.task.{name}": cap for name, cap in caps.task.items()}
    vendors = {f"caps.vendor.{name}": cap for name, cap in caps.vendor.items()}
    for name, cap in {**places, **vendors}.items():
        for field in ("takes", "tokens", "minutes"):
            count = getattr(cap, field)
            if count is not None and count < 1:
                raise BadDocument(f"{count} is too few - at `$.{name}.{field}`", remedy="Give 1 or more.")
        if cap.money is not None and cap.money.amount < 0:
            raise BadDocument(
                f"{cap.money} is no limit - at `$.{name}.money`", remedy="Give an amount of 0 or more."
            )
        if cap.money is not None and name in places and cap.money.currency != caps.currency:
            raise BadDocument(
                f"{cap.money} is not in the production's currency, {caps.currency} - at `$.{name}.money`",
                remedy=f"Write it in {caps.currency}; only a vendor's cap may be in the currency it bills in.",
            )
        if name in vendors and cap.minutes is not None:
            raise BadDocument(
                f"human minutes are not spent at a vendor - at `$.{name}.minutes`",
                remedy="Cap those of a scene, a shot, a unit or a task.",
            )


def _check_rate(rate: Rate, path: str) -> None:
    for field, code in (("currency", rate.currency), ("into", rate.into)):
        if not re.fullmatch(r"[A-Z]{3,8}", code):
            raise BadDocument(
                f"{code!r} is no currency - at `{path}.{field}`", remedy="Use a code such as USD."
            )
    if rate.currency == rate.into:
        raise BadDocument(f"{rate.currency} needs no rate into itself - at `{path}.into`")
    if not rate.rate.is_finite() or rate.rate <= 0:
        raise BadDocument(f"{rate.rate} is no rate - at `{path}.rate`", remedy="Give a number above 0.")
    if not rate.source.strip():
        raise BadDocument(f"the rate names no source - at `{path}.source`", remedy="Say where it was read.")


def _widen_caps(data: dict[str, Any]) -> None:
    """A cap of money alone may be written as the amount: ``vendor: {runway: 50USD}``."""
    caps = data.get("caps")
    if not isinstance(caps, dict):
        return
    for field in _NAMED_CAPS:
        if isinstance(named := caps.get(field), dict):
            caps[field] = {name: _widened(Cap, value) for name, value in named.items()}


def _widened(kind: object, value: Any) -> Any:
    return {"money": value} if kind is Cap and isinstance(value, str) else value


_NAMED_CAPS = ("vendor", "task")


def board_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``board.yaml``, for editors."""
    return _schema(Board, "picturelock.board/1", "Picturelock board")


def settings_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``production.yaml``, for editors."""
    schema = _schema(Settings, "picturelock.production/1", "Picturelock production settings")
    for field in _NAMED_CAPS:
        named = schema["$defs"]["Caps"]["properties"][field]
        amount = {"type": "string", "description": "Money, where nothing else is capped."}
        named["additionalProperties"] = {"anyOf": [named["additionalProperties"], amount]}
    schema["$defs"]["Rate"]["properties"]["rate"] = {"type": ["number", "string"], "exclusiveMinimum": 0}
    return schema


def _schema(kind: type, name: str, title: str) -> dict[str, Any]:
    schema = json_schema(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{name.replace('/', ':').replace('.', ':')}",
        "title": title,
        **schema,
    }


def lean(value: object) -> Any:
    """Built-in values only, without the fields that hold their defaults."""
    if isinstance(value, msgspec.Struct):
        tag, fields = _fields(type(value))
        found: dict[str, Any] = dict(tag)
        for name, default, always in fields:
            held = getattr(value, name)
            if always or held != default:
                found[name] = lean(held)
        return found
    if isinstance(value, tuple | list):
        return [lean(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): lean(item) for key, item in value.items()}
    if isinstance(value, FrameRate) and value.denominator == 1:
        return int(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)  # as canonical JSON writes it
    return plain(value)


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[dict[str, str], tuple[tuple[str, Any, bool], ...]]:
    config = kind.__struct_config__
    tag = {str(config.tag_field): str(config.tag)} if config.tag is not None else {}
    rows: list[tuple[str, Any, bool]] = []
    for field in msgspec.structs.fields(kind):
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        rows.append((field.name, default, field.required or field.name == "format"))
    return tag, tuple(rows)


_TEXT = "tag:yaml.org,2002:str"
_BARE: dict[str, Callable[[str], object]] = {
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": lambda text: text[0] in "tT",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}
#: YAML 1.2's core rules for bare words, instead of 1.1's.
_CORE_RULES = (
    ("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]{1,18}")),
    ("tag:yaml.org,2002:float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")),
    ("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("tag:yaml.org,2002:null", re.compile(r"~|null|Null|NULL|")),
)
_MAY_BE_BARE = frozenset("tTfFnN~-+.0123456789")


class _Loader(yaml.CSafeLoader):
    """The C parser with our rules for bare words; its own are asked for every word and slow."""

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        """Paths decide nothing here."""

    def ascend_resolver(self) -> None:
        """Paths decide nothing here."""

    def resolve(self, kind: object, value: str, implicit: tuple[bool, bool]) -> str:
        """What a word, a list or a mapping is."""
        if kind is not yaml.ScalarNode:
            return "tag:yaml.org,2002:seq" if kind is yaml.SequenceNode else "tag:yaml.org,2002:map"
        if implicit[0] and (not value or value[0] in _MAY_BE_BARE):
            return next((tag for tag, rule in _CORE_RULES if rule.fullmatch(value)), _TEXT)
        return _TEXT


#: What may be an anchor, an alias or a tag, and what may be a nesting bomb: looked at closely, event by event.
_SUSPECT = re.compile(r"(?m)(?:^|[\s\[{,:-])[&*!%][^\s,\[\]{}]")
_DEEP = re.compile(r"(?:[\[{]\s*){4}|(?:[-?:] ){12}|\n {80}")


def _load(kind: type[T], text: str, what: str, widen: Callable[[dict[str, Any]], None] = lambda _: None) -> T:
    with _uncollected():
        try:
            data = _data(text, what)
        except yaml.YAMLError as error:
            _not_yaml(error)
        widen(data)
        try:
            return built(kind, data)
        except BadDocument as error:
            _explain(kind, text, error)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: it would walk a quarter of a million small nodes that all live, again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _data(text: str, what: str) -> dict[str, Any]:
    root = _compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise BadDocument(
            f"the {what} is not a mapping", line=1, remedy="Begin it with `format:` or `title:`."
        )
    return _mapping(root)


def _compose(text: str) -> yaml.Node | None:
    if len(text) > _MOST_CHARACTERS:
        raise BadDocument(
            "the document is larger than 64 million characters",
            remedy="Make a production of each part of the script; a novel of 100,000 words fits into one.",
        )
    if (any(mark in text for mark in "&*!%") and _SUSPECT.search(text)) or _DEEP.search(text):
        _inspect(text)
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _inspect(text: str) -> None:
    """Walk the events without building anything."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadDocument(
                "anchors and aliases (& and *) are not taken",
                line=line,
                remedy="Write the value out, or quote it.",
            )
        if getattr(event, "tag", None):
            raise BadDocument(
                "tags (!) are not taken", line=line, remedy="Write the plain value, or quote it."
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise BadDocument("the document is nested too deeply", line=line)


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise BadDocument("a key is not a word", line=key.start_mark.line + 1)
        name = key.value
        if name in found:
            raise BadDocument(
                f"{name!r} is given twice", line=key.start_mark.line + 1, remedy="Keep one of them."
            )
        found[name] = _plain(value)
    return found


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        tag = node.tag
        if tag == _TEXT:
            return node.value
        return _BARE[tag](node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    raise BadDocument("a value is of no kind that we know", line=node.start_mark.line + 1)


def _not_yaml(error: yaml.YAMLError) -> NoReturn:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    remedy = "Indent with spaces." if "\\t" in problem or "tab" in problem else ""
    raise BadDocument(f"not YAML: {problem}", line=mark.line + 1 if mark else None, remedy=remedy) from error


def _explain(kind: type, text: str, error: BadDocument) -> NoReturn:
    """Raise the error again with its line, the place in people's words and what would have been right."""
    message, path = _parted(error.message)
    remedy = error.remedy
    if not remedy and message.endswith("."):
        message, _, remedy = message.partition(". ")
    root = _compose(text)
    place = _Place(kind, root)
    for step in path:
        if not place.enter(step):
            break
    line = place.line
    if field := re.search(r"unknown field `(.*)`", message):
        line = place.key_line(field[1])
        message, remedy = f"{field[1]!r} is no field here", _choice(field[1], place.fields(), "fields")
    elif field := re.search(r"missing required field `(.*)`", message):
        message, remedy = f"`{field[1]}` is missing", f"Add `{field[1]}:`."
    elif value := re.search(r"Invalid (?:enum )?value '?(.*?)'?\Z", message):
        message = f"{value[1]!r} is not one of the possible values"
        remedy = _choice(value[1], place.values(), "values")
    elif "RFC3339" in message:
        message, remedy = "this is no day", "Write it like 2026-11-20."
    elif found := re.search(r"Expected `(.*?)(?: \| null)?`, got `(.*)`", message):
        message = f"{_WORDS.get(found[1], found[1])} is expected here, not {_WORDS.get(found[2], found[2])}"
        remedy = "Put it in quotes." if found[1] == "str" and found[2] in {"int", "float", "bool"} else ""
    raise BadDocument(f"{message}{place.where()}", line=line, remedy=remedy) from error


_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


#: Stands in a path for an entry of a mapping whose name the decoder does not tell.
_WRONG_ONE = "[...]"


def _parted(message: str) -> tuple[str, list[str | int]]:
    """What is wrong, and the path of where."""
    found = re.search(r" - at (?:`key` in )?`\$([^`]*)`\Z", message)
    if not found:
        return message, []
    steps = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]|(\[\.\.\.\])", found[1])
    path = [name or (_WRONG_ONE if wrong else int(number)) for name, number, wrong in steps]
    return message[: found.start()], path


def _choice(given: str, possible: list[str], what: str) -> str:
    if not possible:
        return ""
    near = get_close_matches(given, possible, n=1)
    offer = f"Did you mean {near[0]!r}? " if near else ""
    return f"{offer}The {what} are {', '.join(possible)}."


class _Place:
    """A walk down the document and its type side by side."""

    def __init__(self, kind: object, node: yaml.Node | None) -> None:
        self.node = node
        self.line = node.start_mark.line + 1 if node else 1
        self._kind = _struct(kind, node)
        self._named: list[str] = []

    def enter(self, step: str | int) -> bool:
        node, key = self.node, None
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode) and step < len(node.value):
            child = node.value[step]
            kind: object = next((a for a in get_args(self._kind) if a is not Ellipsis), None)
        elif isinstance(step, str) and isinstance(node, yaml.MappingNode):
            if step == _WRONG_ONE:
                step = self._wrong_one(node)
            key, child = next(((k, v) for k, v in node.value if k.value == step), (None, None))
            kind = self._field(step)
        else:
            child, kind = None, None
        if child is None:
            return False
        self.node, self._kind = child, _struct(kind, child)
        self.line = (key or child).start_mark.line + 1
        self._name(step, child)
        return True

    def _name(self, step: str | int, node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            name = next((v.value for k, v in node.value if k.value in _NAMING), None)
            if isinstance(name, str):
                self._named = [name]
                return
        if isinstance(step, str):
            self._named.append(step)
        elif self._named:
            self._named[-1] += f"[{step}]"

    def _field(self, name: str) -> object:
        if isinstance(self._kind, type) and issubclass(self._kind, msgspec.Struct):
            return next((f.type for f in msgspec.structs.fields(self._kind) if f.name == name), None)
        return get_args(self._kind)[1] if get_origin(self._kind) is dict else None

    def _wrong_one(self, node: yaml.MappingNode) -> str:
        """The first entry of a mapping that does not fit."""
        kind = self._field("")
        for key, value in node.value:
            try:
                built(cast("type[object]", kind), _widened(kind, _plain(value)))
            except BadDocument:
                return key.value
        return ""

    def key_line(self, name: str) -> int:
        """Where a field of this mapping is written."""
        if isinstance(self.node, yaml.MappingNode):
            return next((k.start_mark.line + 1 for k, _ in self.node.value if k.value == name), self.line)
        return self.line

    def fields(self) -> list[str]:
        """What may stand in this mapping."""
        if isinstance(self._kind, type) and issubclass(self._kind, msgspec.Struct):
            return [f.name for f in msgspec.structs.fields(self._kind)]
        return []

    def values(self) -> list[str]:
        """What may stand here, for words out of a list."""
        if isinstance(self._kind, type) and issubclass(self._kind, Enum):
            return [str(member.value) for member in self._kind]
        return _tags(self._kind)

    def where(self) -> str:
        """The place in people's words, in brackets; empty at the top."""
        if not self._named:
            return ""
        first, rest = self._named[0], ".".join(self._named[1:])
        return (
            f" (at {first}{' ' if first[:1].isupper() or '_' in first else '.'}{rest})"
            if rest
            else f" (at {first})"
        )


_NAMING = frozenset({"id", "code"})


def _struct(kind: object, node: yaml.Node | None) -> object:
    """The one type out of a union that the node is written as."""
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    members = [m for m in get_args(kind) if m is not type(None)]
    if len(members) == 1:
        return members[0]
    if isinstance(node, yaml.MappingNode):
        given = next((v.value for k, v in node.value if k.value == "kind"), None)
        return next((m for m in members if m.__struct_config__.tag == given), kind)
    return kind


def _tags(kind: object) -> list[str]:
    return [m.__struct_config__.tag for m in get_args(kind) if hasattr(m, "__struct_config__")]
