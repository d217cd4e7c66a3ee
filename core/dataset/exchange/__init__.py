"""Data sets to and from other programs."""
