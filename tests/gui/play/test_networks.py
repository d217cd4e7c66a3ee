"""The shipped networks in the window."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import gui.game.segment_thread
import gui.live.preview
from core.classes import COIN, MARIO, PIPE
from core.config.fcn import FcnConfig
from core.frame import CLASS_MAP_SHAPE, ClassMap, Snapshot
from core.locations import SHIPPED
from core.runs import supervisor as supervise
from core.runs.run_folder import RunFolder
from gui.window.main_window import MainWindow


def test_every_shipped_network_can_be_chosen(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make_window(runs=SHIPPED)
    workbench = window.workbench
    qtbot.waitUntil(lambda: bool(workbench.preview.networks), timeout=20_000)
    qtbot.waitUntil(
        lambda: workbench.preview.picture is not None and workbench.preview.picture.scores is not None, timeout=20_000
    )
    workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: workbench.game.state.paused)
    for name, path in workbench.preview.networks:
        workbench.preview.set_network(name)
        size = RunFolder.open(path).config(FcnConfig).size
        shape = (84, 84) if size == "84" else CLASS_MAP_SHAPE
        qtbot.waitUntil(lambda shape=shape: has_answer(window, shape), timeout=20_000)
        workbench.preview.set_hover((120, 210))
        foot = window.grid.panels["network"].foot
        qtbot.waitUntil(lambda foot=foot: re.fullmatch(r"\w+   id \d+   p [01]\.\d\d", foot.text()) is not None)
        assert workbench.preview.picture is not None
        assert workbench.preview.picture.scores is not None
        assert workbench.preview.picture.scores.accuracy > 0.8, "it sees the start of 1-1"
        workbench.preview.set_hover(None)


def test_a_network_trained_in_the_window_can_be_chosen(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "PROGRAM", (sys.executable, "-m", "tests.core.runs.scripted_trainer"))
    window = make_window(runs=SHIPPED, trainings=tmp_path / "runs")
    workbench = window.workbench
    source = window.grid.panels["network"].source
    assert source is not None
    qtbot.waitUntil(lambda: source.findText("fcn-84") >= 0, timeout=20_000)
    chosen = source.currentText()
    for name in ("mine", "fcn-84"):
        shutil.copytree(SHIPPED / "fcn-84", tmp_path / "runs" / name)
    workbench.trainings.start(FcnConfig(architecture="steady", epochs=1), name="short")
    qtbot.waitUntil(lambda: source.findText("mine") >= 0, timeout=100_000)
    assert source.findText("runs/fcn-84") >= 0 and source.findText("saved_agents/fcn-84") >= 0
    assert source.currentText() == chosen, "the view keeps its network"
    workbench.preview.set_network("mine")
    qtbot.waitUntil(lambda: has_answer(window, (84, 84)), timeout=20_000)
    assert workbench.preview.network == tmp_path / "runs" / "mine"


class OneClass:
    """A network that sees one class everywhere: as many bytes as its file has."""

    def __init__(self, run: Path) -> None:
        self._class_id = (run / "model.onnx").stat().st_size

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Uint8 (224, 240)."""
        return np.full(CLASS_MAP_SHAPE, self._class_id, np.uint8)


def test_a_network_that_trains_on_is_read_again_when_it_is_asked_for(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def make(run: Path) -> OneClass:
        made.append(run)
        return OneClass(run)

    def sees(class_id: int) -> None:
        qtbot.waitUntil(lambda: shown_classes(window) == {class_id}, timeout=20_000)

    model = tmp_path / "mine" / "model.onnx"
    model.parent.mkdir()
    model.write_bytes(bytes(COIN))
    monkeypatch.setattr(gui.live.preview, "find_networks", lambda folders: [("mine", model.parent)])
    monkeypatch.setattr(gui.game.segment_thread, "make_predictor", make)
    window = make_window()
    preview = window.workbench.preview
    sees(COIN)
    for _ in range(3):
        preview.set_network("mine")  # the same file: nothing to read
    model.write_bytes(bytes(MARIO))
    preview.set_network("mine")
    sees(MARIO)
    model.write_bytes(bytes(PIPE))
    preview.find_networks()  # as when a training ends
    sees(PIPE)
    assert len(made) == 3


def shown_classes(window: MainWindow) -> set[int]:
    """The classes in the network's view."""
    picture = window.workbench.preview.picture
    return set() if picture is None or picture.prediction is None else set(np.unique(picture.prediction).tolist())


def has_answer(window: MainWindow, shape: tuple[int, int]) -> bool:
    """Whether the chosen network's class map of this shape is shown."""
    picture = window.workbench.preview.picture
    is_there = picture is not None and picture.prediction is not None and picture.scores is not None
    return is_there and picture.prediction.shape == shape  # type: ignore[union-attr]


def test_a_folder_with_something_else_holds_no_network(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "file.txt").write_text("nothing", encoding="utf-8")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.json").write_text("{", encoding="utf-8")
    window = make_window(runs=tmp_path)
    qtbot.waitUntil(lambda: "--train fcn" in window.workbench.preview.networks_problem, timeout=20_000)
    assert window.workbench.preview.networks == []
