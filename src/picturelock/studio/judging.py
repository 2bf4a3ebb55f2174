"""A take before its gate: what is measured, what the profile says, what follows."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from picturelock.core.anchor import Anchor, CharacterAnchor, LocationAnchor, PropAnchor, StyleAnchor
from picturelock.core.board import Scene, Shot, Unit, UnitKind
from picturelock.core.brief import Brief, ClipBrief, CompositeBrief, Layers, StillBrief, VoiceBrief
from picturelock.core.codec import from_json
from picturelock.core.digest import Digest
from picturelock.core.policy import Decision, Format, Settings
from picturelock.core.take import Measurement, Take, Verdict
from picturelock.gate.check import Gate
from picturelock.gate.decision import Situation, decide
from picturelock.gate.diagnosis import diagnose
from picturelock.gate.judge import judge
from picturelock.gate.measure import measure_clip, measure_sound, measure_still
from picturelock.gate.profiles import Context, profile
from picturelock.gate.registry import checks
from picturelock.gate.subject import ClipSubject, Looks, Neighbour, SoundSubject, StillSubject
from picturelock.vault.store import Vault


def measure(
    vault: Vault,
    picture: Format,
    shot: Shot,
    brief: Brief,
    take: Take,
    basis: StillBrief | None = None,
    neighbours: Iterable[tuple[str, Digest]] = (),
) -> tuple[Measurement, ...]:
    """Everything that the take's gate can find out about it.

    Args:
        vault: Holds the take's media.
        picture: The production's format.
        shot: The take's shot, for the motion that will follow.
        brief: The take's brief.
        take: What is measured.
        basis: For a picture: what the board wants to be seen in it.
        neighbours: Names and pictures of locked keyframes of the same scene, nearest first.
    """
    with ExitStack() as stack:

        def local(digest: Digest) -> Path:
            return stack.enter_context(vault.local(digest))

        match brief:
            case VoiceBrief():
                return measure_sound(
                    SoundSubject(local(take.media), take.media, brief.text, language=brief.language)
                )
            case ClipBrief():
                return measure_clip(
                    ClipSubject(
                        local(take.media),
                        take.media,
                        picture,
                        brief.contract,
                        brief.frames,
                        keyframe=local(brief.keyframe),
                        keyframe_last=local(brief.keyframe_last) if brief.keyframe_last else None,
                    )
                )
            case StillBrief() | CompositeBrief():
                layers, files = _layers(vault, take, local)
                clip = shot.unit("clip")
                return measure_still(
                    StillSubject(
                        local(take.media),
                        take.media,
                        picture,
                        brief.contract,
                        blocking=basis.blocking if basis else None,
                        at_end=isinstance(brief, StillBrief) and brief.at_end,
                        layers=layers,
                        layer_files=files,
                        looks=_looks(basis.anchors if basis else ()),
                        neighbours=tuple(Neighbour(name, local(media)) for name, media in neighbours),
                        motion=clip.contract.motion if clip and take.unit.part == "key" else None,
                        frames=shot.frames + 2 * picture.handles,
                    )
                )


def remembered(stored: Iterable[Measurement], take: Take, unit: Unit) -> tuple[Measurement, ...] | None:
    """What was measured of a take before, if that is everything that its gate measures today.

    Args:
        stored: Of this take.
        take: What is measured.
        unit: Says which gate.

    Returns:
        ``None`` where a check is new, or measures by another method now.
    """
    known = {(m.check, m.method): m for m in stored if m.media == take.media}
    wanted = [(check.name, check.method) for check in checks(gate_of(unit))]
    return tuple(known[name] for name in wanted) if all(name in known for name in wanted) else None


def _layers(
    vault: Vault, take: Take, local: Callable[[Digest], Path]
) -> tuple[Layers | None, dict[Digest, Path]]:
    named = take.part("layers")
    if named is None:
        return None, {}
    layers = from_json(Layers, vault.read(named))
    return layers, {layer.media: local(layer.media) for layer in layers.layers}


def _looks(anchors: tuple[Anchor, ...]) -> Looks:
    return Looks(
        style=next((a.look for a in anchors if isinstance(a, StyleAnchor)), None),
        location=next((a.look for a in anchors if isinstance(a, LocationAnchor)), None),
        characters=tuple(a.look for a in anchors if isinstance(a, CharacterAnchor)),
        props=tuple(a.look for a in anchors if isinstance(a, PropAnchor)),
    )


def gate_of(unit: Unit) -> Gate:
    """The gate that a unit's takes pass."""
    return {UnitKind.CLIP: Gate.CLIP, UnitKind.VOICE: Gate.VOICE}.get(unit.kind, Gate.KEYFRAME)


def context_of(scene: Scene, shot: Shot, unit: Unit) -> Context:
    """What thresholds may depend on for this unit."""
    return Context(
        move=shot.move.kind,
        plate=unit.kind is UnitKind.PLATE,
        animated=unit.kind is UnitKind.KEYFRAME,
        last_keyframe=shot.unit("key_last") is not None,
        weather=scene.weather,
    )


def answer(
    measured: Iterable[Measurement],
    settings: Settings,
    scene: Scene,
    shot: Shot,
    unit: Unit,
    situation: Situation,
) -> tuple[Verdict, Decision]:
    """The gate's verdict and what follows. Pure."""
    verdict = judge(gate_of(unit), measured, profile(settings.profile), context_of(scene, shot, unit))
    category = None if verdict.passed else diagnose(verdict, unit.contract)
    return verdict, decide(verdict, situation, category)
