"""From chosen takes to a film, its captions and its interchange files."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from picturelock.core.anchor import Value
from picturelock.core.board import Scene, Shot
from picturelock.core.codec import canonical
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, Damaged
from picturelock.core.frametime import FrameRange
from picturelock.core.ids import ShotCode, TakeId
from picturelock.core.take import Take
from picturelock.cut.assemble import assemble
from picturelock.cut.timeline import Cut, Dialogue, Event, caption_files, settled
from picturelock.db import tables
from picturelock.history.worktree import write_whole
from picturelock.studio import facts as store
from picturelock.studio.looking import look
from picturelock.studio.planning import Snapshot
from picturelock.studio.production import Production

#: ISO 639-2 codes of the languages that scripts are read in.
_LANGUAGES = {"en": "eng", "zh": "zho"}
_PLACED = re.compile(rf"{ShotCode.pattern.pattern}(?:_voice_\d+)?\.(?:mp4|wav)")


class CutReport(Value, frozen=True, kw_only=True):
    """A film that was assembled.

    Attributes:
        missing: Shots that a card stands in for.
        encoded: Segments that were encoded now.
        reused: Segments that were there before.
    """

    film: Digest
    path: str
    otio: str
    captions: str
    frames: int
    shots: int
    missing: tuple[ShotCode, ...]
    encoded: int
    reused: int


def film_cut(production: Production, snapshot: Snapshot) -> Cut:
    """The timeline of the takes in use: locked ones, else approved ones; a card where there is none."""
    found, _ = look(production, snapshot)
    in_use: dict[str, TakeId] = {}
    for wish in found:
        lock = snapshot.locks.lock(wish.unit.id)
        take = lock.take if lock else wish.in_use
        if take is not None:
            in_use[wish.unit.id] = take
    with production.reading() as connection:
        takes = store.read_some_takes(connection, production.name, in_use.values())
    board, settings = snapshot.board, snapshot.settings
    chosen = {unit: takes[name] for unit, name in in_use.items() if name in takes}
    events = [_event(snapshot, scene, shot, chosen) for scene in board.scenes for shot in scene.shots]
    if not events:
        raise Conflict("the board has no shot", remedy="Break a script down first: `picturelock breakdown`.")
    cut_together, _ = settled(
        Cut(
            title=settings.title,
            picture=settings.picture,
            events=tuple(events),
            leader=settings.picture.frame_rate.frames(2) if settings.slate else 0,
            language=_LANGUAGES.get(board.language, "und"),
        )
    )
    return cut_together


def _event(snapshot: Snapshot, scene: Scene, shot: Shot, chosen: dict[str, Take]) -> Event:
    handles = snapshot.settings.picture.handles
    clip = chosen.get(f"{shot.code}.clip")
    rate = snapshot.settings.picture.frame_rate
    spoken: list[Dialogue] = []
    for speech in shot.speeches:
        take = chosen.get(f"{shot.code}.voice_{speech.number:02d}")
        if take is None:
            continue
        spoken.append(
            Dialogue(
                sound=take.media,
                start=speech.start,
                # A sound's length is counted at 24 frames a second wherever it is used.
                frames=-(-take.duration_frames * rate.numerator // (24 * rate.denominator)),
                text=speech.caption or speech.text,
                speaker=snapshot.board.anchor(speech.speaker).name,
            )
        )
    # A clip of an earlier board may be too short for the shot as it is now: a card is honest, a frozen frame is not.
    available = clip.duration_frames if clip else 0
    if available < handles + shot.frames:
        clip, available = None, 0
    return Event(
        shot=shot.code,
        media=clip.media if clip else None,
        source=FrameRange(handles, handles + shot.frames) if clip else FrameRange(0, shot.frames),
        available=available,
        transition=shot.transition,
        fade_out=shot.fade_out,
        dialogue=tuple(spoken),
        title=shot.description,
        marks=tuple(mark.what for mark in shot.marks),
    )


def cut(
    production: Production,
    author: str,
    *,
    output: Path | None = None,
    workers: int = 2,
    on_progress: Callable[[int, int], None] | None = None,
) -> CutReport:
    """Assemble the film, keep it, and put it with captions and OpenTimelineIO where people look.

    Args:
        production: Whose takes.
        author: Who cuts.
        output: Also writes the film there.
        workers: Segments encoded at once.
        on_progress: Segments done and in all.
    """
    snapshot = production.snapshot()
    plan = film_cut(production, snapshot)
    made = assemble(
        plan,
        production.vault,
        production.folder.cache / "cut",
        workers=workers,
        progress=on_progress,
    )
    timeline = production.vault.put(canonical(plan))
    laid_out = lay_out(production, plan, made.film)
    with production.reading() as connection:
        last = connection.execute(
            sa.select(tables.cut.c.film, tables.cut.c.timeline)
            .where(tables.cut.c.production == production.name)
            .order_by(tables.cut.c.number.desc())
            .limit(1)
        ).one_or_none()
    if last is None or (last.film, last.timeline) != (made.film, timeline):
        with production.writing() as connection:
            connection.execute(
                sa.insert(tables.cut).values(
                    production=production.name,
                    film=made.film,
                    timeline=timeline,
                    manifest=timeline,
                    frames=made.frames,
                    encoded_segments=made.encoded_segments,
                    reused_segments=made.reused_segments,
                    at=production.clock.now(),
                )
            )
    production.commit("Cut the film", author, cut=made.film, timeline=timeline)
    if output is not None:
        write_whole(output, production.vault.read(made.film))
    return CutReport(
        film=made.film,
        path=str(output or laid_out.film),
        otio=str(laid_out.otio),
        captions=str(laid_out.captions or ""),
        frames=made.frames,
        shots=len(plan.events),
        missing=tuple(event.shot for event in plan.events if event.media is None),
        encoded=made.encoded_segments,
        reused=made.reused_segments,
    )


class LaidOut(NamedTuple):
    """Where a cut lies for people; no captions where nobody speaks."""

    film: Path
    otio: Path
    captions: Path | None


def lay_out(production: Production, plan: Cut, film: Digest) -> LaidOut:
    """Put a film with its captions, timeline and media where people look, and nothing of another cut beside it.

    Raises:
        Damaged: The film, or a clip of it, is not what it was.
    """
    folder = production.folder.cut
    laid_out = LaidOut(folder / "film.mp4", folder / "film.otio", None)
    _place(production, film, laid_out.film)
    spoken = caption_files(plan)
    for suffix in ("vtt", "srt"):
        path = folder / f"film.{suffix}"
        if suffix in spoken:
            _write(path, spoken[suffix])
            laid_out = laid_out._replace(captions=path)
        else:
            path.unlink(missing_ok=True)
    export(production, laid_out.otio, plan)
    kept = set(_names(plan).values())
    for path in _media(folder):
        if f"{path.parent.name}/{path.name}" not in kept:
            path.unlink()
    return laid_out


def clear(production: Production) -> None:
    """Take every file of a cut from where people look."""
    folder = production.folder.cut
    for path in (*(folder / f"film.{suffix}" for suffix in ("mp4", "otio", "srt", "vtt")), *_media(folder)):
        path.unlink(missing_ok=True)


def _media(folder: Path) -> list[Path]:
    """Files that an earlier cut put beside its timeline; what a person has put there is another's."""
    return [path for path in (folder / "media").glob("*") if _PLACED.fullmatch(path.name)]


