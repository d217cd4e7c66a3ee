"""Drawing on the label canvas with a real mouse and real keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from core.dataset.editing.annotation import Annotation
from core.dataset.store import DataSet
from core.frame import ClassMap
from gui.label.dataset_browser import DatasetBrowser
from gui.label.editor import LabelEditor
from gui.label.model import LabelModel
from gui.window.main_window import MainWindow
from tests.core.dataset.conftest import random_stack

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def make_set(folder: Path, stacks: int = 3) -> Path:
    """A data set of random blocks, its stacks in turn in the three splits."""
    with DataSet.create(folder, {"config": {}}) as data:
        for number in range(stacks):
            data.append_stack(*random_stack(number))
    return folder


def model(window: MainWindow) -> LabelModel:
    return window.workbench.label


def editor(window: MainWindow) -> LabelEditor:
    return model(window).editor


def browser(window: MainWindow) -> DatasetBrowser:
    return model(window).browser


def annotation(window: MainWindow) -> Annotation:
    found = editor(window).annotation
    assert found is not None
    return found


def class_map(window: MainWindow) -> ClassMap:
    return annotation(window).class_map.copy()


def at(window: MainWindow, pixel: tuple[int, int]) -> QPoint:
    """The middle of a pixel of the frame on the canvas."""
    return window.canvas.place_of(pixel[0] + 0.5, pixel[1] + 0.5).toPoint()


def draw(window: MainWindow, pixels: Sequence[tuple[int, int]], modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press at the first pixel, move over the others, release at the last."""
    canvas = window.canvas
    QTest.mouseMove(canvas, at(window, pixels[0]))
    QTest.mousePress(canvas, LEFT, modifier, at(window, pixels[0]))
    for pixel in pixels[1:]:
        QTest.mouseMove(canvas, at(window, pixel))
    QTest.mouseRelease(canvas, LEFT, modifier, at(window, pixels[-1]))


def key(window: MainWindow, code: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key while the canvas has the keyboard."""
    QTest.keyClick(window.canvas, code, modifier)


def wheel(window: MainWindow, pixel: tuple[int, int], up: bool, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Turn the wheel by a notch."""
    point = QPointF(at(window, pixel))
    turn, none = QPoint(0, 120 if up else -120), QPoint()
    place = QPointF(window.canvas.mapToGlobal(point.toPoint()))
    event = QWheelEvent(
        point, place, none, turn, Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(window.canvas, event)


def click(window: MainWindow, name: str) -> None:
    """Click on a button by its object name."""
    button = window.findChild(QAbstractButton, name)
    assert button is not None
    QTest.mouseClick(button, LEFT)


def idle(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until nothing is done in the background."""
    qtbot.waitUntil(lambda: not (model(window).jobs.is_busy or model(window).bulk.is_busy), timeout=20_000)


def open_set(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    """Open a data set on the Label tab, its first frame."""
    window.tabs.show_page(window.label)
    browser(window).open_data(folder)
    qtbot.waitUntil(lambda: browser(window).list is not None and editor(window).target is not None, timeout=10_000)
    idle(window, qtbot)
    window.canvas.setFocus()


def saved(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the frame is saved."""
    qtbot.waitUntil(lambda: editor(window).is_saved, timeout=10_000)


def kept(folder: Path, number: int) -> ClassMap:
    """A person's class map on the disk."""
    data = DataSet.open(folder)
    assert data.mask_path(number, person=True).exists()
    return data.read(data.records(with_trash=True)[number], person=True)[1]


def differs(window: MainWindow, before: ClassMap) -> set[tuple[int, int]]:
    """Pixels (x, y) whose class has changed."""
    rows, columns = np.nonzero(class_map(window) != before)
    return set(zip(columns.tolist(), rows.tolist(), strict=True))
