"""Bulk: many writes at once, the IDs that are pasted for them, and undoing them together."""
