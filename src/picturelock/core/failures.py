"""Everything that can go wrong, as one tree.

::

    PicturelockError
    ├── UserError                 the caller can mend it: bad input, unknown name, wrong order
    │   ├── Malformed             a value does not have its shape
    │   ├── BadDocument           a screenplay, board or settings file cannot be read
    │   ├── NotFound              no such shot, take, revision, object
    │   ├── Conflict              true of another state: locked shot, stale take, revision moved
    │   └── MissingExtra          an optional part is not installed
    ├── Stopped                   a cap or a red line stops the work
    ├── WaitsForPerson            the work is done as far as it goes without a decision
    ├── GenerationFailed          a provider did not deliver
    ├── Damaged                   bytes are not what their digest says
    ├── Busy                      another process holds what is needed
    └── Internal                  a broken promise of our own: please report

Every error answers three questions as data: may the same thing be tried again, when, and was anything charged?
"""

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar


class Retry(StrEnum):
    """May the same call be made again with a hope of another outcome?"""

    NEVER = "never"
    AFTER_CHANGE = "after_change"
    LATER = "later"


class Charged(StrEnum):
    """Did the failed call cost money?"""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class PicturelockError(Exception):
    """Base of every error that Picturelock raises on purpose.

    Args:
        message: What happened, in a sentence without a final full stop.
        remedy: What the reader can do about it; empty when nothing can be done.
        retry: Whether the same call may be made again.
        after: How long to wait first; ``None`` where no time is known.
        charged: Whether the failed call cost money.
    """

    exit_code: ClassVar[int] = 1
    retry: Retry = Retry.NEVER

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        retry: Retry | None = None,
        after: timedelta | None = None,
        charged: Charged = Charged.NO,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.retry = retry if retry is not None else type(self).retry
        self.after = after
        self.charged = charged

    def __str__(self) -> str:
        return f"{self.message}. {self.remedy}".strip() if self.remedy else self.message


class UserError(PicturelockError):
    """The caller can mend it."""

    exit_code = 2
    retry = Retry.AFTER_CHANGE


class Malformed(UserError, ValueError):
    """A value does not have its shape. Also a ``ValueError`` so that decoders report its place."""


class BadDocument(UserError):
    """A screenplay, board or settings file cannot be read.

    Args:
        message: What is wrong.
        line: 1-based line in the document, where one is known.
        remedy: How to mend it.
    """

    def __init__(self, message: str, *, line: int | None = None, remedy: str = "") -> None:
        super().__init__(f"line {line}: {message}" if line else message, remedy=remedy)
        self.line = line


class NotFound(UserError):
    """No such shot, take, revision or object."""


class Conflict(UserError):
    """The request is true of another state: a locked shot, a stale take, a revision that moved on."""


class MissingExtra(UserError):
    """An optional part is not installed; the remedy says how to get it."""


class Stopped(PicturelockError):
    """A cap or a red line stops the work."""

    exit_code = 4
    retry = Retry.AFTER_CHANGE


class WaitsForPerson(PicturelockError):
    """The work is done as far as it goes without a person's decision."""

    exit_code = 3
    retry = Retry.LATER


class GenerationFailed(PicturelockError):
    """A provider did not deliver a take."""

    retry = Retry.LATER


class Damaged(PicturelockError):
    """Stored bytes are not what their digest says."""


class Busy(PicturelockError):
    """Another process holds what is needed."""

    retry = Retry.LATER


class Internal(PicturelockError):
    """A promise of our own is broken: please report it."""
