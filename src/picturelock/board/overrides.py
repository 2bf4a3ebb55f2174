"""A shot's own changes to the derived blocking, with the field names of :mod:`picturelock.core.blocking`."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from picturelock.core.anchor import SetPiece, Value
from picturelock.core.blocking import Blocking, Camera, Light, TimeOfDay, Weather
from picturelock.core.codec import built, plain
from picturelock.core.failures import BadDocument
from picturelock.core.ids import ShotCode

_PARTS: dict[str, type[Value]] = {"camera": Camera, "camera_end": Camera, "light": Light}
_FIELDS = ("camera", "camera_end", "light", "figures", "props", "pieces", "weather", "time")


class Overrides:
    """What a shot says about its blocking itself.

    Args:
        shot: Named in messages.
        given: ``{"camera": {...}, "figures": {"char_mara": {...}}, "pieces": [...]}``.

    Raises:
        BadDocument: A part that blockings do not have.
    """

    def __init__(self, shot: ShotCode, given: Mapping[str, Any]) -> None:
        self._shot, self._given = shot, given
        for name in given:
            if name not in _FIELDS:
                raise self._wrong(name, "no such part", f"The parts are {', '.join(_FIELDS)}.")

    def __bool__(self) -> bool:
        return bool(self._given)

    def camera(self, derived: Camera) -> Camera:
        """The camera at the first frame."""
        return self._merged("camera", derived, self._given.get("camera"))

    def has_end(self) -> bool:
        """Whether the end of the move is given."""
        return "camera_end" in self._given

    def camera_end(self, derived: Camera | None, first: Camera) -> Camera | None:
        """The camera at the last frame; ``null`` makes it stand."""
        if not self.has_end():
            return derived
        given = self._given["camera_end"]
        return None if given is None else self._merged("camera_end", derived or first, given)

    def rest(self, blocking: Blocking) -> Blocking:
        """Everything but the cameras."""
        given = self._given
        figures = self._each("figures", "who", blocking.figures)
        props = self._each("props", "what", blocking.props)
        changes: dict[str, Any] = {"figures": figures, "props": props}
        if "light" in given:
            changes["light"] = self._merged("light", blocking.light, given["light"])
        if "pieces" in given:
            changes["pieces"] = self._built("pieces", tuple[SetPiece, ...], given["pieces"])
        if "weather" in given:
            changes["weather"] = self._built("weather", Weather, given["weather"])
        if "time" in given:
            changes["time"] = self._built("time", TimeOfDay, given["time"])
        return msgspec.structs.replace(blocking, **changes)

    def _each(self, part: str, key: str, items: tuple[Any, ...]) -> tuple[Any, ...]:
        given = self._given.get(part, {})
        if not isinstance(given, Mapping):
            raise self._wrong(part, "a mapping by name is expected", f"Write `{part}: {{NAME: {{...}}}}`.")
        names = {str(getattr(item, key)) for item in items}
        for name in given:
            if name not in names:
                there = f"There are {', '.join(sorted(names))}." if names else "The contract names none."
                raise self._wrong(f"{part}.{name}", "not in this shot", there)
        return tuple(
            self._merged(f"{part}.{getattr(item, key)}", item, given.get(getattr(item, key)), fixed=key)
            for item in items
        )

    def _merged(self, path: str, derived: Any, given: Any, *, fixed: str = "") -> Any:
        if given is None:
            return derived
        fields = [name for name in derived.__struct_fields__ if name != fixed]
        if not isinstance(given, Mapping):
            raise self._wrong(path, "fields are expected", f"The fields are {', '.join(fields)}.")
        for name in given:
            if name not in fields:
                raise self._wrong(f"{path}.{name}", "no such field", f"The fields are {', '.join(fields)}.")
        return self._built(path, type(derived), plain(derived) | dict(given))

    def _built(self, path: str, kind: Any, value: Any) -> Any:
        try:
            return built(kind, value)
        except BadDocument as error:
            what, _, at = error.message.partition(" - at ")
            inner = re.sub(r"[`$]", "", at)
            raise self._wrong(path + inner, what, error.remedy) from error

    def _wrong(self, path: str, what: str, remedy: str) -> BadDocument:
        return BadDocument(f"{self._shot} blocking.{path}: {what}", remedy=remedy)
