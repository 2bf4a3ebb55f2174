"""The documents run: every command that they show is executed, and what they link to is there."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from picturelock.testing.postgres import Server

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


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _as_typed(path: Path) -> str:
    """A document's blocks as one script that ends at the first line whose exit code is not what the page says.

    Its ports are exchanged for free ones, so that pages may be tried beside each other.
    """
    lines = ["set -e"]
    for line in (
        line for block in shell_blocks(path) for line in block if not line.startswith("pip install")
    ):
        if code := re.search(r"# exit code (\d)", line):
            lines.append(f"found=0; {line.partition(' #')[0]} || found=$?; test $found = {code[1]}")
        else:
            lines.append(line)
    script = "\n".join(lines)
    for port in set(re.findall(r"--port (\d+)", script)):
        script = script.replace(port, str(_free_port()))
    return script


def _type(script: str, where: Path, **environment: str) -> str:
    """Let a shell run it, and end what it left running."""
    env = {**os.environ, **environment, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    log = where / "said"
    with log.open("w") as written:
        shell = subprocess.Popen(
            ["/bin/bash", "-x", "-c", script],
            cwd=where,
            env=env,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    said = log.read_text("utf-8")
    assert code == 0, said
    return said


@pytest.mark.parametrize("name", ["paid-calls.md", "emulators.md"])
def test_the_pages_about_vendors_as_they_are_typed(name: str, tmp_path: Path) -> None:
    assert "_emulator/book" in _type(_as_typed(ROOT / "docs" / name), tmp_path)


def test_the_page_for_teams_as_it_is_typed(tmp_path: Path, postgres: Server) -> None:
    script = _as_typed(ROOT / "docs" / "teams.md")
    for address in sorted(set(re.findall(r"postgresql://\S+", script)), reverse=True):
        script = script.replace(address, shlex.quote(postgres.create()))
    said = _type(script, tmp_path)
    assert "Film: " in said


def test_every_command_says_what_it_does() -> None:
    from picturelock.cli import whole

    def walk(command: object, name: str) -> None:
        assert getattr(command, "help", ""), f"{name} has no help"
        for word, child in getattr(command, "commands", {}).items():
            walk(child, f"{name} {word}")

    walk(whole(), "picturelock")
