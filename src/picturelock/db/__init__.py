"""Facts: append-only rows in SQLite (embedded) or PostgreSQL (teams). The same tables and the same statements."""
