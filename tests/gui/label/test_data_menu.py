"""Export, import and agreement through their dialogs, and frames in the order that a network finds hard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

import gui.label.auto_labels
import gui.label.dataset_browser
import gui.label.exchange
from core.classes import CLASS_COUNT, COIN, MARIO
from core.dataset.complete import SPLIT_BY_FRAME
from core.dataset.frozen_frame import FrozenFrame
from core.dataset.person_labels import open_label
from core.dataset.store import DataSet
from core.frame import CLASS_MAP_SHAPE, ClassMap, Snapshot
from core.game.rom import Rom
from core.runs.run_folder import RunFolder
from gui.label.auto_labels import Source
from gui.label.exchange import LabelExchange
from gui.label.exchange_dialogs import AgreementDialog, ExportDialog, ImportDialog
from gui.label.frame_list import FrameList
from gui.window.main_window import MainWindow
from tests.core.dataset.conftest import random_stack
from tests.gui.label.label_help import (
    browser,
    class_map,
    click,
    draw,
    editor,
    idle,
    kept,
    key,
    make_set,
    model,
    open_set,
)


@pytest.fixture
def labels(make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window without a game that labels a data set of three stacks, the first frame corrected."""
    window = make_window(start=False)
    open_set(window, qtbot, make_set(tmp_path / "set"))
    key(window, Qt.Key.Key_8)
    draw(window, [(100, 100), (120, 100)])
    key(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    return window


def dialog(window: MainWindow, entry: str, kind: type[QWidget]) -> QWidget:
    """Choose an entry of the data set's menu; the dialog that it opens."""
    next(action for action in window.label.bar.menu.actions() if action.text() == entry).trigger()
    return next(item for item in QApplication.topLevelWidgets() if isinstance(item, kind) and item.isVisible())


@pytest.mark.parametrize("kind", ["coco", "voc"])
def test_export(labels: MainWindow, qtbot: QtBot, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    labels.workbench.notices.told.connect(told.append)
    if kind == "voc":
        monkeypatch.setattr(gui.label.exchange, "split_warning", lambda data: SPLIT_BY_FRAME)
    box = dialog(labels, "Export…", ExportDialog)
    assert isinstance(box, ExportDialog)
    box.format.setCurrentIndex(box.format.findData(kind))
    out = tmp_path / f"set-{kind}"
    assert box.form.folder.text() == str(out)
    assert box.warning.text() == (SPLIT_BY_FRAME if kind == "voc" else ""), "it is told before"
    assert box.warning.isVisible() == (kind == "voc")
    box.form.go.click()
    idle(labels, qtbot)
    assert told[-1] == f"exported 12 frames to {out}"
    mine = kept(tmp_path / "set", 0)
    if kind == "coco":
        table = json.loads((out / "annotations" / "panoptic_train.json").read_text())
        assert len(table["images"]) == 4
        assert any(s["category_id"] == MARIO + 1 for s in table["annotations"][0]["segments_info"])
    else:
        mask = np.array(Image.open(out / "SegmentationClass" / "000000.png"))
        assert np.array_equal(mask, mine), "a person's labels count"
    assert not isValid(box), "the dialog is gone"


def test_an_export_writes_over_nothing(labels: MainWindow, tmp_path: Path) -> None:
    box = dialog(labels, "Export…", ExportDialog)
    assert isinstance(box, ExportDialog)
    box.form.folder.setText(str(tmp_path / "set"))
    box.form.go.click()
    assert "something is there already" in box.form.problem.text()
    assert box.isVisible()
    box.reject()


def test_import_with_a_mapping(labels: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    picture = np.full((224, 240), 200, np.uint8)
    picture[:50] = 3
    Image.fromarray(picture).save(masks / "000005.png")
    box = dialog(labels, "Import masks…", ImportDialog)
    assert isinstance(box, ImportDialog)
    box.form.folder.setText(str(masks))
    box.propose_mapping()
    assert not box.form.go.isEnabled() and not box.mapping.isEnabled()
    idle(labels, qtbot)
    assert box.form.go.isEnabled() and box.mapping.isEnabled()
    assert box.mapping.toPlainText().splitlines() == ["200 =", "3 = brick"], "what is not known is left open"
    box.form.go.click()
    assert box.form.problem.text()
    box.mapping.setPlainText("200 = coin\n3 = brick")
    box.form.go.click()
    idle(labels, qtbot)
    assert (kept(tmp_path / "set", 5) == np.where(picture == 200, COIN, 3)).all()
    assert browser(labels).list.by_person == {0, 5}  # type: ignore[union-attr]


def test_a_dialog_that_is_closed_reads_no_masks_any_more(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, read = Event(), list[int]()

    def values_in(folder: Path, progress: Callable[[int, int], None]) -> dict[int, int]:
        assert go.wait(60)
        for number in range(1, 10):
            progress(number, 10)
            read.append(number)
        return {3: 1}

    monkeypatch.setattr(gui.label.exchange, "values_in", values_in)
    box = dialog(labels, "Import masks…", ImportDialog)
    assert isinstance(box, ImportDialog)
    box.form.folder.setText(str(tmp_path))
    box.form.folder.editingFinished.emit()
    box.reject()
    other = dialog(labels, "Import masks…", ImportDialog)
    assert isinstance(other, ImportDialog)
    go.set()
    idle(labels, qtbot)
    assert not read and other.form.problem.text() == "" and other.mapping.toPlainText() == ""
    other.form.folder.setText(str(tmp_path))
    other.form.folder.editingFinished.emit()
    idle(labels, qtbot)
    assert other.mapping.toPlainText() == "3 = brick"
    other.reject()


def test_agreement_over_the_data_set(labels: MainWindow, qtbot: QtBot) -> None:
    next(a for a in labels.label.bar.menu.actions() if a.text() == "Agreement…").trigger()
    qtbot.waitUntil(
        lambda: any(isinstance(item, AgreementDialog) and item.isVisible() for item in QApplication.topLevelWidgets())
    )
    box = next(item for item in QApplication.topLevelWidgets() if isinstance(item, AgreementDialog))
    assert box.table.findItems("mario", Qt.MatchFlag.MatchExactly)
    box.reject()


class AllCoins:
    """A segmenter that sees coins everywhere."""

    kind = "sprites"

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Uint8 (224, 240)."""
        return np.full(CLASS_MAP_SHAPE, COIN, np.uint8)


def test_other_automatic_labels_are_no_work_of_a_person(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rom: Rom
) -> None:
    monkeypatch.setattr(gui.label.auto_labels, "make_labeller", lambda name, rom: AllCoins())
    labels.workbench.game.state = replace(labels.workbench.game.state, rom=rom)
    key(labels, Qt.Key.Key_D)
    model(labels).sources.choose(Source("sprites"))
    idle(labels, qtbot)
    assert (class_map(labels) == COIN).all()
    key(labels, Qt.Key.Key_D)
    idle(labels, qtbot)
    assert (class_map(labels) == COIN).all(), "the choice holds for the next frame"
    key(labels, Qt.Key.Key_A)
    idle(labels, qtbot)
    assert DataSet.open(tmp_path / "set").mask_path(1, person=True).exists() is False
    key(labels, Qt.Key.Key_8)
    draw(labels, [(100, 100)])
    key(labels, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    data = DataSet.open(tmp_path / "set")
    assert open_label(data, data.records()[1]).started_from == "sprites"
    assert set(np.unique(kept(data.folder, 1))) == {COIN, MARIO}


class DarkIsHard:
    """A network that is the less certain the darker a frame is."""

    shape = CLASS_MAP_SHAPE

    def probabilities(self, snapshot: Snapshot) -> npt.NDArray[np.float32]:
        """Float32 (16, 224, 240)."""
        share = snapshot.frame.mean() / 255
        rest = (1 - share) / (CLASS_COUNT - 1)
        return np.full((CLASS_COUNT, *self.shape), rest, np.float32) + np.eye(CLASS_COUNT, 1, dtype=np.float32)[
            :, :, None
        ] * np.float32(share - rest)


def test_frames_that_a_network_finds_hard_come_first(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gui.label.dataset_browser, "make_predictor", lambda run: DarkIsHard())
    monkeypatch.setattr(gui.label.dataset_browser, "network_key", lambda run: "dark")
    monkeypatch.setattr(RunFolder, "open", lambda path: path)
    labels.workbench.preview.network = tmp_path / "network"
    bar = labels.label.bar
    place = bar.order.findText("uncertainty")
    bar.order.setCurrentIndex(place)
    bar.order.activated.emit(place)
    idle(labels, qtbot)
    data = DataSet.open(tmp_path / "set")
    brightness = {r.number: float(frame.mean()) for r, frame, _ in data.iterate()}
    numbers: Sequence[int] = browser(labels).list.numbers  # type: ignore[union-attr]
    assert sorted(numbers) == list(range(12))
    values = [brightness[number] for number in numbers]
    far_apart = [(a, b) for a, b in pairwise(values) if abs(a - b) > 1]
    assert far_apart
    assert all(a < b for a, b in far_apart)
    assert browser(labels).number == numbers[0]
    bar.order.setCurrentIndex(0)
    bar.order.activated.emit(0)
    assert browser(labels).list.numbers == list(range(12))  # type: ignore[union-attr]


@pytest.fixture
def ordering(labels: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """The data set is being ordered by a network that waits for this event, which is set after the test."""
    go = Event()

    class Slow(DarkIsHard):
        def probabilities(self, snapshot: Snapshot) -> npt.NDArray[np.float32]:
            assert go.wait(60)
            return super().probabilities(snapshot)

    monkeypatch.setattr(gui.label.dataset_browser, "make_predictor", lambda run: Slow())
    monkeypatch.setattr(gui.label.dataset_browser, "network_key", lambda run: "dark")
    monkeypatch.setattr(RunFolder, "open", lambda path: path)
    labels.workbench.preview.network = tmp_path / "network"
    browser(labels).choose_order("uncertainty")
    yield go
    go.set()


def freeze(window: MainWindow, rom: Rom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen frame is on its way, all of it coins."""
    monkeypatch.setattr(gui.label.auto_labels, "make_labeller", lambda name, rom: AllCoins())
    window.workbench.game.state = replace(window.workbench.game.state, rom=rom)
    frames, _, _ = random_stack(5)
    model(window).label_frozen(FrozenFrame(tuple(map(Snapshot, frames)), (40, 41, 42, 43), 77, "1-1", "stable-retro"))


def test_a_frame_is_frozen_and_added_while_another_job_takes_long(
    labels: MainWindow, qtbot: QtBot, ordering: Event, rom: Rom, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(labels, rom, monkeypatch)
    qtbot.waitUntil(lambda: editor(labels).target is not None, timeout=10_000)
    model(labels).add()
    qtbot.waitUntil(lambda: browser(labels).number == 15, timeout=10_000)
    assert "asking network" in labels.label.banner.text.text()
    ordering.set()
    idle(labels, qtbot)
    shown = browser(labels).list
    assert shown is not None and shown.order == "uncertainty"
    assert shown.numbers[-4:] == [12, 13, 14, 15], "what was added meanwhile comes last"


def test_cancel_ends_what_the_banner_tells_of(
    labels: MainWindow, qtbot: QtBot, ordering: Event, rom: Rom, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(labels, rom, monkeypatch)
    qtbot.waitUntil(lambda: editor(labels).target is not None, timeout=10_000)
    go = Event()
    model(labels).jobs.start(lambda job: go.wait(60), lambda _: None)
    model(labels).add()  # which waits for that
    assert "adding to set" in labels.label.banner.text.text()
    click(labels, "label-cancel")
    go.set()
    qtbot.waitUntil(lambda: not model(labels).jobs.is_busy, timeout=10_000)
    assert editor(labels).problem == "not added; your strokes are kept"
    editor(labels).dismiss()
    assert "asking network" in labels.label.banner.text.text(), "the ordering goes on"
    click(labels, "label-cancel")
    ordering.set()
    idle(labels, qtbot)
    assert browser(labels).list.order == "stored"  # type: ignore[union-attr]


def test_an_import_that_ends_late_does_not_lead_back(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = Event()
    monkeypatch.setattr(gui.label.exchange, "import_masks", lambda *_, **__: go.wait(60) and 7)
    exchange = next(iter(labels.label.bar.menu.findChildren(LabelExchange)))
    exchange.import_masks(tmp_path, "0 = coin", replace=False)
    browser(labels).open_data(make_set(tmp_path / "other"))
    qtbot.waitUntil(lambda: browser(labels).has_open(tmp_path / "other"), timeout=10_000)
    with qtbot.waitSignal(labels.workbench.notices.told, check_params_cb=lambda text: "imported 7" in text):
        go.set()
    idle(labels, qtbot)
    assert browser(labels).has_open(tmp_path / "other")


def test_an_order_without_a_network_is_refused(labels: MainWindow) -> None:
    labels.workbench.preview.network = None
    browser(labels).choose_order("disagreement")
    assert "needs a network" in labels.label.banner.text.text()
    assert labels.label.bar.order.currentText() == "as stored"


def test_steps_through_a_list(tmp_path: Path) -> None:
    shown = FrameList(DataSet.open(make_set(tmp_path / "other")))
    assert shown.step(None, 1) == 0
    assert shown.step(None, -1) == 11
    assert shown.step(11, 1) is None
    assert shown.step(0, -1) is None
    shown.choose(order="hard", queue=[7, 3, 11])
    assert shown.numbers[:4] == [7, 3, 11, 0]
    assert shown.step(3, 1) == 11
    shown.by_person = {3, 0}
    shown.choose(origin="unlabelled")
    assert shown.step(3, 1) == 11, "the one behind a frame that has left the filter"
    assert shown.step(3, -1) == 7
    assert shown.next_unlabelled(7) == 11
    assert shown.place(3) is None
