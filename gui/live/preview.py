"""The frame seen three ways: which one is shown, where labels come from, which network, the pixel under the mouse.

The game's view shows each frame as it comes; the class maps follow at their own rate. Where frames are looked at
closely (the game stands still, or disagreement is marked) all views show the one that was segmented last.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.errors import InputError, sentence_of
from gui.game.play import Shot
from gui.game.segment_thread import Picture, SegmentThread, Wanted
from gui.game.segmenters import LABEL_SOURCES, find_networks
from gui.game.thread import GameState
from gui.kit.background import Background, BackgroundJobs
from gui.kit.clock import RateMeter
from gui.kit.preferences import Preferences
from gui.pictures.view_options import ViewOptions

VIEWS: tuple[str, ...] = ("raw", "labels", "network")
_TRAIN = "python main.py --train fcn --data DIR"
_TEXT_INTERVAL = 207  # ms between refreshes of numbers: faster cannot be read. 12.4 frames, so that they are painted
# between two frames of the game


class Preview(QObject):
    """Keeps the game's newest frame, and the newest that the segmenting worker made of one; the window's thread only.

    Signals:
        shot_changed: another ``shot``; the game's view repaints, and what belongs to its frame.
        picture_changed: another ``picture``; the views of classes repaint.
        numbers_due: a few times a second while frames come; texts refresh.
        sources_changed: the networks, or what labels and predictions come from.
        hover_changed: the pixel under the mouse changed.
        miou_fell: the mIoU of a ``Shot`` fell below the limit; sent from the segmenting worker's thread.

    Attributes:
        folders: where networks are looked for.
        shot: the frame that the game's view shows, None before the first.
        picture: the newest frame that was segmented, None before the first; while ``is_locked`` it is of ``shot``, but
            for the moment that segmenting takes.
        shot_rate: meter of frames that the game's view shows.
        hover: (column, row) of the frame under the mouse, None for none.
        probability: of the predicted class at a pixel, with the pixel.
        networks: names and run folders.
        networks_problem: why there are none.
        network: run folder of the chosen one.
    """

    shot_changed = Signal()
    picture_changed = Signal()
    numbers_due = Signal()
    sources_changed = Signal()
    hover_changed = Signal()
    miou_fell = Signal(object)

    def __init__(
        self,
        preferences: Preferences,
        options: ViewOptions,
        folders: Sequence[Path],
        background: Background,
        loading: BackgroundJobs,
    ) -> None:
        """``folders`` are looked through for networks, by ``loading``."""
        super().__init__()
        self.folders = tuple(dict.fromkeys(path.resolve() for path in folders))
        self.shot: Shot | None = None
        self.picture: Picture | None = None
        self.shot_rate = RateMeter()
        self.hover: tuple[int, int] | None = None
        self.probability: tuple[tuple[int, int], float] | None = None
        self.networks: list[tuple[str, Path]] = []
        self.networks_problem = "looking for networks …"
        self.network: Path | None = None
        self._asked = 0  # times that a network was chosen, or networks were looked for
        self._preferences, self._options = preferences, options
        self._state = GameState()
        self._loading = loading
        # Never frames through the event queue.
        self._put_shot = background.newest_in_window(self._show_shot)
        put_picture = background.newest_in_window(self._show_picture)
        self._thread = SegmentThread(background.workers, put_picture, self.miou_fell.emit)
        self._numbers = QTimer(self, interval=_TEXT_INTERVAL, singleShot=True)
        self._numbers.setTimerType(Qt.TimerType.PreciseTimer)
        self._numbers.timeout.connect(self.numbers_due)
        self._is_training = self._is_recorded = False
        options.changed.connect(self._want)

    def start(self) -> None:
        """Begin to segment, and look for networks."""
        self._thread.start()
        self.find_networks()

    def close(self) -> None:
        """Refresh no numbers any more."""
        self._numbers.stop()

    @property
    def rate(self) -> RateMeter:
        """Meter of frames that are segmented."""
        return self._thread.rate

    def rate_of(self, role: str) -> float:
        """Frames per second that the view of this role shows."""
        return (self.shot_rate if role == "raw" else self.rate).rate

    def show(self, shot: Shot) -> None:
        """Take the game's newest frame (from any thread)."""
        self._put_shot(shot)
        self._thread.show(shot)

    def follow(self, state: GameState) -> None:
        """Another ROM or engine needs other segmenters."""
        before, self._state = self._state, state
        if state.problem:
            self.shot = self.picture = None
        self._want()
        if (before.rom, before.engine, before.has_exact_memory) != (state.rom, state.engine, state.has_exact_memory):
            self.sources_changed.emit()

    # Frames

    @property
    def is_locked(self) -> bool:
        """Whether all views show one frame: while the game stands still, or the network's view marks disagreement."""
        return self.stands_still or self._marks_disagreement

    @property
    def stands_still(self) -> bool:
        """Whether the game is paused, and not going back."""
        return self._state.paused and not self._state.rewinding

    @property
    def _marks_disagreement(self) -> bool:
        return bool(self._options.get("disagreement")) and self.picture is not None and self.picture.scores is not None

    def _show_shot(self, shot: Shot) -> None:
        if self.picture is None or not self.is_locked:
            self._set_shot(shot)

    def _show_picture(self, picture: Picture) -> None:
        self.picture = picture
        self.probability = picture.probability
        if self.shot is None or (self.is_locked and picture.shot.serial > self.shot.serial):
            self._set_shot(picture.shot)
        self.picture_changed.emit()
        self._refresh_soon()

    def _set_shot(self, shot: Shot) -> None:
        self.shot = shot
        self.shot_rate.add()
        self.shot_changed.emit()
        self._refresh_soon()

    def _refresh_soon(self) -> None:
        if not self._numbers.isActive():
            self._numbers.start()

    def follow_training(self, is_training: bool) -> None:
        """Leave a training its time: fewer frames are segmented beside it while nobody compares or records them."""
        self._is_training = is_training
        self._want()

    def follow_recording(self, is_recorded: bool) -> None:
        """Whether views are being recorded."""
        self._is_recorded = is_recorded
        self._want()

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

    def find_networks(self, also: Path | None = None) -> None:
        """Look for networks in the folders of runs, from now on in another one too, in the background.

        This imports ONNX Runtime.
        """
        if also is not None:
            self.folders = tuple(dict.fromkeys((*self.folders, also.resolve())))
        self._loading.load(self._list_networks, self._keep_networks)

    def _list_networks(self) -> tuple[list[tuple[str, Path]], str]:
        try:
            networks = find_networks(self.folders)
        except (InputError, OSError) as error:
            return [], sentence_of(error)
        except ImportError as error:
            return [], f"{error.name} is not installed, so no network can run; pip install -r requirements.txt"
        return networks, "" if networks else f"no network in {self.folders[0].name}; train one:\n{_TRAIN}"

    def _keep_networks(self, found: tuple[list[tuple[str, Path]], str]) -> None:
        self.networks, self.networks_problem = found
        names = [name for name, _ in self.networks]
        wanted = self._preferences.get("network")
        if names and wanted not in names:
            wanted = next((name for name in names if "native" in name), names[0])
        self._take_network(wanted)

    def set_network(self, name: str) -> None:
        """Choose the third view's network by its name; it is read again if it was trained since."""
        self._preferences.set("network", name)
        self.probability = None
        self._take_network(name)

    def _take_network(self, name: str) -> None:
        self.network = dict(self.networks).get(name)
        self._asked += 1
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
        is_watched = self._is_recorded or bool(self._options.get("disagreement"))
        is_sparing = self._is_training and not is_watched
        wanted = Wanted(self.labels, self.network, self._asked, self._state.rom, limit, self.hover, is_sparing)
        self._thread.want(wanted)
