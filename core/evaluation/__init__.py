"""How good a player is: the episodes of an evaluation, its figures, files and videos."""
