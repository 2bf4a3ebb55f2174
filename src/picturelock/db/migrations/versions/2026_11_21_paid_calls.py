"""Paid calls, and a ledger that knows what for.

Why: a call that costs money passes states, each durable before the next begins, and must be found again after a crash at
any of them. The intent of a call is a row, and everything that happens to it is a row after it, numbered, so that of two
writers one is next and the other is told. The ledger gets the call, the vendor and the amount in the production's own
currency, so that caps can be held at any of them.
"""

import sqlalchemy as sa
from alembic import op

from picturelock.db.dialect import Json, Moment, Name, append_only

revision = "2026_11_21_paid_calls"
down_revision = "2026_11_21_facts"


def upgrade() -> None:
    """Make both tables, widen the ledger, and close the new facts against change."""
    op.create_table(
        "paid_call",
        sa.Column("id", Name, nullable=False),
        sa.Column("production", Name, nullable=False),
        sa.Column("unit", Name, nullable=False),
        sa.Column("recipe", Name, nullable=False),
        sa.Column("brief", Name, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("vendor", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("quote", Json, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("by_whom", sa.Text, nullable=False, server_default=""),
        sa.Column("deadline", Moment),
        sa.Column("intended_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paid_call")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_paid_call_production")),
        sa.UniqueConstraint(
            "production",
            "unit",
            "recipe",
            "number",
            name=op.f("uq_paid_call_production_unit_recipe_number"),
        ),
        sa.UniqueConstraint("token", name=op.f("uq_paid_call_token")),
    )
    op.create_table(
        "call_event",
        sa.Column("call", Name, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("call", "sequence", name=op.f("pk_call_event")),
        sa.ForeignKeyConstraint(["call"], ["paid_call.id"], name=op.f("fk_call_event_call")),
    )
    op.create_index(op.f("ix_call_event_kind"), "call_event", ["kind"])
    for column in (
        sa.Column("home_micros", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("home_currency", sa.Text, nullable=False, server_default=""),
        sa.Column("call", Name),
        sa.Column("vendor", sa.Text, nullable=False, server_default=""),
        sa.Column("model", sa.Text, nullable=False, server_default=""),
        sa.Column("task", sa.Text, nullable=False, server_default=""),
        sa.Column("by_whom", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("ledger_entry", column)
    for table in ("paid_call", "call_event"):
        for statement in append_only(op.get_bind().dialect.name, table):
            op.execute(statement)
