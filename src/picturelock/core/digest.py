"""Digests name bytes; canonical JSON gives every value one byte form.

Canonical form: RFC 8785 (JSON Canonicalization Scheme). Hash: BLAKE3, 256 bits.
"""

import re
from collections.abc import Iterable
from typing import ClassVar

import rfc8785
from blake3 import blake3

from picturelock.core.failures import Malformed
from picturelock.core.text import Identifier


class Digest(Identifier):
    """``blake3:`` and 64 hex digits."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"blake3:[0-9a-f]{64}")
    example: ClassVar[str] = "blake3:" + "0" * 64

    @property
    def hex(self) -> str:
        """The 64 hex digits."""
        return self[7:]

    @property
    def short(self) -> str:
        """The first 12 hex digits, for people."""
        return self[7:19]

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> "Digest":
        """The digest of these bytes."""
        return cls("blake3:" + blake3(data).hexdigest())

    @classmethod
    def of_chunks(cls, chunks: Iterable[bytes | memoryview]) -> "Digest":
        """The digest of these chunks, one after another."""
        hasher = blake3()
        for chunk in chunks:
            hasher.update(chunk)
        return cls("blake3:" + hasher.hexdigest())


def canonical_json(value: object) -> bytes:
    """The one byte form of a JSON value (RFC 8785).

    Args:
        value: ``None``, booleans, integers within ±(2^53 - 1), finite floats, strings, and lists, tuples and
            string-keyed mappings of these.

    Raises:
        Malformed: The value is not JSON, or cannot be told apart after a round trip.
    """
    try:
        return rfc8785.dumps(value)  # pyright: ignore[reportArgumentType]  # it checks what it is given
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, AttributeError) as error:
        raise Malformed(f"not a JSON value: {error}") from error
