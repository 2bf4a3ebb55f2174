"""What every paid vendor's adapter must do, as checks that a new one has to pass against its vendor's emulator.

Say how the adapter is opened, and run every check that applies, each over a bench and an emulator of its own::

    class RunwayBench(Bench):
        vendor, model, retired, unpriced = "runway", "gen4.5", "gen3a_turbo", "kling3.0_pro"

        def adapter(self, *, key, url, submit_seconds):
            return Runway({"RUNWAYML_API_SECRET": key, "RUNWAYML_BASE_URL": url}, submit_seconds=submit_seconds)

    @pytest.mark.parametrize("check", checks(RunwayBench), ids=lambda check: check.__name__)
    def test_conforms(check, tmp_path):
        with RunwayBench.serving(tmp_path) as bench:
            check(bench)

What an outcome must cost is never taken from the adapter: it is read in the vendor's own book. Nor is how often it
asked: the book counts every request that can cost money.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

import msgspec
import numpy as np

from picturelock.core.blocking import Blocking, Camera, Light
from picturelock.core.brief import Brief, ClipBrief, StillBrief
from picturelock.core.codec import canonical, to_json
from picturelock.core.contract import Contract
from picturelock.core.failures import Charged, PicturelockError, Retry, UserError
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.paidcall import BillSource, FailureKind, VendorFailure
from picturelock.core.take import Input, Operation, Recipe
from picturelock.engine.timekeeping import SystemClock
from picturelock.generate.vendor import (
    AnswerLost,
    AtWork,
    BrokeOff,
    CannotTell,
    Downloaded,
    Expired,
    Job,
    Located,
    Lookup,
    MadeIt,
    NoAnswer,
    NotThere,
    Progress,
    SaidNo,
    Sought,
    Submission,
    TookIt,
    Unusable,
    Vanished,
    Vendor,
)
from picturelock.media.picture import png
from picturelock.testing.emulators.book import Statement
from picturelock.testing.emulators.faults import Fault, Point, Rule
from picturelock.testing.emulators.framework import Emulator
from picturelock.testing.emulators.moderation import Objection
from picturelock.testing.emulators.registry import emulator
from picturelock.vault.local import LocalVault

_FINEST = Decimal("0.000001")  # bills are whole millionths
_TURNS = 200
_STEP_SECONDS = 15.0
_AS_MANY = 6
_MANY = 40
_PROMPTS = ("A lamp.", "A lamp on a table.", "A lamp FLAG_INPUT.", "A lamp FLAG_CHANCE.")
_OURS, _OTHER = "picturelock-C-1", "picturelock-C-2"

Check = Callable[["Bench"], None]


class Bench(ABC):
    """A vendor's adapter beside its vendor's emulator.

    Args:
        folder: Empty; for the vault and for what is fetched.
        emulator: Serving, with an empty book.

    Attributes:
        vendor: Name of the emulator.
        model: That the checks order from: one whose price is known.
        operation: What it does: ``draw`` or ``animate``.
        retired: A model that is gone; empty where the vendor has none.
        successor: What is named in its place.
        unpriced: A model of which no price is known; empty where all are.
        later: Results come some time after the request, for a job that has a name.
        linked: Results are addresses, not bytes that come with the answer.
        tells_cost: Answers say in money or credits what was charged, so that a changed price shows in the bill.
        moderates: What the emulator may object to, and what each objection may come out as.
        settings: Of the emulator. Time stands still there unless a check moves it.
        today: The day that is planned on.
    """

    vendor: ClassVar[str]
    model: ClassVar[str]
    operation: ClassVar[Operation] = Operation.ANIMATE
    retired: ClassVar[str] = ""
    successor: ClassVar[str] = ""
    unpriced: ClassVar[str] = ""
    later: ClassVar[bool] = True
    linked: ClassVar[bool] = True
    tells_cost: ClassVar[bool] = True
    moderates: ClassVar[Mapping[Objection, frozenset[FailureKind]]] = {
        Objection.INPUT: frozenset({FailureKind.MODERATED_INPUT}),
        Objection.IMAGE: frozenset({FailureKind.MODERATED_INPUT}),
        Objection.OUTPUT: frozenset({FailureKind.MODERATED_OUTPUT}),
    }
    settings: ClassVar[Mapping[str, Any]] = {"time_scale": 0.0}
    today: ClassVar[date] = date(2026, 11, 21)

    def __init__(self, folder: Path, emulator: Emulator[Any]) -> None:
        self.folder = folder
        self.emulator = emulator
        self.vault = LocalVault(folder / "vault")
        self._opened: list[Vendor] = []

    @classmethod
    @contextmanager
    def serving(cls, folder: Path, **settings: Any) -> Generator[Self, None, None]:
        """A bench with an emulator of its own, as long as the context lasts."""
        with emulator(cls.vendor, **{**cls.settings, **settings}).serve() as serving:
            bench = cls(folder, serving)
            try:
                yield bench
            finally:
                bench.close()

    @abstractmethod
    def adapter(self, *, key: str, url: str, submit_seconds: float) -> Vendor:
        """A new adapter that reads no environment but what is given here.

        Args:
            key: Empty for none.
            url: The vendor's address.
            submit_seconds: After which the answer to a paid request counts as lost.
        """

    def open(self, *, key: str | None = None, url: str | None = None, submit_seconds: float = 30.0) -> Vendor:
        """An adapter with the emulator's own key and address, unless others are given."""
        right: str = self.emulator.settings.key
        opened = self.adapter(
            key=right if key is None else key,
            url=url or self.emulator.base_url,
            submit_seconds=submit_seconds,
        )
        self._opened.append(opened)
        return opened

    def close(self) -> None:
        """Close what was opened, where adapters keep connections."""
        for opened in self._opened:
            close = getattr(opened, "close", None)
            if close is not None:
                close()

    def brief(self) -> Brief:
        """What is ordered; its pictures are in the vault."""
        contract = Contract(role="storyboard artist", purpose="a check", subject="a lamp on a table")
        camera = Camera(x_m=0.0, y_m=1.5, z_m=-3.0)
        if self.operation is Operation.ANIMATE:
            return ClipBrief(
                contract=contract,
                camera=camera,
                camera_end=None,
                keyframe=self.vault.put(_picture(1280, 720)),
                layers=None,
                keyframe_last=None,
                layers_last=None,
                frames=96,
                handles=8,
                frame_rate=FrameRate(24),
                width=1280,
                height=720,
            )
        blocking = Blocking(figures=(), pieces=(), props=(), camera=camera, camera_end=None, light=Light())
        return StillBrief(contract=contract, blocking=blocking, anchors=(), width=1280, height=720)

    def options(self) -> dict[str, Any]:
        """What the production sets for the vendor."""
        return {}

    def recipe(self, vendor: Vendor, *, prompt: str = "A lamp on a table.", seed: int = 7) -> Recipe:
        """A recipe as the studio writes it."""
        brief = self.brief()
        planned = vendor.plan(self.model, brief, self.options(), self.today)
        inputs = {"brief": self.vault.put(to_json(brief))}
        if isinstance(brief, ClipBrief):
            inputs["keyframe"] = brief.keyframe
        part = "clip" if self.operation is Operation.ANIMATE else "key"
        return Recipe(
            unit=UnitId(f"SC010_SH010.{part}"),
            operation=self.operation,
            provider=vendor.name,
            model=planned.model,
            model_version=planned.version,
            parameters={"request": planned.parameters},
            seed=seed,
            prompt=prompt,
            inputs=tuple(Input(role=role, digest=inputs[role]) for role in sorted(inputs)),
        )

    def in_book(self, money: Money) -> Decimal:
        """An amount of the adapter's in the unit of the emulator's book."""
        return money.amount

    def book(self) -> Statement:
        """The vendor's book."""
        return self.emulator.book.statement()

    def downloads(self) -> Path:
        """An empty folder."""
        folder = self.folder / f"downloads-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        return folder


