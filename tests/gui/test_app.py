"""How the process of the window is set up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import core.cli.doctor
import gui.app
import main
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


_LEAVES = """
import atexit, sys, threading
import gui.app
atexit.register(print, "at exit")
stays = threading.Event()
if sys.argv[1] == "at work":
    threading.Thread(target=stays.wait, daemon=True).start()
sys.exit(gui.app.leave(3))
"""


@pytest.mark.parametrize(("thread", "said"), [("at work", ""), ("none", "at exit\n")])
def test_a_thread_still_at_work_does_not_abort_the_process(thread: str, said: str) -> None:
    """As Python's own end would if it is in native code, "at exit" or later."""
    done = subprocess.run([sys.executable, "-c", _LEAVES, thread], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, said, "")


def test_the_program_ends_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gui.app, "main", lambda **_flags: 3)
    monkeypatch.setattr(gui.app, "leave", lambda status: status + 1)
    monkeypatch.setattr(core.cli.doctor, "window_obstacle", lambda: "")
    assert main.main([]) == 4


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
    window, made = make_window(start=False), []
    assert window.tabs.page is window.play and not LATER & vars(window).keys()
    window.complete(lambda: made.append(vars(window).keys() >= LATER))
    assert not made, "the window has its turn before the next page"
    qtbot.waitUntil(lambda: made == [True])


def test_nothing_begins_in_a_window_that_closed_meanwhile(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window, order = make_window(start=False), []
    window.complete(lambda: order.append("begun"))
    window.close()
    for _ in range(2 * window.tabs.count()):
        QApplication.processEvents()
    assert not order


def test_a_page_is_made_when_its_tab_is_chosen(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(start=False)
    window.tabs.setCurrentIndex(window.tabs.count() - 1)
    assert window.tabs.page is window.runs and LATER & vars(window).keys() == {"runs"}
    window.tabs.show_page(window.train)
    assert window.tabs.page is window.train
