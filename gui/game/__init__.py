"""The running game without Qt: its thread, rewind, save slots, players and segmenting thread."""
