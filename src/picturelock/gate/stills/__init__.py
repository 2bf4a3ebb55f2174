"""The keyframe gate: a picture opened once, and the twelve points that are read from it."""
