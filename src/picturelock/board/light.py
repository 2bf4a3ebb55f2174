"""The key light of a scene: the same in each of its shots, so that cuts match."""

from math import atan2, degrees, hypot

from picturelock.core.anchor import PieceKind, SetPiece
from picturelock.core.blocking import Light, LightKind, TimeOfDay, Weather

_OUTDOORS: dict[TimeOfDay, Light] = {
    TimeOfDay.DAWN: Light(kind=LightKind.LOW_SUN, azimuth_deg=285.0, elevation_deg=9.0, strength=0.7),
    TimeOfDay.MORNING: Light(kind=LightKind.SUN, azimuth_deg=262.0, elevation_deg=30.0, strength=0.8),
    TimeOfDay.DAY: Light(kind=LightKind.SUN, azimuth_deg=232.0, elevation_deg=50.0, strength=0.85),
    TimeOfDay.AFTERNOON: Light(kind=LightKind.SUN, azimuth_deg=128.0, elevation_deg=36.0, strength=0.85),
    TimeOfDay.DUSK: Light(kind=LightKind.LOW_SUN, azimuth_deg=72.0, elevation_deg=7.0, strength=0.65),
    TimeOfDay.EVENING: Light(kind=LightKind.LOW_SUN, azimuth_deg=64.0, elevation_deg=4.0, strength=0.45),
    TimeOfDay.NIGHT: Light(kind=LightKind.MOON, azimuth_deg=306.0, elevation_deg=42.0, strength=0.5),
}
_LAMPLIT = frozenset({TimeOfDay.DUSK, TimeOfDay.EVENING, TimeOfDay.NIGHT})
#: What the weather leaves of a light that comes from the sky.
_LEFT = {
    Weather.CLEAR: 1.0,
    Weather.CLOUDY: 0.7,
    Weather.RAIN: 0.45,
    Weather.STORM: 0.35,
    Weather.SNOW: 0.5,
    Weather.FOG: 0.35,
}


def key_light(time: TimeOfDay, weather: Weather, pieces: tuple[SetPiece, ...], *, interior: bool) -> Light:
    """Where the light of a scene comes from.

    Indoors it is the window by day and the lamp by night, where the set has them.

    Args:
        time: Of the scene.
        weather: Of the scene.
        pieces: The dressing, for windows and lamps.
        interior: Walls and a ceiling, or sky.
    """
    left = _LEFT[weather]
    if interior:
        lamp = time in _LAMPLIT
        azimuth = _from(pieces, (PieceKind.LAMP, PieceKind.STOVE) if lamp else (PieceKind.WINDOW,))
        if lamp:
            return Light(
                kind=LightKind.LAMP,
                azimuth_deg=315.0 if azimuth is None else azimuth,
                elevation_deg=38.0,
                strength=0.75,
            )
        return Light(
            kind=LightKind.WINDOW,
            azimuth_deg=270.0 if azimuth is None else azimuth,
            elevation_deg=28.0,
            strength=round(0.8 * (0.4 + 0.6 * left), 2),
        )
    sky = _OUTDOORS[time]
    kind = sky.kind if time is TimeOfDay.NIGHT or left > 0.6 else LightKind.OVERCAST
    return Light(
        kind=kind,
        azimuth_deg=sky.azimuth_deg,
        elevation_deg=max(sky.elevation_deg, 55.0) if kind is LightKind.OVERCAST else sky.elevation_deg,
        strength=round(sky.strength * left, 2),
    )


def _from(pieces: tuple[SetPiece, ...], kinds: tuple[PieceKind, ...]) -> float | None:
    """Heading of the piece of these kinds that lights faces best: from the side, neither flat nor from behind."""
    for kind in kinds:
        found = [degrees(atan2(p.x_m, p.z_m)) for p in pieces if p.kind is kind and hypot(p.x_m, p.z_m) > 0.5]
        if found:
            return round(min(found, key=lambda a: (abs(abs(a) - 100.0), a)) % 360.0, 1)
    return None
