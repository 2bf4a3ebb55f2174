"""A trial of the gates: each check's precision, recall and not-measured rate on takes whose defects are known.

``python -m picturelock.testing.gate_trial`` writes the table to ``build/gate-report.md`` and ``build/gate-report.json``.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from picturelock.core.anchor import Colour, StyleLook
from picturelock.core.contract import Contract, Motion, Move
from picturelock.core.digest import Digest
from picturelock.core.ids import CheckName
from picturelock.core.take import Failed, Measurement, Verdict
from picturelock.gate.check import Gate
from picturelock.gate.judge import judge
from picturelock.gate.measure import measure_clip, measure_still
from picturelock.gate.profiles import Context, Profile, profile
from picturelock.gate.subject import ClipSubject, Looks, Neighbour, StillSubject
from picturelock.testing.defects import (
    CAUGHT_BY,
    STILL_CAUGHT_BY,
    ClipDefect,
    StillDefect,
    plant_in,
    spoil,
)
from picturelock.testing.footage import FORMAT, LOOKS, MOVES, Footage, Look, encode, footage, still

_NEEDS_MOVEMENT = frozenset({ClipDefect.TIME_JUMP, ClipDefect.DUPLICATES, ClipDefect.FREEZE})
_RESTING = frozenset({Move.STATIC, Move.RACK})


@dataclass(frozen=True, slots=True)
class Trial:
    """One take with its label and what the gate made of it.

    Attributes:
        defect: What was planted; empty for a good take.
        caught_by: Checks of which one ought to find it.
    """

    take: str
    defect: str
    caught_by: frozenset[CheckName]
    measurements: tuple[Measurement, ...]
    verdict: Verdict

    @property
    def fired(self) -> frozenset[CheckName]:
        """Checks that failed, advice included."""
        return frozenset(r.check for r in self.verdict.results if isinstance(r, Failed))


@dataclass(slots=True)
class Score:
    """How one check did.

    Attributes:
        hits: Takes with its defect on which it fired.
        misses: Takes with its defect on which it did not.
        alarms: Good takes on which it fired.
        quiet: Good takes on which it did not.
        unmeasured: Takes of any kind that it could not measure.
        takes: Takes of any kind.
    """

    hits: int = 0
    misses: int = 0
    alarms: int = 0
    quiet: int = 0
    unmeasured: int = 0
    takes: int = 0

    @property
    def precision(self) -> float | None:
        """Of the times it fired on a good take or on its own defect, how often rightly."""
        fired = self.hits + self.alarms
        return self.hits / fired if fired else None

    @property
    def recall(self) -> float | None:
        """Of its own defects, how many it found."""
        planted = self.hits + self.misses
        return self.hits / planted if planted else None

    @property
    def not_measured(self) -> float:
        """Share of takes that it could not measure."""
        return self.unmeasured / self.takes if self.takes else 0.0


@dataclass(slots=True)
class Report:
    """The outcome of a trial.

    Attributes:
        caught: For each defect how many takes had it and on how many one of its checks fired.
        missed: Takes whose defect no check found.
        false_alarms: Good takes that failed, with the checks.
    """

    profile: str
    scores: dict[CheckName, Score] = field(default_factory=dict[CheckName, Score])
    caught: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    missed: list[str] = field(default_factory=list[str])
    false_alarms: list[str] = field(default_factory=list[str])
    takes: Counter[str] = field(default_factory=Counter[str])


def clip_trials(
    folder: Path, looks: Iterable[Look], moves: Iterable[Move], held: Profile, frames: int = 60, seed: int = 1
) -> Iterator[Trial]:
    """Good takes of every look and move, and each with every defect that would show in it.

    Args:
        folder: For the files; each is overwritten by the next.
        looks: Of the scenes.
        moves: Of the camera.
        held: Thresholds.
        frames: With handles.
        seed: Of the scenes and defects.
    """
    for look in looks:
        for move in moves:
            good = footage(look, move, seed, frames)
            keyframe, path = folder / "keyframe.png", folder / "take.mp4"
            still(good.frames[0], keyframe)
            encode(good.frames, path, good.format.frame_rate)
            yield _clip_trial(good, path, keyframe, held, None)
            for defect in ClipDefect:
                if defect in _NEEDS_MOVEMENT and move in _RESTING:
                    continue
                plant_in(good.frames, path, defect, good.format.frame_rate, seed)
                yield _clip_trial(good, path, keyframe, held, defect)


def _clip_trial(good: Footage, path: Path, keyframe: Path, held: Profile, defect: ClipDefect | None) -> Trial:
    digest = Digest.of(path.read_bytes())
    subject = ClipSubject(path, digest, good.format, good.contract, good.length, keyframe=keyframe)
    measured = measure_clip(subject)
    verdict = judge(Gate.CLIP, measured, held, Context(move=good.move))
    return Trial(good.name, defect or "", CAUGHT_BY[defect] if defect else frozenset(), measured, verdict)


def still_trials(folder: Path, looks: Iterable[Look], held: Profile, seeds: Iterable[int]) -> Iterator[Trial]:
    """Good keyframes with two neighbours each, and each with every defect."""
    for look in looks:
        beside: list[Neighbour] = []
        for number in (101, 102):
            path = folder / f"{look.name}-{number}.png"
            still(footage(look, Move.STATIC, number, 1).frames[0], path)
            beside.append(Neighbour(f"SC010_SH{number}", path))
        for seed in seeds:
            path = folder / "still.png"
            still(footage(look, Move.STATIC, seed, 1).frames[0], path)
            good = path.read_bytes()
            yield _still_trial(f"{look.name}-{seed}", look, path, tuple(beside), held, None)
            for defect in StillDefect:
                path.write_bytes(spoil(good, defect, seed))
                yield _still_trial(f"{look.name}-{seed}", look, path, tuple(beside), held, defect)


def _still_trial(
    name: str,
    look: Look,
    path: Path,
    beside: tuple[Neighbour, ...],
    held: Profile,
    defect: StillDefect | None,
) -> Trial:
    subject = StillSubject(
        path,
        Digest.of(path.read_bytes()),
        FORMAT,
        Contract(role="Artist", purpose="Trial of the gates", subject="A drawn scene"),
        looks=Looks(style=StyleLook(paper=_colour(look.paper), ink=_colour(look.ink))),
        neighbours=beside,
        motion=Motion(end_state="comes to rest"),
        frames=60,
        takes_left=3,
    )
    measured = measure_still(subject)
    verdict = judge(Gate.KEYFRAME, measured, held, Context())
    return Trial(name, defect or "", STILL_CAUGHT_BY[defect] if defect else frozenset(), measured, verdict)


def _colour(bgr: tuple[int, int, int]) -> Colour:
    return Colour(f"#{bgr[2]:02x}{bgr[1]:02x}{bgr[0]:02x}")


def summarise(trials: Iterable[Trial], held: Profile) -> Report:
    """Count."""
    report = Report(held.label)
    for trial in trials:
        report.takes[trial.defect or "good"] += 1
        for measurement in trial.measurements:
            score = report.scores.setdefault(measurement.check, Score())
            score.takes += 1
            score.unmeasured += measurement.value is None
            fired = measurement.check in trial.fired
            if not trial.defect:
                score.alarms += fired
                score.quiet += not fired
            elif measurement.check in trial.caught_by:
                score.hits += fired
                score.misses += not fired
        if not trial.defect:
            if trial.verdict.failures:
                names = ", ".join(f"{f.check} ({f.value:g}, {f.limit})" for f in trial.verdict.failures)
                report.false_alarms.append(f"{trial.take}: {names}")
            continue
        found = bool(trial.fired & trial.caught_by)
        had, caught = report.caught.get(trial.defect, (0, 0))
        report.caught[trial.defect] = had + 1, caught + found
        if not found:
            report.missed.append(f"{trial.take}: {trial.defect}")
    return report


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def markdown(reports: Iterable[Report]) -> str:
    """The tables."""
    lines = [
        "# What the gates find",
        "",
        "Computed on drawn takes with planted defects. Precision counts good takes and a check's own defects; a check",
        "that fires on another's defect is not held against it. Recall is over its own defects.",
    ]
    for report in reports:
        good, all_takes = report.takes["good"], report.takes.total()
        lines += ["", f"## Profile {report.profile}: {good} good takes, {all_takes - good} defective", ""]
        lines += ["| check | precision | recall | false alarms | not measured |", "|---|---|---|---|---|"]
        for name, score in report.scores.items():
            alarms = f"{score.alarms}/{score.alarms + score.quiet}"
            row = (name, _share(score.precision), _share(score.recall), alarms, _share(score.not_measured))
            lines.append(f"| {' | '.join(row)} |")
        lines += ["", "| defect | planted | found |", "|---|---|---|"]
        lines += [f"| {name} | {had} | {caught} |" for name, (had, caught) in report.caught.items()]
        lines += ["", *(f"- missed: {line}" for line in report.missed)]
        lines += [f"- false alarm: {line}" for line in report.false_alarms]
    return "\n".join(lines).rstrip() + "\n"


def plain(report: Report) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "profile": report.profile,
        "takes": dict(report.takes),
        "checks": {
            str(name): {
                "precision": score.precision,
                "recall": score.recall,
                "false_alarms": score.alarms,
                "good": score.alarms + score.quiet,
                "not_measured": score.not_measured,
            }
            for name, score in report.scores.items()
        },
        "defects": {name: {"planted": had, "found": caught} for name, (had, caught) in report.caught.items()},
        "missed": report.missed,
        "false_alarms": report.false_alarms,
    }


def run(*, quick: bool, held: Profile) -> tuple[Report, Report]:
    """The whole trial: stills, then clips.

    Args:
        quick: One look a move and fewer moves.
        held: Thresholds.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        stills = summarise(still_trials(folder, LOOKS, held, (1,) if quick else (1, 2, 3, 4)), held)
        if quick:
            pairs = ((LOOKS[0], Move.STATIC), (LOOKS[1], Move.TRUCK_LEFT), (LOOKS[2], Move.PAN_RIGHT))
        else:
            pairs = tuple((look, move) for look in LOOKS for move in MOVES)
        frames = 48 if quick else 60
        clips = (t for look, move in pairs for t in clip_trials(folder, (look,), (move,), held, frames))
        return stills, summarise(clips, held)


def main(arguments: list[str] | None = None) -> int:
    """Write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer takes")
    parser.add_argument("--profile", default="animatic", help="built-in thresholds to hold the takes to")
    parser.add_argument("--out", type=Path, default=Path("build"), help="folder for the report")
    chosen = parser.parse_args(arguments)
    reports = run(quick=chosen.quick, held=profile(chosen.profile))
    chosen.out.mkdir(parents=True, exist_ok=True)
    text = markdown(reports)
    (chosen.out / "gate-report.md").write_text(text, "utf-8")
    (chosen.out / "gate-report.json").write_text(
        json.dumps([plain(r) for r in reports], indent=2) + "\n", "utf-8"
    )
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
