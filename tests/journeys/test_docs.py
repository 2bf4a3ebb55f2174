"""The documents run: every command that they show is executed, and what they link to is there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def shell_blocks(path: Path) -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    return [[line for line in block.splitlines() if line.strip()] for block in blocks]


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_make_knows_the_targets_that_documents_name() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target
        for path in DOCS
        for block in shell_blocks(path)
        for line in block
        for target in re.findall(r"^make ([a-z-]+)", line)
    }
    assert {"demo", "test"} <= named <= targets


def test_the_five_minutes_of_the_readme(tmp_path: Path) -> None:
    """All blocks from the one that makes a production on, one after another, as a person would type them.

    Pictures are half the size, so that five minutes are two.
    """
    shutil.copytree(ROOT / "src" / "picturelock" / "examples", tmp_path / "src" / "picturelock" / "examples")
    blocks = shell_blocks(ROOT / "README.md")
    first = next(n for n, block in enumerate(blocks) if any("picturelock init" in line for line in block))
    lines = [line for block in blocks[first:] for line in block if not line.startswith("make ")]
    assert len(lines) > 10
    where, env = tmp_path, {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for line in lines:
        if line.startswith(". .venv"):
            continue
        if line.startswith("cd "):
            where = where / line.removeprefix("cd ").strip()
            continue
        expect = 3 if "exit code 3" in line else 0
        said = line.partition("#")[0].replace("--size 640x360", "--size 320x180")
        done = subprocess.run(
            shlex.split(said), cwd=where, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == expect, f"{line}\n{done.stdout}\n{done.stderr}"
        if "run --auto-approve" in line:
            assert (where / "cut" / "film.mp4").stat().st_size > 0


def test_every_command_says_what_it_does() -> None:
    from picturelock.cli.commands import cli

    def walk(command: object, name: str) -> None:
        assert getattr(command, "help", ""), f"{name} has no help"
        for word, child in getattr(command, "commands", {}).items():
            walk(child, f"{name} {word}")

    walk(cli, "picturelock")
