"""How fast agents learned, from their run folders: the table of docs/decisions/agents.md.

python -m benchmarks.learning saved_agents/ddqn-* [--json]

The curve is the x position at the end of the training episodes that began at the level's start, a mean over the last 50
of them, over agent steps. Its area is that under the curve divided by the length of the run: a mean height in pixels.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.config.ddqn import DdqnConfig
from core.errors import InputError
from core.runs.curves.curves import CurveQuery, Line, RunCurves
from core.runs.curves.metrics import EPISODES, EVALUATIONS, METRICS
from core.runs.run_folder import RunFolder

WINDOW = 50  # episodes
GOOD_X = 2000.0  # pixels; the paper's curves level off there
_POINTS = 4001  # of the grid that areas are taken on


@dataclass(frozen=True, slots=True)
class Learned:
    """What became of a run.

    Attributes:
        run, observation, seed: which.
        steps: how long, in agent steps.
        minutes: of training, over all sessions.
        area: mean height of the curve in pixels.
        good_steps, good_episodes: when the curve first reached ``GOOD_X``; None when it never did.
        best_x: mean x of the best evaluation during training, in pixels.
        best_step: when that was.
        last_x: mean x of the last one, by which a run is reported.
    """

    run: str
    observation: str
    seed: int
    steps: int
    minutes: float
    area: float
    good_steps: int | None
    good_episodes: int | None
    best_x: float
    best_step: int
    last_x: float


def learned(folder: Path) -> Learned:
    """Sum up an agent's run; InputError when the folder is none, or has no episodes or evaluations yet."""
    run = RunFolder.open(folder)
    config, curves = run.config(DdqnConfig), RunCurves(folder)
    metric = next(item for item in METRICS if item.file == EPISODES)
    curves.read(metric, "steps")
    curves.read(metric, "episodes")
    over_steps = curves.lines(CurveQuery(metric, "steps", WINDOW))[0]
    over_episodes = curves.lines(CurveQuery(metric, "episodes", WINDOW))[0]
    evaluations = curves.table(EVALUATIONS)
    evaluations.read({"step", "mean_x", "mean_progress", "flags"})
    if over_steps is None or over_episodes is None or not evaluations.rows:
        raise InputError(f"{folder}: it needs episodes and at least one evaluation")
    reached = np.flatnonzero(over_steps.y >= GOOD_X)
    mean_x = evaluations.column("mean_x")
    ranks = (mean_x, np.nan_to_num(evaluations.column("mean_progress")), evaluations.column("flags"))
    best = int(np.lexsort(ranks)[-1])  # by flags, progress, and x where an older run has none; the later among equals
    episodes = curves.table(EPISODES)
    episodes.read({"wall_time"})
    return Learned(
        run=folder.name,
        observation=config.observation,
        seed=config.seed,
        steps=int(over_steps.x[-1]),
        minutes=float(episodes.column("wall_time")[-1]) / 60,
        area=area(over_steps),
        good_steps=int(over_steps.x[reached[0]]) if len(reached) else None,
        good_episodes=int(over_episodes.x[reached[0]]) if len(reached) else None,
        best_x=float(mean_x[best]),
        best_step=int(evaluations.column("step")[best]),
        last_x=float(mean_x[-1]),
    )


def area(line: Line) -> float:
    """Mean height of a line from its first point to its last."""
    if len(line.x) < 2 or line.x[-1] == line.x[0]:
        return float(line.y.mean())
    grid = np.linspace(line.x[0], line.x[-1], _POINTS)
    return float(np.trapezoid(np.interp(grid, line.x, line.y), grid) / (grid[-1] - grid[0]))


def _row(item: Learned) -> str:
    good = "never" if item.good_steps is None else f"{item.good_steps:,} steps, {item.good_episodes:,} episodes"
    return (
        f"{item.run:<20} {item.steps:>9,} steps {item.minutes:>6.0f} min   area {item.area:>6.0f}   "
        f"x {GOOD_X:.0f} after {good:<30} best {item.best_x:>6.0f} at {item.best_step:,}   "
        f"last {item.last_x:>6.0f}"
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How fast agents learned.")
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of agents")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    try:
        found = [learned(folder) for folder in given.runs]
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps([asdict(item) for item in found], indent=1) if given.json else "\n".join(map(_row, found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
