import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.failures import Damaged
from picturelock.testing.vault_conformance import CHECKS, Check
from picturelock.vault import local
from picturelock.vault.local import LocalVault, hash_file
from picturelock.vault.mirror import mend, mirror
from picturelock.vault.store import Condition
from picturelock.vault.verify import survey


def flip(path: Path) -> None:
    mode = path.stat().st_mode
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    path.chmod(mode)


class LocalBench:
    def __init__(self, root: Path) -> None:
        self.folder = root / "files"
        self.folder.mkdir()
        self._root = root / "vault"

    def open(self) -> LocalVault:
        return LocalVault(self._root)

    def damage(self, digest: Digest) -> None:
        flip(self.open().path(digest))

    def lose(self, digest: Digest) -> None:
        self.open().path(digest).unlink()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, tmp_path: Path) -> None:
    check(LocalBench(tmp_path))


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def test_objects_are_read_only_and_incoming_is_left_empty(vault: LocalVault, tmp_path: Path) -> None:
    file = tmp_path / "frame"
    file.write_bytes(b"y" * 3_000_000)
    digests = [vault.put(b"x"), vault.put_file(file), vault.put_file(file, ours=True)]
    assert {stat.S_IMODE(vault.path(digest).stat().st_mode) for digest in digests} == {0o444}
    assert list((vault.root / "incoming").iterdir()) == []


def test_a_file_of_ours_is_linked_and_a_users_is_not(vault: LocalVault, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_bytes(b"ours")
    theirs.write_bytes(b"theirs")
    assert vault.path(vault.put_file(ours, ours=True)).samefile(ours)
    assert not vault.path(vault.put_file(theirs)).samefile(theirs)


def test_a_file_of_ours_on_another_file_system_is_copied(tmp_path: Path) -> None:
    memory = Path("/dev/shm")  # noqa: S108
    other = memory if memory.is_dir() and memory.stat().st_dev != tmp_path.stat().st_dev else None
    vault = LocalVault(tmp_path / "vault")
    path = (other or tmp_path) / f"picturelock-{os.getpid()}"
    try:
        path.write_bytes(b"z" * 2_000_000)
        assert vault.read(vault.put_file(path, ours=True)) == b"z" * 2_000_000
    finally:
        path.unlink()


def test_putting_again_mends_an_object_that_lost_its_end(vault: LocalVault) -> None:
    digest = vault.put(b"whole")
    path = vault.path(digest)
    path.chmod(0o644)
    path.write_bytes(b"wh")
    assert vault.verify(digest) is Condition.DAMAGED
    vault.put(b"whole")
    assert vault.verify(digest) is Condition.WHOLE


def test_leftovers_go_when_old(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    (vault.root / "incoming" / "half").write_bytes(b"half")
    LocalVault(vault.root)
    assert [path.name for path in (vault.root / "incoming").iterdir()] == ["half"]
    monkeypatch.setattr(local, "_LEFTOVER_SECONDS", -1)
    assert list(LocalVault(vault.root)) == []
    assert list((vault.root / "incoming").iterdir()) == []


def test_an_old_file_that_is_just_being_linked_is_no_leftover(vault: LocalVault, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"rendered yesterday")
    os.utime(old, (1, 1))
    (vault.root / "incoming" / "link").hardlink_to(old)
    LocalVault(vault.root)
    assert (vault.root / "incoming" / "link").exists()


def test_an_error_among_many_leaves_nothing_half_done(vault: LocalVault, tmp_path: Path) -> None:
    paths = [tmp_path / f"file{number}" for number in range(20)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 100_000)
    paths[11].unlink()
    for ours in (False, True):
        with pytest.raises(FileNotFoundError):
            vault.put_files(paths, ours=ours)
        assert list((vault.root / "incoming").iterdir()) == []
        assert all(vault.verify(digest) is Condition.WHOLE for digest in vault)


def test_many_files_of_ours_are_linked_and_damage_is_mended(vault: LocalVault, tmp_path: Path) -> None:
    paths = [tmp_path / f"file{number}" for number in range(20)]
    for number, path in enumerate(paths):
        # Short ones and long ones are hashed differently.
        path.write_bytes(bytes([number % 15]) * (100_000 + 1_100_000 * (number % 15 % 2)))
    digests = vault.put_files(paths, ours=True)
    assert digests == [Digest.of(path.read_bytes()) for path in paths]
    assert all(vault.path(digest).stat().st_nlink == 2 for digest in digests[5:15])
    flat = vault.path(digests[7])
    flat.chmod(0o644)
    flat.unlink()
    flat.write_bytes(b"short")
    assert vault.put_files(paths, ours=True) == digests
    assert all(vault.verify(digest) is Condition.WHOLE for digest in digests)
    assert list((vault.root / "incoming").iterdir()) == []


def test_strange_files_are_not_objects(vault: LocalVault) -> None:
    digest = vault.put(b"x")
    (vault.path(digest).parent / ".DS_Store").write_bytes(b"")
    (vault.root / "objects" / "README").write_bytes(b"")
    assert list(vault) == [digest]


def test_a_vault_copied_without_its_empty_folders_still_takes_objects(vault: LocalVault) -> None:
    for folder in [*(vault.root / "objects").iterdir(), vault.root / "incoming"]:
        folder.rmdir()
    again = LocalVault(vault.root)
    assert all(again.read(again.put(bytes([n]))) == bytes([n]) for n in range(100))


def test_sweep_deletes_what_is_not_kept(vault: LocalVault) -> None:
    keep, drop = vault.put(b"keep"), vault.put(b"drop")
    assert vault.sweep({keep}) == [drop]
    assert list(vault) == [keep]
    assert not vault.discard(drop)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=5000), at=st.integers(min_value=0))
