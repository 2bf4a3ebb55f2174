"""Names that stay. A shot code is stable for ever; gaps of ten leave room for what is found later."""

import re
from typing import ClassVar

from picturelock.core.text import Identifier


class SceneCode(Identifier):
    """``SC010``."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"SC\d{3,5}")
    example: ClassVar[str] = "SC010"

    @property
    def number(self) -> int:
        """The number behind ``SC``."""
        return int(self[2:])

    @classmethod
    def numbered(cls, number: int) -> "SceneCode":
        """The code with this number."""
        return cls(f"SC{number:03d}")


class ShotCode(Identifier):
    """``SC010_SH020``."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"SC\d{3,5}_SH\d{3,5}")
    example: ClassVar[str] = "SC010_SH020"

    @property
    def scene(self) -> SceneCode:
        """The scene that the shot belongs to."""
        return SceneCode(self.partition("_")[0])

    @property
    def number(self) -> int:
        """The number behind ``SH``."""
        return int(self.partition("_SH")[2])

    @classmethod
    def numbered(cls, scene: SceneCode, number: int) -> "ShotCode":
        """The code with this number in this scene."""
        return cls(f"{scene}_SH{number:03d}")


class UnitId(Identifier):
    """``SC010_SH020.key``: the shot, and what is made for it."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"SC\d{3,5}_SH\d{3,5}\.(key|key_last|clip|voice_\d{2,4}|plate_\w+)"
    )
    example: ClassVar[str] = "SC010_SH020.key"

    @property
    def shot(self) -> ShotCode:
        """The shot that the unit is made for."""
        return ShotCode(self.partition(".")[0])

    @property
    def part(self) -> str:
        """What stands behind the dot: ``key``, ``key_last``, ``clip``, ``voice_10``, ``plate_…``."""
        return self.partition(".")[2]

    @classmethod
    def of(cls, shot: ShotCode, part: str) -> "UnitId":
        """The unit of this shot with this part name."""
        return cls(f"{shot}.{part}")


class AnchorId(Identifier):
    """``char_mara``, ``loc_harbour``, ``prop_lantern``, ``style_main``. Letters of any script."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"(char|loc|prop|style)_\w+")
    example: ClassVar[str] = "char_mara"


class TakeId(Identifier):
    """``T-`` and 16 hex digits, from the unit and the recipe: the same take has the same name everywhere."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"T-[0-9a-f]{16}")
    example: ClassVar[str] = "T-0123456789abcdef"


class CallId(Identifier):
    """``C-`` and 16 hex digits, from production, unit, recipe and number: a paid call has the same name everywhere."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"C-[0-9a-f]{16}")
    example: ClassVar[str] = "C-0123456789abcdef"


class RevisionId(Identifier):
    """``R-`` and 16 hex digits of the revision's digest."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"R-[0-9a-f]{16}")
    example: ClassVar[str] = "R-0123456789abcdef"


class CheckName(Identifier):
    """``clip.flicker``: the gate and the point."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"(contract|keyframe|clip|voice)\.[a-z_]+")
    example: ClassVar[str] = "clip.flicker"
