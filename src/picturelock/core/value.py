"""Values: what a persisted thing is made of."""

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=False):
    """Base of every persisted value: immutable, and unknown fields are errors."""
