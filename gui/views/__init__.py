"""The pictures: one frame view each for raw, segmented and network, and how they are arranged."""
