"""OpenTimelineIO: the whole cut with handles, transitions, dialogue and marks.

Ranges are whole frames at the production's rate. OpenTimelineIO keeps rates as floating-point numbers, so the exact one
stands in the metadata beside them; reading snaps to it.
"""

from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from picturelock.core.failures import BadDocument, Internal
from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.cut import timeline
from picturelock.cut.interchange.registry import Exported, Resolver
from picturelock.cut.timeline import Cut, Dialogue, Event

_OURS = "picturelock"
_HOUR = 3600  # timecode of the first frame, as is customary


@dataclass(frozen=True, slots=True)
class Placed:
    """One clip as a reader of the file finds it.

    Attributes:
        source: Frames of the medium.
        available: Frames that the medium has; ``None`` where the file does not say.
        record: Frames of the film.
        url: The medium; empty where there is none.
    """

    name: str
    source: FrameRange
    available: FrameRange | None
    record: FrameRange
    url: str


class _Writer:
    def __init__(self, cut: Cut, resolve: Resolver) -> None:
        self.cut = cut
        self.resolve = resolve
        self.rate = cut.picture.frame_rate
        self.losses: list[str] = []

    def time(self, frame: int) -> RationalTime:
        return RationalTime(frame, float(self.rate))

    def span(self, span: FrameRange) -> TimeRange:
        return TimeRange(self.time(span.start), self.time(span.length))

    def timeline(self) -> otio.schema.Timeline:
        made = otio.schema.Timeline(
            name=self.cut.title,
            global_start_time=self.time(self.rate.nominal * _HOUR),
            metadata={
                _OURS: {
                    "format": self.cut.format,
                    "rate": str(self.rate),
                    "width": self.cut.picture.width,
                    "height": self.cut.picture.height,
                    "language": self.cut.language,
                }
            },
        )
        made.tracks.append(self.picture())
        made.tracks.extend(self.voices())
        return made

    def picture(self) -> otio.schema.Track:
        track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
        if self.cut.leader:
            self.loss("The title card is a generator of our own; other programs show black in its place.")
            track.append(
                otio.schema.Clip(
                    name="Title",
                    media_reference=otio.schema.GeneratorReference(
                        name=self.cut.title, generator_kind="picturelock.title_card"
                    ),
                    source_range=self.span(FrameRange(0, self.cut.leader)),
                )
            )
        before: Event | None = None
        for event in self.cut.events:
            self.join(track, before, event)
            track.append(self.clip(event))
            before = event
        self.join(track, before, None)
        return track

    def join(self, track: otio.schema.Track, before: Event | None, after: Event | None) -> None:
        """The transition between two shots, if there is one."""
        out = before.fade_out if before else 0
        if after and after.dissolve:
            kind, name, into = otio.schema.TransitionTypes.SMPTE_Dissolve, "Dissolve", 0
            out = after.dissolve
        else:
            kind, name, into = (
                otio.schema.TransitionTypes.Custom,
                "Fade through black",
                after.fade_in if after else 0,
            )
        if out or into:
            if kind == otio.schema.TransitionTypes.Custom:
                self.loss(
                    "Fades to and from black are custom transitions; a program that lacks them cuts instead."
                )
            track.append(
                otio.schema.Transition(
                    name=name,
                    transition_type=kind,
                    in_offset=self.time(out),
                    out_offset=self.time(into),
                )
            )

    def clip(self, event: Event) -> otio.schema.Clip:
        clip = otio.schema.Clip(
            name=event.shot,
            media_reference=self.medium(event),
            source_range=self.span(event.source),
            metadata={_OURS: {"shot": str(event.shot), "title": event.title}},
        )
        for mark in event.marks:
            place = FrameRange(event.source.start, event.source.start + 1)
            clip.markers.append(self.marker(mark, place, otio.schema.MarkerColor.YELLOW))
        for line in event.dialogue:
            first = event.source.start + line.start
            words = f"{line.speaker}: {line.text}" if line.speaker else line.text
            clip.markers.append(
                self.marker(words, FrameRange(first, first + line.frames), otio.schema.MarkerColor.GREEN)
            )
        return clip

    def marker(self, name: str, place: FrameRange, colour: str) -> otio.schema.Marker:
        return otio.schema.Marker(name=name, marked_range=self.span(place), color=colour)

    def medium(self, event: Event) -> otio.core.MediaReference:
        if event.media is None:
            self.loss(f"{event.shot} has no clip yet; it is a missing medium.")
            return otio.schema.MissingReference(name=event.shot)
        if not event.available:
            self.loss(
                f"{event.shot} is a still; its range says how long it is held, not how many frames it has."
            )
        return otio.schema.ExternalReference(
            target_url=self.resolve(event.media),
            available_range=self.span(FrameRange(0, event.available or event.source.stop)),
            metadata={_OURS: {"digest": str(event.media)}},
        )

    def voices(self) -> list[otio.schema.Track]:
        """A track for each speaker, and one more for those who interrupt themselves."""
        tracks: list[tuple[str, otio.schema.Track, int]] = []
        for start, line in sorted(timeline.speeches(self.cut), key=lambda placed: placed[0]):
            found = next(
                (n for n, (name, _, end) in enumerate(tracks) if name == line.speaker and end <= start), None
            )
            if found is None:
                found = len(tracks)
                kind = otio.schema.TrackKind.Audio
                name = f"A{found + 1} {line.speaker}".strip()
                tracks.append((line.speaker, otio.schema.Track(name=name, kind=kind), 0))
            name, track, end = tracks[found]
            if start > end:
                track.append(otio.schema.Gap(duration=self.time(start - end)))
            stop = min(start + line.frames, self.cut.frames)
            track.append(self.voice(line, stop - start))
            tracks[found] = (name, track, stop)
        if tracks:
            self.loss("Levels, room tone and the mix are not in the timeline; voices are at their own level.")
        return [track for _, track, _ in tracks]

    def voice(self, line: Dialogue, frames: int) -> otio.schema.Clip:
        return otio.schema.Clip(
            name=line.text or line.speaker or "voice",
            media_reference=otio.schema.ExternalReference(
                target_url=self.resolve(line.sound),
                available_range=self.span(FrameRange(0, line.frames)),
                metadata={_OURS: {"digest": str(line.sound)}},
            ),
            source_range=self.span(FrameRange(0, frames)),
        )

    def loss(self, sentence: str) -> None:
        if sentence not in self.losses:
            self.losses.append(sentence)


