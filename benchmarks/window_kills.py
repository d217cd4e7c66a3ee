"""Kill the real window at random moments while somebody labels and an agent trains, and see what is lost.

python -m benchmarks.window_kills [--kills 30] [--steps 1500] [--seed 1] [--json]

After each kill (SIGKILL): at most one stroke that was finished is missing, every frame and mask of the data set can be
read, and the training goes on or is done, with a checkpoint that opens. In the end every run equals one that was left
alone. The window tells of each finished stroke in a file beside the data set.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from benchmarks import kills as training_kills
from benchmarks.labelled import current_map, make_data, unreadable
from benchmarks.real_window import (
    LEFT,
    TOKEN,
    ScriptedUser,
    Steps,
    child_command,
    child_environment,
    draw_stroke,
    end_processes,
    open_real_window,
)
from core.config.ddqn import DdqnConfig
from core.errors import InputError, RunError
from core.frame import ClassMap
from core.runs.run_folder import RunFolder
from core.runs.state import observe, tail
from core.runs.supervisor import Supervisor

NOTES = "strokes.jsonl"
DATA = "data"
FRAMES = 40
_LOG = "window.log"  # what the windows say on stderr
_READY = "ready"
_LIFE = 8.0  # seconds that a window labels at most before it is killed
_STARTING = 0.2  # share of the kills that come while it starts
_START = 4.0  # seconds that a start takes at most, for those
_LAST = 1800.0  # seconds that the last training may take


def digest(class_map: ClassMap) -> str:
    """A class map in a word."""
    return hashlib.sha1(class_map.tobytes(), usedforsecurity=False).hexdigest()


def measure(folder: Path, kills: int, steps: int, seed: int) -> dict[str, Any]:
    """Kill so many windows; what was found, with what is wrong under "problems".

    Args:
        folder: where everything lies.
        kills: how many.
        steps: agent steps of a training.
        seed: of the moments and of what is drawn.
    """
    rng, token = random.Random(seed), uuid.uuid4().hex
    done: set[Path] = set()
    make_data(folder / DATA, FRAMES)
    training_kills.session(folder / "whole", "gray", steps)
    found: dict[str, Any] = {"kills": kills, "phases": Counter(), "lost": Counter(), "problems": []}
    try:
        for number in range(1, kills + 1):
            phase = _kill_one(folder, rng, steps, token)
            lost, problems = check_labels(folder)
            problems += _check_runs(folder / "runs", done)
            found["phases"][phase] += 1
            found["lost"][lost] += 1
            found["problems"] += [f"kill {number}, {phase}: {problem}" for problem in problems]
            print(f"kill {number}, {phase}: {problems or f'{lost} strokes lost'}", file=sys.stderr, flush=True)
        found["problems"] += _check_ends(folder)
        if "Traceback" in (said := (folder / _LOG).read_text(encoding="utf-8")):
            found["problems"].append(f"an exception in a window: {said[said.index('Traceback') :][:1000]}")
    finally:
        found["problems"] += [f"process left: {command}" for command in end_processes(token)]
    found["strokes"] = len(_notes(folder))
    found["runs"] = len(list((folder / "runs").glob("*/config.json")))
    return found


def _kill_one(folder: Path, rng: random.Random, steps: int, token: str) -> str:
    """Open a window, have it label, kill it; what it was doing."""
    words = ("--steps", str(steps), "--seed", str(rng.randrange(2**31)))
    command = child_command("window_kills", "label", *words)
    environment = child_environment(**{TOKEN: token})
    with (
        (folder / _LOG).open("a") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        is_early = rng.random() < _STARTING
        if is_early:
            time.sleep(rng.uniform(0.0, _START))
        elif process.stdout.readline().strip() == _READY:
            time.sleep(rng.uniform(0.0, _LIFE))
        process.kill()
        process.communicate()
        if process.returncode != -signal.SIGKILL:
            raise RunError(f"a window ended by itself with status {process.returncode}: {tail(folder / _LOG, 20)}")
    return "starting" if is_early else "labelling"


# What must be so after a kill


def _notes(folder: Path) -> list[dict[str, Any]]:
    path = folder / NOTES
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def check_labels(folder: Path) -> tuple[int, list[str]]:
    """How many finished strokes are missing, and what is wrong; what is there counts as known from then on."""
    problems = unreadable(folder / DATA, FRAMES)
    known: dict[int, list[str]] = {}
    notes = _notes(folder)
    for note in notes:
        known.setdefault(note["number"], []).append(note["digest"])
    lost_most = 0
    for number, digests in known.items():
        class_map, before_last = current_map(folder, folder / DATA, number)
        lost = _lost(digests, digest(class_map), digest(before_last))
        if lost is None or (lost and number != notes[-1]["number"]) or lost > 1:
            problems.append(f"frame {number}: {'all' if lost is None else lost} finished strokes are lost")
        lost_most = max(lost_most, len(digests) if lost is None else lost)
        if digest(class_map) != digests[-1]:
            note_map(folder, number, class_map)
    return lost_most, problems


def _lost(digests: list[str], now: str, before_last: str) -> int | None:
    """Finished strokes that are missing; 0 also where one more is there, which the window could not tell of."""
    if before_last == digests[-1]:
        return 0
    return digests[::-1].index(now) if now in digests else None


def note_map(folder: Path, number: int, class_map: ClassMap) -> None:
    """Tell how a frame's labels are now."""
    with (folder / NOTES).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"number": number, "digest": digest(class_map)}) + "\n")


