"""The retrospective: what a production took, from its own facts."""

import html
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa

from picturelock.core.anchor import Value
from picturelock.core.board import UnitKind
from picturelock.core.frametime import seconds_text
from picturelock.core.ids import TakeId, UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Action, Decision
from picturelock.core.take import Category, ReviewKind, Take, Verdict
from picturelock.db import tables
from picturelock.gate.decision import WORDS
from picturelock.ledger.breakdown import rework_share as rework_cost_share
from picturelock.ledger.breakdown import spent_on
from picturelock.ledger.postings import Posting, State
from picturelock.ledger.reading import read_made, read_postings
from picturelock.ledger.totals import Totals, totals
from picturelock.review.standing import Chosen, Waiting
from picturelock.studio import facts as store
from picturelock.studio.facts import Facts
from picturelock.studio.looking import look
from picturelock.studio.planning import Snapshot, Wish
from picturelock.studio.production import Production
from picturelock.studio.tallying import Asked, read_asked

_STILLS = frozenset({UnitKind.KEYFRAME, UnitKind.LAST_KEYFRAME, UnitKind.PLATE})


class Retrospective(Value, frozen=True, kw_only=True):
    """What a production took.

    Attributes:
        units_bought: Units whose take in use was paid for.
        first_frames: Keyframe units, without plates and last keyframes.
        first_frame_passes: Of these, how many have an approved take of the maker that was asked first.
        first_frame_passes_at_once: Of these, how many passed with their first candidate.
        image_calls: Requests to vendors for stills of any kind, and drawings made here.
        image_failures: Of these, how many brought no picture.
        image_rejections: Pictures that failed their gate or were rejected by a person.
        image_cost: Settled for stills, charged failures and corrections included.
        failures_by_category: Requests that brought nothing and takes that were turned down, of all kinds. The five
            categories are always there.
        clip_calls: Clips that vendors delivered.
        clip_seconds: Their length, handles included.
        clip_calls_here: Clips that were made without a vendor.
        clip_seconds_here: Their length, handles included.
        clip_failures: Requests to vendors for clips that brought nothing.
        clip_rejections: Clips that failed their gate or were rejected by a person.
        clip_cost: Settled for clips, charged failures and corrections included.
        fallbacks: Units whose take in use is not by the maker that was asked first, by who made it.
        units_waiting: Units that wait for a person.
        rework_share: Share of all takes that are not in use, 0 to 1.
        rework_cost_share: Share of the cost that went into later takes and into calls that brought none, 0 to 1.
        unsettled: Set aside for calls of which nobody knows whether they cost money; not in the total cost.
        finished_seconds: Length of the cut; of the board where nothing has been cut.
        making_seconds: Computing or waiting time of all calls.
    """

    title: str
    shots: int
    units: int
    units_done: int
    units_bought: int
    units_waiting: int
    first_frames: int
    first_frame_passes: int
    first_frame_passes_at_once: int
    image_calls: int
    image_failures: int
    image_rejections: int
    image_cost: Money
    failures_by_category: dict[str, int]
    clip_calls: int
    clip_seconds: str
    clip_calls_here: int
    clip_seconds_here: str
    clip_failures: int
    clip_rejections: int
    clip_cost: Money
    voice_calls: int
    takes: int
    takes_in_use: int
    fallbacks: dict[str, int]
    rework_share: Decimal
    rework_cost_share: Decimal
    tokens: int
    human_minutes: int
    total_cost: Money
    unsettled: Money
    cost_per_finished_second: Money
    finished_seconds: str
    making_seconds: str
    making_seconds_by_kind: dict[str, str]
    not_measured: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything that is counted."""

    wished: list[Wish]
    known: Facts
    takes: list[Take]
    verdicts: dict[TakeId, tuple[Verdict, Decision]]
    asked: list[Asked]
    postings: list[Posting]
    sums: Totals
    milliseconds: dict[UnitId, int]
    cut_frames: int | None


def _see(production: Production, snapshot: Snapshot) -> _Seen:
    wished, known = look(production, snapshot)
    currency = snapshot.settings.caps.currency
    call, cut = tables.call.c, tables.cut.c
    with production.reading() as connection:
        spent_on_units = connection.execute(
            sa.select(call.unit, sa.func.sum(call.milliseconds))
            .where(call.production == production.name)
            .group_by(call.unit)
        )
        return _Seen(
            wished=wished,
            known=known,
            takes=store.read_takes(connection, production.name),
            verdicts=store.read_verdicts(connection, production.name),
            asked=read_asked(connection, production.name),
            postings=read_postings(
                connection, production.name, currency, read_made(connection, production.name)
            ),
            sums=totals(connection, production.name, currency),
            milliseconds={UnitId(unit): int(spent) for unit, spent in spent_on_units},
            cut_frames=connection.execute(
                sa.select(cut.frames)
                .where(cut.production == production.name)
                .order_by(cut.number.desc())
                .limit(1)
            ).scalar_one_or_none(),
        )


def retrospective(production: Production) -> Retrospective:
    """Read the facts and count."""
    snapshot = production.snapshot()
    board, settings = snapshot.board, snapshot.settings
    seen = _see(production, snapshot)
    takes = {take.id: take for take in seen.takes}
    turned_down = _turned_down(seen)
    chosen = [takes[w.standing.take] for w in seen.wished if isinstance(w.standing, Chosen)]
    in_use = {w.in_use for w in seen.wished if w.in_use is not None}
    bought = {p.take for p in seen.postings if p.state is State.SETTLED and p.call and p.take}
    stills = [asked for asked in seen.asked if kind_of(asked.unit) in _STILLS]
    clips = [take for take in seen.takes if kind_of(take.unit) is UnitKind.CLIP]
    rate = settings.picture.frame_rate
    frames = seen.cut_frames if seen.cut_frames is not None else sum(shot.frames for shot in board.shots())
    finished = rate.seconds(frames)
    spent = seen.sums.settled

    def length(some: Iterable[Take]) -> str:
        return seconds_text(rate.seconds(sum(take.duration_frames for take in some)))

    def cost(kinds: AbstractSet[UnitKind]) -> Money:
        units = {UnitId(p.unit) for p in seen.postings if p.unit and kind_of(UnitId(p.unit)) in kinds}
        return spent_on(seen.postings, units, settings.caps.currency)

    milliseconds: Counter[str] = Counter()
    for unit, spent_on_unit in seen.milliseconds.items():
        milliseconds[kind_of(unit).value] += spent_on_unit
    return Retrospective(
        title=settings.title,
        shots=len(board.shots()),
        units=len(board.units()),
        units_done=len(chosen),
        units_bought=sum(take.id in bought for take in takes.values() if take.id in in_use),
        units_waiting=sum(isinstance(w.standing, Waiting) for w in seen.wished),
        first_frames=sum(unit.kind is UnitKind.KEYFRAME for unit in board.units()),
        first_frame_passes=sum(
            take.unit.part == "key" and not _took_over(take, seen.known) for take in chosen
        ),
        first_frame_passes_at_once=sum(_at_once(seen, turned_down)),
        image_calls=sum(asked.requests for asked in stills),
        image_failures=sum(asked.failed for asked in stills),
        image_rejections=sum(kind_of(takes[name].unit) in _STILLS for name in turned_down),
        image_cost=cost(_STILLS),
        failures_by_category=_by_category(seen, turned_down),
        clip_calls=sum(take.id in bought for take in clips),
        clip_seconds=length(take for take in clips if take.id in bought),
        clip_calls_here=sum(take.id not in bought for take in clips),
        clip_seconds_here=length(take for take in clips if take.id not in bought),
        clip_failures=sum(
            asked.failed for asked in seen.asked if asked.paid and kind_of(asked.unit) is UnitKind.CLIP
        ),
        clip_rejections=sum(kind_of(takes[name].unit) is UnitKind.CLIP for name in turned_down),
        clip_cost=cost({UnitKind.CLIP}),
        voice_calls=sum(kind_of(take.unit) is UnitKind.VOICE for take in seen.takes),
        takes=len(takes),
        takes_in_use=sum(name in in_use for name in takes),
        fallbacks=_fallbacks(seen, in_use),
        rework_share=_share(sum(name not in in_use for name in takes), len(takes)),
        rework_cost_share=rework_cost_share(seen.postings),
        tokens=seen.sums.tokens,
        human_minutes=seen.sums.minutes,
        total_cost=spent,
        unsettled=seen.sums.unsettled,
        cost_per_finished_second=_per_second(spent, finished),
        finished_seconds=seconds_text(finished),
        making_seconds=seconds_text(Fraction(milliseconds.total(), 1000)),
        making_seconds_by_kind={k: seconds_text(Fraction(v, 1000)) for k, v in sorted(milliseconds.items())},
        not_measured=dict(
            sorted(Counter(r.check for v, _ in seen.verdicts.values() for r in v.unmeasured).items())
        ),
    )


def _turned_down(seen: _Seen) -> set[TakeId]:
    """Takes that failed their gate, or that somebody rejected."""
    rejected = {
        review.take
        for reviews in seen.known.reviews.values()
        for review in reviews
        if review.kind is ReviewKind.REJECT
    }
    failed = {name for name, (verdict, _) in seen.verdicts.items() if verdict.failures}
    return {take.id for take in seen.takes if take.id in rejected or take.id in failed}


def _by_category(seen: _Seen, turned_down: Iterable[TakeId]) -> dict[str, int]:
    counts = Counter({category.value: 0 for category in Category})
    counts[Category.PLATFORM.value] += sum(asked.failed for asked in seen.asked)
    for name in turned_down:
        decision = seen.verdicts[name][1] if name in seen.verdicts else None
        counts[decision.category.value if decision and decision.category else "rejected_in_review"] += 1
    return dict(counts)


def _at_once(seen: _Seen, turned_down: AbstractSet[TakeId]) -> Iterator[bool]:
    """For each keyframe with a take, whether the first passed; later boards' candidates are rework."""
    firsts: dict[UnitId, Take] = {}
    for take in seen.takes:
        if take.unit.part == "key" and take.attempt == 0:
            firsts.setdefault(take.unit, take)
    for take in firsts.values():
        judged = seen.verdicts.get(take.id)
        passed = judged is not None and judged[1].action is Action.ACCEPT and take.id not in turned_down
        yield passed and not _took_over(take, seen.known)


