"""The language of a production: values and pure decisions. No I/O, no clock, no environment."""
