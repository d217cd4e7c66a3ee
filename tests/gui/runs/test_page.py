"""The Runs tab, used as a person does: runs come, grow, are compared, named, thrown away, shared, and vanish."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyqtgraph import FillBetweenItem
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QInputDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.config.ddqn import DdqnConfig
from core.config.fields import Config
from core.files import write_json
from core.runs.notes import read_notes
from core.runs.run_folder import RunFolder, Status
from core.runs.run_log import RunLog
from gui.runs import details
from gui.runs.page import RunsPage
from gui.window.main_window import MainWindow
from gui.workbench import Workbench

ROOT = Path(__file__).resolve().parents[3]
SHIPPED_SCORE = f"{json.loads((ROOT / 'saved_agents/fcn-84/evaluation.json').read_text())['miou']:.3f} mIoU"
EPISODES = ("episode", "step", "wall_time", "from_start", "x", "flag")


def make_run(folder: Path, config: Config, state: str = "done") -> RunFolder:
    folder.mkdir(parents=True)
    write_json(folder / "config.json", config.to_json())
    run = RunFolder(folder)
    run.write_status(Status(state, os.getpid(), time.time(), 0.5))  # type: ignore[arg-type]
    return run


def play(run: RunFolder, episodes: range, slope: float = 10.0) -> None:
    log = RunLog(run.path / "episodes.csv", EPISODES)
    for number in episodes:
        row = {"episode": number, "step": number * 100, "wall_time": number * 36.0, "from_start": 1}
        log.append({**row, "x": number * slope, "flag": 0})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three agents, two of which differ by their seed only, and a real network."""
    made = tmp_path / "runs"
    for seed in (1, 2):
        play(make_run(made / f"gray-{seed}", DdqnConfig(seed=seed)), range(1, 21), 10.0 * seed)
    play(make_run(made / "seen", DdqnConfig(observation="segmented"), "running"), range(1, 6))
    shutil.copytree(ROOT / "saved_agents" / "fcn-84", made / "net", ignore=shutil.ignore_patterns("checkpoints"))
    return made


@pytest.fixture
def page(make_window: Callable[..., MainWindow], qtbot: QtBot, folder: Path) -> RunsPage:
    """The tab, all runs listed, nothing smoothed."""
    return open_page(make_window, qtbot, folder)


def open_page(make_window: Callable[..., MainWindow], qtbot: QtBot, folder: Path) -> RunsPage:
    window = make_window(start=False, agents=(folder,))
    bar = window.tabs.tabBar()
    place = next(i for i in range(bar.count()) if bar.tabText(i) == "&Runs")
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())
    page = window.runs
    workbench(page).runs.set_smoothing(1, "mean")
    qtbot.waitUntil(lambda: workbench(page).runs.is_complete, timeout=20_000)
    qtbot.waitUntil(lambda: len(page.plot.items) == 1, timeout=20_000)
    return page


def workbench(page: RunsPage) -> Workbench:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window.workbench


def names(page: RunsPage) -> list[str]:
    model = page.table.model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def cell(page: RunsPage, name: str, column: int) -> str:
    return str(page.table.model.index(names(page).index(name), column).data())


def click(page: RunsPage, *rows: str) -> None:
    """Click on the first, then on the others with Ctrl."""
    view = page.table.view
    modifier = Qt.KeyboardModifier.NoModifier
    for name in rows:
        place = view.visualRect(page.table.model.index(names(page).index(name), 0)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)
        modifier = Qt.KeyboardModifier.ControlModifier


def press(button: QPushButton) -> None:
    assert button.isEnabled() and button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def pick(box: QComboBox, text: str) -> None:
    """Choose with the keyboard, as typing the words does."""
    box.setFocus()
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def shown(page: RunsPage) -> dict[str, list[float]]:
    """y of each line by its label; none while the lines follow the curves only in a moment."""
    curves, items = page.plot.curves, page.plot.items
    if [curve.label for curve in curves] != [item.opts["style"][0] for item in items]:
        return {}
    return {curve.label: list(item.getOriginalDataset()[1]) for curve, item in zip(curves, items, strict=True)}


