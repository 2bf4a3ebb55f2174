"""What docstrings show is so."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import picturelock

SOURCE = Path(picturelock.__file__).parent
SHOWING = sorted(path for path in SOURCE.rglob("*.py") if ">>> " in path.read_text("utf-8"))


assert SHOWING


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.stem)
def test_what_a_docstring_shows_is_so(path: Path) -> None:
    name = ".".join(("picturelock", *path.relative_to(SOURCE).with_suffix("").parts))
    found = doctest.testmod(import_module(name.removesuffix(".__init__")))
    assert found.attempted
    assert not found.failed
