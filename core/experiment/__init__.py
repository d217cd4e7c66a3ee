"""Experiments: many runs by one plan, which is fixed before the first of them."""
