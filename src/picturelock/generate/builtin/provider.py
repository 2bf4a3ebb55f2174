"""The built-in vendor as a provider: hands each recipe's brief to the artist, the camera or the voice."""

from importlib import import_module

from picturelock.core.brief import ClipBrief, CompositeBrief, StillBrief, VoiceBrief, read_brief
from picturelock.core.failures import GenerationFailed, Internal, Retry
from picturelock.core.money import Money
from picturelock.core.take import Operation, Recipe
from picturelock.generate.builtin.versions import ARTIST, CAMERA, VOICE
from picturelock.generate.provider import Model, Product
from picturelock.vault.store import Vault

#: Longest clip that the camera is asked for; longer shots are better told in two.
_LONGEST_CLIP_S = 60


class Builtin:
    """Artist, camera and voice."""

    name = "builtin"

    def models(self) -> tuple[Model, ...]:
        """The three makers."""
        return (
            Model(
                name="artist",
                version=ARTIST,
                operations=(Operation.DRAW, Operation.COMPOSITE),
                deterministic=True,
                prompt_dialect="builtin",
            ),
            Model(
                name="camera",
                version=CAMERA,
                operations=(Operation.ANIMATE,),
                deterministic=True,
                longest_seconds=_LONGEST_CLIP_S,
                prompt_dialect="builtin",
            ),
            Model(
                name="voice",
                version=VOICE,
                operations=(Operation.SPEAK,),
                deterministic=True,
                prompt_dialect="builtin",
            ),
        )

    def quote(self, recipe: Recipe) -> Money:
        """Nothing, whatever is asked."""
        return Money.zero("USD")

    def make(self, recipe: Recipe, vault: Vault) -> Product:
        """Draw, composite, animate or speak what the recipe's brief says.

        Raises:
            GenerationFailed: The recipe has no brief, or one of another operation.
        """
        digest = recipe.input("brief")
        if digest is None:
            raise GenerationFailed("the recipe has no brief", retry=Retry.NEVER)
        brief = read_brief(vault.read(digest))
        maker = f"{__package__}."
        match brief:
            case StillBrief():
                return import_module(maker + "artist").draw_still(brief, recipe.seed, vault)
            case CompositeBrief():
                return import_module(maker + "artist").composite_still(brief, vault)
            case ClipBrief():
                return import_module(maker + "camera").animate(brief, recipe.seed, vault)
            case VoiceBrief():
                return import_module(maker + "voice").speak(brief, recipe.seed, vault)
        raise Internal(f"no maker for {type(brief).__name__}")
