"""Sky and air by the hour and the weather."""

from dataclasses import dataclass

from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.generate.builtin.geometry import Backdrop
from picturelock.generate.builtin.sets.palette import RGB, mix

T = TimeOfDay


@dataclass(frozen=True, slots=True)
class _Hour:
    zenith: RGB
    horizon: RGB
    grey: RGB
    ambient: float
    stars: bool = False


_HOURS: dict[TimeOfDay, _Hour] = {
    T.DAWN: _Hour((0.50, 0.55, 0.70), (0.97, 0.76, 0.64), (0.66, 0.64, 0.68), 0.42),
    T.MORNING: _Hour((0.53, 0.69, 0.83), (0.95, 0.91, 0.80), (0.78, 0.80, 0.82), 0.56),
    T.DAY: _Hour((0.45, 0.65, 0.83), (0.87, 0.91, 0.91), (0.80, 0.82, 0.84), 0.60),
    T.AFTERNOON: _Hour((0.50, 0.66, 0.81), (0.95, 0.88, 0.74), (0.78, 0.79, 0.79), 0.56),
    T.DUSK: _Hour((0.36, 0.35, 0.54), (0.97, 0.62, 0.40), (0.52, 0.49, 0.56), 0.40),
    T.EVENING: _Hour((0.20, 0.24, 0.40), (0.62, 0.50, 0.56), (0.34, 0.35, 0.43), 0.36, stars=True),
    T.NIGHT: _Hour((0.07, 0.10, 0.21), (0.24, 0.32, 0.45), (0.17, 0.20, 0.27), 0.34, stars=True),
}

# How much of the sky is clouded, how far the sky turns grey, haze in metres, and light left in the open.
_WEATHERS: dict[Weather, tuple[float, float, float, float]] = {
    Weather.CLEAR: (0.16, 0.0, 170.0, 1.0),
    Weather.CLOUDY: (0.72, 0.55, 120.0, 1.0),
    Weather.RAIN: (0.92, 0.85, 48.0, 0.94),
    Weather.STORM: (1.0, 0.95, 36.0, 0.84),
    Weather.SNOW: (0.9, 0.7, 38.0, 1.08),
    Weather.FOG: (0.0, 0.9, 11.0, 1.04),
}
_FALLING = {Weather.RAIN: "rain", Weather.STORM: "rain", Weather.SNOW: "snow"}


def backdrop(time: TimeOfDay, weather: Weather, *, interior: bool, warmth: RGB) -> Backdrop:
    """Sky, clouds, stars and haze.

    Args:
        time: The hour.
        weather: What the sky does.
        interior: Air indoors is clear, and distance does not fade to sky.
        warmth: Colour of the set's walls, which indoor distance fades to.
    """
    hour = _HOURS[time]
    clouds, greyed, haze, _ = _WEATHERS[weather]
    dark = 0.72 if weather is Weather.STORM else 1.0
    grey_top: RGB = mix((0.0, 0.0, 0.0), hour.grey, 0.86 * dark)
    grey_low: RGB = mix((0.0, 0.0, 0.0), hour.grey, 1.04 * dark) if hour.grey[0] < 0.9 else hour.grey
    zenith = mix(hour.zenith, grey_top, greyed)
    horizon = mix(hour.horizon, grey_low, greyed)
    far = mix(horizon, zenith, 0.22)
    if weather is Weather.SNOW:
        # Falling snow whitens what it hides.
        far = mix(far, mix(far, (1.0, 1.0, 1.0), 0.6), hour.ambient)
    fog = weather is Weather.FOG
    if fog:
        # Fog scatters what light there is: it is paler than the dark behind it, and nothing of the sky shows through.
        pale = mix(far, (1.0, 1.0, 1.0), 1.3 * (0.6 - hour.ambient))
        zenith = horizon = pale
        far = far if interior else pale
    return Backdrop(
        zenith=zenith,
        horizon=horizon,
        clouds=clouds,
        stars=hour.stars and greyed < 0.5,
        far=mix(far, warmth, 0.12) if interior else far,
        haze_m=max(60.0, haze) if interior else haze,
        lines_lost=0.75 if fog else 0.9,
        lights_kept=0.6 if fog else 0.85,
    )


def ambient(time: TimeOfDay, weather: Weather, *, interior: bool) -> float:
    """Light without a key, 0..1."""
    open_air = _HOURS[time].ambient * _WEATHERS[weather][3]
    return round(open_air * 0.8 + 0.06 if interior else open_air, 4)


def precipitation(weather: Weather, *, interior: bool) -> str:
    """What falls: ``rain``, ``snow`` or nothing."""
    return "" if interior else _FALLING.get(weather, "")
