"""What every provider promises. One file a vendor; nothing here waits, retries or spends by itself."""

from typing import Protocol

from picturelock.core.anchor import Value
from picturelock.core.digest import Digest
from picturelock.core.money import Money
from picturelock.core.take import Operation, Part, Recipe
from picturelock.vault.store import Vault


class Model(Value, frozen=True, kw_only=True):
    """A model of a provider.

    Attributes:
        version: Pinned into every recipe.
        deterministic: The same recipe gives the same bytes.
        most_people: More people in a picture than this are split into plates; 0 for no limit.
        longest_seconds: Of a clip or a sound; 0 for no limit.
        prompt_dialect: How contracts are worded for it.
        queue: Whose workers can make it: ``cpu``, ``gpu``, or ``api`` for what is bought.
    """

    name: str
    version: str
    operations: tuple[Operation, ...]
    deterministic: bool
    most_people: int = 0
    longest_seconds: int = 0
    prompt_dialect: str = "prose"
    queue: str = "cpu"


class Product(Value, frozen=True, kw_only=True):
    """What a provider delivered; its bytes are in the vault already.

    Attributes:
        duration_frames: Of a clip with its handles, or of a sound rounded up at 24 frames per second; 0 for a still.
        tokens: Language or image tokens that were counted.
    """

    media: Digest
    parts: tuple[Part, ...] = ()
    duration_frames: int = 0
    tokens: int = 0


class Provider(Protocol):
    """A maker of takes that answers while the caller waits. Suppliers that take minutes come with their own protocol."""

    name: str

    def models(self) -> tuple[Model, ...]:
        """What can be had."""
        ...

    def quote(self, recipe: Recipe) -> Money:
        """What the recipe will cost."""
        ...

    def make(self, recipe: Recipe, vault: Vault) -> Product:
        """Make the take. Safe to call again after a crash.

        Raises:
            GenerationFailed: It could not be made; the error says whether to try again and what was charged.
            MissingExtra: An optional part is not installed.
        """
        ...
