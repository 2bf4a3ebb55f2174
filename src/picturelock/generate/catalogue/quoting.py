"""What a request will cost, before it is sent. Where no price row says so, nothing is quoted: a guess is never made.

All arithmetic is exact; the result is rounded up to a millionth. The steps of the way: the row that counts for each
thing that is charged, the tokens that a picture will take, and what was assumed on the way, in words.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from picturelock.core import paidcall
from picturelock.core.failures import Conflict, NotFound
from picturelock.core.money import Money
from picturelock.core.take import Operation
from picturelock.core.value import Value
from picturelock.generate.catalogue.asking import PriceRequest, billed_seconds, holds, tier_of
from picturelock.generate.catalogue.shelf import exact_money, precedence
from picturelock.generate.catalogue.values import (
    Entry,
    OutputTokens,
    Per,
    Price,
    Standing,
    TokenGrid,
    When,
)

_MILLION = 1_000_000
_UNSAID = frozenset({"", "auto"})


class Quote(Value, frozen=True, kw_only=True):
    """What a request is expected to cost, in the vendor's currency.

    Attributes:
        model: ``vendor/version``.
        on: The day that it is quoted for.
        low: It will hardly be less.
        high: It will not be more, as far as the vendor's rules are known; what is reserved.
        rows: The price rows that it comes from, the main one first.
        assumptions: What was taken for granted, a sentence each.
    """

    model: str
    on: date
    low: Money
    expected: Money
    high: Money
    rows: tuple[Price, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def row(self) -> Price:
        """The main price row."""
        return self.rows[0]

    def for_call(self) -> paidcall.Quote:
        """As it is kept with a paid call."""
        text = "; ".join(price_line(row, self.low.currency) for row in self.rows)
        return paidcall.Quote(low=self.low, expected=self.expected, high=self.high, row=text)


#: Low, expected, high.
_Range = tuple[Fraction, Fraction, Fraction]


def quote(entry: Entry, request: PriceRequest, on: date) -> Quote:
    """What a request will cost.

    Args:
        entry: The model, pinned.
        request: A length that cannot be ordered is billed as the shortest one that holds it.
        on: The day on which the prices are to hold.

    Raises:
        NotFound: No price is known for it; the remedy says how to add one.
        Conflict: The model does not do this at all, or makes no clip so long; or two rows contradict each other.
    """
    if request.operation not in entry.model.operations:
        does = ", ".join(operation.value for operation in entry.model.operations) or "nothing that is known"
        raise Conflict(f"{entry.name} does not {request.operation.value}", remedy=f"It does: {does}.")
    if request.operation is Operation.ANIMATE:
        total, rows, said = _clip(entry, request, on)
    else:
        total, rows, said = _still(entry, request, on)
    least = max((Fraction(row.at_least) for row in rows if row.at_least is not None), default=Fraction(0))
    if least > total[0]:
        said.append(f"A task costs {_number(least)} {entry.currency} at the least.")
    low, expected, high = (exact_money(max(amount, least), entry.currency) for amount in total)
    said += _told_by(rows)
    return Quote(
        model=entry.name,
        on=on,
        low=low,
        expected=expected,
        high=high,
        rows=tuple(rows),
        assumptions=tuple(dict.fromkeys(said)),
    )


def prompt_tokens(text: str) -> tuple[int, int, int]:
    """Tokens of a prompt: low, expected, high.

    A token of a byte-level vocabulary is at least one byte of UTF-8, so there are never more than bytes; English has
    about four characters to a token, and seldom more than eight.
    """
    size = len(text.encode("utf-8"))
    return -(-size // 8), -(-size // 4), size


def output_tokens(rule: OutputTokens, quality: str, width: int, height: int) -> int | None:
    """Tokens of one picture; ``None`` where the rule does not say."""
    if not isinstance(rule, TokenGrid):
        return rule.rows.get(quality, {}).get(f"{width}x{height}")
    factor = rule.factors.get(quality)
    if factor is None:
        return None
    short, long = sorted((width, height))
    across = (2 * factor * short + long) // (2 * long)
    return -(-factor * across * (rule.offset + width * height) // rule.scale)


def _clip(entry: Entry, request: PriceRequest, on: date) -> tuple[_Range, list[Price], list[str]]:
    said: list[str] = []
    wanted = request.seconds or Fraction(0)
    billed = billed_seconds(entry.model, wanted)
    if billed is None:
        lengths = entry.model.limits.seconds
        longest = lengths.longest if lengths else 0
        raise Conflict(f"{entry.name} makes at most {longest} seconds, not {_number(wanted)}")
    if billed != wanted:
        said.append(f"{_number(wanted)} s are wanted, and {_number(billed)} s have to be ordered.")
    if entry.model.limits.seconds is None:
        said.append("The lengths that can be ordered are not known; the exact length is taken.")
    rows = _rows(entry, request, on, billed)
    main = rows.get(Per.CLIP) or rows.get(Per.SECOND)
    if main is None:
        raise _unknown(entry, request, on, "a second or a clip")
    total = Fraction(main.amount) * (1 if main.per is Per.CLIP else billed)
    used = [main]
    for per, times in ((Per.INPUT_SECOND, request.input_seconds), (Per.INPUT_IMAGE, request.references)):
        if times and (row := rows.get(per)):
            total += Fraction(row.amount) * times
            used.append(row)
    return _thrice(total * request.outputs), used, said


def _still(entry: Entry, request: PriceRequest, on: date) -> tuple[_Range, list[Price], list[str]]:
    rows = _rows(entry, request, on, None)
    if main := rows.get(Per.IMAGE):
        total, used = Fraction(main.amount) * request.outputs, [main]
        if request.references and (row := rows.get(Per.INPUT_IMAGE)):
            total += Fraction(row.amount) * request.references
            used.append(row)
        return _thrice(total), used, []
    if Per.IMAGE_OUTPUT not in rows:
        raise _unknown(entry, request, on, "an image or its tokens")
    return _still_by_tokens(entry, request, on, rows)


def _still_by_tokens(
    entry: Entry, request: PriceRequest, on: date, rows: dict[Per, Price]
) -> tuple[_Range, list[Price], list[str]]:
    out, said = _picture_tokens(entry, request)
    used = [rows[Per.IMAGE_OUTPUT]]
    total = [Fraction(used[0].amount) * tokens * request.outputs for tokens in out]
    counted = request.prompt_tokens
    text = prompt_tokens(request.prompt) if counted is None else (counted, counted, counted)
    if counted is None and request.prompt:
        said.append(f"The prompt is taken as {text[0]} to {text[2]} tokens, likely {text[1]}.")
    inputs = [(Per.TEXT_INPUT, text)]
    if request.pictures:
        rule = entry.model.input_tokens
        if rule is None:
            raise NotFound(
                f"how many tokens {entry.name} counts for a picture that is given to it is not known",
                remedy=_how_to_add(entry, "input_tokens"),
            )
        count = request.pictures
        inputs.append((Per.IMAGE_INPUT, (count * rule.low, count * rule.expected, count * rule.high)))
        said.append(
            f"A given picture counts {rule.low} to {rule.high} tokens ({_cite(rule.source.page, rule.source.seen)})."
        )
    for per, tokens in inputs:
        if not max(tokens):
            continue
        if per not in rows:
            raise _unknown(entry, request, on, per.value.replace("_", " "))
        used.append(rows[per])
        # Whether input is charged once or for every picture that comes out is not known.
        for place, times in enumerate((1, request.outputs, request.outputs)):
            total[place] += Fraction(rows[per].amount) * tokens[place] * times
    if Per.TEXT_OUTPUT in rows:
        said.append("Text that the model writes on the way is charged besides, and is not in this quote.")
    if request.outputs > 1:
        said.append("The input may be charged once or for every picture.")
    low, expected, high = (amount / _MILLION for amount in total)
    return (low, expected, high), used, said


def _picture_tokens(entry: Entry, request: PriceRequest) -> tuple[tuple[int, int, int], list[str]]:
    """Output tokens: low, expected, high."""
    model, rule = entry.model, entry.model.output_tokens
    if rule is None:
        raise NotFound(
            f"how many tokens a picture of {entry.name} takes is not known, only what they cost",
            remedy=_how_to_add(entry, "output_tokens"),
        )
    qualities = model.limits.qualities
    unsaid = request.quality in _UNSAID
    if not unsaid and request.quality not in qualities:
        raise Conflict(
            f"{entry.name} has no quality {request.quality!r}", remedy=f"It has: {', '.join(qualities)}."
        )
    asked = qualities if unsaid else (request.quality,)
    tokens = {quality: output_tokens(rule, quality, request.width, request.height) for quality in asked}
    known = sorted(count for count in tokens.values() if count is not None)
    if not known or len(known) < len(asked):
        raise NotFound(
            f"how many tokens a picture of {request.width}x{request.height} takes at {entry.name} is not known",
            remedy=_how_to_add(entry, "output_tokens"),
        )
    usual = tokens.get(model.limits.usual_quality) if unsaid else known[0]
    likely = usual if usual is not None else known[len(known) // 2]
    said = [
        f"A picture takes {known[0]} to {known[-1]} tokens ({_cite(rule.source.page, rule.source.seen)})."
    ]
    if unsaid:
        said.append("The quality is left to the vendor: from the lowest to the highest.")
    return (known[0], likely, known[-1]), said


def _rows(entry: Entry, request: PriceRequest, on: date, seconds: Fraction | None) -> dict[Per, Price]:
    """The row that counts for each thing that may be charged."""
    tier = tier_of(entry.model, request)
    meant = [
        row
        for row in entry.model.prices
        if row.in_force(on)
        and holds(row.when, tier=tier, quality=request.quality, seconds=seconds, request=request)
    ]
    found: dict[Per, Price] = {}
    for per in Per:
        if row := _that_counts(entry, [row for row in meant if row.per is per]):
            found[per] = row
    return found


def in_force(entry: Entry, per: Per, on: date) -> Price | None:
    """The row that counts on a day for something that costs the same whatever is asked; ``None`` where none is known.

    Raises:
        Conflict: Two rows contradict each other.
    """
    rows = [r for r in entry.model.prices if r.per is per and r.when == When() and r.in_force(on)]
    return _that_counts(entry, rows)


def _that_counts(entry: Entry, rows: list[Price]) -> Price | None:
    if not rows:
        return None
    first = max(rows, key=precedence)
    rivals = [row for row in rows if precedence(row) == precedence(first)]
    if len({(rival.amount, rival.at_least) for rival in rivals}) > 1:
        amounts = " and ".join(_number(Fraction(rival.amount)) for rival in rivals)
        raise Conflict(
            f"two price rows of {entry.name} contradict each other: "
            f"{amounts} {entry.currency} per {first.per.value.replace('_', ' ')}",
            remedy="Say in the production's prices.yaml which one holds, with a later date.",
        )
    return first


def _unknown(entry: Entry, request: PriceRequest, on: date, what: str) -> NotFound:
    tier = tier_of(entry.model, request)
    asked = [
        f"{request.width}x{request.height}",
        *([tier] if tier else []),
        *([request.quality] if request.quality and request.quality != tier else []),
    ]
    asked.append("with audio" if request.audio else "silent")
    asked += ["an edit"] if request.edit else []
    return NotFound(
        f"no price of {entry.name} for {what} is known on {on} ({', '.join(asked)}); nothing was sent or charged",
        remedy=_how_to_add(entry, "prices"),
    )


def _how_to_add(entry: Entry, field: str) -> str:
    return (
        f"Add `{field}` to the model {entry.model.name!r} of the vendor {entry.vendor!r} in the production's prices.yaml, "
        "with the page where you read it and the day."
    )


def _told_by(rows: Iterable[Price]) -> list[str]:
    said = []
    for row in rows:
        if row.own:
            said.append(f"The price is the production's own ({_cite(row.source.page, row.source.seen)}).")
        elif row.source.standing is not Standing.VENDOR:
            said.append(
                f"The price was not read at the vendor but in {_cite(row.source.page, row.source.seen)}."
            )
        if row.note:
            said.append(row.note)
    return said


def price_line(row: Price, currency: str) -> str:
    """A price row for people: ``12 RUNWAYCR per second, seen 2026-10-21 in …``."""
    least = f", at least {_number(Fraction(row.at_least))}" if row.at_least is not None else ""
    under = f" ({', '.join(when)})" if (when := _when(row)) else ""
    return (
        f"{_number(Fraction(row.amount))} {currency} per {row.per.value.replace('_', ' ')}{under}{least}, "
        f"seen {row.source.seen} in {row.source.page}"
    )


def price_words(row: Price) -> str:
    """The amount of a row and what it is meant for: ``0.9 (std, with audio)``."""
    under = _when(row)
    if row.at_least is not None:
        under.append(f"at least {_number(Fraction(row.at_least))} a task")
    return _number(Fraction(row.amount)) + (f" ({', '.join(under)})" if under else "")


def _when(row: Price) -> list[str]:
    when = [*row.when.tiers, *row.when.qualities, *(f"{s} s" for s in row.when.seconds)]
    if row.when.audio is not None:
        when.append("with audio" if row.when.audio else "silent")
    if row.when.edit is not None:
        when.append("edit" if row.when.edit else "no edit")
    return when


def _cite(page: str, seen: date) -> str:
    return f"{page}, {seen}"


def _number(value: Fraction) -> str:
    """Exact where it is a decimal, otherwise three digits."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def _thrice(amount: Fraction) -> _Range:
    return amount, amount, amount
