"""Every check that ships, one line each, and those that third parties add by entry point.

Checks are named, not imported: listing them loads no imaging library.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from picturelock.core.failures import Conflict
from picturelock.gate.check import Check, Gate, gate_of

GROUP = "picturelock.checks"

SHIPPED: tuple[str, ...] = (
    "stills.geometry:SIZE",
    "stills.geometry:ASPECT",
    "stills.geometry:BORDERS",
    "stills.integrity:DECODES",
    "stills.integrity:COLOUR",
    "stills.integrity:ALPHA",
    "stills.integrity:ORIENTATION",
    "stills.integrity:BYTES",
    "stills.exposure:SHADOWS",
    "stills.exposure:HIGHLIGHTS",
    "stills.exposure:CONTRAST",
    "stills.sharpness:SHARPNESS",
    "stills.sharpness:MATCH",
    "stills.models:IDENTITY",
    "stills.models:HEAD_COUNT",
    "stills.models:ANATOMY",
    "stills.layout:OVERLAP",
    "stills.layout:OFFSET",
    "stills.layout:RELATIVE_HEIGHT",
    "stills.layout:SPATIAL",
    "stills.palette:PALETTE",
    "stills.palette:REFERENCE",
    "stills.continuity:PALETTE",
    "stills.continuity:BRIGHTNESS",
    "stills.continuity:LIGHT",
    "stills.continuity:SCREEN_DIRECTION",
    "stills.models:STRAY_TEXT",
    "stills.models:SAFETY",
    "stills.motion:ROOM",
    "stills.motion:STATED",
    "stills.motion:DURATION",
    "stills.motion:TAKES_LEFT",
    "clips.container:DECODES",
    "clips.container:FRAMES",
    "clips.container:RATE",
    "clips.container:CADENCE",
    "clips.container:SIZE",
    "clips.container:HANDLES",
    "clips.frames:FIRST_FRAME",
    "clips.frames:FIRST_FRAME_REGION",
    "clips.frames:LAST_FRAME",
    "clips.frames:BLACK",
    "clips.frames:BORDERS",
    "clips.steadiness:FLICKER",
    "clips.steadiness:EXPOSURE_DRIFT",
    "clips.steadiness:SHARPNESS_COLLAPSE",
    "clips.movement:JUMP",
    "clips.movement:FREEZE",
    "clips.movement:STUTTER",
    "clips.movement:DEFORMATION",
    "clips.movement:WOBBLE",
    "clips.sound:AUDIO",
    "clips.sound:LOUDNESS",
    "clips.models:IDENTITY",
    "clips.models:STRAY_TEXT",
    "clips.models:SAFETY",
    "voice:DECODES",
    "voice:PACE",
    "voice:LOUDNESS",
    "voice:CLIPPING",
    "voice:SILENCE",
)


@cache
def checks(gate: Gate) -> tuple[Check[Any], ...]:
    """The checks of a gate: ours in the order above, then the installed ones by name.

    Raises:
        Conflict: Two checks have one name.
    """
    ours: list[Check[Any]] = [_load(line) for line in SHIPPED]
    theirs: list[Check[Any]] = [
        point.load() for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)
    ]
    seen: set[str] = set()
    for check in ours + theirs:
        if check.name in seen:
            raise Conflict(
                f"two checks are called {check.name}",
                remedy=f"Remove one package of the entry point group {GROUP}.",
            )
        seen.add(check.name)
    return tuple(check for check in ours + theirs if gate_of(check.name) is gate)


def _load(line: str) -> Check[Any]:
    module, _, attribute = line.partition(":")
    return getattr(import_module(f"picturelock.gate.{module}"), attribute)
