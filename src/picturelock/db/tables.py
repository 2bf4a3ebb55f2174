"""The facts: what happened, one row each, never changed.

A unit's status, a shot's cost or a report is derived from these rows at read time and stored nowhere. The database
itself refuses UPDATE and DELETE on every table in :data:`FACTS`.

Times are aware UTC. Money is integer micro-units beside its currency. Media, recipes, boards and revisions are digests
of objects in the vault.
"""

import sqlalchemy as sa

from picturelock.db.dialect import NUMBER, Json, Moment, Name

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _number() -> sa.Column[int]:
    return sa.Column("number", NUMBER, primary_key=True, autoincrement=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", NUMBER, primary_key=True, autoincrement=True)


def _production() -> sa.Column[str]:
    return sa.Column("production", Name, sa.ForeignKey("production.id"), nullable=False)


def _at(name: str = "at") -> sa.Column[object]:
    return sa.Column(name, Moment, nullable=False)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


production = sa.Table(
    "production",
    metadata,
    sa.Column("id", Name, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    _at("created_at"),
)
"""One row: each production has a database of its own."""

intent = sa.Table(
    "intent",
    metadata,
    _id(),
    _production(),
    sa.Column("unit", Name, nullable=False),
    sa.Column("recipe", Name, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    _at("made_at"),
    sa.UniqueConstraint("production", "unit", "recipe"),
)
"""A take is about to be made. Written before the call that may cost money."""

take = sa.Table(
    "take",
    metadata,
    sa.Column("production", Name, sa.ForeignKey("production.id"), primary_key=True),
    sa.Column("id", Name, primary_key=True),
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
    _at("made_at"),
    sa.UniqueConstraint("production", "unit", "recipe"),
)
"""``core.take.Take``, column by column."""

call = sa.Table(
    "call",
    metadata,
    _id(),
    _production(),
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
    _at(),
    _one_of("outcome", "delivered", "failed"),
    _one_of("charged", "no", "yes", "unknown"),
    _one_of("retry", "never", "after_change", "later"),
    sa.Index(None, "production", "unit"),
)
"""Every generation call, the failed ones too."""

measurement = sa.Table(
    "measurement",
    metadata,
    _id(),
    _production(),
    sa.Column("take", Name, nullable=False),
    sa.Column("check_name", Name, nullable=False),
    sa.Column("media", Name, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("why_not", sa.Text, nullable=False, server_default=""),
    sa.Column("evidence", Json, nullable=False),
    _at(),
    sa.UniqueConstraint("production", "take", "check_name", "method"),
    sa.ForeignKeyConstraint(["production", "take"], ["take.production", "take.id"]),
)
"""``core.take.Measurement`` of a take. ``unit`` is the unit of the value."""

verdict = sa.Table(
    "verdict",
    metadata,
    _id(),
    _production(),
    sa.Column("take", Name, nullable=False),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("decision", Json, nullable=False),
    _at(),
    sa.ForeignKeyConstraint(["production", "take"], ["take.production", "take.id"]),
    sa.Index(None, "production", "take"),
)
"""A gate's answer (``core.take.Verdict``) and what followed from it (``core.policy.Decision``)."""

review = sa.Table(
    "review",
    metadata,
    _number(),
    _production(),
    sa.Column("unit", Name, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("take", Name),
    sa.Column("by_whom", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    _at(),
    sa.Index(None, "production", "unit"),
)
"""A reviewer's word. The last one on a unit counts."""

paid_call = sa.Table(
    "paid_call",
    metadata,
    sa.Column("id", Name, primary_key=True),
    _production(),
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
    _at("intended_at"),
    sa.UniqueConstraint("production", "unit", "recipe", "number"),
    sa.UniqueConstraint("token"),
)
"""The intent of a paid call, written with its reservation. ``quote`` is ``core.paidcall.Quote``."""

call_event = sa.Table(
    "call_event",
    metadata,
    sa.Column("call", Name, sa.ForeignKey("paid_call.id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", Json, nullable=False),
    _at(),
    sa.Index(None, "kind"),
)
"""What happened to a paid call (``core.paidcall.CallEvent``), in order. The key lets one writer be next."""

ledger_entry = sa.Table(
    "ledger_entry",
    metadata,
    _id(),
    _production(),
    sa.Column("unit", Name),
    sa.Column("take", Name),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("micros", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("currency", sa.Text, nullable=False, server_default=""),
    sa.Column("quantity", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    _at(),
    sa.Column("home_micros", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("home_currency", sa.Text, nullable=False, server_default=""),
    sa.Column("call", Name),
    sa.Column("vendor", sa.Text, nullable=False, server_default=""),
    sa.Column("model", sa.Text, nullable=False, server_default=""),
    sa.Column("task", sa.Text, nullable=False, server_default=""),
    sa.Column("by_whom", sa.Text, nullable=False, server_default=""),
    sa.Column("source", sa.Text, nullable=False, server_default=""),
    sa.Column("once", Name),
    _one_of("kind", "reserve", "settle", "release", "human_minutes", "tokens"),
    sa.Index(None, "production", "unit"),
    sa.Index(None, "call", "kind"),
    sa.Index(None, "production", "once", unique=True),
)
"""Money in ``micros`` and ``currency``, and in the production's own currency by the rate of the day; tokens and minutes
in ``quantity``. ``task`` is a task card, ``source`` how the amount is known (``core.paidcall.BillSource``), and ``once`` a
name that may stand here once."""

revision = sa.Table(
    "revision",
    metadata,
    _number(),
    sa.Column("id", Name, nullable=False),
    _production(),
    sa.Column("parent", Name),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    _at(),
    sa.Column("body", Name, nullable=False),
    sa.UniqueConstraint("production", "id"),
)
"""The commits of a production. ``body`` is the digest of ``core.take.Revision``."""

cut = sa.Table(
    "cut",
    metadata,
    _number(),
    _production(),
    sa.Column("film", Name, nullable=False),
    sa.Column("timeline", Name, nullable=False),
    sa.Column("manifest", Name, nullable=False),
    sa.Column("frames", sa.BigInteger, nullable=False),
    sa.Column("encoded_segments", sa.Integer, nullable=False),
    sa.Column("reused_segments", sa.Integer, nullable=False),
    _at(),
    sa.Index(None, "production"),
)
"""A film that was assembled, and how much of it was new."""

event = sa.Table(
    "event",
    metadata,
    _number(),
    _production(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("detail", Json, nullable=False),
    _at(),
    sa.Index(None, "production", "subject"),
)
"""Anything else that a person may want to trace."""

pointer = sa.Table(
    "pointer",
    metadata,
    sa.Column("production", Name, sa.ForeignKey("production.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("revision", Name, nullable=False),
    _one_of("kind", "branch", "tag", "head"),
)
"""Branches, tags and the head: the only facts that move. ``head`` holds a branch's name in ``name``."""

worker = sa.Table(
    "worker",
    metadata,
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    _at("beat_at"),
)
"""Engine state: who is alive."""

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    _at("until"),
)
"""Engine state: who of the living does what only one may do."""

job_run = sa.Table(
    "job_run",
    metadata,
    _id(),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("worker", sa.Text, nullable=False),
    _at(),
    sa.Index(None, "job"),
)
"""Engine state: a worker began a job and has not left it in good order. A row that stays is a death."""

FACTS = (
    production,
    intent,
    take,
    call,
    paid_call,
    call_event,
    measurement,
    verdict,
    review,
    ledger_entry,
    revision,
    cut,
    event,
)
"""The tables that the database holds append-only."""