def test_every_flipped_bit_is_found(vault: LocalVault, data: bytes, at: int) -> None:
    digest = vault.put(data)
    assert vault.read(digest) == data
    if data:
        path = vault.path(digest)
        path.chmod(0o644)
        bad = bytearray(data)
        bad[at // 8 % len(data)] ^= 1 << at % 8
        path.write_bytes(bad)
        assert vault.verify(digest) is Condition.DAMAGED
        vault.discard(digest)


def test_hash_of_a_file_is_the_hash_of_its_bytes(tmp_path: Path) -> None:
    for length in (0, 1, 1024 * 1024, 1024 * 1024 + 1, 5_000_001):
        path = tmp_path / str(length)
        path.write_bytes(os.urandom(length))
        assert hash_file(path) == Digest.of(path.read_bytes())


def test_survey_keeps_order_and_reports_progress(vault: LocalVault) -> None:
    whole, damaged, absent = vault.put(b"a"), vault.put(b"b"), Digest.of(b"c")
    flip(vault.path(damaged))
    seen: list[tuple[int, int]] = []
    findings = survey(
        vault, [absent, whole, damaged, whole], threads=3, progress=lambda *step: seen.append(step)
    )
    assert [finding.condition for finding in findings] == ["missing", "whole", "damaged", "whole"]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_mirror_and_mend(vault: LocalVault, tmp_path: Path) -> None:
    other = LocalVault(tmp_path / "mirror")
    digests = [vault.put(f"object {number}".encode()) for number in range(10)]
    assert mirror(vault, other) == sorted(digests)
    assert mirror(vault, other) == []
    flip(vault.path(digests[0]))
    vault.discard(digests[1])
    flip(vault.path(digests[2]))
    other.discard(digests[2])
    mended = mend(vault, other, digests)
    assert mended.restored == (digests[0], digests[1])
    assert mended.lost == (digests[2],)
    assert [vault.verify(digest) for digest in digests[:3]] == ["whole", "whole", "damaged"]


def test_a_mirror_refuses_damaged_objects(vault: LocalVault, tmp_path: Path) -> None:
    digest = vault.put(b"object")
    flip(vault.path(digest))
    with pytest.raises(Damaged):
        mirror(vault, LocalVault(tmp_path / "mirror"))
    assert vault.verify(digest) is Condition.DAMAGED


def _put_many(root: str, count: int) -> None:
    vault = LocalVault(Path(root))
    for number in range(count):
        vault.put(f"shared {number}".encode() * 1000)


def test_processes_put_the_same_objects_at_once(vault: LocalVault) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_put_many, args=(str(vault.root), 60)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(list(vault)) == 60
    assert {vault.verify(digest) for digest in vault} == {Condition.WHOLE}


_WRITER = """
    import os, sys
    from pathlib import Path
    from picturelock.vault.local import LocalVault
    vault = LocalVault(Path(sys.argv[1]))
    file = Path(sys.argv[2])
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        print(vault.put(os.urandom(200_000)), flush=True)
        file.write_bytes(os.urandom(3_000_000))
        print(vault.put_file(file), flush=True)
        file.unlink()
        file.write_bytes(os.urandom(1_500_000))
        print(vault.put_file(file, ours=True), flush=True)
        file.unlink()
"""


def test_killed_in_the_middle_of_many_puts(vault: LocalVault, tmp_path: Path) -> None:
    """Whatever was promised is whole, and nothing that is listed is half."""
    promised: list[Digest] = []
    for round_number in range(6):
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                textwrap.dedent(_WRITER),
                str(vault.root),
                str(tmp_path / f"file-{round_number}"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.05 + 0.037 * round_number)
            process.send_signal(signal.SIGKILL)
            process.wait()
            promised += [Digest(line.strip()) for line in process.stdout if line.endswith("\n")]
    kept = set(vault)
    assert promised
    assert kept >= set(promised)
    assert {vault.verify(digest) for digest in kept} == {Condition.WHOLE}
    # At most the one object that each process was placing when it died.
    assert len(kept - set(promised)) <= 6
