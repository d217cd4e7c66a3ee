"""Everything in the tabs is reached and worked by keys, and tells what it is in a tooltip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.agents.recording import Recording
from core.classes import MARIO
from core.runs.state import observe
from gui.episodes.evaluate.model import KeptEvaluation
from gui.keys.default_keys import TABLE
from gui.kit.sort_keys import SortKeys
from gui.train.cards import RunCard
from gui.window.main_window import MainWindow

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTabBar
)  # fmt: skip
PAGES = ("play", "label", "episodes", "evaluate", "train", "runs")


def inner(widget: QWidget) -> bool:
    """Whether it is a part of another control, which has the keyboard for it."""
    parent = widget.parentWidget()
    is_part = isinstance(parent, (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView, QTabBar))
    return is_part or isinstance(widget, (QScrollBar, QHeaderView))


def controls(page: QWidget) -> list[QWidget]:
    """What a user can see and work on a page."""
    found = [w for w in page.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible() and not inner(w)]
    return [w for w in found if w.isEnabled()]


def show(window: MainWindow, name: str) -> QWidget:
    """A page, shown."""
    page: QWidget = getattr(window, "episodes" if name == "evaluate" else name)
    window.tabs.show_page(page)
    window.episodes.setCurrentWidget(window.episodes.evaluate if name == "evaluate" else window.episodes.replay)
    return page


def walk(window: MainWindow, key: Qt.Key = Key.Key_Tab) -> list[QWidget]:
    """The controls that Tab goes through from the tabs, until it comes back."""
    window.tabs.tabBar().setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[QWidget] = []
    while True:
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus in seen:
            assert focus is window.tabs.tabBar(), f"Tab does not leave {focus}"
            return seen
        seen.append(focus)
        QTest.keyClick(focus, key)


@pytest.fixture
def paused(make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object) -> MainWindow:
    """A window that plays nothing, but whose controls are those of a running game."""
    window = make_window()
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None, timeout=10_000)
    window.workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: window.workbench.game.state.paused)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def test_tab_reaches_everything_and_comes_back(paused: MainWindow) -> None:
    for name in PAGES:
        page = show(paused, name)
        seen = walk(paused)
        for widget in controls(page):
            if widget not in seen and not by_action(widget) and not by_arrows(widget, seen):
                pytest.fail(f"{name}: {widget} {widget.objectName()} is not reached")


def by_action(widget: QWidget) -> bool:
    """A button in a bar does what a menu's entry does."""
    ids = {widget.objectName().removeprefix("button-")}
    if isinstance(widget, QToolButton) and widget.defaultAction() is not None:
        ids.add(widget.defaultAction().objectName())
    return bool(ids & set(TABLE))


