"""Which curves a run has: the columns of its CSV files, with names and units for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from core.classes import CLASS_NAMES
from core.game.env.reward import REWARD_PARTS

Axis = Literal["episodes", "steps", "hours"]
EPISODES, LEARNING, EVALUATIONS, EPOCHS = "episodes.csv", "learning.csv", "evaluations.csv", "epochs.csv"
UPDATES = "updates.csv"
SHARE_WINDOW = 100  # episodes over which the share of those that reached the goal is taken at least
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that can be drawn over the course of a run.

    Attributes:
        title: its name.
        unit: of its values; empty for a pure number.
        kind: of the runs that have it, "ddqn", "fcn" or "mapping".
        file: the CSV file in the run folder.
        columns: there, a line each.
        labels: of the lines, where there are several.
        where: column that must be 1 for a row to count; empty for all rows.
        window: rows that each point is the mean of, at least.
        tip: a sentence on what it is.
    """

    title: str
    unit: str
    kind: str
    file: str
    columns: tuple[str, ...]
    labels: tuple[str, ...] = ()
    where: str = ""
    window: int = 1
    tip: str = ""

    @property
    def label(self) -> str:
        """The name with the unit in brackets."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def row(self) -> str:
        """What a row of its file is."""
        return _ROWS.get(self.file, "row")

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What it can be drawn over."""
        return tuple(AXIS_COLUMNS[self.file]) if self.file in AXIS_COLUMNS else ("episodes",)


AXIS_COLUMNS: dict[str, dict[Axis, str]] = {
    EPISODES: {"episodes": "episode", "steps": "step", "hours": "wall_time"},
    LEARNING: {"episodes": "episodes", "steps": "step", "hours": "wall_time"},
    EVALUATIONS: {"episodes": "step", "steps": "step", "hours": "wall_time"},
    EPOCHS: {"episodes": "epoch", "hours": "wall_time"},
    UPDATES: {"episodes": "update", "hours": "wall_time"},
}
"""Column of each file for each axis. An evaluation's episode is that of its step, by learning.csv."""
_ROWS = {EPISODES: "episode", EVALUATIONS: "evaluation", EPOCHS: "epoch"}

_PARTS = {
    "death": "for dying",
    "clock": "for game time",
    "progress": "for progress",
    "score": "for points",
    "goal": "for the goal",
}
_X = "where Mario was when an episode ended, in pixels of the area"
_FROM_START = "episodes from the level's start only"
_GREEDY = "greedy episodes played now and then"


def _agent(title: str, unit: str, file: str, column: str, **about: object) -> Metric:
    return replace(Metric(title, unit, "ddqn", file, (column,)), **about)  # type: ignore[arg-type]


def _network(title: str, unit: str, columns: tuple[str, ...], labels: tuple[str, ...] = (), tip: str = "") -> Metric:
    return Metric(title, unit, "fcn", EPOCHS, columns, labels, tip=tip)


def _mapping(title: str, unit: str, column: str, tip: str = "") -> Metric:
    return Metric(title, unit, "mapping", UPDATES, (column,), tip=tip)


