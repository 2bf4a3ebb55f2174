"""What a request for pictures may say. Names and kinds of parameters come from the types of OpenAI's own library.

What those types leave open, such as which model takes which quality, is written down here from the same library's
descriptions. Where neither says anything, the strict reading holds: a parameter that is not listed is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from openai.types.image_edit_params import ImageEditParamsNonStreaming
from openai.types.image_generate_params import ImageGenerateParamsNonStreaming
from typing_extensions import get_type_hints

from picturelock.testing.emulators.exchange import Call, FormPart, Refused, Reply
from picturelock.testing.emulators.openai_files import pixels_in

MOST_PICTURES = 16
_MOST_PROMPT = 32_000
_MOST_COUNT = 10
_MOST_BYTES = 50 * 1000 * 1000
_MOST_MASK_BYTES = 4 * 1000 * 1000
_LEAST_PIXELS, _MOST_PIXELS, _LONGEST = 655_360, 8_294_400, 3840
_STANDARD = ("1024x1024", "1024x1536", "1536x1024")
_FILES = frozenset({"image", "mask", "markup"})
_PREVIEWS = frozenset({"gif", "svg"})
_LEGACY = frozenset({"response_format", "style"})


def complaint(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
    **more: object,
) -> Reply:
    """The vendor's error body.

    Args:
        status: HTTP.
        message: For people.
        kind: Its ``type``.
        param: The parameter that is wrong.
        code: For machines.
        **more: Fields that only some errors have.
    """
    return Reply.of(
        {"error": {"message": message, "type": kind, "param": param, "code": code, **more}}, status
    )


def _no(message: str, param: str | None, code: str | None) -> Refused:
    return Refused(complaint(400, message, param=param, code=code))


@dataclass(frozen=True, slots=True)
class Grid:
    """Output tokens of a picture of any size.

    Attributes:
        factors: By quality: the longer side in cells.
    """

    factors: Mapping[str, int]

    @property
    def qualities(self) -> tuple[str, ...]:
        """Cheapest first."""
        return tuple(self.factors)

    def tokens(self, quality: str, width: int, height: int) -> int:
        """How many a picture takes."""
        factor = self.factors[quality]
        short, long = sorted((width, height))
        other = (2 * factor * short + long) // (2 * long)
        return -(-factor * other * (2_000_000 + width * height) // 4_000_000)


@dataclass(frozen=True, slots=True)
class Table:
    """Output tokens of a picture of the standard sizes: square, upright, lying."""

    rows: Mapping[str, tuple[int, int, int]]

    @property
    def qualities(self) -> tuple[str, ...]:
        """Cheapest first."""
        return tuple(self.rows)

    def tokens(self, quality: str, width: int, height: int) -> int:
        """How many a picture takes."""
        return self.rows[quality][0 if width == height else 1 if width < height else 2]


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the vendor sells it.

    Attributes:
        snapshot: The dated name that an alias stands for; its own name where the vendor dates none.
        usual: Quality that ``auto`` stands for.
        free: Any size within the limits; otherwise the three standard ones.
        text_in: USD for a million text tokens of the request; the next two likewise.
        gone: From this day on it is not served.
        clear: It can draw on a transparent background.
    """

    snapshot: str
    tokens: Grid | Table
    usual: str
    free: bool = True
    text_in: Decimal = Decimal(5)
    image_in: Decimal = Decimal(8)
    image_out: Decimal = Decimal(30)
    gone: date | None = None
    clear: bool = True


