"""What every store of objects promises, whatever holds the bytes."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

from picturelock.core.digest import Digest


class Condition(StrEnum):
    """What a re-hash found."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    MISSING = "missing"


class Vault(Protocol):
    """Immutable bytes, named by their digest. Putting the same bytes twice, from anywhere at once, is harmless."""

    def put(self, data: bytes) -> Digest:
        """Keep these bytes. They are durable when the call returns."""
        ...

    def put_file(self, path: Path, *, ours: bool = False) -> Digest:
        """Keep the bytes of a file.

        Args:
            path: The file; left as it is.
            ours: Written by Picturelock and not to be changed again, so that the store may link it instead of copying.
        """
        ...

    def put_files(self, paths: Sequence[Path], *, ours: bool = False) -> list[Digest]:
        """Keep the bytes of many files, in less time than one after another. All are durable when the call returns.

        After an error some may have been kept. The arguments are those of :meth:`put_file`.

        Returns:
            A digest for each path, in the same order.
        """
        ...

    def has(self, digest: Digest) -> bool:
        """Whether the bytes are there. Says nothing about their condition."""
        ...

    def size(self, digest: Digest) -> int:
        """Length in bytes.

        Raises:
            NotFound: The bytes are not there.
        """
        ...

    def read(self, digest: Digest) -> bytes:
        """All bytes.

        Raises:
            NotFound: The bytes are not there.
        """
        ...

    def open(self, digest: Digest) -> BinaryIO:
        """A seekable reader.

        Raises:
            NotFound: The bytes are not there.
        """
        ...

    def local(self, digest: Digest) -> AbstractContextManager[Path]:
        """The bytes as a local file, for libraries that want a path. Read only.

        Raises:
            NotFound: The bytes are not there.
        """
        ...

    def verify(self, digest: Digest) -> Condition:
        """Hash the bytes again, always."""
        ...

    def __iter__(self) -> Iterator[Digest]:
        """Every digest that is kept, in sorted order."""
        ...
