"""The conformance checks find what they are for: each planted mistake of an adapter is caught."""

import shutil
import urllib.request
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from picturelock.core.brief import Brief
from picturelock.core.failures import Retry
from picturelock.core.paidcall import Bill, BillSource, FailureKind, Quote, VendorFailure
from picturelock.core.take import Recipe
from picturelock.generate.runway import Runway
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    CannotTell,
    Download,
    Downloaded,
    Job,
    Located,
    MadeIt,
    NoAnswer,
    Notice,
    NotThere,
    Planned,
    Progress,
    SaidNo,
    Sought,
    Submission,
    TookIt,
    Vanished,
)
from picturelock.testing import vendor_conformance as suite
from picturelock.testing.vendor_conformance import Bench, Check, checks
from picturelock.vault.local import LocalVault


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC)


class SendsAgain(Runway):
    """Repeats a request whose answer was lost."""

    def submit(self, recipe: Recipe, token: str, vault: LocalVault) -> Submission:
        answer = super().submit(recipe, token, vault)
        return super().submit(recipe, token, vault) if isinstance(answer, AnswerLost) else answer


class TriesOnceMore(Runway):
    """Repeats a request that was turned away."""

    def submit(self, recipe: Recipe, token: str, vault: LocalVault) -> Submission:
        answer = super().submit(recipe, token, vault)
        return super().submit(recipe, token, vault) if isinstance(answer, SaidNo) else answer


class TakesDoubtForNo(Runway):
    """Reports a lost answer as a clear no."""

    def submit(self, recipe: Recipe, token: str, vault: LocalVault) -> Submission:
        answer = super().submit(recipe, token, vault)
        if isinstance(answer, AnswerLost):
            return SaidNo(
                failure=VendorFailure(kind=FailureKind.OUTAGE, message=answer.why, retry=Retry.LATER)
            )
        return answer


class TakesNoForDoubt(Runway):
    """Reports a request that never left as lost."""

    def submit(self, recipe: Recipe, token: str, vault: LocalVault) -> Submission:
        answer = super().submit(recipe, token, vault)
        return AnswerLost(why=answer.failure.message) if isinstance(answer, SaidNo) else answer


class ForgetsTheWait(Runway):
    """Loses the vendor's hint when to come again."""

    def submit(self, recipe: Recipe, token: str, vault: LocalVault) -> Submission:
        answer = super().submit(recipe, token, vault)
        if isinstance(answer, SaidNo):
            return SaidNo(failure=msgspec.structs.replace(answer.failure, after_seconds=None))
        return answer


class Denies(Runway):
    """Proves from nothing that a job is not there."""

    def locate(self, sought: Sought) -> Located:
        return NotThere(evidence="it is not")


class Invents(Runway):
    """Finds a job that is another's."""

    def locate(self, sought: Sought) -> Located:
        return TookIt(job=next(iter(sought.known), "made-up"), endpoint="")


class GivesUpLooking(Runway):
    """Takes the vendor's silence for its last word."""

    def locate(self, sought: Sought) -> Located:
        found = super().locate(sought)
        return CannotTell(evidence=found.evidence) if isinstance(found, CannotTell) else found


class BillsTheQuote(Runway):
    """Books what it had foreseen."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        if isinstance(heard, MadeIt):
            quoted = self.quote(job.recipe, date(2026, 11, 21)).expected
            return msgspec.structs.replace(heard, bill=Bill(amount=quoted, source=BillSource.QUOTE))
        return heard


class ForgivesFailures(Runway):
    """Books nothing for what failed."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        if isinstance(heard, BrokeOff) and heard.bill is not None:
            nothing = heard.bill.amount * 0
            return msgspec.structs.replace(heard, bill=Bill(amount=nothing, source=BillSource.RULE))
        return heard


class SendsModeratedAgain(Runway):
    """Takes a moderated prompt for bad luck."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        if isinstance(heard, BrokeOff):
            return BrokeOff(
                failure=msgspec.structs.replace(heard.failure, retry=Retry.LATER), bill=heard.bill
            )
        return heard


class Impatient(Runway):
    """Takes silence for failure."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        if isinstance(heard, NoAnswer):
            return BrokeOff(failure=VendorFailure(kind=FailureKind.OUTAGE, message=heard.why))
        return heard


class GivesUp(Runway):
    """Gives a job up that takes long."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        if isinstance(heard, AtWork) and heard.share is not None and heard.share > 0.98:
            return BrokeOff(failure=VendorFailure(kind=FailureKind.STALLED, message="it hangs"))
        return heard


class GivesUpTheQueue(Runway):
    """Takes a job that waits for a place for one that failed."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        if isinstance(heard, AtWork) and heard.queued:
            return BrokeOff(failure=VendorFailure(kind=FailureKind.CONCURRENCY, message="throttled"))
        return heard


class Waits(Runway):
    """Takes a vanished job for one at work."""

    def poll(self, job: Job) -> Progress:
        heard = super().poll(job)
        return AtWork() if isinstance(heard, Vanished) else heard


