"""What every paid vendor's adapter promises: it translates, once, and never waits, retries or decides.

Each method makes at most one request whose answer matters (a download may be resumed). What comes back is a closed
union, so that whoever calls must say what happens in each case. An adapter raises only for what is wrong before
anything is sent: a key that is missing, a recipe that the vendor's request cannot say. SDKs are used with their own
retries switched off.
"""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from picturelock.core.brief import Brief
from picturelock.core.money import Money
from picturelock.core.paidcall import Bill, Quote, VendorFailure
from picturelock.core.take import Recipe
from picturelock.core.value import Value
from picturelock.generate.access import Doorplate
from picturelock.generate.provider import Model
from picturelock.vault.store import Vault


class Lookup(StrEnum):
    """How a job can be found again whose answer was lost."""

    BY_NAME = "by_name"
    BY_LIST = "by_list"
    BY_USAGE = "by_usage"
    NONE = "none"


class Terms(Value, frozen=True, kw_only=True):
    """What a vendor's account allows, and how it wants to be asked.

    Attributes:
        concurrency: Jobs at once; more are turned away or wait at the vendor.
        poll_seconds: Least time between two questions for one job.
        submit_timeout_seconds: After which an answer counts as lost.
        settle_seconds: How long after a lost answer the request may still arrive; longer than the timeout.
        patience_seconds: A job that takes longer is stalled and comes before a person.
        lookup: How a lost job is found.
        currency: Of quotes and bills.
        cancels: Jobs can be called off.
    """

    concurrency: int
    poll_seconds: float
    submit_timeout_seconds: float
    settle_seconds: float
    patience_seconds: float
    lookup: Lookup
    currency: str
    cancels: bool


class Planned(Value, frozen=True, kw_only=True):
    """What a vendor will be asked for a brief, besides the prompt and the pictures.

    Attributes:
        model: As the vendor writes it.
        version: Dated; an alias is resolved here, once, and stays in the recipe.
        parameters: Of the request, as the vendor names them; JSON. All of them: nothing is left to a default that the
            vendor may change.
    """

    model: str
    version: str
    parameters: dict[str, Any]


class TookIt(Value, tag="took_it", frozen=True, kw_only=True):
    """The vendor has the job, and works on it."""

    job: str
    endpoint: str
    estimate: Money | None = None


class MadeIt(Value, tag="made_it", frozen=True, kw_only=True):
    """It is there.

    Attributes:
        results: Addresses, in the vendor's order; digests of the vault where the bytes came with the answer.
        bill: What it cost, where the vendor says.
        job: The vendor's name for it, where it has one.
        vendor_model: The version that was used, where the vendor says so.
    """

    results: tuple[str, ...]
    bill: Bill | None = None
    job: str = ""
    endpoint: str = ""
    vendor_model: str = ""


class SaidNo(Value, tag="said_no", frozen=True, kw_only=True):
    """A clear no: nothing was accepted. The failure says whether and when to ask again."""

    failure: VendorFailure


class AnswerLost(Value, tag="answer_lost", frozen=True, kw_only=True):
    """The request left, and what came back does not tell whether it was accepted (timeout, reset, 5xx from a gateway)."""

    why: str


Submission = TookIt | MadeIt | SaidNo | AnswerLost


class NotThere(Value, tag="not_there", frozen=True, kw_only=True):
    """The vendor's own records prove that the request never became a job."""

    evidence: str


class CannotTell(Value, tag="cannot_tell", frozen=True, kw_only=True):
    """The vendor's records do not answer the question.

    Attributes:
        evidence: What was asked and seen, for a person.
        later: Asking again later may help (the vendor is down, or its list is not up to date).
    """

    evidence: str
    later: bool = False


Located = TookIt | MadeIt | NotThere | CannotTell


class AtWork(Value, tag="at_work", frozen=True, kw_only=True):
    """Not done yet.

    Attributes:
        share: 0 to 1, where the vendor says.
        queued: Not begun.
    """

    share: float | None = None
    queued: bool = False


class BrokeOff(Value, tag="broke_off", frozen=True, kw_only=True):
    """The vendor gave up, or says that it was called off.

    Attributes:
        bill: What it cost nevertheless; ``None`` where the vendor does not say.
    """

    failure: VendorFailure
    bill: Bill | None = None
    cancelled: bool = False


