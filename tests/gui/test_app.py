"""How the process of the window is set up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.app import AfterFirstPaint
from gui.window.main_window import MainWindow

_SCRIPT = """
import gc, sys, weakref
import gui.app
gui.app.prepare_process()
class Circle: pass
old = Circle()
gui.app.settle_process()
new = Circle()
new.me, left = new, weakref.ref(new)
del new
print(sys.getswitchinterval(), any(one is old for one in gc.get_objects()), gc.collect() > 0 and left() is None)
"""


def test_garbage_is_looked_for_only_in_what_came_after_the_start() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0.001 False True"


_AT_WORK = """
import sys, threading
import numpy as np, scipy.fft
import gui.app
begun = threading.Event()
def work():
    while True:
        scipy.fft.fft(np.zeros(1000))
        begun.set()
threading.Thread(target=work, daemon=True).start()
begun.wait()
sys.exit(gui.app.end(3))
"""


def test_a_thread_still_at_work_does_not_abort_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", _AT_WORK], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")


class Paints(QObject):
    """Notes when a widget is painted."""

    def __init__(self, order: list[str]) -> None:
        super().__init__()
        self._order = order

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note it."""
        if event.type() == QEvent.Type.Paint:
            self._order.append("painted")
        return False


def test_the_work_begins_once_after_the_first_paint(qtbot: QtBot) -> None:
    order: list[str] = []
    paints, widget = Paints(order), QWidget()
    qtbot.addWidget(widget)
    widget.installEventFilter(paints)
    AfterFirstPaint(widget, lambda: order.append("begun"))
    widget.show()
    qtbot.waitUntil(lambda: "begun" in order)
    assert order[0] == "painted"
    widget.repaint()
    qtbot.waitUntil(lambda: order.count("painted") > 1)
    assert order.count("begun") == 1


def test_the_work_begins_though_nothing_is_painted(qtbot: QtBot) -> None:
    order: list[str] = []
    widget = QWidget()
    qtbot.addWidget(widget)
    AfterFirstPaint(widget, lambda: order.append("begun"))
    qtbot.waitUntil(lambda: order == ["begun"])


LATER = {"label", "episodes", "train", "runs"}


def test_pages_that_nobody_sees_are_made_after_the_first_paint(
    make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window, made = make_window(start=False, complete=False), []
    assert window.tabs.page is window.play and not LATER & vars(window).keys()
    window.complete(lambda: made.append(vars(window).keys() >= LATER))
    assert not made, "the window has its turn before the next page"
    qtbot.waitUntil(lambda: made == [True])


def test_nothing_begins_in_a_window_that_closed_meanwhile(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window, order = make_window(start=False, complete=False), []
    window.complete(lambda: order.append("begun"))
    window.close()
    for _ in range(2 * window.tabs.count()):
        QApplication.processEvents()
    assert not order


def test_a_page_is_made_when_its_tab_is_chosen(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(start=False, complete=False)
    window.tabs.setCurrentIndex(window.tabs.count() - 1)
    assert window.tabs.page is window.runs and LATER & vars(window).keys() == {"runs"}
    window.tabs.show_page(window.train)
    assert window.tabs.page is window.train
