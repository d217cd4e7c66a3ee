"""Screenshots and video recordings."""
