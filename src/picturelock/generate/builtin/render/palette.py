"""The colours of light: what a wash does to a surface, by time of day, weather and the style's own inks."""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import Colour, StyleLook
from picturelock.core.blocking import Light, LightKind, TimeOfDay, Weather

Rgb = NDArray[np.floating]


def rgb(colour: Colour) -> Rgb:
    """0..1 each."""
    return np.array(colour.rgb, np.float32) / 255


def mix(a: Rgb, b: Rgb, share: float) -> Rgb:
    """``a`` with this share of ``b``."""
    return (a * (1 - share) + b * share).astype(np.float32)


def tint(colour: Rgb, light: float) -> Rgb:
    """The hue of a colour at this brightness of its strongest channel."""
    return (colour / max(float(colour.max()), 1e-3) * light).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Palette:
    """What light and ink do in one picture.

    Attributes:
        key: A surface in full light is multiplied by this.
        shade: A surface in the deepest wash is multiplied by this.
        warm: Colour of lamps and windows.
        ink: Colour of lines.
        paper: Where nothing is painted.
        towards_light: World direction to the key light.
        key_strength: 0..1.
        softness: Angular radius of the key light in degrees; wide lights throw soft shadows.
        night: 0..1.
        line: Line weight.
        grain: Paper grain.
        values: Steps of tone.
    """

    key: Rgb
    shade: Rgb
    warm: Rgb
    ink: Rgb
    paper: Rgb
    towards_light: Rgb
    key_strength: float
    softness: float
    night: float
    line: float
    grain: float
    values: int


_SOFTNESS = {
    LightKind.SUN: 0.8,
    LightKind.LOW_SUN: 1.0,
    LightKind.MOON: 1.2,
    LightKind.OVERCAST: 24.0,
    LightKind.WINDOW: 6.0,
    LightKind.LAMP: 3.0,
}


def palette_for(style: StyleLook, light: Light, time: TimeOfDay, weather: Weather) -> Palette:
    """The palette of a picture."""
    warm, cool, wash = rgb(style.warm), rgb(style.cool), rgb(style.wash)
    white = np.ones(3, np.float32)
    day_shade = mix(tint(wash, 0.62), white * 0.62, 0.25)
    key, shade, night = white, day_shade, 0.0
    match light.kind:
        case LightKind.SUN:
            key = mix(white, rgb(style.paper), 0.35) * 1.02
        case LightKind.LOW_SUN:
            key, shade = mix(white, tint(warm, 1.08), 0.55), mix(tint(cool, 0.56), tint(wash, 0.56), 0.5)
        case LightKind.MOON:
            key, shade, night = mix(tint(cool, 0.80), white * 0.8, 0.25), tint(cool, 0.30), 1.0
        case LightKind.OVERCAST:
            key, shade = mix(white, tint(cool, 1.0), 0.25) * 0.95, mix(tint(wash, 0.66), white * 0.66, 0.4)
        case LightKind.WINDOW:
            key, shade = mix(white, rgb(style.paper), 0.3) * 1.04, mix(tint(wash, 0.64), white * 0.64, 0.3)
        case LightKind.LAMP:
            key, shade = mix(white, tint(warm, 1.0), 0.5), mix(tint(wash, 0.44), tint(cool, 0.44), 0.4)
    if time is TimeOfDay.NIGHT and light.kind is not LightKind.MOON:
        night = 0.7
        shade = shade * 0.75
    elif time in {TimeOfDay.DUSK, TimeOfDay.EVENING, TimeOfDay.DAWN} and light.kind is not LightKind.LAMP:
        night = 0.35 if light.kind is not LightKind.MOON else 0.8
        shade = mix(shade, tint(cool, 0.5), 0.4)
    if weather in {Weather.RAIN, Weather.STORM, Weather.FOG}:
        key = mix(key, tint(cool, 0.85), 0.4)
    azimuth, elevation = radians(light.azimuth_deg), radians(max(light.elevation_deg, 3.0))
    towards = np.array(
        [sin(azimuth) * cos(elevation), sin(elevation), cos(azimuth) * cos(elevation)], np.float32
    )
    return Palette(
        key=key.astype(np.float32),
        shade=shade.astype(np.float32),
        warm=tint(warm, 1.0),
        ink=rgb(style.ink),
        paper=rgb(style.paper),
        towards_light=towards,
        key_strength=light.strength,
        softness=_SOFTNESS[light.kind],
        night=night,
        line=style.line,
        grain=style.grain,
        values=style.values,
    )
