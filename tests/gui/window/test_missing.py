"""The window without a ROM, without networks, without stable-retro, and with damaged settings; and its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

import core.game.rom
import gui.play.toolbar
from core.errors import InputError
from core.game.emulator import Emulator
from core.game.engines import make_emulator
from core.game.rom import EUROPE, Rom
from gui.kit.preferences import Preferences
from gui.window.main_window import MainWindow

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def no_rom(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if gym-super-mario-bros were not installed."""

    def none() -> Rom:
        raise InputError("no ROM found: install gym-super-mario-bros with pip, or give your own with --rom FILE")

    monkeypatch.setattr(core.game.rom, "_packaged_rom", none)


def shows_problem(window: MainWindow) -> bool:
    return window.play.problem.isVisible() and bool(window.play.problem.sentence.text())


def test_without_a_rom_the_window_says_what_to_do(
    make_window: MakeWindow, qtbot: QtBot, no_rom: None, rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    qtbot.waitUntil(lambda: shows_problem(window))
    assert "gym-super-mario-bros" in window.play.problem.sentence.text()
    assert not window.play.problem.packaged.isVisible(), "it is not there"
    assert not window.actions_by_id["pause"].isEnabled()
    path = tmp_path / "mine.nes"
    path.write_bytes(rom.data)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(window.findChild(QPushButton, "problem-open"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None)
    assert not window.play.problem.isVisible()
    assert window.workbench.preferences.get("rom") == str(path)


def test_a_rom_that_was_named_from_a_folder_is_found_from_another(
    make_window: MakeWindow, qtbot: QtBot, rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.nes").write_bytes(rom.data)
    window = make_window(rom=Path("mine.nes"))
    qtbot.waitUntil(lambda: bool(settings_rom(window)))
    assert settings_rom(window) == str(tmp_path / "mine.nes")


def test_a_wrong_rom_tells_both_sums(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "other.nes"
    path.write_bytes(b"NES\x1a" + bytes(40_972))
    window = make_window(rom=path)
    qtbot.waitUntil(lambda: shows_problem(window))
    text = window.play.problem.sentence.text()
    assert EUROPE.sha1 in text and EUROPE.name in text
    assert "its SHA-1 is" in text
    assert "--rom" not in text, "the window has no flags"
    assert window.workbench.preferences.get("rom") == "", "a wrong one is not remembered"
    page = window.play.problem
    # All of the text is seen, once the layout has taken it in: that is an event of its own.
    for label in (page.sentence, page.help):
        qtbot.waitUntil(lambda label=label: label.height() >= label.heightForWidth(label.width()))
    QTest.mouseClick(page.packaged, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None)


def test_opening_with_ctrl_o_and_a_folder(
    make_window: MakeWindow, qtbot: QtBot, no_rom: None, rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "games"
    folder.mkdir()
    (folder / "game.nes").write_bytes(rom.data)
    window = make_window()
    qtbot.waitUntil(lambda: shows_problem(window))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "none.zip"), ""))
    QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "does not exist" in window.play.problem.sentence.text())
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    QTest.mouseClick(window.findChild(QPushButton, "problem-open-folder"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None)


def test_a_file_that_is_no_game_leaves_the_game_alone(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    told: list[str] = []
    window.workbench.notices.told.connect(told.append)
    qtbot.waitUntil(lambda: (shot := window.workbench.preview.shot) is not None and shot.frame > 5, timeout=20_000)
    serial = window.workbench.preview.shot.serial
    (tmp_path / "picture.nes").write_bytes(b"\x89PNG no game")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "picture.nes"), ""))
    QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: any("picture.nes" in text and "the game goes on" in text for text in told))
    qtbot.waitUntil(lambda: window.workbench.preview.shot.serial > serial)
    assert not shows_problem(window) and window.workbench.game.state.engine
    assert not settings_rom(window), "it is not remembered"


def settings_rom(window: MainWindow) -> str:
    """The ROM that the next start would open."""
    return str(window.workbench.preferences.get("rom"))


def test_the_remembered_rom_is_used_and_may_be_gone(
    make_window: MakeWindow, qtbot: QtBot, settings: Preferences, tmp_path: Path
) -> None:
    settings.set("rom", str(tmp_path / "gone.nes"))
    window = make_window()
    qtbot.waitUntil(lambda: shows_problem(window))
    assert "gone.nes does not exist" in window.play.problem.sentence.text()
    QTest.mouseClick(window.play.problem.packaged, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None)
    assert settings.get("rom") == "", "nor is it asked for next time"