@cache
def _picture(width: int, height: int) -> bytes:
    across = np.linspace(40, 200, width, dtype=np.uint8)
    down = np.linspace(200, 60, height, dtype=np.uint8)
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1], pixels[..., 2] = across[None, :], down[:, None], 120
    return png(pixels)


# Saying what is wrong


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def _require(what: str, *, holds: bool) -> None:
    if not holds:
        raise AssertionError(what)


def _is_refused(what: str, act: Callable[[], object]) -> UserError:
    try:
        found = act()
    except UserError as error:
        return error
    raise AssertionError(f"{what} is refused with a UserError; this gave {found!r}")


def _same_money(what: str, found: Decimal, wanted: Decimal) -> None:
    if abs(found - wanted) > _FINEST:
        raise AssertionError(f"{what}: {found}, and the vendor's book says {wanted}")


# Going through a call


def _job(took: TookIt, recipe: Recipe) -> Job:
    return Job(job=took.job, endpoint=took.endpoint, recipe=recipe)


def _taken(bench: Bench, vendor: Vendor, recipe: Recipe, name: str = _OURS) -> Job:
    answer = vendor.submit(recipe, name, bench.vault)
    if not isinstance(answer, TookIt):
        raise AssertionError(f"a good request is taken on; this gave {answer!r}")
    return _job(answer, recipe)


def _through(bench: Bench, vendor: Vendor, job: Job) -> Progress:
    """Ask until the job is over, as patiently as the terms say."""
    for _ in range(_TURNS):
        match vendor.poll(job):
            case AtWork():
                bench.emulator.advance(max(_STEP_SECONDS, vendor.terms().poll_seconds))
            case other:
                return other
    raise AssertionError(f"the job {job.job} did not end")


def _outcome(bench: Bench, vendor: Vendor, recipe: Recipe, name: str = _OURS) -> Submission | Progress:
    """Send a request and see it through, whichever way the vendor answers."""
    answer = vendor.submit(recipe, name, bench.vault)
    return _through(bench, vendor, _job(answer, recipe)) if isinstance(answer, TookIt) else answer


def _made(bench: Bench, vendor: Vendor, recipe: Recipe) -> MadeIt:
    outcome = _outcome(bench, vendor, recipe)
    if not isinstance(outcome, MadeIt):
        raise AssertionError(f"a good request is delivered; this gave {outcome!r}")
    return outcome


def _failure_of(outcome: Submission | Progress) -> VendorFailure:
    if not isinstance(outcome, BrokeOff | SaidNo):
        raise AssertionError(f"this failed; it gave {outcome!r}")
    return outcome.failure