def export(cut: Cut, resolve: Resolver) -> Exported:
    """The cut as OpenTimelineIO JSON. What was written is read again before it is handed out.

    Args:
        cut: What plays when.
        resolve: Tells the path of each medium.

    Raises:
        BadDocument: The cut does not hold together.
    """
    timeline.check_cut(cut)
    writer = _Writer(cut, resolve)
    data = otio.adapters.write_to_string(writer.timeline(), "otio_json").encode() + b"\n"
    found = read(data)
    expected = [
        (str(event.shot), event.source, place)
        for event, place in zip(cut.events, timeline.positions(cut), strict=True)
    ]
    if [(clip.name, clip.source, clip.record) for clip in found.picture[bool(cut.leader) :]] != expected:
        raise Internal("the timeline reads back as another cut")
    return Exported(data, tuple(writer.losses))


@dataclass(frozen=True, slots=True)
class Read:
    """What a timeline file says.

    Attributes:
        rate: Exact.
        picture: Clips of the first picture track, in order.
        voices: Clips of all sound tracks, by their place in the film.
        dissolves: First frame and length of each dissolve in the film.
    """

    rate: FrameRate
    picture: tuple[Placed, ...]
    voices: tuple[Placed, ...]
    dissolves: tuple[tuple[int, int], ...]


def read(data: bytes) -> Read:
    """A timeline from OpenTimelineIO JSON.

    Raises:
        BadDocument: Not a timeline, or one without pictures.
    """
    try:
        found = otio.adapters.read_from_string(data.decode(), "otio_json")
    except (otio.exceptions.OTIOError, ValueError, KeyError) as error:
        raise BadDocument("not an OpenTimelineIO file") from error
    if not isinstance(found, otio.schema.Timeline) or not found.video_tracks():
        raise BadDocument("the file holds no timeline with pictures")
    rate = _rate(found)
    track = found.video_tracks()[0]
    voices = [clip for sound in found.audio_tracks() for clip in _clips(sound)]
    return Read(
        rate,
        tuple(_clips(track)),
        tuple(sorted(voices, key=lambda clip: (clip.record.start, clip.name))),
        tuple(_dissolves(track)),
    )


def _rate(found: otio.schema.Timeline) -> FrameRate:
    written = found.metadata.get(_OURS, {}).get("rate")
    if written:
        return FrameRate.parse(str(written))
    for clip in found.find_clips():
        return FrameRate(Fraction(clip.trimmed_range().duration.rate).limit_denominator(1001))
    raise BadDocument("the timeline has no clips")


def _range(span: TimeRange) -> FrameRange:
    start = round(span.start_time.value)
    return FrameRange(start, start + round(span.duration.value))


def _clips(track: otio.schema.Track) -> list[Placed]:
    placed = []
    for clip in track.find_clips():
        medium = clip.media_reference
        available = medium.available_range if medium else None
        placed.append(
            Placed(
                name=clip.name,
                source=_range(clip.trimmed_range()),
                available=_range(available) if available else None,
                record=_range(clip.range_in_parent()),
                url=getattr(medium, "target_url", "") or "",
            )
        )
    return placed


def _dissolves(track: otio.schema.Track) -> list[tuple[int, int]]:
    found, at = [], 0
    for item in track:
        if isinstance(item, otio.schema.Transition):
            if item.transition_type == otio.schema.TransitionTypes.SMPTE_Dissolve:
                before, after = round(item.in_offset.value), round(item.out_offset.value)
                found.append((at - before, before + after))
        else:
            at += round(item.duration().value)
    return found