def _took_over(take: Take, known: Facts) -> bool:
    """Whether a take is by a maker that was not asked first."""
    return any(
        fall.brief == take.brief and fall.at <= take.made_at and fall.to.partition("/")[0] == take.provider
        for fall in known.falls.get(take.unit, ())
    )


def _fallbacks(seen: _Seen, in_use: AbstractSet[TakeId]) -> dict[str, int]:
    makers = (
        f"{take.provider}/{take.model}"
        for take in seen.takes
        if take.id in in_use and _took_over(take, seen.known)
    )
    return dict(sorted(Counter(makers).items()))


def kind_of(unit: UnitId) -> UnitKind:
    """The kind of a unit that may no longer be on the board."""
    part = unit.part.partition("_")[0]
    if unit.part == "key_last":
        return UnitKind.LAST_KEYFRAME
    return {"key": UnitKind.KEYFRAME, "clip": UnitKind.CLIP, "voice": UnitKind.VOICE}.get(
        part, UnitKind.PLATE
    )


def _share(part: int, whole: int) -> Decimal:
    return Decimal(0) if whole == 0 else (Decimal(part) / whole).quantize(Decimal("0.001"))


def _per_second(spent: Money, seconds: Fraction) -> Money:
    if not seconds:
        return Money.zero(spent.currency)
    exact = spent.amount * seconds.denominator / seconds.numerator
    return Money(exact.quantize(Decimal("0.000001")), spent.currency)


