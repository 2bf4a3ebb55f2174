"""Sound: whole samples at 48 kHz on one timeline, measured and levelled, encoded once."""

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, log10
from pathlib import Path

import av
import av.error
import av.filter
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from picturelock.core.failures import BadDocument, Damaged, Malformed
from picturelock.core.frametime import FrameRate
from picturelock.media.encode import Encoded, Entry

RATE = 48_000
"""Samples per second of everything that is mixed."""

_AAC_FRAME = 1024
_BLOCK = 4096

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Samples in memory.

    Attributes:
        samples: channels x n, float32, full scale at ±1.
        rate: Samples per second.
    """

    samples: Samples
    rate: int = RATE

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise Malformed(
                f"{self.samples.shape} {self.samples.dtype} are not channels x samples of float32"
            )

    @property
    def length(self) -> int:
        """Samples in each channel."""
        return int(self.samples.shape[1])

    @property
    def channels(self) -> int:
        """Channels."""
        return int(self.samples.shape[0])

    @property
    def seconds(self) -> Fraction:
        """Exact duration."""
        return Fraction(self.length, self.rate)


def sample_at(frame: int, rate: FrameRate) -> int:
    """The sample at which a frame begins; exact wherever the rate divides 48 kHz, else the nearest, halves up."""
    return (Fraction(frame) / rate * RATE + Fraction(1, 2)).__floor__()


def frames_of(samples: int, rate: FrameRate) -> int:
    """How many frames so many samples of 48 kHz need, rounded up."""
    return -((-samples * Fraction(rate)) // RATE)


def wav(sound: Sound, *, bits: int = 16) -> bytes:
    """PCM WAV, rounded to nearest, clipped at full scale.

    Args:
        sound: Any rate.
        bits: 16 or 24.
    """
    if bits not in {16, 24}:
        raise Malformed(f"{bits}-bit WAV is not written here", remedy="Use 16 or 24.")
    top = 2 ** (bits - 1)
    whole = np.clip(np.rint(sound.samples.astype(np.float64) * top), -top, top - 1).astype("<i4").T
    raw = np.ascontiguousarray(whole).view(np.uint8).reshape(*whole.shape, 4)[:, :, : bits // 8]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(sound.channels)
        file.setsampwidth(bits // 8)
        file.setframerate(sound.rate)
        file.writeframes(raw.tobytes())
    return out.getvalue()


def read(source: Path | bytes) -> Sound:
    """The first sound stream of a file, at its own rate and with its own channels.

    Args:
        source: A file, or its bytes.

    Raises:
        BadDocument: Not media, or no sound in it.
        Damaged: It breaks off.
    """
    opened = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    parts: list[Samples] = []
    try:
        with av.open(opened, "r") as container:
            if not container.streams.audio:
                raise BadDocument("the file has no sound", remedy="Give a WAV file.")
            stream = container.streams.audio[0]
            rate = stream.codec_context.sample_rate
            resampler = av.AudioResampler(format="fltp", layout=stream.codec_context.layout, rate=rate)
            for frame in container.decode(stream):
                parts += [_samples(part) for part in resampler.resample(frame)]
            parts += [_samples(part) for part in resampler.resample(None)]
            length = _stated_length(container, stream, rate)
    except (av.error.EOFError, av.error.InvalidDataError) as error:
        raise Damaged("the sound cannot be decoded", remedy="Fetch or record it again.") from error
    except (av.error.FFmpegError, ValueError) as error:
        raise BadDocument(f"not sound that can be read: {error}") from error
    if not parts:
        raise Damaged("the sound is empty", remedy="Fetch or record it again.")
    joined = np.concatenate(parts, axis=1)[:, :length]
    return Sound(np.ascontiguousarray(joined, dtype=np.float32), rate)


def _stated_length(container: InputContainer, stream: AudioStream, rate: int) -> int | None:
    """Samples that an MP4 says it lasts: the last AAC packet decodes to more than is meant to be heard."""
    if "mp4" not in container.format.name or not stream.duration or not stream.time_base:
        return None
    return (Fraction(stream.duration) * Fraction(stream.time_base) * rate + Fraction(1, 2)).__floor__()


def _samples(frame: av.AudioFrame) -> Samples:
    return frame.to_ndarray().astype(np.float32, copy=False)


def resampled(sound: Sound, rate: int = RATE) -> Sound:
    """The same sound at another rate; its length is the exact duration, rounded."""
    if sound.rate == rate:
        return sound
    layout = {1: "mono", 2: "stereo"}.get(sound.channels)
    if layout is None:
        raise Malformed(
            f"{sound.channels} channels cannot be resampled", remedy="Mix down to mono or stereo."
        )
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    parts: list[Samples] = []
    for frame in _blocks(sound, layout):
        parts += [_samples(part) for part in resampler.resample(frame)]
    parts += [_samples(part) for part in resampler.resample(None)]
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((sound.channels, 0), np.float32)
    length = (sound.seconds * rate + Fraction(1, 2)).__floor__()
    return Sound(_fitted(joined, length), rate)


def _fitted(samples: Samples, length: int) -> Samples:
    missing = max(0, length - samples.shape[1])
    return np.ascontiguousarray(np.pad(samples, ((0, 0), (0, missing)))[:, :length], dtype=np.float32)


def _blocks(sound: Sound, layout: str, size: int = _BLOCK) -> list[av.AudioFrame]:
    frames = []
    for start in range(0, sound.length, size):
        block = np.ascontiguousarray(sound.samples[:, start : start + size])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = sound.rate, start, Fraction(1, sound.rate)
        frames.append(frame)
    return frames


def stereo(sound: Sound) -> Sound:
    """Two channels: mono goes to both, further channels than two are left out."""
    if sound.channels == 1:
        return Sound(np.repeat(sound.samples, 2, axis=0), sound.rate)
    return Sound(np.ascontiguousarray(sound.samples[:2]), sound.rate)


def gained(sound: Sound, decibels: float) -> Sound:
    """Louder or softer by a linear gain."""
    return Sound(sound.samples * np.float32(10 ** (decibels / 20)), sound.rate)


def mix(placed: Sequence[tuple[int, Sound]], length: int) -> Sound:
    """Sounds at their sample positions, added up.

    Args:
        placed: First sample on the timeline, and a stereo sound of 48 kHz. What reaches outside is left out.
        length: Samples of the result.
    """
    timeline = np.zeros((2, length), np.float32)
    for start, sound in placed:
        if sound.rate != RATE or sound.channels != 2:
            raise Malformed(
                f"{sound.channels} channels at {sound.rate} Hz cannot be mixed", remedy="Convert first."
            )
        first, last = max(0, start), min(length, start + sound.length)
        if first < last:
            timeline[:, first:last] += sound.samples[:, first - start : last - start]
    return Sound(timeline)


def peak(sound: Sound) -> float:
    """Highest sample in dBFS; minus infinity for silence."""
    most = float(np.max(np.abs(sound.samples), initial=0.0))
    return 20 * log10(most) if most else -inf


@dataclass(frozen=True, slots=True)
class Loudness:
    """What EBU R 128 says of a sound.

    Attributes:
        integrated: LUFS; minus infinity where nothing passes the gate.
        true_peak: dBTP.
    """

    integrated: float
    true_peak: float


def loudness(sound: Sound) -> Loudness:
    """Integrated loudness and true peak (EBU R 128, ITU-R BS.1770).

    Sounds shorter than the 0.4 s of one gating block are measured with silence after them.
    """
    if peak(sound) == -inf:
        return Loudness(-inf, -inf)
    if sound.length < sound.rate // 2:
        sound = Sound(_fitted(sound.samples, sound.rate // 2), sound.rate)
    layout = "mono" if sound.channels == 1 else "stereo"
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=sound.rate, layout=layout, time_base=Fraction(1, sound.rate)
    )
    meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    said: dict[str, str] = {}
    for frame in [*_blocks(sound, layout, sound.rate // 10), None]:
        graph.push(frame)
        while True:
            try:
                out = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            said.update(getattr(out, "metadata", {}))
    integrated = float(said.get("lavfi.r128.I", "-inf"))
    peaks = [float(value) for key, value in said.items() if key.startswith("lavfi.r128.true_peaks_ch")]
    highest = max(peaks, default=0.0)
    return Loudness(integrated if integrated > -69.9 else -inf, 20 * log10(highest) if highest > 0 else -inf)


def gain_to(measured: Loudness, target: float, ceiling: float = -1.0) -> float:
    """The one linear gain that brings a sound to a loudness without its true peak passing a ceiling.

    Args:
        measured: Of the sound.
        target: LUFS.
        ceiling: dBTP.

    Returns:
        Decibels; 0 for silence.
    """
    if measured.integrated == -inf:
        return 0.0
    return min(target - measured.integrated, ceiling - measured.true_peak)


def room_tone(length: int, level: float = -66.0) -> Sound:
    """Faint brownish noise, so that a scratch track does not fall into digital silence between lines.

    Args:
        length: Samples.
        level: RMS in dBFS.
    """
    period = 2**18  # its own seamless loop, for it is made of whole periods
    bits = np.random.PCG64(0x50494354).random_raw(period)
    white = (bits >> np.uint64(11)).astype(np.float64) / 2.0**53 - 0.5
    spectrum = np.fft.rfft(white)
    hertz = np.arange(spectrum.size) * (RATE / period)
    spectrum *= np.where(hertz > 30, 1 / np.maximum(hertz, 120.0), 0)
    tone = np.fft.irfft(spectrum, period)
    tone *= 10 ** (level / 20) / np.sqrt(np.mean(tone**2))
    left = np.resize(tone, length)
    right = np.resize(np.roll(tone, period // 3), length)
    return Sound(np.stack([left, right]).astype(np.float32))


def encode_aac(sound: Sound, *, bit_rate: int = 160_000) -> Encoded:
    """AAC-LC packets of a stereo sound of 48 kHz.

    The first packet carries the encoder's priming at a negative time, which the file's edit list takes away again; the
    last one is cut to the sample, so that the track lasts exactly as long as the sound.

    Args:
        sound: Stereo, 48 kHz.
        bit_rate: Bits per second.
    """
    if sound.rate != RATE or sound.channels != 2 or not sound.length:
        raise Malformed("AAC is made of stereo sound at 48 kHz")
    context = aac_encoder(bit_rate)
    payload = bytearray()
    entries: list[Entry] = []
    for frame in [*_blocks(sound, "stereo", _AAC_FRAME), None]:
        for packet in context.encode(frame):
            start = packet.pts
            if start is None:
                raise Damaged("the encoder gave a packet without a time")
            due = min(_AAC_FRAME, sound.length - start)
            if due > 0:
                data = bytes(packet)
                entries.append(Entry(len(payload), len(data), start, start, due, key=True))
                payload += data
    return Encoded(bytes(payload), tuple(entries), context.extradata or b"", sound.length)


def aac_encoder(bit_rate: int = 160_000) -> AudioCodecContext:
    """A configured AAC-LC encoder: stereo, 48 kHz, the fast coder (the thorough one takes 2.5 times as long)."""
    context = av.CodecContext.create("aac", "w")
    if not isinstance(context, AudioCodecContext):
        raise Malformed("aac is not a sound encoder in this build")
    context.sample_rate = RATE
    context.layout = "stereo"
    context.format = "fltp"
    context.bit_rate = bit_rate
    context.time_base = Fraction(1, RATE)
    context.options = {"aac_coder": "fast", "flags": "+bitexact+global_header"}
    return context
