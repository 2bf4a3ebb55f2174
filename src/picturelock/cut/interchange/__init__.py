"""The cut for other programs: one file a format, one line in the registry."""
