"""OpenAI as a vendor."""

from datetime import date, datetime
from functools import partial
from typing import Any

from picturelock.core.brief import Brief
from picturelock.core.failures import Charged, Retry, UserError
from picturelock.core.paidcall import Bill, FailureKind, Quote, VendorFailure
from picturelock.core.take import Recipe
from picturelock.generate.access import Doorplate, Secret
from picturelock.generate.account import Account
from picturelock.generate.catalogue import Entry, by_rule, current, hold, offered
from picturelock.generate.catalogue import quote as quote_of
from picturelock.generate.openai import answering, asking, records
from picturelock.generate.provider import Model
from picturelock.generate.transport import Answered, Line, Patience, Unanswered, Unsent
from picturelock.generate.vendor import (
    AnswerLost,
    CannotTell,
    Job,
    Located,
    Lookup,
    Notice,
    Planned,
    Progress,
    SaidNo,
    Sought,
    Submission,
    Terms,
    Vanished,
)
from picturelock.vault.store import Vault

_KEY = "OPENAI_API_KEY"
_ADMIN_KEY = "OPENAI_ADMIN_KEY"
_DOOR = Doorplate(
    vendor="openai",
    url="https://api.openai.com/v1",
    url_variables=("OPENAI_BASE_URL",),
    keys=(_KEY,),
    options=("concurrency",),
)
_CONCURRENCY = 4
_AFTERMATH = 120.0
_ANSWER = 128 << 20  # the largest picture as PNG, in base64
_QUESTION = 30.0
_FOR_EVER = 86_400.0


