"""The catalogue: which models there are, what each can do and costs, since when and until when, and who says so.

The way through: ``values`` says what can be known of a model, ``reading`` decodes the files in ``data`` (one a vendor)
and a production's own ``prices.yaml``, ``shelf`` answers what a name means on a day, ``overlay`` lays a production's
prices over it, ``asking`` puts a request into its words, ``quoting`` prices it, ``checking`` holds it to the model's
limits, ``listing`` is for people. Nothing here knows what day it is.
"""

from picturelock.generate.catalogue.asking import PriceRequest, billed_seconds, nearest_size, tier_of
from picturelock.generate.catalogue.checking import Problem, check
from picturelock.generate.catalogue.listing import Listed, listing
from picturelock.generate.catalogue.overlay import overlaid
from picturelock.generate.catalogue.quoting import Quote, quote
from picturelock.generate.catalogue.reading import read
from picturelock.generate.catalogue.shelf import Catalogue, built_in
from picturelock.generate.catalogue.values import Entry

__all__ = [
    "Catalogue",
    "Entry",
    "Listed",
    "PriceRequest",
    "Problem",
    "Quote",
    "billed_seconds",
    "built_in",
    "check",
    "listing",
    "nearest_size",
    "overlaid",
    "quote",
    "read",
    "tier_of",
]
