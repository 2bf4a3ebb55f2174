"""A voice line from a brief: sound, captions, file."""

import io
import wave
from typing import Any

import numpy as np
from numpy.typing import NDArray

from picturelock.core.brief import VoiceBrief
from picturelock.core.codec import to_json
from picturelock.core.failures import GenerationFailed, Retry
from picturelock.core.take import Part
from picturelock.generate.builtin.voice.captions import Captions, aligned, document
from picturelock.generate.builtin.voice.casting import Throat, throat, voice_name
from picturelock.generate.builtin.voice.guide import guide
from picturelock.generate.builtin.voice.speech import speaker
from picturelock.generate.builtin.voice.vocoder import RATE, sound
from picturelock.generate.builtin.voice.wording import english, phrases, speakable, tidy, words
from picturelock.generate.provider import Product
from picturelock.vault.store import Vault

Samples = NDArray[np.float64]

LONGEST = 2_000
"""Characters of a line: about two minutes."""

_FILM_RATE = 24
_BETWEEN_S = 0.12
_EDGE_S = 0.04
_FADE_S = 0.005
_SILENT_DB = -46.0
_PEAK_DB = -3.0
_FRAME = RATE // 80


def make(brief: VoiceBrief, seed: int, vault: Vault) -> Product:
    """See :func:`picturelock.generate.builtin.voice.speak`."""
    samples, captions = rendered(brief, seed)
    media = vault.put(_wav(samples))
    part = Part(role="captions", digest=vault.put(to_json(captions)))
    return Product(media=media, parts=(part,), duration_frames=-(-len(samples) * _FILM_RATE // RATE))


def rendered(brief: VoiceBrief, seed: int) -> tuple[Samples, Captions]:
    """The finished sound and its captions.

    Raises:
        GenerationFailed: The line is too long for one unit.
    """
    line = tidy(brief.text)
    if len(line) > LONGEST:
        raise GenerationFailed(
            f"a voice line of {len(line)} characters is too long",
            remedy=f"Split it into lines of at most {LONGEST} characters.",
            retry=Retry.AFTER_CHANGE,
        )
    written, voice = words(line), throat(brief.voice)
    found = _spoken(line, voice, seed) if english(line, brief.language) else None
    if found is None:
        samples, spans = guide(written, voice, RATE)
        heard = [(w, a, b) for w, (a, b) in zip(written, spans, strict=True)]
    else:
        samples, heard = found
    samples, shift = _finished(samples)
    heard = [(w, max(0, a - shift), max(0, b - shift)) for w, a, b in heard]
    spans = aligned(written, heard, len(samples))
    captions = document(
        written,
        phrases(line),
        spans,
        spoken=found is not None,
        voice=voice_name(brief.voice.name),
        language=brief.language,
        rate=RATE,
        samples=len(samples),
    )
    return samples, captions


def _spoken(line: str, voice: Throat, seed: int) -> tuple[Samples, list[tuple[str, int, int]]] | None:
    text = speakable(line)
    if not text:
        return None
    # Any integer may be a seed.
    rng = np.random.Generator(np.random.PCG64(seed % 2**64))
    pieces: list[Samples] = []
    heard: list[tuple[str, int, int]] = []
    now = 0
    for spectra, timed in speaker().say(text, voice.pace):
        if pieces:
            pieces.append(np.zeros(int(_BETWEEN_S / voice.pace * RATE)))
            now += len(pieces[-1])
        piece = sound(spectra, voice, rng)
        heard += [(w.text, now + w.start * _FRAME, now + w.end * _FRAME) for w in timed]
        pieces.append(piece)
        now += len(piece)
    if not pieces or not heard:
        return None
    return np.concatenate(pieces), heard


def _finished(samples: Samples) -> tuple[Samples, int]:
    """Trimmed, levelled and faded.

    Returns:
        The samples, and how many were cut off in front.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if peak <= 0:
        return samples, 0
    loud = np.flatnonzero(np.abs(samples) > peak * 10 ** (_SILENT_DB / 20))
    edge = int(_EDGE_S * RATE)
    before = edge - int(loud[0])
    after = edge - (len(samples) - 1 - int(loud[-1]))
    # Exactly this much silence at both ends, whether it has to be cut or added.
    kept = np.pad(samples, (max(0, before), max(0, after)))
    kept = kept[max(0, -before) : len(kept) - max(0, -after)]
    kept = kept * (10 ** (_PEAK_DB / 20) / peak)
    fade = np.linspace(0.0, 1.0, int(_FADE_S * RATE), endpoint=False)
    kept[: len(fade)] *= fade
    kept[-len(fade) :] *= fade[::-1]
    return kept, -before


def _wav(samples: Samples) -> bytes:
    numbers: NDArray[Any] = np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(numbers.tobytes())
    return held.getvalue()
