"""What the window knows of the running game."""
