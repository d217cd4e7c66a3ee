"""Places along a level: a search that finds them, and the file of those from which episodes can begin."""
