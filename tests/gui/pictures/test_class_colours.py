"""The colour-blind-safe class colours, chosen in the View menu."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.classes import MARIO, class_colours
from core.dataset.png_files import decode_mask
from gui.kit.preferences import Preferences
from gui.label.canvas import LabelCanvas
from gui.pictures.view_options import ViewOptions
from gui.window.main_window import MainWindow
from tests.gui.play.test_views import picture, pixels


def shown(widget: QWidget, x: int, y: int) -> tuple[int, int, int]:
    """The colour at a point of a widget."""
    colour = QColor(widget.grab().toImage().pixel(QPoint(x, y)))
    return colour.red(), colour.green(), colour.blue()


def test_every_picture_and_legend_follows_at_once(window: MainWindow) -> None:
    safe = np.array(class_colours(safe=True), np.uint8)
    labels, network = picture(window).labels, picture(window).prediction
    assert labels is not None and network is not None
    row = window.play.legend.rows[MARIO]
    assert shown(row, 10, 10) == class_colours()[MARIO]
    window.actions_by_id["safe-colours"].trigger()
    assert np.array_equal(pixels(window, "labels"), safe[labels])
    assert np.array_equal(pixels(window, "network"), safe[network])
    assert shown(row, 10, 10) == tuple(safe[MARIO])
    window.workbench.options.set("overlay", True)
    frame = picture(window).shot.snapshot.frame
    place = labels == MARIO
    mixed = 0.6 * safe[MARIO] + 0.4 * frame[place].astype(float)
    assert np.abs(pixels(window, "labels")[place] - mixed).max() < 3
    window.workbench.options.set("overlay", False)
    window.actions_by_id["safe-colours"].trigger()
    assert np.array_equal(pixels(window, "labels"), np.array(class_colours(), np.uint8)[labels])


def test_the_label_tab_follows_and_files_do_not(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.workbench.preferences.set("label_data", str(tmp_path / "labels"))
    window.actions_by_id["safe-colours"].trigger()
    model = window.workbench.label
    window.actions_by_id["label-freeze"].trigger()
    qtbot.waitUntil(lambda: model.editor.target is not None)
    model.editor.tools.set_opacity(1.0)
    assert model.editor.annotation is not None
    y, x = (int(value) for value in np.argwhere(model.editor.annotation.class_map == MARIO)[0])
    assert colour_on(window.canvas, x, y) == class_colours(safe=True)[MARIO]
    window.actions_by_id["safe-colours"].trigger()
    assert colour_on(window.canvas, x, y) == class_colours()[MARIO]
    window.actions_by_id["safe-colours"].trigger()
    model.add()
    qtbot.waitUntil(lambda: model.browser.list is not None and model.editor.is_saved, timeout=10_000)
    [mask] = sorted(model.data_folder.glob("masks/*.png"))[-1:]
    assert set(np.unique(decode_mask(mask))) <= set(range(16))
    assert bytes(class_colours()[MARIO]) in mask.read_bytes()
    assert bytes(class_colours(safe=True)[MARIO]) not in mask.read_bytes()


def colour_on(canvas: LabelCanvas, x: int, y: int) -> tuple[int, int, int]:
    """The colour in which a pixel of the frame is drawn."""
    point = canvas.place_of(x + 0.5, y + 0.5).toPoint()
    return shown(canvas, point.x(), point.y())


def test_the_choice_is_remembered(window: MainWindow, settings: Preferences) -> None:
    window.actions_by_id["safe-colours"].trigger()
    assert ViewOptions(settings).class_colours == class_colours(safe=True)
