"""Collecting data: playing levels for a data set, and segmenting frames that lie in files."""
