"""Kill a short deterministic training at random moments, resume it each time, and compare it with one left alone.

python -m benchmarks.kills [--kills 50] [--observation gray] [--seed 1] [--folder DIR] [--json]

Each run is killed (SIGKILL) and resumed until it is done, then the next one begins, until there were enough kills.
Equal means: every array of the last full checkpoint, the bytes of the best network, what its export answers, the last
scores, and every row of the curves, columns of time aside. (The exporter numbers the nodes of its graph in no fixed
order, so the bytes of model.onnx differ between any two processes.)
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.agents.policy import QPolicy
from core.frame import STACK_FRAMES
from core.runs.checkpoint_files import load_checkpoint
from core.runs.run_folder import RunFolder
from core.runs.run_log import read_rows

PROGRAM = (sys.executable, str(Path(__file__).resolve().parents[1] / "main.py"))
LOGS = ("episodes.csv", "learning.csv", "evaluations.csv")
TIME_COLUMNS = ("wall_time", "steps_per_second")
SETTINGS = {  # small, so that the replay wraps and everything happens several times
    "replay_steps": 800,
    "warm_up_steps": 300,
    "batch_size": 16,
    "update_every_steps": 16,
    "target_every_steps": 400,
    "n_step": 3,
    "training_stall_steps": 30,
    "start_share": 0.3,
    "max_noops": 30,
    "sticky": 0.1,
    "epsilon_repeat": 2.0,
    "checkpoint_every_steps": 150,
    "evaluate_every_steps": 700,
    "evaluate_episodes": 1,
    "last_action": "yes",
}
STATUS_EVERY = 2.0  # seconds between what a run tells of itself
_POLL = 0.02  # seconds between looks at a run


def arguments(folder: Path, observation: str, steps: int, *, resume: bool) -> list[str]:
    """The arguments of one session; a new run's or a resumed one's."""
    if resume:
        return ["--train", "ddqn", "--resume", str(folder)]
    words = ["--train", "ddqn", "--run", str(folder), "--observation", observation]
    words += ["--steps", str(steps), "--episodes", "0", "--deterministic", "yes"]
    for name, value in SETTINGS.items():
        words += ["--override", f"{name}={value}"]
    return words


@dataclass(frozen=True, slots=True)
class KillMoment:
    """When to kill a session.

    Attributes:
        progress: not before the run has come so far, 0 to 1; None for a session that may still be starting.
        delay: seconds after that, or after its start.
        half: instead, as soon after that as a checkpoint is being written.
    """

    progress: float | None
    delay: float
    half: bool = False

    @classmethod
    def draw(cls, rng: random.Random, run: Path, start: float) -> KillMoment | None:
        """Anywhere in what is left of a run whose start takes so many seconds; None, one time in ten, for never."""
        status = RunFolder(run).status() if run.exists() else None
        done = status.progress if status else 0.0
        kind = rng.random()
        if kind < 0.2:
            return cls(None, rng.uniform(0.0, start))
        if kind < 0.55:
            return cls(rng.uniform(done, 1.0), rng.uniform(0.0, STATUS_EVERY))
        if kind < 0.8:
            return cls(rng.uniform(done, 0.9), rng.uniform(0.0, 0.01), half=True)
        return cls(1.0, rng.uniform(0.0, start)) if kind < 0.9 else None

    def wait(self, process: subprocess.Popen[bytes], run: RunFolder) -> bool:
        """Until the moment has come (True), or the session has ended (False)."""
        while self.progress is not None and not _has_come(run, process.pid, self.progress):
            if not _goes_on(process, _POLL):
                return False
        while self.half and not any((run.path / "checkpoints").glob(".step-*.tmp")):
            if not _goes_on(process, 0.001):
                return False
        return _goes_on(process, self.delay)


def _has_come(run: RunFolder, pid: int, progress: float) -> bool:
    status = run.status() if run.path.exists() else None
    return status is not None and status.pid == pid and status.state == "running" and status.progress >= progress


def _goes_on(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it still runs after so long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def session(
    folder: Path,
    observation: str,
    steps: int,
    moment: KillMoment | None = None,
    program: Sequence[str] = PROGRAM,
) -> str:
    """Begin or resume a run; where it was when it was killed, or nothing when it ended itself."""
    resume = (folder / "config.json").exists()
    words = [*program, *arguments(folder, observation, steps, resume=resume)]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=told)
        if moment is not None and moment.wait(process, RunFolder(folder)):
            process.kill()
            process.wait()
            return "" if _is_done(RunFolder(folder)) else _phase(RunFolder(folder), process.pid)
        if process.wait():
            told.seek(0)
            raise RuntimeError(f"a session failed with status {process.returncode}:\n{told.read().decode()}")
    return ""


def _is_done(run: RunFolder) -> bool:
    """Whether a run is whole: one that was killed on its way out, with nothing left to lose or to resume."""
    status = run.status()
    return status is not None and status.state == "done"


def _phase(run: RunFolder, pid: int) -> str:
    """What a killed process was doing, by what it left in the folder."""
    status = run.status()
    if status is None or status.pid != pid or status.state != "running":
        return "starting"
    halves = [path.name for path in run.path.rglob(".*.tmp")]
    kinds = {".step-": "a checkpoint", ".row-": "a segment of the replay", ".weights": "the best network"}
    for beginning, what in kinds.items():
        if any(name.startswith(beginning) for name in halves):
            return f"writing {what}"
    if status.progress >= 1.0:
        return "exporting and evaluating"
    return "playing and learning"


def differences(ours: Path, other: Path) -> list[str]:
    """What differs between two finished runs, columns of time aside; nothing when they are equal."""
    found = [
        name
        for name in ("weights.safetensors", "evaluation.json")
        if (ours / name).read_bytes() != (other / name).read_bytes()
    ]
    found += [name for name in LOGS if _rows(ours / name) != _rows(other / name)]
    if not np.array_equal(_answers(ours / "model.onnx"), _answers(other / "model.onnx")):
        found.append("model.onnx")
    first, second = (load_checkpoint(RunFolder(folder).checkpoints.paths()[-1]) for folder in (ours, other))
    if first.arrays.keys() != second.arrays.keys():
        return [*found, "the names in the last checkpoint"]
    found += [name for name, array in first.arrays.items() if not np.array_equal(array, second.arrays[name])]
    return found + (
        [] if _timeless(first.state) == _timeless(second.state) else ["the counters of the last checkpoint"]
    )


def _answers(model: Path) -> npt.NDArray[np.float32]:
    """Q-values of some noise."""
    policy = QPolicy(model)
    shape = (4, STACK_FRAMES, *policy.item_shape)
    noise = np.random.default_rng(0)
    return policy.q_values(noise.integers(0, 256, shape, np.uint8), noise.integers(0, 5, shape[0], np.int32))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name not in TIME_COLUMNS} for row in read_rows(path)]


def _timeless(state: dict[str, Any]) -> dict[str, Any]:
    position = {name: value for name, value in state["position"].items() if name != "wall_time"}
    return {**state, "position": position, "saved": 0.0}


def measure(folder: Path, kills: int, observation: str, steps: int, seed: int) -> dict[str, Any]:
    """Kill and resume runs until there were so many kills; what was found.

    Args:
        folder: where the runs go.
        kills: how many.
        observation, steps: of the runs.
        seed: of the moments.
    """
    rng = random.Random(seed)
    session(folder / "whole", observation, steps)
    start = _start_seconds(folder / "whole")
    phases: Counter[str] = Counter()
    runs, unequal = 0, []
    while phases.total() < kills:
        runs += 1
        run = folder / f"killed-{runs}"
        while True:
            moment = KillMoment.draw(rng, run, start) if phases.total() < kills else None
            phase = session(run, observation, steps, moment)
            if not phase:
                break
            phases[phase] += 1
            print(f"kill {phases.total()}: run {runs}, {phase}", file=sys.stderr, flush=True)
        unequal += [f"run {runs}: {name}" for name in differences(folder / "whole", run)]
        print(f"run {runs} is done: {unequal or 'equal'}", file=sys.stderr, flush=True)
    return {"kills": phases.total(), "runs": runs, "phases": dict(phases), "unequal": unequal}


def _start_seconds(run: Path) -> float:
    """How long a finished run took from its folder's making to its first step."""
    return (run / "agent.json").stat().st_mtime - (run / "config.json").stat().st_mtime


def main() -> int:
    """Measure and print; status 1 when something differed."""
    parser = argparse.ArgumentParser(description="Kill trainings at random moments, resume and compare them.")
    parser.add_argument("--kills", type=int, default=50, help="how many (%(default)s)")
    parser.add_argument("--observation", default="gray", choices=("gray", "segmented", "fcn"), help="(%(default)s)")
    parser.add_argument("--steps", type=int, default=2000, help="agent steps of a run (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where the runs are kept (default: nowhere)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        result = measure(folder, given.kills, given.observation, given.steps, given.seed)
    if given.json:
        print(json.dumps(result, indent=1))
    else:
        print(f"{result['kills']} kills in {result['runs']} runs of {given.steps} steps:")
        for phase, count in sorted(result["phases"].items(), key=lambda item: -item[1]):
            print(f"  {count:3} while {phase}")
        print("all equal to the run left alone" if not result["unequal"] else f"DIFFERENT: {result['unequal']}")
    return 1 if result["unequal"] else 0


if __name__ == "__main__":
    sys.exit(main())
