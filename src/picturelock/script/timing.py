"""How long things last, in seconds, before anything is recorded or drawn."""

from fractions import Fraction

from picturelock.core.anchor import Voice
from picturelock.core.frametime import FrameRate
from picturelock.script.language import spoken_characters, spoken_words

WORDS_PER_SECOND = 2.3
CHARACTERS_PER_SECOND = 3.8
BREATH = 0.6
LEAD_IN = 0.4
GAP = 0.35
TAIL = 0.4
SHORTEST = 2.5
#: Planned at most; with rounding no shot comes near ten seconds.
LONGEST = 8.0


def speech_seconds(text: str, voice: Voice) -> float:
    """How long a line takes to say, with a margin for the scratch voice."""
    spoken = spoken_words(text) / WORDS_PER_SECOND + spoken_characters(text) / CHARACTERS_PER_SECOND
    return round(spoken / voice.pace + BREATH, 3)


def action_seconds(text: str) -> float:
    """How long an action takes to see. Description costs a reader more time than a viewer, so it grows slowly."""
    size = spoken_words(text) + spoken_characters(text) * 0.6
    return min(6.5, max(SHORTEST, 1.9 + 0.05 * size))


def frames(seconds: float, rate: FrameRate) -> int:
    """Seconds to the nearest whole frame, at least one."""
    return max(1, rate.frames(Fraction(round(seconds * 1000), 1000)))
