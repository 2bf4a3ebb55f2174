"""Values to JSON and back, with our own types as text.

One place decides how an id, a digest, money or a frame rate is written, so that YAML, JSON, the database and the
network agree.
"""

from functools import partial
from threading import RLock
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

import msgspec
from msgspec import _json_schema

from picturelock.core.digest import Digest, canonical_json
from picturelock.core.failures import BadDocument, Malformed
from picturelock.core.frametime import FrameRate
from picturelock.core.text import Identifier

T = TypeVar("T")

_met: set[object] = set()
_meeting = RLock()


@runtime_checkable
class Written(Protocol):
    """A value that is written as one string and read back with ``parse``."""

    @classmethod
    def parse(cls, text: str, /) -> Self: ...


def _encode(value: object) -> object:
    if isinstance(value, Identifier):
        return str.__str__(value)
    if isinstance(value, Written):
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _decode(kind: type, value: object) -> object:
    if issubclass(kind, Identifier) and isinstance(value, str):
        return kind(value)
    if issubclass(kind, FrameRate) and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # people write `frame_rate: 24`
    if not isinstance(value, str):
        raise Malformed(f"{kind.__name__} is written as text, not {type(value).__name__}")
    if issubclass(kind, Written):
        return kind.parse(value)
    raise TypeError(f"no JSON form for {kind.__name__}")


def _schema(kind: type) -> dict[str, Any]:
    if issubclass(kind, Identifier):
        return {"type": "string", "pattern": f"^{kind.pattern.pattern}$", "examples": [kind.example]}
    if issubclass(kind, FrameRate):
        return {"type": ["string", "number"], "description": (kind.__doc__ or "").partition("\n")[0]}
    return {"type": "string", "description": (kind.__doc__ or "").partition("\n")[0]}


def _meet(kind: object) -> None:
    # msgspec learns a type when it first reads one, and crashes the process when two threads teach it the same.
    if kind in _met:
        return
    with _meeting:
        msgspec.json.Decoder(kind, dec_hook=_decode)
        _met.add(kind)


def plain(value: object) -> Any:
    """Built-in values only: what JSON and YAML writers take."""
    return msgspec.to_builtins(value, enc_hook=_encode)


def built(kind: type[T], value: object) -> T:
    """The typed value from built-in values.

    Raises:
        BadDocument: The value does not fit; the message says where (``$.scenes[0].shots[1].size``).
    """
    _meet(kind)
    try:
        return msgspec.convert(value, kind, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise BadDocument(str(error)) from error


def to_json(value: object) -> bytes:
    """JSON in field order, for people and for transport. Digests are taken of :func:`canonical` instead."""
    return msgspec.json.encode(value, enc_hook=_encode)


def from_json(kind: type[T], data: bytes | str) -> T:
    """The typed value from JSON.

    Raises:
        BadDocument: Not JSON, or it does not fit the type.
    """
    _meet(kind)
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_decode)
    except msgspec.DecodeError as error:
        raise BadDocument(str(error)) from error


def canonical(value: object) -> bytes:
    """The one byte form of a typed value (RFC 8785)."""
    return canonical_json(plain(value))


def digest_of(value: object) -> Digest:
    """The digest of a typed value's canonical form."""
    return Digest.of(canonical(value))


def json_schema(kind: type) -> dict[str, Any]:
    """JSON Schema (2020-12) of a document type."""
    # msgspec writes defaults into the schema without asking its hook; ours hold ids and colours.
    unhooked = _json_schema.to_builtins
    _json_schema.to_builtins = partial(unhooked, enc_hook=_encode)
    try:
        return msgspec.json.schema(kind, schema_hook=_schema)
    finally:
        _json_schema.to_builtins = unhooked