def see(page: RunsPage, qtbot: QtBot, *labels: str) -> None:
    """Wait until exactly these lines are drawn."""
    qtbot.waitUntil(lambda: sorted(shown(page)) == sorted(labels), timeout=20_000)


def test_the_live_run_is_shown_first_and_grows(page: RunsPage, qtbot: QtBot, folder: Path) -> None:
    assert sorted(names(page)) == ["gray-1", "gray-2", "net", "seen"]
    assert shown(page) == {"seen": [10, 20, 30, 40, 50]}
    assert (cell(page, "seen", 5), cell(page, "net", 5), cell(page, "net", 7)) == ("running", "done", SHIPPED_SCORE)
    play(RunFolder(folder / "seen"), range(6, 9))
    qtbot.waitUntil(lambda: shown(page) == {"seen": [10, 20, 30, 40, 50, 60, 70, 80]}, timeout=20_000)
    RunLog(folder / "seen" / "episodes.csv", EPISODES).keep(2)  # as a resume cuts them
    qtbot.waitUntil(lambda: shown(page) == {"seen": [10, 20]}, timeout=20_000)


def test_a_run_started_elsewhere_appears_and_one_that_is_deleted_goes(
    page: RunsPage, qtbot: QtBot, folder: Path
) -> None:
    play(make_run(folder / "late", DdqnConfig(seed=5), "running"), range(1, 3))
    qtbot.waitUntil(lambda: "late" in names(page), timeout=20_000)
    assert workbench(page).runs.chosen == (folder / "seen",)  # the choice stays
    click(page, "late")
    see(page, qtbot, "late")
    shutil.rmtree(folder / "late")
    qtbot.waitUntil(lambda: "late" not in names(page), timeout=20_000)
    qtbot.waitUntil(lambda: page.plot.empty.isVisible() and not page.plot.items, timeout=20_000)
    assert workbench(page).runs.chosen == ()
    (folder / "net" / "config.json").write_text("{")
    (folder / "net" / "touched").touch()
    qtbot.waitUntil(lambda: cell(page, "net", 5) == "damaged", timeout=20_000)
    click(page, "net")
    assert "config.json" in page.details.facts.text()


def test_runs_of_one_name_are_told_apart_by_their_folders(page: RunsPage, qtbot: QtBot, folder: Path) -> None:
    shutil.copytree(folder / "gray-1", folder / "copy")
    write_json(folder / "copy" / "notes.json", {"version": 1, "name": "gray-2"})
    apart = {"runs/gray-2", "gray-2 (runs/copy)"}  # the folder's own name, and a given one with its folder's
    qtbot.waitUntil(lambda: apart <= set(names(page)), timeout=20_000)
    page.table.select([folder / "copy", folder / "gray-2"])
    qtbot.waitUntil(lambda: len(page.plot.items) == 2, timeout=20_000)
    assert {curve.label for curve in page.plot.curves} == apart


