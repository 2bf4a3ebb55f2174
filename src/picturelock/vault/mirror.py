"""A second vault with the same objects, and mending one from the other."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Protocol

from picturelock.core.digest import Digest
from picturelock.core.failures import Damaged
from picturelock.core.value import Value
from picturelock.vault.store import Condition, Vault

_BATCH = 64


class Mendable(Vault, Protocol):
    """A vault that lets a damaged object be taken out."""

    def discard(self, digest: Digest) -> bool:
        """Delete an object; whether it was there."""
        ...


class Mended(Value, frozen=True, kw_only=True):
    """What became of damaged and missing objects.

    Attributes:
        restored: Whole again.
        lost: Neither vault has them whole.
    """

    restored: tuple[Digest, ...]
    lost: tuple[Digest, ...]


def mirror(source: Vault, target: Vault, digests: Iterable[Digest] | None = None) -> list[Digest]:
    """Copy what the target does not have.

    Args:
        source: Copied from.
        target: Copied to.
        digests: Only these; all that the source keeps if ``None``.

    Returns:
        What was copied.

    Raises:
        Damaged: An object of the source is not what its digest says. What was copied before it stays.
    """
    copied: list[Digest] = []
    missing = (digest for digest in (source if digests is None else digests) if not target.has(digest))
    while batch := list(dict.fromkeys(islice(missing, _BATCH))):
        _copy(source, target, batch)
        copied += batch
    return copied


def mend(vault: Mendable, mirrored: Vault, digests: Sequence[Digest]) -> Mended:
    """Hash these objects, and take those that are damaged or missing from a mirror that has them whole."""
    restored: list[Digest] = []
    lost: list[Digest] = []
    for digest in digests:
        if vault.verify(digest) is Condition.WHOLE:
            continue
        if mirrored.verify(digest) is not Condition.WHOLE:
            lost.append(digest)
            continue
        vault.discard(digest)
        _copy(mirrored, vault, [digest])
        restored.append(digest)
    return Mended(restored=tuple(restored), lost=tuple(lost))


def _copy(source: Vault, target: Vault, digests: Sequence[Digest]) -> None:
    with ExitStack() as stack:
        paths = [stack.enter_context(source.local(digest)) for digest in digests]
        put = target.put_files(paths)
    for digest, found in zip(digests, put, strict=True):
        if found != digest:
            raise Damaged(
                f"object {digest.short} holds other bytes ({found.short})",
                remedy="Run `picturelock verify --deep` on the vault it comes from.",
            )
