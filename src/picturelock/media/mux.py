"""One MP4 from packets that were encoded before: nothing is decoded, nothing is opened twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from math import lcm
from pathlib import Path

import av
from av.stream import Stream

from picturelock.core.failures import Conflict
from picturelock.core.frametime import FrameRate
from picturelock.media.captions import Caption
from picturelock.media.encode import H264, MEZZANINE, Encoded, Entry, configure
from picturelock.media.sound import RATE, aac_encoder

_ASS = (
    "[Script Info]\nScriptType: v4.00+\nPlayResX: {w}\nPlayResY: {h}\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, "
    "MarginV, Encoding\n"
    "Style: Default,Arial,{size},&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A segment of the picture, fetched when its turn comes.

    Attributes:
        entries: In the order of decoding.
        frames: Length.
        extradata: The parameter sets it was encoded with.
        payload: Fetches the packets' bytes.
    """

    entries: Sequence[Entry]
    frames: int
    extradata: bytes
    payload: Callable[[], bytes]

    @classmethod
    def of(cls, encoded: Encoded) -> "Part":
        """A part that is in memory already."""
        return cls(encoded.entries, encoded.ticks, encoded.extradata, lambda: encoded.payload)


@dataclass(frozen=True, slots=True)
class Film:
    """What goes into the file beside the packets.

    Attributes:
        size: Width and height.
        rate: Exact.
        title: Shown by players; empty for none.
        language: ISO 639-2 code of the captions.
    """

    size: tuple[int, int]
    rate: FrameRate
    title: str = ""
    language: str = "und"
    settings: H264 = MEZZANINE


def write(
    path: Path, film: Film, parts: Sequence[Part], sound: Encoded | None, captions: Sequence[Caption] = ()
) -> int:
    """Put the parts one after another, with one sound track and captions beside them.

    The same input gives the same bytes: no dates, no version tags.

    Args:
        path: Where to; replaced if it exists.
        film: Format and names.
        parts: In order; all encoded with ``film.settings`` at ``film.size`` and ``film.rate``.
        sound: AAC packets, or ``None``.
        captions: In frames of the film, not overlapping.

    Returns:
        Frames of the film.

    Raises:
        Conflict: A part was encoded with other parameter sets.
    """
    # Edit lists are in ticks of the whole film: these divide frames and samples alike.
    ticks = lcm(film.rate.numerator, RATE)
    options = {"fflags": "+bitexact", "movflags": "+faststart", "movie_timescale": str(ticks)}
    with av.open(str(path), "w", format="mp4", options=options) as out:
        if film.title:
            out.metadata["title"] = film.title
        # Opened only for its parameter sets; every packet comes from a part.
        picture = out.add_stream("libx264", rate=Fraction(film.rate), options=film.settings.options())
        configure(picture.codec_context, film.size, film.rate)
        track = None
        streams = [_picture_packets(picture, parts, film.rate)]
        if sound is not None:
            model = aac_encoder()
            track = out.add_stream("aac", rate=RATE, layout="stereo", options=dict(model.options))
            track.codec_context.bit_rate = model.bit_rate
            streams.append(_packets(track, sound, Fraction(1, RATE)))
        if captions:
            words = out.add_stream("mov_text")
            header = _ASS.format(w=film.size[0], h=film.size[1], size=max(12, film.size[1] // 18))
            words.codec_context.subtitle_header = header.encode()
            words.metadata["language"] = film.language
            streams.append(_caption_packets(words, captions, film.rate))
        out.start_encoding()
        _same(picture.codec_context.extradata, (part.extradata for part in parts))
        if sound is not None and track is not None:
            _same(track.codec_context.extradata, [sound.extradata])
        for _, packet in merge(*streams, key=lambda timed: timed[0]):
            out.mux(packet)
    return sum(part.frames for part in parts)


def _same(expected: bytes | None, given: Iterable[bytes]) -> None:
    for n, extradata in enumerate(given):
        if extradata != expected:
            raise Conflict(f"segment {n} was encoded with other settings", remedy="Conform it again.")


def _packet(stream: Stream, data: bytes, entry: Entry, offset: int, base: Fraction) -> av.Packet:
    packet = av.Packet(data)
    packet.pts, packet.dts, packet.duration = entry.pts + offset, entry.dts + offset, entry.duration
    packet.time_base, packet.is_keyframe, packet.stream = base, entry.key, stream
    return packet


def _packets(stream: Stream, encoded: Encoded, base: Fraction) -> Iterator[tuple[float, av.Packet]]:
    tick = float(base)
    for entry in encoded.entries:
        data = encoded.payload[entry.pos : entry.pos + entry.size]
        yield entry.dts * tick, _packet(stream, data, entry, 0, base)


def _picture_packets(
    stream: Stream, parts: Sequence[Part], rate: FrameRate
) -> Iterator[tuple[float, av.Packet]]:
    base, offset = 1 / Fraction(rate), 0
    tick = float(base)
    for part in parts:
        payload = part.payload()
        for entry in part.entries:
            data = payload[entry.pos : entry.pos + entry.size]
            yield (entry.dts + offset) * tick, _packet(stream, data, entry, offset, base)
        offset += part.frames


def _caption_packets(
    stream: Stream, captions: Sequence[Caption], rate: FrameRate
) -> Iterator[tuple[float, av.Packet]]:
    base = 1 / Fraction(rate)
    for caption in captions:
        text = caption.text.encode()[:65_535]
        data = len(text).to_bytes(2, "big") + text
        entry = Entry(0, len(data), caption.start, caption.start, caption.stop - caption.start, key=True)
        yield float(caption.start * base), _packet(stream, data, entry, 0, base)
