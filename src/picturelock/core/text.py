"""Strings with a meaning: the base of ids and digests.

An identifier that is a bare ``str`` can be handed to anything that takes text. Here every kind of identifier is its
own type that cannot be made from text of the wrong shape.
"""

import re
from typing import ClassVar, Self

from picturelock.core.failures import Malformed


class Identifier(str):
    """Text of a fixed shape; subclasses give the shape.

    Raises:
        Malformed: The text does not have the shape.
    """

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r".+")
    example: ClassVar[str] = "anything"

    def __new__(cls, value: str) -> Self:
        if not cls.pattern.fullmatch(value):
            raise Malformed(f"{value!r} is not a {cls.__name__}", remedy=f"Write it like {cls.example!r}.")
        return super().__new__(cls, value)
