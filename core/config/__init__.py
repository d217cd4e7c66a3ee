"""The settings of every kind of run: one frozen dataclass each, which is flags, form and ``config.json``."""
