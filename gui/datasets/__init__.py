"""The dialogs that collect a data set and segment files."""
