"""The main job by the command line, as a person would do it, on a film that is small enough for every test run."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from picturelock.testing.film import TWO_LAMPS


def picturelock(*words: str, cwd: Path, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "picturelock", *words], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout if expect == 0 else done.stdout + done.stderr


def told(*words: str, cwd: Path) -> Any:
    return json.loads(picturelock(*words, "--json", cwd=cwd))


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "board.yaml"
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is not on the board"
    path.write_text(text.replace(old, new, 1), "utf-8")


def texts(folder: Path) -> dict[str, bytes]:
    """What a revision brings back: its texts and everything of its cut."""
    names = [folder / name for name in ("board.yaml", "production.yaml", "picture.lock")]
    paths = [path for path in (*names, *(folder / "cut").rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def make(home: Path, *more: str) -> Path:
    (home / "two_lamps.fountain").write_text(TWO_LAMPS, "utf-8")
    picturelock("init", "film", "--script", "two_lamps.fountain", "--size", "320x180", *more, cwd=home)
    return home / "film"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished film; tests change copies of it."""
    film = make(tmp_path_factory.mktemp("journey"), "--auto-approve")
    picturelock("run", cwd=film)
    return film


@pytest.fixture
def film(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "film"))


def test_a_script_becomes_a_locked_film(finished: Path) -> None:
    import av

    status = told("status", cwd=finished)
    assert all(unit["standing"] == "chosen" for shot in status["shots"] for unit in shot["units"])
    assert {shot["lock"] for shot in status["shots"]} == {"policy"}
    with av.open(finished / "cut" / "film.mp4") as film:
        assert sum(1 for _ in film.decode(video=0)) == status["frames"]
    lock = json.loads((finished / "picture.lock").read_text("utf-8"))
    assert list(lock["shots"]) == [shot["shot"] for shot in status["shots"]]
    for name in ("film.otio", "film.srt", "film.vtt"):
        assert (finished / "cut" / name).stat().st_size > 0
    assert not told("inbox", cwd=finished)


def test_the_same_script_makes_the_same_bytes_elsewhere(finished: Path, tmp_path: Path) -> None:
    again = make(tmp_path, "--auto-approve")
    picturelock("run", cwd=again)
    assert (again / "picture.lock").read_bytes() == (finished / "picture.lock").read_bytes()
    assert (again / "cut/film.mp4").read_bytes() == (finished / "cut/film.mp4").read_bytes()
    assert (again / "board.yaml").read_bytes() == (finished / "board.yaml").read_bytes()


def test_a_second_run_makes_nothing(film: Path) -> None:
    before = texts(film)
    report = told("run", cwd=film)
    assert report["run"]["made"] == []
    assert report["cut"]["encoded"] == 0
    assert texts(film) == before
    assert told("plan", cwd=film)["items"] == []


def items(plan: Any) -> dict[str, tuple[str, ...]]:
    return {item["unit"]: tuple(item["reasons"]) for item in plan["items"]}


def test_a_word_of_a_contract_touches_its_own_units_only(film: Path) -> None:
    shot = told("status", cwd=film)["shots"][0]["shot"]
    edit(film, "pose: sit", "pose: stand")
    plan = items(told("plan", cwd=film))
    assert set(plan) == {f"{shot}.key", f"{shot}.clip"}
    assert any("pose" in reason for reason in plan[f"{shot}.key"])
    assert plan[f"{shot}.clip"] == (f"follows {shot}.key",)
    report = told("run", cwd=film)
    assert sorted(report["run"]["made"]) == [f"{shot}.clip", f"{shot}.key"]
    # The shot's own body and its fade; every other segment is there already.
    assert 1 <= report["cut"]["encoded"] <= 2
    assert told("plan", cwd=film)["items"] == []


def test_a_colour_of_an_anchor_touches_the_shots_it_is_in(film: Path) -> None:
    board = film / "board.yaml"
    head, _, rest = board.read_text("utf-8").partition("id: char_mara")
    changed = rest.replace("kind: long_coat", "kind: cloak", 1)
    assert changed != rest
    board.write_text(f"{head}id: char_mara{changed}", "utf-8")
    plan = items(told("plan", cwd=film))
    assert plan
    touched = {unit.partition(".")[0] for unit in plan}
    with_her = {
        shot["shot"] for shot in told("status", cwd=film)["shots"] if shot["shot"].startswith("SC010")
    }
    assert touched <= with_her
    keys = [reasons for unit, reasons in plan.items() if unit.endswith(".key")]
    assert all(any("anchor char_mara look.upper.kind" in reason for reason in found) for found in keys)


