"""The one window: menus, tabs, status bar, and what each entry of the table of keys does."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMainWindow, QTabWidget

from core.errors import InputError
from gui.capture.recorder import Recorder
from gui.capture.screenshot import compose, plain_frame, save_screenshot
from gui.capture.source import ALL, CaptureSource, match_source, play_source, replay_source
from gui.datasets.collect import CollectDialog
from gui.datasets.segment import SegmentDialog
from gui.episodes.page import EpisodesPage
from gui.game.save_slots import SLOT_COUNT
from gui.keys.editor import KeyEditor
from gui.keys.help_page import HelpPage
from gui.keys.qactions import Handler, fill_menus, make_actions
from gui.kit.style import ASSETS, apply_style
from gui.label.actions import label_handlers
from gui.label.canvas import LabelCanvas
from gui.label.page import LabelPage
from gui.pictures.view_options import OPACITY_STEP
from gui.play.page import PlayPage
from gui.play.view_grid import ViewGrid
from gui.runs.page import RunsPage
from gui.train.page import TrainPage
from gui.window.about import AboutBox
from gui.window.close_guard import CloseGuard
from gui.window.menus import Menus
from gui.window.status import StatusBar
from gui.window.tour import Tour, tour_steps
from gui.window.train_strip import TrainStrip
from gui.workbench import Workbench

TITLE = "Mario workbench"
FIRST_SIZE = (1280, 720)
_NEEDS_GAME = ("pause", "advance", "reset", "swap", "random", "screenshot", "screenshot-plain", "film", "film-gif",
               "look-back")  # fmt: skip
_NEEDS_STATES = ("back", "undo-load", *(f"{what}-{n}" for what in ("load", "save") for n in range(1, SLOT_COUNT + 1)))


class MainWindow(QMainWindow):
    """Shows a session; closing it ends the session."""

    def __init__(self, session: Workbench) -> None:
        super().__init__()
        self.session = session
        self.setWindowTitle(TITLE)
        self.setWindowIcon(QIcon(str(ASSETS / "icon.svg")))
        self.grid = ViewGrid(session)
        self.recorder = Recorder(session, lambda: self._stage(session.option("filmed_views")))
        self.canvas = LabelCanvas(session.labelling, session)
        views = {"game": self.grid, "label": self.canvas}
        handlers = self._handlers() | label_handlers(session.labelling, self.canvas)
        self.actions_by_id = make_actions(self, views, handlers, session.keys)
        self.menus = fill_menus(self.menuBar(), self.actions_by_id)
        self.choices = Menus(self, session, self.actions_by_id, self.menus, self.choose_appearance)
        self.play = PlayPage(session, self.grid, self.actions_by_id)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.play, "&Play")
        self.label = LabelPage(session, self.canvas, self.actions_by_id)
        self.tabs.addTab(self.label, "La&bel")
        self.episodes = EpisodesPage(session)
        self.tabs.addTab(self.episodes, "&Episodes")
        self.train = TrainPage(session)
        self.tabs.addTab(self.train, "&Train")
        self.runs = RunsPage(session)
        self.tabs.addTab(self.runs, "&Runs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setCornerWidget(TrainStrip(session))
        self.setCentralWidget(self.tabs)
        self.setStatusBar(StatusBar(session, self))
        self.tour = Tour(session, self.tabs, self.grid, tour_steps(session, self.play, self.tabs))
        for id in ("release", "label-release"):
            self.actions_by_id[id].triggered.connect(self.tour.end)
        self.help: HelpPage | None = None
        self.collect, self.segment = CollectDialog(session, self), SegmentDialog(session, self)
        self.closing = CloseGuard(self, session.training, self.leave)
        self._leaves = False
        self.recorder.changed.connect(self._follow)
        session.past.wanted.connect(lambda: self.tabs.setCurrentWidget(self.episodes))
        session.past.left.connect(self._focus_game)
        session.labelling.wanted.connect(lambda: self.tabs.setCurrentWidget(self.label))
        session.play_wanted.connect(lambda: self.tabs.setCurrentWidget(self.play))
        session.collect_wanted.connect(self.actions_by_id["collect"].trigger)
        session.training.wanted.connect(lambda: self.tabs.setCurrentWidget(self.train))
        session.training.notice.connect(session.notice)
        session.state_changed.connect(self._follow)
        session.display_changed.connect(self._follow_display)
        session.keys.changed.connect(self._follow)
        QApplication.styleHints().colorSchemeChanged.connect(self._dress)
        self._restore_size()
        self._follow()
        self._follow_display()
        self.grid.setFocus()

    def _handlers(self) -> dict[str, Handler]:
        session = self.session
        handlers: dict[str, Handler] = {
            "open": self._open_file,
            "open-folder": self._open_folder,
            "reset": lambda: session.post(lambda thread: thread.reset()),
            "pause": session.set_paused,
            "advance": lambda: session.post(lambda thread: thread.advance()),
            "back": lambda: session.post(lambda thread: thread.back()),
            "swap": session.swap_player,
            "gaze": session.saliency.switch,
            "look-back": session.past.replay_now,
            "random": session.set_random,
            "focus": self._focus_game,
            "release": self._release_keyboard,
            "screenshot": self._screenshot,
            "screenshot-plain": partial(self._screenshot, plain=True),
            "film": partial(self.recorder.switch, ".mp4"),
            "film-gif": partial(self.recorder.switch, ".gif"),
            "quit": self.close,
            "slower": partial(session.change_speed, -1),
            "faster": partial(session.change_speed, 1),
            "normal": partial(session.set_speed, 1.0),
            "undo-load": lambda: session.post(lambda thread: thread.undo_load()),
            "equal": partial(session.set_option, "arrangement", "equal"),
            "large": partial(session.set_option, "arrangement", "large"),
            "large-next": self.grid.enlarge_next,
            "overlay": partial(session.set_option, "overlay"),
            "fainter": partial(session.change_opacity, -OPACITY_STEP),
            "stronger": partial(session.change_opacity, OPACITY_STEP),
            "disagreement": partial(session.set_option, "disagreement"),
            "safe-colours": partial(session.set_option, "safe_colours"),
            "show-all": session.show_all_classes,
            "fullscreen": self._full_screen,
            "reset-layout": self.reset_layout,
            "collect": lambda: self._show(self.collect),
            "segment": lambda: self._show(self.segment),
            "help": self._show_help,
            "tour": lambda: self.tour.begin(),
            "edit-keys": self._edit_keys,
            "about": self._show_about,
        }
        for slot in range(1, SLOT_COUNT + 1):
            handlers[f"load-{slot}"] = partial(self._slot, "load", slot)
            handlers[f"save-{slot}"] = partial(self._slot, "save", slot)
        return handlers

    def _slot(self, what: str, slot: int) -> None:
        if what == "load":
            self.session.post(lambda thread: thread.load_slot(slot))
        else:
            self.session.post(lambda thread: thread.save_slot(slot))

    # What the entries do

    def choose_appearance(self, appearance: str) -> None:
        """Draw light, dark, or as the system does."""
        self.session.set_option("appearance", appearance)
        self._dress()

    def _dress(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_style(app, self.session.option("appearance"))
        self.play.controls.refresh_icons()
        self.play.controls.refresh()
        self.label.refresh_icons()

    def _open_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open ROM", "", "Game (*.nes *.zip);;All files (*)")
        if name:
            self.session.open_rom(Path(name))

    def _open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open the folder that holds the ROM")
        if name:
            self.session.open_rom(Path(name))

    def _focus_game(self) -> None:
        self.tabs.setCurrentWidget(self.play)
        self.grid.setFocus()

    def _release_keyboard(self) -> None:
        self.grid.clearFocus()
        if self.isFullScreen():
            self.actions_by_id["fullscreen"].trigger()

    def _screenshot(self, plain: bool = False) -> None:
        stage = self._stage(ALL)
        frame = stage.plain() if plain else None
        image = compose(stage.views) if frame is None else plain_frame(frame)
        try:
            path = save_screenshot(image, self.session.settings.pictures)
        except InputError as error:
            self.session.notice.emit(str(error))
        else:
            self.session.notice.emit(f"saved {path}")

    def _stage(self, chosen: str) -> CaptureSource:
        """What a screenshot or a recording is of: the tab that is seen; of the game, all views or a chosen one."""
        page = self.episodes.currentWidget() if self.tabs.currentWidget() is self.episodes else None
        if page is self.episodes.scrub:
            return replay_source(self.episodes.scrub)
        if page is self.episodes.match:
            return match_source(self.episodes.match)
        return play_source(self.session, self.grid, chosen)

    def _full_screen(self, on: bool) -> None:
        state = Qt.WindowState.WindowFullScreen
        self.setWindowState(self.windowState() | state if on else self.windowState() & ~state)

    def _show_help(self) -> None:
        if self.help is None:
            self.help = HelpPage(self.session, self)
            self.help.destroyed.connect(self._forget_help)
            self.help.edit_wanted.connect(self._edit_keys)
        self.help.show()
        self.help.raise_()

    def _show(self, dialog: QDialog) -> None:
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _edit_keys(self) -> None:
        self.key_editor = KeyEditor(self.session.keys, self)
        self.key_editor.open()

    def _show_about(self) -> None:
        self.about = AboutBox(self.session, self)
        self.about.show()

    def _forget_help(self) -> None:
        self.help = None

    def reset_layout(self) -> None:
        """Sizes and arrangement as at first."""
        if not self.isFullScreen() and not self.isMaximized():
            self.resize(*FIRST_SIZE)
        self.session.set_option("large_view", "raw")
        self.session.set_option("arrangement", "large")
        self.play.reset_layout()
        self.runs.reset_layout()

    # Following the session

    def _follow(self) -> None:
        state = self.session.state
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
                action.setToolTip(self.session.keys.tooltip(id) if can else f"{action.text()}: needs stable-retro")

    def _follow_display(self) -> None:
        for id in ("overlay", "disagreement", "safe-colours"):
            self.actions_by_id[id].setChecked(bool(self.session.option(id.replace("-", "_"))))

    # Life

    def _restore_size(self) -> None:
        store = self.session.settings.store
        self.resize(*FIRST_SIZE)
        self.play.reset_layout()
        size, sizes = store.value("window/size"), store.value("window/splitter")
        if size is not None:
            self.resize(size)
        if sizes is not None:
            self.play.splitter.setSizes([int(v) for v in sizes])

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
        """Remember sizes, end the threads; ask first while something trains."""
        if not self._leaves and not (self.label.may_close() and self.closing.may_close()):
            event.ignore()
            return
        store = self.session.settings.store
        if not self.isFullScreen() and not self.isMaximized():
            store.setValue("window/size", self.size())
        store.setValue("window/splitter", self.play.splitter.sizes())
        self.recorder.close()
        self.session.close()
        super().closeEvent(event)
