"""One session: what is loaded, and the only way to change it."""
