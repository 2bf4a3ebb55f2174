"""Which catalogue counts here: the one that ships, or that with the prices of the production at work laid over it."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from picturelock.generate.catalogue.overlay import overlaid
from picturelock.generate.catalogue.shelf import Catalogue, built_in
from picturelock.generate.catalogue.values import Document

_laid_out: ContextVar[Catalogue | None] = ContextVar("_laid_out", default=None)


def current() -> Catalogue:
    """The catalogue to plan, check and quote with: what adapters ask."""
    return _laid_out.get() or built_in()


@contextmanager
def using(own: Document | None) -> Generator[None, None, None]:
    """What this thread does inside counts with a production's own prices; with ``None``, with what ships.

    Raises:
        BadDocument: It changes what is no price.
    """
    # What ships is read when somebody asks for it: most films are planned without.
    token = _laid_out.set(None if own is None else overlaid(built_in(), own))
    try:
        yield
    finally:
        _laid_out.reset(token)
