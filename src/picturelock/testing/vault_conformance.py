"""What every vault must do, as checks that a new store has to pass.

Run them all over a fresh bench each::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_conforms(check, tmp_path):
        check(MyBench(tmp_path))
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from picturelock.core.digest import Digest
from picturelock.core.failures import NotFound
from picturelock.vault.store import Condition, Vault


class Bench(Protocol):
    """A store under test, empty at first."""

    @property
    def folder(self) -> Path:
        """An empty folder for files of the check's own, on the store's file system if it has one."""
        ...

    def open(self) -> Vault:
        """The store, opened anew: what was put through another handle must be there."""
        ...

    def damage(self, digest: Digest) -> None:
        """Flip a bit of an object behind the store's back."""
        ...

    def lose(self, digest: Digest) -> None:
        """Take an object away behind the store's back."""
        ...


Check = Callable[[Bench], None]
_BIG = bytes(range(256)) * 4096 * 3 + b"a last chunk that is not full"


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def _file(bench: Bench, name: str, data: bytes) -> Path:
    path = bench.folder / name
    path.write_bytes(data)
    return path


def _is_missing(what: str, act: Callable[[], object]) -> None:
    try:
        found = act()
    except NotFound:
        return
    raise AssertionError(f"{what} of an object that is not there gave {found!r}")


def gives_back_what_was_put(bench: Bench) -> None:
    """Bytes come back the same, by every way of reading, through another handle."""
    for data in (b"", b"x", b"\x00" * 70_000, _BIG):
        digest = bench.open().put(data)
        vault = bench.open()
        _expect("digest", digest, Digest.of(data))
        _expect("has", vault.has(digest), True)
        _expect("size", vault.size(digest), len(data))
        _expect("read", vault.read(digest), data)
        with vault.open(digest) as file:
            file.seek(len(data) // 2)
            _expect("second half", file.read(), data[len(data) // 2 :])
        with vault.local(digest) as path:
            _expect("local file", path.read_bytes(), data)
        _expect("verify", vault.verify(digest), Condition.WHOLE)


def takes_files(bench: Bench) -> None:
    """A file is kept under the digest of its bytes, ours or not, and is left as it is."""
    for ours in (False, True):
        for number, data in enumerate((b"", b"small", _BIG)):
            path = _file(bench, f"file-{ours}-{number}", data)
            digest = bench.open().put_file(path, ours=ours)
            _expect("digest", digest, Digest.of(data))
            _expect("the file itself", path.read_bytes(), data)
            path.unlink()
            _expect("read after the file is gone", bench.open().read(digest), data)


def takes_many_files(bench: Bench) -> None:
    """Many files at once, the same bytes among them twice, are kept as they would be one by one."""
    contents = [bytes([number]) * number * 1000 for number in range(40)] + [b"", _BIG, _BIG]
    for ours in (False, True):
        vault = bench.open()
        _expect("no files", vault.put_files([], ours=ours), [])
        paths = [_file(bench, f"many-{ours}-{number}", data) for number, data in enumerate(contents)]
        digests = vault.put_files(paths, ours=ours)
        _expect("digests", digests, [Digest.of(data) for data in contents])
        _expect("again", vault.put_files(paths, ours=ours), digests)
        _expect("the files themselves", [path.read_bytes() for path in paths], contents)
        for path in paths:
            path.unlink()
        _expect("read", [bench.open().read(digest) for digest in digests], contents)


def is_not_changed_through_a_users_file(bench: Bench) -> None:
    """A user may edit or empty the file that was put."""
    path = _file(bench, "edited", _BIG)
    vault = bench.open()
    digest = vault.put_file(path)
    with path.open("r+b") as file:
        file.write(b"other bytes")
    _expect("after an edit in place", vault.verify(digest), Condition.WHOLE)
    path.write_bytes(b"")
    _expect("after emptying", vault.read(digest), _BIG)


def keeps_one_object_for_the_same_bytes(bench: Bench) -> None:
    """Putting again, by whatever way, changes nothing."""
    vault = bench.open()
    first = vault.put(_BIG)
    _expect("again", vault.put(_BIG), first)
    _expect("as a file", vault.put_file(_file(bench, "same", _BIG)), first)
    _expect("as a file of ours", vault.put_file(_file(bench, "ours", _BIG), ours=True), first)
    _expect("objects", list(vault), [first])
    _expect("verify", vault.verify(first), Condition.WHOLE)


def lists_in_order(bench: Bench) -> None:
    """Every digest, sorted, once."""
    vault = bench.open()
    digests = sorted(vault.put(f"object {number}".encode()) for number in range(300))
    _expect("listed", list(bench.open()), digests)


def says_what_is_missing(bench: Bench) -> None:
    """An object that is not there is not there by every way of asking."""
    vault = bench.open()
    absent = Digest.of(b"never put")
    _expect("has", vault.has(absent), False)
    _expect("verify", vault.verify(absent), Condition.MISSING)
    _is_missing("size", lambda: vault.size(absent))
    _is_missing("read", lambda: vault.read(absent))
    _is_missing("open", lambda: vault.open(absent))
    _is_missing("local", lambda: vault.local(absent).__enter__())
    lost = vault.put(b"lost later")
    bench.lose(lost)
    _expect("verify of a lost one", vault.verify(lost), Condition.MISSING)
    _expect("has a lost one", vault.has(lost), False)


def finds_a_flipped_bit(bench: Bench) -> None:
    """Verifying hashes each time, whatever was found or put before."""
    for data in (b"x", _BIG):
        vault = bench.open()
        digest = vault.put(data)
        _expect("before", vault.verify(digest), Condition.WHOLE)
        bench.damage(digest)
        _expect("after", vault.verify(digest), Condition.DAMAGED)
        _expect("through another handle", bench.open().verify(digest), Condition.DAMAGED)


def bears_many_writers(bench: Bench) -> None:
    """Threads that put the same and different bytes at once."""
    vault = bench.open()
    same = _file(bench, "contended", _BIG)

    def write(number: int) -> set[Digest]:
        return {vault.put(_BIG), vault.put_file(same), vault.put(f"own {number}".encode())}

    with ThreadPoolExecutor(max_workers=8) as pool:
        put = set[Digest]().union(*pool.map(write, range(40)))
    _expect("objects", set(bench.open()), put)
    _expect("conditions", {vault.verify(digest) for digest in put}, {Condition.WHOLE})


CHECKS: tuple[Check, ...] = (
    gives_back_what_was_put,
    takes_files,
    takes_many_files,
    is_not_changed_through_a_users_file,
    keeps_one_object_for_the_same_bytes,
    lists_in_order,
    says_what_is_missing,
    finds_a_flipped_bit,
    bears_many_writers,
)
