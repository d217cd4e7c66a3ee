"""Lines over the last seconds: round numbers beside them, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui.kit.trace import TraceView, ticks


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0.0, 1.0, ["0.0", "0.5", "1.0"]),
        (-0.4, 12.3, ["0", "5", "10"]),
        (-31.0, -29.5, ["−31.0", "−30.5", "−30.0", "−29.5"]),
        (103.0, 290.0, ["150", "200", "250"]),
        (0.001, 0.0039, ["0.001", "0.002", "0.003"]),
    ],
)
def test_ticks_are_round(low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in ticks(low, high)] == texts
    assert all(low <= value <= high for value, _ in ticks(low, high))


@pytest.mark.parametrize("low", [-31.0, 0.0, 5.9, 12.3, 103.0])
@pytest.mark.parametrize("size", [1.0, 4.1, 9.9, 187.0])
def test_a_low_curve_has_fewer_ticks_but_one(low: float, size: float) -> None:
    assert 1 <= len(ticks(low, low + size, most=2)) <= 2


def test_the_newest_value_is_at_the_right_and_gaps_stay(qtbot: QtBot) -> None:
    view = TraceView(["#ff0000", "#0000ff"], 10.0)
    qtbot.addWidget(view)
    view.resize(400, 100)
    flat = np.full(100, 5.0)
    flat[40:60] = np.nan
    view.draw([flat, np.linspace(0.0, 10.0, 50)], 10.0)
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    columns = {
        name: [x for x in range(image.width()) if any(image.pixelColor(x, y) == QColor(name) for y in range(82))]
        for name in ("#ff0000", "#0000ff")
    }
    right, width = 400 - 14, 400 - 14 - 46
    assert abs(max(columns["#ff0000"]) - right) <= 1 and abs(max(columns["#0000ff"]) - right) <= 1
    assert abs(min(columns["#0000ff"]) - (right - width / 2)) <= 5, "five of the ten seconds"
    gap = set(range(round(right - 0.58 * width), round(right - 0.42 * width)))
    assert not gap & set(columns["#ff0000"])


def test_nothing_to_draw_is_no_fault(qtbot: QtBot) -> None:
    view = TraceView(["#ff0000"], 10.0, title="max Q")
    qtbot.addWidget(view)
    for values in ([], [np.empty(0)], [np.full(3, np.nan)], [np.zeros(1)], [np.full(4, 1e12)]):
        view.draw(values, 15.0)
        view.grab()


@pytest.mark.parametrize(("height", "is_there"), [(44, False), (130, True)])
def test_a_title_is_seen_whole_or_not_at_all(qtbot: QtBot, height: int, is_there: bool) -> None:
    view = TraceView(["#ff0000"], 10.0, title="max Q")
    qtbot.addWidget(view)
    view.resize(400, height)
    strip = view.grab().toImage().copy(0, 0, 14, height)
    colours = {strip.pixelColor(x, y).rgb() for x in range(strip.width()) for y in range(height)}
    assert (len(colours) > 1) == is_there


@pytest.mark.parametrize(("height", "is_inside"), [(44, True), (130, False)])
def test_no_line_runs_through_a_title_that_stands_in_the_corner(qtbot: QtBot, height: int, is_inside: bool) -> None:
    view = TraceView(["#ff0000"], 10.0, title="max Q")
    qtbot.addWidget(view)
    view.resize(400, height)
    view.draw([np.tile([1.0, 0.0], 75)], 15.0)
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    corner = [image.pixelColor(x, y) == QColor("#ff0000") for x in range(64, 90) for y in range(5, 15)]
    assert any(corner) != is_inside
