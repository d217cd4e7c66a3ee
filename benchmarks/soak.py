"""A long look at the window: nothing may go wrong, nothing may be left behind, and it may not grow.

python -m benchmarks.soak [--minutes 30] [--seed 1] [--json]

An agent plays, a real short training runs (another begins when it is done), and a scripted user changes tabs, views,
levels, agents and networks, freezes frames and draws on them, replays, compares runs. Status 1 when there was an
exception or a warning of Qt, when a thread or process is left after the window was closed, or when it grew by more than
50 MB after the first fifth of the time.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from benchmarks.real_window import (
    LEFT,
    TOKEN,
    ScriptedUser,
    Steps,
    Troubles,
    ask_child,
    click_tab,
    draw_stroke,
    end_processes,
    open_real_window,
)
from core.config.ddqn import DdqnConfig
from core.game.level import Level
from gui.trainings.model import TICK

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

LIMIT_MB = 50.0
WARM_UP = 0.2  # of the time, before memory counts
_SAMPLE_MS = 2000  # between looks at the memory
_PAUSES = (0.2, 3.0)  # seconds between two things that the user does
_TRAINING = DdqnConfig.of(
    {
        "preset": "fast",
        "steps": 4000,
        "warm_up_steps": 500,
        "replay_steps": 4000,
        "environments": 2,
        "start_share": 0.0,
        "evaluate_every_steps": 2000,
        "evaluate_episodes": 1,
        "checkpoint_every_steps": 1000,
        "keep_every_steps": 0,
    }
)


def measure(minutes: float, seed: int) -> dict[str, Any]:
    """Run the window for so long; what was found, with what is wrong under "problems"."""
    token = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="mario-soak-") as folder:
        words = ("--minutes", str(minutes), "--seed", str(seed))
        found = ask_child("soak", "use", *words, folder=Path(folder), **{TOKEN: token})
        found["processes_left"] = end_processes(token)
    found["problems"] = _problems(found)
    return found


def _problems(found: dict[str, Any]) -> list[str]:
    problems = list(found["troubles"]) + ([found["script"]] if found["script"] else [])
    problems += [f"thread left: {name}" for name in found["threads_left"]]
    problems += [f"process left: {command}" for command in found["processes_left"]]
    if found["growth_mb"] > LIMIT_MB:
        problems.append(f"memory grew by {found['growth_mb']:.0f} MB")
    if not found["trainings_done"] and found["minutes"] >= 5:
        problems.append("no training came to its end")
    return problems


# In the child


class User:
    """Does one thing after another, by chance, as a restless person would.

    Attributes:
        done: how often each was done.
        trainings: how many were started.
    """

    def __init__(self, window: MainWindow, rng: random.Random) -> None:
        self.window, self.workbench, self.rng = window, window.workbench, rng
        self.done: Counter[str] = Counter()
        self.trainings = 0
        self._things = {
            "tab": self._tab,
            "side": self._side,
            "view": self._view,
            "level": self._level,
            "agent": self._agent,
            "network": self._network,
            "pause": self._pause,
            "label": self._label,
            "replay": self._replay_episode,
            "runs": self._runs,
        }

    def steps(self, seconds: float) -> Steps:
        """For so long; then stop the training and close the window as a person does."""
        yield lambda: self.workbench.preview.picture is not None and self.workbench.agents.items
        self.workbench.players.set_player("agent")
        yield lambda: self.workbench.game.state.player == "agent"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._train()
            name, thing = self.rng.choice(list(self._things.items()))
            self.done[name] += 1
            yield from thing()
            yield self.rng.uniform(*_PAUSES)
            self._play_on()
        self.window.close()
        if self.window.close_guard.box is not None:
            stop = self.window.close_guard.buttons["stop"]
            assert isinstance(stop, QAbstractButton)
            QTest.mouseClick(stop, LEFT)
        yield lambda: not self.window.isVisible()

    def _train(self) -> None:
        training = self.workbench.trainings
        if not training.active and not training.now.waiting and (not self.trainings or self._has_ended()):
            training.start(_TRAINING, name=f"soak-{self.trainings + 1}")
            self.trainings += 1

    def _has_ended(self) -> bool:
        """Whether the last training has come and gone."""
        return any(path.name == f"soak-{self.trainings}" for path in self.workbench.trainings.runs.glob("*/"))

    def _play_on(self) -> None:
        if self.workbench.game.state.paused:
            self.workbench.game.set_paused(False)
        if self.workbench.game.state.player != "agent":
            self.workbench.players.set_player("agent")

    def _tab(self) -> Steps:
        bar = self.window.tabs.tabBar()
        click_tab(bar, bar.tabText(self.rng.randrange(bar.count())).replace("&", ""))
        yield 0.1

    def _side(self) -> Steps:
        click_tab(self.window.tabs.tabBar(), "Play")
        click_tab(self.window.play.side.tabBar(), self.rng.choice(("Classes", "Agent")))
        yield 0.1

    def _view(self) -> Steps:
        click_tab(self.window.tabs.tabBar(), "Play")
        self.window.actions_by_id[self.rng.choice(("equal", "large", "overlay", "disagreement", "gaze"))].trigger()
        yield 0.1

    def _level(self) -> Steps:
        self.workbench.game.enter(Level(self.rng.randint(1, 8), self.rng.randint(1, 4)))
        yield 0.5

    def _agent(self) -> Steps:
        self.workbench.agents.choose(self.rng.choice([name for name, _ in self.workbench.agents.items or []]))
        yield lambda: not self.workbench.agents.is_opening

    def _network(self) -> Steps:
        self.workbench.preview.set_network(self.rng.choice([name for name, _ in self.workbench.preview.networks]))
        self.workbench.preview.set_labels(self.rng.choice(("exact", "sprites")))
        yield 1.0

    def _pause(self) -> Steps:
        self.workbench.game.toggle_pause()
        yield 1.0

    def _label(self) -> Steps:
        self.window.actions_by_id["label-freeze"].trigger()
        model, canvas = self.workbench.label, self.window.canvas
        editor = model.editor
        yield lambda: editor.target is not None or editor.problem
        for _ in range(self.rng.randint(1, 5) if editor.target is not None else 0):
            draw_stroke(canvas, self.rng)
            yield 0.05
        if editor.target is not None:
            model.save()  # into the data set of this soak
            yield lambda: (not model.jobs.is_busy and editor.is_saved) or editor.problem
        click_tab(self.window.tabs.tabBar(), "Play")

    def _replay_episode(self) -> Steps:
        self.window.actions_by_id["look-back"].trigger()
        yield 2.0

    def _runs(self) -> Steps:
        click_tab(self.window.tabs.tabBar(), "Runs")
        yield lambda: self.workbench.runs.is_complete
        runs, metrics = self.workbench.runs, self.workbench.runs.metrics()
        self.window.runs.table.select([run.path for run in runs.runs.values() if self.rng.random() < 0.5])
        runs.set_metric(self.rng.choice(metrics))
        yield 0.5


def _use(minutes: float, seed: int) -> dict[str, Any]:
    troubles, process = Troubles(), psutil.Process()
    app, window = open_real_window(Path.cwd())
    window.workbench.preferences.set("label_data", str(Path.cwd() / "labels"))
    user = User(window, random.Random(seed))
    script = ScriptedUser(window, user.steps(60 * minutes))
    memory: list[float] = []
    sampler = QTimer(window, interval=min(_SAMPLE_MS, int(minutes * 1000)))
    sampler.timeout.connect(lambda: memory.append(process.memory_info().rss / 1e6))
    sampler.start()
    app.exec()
    _end_of_threads()
    tenth = max(len(memory) // 10, 1)
    warm = memory[int(WARM_UP * len(memory)) :][:tenth]
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    runs = list((Path.cwd() / "runs").glob("soak-*/evaluation.json"))
    return {
        "minutes": minutes,
        "done": dict(user.done),
        "trainings": user.trainings,
        "trainings_done": len(runs),
        "memory_mb": [round(value) for value in memory[:: max(len(memory) // 30, 1)]],
        "growth_mb": statistics.fmean(memory[-tenth:]) - statistics.fmean(warm),
        "troubles": troubles.found,
        "script": script.problem,
        "threads_left": threads,
    }


def _end_of_threads() -> None:
    """Threads that were told to end may take a moment."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(10 * TICK)


def main() -> int:
    """Measure and print; status 1 when something is wrong."""
    parser = argparse.ArgumentParser(description="Use the real window for a long time, and see what that does to it.")
    parser.add_argument("--minutes", type=float, default=30.0, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what the scripted user does (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--child", choices=("use",), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        print(json.dumps(_use(given.minutes, given.seed)))
        return 0
    found = measure(given.minutes, given.seed)
    if given.json:
        print(json.dumps(found, indent=1))
    else:
        print(f"{found['minutes']:g} minutes, {sum(found['done'].values())} things done: {found['done']}")
        print(f"trainings: {found['trainings']} begun, {found['trainings_done']} done")
        print(f"memory, in MB, from begin to end: {found['memory_mb']}")
        print(f"grown by {found['growth_mb']:.1f} MB after the first fifth (limit {LIMIT_MB:g})")
        print("nothing went wrong" if not found["problems"] else "WRONG:\n" + "\n".join(found["problems"]))
    return 1 if found["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
