"""The one window: menus, status bar, and what each entry of the table of keys does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog

from gui.capture.mark import RecordingMark
from gui.capture.recorder import Recorder
from gui.capture.screenshot import compose, plain_frame, save_screenshot
from gui.capture.source import ALL, CaptureSource
from gui.game.save_slots import SLOT_COUNT
from gui.keys.qactions import Handler, fill_menus, make_actions
from gui.kit.style import ASSETS, apply_style
from gui.label.actions import label_handlers
from gui.live.gamepad import Gamepad
from gui.live.navigator import Place
from gui.live.pauses import FocusPause
from gui.pictures.view_options import OPACITY_STEP
from gui.window.close_guard import CloseGuard, Perishable
from gui.window.menus import Menus
from gui.window.pages import PagedWindow
from gui.window.status import StatusBar
from gui.window.tour import Tour, tour_steps
from gui.workbench import Workbench

if TYPE_CHECKING:
    from gui.keys.help_page import HelpPage

TITLE = "Mario workbench"
FIRST_SIZE = (1280, 720)
_TITLE_HEIGHT = 32  # logical pixels, about: the frame is not known before the window is shown
_TABS = {
    Place.PLAY: "play", Place.GAME: "play", Place.AGENT: "play", Place.LABEL: "label", Place.EPISODES: "episodes",
    Place.TRAIN: "train", Place.RUNS: "runs",
}  # fmt: skip
_NEEDS_GAME = ("pause", "advance", "reset", "swap", "random", "screenshot", "screenshot-plain", "film", "film-gif",
               "look-back")  # fmt: skip
_SWITCHES = ("focus-pause", "fit-views", "frame-number", "input-display", "overlay", "disagreement", "safe-colours")
_NEEDS_STATES = ("back", "undo-load", *(f"{what}-{n}" for what in ("load", "save") for n in range(1, SLOT_COUNT + 1)))


class MainWindow(PagedWindow):
    """Shows the workbench; closing it ends the workbench."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        w = workbench
        self.setWindowTitle(TITLE)
        self.setWindowIcon(QIcon(str(ASSETS / "icon.svg")))
        self.recorder = Recorder(
            w.notices, w.preferences, w.background, lambda: self._source(w.options.get("filmed_views"))
        )
        views = {"game": self.grid, "label": self.canvas}
        handlers = self._handlers() | label_handlers(w.label, self.canvas, w.files)
        self.actions_by_id = make_actions(self, views, handlers, w.keys)
        self.menus = fill_menus(self.menuBar(), self.actions_by_id)
        self.choices = Menus(self, w.game, w.options, w.keys, self.actions_by_id, self.menus, self.choose_appearance)
        self.make_tabs()
        self.status = StatusBar(w.game, w.preview, w.notices, self)
        self.status.insertPermanentWidget(0, RecordingMark(self.recorder, w.keys))
        self.setStatusBar(self.status)
        self.status.setMinimumWidth(1)  # what does not fit is cut off, rather than the window made wider
        steps = tour_steps(w.keys, self.play, self.tabs)
        self.tour = Tour(w.game, w.preview, w.navigator, w.preferences, self.tabs, self.grid, steps)
        for id in ("release", "label-release"):
            self.actions_by_id[id].triggered.connect(self.tour.end)
        self.help: HelpPage | None = None
        perishable = (
            Perishable(w.episodes.evaluations.process, "The evaluation", "episodes"),
            Perishable(w.segmenting, "The segmenting of files", "frames"),
            Perishable(w.reporting, "The report", ""),
        )
        self.close_guard = CloseGuard(self, w.trainings, perishable, self.leave)
        self.gamepad = Gamepad(w.game.controller, w.notices, w.preferences, self)
        self.focus_pause = FocusPause(w.game, w.preferences, self)
        self._leaves = False
        self._follow_models()
        self._restore_size()
        self._follow()
        self._follow_options()
        self.grid.setFocus()

    def _follow_models(self) -> None:
        w = self.workbench
        self.recorder.changed.connect(self._follow)
        self.recorder.changed.connect(lambda: w.preview.follow_recording(bool(self.recorder.kind)))
        self.gamepad.switched.connect(self.actions_by_id["gamepad"].setChecked)
        w.navigator.wanted.connect(self._show_place)
        self.tabs.currentChanged.connect(lambda: self.status.show_play(self.tabs.page is self.play))
        w.game.state_changed.connect(self._follow)
        w.options.changed.connect(self._follow_options)
        w.keys.changed.connect(self._follow)
        QApplication.styleHints().colorSchemeChanged.connect(self._dress)

    def _show_place(self, place: Place) -> None:
        if place in _TABS:
            self.tabs.show_page(getattr(self, _TABS[place]))
        if place is Place.GAME:
            # Later, because the list of a combo box gives the focus back to the box when it closes.
            QTimer.singleShot(0, self.grid, self.grid.setFocus)
        elif place is Place.AGENT:
            self.play.show_agents()
        elif place is Place.COLLECT:
            self.actions_by_id["collect"].trigger()
        elif place is Place.EXPERIMENT:
            self._show(self.experiment)

    def _handlers(self) -> dict[str, Handler]:
        w = self.workbench
        game, options = w.game, w.options
        handlers: dict[str, Handler] = {
            "open": self._open_file,
            "open-folder": self._open_folder,
            "reset": game.reset,
            "pause": game.set_paused,
            "advance": game.advance,
            "back": game.back,
            "gamepad": lambda on: self.gamepad.switch(on),
            "swap": w.players.swap_player,
            "gaze": w.saliency.switch,
            "look-back": w.episodes.replay_now,
            "random": w.players.set_random,
            "focus": self._focus_game,
            "release": self._release_keyboard,
            "screenshot": self._screenshot,
            "screenshot-plain": partial(self._screenshot, plain=True),
            "film": partial(self.recorder.switch, ".mp4"),
            "film-gif": partial(self.recorder.switch, ".gif"),
            "quit": self.close,
            "slower": partial(game.change_speed, -1),
            "faster": partial(game.change_speed, 1),
            "normal": partial(game.set_speed, 1.0),
            "undo-load": game.undo_load,
            "equal": partial(options.set, "arrangement", "equal"),
            "large": partial(options.set, "arrangement", "large"),
            "large-next": self.grid.enlarge_next,
            "fainter": partial(options.change_opacity, -OPACITY_STEP),
            "stronger": partial(options.change_opacity, OPACITY_STEP),
            **{id: partial(options.set, id.replace("-", "_")) for id in _SWITCHES},
            "show-all": options.show_all_classes,
            "fullscreen": self._full_screen,
            "reset-layout": self.reset_layout,
            "collect": lambda: self._show(self.collect),
            "segment": lambda: self._show(self.segment),
            "help": self._show_help,
            "tour": lambda: self.tour.begin(),
            "edit-keys": self._edit_keys,
            "settings": lambda: self._show(self.settings),
            "glossary": self._show_glossary,
            "about": self._show_about,
        }
        for slot in range(1, SLOT_COUNT + 1):
            handlers[f"load-{slot}"] = partial(game.load_slot, slot)
            handlers[f"save-{slot}"] = partial(game.save_slot, slot)
        return handlers

    # What the entries do

    def choose_appearance(self, appearance: str) -> None:
        """Draw light, dark, or as the system does."""
        self.workbench.options.set("appearance", appearance)
        self._dress()

    def _dress(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_style(app, self.workbench.options.get("appearance"))
        self.play.controls.refresh_icons()
        self.play.controls.refresh()
        self.label.refresh_icons()

    def _open_file(self) -> None:
        path = self.workbench.files.open(self, "Open ROM", "Game (*.nes *.zip);;All files (*)")
        if path is not None:
            self.workbench.game.open_rom(path)

    def _open_folder(self) -> None:
        path = self.workbench.files.folder(self, "Open the folder that holds the ROM")
        if path is not None:
            self.workbench.game.open_rom(path)

    def _focus_game(self) -> None:
        self.tabs.show_page(self.play)
        self.grid.setFocus()

    def _release_keyboard(self) -> None:
        self.grid.clearFocus()
        if self.isFullScreen():
            self.actions_by_id["fullscreen"].trigger()

    def _screenshot(self, plain: bool = False) -> None:
        source = self._source(ALL)
        frame = source.plain() if plain else None
        image = compose(source.views) if frame is None else plain_frame(frame)
        save = partial(save_screenshot, image, self.workbench.preferences.pictures)
        self.workbench.saving.load(save, lambda path: self.workbench.notices.tell(f"saved {path}"))

    def _source(self, chosen: str) -> CaptureSource:
        """What a screenshot or a recording is of: the tab that is seen; of the game, all views or a chosen one."""
        from gui.episodes.replay.page import ReplayPage
        from gui.episodes.side_by_side.page import MatchPage

        page = self.episodes.currentWidget() if self.tabs.page is self.episodes else None
        if isinstance(page, ReplayPage | MatchPage):
            return page.capture_source()
        return self.grid.capture_source(chosen)

    def _full_screen(self, on: bool) -> None:
        state = Qt.WindowState.WindowFullScreen
        self.setWindowState(self.windowState() | state if on else self.windowState() & ~state)

    def _show_help(self) -> None:
        from gui.keys.help_page import HelpPage

        if self.help is None:
            self.help = HelpPage(self.workbench.keys, self)
            self.help.destroyed.connect(self._forget_help)
            self.help.edit_wanted.connect(self._edit_keys)
        self.help.show()
        self.help.raise_()

    def _show(self, dialog: QDialog) -> None:
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _edit_keys(self) -> None:
        from gui.keys.editor import KeyEditor

        self.key_editor = KeyEditor(self.workbench.keys, self)
        self.key_editor.open()

    def _show_glossary(self) -> None:
        from gui.window.glossary import GlossaryDialog

        self.glossary = GlossaryDialog(self)
        self.glossary.show()

    def _show_about(self) -> None:
        from gui.window.about import AboutBox

        self.about = AboutBox(self.workbench.game, self.workbench.trainings.runs, self)
        self.about.show()

    def _forget_help(self) -> None:
        self.help = None

    def reset_layout(self) -> None:
        """Sizes and arrangement as at first."""
        if not self.isFullScreen() and not self.isMaximized():
            self._resize(QSize(*FIRST_SIZE))
        self.workbench.options.set("large_view", "raw")
        self.workbench.options.set("arrangement", "large")
        self.play.reset_layout()
        self.runs.reset_layout()

    # Following the models

    def _follow(self) -> None:
        state = self.workbench.game.state
        self.actions_by_id["pause"].setChecked(state.paused)
        self.actions_by_id["random"].setChecked(state.player == "random")
        for id, kind in (("film", ".mp4"), ("film-gif", ".gif")):
            self.actions_by_id[id].setChecked(self.recorder.kind == kind)
        for id, action in self.actions_by_id.items():
            if id in _NEEDS_GAME:
                action.setEnabled(bool(state.engine))
            elif id in _NEEDS_STATES:
                action.setEnabled(state.has_states)
                can = state.has_states or not state.engine
                action.setToolTip(self.workbench.keys.tooltip(id) if can else f"{action.text()}: needs stable-retro")

    def _follow_options(self) -> None:
        for id in _SWITCHES:
            self.actions_by_id[id].setChecked(bool(self.workbench.options.get(id.replace("-", "_"))))

    # Life

    def _restore_size(self) -> None:
        size, sizes = self.workbench.preferences.window_size, self.workbench.preferences.splitter_sizes
        self._resize(size or QSize(*FIRST_SIZE))
        self.play.reset_layout()
        if sizes:
            self.play.splitter.setSizes(sizes)

    def _resize(self, size: QSize) -> None:
        """That size, as far as the screen has room for it and for the window's own frame."""
        room = self.screen().availableGeometry().size() - QSize(0, _TITLE_HEIGHT)
        self.resize(size.boundedTo(room))

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard begins with the game."""
        super().showEvent(event)
        self.grid.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the check mark of full screen right, whoever changed it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_by_id["fullscreen"].setChecked(self.isFullScreen())

    def leave(self) -> None:
        """Close without asking; trainings go on."""
        self._leaves = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember sizes, hide, end the workers; ask first what becomes of work that is not done."""
        if not self._leaves and not (self.label.may_close() and self.close_guard.may_close()):
            event.ignore()
            return
        self.is_closing = True
        is_free = not self.isFullScreen() and not self.isMaximized()
        self.workbench.preferences.keep_layout(self.size() if is_free else None, self.play.splitter.sizes())
        self.hide()  # what has to end may take a few seconds
        self.recorder.close()
        self.gamepad.close()
        self.workbench.close()
        super().closeEvent(event)
