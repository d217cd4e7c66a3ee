"""Editing a class map: tools, and one undo step a stroke."""
