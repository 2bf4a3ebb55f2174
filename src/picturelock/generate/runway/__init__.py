"""Runway: its own models and those that it resells, all under one contract of tasks that are paid in credits.

``wording`` puts a brief and a recipe into the vendor's words, ``pictures`` brings pictures along, ``verdicts`` reads its
answers, ``adapter`` asks. The vendor's library is not used to ask: it does not tell a request that never left from one
whose answer was lost, and reads credits as floats. Its types hold our requests to account in the tests.
"""

from picturelock.generate.runway.adapter import Runway

__all__ = ["Runway"]
