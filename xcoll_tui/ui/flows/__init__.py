"""Flows: what a key sets going: it asks, calls the session, and tells what came of it."""