def test_runs_are_compared_and_gathered_over_seeds(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1", "gray-2", "seen")
    see(page, qtbot, "gray-1", "gray-2", "seen")
    assert shown(page)["gray-2"] == [20.0 * n for n in range(1, 21)]
    assert len({item.opts["pen"].color().name() for item in page.plot.items}) == 3
    assert all(item.opts["pen"].width() == 1 and not item.opts["antialias"] for item in page.plot.items)
    controls = page.controls
    QTest.mouseClick(controls.gather, Qt.MouseButton.LeftButton, pos=QPoint(8, controls.gather.height() // 2))
    qtbot.waitUntil(lambda: len(page.plot.items) == 2, timeout=20_000)
    curve = next(curve for curve in page.plot.curves if curve.line.runs == 2)
    assert curve.label == "gray, 2 seeds, mean and min-max"
    assert list(curve.line.y) == [15.0 * n for n in range(1, 21)]
    assert list(curve.line.low) == [10.0 * n for n in range(1, 21)]
    (band,) = [thing for thing in page.plot.plot.getPlotItem().items if isinstance(thing, FillBetweenItem)]
    around = band.path().boundingRect()  # from 10 pixels at episode 1 to 400 at episode 20
    assert (around.left(), around.right(), around.top(), around.bottom()) == (1, 20, 10, 400)
    pick(controls.band, "mean, 95% interval")
    qtbot.waitUntil(lambda: any("95% interval" in curve.label for curve in page.plot.curves), timeout=20_000)


def test_axis_smoothing_and_figure(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1")
    see(page, qtbot, "gray-1")
    controls = page.controls
    pick(controls.axis, "agent steps")
    qtbot.waitUntil(lambda: list(page.plot.curves[0].line.x) == [100.0 * n for n in range(1, 21)], timeout=20_000)
    controls.slider.setFocus()
    QTest.keyClick(controls.slider, Qt.Key.Key_Right)
    assert controls.smoothed.text() == "2 episodes"
    qtbot.waitUntil(lambda: shown(page).get("gray-1", [])[:3] == [10, 15, 25], timeout=20_000)
    pick(controls.metric_box, "Goal reached")
    qtbot.waitUntil(lambda: shown(page).get("gray-1") == [0.0] * 20, timeout=20_000)
    pick(controls.metric_box, "Loss")
    qtbot.waitUntil(lambda: page.plot.empty.isVisible(), timeout=20_000)
    assert "gray-1: nothing to draw" in page.plot.empty.text()
    click(page, "net")
    see(page, qtbot, "net")
    click(page, "net", "gray-1")  # of two kinds: what is drawn is the first one's
    assert page.details.facts.text() in {f"2 selected. Curves are drawn of 1 {one}." for one in ("network", "agent")}
    click(page, "net")
    see(page, qtbot, "net")
    assert controls.axis.currentText() == "epochs" and controls.smoothed.text() == "off"
    pick(controls.metric_box, "IoU of every class")
    qtbot.waitUntil(lambda: {"mario", "goomba"} <= set(shown(page)), timeout=20_000)


def test_the_cursor_reads_values_with_units(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1", "gray-2")
    see(page, qtbot, "gray-1", "gray-2")
    box = page.plot.plot.getPlotItem().getViewBox()
    place = page.plot.plot.mapFromScene(box.mapViewToScene(QPointF(7.2, 150.0)))
    QTest.mouseMove(page.plot.plot.viewport(), place)
    qtbot.waitUntil(lambda: page.plot.read_out != "")
    assert page.plot.read_out.split("\n") == ["7 episodes", "gray-2: 140.0 pixels", "gray-1: 70.00 pixels"]


def test_the_cursor_goes_with_the_mouse_and_never_shows_another_run(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1")
    see(page, qtbot, "gray-1")
    plot = page.plot.plot
    qtbot.waitUntil(lambda: plot.viewRange()[0][1] > 20, timeout=20_000)
    place = plot.mapFromScene(plot.getPlotItem().getViewBox().mapViewToScene(QPointF(7.2, 70.0)))
    QTest.mouseMove(plot.viewport(), place)
    qtbot.waitUntil(lambda: page.plot.read_out != "")
    assert page.plot.read_out == "7 episodes\ngray-1: 70.00 pixels"
    page.table.select([run.path for run in page.table.model.rows if run.name == "gray-2"])
    qtbot.waitUntil(lambda: page.plot.read_out == "7 episodes\ngray-2: 140.0 pixels", timeout=20_000)
    QTest.mouseMove(page.table.view.viewport(), QPoint(5, 5))
    QApplication.sendEvent(page.plot, QEvent(QEvent.Type.Leave))
    assert page.plot.read_out == ""


def test_what_was_smoothed_stays_in_sight(
    page: RunsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    click(page, "gray-1")
    see(page, qtbot, "gray-1")
    workbench(page).runs.set_smoothing(5, "mean")
    qtbot.waitUntil(lambda: shown(page).get("gray-1", [])[:2] == [10, 15], timeout=20_000)
    (curve,) = page.plot.curves
    assert curve.raw is not None and list(curve.raw.y) == [10.0 * n for n in range(1, 21)]
    faint = [item.opts["pen"].color().alpha() for item in page.plot.plot.getPlotItem().listDataItems()]
    assert min(faint) < 100 < max(faint) == 255
    saved = tmp_path / "curves.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(saved), ""))
    page.charts.export("csv")
    qtbot.waitUntil(saved.exists, timeout=20_000)
    rows = list(csv.reader(saved.open(encoding="utf-8", newline="")))
    assert rows[0] == ["curve", "episodes", "x position (pixels)", "low", "high", "before smoothing"]
    assert [rows[2][place] for place in (1, 2, 5)] == ["2.0", "15.0", "20.0"]


def test_a_run_keeps_its_colour_and_can_be_hidden(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1", "gray-2")
    see(page, qtbot, "gray-1", "gray-2")
    colours = {curve.label: curve.colour for curve in page.plot.curves}
    click(page, "gray-2")
    see(page, qtbot, "gray-2")
    assert page.plot.curves[0].colour == colours["gray-2"]
    click(page, "gray-1", "gray-2")
    see(page, qtbot, "gray-1", "gray-2")
    assert {curve.label: curve.colour for curve in page.plot.curves} == colours
    legend = page.plot._legend
    assert legend is not None
    place = [curve.label for curve in page.plot.curves].index("gray-1")
    at = legend.mapToScene(legend.items[place][1].geometry().center())
    plot = page.plot.plot
    qtbot.waitUntil(lambda: legend.items[place][1].geometry().height() > 5)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.mapFromScene(at))
    assert [curve.label for curve in page.plot.seen] == ["gray-2"]
    assert [item.isVisible() for item in page.plot.items] == [curve.label == "gray-2" for curve in page.plot.curves]
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.mapFromScene(at))
    assert all(item.isVisible() for item in page.plot.items)


def test_a_run_has_its_colour_whatever_was_chosen_before(
    page: RunsPage, make_window: Callable[..., MainWindow], qtbot: QtBot, folder: Path
) -> None:
    click(page, "gray-1")
    see(page, qtbot, "gray-1")
    click(page, "gray-1", "gray-2")
    see(page, qtbot, "gray-1", "gray-2")
    colours = {curve.label: curve.colour for curve in page.plot.curves}
    later = open_page(make_window, qtbot, folder)
    click(later, "gray-2")
    see(later, qtbot, "gray-2")
    click(later, "gray-2", "gray-1")
    see(later, qtbot, "gray-1", "gray-2")
    assert {curve.label: curve.colour for curve in later.plot.curves} == colours


def test_four_charts_at_once(page: RunsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    click(page, "gray-1")
    see(page, qtbot, "gray-1")
    four = page.controls.four
    QTest.mouseClick(four, Qt.MouseButton.LeftButton, pos=QPoint(8, four.height() // 2))
    assert not page.controls.metric_box.isEnabled()
    qtbot.waitUntil(lambda: "“Loss”" in page.charts.plots[2].empty.text(), timeout=20_000)
    assert [plot.isVisible() for plot in page.charts.plots] == [True] * 4
    assert shown(page)["gray-1"] == [10.0 * n for n in range(1, 21)]
    box = page.charts.plots[2].metric_box
    assert box.isVisible() and box.currentText() == "Loss"
    pick(box, "Episode length (agent steps)")
    assert [metric.title for metric in workbench(page).runs.metrics_drawn][2] == "Episode length"
    click(page, "net")
    qtbot.waitUntil(lambda: all(plot.curves for plot in page.charts.shown), timeout=20_000)
    qtbot.waitUntil(lambda: all(plot.items for plot in page.charts.shown), timeout=20_000)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "net.png"), ""))
    page.charts.export("png")
    names = ("net-miou.png", "net-accuracy.png", "net-cross-entropy.png", "net-step-size.png")
    qtbot.waitUntil(lambda: all((tmp_path / name).exists() for name in names), timeout=20_000)
    QTest.mouseClick(four, Qt.MouseButton.LeftButton, pos=QPoint(8, four.height() // 2))
    qtbot.waitUntil(lambda: not page.charts.plots[1].isVisible())
    assert not page.plot.metric_box.isVisible() and page.controls.metric_box.isEnabled()


def test_a_chart_of_four_names_its_lines_where_the_first_has_others(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1", "gray-2")
    workbench(page).runs.set_overview(True)
    first, second = page.charts.plots[:2]
    pick(second.metric_box, "x position, all episodes (pixels)")

    def own_legends() -> list[bool]:
        return [plot._legend is not None and plot._legend.isVisible() for plot in (first, second)]

    qtbot.waitUntil(lambda: [len(plot.items) for plot in (first, second)] == [2, 2], timeout=20_000)
    qtbot.waitUntil(lambda: own_legends() == [False, False], timeout=20_000)
    whole = first.runs.charts[0]
    for colour, mark in ((7, "━"), (8, "╌"), (15, "╌"), (16, "━")):
        first.runs.charts[0] = replace(whole, items=(replace(whole.items[0], colour=colour),))
        first.runs.curves_changed.emit()
        assert f">{mark}</span>" in page.charts.legend.text(), "as the line is drawn"
    qtbot.waitUntil(lambda: own_legends() == [False, True], timeout=20_000)
    assert first.items[0].opts["pen"].style() == Qt.PenStyle.SolidLine


def test_the_controls_fold_where_the_window_is_narrow(page: RunsPage, qtbot: QtBot) -> None:
    controls = page.controls
    assert controls.export.y() == pytest.approx(controls.metric_box.y(), abs=9), "one row"
    least = controls.minimumSizeHint()
    assert least.width() < controls.sizeHint().width() - 150
    controls.setFixedSize(least.width(), 80)
    qtbot.waitUntil(lambda: controls.export.y() > controls.metric_box.geometry().bottom())
    assert controls.export.geometry().right() <= controls.width()
    controls.setFixedSize(controls.sizeHint().width(), 40)
    qtbot.waitUntil(lambda: controls.export.y() < controls.metric_box.geometry().bottom())


def test_settings_are_compared_and_get_columns(page: RunsPage, qtbot: QtBot, folder: Path) -> None:
    click(page, "gray-2", "seen")
    table = page.details.differences
    assert table.isVisible()
    rows = {table.verticalHeaderItem(row).text(): row for row in range(table.rowCount())}
    assert set(rows) == {"Observation", "Seed"}
    columns = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert table.item(rows["Observation"], columns.index("seen")).text() == "segmented"
    assert table.item(rows["Seed"], columns.index("gray-2")).text() == "2"
    make_run(folder / "gray-3", DdqnConfig(seed=3))
    workbench(page).runs.scan()
    qtbot.waitUntil(lambda: "gray-3" in names(page), timeout=20_000)
    click(page, "gray-1", "gray-2", "gray-3")
    assert [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())] == ["Seed"]
    assert {table.verticalHeaderItem(row).text() for row in range(3)} == {"gray-1", "gray-2", "gray-3"}
    click(page, "gray-1")
    assert not table.isVisible()
    model = page.table.model
    before = model.columnCount()
    part = page.table.columns.menu().actions()[0].menu()
    part.popup(QPoint(0, 0))
    QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=part.actionGeometry(page.table._ticks["batch_size"]).center())
    assert part.isVisible(), "for the next one"
    part.close()
    assert (model.columnCount(), model.headerData(before, Qt.Orientation.Horizontal)) == (before + 1, "Batch size")
    assert (cell(page, "gray-1", before), cell(page, "net", before)) == ("32", "8")
    assert workbench(page).runs.chosen == (folder / "gray-1",), "the choice stays"
    page.table.view.sortByColumn(before, Qt.SortOrder.AscendingOrder)
    assert names(page)[0] == "net"
    assert workbench(page).runs.columns == ("batch_size",), "it is remembered"


def test_what_was_said_expires(page: RunsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "NOTICE_MS", 1)
    click(page, "gray-1")
    press(page.details.copy)
    qtbot.waitUntil(lambda: not page.details.said.isVisible())
    monkeypatch.setattr(details, "NOTICE_MS", 10**6)
    press(page.details.copy)
    assert page.details.said.text() == "the path is copied" and page.details.said.isVisible()
    click(page, "gray-2")
    assert not page.details.said.isVisible(), "it was about another run"


def test_the_cursor_by_keys(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1", "gray-2")
    see(page, qtbot, "gray-1", "gray-2")
    plot = page.plot
    plot.setFocus(Qt.FocusReason.TabFocusReason)

    def number_after(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> int:
        QTest.keyClick(plot, key, modifiers)
        return int(plot.read_out.split()[0])

    middle = number_after(Qt.Key.Key_Right)
    assert number_after(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier) > middle
    assert number_after(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier) == middle
    (left, right), _ = plot.plot.viewRange()
    assert number_after(Qt.Key.Key_Home) < middle < number_after(Qt.Key.Key_End)
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    (closer, end), _ = plot.plot.viewRange()
    assert end - closer == pytest.approx((right - left) / 2)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.read_out == ""
    QTest.keyClick(plot, Qt.Key.Key_Left)
    page.table.words.setFocus()
    assert plot.read_out == ""


def test_sorting_and_filtering(page: RunsPage, qtbot: QtBot, folder: Path) -> None:
    header = page.table.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(0) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names(page) == ["gray-1", "gray-2", "net", "seen"]
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names(page) == ["seen", "net", "gray-2", "gray-1"]
    assert workbench(page).runs.chosen[0].name == "seen"  # it stays selected wherever its row goes
    QTest.keyClicks(page.table.words, "gray 1-1")
    assert names(page) == ["gray-2", "gray-1"] and page.table.count.text() == "2 of 4 runs"
    page.table.words.clear()
    pick(page.table.kind, "Networks")
    assert names(page) == ["net"]
    pick(page.table.kind, "All kinds")
    pick(page.table.state, "Running")
    assert names(page) == ["seen"]
    for name in ("gray-1", "gray-2"):
        RunFolder(folder / name).write_status(Status("running", os.getpid(), time.time(), 0.5))
    qtbot.waitUntil(lambda: len(names(page)) == 3, timeout=20_000)
    page.table.view.selectAll()
    assert page.details.discard.text() == "Move 3 to trash"
    RunFolder(folder / "gray-1").write_status(Status("done", os.getpid(), time.time(), 1.0))
    qtbot.waitUntil(lambda: len(names(page)) == 2, timeout=20_000)
    assert {path.name for path in workbench(page).runs.chosen} == {"gray-2", "seen"}, "it has left the table"
    assert page.details.discard.text() == "Move 2 to trash"


def test_name_tags_and_note_are_kept(page: RunsPage, qtbot: QtBot, folder: Path) -> None:
    click(page, "gray-1")
    details = page.details
    QTest.keyClicks(details.name, "The first")
    QTest.keyClick(details.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The first" in names(page), timeout=20_000)
    details.tags.setFocus()
    QTest.keyClicks(details.tags, "slow, paper")
    details.note.setFocus()
    QTest.keyClicks(details.note, "why so slow")
    page.table.view.setFocus()
    qtbot.waitUntil(lambda: read_notes(folder / "gray-1").note == "why so slow", timeout=20_000)
    notes = read_notes(folder / "gray-1")
    assert (notes.name, notes.tags) == ("The first", ("paper", "slow"))
    QTest.keyClicks(page.table.words, "paper")
    qtbot.waitUntil(lambda: names(page) == ["The first"])
    assert (folder / "gray-1").is_dir()
    press(details.copy)
    assert QGuiApplication.clipboard().text() == str(folder / "gray-1")


def test_to_the_trash_and_back(page: RunsPage, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    click(page, "seen")
    assert not page.details.discard.isEnabled()  # it runs
    click(page, "gray-1", "gray-2")
    with RunFolder(folder / "gray-2").writing():
        press(page.details.discard)
        qtbot.waitUntil(lambda: "being written" in page.details.problem.text())
    qtbot.waitUntil(lambda: sorted(names(page)) == ["gray-2", "net", "seen"], timeout=20_000)
    press(page.details.trash)
    dialog = page.trash
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    press(dialog.restore)
    qtbot.waitUntil(lambda: dialog.list.count() == 0)
    qtbot.waitUntil(lambda: "gray-1" in names(page), timeout=20_000)
    workbench(page).run_actions.move_to_trash([folder / "gray-1"])
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    for answer, left in ((QMessageBox.StandardButton.No, 1), (QMessageBox.StandardButton.Yes, 0)):
        monkeypatch.setattr(QMessageBox, "question", lambda *_, answer=answer: answer)
        press(dialog.delete)
        qtbot.waitUntil(lambda left=left: dialog.list.count() == left)
    dialog.close()
    assert not (folder / "gray-1").exists()


def test_a_run_is_shared_and_taken_in(
    page: RunsPage, qtbot: QtBot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, details = tmp_path / "net.zip", page.details
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(archive), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(archive), ""))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, text: (text, True))
    click(page, "net")
    press(details.share)
    qtbot.waitUntil(lambda: archive.exists() and not workbench(page).run_actions.work, timeout=20_000)
    press(details.take_in)
    qtbot.waitUntil(lambda: "net-2" in names(page), timeout=20_000)
    assert cell(page, "net-2", 7) == SHIPPED_SCORE
    archive.write_bytes(b"no zip")
    press(details.take_in)
    qtbot.waitUntil(lambda: details.problem.isVisible(), timeout=20_000)
    assert "net.zip: the file is damaged or no zip" in details.problem.text()


def test_what_is_shown_can_be_exported(
    page: RunsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    click(page, "gray-1", "gray-2")
    see(page, qtbot, "gray-1", "gray-2")
    target = tmp_path / "curves"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    actions = {action.text(): action for action in page.controls.export.menu().actions()}
    with qtbot.waitSignal(workbench(page).run_actions.notice):
        actions["Numbers (CSV)…"].trigger()
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["curve"], float(row["episodes"]), float(row["x position (pixels)"])) for row in rows] == [
        (f"gray-{seed}", float(n), 10.0 * n * seed) for seed in (2, 1) for n in range(1, 21)
    ]  # the newest first, as in the table
    with qtbot.waitSignal(workbench(page).run_actions.notice):
        actions["Drawing (SVG)…"].trigger()
    assert b"<svg" in target.read_bytes()[:300]
    with qtbot.waitSignal(workbench(page).run_actions.notice):
        actions["Picture (PNG)…"].trigger()
    picture = QImage(str(target))
    assert not picture.isNull() and picture.width() > 300


def test_a_logarithmic_axis_and_the_way_back_to_all(page: RunsPage, qtbot: QtBot) -> None:
    click(page, "gray-1")
    see(page, qtbot, "gray-1")
    QTest.mouseClick(page.controls.log, Qt.MouseButton.LeftButton, pos=QPoint(8, page.controls.log.height() // 2))
    (_, _), (low, high) = page.plot.plot.viewRange()
    assert 0.9 < low < 1.1 and 2.2 < high < 2.5  # decades: 10 to 200 pixels
    page.plot.plot.setXRange(3, 4)
    QTest.mouseClick(page.controls.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.plot.plot.viewRange()[0][1] >= 20)
    assert json.loads(json.dumps(shown(page)))["gray-1"] == [10.0 * n for n in range(1, 21)]
