"""A kept evaluation is read whole, or refused in a sentence that names its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.evaluation.files import read_evaluation

WHOLE: dict[str, Any] = {
    "level": "1-1", "episodes": 100, "sticky": 0.25, "seed": 1,
    "x": {"mean": 700.5, "median": 700, "max": 3161}, "flags": {"rate": 0.5, "low": None, "high": 1},
}  # fmt: skip


def test_what_a_table_shows_is_there(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text(json.dumps(WHOLE))
    assert read_evaluation(tmp_path) == WHOLE
    (tmp_path / "evaluation.json").unlink()
    with pytest.raises(InputError, match=r"evaluation\.json: the file is missing"):
        read_evaluation(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("level", 5), ("level", None), ("episodes", "100"), ("episodes", 0), ("sticky", "0"), ("seed", []), ("x", 5),
     ("x", {}), ("x", {"mean": "5", "median": 5, "max": 5}), ("x", {"mean": float("inf"), "median": 5, "max": 5}),
     ("x", {"mean": 5, "median": 5, "max": 5, "error": "1"}), ("flags", []), ("flags", {"rate": 2}),
     ("flags", {"rate": 0.5, "low": "0"}), ("checkpoint", None), ("labels", ["exact"])],
)  # fmt: skip
def test_malformed_figures_are_refused(tmp_path: Path, name: str, value: Any) -> None:
    (tmp_path / "evaluation.json").write_text(json.dumps(WHOLE | {name: value}))
    with pytest.raises(InputError, match=rf"evaluation\.json: .*{name}.* was expected"):
        read_evaluation(tmp_path)
