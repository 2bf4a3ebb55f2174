"""Is the file what was ordered: whole, of the right length, rate and size?"""

from fractions import Fraction

from picturelock.core.ids import CheckName
from picturelock.gate.check import Found, Gauge, Missing
from picturelock.gate.clips.reading import clip_check
from picturelock.gate.clips.screening import Screening


def _decodes(screening: Screening) -> Found:
    faults = len(screening.damaged) + bool(screening.problem)
    if not faults:
        return Found(0.0, {"frames": screening.frames})
    why = screening.problem or f"frame {screening.damaged[0]} is damaged"
    return Found(float(faults), {"frames": screening.frames, "damaged": screening.damaged[:16], "why": why})


def _frames(screening: Screening) -> Found:
    wanted = screening.subject.frames_with_handles
    return Found(float(screening.frames - wanted), {"decoded": screening.frames, "wanted": wanted})


def _rate(screening: Screening) -> Found | Missing:
    if not screening.rate:
        return Missing("the file states no rate")
    wanted = Fraction(screening.subject.format.frame_rate)
    # Containers write averages in coarse ticks; a ten-thousandth of the rate is their rounding.
    away = abs(screening.rate - wanted)
    away = Fraction(0) if away < wanted / 10_000 else away
    return Found(float(away), {"rate": str(screening.rate), "wanted": str(wanted)})


def _cadence(screening: Screening) -> Found:
    """Steps between frames that are not one frame long, by the file's own rate."""
    period = 1 / (screening.rate or Fraction(screening.subject.format.frame_rate))
    times = screening.times
    odd = [n for n in range(1, len(times)) if abs(times[n] - times[n - 1] - period) > period / 4]
    return Found(float(len(odd)), {"frame": odd[0]} if odd else {})


def _size(screening: Screening) -> Found:
    wanted = screening.subject.format
    away = max(abs(screening.width - wanted.width), abs(screening.height - wanted.height))
    return Found(
        float(away), {"size": [screening.width, screening.height], "wanted": [wanted.width, wanted.height]}
    )


def _handles(screening: Screening) -> Found:
    """Spare frames that are missing at each end."""
    spare = max(0, screening.frames - screening.subject.frames) // 2
    wanted = screening.subject.format.handles
    return Found(float(max(0, wanted - spare)), {"spare": spare, "wanted": wanted})


DECODES = Gauge(CheckName("clip.decodes"), "decodes whole", "faults", "decode/1", _decodes)
FRAMES = clip_check("frames", "duration exact", "frames", "count/1", _frames)
RATE = clip_check("rate", "rate exact", "frames/s", "container/1", _rate)
CADENCE = clip_check("cadence", "rate exact", "odd steps", "timestamps/1", _cadence, frames=2)
SIZE = clip_check("size", "size", "px", "pixels/1", _size)
HANDLES = clip_check("handles", "handles", "frames missing at each end", "count/1", _handles)
