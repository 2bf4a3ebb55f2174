"""Content-addressed bytes: put, open, verify, mirror. What every store promises is in ``store``."""
