"""Points that no classic method can answer. They are not measured, and never passed, until a model is installed."""

from picturelock.gate.check import awaits_model

IDENTITY = awaits_model("keyframe.identity", "identity", "distance", "a face model", "identity")
HEAD_COUNT = awaits_model(
    "keyframe.head_count", "head count", "people too many or few", "a person model", "people"
)
ANATOMY = awaits_model("keyframe.anatomy", "anatomy", "implausible limbs", "a hand and pose model", "people")
STRAY_TEXT = awaits_model("keyframe.stray_text", "stray text and safety", "words", "a text reader", "ocr")
SAFETY = awaits_model("keyframe.safety", "stray text and safety", "probability", "a safety model", "safety")