def _check_runs(runs: Path, done: set[Path]) -> list[str]:
    """What is wrong with the runs; those that were done before, and were looked at then, are left alone."""
    problems = []
    for path in sorted({path.parent for path in runs.glob("*/config.json")} - done):
        run = observe(path)
        if run.state == "done":
            done.add(path)
        if not run.is_active and run.state != "done":
            problems.append(f"{path.name} is {run.state}: {run.sentence}")
        try:
            RunFolder(path).checkpoints.load_last()
        except InputError as error:
            problems.append(str(error))
    return problems


def _check_ends(folder: Path) -> list[str]:
    """Have what trains and waits come to its end; what then differs from the run that was left alone."""
    supervisor = Supervisor(folder / "runs")
    end = time.monotonic() + _LAST
    snapshot = supervisor.tick()
    while (snapshot.active or snapshot.waiting) and time.monotonic() < end:
        time.sleep(0.5)
        snapshot = supervisor.tick()
    problems = []
    for path in sorted(path.parent for path in (folder / "runs").glob("*/config.json")):
        run = observe(path)
        if run.state != "done":
            problems.append(f"{path.name} is {run.state} in the end: {run.sentence}")
        else:
            unequal = training_kills.differences(folder / "whole", path)
            problems += [f"{path.name} differs from the run left alone: {name}" for name in unequal]
    return problems


# In the child


def _label(steps: int, seed: int) -> int:
    app, window = open_real_window(Path.cwd())
    model, canvas, training = window.workbench.label, window.canvas, window.workbench.trainings
    editor, browser = model.editor, model.browser
    rng = random.Random(seed)
    settings: dict[str, Any] = {**training_kills.SETTINGS, "steps": steps, "episodes": 0, "deterministic": "yes"}

    def note() -> None:
        assert editor.annotation is not None and browser.number is not None
        note_map(Path.cwd(), browser.number, editor.annotation.class_map)

    def user() -> Steps:
        window.tabs.show_page(window.label)
        yield 0.5
        while model.offers:  # what the window before it left
            button = window.findChild(QAbstractButton, "label-take-up")
            assert button is not None
            QTest.mouseClick(button, LEFT)
            yield lambda: not model.jobs.is_busy and editor.target is not None and editor.is_saved
        if browser.list is None:
            browser.open_data(Path(DATA))
        yield lambda: browser.list is not None and editor.target is not None and not model.jobs.is_busy
        canvas.setFocus()
        note()
        os.write(1, f"{_READY}\n".encode())  # not print: whoever imports a package that chats redirects sys.stdout
        while True:
            if not training.active and not training.now.waiting:
                training.start(DdqnConfig.of(settings))
                yield lambda: training.active or training.now.waiting
            yield from _some_strokes()
            QTest.keyClick(canvas, rng.choice((Qt.Key.Key_D, Qt.Key.Key_D, Qt.Key.Key_A)))
            yield lambda: editor.target is not None
            note()

    def _some_strokes() -> Steps:
        for _ in range(rng.randint(1, 12)):
            QTest.keyClick(canvas, rng.choice((Qt.Key.Key_1, Qt.Key.Key_5, Qt.Key.Key_8)))
            if rng.random() < 0.15:
                QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            else:
                draw_stroke(canvas, rng)
            note()
            yield rng.uniform(0.0, 0.4)

    script = ScriptedUser(window, user())
    app.exec()
    print(script.problem, file=sys.stderr)
    return 1


def main() -> int:
    """Measure and print; status 1 when something is wrong."""
    parser = argparse.ArgumentParser(description="Kill windows that label and train, and see what is lost.")
    parser.add_argument("--kills", type=int, default=30, help="how many (%(default)s)")
    parser.add_argument("--steps", type=int, default=1500, help="agent steps of a training (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of moments and strokes (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--child", choices=("label",), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        return _label(given.steps, given.seed)
    with tempfile.TemporaryDirectory(prefix="mario-kills-") as folder:
        found = measure(Path(folder), given.kills, given.steps, given.seed)
    if given.json:
        print(json.dumps(found, indent=1))
    else:
        print(f"{found['kills']} kills ({dict(found['phases'])}), {found['strokes']} notes, {found['runs']} trainings")
        print(f"finished strokes lost, by how many kills: {dict(found['lost'])}")
        print("all is whole" if not found["problems"] else "WRONG:\n" + "\n".join(found["problems"]))
    return 1 if found["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
