"""Sound from spectra, with another throat.

A source-filter synthesis by short-time Fourier transform, 50 ms windows every 12.5 ms: a pulse train at the pitch
through the throat's spectrum, noise through the breath's. Stretching the spectra along the frequency axis moves the
formants, scaling the pitch moves the pitch, and neither touches the other. Spectra reach to 12 kHz; the sound is made
at 48 kHz directly.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from picturelock.generate.builtin.voice.casting import Throat
from picturelock.generate.builtin.voice.speech import FRAMES_PER_SECOND, Spectra

Floats = NDArray[np.floating[Any]]

RATE = 48_000
_MODEL_RATE = 24_000
_BINS = 601
_WINDOW = 2 * (_BINS - 1)
_HOP = _MODEL_RATE // FRAMES_PER_SECOND
_UP = RATE // _MODEL_RATE
_VOICED_HZ = 40.0
_HIGHEST_HZ = 11_000.0


def sound(spectra: Spectra, throat: Throat, rng: np.random.Generator) -> NDArray[np.float64]:
    """One stretch of speech.

    Args:
        spectra: Of the model.
        throat: Of the voice.
        rng: Decides the noise.

    Returns:
        Mono samples at 48 kHz, around -1 to 1, 600 a frame.
    """
    pitch = _melody(spectra.pitch.astype(np.float64), throat)
    bend = throat.formants
    tilt = _tilt(throat.tilt)
    log_shape, phase = spectra.throat, spectra.phase
    if throat.pitch != 1.0 or throat.melody != 1.0 or bend != 1.0:
        log_shape, phase = _between_harmonics(log_shape, phase, spectra.pitch)
    shape = np.exp(np.minimum(_stretched(log_shape, bend), 7.0)) * tilt
    turn = np.exp(1j * np.pi * np.tanh(_stretched(phase, bend)))
    whole = _analysed(_pulses(pitch), spectra.frames) * shape * turn
    noise = rng.standard_normal((_BINS, spectra.frames)) + 1j * rng.standard_normal((_BINS, spectra.frames))
    breath = np.exp(np.minimum(_stretched(spectra.breath, bend), 7.0)) * tilt * throat.breath
    whole += breath * noise
    # The part with a phase of its own carries the model's own pitch: it fits no other throat.
    kept = float(np.clip(1.0 - 4.0 * abs(np.log2(throat.pitch)) - 4.0 * abs(np.log2(bend)), 0.0, 1.0))
    if kept > 0:
        free = np.exp(np.minimum(spectra.free.astype(np.float64), 7.0)) * tilt
        whole += kept * free * np.exp(1j * spectra.free_phase.astype(np.float64))
    return _synthesised(whole)


def _between_harmonics(
    log_shape: NDArray[np.float32], phase: NDArray[np.float32], pitch: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The throat alone, without the teeth of the pitch that the model heard it with.

    Its spectra mean something only at the harmonics of the model's own pitch; straight lines between those are what
    another pitch may sample.
    """
    smooth, turned = log_shape.copy(), phase.copy()
    bins = np.arange(_BINS)
    for frame in np.flatnonzero(pitch > _VOICED_HZ):
        step = float(pitch[frame]) * _WINDOW / _MODEL_RATE
        at = np.arange(1, int(_HIGHEST_HZ * _WINDOW / _MODEL_RATE / step) + 1) * step
        for source, target in ((log_shape, smooth), (phase, turned)):
            column = source[:, frame]
            target[:, frame] = np.interp(bins, at, np.interp(at, bins, column))
    return smooth, turned


def _stretched(spectrum: NDArray[np.float32], bend: float) -> NDArray[np.float64]:
    """A spectrum along the frequency axis: what was at ``f`` comes to ``f * bend``."""
    exact = spectrum.astype(np.float64)
    if bend == 1.0:
        return exact
    place = np.arange(_BINS) / bend
    low = np.minimum(place.astype(int), _BINS - 2)
    share = np.clip(place - low, 0.0, 1.0)[:, None]
    bent = exact[low] * (1 - share) + exact[low + 1] * share
    # Above what the model knows the spectrum falls, 12 dB for every tenth of it.
    bent -= np.maximum(place - (_BINS - 1), 0.0)[:, None] / (_BINS / 10) * 1.4
    return bent


def _tilt(decibels: float) -> NDArray[np.float64]:
    hertz = np.arange(_BINS) * _MODEL_RATE / _WINDOW
    octaves = np.log2(np.maximum(hertz, 1000.0) / 1000.0)
    return (10 ** (decibels * octaves / 20))[:, None]


def _melody(pitch: NDArray[np.float64], throat: Throat) -> NDArray[np.float64]:
    voiced = pitch > _VOICED_HZ
    if not voiced.any():
        return np.zeros_like(pitch)
    middle = float(np.median(np.log2(pitch[voiced])))
    logs = np.log2(np.maximum(pitch, _VOICED_HZ))
    moved = np.exp2(middle + (logs - middle) * throat.melody) * throat.pitch
    time = np.arange(len(pitch)) / FRAMES_PER_SECOND
    unrest = np.sin(2 * np.pi * 5.3 * time) + 0.6 * np.sin(2 * np.pi * 7.9 * time + 1.0)
    return np.where(voiced, moved * (1.0 + throat.tremor * unrest), 0.0)


def _pulses(pitch: NDArray[np.float64]) -> NDArray[np.float64]:
    """A pulse train whose harmonics all have the same strength and end below the band's edge.

    The sum of cosines of a phase and its multiples has a closed form (Dirichlet's kernel).
    """
    frames = np.arange(len(pitch))
    at = (np.arange(len(pitch) * _HOP) + 0.5) / _HOP - 0.5
    hertz = np.interp(at, frames, pitch)
    voiced = hertz > _VOICED_HZ
    hertz = np.maximum(hertz, _VOICED_HZ)
    phase = 2 * np.pi * np.modf(np.cumsum(hertz / _MODEL_RATE))[0]
    harmonics = np.floor(_HIGHEST_HZ / hertz)
    half = np.sin(phase / 2)
    flat = np.abs(half) < 1e-3
    safe = np.where(flat, 1.0, half)
    train = (np.sin((harmonics + 0.5) * phase) / safe - 1.0) / 2
    return np.where(voiced, np.where(flat, harmonics, train), 0.0)


def _hann(length: int) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def _analysed(samples: NDArray[np.float64], frames: int) -> NDArray[np.complex128]:
    """Short-time spectra, bins x frames; a cosine of strength 1 peaks at 2."""
    around = np.pad(samples, _WINDOW // 2, mode="reflect" if len(samples) > _WINDOW // 2 else "constant")
    windows = np.lib.stride_tricks.sliding_window_view(around, _WINDOW)[::_HOP][:frames]
    return np.fft.rfft(windows * (_hann(_WINDOW) * 4 / _WINDOW), axis=1).T


def _synthesised(spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Overlapping windows added up, at 48 kHz: the band above 12 kHz is left empty."""
    frames = spectrum.shape[1]
    length, hop = _WINDOW * _UP, _HOP * _UP
    window = _hann(length)
    pieces = np.fft.irfft(spectrum.T, n=length, axis=1) * _UP * window
    total = np.zeros((frames - 1) * hop + length)
    weight = np.zeros_like(total)
    for number, piece in enumerate(pieces):
        place = slice(number * hop, number * hop + length)
        total[place] += piece
        weight[place] += window**2
    middle = slice(length // 2, length // 2 + frames * hop)
    return (total / np.maximum(weight, 1e-3))[middle]
