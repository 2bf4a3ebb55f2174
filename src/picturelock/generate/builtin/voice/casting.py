"""The voices: one model's voice, given other throats.

Pitch and the length of the throat are what tells speakers apart (a longer throat has lower formants); breath, the
liveliness of the melody and a tremor do the rest. The accent is American: given British phonemes, the model is not
understood.
"""

from dataclasses import dataclass

from blake3 import blake3

from picturelock.core.anchor import Voice


@dataclass(frozen=True, slots=True)
class Throat:
    """What makes one voice out of the model's.

    Attributes:
        pitch: Factor on the fundamental.
        formants: Factor on the resonances; below 1 for a longer throat.
        pace: Factor on the speed.
        melody: Factor on the range of the melody, in semitones around its middle.
        breath: Factor on the noise of the breath.
        tremor: Share by which the pitch trembles.
        tilt: Loudness of the high end, decibels an octave above 1 kHz.
    """

    pitch: float = 1.0
    formants: float = 1.0
    pace: float = 1.0
    melody: float = 1.0
    breath: float = 1.0
    tremor: float = 0.0
    tilt: float = 0.0


VOICES: dict[str, Throat] = {
    "us_female": Throat(),
    "us_male": Throat(pitch=0.56, formants=0.86, pace=0.98, melody=0.9, tilt=-0.5),
    "bright_female": Throat(pitch=1.16, formants=1.07, pace=1.04, melody=1.15, tilt=1.0),
    "light_male": Throat(pitch=0.67, formants=0.92, melody=1.0, breath=0.9, tilt=0.5),
    "deep_male": Throat(pitch=0.43, formants=0.79, pace=0.9, melody=0.75, tilt=-1.5),
    "old_male": Throat(pitch=0.60, formants=0.83, pace=0.82, melody=0.9, breath=2.4, tremor=0.022, tilt=-1.0),
    "old_woman": Throat(
        pitch=0.86, formants=0.94, pace=0.84, melody=0.85, breath=2.2, tremor=0.026, tilt=-0.5
    ),
    "young_man": Throat(pitch=0.76, formants=0.98, pace=1.08, melody=1.15, tilt=0.5),
    "girl": Throat(pitch=1.42, formants=1.17, pace=1.02, melody=1.2, tilt=1.0),
    "boy": Throat(pitch=1.27, formants=1.22, pace=1.1, melody=1.0, tilt=0.5),
}
"""The voices by name, the default first."""

_ALIASES = {
    "": "us_female",
    "us": "us_female",
    "gb": "bright_female",
    "gb_female": "bright_female",
    "gb_male": "light_male",
    "female": "us_female",
    "male": "us_male",
    "child": "girl",
    "old_female": "old_woman",
}

_THROAT_PER_SEMITONE = 0.3  # larger bodies have lower voices and, less so, longer throats
_MOST_SEMITONES = 8.0


def voice_name(name: str) -> str:
    """The voice that speaks for this name: an unknown one always gets the same."""
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    key = _ALIASES.get(key, key)
    if key in VOICES:
        return key
    return list(VOICES)[
        int.from_bytes(blake3(key.encode("utf-8", "replace")).digest(length=4), "big") % len(VOICES)
    ]


def throat(voice: Voice) -> Throat:
    """The throat for a cast voice: its own shifted and paced as asked."""
    base = VOICES[voice_name(voice.name)]
    shift = min(_MOST_SEMITONES, max(-_MOST_SEMITONES, voice.semitones))
    return Throat(
        pitch=base.pitch * 2 ** (shift / 12),
        formants=base.formants * 2 ** (shift * _THROAT_PER_SEMITONE / 12),
        pace=min(2.0, max(0.5, base.pace * min(1.6, max(0.6, voice.pace)))),
        melody=base.melody,
        breath=base.breath,
        tremor=base.tremor,
        tilt=base.tilt,
    )


def cast_voices(count: int) -> tuple[Voice, ...]:
    """So many voices that can be told apart.

    Args:
        count: 0 or more. Beyond the voices there are, they come again a little higher and lower.
    """
    order = (
        "us_female",
        "us_male",
        "light_male",
        "girl",
        "old_male",
        "bright_female",
        "deep_male",
        "old_woman",
    )
    order += ("young_man", "boy")
    shifts = (0.0, 1.8, -1.8, 3.4, -3.4)
    return tuple(
        Voice(name=order[i % len(order)], semitones=shifts[i // len(order) % len(shifts)])
        for i in range(count)
    )
