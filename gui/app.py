"""Starting the window: it is on the screen before the emulator, the ROM or any network is touched."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from core.locations import SHIPPED, runs_folder
from core.stop_signals import handle_stop_signals
from gui.kit.preferences import APPLICATION, ORGANISATION, Preferences
from gui.kit.style import apply_colours, apply_sheet
from gui.window.main_window import TITLE, MainWindow
from gui.workbench import Workbench

_SWITCH_INTERVAL = 0.001  # seconds a thread may keep Python's lock; the default 5 ms would be seen in the frames
_UNSEEN_MS = 1000
_SETTLED_MS = 5000  # after which all that stays as long as the window is there, on a slow machine too
_SIGNAL_INTERVAL = 200  # ms between chances for Python to act on Ctrl+C


def prepare_process() -> None:
    """Make threads hand over Python's lock soon, so that the window's thread paints in time."""
    sys.setswitchinterval(_SWITCH_INTERVAL)


def settle_process() -> None:
    """Have Python look for circles of garbage in what comes from now on only.

    What the start has made stays: a hundred thousand objects, and a look at all of them stops every thread for the time
    of several frames.
    """
    gc.freeze()


def make_application() -> QApplication:
    """The QApplication, made once a process."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setOrganizationName(ORGANISATION)
    app.setApplicationName(APPLICATION)
    app.setApplicationDisplayName(TITLE)
    return app


class AfterFirstPaint(QObject):
    """Begins what takes the processor from the painting, once a widget was painted for the first time."""

    def __init__(self, widget: QWidget, begin: Callable[[], object]) -> None:
        """Begin after ``_UNSEEN_MS`` where nothing is painted: a window may open minimised."""
        super().__init__(widget)
        self._widget, self._begin = widget, begin
        widget.installEventFilter(self)
        QTimer.singleShot(_UNSEEN_MS, self, self._start)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the paint; what is begun comes after it."""
        if event.type() == QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self, self._start)
        return False

    def _start(self) -> None:
        begin, self._begin = self._begin, lambda: None
        begin()


def open_window(
    preferences: Preferences | None = None,
    *,
    engine: str | None = None,
    rom: Path | None = None,
    runs: Path | None = None,
) -> MainWindow:
    """Show the window; the game starts once it was painted.

    Args:
        preferences: the user's unless given.
        engine: "auto", "stable-retro" or "nes-py"; the one used last unless given.
        rom: file, folder or zip; the one used last, or the packaged one, unless given.
        runs: folder of runs, where training puts them, ``runs`` unless given; its networks and agents are there
            beside those in ``saved_agents``.
    """
    app = make_application()
    trainings = runs or runs_folder()
    agents = (SHIPPED, trainings)
    workbench = Workbench(preferences or Preferences(), SHIPPED, agents=agents, trainings=trainings)
    appearance = workbench.options.get("appearance")
    apply_colours(app, appearance)
    window = MainWindow(workbench)
    apply_sheet(app, appearance)
    window.show()

    def begin() -> None:
        workbench.start(rom, engine)
        window.gamepad.restore()

    AfterFirstPaint(window, lambda: window.complete(begin))
    QTimer.singleShot(_SETTLED_MS, window, settle_process)
    return window


def main(*, engine: str | None = None, rom: Path | None = None, runs: Path | None = None) -> int:
    """Run the app until its window is closed; the exit status."""
    prepare_process()
    app = make_application()
    window = open_window(engine=engine, rom=rom, runs=runs)
    window.tour.offer()
    handle_stop_signals(lambda *_: window.leave())
    ticker = QTimer(window, interval=_SIGNAL_INTERVAL)
    ticker.timeout.connect(lambda: None)
    ticker.start()
    return app.exec()


def leave(status: int) -> int:
    """The exit status, to end the process with; where a thread is still at work the process ends here, at once.

    Python would end the thread when it comes back from native code, and C++ ends the process then, with SIGABRT:
    "terminate called without an active exception".
    """
    if threading.active_count() > 1:
        for child in multiprocessing.active_children():
            child.kill()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