def _holds_to_the_book(bench: Bench, vendor: Vendor, recipe: Recipe, outcome: Submission | Progress) -> None:
    """What will be booked for an outcome is what the vendor's book says; where nobody knows, it is not less."""
    wanted = bench.book().net()
    if isinstance(outcome, MadeIt):
        if outcome.bill is not None:
            _same_money("the bill", bench.in_book(outcome.bill.amount), wanted)
        return
    failure = _failure_of(outcome)
    bill = outcome.bill if isinstance(outcome, BrokeOff) else None
    ruled = vendor.rule(recipe, failure)
    if bill is not None:
        _same_money(f"the bill for {failure.code}", bench.in_book(bill.amount), wanted)
    elif isinstance(outcome, SaidNo):
        _same_money(f"a refused request ({failure.code})", Decimal(0), wanted)
    elif ruled is not None:
        _expect("where a ruled amount comes from", ruled.source, BillSource.RULE)
        _same_money(f"the rule for {failure.code}", bench.in_book(ruled.amount), wanted)
    else:
        quoted = bench.in_book(vendor.quote(recipe, bench.today).expected)
        safe = Decimal(0) if failure.charged is Charged.NO else quoted
        _require(f"{failure.code} would be booked as {safe}, and cost {wanted}", holds=safe >= wanted)
    if failure.charged is not Charged.UNKNOWN:
        _expect(f"whether {failure.code} was charged", failure.charged is Charged.YES, bool(wanted))


def _asked_once(bench: Bench, jobs: int) -> None:
    book = bench.book()
    _expect("requests that can cost money", len(book.requests), 1)
    _expect("jobs that came of them", len(book.accepted), jobs)


# Before anything is sent


def is_known_without_key_and_network(bench: Bench) -> None:
    """Models, plans and prices need neither a key nor the vendor; sending does, and says so."""
    vendor = bench.open(key="", url="http://127.0.0.1:9")
    _require("it is a Vendor", holds=isinstance(vendor, Vendor))
    names = [model.name for model in vendor.models()]
    _require(f"{bench.model} is among its models: {names}", holds=bench.model in names)
    _expect("names of models that come twice", len(names) - len(set(names)), 0)
    recipe = bench.recipe(vendor)
    quote = vendor.quote(recipe, bench.today)
    _require(f"a quote has its order: {quote!r}", holds=quote.low <= quote.expected <= quote.high)
    _require("a quote says which price row it comes from", holds=bool(quote.row))
    _expect("the currency of the quote", quote.expected.currency, vendor.terms().currency)
    error = _is_refused(
        "a recipe that cannot be sent without a key", lambda: vendor.check(recipe, bench.vault)
    )
    _require(f"the error names the variable: {error}", holds="_" in str(error) and bool(error.remedy))
    _is_refused("sending without a key", lambda: vendor.submit(recipe, _OURS, bench.vault))
    _expect("requests", bench.book().requests, ())


def has_sound_terms(bench: Bench) -> None:
    """Times that a desk can keep to."""
    terms = bench.open().terms()
    _require(f"{terms!r}", holds=terms.concurrency > 0 and terms.poll_seconds >= 0)
    _require(
        "a lost request has arrived or not by the time it is looked up",
        holds=terms.settle_seconds > terms.submit_timeout_seconds > 0,
    )
    _require("a job is given the time it needs", holds=terms.patience_seconds > terms.settle_seconds)


def plans_the_same_again(bench: Bench) -> None:
    """A plan is JSON, depends on nothing but what it is given, and its version means itself."""
    vendor = bench.open()
    brief = bench.brief()
    first = vendor.plan(bench.model, brief, bench.options(), bench.today)
    _expect("a second plan", bench.open().plan(bench.model, brief, bench.options(), bench.today), first)
    pinned = vendor.plan(first.version, brief, bench.options(), bench.today)
    _expect("a plan with the pinned version", pinned, first)
    read = msgspec.json.decode(canonical(first.parameters))
    _expect("parameters as JSON", read, first.parameters)


def refuses_unknown_options(bench: Bench) -> None:
    """A setting that the vendor does not have is a mistake, not a silence."""
    vendor = bench.open()
    wrong = {**bench.options(), "no_such_option": "yes"}
    error = _is_refused(
        "an unknown option", lambda: vendor.plan(bench.model, bench.brief(), wrong, bench.today)
    )
    _require(f"the error names it: {error}", holds="no_such_option" in str(error))


def refuses_unknown_and_retired_models(bench: Bench) -> None:
    """What is gone is refused by plan, quote and check, with its successor where the vendor names one."""
    vendor = bench.open()
    _is_refused("an unknown model", lambda: vendor.plan("no-such-model", bench.brief(), {}, bench.today))
    if not bench.retired:
        return
    error = _is_refused("a retired model", lambda: vendor.plan(bench.retired, bench.brief(), {}, bench.today))
    _require(f"the error names the successor: {error}", holds=bench.successor in str(error))
    gone = msgspec.structs.replace(bench.recipe(vendor), model=bench.retired, model_version=bench.retired)
    _is_refused("a retired model's price", lambda: vendor.quote(gone, bench.today))
    _is_refused("a retired model's recipe", lambda: vendor.check(gone, bench.vault))


