"""The real window in a child process, and a scripted user in it; for benchmarks, soaks and kills.

A child is a module of this package, started with ``--child WHAT``, that prints one JSON document as its last line.
It runs in a folder of its own: there lie its settings, and ``runs``, where its trainings go.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

import psutil
from PySide6.QtCore import QMessageLogContext, QObject, QSettings, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar

from core.errors import RunError
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.kit.preferences import Preferences

if TYPE_CHECKING:
    from gui.label.canvas import LabelCanvas
    from gui.window.main_window import MainWindow

ROOT = Path(__file__).resolve().parents[1]
LEFT = Qt.MouseButton.LeftButton
Steps: TypeAlias = Iterator["float | Callable[[], object]"]
_LOOK_MS = 10  # between looks whether a step of a script is done
_PATIENCE = 120.0  # seconds that a condition may take
_END = 30.0  # seconds that a process may take to end
TOKEN = "MARIO_TOKEN"  # in the environment of all processes of a measurement
_HARMLESS = "This plugin does not support"  # the offscreen platform says so of size hints and of lists that open


# The parent's side


def child_command(module: str, what: str, *words: str) -> list[str]:
    """The command of a child."""
    return [sys.executable, "-m", f"benchmarks.{module}", "--child", what, *words]


def child_environment(**more: str) -> dict[str, str]:
    """What a child gets: this package wherever it runs, and no screen where there is none."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1", **more}
    if sys.platform.startswith("linux") and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environment


def ask_child(module: str, what: str, *words: str, folder: Path | None = None, **more: str) -> dict[str, Any]:
    """Run a child to its end; its JSON document, or RunError with its last words."""
    command = child_command(module, what, *words)
    done = subprocess.run(
        command, cwd=folder or ROOT, env=child_environment(**more), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RunError(f"the window ended with status {done.returncode}: {done.stderr.strip()[-3000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def end_processes(token: str) -> list[str]:
    """End what a child left behind; the commands of processes that did not end by themselves.

    Args:
        token: what the child got as ``TOKEN``, and its processes from it.
    """
    mine = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(TOKEN) == token:
                mine.append(process)
    _, left = psutil.wait_procs(mine, timeout=_END)  # a training says that it stopped, and then it ends
    commands = []
    for process in left:
        with suppress(psutil.NoSuchProcess):
            commands.append(" ".join(process.cmdline()))
            process.kill()
    return commands


# The child's side


def settings_in(folder: Path) -> Preferences:
    """Settings in a folder, so that the user's stay as they are; of one who has seen the tour."""
    settings = Preferences(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat), folder)
    settings.set("tour_done", True)
    return settings


def open_real_window(folder: Path, runs: Path | None = None) -> tuple[QApplication, MainWindow]:
    """The window as ``gui.app`` opens it, with settings in a folder; run the application to have it play."""
    from gui.app import make_application, open_window, prepare_process
    from gui.window.main_window import FIRST_SIZE

    prepare_process()
    app = make_application()
    window = open_window(settings_in(folder), runs=runs)
    window.resize(*FIRST_SIZE)  # also where the screen is smaller, as the offscreen one is
    return app, window


class Troubles:
    """Notes what nobody caught and what Qt warned of, from when it is made.

    Attributes:
        found: a sentence each.
    """

    def __init__(self) -> None:
        self.found: list[str] = []
        sys.excepthook = self._raised
        threading.excepthook = lambda about: self._note(about.exc_type, about.exc_value, about.exc_traceback)
        sys.unraisablehook = lambda about: self._note(about.exc_type, about.exc_value, about.exc_traceback)
        qInstallMessageHandler(self._said)

    def _raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._note(kind, error, trace)
        sys.__excepthook__(kind, error, trace)

    def _note(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        import traceback

        self.found.append("".join(traceback.format_exception(kind, error, trace)))

    def _said(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg and not text.startswith(_HARMLESS):
            self.found.append(f"Qt: {text}")


class ScriptedUser(QObject):
    """Does the steps of a generator in the window's event loop.

    A step yields seconds to wait, or a condition to wait for. When they are at an end, or one fails, the window closes.

    Attributes:
        problem: why the script could not go on, "" when it could.
    """

    def __init__(self, window: MainWindow, steps: Steps) -> None:
        super().__init__(window)
        self.problem = ""
        self._window, self._steps = window, steps
        self._condition: Callable[[], object] = lambda: True
        self._until = time.monotonic() + _PATIENCE
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        try:
            while self._condition():
                self._wait_for(next(self._steps))
            if time.monotonic() > self._until:
                raise TimeoutError(f"waited {_PATIENCE:g} s in vain in {_place(self._steps)}")
        except StopIteration:
            self._end("")
        except Exception as error:  # noqa: BLE001  # whatever it is, the window shall not stay
            self._end(f"{type(error).__name__}: {error}")

    def _wait_for(self, step: float | Callable[[], object]) -> None:
        if callable(step):
            self._condition, self._until = step, time.monotonic() + _PATIENCE
        else:
            end = time.monotonic() + step
            self._condition, self._until = lambda: time.monotonic() >= end, end + _PATIENCE

    def _end(self, problem: str) -> None:
        self.problem = problem
        self._timer.stop()
        if self._window.isVisible():
            self._window.leave()


def _place(steps: Any) -> str:
    while getattr(steps, "gi_yieldfrom", None) is not None:
        steps = steps.gi_yieldfrom
    return f"line {steps.gi_frame.f_lineno} of {Path(steps.gi_code.co_filename).name}"


class Heartbeat(QObject):
    """How long the window's thread could not answer, while it is on."""

    _EVERY_MS = 4

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self, interval=self._EVERY_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin anew."""
        self._gaps, self._last = [], time.perf_counter()
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self._gaps.append(now - self._last)
        self._last = now

    def stop(self) -> float:
        """The longest time without an answer, milliseconds."""
        self._beat()
        self._timer.stop()
        return 1e3 * max(self._gaps)


# What users do


def click_tab(bar: QTabBar, text: str) -> None:
    """Click on a tab by its words, the mark of its key aside."""
    place = [bar.tabText(i).replace("&", "") for i in range(bar.count())].index(text)
    QTest.mouseClick(bar, LEFT, pos=bar.tabRect(place).center())


def draw_stroke(canvas: LabelCanvas, rng: random.Random) -> None:
    """Draw across the frame, from anywhere to anywhere."""
    points = [canvas.place_of(rng.randrange(FRAME_WIDTH), rng.randrange(FRAME_HEIGHT)).toPoint() for _ in range(5)]
    QTest.mouseMove(canvas, points[0])
    QTest.mousePress(canvas, LEFT, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas, point)
    QTest.mouseRelease(canvas, LEFT, pos=points[-1])


def has_picture(window: MainWindow) -> bool:
    """Whether the game is shown, labelled."""
    picture = window.workbench.preview.picture
    return picture is not None and picture.labels is not None


def watch_agent(window: MainWindow) -> Steps:
    """Open the Agent page, let the chosen agent play."""
    yield lambda: has_picture(window)
    click_tab(window.tabs.tabBar(), "Play")
    click_tab(window.play.side.tabBar(), "Agent")
    yield lambda: window.workbench.agents.opened is not None
    window.workbench.players.set_player("agent")
    yield lambda: window.workbench.game.state.player == "agent"


def show_curve(window: MainWindow) -> Steps:
    """Look at the Runs tab until a curve is there."""
    click_tab(window.tabs.tabBar(), "Runs")
    yield lambda: window.workbench.runs.is_complete and len(window.runs.plot.items) > 0
