"""What is done with runs is done beside the window's thread, and what goes wrong there is told."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from core.config.fcn import FcnConfig
from core.errors import RunError
from core.locations import SHIPPED
from core.runs import share, trash
from core.runs.index import RunInfo
from core.runs.notes import read_notes
from core.runs.run_folder import RunFolder
from gui.kit.background import Background
from gui.kit.preferences import Preferences
from gui.runs import actions as module
from gui.runs.model import RunsModel
from gui.window.main_window import MainWindow

PATIENCE = 20.0  # seconds that a busy machine may need


class Made:
    """A model with what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "runs"
        for name in ("a", "b"):
            RunFolder.create(self.folder / name, FcnConfig())
        preferences = Preferences(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat), folder)
        self.background = Background(lambda sentence: None)
        self.runs = RunsModel(preferences, (self.folder,), self.background)
        self.actions = module.RunActions(self.runs, self.background)
        self.notices: list[str] = []
        self.problems: list[str] = []
        self.listed: list[list[trash.Trashed]] = []
        self.actions.notice.connect(self.notices.append)
        self.actions.problem.connect(self.problems.append)
        self.actions.trash_listed.connect(self.listed.append)


@pytest.fixture
def made(qapp: object, tmp_path: Path) -> Iterator[Made]:
    """Closed after the test."""
    model = Made(tmp_path)
    yield model
    model.background.close()


def elsewhere(call: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    """The same call, which notes that it was made, and that it was not in the window's thread."""

    def noted(*arguments: Any) -> Any:
        assert threading.current_thread() is not threading.main_thread()
        calls.append(getattr(call, "__name__", "call"))
        return call(*arguments)

    return noted


def test_a_slow_disk_holds_up_nothing(made: Made, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("move_to_trash", "list_trash", "restore", "delete_for_good"):
        monkeypatch.setattr(trash, name, elsewhere(getattr(trash, name), calls))
    made.actions.move_to_trash([made.folder / "a", made.folder / "b", made.folder / "none"])
    qtbot.waitUntil(lambda: bool(made.listed))
    assert [item.name for item in made.listed[-1]] in (["a", "b"], ["b", "a"])
    assert made.notices == ["2 runs are in the trash; Trash… restores them"]
    assert made.problems == [f"{made.folder / 'none'}: the run folder is gone"]
    first, second = sorted(made.listed[-1], key=lambda item: item.name)
    made.actions.restore(first)
    qtbot.waitUntil(lambda: len(made.listed) == 2)
    assert (made.folder / "a").is_dir() and made.listed[-1] == [second]

    go_on, begun = threading.Event(), threading.Event()
    real = trash.delete_for_good

    def slowly(item: trash.Trashed) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        real(item)

    monkeypatch.setattr(trash, "delete_for_good", slowly)
    made.actions.delete_for_good(second)
    assert begun.wait(PATIENCE) and made.notices[-1] == "deleting b …"  # and here the window goes on
    go_on.set()
    qtbot.waitUntil(lambda: len(made.listed) == 3)
    assert (made.listed[-1], made.notices[-1]) == ([], "b is deleted")
    assert set(calls) == {"move_to_trash", "list_trash", "restore", "delete_for_good"}


def test_what_cannot_be_deleted_is_told_and_stays_listed(
    made: Made, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.actions.move_to_trash([made.folder / "a"])
    qtbot.waitUntil(lambda: bool(made.listed))
    [item] = made.listed[-1]

    def refuse(path: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("core.runs.trash.shutil.rmtree", refuse)
    made.actions.delete_for_good(item)
    qtbot.waitUntil(lambda: len(made.listed) == 2)
    assert made.listed[-1] == [item]
    assert made.problems == [f"{item.path}: cannot be deleted (Read-only file system)"]


def test_a_note_is_shown_at_once_and_taken_back_when_it_cannot_be_kept(
    made: Made, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.runs.start()
    qtbot.waitUntil(lambda: made.runs.is_complete)
    path = made.folder / "a"

    def run() -> RunInfo:
        return made.runs.runs[path]

    made.actions.note(run(), name="first")
    assert run().notes.name == "first"
    qtbot.waitUntil(lambda: read_notes(path).name == "first")

    def refuse(path: Path, notes: object) -> None:
        assert threading.current_thread() is not threading.main_thread()
        raise RunError(f"{path}: the notes cannot be written")

    monkeypatch.setattr(module, "write_notes", refuse)
    made.actions.note(run(), name="second")
    assert run().notes.name == "second"
    qtbot.waitUntil(lambda: made.problems == [f"{path}: the notes cannot be written"])
    qtbot.waitUntil(lambda: run().notes.name == "first")


def test_networks_to_choose_from_follow_what_is_done_with_runs(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(SHIPPED / "fcn-84", runs / "mine")
    share.export_run(runs / "mine", tmp_path / "mine.zip", lambda done: True)
    window = make_window(runs=runs, start=False)
    preview, actions = window.workbench.preview, window.workbench.run_actions
    listed: list[list[trash.Trashed]] = []
    actions.trash_listed.connect(listed.append)

    def has(*names: str) -> None:
        window.actions_by_id["segment"].trigger()
        box = window.segment.segmenter

        def is_so() -> bool:
            lists = {name for name, _ in preview.networks}, {box.itemText(i) for i in range(1, box.count())}
            return lists == (set(names), set(names))

        qtbot.waitUntil(is_so, timeout=20_000)

    preview.find_networks()
    has("mine")
    actions.move_to_trash([runs / "mine"])
    has()
    qtbot.waitUntil(lambda: bool(listed and listed[-1]), timeout=20_000)
    actions.restore(listed[-1][0])
    has("mine")
    actions.take_in(tmp_path / "mine.zip", "again")
    has("mine", "again")
