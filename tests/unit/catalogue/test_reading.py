"""Files of the catalogue are read strictly: whatever is wrong is refused with its line."""

import contextlib
import re
from collections.abc import Callable
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import BadDocument
from picturelock.generate.catalogue import built_in, read

SHIPPED = {
    name: (resources.files("picturelock.generate.catalogue") / "data" / f"{name}.yaml").read_text("utf-8")
    for name in ("kling", "openai", "runway")
}

SMALL = """\
format: picturelock.catalogue/1
sources:
  page: {page: A price page, url: "https://example.com/prices", seen: 2026-01-02, standing: vendor}
token_rules:
  grid: {kind: grid, factors: {low: 16, high: 96}, offset: 2000000, scale: 4000000, source: page}
vendors:
  - name: studio
    currency: USD
    models:
      - name: brush
        operations: [draw]
        versions:
          - {name: brush-1, released: 2026-01-10}
          - {name: brush-2, released: 2026-06-01}
        limits:
          seconds: {choices: [5, 10]}
        life:
          launched: 2026-01-10
          retires: 2027-01-01
        prices:
          - {per: image, amount: 0.05, source: page}
          - {per: second, amount: 0.6, valid_from: 2026-01-01, valid_to: 2026-12-31, source: page}
        output_tokens: grid
"""


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


def refused(text: str) -> BadDocument:
    with pytest.raises(BadDocument) as error:
        read(text)
    return error.value


def test_the_small_file_is_right_before_it_is_made_wrong() -> None:
    vendor = read(SMALL).vendors[0]
    assert str(vendor.models[0].prices[0].amount) == "0.05"
    assert vendor.models[0].prices[0].source.page == "A price page"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("amount: 0.05", "amount: -1", "no amount"),
        ("amount: 0.05", "amount: NaN", "no amount"),
        ("amount: 0.05", "amount: 1e9", "no amount"),
        ("amount: 0.05", "amount: cheap", "Invalid decimal"),
        ("amount: 0.05", "amunt: 0.05", "'amunt' is no field here"),
        ("{per: image, amount: 0.05, source: page}", "{per: image, source: page}", "`amount` is missing"),
        ("{per: image, amount: 0.05, source: page}", "{per: image, amount: 0.05}", "`source` is missing"),
        ("{per: image,", "{per: bucket,", "bucket"),
        ("amount: 0.05, source: page", "amount: 0.05, source: nowhere", "'nowhere' is not among the sources"),
        ("output_tokens: grid", "output_tokens: table", "'table' is not among the token_rules"),
        ("valid_to: 2026-12-31", "valid_to: 2025-12-31", "holds from 2026-01-01 to 2025-12-31"),
        ("valid_to: 2026-12-31", "valid_to: 2026-13-01", "date"),
        ("currency: USD", "currency: dollars", "'dollars' is no currency"),
        ("operations: [draw]", "operations: [paint]", "paint"),
        ("released: 2026-01-10}", "released: 2026-07-01}", "order of their dates"),
        ("retires: 2027-01-01", "retires: 2025-01-01", "launched, then deprecated, then retired"),
        ("choices: [5, 10]", "choices: []", "no length can be ordered"),
        ("scale: 4000000", "scale: 0", "not above zero"),
        ("name: brush-2", "name: brush-1", "given twice"),
        ("name: studio", "name: The Studio", "no name for a vendor"),
        ("standing: vendor", "standing: rumour", "rumour"),
        ("seen: 2026-01-02, ", "", "`seen` is missing"),
        ("format: picturelock.catalogue/1", "format: picturelock.catalogue/2", "catalogue/2"),
        ("    currency: USD", "    currency: USD\n    currency: EUR", "'currency' is given twice"),
        ("source: page}\n          - {per: second", "source: *page}\n          - {per: second", "anchors"),
        ("amount: 0.6", "amount: !!float 0.6", "anchors, aliases and tags"),
        ("choices: [5, 10]", "choices: [5, 10", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, says: str) -> None:
    assert SMALL.count(old) == 1
    planted = SMALL.replace(old, new)
    error = refused(planted)
    assert says in error.message
    first = next(
        n for n, (a, b) in enumerate(zip(SMALL.splitlines(), planted.splitlines(), strict=False), 1) if a != b
    )
    near = {first - 1, first, first + 1} if "\n" in new else {first}
    if new == "choices: [5, 10":
        near = {first, first + 1}  # where the bracket is missed
    if says in {"launched, then deprecated, then retired", "order of their dates"}:
        near = set(range(first - 3, first + 1))  # the list or mapping that does not agree with itself
    assert error.line in near, (error.line, first)


def test_a_price_is_exact_however_it_is_written() -> None:
    for written in ("0.1", '"0.1"', "0.10"):
        row = read(SMALL.replace("amount: 0.05", f"amount: {written}")).vendors[0].models[0].prices[0]
        assert (
            row.amount * 3
            == read(SMALL.replace("amount: 0.05", "amount: 0.3")).vendors[0].models[0].prices[0].amount
        )


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list\n", "format: 3\n"])
def test_what_is_no_catalogue_at_all_is_refused(text: str) -> None:
    refused(text)


def test_a_file_that_is_nested_without_end_is_refused_early() -> None:
    error = refused("format: " + "[" * 5_000)
    assert error.line == 1


@given(text=st.text(max_size=300))
def test_no_text_is_read_with_another_error_than_its_own(text: str) -> None:
    with contextlib.suppress(BadDocument):
        read(text)


@given(place=st.integers(0, len(SMALL) - 1), sign=st.sampled_from(":{}[]-*&!#|>'\"\n \t,0x"))
def test_one_wrong_sign_anywhere_is_read_or_refused_with_a_line_of_the_file(place: int, sign: str) -> None:
    planted = SMALL[:place] + sign + SMALL[place + 1 :]
    line: int | None = 1
    try:
        read(planted)
    except BadDocument as error:
        line = error.line
    assert line is not None
    assert 1 <= line <= len(planted.splitlines()) + 1


# What ships


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_file_is_read(name: str) -> None:
    document = read(SHIPPED[name])
    assert [vendor.name for vendor in document.vendors] == [name]
    assert document.vendors[0] == built_in().vendor(name)


def spoilt(pattern: str, change: Callable[[str], str]) -> list[tuple[str, int, str]]:
    """Each line of each file that the pattern finds, with a mistake planted there."""
    found = []
    for name, text in SHIPPED.items():
        lines = text.splitlines(keepends=True)
        for number, line in enumerate(lines):
            if re.search(pattern, line):
                planted = [*lines[:number], change(line), *lines[number + 1 :]]
                found.append((f"{name}:{number + 1}", number + 1, "".join(planted)))
    return found


PRICES = spoilt(r"- \{per: ", lambda line: re.sub(r"amount: [\d.]+", "amount: -1", line))
SOURCES = spoilt(r"- \{per: ", lambda line: re.sub(r"source: \w+", "source: nowhere", line))
FLAGS = spoilt(r"^          (seed|audio|edit): (true|false)$", lambda line: line.replace(": ", "x: "))


def test_there_are_prices_to_spoil_in_each_file() -> None:
    assert {where.partition(":")[0] for where, _, _ in PRICES} == set(SHIPPED)
    assert len(PRICES) == len(SOURCES) > 90
    assert len(FLAGS) > 90


@pytest.mark.parametrize("planted", [PRICES, SOURCES, FLAGS], ids=["amount", "source", "field"])
def test_a_mistake_in_a_shipped_file_is_told_with_its_line(planted: list[tuple[str, int, str]]) -> None:
    for where, line, text in planted[::7]:
        assert refused(text).line == line, where
