"""The retrospective: what a production took, from its own facts."""

import html
import io
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa

from picturelock.core.anchor import Value
from picturelock.core.board import UnitKind
from picturelock.core.frametime import seconds_text
from picturelock.core.ids import UnitId
from picturelock.core.money import Money
from picturelock.core.policy import Action
from picturelock.core.take import ReviewKind
from picturelock.db import tables
from picturelock.ledger import book
from picturelock.ledger.breakdown import rework_share as rework_cost_share
from picturelock.ledger.breakdown import spent_on
from picturelock.ledger.reading import read_made, read_postings
from picturelock.review.standing import Chosen
from picturelock.studio import facts as store
from picturelock.studio.looking import look
from picturelock.studio.production import Production

_STILLS = {UnitKind.KEYFRAME, UnitKind.LAST_KEYFRAME, UnitKind.PLATE}


class Retrospective(Value, frozen=True, kw_only=True):
    """What a production took.

    Attributes:
        first_frames: Keyframe units, without plates and last keyframes.
        first_frame_passes: Of these, how many passed with their first candidate.
        image_calls: Calls for stills of any kind.
        image_failures: Of these, calls that brought nothing, or a take that failed its gate or was rejected.
        failures_by_category: Failed calls and failed takes of all kinds.
        clip_calls: Image-to-video calls that delivered.
        clip_seconds: What these delivered, handles included.
        finished_seconds: Length of the cut; of the board where nothing has been cut.
        clip_cost: Settled for clips, charged failures and corrections included.
        rework_share: Share of all takes that are not in use, 0 to 1.
        rework_cost_share: Share of the cost that went into later takes and into calls that brought none, 0 to 1.
        making_seconds: Computing or waiting time of all calls.
    """

    title: str
    shots: int
    units: int
    units_done: int
    first_frames: int
    first_frame_passes: int
    image_calls: int
    image_failures: int
    failures_by_category: dict[str, int]
    clip_calls: int
    clip_seconds: str
    clip_cost: Money
    voice_calls: int
    takes: int
    takes_in_use: int
    rework_share: Decimal
    rework_cost_share: Decimal
    tokens: int
    human_minutes: int
    total_cost: Money
    cost_per_finished_second: Money
    finished_seconds: str
    making_seconds: str
    making_seconds_by_kind: dict[str, str]
    not_measured: dict[str, int]


def retrospective(production: Production) -> Retrospective:
    """Read the facts and count."""
    snapshot = production.snapshot()
    board, settings = snapshot.board, snapshot.settings
    units = {unit.id: unit for unit in board.units()}
    wished, known = look(production, snapshot)
    in_use = {w.unit.id: w.in_use for w in wished if w.in_use is not None}
    with production.reading() as connection:
        takes = store.read_takes(connection, production.name)
        verdicts = store.read_verdicts(connection, production.name)
        calls = connection.execute(
            sa.select(tables.call).where(tables.call.c.production == production.name)
        ).all()
        last_cut = connection.execute(
            sa.select(tables.cut.c.frames)
            .where(tables.cut.c.production == production.name)
            .order_by(tables.cut.c.number.desc())
            .limit(1)
        ).scalar_one_or_none()
        tokens = book.quantity(connection, production.name, book.Kind.TOKENS)
        minutes = book.quantity(connection, production.name, book.Kind.HUMAN_MINUTES)
        currency = settings.caps.currency
        spent = book.totals(connection, production.name, currency).settled
        postings = read_postings(
            connection, production.name, currency, read_made(connection, production.name)
        )
    kinds = {unit: _kind(unit) for unit in {t.unit for t in takes} | {UnitId(c.unit) for c in calls}}
    rejected = {
        review.take
        for reviews in known.reviews.values()
        for review in reviews
        if review.kind is ReviewKind.REJECT
    }
    failed = {t.id for t in takes if t.id in rejected or (t.id in verdicts and verdicts[t.id][0].failures)}
    failures: Counter[str] = Counter()
    for name in failed:
        decision = verdicts[name][1] if name in verdicts else None
        failures[decision.category.value if decision and decision.category else "rejected_in_review"] += 1
    failures.update(c.category or "tool_and_platform" for c in calls if c.outcome == "failed")
    firsts = [t for t in takes if t.unit.part == "key" and t.attempt == 0]
    # The first candidate of each keyframe is the oldest take; later boards' candidates are rework.
    oldest = {t.unit: t for t in reversed(firsts)}
    passes = [
        t
        for t in oldest.values()
        if t.id not in failed and t.id in verdicts and verdicts[t.id][1].action is Action.ACCEPT
    ]
    clips = [t for t in takes if kinds[t.unit] is UnitKind.CLIP]
    stills = [c for c in calls if kinds[UnitId(c.unit)] in _STILLS]
    still_takes = {t.id for t in takes if kinds[t.unit] in _STILLS}
    rate = settings.picture.frame_rate
    frames = last_cut if last_cut is not None else sum(shot.frames for shot in board.shots())
    used = {name for unit, name in in_use.items() if unit in units}
    finished = rate.seconds(frames)
    seconds: Counter[str] = Counter()
    for call in calls:
        seconds[kinds[UnitId(call.unit)].value] += call.milliseconds
    return Retrospective(
        title=settings.title,
        shots=len(board.shots()),
        units=len(units),
        units_done=sum(isinstance(w.standing, Chosen) for w in wished),
        first_frames=sum(unit.kind is UnitKind.KEYFRAME for unit in units.values()),
        first_frame_passes=len(passes),
        image_calls=len(stills),
        image_failures=sum(c.outcome == "failed" for c in stills) + len(failed & still_takes),
        failures_by_category=dict(sorted(failures.items())),
        clip_calls=len(clips),
        clip_seconds=seconds_text(rate.seconds(sum(t.duration_frames for t in clips))),
        clip_cost=spent_on(postings, {UnitId(p.unit) for p in postings if _is_clip(p.unit)}, currency),
        voice_calls=sum(kinds[t.unit] is UnitKind.VOICE for t in takes),
        takes=len(takes),
        takes_in_use=sum(t.id in used for t in takes),
        rework_share=_share(sum(t.id not in used for t in takes), len(takes)),
        rework_cost_share=rework_cost_share(postings),
        tokens=tokens,
        human_minutes=minutes,
        total_cost=spent,
        cost_per_finished_second=_per_second(spent, finished),
        finished_seconds=seconds_text(finished),
        making_seconds=seconds_text(Fraction(sum(seconds.values()), 1000)),
        making_seconds_by_kind={k: seconds_text(Fraction(v, 1000)) for k, v in sorted(seconds.items())},
        not_measured=dict(
            sorted(Counter(r.check for v, _ in verdicts.values() for r in v.unmeasured).items())
        ),
    )


