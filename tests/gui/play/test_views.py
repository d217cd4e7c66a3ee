"""What the three views show and tell."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.classes import BACKGROUND, CLASSES, GROUND, MARIO, PIPE
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from core.segmentation.scores import confusion_matrix, scores
from gui.capture.screenshot import compose
from gui.game.segment_thread import Picture
from gui.pictures.colours import CONFUSED, ERRORS
from gui.play.frame_view import FrameView
from gui.window.main_window import MainWindow
from tests.gui.conftest import settle

LIT = (255, 196, 60)
GROUND_PIXEL = (120, 210)  # column, row: on the floor at the start of 1-1


def picture(window: MainWindow) -> Picture:
    shown = window.workbench.preview.picture
    assert shown is not None
    return shown


def view(window: MainWindow, role: str) -> FrameView:
    return window.grid.panels[role].view


def drawn(window: MainWindow, role: str) -> np.ndarray:
    """The picture that a view shows, uint8 (H, W, 3), read off the window."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    shown = view(window, role)
    corner = shown.mapTo(window, QPoint(0, 0)) + shown.target().topLeft().toPoint()
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    whole = raw[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    width, height = int(FRAME_WIDTH * shown.scale), int(FRAME_HEIGHT * shown.scale)
    return whole[corner.y() : corner.y() + height, corner.x() : corner.x() + width].copy()  # the memory is the image's


def pixels(window: MainWindow, role: str) -> np.ndarray:
    """The colours that a view shows, one for each pixel of the frame, uint8 (224, 240, 3)."""
    part, scale = drawn(window, role), view(window, role).scale
    assert isinstance(scale, int)
    blocks = part.reshape(FRAME_HEIGHT, scale, FRAME_WIDTH, scale, 3)
    assert (blocks == blocks[:, :1, :, :1]).all(), "every pixel of the frame is one square of one colour"
    return blocks[:, 0, :, 0]


def hover(window: MainWindow, role: str, pixel: tuple[int, int]) -> None:
    """Move the mouse over a pixel of the frame."""
    shown = view(window, role)
    target = shown.target()
    x = target.x() + (pixel[0] + 0.5) * target.width() / FRAME_WIDTH
    y = target.y() + (pixel[1] + 0.5) * target.height() / FRAME_HEIGHT
    QTest.mouseMove(shown, QPoint(int(x), int(y)))


def test_the_three_pictures(window: MainWindow) -> None:
    shown = picture(window)
    assert np.array_equal(pixels(window, "raw"), shown.shot.snapshot.frame)
    colours = np.array([item.colour for item in CLASSES], np.uint8)
    assert shown.labels is not None
    assert shown.prediction is not None
    assert np.array_equal(pixels(window, "labels"), colours[shown.labels])
    assert np.array_equal(pixels(window, "network"), colours[shown.prediction])
    assert {MARIO, GROUND, BACKGROUND} <= set(np.unique(shown.labels))


def test_views_that_fill_the_space_have_even_pixels(window: MainWindow, qtbot: QtBot) -> None:
    before = view(window, "raw").scale
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    scale = view(window, "raw").scale
    assert 2 <= before < scale and scale % 1
    rows, columns = (((np.arange(count) + 0.5) * scale).astype(int) for count in (FRAME_HEIGHT, FRAME_WIDTH))
    part, frame = drawn(window, "raw"), picture(window).shot.snapshot.frame
    assert np.array_equal(part[rows[:, None], columns[None, :]], frame), "sharp but for the edges"
    assert abs(part.mean() - frame.mean()) < 0.5, "no column and no row has more room than another"
    hover(window, "raw", GROUND_PIXEL)
    qtbot.waitUntil(lambda: window.workbench.preview.hover == GROUND_PIXEL)
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view(window, "raw").scale == before


@pytest.mark.parametrize("role", ["raw", "labels", "network"])
def test_hovering_any_view_tells_the_pixel_in_all(window: MainWindow, qtbot: QtBot, role: str) -> None:
    hover(window, role, GROUND_PIXEL)
    qtbot.waitUntil(lambda: window.workbench.preview.hover == GROUND_PIXEL)
    foot = {name: panel.foot for name, panel in window.grid.panels.items()}
    qtbot.waitUntil(lambda: foot["network"].text() == f"pipe   id {PIPE}   p 0.75")
    assert foot["labels"].text() == f"ground   id {GROUND}"
    colour = picture(window).shot.snapshot.frame[GROUND_PIXEL[1], GROUND_PIXEL[0]]
    assert foot["raw"].text() == "({}, {})   #{:02x}{:02x}{:02x}".format(*GROUND_PIXEL, *colour)


def test_the_crosshair_stands_in_all_views(window: MainWindow, qtbot: QtBot) -> None:
    before = {role: pixels(window, role) for role in ("labels", "network")}
    hover(window, "raw", GROUND_PIXEL)
    qtbot.waitUntil(lambda: window.workbench.preview.hover == GROUND_PIXEL)
    for role, old in before.items():
        changed = (pixels(window, role) != old).any(axis=2)
        assert changed[:, GROUND_PIXEL[0]].mean() > 0.9
        assert changed[GROUND_PIXEL[1]].mean() > 0.9
        assert not changed[: GROUND_PIXEL[1] - 4, : GROUND_PIXEL[0] - 4].any()
    QApplication.sendEvent(view(window, "raw"), leave())
    assert window.workbench.preview.hover is None
    assert window.grid.panels["network"].foot.text() == ""


def leave() -> object:
    """The event of the mouse leaving a widget."""
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.Leave)


