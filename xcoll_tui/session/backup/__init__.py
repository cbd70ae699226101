"""Backup: a collection on disk, and a collection made of one."""
