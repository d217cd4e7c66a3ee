"""The frame seen three ways: where labels come from, which network, the pixel under the mouse, the newest picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import InputError
from gui.game.play import Shot
from gui.game.segment_thread import Picture, SegmentThread, Wanted
from gui.game.segmenters import LABEL_SOURCES, find_networks
from gui.game.thread import GameState
from gui.kit.background import Background, BackgroundJobs
from gui.kit.clock import RateMeter
from gui.kit.preferences import Preferences

VIEWS: tuple[str, ...] = ("raw", "labels", "network")
_TRAIN = "python main.py --train fcn --data DIR"
_TEXT_INTERVAL = 150  # ms between refreshes of numbers: faster cannot be read


class Preview(QObject):
    """Has the segmenting worker do what is chosen, and keeps its newest picture; the window's thread only.

    Signals:
        picture_changed: a new ``picture`` is there; views repaint.
        numbers_due: a few times a second while pictures come; texts refresh.
        sources_changed: the networks, or what labels and predictions come from.
        hover_changed: the pixel under the mouse changed.
        miou_fell: the mIoU of a ``Shot`` fell below the limit; sent from the segmenting worker's thread.

    Attributes:
        folders: where networks are looked for.
        picture: the newest one, None before the first.
        hover: (column, row) of the frame under the mouse, None for none.
        probability: of the predicted class at a pixel, with the pixel.
        networks: names and run folders.
        networks_problem: why there are none.
        network: run folder of the chosen one.
    """

    picture_changed = Signal()
    numbers_due = Signal()
    sources_changed = Signal()
    hover_changed = Signal()
    miou_fell = Signal(object)

    def __init__(
        self, preferences: Preferences, folders: Sequence[Path], background: Background, loading: BackgroundJobs
    ) -> None:
        """``folders`` are looked through for networks, by ``loading``."""
        super().__init__()
        self.folders = tuple(dict.fromkeys(path.resolve() for path in folders))
        self.picture: Picture | None = None
        self.hover: tuple[int, int] | None = None
        self.probability: tuple[tuple[int, int], float] | None = None
        self.networks: list[tuple[str, Path]] = []
        self.networks_problem = "looking for networks …"
        self.network: Path | None = None
        self._preferences = preferences
        self._state = GameState()
        self._loading = loading
        put_picture = background.newest_in_window(self._show_picture)  # never frames through the event queue
        self._thread = SegmentThread(background.workers, put_picture, self.miou_fell.emit)
        self._numbers = QTimer(self, interval=_TEXT_INTERVAL, singleShot=True)
        self._numbers.timeout.connect(self.numbers_due)

    def start(self) -> None:
        """Begin to segment, and look for networks."""
        self._thread.start()
        self.find_networks()

    def close(self) -> None:
        """Refresh no numbers any more."""
        self._numbers.stop()

    @property
    def rate(self) -> RateMeter:
        """Meter of pictures per second."""
        return self._thread.rate

    def show(self, shot: Shot) -> None:
        """Take the game's newest frame (from any thread)."""
        self._thread.show(shot)

    def follow(self, state: GameState) -> None:
        """Another ROM or engine needs other segmenters."""
        before, self._state = self._state, state
        if state.problem:
            self.picture = None
        self._want()
        if (before.rom, before.engine, before.has_exact_memory) != (state.rom, state.engine, state.has_exact_memory):
            self.sources_changed.emit()

    # Pictures

    def _show_picture(self, picture: Picture) -> None:
        self.picture = picture
        self.probability = picture.probability
        self.picture_changed.emit()
        if not self._numbers.isActive():
            self._numbers.start()

    # Labels

    @property
    def labels(self) -> str:
        """Source of the second view; sprites where exact labels cannot be had."""
        chosen: str = self._preferences.get("labels")
        if chosen not in LABEL_SOURCES:
            chosen = LABEL_SOURCES[0]
        return "sprites" if chosen == "exact" and self._state.engine and not self._state.has_exact_memory else chosen

    def set_labels(self, source: str) -> None:
        """Choose the second view's source."""
        self._preferences.set("labels", source)
        self._want()
        self.sources_changed.emit()

    # Networks

    def find_networks(self) -> None:
        """Look for networks in the folders of runs, in the background: this imports ONNX Runtime."""
        self._loading.load(self._list_networks, self._keep_networks)

    def _list_networks(self) -> tuple[list[tuple[str, Path]], str]:
        try:
            networks = find_networks(self.folders)
        except (InputError, OSError) as error:
            return [], str(error)
        except ImportError as error:
            return [], f"{error.name} is not installed, so no network can run; pip install -r requirements.txt"
        return networks, "" if networks else f"no network in {self.folders[0].name}; train one:\n{_TRAIN}"

    def _keep_networks(self, found: tuple[list[tuple[str, Path]], str]) -> None:
        self.networks, self.networks_problem = found
        names = [name for name, _ in self.networks]
        wanted = self._preferences.get("network")
        if names and wanted not in names:
            wanted = next((name for name in names if "native" in name), names[0])
        self.network = dict(self.networks).get(wanted)
        self._want()
        self.sources_changed.emit()

    def set_network(self, name: str) -> None:
        """Choose the third view's network by its name."""
        self._preferences.set("network", name)
        self.network = dict(self.networks).get(name)
        self.probability = None
        self._want()
        self.sources_changed.emit()

    # What else is computed

    def set_pause_below(self, limit: float, on: bool) -> None:
        """Pause when the mIoU of a frame falls below the limit."""
        self._preferences.set("pause_below", limit)
        self._preferences.set("pause_below_on", on)
        self._want()
        self.sources_changed.emit()

    def set_hover(self, pixel: tuple[int, int] | None) -> None:
        """The mouse is over a pixel (column, row) of the frame, or over none."""
        if pixel != self.hover:
            self.hover = pixel
            self.probability = None
            self._want()
            self.hover_changed.emit()

    def _want(self) -> None:
        limit = self._preferences.get("pause_below") if self._preferences.get("pause_below_on") else None
        self._thread.want(Wanted(self.labels, self.network, self._state.rom, limit, self.hover))
