"""Labelling in the window, from a frozen frame to the data set, through real mouse and key events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QListView, QMessageBox
from pytestqt.qtbot import QtBot

import gui.label.auto_labels
import gui.label.model
import gui.label.thumbnails
from core.classes import BACKGROUND, BRICK, CLASS_COUNT, GOOMBA, GROUND, MARIO, PIPE
from core.dataset.editing.brush import brush_mask
from core.dataset.frame_marks import read_marks
from core.dataset.png_files import decode_frame
from core.dataset.store import DataSet
from core.frame import ClassMap, Frame
from core.game.rom import Rom
from gui.keys.default_keys import SHORTCUTS
from gui.label.tools import TOOLS
from gui.window.main_window import MainWindow
from tests.gui.conftest import MistakenNetwork, settle
from tests.gui.label.label_help import (
    ALT,
    CONTROL,
    LEFT,
    SHIFT,
    annotation,
    at,
    browser,
    class_map,
    click,
    differs,
    draw,
    editor,
    idle,
    kept,
    key,
    make_set,
    model,
    open_set,
    saved,
    wheel,
)

Key = Qt.Key


@pytest.fixture
def frozen(window: MainWindow, qtbot: QtBot, tmp_path: Path, rom: Rom, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window whose game was frozen a little after the start of 1-1."""
    monkeypatch.setattr(gui.label.auto_labels, "make_predictor", lambda run: MistakenNetwork(run, rom))
    window.workbench.preferences.set("label_data", str(tmp_path / "labels"))
    for _ in range(16):
        QTest.keyClick(window.grid, Key.Key_Period)
    settle(window, qtbot)
    QTest.keyClick(window.grid, Key.Key_F, CONTROL)
    qtbot.waitUntil(lambda: editor(window).target is not None, timeout=10_000)
    idle(window, qtbot)
    return window


