"""The cut: timeline, conform, assembly, interchange."""
