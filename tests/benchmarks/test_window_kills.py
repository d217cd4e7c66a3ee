"""What the script that kills windows finds: strokes that are missing, files that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.labelled import current_map, make_data
from benchmarks.window_kills import DATA, FRAMES, check_labels, note_map
from core.classes import MARIO
from core.dataset.autosave.journal import Journal
from core.dataset.editing.annotation import Annotation
from core.dataset.store import DataSet

_NUMBER = 7


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_data(tmp_path / DATA, FRAMES)
    return tmp_path


def paint(folder: Path, strokes: int, told: int, lost: int = 0) -> None:
    """Strokes of which the window told the first ones, all but the last few of them in the journal."""
    start, _ = current_map(folder, folder / DATA, _NUMBER)
    annotation = Annotation(start)
    journal = Journal(folder / "journals", annotation, {"data": str(folder / DATA), "number": _NUMBER})
    annotation.listener = journal.record
    note_map(folder, _NUMBER, start)
    for stroke in range(strokes):
        if stroke == strokes - lost:
            annotation.listener = None
        annotation.rectangle(20 * stroke, 3, 20 * stroke + 16, 90, MARIO)
        if stroke < told:
            note_map(folder, _NUMBER, annotation.class_map)
    annotation.listener = None
    journal.close()


@pytest.mark.parametrize(
    ("strokes", "told", "lost", "missing", "is_wrong"),
    [(4, 4, 0, 0, False), (4, 3, 0, 0, False), (4, 4, 1, 1, False), (5, 5, 2, 2, True), (5, 5, 5, 5, True)],
)
def test_missing_strokes_are_counted(
    folder: Path, strokes: int, told: int, lost: int, missing: int, is_wrong: bool
) -> None:
    paint(folder, strokes, told, lost)
    found, problems = check_labels(folder)
    assert found == missing
    assert bool(problems) == is_wrong and all(f"frame {_NUMBER}: {missing} finished" in one for one in problems)
    assert check_labels(folder) == (0, []), "what is there counts from then on"


def test_labels_that_are_none_of_those_told_are_all_lost(folder: Path) -> None:
    paint(folder, 2, 2)
    for path in (folder / "journals").iterdir():
        path.unlink()
    data = DataSet.open(folder / DATA)
    data.write_person_mask(_NUMBER, np.zeros((224, 240), np.uint8))
    assert check_labels(folder)[1] == [f"frame {_NUMBER}: all finished strokes are lost"]


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    (folder / DATA / "masks" / "000003.png").write_bytes(b"half")
    lost, problems = check_labels(folder)
    assert lost == 0 and len(problems) >= 1 and all("000003.png" in problem for problem in problems)