@pytest.fixture
def labels(make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window without a game, with a data set of three stacks open."""
    window = make_window(start=False)
    open_set(window, qtbot, make_set(tmp_path / "set"))
    return window


def test_the_name_of_the_data_set_is_asked_once(
    frozen: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen.workbench.preferences.set("label_data", "")
    model(frozen)._own_data = tmp_path / "data" / "labels"
    editor(frozen).changed.emit()
    answers = [("mine", False), ("no/name", True), ("mine", True), ("runs", True), ("other", True)]
    offered: list[list[str]] = []
    told: list[str] = []

    def answer(*given: object, editable: bool) -> tuple[str, bool]:
        offered.append([*given[3]])  # type: ignore[misc]
        return answers.pop(0)

    monkeypatch.setattr(QInputDialog, "getItem", answer)
    monkeypatch.setattr(QMessageBox, "warning", lambda *given: told.append(given[2]))
    key(frozen, Key.Key_Return, CONTROL)
    assert not (tmp_path / "data").exists() and len(answers) == 4, "nobody wants to"
    assert not frozen.label.foot.other.isVisible(), "the first name is asked for anyhow"
    key(frozen, Key.Key_Return, CONTROL)
    idle(frozen, qtbot)
    assert told == ["'no/name' cannot be a folder's name; use letters, digits and -"]
    assert len(DataSet.open(tmp_path / "data" / "mine")) == 4
    QTest.keyClick(frozen.canvas, Key.Key_F, CONTROL)
    qtbot.waitUntil(lambda: editor(frozen).is_bound)
    idle(frozen, qtbot)
    assert frozen.label.foot.add.text() == "Add to mine"
    key(frozen, Key.Key_Return, CONTROL)
    idle(frozen, qtbot)
    assert len(DataSet.open(tmp_path / "data" / "mine")) == 8 and len(answers) == 2
    QTest.keyClick(frozen.canvas, Key.Key_F, CONTROL)
    qtbot.waitUntil(lambda: editor(frozen).is_bound)
    idle(frozen, qtbot)
    (tmp_path / "data" / "runs").mkdir()
    (tmp_path / "data" / "runs" / "notes.txt").touch()
    frozen.label.foot.other.click()
    idle(frozen, qtbot)
    assert "holds no data set" in frozen.label.banner.text.text()
    assert frozen.label.foot.add.text() == "Add to mine", "what cannot be used is not remembered"
    frozen.label.foot.other.click()
    idle(frozen, qtbot)
    assert len(DataSet.open(tmp_path / "data" / "other")) == 4 and offered[-1] == ["mine"]
    assert Path(str(frozen.workbench.preferences.get("label_data"))).name == "other"


def test_from_a_frozen_frame_to_the_data_set(frozen: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window, shown = frozen, frozen.workbench.preview.picture
    assert shown is not None and shown.labels is not None
    assert window.tabs.page is window.label
    assert window.workbench.game.state.paused
    assert window.canvas.hasFocus()
    start = class_map(window)
    assert np.array_equal(editor(window).target.frame, shown.shot.snapshot.frame)  # type: ignore[union-attr]
    assert np.array_equal(start, shown.labels), "it begins with the exact labels"

    key(window, Key.Key_9)  # goomba
    draw(window, [(60, 60), (80, 60)])
    brush = differs(window, start)
    assert class_map(window)[60, 70] == GOOMBA
    assert len(brush) > 20 * 7

    key(window, Key.Key_T)
    key(window, Key.Key_3)  # brick
    after_brush = class_map(window)
    draw(window, [(150, 60), (170, 60)])
    left, top, right, bottom = annotation(window).grid.cell(150, 60)
    right = annotation(window).grid.cell(170, 60)[2]
    tiles = {(x, y) for x in range(left, right) for y in range(top, bottom)}
    assert differs(window, after_brush) == tiles

    key(window, Key.Key_Z, CONTROL)
    assert np.array_equal(class_map(window), after_brush)
    key(window, Key.Key_Z, CONTROL)
    assert np.array_equal(class_map(window), start), "one undo step a stroke"
    key(window, Key.Key_Z, CONTROL | SHIFT)
    key(window, Key.Key_Y, CONTROL)
    assert differs(window, after_brush) == tiles

    key(window, Key.Key_L)
    draw(window, [(left + 3, top + 3)])
    assert editor(window).tools.class_id == BRICK
    key(window, Key.Key_F)
    draw(window, [(70, 60)])
    assert {(x, y) for x, y in brush if class_map(window)[y, x] == BRICK} == brush
    drawn = class_map(window)

    assert editor(window).target.frozen is not None  # type: ignore[union-attr]
    assert window.label.foot.add.text() == "Add to labels", "the data set is named"
    key(window, Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: browser(window).number is not None, timeout=10_000)
    data = DataSet.open(tmp_path / "labels")
    record = data.records()[-1]
    assert (len(data), record.number, record.level, record.labelled_by) == (4, 3, "1-1", "exact")
    assert np.array_equal(kept(data.folder, 3), drawn)
    assert np.array_equal(data.read(record)[1], start), "the automatic labels lie beside them"
    key(window, Key.Key_Z, CONTROL)
    assert (class_map(window) == GOOMBA).sum() > (drawn == GOOMBA).sum(), "strokes from before can still be undone"
    key(window, Key.Key_Y, CONTROL)
    saved(window, qtbot)
    buttons = (data.folder / record.action_log).read_bytes()
    assert len(buttons) == shown.shot.frame, "the frame can be made again from the buttons"

    key(window, Key.Key_8)
    draw(window, [(20, 20)])
    saved(window, qtbot)
    assert (kept(data.folder, 3) == MARIO).sum() > (drawn == MARIO).sum(), "later strokes are saved by themselves"


def test_the_frames_of_a_stack_are_an_agent_step_apart(frozen: MainWindow) -> None:
    target = editor(frozen).target
    assert target is not None and target.frozen is not None
    frames = [snapshot.frame for snapshot in target.frozen.snapshots]
    assert len(frames) == 4
    assert sum(np.array_equal(a, b) for a, b in pairwise(frames)) < 3
    assert target.masks is not None and target.masks.shape == (4, 224, 240)


def test_other_automatic_labels_keep_what_was_drawn(frozen: MainWindow, qtbot: QtBot) -> None:
    window = frozen
    choice = window.label.options.source
    assert "Exact labels of the map are whole tiles" in choice.toolTip()
    names = [choice.itemText(place) for place in range(choice.count())]
    assert names == ["exact", "sprites", "known-84", "known-native"]
    key(window, Key.Key_8)
    draw(window, [(60, 60)])
    place = names.index("known-native")
    choice.setCurrentIndex(place)
    choice.activated.emit(place)
    idle(window, qtbot)
    assert class_map(window)[60, 60] == MARIO
    assert class_map(window)[215, 120] == PIPE, "this network takes the ground for pipe"
    assert annotation(window).automatic[60, 60] == BACKGROUND
    key(window, Key.Key_Z, CONTROL)
    assert class_map(window)[215, 120] == GROUND


CLASS_KEYS = [(Key(Key.Key_0 + id % 10), SHIFT if id > 9 else Qt.KeyboardModifier.NoModifier) for id in range(16)]


def test_every_class_has_its_key(labels: MainWindow) -> None:
    for class_id, (code, modifier) in enumerate(CLASS_KEYS):
        key(labels, code, modifier)
        assert editor(labels).tools.class_id == class_id
        draw(labels, [(100, 100)])
        assert class_map(labels)[100, 100] == class_id
    assert len(CLASS_KEYS) == CLASS_COUNT


def test_every_tool_has_its_key_and_its_button(labels: MainWindow) -> None:
    codes = (Key.Key_P, Key.Key_E, Key.Key_F, Key.Key_R, Key.Key_W, Key.Key_Q, Key.Key_T, Key.Key_L)
    for name, code in zip(TOOLS, codes, strict=True):
        key(labels, code)
        button = labels.label.strip.buttons[name]
        assert editor(labels).tools.tool == name
        assert button.isChecked()
        labels.label.strip.buttons["brush" if name != "brush" else "tile"].click()
        button.click()
        assert editor(labels).tools.tool == name


def test_the_eraser_brings_back_the_automatic_labels(labels: MainWindow) -> None:
    before = class_map(labels)
    key(labels, Key.Key_8)
    draw(labels, [(100, 100), (140, 100)])
    assert differs(labels, before)
    key(labels, Key.Key_E)
    draw(labels, [(100, 100), (140, 100)])
    assert not differs(labels, before)


def test_the_brush_covers_what_its_outline_shows(labels: MainWindow) -> None:
    tools = editor(labels).tools
    for square, size in ((False, 9), (True, 6)):
        if (tools.shape == "square") != square:
            key(labels, Key.Key_S)
        tools.set_size(size)
        key(labels, Key.Key_Delete, CONTROL)
        before = class_map(labels)
        assert not before.any()
        key(labels, Key.Key_8)
        draw(labels, [(50, 70)])
        rows, columns = np.nonzero(brush_mask(size, tools.shape))
        expected = {(50 - size // 2 + int(x), 70 - size // 2 + int(y)) for x, y in zip(columns, rows, strict=True)}
        assert differs(labels, before) == expected


def test_the_size_of_the_brush(labels: MainWindow) -> None:
    tools = editor(labels).tools
    tools.set_size(8)
    key(labels, Key.Key_BracketRight)
    assert tools.size == 9
    key(labels, Key.Key_BracketLeft)
    assert tools.size == 8
    wheel(labels, (10, 10), True, CONTROL)
    assert tools.size == 9
    tools.set_size(1000)
    assert tools.size == 64
    assert labels.label.options.brush.value() == 64


def test_rectangle_and_escape(labels: MainWindow) -> None:
    key(labels, Key.Key_Delete, CONTROL)
    before = class_map(labels)
    key(labels, Key.Key_R)
    key(labels, Key.Key_5)
    draw(labels, [(30, 40), (20, 22), (10, 20)])
    assert differs(labels, before) == {(x, y) for x in range(10, 31) for y in range(20, 41)}
    before = class_map(labels)
    QTest.mousePress(labels.canvas, LEFT, pos=at(labels, (100, 100)))
    QTest.mouseMove(labels.canvas, at(labels, (120, 120)))
    key(labels, Key.Key_Escape)
    QTest.mouseRelease(labels.canvas, LEFT, pos=at(labels, (120, 120)))
    assert not differs(labels, before), "Esc takes the open stroke back"
    assert labels.canvas.hasFocus()
    key(labels, Key.Key_Escape)
    assert not labels.canvas.hasFocus(), "without one it lets go of the keyboard"


TRIANGLE = [(20, 20), (60, 20), (20, 60)]
INSIDE_TRIANGLE = {(x, y) for x in range(20, 61) for y in range(20, 61) if x + y <= 80}


def _begin_polygon(window: MainWindow) -> ClassMap:
    key(window, Key.Key_Delete, CONTROL)
    before = class_map(window)
    key(window, Key.Key_5)
    key(window, Key.Key_W)
    for corner in TRIANGLE:
        draw(window, [corner])
    assert not differs(window, before), "nothing is painted before it is closed"
    return before


@pytest.mark.parametrize(
    "close",
    [
        lambda window: key(window, Key.Key_Return),
        lambda window: draw(window, TRIANGLE[:1]),
        lambda window: QTest.mouseDClick(window.canvas, LEFT, pos=at(window, TRIANGLE[-1])),
        lambda window: key(window, Key.Key_E),  # another tool
        lambda window: key(window, Key.Key_D),  # another frame
    ],
    ids=["Enter", "first corner", "double-click", "another tool", "another frame"],
)
def test_a_polygon_is_painted_when_it_is_closed(labels: MainWindow, close: Callable[[MainWindow], object]) -> None:
    before, drawn = _begin_polygon(labels), annotation(labels)
    close(labels)
    rows, columns = np.nonzero(drawn.class_map != before)
    assert set(zip(columns.tolist(), rows.tolist(), strict=True)) == INSIDE_TRIANGLE
    assert drawn.pick(20, 20) == PIPE
    assert drawn.undo_count == 2, "one step"


def test_a_polygon_loses_its_last_corner_by_undo_and_goes_by_escape(labels: MainWindow) -> None:
    before = _begin_polygon(labels)
    draw(labels, [(200, 200)])
    key(labels, Key.Key_Z, CONTROL)
    key(labels, Key.Key_Return)
    assert differs(labels, before) == INSIDE_TRIANGLE
    key(labels, Key.Key_Z, CONTROL)
    assert not differs(labels, before)
    draw(labels, [(20, 20)])
    draw(labels, [(50, 20)])
    key(labels, Key.Key_Return)
    assert not differs(labels, before), "two corners surround nothing"
    draw(labels, [(20, 20)])
    key(labels, Key.Key_Escape)
    assert editor(labels).shape.tool is None
    assert labels.canvas.hasFocus()


def test_the_lasso_paints_what_its_line_surrounds(labels: MainWindow) -> None:
    key(labels, Key.Key_Delete, CONTROL)
    before = class_map(labels)
    key(labels, Key.Key_Q)
    draw(labels, TRIANGLE)
    assert differs(labels, before) == INSIDE_TRIANGLE


def test_pick_gives_the_tool_before_back(labels: MainWindow) -> None:
    key(labels, Key.Key_Delete, CONTROL)
    for code, tool in ((Key.Key_F, "fill"), (Key.Key_Q, "lasso"), (Key.Key_E, "brush")):  # the eraser has no class
        key(labels, code)
        key(labels, Key.Key_L)
        key(labels, Key.Key_L)
        draw(labels, [(50, 50)])
        assert editor(labels).tools.tool == tool
        assert editor(labels).tools.class_id == BACKGROUND


def test_escape_takes_back_an_open_stroke_of_the_brush(labels: MainWindow) -> None:
    key(labels, Key.Key_Delete, CONTROL)
    before = class_map(labels)
    key(labels, Key.Key_8)
    QTest.mousePress(labels.canvas, LEFT, pos=at(labels, (100, 100)))
    assert differs(labels, before)
    key(labels, Key.Key_Escape)
    QTest.mouseMove(labels.canvas, at(labels, (130, 100)))
    QTest.mouseRelease(labels.canvas, LEFT, pos=at(labels, (130, 100)))
    assert not differs(labels, before)
    assert annotation(labels).undo_count == 1


def test_swap_keep_and_alt_click(labels: MainWindow) -> None:
    tools = editor(labels).tools
    key(labels, Key.Key_Delete, CONTROL)
    key(labels, Key.Key_5)
    tools.set_size(20)
    draw(labels, [(50, 50)])
    key(labels, Key.Key_B)
    assert labels.label.options.keep.isChecked()
    key(labels, Key.Key_8)
    draw(labels, [(60, 50)])
    assert class_map(labels)[50, 52] == PIPE, "other classes are kept"
    assert class_map(labels)[50, 66] == MARIO
    key(labels, Key.Key_X)
    assert tools.class_id == BACKGROUND
    draw(labels, [(60, 50)])
    assert class_map(labels)[50, 52] == PIPE, "background takes the chosen class away, and no other"
    assert class_map(labels)[50, 66] == BACKGROUND
    key(labels, Key.Key_X)
    assert tools.class_id == MARIO
    draw(labels, [(50, 50)], ALT)
    assert tools.class_id == PIPE
    assert tools.tool == "brush"


def test_clearing_and_beginning_again_can_be_undone(labels: MainWindow) -> None:
    start = class_map(labels)
    key(labels, Key.Key_Delete, CONTROL)
    assert not class_map(labels).any()
    key(labels, Key.Key_Backspace, CONTROL)
    assert np.array_equal(class_map(labels), start)
    key(labels, Key.Key_Z, CONTROL)
    assert not class_map(labels).any()


def test_a_stroke_that_was_undone_leaves_the_frame_unlabelled(labels: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    key(labels, Key.Key_8)
    draw(labels, [(50, 50)])
    assert editor(labels).is_safe() and browser(labels).list.by_person == {0}  # type: ignore[union-attr]
    key(labels, Key.Key_Z, CONTROL)
    key(labels, Key.Key_D)
    assert browser(labels).number == 1 and not browser(labels).list.by_person  # type: ignore[union-attr]
    assert not list((tmp_path / "set").glob("masks_person/*.png"))
    key(labels, Key.Key_S, CONTROL)
    assert browser(labels).list.by_person == {1}, "labels that are right can be saved as they are"  # type: ignore[union-attr]


def test_undo_and_redo_outlast_a_change_of_frame(labels: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    start = class_map(labels)
    key(labels, Key.Key_8)
    draw(labels, [(50, 50)])
    first = class_map(labels)
    draw(labels, [(150, 50)])
    second = class_map(labels)
    for _ in range(2):
        key(labels, Key.Key_D)
        key(labels, Key.Key_A)
        assert np.array_equal(class_map(labels), second)
        key(labels, Key.Key_Z, CONTROL)
        assert np.array_equal(class_map(labels), first)
        key(labels, Key.Key_D)
        key(labels, Key.Key_A)
        key(labels, Key.Key_Y, CONTROL)
        assert np.array_equal(class_map(labels), second)
    key(labels, Key.Key_Z, CONTROL)
    key(labels, Key.Key_Z, CONTROL)
    saved(labels, qtbot)
    assert np.array_equal(kept(tmp_path / "set", 0), start)
    key(labels, Key.Key_D)
    data = DataSet.open(tmp_path / "set")
    data.write_person_mask(0, second)
    key(labels, Key.Key_A)
    assert not editor(labels).can_undo, "another program's labels have no strokes to undo"
    assert np.array_equal(class_map(labels), second)


def test_marks_are_kept_shown_and_filtered(labels: MainWindow, tmp_path: Path) -> None:
    key(labels, Key.Key_Y)
    assert labels.label.foot.title.text().endswith(", done")
    key(labels, Key.Key_D)
    key(labels, Key.Key_Y)
    key(labels, Key.Key_U)
    assert labels.label.foot.title.text().endswith(", doubtful"), "a frame has one mark"
    key(labels, Key.Key_D)
    key(labels, Key.Key_U)
    key(labels, Key.Key_U)
    assert read_marks(tmp_path / "set") == {0: "done", 1: "doubtful"}
    for origin, numbers in (("done", [0]), ("doubtful", [1]), ("unmarked", list(range(2, 12)))):
        browser(labels).choose_origin(origin)
        assert browser(labels).list.numbers == numbers  # type: ignore[union-attr]


def test_a_frame_goes_to_the_trash_and_back(labels: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    key(labels, Key.Key_D)
    key(labels, Key.Key_8)
    draw(labels, [(50, 50)])
    drawn = class_map(labels)
    key(labels, Key.Key_Delete, SHIFT)
    assert browser(labels).number == 2
    assert np.array_equal(kept(tmp_path / "set", 1), drawn), "what was drawn is kept"
    for data in (DataSet.open(tmp_path / "set"), browser(labels).list.data):  # type: ignore[union-attr]
        assert [record.number for record in data.records()] == [0, *range(2, 12)], "what exports take, too"
    key(labels, Key.Key_A)
    assert browser(labels).number == 0
    browser(labels).choose_origin("trash")
    assert browser(labels).number == 1
    key(labels, Key.Key_Delete, SHIFT)
    browser(labels).choose_origin("all")
    assert browser(labels).list.numbers == list(range(12))  # type: ignore[union-attr]
    for _ in range(12):
        key(labels, Key.Key_Delete, SHIFT)
    assert editor(labels).target is None, "the last one leaves nothing to label"


def test_thumbnails_show_the_frames_and_lead_to_them(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    labels, damaged = make_window(start=False), make_set(tmp_path / "set") / "frames" / "000002.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    open_set(labels, qtbot, tmp_path / "set")
    shown = labels.label.findChild(QListView, "thumbnails")
    assert shown is not None and shown.isVisible() and shown.model().rowCount() == 12

    def picture(row: int) -> QImage:
        return shown.model().index(row, 0).data(Qt.ItemDataRole.DecorationRole).pixmap(60, 56).toImage()

    frame = DataSet.open(tmp_path / "set").read(DataSet.open(tmp_path / "set").records()[1])[0]
    mean = QColor(*(int(value) for value in frame[:4, :4].reshape(-1, 3).mean(axis=0).round()))
    qtbot.waitUntil(lambda: picture(1).pixelColor(0, 0).rgb() == mean.rgb())
    assert shown.currentIndex().row() == browser(labels).number == 0
    QTest.mouseClick(
        shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.visualRect(shown.model().index(1, 0)).center()
    )
    assert browser(labels).number == 1 and labels.canvas.hasFocus()
    before = picture(1)
    key(labels, Key.Key_U)
    assert picture(1) != before, "the mark is seen"
    key(labels, Key.Key_D)
    assert shown.currentIndex().row() == 2 and browser(labels).number == 2, (
        "a frame that cannot be read keeps its place"
    )
    browser(labels).choose_origin("doubtful")
    assert shown.model().rowCount() == 1 and shown.currentIndex().row() == 0
    key(labels, Key.Key_H)
    assert not shown.isVisible()


def test_only_thumbnails_that_are_seen_are_read(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, layouts, may_read = list[Path](), list[None](), Event()

    def read(path: Path) -> Frame:
        assert may_read.wait(10)
        reads.append(path)
        return decode_frame(path)

    def lay_out(view: QListView) -> None:
        layouts.append(None)
        QListView.doItemsLayout(view)

    monkeypatch.setattr(gui.label.thumbnails, "decode_frame", read)
    monkeypatch.setattr(gui.label.thumbnails.Thumbnails, "doItemsLayout", lay_out)
    window = make_window(start=False)
    open_set(window, qtbot, make_set(tmp_path / "set", stacks=30))
    shown = window.label.findChild(QListView, "thumbnails")
    assert shown is not None and shown.isVisible()
    for row in range(120):
        shown.scrollTo(shown.model().index(row, 0))
        shown.viewport().repaint()
    laid_out = len(layouts)
    may_read.set()
    seen = {f"{row:06d}" for row in range(120) if shown.visualRect(shown.model().index(row, 0)).top() >= 0}
    assert "000119" in seen
    qtbot.waitUntil(lambda: not shown.model()._jobs.is_busy)
    assert seen <= {path.stem for path in reads}
    assert len(reads) <= 61, "what was scrolled past is left out"
    assert len(layouts) == laid_out, "a picture that comes is painted, and moves nothing"


def test_outlines_only(labels: MainWindow) -> None:
    key(labels, Key.Key_Delete, CONTROL)
    editor(labels).tools.set_opacity(1.0)
    key(labels, Key.Key_R)
    key(labels, Key.Key_5)
    draw(labels, [(20, 20), (60, 60)])
    inside, edge = (40, 40), (20, 40)

    def colours() -> list[str]:
        picture = labels.canvas.grab().toImage()
        return [picture.pixelColor(at(labels, pixel)).name() for pixel in (inside, edge)]

    filled = colours()
    assert filled[0] == filled[1]
    key(labels, Key.Key_C)
    frame = QColor(*editor(labels).target.frame[inside[1], inside[0]]).name()  # type: ignore[union-attr]
    assert colours() == [frame, filled[1]]
    key(labels, Key.Key_0)
    draw(labels, [(41, 20), (60, 60)])
    assert colours() == [filled[0], filled[1]], "what became an outline beside the stroke is drawn"


def test_without_a_frame_nothing_of_the_menu_can_be_done_to_one(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(start=False, complete=True)
    actions = [window.actions_by_id[item.id] for item in SHORTCUTS if item.scope == "label" and item.menu]
    possible = {action.objectName() for action in actions if action.isEnabled()}
    assert possible == {"label-release", *(f"label-class-{id}" for id in range(CLASS_COUNT))}
    assert len(window.menus["Label"].actions()) <= 12, "the rest stands in its submenus"


def test_a_hundred_strokes_can_be_undone(labels: MainWindow) -> None:
    key(labels, Key.Key_Delete, CONTROL)
    editor(labels).tools.set_size(1)
    key(labels, Key.Key_8)
    for place in range(100):
        draw(labels, [(2 * place, 5)])
    for place in reversed(range(100)):
        key(labels, Key.Key_Z, CONTROL)
        assert int((class_map(labels) == MARIO).sum()) == place


def test_zoom_keeps_the_pixel_under_the_mouse_and_space_pans(labels: MainWindow) -> None:
    canvas = labels.canvas
    first = canvas.scale
    point = at(labels, (200, 30))
    wheel(labels, (200, 30), True)
    assert canvas.scale == first + 1
    assert canvas.pixel_at(point.toPointF()) == (200, 30)
    before, drawn = canvas.target(), class_map(labels)
    QTest.keyPress(canvas, Key.Key_Space)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):  # X11 repeats a held key as pairs
        QApplication.sendEvent(canvas, QKeyEvent(kind, Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True))
    QTest.mousePress(canvas, LEFT, pos=QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(230, 180))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(230, 180))
    QTest.keyRelease(canvas, Key.Key_Space)
    moved = canvas.target().topLeft() - before.topLeft()
    assert (moved.x(), moved.y()) == (30, -20)
    middle = Qt.MouseButton.MiddleButton
    QTest.mousePress(canvas, middle, pos=QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(190, 200))
    QTest.mouseRelease(canvas, middle, pos=QPoint(190, 200))
    assert canvas.target().x() - before.x() == 20
    assert not differs(labels, drawn), "moving draws nothing"
    for _ in range(30):
        key(labels, Key.Key_Plus)
    assert canvas.zoom == 12
    for _ in range(30):
        key(labels, Key.Key_Minus)
    assert canvas.scale == 1
    key(labels, Key.Key_Home)
    assert canvas.scale == first


def test_opacity_overlay_and_grid(labels: MainWindow) -> None:
    tools = editor(labels).tools
    before = tools.opacity
    wheel(labels, (10, 10), False, SHIFT)
    assert tools.opacity == pytest.approx(before - 0.1)
    key(labels, Key.Key_V)
    assert not tools.shows_classes
    key(labels, Key.Key_G)
    assert tools.shows_grid
    assert labels.label.strip.buttons["grid"].isChecked()


def test_the_canvas_shows_frame_and_classes_at_whole_pixels(labels: MainWindow) -> None:
    key(labels, Key.Key_V)
    canvas, target = labels.canvas, editor(labels).target
    assert target is not None
    QTest.mouseMove(canvas, QPoint(1, 1))
    for steps in (0, 1):
        canvas.zoom_by(steps)
        image = canvas.grab().toImage()
        for x, y in ((60, 50), (119, 100), (150, 90)):
            corner = canvas.place_of(x, y).toPoint()
            for offset in (0, canvas.scale - 1):
                colour = image.pixelColor(corner.x() + offset, corner.y() + offset)
                assert [colour.red(), colour.green(), colour.blue()] == target.frame[y, x].tolist()


def test_previous_next_and_next_unlabelled(labels: MainWindow, qtbot: QtBot) -> None:
    assert browser(labels).number == 0
    key(labels, Key.Key_D)
    key(labels, Key.Key_PageDown)
    assert browser(labels).number == 2
    key(labels, Key.Key_A)
    key(labels, Key.Key_PageUp)
    assert browser(labels).number == 0
    key(labels, Key.Key_A)
    assert browser(labels).number == 0
    key(labels, Key.Key_S, CONTROL)  # right as it is
    assert browser(labels).list.by_person == {0}  # type: ignore[union-attr]
    key(labels, Key.Key_D)
    draw(labels, [(100, 100)])
    key(labels, Key.Key_D)
    assert browser(labels).list.by_person == {0, 1}, "leaving a frame saves it"  # type: ignore[union-attr]
    key(labels, Key.Key_A)
    key(labels, Key.Key_A)
    key(labels, Key.Key_N)
    assert browser(labels).number == 2


def test_frames_are_filtered_by_their_origin(labels: MainWindow) -> None:
    key(labels, Key.Key_D)
    key(labels, Key.Key_S, CONTROL)
    bar = labels.label.bar
    for words, count in (("by a person", 1), ("not by a person yet", 11), ("automatic: exact", 12), ("all frames", 12)):
        place = bar.origin.findText(words)
        bar.origin.setCurrentIndex(place)
        bar.origin.activated.emit(place)
        assert len(browser(labels).list.numbers) == count, words  # type: ignore[union-attr]
    assert "of 12" in bar.place.text()


def test_a_frame_that_was_labelled_stays_in_the_list_until_the_filter_is_chosen_again(labels: MainWindow) -> None:
    browser(labels).choose_origin("unlabelled")
    for number in range(3):
        assert browser(labels).number == number
        key(labels, Key.Key_S, CONTROL)
        key(labels, Key.Key_D)
    key(labels, Key.Key_A)
    assert browser(labels).number == 2
    browser(labels).choose_origin("unlabelled")
    assert browser(labels).number == 3, "the first that is left"


def test_the_two_keyboards(frozen: MainWindow, qtbot: QtBot) -> None:
    window = frozen
    drawn, x = class_map(window), window.workbench.preview.picture.shot.variables.x  # type: ignore[union-attr]
    assert "keys go to the labels" in window.label.foot.owner.text()
    key(window, Key.Key_X)  # jumps in the game
    assert window.workbench.game.controller.held == 0
    QTest.keyClick(window, Key.Key_K, CONTROL)
    assert window.tabs.page is window.play
    assert window.grid.hasFocus()
    tool = editor(window).tools.tool
    QTest.keyClick(window.grid, Key.Key_E)
    QTest.keyClick(window.grid, Key.Key_D)
    assert editor(window).tools.tool == tool
    assert np.array_equal(class_map(window), drawn)
    window.tabs.show_page(window.label)
    assert window.canvas.hasFocus()
    assert window.workbench.preview.picture.shot.variables.x == x  # type: ignore[union-attr]


def test_the_game_still_undoes_loading(frozen: MainWindow, qtbot: QtBot) -> None:
    window = frozen
    QTest.keyClick(window, Key.Key_K, CONTROL)
    frame = window.workbench.preview.picture.shot.frame  # type: ignore[union-attr]
    for code, modifier in ((Key.Key_F2, SHIFT), (Key.Key_Period, Qt.KeyboardModifier.NoModifier), (Key.Key_F2, None)):
        QTest.keyClick(window.grid, code, modifier or Qt.KeyboardModifier.NoModifier)
        settle(window, qtbot)
    QTest.keyClick(window.grid, Key.Key_Z, CONTROL)
    settle(window, qtbot)
    assert window.workbench.preview.picture.shot.frame == frame + 1  # type: ignore[union-attr]


def test_buttons_freeze_and_open(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_set(tmp_path / "set")
    window.tabs.show_page(window.label)
    click(window, "button-label-freeze")
    qtbot.waitUntil(lambda: editor(window).target is not None)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    click(window, "button-label-open")
    qtbot.waitUntil(lambda: browser(window).number == 0)


def test_three_clicks_to_a_better_network(
    frozen: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = frozen
    asked: list[tuple[Path, Path]] = []

    def remember(network: Path, data: Path) -> Path:
        asked.append((network, data))
        return tmp_path / "fcn-new"

    monkeypatch.setattr(window.workbench.trainings, "continue_training", remember)
    make_set(tmp_path / "labels")
    draw(window, [(60, 60)])
    click(window, "label-add")
    qtbot.waitUntil(lambda: browser(window).number is not None, timeout=10_000)
    assert browser(window).number == 15
    looked: list[threading.Thread] = []
    look = gui.label.model.open_complete

    def note(folder: Path) -> DataSet:
        looked.append(threading.current_thread())
        return look(folder)

    monkeypatch.setattr(gui.label.model, "open_complete", note)
    click(window, "label-train")
    assert not window.label.foot.train.isEnabled() and not asked
    idle(window, qtbot)
    assert window.label.foot.train.isEnabled() and len(looked) == 1 and looked[0] is not threading.main_thread()
    assert asked == [(window.workbench.preview.network, tmp_path / "labels")]
    assert window.tabs.page is window.train
