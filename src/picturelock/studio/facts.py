"""Facts as values: takes, reviews, verdicts, read from their rows and written as rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from picturelock.core.codec import built, plain
from picturelock.core.digest import Digest
from picturelock.core.failures import Charged, NotFound, PicturelockError, Retry
from picturelock.core.ids import CheckName, TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Decision
from picturelock.core.take import Measurement, Part, Review, ReviewKind, Take, Verdict
from picturelock.core.text import Identifier
from picturelock.db import tables
from picturelock.db.statements import insert_once
from picturelock.review.falling import Fall, in_force
from picturelock.review.standing import Candidate


@dataclass(frozen=True, slots=True)
class Facts:
    """What planning and standing need, of one production or of some of its shots.

    Attributes:
        candidates: Takes by unit, oldest first.
        reviews: Reviews by unit, oldest first.
        falls: Changes of maker by unit, oldest first.
    """

    candidates: Mapping[UnitId, Sequence[Candidate]]
    reviews: Mapping[UnitId, Sequence[Review]]
    falls: Mapping[UnitId, Sequence[Fall]] = field(default_factory=dict)

    def takes_of(self, unit: UnitId) -> Sequence[Candidate]:
        """The unit's takes, oldest first."""
        return self.candidates.get(unit, ())

    def reviews_of(self, unit: UnitId) -> Sequence[Review]:
        """The unit's reviews, oldest first."""
        return self.reviews.get(unit, ())

    def falls_of(self, unit: UnitId, brief: Digest) -> tuple[Fall, ...]:
        """The unit's changes of maker that count for a brief, oldest first."""
        falls = self.falls.get(unit)
        return in_force(falls, self.reviews_of(unit), brief) if falls else ()


def read_facts(connection: sa.Connection, production: str, units: Iterable[UnitId] | None = None) -> Facts:
    """The facts of a production, or of these units only."""
    take, review = tables.take, tables.review
    takes = sa.select(take.c.id, take.c.unit, take.c.brief, take.c.attempt).where(
        take.c.production == production
    )
    r = review.c
    reviews = (
        sa.select(r.number, r.unit, r.kind, r.take, r.by_whom, r.note, r.at)
        .where(r.production == production)
        .order_by(r.number)
    )
    if units is not None:
        some = list(units)
        takes = takes.where(take.c.unit.in_(some))
        reviews = reviews.where(review.c.unit.in_(some))
    unit_of, take_of, brief_of = _Checked(UnitId), _Checked(TakeId), _Checked(Digest)
    candidates: defaultdict[UnitId, list[Candidate]] = defaultdict(list)
    for name, unit, brief, attempt in connection.execute(takes.order_by(take.c.made_at, take.c.id)):
        candidates[unit_of[unit]].append(Candidate(take_of[name], brief_of[brief], attempt))
    said: defaultdict[UnitId, list[Review]] = defaultdict(list)
    for number, unit, kind, name, by, note, at in connection.execute(reviews):
        said[unit_of[unit]].append(
            Review(
                number=number,
                unit=unit_of[unit],
                kind=ReviewKind(kind),
                take=take_of[name] if name else None,
                by=by,
                note=note,
                at=at,
            )
        )
    return Facts(candidates, said, read_falls(connection, production, units))


Id = TypeVar("Id", bound=Identifier)


class _Checked(dict[str, Id]):
    """Identifiers by their text, the shape of each checked once: many rows name the same few."""

    def __init__(self, kind: type[Id]) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, text: str) -> Id:
        made = self[text] = self._kind(text)
        return made


def _take(row: sa.Row[tuple[object, ...]]) -> Take:
    return Take(
        id=TakeId(row.id),
        unit=UnitId(row.unit),
        recipe=Digest(row.recipe),
        brief=Digest(row.brief),
        media=Digest(row.media),
        parts=built(tuple[Part, ...], row.parts),
        attempt=row.attempt,
        provider=row.provider,
        model=row.model,
        model_version=row.model_version,
        cost=Money.from_micros(row.cost_micros, row.currency),
        tokens=row.tokens,
        milliseconds=row.milliseconds,
        duration_frames=row.duration_frames,
        made_at=row.made_at,
    )


def read_take(connection: sa.Connection, production: str, name: TakeId) -> Take:
    """One take.

    Raises:
        NotFound: There is none with this name.
    """
    take = tables.take
    row = connection.execute(
        sa.select(take).where(take.c.production == production, take.c.id == name)
    ).one_or_none()
    if row is None:
        raise NotFound(f"no take is called {name}", remedy="See `picturelock takes SHOT` for the names.")
    return _take(row)


