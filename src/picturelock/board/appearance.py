"""Anchors in words: what a prompt says of a look that the board holds in measures."""

from colorsys import rgb_to_hls

from picturelock.core.anchor import (
    Accessory,
    Age,
    Anchor,
    Build,
    CharacterAnchor,
    CharacterLook,
    Colour,
    Hair,
    HairStyle,
    Hat,
    LocationAnchor,
    PropAnchor,
    StyleAnchor,
    Value,
)

_HUES = (
    (14, "red"),
    (38, "orange"),
    (66, "yellow"),
    (160, "green"),
    (195, "teal"),
    (255, "blue"),
    (290, "violet"),
    (335, "pink"),
    (361, "red"),
)


def colour_words(colour: Colour) -> str:
    """A colour as a painter would call it: ``dark grey-blue``, ``pale yellow``, ``brown``."""
    red, green, blue = (c / 255 for c in colour.rgb)
    hue, light, saturation = rgb_to_hls(red, green, blue)
    spread = max(red, green, blue) - min(red, green, blue)
    tone = "very dark " if light < 0.12 else "dark " if light < 0.3 else "pale " if light > 0.72 else ""
    if spread < 0.07:
        return "black" if light < 0.09 else "white" if light > 0.93 else f"{tone}grey"
    name = next(n for top, n in _HUES if hue * 360 < top)
    if (name == "orange" and light < 0.55 and saturation < 0.7) or (name == "red" and light < 0.25):
        name = "brown"
    return f"{tone}{'grey-' if saturation < 0.3 and name != 'brown' else ''}{name}"


def describe(anchor: Anchor) -> str:
    """An anchor in one phrase without a full stop; empty where nothing is known but the name."""
    words = anchor.description.strip().rstrip(".")
    match anchor:
        case CharacterAnchor():
            return _joined(words, _character(anchor.look, told=bool(words)))
        case LocationAnchor():
            features = ", ".join(f for f in anchor.look.features if f.lower() not in words.lower())
            return _joined(words, f"with {features}" if features else "")
        case PropAnchor():
            if words:
                return words
            look = anchor.look
            return f"{colour_words(look.colour)} {look.kind.value}, {round(look.size_m * 100)} cm long"
        case StyleAnchor():
            return words


def _joined(*parts: str) -> str:
    return ", ".join(p for p in parts if p)


def _character(look: CharacterLook, *, told: bool) -> str:
    """Measures and clothes; beside a description only what was set on purpose."""
    usual = CharacterLook()

    def says(*fields: Value | object) -> bool:
        return not told or any(fields)

    parts: list[str] = []
    if says(look.age is not usual.age, look.build is not usual.build):
        person = {Age.CHILD: "child", Age.YOUNG: "young adult", Age.ADULT: "adult", Age.OLD: "old person"}[
            look.age
        ]
        parts.append(person if look.build is Build.AVERAGE else f"{person} of {look.build.value} build")
    parts.append(f"{look.height_m:.2f} m tall")
    if says(look.hair != usual.hair):
        parts.append(_hair(look.hair))
    if says(look.upper != usual.upper):
        parts.append(f"{colour_words(look.upper.colour)} {look.upper.kind.value.replace('_', ' ')}")
    if says(look.lower != usual.lower):
        parts.append(f"{colour_words(look.lower.colour)} {look.lower.kind.value}")
    if look.headgear.kind is not Hat.NONE:
        hat = "brimmed hat" if look.headgear.kind is Hat.BRIM else look.headgear.kind.value
        parts.append(f"{colour_words(look.headgear.colour)} {hat}")
    for accessory in look.accessories:
        plainly = accessory in {Accessory.GLASSES, Accessory.BEARD, Accessory.MOUSTACHE}
        parts.append(accessory.value if plainly else f"{colour_words(look.accent)} {accessory.value}")
    return ", ".join(parts)


def _hair(hair: Hair) -> str:
    colour = colour_words(hair.colour)
    match hair.style:
        case HairStyle.BALD:
            return "bald"
        case HairStyle.CROP:
            return f"cropped {colour} hair"
        case HairStyle.BOB | HairStyle.BUN | HairStyle.PONYTAIL | HairStyle.BRAID:
            return f"{colour} {hair.style.value}"
        case _:
            return f"{hair.style.value} {colour} hair"
