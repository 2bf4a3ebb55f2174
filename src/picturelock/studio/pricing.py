"""A production's own prices: ``prices.yaml`` beside ``production.yaml``, laid over the catalogue where work is priced."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from picturelock.core.failures import BadDocument
from picturelock.generate.catalogue import read, using
from picturelock.generate.catalogue.values import Document
from picturelock.studio.folder import Folder

NAME = "prices.yaml"

P = ParamSpec("P")
R = TypeVar("R")


def own_prices(folder: Folder) -> Document | None:
    """What the production's file says; ``None`` where there is no such file.

    Raises:
        BadDocument: It cannot be read; the message has the line.
    """
    path = folder.root / NAME
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise BadDocument(f"{NAME} is not UTF-8", remedy="Save it as UTF-8.") from error
    return _read(text)


@contextmanager
def priced(folder: Folder) -> Generator[None, None, None]:
    """What this thread does inside is planned, checked and quoted with the production's own prices.

    Raises:
        BadDocument: The file cannot be read, or changes what is no price.
    """
    with using(own_prices(folder)):
        yield


def pricing(folder: Folder, function: Callable[P, R]) -> Callable[P, R]:
    """The function, with the production's own prices as they are when it is called."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        with priced(folder):
            return function(*args, **kwargs)

    return called


@lru_cache(maxsize=4)
def _read(text: str) -> Document:
    try:
        return read(text)
    except BadDocument as error:
        named = BadDocument(f"{NAME}, {error.message}", remedy=error.remedy)
        named.line = error.line
        raise named from error