def test_without_networks_the_third_view_says_what_to_do(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window(runs=tmp_path / "saved")
    view = window.grid.panels["network"].view
    qtbot.waitUntil(lambda: "--train fcn" in view.message, timeout=20_000)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None)
    source = window.grid.panels["network"].source
    assert source is not None
    assert not source.isEnabled()
    assert window.play.scores.text("mIoU") == "–"


def test_a_damaged_network_is_told_in_its_view(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, networks: object
) -> None:
    def damaged(run: Path) -> object:
        raise InputError(f"{run}/model.onnx: the file cannot be loaded as an ONNX network")

    monkeypatch.setattr("gui.game.segment_thread.make_predictor", damaged)
    window = make_window()
    view = window.grid.panels["network"].view
    qtbot.waitUntil(lambda: "model.onnx: the file cannot be loaded" in view.message)
    shown = window.workbench.preview.picture
    assert shown is not None
    qtbot.waitUntil(
        lambda: window.workbench.preview.picture is not None and window.workbench.preview.picture.labels is not None
    )


def test_without_stable_retro_nes_py_plays(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, networks: object
) -> None:
    monkeypatch.setattr("core.game.engines.available_engines", lambda: ["nes-py"])
    monkeypatch.setattr(gui.play.toolbar, "available_engines", lambda: ["nes-py"])
    window = make_window(make_emulator=make_emulator)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None, timeout=20_000)
    assert window.workbench.game.state.engine == "nes-py"
    box = window.play.controls.engine
    assert not box.model().item(box.findText("stable-retro")).isEnabled()  # type: ignore[attr-defined]


def test_an_emulator_that_fails_later_is_told(
    make_window: MakeWindow, qtbot: QtBot, rom: Rom, emulator: object
) -> None:
    class Failing:
        """Works for a while."""

        name, has_states, has_exact_memory = "stable-retro", False, True
        steps = 0

        def __getattr__(self, name: str) -> object:
            return getattr(emulator, name)

        def step(self, buttons: int, frames: int = 1) -> object:
            self.steps += 1
            if self.steps > 3:
                raise RuntimeError("the core is broken")
            return emulator.step(buttons, frames)  # type: ignore[attr-defined]

        def close(self) -> None:
            """Stays open."""

    def make(engine: str, rom: Rom) -> Emulator:
        return Failing()  # type: ignore[return-value]

    window = make_window(make_emulator=make)
    qtbot.waitUntil(lambda: shows_problem(window))
    assert "the core is broken" in window.play.problem.sentence.text()


def test_no_thread_is_left_after_closing(make_window: MakeWindow, qtbot: QtBot, networks: object) -> None:
    before = {thread.name for thread in threading.enumerate()}
    window = make_window()
    qtbot.waitUntil(
        lambda: window.workbench.preview.picture is not None and window.workbench.preview.picture.scores is not None
    )
    assert {"game", "segmenting"} <= {thread.name for thread in threading.enumerate()}
    window.close()
    assert {thread.name for thread in threading.enumerate()} <= before
    window.close()  # twice is allowed


def test_a_window_closed_before_it_started_ends_quietly(make_window: MakeWindow) -> None:
    window = make_window(start=False)
    window.close()
    assert not [t for t in threading.enumerate() if t.name in ("game", "segmenting")]


def test_choices_come_back(make_window: MakeWindow, qtbot: QtBot, networks: object) -> None:
    window = make_window()
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None)
    window.resize(1400, 800)
    window.workbench.options.set("arrangement", "equal")
    window.workbench.game.set_speed(2.0)
    window.workbench.preview.set_network("known-84")
    window.workbench.options.set_class_visible(4, False)
    window.close()
    again = make_window()
    qtbot.waitUntil(lambda: again.workbench.preview.network == Path("known-84"))
    assert (again.width(), again.height()) == (1400, 800)
    assert len({panel.view.scale for panel in again.grid.panels.values()}) == 1
    assert again.workbench.game.speed == 2.0
    assert again.workbench.options.hidden == {4}
    assert again.play.controls.speed.currentText() == "2×"


STRANGE = {
    "level": '"9-9"',
    "speed": "7.5",
    "appearance": '"pink"',
    "preset": '"x"',
    "hidden_classes": '["a", 99]',
    "arrangement": '"x"',
    "large_view": '"x"',
    "labels": '"x"',
    "engine": '"x"',
}


@pytest.mark.parametrize(("name", "rubbish"), STRANGE.items())
def test_strange_settings_do_no_harm(
    make_window: MakeWindow, qtbot: QtBot, settings: Preferences, name: str, rubbish: str, networks: object
) -> None:
    settings.store.setValue(f"app/{name}", rubbish)
    window = make_window()
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None or shows_problem(window))
    assert window.workbench.preview.picture is not None
