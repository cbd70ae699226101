"""Writes: one write from its request to its proof, its undo data, and what broke off halfway."""
