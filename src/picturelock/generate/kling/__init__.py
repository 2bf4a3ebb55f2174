"""Kling's own interface: clips from first and last frames, paid in units, found again by the name that we give them.

``asking`` puts a brief and a recipe into Kling's words, ``signing`` makes the token that opens the door, ``answering``
reads what comes back, ``adapter`` is the vendor. There is no official library.
"""

from picturelock.generate.kling.adapter import Kling

__all__ = ["Kling"]
