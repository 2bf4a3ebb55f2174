"""The import contracts hold, and each of them breaks when something is planted that it forbids."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("house")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", root / "src", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    return root


def test_the_contracts_hold(copy: Path) -> None:
    found = lint(copy)
    assert found.returncode == 0, found.stdout + found.stderr


PLANTED = {
    "a department that knows a department": ("gate/odd.py", "from picturelock.board import stage\n"),
    "the studio known from below": ("cut/odd.py", "from picturelock.studio import folder\n"),
    "a face known from below": ("studio/odd.py", "from picturelock import cli\n"),
    "the core that reads a file": ("core/odd.py", "import pathlib\n"),
    "the core that reads the environment": ("core/odd.py", "import os\n"),
    "the core that opens a database": ("core/odd.py", "import sqlalchemy\n"),
    "the core that imports in a function": ("core/odd.py", "def f() -> None:\n    import socket\n"),
    "the core that imports for types only": (
        "core/odd.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import asyncio\n",
    ),
    "a department that calls the engine's library": ("review/odd.py", "import dbos\n"),
    "an engine that knows film": ("engine/odd.py", "from picturelock.core import board\n"),
    "a vault that knows the engine": ("vault/odd.py", "from picturelock.engine import port\n"),
    "media that knows a department": ("media/odd.py", "from picturelock.cut import timeline\n"),
    "a package that has no place in the house": ("utils/__init__.py", ""),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_violation_is_found(copy: Path, what: str) -> None:
    name, text = PLANTED[what]
    planted = copy / "src" / "picturelock" / name
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(text)
    try:
        found = lint(copy)
    finally:
        planted.unlink()
        if planted.name == "__init__.py":
            planted.parent.rmdir()
    assert found.returncode != 0, found.stdout
    assert "BROKEN" in found.stdout or "picturelock.utils" in found.stdout + found.stderr


@pytest.mark.parametrize("command", ["status", "plan"])
def test_who_only_looks_does_not_wait_for_the_libraries_of_pictures_and_engine(
    command: str, tmp_path: Path
) -> None:
    """Decoding, the durable engine and HTTP take longer to load than a look at the board takes."""
    (tmp_path / "story.fountain").write_text("INT. ROOM - DAY\n\nANN sits down.\n", "utf-8")
    subprocess.run(
        [sys.executable, "-m", "picturelock", "init", "film", "--script", "story.fountain"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "picturelock", command],
        cwd=tmp_path / "film",
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines()}
    assert "sqlalchemy" in loaded
    assert not loaded & {"numpy", "av", "cv2", "dbos", "httpx"}