class Vanished(Value, tag="vanished", frozen=True, kw_only=True):
    """The vendor no longer knows a job that it had accepted."""

    evidence: str


class NoAnswer(Value, tag="no_answer", frozen=True, kw_only=True):
    """The question was not answered. Ask again; nothing follows for the job.

    Attributes:
        after_seconds: When, where the vendor says.
    """

    why: str
    after_seconds: float | None = None
    rate_limited: bool = False


Progress = AtWork | MadeIt | BrokeOff | Vanished | NoAnswer


class Downloaded(Value, tag="downloaded", frozen=True, kw_only=True):
    """The bytes are in a file, whole and of the kind that was promised.

    Attributes:
        path: In the folder that was given.
        kind: Media type, told from the content.
    """

    path: Path
    kind: str


class Expired(Value, tag="expired", frozen=True, kw_only=True):
    """The address is no longer good; polling the job again gives a new one."""

    evidence: str


class Unusable(Value, tag="unusable", frozen=True, kw_only=True):
    """What the vendor delivers is not a picture, clip or sound, however often it is fetched."""

    evidence: str


Download = Downloaded | Expired | Unusable | NoAnswer


class Sought(Value, frozen=True, kw_only=True):
    """A job whose answer was lost.

    Attributes:
        token: Our name for it, sent with the request where the vendor takes one.
        sent_at: When the request left, aware UTC.
        known: Jobs of this vendor that belong to other calls.
    """

    token: str
    recipe: Recipe
    sent_at: datetime
    known: frozenset[str] = frozenset()


class Job(Value, frozen=True, kw_only=True):
    """An accepted job.

    Attributes:
        endpoint: As the answer told it; empty where a person named the job, and then it follows from the recipe.
    """

    job: str
    endpoint: str
    recipe: Recipe


class Notice(Value, frozen=True, kw_only=True):
    """A webhook that was checked as far as the vendor's signature allows.

    Attributes:
        job: That it is about; what it says is confirmed by polling, never believed.
        trusted: It carried a signature that fits.
    """

    job: str
    trusted: bool


@runtime_checkable
class Vendor(Protocol):
    """A paid maker of takes, reached over the network.

    Attributes:
        door: Its address, and the variables that its keys and settings are in.
    """

    name: str
    door: Doorplate

    def terms(self) -> Terms:
        """What the account allows."""
        ...

    def models(self) -> tuple[Model, ...]:
        """What can be had, with pinned versions."""
        ...

    def plan(self, model: str, brief: Brief, options: dict[str, Any], on: date) -> Planned:
        """Turn a brief into parameters: the nearest size, ratio and length that the model takes.

        Args:
            model: Name or alias, as the routing gives it.
            brief: What is to be made. A clip is asked for at least as long as its frames with both handles.
            options: What the production sets for this vendor (quality, mode, audio); unknown ones are refused.
            on: The day of planning.

        Raises:
            UserError: The model is retired or unknown, or cannot do it; says what can.
        """
        ...

    def quote(self, recipe: Recipe, on: date) -> Quote:
        """What the recipe will cost, in the vendor's currency.

        Raises:
            UserError: The price is not known, or the model cannot do it; nothing is spent on a guess.
        """
        ...

    def check(self, recipe: Recipe, vault: Vault) -> None:
        """Hold a recipe to what the request can say, before anything is reserved.

        Raises:
            UserError: It cannot be sent as it is: no key, a retired model, a duration or reference that is not taken.
        """
        ...

    def submit(self, recipe: Recipe, token: str, vault: Vault) -> Submission:
        """Send the paid request, once."""
        ...

    def locate(self, sought: Sought) -> Located:
        """Find a job whose answer was lost."""
        ...

    def poll(self, job: Job) -> Progress:
        """How a job stands."""
        ...

    def fetch(self, result: str, folder: Path) -> Download:
        """Bring one result into a folder."""
        ...

    def cancel(self, job: Job) -> Progress:
        """Call a job off, and say how it stands then."""
        ...

    def rule(self, recipe: Recipe, failure: VendorFailure) -> Bill | None:
        """What a failure costs by the vendor's published rule; ``None`` where none is known (the quote stands then)."""
        ...

    def notice(self, headers: dict[str, str], body: bytes, at: datetime) -> Notice | None:
        """Read a webhook; ``None`` for one that is not genuine or not about a job."""
        ...
