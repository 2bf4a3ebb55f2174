"""Runs migrations in the caller's transaction; Alembic loads this file by its name."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
)
context.run_migrations()
