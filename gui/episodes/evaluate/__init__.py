"""Evaluations, as commands of their own."""
