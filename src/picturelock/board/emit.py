"""Built-in values as YAML for people: block style, small records on one line, long text folded.

The bytes depend on the value alone. What is written reads back as the same value under YAML 1.1 and 1.2.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_WIDTH = 100
_PLAIN = re.compile(r"[^\W\d][\w/.()+'’,;!?%&*$ -]*\Z")
_SHORT = re.compile(r"[\w./+:#-]+\Z")
_NOT_PLAIN = re.compile(r"[.~]|(?i:null|true|false|yes|no|on|off|y|n|\.inf|\.nan)\Z|.*(?:\s\Z|\s#|:\s|:\Z)")
_PRINTABLE = re.compile(
    "[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*\\Z"
)
_UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def emit(value: Any) -> str:
    """A document of one mapping, with a final newline.

    Args:
        value: Mappings with string keys, lists, strings, whole numbers, finite floats, booleans and ``None``.
    """
    return "".join(_mapping(value, 0)) if value else "{}\n"


def _mapping(value: dict[str, Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, held in value.items():
        yield pad
        yield from _entry(f"{_scalar(key)}:", held, indent)


def _sequence(value: list[Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for item in value:
        line = _flow(item, _WIDTH - indent - 2)
        if line is not None:
            yield f"{pad}- {line}\n"
        elif isinstance(item, dict):
            first = True
            for text in _mapping(item, indent + 2):
                yield f"{pad}- " if first else text
                first = False
        else:
            yield pad
            yield from _entry("-", item, indent)


def _entry(lead: str, held: Any, indent: int) -> Iterator[str]:
    line = _flow(held, _WIDTH - indent - len(lead) - 1)
    if line is not None:
        yield f"{lead} {line}\n"
    elif isinstance(held, dict):
        yield f"{lead}\n"
        yield from _mapping(held, indent + 2)
    elif isinstance(held, list):
        yield f"{lead}\n"
        yield from _sequence(held, indent + 2)
    else:
        yield f"{lead} {_text(held, indent + 2)}\n"


def _flow(value: Any, room: int) -> str | None:
    """The value on one line, or ``None`` where it reads better on several."""
    if isinstance(value, dict):
        parts = [(k, _short(v)) for k, v in value.items()]
        if any(v is None for _, v in parts):
            return None
        line = "{" + ", ".join(f"{_short(k) or _quoted(k)}: {v}" for k, v in parts) + "}"
    elif isinstance(value, list):
        items = [_short(v) for v in value]
        if any(v is None for v in items):
            return None
        line = "[" + ", ".join(i for i in items if i is not None) + "]"
    elif isinstance(value, str):
        if "\n" in value:
            return None
        line = _scalar(value)
    else:
        return _scalar(value)
    return line if len(line) <= room or not value else None


def _short(value: Any) -> str | None:
    """A number or a bare word for a record on one line."""
    if isinstance(value, dict | list):
        return "{}" if value == {} else "[]" if value == [] else None
    if isinstance(value, str) and not _SHORT.match(value):
        return None
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN.match(value) and not _NOT_PLAIN.match(value):
            return value
        return _quoted(value)
    if value is None:
        return "null"
    written = json.dumps(value, allow_nan=False)
    if isinstance(value, float) and "e" in written:
        # YAML 1.1 knows a float by its point and its signed exponent.
        mantissa, _, exponent = written.partition("e")
        point = "" if "." in mantissa else ".0"
        written = f"{mantissa}{point}e{exponent if exponent[0] in '+-' else '+' + exponent}"
    return written


def _text(value: str, indent: int) -> str:
    """Text of several lines or one long one."""
    if not _PRINTABLE.match(value) or value[:1] in {" ", "\n", ""} or value[-1:] in {" ", "\n"}:
        return _quoted(value)
    pad = "\n" + " " * indent
    if "\n" in value:
        return "|-" + "".join(pad + line if line else "\n" for line in value.split("\n"))
    lines = _folded(value, max(40, _WIDTH - indent))
    return ">-" + "".join(pad + line for line in lines) if len(lines) > 1 else _quoted(value)


def _folded(value: str, room: int) -> list[str]:
    """Lines that YAML joins with one space each: broken at lone spaces only."""
    lines, start, last = [], 0, -1
    for spot in re.finditer(r"(?<=[^ ]) (?=[^ ])", value):
        if spot.start() - start > room and last > start:
            lines.append(value[start:last])
            start = last + 1
        last = spot.start()
    if len(value) - start > room and last > start:
        lines.append(value[start:last])
        start = last + 1
    return [*lines, value[start:]]


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
