"""The film: segments put one after another, one sound track, captions. Only what changed is made again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from picturelock.core.codec import digest_of
from picturelock.core.digest import Digest
from picturelock.core.value import Value
from picturelock.cut import timeline
from picturelock.cut.conform import Cache, Conformed, Segment, conform, segment_key
from picturelock.cut.timeline import Cut
from picturelock.media import encode, mux, sound
from picturelock.media.captions import Caption
from picturelock.vault.mirror import Mendable
from picturelock.vault.store import Vault

METHOD = "assemble/1"
"""Moves whenever the same segments would come out as another file."""


class Mix(Value, frozen=True, kw_only=True):
    """How the sound is mixed.

    Attributes:
        target: Integrated loudness of the dialogue in LUFS.
        ceiling: Its highest true peak in dBTP; wins over the target.
        tone: Room tone under everything, RMS in dBFS; ``None`` for digital silence.
        bit_rate: Of the AAC track, bits per second.
    """

    target: float = -16.0
    ceiling: float = -1.0
    tone: float | None = -66.0
    bit_rate: int = 160_000


@dataclass(frozen=True, slots=True)
class Assembled:
    """A film.

    Attributes:
        film: The MP4 in the vault.
        frames: Its length.
        encoded_segments: Pieces that were encoded now.
        reused_segments: Pieces that were there before.
        sound_encoded: Whether the sound track was mixed and encoded now.
        srt: Captions as SubRip, in the vault; ``None`` where nobody speaks.
        vtt: Captions as WebVTT.
    """

    film: Digest
    frames: int
    encoded_segments: int
    reused_segments: int
    sound_encoded: bool


def assemble(
    cut: Cut,
    vault: Mendable,
    cache_dir: Path,
    *,
    mix: Mix | None = None,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Assembled:
    """Make the film of a cut.

    Args:
        cut: What plays when.
        vault: Holds clips and sounds, and takes segments and film.
        cache_dir: Remembers what was made of what; may be emptied at any time.
        mix: How the sound is mixed.
        workers: Pieces encoded at once.
        progress: Told (done, all) as pieces are encoded.

    Raises:
        BadDocument: The cut does not hold together, or a clip is too short.
        Damaged: A clip or sound is broken.
        NotFound: A clip or sound is not in the vault.
    """
    mix = mix or Mix()
    cache = Cache(cache_dir, vault)
    pieces = timeline.pieces(cut)
    keys = [segment_key(piece, cut.picture) for piece in pieces]
    sound_key = _sound_key(cut, mix)
    captions = timeline.captions(cut)
    key = digest_of(
        {
            "method": METHOD,
            "segments": [str(key) for key in keys],
            "sound": str(sound_key),
            "captions": [[c.start, c.stop, c.text] for c in captions],
            "title": cut.title,
            "language": cut.language,
            "versions": encode.versions(),
        }
    )
    if film := cache.find(key):
        return Assembled(film, cut.frames, 0, len(pieces), sound_encoded=False)
    with ThreadPoolExecutor(max_workers=1) as beside:
        track = beside.submit(_sound_track, cut, vault, cache, mix, sound_key)
        conformed = conform(pieces, keys, cut.picture, vault, cache, workers=workers, progress=progress)
        sound_segment, sound_encoded = track.result()
    film = _film(cut, conformed, sound_segment, captions, vault, cache_dir)
    cache.keep(key, film)
    return Assembled(film, cut.frames, conformed.encoded, conformed.reused, sound_encoded)


def _film(
    cut: Cut, conformed: Conformed, track: Segment, captions: tuple[Caption, ...], vault: Vault, folder: Path
) -> Digest:
    parts = [
        mux.Part(segment.packets, segment.ticks, segment.extradata, partial(vault.read, segment.payload))
        for segment in conformed.segments
    ]
    voice = encode.Encoded(vault.read(track.payload), track.packets, track.extradata, track.ticks)
    form = cut.picture
    film = mux.Film((form.width, form.height), form.frame_rate, cut.title, cut.language)
    # Beside the cache, since the vault can link a file only on its own disk.
    with TemporaryDirectory(dir=folder) as working:
        path = Path(working) / "film.mp4"
        mux.write(path, film, parts, voice, captions)
        return vault.put_file(path, ours=True)


def _placed(cut: Cut) -> list[tuple[int, Digest]]:
    """The first sample of each voice line, and its sound."""
    rate = cut.picture.frame_rate
    return [(sound.sample_at(start, rate), line.sound) for start, line in timeline.speeches(cut)]


def _sound_key(cut: Cut, mix: Mix) -> Digest:
    """What decides the sound track's bytes, as one digest."""
    return digest_of(
        {
            "method": METHOD,
            "placed": [[start, str(digest)] for start, digest in _placed(cut)],
            "length": sound.sample_at(cut.frames, cut.picture.frame_rate),
            "mix": mix,
            "versions": {**encode.versions(), "numpy": np.__version__},
        }
    )


def _sound_track(cut: Cut, vault: Vault, cache: Cache, mix: Mix, key: Digest) -> tuple[Segment, bool]:
    """The encoded sound track, and whether it had to be made."""
    found = cache.segment(key)
    if found:
        return found, False
    lines = [(start, sound.read(vault.read(digest))) for start, digest in _placed(cut)]
    mixed = mixed_track(lines, sound.sample_at(cut.frames, cut.picture.frame_rate), mix)
    return cache.store(key, sound.encode_aac(mixed, bit_rate=mix.bit_rate)), True


def mixed_track(placed: list[tuple[int, sound.Sound]], length: int, mix: Mix) -> sound.Sound:
    """Voice lines at their samples, brought to loudness by one gain, over room tone.

    Args:
        placed: First sample of each, and the line at any rate.
        length: Samples of the track at 48 kHz.
        mix: How.
    """
    lines = [(start, sound.stereo(sound.resampled(line))) for start, line in placed]
    dialogue = sound.mix(lines, length)
    dialogue = sound.gained(dialogue, sound.gain_to(sound.loudness(dialogue), mix.target, mix.ceiling))
    if mix.tone is None:
        return dialogue
    return sound.Sound(dialogue.samples + sound.room_tone(length, mix.tone).samples)
