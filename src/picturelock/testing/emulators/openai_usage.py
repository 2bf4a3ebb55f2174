"""What a request counts in tokens, and what the organisation is told of it afterwards."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from picturelock.media.opencv import cv2
from picturelock.testing.emulators.openai_files import pixels_in
from picturelock.testing.emulators.openai_request import Asked, Model

_MILLION = Decimal(1_000_000)
_SQUARE, _LONG = 1024, 1536  # of a picture that is given


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a request counts.

    Attributes:
        text: Of the prompt.
        given: Of the pictures that came with it.
        made: Of the pictures that came of it.
    """

    text: int
    given: int
    made: int

    @classmethod
    def of(cls, asked: Asked) -> "Tokens":
        """Counted by the vendor's rules."""
        words = -(-len(asked.prompt.encode()) // 4)
        given = sum(_given(picture) for picture in asked.pictures)
        return cls(words, given, asked.count * asked.model.tokens.tokens(asked.quality, *asked.size))

    @property
    def total(self) -> int:
        """All of them."""
        return self.text + self.given + self.made

    def price(self, model: Model) -> Decimal:
        """USD by the vendor's list."""
        amount = self.text * model.text_in + self.given * model.image_in + self.made * model.image_out
        return amount / _MILLION

    def shown(self) -> dict[str, Any]:
        """As an answer shows them."""
        return {
            "input_tokens": self.text + self.given,
            "input_tokens_details": {"text_tokens": self.text, "image_tokens": self.given},
            "output_tokens": self.made,
            "output_tokens_details": {"image_tokens": self.made, "text_tokens": 0},
            "total_tokens": self.total,
        }


def _given(picture: bytes) -> int:
    height, width = pixels_in(picture, cv2.IMREAD_REDUCED_GRAYSCALE_8).shape[:2]
    return _SQUARE if max(width, height) < 1.2 * min(width, height) else _LONG
