"""Axes whose numbers are written as everywhere in the window; imports pyqtgraph."""

from __future__ import annotations

from math import ceil, log10

import pyqtgraph

from core.wording import with_minus

_MOST_DIGITS = 4  # after the point; beyond that a power of ten is shorter


class NumberAxis(pyqtgraph.AxisItem):
    """Thousands are parted, no number becomes a power of ten before it has to, and a minus is no hyphen."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Texts of the ticks, with as many digits as part them; a logarithmic axis keeps pyqtgraph's."""
        if self.logMode:
            return super().tickStrings(values, scale, spacing)
        digits = max(ceil(-log10(spacing * scale)), 0)
        rounded = [round(value * scale, digits) + 0.0 for value in values]  # + 0.0: no number is "-0"
        if digits > _MOST_DIGITS:
            return [with_minus(f"{value:g}") for value in rounded]
        return [with_minus(f"{value:,.{digits}f}") for value in rounded]


def number_axes() -> dict[str, NumberAxis]:
    """What a ``PlotWidget`` takes as ``axisItems``."""
    axes = {side: NumberAxis(side) for side in ("left", "bottom")}
    for axis in axes.values():
        axis.enableAutoSIPrefix(False)  # 1,000 stays 1,000
    return axes