class OpenAI(Account):
    """GPT Image. Synchronous: a picture comes with its answer, and a lost answer is lost for good.

    The official library is not used for requests: it cannot say whether a request that failed had left this machine,
    and that is the difference between sending again and asking a person. What is sent is what the library would send.

    Key and address are read from the environment when they are needed: ``OPENAI_API_KEY``, and ``PICTURELOCK_OPENAI_URL``
    or ``OPENAI_BASE_URL`` for another address, with its version (``…/v1``). ``OPENAI_ADMIN_KEY`` opens the usage, where a
    request whose answer was lost can be proved not to be there. ``PICTURELOCK_OPENAI_CONCURRENCY`` says how many
    requests are made at once.
    """

    name = "openai"
    door = _DOOR
    answer_within_seconds = 300.0  # a picture of the best quality takes minutes

    # Without a key or a network

    def terms(self) -> Terms:
        """See :class:`~picturelock.generate.vendor.Terms`; nothing can be asked for or called off."""
        settled = self._submit_seconds + _AFTERMATH
        return Terms(
            concurrency=self.door.number("concurrency", _CONCURRENCY, self._environment),
            poll_seconds=60.0,
            submit_timeout_seconds=self._submit_seconds,
            settle_seconds=settled,
            patience_seconds=2 * settled,
            lookup=Lookup.BY_USAGE,
            currency="USD",
            cancels=False,
        )

    def models(self) -> tuple[Model, ...]:
        """What can be had, with pinned versions."""
        return offered(current(), self.name)

    def plan(self, model: str, brief: Brief, options: dict[str, Any], on: date) -> Planned:
        """Turn a brief into parameters. Options: ``quality``, ``moderation``.

        Raises:
            UserError: The model is retired or unknown, or cannot do it.
        """
        entry = current().resolve(f"{self.name}/{model}", on)
        chosen = asking.parameters(entry, brief, options)
        return Planned(model=entry.model.name, version=entry.version, parameters=chosen)

    def quote(self, recipe: Recipe, on: date) -> Quote:
        """What the recipe will cost.

        Raises:
            UserError: The price is not known, or the model is not to be had on that day.
        """
        entry = current().resolve(f"{self.name}/{recipe.model_version}", on)
        return quote_of(entry, asking.priced(recipe), on).for_call()

    def check(self, recipe: Recipe, vault: Vault) -> None:
        """Hold a recipe to what the request can say.

        Raises:
            UserError: It cannot be sent as it is.
        """
        request = asking.asked(recipe)
        sizes = [vault.size(digest) for digest in request.pictures]
        entry = current().resolve(f"{self.name}/{recipe.model_version}", self._clock.now().date())
        hold(entry, asking.priced(recipe, input_bytes=max(sizes, default=0)))
        asking.files(request, vault)
        self.door.base_url(self._environment)
        self.door.all_keys(self._environment)

    # The paid request

    def submit(self, recipe: Recipe, token: str, vault: Vault) -> Submission:
        """Send the paid request, once.

        Raises:
            UserError: It cannot be sent as it is; nothing was.
        """
        request, entry = asking.asked(recipe), _entry(recipe)
        outcome = self._line().pay(
            request.path,
            dict(request.fields),
            seconds=self._submit_seconds,
            # OpenAI writes it down, so that its support can find the request; nobody else can.
            headers={"x-client-request-id": token},
            files=asking.files(request, vault) or None,
            most_bytes=_ANSWER,
        )
        match outcome:
            case Unsent(why=why):
                return SaidNo(failure=_outage(why))
            case Unanswered(why=why):
                return AnswerLost(why=why)
            case Answered() if outcome.ok:
                return answering.made(outcome, entry, vault)
            case Answered() if answering.leaves_open(outcome):
                return AnswerLost(
                    why=f"OpenAI failed and does not say what became of it: {outcome.text(160)}"
                )
            case Answered():
                return SaidNo(failure=answering.refused(outcome, pictures=bool(request.pictures)))

    def locate(self, sought: Sought) -> Located:
        """Ask the organisation's usage; it can prove that a request is not there, never that it is."""
        entry = _entry(sought.recipe)
        window = records.Window.of(sought.sent_at, self.terms().settle_seconds)
        try:
            outcome = self._line(_ADMIN_KEY).ask("GET", records.PATH, seconds=_QUESTION, query=window.query())
        except UserError as error:
            return CannotTell(
                evidence=f"OpenAI offers no way to find one request ({sought.token}), and its usage was not asked: {error}"
            )
        if isinstance(outcome, Answered):
            return records.reading(outcome, entry.model.name, window)
        return CannotTell(evidence=f"OpenAI's usage could not be asked: {outcome.why}", later=True)

    # What there is none of

    def poll(self, job: Job) -> Progress:
        """OpenAI keeps no jobs of pictures."""
        return Vanished(evidence="OpenAI's pictures come with the answer, and are not kept there")

    def cancel(self, job: Job) -> Progress:
        """OpenAI keeps no jobs of pictures."""
        return self.poll(job)

    def notice(self, headers: dict[str, str], body: bytes, at: datetime) -> Notice | None:
        """OpenAI sends no webhooks about pictures."""
        return None

    def rule(self, recipe: Recipe, failure: VendorFailure) -> Bill | None:
        """What a failure costs by OpenAI's published rule; there is none so far."""
        entry = _entry(recipe)
        if entry.charges.on(failure.kind) is Charged.UNKNOWN:
            return None
        today = self._clock.now().date()
        expected = quote_of(entry, asking.priced(recipe), today).for_call().expected
        return by_rule(entry, expected, failure.kind)

    def _dial(self, base: str, key: str) -> Line:
        # The request's own deadline counts: not a byte comes before the picture is there.
        return Line(base, partial(self._opening, key or _KEY), patience=Patience(read=_FOR_EVER))

    def _opening(self, variable: str) -> dict[str, str | Secret]:
        key = self.door.key(variable, self._environment)
        return {"authorization": Secret(f"Bearer {key.reveal()}")}


def _entry(recipe: Recipe) -> Entry:
    # A version means itself on any day.
    return current().find(f"openai/{recipe.model_version}", date.max)


def _outage(why: str) -> VendorFailure:
    return VendorFailure(kind=FailureKind.OUTAGE, message=why, retry=Retry.LATER, charged=Charged.NO)