def refuses_unknown_prices(bench: Bench) -> None:
    """Nothing is spent on a guess."""
    if not bench.unpriced:
        return
    vendor = bench.open()
    planned = vendor.plan(bench.unpriced, bench.brief(), bench.options(), bench.today)
    recipe = msgspec.structs.replace(
        bench.recipe(vendor),
        model=planned.model,
        model_version=planned.version,
        parameters={"request": planned.parameters},
    )
    error = _is_refused("a price that nobody knows", lambda: vendor.quote(recipe, bench.today))
    _require(f"the error says what to do: {error}", holds=bool(error.remedy))


# The request


def sends_once_and_delivers(bench: Bench) -> None:
    """One request, one job, the bill of the vendor's book, within the quote."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    vendor.check(recipe, bench.vault)
    made = _made(bench, vendor, recipe)
    _asked_once(bench, 1)
    _require(f"something was delivered: {made!r}", holds=bool(made.results))
    _holds_to_the_book(bench, vendor, recipe, made)
    quote = vendor.quote(recipe, bench.today)
    paid = bench.book().net()
    low, high = bench.in_book(quote.low), bench.in_book(quote.high)
    _require(f"{paid} was charged, and {low} to {high} quoted", holds=low <= paid <= high)


def bills_what_was_charged(bench: Bench) -> None:
    """The bill follows the vendor's book when the vendor's price has changed."""
    bench.emulator.misbehave(Rule(fault=Fault.PRICE_CHANGED, factor=1.25))
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    made = _made(bench, vendor, recipe)
    _holds_to_the_book(bench, vendor, recipe, made)


def bears_many_threads(bench: Bench) -> None:
    """One adapter serves many threads: as many jobs as requests, each under its own name."""
    vendor = bench.open()
    recipes = [bench.recipe(vendor, seed=seed) for seed in range(_AS_MANY)]
    with ThreadPoolExecutor(_AS_MANY) as pool:
        answers = list(
            pool.map(lambda n: vendor.submit(recipes[n], f"picturelock-C-{n}", bench.vault), range(_AS_MANY))
        )
    _expect("answers that are no yes", [a for a in answers if not isinstance(a, TookIt | MadeIt)], [])
    _expect("requests", len(bench.book().requests), _AS_MANY)
    jobs = {a.job for a in answers if isinstance(a, TookIt)}
    if bench.later:
        _expect("jobs", jobs, set(bench.book().jobs()))


def knows_that_nothing_left(bench: Bench) -> None:
    """Where nobody listens, nothing was sent: a no for now, and no doubt."""
    vendor = bench.open(url="http://127.0.0.1:9")
    answer = vendor.submit(bench.recipe(vendor), _OURS, bench.vault)
    _expect("kind", _failure_of(answer).kind, FailureKind.OUTAGE)
    _expect("retry", _failure_of(answer).retry, Retry.LATER)
    _expect("charged", _failure_of(answer).charged, Charged.NO)


def doubts_an_answer_that_was_lost_before(bench: Bench) -> None:
    """The connection broke before the vendor took the request on: doubt, and no job is ever found."""
    located = _located_after(bench, Rule(fault=Fault.LOST_BEFORE))
    _asked_once(bench, 0)
    lookup = bench.open().terms().lookup
    if lookup in {Lookup.BY_NAME, Lookup.BY_LIST}:
        _require(f"it is proved not to be there: {located!r}", holds=isinstance(located, NotThere))
    else:
        _require(f"no job is made up: {located!r}", holds=isinstance(located, NotThere | CannotTell))
    _require(f"there is evidence: {located!r}", holds=bool(getattr(located, "evidence", "")))


def doubts_an_answer_that_was_lost_after(bench: Bench) -> None:
    """The vendor took the job on, and its answer was lost: doubt, and the job is found where it can be."""
    located = _located_after(bench, Rule(fault=Fault.LOST_AFTER))
    _asked_once(bench, 1)
    _was_there(bench, located)


def doubts_an_answer_that_is_late(bench: Bench) -> None:
    """No answer in time is no answer, whatever comes later."""
    located = _located_after(bench, Rule(fault=Fault.LATE, seconds=60.0), submit_seconds=1.0)
    _asked_once(bench, 1)
    _was_there(bench, located)


def _was_there(bench: Bench, located: Located) -> None:
    (accepted,) = bench.book().accepted
    if bench.open().terms().lookup in {Lookup.BY_NAME, Lookup.BY_LIST}:
        _require(f"the job is found: {located!r}", holds=isinstance(located, TookIt | MadeIt))
    _require(f"what is there is not denied: {located!r}", holds=not isinstance(located, NotThere))
    if isinstance(located, TookIt):
        _expect("the job that is found", located.job, accepted.job)
    elif isinstance(located, CannotTell):
        _require("a person is given evidence", holds=bool(located.evidence))


def _located_after(bench: Bench, *rules: Rule, submit_seconds: float = 30.0) -> Located:
    vendor = bench.open(submit_seconds=submit_seconds)
    recipe = bench.recipe(vendor)
    bench.emulator.misbehave(*rules)
    sent_at = bench.emulator.clock.now()
    answer = vendor.submit(recipe, _OURS, bench.vault)
    _require(f"the answer is lost: {answer!r}", holds=isinstance(answer, AnswerLost))
    return _located(bench, vendor, Sought(token=_OURS, recipe=recipe, sent_at=sent_at))


def _located(bench: Bench, vendor: Vendor, sought: Sought) -> Located:
    """Look a job up once the time has come, and again for as long as that may help."""
    bench.emulator.advance(vendor.terms().settle_seconds)
    found = vendor.locate(sought)
    for _ in range(_TURNS):
        if not (isinstance(found, CannotTell) and found.later):
            break
        bench.emulator.advance(60.0)
        found = vendor.locate(sought)
    return found


def finds_no_job_of_another_call(bench: Bench) -> None:
    """Of two jobs from equal requests, the one that belongs to another call is never taken for the lost one."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    mine = _taken(bench, vendor, recipe, _OURS)
    bench.emulator.misbehave(Rule(fault=Fault.LOST_BEFORE))
    sent_at = bench.emulator.clock.now()
    lost = vendor.submit(recipe, _OTHER, bench.vault)
    _require(f"the answer is lost: {lost!r}", holds=isinstance(lost, AnswerLost))
    sought = Sought(token=_OTHER, recipe=recipe, sent_at=sent_at, known=frozenset({mine.job}))
    located = _located(bench, vendor, sought)
    _require(f"nothing is found: {located!r}", holds=isinstance(located, NotThere | CannotTell))


