"""The one door for every face: command line, HTTP, agents and scripts call :class:`Studio` and nothing below it."""

import getpass
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from picturelock.core.board import Board
from picturelock.core.clock import Clock
from picturelock.core.digest import Digest
from picturelock.core.ids import CallId, RevisionId, ShotCode, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Format
from picturelock.core.take import Lock, ReviewKind
from picturelock.studio.planning import Goal, Plan
from picturelock.studio.production import Production

if TYPE_CHECKING:
    from picturelock.ledger.breakdown import By
    from picturelock.studio.calling import CallView
    from picturelock.studio.costing import CostReport, Reconciliation, Warnings
    from picturelock.studio.cutting import CutReport
    from picturelock.studio.deciding import InboxItem
    from picturelock.studio.moving import Moved
    from picturelock.studio.recalling import Difference, LogLine, Survey
    from picturelock.studio.reporting import Retrospective
    from picturelock.studio.running import Progress, RunReport
    from picturelock.studio.showing import Status, TakeView
    from picturelock.studio.starting import Breakdown

# Each use case loads its own module when it is called, so that a face answers before the heavy ones are needed.


class Studio:
    """An open production and everything that can be done with it.

    Args:
        production: What is open.
        author: Who acts; signs reviews, locks and revisions.
    """

    def __init__(self, production: Production, author: str | None = None) -> None:
        self.production = production
        self.author = author or default_author()

    @classmethod
    def open(cls, start: Path, *, author: str | None = None, clock: Clock | None = None) -> Self:
        """Open the production at or above a path.

        Raises:
            NotFound: There is none.
        """
        return cls(Production.open(start, clock), author)

    @classmethod
    def start(
        cls,
        root: Path,
        script: Path,
        *,
        title: str | None = None,
        trailer_seconds: int = 0,
        picture: Format | None = None,
        auto_approve: bool = False,
        database: str | None = None,
        author: str | None = None,
        clock: Clock | None = None,
    ) -> "tuple[Self, Breakdown]":
        """Make a production of a screenplay or a story.

        Args:
            root: A folder that is not there yet, or is empty.
            script: Fountain, Final Draft or plain text.
            title: Of the film; by default as the text says.
            trailer_seconds: Choose shots to this length; 0 keeps them all.
            picture: Size, rate and handles.
            auto_approve: Let policy approve what passes its gate.
            database: Keep the facts in this empty database of a server, ``postgresql://…``.
            author: Who does it.
            clock: Time.

        Raises:
            BadDocument: The text cannot be read; nothing is left behind.
            Conflict: The folder is taken, or the database is.
            NotFound: There is no such database, or it does not answer.
        """
        from picturelock.studio.starting import start
        from picturelock.studio.whereabouts import check_empty

        who = author or default_author()
        if database is not None:
            check_empty(database)
        production, found = start(
            root,
            script,
            title=title,
            trailer_seconds=trailer_seconds,
            picture=picture or Format(),
            auto_approve=auto_approve,
            author=who,
            clock=clock,
        )
        studio = cls(production, who)
        if database is not None:
            studio.move(database)
        return studio, found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.production.close()

    def move(self, to: str) -> "Moved":
        """Move all facts to a team's server or back into the folder; the vault stays.

        Args:
            to: ``postgresql://…`` of an empty database, or ``folder``.

        Raises:
            Busy: Something is under way; the remedy says how to finish it.
            Conflict: The facts are there already, or the place holds others.
            NotFound: There is no such database, or it does not answer.
        """
        from picturelock.studio.moving import move

        done = move(self.production, to, self.author)
        self.production = Production.open(self.production.folder.root, self.production.clock)
        return done

    # The board

    def board(self) -> Board:
        """The board as it lies in the folder."""
        return self.production.board()

    def breakdown(self) -> "Breakdown":
        """Break the script down again; the board before stays a revision."""
        from picturelock.studio.starting import break_down_again

        return break_down_again(self.production, self.author)

    def export_board(self) -> str:
        """The board as YAML."""
        return self.production.bytes_of(self.production.folder.board).decode("utf-8")

    def import_board(self, text: str) -> RevisionId | None:
        """Replace the board by a YAML text, as a new revision.

        Raises:
            BadDocument: The text is no board; the message has the line, and nothing is changed.
        """
        from picturelock.board.document import load_board

        board = load_board(text)
        self.production.commit("Edit the board", self.author)
        self.production.write_board(board)
        return self.production.commit("Import a board", self.author)

    def blocking(self, shot: ShotCode) -> Any:
        """A shot's small scene in metres, as JSON values."""
        from picturelock.studio.showing import blocking_of

        return blocking_of(self.production, shot)

    # Making

    def plan(
        self,
        goal: Goal = Goal.CUT,
        *,
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Plan:
        """What a run would make, reuse and cost."""
        from picturelock.studio.foreseeing import plan

        return plan(self.production, goal, on_progress)

    def run(
        self,
        goal: Goal = Goal.CUT,
        *,
        auto: bool | None = None,
        max_cost: Money | None = None,
        priority: int = 0,
        task: str = "",
        deadline: datetime | None = None,
        on_progress: "Callable[[Progress], None]" = lambda _: None,
    ) -> "RunReport":
        """Make everything that can be made towards the goal.

        Args:
            goal: How far.
            auto: Approve what passes its gate; ``None`` takes the production's setting.
            max_cost: Tightens the production's cap for this run.
            priority: Of its requests to vendors; lower goes first.
            task: The task card that pays.
            deadline: Aware UTC; requests that are not sent by then are not sent any more.
            on_progress: Told now and then.

        Raises:
            Busy: Another process runs this production.
        """
        from picturelock.studio.making import Errand
        from picturelock.studio.running import run

        return run(
            self.production,
            goal,
            auto=auto,
            max_cost=max_cost,
            errand=Errand(priority=priority, task=task, deadline=deadline),
            author=self.author,
            on_progress=on_progress,
        )

    def work(self, stopped: Callable[[], bool], queues: Sequence[str] | None = None, name: str = "") -> None:
        """Work off what others hand in, until told to stop.

        Args:
            stopped: Whether it was told to; asked several times a second.
            queues: Of ``api``, ``cpu``, ``gpu``; all by default.
            name: Tells the workers of one machine apart.

        Raises:
            Busy: Another worker of this machine has that name.
        """
        from picturelock.studio.running import work

        work(self.production, stopped, queues, name)

    # Looking and deciding

    def status(self) -> "Status":
        """Where every shot stands."""
        from picturelock.studio.showing import status

        return status(self.production)

    def inbox(self) -> "list[InboxItem]":
        """What waits for a person."""
        from picturelock.studio.deciding import inbox

        return inbox(self.production)

    def calls(self, *, whole: bool = False) -> "list[CallView]":
        """Paid calls that are under way or wait for a person; ``whole`` for all."""
        from picturelock.studio.calling import calls_of

        return calls_of(self.production, whole=whole)

    def call(self, name: CallId) -> "CallView":
        """One paid call with all its evidence."""
        from picturelock.studio.calling import call_of

        return call_of(self.production, name)

    def resolve(
        self,
        name: CallId,
        *,
        job: str | None = None,
        never: bool = False,
        charged: Money | None = None,
        noted: bool = False,
        why: str = "",
    ) -> "CallView":
        """Decide on a call that nobody can tell about, or of which the vendor has more than we know."""
        from picturelock.studio.calling import resolve

        return resolve(
            self.production,
            name,
            job=job,
            never=never,
            charged=charged,
            noted=noted,
            by=self.author,
            why=why,
        )

    def cancel(self, name: CallId) -> "CallView":
        """Call a paid job off."""
        from picturelock.studio.calling import cancel

        return cancel(self.production, name, self.author)

    def cost(self, by: "By") -> "CostReport":
        """What was spent and set aside, against quotes, caps and red lines."""
        from picturelock.studio.costing import cost

        return cost(self.production, by)

    def cost_warnings(self) -> "Warnings":
        """Caps that are near, models that bill otherwise than quoted, red lines."""
        from picturelock.studio.costing import warnings

        return warnings(self.production)

    def reconcile(
        self,
        vendor: str,
        data: bytes,
        *,
        columns: str | None = None,
        currency: str = "",
        only: Mapping[str, str] | None = None,
        booking: bool = False,
        unknown: bool = False,
    ) -> "Reconciliation":
        """Hold a vendor's usage export or invoice against the book; ``booking`` adds what differs."""
        from picturelock.studio.costing import reconcile

        return reconcile(
            self.production,
            vendor,
            data,
            columns=columns,
            currency=currency,
            only=only,
            booking=booking,
            unknown=unknown,
        )

    def takes(self, shot: ShotCode) -> "list[TakeView]":
        """Every take of a shot, with what was measured and said."""
        from picturelock.studio.showing import takes_of

        return takes_of(self.production, shot)

    def approve(self, take: TakeId, note: str = "") -> UnitId:
        """Circle a take."""
        from picturelock.studio.deciding import say

        return say(self.production, ReviewKind.APPROVE, take, self.author, note)

    def reject(self, take: TakeId, why: str) -> UnitId:
        """Reject a take; the next run makes another candidate."""
        from picturelock.studio.deciding import say

        return say(self.production, ReviewKind.REJECT, take, self.author, why)

    def retake(self, unit: UnitId, note: str) -> None:
        """Ask for another candidate of a unit; what was approved stays in use until one is approved."""
        from picturelock.studio.deciding import ask_again

        ask_again(self.production, unit, self.author, note)

    def lock(self, shot: ShotCode) -> dict[str, Lock]:
        """Pin a shot to its chosen takes."""
        from picturelock.studio.deciding import lock_shot

        return lock_shot(self.production, shot, self.author)

    def unlock(self, shot: ShotCode) -> None:
        """Open a locked shot."""
        from picturelock.studio.deciding import open_shot

        open_shot(self.production, shot, self.author)

    # History

    def log(self) -> "list[LogLine]":
        """All revisions, newest first."""
        from picturelock.studio.recalling import log

        return log(self.production)

    def diff(self, old: str, new: str) -> "Difference":
        """What differs between two revisions."""
        from picturelock.studio.recalling import diff

        return diff(self.production, old, new)

    def rollback(self, revision: str) -> RevisionId | None:
        """Bring a revision back as a new one."""
        from picturelock.studio.recalling import roll_back

        return roll_back(self.production, revision, self.author)

    def verify(
        self,
        *,
        deep: bool = False,
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> "Survey":
        """Hash every needed byte again."""
        from picturelock.studio.recalling import verify

        return verify(self.production, deep=deep, on_progress=on_progress)

    # The film

    def cut(
        self, output: Path | None = None, *, on_progress: Callable[[int, int], None] | None = None
    ) -> "CutReport":
        """Assemble the film from the takes in use."""
        from picturelock.studio.cutting import cut

        return cut(self.production, self.author, output=output, on_progress=on_progress)

    def export(self, path: Path) -> tuple[str, ...]:
        """Write the cut as an interchange file, by its suffix. Returns what the format could not carry."""
        from picturelock.studio.cutting import export, film_cut

        return export(self.production, path, film_cut(self.production, self.production.snapshot()))

    def retrospective(self) -> "Retrospective":
        """What the production took."""
        from picturelock.studio.reporting import retrospective

        return retrospective(self.production)

    def board_sheet(self) -> bytes:
        """A contact sheet of the board: the keyframe in use of every shot, as PNG."""
        from picturelock.studio.showing import board_sheet

        return board_sheet(self.production)

    def takes_sheet(self, shot: ShotCode | None = None) -> bytes:
        """A contact sheet of every still and clip take, or of one shot's, as PNG."""
        from picturelock.studio.showing import takes_sheet

        return takes_sheet(self.production, shot)

    def object(self, digest: Digest) -> bytes:
        """The bytes of an object in the vault."""
        return self.production.vault.read(digest)


def default_author() -> str:
    """The name of the account that runs the process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
