"""The click that gives the canvas the keyboard paints nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.window.main_window import MainWindow
from tests.gui.label.label_help import LEFT, annotation, at, class_map, differs, draw, key, make_set, open_set


@pytest.fixture
def labels(make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window without a game that labels a data set, with Mario to paint."""
    window = make_window(start=False)
    open_set(window, qtbot, make_set(tmp_path / "set"))
    key(window, Qt.Key.Key_8)
    return window


def test_a_click_that_brings_the_keyboard_paints_nothing(labels: MainWindow) -> None:
    before = class_map(labels)
    labels.label.bar.origin.setFocus()
    assert not labels.canvas.hasFocus()
    draw(labels, [(100, 100), (120, 100)])
    assert labels.canvas.hasFocus()
    assert np.array_equal(class_map(labels), before)
    assert not annotation(labels).is_dirty, "nothing is to be saved"
    draw(labels, [(100, 100), (120, 100)])
    assert differs(labels, before)


def test_a_click_that_brings_the_window_to_the_front_paints_nothing(labels: MainWindow) -> None:
    before = class_map(labels)
    reason = Qt.FocusReason.ActiveWindowFocusReason
    for kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(labels.canvas, QFocusEvent(kind, reason))
    QTest.mouseClick(labels.canvas, LEFT, pos=at(labels, (20, 100)))
    assert np.array_equal(class_map(labels), before)
    QApplication.sendEvent(labels.canvas, QFocusEvent(QEvent.Type.FocusIn, reason))
    draw(labels, [(100, 100), (120, 100)])
    assert differs(labels, before), "the mouse came to it afterwards: that click is meant for the picture"


def test_a_window_that_comes_to_the_front_after_the_press_loses_one_click_only(labels: MainWindow) -> None:
    before = class_map(labels)
    labels.label.bar.origin.setFocus()
    QTest.mousePress(labels.canvas, LEFT, pos=at(labels, (20, 100)))
    QApplication.sendEvent(labels.canvas, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.ActiveWindowFocusReason))
    QTest.mouseRelease(labels.canvas, LEFT, pos=at(labels, (20, 100)))
    assert np.array_equal(class_map(labels), before)
    QTest.mouseClick(labels.canvas, LEFT, pos=at(labels, (20, 100)))
    assert differs(labels, before)
