"""A production folder: texts for people and git, and ``.picturelock`` for everything else."""

import os
from pathlib import Path

from picturelock.core.failures import NotFound


class Folder:
    """Where a production's files lie.

    Args:
        root: The production folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def settings(self) -> Path:
        """``production.yaml``."""
        return self.root / "production.yaml"

    @property
    def board(self) -> Path:
        """``board.yaml``."""
        return self.root / "board.yaml"

    @property
    def locks(self) -> Path:
        """``picture.lock``."""
        return self.root / "picture.lock"

    @property
    def hidden(self) -> Path:
        """Vault, database, caches, engine."""
        return self.root / ".picturelock"

    @property
    def vault(self) -> Path:
        """The objects."""
        return self.hidden / "vault"

    @property
    def database(self) -> Path:
        """Facts, pointers and the engine's own tables, unless they are on a server."""
        return self.hidden / "production.db"

    @property
    def whereabouts(self) -> Path:
        """Says which server the facts are on; not there where they are in the folder."""
        return self.hidden / "database"

    @property
    def cache(self) -> Path:
        """What can be made again: losing it costs time only."""
        return self.hidden / "cache"

    @property
    def engine(self) -> Path:
        """The engine's log and lock."""
        return self.hidden / "engine"

    @property
    def cut(self) -> Path:
        """The film, its captions and its interchange files."""
        return self.root / "cut"

    @property
    def sheets(self) -> Path:
        """Contact sheets and reports."""
        return self.root / "reports"

    @classmethod
    def find(cls, start: Path) -> "Folder":
        """The production folder at or above a path.

        Raises:
            NotFound: There is none.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / ".picturelock").is_dir() and (folder / "production.yaml").is_file():
                return cls(folder)
        raise NotFound(
            f"{os.path.relpath(start)} is not in a production folder",
            remedy="Go into one, name it with -C DIR, or make one with `picturelock init DIR --script FILE`.",
        )
