"""Media files: what they are, their frames and samples, made the same way every time."""
