"""Answers of the background that come when another frame is labelled already: no stroke is lost, nobody is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import gui.label.auto_labels
import gui.label.dataset_browser
import gui.label.model
from core.classes import COIN, MARIO
from core.dataset.frame_marks import read_marks
from core.dataset.frozen_frame import FrozenFrame
from core.dataset.store import DataSet
from core.frame import CLASS_MAP_SHAPE, ClassMap, Snapshot
from core.game.rom import Rom
from gui.label.auto_labels import Source
from gui.label.target import target_of_frozen
from gui.label.tools import Tool
from gui.window.main_window import MainWindow
from tests.core.dataset.conftest import random_stack
from tests.gui.label.label_help import (
    browser,
    class_map,
    draw,
    editor,
    idle,
    kept,
    key,
    make_set,
    model,
    open_set,
    saved,
)

Key = Qt.Key
LONG = 60  # seconds that a thread of a test waits at most


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of three stacks."""
    return make_set(tmp_path / "set")


@pytest.fixture
def go() -> Iterator[Event]:
    """Lets the background go on; it is let go at the end of the test in any case."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def labels(
    make_window: Callable[..., MainWindow],
    qtbot: QtBot,
    folder: Path,
    go: Event,
    rom: Rom,
    monkeypatch: pytest.MonkeyPatch,
) -> MainWindow:
    """A window that labels the data set, and whose automatic labels, coins everywhere, wait for ``go``."""

    class Slow:
        def segment(self, snapshot: Snapshot) -> ClassMap:
            assert go.wait(LONG)
            return np.full(CLASS_MAP_SHAPE, COIN, np.uint8)

    monkeypatch.setattr(gui.label.auto_labels, "make_labeller", lambda name, rom: Slow())
    window = make_window(start=False)
    open_set(window, qtbot, folder)
    window.workbench.game.state = replace(window.workbench.game.state, rom=rom)
    return window


def after(go: Event, call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, which waits for ``go``."""

    def wait(*given: Any, **named: Any) -> Any:
        assert go.wait(LONG)
        return call(*given, **named)

    return wait


def frozen_frame() -> FrozenFrame:
    frames, _, _ = random_stack(5)
    return FrozenFrame(tuple(map(Snapshot, frames)), (40, 41, 42, 43), 77, "1-1", "stable-retro", bytes(77))


def label_frozen(window: MainWindow, stroke: bool = True) -> None:
    """A frozen frame, with its automatic labels, and a stroke on it."""
    _, masks, _ = random_stack(5)
    editor(window).begin_target(target_of_frozen(frozen_frame(), masks, "exact", "exact", editor(window).journals))
    if stroke:
        window.canvas.setFocus()
        draw(window, [(100, 100)])


def draw_on(window: MainWindow) -> ClassMap:
    """A stroke of Mario; the class map with it."""
    key(window, Key.Key_8)
    draw(window, [(100, 100), (120, 100)])
    return class_map(window)


def test_strokes_on_the_next_frame_while_a_frozen_one_gets_its_labels(
    labels: MainWindow, qtbot: QtBot, folder: Path, go: Event
) -> None:
    told: list[str] = []
    labels.workbench.notices.told.connect(told.append)
    model(labels).label_frozen(frozen_frame())
    assert editor(labels).target is None
    key(labels, Key.Key_D)
    number = browser(labels).number
    assert number is not None
    drawn = draw_on(labels)
    go.set()
    idle(labels, qtbot)
    assert browser(labels).number == number, "whoever draws is not interrupted"
    saved(labels, qtbot)
    assert np.array_equal(kept(folder, number), drawn)
    assert any("given up" in sentence for sentence in told)


def test_only_the_last_of_two_frozen_frames_is_labelled(labels: MainWindow, qtbot: QtBot, go: Event) -> None:
    last = frozen_frame()
    model(labels).label_frozen(frozen_frame())
    model(labels).label_frozen(last)
    shown: list[object] = []
    editor(labels).target_changed.connect(lambda: shown.append(editor(labels).target))
    go.set()
    idle(labels, qtbot)
    assert len(shown) == 1
    assert editor(labels).target is not None and editor(labels).target.frozen is last


