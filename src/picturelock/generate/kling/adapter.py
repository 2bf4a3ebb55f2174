"""Kling as a vendor."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote as quoted

import msgspec

from picturelock.core.brief import Brief
from picturelock.core.failures import UserError
from picturelock.core.paidcall import Bill, Quote, VendorFailure
from picturelock.core.take import Recipe
from picturelock.generate.access import Doorplate, Secret
from picturelock.generate.account import Account
from picturelock.generate.catalogue import by_rule, current, hold, offered
from picturelock.generate.catalogue import quote as quote_of
from picturelock.generate.kling import answering, asking, signing
from picturelock.generate.provider import Model
from picturelock.generate.transport import Line, Outcome, Unsent
from picturelock.generate.vendor import (
    CannotTell,
    Job,
    Located,
    Lookup,
    Notice,
    Planned,
    Progress,
    Sought,
    Submission,
    Terms,
)
from picturelock.vault.store import Vault

_ACCESS, _SECRET = "KLING_ACCESS_KEY", "KLING_SECRET_KEY"  # names of variables
_DOOR = Doorplate(
    vendor="kling",
    url="https://api-singapore.klingai.com",
    url_variables=("KLING_BASE_URL",),
    keys=(_ACCESS, _SECRET),
    options=("callback", "concurrency"),
)
_ASK_SECONDS = 30.0


class Kling(Account):
    """Clips from a first and a last frame.

    Keys and address are read from the environment when they are needed: ``KLING_ACCESS_KEY`` and ``KLING_SECRET_KEY``, and
    ``PICTURELOCK_KLING_URL`` or ``KLING_BASE_URL`` for another address. ``PICTURELOCK_KLING_CONCURRENCY`` is the number of
    tasks that the largest active pack runs at once; Kling turns more away. ``PICTURELOCK_KLING_CALLBACK`` is an address
    that Kling is to call when a task's state changes. Results are kept there for 30 days; asking again does not help then.
    """

    name = "kling"
    door = _DOOR
    answer_within_seconds = 60.0

    # Without a key or a network

    def terms(self) -> Terms:
        """What the smallest account allows, unless the environment says more."""
        service = current().vendor(self.name).service
        return Terms(
            concurrency=self.door.number("concurrency", service.concurrency or 1, self._environment),
            poll_seconds=float(service.poll_seconds or 10),
            submit_timeout_seconds=self._submit_seconds,
            settle_seconds=self._submit_seconds * 1.5,
            patience_seconds=3600.0,
            lookup=Lookup.BY_NAME,
            currency=answering.UNITS,
            cancels=False,
        )

    def models(self) -> tuple[Model, ...]:
        """What can be had; Kling dates no versions."""
        return tuple(
            msgspec.structs.replace(model, prompt_dialect="directorial")
            for model in offered(current(), self.name)
        )

    def plan(self, model: str, brief: Brief, options: dict[str, Any], on: date) -> Planned:
        """Turn a brief into parameters. Options: ``mode``, ``audio``.

        Raises:
            UserError: The model is retired or unknown, or cannot do it.
        """
        entry = current().resolve(f"{self.name}/{model}", on)
        chosen = asking.parameters(entry, brief, options)
        return Planned(model=entry.model.name, version=entry.version, parameters=chosen)

    def quote(self, recipe: Recipe, on: date) -> Quote:
        """What the recipe will cost, in units.

        Raises:
            UserError: No price is known, or the model is not to be had on that day.
        """
        entry = current().resolve(f"{self.name}/{recipe.model_version}", on)
        asked = asking.priced(asking.request_of(recipe), prompt=recipe.prompt)
        return quote_of(entry, asked, on).for_call()

    def check(self, recipe: Recipe, vault: Vault) -> None:
        """Hold a recipe to the model's limits, look at its pictures, and see that requests can be signed.

        Raises:
            UserError: It cannot be sent as it is.
            MissingExtra: What signs is not installed.
        """
        entry = current().resolve(f"{self.name}/{recipe.model_version}", self._clock.now().date())
        pictures = asking.travelling(recipe, vault)
        hold(
            entry,
            asking.priced(
                asking.request_of(recipe),
                prompt=recipe.prompt,
                size=asking.size_of(pictures),
                input_bytes=max(map(len, pictures.values())),
            ),
        )
        self.door.base_url(self._environment)
        self._opening()

    # With both

    def submit(self, recipe: Recipe, token: str, vault: Vault) -> Submission:
        """Send the paid request, once, with our name for its task.

        Raises:
            UserError: It cannot be sent as it is; nothing was.
            MissingExtra: What signs is not installed.
        """
        endpoint = asking.endpoint(asking.request_of(recipe))
        callback = self.door.option("callback", self._environment)
        body = asking.body(recipe, asking.travelling(recipe, vault), token, callback)
        return answering.submission(self._line().pay(endpoint, body, seconds=self._submit_seconds), endpoint)

    def locate(self, sought: Sought) -> Located:
        """Ask for the task by our name."""
        endpoint = asking.endpoint(asking.request_of(sought.recipe))
        try:
            outcome = self._asked(endpoint, sought.token)
        except UserError as error:
            return CannotTell(evidence=f"Kling could not be asked for {sought.token}: {error}", later=True)
        return answering.located(outcome, sought.token, endpoint)

    def poll(self, job: Job) -> Progress:
        """How a task stands. Kling knows it only under the path that it was made with."""
        try:
            outcome = self._asked(job.endpoint or asking.endpoint(asking.request_of(job.recipe)), job.job)
        except UserError as error:
            outcome = Unsent(why=str(error))
        return answering.progress(outcome, job.job, self._clock.now())

    def cancel(self, job: Job) -> Progress:
        """Kling calls nothing off: how the task stands."""
        return self.poll(job)

    def rule(self, recipe: Recipe, failure: VendorFailure) -> Bill | None:
        """What a failure costs by Kling's published rule, where there is one."""
        today = self._clock.now().date()
        entry = current().find(f"{self.name}/{recipe.model_version}", today)
        try:
            asked = asking.priced(asking.request_of(recipe), prompt=recipe.prompt)
            expected = quote_of(entry, asked, today).expected
        except UserError:
            return None
        return by_rule(entry, expected, failure.kind)

    def notice(self, headers: dict[str, str], body: bytes, at: datetime) -> Notice | None:
        """Read a callback. Kling signs none, so none is trusted."""
        return answering.notice(body)

    def _asked(self, endpoint: str, name: str) -> Outcome:
        return self._line().ask("GET", f"{endpoint}/{quoted(name, safe='')}", seconds=_ASK_SECONDS)

    def _dial(self, base: str, key: str) -> Line:
        return Line(base, self._opening, own=answering.own)

    def _opening(self) -> Mapping[str, str | Secret]:
        keys = self.door.all_keys(self._environment)
        token = signing.token(keys[_ACCESS], keys[_SECRET], self._clock.now())
        return {"authorization": Secret(f"Bearer {token.reveal()}")}
