"""Film time: whole frames at an exact rate. Seconds and timecode exist only at the edges."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Self

import msgspec

from picturelock.core.failures import Malformed

_DROP_RATES = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
_TIMECODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;])(\d{2,3})")


class FrameRate(Fraction):
    """Frames per second, exact: ``24``, ``25``, ``24000/1001``; 1 to 1000."""

    def __new__(cls, numerator: int | Fraction, denominator: int = 1) -> Self:
        exact = Fraction(numerator, denominator)
        if not 1 <= exact <= 1000:
            raise Malformed(f"{exact} frames per second is out of range", remedy="Use 1 to 1000.")
        return super().__new__(cls, exact.numerator, exact.denominator)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rate from ``24``, ``24000/1001`` or the customary decimals ``23.976``, ``29.97``, ``59.94``.

        Raises:
            Malformed: Anything else.
        """
        customary = {"23.976": Fraction(24000, 1001), "23.98": Fraction(24000, 1001)}
        customary |= {"29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
        text = text.strip()
        if text in customary:
            return cls(customary[text])
        if not re.fullmatch(r"\d+(/[1-9]\d*)?", text):
            raise Malformed(f"{text!r} is not a frame rate", remedy="Write it like 24 or 24000/1001.")
        return cls(Fraction(text))

    @property
    def nominal(self) -> int:
        """The whole number that timecode counts to: 24 for 24000/1001."""
        return -(-self.numerator // self.denominator)

    def frames(self, seconds: Fraction | Decimal | int) -> int:
        """The nearest whole number of frames; halves go up."""
        exact = Fraction(seconds) * self
        return (exact + Fraction(1, 2)).__floor__()

    def seconds(self, frames: int) -> Fraction:
        """Exact duration of so many frames."""
        return Fraction(frames) / self

    def timecode(self, frame: int, *, drop: bool = False) -> str:
        """``HH:MM:SS:FF`` of a frame number counted from zero (SMPTE ST 12-1).

        Args:
            frame: 0 or more.
            drop: Drop-frame counting; only at 30000/1001 and 60000/1001.

        Raises:
            Malformed: A negative frame, or drop-frame at another rate.
        """
        if frame < 0:
            raise Malformed(f"frame {frame} has no timecode")
        if drop:
            frame += self._dropped_before(frame)
        rest, ff = divmod(frame, self.nominal)
        rest, ss = divmod(rest, 60)
        hh, mm = divmod(rest, 60)
        width = 3 if self.nominal > 100 else 2
        return f"{hh:02d}:{mm:02d}:{ss:02d}{';' if drop else ':'}{ff:0{width}d}"

    def frame_at(self, timecode: str) -> int:
        """The frame number of a timecode; a semicolon before the frames means drop-frame.

        Raises:
            Malformed: Not a timecode, or one that drop-frame counting leaves out.
        """
        found = _TIMECODE.fullmatch(timecode)
        if not found:
            raise Malformed(f"{timecode!r} is not a timecode", remedy="Write it like 01:00:00:00.")
        hh, mm, ss, ff = int(found[1]), int(found[2]), int(found[3]), int(found[5])
        if mm > 59 or ss > 59 or ff >= self.nominal:
            raise Malformed(f"{timecode!r} has a field out of range at {self} frames per second")
        frame = ((hh * 60 + mm) * 60 + ss) * self.nominal + ff
        if found[4] == ";":
            minutes = hh * 60 + mm
            frame -= self._drop() * (minutes - minutes // 10)
            if self.timecode(frame, drop=True) != timecode:
                raise Malformed(f"{timecode!r} is left out by drop-frame counting")
        return frame

    def _drop(self) -> int:
        if self not in _DROP_RATES:
            raise Malformed(f"{self} frames per second has no drop-frame timecode")
        return _DROP_RATES[self]

    def _dropped_before(self, frame: int) -> int:
        drop = self._drop()
        per_minute = self.nominal * 60 - drop
        per_ten = self.nominal * 600 - drop * 9
        tens, rest = divmod(frame, per_ten)
        first = self.nominal * 60
        return drop * (9 * tens + (0 if rest < first else 1 + (rest - first) // per_minute))


class FrameRange(msgspec.Struct, frozen=True):
    """Half-open ``[start, stop)`` in frames."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.stop < self.start:
            raise Malformed(f"[{self.start}, {self.stop}) is not a range of frames")

    @property
    def length(self) -> int:
        """Frames inside."""
        return self.stop - self.start

    def shifted(self, by: int) -> "FrameRange":
        """The same length, ``by`` frames later."""
        return FrameRange(self.start + by, self.stop + by)

    def contains(self, frame: int) -> bool:
        """Whether the frame lies inside."""
        return self.start <= frame < self.stop

    def overlap(self, other: "FrameRange") -> "FrameRange | None":
        """What both have, if anything."""
        start, stop = max(self.start, other.start), min(self.stop, other.stop)
        return FrameRange(start, stop) if start < stop else None


def seconds_text(seconds: Fraction) -> str:
    """Seconds with three decimals, for people."""
    exact = Decimal(seconds.numerator) / Decimal(seconds.denominator)
    return str(exact.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP))
