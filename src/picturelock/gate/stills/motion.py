"""Point 12: is the picture ready to move?"""

from picturelock.core.blocking import expected_box
from picturelock.gate.check import Found, Missing
from picturelock.gate.stills.reading import still_check
from picturelock.gate.stills.view import View


def _room(view: View) -> Found | Missing:
    """How much of each figure in the frame is still in it when the move ends; the least, 0 to 1.

    A figure that the frame cuts at the start is held to what was in the frame then.
    """
    blocking = view.subject.blocking
    if blocking is None:
        return Missing("the shot has no blocking")
    if blocking.camera_end is None or not blocking.figures:
        return Found(1.0)
    aspect = view.subject.format.aspect
    least, who = 1.0, ""
    for figure in blocking.figures:
        start = expected_box(figure, blocking.camera, aspect)
        if start is None or start.inside() < 0.2:
            continue
        end = expected_box(figure, blocking.camera_end, aspect)
        kept = min(1.0, (end.inside() if end else 0.0) / start.inside())
        if kept < least:
            least, who = kept, str(figure.who)
    return Found(least, {"figure": who} if who else {})


def _stated(view: View) -> Found:
    """Statements about the motion that the contract leaves out."""
    motion = view.subject.motion
    missing: list[str] = []
    if motion is None:
        missing.append("the motion")
    else:
        if view.subject.contract.subjects and not motion.subject.strip():
            missing.append("what the figures do")
        if not motion.end_state.strip():
            missing.append("the end state")
    return Found(float(len(missing)), {"why": f"not stated: {', '.join(missing)}"} if missing else {})


def _duration(view: View) -> Found | Missing:
    """Seconds by which the clip with its handles is longer than the model can make."""
    if view.subject.frames < 1:
        return Missing("the clip's length is not stated")
    seconds = float(view.subject.frames / view.subject.format.frame_rate)
    longest = view.subject.longest_seconds
    over = max(0.0, seconds - longest) if longest else 0.0
    return Found(over, {"seconds": round(seconds, 3), "longest": longest})


def _takes_left(view: View) -> Found | Missing:
    left = view.subject.takes_left
    return Missing("nobody counted the takes that are left") if left is None else Found(float(left))


ROOM = still_check("motion_room", "motion readiness", "share", "blocking/1", _room, pixels=False)
STATED = still_check("motion_stated", "motion readiness", "omissions", "contract/1", _stated, pixels=False)
DURATION = still_check("duration", "motion readiness", "s", "contract/1", _duration, pixels=False)
TAKES_LEFT = still_check("takes_left", "motion readiness", "takes", "caps/1", _takes_left, pixels=False)
