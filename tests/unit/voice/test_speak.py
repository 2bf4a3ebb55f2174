"""Voice lines: sound, captions, and what no voice here can speak."""

import io
import json
import subprocess
import sys
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picturelock.core.anchor import Voice
from picturelock.core.brief import VoiceBrief
from picturelock.core.failures import GenerationFailed
from picturelock.generate.builtin.voice import VOICES, cast_voices, speak
from picturelock.generate.builtin.voice.captions import Captions, aligned, shared
from picturelock.generate.builtin.voice.casting import voice_name
from picturelock.generate.builtin.voice.line import rendered
from picturelock.generate.builtin.voice.wording import english, phrases, speakable, tidy, words
from picturelock.vault.local import LocalVault

LINE = "The keeper climbed the stairs before dawn."


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def brief(text: str, language: str = "en", **voice: object) -> VoiceBrief:
    return VoiceBrief(text=text, parenthetical="", language=language, voice=Voice(**voice))  # pyright: ignore[reportArgumentType]


def fundamental(samples: np.ndarray) -> float:
    """Median pitch in Hz, by autocorrelation of 50 ms windows below 900 Hz."""
    found = []
    for start in range(0, len(samples) - 2400, 1200):
        piece = samples[start : start + 2400] * np.hanning(2400)
        if np.sqrt((piece**2).mean()) < 0.03:
            continue
        power = (np.abs(np.fft.rfft(piece, 8192)) * (np.fft.rfftfreq(8192, 1 / 48000) < 900)) ** 2
        same = np.fft.irfft(power)[:2400]
        lag = 114 + int(same[114:800].argmax())
        if same[lag] > 0.5 * same[0]:
            found.append(48000 / lag)
    return float(np.median(found))


def in_order(captions: Captions) -> None:
    for row in (captions.words, captions.phrases):
        ends = [0]
        for caption in row:
            assert ends[-1] <= caption.start <= caption.end <= captions.samples
            ends.append(caption.end)


def test_a_line_is_a_levelled_mono_wav(vault: LocalVault) -> None:
    product = speak(brief(LINE), 1, vault)
    with wave.open(io.BytesIO(vault.read(product.media))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 48000, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-3.0, abs=0.01)
    loud = np.flatnonzero(np.abs(samples) > 0.004)
    assert max(loud[0], len(samples) - loud[-1]) < 0.05 * 48000
    assert product.duration_frames == -(-len(samples) // 2000)
    captions = json.loads(vault.read(product.parts[0].digest))
    assert (captions["spoken"], captions["samples"]) == (True, len(samples))
    assert [w["text"] for w in captions["words"]] == LINE.split()


def test_words_are_heard_where_the_captions_say() -> None:
    samples, captions = rendered(brief("Stop. Now listen to me, and do not move."), 1)
    in_order(captions)
    for caption in captions.words:
        assert np.abs(samples[caption.start : caption.end]).max() > 0.05
    assert captions.words[-1].end > 0.9 * captions.samples


def test_the_same_line_is_the_same_bytes_in_another_process(vault: LocalVault) -> None:
    code = (
        "import hashlib; from picturelock.core.anchor import Voice; from picturelock.core.brief import VoiceBrief;"
        "from picturelock.generate.builtin.voice.line import rendered;"
        f"b = VoiceBrief(text={LINE!r}, parenthetical='', language='en', voice=Voice(name='old_male'));"
        "print(hashlib.sha256(rendered(b, 7)[0].tobytes()).hexdigest())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert speak(brief(LINE), 7, vault) == speak(brief(LINE), 7, vault)


def test_the_voices_can_be_told_apart() -> None:
    pitches = {name: fundamental(rendered(brief(LINE, name=name), 1)[0]) for name in VOICES}
    assert len(pitches) >= 6
    assert (
        pitches["deep_male"] < 100 < pitches["us_male"] < 130 < pitches["us_female"] < 230 < pitches["girl"]
    )
    heard = sorted(pitches.values())
    assert sum(b / a > 1.06 for a, b in pairwise(heard)) >= 6


def test_semitones_and_pace_do_what_they_say() -> None:
    plain, _ = rendered(brief(LINE), 1)
    lower, _ = rendered(brief(LINE, semitones=-6.0), 1)
    slower, _ = rendered(brief(LINE, pace=0.7), 1)
    assert fundamental(lower) / fundamental(plain) == pytest.approx(2 ** (-6 / 12), rel=0.06)
    assert len(lower) == pytest.approx(len(plain), rel=0.1)
    assert len(slower) > 1.25 * len(plain)


def test_casting_gives_different_voices_and_unknown_names_keep_theirs() -> None:
    assert len(set(cast_voices(20))) == 20
    assert {v.name for v in cast_voices(20)} <= set(VOICES)
    assert voice_name("Some Vendor's Rachel") == voice_name("some vendor's rachel") in VOICES
    assert voice_name("") == "us_female"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("你好，世界。今天天气很好！", "zh"),
        ("Привет, мир", "ru"),
        ("Où est la gare?", "fr"),
        ("", "en"),
        ("…", "en"),
        ("🎬", "en"),
    ],
)
def test_what_cannot_be_spoken_becomes_a_guide(text: str, language: str) -> None:
    samples, captions = rendered(brief(text, language), 1)
    assert not captions.spoken
    assert len(samples) > 0.3 * 48000
    in_order(captions)
    assert "".join(w.text for w in captions.words) == text.replace(" ", "")


