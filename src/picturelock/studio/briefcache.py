"""Remembered digests of briefs, so that a plan over thousands of units need not derive every blocking again.

What is remembered is keyed by everything a brief is derived from, and by the code that derives it. Losing it costs
time only.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from blake3 import blake3

from picturelock import board as board_package
from picturelock import core as core_package
from picturelock.core.board import Scene, Shot, Unit
from picturelock.core.codec import digest_of, to_json
from picturelock.core.digest import Digest
from picturelock.core.take import Take
from picturelock.history.worktree import write_whole
from picturelock.studio.planning import Snapshot, build_brief


@cache
def _code() -> bytes:
    """Changes whenever the code that derives briefs does."""
    hasher = blake3()
    for package in (core_package, board_package):
        for folder in package.__path__:
            for path in sorted(Path(folder).glob("*.py")):
                hasher.update(path.read_bytes())
    return hasher.digest()


class BriefCache:
    """Digests of briefs of one snapshot.

    Args:
        path: Where they are remembered.
        snapshot: Board and settings.
    """

    def __init__(self, path: Path, snapshot: Snapshot) -> None:
        self._path = path
        self._snapshot = snapshot
        self._known = _read(path)
        self._used: dict[str, str] = {}
        self._scenes: dict[str, bytes] = {}
        board, settings = snapshot.board, snapshot.settings
        self._common = blake3(_code() + to_json([board.anchors, board.language, settings.picture])).digest()

    def __call__(self, scene: Scene, shot: Shot, unit: Unit, rests_on: Mapping[str, Take]) -> Digest:
        """The digest of a unit's brief."""
        base = self._scenes.get(scene.code)
        if base is None:
            base = self._scenes[scene.code] = blake3(self._common + to_json(scene)).digest()
        below = "".join(
            f"{part}={take.media}{take.part('layers')}" for part, take in sorted(rests_on.items())
        )
        key = blake3(base + f"{unit.id}{below}".encode()).hexdigest(16)
        found = self._known.get(key)
        if found is None:
            found = str(digest_of(build_brief(self._snapshot, scene, shot, unit, rests_on)))
        self._used[key] = found
        return Digest(found)

    def save(self) -> None:
        """Remember what was asked for this time, if there is anything new."""
        if self._used.keys() - self._known.keys():
            write_whole(self._path, json.dumps(self._used).encode())


def _read(path: Path) -> dict[str, str]:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
