"""Point 8: figures stand where the blocking expects them, as large as it expects them, and related as promised."""

from picturelock.core.blocking import Box
from picturelock.core.contract import Relation, Spatial
from picturelock.core.ids import AnchorId
from picturelock.gate.check import Found, Missing
from picturelock.gate.stills.reading import still_check
from picturelock.gate.stills.view import View

# Boxes are compared only as far as planes reach; drawn hair, hats and arms reach past a cuboid.
_ROOM = 0.1


def _pairs(view: View) -> dict[AnchorId, tuple[Box, Box]] | Missing:
    """Expected and seen box of each figure that is expected in the picture; both cut at the picture's edge."""
    if view.subject.blocking is None:
        return Missing("the shot has no blocking to compare with")
    expected = {who: box for who, box in view.expected.items() if box.inside() > 0.05}
    if not expected:
        return {}
    if isinstance(view.seen, str):
        return Missing(view.seen)
    empty = Box(left=0.0, top=0.0, right=0.0, bottom=0.0)
    return {who: (_cut(box), _cut(view.seen.get(who, empty))) for who, box in expected.items()}


def _cut(box: Box) -> Box:
    def held(value: float) -> float:
        return min(1.0 + _ROOM, max(-_ROOM, value))

    return Box(left=held(box.left), top=held(box.top), right=held(box.right), bottom=held(box.bottom))


def _area(box: Box) -> float:
    return max(0.0, box.width) * max(0.0, box.height)


def _overlap_of(a: Box, b: Box) -> float:
    common = Box(
        left=max(a.left, b.left),
        top=max(a.top, b.top),
        right=min(a.right, b.right),
        bottom=min(a.bottom, b.bottom),
    )
    if common.width <= 0 or common.height <= 0:
        return 0.0
    return _area(common) / (_area(a) + _area(b) - _area(common))


def _overlap(view: View) -> Found | Missing:
    """Least overlap (intersection over union) of a figure with its box."""
    pairs = _pairs(view)
    if isinstance(pairs, Missing):
        return pairs
    if not pairs:
        return Found(1.0, {"figures": 0})
    found = {who: _overlap_of(a, b) for who, (a, b) in pairs.items()}
    worst = min(sorted(found), key=lambda who: found[who])
    return Found(found[worst], {"figure": str(worst)})


def _offset(view: View) -> Found | Missing:
    """Farthest that a figure's middle stands from its box's, in shares of the picture's width."""
    pairs = _pairs(view)
    if isinstance(pairs, Missing):
        return pairs
    if not pairs:
        return Found(0.0, {"figures": 0})
    found = {who: abs((a.left + a.right) / 2 - (b.left + b.right) / 2) for who, (a, b) in pairs.items()}
    worst = max(sorted(found), key=lambda who: found[who])
    return Found(found[worst], {"figure": str(worst)})


def _relative_height(view: View) -> Found | Missing:
    """Largest error of two figures' ratio of heights, as a factor of at least 1.

    Figures that the frame cuts are compared by what is left of them; one figure alone has nothing to be wrong against.
    """
    pairs = _pairs(view)
    if isinstance(pairs, Missing):
        return pairs
    worst, between = 1.0, ("", "")
    names = sorted(pairs)
    for n, one in enumerate(names):
        for other in names[n + 1 :]:
            (a, seen_a), (b, seen_b) = pairs[one], pairs[other]
            if min(seen_a.height, seen_b.height) <= 0:
                return Found(
                    100.0, {"figures": [str(one), str(other)], "why": "a figure is not in the picture"}
                )
            error = (seen_a.height / seen_b.height) / (a.height / b.height)
            error = max(error, 1 / error)
            if error > worst:
                worst, between = error, (str(one), str(other))
    return Found(worst, {"figures": list(between)} if between[0] else {})


def _spatial(view: View) -> Found | Missing:
    """Spatial promises of the contract that the picture breaks."""
    promises = view.subject.contract.constraints.spatial
    if not promises:
        return Found(0.0, {"promises": 0})
    if isinstance(view.seen, str):
        return Missing(view.seen)
    broken: list[str] = []
    checked = 0
    for promise in promises:
        holds = _holds(promise, view, view.seen)
        checked += holds is not None
        if holds is False:
            broken.append(f"{promise.subject} {promise.relation.value} {promise.object}")
    if not checked:
        return Missing("the promised figures are not told apart in the picture's planes")
    why = {"why": f"broken: {'; '.join(broken)}"} if broken else {}
    return Found(float(len(broken)), {"promises": len(promises), "checked": checked, **why})


def _holds(promise: Spatial, view: View, seen: dict[AnchorId, Box]) -> bool | None:
    one, other = seen.get(promise.subject), seen.get(promise.object)
    if one is None or other is None:
        return None
    match promise.relation:
        case Relation.LEFT_OF:
            return one.left + one.right < other.left + other.right
        case Relation.RIGHT_OF:
            return one.left + one.right > other.left + other.right
        case Relation.TALLER_THAN:
            return _taller(promise, one, other)
        case Relation.IN_FRONT_OF | Relation.BEHIND:
            depth = _depths(view)
            if promise.subject not in depth or promise.object not in depth:
                return None
            nearer = depth[promise.subject] < depth[promise.object]
            return nearer if promise.relation is Relation.IN_FRONT_OF else not nearer


def _taller(promise: Spatial, one: Box, other: Box) -> bool | None:
    if any(box.top < 0 or box.bottom > 1 for box in (one, other)):
        return None  # a figure cut off by the frame shows no height
    ratio = one.height / max(other.height, 1e-6)
    return ratio > 1 if promise.factor == 0 else abs(ratio / promise.factor - 1) <= 0.25


def _depths(view: View) -> dict[AnchorId, float]:
    layers = view.subject.layers
    if layers is None:
        return {}
    return {
        AnchorId(layer.name.removeprefix("figure:")): layer.depth_m
        for layer in layers.layers
        if layer.name.startswith("figure:")
    }


OVERLAP = still_check("layout_overlap", "scale and layout", "IoU", "planes/1", _overlap)
OFFSET = still_check("layout_offset", "scale and layout", "share of the width", "planes/1", _offset)
RELATIVE_HEIGHT = still_check("relative_height", "scale and layout", "factor", "planes/1", _relative_height)
SPATIAL = still_check("spatial", "scale and layout", "broken promises", "planes/1", _spatial)
