"""What Kling takes: fields, ranges and combinations, as its pages list them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, Required, TypedDict
from urllib.parse import urlsplit

from picturelock.testing.emulators import kling_tariff as tariff
from picturelock.testing.emulators.assets import Sent, Unfit, check_url, decoded, seen
from picturelock.testing.emulators.shapes import issues

TEXT, PICTURE, OMNI = "text2video", "image2video", "omni-video"

INVALID, INVALID_VALUE, NOT_FOUND = 1200, 1201, 1203

_PROMPT_CHARACTERS = 2500
_SHOT_CHARACTERS = 512
_NAME_CHARACTERS = 512
_PICTURE_BYTES = 10 * 1000 * 1000
_SHORTEST_SIDE = 300
_NARROWEST, _WIDEST = 0.4, 2.5
_RATIOS = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
_MOVES = 10
_OLDEST = "kling-v1"

_Mode = Literal["std", "pro", "4k"]
_Switch = Literal["on", "off"]
_Ratio = Literal["16:9", "9:16", "1:1"]


class _Move(TypedDict, total=False):
    horizontal: float
    vertical: float
    pan: float
    tilt: float
    roll: float
    zoom: float


class _Camera(TypedDict):
    type: Literal["simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"]
    config: NotRequired[_Move | None]


class _Point(TypedDict):
    x: int
    y: int


class _Brush(TypedDict):
    mask: str
    trajectories: list[_Point]


class _Shot(TypedDict):
    index: int
    prompt: str
    duration: str


class _Voice(TypedDict):
    voice_id: str


class _Element(TypedDict):
    element_id: int


class _Watermark(TypedDict):
    enabled: bool


class _Common(TypedDict, total=False):
    model_name: str
    prompt: str
    mode: _Mode
    duration: str
    sound: _Switch
    multi_shot: bool
    shot_type: Literal["customize", "intelligence"]
    multi_prompt: list[_Shot]
    element_list: list[_Element]
    watermark_info: _Watermark
    callback_url: str
    external_task_id: str


class _Classic(_Common, total=False):
    negative_prompt: str
    cfg_scale: float
    camera_control: _Camera | None
    voice_list: list[_Voice]


class _Text(_Classic, total=False):
    aspect_ratio: _Ratio


class _Picture(_Classic, total=False):
    image: str
    image_tail: str
    static_mask: str
    dynamic_masks: list[_Brush]


class _Listed(TypedDict, total=False):
    image_url: Required[str]
    type: Literal["first_frame", "end_frame"]


class _Omni(_Common, total=False):
    image_list: list[_Listed]
    aspect_ratio: _Ratio


_SHAPES: dict[str, type] = {TEXT: _Text, PICTURE: _Picture, OMNI: _Omni}


class Wrong(Exception):
    """A request that is not taken.

    Args:
        code: Kling's.
        message: In a few words.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for.

    Attributes:
        size: Width and height of the clip, pixels.
        units: By the list.
        name: The customer's own; empty for none.
    """

    model: str
    prompt: str
    mode: str
    seconds: int
    size: tuple[int, int]
    units: Decimal
    first: Sent | None
    last: Sent | None
    name: str
    callback: str


def understood(operation: str, request: dict[str, Any], now: datetime) -> Asked:
    """A request, held to everything that its model can do.

    Args:
        operation: :data:`TEXT`, :data:`PICTURE` or :data:`OMNI`.
        request: The body.
        now: Virtual time; models end.

    Raises:
        Wrong: It is not taken.
    """
    for issue in issues(request, _SHAPES[operation]):
        where = ".".join(map(str, issue.path))
        code = INVALID if issue.code in {"missing", "unrecognized_keys"} else INVALID_VALUE
        raise Wrong(code, f"{where}: {issue.message}")
    name, model = _model(operation, request, now)
    mode = request.get("mode", "pro" if operation == OMNI else "std")
    sound = request.get("sound", "off") == "on"
    if mode not in model.silent:
        raise Wrong(INVALID_VALUE, f"mode: {name} has no {mode}")
    if sound and mode not in model.sound:
        raise Wrong(INVALID_VALUE, f"sound: {name} makes none in mode {mode}")
    first, last, others = _pictures(operation, request, model, mode, sound=sound)
    seconds = _seconds(request, model, bool(others and first is None and operation == OMNI))
    _check_texts(operation, request, model)
    _check_extras(request, model, mode, seconds, tail=last is not None)
    _check_shots(request, model, seconds)
    units = model.units(mode, seconds, sound=sound)
    if request.get("voice_list"):
        if not sound:
            raise Wrong(INVALID_VALUE, "voice_list: voices need sound")
        units += Decimal(seconds) / 5
    return Asked(
        model=name,
        prompt=request.get("prompt", ""),
        mode=mode,
        seconds=seconds,
        size=_size(operation, request, mode, first or last),
        units=units,
        first=first,
        last=last,
        name=_own_name(request),
        callback=_callback(request),
    )


def _model(operation: str, request: dict[str, Any], now: datetime) -> tuple[str, tariff.Model]:
    known = tariff.OMNI if operation == OMNI else tariff.MODELS
    name = request.get("model_name") or ("kling-video-o1" if operation == OMNI else _OLDEST)
    model = known.get(name)
    if model is None or (model.ends is not None and now >= model.ends):
        raise Wrong(NOT_FOUND, f"model_name: {name} is not supported")
    if (operation == TEXT and not model.text) or (operation == PICTURE and not model.picture):
        raise Wrong(INVALID_VALUE, f"model_name: {name} does not do {operation}")
    return name, model


def _seconds(request: dict[str, Any], model: tariff.Model, only_references: bool) -> int:  # noqa: FBT001
    allowed = tariff.WITH_PICTURES if only_references and not model.sound else model.seconds
    asked = request.get("duration", "5")
    if asked not in {str(n) for n in allowed}:
        raise Wrong(INVALID_VALUE, f"duration: one of {', '.join(map(str, allowed))} is expected")
    return int(asked)


def _pictures(
    operation: str, request: dict[str, Any], model: tariff.Model, mode: str, *, sound: bool
) -> tuple[Sent | None, Sent | None, int]:
    """First frame, last frame, and how many other pictures."""
    if operation == OMNI:
        first, last, others = _listed(request.get("image_list", []))
    else:
        given = [(name, request.get(name, "")) for name in ("image", "image_tail")]
        first, last = (_picture(name, text) if text else None for name, text in given)
        others = 0
    if operation == PICTURE and first is None and last is None:
        raise Wrong(INVALID, "image: image or image_tail is expected")
    if last is not None and mode not in model.tail:
        raise Wrong(INVALID_VALUE, f"image_tail: not supported in mode {mode}")
    if last is not None and sound and model.tail_silent:
        raise Wrong(INVALID_VALUE, "image_tail: not supported with sound")
    return first, last, others


def _listed(entries: list[dict[str, str]]) -> tuple[Sent | None, Sent | None, int]:
    frames: dict[str, Sent] = {}
    for n, entry in enumerate(entries):
        looked = _picture(f"image_list.{n}.image_url", entry["image_url"])
        kind = entry.get("type", "")
        if kind and kind in frames:
            raise Wrong(INVALID_VALUE, f"image_list: more than one {kind}")
        frames[kind or f"other {n}"] = looked
    last = frames.get("end_frame")
    if last is not None and ("first_frame" not in frames or len(entries) > 2):
        raise Wrong(INVALID_VALUE, "image_list: an end_frame comes with a first_frame and nothing else")
    if len(entries) > 7:
        raise Wrong(INVALID_VALUE, "image_list: at most 7 pictures")
    first = frames.get("first_frame")
    return first, last, len(entries) - (first is not None) - (last is not None)


def _picture(name: str, text: str) -> Sent:
    try:
        if text.startswith("data:"):
            raise Unfit("base64 is sent without a prefix.")
        if "://" in text:
            check_url(text)
        data = decoded(text)
        if len(data) > _PICTURE_BYTES:
            raise Unfit("At most 10 MB.")
        return seen(data, smallest=_SHORTEST_SIDE, narrowest=_NARROWEST, widest=_WIDEST)
    except Unfit as unfit:
        raise Wrong(INVALID_VALUE, f"{name}: {unfit}") from unfit


def _check_texts(operation: str, request: dict[str, Any], model: tariff.Model) -> None:
    several = bool(request.get("multi_shot"))
    if operation != PICTURE and not several and not request.get("prompt", "").strip():
        raise Wrong(INVALID, "prompt: required")
    for name in ("prompt", "negative_prompt"):
        if len(request.get(name, "")) > _PROMPT_CHARACTERS:
            raise Wrong(INVALID_VALUE, f"{name}: at most {_PROMPT_CHARACTERS} characters")
    if "cfg_scale" in request and not (model.strength and 0 <= request["cfg_scale"] <= 1):
        raise Wrong(INVALID_VALUE, "cfg_scale: not supported, or not between 0 and 1")
    if request.get("element_list"):
        raise Wrong(NOT_FOUND, "element_list: no such element")
    if len(request.get("voice_list", [])) > 2:
        raise Wrong(INVALID_VALUE, "voice_list: at most 2 voices")


def _check_extras(
    request: dict[str, Any], model: tariff.Model, mode: str, seconds: int, *, tail: bool
) -> None:
    """Last frame, motion brush and camera movement exclude one another."""
    brush = bool(request.get("static_mask") or request.get("dynamic_masks"))
    camera = request.get("camera_control")
    if tail + brush + (camera is not None) > 1:
        raise Wrong(INVALID_VALUE, "image_tail, masks and camera_control exclude one another")
    if brush and not (model.brush and seconds == 5):
        raise Wrong(INVALID_VALUE, "masks: not supported by this model")
    if len(request.get("dynamic_masks", [])) > 6:
        raise Wrong(INVALID_VALUE, "dynamic_masks: at most 6")
    if camera is None:
        return
    if mode != model.camera or seconds != 5:
        raise Wrong(INVALID_VALUE, "camera_control: not supported by this model, mode or duration")
    moves = [value for value in (camera.get("config") or {}).values() if value]
    if camera["type"] == "simple" and (len(moves) != 1 or abs(moves[0]) > _MOVES):
        raise Wrong(INVALID_VALUE, "camera_control: exactly one movement between -10 and 10")
    if camera["type"] != "simple" and moves:
        raise Wrong(INVALID_VALUE, "camera_control: only simple takes a config")


def _check_shots(request: dict[str, Any], model: tariff.Model, seconds: int) -> None:
    shots = request.get("multi_prompt", [])
    if not request.get("multi_shot"):
        if shots or request.get("shot_type"):
            raise Wrong(INVALID_VALUE, "multi_prompt: multi_shot is not set")
        return
    if not model.shots:
        raise Wrong(INVALID_VALUE, "multi_shot: not supported by this model")
    if request.get("shot_type") == "intelligence":
        return
    lengths = [shot["duration"] for shot in shots]
    if not 1 <= len(shots) <= 6 or not all(length.isdigit() and int(length) >= 1 for length in lengths):
        raise Wrong(INVALID_VALUE, "multi_prompt: 1 to 6 shots of at least one second")
    if any(len(shot["prompt"]) > _SHOT_CHARACTERS for shot in shots):
        raise Wrong(INVALID_VALUE, f"multi_prompt: at most {_SHOT_CHARACTERS} characters a shot")
    if sum(map(int, lengths)) != seconds:
        raise Wrong(INVALID_VALUE, "multi_prompt: the shots' durations make up the clip's")


def _size(operation: str, request: dict[str, Any], mode: str, frame: Sent | None) -> tuple[int, int]:
    """A clip has the shape of its frame, or the one that was asked for."""
    ratio = request.get("aspect_ratio")
    if operation == OMNI and frame is None and ratio is None:
        raise Wrong(INVALID, "aspect_ratio: required without a first frame")
    shape = _RATIOS[ratio or "16:9"] if frame is None else frame.size[0] / frame.size[1]
    side = tariff.SIDES[mode]
    return 2 * round(side * max(1.0, shape) / 2), 2 * round(side * max(1.0, 1 / shape) / 2)


def _own_name(request: dict[str, Any]) -> str:
    name = request.get("external_task_id", "")
    if len(name) > _NAME_CHARACTERS:
        raise Wrong(INVALID_VALUE, f"external_task_id: at most {_NAME_CHARACTERS} characters")
    return name


def _callback(request: dict[str, Any]) -> str:
    url = request.get("callback_url", "")
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise Wrong(INVALID_VALUE, "callback_url: not an address")
    return url
