import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, Malformed
from picturelock.core.ids import ShotCode, TakeId
from picturelock.core.take import Lock, LockFile
from picturelock.history.locks import (
    POLICY,
    by_policy,
    changes,
    read_locks,
    with_shot,
    without_shot,
    write_locks,
)

D = Digest.of(b"x")
A, B = ShotCode("SC010_SH010"), ShotCode("SC010_SH020")

pins = st.builds(
    lambda n, by: Lock(take=TakeId(f"T-{n:016x}"), media=D, recipe=D, by=by),
    st.integers(0, 9),
    st.sampled_from(["ana", f"{POLICY}auto-approve"]),
)
files = st.dictionaries(
    st.sampled_from(["SC010_SH010", "SC010_SH020", "SC020_SH010"]),
    st.dictionaries(st.sampled_from(["key", "clip", "voice_10"]), pins, min_size=1),
).map(lambda shots: LockFile(shots=shots))


@given(files)
def test_the_text_says_everything(locks: LockFile) -> None:
    text = write_locks(locks)
    assert read_locks(text) == locks
    assert write_locks(read_locks(text)) == text


@given(files, st.dictionaries(st.sampled_from(["key", "clip"]), pins, min_size=1))
def test_locking_and_opening_touch_one_shot(locks: LockFile, pinned: dict[str, Lock]) -> None:
    locked = with_shot(locks, A, pinned)
    assert locked.of(A) == pinned
    assert {k: v for k, v in locked.shots.items() if k != A} == {
        k: v for k, v in locks.shots.items() if k != A
    }
    opened = without_shot(locked, A)
    assert opened.of(A) == {}
    assert opened.shots == {k: v for k, v in locks.shots.items() if k != A}


@given(files, files)
def test_changes_are_empty_exactly_for_equals(old: LockFile, new: LockFile) -> None:
    assert (changes(old, new) == []) == (old == new)


def test_changes_name_the_shot_and_the_take() -> None:
    one = Lock(take=TakeId("T-" + "0" * 16), media=D, recipe=D)
    two = Lock(take=TakeId("T-" + "1" * 16), media=D, recipe=D)
    old = LockFile(shots={A: {"key": one, "clip": one}})
    new = LockFile(shots={A: {"key": two, "voice_10": one}, B: {"key": one}})
    assert changes(old, new) == [
        "SC010_SH010.clip: T-0000000000000000 -> none",
        "SC010_SH010.key: T-0000000000000000 -> T-1111111111111111",
        "SC010_SH010.voice_10: none -> T-0000000000000000",
        "SC010_SH020: locked",
    ]
    assert changes(new, old)[-1] == "SC010_SH020: opened"


def test_whose_pins_they_are() -> None:
    mine = Lock(take=TakeId("T-" + "0" * 16), media=D, recipe=D, by="ana")
    policys = Lock(take=TakeId("T-" + "0" * 16), media=D, recipe=D, by="policy:auto-approve")
    assert by_policy({"key": policys})
    assert not by_policy({"key": policys, "clip": mine})
    assert not by_policy({})


def test_a_broken_lock_file_is_refused_with_a_remedy() -> None:
    with pytest.raises(BadDocument, match="rollback HEAD"):
        read_locks("{")
    with pytest.raises(Malformed, match="ShotCode"):
        read_locks('{"shots": {"first": {}}}')
