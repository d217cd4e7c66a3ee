"""The game: its ROM, the emulators behind one protocol, its memory, its levels and the Gymnasium environment."""
