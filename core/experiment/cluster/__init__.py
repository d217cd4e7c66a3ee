"""The tasks of an experiment on a Ray cluster, with no disk in common: Ray says where they run and carries files."""