def says_that_it_cannot_look_up(bench: Bench) -> None:
    """While the vendor is down, a lookup proves nothing and is worth repeating."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    sent_at = bench.emulator.clock.now() - timedelta(seconds=vendor.terms().settle_seconds + 1)
    sought = Sought(token=_OURS, recipe=recipe, sent_at=sent_at)
    for fault in (Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.RATE_LIMITED):
        bench.emulator.misbehave(Rule(fault=fault, at=Point.READ))
        located = vendor.locate(sought)
        asked = vendor.terms().lookup is not Lookup.NONE and bool(bench.book().faults)
        _require(f"after {fault.value}: {located!r}", holds=isinstance(located, CannotTell))
        if asked and isinstance(located, CannotTell):
            _expect(f"whether to ask again after {fault.value}", located.later, wanted=True)


def heeds_rate_limits(bench: Bench) -> None:
    """429 is a no for now, with the vendor's own wait where it names one."""
    for hint in (None, 7.0):
        bench.emulator.reset()
        fault = Fault.RATE_LIMITED if hint is None else Fault.RATE_LIMITED_WITH_HINT
        bench.emulator.misbehave(Rule(fault=fault, seconds=hint))
        vendor = bench.open()
        recipe = bench.recipe(vendor)
        failure = _failure_of(vendor.submit(recipe, _OURS, bench.vault))
        kinds = {FailureKind.RATE, FailureKind.CONCURRENCY}
        _require(f"it is about the moment: {failure!r}", holds=failure.kind in kinds)
        _expect("retry", failure.retry, Retry.LATER)
        _expect("charged", failure.charged, Charged.NO)
        _expect("the wait", failure.after_seconds, hint)
        _asked_once(bench, 0)


def never_repeats_a_request(bench: Bench) -> None:
    """Whatever the vendor answers, one call of ``submit`` is one request."""
    faults = (Fault.SERVER_ERROR, Fault.BAD_GATEWAY, Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.RATE_LIMITED)
    for fault in faults:
        bench.emulator.reset()
        bench.emulator.misbehave(Rule(fault=fault, count=0))
        vendor = bench.open()
        answer = vendor.submit(bench.recipe(vendor), _OURS, bench.vault)
        _asked_once(bench, 0)
        if isinstance(answer, SaidNo):
            _expect(f"retry after {fault.value}", answer.failure.retry, Retry.LATER)
            _expect(f"charged after {fault.value}", answer.failure.charged, Charged.NO)
        else:
            _require(f"{fault.value} gave {answer!r}", holds=isinstance(answer, AnswerLost))


def tells_a_wrong_key_without_showing_it(bench: Bench) -> None:
    """A wrong key is a no that waiting does not mend, and appears in nothing that comes back."""
    secret = "key_" + "5ec4e7" * 12
    right = bench.open()
    recipe = bench.recipe(right)
    vendor = bench.open(key=secret)
    answer = vendor.submit(recipe, _OURS, bench.vault)
    failure = _failure_of(answer)
    _expect("kind", failure.kind, FailureKind.UNAUTHORISED)
    _require(f"asking again does not help: {failure!r}", holds=failure.retry is not Retry.LATER)
    sought = Sought(token=_OURS, recipe=recipe, sent_at=SystemClock().now())
    job = Job(job="00000000-0000-4000-8000-000000000000", endpoint="", recipe=recipe)
    told: list[object] = [vendor, answer, vendor.terms()]
    for act in (lambda: vendor.locate(sought), lambda: vendor.poll(job), lambda: vendor.cancel(job)):
        try:
            told.append(act())
        except PicturelockError as error:
            told += [error, error.remedy]
    shown = [f"{one!r} {one}" for one in told]
    _expect("places where the key is shown", [text for text in shown if secret in text], [])


def reads_no_sense_into_notices(bench: Bench) -> None:
    """A callback that is not genuine is never trusted, and breaks nothing."""
    vendor = bench.open()
    for body in (b"", b"{}", b"\xff\x00", b"[1]", b'{"id":"x","status":"SUCCEEDED"}'):
        notice = vendor.notice({"content-type": "application/json"}, body, SystemClock().now())
        _require(f"{body!r} gave {notice!r}", holds=notice is None or not notice.trusted)


