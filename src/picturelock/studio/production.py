"""An open production: its folder, its vault, its database, and its texts as values."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from picturelock import __version__
from picturelock.core.board import Board
from picturelock.core.clock import Clock
from picturelock.core.codec import canonical, from_json, to_json
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.ids import RevisionId
from picturelock.core.policy import Settings
from picturelock.core.take import LockFile, Revision
from picturelock.db import tables
from picturelock.db.connection import Database, open_database
from picturelock.engine.timekeeping import SystemClock
from picturelock.history import revisions
from picturelock.history.locks import read_locks, write_locks
from picturelock.history.worktree import write_whole
from picturelock.studio.folder import Folder
from picturelock.studio.planning import Snapshot
from picturelock.studio.whereabouts import missing, open_facts
from picturelock.vault.local import LocalVault

T = TypeVar("T")


class Production:
    """An open production.

    Args:
        folder: Where it lies.
        database: Its facts.
        vault: Its objects.
        clock: Time.
        name: Its id in the database.
    """

    def __init__(
        self, folder: Folder, database: Database, vault: LocalVault, clock: Clock, name: str
    ) -> None:
        self.folder = folder
        self.database = database
        self.vault = vault
        self.clock = clock
        self.name = name

    @classmethod
    def open(cls, start: Path, clock: Clock | None = None) -> "Production":
        """The production at or above a path.

        Raises:
            NotFound: There is none, or the server that its facts are on does not answer.
        """
        folder = Folder.find(start)
        database, known = open_facts(folder)
        with database.read() as connection:
            name = connection.execute(sa.select(tables.production.c.id)).scalar_one_or_none()
        if name is None or known not in {None, name}:
            database.close()
            raise missing(folder, database)
        return cls(folder, database, LocalVault(folder.vault), clock or SystemClock(), name)

    @classmethod
    def create(cls, root: Path, title: str, clock: Clock | None = None) -> "Production":
        """An empty production in a folder that is there already."""
        folder, now = Folder(root), clock or SystemClock()
        folder.hidden.mkdir(parents=True, exist_ok=True)
        database = open_database(folder.database)
        name = uuid.uuid4().hex[:12]
        with database.write() as connection:
            connection.execute(
                sa.insert(tables.production).values(id=name, title=title, created_at=now.now())
            )
        return cls(folder, database, LocalVault(folder.vault), now, name)

    def close(self) -> None:
        """Close connections."""
        self.database.close()

    def settings(self) -> Settings:
        """``production.yaml``.

        Raises:
            BadDocument: It cannot be read; the message has the line.
        """
        return self._document(self.folder.settings, Settings, "load_settings")

    def board(self) -> Board:
        """``board.yaml``.

        Raises:
            BadDocument: It cannot be read; the message has the line.
        """
        return self._document(self.folder.board, Board, "load_board")

    def locks(self) -> LockFile:
        """``picture.lock``; nothing is locked where the file is not there."""
        return read_locks(self.lock_bytes().decode("utf-8"))

    def lock_bytes(self) -> bytes:
        """``picture.lock`` as it lies in the folder, or as it would be with nothing locked."""
        path = self.folder.locks
        return path.read_bytes() if path.exists() else write_locks(LockFile()).encode()

    def snapshot(self) -> Snapshot:
        """The intent as it lies in the folder now."""
        return Snapshot(self.board(), self.settings(), self.locks())

    def _document(self, path: Path, kind: type[T], loader: str) -> T:
        """A text as a value; the last reading is remembered, because YAML is slow to read."""
        data = self.bytes_of(path)
        name = Digest.of(data + __version__.encode()).hex[:32]
        remembered = self.folder.cache / f"{path.stem}-{name}.json"
        if remembered.exists():
            try:
                return from_json(kind, remembered.read_bytes())
            except BadDocument:
                remembered.unlink(missing_ok=True)
        from picturelock.board import document

        try:
            value: T = getattr(document, loader)(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise BadDocument(f"{path.name} is not UTF-8", remedy="Save it as UTF-8.") from error
        for old in self.folder.cache.glob(f"{path.stem}-*.json"):
            old.unlink(missing_ok=True)
        write_whole(remembered, to_json(value))
        return value

    def bytes_of(self, path: Path) -> bytes:
        """The bytes of one of the production's texts.

        Raises:
            NotFound: The file is gone.
        """
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(
                f"{path.name} is gone", remedy="Bring it back with `picturelock rollback HEAD`."
            ) from error

    def script_path(self) -> Path:
        """The source text in the folder."""
        return self.folder.root / self.settings().source

    def write_board(self, board: Board) -> None:
        """Replace ``board.yaml``."""
        from picturelock.board.document import dump_board

        write_whole(self.folder.board, dump_board(board).encode())

    def write_settings(self, settings: Settings) -> None:
        """Replace ``production.yaml``."""
        from picturelock.board.document import dump_settings

        write_whole(self.folder.settings, dump_settings(settings).encode())

    def write_locks(self, locks: LockFile) -> None:
        """Replace ``picture.lock``."""
        write_whole(self.folder.locks, write_locks(locks).encode())

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A snapshot of the facts."""
        with self.database.read() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction."""
        with self.database.write() as connection:
            yield connection

    def head(self) -> tuple[RevisionId, Revision] | None:
        """The newest revision and its content; ``None`` before the first."""
        with self.reading() as connection:
            name = revisions.head(connection, self.name)
            if name is None:
                return None
            return name, revisions.load(self.vault, revisions.resolve(connection, self.name, name))

    def commit(
        self,
        message: str,
        author: str,
        *,
        cut: Digest | None = None,
        timeline: Digest | None = None,
    ) -> RevisionId | None:
        """Keep the folder's texts as a revision, if they differ from the head's.

        Args:
            message: What changed and why.
            author: Who did it.
            cut: The film, where this revision brings one; else the head's is carried on while nothing else changed.
            timeline: The film's timeline.

        Returns:
            The new revision, or ``None`` if nothing differs.
        """
        put, folder = self.vault.put, self.folder
        found = self.head()
        texts = {
            "board_text": put(self.bytes_of(folder.board)),
            "locks": put(self.lock_bytes()),
            "settings": put(self.bytes_of(folder.settings)),
            "script": put(self.bytes_of(self.script_path())),
            "cut": cut or (found[1].cut if found else None),
            "timeline": timeline or (found[1].timeline if found else None),
        }
        if found and all(getattr(found[1], name) == digest for name, digest in texts.items()):
            return None
        revision = Revision(
            parent=found[0] if found else None,
            author=author,
            message=message,
            at=self.clock.now(),
            board=put(canonical(self.board())),
            **texts,
        )
        with self.writing() as connection:
            return revisions.commit(connection, self.vault, self.name, revision)
