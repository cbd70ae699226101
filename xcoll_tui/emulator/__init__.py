"""A local server of the Collections API over SQLite; shares no line with the client."""
