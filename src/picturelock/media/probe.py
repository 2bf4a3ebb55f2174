"""What a media file is, as typed facts. Nothing is decoded."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer

from picturelock.core.failures import BadDocument, Damaged, NotFound
from picturelock.core.frametime import FrameRate

_CUSTOMARY = tuple(
    FrameRate(rate)
    for rate in (
        12,
        15,
        24,
        25,
        30,
        48,
        50,
        60,
        120,
        *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)),
    )
)


@dataclass(frozen=True, slots=True)
class Colour:
    """Colour tags, by the numbers of ISO/IEC 23091-2; 2 means that the file does not say.

    Attributes:
        full: Full range (0..255) rather than limited (16..235).
    """

    primaries: int
    transfer: int
    matrix: int
    full: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture stream.

    Attributes:
        width: Coded pixels.
        height: Coded pixels.
        frames: Counted from the container's index, or packet by packet where it has none.
        rate: The average, snapped to the customary rates when it is one.
        aspect: Shape of a pixel, width / height.
    """

    codec: str
    width: int
    height: int
    frames: int
    rate: FrameRate
    pix_fmt: str
    colour: Colour
    aspect: Fraction

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as coded."""
        return self.width, self.height

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.rate.seconds(self.frames)


@dataclass(frozen=True, slots=True)
class Track:
    """A sound stream.

    Attributes:
        rate: Samples per second.
        seconds: As the container says.
    """

    codec: str
    rate: int
    channels: int
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Facts:
    """A media file.

    Attributes:
        container: FFmpeg's names for the format, comma separated.
        picture: The first picture stream.
        sound: The first sound stream.
        bytes: Size of the file.
    """

    container: str
    picture: Picture | None
    sound: Track | None
    bytes: int

    def need_picture(self) -> Picture:
        """The picture stream.

        Raises:
            BadDocument: There is none.
        """
        if self.picture is None:
            raise BadDocument("the file has no picture", remedy="Give a video file.")
        return self.picture


def snapped(rate: Fraction) -> FrameRate:
    """The customary rate that this one is, within a hundred-thousandth; otherwise the rate itself.

    Raises:
        Malformed: Out of range.
    """
    for customary in _CUSTOMARY:
        if abs(rate - customary) <= Fraction(customary) / 100_000:
            return customary
    return FrameRate(rate)


def probe(path: Path) -> Facts:
    """Typed facts of a file.

    Raises:
        NotFound: No such file.
        Damaged: Its structure is broken.
        BadDocument: Not media, or nothing in it that can be used.
    """
    with opened(path) as (_, facts):
        return facts


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, Facts]]:
    """A file that is open, with its facts: opening one takes as long as decoding some frames.

    Raises:
        NotFound: No such file.
        Damaged: Its structure is broken.
        BadDocument: Not media, or nothing in it that can be used.
    """
    if not path.is_file():
        raise NotFound(f"there is no file {path.name}")
    with ExitStack() as stack:
        try:
            container = stack.enter_context(av.open(str(path)))
            picture = _picture(container) if container.streams.video else None
            sound = _sound(container.streams.audio[0]) if container.streams.audio else None
            facts = Facts(container.format.name, picture, sound, path.stat().st_size)
        except (av.error.EOFError, av.error.InvalidDataError) as error:
            raise Damaged(
                f"{path.name} cannot be read as media", remedy="Fetch or export it again."
            ) from error
        except (av.error.FFmpegError, ValueError) as error:
            raise BadDocument(f"{path.name} is not media that can be read: {error}") from error
        if facts.picture is None and facts.sound is None:
            raise BadDocument(f"{path.name} holds neither picture nor sound")
        yield container, facts


def _picture(container: InputContainer) -> Picture:
    stream = container.streams.video[0]
    context = stream.codec_context
    frames = stream.frames or sum(1 for packet in container.demux(stream) if packet.size)
    average = stream.average_rate or stream.guessed_rate
    if not average or not context.pix_fmt or not frames:
        raise av.error.InvalidDataError(0, "a picture stream without pictures")
    return Picture(
        codec=context.name,
        width=context.width,
        height=context.height,
        frames=frames,
        rate=snapped(Fraction(average)),
        pix_fmt=context.pix_fmt,
        colour=Colour(
            int(context.color_primaries),
            int(context.color_trc),
            int(context.colorspace),
            int(context.color_range) == 2 or context.pix_fmt.startswith("yuvj"),
        ),
        aspect=Fraction(stream.sample_aspect_ratio or 1) or Fraction(1),
    )


def _sound(stream: AudioStream) -> Track:
    context = stream.codec_context
    seconds = (
        Fraction(stream.duration * stream.time_base) if stream.duration and stream.time_base else Fraction(0)
    )
    return Track(context.name, context.sample_rate, context.layout.nb_channels, seconds)
