"""Holds JSON to the types that a vendor's own SDK is written with: what the SDK cannot say is refused."""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something in a document that does not fit.

    Attributes:
        code: One of ``missing``, ``unrecognized_keys``, ``invalid_type``, ``invalid_value``.
        path: Where it is.
    """

    code: str
    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class _Field:
    hint: Any
    required: bool


@lru_cache(maxsize=512)
def _fields(shape: Any) -> dict[str, _Field]:
    """A ``TypedDict``'s fields by the names that they have on the wire."""
    found: dict[str, _Field] = {}
    for name, hint in get_type_hints(shape, include_extras=True).items():
        # Where annotations are strings, the shape does not know which of its fields are marked; the hint does.
        required = name in shape.__required_keys__
        while get_origin(hint) in {Required, NotRequired, Annotated}:
            if get_origin(hint) is Annotated:
                name = next((n.alias for n in hint.__metadata__ if getattr(n, "alias", None)), name)
            else:
                required = get_origin(hint) is Required
            hint = get_args(hint)[0]
        found[name] = _Field(hint, required)
    return found


def tagged(union: Any, tag: str) -> dict[str, Any]:
    """The members of a union of ``TypedDict`` by the value of their tag."""
    members = get_args(union) if get_origin(union) in {Union, types.UnionType} else (union,)
    return {str(value): member for member in members for value in get_args(_fields(member)[tag].hint)}


def issues(value: object, hint: Any, path: Path = ()) -> list[Issue]:
    """Everything that keeps a JSON value from being of a type.

    Args:
        value: As :func:`json.loads` gives it.
        hint: A ``TypedDict``, a plain type, or what :mod:`typing` makes of those.
        path: Of the value in its document.
    """
    origin = get_origin(hint)
    if origin is Annotated:
        return issues(value, get_args(hint)[0], path)
    if origin in {Union, types.UnionType}:
        return _of_union(value, get_args(hint), path)
    if origin is Literal:
        return _of_literal(value, get_args(hint), path)
    if is_typeddict(hint):
        return _of_shape(value, hint, path)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _of_mapping(value, get_args(hint)[1], path)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return _of_list(value, get_args(hint)[0], path)
    return [] if _is(value, hint) else [_mistyped(value, getattr(hint, "__name__", str(hint)), path)]


def _is(value: object, kind: Any) -> bool:
    if kind in {object, Any}:
        return True
    if kind in {int, float}:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return not isinstance(value, bool) and (whole or (kind is float and isinstance(value, float)))
    return isinstance(value, str if kind in {date, datetime} else kind)


def _mistyped(value: object, wanted: str, path: Path) -> Issue:
    return Issue("invalid_type", path, f"Expected {wanted}, received {type(value).__name__}")


def _of_shape(value: object, shape: Any, path: Path) -> list[Issue]:
    if not isinstance(value, dict):
        return [_mistyped(value, "object", path)]
    fields = _fields(shape)
    found = [
        Issue("unrecognized_keys", (*path, name), f"Unrecognized key: {name}")
        for name in value
        if name not in fields
    ]
    for name, field in fields.items():
        if name in value:
            found += issues(value[name], field.hint, (*path, name))
        elif field.required:
            found.append(Issue("missing", (*path, name), "Required"))
    return found


def _of_mapping(value: object, item: Any, path: Path) -> list[Issue]:
    if not isinstance(value, dict):
        return [_mistyped(value, "object", path)]
    return [issue for name, one in value.items() for issue in issues(one, item, (*path, name))]


def _of_list(value: object, item: Any, path: Path) -> list[Issue]:
    if not isinstance(value, list):
        return [_mistyped(value, "array", path)]
    return [issue for n, one in enumerate(value) for issue in issues(one, item, (*path, n))]


def _of_literal(value: object, choices: tuple[Any, ...], path: Path) -> list[Issue]:
    if any(value == choice and type(value) is type(choice) for choice in choices):
        return []
    listed = ", ".join(repr(choice) for choice in choices)
    return [Issue("invalid_value", path, f"Expected one of {listed}")]


def _of_union(value: object, members: tuple[Any, ...], path: Path) -> list[Issue]:
    # The member that fits best is the one that was meant: its issues lie deepest.
    tried = [issues(value, member, path) for member in members]
    return min(tried, key=lambda found: (bool(found), -max((len(i.path) for i in found), default=0)))
