"""The cut as a value, and what follows from it: pieces to encode, positions, captions. Pure.

Lengths add up: a film is as long as its shots. A dissolve of n frames into a shot lies in the last n frames of the shot
before it and shows, under those, the incoming clip's head handle; at the cut itself the incoming shot stands alone, at
its first frame. So a dissolve neither shortens the film nor moves a shot, and needs n frames of head handle.
"""

from typing import Literal

from msgspec.structs import replace

from picturelock.core.board import Transition, TransitionKind
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.core.frametime import FrameRange
from picturelock.core.ids import ShotCode
from picturelock.core.policy import Format
from picturelock.core.value import Value
from picturelock.media.captions import Caption, sidecar, timed


class Dialogue(Value, frozen=True, kw_only=True):
    """A voice line in a shot.

    Attributes:
        sound: A sound file in the vault.
        start: Frame of the shot at which it begins; it may run on into the next shots.
        frames: Length, rounded up.
        text: Words of the caption; empty for none.
        speaker: A name for people.
    """

    sound: Digest
    start: int
    frames: int
    text: str = ""
    speaker: str = ""


class Event(Value, frozen=True, kw_only=True):
    """One shot in the cut.

    Attributes:
        media: A clip or a still in the vault; ``None`` where there is none yet: a card stands in.
        source: The shot's own frames in the clip, without handles, counted at the production's rate.
        available: Frames of the clip, handles and all, at the production's rate; 0 for a still or a card, which have
            no end.
        transition: How the shot begins.
        fade_out: Frames of fade to black at its end.
        title: A line for people.
        marks: Notes that go along into other programs.
    """

    shot: ShotCode
    media: Digest | None
    source: FrameRange
    available: int = 0
    transition: Transition = Transition()
    fade_out: int = 0
    dialogue: tuple[Dialogue, ...] = ()
    title: str = ""
    marks: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Length in the cut."""
        return self.source.length

    @property
    def head(self) -> int:
        """Frames of handle before the shot; a still has as many as are wanted."""
        return self.source.start

    @property
    def tail(self) -> int:
        """Frames of handle after the shot; 0 for a still."""
        return max(0, self.available - self.source.stop)

    @property
    def fade_in(self) -> int:
        """Frames of fade from black at the beginning."""
        return self.transition.frames if self.transition.kind is TransitionKind.FADE_IN else 0

    @property
    def dissolve(self) -> int:
        """Frames of the shot before over which this one dissolves in."""
        return self.transition.frames if self.transition.kind is TransitionKind.DISSOLVE else 0


class Cut(Value, frozen=True, kw_only=True):
    """The assembled timeline.

    Attributes:
        picture: The production's format.
        leader: Frames of title card before the first shot; 0 for none.
        language: ISO 639-2 code of the dialogue, such as ``eng``; ``und`` where nobody said.
    """

    format: Literal["picturelock.cut/1"] = "picturelock.cut/1"
    title: str
    picture: Format
    events: tuple[Event, ...]
    leader: int = 0
    language: str = "und"

    @property
    def frames(self) -> int:
        """Length of the film."""
        return self.leader + sum(event.frames for event in self.events)


class Body(Value, tag="body", frozen=True, kw_only=True):
    """Frames of one clip as they are."""

    shot: ShotCode
    media: Digest | None
    span: FrameRange
    title: str = ""


class Fade(Value, tag="fade", frozen=True, kw_only=True):
    """Frames of one clip that come from black or go to it.

    Attributes:
        over: Frames of the whole fade.
        out: To black.
    """

    shot: ShotCode
    media: Digest | None
    span: FrameRange
    over: int
    out: bool
    title: str = ""


class Dissolve(Value, tag="dissolve", frozen=True, kw_only=True):
    """One clip turning into another; both spans have the same length."""

    shot: ShotCode
    media: Digest | None
    span: FrameRange
    into: ShotCode
    into_media: Digest | None
    into_span: FrameRange
    title: str = ""
    into_title: str = ""


class Card(Value, tag="card", frozen=True, kw_only=True):
    """A title card."""

    title: str
    frames: int


Piece = Body | Fade | Dissolve | Card


def length(piece: Piece) -> int:
    """Frames of a piece."""
    return piece.frames if isinstance(piece, Card) else piece.span.length


def check_cut(cut: Cut) -> None:
    """Hold a cut to what its types cannot say.

    Raises:
        BadDocument: No shots, a shot without length, a source outside its clip, a dissolve without the handle it
            needs, fades that do not fit. The message begins with the shot.
    """
    if not cut.events:
        raise BadDocument("the cut has no shots", remedy="Approve at least one clip.")
    for n, event in enumerate(cut.events):
        after = cut.events[n + 1].dissolve if n + 1 < len(cut.events) else 0
        _check_event(event, after, first=n == 0)


def _check_event(event: Event, after: int, *, first: bool) -> None:
    shot = event.shot
    if event.frames < 1:
        raise BadDocument(f"{shot}: it has no length")
    if event.available and event.source.stop > event.available:
        raise BadDocument(f"{shot}: its clip has {event.available} frames, not {event.source.stop}")
    if event.transition.frames < 0 or event.fade_out < 0:
        raise BadDocument(f"{shot}: a transition of less than no frames")
    if event.dissolve and first:
        raise BadDocument(f"{shot}: there is nothing to dissolve from", remedy="Use a fade-in.")
    if event.available and event.dissolve > event.head:
        raise BadDocument(
            f"{shot}: a dissolve of {event.dissolve} frames needs as much head handle, and the clip has {event.head}",
            remedy="Shorten the dissolve or make the clip with longer handles.",
        )
    if event.fade_out and after:
        raise BadDocument(
            f"{shot}: it fades out, and the next shot dissolves in",
            remedy="Use one of the two, or a fade-in.",
        )
    if event.fade_in + event.fade_out + after > event.frames:
        raise BadDocument(
            f"{shot}: {event.frames} frames are too few for its transitions", remedy="Shorten them."
        )


def settled(cut: Cut) -> tuple[Cut, tuple[str, ...]]:
    """The cut with transitions that can be made.

    A dissolve that has nothing before it becomes a fade-in, one into a clip with too short a head handle is shortened,
    and a shot that is too short for its fades gets shorter ones.

    Returns:
        The cut, and what was changed, in sentences for people.
    """
    events, changes = list(cut.events), []
    for n, event in enumerate(events):
        after = events[n + 1] if n + 1 < len(events) else None
        if event.dissolve and n == 0:
            event = _with(event, TransitionKind.FADE_IN, event.dissolve)
            changes.append(f"{event.shot}: there is nothing to dissolve from; it fades in instead")
        if event.available and event.dissolve > event.head:
            changes.append(
                f"{event.shot}: its dissolve is cut from {event.dissolve} to {event.head} frames of handle"
            )
            event = _with(event, TransitionKind.DISSOLVE, event.head)
        if event.fade_out and after and after.dissolve:
            changes.append(f"{event.shot}: it fades out, so {after.shot} fades in instead of dissolving")
            after = events[n + 1] = _with(after, TransitionKind.FADE_IN, after.dissolve)
        spare = event.frames - (after.dissolve if after else 0)
        if after and spare < 1:
            changes.append(f"{after.shot}: its dissolve is cut to the {event.frames - 1} frames before it")
            after = events[n + 1] = _with(after, TransitionKind.DISSOLVE, event.frames - 1)
            spare = 1
        if event.fade_in + event.fade_out > spare:
            changes.append(f"{event.shot}: its fades are cut to {spare} frames")
            fade_out = min(event.fade_out, spare // 2) if event.fade_in else min(event.fade_out, spare)
            fade_in = min(event.fade_in, spare - fade_out)
            event = replace(event, fade_out=fade_out)
            event = _with(event, TransitionKind.FADE_IN, fade_in) if event.fade_in else event
        events[n] = event
    return replace(cut, events=tuple(events)), tuple(changes)


def _with(event: Event, kind: TransitionKind, frames: int) -> Event:
    kind = kind if frames else TransitionKind.CUT
    return replace(event, transition=Transition(kind=kind, frames=frames))


def pieces(cut: Cut) -> tuple[Piece, ...]:
    """What has to be encoded, in order; the lengths add up to the film's.

    Raises:
        BadDocument: See :func:`check_cut`.
    """
    check_cut(cut)
    found: list[Piece] = []
    if cut.leader:
        found.append(Card(title=cut.title, frames=cut.leader))
    for n, event in enumerate(cut.events):
        following = cut.events[n + 1] if n + 1 < len(cut.events) else None
        over = following.dissolve if following else 0
        first, last = event.source.start, event.source.stop
        shot, media, title = event.shot, event.media, event.title
        if event.fade_in:
            span = FrameRange(first, first + event.fade_in)
            found.append(Fade(shot=shot, media=media, span=span, over=event.fade_in, out=False, title=title))
        body = FrameRange(first + event.fade_in, last - event.fade_out - over)
        if body.length:
            found.append(Body(shot=shot, media=media, span=body, title=title))
        if event.fade_out:
            span = FrameRange(last - event.fade_out, last)
            found.append(Fade(shot=shot, media=media, span=span, over=event.fade_out, out=True, title=title))
        if following and over:
            found.append(_dissolve(event, following, over))
    return tuple(found)


def _dissolve(event: Event, following: Event, over: int) -> Dissolve:
    stop = following.source.start
    # A still has no handle to count: its frames are all the same.
    into = FrameRange(stop - over, stop) if stop >= over else FrameRange(0, over)
    return Dissolve(
        shot=event.shot,
        media=event.media,
        span=FrameRange(event.source.stop - over, event.source.stop),
        into=following.shot,
        into_media=following.media,
        into_span=into,
        title=event.title,
        into_title=following.title,
    )


def positions(cut: Cut) -> tuple[FrameRange, ...]:
    """Where each shot lies in the film."""
    at, found = cut.leader, []
    for event in cut.events:
        found.append(FrameRange(at, at + event.frames))
        at += event.frames
    return tuple(found)


def speeches(cut: Cut) -> tuple[tuple[int, Dialogue], ...]:
    """Every voice line with the frame of the film at which it begins."""
    return tuple(
        (place.start + line.start, line)
        for place, event in zip(positions(cut), cut.events, strict=True)
        for line in event.dialogue
    )


def captions(cut: Cut) -> tuple[Caption, ...]:
    """The film's captions."""
    words = [(start, line.frames, line.text) for start, line in speeches(cut)]
    return timed(words, cut.picture.frame_rate, cut.frames)


def caption_files(cut: Cut) -> dict[str, bytes]:
    """The captions as files, by suffix; none where nobody speaks."""
    words = captions(cut)
    forms = ("srt", "vtt") if words else ()
    return {form: sidecar(words, cut.picture.frame_rate, form).encode() for form in forms}


WEIGHT = 256
"""Weights of a blend are in 256ths."""


def dissolve_weight(n: int, over: int) -> int:
    """Weight of the incoming picture in frame ``n`` of a dissolve over ``over`` frames, in 256ths.

    It never reaches 0 or 256: the frames around the dissolve are the pure ones.
    """
    return ((n + 1) * WEIGHT + (over + 1) // 2) // (over + 1)


def fade_weight(n: int, over: int, *, out: bool) -> int:
    """Weight of the picture in frame ``n`` of a fade, in 256ths. The outermost frame is black."""
    step = over - 1 - n if out else n
    return (step * WEIGHT + over // 2) // over
