"""Money is a decimal and a currency; it never meets a float and never mixes currencies."""

import re
from decimal import Decimal
from typing import Self, final

from picturelock.core.failures import Malformed

_WRITTEN = re.compile(r"(-?\d+(?:\.\d+)?)\s?([A-Z]{3,8})")
_MICRO = Decimal(1_000_000)
_FINEST = Decimal("0.000001")
_MOST = Decimal(1_000_000_000_000)  # its micro-units still fit a signed 64-bit column


@final
class Money:
    """An exact amount in one currency (ISO 4217, or a vendor's own credits such as ``CREDITS``).

    Stored as integer micro-units, so amounts finer than a millionth are refused rather than rounded.
    """

    __slots__ = ("_amount", "_currency")

    def __init__(self, amount: Decimal | int, currency: str) -> None:
        if isinstance(amount, float) or not Decimal(amount).is_finite():
            raise Malformed(f"{amount!r} is not an exact amount")
        if not re.fullmatch(r"[A-Z]{3,8}", currency):
            raise Malformed(f"{currency!r} is not a currency", remedy="Use a code such as USD.")
        exact = Decimal(amount)
        if abs(exact) > _MOST:
            raise Malformed(f"{exact} is more than {_MOST}")
        if exact != exact.quantize(_FINEST):
            raise Malformed(f"{exact} is finer than a millionth")
        self._amount = exact
        self._currency = currency

    @property
    def amount(self) -> Decimal:
        """The amount, exact."""
        return self._amount

    @property
    def currency(self) -> str:
        """The currency's code."""
        return self._currency

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in this currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Money from ``25USD`` or ``12.50 EUR``.

        Raises:
            Malformed: Anything else.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            raise Malformed(f"{text!r} is not money", remedy="Write it like 25USD or '12.50 EUR'.")
        return cls(Decimal(found[1]), found[2])

    @classmethod
    def from_micros(cls, micros: int, currency: str) -> Self:
        """Money from integer millionths, the form the database holds."""
        return cls(Decimal(micros) / _MICRO, currency)

    @property
    def micros(self) -> int:
        """Integer millionths, the form the database holds."""
        return int(self.amount * _MICRO)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise Malformed(
                f"{self.currency} and {other.currency} cannot be added or compared",
                remedy="Convert one of them with a dated rate first.",
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and self.currency == other.currency and self.amount == other.amount

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __repr__(self) -> str:
        return f"Money({str(self)!r})"

    def __str__(self) -> str:
        if not self.amount:
            return f"0 {self.currency}"
        return f"{format(self.amount.normalize(), 'f')} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self