def _place(production: Production, digest: Digest, path: Path) -> None:
    """The object as a file for people, unless it is that already."""
    if path.exists() and path.stat().st_size == production.vault.size(digest):
        with path.open("rb") as file:
            if Digest.of_chunks(iter(lambda: file.read(1 << 20), b"")) == digest:
                return
    data = production.vault.read(digest)
    if Digest.of(data) != digest:
        raise Damaged(
            f"{path.name} cannot be put into {path.parent}: {digest} is not what it was",
            remedy="`picturelock cut` makes a film again; what else is damaged, `picturelock verify --deep` names.",
        )
    write_whole(path, data)


def _write(path: Path, data: bytes) -> None:
    """A file for people, unless it is that already."""
    if not path.exists() or path.read_bytes() != data:
        write_whole(path, data)


def _names(plan: Cut) -> dict[Digest, str]:
    names: dict[Digest, str] = {}
    for event in plan.events:
        if event.media is not None:
            names[event.media] = f"media/{event.shot}.mp4"
        for number, line in enumerate(event.dialogue, start=1):
            names[line.sound] = f"media/{event.shot}_voice_{number}.wav"
    return names


def export(production: Production, path: Path, plan: Cut) -> tuple[str, ...]:
    """Write a cut as an interchange file, with its media beside it under readable names.

    Args:
        production: Whose takes.
        path: Its suffix names the format.
        plan: The cut.

    Returns:
        What the format could not carry.

    Raises:
        NotFound: No such format.
    """
    from picturelock.cut.interchange.registry import interchange

    names = _names(plan)
    written = interchange(path.suffix).export(plan, lambda digest: names[digest])
    for digest, name in names.items():
        _place(production, digest, path.parent / name)
    _write(path, written.data)
    return written.losses
