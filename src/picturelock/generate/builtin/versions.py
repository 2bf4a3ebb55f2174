"""Versions of the built-in makers. Raise one whenever its pixels or samples change for the same brief and seed."""

ARTIST = "2"
CAMERA = "2"
VOICE = "1"
