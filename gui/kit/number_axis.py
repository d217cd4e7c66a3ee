"""Axes whose numbers are written as everywhere in the window; imports pyqtgraph."""

from __future__ import annotations

from math import ceil, log10

import pyqtgraph

from core.wording import with_minus

_MILLION = 1e6
_MOST_DIGITS = 4  # after the point; beyond that a power of ten is shorter


class NumberAxis(pyqtgraph.AxisItem):
    """Thousands are parted, millions are "1.5M", and a minus is no hyphen."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Texts of the ticks, with as many digits as part them; a logarithmic axis keeps pyqtgraph's."""
        if self.logMode:
            return super().tickStrings(values, scale, spacing)
        unit, name = (_MILLION, "M") if max(map(abs, values), default=0.0) * scale >= _MILLION else (1.0, "")
        digits = max(ceil(-log10(spacing * scale / unit)), 0)
        rounded = [round(value * scale / unit, digits) + 0.0 for value in values]  # + 0.0: no number is "-0"
        if digits > _MOST_DIGITS:
            return [with_minus(f"{value:g}") for value in rounded]
        return [with_minus(f"{value:,.{digits}f}{name}") if value or not name else "0" for value in rounded]


def number_axes() -> dict[str, NumberAxis]:
    """What a ``PlotWidget`` takes as ``axisItems``."""
    axes = {side: NumberAxis(side) for side in ("left", "bottom")}
    for axis in axes.values():
        axis.enableAutoSIPrefix(False)  # 1,000 stays 1,000
    return axes
