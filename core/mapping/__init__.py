"""Mappings: pictures of one look of the game as they would be in another, learned without pairs."""