def read_takes(
    connection: sa.Connection, production: str, units: Iterable[UnitId] | None = None
) -> list[Take]:
    """All takes, oldest first, of a production or of these units only."""
    query = sa.select(tables.take).where(tables.take.c.production == production)
    if units is not None:
        query = query.where(tables.take.c.unit.in_(list(units)))
    ordered = query.order_by(tables.take.c.made_at, tables.take.c.id)
    return [_take(row) for row in connection.execute(ordered)]


def read_some_takes(
    connection: sa.Connection, production: str, names: Iterable[TakeId]
) -> dict[TakeId, Take]:
    """These takes by name; a name that is not there is left out."""
    wanted = list(names)
    found: dict[TakeId, Take] = {}
    for first in range(0, len(wanted), 500):
        some = wanted[first : first + 500]
        query = sa.select(tables.take).where(
            tables.take.c.production == production, tables.take.c.id.in_(some)
        )
        for row in connection.execute(query):
            take = _take(row)
            found[take.id] = take
    return found


def record_intent(
    connection: sa.Connection, production: str, unit: UnitId, recipe: Digest, attempt: int, at: datetime
) -> bool:
    """Write that a take is about to be made. Returns whether this was the first time."""
    return insert_once(
        connection,
        tables.intent,
        production=production,
        unit=unit,
        recipe=recipe,
        attempt=attempt,
        made_at=at,
    )


def record_take(connection: sa.Connection, production: str, take: Take) -> bool:
    """Write a take and the call that delivered it, once. Returns whether this was the first time."""
    fresh = insert_once(
        connection,
        tables.take,
        id=take.id,
        production=production,
        unit=take.unit,
        recipe=take.recipe,
        brief=take.brief,
        media=take.media,
        parts=plain(take.parts),
        attempt=take.attempt,
        provider=take.provider,
        model=take.model,
        model_version=take.model_version,
        cost_micros=take.cost.micros,
        currency=take.cost.currency,
        tokens=take.tokens,
        milliseconds=take.milliseconds,
        duration_frames=take.duration_frames,
        made_at=take.made_at,
    )
    if fresh:
        connection.execute(
            sa.insert(tables.call).values(
                production=production,
                unit=take.unit,
                recipe=take.recipe,
                provider=take.provider,
                model=take.model,
                outcome="delivered",
                category=None,
                message="",
                retry=Retry.NEVER.value,
                charged=(Charged.YES if take.cost.amount else Charged.NO).value,
                milliseconds=take.milliseconds,
                at=take.made_at,
            )
        )
    return fresh


def record_failed_call(
    connection: sa.Connection,
    production: str,
    unit: UnitId,
    recipe: Digest,
    provider: str,
    model: str,
    error: PicturelockError,
    milliseconds: int,
    at: datetime,
) -> None:
    """Write that a provider did not deliver."""
    connection.execute(
        sa.insert(tables.call).values(
            production=production,
            unit=unit,
            recipe=recipe,
            provider=provider,
            model=model,
            outcome="failed",
            category="tool_and_platform",
            message=str(error),
            retry=error.retry.value,
            charged=error.charged.value,
            milliseconds=milliseconds,
            at=at,
        )
    )


def record_measurements(
    connection: sa.Connection, production: str, take: TakeId, measured: Iterable[Measurement], at: datetime
) -> None:
    """Write what checks found, each check and method once a take."""
    for m in measured:
        insert_once(
            connection,
            tables.measurement,
            production=production,
            take=take,
            check_name=m.check,
            media=m.media,
            method=m.method,
            value=m.value,
            unit=m.unit,
            why_not=m.why_not,
            evidence=plain(m.evidence),
            at=at,
        )


def read_measurements(connection: sa.Connection, production: str, take: TakeId) -> tuple[Measurement, ...]:
    """What was measured of a take, in the order of the checks' names."""
    measurement = tables.measurement
    rows = connection.execute(
        sa.select(measurement)
        .where(measurement.c.production == production, measurement.c.take == take)
        .order_by(measurement.c.check_name, measurement.c.id)
    )
    return tuple(
        Measurement(
            check=CheckName(row.check_name),
            media=Digest(row.media),
            value=row.value,
            unit=row.unit,
            method=row.method,
            why_not=row.why_not,
            evidence=row.evidence,
        )
        for row in rows
    )


def record_verdict(
    connection: sa.Connection,
    production: str,
    take: TakeId,
    verdict: Verdict,
    decision: Decision,
    at: datetime,
) -> None:
    """Write a gate's answer and what was decided."""
    connection.execute(
        sa.insert(tables.verdict).values(
            production=production,
            take=take,
            gate=verdict.gate,
            profile=verdict.profile,
            body=plain(verdict),
            decision=plain(decision),
            at=at,
        )
    )


def is_judged(connection: sa.Connection, production: str, take: TakeId, profile: str = "") -> bool:
    """Whether a gate has answered on a take, by this profile or by any."""
    return take not in unjudged(connection, production, [take], profile)