# What went wrong at the vendor


def maps_failures_and_their_cost(bench: Bench) -> None:
    """A job that fails inside the vendor may be tried again, and costs what the book says."""
    for fault in (Fault.FAILS, Fault.DONE_WITH_ERROR):
        bench.emulator.reset()
        bench.emulator.misbehave(Rule(fault=fault))
        vendor = bench.open()
        recipe = bench.recipe(vendor)
        outcome = _outcome(bench, vendor, recipe)
        if isinstance(outcome, AnswerLost) and not bench.later:
            continue
        failure = _failure_of(outcome)
        kinds = {FailureKind.OUTAGE, FailureKind.BAD_OUTPUT, FailureKind.UNKNOWN}
        _require(f"{fault.value} gave {failure!r}", holds=failure.kind in kinds)
        _require(f"{fault.value} has words: {failure!r}", holds=bool(failure.message))
        _holds_to_the_book(bench, vendor, recipe, outcome)
        _expect("requests", len(bench.book().requests), 1)


def takes_nothing_for_something(bench: Bench) -> None:
    """Done with nothing in it is no delivery; what it cost is booked."""
    bench.emulator.misbehave(Rule(fault=Fault.DONE_WITHOUT_OUTPUT))
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    outcome = _outcome(bench, vendor, recipe)
    if isinstance(outcome, MadeIt):
        _expect("results", outcome.results, ())
    else:
        _expect("kind", _failure_of(outcome).kind, FailureKind.BAD_OUTPUT)
    _holds_to_the_book(bench, vendor, recipe, outcome)


def tells_moderation_apart(bench: Bench) -> None:
    """Input or output, prompt or picture; never to be sent again as it is; charged as the book says."""
    for word, kinds in bench.moderates.items():
        bench.emulator.reset()
        vendor = bench.open()
        recipe = bench.recipe(vendor, prompt=f"A lamp {word.value} on a table.")
        outcome = _outcome(bench, vendor, recipe)
        failure = _failure_of(outcome)
        _require(f"{word.value} gave {failure!r}", holds=failure.kind in kinds)
        if failure.kind is FailureKind.MODERATED_INPUT:
            _require(f"input is not sent again: {failure!r}", holds=failure.retry is not Retry.LATER)
            _require(f"input is not moderated by chance: {failure!r}", holds=not failure.by_chance)
            other = "image" if word is Objection.INPUT else "prompt"
            _require(f"{word.value} is not about the {other}", holds=failure.subject != other)
        _holds_to_the_book(bench, vendor, recipe, outcome)


