"""What a request counts in tokens, and what the organisation is told of it afterwards.

The organisation sees numbers by minute, hour or day, never a request. Names of cost lines and the columns of the file
of pictures are assumptions, made after what the vendor shows for text models; the file of costs has the columns that
its dashboard has been seen to write.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from openai.types.admin.organization.usage_costs_params import UsageCostsParams
from openai.types.admin.organization.usage_images_params import UsageImagesParams
from typing_extensions import get_type_hints

from picturelock.media.opencv import cv2
from picturelock.testing.emulators.exchange import Call, Refused
from picturelock.testing.emulators.openai_files import pixels_in
from picturelock.testing.emulators.openai_request import Asked, Model, complaint

_MILLION = Decimal(1_000_000)
_SQUARE, _LONG = 1024, 1536  # tokens of a picture that is given
_WIDTHS = {
    "1m": (60, 60, 1440),
    "1h": (3600, 24, 168),
    "1d": (86_400, 7, 31),
}  # seconds, usual and most buckets
_MOST_COSTS = 180
_WHO = {"project_id": "proj_emulated", "user_id": "user-emulated", "api_key_id": "key_emulated"}
_COST_COLUMNS = (
    *(
        "start_time",
        "end_time",
        "start_time_iso",
        "end_time_iso",
        "amount_value",
        "amount_currency",
        "quantity",
    ),
    *("quantity_unit", "line_item", "user_id", "api_key_id", "project_id", "organization_id", "project_name"),
    *("organization_name", "user_email", "api_source"),
)
_IMAGE_COLUMNS = (
    *(
        "start_time",
        "end_time",
        "start_time_iso",
        "end_time_iso",
        "project_id",
        "num_model_requests",
        "user_id",
    ),
    *("api_key_id", "model", "images", "size", "source"),
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a request counts.

    Attributes:
        text: Of the prompt.
        given: Of the pictures that came with it.
        made: Of the pictures that came of it.
    """

    text: int
    given: int
    made: int

    @classmethod
    def of(cls, asked: Asked) -> "Tokens":
        """Counted by the vendor's rules."""
        words = -(-len(asked.prompt.encode()) // 4)
        given = sum(_given(picture) for picture in asked.pictures)
        return cls(words, given, asked.count * asked.model.tokens.tokens(asked.quality, *asked.size))

    @property
    def total(self) -> int:
        """All of them."""
        return self.text + self.given + self.made

    def lines(self, model: Model) -> dict[str, tuple[int, Decimal]]:
        """Quantity and USD by the vendor's list, by cost line."""
        rates = {
            "input_text_tokens": (self.text, model.text_in),
            "input_image_tokens": (self.given, model.image_in),
            "output_image_tokens": (self.made, model.image_out),
        }
        return {line: (count, count * rate / _MILLION) for line, (count, rate) in rates.items() if count}

    def price(self, model: Model) -> Decimal:
        """USD by the vendor's list."""
        return sum((amount for _, amount in self.lines(model).values()), Decimal(0))

    def shown(self) -> dict[str, Any]:
        """As an answer shows them."""
        return {
            "input_tokens": self.text + self.given,
            "input_tokens_details": {"text_tokens": self.text, "image_tokens": self.given},
            "output_tokens": self.made,
            "output_tokens_details": {"image_tokens": self.made, "text_tokens": 0},
            "total_tokens": self.total,
        }


def _given(picture: bytes) -> int:
    height, width = pixels_in(picture, cv2.IMREAD_REDUCED_GRAYSCALE_8).shape[:2]
    return _SQUARE if max(width, height) < 1.2 * min(width, height) else _LONG


@dataclass(frozen=True, slots=True)
class Charged:
    """A request that was charged.

    Attributes:
        at: When.
        model: The version that drew.
        source: ``image.generation`` or ``image.edit``.
        lines: Quantity and USD by cost line.
    """

    at: datetime
    model: str
    source: str
    size: str
    images: int
    lines: dict[str, tuple[int, Decimal]]


# --- questions


@dataclass(frozen=True, slots=True)
class _Question:
    start: int
    end: int
    width: int
    count: int
    group_by: tuple[str, ...]
    only: dict[str, tuple[str, ...]]


def _question(call: Call, kind: Any, most: int | None) -> _Question:
    """Hold a question to the library's types.

    Raises:
        Refused: With the vendor's answer.
    """
    hints = get_type_hints(kind)
    said: dict[str, list[str]] = {}
    for name, value in call.pairs:
        said.setdefault(name.removesuffix("[]"), []).append(value)
    for name, values in said.items():
        if name not in hints:
            raise Refused(
                complaint(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
            )
        _fits(name, values, hints[name])
    if "start_time" not in said:
        message = "Missing required parameter: 'start_time'."
        raise Refused(complaint(400, message, param="start_time", code="missing_required_parameter"))
    width, usual, limit = _WIDTHS[said.get("bucket_width", ["1d"])[-1]]
    limit = most or limit
    count = int(said.get("limit", [str(usual)])[-1])
    if not 1 <= count <= limit:
        message = f"Invalid 'limit': expected 1 to {limit}, but got {count}."
        raise Refused(complaint(400, message, param="limit", code="integer_out_of_range"))
    start = int(said.get("page", said["start_time"])[-1].removeprefix("page_"))
    end = int(said["end_time"][-1]) if "end_time" in said else int(call.now.timestamp()) + 1
    fields = {"models": "model", "sizes": "size", "sources": "source", "line_items": "line_item"}
    fields |= {f"{name}s": name for name in _WHO}
    only = {fields[name]: tuple(values) for name, values in said.items() if name in fields}
    return _Question(start // width * width, end, width, count, tuple(said.get("group_by", ())), only)


def _fits(name: str, values: Sequence[str], hint: Any) -> None:
    whole = hint is int
    inner = get_args(hint)[0] if get_origin(hint) is list else hint
    choices = get_args(inner) if get_origin(inner) is Literal else ()
    for value in values:
        if whole and not value.isdecimal():
            message = f"Invalid type for '{name}': expected an integer."
            raise Refused(complaint(400, message, param=name, code="invalid_type"))
        if choices and value not in choices:
            allowed = ", ".join(f"'{choice}'" for choice in choices)
            message = f"Invalid value: '{value}'. Supported values are: {allowed}."
            raise Refused(complaint(400, message, param=name, code="invalid_value"))


Row = dict[str, Any]


def _grouped(rows: Iterable[Row], names: tuple[str, ...], sums: tuple[str, ...]) -> list[Row]:
    """Rows with the same values under some names become one; other names become ``None``."""
    groups: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        group = groups.setdefault(
            key, dict.fromkeys(row) | dict(zip(names, key, strict=True)) | dict.fromkeys(sums, 0)
        )
        for name in sums:
            group[name] += row[name]
    return list(groups.values())


def _image_rows(charge: Charged) -> list[Row]:
    row = {"images": charge.images, "num_model_requests": 1, "size": charge.size, "source": charge.source}
    return [{**row, **_WHO, "model": charge.model}]


def _cost_rows(charge: Charged) -> list[Row]:
    return [
        {
            "amount": usd,
            "line_item": f"{charge.model}, {line}",
            "quantity": count,
            **_WHO,
            "api_source": "unlabeled",
        }
        for line, (count, usd) in charge.lines.items()
    ]


def _buckets(
    charges: Sequence[Charged],
    question: _Question,
    rows_of: Callable[[Charged], list[Row]],
    sums: tuple[str, ...],
) -> list[tuple[int, list[Row]]]:
    buckets: list[tuple[int, list[Row]]] = []
    stop = min(question.end, question.start + question.count * question.width)
    for start in range(question.start, stop, question.width):
        rows = [
            row
            for charge in charges
            if start <= charge.at.timestamp() < min(start + question.width, question.end)
            for row in rows_of(charge)
            if all(row[name] in wanted for name, wanted in question.only.items())
        ]
        buckets.append((start, _grouped(rows, question.group_by, sums)))
    return buckets


def _page(buckets: list[tuple[int, list[Row]]], question: _Question) -> Row:
    after = question.start + question.count * question.width
    return {
        "object": "page",
        "data": [
            {"object": "bucket", "start_time": start, "end_time": start + question.width, "results": results}
            for start, results in buckets
        ],
        "has_more": after < question.end,
        "next_page": f"page_{after}" if after < question.end else None,
    }


def images_page(call: Call, charges: Sequence[Charged]) -> Row:
    """The answer to ``usage/images``.

    Raises:
        Refused: With the vendor's answer.
    """
    question = _question(call, UsageImagesParams, None)
    buckets = _buckets(charges, question, _image_rows, ("images", "num_model_requests"))
    kind = {"object": "organization.usage.images.result"}
    return _page([(start, [kind | row for row in rows]) for start, rows in buckets], question)


def costs_page(call: Call, charges: Sequence[Charged]) -> Row:
    """The answer to ``costs``.

    Raises:
        Refused: With the vendor's answer.
    """
    question = _question(call, UsageCostsParams, _MOST_COSTS)
    buckets = _buckets(charges, question, _cost_rows, ("amount", "quantity"))
    kind = {"object": "organization.costs.result"}
    shown = [(start, [kind | _cost(row, question) for row in rows]) for start, rows in buckets]
    return _page(shown, question)


def _cost(row: Row, question: _Question) -> Row:
    by_line = "line_item" in question.group_by
    return row | {
        # The vendor writes money as a JSON number.
        "amount": {"value": float(row["amount"]), "currency": "usd"},
        "quantity": row["quantity"] if by_line else None,
        "quantity_unit": "tokens" if by_line else None,
    }


# --- files that a person downloads


def costs_csv(call: Call, charges: Sequence[Charged]) -> bytes:
    """The file of costs: a row for each day and group, an empty one for a day without any.

    Raises:
        Refused: With the vendor's answer.
    """
    question = _question(call, UsageCostsParams, _MOST_COSTS)
    rows: list[Row] = []
    for start, found in _buckets(charges, question, _cost_rows, ("amount", "quantity")):
        frame = _frame(start, question.width)
        for row in found:
            by_line = "line_item" in question.group_by
            owned = {"organization_id": "org-emulated", "organization_name": "Emulated"}
            money = {"amount_value": f"{row['amount']:.30f}", "amount_currency": "usd"}
            counted = (
                {"quantity": row["quantity"], "quantity_unit": "tokens"} if by_line else {"quantity": None}
            )
            rows.append(frame | row | owned | money | counted)
        if not found:
            rows.append(frame)
    return _written(_COST_COLUMNS, rows)


def images_csv(call: Call, charges: Sequence[Charged]) -> bytes:
    """The file of pictures: a row for each span of time and group.

    Raises:
        Refused: With the vendor's answer.
    """
    question = _question(call, UsageImagesParams, None)
    rows: list[Row] = []
    for start, found in _buckets(charges, question, _image_rows, ("images", "num_model_requests")):
        frame = _frame(start, question.width)
        rows += [frame | row for row in found] or [frame]
    return _written(_IMAGE_COLUMNS, rows)


def _frame(start: int, width: int) -> Row:
    ends = {"start_time": start, "end_time": start + width}
    return ends | {f"{name}_iso": datetime.fromtimestamp(at, UTC).isoformat() for name, at in ends.items()}


def _written(columns: tuple[str, ...], rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
    return text.getvalue().encode()
