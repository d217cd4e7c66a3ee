"""A sum tree: drawing numbers in proportion to their weights, in time that grows with the logarithm of how many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


class SumTree:
    """Weights of the places 0, 1, … as the leaves of a binary tree whose every node is the sum of its two children.

    Sums are always taken anew from the children, so the tree depends on its leaves only, not on how they came about.
    """

    def __init__(self, count: int) -> None:
        """Give ``count`` places the weight 0."""
        self._count = count
        self._first = 1 << (count - 1).bit_length()  # node of the first leaf; node 1 is the root
        self._sums = np.zeros(2 * self._first)

    @staticmethod
    def needed_bytes(count: int) -> int:
        """Memory of a tree of so many places, in bytes."""
        return 16 << (count - 1).bit_length()

    @property
    def total(self) -> float:
        """Sum of all weights."""
        return float(self._sums[1])

    @property
    def weights(self) -> Weights:
        """All weights, float64 (count,), a view."""
        return self._sums[self._first : self._first + self._count]

    def set(self, places: Places, weights: Weights | float) -> None:
        """Change the weights, 0 or more, of some places (n,); where a place is named twice, the last weight counts."""
        nodes = self._first + places
        self._sums[nodes] = weights
        while nodes.size and nodes[0] > 1:
            nodes = nodes >> 1
            self._sums[nodes] = self._sums[2 * nodes] + self._sums[2 * nodes + 1]

    def find(self, points: Weights) -> Places:
        """The places at points (n,) of the line from 0 to ``total`` on which each place is as long as its weight.

        A place of weight 0 is never found, however the sums were rounded, as long as the total is above 0.
        """
        nodes = np.ones(len(points), np.int64)
        points = points.copy()
        while nodes[0] < self._first:
            left = self._sums[2 * nodes]
            go_right = (points >= left) & (self._sums[2 * nodes + 1] > 0)
            points -= np.where(go_right, left, 0.0)
            nodes = 2 * nodes + go_right
        return nodes - self._first
