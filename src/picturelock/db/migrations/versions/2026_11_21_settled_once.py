"""A ledger entry that may be written once, and how its amount is known.

Why: a reservation, a release or a settlement that is entered again after a crash must change nothing, nor may a vendor's
invoice that is read a second time. The name under which it may stand once is held by the database itself. And an amount
from an invoice must be told apart from one that the vendor answered with.
"""

import sqlalchemy as sa
from alembic import op

from picturelock.db.dialect import Name

revision = "2026_11_21_settled_once"
down_revision = "2026_11_21_paid_calls"


def upgrade() -> None:
    """Widen the ledger and index it by call."""
    op.add_column("ledger_entry", sa.Column("source", sa.Text, nullable=False, server_default=""))
    op.add_column("ledger_entry", sa.Column("once", Name))
    op.create_index(op.f("ix_ledger_entry_call_kind"), "ledger_entry", ["call", "kind"])
    op.create_index(
        op.f("ix_ledger_entry_production_once"), "ledger_entry", ["production", "once"], unique=True
    )
