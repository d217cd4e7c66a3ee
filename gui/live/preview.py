"""The frame seen three ways: where labels come from, which network, the pixel under the mouse, the newest picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal

from core.errors import InputError
from gui.game.play import Shot
from gui.game.segment_thread import Picture, SegmentThread, Wanted
from gui.game.segmenters import LABEL_SOURCES, find_networks
from gui.game.thread import GameState
from gui.kit.mailbox import Mailbox
from gui.kit.preferences import Preferences
from gui.pictures.view_options import ViewOptions

VIEWS: tuple[str, ...] = ("raw", "labels", "network")
_TRAIN = "python main.py --train fcn --data DIR"
_TEXT_INTERVAL = 150  # ms between refreshes of numbers: faster cannot be read


class Preview(ViewOptions):
    """The part of a session that knows the segmenting thread.

    Signals:
        picture_changed: a new ``picture`` is there; views repaint.
        numbers_due: a few times a second while pictures come; texts refresh.
        state_changed: ``state``, speed, sources or networks changed; controls refresh.
        hover_changed: the pixel under the mouse changed.
        notice: one sentence for the status bar.

    Attributes:
        runs: folder with the networks.
        network_folders: that one, and the one where trainings put theirs.
        picture: the newest one, None before the first.
        state: what the game's thread does.
        hover: (column, row) of the frame under the mouse, None for none.
        probability: of the predicted class at a pixel, with the pixel.
        networks: names and run folders.
        networks_problem: why there are none.
        network: run folder of the chosen one.
    """

    picture_changed = Signal()
    numbers_due = Signal()
    state_changed = Signal()
    hover_changed = Signal()
    notice = Signal(str)
    _picture_waiting = Signal()
    _networks_arrived = Signal(object)

    def __init__(self, settings: Preferences, runs: Path, trainings: Path | None = None) -> None:
        super().__init__(settings)
        self.runs = runs
        self.network_folders = tuple(dict.fromkeys(path.resolve() for path in (runs, trainings or runs)))
        self.picture: Picture | None = None
        self.state = GameState()
        self.hover: tuple[int, int] | None = None
        self.probability: tuple[tuple[int, int], float] | None = None
        self.networks: list[tuple[str, Path]] = []
        self.networks_problem = "looking for networks …"
        self.network: Path | None = None
        self._is_live = False
        self._pictures: Mailbox[Picture] = Mailbox()
        self._vision = SegmentThread(self._put_picture, self._on_low_miou)
        self._numbers = QTimer(self, interval=_TEXT_INTERVAL, singleShot=True)
        self._numbers.timeout.connect(self.numbers_due)
        self._picture_waiting.connect(self._show_picture, Qt.ConnectionType.QueuedConnection)
        self._networks_arrived.connect(self._keep_networks, Qt.ConnectionType.QueuedConnection)

    def _on_low_miou(self, shot: Shot) -> None:
        """The mIoU of a frame fell below the limit (called by the segmenting thread)."""
        raise NotImplementedError

    # Pictures

    def _put_picture(self, picture: Picture) -> None:
        if self._pictures.put(picture):
            self._picture_waiting.emit()  # one signal however many pictures: never frames through the event queue

    def _show_picture(self) -> None:
        picture = self._pictures.take()
        if picture is None or not self._is_live:
            return
        self.picture = picture
        self.probability = picture.probability
        self.picture_changed.emit()
        if not self._numbers.isActive():
            self._numbers.start()

    # Labels

    @property
    def labels(self) -> str:
        """Source of the second view; sprites where exact labels cannot be had."""
        chosen: str = self.settings.get("labels")
        if chosen not in LABEL_SOURCES:
            chosen = LABEL_SOURCES[0]
        return "sprites" if chosen == "exact" and self.state.engine and not self.state.has_exact_memory else chosen

    def set_labels(self, source: str) -> None:
        """Choose the second view's source."""
        self.settings.set("labels", source)
        self._want()
        self.state_changed.emit()

    # Networks

    def find_networks(self) -> None:
        """Look for networks in the folders of runs, in the background: this imports ONNX Runtime."""
        if self._is_live:
            self._vision.load(self._list_networks, self._networks_arrived.emit)

    def _list_networks(self) -> tuple[list[tuple[str, Path]], str]:
        try:
            networks = find_networks(self.network_folders)
        except (InputError, OSError) as error:
            return [], str(error)
        except ImportError as error:
            return [], f"{error.name} is not installed, so no network can run; pip install -r requirements.txt"
        return networks, "" if networks else f"no network in {self.runs.name}; train one:\n{_TRAIN}"

    def _keep_networks(self, found: tuple[list[tuple[str, Path]], str]) -> None:
        self.networks, self.networks_problem = found
        names = [name for name, _ in self.networks]
        wanted = self.settings.get("network")
        if names and wanted not in names:
            wanted = next((name for name in names if "native" in name), names[0])
        self.network = dict(self.networks).get(wanted)
        self._want()
        self.state_changed.emit()

    def set_network(self, name: str) -> None:
        """Choose the third view's network by its name."""
        self.settings.set("network", name)
        self.network = dict(self.networks).get(name)
        self.probability = None
        self._want()
        self.state_changed.emit()

    # What else is computed

    def set_pause_below(self, limit: float, on: bool) -> None:
        """Pause when the mIoU of a frame falls below the limit."""
        self.settings.set("pause_below", limit)
        self.settings.set("pause_below_on", on)
        self._want()
        self.state_changed.emit()

    def set_hover(self, pixel: tuple[int, int] | None) -> None:
        """The mouse is over a pixel (column, row) of the frame, or over none."""
        if pixel != self.hover:
            self.hover = pixel
            self.probability = None
            self._want()
            self.hover_changed.emit()

    def _want(self) -> None:
        limit = self.settings.get("pause_below") if self.settings.get("pause_below_on") else None
        self._vision.want(Wanted(self.labels, self.network, self.state.rom, limit, self.hover))
