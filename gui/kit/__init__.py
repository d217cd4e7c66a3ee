"""Qt and nothing of Mario: widgets, style, background work, processes and preferences."""
