"""The frames of a data set one after the other, and the automatic labels that each begins with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal

from core.dataset.label_queue import Answers, Hardness, Ranking, network_key
from core.dataset.store import DataSet
from core.errors import InputError
from core.frame import ClassMap, Snapshot
from core.runs.run_folder import RunFolder
from gui.game.segmenters import make_predictor
from gui.kit.background import Background, Job
from gui.kit.preferences import Preferences
from gui.label.auto_labels import EXACT, SPRITES, STORED, Labeller, Source
from gui.label.editor import LabelEditor
from gui.label.frame_list import FrameList
from gui.label.target import LabelTarget, relabelled, subject_of_record
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview

STORED_ORDER = "stored"
ORDERS: dict[str, str] = {
    STORED_ORDER: "as stored",
    "disagreement": "disagreement",
    "wrong pixels": "wrong pixels",
    "uncertainty": "uncertainty",
}
"""Orders of the frames, with words for people; all but the first are ``core.dataset.label_queue.Hardness``."""


class DatasetBrowser(LabelEditor):
    """A data set that is being labelled; the window's thread only.

    Signals:
        list_changed: another data set, filter, order or place in it; what a person has labelled.
        focus_wanted: the keyboard shall go to the canvas.

    Attributes:
        game: for the ROM.
        preview: for the networks.
        jobs: what is done in the background.
        list: the open data set, None without one.
    """

    list_changed = Signal()
    focus_wanted = Signal()

    def __init__(
        self,
        preferences: Preferences,
        game: GameControl,
        preview: Preview,
        navigator: Navigator,
        background: Background,
    ) -> None:
        super().__init__(preferences)
        self.game, self.preview, self.navigator = game, preview, navigator
        self.jobs = background.jobs("labels")
        self.list: FrameList | None = None
        self._labeller = Labeller()
        self._number: int | None = None  # of a frame that cannot be shown
        self._answers: Answers = {}

    def leave(self) -> bool:
        """Save before another frame comes; False when the work would be lost, which is told."""
        raise NotImplementedError

    # Where automatic labels come from

    @property
    def sources(self) -> list[tuple[Source, str]]:
        """Those that the frame can have, each with why it cannot be used now, "" when it can."""
        subject, state = self.subject, self.game.state
        no_rom = "" if state.rom is not None else "needs the game's ROM"
        if subject is not None and subject.record is not None:
            first = (Source(STORED), "")
        else:
            can = subject is None or subject.moment is None or subject.moment.has_memory
            first = (Source(EXACT), no_rom if can else "needs the emulator's memory, from stable-retro")
        networks = [(Source(name, path), "") for name, path in self.preview.networks]
        return [first, (Source(SPRITES), no_rom), *networks]

    @property
    def source(self) -> Source:
        """The one to begin from: the chosen one if it can be used, else the first that can."""
        usable = [source for source, problem in self.sources if not problem]
        wanted = self.settings.get("label_source")
        return next((source for source in usable if source.name == wanted), usable[0] if usable else Source(SPRITES))

    def choose_source(self, source: Source) -> None:
        """Begin from other automatic labels; pixels that a person has drawn stay as they are."""
        self.settings.set("label_source", EXACT if source.name == STORED else source.name)
        subject = self.subject
        if subject is None:
            self.changed.emit()
        elif subject.moment is not None:
            self._relabel(subject, source, subject.moment.snapshots)
        elif source.name == STORED:
            assert subject.data is not None and subject.record is not None
            self._use_labels(subject, source, subject.data.read(subject.record)[1][None])
        else:
            self._relabel(subject, source, (Snapshot(subject.frame),))

    def _relabel(self, subject: LabelTarget, source: Source, snapshots: Sequence[Snapshot]) -> None:
        rom = self.game.state.rom
        self.jobs.start(
            lambda job: self._labeller.label(source, snapshots, rom),
            lambda masks: self._use_labels(subject, source, masks),
            self.fail,
        )

    def _use_labels(self, subject: LabelTarget, source: Source, masks: ClassMap) -> None:
        if subject is not self.subject:
            return
        stored = source.name == STORED and subject.record is not None
        labelled_by = subject.record.labelled_by if stored and subject.record is not None else source.labelled_by
        if not subject.has_drawn:  # nothing to keep: as if the frame had begun with these labels
            subject.journal.close()
            self.begin_subject(relabelled(subject, masks, labelled_by, source.name, self.journals))
            return
        annotation, automatic = subject.annotation, masks[-1].copy()
        drawn = annotation.class_map != annotation.automatic
        subject.labelled_by, subject.source = labelled_by, source.name
        if subject.moment is not None:
            subject.masks = masks
        annotation.automatic = automatic
        self._do(lambda: annotation.replace(np.where(drawn, annotation.class_map, automatic).astype(np.uint8)))
        self.subject_changed.emit()

    # A data set

    def open_data(self, folder: Path, then: Callable[[], object] | None = None) -> None:
        """Label the frames of a data set."""

        def show(opened: FrameList) -> None:
            self.use_list(opened)
            if then is not None:
                then()
            elif self.subject is None or self.subject.moment is None:
                self.show(opened.next_unlabelled(None) if opened.origin == "all" else opened.step(None, 1))

        self.jobs.start(lambda job: FrameList(DataSet.open(folder)), show, self.fail, f"opening {folder.name}")

    def open_folder(self, folder: str) -> None:
        """Label the frames of the data set in a folder that the user chose; the Label tab comes up."""
        self.navigator.show(Place.LABEL)
        if self.subject is not None and self.subject.moment is not None and self.leave():
            self.begin_subject(None)
        self.open_data(Path(folder))

    def use_list(self, opened: FrameList) -> None:
        """Go on with a data set that was opened (again)."""
        self.list = opened
        self.settings.set("label_data", str(opened.data.folder))
        self.list_changed.emit()

    @property
    def number(self) -> int | None:
        """Of the frame within the data set, None when it belongs to none."""
        subject = self.subject
        if subject is None:
            return self._number
        return None if subject.record is None else subject.record.number

    def show(self, number: int | None) -> bool:
        """Label a frame of the data set; False when the one before cannot be left, or when there is none."""
        if number is None or self.list is None or not self.leave():
            return False
        try:
            subject = subject_of_record(self.list.data, self.list.record(number), self.journals)
        except InputError as error:
            self.begin_subject(None)
            self._number = number
            self.fail(f"frame {number} cannot be labelled: {error}")
            self.list_changed.emit()
            return True
        self.begin_subject(subject)
        self._number = number
        self.list_changed.emit()
        source = self.source
        if source.name != STORED and not subject.by_person:
            self._relabel(subject, source, (Snapshot(subject.frame),))
        return True

    def step(self, by: int) -> None:
        """The next or previous frame of those shown."""
        if self.list is None:
            self._tell("open a data set first, or freeze a frame of the game")
        elif not self.show(self.list.step(self.number, by)):
            self._tell("this is the last frame" if by > 0 else "this is the first frame")

    def next_unlabelled(self) -> None:
        """The next frame that no person has labelled."""
        if self.list is None:
            self._tell("open a data set first, or freeze a frame of the game")
        elif not self.show(self.list.next_unlabelled(self.number)):
            self._tell("a person has labelled all frames that are shown")

    def choose_origin(self, origin: str) -> None:
        """Show the frames of one origin only."""
        if self.list is not None:
            self.list.choose(origin=origin)
            if self.list.place(self.number) is None:
                self.show(self.list.step(None, 1))
            self.list_changed.emit()

    def look_again(self) -> None:
        """Open the data set again if another program has changed it."""
        if self.list is not None and self.list.is_outdated and not self.jobs.is_busy:
            origin, number = self.list.origin, self.number

            def show(opened: FrameList) -> None:
                self.use_list(opened)
                self._tell("another program has changed the data set; it was read again")
                if number is not None and (self.subject is None or not self.subject.annotation.is_dirty):
                    self.show(number if number < len(opened.data) else opened.step(None, -1))

            folder = self.list.data.folder
            self.jobs.start(lambda job: FrameList(DataSet.open(folder), origin), show, self._forget_data)

    def _forget_data(self, problem: str) -> None:
        self.list = None
        self.list_changed.emit()
        self.fail(problem)

    def load_theirs(self) -> None:
        """Take what another program wrote in place of the strokes here."""
        subject = self.subject
        if subject is not None and subject.record is not None:
            subject.annotation.mark_saved()  # given up on purpose
            self.show(subject.record.number)

    def choose_order(self, order: str) -> None:
        """Show the frames as they are stored, or those first that the chosen network finds hard."""
        shown, network = self.list, self.preview.network
        if shown is None:
            return
        if order == STORED_ORDER:
            self._use_order(shown, STORED_ORDER, [])
        elif network is None:
            self.fail(f"{order} needs a network, and there is none yet: train one first")
            self.list_changed.emit()
        else:
            by: Hardness = order  # type: ignore[assignment]  # the other keys of ORDERS
            self.jobs.start(
                lambda job: self._rank(job, shown, network, by),
                lambda queue: self._use_order(shown, order, queue),
                self._order_failed,
                f"asking {network.name} about {len(shown.data):,} frames",
            )

    def _rank(self, job: Job, shown: FrameList, network: Path, by: Hardness) -> list[int]:
        key = network_key(RunFolder.open(network))
        ranking = Ranking(shown.data, make_predictor(network), key, by=by, answers=self._answers)
        for done, total in ranking.measure():
            job.report(done / total)
        return [record.number for record in ranking.order()]

    def _use_order(self, shown: FrameList, order: str, queue: Sequence[int]) -> None:
        if shown is self.list:
            shown.choose(order=order, queue=queue)
            if order != STORED_ORDER:
                self.show(shown.step(None, 1))
            self.list_changed.emit()

    def _order_failed(self, problem: str) -> None:
        self.fail(problem)
        self.list_changed.emit()

    def _on_saved(self, subject: LabelTarget) -> None:
        if self.list is not None and subject.record is not None:
            self.list.by_person.add(subject.record.number)
            self.list_changed.emit()

    def _tell(self, sentence: str) -> None:
        if sentence:
            self.notice.emit(sentence)
