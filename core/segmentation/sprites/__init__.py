"""Class maps from pixels alone: the game's own tiles are looked for in the picture."""
