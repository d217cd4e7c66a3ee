"""The three pictures of the game: raw, segmented and predicted."""
