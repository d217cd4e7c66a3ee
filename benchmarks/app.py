"""The window at work: how evenly it paints the game, how fast the views of classes follow, whether it grows, how soon
it is there, what it takes away from a training.

``run`` measures in child processes, so that nothing of this one (an emulator, a training framework) weighs on them.
For a longer look: ``python -m benchmarks.app --seconds 600``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.beside import LowPriorityTraining
from benchmarks.progress import Progress
from benchmarks.real_window import (
    ScriptedUser,
    Steps,
    Troubles,
    ask_child,
    child_command,
    child_environment,
    click_tab,
    has_picture,
    open_real_window,
    settings_in,
    show_curve,
    watch_agent,
)
from benchmarks.rows import Row, alone, faster
from core.errors import RunError

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

SECONDS = 20
_WARM_UP = 5.0  # seconds before anything counts: segmenters load, buffers fill
_STARTS = 3
_ROUNDS = 3  # of the training's speed, without the window and with it in turn
_READY = "ready"


def run(seconds: float = SECONDS, runs: Path | None = None, starts: int = _STARTS, trains: bool = True) -> list[Row]:
    """Measure the window with an agent playing at the console's speed, all views, Q-values and curves on.

    Args:
        seconds: length of each measurement.
        runs: folder of runs, whose networks are there beside those in ``saved_agents``.
        starts: how often the window is started to see how long that takes.
        trains: whether a training at low priority is measured beside it too, and what the window takes away from it.
    """
    words = () if runs is None else ("--runs", str(runs.resolve()))
    progress = Progress("app", 1 + starts + (2 + 3 * _ROUNDS if trains else 0))
    with tempfile.TemporaryDirectory() as folder:
        progress.begin(f"the window alone, {seconds:g} s")
        rows = _rows(ask_child("app", "play", "--seconds", str(seconds), *words, folder=Path(folder)), "")
        seen = []
        for number in range(1, starts + 1):
            progress.begin(f"start {number} of {starts}")
            seen.append(ask_child("app", "start", folder=Path(folder), MARIO_BEGAN=repr(time.time()))["visible"])
        start = statistics.median(seen)
        rows.append(alone("app", "from the command to the window", start, "s", f"median of {starts} starts of main.py"))
        return rows + (_rows_beside_training(Path(folder), seconds, progress) if trains else [])


def _rows(played: dict[str, Any], how: str) -> list[Row]:
    where = f"{played['size']} on {played['platform']}, {played['network']}, {played['agent']}, {played['seconds']:g} s"
    median, worst, longest = played["median_ms"], played["p99_ms"], f"longest {played['longest_ms']:.0f} ms"
    frames = f"of {played['frames']}"
    return [
        alone("app", f"interval between paints of new frames, median{how}", median, "ms", where),
        alone("app", f"the same, 99th percentile{how}", worst, "ms", longest),
        alone("app", f"frames of the game{how}", played["game_rate"], "frames/s", "the console: 60.1"),
        alone("app", f"frames of the game painted{how}", played["painted_rate"], "frames/s", "by its own view"),
        alone("app", f"frames of the views of classes{how}", played["class_rate"], "frames/s", "labels and network"),
        alone("app", f"frames never shown{how}", played["dropped"], "frames", frames),
        alone("app", f"growth of memory after warm-up{how}", played["growth_mb"], "MB", f"in {played['seconds']:g} s"),
    ]


def _rows_beside_training(folder: Path, seconds: float, progress: Progress) -> list[Row]:
    progress.begin("a training begins")
    with LowPriorityTraining(folder) as training:
        progress.begin(f"the window beside the training, {seconds:g} s")
        rows = _rows(ask_child("app", "play", "--seconds", str(seconds), folder=folder), ", beside a training")
        speeds: dict[str, list[float]] = {"": [], "paused": [], "played": []}
        for number in range(1, _ROUNDS + 1):
            for how, found in speeds.items():
                window = f"window open and game {how}" if how else "no window"
                progress.begin(f"the training, {window}, turn {number} of {_ROUNDS}, {seconds:g} s")
                with _open_window(folder, how) if how else nullcontext():
                    found.append(training.speed(seconds))
    headless, *with_window = (statistics.median(found) for found in speeds.values())
    note = f"medians of {_ROUNDS} x {seconds:g} s in turn; aim "
    names = [f"a training, window open and game {how}, over none" for how in ("paused", "played")]
    return [
        *rows,
        *(
            faster("app", name, speed, headless, "agent steps/s", note + aim)
            for name, speed, aim in zip(names, with_window, ("0.9", "0.85"), strict=True)
        ),
    ]


@contextmanager
def _open_window(folder: Path, how: str) -> Iterator[None]:
    """A window in which the game is "paused", or "played" by an agent."""
    command = child_command("app", how)
    with subprocess.Popen(command, cwd=folder, env=child_environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline().strip() != _READY:
                raise RunError(f"the window ended before its game was {how}")
            yield
        finally:
            process.terminate()
            process.communicate()


# In the child


def _measure_start() -> dict[str, Any]:
    """Start the app as ``main.py`` does; when its window was first painted, seconds after the command."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    import gui.app
    import main
    from gui.window.main_window import FIRST_SIZE

    began = float(os.environ["MARIO_BEGAN"])
    seen: list[float] = []

    class Watch(QObject):
        """Notes the first paint, and closes the window."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and not seen:
                seen.append(time.time() - began)
                QTimer.singleShot(0, window[0].leave)
            return False

    watch, window, open_window = Watch(), [], gui.app.open_window

    def opened(*args: Any, **options: Any) -> MainWindow:
        window.append(open_window(settings_in(Path.cwd()), **options))
        window[-1].resize(*FIRST_SIZE)  # also where the screen is smaller, as the offscreen one is
        window[0].grid.panels["raw"].view.installEventFilter(watch)
        return window[0]

    gui.app.open_window = opened
    status = main.main([])
    if status or not seen:
        raise RunError("the window did not come up")
    return {"visible": seen[0]}


def _measure_play(seconds: float, runs: Path | None) -> dict[str, Any]:
    """Let an agent play in the real window and note each paint of a new frame."""
    import psutil

    troubles = Troubles()
    app, window = open_real_window(Path.cwd(), runs)
    workbench, process = window.workbench, psutil.Process()
    paints: list[tuple[float, int]] = []
    classes: set[int] = set()  # frames of which the views of classes were painted
    found: dict[str, Any] = {"seconds": seconds}

    def painted(serial: int) -> None:
        if "before" in found and (not paints or serial != paints[-1][1]):
            paints.append((time.perf_counter(), serial))

    def painted_classes(serial: int) -> None:
        if "before" in found:
            classes.add(serial)

    def steps() -> Steps:
        yield lambda: has_picture(window) or workbench.game.state.problem
        yield from show_curve(window)
        yield from watch_agent(window)
        yield min(_WARM_UP, 2 * seconds)
        found["before"] = process.memory_info().rss
        yield seconds
        found.update(after=process.memory_info().rss, network=workbench.preview.network, agent=workbench.agents.name)

    window.grid.panels["raw"].view.on_paint = painted
    window.grid.panels["labels"].view.on_paint = painted_classes
    user = ScriptedUser(window, steps())
    app.exec()
    if user.problem or troubles.found or len(paints) < 2:
        raise RunError(
            user.problem or "; ".join(troubles.found) or workbench.game.state.problem or "no frames were painted"
        )
    gaps = sorted((b[0] - a[0]) * 1e3 for a, b in pairwise(paints))
    frames = paints[-1][1] - paints[0][1] + 1
    played = paints[-1][0] - paints[0][0]
    return {
        "seconds": seconds,
        "median_ms": statistics.median(gaps),
        "p99_ms": gaps[int(0.99 * (len(gaps) - 1))],
        "longest_ms": gaps[-1],
        "game_rate": (frames - 1) / played,
        "painted_rate": (len(paints) - 1) / played,
        "class_rate": len(classes) / played,
        "frames": frames,
        "dropped": frames - len(paints),
        "growth_mb": (found["after"] - found["before"]) / 1e6,
        "size": f"{window.width()} x {window.height()}",
        "platform": app.platformName(),
        "network": f"network {found['network'].name}" if found["network"] else "no network",
        "agent": f"agent {found['agent']}",
    }


def _stay(how: str) -> None:
    """Open the window, have the game "paused" or "played" by an agent, say so, and wait for the end."""
    from PySide6.QtCore import QTimer

    app, window = open_real_window(Path.cwd())
    signal.signal(signal.SIGTERM, lambda *_: window.leave())
    ticker = QTimer(window, interval=100)  # Python acts on signals between two events
    ticker.timeout.connect(lambda: None)
    ticker.start()

    def steps() -> Steps:
        yield lambda: has_picture(window)
        if how == "played":
            yield from watch_agent(window)
        else:
            click_tab(window.tabs.tabBar(), "Play")
            window.workbench.game.set_paused(True)
            yield lambda: window.workbench.game.state.paused
        print(_READY, flush=True)
        while True:
            yield 1.0

    user = ScriptedUser(window, steps())
    app.exec()
    if user.problem:
        raise RunError(user.problem)


def _main() -> int:
    parser = argparse.ArgumentParser(description="How evenly the window paints, and what it takes from a training.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement (default %(default)s s)")
    parser.add_argument("--runs", type=Path, help="folder of runs beside saved_agents (default runs)")
    parser.add_argument("--no-training", action="store_true", help="leave out what needs a training beside the window")
    parser.add_argument("--child", choices=("play", "start", "paused", "played"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is None:
        from benchmarks.rows import table

        print(table(run(args.seconds, args.runs, trains=not args.no_training)))
    elif args.child in ("paused", "played"):
        _stay(args.child)
    else:
        print(json.dumps(_measure_start() if args.child == "start" else _measure_play(args.seconds, args.runs)))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
