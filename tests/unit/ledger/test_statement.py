"""Vendors' statements as files: what is read of them, and what is refused with its line."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import BadDocument, Malformed
from picturelock.ledger.statement import FORMS, Column, Statement, parse_columns, read_statement


def read(data: bytes, vendor: str = "kling") -> Statement:
    return read_statement(data, FORMS[vendor])


DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20).map(str.strip)


@given(
    rows=st.lists(
        st.tuples(WORDS.filter(bool), DAYS, st.decimals(-(10**9), 10**9, places=12), WORDS), max_size=20
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    with_mark=st.booleans(),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, date, Decimal, str]], delimiter: str, *, with_mark: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["job", "day", "amount", "what", "something else"])
    writer.writerows([[job, day.isoformat(), f"{amount:f}", what, "x"] for job, day, amount, what in rows])
    data = text.getvalue().encode("utf-8-sig" if with_mark else "utf-8")
    found = read(data)
    assert [(line.job, line.day, line.amount, line.what) for line in found.lines] == rows
    assert found.by_job


@given(st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001  # given its zone below
def test_moments_are_read_as_days_in_utc_however_they_are_written(moment: datetime) -> None:
    at = moment.replace(microsecond=0, tzinfo=UTC)
    seconds = int(at.timestamp())
    east = at.astimezone(tz=datetime.fromisoformat("2020-01-01T00:00:00+09:00").tzinfo)
    written = [
        str(seconds),
        str(seconds * 1000),
        at.isoformat(),
        east.isoformat(),
        f"{moment:%Y-%m-%d %H:%M:%S} UTC",
    ]
    for text in written:
        found = read(f"day,amount\n{text},1\n".encode())
        assert found.lines[0].day == at.date(), text


def test_the_exports_of_vendors_are_known_by_their_headings() -> None:
    openai = read(
        b"start_time,end_time,amount_value,amount_currency,line_item,project_id\n"
        b'1796601600,1796688000,0.0300000000000001,usd,"gpt-image-2, image output",proj_1\n'
        b"1796688000,1796774400,,,,\n",
        "openai",
    )
    assert (openai.form.name, openai.by_job) == ("OpenAI's cost data", False)
    assert openai.days == (date(2026, 12, 7), date(2026, 12, 8))
    first = openai.lines[0]
    assert (first.model, first.currency, first.amount) == (
        "gpt-image-2",
        "USD",
        Decimal("0.0300000000000001"),
    )
    runway = read(b"date,model,amount\n2026-12-07,gen4.5,-60\n", "runway")
    assert (runway.lines[0].model, runway.lines[0].amount, runway.lines[0].currency) == (
        "gen4.5",
        Decimal(-60),
        "RUNWAYCR",
    )
    kling = read(b"final_unit_deduction,task_id\n1.50,831\n")
    assert (kling.lines[0].job, kling.lines[0].currency, kling.by_job) == ("831", "KLINGUN", True)


def test_amounts_with_thousands_are_read_and_all_others_with_commas_refused() -> None:
    assert read(b'job,amount\n1,"1,234,567.50"\n').lines[0].amount == Decimal("1234567.50")


def test_a_mapping_by_hand_takes_any_headings() -> None:
    form = parse_columns("job = Task ID, amount=Units, day=Done at")
    found = read_statement(b"Task ID;Done at;Units\n7;2026-12-07;3\n", [form], currency="KLINGUN")
    line = found.lines[0]
    assert (line.job, line.day, line.amount, line.currency) == ("7", date(2026, 12, 7), Decimal(3), "KLINGUN")
    assert set(form.columns) == {Column.JOB, Column.AMOUNT, Column.DAY}


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    with pytest.raises(BadDocument) as refused:
        read(b'job,amount,what\n1,1,"two\nlines"\n\n2,?,x\n')
    assert refused.value.line == 5


@pytest.mark.parametrize(
    ("lines", "line", "saying"),
    [
        ([], 1, "is empty"),
        (["task,units"], 1, "no column 'task_id'"),
        (["job,amount", "1,2", "3"], 3, "1 of 2 cells"),
        (["job,amount", "1,two"], 2, "'two' is not an amount"),
        (["job,amount", "1,NaN"], 2, "'NaN' is not an amount"),
        (["job,amount", "1,1e400"], 2, "is not an amount"),
        (["job,amount", "1,1_0"], 2, "is not an amount"),
        (["job,amount", '1,"1,50"'], 2, "'1,50' is not an amount"),
        (["job,amount", "1,"], 2, "has no amount"),
        (["job,day,amount", "1,yesterday,2"], 2, "'yesterday' is not a day"),
        (["job,day,amount", "1,999999999999999,2"], 2, "is not a day"),
        (["job,amount,currency", "1,2,us-dollars"], 2, "'US-DOLLARS' is not a currency"),
        (["job,job,amount", "1,1,2"], 1, "is there twice"),
        (["job,amount", '1,"2'], 2, "unexpected end of data"),
        (["job,amount", "1\udcff,2"], 2, "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    lines: Sequence[str], line: int, saying: str
) -> None:
    data = "\n".join(lines).encode("utf-8", "surrogateescape")
    with pytest.raises(BadDocument) as refused:
        read(data)
    assert (refused.value.line, refused.value.exit_code) == (line, 2)
    assert saying in refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize("columns", ["job", "job=ID", "amount=A", "job=,amount=A", "task=ID,amount=A", ""])
def test_a_mapping_that_says_too_little_is_refused(columns: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_columns(columns)
    assert refused.value.remedy
