"""One sitting: what is loaded, and the only way to change it."""
