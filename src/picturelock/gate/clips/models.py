"""Points that no classic method can answer. They are not measured, and never passed, until a model is installed."""

from picturelock.gate.check import awaits_model

IDENTITY = awaits_model(
    "clip.identity_over_time", "identity over time", "distance", "a face model", "identity"
)
STRAY_TEXT = awaits_model("clip.stray_text", "stray text", "words", "a text reader", "ocr")
SAFETY = awaits_model("clip.safety", "safety", "probability", "a safety model", "safety")
