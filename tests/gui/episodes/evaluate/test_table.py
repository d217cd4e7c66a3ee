"""The table of evaluations that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gui.episodes.evaluate.model import KeptEvaluation
from gui.episodes.evaluate.table import COLUMNS, _cells

_DOCUMENT: dict[str, Any] = {
    "checkpoint": "last",
    "level": "4-2",
    "episodes": 100,
    "sticky": 0.25,
    "x": {"mean": 2900.0, "median": 3000.0, "max": 3160.0, "error": 20.0},
    "flags": {"rate": 0.5, "low": 0.4, "high": 0.6},
}


def _row(**changes: Any) -> dict[str, Any]:
    kept = KeptEvaluation("ours", Path("runs/ours"), Path("runs/ours/evaluations/a"), {**_DOCUMENT, **changes})
    return dict(zip(COLUMNS, _cells(kept), strict=True))


def test_progress_has_a_column() -> None:
    sampled = _row(progress={"mean": 0.8123, "error": 0.0321})
    assert sampled["Progress"].text() == "81.2% ± 3.2%" and sampled["Checkpoint"].text() == "last"
    whole = _row(progress={"mean": 0.8123, "error": None}, flags={"rate": 0.5, "low": None, "high": None})
    assert whole["Progress"].text() == "81.2%"
    assert _row(progress={"mean": 0.0, "error": 0.0})["Progress"].text() == "0.0% ± 0.0%"


def test_what_an_agent_saw_through_stands_where_the_labels_of_others_do() -> None:
    assert _row()["Labels"].text() == "–" and _row(labels="sprites")["Labels"].text() == "sprites"
    assert _row(mapping="../../../day-28")["Labels"].text() == "through day-28"


def test_an_older_evaluation_has_none_and_stands_below_the_others() -> None:
    older = _row()["Progress"]
    assert older.text() == "–" and older < _row(progress={"mean": 0.0})["Progress"]
