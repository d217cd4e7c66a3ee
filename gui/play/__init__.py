"""The tab Play."""
