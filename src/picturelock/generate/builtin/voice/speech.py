"""What is said when: phonemes and their spectra from the speech model (hibari, distilled from Kokoro-82M).

The model's own sound is not used. It predicts, for every 12.5 ms, the spectrum of the throat, of the breath and a
pitch; ``vocoder`` makes the sound, so that one model can be given many throats without resampling any sound.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FRAMES_PER_SECOND = 80
_MOST_PHONEMES = 300
# Phoneme durations in the model's own steps of several frames. The graph computes them but does not give them away.
_DURATIONS = "/Clip_output_0"


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """The model's prediction for one stretch of speech; arrays are 601 bins (0 to 12 kHz) x frames.

    Attributes:
        throat: Log magnitude of the voiced part.
        phase: Of the voiced part, in half turns.
        breath: Log magnitude of the noise.
        free: Log magnitude of the part with a phase of its own.
        free_phase: Radians.
        pitch: Hz a frame; near 0 where nothing is voiced.
    """

    throat: Floats
    phase: Floats
    breath: Floats
    free: Floats
    free_phase: Floats
    pitch: Floats

    @property
    def frames(self) -> int:
        """Length."""
        return len(self.pitch)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word as the model reads it, and when.

    Attributes:
        text: The word after abbreviations and numbers were written out.
        start: Frame of its first sound.
        end: Frame after its last.
    """

    text: str
    start: int
    end: int


class Speaker:
    """The loaded model. Calls may come from any thread."""

    def __init__(self) -> None:
        import onnxruntime
        from hibari import Hibari
        from hibari.g2p import G2P

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        self._reader = G2P(british=False)
        self._model = Hibari(g2p=self._reader)
        graph = Path(self._model.model_path).read_bytes() + _more_output(_DURATIONS)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._names = [output.name for output in self._session.get_outputs()]
        self._lock = threading.Lock()

    def say(self, text: str, pace: float) -> Iterator[tuple[Spectra, list[Spoken]]]:
        """The stretches of a speakable line, in order.

        Args:
            text: From ``wording.speakable``.
            pace: 0.5 to 2.
        """
        for sentence in self._model.split_sentences(text):
            with self._lock:
                try:
                    tokens = self._read(sentence)
                except (ValueError, LookupError, TypeError, AttributeError, AssertionError, OverflowError):
                    # The dictionary gives up on odd signs and endless numbers: plain letters it always reads.
                    plain = re.sub(r"(\d)", r" \1 ", re.sub(r"[^A-Za-z0-9 ,.!?']", " ", sentence))
                    tokens = self._read(plain)
                for chunk in _chunks(tokens):
                    said = self._stretch(chunk, pace)
                    if said is not None:
                        yield said

    def _read(self, sentence: str) -> list[tuple[str, str]]:
        """Tokens with the phonemes they are spoken as, spaces included."""
        from hibari.g2p.normalize import normalize

        reader = self._reader
        written = normalize(sentence)
        if not written:
            return []
        tokens = reader.phonemize_tokens(reader.tokenize(written))
        return [(t.text, (t.phonemes or "") + (" " if t.whitespace else "")) for t in tokens]

    def _stretch(self, tokens: list[tuple[str, str]], pace: float) -> tuple[Spectra, list[Spoken]] | None:
        vocabulary = self._model.vocab
        ids, spans = [0], []
        for text, phonemes in tokens:
            first = len(ids)
            ids += [vocabulary[c] for c in phonemes if c in vocabulary]
            spans.append((text, first, len(ids)))
        if len(ids) < 2 or not any(re.search(r"\w", phonemes) for _, phonemes in tokens):
            return None
        ids.append(0)
        fed = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([pace], np.float32)}
        outputs: dict[str, NDArray[Any]] = {
            name: np.asarray(value)
            for name, value in zip(self._names, self._session.run(None, fed), strict=True)
        }
        spectra = Spectra(*(outputs[n][0] for n in ("lh", "theta", "ln", "lr", "phi", "f0")))
        ends = np.concatenate([[0.0], np.cumsum(outputs[_DURATIONS].astype(np.float64).ravel())])
        ends *= spectra.frames / max(1.0, float(ends[-1]))
        # A token's last phoneme may be its space: silence that belongs to nobody, but near enough.
        timed = [
            Spoken(text, int(ends[first]), int(min(ends[last], spectra.frames)))
            for text, first, last in spans
            if last > first and re.search(r"\w", text)
        ]
        return spectra, timed


@cache
def speaker() -> Speaker:
    """The one loaded model of this process; half a second the first time."""
    return Speaker()


def _chunks(tokens: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """A sentence in pieces that the model can hold, cut at punctuation where there is some."""
    held: list[tuple[str, str]] = []
    size = 0
    for text, phonemes in tokens:
        pieces = [phonemes[i : i + _MOST_PHONEMES] for i in range(0, len(phonemes), _MOST_PHONEMES)] or [""]
        for piece in pieces:
            pause = bool(held) and held[-1][1].rstrip()[-1:] in set(",;:—…")
            if size + len(piece) > _MOST_PHONEMES or (pause and size > 0.6 * _MOST_PHONEMES):
                yield held
                held, size = [], 0
            held.append((text, piece))
            size += len(piece)
    if held:
        yield held


def _more_output(name: str) -> bytes:
    """A protobuf suffix that makes an inner value of an ONNX graph one of its outputs.

    Serialised messages that are put after one another are merged, repeated fields by appending (Protocol Buffers
    encoding, "Last one wins"). Field 7 of the model is the graph, field 12 of the graph an output, field 1 its name.
    """

    def field(number: int, payload: bytes) -> bytes:
        return bytes([number << 3 | 2, len(payload)]) + payload

    return field(7, field(12, field(1, name.encode())))
