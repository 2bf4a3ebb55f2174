"""The catalogue: which models there are, what each can do and costs, since when and until when, and who says so.

An adapter needs these::

    catalogue = current()                            # with the production's own prices, where it has some
    offered(catalogue, "runway")                     # for Vendor.models
    entry = catalogue.resolve("runway/gen4.5", on)   # the version is pinned; a retired model is refused
    nearest_size(entry.model, 1920, 1080)            # a size that the model makes
    billed_seconds(entry.model, seconds)             # the length that has to be ordered
    asked = PriceRequest(...)                        # the request in the catalogue's words
    hold(entry, asked)                               # refuses what the model does not take
    quote(entry, asked, on).for_call()               # refuses where no price is known
    tallied(entry, {Per.TEXT_INPUT: 50}, on)         # what counted tokens cost
    by_rule(entry, expected, kind)                   # what a failure costs

``catalogue.resolve(f"{recipe.provider}/{recipe.model_version}", on)`` leads from a recipe to its entry again; use
``find`` instead of ``resolve`` for a job that is out already, so that a model's end does not hide its prices.

The way through: ``values`` says what can be known of a model, ``reading`` decodes the files in ``data`` (one a vendor)
and a production's own ``prices.yaml``, ``shelf`` answers what a name means on a day, ``overlay`` lays a production's
prices over it, ``current`` says which of them counts here, ``asking`` puts a request into its words, ``quoting`` prices
it, ``checking`` holds it to the model's limits, ``adapting`` is for adapters, ``listing`` for people. Nothing here knows
what day it is.
"""

from picturelock.generate.catalogue.adapting import by_rule, hold, offered, tallied
from picturelock.generate.catalogue.asking import PriceRequest, billed_seconds, nearest_size, tier_of
from picturelock.generate.catalogue.checking import Problem, check
from picturelock.generate.catalogue.current import current, using
from picturelock.generate.catalogue.listing import Listed, listing
from picturelock.generate.catalogue.overlay import overlaid
from picturelock.generate.catalogue.quoting import Quote, quote
from picturelock.generate.catalogue.reading import read
from picturelock.generate.catalogue.shelf import Catalogue, built_in
from picturelock.generate.catalogue.values import Entry, Per

__all__ = [
    "Catalogue",
    "Entry",
    "Listed",
    "Per",
    "PriceRequest",
    "Problem",
    "Quote",
    "billed_seconds",
    "built_in",
    "by_rule",
    "check",
    "current",
    "hold",
    "listing",
    "nearest_size",
    "offered",
    "overlaid",
    "quote",
    "read",
    "tallied",
    "tier_of",
    "using",
]
