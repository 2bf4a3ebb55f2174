"""How fast time passes at a vendor."""

import os

from picturelock.generate.access import on_loopback


def pace(name: str) -> float:
    """Waiting times of a vendor, in its own; less than 1 only for one that is emulated on this machine.

    A real vendor that is looked up before the request can have arrived would say that it is not there.
    """
    emulated = on_loopback(os.environ.get(f"PICTURELOCK_{name.upper().replace('-', '_')}_URL", ""))
    return float(os.environ.get("PICTURELOCK_PACE", "1")) if emulated else 1.0
