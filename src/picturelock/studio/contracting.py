"""The contract gate: what speaks against making a unit at all, before anything is made or paid for."""

import re

from picturelock.board.contracts import contract_findings
from picturelock.core.board import Shot, Unit
from picturelock.core.codec import digest_of
from picturelock.core.take import Verdict
from picturelock.gate.check import Gate
from picturelock.gate.judge import judge
from picturelock.gate.measure import measure_contract
from picturelock.gate.profiles import profile
from picturelock.gate.subject import ContractSubject, Finding
from picturelock.generate.registry import route
from picturelock.studio.planning import Snapshot, Wish
from picturelock.studio.recipes import maker_of

_JOINT = re.compile(r"(?<!^)(?=[A-Z])")


def contract_verdict(snapshot: Snapshot, shot: Shot, unit: Unit, fell_to: str = "") -> Verdict:
    """The gate's answer on a unit's contract, for the model that would make it."""
    settings = snapshot.settings
    _, model = route(maker_of(unit, settings, fell_to))
    said = contract_findings(
        snapshot.board,
        shot,
        unit,
        longest_seconds=model.longest_seconds,
        most_people=model.most_people,
        handles=settings.picture.handles,
    )
    by_kind: dict[str, list[str]] = {}
    for finding in said:
        by_kind.setdefault(_JOINT.sub("_", type(finding).__name__).lower(), []).append(str(finding))
    findings = tuple(Finding(kind, ok=False, why="; ".join(why)) for kind, why in by_kind.items())
    subject = ContractSubject(digest_of(unit.contract), findings)
    return judge(Gate.CONTRACT, measure_contract(subject), profile(settings.profile))


def gaps(snapshot: Snapshot, wish: Wish) -> tuple[str, ...]:
    """Why the unit's contract cannot be worked from; empty if it can."""
    return tuple(
        failed.reason for failed in contract_verdict(snapshot, wish.shot, wish.unit, wish.fell_to).failures
    )
