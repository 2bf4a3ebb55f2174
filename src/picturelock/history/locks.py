"""``picture.lock``: which take each locked shot is pinned to. Pure; the text is for git and for people."""

import json
from collections.abc import Mapping

from picturelock.core.codec import from_json, plain
from picturelock.core.failures import BadDocument
from picturelock.core.ids import ShotCode
from picturelock.core.take import Lock, LockFile

#: Policies sign with this prefix; what they lock, a person's edit may open.
POLICY = "policy:"


def write_locks(locks: LockFile) -> str:
    """The text of ``picture.lock``: sorted, one value a line, so that git shows what changed."""
    return json.dumps(plain(locks), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_locks(text: str) -> LockFile:
    """The locks in a text.

    Raises:
        BadDocument: Not a lock file.
    """
    try:
        locks = from_json(LockFile, text)
    except BadDocument as error:
        raise BadDocument(
            f"picture.lock: {error.message}", remedy="Restore it with `picturelock rollback HEAD`."
        ) from error
    for shot in locks.shots:
        ShotCode(shot)
    return locks


def with_shot(locks: LockFile, shot: ShotCode, pins: Mapping[str, Lock]) -> LockFile:
    """The locks with this shot pinned to these takes, by part name."""
    return LockFile(shots={**locks.shots, str(shot): dict(sorted(pins.items()))})


def without_shot(locks: LockFile, shot: ShotCode) -> LockFile:
    """The locks with this shot open."""
    return LockFile(shots={code: pins for code, pins in locks.shots.items() if code != shot})


def by_policy(pins: Mapping[str, Lock]) -> bool:
    """Whether policy alone made these pins."""
    return bool(pins) and all(lock.by.startswith(POLICY) for lock in pins.values())


def changes(old: LockFile, new: LockFile) -> list[str]:
    """What differs between two lock files, a line each, in the order of the shots."""
    lines: list[str] = []
    for shot in sorted({*old.shots, *new.shots}):
        before, after = old.shots.get(shot, {}), new.shots.get(shot, {})
        if before and not after:
            lines.append(f"{shot}: opened")
        elif after and not before:
            lines.append(f"{shot}: locked")
        else:
            for part in sorted({*before, *after}):
                was, now = before.get(part), after.get(part)
                if was != now:
                    lines.append(
                        f"{shot}.{part}: {was.take if was else 'none'} -> {now.take if now else 'none'}"
                    )
    return lines
