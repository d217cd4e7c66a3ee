"""The Runs tab with very much to show: 10,000 run folders, and a curve of 1,000,000 rows.

Measured in a child process, in the real window while its game plays: how long until it is shown, and how long the
window's thread could not answer meanwhile.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest

from benchmarks.progress import Progress
from benchmarks.real_window import (
    LEFT,
    Heartbeat,
    ScriptedUser,
    Steps,
    Troubles,
    ask_child,
    click_tab,
    has_picture,
    open_real_window,
)
from benchmarks.rows import Row, alone
from core.config.ddqn import DdqnConfig
from core.errors import RunError
from core.runs.run_folder import CONFIG_NAME, STATUS_NAME

RUNS = 10_000
ROWS = 1_000_000
_LARGE = "large"
_WORD = "run-0123"  # that the table is filtered by
_SETTLE = 1.0  # seconds in which what follows from an action happens
_ZOOMS = 90  # changes of the view, one each 1/60 s
_COLUMNS = "episode,step,wall_time,environment,level,from_start,start_x,x,length,flag,dead,return"


def run(runs: int = RUNS, rows: int = ROWS) -> list[Row]:
    """Measure with so many run folders, one of which has so many episodes."""
    progress = Progress("curves", 2)
    with tempfile.TemporaryDirectory() as folder:
        progress.begin(f"making {runs:,} run folders")
        make_runs(Path(folder) / "runs", runs, rows)
        progress.begin("the window")
        found = ask_child("curves", "look", "--count", str(runs), "--rows", str(rows), folder=Path(folder))
    what = f"{runs:,} run folders", f"a curve of {rows:,} rows"
    said = "longest time without an answer of the window"
    return [
        alone("curves", f"{what[0]}: until the first is listed", found["first_s"], "s"),
        alone("curves", f"{what[0]}: until all are listed", found["all_s"], "s"),
        alone("curves", f"{what[0]}: {said} meanwhile", found["all_block_ms"], "ms"),
        alone("curves", f"{what[0]}: {said}, sorting", found["sort_block_ms"], "ms"),
        alone("curves", f"{what[0]}: {said}, filtering", found["filter_block_ms"], "ms", "as a word is typed"),
        alone("curves", f"{what[1]}: until it is drawn", found["curve_s"], "s"),
        alone("curves", f"{what[1]}: {said} meanwhile", found["curve_block_ms"], "ms"),
        alone("curves", f"{what[1]}: until another smoothing is drawn", found["smooth_s"], "s"),
        alone("curves", f"{what[1]}: {said} meanwhile", found["smooth_block_ms"], "ms"),
        alone("curves", f"{what[1]}: interval of frames while zooming, median", found["zoom_median_ms"], "ms"),
        alone("curves", f"{what[1]}: the same, 99th percentile", found["zoom_p99_ms"], "ms"),
    ]


def make_runs(folder: Path, count: int, rows: int) -> None:
    """Folders of finished agents without anything but a name, and one, older, with so many episodes."""
    status = json.dumps({"state": "done", "pid": 1, "heartbeat": 1.0, "progress": 1.0, "time_left": 0.0, "error": ""})
    for number in range(count):
        path = folder / (_LARGE if number == 0 else f"run-{number:05d}")
        path.mkdir(parents=True)
        (path / CONFIG_NAME).write_text(json.dumps(DdqnConfig(seed=number).to_json()), encoding="utf-8")
        (path / STATUS_NAME).write_text(status, encoding="utf-8")
    rng = np.random.default_rng(1)
    xs = (40 + rng.random(rows) * np.linspace(100, 3000, rows)).astype(int).tolist()
    with (folder / _LARGE / "episodes.csv").open("w", encoding="utf-8") as file:
        file.write(_COLUMNS + "\n")
        file.writelines(f"{n},{n * 80},{n * 0.8:.1f},0,1-1,1,40,{x},80,0,1,{x / 10}\n" for n, x in enumerate(xs, 1))


# In the child


class _Paints(QObject):
    """Notes when a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            self.times.append(time.perf_counter())
        return False


