"""The desk of a vendor's account: sends what is ready, asks how jobs stand, looks up what is in doubt.

One worker at a time keeps the desk of an account, by a lease; another takes over when it falls silent. The desk holds no
state that matters: all of it is in the calls' events, so a restart goes on where the last one was, and two desks at once
would only ask twice. What it remembers spares it reading a thousand calls again in every round.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Self

from picturelock.core.clock import Clock
from picturelock.core.codec import from_json
from picturelock.core.digest import Digest
from picturelock.core.failures import Retry
from picturelock.core.ids import CallId
from picturelock.core.paidcall import (
    Accepted,
    FailureKind,
    Finished,
    Lost,
    NotFoundThere,
    Phase,
    Refused,
    Submitting,
    TurnedAway,
    Unresolved,
    VendorFailure,
)
from picturelock.core.take import Recipe
from picturelock.db.connection import Database
from picturelock.engine import pulse
from picturelock.engine.crashpoints import passing
from picturelock.generate import calls
from picturelock.generate.calls import Following, OpenCall
from picturelock.generate.governor import Governor
from picturelock.generate.turn import next_calls
from picturelock.generate.vendor import (
    AtWork,
    BrokeOff,
    CannotTell,
    MadeIt,
    NoAnswer,
    NotThere,
    Sought,
    TookIt,
    Vanished,
    Vendor,
)
from picturelock.generate.vendor import Job as VendorJob
from picturelock.studio.buying import Buyer, Submit
from picturelock.vault.store import Vault

_log = logging.getLogger("picturelock.desk")
_LOOKS_AT_ONCE = 8
_NAMED = 3  # calls in a sentence
_LOOKS_A_ROUND = 64  # so that sending does not wait until a thousand jobs are asked about
_HANDED_IN = 64  # requests that wait for a thread; of the others, priority and fairness may still choose
_HAND_IN_AGAIN = timedelta(minutes=1)
_RECIPES = 2048
_RENEW = timedelta(seconds=2)
_LOOK_AGAIN = timedelta(seconds=20)
_LOOKED_LONG_ENOUGH = timedelta(minutes=30)
_GONE = timedelta(minutes=5)
_PULSE = pulse.Pulse()
_SURELY_OURS = timedelta(seconds=2 * _PULSE.dead_after_seconds)  # a desk whose last keeper died
_OUT = {Phase.SUBMITTING, Phase.IN_DOUBT, Phase.ACCEPTED}


class Desk:
    """Keeps one vendor's account.

    Args:
        supplier: The vendor.
        database: Facts of every production that uses the account.
        vault: Objects.
        clock: Time.
        buyer: Writes down what is heard.
        submit: Hands a job to the engine inside a transaction.
        scale: Of the vendor's waiting times; below 1 for a vendor that is emulated in a hurry.
        around: What is heard of a call is written down inside; lays the production's own prices out.
    """

    def __init__(
        self,
        supplier: Vendor,
        database: Database,
        vault: Vault,
        clock: Clock,
        buyer: Buyer,
        submit: Submit,
        scale: float = 1.0,
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._supplier = supplier
        self._terms = supplier.terms()
        self._database = database
        self._vault = vault
        self._clock = clock
        self._buyer = buyer
        self._submit = submit
        self._scale = scale
        self._poll_pause = timedelta(seconds=self._terms.poll_seconds * scale)
        self._settle = timedelta(seconds=self._terms.settle_seconds * scale)
        self._patience = timedelta(seconds=self._terms.patience_seconds * scale)
        self._around = around
        self.governor = Governor(self._terms.concurrency, scale)
        self._following = Following(vendor=supplier.name)
        self._recipe = lru_cache(maxsize=_RECIPES)(self._read_recipe)
        self._handed: dict[CallId, tuple[int, datetime]] = {}
        self._asked: dict[CallId, datetime] = {}
        self._heard: dict[CallId, int] = {}
        self._missed: dict[CallId, datetime] = {}
        self._first: dict[CallId, datetime] = {}
        self._hangs: set[CallId] = set()  # its vendor said so, after its patience had run out
        self._looked: set[CallId] = set()  # and what was answered is written down

    @property
    def vendor_name(self) -> str:
        """Whose account it keeps."""
        return self._supplier.name

    def asked(self) -> frozenset[CallId]:
        """Open calls that the vendor was asked about here, and whose answers are written down."""
        return frozenset(self._looked)

    def turn(self, pool: ThreadPoolExecutor) -> bool:
        """One round: send, ask, look up.

        Returns:
            Whether more calls are due than one round asks about: the next round may begin at once.
        """
        with self._database.read() as connection:
            known = self._following.open_calls(connection)
            # What was answered at once may have ended since the last round.
            gone = self._heard.keys() - {call.call.id for call in known}
            ended = [calls.read(connection, name) for name in gone]
        for call in (*known, *ended):
            self._learn(call)
        now = self._clock.now()
        self._send(known, now)
        due = sorted(
            ((at, call) for call in known if (at := self._due_at(call)) is not None and at <= now),
            key=lambda pair: pair[0],
        )
        list(pool.map(self._look, [call for _, call in due[:_LOOKS_A_ROUND]]))
        self._forget(known)
        return len(due) > _LOOKS_A_ROUND

    # Sending

    def _send(self, known: Sequence[OpenCall], now: datetime) -> None:
        waiting, handed, out = [], [], []
        for call in known:
            if call.state.phase in _OUT:
                out.append(call)
            elif call.state.phase is Phase.RESERVED:
                if self._is_handed_in(call, now):
                    handed.append(call)
                elif call.state.not_before is None or call.state.not_before <= now:
                    waiting.append(call)
        out += handed
        stuck = [call for call in out if call.call.id in self._hangs]
        if self.governor.blocked(len(stuck)):
            self._turn_back(waiting[:_LOOKS_A_ROUND], stuck)
            return
        room = min(self.governor.room(len(out), now, len(stuck)), _HANDED_IN - len(handed))
        chosen = next_calls(waiting, out, room)
        if not chosen:
            return
        with self._database.write() as connection:
            for call in chosen:
                self._submit(connection, self._buyer.sending(call.call, call.state))
        self._handed.update((call.call.id, (call.state.events, now)) for call in chosen)

    def _turn_back(self, waiting: Sequence[OpenCall], stuck: Sequence[OpenCall]) -> None:
        """Refuse what can never be sent while jobs that do not end take every place: others may make it, or nobody."""
        for call in waiting:
            own = [other.call for other in stuck if other.call.production == call.call.production]
            named = ", ".join(other.id for other in own[:_NAMED]) + ", …" * (len(own) > _NAMED)
            whose = f" ({named})" if own else " of other productions"
            why = VendorFailure(
                kind=FailureKind.NO_PLACE,
                message=(
                    f"not sent: jobs{whose} that do not end take every place of the account at {self._supplier.name}"
                ),
                retry=Retry.AFTER_CHANGE,
            )
            try:
                with self._around():
                    self._buyer.close(call, Refused(failure=why))
            except Exception:  # noqa: BLE001  # for the others' sake
                _log.exception("giving back what was reserved for %s failed", call.call.id)

    def _is_handed_in(self, call: OpenCall, now: datetime) -> bool:
        """Whether the request waits for a worker. Handing it in again does nothing, but is not free."""
        events, at = self._handed.get(call.call.id, (-1, now))
        return events == call.state.events and now - at < _HAND_IN_AGAIN

    def _learn(self, call: OpenCall) -> None:
        """Take to heart what was answered since the last round, whoever sent it."""
        seen = self._heard.get(call.call.id, 0)
        self._heard[call.call.id] = call.state.events
        for told in call.told[seen:]:
            match told.event:
                case Accepted(found="answer"):
                    self.governor.accepted()
                case Finished() if not call.last(Accepted):
                    # A vendor that takes no jobs answers with what it made.
                    self.governor.accepted()
                case TurnedAway(failure=failure):
                    after = failure.after_seconds
                    pause = None if after is None else timedelta(seconds=after)
                    self.governor.turned_away(failure.kind, told.at, pause)
                case Lost():
                    self.governor.turned_away(FailureKind.OUTAGE, told.at)
                case _:
                    pass

    # Asking

    def _due_at(self, call: OpenCall) -> datetime | None:
        """When the vendor is to be asked about a call next; ``None`` if nothing is to be asked."""
        asked = self._asked.get(call.call.id)
        match call.state.phase:
            case Phase.ACCEPTED:
                # What was taken a moment ago is not done; what another process left behind is due at once.
                return (asked or call.changed_at) + self._poll_pause
            case Phase.SUBMITTING:
                # Its worker writes down what came of it, and another does if that one died. This is for neither.
                return call.changed_at + 10 * self._settle
            case Phase.IN_DOUBT:
                # A machine that slept in between may still have sent it a moment before the answer counted as lost.
                settled = _last_sent(call) + self._settle
                return settled if asked is None else max(settled, asked + min(_LOOK_AGAIN, self._settle))
            case _:
                return None

    def _look(self, call: OpenCall) -> None:
        self._asked[call.call.id] = self._clock.now()
        try:
            with self._around():
                self._ask(call)
        except Exception:  # noqa: BLE001  # for the others' sake
            # Whatever went wrong with one call must not close the desk for the others. Nothing was lost: the call
            # stands as it did, and a later round asks again.
            _log.exception("asking %s about %s failed", self._supplier.name, call.call.id)
        self._looked.add(call.call.id)

    def _ask(self, call: OpenCall) -> None:
        match call.state.phase:
            case Phase.ACCEPTED:
                self._poll(call)
            case Phase.IN_DOUBT:
                self._locate(call)
            case _:
                self._buyer.tell(call, Lost(why="nobody wrote down what came of the request"))

    def _poll(self, call: OpenCall) -> None:
        recipe = self._recipe(call.call.recipe)
        job = VendorJob(job=call.state.job, endpoint=call.state.endpoint, recipe=recipe)
        said = self._supplier.poll(job)
        passing("look.answered")
        if not isinstance(said, Vanished):
            self._missed.pop(call.call.id, None)
        match said:
            case MadeIt():
                self._buyer.finished(call, said)
            case BrokeOff():
                self._buyer.broke_off(call, said)
            case Vanished(evidence=evidence):
                # A vendor that has just taken a job may not find it everywhere yet.
                since = self._missed.setdefault(call.call.id, self._clock.now())
                if self._clock.now() - since < _GONE * self._scale:
                    return
                self._buyer.tell(
                    call, Unresolved(evidence=f"the vendor no longer knows job {job.job}: {evidence}")
                )
            case NoAnswer(after_seconds=after, rate_limited=limited):
                if limited:
                    pause = timedelta(seconds=after or self._terms.poll_seconds)
                    self._asked[call.call.id] = self._clock.now() + pause * self._scale
            case AtWork():
                # A job that hangs may be paid, so it is never given up; the inbox shows it.
                if call.stalled(self._clock.now(), self._patience):
                    self._hangs.add(call.call.id)
        passing("look.told")

    def _locate(self, call: OpenCall) -> None:
        recipe = self._recipe(call.call.recipe)
        with self._database.read() as connection:
            others = calls.jobs_of(connection, self._supplier.name)
        sent = call.last(Submitting) or call.call.intended_at
        found = self._supplier.locate(
            Sought(token=call.call.token, recipe=recipe, sent_at=sent, known=others)
        )
        passing("look.answered")
        match found:
            case TookIt():
                self._buyer.tell(call, Accepted(job=found.job, endpoint=found.endpoint, found="located"))
            case MadeIt():
                self._buyer.finished(call, found)
            case NotThere(evidence=evidence):
                self._buyer.tell(call, NotFoundThere(evidence=evidence))
            case CannotTell(evidence=evidence, later=later):
                since = self._first.setdefault(call.call.id, self._clock.now())
                long_enough = self._clock.now() - since > _LOOKED_LONG_ENOUGH * self._scale
                if not later or long_enough:
                    self._buyer.tell(call, Unresolved(evidence=evidence))
        passing("look.told")

    def _read_recipe(self, name: Digest) -> Recipe:
        return from_json(Recipe, self._vault.read(name))

    def _forget(self, known: Sequence[OpenCall]) -> None:
        """Remember nothing of calls that have ended."""
        names = {call.call.id for call in known}
        for book in (self._asked, self._heard, self._missed, self._first, self._handed):
            for gone in [name for name in book if name not in names]:
                del book[gone]
        self._hangs &= names
        self._looked &= names


class Desks:
    """The desks of every vendor, kept by this process while it works.

    Args:
        desks: One a vendor.
        database: For the leases.
        identity: Of this worker.
        clock: Time.
        pause_seconds: Between two rounds.
    """

    def __init__(
        self,
        desks: Sequence[Desk],
        database: Database,
        identity: str,
        clock: Clock,
        pause_seconds: float = 0.25,
    ) -> None:
        self._desks = list(desks)
        self._database = database
        self._identity = identity
        self._clock = clock
        self._pause = pause_seconds
        self._quit = threading.Event()
        self._threads: list[threading.Thread] = []
        self._kept: set[str] = set()  # vendors whose lease is ours
        self._since = clock.now()

    def asked(self) -> Callable[[OpenCall], bool]:
        """Tell of a call whether its vendor had been asked about it by now, since this process began or by another."""
        asked_here = {
            desk.vendor_name: desk.asked() for desk in self._desks if desk.vendor_name in self._kept
        }
        not_ours = {desk.vendor_name for desk in self._desks} - asked_here.keys()
        # Who keeps those desks is alive, or they would be ours by now.
        waited = self._clock.now() - self._since > _SURELY_OURS

        def was_asked(call: OpenCall) -> bool:
            vendor = call.call.vendor
            if vendor in asked_here:
                return call.call.id in asked_here[vendor]
            return waited or vendor not in not_ours

        return was_asked

    def __enter__(self) -> Self:
        for desk in self._desks:
            thread = threading.Thread(target=self._keep, args=(desk,), name="desk", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._quit.set()
        for thread in self._threads:
            thread.join()
        for desk in self._desks:
            pulse.resign(self._database, self._identity, _office(desk))

    def _keep(self, desk: Desk) -> None:
        renewed, mine = None, False
        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
            while not self._quit.is_set():
                more = False
                try:
                    now = self._clock.now()
                    if renewed is None or now - renewed >= _RENEW:
                        mine = pulse.elected(self._database, self._identity, now, _PULSE, _office(desk))
                        renewed = now
                        if mine:
                            self._kept.add(desk.vendor_name)
                        else:
                            self._kept.discard(desk.vendor_name)
                    if mine:
                        more = desk.turn(pool)
                except Exception:  # noqa: BLE001  # for the others' sake
                    # The desk must not close because one round went wrong; the next begins from the facts.
                    _log.exception("a round at the desk of %s went wrong", desk.vendor_name)
                if not more:
                    self._quit.wait(self._pause)


def _last_sent(call: OpenCall) -> datetime:
    """When the request can have left at the latest."""
    known = (call.last(Submitting), call.last(Lost), call.call.intended_at)
    return max(moment for moment in known if moment is not None)


def _office(desk: Desk) -> str:
    return f"desk:{desk.vendor_name}"
