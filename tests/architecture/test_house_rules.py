"""Rules of the house that a linter does not know."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_no_room_is_called_utils() -> None:
    assert not [
        p for p in SOURCES if {"utils", "util", "helpers", "common", "misc"} & {p.stem, p.parent.name}
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src" / "picturelock")))
def test_time_and_chance_come_from_outside(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        said = ast.unparse(node.func)
        if said in {"datetime.now", "time.time", "datetime.utcnow", "datetime.today"}:
            assert path.name == "timekeeping.py", f"{said} in {path}: take a Clock"
        if said in {"random.random", "random.choice", "random.shuffle", "np.random.default_rng"}:
            assert node.args, f"{said} in {path} has no seed"


def test_nothing_names_this_machine_or_a_registry() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org"]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    # An unpacked archive has no index; there, look at everything that ships.
    unpacked = [str(p.relative_to(ROOT)) for p in SOURCES]
    names = unpacked if tracked.returncode != 0 else tracked.stdout.split()
    for name in names:
        path = ROOT / name
        if path.suffix in {".png", ".mp4", ".wav", ".onnx"} or not path.is_file():
            continue
        text = path.read_text("utf-8", errors="ignore")
        assert not [host for host in hosts if host in text], name
