"""The whole way on the included screenplay. Run again, it goes on where it stands, and makes nothing twice."""

from importlib import resources
from pathlib import Path

from picturelock.cli.commands import write_report
from picturelock.cli.output import progress, say
from picturelock.core.failures import GenerationFailed
from picturelock.core.policy import Format
from picturelock.studio.facade import Studio

SCREENPLAY = "the_last_lamp.fountain"
#: Small enough that two processors make the film while a newcomer reads the README.
PICTURE = Format(width=1280, height=720)


def make_demo(folder: Path) -> None:
    """Script in, locked cut out.

    Raises:
        GenerationFailed: A unit could not be made or did not pass its gate.
    """
    if (folder / "production.yaml").exists():
        say(f"Going on in {folder}")
        studio = Studio.open(folder)
    else:
        source = resources.files("picturelock.examples") / SCREENPLAY
        with resources.as_file(source) as script:
            studio, found = Studio.start(folder, script, picture=PICTURE, auto_approve=True)
        say(f"{found.title}: {found.scenes} scenes, {found.shots} shots, {found.units} units")
    with studio:
        with progress("Making") as tick:
            report = studio.run(auto=True, on_progress=lambda p: tick(p.done, p.total, p.label))
        for unit, why in report.failed.items():
            say(f"! {unit}: {why}")
        for item in studio.inbox():
            say(f"? {item.unit}: {item.why}")
        if report.failed or report.waiting:
            raise GenerationFailed(
                f"{len(report.failed)} units failed and {len(report.waiting)} wait for review",
                remedy=f"Look with `picturelock -C {folder} inbox`.",
            )
        with progress("Cutting") as tick:
            film = studio.cut(on_progress=tick)
        reports = studio.production.folder.sheets
        reports.mkdir(parents=True, exist_ok=True)
        (reports / "board.png").write_bytes(studio.board_sheet())
        (reports / "takes.png").write_bytes(studio.takes_sheet())
        found = studio.retrospective()
        for suffix in (".md", ".html", ".json"):
            write_report(found, reports / f"retrospective{suffix}")
        here = studio.production.folder
        rate = studio.production.settings().picture.frame_rate
        say()
        say(f"{len(report.made)} takes made, {film.frames} frames = {float(rate.seconds(film.frames)):.2f} s")
        for name, path in (
            ("Film", film.path),
            ("Captions", film.captions),
            ("Timeline", film.otio),
            ("Lock", here.locks),
            ("Board", here.board),
            ("Contact sheet", reports / "board.png"),
            ("All takes", reports / "takes.png"),
            ("Report", reports / "retrospective.html"),
        ):
            say(f"{name + ':':15}{_short(Path(path))}")


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