def rows(report: Retrospective) -> list[tuple[str, str]]:
    """The table that people read."""
    share = _share(report.first_frame_passes, report.first_frames)
    failing = _share(report.image_failures, report.image_calls)
    pictures = report.image_calls - report.image_failures
    here = f"; {report.clip_calls_here} made here, {report.clip_seconds_here} s"
    return [
        ("Shots", str(report.shots)),
        (
            "Production units",
            f"{report.units} ({report.units_done} done, {report.units_bought} of them bought)",
        ),
        ("First-frame passes", f"{report.first_frame_passes} of {report.first_frames} ({share:.1%})"),
        ("First frames that passed at once", str(report.first_frame_passes_at_once)),
        ("Image calls", str(report.image_calls)),
        ("Image failures", f"{report.image_failures} ({failing:.1%})"),
        ("Pictures turned down", f"{report.image_rejections} of {pictures}"),
        ("Image cost", str(report.image_cost)),
        (
            "Image-to-video calls delivered",
            f"{report.clip_calls}, {report.clip_seconds} s" + here * bool(report.clip_calls_here),
        ),
        ("Image-to-video failures", f"{report.clip_failures} calls, {report.clip_rejections} clips"),
        ("Image-to-video cost", str(report.clip_cost)),
        ("Voice lines", str(report.voice_calls)),
        ("Takes", f"{report.takes}, {report.takes_in_use} in use"),
        ("Made by a fallback", _named(report.fallbacks)),
        ("Units that wait for a person", str(report.units_waiting)),
        ("Rework share", f"{report.rework_share:.1%}"),
        ("Rework and failures, of the cost", f"{report.rework_cost_share:.1%}"),
        ("Tokens", str(report.tokens)),
        ("Human minutes", str(report.human_minutes)),
        ("Total cost", str(report.total_cost)),
        ("Unsettled", str(report.unsettled)),
        ("Finished film", f"{report.finished_seconds} s"),
        ("Cost per finished second", str(report.cost_per_finished_second)),
        ("Making time", f"{report.making_seconds} s"),
    ]


