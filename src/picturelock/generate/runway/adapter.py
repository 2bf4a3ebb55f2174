"""Runway as a vendor."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote as quoted

import msgspec

from picturelock.core.brief import Brief
from picturelock.core.failures import Retry, UserError
from picturelock.core.paidcall import Bill, FailureKind, Quote, VendorFailure
from picturelock.core.take import Recipe
from picturelock.generate.access import Doorplate, Secret
from picturelock.generate.account import Account
from picturelock.generate.catalogue import Entry, by_rule, current, hold, offered
from picturelock.generate.catalogue import quote as quote_of
from picturelock.generate.provider import Model
from picturelock.generate.runway import pictures, verdicts, wording
from picturelock.generate.transport import Answered, Line, Unanswered, Unsent
from picturelock.generate.vendor import (
    CannotTell,
    Job,
    Located,
    Lookup,
    NoAnswer,
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

DOOR = Doorplate(
    vendor="runway",
    url="https://api.dev.runwayml.com",
    url_variables=("RUNWAYML_BASE_URL",),
    keys=("RUNWAYML_API_SECRET",),
    options=("concurrency",),
)
VERSION = "2024-11-06"
"""Of Runway's interface, sent with every request."""

_KEY = "RUNWAYML_API_SECRET"
_ASK_SECONDS = 30.0
_INLINE_BYTES = 5_000_000


