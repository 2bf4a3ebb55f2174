"""What the emulated Runway sells, and for how many credits: its own price list, read by nobody else.

Models whose price was published nowhere are known by name and not for sale here, rather than sold at a made-up price.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from picturelock.testing.emulators.media import Kind

ENDED = {"gen3a_turbo": "2026-07-30"}
"""Models that are gone, and since when."""

_HD, _FULL_HD = 1280 * 720, 1920 * 1080


@dataclass(frozen=True, slots=True)
class Tier:
    """Sizes of one price.

    Attributes:
        most: Pixels of the largest picture of this tier.
        credits: Each second or picture.
        silent: The same without sound, where that costs less.
    """

    most: int
    credits: int
    silent: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is for sale.

    Attributes:
        kind: Of what it makes.
        tiers: From small to large.
        seconds: Shortest and longest clip, where a bare number does not say; ``None`` for stills.
        usual: Length of a clip where none is asked for.
        least: Credits that a task costs at any rate.
        prompt: Most UTF-16 units of the prompt; 0 where no limit is published.
        needs_prompt: An empty prompt is refused.
        first_only: Of several pictures it takes only the first frame.
        reference: Credits for each reference picture.
        references: Most reference pictures.
        work: Virtual seconds that a task takes: fixed, and for each second of the clip.
    """

    kind: Kind
    tiers: tuple[Tier, ...]
    seconds: tuple[int, int] | None = None
    usual: int = 5
    least: int = 0
    prompt: int = 0
    needs_prompt: bool = False
    first_only: bool = False
    reference: int = 0
    references: int = 0
    work: tuple[float, float] = (20.0, 8.0)


def _clip(*tiers: Tier, seconds: tuple[int, int], **more: Any) -> Model:
    return Model(kind=Kind.VIDEO, tiers=tiers, seconds=seconds, **more)


def _still(*tiers: Tier, **more: Any) -> Model:
    return Model(
        kind=Kind.IMAGE, tiers=tiers, prompt=1000, needs_prompt=True, references=3, work=(12.0, 0.0), **more
    )


_ANY = 1 << 40
_SD = 1_000_000 * 41 // 100  # what Seedance calls 480p has up to 0.43 megapixels
_UHD = _ANY

MODELS: dict[str, Model] = {
    "gen4.5": _clip(Tier(_ANY, 12), seconds=(2, 10), prompt=1000, needs_prompt=True, first_only=True),
    "gen4_turbo": _clip(
        Tier(_ANY, 5), seconds=(2, 10), prompt=1000, first_only=True, usual=10, work=(10.0, 4.0)
    ),
    "veo3.1": _clip(Tier(_ANY, 40, silent=20), seconds=(4, 8), usual=8, prompt=1000),
    "veo3.1_fast": _clip(Tier(_ANY, 15, silent=10), seconds=(4, 8), usual=8, prompt=1000),
    "seedance2": _clip(
        Tier(1_000_000, 36), Tier(2_400_000, 40), Tier(_UHD, 150), seconds=(4, 15), prompt=3500, references=9
    ),
    "seedance2_fast": _clip(Tier(_ANY, 29), seconds=(4, 15), prompt=3500, references=9),
    "seedance2_mini": _clip(Tier(_ANY, 16), seconds=(4, 15), least=64, prompt=3500, references=9),
    "seedance2_5": _clip(
        Tier(_SD + 30_000, 20),
        Tier(1_000_000, 30),
        Tier(_ANY, 68),
        seconds=(4, 30),
        least=80,
        prompt=15_000,
        references=30,
    ),
    "hailuo3": _clip(Tier(1_500_000, 10), Tier(_ANY, 15), seconds=(4, 15), reference=2, references=9),
    "gemini_omni_flash": _clip(Tier(_ANY, 10), seconds=(3, 10), first_only=True),
    "gen4_image": _still(Tier((_HD + _FULL_HD) // 2, 5), Tier(_ANY, 8)),
    "gen4_image_turbo": _still(Tier(_ANY, 2)),
}


def size_of(model: str, request: dict[str, Any], shape: float | None) -> tuple[int, int]:
    """Width and height that a request asks for.

    Args:
        model: Its name.
        request: As it came.
        shape: Width / height of the first frame; ``None`` without one.
    """
    ratio = str(request.get("ratio", ""))
    wide, _, tall = ratio.partition(":")
    if model == "hailuo3":
        wanted = int(wide) / int(tall) if tall else shape or 16 / 9
        side = 1440 if str(request.get("resolution", "768p")).lower() == "2k" else 768
        return _even(side * max(1.0, wanted)), _even(side * max(1.0, 1 / wanted))
    return (int(wide), int(tall)) if tall else (1280, 720)


def _even(length: float) -> int:
    return 2 * round(length / 2)


def price(
    model: str, size: tuple[int, int], seconds: int, *, sound: bool, references: int, pictures: int = 1
) -> Decimal:
    """Credits that a task costs by the list.

    Args:
        model: Its name.
        size: Width and height, pixels.
        seconds: Length of a clip.
        sound: It is made with sound.
        references: Reference pictures that came along.
        pictures: How many stills.
    """
    sold = MODELS[model]
    tier = next(tier for tier in sold.tiers if size[0] * size[1] <= tier.most)
    each = tier.credits if sound or tier.silent is None else tier.silent
    amount = each * (pictures if sold.kind is Kind.IMAGE else seconds) + references * sold.reference
    return Decimal(max(amount, sold.least))
