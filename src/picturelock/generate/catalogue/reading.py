"""Catalogue files: YAML, read strictly, with the line of whatever is wrong.

Words are text unless they are whole numbers, ``true``, ``false`` or ``null``; a price such as ``0.6`` therefore
arrives as text and becomes an exact decimal, never a float. Anchors, tags and keys given twice are refused. A row names
its source, and a model its token rule, by the short name that the file's own tables give it.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

import yaml

from picturelock.core.codec import built
from picturelock.core.failures import BadDocument
from picturelock.generate.catalogue.values import (
    Document,
    InputTokens,
    ModelFacts,
    Price,
    Rate,
    Size,
    Source,
    TokenGrid,
    TokenTable,
    Validity,
    VendorFacts,
)

_LONGEST = 4_000_000
_DEEPEST = 20
_CODE = re.compile(r"[A-Z]{3,8}")
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,9})?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")

#: Fields that are written as a short name, and the table that has what is meant.
_TABLES = {"source": "sources", "output_tokens": "token_rules", "input_tokens": "token_rules"}


def read(text: str) -> Document:
    """The document in this YAML.

    Raises:
        BadDocument: Not YAML that we take, or not a catalogue; with the line, and what to do.
    """
    root = _compose(text)
    data = _plain(root)
    try:
        _refer(data)
        _check_tables(data)
        document = built(Document, data)
        check(document)
    except BadDocument as error:
        _explain(root, error)
    return document


def check(document: Document) -> None:
    """Hold a document to what its types cannot say.

    Raises:
        BadDocument: The message ends in the path of the value.
    """
    for name, rule in document.token_rules.items():
        _check_tokens(rule, f"$.token_rules.{name}")
    seen: set[str] = set()
    for number, vendor in enumerate(document.vendors):
        path = f"$.vendors[{number}]"
        if vendor.name in seen or not re.fullmatch(r"[a-z][a-z0-9_]*", vendor.name):
            _wrong(f"{vendor.name!r} is no name for a vendor, or is given twice", f"{path}.name")
        seen.add(vendor.name)
        _check_vendor(vendor, path)


def _check_vendor(vendor: VendorFacts, path: str) -> None:
    if vendor.currency and not _CODE.fullmatch(vendor.currency):
        _wrong(f"{vendor.currency!r} is no currency", f"{path}.currency", "Write 3 to 8 capitals.")
    for number, rate in enumerate(vendor.rates):
        _check_row(rate, rate.usd, f"{path}.rates[{number}]")
    taken: set[str] = set()
    for number, model in enumerate(vendor.models):
        where = f"{path}.models[{number}]"
        names = [
            (model.name, f"{where}.name"),
            *((alias, f"{where}.aliases[{place}]") for place, alias in enumerate(model.aliases)),
            *((version.name, f"{where}.versions[{place}]") for place, version in enumerate(model.versions)),
        ]
        for name, place in names:
            if not name or "/" in name or name.strip() != name:
                _wrong(f"{name!r} is no name for a model", place)
            if name in taken:
                _wrong(f"{name!r} is given twice", place, "Keep one of them.")
            taken.add(name)
        _check_model(model, where)


def _check_model(model: ModelFacts, path: str) -> None:
    days = [v.released for v in model.versions if v.released is not None]
    if len(days) != len(model.versions) and len(model.versions) > 1:
        _wrong("one of several versions has no date", f"{path}.versions", "Give each its `released:`.")
    if days != sorted(days):
        _wrong("the versions are not in the order of their dates", f"{path}.versions", "Oldest first.")
    life = model.life
    ends = [d for d in (life.launched, life.deprecated, life.retires) if d is not None]
    if ends != sorted(ends):
        _wrong("a model is launched, then deprecated, then retired", f"{path}.life", "Look at the dates.")
    for number, price in enumerate(model.prices):
        _check_row(price, price.amount, f"{path}.prices[{number}]")
    limits = model.limits
    if limits.seconds is not None and limits.seconds.longest < 1:
        _wrong("no length can be ordered", f"{path}.limits.seconds", "Give `choices`, or `least` and `most`.")
    for tier in limits.picture.tiers if limits.picture else ():
        if tier.sizes and tier.short_side:
            _wrong(f"tier {tier.name!r} has both sizes and a short side", f"{path}.limits.picture.tiers")
    for rule in (model.output_tokens, model.input_tokens):
        if rule is not None:
            _check_tokens(rule, path)


def _check_row(row: Price | Rate, amount: Decimal, path: str) -> None:
    least = row.at_least if isinstance(row, Price) else None
    for value in (amount, least):
        # Decimal itself would take `NaN`, `-1` and `1e9`.
        if value is not None and not _AMOUNT.fullmatch(str(value)):
            _wrong(f"{value} is no amount", path, "Write digits, such as 12 or 0.084.")
    if not row.source.page.strip():
        _wrong("a row names no page as its source", path, "Say where the price was read.")
    _check_validity(row, path)


def _check_validity(row: Validity, path: str) -> None:
    first, last = row.valid_from or date.min, row.valid_to or date.max
    if first > last:
        _wrong(f"the row holds from {first} to {last}", path, "Turn the days round.")


def _check_tokens(rule: TokenGrid | TokenTable | InputTokens, path: str) -> None:
    if isinstance(rule, InputTokens):
        if not 0 <= rule.low <= rule.expected <= rule.high:
            _wrong("tokens do not rise from low to high", path)
    elif isinstance(rule, TokenGrid):
        if rule.scale < 1 or rule.offset < 0 or not rule.factors or min(rule.factors.values()) < 1:
            _wrong("the token formula is not above zero", path)
    else:
        for sizes in rule.rows.values():
            for size, tokens in sizes.items():
                if not Size.pattern.fullmatch(size) or tokens < 1:
                    _wrong(f"{size}: {tokens} is no size with its tokens", path)


def _wrong(message: str, path: str, remedy: str = "") -> NoReturn:
    raise BadDocument(f"{message} - at `{path}`", remedy=remedy)


def _refer(data: dict[str, Any]) -> None:
    """Put in what short names mean."""
    tables = {name: data.get(name) or {} for name in set(_TABLES.values())}
    rules = tables["token_rules"]
    for place, part in (("$.token_rules", rules), ("$.vendors", data.get("vendors"))):
        for mapping, path in _mappings(part, place):
            for key in _TABLES.keys() & mapping.keys():
                mapping[key] = _meant(tables, _TABLES[key], mapping[key], f"{path}.{key}")
            if isinstance(listed := mapping.get("sources"), list):
                mapping["sources"] = [_meant(tables, "sources", s, f"{path}.sources") for s in listed]


def _check_tables(data: dict[str, Any]) -> None:
    """Build each row of the tables by itself: a mistake in the whole would not say in which row it is."""
    kinds = {"sources": Source, "token_rules": TokenGrid | TokenTable | InputTokens}
    for table, kind in kinds.items():
        rows = data.get(table)
        for name, row in rows.items() if isinstance(rows, dict) else ():
            try:
                built(kind, row)
            except BadDocument as error:
                what, _, inside = error.message.partition(" - at `$")
                raise BadDocument(f"{what} - at `$.{table}.{name}{inside or '`'}") from error


def _meant(tables: dict[str, Any], table: str, given: object, path: str) -> object:
    if not isinstance(given, str):
        return given
    has = tables[table]
    if not isinstance(has, dict) or given not in has:
        known = ", ".join(has) if isinstance(has, dict) else ""
        _wrong(f"{given!r} is not among the {table}", path, f"There are: {known or 'none'}.")
    return has[given]


def _mappings(data: object, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(data, dict):
        yield data, path
        for key, value in data.items():
            yield from _mappings(value, f"{path}.{key}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _mappings(value, f"{path}[{number}]")


def _compose(text: str) -> yaml.MappingNode:
    if len(text) > _LONGEST:
        raise BadDocument("the document is larger than 4 million characters")
    try:
        _inspect(text)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise BadDocument(f"not YAML: {problem}", line=mark.line + 1 if mark else None) from error
    if not isinstance(root, yaml.MappingNode):
        raise BadDocument("this is not a mapping", line=1, remedy="Begin it with `format:`.")
    return root


def _inspect(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise BadDocument("anchors, aliases and tags are not taken", line=line, remedy="Write it out.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise BadDocument("the document is nested too deeply", line=line)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise BadDocument("a key is not a word", line=line)
            if key.value in found:
                raise BadDocument(f"{key.value!r} is given twice", line=line, remedy="Keep one of them.")
            found[key.value] = _plain(value)
        return found
    if not isinstance(node, yaml.ScalarNode):
        raise BadDocument("a value is of no kind that we know", line=node.start_mark.line + 1)
    if node.style:  # quoted or folded: text
        return node.value
    if node.value in _WORDS:
        return _WORDS[node.value]
    return int(node.value) if _WHOLE.fullmatch(node.value) else node.value


def _explain(root: yaml.MappingNode, error: BadDocument) -> NoReturn:
    """Raise the error again with its line."""
    found = re.search(r" - at (?:`key` in )?`\$([^`]*)`\Z", error.message)
    message = error.message[: found.start()] if found else error.message
    node: yaml.Node = root
    line, names = 1, []
    for name, number in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", found[1] if found else ""):
        key, child = _child(node, name, number)
        if child is None:
            break
        node, line = child, (key or child).start_mark.line + 1
        names.append(_called(node) or name)
    if field := re.search(r"unknown field `(.*)`", message):
        message = f"{field[1]!r} is no field here"
        line = next((k.start_mark.line + 1 for k, _ in node.value if k.value == field[1]), line)
    elif field := re.search(r"missing required field `(.*)`", message):
        message = f"`{field[1]}` is missing"
    where = ".".join(n for n in names if n)
    raise BadDocument(
        f"{message} (at {where})" if where else message, line=line, remedy=error.remedy
    ) from error


def _child(node: yaml.Node, name: str, number: str) -> tuple[yaml.Node | None, yaml.Node | None]:
    if number and isinstance(node, yaml.SequenceNode) and int(number) < len(node.value):
        return None, node.value[int(number)]
    if name and isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == name), (None, None))
    return None, None


def _called(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return next((v.value for k, v in node.value if k.value == "name"), "")
    return ""