def _named(counts: dict[str, int]) -> str:
    whole = str(sum(counts.values()))
    return whole + (
        f" ({', '.join(f'{count} by {name}' for name, count in counts.items())})" if counts else ""
    )


def failures(report: Retrospective) -> list[tuple[str, str]]:
    """The kinds of failure, in words, and how often each was seen."""
    words = {category.value: word for category, word in WORDS.items()}
    return [
        (words.get(name, name.replace("_", " ")).capitalize(), str(count))
        for name, count in report.failures_by_category.items()
    ]


def as_markdown(report: Retrospective) -> str:
    """The retrospective as Markdown."""
    lines = [f"# {report.title}: retrospective", "", "| Metric | Value |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in rows(report)]
    lines += ["", "## Failures by category", ""]
    lines += ["| Kind | Calls and takes |", "| --- | --- |"]
    lines += [f"| {name} | {count} |" for name, count in failures(report)]
    lines += ["", "## Not measured", ""]
    lines += _counted(report.not_measured, "Everything was measured.")
    lines += ["", "## Making time by kind of unit", ""]
    lines += [f"- {kind}: {value} s" for kind, value in report.making_seconds_by_kind.items()]
    return "\n".join(lines) + "\n"


def _counted(counts: dict[str, int], none: str) -> list[str]:
    return [f"- {name}: {count}" for name, count in counts.items()] or [none]


def as_html(report: Retrospective) -> str:
    """The retrospective as one HTML page, with plots where the ``plots`` extra is installed."""
    table, failed = _table(rows(report)), _table(failures(report))
    plots = "".join(f"<figure>{svg}</figure>" for svg in _plots(report))
    if not plots:
        plots = (
            "<p>Plots need the <code>plots</code> extra: <code>pip install 'picturelock[plots]'</code>.</p>"
        )
    title = html.escape(report.title)
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:60rem;padding:0 1rem;"
        "color:#231f26;background:#faf6ec}table{border-collapse:collapse;margin:1rem 0}"
        "th{text-align:left;font-weight:400;padding-right:2rem}td{font-weight:600}"
        "th,td{border-bottom:1px solid #d9cfb8;padding-top:.3rem;padding-bottom:.3rem}"
        "figure{margin:2rem 0}svg{max-width:100%;height:auto}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}: retrospective</title>'
        f"<style>{style}</style><h1>{title}: retrospective</h1>{table}"
        f"<h2>Failures by category</h2>{failed}{plots}</html>\n"
    )


def _table(lines: Iterable[tuple[str, str]]) -> str:
    inside = "".join(
        f"<tr><th scope=row>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in lines
    )
    return f"<table>{inside}</table>"


def _plots(report: Retrospective) -> list[str]:
    try:
        import matplotlib
    except ImportError:
        return []
    matplotlib.use("svg")
    from matplotlib import pyplot

    def bars(title: str, counts: dict[str, float], label: str) -> str:
        figure, axes = pyplot.subplots(figsize=(7.5, 0.5 * len(counts) + 1.2), layout="constrained")
        names = [name.replace("_", " ") for name in counts]
        drawn = axes.barh(names, list(counts.values()), color="#5d6478")
        axes.bar_label(drawn, fmt="%g", padding=4)
        axes.invert_yaxis()
        axes.set_title(title, loc="left")
        axes.set_xlabel(label)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.12)
        held = io.StringIO()
        figure.savefig(held, format="svg", transparent=True, metadata={"Date": None})
        pyplot.close(figure)
        return held.getvalue().partition("<svg")[1] + held.getvalue().partition("<svg")[2]

    found = [
        bars(
            "Making time by kind of unit",
            {k: float(v) for k, v in report.making_seconds_by_kind.items()},
            "seconds",
        )
    ]
    found.append(
        bars(
            "Takes",
            {"in use": float(report.takes_in_use), "rework": float(report.takes - report.takes_in_use)},
            "takes",
        )
    )
    if any(report.failures_by_category.values()):
        found.append(
            bars("Failures", {k: float(v) for k, v in report.failures_by_category.items()}, "takes and calls")
        )
    return found
