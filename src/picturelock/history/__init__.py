"""Revisions and locks: what was approved is kept, and every state can be had again."""
