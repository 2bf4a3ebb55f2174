"""The script's own words for the camera. Where a writer directs, the breakdown obeys."""

import re
from dataclasses import dataclass, replace

from picturelock.core.contract import Amount, Angle, CameraMove, Framing, Move, ShotSize


@dataclass(frozen=True, slots=True)
class Direction:
    """What the text asks of the camera; ``None`` where it asks nothing."""

    size: ShotSize | None = None
    framing: Framing | None = None
    angle: Angle | None = None
    move: CameraMove | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return self != Direction()


#: Written in capitals, as directions are; the first that fits decides for its field.
_SIZES: tuple[tuple[str, ShotSize, Framing | None], ...] = (
    (r"EXTREME CLOSE(?:[- ]?UP)?|\bECU\b|\bXCU\b|大特写", ShotSize.EXTREME_CLOSE_UP, None),
    (r"MEDIUM CLOSE(?:[- ]?UP)?|\bMCU\b", ShotSize.MEDIUM_CLOSE_UP, None),
    (r"\bCLOSE(?:R)? (?:ON|UP)\b|\bCLOSE-UP\b|\bCU\b|\bCLOSE:|\bTIGHT ON\b|特写", ShotSize.CLOSE_UP, None),
    (r"\bINSERT\b|插入镜头", ShotSize.CLOSE_UP, Framing.INSERT),
    (r"EXTREME (?:WIDE|LONG)|\bAERIAL\b|\bEWS\b|大远景|航拍", ShotSize.EXTREME_LONG, Framing.ESTABLISHING),
    (r"\bESTABLISHING\b", ShotSize.LONG, Framing.ESTABLISHING),
    (r"\bWIDE(?:R)?(?: SHOT| ANGLE| ON|:| -|\b)|\bLONG SHOT\b|远景|全景", ShotSize.LONG, None),
    (r"\bFULL SHOT\b", ShotSize.FULL, None),
    (r"\bMEDIUM (?:SHOT|ON)\b|中景", ShotSize.MEDIUM, None),
    (r"近景", ShotSize.MEDIUM_CLOSE_UP, None),
)
_FRAMINGS: tuple[tuple[str, Framing], ...] = (
    (r"\bTWO[- ]SHOT\b|双人镜头", Framing.TWO_SHOT),
    (r"\bOVER (?:THE|HIS|HER|\w+(?:'S|’S)) SHOULDER\b|\bOTS\b|过肩", Framing.OVER_THE_SHOULDER),
    (r"\bP\.?O\.?V\b|主观镜头", Framing.POINT_OF_VIEW),
    (r"\bGROUP SHOT\b", Framing.GROUP),
    (r"\bINSERT\b", Framing.INSERT),
)
_ANGLES: tuple[tuple[str, Angle], ...] = (
    (r"\bLOW ANGLE\b|低角度|仰拍", Angle.LOW),
    (r"\bHIGH ANGLE\b|高角度|俯拍", Angle.HIGH),
    (r"\bOVERHEAD\b|BIRD'?S[- ]EYE|\bTOP SHOT\b|\bFROM (?:HIGH )?ABOVE\b|俯瞰", Angle.OVERHEAD),
    (r"\bDUTCH\b", Angle.DUTCH),
)
#: Capitals, or lower case with "camera" or "we" before.
_MOVES: tuple[tuple[str, Move], ...] = (
    (
        r"CRANES? (?:UP|BACK)|(?:CAMERA|WE) (?:SLOWLY )?(?:RISES?|CRANES?|LIFTS?|SOARS?)|BOOM UP|升起镜头|镜头升",
        Move.CRANE_UP,
    ),
    (r"CRANES? DOWN|(?:CAMERA|WE) (?:SLOWLY )?(?:DESCENDS?|SINKS?)|BOOM DOWN|镜头降", Move.CRANE_DOWN),
    (r"PANS? (?:SLOWLY )?LEFT|向左摇", Move.PAN_LEFT),
    (r"PANS?(?: SLOWLY)?(?: RIGHT| TO| ACROSS| ALONG)?\b|向右摇|摇镜", Move.PAN_RIGHT),
    (r"TILTS? (?:SLOWLY )?DOWN|下摇", Move.TILT_DOWN),
    (r"TILTS?(?: SLOWLY)?(?: UP)?\b|上摇", Move.TILT_UP),
    (
        r"(?:PUSH(?:ES|ING)?|DOLLY|DOLLIES|MOVES?|ZOOMS?|CREEPS?) (?:SLOWLY )?(?:IN|CLOSER)\b|PUSH ON|推近|推镜|镜头推",
        Move.PUSH,
    ),
    (
        r"(?:PULL(?:S|ING)?|DOLLY|DOLLIES|ZOOMS?|DRIFTS?) (?:SLOWLY )?(?:BACK|OUT|AWAY)\b|拉远|拉镜|镜头拉",
        Move.PULL,
    ),
    (r"(?:TRACK(?:S|ING)?|TRUCK(?:S|ING)?) (?:SLOWLY )?LEFT", Move.TRUCK_LEFT),
    (
        r"TRACK(?:S|ING)?(?: SHOT)?\b|TRUCK(?:S|ING)? RIGHT|(?:CAMERA|WE) FOLLOWS?|跟拍|跟镜|镜头跟",
        Move.TRUCK_RIGHT,
    ),
    (r"HANDHELD|HAND-HELD|手持", Move.HANDHELD),
    (r"RACKS?(?: FOCUS)?(?: TO)?\b|移焦", Move.RACK),
)
_SLOW = re.compile(
    r"\b(?:slow|slowly|slight|slightly|gently|creep\w*|a touch|a little)\b|慢慢|缓缓|微微", re.IGNORECASE
)
_FAR = re.compile(
    r"\b(?:to reveal|revealing|reveals?|all the way|high above|far above|until|up and up|past|away from)\b|\b(?:PAN|TILT)S?"
    r" (?:SLOWLY )?(?:LEFT |RIGHT |UP |DOWN )?(?:TO|ACROSS|ALONG)\b|直到|露出",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"(?i)\b(?:the )?(?:camera|we)\b(?: slowly| gently)? (?:\w+)(?: \w+)?")
