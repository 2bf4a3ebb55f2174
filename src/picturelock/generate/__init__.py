"""Makers of takes: one file a vendor behind one protocol."""
