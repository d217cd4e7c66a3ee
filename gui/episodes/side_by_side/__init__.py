"""Two agents side by side."""
