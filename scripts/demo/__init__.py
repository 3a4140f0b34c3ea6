"""The demo: a real campaign from nothing to its plot, on a platform of its own that it sets up and starts."""