def test_a_length_touches_the_clip_alone(film: Path) -> None:
    shot = told("status", cwd=film)["shots"][-1]
    edit_last = f"frames: {shot['frames']}"
    text = (film / "board.yaml").read_text("utf-8")
    place = text.rindex(f"code: {shot['shot']}")
    assert edit_last in text[place:]
    new = text[:place] + text[place:].replace(edit_last, f"frames: {shot['frames'] - 12}", 1)
    (film / "board.yaml").write_text(new, "utf-8")
    plan = items(told("plan", cwd=film))
    assert set(plan) == {f"{shot['shot']}.clip"}
    assert any("frames" in reason for reason in plan[f"{shot['shot']}.clip"])
    report = told("run", cwd=film)
    assert report["run"]["made"] == [f"{shot['shot']}.clip"]
    assert report["cut"]["frames"] == told("status", cwd=film)["frames"]


def test_back_to_the_first_revision_and_forward_again(film: Path) -> None:
    last = told("log", cwd=film)[0]["id"]
    now = texts(film)
    picturelock("rollback", "FIRST", cwd=film)
    first = texts(film)
    assert not [name for name in first if name.startswith("cut/")]
    assert json.loads(first["picture.lock"])["shots"] == {}
    picturelock("rollback", last, cwd=film)
    assert texts(film) == now
    assert picturelock("diff", last, "HEAD", cwd=film).strip() == "No difference."
    assert told("run", cwd=film)["run"]["made"] == []


def test_back_to_an_earlier_cut_brings_all_of_it(film: Path) -> None:
    last = told("log", cwd=film)[0]["id"]
    before = texts(film)
    (film / "cut/media/notes.txt").write_text("mine", "utf-8")
    board = (film / "board.yaml").read_text("utf-8")
    (film / "board.yaml").write_text(board.replace("kind: long_coat", "kind: cloak"), "utf-8")
    assert told("run", cwd=film)["run"]["made"]
    after = texts(film)
    assert [name for name in before if name.startswith("cut/media/") and after[name] != before[name]]
    picturelock("rollback", last, cwd=film)
    assert texts(film) == {**before, "cut/media/notes.txt": b"mine"}


def flip(film: Path, digest: str) -> None:
    """A byte in the middle of an object is another one from now on."""
    path = film / ".picturelock/vault/objects" / digest[0] / digest[1:]
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("what", ["segment", "film"])
def test_damage_of_what_is_derived_is_found_and_made_again(film: Path, what: str) -> None:
    whole = texts(film)
    vault = (film / ".picturelock/vault/objects").rglob("*")
    indices = [p for p in vault if p.is_file() and b"picturelock.segment/1" in p.read_bytes()[:40]]
    payload = json.loads(min(indices).read_bytes())["payload"].removeprefix("blake3:")
    digest = payload if what == "segment" else blake3(whole["cut/film.mp4"]).hexdigest()
    flip(film, digest)
    assert f"damaged: blake3:{digest}" in picturelock("verify", cwd=film, expect=1)
    if what == "segment":
        # Another film of the same segments is made, and then this one is asked for again.
        settings = film / "production.yaml"
        settings.write_bytes(whole["production.yaml"] + b"slate: true\n")
        picturelock("cut", cwd=film)
        settings.write_bytes(whole["production.yaml"])
    (film / "cut/film.mp4").unlink()
    picturelock("cut", cwd=film)
    assert texts(film) == whole
    picturelock("verify", "--deep", cwd=film)


def test_a_flipped_byte_is_found_and_named(film: Path) -> None:
    picturelock("verify", "--deep", cwd=film)
    lock = json.loads((film / "picture.lock").read_text("utf-8"))
    pinned = next(iter(lock["shots"].values()))["clip"]["media"].removeprefix("blake3:")
    flip(film, pinned)
    said = picturelock("verify", cwd=film, expect=1)
    assert f"damaged: blake3:{pinned}" in said
    assert ".clip" in said


def test_a_person_decides_where_policy_does_not(tmp_path: Path) -> None:
    film = make(tmp_path)
    said = picturelock("run", "--until", "keyframes", cwd=film, expect=3)
    assert "wait for review" in said
    inbox = told("inbox", cwd=film)
    assert inbox
    first = inbox[0]
    picturelock("reject", first["takes"][0], "--why", "Closer.", cwd=film)
    plan = items(told("plan", "--until", "keyframes", cwd=film))
    assert any("Closer." in reason for reason in plan[first["unit"]])
    picturelock("run", "--until", "keyframes", cwd=film, expect=3)
    takes = told("takes", first["unit"].partition(".")[0], cwd=film)
    assert Counter(v["review"] for v in takes if v["take"]["unit"] == first["unit"]) == {"rejected": 1, "": 1}
    for item in told("inbox", cwd=film):
        picturelock("approve", item["takes"][-1], cwd=film)
    assert told("plan", "--until", "keyframes", cwd=film)["items"] == []
    shot = first["unit"].partition(".")[0]
    assert "no approved take" in picturelock("lock", shot, cwd=film, expect=2)


