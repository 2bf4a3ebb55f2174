from fractions import Fraction
from math import inf
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import BadDocument, Damaged, Malformed
from picturelock.core.frametime import FrameRate
from picturelock.media import mux, sound
from picturelock.media.sound import Sound

RATES = st.sampled_from([FrameRate.parse(r) for r in ("24", "25", "30", "24000/1001", "30000/1001", "60")])


def tone(seconds: float, level: float = 0.1, rate: int = sound.RATE, channels: int = 2) -> Sound:
    t = np.arange(int(seconds * rate)) / rate
    return Sound(
        np.repeat((level * np.sin(2 * np.pi * 997 * t)).astype(np.float32)[None], channels, axis=0), rate
    )


def click(at: int, length: int, rate: int, channels: int = 1) -> Sound:
    samples = np.zeros((channels, length), np.float32)
    samples[:, at] = 0.9
    return Sound(samples, rate)


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("channels", [1, 2])
def test_wav_comes_back_as_it_went(bits: int, channels: int) -> None:
    given_ = tone(0.1, 0.5, 22_050, channels)
    found = sound.read(sound.wav(given_, bits=bits))
    assert (found.rate, found.channels, found.length) == (22_050, channels, given_.length)
    assert np.abs(found.samples - given_.samples).max() <= 2 ** -(bits - 1)
    assert sound.wav(found, bits=bits) == sound.wav(given_, bits=bits)


def test_wav_clips_at_full_scale() -> None:
    loud = Sound(np.array([[2.0, -2.0, 0.0]], np.float32))
    assert sound.read(sound.wav(loud)).samples[0].tolist() == pytest.approx([1 - 2**-15, -1.0, 0.0])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_click_stays_at_its_time_through_resampling(rate: int) -> None:
    found = sound.resampled(click(rate // 2, rate, rate))
    assert (found.rate, found.length) == (48_000, 48_000)
    assert int(np.abs(found.samples[0]).argmax()) == 24_000


@given(frame=st.integers(0, 500_000), rate=RATES)
def test_frames_begin_at_their_sample(frame: int, rate: FrameRate) -> None:
    at = sound.sample_at(frame, rate)
    assert abs(at - Fraction(frame) / rate * 48_000) <= Fraction(1, 2)
    assert sound.sample_at(frame + 1, rate) > at
    assert sound.frames_of(at, rate) in {frame, frame + 1}


def test_a_sound_needs_whole_frames() -> None:
    assert [sound.frames_of(n, FrameRate(24)) for n in (0, 1, 2000, 2001)] == [0, 1, 1, 2]


def test_mixing_is_exact_to_the_sample_and_leaves_out_what_reaches_outside() -> None:
    one = sound.stereo(click(0, 10, sound.RATE))
    found = sound.mix([(5, one), (5, one), (-3, sound.stereo(click(4, 10, sound.RATE))), (98, one)], 100)
    assert found.length == 100
    assert {int(n): round(float(found.samples[0, n]), 3) for n in np.flatnonzero(found.samples[0])} == {
        1: 0.9,
        5: 1.8,
        98: 0.9,
    }


def test_what_cannot_be_mixed_is_refused() -> None:
    with pytest.raises(Malformed, match="16000 Hz"):
        sound.mix([(0, tone(0.1, rate=16_000))], 100)


def test_loudness_of_a_reference_tone() -> None:
    found = sound.loudness(tone(5, 0.1))
    assert found.integrated == pytest.approx(-20.0, abs=0.1)
    assert found.true_peak == pytest.approx(-20.0, abs=0.1)
    assert sound.loudness(Sound(np.zeros((2, 48_000), np.float32))).integrated == -inf
    assert sound.peak(Sound(np.zeros((2, 10), np.float32))) == -inf


def test_one_gain_reaches_the_target_or_the_ceiling() -> None:
    quiet = tone(3, 0.02)
    gain = sound.gain_to(sound.loudness(quiet), -16.0)
    assert sound.loudness(sound.gained(quiet, gain)).integrated == pytest.approx(-16.0, abs=0.1)
    spiky = Sound(quiet.samples.copy())
    spiky.samples[:, 1000] = 0.95
    gain = sound.gain_to(sound.loudness(spiky), -16.0, ceiling=-1.0)
    assert sound.loudness(sound.gained(spiky, gain)).true_peak <= -0.9
    assert sound.gain_to(sound.Loudness(-inf, -inf), -16.0) == 0


def test_room_tone_is_faint_and_the_same_every_time() -> None:
    one, two = sound.room_tone(400_000), sound.room_tone(400_000)
    assert np.array_equal(one.samples, two.samples)
    assert 20 * np.log10(np.sqrt(np.mean(one.samples**2))) == pytest.approx(-66, abs=0.5)
    assert abs(np.corrcoef(one.samples)[0, 1]) < 0.3


@pytest.mark.parametrize("length", [1, 500, 1024, 1025, 48_000, 96_123])
def test_aac_lasts_to_the_sample(tmp_path: Path, length: int) -> None:
    given_ = Sound(np.ascontiguousarray(tone(3, 0.2).samples[:, :length]))
    made = sound.encode_aac(given_)
    assert made.ticks == length
    assert made.entries[-1].pts + made.entries[-1].duration == length
    assert sound.encode_aac(given_).payload == made.payload


def test_a_click_stays_at_its_sample_through_aac(tmp_path: Path) -> None:
    from picturelock.media import encode, planes
    from picturelock.testing import numbered

    frames = [planes.from_bgr(p) for p in numbered.pictures((160, 96), 48)]
    picture = mux.Part.of(encode.encode_segment(frames, (160, 96), FrameRate(24)))
    track = sound.encode_aac(sound.stereo(click(sound.sample_at(31, FrameRate(24)), 96_000, 48_000)))
    path = tmp_path / "film.mp4"
    assert mux.write(path, mux.Film((160, 96), FrameRate(24)), [picture], track) == 48
    heard = sound.read(path)
    assert heard.length == 96_000
    assert int(np.abs(heard.samples[0]).argmax()) == 31 * 2000
    with av.open(str(path)) as file:
        ends = {s.type: Fraction(s.duration or 0) * Fraction(s.time_base or 0) for s in file.streams}
    assert ends == {"video": 2, "audio": 2}


def test_what_is_no_sound_is_said_so(tmp_path: Path) -> None:
    with pytest.raises((BadDocument, Damaged)):
        sound.read(b"not a sound at all, whatever it says")
    with pytest.raises((BadDocument, Damaged)):
        sound.read(sound.wav(tone(0.1))[:20])
    with pytest.raises(Malformed):
        Sound(np.zeros(10, np.float32))
    with pytest.raises(Malformed):
        sound.wav(tone(0.1), bits=8)
    with pytest.raises(Malformed, match="AAC"):
        sound.encode_aac(tone(0.1, rate=16_000))