def test_a_guide_takes_the_time_of_its_syllables() -> None:
    short, long = (len(rendered(brief(t, "zh"), 1)[0]) for t in ("你好。", "你好你好你好。"))
    assert 2.3 < long / short < 3.2
    assert [p.text for p in rendered(brief("你好，世界。", "zh"), 1)[1].phrases] == ["你好，", "世界。"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wait -- what?!", "Wait—what!"),
        ("Well... (quietly) no.", "Well… , quietly, no."),
        ("STOP RIGHT THERE, I said!", "stop right there, I said!"),
        ("The FBI came.", "The FBI came."),
        ("[x](/həlˈO/) there", "x, /həlˈO/, there"),
    ],
)
def test_wording(text: str, said: str) -> None:
    assert speakable(tidy(text)).replace(" ", "") == said.replace(" ", "")


def test_numbers_and_abbreviations_share_the_time_of_their_words() -> None:
    _, captions = rendered(brief("Dr. Lin keeps 3,204 lamps at 7:30 pm."), 1)
    assert [w.text for w in captions.words] == ["Dr.", "Lin", "keeps", "3,204", "lamps", "at", "7:30", "pm."]
    assert all(w.end > w.start for w in captions.words)
    longest = max(captions.words, key=lambda w: w.end - w.start)
    assert longest.text == "3,204"


def test_long_lines_are_spoken_to_the_end_and_endless_ones_refused() -> None:
    text = "and the sea went on and on under the lamp while nobody came to look " * 9
    samples, captions = rendered(brief(text), 1)
    assert len(samples) > 20 * 48000
    in_order(captions)
    assert captions.words[-1].end > captions.words[-2].end
    with pytest.raises(GenerationFailed, match="too long"):
        rendered(brief("word " * 1000), 1)


@given(
    st.lists(st.text("ab", min_size=1, max_size=2), max_size=8),
    st.lists(st.text("ab", min_size=1, max_size=2), max_size=8),
)
def test_alignment_keeps_order_whatever_was_heard(written: list[str], heard: list[str]) -> None:
    spans = aligned(written, [(w, i * 10, i * 10 + 9) for i, w in enumerate(heard)], 70)
    assert len(spans) == len(written)
    flat = [t for span in spans for t in span]
    assert [0, *flat, 70] == sorted([0, *flat, 70])


@given(st.lists(st.integers(1, 9), min_size=1), st.integers(0, 100), st.integers(0, 1000))
def test_shares_fill_the_time(weights: list[int], start: int, length: int) -> None:
    pieces = shared(weights, start, start + length)
    assert (pieces[0][0], pieces[-1][1]) == (start, start + length)
    assert all(a[1] == b[0] for a, b in pairwise(pieces))


@given(st.text())
def test_phrases_hold_every_word(text: str) -> None:
    line = tidy(text)
    groups, said = phrases(line), words(line)
    assert [n for g in groups for n in range(g.first, g.last + 1)] == list(range(len(said)))
    assert "".join(said) == line.replace(" ", "")
    english(line, "en")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_sound(text: str) -> None:
    samples, captions = rendered(brief(text), 1)
    assert len(samples) == captions.samples > 0
    assert np.isfinite(samples).all()
    in_order(captions)