def test_switching_a_class_off_changes_its_pixels_only(window: MainWindow) -> None:
    before = pixels(window, "labels")
    row = window.play.legend.rows[GROUND]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    window.workbench.options.highlight(None)  # the mouse is still over the row
    after = pixels(window, "labels")
    labels = picture(window).labels
    assert labels is not None
    assert np.array_equal((before != after).any(axis=2), labels == GROUND)
    assert tuple(after[GROUND_PIXEL[1], GROUND_PIXEL[0]]) == CLASSES[BACKGROUND].colour
    assert window.workbench.preferences.get("hidden_classes") == [GROUND]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    window.workbench.options.highlight(None)
    assert np.array_equal(pixels(window, "labels"), before)


def test_show_all(window: MainWindow) -> None:
    for row in window.play.legend.rows[3:6]:
        QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.workbench.options.hidden == {3, 4, 5}
    QTest.keyClick(window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert window.workbench.options.hidden == set()


def test_the_mouse_over_a_class_highlights_it(window: MainWindow, qtbot: QtBot) -> None:
    before = pixels(window, "labels")
    row = window.play.legend.rows[MARIO]
    QTest.mouseMove(row, QPoint(20, 10))
    qtbot.waitUntil(lambda: window.workbench.options.highlighted == MARIO)
    after = pixels(window, "labels")
    labels = picture(window).labels
    assert labels is not None
    assert np.array_equal(before[labels == MARIO], after[labels == MARIO])
    assert (before[labels == GROUND] != after[labels == GROUND]).any(axis=1).all()


def test_classes_over_the_picture(window: MainWindow) -> None:
    QTest.keyClick(window.grid, Qt.Key.Key_V)
    shown, labels = pixels(window, "labels"), picture(window).labels
    frame = picture(window).shot.snapshot.frame
    assert labels is not None
    assert np.array_equal(shown[labels == BACKGROUND], frame[labels == BACKGROUND])
    mixed = 0.6 * np.array(CLASSES[GROUND].colour) + 0.4 * frame[labels == GROUND].astype(float)
    assert np.abs(shown[labels == GROUND] - mixed).max() <= 2
    turn_wheel(window, 120)
    assert window.workbench.options.get("opacity") == pytest.approx(0.7)
    for _ in range(12):
        turn_wheel(window, -120)
    assert window.workbench.options.get("opacity") == pytest.approx(0.1)


def turn_wheel(window: MainWindow, angle: int) -> None:
    """Turn the wheel with Shift over the second view."""
    shift, none = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.NoButton
    shown = view(window, "labels")
    middle = QPointF(shown.rect().center())
    turned = QWheelEvent(
        middle, shown.mapToGlobal(middle), QPoint(), QPoint(0, angle), none, shift, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(shown, turned)


def test_the_frame_number_and_the_controller_on_the_picture(window: MainWindow, qtbot: QtBot) -> None:
    def advance() -> np.ndarray:
        QTest.keyClick(window.grid, Qt.Key.Key_Period)
        settle(window, qtbot)
        part, scale = drawn(window, "raw"), view(window, "raw").scale
        assert scale == 2
        return (part != picture(window).shot.snapshot.frame.repeat(2, 0).repeat(2, 1)).any(axis=2)[::2, ::2]

    assert not advance().any()
    window.actions_by_id["frame-number"].trigger()
    covered = advance()
    assert covered[-15:, 180:].any() and not covered[:-15].any() and not covered[:, :180].any()
    window.actions_by_id["frame-number"].trigger()
    window.actions_by_id["input-display"].trigger()
    lit = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_X, Qt.Key.Key_Return):
        QTest.keyPress(window.grid, key)
        covered = advance()
        QTest.keyRelease(window.grid, key)
        assert covered[-25:, :54].any() and not covered[:-25].any() and not covered[:, 54:].any()
        rows, columns = np.nonzero((drawn(window, "raw") == LIT).all(axis=2))
        lit.append((round(columns.mean() / view(window, "raw").scale), len(rows)))
    assert [left for left, _ in lit] == [19, 48, 33], "the cross's right arm, A, Start"
    recorded = compose(window.grid.capture_source("raw").views)
    assert recorded.pixelColor(2 * 33 + 1, 2 * (FRAME_HEIGHT - 11)).getRgb()[:3] == LIT, "in a recording too"
    assert not (pixels(window, "labels")[-25:, :54] == LIT).all(axis=2).any()


def test_disagreement_marks_what_differs(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    shown = pixels(window, "network")
    labels, prediction = picture(window).labels, picture(window).prediction
    assert labels is not None
    assert prediction is not None
    colour = next(rgb for id, _, _, rgb in ERRORS if id == CONFUSED)
    assert np.array_equal((shown == colour).all(axis=2), labels != prediction)
    assert (labels != prediction).any()
    assert window.play.scores.mark.isChecked()
    QTest.mouseClick(window.play.scores.mark, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not window.workbench.options.get("disagreement")
    assert not window.actions_by_id["disagreement"].isChecked()


def test_live_scores(window: MainWindow, qtbot: QtBot) -> None:
    labels, prediction = picture(window).labels, picture(window).prediction
    assert labels is not None
    assert prediction is not None
    expected = scores(confusion_matrix(labels, prediction))
    panel, rows = window.play.scores, window.play.legend.rows
    qtbot.waitUntil(lambda: panel.text("accuracy") == f"{expected.accuracy:.2%}")
    assert panel.text("mIoU") == f"{expected.miou:.3f}"
    assert panel.text("wrong class") == f"{(labels != prediction).mean():.2%}"
    assert panel.text("false negative") == "0.00%"
    assert rows[GROUND].iou == "0.00"
    assert rows[MARIO].iou == "1.00"
    assert rows[MARIO].share == f"{(labels == MARIO).mean():.1%}"


def test_pause_when_miou_falls_below(window: MainWindow, qtbot: QtBot) -> None:
    workbench, panel = window.workbench, window.play.scores
    panel.limit.setValue(0.99)  # what the mistaken network reaches on no frame
    QTest.mouseClick(panel.pause, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    told: list[str] = []
    workbench.notices.told.connect(told.append)
    workbench.game.set_paused(False)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.waitUntil(lambda: workbench.game.state.paused)
    settle(window, qtbot)
    assert "mIoU fell below" in told[0]
    result = picture(window).scores
    assert result is not None
    assert result.miou < 0.99
    assert (workbench.preferences.get("pause_below"), workbench.preferences.get("pause_below_on")) == (0.99, True)


def test_it_does_not_pause_above(window: MainWindow, qtbot: QtBot) -> None:
    workbench, panel = window.workbench, window.play.scores
    panel.limit.setValue(0.05)
    panel.pause.setChecked(True)
    before = picture(window).shot.frame
    workbench.game.set_paused(False)
    qtbot.waitUntil(lambda: picture(window).shot.frame > before + 10)
    assert not workbench.game.state.paused


def test_a_small_network_is_compared_at_its_own_size(window: MainWindow, qtbot: QtBot) -> None:
    source = window.grid.panels["network"].source
    assert source is not None
    assert [source.itemText(i) for i in range(source.count())] == ["known-84", "known-native"]
    assert source.currentText() == "known-native", "a native one is shown at first"
    source.setFocus()
    QTest.keyClick(source, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: picture(window).prediction is not None and picture(window).prediction.shape == (84, 84))
    shown = picture(window)
    assert shown.truth is not None
    assert shown.truth.shape == (84, 84)
    assert shown.scores is not None
    assert shown.scores.confusion.sum() == 84 * 84
    assert shown.scores.iou[MARIO] == 1.0
    colours = np.array([item.colour for item in CLASSES], np.uint8)
    rows, columns = np.arange(FRAME_HEIGHT) * 84 // FRAME_HEIGHT, np.arange(FRAME_WIDTH) * 84 // FRAME_WIDTH
    network = view(window, "network")
    assert network.scale >= 1
    corner = colours[shown.prediction][rows[5], columns[5]]
    assert tuple(grab_at(window, "network", (5, 5))) == tuple(corner)
    hover(window, "network", GROUND_PIXEL)
    qtbot.waitUntil(lambda: window.grid.panels["network"].foot.text() == f"pipe   id {PIPE}   p 0.75")


def grab_at(window: MainWindow, role: str, pixel: tuple[int, int]) -> tuple[int, ...]:
    """Colour in the middle of a pixel of the frame, read off the window."""
    shown = view(window, role)
    corner = shown.mapTo(window, QPoint(0, 0)) + shown.target().topLeft().toPoint()
    place = corner + QPoint(pixel[0] * shown.scale, pixel[1] * shown.scale)
    return QColor(window.grab().toImage().pixelColor(place)).getRgb()[:3]


def test_choosing_the_labels(window: MainWindow, qtbot: QtBot) -> None:
    source = window.grid.panels["labels"].source
    assert source is not None
    assert [source.itemText(i) for i in range(source.count())] == ["exact", "sprites"]
    source.setFocus()
    QTest.keyClick(source, Qt.Key.Key_Down)
    assert window.workbench.preview.labels == "sprites"
    qtbot.waitUntil(lambda: picture(window).labels is not None, timeout=20_000)
    labels = picture(window).labels
    assert labels is not None
    assert {MARIO, GROUND} <= set(np.unique(labels))
    qtbot.waitUntil(lambda: window.statusBar().fields["labels"].text().startswith("sprites "))


def test_arrangements(window: MainWindow) -> None:
    def places() -> dict[str, tuple[int, int]]:
        return {role: (panel.view.scale, panel.x()) for role, panel in window.grid.panels.items()}

    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_E, control)
    assert len({scale for scale, _ in places().values()}) == 1
    QTest.keyClick(window, Qt.Key.Key_L, control)
    assert places()["raw"][0] > places()["network"][0]
    QTest.mouseDClick(view(window, "network"), Qt.MouseButton.LeftButton)
    assert places()["network"][0] > places()["raw"][0]
    window.actions_by_id["reset-layout"].trigger()
    assert places()["raw"][0] > places()["network"][0]


def test_a_note_is_cut_before_it_covers_the_title(window: MainWindow) -> None:
    panel, long = window.grid.panels["raw"], "a long note " * 20
    panel.set_note(long)
    assert panel.note.x() > panel.title.geometry().right()
    assert panel.note.geometry().right() < panel.width() and panel.note.text().endswith("…")
    assert panel.note.toolTip() == long
    panel.set_note("short")
    assert panel.note.text() == "short"


def test_the_status_bar_tells_the_game(window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(8):
        QTest.keyClick(window.grid, Qt.Key.Key_Period)
    settle(window, qtbot)
    fields, variables = window.statusBar().fields, picture(window).shot.variables
    told = [f"x {variables.x}", f"time {variables.time:03d}", f"score {variables.score:06d}"]
    qtbot.waitUntil(lambda: [fields[name].text() for name in ("x", "time", "score")] == told)
    qtbot.waitUntil(lambda: all(fields[name].text().endswith(" ms") for name in ("labels", "network")))
    qtbot.waitUntil(lambda: "progress" in fields["reward"].text())
    assert fields["reward"].text().startswith("reward ")