def by_arrows(widget: QWidget, seen: list[QWidget]) -> bool:
    """One of several buttons of which one is chosen: the arrow keys go between them."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and any(button in seen for button in group.buttons())


def test_tab_never_goes_into_the_game_and_esc_leaves_it(paused: MainWindow) -> None:
    assert paused.grid not in walk(paused)
    assert paused.grid not in walk(paused, Key.Key_Backtab)
    QTest.keyClick(paused, Key.Key_K, CTRL)
    assert paused.grid.hasFocus()
    QTest.keyClick(paused.grid, Key.Key_Escape)
    QTest.keyClick(paused, Key.Key_Tab)
    assert QApplication.focusWidget() not in (None, paused.grid)


def test_everything_that_can_be_worked_has_a_tooltip(paused: MainWindow) -> None:
    for name in PAGES:
        for widget in controls(show(paused, name)):
            if isinstance(widget, (QTabBar, QScrollBar)):
                continue
            told = [w.toolTip() for w in (widget, *parents(widget)) if w.toolTip()]
            assert told, f"{name}: {widget} {widget.objectName()}"
            if isinstance(widget, (QAbstractSpinBox, QAbstractSlider)):
                units = ("pixels", "percent", "0 to 1", "frames", "seconds", "rows", "threads", "episodes", "to ")
                assert any(unit in told[0].lower() for unit in units), f"{name}: {told[0]}"


def parents(widget: QWidget) -> list[QWidget]:
    """Widgets around it, whose tooltips Qt shows where it has none."""
    found = []
    while (parent := widget.parentWidget()) is not None:
        found.append(parent)
        widget = parent
    return found


def test_no_two_menus_and_tabs_have_the_same_letter(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(start=False)
    texts = [action.text() for action in window.menuBar().actions()]
    for bar in (window.tabs.tabBar(), window.play.side.tabBar(), window.episodes.tabBar()):
        texts += [bar.tabText(place) for place in range(bar.count())]
    letters = Counter(text[text.index("&") + 1].lower() for text in texts)
    assert sum(letters.values()) == len(texts)
    assert letters.most_common(1)[0][1] == 1


def test_a_class_is_highlighted_and_switched_by_keys(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make_window(start=False)
    row = window.play.legend.rows[MARIO]
    row.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: window.workbench.options.highlighted == MARIO)
    QTest.keyClick(row, Key.Key_Space)
    assert window.workbench.options.hidden == {MARIO}
    window.grid.setFocus()
    assert window.workbench.options.highlighted is None


@pytest.mark.parametrize("page", ["play", "train", "runs"])
def test_borders_move_by_keys(make_window: Callable[..., MainWindow], page: str) -> None:
    window = make_window(start=False)
    splitter = show(window, page).splitter  # type: ignore[attr-defined]
    handle, sizes = splitter.handle(1), splitter.sizes()
    is_across = splitter.orientation() == Qt.Orientation.Horizontal
    back, on = (Key.Key_Left, Key.Key_Right) if is_across else (Key.Key_Up, Key.Key_Down)
    handle.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(handle, back)
    smaller = splitter.sizes()
    assert smaller[0] < sizes[0] and smaller[1] > sizes[1]
    QTest.keyClick(handle, on)
    assert splitter.sizes()[0] > smaller[0]
    for _ in range(40):
        QTest.keyClick(handle, on, SHIFT)
    assert min(splitter.sizes()) > 0  # neither part is lost


def test_the_large_view_and_opacity_by_keys(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(start=False)
    assert window.workbench.options.get("large_view") == "raw"
    for role in ("labels", "network", "raw"):
        QTest.keyClick(window, Key.Key_L, CTRL | SHIFT)
        assert window.workbench.options.get("large_view") == role
    window.grid.setFocus()
    for _ in range(9):
        QTest.keyClick(window.grid, Key.Key_BracketRight)
    assert window.workbench.options.get("opacity") == 1.0
    QTest.keyClick(window.grid, Key.Key_BracketLeft)
    assert window.workbench.options.get("opacity") == 0.9


def test_the_map_of_ends_by_keys(make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch) -> None:
    window = make_window(start=False)
    past = window.workbench.episodes
    chosen = KeptEvaluation("agent", Path("agent"), Path("agent/evaluations/one"), {"checkpoint": "best"})
    past.evaluations.chosen, past.evaluations.episodes = chosen, [ended(0, 900), ended(1, 300), ended(2, 600)]
    looked: list[tuple[int, int]] = []
    monkeypatch.setattr(past, "replay_episode", lambda played, frame, _asked: looked.append((played.number, frame)))
    show(window, "evaluate")
    ends = window.episodes.evaluate.map
    ends.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Key.Key_Return, Key.Key_Right, Key.Key_Return, Key.Key_End, Key.Key_Right, Key.Key_Space):
        QTest.keyClick(ends, key)
    assert [number for number, _ in looked] == [1, 2, 0], "in the order of the level, and no further"
    assert looked[0][1] == 1000 - 180, "three seconds before the end"


def ended(number: int, x: int) -> Recording:
    """An episode that ended at x after 1,000 frames."""
    return Recording(number, "1-1", "stable-retro", 1, 0, 250, x, 0.0, "fell", "", "", ((0, 1000),))


def test_a_training_that_ran_shows_its_log_by_keys(
    make_window: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbench = make_window(start=False).workbench
    watched: list[Path] = []
    monkeypatch.setattr(workbench.trainings, "watch", watched.append)
    card = RunCard(workbench.trainings, workbench.shows)
    qtbot.addWidget(card)
    run = observe(Path("runs/none"))
    card.show_run(run, is_watched=False)
    QTest.keyClick(card, Key.Key_Return)
    assert watched == [run.path]


def test_a_table_is_sorted_by_keys(qtbot: QtBot) -> None:
    table = QTableWidget(3, 2)
    qtbot.addWidget(table)
    for row, words in enumerate((("b", "2"), ("a", "3"), ("c", "1"))):
        for column, word in enumerate(words):
            table.setItem(row, column, QTableWidgetItem(word))
    table.setSortingEnabled(True)
    SortKeys(table)
    table.setCurrentCell(0, 1)
    QTest.keyClick(table, Key.Key_Up, CTRL)
    assert texts(table, 1) == ["1", "2", "3"]
    QTest.keyClick(table, Key.Key_Down, CTRL)
    assert texts(table, 1) == ["3", "2", "1"]


def texts(table: QTableWidget, column: int) -> list[str]:
    """A column from above."""
    items = [table.item(row, column) for row in range(table.rowCount())]
    return [item.text() for item in items if item is not None]
