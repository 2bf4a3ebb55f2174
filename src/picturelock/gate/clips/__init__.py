"""The clip gate: one pass over the decode, and the checks that read it."""