def test_a_persons_lock_is_not_opened_by_an_edit(film: Path) -> None:
    shot = told("status", cwd=film)["shots"][0]["shot"]
    picturelock("unlock", shot, cwd=film)
    picturelock("lock", shot, cwd=film)
    before = json.loads((film / "picture.lock").read_text("utf-8"))
    edit(film, "pose: sit", "pose: stand")
    plan = told("plan", cwd=film)
    assert {item["action"] for item in plan["items"]} == {"keep"}
    assert told("run", cwd=film)["run"]["made"] == []
    assert json.loads((film / "picture.lock").read_text("utf-8")) == before
    unit = f"{shot}.key"
    assert "is locked" in picturelock("retake", unit, "--note", "Warmer.", cwd=film, expect=2)
    picturelock("unlock", shot, cwd=film)
    assert f"{shot}.key" in told("run", cwd=film)["run"]["made"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.fountain", b"", "empty"),
        ("binary.txt", bytes(range(256)) * 40, ""),
        ("latin.txt", "Die Möwe flog über das Meer.".encode("latin-1"), "utf-8"),
        ("blank.txt", b" \n\n \n", ""),
    ],
)
def test_what_is_no_script_leaves_nothing_behind(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    out = picturelock("init", "film", "--script", name, cwd=tmp_path, expect=2)
    assert said.lower() in out.lower()
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_wrong_words_are_answered_with_a_remedy(film: Path, tmp_path: Path) -> None:
    assert "picturelock init" in picturelock("status", cwd=tmp_path, expect=2)
    assert "Write it like" in picturelock("takes", "shot one", cwd=film, expect=2)
    assert "no take is called" in picturelock("approve", "T-0123456789abcdef", cwd=film, expect=2)
    assert "no revision is" in picturelock("rollback", "yesterday", cwd=film, expect=2)
    assert "otio" in picturelock("export", "film.doc", cwd=film, expect=2)
    board = film / "board.yaml"
    board.write_text(board.read_text("utf-8").replace("pose: sit", "pose: sitting", 1), "utf-8")
    out = picturelock("plan", cwd=film, expect=2)
    assert "line " in out
    assert "sitting" in out


def test_reports_are_written_in_every_form(film: Path) -> None:
    for suffix in ("md", "html", "json"):
        picturelock("report", "retrospective", "-o", f"out.{suffix}", cwd=film)
    found = json.loads((film / "out.json").read_text("utf-8"))
    units = sum(len(shot["units"]) for shot in told("status", cwd=film)["shots"])
    assert (found["units"], found["takes"], found["takes_in_use"]) == (units, units, units)
    assert "<svg" in (film / "out.html").read_text("utf-8")
    assert "First-frame passes" in (film / "out.md").read_text("utf-8")
    picturelock("board", "sheet", "-o", "board.png", cwd=film)
    picturelock("board", "sheet", "--takes", "-o", "takes.png", cwd=film)
    for name in ("board.png", "takes.png"):
        assert (film / name).read_bytes().startswith(b"\x89PNG")


def test_the_board_goes_out_and_comes_in(film: Path) -> None:
    picturelock("board", "export", "out.yaml", cwd=film)
    assert "the same" in picturelock("board", "import", "out.yaml", cwd=film)
    text = (film / "out.yaml").read_text("utf-8").replace("title: Two Lamps", "title: Two More Lamps", 1)
    (film / "out.yaml").write_text(text, "utf-8")
    assert "imported" in picturelock("board", "import", "out.yaml", cwd=film)
    assert told("log", cwd=film)[0]["message"] == "Import a board"
    scene = told("board", "blocking", told("status", cwd=film)["shots"][0]["shot"], cwd=film)
    assert scene["camera"]["lens_mm"] > 0


def test_a_contract_with_gaps_is_held_back_before_anything_is_made(tmp_path: Path) -> None:
    film = make(tmp_path, "--auto-approve")
    text = (film / "board.yaml").read_text("utf-8")
    # A long value goes on in lines that are indented deeper.
    subject = re.compile(r"^( *)subject: .*(?:\n\1 +.*)*", re.MULTILINE)
    (film / "board.yaml").write_text(subject.sub(r"\1subject: ''", text, count=1), "utf-8")
    plan = {item["unit"]: item for item in told("plan", cwd=film)["items"]}
    held = [unit for unit, item in plan.items() if item["action"] == "mend"]
    assert len(held) == 1
    assert any("has no subject" in reason for reason in plan[held[0]]["reasons"])
    assert any(item["unit"] == held[0] and "contract" in item["why"] for item in told("inbox", cwd=film))
    said = picturelock("run", cwd=film, expect=1)
    assert f"! {held[0]}: contract" in said
    assert not [v for v in told("takes", held[0].partition(".")[0], cwd=film) if v["take"]["unit"] == held[0]]