METRICS: tuple[Metric, ...] = (
    _agent("x position", "pixels", EPISODES, "x", where="from_start", tip=f"{_X}; {_FROM_START}"),
    _agent("x position, all episodes", "pixels", EPISODES, "x", tip=f"{_X}; those too that began along the level"),
    _agent(
        "Progress",
        "share of the level",
        EPISODES,
        "progress",
        where="from_start",
        tip=f"how far along the level, over its areas in order; 1 is the goal; {_FROM_START}",
    ),
    _agent(
        "Return, run's own reward",
        "reward",
        EPISODES,
        "return",
        tip="rewards that the agent learns from, added up over an episode, before scaling",
    ),
    _agent(
        "Goal reached",
        "share of episodes",
        EPISODES,
        "flag",
        where="from_start",
        window=SHARE_WINDOW,
        tip=f"share of the last {SHARE_WINDOW} episodes from the level's start that reached the flag or the axe",
    ),
    _agent("Episode length", "agent steps", EPISODES, "length", tip="an agent step is 4 frames"),
    _agent("Evaluations: mean progress", "share of the level", EVALUATIONS, "mean_progress", tip=_GREEDY),
    _agent("Evaluations: mean x", "pixels", EVALUATIONS, "mean_x", tip=_GREEDY),
    _agent("Evaluations: goal reached", "episodes", EVALUATIONS, "flags"),
    _agent(
        "Evaluations: mean return, paper's reward",
        "reward",
        EVALUATIONS,
        "mean_paper_return",
        tip="the paper's rewards added up over an episode, whatever the agent learns from",
    ),
    _agent("Exploration ε", "share of actions", LEARNING, "epsilon", tip="share of random actions"),
    _agent("Loss", "", LEARNING, "loss", tip="mean loss of the updates since the row before"),
    _agent("TD error", "reward", LEARNING, "td_error", tip="mean size of the temporal-difference error"),
    _agent("Q-value", "reward", LEARNING, "q", tip="mean of the highest Q-value of each state learned from"),
    _agent("Speed", "agent steps/s", LEARNING, "steps_per_second"),
    *(
        _agent(
            f"Return {_PARTS.get(part, part)}", "reward", EPISODES, f"return_{part}", tip="part of the run's own reward"
        )
        for part in REWARD_PARTS
    ),
    _network("mIoU", "", ("val_miou",), tip="mean over the classes of intersection over union, validation split"),
    _network("Accuracy", "share of pixels", ("val_accuracy",), tip="validation split"),
    _network(
        "Cross-entropy",
        "",
        ("train_cross_entropy", "val_loss"),
        ("training", "validation"),
        "mean over the pixels; that of training while it learns, on augmented frames",
    ),
    _network(
        "Training loss",
        "",
        ("train_loss",),
        tip="what the updates make small; with the balanced loss weighted, and with Dice: no match for validation",
    ),
    _network(
        "IoU of every class",
        "",
        tuple(f"iou_{name}" for name in CLASS_NAMES),
        CLASS_NAMES,
        "intersection over union of each class, validation split",
    ),
    *(_network(f"IoU of {name}", "", (f"iou_{name}",), tip="validation split") for name in CLASS_NAMES),
    _network("Step size", "", ("learning_rate",), tip="step size of Adam"),
    _network("Speed", "frames/s", ("samples_per_second",)),
    _mapping("Error there and back", "gray levels", "cycle", "mean over pixels mapped to the other look and back"),
    _mapping(
        "Error of what is right", "gray levels", "identity", "mean over pixels of pictures that have the look already"
    ),
    _mapping("Loss of the generators", "", "adversarial", "how far their pictures are from being taken for real ones"),
    _mapping("Loss of the discriminators", "", "critic", "how badly they tell real pictures from mapped ones"),
    _mapping("Step size", "", "learning_rate", "step size of Adam"),
    _mapping("Speed", "updates/s", "updates_per_second"),
)
"""Everything that can be drawn, the most wanted first for each kind of run."""

_OVERVIEW = {
    "ddqn": ("x position", "Return, run's own reward", "Loss", "Exploration ε"),
    "fcn": ("mIoU", "Accuracy", "Cross-entropy", "Step size"),
    "mapping": (
        "Error there and back",
        "Error of what is right",
        "Loss of the generators",
        "Loss of the discriminators",
    ),
}
KIND_NAMES = {"ddqn": "agent", "fcn": "network", "mapping": "mapping"}
_NOT_DRAWN = {"environment", "level", "from_start", "start_x", "dead", "median_x", "min_x", "max_x", "updates"}
_OLDER = {"mean_return": "Evaluations: mean return, run's own reward"}  # columns of older programs, with their titles
_FILES = {"ddqn": (EPISODES, LEARNING, EVALUATIONS), "fcn": (EPOCHS,), "mapping": (UPDATES,)}


def overview(kind: str) -> tuple[Metric, ...]:
    """The four that tell most of a kind of run."""
    return tuple(
        next(metric for metric in METRICS if metric.kind == kind and metric.title == title) for title in _OVERVIEW[kind]
    )


def csv_files(kind: str) -> tuple[str, ...]:
    """The files with curves of a kind of run."""
    return _FILES.get(kind, ())


def other_metrics(kind: str, headers: Mapping[str, Iterable[str]]) -> list[Metric]:
    """Figures of columns that the table does not know: a later or an earlier program wrote them.

    Args:
        kind: of the run.
        headers: columns of each file.
    """
    known = {(metric.file, column) for metric in METRICS for column in metric.columns}
    axes = {(file, column) for file, columns in AXIS_COLUMNS.items() for column in columns.values()}
    axes |= {(EVALUATIONS, "episodes"), (LEARNING, "mean_x"), (LEARNING, "flag_share")}
    return [
        Metric(_OLDER.get(column, column), "", kind, file, (column,), tip=f"a column of {file}")
        for file, columns in headers.items()
        for column in columns
        if (file, column) not in known | axes and column not in _NOT_DRAWN
    ]


def axis_label(axis: Axis, kind: str) -> str:
    """What an axis counts for a kind of run."""
    if axis == "episodes":
        return {"fcn": "epochs", "mapping": "updates"}.get(kind, "episodes")
    return "agent steps" if axis == "steps" else "hours of training"
