"""From a vendor's currency to the production's."""

from datetime import datetime

from picturelock.core.policy import Rate, Settings
from picturelock.generate.catalogue import current
from picturelock.generate.catalogue.shelf import precedence
from picturelock.ledger.rates import rate_for


def rate_of(settings: Settings, currency: str, supplier: str, at: datetime) -> Rate | None:
    """From a vendor's currency to the production's, on a day; the production's own rates go before the catalogue's.

    Raises:
        UserError: No rate leads there; the remedy is the row to add.
    """
    if currency == settings.caps.currency:
        return None
    rates, today = list(settings.rates), at.date()
    own = {(r.currency, r.into) for r in rates if r.day <= today and r.vendor in {"", supplier}}
    for facts in current().vendors:
        rows = [row for row in facts.rates if row.in_force(today)]
        if facts.name == supplier and rows and (facts.currency, "USD") not in own:
            row = max(rows, key=precedence)
            # A row without a first day holds on every day, also before it was read.
            day = min(row.valid_from or row.source.seen, today)
            rates.append(
                Rate(
                    currency=facts.currency,
                    into="USD",
                    rate=row.usd,
                    day=day,
                    source=row.source.page,
                    vendor=supplier,
                )
            )
    return rate_for(rates, currency, settings.caps.currency, today, supplier)
