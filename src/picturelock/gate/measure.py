"""The gates' door: media in, measurements out. Each opens its media once for all its checks."""

from typing import Any

from picturelock.core.ids import CheckName
from picturelock.core.take import Measurement
from picturelock.gate.check import Gate, Opened
from picturelock.gate.judge import PROMISES
from picturelock.gate.registry import checks
from picturelock.gate.subject import ClipSubject, ContractSubject, SoundSubject, StillSubject

CONTRACT_METHOD = "contract/1"


def measure_contract(subject: ContractSubject) -> tuple[Measurement, ...]:
    """One measurement a finding: the number of broken promises, 0 or 1.

    Raises:
        Malformed: A finding's name is not small letters and underscores.
    """
    return tuple(
        Measurement(
            check=CheckName(f"{Gate.CONTRACT}.{finding.name}"),
            media=subject.digest,
            value=None if finding.ok is None else float(not finding.ok),
            unit=PROMISES,
            method=CONTRACT_METHOD,
            why_not=finding.why if finding.ok is None else "",
            evidence={"why": finding.why} if finding.ok is False and finding.why else {},
        )
        for finding in subject.findings
    )


def measure_still(subject: StillSubject) -> tuple[Measurement, ...]:
    """Everything the keyframe gate can find out about a picture."""
    from picturelock.gate.stills.view import view

    return _all(Gate.KEYFRAME, view(subject))


def measure_clip(subject: ClipSubject) -> tuple[Measurement, ...]:
    """Everything the clip gate can find out about a clip, in one pass over its decode."""
    from picturelock.gate.clips.screening import screen

    return _all(Gate.CLIP, screen(subject))


def measure_sound(subject: SoundSubject) -> tuple[Measurement, ...]:
    """Everything the voice gate can find out about a voice line."""
    from picturelock.gate.hearing import hear

    return _all(Gate.VOICE, hear(subject))


def _all(gate: Gate, opened: Opened) -> tuple[Measurement, ...]:
    results: list[Any] = [check.measure(opened) for check in checks(gate)]
    return tuple(results)
