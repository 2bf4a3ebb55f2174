"""Scratch dialogue: a voice line becomes a sound with captions.

The way through: ``casting`` has the voices, ``wording`` makes a line speakable, ``speech`` asks the model what to say
when, ``vocoder`` gives it a throat, ``captions`` says which word is heard when, and ``guide`` keeps the time of lines
that no voice here can speak.
"""

from picturelock.core.brief import VoiceBrief
from picturelock.generate.builtin.versions import VOICE as VOICE_VERSION
from picturelock.generate.builtin.voice.casting import VOICES, cast_voices
from picturelock.generate.provider import Product
from picturelock.vault.store import Vault

__all__ = ["VOICES", "VOICE_VERSION", "cast_voices", "speak"]


def speak(brief: VoiceBrief, seed: int, vault: Vault) -> Product:
    """Speak a voice line.

    Only English can be spoken. A line in another language becomes a guide track: soft tones in the rhythm that the
    line would have, so that the cut can be timed; its captions say ``"spoken": false``.

    Args:
        brief: The line and its voice. A voice name that is not in ``VOICES`` always gets the same one of them.
        seed: Decides the noise in the breath.
        vault: Takes the sound.

    Returns:
        WAV, 48 kHz, mono, 16 bit, peak at -3 dBFS; part ``captions`` is a ``picturelock.captions/1`` document.

    Raises:
        GenerationFailed: The line is too long for one unit.
    """
    from picturelock.generate.builtin.voice.line import make

    return make(brief, seed, vault)