def agrees_with_the_book_over_many_calls(bench: Bench) -> None:
    """Whatever goes wrong on the way: what is booked, with what was lost in doubt, is the vendor's own sum."""
    bench.emulator.misbehave(
        Rule(fault=Fault.PRICE_CHANGED, chance=0.3 if bench.tells_cost else 0.0, count=0, factor=1.25),
        Rule(fault=Fault.FAILS, chance=0.15, count=0),
        Rule(fault=Fault.DONE_WITHOUT_OUTPUT, chance=0.1, count=0),
        *(
            Rule(fault=fault, chance=0.08, count=0)
            for fault in (Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.RATE_LIMITED, Fault.UNAVAILABLE)
        ),
    )
    vendor = bench.open()
    booked, answers, in_doubt = Decimal(0), 0, set[int]()
    for number in range(_MANY):
        recipe = bench.recipe(vendor, prompt=_PROMPTS[number % len(_PROMPTS)], seed=number)
        outcome = _outcome(bench, vendor, recipe, f"{_OURS}{number}")
        if isinstance(outcome, MadeIt | BrokeOff):
            booked += _booked(bench, vendor, recipe, outcome)
            answers += 1
        elif isinstance(outcome, AnswerLost):
            in_doubt.add(number)
    book = bench.book()
    _expect("requests", len(book.requests), _MANY)
    _require(f"{answers} of {_MANY} calls came to an end", holds=answers > _MANY // 4)
    charged = book.charged()
    doubtful = sum((charged.get(book.requests[n].job, Decimal(0)) for n in in_doubt), Decimal(0))
    booked += doubtful
    _same_money("what is booked and in doubt", booked, book.net())


def _booked(bench: Bench, vendor: Vendor, recipe: Recipe, outcome: MadeIt | BrokeOff) -> Decimal:
    """What the studio books for an outcome: the bill, else the rule, else what was quoted."""
    bill = outcome.bill
    if bill is None and isinstance(outcome, BrokeOff):
        bill = vendor.rule(recipe, outcome.failure)
        if bill is None and outcome.failure.charged is Charged.NO:
            return Decimal(0)
    if bill is not None:
        return bench.in_book(bill.amount)
    return bench.in_book(vendor.quote(recipe, bench.today).expected)


# Jobs


def lets_jobs_wait_their_turn(bench: Bench) -> None:
    """More jobs than the account runs at once wait at the vendor; none of them has failed."""
    vendor = bench.open()
    jobs = [_taken(bench, vendor, bench.recipe(vendor, seed=n), f"{_OURS}{n}") for n in range(_AS_MANY)]
    standing = [vendor.poll(job) for job in jobs]
    _expect("jobs that are not at work", [s for s in standing if not isinstance(s, AtWork)], [])
    ended = [_through(bench, vendor, job) for job in jobs]
    _expect("jobs that were not made", [e for e in ended if not isinstance(e, MadeIt)], [])
    bills = [e.bill for e in ended if isinstance(e, MadeIt) and e.bill is not None]
    if len(bills) == len(jobs):
        total = sum((bench.in_book(bill.amount) for bill in bills), Decimal(0))
        _same_money("the sum of the bills", total, bench.book().net())


def asks_without_acting(bench: Bench) -> None:
    """Questions cost nothing and change nothing, however often they are asked."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    job = _taken(bench, vendor, recipe)
    first = vendor.poll(job)
    _require(f"it has only begun: {first!r}", holds=isinstance(first, AtWork))
    _require("a job that hangs is not given up", holds=_still_at_work(bench, vendor, job))
    made = _through(bench, vendor, job)
    again = vendor.poll(job)
    for progress in (made, again):
        _require(f"it is made: {progress!r}", holds=isinstance(progress, MadeIt))
        _holds_to_the_book(bench, vendor, recipe, progress)
    _asked_once(bench, 1)


def _still_at_work(bench: Bench, vendor: Vendor, job: Job) -> bool:
    bench.emulator.advance(3.0)
    return isinstance(vendor.poll(job), AtWork)


def waits_for_a_job_that_hangs(bench: Bench) -> None:
    """Only a person gives up a job that may be paid."""
    bench.emulator.misbehave(Rule(fault=Fault.HANGS))
    vendor = bench.open()
    job = _taken(bench, vendor, bench.recipe(vendor))
    for _ in range(3):
        bench.emulator.advance(7200.0)
        progress = vendor.poll(job)
        _require(f"it is at work: {progress!r}", holds=isinstance(progress, AtWork))
        if isinstance(progress, AtWork) and progress.share is not None:
            _require(f"a share: {progress!r}", holds=0.0 <= progress.share <= 1.0)


def draws_no_conclusion_from_silence(bench: Bench) -> None:
    """A question that is not answered says nothing of the job."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    job = _taken(bench, vendor, recipe)
    faults = (
        *(Fault.RATE_LIMITED, Fault.RATE_LIMITED_WITH_HINT, Fault.SERVER_ERROR, Fault.BAD_GATEWAY),
        *(Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.LOST_AFTER),
    )
    for fault in faults:
        bench.emulator.misbehave(Rule(fault=fault, at=Point.READ, seconds=11.0))
        progress = vendor.poll(job)
        if not isinstance(progress, NoAnswer):
            raise AssertionError(f"{fault.value} gave {progress!r}")
        limited = fault in {Fault.RATE_LIMITED, Fault.RATE_LIMITED_WITH_HINT}
        _expect(f"limited by {fault.value}", progress.rate_limited, limited)
        hint = 11.0 if fault is Fault.RATE_LIMITED_WITH_HINT else None
        _expect(f"the wait after {fault.value}", progress.after_seconds, hint)
    wrong = bench.open(key="key_" + "0badc0de" * 8).poll(job)
    _require(f"a wrong key tells nothing of the job: {wrong!r}", holds=isinstance(wrong, NoAnswer))
    made = _through(bench, vendor, job)
    _require(f"it is made all the same: {made!r}", holds=isinstance(made, MadeIt))


def notices_that_a_job_vanished(bench: Bench) -> None:
    """A job that the vendor no longer knows is vanished: not failed, not at work."""
    bench.emulator.misbehave(Rule(fault=Fault.VANISHES, seconds=0.0))
    vendor = bench.open()
    job = _taken(bench, vendor, bench.recipe(vendor))
    progress = vendor.poll(job)
    _require(f"{progress!r}", holds=isinstance(progress, Vanished) and bool(progress.evidence))


def calls_off_what_runs(bench: Bench) -> None:
    """What is called off ends as cancelled, at the cost in the book; where that is impossible, it simply goes on."""
    for wait in (0.0, 12.0):
        bench.emulator.reset()
        vendor = bench.open()
        recipe = bench.recipe(vendor)
        job = _taken(bench, vendor, recipe)
        bench.emulator.advance(wait)
        progress = vendor.cancel(job)
        if not vendor.terms().cancels:
            _require(f"it goes on: {progress!r}", holds=isinstance(progress, AtWork))
            made = _through(bench, vendor, job)
            _require(f"it is made: {made!r}", holds=isinstance(made, MadeIt))
            continue
        _require(f"{progress!r}", holds=isinstance(progress, BrokeOff) and progress.cancelled)
        _holds_to_the_book(bench, vendor, recipe, progress)


def leaves_finished_work_alone(bench: Bench) -> None:
    """Calling off a job that is done does not destroy what it made."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    job = _taken(bench, vendor, recipe)
    _through(bench, vendor, job)
    for progress in (vendor.cancel(job), vendor.poll(job)):
        if not isinstance(progress, MadeIt):
            raise AssertionError(f"it stays made: {progress!r}")
        if bench.linked:
            fetched = vendor.fetch(progress.results[0], bench.downloads())
            _require(f"it can be fetched: {fetched!r}", holds=isinstance(fetched, Downloaded))


# Results


def fetches_whole_files(bench: Bench) -> None:
    """Broken off or spoilt on the way, slow or refused for a moment: what is kept in the end is the whole file."""
    vendor = bench.open()
    made = _made(bench, vendor, bench.recipe(vendor))
    whole = _bytes_of(bench, vendor, made.results[0])
    for fault in (Fault.TRUNCATED_FILE, Fault.CORRUPT_FILE, Fault.SLOW_FILE, Fault.LOST_BEFORE):
        bench.emulator.misbehave(Rule(fault=fault, at=Point.FILE, seconds=0.05))
        _expect(f"bytes after {fault.value}", _bytes_of(bench, vendor, made.results[0]) == whole, wanted=True)
    _asked_once(bench, 1)


def _bytes_of(bench: Bench, vendor: Vendor, result: str) -> bytes:
    folder = bench.downloads()
    match vendor.fetch(result, folder):
        case Downloaded(path=path):
            _expect("files beside the one that was asked for", list(folder.iterdir()), [path])
            return path.read_bytes()
        case other:
            raise AssertionError(f"{result} can be fetched; this gave {other!r}")


def keeps_no_broken_file(bench: Bench) -> None:
    """A file that is spoilt every time is unusable, one that cannot be had now is no answer; nothing is left behind."""
    wanted = {
        Fault.CORRUPT_FILE: Unusable,
        Fault.UNAVAILABLE: NoAnswer,
        Fault.RATE_LIMITED_WITH_HINT: NoAnswer,
        Fault.LOST_BEFORE: NoAnswer,
    }
    for fault, kind in wanted.items():
        bench.emulator.reset()
        vendor = bench.open()
        made = _made(bench, vendor, bench.recipe(vendor))
        bench.emulator.misbehave(Rule(fault=fault, at=Point.FILE, count=0, seconds=9.0))
        folder = bench.downloads()
        fetched = vendor.fetch(made.results[0], folder)
        _require(f"{fault.value} gave {fetched!r}", holds=isinstance(fetched, kind))
        _expect(f"files after {fault.value}", list(folder.iterdir()), [])


def asks_again_for_an_address_that_expired(bench: Bench) -> None:
    """An address that has expired says so, and asking for the job gives one that is good."""
    vendor = bench.open()
    recipe = bench.recipe(vendor)
    job = _taken(bench, vendor, recipe)
    made = _through(bench, vendor, job)
    if not isinstance(made, MadeIt):
        raise AssertionError(f"it is made: {made!r}")
    bench.emulator.advance(bench.emulator.link_seconds + 1)
    fetched = vendor.fetch(made.results[0], bench.downloads())
    _require(f"{fetched!r}", holds=isinstance(fetched, Expired))
    fresh = vendor.poll(job)
    if not isinstance(fresh, MadeIt):
        raise AssertionError(f"it stays made: {fresh!r}")
    _require("a fresh address can be fetched", holds=bool(_bytes_of(bench, vendor, fresh.results[0])))


def goes_only_where_it_may(bench: Bench) -> None:
    """An address that leads into the network that this machine stands in is not fetched."""
    vendor = bench.open()
    for url in ("https://10.1.2.3/clip.mp4", "https://169.254.169.254/latest", "file:///etc/passwd"):
        folder = bench.downloads()
        fetched = vendor.fetch(url, folder)
        _require(f"{url} gave {fetched!r}", holds=isinstance(fetched, Unusable))
        _expect("files", list(folder.iterdir()), [])


ALWAYS: tuple[Check, ...] = (
    is_known_without_key_and_network,
    has_sound_terms,
    plans_the_same_again,
    refuses_unknown_options,
    refuses_unknown_and_retired_models,
    refuses_unknown_prices,
    sends_once_and_delivers,
    bears_many_threads,
    knows_that_nothing_left,
    doubts_an_answer_that_was_lost_before,
    doubts_an_answer_that_was_lost_after,
    doubts_an_answer_that_is_late,
    says_that_it_cannot_look_up,
    heeds_rate_limits,
    never_repeats_a_request,
    tells_a_wrong_key_without_showing_it,
    reads_no_sense_into_notices,
    maps_failures_and_their_cost,
    takes_nothing_for_something,
    tells_moderation_apart,
    agrees_with_the_book_over_many_calls,
)
"""For every vendor."""

OF_JOBS: tuple[Check, ...] = (
    finds_no_job_of_another_call,
    lets_jobs_wait_their_turn,
    asks_without_acting,
    waits_for_a_job_that_hangs,
    draws_no_conclusion_from_silence,
    notices_that_a_job_vanished,
    calls_off_what_runs,
    leaves_finished_work_alone,
)
"""For vendors whose results come later."""

OF_COSTS: tuple[Check, ...] = (bills_what_was_charged,)
"""For vendors whose answers say what was charged."""

OF_LINKS: tuple[Check, ...] = (fetches_whole_files, keeps_no_broken_file, goes_only_where_it_may)
"""For vendors whose results are addresses."""

OF_JOBS_WITH_LINKS: tuple[Check, ...] = (asks_again_for_an_address_that_expired,)
"""For vendors who name new addresses when a job is asked for again."""


def checks(bench: type[Bench]) -> tuple[Check, ...]:
    """Every check that applies to a vendor."""
    return (
        *ALWAYS,
        *(OF_JOBS if bench.later else ()),
        *(OF_COSTS if bench.tells_cost else ()),
        *(OF_LINKS if bench.linked else ()),
        *(OF_JOBS_WITH_LINKS if bench.later and bench.linked else ()),
    )
