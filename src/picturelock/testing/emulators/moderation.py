"""Words that vendors of this emulator object to. Real ones keep their lists to themselves."""

from enum import StrEnum

from picturelock.testing.emulators.chance import share


class Objection(StrEnum):
    """What a prompt's word brings about.

    ``FLAG_INPUT`` and ``FLAG_IMAGE``: the prompt, or the picture that came with it, is refused before anything is made.
    ``FLAG_OUTPUT``: what was made is refused, always. ``FLAG_CHANCE``: what was made is refused about every second
    time, as vendors' classifiers do at the edge of their rules.
    """

    INPUT = "FLAG_INPUT"
    IMAGE = "FLAG_IMAGE"
    OUTPUT = "FLAG_OUTPUT"
    CHANCE = "FLAG_CHANCE"


def objection(prompt: str, seed: int, key: str) -> Objection | None:
    """What the vendor objects to.

    Args:
        prompt: As it was sent.
        seed: Of chance.
        key: Names the job for chance.

    Returns:
        ``CHANCE`` only where chance decided against the job; otherwise the first of the words in this order.
    """
    for word in (Objection.INPUT, Objection.IMAGE, Objection.OUTPUT):
        if word.value in prompt:
            return word
    if Objection.CHANCE.value in prompt and share(seed, "moderation", key) < 0.5:
        return Objection.CHANCE
    return None
