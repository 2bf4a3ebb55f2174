"""A production's own prices, laid over the catalogue: contract prices, rates, models that it does not know yet."""

from msgspec.structs import replace

from picturelock.core.failures import BadDocument
from picturelock.generate.catalogue.shelf import Catalogue
from picturelock.generate.catalogue.values import Document, ModelFacts, VendorFacts

#: What a file may say of a vendor or model that the catalogue has already.
_OF_A_VENDOR = frozenset({"name", "rates", "models", "service"})
_OF_A_MODEL = frozenset({"name", "prices", "output_tokens", "input_tokens"})


def overlaid(catalogue: Catalogue, own: Document) -> Catalogue:
    """The catalogue with a production's own file over it.

    Rows are added, not replaced: the production's own count on the days for which they hold, and the catalogue's on all
    others (see :func:`picturelock.generate.catalogue.shelf.precedence`). A token rule, and what an account allows, take the place
    of the catalogue's. A model or vendor that the catalogue does not have is taken whole.

    Args:
        catalogue: What is known so far.
        own: In the catalogue's own form; its rows are marked as the production's own.

    Raises:
        BadDocument: It changes something that is no price of a known model, or a new vendor has no currency.
    """
    vendors = {vendor.name: vendor for vendor in catalogue.vendors}
    for vendor in own.vendors:
        known = vendors.get(vendor.name)
        vendors[vendor.name] = _vendor(known, vendor) if known else _new_vendor(vendor)
    return Catalogue(vendors=tuple(vendors.values()))


def _new_vendor(own: VendorFacts) -> VendorFacts:
    if not own.currency:
        raise BadDocument(f"vendor {own.name!r} has no currency", remedy="Add `currency:`, such as USD.")
    return _marked(own)


def _vendor(known: VendorFacts, own: VendorFacts) -> VendorFacts:
    _only(own, VendorFacts(name=own.name), _OF_A_VENDOR, f"vendor {own.name!r}")
    marked = _marked(own)
    models = {model.name: model for model in known.models}
    for model in marked.models:
        had = models.get(model.name)
        models[model.name] = _model(had, model) if had else model
    return replace(
        known,
        rates=(*known.rates, *marked.rates),
        service=known.service if own.service == VendorFacts(name="").service else own.service,
        models=tuple(models.values()),
    )


def _model(known: ModelFacts, own: ModelFacts) -> ModelFacts:
    _only(own, ModelFacts(name=own.name), _OF_A_MODEL, f"model {own.name!r}")
    return replace(
        known,
        prices=(*known.prices, *own.prices),
        output_tokens=own.output_tokens or known.output_tokens,
        input_tokens=own.input_tokens or known.input_tokens,
    )


def _marked(own: VendorFacts) -> VendorFacts:
    """The rows as the production's own."""
    models = tuple(
        replace(model, prices=tuple(replace(price, own=True) for price in model.prices))
        for model in own.models
    )
    return replace(own, rates=tuple(replace(rate, own=True) for rate in own.rates), models=models)


def _only(
    own: VendorFacts | ModelFacts, bare: VendorFacts | ModelFacts, allowed: frozenset[str], what: str
) -> None:
    said = {name for name in own.__struct_fields__ if getattr(own, name) != getattr(bare, name)}
    if more := sorted(said - allowed):
        raise BadDocument(
            f"{what} is in the catalogue already, and {', '.join(more)} cannot be changed here",
            remedy=f"Give only {', '.join(sorted(allowed - {'name'}))}.",
        )