_LEAD = re.compile(
    r"^(?:(?:EXTREME |MEDIUM )?CLOSE(?:R)?(?:[- ]UP)? ON|CLOSE(?:[- ]UP)?|ANGLE ON|INSERT(?: SHOT)?|WIDE(?:R)?(?: SHOT| ANGLE)?(?: ON)?"
    r"|TIGHT ON|ON|AERIAL|ESTABLISHING|TWO[- ]SHOT|POV)\s*[-–—:,.]*\s+(?=\S)"
)


def direction_in(text: str) -> Direction:
    """What this text asks of the camera."""
    size = next(((s, f) for pattern, s, f in _SIZES if re.search(pattern, text)), (None, None))
    framing = next((f for pattern, f in _FRAMINGS if re.search(pattern, text)), size[1])
    angle = next((a for pattern, a in _ANGLES if re.search(pattern, text)), None)
    return Direction(size[0], framing, angle, _move(text))


def _move(text: str) -> CameraMove | None:
    spoken = " ".join(_SPOKEN.findall(text)).upper()
    for pattern, kind in _MOVES:
        if re.search(rf"(?<!\w)(?:{pattern})", text) or (
            spoken and re.search(rf"(?<!\w)(?:{pattern})", spoken)
        ):
            return CameraMove(kind=kind, amount=_amount(text, kind))
    return None


def _amount(text: str, kind: Move) -> Amount:
    if _FAR.search(text) and kind not in {Move.PUSH, Move.RACK, Move.HANDHELD}:
        return Amount.LARGE
    if kind in {Move.CRANE_UP, Move.CRANE_DOWN} and not _SLOW.search(text):
        return Amount.LARGE
    return Amount.SMALL if _SLOW.search(text) else Amount.MEDIUM


def without_lead(text: str) -> str:
    """The text without a leading ``CLOSE ON`` or ``ANGLE ON``."""
    return _LEAD.sub("", text)


def starts_shot(text: str) -> bool:
    """Whether a writer begins a new shot here: a direction at the start of a sentence, in capitals."""
    return bool(_LEAD.match(text)) or bool(
        re.match(r"^(?:CRANE|PAN|TILT|TRACK|PUSH|PULL|DOLLY|RACK|OVERHEAD|LOW|HIGH)\b", text)
    )


def combined(first: Direction, then: Direction) -> Direction:
    """Both, the first one standing above."""
    given = {
        name: getattr(first, name) for name in ("size", "framing", "angle", "move") if getattr(first, name)
    }
    return replace(then, **given)
