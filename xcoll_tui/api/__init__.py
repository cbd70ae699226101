"""The async API layer: speaks HTTP, knows no screen."""