def _look(count: int, rows: int) -> dict[str, float]:
    troubles = Troubles()
    app, window = open_real_window(Path.cwd(), Path.cwd() / "runs")
    runs, page, heartbeat = window.workbench.runs, window.runs, Heartbeat(window)
    found: dict[str, float] = {}

    def timed(name: str, act: Callable[[], object], is_done: Callable[[], object]) -> Steps:
        begun = time.perf_counter()
        heartbeat.start()
        act()
        yield is_done
        found[f"{name}_s"] = time.perf_counter() - begun
        found[f"{name}_block_ms"] = heartbeat.stop()

    def points() -> int:
        curves = page.plot.curves
        is_drawn = bool(curves) and len(page.plot.items) == len(curves) and page.plot.items[0].getData()[0] is not None
        return len(curves[0].line.x) if is_drawn else 0

    def settled(name: str, act: Callable[[], object]) -> Steps:
        end = time.perf_counter() + _SETTLE
        yield from timed(name, act, lambda: time.perf_counter() >= end)

    def sort() -> None:
        header = page.table.view.horizontalHeader()
        place = QPoint(header.sectionViewportPosition(0) + 20, header.height() // 2)
        QTest.mouseClick(header.viewport(), LEFT, pos=place)

    def smooth() -> None:
        page.controls.slider.setFocus()
        QTest.keyClick(page.controls.slider, Qt.Key.Key_Right)

    def zoom() -> Steps:
        paints = _Paints()
        page.plot.plot.viewport().installEventFilter(paints)
        for step in range(_ZOOMS):
            page.plot.plot.setXRange(rows * 0.4 * step / _ZOOMS, rows * (1 - 0.4 * step / _ZOOMS))
            yield 1 / 60
        gaps = sorted(1e3 * (after - before) for before, after in pairwise(paints.times))
        found["zoom_median_ms"], found["zoom_p99_ms"] = statistics.median(gaps), gaps[int(0.99 * (len(gaps) - 1))]

    def steps() -> Steps:
        yield lambda: has_picture(window) or window.workbench.game.state.problem
        begun = time.perf_counter()
        heartbeat.start()
        click_tab(window.tabs.tabBar(), "Runs")
        yield lambda: page.table.model.rows
        found["first_s"] = time.perf_counter() - begun
        yield lambda: runs.is_complete and len(page.table.model.rows) >= count
        found["all_s"], found["all_block_ms"] = time.perf_counter() - begun, heartbeat.stop()
        yield _SETTLE
        yield from settled("sort", sort)
        heartbeat.start()
        for letter in _WORD:
            QTest.keyClicks(page.table.words, letter)
            yield 0.1
        found["filter_block_ms"] = heartbeat.stop()
        page.table.words.clear()
        yield _SETTLE
        large = Path.cwd().resolve() / "runs" / _LARGE
        yield from timed("curve", lambda: page.table.select([large]), lambda: points() == rows)
        yield _SETTLE
        before = page.plot.curves[0].line
        yield from timed("smooth", smooth, lambda: page.plot.curves[0].line is not before)
        yield _SETTLE
        yield from zoom()

    user = ScriptedUser(window, steps())
    app.exec()
    if user.problem or troubles.found:
        raise RunError(user.problem or "; ".join(troubles.found))
    return found


def _main() -> int:
    parser = argparse.ArgumentParser(description="How the Runs tab bears thousands of runs and long curves.")
    parser.add_argument("--count", type=int, default=RUNS, help="run folders (%(default)s)")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the long curve (%(default)s)")
    parser.add_argument("--child", choices=("look",), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        print(json.dumps(_look(given.count, given.rows)))
        return 0
    from benchmarks.rows import table

    print(table(run(given.count, given.rows)))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
