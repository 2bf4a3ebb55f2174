"""Named moments at which a test lets a process die.

``PICTURELOCK_DIE_AT=send.answered`` kills the process the first time that it comes by, ``send.answered:3`` the third
time, without a chance to clean up: what a power cut does. Nothing happens where the variable is not set.
"""

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()
POINTS = (
    "buy.reserved",
    "send.begun",
    "send.submitting",
    "send.answered",
    "send.told",
    "look.answered",
    "look.told",
    "fetch.begun",
    "fetch.downloaded",
    "fetch.kept",
    "fetch.told",
    "settle.begun",
    "settle.told",
)
"""Every moment of a paid call at which its state has just changed or is about to."""


def passing(point: str) -> None:
    """Die here if a test asked for it."""
    wanted = os.environ.get("PICTURELOCK_DIE_AT", "")
    name, _, which = wanted.partition(":")
    if name != point:
        return
    _passed[point] += 1
    if _passed[point] == int(which or 1):
        os.kill(os.getpid(), signal.SIGKILL)
