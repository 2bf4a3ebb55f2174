"""History for people: the log, what differs, going back, and whether every byte is still what it was."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from picturelock.board import staleness
from picturelock.core.anchor import Value
from picturelock.core.board import Board
from picturelock.core.brief import Layers
from picturelock.core.codec import from_json
from picturelock.core.digest import Digest
from picturelock.core.ids import RevisionId
from picturelock.core.take import LockFile, Revision
from picturelock.history import locks as lock_texts
from picturelock.history import revisions
from picturelock.history.worktree import write_whole
from picturelock.studio import facts as store
from picturelock.studio.deciding import pinned_digests
from picturelock.studio.production import Production
from picturelock.vault.store import Condition


class LogLine(Value, frozen=True, kw_only=True):
    """One revision of the log."""

    id: RevisionId
    author: str
    message: str
    at: datetime
    head: bool


def log(production: Production) -> list[LogLine]:
    """All revisions, newest first."""
    with production.reading() as connection:
        entries = revisions.log(connection, production.name)
        head = revisions.head(connection, production.name)
    return [LogLine(id=e.id, author=e.author, message=e.message, at=e.at, head=e.id == head) for e in entries]


class Difference(Value, frozen=True, kw_only=True):
    """What differs between two revisions."""

    board: tuple[str, ...]
    locks: tuple[str, ...]
    settings: bool
    script: bool
    cut: bool


def diff(production: Production, old: str, new: str) -> Difference:
    """What differs between two revisions, field by field.

    Raises:
        NotFound: A name means no revision.
    """
    with production.reading() as connection:
        names = [revisions.resolve(connection, production.name, name) for name in (old, new)]
        before, after = (revisions.load(production.vault, name) for name in names)
    if before == after:
        return Difference(board=(), locks=(), settings=False, script=False, cut=False)
    read = production.vault.read
    boards = [from_json(Board, read(r.board)) for r in (before, after)]
    locks = [lock_texts.read_locks(read(r.locks).decode()) for r in (before, after)]
    return Difference(
        board=tuple(str(change) for change in staleness.changes_between(*boards)),
        locks=tuple(lock_texts.changes(*locks)),
        settings=before.settings != after.settings,
        script=before.script != after.script,
        cut=before.cut != after.cut,
    )


def roll_back(production: Production, name: str, author: str) -> RevisionId | None:
    """Bring a revision's script, board, settings, locks and cut back, byte for byte, as a new revision.

    What lies in the folder uncommitted is committed first, so nothing is lost and forward is a rollback too.

    Returns:
        The new revision; ``None`` if the folder was in that state already.

    Raises:
        NotFound: No such revision, or a byte of it is gone.
    """
    with production.reading() as connection:
        entry = revisions.resolve(connection, production.name, name)
    revision = revisions.load(production.vault, entry)
    texts = _texts(production, revision)
    if production.folder.board.exists() and production.folder.settings.exists():
        production.commit("Edit the board", author)
    for path, data in texts:
        write_whole(path, data)
    done = _recommit(production, revision, f"Roll back to {entry.id}", author)
    restore_cut(production, revision)
    return done


def _texts(production: Production, revision: Revision) -> list[tuple[Path, bytes]]:
    from picturelock.board.document import load_settings
    from picturelock.core.policy import Settings

    read, folder = production.vault.read, production.folder
    settings: Settings = load_settings(read(revision.settings).decode())
    return [
        (folder.board, read(revision.board_text)),
        (folder.locks, read(revision.locks)),
        (folder.root / settings.source, read(revision.script)),
        (folder.settings, read(revision.settings)),
    ]


def _recommit(production: Production, revision: Revision, message: str, author: str) -> RevisionId | None:

    found = production.head()
    again = replace(
        revision,
        parent=found[0] if found else None,
        message=message,
        author=author,
        at=production.clock.now(),
    )
    same = found and replace(again, parent=None, message="", author="", at=revision.at) == replace(
        found[1], parent=None, message="", author="", at=revision.at
    )
    if same:
        return None
    with production.writing() as connection:
        return revisions.commit(connection, production.vault, production.name, again)


def restore_cut(production: Production, revision: Revision) -> None:
    """Put the revision's film, captions and timeline where films lie; a revision without one leaves none there."""
    from picturelock.cut.timeline import Cut
    from picturelock.studio.cutting import clear, lay_out

    if revision.cut is None or revision.timeline is None:
        clear(production)
    else:
        lay_out(production, from_json(Cut, production.vault.read(revision.timeline)), revision.cut)


class Finding(Value, frozen=True, kw_only=True):
    """A digest whose bytes are not what they were, and who needs them."""

    digest: Digest
    condition: Condition
    needed_by: tuple[str, ...]


class Survey(Value, frozen=True, kw_only=True):
    """What a verification found.

    Attributes:
        checked: Objects that were hashed again.
        bytes: Their total size.
    """

    checked: int
    bytes: int
    findings: tuple[Finding, ...]


def verify(
    production: Production,
    *,
    deep: bool,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Survey:
    """Hash again what is locked and committed, or, deep, every object that any fact or revision names.

    Args:
        production: Whose bytes.
        deep: Everything, instead of what the head and the locks need.
        on_progress: Objects done and in all.
    """
    needs: dict[Digest, list[str]] = {}
    for who, digest in _needs(production, deep=deep):
        needs.setdefault(digest, []).append(who)
    if deep:
        for digest in production.vault:
            needs.setdefault(digest, [])
    findings: list[Finding] = []
    total, size = len(needs), 0
    for number, (digest, who) in enumerate(sorted(needs.items()), start=1):
        condition = production.vault.verify(digest)
        if condition is not Condition.MISSING:
            size += production.vault.size(digest)
        if condition is not Condition.WHOLE:
            findings.append(Finding(digest=digest, condition=condition, needed_by=tuple(sorted(set(who)))))
        on_progress(number, total)
    return Survey(checked=total, bytes=size, findings=tuple(findings))


def _needs(production: Production, *, deep: bool) -> Iterator[tuple[str, Digest]]:
    """Who needs which bytes."""
    from picturelock.cut.conform import Cache

    with production.reading() as connection:
        entries = revisions.log(connection, production.name)
        takes = store.read_takes(connection, production.name)
    for digest in Cache(production.folder.cache / "cut", production.vault).objects():
        yield "the cut", digest
    for entry in entries if deep else entries[:1]:
        yield f"revision {entry.id}", entry.digest
        if production.vault.has(entry.digest):
            for digest in revisions.reachable(revisions.load(production.vault, entry)):
                yield f"revision {entry.id}", digest
    locks: LockFile = production.locks()
    pinned = pinned_digests(locks)
    for take in takes:
        if not deep and take.media not in pinned:
            continue
        who = f"take {take.id} of {take.unit}"
        yield who, take.media
        yield who, take.recipe
        yield who, take.brief
        for part in take.parts:
            yield who, part.digest
            if part.role == "layers" and production.vault.has(part.digest):
                layers = from_json(Layers, production.vault.read(part.digest))
                yield from ((who, layer.media) for layer in layers.layers)
