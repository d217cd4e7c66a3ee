"""The game as a Gymnasium environment, one or many, with actions and reward."""
