"""Models know no widgets. (import-linter cannot tell QtWidgets from the rest of PySide6.)"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

GUI = Path(__file__).resolve().parents[2] / "gui"
MODELS = (
    *(GUI / "label" / f"{name}.py" for name in ("auto_labels", "dataset_browser", "editor", "exchange", "frame_list")),
    *(GUI / "label" / f"{name}.py" for name in ("model", "sources", "target", "tools")),
    *(GUI / "runs" / f"{name}.py" for name in ("actions", "model", "scanner", "table_model")),
    *sorted((GUI / "trainings").glob("*.py")),
    *sorted((GUI / "live").glob("*.py")),
    *sorted((GUI / "episodes").rglob("model.py")),
    *(GUI / "episodes" / "replay" / f"{name}.py" for name in ("replay", "episode_library")),
    *(GUI / "episodes" / "side_by_side" / f"{name}.py" for name in ("match", "side")),
    *(GUI / "agents" / f"{name}.py" for name in ("catalog", "loader", "player_switch", "saliency")),
)


def imported(path: Path) -> set[str]:
    """Full names of what a module imports, those inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names |= {node.module} | {f"{node.module}.{item.name}" for item in node.names}
    return names


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(GUI)))
def test_a_model_imports_no_widgets(path: Path) -> None:
    assert not imported(path) & {"PySide6.QtWidgets", "pyqtgraph"}
