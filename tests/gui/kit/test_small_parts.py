"""Mailbox, clock, random agent, reward meter and settings."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QToolTip
from pytestqt.qtbot import QtBot

from core.game import memory as ram
from core.game.emulator import RIGHT, B
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.env.reward import PAPER_REWARD
from core.game.level import Level
from gui.game.random_player import RandomButtons
from gui.game.reward_meter import RewardMeter
from gui.kit import clock
from gui.kit.mailbox import Mailbox
from gui.kit.preferences import DEFAULTS, Preferences
from gui.kit.style import CURVE_COLOURS, contrast, palette, readable
from gui.kit.tooltip import put_tip_beside
from gui.kit.widgets import ReadOnlyText


def test_the_mailbox_keeps_the_newest_only() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.take() is None
    assert box.put(1)
    assert not box.put(2)
    assert box.take() == 2
    assert box.take() is None
    assert box.dropped == 1


def test_a_text_that_cannot_be_edited_is_selected_whole_by_keys(qtbot: QtBot) -> None:
    window, asked = QMainWindow(), []
    text = ReadOnlyText()
    window.setCentralWidget(text)
    action = QAction("Show all classes", window)
    action.setShortcut("Ctrl+A")
    action.triggered.connect(lambda: asked.append(1))
    window.addAction(action)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    text.setPlainText("one two")
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert text.textCursor().selectedText() == "one two" and not asked


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("colour", [*CURVE_COLOURS, "#d55e00"])
def test_a_colour_of_plots_is_readable_as_text(look: str, colour: str) -> None:
    behind = palette(look == "dark").base().color()
    made = readable(colour, behind)
    assert contrast(made, behind) >= 4.5
    assert abs(made.hslHue() - QColor(colour).hslHue()) <= 3, "it is the same colour, lighter or darker"
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("white")) == pytest.approx(4.54, abs=0.01), "as WCAG's own examples"


class FakeTime:
    """A clock that only moves when slept on, always a little too long."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Oversleep by 50 microseconds."""
        self.now += max(seconds, 0) + 50e-6


def test_the_clock_does_not_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTime()
    monkeypatch.setattr(clock, "time", fake)
    frames = clock.FrameClock()
    start = fake.now
    for _ in range(6010):
        frames.wait(1.0)
        fake.now += 0.004  # work
    expected = 6010 / clock.NES_RATE
    assert fake.now - start == pytest.approx(expected, abs=0.01)


def test_the_clock_does_not_race_after_a_long_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTime()
    monkeypatch.setattr(clock, "time", fake)
    frames = clock.FrameClock()
    fake.now += 30
    frames.wait(1.0)
    before = fake.now
    frames.wait(1.0)
    assert fake.now - before >= 1 / clock.NES_RATE - 1e-6


def test_results_are_shown_evenly_however_long_they_took(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTime()
    monkeypatch.setattr(clock, "time", fake)
    pace, shown = clock.Pace(), []
    for frame in range(200):
        begun = 100 + frame / 60
        fake.now = begun + (0.004, 0.006, 0.009)[frame % 3]
        pace.hold(begun)
        shown.append(fake.now)
    gaps = [b - a for a, b in pairwise(shown[10:])]
    assert max(gaps) - min(gaps) < 0.0005


def test_what_is_slower_than_the_game_is_not_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTime()
    monkeypatch.setattr(clock, "time", fake)
    pace = clock.Pace()
    for begun in (100.0, 100.02, 100.04):
        fake.now = begun + 0.019
        pace.hold(begun)
        assert fake.now == begun + 0.019


def test_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTime()
    monkeypatch.setattr(clock, "time", fake)
    meter = clock.RateMeter()
    assert meter.rate == 0
    for _ in range(50):
        fake.now += 0.02
        meter.add()
    assert meter.rate == pytest.approx(50, rel=0.01)
    fake.now += 5
    assert meter.rate == 0


def test_the_random_agent_repeats_itself_from_its_seed() -> None:
    first, second, other = RandomButtons(7), RandomButtons(7), RandomButtons(8)
    buttons = [first.next_buttons() for _ in range(400)]
    assert buttons == [second.next_buttons() for _ in range(400)]
    assert buttons != [other.next_buttons() for _ in range(400)]
    assert set(buttons) == {action.buttons for action in ACTIONS}
    steps = [buttons[i : i + FRAMES_PER_STEP] for i in range(0, 400, FRAMES_PER_STEP)]
    assert all(len(set(step)) == 1 for step in steps)


def test_rewards_are_those_of_agent_steps(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 1))
    meter = RewardMeter()
    meter.restart(emulator.memory())
    total = 0.0
    before, dead = ram.read_variables(emulator.memory()), False
    deaths = 0
    for number in range(1, 601):
        emulator.step(RIGHT | B)
        meter.add(emulator.memory())
        if number % FRAMES_PER_STEP == 0:
            after, dies = ram.read_variables(emulator.memory()), ram.is_dead(emulator.memory())
            expected = PAPER_REWARD.parts(before, after, died=dies and not dead)
            assert meter.parts == expected
            total += expected.total
            deaths += expected.death < 0
            before, dead = after, dies
    assert deaths >= 1, "running right without jumping meets the first goomba"
    assert meter.total == pytest.approx(total)


def test_settings_come_back(settings: Preferences, tmp_path: Path) -> None:
    for name, default in DEFAULTS.items():
        assert settings.get(name) == default
    settings.set("speed", None)
    settings.set("hidden_classes", [3, 4])
    again = Preferences(settings.store, tmp_path)
    assert again.get("speed") is None
    assert again.get("hidden_classes") == [3, 4]


@pytest.mark.parametrize("rubbish", ["{", "17", '"text"', "null", "[1"])
def test_unreadable_settings_count_as_defaults(settings: Preferences, rubbish: str) -> None:
    settings.store.setValue("app/overlay", rubbish)
    assert settings.get("overlay") is False


def test_unknown_settings_are_refused(settings: Preferences) -> None:
    with pytest.raises(KeyError):
        settings.set("tpyo", 1)


def test_qt_keeps_count_of_what_it_returns(qapp: QApplication) -> None:
    """PySide6 6.12.0 on Python 3.11 does not, and the process dies after a while."""
    label = QLabel()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for number in range(300):
        label.setText(str(number))
        label.windowTitleChanged.emit("")
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert all(abs(a - b) < 50 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("at_the_bottom", [False, True])
def test_the_tooltip_of_a_large_widget_does_not_cover_it(qtbot: QtBot, at_the_bottom: bool) -> None:
    shown = QLabel("a curve")
    shown.setToolTip("What it is of.")
    put_tip_beside(shown)
    qtbot.addWidget(shown)
    screen = shown.screen().availableGeometry()
    shown.setGeometry(100, screen.bottom() - 110 if at_the_bottom else 100, 300, 100)
    shown.show()
    middle = shown.rect().center()
    QApplication.sendEvent(shown, QHelpEvent(QEvent.Type.ToolTip, middle, shown.mapToGlobal(middle)))
    assert QToolTip.text() == "What it is of."
    tip = next(one for one in QApplication.topLevelWidgets() if one.inherits("QTipLabel"))
    assert not tip.geometry().intersects(shown.geometry())
    assert (tip.y() < shown.y()) == at_the_bottom
    QToolTip.hideText()
