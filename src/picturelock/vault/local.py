"""A vault in a folder.

::

    objects/ab/cdef…   read only; named by the digest's hex digits
    incoming/…         what is being written; moved into objects/ whole, or not at all

An object is written beside the others, flushed, renamed into place, and its folder flushed. So after a crash at any
moment an object is there whole or not there. Two writers of the same bytes rename the same content over each other.
Of many files put at once, the contents are flushed side by side and each folder once for all.

The read-only bit keeps honest programs from writing; it is no evidence that nothing has. :meth:`LocalVault.verify`
always hashes.
"""

import errno
import fcntl
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from blake3 import blake3

from picturelock.core.digest import Digest
from picturelock.core.failures import Malformed, NotFound
from picturelock.vault.store import Condition

T = TypeVar("T")

_CHUNK = 1024 * 1024
_SMALL = 1024 * 1024
_LEFTOVER_SECONDS = 3600
_AT_ONCE = 8
_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file until one of them is written
_CANNOT_SHARE = {
    errno.EXDEV,
    errno.EPERM,
    errno.EACCES,
    errno.EMLINK,
    errno.EOPNOTSUPP,
    errno.EINVAL,
    errno.ENOTTY,
    errno.ENOSYS,
    errno.EBADF,
}


class LocalVault:
    """Objects in a folder; see :class:`picturelock.vault.store.Vault`.

    Any number of threads and processes may use one folder at once.

    Args:
        root: The vault's folder; made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._objects = root / "objects"
        self._incoming = root / "incoming"
        if not (self._objects.is_dir() and self._incoming.is_dir()):
            self._objects.mkdir(parents=True, exist_ok=True)
            self._incoming.mkdir(parents=True, exist_ok=True)
            _flush_folder(root)
        self._clear_leftovers()

    def put(self, data: bytes) -> Digest:
        """See :meth:`Vault.put`."""
        digest = Digest.of(data)
        if self._is_there(digest, len(data)):
            self._settle([_Arrival(digest, None)])
            return digest
        with _clearing() as temporaries, self._arriving(temporaries) as (temporary, file):
            _write_all(file, memoryview(data))
            _flush(file.fileno())
            self._settle([_Arrival(digest, temporary)])
        return digest

    def put_file(self, path: Path, *, ours: bool = False) -> Digest:
        """See :meth:`Vault.put_file`."""
        return self.put_files([path], ours=ours)[0]

    def put_files(self, paths: Sequence[Path], *, ours: bool = False) -> list[Digest]:
        """See :meth:`Vault.put_files`.

        A file of ours becomes the object itself where the file system lets one file have two names. A user's file is
        never linked: an edit of it would change the object.
        """
        bring = self._adopt if ours else self._take_copy
        with _clearing() as temporaries:
            arrivals = _side_by_side(lambda path: bring(path, temporaries), paths)
            self._settle(arrivals)
        return [arrival.digest for arrival in arrivals]

    def _adopt(self, path: Path, temporaries: list[Path]) -> "_Arrival":
        with path.open("rb") as file:
            digest = hash_file(path)
            if self._is_there(digest, os.fstat(file.fileno()).st_size):
                return _Arrival(digest, None)
            # Before the link changes its inode: what its writer has flushed already costs nothing here.
            _flush(file.fileno())
        with self._arriving(temporaries) as (temporary, _):
            temporary.unlink()
        try:
            temporary.hardlink_to(path)
        except OSError as error:
            if error.errno not in _CANNOT_SHARE:
                raise
            return self._take_copy(path, temporaries)
        return _Arrival(digest, temporary)

    def _take_copy(self, path: Path, temporaries: list[Path]) -> "_Arrival":
        with path.open("rb") as source, self._arriving(temporaries) as (temporary, file):
            # The digest is that of the copy: whoever writes to the original meanwhile, the object keeps its promise.
            digest = hash_file(temporary) if _share_blocks(source, file) else _copy(source, file)
            if self._is_there(digest, os.fstat(file.fileno()).st_size):
                return _Arrival(digest, None)
            _flush(file.fileno())
        return _Arrival(digest, temporary)

    def has(self, digest: Digest) -> bool:
        """See :meth:`Vault.has`."""
        return self.path(digest).exists()

    def size(self, digest: Digest) -> int:
        """See :meth:`Vault.size`."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            raise _missing(digest) from None

    def read(self, digest: Digest) -> bytes:
        """See :meth:`Vault.read`."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            raise _missing(digest) from None

    def open(self, digest: Digest) -> BinaryIO:
        """See :meth:`Vault.open`."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            raise _missing(digest) from None

    @contextmanager
    def local(self, digest: Digest) -> Iterator[Path]:
        """See :meth:`Vault.local`. The object itself, so do not change it."""
        path = self.path(digest)
        if not path.exists():
            raise _missing(digest)
        yield path

    def verify(self, digest: Digest) -> Condition:
        """See :meth:`Vault.verify`."""
        try:
            found = hash_file(self.path(digest))
        except FileNotFoundError:
            return Condition.MISSING
        except OSError as error:
            if error.errno != errno.EIO:  # a sector that cannot be read is damage too
                raise
            return Condition.DAMAGED
        return Condition.WHOLE if found == digest else Condition.DAMAGED

    def __iter__(self) -> Iterator[Digest]:
        """See :meth:`Vault.__iter__`."""
        for shard in sorted(self._objects.iterdir()):
            if shard.is_dir():
                for name in sorted(entry.name for entry in shard.iterdir()):
                    with suppress(Malformed):  # what a file manager or a backup tool has left
                        yield Digest(f"blake3:{shard.name}{name}")

    def path(self, digest: Digest) -> Path:
        """Where the object is, if it is there."""
        return self._objects / digest.hex[:2] / digest.hex[2:]

    def discard(self, digest: Digest) -> bool:
        """Delete an object.

        Returns:
            Whether it was there.
        """
        path = self.path(digest)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _flush_folder(path.parent)
        return True

    def sweep(self, keep: AbstractSet[Digest]) -> list[Digest]:
        """Delete every object that is not to be kept: the explicit purge, and nothing else calls it.

        Nobody may be putting objects meanwhile, since one that was just found to be there already would be deleted.

        Returns:
            What was deleted.
        """
        return [digest for digest in list(self) if digest not in keep and self.discard(digest)]

    def _is_there(self, digest: Digest, size: int) -> bool:
        try:
            return (
                self.path(digest).stat().st_size == size
            )  # else it is damage, mended by putting the bytes again
        except FileNotFoundError:
            return False

    @contextmanager
    def _arriving(self, temporaries: list[Path]) -> Iterator[tuple[Path, BinaryIO]]:
        handle, name = tempfile.mkstemp(dir=self._incoming)
        temporaries.append(Path(name))
        with os.fdopen(handle, "w+b", buffering=0) as file:
            yield Path(name), file

    def _settle(self, arrivals: Sequence["_Arrival"]) -> None:
        """Give arrivals their names, and make the names durable."""
        # Also where an object was there: another writer may have renamed it and not yet flushed.
        folders = sorted({self.path(arrival.digest).parent for arrival in arrivals})
        for folder in folders:
            folder.mkdir(exist_ok=True)
        _flush_folder(self._objects)
        for arrival in arrivals:
            if arrival.temporary is not None:
                arrival.temporary.chmod(0o444)
                arrival.temporary.replace(self.path(arrival.digest))
        _side_by_side(_flush_folder, folders)

    def _clear_leftovers(self) -> None:
        """Delete what writers that died have left.

        A living writer's file is young, even where it is a link to an old one: a link changes the status time. Ages
        are told by the file system's own clock, which may be another machine's.
        """
        present = list(self._incoming.iterdir())
        if not present:
            return
        handle, name = tempfile.mkstemp(dir=self._incoming)
        try:
            now = os.fstat(handle).st_ctime
        finally:
            os.close(handle)
            Path(name).unlink()
        for path in present:
            with suppress(FileNotFoundError):
                if now - path.stat().st_ctime > _LEFTOVER_SECONDS:
                    path.unlink()


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Bytes that are flushed and have no name yet; ``temporary`` is ``None`` where the object was there before."""

    digest: Digest
    temporary: Path | None


@contextmanager
def _clearing() -> Iterator[list[Path]]:
    """Collects temporary files and deletes what is left of them.

    That is after an error, and after a rename onto another name of the same file, which does nothing.
    """
    temporaries: list[Path] = []
    try:
        yield temporaries
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _side_by_side(act: Callable[[Path], T], paths: Sequence[Path]) -> list[T]:
    """In threads: one file is hashed while others wait for the disk, and the disk answers many flushes with one."""
    if len(paths) < 2:
        return [act(path) for path in paths]
    with ThreadPoolExecutor(min(_AT_ONCE, len(paths))) as pool:
        return list(pool.map(act, paths))


def hash_file(path: Path) -> Digest:
    """The digest of a file's bytes as they are now."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size <= _SMALL:
            return Digest.of(file.read())
    hasher = blake3(max_threads=blake3.AUTO)
    hasher.update_mmap(path)
    return Digest("blake3:" + hasher.hexdigest())


def _copy(source: BinaryIO, target: BinaryIO) -> Digest:
    # One pass: a chunk is hashed while it is in the processor's cache. Threads were no faster; writing is what takes time.
    hasher = blake3()
    chunk = memoryview(bytearray(_CHUNK))
    while length := source.readinto(chunk):  # pyright: ignore[reportAttributeAccessIssue]
        hasher.update(chunk[:length])
        _write_all(target, chunk[:length])
    return Digest("blake3:" + hasher.hexdigest())


def _write_all(target: BinaryIO, part: memoryview) -> None:
    while part:
        part = part[target.write(part) :]


def _share_blocks(source: BinaryIO, target: BinaryIO) -> bool:
    """Copy without copying, where the file system can."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError as error:
        if error.errno not in _CANNOT_SHARE:
            raise
        return False
    return True


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync leaves the bytes in the drive's cache there
    else:
        os.fsync(descriptor)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _flush(descriptor)
    finally:
        os.close(descriptor)


def _missing(digest: Digest) -> NotFound:
    return NotFound(
        f"the vault has no object {digest.short}", remedy="`picturelock verify --deep` lists what is missing."
    )