class Runway(Account):
    """Clips from their first frames, and stills, by Runway's own models and those that it resells.

    Key and address are read from the environment when they are needed: ``RUNWAYML_API_SECRET``, and
    ``PICTURELOCK_RUNWAY_URL`` or ``RUNWAYML_BASE_URL`` for another address. ``PICTURELOCK_RUNWAY_CONCURRENCY`` says how
    many tasks the account's tier runs at once; what is more is taken all the same and waits at Runway. Addresses of results
    live for a day or two; asking for the task again gives new ones.
    """

    name = "runway"
    door = DOOR
    answer_within_seconds = 60.0

    def terms(self) -> Terms:
        """What the smallest account allows, unless the environment says more."""
        service = current().vendor(self.name).service
        return Terms(
            concurrency=self.door.number("concurrency", service.concurrency or 1, self._environment),
            poll_seconds=float(service.poll_seconds or 5),
            submit_timeout_seconds=self._submit_seconds,
            settle_seconds=self._submit_seconds * 1.5,
            patience_seconds=3600.0,
            lookup=Lookup.BY_USAGE,
            currency=verdicts.CREDITS,
            cancels=True,
        )

    def models(self) -> tuple[Model, ...]:
        """The models whose requests are known here, and retired ones, so that planning can name their successors."""
        known = {*wording.CLIPS, *wording.STILLS}
        ended = {e.model.name for e in current().entries(self.name) if e.model.life.retires is not None}
        return tuple(
            msgspec.structs.replace(model, prompt_dialect="directorial")
            for model in offered(current(), self.name)
            if model.name in known | ended
        )

    def plan(self, model: str, brief: Brief, options: dict[str, Any], on: date) -> Planned:
        """The nearest length and size that the model makes, and every setting that it takes.

        Raises:
            UserError: The model is retired or unknown, or cannot do it; an option is unknown.
        """
        entry = current().resolve(f"{self.name}/{model}", on)
        wishes = wording.Wishes.read(options)
        return Planned(
            model=entry.model.name,
            version=entry.version,
            parameters=wording.parameters(entry, brief, wishes, on),
        )

    def quote(self, recipe: Recipe, on: date) -> Quote:
        """What the recipe will cost, in credits.

        Raises:
            UserError: No price is known, or the model cannot do it.
        """
        entry = current().resolve(f"{self.name}/{recipe.model_version}", on)
        return self._quoted(entry, recipe, on)

    def _quoted(self, entry: Entry, recipe: Recipe, on: date) -> Quote:
        asked = wording.priced(entry, wording.asked_of(recipe), prompt=recipe.prompt)
        return quote_of(entry, asked, on).for_call()

    def check(self, recipe: Recipe, vault: Vault) -> None:
        """Hold a recipe to the model's limits, look at its pictures, and see that there is a key.

        Raises:
            UserError: It cannot be sent as it is.
        """
        entry = current().resolve(f"{self.name}/{recipe.model_version}", self._clock.now().date())
        wording.manner_of(entry)
        asked = wording.asked_of(recipe)
        travelling = pictures.chosen(recipe, wording.pictures_in(asked), vault)
        largest = max(map(len, travelling.values()), default=0)
        hold(entry, wording.priced(entry, asked, prompt=recipe.prompt, input_bytes=largest))
        self.door.base_url(self._environment)
        self.door.key(_KEY, self._environment)

    def submit(self, recipe: Recipe, token: str, vault: Vault) -> Submission:
        """Send the paid request, once. Runway takes no name of ours for it.

        Raises:
            UserError: It cannot be said, or there is no key. Nothing was sent.
        """
        # Found, not resolved: a model that retires between the check and now is Runway's to refuse.
        entry = current().find(f"{self.name}/{recipe.model_version}", self._clock.now().date())
        travelling = pictures.chosen(recipe, wording.pictures_in(wording.asked_of(recipe)), vault)
        line = self._line()
        try:
            addresses = pictures.addressed(travelling, line, entry.service.inline_bytes or _INLINE_BYTES)
        except pictures.NotLeft as error:
            return SaidNo(
                failure=VendorFailure(
                    kind=FailureKind.OUTAGE, message=error.message, code="upload", retry=Retry.LATER
                )
            )
        body = wording.body(entry, recipe, addresses)
        return verdicts.submission(line.pay(wording.endpoint(recipe), body, seconds=self._submit_seconds))

    def locate(self, sought: Sought) -> Located:
        """Runway lists no tasks and takes no names, so this gathers what its usage says, for a person to decide."""
        day = sought.sent_at.astimezone(UTC)
        try:
            outcome = self._line().ask(
                "POST", "/v1/organization/usage", seconds=_ASK_SECONDS, body=verdicts.usage_span(day)
            )
        except UserError as error:
            return CannotTell(evidence=f"runway's usage could not be read: {error.message}", later=True)
        return verdicts.usage(outcome, sought.recipe.model_version, day.date())

    def poll(self, job: Job) -> Progress:
        """How a task stands; a finished one comes with fresh addresses each time."""
        return verdicts.progress(self._asked("GET", job.job), job.job)

    def cancel(self, job: Job) -> Progress:
        """Call a task off. One that is over is left alone: the same request would delete what it has made."""
        before = self._asked("GET", job.job)
        if not isinstance(before, Answered) or not before.ok or verdicts.is_over(before):
            return verdicts.progress(before, job.job)
        match self._asked("DELETE", job.job):
            case Answered() as answer if answer.ok or answer.status == 404:
                pass
            case Answered() as answer:
                return NoAnswer(why=f"runway answered {answer.status}", after_seconds=answer.after_seconds())
            case Unsent(why=why) | Unanswered(why=why):
                return NoAnswer(why=why)
        after = verdicts.progress(self._asked("GET", job.job), job.job)
        if isinstance(after, Vanished):
            # Tasks that were called off cannot always be asked for again.
            return verdicts.called_off(verdicts.while_running(before))
        return after

    def rule(self, recipe: Recipe, failure: VendorFailure) -> Bill | None:
        """What a failure costs by Runway's published rules; where they are silent, the task's own ``cost`` counts."""
        today = self._clock.now().date()
        entry = current().find(f"{self.name}/{recipe.model_version}", today)
        try:
            expected = self._quoted(entry, recipe, today).expected
        except UserError:
            return None
        return by_rule(entry, expected, failure.kind)

    def notice(self, headers: dict[str, str], body: bytes, at: datetime) -> Notice | None:
        """Runway sends no webhooks, so none is genuine."""
        return None

    def _asked(self, method: str, job: str) -> Answered | Unanswered | Unsent:
        try:
            return self._line().ask(method, f"{verdicts.TASKS}/{quoted(job, safe='')}", seconds=_ASK_SECONDS)
        except UserError as error:
            return Unsent(why=error.message)

    def _dial(self, base: str, key: str) -> Line:
        return Line(base, self._headers, own=verdicts.own)

    def _headers(self) -> Mapping[str, str | Secret]:
        key = self.door.key(_KEY, self._environment)
        return {"Authorization": Secret(f"Bearer {key.reveal()}"), "X-Runway-Version": VERSION}
