"""The texts of a production folder, written so that a crash leaves the old text or the new one, never half of one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file's content at once: temporary file, fsync, rename, fsync of the folder.

    The temporary file's name is always the same, so what a killed writer leaves is taken up by the next one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with _alone(temporary) as handle:
        os.ftruncate(handle, 0)
        with os.fdopen(handle, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(handle)
        temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _alone(temporary: Path) -> Iterator[int]:
    """Open a file for one writer at a time; whoever comes second waits. A dead writer holds nothing."""
    while True:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # The one who was waited for has renamed the file away: what is open here is its text now.
            if not _is_still(temporary, handle):
                continue
            try:
                yield handle
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            return
        finally:
            os.close(handle)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
