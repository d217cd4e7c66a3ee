"""The curves of an agent's training: a row for each episode, for each thousand steps, for each evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.ddqn.training.evaluator import GreedyEvaluation
from core.ddqn.training.rollout import TrainingEpisode
from core.game.env.reward import REWARD_PARTS
from core.runs.run_log import RunLog, Value

if TYPE_CHECKING:
    from core.training.event_files import EventFile

LOG_EVERY_STEPS = 1_000  # agent steps between rows of learning.csv
RECENT_EPISODES = 50  # from the level's start, of which mean_x and flag_share tell the mean; that only of so many

EPISODE_COLUMNS = (
    "episode", "step", "wall_time", "environment", "level", "from_start", "start_x", "x", "progress", "length", "flag",
    "dead", "return", *(f"return_{part}" for part in REWARD_PARTS),
)  # fmt: skip
LEARNING_COLUMNS = (
    "step", "wall_time", "episodes", "updates", "epsilon", "loss", "td_error", "q", "mean_x", "flag_share",
    "steps_per_second",
)  # fmt: skip
EVALUATION_COLUMNS = (
    "step", "wall_time", "episodes", "flags", "mean_progress", "mean_x", "median_x", "min_x", "max_x",
    "mean_paper_return",
)  # fmt: skip
_OLDER_EVALUATION_COLUMNS = ("mean_return",)  # of the run's own reward


class DdqnLog:
    """episodes.csv, learning.csv and evaluations.csv of a run folder, and the same as events for TensorBoard."""

    def __init__(self, folder: Path, rows: Sequence[int], events: EventFile | None = None) -> None:
        """Begin or continue them; rows beyond those that a checkpoint knows of are cut.

        Args:
            folder: the run's.
            rows: how many to keep of each, in the order above.
            events: where rows go too.
        """
        self._events = events
        self._episodes = RunLog(folder / "episodes.csv", EPISODE_COLUMNS)
        self._learning = RunLog(folder / "learning.csv", LEARNING_COLUMNS)
        self._evaluations = RunLog(folder / "evaluations.csv", EVALUATION_COLUMNS, _OLDER_EVALUATION_COLUMNS)
        for log, count in zip((self._episodes, self._learning, self._evaluations), rows, strict=True):
            log.keep(count)

    def episode(self, number: int, step: int, wall_time: float, episode: TrainingEpisode) -> None:
        """A row of episodes.csv; x in pixels, length in agent steps, wall_time in seconds, rewards before scaling."""
        self._add(
            self._episodes,
            {
                "episode": number,
                "step": step,
                "wall_time": round(wall_time, 1),
                "environment": episode.environment,
                "level": episode.level,
                "from_start": int(episode.from_start),
                "start_x": episode.start_x,
                "x": episode.x,
                "progress": episode.progress,
                "length": episode.length,
                "flag": int(episode.flag),
                "dead": int(episode.dead),
                "return": episode.total,
                **{f"return_{part}": value for part, value in episode.parts.items()},
            },
        )

    def learning(
        self,
        step: int,
        wall_time: float,
        episodes: int,
        epsilon: float,
        updates: int,
        means: Mapping[str, float],
        mean_x: float,
        flag_share: float,
        speed: float,
    ) -> None:
        """A row of learning.csv; loss, td_error and q are means since the row before."""
        self._add(
            self._learning,
            {
                "step": step,
                "wall_time": round(wall_time, 1),
                "episodes": episodes,
                "updates": updates,
                "epsilon": epsilon,
                **(means if updates else {}),
                "mean_x": mean_x,
                "flag_share": flag_share,
                "steps_per_second": round(speed, 1),
            },
        )

    def evaluation(self, step: int, wall_time: float, result: GreedyEvaluation) -> None:
        """A row of evaluations.csv."""
        self._add(
            self._evaluations,
            {
                "step": step,
                "wall_time": round(wall_time, 1),
                "episodes": len(result.x),
                "flags": result.flags,
                "mean_progress": result.mean_progress,
                "mean_x": result.mean_x,
                "median_x": result.median_x,
                "min_x": min(result.x),
                "max_x": max(result.x),
                "mean_paper_return": result.mean_paper_return,
            },
        )

    def _add(self, log: RunLog, row: Mapping[str, Value]) -> None:
        log.append(row)
        if self._events is not None:
            self._events.add(log.path.stem, int(row["step"] or 0), row)
