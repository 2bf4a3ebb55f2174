"""From a source text to a production folder with a board."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from picturelock.core.anchor import Value
from picturelock.core.board import Board, Certainty
from picturelock.core.clock import Clock
from picturelock.core.failures import BadDocument, Conflict, NotFound, UserError
from picturelock.core.policy import Format, Settings
from picturelock.core.take import LockFile
from picturelock.studio.production import Production


class Breakdown(Value, frozen=True, kw_only=True):
    """What a breakdown found, in numbers and doubts.

    Attributes:
        doubts: What was not sure, each with where it stands.
    """

    title: str
    scenes: int
    shots: int
    units: int
    characters: int
    frames: int
    doubts: tuple[str, ...]


def start(
    root: Path,
    script: Path,
    *,
    title: str | None,
    trailer_seconds: int,
    picture: Format,
    auto_approve: bool,
    author: str,
    clock: Clock | None = None,
) -> tuple[Production, Breakdown]:
    """Make a production of a source text. Either all of it is made, or nothing is left behind.

    Raises:
        Conflict: The folder is there and not empty.
        BadDocument: The source cannot be read or broken down.
        NotFound: There is no source.
        UserError: The title cannot be one.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Conflict(f"{root} is there already", remedy="Name a folder that does not exist or is empty.")
    if root.resolve() == Path.cwd():
        raise Conflict(
            "a production is not made in the folder you stand in",
            remedy="Give it a name of its own: `picturelock init film --script FILE`.",
        )
    if not script.is_file():
        what = f"{script} is a folder" if script.is_dir() else f"there is no file {script}"
        raise NotFound(what, remedy="Give the screenplay or story with --script FILE.")
    if title is not None and not (title.strip() and title.isprintable()):
        raise UserError("a title is one line of visible characters", remedy="Give another --title, or none.")
    _check_picture(picture)
    board = _board_of(script, title, picture, trailer_seconds)
    root.parent.mkdir(parents=True, exist_ok=True)
    with _building_site(root) as building:
        source = f"script{script.suffix.lower()}"
        shutil.copyfile(script, building / source)
        production = Production.create(building, board.title, clock)
        production.write_board(board)
        production.write_settings(
            Settings(
                title=board.title,
                source=source,
                trailer_seconds=trailer_seconds,
                picture=picture,
                auto_approve=auto_approve,
            )
        )
        production.write_locks(LockFile())
        production.commit(f"Break down {script.name}", author)
        production.close()
        if root.exists():
            root.rmdir()
        building.rename(root)
    return Production.open(root, clock), summary(board)


def _check_picture(picture: Format) -> None:
    """Refuse a size before the script is read; there is no document yet that a path could point into."""
    from picturelock.board.document import check_settings

    try:
        check_settings(Settings(title="", source="", picture=picture))
    except BadDocument as error:
        raise BadDocument(error.message.partition(" - at ")[0], remedy=error.remedy) from error


@contextmanager
def _building_site(root: Path) -> Iterator[Path]:
    """An empty folder beside the one that is to be. What a killed start has left there is cleared away by the next.

    Raises:
        Conflict: Another process builds there now.
    """
    site = root.parent / f".{root.name}.new"
    site.mkdir(exist_ok=True)
    handle = os.open(site, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"{root} is being made", remedy="Wait until that is done.") from error
        if not site.exists() or not os.path.samestat(site.stat(), os.fstat(handle)):
            raise Conflict(f"{root} was just made")
        for left in site.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield site
        except BaseException:
            shutil.rmtree(site, ignore_errors=True)
            raise
    finally:
        os.close(handle)


def break_down_again(production: Production, author: str) -> Breakdown:
    """Break the folder's source text down anew. What was on the board stays a revision."""
    settings = production.settings()
    production.commit("Edit the board", author)
    board = _board_of(production.script_path(), settings.title, settings.picture, settings.trailer_seconds)
    production.write_board(board)
    production.commit("Break the script down again", author)
    return summary(board)


def _board_of(script: Path, title: str | None, picture: Format, trailer_seconds: int) -> Board:
    from picturelock.script.breakdown import breakdown
    from picturelock.script.reader import read_source

    return breakdown(
        read_source(script), title=title, frame_rate=picture.frame_rate, trailer_seconds=trailer_seconds
    )


def summary(board: Board) -> Breakdown:
    """A board in numbers and doubts."""
    marks = [("", mark) for mark in board.marks]
    for scene in board.scenes:
        marks += [(str(scene.code), mark) for mark in scene.marks]
        for shot in scene.shots:
            marks += [(str(shot.code), mark) for mark in shot.marks]
    doubts = [
        ": ".join(filter(None, (where, mark.about, mark.what)))
        for where, mark in marks
        if mark.certainty is Certainty.DOUBT
    ]
    return Breakdown(
        title=board.title,
        scenes=len(board.scenes),
        shots=len(board.shots()),
        units=len(board.units()),
        characters=sum(str(anchor.id).startswith("char_") for anchor in board.anchors),
        frames=sum(shot.frames for shot in board.shots()),
        doubts=tuple(doubts),
    )