class Deletes(Runway):
    """Calls a job off without looking whether it is done."""

    def cancel(self, job: Job) -> Progress:
        self._asked("DELETE", job.job)
        return self.poll(job)


class CancelsNothing(Runway):
    """Says that a job was called off and does nothing."""

    def cancel(self, job: Job) -> Progress:
        failure = VendorFailure(kind=FailureKind.GONE, message="called off")
        return BrokeOff(failure=failure, cancelled=True, bill=None)


class Fetches(Runway):
    """Saves whatever an address gives."""

    def fetch(self, result: str, folder: Path) -> Download:
        path = folder / "file.mp4"
        with urllib.request.urlopen(result, timeout=10) as got, path.open("wb") as out:  # noqa: S310
            shutil.copyfileobj(got, out)
        return Downloaded(path=path, kind="video/mp4")


class Tells(Runway):
    """Puts its key into a message."""

    def submit(self, recipe: Recipe, token: str, vault: LocalVault) -> Submission:
        answer = super().submit(recipe, token, vault)
        if isinstance(answer, SaidNo) and self._environment is not None:
            words = f"sent with {self._environment['RUNWAYML_API_SECRET']}"
            return SaidNo(failure=msgspec.structs.replace(answer.failure, message=words))
        return answer


class Believes(Runway):
    """Trusts any callback."""

    def notice(self, headers: dict[str, str], body: bytes, at: datetime) -> Notice | None:
        return Notice(job="x", trusted=True)


class Overlooks(Runway):
    """Ignores settings that it does not know."""

    def plan(self, model: str, brief: Brief, options: dict[str, Any], on: date) -> Planned:
        known = {name: value for name, value in options.items() if name == "quality"}
        return super().plan(model, brief, known, on)


class Guesses(Runway):
    """Makes up a price where none is known."""

    def quote(self, recipe: Recipe, on: date) -> Quote:
        if recipe.model != "gen4.5":
            return super().quote(msgspec.structs.replace(recipe, model_version="gen4.5"), on)
        return super().quote(recipe, on)


class Cheapens(Runway):
    """Quotes half of what it will cost."""

    def quote(self, recipe: Recipe, on: date) -> Quote:
        quote = super().quote(recipe, on)
        low = quote.low * 0
        return Quote(low=low, expected=low, high=low, row=quote.row)


MISTAKES: dict[type[Runway], Check] = {
    SendsAgain: suite.doubts_an_answer_that_was_lost_after,
    TriesOnceMore: suite.never_repeats_a_request,
    TakesDoubtForNo: suite.doubts_an_answer_that_is_late,
    TakesNoForDoubt: suite.knows_that_nothing_left,
    ForgetsTheWait: suite.heeds_rate_limits,
    Denies: suite.doubts_an_answer_that_was_lost_after,
    Invents: suite.finds_no_job_of_another_call,
    GivesUpLooking: suite.says_that_it_cannot_look_up,
    BillsTheQuote: suite.bills_what_was_charged,
    ForgivesFailures: suite.agrees_with_the_book_over_many_calls,
    GivesUpTheQueue: suite.lets_jobs_wait_their_turn,
    SendsModeratedAgain: suite.tells_moderation_apart,
    Impatient: suite.draws_no_conclusion_from_silence,
    GivesUp: suite.waits_for_a_job_that_hangs,
    Waits: suite.notices_that_a_job_vanished,
    Deletes: suite.leaves_finished_work_alone,
    CancelsNothing: suite.calls_off_what_runs,
    Fetches: suite.fetches_whole_files,
    Tells: suite.tells_a_wrong_key_without_showing_it,
    Believes: suite.reads_no_sense_into_notices,
    Overlooks: suite.refuses_unknown_options,
    Guesses: suite.refuses_unknown_prices,
    Cheapens: suite.sends_once_and_delivers,
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_planted_mistake_is_caught(mistake: type[Runway], tmp_path: Path):
    class Planted(Bench):
        vendor, model = "runway", "gen4.5"
        retired, successor, unpriced = "gen3a_turbo", "gen4_turbo", "kling3.0_pro"

        def adapter(self, *, key: str, url: str, submit_seconds: float) -> Runway:
            environment = {"RUNWAYML_BASE_URL": url, "RUNWAYML_API_SECRET": key}
            return mistake(environment, Noon(), submit_seconds)

    with Planted.serving(tmp_path) as bench, pytest.raises(AssertionError):
        MISTAKES[mistake](bench)


def test_every_check_belongs_to_vendors_of_some_kind():
    class Synchronous(Bench):
        vendor, model = "openai", "m"
        later, linked, tells_cost = False, False, False

    assert set(checks(Synchronous)) == set(suite.ALWAYS)
    assert suite.waits_for_a_job_that_hangs in checks(Bench)
    assert suite.fetches_whole_files in checks(Bench)
