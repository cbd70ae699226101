"""Files of this machine on their way into a collection: planned, compared, sent and watched."""