def _kind(unit: UnitId) -> UnitKind:
    part = unit.part.partition("_")[0]
    if unit.part == "key_last":
        return UnitKind.LAST_KEYFRAME
    return {"key": UnitKind.KEYFRAME, "clip": UnitKind.CLIP, "voice": UnitKind.VOICE}.get(
        part, UnitKind.PLATE
    )


def _is_clip(unit: str) -> bool:
    return bool(unit) and _kind(UnitId(unit)) is UnitKind.CLIP


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
    return [
        ("Shots", str(report.shots)),
        ("Production units", f"{report.units} ({report.units_done} done)"),
        ("First-frame passes", f"{report.first_frame_passes} of {report.first_frames} ({share:.1%})"),
        ("Image calls", str(report.image_calls)),
        ("Image failures", f"{report.image_failures} ({failing:.1%})"),
        ("Image-to-video calls delivered", f"{report.clip_calls}, {report.clip_seconds} s"),
        ("Image-to-video cost", str(report.clip_cost)),
        ("Voice lines", str(report.voice_calls)),
        ("Takes", f"{report.takes}, {report.takes_in_use} in use"),
        ("Rework share", f"{report.rework_share:.1%}"),
        ("Rework and failures, of the cost", f"{report.rework_cost_share:.1%}"),
        ("Tokens", str(report.tokens)),
        ("Human minutes", str(report.human_minutes)),
        ("Total cost", str(report.total_cost)),
        ("Finished film", f"{report.finished_seconds} s"),
        ("Cost per finished second", str(report.cost_per_finished_second)),
        ("Making time", f"{report.making_seconds} s"),
    ]


def as_markdown(report: Retrospective) -> str:
    """The retrospective as Markdown."""
    lines = [f"# {report.title}: retrospective", "", "| Metric | Value |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in rows(report)]
    lines += ["", "## Failures by category", ""]
    lines += _counted(report.failures_by_category, "Nothing failed.")
    lines += ["", "## Not measured", ""]
    lines += _counted(report.not_measured, "Everything was measured.")
    lines += ["", "## Making time by kind of unit", ""]
    lines += [f"- {kind}: {value} s" for kind, value in report.making_seconds_by_kind.items()]
    return "\n".join(lines) + "\n"


def _counted(counts: dict[str, int], none: str) -> list[str]:
    return [f"- {name}: {count}" for name, count in counts.items()] or [none]


def as_html(report: Retrospective) -> str:
    """The retrospective as one HTML page, with plots where the ``plots`` extra is installed."""
    table = "".join(
        f"<tr><th scope=row>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in rows(report)
    )
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
        f"<style>{style}</style><h1>{title}: retrospective</h1><table>{table}</table>{plots}</html>\n"
    )


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
    if report.failures_by_category:
        found.append(
            bars("Failures", {k: float(v) for k, v in report.failures_by_category.items()}, "takes and calls")
        )
    return found
