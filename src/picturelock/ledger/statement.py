"""A vendor's statement as CSV: its usage export, or an invoice's lines. What cannot be read is refused with its line.

Vendors name their columns differently and change them. A form says which column means what; the first whose columns are
all there is taken. Anything else is read with a mapping that a person gives.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

import msgspec

from picturelock.core.failures import BadDocument, Malformed
from picturelock.core.value import Value


class Column(StrEnum):
    """What a column means.

    Attributes:
        JOB: The vendor's name for the job.
        NAME: Our name for it, where the vendor takes one.
        DAY: A date, a moment, or seconds or milliseconds since 1970. Without a zone it is UTC.
        MODEL: The model; what follows a comma in it is a part of its price, such as ``input``.
        AMOUNT: Below zero for a refund.
        CURRENCY: A code.
        WHAT: In the vendor's words.
    """

    JOB = "job"
    NAME = "name"
    DAY = "day"
    MODEL = "model"
    AMOUNT = "amount"
    CURRENCY = "currency"
    WHAT = "what"


class Form(Value, frozen=True, kw_only=True):
    """Which column of a statement means what.

    Attributes:
        columns: The heading of each column that is read.
        optional: Columns that need not be there, as long as a job, a name or a day is.
        currency: Of amounts that have no column for it; empty for the vendor's own.
    """

    name: str
    columns: Mapping[Column, str]
    optional: frozenset[Column] = frozenset()
    currency: str = ""


_OURS = Form(
    name="Picturelock's own headings",
    columns={column: column.value for column in Column},
    optional=frozenset(Column) - {Column.AMOUNT},
)

FORMS: Mapping[str, Sequence[Form]] = {
    # The export of cost data in OpenAI's dashboard, best grouped by line item: a row a day and line, and an empty one
    # for a day without any. It knows no single request.
    "openai": (
        Form(
            name="OpenAI's cost data",
            columns={
                Column.DAY: "start_time",
                Column.MODEL: "line_item",
                Column.AMOUNT: "amount_value",
                Column.CURRENCY: "amount_currency",
            },
        ),
    ),
    # What Runway's usage endpoint tells: net credits a day and model. The headings of its own files are not known
    # here, so these are the endpoint's words.
    "runway": (
        Form(
            name="Runway's usage by day and model",
            columns={Column.DAY: "date", Column.MODEL: "model", Column.AMOUNT: "amount"},
            currency="RUNWAYCR",
        ),
    ),
    # The fields of Kling's tasks. The headings of its own files are not known here.
    "kling": (
        Form(
            name="Kling's tasks",
            columns={
                Column.JOB: "task_id",
                Column.NAME: "external_task_id",
                Column.DAY: "created_at",
                Column.AMOUNT: "final_unit_deduction",
            },
            optional=frozenset({Column.NAME, Column.DAY}),
            currency="KLINGUN",
        ),
    ),
}
"""The forms that are known, by vendor."""

_MATCHED_BY = {Column.JOB, Column.NAME, Column.DAY}
_SECONDS_AT_MOST = 10**11
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_CURRENCY = re.compile(r"[A-Z]{3,8}")
_SAMPLE = 64_000


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a statement.

    Attributes:
        number: In the file, from 1; the heading is the first.
        amount: Exact, however fine; ``None`` for a line that only says that a day had nothing.
    """

    number: int
    day: date | None
    model: str
    job: str
    name: str
    amount: Decimal | None
    currency: str
    what: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was read whole.

    Attributes:
        by_job: It names single jobs; else it gives sums of days.
    """

    form: Form
    lines: tuple[StatementLine, ...]
    by_job: bool

    @property
    def days(self) -> tuple[date, ...]:
        """The days that it tells of, in order; of a statement of jobs, those of its lines."""
        return tuple(sorted({line.day for line in self.lines if line.day is not None}))


def parse_columns(text: str) -> Form:
    """A mapping as people write it: ``job=Task ID,day=Created,amount=Credits``.

    Raises:
        Malformed: It is not written so, or says too little.
    """
    columns: dict[Column, str] = {}
    for part in text.split(","):
        word, equals, heading = (piece.strip() for piece in part.partition("="))
        if not equals or not heading or word not in set(Column):
            raise Malformed(
                f"{part.strip()!r} does not say what a column means",
                remedy=f"Write it like job=ID,amount=Credits. The meanings are: {', '.join(Column)}.",
            )
        columns[Column(word)] = heading
    if Column.AMOUNT not in columns or not columns.keys() & _MATCHED_BY:
        raise Malformed(
            "a statement needs an amount, and a job, a name or a day to match it by",
            remedy="Name their columns, like job=ID,amount=Credits.",
        )
    return Form(name="columns as given", columns=columns)


def read_statement(
    data: bytes, forms: Sequence[Form], *, currency: str = "", only: Mapping[str, str] | None = None
) -> Statement:
    """Read a statement.

    Args:
        data: UTF-8, with commas, semicolons or tabs.
        forms: To choose from by the headings; see :data:`FORMS`.
        currency: Of amounts whose line does not say it; before the form's own.
        only: Lines that have these values in these columns; all by default.

    Raises:
        BadDocument: It cannot be read, or a line is not what it should be; the message has the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadDocument("the statement is not UTF-8", line=line, remedy="Save it as UTF-8.") from error
    rows = _rows(text)
    try:
        _, headings = next(rows)
    except StopIteration as error:
        raise BadDocument(
            "the statement is empty", line=1, remedy="Export it again with its headings."
        ) from error
    if len(set(headings)) != len(headings):
        twice = next(name for name in headings if headings.count(name) > 1)
        raise BadDocument(f"the heading {twice!r} is there twice", line=1, remedy="Rename one of them.")
    form = _form(headings, (*forms, _OURS))
    wanted = dict(only or {})
    for name in wanted:
        if name not in headings:
            raise BadDocument(f"no column is called {name!r}", line=1, remedy=_has(headings))
    lines: list[StatementLine] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(headings):
            raise BadDocument(
                f"the line has {len(cells)} of {len(headings)} cells",
                line=number,
                remedy="Export it again, or mend the line.",
            )
        row = dict(zip(headings, cells, strict=True))
        if all(row[name] == value for name, value in wanted.items()):
            lines.append(_line(number, row, form, currency))
    by_job = bool(form.columns.keys() & {Column.JOB, Column.NAME})
    return Statement(form, tuple(lines), by_job)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row and the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise BadDocument(str(error), line=reader.line_num, remedy="Export the statement again.") from error


