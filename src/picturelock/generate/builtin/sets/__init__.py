"""Sets from a kit of parts."""

from picturelock.generate.builtin.sets.build import build_set

__all__ = ["build_set"]