def unjudged(
    connection: sa.Connection, production: str, takes: Iterable[TakeId], profile: str = ""
) -> list[TakeId]:
    """Those of the takes on which no gate has answered.

    Args:
        connection: To read with.
        production: Whose.
        takes: In question.
        profile: Name and version; an answer by another does not count. Empty for any.
    """
    asked, verdict = list(takes), tables.verdict
    query = sa.select(verdict.c.take).where(verdict.c.production == production, verdict.c.take.in_(asked))
    if profile:
        query = query.where(verdict.c.profile == profile)
    answered = set(connection.execute(query).scalars())
    return [take for take in asked if take not in answered]


def read_verdicts(
    connection: sa.Connection, production: str, takes: Iterable[TakeId] | None = None
) -> dict[TakeId, tuple[Verdict, Decision]]:
    """The newest verdict and decision by take."""
    verdict = tables.verdict
    query = (
        sa.select(verdict.c.take, verdict.c.body, verdict.c.decision)
        .where(verdict.c.production == production)
        .order_by(verdict.c.id)
    )
    if takes is not None:
        query = query.where(verdict.c.take.in_(list(takes)))
    return {
        TakeId(name): (built(Verdict, body), built(Decision, decision))
        for name, body, decision in connection.execute(query)
    }


def record_review(
    connection: sa.Connection,
    production: str,
    unit: UnitId,
    kind: ReviewKind,
    take: TakeId | None,
    by: str,
    note: str,
    at: datetime,
) -> None:
    """Write what a reviewer said."""
    connection.execute(
        sa.insert(tables.review).values(
            production=production, unit=unit, kind=kind.value, take=take, by_whom=by, note=note, at=at
        )
    )


def record_event(
    connection: sa.Connection, production: str, kind: str, subject: str, detail: object, at: datetime
) -> None:
    """Write something that a person may want to trace."""
    connection.execute(
        sa.insert(tables.event).values(
            production=production, kind=kind, subject=subject, detail=plain(detail), at=at
        )
    )


def record_fall(connection: sa.Connection, production: str, fall: Fall) -> None:
    """Write that another maker takes over."""
    record_event(connection, production, FELL, str(fall.unit), fall, fall.at)


def read_falls(
    connection: sa.Connection, production: str, units: Iterable[UnitId] | None = None
) -> dict[UnitId, list[Fall]]:
    """Changes of maker by unit, oldest first, of a production or of these units only."""
    event = tables.event.c
    query = (
        sa.select(event.detail)
        .where(event.production == production, event.kind == FELL)
        .order_by(event.number)
    )
    if units is not None:
        query = query.where(event.subject.in_([str(unit) for unit in units]))
    found: dict[UnitId, list[Fall]] = {}
    for detail in connection.execute(query).scalars():
        fall = built(Fall, detail)
        found.setdefault(fall.unit, []).append(fall)
    return found


#: Kind of event: another maker takes over.
FELL = "fell_back"
#: Kinds of events: a vendor has something of a call that the call's record does not hold; a person has seen it.
CONTRADICTION, NOTED = "contradiction", "contradiction_noted"


def read_given_up(connection: sa.Connection, production: str) -> dict[UnitId, tuple[str, datetime]]:
    """Units whose making stopped without a take: the newest reason and when."""
    event = tables.event
    rows = connection.execute(
        sa.select(event.c.detail, event.c.at)
        .where(event.c.production == production, event.c.kind == "given_up")
        .order_by(event.c.number)
    )
    return {UnitId(detail["unit"]): (str(detail["message"]), at) for detail, at in rows}


def read_contradictions(connection: sa.Connection, production: str) -> dict[str, tuple[UnitId, str]]:
    """Calls of which their vendor said something that their record does not hold, and no person has seen it yet.

    Returns:
        By call: its unit, and the vendor's name for the job; empty where it gave none.
    """
    event = tables.event
    rows = connection.execute(
        sa.select(event.c.kind, event.c.subject, event.c.detail)
        .where(event.c.production == production, event.c.kind.in_((CONTRADICTION, NOTED)))
        .order_by(event.c.number)
    )
    found: dict[str, tuple[UnitId, str]] = {}
    for kind, call, detail in rows:
        if kind == NOTED:
            found.pop(call, None)
        else:
            found[call] = UnitId(detail["unit"]), str(detail["event"].get("job", ""))
    return found


def count_units_with_takes(connection: sa.Connection, production: str) -> tuple[int, str]:
    """How many units have a take, and the unit that got one last."""
    take = tables.take
    count = connection.execute(
        sa.select(sa.func.count(sa.distinct(take.c.unit))).where(take.c.production == production)
    ).scalar_one()
    newest = connection.execute(
        sa.select(take.c.unit).where(take.c.production == production).order_by(take.c.made_at.desc()).limit(1)
    ).scalar_one_or_none()
    return int(count), str(newest or "")