_GRID_2 = Grid({"low": 16, "medium": 48, "high": 96})
_GRID_2_5 = Grid({"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96})
_TABLE = Table({"low": (272, 408, 400), "medium": (1056, 1584, 1568), "high": (4160, 6240, 6208)})
_OLD_END = date(2026, 12, 1)

MODELS: dict[str, Model] = {
    "gpt-image-2": Model("gpt-image-2-2026-04-21", _GRID_2, "medium", clear=False),
    "gpt-image-2-2026-04-21": Model("gpt-image-2-2026-04-21", _GRID_2, "medium", clear=False),
    "gpt-image-2.5-sunburst": Model("gpt-image-2.5-sunburst-2026-09-08", _GRID_2_5, "high"),
    "gpt-image-2.5-sunburst-2026-09-08": Model("gpt-image-2.5-sunburst-2026-09-08", _GRID_2_5, "high"),
    "gpt-image-2.5-flare": Model("gpt-image-2.5-flare-2026-09-08", _GRID_2_5, "high"),
    "gpt-image-2.5-flare-2026-09-08": Model("gpt-image-2.5-flare-2026-09-08", _GRID_2_5, "high"),
    # How many tokens these take is not published; the formula of the models before them is an assumption.
    "gpt-image-2.6-sunburst": Model("gpt-image-2.6-sunburst", _GRID_2_5, "high"),
    "gpt-image-2.6-flare": Model("gpt-image-2.6-flare", _GRID_2_5, "high"),
    "gpt-image-1.5": Model(
        "gpt-image-1.5-2025-12-16", _TABLE, "medium", free=False, image_out=Decimal(32), gone=_OLD_END
    ),
    "gpt-image-1-mini": Model(
        "gpt-image-1-mini",
        _TABLE,
        "medium",
        free=False,
        text_in=Decimal(2),
        image_in=Decimal("2.5"),
        image_out=Decimal(8),
        gone=_OLD_END,
    ),
    "gpt-image-1": Model("gpt-image-1", _TABLE, "medium", free=False, gone=date(2026, 10, 23)),
    "dall-e-2": Model("dall-e-2", _TABLE, "medium", free=False, gone=date(2026, 5, 12)),
    "dall-e-3": Model("dall-e-3", _TABLE, "medium", free=False, gone=date(2026, 5, 12)),
}
"""Every model that the library names, but ``chatgpt-image-latest``, whose price nobody publishes."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """What the library says of one parameter."""

    choices: tuple[object, ...]
    text: bool
    whole: bool
    nullable: bool
    other: bool


def _parameter(hint: Any) -> _Parameter:
    choices: list[object] = []
    text = whole = nullable = other = False
    waiting = [hint]
    while waiting:
        part = waiting.pop()
        if get_origin(part) in {Union, UnionType}:
            waiting += get_args(part)
        elif get_origin(part) is Literal:
            choices += get_args(part)
        elif part is NoneType:
            nullable = True
        elif part is str:
            text = True
        elif part is int:
            whole = True
        else:
            other = True
    return _Parameter(tuple(choices), text, whole, nullable, other)


def _parameters(kind: Any) -> dict[str, _Parameter]:
    return {name: _parameter(hint) for name, hint in get_type_hints(kind).items()}


GENERATION = _parameters(ImageGenerateParamsNonStreaming)
"""Parameters of ``images/generations``."""

EDIT = _parameters(ImageEditParamsNonStreaming)
"""Parameters of ``images/edits``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was found good.

    Attributes:
        name: The model as it was asked for.
        quality: Never ``auto``.
        size: Width and height in pixels, never ``auto``.
        background: ``opaque`` or ``transparent``.
        form: ``png``, ``jpeg`` or ``webp``.
        compression: 0 to 100, of ``jpeg`` and ``webp``.
        lenient: The customer asked for less moderation.
        pictures: That were given, in order.
        mask: Where it is transparent, the first picture is to be changed.
        person: The customer's word for whom it is made.
        said: The plain parameters as they came.
    """

    name: str
    model: Model
    prompt: str
    count: int
    quality: str
    size: tuple[int, int]
    background: str
    form: str
    compression: int
    lenient: bool
    pictures: tuple[bytes, ...]
    mask: bytes | None
    person: str | None
    said: dict[str, Any]

    @property
    def size_text(self) -> str:
        """Width and height as the vendor writes them."""
        return f"{self.size[0]}x{self.size[1]}"


def read_generation(call: Call) -> Asked:
    """Hold a request for pictures from words to what is allowed.

    Raises:
        Refused: With the vendor's answer.
        NotUnderstood: The body is no JSON object.
    """
    said = call.json()
    _known(said, GENERATION)
    for name, value in said.items():
        _fits(name, value, GENERATION[name])
    return _asked(said, (), None, call.now.date())


def read_edit(call: Call) -> Asked:
    """Hold a request that changes given pictures to what is allowed.

    Raises:
        Refused: With the vendor's answer.
        NotUnderstood: The body is no form.
    """
    said: dict[str, Any] = {}
    pictures: list[bytes] = []
    mask: bytes | None = None
    for part in call.form():
        name = part.name.removesuffix("[]")
        _known({name: part}, EDIT)
        if name in _FILES:
            _is_file(name, part)
        if name == "image":
            pictures.append(part.data)
        elif name == "mask":
            mask = part.data
        elif name == "markup":
            raise _no("'markup' is not available to this project.", "markup", "unsupported_parameter")
        elif name in said:
            raise _no(f"Duplicate parameter: '{name}'.", name, "duplicate_parameter")
        else:
            said[name] = _from_form(part.text, EDIT[name])
            _fits(name, said[name], EDIT[name])
    if not pictures:
        raise _no("Missing required parameter: 'image'.", "image", "missing_required_parameter")
    if len(pictures) > MOST_PICTURES:
        raise _no(
            f"Invalid 'image': too many items. Expected at most {MOST_PICTURES}, but got {len(pictures)}.",
            "image",
            "array_above_max_length",
        )
    for at, data in enumerate(pictures, 1):
        _is_picture(data, at)
    if mask is not None:
        _is_mask(mask, pictures[0])
    return _asked(said, tuple(pictures), mask, call.now.date())


def _known(said: Mapping[str, Any], parameters: Mapping[str, _Parameter]) -> None:
    for name in said:
        if name not in parameters:
            raise _no(f"Unknown parameter: '{name}'.", name, "unknown_parameter")


def _from_form(text: str, parameter: _Parameter) -> object:
    if parameter.whole and text.lstrip("-").isdecimal():
        return int(text)
    if text in {"true", "false"} and set(parameter.choices) & {True, False}:
        return text == "true"
    return text


def _fits(name: str, value: object, parameter: _Parameter) -> None:
    if value is None and parameter.nullable:
        return
    if value in parameter.choices and type(value) in {type(choice) for choice in parameter.choices}:
        return
    if parameter.text and isinstance(value, str):
        return
    if parameter.whole and isinstance(value, int) and not isinstance(value, bool):
        return
    if parameter.other and isinstance(value, dict):
        return
    if name == "stream" and value is True:
        raise _no("Streaming is not emulated.", "stream", "unsupported_parameter")
    if isinstance(value, str) and parameter.choices:
        allowed = ", ".join(f"'{choice}'" for choice in parameter.choices)
        raise _no(f"Invalid value: '{value}'. Supported values are: {allowed}.", name, "invalid_value")
    wanted = "an integer" if parameter.whole else "a string" if parameter.text else "another value"
    raise _no(f"Invalid type for '{name}': expected {wanted}.", name, "invalid_type")


def _asked(said: dict[str, Any], pictures: tuple[bytes, ...], mask: bytes | None, on: date) -> Asked:
    given = {name: value for name, value in said.items() if value is not None}
    if legacy := sorted(_LEGACY & given.keys()):
        raise _no(f"Unknown parameter: '{legacy[0]}'.", legacy[0], "unknown_parameter")
    name, model = _model(given, on)
    prompt = _prompt(given)
    form = given.get("output_format", "png")
    compression = _output(given, form)
    quality = given.get("quality", "auto")
    if quality == "auto":
        quality = model.usual
    if quality not in model.tokens.qualities:
        raise _no(f"Quality '{quality}' is not supported by '{name}'.", "quality", "invalid_value")
    return Asked(
        name=name,
        model=model,
        prompt=prompt,
        count=_count(given),
        quality=quality,
        size=_size(given.get("size", "auto"), name, model, pictures),
        background=_background(given, name, model, form),
        form=form,
        compression=compression,
        lenient=given.get("moderation") == "low",
        pictures=pictures,
        mask=mask,
        person=given.get("safety_identifier") or given.get("user"),
        said=given,
    )


def _model(given: dict[str, Any], on: date) -> tuple[str, Model]:
    name = given.get("model")
    if name is None:
        raise _no("Missing required parameter: 'model'.", "model", "missing_required_parameter")
    if name == "chatgpt-image-latest":
        message = f"This project does not have access to model `{name}`."
        raise Refused(complaint(403, message, code="model_not_found"))
    model = MODELS.get(name)
    if model is None:
        allowed = ", ".join(f"'{known}'" for known, that in MODELS.items() if not that.gone or on < that.gone)
        raise _no(f"Invalid value: '{name}'. Supported values are: {allowed}.", "model", "invalid_value")
    if model.gone is not None and on >= model.gone:
        message = f"The model `{name}` was shut down on {model.gone.isoformat()}."
        raise Refused(complaint(404, message, code="model_not_found"))
    return name, model


def _prompt(given: dict[str, Any]) -> str:
    prompt = given.get("prompt")
    if prompt is None:
        raise _no("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")
    if not prompt.strip():
        raise _no("Invalid 'prompt': string too short.", "prompt", "string_below_min_length")
    if len(prompt) > _MOST_PROMPT:
        message = (
            f"Invalid 'prompt': string too long. Expected at most {_MOST_PROMPT}, but got {len(prompt)}."
        )
        raise _no(message, "prompt", "string_above_max_length")
    return prompt


def _count(given: dict[str, Any]) -> int:
    count = given.get("n", 1)
    if count < 1:
        raise _no(f"Invalid 'n': expected at least 1, but got {count}.", "n", "integer_below_min_value")
    if count > _MOST_COUNT:
        message = f"Invalid 'n': expected at most {_MOST_COUNT}, but got {count}."
        raise _no(message, "n", "integer_above_max_value")
    return count


def _output(given: dict[str, Any], form: str) -> int:
    if form in _PREVIEWS:
        message = f"This project does not have access to output format '{form}'."
        raise Refused(complaint(403, message, param="output_format", code="unsupported_value"))
    for name in ("frame_count", "frame_duration_ms", "svg"):
        if name in given:
            raise _no(f"'{name}' does not go with output format '{form}'.", name, "unsupported_parameter")
    if given.get("partial_images"):
        raise _no("'partial_images' needs 'stream'.", "partial_images", "unsupported_parameter")
    compression = given.get("output_compression", 100)
    if not 0 <= compression <= 100:
        message = "Invalid 'output_compression': expected 0 to 100."
        raise _no(message, "output_compression", "integer_out_of_range")
    if compression < 100 and form == "png":
        message = "Compression below 100 is not supported for output format 'png'."
        raise _no(message, "output_compression", "invalid_png_output_compression")
    return compression


def _background(given: dict[str, Any], name: str, model: Model, form: str) -> str:
    background = given.get("background", "auto")
    if "input_fidelity" in given and (
        model.free or (name, given["input_fidelity"]) == ("gpt-image-1-mini", "high")
    ):
        raise _no(
            f"'input_fidelity' is not supported by '{name}'.", "input_fidelity", "unsupported_parameter"
        )
    if background != "transparent":
        return "opaque"
    if not model.clear:
        raise _no(f"Transparent background is not supported by '{name}'.", "background", "invalid_value")
    if form == "jpeg":
        message = "Transparent background needs output format 'png' or 'webp'."
        raise _no(message, "background", "invalid_value")
    return background


def _size(text: str, name: str, model: Model, pictures: tuple[bytes, ...]) -> tuple[int, int]:
    if text == "auto":
        text = "1024x1024" if not pictures else _nearest(pictures[0])
    if not model.free and text not in _STANDARD:
        allowed = ", ".join(f"'{size}'" for size in (*_STANDARD, "auto"))
        raise _no(f"Invalid value: '{text}'. Supported values are: {allowed}.", "size", "invalid_value")
    wide, _, tall = text.partition("x")
    if not (wide.isdecimal() and tall.isdecimal() and wide.isascii() and tall.isascii()):
        raise _no(f"Invalid size '{text}'. Expected WIDTHxHEIGHT or 'auto'.", "size", "invalid_value")
    width, height = int(wide), int(tall)
    if width % 16 or height % 16 or not width or not height:
        why = "width and height must be divisible by 16"
    elif max(width, height) > 3 * min(width, height):
        why = "the aspect ratio must be between 1:3 and 3:1"
    elif max(width, height) > _LONGEST:
        why = f"the longest edge must be at most {_LONGEST}"
    elif not _LEAST_PIXELS <= width * height <= _MOST_PIXELS:
        why = f"it must have {_LEAST_PIXELS} to {_MOST_PIXELS} pixels"
    else:
        return width, height
    raise _no(f"Invalid size '{text}' for model '{name}': {why}.", "size", "invalid_value")


def _nearest(picture: bytes) -> str:
    height, width = pixels_in(picture).shape[:2]
    if max(width, height) < 1.2 * min(width, height):
        return "1024x1024"
    return "1536x1024" if width > height else "1024x1536"


# --- files


def _is_file(name: str, part: FormPart) -> None:
    if not part.filename:
        raise _no(f"Invalid type for '{name}': expected a file.", name, "invalid_type")


def _is_picture(data: bytes, at: int) -> None:
    if len(data) >= _MOST_BYTES:
        raise _no(f"Invalid image {at}: it must be less than 50 MB.", "image", "file_too_large")
    heads = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
    if not data.startswith(heads) or pixels_in(data) is None:
        raise _no(f"Invalid image file or mode for image {at}.", "image", "invalid_image_file")


def _is_mask(data: bytes, first: bytes) -> None:
    if len(data) >= _MOST_MASK_BYTES:
        raise _no("Invalid mask: it must be less than 4 MB.", "mask", "file_too_large")
    pixels = pixels_in(data) if data.startswith(b"\x89PNG") else None
    if pixels is None:
        raise _no("Invalid mask: it must be a PNG file.", "mask", "invalid_image_file")
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        raise _no("Invalid mask: it has no alpha channel.", "mask", "invalid_image_format")
    if pixels.shape[:2] != pixels_in(first).shape[:2]:
        raise _no("Invalid mask: it must be of the first image's size.", "mask", "invalid_image_size")
