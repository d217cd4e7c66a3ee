"""Data sets of frames with their class maps: where they lie, how they are read, written, checked and counted."""
