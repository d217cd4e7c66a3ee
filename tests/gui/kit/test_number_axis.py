"""Numbers of an axis as people read them."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.kit.plots import make_plot


@pytest.mark.parametrize(
    ("values", "spacing", "texts"),
    [
        ([0.0, 50_000.0, 100_000.0], 50_000.0, ["0", "50,000", "100,000"]),
        ([0.0, 500_000.0, 1_500_000.0], 500_000.0, ["0", "0.5M", "1.5M"]),
        ([-2_000_000.0, 12_000_000.0], 2_000_000.0, ["−2M", "12M"]),
        ([-1_000.0, -1e-12, 0.0], 500.0, ["−1,000", "0", "0"]),
        ([0.0, 0.05, 0.1], 0.05, ["0.00", "0.05", "0.10"]),
        ([0.0, 0.00002], 0.00002, ["0", "2e-05"]),
    ],
)
def test_ticks(qtbot: QtBot, values: list[float], spacing: float, texts: list[str]) -> None:
    plot = make_plot()
    qtbot.addWidget(plot)
    axis = plot.getAxis("left")
    assert axis.tickStrings(values, 1.0, spacing) == texts
    assert not axis.autoSIPrefix


def test_ticks_of_a_logarithmic_axis_are_powers(qtbot: QtBot) -> None:
    plot = make_plot()
    qtbot.addWidget(plot)
    plot.setLogMode(y=True)
    assert plot.getAxis("left").tickStrings([2.0, 3.0], 1.0, 1.0) == ["10²", "10³"]