def _delimiter(text: str) -> str:
    heading = text[:_SAMPLE].partition("\n")[0]
    return max((",", ";", "\t"), key=heading.count)


def _form(headings: Sequence[str], forms: Sequence[Form]) -> Form:
    for form in forms:
        present = {column: name for column, name in form.columns.items() if name in headings}
        if present.keys() >= form.columns.keys() - form.optional and present.keys() & _MATCHED_BY:
            return msgspec.structs.replace(form, columns=present)
    needed = [name for column, name in forms[0].columns.items() if column not in forms[0].optional]
    missing = ", ".join(repr(name) for name in needed if name not in headings)
    raise BadDocument(
        f"the statement has no column {missing or 'for a job or a day'}",
        line=1,
        remedy=f"{_has(headings)} Say which is which, like --columns day=…,model=…,amount=….",
    )


def _has(headings: Sequence[str]) -> str:
    return f"It has: {', '.join(headings)}."


def _line(number: int, row: Mapping[str, str], form: Form, currency: str) -> StatementLine:
    def cell(column: Column) -> str:
        heading = form.columns.get(column)
        return row[heading] if heading is not None else ""

    day = _day(number, cell(Column.DAY)) if Column.DAY in form.columns else None
    amount = _amount(number, cell(Column.AMOUNT)) if cell(Column.AMOUNT) else None
    about = [cell(column) for column in (Column.JOB, Column.NAME, Column.MODEL)]
    if amount is None and (day is None or any(about)):
        raise BadDocument("the line has no amount", line=number, remedy="Export it again, or mend the line.")
    code = (cell(Column.CURRENCY) or currency or form.currency).upper()
    if amount is not None and code and not _CURRENCY.fullmatch(code):
        raise BadDocument(f"{code!r} is not a currency", line=number, remedy="Use a code such as USD.")
    return StatementLine(
        number=number,
        day=day,
        model=cell(Column.MODEL).partition(",")[0].strip(),
        job=cell(Column.JOB),
        name=cell(Column.NAME),
        amount=amount,
        currency=code,
        what=cell(Column.WHAT) or cell(Column.MODEL),
    )


def _day(number: int, text: str) -> date:
    try:
        if re.fullmatch(r"\d{9,14}(\.\d+)?", text):
            moment = float(text)
            return datetime.fromtimestamp(moment if moment < _SECONDS_AT_MOST else moment / 1000, UTC).date()
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except (ValueError, OverflowError, OSError) as error:
        raise BadDocument(
            f"{text!r} is not a day", line=number, remedy="Write days like 2026-11-20, or as Unix time."
        ) from error
    return (found.astimezone(UTC) if found.tzinfo is not None else found).date()


def _amount(number: int, text: str) -> Decimal:
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or "_" in plain or abs(amount) > Decimal(10) ** 12:
        raise BadDocument(
            f"{text!r} is not an amount",
            line=number,
            remedy="Write amounts like 12.50, without a currency's sign.",
        )
    return amount
