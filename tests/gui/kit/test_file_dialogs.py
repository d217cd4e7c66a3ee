"""Each kind of question for a file begins where the last one of its kind ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core.config.fcn import FcnConfig
from gui.kit.config_field import FolderBox
from gui.kit.config_form import ConfigForm
from gui.kit.file_dialogs import FileDialogs
from gui.kit.preferences import Preferences


def test_each_question_remembers_its_folder(
    qtbot: QtBot, settings: Preferences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = [tmp_path / "curves" / "a.csv", tmp_path / "shared" / "run.zip", "", tmp_path / "curves" / "b.csv"]

    def answer(*given: Any) -> tuple[str, str]:
        asked.append(given[2])
        return str(answers[len(asked) - 1]), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    for folder in ("curves", "shared"):
        (tmp_path / folder).mkdir()
    parent = QWidget()
    qtbot.addWidget(parent)
    files = FileDialogs(settings)
    assert files.save(parent, "Export", "a.csv", "") == answers[0]
    assert files.open(parent, "Import", "") == answers[1]
    assert files.save(parent, "Export", "b.csv", "") is None
    assert FileDialogs(settings).save(parent, "Export", "b.csv", "") == answers[3], "also after a new start"
    export = str(tmp_path / "curves" / "b.csv")
    assert asked == ["a.csv", ".", export, export]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given: asked.append(given[2]) or str(tmp_path))
    assert files.folder(parent, "Folder") == tmp_path
    settings.set("folders", {"Folder": str(tmp_path / "gone"), "Export": 7})
    assert files.folder(parent, "Folder") == tmp_path and asked[-1] == ".", "what is gone is not gone to"
    for ask, then in ((files.folder, tmp_path.parent), (files.into, tmp_path)):
        assert ask(parent, then.name, tmp_path / "shared") == tmp_path and asked[-1] == str(tmp_path / "shared")
        assert ask(parent, then.name, tmp_path / "shared") == tmp_path and asked[-1] == str(then)


def test_a_field_of_a_form_remembers_too(
    qtbot: QtBot, settings: Preferences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *given: asked.append(given[2]) or str(tmp_path / "data" / "mine")
    )
    (tmp_path / "data").mkdir()
    form = ConfigForm(FcnConfig, {"data": list, "initial": list}, FileDialogs(settings))
    qtbot.addWidget(form)
    for name in ("data", "data", "initial"):
        box = form.rows[name].editor
        assert isinstance(box, FolderBox)
        box.browse.click()
        assert Path(form.rows[name].value()).name == "mine"
    assert asked == [".", str(tmp_path / "data"), "."]
