"""A vault in a folder.

::

    objects/a/bcdef…   read only; named by the digest's hex digits
    incoming/…         what is being written; moved into objects/ whole, or not at all

An object is written beside the others, flushed, renamed or linked into place, and its folder flushed. So after a crash
at any moment an object is there whole or not there. Two writers of the same bytes rename the same content over each
other. Of many files put at once, the contents are flushed side by side and each folder once for all: the folders are
sixteen and not 256 because every flush waits for the disk.

The read-only bit keeps honest programs from writing; it is no evidence that nothing has. :meth:`LocalVault.verify`
always hashes.
"""

import errno
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from picturelock.core.digest import Digest
from picturelock.core.failures import Malformed, NotFound
from picturelock.vault.store import Condition

_SMALL = 1024 * 1024
_LONG = 256 * 1024 * 1024
_CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
_LEFTOVER_SECONDS = 3600
_FLUSHES = 8
_COPIES = 2
_HASHES = 2 * _CORES
_PIECE = 1024 * 1024
_READ_ONLY = 0o444
_SHARDS = tuple("0123456789abcdef")
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
        folders = [self._incoming, *(self._objects / shard for shard in _SHARDS)]
        # Each time: who copies a vault may leave empty folders behind.
        if missing := [folder for folder in folders if not folder.is_dir()]:
            for folder in missing:
                folder.mkdir(parents=True, exist_ok=True)
            _flush_path(self._objects)
            _flush_path(root)
        self._clear_leftovers()

    def put(self, data: bytes) -> Digest:
        """See :meth:`Vault.put`."""
        digest = Digest.of(data)
        with _clearing() as temporaries:
            if not self._is_there(digest, len(data)):
                with self._arriving(temporaries) as (temporary, file):
                    _write_all(file, memoryview(data))
                    _flush(file.fileno())
                self._name(temporary, digest)
            # Also where it was there: another writer may have renamed it and not yet flushed.
            self._flush_names([digest])
        return digest

    def put_file(self, path: Path, *, ours: bool = False) -> Digest:
        """See :meth:`Vault.put_file`."""
        return self.put_files([path], ours=ours)[0]

    def put_files(self, paths: Sequence[Path], *, ours: bool = False) -> list[Digest]:
        """See :meth:`Vault.put_files`.

        A file of ours becomes the object itself where the file system lets one file have two names. A user's file is
        never linked: an edit of it would change the object.
        """
        bring = self._adopt if ours else self._take_copies
        with _clearing() as temporaries:
            return bring(paths, temporaries)

    def _adopt(self, paths: Sequence[Path], temporaries: list[Path]) -> list[Digest]:
        # Flushed before the link changes their inodes: what their writer has flushed already costs nothing here.
        digests = _flushed_and_hashed(paths)
        foreign: list[Path] = []
        for path, digest in zip(paths, digests, strict=True):
            try:
                self._link(path, digest, temporaries)
            except OSError as error:
                if error.errno not in _CANNOT_SHARE:
                    raise
                foreign.append(path)
        self._flush_names(digests)
        if foreign:
            self._take_copies(foreign, temporaries)
        return digests

    def _link(self, path: Path, digest: Digest, temporaries: list[Path]) -> None:
        target = self.path(digest)
        try:
            target.hardlink_to(path)
        except FileExistsError:
            if self._is_there(digest, path.stat().st_size):
                return
            with self._arriving(temporaries) as (temporary, _):
                temporary.unlink()
            temporary.hardlink_to(path)
            temporary.replace(target)
        target.chmod(_READ_ONLY)

    def _take_copies(self, paths: Sequence[Path], temporaries: list[Path]) -> list[Digest]:
        # One file is copied and one is hashed while others wait for the disk.
        with _flushing() as flush, ThreadPoolExecutor(_COPIES) as copying:
            copies = list(copying.map(lambda path: self._copy(path, temporaries, flush), paths))
        for temporary, digest in copies:
            if not self._is_there(digest, temporary.stat().st_size):
                self._name(temporary, digest)
        digests = [digest for _, digest in copies]
        self._flush_names(digests)
        return digests

    def _copy(
        self, path: Path, temporaries: list[Path], flush: Callable[[Path], object]
    ) -> tuple[Path, Digest]:
        with path.open("rb") as source, self._arriving(temporaries) as (temporary, file):
            shared = _share_blocks(source, file)
        if not shared:
            shutil.copyfile(path, temporary)  # within the kernel, where it can
        flush(temporary)
        # Of the copy: whoever writes to the original meanwhile, the object keeps its promise.
        return temporary, hash_file(temporary)

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
        return self._objects / digest.hex[:1] / digest.hex[1:]

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
        _flush_path(path.parent)
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

    def _name(self, temporary: Path, digest: Digest) -> None:
        temporary.chmod(_READ_ONLY)
        temporary.replace(self.path(digest))

    def _flush_names(self, digests: Sequence[Digest]) -> None:
        """Make the names of objects durable: one flush a folder, however many there are."""
        with _flushing() as flush:
            for folder in sorted({self.path(digest).parent for digest in digests}):
                flush(folder)

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


@contextmanager
def _flushing() -> Iterator[Callable[[Path], object]]:
    """Flushes files and folders in threads, and is done when all are: the disk answers many flushes with one."""
    with ThreadPoolExecutor(_FLUSHES) as pool:
        waiting: list[Future[None]] = []
        yield lambda path: waiting.append(pool.submit(_flush_path, path))
        for flush in waiting:
            flush.result()


def _flushed_and_hashed(paths: Sequence[Path]) -> list[Digest]:
    """The digests of files that are on the disk when this returns: of many, some are hashed while others are flushed.

    A core a file is faster than all cores on one, unless a file is long.
    """
    if len(paths) < _HASHES:
        with _flushing() as flush:
            for path in paths:
                flush(path)
            return [hash_file(path) for path in paths]
    with ThreadPoolExecutor(_HASHES) as hashing:
        return list(hashing.map(_flush_and_hash, paths))


def _flush_and_hash(path: Path) -> Digest:
    with path.open("rb", buffering=0) as file:
        _flush(file.fileno())
        size = os.fstat(file.fileno()).st_size
        if size > _LONG:
            return hash_file(path)
        # Read piece by piece: beside other hashing that costs less than mapping the file.
        hasher, piece = blake3(), bytearray(min(size + 1, _PIECE))
        while length := file.readinto(piece):
            hasher.update(memoryview(piece)[:length])
    return Digest("blake3:" + hasher.hexdigest())


def hash_file(path: Path) -> Digest:
    """The digest of a file's bytes as they are now, with every core where it is long."""
    with path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size <= _SMALL:
            return Digest.of(file.read())
    hasher = blake3(max_threads=blake3.AUTO)
    hasher.update_mmap(path)
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


def _flush_path(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _flush(descriptor)
    finally:
        os.close(descriptor)


def _missing(digest: Digest) -> NotFound:
    return NotFound(
        f"the vault has no object {digest.short}", remedy="`picturelock verify --deep` lists what is missing."
    )
