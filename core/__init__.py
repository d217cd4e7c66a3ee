"""The engine room: the game, its segmentation, data sets, networks, agents and training. No Qt anywhere."""

__version__ = "0.1.0"
