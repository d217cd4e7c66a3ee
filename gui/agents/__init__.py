"""Saved agents: found, opened, chosen, and shown with their Q-values, their input and their saliency."""
