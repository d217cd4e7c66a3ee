"""Frames and class maps as pictures."""
