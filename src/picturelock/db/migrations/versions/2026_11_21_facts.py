"""The first tables.

Why: a production needs a record that nothing can rewrite, neither a bug nor a person in a hurry. So what happened is
rows that the database itself refuses to change, and only branches, tags and the head move. The liveness of workers
stands beside the facts because the engine must see both in one transaction.
"""

import sqlalchemy as sa
from alembic import op

from picturelock.db.dialect import NUMBER, Json, Moment, Name, append_only

revision = "2026_11_21_facts"
down_revision = None


def upgrade() -> None:
    """Make every table, then close the facts against change."""
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "production",
        sa.Column("id", Name, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_index(op.f("ix_job_run_job"), "job_run", ["job"])
    op.create_table(
        "worker",
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("beat_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_worker")),
    )
    op.create_table(
        "call",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("unit", Name, nullable=False),
        sa.Column("recipe", Name, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.Column("retry", sa.Text, nullable=False, server_default="never"),
        sa.Column("charged", sa.Text, nullable=False, server_default="no"),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.CheckConstraint("charged IN ('no', 'yes', 'unknown')", name=op.f("ck_call_charged")),
        sa.CheckConstraint("outcome IN ('delivered', 'failed')", name=op.f("ck_call_outcome")),
        sa.CheckConstraint("retry IN ('never', 'after_change', 'later')", name=op.f("ck_call_retry")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_call_production")),
    )
    op.create_index(op.f("ix_call_production_unit"), "call", ["production", "unit"])
    op.create_table(
        "cut",
        sa.Column("number", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("film", Name, nullable=False),
        sa.Column("timeline", Name, nullable=False),
        sa.Column("manifest", Name, nullable=False),
        sa.Column("frames", sa.BigInteger, nullable=False),
        sa.Column("encoded_segments", sa.Integer, nullable=False),
        sa.Column("reused_segments", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cut")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_cut_production")),
    )
    op.create_index(op.f("ix_cut_production"), "cut", ["production"])
    op.create_table(
        "event",
        sa.Column("number", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_event_production")),
    )
    op.create_index(op.f("ix_event_production_subject"), "event", ["production", "subject"])
    op.create_table(
        "intent",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("unit", Name, nullable=False),
        sa.Column("recipe", Name, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_intent_production")),
        sa.UniqueConstraint("production", "unit", "recipe", name=op.f("uq_intent_production_unit_recipe")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("unit", Name),
        sa.Column("take", Name),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("currency", sa.Text, nullable=False, server_default=""),
        sa.Column("quantity", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.CheckConstraint(
            "kind IN ('reserve', 'settle', 'release', 'human_minutes', 'tokens')",
            name=op.f("ck_ledger_entry_kind"),
        ),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_ledger_entry_production")),
    )
    op.create_index(op.f("ix_ledger_entry_production_unit"), "ledger_entry", ["production", "unit"])
    op.create_table(
        "pointer",
        sa.Column("production", Name, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", Name, nullable=False),
        sa.PrimaryKeyConstraint("production", "kind", "name", name=op.f("pk_pointer")),
        sa.CheckConstraint("kind IN ('branch', 'tag', 'head')", name=op.f("ck_pointer_kind")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_pointer_production")),
    )
    op.create_table(
        "review",
        sa.Column("number", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("unit", Name, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("take", Name),
        sa.Column("by_whom", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_review")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_review_production")),
    )
    op.create_index(op.f("ix_review_production_unit"), "review", ["production", "unit"])
    op.create_table(
        "revision",
        sa.Column("number", NUMBER, nullable=False, autoincrement=True),
        sa.Column("id", Name, nullable=False),
        sa.Column("production", Name, nullable=False),
        sa.Column("parent", Name),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("body", Name, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_revision")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_revision_production")),
        sa.UniqueConstraint("production", "id", name=op.f("uq_revision_production_id")),
    )
    op.create_table(
        "take",
        sa.Column("production", Name, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("unit", Name, nullable=False),
        sa.Column("recipe", Name, nullable=False),
        sa.Column("brief", Name, nullable=False),
        sa.Column("media", Name, nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("cost_micros", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("duration_frames", sa.BigInteger, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("production", "id", name=op.f("pk_take")),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_take_production")),
        sa.UniqueConstraint("production", "unit", "recipe", name=op.f("uq_take_production_unit_recipe")),
    )
    op.create_table(
        "measurement",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("take", Name, nullable=False),
        sa.Column("check_name", Name, nullable=False),
        sa.Column("media", Name, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("why_not", sa.Text, nullable=False, server_default=""),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.ForeignKeyConstraint(
            ["production", "take"],
            ["take.production", "take.id"],
            name=op.f("fk_measurement_production_take"),
        ),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_measurement_production")),
        sa.UniqueConstraint(
            "production",
            "take",
            "check_name",
            "method",
            name=op.f("uq_measurement_production_take_check_name_method"),
        ),
    )
    op.create_table(
        "verdict",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("production", Name, nullable=False),
        sa.Column("take", Name, nullable=False),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("decision", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.ForeignKeyConstraint(
            ["production", "take"], ["take.production", "take.id"], name=op.f("fk_verdict_production_take")
        ),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_verdict_production")),
    )
    op.create_index(op.f("ix_verdict_production_take"), "verdict", ["production", "take"])
    for table in (
        "production",
        "intent",
        "take",
        "call",
        "measurement",
        "verdict",
        "review",
        "ledger_entry",
        "revision",
        "cut",
        "event",
    ):
        for statement in append_only(op.get_bind().dialect.name, table):
            op.execute(statement)
