"""The window at work: how evenly it paints, what it drops, whether it grows, how soon it is there.

``run`` measures in child processes, so that nothing of this one (an emulator, a training framework) weighs on them.
For a longer look: ``python -m benchmarks.app --seconds 600``.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import Row, alone
from core.errors import RunError

if TYPE_CHECKING:
    from gui.main_window import MainWindow

SECONDS = 20
_WARM_UP = 5.0  # seconds before anything counts: segmenters load, buffers fill
_STARTS = 3
_ROOT = Path(__file__).resolve().parents[1]


def run(seconds: float = SECONDS, runs: Path | None = None, starts: int = _STARTS) -> list[Row]:
    """Measure the window with the random agent playing at the console's speed and all three views on."""
    played = _child("play", seconds, runs)
    start = statistics.median(_child("start", 0)["visible"] for _ in range(starts))
    where = f"{played['size']} on {played['platform']}, {played['network']}, {seconds:g} s"
    median, worst = played["median_ms"], played["p99_ms"]
    return [
        alone("app", "interval between paints of new frames, median", median, "ms", where),
        alone("app", "the same, 99th percentile", worst, "ms", f"longest {played['longest_ms']:.0f} ms"),
        alone("app", "frames of the game", played["game_rate"], "frames/s", "the console: 60.1"),
        alone("app", "frames never shown", played["dropped"], "frames", f"of {played['frames']}"),
        alone("app", "growth of memory after warm-up", played["growth_mb"], "MB", f"in {seconds:g} s"),
        alone("app", "from the command to the window", start, "s", f"median of {starts} starts of main.py"),
    ]


def _child(what: str, seconds: float, runs: Path | None = None) -> dict[str, Any]:
    environment = dict(os.environ)
    if sys.platform.startswith("linux") and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment["MARIO_BENCHMARK_BEGAN"] = repr(time.time())
    command = [sys.executable, "-m", "benchmarks.app", "--child", what, "--seconds", str(seconds)]
    if runs is not None:
        command += ["--runs", str(runs.resolve())]
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunError(f"the window ended with status {done.returncode}: {done.stderr.strip()[-300:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _measure_start() -> dict[str, Any]:
    """Start the app as ``main.py`` does; when its window was first painted, seconds after the command."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    import gui.app
    import main

    began = float(os.environ["MARIO_BENCHMARK_BEGAN"])
    seen: list[float] = []

    class Watch(QObject):
        """Notes the first paint, and closes the window."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and not seen:
                seen.append(time.time() - began)
                QTimer.singleShot(0, window[0].close)
            return False

    watch, window, open_window = Watch(), [], gui.app.open_window

    def opened(*args: Any, **options: Any) -> MainWindow:
        window.append(open_window(_settings(), **options))
        window[0].grid.panels["raw"].view.installEventFilter(watch)
        return window[0]

    gui.app.open_window = opened
    status = main.main([])
    if status or not seen:
        raise RunError("the window did not come up")
    return {"visible": seen[0]}


def _settings() -> Any:
    """Settings of nobody, so that the user's stay as they are."""
    from PySide6.QtCore import QSettings

    from gui.settings import Settings

    folder = Path(tempfile.mkdtemp(prefix="mario-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat), folder)
    settings.set("tour_done", True)
    return settings


def _measure_play(seconds: float, runs: Path | None) -> dict[str, Any]:
    """Let the random agent play in the real window and note each paint of a new frame."""
    import psutil
    from PySide6.QtCore import QTimer

    from gui.app import make_application, open_window, prepare_process

    prepare_process()
    app = make_application()
    window = open_window(_settings(), runs=runs)
    session, process = window.session, psutil.Process()
    session.set_random(True)
    paints: list[tuple[float, int]] = []
    begin: dict[str, Any] = {}
    end: dict[str, Any] = {}

    def painted(serial: int) -> None:
        if begin and (not paints or serial != paints[-1][1]):
            paints.append((time.perf_counter(), serial))

    def start() -> None:
        begin.update(memory=process.memory_info().rss)
        QTimer.singleShot(int(seconds * 1000), stop)

    def stop() -> None:
        end.update(memory=process.memory_info().rss, rate=session.rates[0], network=session.network)
        window.close()

    window.grid.panels["raw"].view.on_paint = painted
    QTimer.singleShot(int(min(_WARM_UP, 2 * seconds) * 1000), start)
    app.exec()
    if len(paints) < 2:
        raise RunError(f"the window painted no frames: {session.state.problem or 'the game did not start'}")
    gaps = sorted((b[0] - a[0]) * 1e3 for a, b in pairwise(paints))
    frames = paints[-1][1] - paints[0][1] + 1
    return {
        "median_ms": statistics.median(gaps),
        "p99_ms": gaps[int(0.99 * (len(gaps) - 1))],
        "longest_ms": gaps[-1],
        "game_rate": (frames - 1) / (paints[-1][0] - paints[0][0]),
        "frames": frames,
        "dropped": frames - len(paints),
        "growth_mb": (end["memory"] - begin["memory"]) / 1e6,
        "size": f"{window.width()} x {window.height()}",
        "platform": app.platformName(),
        "network": f"network {end['network'].name}" if end["network"] else "no network",
    }


def _main() -> int:
    parser = argparse.ArgumentParser(description="How evenly the window paints.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long to play (default %(default)s s)")
    parser.add_argument("--runs", type=Path, help="where the networks lie (default saved_agents)")
    parser.add_argument("--child", choices=("play", "start"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is None:
        from benchmarks.rows import table

        print(table(run(args.seconds, args.runs)))
        return 0
    print(json.dumps(_measure_start() if args.child == "start" else _measure_play(args.seconds, args.runs)))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
