"""What kind of failure a verdict shows: one of the five categories, by a pure function."""

from collections.abc import Mapping

from picturelock.core.contract import Contract
from picturelock.core.take import Category, Verdict

# More people than this collapse: relations between three cannot be held by one prompt.
CROWD = 3

_BY_POINT: Mapping[str, Category] = {
    "keyframe.identity": Category.CHARACTER,
    "keyframe.anatomy": Category.CHARACTER,
    "keyframe.head_count": Category.SPATIAL,
    "keyframe.layout_overlap": Category.SPATIAL,
    "keyframe.layout_offset": Category.SPATIAL,
    "keyframe.relative_height": Category.SPATIAL,
    "keyframe.spatial": Category.SPATIAL,
    "keyframe.palette": Category.SPATIAL,
    "keyframe.reference": Category.SPATIAL,
    "keyframe.continuity_palette": Category.SPATIAL,
    "keyframe.continuity_brightness": Category.SPATIAL,
    "keyframe.continuity_light": Category.SPATIAL,
    "keyframe.screen_direction": Category.SPATIAL,
    "keyframe.motion_room": Category.SPATIAL,
    "contract.people": Category.MULTI_CHARACTER,
    "contract.spatial": Category.SPATIAL,
    "contract.scale": Category.SPATIAL,
    "clip.identity_over_time": Category.MOTION,
    "clip.first_frame": Category.MOTION,
    "clip.first_frame_region": Category.MOTION,
    "clip.last_frame": Category.MOTION,
    "clip.flicker": Category.MOTION,
    "clip.jump": Category.MOTION,
    "clip.freeze": Category.MOTION,
    "clip.stutter": Category.MOTION,
    "clip.black": Category.MOTION,
    "clip.deformation": Category.MOTION,
    "clip.wobble": Category.MOTION,
    "clip.exposure_drift": Category.MOTION,
    "clip.sharpness_collapse": Category.MOTION,
}

# What breaks with the number of people in the picture rather than by itself.
_CROWDED = frozenset(
    {
        "keyframe.identity",
        "keyframe.head_count",
        "keyframe.layout_overlap",
        "keyframe.layout_offset",
        "keyframe.relative_height",
        "keyframe.spatial",
    }
)

# A broken file makes every other finding worthless; then what a new prompt mends least.
_PRECEDENCE = (
    Category.PLATFORM,
    Category.MULTI_CHARACTER,
    Category.CHARACTER,
    Category.SPATIAL,
    Category.MOTION,
)


def diagnose(verdict: Verdict, contract: Contract) -> Category | None:
    """The kind of failure.

    Args:
        verdict: A gate's answer.
        contract: What was promised; three or more people turn failures of likeness and place into a collapse.

    Returns:
        The gravest category among the failures, or ``None`` where nothing failed. Checks that nobody has sorted
        (third parties') count as tool and platform.
    """
    crowd = len(contract.subjects) >= CROWD
    seen = {
        Category.MULTI_CHARACTER
        if crowd and f.check in _CROWDED
        else _BY_POINT.get(f.check, Category.PLATFORM)
        for f in verdict.failures
    }
    return next((category for category in _PRECEDENCE if category in seen), None)