def test_a_data_set_that_is_opened_late_leaves_the_frozen_frame(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path, go: Event
) -> None:
    frozen = frozen_frame()
    browser(labels).open_data(make_set(tmp_path / "other"))
    model(labels).label_frozen(frozen)
    go.set()
    idle(labels, qtbot)
    assert editor(labels).target is not None and editor(labels).target.frozen is frozen
    assert model(labels).data_folder == tmp_path / "other"


def test_a_data_set_read_again_does_not_lead_back(
    labels: MainWindow, qtbot: QtBot, folder: Path, go: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DataSet.open(folder, writable=True) as data:
        data.append_stack(*random_stack(9))
    monkeypatch.setattr(gui.label.dataset_browser, "FrameList", after(go, gui.label.dataset_browser.FrameList))
    browser(labels).reload_if_changed()
    assert model(labels).jobs.is_busy
    key(labels, Key.Key_D)
    key(labels, Key.Key_D)
    go.set()
    idle(labels, qtbot)
    assert "of 16" in labels.label.bar.place.text()
    assert browser(labels).number == 2


def test_strokes_while_a_journal_is_read(
    labels: MainWindow, qtbot: QtBot, folder: Path, go: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_frozen(labels)
    browser(labels).show(0)
    (found,) = model(labels).offers
    monkeypatch.setattr(gui.label.model, "target_of_found", after(go, gui.label.model.target_of_found))
    model(labels).resume(found)
    key(labels, Key.Key_D)
    number = browser(labels).number
    assert number is not None
    drawn = draw_on(labels)
    go.set()
    idle(labels, qtbot)
    assert browser(labels).number == number
    saved(labels, qtbot)
    assert np.array_equal(kept(folder, number), drawn)
    assert [item.path for item in model(labels).offers] == [found.path], "it is offered again"


def test_a_journal_that_cannot_be_used_leads_back(labels: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    other = make_set(tmp_path / "other")
    browser(labels).open_data(other)
    idle(labels, qtbot)
    draw_on(labels)
    other.rename(tmp_path / "moved")
    browser(labels).open_data(tmp_path / "set")
    idle(labels, qtbot)
    (found,) = model(labels).offers
    key(labels, Key.Key_D)
    model(labels).resume(found)
    idle(labels, qtbot)
    assert "there is no such data set" in editor(labels).problem
    assert editor(labels).target is not None and browser(labels).number == 1
    assert [item.path for item in model(labels).offers] == [found.path]


def test_a_frozen_frame_that_is_left_while_it_is_added_is_not_offered_again(
    labels: MainWindow, qtbot: QtBot, folder: Path, go: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_frozen(labels)
    drawn = class_map(labels)
    monkeypatch.setattr(gui.label.model, "add_frozen_frame", after(go, gui.label.model.add_frozen_frame))
    model(labels).add()
    browser(labels).show(0)
    assert len(model(labels).offers) == 1, "it is not in the data set yet"
    go.set()
    idle(labels, qtbot)
    assert np.array_equal(kept(folder, 15), drawn)
    assert not model(labels).offers
    assert not list(editor(labels).journals.glob("*.journal"))
    assert browser(labels).number == 0


def test_a_frozen_frame_gets_other_labels_while_it_is_added(labels: MainWindow, qtbot: QtBot, go: Event) -> None:
    label_frozen(labels, stroke=False)
    model(labels).sources.choose(Source("sprites"))
    model(labels).add()
    go.set()
    idle(labels, qtbot)
    assert browser(labels).number == 15, "it is in the data set, and shown as that"


CORNERS = [(100, 100), (120, 100), (120, 120)]


def begin_shape(window: MainWindow, tool: Tool) -> None:
    """A lasso or polygon of Mario with three corners, which is not closed."""
    key(window, Key.Key_8)
    editor(window).tools.choose(tool)
    editor(window).press(*CORNERS[0])
    for corner in CORNERS[1:]:
        (editor(window).drag if tool == "lasso" else editor(window).press)(*corner)


@pytest.mark.parametrize(("tool", "keeps_others"), [("polygon", False), ("lasso", True)])
def test_a_shape_that_is_being_drawn_goes_on_over_labels_that_come(
    labels: MainWindow, qtbot: QtBot, go: Event, tool: Tool, keeps_others: bool
) -> None:
    editor(labels).tools.set_keeps_others(keeps_others)
    model(labels).sources.choose(Source("sprites"))
    begin_shape(labels, tool)
    go.set()
    idle(labels, qtbot)
    assert (class_map(labels) == COIN).all() and editor(labels).shape.corners == CORNERS
    assert editor(labels).is_saved, "nobody has drawn anything yet"
    editor(labels).finish()
    assert (class_map(labels)[110, 115] == MARIO) != keeps_others, "background only is painted over then"


def test_a_shape_that_is_being_drawn_goes_on_when_its_frame_is_added(
    labels: MainWindow, qtbot: QtBot, go: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_frozen(labels)
    monkeypatch.setattr(gui.label.model, "add_frozen_frame", after(go, gui.label.model.add_frozen_frame))
    model(labels).add()
    begin_shape(labels, "polygon")
    go.set()
    idle(labels, qtbot)
    assert browser(labels).number == 15 and editor(labels).shape.corners == CORNERS
    editor(labels).finish()
    assert class_map(labels)[110, 115] == MARIO


def test_what_is_saved_of_one_data_set_is_not_noted_in_another(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    draw_on(labels)
    browser(labels).open_data(make_set(tmp_path / "other"), shows_frame=False)
    qtbot.waitUntil(lambda: model(labels).data_folder == tmp_path / "other")
    assert editor(labels).write_open_strokes()
    assert browser(labels).list.by_person == set()  # type: ignore[union-attr]


def test_a_mark_goes_to_the_data_set_of_the_frame_that_is_seen(
    labels: MainWindow, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    """Another set is open, and the frame on the canvas is still one of the set before."""
    other = make_set(tmp_path / "other", 1)
    browser(labels).show(5)
    browser(labels).open_data(other, shows_frame=False)
    qtbot.waitUntil(lambda: model(labels).data_folder == other)
    assert browser(labels).number is None and browser(labels).mark is None
    browser(labels).set_mark("trash", True)
    assert not read_marks(folder) and not read_marks(other)
    draw_on(labels)
    browser(labels).load_theirs()
    target = editor(labels).target
    assert target is not None and target.data is not None and target.data.folder == folder, "not the other's frame 5"


def test_a_data_set_that_a_person_has_labelled_whole_shows_its_first_frame(
    labels: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    whole = make_set(tmp_path / "whole", 1)
    with DataSet.open(whole, writable=True) as data:
        for number in range(4):
            data.write_person_mask(number, np.zeros(CLASS_MAP_SHAPE, np.uint8))
    browser(labels).show(5)
    browser(labels).open_data(whole)
    idle(labels, qtbot)
    target = editor(labels).target
    assert browser(labels).number == 0 and target is not None and target.data is not None
    assert target.data.folder == whole


def test_a_frozen_frame_that_was_left_changes_nothing_of_another_data_set(
    labels: MainWindow, qtbot: QtBot, folder: Path, tmp_path: Path, go: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_frozen(labels)
    monkeypatch.setattr(gui.label.model, "add_frozen_frame", after(go, gui.label.model.add_frozen_frame))
    monkeypatch.setattr(model(labels), "_own_data", tmp_path / "own" / "labels")
    model(labels).name_data("new")
    model(labels).add()
    browser(labels).show(1)
    go.set()
    idle(labels, qtbot)
    shown = browser(labels).list
    assert shown is not None and shown.data.folder == folder and browser(labels).number == 1
    assert (tmp_path / "own" / "new" / "manifest.json").exists()
